//! Every free text that is held, and how texts that are old come to an end.
//!
//! Invariant: no text is held anywhere but where [`State::each_text`] goes; a test folds a record of each
//! kind and looks for what is left.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{PersonState, State};
use crate::domain::calendar::Quarter;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::personal::Personal;

/// The calendar quarter, in UTC, in which words count as written at `at`. Quarters of the configuration would
/// change their meaning with it.
pub fn quarter_of_words(at: Timestamp) -> Quarter {
    Quarter::of(TimeZone::UTC.to_datetime(at).date(), 1)
}

/// What is known of a text beside itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    /// When.
    pub(super) at: Timestamp,
    /// It doesn't expire now: somebody still works with it, or it was kept on purpose.
    pub(super) stays: bool,
    /// Whose it is beside whoever's key seals it: an account may have been taken for somebody else's when it said
    /// so. Of what was written about somebody it is who that is.
    pub(super) whose: Option<&'a PersonId>,
    /// For whom somebody else wrote it: an answer is also theirs who asked.
    pub(super) to: Option<&'a PersonId>,
}

/// How far the words of people have expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// Whatever was written before then has.
    pub before: Timestamp,
    /// How many questions and bookings older than that were still open.
    pub open: usize,
}

impl State {
    /// Visits every text; what is open is so at `now`.
    pub(super) fn each_text(&mut self, now: Timestamp, visit: &mut dyn FnMut(&mut Personal, Written<'_>)) {
        self.each_text_but(now, &BTreeSet::new(), visit);
    }

    /// The same, where nobody can answer the questions `unanswerable`, so that these aren't open.
    fn each_text_but(
        &mut self,
        now: Timestamp,
        unanswerable: &BTreeSet<Seq>,
        visit: &mut dyn FnMut(&mut Personal, Written<'_>),
    ) {
        let open: BTreeSet<Seq> = self.open_questions(unanswerable).collect();
        let written = |at: Timestamp| Written { at, stays: false, whose: None, to: None };
        self.people.iter_mut().filter(|(_, person)| has_text(person)).for_each(|(id, person)| {
            for engagement in Arc::make_mut(person).engagements.values_mut().map(Arc::make_mut) {
                let said = written(engagement.reason_at.map_or(Timestamp::MIN, |(_, at)| at));
                let said = Written { whose: Some(id), ..said };
                engagement.reason.iter_mut().for_each(|reason| visit(reason, said));
                for edited in engagement.edits.values_mut() {
                    visit(&mut edited.prose, Written { whose: Some(id), ..written(edited.at) });
                }
            }
        });
        for (of, received) in &mut self.received {
            let stays = open.contains(of);
            let said = Written { stays, whose: Some(&received.person), ..written(received.at) };
            received.text.iter_mut().for_each(|text| visit(text, said));
        }
        let asked = |of: &Seq| self.received.get(of);
        for (of, question) in &mut self.questions {
            let at = asked(of).map_or(Timestamp::MIN, |asked| asked.at);
            if let Some(matched) = &mut question.matched {
                let whose = asked(of).map(|asked| &asked.person);
                visit(&mut matched.answer, Written { stays: open.contains(of), whose, ..written(at) });
            }
        }
        for answer in self.answers.values_mut() {
            let to = asked(&answer.question).map(|asked| &asked.person);
            visit(&mut answer.answer, Written { to, ..written(answer.at) });
        }
        // Kept for everybody who asks the like, until it is dropped.
        for kept in self.kept.values_mut() {
            visit(&mut kept.answer, Written { stays: true, ..written(Timestamp::MIN) });
        }
        // What somebody is called is not their words; it goes with their being approached.
        for ((_, who), approached) in &mut self.approached {
            let written = Written { stays: true, whose: Some(who), ..written(approached.at) };
            approached.name.iter_mut().for_each(|name| visit(name, written));
        }
        for campaign in self.campaigns.values_mut() {
            for correction in &mut campaign.corrections {
                visit(&mut correction.what, written(correction.at));
            }
        }
        for note in self.notes.values_mut() {
            visit(&mut note.text, Written { whose: note.about.as_ref(), ..written(note.at) });
        }
        for booking in self.bookings.values_mut() {
            let stays = booking.is_ahead(now);
            let said = Written { stays, whose: Some(&booking.guest), ..written(booking.at) };
            booking.topic.iter_mut().for_each(|topic| visit(topic, said));
        }
    }

    /// Everything written before `before` is gone, but for what is open.
    pub(super) fn expire(&mut self, now: Timestamp, before: Timestamp, unanswerable: &BTreeSet<Seq>) {
        let open = self.open_since_before(now, before, unanswerable).len();
        self.each_text_but(now, unanswerable, &mut |text, written| {
            if written.at < before && !written.stays {
                *text = Personal::Forgotten;
            }
        });
        self.expired = Some(Expired { before, open });
    }

    /// Questions that still wait for an answer, but for those that nobody can give one to.
    fn open_questions(&self, unanswerable: &BTreeSet<Seq>) -> impl Iterator<Item = Seq> {
        self.questions
            .keys()
            .copied()
            .filter(|of| !unanswerable.contains(of))
            .filter(|of| self.awaits_since(*of).is_some() && self.answers_to(*of).next().is_none())
    }

    /// Whose words from before `before` must stay readable at `now`, each with the quarter they were written
    /// in: those of questions that wait, of bookings to come, of answers that were kept, and the names of
    /// people who are approached. Of questions those wait to which somebody can give an answer, so not the
    /// `unanswerable`.
    pub fn open_since_before(
        &self,
        now: Timestamp,
        before: Timestamp,
        unanswerable: &BTreeSet<Seq>,
    ) -> Vec<(PersonId, Quarter)> {
        let asked = self.open_questions(unanswerable).filter_map(|of| self.received.get(&of));
        let asked = asked.map(|asked| (&asked.person, asked.at));
        let booked = self.bookings.values().filter(|booking| booking.is_ahead(now));
        let booked = booked.map(|booking| (&booking.guest, booking.at));
        let approached = self.approached.iter().map(|((_, person), approached)| (person, approached.at));
        let kept = self
            .kept
            .values()
            .filter_map(|kept| Some((kept.answer.of()?, self.received.get(&kept.question)?.at)));
        let old = asked.chain(booked).chain(approached).chain(kept).filter(|(_, at)| *at < before);
        old.map(|(person, at)| (person.clone(), quarter_of_words(at))).collect()
    }

    /// Whether anything on record can be older than `before`, so that there may be words to expire.
    pub fn reaches_back_before(&self, before: Timestamp) -> bool {
        // The first configuration is adopted before anybody is written to.
        self.initiatives.values().any(|adopted| *adopted < before)
    }
}

fn has_text(person: &PersonState) -> bool {
    person.engagements.values().any(|of| of.reason.is_some() || !of.edits.is_empty())
}

/// From when on words are kept at `now`: `quarters` whole ones after the one in which they were written.
pub fn words_kept_since(now: Timestamp, quarters: u32) -> Option<Timestamp> {
    let this = quarter_of_words(now);
    let number = i64::from(this.year) * 4 + i64::from(this.number) - 1 - i64::from(quarters);
    let year = i16::try_from(number.div_euclid(4)).ok()?;
    let first = Quarter { year, number: i8::try_from(number.rem_euclid(4)).ok()? + 1 };
    let day = first.starts(1)?;
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
}
