//! What waits for an advocate, and when they hear of it: reviews and rehearsals.
//!
//! Invariant: an advocate gets one review an initiative and working day at most, and only when something
//! waits that no review before has shown, or that was shown days ago and can't wait for much longer; and no more
//! than a day's worth of rehearsals.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::domain::directory::Person;
use crate::domain::effect::{DeliveryKey, Life, PostKey};
use crate::domain::ids::PersonId;
use crate::domain::initiative::Initiative;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::case::{Case, Ground, Memo, Recipient, settled};
use super::eligible::case_of;
use super::outlook::held_back;
use super::posts::Item;
use super::skip::Skip;
use super::touches::{Frame, Slot};

/// A review shows what is due on so many working days to come.
const AHEAD: usize = 2;

/// Most rehearsals to an advocate in a day.
const REHEARSALS_A_DAY: usize = 12;

/// A message that would go but for an advocate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// When it would be due.
    pub due: Timestamp,
    /// From when on it can't be sent any more.
    pub expires: Timestamp,
    /// Since when it may have been waiting, as far as that is known.
    pub(super) appeared: Timestamp,
    /// Which.
    pub delivery: DeliveryKey,
}

/// What waits, by the initiative's place in the advocate's order.
pub(super) type Waits = BTreeMap<usize, BTreeSet<Waiting>>;

/// What an advocate keeps from going to one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct HeldBack {
    /// For want of approval.
    pub(super) waiting: Vec<(usize, Waiting)>,
    /// For want of approval until it was too late.
    pub(super) lapsed: Vec<(usize, Waiting)>,
    /// Because the campaign is in rehearsal.
    pub(super) rehearsing: Vec<(usize, Waiting)>,
}

/// One working day of an advocate.
struct Day {
    on: Date,
    opens: Timestamp,
    /// The start of the day after.
    ends: Timestamp,
}

fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(day.to_datetime(Time::midnight())).ok()
}

/// The first working day of `person` with hours left at `from`.
fn working_day(program: &Program, zone: &TimeZone, person: &Person, from: Timestamp) -> Option<Day> {
    let hours = program.hours_of(person);
    let on = zone.to_datetime(hours.next(from, zone, &person.days_off)?).date();
    let opens = hours.next(start_of(on, zone)?, zone, &person.days_off)?;
    Some(Day { on, opens, ends: start_of(on.tomorrow().ok()?, zone)? })
}

/// Up to when a review on `on` looks ahead: the end of the last of the next working days.
fn horizon(program: &Program, zone: &TimeZone, person: &Person, on: Date) -> Option<Timestamp> {
    let mut ends = start_of(on.tomorrow().ok()?, zone)?;
    for _ in 0..AHEAD {
        ends = working_day(program, zone, person, ends)?.ends;
    }
    Some(ends)
}

/// Up to when what waits is shown to `advocate` at `now`.
pub fn review_horizon(
    program: &Program,
    seen: &Observations,
    advocate: &PersonId,
    now: Timestamp,
) -> Option<Timestamp> {
    let person = program.people.get(advocate)?;
    let zone = program.zone_of(person, seen.zone(advocate));
    horizon(program, zone, person, zone.to_datetime(now).date())
}

/// Up to when what waits is shown to `advocate` in their review of the day `on`.
pub fn shown_until(
    program: &Program,
    seen: &Observations,
    advocate: &PersonId,
    on: Date,
) -> Option<Timestamp> {
    let person = program.people.get(advocate)?;
    horizon(program, program.zone_of(person, seen.zone(advocate)), person, on)
}

/// What a review lists at `now`, soonest first: what waits and came due soon after its day. Other posts list nothing.
pub fn listed(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    key: &PostKey,
) -> Vec<Waiting> {
    let PostKey::Review { to, initiative, on } = key else { return Vec::new() };
    let until = shown_until(program, seen, to, *on);
    let (Some(until), Some(initiative)) = (until, program.initiative(initiative)) else { return Vec::new() };
    let waiting = waiting(program, state, seen, now, initiative).into_iter();
    waiting.take_while(|waiting| waiting.due < until).collect()
}

