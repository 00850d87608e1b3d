//! The fold of the journal: everything known, in memory, stored nowhere else.
//!
//! Invariant: `State` is a function of the records alone. [`State::apply`] never fails, never looks at
//! the configuration or the clock, and ignores what a record before it has already settled, so that a
//! fact can't be recorded twice with effect. Uniqueness is decided here and nowhere else.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::calendar::Quarter;
use super::effect::{DeliveryKey, PostId, PostKey};
use super::engagement::{Audience, Stance, Touch};
use super::event::{Cause, Event, How, PauseReason, Record, RefusedFor, Renames, Said};
use super::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};
use super::personal::Personal;
use super::program::ConfigDigest;

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
    /// Its life passed.
    Missed,
}

impl Phase {
    /// Whether another attempt may still be made.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }
}

/// A post and what became of it.
#[derive(Debug, Clone)]
pub struct PostState {
    /// What it is for.
    pub key: PostKey,
    /// The latest attempt, from 1.
    pub attempt: u32,
    /// How far it has come.
    pub phase: Phase,
    /// When its latest attempt was intended; campaign messages are counted by it.
    pub intended_at: Timestamp,
    /// The teams whose ask it names.
    pub teams: Vec<TeamId>,
    /// The role it is argued for.
    pub audience: Option<Audience>,
    /// The latest record that changes what it should show.
    pub changed: Seq,
    /// The record up to which it shows.
    pub shown: Seq,
}

impl PostState {
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
    /// They asked to hear what became of it.
    pub wants_follow_up: bool,
    /// They found the heads-up right.
    pub confirmed: bool,
    /// They raised a concern (or found something wrong) that no advocate has released.
    pub concern: Option<Seq>,
    /// Records of what they said or asked for.
    pub said: Vec<Seq>,
    /// A conversation was recorded by hand, then.
    pub conversation: Option<Timestamp>,
    /// The deliveries, by touch and occurrence.
    pub deliveries: BTreeMap<(Touch, Option<Date>), PostId>,
}

impl Engagement {
    /// The stance that counts for this person: the latest on any of the asks.
    pub fn stance(&self) -> Option<&StanceState> {
        self.stances.values().max_by_key(|stance| stance.since)
    }

    /// Whether they have been engaged: a stance, a question, a conversation (ARCHITECTURE: *engaged*).
    pub fn is_engaged(&self) -> bool {
        !self.stances.is_empty() || !self.said.is_empty() || self.conversation.is_some()
    }
}

/// What is known of one person.
#[derive(Debug, Clone, Default)]
pub struct PersonState {
    /// Their id in Slack.
    pub slack: Option<SlackUserId>,
    /// Their direct message with the bot.
    pub channel: Option<SlackChannelId>,
    /// Why no message can reach them: Slack's code, since when, and by which post.
    pub unreachable: Option<(String, Timestamp)>,
    /// They want nothing more at all.
    pub stopped: bool,
    /// They want nothing more about these.
    pub stopped_initiatives: BTreeSet<InitiativeId>,
    /// Nothing before then.
    pub snoozed_until: Option<Timestamp>,
    /// When campaign messages went out to them, oldest first; a fortnight is kept.
    pub campaign: VecDeque<Timestamp>,
    /// By initiative and quarter.
    pub engagements: BTreeMap<(InitiativeId, Quarter), Engagement>,
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
    /// When.
    pub at: Timestamp,
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
    /// By person.
    pub people: HashMap<PersonId, Arc<PersonState>>,
    /// Slack users to people.
    pub by_slack: HashMap<SlackUserId, PersonId>,
    /// Posts that are not finished, or whose message can still be met.
    pub posts: HashMap<PostId, Arc<PostState>>,
    /// Posts without an outcome: in doubt, or waiting for another attempt.
    pub unsettled: BTreeSet<PostId>,
    /// Sent messages that don't show everything yet.
    pub outdated: BTreeSet<PostId>,
    /// What people said or asked for.
    pub received: BTreeMap<Seq, Received>,
    /// What advocates noted.
    pub notes: BTreeMap<Seq, NoteState>,
    /// Items in teams' plans.
    pub items: BTreeMap<(InitiativeId, TeamId, Quarter), ItemState>,
    /// Posting has stopped, since this record.
    pub paused: Option<(Seq, PauseReason)>,
    /// Campaign messages of the last hours to anybody, oldest first.
    pub recent_campaign: VecDeque<Timestamp>,
    /// Ids that posts would have after a renaming, to the ids they have.
    aliases: HashMap<PostId, PostId>,
    causes: HashSet<Cause>,
    causes_by_age: VecDeque<(Timestamp, Cause)>,
}

