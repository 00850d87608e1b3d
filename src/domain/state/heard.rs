//! From whom something is heard, and who can't be reached.
//!
//! Invariant: somebody counts as unreachable only for as long as Slack's refusal is the last that is known of
//! them.

use std::sync::Arc;

use jiff::Timestamp;

use super::{State, ToldUnreachable, Unreachable, person_mut};
use crate::domain::booking::By;
use crate::domain::event::{Cause, Event, How, PauseReason, Record};
use crate::domain::ids::{PersonId, Seq};

impl State {
    /// Takes in who did what led to `record`.
    pub(super) fn heard(&mut self, record: &Record) {
        let from: Vec<PersonId> = self.heard_from(record).cloned().collect();
        for person in &from {
            self.may_be_reached(person);
        }
        self.acting = record.cause.as_ref().and_then(|_| from.into_iter().next());
    }

    /// Of whom `record` is a sign of life: whoever clicked, and whose doing it is.
    pub fn heard_from<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = &'a PersonId> {
        let clicked = match &record.cause {
            Some(Cause::Click(slack, _)) => self.by_slack.get(slack),
            Some(_) | None => None,
        };
        clicked.into_iter().chain(self.doer(&record.event))
    }

    /// Whose doing a record of `event` is, if it is a person's.
    fn doer<'a>(&'a self, event: &'a Event) -> Option<&'a PersonId> {
        match event {
            Event::ReasonGiven { person, .. }
            | Event::HeadsUpConfirmed { person, .. }
            | Event::MessageReceived { person, .. }
            | Event::MessageEdited { person, .. }
            | Event::MessageDeleted { person, .. }
            | Event::Stopped { person, .. }
            | Event::StopUndone { person, .. }
            | Event::Snoozed { person, .. }
            | Event::WaitJoined { person, .. }
            | Event::WaitLeft { person, .. }
            | Event::StanceTaken { person, how: How::Clicked, .. }
            | Event::SlotBooked { guest: person, .. }
            | Event::HoursAdded { host: person, .. }
            | Event::StanceTaken { how: How::Recorded { by: person }, .. }
            | Event::ConcernReleased { by: person, .. }
            | Event::QuestionAnswered { by: person, .. }
            | Event::AnswerKept { by: person, .. }
            | Event::AnswerDropped { by: person, .. }
            | Event::Approached { by: person, .. }
            | Event::ReferralDismissed { by: person, .. }
            | Event::ConversationRecorded { by: person, .. }
            | Event::NoteTaken { by: person, .. }
            | Event::ItemPlanned { by: person, .. }
            | Event::LeaveEntered { by: person, .. }
            | Event::BookingMoved { by: By::Person(person), .. }
            | Event::BookingCancelled { by: By::Person(person), .. }
            | Event::BookingClosed { by: person, .. }
            | Event::DeliveryJudged { by: person, .. }
            | Event::DeliveryEdited { by: person, .. }
            | Event::HandedOver { by: person, .. }
            | Event::StageSet { by: person, .. }
            | Event::Corrected { by: person, .. }
            | Event::Recalled { by: person, .. }
            | Event::PostingPaused { reason: PauseReason::Asked { by: person } }
            | Event::PostingResumed { by: person }
            | Event::PostingPaused { reason: PauseReason::FirstStart { denied_by: Some(person) } }
            | Event::AccountConfirmed { by: person, .. }
            | Event::InitiativePaused { by: person, .. }
            | Event::Revived { by: person, .. } => Some(person),
            Event::QuestionPlaced { question, .. } | Event::AnswerRated { question, .. } => {
                self.received.get(question).map(|received| &received.person)
            }
            Event::ConfigAdopted { .. }
            | Event::PersonLinked { .. }
            | Event::PostIntended { .. }
            | Event::PostSent { .. }
            | Event::PostRefused { .. }
            | Event::PostDeferred { .. }
            | Event::PostAbsent { .. }
            | Event::PostUnknown { .. }
            | Event::PostMissed { .. }
            | Event::PostShown { .. }
            | Event::QuestionMatched { .. }
            | Event::BookingMoved { by: By::Calendar | By::Page, .. }
            | Event::BookingCancelled { by: By::Calendar | By::Page, .. }
            | Event::BookingEntered { .. }
            | Event::CalendarTroubled { .. }
            | Event::PageCancelled { .. }
            | Event::HoursBlocked { .. }
            | Event::ConfigRefused { .. }
            | Event::ClockDoubted { .. }
            | Event::ClockBelieved {}
            | Event::AccountRefused { .. }
            | Event::MarkingKeySet { .. }
            | Event::PersonForgotten { .. }
            | Event::WordsExpired { .. }
            | Event::Restored { .. }
            | Event::PauseLifted { .. }
            | Event::CallsRefused { .. }
            | Event::CallsTaken { .. }
            | Event::ContentRetried { .. }
            | Event::PostingPaused {
                reason:
                    PauseReason::Unproven
                    | PauseReason::Configuration { .. }
                    | PauseReason::Returned { .. }
                    | PauseReason::FirstStart { denied_by: None },
            } => None,
        }
    }

    /// Something speaks against their being out of reach.
    pub(super) fn may_be_reached(&mut self, person: &PersonId) {
        if let Some(known) = self.people.get_mut(person).filter(|known| known.unreachable.is_some()) {
            Arc::make_mut(known).unreachable = None;
        }
    }

    /// Slack refused a message because of its recipient.
    pub(super) fn is_unreachable(&mut self, seq: Seq, at: Timestamp, to: &PersonId, code: &str) {
        let known = person_mut(&mut self.people, to);
        let is_news = |told: ToldUnreachable| {
            known.unreachable.is_none() && Unreachable::TRY_AGAIN <= at.duration_since(told.at)
        };
        known.told_unreachable = match known.told_unreachable {
            None => Some(ToldUnreachable { again: None, at }),
            Some(told) if is_news(told) => Some(ToldUnreachable { again: Some(seq), at }),
            Some(told) => Some(told),
        };
        known.unreachable = Some(Unreachable { code: code.to_owned(), at });
    }
}
