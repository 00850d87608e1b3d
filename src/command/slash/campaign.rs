//! What is planned, how it reads, and stopping and starting it.

use super::record::argued_to;
use super::{named, say};
use jiff::SignedDuration;

use crate::command::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::engagement::Touch;
use crate::domain::event::{Event, PauseReason};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Message, Paragraph, Part, Reply, Span};
use crate::message;
use crate::plan::{self, Outcome, Row, Skip};

pub(super) fn pause(scene: Scene<'_>, actor: &Person, _words: &[&str]) -> Result<Decided, String> {
    if let Some((_, PauseReason::FirstStart { .. })) = scene.state.paused {
        return Err(
            "Nothing is being sent anyway: nobody has confirmed that this is my first start.".to_owned()
        );
    }
    // What Slack refuses may end by itself; what an advocate pauses doesn't.
    if scene.state.paused.as_ref().is_some_and(|(_, reason)| !reason.ends_by_itself()) {
        return Err(format!(
            "Messages are paused already. `{} resume` ends the pause.",
            scene.program.command
        ));
    }
    let event = Event::PostingPaused { reason: PauseReason::Asked { by: actor.id.clone() } };
    let reply = Reply::say(format!(
        "Paused: no planned message goes out. Answers to people who write still do. `{} resume` ends the pause.",
        scene.program.command
    ));
    Ok((vec![event], reply))
}

pub(super) fn resume(scene: Scene<'_>, actor: &Person) -> Decided {
    if !scene.program.is_advocate(&actor.id) {
        return refuse("Only advocates and admins can resume sending.");
    }
    let said = match &scene.state.paused {
        None => return refuse("Messages are not paused."),
        Some((_, PauseReason::FirstStart { .. })) => "Thanks. I'll start sending as planned, in send hours.",
        Some((
            _,
            PauseReason::Asked { .. }
            | PauseReason::Unproven
            | PauseReason::Configuration { .. }
            | PauseReason::Returned { .. },
        )) => "Resumed: planned messages go out again, in send hours.",
    };
    (vec![Event::PostingResumed { by: actor.id.clone() }], Reply::say(said))
}

/// An advocate says that this isn't the first start: the data folder is missing.
pub(super) fn not_first(scene: Scene<'_>, actor: &Person) -> Decided {
    if !scene.program.is_advocate(&actor.id) {
        return refuse("Only advocates and admins can answer this.");
    }
    match &scene.state.paused {
        Some((_, PauseReason::FirstStart { denied_by })) => {
            let reason = PauseReason::FirstStart { denied_by: Some(actor.id.clone()) };
            let events = match denied_by {
                None => vec![Event::PostingPaused { reason }],
                Some(_) => Vec::new(),
            };
            let what = "Thanks. I won't send anything. Please tell whoever runs Canvass: stop it, then put the data \
                        folder back or restore a backup (`canvass restore`), and start it again.";
            (events, Reply::say(what))
        }
        None
        | Some((
            _,
            PauseReason::Asked { .. }
            | PauseReason::Unproven
            | PauseReason::Configuration { .. }
            | PauseReason::Returned { .. },
        )) => refuse("That has been answered already."),
    }
}

pub(super) fn preview(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    if words.is_empty() {
        return Err(format!("Whose message? Write `{command} preview @person [initiative] [touch]`."));
    }
    let (person, taken) = scene.person_called(words)?;
    let rest = words.get(taken..).unwrap_or_default();
    let (touch, rest) = match rest.split_last() {
        Some((last, before)) => match Touch::from_word(&last.to_lowercase().replace('-', "_")) {
            Some(touch) => (touch, before),
            None => (Touch::Pitch, rest),
        },
        None => (Touch::Pitch, rest),
    };
    let argued = argued_to(scene, actor, person)?;
    let initiative = match argued.among().first() {
        Some(first) if rest.is_empty() => first,
        Some(_) | None => argued.whole(rest)?,
    };
    let shown =
        message::preview(scene.program, scene.state, scene.seen, initiative, person, touch, scene.now)
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

/// How far the plan looks ahead beyond the last freeze: follow-ups come after it.
const AFTER_FREEZE: SignedDuration = SignedDuration::from_hours(24 * 30);

pub(super) fn plan(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let initiatives = named(scene, actor, words)?;
    let freezes = initiatives.iter().filter_map(|initiative| scene.program.window(initiative.quarter));
    let Some(last) = freezes.map(|window| window.freezes).max() else {
        return Err("You advocate no initiative.".into());
    };
    let until = last.max(scene.now).checked_add(AFTER_FREEZE).unwrap_or(last);
    let explanation = plan::explain(scene.program, scene.state, scene.seen, scene.now, until);
    let mut parts = Vec::new();
    if let Some(held) = &explanation.held {
        let why = scene.why(actor, held);
        parts.push(Part::Paragraph(Paragraph(vec![Span::Strong("Held: ".into()), Span::Text(why)])));
    }
    for of in &explanation.initiatives {
        if !initiatives.iter().any(|initiative| initiative.id == of.initiative) {
            continue;
        }
        parts.push(Part::Heading(format!("{}, {}", of.title, of.quarter.short())));
        let header = ["Who", "Next", "When, their time"].map(String::from).to_vec();
        parts.push(Part::Table {
            header,
            rows: of.people.iter().map(|row| next_of(scene, actor, row)).collect(),
        });
        for gap in &of.left_out {
            let sentence = message::gap_sentence(scene.program, gap);
            parts.push(Part::Small(Paragraph::told(&format!("Left out: {sentence}"))));
        }
    }
    Ok(say("Plan", parts))
}

/// The last touch before the next planned one that an advocate's own word keeps from going.
fn held_before_next(row: &Row) -> Option<(Touch, &Skip)> {
    let next = row.touches.iter().position(|touch| matches!(touch.outcome, Outcome::Planned(_)))?;
    let before = row.touches.get(..next)?.iter().rev();
    before
        .filter_map(|touch| match &touch.outcome {
            Outcome::Skipped(skip) => Some((touch.touch, skip)),
            Outcome::Sent(_) | Outcome::Planned(_) => None,
        })
        .find(|(_, skip)| matches!(skip, Skip::Held { .. } | Skip::AwaitsApproval | Skip::Staged { .. }))
}

/// The next planned touch of a person, or why there is none.
fn next_of(scene: Scene<'_>, actor: &Person, row: &Row) -> Vec<String> {
    let planned = row.touches.iter().find_map(|touch| match &touch.outcome {
        Outcome::Planned(at) => Some((touch.touch, at)),
        Outcome::Sent(_) | Outcome::Skipped(_) => None,
    });
    // What comes after the last one that went out, and why it doesn't.
    let kept = row.touches.iter().rev().map_while(|touch| match &touch.outcome {
        Outcome::Skipped(skip) => Some(skip),
        Outcome::Sent(_) | Outcome::Planned(_) => None,
    });
    let name = || row.name.clone();
    let why = |skip: &Skip| scene.why(actor, skip);
    if let Some((touch, skip)) = held_before_next(row) {
        return vec![name(), format!("{}, held back", touch.word().replace('_', " ")), why(skip)];
    }
    match (planned, row.skipped.as_ref().or_else(|| kept.last())) {
        (Some((touch, at)), _) => {
            vec![row.name.clone(), touch.word().replace('_', " "), at.strftime("%a %-d %b %H:%M").to_string()]
        }
        (None, Some(skip)) => vec![row.name.clone(), "nothing".into(), why(skip)],
        (None, None) => vec![row.name.clone(), "nothing".into(), "all sent".into()],
    }
}
