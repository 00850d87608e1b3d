//! A person's bookings, as App Home and `/canvass bookings` show them.

use super::Scene;
use crate::domain::directory::Person;
use crate::domain::ids::Seq;
use crate::domain::message::{Paragraph, Part, Span};
use crate::domain::state::BookingState;
use crate::message::{controls, slot_on};

/// Most bookings that are shown.
const MOST: usize = 20;
/// Most events that are named.
const MOST_DOUBTS: usize = 5;

/// The bookings of which `actor` is a side, soonest first, with what can be done about each.
pub(in crate::command) fn bookings(scene: Scene<'_>, actor: &Person) -> Vec<Part> {
    let ahead = scene.state.bookings_ahead(&actor.id, scene.now);
    ahead.into_iter().take(MOST).map(|(of, booking)| row(scene, actor, of, booking)).collect()
}

/// Where a host subscribes to their bookings; nobody else is shown it.
pub(in crate::command) fn feed(scene: Scene<'_>, actor: &Person) -> Option<Part> {
    let address = scene.seen.feeds.get(&actor.id)?;
    Some(Part::Small(Paragraph(vec![
        Span::Text("Your bookings as a calendar to subscribe to (keep the address to yourself): ".to_owned()),
        Span::Code(address.clone()),
    ])))
}

/// What in a host's calendar isn't understood; nobody else is shown it.
pub(in crate::command) fn doubts(scene: Scene<'_>, actor: &Person) -> Option<Part> {
    let doubts = &scene.seen.busy.get(&actor.id)?.doubts;
    let named: Vec<String> =
        doubts.iter().take(MOST_DOUBTS).map(|doubt| format!("{} ({})", doubt.event, doubt.why)).collect();
    let more = match doubts.len().saturating_sub(MOST_DOUBTS) {
        0 if named.is_empty() => return None,
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(Part::Small(Paragraph::text(format!(
        "I can't read everything in your calendar, so I don't offer any time that these might take: {}{more}.",
        named.join("; ")
    ))))
}

fn row(scene: Scene<'_>, actor: &Person, of: Seq, booking: &BookingState) -> Part {
    let zone = scene.zone(actor);
    let mut text = vec![
        Span::Strong(slot_on(&booking.slot, &zone, scene.now)),
        Span::Text(format!(" with {}", scene.other_side(booking, &actor.id))),
    ];
    let about = booking.subject.as_ref().and_then(|subject| scene.program.initiative(&subject.initiative));
    if let Some(initiative) = about {
        text.push(Span::Text(format!(" about “{}”", initiative.title)));
    }
    let place = scene.program.hours.get(&booking.slot.host).and_then(|hours| hours.place.as_deref());
    match place {
        Some(place) if place.starts_with("https://") => {
            text.push(Span::Text(" · ".to_owned()));
            text.push(Span::Link { label: "Join".to_owned(), url: place.to_owned() });
        }
        Some(place) => text.push(Span::Text(format!(" · {place}"))),
        None => {}
    }
    let buttons = controls(scene.program, scene.state, scene.seen, (of, booking), &actor.id, scene.now);
    Part::Row { about: None, text: Paragraph(text), buttons }
}
