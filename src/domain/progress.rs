//! One line of figures about an initiative: how many were reached, and where they stand.

use super::engagement::Stance;
use super::initiative::Initiative;
use super::program::Stakeholder;
use super::state::{Engagement, Phase, State};

/// How far an initiative has come with its stakeholders; each person counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// To how many it is argued.
    pub people: usize,
    /// A message was delivered to these, or they were spoken to.
    pub reached: usize,
    /// These took a stance, asked or talked.
    pub engaged: usize,
    /// These plan it, plan its first step or back it.
    pub in_favour: usize,
    /// These said no for this quarter.
    pub against: usize,
    /// These were reached and have not said anything.
    pub silent: usize,
}

impl Progress {
    /// The figures of `initiative`, to whom it is argued given.
    pub fn of(state: &State, initiative: &Initiative, stakeholders: &[Stakeholder]) -> Self {
        let about = (initiative.id.clone(), initiative.quarter);
        let mut progress = Self { people: stakeholders.len(), ..Self::default() };
        for stakeholder in stakeholders {
            let known = state.person(&stakeholder.person);
            let Some(engagement) = known.and_then(|known| known.engagements.get(&about)) else { continue };
            let engaged = engagement.is_engaged();
            let reached = engaged || was_reached(state, engagement);
            progress.reached += usize::from(reached);
            progress.engaged += usize::from(engaged);
            progress.silent += usize::from(reached && !engaged);
            match engagement.stance().map(|taken| taken.stance) {
                Some(Stance::Committed | Stance::FirstStep | Stance::Supportive) => progress.in_favour += 1,
                Some(Stance::Declined) => progress.against += 1,
                Some(Stance::Considering | Stance::Concerned) | None => {}
            }
        }
        progress
    }
}

/// Whether a message of this engagement was delivered.
pub fn was_reached(state: &State, engagement: &Engagement) -> bool {
    engagement
        .deliveries
        .values()
        .any(|post| state.post(*post).is_some_and(|post| matches!(post.phase, Phase::Sent { .. })))
}
