//! When an advocate is there to talk.

use jiff::{SignedDuration, Timestamp};

use super::report::concerning;
use super::say;
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::ids::PersonId;
use crate::domain::message::{Paragraph, Part, Span};
use crate::domain::office_hours::free_slots;
use crate::domain::state::Slot;

/// How far ahead office hours are listed, and how many.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 21);
const MOST: usize = 10;

pub(super) fn hours(scene: Scene<'_>, actor: &Person, _words: &[&str]) -> Result<Decided, String> {
    let initiatives = concerning(scene, actor);
    let hosts: Vec<PersonId> = initiatives.iter().flat_map(|of| of.advocates.iter().cloned()).collect();
    let until = scene.now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let mut free: Vec<Slot> =
        free_slots(scene.program, scene.state, scene.seen, &hosts, scene.now, until, None);
    free.truncate(MOST);
    if free.is_empty() {
        return Err(
            "No office hour is free in the next three weeks. Write to me in our direct message, and a \
                    human reads it."
                .to_owned(),
        );
    }
    let zone = scene.zone(actor);
    let lines = free.iter().map(|slot| {
        let starts = slot.starts.to_zoned(zone.clone());
        let mut line = vec![
            Span::Strong(starts.strftime("%a %-d %b, %H:%M").to_string()),
            Span::Text(format!(" with {}, {} minutes", scene.name(&slot.host), slot.minutes)),
        ];
        match scene.program.hours.get(&slot.host).and_then(|hours| hours.place.as_ref()) {
            Some(place) if place.starts_with("https://") => {
                line.push(Span::Text(", ".to_owned()));
                line.push(Span::Link { label: "join".to_owned(), url: place.clone() });
            }
            Some(place) => line.push(Span::Text(format!(", {place}"))),
            None => {}
        }
        Paragraph(line)
    });
    let parts = vec![
        Part::Paragraph("Free office hours, your time:".into()),
        Part::List(lines.collect()),
        Part::Small("Just come, or reply in our direct message if none of them suits you.".into()),
    ];
    Ok(say("Free office hours", parts))
}
