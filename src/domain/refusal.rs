//! What follows from a call that Slack refuses or that gets no answer of use: one table.
//!
//! Invariant: nothing else decides it. `slack` says of which [`Class`] an answer is, whoever makes a call says
//! which [`Call`] it is, and the consequence, who hears of it, when it is tried again and what health says are
//! read here. Every refusal has an end that somebody hears of.

use serde::{Deserialize, Serialize};

use super::effect::PostKey;
use super::ids::PersonId;
use super::program::Program;
use super::question::in_charge;

/// The version of this program, as records say which one Slack refused something from.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How an answer, or the lack of one, is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// This recipient, or this conversation, can't be reached; others can.
    Recipient,
    /// The app was removed or its token revoked: no call goes through until somebody installs it again.
    Revoked,
    /// The token isn't taken, from here or now: no call goes through until somebody fixes that.
    Token,
    /// This kind of call isn't allowed: a scope or a setting of the app is missing.
    Setting,
    /// Something between here and Slack answered instead, such as a proxy; Slack got nothing.
    Gateway,
    /// This message or view won't be taken; others will.
    Content,
    /// Certainly not applied; the same call may be made again later.
    NotApplied,
    /// It may or may not have been applied.
    InDoubt,
    /// Slack refused for a reason that isn't known here. It may have been applied.
    Unknown,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// A new message.
    Post,
    /// A new message that comes with a file: opening the conversation, uploading and showing it.
    File,
    /// Looking up whether a message arrived, and opening the conversation for that.
    LookUp,
    /// Bringing a sent message up to date.
    Update,
    /// An answer that somebody waits for at this moment: a dialog, a message that only they see.
    Reply,
    /// Publishing App Home.
    Home,
    /// Reading the people of the workspace.
    People,
    /// Reading do-not-disturb.
    Quiet,
    /// Opening a Socket Mode connection, with a token of its own.
    Connect,
}

/// The consequence of a call's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Does {
    /// Nothing more is posted to anybody.
    Pauses,
    /// Once the same call was refused [`CERTAIN`] times in a row; before that it is made again.
    PausesIfItLasts,
    /// This kind of call counts as refused; everything else continues.
    Suspends,
    /// The recipient counts as unreachable.
    Unreachable,
    /// The message counts as refused; its recipient is left out.
    Refuses,
    /// The sent message stays as it is.
    LeavesIt,
    /// Whether the message arrived can't be known.
    Unknowable,
    /// It is looked up where it would be, before anything else happens to it.
    LooksUp,
    /// The same, and once it was refused [`MOST_TRIES`] times it counts as refused.
    LooksUpThenRefuses,
    /// The same call is made again.
    Repeats,
    /// The same, and after [`MOST_TRIES`] times the message stays as it is.
    RepeatsThenLeavesIt,
    /// It is dropped: the moment for it is over.
    Drops,
}

/// Who hears of it. Everything is in the log besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Told {
    /// Nobody: it passes by itself, or there is nothing that anybody could do.
    Nobody,
    /// The advocates whom it concerns, once.
    Advocates,
    /// Every advocate and admin, once; after the fact if nothing can be posted before.
    InCharge,
}

/// When it is tried again without anybody's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Again {
    /// After the wait that Slack asks for, or longer each time.
    Later,
    /// Once a call that costs nothing gets through; one is made every few minutes.
    Probe,
    /// Once something is heard of the recipient.
    Heard,
    /// Once another version of the program runs, as long as the message is worth sending.
    Version,
    /// When the next one of its kind is due.
    Next,
    /// Once a human says so.
    Human,
    /// Never.
    Never,
}

/// What `/readyz` says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// Nothing.
    Well,
    /// Posting is paused ([`State::paused`](super::state::State::paused)).
    Paused,
    /// Something is refused ([`State::calls_refused`](super::state::State::calls_refused)).
    Impaired,
    /// Messages are refused ([`State::refused_content`](super::state::State::refused_content)).
    Refused,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// What happens.
    pub does: Does,
    /// Who hears of it.
    pub told: Told,
    /// When it is tried again.
    pub again: Again,
    /// What health says.
    pub health: Health,
}

/// How many times in a row something other than Slack has to answer until posting is paused.
pub const CERTAIN: u32 = 3;

/// How often a call is made that Slack refuses for a reason that isn't known here.
pub const MOST_TRIES: u32 = 5;

