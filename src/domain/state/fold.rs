//! What each record changes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::merging::put;
use super::{
    AddedHours, Adopted, ApproachedPart, ApproachedState, BookingState, ClockOff, Correction, Edited,
    Engagement, ItemState, Judged, KeptState, NoteState, Phase, Received, RefusedConfig, Restoration,
    Settlement, Slot, Staged, StanceState, Standing, State, WaitState, person_mut, post_mut,
};
use crate::domain::booking::uid;
use crate::domain::calendar::Quarter;
use crate::domain::effect::PostId;
use crate::domain::engagement::Stance;
use crate::domain::event::{Cause, Event, How, Record, RefusedFor, Said};
use crate::domain::ids::{InitiativeId, PersonId, Seq};

/// How long a cause is remembered. Slack drops events more than two hours late.
const CAUSE_MEMORY: SignedDuration = SignedDuration::from_hours(24);
/// How long what was typed is remembered: the sweep after an outage looks back for a fortnight, and what was
/// heard before it must not be taken again.
const TYPED_MEMORY: SignedDuration = SignedDuration::from_hours(24 * 16);

pub(super) fn forget_before<T>(
    queue: &mut VecDeque<T>,
    moment: Timestamp,
    of: impl Fn(&T) -> Timestamp,
) -> Vec<T> {
    let old = queue.iter().take_while(|entry| of(entry) < moment).count();
    queue.drain(..old).collect()
}

pub(super) fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

