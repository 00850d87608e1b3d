//! Sent messages are brought up to date: the latest wins, and it may be done twice.

use std::sync::Arc;
use std::time::Duration;

use super::limiter::Slot;
use super::{End, Shared, World};
use crate::clock::monotonic;
use crate::domain::effect::PostId;
use crate::domain::event::Event;
use crate::domain::ids::{MessageTs, Seq, SlackChannelId};
use crate::domain::message::Message;
use crate::domain::performer::Refreshed;
use crate::domain::refusal::{Call, Does, MOST_TRIES};
use crate::journal::{Decision, Stopped};

/// A sent message as it should be.
struct Latest {
    channel: SlackChannelId,
    ts: MessageTs,
    message: Message,
    /// The record up to which it shows.
    through: Seq,
}

/// Makes the message of `post` show everything that is on record; so many tries have failed before.
pub(super) async fn refresh(
    shared: Arc<Shared>,
    world: World,
    post: PostId,
    tried: u32,
    slot: Slot,
) -> Result<End, Stopped> {
    tokio::time::sleep_until(slot.at().into()).await;
    let latest = match latest(&shared, &world, post) {
        Ok(latest) => latest,
        Err(end) => return Ok(end),
    };
    let started = monotonic();
    let call = shared.means.performer.refresh(post, &latest.channel, &latest.ts, &latest.message);
    let refreshed = tokio::time::timeout(shared.means.timeout, call).await;
    let refreshed = refreshed.unwrap_or_else(|_| Refreshed::Later { code: "timeout".to_owned() });
    match refreshed {
        Refreshed::Limited(after) => {
            slot.limited(started, monotonic(), after);
            return Ok(End::Again(after));
        }
        Refreshed::Later { code } => {
            slot.lost(started, monotonic());
            tracing::debug!(post.id = %post, slack.code = code, "a sent message is brought up to date later");
            return Ok(End::Again(shared.means.rates.first_retry));
        }
        Refreshed::Suspended { code } => {
            slot.lost(started, monotonic());
            refused(&shared, Does::Suspends, code).await?;
            return Ok(End::Again(shared.means.rates.first_retry));
        }
        Refreshed::Misconfigured { code } => {
            slot.answered(started, monotonic());
            refused(&shared, Does::Pauses, code).await?;
            return Ok(End::Again(shared.means.rates.first_retry));
        }
        Refreshed::Unknown { code } if tried.saturating_add(1) < MOST_TRIES => {
            slot.lost(started, monotonic());
            tracing::warn!(post.id = %post, slack.code = code, "an update was refused for a reason that isn't known here");
            return Ok(End::Again(shared.means.rates.first_retry));
        }
        Refreshed::Shown | Refreshed::Never => slot.answered(started, monotonic()),
        Refreshed::Refused { code } | Refreshed::Unknown { code } => {
            slot.answered(started, monotonic());
            tracing::warn!(post.id = %post, slack.code = code, "a message can't be brought up to date");
        }
    }
    record(&shared, post, latest.through).await
}

async fn refused(shared: &Shared, does: Does, code: String) -> Result<(), Stopped> {
    let recorded = shared.means.writer.submit(None, move |state, _| Decision {
        events: state.when_refused(Call::Update, does, &code),
        reply: (),
    });
    recorded.await
}

/// The same as an answer to the click on that message.
pub(super) async fn answer(shared: Arc<Shared>, world: World, post: PostId) -> Result<End, Stopped> {
    let latest = match latest(&shared, &world, post) {
        Ok(latest) => latest,
        Err(end) => return Ok(end),
    };
    let call = shared.means.performer.answer(post, &latest.channel, &latest.ts, &latest.message);
    let answered = tokio::time::timeout(shared.means.timeout, call).await.unwrap_or(false);
    // It is then updated like any other.
    if answered { record(&shared, post, latest.through).await } else { Ok(End::Again(Duration::ZERO)) }
}

fn latest(shared: &Shared, world: &World, post: PostId) -> Result<Latest, End> {
    let now = shared.means.clock.now();
    let state = shared.means.writer.state();
    let Some(known) = state.post(post) else { return Err(End::Done) };
    let Some((channel, ts)) = known.place() else { return Err(End::Done) };
    // Nothing is said in the name of whoever the configuration doesn't name, until it does again.
    let Some(to) = world.program.people.get(known.key.to()) else { return Err(End::Unsayable) };
    // What it says may be about somebody of whom this program knows nothing yet.
    if world.program.is_behind(&state) {
        return Err(End::Again(shared.means.rates.first_retry));
    }
    // It is in the conversation of an account that is about to be somebody else's.
    if to.is_in_question(&state) {
        return Err(End::Again(shared.means.rates.first_retry));
    }
    let compose = &shared.means.compose;
    match compose.compose(world, &state, &known.key, &known.teams, known.audience, now) {
        Ok(message) => Ok(Latest { channel: channel.clone(), ts: ts.clone(), message, through: state.head }),
        Err(unsayable) => {
            tracing::error!(post.id = %post, error = %unsayable, "a sent message can't be brought up to date");
            Err(End::Unsayable)
        }
    }
}

async fn record(shared: &Shared, post: PostId, through: Seq) -> Result<End, Stopped> {
    let recorded = shared.means.writer.submit(None, move |state, _| {
        let news = state.post(post).is_some_and(|post| post.shown < through);
        let shown = news.then_some(Event::PostShown { post, through });
        Decision { events: shown.into_iter().chain(state.when_taken(Call::Update)).collect(), reply: () }
    });
    recorded.await?;
    Ok(End::Done)
}
