//! What was promised, as PRODUCT says it, over plain maps: it watches everything that anybody was sent.
//!
//! Nothing here is taken from the code that plans and decides. Records tell what a post is for and what was
//! acknowledged; humans are known by their accounts, whatever the files call them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::organisation::{Human, account, given_name};
use super::slack::Shown;
use super::time::Time;
use super::truth::Truth;
use crate::domain::effect::{DeliveryKey, PostKey};
use crate::domain::engagement::{Stance, Touch};
use crate::domain::event::{Cause, Event, How as Known, PauseReason, Record, Said, Verdict};
use crate::domain::ids::Seq;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// Which promise.
    pub(super) rule: &'static str,
    pub(super) at: Timestamp,
    pub(super) how: String,
}

/// A post on record: what it is for, and when each try was decided.
#[derive(Debug, Clone)]
pub(super) struct Intended {
    pub(super) key: PostKey,
    /// The latest record of a try, counting through rewinds.
    pub(super) seq: u64,
    /// True when it was recorded.
    pub(super) at: Timestamp,
}

/// Something after which less may be sent, by the record of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Stop(Option<usize>),
    Unstop(Option<usize>),
    Snooze(Timestamp),
    Stance(usize, Stance),
    FollowUp(usize),
    Talked(usize),
    Concern(usize),
    Released(usize),
}

/// A campaign message that arrived.
#[derive(Debug, Clone)]
pub(super) struct Touched {
    pub(super) at: Timestamp,
    pub(super) about: usize,
    pub(super) touch: Touch,
}

#[derive(Debug, Default)]
pub(super) struct Promise {
    pub(super) broken: Vec<Broken>,
    /// By mark, and by the beginning of it that file names carry.
    pub(super) posts: BTreeMap<String, Intended>,
    pub(super) acts: BTreeMap<Human, Vec<(u64, Act)>>,
    /// Teams' items in plans: initiative, team, since.
    pub(super) planned: Vec<(usize, String, u64)>,
    pub(super) recalled: BTreeMap<usize, (u64, bool)>,
    pub(super) handed_over: BTreeMap<(Human, usize), (u64, bool)>,
    pub(super) held: BTreeMap<String, (u64, bool)>,
    pub(super) leaves: BTreeMap<Human, (u64, Option<(jiff::civil::Date, jiff::civil::Date)>)>,
    pub(super) paused: Option<u64>,
    /// The same of one initiative.
    pub(super) paused_about: BTreeMap<usize, (u64, bool)>,
    pub(super) touched: BTreeMap<Human, Vec<Touched>>,
    pub(super) arrived: BTreeMap<(String, String), Timestamp>,
    /// When Slack refused to show a conversation, and whose account it is with.
    pub(super) denied: Vec<(Timestamp, String)>,
    /// The marks of messages that came a second time because of that.
    pub(super) copied: BTreeSet<String>,
    /// Slots that are sold: host, from, until, by the record of the booking.
    pub(super) sold: BTreeMap<u64, (Human, Human, Timestamp, Timestamp)>,
    /// Records and what was shown that were looked at.
    pub(super) read: usize,
    pub(super) base: u64,
    pub(super) shown: usize,
    /// Where the disk was put back to, and the number of the first record after that.
    pub(super) rewinds: Vec<(u64, u64)>,
    /// Words of each human's own.
    pub(super) words: BTreeMap<String, Human>,
    /// When anything was last amiss with the clock.
    pub(super) strayed: Option<Timestamp>,
    /// Digests that went out, and news that the next one has to tell.
    pub(super) digests: BTreeMap<Human, Vec<u64>>,
    pub(super) news: Vec<(u64, Timestamp, usize)>,
    /// Who answered by a click, and about what.
    pub(super) answered: Vec<(u64, Human, usize)>,
    /// The record of the try of the last digest that each advocate was shown.
    pub(super) read_digests: BTreeMap<Human, u64>,
    /// The asked: by human and initiative.
    pub(super) asked: BTreeSet<(Human, usize)>,
    /// When somebody last did something of their own.
    pub(super) acted: BTreeMap<Human, Timestamp>,
    /// Where *stop* was typed, with when and by whom, and the record of it.
    pub(super) stops: BTreeMap<(String, String), (Timestamp, Human, Option<u64>)>,
    /// Who said that they would like to talk, and about what, by the record of it.
    pub(super) talks: BTreeMap<u64, (Human, usize)>,
    /// Who said that somebody else decides, about what, and the record that settled it; by the record of it.
    pub(super) referrals: BTreeMap<u64, (Human, usize, Option<u64>)>,
    /// When the process that runs was started.
    pub(super) started: Option<Timestamp>,
}

