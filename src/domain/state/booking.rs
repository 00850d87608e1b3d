//! Bookings of office hours, and who waits for one.
//!
//! Invariant: a host is in one place at a time. A record that would sell time of a host twice changes
//! nothing, whoever wrote it; `decide` asks [`State::is_taken`] before it writes one. Only the word of an
//! outside page counts all the same: it has sold the time, and a guest who was told so comes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::merging::put;
use super::{Phase, PostState, State, person_mut};
use crate::domain::booking::{By, Provider, Subject, Via, Word};
use crate::domain::calendar::Quarter;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::event::RefusedFor;
use crate::domain::host_calendar::Place;
use crate::domain::ids::{InitiativeId, PersonId, Seq};
use crate::domain::personal::Personal;
use crate::domain::stretch::Stretch;

/// How a booking stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is agreed.
    Agreed,
    /// It was cancelled.
    Cancelled {
        /// By whom.
        by: By,
    },
    /// They met.
    Kept,
    /// The guest did not come.
    NoShow,
}

/// When and with whom a booking is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Who is there to talk.
    pub host: PersonId,
    /// When it starts.
    pub starts: Timestamp,
    /// How long it lasts, minutes.
    pub minutes: u32,
}

impl Slot {
    /// Its time.
    pub fn stretch(&self) -> Stretch {
        Stretch::of_minutes(self.starts, self.minutes)
    }
}

/// A change that both sides are told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record of it.
    pub since: Seq,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who or what made it.
    pub by: By,
    /// What was agreed from then on; none once it was cancelled.
    pub agreed: Option<Slot>,
}

/// What outside pages told of their bookings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OnPage {
    /// Those on record, by every id that they had there.
    made: HashMap<(Provider, String), Seq>,
    /// Those that were called off before anything else was heard of them, and when.
    off: BTreeMap<(Provider, String), Timestamp>,
}

/// How long the rest of what a page tells of a booking may take to come.
const OTHER_WORD_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 14);

/// An entry in a host's calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrittenEntry {
    /// The change as of which it is there, or no longer.
    pub through: Seq,
    /// Which of the host's calendars it is in, if that is known.
    pub place: Option<Place>,
}

/// A booking and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingState {
    /// Who comes.
    pub guest: PersonId,
    /// What calendars know it by; the same for ever.
    pub uid: String,
    /// When and with whom; what was agreed last, if it was cancelled.
    pub slot: Slot,
    /// The initiative it is about.
    pub subject: Option<Subject>,
    /// What it is about, in the guest's words.
    pub topic: Option<Personal>,
    /// Where it was made; for an outside page, with what it calls the booking now.
    pub via: Via,
    /// When it was made.
    pub at: Timestamp,
    /// How it stands.
    pub standing: Standing,
    /// What both sides were to be told of, oldest first; never empty.
    pub changes: Vec<Change>,
    /// The hosts whose calendars show it, or no longer do.
    pub written: BTreeMap<PersonId, WrittenEntry>,
    /// The messages about it.
    pub posts: Vec<PostId>,
}

impl WaitState {
    /// Whether it is `person` who waits about that with that host, or any.
    fn is_for(&self, person: &PersonId, subject: Option<&Subject>, host: Option<&PersonId>) -> bool {
        self.person == *person && self.is_about(subject) && self.host.as_ref() == host
    }

    /// Whether it is about the initiative of `subject`, in whatever quarter.
    fn is_about(&self, subject: Option<&Subject>) -> bool {
        let about = |subject: Option<&Subject>| subject.map(|subject| subject.initiative.clone());
        about(self.subject.as_ref()) == about(subject)
    }
}

