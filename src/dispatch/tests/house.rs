//! A house around the loop, and the process that runs in it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::directory::Directory;
use super::disk::{Death, Disk};
use super::list::List;
use super::slack::Slack;
use super::world::{Says, program, start_of_test};
use crate::clock::{Clock, Hand, Trust};
use crate::dispatch::{Compose, Dispatch, Means, Planner, Rate, Rates, Settled};
use crate::domain::effect::PostKey;
use crate::domain::event::Event;
use crate::domain::program::Program;
use crate::journal::{Decision, Stopped, Vault, Writer};

pub(super) struct House {
    pub(super) disk: Disk,
    pub(super) slack: Arc<Slack>,
    pub(super) hand: Hand,
    clock: Clock,
    pub(super) list: List,
    pub(super) rates: Rates,
    pub(super) timeout: Duration,
    pub(super) program: watch::Sender<Arc<Program>>,
    pub(super) directory: Directory,
    pub(super) trust: Trust,
    pub(super) caught_up: watch::Sender<bool>,
    pub(super) compose: Arc<dyn Compose>,
}

impl House {
    /// A house in which `keys` are due at once.
    pub(super) fn new(keys: &[PostKey]) -> Self {
        let (clock, hand) = Clock::manual(start_of_test());
        let people: Vec<&str> = keys.iter().map(|key| key.to().as_str()).collect();
        let fast = Rate::bursts(1_000, Duration::from_millis(100));
        Self {
            disk: Disk::default(),
            slack: Slack::new(),
            hand,
            directory: Directory::new(clock.clone()),
            trust: Trust::default(),
            caught_up: watch::channel(true).0,
            compose: Arc::new(Says),
            clock,
            list: List::of(keys),
            rates: Rates {
                posts: fast,
                refreshes: fast,
                look_ups: fast,
                channel_gap: Duration::ZERO,
                first_retry: Duration::from_millis(2),
            },
            timeout: Duration::from_secs(20),
            program: watch::channel(Arc::new(program(&people))).0,
        }
    }

    /// Gives everybody this name.
    pub(super) fn rename_all(&self, name: &str) {
        self.program.send_modify(|program| {
            let mut changed = Program::clone(program);
            changed.people.values_mut().for_each(|person| person.name = name.to_owned());
            *program = Arc::new(changed);
        });
    }

    /// The process starts, with `death` ahead of it.
    pub(super) fn start_to_die(&self, death: Option<Death>) -> Process {
        self.start_planning(self.list.clone(), death)
    }

    /// The process starts with a plan of its own.
    pub(super) fn start_planning(&self, planner: impl Planner, death: Option<Death>) -> Process {
        let journal = self.disk.opens(death);
        let vault = Vault::of(std::path::Path::new("no free text here"));
        let (writer, _) = Writer::start(journal, vault, self.clock.clone()).unwrap();
        let means = Means {
            writer: writer.clone(),
            clock: self.clock.clone(),
            trust: self.trust.clone(),
            caught_up: self.caught_up.subscribe(),
            performer: self.slack.clone(),
            renew: Arc::new(self.directory.clone()),
            compose: self.compose.clone(),
            rates: self.rates,
            timeout: self.timeout,
        };
        let seen = self.directory.seen.subscribe();
        let (dispatch, settled) = Dispatch::new(means, planner, self.program.subscribe(), seen);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(dispatch.run(async move { _ = stopped.await }));
        Process {
            writer,
            settled,
            program: self.program.subscribe(),
            task,
            stop,
            hand: self.hand.clone(),
            clock: self.clock.clone(),
            disk: self.disk.clone(),
        }
    }

    pub(super) fn start(&self) -> Process {
        self.start_to_die(None)
    }
}

pub(super) struct Process {
    pub(super) writer: Writer,
    settled: watch::Receiver<Settled>,
    program: watch::Receiver<Arc<Program>>,
    task: JoinHandle<Result<(), Stopped>>,
    stop: oneshot::Sender<()>,
    hand: Hand,
    clock: Clock,
    disk: Disk,
}

impl Process {
    /// Waits until everything that is due now is done, by the configuration in force.
    pub(super) async fn settles(&mut self) -> Settled {
        let (now, through) = (self.clock.now(), self.writer.head());
        let program = self.program.borrow().clone();
        let settled = |settled: &Settled| settled.covers(now, through) && settled.is_by(&program);
        self.settled.wait_for(settled).await.unwrap().clone()
    }

    /// Moves the calendar to the next wake until there is none.
    pub(super) async fn runs_dry(&mut self) {
        while let Some(wake) = self.settles().await.next_wake {
            self.hand.set(wake);
        }
    }

    pub(super) async fn happens(&self, event: Event) {
        let event = self.writer.submit(None, move |_, _| Decision { events: vec![event.clone()], reply: () });
        event.await.unwrap();
    }

    /// As [`Self::runs_dry`], unless the process dies before.
    pub(super) async fn runs_dry_or_dies(&mut self) {
        loop {
            let (now, through) = (self.clock.now(), self.writer.head());
            match self
                .settled
                .wait_for(|settled| settled.covers(now, through))
                .await
                .map(|settled| settled.next_wake)
            {
                Ok(Some(wake)) => self.hand.set(wake),
                // The loop drops its end of the channel when it ends.
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Pulls the plug.
    pub(super) async fn gets_killed(self) {
        self.disk.loses_power();
        self.task.abort();
        _ = self.task.await;
    }

    /// Asks it to stop and waits until it has.
    pub(super) async fn stops(self) -> Result<(), Stopped> {
        _ = self.stop.send(());
        self.task.await.unwrap()
    }
}
