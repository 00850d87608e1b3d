//! The fold of the journal: everything known, in memory, stored nowhere else.
//!
//! Invariant: `State` is a function of the records alone. [`State::apply`] never fails, never looks at
//! the configuration or the clock, and ignores what a record before it has already settled, so that a
//! fact can't be recorded twice with effect. Uniqueness is decided here and nowhere else.

mod about;
mod account;
mod another;
mod booking;
mod campaign;
mod conversation;
mod fold;
mod forgetting;
mod heard;
mod host_calendar;
mod merging;
mod news;
mod posting;
mod refusals;
mod renaming;
mod subject;
mod words;

pub use about::{About, Engaged, Held};
pub use account::apart_id;
pub use booking::{AddedHours, BookingState, Change, Slot, Standing, WaitState};
pub use forgetting::{SealedOtherwise, called_forgotten, pseudonym};
pub use host_calendar::{CalendarTrouble, FailingCalendar, RefusedEntry};
pub use news::News;
pub use refusals::{CallsRefused, Interruption, RefusedContent};
pub use words::{Expired, quarter_of_words, words_kept_since};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::account::{Disbelief, Former, Proof};

use super::calendar::Quarter;
use super::effect::{DeliveryKey, Epoch, PostId, PostKey};
use super::engagement::{Audience, Stance, Touch};
use super::event::{Cause, How, PauseReason, Record, Referral, RefusedFor, Renames, Said, Stage, Verdict};
use super::ids::{FaqId, InitiativeId, MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};
use super::marks::{Mark, SealedKey};
use super::personal::Personal;
use super::program::ConfigDigest;
use super::refusal::Call;

/// How far a post has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The call may be under way or may have been lost: in doubt from `deadline` on.
    Intended {
        /// When the call is given up.
        deadline: Timestamp,
    },
    /// It is there.
    Sent {
        /// In which direct message.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
        /// When that was recorded.
        at: Timestamp,
    },
    /// Not applied; the next attempt may follow.
    Waiting {
        /// Not before.
        until: Timestamp,
    },
    /// Refused for good.
    Refused {
        /// Whose fault.
        because: RefusedFor,
        /// Slack's error code.
        code: String,
    },
    /// Nobody knows whether it arrived.
    Unknown,
    /// Its life passed, or so it seemed: an advocate may have it planned anew.
    Missed,
}

impl Phase {
    /// Whether another attempt may still be made.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// Whether another attempt may be made now or later: also once somebody whom Slack refused can be reached.
    pub fn may_be_tried_again(&self) -> bool {
        self.is_open() || matches!(self, Self::Refused { because: RefusedFor::Recipient, .. })
    }
}

/// A post and what became of it.
#[derive(Debug, Clone)]
pub struct PostState {
    /// What it is for.
    pub key: PostKey,
    /// The latest attempt, from 1.
    pub attempt: u32,
    /// How many of its latest attempts in a row were refused for a reason that nobody knows.
    pub strange: u32,
    /// It was sent again though an attempt before may have arrived.
    pub blind: bool,
    /// How far it has come.
    pub phase: Phase,
    /// When its latest attempt was intended; campaign messages are counted by it.
    pub intended_at: Timestamp,
    /// The record of that intent: what it says was written with everything before it.
    pub intended: Seq,
    /// The record of the latest outcome, once there is one.
    pub settled: Option<Seq>,
    /// The teams whose ask it names.
    pub teams: Vec<TeamId>,
    /// The role it is argued for.
    pub audience: Option<Audience>,
    /// For a review: the messages that it listed when it was sent, in their order. Unknown from older records.
    pub lists: Option<Arc<[DeliveryKey]>>,
    /// The latest record that changes what it should show.
    pub changed: Seq,
    /// The record up to which it shows.
    pub shown: Seq,
}

impl PostState {
    /// Whether its last attempt was dated by a clock that was ahead: it was intended at a time that is still to come at `now`.
    /// Then nothing says how long ago that was.
    pub fn is_dated_ahead(&self, now: Timestamp) -> bool {
        now < self.intended_at
    }