impl BookingState {
    /// Whether it is agreed and not over at `now`.
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.standing == Standing::Agreed && now < self.slot.stretch().until
    }

    /// The latest change.
    pub fn latest(&self) -> Option<&Change> {
        self.changes.last()
    }

    /// How often it was changed since it was made; what calendars call SEQUENCE.
    pub fn sequence_at(&self, since: Seq) -> usize {
        self.changes.iter().take_while(|change| change.since < since).count()
    }

    /// What was agreed before change `since`.
    pub fn before(&self, since: Seq) -> Option<&Slot> {
        self.changes.iter().take_while(|change| change.since < since).last()?.agreed.as_ref()
    }

    /// Whether `person` was its host before it was handed on.
    pub fn was_host(&self, person: &PersonId) -> bool {
        let slots = self.changes.iter().filter_map(|change| change.agreed.as_ref());
        slots.into_iter().any(|slot| slot.host == *person)
    }

    /// Whether `person` is one of its two sides.
    pub fn is_side(&self, person: &PersonId) -> bool {
        self.guest == *person || self.slot.host == *person
    }
}

/// Somebody who waits for office hours to become free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitState {
    /// Who.
    pub person: PersonId,
    /// About what.
    pub subject: Option<Subject>,
    /// With whom; with any of the initiative's advocates, if it isn't said.
    pub host: Option<PersonId>,
    /// Since when.
    pub at: Timestamp,
    /// When they were told that one is free. That ends the wait; for a while the time is still theirs to book.
    pub told: Option<Timestamp>,
}

/// Office hours that a host added in Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedHours {
    /// The day, in the host's zone.
    pub on: Date,
    /// From then.
    pub from: Time,
    /// Until then.
    pub until: Time,
}

impl State {
    /// The time of `host` that is booked, earliest first, with the record of each booking.
    pub fn taken(&self, host: &PersonId) -> impl Iterator<Item = (Seq, Stretch)> {
        let held = self.hosted.get(host).into_iter().flatten();
        held.filter_map(|(_, of)| Some((*of, self.bookings.get(of)?.slot.stretch())))
    }

    /// Whether any of `stretch` is booked with `host`, by another booking than `but`.
    pub fn is_taken(&self, host: &PersonId, stretch: &Stretch, but: Option<Seq>) -> bool {
        self.taken(host).any(|(of, taken)| Some(of) != but && taken.overlaps(stretch))
    }

    /// The bookings of which `person` is a side and that are agreed and not over at `now`, by time.
    pub fn bookings_ahead(&self, person: &PersonId, now: Timestamp) -> Vec<(Seq, &BookingState)> {
        let all = self.person(person).map(|known| known.bookings.as_slice()).unwrap_or_default();
        let mut ahead: Vec<_> = all
            .iter()
            .filter_map(|of| Some((*of, self.bookings.get(of)?)))
            .filter(|(_, booking)| booking.is_side(person) && booking.is_ahead(now))
            .collect();
        ahead.sort_by_key(|(of, booking)| (booking.slot.starts, *of));
        ahead
    }

    /// Whether a page called this booking off before anything else was heard of it.
    pub fn is_off_on_page(&self, provider: Provider, id: &str) -> bool {
        self.on_page.off.contains_key(&(provider, id.to_owned()))
    }

    pub(super) fn off_on_page(&mut self, at: Timestamp, provider: Provider, id: &str) {
        // Pages repeat what wasn't taken for days, not for weeks.
        let still = |heard: &Timestamp| at.duration_since(*heard) < OTHER_WORD_WITHIN;
        self.on_page.off.retain(|_, heard| still(heard));
        self.on_page.off.insert((provider, id.to_owned()), at);
    }

    /// The booking that the page of `provider` calls, or once called, `id`.
    pub fn booking_on_page(&self, provider: Provider, id: &str) -> Option<(Seq, &BookingState)> {
        let of = *self.on_page.made.get(&(provider, id.to_owned()))?;
        Some((of, self.bookings.get(&of)?))
    }

    /// The bookings of `guest` to talk about it of which nobody has said how they went, ahead or over.
    fn agreed_about(
        &self,
        guest: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
    ) -> impl Iterator<Item = &BookingState> {
        let known = self.person(guest).map(|known| known.bookings.as_slice()).unwrap_or_default();
        known.iter().filter_map(|of| self.bookings.get(of)).filter(move |booking| {
            booking.standing == Standing::Agreed
                && booking.guest == *guest
                && booking
                    .subject
                    .as_ref()
                    .is_some_and(|subject| subject.initiative == *initiative && subject.quarter == quarter)
        })
    }

