//! Windows, touches and limits make sense together.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};

use super::Findings;
use crate::config::holiday::BadCalendar;
use crate::config::organisation::Organisation;
use crate::config::raw::TouchRule;
use crate::config::read::{At, Must, value};
use crate::config::word::Holiday;
use crate::config::{holiday, resolve};
use crate::domain::calendar::{Anchor, PlanningCalendar, PlanningWindow, Quarter};
use crate::domain::engagement::{Audience, MOST_ASKS, Touch};

/// Most messages that anybody may be sent in seven days: one a working day.
const MOST_PER_WEEK: u32 = 5;
/// The shortest time between two messages to a person, so that no two come on one day.
const SHORTEST_GAP: SignedDuration = SignedDuration::from_hours(24);
/// Most messages in an hour, to all together: one a second (docs.slack.dev/apis/web-api/rate-limits).
const MOST_PER_HOUR: u32 = 3600;
/// A last call comes at least so many working days before the freeze (ARCHITECTURE, *What a message must be*).
const QUIET_DAYS: i32 = -2;

pub(super) fn window(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let Some(raw) = organisation.canvass.raw.as_ref().and_then(|canvass| canvass.calendar.get()) else {
        return;
    };
    for (quarter, window) in raw.windows.iter() {
        let (Some(opens), Some(freezes)) = (&window.opens.0, &window.freezes.0) else { continue };
        if opens.value >= freezes.value {
            findings
                .fault(freezes.place, format!("the window of {} freezes before it opens", quarter.value))
                .label(format!("it opens on {}", opens.value))
                .help("write a later day");
        }
    }
    let (Some(opens), Some(calendar)) = (&raw.opens.0, resolve::calendar(organisation)) else { return };
    // Windows without dates of their own all follow the offsets; a few quarters show how they fall.
    let wrong =
        some_quarters().filter(|quarter| !calendar.explicit.contains_key(quarter)).find_map(|quarter| {
            let window = calendar.window(quarter)?;
            (window.opens >= window.freezes).then_some(window)
        });
    if let Some(window) = wrong {
        findings
            .fault(opens.place, "planning windows open after they freeze")
            .label(format!(
                "{} would open on {} and freeze on {}",
                window.quarter, window.opens_on, window.freezes_on
            ))
            .help("count `opens` further back, such as `starts - 3w`");
    }
}

fn some_quarters() -> impl Iterator<Item = Quarter> {
    std::iter::successors(Some(Quarter { year: 2026, number: 1 }), |quarter| Some(quarter.next())).take(8)
}

pub(super) fn holiday_calendar(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let company = organisation.canvass.raw.iter().filter_map(|canvass| canvass.calendar.get());
    let directory = organisation.directory.raw.iter();
    let lines = company
        .flat_map(|calendar| calendar.holidays.iter())
        .chain(directory.clone().flat_map(|raw| raw.sites.iter()).flat_map(|(_, site)| site.holidays.iter()))
        .chain(directory.flat_map(|raw| raw.people.iter()).flat_map(|(_, person)| person.leave.iter()))
        .chain(super::office_hours::all(organisation).flat_map(|hours| hours.closed.iter()));
    for line in lines {
        let Holiday::Calendar(path) = &line.value else { continue };
        let Err(error) = holiday::calendar(organisation.files, path) else { continue };
        let finding = findings.fault(line.place, format!("`{path}` gives no holidays"));
        finding
            .label(error.to_string())
            .help("name an .ics file with all-day events, by its path in the configuration folder");
        if error == BadCalendar::Missing {
            let known = organisation.files.iter().map(|(path, _)| path).filter(|path| path.ends_with(".ics"));
            finding.nearest(path, known);
        }
    }
}

/// The cadence with the windows it is meant for.
struct Timed<'o> {
    rules: Vec<(&'o At<Touch>, &'o TouchRule)>,
    calendar: PlanningCalendar,
    windows: Vec<PlanningWindow>,
}

