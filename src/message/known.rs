//! *What Canvass knows about me*: everything on record about the reader themselves, and nothing about
//! anybody else (rule R7).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::directory::Person;
use crate::domain::engagement::Stance;
use crate::domain::event::Said;
use crate::domain::ids::PersonId;
use crate::domain::message::{Modal, ModalKind, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{Engagement, PersonState, Phase, State};

use super::case::{names, zone};
use super::wording;

/// Most entries of a list: a modal holds a hundred blocks, and people remember the latest.
const MOST: usize = 30;

/// The modal for `reader`.
pub fn known_about(
    program: &Program,
    state: &State,
    seen: &Observations,
    reader: &Person,
    now: Timestamp,
) -> Modal {
    let known = state.person(&reader.id).cloned().unwrap_or_default();
    let zone = zone(program, seen, reader);
    let mut parts = vec![Part::Paragraph(Paragraph::text(
        "Everything that I keep about you. Your words are stored encrypted, and can be deleted for good: ask whoever sees them.",
    ))];
    section(&mut parts, "Your answers", answers(program, &known, zone), "You have given no answer.");
    section(&mut parts, "What you wrote", wrote(state, &reader.id, zone), "You have written nothing.");
    section(
        &mut parts,
        "What was sent to you",
        sent(program, state, &known, zone),
        "Nothing was sent to you.",
    );
    parts.push(Part::Heading("Your settings".to_owned()));
    parts.push(Part::List(settings(program, &known, zone, now)));
    parts.push(Part::Heading("Who sees it".to_owned()));
    parts.push(Part::Paragraph(Paragraph::text(who_sees(program, reader, &known))));
    let title = "What I know about you".to_owned();
    Modal { kind: ModalKind::Read, title, parts, fields: Vec::new(), submit: None }
}

fn section(parts: &mut Vec<Part>, heading: &str, lines: Vec<String>, none: &str) {
    parts.push(Part::Heading(heading.to_owned()));
    if lines.is_empty() {
        parts.push(Part::Paragraph(Paragraph::text(none)));
        return;
    }
    let left_out = lines.len().saturating_sub(MOST);
    parts.push(Part::List(lines.into_iter().skip(left_out).map(Paragraph::text).collect()));
    if left_out > 0 {
        parts.push(Part::Small(Paragraph::text(format!("And {left_out} older ones."))));
    }
}

fn on(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%a %-d %b %Y %H:%M").to_string()
}

fn title<'a>(program: &'a Program, id: &'a crate::domain::ids::InitiativeId) -> &'a str {
    program.initiative(id).map_or(id.as_str(), |initiative| initiative.title.as_str())
}

fn answers(program: &Program, known: &PersonState, zone: &TimeZone) -> Vec<String> {
    let of = |((about, quarter), engagement): (&(_, _), &Engagement)| {
        let mut lines = Vec::new();
        let about: &crate::domain::ids::InitiativeId = about;
        let quarter: &crate::domain::calendar::Quarter = quarter;
        if let Some(taken) = engagement.stance() {
            let stance = said(taken.stance);
            let reason = match engagement.reason.as_ref().and_then(|reason| reason.reveal()) {
                Some(reason) if !reason.is_empty() => format!(" Your reason: “{reason}”"),
                Some(_) | None => String::new(),
            };
            let title = title(program, about);
            let quarter = quarter.short();
            lines.push(format!("“{title}”, {quarter}: {stance}, since {}.{reason}", on(taken.at, zone)));
        }
        if let Some((_, at)) = engagement.conversation {
            lines.push(format!("“{}”: a conversation, recorded {}.", title(program, about), on(at, zone)));
        }
        lines
    };
    known.engagements.iter().flat_map(of).collect()
}

/// Where the reader stands, as it is told to them.
fn said(stance: Stance) -> &'static str {
    match stance {
        Stance::Committed => "you plan it",
        Stance::FirstStep => "you plan the first step",
        Stance::Supportive => "you back it",
        Stance::Considering => "you would like to talk first",
        Stance::Concerned => "you have a concern",
        Stance::Declined => "not this quarter",
    }
}

fn wrote(state: &State, reader: &PersonId, zone: &TimeZone) -> Vec<String> {
    let theirs = state.received.values().filter(|received| received.person == *reader);
    let line = |received: &crate::domain::state::Received| {
        let what = match received.said {
            Said::Question => "a question",
            Said::Remark => "a remark",
            Said::Talk => "a wish to talk",
            Said::Concern => "a concern",
            Said::Correction => "a correction",
            Said::Referral => "a hint who else should hear of it",
        };
        let words = match received.text.as_ref().and_then(|text| text.reveal()) {
            Some(words) if !received.withdrawn => format!(": “{words}”"),
            Some(_) | None => String::new(),
        };
        format!("{}, {what}{words}", on(received.at, zone))
    };
    theirs.map(line).collect()
}

fn sent(program: &Program, state: &State, known: &PersonState, zone: &TimeZone) -> Vec<String> {
    let mut sent: Vec<(Timestamp, String)> = Vec::new();
    for ((about, _), engagement) in &known.engagements {
        for ((touch, _), post) in &engagement.deliveries {
            if let Some(Phase::Sent { at, .. }) = state.post(*post).map(|post| &post.phase) {
                let what = touch.word().replace('_', "-");
                sent.push((*at, format!("{}, the {what} about “{}”", on(*at, zone), title(program, about))));
            }
        }
    }
    sent.sort();
    sent.into_iter().map(|(_, line)| line).collect()
}

fn settings(program: &Program, known: &PersonState, zone: &TimeZone, now: Timestamp) -> Vec<Paragraph> {
    let mut lines = Vec::new();
    if known.stopped {
        lines.push("Stopped: nothing about planning is sent to you.".to_owned());
    }
    for about in &known.stopped_initiatives {
        lines.push(format!("Stopped: nothing about “{}” is sent to you.", title(program, about)));
    }
    if let Some(until) = known.snoozed_until.filter(|until| now < *until) {
        lines.push(format!("Snoozed until {}.", on(until, zone)));
    }
    if let Some((first, last)) = known.leave {
        let day = |day: jiff::civil::Date| day.strftime("%-d %b %Y").to_string();
        lines.push(format!("On leave from {} to {}, by an advocate's note.", day(first), day(last)));
    }
    if let Some(refused) = &known.unreachable {
        lines.push(format!("Slack says that no message can reach you ({}).", refused.code));
    }
    if lines.is_empty() {
        lines.push("Nothing stopped, nothing snoozed.".to_owned());
    }
    let zone = zone.iana_name().unwrap_or("unknown").to_owned();
    lines.push(format!("Your time zone: {zone}. Messages come {}.", program.limits.hours));
    lines.into_iter().map(Paragraph::text).collect()
}

fn who_sees(program: &Program, reader: &Person, known: &PersonState) -> String {
    let concerns = |initiative: &&crate::domain::initiative::Initiative| {
        program.stakeholder(initiative, reader).is_some()
            || known.engagements.keys().any(|(about, _)| *about == initiative.id)
    };
    let mut seers: Vec<PersonId> = Vec::new();
    let of_initiatives = program.initiatives.iter().filter(concerns).flat_map(|of| of.advocates.iter());
    for id in of_initiatives.chain(&program.admins).filter(|id| **id != reader.id) {
        if !seers.contains(id) {
            seers.push(id.clone());
        }
    }
    let names = names(program, &seers);
    if names.is_empty() {
        return "Only you.".to_owned();
    }
    format!("You, and {}: those who advocate what is asked of you. Nobody else.", wording::joined(&names))
}
