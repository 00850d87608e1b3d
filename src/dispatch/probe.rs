//! While Slack refuses everything, a call that costs nothing finds out when that is over.
//!
//! Invariant: it ends a pause that the program began by itself, and no other; after the app was removed that only
//! means that answers go out again, and that the advocates can be told. It is made less and less often, and
//! again less often if the first message after it is refused all the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::task::Id;

use super::{End, Shared};
use crate::domain::event::{Event, PauseReason};
use crate::domain::ids::Seq;
use crate::domain::performer::Probed;
use crate::domain::refusal::{Call, Does};
use crate::domain::state::State;
use crate::journal::{Decision, Stopped};

/// How long after the pause the first probe is made; each later one waits twice as long.
const FIRST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// When the next probe is made.
#[derive(Debug, Default)]
pub(super) struct Probes {
    /// The pause that is probed, and the interruption that it belongs to.
    of: Option<(Seq, Seq)>,
    /// How many have failed in this interruption.
    failed: u32,
    /// The next one, by the calendar and by the clock of the machine, whichever comes first.
    next: Option<(Timestamp, Instant)>,
    /// Slack asked for a rest until then.
    rests: Option<Instant>,
    /// The one under way.
    task: Option<Id>,
    /// A pause has been looked for since the process started.
    looked: bool,
}

/// What to do about a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// There is nothing to find out, or it is being found out.
    Nothing,
    /// Look again then.
    Wait(Timestamp, Instant),
    /// Make one for the pause of this record.
    Now(Seq),
}

impl Probes {
    /// What to do at this moment.
    pub(super) fn look(&mut self, state: &State, now: Timestamp, real: Instant) -> Look {
        let first_look = !std::mem::replace(&mut self.looked, true);
        let Some((since, _)) = state.paused.as_ref().filter(|(_, reason)| reason.stops_everything()) else {
            (self.of, self.next) = (None, None);
            return Look::Nothing;
        };
        let interruption = state.interruption.as_ref().map_or(*since, |interruption| interruption.since);
        if self.of != Some((*since, interruption)) {
            if self.of.is_some_and(|(_, before)| before != interruption) {
                self.failed = 0;
            }
            self.of = Some((*since, interruption));
            // A process that was started anew may have been given what was missing.
            self.schedule(if first_look { Duration::ZERO } else { self.wait() }, now, real);
        }
        if self.task.is_some() {
            return Look::Nothing;
        }
        let Some((at, then)) = self.next else { return Look::Nothing };
        let rests = self.rests.filter(|until| real < *until);
        match rests {
            None if at <= now || then <= real => Look::Now(*since),
            None => Look::Wait(at, then),
            Some(until) => Look::Wait(Timestamp::MAX, until),
        }
    }

    pub(super) fn started(&mut self, task: Id) {
        self.task = Some(task);
    }

    /// Takes in how a task ended; whether it was a probe.
    pub(super) fn ended(&mut self, task: Id, end: &End, now: Timestamp, real: Instant) -> bool {
        if self.task != Some(task) {
            return false;
        }
        self.task = None;
        match end {
            // If the pause begins again, that counts as one that failed.
            End::Done | End::Proven(_) => self.failed = self.failed.saturating_add(1),
            End::Again(rest) => {
                self.rests = real.checked_add(*rest).filter(|_| !rest.is_zero());
                self.failed = self.failed.saturating_add(1);
                self.schedule(self.wait(), now, real);
            }
            End::NotNow | End::Unsayable | End::Renewed => {}
        }
        true
    }

    fn wait(&self) -> Duration {
        FIRST.saturating_mul(1 << self.failed.min(8)).min(LONGEST)
    }

    fn schedule(&mut self, wait: Duration, now: Timestamp, real: Instant) {
        let at = SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok());
        self.next = Some((at.unwrap_or(Timestamp::MAX), real + wait));
    }
}

/// Finds out whether the pause of record `since` is over.
pub(super) async fn probe(shared: Arc<Shared>, since: Seq) -> Result<End, Stopped> {
    let probed = tokio::time::timeout(shared.means.timeout, shared.means.performer.probe()).await;
    match probed.unwrap_or_else(|_| Probed::Refused { code: "timeout".to_owned() }) {
        Probed::Through => {
            tracing::info!("Slack takes calls again");
            let lifted = shared.means.writer.submit(None, move |state, _| {
                let still = state
                    .paused
                    .as_ref()
                    .is_some_and(|(seq, reason)| *seq == since && reason.stops_everything());
                let events = if still { vec![Event::PauseLifted { since }] } else { Vec::new() };
                Decision { events, reply: () }
            });
            lifted.await?;
            Ok(End::Done)
        }
        Probed::Limited(rest) => Ok(End::Again(rest)),
        Probed::Refused { code } => {
            tracing::warn!(slack.code = code, "Slack still refuses everything");
            let revoked = !PauseReason::Configuration { code: code.clone() }.ends_by_itself();
            if revoked {
                let recorded = shared.means.writer.submit(None, move |state, _| {
                    let events = state.when_refused(Call::Post, Does::Pauses, &code);
                    Decision { events, reply: () }
                });
                recorded.await?;
            }
            Ok(End::Again(Duration::ZERO))
        }
    }
}
