//! What happened: the records of the journal.
//!
//! Invariant: a record is self-contained. A later change of the configuration never changes what it
//! means, so it names people, teams, quarters and asks itself. Events are only ever added to; a changed
//! shape gets a new version and an upcaster in `journal`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::Quarter;
use super::effect::{PostId, PostKey};
use super::engagement::{Audience, Stance};
use super::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};
use super::personal::Personal;
use super::program::ConfigDigest;

/// What from outside led to a record; a second delivery of the same cause changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// An event of the Events API, by its `event_id`.
    Event(String),
    /// A message typed by a person, by conversation and timestamp: the sweep after an outage finds it so.
    Message(SlackChannelId, MessageTs),
    /// A click, by user and `action_ts`.
    Click(SlackUserId, String),
    /// A submitted modal, by view id.
    Submission(String),
    /// A slash command, by `trigger_id`.
    Slash(String),
}

/// Why a stance is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The person clicked.
    Clicked,
    /// An advocate recorded it.
    Recorded {
        /// The advocate.
        by: PersonId,
    },
}

/// What kind of thing a person said or asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Typed to the bot: a question until it is known to be something else.
    Question,
    /// *Let's talk*.
    Talk,
    /// *I have a concern*, with its text.
    Concern,
    /// *Something's wrong* on a heads-up, with what.
    Correction,
    /// *Someone else decides, or is missing*.
    Referral,
}

/// Why posting stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum PauseReason {
    /// An advocate said so.
    Asked {
        /// Who.
        by: PersonId,
    },
    /// Started on an empty or restored journal while touches were past due.
    Unproven,
    /// Slack refuses everything: token, scope, message tab.
    Configuration {
        /// Slack's error code.
        code: String,
    },
}

/// Whose fault a final refusal was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedFor {
    /// This recipient can't be reached at all.
    Recipient,
    /// The message itself; others may still go through.
    Content,
}

