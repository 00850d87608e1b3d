//! The one that decides and appends.
//!
//! Invariant: decisions are taken one after the other, each on the state that includes all before it.
//! Everything that waits is decided and appended as one batch with one flush; only then is it published,
//! broadcast and answered, in this order. After a failed append nothing is answered any more and the
//! process has to end: what is on disk then is known only to the next start.

use std::fmt;
use std::ops::Deref;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

use jiff::Timestamp;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::errors::{AppendError, StorageError};
use super::seal::Vault;
use super::submission::{Decision, Pending, Stopped, Submission};
use super::{BatchId, Journal};
use crate::clock::Clock;
use crate::domain::calendar::Quarter;
use crate::domain::event::{Cause, Record};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::state::State;

/// Submissions that may wait; beyond it, submitting waits too.
const QUEUE: usize = 4096;
/// Submissions in one batch, so that those at its front don't wait too long.
const LARGEST_BATCH: usize = 1024;
/// Batches that a subscriber may fall behind before it has to look at the state instead.
const BROADCAST: usize = 1024;
/// Records read at once and handed to the fold.
const READ_AT_ONCE: usize = 512;
/// Such portions that may wait for the fold.
const READ_AHEAD: usize = 4;
/// How often an append whose reply was lost is made again.
const ATTEMPTS: u32 = 5;

/// A handle on the writer; clones are the same writer. It ends when the last one is dropped.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
    published: Arc<Published>,
    clock: Clock,
}

#[derive(Debug)]
struct Published {
    state: RwLock<State>,
    records: broadcast::Sender<Arc<[Record]>>,
}

enum Message {
    Submit(Box<dyn Submission>),
    Destroy(Destruction),
    Close,
}

/// Which keys are to be destroyed.
#[derive(Debug, Clone)]
pub enum Destroy {
    /// All of these people.
    Of(Vec<PersonId>),
    /// Those that sealed nothing in or after this calendar quarter.
    Before {
        /// The quarter.
        quarter: Quarter,
        /// But for these people's from these quarters on: somebody still works with their words.
        but: Vec<(PersonId, Quarter)>,
    },
}

/// Keys on their way to destruction.
struct Destruction {
    which: Destroy,
    /// Their fingerprints, once they are known.
    keys: Arc<Mutex<Vec<String>>>,
    submission: Box<dyn Submission>,
}

/// Tells when the writer has ended, and why.
#[derive(Debug)]
pub struct Ending(oneshot::Receiver<Result<(), StorageError>>);

/// Why the writer ended.
#[derive(Debug)]
pub enum End {
    /// It was closed; all that was submitted before is durable, and the journal is let go of.
    Closed,
    /// The journal failed; end the process.
    Failed(StorageError),
    /// It panicked: a fault in the program; end the process.
    Panicked,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("it was closed"),
            Self::Failed(fault) => fault.fmt(f),
            Self::Panicked => f.write_str("a fault in the program ended it; the log says where"),
        }
    }
}

impl Ending {
    /// Returns once the writer has ended.
    pub async fn wait(self) -> End {
        match self.0.await {
            Ok(Ok(())) => End::Closed,
            Ok(Err(fault)) => End::Failed(fault),
            Err(_) => End::Panicked,
        }
    }
}

impl Writer {
    /// Folds the whole journal and starts the writer's thread. Blocks for as long as the reading takes.
    pub fn start(journal: impl Journal, vault: Vault, clock: Clock) -> Result<(Self, Ending), StorageError> {
        let (writer, mut stepping) = Self::without_thread(journal, vault, clock)?;
        let (tell, ending) = oneshot::channel();
        let run = move || {
            let end = stepping.run_here();
            if let Err(fault) = &end {
                tracing::error!(journal.fault = %fault, "the journal failed; the process has to end");
            }
            // The folder is let go of before anybody is told.
            drop(stepping);
            let _ = tell.send(end);
        };
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(run)
            .map_err(|source| StorageError::Io { path: "the writer's thread".into(), source })?;
        Ok((writer, Ending(ending)))
    }