impl<'o> Timed<'o> {
    fn of(organisation: &'o Organisation<'_>) -> Option<Self> {
        let canvass = organisation.canvass.raw.as_ref()?;
        let calendar = resolve::calendar(organisation)?;
        let wanted = organisation.initiatives.iter().filter_map(|of| of.raw.quarter.get().copied());
        let mut quarters: Vec<Quarter> = wanted.collect();
        if quarters.is_empty() {
            quarters.extend(calendar.explicit.keys().copied().chain(some_quarters()).take(1));
        }
        quarters.sort_unstable();
        quarters.dedup();
        let windows: Vec<PlanningWindow> =
            quarters.into_iter().filter_map(|quarter| calendar.window(quarter)).collect();
        let mut rules: Vec<_> = canvass.cadence.iter().map(|(touch, rule)| (touch, rule)).collect();
        rules.sort_by_key(|(touch, _)| touch.value);
        Some(Self { rules, calendar, windows })
    }

    /// When `anchor` is, as a civil moment; a day without a time is meant from its start.
    fn at(&self, anchor: &Anchor, window: &PlanningWindow) -> Option<(Date, Time)> {
        let day = anchor.day(window, |day| self.calendar.holidays.contains_key(&day))?;
        Some((day, anchor.offset.time.unwrap_or(Time::midnight())))
    }

    fn rule(&self, touch: Touch) -> Option<&'o TouchRule> {
        self.rules.iter().find(|(named, _)| named.value == touch).map(|(_, rule)| *rule)
    }
}

/// The first day on which `touch` may be sent for the quarter of `window`.
pub(super) fn begins(organisation: &Organisation<'_>, touch: Touch, window: &PlanningWindow) -> Option<Date> {
    let timed = Timed::of(organisation)?;
    let at = timed.rule(touch)?.at.0.as_ref()?;
    timed.at(&at.value, window).map(|(day, _)| day)
}

pub(super) fn order(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let Some(timed) = Timed::of(organisation) else { return };
    for ((earlier, first), (later, second)) in timed.rules.iter().zip(timed.rules.iter().skip(1)) {
        let (Some(first), Some(second)) = (&first.at.0, &second.at.0) else { continue };
        let swapped = timed.windows.iter().find_map(|window| {
            let (first, second) = (timed.at(&first.value, window)?, timed.at(&second.value, window)?);
            (second < first).then_some((window.quarter, first.0, second.0))
        });
        if let Some((quarter, first, second_day)) = swapped {
            let (earlier, later) = (earlier.value.word(), later.value.word());
            findings
                .fault(second.place, format!("`{later}` comes before `{earlier}`"))
                .label(format!("for {quarter} this is {second_day}, and `{earlier}` is on {first}"))
                .help(format!("let `{later}` begin on the day of `{earlier}` or after it"));
        }
    }
}

pub(super) fn until(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let Some(timed) = Timed::of(organisation) else { return };
    for (touch, rule) in &timed.rules {
        let (Some(at), Some(until)) = (&rule.at.0, &rule.until) else { continue };
        let never = timed.windows.iter().find_map(|window| {
            let (from, to) = (timed.at(&at.value, window)?, timed.at(&until.value, window)?);
            (to <= from).then_some((window.quarter, to.0))
        });
        if let Some((quarter, day)) = never {
            findings
                .fault(until.place, format!("`{}` ends before it begins", touch.value.word()))
                .label(format!("for {quarter} nothing is sent from {day} on"))
                .help("`until` is the moment from which on it is not sent any more; put it after `at`");
        }
    }
    // Without `until`, a touch ends with the freeze; only thanks come after it.
    for (touch, rule) in &timed.rules {
        let (Some(at), None) = (&rule.at.0, &rule.until) else { continue };
        let late = timed
            .windows
            .iter()
            .find(|window| timed.at(&at.value, window).is_some_and(|(day, _)| day > window.freezes_on));
        if let (Some(window), true) = (late, touch.value != Touch::FollowUp) {
            findings
                .fault(at.place, format!("`{}` begins after plans freeze", touch.value.word()))
                .label(format!("{} freezes on {}", window.quarter, window.freezes_on))
                .help("count it back from `freezes`, such as `freezes - 4wd`");
        }
    }
}

pub(super) fn last_call_late(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let Some(timed) = Timed::of(organisation) else { return };
    let Some(rule) = timed.rule(Touch::LastCall) else { return };
    let Some(at) = rule.at.0.as_ref() else { return };
    let end = rule.until.as_ref();
    let late = timed.windows.iter().any(|window| {
        let quiet = quiet_from(&timed, window);
        let ends = end.and_then(|until| timed.at(&until.value, window));
        match (quiet, ends) {
            (Some(quiet), Some(ends)) => ends > (quiet, Time::midnight()),
            (Some(_), None) => true,
            (None, _) => false,
        }
    });
    if late {
        findings
            .fault(end.map_or(at.place, |until| until.place), "a last call could come too late to be of use")
            .label(match end {
                Some(_) => "this reaches into the last two working days before the freeze",
                None => "without `until` it may be sent up to the freeze",
            })
            .help("write `until = \"freezes - 2wd\"` or an earlier moment");
    }
}

