//! What waits for an advocate's approval: who would get what and when, each with what can be done.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::effect::{DeliveryKey, Listing};
use crate::domain::event::Verdict;
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Button, Look, Message, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::buttons::button;
use super::case::{person, zone};
use super::relay::{Who, seen_by};
use super::unsayable::Unsayable;
use super::{amount, dates, wording};

/// Most messages that a review lists; the rest are in App Home.
const MOST: usize = 10;

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Which.
    pub delivery: DeliveryKey,
    /// When it would be due.
    pub due: Timestamp,
    /// From when on it can't be sent any more.
    pub expires: Timestamp,
}

/// What one initiative has waiting for the approval of a reader.
#[derive(Debug, Clone, Copy)]
pub struct Queue<'a> {
    /// Which.
    pub initiative: &'a InitiativeId,
    /// Soonest first.
    pub waiting: &'a [Queued],
    /// Up to when it is time to decide about what can't be sent for much longer.
    pub until: Option<Timestamp>,
}

/// What waits for approval, for a digest.
#[derive(Debug, Clone, Copy)]
pub struct Unapproved<'a> {
    /// What still can be approved.
    pub queue: Queue<'a>,
    /// How many messages nobody approved in time since the digest before.
    pub lapsed: usize,
}

/// The review for the advocate `to` of what waits on one initiative.
pub fn review(
    program: &Program,
    state: &State,
    seen: &Observations,
    of: Queue<'_>,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let Queue { initiative, waiting, .. } = of;
    let about = program.initiative(initiative).ok_or_else(|| Unsayable::NoInitiative(initiative.clone()))?;
    let reader = person(program, to)?;
    if waiting.is_empty() {
        let first = format!("Nothing listed here about “{}” waits for your approval any more.", about.title);
        let mut message = Message::line(first);
        message.footer = Some(seen_by(program, Some(about), to));
        return Ok(message);
    }
    let count = waiting.len();
    let waits = if count == 1 { "waits" } else { "wait" };
    let first = format!("{} about “{}” {waits} for your approval.", messages(count), about.title);
    let they = if count == 1 { "it doesn't" } else { "they don't" };
    let next = format!("Without it {they} go. What you hold waits until you release it.");
    let said = [ends(&of, zone(program, seen, reader)), crowded(waiting)].into_iter().flatten();
    let text: Vec<String> = std::iter::once(first.clone()).chain(said).chain([next]).collect();
    let mut parts = vec![Part::Paragraph(Paragraph::text(text.join(" ")))];
    for queued in waiting.iter().take(MOST) {
        parts.push(Part::Row {
            about: None,
            text: line(program, state, seen, queued, now),
            buttons: decisions(&queued.delivery),
        });
    }
    if let Some(more) = waiting.len().checked_sub(MOST).filter(|more| 0 < *more) {
        parts.push(Part::Paragraph(Paragraph(vec![
            Span::Text(match more {
                1 => "One more is in App Home, and in ".to_owned(),
                more => format!("{more} more are in App Home, and in "),
            }),
            Span::Code(format!("{} approve {}", program.command, about.id)),
            Span::Text(".".to_owned()),
        ])));
    }
    let mut message = Message::new(first, parts);
    let all = approve_all(about, waiting);
    let label = if count == 1 { "Approve it".to_owned() } else { format!("Approve all {count}") };
    message.buttons = vec![button(&label, all, Look::Primary)];
    message.footer = Some(seen_by(program, Some(about), to));
    Ok(message)
}

/// A review in place of which a newer one came: it decides nothing any more.
pub fn superseded(
    program: &Program,
    seen: &Observations,
    initiative: &InitiativeId,
    to: &PersonId,
    newer: Timestamp,
) -> Result<Message, Unsayable> {
    let about = program.initiative(initiative).ok_or_else(|| Unsayable::NoInitiative(initiative.clone()))?;
    let reader = person(program, to)?;
    let came = dates::slot(newer, zone(program, seen, reader));
    let mut message = Message::line(format!(
        "What waits about “{}” is in the newer list that came on {came}; this one is closed.",
        about.title
    ));
    message.footer = Some(seen_by(program, Some(about), to));
    Ok(message)
}

