//! The plan, kept up to date: after one event only what it touches is planned anew.
//!
//! Invariant: a refreshed plan equals the plan from nothing. A person's outlook holds until its wake or
//! until a record or an observation touches them; everything else is either counted up from the records
//! that are new or small enough to be looked at again each time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::domain::directory::Person;
use crate::domain::effect::{Effect, Post, PostId, PostKey};
use crate::domain::event::{Event, Record};
use crate::domain::ids::{InitiativeId, PersonId, Seq, TeamId};
use crate::domain::marks;
use crate::domain::observation::Observations;
use crate::domain::program::{ConfigDigest, Program};
use crate::domain::state::{Phase, PostState, State};

use super::bookings;
use super::case::{Ground, Memo};
use super::digest::Digests;
use super::disagreement::{self, Answer, Answers, Ask};
use super::eligible::{asks_whether_first, in_force, may_be_first};
use super::outlook::{Outlook, outlook};
use super::pacing::Burst;
use super::posts::{self, Item, Standing};
use super::refusals;
use super::review::{self, Waiting, Waits};
use super::touches::Frame;

/// A post in doubt is looked up this long after its deadline (ARCHITECTURE, A post).
pub(crate) const LOOK_UP_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Whom an event or observation concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Touched {
    /// Nobody's outlook changes.
    #[default]
    Nobody,
    /// The outlook of these.
    People(BTreeSet<PersonId>),
    /// Everything is planned from nothing.
    Everybody,
}

impl Touched {
    /// One person.
    pub fn person(person: &PersonId) -> Self {
        Self::People(BTreeSet::from([person.clone()]))
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everybody, _) | (_, Self::Everybody) => Self::Everybody,
            (Self::Nobody, touched) | (touched, Self::Nobody) => touched,
            (Self::People(mut these), Self::People(those)) => {
                these.extend(those);
                Self::People(these)
            }
        }
    }
}

/// Whom `record` concerns, given the state that includes it.
pub fn touched(program: &Program, state_after: &State, record: &Record) -> Touched {
    // Whoever is heard from may be written to again.
    let heard = state_after.heard_from(record).map(Touched::person);
    let touched = heard.fold(concerned(program, state_after, record), Touched::and);
    let Touched::People(people) = &touched else { return touched };
    // What an account of before said or has booked may hold messages to whoever has its entry, also where it has one of
    // its own still.
    let entries: BTreeSet<PersonId> =
        people.iter().flat_map(|before| state_after.entries_of(before)).cloned().collect();
    if entries.is_empty() { touched } else { touched.and(Touched::People(entries)) }
}

