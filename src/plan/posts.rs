//! Posts that answer something that happened: relays, receipts and notices.
//!
//! They are not campaign messages: caps, stop and snooze don't apply, and they go out while an advocate
//! has paused the campaign. Only when Slack refuses everything do they wait. What answers the person's
//! own doing of a moment ago goes at once; everything else waits for the recipient's send hours, since
//! nobody gets a message at 3 a.m.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::booking::Word;
use crate::domain::directory::Person;
use crate::domain::effect::{Life, Notice, Post, PostId, PostKey};
use crate::domain::event::{PauseReason, Said};
use crate::domain::ids::{InitiativeId, PersonId, Seq};
use crate::domain::marks;
use crate::domain::program::Program;
use crate::domain::question::{comes_back, in_charge, in_charge_of};
use crate::domain::state::{Engagement, Phase, PostState, Received, StanceState, State};

use super::answers;
use super::bookings;
use super::case::{Ground, Memo, out_of_reach, refused, settled};
use super::digest::Digests;
use super::eligible::held_whole;
use super::refusals;
use super::review;
use super::skip::Skip;

/// How long news is worth passing on.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// For how long after what a person did an answer still goes to them at any hour.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(15);

/// How long whoever wants to talk has to book a time before an advocate is asked to write to them.
const TO_BOOK: SignedDuration = SignedDuration::from_mins(3);

/// A post that answers something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: PostKey,
    /// The digest of the key, made once.
    digest: PostId,
    pub(super) life: Life,
    /// When in the day of the recipient.
    hours: Hours,
    /// What its life begins with.
    moment: Moment,
}

/// At which hours of its recipient a post may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hours {
    /// In the send hours.
    Sending,
    /// At any hour until then, and in the send hours after that.
    AtOnceUntil(Timestamp),
    /// Somebody waits for it: by day, and else when the send hours open.
    ByDay,
}

/// When a post is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// When its life begins.
    Then,
    /// The same, and at once if it is earlier than this, the time of a record: a clock that was ahead made that.
    After(Timestamp),
    /// A working day of its recipient after this post reached them; their zone may change until then.
    WorkingDayAfter(PostId),
}

/// How an item stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may go out now.
    Due(Post),
    /// Not now; by itself that changes only then.
    Held(Skip, Option<Timestamp>),
    /// It is settled, or too old to pass on.
    Gone(Skip),
    /// It was tried, and now it is too old.
    Missed,
}

impl Item {
    pub(super) fn new(key: PostKey, since: Timestamp) -> Self {
        let life = Life { due: since, expires: since.checked_add(LIFE).unwrap_or(Timestamp::MAX) };
        let digest = key.id();
        Self { key, digest, life, hours: Hours::Sending, moment: Moment::Then }
    }

    /// About what somebody said, from `since` on. An outage, or a clock that was wrong, takes nothing off its life.
    pub(super) fn about(key: PostKey, since: Timestamp, received: &Received) -> Self {
        let late = received.at.duration_since(received.since());
        let item = Self::new(key, since.checked_sub(late).unwrap_or(since));
        let expires = since.max(received.heard()).checked_add(LIFE).unwrap_or(Timestamp::MAX);
        item.until(expires).at(Moment::After(received.at))
    }

    /// The id under which it went out, or else will.
    pub(super) fn id(&self, state: &State) -> PostId {
        state.id_under(self.digest, &self.key)
    }

    pub(super) fn at_once(mut self) -> Self {
        self.hours = self.life.due.checked_add(AT_ONCE).map_or(Hours::Sending, Hours::AtOnceUntil);
        self
    }

    pub(super) fn in_hours(mut self, hours: Hours) -> Self {
        self.hours = hours;
        self
    }

    /// The same, but due that much later.
    pub(super) fn later(mut self, by: SignedDuration) -> Self {
        self.life.due = self.life.due.checked_add(by).unwrap_or(Timestamp::MAX);
        self
    }

    pub(super) fn at(mut self, moment: Moment) -> Self {
        self.moment = moment;
        self
    }

    /// Whether it is a post about a booking, for this.
    pub(super) fn is_word(&self, wanted: impl Fn(&Word) -> bool) -> bool {
        matches!(&self.key, PostKey::Booking { word, .. } if wanted(word))
    }

    /// It is no longer wanted.
    pub(super) fn over(mut self) -> Self {
        self.life.expires = self.life.due;
        self
    }

    pub(super) fn until(mut self, expires: Timestamp) -> Self {
        self.life.expires = expires;
        self
    }