    /// Until when the next attempt has to wait at `now`, if one is to come. A wait that a clock that was ahead began is over.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let Phase::Waiting { until } = &self.phase else { return None };
        Some(if self.is_dated_ahead(now) { now } else { *until })
    }

    /// Where it is, once sent.
    pub fn place(&self) -> Option<(&SlackChannelId, &MessageTs)> {
        match &self.phase {
            Phase::Sent { channel, ts, .. } => Some((channel, ts)),
            Phase::Intended { .. }
            | Phase::Waiting { .. }
            | Phase::Refused { .. }
            | Phase::Unknown
            | Phase::Missed => None,
        }
    }

    /// Whether it is a review that is known to have listed this message when it was sent.
    pub fn lists(&self, delivery: &DeliveryKey) -> bool {
        self.lists.as_ref().is_some_and(|lists| lists.binary_search(delivery).is_ok())
    }

    /// Whether the message may have reached the person: sent, under way or unknown.
    pub fn may_have_arrived(&self) -> bool {
        matches!(self.phase, Phase::Sent { .. } | Phase::Intended { .. } | Phase::Unknown)
    }
}

/// A stance on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StanceState {
    /// Where they stand.
    pub stance: Stance,
    /// Since when.
    pub at: Timestamp,
    /// The record of it.
    pub since: Seq,
    /// How it is known.
    pub how: How,
}

/// One person's engagement with one initiative in one quarter.
#[derive(Debug, Clone, Default)]
pub struct Engagement {
    /// Their stance on each team's ask.
    pub stances: BTreeMap<TeamId, StanceState>,
    /// Why, in their words.
    pub reason: Option<Personal>,
    /// The record by which they said why, and when.
    pub reason_at: Option<(Seq, Timestamp)>,
    /// They asked to hear what became of it.
    pub wants_follow_up: bool,
    /// They found the heads-up right.
    pub confirmed: bool,
    /// They raised a concern (or found something wrong) that no advocate has released.
    pub concern: Option<Seq>,
    /// The record by which an advocate released the last one.
    pub settled: Option<Seq>,
    /// Records of what they said or asked for.
    pub said: Vec<Seq>,
    /// A message was delivered.
    pub reached: bool,
    /// Whether a message arrived can't be found out.
    pub unknown: bool,
    /// How many messages were given up because their time had passed.
    pub missed: u32,
    /// Slack refused a message for its content, with this code, and none has arrived since.
    pub refused: Option<String>,
    /// A conversation was recorded by hand: the record and when.
    pub conversation: Option<(Seq, Timestamp)>,
    /// The deliveries, by touch and occurrence.
    pub deliveries: BTreeMap<(Touch, Option<Date>), PostId>,
    /// What an advocate decided about planned messages, by touch and occurrence.
    pub verdicts: BTreeMap<(Touch, Option<Date>), Judged>,
    /// Prose that an advocate wrote instead of the template's, by touch and occurrence.
    pub edits: BTreeMap<(Touch, Option<Date>), Edited>,
    /// The advocate who speaks to them instead of the bot.
    pub handed_over: Option<PersonId>,
}

/// An advocate's decision about a planned message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How.
    pub verdict: Verdict,
    /// The advocate.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Prose that an advocate wrote instead of the template's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The advocate.
    pub by: PersonId,
    /// The prose, a paragraph a line.
    pub prose: Personal,
    /// When.
    pub at: Timestamp,
}

impl Engagement {
    /// The stance that counts for this person: the latest on any of the asks.
    pub fn stance(&self) -> Option<&StanceState> {
        self.stances.values().max_by_key(|stance| stance.since)
    }

    /// Why they said no, in their words, as long as these can be read. Only for whoever sees the answer (rule R7).
    pub fn why_not(&self) -> Option<&str> {
        let said = self.reason.as_ref()?.reveal()?.trim();
        (!said.is_empty()).then_some(said)
    }

