//! When the events of one UID are.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::event::{Event, Instead};
use super::recur::{TooMuch, Work, starts};
use super::rule::{BadRule, Frequency, Rule};
use super::series::{Series, Starts};
use super::when::{Lasts, Moment};
use crate::domain::doubt::Why;
use crate::domain::stretch::Stretch;

/// Longer than any two zones are apart, in hours: what may start in the range is looked for this much around
/// it on the wall, and compared exactly afterwards.
const APART: i64 = 40;
/// What moves all that follow it may move them this far, in hours; more is another series.
const FURTHEST_MOVE: i64 = 24 * 366;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// One time that an event takes.
#[derive(Debug)]
pub(super) struct Occurrence<'a> {
    pub(super) event: &'a Event,
    pub(super) start: Moment,
    pub(super) lasts: Lasts,
    /// What is doubtful about it beside what is doubtful about the event.
    pub(super) why: Option<Why>,
}

impl Occurrence<'_> {
    /// The time that it takes, as wide as it may be; and why that is wider than it says.
    pub(super) fn stretch(&self) -> Option<(Stretch, Option<Why>)> {
        let start = self.start.instant()?;
        let mut stretch = Stretch { from: start, until: self.lasts.end(&self.start) };
        let mut why = self.why;
        let unsure = self.start.place.unsure.as_ref().filter(|unsure| unsure.since <= start);
        if let Some(unsure) = unsure {
            stretch = stretch.widened(unsure.earlier, unsure.later);
            why = why.or(Some(unsure.why));
        }
        Some((stretch.widened(self.event.earlier, self.event.later), why))
    }
}

/// Calls `found` with every time of `series` that may touch `over`, and perhaps with some that don't. Those of events
/// that take no time are left out unless `all`.
pub(super) fn each<'a>(
    series: &'a Series,
    over: Stretch,
    all: bool,
    work: &mut Work,
    found: &mut dyn FnMut(Occurrence<'a>),
) {
    for event in &series.events {
        // If it is more than is followed, nothing is replaced: all of it is busy.
        let replaced = work.take(series.instead.len() as u64).is_ok();
        every(event, replaced.then_some(series), over, work, &mut |occurrence| {
            if all || occurrence.event.takes_time() {
                found(occurrence);
            }
        });
    }
    for event in series.instead.iter().filter(|event| all || event.takes_time()) {
        // Some recur by a rule of their own.
        every(event, None, over, work, found);
    }
}

/// The times of one event; without a `series`, of one that nothing else changes.
fn every<'a>(
    event: &'a Event,
    series: Option<&'a Series>,
    over: Stretch,
    work: &mut Work,
    found: &mut dyn FnMut(Occurrence<'a>),
) {
    let except = Starts::of(event.except.iter(), &event.start);
    let replaced = series.map(|series| series.replaced(event)).unwrap_or_default();
    let onwards = series.map(|series| Onwards::of(series, event)).unwrap_or_default();
    let window = window(event, over, onwards.furthest());
    // The first start and what several rules give may be the same.
    let mut starts = BTreeMap::from([(event.start.civil, None)]);
    let mut many_a_day = false;
    let mut coarse = Vec::new();
    for text in &event.rules {
        match given(text, event, window, work) {
            Ok((rule, given)) => {
                many_a_day |= matches!(rule.frequency, Frequency::Seconds(_));
                let why = rule.until_is_bad.then_some(Why::Until);
                given.into_iter().for_each(|civil| _ = starts.entry(civil).or_insert(why));
            }
            Err((bad, why)) => match coarsely(event, bad, window) {
                Coarse::Daily(days) => coarse.extend(days.into_iter().map(|civil| (civil, why))),
                // Exceptions make no hole in what isn't known.
                Coarse::Always(lasts) => {
                    found(Occurrence { event, start: event.start.clone(), lasts, why: Some(why) });
                }
            },
        }
    }
    coarse.into_iter().for_each(|(civil, why)| _ = starts.entry(civil).or_insert(Some(why)));
    let mut add = |start: Moment, lasts: &Lasts, why: Option<Why>| {
        if !except.has(&start, &event.start) && !replaced.has(&start, &event.start) {
            found(onwards.moved(event, start, lasts, why));
        }
    };
    for (civil, why) in starts {
        let start = event.start.at(civil);
        // Both hours that have one name are hours.
        if let Some(again) = many_a_day.then(|| start.again()).flatten() {
            add(Moment::utc(again), &event.lasts, why);
        }
        add(start, &event.lasts, why);
    }
    for (start, lasts) in &event.also {
        add(start.clone(), lasts.as_ref().unwrap_or(&event.lasts), None);
    }
}