    /// When `other` reached its recipient; the beginning of this life if it did so before, or never will.
    fn reached(&self, other: Option<&PostState>) -> Option<Timestamp> {
        let other = other?;
        match other.phase {
            // An outcome may be found out much later.
            Phase::Sent { .. } => Some(self.life.due.max(other.intended_at)),
            Phase::Refused { .. } | Phase::Unknown | Phase::Missed => Some(self.life.due),
            Phase::Intended { .. } | Phase::Waiting { .. } => None,
        }
    }

    /// When it is due, whatever the hour.
    fn due(&self, ground: Ground<'_>, person: &Person, zone: &TimeZone, now: Timestamp) -> Timestamp {
        match self.moment {
            Moment::Then => self.life.due,
            Moment::After(record) if now < record => now,
            Moment::After(_) => self.life.due,
            Moment::WorkingDayAfter(other) => self
                .reached(ground.state.post(other))
                .and_then(|since| comes_back(ground.program, person, zone, since))
                .unwrap_or(self.life.expires),
        }
    }

    /// How it stands at `now`.
    pub(super) fn standing(&self, ground: Ground<'_>, now: Timestamp) -> Standing {
        let to = self.key.to();
        let Some(person) = ground.program.people.get(to) else { return Standing::Gone(Skip::NotInDirectory) };
        let zone = ground.program.zone_of(person, ground.seen.zone(to));
        let post = ground.state.post(self.id(ground.state));
        match post.map(|post| (settled(post, zone), &post.phase)) {
            // Whether it went out will be found out; until then it is neither sent again nor forgotten.
            Some((Some(skip), Phase::Intended { .. })) => return Standing::Held(skip, None),
            Some((Some(skip), _)) => return Standing::Gone(skip),
            Some((None, Phase::Refused { code, .. })) if self.life.expires <= now => {
                return Standing::Gone(Skip::Refused { code: code.clone() });
            }
            Some((None, _)) if self.life.expires <= now => return Standing::Missed,
            Some((None, _)) | None => {}
        }
        if self.life.expires <= now {
            return Standing::Gone(Skip::Over { since: self.life.expires.to_zoned(zone.clone()) });
        }
        if marks::is_forgotten(ground.state, ground.seen, person) {
            return Standing::Gone(Skip::Forgotten);
        }
        if let Some(skip) = out_of_reach(ground, person) {
            return Standing::Held(skip, Some(self.life.expires));
        }
        if let Some((skip, until)) = refused(ground.program, (to, ground.state.person(to)), zone, now) {
            return Standing::Held(skip, Some(until.min(self.life.expires)));
        }
        let due = self.due(ground, person, zone, now);
        if now < due {
            let due = due.min(self.life.expires);
            return Standing::Held(Skip::NotYet { due: due.to_zoned(zone.clone()) }, Some(due));
        }
        if let Some(until) = post.and_then(|post| post.waits_until(now)).filter(|until| now < *until) {
            let skip = Skip::NotBefore { until: until.to_zoned(zone.clone()) };
            return Standing::Held(skip, Some(until.min(self.life.expires)));
        }
        let at_any_hour = match self.hours {
            Hours::Sending => false,
            // A clock that was ahead says nothing of how long ago it was.
            Hours::AtOnceUntil(until) => now < until && self.life.due <= now,
            Hours::ByDay => answers::is_day(now, zone),
        };
        if !at_any_hour && let Some((skip, opens)) = outside_hours(ground.program, person, zone, now) {
            let day = (self.hours == Hours::ByDay).then(|| answers::next_day(now, zone)).flatten();
            let wake = opens.into_iter().chain(day).fold(self.life.expires, Timestamp::min);
            return Standing::Held(skip, Some(wake));
        }
        Standing::Due(Post {
            key: self.key.clone(),
            attempt: post.map_or(1, |post: &PostState| post.attempt.saturating_add(1)),
            life: Life { due, ..self.life },
            teams: Vec::new(),
            audience: None,
        })
    }
}

fn outside_hours(
    program: &Program,
    person: &Person,
    zone: &jiff::tz::TimeZone,
    now: Timestamp,
) -> Option<(Skip, Option<Timestamp>)> {
    let hours = program.hours_of(person);
    if hours.contains(now, zone, &person.days_off) {
        return None;
    }
    let opens = hours.next(now, zone, &person.days_off);
    let until = opens.map(|at| at.to_zoned(zone.clone()));
    let skip = match person.days_off.reason(zone.to_datetime(now).date()) {
        Some(name) => Skip::DayOff { name: name.to_owned(), until },
        None => Skip::OutsideHours { until },
    };
    Some((skip, opens))
}

