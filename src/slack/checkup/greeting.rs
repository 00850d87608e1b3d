//! `auth.test`, with the headers of its answer: whose token, which scopes, what time.
//!
//! By reqwest and not by the client, which gives no headers of an answer away.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{Finding, advice::advice};
use crate::clock::Clock;
use crate::egress;
use crate::slack::client::{Settings, SetupError, date_of};
use crate::slack::errors::CallError;
use crate::slack::manifest::scopes;
use crate::slack::methods::Method;

/// How far the clocks may be apart. Slack's signatures and ours are good for five minutes; what runs on one
/// minute already is a clock that nobody sets.
const MOST_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// Says hello to Slack; also whether it knows the token.
pub(super) async fn greet(settings: &Settings, clock: &Clock) -> Result<(Vec<Finding>, bool), SetupError> {
    let (headers, answer) = match auth_test(settings).await {
        Ok(answered) => answered,
        Err(Unasked::Setup(problem)) => return Err(SetupError::Tls(problem)),
        Err(Unasked::Call(error)) => {
            return Ok((vec![Finding::fault("token", format!("{error}."), advice(&error))], false));
        }
    };
    let mut findings = vec![token(&answer)];
    let signed_in = answer.get("ok").and_then(Value::as_bool) == Some(true);
    findings.extend(time(&headers, clock.now()));
    if signed_in {
        findings.push(granted(&headers));
    }
    Ok((findings, signed_in))
}

enum Unasked {
    Setup(String),
    Call(CallError),
}

async fn auth_test(settings: &Settings) -> Result<(HeaderMap, Value), Unasked> {
    let client = egress::client()
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.call_timeout)
        .build()
        .map_err(|error| Unasked::Setup(error.to_string()))?;
    let url = format!("{}/{}", settings.api_url.trim_end_matches('/'), Method::AuthTest.name());
    let failed = |error: reqwest::Error| {
        Unasked::Call(if error.is_timeout() {
            CallError::TimedOut
        } else if error.is_connect() {
            CallError::Unreachable { why: egress::innermost(&error.without_url()) }
        } else {
            CallError::Torn { why: "no whole answer".to_owned() }
        })
    };
    let request = client.post(url).bearer_auth(settings.bot_token.expose_secret());
    let answer = request.send().await.map_err(failed)?;
    if !answer.status().is_success() {
        return Err(Unasked::Call(CallError::Status(answer.status().as_u16())));
    }
    let headers = answer.headers().clone();
    let body = answer.bytes().await.map_err(failed)?;
    let answer = serde_json::from_slice(&body).map_err(|_| Unasked::Call(CallError::Unreadable))?;
    Ok((headers, answer))
}

fn token(answer: &Value) -> Finding {
    let text = |name| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    if answer.get("ok").and_then(Value::as_bool) == Some(true) {
        let (user, team) = (text("user"), text("team"));
        return match answer.get("bot_id").and_then(Value::as_str) {
            Some(_) => Finding::ok("token", format!("It is the bot @{user}'s, in the workspace {team}.")),
            None => Finding::fault(
                "token",
                format!("It is a person's, @{user}'s, in the workspace {team}."),
                "Copy the bot token (xoxb-…) from OAuth & Permissions of the Slack app into SLACK_BOT_TOKEN.",
            ),
        };
    }
    let error = CallError::refused(text("error"));
    Finding::fault("token", format!("{error}."), advice(&error))
}

fn time(headers: &HeaderMap, now: Timestamp) -> Option<Finding> {
    let ahead = now.duration_since(date_of(headers)?);
    let seconds = ahead.as_secs().unsigned_abs();
    Some(if ahead.abs() > MOST_SKEW {
        let way = if ahead.is_positive() { "ahead of" } else { "behind" };
        Finding::fault(
            "clock",
            format!("This machine's clock is {seconds} s {way} Slack's."),
            "Set it, and keep it set (NTP): messages would go out at the wrong time, and signatures be refused.",
        )
    } else {
        Finding::ok("clock", format!("It is within {} s of Slack's.", seconds + 1))
    })
}

fn granted(headers: &HeaderMap) -> Finding {
    let Some(granted) = headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok()) else {
        return Finding::unseen(
            "scopes",
            "Slack did not say which the token has.",
            "The checks that follow show what is missing for them.",
        );
    };
    let granted: Vec<&str> = granted.split(',').map(str::trim).collect();
    let missing: Vec<&str> = scopes().into_iter().filter(|scope| !granted.contains(scope)).collect();
    if missing.is_empty() {
        return Finding::ok("scopes", format!("All {} that are needed are there.", scopes().len()));
    }
    Finding::fault(
        "scopes",
        format!("Missing: {}.", missing.join(", ")),
        "Add them under OAuth & Permissions of the Slack app, and install it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_minute_of_skew_is_the_most() {
        let headers =
            HeaderMap::from_iter([(reqwest::header::DATE, "Mon, 07 Dec 2026 09:00:00 GMT".parse().unwrap())]);
        let check = |now: &str, expected: Verdict, part: &str| {
            let found = time(&headers, now.parse().unwrap()).unwrap();
            assert_eq!(found.verdict, expected, "{found}");
            assert!(found.says.contains(part), "{found}");
        };
        check("2026-12-07T09:00:00.4Z", Verdict::Ok, "within 1 s");
        check("2026-12-07T09:01:00Z", Verdict::Ok, "within 61 s");
        check("2026-12-07T08:59:00Z", Verdict::Ok, "within 61 s");
        check("2026-12-07T09:01:01Z", Verdict::Fault, "61 s ahead of");
        check("2026-12-07T08:58:50Z", Verdict::Fault, "70 s behind");
        assert_eq!(time(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }
}
