//! What people ask of the program, and what it decides.
//!
//! Invariant: [`decide`] is pure. It reads the state that includes every decision before it, names the
//! events to record and what to answer at once; it sends nothing. Whatever an answer shows as accepted
//! is among its events.

mod accounts;
mod answer;
mod approval;
mod bookings;
mod clicked;
mod composed;
mod home;
mod modals;
mod names;
mod outside;
mod questions;
mod referral;
mod respect;
mod slash;
mod typed;

pub use composed::composed;
pub use home::{Ahead, home, oversees};
pub use outside::{Fate, Meeting, OutsideBooking, Told, outside};
pub use questions::{Found, Sought, sought};

use jiff::Timestamp;

use crate::domain::calendar::PlanningWindow;
use crate::domain::directory::Person;
use crate::domain::effect::{DeliveryKey, PostId};
use crate::domain::event::{Cause, Event};
use crate::domain::ids::{MessageTs, PersonId, SlackChannelId, SlackUserId};
use crate::domain::initiative::Initiative;
use crate::domain::marks;
use crate::domain::markup::readable;
use crate::domain::message::{Action, ModalKind, Page, Reply, Values};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{PostState, State, called_forgotten};

/// Something a person did in Slack.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// What it is recognised by when it is delivered again.
    pub cause: Cause,
    /// Who did it.
    pub actor: SlackUserId,
    /// What they did.
    pub request: Request,
}

/// What a person can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A button or an overflow entry, on a message or in App Home.
    Act {
        /// The message that it is about, if it is about one.
        post: Option<PostId>,
        /// What the button does.
        action: Action,
    },
    /// App Home was opened.
    OpenHome {
        /// The page that is shown.
        page: Page,
    },
    /// What had been typed was changed.
    Edit {
        /// The direct message.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
        /// The message it replies to.
        thread: Option<MessageTs>,
        /// The text, as typed.
        text: String,
    },
    /// What had been typed was taken back.
    Delete {
        /// The direct message.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
    },
    /// A submitted modal.
    Submit {
        /// What the modal is for.
        modal: ModalKind,
        /// What was filled in.
        values: Values,
    },
    /// A message typed to the bot.
    Typed {
        /// The direct message.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
        /// The message it replies to.
        thread: Option<MessageTs>,
        /// The text, as typed.
        text: String,
    },
    /// Something without words was sent to the bot.
    Wordless {
        /// The direct message.
        channel: SlackChannelId,
        /// The message it replies to.
        thread: Option<MessageTs>,
        /// What it was.
        what: Wordless,
    },
    /// The slash command, without its name.
    Slash {
        /// The words after it.
        text: String,
    },
}

/// What a message may be that has no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wordless {
    /// A voice clip or other sound.
    Voice,
    /// A video clip or other film.
    Video,
    /// Pictures.
    Picture,
    /// Other files, or several kinds.
    File,
    /// Messages of others that were passed on.
    Forwarded,
}

/// What was decided: the events to record and the answer to give at once.
pub type Decided = (Vec<Event>, Reply);

/// Everything a decision may look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    now: Timestamp,
    /// Where questions are looked up.
    library: questions::Library<'a>,
}

/// Whether deciding it looks at little and mostly records nothing. Such a request may be decided where it
/// arrives; whatever it records all the same is decided once more in its turn.
pub fn is_light(request: &Request) -> bool {
    match request {
        Request::OpenHome { .. } => true,
        Request::Slash { text } => slash::is_light(text),
        Request::Act { .. }
        | Request::Edit { .. }
        | Request::Delete { .. }
        | Request::Submit { .. }
        | Request::Wordless { .. }
        | Request::Typed { .. } => false,
    }
}

/// Decides what a person's action means.
pub fn decide(
    program: &Program,
    state: &State,
    seen: &Observations,
    incoming: &Incoming,
    now: Timestamp,
) -> Decided {
    decided(Scene { program, state, seen, now, library: questions::Library::Here }, incoming)
}

/// Decides what a person's action means; `found` is what was looked up for it in the FAQ.
pub fn decide_with(
    program: &Program,
    state: &State,
    seen: &Observations,
    incoming: &Incoming,
    now: Timestamp,
    found: Option<&Found>,
) -> Decided {
    let library = found.map_or(questions::Library::Here, questions::Library::Before);
    decided(Scene { program, state, seen, now, library }, incoming)
}