    /// Whether `guest` has booked a time to talk about it, and nobody has said how that went.
    pub fn has_booked(&self, guest: &PersonId, initiative: &InitiativeId, quarter: Quarter) -> bool {
        self.agreed_about(guest, initiative, quarter).next().is_some()
    }

    /// Whether `guest` has a time to talk about it that is not over at `now`.
    pub fn has_booked_ahead(
        &self,
        guest: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
        now: Timestamp,
    ) -> bool {
        self.agreed_about(guest, initiative, quarter).any(|booking| booking.is_ahead(now))
    }

    /// The last booking of `guest` about it that is over at `now`, of which nobody has said how it went.
    pub fn unsaid(
        &self,
        guest: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
        now: Timestamp,
    ) -> Option<&BookingState> {
        let over = self.agreed_about(guest, initiative, quarter).filter(|booking| !booking.is_ahead(now));
        over.max_by_key(|booking| booking.slot.starts)
    }

    /// Whether `person` was heard from about it: a stance, a question, a booking, anything that ends or changes
    /// what they are sent.
    pub fn has_answered(&self, person: &PersonId, initiative: &InitiativeId, quarter: Quarter) -> bool {
        self.engagement(person, initiative, quarter).is_some_and(|engagement| engagement.is_engaged())
            || self.has_booked(person, initiative, quarter)
    }

    /// Whether an invitation to booking `of` from before change `since` may be in the calendar of `to`; only then
    /// is it taken back.
    pub fn was_invited(&self, of: Seq, to: &PersonId, since: Seq) -> bool {
        let changes = self.bookings.get(&of).map(|booking| booking.changes.as_slice()).unwrap_or_default();
        changes.iter().take_while(|earlier| earlier.since < since).any(|earlier| {
            let word = Word::Invitation { since: earlier.since };
            let key = PostKey::Booking { of, to: to.clone(), word };
            self.post_of(&key).is_some_and(|post| post.may_have_arrived())
        })
    }

    /// Whether this wait goes on: being told ends it, and so does word that was given up.
    pub fn is_open_wait(&self, of: Seq, wait: &WaitState) -> bool {
        let key = PostKey::Vacancy { of, to: wait.person.clone() };
        let is_given_up = |post: &PostState| match post.phase {
            Phase::Refused { because: RefusedFor::Content, .. } | Phase::Unknown | Phase::Missed => true,
            Phase::Intended { .. }
            | Phase::Sent { .. }
            | Phase::Waiting { .. }
            | Phase::Refused { because: RefusedFor::Recipient, .. } => false,
        };
        wait.told.is_none() && !self.post_of(&key).is_some_and(is_given_up)
    }

    /// Whether `person` waits for office hours about that with that host, or any.
    pub fn waits(&self, person: &PersonId, subject: Option<&Subject>, host: Option<&PersonId>) -> bool {
        let is_it = |(of, wait): (&Seq, &WaitState)| {
            wait.is_for(person, subject, host) && self.is_open_wait(*of, wait)
        };
        self.waiting_list.iter().any(is_it)
    }

    pub(super) fn booked(&mut self, seq: Seq, at: Timestamp, booking: BookingState) {
        let by = match &booking.via {
            Via::Slack if self.is_taken(&booking.slot.host, &booking.slot.stretch(), None) => return,
            Via::Slack => By::Person(booking.guest.clone()),
            Via::Page { provider, id } => {
                let made = self.on_page.made.entry((*provider, id.clone())).or_insert(seq);
                if *made != seq {
                    return;
                }
                By::Page
            }
        };
        let slot = booking.slot.clone();
        self.hold(seq, &slot);
        person_mut(&mut self.people, &booking.guest).bookings.push(seq);
        // Whoever waited for a time to talk about it has one now.
        let subject = booking.subject.as_ref();
        self.waiting_list.retain(|_, wait| wait.person != booking.guest || !wait.is_about(subject));
        let changes = vec![Change { since: seq, at, by, agreed: Some(slot) }];
        self.bookings.insert(seq, BookingState { changes, ..booking });
        self.campaign_follows(seq, seq);
    }

