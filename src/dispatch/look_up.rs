//! Posts in doubt are looked for where they would be, and settled.

use std::sync::Arc;

use jiff::Timestamp;

use super::limiter::Slot;
use super::work::Failing;
use super::{End, Shared, World, outcome, recipient};
use crate::clock::monotonic;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::event::Event;
use crate::domain::ids::MessageTs;
use crate::domain::message::Recipient;
use crate::domain::performer::Found;
use crate::domain::program::Program;
use crate::domain::refusal::{Call, Does};
use crate::domain::state::{Phase, PostState};
use crate::journal::{Decision, Stopped};

/// Looks `post` up, whose outcome is not known, and records what became of it.
pub(super) async fn settle(
    shared: Arc<Shared>,
    to: Option<Recipient>,
    post: PostId,
    attempt: u32,
    slot: Slot,
) -> Result<End, Stopped> {
    let thread = {
        let state = shared.means.writer.state();
        state.post(post).and_then(|post| state.thread_of(&post.key).cloned())
    };
    let found = match to {
        Some(to) => look_up(&shared, post, &to, thread.as_ref(), slot).await,
        None => Found::Impossible { code: "recipient_gone".to_owned() },
    };
    let is_over = {
        let state = shared.means.writer.state();
        state.post(post).is_some_and(|known| {
            let since = match known.phase {
                Phase::Intended { deadline } => Some(deadline),
                Phase::Sent { .. }
                | Phase::Waiting { .. }
                | Phase::Refused { .. }
                | Phase::Unknown
                | Phase::Missed => None,
            };
            is_over(&shared, (post, &known.key), since, &found)
        })
    };
    let again = match &found {
        Found::Later(after) => return Ok(End::Again(*after)),
        Found::Failed { after, .. } if !is_over => return Ok(End::Again(*after)),
        Found::Refused { after, .. } | Found::Failed { after, .. } => Some(*after),
        Found::There { .. } | Found::Absent | Found::Impossible { .. } | Found::Misconfigured { .. } => None,
    };
    tracing::info!(post.id = %post, post.attempt = attempt, found = word(&found), "looked up");
    let unknown = shared.unknown.take(post, attempt);
    let settled = shared.means.writer.submit(None, move |state, _| Decision {
        events: outcome::of_look_up(state, post, attempt, &found, is_over, unknown.clone()),
        reply: (),
    });
    settled.await?;
    let open = |post: &PostState| matches!(post.phase, Phase::Intended { .. });
    let is_open = shared.means.writer.state().post(post).is_some_and(open);
    Ok(again.filter(|_| is_open).map_or(End::Done, End::Again))
}

/// Looks for a post of which nothing is on record though it may have gone out, as `post`; if it is there, it becomes
/// part of the record. `due` is when it was.
pub(super) async fn prove(
    shared: Arc<Shared>,
    world: World,
    post: PostId,
    (key, due): (PostKey, Timestamp),
    to: Recipient,
    slot: Slot,
) -> Result<End, Stopped> {
    let (thread, since) = {
        let state = shared.means.writer.state();
        // It is looked for since the restore, or since it was due if that was later.
        let since = state.restored.last().map(|restored| restored.at.max(due));
        (state.thread_of(&key).cloned(), since)
    };
    let account = to.slack.clone();
    let found = look_up(&shared, post, &to, thread.as_ref(), slot).await;
    let is_over = is_over(&shared, (post, &key), since, &found);
    let again = match &found {
        Found::Later(after) => return Ok(End::Again(*after)),
        Found::Failed { after, .. } if !is_over => return Ok(End::Again(*after)),
        Found::Refused { after, .. } => Some(*after).filter(|_| !is_over),
        Found::Failed { .. } => None,
        Found::Misconfigured { .. } => Some(shared.means.rates.first_retry),
        Found::There { .. } | Found::Absent | Found::Impossible { .. } => None,
    };
    tracing::info!(post.id = %post, found = word(&found), "looked a message up that may have gone out before");
    let proven = shared.means.writer.submit(None, move |state, now| {
        let before = state.post_of(&key);
        let known = before.is_some_and(|post| !post.phase.may_be_tried_again());
        let attempt = before.map_or(1, |post| post.attempt.saturating_add(1));
        let outcome = match &found {
            Found::There { channel, ts } => {
                let now = recipient(&world.program, state, key.to());
                let former = now.is_none_or(|now| now.slack != to.slack).then(|| to.slack.clone());
                Some(Event::PostSent { post, attempt, channel: channel.clone(), ts: ts.clone(), former })
            }
            Found::Impossible { .. } if !key.is_awaited() => Some(Event::PostUnknown { post, attempt }),
            Found::Refused { .. } | Found::Failed { .. } if is_over && !key.is_awaited() => {
                Some(Event::PostUnknown { post, attempt })
            }
            Found::Impossible { .. }
            | Found::Absent
            | Found::Later(_)
            | Found::Failed { .. }
            | Found::Refused { .. }
            | Found::Misconfigured { .. } => None,
        };
        let mut events = match (outcome, &found) {
            (Some(outcome), _) if !known => {
                let found_as = state.named_in_intent(post, &key);
                vec![intent(&world.program, &key, attempt, found_as, now), outcome]
            }
            (_, Found::Refused { code, .. }) => state.when_refused(Call::LookUp, Does::Suspends, code),
            (_, Found::Misconfigured { code }) => state.when_refused(Call::LookUp, Does::Pauses, code),
            (
                _,
                Found::There { .. }
                | Found::Absent
                | Found::Later(_)
                | Found::Failed { .. }
                | Found::Impossible { .. },
            ) => Vec::new(),
        };
        if matches!(found, Found::There { .. } | Found::Absent) {
            events.extend(state.when_taken(Call::LookUp));
        }
        Decision { events, reply: () }
    });
    proven.await?;
    Ok(again.map_or(End::Proven(account), End::Again))
}

