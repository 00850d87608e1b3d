//! An account of Slack is the human; an id of the configuration is only a label for it.
//!
//! Invariant: the record of an account holds for as long as the configuration means it. From the moment on
//! at which another Slack id or another e-mail address is written, the account before neither acts nor reads
//! nor is written to as that person, whether or not their new one has been found.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::directory::{Address, Person};
use super::ids::{PersonId, SlackUserId};
use super::program::Program;
use super::state::State;

/// By what somebody of the configuration was recognized in Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Proof {
    /// By the Slack id that the configuration gives.
    Id,
    /// By the e-mail address that it gives.
    Mail {
        /// Which address that was.
        mark: MailMark,
    },
}

impl Proof {
    /// What `address` is recognized by.
    pub fn by(address: &Address) -> Self {
        match address {
            Address::Slack(_) => Self::Id,
            Address::Email(mail) => Self::Mail { mark: MailMark::of(mail) },
        }
    }
}

/// Tells whether an e-mail address is the one of before without being one: records hold no addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailMark(String);

impl MailMark {
    /// Bytes of the digest that are kept; enough for every organization there is.
    const BYTES: usize = 8;

    /// The mark of an address, in whatever case it is written.
    pub fn of(mail: &str) -> Self {
        let digest = Sha256::digest(format!("canvass mail {}", mail.to_lowercase()));
        Self(digest.iter().take(Self::BYTES).map(|byte| format!("{byte:02x}")).collect())
    }

    /// What a record keeps of it.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for MailMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why somebody has another account than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The account before is in use and was never theirs: the configuration was wrong about it. What it did
    /// stays its own, and the person starts afresh.
    Corrected,
    /// The account before was switched off or is gone. Its promises hold for the new one at once; what it did
    /// is the person's once an advocate has said that they are the same human.
    Replaced,
}

/// The account that gives way to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The account before.
    pub slack: SlackUserId,
    /// Why.
    pub turn: Turn,
}

/// Why no account is believed to be somebody's, although one carries their e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disbelief {
    /// Two active accounts have the address, and nothing says which is theirs.
    Several,
    /// It belongs to another workspace.
    Outsider,
    /// It is an app's, a workflow's or Slack's own.
    Bot,
    /// It is a guest's, and the configuration doesn't let guests be found.
    Guest,
    /// The account that was taken for theirs is somebody else's, as the configuration says by now.
    Another,
    /// It is another than before, and they advocate, see everything or hold office hours: such rights move to
    /// another account by a Slack id only.
    Rights,
}

impl Disbelief {
    /// One plain sentence about it, for advocates.
    pub fn says(self) -> &'static str {
        match self {
            Self::Several => "Two Slack accounts have their e-mail address.",
            Self::Outsider => "The Slack account with their e-mail address belongs to another workspace.",
            Self::Bot => "The Slack account with their e-mail address is a bot's.",
            Self::Guest => "The Slack account with their e-mail address is a guest's.",
            Self::Another => "The Slack account that I had for them is somebody else's.",
            Self::Rights => {
                "They have another Slack account now, and their rights don't move by e-mail address."
            }
        }
    }
}

impl Person {
    /// The account that acts as this person and is written to: the one on record, as long as it is the one that
    /// the configuration means.
    pub fn account<'a>(&self, state: &'a State) -> Option<&'a SlackUserId> {
        let known = state.person(&self.id)?;
        let slack = known.slack.as_ref()?;
        let is_meant = match (&self.address, &known.proof) {
            (Address::Slack(id), _) => id == slack,
            // Older records don't say by what; the next reading of the workspace does.
            (Address::Email(_), None) => true,
            (Address::Email(_), Some(Proof::Id)) => false,
            (Address::Email(mail), Some(Proof::Mail { mark })) => *mark == MailMark::of(mail),
        };
        is_meant.then_some(slack)
    }

    /// Whether an account is on record that the configuration doesn't mean any more.
    pub fn is_in_question(&self, state: &State) -> bool {
        state.person(&self.id).is_some_and(|known| known.slack.is_some()) && self.account(state).is_none()
    }
}

impl Program {
    /// Who acts by this account.
    pub fn human<'a>(&'a self, state: &State, slack: &SlackUserId) -> Option<&'a Person> {
        let person = self.people.get(state.by_slack.get(slack)?)?;
        (person.account(state) == Some(slack)).then_some(person)
    }

    /// Whether `person` advocates anything, sees everything or holds office hours.
    pub fn has_rights(&self, person: &PersonId) -> bool {
        self.is_advocate(person) || self.hours.contains_key(person)
    }
}
