//! What one person gets next, across all initiatives.
//!
//! Invariant: an outlook holds until its `wake`, whenever in between it is looked at, as long as no
//! record and no observation touches the person.

use jiff::Timestamp;

use crate::domain::directory::Person;
use crate::domain::effect::{DeliveryKey, Life, Post, PostId, PostKey};
use crate::domain::event::{RefusedFor, Stage};
use crate::domain::ids::TeamId;
use crate::domain::state::{PersonState, Phase, PostState, State};

use super::case::{Case, Ground, Memo, Recipient};
use super::review::{HeldBack, Waiting};
use super::skip::Skip;
use super::touches::Slot;

/// What one person gets next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outlook {
    /// The one message that may go out now, with its initiative's place in the advocate's order.
    pub(super) due: Option<(usize, Post)>,
    /// Deliveries whose life passed without them.
    pub(super) missed: Vec<DeliveryKey>,
    /// What an advocate keeps from going.
    pub(super) held_back: HeldBack,
    /// The next moment at which any of it may change by itself.
    pub(super) wake: Option<Timestamp>,
}

/// The deliveries to a person that have no outcome yet.
struct Trail {
    under_way: bool,
    waiting: Vec<(PostId, DeliveryKey)>,
}

impl Trail {
    fn of(state: &State, known: Option<&PersonState>) -> Self {
        let mut trail = Self { under_way: false, waiting: Vec::new() };
        // Nobody has a delivery without outcome while no post has.
        if state.unsettled.is_empty() {
            return trail;
        }
        let engagements = known.into_iter().flat_map(|known| known.engagements.values());
        for id in engagements.flat_map(|engagement| engagement.deliveries.values()) {
            let Some(post) = state.post(*id) else { continue };
            trail.under_way |= matches!(post.phase, Phase::Intended { .. });
            if let (Phase::Waiting { .. }, PostKey::Touch(delivery)) = (&post.phase, &post.key) {
                trail.waiting.push((*id, delivery.clone()));
            }
        }
        trail
    }
}

/// A delivery that could go out but for the time of day, the caps and the other initiatives.
struct Candidate<'a> {
    case: Case<'a>,
    slot: Slot,
    teams: Vec<TeamId>,
}

impl Candidate<'_> {
    /// If it was tried before: until when it has to wait, and when it was last intended.
    fn retry(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        retry(self.case.post(&self.slot)?, now)
    }

    fn into_post(self) -> Post {
        Post {
            key: PostKey::Touch(self.case.key(&self.slot)),
            attempt: self.case.post(&self.slot).map_or(1, |post| post.attempt.saturating_add(1)),
            life: self.slot.life,
            teams: self.teams,
            audience: Some(self.case.stakeholder.audience),
        }
    }
}

/// For a post that may be tried again: until when it has to wait at `now`, and when it was last intended.
pub(super) fn retry(post: &PostState, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    match &post.phase {
        Phase::Waiting { .. } => Some((post.waits_until(now)?, post.intended_at)),
        Phase::Refused { because: RefusedFor::Recipient, .. } => Some((Timestamp::MIN, post.intended_at)),
        Phase::Intended { .. }
        | Phase::Sent { .. }
        | Phase::Refused { because: RefusedFor::Content, .. }
        | Phase::Unknown
        | Phase::Missed => None,
    }
}

/// The earliest of the moments after `now`.
struct Next {
    now: Timestamp,
    at: Option<Timestamp>,
}

impl Next {
    fn consider(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at.filter(|at| self.now < *at) {
            self.at = Some(self.at.map_or(at, |before| before.min(at)));
        }
    }
}

