//! One line of figures about an initiative: how many were reached, and where they stand.

use super::engagement::Stance;
use super::ids::PersonId;
use super::initiative::Initiative;
use super::observation::Observations;
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
    pub fn of(
        state: &State,
        seen: &Observations,
        initiative: &Initiative,
        stakeholders: &[Stakeholder],
    ) -> Self {
        let engagement = |person| state.engagement(person, &initiative.id, initiative.quarter);
        let is_asked = |person: &PersonId| stakeholders.iter().any(|of| of.person == *person);
        let mut progress = Self::default();
        for Stakeholder { person, .. } in stakeholders {
            match seen.same.get(person).filter(|first| is_asked(first)) {
                Some(first) => progress.count_again(engagement(first), engagement(person)),
                None => progress.count(engagement(person)),
            }
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

    /// Adds what is known about somebody under a second id. They are one human, who is counted under the first.
    pub(super) fn count_again(&mut self, first: Option<&Engagement>, second: Option<&Engagement>) {
        let of = |engagement| {
            let mut one = Self::default();
            one.count(engagement);
            one
        };
        let (first_one, second_one) = (of(first), of(second));
        self.reached += second_one.reached.saturating_sub(first_one.reached);
        self.engaged += second_one.engaged.saturating_sub(first_one.engaged);
        if first.is_none_or(|engagement| engagement.stances.is_empty()) {
            self.in_favour += second_one.in_favour;
            self.against += second_one.against;
        }
        self.silent = self.reached.saturating_sub(self.engaged);
    }
}
