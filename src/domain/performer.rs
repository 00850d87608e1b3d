//! What `dispatch` asks of the outside world. `slack` implements it; tests do too.

use std::time::Duration;

use async_trait::async_trait;

use super::effect::{PostId, Traffic};
use super::event::RefusedFor;
use super::ids::{MessageTs, PersonId, SlackChannelId};
use super::message::{Message, Recipient};

/// The longest that a *Retry-After* of Slack's is obeyed to the second. Slack's limits count by the minute, so
/// whoever asks for more is a fault somewhere: after this long one call tries whether it still holds.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// A post on its way out.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its opaque id; travels in the message's metadata, or in the name of the file that comes with it.
    pub post: PostId,
    /// Which try.
    pub attempt: u32,
    /// To whom.
    pub to: Recipient,
    /// Under which message of the conversation, if it answers one.
    pub thread: Option<MessageTs>,
    /// What is said.
    pub message: Message,
    /// Its traffic class.
    pub traffic: Traffic,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is there.
    Sent {
        /// The conversation.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
    },
    /// Refused for good.
    Refused {
        /// Whose fault.
        because: RefusedFor,
        /// Slack's error code.
        code: String,
    },
    /// Everything will be refused until somebody fixes the token, a scope or the app.
    Misconfigured {
        /// Slack's error code.
        code: String,
    },
    /// Something other than Slack answered, such as a proxy. Certainly not applied.
    Barred {
        /// What it answered.
        code: String,
    },
    /// Messages of this kind will be refused until somebody fixes a scope or the app; others won't.
    Suspended {
        /// Slack's error code.
        code: String,
    },
    /// Refused for a reason that isn't known here.
    Unknown {
        /// Slack's error code.
        code: String,
        /// It may be there all the same.
        maybe: bool,
    },
    /// Certainly not applied.
    NotApplied {
        /// When to try again, from now.
        retry_after: Duration,
        /// Slack's error code, or ours.
        code: String,
    },
    /// It may or may not be there.
    InDoubt {
        /// What went wrong, for the operator.
        code: String,
    },
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    There {
        /// The conversation.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
    },
    /// It certainly isn't.
    Absent,
    /// A limit; try again after this long.
    Later(Duration),
    /// No answer of use, for a reason that passes most often; try again after this long.
    Failed {
        /// Slack's error code, or ours.
        code: String,
        /// How long to wait.
        after: Duration,
    },
    /// Slack refuses to say; that may change, so try again after this long.
    Refused {
        /// Slack's error code.
        code: String,
        /// How long to wait.
        after: Duration,
    },
    /// Everything will be refused until somebody fixes the token or the app.
    Misconfigured {
        /// Slack's error code.
        code: String,
    },
    /// Can't ever be told.
    Impossible {
        /// Slack's error code.
        code: String,
    },
}

/// What became of bringing a sent message up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// It shows what it should.
    Shown,
    /// It never will: it was deleted, or comes with a file and stays as it was sent.
    Never,
    /// Slack won't take this message in its place.
    Refused {
        /// Slack's error code.
        code: String,
    },
    /// Refused for a reason that isn't known here.
    Unknown {
        /// Slack's error code.
        code: String,
    },
    /// Updates will be refused until somebody fixes a scope or the app.
    Suspended {
        /// Slack's error code.
        code: String,
    },
    /// Everything will be refused until somebody fixes the token or the app.
    Misconfigured {
        /// Slack's error code.
        code: String,
    },
    /// Too many updates; none may be made before this long has passed.
    Limited(Duration),
    /// Not now.
    Later {
        /// Slack's error code, or ours.
        code: String,
    },
}

/// Reads anew what Slack says of one person, before a message goes to them on the word of an old reading.
#[async_trait]
pub trait Renew: Send + Sync + 'static {
    /// True once the observations in force hold a reading of `person` that is recent
    /// ([`Observations::is_recent`](super::observation::Observations::is_recent)); false if there is none to
    /// be had now.
    async fn renew(&self, person: &PersonId) -> bool;
}

/// What a call that costs nothing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// Slack takes calls.
    Through,
    /// It doesn't.
    Refused {
        /// Slack's error code, or ours.
        code: String,
    },
    /// It can't be told before this long has passed.
    Limited(Duration),
}

/// The way out to Slack.
#[async_trait]
pub trait Performer: Send + Sync + 'static {
    /// Sends a post. Returns within the time-out it was built with; after that it is in doubt.
    async fn post(&self, post: &Outgoing) -> Outcome;

    /// Looks for a post where it would be: by its metadata or the name of its file in the newest 200 messages
    /// of that DM, or in the thread it belongs to.
    async fn look_up(&self, post: PostId, to: &Recipient, thread: Option<&MessageTs>) -> Found;

    /// Finds out whether Slack takes calls, by one that changes nothing and needs no scope.
    async fn probe(&self) -> Probed;

    /// Brings a sent message up to date.
    async fn refresh(
        &self,
        post: PostId,
        channel: &SlackChannelId,
        ts: &MessageTs,
        message: &Message,
    ) -> Refreshed;

    /// Whether this message was clicked a moment ago, so that [`answer`](Self::answer) may show it.
    fn answers(&self, channel: &SlackChannelId, ts: &MessageTs) -> bool;

    /// Ends when a message has been clicked: what [`answers`](Self::answers) says may be another by then. The click itself
    /// need not have changed anything.
    async fn clicked(&self);

    /// Brings a message that was just clicked up to date as an answer to the click, which no limit on updates
    /// counts. False if that didn't get through; `answers` then says no as well.
    async fn answer(&self, post: PostId, channel: &SlackChannelId, ts: &MessageTs, message: &Message)
    -> bool;
}
