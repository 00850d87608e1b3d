//! To be left alone: snooze, stop, and what is known of oneself. Whoever asks for it gets it at once.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};

use super::{Decided, Request, Scene, initiative_named, refuse, typed};
use crate::domain::directory::{Address, Person};
use crate::domain::event::Event;
use crate::domain::hours::DaysOff;
use crate::domain::ids::{InitiativeId, SlackUserId};
use crate::domain::initiative::Initiative;
use crate::domain::marks;
use crate::domain::message::{
    Action, Button, Field, Input, Look, Message, Modal, ModalKind, Paragraph, Part, Reply,
};
use crate::domain::question::is_stop;
use crate::message;

/// What Slack shows of a button's label.
const LONGEST_LABEL: usize = 75;

/// The name of the field with the day in a modal that asks for one.
pub(super) const UNTIL: &str = "until";

/// Opens the modal that asks until when to be left alone, whatever it is about.
pub(super) fn open_snooze(scene: Scene<'_>, actor: &Person) -> Decided {
    let today = scene.now.to_zoned(scene.zone(actor)).date();
    let initial = today.checked_add(jiff::Span::new().days(7)).ok();
    let text = "Until that day I won't write to you about planning. Answers to what you ask still come.";
    let modal = Modal {
        kind: ModalKind::Snooze,
        title: "Remind me later".to_owned(),
        parts: vec![Part::Paragraph(Paragraph::text(text))],
        fields: vec![Field {
            name: UNTIL,
            label: "Nothing before".to_owned(),
            hint: None,
            optional: false,
            input: Input::Date { initial },
        }],
        submit: Some("Snooze".to_owned()),
    };
    (Vec::new(), Reply::Open(Box::new(modal)))
}

/// Leaves `actor` alone until the start of `date`, where they are.
pub(super) fn snoozed(scene: Scene<'_>, actor: &Person, date: Date) -> Result<Event, String> {
    let zone = scene.zone(actor);
    let today = scene.now.to_zoned(zone.clone()).date();
    if date <= today {
        return Err("Please pick a day after today.".into());
    }
    if today.checked_add(jiff::Span::new().years(1)).is_ok_and(|latest| date > latest) {
        return Err("Please pick a day within a year; to hear nothing at all, stop these messages.".into());
    }
    let until = zone
        .to_timestamp(date.to_datetime(Time::midnight()))
        .map_err(|_| "That day doesn't exist in your time zone; please pick another.".to_owned())?;
    Ok(Event::Snoozed { person: actor.id.clone(), until })
}

/// Messages may come again before a snooze ends.
pub(super) fn wake(scene: Scene<'_>, actor: &Person) -> Decided {
    let until = scene.state.person(&actor.id).and_then(|known| known.snoozed_until);
    if until.is_none_or(|until| until <= scene.now) {
        return refuse("You are not snoozed, so there is nothing to end.");
    }
    let event = Event::Snoozed { person: actor.id.clone(), until: scene.now };
    (vec![event], Reply::say("The snooze is over. Messages about planning continue as before."))
}

/// Stops messages about one initiative, or about all. After *stop* for all, one initiative is what is left
/// of it.
pub(super) fn stop(scene: Scene<'_>, actor: &Person, initiative: Option<&InitiativeId>) -> Decided {
    let Some(id) = initiative else { return stop_all(scene, actor, None) };
    let Some(initiative) = scene.program.initiative(id) else {
        return refuse("This initiative is gone, so nothing more is sent about it.");
    };
    let known = scene.state.person(&actor.id);
    let stopped_all = known.is_some_and(|known| known.stopped);
    let before = known.map(|known| known.stopped_initiatives.clone()).unwrap_or_default();
    let title = &initiative.title;
    if !stopped_all && before.contains(&initiative.id) {
        return refuse(format!("Messages about “{title}” are stopped already."));
    }
    let person = &actor.id;
    let stop = |of: &InitiativeId| Event::Stopped { person: person.clone(), initiative: Some(of.clone()) };
    let mut events = Vec::new();
    if stopped_all {
        // Undoing the stop for all undoes all of them; those for single initiatives were meant.
        events.push(Event::StopUndone { person: person.clone(), initiative: None });
        events.extend(before.iter().filter(|of| **of != initiative.id).map(stop));
    }
    events.push(stop(&initiative.id));
    let mut message = Message::line(format!(
        "Stopped: I won't write to you about “{title}” again. {} will see that, nothing more.",
        scene.advocates(initiative)
    ));
    let action = Action::UndoStopAbout { initiative: Some(initiative.id.clone()) };
    message.buttons = vec![Button { label: "Undo".into(), action, look: Look::Plain }];
    (events, Reply::Say(Box::new(message)))
}