impl Promise {
    pub(super) fn breaks(&mut self, rule: &'static str, at: Timestamp, how: impl Into<String>) {
        let how = how.into();
        // The first of a kind tells the story; the rest would bury it.
        if self.broken.iter().filter(|broken| broken.rule == rule).count() < 3 {
            self.broken.push(Broken { rule, at, how });
        }
    }

    /// The disk was put back: what was on record after that never was, but what was sent was sent.
    pub(super) fn rewinds(&mut self, records: usize) {
        let cut = self.base + records as u64;
        let high = self.base + self.read as u64;
        for acts in self.acts.values_mut() {
            acts.retain(|(seq, _)| *seq <= cut);
        }
        self.planned.retain(|(.., seq)| *seq <= cut);
        self.stops.values_mut().for_each(|(.., seq)| *seq = seq.filter(|seq| *seq <= cut));
        self.recalled.retain(|_, (seq, _)| *seq <= cut);
        self.paused_about.retain(|_, (seq, _)| *seq <= cut);
        self.handed_over.retain(|_, (seq, _)| *seq <= cut);
        self.held.retain(|_, (seq, _)| *seq <= cut);
        self.leaves.retain(|_, (seq, _)| *seq <= cut);
        self.sold.retain(|seq, _| *seq <= cut);
        self.news.retain(|(seq, ..)| *seq <= cut);
        self.answered.retain(|(seq, ..)| *seq <= cut);
        self.digests.values_mut().for_each(|all| all.retain(|seq| *seq <= cut));
        self.paused = self.paused.filter(|seq| *seq <= cut);
        self.rewinds.push((records as u64, high));
        self.base = high - records as u64;
        self.read = records;
    }

    /// Takes in what is new on record.
    pub(super) fn reads(&mut self, records: &[(Record, Timestamp)], truth: &Truth, time: &Time) {
        if !time.is_right() {
            self.strayed = Some(time.truth());
        }
        for (record, at) in records {
            self.read += 1;
            self.record(record, *at, truth);
        }
    }

    /// Takes in what was newly shown.
    pub(super) fn watches(&mut self, shown: &[Shown], truth: &Truth) {
        for shown in shown {
            self.shown += 1;
            self.show(shown, truth);
        }
    }

    /// A post that went out under the id of what it was called before, or of nothing at all.
    pub(super) fn goes_by(&mut self, mark: &str, key: &PostKey) {
        let latest = self.posts.values().filter(|intended| intended.key == *key).max_by_key(|of| of.seq);
        if let Some(intended) = latest.cloned() {
            self.posts.insert(mark.to_owned(), intended.clone());
            self.posts.insert(mark.chars().take(12).collect(), intended);
        }
    }

    pub(super) fn knows(&self, mark: &str) -> bool {
        self.posts.contains_key(mark)
    }

    /// A record's number among all that ever were.
    fn number(&self, seq: Seq) -> u64 {
        self.base + seq.0
    }

