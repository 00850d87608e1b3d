//! Booking a time in two clicks, and waiting for one when all are taken.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{
    Decided, SLOT, Scene, TOPIC, about, chosen, fault, next_ones, or_refuse, slot_field, subject, text_in,
    told,
};
use crate::command::refuse;
use crate::domain::booking::{Subject, Via};
use crate::domain::directory::Person;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::event::Event;
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Span, Values};
use crate::domain::office_hours::{
    Unbookable, check_bookable, free_slots, horizon, offers_with, preferably_by_day, prefilled,
};
use crate::domain::personal::Personal;
use crate::domain::state::Slot;

/// Most characters of what a booking is about.
const TOPIC_MOST: u16 = 300;

/// *Book a time*, on a message or in App Home.
pub(in crate::command) fn open(
    scene: Scene<'_>,
    actor: &Person,
    initiative: Option<&InitiativeId>,
    host: Option<&PersonId>,
    post: Option<PostId>,
) -> Decided {
    or_refuse(modal(scene, actor, about(scene, actor, initiative, post), host))
}

/// The same for an initiative at hand.
pub(in crate::command) fn open_named(
    scene: Scene<'_>,
    actor: &Person,
    initiative: Option<&Initiative>,
    host: Option<&PersonId>,
) -> Result<Decided, String> {
    modal(scene, actor, initiative, host)
}

/// The same for whoever would like to talk: nothing, if there is no time to offer.
pub(in crate::command) fn offer(scene: Scene<'_>, actor: &Person, initiative: &Initiative) -> Reply {
    let ahead = scene.state.bookings_ahead(&actor.id, scene.now);
    let about = |subject: &Subject| subject.initiative == initiative.id;
    let booked = ahead.iter().any(|(_, booking)| booking.subject.as_ref().is_some_and(about));
    if booked || slots(scene, actor, initiative, None).is_empty() {
        return Reply::Nothing;
    }
    modal(scene, actor, Some(initiative), None).map_or(Reply::Nothing, |(_, reply)| reply)
}

/// What `actor` may book.
fn slots(scene: Scene<'_>, actor: &Person, initiative: &Initiative, host: Option<&PersonId>) -> Vec<Slot> {
    let (program, state, seen, now) = (scene.program, scene.state, scene.seen, scene.now);
    let slots = offers_with(program, state, seen, (initiative, host), &actor.id, now);
    preferably_by_day(slots, &scene.zone(actor))
}