/// The advocates of the initiatives that are argued to `person`; the admins and all advocates if none is.
fn advocates_around(program: &Program, person: &PersonId) -> BTreeSet<PersonId> {
    in_charge(program, None, person).into_iter().collect()
}

pub(super) fn everybody_in_charge(program: &Program) -> BTreeSet<PersonId> {
    let advocates = program.initiatives.iter().flat_map(|initiative| initiative.advocates.iter());
    advocates.chain(&program.admins).cloned().collect()
}

/// What a person said or asked for goes to its advocates, and word of that back to the person.
pub(super) fn answers_to(program: &Program, state: &State, of: Seq, received: &Received) -> Vec<Item> {
    if state.is_pseudonym(&received.person) || received.said == Said::Courtesy {
        return Vec::new();
    }
    if received.said == Said::Question {
        return answers::about_question(program, state, of, received);
    }
    let advocates = in_charge_of(program, state, of, received.initiative.as_ref(), &received.person);
    // An advocate who writes to their own bot has nobody to be passed on to.
    if advocates.is_empty() {
        return Vec::new();
    }
    let since = match received.said {
        Said::Talk => received.since().checked_add(TO_BOOK).unwrap_or(received.at),
        Said::Question
        | Said::Remark
        | Said::Courtesy
        | Said::Concern
        | Said::Correction
        | Said::Referral => received.since(),
    };
    let expires = received.heard().checked_add(LIFE).unwrap_or(Timestamp::MAX);
    let item = |key| Item::new(key, since).until(expires);
    let receipt = item(PostKey::Receipt { of, to: received.person.clone() }).at_once();
    let relays = advocates.into_iter().map(|to| item(PostKey::Relay { of, to }));
    let items = std::iter::once(receipt).chain(relays);
    if received.said == Said::Talk && (has_booked(state, received) || took_back(state, of, received)) {
        return items.map(Item::over).collect();
    }
    items.collect()
}

/// Whether whoever wanted to talk has booked a time since: both sides hear of that instead.
fn has_booked(state: &State, received: &Received) -> bool {
    let known = state.person(&received.person);
    let bookings = known.map(|known| known.bookings.as_slice()).unwrap_or_default();
    bookings.iter().filter_map(|of| state.bookings.get(of)).any(|booking| {
        booking.guest == received.person
            && received.at <= booking.at
            && booking.subject.as_ref().map(|subject| &subject.initiative) == received.initiative.as_ref()
    })
}

/// Whether whoever wanted to talk has given a final answer since, or has stopped the messages: that is the end of it, as
/// long as nobody has told them that an advocate writes to them. What was promised is kept.
fn took_back(state: &State, of: Seq, received: &Received) -> bool {
    let (Some(known), Some(about)) = (state.person(&received.person), &received.initiative) else {
        return false;
    };
    let receipt = state.post_of(&PostKey::Receipt { of, to: received.person.clone() });
    let promised = receipt.filter(|post| post.may_have_arrived()).map(|post| post.intended);
    let in_time = |since: Seq| of < since && promised.is_none_or(|promised| since < promised);
    let has_stopped = |about: Option<&InitiativeId>| {
        known.stopped_since.get(&about.cloned()).is_some_and(|since| in_time(*since))
    };
    let has_ended = |engagement: &Engagement| {
        let is_final = |taken: &StanceState| in_time(taken.since) && taken.stance.is_final();
        engagement.said.contains(&of) && engagement.stance().is_some_and(is_final)
    };
    known.stopped && has_stopped(None)
        || known.stopped_initiatives.contains(about) && has_stopped(Some(about))
        || known
            .engagements
            .iter()
            .any(|((initiative, _), engagement)| initiative == about && has_ended(engagement))
}

/// A notice to each of `to` of what is on record since `since`.
pub(super) fn notices(
    to: impl IntoIterator<Item = PersonId>,
    notice: &Notice,
    since: Timestamp,
) -> Vec<Item> {
    let key = |to| PostKey::Notice { to, notice: notice.clone() };
    to.into_iter().map(|to| Item::new(key(to), since).at(Moment::After(since))).collect()
}

