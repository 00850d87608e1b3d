//! What advocates decide about planned messages and whole campaigns.

use super::{CampaignState, Edited, Judged, State, post_mut};
use crate::domain::calendar::Quarter;
use crate::domain::effect::{DeliveryKey, PostId, PostKey};
use crate::domain::event::Verdict;
use crate::domain::ids::{InitiativeId, PersonId, Seq};

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
        // An earlier review goes on offering it otherwise.
        for review in self.reviews_that_list(delivery) {
            self.post_changed(seq, review);
        }
    }

    /// What a review lists, as its intent says.
    pub(super) fn lists(&mut self, key: &PostKey, lists: &[DeliveryKey]) {
        let id = self.id_of(key);
        if lists.is_empty() {
            return;
        }
        let head = self.head;
        // An intent that the record didn't take changes nothing.
        if let Some(post) = post_mut(&mut self.posts, &id).filter(|post| post.intended == head) {
            let mut lists = lists.to_vec();
            lists.sort_unstable();
            post.lists = Some(lists.into());
        }
    }

    /// A newer review came, by record `seq`: the one before it closes, as those before that did.
    pub(super) fn supersede(&mut self, seq: Seq, newer: PostId, pair: &(InitiativeId, PersonId)) {
        let reviews = self.reviews.get(pair).into_iter().flatten();
        if let Some(before) = reviews.copied().take_while(|of| *of != newer).last() {
            self.post_changed(seq, before);
        }
    }

    /// The reviews in which advocates were told that a message waits.
    fn reviews_that_list(&self, delivery: &DeliveryKey) -> Vec<PostId> {
        let about = self.reviews.iter().filter(|((about, _), _)| *about == delivery.initiative);
        let lists = |review: &&PostId| self.posts.get(review).is_some_and(|post| post.lists(delivery));
        about.flat_map(|(_, reviews)| reviews).filter(lists).copied().collect()
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
            .filter_map(|(_, reviews)| reviews.last().copied())
            .collect();
        for review in reviews {
            self.post_changed(seq, review);
        }
    }
}
