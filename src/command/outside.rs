//! What people book, move and cancel on outside booking pages, and what is recorded of it.
//!
//! Invariant: whatever a page tells twice, or in another order than it happened, is recorded once at most:
//! a booking is found by every id that the page ever gave it, and only its present id cancels it. Nobody's
//! mail address is recorded; it only says who is meant.

use jiff::{SignedDuration, Timestamp};

use crate::domain::booking::{By, Provider, Subject, Via};
use crate::domain::directory::{Address, Person};
use crate::domain::event::{Cause, Event};
use crate::domain::ids::Seq;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::question::argued;
use crate::domain::state::{BookingState, Slot, Standing, State};

/// What a page tells of one of its bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideBooking {
    /// The page.
    pub provider: Provider,
    /// What it calls the booking.
    pub id: String,
    /// What it called the booking before, if it was moved: the same id on pages that keep it.
    pub replaces: Option<String>,
    /// When it happened, as far as the page says so.
    pub at: Option<Timestamp>,
    /// What happened.
    pub what: Told,
}

/// What became of a booking on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is agreed, for the first time or at another time.
    Made(Meeting),
    /// It is off.
    Cancelled,
}

/// Who meets whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Mail addresses of whoever is booked, in lower case; the first one that is known counts.
    pub hosts: Vec<String>,
    /// Mail addresses of whoever comes, in the same way.
    pub guests: Vec<String>,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends: later, by no more than [`Meeting::LONGEST`].
    pub ends: Timestamp,
}

impl Meeting {
    /// A page sells hours, not days.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

    /// How long it lasts, in minutes begun.
    fn minutes(&self) -> u32 {
        let seconds = self.ends.duration_since(self.starts).as_secs();
        u32::try_from(seconds.max(0).unsigned_abs().div_ceil(60)).unwrap_or(u32::MAX)
    }
}

impl OutsideBooking {
    /// What a second delivery of it is recognised by.
    pub fn cause(&self) -> Cause {
        let page = match self.provider {
            Provider::CalCom => "cal_com",
            Provider::Calendly => "calendly",
        };
        let (event, starts) = match &self.what {
            Told::Made(meeting) => ("made", meeting.starts.to_string()),
            Told::Cancelled => ("cancelled", String::new()),
        };
        let at = self.at.map(|at| at.to_string()).unwrap_or_default();
        Cause::Webhook(format!("{page} {event} {} {at} {starts}", self.id))
    }

    fn via(&self) -> Via {
        Via::Page { provider: self.provider, id: self.id.clone() }
    }
}

/// What a page's word came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is recorded.
    Recorded,
    /// It was on record, or is overtaken by what is.
    Known,
    /// No such booking is on record.
    Elsewhere,
    /// Whoever is booked is nobody of the program.
    UnknownHost,
    /// Whoever comes is nobody of the program.
    UnknownGuest,
}

/// Decides what is recorded of what a page told.
pub fn outside(
    program: &Program,
    state: &State,
    seen: &Observations,
    told: &OutsideBooking,
) -> (Vec<Event>, Fate) {
    if state.knows(&told.cause()) {
        return (Vec::new(), Fate::Known);
    }
    let known = state.booking_on_page(told.provider, &told.id);
    let decided = match (&told.what, known) {
        (Told::Cancelled, None) => Err(Fate::Elsewhere),
        // The page may say that an id is off after it gave the booking another one.
        (Told::Cancelled, Some((of, booking))) if booking.via == told.via() && is_agreed(booking) => {
            Ok(Event::BookingCancelled { booking: of, by: By::Page })
        }
        (Told::Cancelled, Some(_)) => Err(Fate::Known),
        (Told::Made(meeting), Some((of, booking))) => {
            let keeps_its_id = told.replaces.as_ref() == Some(&told.id) && booking.via == told.via();
            let moved = moved(program, seen, told, meeting, (of, booking));
            match moved {
                Some(event) if keeps_its_id && is_agreed(booking) => Ok(event),
                Some(_) | None => Err(Fate::Known),
            }
        }
        (Told::Made(meeting), None) => {
            let before = told.replaces.as_deref().and_then(|id| state.booking_on_page(told.provider, id));
            match before.filter(|(_, booking)| is_agreed(booking)) {
                Some(before) => moved(program, seen, told, meeting, before).ok_or(Fate::Known),
                // Cancelled in Slack and moved on the page all the same: there they are going to meet.
                None => booked(program, seen, told, meeting),
            }
        }
    };
    match decided {
        Ok(event) => (vec![event], Fate::Recorded),
        Err(fate) => (Vec::new(), fate),
    }
}

fn is_agreed(booking: &BookingState) -> bool {
    booking.standing == Standing::Agreed
}

fn booked(
    program: &Program,
    seen: &Observations,
    told: &OutsideBooking,
    meeting: &Meeting,
) -> Result<Event, Fate> {
    let host = person(program, seen, &meeting.hosts, None).ok_or(Fate::UnknownHost)?;
    let guest = person(program, seen, &meeting.guests, Some(host)).ok_or(Fate::UnknownGuest)?;
    let about = argued(program, &guest.id).into_iter().find(|of| of.advocates.contains(&host.id));
    Ok(Event::SlotBooked {
        guest: guest.id.clone(),
        host: host.id.clone(),
        starts: meeting.starts,
        minutes: meeting.minutes(),
        subject: about.map(|of| Subject { initiative: of.id.clone(), quarter: of.quarter }),
        topic: None,
        via: told.via(),
    })
}

/// The booking at its new time; cancelled if it went to a host whom nobody knows. None if it is where it was,
/// under the name that it had.
fn moved(
    program: &Program,
    seen: &Observations,
    told: &OutsideBooking,
    meeting: &Meeting,
    (of, booking): (Seq, &BookingState),
) -> Option<Event> {
    let host = match meeting.hosts.as_slice() {
        [] => Some(booking.slot.host.clone()),
        hosts => person(program, seen, hosts, program.people.get(&booking.guest)).map(|host| host.id.clone()),
    };
    let Some(host) = host else { return Some(Event::BookingCancelled { booking: of, by: By::Page }) };
    let slot = Slot { host, starts: meeting.starts, minutes: meeting.minutes() };
    if slot == booking.slot && booking.via == told.via() {
        return None;
    }
    let Slot { host, starts, minutes } = slot;
    Some(Event::BookingMoved { booking: of, host, starts, minutes, by: By::Page, via: Some(told.via()) })
}

/// The first of `mails` that is somebody's of the program: as configured, or else as Slack knows them.
fn person<'a>(
    program: &'a Program,
    seen: &Observations,
    mails: &[String],
    but: Option<&Person>,
) -> Option<&'a Person> {
    let configured = |mail: &str, person: &Person| match &person.address {
        Address::Email(address) => address.to_lowercase() == mail,
        Address::Slack(_) => false,
    };
    let in_slack = |mail: &str, person: &Person| {
        seen.of(&person.id).and_then(|seen| seen.mail.as_deref()).is_some_and(|known| known == mail)
    };
    let of = |mail: &String| {
        let mut people = program.people.values();
        let found = people.find(|person| configured(mail, person));
        found.or_else(|| program.people.values().find(|person| in_slack(mail, person)))
    };
    mails.iter().filter_map(of).find(|person| but.is_none_or(|but| but.id != person.id))
}

#[cfg(test)]
mod tests;
