//! Under which id a post goes out, and what on record it is about.
//!
//! Invariant: the same key leads to the same post for ever, also after somebody or something that it names
//! was renamed; and a post that went out is never taken for one to somebody who has its recipient's
//! former id.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{PersonState, PostState, State};
use crate::domain::effect::{About, Epoch, PostId, PostKey, Traffic};
use crate::domain::ids::{InitiativeId, MessageTs, Seq, SlackChannelId};

/// By how much the clocks of two machines that held the journal one after the other may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

impl State {
    /// What became of the post with this id.
    pub fn post(&self, post: PostId) -> Option<&PostState> {
        self.posts.get(&self.resolve(post)).map(Arc::as_ref)
    }

    /// What became of the post with this key.
    pub fn post_of(&self, key: &PostKey) -> Option<&PostState> {
        self.posts.get(&self.id_of(key)).map(Arc::as_ref)
    }

    /// The id under which the post with this key went out, or else will.
    pub fn id_of(&self, key: &PostKey) -> PostId {
        self.id_under(key.id(), key)
    }

    /// The same, for who has the key's digest at hand already.
    pub fn id_under(&self, digest: PostId, key: &PostKey) -> PostId {
        if let Some(id) = self.aliases.get(&digest) {
            return *id;
        }
        self.free_id(self.id_by_place(key).unwrap_or_else(|| self.id_by_record(digest, key)), key)
    }

    /// The id of a post by the record that it is for, as it is for everything that wasn't typed, and was for what was
    /// typed before ids went by places.
    fn id_by_record(&self, digest: PostId, key: &PostKey) -> PostId {
        self.epoch_of(key).map_or(digest, |epoch| digest.within(epoch))
    }

    /// The id of a post about something that was typed.
    fn id_by_place(&self, key: &PostKey) -> Option<PostId> {
        let (channel, ts) = self.place_of(key)?;
        Some(PostId::of_typed(key.word(), key.to(), (channel, ts)))
    }

    /// Where what a post is about was typed.
    fn place_of(&self, key: &PostKey) -> Option<&(SlackChannelId, MessageTs)> {
        match key.about() {
            About::Said(of) => self.received.get(&of)?.place.as_ref(),
            About::Answer(of) => self.answers.get(&of)?.place.as_ref(),
            _ => None,
        }
    }

    fn free_id(&self, mut id: PostId, key: &PostKey) -> PostId {
        while self.posts.get(&id).is_some_and(|post| post.key != *key) {
            id = id.instead();
        }
        id
    }

    /// What an intent has to say of the id of its post, unless that follows from its key.
    pub fn named_in_intent(&self, id: PostId, key: &PostKey) -> Option<PostId> {
        let by_record = self.free_id(self.id_by_record(key.id(), key), key);
        Some(id).filter(|id| *id != by_record)
    }

    /// An intent that names no id is for the one that follows from the key.
    pub(super) fn found_by_record(&mut self, key: &PostKey) {
        if self.place_of(key).is_some() && self.post_of(key).is_none() {
            let id = self.free_id(self.id_by_record(key.id(), key), key);
            self.aliases.insert(key.id(), id);
        }
    }

    /// The ids under which a post that isn't on record may have gone out: its own, then those of before each rename,
    /// the latest first. A backup may be from before a rename, or Slack show what was sent before one. Whoever has
    /// had another account may have got theirs beside the post to that one.
    pub fn ids_before(&self, key: &PostKey) -> Vec<PostId> {
        let mut ids = vec![self.id_of(key)];
        // A post keeps the id of its first try.
        if self.post_of(key).is_some() {
            return ids;
        }
        let to = key.to();
        let also = |key: &PostKey, ids: &mut Vec<PostId>| {
            for id in self.id_by_place(key).into_iter().chain([self.id_by_record(key.id(), key)]) {
                // Whatever is on record under that id is another post, or this one.
                if !self.posts.contains_key(&id) && !ids.contains(&id) {
                    ids.push(id);
                }
            }
        };
        let mut key = key.clone();
        if self.place_of(&key).is_some() {
            also(&key, &mut ids);
        }
        for renames in self.renamed.iter().rev() {
            let before = key.clone();
            key.rename(&renames.undone());
            if key != before {
                also(&key, &mut ids);
            }
        }
        if self.person(to).is_some_and(PersonState::has_had_another_account) {
            let beside = |id: &PostId| [id.instead(), id.instead().instead()];
            let beside: Vec<PostId> =
                ids.iter().flat_map(beside).filter(|id| !self.posts.contains_key(id)).collect();
            ids.extend(beside);
        }
        ids
    }

    /// The post with this key has `id` in Slack.
    pub(super) fn found_under(&mut self, id: PostId, key: &PostKey) {
        if !self.posts.contains_key(&id) && self.post_of(key).is_none() {
            self.aliases.insert(key.id(), id);
        }
    }

    /// The restore since which what the post is for happened. Everything else keeps the id that it had before, so
    /// that what went out then, or after another restore of the same backup, is found again.
    fn epoch_of(&self, key: &PostKey) -> Option<&Epoch> {
        // Hardly any journal was ever restored.
        let (newest, restored) = (self.restored.last().and_then(|_| key.newest_record())?, &self.restored);
        restored.iter().rfind(|restored| restored.from < newest).map(|restored| &restored.epoch)
    }

