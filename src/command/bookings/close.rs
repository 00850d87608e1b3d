//! How a booking went, and office hours that a host adds.

use jiff::civil::Time;

use super::{Decided, Scene, fault, or_refuse, text_in};
use crate::command::refuse;
use crate::domain::directory::Person;
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, How};
use crate::domain::ids::{Seq, TeamId};
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Value, Values};
use crate::domain::office_hours::closers;
use crate::domain::personal::Personal;
use crate::domain::state::{BookingState, Standing};

const STANCE: &str = "stance";
const NOTE: &str = "note";
const DAY: &str = "day";
const FROM: &str = "from";
const UNTIL: &str = "until";
const UNCHANGED: &str = "unchanged";
const NOTE_MOST: u16 = 3000;

/// The booking, if it is `actor`'s to close; otherwise what to tell them.
fn closable<'a>(scene: Scene<'a>, actor: &Person, of: Seq) -> Result<&'a BookingState, String> {
    let booking = scene.state.bookings.get(&of).ok_or("I no longer have this booking on record.")?;
    let closers = closers(scene.program, scene.seen, booking);
    if booking.slot.host != actor.id && !closers.contains(&actor.id) {
        return Err("Only the host says how a booking went.".to_owned());
    }
    if scene.now < booking.slot.starts {
        return Err("It hasn't begun yet. Afterwards I ask you how it went.".to_owned());
    }
    match booking.standing {
        Standing::Cancelled { .. } => {
            Err("This booking was canceled, so there is nothing to say of it.".to_owned())
        }
        Standing::Agreed | Standing::Kept | Standing::NoShow => Ok(booking),
    }
}

/// *We met* or *They didn't come*.
pub(in crate::command) fn close(scene: Scene<'_>, actor: &Person, of: Seq, met: bool) -> Decided {
    or_refuse(closing(scene, actor, of, met))
}

