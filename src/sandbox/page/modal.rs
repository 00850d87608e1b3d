//! The topmost modal as a form; the script puts it in a dialog.

use maud::{Markup, html};

use super::super::hub::State;
use super::super::person::Person;
use super::super::view::View;
use super::blocks::{self, Place, Surface, text_object};
use super::mrkdwn::Reader;

pub(super) fn form(state: &State, person: &Person, view: &View) -> Markup {
    let zone = person.zone();
    let reader = Reader { workspace: &state.workspace, zone: &zone };
    let surface = Surface { reader, place: Place::View(&view.id), state: &view.state };
    let part = |name: &str| view.body.get(name).filter(|part| !part.is_null());
    html! {
        form.modal data-view=(view.id) novalidate {
            header {
                span.avatar.app.small aria-hidden="true" { "◆" }
                h2 id="modal-title" { @if let Some(title) = part("title") { (text_object(title, reader)) } }
                button.icon type="button" data-close-modal aria-label="Close" { "✕" }
            }
            div.modal-body { (blocks::render(view.blocks(), surface)) }
            footer {
                p.modal-note role="status" {}
                button.button type="button" data-close-modal {
                    @match part("close") { Some(close) => (text_object(close, reader)), None => "Cancel" }
                }
                @if let Some(submit) = part("submit") {
                    button.button.primary type="submit" { (text_object(submit, reader)) }
                }
            }
        }
    }
}