    /// The stance that keeps messages back: a concern that was settled leaves them as open to it as before.
    pub fn open_stance(&self) -> Option<Stance> {
        let stance = self.stance()?;
        let settled = stance.stance == Stance::Concerned && Some(stance.since) < self.settled;
        (!settled).then_some(stance.stance)
    }

    /// Whether messages were given up because their time had passed, none has reached them, and nothing has been
    /// heard of them otherwise.
    pub fn passed_by(&self) -> bool {
        self.missed > 0 && !self.reached && !self.is_engaged()
    }

    /// The code with which Slack refused the message to somebody of whom nothing has been heard otherwise.
    pub fn refused_unheard(&self) -> Option<&str> {
        self.refused.as_deref().filter(|_| !self.is_engaged())
    }

    /// Whether they have been engaged: a stance, a question, a conversation (ARCHITECTURE: *engaged*).
    pub fn is_engaged(&self) -> bool {
        !self.stances.is_empty() || !self.said.is_empty() || self.conversation.is_some()
    }
}

/// Slack refused a message because of its recipient. That may be a mistake of a moment: it ends with whatever is
/// heard from them, with another account, with a message that arrives, and with an advocate's word; and after
/// [`Unreachable::TRY_AGAIN`] a message is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// Slack's code.
    pub code: String,
    /// When it last refused.
    pub at: Timestamp,
}

impl Unreachable {
    /// How long nothing is sent after a refusal of which nothing else is heard.
    pub const TRY_AGAIN: SignedDuration = SignedDuration::from_hours(24 * 7);
    /// The same for advocates and admins: while none of them can be reached, nobody hears of anything.
    pub const TRY_AGAIN_IN_CHARGE: SignedDuration = SignedDuration::from_hours(24);

    /// From when on a message is tried again, if it isn't at `now`. A refusal at a time to come was dated by a clock that was
    /// ahead; it says nothing of how long ago it was, and holds nobody back.
    pub fn holds_until(&self, is_in_charge: bool, now: Timestamp) -> Option<Timestamp> {
        let wait = if is_in_charge { Self::TRY_AGAIN_IN_CHARGE } else { Self::TRY_AGAIN };
        let until = self.at.checked_add(wait).unwrap_or(Timestamp::MAX);
        (self.at <= now && now < until).then_some(until)
    }
}

/// Of which refusal advocates are told. One that follows another without a sign of life in between, or within
/// [`Unreachable::TRY_AGAIN`], is no news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldUnreachable {
    /// The record of it; none for the first one.
    pub again: Option<Seq>,
    /// When it was.
    pub at: Timestamp,
}

/// Somebody's account is another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The record of it.
    pub since: Seq,
    /// When.
    pub at: Timestamp,
    /// The account before, and why.
    pub from: Former,
    /// What an advocate said of whether it is the same human, if they did: who, and whether.
    pub confirmed: Option<(PersonId, bool)>,
}

/// No account is believed to be somebody's, or it is in doubt which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubted {
    /// The record of it.
    pub since: Seq,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub because: Disbelief,
}

/// Whose is what an account of before did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nobody has said so yet.
    Waits,
    /// The person's, as an advocate said in that record. What is known is a copy, as it was then.
    Theirs(Seq),
    /// Somebody else's, as an advocate said in that record.
    SomebodyElses(Seq),
}