/// What advocates have to know about reaching `person`.
pub(super) fn about_reaching(ground: Ground<'_>, person: &PersonId) -> Vec<Item> {
    let Some(known) = ground.state.person(person) else { return Vec::new() };
    let mut items = Vec::new();
    if let (Some(_), Some(told)) = (&known.unreachable, known.told_unreachable) {
        let to = advocates_around(ground.program, person);
        let notice = Notice::Unreachable { person: person.clone(), again: told.again };
        items.extend(notices(to, &notice, told.at));
    }
    let changed = known.changed.as_ref().map(|changed| (changed.since, changed.at));
    let doubted = known.doubted.as_ref().map(|doubted| (doubted.since, doubted.at));
    for (since, at) in changed.into_iter().chain(doubted) {
        let mut to = advocates_around(ground.program, person);
        // Who is the only one to hear of it has a new account, and hears of it there.
        if to.is_empty() && ground.program.is_advocate(person) {
            to.insert(person.clone());
        }
        let notice = Notice::Account { person: person.clone(), since };
        items.extend(notices(to, &notice, at));
    }
    for ((about, _), engagement) in &known.engagements {
        for id in engagement.deliveries.values() {
            let Some(post) = ground.state.post(*id).filter(|post| post.phase == Phase::Unknown) else {
                continue;
            };
            let Some(initiative) = ground.program.initiative(about) else { continue };
            let to = initiative.advocates.iter().cloned();
            items.extend(notices(to, &Notice::Unknown { post: *id }, post.intended_at));
        }
    }
    items
}

/// An initiative that came late, once.
pub(super) fn about_lateness(ground: Ground<'_>, rank: usize) -> Vec<Item> {
    let (Some(initiative), Some(frame)) = (ground.program.initiatives.get(rank), ground.frames.get(rank))
    else {
        return Vec::new();
    };
    let (Some(window), Some(adopted)) = (&frame.window, frame.adopted) else { return Vec::new() };
    if !frame.late || initiative.withdrawn || window.freezes <= adopted {
        return Vec::new();
    }
    let notice = Notice::Late { initiative: initiative.id.clone(), quarter: initiative.quarter };
    notices(initiative.advocates.iter().cloned(), &notice, adopted)
        .into_iter()
        .map(|item| {
            let expires = item.life.expires.min(window.freezes);
            item.until(expires)
        })
        .collect()
}

/// Answers in one team that don't go together since `since`.
pub(super) fn about_disagreement(
    program: &Program,
    rank: usize,
    team: &crate::domain::ids::TeamId,
    since: Seq,
    at: Timestamp,
) -> Vec<Item> {
    let Some(initiative) = program.initiatives.get(rank) else { return Vec::new() };
    let notice = Notice::Disagreement {
        initiative: initiative.id.clone(),
        team: team.clone(),
        quarter: initiative.quarter,
        since,
    };
    notices(initiative.advocates.iter().cloned(), &notice, at)
}

/// That posting stopped, or the question whether this is the first start. Nobody has to be told that they
/// stopped it themselves, and nobody can be told while Slack refuses everything: those who run the service see
/// that in its log and its health.
pub(super) fn about_pause(ground: Ground<'_>) -> Vec<Item> {
    if let Some(off) = &ground.state.clock_off {
        // At once: in the time that this clock shows, it may be night, or never be again.
        let notices =
            notices(everybody_in_charge(ground.program), &Notice::Paused { since: off.since }, off.at);
        return notices.into_iter().map(Item::at_once).collect();
    }
    let Some((since, reason)) = &ground.state.paused else { return Vec::new() };
    let hours = match reason {
        PauseReason::Unproven => Hours::Sending,
        // Whoever has just started the service, or put the app back, waits for it.
        PauseReason::FirstStart { denied_by: None } | PauseReason::Returned { .. } => Hours::ByDay,
        PauseReason::FirstStart { denied_by: Some(_) }
        | PauseReason::Asked { .. }
        | PauseReason::Configuration { .. } => return Vec::new(),
    };
    let Some(adopted) = &ground.state.adopted else { return Vec::new() };
    notices(everybody_in_charge(ground.program), &Notice::Paused { since: *since }, adopted.at)
        .into_iter()
        // It holds for as long as the pause does.
        .map(|item| item.until(Timestamp::MAX).in_hours(hours))
        .collect()
}

/// That a changed configuration has faults, for as long as it is not mended.
pub(super) fn about_refused_config(ground: Ground<'_>) -> Vec<Item> {
    let Some(refused) = &ground.state.refused_config else { return Vec::new() };
    let notice = Notice::ConfigRefused { since: refused.since };
    notices(everybody_in_charge(ground.program), &notice, refused.at)
}

/// Whether a post that answers something may go out at `now`.
pub(super) fn eligible(ground: Ground<'_>, now: Timestamp, key: &PostKey) -> Result<Post, Skip> {
    if let Some(skip) = held_whole(ground.state, ground.seen, key) {
        return Err(skip);
    }
    let item = sources(ground, now, key).into_iter().find(|item| item.key == *key);
    match item.ok_or(Skip::NothingOnRecord)?.standing(ground, now) {
        Standing::Due(post) => Ok(post),
        Standing::Held(skip, _) | Standing::Gone(skip) => Err(skip),
        Standing::Missed => Err(Skip::Missed),
    }
}

