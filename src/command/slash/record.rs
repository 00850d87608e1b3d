//! What an advocate records by hand.

use super::advocated;
use crate::command::{Decided, Scene, names};
use crate::domain::directory::Person;
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, How};
use crate::domain::initiative::Initiative;
use crate::domain::message::Reply;
use crate::domain::personal::Personal;
use crate::domain::program::Stakeholder;

pub(super) fn met(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    let Some((who, rest)) = words.split_first() else {
        return Err(format!("With whom? Write `{command} met @person [initiative] [stance] [note]`."));
    };
    let person = names::person(scene.program, scene.state, who)?;
    let (initiative, stakeholder, rest) = initiative_for(scene, actor, person, rest)?;
    let stance = rest.first().and_then(|word| Stance::from_word(&word.to_lowercase().replace('-', "_")));
    let note = rest.get(usize::from(stance.is_some())..).unwrap_or_default().join(" ");
    let quarter = initiative.quarter;
    let mut events = vec![Event::ConversationRecorded {
        person: person.id.clone(),
        initiative: initiative.id.clone(),
        quarter,
        by: actor.id.clone(),
        note: (!note.is_empty()).then(|| Personal::new(person.id.clone(), note)),
    }];
    if let Some(stance) = stance {
        events.push(Event::StanceTaken {
            person: person.id.clone(),
            initiative: initiative.id.clone(),
            teams: stakeholder.teams,
            quarter,
            stance,
            how: How::Recorded { by: actor.id.clone() },
        });
    }
    let took = stance.map_or_else(String::new, |stance| format!(" as {}", stance.word().replace('_', " ")));
    let reply = Reply::say(format!(
        "Recorded: you talked with {} about {}{took}. I won't write to them about it before the next planning.",
        person.name, initiative.title
    ));
    Ok((events, reply))
}

/// The initiative that `words` name, or the only one that is argued to `person`.
pub(super) fn initiative_for<'a, 'w>(
    scene: Scene<'a>,
    actor: &Person,
    person: &Person,
    words: &'w [&'w str],
) -> Result<(&'a Initiative, Stakeholder, &'w [&'w str]), String> {
    let argued: Vec<(&Initiative, Stakeholder)> = advocated(scene, actor)
        .into_iter()
        .filter_map(|initiative| Some((initiative, scene.program.stakeholder(initiative, person)?)))
        .collect();
    let among: Vec<&Initiative> = argued.iter().map(|(initiative, _)| *initiative).collect();
    if among.is_empty() {
        return Err(format!("{} is not a stakeholder of any initiative you advocate.", person.name));
    }
    let (initiative, taken) = match names::initiative(&among, words) {
        Ok(found) => found,
        // With a single initiative the words may well be the stance or the note.
        Err(_) if among.len() == 1 => names::initiative(&among, &[])?,
        Err(sentence) => return Err(sentence),
    };
    let stakeholder =
        argued.into_iter().find(|(of, _)| of.id == initiative.id).map(|(_, stakeholder)| stakeholder);
    let stakeholder = stakeholder.ok_or_else(|| format!("{} is not a stakeholder of that.", person.name))?;
    Ok((initiative, stakeholder, words.get(taken..).unwrap_or_default()))
}

pub(super) fn note(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let mut rest = words;
    let mut about = None;
    if let Some((first, after)) = rest.split_first()
        && (first.starts_with('@') || first.starts_with("<@"))
    {
        about = Some(names::person(scene.program, scene.state, first)?);
        rest = after;
    }
    let mut initiative = None;
    if let Some((first, after)) = rest.split_first() {
        // Only an id counts here: a note's first words must not be taken for part of a title.
        initiative = advocated(scene, actor).into_iter().find(|initiative| initiative.id.as_str() == *first);
        if initiative.is_some() {
            rest = after;
        }
    }
    let text = rest.join(" ");
    if text.is_empty() {
        return Err(format!(
            "What should I keep? Write `{} note [@person] [initiative] text`.",
            scene.program.command
        ));
    }
    let owner = about.map_or_else(|| actor.id.clone(), |person| person.id.clone());
    let event = Event::NoteTaken {
        by: actor.id.clone(),
        about: about.map(|person| person.id.clone()),
        initiative: initiative.map(|initiative| initiative.id.clone()),
        text: Personal::new(owner, text),
    };
    let on = about.map_or_else(String::new, |person| format!(" on {}", person.name));
    Ok((vec![event], Reply::say(format!("Kept your note{on}. Only advocates and admins see it."))))
}

pub(super) fn planned(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let usage = || format!("Write `{} planned initiative team [link]`.", scene.program.command);
    if words.len() < 2 {
        return Err(usage());
    }
    let (initiative, taken) = names::initiative(&advocated(scene, actor), words)?;
    let rest = words.get(taken..).unwrap_or_default();
    let team = names::team(scene.program, rest.first().ok_or_else(usage)?)?;
    if !initiative.asks.contains_key(team) {
        return Err(format!("{} asks nothing of {team}.", initiative.title));
    }
    let link =
        match rest.get(1).map(|word| word.trim_matches(['<', '>']).split('|').next().unwrap_or_default()) {
            Some(link) if link.starts_with("https://") => Some(link.to_owned()),
            Some(other) => return Err(format!("“{other}” is not an https address. {}", usage())),
            None => None,
        };
    let name = scene.program.teams.get(team).map_or_else(|| team.to_string(), |team| team.name.clone());
    let event = Event::ItemPlanned {
        initiative: initiative.id.clone(),
        team: team.clone(),
        quarter: initiative.quarter,
        by: actor.id.clone(),
        link,
    };
    let reply = Reply::say(format!(
        "Recorded: {} is in {name}'s plan for {}. Nobody on that team is asked again.",
        initiative.title,
        initiative.quarter.short()
    ));
    Ok((vec![event], reply))
}
