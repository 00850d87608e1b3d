//! The newest calls of the Web API and how far each got: whoever kills the app knows from it at which
//! step of a call that was.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// How many calls are remembered.
const MAX_CALLS: usize = 10_000;

/// A call and how far it got.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Made {
    /// Counted from one, as they arrive.
    pub(super) id: u64,
    /// When it arrived, real time.
    pub(super) real_ms: u64,
    pub(super) method: String,
    pub(super) channel: Option<String>,
    pub(super) metadata: Option<Value>,
    /// It was carried out, so what it asked for is stored.
    pub(super) carried_out: bool,
    /// Its answer was handed to the connection that it came over.
    pub(super) answered: bool,
}

#[derive(Debug, Default)]
pub(super) struct Calls {
    made: VecDeque<Made>,
    last: u64,
}

impl Calls {
    /// Takes down a call that has just arrived; answers its number.
    pub(super) fn arrived(
        &mut self,
        real_ms: u64,
        method: &str,
        channel: Option<String>,
        metadata: Option<Value>,
    ) -> u64 {
        if self.made.len() == MAX_CALLS {
            self.made.pop_front();
        }
        self.last += 1;
        let method = method.to_owned();
        let id = self.last;
        let made = Made { id, real_ms, method, channel, metadata, carried_out: false, answered: false };
        self.made.push_back(made);
        self.last
    }

    pub(super) fn carried_out(&mut self, id: u64) {
        self.change(id, |made| made.carried_out = true);
    }

    pub(super) fn answered(&mut self, id: u64) {
        self.change(id, |made| made.answered = true);
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Made)) {
        // Recent ones are at the back; one that was forgotten meanwhile needs no change.
        if let Some(made) = self.made.iter_mut().rev().find(|made| made.id == id) {
            change(made);
        }
    }

    /// The calls after number `after`, of `method` if one is named, oldest first.
    pub(super) fn after(&self, after: u64, method: Option<&str>) -> impl Iterator<Item = &Made> {
        self.made
            .iter()
            .filter(move |made| made.id > after && method.is_none_or(|method| made.method == method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_found_again_by_its_number_until_it_is_forgotten() {
        let mut calls = Calls::default();
        for _ in 0..=MAX_CALLS {
            calls.arrived(0, "chat.update", None, None);
        }
        let last = calls.arrived(0, "chat.postMessage", Some("D1".into()), None);
        calls.carried_out(last);
        calls.answered(1);
        let found: Vec<&Made> = calls.after(0, Some("chat.postMessage")).collect();
        assert_eq!(found.len(), 1);
        assert!((found[0].carried_out, found[0].answered) == (true, false));
        assert_eq!(calls.after(0, None).count(), MAX_CALLS);
        assert_eq!(calls.after(last - 1, None).count(), 1);
    }
}
