//! Before a journal that may be missing records is trusted.

use jiff::Timestamp;

use crate::domain::effect::DeliveryKey;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::touches::{Frame, Timeline};

/// The deliveries that may have gone out without being on record: those past due at `now` in a planning
/// that isn't over. `Some` if there are any, and then posting starts paused: they are looked up, and an
/// advocate has to say *resume*. `None` if the journal is neither empty nor restored
/// (`fresh_or_restored`), or nothing is past due.
pub fn must_start_paused(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    fresh_or_restored: bool,
) -> Option<Vec<DeliveryKey>> {
    if !fresh_or_restored {
        return None;
    }
    let frames = Frame::all(program, state);
    let mut keys = Vec::new();
    for (initiative, frame) in program.initiatives.iter().zip(&frames) {
        let Some(window) = frame.window.as_ref().filter(|_| !initiative.withdrawn) else { continue };
        for stakeholder in program.stakeholders(initiative) {
            let Some(person) = program.people.get(&stakeholder.person) else { continue };
            let (zone, off) = (program.zone_of(person, seen.zone(&person.id)), &person.days_off);
            // As if it had been adopted in time: when it was is among what may be missing.
            let adopted = None;
            let approached = initiative.approach(&person.id).map(|approach| approach.at);
            let audience = stakeholder.audience;
            let hours = program.hours_of(person);
            let timeline = Timeline { program, window, zone, hours, off, audience, adopted, approached };
            let slots = timeline.slots();
            // A planning is over once its last life is.
            if slots.iter().all(|slot| slot.life.expires <= now) {
                continue;
            }
            let past = slots.into_iter().filter(|slot| slot.never.is_none() && slot.life.due <= now);
            keys.extend(past.map(|slot| DeliveryKey {
                person: person.id.clone(),
                initiative: initiative.id.clone(),
                quarter: initiative.quarter,
                touch: slot.touch,
                occurrence: slot.occurrence,
            }));
        }
    }
    keys.retain(|key| {
        state
            .engagement(&key.person, &key.initiative, key.quarter)
            .is_none_or(|engagement| !engagement.deliveries.contains_key(&(key.touch, key.occurrence)))
    });
    (!keys.is_empty()).then_some(keys)
}
