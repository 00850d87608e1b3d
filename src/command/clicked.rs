//! What a click is about: the message under which the button is says it better than the button.
//!
//! A button names a record. After a restore, what was typed since the backup is put on record anew, in other places, and
//! its messages are found again by where it was typed; a button from before then names a record that is another one now.

use super::Scene;
use crate::domain::directory::Person;
use crate::domain::effect::{About, PostId, PostKey};
use crate::domain::ids::Seq;
use crate::domain::message::Action;

/// A record that no button can mean.
const NONE: Seq = Seq(0);

/// `action` with the records that its message is about instead of those that its button names.
pub(super) fn meant(scene: Scene<'_>, actor: &Person, post: Option<PostId>, action: &Action) -> Action {
    let passed_on = |named: Seq| of_message(scene, actor, post, named, PostKey::passes_on);
    let booked = |named: Seq| of_message(scene, actor, post, named, booking);
    match action {
        Action::Reply { question } => Action::Reply { question: passed_on(*question) },
        Action::Approach { referral } => Action::Approach { referral: passed_on(*referral) },
        Action::Dismiss { referral } => Action::Dismiss { referral: passed_on(*referral) },
        Action::Keep { answer } => {
            let question = scene.state.answers.get(answer).map(|answer| answer.question);
            let of = passed_on(question.unwrap_or(NONE));
            // The message offers to keep the last one.
            let last = || scene.state.answers_to(of).last().map_or(NONE, |(last, _)| last);
            Action::Keep { answer: if question == Some(of) { *answer } else { last() } }
        }
        Action::Drop { initiative, entry } => {
            let question =
                scene.state.kept.get(&(initiative.clone(), entry.clone())).map(|kept| kept.question);
            let of = passed_on(question.unwrap_or(NONE));
            match scene.state.kept_from(of) {
                Some((initiative, entry, _)) if question != Some(of) => {
                    Action::Drop { initiative: initiative.clone(), entry: entry.clone() }
                }
                Some(_) | None => action.clone(),
            }
        }
        Action::MoveBooking { booking } => Action::MoveBooking { booking: booked(*booking) },
        Action::CancelBooking { booking } => Action::CancelBooking { booking: booked(*booking) },
        Action::HandOn { booking } => Action::HandOn { booking: booked(*booking) },
        Action::CloseBooking { booking, met } => {
            Action::CloseBooking { booking: booked(*booking), met: *met }
        }
        _ => action.clone(),
    }
}

/// The record that the clicked message is about, if it is about one, and else the `named` one. While a message from before
/// a restore isn't found again, it can't be told what its button means.
fn of_message(
    scene: Scene<'_>,
    actor: &Person,
    post: Option<PostId>,
    named: Seq,
    of: impl FnOnce(&PostKey) -> Option<Seq>,
) -> Seq {
    let Some(post) = post else { return named };
    match scene.state.post(post) {
        Some(known) if *known.key.to() == actor.id => of(&known.key).unwrap_or(named),
        Some(_) => named,
        None if scene.state.restored.last().is_some_and(|restored| restored.from < named) => NONE,
        None => named,
    }
}

fn booking(key: &PostKey) -> Option<Seq> {
    if let About::Booking(of) = key.about() { Some(of) } else { None }
}