    fn hold(&mut self, of: Seq, slot: &Slot) {
        self.hosted.entry(slot.host.clone()).or_default().insert((slot.starts, of));
        let known = person_mut(&mut self.people, &slot.host);
        if !known.bookings.contains(&of) {
            known.bookings.push(of);
        }
    }

    fn let_go(&mut self, of: Seq, slot: &Slot) {
        if let Some(held) = self.hosted.get_mut(&slot.host) {
            held.remove(&(slot.starts, of));
        }
    }

    pub(super) fn moved(
        &mut self,
        seq: Seq,
        at: Timestamp,
        of: Seq,
        slot: &Slot,
        by: &By,
        via: Option<&Via>,
    ) {
        let Some(booking) = self.bookings.get(&of) else { return };
        // Where hosts put an entry in their own calendar is their word, and what a page sold is sold, whatever
        // else is there.
        let taken = match by {
            By::Person(_) => self.is_taken(&slot.host, &slot.stretch(), Some(of)),
            By::Calendar | By::Page => false,
        };
        if booking.standing != Standing::Agreed || taken {
            return;
        }
        let before = booking.slot.clone();
        self.let_go(of, &before);
        self.hold(of, slot);
        self.change(seq, at, of, Some(slot.clone()), by);
        self.called(of, via);
    }

    /// An outside page calls a booking otherwise; what it was called before still names it.
    fn called(&mut self, of: Seq, via: Option<&Via>) {
        if let (Some(Via::Page { provider, id }), Some(booking)) = (via, self.bookings.get_mut(&of)) {
            booking.via = Via::Page { provider: *provider, id: id.clone() };
            self.on_page.made.entry((*provider, id.clone())).or_insert(of);
        }
    }

    pub(super) fn cancelled(&mut self, seq: Seq, at: Timestamp, of: Seq, by: &By) {
        let Some(booking) = self.bookings.get_mut(&of) else { return };
        if booking.standing != Standing::Agreed {
            return;
        }
        booking.standing = Standing::Cancelled { by: by.clone() };
        let before = booking.slot.clone();
        self.let_go(of, &before);
        self.change(seq, at, of, None, by);
    }

    fn change(&mut self, seq: Seq, at: Timestamp, of: Seq, agreed: Option<Slot>, by: &By) {
        let Some(booking) = self.bookings.get_mut(&of) else { return };
        if let Some(slot) = &agreed {
            booking.slot = slot.clone();
        }
        booking.changes.push(Change { since: seq, at, by: by.clone(), agreed });
        self.booking_changed(seq, of);
    }

    /// The host said how it went; the last word counts. A booking that was kept is a conversation.
    pub(super) fn closed(&mut self, seq: Seq, at: Timestamp, of: Seq, met: bool) -> Option<&BookingState> {
        let booking = self.bookings.get_mut(&of)?;
        if matches!(booking.standing, Standing::Cancelled { .. }) {
            return None;
        }
        booking.standing = if met { Standing::Kept } else { Standing::NoShow };
        let (guest, slot, subject) = (booking.guest.clone(), booking.slot.clone(), booking.subject.clone());
        self.let_go(of, &slot);
        if let Some(subject) = subject
            && met
        {
            self.engagement_mut(&guest, &subject.initiative, subject.quarter).conversation = Some((seq, at));
        }
        self.booking_changed(seq, of);
        self.bookings.get(&of)
    }

    /// The entry in a host's calendar shows everything up to change `through`.
    pub(super) fn entered(
        &mut self,
        seq: Seq,
        of: Seq,
        host: &PersonId,
        through: Seq,
        place: Option<&Place>,
    ) {
        if let Some(booking) = self.bookings.get_mut(&of) {
            booking.written.insert(host.clone(), WrittenEntry { through, place: place.cloned() });
            self.entry_taken(seq, host, of);
        }
    }

    /// Marks the messages about a booking.
    fn booking_changed(&mut self, seq: Seq, of: Seq) {
        let posts = self.bookings.get(&of).map(|booking| booking.posts.clone()).unwrap_or_default();
        for post in posts {
            self.post_changed(seq, post);
        }
        self.campaign_follows(seq, of);
    }

