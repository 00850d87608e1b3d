//! The named reasons for every "no".
//!
//! Invariant: whatever is not sent has exactly one of these, and each says in a plain sentence what
//! stands in the way, so that nobody is left out silently (rule R8).

use jiff::Zoned;
use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::domain::account::Disbelief;
use crate::domain::calendar::Quarter;
use crate::domain::engagement::{Audience, Stance};
use crate::domain::event::{PauseReason, Stage};
use crate::domain::ids::{InitiativeId, PersonId, TeamId};
use crate::domain::marks;
use crate::domain::program::{ConfigDigest, Program};
use crate::domain::state::ClockOff;

/// Why something is not sent. Moments are in the zone of whoever it would go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// Another configuration is in force than the one that plans.
    OtherConfiguration {
        /// The one in force, if any was adopted.
        adopted: Option<ConfigDigest>,
    },
    /// Posting has stopped.
    Paused(PauseReason),
    /// The system's clock is off.
    ClockOff {
        /// How many seconds it is ahead; behind if that is negative.
        ahead: i64,
    },
    /// Whoever may not be written to can't be told apart: the root key is missing or another one.
    MarksUnreadable,
    /// As many messages as an hour allows have gone out to all people together.
    Burst {
        /// When the next may follow, if ever.
        until: Option<Zoned>,
    },

    /// The configuration has no such initiative.
    NoInitiative,
    /// The initiative was withdrawn.
    Withdrawn,
    /// Its quarter has no planning window.
    NoWindow,
    /// It is wanted in another quarter now.
    OtherQuarter {
        /// Which.
        quarter: Quarter,
    },

    /// The configuration doesn't name this person.
    NotInDirectory,
    /// They advocate it.
    Advocate,
    /// The initiative's file leaves them out.
    Excluded {
        /// Why, as it was written.
        reason: String,
    },
    /// The initiative asks nothing of their teams.
    NotAStakeholder,
    /// They have not been found in Slack.
    NotLinked,
    /// An account has their e-mail address and is not believed to be theirs.
    Disbelieved {
        /// Why not.
        because: Disbelief,
    },
    /// Another id of the configuration has the same account, and is written to.
    SameHuman {
        /// That id.
        first: PersonId,
    },
    /// Their account was replaced, and what the one before answered may be theirs.
    Replaced,
    /// Their account in Slack is switched off.
    Deactivated,
    /// Slack says that no message can reach them.
    Unreachable {
        /// Slack's code.
        code: String,
        /// When a message is tried again, unless something is heard before.
        until: Zoned,
    },
    /// They asked to be forgotten.
    Forgotten,
    /// They asked for no more messages at all.
    Stopped,
    /// They asked for no more messages about this initiative.
    StoppedInitiative,

    /// The cadence has no such touch on such a date.
    NotInCadence,
    /// The cadence sends this touch to other audiences.
    NotAddressed {
        /// The one this person belongs to.
        audience: Audience,
    },
    /// The initiative came late, and the pitch takes the place of the heads-up.
    Merged,
    /// It would be due only after planning has frozen.
    AfterFreeze,
    /// The last call would fall into the last two working days before the freeze.
    TooCloseToFreeze,
    /// A later touch is due at the same moment or before.
    Superseded,
    /// There is no moment at which it may be sent.
    NoSendHours,

    /// It is not due yet.
    NotYet {
        /// When it is.
        due: Zoned,
    },
    /// The time in which it could be sent is over.
    Over {
        /// Since when.
        since: Zoned,
    },

    /// It was sent.
    Sent {
        /// When.
        at: Zoned,
    },
    /// It is under way, or in doubt until it has been looked up.
    UnderWay,
    /// Whether it arrived can't be found out, so it is never sent again.
    Unknown,
    /// Slack refused it for good.
    Refused {
        /// Slack's code.
        code: String,
    },
    /// Its time passed before it could be sent, and that is on record.
    Missed,

    /// They gave a final answer.
    Final {
        /// Which.
        stance: Stance,
    },
    /// They are considering it; only a reminder may follow.
    Considering,
    /// They said that somebody else decides; nothing more until an advocate settles that.
    Referred,
    /// They raised a concern; only a human writes until an advocate releases it.
    Concerned,
    /// An advocate recorded a conversation with them.
    Conversation,
    /// They have booked office hours about it, and nobody has said yet how that went.
    Booked,
    /// The items of all their teams are in the plan.
    Planned {
        /// The teams.
        teams: Vec<TeamId>,
    },
    /// They were asked as often as anybody is asked in a quarter.
    AskedEnough {
        /// How often that is.
        asks: u32,
    },
    /// They may be asked once more, and that is left to the last call.
    KeptForLastCall,
    /// Nothing was sent to them yet that a reminder could remind of.
    NothingToRemindOf,
    /// There is nothing new to tell since the last message.
    NothingNew,
    /// There is nothing to thank for and nothing they asked to hear.
    NothingToFollowUp,

    /// They said that somebody else decides, and that person is approached.
    Relieved,
    /// An advocate speaks to them instead of the bot.
    HandedOver {
        /// The advocate.
        by: PersonId,
    },
    /// The campaign was taken back.
    Recalled,
    /// An advocate paused the messages about this initiative.
    InitiativePaused {
        /// Who.
        by: PersonId,
    },
    /// The campaign doesn't go this far yet.
    Staged {
        /// How far it goes.
        stage: Stage,
    },
    /// An advocate holds it.
    Held {
        /// The advocate.
        by: PersonId,
    },
    /// An advocate has to approve it first.
    AwaitsApproval,

    /// With the initiatives before it, the ask exceeds what may be asked of the team in a quarter.
    Capacity {
        /// The teams.
        teams: Vec<TeamId>,
    },
    /// There is no figure to argue with.
    NoEvidence,
    /// There is neither money nor minutes, renewals or tickets to tell an executive of.
    NothingForExecutives,
    /// The sentence that opens the message for this audience is not written.
    NoSentence {
        /// Which audience.
        audience: Audience,
    },

    /// They asked to be left alone until then.
    Snoozed {
        /// Until when.
        until: Zoned,
    },
    /// They are out of office.
    Away {
        /// Until when.
        until: Zoned,
    },
    /// They are on a leave that an advocate entered.
    OnLeave {
        /// Until when.
        until: Zoned,
    },
    /// Do-not-disturb is on.
    Quiet {
        /// Until when.
        until: Zoned,
    },
    /// It is a day off for them.
    DayOff {
        /// The holiday's name, or "leave".
        name: String,
        /// The next moment at which they may be written to, as far as hours go.
        until: Option<Zoned>,
    },
    /// It is outside of send hours where they are.
    OutsideHours {
        /// When the hours begin.
        until: Option<Zoned>,
    },
    /// The last message to them is too recent.
    Gap {
        /// When the next may follow.
        until: Zoned,
    },
    /// They had as many messages as a week allows.
    WeeklyCap {
        /// When the next may follow, if ever.
        until: Option<Zoned>,
    },
    /// The last attempt was put off.
    NotBefore {
        /// Until when.
        until: Zoned,
    },
    /// Another message to them is under way.
    OneAtATime,
    /// Another initiative goes first, in the advocate's order.
    AnotherFirst {
        /// Which.
        initiative: InitiativeId,
    },

    /// There is nothing on record that this would be about.
    NothingOnRecord,
}

