//! When something happened that an advocate wants to hear of, by initiative.
//!
//! Invariant: only ever added to (but for what is older than a digest can reach back), so that whether
//! there was news since a record and up to a moment is the same question later. What a digest told is bounded
//! by its record, never by its moment: something else may happen in the same one.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::fold::{back, forget_before};
use crate::domain::event::{Event, Record};
use crate::domain::ids::{InitiativeId, Seq};

/// How far back a digest may look: a quarter, whatever its schedule.
const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 100);

/// The records of news by initiative, in their order, each with its moment; under `None` what is about no
/// initiative yet. Of one moment the last record is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News(HashMap<Option<InitiativeId>, VecDeque<(Seq, Timestamp)>>);

impl News {
    pub(super) fn note(&mut self, about: Option<&InitiativeId>, seq: Seq, at: Timestamp) {
        let records = self.0.entry(about.cloned()).or_default();
        if records.back().is_some_and(|(_, last)| *last == at) {
            records.pop_back();
        }
        records.push_back((seq, at));
        forget_before(records, back(at, MEMORY), |(_, at)| *at);
    }

    /// Whether there was any about `initiative` after the record `since` and up to the moment `until`.
    pub fn any(&self, about: Option<&InitiativeId>, since: Seq, until: Timestamp) -> bool {
        self.each(about, since, until).next().is_some()
    }

    /// The records of what happened about `initiative` after the record `since` and up to the moment `until`.
    pub fn each(
        &self,
        about: Option<&InitiativeId>,
        since: Seq,
        until: Timestamp,
    ) -> impl Iterator<Item = Seq> {
        let records = self.0.get(&about.cloned());
        let first = records.map_or(0, |records| records.partition_point(|(seq, _)| *seq <= since));
        let records = records.into_iter().flat_map(move |records| records.range(first..));
        records.filter(move |(_, at)| *at <= until).map(|(seq, _)| *seq)
    }

    pub(super) fn rename(&mut self, renames: &BTreeMap<InitiativeId, InitiativeId>) {
        // All at once: two may have swapped their ids.
        let moved: Vec<_> = renames.keys().map(|old| self.0.remove(&Some(old.clone()))).collect();
        for (new, records) in renames.values().zip(moved) {
            let Some(records) = records else { continue };
            let all = self.0.entry(Some(new.clone())).or_default();
            all.extend(records);
            all.make_contiguous().sort_unstable();
        }
    }
}

impl State {
    /// Notes when `record` is something that an advocate wants to hear of in a digest.
    pub(super) fn note_news(&mut self, record: &Record) {
        let about = match &record.event {
            Event::StanceTaken { initiative, .. }
            | Event::ReasonGiven { initiative, .. }
            | Event::HeadsUpConfirmed { initiative, .. }
            | Event::ConcernReleased { initiative, .. }
            | Event::ConversationRecorded { initiative, .. }
            | Event::ItemPlanned { initiative, .. } => Some(initiative.clone()),
            Event::MessageReceived { initiative, .. } => initiative.clone(),
            Event::SlotBooked { subject, .. } => subject.as_ref().map(|subject| subject.initiative.clone()),
            Event::BookingMoved { booking, .. }
            | Event::BookingCancelled { booking, .. }
            | Event::BookingClosed { booking, .. } => {
                let subject = self.bookings.get(booking).and_then(|booking| booking.subject.as_ref());
                subject.map(|subject| subject.initiative.clone())
            }
            Event::PostSent { post, .. } => match self.post(*post).and_then(|post| post.key.delivery()) {
                Some(delivery) => Some(delivery.initiative.clone()),
                None => return,
            },
            Event::ConfigAdopted { .. }
            | Event::PersonLinked { .. }
            | Event::AccountRefused { .. }
            | Event::AccountConfirmed { .. }
            | Event::PostIntended { .. }
            | Event::PostRefused { .. }
            | Event::PostDeferred { .. }
            | Event::PostAbsent { .. }
            | Event::PostUnknown { .. }
            | Event::PostMissed { .. }
            | Event::PostShown { .. }
            | Event::MessageEdited { .. }
            | Event::MessageDeleted { .. }
            | Event::QuestionPlaced { .. }
            | Event::QuestionMatched { .. }
            | Event::AnswerRated { .. }
            | Event::QuestionAnswered { .. }
            | Event::AnswerKept { .. }
            | Event::AnswerDropped { .. }
            | Event::Approached { .. }
            | Event::ReferralDismissed { .. }
            | Event::NoteTaken { .. }
            | Event::Stopped { .. }
            | Event::StopUndone { .. }
            | Event::Snoozed { .. }
            | Event::LeaveEntered { .. }
            | Event::BookingEntered { .. }
            | Event::CalendarTroubled { .. }
            | Event::PageCancelled { .. }
            | Event::WaitJoined { .. }
            | Event::WaitLeft { .. }
            | Event::HoursAdded { .. }
            | Event::HoursBlocked { .. }
            | Event::DeliveryJudged { .. }
            | Event::DeliveryEdited { .. }
            | Event::HandedOver { .. }
            | Event::StageSet { .. }
            | Event::Corrected { .. }
            | Event::Recalled { .. }
            | Event::InitiativePaused { .. }
            | Event::ConfigRefused { .. }
            | Event::MarkingKeySet { .. }
            | Event::PersonForgotten { .. }
            | Event::WordsExpired { .. }
            | Event::PostingPaused { .. }
            | Event::PostingResumed { .. }
            | Event::Restored { .. }
            | Event::ClockDoubted { .. }
            | Event::ClockBelieved {}
            | Event::Revived { .. }
            | Event::PauseLifted { .. }
            | Event::CallsRefused { .. }
            | Event::CallsTaken { .. }
            | Event::ContentRetried { .. } => return,
        };
        self.news.note(about.as_ref(), record.seq, record.at);
    }
}