/// Stops everything, at once. `about` is the initiative of the message where it was said: perhaps only
/// that one was meant.
pub(super) fn stop_all(scene: Scene<'_>, actor: &Person, about: Option<&InitiativeId>) -> Decided {
    let already = scene.state.person(&actor.id).is_some_and(|person| person.stopped);
    let event = Event::Stopped { person: actor.id.clone(), initiative: None };
    let about = about.and_then(|id| scene.program.initiative(id));
    let who = match about {
        Some(initiative) => scene.advocates(initiative),
        None => {
            let argued =
                |of: &&crate::domain::initiative::Initiative| scene.program.stakeholder(of, actor).is_some();
            let advocates = scene.program.initiatives.iter().filter(argued).flat_map(|of| &of.advocates);
            let names: BTreeSet<String> =
                advocates.filter_map(|id| Some(scene.person(id)?.given_name.clone())).collect();
            super::listed(&names.iter().map(String::as_str).collect::<Vec<_>>(), "and")
        }
    };
    let sees = if who.is_empty() {
        String::new()
    } else {
        format!(" {who} will see that you stopped these messages, nothing more.")
    };
    let mut message = Message::line(format!(
        "Stopped. I won't write to you about planning again, for this or any other initiative.{sees}"
    ));
    // A command's answer is no message on record that the button could be about.
    let undo = Action::UndoStopAbout { initiative: None };
    message.buttons = vec![Button { label: "Undo".into(), action: undo, look: Look::Plain }];
    if let Some(initiative) = about {
        let label: String = format!("Only about “{}”", initiative.title);
        let label = if label.chars().count() > LONGEST_LABEL {
            format!("{}…”", label.chars().take(LONGEST_LABEL - 2).collect::<String>())
        } else {
            label
        };
        let action = Action::StopAbout { initiative: Some(initiative.id.clone()) };
        message.buttons.push(Button { label, action, look: Look::Plain });
    }
    (if already { Vec::new() } else { vec![event] }, Reply::Say(Box::new(message)))
}

/// Undoes a stop: of one initiative, or all of them.
pub(super) fn undo_stop(scene: Scene<'_>, actor: &Person, initiative: Option<&InitiativeId>) -> Decided {
    let known = scene.state.person(&actor.id);
    let stopped = known.is_some_and(|known| match initiative {
        Some(initiative) => known.stopped_initiatives.contains(initiative),
        None => known.stopped || !known.stopped_initiatives.is_empty(),
    });
    if !stopped {
        return refuse("Nothing is stopped, so there is nothing to undo.");
    }
    let person = &actor.id;
    let mut events = vec![Event::StopUndone { person: person.clone(), initiative: initiative.cloned() }];
    let all = known.filter(|known| initiative.is_none() && known.stopped);
    // What was stopped for single initiatives before everything was is as it was then.
    let single = all.into_iter().flat_map(|known| &known.stopped_initiatives);
    let single: Vec<&InitiativeId> = single.collect();
    let stop =
        |of: &&InitiativeId| Event::Stopped { person: person.clone(), initiative: Some((*of).clone()) };
    events.extend(single.iter().map(stop));
    let titles = single.iter().filter_map(|of| scene.program.initiative(of));
    let titles: Vec<String> = titles.map(|of| format!("“{}”", of.title)).collect();
    let says = match initiative.and_then(|id| scene.program.initiative(id)) {
        Some(initiative) => format!("Undone. Messages about “{}” continue as before.", initiative.title),
        None if titles.is_empty() => "Undone. Messages about planning continue as before.".to_owned(),
        None => {
            let titles = super::listed(&titles.iter().map(String::as_str).collect::<Vec<_>>(), "and");
            format!("Undone. Messages about planning continue as before; those about {titles} stay stopped.")
        }
    };
    (events, Reply::say(says))
}

