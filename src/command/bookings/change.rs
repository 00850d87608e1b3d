//! A booking is moved, handed to a co-host or cancelled.

use super::{Decided, SLOT, Scene, agreed, chosen, fault, next_ones, or_refuse, slot_field, told};
use crate::command::refuse;
use crate::domain::booking::{By, Via};
use crate::domain::directory::Person;
use crate::domain::event::Event;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Value, Values};
use crate::domain::office_hours::{
    self, Unbookable, check_bookable, check_hand_on, free_slots, preferably_by_day,
};
use crate::domain::state::{BookingState, Slot};
use crate::message::slot_on;

const HOST: &str = "host";

/// A booking that was made on an outside page is changed there: its calendars follow that page.
fn in_slack(booking: &BookingState) -> Result<(), String> {
    match &booking.via {
        Via::Slack => Ok(()),
        Via::Page { provider, .. } => Err(format!(
            "This was booked on {0}, so please change it there: the link is in the mail from {0}.",
            provider.title()
        )),
    }
}

/// The times that a booking may be moved to: those of its host.
fn others(scene: Scene<'_>, actor: &Person, of: Seq, booking: &BookingState) -> Vec<Slot> {
    let host = std::slice::from_ref(&booking.slot.host);
    let until = jiff::Timestamp::MAX;
    let mut free = free_slots(scene.program, scene.state, scene.seen, host, scene.now, until, Some(of));
    free.retain(|slot| slot.starts != booking.slot.starts);
    preferably_by_day(free, &scene.zone(actor))
}

/// *Move*.
pub(in crate::command) fn move_to(scene: Scene<'_>, actor: &Person, of: Seq) -> Decided {
    or_refuse(open_move(scene, actor, of))
}