/// What is known of one person.
#[derive(Debug, Clone, Default)]
pub struct PersonState {
    /// Their account. Whether the configuration still means it says
    /// [`Person::account`](crate::domain::directory::Person::account).
    pub slack: Option<SlackUserId>,
    /// By what that was recognized; unknown from older records.
    pub proof: Option<Proof>,
    /// Their account is another than before.
    pub changed: Option<Changed>,
    /// Whose account is theirs is in doubt.
    pub doubted: Option<Doubted>,
    /// The account that was theirs before that; none once they have one again.
    pub lost: Option<SlackUserId>,
    /// The latest record by which somebody who had been taken for them was found to be somebody else.
    pub corrected: Option<Seq>,
    /// Under which ids is kept what accounts of before did, and whose it is.
    pub before: BTreeMap<PersonId, Before>,
    /// Accounts of before that are known to have been theirs, each with the direct message with it.
    pub former: BTreeMap<SlackUserId, Option<SlackChannelId>>,
    /// Their direct message with the bot.
    pub channel: Option<SlackChannelId>,
    /// Why no message reaches them, until anything speaks against it.
    pub unreachable: Option<Unreachable>,
    /// What advocates were last told of that.
    pub told_unreachable: Option<ToldUnreachable>,
    /// They want nothing more at all.
    pub stopped: bool,
    /// They want nothing more about these.
    pub stopped_initiatives: BTreeSet<InitiativeId>,
    /// The latest record by which they stopped each of these; under none, everything.
    pub stopped_since: BTreeMap<Option<InitiativeId>, Seq>,
    /// Nothing before then.
    pub snoozed_until: Option<Timestamp>,
    /// The first and the last day of a leave that an advocate entered, in their zone.
    pub leave: Option<(Date, Date)>,
    /// Records of the questions they asked.
    pub asked: Vec<Seq>,
    /// Records in which they offered to talk.
    pub offers: Vec<Seq>,
    /// Bookings of which they are or were a side.
    pub bookings: Vec<Seq>,
    /// For an advocate: when rehearsed messages went to them, oldest first; two days are kept.
    pub rehearsed: VecDeque<Timestamp>,
    /// For an advocate: the record before which the last digest told everything, and when it was written.
    pub digest: Option<(Seq, Timestamp)>,
    /// When campaign messages went out to them, oldest first; a fortnight is kept.
    pub campaign: VecDeque<Timestamp>,
    /// By initiative and quarter. The state is held twice, as it is published and as the writer works on it: what is
    /// recorded about a person copies none of these but those that it changes.
    pub engagements: BTreeMap<(InitiativeId, Quarter), Arc<Engagement>>,
}

/// What a person said or asked for.
#[derive(Debug, Clone)]
pub struct Received {
    /// Who.
    pub person: PersonId,
    /// About which initiative.
    pub initiative: Option<InitiativeId>,
    /// What kind of thing.
    pub said: Said,
    /// In their words.
    pub text: Option<Personal>,
    /// Where they wrote it.
    pub place: Option<(SlackChannelId, MessageTs)>,
    /// The message it replies to, if it is in a thread.
    pub thread: Option<MessageTs>,
    /// Whom they named, if it is a referral.
    pub referral: Option<Referral>,
    /// What became of the referral, once an advocate decided.
    pub settled: Option<Settlement>,
    /// The messages about it: receipt, relays, reminders.
    pub posts: Vec<PostId>,
    /// They changed it since.
    pub edited: bool,
    /// They took it back.
    pub withdrawn: bool,
    /// When.
    pub at: Timestamp,
}

impl Received {
    /// From when on it is answered: when Slack says that it was typed, if that was before it was put on record. It may
    /// have been found long after an outage, and our clock may have been wrong.
    pub fn since(&self) -> Timestamp {
        self.typed().map_or(self.at, |typed| typed.min(self.at))
    }

    /// When it was heard of, whichever clock was right.
    pub fn heard(&self) -> Timestamp {
        self.typed().map_or(self.at, |typed| typed.max(self.at))
    }

    /// When Slack says that it was typed. Our clock may have been wrong by weeks; a time that is further away says
    /// nothing.
    fn typed(&self) -> Option<Timestamp> {
        let typed = self.place.as_ref().and_then(|(_, ts)| ts.at())?;
        (typed.duration_since(self.at).abs() <= SignedDuration::from_hours(366 * 24)).then_some(typed)
    }
}

/// What an advocate did with a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The advocate.
    pub by: PersonId,
    /// Who is approached; none if it was let be.
    pub approached: Option<PersonId>,
}

