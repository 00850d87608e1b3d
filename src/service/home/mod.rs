//! App Home is composed and published, and kept fresh while somebody looks at it.
//!
//! One task does all of it: what is opened, what is turned to and what changed meanwhile go the same way,
//! so that an older page can't replace a newer one.

mod book;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::book::{Book, Done, Job};
use super::refusals;
use super::shared::Shared;
use crate::clock::{Clock, monotonic};
use crate::command;
use crate::domain::ids::{Seq, SlackUserId};
use crate::domain::initiative::Initiative;
use crate::domain::message::Page;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::refusal::{Call, Does};
use crate::domain::survey::{Argued, Standings};
use crate::journal::Writer;
use crate::plan::{self, Planned, Queue};
use crate::slack::{self, Client};

/// Records come in batches; a page is looked at once for those of this long.
const SETTLING: Duration = Duration::from_millis(250);
/// How far ahead an advocate's page looks.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long a page says "today" before it is looked at again, calendar time.
const TICK: SignedDuration = SignedDuration::from_hours(1);

/// How soon App Home is published again while Slack doesn't take any.
const WHILE_REFUSED: Duration = Duration::from_secs(120);

/// Somebody looks at this page of their App Home.
pub(super) type Opening = (SlackUserId, Page);

/// Composes and publishes.
pub(super) struct Homes {
    pub(super) desk: Desk,
    pub(super) openings: mpsc::UnboundedReceiver<Opening>,
}

/// What a page is composed from, and the way to Slack.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) shared: Shared,
    pub(super) clock: Clock,
    pub(super) coming: Coming,
}

impl Homes {
    /// Serves for ever.
    pub(super) async fn keep_fresh(mut self) {
        let mut book = Book::default();
        let mut jobs: JoinSet<(SlackUserId, Done)> = JoinSet::new();
        let mut records = self.desk.writer.subscribe();
        let mut program = self.desk.shared.program.subscribe();
        let mut seen = self.desk.shared.seen.subscribe();
        let mut tick = after_tick(&self.desk.clock);
        loop {
            while let Some(job) = book.next(monotonic()) {
                jobs.spawn(self.desk.clone().show(job));
            }
            let wake = book.wake(monotonic());
            let rest = async {
                match wake {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                opening = self.openings.recv() => match opening {
                    Some((who, page)) => book.opened(who, page, monotonic()),
                    // Nobody is left who could open anything: the service is stopping.
                    None => return,
                },
                Some(ended) = jobs.join_next() => match ended {
                    Ok((who, done)) => book.done(&who, done, monotonic()),
                    Err(error) => tracing::error!(%error, "composing a page of App Home broke off"),
                },
                batch = records.recv() => {
                    if matches!(batch, Err(RecvError::Closed)) {
                        return;
                    }
                    tokio::time::sleep(SETTLING).await;
                    records = records.resubscribe();
                    book.changed(monotonic());
                }
                Ok(()) = program.changed() => book.changed(monotonic()),
                Ok(()) = seen.changed() => book.changed(monotonic()),
                () = self.desk.clock.reaches_or_turns_back(Some(tick), back_from(tick)) => {
                    tick = after_tick(&self.desk.clock);
                    book.changed(monotonic());
                }
                () = rest => {}
            }
        }
    }
}

fn after_tick(clock: &Clock) -> Timestamp {
    clock.now().checked_add(TICK).unwrap_or(Timestamp::MAX)
}

/// When the time of `tick` was chosen.
fn back_from(tick: Timestamp) -> Timestamp {
    tick.checked_sub(TICK).unwrap_or(Timestamp::MIN)
}

impl Desk {
    async fn show(self, job: Job) -> (SlackUserId, Done) {
        let (desk, who, page) = (self.clone(), job.who.clone(), job.page.clone());
        let composed = tokio::task::spawn_blocking(move || desk.compose(&who, &page)).await;
        let done = match composed {
            Ok(view) => self.publish(&job, &view).await,
            Err(error) => {
                tracing::error!(%error, "a page of App Home can't be composed");
                Done::Refused
            }
        };
        (job.who, done)
    }

