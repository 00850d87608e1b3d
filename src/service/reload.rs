//! The configuration is read again when a file in its folder changes, or on SIGHUP.
//!
//! Invariant: a configuration with faults never takes effect. The one before stays in force, the
//! advocates are told once of each broken one, and mending it clears that.

use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::adopt;
use super::shared::Shared;
use crate::config::{self, Faults, Files, Stamp};
use crate::domain::event::Event;
use crate::domain::program::{ConfigDigest, Program};
use crate::domain::state::State;
use crate::journal::{Decision, Stopped, Writer};

/// How often the files are looked at, real time: nothing tells of a change on every kind of volume.
const EVERY: Duration = Duration::from_secs(5);
/// Editors and `git pull` write several files; they are read once nothing has changed for this long.
const STILL: Duration = Duration::from_millis(300);
/// Faults whose places the advocates are told.
const PLACES: usize = 5;

/// Keeps the configuration of a folder in force.
pub(super) struct Reload {
    pub(super) folder: PathBuf,
    pub(super) shared: Shared,
    pub(super) writer: Writer,
}

impl Reload {
    /// Looks for changes, for ever.
    pub(super) async fn keep_fresh(self) -> Result<(), Stopped> {
        let mut asked = hangups();
        let mut former = adopt::Former::new();
        adopt::remember(&mut former, &self.shared.program());
        // What was loaded at the start may have been changed before this task began: look once.
        let mut known = None;
        loop {
            let now = self.stamp().await;
            if known.as_ref() != Some(&now) {
                known = Some(self.still(now).await);
                self.take_up(&mut former).await?;
            }
            tokio::select! {
                biased;
                () = tokio::time::sleep(EVERY) => {}
                () = hangup(&mut asked) => {
                    tracing::info!("asked to read the configuration again");
                    known = None;
                }
            }
        }
    }

    async fn stamp(&self) -> Stamp {
        let folder = self.folder.clone();
        let read = tokio::task::spawn_blocking(move || Stamp::of(&folder)).await;
        // A look that broke off is one that sees nothing; the next one sees more.
        read.unwrap_or_default()
    }

    /// Waits until nothing changes any more.
    async fn still(&self, mut before: Stamp) -> Stamp {
        loop {
            tokio::time::sleep(STILL).await;
            let now = self.stamp().await;
            if now == before {
                return now;
            }
            before = now;
        }
    }

    async fn take_up(&self, former: &mut adopt::Former) -> Result<(), Stopped> {
        let folder = self.folder.clone();
        let in_force = self.shared.program().digest.clone();
        let mended = self.writer.state().refused_config.is_some();
        let load = move || {
            let files = Files::read(&folder);
            // What is in force need not be read again, unless advocates were told of a broken one since.
            let same = files.digest() == in_force && !mended;
            (!same).then(|| (files.digest(), config::load_files(&files)))
        };
        match tokio::task::spawn_blocking(load).await {
            Ok(None) => Ok(()),
            Ok(Some((_, Ok(loaded)))) => self.adopt(loaded.program, former).await,
            Ok(Some((digest, Err(faults)))) => self.refuse(digest, &faults).await,
            Err(error) => {
                tracing::error!(%error, "reading the configuration broke off; the one before stays in force");
                Ok(())
            }
        }
    }

    pub(super) async fn adopt(&self, program: Program, former: &mut adopt::Former) -> Result<(), Stopped> {
        let before = former.clone();
        adopt::remember(former, &program);
        let new = program.digest != self.shared.program().digest;
        let to_adopt = program.clone();
        let adopted = self.writer.submit(None, move |state, _| {
            let events: Vec<Event> = adopt::adoption(&to_adopt, state, &before).into_iter().collect();
            Decision { reply: !events.is_empty(), events }
        });
        if adopted.await? {
            tracing::info!(configuration = %program.digest, "a new configuration is in force");
        }
        if new {
            self.shared.configure(program, &self.writer.state());
        }
        Ok(())
    }

    pub(super) async fn refuse(&self, digest: ConfigDigest, faults: &Faults) -> Result<(), Stopped> {
        let number = u32::try_from(faults.diagnostics.len()).unwrap_or(u32::MAX);
        let places: Vec<String> = faults
            .diagnostics
            .iter()
            .take(PLACES)
            .map(|fault| format!("{}:{}:{} {}", fault.file, fault.line, fault.column, fault.check))
            .collect();
        let refused = Event::ConfigRefused { digest: digest.clone(), faults: number, places: places.clone() };
        let recorded = self.writer.submit(None, move |state, _| {
            let events = if is_known(state, &digest) { Vec::new() } else { vec![refused.clone()] };
            Decision { reply: !events.is_empty(), events }
        });
        if recorded.await? {
            tracing::error!(
                faults = number,
                places = places.join(", "),
                "the changed configuration has faults; the one before stays in force (`canvass check` says more)"
            );
        }
        Ok(())
    }
}

/// Whether the advocates were told of this broken configuration already.
fn is_known(state: &State, digest: &ConfigDigest) -> bool {
    state.refused_config.as_ref().is_some_and(|refused| refused.digest == *digest)
}

fn hangups() -> Option<Signal> {
    match signal(SignalKind::hangup()) {
        Ok(hangups) => Some(hangups),
        Err(error) => {
            tracing::warn!(%error, "SIGHUP can't be heard; changes of the files are seen all the same");
            None
        }
    }
}

async fn hangup(asked: &mut Option<Signal>) {
    match asked {
        Some(asked) => _ = asked.recv().await,
        None => std::future::pending().await,
    }
}