fn decided(scene: Scene<'_>, incoming: &Incoming) -> Decided {
    let state = scene.state;
    if state.knows(&incoming.cause) {
        return (Vec::new(), Reply::Nothing);
    }
    if let Request::OpenHome { page } = &incoming.request {
        return (Vec::new(), Reply::Home(page.clone()));
    }
    let Some(actor) = scene.actor(&incoming.actor) else {
        let left_alone = respect::of_unnamed(scene, &incoming.actor, &incoming.request);
        return left_alone.unwrap_or_else(|| refuse(scene.stranger(&incoming.actor, &incoming.request)));
    };
    match &incoming.request {
        Request::Act { post, action } => answer::act(scene, actor, *post, action),
        Request::Submit { modal, values } => modals::submit(scene, actor, modal, values),
        // Found again long after by a sweep, when its cause is no longer remembered.
        Request::Typed { channel, ts, .. } if state.typed_at(channel, ts).is_some() => {
            (Vec::new(), Reply::Nothing)
        }
        Request::Typed { channel, ts, thread, text } => {
            typed::typed(scene, actor, channel, ts, thread.as_ref(), &scene.readable(text))
        }
        Request::Wordless { channel, thread, what } => {
            let thread = thread.as_ref().map(|thread| (channel, thread));
            refuse(typed::wordless(scene, actor, thread, *what))
        }
        Request::Slash { text } => slash::slash(scene, actor, text),
        Request::OpenHome { page } => (Vec::new(), Reply::Home(page.clone())),
        Request::Edit { channel, ts, thread, text } => {
            questions::edit(scene, actor, (channel, ts), thread.as_ref(), &scene.readable(text))
        }
        Request::Delete { channel, ts } => questions::delete(scene, actor, channel, ts),
    }
}

/// Nothing is recorded, and this is said.
fn refuse(sentence: impl Into<String>) -> Decided {
    (Vec::new(), Reply::say(sentence))
}

