//! What ends the bot's messages to somebody about an initiative, so that only a human can ask them what is still open.
//!
//! Invariant: this names what `plan` keeps messages back for and what doesn't end by itself; it never makes one due.

use serde::Serialize;

use super::approach::Approach;
use super::engagement::{MOST_ASKS, Stance};
use super::ids::{PersonId, TeamId};
use super::initiative::Initiative;
use super::program::Program;
use super::state::{Engagement, State};

/// Why nothing more is written to somebody about an initiative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// They want no messages.
    Stopped,
    /// An advocate speaks to them instead.
    HandedOver(PersonId),
    /// A conversation with them is on record.
    Talked,
    /// They gave a final answer, on whichever team's ask.
    Answered(Stance),
    /// They were asked as often as anybody is in a quarter.
    AskedEnough,
}

impl Silence {
    /// What ends the messages to `person` about `initiative`, if anything does.
    pub fn of(program: &Program, state: &State, initiative: &Initiative, person: &PersonId) -> Option<Self> {
        let known = state.person(person)?;
        if known.stopped || known.stopped_initiatives.contains(&initiative.id) {
            return Some(Self::Stopped);
        }
        let engagement = state.engagement(person, &initiative.id, initiative.quarter)?;
        if engagement.conversation.is_some() {
            return Some(Self::Talked);
        }
        if let Some(by) = &engagement.handed_over {
            return Some(Self::HandedOver(by.clone()));
        }
        if let Some(stance) = engagement.open_stance().filter(|stance| stance.is_final()) {
            return Some(Self::Answered(stance));
        }
        let most = usize::try_from(program.limits.asks.min(MOST_ASKS)).unwrap_or(usize::MAX);
        (most <= asked(state, engagement, |_| true)).then_some(Self::AskedEnough)
    }
}

/// How often they were asked, of the messages for which `counts` holds of the teams whose ask they named.
fn asked(state: &State, engagement: &Engagement, counts: impl Fn(&[TeamId]) -> bool) -> usize {
    let asks = engagement.deliveries.iter().filter(|((touch, _), _)| touch.asks());
    let posts = asks.filter_map(|(_, post)| state.post(*post));
    posts.filter(|post| post.may_have_arrived() && counts(&post.teams)).count()
}

/// The teams for which an advocate approaches `person` and that nobody has asked them about, though nothing more is
/// written to them; and why not.
pub fn unasked(
    program: &Program,
    state: &State,
    initiative: &Initiative,
    person: &PersonId,
) -> Option<(Silence, Vec<TeamId>)> {
    let approach = initiative.approach(person)?;
    let silence = Silence::of(program, state, initiative, person)?;
    let engagement = state.engagement(person, &initiative.id, initiative.quarter);
    let open = |team: &&TeamId| is_unasked(state, initiative, (approach, team), engagement);
    let teams: Vec<TeamId> = approach.teams.iter().filter(open).cloned().collect();
    (!teams.is_empty()).then_some((silence, teams))
}

/// Whether they have neither been asked for a team nor answered for it, and nobody has talked with them since it was
/// decided that they are asked.
fn is_unasked(
    state: &State,
    initiative: &Initiative,
    (approach, team): (&Approach, &TeamId),
    engagement: Option<&Engagement>,
) -> bool {
    let item = (initiative.id.clone(), team.clone(), initiative.quarter);
    let since = approach.since.get(team).copied().unwrap_or(approach.at);
    let is_settled = |engagement: &Engagement| {
        engagement.stances.contains_key(team)
            || engagement.conversation.is_some_and(|(_, at)| since <= at)
            || 0 < asked(state, engagement, |teams| teams.contains(team))
    };
    !state.items.contains_key(&item) && !engagement.is_some_and(is_settled)
}