    pub(super) fn compose(&self, who: &SlackUserId, page: &Page) -> Value {
        let (program, seen, now) = (self.shared.program(), self.shared.seen(), self.clock.now());
        let oversees = command::oversees(&program, &self.writer.state(), who);
        let (standings, coming, queue) =
            if oversees { self.coming.of(&self.writer, &program, &seen, now) } else { Default::default() };
        let ahead = command::Ahead { standings: &standings, coming: &coming, queue: &queue };
        let home = command::home(&program, &self.writer.state(), &seen, ahead, who, page, now);
        slack::home_view(&home)
    }

    async fn publish(&self, job: &Job, view: &Value) -> Done {
        let shown = digest(view);
        if job.shown == Some(shown) {
            return Done::Unchanged;
        }
        match slack::publish(&self.client, &job.who, view, job.hash.as_deref()).await {
            Ok(hash) => {
                refusals::note(&self.writer, Call::Home, Ok(())).await;
                Done::Published { shown, hash }
            }
            Err(error) if slack::is_conflict(&error) => Done::Conflict,
            Err(error) => {
                tracing::warn!(slack.code = error.code(), "App Home could not be published");
                refusals::note(&self.writer, Call::Home, Err(&error)).await;
                match error.does(Call::Home) {
                    Does::Repeats => Done::Later(error.retry_after()),
                    Does::Suspends | Does::Pauses | Does::PausesIfItLasts => Done::Later(WHILE_REFUSED),
                    Does::Unreachable
                    | Does::Refuses
                    | Does::LeavesIt
                    | Does::Unknowable
                    | Does::LooksUp
                    | Does::LooksUpThenRefuses
                    | Does::RepeatsThenLeavesIt
                    | Does::Drops => Done::Refused,
                }
            }
        }
    }
}

fn digest(view: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    view.to_string().hash(&mut hasher);
    hasher.finish()
}

/// How all initiatives stand, what goes out in the coming week and what waits for approval, worked out once
/// for all advocates who look.
#[derive(Debug, Clone, Default)]
pub(super) struct Coming(Arc<Mutex<Option<Known>>>);

#[derive(Debug)]
struct Known {
    program: Arc<Program>,
    seen: Arc<Observations>,
    head: Seq,
    at: Timestamp,
    argued: Arc<Argued>,
    standings: Arc<Standings>,
    planned: Arc<Vec<Planned>>,
    queue: Arc<Queue>,
}

impl Coming {
    fn of(
        &self,
        writer: &Writer,
        program: &Arc<Program>,
        seen: &Arc<Observations>,
        now: Timestamp,
    ) -> (Arc<Standings>, Arc<Vec<Planned>>, Arc<Queue>) {
        // Held while it is worked out, so that two who look at once don't both do the work.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = writer.head();
        let holds = known.as_ref().filter(|known| {
            Arc::ptr_eq(&known.program, program)
                && Arc::ptr_eq(&known.seen, seen)
                && known.head == head
                && known.at <= now
                && known.planned.iter().all(|planned| now < planned.at)
                && known.queue.holds_until().is_none_or(|until| now < until)
                // What presses changes with the time that is left, and something may come to wait by itself.
                && now.duration_since(known.at) < TICK
        });
        if let Some(known) = holds {
            return (known.standings.clone(), known.planned.clone(), known.queue.clone());
        }
        let before = known.as_ref().filter(|known| Arc::ptr_eq(&known.program, program));
        let argued = match before {
            Some(known) => known.argued.clone(),
            None => Arc::new(Argued::of(program)),
        };
        // A copy, so that looking ahead doesn't keep the writer from publishing.
        let state = writer.state().clone();
        let head = state.head;
        let stands = |of: &Initiative| !of.withdrawn;
        let standings = Arc::new(Standings::of(program, &state, seen, &argued, stands, now));
        let queue = Arc::new(plan::queue(program, &state, seen, now));
        let until = now.checked_add(AHEAD).unwrap_or(now);
        let planned = Arc::new(plan::forecast_from(program, state, seen, now, until));
        let (program, seen) = (program.clone(), seen.clone());
        let all = (standings.clone(), planned.clone(), queue.clone());
        *known = Some(Known { program, seen, head, at: now, argued, standings, planned, queue });
        all
    }
}