    /// The same without a thread: whoever holds the [`Stepping`] lets the writer work.
    ///
    /// # Errors
    /// The journal can't be read.
    pub fn without_thread<J: Journal>(
        journal: J,
        vault: Vault,
        clock: Clock,
    ) -> Result<(Self, Stepping<J>), StorageError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let mut core = Core {
            journal,
            vault: vault.drawing_from(clock.clone()),
            clock: clock.clone(),
            working: State::default(),
            published: Arc::new(Published {
                state: RwLock::default(),
                records: broadcast::Sender::new(BROADCAST),
            }),
        };
        core.fold_anew()?;
        if !core.working.destroyed.is_empty() {
            core.destroy_again()?;
        }
        let writer = Self { queue, published: Arc::clone(&core.published), clock };
        Ok((writer, Stepping { core, waiting, messages: Vec::new() }))
    }

    /// Runs `decide` on the state that includes all decisions before it; returns its reply once the
    /// batch with its events is durable. `cause` goes with each of its events. Decided again after a
    /// conflict; only the last decision counts.
    pub async fn submit<R: Send + 'static>(
        &self,
        cause: Option<Cause>,
        decide: impl FnMut(&State, Timestamp) -> Decision<R> + Send + 'static,
    ) -> Result<R, Stopped> {
        let (pending, answer) = Pending::new(cause, decide);
        self.queue.send(Message::Submit(Box::new(pending))).await.map_err(|_| Stopped::Writer)?;
        answer.await.map_err(|_| Stopped::Writer)?
    }

    /// Runs `decide` on what is durable, here and now; returns its reply if nothing is to be recorded. None
    /// if something is, or the writer has ended: then it has to be submitted, and is decided again. So only
    /// the writer records, and what records nothing doesn't wait for its turn. `decide` has to be quick: the
    /// writer waits for it to publish.
    pub fn decide_unrecorded<R>(&self, decide: impl FnOnce(&State, Timestamp) -> Decision<R>) -> Option<R> {
        if !self.is_open() {
            return None;
        }
        let Decision { events, reply } = decide(&self.state(), self.clock.now());
        events.is_empty().then_some(reply)
    }

    /// Everything that is durable. Never hold it across an `await`: the writer waits for it to publish.
    pub fn state(&self) -> impl Deref<Target = State> + '_ {
        self.published.read()
    }

    /// Batches from here on, each once it is durable and published. A receiver that lags has missed
    /// some; the state has them all.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Record]>> {
        self.published.records.subscribe()
    }

    /// The last durable record.
    pub fn head(&self) -> Seq {
        self.state().head
    }

    /// Destroys keys, and with them the text that they sealed, in the journal and in every export of it.
    /// `decide` gets the fingerprints of the keys and says what is to be recorded, which is durable before the
    /// first key is destroyed: a crash in between is made good by the next start. The fold of those records
    /// has to let go of the text in memory. No text is sealed in between.
    pub async fn destroy<R: Send + 'static>(
        &self,
        which: Destroy,
        mut decide: impl FnMut(&State, Timestamp, &[String]) -> Decision<R> + Send + 'static,
    ) -> Result<R, Stopped> {
        let keys = Arc::new(Mutex::new(Vec::new()));
        let known = Arc::clone(&keys);
        let locked = move |state: &State, now| {
            decide(state, now, &known.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let (pending, answer) = Pending::new(None, locked);
        let destruction = Destruction { which, keys, submission: Box::new(pending) };
        self.queue.send(Message::Destroy(destruction)).await.map_err(|_| Stopped::Writer)?;
        answer.await.map_err(|_| Stopped::Writer)?
    }

    /// Whether it still takes submissions.
    pub fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Ends the writer once all that was submitted before is durable; later submissions are refused.
    pub async fn close(&self) {
        // If it has ended already, there is nothing to close.
        let _ = self.queue.send(Message::Close).await;
    }
}

impl Published {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        // A fold doesn't panic; if it did, the thread with the only write lock is gone.
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A writer's work, for its thread or whoever else lets it work.
pub struct Stepping<J> {
    core: Core<J>,
    waiting: mpsc::Receiver<Message>,
    /// What was taken from the queue for one step; kept for its room.
    messages: Vec<Message>,
}

impl<J> fmt::Debug for Stepping<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stepping").finish_non_exhaustive()
    }
}

