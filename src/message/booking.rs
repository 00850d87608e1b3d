//! What both sides of a booking read: that it was made, moved, handed on or cancelled, that it is near, and,
//! for its host, the question how it went.
//!
//! Each message is brought up to date with the booking, so that none of them goes on naming a time that no
//! longer holds.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::booking::{Ahead, By, Via, Word};
use crate::domain::directory::Person;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Action, Button, Look, Message, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::office_hours::co_hosts;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, Change, Slot, Standing, State, called_forgotten};

use super::buttons::button;
use super::case::{names, person, zone};
use super::invitation::invitation;
use super::unsayable::Unsayable;
use super::{dates, wording};

/// "Tue 15 Dec 15:00–15:30", in the reader's zone; the year is the next one to come.
pub fn slot_in_words(slot: &Slot, zone: &TimeZone) -> String {
    format!("{}–{}", dates::slot(slot.starts, zone), until(slot, zone))
}

/// "Tuesday 15 December, 15:00–15:30", in the reader's zone.
pub fn slot_on(slot: &Slot, zone: &TimeZone, now: Timestamp) -> String {
    let (starts, today) = (zone.to_datetime(slot.starts), zone.to_datetime(now).date());
    format!("{}, {}–{}", dates::day(starts.date(), today), starts.strftime("%H:%M"), until(slot, zone))
}

fn only_you_and(names: &[String]) -> String {
    let others: Vec<&str> = std::iter::once("you").chain(names.iter().map(String::as_str)).collect();
    format!("Only {} can see this.", wording::joined(&others))
}

fn until(slot: &Slot, zone: &TimeZone) -> String {
    zone.to_datetime(slot.stretch().until).strftime("%H:%M").to_string()
}

/// What one of its sides can do about a booking that is agreed.
pub fn controls(
    program: &Program,
    state: &State,
    seen: &Observations,
    (of, booking): (Seq, &BookingState),
    reader: &PersonId,
    now: Timestamp,
) -> Vec<Button> {
    if booking.via != Via::Slack || !booking.is_ahead(now) || !booking.is_side(reader) {
        return Vec::new();
    }
    let mut buttons = vec![button("Move", Action::MoveBooking { booking: of }, Look::Plain)];
    let host = booking.slot.host == *reader;
    if host && co_hosts(program, state, seen, of, booking, now).next().is_some() {
        buttons.push(button("Hand on", Action::HandOn { booking: of }, Look::Plain));
    }
    buttons.push(button("Cancel", Action::CancelBooking { booking: of }, Look::Plain));
    buttons
}

/// A booking as `reader` reads of it.
struct Booked<'a> {
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    of: Seq,
    booking: &'a BookingState,
    reader: &'a Person,
    zone: &'a TimeZone,
    now: Timestamp,
}

/// The message of a post about booking `of`.
pub(super) fn booking(
    program: &Program,
    state: &State,
    seen: &Observations,
    (of, to, word): (Seq, &PersonId, Word),
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let booking = state.bookings.get(&of).ok_or(Unsayable::NoRecord(of))?;
    let reader = person(program, to)?;
    let booked = Booked { program, state, seen, of, booking, reader, zone: zone(program, seen, reader), now };
    let change = |since: Seq| {
        booking.changes.iter().find(|change| change.since == since).ok_or(Unsayable::NoRecord(since))
    };
    Ok(match word {
        Word::Told { since } => booked.told(change(since)?),
        Word::Invitation { since } => booked.invitation(change(since)?),
        Word::Reminder { since, ahead } => booked.reminder(change(since)?, ahead),
        Word::Aftermath => booked.aftermath(),
    })
}

