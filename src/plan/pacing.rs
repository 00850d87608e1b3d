//! How much nudging a person bears: hours, quiet times, caps and gaps, across all initiatives together.
//!
//! Invariant: whether a moment is open depends on the state alone, never on when it is asked about; so
//! the first open moment after now stays the same until it comes.

use std::collections::VecDeque;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::directory::Person;
use crate::domain::hours::{DaysOff, SendHours};
use crate::domain::observation::{DoNotDisturb, Seen};
use crate::domain::program::{Limits, Program};
use crate::domain::state::{PersonState, Unreachable};

use super::skip::Skip;

const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// What keeps a moment closed, and until when it does; `None` is until something else changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closed {
    Refused(Timestamp),
    Snoozed(Timestamp),
    Away(Timestamp),
    Leave(Timestamp),
    Quiet(Timestamp),
    Hours(Option<Timestamp>),
    Gap(Timestamp),
    Week(Option<Timestamp>),
}

impl Closed {
    fn until(self) -> Option<Timestamp> {
        match self {
            Self::Refused(until)
            | Self::Snoozed(until)
            | Self::Away(until)
            | Self::Leave(until)
            | Self::Quiet(until)
            | Self::Gap(until) => Some(until),
            Self::Hours(until) | Self::Week(until) => until,
        }
    }
}

/// When one person may get a campaign message.
#[derive(Debug)]
pub(super) struct Gates<'a> {
    hours: &'a SendHours,
    limits: &'a Limits,
    zone: &'a TimeZone,
    off: &'a DaysOff,
    /// Slack has refused them.
    refused: Option<&'a Unreachable>,
    /// Whether they advocate something or run the service.
    is_in_charge: bool,
    snoozed_until: Option<Timestamp>,
    away_until: Option<Timestamp>,
    quiet: Option<DoNotDisturb>,
    /// A leave that an advocate entered: from the start of its first day to the end of its last.
    leave: Option<(Timestamp, Timestamp)>,
    /// When messages went out to them, earliest first.
    sent: Vec<Timestamp>,
}

/// From the start of the first of these days to the end of the last.
fn whole_days(zone: &TimeZone, (first, last): (Date, Date)) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| zone.to_timestamp(day.to_datetime(Time::midnight())).ok();
    Some((start(first)?, start(last.tomorrow().ok()?)?))
}

impl<'a> Gates<'a> {
    /// The gates of a person. `retried` is when the post that is tried again was last intended: it
    /// doesn't stand in its own way.
    pub(super) fn of(
        program: &'a Program,
        zone: &'a TimeZone,
        person: &'a Person,
        known: Option<&'a PersonState>,
        seen: Option<&Seen>,
        retried: Option<Timestamp>,
    ) -> Self {
        let mut sent: Vec<Timestamp> =
            known.map(|known| known.campaign.iter().copied().collect()).unwrap_or_default();
        sent.sort_unstable();
        if let Some(own) = retried.and_then(|at| sent.iter().position(|sent| *sent == at)) {
            sent.remove(own);
        }
        Self {
            hours: program.hours_of(person),
            limits: &program.limits,
            zone,
            off: &person.days_off,
            refused: known.and_then(|known| known.unreachable.as_ref()),
            is_in_charge: program.is_advocate(&person.id),
            snoozed_until: known.and_then(|known| known.snoozed_until),
            away_until: seen.and_then(|seen| seen.away_until),
            quiet: seen.and_then(|seen| seen.quiet),
            leave: known.and_then(|known| known.leave).and_then(|days| whole_days(zone, days)),
            sent,
        }
    }

    fn closed(&self, at: Timestamp) -> Option<Closed> {
        let ahead = |until: Option<Timestamp>| until.filter(|until| at < *until);
        self.refused
            .and_then(|refused| refused.holds_until(self.is_in_charge, at))
            .map(Closed::Refused)
            .or_else(|| ahead(self.snoozed_until).map(Closed::Snoozed))
            .or_else(|| ahead(self.away_until).map(Closed::Away))
            .or_else(|| {
                self.leave
                    .filter(|(from, until)| *from <= at && at < *until)
                    .map(|(_, until)| Closed::Leave(until))
            })
            .or_else(|| {
                self.quiet
                    .map(|quiet| quiet.holds())
                    .filter(|(from, until)| *from <= at && at < *until)
                    .map(|(_, until)| Closed::Quiet(until))
            })
            .or_else(|| {
                (!self.hours.contains(at, self.zone, self.off))
                    .then(|| Closed::Hours(self.hours.next(at, self.zone, self.off)))
            })
            .or_else(|| ahead(self.sent.last().map(|last| later(*last, self.limits.gap))).map(Closed::Gap))
            .or_else(|| self.week(at))
    }

