//! What is planned, how it reads, and stopping and starting it.

use super::{advocated, named, say};
use crate::command::{Decided, Scene, names, refuse};
use crate::domain::directory::Person;
use crate::domain::engagement::Touch;
use crate::domain::event::{Event, PauseReason};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Message, Paragraph, Part, Reply};
use crate::message;

pub(super) fn pause(scene: Scene<'_>, actor: &Person, _words: &[&str]) -> Result<Decided, String> {
    if scene.state.paused.is_some() {
        return Err(format!("Messages are paused already. `{} resume` lets them go on.", scene.program.command));
    }
    let event = Event::PostingPaused { reason: PauseReason::Asked { by: actor.id.clone() } };
    let reply = Reply::say(format!(
        "Paused: no planned message goes out. Answers to people who write still do. `{} resume` lets messages go on.",
        scene.program.command
    ));
    Ok((vec![event], reply))
}

pub(super) fn resume(scene: Scene<'_>, actor: &Person) -> Decided {
    if !scene.program.is_advocate(&actor.id) {
        return refuse("Only advocates and admins can let messages go on.");
    }
    if scene.state.paused.is_none() {
        return refuse("Messages are not paused.");
    }
    (vec![Event::PostingResumed { by: actor.id.clone() }], Reply::say("Resumed: planned messages go on, in send hours."))
}

pub(super) fn preview(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    let Some((who, rest)) = words.split_first() else {
        return Err(format!("Whose message? Write `{command} preview @person [initiative] [touch]`."));
    };
    let person = names::person(scene.program, scene.state, who)?;
    let (touch, rest) = match rest.split_last() {
        Some((last, before)) => match Touch::from_word(&last.to_lowercase().replace('-', "_")) {
            Some(touch) => (touch, before),
            None => (Touch::Pitch, rest),
        },
        None => (Touch::Pitch, rest),
    };
    let argued: Vec<&Initiative> = advocated(scene, actor)
        .into_iter()
        .filter(|initiative| scene.program.stakeholder(initiative, person).is_some())
        .collect();
    let Some(first) = argued.first() else {
        return Err(format!("{} is not a stakeholder of any initiative you advocate.", person.name));
    };
    let initiative = if rest.is_empty() { first } else { names::initiative(&argued, rest)?.0 };
    let shown = message::preview(scene.program, scene.state, scene.seen, initiative, person, touch, scene.now)
        .map_err(|unsayable| unsayable.to_string())?;
    Ok((Vec::new(), Reply::Say(Box::new(as_preview(person, initiative, touch, shown)))))
}

/// The message without anything to click: a preview must not answer for somebody.
fn as_preview(person: &Person, initiative: &Initiative, touch: Touch, shown: Message) -> Message {
    let labels: Vec<&str> = shown.buttons.iter().map(|button| button.label.as_str()).collect();
    let intro = format!(
        "{} of {}, as {} would get it. Buttons: {}.",
        touch.word().replace('_', " "),
        initiative.title,
        person.name,
        if labels.is_empty() { "none".to_owned() } else { labels.join(" · ") }
    );
    let mut parts = vec![Part::Small(Paragraph::text(&intro)), Part::Divider];
    parts.extend(shown.parts);
    Message { notification: intro, parts, footer: shown.footer, ..Message::default() }
}

pub(super) fn plan(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let initiatives = named(scene, actor, words)?;
    if initiatives.is_empty() {
        return Err("You advocate no initiative.".into());
    }
    Ok(say("Plan", crate::message::plan_parts(scene, &initiatives)))
}