fn modal(
    scene: Scene<'_>,
    actor: &Person,
    initiative: Option<&Initiative>,
    host: Option<&PersonId>,
) -> Result<Decided, String> {
    let initiative =
        initiative.ok_or("There is no initiative that you could book office hours about at the moment.")?;
    let hosts: Vec<&PersonId> = initiative.advocates.iter().filter(|id| **id != actor.id).collect();
    if hosts.is_empty() && host.is_none() {
        return Err("You hold the office hours on this yourself, so there is nobody to book.".to_owned());
    }
    let free = slots(scene, actor, initiative, host);
    if free.is_empty() {
        return none_free(scene, actor, initiative, host);
    }
    let zone = scene.zone(actor);
    let with = match host {
        Some(host) => scene.given(host),
        None => scene.advocates(initiative),
    };
    let mut parts = vec![Part::Paragraph(Paragraph(vec![
        Span::Text(format!("Office hours with {with} about ")),
        Span::Strong(initiative.title.clone()),
        Span::Text(format!(", {} minutes. An invitation for your calendar comes with it.", minutes(&free))),
    ]))];
    parts.extend(out_of_date(scene, &free, &zone));
    parts.extend(pages(scene, actor, initiative, host));
    let topic = Field {
        name: TOPIC,
        label: "What is it about?".to_owned(),
        hint: None,
        optional: true,
        input: Input::Text {
            lines: false,
            most: TOPIC_MOST,
            placeholder: Some("A line is enough".to_owned()),
            initial: None,
        },
    };
    let modal = Modal {
        kind: ModalKind::Book { initiative: Some(initiative.id.clone()), host: host.cloned() },
        title: "Book a time".to_owned(),
        parts,
        fields: vec![slot_field(scene, &free, &zone), topic],
        submit: Some("Book".to_owned()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

fn minutes(slots: &[Slot]) -> u32 {
    slots.first().map_or(30, |slot| slot.minutes)
}

/// That what a host's calendar said last is offered, since it can't be read any more.
fn out_of_date(scene: Scene<'_>, slots: &[Slot], zone: &TimeZone) -> Option<Part> {
    let hosts: BTreeSet<&PersonId> = slots.iter().map(|slot| &slot.host).collect();
    let failing = |host: &&PersonId| scene.seen.busy.get(*host).filter(|busy| busy.failing.is_some());
    let (host, busy) = hosts.into_iter().find_map(|host| Some((host, failing(&host)?)))?;
    let since = zone.to_datetime(busy.as_of).strftime("%A %H:%M");
    Some(Part::Small(Paragraph::text(format!(
        "{}'s calendar can't be read at the moment; these times were free on {since}.",
        scene.given(host)
    ))))
}

/// The hosts' own booking pages, for whoever prefers them.
fn pages(scene: Scene<'_>, actor: &Person, initiative: &Initiative, host: Option<&PersonId>) -> Option<Part> {
    let hosts: Vec<&PersonId> = match host {
        Some(host) => vec![host],
        None => initiative.advocates.iter().collect(),
    };
    let mail = scene.mail(actor);
    let mut spans = Vec::new();
    for host in hosts {
        let Some(page) = scene.program.hours.get(host).and_then(|hours| hours.page.as_ref()) else {
            continue;
        };
        spans.push(Span::Text(if spans.is_empty() {
            "Or on the page of ".into()
        } else {
            ", or of ".to_owned()
        }));
        let url = prefilled(&page.address, &actor.name, mail);
        spans.push(Span::Link { label: scene.given(host), url });
    }
    if spans.is_empty() {
        return None;
    }
    spans.push(Span::Text(".".to_owned()));
    Some(Part::Small(Paragraph(spans)))
}

/// All slots are gone: whoever wants one may wait for it.
fn none_free(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
    host: Option<&PersonId>,
) -> Result<Decided, String> {
    let who = host.map_or_else(|| scene.advocates(initiative), |host| scene.given(host));
    let hosts = host.map_or(initiative.advocates.as_slice(), std::slice::from_ref);
    let (program, state, seen, now) = (scene.program, scene.state, scene.seen, scene.now);
    let free = free_slots(program, state, seen, hosts, now, horizon(program, initiative, now), None);
    let full = |slot: &Slot| {
        check_bookable(program, state, seen, slot, &actor.id, now, None) == Err(Unbookable::PersonFull)
    };
    if free.iter().any(full) {
        return Err(format!(
            "You have booked all the times with {who} that one person can have ahead. `{} bookings` shows them, to \
             move or cancel one.",
            program.command
        ));
    }
    let until = scene.program.window(initiative.quarter).filter(|window| scene.now < window.freezes);
    let by = until.map_or_else(String::new, |window| {
        format!(" before plans freeze on {}", window.freezes_on.strftime("%A %-d %B"))
    });
    let about = Some(subject(initiative));
    let waits = scene.state.waits(&actor.id, about.as_ref(), host);
    let (text, submit) = if waits {
        (
            format!(
                "No office hour of {who} is free{by}. You are on the list: as soon as one is, I tell you."
            ),
            None,
        )
    } else {
        let text = format!(
            "No office hour of {who} is free{by}. I can tell you as soon as one is; those who wait longest are told \
             first. Or just write to me here, and {who} will read it."
        );
        (text, Some("Tell me".to_owned()))
    };
    let mut parts = vec![Part::Paragraph(Paragraph::text(text))];
    parts.extend(pages(scene, actor, initiative, host));
    let modal = Modal {
        kind: ModalKind::Wait { initiative: initiative.id.clone(), host: host.cloned() },
        title: "No time is free".to_owned(),
        parts,
        fields: Vec::new(),
        submit,
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The modal was submitted.
pub(in crate::command) fn submit(
    scene: Scene<'_>,
    actor: &Person,
    initiative: Option<&InitiativeId>,
    host: Option<&PersonId>,
    values: &Values,
) -> Decided {
    let Some((chosen, starts)) = chosen(values) else { return fault(SLOT, "Please choose a time.") };
    let initiative = initiative.and_then(|id| scene.program.initiative(id)).filter(|of| !of.withdrawn);
    let Some(initiative) = initiative else {
        return fault(SLOT, "This initiative was withdrawn, so there is nothing to talk about any more.");
    };
    let Some(hours) = scene.program.hours.get(&chosen) else {
        return fault(SLOT, "This host holds no office hours any more. Please close this and choose anew.");
    };
    let slot = Slot { host: chosen, starts, minutes: hours.minutes };
    let (program, state, seen, now) = (scene.program, scene.state, scene.seen, scene.now);
    if let Err(why) = check_bookable(program, state, seen, &slot, &actor.id, now, None) {
        let others = slots(scene, actor, initiative, host);
        let next = if others.is_empty() {
            format!(
                " None is left for now: close this, and `{} book` puts you on the list of those who are told when one is.",
                program.command
            )
        } else {
            format!(" Next free: {}.", next_ones(scene, &others, actor))
        };
        return fault(SLOT, format!("{}{next}", told(why)));
    }
    let topic = text_in(values, TOPIC).map(|text| Personal::new(actor.id.clone(), text));
    let event = Event::SlotBooked {
        guest: actor.id.clone(),
        host: slot.host,
        starts: slot.starts,
        minutes: slot.minutes,
        subject: Some(subject(initiative)),
        topic,
        via: Via::Slack,
    };
    (vec![event], Reply::Nothing)
}

/// *Tell me*, when all are taken.
pub(in crate::command) fn submit_wait(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    host: Option<&PersonId>,
) -> Decided {
    let Some(initiative) = scene.program.initiative(initiative).filter(|of| !of.withdrawn) else {
        return refuse("This initiative was withdrawn, so there is nothing to wait for.");
    };
    let about = Some(subject(initiative));
    if scene.state.waits(&actor.id, about.as_ref(), host) {
        return (Vec::new(), Reply::Nothing);
    }
    let event = Event::WaitJoined { person: actor.id.clone(), subject: about, host: host.cloned() };
    (vec![event], Reply::Nothing)
}

/// *No longer needed*, under the message that a time is free: they don't wait for that any more, and the next is told.
pub(in crate::command) fn leave_wait(scene: Scene<'_>, actor: &Person, post: Option<PostId>) -> Decided {
    let of = match scene.post_to(actor, post).map(|post| &post.key) {
        Some(PostKey::Vacancy { of, .. }) => *of,
        Some(_) | None => {
            return refuse("This button no longer works. Please use the one in our direct message.");
        }
    };
    let Some(wait) = scene.state.waiting_list.get(&of).filter(|wait| wait.person == actor.id) else {
        return refuse("You aren't waiting for these office hours any more.");
    };
    let initiative = wait.subject.as_ref().and_then(|subject| scene.program.initiative(&subject.initiative));
    let about = initiative.map_or_else(String::new, |initiative| format!(" about “{}”", initiative.title));
    let event = Event::WaitLeft { person: actor.id.clone(), of: Some(of) };
    (vec![event], Reply::say(format!("Noted: you don't wait for office hours{about} any more.")))
}
