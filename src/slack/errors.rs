//! What went wrong with a call, and of which class that is; what follows stands in `domain/refusal`.
//!
//! The classes are the program's, the codes Slack's. A code that isn't in the table is *unknown*: the post is
//! then looked up before anything else happens to it, which is slow at worst, while calling it "not applied"
//! could send a message twice and calling it final could lose one.

use std::time::Duration;

use crate::domain::performer::LONGEST_RETRY_AFTER;
pub use crate::domain::refusal::Class;
use crate::domain::refusal::{Call, Does, REVOCATIONS};

/// A call that brought no answer of use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Slack answered that it won't.
    #[error("Slack refused: {code}")]
    Refused {
        /// Slack's error code.
        code: String,
        /// The scope that is missing, if that is why.
        needed: Option<String>,
    },
    /// Too many calls; this one was not applied.
    #[error("Slack asks to wait {} s", retry_after.as_secs())]
    Limited {
        /// How long to wait before calling this method again.
        retry_after: Duration,
    },
    /// No connection was made, so nothing was sent.
    #[error("Slack can't be reached: {why}")]
    Unreachable {
        /// What the connector said.
        why: String,
    },
    /// A proxy lets nobody through, so nothing was sent.
    #[error("Slack can't be reached: {why}")]
    Barred {
        /// The proxy's HTTP status.
        status: u16,
        /// What the connector said.
        why: String,
    },
    /// The connection broke after the call may have been sent.
    #[error("the connection to Slack broke: {why}")]
    Torn {
        /// What the connection said.
        why: String,
    },
    /// No answer in time.
    #[error("Slack did not answer in time")]
    TimedOut,
    /// An HTTP status that is no answer of the API.
    #[error("Slack answered with HTTP status {0}")]
    Status(u16),
    /// An answer that is not the API's JSON.
    #[error("Slack's answer can't be read")]
    Unreadable,
    /// There is no app-level token, so this method can't be called.
    #[error("there is no app-level token (SLACK_APP_TOKEN)")]
    NoAppToken,
}

/// The pause after a call that was not applied and says nothing about when to try again.
const PAUSE: Duration = Duration::from_secs(30);

/// The shortest wait that is kept: a *Retry-After* of nothing would be a call without end.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// A wait that Slack asked for, as it is kept: to the second up to [`LONGEST_RETRY_AFTER`].
pub(super) fn kept(asked: Duration) -> Duration {
    asked.clamp(SHORTEST_WAIT, LONGEST_RETRY_AFTER)
}

impl CallError {
    /// A refusal with this code.
    pub fn refused(code: impl Into<String>) -> Self {
        Self::Refused { code: code.into(), needed: None }
    }

    /// What follows from it.
    pub fn class(&self) -> Class {
        match self {
            Self::Refused { code, .. } => class_of(code),
            Self::Limited { .. } | Self::Unreachable { .. } => Class::NotApplied,
            Self::NoAppToken => Class::Setting,
            Self::Status(status) | Self::Barred { status, .. } => class_of_status(*status),
            Self::Torn { .. } | Self::TimedOut | Self::Unreadable => Class::InDoubt,
        }
    }

    /// What happens if it was `call` that went wrong.
    pub fn does(&self, call: Call) -> Does {
        self.class().of(call).does
    }

    /// A stable word for records and logs: Slack's code, or ours with a hyphen, which Slack's never have.
    pub fn code(&self) -> String {
        match self {
            Self::Refused { code, .. } => code.clone(),
            Self::Limited { .. } => "ratelimited".to_owned(),
            Self::Unreachable { .. } => "no-connection".to_owned(),
            Self::Torn { .. } => "torn-connection".to_owned(),
            Self::TimedOut => "timed-out".to_owned(),
            Self::Status(status) | Self::Barred { status, .. } => format!("http-{status}"),
            Self::Unreadable => "unreadable-answer".to_owned(),
            Self::NoAppToken => "no-app-token".to_owned(),
        }
    }

    /// How long to wait before the same call.
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Limited { retry_after } => *retry_after,
            Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::Barred { .. }
            | Self::Torn { .. }
            | Self::TimedOut
            | Self::Status(_)
            | Self::Unreadable
            | Self::NoAppToken => PAUSE,
        }
    }
}

/// Slack answers with a status of its own only when there are too many calls or its servers fail. What a proxy or
/// a wrong address answers didn't get to Slack; whatever a server failed at may have been done all the same.
fn class_of_status(status: u16) -> Class {
    match status {
        429 => Class::NotApplied,
        300..=399 | 401 | 403 | 404 | 405 | 407 | 410 | 421 | 451 | 511 => Class::Gateway,
        413 | 414 | 431 => Class::Content,
        _ => Class::InDoubt,
    }
}

/// The class of one of Slack's error codes.
pub fn class_of(code: &str) -> Class {
    CODES.iter().find(|(_, codes)| codes.contains(&code)).map_or(Class::Unknown, |(class, _)| *class)
}