/// What became of a question. The question itself is a [`Received`] under the same record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionState {
    /// About which initiative: clear from the start, or chosen by the asker.
    pub initiative: Option<InitiativeId>,
    /// The asker said that it is about none of them.
    pub elsewhere: bool,
    /// When it was asked, placed, or the FAQ's answer turned down, whichever came last.
    pub turned: Timestamp,
    /// What the FAQ answered.
    pub matched: Option<Matched>,
    /// Whether that helped, once the asker said so.
    pub helped: Option<bool>,
    /// The advocates' answers.
    pub answers: Vec<Seq>,
}

/// An answer out of the FAQ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The entry.
    pub entry: FaqId,
    /// What the asker was told.
    pub answer: Personal,
}

/// An advocate's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerState {
    /// The record of the question.
    pub question: Seq,
    /// The advocate.
    pub by: PersonId,
    /// In their words.
    pub answer: Personal,
    /// Where they wrote it, if not in a modal.
    pub place: Option<(SlackChannelId, MessageTs)>,
    /// They changed it since.
    pub edited: bool,
    /// They took it back.
    pub withdrawn: bool,
    /// When.
    pub at: Timestamp,
}

/// An answer that was kept as an FAQ entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptState {
    /// The record of the question, whose words the entry is found by.
    pub question: Seq,
    /// The advocate.
    pub by: PersonId,
    /// What it answers.
    pub answer: Personal,
}

/// Somebody whom a stakeholder named and an advocate approaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproachedState {
    /// As Slack knows them.
    pub slack: SlackUserId,
    /// What they are called, if the configuration doesn't name them.
    pub name: Option<Personal>,
    /// The role it is argued for.
    pub audience: Audience,
    /// What they are approached about, a hint each.
    pub parts: Vec<ApproachedPart>,
    /// The advocate who did so last.
    pub by: PersonId,
    /// Since when.
    pub at: Timestamp,
}

/// What somebody is approached about because of one hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproachedPart {
    /// The teams whose ask is argued to them.
    pub teams: Vec<TeamId>,
    /// They answer for these teams.
    pub decides: bool,
    /// Who said that they decide instead.
    pub instead_of: Option<PersonId>,
    /// The advocate.
    pub by: PersonId,
    /// Since when.
    pub at: Timestamp,
}

impl ApproachedState {
    /// What two approaches to one human about one initiative come to: nothing of the earlier one is taken back.
    fn and(mut self, later: Self) -> Self {
        for part in later.parts {
            let same =
                |known: &&mut ApproachedPart| ApproachedPart { at: part.at, ..(*known).clone() } == part;
            match self.parts.iter_mut().find(same) {
                Some(known) => known.at = known.at.max(part.at),
                None => self.parts.push(part),
            }
        }
        Self { parts: self.parts, at: self.at.min(later.at), name: later.name.or(self.name), ..later }
    }
}

/// What advocates decided about a whole campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignState {
    /// How far a staged start was moved, each time, oldest first.
    pub stages: Vec<Staged>,
    /// Its messages were taken back: by whom, and when.
    pub recalled: Option<(PersonId, Timestamp)>,
    /// What was corrected, oldest first.
    pub corrections: Vec<Correction>,
}

impl CampaignState {
    /// How far a staged start has come, if anybody moved it.
    pub fn stage(&self) -> Option<&Staged> {
        self.stages.last()
    }
}

/// A move of a staged start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// How far.
    pub stage: Stage,
    /// The advocate.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Something in messages already sent that was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The record of it.
    pub since: Seq,
    /// The advocate.
    pub by: PersonId,
    /// What was wrong and what is right.
    pub what: Personal,
    /// When.
    pub at: Timestamp,
}

