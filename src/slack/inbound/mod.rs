//! What Slack sends, read: payload to [`Incoming`] and the hints needed to answer it. Pure.
//!
//! The same functions read what arrives in Socket Mode envelopes and over HTTP. They are tolerant: only
//! the fields that are needed have to be there, whatever else comes is passed over, and no payload makes
//! them panic. An error names the field and never its content, since it may be what a person wrote.

mod envelope;
mod events;
mod field;
mod interactive;
mod slash;
mod values;

use serde_json::Value;

use crate::command::Incoming;
use crate::domain::effect::PostId;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::Page;

use super::client::ResponseUrl;
use super::directory::Member;

pub use envelope::{Disconnect, Envelope, Frame, frame};
pub use field::{Malformed, Problem};

/// What a payload turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Inbound {
    /// Somebody did something: for the writer.
    Request(Box<Incoming>, Hints),
    /// A button of a preview was clicked, which does nothing.
    Preview(Hints),
    /// Slack says what a person's account is like now.
    Seen(Box<Member>),
    /// Slack says that the app may do nothing any more.
    Lost(Lost),
    /// Slack asks over HTTP whether this address is ours: the challenge to repeat.
    Challenge(String),
    /// Nothing to do; what it was, for the log.
    Ignored(&'static str),
    /// Nothing that Canvass knows.
    Unknown,
}

/// Slack's word that an app was lost. An app that is installed in several workspaces hears of each, so whether it
/// is this one has to be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// How.
    pub how: How,
    /// The workspace, if it is named.
    pub team: Option<String>,
    /// The app, if it is named.
    pub app: Option<String>,
}

/// How an app was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It was removed from the workspace.
    Uninstalled,
    /// Tokens of bots were revoked.
    TokensRevoked {
        /// The accounts of these bots, at least one.
        bots: Vec<SlackUserId>,
    },
}

/// Who we are, as far as Slack has said so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ours {
    /// The bot's own account.
    pub bot: Option<SlackUserId>,
    /// Its workspace.
    pub team: Option<String>,
    /// The app.
    pub app: Option<String>,
}

impl Lost {
    /// Whether it is about us. What isn't known on either side speaks for it: a pause is undone by one click.
    pub fn is_of(&self, ours: &Ours) -> bool {
        let same = |named: &Option<String>, own: &Option<String>| {
            named.as_ref().zip(own.as_ref()).is_none_or(|(named, own)| named == own)
        };
        let of_our_bot = match &self.how {
            How::Uninstalled => true,
            How::TokensRevoked { bots } => ours.bot.as_ref().is_none_or(|bot| bots.contains(bot)),
        };
        same(&self.team, &ours.team) && same(&self.app, &ours.app) && of_our_bot
    }
}

/// Where something was done, which decides how it can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surface {
    /// A slash command.
    Slash,
    /// A control of a message.
    Click {
        /// The conversation.
        channel: SlackChannelId,
        /// The message.
        ts: MessageTs,
    },
    /// A control of App Home, or App Home as it was opened.
    Home {
        /// The page that is shown.
        page: Page,
    },
    /// A modal that was submitted.
    Submission,
    /// A typed message.
    Typed {
        /// The conversation.
        channel: SlackChannelId,
    },
}

/// What is needed to answer, and no decision depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hints {
    /// Who is to be answered.
    pub actor: SlackUserId,
    /// Where they did it.
    pub surface: Surface,
    /// The message it is about, for the buttons of an answer.
    pub post: Option<PostId>,
    /// Opens one modal within three seconds.
    pub trigger: Option<String>,
    /// Takes five answers within half an hour.
    pub response_url: Option<ResponseUrl>,
}

/// Reads a payload: of a Socket Mode envelope, or the body of an HTTP request (a slash command's form
/// fields as a JSON object).
///
/// # Errors
/// Which field is not as documented. Such a payload can never be handled, so it is acknowledged.
pub fn read(payload: &Value) -> Result<Inbound, Malformed> {
    match field::text_if_any(payload, "/type") {
        Some("block_actions") => interactive::block_actions(payload),
        Some("view_submission") => interactive::view_submission(payload),
        Some("view_closed") => Ok(Inbound::Ignored("view_closed")),
        Some("event_callback") => events::event(payload),
        Some("url_verification") => Ok(Inbound::Challenge(field::text(payload, "/challenge")?.to_owned())),
        Some("app_rate_limited") => Ok(Inbound::Ignored("app_rate_limited")),
        _ if payload.get("command").is_some() => slash::slash(payload),
        Some(_) => Ok(Inbound::Unknown),
        None => Err(Malformed { place: "/type", problem: Problem::Missing }),
    }
}

fn response_url(payload: &Value) -> Option<ResponseUrl> {
    ResponseUrl::parse(field::text_if_any(payload, "/response_url")?).ok()
}

fn trigger(payload: &Value) -> Option<String> {
    field::text_if_any(payload, "/trigger_id").filter(|trigger| !trigger.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
