//! The prose of one planned message, rewritten by an advocate.
//!
//! Invariant: it names nobody but the reader and those who see the answer (rule R7), and it approves
//! nothing by itself.

use std::collections::BTreeMap;

use super::done;
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::effect::DeliveryKey;
use crate::domain::event::Event;
use crate::domain::ids::PersonId;
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Value, Values};
use crate::domain::personal::Personal;
use crate::message;
use crate::plan;

const PROSE: &str = "prose";
const ALL_THE_SAME: &str = "all_the_same";

/// Most characters of what is typed into a modal (Slack's own limit for an input).
const MOST: u16 = 3000;

/// Opens the prose for rewriting.
pub(in crate::command) fn open(scene: Scene<'_>, actor: &Person, delivery: &DeliveryKey) -> Decided {
    let opened = || {
        still_planned(scene, actor, delivery)?;
        let draft = message::draft(scene.program, scene.state, scene.seen, delivery, scene.now)
            .map_err(|unsayable| format!("This message can't be rewritten: {unsayable}."))?;
        let mut parts = vec![Part::Paragraph(Paragraph::text(format!(
            "{}. The ask, the office hours, the buttons and the footer stay as they are:",
            first_letter(&scene.named(delivery))
        )))];
        parts.extend(draft.kept.into_iter().map(Part::Quote));
        let prose = Field {
            name: PROSE,
            label: "What it says before that".to_owned(),
            hint: Some("A paragraph a line. Leave it empty to go back to the template.".to_owned()),
            optional: true,
            input: Input::Text {
                lines: true,
                most: MOST,
                placeholder: None,
                initial: Some(draft.prose.join("\n")),
            },
        };
        let confirm = Field {
            name: ALL_THE_SAME,
            label: "If something is wrong with it".to_owned(),
            hint: None,
            optional: true,
            input: Input::Ticks {
                options: vec![("yes".to_owned(), "I have read what is wrong; save it".to_owned())],
                initial: Vec::new(),
            },
        };
        let modal = Modal {
            kind: ModalKind::Rewrite { delivery: delivery.clone() },
            title: "Edit the message".to_owned(),
            parts,
            fields: vec![prose, confirm],
            submit: Some("Save".to_owned()),
        };
        Ok((Vec::new(), Reply::Open(Box::new(modal))))
    };
    done(opened())
}

fn first_letter(text: &str) -> String {
    super::capitalised(text)
}

/// Refuses for somebody who has no say, and for a message that has gone or won't go.
fn still_planned(scene: Scene<'_>, actor: &Person, delivery: &DeliveryKey) -> Result<(), String> {
    scene.steered_by(actor, &delivery.initiative)?;
    plan::judgeable(scene.program, scene.state, scene.seen, scene.now, delivery).map_err(|skip| {
        format!(
            "{} can't be rewritten. {} Use `{} correct` to correct a message that was sent.",
            first_letter(&scene.named(delivery)),
            scene.why(actor, &skip),
            scene.program.command
        )
    })?;
    Ok(())
}

fn fault(sentence: String) -> Decided {
    (Vec::new(), Reply::Faults(BTreeMap::from([(PROSE.to_owned(), sentence)])))
}

/// Takes the rewritten prose in.
pub(in crate::command) fn submit(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &DeliveryKey,
    values: &Values,
) -> Decided {
    if let Err(sentence) = still_planned(scene, actor, delivery) {
        return fault(sentence);
    }
    let text = match values.get(PROSE) {
        Some(Value::Text(text)) => text.trim(),
        Some(Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_))
        | None => "",
    };
    let edited = |prose| Event::DeliveryEdited { delivery: delivery.clone(), by: actor.id.clone(), prose };
    if text.is_empty() {
        let says = format!("{} reads as the template has it again.", first_letter(&scene.named(delivery)));
        return (vec![edited(None)], Reply::say(says));
    }
    if usize::from(MOST) < text.chars().count() {
        return fault(format!("Please say it in {MOST} characters at most."));
    }
    let allowed = readers(scene, delivery);
    if let Some(name) = somebody_named(scene, text, &allowed) {
        return fault(format!("It names {name}. A message names nobody but its reader: leave the name out."));
    }
    let confirmed = matches!(values.get(ALL_THE_SAME), Some(Value::Ticks(ticks)) if !ticks.is_empty());
    match message::faults_of(scene.program, scene.state, scene.seen, delivery, text, scene.now) {
        Err(unsayable) => return fault(format!("The message can't be written: {unsayable}.")),
        Ok(faults) if !faults.is_empty() && !confirmed => {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            return fault(format!(
                "Read it once more: {}. Change it, or tick the box below and save again.",
                faults.join("; ")
            ));
        }
        Ok(_) => {}
    }
    let says = format!(
        "Saved: {} reads like this. That approves nothing; what waited for approval still does.",
        scene.named(delivery)
    );
    (vec![edited(Some(Personal::new(delivery.person.clone(), text)))], Reply::say(says))
}

/// Those whom a message may name: its reader, and whom it names as seeing the answer.
fn readers(scene: Scene<'_>, delivery: &DeliveryKey) -> Vec<PersonId> {
    let advocates = scene.program.initiative(&delivery.initiative).map(|of| of.advocates.clone());
    let mut allowed = advocates.unwrap_or_default();
    allowed.extend(scene.program.admins.iter().cloned());
    allowed.push(delivery.person.clone());
    allowed
}

/// Somebody of the directory whom `text` names, those who are `allowed` aside.
pub(super) fn somebody_named(scene: Scene<'_>, text: &str, allowed: &[PersonId]) -> Option<String> {
    let is_allowed = |name: &str| {
        let of_them = allowed.iter().filter_map(|id| scene.person(id));
        of_them.flat_map(|person| [&person.name, &person.given_name]).any(|theirs| theirs == name)
    };
    let people = scene.program.people.values().filter(|person| !allowed.contains(&person.id));
    people
        .flat_map(|person| [&person.name, &person.given_name].map(|name| (name, person)))
        .find(|(name, _)| !is_allowed(name) && has_words(text, name))
        .map(|(_, person)| person.name.clone())
}

/// Whether `name` stands in `text` as words of its own, in its own capitals: "will" is no Will.
fn has_words(text: &str, name: &str) -> bool {
    let apart = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    text.match_indices(name).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        apart(before) && apart(after)
    })
}