fn closing(scene: Scene<'_>, actor: &Person, of: Seq, met: bool) -> Result<Decided, String> {
    let booking = closable(scene, actor, of)?;
    let guest = scene.given(&booking.guest);
    if !met {
        if booking.standing == Standing::NoShow {
            return Ok((Vec::new(), Reply::Nothing));
        }
        let event = Event::BookingClosed { booking: of, by: actor.id.clone(), met: false, note: None };
        return Ok((vec![event], Reply::Nothing));
    }
    let stances = [
        Stance::Committed,
        Stance::FirstStep,
        Stance::Supportive,
        Stance::Considering,
        Stance::Concerned,
        Stance::Declined,
    ];
    let mut options = vec![(UNCHANGED.to_owned(), "As it was, or not said".to_owned())];
    options.extend(stances.map(|stance| {
        (stance.word().to_owned(), crate::message::capitalised(&stance.word().replace('_', " ")))
    }));
    let mut fields = Vec::new();
    if booking.subject.is_some() {
        fields.push(Field {
            name: STANCE,
            label: format!("Where does {guest} stand now?"),
            hint: None,
            optional: false,
            input: Input::Pick { options, initial: Some(UNCHANGED.to_owned()) },
        });
    }
    let hint = match &booking.subject {
        Some(_) => "Only the initiative's advocates and the admins see it.",
        None => "Only advocates and admins see it.",
    };
    fields.push(Field {
        name: NOTE,
        label: "What came of it?".to_owned(),
        hint: Some(hint.to_owned()),
        optional: true,
        input: Input::Text { lines: true, most: NOTE_MOST, placeholder: None, initial: None },
    });
    let text = format!(
        "It counts as a conversation with {guest}: I ask {guest} nothing more about this before the next planning."
    );
    let modal = Modal {
        kind: ModalKind::CloseBooking { booking: of },
        title: "How did it go?".to_owned(),
        parts: vec![Part::Paragraph(Paragraph::text(text))],
        fields,
        submit: Some("Record".to_owned()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The modal was submitted.
pub(in crate::command) fn submit_close(
    scene: Scene<'_>,
    actor: &Person,
    of: Seq,
    values: &Values,
) -> Decided {
    let booking = match closable(scene, actor, of) {
        Ok(booking) => booking,
        Err(sentence) => return fault(NOTE, sentence),
    };
    let note = text_in(values, NOTE).map(|text| Personal::new(booking.guest.clone(), text));
    let mut events = vec![Event::BookingClosed { booking: of, by: actor.id.clone(), met: true, note }];
    events.extend(stance(scene, actor, booking, values));
    (events, Reply::Nothing)
}

/// The stance that came of it, on every ask that is argued to the guest.
fn stance(scene: Scene<'_>, actor: &Person, booking: &BookingState, values: &Values) -> Option<Event> {
    let Some(Value::Choice(word)) = values.get(STANCE) else { return None };
    let stance = Stance::from_word(word)?;
    let subject = booking.subject.as_ref()?;
    let initiative = scene.program.initiative(&subject.initiative)?;
    let guest = scene.person(&booking.guest)?;
    let teams: Vec<TeamId> = scene.program.stakeholder(initiative, guest)?.teams;
    Some(Event::StanceTaken {
        person: guest.id.clone(),
        initiative: initiative.id.clone(),
        teams,
        quarter: subject.quarter,
        stance,
        how: How::Recorded { by: actor.id.clone() },
    })
}

/// *Add office hours*.
pub(in crate::command) fn add_hours(scene: Scene<'_>, actor: &Person) -> Decided {
    let Some(hours) = scene.program.hours.get(&actor.id) else {
        return refuse("You hold no office hours yet: add `[[office_hours]]` with your id to canvass.toml.");
    };
    let zone = hours.zone.iana_name().unwrap_or("your zone").replace('_', " ");
    let time = |name, label: &str| Field {
        name,
        label: label.to_owned(),
        hint: None,
        optional: false,
        input: Input::Time,
    };
    let day = Field {
        name: DAY,
        label: "Day".to_owned(),
        hint: None,
        optional: false,
        input: Input::Date { initial: hours.zone.to_datetime(scene.now).date().tomorrow().ok() },
    };
    let text = format!(
        "Besides your weekly ones, in {} minutes each; times are those of {zone}. Whoever waits is told at once.",
        hours.minutes
    );
    let modal = Modal {
        kind: ModalKind::AddHours,
        title: "Add office hours".to_owned(),
        parts: vec![Part::Paragraph(Paragraph::text(text))],
        fields: vec![day, time(FROM, "From"), time(UNTIL, "Until")],
        submit: Some("Add".to_owned()),
    };
    (Vec::new(), Reply::Open(Box::new(modal)))
}

/// The modal was submitted.
pub(in crate::command) fn submit_hours(scene: Scene<'_>, actor: &Person, values: &Values) -> Decided {
    let Some(hours) = scene.program.hours.get(&actor.id) else {
        return refuse(
            "You hold no office hours any more: add `[[office_hours]]` with your id to canvass.toml.",
        );
    };
    let Some(Value::Date(on)) = values.get(DAY) else { return fault(DAY, "Please pick a day.") };
    let time = |field| match values.get(field) {
        Some(Value::Time(time)) => Some(*time),
        Some(Value::Text(_) | Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Person(_))
        | None => None,
    };
    let Some(from) = time(FROM) else { return fault(FROM, "Please pick a time.") };
    let Some(until) = time(UNTIL) else { return fault(UNTIL, "Please pick a time.") };
    if *on < hours.zone.to_datetime(scene.now).date() {
        return fault(DAY, "This day is over. Please pick a later one.");
    }
    if minutes(until) < minutes(from) + i64::from(hours.minutes) {
        return fault(UNTIL, format!("That leaves no room for a slot of {} minutes.", hours.minutes));
    }
    let event = Event::HoursAdded { host: actor.id.clone(), on: *on, from, until };
    (vec![event], Reply::Nothing)
}

fn minutes(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}
