//! What `dispatch` asks of the outside world. `slack` implements it; tests do too.

use std::time::Duration;

use async_trait::async_trait;

use super::effect::{PostId, Traffic};
use super::event::RefusedFor;
use super::ids::{MessageTs, SlackChannelId};
use super::message::{Message, Recipient};

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
    /// Everything will be refused until somebody mends the token, a scope or the app.
    Misconfigured {
        /// Slack's error code.
        code: String,
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
    /// Can't be told now; try again after this long.
    Later(Duration),
    /// Can't ever be told.
    Impossible {
        /// Slack's error code.
        code: String,
    },
}

/// The way out to Slack.
#[async_trait]
pub trait Performer: Send + Sync + 'static {
    /// Sends a post. Returns within the time-out it was built with; after that it is in doubt.
    async fn post(&self, post: &Outgoing) -> Outcome;

    /// Looks for a post where it would be: by its metadata or the name of its file in the newest 200 messages
    /// of that DM, or in the thread it belongs to.
    async fn look_up(&self, post: PostId, to: &Recipient, thread: Option<&MessageTs>) -> Found;

    /// Brings a sent message up to date. True if it shows `message` now or never can; what came with a file
    /// stays as it was sent.
    async fn refresh(
        &self,
        post: PostId,
        channel: &SlackChannelId,
        ts: &MessageTs,
        message: &Message,
    ) -> bool;
}