    fn record(&mut self, record: &Record, now: Timestamp, truth: &Truth) {
        let seq = self.number(record.seq);
        let actor = record.cause.as_ref().and_then(|cause| match cause {
            Cause::Click(user, _) => truth.human_of(user.as_str()),
            Cause::Message(channel, _) | Cause::Edit(channel, ..) => {
                truth.human_of(&format!("U{}", &channel.as_str()[1..]))
            }
            Cause::Slash(trigger) => truth.human_of(trigger.split(' ').next().unwrap_or_default()),
            Cause::Submission(view) => truth.human_of(view.split('-').nth(1).unwrap_or_default()),
            Cause::Event(_) | Cause::Webhook(_) => None,
        });
        if let Some(human) = actor {
            self.acted.insert(human, now);
        }
        if let Some(Cause::Message(channel, ts)) = &record.cause
            && let Some((.., heard)) = self.stops.get_mut(&(channel.to_string(), ts.to_string()))
        {
            *heard = Some(seq);
            if !matches!(record.event, Event::Stopped { initiative: None, .. }) {
                let how = format!("“stop” became {:?}", record.event);
                self.breaks("a typed stop stops", now, how);
            }
        }
        let of = |person: &crate::domain::ids::PersonId| actor.or_else(|| truth.human(person.as_str()));
        let named = |person: &crate::domain::ids::PersonId| truth.human(person.as_str());
        let about = |id: &crate::domain::ids::InitiativeId| truth.proposal(id.as_str());
        let mut acts = |human: Option<Human>, act: Option<Act>| {
            if let (Some(human), Some(act)) = (human, act) {
                self.acts.entry(human).or_default().push((seq, act));
            }
        };
        match &record.event {
            Event::PostIntended { key, .. } => {
                let mark = key.id().to_string();
                let intended = Intended { key: key.clone(), seq, at: now };
                self.posts.insert(mark[..12].to_owned(), intended.clone());
                self.posts.insert(mark, intended);
                if let PostKey::Digest { to, .. } = key
                    && let Some(human) = named(to)
                {
                    self.digests.entry(human).or_default().push(seq);
                }
            }
            Event::PostMissed { key: PostKey::Touch(key) } => {
                let off = record.at.duration_since(now).abs();
                if SignedDuration::from_hours(1) < off {
                    let how = format!("{key:?} was written off while the clock was {} h off", off.as_hours());
                    self.breaks("nothing is written off on one look at a wrong clock", now, how);
                }
                self.writes_off(key, now, truth);
            }
            Event::Stopped { person, initiative } => {
                let initiative = initiative.as_ref().map(about);
                acts(
                    of(person),
                    initiative
                        .map_or(Some(Act::Stop(None)), |about| about.map(|about| Act::Stop(Some(about)))),
                );
            }
            Event::StopUndone { person, initiative } => {
                let initiative = initiative.as_ref().map(about);
                acts(
                    of(person),
                    initiative
                        .map_or(Some(Act::Unstop(None)), |about| about.map(|about| Act::Unstop(Some(about)))),
                );
            }
            Event::Snoozed { person, until } => acts(of(person), Some(Act::Snooze(*until))),
            Event::StanceTaken { person, initiative, stance, how, .. } => {
                let clicked = matches!(how, Known::Clicked);
                let human = if clicked { of(person) } else { named(person) };
                if clicked && let (Some(human), Some(about)) = (human, about(initiative)) {
                    self.answered.push((seq, human, about));
                }
                acts(human, about(initiative).map(|about| Act::Stance(about, *stance)));
                if clicked && let Some(about) = about(initiative) {
                    self.news.push((seq, now, about));
                }
            }
            // Nobody can know better than the advocate: what went to the former account went to somebody else, and what it
            // answered is somebody else's answer. What keeps messages off stays.
            Event::AccountConfirmed { person, same: false, .. } => {
                if let Some(human) = named(person) {
                    let keeps_off = |act: &Act| matches!(act, Act::Stop(_) | Act::Unstop(_) | Act::Snooze(_));
                    if let Some(acts) = self.acts.get_mut(&human) {
                        acts.retain(|(_, act)| keeps_off(act));
                    }
                    self.arrived.retain(|(name, _), _| name != given_name(human));
                    self.touched.remove(&human);
                }
            }
            Event::ReasonGiven { person, initiative, follow_up: true, .. } => {
                acts(of(person), about(initiative).map(Act::FollowUp));
            }
            Event::ConversationRecorded { person, initiative, .. } => {
                acts(named(person), about(initiative).map(Act::Talked));
            }
            Event::ConcernReleased { person, initiative, .. } => {
                acts(named(person), about(initiative).map(Act::Released));
            }
            Event::MessageReceived { person, initiative, said, referral, .. } => {
                let concern = matches!(
                    said,
                    crate::domain::event::Said::Concern | crate::domain::event::Said::Correction
                );
                let about = initiative.as_ref().and_then(about);
                if concern {
                    acts(of(person), about.map(Act::Concern));
                }
                if let (Some(human), Some(about), Said::Talk) = (of(person), about, said) {
                    self.talks.insert(seq, (human, about));
                }
                if let (Some(human), Some(about)) = (of(person), about)
                    && referral.as_ref().is_some_and(|referral| referral.decides)
                {
                    self.referrals.insert(seq, (human, about, None));
                }
                if let (crate::domain::event::Said::Question, Some(about), Some(human)) =
                    (said, about, of(person))
                {
                    self.asked.insert((human, about));
                }
            }
            Event::Approached { referral, .. } | Event::ReferralDismissed { referral, .. } => {
                let referral = self.number(*referral);
                if let Some((.., settled)) = self.referrals.get_mut(&referral) {
                    *settled = Some(seq);
                }
            }
            Event::ItemPlanned { initiative, team, .. } => {
                if let Some(about) = about(initiative) {
                    self.planned.push((about, team.to_string(), seq));
                }
            }
            Event::Recalled { initiative, recalled, .. } => {
                if let Some(about) = about(initiative) {
                    self.recalled.insert(about, (seq, *recalled));
                }
            }
            Event::HandedOver { person, initiative, taken, .. } => {
                if let (Some(human), Some(about)) = (named(person), about(initiative)) {
                    self.handed_over.insert((human, about), (seq, *taken));
                }
            }
            Event::DeliveryJudged { delivery, verdict, .. } => {
                let key = self.called(&PostKey::Touch(delivery.clone()), truth);
                self.held.insert(key, (seq, *verdict == Verdict::Held));
            }
            Event::LeaveEntered { person, days, .. } => {
                if let Some(human) = named(person) {
                    self.leaves.insert(human, (seq, *days));
                }
            }
            Event::InitiativePaused { initiative, paused, .. } => {
                if let Some(about) = about(initiative) {
                    self.paused_about.insert(about, (seq, *paused));
                }
            }
            Event::PostingPaused { reason: PauseReason::Asked { .. } } => self.paused = Some(seq),
            Event::PostingResumed { .. } => self.paused = None,
            Event::SlotBooked { guest, host, starts, minutes, .. } => {
                let until = *starts + SignedDuration::from_mins(i64::from(*minutes));
                if let (Some(guest), Some(host)) = (of(guest), named(host)) {
                    self.sells(seq, guest, host, *starts, until, now);
                }
            }
            Event::BookingMoved { booking, host, starts, minutes, .. } => {
                let until = *starts + SignedDuration::from_mins(i64::from(*minutes));
                let booking = self.number(*booking);
                if let (Some((guest, ..)), Some(host)) = (self.sold.remove(&booking), named(host)) {
                    self.sells(booking, guest, host, *starts, until, now);
                }
            }
            Event::BookingCancelled { booking, .. } | Event::BookingClosed { booking, .. } => {
                let booking = self.number(*booking);
                self.sold.remove(&booking);
            }
            _ => {}
        }
    }

