//! What a post says, where the plan has a say in it: what waits for approval.

use jiff::Timestamp;

use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::ids::{InitiativeId, PersonId, TeamId};
use crate::domain::initiative::Initiative;
use crate::domain::message::Message;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::message::{self, Unsayable};
use crate::plan;

use super::approval::queued;

/// The message of a post, as it should read at `now`: [`message::compose`] for everything, and for reviews and
/// digests what waits for approval.
pub fn composed(
    program: &Program,
    state: &State,
    seen: &Observations,
    key: &PostKey,
    (teams, audience): (&[TeamId], Option<Audience>),
    now: Timestamp,
) -> Result<Message, Unsayable> {
    match key {
        _ if state.was_removed(key) => message::compose(program, state, seen, key, teams, audience, now),
        PostKey::Review { initiative, to, .. } => reviewed(program, state, seen, key, (initiative, to), now),
        PostKey::Digest { to, .. } => digested(program, state, seen, to, now),
        _ => message::compose(program, state, seen, key, teams, audience, now),
    }
}

/// A review, with what waits as the plan says.
fn reviewed(
    program: &Program,
    state: &State,
    seen: &Observations,
    key: &PostKey,
    (initiative, to): (&InitiativeId, &PersonId),
    now: Timestamp,
) -> Result<Message, Unsayable> {
    if let Some(newer) = state.superseded(state.id_of(key)) {
        return message::superseded(program, seen, initiative, to, newer);
    }
    let waiting: Vec<message::Queued> =
        plan::listed(program, state, seen, now, key).iter().map(queued).collect();
    let until = key.on().and_then(|on| plan::shown_until(program, seen, to, on));
    message::review(program, state, seen, message::Queue { initiative, waiting: &waiting, until }, to, now)
}

/// A digest, with what waits for approval as the plan says.
fn digested(
    program: &Program,
    state: &State,
    seen: &Observations,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    // It is written while the decision that it goes out is taken: nothing is looked at but what is theirs to approve.
    let theirs = |of: &Initiative| !of.withdrawn && of.advocates.contains(to);
    let queue = plan::queue_among(program, state, seen, theirs, now);
    let since = state.person(to).and_then(|known| known.digest).map_or(Timestamp::MIN, |(_, at)| at);
    let until = plan::review_horizon(program, seen, to, now);
    let all = program.initiatives.iter().enumerate().filter(|(_, of)| theirs(of));
    let waiting: Vec<(&InitiativeId, Vec<message::Queued>, usize)> = all
        .map(|(rank, of)| {
            let waiting = queue.of(rank).map(queued).collect();
            (&of.id, waiting, queue.lapsed(rank, since, now))
        })
        .collect();
    let unapproved: Vec<message::Unapproved<'_>> = waiting
        .iter()
        .map(|(initiative, waiting, lapsed)| message::Unapproved {
            queue: message::Queue { initiative, waiting, until },
            lapsed: *lapsed,
        })
        .collect();
    message::digest(program, state, seen, to, &unapproved, now)
}