/// A changed configuration that was refused for its faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedConfig {
    /// The record of it.
    pub since: Seq,
    /// Which.
    pub digest: ConfigDigest,
    /// How many faults.
    pub faults: u32,
    /// Where the first ones are.
    pub places: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// A restore, or a data folder that was put back from a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// The last record that was carried over.
    pub from: Seq,
    /// What tells the ids of posts about later records from those of the journal before.
    pub epoch: Epoch,
    /// When.
    pub at: Timestamp,
}

/// A system's clock that is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockOff {
    /// The record of it.
    pub since: Seq,
    /// How many seconds it is ahead of Slack's; behind if that is negative.
    pub ahead: i64,
    /// When, by that clock.
    pub at: Timestamp,
}

impl ClockOff {
    /// How far a clock is off that is `ahead` by so many seconds, in the largest unit that says it: *3 days fast*.
    pub fn said(ahead: i64) -> String {
        let seconds = ahead.unsigned_abs();
        let (count, unit) = match seconds {
            0..120 => (seconds, "second"),
            120..7_200 => (seconds / 60, "minute"),
            7_200..172_800 => (seconds / 3_600, "hour"),
            _ => (seconds / 86_400, "day"),
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural} {}", if ahead < 0 { "slow" } else { "fast" })
    }
}

/// A note an advocate took.
#[derive(Debug, Clone)]
pub struct NoteState {
    /// Who took it.
    pub by: PersonId,
    /// About whom.
    pub about: Option<PersonId>,
    /// About which initiative.
    pub initiative: Option<InitiativeId>,
    /// What.
    pub text: Personal,
    /// When.
    pub at: Timestamp,
}

/// A team's item in its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemState {
    /// Its address.
    pub link: Option<String>,
    /// Since when it is on record.
    pub at: Timestamp,
    /// The record of it.
    pub since: Seq,
    /// Who recorded it.
    pub by: PersonId,
}

/// A configuration that was adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Which.
    pub digest: ConfigDigest,
    /// When.
    pub at: Timestamp,
}

