//! The word back to whoever said or asked something: who was told, about what, and what happens next
//! (rule R9).

use jiff::Timestamp;

use crate::domain::effect::PostKey;
use crate::domain::event::Said;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Message, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::office_hours::Viewer;
use crate::domain::program::Program;
use crate::domain::question::in_charge;
use crate::domain::state::{Phase, Received, State};

use super::asked::asked;
use super::buttons::book;
use super::case::{hours, names, person, zone};
use super::unsayable::Unsayable;
use super::{dates, wording};

/// The receipt for record `of`.
pub(super) fn receipt(
    program: &Program,
    state: &State,
    seen: &Observations,
    of: Seq,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let received = state.received.get(&of).ok_or(Unsayable::NoRecord(of))?;
    if received.said == Said::Question {
        return asked(program, state, seen, of, to, now);
    }
    let reader = person(program, to)?;
    let zone = zone(program, seen, reader);
    let today = zone.to_datetime(now).date();
    let initiative = received.initiative.as_ref().and_then(|id| program.initiative(id));
    let told = in_charge(program, initiative.map(|of| &of.id), to);
    let who = wording::joined(&names(program, &told));
    let about = initiative.map_or_else(String::new, |initiative| format!(" about “{}”", initiative.title));
    let what = match received.said {
        Said::Question | Said::Remark | Said::Courtesy => "message",
        Said::Talk => "wish to talk",
        Said::Concern => "concern",
        Said::Correction => "correction",
        Said::Referral => "hint",
    };
    let sent = !told.is_empty() && told.iter().all(|advocate| has_it(state, of, advocate));
    let went = if sent { "is with" } else { "goes to" };
    let first = format!("{}, your {what}{about} {went} {who}, word for word.", reader.given_name);
    let first = if received.text.is_none() { first.replace(", word for word", "") } else { first };
    let freeze = initiative
        .and_then(|initiative| program.window(initiative.quarter))
        .filter(|window| now < window.freezes);
    let by = freeze.as_ref().map_or_else(String::new, |window| {
        format!(" before plans freeze on {}", dates::day(window.freezes_on, today))
    });
    let several = told.len() > 1;
    let s = if several { "" } else { "s" };
    let next = match received.said {
        Said::Question | Said::Remark | Said::Courtesy => "If you'd like an answer, just ask.".to_owned(),
        Said::Talk => format!("{who} write{s} to you{by} to find a time."),
        Said::Concern => {
            format!("The bot writes nothing more about it until {who} {} it with you.", settled(several))
        }
        Said::Correction => {
            format!("{who} check{s} it; until then the bot writes nothing more about it.")
        }
        Said::Referral => hinted(program, received, &format!("{who} find{s} out")),
    };
    let mut parts = vec![Part::Paragraph(Paragraph::text(format!("{first} {next}")))];
    let slots = initiative.map_or_else(String::new, |initiative| {
        let until = freeze.as_ref().map_or(Timestamp::MAX, |window| window.freezes);
        let viewer = Viewer { guest: &reader.id, zone };
        hours(program, state, seen, initiative, viewer, now, until)
    });
    if !slots.is_empty() {
        parts.push(Part::Paragraph(Paragraph::text(format!("Or come by: {slots}."))));
    }
    let mut message = Message::new(first, parts);
    message.buttons = vec![book()];
    message.footer = Some(Paragraph::text(only_told(program, &told, &who, to)));
    Ok(message)
}

/// What comes of a hint. That nothing more is sent holds only until an advocate has decided about it.
fn hinted(program: &Program, received: &Received, find_out: &str) -> String {
    let decides = received.referral.as_ref().is_some_and(|referral| referral.decides);
    let Some(settled) = &received.settled else {
        return match decides {
            true => format!(
                "{find_out}, and then the person who decides is asked. Until then I won't send you anything more about it."
            ),
            false => format!("{find_out}, and then whoever is missing is asked."),
        };
    };
    let by = wording::joined(&names(program, std::slice::from_ref(&settled.by)));
    let by = if by.is_empty() { settled.by.to_string() } else { by };
    match (&settled.approached, decides) {
        (Some(_), true) => format!("{by} asks the person who decides now."),
        (Some(_), false) => format!("{by} asks the person who was missing."),
        (None, true) => {
            format!("{by} decided to leave it with you, so messages about it may come again.")
        }
        (None, false) => format!("{by} decided to leave it as it is."),
    }
}

fn settled(several: bool) -> &'static str {
    if several { "have settled" } else { "has settled" }
}

fn has_it(state: &State, of: Seq, advocate: &PersonId) -> bool {
    let key = PostKey::Relay { of, to: advocate.clone() };
    state.post_of(&key).is_some_and(|post| matches!(post.phase, Phase::Sent { .. }))
}

fn only_told(program: &Program, told: &[PersonId], who: &str, reader: &PersonId) -> String {
    let admins: Vec<PersonId> =
        program.admins.iter().filter(|id| !told.contains(id) && *id != reader).cloned().collect();
    let mut all = vec![who.to_owned()];
    all.extend(names(program, &admins).iter().map(|name| format!("the admin {name}")));
    let verb = if told.len() + admins.len() == 1 { "sees" } else { "see" };
    format!("Sent only to you; only {} {verb} what you wrote.", wording::joined(&all))
}
