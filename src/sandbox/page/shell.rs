//! The page around the parts that change.

use maud::{DOCTYPE, Markup, html};

use super::super::hub::State;
use super::{Look, body, calendar_bar, people};

pub(super) fn page(state: &State, look: &Look, connections: usize) -> Markup {
    let person = look.person(state);
    let app = &state.app.name;
    let commands = state.app.commands();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (state.workspace.team.name) " · sandbox" }
                link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M8 1l7 7-7 7-7-7z' fill='%230e7c74'/></svg>";
                link rel="stylesheet" href="/sandbox/page.css";
                script src="/sandbox/page.js" defer {}
            }
            body data-as=[person.map(|person| &person.id)] data-open-tab=(look.tab.as_deref().unwrap_or("messages"))
                data-version=(state.workspace.version) data-team=(state.workspace.team.name) {
                a.skip href="#composer-text" { "Skip to the conversation" }
                header.top {
                    button.button.quiet.drawer-button type="button" data-drawer aria-label="People" aria-expanded="false" aria-controls="people" { "☰" }
                    div #calendar { (calendar_bar::bar(state, connections)) }
                }
                nav.side #side aria-label="People" {
                    div.team {
                        div { strong { (state.workspace.team.name) } span { "Sandbox · choose whom to be" } }
                        button.icon type="button" data-about aria-label="What is this?" title="What is this?" { "?" }
                    }
                    label.visually-hidden for="filter" { "Find a person" }
                    input.filter #filter type="search" placeholder="Find a person" autocomplete="off";
                    div #people { @if let Some(person) = person { (people::list(state, person)) } }
                }
                main {
                    div.head #head { @if let Some(person) = person { (people::head(state, person, look.tab())) } }
                    aside.about #about hidden {
                        h2 { "You are looking at a make-believe Slack workspace" }
                        p { "It runs inside this program and nobody else can see it. Choose any person on the left and be them: read what "
                            (app) " sent them, click, answer, type. Nothing happens until you move the calendar on top; then " (app)
                            " does whatever is due, in everybody’s own working hours." }
                        button.button.primary type="button" data-about-done { "Got it" }
                    }
                    section.body #body tabindex="-1" aria-live="polite" { @if let Some(person) = person { (body(state, person, look.tab())) } }
                    form.composer #composer {
                        p.thread-note #thread-note hidden { "Replying in a thread " button.link type="button" data-thread-done { "Cancel" } }
                        div.composer-row {
                            label.visually-hidden for="composer-text" { "Message to " (app) }
                            textarea #composer-text rows="1" placeholder=(format!("Message {app}, or type /")) {}
                            button.button.primary type="submit" { "Send" }
                        }
                        ul.commands #commands hidden {
                            @for command in commands {
                                li { button type="button" data-command=(command.name) {
                                    code { (command.name) " " (command.usage_hint) } span { (command.description) }
                                } }
                            }
                        }
                    }
                }
                dialog #modal aria-labelledby="modal-title" {}
                dialog #confirm aria-labelledby="confirm-title" {
                    form.modal method="dialog" {
                        header { h2 #confirm-title {} }
                        div.modal-body { p #confirm-text {} }
                        footer { button.button value="no" #confirm-no {} button.button.primary value="yes" #confirm-yes {} }
                    }
                }
                div.toasts #toasts popover="manual" role="status" aria-live="assertive" {}
            }
        }
    }
}
