//! One post: eligibility and intent in one decision, the call, its outcome.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::limiter::{LEAD, Slot};
use super::{End, Planner, Shared, World, outcome, recipient};
use crate::clock::monotonic;
use crate::domain::effect::{PostKey, Traffic};
use crate::domain::event::Event;
use crate::domain::ids::PersonId;
use crate::domain::performer::{Outcome, Outgoing};
use crate::domain::refusal::Call;
use crate::domain::state::State;
use crate::journal::{Decision, Stopped};
use crate::plan;

/// After how long an intent whose call hasn't begun is given up, calendar time. It was judged by what was
/// known then: a machine that slept in between, or a wait that took longer than it should, may have let the
/// recipient go on vacation. Short of when a post in doubt is looked up, so that no call begins after that.
const LONGEST_SLEEP: SignedDuration = SignedDuration::from_secs(30);

/// After how long a person who could not be read is tried again, at first.
const BEFORE_RENEWAL: Duration = Duration::from_secs(30);

/// Whether Slack has to say anew how the recipient is before the post may go. What somebody waits for is
/// never held by that.
pub(super) fn needs_renewal(world: &World, key: &PostKey, now: Timestamp) -> bool {
    match key.traffic() {
        Traffic::Campaign => !world.seen.is_recent(key.to(), now),
        Traffic::Interactive => false,
    }
}

/// Has `person` read anew.
pub(super) async fn renew(shared: Arc<Shared>, person: PersonId) -> Result<End, Stopped> {
    let renewed = shared.means.renew.renew(&person).await;
    Ok(if renewed { End::Renewed } else { End::Again(BEFORE_RENEWAL) })
}

/// Sends what `key` stands for, if it may still go.
pub(super) async fn send<P: Planner>(
    shared: Arc<Shared>,
    world: World,
    key: PostKey,
    slot: Slot,
) -> Result<End, Stopped> {
    let intending = shared.clone();
    let intended =
        shared.means.writer.submit(None, move |state, now| intend::<P>(&intending, &world, state, now, &key));
    let (outgoing, at) = match intended.await? {
        Ok(intended) => intended,
        Err(end) => return Ok(end),
    };
    let outcome = call(&shared, &outgoing, at, slot).await;
    log(&outgoing, &outcome);
    record(&shared, &outgoing, outcome).await?;
    Ok(End::Done)
}

/// Eligible, sayable and intended, or not, on one and the same state: no other decision comes between.
fn intend<P: Planner>(
    shared: &Shared,
    world: &World,
    state: &State,
    now: Timestamp,
    key: &PostKey,
) -> Decision<Result<(Outgoing, Timestamp), End>> {
    let no = |end| Decision { events: Vec::new(), reply: Err(end) };
    if shared.stopping.load(Ordering::Acquire) {
        return no(End::NotNow);
    }
    if key.traffic() == Traffic::Campaign && !shared.means.trust.believes(now, monotonic()) {
        return no(End::NotNow);
    }
    if needs_renewal(world, key, now) {
        return no(End::Again(Duration::ZERO));
    }
    let Some(post) = P::eligible(world, state, now, key) else { return no(End::NotNow) };
    let Some(to) = recipient(&world.program, state, key.to()) else { return no(End::NotNow) };
    let id = state.id_of(key);
    // Nothing goes out that the record would not take as on its way: it would be due again at once.
    if !state.takes_attempt(id, post.attempt) {
        tracing::error!(post.id = %id, "a message is planned that the journal has as finished, so it isn't sent: please report this");
        return no(End::Unsayable);
    }
    let message = match shared.means.compose.compose(world, state, key, &post.teams, post.audience, now) {
        Ok(message) => message,
        Err(unsayable) => {
            tracing::error!(post.id = %id, error = %unsayable, "a message that is due can't be written");
            return no(End::Unsayable);
        }
    };
    let found_as = state.named_in_intent(id, key);
    let intent = Event::PostIntended {
        key: post.key.clone(),
        attempt: post.attempt,
        deadline: outcome::deadline(now, shared.means.timeout + LEAD),
        teams: post.teams,
        audience: post.audience,
        lists: plan::listed(&world.program, state, &world.seen, now, key)
            .into_iter()
            .map(|waiting| waiting.delivery)
            .collect(),
        found_as,
    };
    let (thread, traffic) = (state.thread_of(key).cloned(), key.traffic());
    let outgoing = Outgoing { post: id, attempt: post.attempt, to, thread, message, traffic };
    Decision { events: vec![intent], reply: Ok((outgoing, now)) }
}

