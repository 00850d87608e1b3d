//! The list of people, and the head of the one who is looked at.

use maud::{Markup, html};

use super::super::hub::State;
use super::super::person::Person;
use super::{Tab, avatar, mrkdwn, when};

fn role(person: &Person) -> &str {
    [&person.note, &person.title].into_iter().find(|line| !line.is_empty()).map_or("", String::as_str)
}

fn status(person: &Person) -> Option<String> {
    let shown = format!("{} {}", mrkdwn::emoji(&person.status_emoji), person.status_text);
    let something = !person.status_emoji.is_empty() || !person.status_text.is_empty();
    something.then(|| shown.trim_start_matches("::").trim().to_owned())
}

pub(super) fn list(state: &State, selected: &Person) -> Markup {
    let now = state.workspace.now();
    html! {
        ul.people {
            @for person in state.workspace.people().filter(|person| !person.is_bot) {
                @let unread = state.workspace.unread(&person.id);
                li {
                    a.person.selected[person.id == selected.id].gone[person.deleted] href=(format!("/?as={}", person.id))
                        data-person=(person.id) aria-current=[(person.id == selected.id).then_some("true")] {
                        (avatar(&person.id, &person.real_name))
                        span.who {
                            span.name { (person.real_name) @if person.dnd.is_on(now) { span title="Do not disturb" { " ☾" } } }
                            span.role { @if person.deleted { "Has left" } @else { (role(person)) } }
                        }
                        span.aside {
                            @if !person.deleted { time { (when::time(now, &person.zone())) } }
                            @if unread > 0 {
                                span.unread { (unread) span.visually-hidden { " unread" } }
                            } @else if let Some(status) = status(person) {
                                span.status title=(status) { (status.split(' ').next().unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn head(state: &State, person: &Person, tab: Tab) -> Markup {
    let now = state.workspace.now();
    let away = person.status_emoji == ":palm_tree:";
    let quiet = person.dnd.is_on(now);
    let tab_link = |name: &str, key: &str, of: Tab| {
        html! {
            button.tab type="button" role="tab" data-tab=(key) aria-selected=(if tab == of { "true" } else { "false" })
                aria-controls="body" { (name) }
        }
    };
    html! {
        div.head-who {
            (avatar(&person.id, &person.real_name))
            div {
                h1 { (person.real_name) }
                p {
                    @if person.deleted { "Has left the company" } @else {
                        (role(person)) @if !role(person).is_empty() { " · " }
                        (when::moment(now, &person.zone())) " in " (when::place(&person.tz))
                        @if quiet { " · do not disturb" }
                        @if let Some(status) = status(person) { " · " (status) }
                    }
                }
            }
        }
        div.head-tools.tabbed[state.app.home_tab] {
            @if state.app.home_tab {
                div.tabs role="tablist" aria-label="Tabs of the app" {
                    (tab_link("Messages", "messages", Tab::Messages))
                    (tab_link("Home", "home", Tab::Home))
                }
            }
            details.menu.right {
                summary.button.quiet aria-label="Change this person" title="Change this person" { "⋯" }
                div.menu-items {
                    button type="button" data-change="away" data-on=(!away) {
                        @if away { "Back from leave" } @else { "Out of office" }
                    }
                    button type="button" data-change="quiet" data-on=(!quiet) {
                        @if quiet { "End do not disturb" } @else { "Do not disturb for 24 hours" }
                    }
                    button type="button" data-change="gone" data-on=(!person.deleted) {
                        @if person.deleted { "Comes back to the company" } @else { "Leaves the company" }
                    }
                }
            }
        }
    }
}
