//! What advocates decide about planned messages and whole campaigns.

use super::{CampaignState, Edited, Judged, State};
use crate::domain::calendar::Quarter;
use crate::domain::effect::{DeliveryKey, PostId};
use crate::domain::event::Verdict;
use crate::domain::ids::{InitiativeId, Seq};

impl State {
    pub(super) fn campaign_mut(&mut self, initiative: &InitiativeId, quarter: Quarter) -> &mut CampaignState {
        self.campaigns.entry((initiative.clone(), quarter)).or_default()
    }

    pub(super) fn judged(&mut self, seq: Seq, delivery: &DeliveryKey, judged: Judged) {
        if judged.verdict == Verdict::Now {
            self.may_be_reached(&delivery.person);
        }
        self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter)
            .verdicts
            .insert((delivery.touch, delivery.occurrence), judged);
        self.reviews_changed(seq, &delivery.initiative);
    }

    pub(super) fn rewritten(&mut self, seq: Seq, delivery: &DeliveryKey, edited: Option<Edited>) {
        let edits = &mut self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter).edits;
        let place = (delivery.touch, delivery.occurrence);
        match edited {
            Some(edited) => _ = edits.insert(place, edited),
            None => _ = edits.remove(&place),
        }
        self.changed(seq, &delivery.person, &delivery.initiative, delivery.quarter);
        self.reviews_changed(seq, &delivery.initiative);
    }

    /// Marks the latest review of each advocate.
    pub(super) fn reviews_changed(&mut self, seq: Seq, initiative: &InitiativeId) {
        let reviews: Vec<PostId> = self
            .reviews
            .iter()
            .filter(|((about, _), _)| about == initiative)
            .map(|(_, review)| *review)
            .collect();
        for review in reviews {
            self.post_changed(seq, review);
        }
    }
}