/// Slack's error codes by class, from the reference of each method called, as kept in
/// github.com/slack-ruby/slack-api-ref.
const CODES: [(Class, &[&str]); 7] = [
    (
        Class::Recipient,
        &[
            "user_disabled",
            "user_not_found",
            "user_not_visible",
            "users_not_found",
            "channel_not_found",
            "cannot_dm_bot",
            "is_archived",
            "is_inactive",
            "app_access_restricted",
            "invalid_user_combination",
            "user_not_in_channel",
            "invalid_channel",
            "posting_to_channel_denied",
            // A rule about who may write in this conversation, or to people of this workspace: it says nothing
            // about the next one.
            "restricted_action",
            "restricted_action_read_only_channel",
            "not_in_channel",
            "no_permission",
            "access_denied",
            "team_access_not_granted",
            "team_not_found",
            "method_not_supported_for_channel_type",
        ],
    ),
    (
        Class::Token,
        &[
            "invalid_auth",
            "not_authed",
            "token_expired",
            "org_login_required",
            "two_factor_setup_required",
            "enterprise_is_restricted",
            // "Administrators have suspended the ability to post a message."
            "ekm_access_denied",
            // The address from which we call.
            "accesslimited",
        ],
    ),
    (
        Class::Setting,
        &[
            "missing_scope",
            "not_allowed_token_type",
            "messages_tab_disabled",
            // The Home tab.
            "not_enabled",
            "unknown_method",
            "method_deprecated",
            "deprecated_endpoint",
            "link_disabled",
            "forbidden_team",
        ],
    ),
    (
        Class::Content,
        &[
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_attachments",
            "block_mismatch",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "metadata_must_be_sent_from_app",
            "metadata_too_large",
            "view_too_large",
            "invalid_arguments",
            "invalid_arg_name",
            "invalid_array_arg",
            "invalid_charset",
            "invalid_form_data",
            "invalid_post_type",
            "missing_post_type",
            "invalid_json",
            "json_not_object",
            "invalid_cursor",
            "invalid_limit",
            "too_many_attachments",
            "message_not_found",
            "thread_not_found",
            "cant_update_message",
            "edit_window_closed",
            "duplicate_external_id",
            "cannot_reply_to_message",
            "restricted_action_non_threadable_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
            // What a workspace has against files stands in the way of no other message.
            "missing_argument",
            "file_type_not_allowed",
            "file_upload_size_restricted",
            "file_uploads_disabled",
            "file_uploads_except_images_disabled",
            "slack_connect_file_link_sharing_blocked",
            "storage_limit_reached",
            "alt_txt_too_large",
            "snippet_too_large",
            "unknown_snippet_type",
            "unknown_subtype",
            "channels_limit_exceeded",
        ],
    ),
    (
        Class::NotApplied,
        &[
            "ratelimited",
            "rate_limited",
            "team_added_to_org",
            "external_channel_migrating",
            "message_limit_exceeded",
            "hash_conflict",
            "expired_trigger_id",
            "exchanged_trigger_id",
            "invalid_trigger",
            "invalid_trigger_id",
            "too_many_websockets",
            // What was uploaded is gone before it was shown.
            "file_not_found",
        ],
    ),
    (
        Class::InDoubt,
        &[
            "fatal_error",
            "internal_error",
            "request_timeout",
            "service_unavailable",
            "update_failed",
            "file_update_failed",
        ],
    ),
    (Class::Revoked, &REVOCATIONS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_class() {
        let all: Vec<&str> = CODES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let distinct: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), distinct.len(), "a code is in two classes");
        let check = |code: &str, class: Class| assert_eq!(class_of(code), class, "{code}");
        check("user_disabled", Class::Recipient);
        check("missing_scope", Class::Setting);
        check("invalid_auth", Class::Token);
        check("token_revoked", Class::Revoked);
        check("account_inactive", Class::Revoked);
        check("invalid_blocks", Class::Content);
        check("ratelimited", Class::NotApplied);
        check("internal_error", Class::InDoubt);
        check("brand_new_error", Class::Unknown);
        check("", Class::Unknown);
    }

    #[test]
    fn what_one_recipient_is_refused_stands_in_the_way_of_nobody_else() {
        for code in [
            "restricted_action",
            "restricted_action_read_only_channel",
            "team_access_not_granted",
            "not_in_channel",
            "no_permission",
            "access_denied",
            "team_not_found",
            "user_not_visible",
        ] {
            assert_eq!(CallError::refused(code).does(Call::Post), Does::Unreachable, "{code}");
        }
    }

    #[test]
    fn what_was_never_sent_is_not_applied_and_what_may_have_been_is_in_doubt() {
        let check = |error: CallError, class: Class| assert_eq!(error.class(), class, "{error}");
        check(CallError::Unreachable { why: "refused".into() }, Class::NotApplied);
        check(CallError::Limited { retry_after: Duration::from_secs(3) }, Class::NotApplied);
        check(CallError::Torn { why: "reset".into() }, Class::InDoubt);
        check(CallError::TimedOut, Class::InDoubt);
        check(CallError::Unreadable, Class::InDoubt);
        for status in [400, 408, 409, 500, 502, 503, 504] {
            check(CallError::Status(status), Class::InDoubt);
        }
        for status in [301, 401, 403, 404, 407] {
            check(CallError::Status(status), Class::Gateway);
        }
        check(CallError::Status(413), Class::Content);
        check(CallError::NoAppToken, Class::Setting);
    }
}