/// What a rule gives within `window`; or what is sure about one that isn't followed.
fn given(
    text: &str,
    event: &Event,
    window: [DateTime; 2],
    work: &mut Work,
) -> Result<(Rule, Vec<DateTime>), (BadRule, Why)> {
    let rule = Rule::read(text, &event.start).map_err(|bad| (bad, Why::Rule))?;
    match starts(&rule, event.start.civil, window, work) {
        Ok(given) => Ok((rule, given)),
        Err(TooMuch) => {
            let any_time = matches!(rule.frequency, Frequency::Seconds(_)) || rule.times_of_a_day() > 1;
            Err((BadRule { any_time, until: rule.until }, Why::TooOften))
        }
    }
}

/// What is busy because of a rule that isn't followed.
enum Coarse {
    /// Every day at the event's time.
    Daily(Vec<DateTime>),
    /// All the time from its start on: the rule says something of times, or it lasts for days.
    Always(Lasts),
}

fn coarsely(event: &Event, bad: BadRule, [from, until]: [DateTime; 2]) -> Coarse {
    let first = event.start.civil;
    let until = bad.until.map_or(until, |last| last.min(until));
    if until < first {
        return Coarse::Daily(Vec::new());
    }
    let length = event.lasts.end_on_the_wall(&event.start).map(|end| end.duration_since(first));
    if bad.any_time || length.is_none_or(|length| length >= DAY) {
        let last = until.duration_since(first).saturating_add(length.unwrap_or(SignedDuration::MAX));
        return Coarse::Always(Lasts::Exactly(last.saturating_add(DAY)));
    }
    let skipped = from.duration_since(first).as_hours().div_euclid(24).max(0);
    let begin = Span::new().try_days(skipped).ok().and_then(|skipped| first.checked_add(skipped).ok());
    let days = std::iter::successors(begin, |day| day.checked_add(DAY).ok());
    Coarse::Daily(days.take_while(|day| *day <= until).collect())
}

/// Where on the wall an occurrence may start that is in `over`.
fn window(event: &Event, over: Stretch, moved: SignedDuration) -> [DateTime; 2] {
    let longest = event.also.iter().filter_map(|(_, lasts)| lasts.as_ref()).chain([&event.lasts]);
    let length = |lasts: &Lasts| Some(lasts.end(&event.start).duration_since(event.start.instant()?));
    let long = longest.filter_map(length).max().unwrap_or_default().max(SignedDuration::ZERO);
    let around = SignedDuration::from_hours(APART).saturating_add(moved);
    let before = long.saturating_add(around).saturating_add(event.later);
    let from = over.from.checked_sub(before).unwrap_or(Timestamp::MIN);
    let until = over.until.checked_add(around.saturating_add(event.earlier)).unwrap_or(Timestamp::MAX);
    [TimeZone::UTC.to_datetime(from), TimeZone::UTC.to_datetime(until)]
}

/// What takes the place of all recurrences from one on, in order (RFC 5545, 3.8.4.4).
#[derive(Default)]
struct Onwards<'a> {
    /// From which start on, on the wall of the event; and what that start became.
    from: Vec<(DateTime, &'a Event)>,
}

impl<'a> Onwards<'a> {
    fn of(series: &'a Series, event: &Event) -> Self {
        let mut from: Vec<(DateTime, &Event)> = series
            .instead
            .iter()
            .filter_map(|moved| match &moved.instead_of {
                Some(Instead { of, onwards: true }) => Some((of.on_the_wall_of(&event.start)?, moved)),
                _ => None,
            })
            .collect();
        from.sort_by_key(|(from, _)| *from);
        Self { from }
    }

    /// How far one of them moves something, and how long it makes it.
    fn furthest(&self) -> SignedDuration {
        let far = |(from, moved): &(DateTime, &Event)| {
            let length =
                moved.lasts.end_on_the_wall(&moved.start).map(|end| end.duration_since(moved.start.civil));
            moved.start.civil.duration_since(*from).abs().saturating_add(length.unwrap_or_default().abs())
        };
        self.from.iter().map(far).max().unwrap_or_default().min(SignedDuration::from_hours(FURTHEST_MOVE))
    }

    /// The occurrence of `event` at `start`, as what was moved last before it has it.
    fn moved(&self, event: &'a Event, start: Moment, lasts: &Lasts, why: Option<Why>) -> Occurrence<'a> {
        let own = |start| Occurrence { event, start, lasts: lasts.clone(), why };
        let Some(wall) = start.on_the_wall_of(&event.start) else { return own(start) };
        let before = self.from.partition_point(|(from, _)| *from <= wall);
        let Some((from, moved)) = before.checked_sub(1).and_then(|at| self.from.get(at)) else {
            return own(start);
        };
        // On the wall of what was moved, so that it keeps its hour when daylight saving begins.
        match moved.start.civil.checked_add(wall.duration_since(*from)) {
            Ok(civil) => {
                Occurrence { event: moved, start: moved.start.at(civil), lasts: moved.lasts.clone(), why }
            }
            Err(_) => own(start),
        }
    }
}