/// Everything known. A copy shares what neither has changed since.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The last record applied.
    pub head: Seq,
    /// When the last record was decided.
    pub as_of: Option<Timestamp>,
    /// The configuration in force.
    pub adopted: Option<Adopted>,
    /// When each initiative was first adopted.
    pub initiatives: HashMap<InitiativeId, Timestamp>,
    /// For which quarter's planning each initiative was wanted when a configuration was last adopted.
    pub quarters: BTreeMap<InitiativeId, Quarter>,
    /// By person.
    pub people: HashMap<PersonId, Arc<PersonState>>,
    /// Whoever may have had another account, so that nobody else has to be looked at for one.
    pub regrouped: BTreeSet<PersonId>,
    /// Slack users to people.
    pub by_slack: HashMap<SlackUserId, PersonId>,
    /// Posts that are not finished, or whose message can still be met.
    pub posts: HashMap<PostId, Arc<PostState>>,
    /// Those of them that are notices to advocates.
    pub notices: BTreeSet<PostId>,
    /// Posts without an outcome: in doubt, or waiting for another attempt.
    pub unsettled: BTreeSet<PostId>,
    /// Sent messages that don't show everything yet.
    pub outdated: BTreeSet<PostId>,
    /// Those of them that don't show yet what their own reader did: somebody waits to see it.
    pub awaited: BTreeSet<PostId>,
    /// What people said or asked for.
    pub received: BTreeMap<Seq, Received>,
    /// Questions, by the record of each.
    pub questions: BTreeMap<Seq, QuestionState>,
    /// Advocates' answers, by the record of each.
    pub answers: BTreeMap<Seq, AnswerState>,
    /// Answers kept as FAQ entries.
    pub kept: BTreeMap<(InitiativeId, FaqId), KeptState>,
    /// People approached because a stakeholder named them.
    pub approached: BTreeMap<(InitiativeId, PersonId), ApproachedState>,
    /// The latest record by which somebody is approached.
    pub approached_since: Seq,
    /// What advocates decided about whole campaigns.
    pub campaigns: BTreeMap<(InitiativeId, Quarter), CampaignState>,
    /// Initiatives about which nothing is sent for now, each with the advocate who paused it.
    pub paused_initiatives: BTreeMap<InitiativeId, PersonId>,
    /// The latest change of the configuration, if it was refused.
    pub refused_config: Option<RefusedConfig>,
    /// When something happened that a digest tells.
    pub news: News,
    /// What advocates noted.
    pub notes: BTreeMap<Seq, NoteState>,
    /// Items in teams' plans.
    pub items: BTreeMap<(InitiativeId, TeamId, Quarter), ItemState>,
    /// Bookings of office hours, by the record that made each.
    pub bookings: BTreeMap<Seq, BookingState>,
    /// Who waits for office hours, the longest first.
    pub waiting_list: BTreeMap<Seq, WaitState>,
    /// Office hours that hosts added in Slack.
    pub added_hours: HashMap<PersonId, Vec<AddedHours>>,
    /// Entries that keep a host's windows free in their calendar.
    pub blocks: HashMap<PersonId, BTreeSet<String>>,
    /// What is or was wrong with the calendars of hosts.
    pub calendars: BTreeMap<PersonId, CalendarTrouble>,
    /// Do-not-contact marks of everybody who was forgotten.
    pub marks: BTreeSet<Mark>,
    /// The key that they are made with, sealed under the root key.
    pub marking_key: Option<SealedKey>,
    /// Who was forgotten, by pseudonym, and when.
    pub forgotten: BTreeMap<PersonId, Timestamp>,
    /// Fingerprints of keys that were destroyed: none of them may come back.
    pub destroyed: BTreeSet<String>,
    /// How far the words of people have expired.
    pub expired: Option<Expired>,
    /// Posting has stopped, since this record.
    pub paused: Option<(Seq, PauseReason)>,
    /// Each time the journal was restored, or put back from a copy, oldest first.
    pub restored: Vec<Restoration>,
    /// The system's clock is off, so campaign messages wait.
    pub clock_off: Option<ClockOff>,
    /// What posting was paused for when Slack began to refuse everything; in force again once it doesn't.
    pub set_aside: Option<(Seq, PauseReason)>,
    /// The latest time in which Slack refused everything.
    pub interruption: Option<Interruption>,
    /// The kinds of calls that Slack refuses.
    pub calls_refused: BTreeMap<Call, CallsRefused>,
    /// What Slack refused for its content, a day's refusals together, by the record of the first.
    pub refused_content: BTreeMap<Seq, RefusedContent>,
    /// The earliest quarter for which a touch was sent, and the record of the first one.
    pub begun: Option<(Quarter, Seq)>,
    /// Campaign messages of the last hours to anybody, oldest first.
    pub recent_campaign: VecDeque<Timestamp>,
    /// Sent posts that are no campaign messages, by place: a reply in their thread is about them.
    by_place: HashMap<(SlackChannelId, MessageTs), PostId>,
    /// Records of what was typed, by place: it may be changed or taken back.
    typed: HashMap<(SlackChannelId, MessageTs), Seq>,
    /// The latest record that made one person of two, or moved what an account did.
    pub reshaped: Option<Seq>,
    /// The reviews of each advocate, by initiative, the latest last.
    reviews: BTreeMap<(InitiativeId, PersonId), Vec<PostId>>,
    /// What was renamed, oldest first.
    renamed: Vec<Renames>,
    /// Digests of keys whose post went out under another id, to that id.
    aliases: HashMap<PostId, PostId>,
    /// What outside pages told of their bookings.
    on_page: booking::OnPage,
    /// Bookings that hold time of a host, by their beginning.
    hosted: HashMap<PersonId, BTreeSet<(Timestamp, Seq)>>,
    /// Whose doing the record at hand is.
    acting: Option<PersonId>,
    /// Sent messages that told of somebody who was forgotten.
    removed: BTreeSet<PostId>,
    causes: HashSet<Arc<Cause>>,
    causes_by_age: VecDeque<(Timestamp, Arc<Cause>)>,
    /// Those of them that name a message, or a change of one.
    typed_by_age: VecDeque<(Timestamp, Arc<Cause>)>,
}