impl<'a> Scene<'a> {
    fn actor(self, slack: &SlackUserId) -> Option<&'a Person> {
        self.program.human(self.state, slack)
    }

    fn stranger(self, account: &SlackUserId, request: &Request) -> String {
        if marks::is_marked(self.state, self.seen, account) {
            return "You asked to be forgotten, so I didn't record this, and I send you no messages. All I keep is a mark that tells me not to, counts, and older records of your id."
                .to_owned();
        }
        if self.seen.starting {
            let starting = "I'm just starting and haven't yet read who is in this workspace";
            return match request {
                Request::OpenHome { .. } => {
                    format!("{starting}. This page fills by itself in a moment.")
                }
                Request::Slash { .. } => format!("{starting}. Please try again in a minute."),
                Request::Act { .. } | Request::Submit { .. } => {
                    format!("{starting}, so nothing was recorded. Please try again in a minute.")
                }
                Request::Typed { .. }
                | Request::Wordless { .. }
                | Request::Edit { .. }
                | Request::Delete { .. } => {
                    format!("{starting}, so I couldn't record that. Please send it again in a minute.")
                }
            };
        }
        let ask = match self.program.people.values().find(|person| self.program.is_advocate(&person.id)) {
            Some(advocate) => format!("Please ask {} to add you.", advocate.name),
            None => "Please ask whoever runs Canvass to add you.".to_owned(),
        };
        match request {
            Request::Slash { .. } => format!("I don't know you yet, so I can't show you anything. {ask}"),
            Request::OpenHome { .. } => format!("I don't know you yet, so there is nothing here. {ask}"),
            Request::Act { .. }
            | Request::Submit { .. }
            | Request::Typed { .. }
            | Request::Wordless { .. }
            | Request::Edit { .. }
            | Request::Delete { .. } => {
                format!("I don't know you yet, so I can't record that. {ask}")
            }
        }
    }

    /// What somebody typed, with names for what stands in it for people, channels and links.
    fn readable(self, text: &str) -> String {
        let name = |slack: &SlackUserId| self.actor(slack).map(|person| person.name.clone());
        readable(text, name)
    }

    /// Whom the leading `words` name, and how many words that took, of those about whom something may be
    /// recorded: nothing is about somebody who asked to be forgotten.
    fn person_called(self, words: &[&str]) -> Result<(&'a Person, usize), String> {
        let (person, taken) = names::person(self.program, self.state, words)?;
        if marks::is_forgotten(self.state, self.seen, person) {
            return Err(format!(
                "{} asked to be forgotten: nothing is sent to them or recorded about them. Take them out of people.toml.",
                person.name
            ));
        }
        Ok((person, taken))
    }

    fn person(self, id: &PersonId) -> Option<&'a Person> {
        self.program.people.get(id)
    }

    /// Whether what was typed at this place was a *stop*: that puts no words on record, so it is known by its cause alone.
    fn was_stop(self, channel: &SlackChannelId, ts: &MessageTs) -> bool {
        self.state.typed_at(channel, ts).is_none()
            && self.state.knows(&Cause::Message(channel.clone(), ts.clone()))
    }

    /// What people call somebody; the id if they have left the configuration.
    fn name(self, id: &PersonId) -> String {
        let unnamed = || called_forgotten(id).map_or_else(|| id.to_string(), str::to_owned);
        self.person(id).map_or_else(unnamed, |person| person.name.clone())
    }

    /// "Priya", "Priya and Jo": who hears about an initiative.
    fn advocates(self, initiative: &Initiative) -> String {
        let names: Vec<&str> = initiative
            .advocates
            .iter()
            .filter_map(|id| self.person(id))
            .map(|person| person.given_name.as_str())
            .collect();
        listed(&names, "and")
    }

    /// "Only Priya sees", "Only Priya and the admins see": who may see the answers on `initiative` (rule R7).
    fn only_they_see(self, initiative: &Initiative) -> String {
        let mut seers: Vec<&str> = initiative
            .advocates
            .iter()
            .filter_map(|id| self.person(id))
            .map(|person| person.given_name.as_str())
            .collect();
        if self.program.admins.iter().any(|admin| !initiative.advocates.contains(admin)) {
            seers.push("the admins");
        }
        let verb = if seers.len() == 1 { "sees" } else { "see" };
        format!("Only {} {verb}", listed(&seers, "and"))
    }

    /// Why a message doesn't go, for `actor`.
    fn why(self, actor: &Person, skip: &crate::plan::Skip) -> String {
        skip.told(self.program, Some(&actor.id))
    }

    /// A post to the actor. What somebody else's post is about is no business of theirs, whatever names it.
    fn post_to(self, actor: &Person, post: Option<PostId>) -> Option<&'a PostState> {
        self.state.post(post?).filter(|post| *post.key.to() == actor.id)
    }

    /// The delivery a button was on, if the person may still act on it; otherwise what to tell them.
    fn delivery(self, actor: &Person, post: PostId) -> Result<Delivery<'a>, String> {
        let gone =
            || "I no longer have this message on record. Reply here, and a human will read it.".to_owned();
        let post = self.state.post(post).ok_or_else(gone)?;
        let key = post.key.delivery().ok_or_else(gone)?;
        if key.person != actor.id {
            return Err("This message was written to somebody else, so only they can answer it.".to_owned());
        }
        let initiative = self
            .program
            .initiative(&key.initiative)
            .filter(|initiative| !initiative.withdrawn)
            .ok_or_else(|| {
                "This initiative was withdrawn, so there is nothing left to answer. Thank you all the same."
                    .to_owned()
            })?;
        let window = self.program.window(key.quarter).ok_or_else(gone)?;
        Ok(Delivery { key, post, initiative, window })
    }
}

/// A delivery that its recipient acts on.
#[derive(Debug, Clone)]
struct Delivery<'a> {
    key: &'a DeliveryKey,
    post: &'a PostState,
    initiative: &'a Initiative,
    window: PlanningWindow,
}

impl Delivery<'_> {
    /// Refuses once the plans are frozen, or the message was taken back.
    fn before_freeze(&self, scene: Scene<'_>) -> Result<(), String> {
        let campaign = scene.state.campaign(&self.initiative.id, self.key.quarter);
        if campaign.is_some_and(|campaign| campaign.recalled.is_some()) {
            return Err(format!(
                "{} took this message back, so there is nothing to answer, and nothing was recorded.",
                scene.advocates(self.initiative)
            ));
        }
        if scene.now < self.window.freezes {
            return Ok(());
        }
        Err(format!(
            "Plans for {} froze on {}, so answers can't be changed any more. Reply here, and {} will read it.",
            self.key.quarter.short(),
            self.window.freezes_on.strftime("%A %-d %B"),
            scene.advocates(self.initiative),
        ))
    }
}

/// The initiative that `name` names: an id, a former id, or part of the title.
///
/// # Errors
/// A sentence that names what there is.
pub fn initiative_named<'a>(among: &[&'a Initiative], name: &str) -> Result<&'a Initiative, String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    names::Choice::of(among.to_vec()).whole(&words)
}

/// "a", "a and b", "a, b and c".
fn listed(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests;
