//! A person's conversation with the app.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::super::hub::State;
use super::super::message::Message;
use super::super::person::Person;
use super::blocks::{self, Place, Surface};
use super::mrkdwn::{self, Reader};
use super::{avatar, files, when};

pub(super) fn messages(state: &State, person: &Person) -> Markup {
    let zone = person.zone();
    let reader = Reader { workspace: &state.workspace, zone: &zone };
    let channel = state.workspace.channel_of(&person.id).unwrap_or_default();
    let roots: Vec<&Message> =
        state.workspace.messages(channel).filter(|message| !message.is_reply()).collect();
    if roots.is_empty() {
        return empty(state, person);
    }
    let days: Vec<String> = roots.iter().map(|message| when::day(message.posted_at, &zone)).collect();
    html! {
        ol.messages {
            @for (index, message) in roots.iter().enumerate() {
                @if index == 0 || days.get(index) != days.get(index - 1) {
                    li.day { span { (days.get(index).map_or("", String::as_str)) } }
                }
                li.message.ephemeral[message.only_for.is_some()] id=(format!("m{}", message.ts.replace('.', ""))) {
                    (one(state, message, reader))
                    (replies(state, message, reader))
                }
            }
        }
    }
}

fn replies(state: &State, root: &Message, reader: Reader<'_>) -> Markup {
    let replies: Vec<&Message> = state.workspace.replies(&root.channel, &root.ts).collect();
    html! {
        @if !replies.is_empty() {
            ol.replies aria-label="Replies in this thread" {
                @for reply in replies { li.message.ephemeral[reply.only_for.is_some()] { (one(state, reply, reader)) } }
            }
        }
    }
}

fn one(state: &State, message: &Message, reader: Reader<'_>) -> Markup {
    let author = if message.from_app {
        state.app.name.clone()
    } else {
        state
            .workspace
            .person(&message.user)
            .map_or_else(|| message.user.clone(), |person| person.real_name.clone())
    };
    let blocks = message.blocks.as_ref().and_then(Value::as_array);
    let entered = Map::new();
    let surface = Surface { reader, place: Place::Message(&message.ts), state: &entered };
    let can_reply = message.only_for.is_none();
    html! {
        @if message.from_app { span.avatar.app aria-hidden="true" { "◆" } } @else { (avatar(&message.user, &author)) }
        div.message-body {
            @if message.only_for.is_some() {
                p.only-you { "Only visible to you" @if let Some(line) = &message.answers { " · in answer to " code { (line) } } }
            }
            p.byline {
                strong { (author) }
                @if message.from_app { span.badge { "App" } }
                time datetime=(message.posted_at.to_string()) { (when::time(message.posted_at, reader.zone)) }
                @if message.edited_ts.is_some() { span.edited { "edited" } }
            }
            @match blocks {
                Some(blocks) => (blocks::render(blocks, surface)),
                None if message.text.is_empty() && !message.files.is_empty() => {},
                None => div.blocks { div { (mrkdwn::render(&message.text, reader)) } },
            }
            (files::list(&message.files))
            @if can_reply {
                button type="button" class="reply" data-reply=(message.thread_ts.as_deref().unwrap_or(&message.ts))
                    aria-label=(format!("Reply to {author} in a thread")) { "Reply in thread" }
            }
        }
    }
}

fn empty(state: &State, person: &Person) -> Markup {
    let first = person.real_name.split(' ').next().unwrap_or_default();
    let calendar = &state.workspace.calendar;
    html! {
        div.empty {
            div.empty-mark aria-hidden="true" { "✉" }
            h2 { "Nothing yet for " (first) }
            @match calendar.next_wake {
                Some(wake) => p {
                    "The next thing in the workspace is due on "
                    strong { (when::moment(wake, &person.zone())) } " (" (first) "’s time): move the calendar."
                },
                None => p { (state.app.name) " has not said yet when it wants to do something. Messages appear here as they are sent." },
            }
            p.empty-more { "Or write to " (state.app.name) " below" @if !state.app.commands().is_empty() { "; " code { "/" } " lists its commands" } "." }
        }
    }
}
