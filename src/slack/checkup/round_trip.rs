//! Whether advocates can be written to, and a message be found again by its metadata.

use std::sync::Arc;

use serde_json::json;

use super::Finding;
use super::advice::advice;
use crate::clock::Clock;
use crate::domain::directory::Person;
use crate::domain::effect::{PostId, Traffic};
use crate::domain::message::{Message, Recipient};
use crate::domain::performer::{Found, Outcome, Outgoing, Performer, Refreshed};
use crate::domain::program::Program;
use crate::slack::client::Client;
use crate::slack::directory::{Member, Missing};
use crate::slack::errors::CallError;
use crate::slack::fresh_urls::FreshUrls;
use crate::slack::methods::Method;
use crate::slack::performer::SlackPerformer;

const MESSAGES: &str = "messages";
const TAB: &str = "message tab";
const METADATA: &str = "metadata";

const TEST: &str = "This is a test of canvass doctor; it will say so in a moment.";
const DONE: &str =
    "This was a test of canvass doctor: a message reached you, was found again and changed. Nothing to do.";

pub(super) async fn deliver(
    program: &Program,
    client: Client,
    accounts: &[(&Person, Result<&Member, Missing>)],
    post: bool,
) -> Vec<Finding> {
    let advocates: Vec<(&Person, &Member)> = accounts
        .iter()
        .filter(|(person, _)| program.is_advocate(&person.id))
        .filter_map(|(person, account)| Some((*person, *account.as_ref().ok()?)))
        .collect();
    let mut findings = Vec::new();
    for (person, account) in &advocates {
        let open = client.call(Method::ConversationsOpen, &json!({ "users": account.id.as_str() })).await;
        findings.push(match open {
            Ok(_) => Finding::ok(MESSAGES, format!("A conversation with {} opens.", person.name)),
            Err(error) => Finding::fault(
                MESSAGES,
                format!("No conversation with {} opens: {error}.", person.name),
                advice(&error),
            ),
        });
    }
    let Some((person, account)) = advocates.first() else {
        findings.push(Finding::fault(
            MESSAGES,
            "No advocate has an account in the workspace.",
            "Correct the advocates' addresses in people.toml: the program reports to them.",
        ));
        return findings;
    };
    if !post {
        findings.push(Finding::unseen(
            TAB,
            "Whether a message is taken shows only when one is posted.",
            format!("canvass doctor --post sends one to {}.", person.name),
        ));
        return findings;
    }
    findings.extend(round_trip(client, person, account).await);
    findings
}

async fn round_trip(client: Client, person: &Person, account: &Member) -> Vec<Finding> {
    let Some(post) = fresh_id() else {
        return vec![Finding::fault(
            METADATA,
            "The operating system gave no randomness.",
            "Restart this machine.",
        )];
    };
    let performer = SlackPerformer::new(Arc::new(client), Arc::new(FreshUrls::default()));
    let to = Recipient { person: person.id.clone(), slack: account.id.clone(), channel: None };
    let message = Message::line(TEST);
    let outgoing =
        Outgoing { post, attempt: 1, to: to.clone(), thread: None, message, traffic: Traffic::Interactive };
    let (channel, ts) = match performer.post(&outgoing).await {
        Outcome::Sent { channel, ts } => (channel, ts),
        Outcome::Refused { code, .. }
        | Outcome::Misconfigured { code }
        | Outcome::NotApplied { code, .. }
        | Outcome::Barred { code }
        | Outcome::Suspended { code }
        | Outcome::Unknown { code, .. }
        | Outcome::InDoubt { code } => {
            let says = format!("A message to {} is not taken: {code}.", person.name);
            return vec![Finding::fault(TAB, says, advice(&CallError::refused(code)))];
        }
    };
    let mut findings = vec![Finding::ok(TAB, format!("A message to {} is taken.", person.name))];
    let to = Recipient { channel: Some(channel.clone()), ..to };
    let found = performer.look_up(post, &to, None).await;
    let changed = performer.refresh(post, &channel, &ts, &Message::line(DONE)).await == Refreshed::Shown;
    findings.push(match found {
        Found::There { ts: there, .. } if there == ts && changed => {
            Finding::ok(METADATA, "The message was found again by its metadata, and changed.")
        }
        Found::There { ts: there, .. } if there == ts => Finding::fault(
            METADATA,
            "The message was found again, and could not be changed.",
            "Check the scope chat:write of the Slack app, and install it again.",
        ),
        Found::There { .. }
        | Found::Absent
        | Found::Later(_)
        | Found::Failed { .. }
        | Found::Refused { .. }
        | Found::Misconfigured { .. }
        | Found::Impossible { .. } => Finding::fault(
            METADATA,
            "The message was posted and could not be found again.",
            "Check the scope im:history of the Slack app, and install it again: without it a message whose fate is \
             unknown can't be looked up.",
        ),
    });
    findings
}

/// An id that no message had before, so that none of an earlier test is found, and that no post of the program has.
fn fresh_id() -> Option<PostId> {
    let mut bytes = [0; 8];
    Clock::system().entropy(&mut bytes).ok()?;
    Some(PostId::of_test(bytes))
}
