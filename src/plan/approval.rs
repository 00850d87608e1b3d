//! What advocates hold back, and what they let go before its time: approval, staged start, hand-over.
//!
//! Invariant: nothing here makes a message that the rules don't want; it only keeps one from going, or
//! opens its life earlier. Hours, caps and gaps hold all the same.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::engagement::Audience;
use crate::domain::event::{Stage, Verdict};
use crate::domain::ids::PersonId;
use crate::domain::initiative::Initiative;
use crate::domain::program::Program;
use crate::domain::state::{CampaignState, Engagement, State};

use super::case::Case;
use super::skip::Skip;
use super::touches::Slot;

/// How many people a staged start begins with (PRODUCT, staged start).
const FEW: usize = 3;

/// What advocates decided about a campaign as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Steering {
    /// How far it goes.
    stage: Stage,
    /// Since when, if an advocate said so.
    stage_since: Option<Timestamp>,
    /// Those who get theirs while it goes to a few.
    few: Vec<PersonId>,
    /// Its messages were taken back.
    recalled: bool,
    /// Who paused it, if it is paused.
    paused: Option<PersonId>,
    /// Nothing was sent for an earlier quarter.
    first: bool,
}

impl Steering {
    pub(super) fn of(program: &Program, state: &State, initiative: &Initiative) -> Self {
        let campaign = state.campaign(&initiative.id, initiative.quarter);
        let moved = campaign.and_then(CampaignState::stage);
        let stage = moved.map_or(program.stage, |moved| moved.stage);
        let few = match stage {
            Stage::Few => {
                let first = program.stakeholders(initiative).into_iter().take(FEW);
                first.map(|stakeholder| stakeholder.person).collect()
            }
            Stage::Rehearsal | Stage::All => Vec::new(),
        };
        Self {
            stage,
            stage_since: moved.map(|moved| moved.at),
            few,
            recalled: campaign.is_some_and(|campaign| campaign.recalled.is_some()),
            paused: state.paused_initiatives.get(&initiative.id).cloned(),
            first: state.is_first_campaign(initiative.quarter),
        }
    }

    /// Whether messages to anybody wait for approval.
    pub(super) fn ever_wants_approval(&self, program: &Program) -> bool {
        Audience::ALL.into_iter().any(|audience| self.wants_approval(program, audience))
    }

    /// Whether messages to `audience` wait for approval.
    fn wants_approval(&self, program: &Program, audience: Audience) -> bool {
        program.approval.wanted(audience, self.first)
    }
}

/// Whether messages about `initiative` to somebody of this audience wait for approval.
pub fn wants_approval(program: &Program, state: &State, initiative: &Initiative, audience: Audience) -> bool {
    Steering::of(program, state, initiative).wants_approval(program, audience)
}

/// The slots of somebody for whom an advocate said *send now*: those open when they said so.
pub(super) fn hastened(slots: Arc<[Slot]>, engagement: Option<&Engagement>) -> Arc<[Slot]> {
    let verdicts = engagement.map(|engagement| &engagement.verdicts);
    let Some(verdicts) = verdicts.filter(|verdicts| verdicts.values().any(|of| of.verdict == Verdict::Now))
    else {
        return slots;
    };
    let haste = |slot: &Slot| {
        let judged = verdicts.get(&(slot.touch, slot.occurrence))?;
        (judged.verdict == Verdict::Now).then_some(judged.at)
    };
    let opened = |slot: &Slot| {
        let mut slot = slot.clone();
        slot.life.due = haste(&slot).map_or(slot.life.due, |at| slot.life.due.min(at));
        slot
    };
    slots.iter().map(opened).collect()
}

impl Case<'_> {
    /// Whether the campaign was taken back or paused, or an advocate speaks to the person themselves.
    pub(super) fn taken_over(&self) -> Option<Skip> {
        if self.frame.steering.recalled {
            return Some(Skip::Recalled);
        }
        if let Some(by) = &self.frame.steering.paused {
            return Some(Skip::InitiativePaused { by: by.clone() });
        }
        let by = self.engagement.and_then(|engagement| engagement.handed_over.clone())?;
        Some(Skip::HandedOver { by })
    }

    /// Why an advocate's word is missing or against it, for a message that the rules want.
    pub(super) fn released(&self, slot: &Slot) -> Result<(), Skip> {
        let judged =
            self.engagement.and_then(|engagement| engagement.verdicts.get(&(slot.touch, slot.occurrence)));
        let verdict = judged.map(|judged| judged.verdict);
        if let Some(judged) = judged.filter(|judged| judged.verdict == Verdict::Held) {
            return Err(Skip::Held { by: judged.by.clone() });
        }
        if let Some(skip) = self.staged() {
            return Err(skip);
        }
        let steering = &self.frame.steering;
        match verdict {
            Some(Verdict::Approved | Verdict::Now) => Ok(()),
            Some(Verdict::Held) | None => {
                if steering.wants_approval(self.ground.program, self.stakeholder.audience) {
                    Err(Skip::AwaitsApproval)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Whether the campaign doesn't go as far as this person yet, whatever is approved.
    pub(super) fn staged(&self) -> Option<Skip> {
        let steering = &self.frame.steering;
        match steering.stage {
            Stage::All => None,
            Stage::Few if steering.few.contains(&self.recipient.person.id) => None,
            stage @ (Stage::Few | Stage::Rehearsal) => Some(Skip::Staged { stage }),
        }
    }

    /// Whether no advocate has a say in it, so that the first message to come is all there is to look at.
    pub(super) fn goes_by_itself(&self) -> bool {
        let steering = &self.frame.steering;
        steering.stage == Stage::All
            && !steering.wants_approval(self.ground.program, self.stakeholder.audience)
            && self.engagement.is_none_or(|engagement| engagement.verdicts.is_empty())
    }

    /// Since when its messages may have come to wait: before that no review can have shown them.
    pub(super) fn appeared(&self) -> Timestamp {
        let approached = self.initiative.approach(&self.recipient.person.id).map(|approach| approach.at);
        [approached, self.frame.steering.stage_since].into_iter().flatten().max().unwrap_or(Timestamp::MIN)
    }
}