    /// To whom the touch of `key` went, and when it arrived.
    pub(super) fn arrival(&self, key: &PostKey, truth: &Truth) -> Option<(Human, Timestamp)> {
        let human = truth.human(key.delivery()?.person.as_str())?;
        let arrived = self.arrived.get(&(given_name(human).to_owned(), self.called(key, truth)))?;
        Some((human, *arrived))
    }

    /// A touch counts as missed from `now` on. What reached somebody who can still be asked for it has not been missed: they
    /// would be written to too soon, and be counted among those whom nothing has reached.
    fn writes_off(&mut self, key: &DeliveryKey, now: Timestamp, truth: &Truth) {
        let Some(human) = truth.human(key.person.as_str()) else { return };
        let name = given_name(human).to_owned();
        let called = self.called(&PostKey::Touch(key.clone()), truth);
        let day = SignedDuration::from_hours(25);
        // What reached an account stays with it once another is named or has come.
        let is_there = truth.rightful(human) == Some(account(human).as_str())
            && truth.settled(human).is_none_or(|since| since + day < now);
        if let Some(arrived) = self.arrived.get(&(name.clone(), called.clone()))
            && is_there
        {
            let how = format!("{name} got {called} at {arrived}");
            self.breaks("what arrived is never written off", now, how);
        }
    }