impl Booked<'_> {
    fn is_host(&self) -> bool {
        self.booking.slot.host == self.reader.id
    }

    fn name(&self, id: &PersonId) -> String {
        let forgotten = || called_forgotten(id).map_or_else(|| id.to_string(), str::to_owned);
        names(self.program, std::slice::from_ref(id)).into_iter().next().unwrap_or_else(forgotten)
    }

    /// Whom the reader meets in `slot`.
    fn other(&self, slot: &Slot) -> String {
        self.name(if self.booking.guest == self.reader.id { &slot.host } else { &self.booking.guest })
    }

    fn when(&self, slot: &Slot) -> String {
        slot_on(slot, self.zone, self.now)
    }

    fn about(&self) -> String {
        let subject = self.booking.subject.as_ref();
        let initiative = subject.and_then(|subject| self.program.initiative(&subject.initiative));
        initiative.map_or_else(String::new, |initiative| format!(" about “{}”", initiative.title))
    }

    /// A message about a time that no longer holds says what does.
    fn outdated(&self, slot: &Slot) -> Message {
        let meant =
            format!("your office hours with {}{} of {}", self.other(slot), self.about(), self.when(slot));
        let text = match &self.booking.standing {
            Standing::Agreed if !self.booking.is_side(&self.reader.id) => format!(
                "Handed on since: {} meets {}{}.",
                self.name(&self.booking.slot.host),
                self.name(&self.booking.guest),
                self.about()
            ),
            Standing::Agreed => {
                let now = &self.booking.slot;
                let with = match slot.host == now.host {
                    true => String::new(),
                    false => format!(" with {}", self.other(now)),
                };
                format!("Changed since: {meant} are{with} on {}, your time.", self.when(now))
            }
            Standing::Cancelled { .. } => format!("Canceled since: {meant}."),
            Standing::Kept | Standing::NoShow => format!("Over: {meant}."),
        };
        self.closed(Message::line(text), Vec::new())
    }

    fn told(&self, change: &Change) -> Message {
        let before = self.booking.before(change.since);
        let latest = self.booking.latest().is_some_and(|latest| latest.since == change.since);
        let first = match (&change.agreed, before) {
            (Some(slot), None) => self.made(slot),
            (Some(slot), Some(before)) if slot.host != before.host => self.handed_on(slot, before),
            (Some(slot), Some(before)) => self.moved(change, slot, before),
            (None, before) => self.cancelled(change, before.unwrap_or(&self.booking.slot)),
        };
        let first = wording::capitalised(&first);
        let mut parts = vec![Part::Paragraph(Paragraph::text(first.clone()))];
        if !latest {
            let slot = change.agreed.as_ref().unwrap_or(&self.booking.slot);
            return self.outdated(slot);
        }
        let side = self.booking.is_side(&self.reader.id);
        match &self.booking.standing {
            Standing::Agreed if side => {
                if before.is_none() {
                    parts.extend(self.topic());
                }
                parts.extend(self.place());
                let controls = self.controls();
                self.closed(Message::new(first, parts), controls)
            }
            Standing::Cancelled { .. } if self.booking.guest == self.reader.id => {
                let initiative = self.booking.subject.as_ref().map(|subject| subject.initiative.clone());
                let again = Action::Book { initiative, host: None };
                self.closed(Message::new(first, parts), vec![button("Book another time", again, Look::Plain)])
            }
            Standing::Kept | Standing::NoShow => {
                parts.push(Part::Small(Paragraph::text("It is over.")));
                self.closed(Message::new(first, parts), Vec::new())
            }
            Standing::Agreed | Standing::Cancelled { .. } => {
                self.closed(Message::new(first, parts), Vec::new())
            }
        }
    }

    /// "Booked: …", as each side reads it.
    fn made(&self, slot: &Slot) -> String {
        let (other, about, when) = (self.other(slot), self.about(), self.when(slot));
        let page = match &self.booking.via {
            Via::Slack => String::new(),
            Via::Page { provider, .. } => format!(" on {}", provider.title()),
        };
        if self.booking.guest == self.reader.id {
            format!("Booked{page}: office hours with {other}{about} on {when}, your time.")
        } else {
            format!("{other} booked your office hours{page}{about}: {when}, your time.")
        }
    }

    fn handed_on(&self, slot: &Slot, before: &Slot) -> String {
        let (from, to, guest) =
            (self.name(&before.host), self.name(&slot.host), self.name(&self.booking.guest));
        let (about, when) = (self.about(), self.when(slot));
        if self.reader.id == self.booking.guest {
            format!("{to} takes over from {from}: your office hours{about} stay on {when}, your time.")
        } else if self.reader.id == slot.host {
            format!("{from} handed you a booking: {guest}{about} on {when}, your time.")
        } else {
            format!("Handed on: {to} now meets {guest}{about} on {when}, your time.")
        }
    }

    fn moved(&self, change: &Change, slot: &Slot, before: &Slot) -> String {
        let (other, about) = (self.other(slot), self.about());
        let (now, then) = (self.when(slot), self.when(before));
        match self.whose(change) {
            Some(who) => {
                let with = if who == other { String::new() } else { format!(" with {other}") };
                format!(
                    "{who} moved your office hours{with}{about} to {now}, your time. They were on {then}."
                )
            }
            None => format!(
                "Moved: your office hours with {other}{about} are on {now}, your time, instead of {then}."
            ),
        }
    }

    fn cancelled(&self, change: &Change, slot: &Slot) -> String {
        let (other, about, when) = (self.other(slot), self.about(), self.when(slot));
        match self.whose(change) {
            Some(who) => {
                let with = if who == other { String::new() } else { format!(" with {other}") };
                format!("{who} canceled your office hours{with}{about} on {when}, your time.")
            }
            None => format!("Canceled: your office hours with {other}{about} on {when}, your time."),
        }
    }

    /// Who made a change, where it wasn't the reader in Slack.
    fn whose(&self, change: &Change) -> Option<String> {
        match &change.by {
            By::Person(who) if *who == self.reader.id => None,
            By::Person(who) => Some(self.name(who)),
            By::Calendar if self.is_host() => Some("Your calendar".to_owned()),
            By::Calendar => Some(self.name(&self.booking.slot.host)),
            By::Page => match &self.booking.via {
                Via::Page { provider, .. } => Some(provider.title().to_owned()),
                Via::Slack => None,
            },
        }
    }

    /// What the guest wrote it is about.
    fn topic(&self) -> Option<Part> {
        self.booking.topic.as_ref()?.reveal().map(|text| Part::Quote(text.to_owned()))
    }

    fn place(&self) -> Option<Part> {
        let place = self.program.hours.get(&self.booking.slot.host)?.place.as_deref()?;
        let spans = if place.starts_with("https://") {
            vec![
                Span::Link { label: "Join here".to_owned(), url: place.to_owned() },
                Span::Text(".".to_owned()),
            ]
        } else {
            vec![Span::Text(format!("Where: {place}."))]
        };
        Some(Part::Paragraph(Paragraph(spans)))
    }

    fn controls(&self) -> Vec<Button> {
        let booking = (self.of, self.booking);
        controls(self.program, self.state, self.seen, booking, &self.reader.id, self.now)
    }

    /// With who sees it (rule R7).
    fn closed(&self, mut message: Message, buttons: Vec<Button>) -> Message {
        message.buttons = buttons;
        let subject = self.booking.subject.as_ref();
        let initiative = subject.and_then(|subject| self.program.initiative(&subject.initiative));
        let mut seeing: Vec<PersonId> = vec![self.booking.slot.host.clone()];
        seeing.extend(initiative.map(|initiative| initiative.advocates.clone()).unwrap_or_default());
        seeing.extend(self.program.admins.iter().cloned());
        let mut others: Vec<PersonId> = Vec::new();
        for id in seeing {
            if id != self.reader.id && id != self.booking.guest && !others.contains(&id) {
                others.push(id);
            }
        }
        let text = if self.booking.guest == self.reader.id {
            only_you_and(&names(self.program, &others))
        } else if others.is_empty() && called_forgotten(&self.booking.guest).is_some() {
            "Only you can see this.".to_owned()
        } else if others.is_empty() {
            only_you_and(&[self.name(&self.booking.guest)])
        } else {
            others.push(self.booking.guest.clone());
            only_you_and(&names(self.program, &others))
        };
        message.footer = Some(Paragraph::text(text));
        message
    }

    fn invitation(&self, change: &Change) -> Message {
        let says = match change.agreed {
            Some(_) if self.state.was_invited(self.of, &self.reader.id, change.since) => {
                "Calendar file: moves the event."
            }
            Some(_) => "Calendar file: adds the event.",
            None => "Calendar file: removes the event.",
        };
        let mut message = Message::line(says);
        message.attachment = invitation(self.program, self.seen, self.booking, change, &self.reader.id);
        message
    }

    fn reminder(&self, change: &Change, ahead: Ahead) -> Message {
        let slot = change.agreed.as_ref().unwrap_or(&self.booking.slot);
        let stands = self.booking.standing == Standing::Agreed && self.booking.slot == *slot;
        let other = self.other(slot);
        let first = match ahead {
            Ahead::Day => format!(
                "Tomorrow: office hours with {other}{}, {}, your time.",
                self.about(),
                self.when(slot)
            ),
            Ahead::Minutes => {
                format!("In ten minutes: office hours with {other}{}, {}.", self.about(), self.hour(slot))
            }
        };
        let first = if ahead == Ahead::Day { self.day_word(first, slot) } else { first };
        let mut parts = vec![Part::Paragraph(Paragraph::text(first.clone()))];
        if !stands {
            return self.outdated(slot);
        }
        if self.is_host() {
            parts.extend(self.topic());
        }
        parts.extend(self.place());
        let controls = self.controls();
        self.closed(Message::new(first, parts), controls)
    }

    /// A reminder that waited for the morning comes on the day itself.
    fn day_word(&self, text: String, slot: &Slot) -> String {
        let (today, on) = (self.zone.to_datetime(self.now).date(), self.zone.to_datetime(slot.starts).date());
        if on == today { text.replacen("Tomorrow", "Today", 1) } else { text }
    }

    fn hour(&self, slot: &Slot) -> String {
        format!(
            "{}–{}, your time",
            self.zone.to_datetime(slot.starts).strftime("%H:%M"),
            until(slot, self.zone)
        )
    }

    fn aftermath(&self) -> Message {
        let guest = self.name(&self.booking.guest);
        let host = self.name(&self.booking.slot.host);
        let hosted = self.booking.slot.host == self.reader.id;
        let when = self.when(&self.booking.slot);
        let (text, buttons) = match &self.booking.standing {
            Standing::Agreed => (
                if hosted {
                    format!("How did it go with {guest}{} ({when})?", self.about())
                } else {
                    format!(
                        "How did it go between {host} and {guest}{} ({when})? {host} isn't here any more to say. Until \
                         somebody does, I send {guest} nothing about it.",
                        self.about()
                    )
                },
                vec![
                    button(
                        if hosted { "We met" } else { "They met" },
                        Action::CloseBooking { booking: self.of, met: true },
                        Look::Primary,
                    ),
                    button(
                        if hosted { "They didn't come" } else { "They didn't meet" },
                        Action::CloseBooking { booking: self.of, met: false },
                        Look::Plain,
                    ),
                ],
            ),
            Standing::Kept => (
                format!(
                    "{} met {guest}{} ({when}). It is on record as a conversation.",
                    if hosted { "You" } else { &host },
                    self.about()
                ),
                Vec::new(),
            ),
            Standing::NoShow => (
                format!("{guest} didn't come ({when}). Messages about this continue as planned."),
                vec![button(
                    if hosted { "We did meet" } else { "They did meet" },
                    Action::CloseBooking { booking: self.of, met: true },
                    Look::Plain,
                )],
            ),
            Standing::Cancelled { .. } => {
                (format!("The booking with {guest} ({when}) was canceled."), Vec::new())
            }
        };
        let mut message = Message::line(text);
        message.buttons = buttons;
        message.footer = Some(Paragraph::text(self.only_hosts()));
        message
    }

    /// What a host records is not the guest's to see (rule R7).
    fn only_hosts(&self) -> String {
        let subject = self.booking.subject.as_ref();
        let initiative = subject.and_then(|subject| self.program.initiative(&subject.initiative));
        let advocates = initiative.map(|initiative| initiative.advocates.as_slice()).unwrap_or_default();
        let mut others: Vec<PersonId> = Vec::new();
        for id in advocates.iter().chain(&self.program.admins) {
            if *id != self.reader.id && !others.contains(id) {
                others.push(id.clone());
            }
        }
        if others.is_empty() {
            return "Only you can see this.".to_owned();
        }
        only_you_and(&names(self.program, &others))
    }
}

/// Office hours have become free for somebody who waits.
pub(super) fn vacancy(
    program: &Program,
    state: &State,
    of: Seq,
    to: &PersonId,
) -> Result<Message, Unsayable> {
    let reader = person(program, to)?;
    let wait = state.waiting_list.get(&of);
    let subject = wait.and_then(|wait| wait.subject.as_ref());
    let Some(initiative) = subject.and_then(|subject| program.initiative(&subject.initiative)) else {
        return Ok(Message::line("An office hour was free. You are no longer on the waiting list."));
    };
    let with = wait.and_then(|wait| wait.host.as_ref());
    let hosts = with.map_or(initiative.advocates.as_slice(), std::slice::from_ref);
    let host = wording::joined(&names(program, hosts));
    let text = format!(
        "{}, an office hour of {host} about “{}” is free. Whoever books first has it.",
        reader.given_name, initiative.title
    );
    let mut message = Message::line(text);
    let book = Action::Book { initiative: Some(initiative.id.clone()), host: with.cloned() };
    message.buttons = vec![
        button("Book a time", book, Look::Primary),
        button("No longer needed", Action::LeaveWait, Look::Plain),
    ];
    message.footer = Some(Paragraph::text("Sent only to you, because you asked to be told."));
    Ok(message)
}
