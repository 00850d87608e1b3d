//! Deciding about planned messages by command: approve, hold, send, handover.

use super::record::initiative_for;
use super::{May, Word, say, theirs};
use crate::command::{Decided, Scene, approval, listed};
use crate::domain::directory::Person;
use crate::domain::effect::DeliveryKey;
use crate::domain::event::Verdict;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Button, Look, Paragraph, Part, Reply, Span};
use crate::message;
use crate::plan;

pub(super) const WORDS: [Word; 4] = [
    Word {
        name: "approve",
        usage: "[all] [@person] [initiative]",
        does: "what waits for approval; approve one person's next message, or all that are due soon",
        may: May::Advocates,
        run: approve,
    },
    Word {
        name: "hold",
        usage: "@person [initiative]",
        does: "hold a person's next message until it is approved",
        may: May::Advocates,
        run: hold,
    },
    Word {
        name: "send",
        usage: "@person [initiative]",
        does: "send a person's next message before its time, at their next send hours; also after Slack refused them",
        may: May::Advocates,
        run: send,
    },
    Word {
        name: "handover",
        usage: "@person [initiative] [back]",
        does: "speak to somebody yourself; nothing more is sent to them about it",
        may: May::Advocates,
        run: hand_over,
    },
];

/// Most messages that an answer lists, whatever they are about: each takes two of fifty blocks.
const MOST: usize = 15;

fn is_person(word: &str) -> bool {
    word.contains('@')
}

fn approve(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    match words.split_first() {
        Some((word, _)) if is_person(word) => one(scene, actor, words, Verdict::Approved),
        Some((word, rest)) if word.eq_ignore_ascii_case("all") => {
            let initiative = theirs(scene, actor).whole(rest)?;
            let (events, says) = approval::approved_all(scene, actor, &initiative.id)?;
            Ok((events, Reply::say(says)))
        }
        Some(_) | None => list(scene, actor, words),
    }
}

/// What waits, soonest first.
fn list(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let initiatives = super::named(scene, actor, words)?;
    let mut parts = Vec::new();
    let mut room = MOST;
    let mut unlisted: Vec<String> = Vec::new();
    for initiative in initiatives {
        let waiting = approval::waiting(scene, initiative);
        if waiting.is_empty() {
            continue;
        }
        if room == 0 {
            unlisted.push(format!("{} about “{}”", waiting.len(), initiative.title));
            continue;
        }
        parts.push(Part::Heading(initiative.title.clone()));
        for queued in waiting.iter().take(room) {
            parts.push(Part::Row {
                about: None,
                text: message::line(scene.program, scene.state, scene.seen, queued, scene.now),
                buttons: message::decisions(&queued.delivery),
            });
        }
        let action = message::approve_all(initiative, approval::soon(scene, actor, &waiting));
        let label = "Approve those due soon".to_owned();
        let more = waiting.len().saturating_sub(room);
        room = room.saturating_sub(waiting.len());
        let text = match more {
            0 => format!("{} wait for approval.", waiting.len()),
            _ => format!("{} wait for approval; these are the first.", waiting.len()),
        };
        let crowded = message::crowded(&waiting).map(|crowded| format!(" {crowded}")).unwrap_or_default();
        let buttons = vec![Button { label, action, look: Look::Plain }];
        parts.push(Part::Row { about: None, text: Paragraph::text(format!("{text}{crowded}")), buttons });
    }
    if parts.is_empty() {
        return Err("Nothing waits for approval.".to_owned());
    }
    if !unlisted.is_empty() {
        let unlisted: Vec<&str> = unlisted.iter().map(String::as_str).collect();
        let command = format!("{} approve initiative", scene.program.command);
        let text = format!("Also waiting: {}. `{command}` lists them.", listed(&unlisted, "and"));
        parts.push(Part::Paragraph(Paragraph::told(&text)));
    }
    parts.push(Part::Small(Paragraph(vec![
        Span::Text("Or write ".to_owned()),
        Span::Code(format!("{} approve @person", scene.program.command)),
        Span::Text(".".to_owned()),
    ])));
    Ok(say("What waits for approval", parts))
}

fn hold(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    next(scene, actor, words, Verdict::Held, "hold")
}

fn send(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    next(scene, actor, words, Verdict::Now, "send")
}

fn next(
    scene: Scene<'_>,
    actor: &Person,
    words: &[&str],
    verdict: Verdict,
    word: &str,
) -> Result<Decided, String> {
    if words.is_empty() {
        return Err(format!("Whose message? Write `{} {word} @person [initiative]`.", scene.program.command));
    }
    one(scene, actor, words, verdict)
}

/// A verdict on the next message to the person that `words` begin with.
fn one(scene: Scene<'_>, actor: &Person, words: &[&str], verdict: Verdict) -> Result<Decided, String> {
    let (person, taken) = scene.person_called(words)?;
    let initiative = initiative_for(scene, actor, person, words.get(taken..).unwrap_or_default())?;
    let delivery = next_of(scene, actor, initiative, person, verdict)?;
    let (event, says) = approval::judged(scene, actor, &delivery, verdict)?;
    Ok((vec![event], Reply::say(says)))
}

/// The message that is meant: what waits first if it is to be approved, else the next one to come.
fn next_of(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
    person: &Person,
    verdict: Verdict,
) -> Result<DeliveryKey, String> {
    if verdict == Verdict::Approved
        && let Some(queued) = approval::waiting(scene, initiative)
            .into_iter()
            .find(|queued| queued.delivery.person == person.id)
    {
        return Ok(queued.delivery);
    }
    plan::next_for(scene.program, scene.state, scene.seen, scene.now, initiative, person)
        .map(|(delivery, _)| delivery)
        .map_err(|skip| {
            let why = scene.why(actor, &skip);
            format!("Nothing about “{}” is to go to {}. {why}", initiative.title, person.name)
        })
}

fn hand_over(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    if words.is_empty() {
        return Err(format!(
            "Who will you talk to? Write `{} handover @person [initiative] [back]`.",
            scene.program.command
        ));
    }
    let (person, named) = scene.person_called(words)?;
    let rest = words.get(named..).unwrap_or_default();
    let (rest, taken) = match rest.split_last() {
        Some((last, before)) if last.eq_ignore_ascii_case("back") => (before, false),
        Some(_) | None => (rest, true),
    };
    let initiative = initiative_for(scene, actor, person, rest)?;
    Ok(approval::hand_over(scene, actor, &person.id, &initiative.id, taken))
}
