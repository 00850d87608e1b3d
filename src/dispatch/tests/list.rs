//! A list in place of the plan.

use jiff::Timestamp;

use super::world::{minutes, start_of_test};
use crate::dispatch::{Planner, World};
use crate::domain::effect::{DeliveryKey, Effect, Life, Post, PostKey};
use crate::domain::engagement::Audience;
use crate::domain::event::Record;
use crate::domain::state::{Phase, State};

/// Posts that are due from a moment on, for ten days.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    keys: Vec<(PostKey, Timestamp)>,
    unproven: Option<Vec<DeliveryKey>>,
    effects: Vec<(Timestamp, Effect)>,
}

impl List {
    /// `keys`, due at the start of the test.
    pub(super) fn of(keys: &[PostKey]) -> Self {
        let keys = keys.iter().map(|key| (key.clone(), start_of_test())).collect();
        Self { keys, ..Self::default() }
    }

    /// Also `key`, due at `due`.
    pub(super) fn also(&mut self, key: PostKey, due: Timestamp) {
        self.keys.push((key, due));
    }

    /// A journal that knows nothing can't be trusted: these may have been sent before.
    pub(super) fn doubts(&mut self, keys: &[PostKey]) {
        self.unproven = Some(keys.iter().filter_map(|key| key.delivery().cloned()).collect());
    }
}

/// Of whatever is to them the list has lost sight on record: it is due for ever.
pub(super) const OUT_OF_SIGHT: &str = "eve";

fn stands(state: &State, key: &PostKey, due: Timestamp) -> Option<(Timestamp, Effect)> {
    let life = Life { due, expires: due + minutes(14_400) };
    let post = |attempt| {
        Effect::Post(Post {
            key: key.clone(),
            attempt,
            life,
            teams: Vec::new(),
            audience: Some(Audience::Product),
        })
    };
    let paused = match &state.paused {
        Some((_, reason)) => reason.stops_everything() || key.delivery().is_some(),
        None => false,
    };
    let id = key.id();
    match state.post(id).map(|known| (known.attempt, &known.phase)) {
        Some((attempt, Phase::Intended { deadline })) => {
            Some((*deadline + minutes(2), Effect::Settle { post: id, attempt }))
        }
        _ if paused => None,
        None if state.as_of.is_some_and(|as_of| as_of >= life.expires) => {
            Some((due, Effect::Miss(key.clone())))
        }
        None => Some((due, post(1))),
        Some(_) if key.to().as_str() == OUT_OF_SIGHT => Some((due, post(1))),
        Some((attempt, Phase::Waiting { until })) => Some(((*until).max(due), post(attempt + 1))),
        Some(_) => None,
    }
}

impl Planner for List {
    fn start(&mut self, _: &World, state: &State, now: Timestamp) {
        let refreshes = state
            .to_refresh()
            .into_iter()
            .map(|(post, through)| (Timestamp::MIN, Effect::Refresh { post, through }));
        // As the plan has it, a clock that was ahead says nothing of when to look.
        let is_ahead = |key: &PostKey| state.post(key.id()).is_some_and(|post| post.is_dated_ahead(now));
        let posts = self.keys.iter().filter_map(|(key, due)| {
            let (at, effect) = stands(state, key, *due)?;
            Some((if is_ahead(key) { now } else { at }, effect))
        });
        self.effects = posts.chain(refreshes).collect();
    }

    fn refresh(&mut self, world: &World, state: &State, now: Timestamp, _: &[Record]) {
        self.start(world, state, now);
    }

    fn due(&self, now: Timestamp) -> Vec<Effect> {
        self.effects.iter().filter(|(due, _)| *due <= now).map(|(_, effect)| effect.clone()).collect()
    }

    fn next_wake(&self) -> Option<Timestamp> {
        // Moments that have come are over: what was due then is in `due`.
        self.effects.iter().map(|(due, _)| *due).filter(|due| *due > start_of_test()).min()
    }

    fn eligible(_: &World, state: &State, _: Timestamp, key: &PostKey) -> Option<Post> {
        match stands(state, key, start_of_test()) {
            Some((_, Effect::Post(post))) => Some(post),
            Some(_) | None => None,
        }
    }

    fn unproven(&self, _: &World, state: &State, _: Timestamp) -> Option<Vec<DeliveryKey>> {
        self.unproven.clone().filter(|_| state.posts.is_empty())
    }
}