fn concerned(program: &Program, state_after: &State, record: &Record) -> Touched {
    let recipient = |post: &PostId| {
        state_after.post(*post).map_or(Touched::Nobody, |post| Touched::person(post.key.to()))
    };
    match &record.event {
        // Whoever is approached joins the people that are planned for; a campaign is everybody's.
        Event::ConfigAdopted { .. }
        | Event::Approached { .. }
        | Event::StageSet { .. }
        | Event::ContentRetried { .. }
        | Event::Recalled { .. }
        | Event::InitiativePaused { .. }
        | Event::Restored { .. }
        | Event::PersonForgotten { .. } => Touched::Everybody,
        Event::PostIntended { key, .. } | Event::PostMissed { key } => Touched::person(key.to()),
        Event::Revived { deliveries, .. } => {
            Touched::People(deliveries.iter().map(|delivery| delivery.person.clone()).collect())
        }
        // Later campaigns are not the first any more.
        Event::PostSent { .. }
            if program.approval.first_campaign
                && state_after.begun.is_some_and(|(_, since)| since == record.seq) =>
        {
            Touched::Everybody
        }
        Event::PostSent { post, .. }
        | Event::PostRefused { post, .. }
        | Event::PostDeferred { post, .. }
        | Event::PostAbsent { post, .. }
        | Event::PostUnknown { post, .. } => recipient(post),
        // Whose the posts and records of others are may have changed with it.
        Event::PersonLinked { .. } | Event::AccountRefused { .. } | Event::AccountConfirmed { .. }
            if state_after.reshaped == Some(record.seq) =>
        {
            Touched::Everybody
        }
        Event::PersonLinked { person, .. }
        | Event::AccountRefused { person, .. }
        | Event::AccountConfirmed { person, .. }
        | Event::StanceTaken { person, .. }
        | Event::ReasonGiven { person, .. }
        | Event::HeadsUpConfirmed { person, .. }
        | Event::ConcernReleased { person, .. }
        | Event::MessageReceived { person, .. }
        | Event::ConversationRecorded { person, .. }
        | Event::Stopped { person, .. }
        | Event::StopUndone { person, .. }
        | Event::MessageEdited { person, .. }
        | Event::LeaveEntered { person, .. }
        | Event::HandedOver { person, .. }
        | Event::Snoozed { person, .. } => Touched::person(person),
        // A booking is planned with its guest.
        Event::SlotBooked { guest, .. } => Touched::person(guest),
        Event::BookingMoved { booking: of, .. }
        | Event::BookingCancelled { booking: of, .. }
        | Event::BookingClosed { booking: of, .. } => {
            state_after.bookings.get(of).map_or(Touched::Nobody, |booking| Touched::person(&booking.guest))
        }
        Event::WaitJoined { person, .. } | Event::WaitLeft { person, .. } => Touched::person(person),
        Event::DeliveryJudged { delivery, .. } | Event::DeliveryEdited { delivery, .. } => {
            Touched::person(&delivery.person)
        }
        Event::QuestionPlaced { question: of, .. }
        | Event::QuestionMatched { question: of, .. }
        | Event::AnswerRated { question: of, .. }
        | Event::QuestionAnswered { question: of, .. }
        | Event::ReferralDismissed { referral: of, .. } => {
            state_after.received.get(of).map_or(Touched::Nobody, |received| Touched::person(&received.person))
        }
        // An advocate may take an answer back; then it is the asker who doesn't get it.
        Event::MessageDeleted { person, of } => {
            let question = state_after.answers.get(of).map(|answer| answer.question);
            let asker = question.and_then(|of| state_after.received.get(&of)).map(|asked| &asked.person);
            Touched::person(asker.unwrap_or(person))
        }
        Event::ItemPlanned { initiative, team, .. } => around(program, initiative, team),
        // What these change is looked at again each time.
        Event::PostShown { .. }
        | Event::NoteTaken { .. }
        | Event::AnswerKept { .. }
        | Event::AnswerDropped { .. }
        | Event::Corrected { .. }
        | Event::ConfigRefused { .. }
        | Event::MarkingKeySet { .. }
        | Event::WordsExpired { .. }
        | Event::PostingPaused { .. }
        | Event::PostingResumed { .. }
        | Event::ClockDoubted { .. }
        | Event::ClockBelieved {}
        | Event::PauseLifted { .. }
        | Event::CallsRefused { .. }
        | Event::CallsTaken { .. }
        | Event::BookingEntered { .. }
        | Event::CalendarTroubled { .. }
        | Event::PageCancelled { .. }
        | Event::HoursAdded { .. }
        | Event::HoursBlocked { .. } => Touched::Nobody,
    }
}

/// Takes out what one person had waiting before, and puts in what they have now.
fn replace(waits: &mut Waits, before: &[(usize, Waiting)], after: &[(usize, Waiting)]) {
    for (rank, waiting) in before {
        if let Some(of_rank) = waits.get_mut(rank) {
            of_rank.remove(waiting);
            if of_rank.is_empty() {
                waits.remove(rank);
            }
        }
    }
    for (rank, waiting) in after {
        waits.entry(*rank).or_default().insert(waiting.clone());
    }
}

/// Everybody whose message may name the ask of `team`.
fn around(program: &Program, initiative: &InitiativeId, team: &TeamId) -> Touched {
    let Some(initiative) = program.initiative(initiative) else { return Touched::Nobody };
    let decider = initiative.asks.get(team).and_then(|ask| ask.decider.as_ref());
    // Who may be a stakeholder for this team is told sooner than who is: thousands are not.
    let may = |person: &&Person| {
        person.teams.contains(team)
            || person.teams.is_empty()
            || decider == Some(&person.id)
            || initiative.approach(&person.id).is_some()
            || initiative.extra.iter().any(|exception| exception.person == person.id)
    };
    let concerned = program.people.values().filter(may).filter(|person| {
        program.stakeholder(initiative, person).is_some_and(|argued| argued.teams.contains(team))
    });
    Touched::People(concerned.map(|person| person.id.clone()).collect())
}

