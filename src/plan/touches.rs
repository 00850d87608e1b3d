//! When each touch of the cadence may be sent: its life `[due, expires)` for one recipient.
//!
//! Invariant: lives of one recipient and initiative never overlap, so that of several touches at most
//! one can be sent at a moment and the newest is the one. Nothing but a follow-up lives after the freeze.
//! Lives depend on the calendar alone, so people of equal zone, days off and audience share them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::calendar::{Anchor, Offset, PlanningWindow, Quarter};
use crate::domain::effect::Life;
use crate::domain::engagement::{Audience, Touch};
use crate::domain::hours::{DaysOff, SendHours};
use crate::domain::initiative::Initiative;
use crate::domain::program::{Program, TouchRule};
use crate::domain::state::State;

use super::approval::Steering;
use super::skip::Skip;

/// The last call keeps this many working days clear before the freeze (ARCHITECTURE, *What a message must be*).
const CLEAR_WORKING_DAYS: i32 = 2;

/// How long a follow-up may take when no later planning window ends it.
const FOLLOW_UP_DAYS: i64 = 60;

/// No cadence recurs more often than this within one planning window.
const MOST_OCCURRENCES: usize = 400;

/// One touch of a cadence in one recipient's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Which touch.
    pub(super) touch: Touch,
    /// For touches that recur: the local date of the schedule's time.
    pub(super) occurrence: Option<Date>,
    /// When it may be sent; empty if never.
    pub(super) life: Life,
    /// Why it never may, if so.
    pub(super) never: Option<Skip>,
}

/// What the calendar says of an initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// Its planning window.
    pub(super) window: Option<PlanningWindow>,
    /// When it was first adopted.
    pub(super) adopted: Option<Timestamp>,
    /// It was adopted on a later day than its first touch's, as the calendar's zone has it.
    pub(super) late: bool,
    /// What advocates decided about it.
    pub(super) steering: Steering,
}

impl Frame {
    /// The frame of each initiative, in the advocate's order.
    pub(super) fn all(program: &Program, state: &State) -> Vec<Self> {
        let mut windows: HashMap<Quarter, Option<PlanningWindow>> = HashMap::new();
        program
            .initiatives
            .iter()
            .map(|initiative| {
                let window = windows
                    .entry(initiative.quarter)
                    .or_insert_with(|| program.window(initiative.quarter))
                    .clone();
                Self::of(program, state, initiative, window)
            })
            .collect()
    }

    fn of(program: &Program, state: &State, initiative: &Initiative, window: Option<PlanningWindow>) -> Self {
        let adopted = state.initiatives.get(&initiative.id).copied();
        let first = window.as_ref().and_then(|window| {
            let holiday = |day| program.calendar.holidays.contains_key(&day);
            program.cadence.touches.values().filter_map(|rule| rule.at.day(window, holiday)).min()
        });
        let late = first
            .zip(adopted)
            .is_some_and(|(first, adopted)| first < program.calendar.zone.to_datetime(adopted).date());
        Self { window, adopted, late, steering: Steering::of(program, state, initiative) }
    }

    /// The adoption that compresses the cadence, if one does.
    fn compressed(&self) -> Option<Timestamp> {
        self.adopted.filter(|_| self.late)
    }
}

/// Lives by everything they depend on.
#[derive(Debug, Default)]
pub(super) struct Lives {
    places: HashMap<PlaceKey, (u32, DaysOff)>,
    slots: HashMap<CadenceKey, Arc<[Slot]>>,
}

/// What a cadence becomes slots from: place, audience, quarter, when a late initiative was adopted, and when the person was approached, if they were.
type CadenceKey = (u32, Audience, Quarter, Option<Timestamp>, Option<Timestamp>);

/// To whom a cadence is addressed.
pub(super) struct Addressee<'a> {
    pub(super) place: Place,
    pub(super) zone: &'a TimeZone,
    pub(super) hours: &'a SendHours,
    pub(super) off: &'a DaysOff,
    pub(super) audience: Audience,
    /// When they were approached, if a stakeholder named them.
    pub(super) approached: Option<Timestamp>,
}

/// Where and when somebody works. Layers of holidays are told apart by address; the days off kept beside
/// the key hold them alive, so that an address is never used twice.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PlaceKey {
    zone: String,
    hours: SendHours,
    layers: Vec<usize>,
    own: BTreeSet<Date>,
}

/// A zone, hours and days off that have been met before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(u32);

impl Lives {
    /// The place of somebody with this zone, these hours and these days off.
    pub(super) fn place(&mut self, zone: &TimeZone, hours: &SendHours, off: &DaysOff) -> Place {
        let key = PlaceKey {
            zone: zone.iana_name().map_or_else(|| format!("{zone:?}"), str::to_owned),
            hours: hours.clone(),
            layers: off.shared.iter().map(|layer| Arc::as_ptr(layer).addr()).collect(),
            own: off.own.clone(),
        };
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        Place(self.places.entry(key).or_insert_with(|| (next, off.clone())).0)
    }

