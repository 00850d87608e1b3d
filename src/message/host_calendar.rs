//! Word to a host about their own calendar: that it can't be kept in step, and which entries it doesn't take.

use jiff::Timestamp;

use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Message, Paragraph, Part, Span};
use crate::domain::observation::{Busy, Observations};
use crate::domain::program::Program;
use crate::domain::state::{FailingCalendar, Standing, State};

use super::case::{person, zone};
use super::dates;
use super::relay::{Who, seen_by};

/// Their calendar can't be read or written, or could not.
pub(super) fn fails(
    program: &Program,
    state: &State,
    seen: &Observations,
    to: &PersonId,
    since: Seq,
    now: Timestamp,
) -> Message {
    let failing = state.calendars.get(to).and_then(|trouble| trouble.failing.as_ref());
    let Some(failing) = failing.filter(|failing| failing.until.is_none()) else {
        let first = "Your calendar is kept in step again.".to_owned();
        return told(program, to, first, vec![Span::Text("Nothing to do.".to_owned())]);
    };
    if failing.since != since {
        let first = "What is wrong with your calendar has changed since.".to_owned();
        return told(program, to, first, vec![Span::Text("A newer message says what it is now.".to_owned())]);
    }
    let FailingCalendar { why, reads, .. } = failing;
    let slot = |at: Timestamp| person(program, to).map(|reader| dates::slot(at, zone(program, seen, reader)));
    let (what, so) = if *reads {
        ("kept in step", "Your times are still offered, and bookings stand.".to_owned())
    } else {
        let good = seen.busy.get(to).and_then(|busy| busy.as_of.checked_add(Busy::GREATEST_AGE).ok());
        let until = good.filter(|until| now < *until).and_then(|until| slot(until).ok());
        let so = match until {
            Some(until) => format!(
                "Bookings stand. Your times are offered by what it said last until {until}; then none are until it can \
                 be read."
            ),
            None => "Bookings stand, but none of your times is offered until it can be read.".to_owned(),
        };
        ("read", so)
    };
    let first = format!("Your calendar can't be {what}: {why}.");
    let next = vec![
        Span::Text(format!(
            "{so} Next: if you changed its password, or moved or deleted it, tell whoever runs Canvass; "
        )),
        Span::Code("canvass doctor".to_owned()),
        Span::Text(" shows them the same. I try again every few minutes.".to_owned()),
    ];
    told(program, to, first, next)
}

/// Their calendar doesn't take the entry of a booking, or has taken it after all.
pub(super) fn refused(
    program: &Program,
    state: &State,
    seen: &Observations,
    to: &PersonId,
    since: Seq,
) -> Message {
    let refused = state.calendars.get(to).and_then(|trouble| trouble.refused.get(&since));
    let booking = refused.and_then(|refused| state.bookings.get(&refused.booking));
    let (Some(refused), Some(booking)) = (refused, booking) else {
        let first = "Your calendar didn't take an entry of mine. The booking has changed since.".to_owned();
        return told(program, to, first, vec![Span::Text("Nothing to do.".to_owned())]);
    };
    let guest = Who::of(program, state, &booking.guest).full;
    let starts =
        person(program, to).map(|reader| dates::slot(booking.slot.starts, zone(program, seen, reader)));
    let when = starts.map(|starts| format!(" on {starts}")).unwrap_or_default();
    let of = format!("the entry for your office hours with {guest}{when}");
    let is_theirs = booking.standing == Standing::Agreed && booking.slot.host == *to;
    if refused.taken {
        let first = match is_theirs {
            true => format!("Your calendar has taken {of} after all."),
            false => format!("Your calendar no longer has {of}."),
        };
        return told(program, to, first, vec![Span::Text("Nothing to do.".to_owned())]);
    }
    if !is_theirs {
        let first = format!("I can't take {of} out of your calendar: {}.", refused.why);
        let next = "Nobody comes then. Next: delete it yourself.".to_owned();
        return told(program, to, first, vec![Span::Text(next)]);
    }
    let first = format!("Your calendar doesn't take {of}: {}.", refused.why);
    let next = "The booking stands. Next: enter it yourself, so that nobody books over it.".to_owned();
    told(program, to, first, vec![Span::Text(next)])
}

fn told(program: &Program, to: &PersonId, first: String, next: Vec<Span>) -> Message {
    let parts = vec![Part::Paragraph(Paragraph::text(first.clone())), Part::Paragraph(Paragraph(next))];
    let mut message = Message::new(first, parts);
    message.footer = Some(seen_by(program, None, to));
    message
}
