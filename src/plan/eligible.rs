//! Whether one post may go out now, or the named reason why not: the same rule that planned it, asked
//! again right before the intent.

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::{DeliveryKey, Notice, Post, PostKey};
use crate::domain::event::PauseReason;
use crate::domain::marks;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::case::{Case, Ground, Memo, Recipient, settled};
use super::outlook::{outlook, retry};
use super::pacing::Burst;
use super::posts;
use super::skip::Skip;
use super::touches::Frame;

/// The post that `key` stands for, if it may go out at `now`; else what stands in the way.
pub fn eligible(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    key: &PostKey,
) -> Result<Post, Skip> {
    in_force(program, state)?;
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let Some(delivery) = key.delivery() else { return posts::eligible(ground, now, key) };
    if let Some(skip) = campaigns_held(state, seen) {
        return Err(skip);
    }
    let post = due(ground, &mut Memo::default(), now, delivery)?;
    match Burst::at(now, &program.limits, &state.recent_campaign).skip(&program.calendar.zone) {
        Some(skip) => Err(skip),
        None => Ok(post),
    }
}

/// Whether a post that answers something is due and not settled, whatever the hour and whatever holds it.
pub fn is_wanted(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    key: &PostKey,
) -> bool {
    let frames = Frame::all(program, state);
    posts::is_wanted(Ground { program, state, seen, frames: &frames }, now, key)
}

/// Why no campaign message may go out at all, if so.
fn campaigns_held(state: &State, seen: &Observations) -> Option<Skip> {
    if marks::are_unreadable(state, seen) {
        return Some(Skip::MarksUnreadable);
    }
    if let Some((_, reason)) = &state.paused {
        return Some(Skip::Paused(reason.clone()));
    }
    state.clock_off.as_ref().map(|off| Skip::ClockOff { ahead: off.ahead })
}

/// What keeps a message from going that the rules want, though an advocate approved it: a pause, or a campaign that
/// doesn't go that far yet.
pub fn held_although_approved(
    program: &Program,
    state: &State,
    seen: &Observations,
    delivery: &DeliveryKey,
) -> Option<Skip> {
    if let Some(skip) = campaigns_held(state, seen) {
        return Some(skip);
    }
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let memo = &mut Memo::default();
    let person = program.people.get(&delivery.person)?;
    let recipient = Recipient::of(ground, memo, person);
    case_of(ground, memo, recipient, delivery).ok()?.staged()
}

/// Replicas with another configuration than the one in force don't plan.
pub(super) fn in_force(program: &Program, state: &State) -> Result<(), Skip> {
    match &state.adopted {
        Some(adopted) if adopted.digest == program.digest => Ok(()),
        adopted => {
            Err(Skip::OtherConfiguration { adopted: adopted.as_ref().map(|adopted| adopted.digest.clone()) })
        }
    }
}

/// Why not even an answer may go out, if so: nobody can tell who asked to be forgotten, Slack refuses
/// everything, or nobody has said yet that this is the first start, and then only that question goes.
pub(super) fn held_whole(state: &State, seen: &Observations, key: &PostKey) -> Option<Skip> {
    if marks::are_unreadable(state, seen) {
        return Some(Skip::MarksUnreadable);
    }
    let (_, reason) = state.paused.as_ref()?;
    let held = reason.stops_everything() || may_be_first(state) && !asks_whether_first(key);
    held.then(|| Skip::Paused(reason.clone()))
}

/// Whether it is the question why nothing is sent.
pub(super) fn asks_whether_first(key: &PostKey) -> bool {
    matches!(key, PostKey::Notice { notice: Notice::Paused { .. }, .. })
}

/// Whether nothing is posted but the question whether this is the first start.
pub(super) fn may_be_first(state: &State) -> bool {
    matches!(&state.paused, Some((_, PauseReason::FirstStart { .. })))
}

