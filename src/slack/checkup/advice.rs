//! What to do about a call that failed.

use crate::slack::errors::CallError;

/// What to do about it, as a sentence.
pub(super) fn advice(error: &CallError) -> String {
    match error {
        CallError::Refused { code, needed } => refused(code, needed.as_deref()),
        CallError::Limited { .. } => "Wait a minute and ask again.".to_owned(),
        CallError::Unreachable { .. } | CallError::Barred { .. } | CallError::TimedOut => {
            "Let this machine call Slack (name server, firewall, proxy), and check SLACK_API_URL.".to_owned()
        }
        CallError::Torn { .. } => {
            "Ask again; if it stays so, look at what is between here and Slack.".to_owned()
        }
        CallError::Status(_) | CallError::Unreadable => {
            "Something else than Slack answers: check SLACK_API_URL and any proxy.".to_owned()
        }
        CallError::NoAppToken => "Set SLACK_APP_TOKEN.".to_owned(),
    }
}

fn refused(code: &str, needed: Option<&str>) -> String {
    match (code, needed) {
        ("missing_scope", Some(scope)) => {
            format!("Add the scope {scope} under OAuth & Permissions of the Slack app, and install it again.")
        }
        ("missing_scope", None) => {
            "Paste the output of `canvass manifest` as the app's manifest, and install it again.".to_owned()
        }
        ("invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive", _) => {
            "Copy the token anew from the Slack app: the bot token from OAuth & Permissions, the app-level token \
             from Basic Information."
                .to_owned()
        }
        ("not_allowed_token_type", _) => {
            "The bot token (xoxb-…) belongs into SLACK_BOT_TOKEN, the app-level token (xapp-…) into SLACK_APP_TOKEN."
                .to_owned()
        }
        ("messages_tab_disabled", _) => {
            "Switch the Messages Tab on under App Home of the Slack app, and allow messages from it.".to_owned()
        }
        ("forbidden_team" | "link_disabled", _) => {
            "Switch Socket Mode on in the Slack app, or use HTTP mode: SLACK_SIGNING_SECRET without SLACK_APP_TOKEN."
                .to_owned()
        }
        ("user_disabled" | "user_not_found" | "user_not_visible" | "users_not_found", _) => {
            "Correct the person's address in people.toml, or take them out.".to_owned()
        }
        (_, _) => "Slack's reference explains the code; ask again later if it reads like a failure of Slack's.".to_owned(),
    }
}