/// What the posts that answer something come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Paused,
    RefusedConfig,
    Refusals,
    Calendars,
    Digests,
    Late(usize),
    Said(Seq),
    Disagreement(Ask),
    Reaching(u32),
    Review(usize),
    Rehearsals,
    Booking(Seq),
    Waiting,
    Hours(usize),
}

/// What is to be done, and when to look again.
#[derive(Debug)]
pub struct Plan {
    digest: ConfigDigest,
    as_of: Timestamp,
    /// This configuration is the one in force.
    in_force: bool,
    /// Campaign posts are held.
    paused: bool,
    /// Every post is held.
    refused: bool,
    /// Nothing is posted but the question whether this is the first start.
    may_be_first: bool,
    frames: Vec<Frame>,
    memo: Memo,

    /// People by place, in the order of their ids, and their places.
    order: Vec<PersonId>,
    roster: HashMap<PersonId, u32>,
    outlooks: Vec<Outlook>,
    wakes: BTreeSet<(Timestamp, u32)>,
    /// Campaign posts that may go out now: by due moment, then the advocate's order, then person.
    ready: BTreeSet<(Timestamp, usize, u32)>,
    missing: BTreeSet<u32>,
    burst: Burst,

    /// What waits for approval, and what is rehearsed.
    waiting: Waits,
    rehearsing: Waits,
    /// When reviews and rehearsals are to be looked at again.
    held_wake: Option<Timestamp>,

    answers: Answers,
    answers_of: HashMap<u32, Vec<Answer>>,

    read_up_to: Seq,
    items: BTreeMap<Source, Vec<Item>>,
    interactive: Vec<Post>,
    too_old: Vec<PostKey>,
    item_wake: Option<Timestamp>,
    digests: Digests,

    settles: Vec<(Timestamp, PostId, u32)>,
    refreshes: Vec<(PostId, Seq)>,
}

impl Plan {
    /// The plan from everything that is known.
    pub fn from_nothing(program: &Program, state: &State, seen: &Observations, now: Timestamp) -> Self {
        Self::with(Memo::default(), program, state, seen, now)
    }

    /// Makes the plan from everything that is known, as [`Plan::from_nothing`] does; what follows from the configuration
    /// alone is kept as long as that is the same.
    pub fn start(&mut self, program: &Program, state: &State, seen: &Observations, now: Timestamp) {
        let same = self.digest == program.digest;
        let memo = if same { std::mem::take(&mut self.memo) } else { Memo::default() };
        *self = Self::with(memo, program, state, seen, now);
    }

    fn with(memo: Memo, program: &Program, state: &State, seen: &Observations, now: Timestamp) -> Self {
        let mut plan = Self {
            digest: program.digest.clone(),
            as_of: now,
            in_force: in_force(program, state).is_ok(),
            paused: false,
            refused: false,
            may_be_first: false,
            frames: Frame::all(program, state),
            memo,
            order: program.people.keys().cloned().collect(),
            roster: HashMap::new(),
            outlooks: Vec::new(),
            wakes: BTreeSet::new(),
            ready: BTreeSet::new(),
            missing: BTreeSet::new(),
            burst: Burst::default(),
            waiting: Waits::new(),
            rehearsing: Waits::new(),
            held_wake: None,
            answers: Answers::default(),
            answers_of: HashMap::new(),
            read_up_to: Seq::default(),
            items: BTreeMap::new(),
            interactive: Vec::new(),
            too_old: Vec::new(),
            item_wake: None,
            digests: Digests::default(),
            settles: Vec::new(),
            refreshes: Vec::new(),
        };
        if !plan.in_force {
            return plan;
        }
        plan.roster = (0..).zip(&plan.order).map(|(place, person)| (person.clone(), place)).collect();
        plan.outlooks = vec![Outlook::default(); program.people.len()];
        for rank in 0..program.initiatives.len() {
            let ground = Ground { program, state, seen, frames: &plan.frames };
            let items = posts::about_lateness(ground, rank);
            plan.put(Source::Late(rank), items);
        }
        for person in program.people.keys() {
            plan.look_at(program, state, seen, person, now);
        }
        plan.look_around(program, state, seen, now);
        plan
    }