/// The delivery as a post, if nothing about its person stands in the way at `now`.
fn due(ground: Ground<'_>, memo: &mut Memo, now: Timestamp, delivery: &DeliveryKey) -> Result<Post, Skip> {
    // Everything on record counts, even what a clock that was set back puts into the future.
    due_by(ground, memo, now, Timestamp::MAX, delivery)
}

/// As [`due`], by the messages sent until `up_to`.
fn due_by(
    ground: Ground<'_>,
    memo: &mut Memo,
    now: Timestamp,
    up_to: Timestamp,
    delivery: &DeliveryKey,
) -> Result<Post, Skip> {
    let Some(person) = ground.program.people.get(&delivery.person) else { return Err(Skip::NotInDirectory) };
    let recipient = Recipient::of(ground, memo, person);
    let case = case_of(ground, memo, recipient, delivery)?;
    if case.initiative.quarter != delivery.quarter {
        return Err(Skip::OtherQuarter { quarter: case.initiative.quarter });
    }
    let slot = case
        .slots
        .iter()
        .find(|slot| slot.touch == delivery.touch && slot.occurrence == delivery.occurrence)
        .cloned()
        .ok_or_else(|| match ground.program.cadence.touches.get(&delivery.touch) {
            Some(rule) if !rule.audiences.contains(&case.stakeholder.audience) => {
                Skip::NotAddressed { audience: case.stakeholder.audience }
            }
            Some(_) | None => Skip::NotInCadence,
        })?;
    let before = case.post(&slot);
    if let Some(skip) = before.and_then(|post| settled(post, recipient.zone)) {
        return Err(skip);
    }
    if let Some(skip) = recipient.out_of_campaign() {
        return Err(skip);
    }
    if slot.life.expires <= now {
        case.verdict_at_end(memo, &slot)?;
        return Err(Skip::Over { since: case.zoned(slot.life.expires) });
    }
    case.judge(memo, &slot, now.max(slot.life.due), up_to)?;
    if now < slot.life.due {
        return Err(Skip::NotYet { due: case.zoned(slot.life.due) });
    }
    let retry = before.and_then(|post| retry(post, now));
    if let Some((until, _)) = retry.filter(|(until, _)| now < *until) {
        return Err(Skip::NotBefore { until: case.zoned(until) });
    }
    if let Some(skip) = recipient.gates(ground.program, retry.map(|(_, intended)| intended)).skip(now) {
        return Err(skip);
    }
    match outlook(ground, memo, person, now).due {
        Some((_, post)) if post.key.delivery() == Some(delivery) => Ok(post),
        Some((rank, _)) => Err(match ground.program.initiatives.get(rank) {
            Some(first) => Skip::AnotherFirst { initiative: first.id.clone() },
            None => Skip::OneAtATime,
        }),
        None => Err(Skip::OneAtATime),
    }
}

/// What keeps a delivery from being sent at `now`; for one whose life is over, what did at its last
/// moment.
pub(super) fn in_the_way(
    ground: Ground<'_>,
    memo: &mut Memo,
    now: Timestamp,
    delivery: &DeliveryKey,
) -> Option<Skip> {
    let skip = due(ground, memo, now, delivery).err()?;
    let Skip::Over { since } = &skip else { return Some(skip) };
    let last = since.timestamp().checked_sub(SignedDuration::from_secs(1)).ok()?;
    due_by(ground, memo, last, last, delivery).err().or(Some(skip))
}

/// The case that a delivery belongs to. An initiative may be named by a former id.
pub(super) fn case_of<'a>(
    ground: Ground<'a>,
    memo: &mut Memo,
    recipient: Recipient<'a>,
    delivery: &DeliveryKey,
) -> Result<Case<'a>, Skip> {
    let initiative = ground.program.initiative(&delivery.initiative).ok_or(Skip::NoInitiative)?;
    let rank = ground.program.initiatives.iter().position(|of| of.id == initiative.id);
    Case::of(ground, memo, rank.ok_or(Skip::NoInitiative)?, recipient)
}