    /// Whether a post that the journal knows nothing of may have gone out all the same, before a restore: it then
    /// has to be looked for before it is sent. `due` is when its life begins. A campaign message may have been
    /// let go before its time.
    pub fn may_have_gone_before(&self, key: &PostKey, due: Timestamp) -> bool {
        let Some(last) = self.restored.last() else { return false };
        let newest = key.newest_record();
        // What was typed before the restore may be on record for the second time.
        let typed = self.place_of(key).and_then(|(_, ts)| ts.at());
        let typed_then = typed.is_some_and(|typed| typed.duration_since(last.at) <= CLOCKS_DIFFER);
        let known_then = typed_then || newest.is_none_or(|newest| newest <= last.from);
        let in_time = match key.traffic() {
            Traffic::Campaign => true,
            // The journal doesn't say when some notices fell due.
            Traffic::Interactive if matches!(key, PostKey::Notice { .. }) => true,
            // What it is for was there; it may have been due before, and again since.
            Traffic::Interactive => newest.is_some() || self.was_restored_after(due),
        };
        // A try that came to nothing before the backup may have been followed by one that didn't.
        let tried_then = |post: &PostState| {
            post.phase.may_be_tried_again() && post.settled.is_some_and(|settled| settled <= last.from)
        };
        known_then && in_time && self.post_of(key).is_none_or(tried_then)
    }

    /// Whether the journal was restored when this was due already.
    pub fn was_restored_after(&self, due: Timestamp) -> bool {
        self.restored.last().is_some_and(|last| due.duration_since(last.at) <= CLOCKS_DIFFER)
    }

    /// The id under which a post went out, given that or the digest of its present key. Where the key is at
    /// hand, [`State::id_of`] tells apart what two people were called one after the other.
    pub fn resolve(&self, post: PostId) -> PostId {
        if self.posts.contains_key(&post) { post } else { self.aliases.get(&post).copied().unwrap_or(post) }
    }

    /// Finds the posts by their keys again, after what these name was renamed. Where a renaming made one key
    /// of two, the post that may have arrived counts, and of two the earlier.
    pub(super) fn find_by_new_keys(&mut self) {
        let rank = |id: &PostId| {
            let post = self.posts.get(id);
            (
                Reverse(post.is_some_and(|post| post.may_have_arrived())),
                post.map(|post| post.intended_at),
                *id,
            )
        };
        let mut found: HashMap<PostId, PostId> = HashMap::with_capacity(self.posts.len());
        #[expect(clippy::iter_over_hash_type, reason = "of two with one key, their rank decides")]
        for (id, post) in &self.posts {
            let best = found.entry(post.key.id()).or_insert(*id);
            if rank(id) < rank(best) {
                *best = *id;
            }
        }
        // What was typed would go by its place otherwise.
        let typed = |id: &PostId| self.posts.get(id).is_some_and(|post| self.place_of(&post.key).is_some());
        found.retain(|digest, id| digest != id || typed(id));
        self.aliases = found;
    }

    /// The message under which a post belongs, in the recipient's direct message: questions that were
    /// asked in a thread are answered there.
    pub fn thread_of(&self, key: &PostKey) -> Option<&MessageTs> {
        self.received.get(&self.asked(key.thread()?))?.thread.as_ref()
    }

    /// The initiative that a post is about.
    pub fn initiative_of<'a>(&'a self, key: &'a PostKey) -> Option<&'a InitiativeId> {
        match key.about() {
            About::Delivery(delivery) => Some(&delivery.initiative),
            About::Initiative(initiative) => Some(initiative),
            About::Said(of) | About::Answer(of) => self.received.get(&self.asked(of))?.initiative.as_ref(),
            About::Booking(of) => Some(&self.bookings.get(&of)?.subject.as_ref()?.initiative),
            About::Wait(of) => Some(&self.waiting_list.get(&of)?.subject.as_ref()?.initiative),
            About::Post(post) => Some(&self.post(post)?.key.delivery()?.initiative),
            About::Person(_) | About::Service(_) | About::Everything => None,
        }
    }

    /// The record of what was said, given that or the record of an answer to it.
    pub fn asked(&self, of: Seq) -> Seq {
        self.answers.get(&of).map_or(of, |answer| answer.question)
    }

    /// Remembers what a post is about, so that it is brought up to date with it.
    pub(super) fn note_subject(&mut self, key: &PostKey, id: PostId) {
        if let PostKey::Review { to, initiative, .. } = key {
            let reviews = self.reviews.entry((initiative.clone(), to.clone())).or_default();
            if !reviews.contains(&id) {
                reviews.push(id);
            }
        }
        let posts = match key.about() {
            About::Said(of) | About::Answer(of) => {
                let of = self.asked(of);
                self.received.get_mut(&of).map(|received| &mut received.posts)
            }
            About::Booking(of) => self.bookings.get_mut(&of).map(|booking| &mut booking.posts),
            About::Delivery(_)
            | About::Wait(_)
            | About::Initiative(_)
            | About::Person(_)
            | About::Post(_)
            | About::Service(_)
            | About::Everything => None,
        };
        if let Some(posts) = posts
            && !posts.contains(&id)
        {
            posts.push(id);
        }
    }
}