/// Ids that changed, old to new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renames {
    /// Of initiatives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub initiatives: BTreeMap<InitiativeId, InitiativeId>,
    /// Of people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<PersonId, PersonId>,
    /// Of teams.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub teams: BTreeMap<TeamId, TeamId>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A configuration took effect.
    ConfigAdopted {
        /// Which.
        digest: ConfigDigest,
        /// The initiatives in it; the first time one is named is when it was adopted.
        initiatives: Vec<InitiativeId>,
        /// Ids that changed since the one before.
        #[serde(default)]
        renamed: Renames,
    },
    /// A person was found in Slack.
    PersonLinked {
        /// Who.
        person: PersonId,
        /// As Slack knows them.
        slack: SlackUserId,
    },

    /// A post is about to be sent; from here on it is in doubt until an outcome is recorded.
    PostIntended {
        /// What it is for.
        key: PostKey,
        /// Which try, from 1.
        attempt: u32,
        /// When the call is given up, calendar time.
        deadline: Timestamp,
        /// For a campaign message: the teams whose ask it names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        teams: Vec<TeamId>,
        /// For a campaign message: the role it is argued for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Audience>,
    },
    /// It is there.
    PostSent {
        /// Which.
        post: PostId,
        /// Which try.
        attempt: u32,
        /// The direct message it is in.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
    },
    /// It was refused for good.
    PostRefused {
        /// Which.
        post: PostId,
        /// Which try.
        attempt: u32,
        /// Whose fault.
        because: RefusedFor,
        /// Slack's error code.
        code: String,
    },
    /// It was certainly not applied; the next attempt may follow.
    PostDeferred {
        /// Which.
        post: PostId,
        /// Which try.
        attempt: u32,
        /// Not before.
        until: Timestamp,
        /// Slack's error code, or ours.
        code: String,
    },
    /// It was in doubt, was looked for and isn't there; the next attempt may follow.
    PostAbsent {
        /// Which.
        post: PostId,
        /// Which try.
        attempt: u32,
    },
    /// It was in doubt and could not be looked up; it is never sent again.
    PostUnknown {
        /// Which.
        post: PostId,
        /// Which try.
        attempt: u32,
    },
    /// Its life passed before it could be sent.
    PostMissed {
        /// What it was for.
        key: PostKey,
    },
    /// The sent message shows everything up to this record.
    PostShown {
        /// Which.
        post: PostId,
        /// Up to where.
        through: Seq,
    },

    /// A person took a stance on the asks of these teams.
    StanceTaken {
        /// Who.
        person: PersonId,
        /// On which initiative.
        initiative: InitiativeId,
        /// On the asks of which teams.
        teams: Vec<TeamId>,
        /// For which planning.
        quarter: Quarter,
        /// Where they stand.
        stance: Stance,
        /// How it is known.
        how: How,
    },
    /// A person said why.
    ReasonGiven {
        /// Who.
        person: PersonId,
        /// On which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// In their words.
        reason: Personal,
        /// They want to hear what became of it.
        #[serde(default)]
        follow_up: bool,
    },
    /// A person found a heads-up right; no stance.
    HeadsUpConfirmed {
        /// Who.
        person: PersonId,
        /// On which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
    },
    /// An advocate dealt with a concern; messages may go on.
    ConcernReleased {
        /// Whose.
        person: PersonId,
        /// On which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The advocate.
        by: PersonId,
    },
    /// A person said or asked for something that an advocate has to hear.
    MessageReceived {
        /// Who.
        person: PersonId,
        /// About which initiative, as far as it is clear.
        initiative: Option<InitiativeId>,
        /// What kind of thing.
        said: Said,
        /// In their words, if they wrote any.
        text: Option<Personal>,
        /// Where they wrote it, if they typed it.
        place: Option<(SlackChannelId, MessageTs)>,
    },
    /// An advocate recorded a conversation that took place elsewhere.
    ConversationRecorded {
        /// With whom.
        person: PersonId,
        /// About what.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The advocate.
        by: PersonId,
        /// What was said.
        note: Option<Personal>,
    },
    /// An advocate noted something for themselves and the other advocates.
    NoteTaken {
        /// The advocate.
        by: PersonId,
        /// About whom, if about somebody.
        about: Option<PersonId>,
        /// About which initiative, if about one.
        initiative: Option<InitiativeId>,
        /// What.
        text: Personal,
    },
    /// A team's item is in its plan, by the advocate's record: nobody on that team is asked again.
    ItemPlanned {
        /// Which initiative.
        initiative: InitiativeId,
        /// Whose plan.
        team: TeamId,
        /// For which planning.
        quarter: Quarter,
        /// The advocate.
        by: PersonId,
        /// The item's address, if known.
        link: Option<String>,
    },
    /// A person wants no more messages, for good.
    Stopped {
        /// Who.
        person: PersonId,
        /// About one initiative, or about all.
        initiative: Option<InitiativeId>,
    },
    /// They changed their mind.
    StopUndone {
        /// Who.
        person: PersonId,
        /// About one initiative, or about all.
        initiative: Option<InitiativeId>,
    },
    /// A person wants no campaign messages until then.
    Snoozed {
        /// Who.
        person: PersonId,
        /// Until when.
        until: Timestamp,
    },

    /// Nothing more is posted.
    PostingPaused {
        /// Why.
        reason: PauseReason,
    },
    /// Posting goes on.
    PostingResumed {
        /// Who said so.
        by: PersonId,
    },
}

impl Event {
    /// The free text in it, for sealing and opening.
    pub fn personal_mut(&mut self) -> Option<&mut Personal> {
        match self {
            Self::ReasonGiven { reason: text, .. } | Self::NoteTaken { text, .. } => Some(text),
            Self::MessageReceived { text, .. } | Self::ConversationRecorded { note: text, .. } => {
                text.as_mut()
            }
            Self::ConfigAdopted { .. }
            | Self::PersonLinked { .. }
            | Self::PostIntended { .. }
            | Self::PostSent { .. }
            | Self::PostRefused { .. }
            | Self::PostDeferred { .. }
            | Self::PostAbsent { .. }
            | Self::PostUnknown { .. }
            | Self::PostMissed { .. }
            | Self::PostShown { .. }
            | Self::StanceTaken { .. }
            | Self::HeadsUpConfirmed { .. }
            | Self::ConcernReleased { .. }
            | Self::ItemPlanned { .. }
            | Self::Stopped { .. }
            | Self::StopUndone { .. }
            | Self::Snoozed { .. }
            | Self::PostingPaused { .. }
            | Self::PostingResumed { .. } => None,
        }
    }
}

/// An event in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place in the journal.
    pub seq: Seq,
    /// When it was decided, calendar time.
    pub at: Timestamp,
    /// What from outside led to it.
    pub cause: Option<Cause>,
    /// What happened.
    pub event: Event,
}