/// The first of the last two working days before the freeze.
fn quiet_from(timed: &Timed<'_>, window: &PlanningWindow) -> Option<Date> {
    let offset = crate::domain::calendar::Offset { working_days: QUIET_DAYS, ..Default::default() };
    offset.from(window.freezes_on, |day| timed.calendar.holidays.contains_key(&day))
}

pub(super) fn last_call_audience(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let cadence = organisation.canvass.raw.iter().flat_map(|canvass| canvass.cadence.iter());
    for (_, rule) in cadence.filter(|(touch, _)| touch.value == Touch::LastCall) {
        for audience in rule.audiences.iter() {
            if !matches!(audience.value, Audience::Product | Audience::EngineeringManager) {
                findings
                    .fault(audience.place, format!("no last call goes to an {}", audience.value.title()))
                    .label("they don't put work into a plan")
                    .help("keep `product` and `engineering_manager`");
            }
        }
    }
}

pub(super) fn reminder_schedule(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (touch, rule) in organisation.canvass.raw.iter().flat_map(|canvass| canvass.cadence.iter()) {
        match (touch.value, &rule.schedule) {
            (Touch::Reminder, None) if rule.at.0.is_some() => {
                findings
                    .fault(touch.place, "a reminder needs the times at which it may come")
                    .label("has no `schedule`")
                    .help("add one, such as `schedule = \"0 0 10 * * Tue,Thu\"` (seconds come first)");
            }
            (
                Touch::HeadsUp | Touch::Pitch | Touch::LastCall | Touch::FollowUp,
                Some(Must(Some(schedule))),
            ) => {
                findings
                    .fault(schedule.place, format!("`{}` is sent once", touch.value.word()))
                    .label("only reminders recur")
                    .help("take `schedule` out");
            }
            _ => {}
        }
    }
}

/// The company's hours, and those of its sites.
pub(super) fn night(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let limits = organisation.canvass.raw.iter().filter_map(|canvass| value(&canvass.limits));
    let sites = organisation.directory.raw.iter().flat_map(|directory| directory.sites.iter());
    let all = limits.map(|limits| &limits.hours).chain(sites.map(|(_, site)| &site.hours)).flatten();
    for hours in all.filter(|hours| hours.value.reach_into_the_night()) {
        findings
            .fault(hours.place, "nobody is written to at night")
            .label("reaches beyond 07:00 to 20:00 of the recipient's day")
            .help("write hours between 07:00 and 20:00, such as `Mon-Fri 09:00-17:00`");
    }
}

pub(super) fn limit(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let limits = organisation.canvass.raw.as_ref().and_then(|canvass| value(&canvass.limits));
    let Some(limits) = limits else { return };
    if let Some(asks) = limits.asks.as_ref().filter(|asks| asks.value > MOST_ASKS) {
        findings
            .fault(asks.place, format!("nobody is asked {} times", asks.value))
            .label("after three messages without an answer there is silence")
            .help("write 3 or less");
    }
    if let Some(most) = limits.per_week.as_ref().filter(|most| most.value > MOST_PER_WEEK) {
        findings
            .fault(most.place, format!("nobody is written to {} times a week", most.value))
            .label("across all initiatives together")
            .help(format!("write {MOST_PER_WEEK} or less; 2 is what people bear"));
    }
    if let Some(gap) = limits.gap.as_ref().filter(|gap| gap.value.0 < SHORTEST_GAP) {
        findings
            .fault(gap.place, "nobody is written to twice on one day")
            .label("shorter than a day")
            .help("write `24h` or more; `48h` is what people bear");
    }
    if let Some(burst) = limits.burst_per_hour.as_ref().filter(|burst| burst.value > MOST_PER_HOUR) {
        findings
            .fault(burst.place, format!("{} messages an hour are more than Slack takes", burst.value))
            .label("one a second is what it takes for long")
            .help(format!("write {MOST_PER_HOUR} or less; with 60, whoever objects early spares the others"));
    }
}
