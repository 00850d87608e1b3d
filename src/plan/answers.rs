//! What a question sends: the receipt to whoever asked, the relays to the advocates, their answers back,
//! and the reminder of one that nobody has answered (rule R9).
//!
//! Invariant: which posts there are depends on the records and the configuration alone, so that they are
//! planned anew only when a record touches the asker. What depends on somebody's zone is reckoned when a
//! post is looked at ([`Moment`]).

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::{Notice, PostKey};
use crate::domain::ids::Seq;
use crate::domain::program::Program;
use crate::domain::question::{self, Asker, in_charge_of};
use crate::domain::state::{Phase, Received, State};

use super::posts::{Hours, Item, Moment, notices};

/// The hours of a day in which an answer that somebody waits for may come: from, until.
const DAY: (Time, Time) = (Time::constant(7, 0, 0, 0), Time::constant(21, 0, 0, 0));

/// The posts of question `of`. What is no longer wanted has no life left: what was tried is then missed
/// instead of being forgotten.
pub(super) fn about_question(program: &Program, state: &State, of: Seq, received: &Received) -> Vec<Item> {
    let Some(question) = state.questions.get(&of) else { return Vec::new() };
    let asker = &received.person;
    let advocates = in_charge_of(program, state, of, question.initiative.as_ref(), asker);
    let mut items = Vec::new();
    // An advocate who asks their own bot has nobody to be passed on to; the FAQ answers anybody.
    if !advocates.is_empty() || question.matched.is_some() {
        items.push(receipt(of, received));
    }
    let since = state.awaits_since(of);
    let answered = state.answers_to(of).next().is_some();
    let is_gone = matches!(question::asker(program, state, asker), Asker::Gone);
    for to in advocates.iter().cloned() {
        let since_then = since.unwrap_or(received.at);
        let relay = Item::about(PostKey::Relay { of, to: to.clone() }, since_then, received);
        let overdue = Item::about(PostKey::Overdue { of, to }, since_then, received)
            .at(Moment::WorkingDayAfter(relay.id(state)));
        let open = since.is_some() && !answered;
        items.push(if open { relay } else { relay.over() });
        // There is no use in coming back with what nobody can answer.
        items.push(if open && !is_gone { overdue } else { overdue.over() });
    }
    for (answer, said) in question.answers.iter().filter_map(|of| Some((*of, state.answers.get(of)?))) {
        let key = PostKey::Answer { of: answer, to: asker.clone() };
        let item = Item::new(key, said.at).at(Moment::After(said.at)).in_hours(Hours::ByDay);
        let id = item.id(state);
        let lost = state.post(id).filter(|post| post.phase == Phase::Unknown && !said.withdrawn);
        items.push(if said.withdrawn { item.over() } else { item });
        // It may have arrived, so it isn't sent again: a human asks.
        if let Some(post) = lost {
            items.extend(notices(advocates.iter().cloned(), &Notice::Unknown { post: id }, post.intended_at));
        }
    }
    items
}

/// Whoever asked hears at once what happens, and still when the question was placed a moment ago.
fn receipt(of: Seq, received: &Received) -> Item {
    Item::about(PostKey::Receipt { of, to: received.person.clone() }, received.at, received).at_once()
}

/// Whether it is day for somebody in `zone`.
pub(super) fn is_day(at: Timestamp, zone: &TimeZone) -> bool {
    let time = zone.to_datetime(at).time();
    DAY.0 <= time && time < DAY.1
}

/// When the day next begins in `zone`, after `at`.
pub(super) fn next_day(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let local = zone.to_datetime(at);
    let date = if local.time() < DAY.0 { local.date() } else { local.date().tomorrow().ok()? };
    let begins = zone.to_timestamp(date.to_datetime(DAY.0)).ok()?;
    // Where daylight saving moves the hour, the morning may already be over.
    (at < begins).then_some(begins).or_else(|| at.checked_add(SignedDuration::from_hours(1)).ok())
}
