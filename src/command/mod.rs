//! What people ask of the program.

use crate::domain::effect::PostId;
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::{Action, ModalKind, Values};

/// Something a person did in Slack.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// What it is recognised by when it is delivered again.
    pub cause: Cause,
    /// Who did it.
    pub actor: SlackUserId,
    /// What they did.
    pub request: Request,
}

/// What a person can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A button or an overflow entry on a message.
    Act {
        /// The message.
        post: PostId,
        /// What the button does.
        action: Action,
    },
    /// A submitted modal.
    Submit {
        /// What the modal is for.
        modal: ModalKind,
        /// What was filled in.
        values: Values,
    },
    /// A message typed to the bot.
    Typed {
        /// The direct message.
        channel: SlackChannelId,
        /// Its place in it.
        ts: MessageTs,
        /// The message it replies to.
        thread: Option<MessageTs>,
        /// The text, as typed.
        text: String,
    },
    /// The slash command, without its name.
    Slash {
        /// The words after it.
        text: String,
    },
}
