//! The bar on top: where the calendar stands, what comes next, and the buttons that move it.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};

use super::super::hub::State;
use super::when;

/// The next Monday at nine in the calendar's zone.
fn next_monday(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone());
    let monday = today.date().nth_weekday(1, Weekday::Monday).ok()?;
    Some(monday.at(9, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp())
}

pub(super) fn bar(state: &State, connections: usize) -> Markup {
    let calendar = &state.workspace.calendar;
    let zone = TimeZone::get(&calendar.time_zone).unwrap_or(TimeZone::UTC);
    let still = calendar.is_settled() && calendar.target.is_none();
    let zoned = calendar.now.to_zoned(zone.clone());
    let step = |label: &str, short: &str, to: Option<Timestamp>| {
        html! {
            button.button.step type="button" data-advance=[to.map(|to| to.to_string())] disabled[!still || to.is_none()]
                aria-label=(label) title=(label) { (short) }
        }
    };
    let hour = calendar.now.checked_add(1.hour()).ok();
    let day = zoned.checked_add(1.day()).ok().map(|later| later.timestamp());
    html! {
        div.today {
            span.weekday aria-hidden="true" { span { (zoned.strftime("%b")) } strong { (zoned.strftime("%-d")) } }
            div {
                p.date { (zoned.strftime("%A, %-d %B %Y")) }
                p.clock { strong { (zoned.strftime("%H:%M")) } " " (when::place(&calendar.time_zone)) }
            }
        }
        p.progress role="status" {
            @if connections == 0 { span.dot.waiting {} "Waiting for " (state.app.name) " to connect" }
            @else if let Some(target) = calendar.target { span.dot.working {} "On the way to " (when::moment(target, &zone)) }
            @else if !still { span.dot.working {} "Doing what is due now" }
            @else { span.dot {} "Everything due has been done" }
        }
        div.moves role="group" aria-label="Move the calendar" {
            button.button.primary.next type="button" data-advance="next_wake" disabled[!still || calendar.next_wake.is_none()] {
                span { "Move to the next message" }
                @match calendar.next_wake {
                    Some(wake) if still => small { (when::moment(wake, &zone)) },
                    _ => small { @if still { "nothing is planned" } @else { "one moment…" } },
                }
            }
            (step("One hour later", "+1 hour", hour))
            (step("One day later", "+1 day", day))
            (step("To Monday, 9:00", "Mon 9:00", next_monday(calendar.now, &zone)))
        }
    }
}
