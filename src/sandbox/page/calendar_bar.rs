//! The bar on top: where the calendar stands, what comes next, and the buttons that move it.

use std::cmp::Reverse;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};

use super::super::hub::State;
use super::super::person::Person;
use super::when;

/// How many people with something new are named.
const NAMED: usize = 3;

/// The next Monday at nine in the calendar's zone.
fn next_monday(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone());
    let monday = today.date().nth_weekday(1, Weekday::Monday).ok()?;
    Some(monday.at(9, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp())
}

/// Whoever has something unread by the app, the newest first.
fn unread(state: &State) -> Vec<&Person> {
    let workspace = &state.workspace;
    let latest = |person: &Person| {
        let message =
            workspace.messages(workspace.channel_of(&person.id)?).rfind(|message| message.from_app)?;
        Some(message.ts.clone())
    };
    let waiting = |person: &&Person| !person.is_bot && !person.deleted && workspace.unread(&person.id) > 0;
    let mut people: Vec<&Person> = workspace.people().filter(waiting).collect();
    people.sort_by_cached_key(|person| Reverse(latest(person)));
    people
}

/// The first few people with something new, as links to them.
fn new_for(people: &[&Person]) -> Markup {
    let named = if people.len() <= NAMED + 1 { people.len() } else { NAMED };
    let more = people.len() - named;
    html! {
        span.new-for {
            "New for "
            @for (index, person) in people.iter().take(named).enumerate() {
                @if index > 0 { @if index + 1 == named && more == 0 { " and " } @else { ", " } }
                a href=(format!("/?as={}", person.id)) data-person=(person.id) title=(person.real_name) {
                    (person.real_name.split(' ').next().unwrap_or_default())
                }
            }
            @if more > 0 { " and " (more) " more" }
        }
    }
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
        @let unread = unread(state);
        p.progress role="status" {
            @if connections == 0 { span.dot.waiting {} "Waiting for " (state.app.name) " to connect" }
            @else if let Some(target) = calendar.target { span.dot.working {} "On the way to " (when::moment(target, &zone)) }
            @else if !still { span.dot.working {} "Doing what is due now" }
            @else if unread.is_empty() { span.dot {} span.quiet { "Everything due has been done" } }
            @else { span.dot.new {} (new_for(&unread)) }
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