    fn week(&self, at: Timestamp) -> Option<Closed> {
        let most = usize::try_from(self.limits.per_week).unwrap_or(usize::MAX);
        let recent = self.sent.iter().filter(|sent| at < later(**sent, WEEK)).count();
        if recent < most {
            return None;
        }
        // The one whose leaving the seven days makes room for the next.
        let leaving = self.sent.len().checked_sub(most).and_then(|i| self.sent.get(i));
        Some(Closed::Week(leaving.map(|sent| later(*sent, WEEK))))
    }

    /// Why a message may not go out at `at`, if so.
    pub(super) fn skip(&self, at: Timestamp) -> Option<Skip> {
        let zoned = |at: Timestamp| at.to_zoned(self.zone.clone());
        Some(match self.closed(at)? {
            Closed::Refused(until) => {
                let code = self.refused.map(|refused| refused.code.clone()).unwrap_or_default();
                Skip::Unreachable { code, until: zoned(until) }
            }
            Closed::Snoozed(until) => Skip::Snoozed { until: zoned(until) },
            Closed::Away(until) => Skip::Away { until: zoned(until) },
            Closed::Leave(until) => Skip::OnLeave { until: zoned(until) },
            // What is shown is when it ends, not until when that is known.
            Closed::Quiet(until) => {
                Skip::Quiet { until: zoned(self.quiet.map_or(until, |quiet| quiet.until)) }
            }
            Closed::Hours(until) => {
                let until = until.map(zoned);
                match self.off.reason(self.zone.to_datetime(at).date()) {
                    Some(name) => Skip::DayOff { name: name.to_owned(), until },
                    None => Skip::OutsideHours { until },
                }
            }
            Closed::Gap(until) => Skip::Gap { until: zoned(until) },
            Closed::Week(until) => Skip::WeeklyCap { until: until.map(zoned) },
        })
    }

    /// The first moment from `from` on at which a message may go out.
    pub(super) fn opens(&self, from: Timestamp) -> Option<Timestamp> {
        let mut at = from;
        // Each round passes one obstacle for good, except for hours, which come back daily; two years of
        // them are more than any campaign lasts.
        for _ in 0..1_000 {
            match self.closed(at) {
                None => return Some(at),
                Some(closed) => at = closed.until().filter(|until| at < *until)?,
            }
        }
        None
    }

    /// When the open time that `at` lies in ends.
    pub(super) fn closes(&self, at: Timestamp) -> Option<Timestamp> {
        let quiet = self.quiet.map(|quiet| quiet.holds());
        let begins = [quiet, self.leave].into_iter().flatten().map(|(from, _)| from);
        let begins = begins.filter(|from| at < *from);
        self.hours.end(at, self.zone, self.off).into_iter().chain(begins).min()
    }
}

/// How many more campaign messages may go out now to all people together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Burst {
    /// How many may go out.
    pub(super) free: usize,
    /// When there is room for one more than that, if ever.
    pub(super) next: Option<Timestamp>,
}

impl Burst {
    /// The room left at `now`.
    pub(super) fn at(now: Timestamp, limits: &Limits, recent: &VecDeque<Timestamp>) -> Self {
        let most = usize::try_from(limits.burst_per_hour).unwrap_or(usize::MAX);
        let mut counted: Vec<Timestamp> =
            recent.iter().rev().take(most).copied().filter(|at| now < later(*at, HOUR)).collect();
        counted.sort_unstable();
        Self {
            free: most.saturating_sub(counted.len()),
            next: counted.first().map(|oldest| later(*oldest, HOUR)),
        }
    }

    /// Why no more may go out, if so.
    pub(super) fn skip(self, zone: &TimeZone) -> Option<Skip> {
        (self.free == 0).then(|| Skip::Burst { until: self.next.map(|at| at.to_zoned(zone.clone())) })
    }
}
