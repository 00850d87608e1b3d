//! One line of figures about an initiative: how many were reached, and where they stand.

use super::engagement::Stance;
use super::initiative::Initiative;
use super::program::Stakeholder;
use super::state::{Engagement, State};

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
        let mut progress = Self::default();
        for stakeholder in stakeholders {
            let known = state.person(&stakeholder.person);
            progress.count(known.and_then(|known| known.engagements.get(&about)));
        }
        progress
    }

    /// Counts one more person.
    pub(super) fn count(&mut self, engagement: Option<&Engagement>) {
        self.people += 1;
        let Some(engagement) = engagement else { return };
        let engaged = engagement.is_engaged();
        let reached = engaged || engagement.reached;
        self.reached += usize::from(reached);
        self.engaged += usize::from(engaged);
        self.silent += usize::from(reached && !engaged);
        match engagement.stance().map(|taken| taken.stance) {
            Some(Stance::Committed | Stance::FirstStep | Stance::Supportive) => self.in_favour += 1,
            Some(Stance::Declined) => self.against += 1,
            Some(Stance::Considering | Stance::Concerned) | None => {}
        }
    }
}