    /// Brings the plan up to `state` and `now`, given whom what happened since concerns. The result is
    /// that of planning from nothing.
    pub fn refresh(
        &mut self,
        program: &Program,
        state: &State,
        seen: &Observations,
        now: Timestamp,
        touched: &Touched,
    ) {
        let still = self.digest == program.digest
            && self.in_force == in_force(program, state).is_ok()
            && self.as_of <= now
            && *touched != Touched::Everybody;
        if !still {
            self.start(program, state, seen, now);
            return;
        }
        self.as_of = now;
        if !self.in_force {
            return;
        }
        let woken = self.wakes.iter().take_while(|(at, _)| *at <= now);
        let woken = woken.filter_map(|(_, place)| self.order.get(usize::try_from(*place).ok()?));
        let mut people: BTreeSet<PersonId> = woken.cloned().collect();
        if let Touched::People(touched) = touched {
            people.extend(touched.iter().cloned());
        }
        for person in &people {
            self.look_at(program, state, seen, person, now);
        }
        self.look_around(program, state, seen, now);
    }

    /// What is to be done at `now`: answers first, then what is in doubt, then the campaign in the order
    /// in which it came due, as far as the hour's cap allows. The same until records say that it is done.
    pub fn due(&self, now: Timestamp) -> Vec<Effect> {
        if !self.in_force || self.refused {
            return Vec::new();
        }
        let alive = |post: &&Post| post.life.contains(now);
        let held = |post: &&Post| self.may_be_first && !asks_whether_first(&post.key);
        let answers = self.interactive.iter().filter(alive).filter(|post| !held(post));
        let mut effects: Vec<Effect> = answers.cloned().map(Effect::Post).collect();
        let doubtful = self.settles.iter().filter(|(at, ..)| *at <= now);
        effects.extend(doubtful.map(|(_, post, attempt)| Effect::Settle { post: *post, attempt: *attempt }));
        if !self.paused {
            let posts = self.ready.iter().filter_map(|(_, _, person)| self.outlook(*person)?.due.as_ref());
            let posts = posts.map(|(_, post)| post).filter(alive).take(self.burst.free);
            effects.extend(posts.cloned().map(Effect::Post));
            let missed = self.missing.iter().filter_map(|person| self.outlook(*person));
            let missed = missed.flat_map(|outlook| outlook.missed.iter().cloned().map(PostKey::Touch));
            effects.extend(missed.map(Effect::Miss));
        }
        effects.extend(self.too_old.iter().cloned().map(Effect::Miss));
        effects.extend(
            self.refreshes.iter().map(|(post, through)| Effect::Refresh { post: *post, through: *through }),
        );
        effects
    }