impl Class {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Recipient,
        Self::Revoked,
        Self::Token,
        Self::Setting,
        Self::Gateway,
        Self::Content,
        Self::NotApplied,
        Self::InDoubt,
        Self::Unknown,
    ];

    /// What follows if `call` fails so.
    pub fn of(self, call: Call) -> Consequence {
        // The app-level token is another one, and without connections nothing else stops.
        if call == Call::Connect {
            return row(Does::Repeats, Told::Nobody, Again::Later, Health::Well);
        }
        let dropped = row(Does::Drops, Told::Nobody, Again::Next, Health::Well);
        let repeated = row(Does::Repeats, Told::Nobody, Again::Later, Health::Well);
        let suspended = row(Does::Suspends, Told::InCharge, Again::Later, Health::Impaired);
        let refused = row(Does::Refuses, Told::Advocates, Again::Version, Health::Refused);
        let left = row(Does::LeavesIt, Told::Nobody, Again::Next, Health::Well);
        match self {
            Self::Revoked => row(Does::Pauses, Told::InCharge, Again::Human, Health::Paused),
            Self::Token => row(Does::Pauses, Told::InCharge, Again::Probe, Health::Paused),
            Self::Recipient => match call {
                Call::Post | Call::File => {
                    row(Does::Unreachable, Told::Advocates, Again::Heard, Health::Well)
                }
                Call::LookUp => row(Does::Unknowable, Told::Advocates, Again::Never, Health::Well),
                Call::Update => left,
                Call::Reply | Call::Home => dropped,
                Call::People | Call::Quiet | Call::Connect => suspended,
            },
            Self::Setting => match call {
                Call::Post => row(Does::Pauses, Told::InCharge, Again::Probe, Health::Paused),
                Call::File | Call::LookUp | Call::Update | Call::Home | Call::People | Call::Quiet => {
                    suspended
                }
                Call::Reply => dropped,
                Call::Connect => repeated,
            },
            Self::Gateway => match call {
                Call::Post | Call::File => {
                    row(Does::PausesIfItLasts, Told::InCharge, Again::Probe, Health::Paused)
                }
                Call::LookUp | Call::Update | Call::Home | Call::People | Call::Quiet | Call::Connect => {
                    repeated
                }
                Call::Reply => dropped,
            },
            Self::Content => match call {
                Call::Post | Call::File => refused,
                Call::LookUp | Call::People | Call::Quiet => suspended,
                Call::Update => left,
                Call::Reply | Call::Home => dropped,
                Call::Connect => repeated,
            },
            Self::NotApplied => match call {
                Call::Reply => dropped,
                Call::Post
                | Call::File
                | Call::LookUp
                | Call::Update
                | Call::Home
                | Call::People
                | Call::Quiet
                | Call::Connect => repeated,
            },
            Self::InDoubt => match call {
                Call::Post | Call::File => row(Does::LooksUp, Told::Nobody, Again::Later, Health::Well),
                Call::Reply => dropped,
                Call::LookUp | Call::Update | Call::Home | Call::People | Call::Quiet | Call::Connect => {
                    repeated
                }
            },
            Self::Unknown => match call {
                Call::Post | Call::File => Consequence { does: Does::LooksUpThenRefuses, ..refused },
                Call::LookUp | Call::Home | Call::People | Call::Quiet => suspended,
                Call::Update => Consequence { does: Does::RepeatsThenLeavesIt, ..left },
                Call::Reply => dropped,
                Call::Connect => repeated,
            },
        }
    }
}

impl Call {
    /// Everything that calls are for.
    pub const ALL: [Self; 9] = [
        Self::Post,
        Self::File,
        Self::LookUp,
        Self::Update,
        Self::Reply,
        Self::Home,
        Self::People,
        Self::Quiet,
        Self::Connect,
    ];

    /// What calls of this kind are called, in the plural.
    pub fn word(self) -> &'static str {
        match self {
            Self::Post => "messages",
            Self::File => "files",
            Self::LookUp => "look-ups",
            Self::Update => "updates",
            Self::Reply => "dialogs",
            Self::Home => "App Home",
            Self::People => "the list of people",
            Self::Quiet => "do-not-disturb",
            Self::Connect => "connections",
        }
    }
}

fn row(does: Does, told: Told, again: Again, health: Health) -> Consequence {
    Consequence { does, told, again, health }
}

/// The codes of [`Class::Revoked`], Slack's and ours: no probe lifts a pause for one of them, since a human took
/// the app away.
pub const REVOCATIONS: [&str; 4] = ["token_revoked", "account_inactive", "app_uninstalled", "tokens_revoked"];

/// Whom it concerns that the message of `key` was refused: the advocates of what it argues, or else of its recipient.
pub fn told(program: &Program, key: &PostKey) -> Vec<PersonId> {
    let about = key.delivery().map(|delivery| &delivery.initiative);
    let advocates = in_charge(program, about, key.to());
    if advocates.is_empty() { program.admins.iter().cloned().collect() } else { advocates }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_an_end_that_somebody_hears_of() {
        for (class, call) in Class::ALL.into_iter().flat_map(|class| Call::ALL.map(|call| (class, call))) {
            let row = class.of(call);
            let what = format!("{class:?} x {call:?}: {row:?}");
            // What passes is nobody's business; whatever takes something from somebody is told.
            let takes = match row.does {
                Does::Pauses
                | Does::PausesIfItLasts
                | Does::Suspends
                | Does::Unreachable
                | Does::Refuses
                | Does::Unknowable
                | Does::LooksUpThenRefuses => true,
                Does::LeavesIt | Does::LooksUp | Does::Repeats | Does::RepeatsThenLeavesIt | Does::Drops => {
                    false
                }
            };
            assert_eq!(takes, row.told != Told::Nobody, "{what}");
            assert_eq!(
                row.health == Health::Paused,
                matches!(row.does, Does::Pauses | Does::PausesIfItLasts)
            );
            assert_eq!(row.again == Again::Human, class == Class::Revoked && call != Call::Connect, "{what}");
            // A probe lifts pauses and nothing else.
            assert!(row.again != Again::Probe || row.health == Health::Paused, "{what}");
            if row.again == Again::Never {
                assert_eq!(row.does, Does::Unknowable, "only what may have arrived is never tried again");
            }
        }
    }
}
