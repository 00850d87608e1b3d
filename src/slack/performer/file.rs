//! A post that comes with a file: a place for the bytes, the bytes, and then the message that shows them.
//!
//! Invariant: only the last call shows anything, so whatever fails before it was certainly not applied. A
//! message with a file takes no metadata; the file's name tells whose post it is.

use std::time::Duration;

use serde_json::{Value, json};

use super::{SlackPerformer, failed};
use crate::domain::effect::PostId;
use crate::domain::ids::SlackChannelId;
use crate::domain::message::{Attachment, Recipient};
use crate::domain::performer::{Found, Outcome, Outgoing};
use crate::domain::refusal::{Call, Does};
use crate::slack::client::UploadUrl;
use crate::slack::errors::CallError;
use crate::slack::methods::Method;
use crate::slack::views;

/// How long everything before the last call may take. A post that is still under way after ten seconds is
/// in doubt, and one of which nothing was shown should not be.
const PREPARING: Duration = Duration::from_secs(5);

/// Slack shows a file some time after it said that it would (github.com/slackapi/bolt-js/issues/2115). How
/// long to wait before each look; after the last one the post is in doubt, and looked up later.
const LOOKS: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_millis(700),
    Duration::from_millis(1_500),
    Duration::from_millis(2_000),
];

/// How many digits of a post's id its file's name carries.
const DIGITS: usize = 12;
/// How much of what a file is called is kept.
const LONGEST_NAME: usize = 60;

impl SlackPerformer {
    /// Sends `post`, which comes with `attachment`.
    pub(super) async fn send_file(&self, post: &Outgoing, attachment: &Attachment) -> Outcome {
        let prepared = tokio::time::timeout(PREPARING, self.prepare(post, attachment));
        let (channel, file) = match prepared.await {
            Ok(Ok(prepared)) => prepared,
            Ok(Err(outcome)) => return outcome,
            Err(_) => return unapplied(&CallError::TimedOut),
        };
        let mut arguments = json!({
            "files": [{ "id": file, "title": attachment.title }],
            "channel_id": channel.as_str(),
            "initial_comment": views::comment(&post.message),
        });
        if let (Some(thread), Some(arguments)) = (&post.thread, arguments.as_object_mut()) {
            arguments.insert("thread_ts".to_owned(), thread.as_str().into());
        }
        match self.client.call(Method::FilesCompleteUploadExternal, &arguments).await {
            Ok(_) => self.shown(post, channel).await,
            Err(error) => failed(&error, Call::File),
        }
    }

    /// The direct message, which unlike a text's has to be open already, and the id of the uploaded file.
    async fn prepare(
        &self,
        post: &Outgoing,
        attachment: &Attachment,
    ) -> Result<(SlackChannelId, String), Outcome> {
        let channel = self.channel(&post.to).await.map_err(|error| unapplied(&error))?;
        let place = json!({
            "filename": name(attachment, post.post),
            "length": attachment.content.len(),
        });
        let place = self.client.call(Method::FilesGetUploadUrlExternal, &place).await;
        let place = place.map_err(|error| unapplied(&error))?;
        let (url, file) = read_place(&place).ok_or_else(|| unapplied(&CallError::Unreadable))?;
        let uploaded = self.client.upload(&url, attachment.kind.media_type(), &attachment.content).await;
        uploaded.map_err(|error| refused_upload(&error))?;
        Ok((channel, file))
    }

    /// Where the message is; the call that shows it doesn't say.
    async fn shown(&self, post: &Outgoing, channel: SlackChannelId) -> Outcome {
        let to = Recipient { channel: Some(channel), ..post.to.clone() };
        for pause in LOOKS {
            tokio::time::sleep(pause).await;
            match self.search(post.post, &to, post.thread.as_ref()).await {
                Ok(Found::There { channel, ts }) => return Outcome::Sent { channel, ts },
                Err(CallError::Limited { .. }) => break,
                Ok(_) | Err(_) => {}
            }
        }
        Outcome::InDoubt { code: "not-shown-yet".to_owned() }
    }
}

fn read_place(answer: &Value) -> Option<(UploadUrl, String)> {
    let text = |name| answer.get(name).and_then(Value::as_str);
    Some((UploadUrl::parse(text("upload_url")?).ok()?, text("file_id")?.to_owned()))
}

/// What became of a post of which nothing was shown.
fn unapplied(error: &CallError) -> Outcome {
    match failed(error, Call::File) {
        Outcome::InDoubt { code } => Outcome::NotApplied { retry_after: error.retry_after(), code },
        Outcome::Unknown { code, .. } => Outcome::Unknown { code, maybe: false },
        outcome => outcome,
    }
}