/// A *stop*, or its undoing, by an account that is on record and that the configuration doesn't mean at the moment: it is
/// kept with what that account did, and so holds once they are named again.
pub(super) fn of_unnamed(scene: Scene<'_>, account: &SlackUserId, request: &Request) -> Option<Decided> {
    let id = scene.state.by_slack.get(account)?;
    if scene.state.is_pseudonym(id) || marks::is_marked(scene.state, scene.seen, account) {
        return None;
    }
    let actor = &Person {
        id: id.clone(),
        name: id.to_string(),
        given_name: id.to_string(),
        address: Address::Slack(account.clone()),
        was: Vec::new(),
        audiences: BTreeSet::new(),
        teams: BTreeSet::new(),
        reports_to: None,
        zone: None,
        hours: None,
        days_off: DaysOff::default(),
    };
    match request {
        Request::Act { action: Action::Stop, .. } => Some(stop_all(scene, actor, None)),
        Request::Act { action: Action::StopAbout { initiative }, .. } => {
            Some(stop(scene, actor, initiative.as_ref()))
        }
        Request::Act { action: Action::UndoStop, .. } => Some(undo_stop(scene, actor, None)),
        Request::Act { action: Action::UndoStopAbout { initiative }, .. } => {
            Some(undo_stop(scene, actor, initiative.as_ref()))
        }
        // It said so before it was changed, and may have been undone since.
        Request::Edit { channel, ts, text, .. } if is_stop(text) && scene.was_stop(channel, ts) => {
            Some((Vec::new(), Reply::Nothing))
        }
        Request::Typed { text, .. } | Request::Edit { text, .. } if is_stop(text) => {
            Some(typed::stop(scene, actor, None))
        }
        Request::Slash { text } => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (first, rest) = words.split_first()?;
            if !first.eq_ignore_ascii_case("stop") {
                return None;
            }
            Some(match rest {
                [] => stop_all(scene, actor, None),
                [word] if word.eq_ignore_ascii_case("all") => stop_all(scene, actor, None),
                [word] if word.eq_ignore_ascii_case("undo") => undo_stop(scene, actor, None),
                // They may name only what they were written to about.
                words => match initiative_named(&written_about(scene, actor), &words.join(" ")) {
                    Ok(initiative) => stop(scene, actor, Some(&initiative.id)),
                    Err(sentence) => refuse(sentence),
                },
            })
        }
        Request::Act { .. }
        | Request::OpenHome { .. }
        | Request::Edit { .. }
        | Request::Delete { .. }
        | Request::Submit { .. }
        | Request::Typed { .. }
        | Request::Wordless { .. } => None,
    }
}

fn written_about<'a>(scene: Scene<'a>, actor: &Person) -> Vec<&'a Initiative> {
    let known = scene.state.person(&actor.id);
    let about = |of: &&Initiative| {
        known.is_some_and(|known| known.engagements.keys().any(|(initiative, _)| *initiative == of.id))
    };
    scene.program.initiatives.iter().filter(about).collect()
}

/// *What Canvass knows about me*.
pub(super) fn known_about_me(scene: Scene<'_>, actor: &Person) -> Decided {
    let modal = message::known_about(scene.program, scene.state, scene.seen, actor, scene.now);
    (Vec::new(), Reply::Open(Box::new(modal)))
}
