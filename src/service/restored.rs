//! Whether the journal knows everything that was sent, and what follows if it doesn't.
//!
//! After a restore it doesn't, and `canvass restore` leaves a note of that: a random epoch, which the next start
//! puts on record. A journal that was put back by copying files ends before what the file `heard` says, if that was
//! left in place. A whole data folder that was put back can't be told from the real one; Slack can tell. So at each
//! start the advocates' direct messages are searched, and one post there that the journal doesn't know is as good as
//! such a note.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{Clock, NoEntropy};
use crate::domain::effect::Epoch;
use crate::domain::event::{Event, PauseReason};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::journal::{Decision, Stopped, Writer};
use crate::service::heard::Kept;
use crate::slack::sweep::{Pace, channel_with};
use crate::slack::{CallError, Class, Client, own_posts};

/// When a search that failed is tried again, real time.
const BEFORE_RETRY: Duration = Duration::from_secs(10);

fn path(data: &Path) -> PathBuf {
    data.join("restored")
}

/// An epoch that never was before.
fn epoch(clock: &Clock) -> Result<Epoch, NoEntropy> {
    let mut random = [0; 16];
    clock.entropy(&mut random)?;
    Ok(Epoch::new(random))
}

/// Notes in `data` that its journal was restored, for the next start.
///
/// # Errors
/// There is no randomness, or the note can't be written.
pub(crate) fn note(data: &Path) -> io::Result<()> {
    let epoch = epoch(&Clock::system()).map_err(io::Error::other)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path(data))?;
    writeln!(file, "{epoch}")?;
    file.sync_all()?;
    fs::File::open(data)?.sync_all()
}

/// Puts on record that the journal was restored, if it was since the last start. `head` is its last record as it
/// was opened.
pub(super) async fn record(data: &Path, writer: &Writer, head: Seq) -> Result<(), Stopped> {
    let noted = fs::read_to_string(path(data)).ok().and_then(|text| Epoch::parse(text.trim()));
    let Some(epoch) = noted else { return Ok(()) };
    let recorded = writer.submit(None, move |state, _| {
        let known = state.restored.iter().any(|restored| restored.epoch == epoch);
        let events = if known { Vec::new() } else { vec![Event::Restored { epoch, from: head }] };
        Decision { events, reply: () }
    });
    recorded.await?;
    if let Err(error) = fs::remove_file(path(data)) {
        // It is on record by its epoch, so the next start does nothing.
        tracing::debug!(%error, "the note of a restore stays");
    }
    Ok(())
}

/// Puts on record that the journal was put back, if an earlier process `kept` that it once went beyond `head`. That is
/// known without Slack, so it comes first.
pub(super) async fn cut_off(
    writer: &Writer,
    clock: &Clock,
    head: Seq,
    kept: Option<Kept>,
) -> Result<(), Stopped> {
    let Some(kept) = kept.filter(|kept| head < kept.head) else { return Ok(()) };
    // A restore since then is known. A clock that was wrong may have written a time to come.
    let heard = kept.at.min(clock.now());
    if writer.state().restored.last().is_some_and(|last| heard <= last.at) {
        return Ok(());
    }
    tracing::error!(
        journal.head = head.0,
        heard.head = kept.head.0,
        "the journal is older than its last run, so it was put back from a copy; sending is paused until an advocate says `resume`"
    );
    pause(writer, clock, head).await
}

/// How often one that can't be read is tried, [`BEFORE_RETRY`] apart: what it would show isn't worth being silent for ever.
const MOST_TRIES: u32 = 30;

/// Compares the advocates' direct messages with the journal. If they show a post that it doesn't know, records are
/// missing: it is put on record as a restore, and posting pauses.
pub(super) async fn compare(
    client: &Client,
    writer: &Writer,
    clock: &Clock,
    program: &Program,
    head: Seq,
) -> Result<(), Stopped> {
    let advocates = program.people.keys().filter(|person| program.is_advocate(person));
    let mut pace = client.pace();
    let mut missing = 0_usize;
    for advocate in advocates {
        let mut tries = 0_u32;
        let unknown = loop {
            tries = tries.saturating_add(1);
            match unknown_to(client, writer, advocate, &mut pace).await {
                Ok(unknown) => break unknown,
                Err(error) => match error.class() {
                    Class::Gateway | Class::NotApplied | Class::InDoubt if tries < MOST_TRIES => {
                        tokio::time::sleep(BEFORE_RETRY).await;
                    }
                    Class::Recipient
                    | Class::Revoked
                    | Class::Token
                    | Class::Setting
                    | Class::Content
                    | Class::Unknown
                    | Class::Gateway
                    | Class::NotApplied
                    | Class::InDoubt => {
                        tracing::warn!(
                            slack.code = error.code(),
                            person = %advocate,
                            "this advocate's direct message can't be compared with the journal"
                        );
                        break 0;
                    }
                },
            }
        };
        missing += unknown;
    }
    if missing == 0 {
        return Ok(());
    }
    tracing::error!(
        messages = missing,
        "Slack shows messages that the journal doesn't know: the data folder was put back from a copy, or is another one; sending is paused until an advocate says `resume`"
    );
    pause(writer, clock, head).await
}

/// Records are missing after `head`.
async fn pause(writer: &Writer, clock: &Clock, head: Seq) -> Result<(), Stopped> {
    let Ok(epoch) = epoch(clock) else { return Ok(()) };
    let paused = writer.submit(None, move |state, _| {
        let pause = Event::PostingPaused { reason: PauseReason::Unproven };
        // A pause that ends by itself doesn't stand for one that a human has to end.
        let is_new = state.paused.as_ref().is_none_or(|(_, reason)| reason.ends_by_itself());
        let pause = is_new.then_some(pause);
        let events = [Event::Restored { epoch, from: head }].into_iter().chain(pause).collect();
        Decision { events, reply: () }
    });
    paused.await
}

/// How many posts the direct message with `advocate` shows that the journal doesn't know. Those from before the
/// last restore are known to be unknown.
async fn unknown_to(
    client: &Client,
    writer: &Writer,
    advocate: &PersonId,
    pace: &mut Pace,
) -> Result<usize, CallError> {
    let (channel, slack, since) = {
        let state = writer.state();
        let Some(known) = state.person(advocate) else { return Ok(0) };
        (known.channel.clone(), known.slack.clone(), state.restored.last().map(|last| last.at))
    };
    let channel = match (channel, slack) {
        (Some(channel), _) => channel,
        (None, Some(slack)) => match channel_with(client, &slack, pace).await? {
            Some(channel) => channel,
            None => return Ok(0),
        },
        (None, None) => return Ok(0),
    };
    pace.wait().await;
    let posts = own_posts(client, &channel).await?;
    let state = writer.state();
    Ok(posts.into_iter().filter(|(post, at)| is_new(since, *at) && !knows(&state, *post)).count())
}

fn is_new(since: Option<Timestamp>, at: Timestamp) -> bool {
    since.is_none_or(|since| since < at)
}

fn knows(state: &State, post: crate::domain::effect::PostId) -> bool {
    state.post(post).is_some()
}