/// "36 messages wait for your approval. …", "12 messages were not sent: nobody approved them in time.", or none.
pub(super) fn unapproved_in_words(of: &Unapproved<'_>, zone: &TimeZone) -> Option<String> {
    let waiting = (!of.queue.waiting.is_empty()).then(|| {
        let ends = ends(&of.queue, zone).map(|ends| format!(" {ends}")).unwrap_or_default();
        let (count, waits) =
            (of.queue.waiting.len(), if of.queue.waiting.len() == 1 { "waits" } else { "wait" });
        format!("{} {waits} for your approval.{ends}", messages(count))
    });
    let lapsed = (0 < of.lapsed).then(|| lapsed(of.lapsed));
    let both: Vec<String> = waiting.into_iter().chain(lapsed).collect();
    (!both.is_empty()).then(|| wording::capitalised(&both.join(" ")))
}

/// "Three messages were not sent: nobody approved them in time."
pub fn lapsed(count: usize) -> String {
    let (were, them) = if count == 1 { ("was", "it") } else { ("were", "them") };
    format!("{} {were} not sent: nobody approved {them} in time.", messages(count))
}

fn messages(count: usize) -> String {
    wording::capitalised(&amount::plural(u64::try_from(count).unwrap_or(u64::MAX), "message"))
}

/// "12 of them can't be sent for much longer, the first only until Mon 30 Nov 09:00.", if so, in the reader's zone.
pub fn ends(of: &Queue<'_>, zone: &TimeZone) -> Option<String> {
    let ends_soon = |queued: &&Queued| of.until.is_some_and(|until| queued.expires <= until);
    let soon = of.waiting.iter().filter(ends_soon).count();
    let first = dates::slot(of.waiting.iter().map(|queued| queued.expires).min()?, zone);
    match (soon, of.waiting.len()) {
        (0, _) => None,
        (1, 1) => Some(format!("It can only be sent until {first}, your time.")),
        (1, _) => Some(format!("One of them can only be sent until {first}, your time.")),
        (soon, all) if soon == all => Some(format!("The first can only be sent until {first}, your time.")),
        (soon, _) => {
            let soon = wording::capitalised(&wording::count(u64::try_from(soon).unwrap_or(u64::MAX)));
            Some(format!(
                "{soon} of them can't be sent for much longer, the first only until {first}, your time."
            ))
        }
    }
}

/// "They are to four people, and nobody is written to too often: some that you approve may never go." Nothing where
/// each is to somebody else.
pub fn crowded(waiting: &[Queued]) -> Option<String> {
    let people = waiting.iter().map(|queued| &queued.delivery.person).collect::<BTreeSet<_>>().len();
    (people < waiting.len()).then(|| {
        let people = match people {
            1 => "one person".to_owned(),
            more => format!("{} people", wording::count(u64::try_from(more).unwrap_or(u64::MAX))),
        };
        format!(
            "They are to {people}, and nobody is written to too often: some that you approve may never go."
        )
    })
}

/// What lets all of these go, and nothing that comes to wait since.
pub fn approve_all(initiative: &Initiative, listed: &[Queued]) -> Action {
    let listed = Some(Listing::of(listed.iter().map(|queued| &queued.delivery)));
    Action::ApproveAll { initiative: initiative.id.clone(), listed }
}

/// "Ana Souza (product manager, Checkout): pitch, Mon 30 Nov 09:00 their time"; of what has come due before,
/// until when it can go.
pub fn line(
    program: &Program,
    state: &State,
    seen: &Observations,
    queued: &Queued,
    now: Timestamp,
) -> Paragraph {
    let who = Who::of(program, state, &queued.delivery.person);
    let touch = queued.delivery.touch.word().replace('_', "-");
    let when = match person(program, &queued.delivery.person) {
        Ok(reader) => {
            let slot = |at| dates::slot(at, zone(program, seen, reader));
            if now < queued.due {
                format!(", {} their time", slot(queued.due))
            } else {
                format!(", was due {}; can go until {} their time", slot(queued.due), slot(queued.expires))
            }
        }
        Err(_) => String::new(),
    };
    who.opens(&format!(": {touch}{when}"))
}

/// What can be done with a message that waits.
pub fn decisions(delivery: &DeliveryKey) -> Vec<Button> {
    let judge = |verdict| Action::Judge { delivery: delivery.clone(), verdict };
    vec![
        button("See", Action::See { delivery: delivery.clone() }, Look::Plain),
        button("Approve", judge(Verdict::Approved), Look::Plain),
        button("Hold", judge(Verdict::Held), Look::Plain),
    ]
}