/// The reviews of one initiative at `now`, and when to look again.
pub(super) fn about_review(
    ground: Ground<'_>,
    rank: usize,
    waiting: &BTreeSet<Waiting>,
    now: Timestamp,
) -> (Vec<Item>, Option<Timestamp>) {
    let (mut items, mut again) = (Vec::new(), None::<Timestamp>);
    let program = ground.program;
    let Some(initiative) = program.initiatives.get(rank) else { return (items, again) };
    for to in &initiative.advocates {
        let Some(person) = program.people.get(to) else { continue };
        let zone = program.zone_of(person, ground.seen.zone(to));
        let Some(day) = working_day(program, zone, person, now) else { continue };
        let next = working_day(program, zone, person, day.ends).map(|next| next.opens);
        again = again.into_iter().chain(next).min();
        let Some(until) = horizon(program, zone, person, day.on) else { continue };
        let before = ground.state.review(&initiative.id, to);
        let shown = before.and_then(|before| Some((before.key.on()?, before)));
        // Nobody has approved it, the days that the review before looked at are over, and soon it is too late.
        let is_last_call = |waiting: &Waiting, before: Date| {
            let over = horizon(program, zone, person, before).is_some_and(|shown| shown <= day.opens);
            over && waiting.expires <= until
        };
        let is_new = |waiting: &Waiting| match shown {
            // Of today's own review another attempt may have to be made.
            Some((on, _)) if on == day.on => true,
            // A message may come to wait for many reasons: a concern that is settled, a configuration, an account.
            // What was told is on record, and nothing else is taken for it.
            Some((_, before)) if before.lists.is_some() => !before.lists(&waiting.delivery),
            // Records of before don't say what a review listed.
            Some((on, before)) => {
                before.intended_at < waiting.appeared
                    || horizon(program, zone, person, on).is_none_or(|shown| shown <= waiting.due)
            }
            None => true,
        };
        let is_told = |waiting: &Waiting| {
            is_new(waiting) || shown.is_some_and(|(before, _)| is_last_call(waiting, before))
        };
        if waiting.iter().take_while(|waiting| waiting.due < until).any(is_told) {
            let (to, initiative) = (to.clone(), initiative.id.clone());
            let key = PostKey::Review { to, initiative, on: day.on };
            items.push(Item::new(key, day.opens).until(day.ends));
        }
    }
    (items, again)
}

/// The rehearsals that may go to the advocates at `now`, and when to look again.
pub(super) fn about_rehearsals(
    ground: Ground<'_>,
    rehearsing: &Waits,
    now: Timestamp,
) -> (Vec<Item>, Option<Timestamp>) {
    let (mut items, mut again) = (Vec::new(), None::<Timestamp>);
    let program = ground.program;
    let of_rank = |rank: &usize| program.initiatives.get(*rank);
    let advocates: BTreeSet<&PersonId> =
        rehearsing.keys().filter_map(of_rank).flat_map(|initiative| &initiative.advocates).collect();
    for to in advocates {
        let Some(person) = program.people.get(to) else { continue };
        let zone = program.zone_of(person, ground.seen.zone(to));
        let Some(day) = working_day(program, zone, person, now) else { continue };
        let mut free = free_on(ground.state, to, zone, day.on);
        let theirs = rehearsing
            .iter()
            .filter(|(rank, _)| of_rank(rank).is_some_and(|initiative| initiative.advocates.contains(to)));
        for waiting in theirs.flat_map(|(_, waiting)| waiting.iter().take_while(|waiting| waiting.due <= now))
        {
            let key = PostKey::Rehearsal { to: to.clone(), delivery: waiting.delivery.clone() };
            let tried = ground.state.post_of(&key);
            if tried.is_some_and(|post| !post.phase.may_be_tried_again()) {
                continue;
            }
            if tried.is_none() {
                if free == 0 {
                    let next = working_day(program, zone, person, day.ends).map(|next| next.opens);
                    again = again.into_iter().chain(next).min();
                    break;
                }
                free -= 1;
            }
            items.push(Item::new(key, waiting.due).until(waiting.expires));
        }
    }
    (items, again)
}

