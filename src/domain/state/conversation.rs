//! What people say and ask, and what is answered.

use jiff::Timestamp;

use super::{
    AnswerState, Engagement, KeptState, Matched, QuestionState, Received, Settlement, State, person_mut,
};
use crate::domain::effect::{PostId, PostKey};
use crate::domain::event::Said;
use crate::domain::ids::{FaqId, InitiativeId, MessageTs, PersonId, Seq, SlackChannelId};
use crate::domain::personal::Personal;
use crate::domain::question::TO_PLACE;

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
            let question = QuestionState {
                initiative: initiative.clone(),
                turned: received.at,
                ..QuestionState::default()
            };
            self.questions.insert(seq, question);
            person_mut(&mut self.people, &person).asked.push(seq);
        }
        if said == Said::Talk {
            person_mut(&mut self.people, &person).offers.push(seq);
        }
        self.received.insert(seq, received);
        if let Some(initiative) = &initiative {
            self.engages(seq, seq, &person, initiative, said);
        }
    }

    /// What was said in record `of` belongs to the quarter for which the initiative is wanted, also before the
    /// first message about it. Where records don't tell that quarter, it is the latest of which anything is known:
    /// quarters follow one another.
    fn engages(&mut self, seq: Seq, of: Seq, person: &PersonId, initiative: &InitiativeId, said: Said) {
        let known = self.people.get(person).map(|known| &known.engagements);
        let theirs = known.into_iter().flat_map(|all| all.keys()).filter(|(about, _)| about == initiative);
        let latest = theirs.map(|(_, quarter)| *quarter).max();
        let Some(quarter) = latest.max(self.quarters.get(initiative).copied()) else { return };
        let engagement = self.engagement_mut(person, initiative, quarter);
        engagement.said.push(of);
        let before = engagement.concern;
        if matches!(said, Said::Correction | Said::Concern) {
            engagement.concern = Some(of);
        }
        let now = engagement.concern;
        // What was said before isn't what holds the messages any more.
        if let Some(before) = before.filter(|_| before != now) {
            self.about_changed(seq, before);
        }
        self.changed(seq, person, initiative, quarter);
    }

    /// The hint by which they said that somebody else decides, until an advocate has approached that person or let it be.
    pub fn open_referral(&self, engagement: &Engagement) -> Option<Seq> {
        self.open_hints(engagement).find(|(_, decides)| *decides).map(|(of, _)| of)
    }

    /// Their hints that somebody else decides, or is missing, until the same; with which of the two it is.
    pub fn open_hints<'a>(&'a self, engagement: &'a Engagement) -> impl Iterator<Item = (Seq, bool)> + 'a {
        engagement.said.iter().filter_map(|of| {
            let received = self.received.get(of)?;
            let open = received.settled.is_none() && !received.withdrawn;
            received.referral.as_ref().filter(|_| open).map(|hint| (*of, hint.decides))
        })
    }

    /// The asker chose what a question is about. What was chosen stands.
    pub(super) fn placed(
        &mut self,
        seq: Seq,
        at: Timestamp,
        question: Seq,
        initiative: Option<&InitiativeId>,
    ) {
        let Some(state) = self.questions.get_mut(&question) else { return };
        if state.initiative.is_some() || state.elsewhere {
            return;
        }
        state.initiative = initiative.cloned();
        state.elsewhere = initiative.is_none();
        state.turned = at;
        if let (Some(received), Some(initiative)) = (self.received.get_mut(&question), initiative) {
            received.initiative = Some(initiative.clone());
            let person = received.person.clone();
            self.engages(seq, question, &person, initiative, Said::Question);
        }
        self.about_changed(seq, question);
    }

    /// The asker said whether the FAQ's answer helped; the last word counts.
    pub(super) fn rated(&mut self, seq: Seq, at: Timestamp, question: Seq, helped: bool) {
        if let Some(state) = self.questions.get_mut(&question) {
            state.helped = Some(helped);
            state.turned = at;
        }
        self.about_changed(seq, question);
    }

    /// From when on an advocate has to answer `question`; none while the FAQ's answer stands, or once
    /// the asker took it back. A question that nobody placed goes to the advocates after
    /// [`TO_PLACE`](crate::domain::question::TO_PLACE).
    pub fn awaits_since(&self, question: Seq) -> Option<Timestamp> {
        let (received, state) = (self.received.get(&question)?, self.questions.get(&question)?);
        if received.withdrawn || (state.matched.is_some() && state.helped != Some(false)) {
            return None;
        }
        if state.initiative.is_some() || state.elsewhere {
            return Some(state.turned);
        }
        received.at.checked_add(TO_PLACE).ok()
    }

    /// The answers to `question` that stand, oldest first.
    pub fn answers_to(&self, question: Seq) -> impl Iterator<Item = (Seq, &AnswerState)> {
        let answers = self.questions.get(&question).into_iter().flat_map(|state| state.answers.iter());
        answers.filter_map(|of| Some((*of, self.answers.get(of)?))).filter(|(_, answer)| !answer.withdrawn)
    }

    /// The FAQ entry that was kept from an answer to `question`, if one was and still is.
    pub fn kept_from(&self, question: Seq) -> Option<(&InitiativeId, &FaqId, &KeptState)> {
        self.kept
            .iter()
            .find(|(_, kept)| kept.question == question)
            .map(|((initiative, entry), kept)| (initiative, entry, kept))
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
        let state =
            AnswerState { question, by, answer, place: place.cloned(), edited: false, withdrawn: false, at };
        self.answers.insert(seq, state);
        if let Some(place) = place {
            self.typed.insert(place.clone(), seq);
        }
        self.about_changed(seq, question);
    }

    /// What was typed in record `of` reads otherwise now.
    pub(super) fn edited(&mut self, seq: Seq, of: Seq, text: &Personal) {
        if let Some(received) = self.received.get_mut(&of) {
            received.text = Some(text.clone());
            received.edited = true;
            self.about_changed(seq, of);
        } else if let Some(answer) = self.answers.get_mut(&of) {
            answer.answer = text.clone();
            answer.edited = true;
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
            let question = answer.question;
            // Nobody is told any more what its author took back.
            if self.answers_to(question).next().is_none() {
                self.kept.retain(|_, kept| kept.question != question);
            }
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

    /// Whoever reads that their question is answered reads what became of that answer.
    pub(super) fn answer_moved_on(&mut self, seq: Seq, post: PostId) {
        let key = self.post(post).map(|post| &post.key);
        if let Some(PostKey::Answer { of, .. }) = key {
            self.answer_changed(seq, *of);
        }
    }

    fn answer_changed(&mut self, seq: Seq, answer: Seq) {
        let Some(state) = self.answers.get(&answer) else { return };
        let question = state.question;
        self.about_changed(seq, question);
    }
}
