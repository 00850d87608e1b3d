//! Everything that is held about one person, gathered for them.
//!
//! Invariant: every field of [`State`] and of what is held by person is named here, so that a new one can't
//! be added without deciding what it tells.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    AddedHours, ApproachedState, BookingState, Engagement, NoteState, PersonState, Phase, Received, State,
    WaitState,
};
use crate::domain::engagement::Stance;
use crate::domain::event::{How, PauseReason};
use crate::domain::ids::{InitiativeId, PersonId, Seq, SlackUserId};

/// What is held about one person, beside what is held by person.
#[derive(Debug)]
pub struct About<'a> {
    /// What they said or asked for, oldest first.
    pub said: Vec<(Seq, &'a Received)>,
    /// How often somebody else named their account in a hint; by whom is never told.
    pub named: usize,
    /// Where they are approached since somebody named them.
    pub approached: Vec<(&'a InitiativeId, &'a ApproachedState)>,
    /// Notes of advocates about them, oldest first.
    pub notes: Vec<&'a NoteState>,
    /// Bookings of which they are or were a side, in the order in which they were made.
    pub bookings: Vec<(Seq, &'a BookingState)>,
    /// Since when they wait for office hours, and about what; or waited, until they were told of some.
    pub waits: Vec<(Seq, &'a WaitState)>,
    /// Office hours that they added.
    pub hours: &'a [AddedHours],
    /// Entries in their calendar that keep their hours free.
    pub blocks: usize,
    /// Messages that were sent to them, by kind: how many, and when the last one was.
    pub sent: BTreeMap<&'static str, (usize, Timestamp)>,
    /// What they did as an advocate, by kind: how often.
    pub deeds: BTreeMap<&'static str, usize>,
}

impl State {
    /// What is held about `person`.
    pub fn about(&self, person: &PersonId) -> About<'_> {
        let Self {
            // No person is in these.
            head: _,
            as_of: _,
            adopted: _,
            initiatives: _,
            quarters: _,
            reshaped: _,
            interruption: _,
            calls_refused: _,
            // Told as it happens; it says nothing of a person but that they have a calendar.
            calendars: _,
            refused_content: _,
            set_aside: _,
            unsettled: _,
            outdated: _,
            awaited: _,
            acting: _,
            refused_config: _,
            news: _,
            approached_since: _,
            begun: _,
            clock_off: _,
            restored: _,
            recent_campaign: _,
            // Told with what they belong to: an account, a question, a booking, a place in a conversation.
            by_slack: _,
            regrouped: _,
            notices: _,
            questions: _,
            hosted: _,
            on_page: _,
            by_place: _,
            typed: _,
            reviews: _,
            aliases: _,
            renamed: _,
            // What Slack delivers twice is known by it for a day.
            causes: _,
            causes_by_age: _,
            typed_by_age: _,
            // Of people who were forgotten, and of nobody who can ask.
            marks: _,
            marking_key: _,
            forgotten: _,
            destroyed: _,
            removed: _,
            expired: _,
            people,
            posts,
            received,
            answers,
            kept,
            approached,
            campaigns,
            paused_initiatives,
            notes,
            items,
            bookings,
            waiting_list,
            added_hours,
            blocks,
            paused,
        } = self;
        let account = self.person(person).and_then(|known| known.slack.clone());
        let names = |received: &&Received| names(received, account.as_ref()) && received.person != *person;
        let mut sent: BTreeMap<&'static str, (usize, Timestamp)> = BTreeMap::new();
        for post in posts.values().filter(|post| post.key.to() == person) {
            if let Phase::Sent { at, .. } = &post.phase {
                let (number, last) = sent.entry(post.key.word()).or_insert((0, *at));
                (*number, *last) = (*number + 1, (*last).max(*at));
            }
        }
        let mut deeds = Deeds { by: person, counted: BTreeMap::new() };
        answers.values().for_each(|answer| deeds.count("answers", &answer.by));
        kept.values().for_each(|kept| deeds.count("answers kept for everybody", &kept.by));
        for campaign in campaigns.values() {
            let corrections = campaign.corrections.iter().map(|correction| &correction.by);
            corrections.for_each(|by| deeds.count("corrections", by));
            campaign.stages.iter().for_each(|moved| deeds.count("steps of a staged start", &moved.by));
            campaign.recalled.iter().for_each(|(by, _)| deeds.count("recalls", by));
        }
        notes.values().for_each(|note| deeds.count("notes", &note.by));
        items.values().for_each(|item| deeds.count("items in teams' plans", &item.by));
        approached.values().for_each(|of| deeds.count("people approached", &of.by));
        let settled = received.values().filter_map(|received| received.settled.as_ref());
        settled.for_each(|settled| deeds.count("hints decided", &settled.by));
        paused_initiatives.values().for_each(|by| deeds.count("initiatives paused", by));
        if let Some((_, PauseReason::Asked { by })) = paused {
            deeds.count("pauses", by);
        }
        let engagements = people.values().flat_map(|known| known.engagements.values());
        engagements.for_each(|engagement| deeds.of_engagement(engagement));
        About {
            said: received.iter().filter(|(_, of)| of.person == *person).map(|(of, it)| (*of, it)).collect(),
            named: received.values().filter(names).count(),
            approached: approached
                .iter()
                .filter(|((_, who), _)| who == person)
                .map(|((initiative, _), of)| (initiative, of))
                .collect(),
            notes: notes.values().filter(|note| note.about.as_ref() == Some(person)).collect(),
            bookings: bookings
                .iter()
                .filter(|(_, booking)| booking.is_side(person) || booking.was_host(person))
                .map(|(of, booking)| (*of, booking))
                .collect(),
            waits: waiting_list
                .iter()
                .filter(|(_, wait)| wait.person == *person)
                .map(|(of, wait)| (*of, wait))
                .collect(),
            hours: added_hours.get(person).map(Vec::as_slice).unwrap_or_default(),
            blocks: blocks.get(person).map_or(0, |uids| uids.len()),
            sent,
            deeds: deeds.counted,
        }
    }
}

fn names(received: &Received, account: Option<&SlackUserId>) -> bool {
    let whom = received.referral.as_ref().and_then(|referral| referral.whom.as_ref());
    account.is_some() && whom == account
}

/// What one person did as an advocate.
struct Deeds<'a> {
    by: &'a PersonId,
    counted: BTreeMap<&'static str, usize>,
}