impl<J: Journal> Stepping<J> {
    /// Works on this thread until the writer is closed or dropped by everybody.
    fn run_here(&mut self) -> Result<(), StorageError> {
        while 0 < self.waiting.blocking_recv_many(&mut self.messages, LARGEST_BATCH) {
            self.core.step(&mut self.messages, &mut self.waiting)?;
        }
        Ok(())
    }

    /// The same as a task, where everything runs on one thread.
    ///
    /// # Errors
    /// The journal failed; the process has to end.
    pub async fn run(mut self) -> Result<(), StorageError> {
        while 0 < self.waiting.recv_many(&mut self.messages, LARGEST_BATCH).await {
            self.core.step(&mut self.messages, &mut self.waiting)?;
        }
        Ok(())
    }
}

/// What decides, appends and publishes.
struct Core<J> {
    journal: J,
    vault: Vault,
    clock: Clock,
    /// The published state and what has been decided since.
    working: State,
    published: Arc<Published>,
}

impl<J: Journal> Core<J> {
    /// Decides, records, publishes and answers all `messages`, the submissions among them as one batch.
    fn step(
        &mut self,
        messages: &mut Vec<Message>,
        waiting: &mut mpsc::Receiver<Message>,
    ) -> Result<(), StorageError> {
        let mut submissions: Vec<Box<dyn Submission>> = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Submit(submission) => submissions.push(submission),
                Message::Destroy(destruction) => {
                    self.commit(&mut submissions)?;
                    self.destroy(destruction)?;
                }
                // What is queued behind it is still decided: the channel is closed, then emptied.
                Message::Close => waiting.close(),
            }
        }
        self.commit(&mut submissions)
    }

    /// Records that keys are destroyed, and destroys them.
    fn destroy(&mut self, destruction: Destruction) -> Result<(), StorageError> {
        let Destruction { which, keys, submission } = destruction;
        let doomed = match &which {
            Destroy::Of(people) => self.vault.keys.of(people)?,
            Destroy::Before { quarter, but } => self.vault.keys.older_than(*quarter, but)?,
        };
        *keys.lock().unwrap_or_else(PoisonError::into_inner) =
            doomed.iter().map(|key| key.fingerprint.clone()).collect();
        let mut submissions = vec![submission];
        let recorded = self.record(&mut submissions)?;
        // What was decided may be that nothing is destroyed after all.
        if recorded {
            self.vault.keys.destroy(&doomed)?;
        }
        submissions.drain(..).for_each(|submission| submission.answer());
        Ok(())
    }

    /// Keys that were destroyed and have come back, with a backup of the folder or by a crash, go again.
    fn destroy_again(&mut self) -> Result<(), StorageError> {
        let back = self.vault.keys.back_again(&|key| self.working.destroyed.contains(key))?;
        if !back.is_empty() {
            tracing::warn!(
                keys = back.len(),
                "keys of words that were forgotten had come back; they are destroyed again"
            );
            self.vault.keys.destroy(&back)?;
        }
        Ok(())
    }

    /// Decides all `submissions`, appends what they came to as one batch, publishes it and answers.
    fn commit(&mut self, submissions: &mut Vec<Box<dyn Submission>>) -> Result<(), StorageError> {
        self.record(submissions)?;
        submissions.drain(..).for_each(|submission| submission.answer());
        Ok(())
    }

    /// As [`Core::commit`], before anybody is answered; whether anything was recorded.
    fn record(&mut self, submissions: &mut [Box<dyn Submission>]) -> Result<bool, StorageError> {
        loop {
            let before = self.working.head;
            let records = self.decide(submissions);
            match self.append(before, &records) {
                Ok(()) => {
                    let recorded = !records.is_empty();
                    self.publish(records);
                    return Ok(recorded);
                }
                Err(AppendError::Conflict { head }) => {
                    tracing::debug!(journal.head = head.0, "somebody else appended first; deciding again");
                    self.catch_up()?;
                }
                Err(AppendError::InDoubt(fault) | AppendError::Storage(fault)) => return Err(fault),
            }
        }
    }

    fn decide(&mut self, submissions: &mut [Box<dyn Submission>]) -> Vec<Record> {
        let mut records = Vec::new();
        for submission in submissions {
            let now = self.clock.now();
            let Some(events) = submission.decide(&self.working, now) else {
                tracing::error!("a decision panicked; nothing was recorded for it");
                continue;
            };
            for event in events {
                let seq = self.working.head.next();
                let record = Record { seq, at: now, cause: submission.cause().cloned(), event };
                self.working.apply(&record);
                records.push(record);
            }
        }
        records
    }

    fn append(&mut self, after: Seq, records: &[Record]) -> Result<(), AppendError> {
        if records.is_empty() {
            return Ok(());
        }
        let mut sealed = records.to_vec();
        for record in &mut sealed {
            self.vault.seal(&mut record.event, record.at)?;
        }
        let batch = BatchId::fresh(&self.clock).map_err(StorageError::from)?;
        let mut attempt = 1;
        loop {
            match self.journal.append(after, batch, &sealed) {
                Err(AppendError::InDoubt(fault)) => {
                    if self.journal.holds(after, batch)? {
                        return Ok(());
                    }
                    if attempt == ATTEMPTS {
                        return Err(fault.into());
                    }
                    attempt += 1;
                }
                // The attempt before, whose reply was lost, may have landed after it was asked for.
                Err(AppendError::Conflict { .. }) if attempt > 1 && self.journal.holds(after, batch)? => {
                    return Ok(());
                }
                done => return done,
            }
        }
    }

    fn publish(&self, records: Vec<Record>) {
        if records.is_empty() {
            return;
        }
        let mut state = self.published.write();
        records.iter().for_each(|record| state.apply(record));
        drop(state);
        // Nobody may be listening.
        let _ = self.published.records.send(records.into());
    }

    /// Takes in what others appended, and forgets what was decided without it.
    fn catch_up(&mut self) -> Result<(), StorageError> {
        let mut records = Vec::new();
        let after = self.published.read().head;
        read(&self.journal, &mut self.vault, after, |record| records.push(record))?;
        self.publish(records);
        self.working = self.published.read().clone();
        Ok(())
    }

    /// Reads everything from the beginning, and folds on a thread beside the reading: with a million
    /// records both take seconds.
    fn fold_anew(&mut self) -> Result<(), StorageError> {
        let (pass, passed) = sync_channel::<Vec<Record>>(READ_AHEAD);
        let fold = move || {
            let mut state = State::default();
            passed.into_iter().flatten().for_each(|record| state.apply(&record));
            state
        };
        let state = thread::scope(|scope| -> Result<State, StorageError> {
            let folding = scope.spawn(fold);
            let mut some = Vec::new();
            read(&self.journal, &mut self.vault, Seq::default(), |record| {
                some.push(record);
                if some.len() == READ_AT_ONCE {
                    // It ends early only by a panic, which shows when it is joined.
                    let _ = pass.send(std::mem::replace(&mut some, Vec::with_capacity(READ_AT_ONCE)));
                }
            })?;
            let _ = pass.send(some);
            drop(pass);
            Ok(folding.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        self.working = state.clone();
        *self.published.write() = state;
        Ok(())
    }
}

/// Reads the records after `after` with their text opened.
fn read(
    journal: &impl Journal,
    vault: &mut Vault,
    after: Seq,
    mut visit: impl FnMut(Record),
) -> Result<(), StorageError> {
    let mut fault = None;
    journal.read(after, &mut |mut record| {
        if fault.is_none() {
            match vault.open(&mut record.event) {
                Ok(()) => visit(record),
                Err(failed) => fault = Some(failed),
            }
        }
    })?;
    fault.map_or(Ok(()), |fault| Err(fault.into()))
}