    fn sells(
        &mut self,
        seq: u64,
        guest: Human,
        host: Human,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) {
        let taken =
            self.sold.values().find(|(of, _, start, end)| *of == host && *start < until && from < *end);
        if let Some((_, other, start, _)) = taken {
            let how = format!(
                "{} and {} both have {} at {start}",
                given_name(guest),
                given_name(*other),
                given_name(host)
            );
            self.breaks("one slot has one guest", now, how);
        }
        self.sold.insert(seq, (host, guest, from, until));
    }

    /// What a post is for, with humans and initiatives by number and records told apart through rewinds.
    pub(super) fn called(&self, key: &PostKey, truth: &Truth) -> String {
        let mut json = serde_json::to_value(key).unwrap_or_default();
        self.rename(&mut json, truth);
        json.to_string()
    }

    fn rename(&self, json: &mut Value, truth: &Truth) {
        let Value::Object(fields) = json else { return };
        for (name, value) in fields.iter_mut() {
            match (name.as_str(), &value) {
                ("to" | "person", Value::String(id)) => {
                    if let Some(human) = truth.human(id) {
                        *value = given_name(human).into();
                    }
                }
                ("initiative", Value::String(id)) => {
                    if let Some(about) = truth.proposal(id) {
                        *value = about.into();
                    }
                }
                (_, Value::Number(seq)) => {
                    // A number that was given again after a rewind is another's.
                    let seq = seq.as_u64().unwrap_or_default();
                    let epoch = self.rewinds.iter().filter(|(records, _)| *records < seq).count();
                    *value = format!("{seq}/{epoch}").into();
                }
                (_, Value::Object(_)) => self.rename(value, truth),
                _ => {}
            }
        }
    }

    /// Whether `human` got anything about `about`.
    pub(super) fn reached(&self, human: Human, about: usize) -> bool {
        self.touched.get(&human).into_iter().flatten().any(|touched| touched.about == about)
    }

    /// What arrived of campaigns from `since` on: to whom, what, when.
    pub(super) fn arrivals(&self, since: Timestamp) -> Vec<(String, String, Timestamp)> {
        self.arrived
            .iter()
            .filter(|((_, key), at)| since <= **at && key.contains("\"post\":\"touch\""))
            .map(|((to, key), at)| (to.clone(), key.clone(), *at))
            .collect()
    }

    /// The same name for a post that is only planned.
    pub(super) fn name_of(&self, key: &PostKey, truth: &Truth) -> String {
        self.called(key, truth)
    }

    /// Which campaign message a mark is of: to whom and about what.
    pub(super) fn touch_of(&self, mark: &str, truth: &Truth) -> Option<(Human, usize)> {
        let PostKey::Touch(delivery) = &self.posts.get(mark)?.key else { return None };
        Some((truth.human(delivery.person.as_str())?, truth.proposal(delivery.initiative.as_str())?))
    }
}

impl Promise {
    /// Whether the disk was never put back.
    pub(super) fn rewound_never(&self) -> bool {
        self.rewinds.is_empty()
    }

    /// Whether it may have been put back since.
    pub(super) fn rewound_since(&self, _: Timestamp) -> bool {
        !self.rewinds.is_empty()
    }
}
