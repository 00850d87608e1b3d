//! What an advocate records by hand.

use super::{advocated, theirs};
use crate::command::names::{self, Choice};
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, How};
use crate::domain::initiative::Initiative;
use crate::domain::message::Reply;
use crate::domain::personal::Personal;
use crate::domain::program::Stakeholder;

pub(super) fn met(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    if words.is_empty() {
        return Err(format!("With whom? Write `{command} met @person [initiative] [stance] [note]`."));
    }
    let (person, taken) = scene.person_called(words)?;
    let words = words.get(taken..).unwrap_or_default();
    let (initiative, stakeholder, taken) = about(scene, actor, person, words)?;
    let rest = words.get(taken..).unwrap_or_default();
    let stance = stance(rest)?;
    let note =
        scene.readable(&rest.get(stance.map_or(0, |(_, taken)| taken)..).unwrap_or_default().join(" "));
    let stance = stance.map(|(stance, _)| stance);
    let kept = if note.is_empty() { "" } else { " Only its advocates and the admins see your note." };
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
    let (took, none) = match stance {
        Some(stance) => (format!(" as {}", stance.word().replace('_', " ")), ""),
        // Said, so that a stance that was meant and not read isn't lost.
        None => (String::new(), " No stance was recorded."),
    };
    let reply = Reply::say(format!(
        "Recorded: you talked with {} about {}{took}.{none} I won't write to them about it before the next \
         planning.{kept}",
        person.name, initiative.title
    ));
    Ok((events, reply))
}

/// The stance at the beginning of `words`, if one stands there, and how many words it took ("first step" is
/// two). A misspelled one refuses: read as a note, it would be lost.
fn stance(words: &[&str]) -> Result<Option<(Stance, usize)>, String> {
    let Some(word) = words.first() else { return Ok(None) };
    let plain = |word: &str| word.trim_end_matches([',', ':', '.']).to_lowercase().replace('-', "_");
    let two = words.get(1).map(|next| format!("{}_{}", plain(word), plain(next)));
    let plain = plain(word);
    let one = Stance::from_word(&plain).map(|stance| (stance, 1));
    if let Some(found) = one.or_else(|| Some((Stance::from_word(&two?)?, 2))) {
        return Ok(Some(found));
    }
    let known = Stance::ALL.map(Stance::word);
    match names::nearest_stance(&plain, known) {
        Some(near) => Err(format!(
            "I don't know the stance “{}”. Did you mean {near}? A note that begins with that word comes after the \
             stance, or in quotes.",
            names::echo(word)
        )),
        None => Ok(None),
    }
}

/// What may be named about `person`: what `actor` advocates and is argued to them. Any other one refuses.
pub(super) fn argued_to<'a>(scene: Scene<'a>, actor: &Person, person: &Person) -> Result<Choice<'a>, String> {
    let argued: Vec<&Initiative> = advocated(scene, actor)
        .into_iter()
        .filter(|initiative| scene.program.stakeholder(initiative, person).is_some())
        .collect();
    if argued.is_empty() {
        return Err(format!("{} is not a stakeholder of any initiative you advocate.", person.name));
    }
    let why = |initiative: &Initiative| {
        if scene.program.sees_answers(&actor.id, initiative) {
            return format!("{} is not a stakeholder of “{}”.", person.name, initiative.title);
        }
        scene.not_theirs(initiative)
    };
    Ok(Choice::of(argued).refusing(&scene.program.initiatives, why))
}

/// The initiative that all of `words` name, or the only one of the actor's that is argued to `person`.
pub(super) fn initiative_for<'a>(
    scene: Scene<'a>,
    actor: &Person,
    person: &Person,
    words: &[&str],
) -> Result<&'a Initiative, String> {
    argued_to(scene, actor, person)?.whole(words)
}

/// The initiative named before a stance or a note, or the only one that may be meant; how `person` is its
/// stakeholder; and how many words named it.
fn about<'a>(
    scene: Scene<'a>,
    actor: &Person,
    person: &Person,
    words: &[&str],
) -> Result<(&'a Initiative, Stakeholder, usize), String> {
    let (initiative, taken) = argued_to(scene, actor, person)?.leading(words)?;
    let stakeholder = scene.program.stakeholder(initiative, person);
    let stakeholder = stakeholder.ok_or_else(|| format!("{} is not a stakeholder of that.", person.name))?;
    Ok((initiative, stakeholder, taken))
}

pub(super) fn note(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let mut rest = words;
    let mut about = None;
    if rest.first().is_some_and(|first| first.starts_with('@') || first.starts_with("<@")) {
        let (person, taken) = scene.person_called(rest)?;
        about = Some(person);
        rest = rest.get(taken..).unwrap_or_default();
    }
    let initiative = theirs(scene, actor).named_first(rest)?.map(|(initiative, taken)| {
        rest = rest.get(taken..).unwrap_or_default();
        initiative
    });
    let text = scene.readable(&rest.join(" "));
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
    let of = initiative.map_or_else(String::new, |initiative| format!(" about “{}”", initiative.title));
    Ok((vec![event], Reply::say(format!("Kept your note{on}{of}. Only advocates and admins see it."))))
}

pub(super) fn planned(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let usage = || format!("Write `{} planned initiative team [link]`.", scene.program.command);
    if words.len() < 2 {
        return Err(usage());
    }
    let (initiative, taken) = theirs(scene, actor).named_first(words)?.ok_or_else(|| {
        let first = words.first().copied().unwrap_or_default();
        format!("“{}” is none of your initiatives. {}", names::echo(first), usage())
    })?;
    let rest = words.get(taken..).unwrap_or_default();
    if rest.is_empty() {
        return Err(usage());
    }
    let (team, taken) = names::team(scene.program, rest)?;
    let rest = rest.get(taken..).unwrap_or_default();
    if !initiative.asks.contains_key(team) {
        return Err(format!("{} asks nothing of {team}.", initiative.title));
    }
    let link =
        match rest.first().map(|word| word.trim_matches(['<', '>']).split('|').next().unwrap_or_default()) {
            Some(link) if link.starts_with("https://") && rest.len() == 1 => Some(link.to_owned()),
            Some(other) => {
                return Err(format!(
                    "“{}” is not an https address, or not the last word. {}",
                    names::echo(other),
                    usage()
                ));
            }
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
