//! What Slack says of people when it is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::ids::PersonId;
use crate::domain::observation::{Observations, Seen};
use crate::domain::performer::Renew;

/// Answers whoever asks how a person is, and puts the answer among the observations.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    clock: Clock,
    pub(super) seen: Arc<watch::Sender<Arc<Observations>>>,
    /// How often each person was asked for.
    asked: Arc<watch::Sender<HashMap<PersonId, usize>>>,
    /// How often it fails before it answers.
    pub(super) failures: Arc<Mutex<usize>>,
}

fn read_at(as_of: Timestamp) -> Seen {
    Seen { as_of, account: None, zone: None, mail: None, deactivated: false, quiet: None, away_until: None }
}

impl Directory {
    pub(super) fn new(clock: Clock) -> Self {
        let seen = Arc::new(watch::channel(Arc::new(Observations::default())).0);
        Self { clock, seen, asked: Arc::new(watch::channel(HashMap::new()).0), failures: Arc::default() }
    }

    /// Slack has said at `as_of` how `person` is.
    pub(super) fn has_read(&self, person: &PersonId, as_of: Timestamp) {
        self.seen.send_modify(|seen| {
            let mut fresh = Observations::clone(seen);
            fresh.people.insert(person.clone(), read_at(as_of));
            *seen = Arc::new(fresh);
        });
    }

    pub(super) fn asked(&self, person: &PersonId) -> usize {
        self.asked.borrow().get(person).copied().unwrap_or(0)
    }

    /// Waits until `person` has been asked for.
    pub(super) async fn is_asked(&self, person: &PersonId) {
        self.asked.subscribe().wait_for(|asked| asked.contains_key(person)).await.unwrap();
    }
}

#[async_trait]
impl Renew for Directory {
    async fn renew(&self, person: &PersonId) -> bool {
        self.asked.send_modify(|asked| *asked.entry(person.clone()).or_default() += 1);
        let fails = {
            let mut failures = self.failures.lock().unwrap();
            let fails = *failures > 0;
            *failures = failures.saturating_sub(1);
            fails
        };
        if !fails {
            self.has_read(person, self.clock.now());
        }
        !fails
    }
}