    /// The next moment, after the one that was planned for, at which there may be something to do.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let people = self.wakes.first().map(|(at, _)| *at);
        let settles = self.settles.iter().map(|(at, ..)| *at).filter(|at| self.as_of < *at).min();
        let burst = self.burst.next.filter(|_| self.burst.free < self.ready.len() && !self.paused);
        [people, settles, burst, self.item_wake, self.held_wake].into_iter().flatten().min()
    }

    fn outlook(&self, person: u32) -> Option<&Outlook> {
        self.outlooks.get(usize::try_from(person).ok()?)
    }

    fn put(&mut self, source: Source, items: Vec<Item>) {
        if items.is_empty() {
            self.items.remove(&source);
        } else {
            self.items.insert(source, items);
        }
    }

    /// Plans one person anew.
    fn look_at(
        &mut self,
        program: &Program,
        state: &State,
        seen: &Observations,
        person: &PersonId,
        now: Timestamp,
    ) {
        self.look_at_questions(program, state, person);
        self.look_at_bookings(program, state, seen, person);
        let (Some(place), Some(person)) = (self.roster.get(person).copied(), program.people.get(person))
        else {
            return;
        };
        let ground = Ground { program, state, seen, frames: &self.frames };
        let after = outlook(ground, &mut self.memo, person, now);
        let reaching = posts::about_reaching(ground, &person.id);
        let answers = disagreement::answers(ground, person);
        self.index(place, after);
        self.put(Source::Reaching(place), reaching);
        let before = self.answers_of.remove(&place).unwrap_or_default();
        if before != answers {
            for ask in self.answers.replace(place, &before, &answers) {
                let items = self.answers.since(&ask).map_or_else(Vec::new, |(since, at)| {
                    posts::about_disagreement(program, ask.0, &ask.1, since, at)
                });
                self.put(Source::Disagreement(ask), items);
            }
        }
        if !answers.is_empty() {
            self.answers_of.insert(place, answers);
        }
    }

    /// What somebody asked goes on with every answer; whoever has left the configuration may still be
    /// answered, so this asks for no place in it.
    fn look_at_questions(&mut self, program: &Program, state: &State, person: &PersonId) {
        let asked = state.person(person).map(|person| person.asked.as_slice()).unwrap_or_default();
        for (of, received) in asked.iter().filter_map(|of| Some((of, state.received.get(of)?))) {
            self.put(Source::Said(*of), posts::answers_to(program, state, *of, received));
        }
    }

    fn look_at_bookings(&mut self, program: &Program, state: &State, seen: &Observations, person: &PersonId) {
        let bookings = state.person(person).map(|person| person.bookings.as_slice()).unwrap_or_default();
        for (of, booking) in bookings.iter().filter_map(|of| Some((of, state.bookings.get(of)?))) {
            self.put(Source::Booking(*of), bookings::about_booking(program, state, seen, (*of, booking)));
        }
        // Whoever wanted to talk may have booked a time since.
        let offers = state.person(person).map(|known| known.offers.as_slice()).unwrap_or_default();
        for (of, received) in offers.iter().filter_map(|of| Some((of, state.received.get(of)?))) {
            self.put(Source::Said(*of), posts::answers_to(program, state, *of, received));
        }
    }

    fn index(&mut self, place: u32, after: Outlook) {
        let Some(outlook) = usize::try_from(place).ok().and_then(|place| self.outlooks.get_mut(place)) else {
            return;
        };
        let before = std::mem::take(outlook);
        if let Some(at) = before.wake {
            self.wakes.remove(&(at, place));
        }
        if let Some((rank, post)) = &before.due {
            self.ready.remove(&(post.life.due, *rank, place));
        }
        self.missing.remove(&place);
        for (waits, before, after) in [
            (&mut self.waiting, &before.held_back.waiting, &after.held_back.waiting),
            (&mut self.rehearsing, &before.held_back.rehearsing, &after.held_back.rehearsing),
        ] {
            replace(waits, before, after);
        }
        if let Some(at) = after.wake {
            self.wakes.insert((at, place));
        }
        if let Some((rank, post)) = &after.due {
            self.ready.insert((post.life.due, *rank, place));
        }
        if !after.missed.is_empty() {
            self.missing.insert(place);
        }
        *outlook = after;
    }

    /// Looks again at everything that isn't one person's outlook.
    fn look_around(&mut self, program: &Program, state: &State, seen: &Observations, now: Timestamp) {
        self.paused = state.paused.is_some() || state.clock_off.is_some();
        self.refused = state.is_cut_off() || marks::are_unreadable(state, seen);
        self.may_be_first = may_be_first(state);
        self.burst = Burst::at(now, &program.limits, &state.recent_campaign);
        for (of, received) in state.received.range(self.read_up_to.next()..) {
            let items = posts::answers_to(program, state, *of, received);
            self.put(Source::Said(*of), items);
        }
        for (of, booking) in state.bookings.range(self.read_up_to.next()..) {
            self.put(Source::Booking(*of), bookings::about_booking(program, state, seen, (*of, booking)));
        }
        self.read_up_to = state.head;
        let frames = std::mem::take(&mut self.frames);
        let ground = Ground { program, state, seen, frames: &frames };
        let about_pause = posts::about_pause(ground);
        self.put(Source::Paused, about_pause);
        let about_refused = posts::about_refused_config(ground);
        self.put(Source::RefusedConfig, about_refused);
        let about_refusals = refusals::all(ground);
        self.put(Source::Refusals, about_refusals);
        let about_calendars = bookings::about_calendars(ground);
        self.put(Source::Calendars, about_calendars);
        let about_waiting = bookings::about_waiting(ground, now);
        self.put(Source::Waiting, about_waiting);
        for rank in 0..program.initiatives.len() {
            let about_hours = bookings::about_hours(ground, rank, now);
            self.put(Source::Hours(rank), about_hours);
        }
        let waiting = &self.waiting;
        let mut waits = |rank| waiting.get(&rank).is_some_and(|waiting| !waiting.is_empty());
        let digests = self.digests.items(ground, &mut waits, now);
        self.put(Source::Digests, digests);
        self.look_at_held_back(ground, now);
        self.look_through_items(ground, now);
        self.frames = frames;
        self.look_at_unsettled(program, state);
        self.refreshes = state.to_refresh();
    }

    /// Finds what advocates are to be told of what they keep from going.
    fn look_at_held_back(&mut self, ground: Ground<'_>, now: Timestamp) {
        let mut wake: Option<Timestamp> = None;
        let mut found: Vec<(Source, Vec<Item>)> = Vec::new();
        for rank in 0..ground.program.initiatives.len() {
            let items = match self.waiting.get(&rank) {
                Some(waiting) => {
                    let (items, again) = review::about_review(ground, rank, waiting, now);
                    wake = wake.into_iter().chain(again).min();
                    items
                }
                None => Vec::new(),
            };
            found.push((Source::Review(rank), items));
        }
        let (rehearsals, again) = review::about_rehearsals(ground, &self.rehearsing, now);
        self.held_wake = wake.into_iter().chain(again).min();
        found.push((Source::Rehearsals, rehearsals));
        for (source, items) in found {
            self.put(source, items);
        }
    }

    /// Drops what is settled or too old, and finds what may go out now.
    fn look_through_items(&mut self, ground: Ground<'_>, now: Timestamp) {
        self.interactive.clear();
        self.too_old.clear();
        let mut wake: Option<Timestamp> = None;
        let (interactive, too_old) = (&mut self.interactive, &mut self.too_old);
        self.items.retain(|_, items| {
            items.retain(|item| {
                match item.standing(ground, now) {
                    Standing::Due(post) => interactive.push(post),
                    Standing::Held(_, at) => {
                        let at = at.filter(|at| now < *at);
                        wake = wake.into_iter().chain(at).min();
                    }
                    Standing::Missed => too_old.push(item.key.clone()),
                    Standing::Gone(_) => return false,
                }
                true
            });
            !items.is_empty()
        });
        interactive.sort_by(|a, b| (a.life.due, &a.key).cmp(&(b.life.due, &b.key)));
        self.item_wake = wake;
    }

    fn look_at_unsettled(&mut self, program: &Program, state: &State) {
        self.settles.clear();
        for id in &state.unsettled {
            let Some(post) = state.post(*id) else { continue };
            match &post.phase {
                Phase::Intended { deadline } => {
                    let at = deadline.checked_add(LOOK_UP_AFTER).unwrap_or(Timestamp::MAX);
                    // A clock that was ahead set a deadline that is weeks away; the dispatcher counts real time then.
                    let at = if post.is_dated_ahead(self.as_of) { self.as_of } else { at };
                    self.settles.push((at, *id, post.attempt));
                }
                // Nobody is left to try again for, or nothing to say any more.
                Phase::Waiting { .. }
                    if !program.people.contains_key(post.key.to()) || self.is_moot(state, *id, post) =>
                {
                    self.too_old.push(post.key.clone());
                }
                Phase::Waiting { .. }
                | Phase::Sent { .. }
                | Phase::Refused { .. }
                | Phase::Unknown
                | Phase::Missed => {}
            }
        }
        self.settles.sort_unstable();
    }

    /// Whether what a post was to answer has been settled otherwise before it could be tried again.
    fn is_moot(&self, state: &State, id: PostId, post: &PostState) -> bool {
        let wanted = |item: &Item| item.id(state) == id;
        post.key.delivery().is_none() && !self.items.values().flatten().any(wanted)
    }

    /// Whether two plans want the same, now and later.
    #[cfg(test)]
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.in_force == other.in_force
            && self.paused == other.paused
            && self.refused == other.refused
            && self.may_be_first == other.may_be_first
            && self.outlooks == other.outlooks
            && self.wakes == other.wakes
            && self.ready == other.ready
            && self.missing == other.missing
            && self.burst == other.burst
            && self.waiting == other.waiting
            && self.rehearsing == other.rehearsing
            && self.held_wake == other.held_wake
            && self.answers == other.answers
            && self.items == other.items
            && self.interactive == other.interactive
            && self.too_old == other.too_old
            && self.item_wake == other.item_wake
            && self.settles == other.settles
            && self.refreshes == other.refreshes
    }
}