/// What `person` gets next.
pub(super) fn outlook(ground: Ground<'_>, memo: &mut Memo, person: &Person, now: Timestamp) -> Outlook {
    let recipient = Recipient::of(ground, memo, person);
    let trail = Trail::of(ground.state, recipient.known);
    if recipient.out_of_campaign().is_some() {
        let missed = trail.waiting.into_iter().map(|(_, delivery)| delivery).collect();
        return Outlook { missed, ..Outlook::default() };
    }
    let mut missed = Vec::new();
    let mut next = Next { now, at: None };
    let mut held_back = HeldBack::default();
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for rank in 0..ground.program.initiatives.len() {
        if let Ok(case) = Case::of(ground, memo, rank, recipient) {
            candidates.extend(weigh(case, memo, &mut next, &mut missed, &mut held_back));
        }
    }
    // What was tried before and can't be tried again is over.
    let tried_again = |delivery: &DeliveryKey| {
        candidates.iter().any(|candidate| candidate.case.key(&candidate.slot) == *delivery)
    };
    missed
        .extend(trail.waiting.iter().map(|(_, delivery)| delivery).filter(|key| !tried_again(key)).cloned());
    let mut due = None;
    // What was begun goes first; otherwise the advocate's order decides.
    if !trail.under_way
        && let Some(first) = candidates
            .into_iter()
            .min_by_key(|candidate| (candidate.retry(now).is_none(), candidate.case.rank))
    {
        let retry = first.retry(now);
        let gates = recipient.gates(ground.program, retry.map(|(_, intended)| intended));
        match gates.opens(retry.map_or(now, |(until, _)| now.max(until))) {
            Some(at) if at <= now => {
                next.consider(gates.closes(now));
                due = Some((first.case.rank, first.into_post()));
            }
            opens => next.consider(opens),
        }
    }
    Outlook { due, missed, held_back, wake: next.at }
}

/// What an advocate keeps from going to `person` about one initiative.
pub(super) fn held_back(
    ground: Ground<'_>,
    memo: &mut Memo,
    person: &Person,
    rank: usize,
    now: Timestamp,
) -> HeldBack {
    let recipient = Recipient::of(ground, memo, person);
    let mut held_back = HeldBack::default();
    if recipient.out_of_campaign().is_none()
        && let Ok(case) = Case::of(ground, memo, rank, recipient)
    {
        weigh(case, memo, &mut Next { now, at: None }, &mut Vec::new(), &mut held_back);
    }
    held_back
}

/// What waits for an advocate in this slot.
fn waiting(case: &Case<'_>, slot: &Slot) -> Waiting {
    Waiting {
        due: slot.life.due,
        expires: case.sendable_until(slot),
        appeared: case.appeared(),
        delivery: case.key(slot),
    }
}

/// The candidate of one initiative, if there is one now.
fn weigh<'a>(
    case: Case<'a>,
    memo: &mut Memo,
    next: &mut Next,
    missed: &mut Vec<DeliveryKey>,
    held_back: &mut HeldBack,
) -> Option<Candidate<'a>> {
    let now = next.now;
    let mut found: Option<(Slot, Vec<TeamId>)> = None;
    for slot in case.slots.iter().filter(|slot| slot.never.is_none()) {
        let post = case.post(slot);
        if post.is_some_and(|post| !post.phase.may_be_tried_again()) {
            continue;
        }
        let Life { due, expires } = slot.life;
        if expires <= now {
            // What the program could not have sent because it did not know of it is not missed.
            let known_of = case.frame.adopted.is_none_or(|adopted| adopted < expires);
            if post.is_none() && known_of {
                match case.verdict_at_end(memo, slot) {
                    Ok(_) => missed.push(case.key(slot)),
                    Err(Skip::AwaitsApproval) => held_back.lapsed.push((case.rank, waiting(&case, slot))),
                    Err(_) => {}
                }
            }
            continue;
        }
        match case.verdict(memo, slot, now.max(due)) {
            Ok(_) if now < due => {
                next.consider(Some(due));
                if case.goes_by_itself() {
                    break;
                }
            }
            Ok(teams) => {
                next.consider(Some(expires));
                found = Some((slot.clone(), teams));
            }
            Err(Skip::NothingNew) => {
                next.consider(case.next_news(now.max(due)).filter(|at| *at < expires));
                next.consider(Some(expires));
            }
            Err(skip @ (Skip::AwaitsApproval | Skip::Staged { stage: Stage::Rehearsal })) => {
                let waiting = waiting(&case, slot);
                next.consider(Some(waiting.expires));
                let of = match skip == Skip::AwaitsApproval {
                    true if waiting.expires <= now => &mut held_back.lapsed,
                    true => &mut held_back.waiting,
                    false => &mut held_back.rehearsing,
                };
                of.push((case.rank, waiting));
                next.consider(Some(due));
                next.consider(Some(expires));
            }
            // The reason may be gone by then, and the message counts as missed: after a clock was set back, some
            // records lie in the future.
            Err(_) => next.consider(Some(expires)),
        }
    }
    found.map(|(slot, teams)| Candidate { case, slot, teams })
}