/// The id of no post.
pub(super) fn nothing() -> PostId {
    PostId::of_test([0; 8])
}

/// Finds out whether Slack lets anything be looked up again, by looking for nothing.
pub(super) async fn try_out(shared: Arc<Shared>, to: Recipient, slot: Slot) -> Result<End, Stopped> {
    let found = look_up(&shared, nothing(), &to, None, slot).await;
    let again = match &found {
        // What Slack says of one conversation it says after it took the call.
        Found::There { .. } | Found::Absent | Found::Impossible { .. } => {
            let taken = shared.means.writer.submit(None, |state, _| Decision {
                events: state.when_taken(Call::LookUp).into_iter().collect(),
                reply: (),
            });
            taken.await?;
            return Ok(End::Done);
        }
        Found::Later(after) | Found::Failed { after, .. } | Found::Refused { after, .. } => *after,
        Found::Misconfigured { .. } => shared.means.rates.first_retry,
    };
    Ok(End::Again(again))
}

fn intent(program: &Program, key: &PostKey, attempt: u32, found_as: Option<PostId>, now: Timestamp) -> Event {
    let stakeholder = key.delivery().and_then(|delivery| {
        let initiative = program.initiative(&delivery.initiative)?;
        program.stakeholder(initiative, program.people.get(&delivery.person)?)
    });
    Event::PostIntended {
        key: key.clone(),
        attempt,
        deadline: now,
        audience: stakeholder.as_ref().map(|stakeholder| stakeholder.audience),
        teams: stakeholder.map(|stakeholder| stakeholder.teams).unwrap_or_default(),
        lists: Vec::new(),
        found_as,
    }
}

/// Whether this answer about `post`, which is looked for since then if the record says that, is one too many of those that
/// say nothing.
fn is_over(
    shared: &Shared,
    (post, key): (PostId, &PostKey),
    since: Option<Timestamp>,
    found: &Found,
) -> bool {
    let now = shared.means.clock.now();
    let failing = match found {
        Found::Refused { .. } => Failing::Refused,
        Found::Failed { .. } => Failing::Failed,
        Found::There { .. } | Found::Absent => {
            shared.patience.taken(now);
            shared.patience.ends(post);
            return false;
        }
        Found::Impossible { .. } => {
            shared.patience.ends(post);
            return false;
        }
        Found::Later(_) | Found::Misconfigured { .. } => return false,
    };
    shared.patience.is_over((post, key), failing, since, now)
}

async fn look_up(
    shared: &Shared,
    post: PostId,
    to: &Recipient,
    thread: Option<&MessageTs>,
    slot: Slot,
) -> Found {
    tokio::time::sleep_until(slot.at().into()).await;
    let started = monotonic();
    let found = tokio::time::timeout(shared.means.timeout, shared.means.performer.look_up(post, to, thread))
        .await
        .unwrap_or_else(|_| Found::Failed {
            code: "timeout".to_owned(),
            after: shared.means.rates.first_retry,
        });
    let done = monotonic();
    match &found {
        // Most often a limit. The post goes to the end of the queue, so the others lose this rest only.
        Found::Later(after) => slot.limited(started, done, *after),
        // Others are refused as well, most often; they go on, but less and less often.
        Found::Refused { .. } | Found::Failed { .. } => slot.lost(started, done),
        Found::There { .. } | Found::Absent | Found::Impossible { .. } | Found::Misconfigured { .. } => {
            slot.answered(started, done);
        }
    }
    found
}

fn word(found: &Found) -> &'static str {
    match found {
        Found::There { .. } => "there",
        Found::Absent => "absent",
        Found::Later(_) => "later",
        Found::Failed { .. } => "failed",
        Found::Refused { .. } => "refused",
        Found::Misconfigured { .. } => "misconfigured",
        Found::Impossible { .. } => "impossible",
    }
}
