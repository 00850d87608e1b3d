//! The app's Home tab of a person.

use maud::{Markup, html};

use super::super::hub::State;
use super::super::person::Person;
use super::blocks::{self, Place, Surface};
use super::mrkdwn::Reader;

pub(super) fn tab(state: &State, person: &Person) -> Markup {
    let zone = person.zone();
    let reader = Reader { workspace: &state.workspace, zone: &zone };
    let Some(view) = state.workspace.home(&person.id) else {
        return html! {
            div.empty {
                div.empty-mark aria-hidden="true" { "⌂" }
                h2 { "No Home yet" }
                p { (state.app.name) " has been told that this tab was opened. What it publishes for "
                    (person.real_name) " appears here." }
            }
        };
    };
    let surface = Surface { reader, place: Place::View(&view.id), state: &view.state };
    html! { div.home { (blocks::render(view.blocks(), surface)) } }
}
