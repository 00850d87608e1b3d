//! What people say and ask, and what is answered.

use jiff::Timestamp;

use super::{AnswerState, Matched, QuestionState, Received, Settlement, State, person_mut};
use crate::domain::event::Said;
use crate::domain::ids::{FaqId, InitiativeId, MessageTs, PersonId, Seq, SlackChannelId};
use crate::domain::personal::Personal;

impl State {
    /// Takes in what a person said or asked for.
    pub(super) fn received(&mut self, seq: Seq, received: Received) {
        let (person, said, initiative) =
            (received.person.clone(), received.said, received.initiative.clone());
        if let Some((channel, ts)) = &received.place {
            person_mut(&mut self.people, &person).channel = Some(channel.clone());
            self.typed.insert((channel.clone(), ts.clone()), seq);
        }
        if said == Said::Question {
            let question = QuestionState { initiative: initiative.clone(), ..QuestionState::default() };
            self.questions.insert(seq, question);
            person_mut(&mut self.people, &person).asked.push(seq);
        }
        self.received.insert(seq, received);
        if let Some(initiative) = &initiative {
            self.engages(seq, seq, &person, initiative, said);
        }
    }

    /// What was said in record `of` belongs to the latest engagement about this initiative: quarters
    /// follow one another.
    fn engages(&mut self, seq: Seq, of: Seq, person: &PersonId, initiative: &InitiativeId, said: Said) {
        let state = person_mut(&mut self.people, person);
        let latest = state.engagements.iter_mut().rev().find(|((about, _), _)| about == initiative);
        let Some(((initiative, quarter), engagement)) = latest else { return };
        engagement.said.push(of);
        if matches!(said, Said::Correction | Said::Concern) {
            engagement.concern = Some(of);
        }
        let (initiative, quarter) = (initiative.clone(), *quarter);
        self.changed(seq, person, &initiative, quarter);
    }

    /// The asker chose what a question is about.
    pub(super) fn placed(&mut self, seq: Seq, question: Seq, initiative: &InitiativeId) {
        let Some(state) = self.questions.get_mut(&question) else { return };
        if state.initiative.is_some() {
            return;
        }
        state.initiative = Some(initiative.clone());
        if let Some(received) = self.received.get_mut(&question) {
            received.initiative = Some(initiative.clone());
            let person = received.person.clone();
            self.engages(seq, question, &person, initiative, Said::Question);
        }
        self.about_changed(seq, question);
    }

    pub(super) fn matched(&mut self, seq: Seq, question: Seq, entry: &FaqId, answer: &Personal) {
        if let Some(state) = self.questions.get_mut(&question) {
            state.matched = Some(Matched { entry: entry.clone(), answer: answer.clone() });
        }
        self.about_changed(seq, question);
    }

    pub(super) fn answered(
        &mut self,
        seq: Seq,
        at: Timestamp,
        question: Seq,
        by: &PersonId,
        answer: &Personal,
        place: Option<&(SlackChannelId, MessageTs)>,
    ) {
        let Some(state) = self.questions.get_mut(&question) else { return };
        state.answers.push(seq);
        let (by, answer) = (by.clone(), answer.clone());
        self.answers.insert(seq, AnswerState { question, by, answer, withdrawn: false, at });
        if let Some(place) = place {
            self.typed.insert(place.clone(), seq);
        }
        self.about_changed(seq, question);
    }

    /// What was typed in record `of` reads otherwise now.
    pub(super) fn edited(&mut self, seq: Seq, of: Seq, text: &Personal) {
        if let Some(received) = self.received.get_mut(&of) {
            received.text = Some(text.clone());
            self.about_changed(seq, of);
        } else if let Some(answer) = self.answers.get_mut(&of) {
            answer.answer = text.clone();
            self.answer_changed(seq, of);
        }
    }

    /// What was typed in record `of` was taken back.
    pub(super) fn deleted(&mut self, seq: Seq, of: Seq) {
        if let Some(received) = self.received.get_mut(&of) {
            received.withdrawn = true;
            self.about_changed(seq, of);
        } else if let Some(answer) = self.answers.get_mut(&of) {
            answer.withdrawn = true;
            self.answer_changed(seq, of);
        }
    }

    /// An advocate decided about a referral.
    pub(super) fn settled(&mut self, seq: Seq, referral: Seq, settled: Settlement) {
        if let Some(received) = self.received.get_mut(&referral) {
            received.settled = Some(settled);
        }
        self.about_changed(seq, referral);
    }

    /// Marks the messages about what was said in record `of`.
    pub(super) fn about_changed(&mut self, seq: Seq, of: Seq) {
        let posts = self.received.get(&of).map(|received| received.posts.clone()).unwrap_or_default();
        for post in posts {
            self.post_changed(seq, post);
        }
    }

    fn answer_changed(&mut self, seq: Seq, answer: Seq) {
        let Some(state) = self.answers.get(&answer) else { return };
        let question = state.question;
        self.about_changed(seq, question);
    }
}