impl State {
    /// The fold of `records`.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut state = Self::default();
        records.into_iter().for_each(|record| state.apply(record));
        state
    }

    /// Whether a second delivery of `cause` should be ignored.
    pub fn knows(&self, cause: &Cause) -> bool {
        self.causes.contains(cause)
    }

    /// What is known of `person`.
    pub fn person(&self, person: &PersonId) -> Option<&PersonState> {
        self.people.get(person).map(Arc::as_ref)
    }

    /// One person's engagement.
    pub fn engagement(
        &self,
        person: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
    ) -> Option<&Engagement> {
        self.people.get(person)?.engagements.get(&(initiative.clone(), quarter)).map(Arc::as_ref)
    }

    /// The post that is no campaign message and stands at this place.
    pub fn post_at(&self, channel: &SlackChannelId, ts: &MessageTs) -> Option<(PostId, &PostState)> {
        let id = *self.by_place.get(&(channel.clone(), ts.clone()))?;
        Some((id, self.posts.get(&id)?))
    }

    /// The record of what was typed at this place, if it was recorded.
    pub fn typed_at(&self, channel: &SlackChannelId, ts: &MessageTs) -> Option<Seq> {
        self.typed.get(&(channel.clone(), ts.clone())).copied()
    }

    /// What advocates decided about a campaign.
    pub fn campaign(&self, initiative: &InitiativeId, quarter: Quarter) -> Option<&CampaignState> {
        self.campaigns.get(&(initiative.clone(), quarter))
    }

    /// Whether `quarter` is the first for which anything is sent: nothing was for an earlier one.
    pub fn is_first_campaign(&self, quarter: Quarter) -> bool {
        self.begun.is_none_or(|(begun, _)| quarter <= begun)
    }

    /// The latest review of what waits for approval that went to `advocate`.
    pub fn review(&self, initiative: &InitiativeId, advocate: &PersonId) -> Option<&PostState> {
        self.post(*self.reviews.get(&(initiative.clone(), advocate.clone()))?.last()?)
    }

    /// When a review arrived that came after the one that `post` is, if any did: it stands in its place.
    pub fn superseded(&self, post: PostId) -> Option<Timestamp> {
        let PostKey::Review { to, initiative, .. } = &self.post(post)?.key else { return None };
        let reviews = self.reviews.get(&(initiative.clone(), to.clone()))?;
        let after = reviews.iter().skip_while(|of| **of != post).skip(1);
        let arrived = |of: &PostId| match self.post(*of)?.phase {
            Phase::Sent { at, .. } => Some(at),
            Phase::Intended { .. }
            | Phase::Waiting { .. }
            | Phase::Refused { .. }
            | Phase::Unknown
            | Phase::Missed => None,
        };
        after.filter_map(arrived).last()
    }

    /// The messages to bring up to date, and the record up to which each must show: first those whose reader
    /// waits for it, then the latest changes.
    pub fn to_refresh(&self) -> Vec<(PostId, Seq)> {
        let changed = |post: &PostId| self.posts.get(post).map(|known| (*post, known.changed));
        let mut posts: Vec<_> = self.outdated.iter().filter_map(changed).collect();
        posts.sort_by_key(|(post, changed)| (!self.awaited.contains(post), Reverse(*changed), *post));
        posts
    }
}

fn person_mut<'a>(
    people: &'a mut HashMap<PersonId, Arc<PersonState>>,
    person: &PersonId,
) -> &'a mut PersonState {
    Arc::make_mut(people.entry(person.clone()).or_default())
}

fn post_mut<'a>(posts: &'a mut HashMap<PostId, Arc<PostState>>, post: &PostId) -> Option<&'a mut PostState> {
    posts.get_mut(post).map(Arc::make_mut)
}

#[cfg(test)]
mod tests;