/// Whether a post that answers something is due and not settled, whatever the hour and whatever holds it.
pub(super) fn is_wanted(ground: Ground<'_>, now: Timestamp, key: &PostKey) -> bool {
    let Some(person) = ground.program.people.get(key.to()) else { return false };
    let zone = ground.program.zone_of(person, ground.seen.zone(&person.id));
    let item = sources(ground, now, key).into_iter().find(|item| item.key == *key);
    item.is_some_and(|item| match item.standing(ground, now) {
        Standing::Due(_) | Standing::Held(..) => item.due(ground, person, zone, now) <= now,
        Standing::Gone(_) | Standing::Missed => false,
    })
}

/// The items among which the one with this key would be.
fn sources(ground: Ground<'_>, now: Timestamp, key: &PostKey) -> Vec<Item> {
    let program = ground.program;
    let rank = |id: &InitiativeId| program.initiatives.iter().position(|initiative| initiative.id == *id);
    match key {
        PostKey::Touch(_) => Vec::new(),
        PostKey::Relay { of, .. } | PostKey::Receipt { of, .. } | PostKey::Overdue { of, .. } => ground
            .state
            .received
            .get(of)
            .map(|received| answers_to(program, ground.state, *of, received))
            .unwrap_or_default(),
        PostKey::Answer { of, .. } => ground
            .state
            .answers
            .get(of)
            .and_then(|answer| Some((answer.question, ground.state.received.get(&answer.question)?)))
            .map(|(question, received)| answers_to(program, ground.state, question, received))
            .unwrap_or_default(),
        PostKey::Digest { .. } => {
            let memo = &mut Memo::default();
            let mut waits = |rank| !review::waits_for_approval(ground, memo, rank, now).is_empty();
            Digests::default().items(ground, &mut waits, now)
        }
        PostKey::Review { initiative, .. } => rank(initiative)
            .map(|rank| {
                let waiting = review::waits_for_approval(ground, &mut Memo::default(), rank, now);
                review::about_review(ground, rank, &waiting, now).0
            })
            .unwrap_or_default(),
        PostKey::Rehearsal { delivery, .. } => rank(&delivery.initiative)
            .map(|rank| {
                let memo = &mut Memo::default();
                let staged = review::waits_for_stage(ground, memo, rank, &delivery.person, now);
                review::about_rehearsals(ground, &staged, now).0
            })
            .unwrap_or_default(),
        PostKey::Booking { of, .. } => ground
            .state
            .bookings
            .get(of)
            .map(|booking| bookings::about_booking(program, ground.state, ground.seen, (*of, booking)))
            .unwrap_or_default(),
        PostKey::Vacancy { .. } => bookings::about_waiting(ground, now),
        PostKey::Notice { notice, .. } => match notice {
            Notice::Unreachable { person, .. } | Notice::Account { person, .. } => {
                about_reaching(ground, person)
            }
            Notice::Unknown { post } => match ground.state.post(*post).map(|post| &post.key) {
                Some(key @ PostKey::Answer { .. }) => sources(ground, now, key),
                Some(key) => about_reaching(ground, key.to()),
                None => Vec::new(),
            },
            Notice::Late { initiative, .. } => {
                rank(initiative).map(|rank| about_lateness(ground, rank)).unwrap_or_default()
            }
            Notice::Disagreement { initiative, team, .. } => rank(initiative)
                .and_then(|rank| {
                    let (since, at) = super::disagreement::since(ground, rank, team)?;
                    Some(about_disagreement(program, rank, team, since, at))
                })
                .unwrap_or_default(),
            Notice::Paused { .. } => about_pause(ground),
            Notice::ConfigRefused { .. } => about_refused_config(ground),
            Notice::ContentRefused { .. } => refusals::about_refused_content(ground),
            Notice::CallsRefused { .. } => refusals::about_refused_calls(ground),
            Notice::Interrupted { .. } => refusals::about_interruption(ground),
            Notice::CalendarFails { .. } | Notice::EntryRefused { .. } => bookings::about_calendars(ground),
            Notice::NoHours { initiative, .. } | Notice::HoursTaken { initiative, .. } => {
                rank(initiative).map(|rank| bookings::about_hours(ground, rank, now)).unwrap_or_default()
            }
        },
    }
}