/// How many rehearsals may still go to an advocate on a day.
fn free_on(state: &State, to: &PersonId, zone: &TimeZone, on: Date) -> usize {
    let rehearsed = state.person(to).into_iter().flat_map(|known| &known.rehearsed);
    REHEARSALS_A_DAY.saturating_sub(rehearsed.filter(|at| zone.to_datetime(**at).date() == on).count())
}

/// What waits for approval of one initiative, found by looking at everybody.
pub(super) fn waits_for_approval(
    ground: Ground<'_>,
    memo: &mut Memo,
    rank: usize,
    now: Timestamp,
) -> BTreeSet<Waiting> {
    let people = ground.program.people.values();
    let waiting = people.flat_map(|person| held_back(ground, memo, person, rank, now).waiting);
    waiting.map(|(_, waiting)| waiting).collect()
}

/// What one person's rehearsals come from.
pub(super) fn waits_for_stage(
    ground: Ground<'_>,
    memo: &mut Memo,
    rank: usize,
    person: &PersonId,
    now: Timestamp,
) -> Waits {
    let Some(person) = ground.program.people.get(person) else { return Waits::new() };
    let mut waits = Waits::new();
    for (rank, waiting) in held_back(ground, memo, person, rank, now).rehearsing {
        waits.entry(rank).or_default().insert(waiting);
    }
    waits
}

/// What waits for approval of `initiative`, in the order in which it comes due.
pub fn waiting(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    initiative: &Initiative,
) -> Vec<Waiting> {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let Some(rank) = program.initiatives.iter().position(|of| of.id == initiative.id) else {
        return Vec::new();
    };
    waits_for_approval(ground, &mut Memo::default(), rank, now).into_iter().collect()
}

/// The life of a planned message that an advocate may decide about, or why there is none: it is sent, it
/// is over, or the rules don't want it.
pub fn judgeable(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    delivery: &DeliveryKey,
) -> Result<Life, Skip> {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let memo = &mut Memo::default();
    let person = program.people.get(&delivery.person).ok_or(Skip::NotInDirectory)?;
    let recipient = Recipient::of(ground, memo, person);
    if let Some(skip) = recipient.out_of_campaign() {
        return Err(skip);
    }
    let case = case_of(ground, memo, recipient, delivery)?;
    if case.initiative.quarter != delivery.quarter {
        return Err(Skip::OtherQuarter { quarter: case.initiative.quarter });
    }
    let is_it = |slot: &&Slot| slot.touch == delivery.touch && slot.occurrence == delivery.occurrence;
    let slot = case.slots.iter().find(is_it).cloned().ok_or(Skip::NotInCadence)?;
    open(&case, memo, &slot, now)?;
    Ok(slot.life)
}

/// The next message that an advocate may decide about for one person, or why there is none.
pub fn next_for(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    initiative: &Initiative,
    person: &Person,
) -> Result<(DeliveryKey, Life), Skip> {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let memo = &mut Memo::default();
    let recipient = Recipient::of(ground, memo, person);
    if let Some(skip) = recipient.out_of_campaign() {
        return Err(skip);
    }
    let rank = program.initiatives.iter().position(|of| of.id == initiative.id);
    let case = Case::of(ground, memo, rank.ok_or(Skip::NoInitiative)?, recipient)?;
    let mut why = Skip::AfterFreeze;
    for slot in case.slots.iter() {
        match open(&case, memo, slot, now) {
            Ok(()) => return Ok((case.key(slot), slot.life)),
            Err(Skip::Sent { .. } | Skip::Over { .. } | Skip::NotInCadence) => {}
            Err(skip) => why = skip,
        }
    }
    Err(why)
}

/// Whether the rules want a message, whatever advocates decided so far.
fn open(case: &Case<'_>, memo: &mut Memo, slot: &Slot, now: Timestamp) -> Result<(), Skip> {
    if let Some(skip) = case.post(slot).and_then(|post| settled(post, case.recipient.zone)) {
        return Err(skip);
    }
    let until = case.sendable_until(slot);
    if until <= now {
        return Err(Skip::Over { since: case.zoned(until) });
    }
    case.argued(memo, slot, now.max(slot.life.due), Timestamp::MAX).map(|_| ())
}