fn on(at: &Zoned) -> String {
    at.strftime("%a %-d %b %H:%M").to_string()
}

fn or_never(until: Option<&Zoned>) -> String {
    until.map_or_else(|| "the limits change".to_owned(), on)
}

fn listed(teams: &[TeamId]) -> String {
    teams.iter().map(TeamId::as_str).collect::<Vec<_>>().join(", ")
}

impl Skip {
    /// The stable word for it, for `--json` and the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OtherConfiguration { .. } => "other_configuration",
            Self::Paused(_) => "paused",
            Self::ClockOff { .. } => "clock_off",
            Self::MarksUnreadable => "marks_unreadable",
            Self::Burst { .. } => "burst",
            Self::NoInitiative => "no_initiative",
            Self::Withdrawn => "withdrawn",
            Self::NoWindow => "no_window",
            Self::OtherQuarter { .. } => "other_quarter",
            Self::NotInDirectory => "not_in_directory",
            Self::Advocate => "advocate",
            Self::Excluded { .. } => "excluded",
            Self::NotAStakeholder => "not_a_stakeholder",
            Self::NotLinked => "not_linked",
            Self::Disbelieved { .. } => "account_refused",
            Self::SameHuman { .. } => "same_human",
            Self::Replaced => "account_replaced",
            Self::Deactivated => "deactivated",
            Self::Unreachable { .. } => "unreachable",
            Self::Forgotten => "forgotten",
            Self::Stopped => "stopped",
            Self::StoppedInitiative => "stopped_initiative",
            Self::NotInCadence => "not_in_cadence",
            Self::NotAddressed { .. } => "not_addressed",
            Self::Merged => "merged",
            Self::AfterFreeze => "after_freeze",
            Self::TooCloseToFreeze => "too_close_to_freeze",
            Self::Superseded => "superseded",
            Self::NoSendHours => "no_send_hours",
            Self::NotYet { .. } => "not_yet",
            Self::Over { .. } => "over",
            Self::Sent { .. } => "sent",
            Self::UnderWay => "under_way",
            Self::Unknown => "unknown",
            Self::Refused { .. } => "refused",
            Self::Missed => "missed",
            Self::Final { .. } => "final_answer",
            Self::Considering => "considering",
            Self::Referred => "referred",
            Self::Concerned => "concerned",
            Self::Conversation => "conversation",
            Self::Booked => "booked",
            Self::Planned { .. } => "planned",
            Self::AskedEnough { .. } => "asked_enough",
            Self::KeptForLastCall => "kept_for_last_call",
            Self::NothingToRemindOf => "nothing_to_remind_of",
            Self::NothingNew => "nothing_new",
            Self::NothingToFollowUp => "nothing_to_follow_up",
            Self::Capacity { .. } => "capacity",
            Self::NoEvidence => "no_evidence",
            Self::NothingForExecutives => "nothing_for_executives",
            Self::NoSentence { .. } => "no_sentence",
            Self::Relieved => "relieved",
            Self::HandedOver { .. } => "handed_over",
            Self::Recalled => "recalled",
            Self::InitiativePaused { .. } => "initiative_paused",
            Self::Staged { .. } => "staged",
            Self::Held { .. } => "held",
            Self::AwaitsApproval => "awaits_approval",
            Self::OnLeave { .. } => "on_leave",
            Self::Snoozed { .. } => "snoozed",
            Self::Away { .. } => "away",
            Self::Quiet { .. } => "quiet",
            Self::DayOff { .. } => "day_off",
            Self::OutsideHours { .. } => "outside_hours",
            Self::Gap { .. } => "gap",
            Self::WeeklyCap { .. } => "weekly_cap",
            Self::NotBefore { .. } => "not_before",
            Self::OneAtATime => "one_at_a_time",
            Self::AnotherFirst { .. } => "another_first",
            Self::NothingOnRecord => "nothing_on_record",
        }
    }

    /// One plain sentence about it, for `reader`, with names as `program` has them.
    pub fn told(&self, program: &Program, reader: Option<&PersonId>) -> String {
        self.with(&|by| match program.people.get(by) {
            _ if Some(by) == reader => "you".to_owned(),
            Some(person) => person.name.clone(),
            None => by.to_string(),
        })
    }

    /// One plain sentence about it, with ids.
    pub fn says(&self) -> String {
        self.with(&PersonId::to_string)
    }

    fn with(&self, called: &dyn Fn(&PersonId) -> String) -> String {
        match self {
            Self::OtherConfiguration { adopted: Some(adopted) } => {
                format!("Another configuration is in force ({adopted}).")
            }
            Self::OtherConfiguration { adopted: None } => "No configuration is in force yet.".into(),
            Self::Paused(PauseReason::Asked { by }) => format!("Sending is paused: {} asked for it.", called(by)),
            Self::Paused(PauseReason::Unproven) => {
                "Sending is paused until an advocate resumes it: the records may not show everything that was sent."
                    .into()
            }
            Self::Paused(PauseReason::FirstStart { .. }) => {
                "Nothing is sent until an advocate confirms that this is the first start.".into()
            }
            Self::Paused(PauseReason::Configuration { code }) => {
                format!("Sending is paused because Slack refuses everything ({code}).")
            }
            Self::Paused(PauseReason::Returned { code }) => {
                format!("Sending is paused until an advocate resumes it: Slack had refused everything ({code}).")
            }
            Self::ClockOff { ahead } => format!(
                "This machine's clock is {}; campaign messages wait until it agrees with Slack's.",
                ClockOff::said(*ahead)
            ),
            Self::MarksUnreadable => marks::UNREADABLE.into(),
            Self::Burst { until } => {
                format!(
                    "The hour's messages have gone out; the next may follow {}.",
                    until.as_ref().map_or_else(|| "once the limit changes".to_owned(), on)
                )
            }
            Self::NoInitiative => "The configuration has no such initiative.".into(),
            Self::Withdrawn => "The initiative was withdrawn.".into(),
            Self::NoWindow => "Its quarter has no planning window.".into(),
            Self::OtherQuarter { quarter } => format!("The initiative is wanted in {quarter} now."),
            Self::NotInDirectory => "The configuration doesn't name this person.".into(),
            Self::Advocate => "They advocate this initiative themselves.".into(),
            Self::Excluded { reason } => format!("The initiative's file leaves them out: {reason}"),
            Self::NotAStakeholder => "The initiative asks nothing of their teams.".into(),
            Self::NotLinked => "They have not been found in Slack.".into(),
            Self::Disbelieved { because } => because.says().into(),
            Self::SameHuman { first } => {
                format!("Their Slack account is also that of {first}, who is written to instead.")
            }
            Self::Replaced => {
                "Their Slack account was replaced; an advocate has to say whether it's the same person."
                    .into()
            }
            Self::Deactivated => "Their Slack account is switched off.".into(),
            Self::Unreachable { code, until } => {
                format!(
                    "Slack says that no message can reach them ({code}); one is tried again {}.",
                    on(until)
                )
            }
            Self::Forgotten => {
                "They asked to be forgotten, so nothing is ever sent to them; take them out of people.toml."
                    .into()
            }
            Self::Stopped => "They asked for no more messages.".into(),
            Self::StoppedInitiative => "They asked for no more messages about this initiative.".into(),
            Self::NotInCadence => "The schedule has no such message on that date.".into(),
            Self::NotAddressed { audience } => {
                format!("This audience ({}) doesn't get this message.", audience.title())
            }
            Self::Merged => "The initiative was added too late for a heads-up; the pitch goes first.".into(),
            Self::AfterFreeze => "It would be due only after planning freezes.".into(),
            Self::TooCloseToFreeze => {
                "Nobody gets a last call in the last two working days before the freeze.".into()
            }
            Self::Superseded => "A later message is due by then.".into(),
            Self::NoSendHours => "Their days off and the send hours leave no time for it.".into(),
            Self::NotYet { due } => format!("It is due {}.", on(due)),
            Self::Over { since } => format!("The time for it ended {}.", on(since)),
            Self::Sent { at } => format!("It was sent {}.", on(at)),
            Self::UnderWay => "It is under way, or being looked up.".into(),
            Self::Unknown => {
                "I can't tell whether it arrived, so it won't be sent again; ask them.".into()
            }
            Self::Refused { code } => format!("Slack refused it ({code})."),
            Self::Missed => {
                "It wasn't sent in time. If a wrong clock was the reason, `revive` plans it again.".into()
            }
            Self::Final { stance } => format!("They gave their answer ({}).", stance.word()),
            Self::Considering => "They are considering it; only a reminder may follow.".into(),
            Self::Referred => {
                "They said that somebody else decides; approach that person, or let it be.".into()
            }
            Self::Concerned => "They raised a concern: answer it, then click “Concern settled” in App Home.".into(),
            Self::Conversation => "A conversation with them is on record; the rest is yours.".into(),
            Self::Booked => {
                "They have booked office hours about it; messages wait until the host says how it went."
                    .into()
            }
            Self::Planned { teams } => format!("It is in the plan already ({}).", listed(teams)),
            Self::AskedEnough { asks } => {
                format!("They were asked {asks} times; silence until the next planning.")
            }
            Self::KeptForLastCall => "They may be asked once more; that is left to the last call.".into(),
            Self::NothingToRemindOf => "Nothing has reached them yet to remind them of.".into(),
            Self::NothingNew => "There is nothing new to tell them.".into(),
            Self::NothingToFollowUp => {
                "There is no item on record to thank them for, and nothing they asked to hear.".into()
            }
            Self::Capacity { teams } => {
                format!("It would ask for more than the team's share of capacity ({}).", listed(teams))
            }
            Self::NoEvidence => "There is no figure to argue with; add one for the team or company.".into(),
            Self::NothingForExecutives => {
                "There is no money, downtime, renewal or ticket figure to tell an executive of.".into()
            }
            Self::NoSentence { audience } => {
                format!("Nobody has written the opening sentence for this audience ({}).", audience.title())
            }
            Self::Relieved => "They said that somebody else decides, who is asked instead.".into(),
            Self::HandedOver { by } => {
                format!("Taken over by {}, who speaks to them instead; `handover` gives them back to the bot.", called(by))
            }
            Self::Recalled => "The campaign was taken back; `recall … undo` lets it stand again.".into(),
            Self::InitiativePaused { by } => {
                format!("Messages about it were paused by {}; `resume` ends the pause.", called(by))
            }
            Self::Staged { stage: Stage::Few } => {
                "The campaign goes to three people so far; `stage … all` lets the others have theirs.".into()
            }
            Self::Staged { stage: Stage::Rehearsal | Stage::All } => {
                "The campaign is in rehearsal; `stage … few` or `stage … all` moves it on.".into()
            }
            Self::Held { by } => format!("Held by {}; `approve` lets it go.", called(by)),
            Self::AwaitsApproval => "It waits for approval; it won't go without.".into(),
            Self::OnLeave { until } => format!("They are on leave until {}.", on(until)),
            Self::Snoozed { until } => format!("They asked to be left alone until {}.", on(until)),
            Self::Away { until } => format!("They are out of office until {}.", on(until)),
            Self::Quiet { until } => format!("Do-not-disturb is on until {}.", on(until)),
            Self::DayOff { name, until } => {
                format!("It is a day off for them ({name}); they are back {}.", or_never(until.as_ref()))
            }
            Self::OutsideHours { until } => {
                format!("It is outside of send hours there; they begin {}.", or_never(until.as_ref()))
            }
            Self::Gap { until } => {
                format!("Their last message is too recent; the next may follow {}.", on(until))
            }
            Self::WeeklyCap { until } => {
                format!("They had this week's messages; the next may follow {}.", or_never(until.as_ref()))
            }
            Self::NotBefore { until } => format!("The last attempt was put off until {}.", on(until)),
            Self::OneAtATime => "Another message to them is under way.".into(),
            Self::AnotherFirst { initiative } => format!("A message about {initiative} goes out first."),
            Self::NothingOnRecord => "There is nothing on record that it would be about.".into(),
        }
    }
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.says())
    }
}

/// `{"reason": <name>, "says": <sentence>}`.
impl Serialize for Skip {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut skip = serializer.serialize_struct("Skip", 2)?;
        skip.serialize_field("reason", self.name())?;
        skip.serialize_field("says", &self.says())?;
        skip.end()
    }
}