    /// The campaign's messages to the guest say what was booked.
    fn campaign_follows(&mut self, seq: Seq, of: Seq) {
        let booking = self.bookings.get(&of);
        let Some(subject) = booking.and_then(|booking| booking.subject.clone()) else { return };
        let Some(guest) = booking.map(|booking| booking.guest.clone()) else { return };
        self.changed(seq, &guest, &subject.initiative, subject.quarter);
    }

    pub(super) fn joined(&mut self, seq: Seq, wait: WaitState) {
        let (person, subject, host) = (&wait.person, wait.subject.as_ref(), wait.host.as_ref());
        if !self.waits(person, subject, host) {
            self.waiting_list.insert(seq, wait);
        }
    }

    /// Whoever waits was told that an office hour is free.
    pub(super) fn told_of_vacancy(&mut self, wait: Seq, at: Timestamp) {
        if let Some(wait) = self.waiting_list.get_mut(&wait) {
            wait.told = Some(at);
        }
    }

    /// They wait no longer: of one wait, or of all.
    pub(super) fn left(&mut self, person: &PersonId, of: Option<Seq>) {
        let is_meant = |wait: &Seq| of.is_none_or(|of| *wait == of);
        self.waiting_list.retain(|place, wait| wait.person != *person || !is_meant(place));
    }

    pub(super) fn added(&mut self, host: &PersonId, hours: AddedHours) {
        let all = self.added_hours.entry(host.clone()).or_default();
        if !all.contains(&hours) {
            all.push(hours);
        }
    }

    pub(super) fn rename_bookings(
        &mut self,
        person: impl Fn(&mut PersonId) + Copy,
        initiative: impl Fn(&mut InitiativeId) + Copy,
    ) {
        let slot = |slot: &mut Slot| person(&mut slot.host);
        let by = |by: &mut By| match by {
            By::Person(who) => person(who),
            By::Calendar | By::Page => {}
        };
        for booking in self.bookings.values_mut() {
            person(&mut booking.guest);
            slot(&mut booking.slot);
            booking.subject.iter_mut().for_each(|subject| initiative(&mut subject.initiative));
            for (mut host, through) in std::mem::take(&mut booking.written) {
                person(&mut host);
                put(&mut booking.written, host, through, Ord::max);
            }
            if let Standing::Cancelled { by: who } = &mut booking.standing {
                by(who);
            }
            for change in &mut booking.changes {
                by(&mut change.by);
                change.agreed.iter_mut().for_each(slot);
            }
        }
        for wait in self.waiting_list.values_mut() {
            person(&mut wait.person);
            wait.host.iter_mut().for_each(person);
            wait.subject.iter_mut().for_each(|subject| initiative(&mut subject.initiative));
        }
        // Nobody waits twice for the same.
        let mut waiting = BTreeSet::new();
        self.waiting_list.retain(|_, wait| {
            let about = wait.subject.as_ref().map(|subject| subject.initiative.clone());
            wait.told.is_some() || waiting.insert((wait.person.clone(), about, wait.host.clone()))
        });
        self.hosted = united(&mut self.hosted, person);
        self.blocks = united(&mut self.blocks, person);
        self.added_hours = united(&mut self.added_hours, person);
        for (mut host, trouble) in std::mem::take(&mut self.calendars) {
            person(&mut host);
            self.calendars.entry(host).or_default().join(trouble);
        }
    }
}

/// The map with people's present ids; what is known under two of one is known under that.
fn united<V, T: Default + Extend<V> + IntoIterator<Item = V>>(
    map: &mut HashMap<PersonId, T>,
    person: impl Fn(&mut PersonId),
) -> HashMap<PersonId, T> {
    let all = HashMap::with_capacity(map.len());
    std::mem::take(map).into_iter().fold(all, |mut all: HashMap<PersonId, T>, (mut who, values)| {
        person(&mut who);
        all.entry(who).or_default().extend(values);
        all
    })
}

#[cfg(test)]
mod tests;
