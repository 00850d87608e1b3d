//! Sent messages are brought up to date: the latest wins, and it may be done twice.

use std::sync::Arc;

use super::limiter::Slot;
use super::post::FIRST_RETRY;
use super::{End, Shared, World};
use crate::clock::monotonic;
use crate::domain::effect::PostId;
use crate::domain::event::Event;
use crate::journal::{Decision, Stopped};

/// Makes the message of `post` show everything that is on record.
pub(super) async fn refresh(
    shared: Arc<Shared>,
    world: World,
    post: PostId,
    slot: Slot,
) -> Result<End, Stopped> {
    tokio::time::sleep_until(slot.at().into()).await;
    let now = shared.means.clock.now();
    let (through, channel, ts, message) = {
        let state = shared.means.writer.state();
        let Some(known) = state.post(post) else { return Ok(End::Done) };
        let Some((channel, ts)) = known.place() else { return Ok(End::Done) };
        let compose = &shared.means.compose;
        match compose.compose(&world, &state, &known.key, &known.teams, known.audience, now) {
            Ok(message) => (state.head, channel.clone(), ts.clone(), message),
            Err(unsayable) => {
                tracing::error!(post.id = %post, error = %unsayable, "a sent message can't be brought up to date");
                return Ok(End::Unsayable);
            }
        }
    };
    let started = monotonic();
    let call = shared.means.performer.refresh(post, &channel, &ts, &message);
    let shown = tokio::time::timeout(shared.means.timeout, call).await.unwrap_or(false);
    slot.answered(started, monotonic());
    if !shown {
        return Ok(End::Again(FIRST_RETRY));
    }
    let recorded = shared.means.writer.submit(None, move |state, _| {
        let news = state.post(post).is_some_and(|post| post.shown < through);
        Decision {
            events: if news { vec![Event::PostShown { post, through }] } else { Vec::new() },
            reply: (),
        }
    });
    recorded.await?;
    Ok(End::Done)
}
