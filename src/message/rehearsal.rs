//! A planned message as its recipient would read it, for an advocate: a rehearsal, or a look ahead.

use jiff::Timestamp;

use crate::domain::effect::{DeliveryKey, PostKey};
use crate::domain::event::Stage;
use crate::domain::ids::PersonId;
use crate::domain::message::{Action, Look, Message, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::buttons::button;
use super::case::person;
use super::relay::seen_by;
use super::unsayable::Unsayable;

/// The rehearsal of `delivery`. Its buttons do nothing; those under the line are the advocate's own.
pub(super) fn rehearsal(
    program: &Program,
    state: &State,
    seen: &Observations,
    to: &PersonId,
    delivery: &DeliveryKey,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let initiative = program.initiative(&delivery.initiative);
    let (first, mut parts) = as_read(program, state, seen, delivery, now)?;
    parts.push(Part::Divider);
    let goes = "It goes to nobody else until you move the campaign on.";
    let text = match &initiative {
        Some(initiative) => format!("A rehearsal of “{}”. {goes}", initiative.title),
        None => goes.to_owned(),
    };
    let of = |stage| Action::Advance { initiative: delivery.initiative.clone(), stage };
    parts.push(Part::Row {
        about: None,
        text: Paragraph::text(text),
        buttons: vec![
            button("Edit", Action::Rewrite { delivery: delivery.clone() }, Look::Plain),
            button("Send to three", of(Stage::Few), Look::Plain),
            button("Send to all", of(Stage::All), Look::Plain),
        ],
    });
    let mut message = Message::new(format!("Rehearsal. {first}"), parts);
    message.footer = Some(seen_by(program, initiative, to));
    Ok(message)
}

/// How a planned message reads, with its buttons named and not drawn: a click must not answer for
/// somebody. The first line says whose it is.
pub(super) fn as_read(
    program: &Program,
    state: &State,
    seen: &Observations,
    delivery: &DeliveryKey,
    now: Timestamp,
) -> Result<(String, Vec<Part>), Unsayable> {
    let key = PostKey::Touch(delivery.clone());
    let shown = super::compose(program, state, seen, &key, &[], None, now)?;
    let reader = person(program, &delivery.person)?;
    let labels: Vec<&str> = shown.buttons.iter().map(|button| button.label.as_str()).collect();
    let first = format!("The {} as {} would read it.", delivery.touch.word().replace('_', "-"), reader.name);
    let mut parts = vec![Part::Small(Paragraph::text(&first)), Part::Divider];
    parts.extend(shown.parts);
    if !labels.is_empty() {
        let text = format!("Its buttons: {}. They do nothing here.", labels.join(" · "));
        parts.push(Part::Small(Paragraph::text(text)));
    }
    parts.extend(shown.footer.map(Part::Small));
    Ok((first, parts))
}