/// How long a cause is remembered. Slack drops events more than two hours late.
const CAUSE_MEMORY: SignedDuration = SignedDuration::from_hours(24);
const CAMPAIGN_MEMORY: SignedDuration = SignedDuration::from_hours(24 * 14);
const BURST_MEMORY: SignedDuration = SignedDuration::from_hours(2);

fn forget_before<T>(queue: &mut VecDeque<T>, moment: Timestamp, of: impl Fn(&T) -> Timestamp) -> Vec<T> {
    let old = queue.iter().take_while(|entry| of(entry) < moment).count();
    queue.drain(..old).collect()
}

fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
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
        self.people.get(person)?.engagements.get(&(initiative.clone(), quarter))
    }

    /// What became of a post.
    pub fn post(&self, post: PostId) -> Option<&PostState> {
        self.posts.get(&self.resolve(post)).map(Arc::as_ref)
    }

    /// The id under which a post went out: renaming somebody doesn't make it another post.
    pub fn resolve(&self, post: PostId) -> PostId {
        self.aliases.get(&post).copied().unwrap_or(post)
    }

    /// Takes one record in. Records come in the order of their places.
    pub fn apply(&mut self, record: &Record) {
        self.head = record.seq;
        self.as_of = Some(record.at);
        if let Some(cause) = &record.cause {
            self.remember(record.at, cause);
        }
        let (seq, at) = (record.seq, record.at);
        match &record.event {
            Event::ConfigAdopted { digest, initiatives, renamed } => {
                self.rename(renamed);
                for initiative in initiatives {
                    self.initiatives.entry(initiative.clone()).or_insert(at);
                }
                self.adopted = Some(Adopted { digest: digest.clone(), at });
            }
            Event::PersonLinked { person, slack } => {
                let state = person_mut(&mut self.people, person);
                if let Some(before) = state.slack.replace(slack.clone())
                    && before != *slack
                {
                    // A person who moved to another account has another direct message.
                    self.by_slack.remove(&before);
                    state.channel = None;
                    state.unreachable = None;
                }
                self.by_slack.insert(slack.clone(), person.clone());
            }
            Event::PostIntended { key, attempt, deadline, teams, audience } => {
                self.intended(at, key, *attempt, *deadline, teams, *audience);
            }
            Event::PostSent { post, attempt, channel, ts } => {
                self.sent(at, seq, *post, *attempt, channel, ts)
            }
            Event::PostRefused { post, attempt, because, code } => {
                if self.settle(*post, *attempt, Phase::Refused { because: *because, code: code.clone() })
                    && *because == RefusedFor::Recipient
                    && let Some(to) = self.posts.get(post).map(|post| post.key.to().clone())
                {
                    person_mut(&mut self.people, &to).unreachable = Some((code.clone(), at));
                }
            }
            Event::PostDeferred { post, attempt, until, .. } => {
                self.settle(*post, *attempt, Phase::Waiting { until: *until });
            }
            Event::PostAbsent { post, attempt } => {
                self.settle(*post, *attempt, Phase::Waiting { until: at });
            }
            Event::PostUnknown { post, attempt } => {
                self.settle(*post, *attempt, Phase::Unknown);
            }
            Event::PostMissed { key } => self.missed(at, key),
            Event::PostShown { post, through } => {
                if let Some(state) = post_mut(&mut self.posts, post) {
                    state.shown = state.shown.max(*through);
                    if state.shown >= state.changed {
                        self.outdated.remove(post);
                    }
                }
            }
            Event::StanceTaken { person, initiative, teams, quarter, stance, how } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                for team in teams {
                    let taken = StanceState { stance: *stance, at, since: seq, how: how.clone() };
                    engagement.stances.insert(team.clone(), taken);
                }
                engagement.concern = (*stance == Stance::Concerned).then_some(seq);
                if *stance != Stance::Declined {
                    engagement.reason = None;
                }
                self.changed(seq, person, initiative, *quarter);
            }
            Event::ReasonGiven { person, initiative, quarter, reason, follow_up } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                engagement.reason = Some(reason.clone());
                engagement.wants_follow_up = *follow_up;
                self.changed(seq, person, initiative, *quarter);
            }
            Event::HeadsUpConfirmed { person, initiative, quarter } => {
                self.engagement_mut(person, initiative, *quarter).confirmed = true;
                self.changed(seq, person, initiative, *quarter);
            }
            Event::ConcernReleased { person, initiative, quarter, .. } => {
                self.engagement_mut(person, initiative, *quarter).concern = None;
            }
            Event::MessageReceived { person, initiative, said, text, place } => {
                self.received(record, person, initiative.as_ref(), *said, text.as_ref(), place.as_ref());
            }
            Event::ConversationRecorded { person, initiative, quarter, .. } => {
                self.engagement_mut(person, initiative, *quarter).conversation = Some(at);
            }
            Event::NoteTaken { by, about, initiative, text } => {
                let (by, about, initiative) = (by.clone(), about.clone(), initiative.clone());
                self.notes.insert(seq, NoteState { by, about, initiative, text: text.clone(), at });
            }
            Event::ItemPlanned { initiative, team, quarter, by, link } => {
                let item = ItemState { link: link.clone(), at, by: by.clone() };
                self.items.insert((initiative.clone(), team.clone(), *quarter), item);
            }
            Event::Stopped { person, initiative } => {
                let state = person_mut(&mut self.people, person);
                match initiative {
                    Some(initiative) => _ = state.stopped_initiatives.insert(initiative.clone()),
                    None => state.stopped = true,
                }
            }
            Event::StopUndone { person, initiative } => {
                let state = person_mut(&mut self.people, person);
                match initiative {
                    Some(initiative) => _ = state.stopped_initiatives.remove(initiative),
                    None => {
                        state.stopped = false;
                        state.stopped_initiatives.clear();
                    }
                }
            }
            Event::Snoozed { person, until } => {
                person_mut(&mut self.people, person).snoozed_until = Some(*until);
            }
            Event::PostingPaused { reason } => self.paused = Some((seq, reason.clone())),
            Event::PostingResumed { .. } => self.paused = None,
        }
    }

    fn remember(&mut self, at: Timestamp, cause: &Cause) {
        if self.causes.insert(cause.clone()) {
            self.causes_by_age.push_back((at, cause.clone()));
        }
        for (_, old) in forget_before(&mut self.causes_by_age, back(at, CAUSE_MEMORY), |(at, _)| *at) {
            self.causes.remove(&old);
        }
    }

    fn engagement_mut(
        &mut self,
        person: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
    ) -> &mut Engagement {
        let person = person_mut(&mut self.people, person);
        person.engagements.entry((initiative.clone(), quarter)).or_default()
    }

    fn intended(
        &mut self,
        at: Timestamp,
        key: &PostKey,
        attempt: u32,
        deadline: Timestamp,
        teams: &[TeamId],
        audience: Option<Audience>,
    ) {
        let id = self.resolve(key.id());
        if let Some(before) = self.posts.get(&id)
            && (!before.phase.is_open() || attempt <= before.attempt)
        {
            return;
        }
        let before = self.posts.get(&id).filter(|before| before.attempt > 0).map(|before| before.intended_at);
        if let Some(delivery) = key.delivery() {
            self.note_delivery(delivery, id);
            self.count_campaign(at, before, &delivery.person);
        }
        let (changed, shown) = (self.head, self.head);
        let post = PostState {
            key: key.clone(),
            attempt,
            phase: Phase::Intended { deadline },
            intended_at: at,
            teams: teams.to_vec(),
            audience,
            changed,
            shown,
        };
        self.posts.insert(id, Arc::new(post));
        self.unsettled.insert(id);
    }

    /// Counts a campaign message to `person`; a later attempt counts instead of the one `before`.
    fn count_campaign(&mut self, at: Timestamp, before: Option<Timestamp>, person: &PersonId) {
        let state = person_mut(&mut self.people, person);
        for (queue, memory) in
            [(&mut state.campaign, CAMPAIGN_MEMORY), (&mut self.recent_campaign, BURST_MEMORY)]
        {
            if let Some(old) = before.and_then(|before| queue.iter().position(|at| *at == before)) {
                queue.remove(old);
            }
            queue.push_back(at);
            forget_before(queue, back(at, memory), |at| *at);
        }
    }

    fn note_delivery(&mut self, delivery: &DeliveryKey, id: PostId) {
        self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter)
            .deliveries
            .insert((delivery.touch, delivery.occurrence), id);
    }

    /// Moves an intended post on; false if this attempt has been settled before.
    fn settle(&mut self, post: PostId, attempt: u32, phase: Phase) -> bool {
        let Some(state) = post_mut(&mut self.posts, &post) else { return false };
        if state.attempt != attempt || !matches!(state.phase, Phase::Intended { .. }) {
            return false;
        }
        if phase.is_open() {
            self.unsettled.insert(post);
        } else {
            self.unsettled.remove(&post);
        }
        state.phase = phase;
        true
    }

    fn sent(
        &mut self,
        at: Timestamp,
        seq: Seq,
        post: PostId,
        attempt: u32,
        channel: &SlackChannelId,
        ts: &MessageTs,
    ) {
        let sent = Phase::Sent { channel: channel.clone(), ts: ts.clone(), at };
        if !self.settle(post, attempt, sent) {
            return;
        }
        let Some(state) = post_mut(&mut self.posts, &post) else { return };
        // What was answered between intent and outcome is not in the message yet.
        if state.changed > state.shown {
            self.outdated.insert(post);
        } else {
            (state.changed, state.shown) = (seq, seq);
        }
        let person = person_mut(&mut self.people, state.key.to());
        person.channel = Some(channel.clone());
        person.unreachable = None;
    }

    fn missed(&mut self, at: Timestamp, key: &PostKey) {
        let id = self.resolve(key.id());
        if self.posts.get(&id).is_some_and(|post| !post.phase.is_open()) {
            return;
        }
        if let Some(delivery) = key.delivery() {
            self.note_delivery(delivery, id);
        }
        let attempt = self.posts.get(&id).map_or(0, |post| post.attempt);
        self.unsettled.remove(&id);
        let post = PostState {
            key: key.clone(),
            attempt,
            phase: Phase::Missed,
            intended_at: at,
            teams: Vec::new(),
            audience: None,
            changed: self.head,
            shown: self.head,
        };
        self.posts.insert(id, Arc::new(post));
    }

    fn received(
        &mut self,
        record: &Record,
        person: &PersonId,
        initiative: Option<&InitiativeId>,
        said: Said,
        text: Option<&Personal>,
        place: Option<&(SlackChannelId, MessageTs)>,
    ) {
        let received = Received {
            person: person.clone(),
            initiative: initiative.cloned(),
            said,
            text: text.cloned(),
            place: place.cloned(),
            at: record.at,
        };
        self.received.insert(record.seq, received);
        let state = person_mut(&mut self.people, person);
        if let Some((channel, _)) = place {
            state.channel = Some(channel.clone());
        }
        // The engagement is the latest one about this initiative: quarters follow one another.
        let latest = initiative.and_then(|initiative| {
            state.engagements.iter_mut().rev().find(|((about, _), _)| about == initiative)
        });
        if let Some(((initiative, quarter), engagement)) = latest {
            engagement.said.push(record.seq);
            if matches!(said, Said::Correction | Said::Concern) {
                engagement.concern = Some(record.seq);
            }
            let (initiative, quarter) = (initiative.clone(), *quarter);
            self.changed(record.seq, person, &initiative, quarter);
        }
    }

    /// Marks the sent messages of an engagement as no longer showing everything.
    fn changed(&mut self, seq: Seq, person: &PersonId, initiative: &InitiativeId, quarter: Quarter) {
        let Some(engagement) =
            self.people.get(person).and_then(|state| state.engagements.get(&(initiative.clone(), quarter)))
        else {
            return;
        };
        for post in engagement.deliveries.values() {
            let Some(state) = post_mut(&mut self.posts, post) else { continue };
            state.changed = seq;
            if matches!(state.phase, Phase::Sent { .. }) {
                self.outdated.insert(*post);
            }
        }
    }

    fn rename(&mut self, renames: &Renames) {
        for (old, new) in &renames.people {
            if let Some(state) = self.people.remove(old) {
                if let Some(slack) = &state.slack {
                    self.by_slack.insert(slack.clone(), new.clone());
                }
                self.people.entry(new.clone()).or_insert(state);
            }
        }
        for (old, new) in &renames.initiatives {
            if let Some(at) = self.initiatives.remove(old) {
                self.initiatives.entry(new.clone()).or_insert(at);
            }
        }
        if *renames == Renames::default() {
            return;
        }
        let initiative = |id: &mut InitiativeId| renamed(&renames.initiatives, id);
        let person = |id: &mut PersonId| renamed(&renames.people, id);
        let team = |id: &mut TeamId| renamed(&renames.teams, id);
        for state in self.people.values_mut().map(Arc::make_mut) {
            state.engagements = std::mem::take(&mut state.engagements)
                .into_iter()
                .map(|((mut about, quarter), mut engagement)| {
                    initiative(&mut about);
                    engagement.stances = std::mem::take(&mut engagement.stances)
                        .into_iter()
                        .map(|(mut of, stance)| {
                            team(&mut of);
                            (of, stance)
                        })
                        .collect();
                    ((about, quarter), engagement)
                })
                .collect();
            state.stopped_initiatives = std::mem::take(&mut state.stopped_initiatives)
                .into_iter()
                .map(|mut id| {
                    initiative(&mut id);
                    id
                })
                .collect();
        }
        for (id, post) in &mut self.posts {
            let post = Arc::make_mut(post);
            post.teams.iter_mut().for_each(team);
            match &mut post.key {
                PostKey::Touch(delivery) => {
                    person(&mut delivery.person);
                    initiative(&mut delivery.initiative);
                }
                PostKey::Relay { to, .. } | PostKey::Receipt { to, .. } | PostKey::Notice { to, .. } => {
                    person(to)
                }
            }
            if post.key.id() != *id {
                self.aliases.insert(post.key.id(), *id);
            }
        }
        for received in self.received.values_mut() {
            person(&mut received.person);
            received.initiative.iter_mut().for_each(initiative);
        }
        for note in self.notes.values_mut() {
            person(&mut note.by);
            note.about.iter_mut().for_each(person);
            note.initiative.iter_mut().for_each(initiative);
        }
        self.items = std::mem::take(&mut self.items)
            .into_iter()
            .map(|((mut about, mut of, quarter), item)| {
                initiative(&mut about);
                team(&mut of);
                ((about, of, quarter), item)
            })
            .collect();
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

fn renamed<T: Ord + Clone>(renames: &BTreeMap<T, T>, id: &mut T) {
    if let Some(new) = renames.get(id) {
        *id = new.clone();
    }
}