/// The place for a file's bytes works once and for a while: the next try gets another, whatever this one
/// answered. It says nothing about messages without a file, so it never stops them; what it answers over and over
/// is an end all the same.
fn refused_upload(error: &CallError) -> Outcome {
    let code = format!("upload-{}", error.code());
    match error.does(Call::File) {
        Does::Repeats | Does::LooksUp => Outcome::NotApplied { retry_after: error.retry_after(), code },
        Does::Pauses
        | Does::PausesIfItLasts
        | Does::Suspends
        | Does::Unreachable
        | Does::Refuses
        | Does::LeavesIt
        | Does::Unknowable
        | Does::LooksUpThenRefuses
        | Does::RepeatsThenLeavesIt
        | Does::Drops => Outcome::Unknown { code, maybe: false },
    }
}

/// The file's name: what it is called and whose post it is, in characters that no system changes.
fn name(attachment: &Attachment, post: PostId) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let called: String = attachment.name.chars().map(plain).take(LONGEST_NAME).collect();
    format!("{called}-{}.{}", mark(post), attachment.kind.extension())
}

fn mark(post: PostId) -> String {
    post.to_string().chars().take(DIGITS).collect()
}

/// Whether `message` shows the file of `post`.
pub(super) fn shows_file_of(message: &Value, post: PostId) -> bool {
    let mark = mark(post);
    let ours = |file: &Value| {
        let stem = file.get("name").and_then(Value::as_str).and_then(|name| name.rsplit_once('.'));
        stem.and_then(|(stem, _)| stem.rsplit_once('-')).is_some_and(|(_, end)| end == mark)
    };
    message.get("files").and_then(Value::as_array).is_some_and(|files| files.iter().any(ours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::FileKind;

    const ID: &str = "9ff5fb5708b31b4499d44f8c1fef4a83";

    fn post() -> PostId {
        PostId::parse(ID).unwrap()
    }

    #[test]
    fn a_file_is_found_by_the_name_that_it_was_given() {
        let check = |called: &str, expected: &str| {
            let attachment = Attachment {
                name: called.into(),
                kind: FileKind::Calendar,
                title: String::new(),
                content: String::new(),
            };
            let name = name(&attachment, post());
            assert_eq!(name, expected);
            assert!(shows_file_of(&json!({ "files": [{ "name": "x" }, { "name": name }] }), post()));
        };
        check("office-hours", "office-hours-9ff5fb5708b3.ics");
        check("../Ünï c.d", "----n--c-d-9ff5fb5708b3.ics");
        check("", "-9ff5fb5708b3.ics");
        check(&"x".repeat(100), &format!("{}-9ff5fb5708b3.ics", "x".repeat(60)));
        for other in [
            json!({}),
            json!({ "files": null }),
            json!({ "files": [7, { "name": 7 }, {}] }),
            json!({ "files": [{ "name": "office-hours-9ff5fb5708b4.ics" }] }),
            json!({ "files": [{ "name": "9ff5fb5708b3" }] }),
            json!({ "text": "office-hours-9ff5fb5708b3.ics" }),
        ] {
            assert!(!shows_file_of(&other, post()), "{other}");
        }
    }

    #[test]
    fn what_fails_before_the_file_is_shown_was_not_applied_or_is_refused_for_good() {
        let check = |error: CallError, expected: fn(&Outcome) -> bool| {
            let outcome = unapplied(&error);
            assert!(expected(&outcome), "{error}: {outcome:?}");
        };
        let again = |outcome: &Outcome| matches!(outcome, Outcome::NotApplied { .. });
        check(CallError::TimedOut, again);
        check(CallError::Status(502), again);
        check(CallError::refused("fatal_error"), again);
        check(CallError::refused("user_disabled"), |outcome| matches!(outcome, Outcome::Refused { .. }));
        check(CallError::refused("file_uploads_disabled"), |outcome| {
            matches!(outcome, Outcome::Refused { .. })
        });
        check(CallError::refused("missing_scope"), |outcome| matches!(outcome, Outcome::Suspended { .. }));
        check(CallError::refused("invalid_auth"), |outcome| matches!(outcome, Outcome::Misconfigured { .. }));
        check(CallError::refused("brand_new_error"), |outcome| {
            matches!(outcome, Outcome::Unknown { maybe: false, .. })
        });
        assert!(again(&refused_upload(&CallError::Status(503))));
        let refused = refused_upload(&CallError::Status(403));
        assert!(matches!(refused, Outcome::Unknown { maybe: false, .. }), "it has an end");
    }

    #[test]
    fn bytes_go_only_where_a_secret_may() {
        let place = |url: &str| json!({ "ok": true, "upload_url": url, "file_id": "F1" });
        assert!(read_place(&place("https://files.slack.com/upload/v1/x")).is_some());
        assert!(read_place(&place("http://127.0.0.1:4000/upload/x")).is_some());
        assert!(read_place(&place("http://files.slack.com/upload/v1/x")).is_none());
        assert!(read_place(&json!({ "ok": true })).is_none());
    }
}