    /// The slots of an initiative's cadence for an audience at a place, earliest first.
    pub(super) fn slots(&mut self, program: &Program, frame: &Frame, to: &Addressee<'_>) -> Arc<[Slot]> {
        let Addressee { place, zone, hours, off, audience, approached } = *to;
        let Some(window) = &frame.window else { return Arc::default() };
        let adopted = frame.compressed();
        let timeline =
            || Timeline { program, window, zone, hours, off, audience, adopted, approached }.slots().into();
        Arc::clone(
            self.slots
                .entry((place.0, audience, window.quarter, adopted, approached))
                .or_insert_with(timeline),
        )
    }
}

/// Everything a recipient's lives depend on.
pub(super) struct Timeline<'a> {
    pub(super) program: &'a Program,
    pub(super) window: &'a PlanningWindow,
    pub(super) zone: &'a TimeZone,
    pub(super) hours: &'a SendHours,
    pub(super) off: &'a DaysOff,
    pub(super) audience: Audience,
    /// For a late initiative, when it was adopted.
    pub(super) adopted: Option<Timestamp>,
    /// When they were approached, if a stakeholder named them.
    pub(super) approached: Option<Timestamp>,
}

impl Timeline<'_> {
    /// Every slot, earliest first.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let mut slots = self.single();
        let last_call = slots
            .iter()
            .find(|slot| slot.touch == Touch::LastCall && slot.never.is_none())
            .map(|slot| slot.life.due);
        slots.extend(self.reminders(last_call));
        slots.extend(self.follow_up());
        slots.sort_by_key(|slot| (slot.life.due, slot.touch));
        slots
    }

    fn rule(&self, touch: Touch) -> Option<&TouchRule> {
        let rule = self.program.cadence.touches.get(&touch)?;
        rule.audiences.contains(&self.audience).then_some(rule)
    }

    /// The civil moment an anchor names, in the recipient's zone.
    fn moment(&self, anchor: &Anchor) -> Option<Timestamp> {
        let day = anchor.day(self.window, |day| self.program.calendar.holidays.contains_key(&day))?;
        self.at(day, anchor.offset.time.unwrap_or(Time::midnight()))
    }

    fn at(&self, day: Date, time: Time) -> Option<Timestamp> {
        self.zone.to_timestamp(day.to_datetime(time)).ok()
    }

    fn sendable(&self, from: Timestamp) -> Option<Timestamp> {
        self.hours.next(from, self.zone, self.off)
    }

    /// Touches that come once before the freeze. Each lives until the next is due.
    fn single(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = [Touch::HeadsUp, Touch::Pitch, Touch::LastCall]
            .into_iter()
            .filter_map(|touch| {
                let rule = self.rule(touch)?;
                let opening = self.moment(&rule.at)?;
                let (due, never) =
                    self.sendable(opening).map_or((opening, Some(Skip::NoSendHours)), |due| (due, None));
                let until = rule.until.as_ref().and_then(|until| self.moment(until));
                let expires = until.map_or(self.window.freezes, |until| until.min(self.window.freezes));
                Some(Slot { touch, occurrence: None, life: Life { due, expires }, never })
            })
            .collect();
        self.compress(&mut slots);
        self.approach(&mut slots);
        if let Some(last_call) = slots.iter_mut().find(|slot| slot.touch == Touch::LastCall)
            && let Some(latest) = self.last_call_ends()
        {
            last_call.life.expires = last_call.life.expires.min(latest);
            if last_call.life.expires <= last_call.life.due && last_call.never.is_none() {
                last_call.never = Some(Skip::TooCloseToFreeze);
            }
        }
        let mut next_due: Option<Timestamp> = None;
        for slot in slots.iter_mut().rev().filter(|slot| slot.never.is_none()) {
            if self.window.freezes <= slot.life.due {
                slot.never = Some(Skip::AfterFreeze);
                continue;
            }
            slot.life.expires = next_due.map_or(slot.life.expires, |next| slot.life.expires.min(next));
            if slot.life.expires <= slot.life.due {
                slot.never = Some(Skip::Superseded);
                continue;
            }
            next_due = Some(slot.life.due);
        }
        slots
    }

    /// Of a late initiative the pitch takes the place of the heads-up, and goes at once (rule R5).
    fn compress(&self, slots: &mut [Slot]) {
        let Some(adopted) = self.adopted else { return };
        let Some(pitch_due) = slots
            .iter()
            .find(|slot| slot.touch == Touch::Pitch && slot.never.is_none())
            .map(|slot| slot.life.due)
        else {
            return;
        };
        let mut earliest = pitch_due;
        for slot in slots.iter_mut().filter(|slot| slot.touch == Touch::HeadsUp) {
            slot.never = Some(Skip::Merged);
            earliest = self.sendable(adopted.max(slot.life.due)).map_or(earliest, |at| earliest.min(at));
        }
        for slot in slots.iter_mut().filter(|slot| slot.touch == Touch::Pitch) {
            slot.life.due = earliest;
        }
    }

    /// Whoever is approached after the heads-up gets the pitch at once, and even after its time: their
    /// first message makes the case.
    fn approach(&self, slots: &mut [Slot]) {
        let Some(approached) = self.approached else { return };
        let has_pitch = slots.iter().any(|slot| slot.touch == Touch::Pitch && slot.never.is_none());
        let pitch_due = slots.iter().find(|slot| slot.touch == Touch::Pitch).map(|slot| slot.life.due);
        let is_past = |slot: &Slot| {
            let ends = pitch_due.map_or(slot.life.expires, |due| slot.life.expires.min(due));
            slot.touch == Touch::HeadsUp && ends <= approached
        };
        let Some(at) = self.sendable(approached).filter(|_| has_pitch && slots.iter().any(is_past)) else {
            return;
        };
        for slot in slots.iter_mut() {
            match slot.touch {
                Touch::HeadsUp => slot.never = Some(Skip::Merged),
                Touch::Pitch if slot.life.expires <= at => {
                    slot.life = Life { due: at, expires: self.window.freezes };
                }
                Touch::Pitch => slot.life.due = slot.life.due.min(at),
                Touch::Reminder | Touch::LastCall | Touch::FollowUp => {}
            }
        }
    }

    /// From when on no last call is sent: the start of the day that lies two working days before the
    /// freeze's.
    fn last_call_ends(&self) -> Option<Timestamp> {
        let offset = Offset { working_days: -CLEAR_WORKING_DAYS, ..Offset::default() };
        let holiday = |day| self.program.calendar.holidays.contains_key(&day);
        self.at(offset.from(self.window.freezes_on, holiday)?, Time::midnight())
    }

    /// One slot for each local date of the schedule; each lives until the next, or until the last call.
    fn reminders(&self, last_call: Option<Timestamp>) -> Vec<Slot> {
        let Some(rule) = self.rule(Touch::Reminder) else { return Vec::new() };
        let Some(opening) = self.moment(&rule.at) else { return Vec::new() };
        let ends = rule.until.as_ref().and_then(|until| self.moment(until));
        let ends = [ends, last_call].into_iter().flatten().fold(self.window.freezes, Timestamp::min);
        let times: Vec<(Option<Date>, Timestamp)> = match &rule.schedule {
            None => vec![(None, opening)],
            Some(schedule) => {
                let mut times: BTreeMap<Date, Timestamp> = BTreeMap::new();
                let mut after = opening.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(opening);
                while times.len() < MOST_OCCURRENCES
                    && let Some((civil, at)) = schedule.between(self.zone, after, ends).next()
                {
                    times.entry(civil.date()).or_insert(at);
                    // One reminder a date: go on with the next.
                    let Some(tomorrow) =
                        civil.date().tomorrow().ok().and_then(|day| self.at(day, Time::midnight()))
                    else {
                        break;
                    };
                    after = at.max(tomorrow.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(tomorrow));
                }
                times.into_iter().map(|(date, at)| (Some(date), at)).collect()
            }
        };
        let mut slots: Vec<Slot> = times
            .into_iter()
            .filter_map(|(occurrence, at)| {
                let life = Life { due: self.sendable(at)?, expires: ends };
                Some(Slot { touch: Touch::Reminder, occurrence, life, never: None })
            })
            .collect();
        let mut next_due = ends;
        for slot in slots.iter_mut().rev() {
            slot.life.expires = next_due;
            if slot.life.expires <= slot.life.due {
                slot.never = Some(Skip::Superseded);
            }
            next_due = next_due.min(slot.life.due);
        }
        slots
    }

    /// After the freeze, until the next planning window opens.
    fn follow_up(&self) -> Option<Slot> {
        let rule = self.rule(Touch::FollowUp)?;
        let opening = self.moment(&rule.at)?.max(self.window.freezes);
        let due = self.sendable(opening)?;
        let next = self.program.window(self.window.quarter.next()).map(|window| window.opens);
        let until = rule.until.as_ref().and_then(|until| self.moment(until)).or(next).filter(|at| due < *at);
        let long = due.checked_add(SignedDuration::from_hours(24 * FOLLOW_UP_DAYS)).unwrap_or(Timestamp::MAX);
        let life = Life { due, expires: until.unwrap_or(long) };
        Some(Slot { touch: Touch::FollowUp, occurrence: None, life, never: None })
    }
}
