//! Whether whoever has a new account is the human who had the one before (ARCHITECTURE, *Accounts*).
//!
//! Invariant: an advocate says so, and never of themselves unless nobody else can. Until one has, nobody is
//! shown what the account before answered, asked or booked, the new one least of all.

use super::{Decided, Scene};
use crate::domain::account::Proof;
use crate::domain::directory::Person;
use crate::domain::event::Event;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::Reply;
use crate::domain::question::in_charge;

/// Records whether `person` is who had their account before, as it was `since` a record.
///
/// # Errors
/// A sentence that says why that can't be recorded.
pub(super) fn confirm(
    scene: Scene<'_>,
    actor: &Person,
    person: &PersonId,
    since: Option<Seq>,
    same: bool,
) -> Result<Decided, String> {
    let asked = in_charge(scene.program, None, person);
    let known = scene.state.person(person);
    let may = if person == &actor.id {
        // Whoever wrote the Slack id of a sole advocate in the configuration has vouched for it.
        let by_id = known.is_some_and(|known| known.proof == Some(Proof::Id));
        asked.is_empty() && by_id && scene.program.is_advocate(&actor.id)
    } else {
        scene.program.admins.contains(&actor.id) || asked.contains(&actor.id)
    };
    if !may {
        return Err("You can't answer this one. It takes an admin, or an advocate of an initiative that concerns them.".into());
    }
    let name = scene.name(person);
    let changed = known.and_then(|known| known.changed.as_ref()).map(|changed| changed.since);
    if since.is_some() && since != changed {
        return Err(format!(
            "{name} has another Slack account by now, so nothing was recorded. A newer message says which."
        ));
    }
    if known.is_none_or(|known| known.waiting().next().is_none()) {
        return Err(format!(
            "There's nothing to decide about {name}'s account. It may have been answered already."
        ));
    }
    let event = Event::AccountConfirmed { person: person.clone(), by: actor.id.clone(), same };
    let reply = Reply::say(if same {
        format!("Recorded: {name} is the same person. What they answered, asked and booked is theirs again.")
    } else {
        let stopped = if known.is_some_and(|known| known.stopped) {
            format!(
                " A stop still holds, whoever of the two asked for it: nothing is sent to {name} until they undo it."
            )
        } else {
            String::new()
        };
        format!(
            "Recorded: {name}'s former account belonged to somebody else. What it answered, asked and booked stays separate from {name}, who gets messages of their own.{stopped}"
        )
    });
    Ok((vec![event], reply))
}
