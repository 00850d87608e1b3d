//! What happened: the records of the journal.
//!
//! Invariant: a record is self-contained. A later change of the configuration never changes what it
//! means, so it names people, teams, quarters and asks itself. Events are only ever added to; a changed
//! shape gets a new version and an upcaster in `journal`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::account::{Disbelief, Former, Proof};
use super::booking::{By, Provider, Subject, Via};
use super::calendar::Quarter;
use super::effect::{DeliveryKey, Epoch, PostId, PostKey};
use super::engagement::{Audience, Stance};
use super::host_calendar::{Place, Trouble};
use super::ids::{FaqId, InitiativeId, MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};
use super::marks::{Mark, SealedKey};
use super::personal::Personal;
use super::program::ConfigDigest;
use super::refusal::{Call, REVOCATIONS};

pub use super::renames::Renames;
pub use super::stage::Stage;

/// What from outside led to a record; a second delivery of the same cause changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// An event of the Events API, by its `event_id`.
    Event(String),
    /// A message typed by a person, by conversation and timestamp: the sweep after an outage finds it so.
    Message(SlackChannelId, MessageTs),
    /// A change of such a message, by that and when it was changed: the sweep finds it so as well.
    Edit(SlackChannelId, MessageTs, MessageTs),
    /// A click, by user and `action_ts`.
    Click(SlackUserId, String),
    /// A submitted modal, by view id.
    Submission(String),
    /// A slash command, by `trigger_id`.
    Slash(String),
    /// What an outside booking page told: the page, the booking, what became of it, and when.
    Webhook(String),
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
    /// A question, typed to the bot, asked in a modal or by command.
    Question,
    /// Typed to the bot and no question ("thanks", "ok"): it is passed on, and no answer is promised.
    Remark,
    /// Typed to the bot and neither a question nor news ("thanks", "good morning"): nothing comes of it.
    Courtesy,
    /// *Let's talk*.
    Talk,
    /// *I have a concern*, with its text.
    Concern,
    /// *Something's wrong* on a heads-up, with what.
    Correction,
    /// *Someone else decides, or is missing*.
    Referral,
}

/// Whom a stakeholder named, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// As Slack knows them; none if they were only described in words.
    pub whom: Option<SlackUserId>,
    /// They decide instead; otherwise they are missing.
    pub decides: bool,
}

/// What an advocate decided about one planned message before it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may go.
    Approved,
    /// It may go, and at the next moment at which the person may be written to, before its time.
    Now,
    /// It doesn't go until that is changed.
    Held,
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
    /// Started on an empty data folder, which may be the first start or a folder that is missing. Nothing is
    /// posted but the question which of the two it is.
    FirstStart {
        /// The advocate who said that it isn't the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        denied_by: Option<PersonId>,
    },
    /// Slack refuses everything: token, scope, message tab.
    Configuration {
        /// Slack's error code.
        code: String,
    },
    /// The app had been taken out of Slack, or its token revoked, and Slack takes calls again: what
    /// [`Event::PauseLifted`] makes of that pause. A human has to say that the campaign goes on.
    Returned {
        /// Slack's error code, before that.
        code: String,
    },
}

impl PauseReason {
    /// Whether nothing at all is posted, answers included: Slack takes nothing.
    pub fn stops_everything(&self) -> bool {
        match self {
            Self::Configuration { .. } => true,
            Self::Asked { .. } | Self::Unproven | Self::FirstStart { .. } | Self::Returned { .. } => false,
        }
    }

