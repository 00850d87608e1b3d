//! Everything that the program starts by itself goes out here.
//!
//! A post: `plan` says that it is due; whether it may still go is decided once more together with its
//! intent; the intent is on disk before the call; the call has a hard time-out; its outcome is
//! recorded. A call whose outcome is not known leaves the intent as it stands, *in doubt*, until it is
//! looked up where it would be. A post is so never sent twice and never lost, whenever the process dies.
//!
//! Architecture invariant: nothing here decides who gets what. `plan` decides, the writer makes it a
//! fact, and the [`Performer`] carries it out.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::{Clock, Trust};
use crate::domain::directory::Address;
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::ids::{PersonId, Seq, SlackUserId, TeamId};
use crate::domain::message::{Message, Recipient};
use crate::domain::observation::Observations;
use crate::domain::performer::{Performer, Renew};
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::journal::Writer;

mod limiter;
mod look_up;
mod looks;
mod outcome;
mod planner;
mod post;
mod probe;
mod refresh;
mod run;
#[cfg(test)]
mod tests;
mod work;

pub use limiter::{Rate, Rates};
pub use planner::{Campaigns, Planner};
pub use run::Dispatch;

/// What the advocate wants and what the outside world says, as of one moment.
#[derive(Debug, Clone)]
pub struct World {
    /// The configuration in force.
    pub program: Arc<Program>,
    /// The latest observations.
    pub seen: Arc<Observations>,
}

/// A message can't be written: what is missing, for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsayable(pub String);

/// Writes messages.
pub trait Compose: Send + Sync + 'static {
    /// The message that `key` stands for, showing everything that `state` knows.
    fn compose(
        &self,
        world: &World,
        state: &State,
        key: &PostKey,
        teams: &[TeamId],
        audience: Option<Audience>,
        now: Timestamp,
    ) -> Result<Message, Unsayable>;
}

/// How far everything is done. The sandbox's calendar and the tests wait for it.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// The configuration that it was done by.
    pub program: Option<Arc<Program>>,
    /// Everything that was due at this moment has been done, or can't be before something changes.
    pub at: Option<Timestamp>,
    /// The last record that was taken into account.
    pub through: Seq,
    /// When something more comes due.
    pub next_wake: Option<Timestamp>,
}

impl Settled {
    /// Whether it was done by this configuration: another one may have made something due.
    pub fn is_by(&self, program: &Arc<Program>) -> bool {
        self.program.as_ref().is_some_and(|by| Arc::ptr_eq(by, program))
    }

    /// Whether nothing is left to do at calendar time `at` after the record `through`.
    pub fn covers(&self, at: Timestamp, through: Seq) -> bool {
        through <= self.through
            && self.at.is_some_and(|done| at <= done || self.next_wake.is_none_or(|wake| at < wake))
    }
}

/// What `dispatch` works with.
pub struct Means {
    /// Decides and records.
    pub writer: Writer,
    /// The calendar.
    pub clock: Clock,
    /// Whether it can be believed; while it can't, what only the calendar asks for waits.
    pub trust: Trust,
    /// Whether what was typed before this start is taken; until then campaign messages wait, so that none overtakes a
    /// *stop*.
    pub caught_up: watch::Receiver<bool>,
    /// The way out.
    pub performer: Arc<dyn Performer>,
    /// Reads people anew whose reading is too old for a campaign message.
    pub renew: Arc<dyn Renew>,
    /// Writes the messages.
    pub compose: Arc<dyn Compose>,
    /// The workspace's limits.
    pub rates: Rates,
    /// After how long a call is given up, real time.
    pub timeout: Duration,
}

impl fmt::Debug for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means")
            .field("rates", &self.rates)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// What the calls in flight share.
struct Shared {
    means: Means,
    limiter: limiter::Limiter,
    /// No new intents.
    stopping: AtomicBool,
    /// The calls in doubt that were refused for a reason that isn't known here.
    unknown: work::Unknown,
    /// How long what could not be looked up has been failing.
    patience: work::Patience,
}

/// How a piece of work ended, as far as it matters for what is started next.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It is done, or on record what became of it.
    Done,
    /// It was looked for in the conversation with this account, and what was found is on record.
    Proven(SlackUserId),
    /// It may not go after all; the plan will say when.
    NotNow,
    /// It can't be written before the configuration or the observations change.
    Unsayable,
    /// Slack has said anew how its recipient is: it is judged again by that.
    Renewed,
    /// It is to be tried again after this long, real time.
    Again(Duration),
}

/// Where a message to `person` that was due then may have gone: to their account, or to one that it replaced. Where
/// nothing had gone before a restore and nothing was due by then, nothing is looked for: nobody can open a conversation
/// with an account that is closed.
fn conversations(program: &Program, state: &State, person: &PersonId, due: Timestamp) -> Vec<Recipient> {
    let Some(to) = recipient(program, state, person) else { return Vec::new() };
    let mut all = vec![to];
    let Some(known) = state.person(person) else { return all };
    let apart = known.before.keys().filter_map(|former| state.person(former));
    let apart = apart.filter_map(|known| Some((known.slack.clone()?, known.channel.clone())));
    let former = known.former.iter().map(|(slack, channel)| (slack.clone(), channel.clone()));
    let was_due = state.was_restored_after(due);
    for (slack, channel) in apart.chain(former).filter(|(_, channel)| was_due || channel.is_some()) {
        if all.iter().all(|other| other.slack != slack) {
            all.push(Recipient { person: person.clone(), slack, channel });
        }
    }
    all
}

/// How `person` is reached, if it is known: by their account on record, unless the configuration means another.
fn recipient(program: &Program, state: &State, person: &PersonId) -> Option<Recipient> {
    let known = state.person(person);
    let on_record = match program.people.get(person) {
        Some(configured) => configured.account(state),
        None => known.and_then(|known| known.slack.as_ref()),
    };
    let channel = on_record.and(known).and_then(|known| known.channel.clone());
    let slack = on_record.cloned().or_else(|| match &program.people.get(person)?.address {
        Address::Slack(id) => Some(id.clone()),
        Address::Email(_) => None,
    })?;
    Some(Recipient { person: person.clone(), slack, channel })
}
