//! What is said: from a post's key to a semantic message (points 1 to 14).
//!
//! Pure: program, state and observations in, [`Message`] out. A message is never stored; the same key
//! at the same place in the journal says the same thing, and once it has been answered, what was
//! recorded. Templates ([`prose`]) choose and order facts ([`facts`]); the sentences in them are the
//! advocate's.

mod account;
mod amount;
mod answer;
mod asked;
mod booking;
mod buttons;
mod case;
mod dates;
mod digest;
mod facts;
mod faq;
mod feed;
mod few_hours;
mod gap;
mod host_calendar;
mod inquiry;
mod invitation;
mod known;
pub mod limits;
mod next;
mod note;
mod notice;
mod prose;
mod question;
mod reason;
mod receipt;
mod recorded;
mod refused;
mod rehearsal;
mod relay;
mod review;
mod rewrite;
mod sentence;
mod sources;
mod step;
mod terminal;
mod touch;
mod unsayable;
mod wording;

use jiff::Timestamp;

use crate::domain::directory::Person;
use crate::domain::effect::{DeliveryKey, PostId, PostKey};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::ids::TeamId;
use crate::domain::initiative::Initiative;
use crate::domain::marks;
use crate::domain::message::{Message, Modal, ModalKind, Part};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{Phase, PostState, State};

use case::{Case, Wanted};
use facts::Moment;
use step::Which;
use touch::Shown;

pub use booking::{controls, slot_in_words, slot_on};
pub use digest::digest;
pub use faq::faq_answer;
pub use feed::feed;
pub use gap::{gap_buttons, gap_sentence, gap_with_words, silent_because};
pub use inquiry::{GONE, says_first};
pub use invitation::calendar_entry;
pub use known::known_about;
pub use next::{named, next_conversation, stance_in_words};
pub use note::notes;
pub use notice::{FIRST_AFTER_ALL, FIRST_START};
pub use reason::reasons;
pub use review::{
    Queue, Queued, Unapproved, approve_all, crowded, decisions, ends, lapsed, line, review, superseded,
};
pub use rewrite::Draft;
pub use terminal::{modal_to_text, to_text};
pub use unsayable::Unsayable;
pub use wording::{beginning, capitalised};

/// The message of a post, as it should read at `now`. For a touch that was sent, the state makes it
/// the updated one: what was recorded instead of the buttons.
///
/// `teams` and `audience` are those recorded when it was intended; without them the stakeholder's
/// present ones are taken.
pub fn compose(
    program: &Program,
    state: &State,
    seen: &Observations,
    key: &PostKey,
    teams: &[TeamId],
    audience: Option<Audience>,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    if state.was_removed(key) {
        return Ok(removed());
    }
    if is_no_longer_theirs(program, state, key) {
        return Ok(handed_on());
    }
    match key {
        PostKey::Touch(delivery) => {
            let (how, id) = (Shown::AsItStands, state.id_of(key));
            let delivered = Delivered { program, state, seen, delivery, teams, audience, now };
            match delivered.message(id, how) {
                // What was sent can still be met: it must not go on asking.
                Err(Unsayable::NoInitiative(_) | Unsayable::NotAsked { .. }) if state.post(id).is_some() => {
                    Ok(gone())
                }
                other => other,
            }
        }
        PostKey::Relay { of, to } => relay::relay(program, state, seen, *of, to, now),
        PostKey::Receipt { of, to } => receipt::receipt(program, state, seen, *of, to, now),
        PostKey::Answer { of, to } => answer::answer(program, state, seen, *of, to, now),
        PostKey::Overdue { of, to } => {
            inquiry::inquiry(program, state, seen, (*of, to), inquiry::Brought::Back, now)
        }
        // What waits is the plan's to say: `digest` and `review` are told.
        PostKey::Digest { to, .. } => digest::digest(program, state, seen, to, &[], now),
        PostKey::Review { .. } => Err(Unsayable::NoRecord(state.head)),
        PostKey::Rehearsal { to, delivery } => rehearsal::rehearsal(program, state, seen, to, delivery, now),
        PostKey::Booking { of, to, word } => booking::booking(program, state, seen, (*of, to, *word), now),
        PostKey::Vacancy { of, to } => booking::vacancy(program, state, *of, to),
        PostKey::Notice { to, notice } => notice::notice(program, state, seen, notice, to, now),
    }
}

/// A sent message with its buttons again, so that an answer can be changed (*Change*). After the
/// freeze, and for posts that are no touch, the same as [`compose`].
pub fn compose_unanswered(
    program: &Program,
    state: &State,
    seen: &Observations,
    key: &PostKey,
    teams: &[TeamId],
    audience: Option<Audience>,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    match key.delivery() {
        Some(delivery) => {
            let delivered = Delivered { program, state, seen, delivery, teams, audience, now };
            delivered.message(state.id_of(key), Shown::WithButtons)
        }
        None => compose(program, state, seen, key, teams, audience, now),
    }
}