    /// Whether a call that gets through ends it. A human's word doesn't end so, nor that the app was removed.
    pub fn ends_by_itself(&self) -> bool {
        match self {
            Self::Configuration { code } => !REVOCATIONS.contains(&code.as_str()),
            Self::Asked { .. } | Self::Unproven | Self::FirstStart { .. } | Self::Returned { .. } => false,
        }
    }
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
        /// For which quarter's planning each initiative is wanted, so that what somebody says before the first
        /// message counts for that quarter. Missing in records of before.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        quarters: BTreeMap<InitiativeId, Quarter>,
    },
    /// A person was found in Slack.
    PersonLinked {
        /// Who.
        person: PersonId,
        /// As Slack knows them.
        slack: SlackUserId,
        /// By what they were recognized; older records don't say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
        /// The account that they had before, if they had another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Former>,
    },
    /// An account carries a person's e-mail address and is not believed to be theirs.
    AccountRefused {
        /// Whose.
        person: PersonId,
        /// Why not.
        because: Disbelief,
        /// The account that was theirs on record, and is no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lost: Option<SlackUserId>,
    },
    /// An advocate said whether the person behind a replaced account is the same human.
    AccountConfirmed {
        /// Who.
        person: PersonId,
        /// The advocate.
        by: PersonId,
        /// Whether they are.
        same: bool,
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
        /// For a review: the messages that it lists. Missing in records of before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lists: Vec<DeliveryKey>,
        /// The id that it has in Slack, if it was found there under that of before a rename.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found_as: Option<PostId>,
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
        /// Whose that is, if it was found again in the direct message with an account that its recipient had before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former: Option<SlackUserId>,
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
        /// For what was refused for its content: the version of the program that wrote it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
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
        /// Nobody knows why it was refused: so many of these in a row, and it counts as refused for good.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        strange: bool,
    },
    /// It was in doubt and isn't there, or nobody can tell; the next attempt may follow.
    PostAbsent {
        /// Which.
        post: PostId,
        /// Which try.
        attempt: u32,
        /// It was refused, and nobody knows why.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        strange: bool,
        /// It could not be looked up: what follows may be a second copy.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        blind: bool,
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
        /// The message it replies to, if it is in a thread; the answer goes there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<MessageTs>,
        /// For a referral: whom they named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<Referral>,
    },
    /// A person changed what they had typed.
    MessageEdited {
        /// Who.
        person: PersonId,
        /// The record of what they typed: a question or an advocate's answer.
        of: Seq,
        /// What it says now.
        text: Personal,
    },
    /// A person took back what they had typed.
    MessageDeleted {
        /// Who.
        person: PersonId,
        /// The record of what they typed: a question or an advocate's answer.
        of: Seq,
    },
    /// The asker said which initiative a question is about.
    QuestionPlaced {
        /// The record of the question.
        question: Seq,
        /// The initiative; none if it is about something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initiative: Option<InitiativeId>,
    },
    /// The FAQ answered a question.
    QuestionMatched {
        /// The record of the question.
        question: Seq,
        /// The entry.
        entry: FaqId,
        /// What the asker was told; the entry may change later.
        answer: Personal,
    },
    /// The asker said whether the FAQ's answer helped.
    AnswerRated {
        /// The record of the question.
        question: Seq,
        /// Whether it did.
        helped: bool,
    },
    /// An advocate answered a question; several answers may follow one another.
    QuestionAnswered {
        /// The record of the question.
        question: Seq,
        /// The advocate.
        by: PersonId,
        /// In their words.
        answer: Personal,
        /// Where they typed it, if they did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<(SlackChannelId, MessageTs)>,
    },
    /// An advocate keeps an answer as a new FAQ entry.
    AnswerKept {
        /// The record of the question, whose words the entry is found by.
        question: Seq,
        /// The entry.
        entry: FaqId,
        /// About which initiative.
        initiative: InitiativeId,
        /// The advocate.
        by: PersonId,
        /// What it will answer, to anybody who asks the like.
        answer: Personal,
    },
    /// An advocate drops an entry that was kept.
    AnswerDropped {
        /// The entry.
        entry: FaqId,
        /// About which initiative.
        initiative: InitiativeId,
        /// The advocate.
        by: PersonId,
    },
    /// An advocate approaches somebody whom a stakeholder named.
    Approached {
        /// The record of the referral.
        referral: Seq,
        /// The advocate.
        by: PersonId,
        /// Who is approached.
        person: PersonId,
        /// As Slack knows them.
        slack: SlackUserId,
        /// What they are called, if the configuration doesn't name them.
        name: Option<Personal>,
        /// On which initiative.
        initiative: InitiativeId,
        /// The role it is argued for.
        audience: Audience,
        /// The teams whose ask is argued to them.
        teams: Vec<TeamId>,
        /// They answer for these teams.
        decides: bool,
    },
    /// An advocate lets a referral be.
    ReferralDismissed {
        /// The record of the referral.
        referral: Seq,
        /// The advocate.
        by: PersonId,
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
    /// An advocate entered when a person is away; again without dates if they are not.
    LeaveEntered {
        /// Who.
        person: PersonId,
        /// The first and the last day, in their zone.
        days: Option<(Date, Date)>,
        /// The advocate.
        by: PersonId,
    },

    /// A slot of somebody's office hours was booked.
    SlotBooked {
        /// Who comes.
        guest: PersonId,
        /// Who is there to talk.
        host: PersonId,
        /// When it starts.
        starts: Timestamp,
        /// How long it lasts.
        minutes: u32,
        /// The initiative it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// What it is about, in the guest's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<Personal>,
        /// Where it was booked.
        #[serde(default)]
        via: Via,
    },
    /// A booking was moved, or handed to another host.
    BookingMoved {
        /// The record that made it.
        booking: Seq,
        /// Who is there to talk from now on.
        host: PersonId,
        /// When it starts now.
        starts: Timestamp,
        /// How long it lasts now.
        minutes: u32,
        /// Who moved it.
        by: By,
        /// What the outside page calls it from now on, if it was moved there: each move gives it a new id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<Via>,
    },
    /// A booking was cancelled.
    BookingCancelled {
        /// The record that made it.
        booking: Seq,
        /// Who cancelled it.
        by: By,
    },
    /// An outside page said that a booking is off of which nothing is on record: its other word is still to come.
    PageCancelled {
        /// The page.
        provider: Provider,
        /// What it calls the booking.
        id: String,
    },
    /// The host said how a booking went.
    BookingClosed {
        /// The record that made it.
        booking: Seq,
        /// The host.
        by: PersonId,
        /// Whether they met; otherwise the guest did not come.
        met: bool,
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Personal>,
    },
    /// The host's calendar shows a booking as it was agreed in this change.
    BookingEntered {
        /// The record that made it.
        booking: Seq,
        /// Whose calendar.
        host: PersonId,
        /// The change.
        through: Seq,
        /// Which of their calendars; unknown in records of before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    /// Something about a host's calendar that the host has to hear of.
    CalendarTroubled {
        /// Whose calendar.
        host: PersonId,
        /// What.
        trouble: Trouble,
    },
    /// A person waits for office hours to become free.
    WaitJoined {
        /// Who.
        person: PersonId,
        /// About what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// With whom; with any of the initiative's advocates, if it isn't said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<PersonId>,
    },
    /// A person waits no longer.
    WaitLeft {
        /// Who.
        person: PersonId,
        /// The record of the wait; for nothing at all any more in records of before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Seq>,
    },
    /// A host added office hours.
    HoursAdded {
        /// Who.
        host: PersonId,
        /// The day, in their zone.
        on: Date,
        /// From then.
        from: Time,
        /// Until then.
        until: Time,
    },

    /// A host's calendar keeps these windows free, and no others.
    HoursBlocked {
        /// Whose calendar.
        host: PersonId,
        /// The entries.
        uids: Vec<String>,
    },

    /// An advocate decided about a planned message.
    DeliveryJudged {
        /// Which.
        delivery: DeliveryKey,
        /// How.
        verdict: Verdict,
        /// The advocate.
        by: PersonId,
    },
    /// An advocate rewrote the prose of a planned message.
    DeliveryEdited {
        /// Which.
        delivery: DeliveryKey,
        /// The advocate.
        by: PersonId,
        /// The prose; none to go back to the template's.
        prose: Option<Personal>,
    },
    /// An advocate speaks to a person themselves, or gives them back to the bot.
    HandedOver {
        /// Whom they speak to.
        person: PersonId,
        /// About which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The advocate.
        by: PersonId,
        /// Whether they do, from now on.
        taken: bool,
    },
    /// A staged start moved on.
    StageSet {
        /// Of which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// How far.
        stage: Stage,
        /// The advocate.
        by: PersonId,
    },
    /// Something in messages already sent was wrong; every copy is brought up to date and says so.
    Corrected {
        /// About which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The advocate.
        by: PersonId,
        /// What was wrong and what is right, for everybody who got a copy.
        what: Personal,
    },
    /// The messages of an initiative were taken back: every copy says so, and nothing more is sent.
    Recalled {
        /// About which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The advocate.
        by: PersonId,
        /// Whether they are; false lets them stand again.
        recalled: bool,
    },
    /// Messages about an initiative stopped, or go on. What stops everything is [`Event::PostingPaused`].
    InitiativePaused {
        /// About which initiative.
        initiative: InitiativeId,
        /// The advocate.
        by: PersonId,
        /// Whether they stop.
        paused: bool,
    },
    /// A changed configuration has faults, so the one before stays in force.
    ConfigRefused {
        /// Which.
        digest: ConfigDigest,
        /// How many faults.
        faults: u32,
        /// Where the first ones are, as `file:line:column`, and what check they fail.
        places: Vec<String>,
    },

    /// The key of the do-not-contact marks, sealed under the root key; the latest one counts.
    MarkingKeySet {
        /// The key.
        key: SealedKey,
    },
    /// Somebody was forgotten: their keys are destroyed, and what is counted is kept under a pseudonym.
    PersonForgotten {
        /// What they were called.
        person: PersonId,
        /// What they were called before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        was: Vec<PersonId>,
        /// What is counted is counted under this.
        pseudonym: PersonId,
        /// Do-not-contact marks of their accounts and addresses.
        marks: Vec<Mark>,
        /// Fingerprints of the keys that were destroyed: copies that turn up later are destroyed as well.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keys: Vec<String>,
    },
    /// What people wrote before then can't be read any more, but for what was still open.
    WordsExpired {
        /// The beginning of a calendar quarter, in UTC.
        before: Timestamp,
        /// The questions that nobody could answer, since whoever asked had no entry in the configuration: they count as
        /// closed.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        unanswerable: BTreeSet<Seq>,
        /// Fingerprints of the keys that were destroyed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keys: Vec<String>,
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
    /// The journal was restored from an export, or put back from a copy: what the journal before went on to
    /// record and to send is not known.
    Restored {
        /// Of this restore alone: what names a later record has an id of its own by it.
        epoch: Epoch,
        /// The last record that was carried over.
        from: Seq,
    },
    /// The system's clock is off, so campaign messages wait. The time of this record is that clock's.
    ClockDoubted {
        /// How many seconds it is ahead of Slack's; behind if that is negative.
        ahead: i64,
    },
    /// The system's clock agrees with Slack's again.
    ClockBelieved {},
    /// Messages that counted as missed though their time is still to come are planned anew.
    Revived {
        /// Which.
        deliveries: Vec<DeliveryKey>,
        /// The advocate or admin.
        by: PersonId,
    },
    /// What posting was paused for by itself is over: a call got through. What a human had paused stays so.
    PauseLifted {
        /// The record of the pause.
        since: Seq,
    },
    /// Slack refuses this kind of call; everything else continues.
    CallsRefused {
        /// Which kind.
        calls: Call,
        /// Slack's error code.
        code: String,
    },
    /// Slack takes this kind of call again.
    CallsTaken {
        /// Which kind.
        calls: Call,
    },
    /// Another version of the program tries again what Slack refused for its content.
    ContentRetried {
        /// The version that tries.
        version: String,
    },
}

impl Event {
    /// The free text in it, for sealing and opening.
    pub fn personal_mut(&mut self) -> Option<&mut Personal> {
        match self {
            Self::ReasonGiven { reason: text, .. }
            | Self::NoteTaken { text, .. }
            | Self::MessageEdited { text, .. }
            | Self::QuestionMatched { answer: text, .. }
            | Self::QuestionAnswered { answer: text, .. }
            | Self::AnswerKept { answer: text, .. }
            | Self::Corrected { what: text, .. } => Some(text),
            Self::MessageReceived { text, .. }
            | Self::ConversationRecorded { note: text, .. }
            | Self::Approached { name: text, .. }
            | Self::DeliveryEdited { prose: text, .. }
            | Self::SlotBooked { topic: text, .. }
            | Self::BookingClosed { note: text, .. } => text.as_mut(),
            Self::ConfigAdopted { .. }
            | Self::PersonLinked { .. }
            | Self::AccountRefused { .. }
            | Self::AccountConfirmed { .. }
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
            | Self::MessageDeleted { .. }
            | Self::QuestionPlaced { .. }
            | Self::AnswerRated { .. }
            | Self::AnswerDropped { .. }
            | Self::ReferralDismissed { .. }
            | Self::ItemPlanned { .. }
            | Self::Stopped { .. }
            | Self::StopUndone { .. }
            | Self::Snoozed { .. }
            | Self::LeaveEntered { .. }
            | Self::BookingMoved { .. }
            | Self::BookingCancelled { .. }
            | Self::BookingEntered { .. }
            | Self::CalendarTroubled { .. }
            | Self::PageCancelled { .. }
            | Self::WaitJoined { .. }
            | Self::WaitLeft { .. }
            | Self::HoursAdded { .. }
            | Self::HoursBlocked { .. }
            | Self::DeliveryJudged { .. }
            | Self::HandedOver { .. }
            | Self::StageSet { .. }
            | Self::Recalled { .. }
            | Self::InitiativePaused { .. }
            | Self::ConfigRefused { .. }
            | Self::MarkingKeySet { .. }
            | Self::PersonForgotten { .. }
            | Self::WordsExpired { .. }
            | Self::PostingPaused { .. }
            | Self::PostingResumed { .. }
            | Self::Restored { .. }
            | Self::ClockDoubted { .. }
            | Self::ClockBelieved {}
            | Self::Revived { .. }
            | Self::PauseLifted { .. }
            | Self::CallsRefused { .. }
            | Self::CallsTaken { .. }
            | Self::ContentRetried { .. } => None,
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