impl Deeds<'_> {
    fn count(&mut self, what: &'static str, by: &PersonId) {
        if by == self.by {
            *self.counted.entry(what).or_default() += 1;
        }
    }

    fn of_engagement(&mut self, engagement: &Engagement) {
        for stance in engagement.stances.values() {
            if let How::Recorded { by } = &stance.how {
                self.count("answers recorded for others", by);
            }
        }
        engagement.verdicts.values().for_each(|judged| self.count("messages approved or held", &judged.by));
        engagement.edits.values().for_each(|edited| self.count("messages rewritten", &edited.by));
        engagement.handed_over.iter().for_each(|by| self.count("people you speak to yourself", by));
    }
}

/// What is held by person, for whoever tells it: the compiler asks about each new field.
#[derive(Debug)]
pub struct Held<'a> {
    /// Their account.
    pub slack: Option<&'a SlackUserId>,
    /// Accounts of before that are known to have been theirs.
    pub former: Vec<&'a SlackUserId>,
    /// Whether their direct message with the bot is known.
    pub conversation: bool,
    /// Why no message can reach them, and since when.
    pub unreachable: Option<(&'a str, Timestamp)>,
    /// When something about their account last was in doubt, or changed.
    pub account_changed: Option<Timestamp>,
    /// They want nothing more at all.
    pub stopped: bool,
    /// They want nothing more about these.
    pub stopped_initiatives: Vec<&'a InitiativeId>,
    /// Nothing before then.
    pub snoozed_until: Option<Timestamp>,
    /// The first and the last day of a leave that an advocate entered.
    pub leave: Option<(jiff::civil::Date, jiff::civil::Date)>,
}

impl PersonState {
    /// What is held about them beside their engagements.
    pub fn held(&self) -> Held<'_> {
        let Self {
            slack,
            former,
            channel,
            unreachable,
            changed,
            doubted,
            stopped,
            stopped_initiatives,
            snoozed_until,
            leave,
            // Told with what was said, booked and sent.
            proof: _,
            corrected: _,
            lost: _,
            before: _,
            told_unreachable: _,
            stopped_since: _,
            asked: _,
            offers: _,
            bookings: _,
            rehearsed: _,
            digest: _,
            campaign: _,
            engagements: _,
        } = self;
        Held {
            slack: slack.as_ref(),
            former: former.keys().collect(),
            conversation: channel.is_some(),
            unreachable: unreachable.as_ref().map(|refused| (refused.code.as_str(), refused.at)),
            account_changed: changed
                .as_ref()
                .map(|changed| changed.at)
                .max(doubted.as_ref().map(|doubted| doubted.at)),
            stopped: *stopped,
            stopped_initiatives: stopped_initiatives.iter().collect(),
            snoozed_until: *snoozed_until,
            leave: *leave,
        }
    }
}

/// What is held of one engagement, for whoever tells it.
#[derive(Debug)]
pub struct Engaged<'a> {
    /// The stance that counts, since when, and who recorded it if not they themselves.
    pub stance: Option<(Stance, Timestamp, Option<&'a PersonId>)>,
    /// Why, in their words.
    pub reason: Option<&'a str>,
    /// They asked to hear what became of it.
    pub wants_follow_up: bool,
    /// They found the heads-up right.
    pub confirmed: bool,
    /// They have a concern that nobody has released.
    pub concern: bool,
    /// When a conversation was recorded.
    pub conversation: Option<Timestamp>,
    /// Messages that an advocate judged or rewrote before they went.
    pub looked_at: usize,
    /// The advocate who speaks to them instead.
    pub handed_over: Option<&'a PersonId>,
    /// Whether a message arrived can't be found out.
    pub unknown: bool,
    /// How many messages were given up because their time had passed.
    pub missed: u32,
}

impl Engagement {
    /// What is held of it.
    pub fn held(&self) -> Engaged<'_> {
        let Self {
            stances: _,
            reason,
            // Told with its reason.
            reason_at: _,
            wants_follow_up,
            confirmed,
            concern,
            settled: _,
            // Told with what was said and sent.
            said: _,
            reached: _,
            deliveries: _,
            unknown,
            missed,
            // Slack's word about a message, which its advocates are told.
            refused: _,
            conversation,
            verdicts,
            edits,
            handed_over,
        } = self;
        let stance = self.stance().map(|taken| {
            let by = match &taken.how {
                How::Clicked => None,
                How::Recorded { by } => Some(by),
            };
            (taken.stance, taken.at, by)
        });
        Engaged {
            stance,
            reason: reason.as_ref().and_then(|reason| reason.reveal()),
            wants_follow_up: *wants_follow_up,
            confirmed: *confirmed,
            concern: concern.is_some(),
            conversation: conversation.map(|(_, at)| at),
            looked_at: verdicts.len() + edits.len(),
            handed_over: handed_over.as_ref(),
            unknown: *unknown,
            missed: *missed,
        }
    }
}