/// What a touch would say to `person` at `now`, in the role that counts for them, as if nothing had been
/// said before. Somebody who is no stakeholder is not asked.
pub fn preview(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &Initiative,
    person: &Person,
    touch: Touch,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    if marks::is_forgotten(state, seen, person) {
        return Err(Unsayable::Forgotten(person.name.clone()));
    }
    let wanted = Wanted { person: &person.id, quarter: initiative.quarter, teams: &[], audience: None };
    let case = Case::of(program, state, seen, initiative, &wanted, now)?;
    touch::written(&case, state, &Moment::unsaid(&case, state, touch), Shown::AsItStands)
}

/// How a planned message reads to its recipient, for an advocate: nothing in it can be clicked.
pub fn as_read(
    program: &Program,
    state: &State,
    seen: &Observations,
    delivery: &DeliveryKey,
    now: Timestamp,
) -> Result<Vec<Part>, Unsayable> {
    rehearsal::as_read(program, state, seen, delivery, now).map(|(_, parts)| parts)
}

/// The prose of a planned message, as an advocate may change it.
pub fn draft(
    program: &Program,
    state: &State,
    seen: &Observations,
    delivery: &DeliveryKey,
    now: Timestamp,
) -> Result<Draft, Unsayable> {
    Delivered { program, state, seen, delivery, teams: &[], audience: None, now }.draft()
}

/// What would be wrong with a planned message if its prose were `prose`.
pub fn faults_of(
    program: &Program,
    state: &State,
    seen: &Observations,
    delivery: &DeliveryKey,
    prose: &str,
    now: Timestamp,
) -> Result<Vec<limits::Fault>, Unsayable> {
    Delivered { program, state, seen, delivery, teams: &[], audience: None, now }.faults_of(prose)
}

/// *Where the numbers come from, and why me*, for a message that was sent.
pub fn numbers(
    program: &Program,
    state: &State,
    seen: &Observations,
    post: &PostState,
    id: PostId,
    now: Timestamp,
) -> Modal {
    let parts = post.key.delivery().and_then(|delivery| {
        let (teams, audience) = (&post.teams, post.audience);
        let delivered = Delivered { program, state, seen, delivery, teams, audience, now };
        delivered.sources(id).ok()
    });
    let nothing =
        || vec![Part::Paragraph("The initiative is no longer there, and its numbers with it.".into())];
    Modal {
        kind: ModalKind::Numbers { post: id },
        title: "Numbers, and why you".to_owned(),
        parts: parts.unwrap_or_else(nothing),
        fields: Vec::new(),
        submit: None,
    }
}

/// A delivery with everything around it.
struct Delivered<'a> {
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    delivery: &'a DeliveryKey,
    teams: &'a [TeamId],
    audience: Option<Audience>,
    now: Timestamp,
}

impl<'a> Delivered<'a> {
    fn case(&self) -> Result<Case<'a>, Unsayable> {
        let id = &self.delivery.initiative;
        let initiative = self.program.initiative(id).ok_or_else(|| Unsayable::NoInitiative(id.clone()))?;
        let wanted = Wanted {
            person: &self.delivery.person,
            quarter: self.delivery.quarter,
            teams: self.teams,
            audience: self.audience,
        };
        Case::of(self.program, self.state, self.seen, initiative, &wanted, self.now)
    }

    fn message(&self, id: PostId, how: Shown) -> Result<Message, Unsayable> {
        touch::touch(&self.case()?, self.state, self.delivery, id, how)
    }

    fn sources(&self, id: PostId) -> Result<Vec<Part>, Unsayable> {
        let case = self.case()?;
        let moment = Moment::of(&case, self.state, self.delivery, id);
        let prose = touch::prose(&case, self.state, &moment)?;
        let which = match self.delivery.touch {
            Touch::LastCall => Which::Smallest,
            Touch::HeadsUp | Touch::Pitch | Touch::Reminder | Touch::FollowUp => Which::First,
        };
        Ok(sources::sources(&case, &prose, which))
    }
}

/// What a sent message says once somebody whom it told of was forgotten.
fn removed() -> Message {
    Message::line(
        "This was about somebody who asked to be forgotten. Their words and their name were removed.",
    )
}

/// Whether a sent message holds what only advocates may read (rule R7), and its recipient is none any more: the
/// configuration changed, or had named the wrong account.
fn is_no_longer_theirs(program: &Program, state: &State, key: &PostKey) -> bool {
    let to = match key {
        PostKey::Relay { to, .. }
        | PostKey::Overdue { to, .. }
        | PostKey::Digest { to, .. }
        | PostKey::Review { to, .. }
        | PostKey::Rehearsal { to, .. } => to,
        PostKey::Touch(_)
        | PostKey::Receipt { .. }
        | PostKey::Answer { .. }
        | PostKey::Booking { .. }
        | PostKey::Vacancy { .. }
        | PostKey::Notice { .. } => return false,
    };
    let was_sent = || state.post_of(key).is_some_and(|post| matches!(post.phase, Phase::Sent { .. }));
    !program.is_advocate(to) && was_sent()
}

/// What such a message says then.
fn handed_on() -> Message {
    Message::line("This was for an advocate, and you aren't one here any more. Its content was removed.")
}

/// What a sent message says once its initiative, or the ask in it, is gone from the configuration.
fn gone() -> Message {
    Message::line(recorded::withdrawn(""))
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
