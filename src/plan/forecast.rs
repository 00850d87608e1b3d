//! The same rule over days to come.
//!
//! Invariant: nothing here decides anything. The plan is asked what is due, that is taken as done, and
//! the plan is asked again, so that what is shown is what is later sent if nobody answers and nothing
//! fails.

use jiff::{SignedDuration, Timestamp};

use crate::domain::directory::Address;
use crate::domain::effect::{Effect, Post, PostKey};
use crate::domain::engagement::Audience;
use crate::domain::event::{Event, Record, Renames};
use crate::domain::ids::{MessageTs, PersonId, SlackChannelId, SlackUserId, TeamId};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::refusal::Call;
use crate::domain::state::State;

use super::case::{Ground, Memo};
use super::eligible::{in_force, in_the_way};
use super::incremental::{Plan, Touched, touched};
use super::skip::Skip;
use super::touches::Frame;

/// What a call may take in a forecast; any time-out will do, since every call is answered.
const CALL: SignedDuration = SignedDuration::from_secs(30);

/// A message to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// When it goes out.
    pub at: Timestamp,
    /// To whom.
    pub to: PersonId,
    /// What it is for.
    pub key: PostKey,
    /// For a campaign message: the role it is argued for.
    pub audience: Option<Audience>,
    /// For a campaign message: the teams whose ask it names.
    pub teams: Vec<TeamId>,
}

/// What will be sent from `now` to `until` (inclusive) if nobody answers and nothing fails, in order.
/// The configuration counts as adopted and posting as resumed; before the first start, people count as
/// found in Slack.
pub fn forecast(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    until: Timestamp,
) -> Vec<Planned> {
    forecast_from(program, state.clone(), seen, now, until)
}

/// The same from a state that goes on from there: a large one is not copied again.
pub fn forecast_from(
    program: &Program,
    state: State,
    seen: &Observations,
    now: Timestamp,
    until: Timestamp,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    let state = assumed(program, state, now);
    run(program, state, seen, now, until, &mut |step| {
        if let Step::Sent(at, post) = step {
            let (to, key) = (post.key.to().clone(), post.key.clone());
            planned.push(Planned { at, to, key, audience: post.audience, teams: post.teams.clone() });
        }
    });
    planned
}

/// A step of a forecast.
pub(super) enum Step<'a> {
    /// This goes out.
    Sent(Timestamp, &'a Post),
    /// This is missed, because of what stood in the way when its time ran out.
    Missed(&'a PostKey, Skip),
}

/// Takes everything that comes due as done, beginning with an [`assumed`] state; the state at the end.
pub(super) fn run(
    program: &Program,
    state: State,
    seen: &Observations,
    now: Timestamp,
    until: Timestamp,
    visit: &mut dyn FnMut(Step<'_>),
) -> State {
    let seen = &*seen.ahead_of(now);
    let mut future = Future { program, state, touched: Touched::Nobody };
    let (Ok(channel), Ok(ts)) = (SlackChannelId::parse("D0"), MessageTs::parse("0.0")) else {
        return future.state;
    };
    let mut at = now;
    let mut plan = Plan::from_nothing(program, &future.state, seen, at);
    let mut before: Vec<Effect> = Vec::new();
    loop {
        let mut effects = plan.due(at);
        // What can't be looked up keeps its recipient waiting.
        if future.state.calls_refused.contains_key(&Call::LookUp) {
            effects.retain(|effect| !matches!(effect, Effect::Settle { .. }));
        }
        // An effect that is done and still due would be done for ever.
        if !effects.is_empty() && effects == before {
            return future.state;
        }
        // What stood in the way is asked before what is done now stands in it.
        for effect in &effects {
            if let Effect::Miss(key) = effect {
                visit(Step::Missed(key, missed_for(program, &future.state, seen, at, key)));
            }
        }
        for effect in &effects {
            match effect {
                Effect::Post(post) => {
                    visit(Step::Sent(at, post));
                    let deadline = at.checked_add(CALL).unwrap_or(Timestamp::MAX);
                    let id = future.state.id_of(&post.key);
                    let found_as = future.state.named_in_intent(id, &post.key);
                    future.happens(
                        at,
                        Event::PostIntended {
                            key: post.key.clone(),
                            attempt: post.attempt,
                            deadline,
                            teams: post.teams.clone(),
                            audience: post.audience,
                            // No campaign message waits for what a review lists.
                            lists: Vec::new(),
                            found_as,
                        },
                    );
                    let (channel, ts) = (channel.clone(), ts.clone());
                    future.happens(
                        at,
                        Event::PostSent { post: id, attempt: post.attempt, channel, ts, former: None },
                    );
                }
                Effect::Miss(key) => {
                    future.happens(at, Event::PostMissed { key: key.clone() });
                }
                Effect::Settle { post, attempt } => {
                    let (channel, ts) = (channel.clone(), ts.clone());
                    future.happens(
                        at,
                        Event::PostSent { post: *post, attempt: *attempt, channel, ts, former: None },
                    );
                }
                Effect::Refresh { post, through } => {
                    future.happens(at, Event::PostShown { post: *post, through: *through });
                }
            }
        }
        if effects.is_empty() {
            match plan.next_wake() {
                Some(wake) if at < wake && wake <= until => at = wake,
                Some(_) | None => return future.state,
            }
        }
        before = effects;
        let touched = std::mem::take(&mut future.touched);
        plan.refresh(program, &future.state, seen, at, &touched);
    }
}

/// What kept a post from being sent until `now`, when that is given up.
fn missed_for(program: &Program, state: &State, seen: &Observations, now: Timestamp, key: &PostKey) -> Skip {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let skip = key.delivery().and_then(|delivery| in_the_way(ground, &mut Memo::default(), now, delivery));
    skip.unwrap_or(Skip::Missed)
}

/// A state that goes on by itself.
struct Future<'a> {
    program: &'a Program,
    state: State,
    touched: Touched,
}

impl Future<'_> {
    fn happens(&mut self, at: Timestamp, event: Event) {
        let record = Record { seq: self.state.head.next(), at, cause: None, event };
        self.state.apply(&record);
        let touched = touched(self.program, &self.state, &record);
        self.touched = std::mem::take(&mut self.touched).and(touched);
    }
}

/// The state that a forecast begins with: the configuration is adopted and posting goes on. A journal in
/// which none was ever adopted is that of a program that has yet to start; it will look people up first.
pub(super) fn assumed(program: &Program, state: State, now: Timestamp) -> State {
    let (in_force, begun) = (in_force(program, &state).is_ok(), state.adopted.is_some());
    let mut future = Future { program, state, touched: Touched::Nobody };
    future.state.clock_off = None;
    (future.state.paused, future.state.set_aside) = (None, None);
    if !in_force {
        let initiatives = program.initiatives.iter().map(|of| of.id.clone()).collect();
        let (digest, renamed) = (program.digest.clone(), Renames::default());
        future.happens(
            now,
            Event::ConfigAdopted { digest, initiatives, renamed, quarters: program.quarters() },
        );
    }
    if !begun {
        for (place, person) in program.people.values().enumerate() {
            let slack = match &person.address {
                Address::Slack(id) => Some(id.clone()),
                Address::Email(_) => SlackUserId::parse(&format!("U{place}")).ok(),
            };
            if let Some(slack) = slack {
                let person = person.id.clone();
                future.happens(now, Event::PersonLinked { person, slack, proof: None, replaces: None });
            }
        }
    }
    future.state
}