fn open_move(scene: Scene<'_>, actor: &Person, of: Seq) -> Result<Decided, String> {
    let booking = agreed(scene, actor, of)?;
    in_slack(booking)?;
    let zone = scene.zone(actor);
    let (other, when) = (scene.other_side(booking, &actor.id), slot_on(&booking.slot, &zone, scene.now));
    let slots = others(scene, actor, of, booking);
    if slots.is_empty() {
        return Err(format!(
            "There is no other free time to move {when} to. You can cancel it, or write to {other} yourself."
        ));
    }
    let text = format!("{when} with {other}. {other} is told, and both calendars follow.");
    let modal = Modal {
        kind: ModalKind::MoveBooking { booking: of },
        title: "Move it".to_owned(),
        parts: vec![Part::Paragraph(Paragraph::text(text))],
        fields: vec![Field { label: "To".to_owned(), ..slot_field(scene, &slots, &zone) }],
        submit: Some("Move".to_owned()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The modal was submitted.
pub(in crate::command) fn submit_move(scene: Scene<'_>, actor: &Person, of: Seq, values: &Values) -> Decided {
    let booking = match agreed(scene, actor, of).and_then(|booking| in_slack(booking).map(|()| booking)) {
        Ok(booking) => booking,
        Err(sentence) => return fault(SLOT, sentence),
    };
    let Some((host, starts)) = chosen(values) else { return fault(SLOT, "Please choose a time.") };
    let minutes = scene.program.hours.get(&host).map_or(booking.slot.minutes, |hours| hours.minutes);
    let slot = Slot { host, starts, minutes };
    if let Err(why) = bookable(scene, &slot, booking, of) {
        let next = others(scene, actor, of, booking);
        let next = if next.is_empty() {
            " There is no other free time; your booking stays as it is.".to_owned()
        } else {
            format!(" Next free: {}.", next_ones(scene, &next, actor))
        };
        return fault(SLOT, format!("{}{next}", told(why)));
    }
    (vec![moved(of, slot, actor)], Reply::Nothing)
}

fn bookable(scene: Scene<'_>, slot: &Slot, booking: &BookingState, of: Seq) -> Result<(), Unbookable> {
    check_bookable(scene.program, scene.state, scene.seen, slot, &booking.guest, scene.now, Some(of))
}

fn moved(of: Seq, slot: Slot, actor: &Person) -> Event {
    Event::BookingMoved {
        booking: of,
        host: slot.host,
        starts: slot.starts,
        minutes: slot.minutes,
        by: By::Person(actor.id.clone()),
        via: None,
    }
}

/// *Hand on*.
pub(in crate::command) fn hand_on(scene: Scene<'_>, actor: &Person, of: Seq) -> Decided {
    or_refuse(open_hand_on(scene, actor, of))
}

fn co_hosts<'a>(scene: Scene<'a>, of: Seq, booking: &'a BookingState) -> impl Iterator<Item = &'a PersonId> {
    office_hours::co_hosts(scene.program, scene.state, scene.seen, of, booking, scene.now)
}

fn open_hand_on(scene: Scene<'_>, actor: &Person, of: Seq) -> Result<Decided, String> {
    let booking = agreed(scene, actor, of)?;
    in_slack(booking)?;
    if booking.slot.host != actor.id {
        return Err("Only the host can hand a booking on.".to_owned());
    }
    let options: Vec<(String, String)> =
        co_hosts(scene, of, booking).map(|host| (host.to_string(), scene.name(host))).collect();
    if options.is_empty() {
        return Err("Nobody else who holds office hours is free at that time.".to_owned());
    }
    let zone = scene.zone(actor);
    let (guest, when) = (scene.given(&booking.guest), slot_on(&booking.slot, &zone, scene.now));
    let text = format!("{when} with {guest}. All three of you are told, and the calendars follow.");
    let initial = options.first().map(|(value, _)| value.clone());
    let who = Field {
        name: HOST,
        label: "Who takes it?".to_owned(),
        hint: None,
        optional: false,
        input: Input::Pick { options, initial },
    };
    let modal = Modal {
        kind: ModalKind::HandOn { booking: of },
        title: "Hand it on".to_owned(),
        parts: vec![Part::Paragraph(Paragraph::text(text))],
        fields: vec![who],
        submit: Some("Hand on".to_owned()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The modal was submitted.
pub(in crate::command) fn submit_hand_on(
    scene: Scene<'_>,
    actor: &Person,
    of: Seq,
    values: &Values,
) -> Decided {
    let booking = match agreed(scene, actor, of).and_then(|booking| in_slack(booking).map(|()| booking)) {
        Ok(booking) if booking.slot.host == actor.id => booking,
        Ok(_) => return fault(HOST, "Only the host can hand a booking on."),
        Err(sentence) => return fault(HOST, sentence),
    };
    let to = match values.get(HOST) {
        Some(Value::Choice(host)) => scene.program.hours.keys().find(|to| to.as_str() == host),
        Some(Value::Text(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_))
        | None => None,
    };
    let Some(to) = to else { return fault(HOST, "Please choose somebody who holds office hours.") };
    if let Err(why) = check_hand_on(scene.program, scene.state, scene.seen, (of, booking), to, scene.now) {
        return fault(HOST, cannot_take(why, &scene.given(to)));
    }
    (vec![moved(of, Slot { host: to.clone(), ..booking.slot.clone() }, actor)], Reply::Nothing)
}

/// Why `host` can't take a booking, to whoever hands it on.
fn cannot_take(why: Unbookable, host: &str) -> String {
    match why {
        Unbookable::Taken => {
            format!("{host} has another booking at that time by now. Please choose somebody else.")
        }
        Unbookable::Busy => {
            format!("{host} has something else at that time by now. Please choose somebody else.")
        }
        Unbookable::Unread => format!(
            "{host}'s calendar can't be read at the moment, so I don't know whether they're free. Please choose \
             somebody else, or try again in a few minutes."
        ),
        Unbookable::PersonFull => format!(
            "Your guest has as many bookings ahead with {host} as one can have. Please choose somebody else."
        ),
        Unbookable::TooSoon
        | Unbookable::TooFar
        | Unbookable::Closed
        | Unbookable::DayFull
        | Unbookable::PageOnly => format!("{host} can't take it. Please choose somebody else."),
    }
}

/// *Cancel*.
pub(in crate::command) fn cancel(scene: Scene<'_>, actor: &Person, of: Seq) -> Decided {
    or_refuse(open_cancel(scene, actor, of))
}

fn open_cancel(scene: Scene<'_>, actor: &Person, of: Seq) -> Result<Decided, String> {
    let booking = agreed(scene, actor, of)?;
    in_slack(booking)?;
    let zone = scene.zone(actor);
    let (other, when) = (scene.other_side(booking, &actor.id), slot_on(&booking.slot, &zone, scene.now));
    let text = format!(
        "{when} with {other} is taken out of both calendars, and {other} is told. You don't need to give a reason."
    );
    let modal = Modal {
        kind: ModalKind::CancelBooking { booking: of },
        title: "Cancel it?".to_owned(),
        parts: vec![Part::Paragraph(Paragraph::text(text))],
        fields: Vec::new(),
        submit: Some("Cancel the booking".to_owned()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The modal was submitted.
pub(in crate::command) fn submit_cancel(scene: Scene<'_>, actor: &Person, of: Seq) -> Decided {
    match agreed(scene, actor, of).and_then(in_slack) {
        Ok(()) => {
            let by = By::Person(actor.id.clone());
            (vec![Event::BookingCancelled { booking: of, by }], Reply::Nothing)
        }
        Err(sentence) => refuse(sentence),
    }
}