impl State {
    /// Takes one record in. Records come in the order of their places.
    pub fn apply(&mut self, record: &Record) {
        self.head = record.seq;
        self.as_of = Some(record.at);
        if let Some(cause) = &record.cause {
            self.remember(record.at, cause);
        }
        self.note_news(record);
        self.heard(record);
        let (seq, at) = (record.seq, record.at);
        match &record.event {
            Event::ConfigAdopted { digest, initiatives, renamed, quarters } => {
                self.rename(renamed);
                for initiative in initiatives {
                    self.initiatives.entry(initiative.clone()).or_insert(at);
                }
                self.quarters.extend(quarters.iter().map(|(of, quarter)| (of.clone(), *quarter)));
                self.adopted = Some(Adopted { digest: digest.clone(), at });
                self.mended(seq);
            }
            Event::PersonLinked { person, slack, proof, replaces } => {
                self.linked(seq, at, person, slack, proof.as_ref(), replaces.as_ref());
            }
            Event::AccountRefused { person, because, lost } => {
                self.account_refused(seq, at, person, *because, lost.as_ref());
                self.approach_changed(seq, person);
            }
            Event::AccountConfirmed { person, by, same } => self.account_confirmed(seq, person, by, *same),
            Event::PostIntended { key, attempt, deadline, teams, audience, lists, found_as } => {
                match *found_as {
                    Some(id) => self.found_under(id, key),
                    None => self.found_by_record(key),
                }
                self.intended(at, key, *attempt, *deadline, teams, *audience);
                self.lists(key, lists);
            }
            Event::PostSent { post, attempt, channel, ts, former } => {
                self.sent(at, seq, (*post, *attempt), (channel, ts), former.as_ref())
            }
            Event::PostRefused { post, attempt, because, code, version } => {
                if self.settle(*post, *attempt, Phase::Refused { because: *because, code: code.clone() }) {
                    match because {
                        RefusedFor::Recipient => {
                            if let Some(to) = self.posts.get(post).map(|post| post.key.to().clone()) {
                                self.is_unreachable(seq, at, &to, code);
                            }
                        }
                        RefusedFor::Content => {
                            self.content_refused(seq, at, *post, code, version.as_deref());
                        }
                    }
                }
            }
            Event::PostDeferred { post, attempt, until, strange, code: _ } => {
                self.waits_again(*post, *attempt, *until, (*strange, false));
            }
            Event::PostAbsent { post, attempt, strange, blind } => {
                self.waits_again(*post, *attempt, at, (*strange, *blind));
            }
            Event::PostUnknown { post, attempt } => {
                if self.settle(*post, *attempt, Phase::Unknown) {
                    if let Some(of) = self.posts.get(post).and_then(|post| post.key.delivery()).cloned() {
                        self.engagement_mut(&of.person, &of.initiative, of.quarter).unknown = true;
                    }
                    self.answer_moved_on(seq, *post);
                }
            }
            Event::PostMissed { key } => self.missed(at, key),
            Event::PostShown { post, through } => {
                if let Some(state) = post_mut(&mut self.posts, post) {
                    state.shown = state.shown.max(*through);
                    if state.shown >= state.changed {
                        self.outdated.remove(post);
                        self.awaited.remove(post);
                    }
                }
            }
            Event::StanceTaken { person, initiative, teams, quarter, stance, how } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                for team in teams {
                    let taken = StanceState { stance: *stance, at, since: seq, how: how.clone() };
                    engagement.stances.insert(team.clone(), taken);
                }
                // A concern is a human's to answer until it is released, until they have decided, or until an advocate
                // records what came of it. Whoever asks to talk is not written to by a machine that moment.
                if *stance == Stance::Concerned {
                    engagement.concern = Some(seq);
                } else if stance.is_final() || matches!(how, How::Recorded { .. }) {
                    engagement.concern = None;
                }
                if *stance != Stance::Declined {
                    engagement.reason = None;
                }
                self.changed(seq, person, initiative, *quarter);
            }
            Event::ReasonGiven { person, initiative, quarter, reason, follow_up } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                engagement.reason = Some(reason.clone());
                engagement.reason_at = Some((seq, at));
                engagement.wants_follow_up = *follow_up;
                self.changed(seq, person, initiative, *quarter);
            }
            Event::HeadsUpConfirmed { person, initiative, quarter } => {
                self.engagement_mut(person, initiative, *quarter).confirmed = true;
                self.changed(seq, person, initiative, *quarter);
            }
            Event::ConcernReleased { person, initiative, quarter, .. } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                engagement.settled = Some(seq);
                if engagement.concern.take().is_some() {
                    // The messages about earlier ones say so too.
                    for of in engagement.said.clone() {
                        let said = self.received.get(&of).map(|received| received.said);
                        if matches!(said, Some(Said::Concern | Said::Correction)) {
                            self.about_changed(seq, of);
                        }
                    }
                }
            }
            Event::MessageReceived { person, initiative, said, text, place, thread, referral } => {
                let received = Received {
                    person: person.clone(),
                    initiative: initiative.clone(),
                    said: *said,
                    text: text.clone(),
                    place: place.clone(),
                    thread: thread.clone(),
                    referral: referral.clone(),
                    settled: None,
                    posts: Vec::new(),
                    edited: false,
                    withdrawn: false,
                    at,
                };
                self.received(seq, received);
            }
            Event::MessageEdited { of, text, .. } => self.edited(seq, *of, text),
            Event::MessageDeleted { of, .. } => self.deleted(seq, *of),
            Event::QuestionPlaced { question, initiative } => {
                self.placed(seq, at, *question, initiative.as_ref());
            }
            Event::QuestionMatched { question, entry, answer } => {
                self.matched(seq, *question, entry, answer);
            }
            Event::AnswerRated { question, helped } => {
                self.rated(seq, at, *question, *helped);
            }
            Event::QuestionAnswered { question, by, answer, place } => {
                self.answered(seq, at, *question, by, answer, place.as_ref());
            }
            Event::AnswerKept { question, entry, initiative, by, answer } => {
                let kept = KeptState { question: *question, by: by.clone(), answer: answer.clone() };
                self.kept.insert((initiative.clone(), entry.clone()), kept);
                self.about_changed(seq, *question);
            }
            Event::AnswerDropped { entry, initiative, .. } => {
                if let Some(kept) = self.kept.remove(&(initiative.clone(), entry.clone())) {
                    self.about_changed(seq, kept.question);
                }
            }
            Event::Approached { referral, by, person, slack, name, initiative, audience, teams, decides } => {
                let instead_of = self
                    .received
                    .get(referral)
                    .filter(|received| received.referral.as_ref().is_some_and(|referral| referral.decides));
                let approached = ApproachedState {
                    slack: slack.clone(),
                    name: name.clone(),
                    audience: *audience,
                    parts: vec![ApproachedPart {
                        teams: teams.clone(),
                        decides: *decides,
                        instead_of: instead_of.map(|received| received.person.clone()),
                        by: by.clone(),
                        at,
                    }],
                    by: by.clone(),
                    at,
                };
                let about = (initiative.clone(), person.clone());
                let relieved = approached.parts.iter().filter(|part| part.decides);
                let relieved = relieved.filter_map(|part| part.instead_of.clone()).next();
                put(&mut self.approached, about, approached, ApproachedState::and);
                if let Some(relieved) = relieved {
                    self.changed_about(seq, &relieved, initiative);
                }
                self.approached_since = seq;
                self.reviews_changed(seq, initiative);
                let settled = Settlement { by: by.clone(), approached: Some(person.clone()) };
                self.settled(seq, *referral, settled);
            }
            Event::ReferralDismissed { referral, by } => {
                self.settled(seq, *referral, Settlement { by: by.clone(), approached: None });
            }
            Event::ConversationRecorded { person, initiative, quarter, by, note } => {
                self.engagement_mut(person, initiative, *quarter).conversation = Some((seq, at));
                if let Some(text) = note.clone() {
                    let (by, about, initiative) =
                        (by.clone(), Some(person.clone()), Some(initiative.clone()));
                    self.notes.insert(seq, NoteState { by, about, initiative, text, at });
                }
            }
            Event::NoteTaken { by, about, initiative, text } => {
                let (by, about, initiative) = (by.clone(), about.clone(), initiative.clone());
                self.notes.insert(seq, NoteState { by, about, initiative, text: text.clone(), at });
            }
            Event::ItemPlanned { initiative, team, quarter, by, link } => {
                let item = ItemState { link: link.clone(), at, since: seq, by: by.clone() };
                self.items.insert((initiative.clone(), team.clone(), *quarter), item);
                self.everybody_changed(seq, initiative, *quarter);
            }
            Event::Stopped { person, initiative } => {
                for who in self.same_humans(person) {
                    self.stopped(seq, &who, initiative.as_ref());
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
                self.changed_everywhere(seq, person);
            }
            Event::Snoozed { person, until } => {
                person_mut(&mut self.people, person).snoozed_until = Some(*until);
            }
            Event::LeaveEntered { person, days, .. } => person_mut(&mut self.people, person).leave = *days,
            Event::SlotBooked { guest, host, starts, minutes, subject, topic, via } => {
                let slot = Slot { host: host.clone(), starts: *starts, minutes: *minutes };
                let booking = BookingState {
                    uid: uid(seq, at, guest, host),
                    guest: guest.clone(),
                    slot,
                    subject: subject.clone(),
                    topic: topic.clone(),
                    via: via.clone(),
                    at,
                    standing: Standing::Agreed,
                    changes: Vec::new(),
                    written: BTreeMap::new(),
                    posts: Vec::new(),
                };
                self.booked(seq, at, booking);
            }
            Event::BookingMoved { booking, host, starts, minutes, by, via } => {
                let slot = Slot { host: host.clone(), starts: *starts, minutes: *minutes };
                self.moved(seq, at, *booking, &slot, by, via.as_ref());
            }
            Event::BookingCancelled { booking, by } => self.cancelled(seq, at, *booking, by),
            Event::BookingClosed { booking, by, met, note } => {
                if let Some(closed) = self.closed(seq, at, *booking, *met)
                    && let Some(text) = note.clone()
                {
                    let (about, subject) = (Some(closed.guest.clone()), closed.subject.as_ref());
                    let initiative = subject.map(|subject| subject.initiative.clone());
                    self.notes.insert(seq, NoteState { by: by.clone(), about, initiative, text, at });
                }
            }
            Event::BookingEntered { booking, host, through, place } => {
                self.entered(seq, *booking, host, *through, place.as_ref());
            }
            Event::PageCancelled { provider, id } => self.off_on_page(at, *provider, id),
            Event::CalendarTroubled { host, trouble } => self.calendar_troubled(seq, at, host, trouble),
            Event::WaitJoined { person, subject, host } => {
                let (person, subject, host) = (person.clone(), subject.clone(), host.clone());
                self.joined(seq, WaitState { person, subject, host, at, told: None });
            }
            Event::WaitLeft { person, of } => self.left(person, *of),
            Event::HoursAdded { host, on, from, until } => {
                self.added(host, AddedHours { on: *on, from: *from, until: *until });
            }
            Event::HoursBlocked { host, uids } => {
                self.blocks.insert(host.clone(), uids.iter().cloned().collect());
            }
            Event::DeliveryJudged { delivery, verdict, by } => {
                self.judged(seq, delivery, Judged { verdict: *verdict, by: by.clone(), at });
            }
            Event::DeliveryEdited { delivery, by, prose } => {
                let edited = prose.clone().map(|prose| Edited { by: by.clone(), prose, at });
                self.rewritten(seq, delivery, edited);
            }
            Event::HandedOver { person, initiative, quarter, by, taken } => {
                self.engagement_mut(person, initiative, *quarter).handed_over = taken.then(|| by.clone());
                self.reviews_changed(seq, initiative);
            }
            Event::StageSet { initiative, quarter, stage, by } => {
                let moved = Staged { stage: *stage, by: by.clone(), at };
                self.campaign_mut(initiative, *quarter).stages.push(moved);
                self.reviews_changed(seq, initiative);
            }
            Event::Corrected { initiative, quarter, by, what } => {
                let correction = Correction { since: seq, by: by.clone(), what: what.clone(), at };
                self.campaign_mut(initiative, *quarter).corrections.push(correction);
                self.everybody_changed(seq, initiative, *quarter);
            }
            Event::Recalled { initiative, quarter, by, recalled } => {
                self.campaign_mut(initiative, *quarter).recalled = recalled.then(|| (by.clone(), at));
                self.reviews_changed(seq, initiative);
                self.everybody_changed(seq, initiative, *quarter);
            }
            Event::InitiativePaused { initiative, by, paused } => {
                if *paused {
                    self.paused_initiatives.insert(initiative.clone(), by.clone());
                } else {
                    self.paused_initiatives.remove(initiative);
                }
                self.reviews_changed(seq, initiative);
            }
            Event::ConfigRefused { digest, faults, places } => {
                let (digest, faults, places) = (digest.clone(), *faults, places.clone());
                self.mended(seq);
                self.refused_config = Some(RefusedConfig { since: seq, digest, faults, places, at });
            }
            Event::MarkingKeySet { key } => self.marking_key = Some(key.clone()),
            Event::PersonForgotten { person, was, pseudonym, marks, keys } => {
                let ids = was.iter().chain([person]).cloned().collect();
                self.forget(seq, at, &ids, pseudonym);
                self.marks.extend(marks.iter().cloned());
                self.destroyed.extend(keys.iter().cloned());
            }
            Event::WordsExpired { before, unanswerable, keys } => {
                self.expire(at, *before, unanswerable);
                self.destroyed.extend(keys.iter().cloned());
            }
            Event::ClockDoubted { ahead } => {
                self.clock_off = Some(ClockOff { since: seq, ahead: *ahead, at })
            }
            Event::ClockBelieved {} => self.clock_off = None,
            Event::Restored { epoch, from } => {
                self.restored.push(Restoration { from: *from, epoch: *epoch, at });
            }
            Event::Revived { deliveries, .. } => {
                deliveries.iter().for_each(|delivery| self.revived(at, delivery));
            }
            Event::PostingPaused { reason } => {
                self.pause_changes(seq);
                self.pauses(seq, at, reason);
            }
            Event::PostingResumed { .. } => {
                self.pause_changes(seq);
                self.resumes(at);
            }
            Event::PauseLifted { since } => {
                self.pause_changes(seq);
                self.lifts(seq, at, *since);
            }
            Event::CallsRefused { calls, code } => self.calls_are_refused(seq, at, *calls, code),
            Event::CallsTaken { calls } => self.calls_are_taken(seq, *calls),
            Event::ContentRetried { version } => self.content_retried(seq, at, version),
        }
    }

    /// The refused configuration is no longer the latest: whoever was told of it reads so.
    fn mended(&mut self, seq: Seq) {
        if let Some(refused) = self.refused_config.take() {
            self.told_changed(seq, refused.since);
        }
    }

    fn remember(&mut self, at: Timestamp, cause: &Cause) {
        let typed = matches!(cause, Cause::Message(..) | Cause::Edit(..));
        if !self.causes.contains(cause) {
            let (cause, by_age) = (
                Arc::new(cause.clone()),
                if typed { &mut self.typed_by_age } else { &mut self.causes_by_age },
            );
            self.causes.insert(cause.clone());
            by_age.push_back((at, cause));
        }
        for (by_age, memory) in
            [(&mut self.causes_by_age, CAUSE_MEMORY), (&mut self.typed_by_age, TYPED_MEMORY)]
        {
            for (_, old) in forget_before(by_age, back(at, memory), |(at, _)| *at) {
                self.causes.remove(&old);
            }
        }
    }

    pub(super) fn engagement_mut(
        &mut self,
        person: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
    ) -> &mut Engagement {
        let person = person_mut(&mut self.people, person);
        Arc::make_mut(person.engagements.entry((initiative.clone(), quarter)).or_default())
    }

    /// Marks every message of a campaign.
    pub(super) fn everybody_changed(&mut self, seq: Seq, initiative: &InitiativeId, quarter: Quarter) {
        let people: Vec<PersonId> = self.people.keys().cloned().collect();
        for person in &people {
            self.changed(seq, person, initiative, quarter);
        }
    }

    /// Marks every message about a campaign that was sent to a person.
    pub(super) fn changed_everywhere(&mut self, seq: Seq, person: &PersonId) {
        let about: Vec<_> =
            self.people.get(person).into_iter().flat_map(|state| state.engagements.keys().cloned()).collect();
        for (initiative, quarter) in about {
            self.changed(seq, person, &initiative, quarter);
        }
    }

    /// Marks the messages in which advocates read that they approach `person`.
    fn approach_changed(&mut self, seq: Seq, person: &PersonId) {
        let approaches = |received: &Received| {
            received.settled.as_ref().is_some_and(|settled| settled.approached.as_ref() == Some(person))
        };
        let hints: Vec<Seq> =
            self.received.iter().filter(|(_, received)| approaches(received)).map(|(of, _)| *of).collect();
        for of in hints {
            self.about_changed(seq, of);
        }
    }

    /// Marks every message about an initiative that was sent to a person.
    fn changed_about(&mut self, seq: Seq, person: &PersonId, initiative: &InitiativeId) {
        let engagements = self.people.get(person).into_iter().flat_map(|state| state.engagements.keys());
        let quarters: Vec<Quarter> =
            engagements.filter(|(about, _)| about == initiative).map(|(_, quarter)| *quarter).collect();
        for quarter in quarters {
            self.changed(seq, person, initiative, quarter);
        }
    }

    /// Marks the sent messages of an engagement as no longer showing everything.
    pub(super) fn changed(
        &mut self,
        seq: Seq,
        person: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
    ) {
        let engagement =
            self.people.get(person).and_then(|state| state.engagements.get(&(initiative.clone(), quarter)));
        let posts: Vec<PostId> =
            engagement.into_iter().flat_map(|engagement| engagement.deliveries.values().copied()).collect();
        for post in posts {
            self.post_changed(seq, post);
        }
    }

    /// Marks a message, if it was sent, as no longer showing everything.
    pub(super) fn post_changed(&mut self, seq: Seq, post: PostId) {
        let post = self.resolve(post);
        let Some(state) = post_mut(&mut self.posts, &post) else { return };
        // What was sent to somebody who is forgotten is theirs alone.
        if self.forgotten.contains_key(state.key.to()) {
            return;
        }
        state.changed = seq;
        if matches!(state.phase, Phase::Sent { .. }) {
            self.outdated.insert(post);
            if self.acting.as_ref() == Some(state.key.to()) {
                self.awaited.insert(post);
            }
        }
    }
}
