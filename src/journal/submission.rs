//! A decision on its way through the writer.
//!
//! Invariant: whoever submitted gets exactly one answer, and a good one only after the batch with their
//! records is durable.

use std::panic::{self, AssertUnwindSafe};

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::domain::event::{Cause, Event};
use crate::domain::state::State;

/// What was decided: what happened, and what to answer once it is durable.
#[derive(Debug)]
pub struct Decision<R> {
    /// What happened; nothing is recorded if it is empty.
    pub events: Vec<Event>,
    /// The answer.
    pub reply: R,
}

/// A submission was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The writer has ended, or ended before the batch was durable; whether it was recorded is not known.
    #[error("the service is stopping; nothing more is recorded")]
    Writer,
    /// The decision itself panicked: a fault in the program. Nothing was recorded for it.
    #[error("the decision failed by a fault in the program; nothing was recorded")]
    Decision,
}

/// A decision with its answer, whatever the answer's type.
pub(super) trait Submission: Send {
    /// What from outside led to it.
    fn cause(&self) -> Option<&Cause>;

    /// Decides, also again after a conflict; none if the decision panicked.
    fn decide(&mut self, state: &State, now: Timestamp) -> Option<Vec<Event>>;

    /// Answers with the latest decision.
    fn answer(self: Box<Self>);
}

pub(super) struct Pending<R, F> {
    cause: Option<Cause>,
    decide: F,
    reply: Result<R, Stopped>,
    to: oneshot::Sender<Result<R, Stopped>>,
}

impl<R, F> Pending<R, F> {
    pub(super) fn new(cause: Option<Cause>, decide: F) -> (Self, oneshot::Receiver<Result<R, Stopped>>) {
        let (to, answer) = oneshot::channel();
        (Self { cause, decide, reply: Err(Stopped::Decision), to }, answer)
    }
}

impl<R, F> Submission for Pending<R, F>
where
    R: Send,
    F: FnMut(&State, Timestamp) -> Decision<R> + Send,
{
    fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }

    fn decide(&mut self, state: &State, now: Timestamp) -> Option<Vec<Event>> {
        // The state can't be left half-changed: a decision only reads it.
        match panic::catch_unwind(AssertUnwindSafe(|| (self.decide)(state, now))) {
            Ok(Decision { events, reply }) => {
                self.reply = Ok(reply);
                Some(events)
            }
            Err(_) => {
                self.reply = Err(Stopped::Decision);
                None
            }
        }
    }

    fn answer(self: Box<Self>) {
        // Whoever asked may have stopped waiting.
        let _ = self.to.send(self.reply);
    }
}