/// Makes the call of an intent that was decided at `intended`.
async fn call(shared: &Shared, outgoing: &Outgoing, intended: Timestamp, slot: Slot) -> Outcome {
    tokio::time::sleep_until(slot.at().into()).await;
    if LONGEST_SLEEP < shared.means.clock.now().duration_since(intended) {
        return Outcome::NotApplied { retry_after: Duration::ZERO, code: "slept-too-long".to_owned() };
    }
    let started = monotonic();
    let outcome = tokio::time::timeout(shared.means.timeout, shared.means.performer.post(outgoing))
        .await
        .unwrap_or_else(|_| Outcome::InDoubt { code: "timeout".to_owned() });
    let done = monotonic();
    match &outcome {
        Outcome::NotApplied { retry_after, .. } => slot.limited(started, done, *retry_after),
        Outcome::InDoubt { .. } | Outcome::Barred { .. } | Outcome::Unknown { .. } => {
            slot.lost(started, done);
        }
        Outcome::Sent { .. }
        | Outcome::Refused { .. }
        | Outcome::Misconfigured { .. }
        | Outcome::Suspended { .. } => slot.answered(started, done),
    }
    outcome
}

async fn record(shared: &Shared, outgoing: &Outgoing, outcome: Outcome) -> Result<(), Stopped> {
    let (post, attempt) = (outgoing.post, outgoing.attempt);
    match &outcome {
        Outcome::InDoubt { .. } => return Ok(()),
        Outcome::Unknown { code, maybe: true } => {
            shared.unknown.note(post, attempt, code);
            return Ok(());
        }
        Outcome::Sent { .. }
        | Outcome::Refused { .. }
        | Outcome::Misconfigured { .. }
        | Outcome::Barred { .. }
        | Outcome::Suspended { .. }
        | Outcome::Unknown { maybe: false, .. }
        | Outcome::NotApplied { .. } => {}
    }
    if matches!(outcome, Outcome::Sent { .. }) {
        shared.patience.taken(shared.means.clock.now());
    }
    let call = if outgoing.message.attachment.is_some() { Call::File } else { Call::Post };
    let recorded = shared.means.writer.submit(None, move |state, now| Decision {
        events: outcome::of_call(state, now, post, attempt, call, &outcome),
        reply: (),
    });
    recorded.await
}

fn log(outgoing: &Outgoing, outcome: &Outcome) {
    let (post, attempt) = (outgoing.post, outgoing.attempt);
    match outcome {
        Outcome::Sent { .. } => tracing::info!(post.id = %post, post.attempt = attempt, "sent"),
        Outcome::Refused { because, code } => {
            tracing::warn!(post.id = %post, post.attempt = attempt, slack.code = code, because = ?because, "refused for good");
        }
        Outcome::Misconfigured { code } => {
            tracing::error!(post.id = %post, slack.code = code, "Slack refuses everything; posting is paused");
        }
        Outcome::Barred { code } => {
            tracing::warn!(post.id = %post, post.attempt = attempt, slack.code = code, "something other than Slack answered; will be tried again");
        }
        Outcome::Suspended { code } => {
            tracing::error!(post.id = %post, post.attempt = attempt, slack.code = code, "Slack refuses messages of this kind; will be tried again");
        }
        Outcome::Unknown { code, .. } => {
            tracing::warn!(post.id = %post, post.attempt = attempt, slack.code = code, "refused for a reason that isn't known here");
        }
        Outcome::NotApplied { retry_after, code } => {
            tracing::warn!(post.id = %post, post.attempt = attempt, slack.code = code, retry.after = ?retry_after, "not applied; will be tried again");
        }
        Outcome::InDoubt { code } => {
            tracing::warn!(post.id = %post, post.attempt = attempt, slack.code = code, "in doubt; will be looked up");
        }
    }
}

/// Records that the life of these touches passed, unless that has changed meanwhile.
pub(super) async fn miss(shared: Arc<Shared>, keys: Vec<PostKey>) -> Result<End, Stopped> {
    let missed = shared.means.writer.submit(None, move |state, _| {
        let open = |key: &&PostKey| state.post_of(key).is_none_or(|post| post.phase.is_open());
        let events = keys.iter().filter(open).map(|key| Event::PostMissed { key: key.clone() }).collect();
        Decision { events, reply: () }
    });
    missed.await?;
    Ok(End::Done)
}
