//! Whether what people do reaches the service.

use std::time::Duration;

use serde_json::{Value, json};

use super::advice::advice;
use super::{Finding, Reach};
use crate::clock::Clock;
use crate::egress;
use crate::slack::client::Client;
use crate::slack::errors::CallError;
use crate::slack::signature::SigningSecret;
use crate::slack::socket::{OpenError, opens};

/// What is asked back, as Slack does when an address is entered.
const CHALLENGE: &str = "canvass-doctor";
/// How long the service may take: what Slack waits for any answer.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn arrive(client: &Client, reach: &Reach, clock: &Clock) -> Vec<Finding> {
    match reach {
        Reach::Sockets => vec![
            connection(client).await,
            Finding::unseen(
                "events",
                "Slack doesn't tell which events and controls an app listens to.",
                "If the bot doesn't answer when it is written to, paste `canvass manifest` as the app's manifest.",
            ),
        ],
        Reach::Http { secret, base, public } => requests(secret, base, *public, clock).await,
    }
}

async fn connection(client: &Client) -> Finding {
    const CHECK: &str = "socket mode";
    match opens(client).await {
        Ok(()) => Finding::ok(CHECK, "A connection opens."),
        Err(OpenError::Call(error)) => Finding::fault(CHECK, format!("{error}."), app_token(&error)),
        Err(
            error @ (OpenError::Address(_)
            | OpenError::Connect(_)
            | OpenError::Socket(_)
            | OpenError::NoHello),
        ) => Finding::fault(
            CHECK,
            format!("No connection opens ({}: {error}).", error.code()),
            "Let this machine make WebSocket connections to wss://wss-primary.slack.com (firewall, proxy).",
        ),
    }
}

fn app_token(error: &CallError) -> String {
    match error {
        CallError::Refused { code, .. } if code == "missing_scope" => {
            "Give the app-level token the scope connections:write (Basic Information of the Slack app).".to_owned()
        }
        CallError::Refused { code, .. }
            if matches!(code.as_str(), "invalid_auth" | "not_authed" | "token_revoked" | "token_expired") =>
        {
            "Copy the app-level token (xapp-…) anew from Basic Information of the Slack app into SLACK_APP_TOKEN."
                .to_owned()
        }
        CallError::Refused { .. }
        | CallError::Limited { .. }
        | CallError::Unreachable { .. }
        | CallError::Barred { .. }
        | CallError::Torn { .. }
        | CallError::TimedOut
        | CallError::Status(_)
        | CallError::Unreadable
        | CallError::NoAppToken => advice(error),
    }
}

/// Asks the service itself, as Slack would.
async fn requests(secret: &SigningSecret, base: &str, public: bool, clock: &Clock) -> Vec<Finding> {
    let genuine = ask(secret, base, clock).await;
    let forged = match genuine {
        Ok(200) => ask(&SigningSecret::new(&"not the secret".into()), base, clock).await.ok(),
        Ok(_) | Err(_) => None,
    };
    let answered = answered(base, genuine, forged);
    let from_outside = if public {
        Finding::unseen(
            "events",
            "Slack doesn't tell which addresses, events and controls the app has.",
            format!("They are right if the app's manifest is that of `canvass manifest --url {base}`."),
        )
    } else {
        Finding::unseen(
            "events",
            "Only the address on this machine was asked, not the one that Slack calls.",
            "Ask again with --url and the public address.",
        )
    };
    vec![answered, from_outside]
}

fn answered(base: &str, genuine: Result<u16, String>, forged: Option<u16>) -> Finding {
    const CHECK: &str = "http mode";
    match (genuine, forged) {
        (Ok(200), Some(401)) => {
            Finding::ok(CHECK, format!("{base} answers a signed request and refuses a forged one."))
        }
        (Ok(200), Some(200)) => Finding::fault(
            CHECK,
            format!("{base} takes requests that Slack did not sign."),
            "Something else than Canvass answers there: check the address and what is in front of the service.",
        ),
        (Ok(200), _) => Finding::fault(
            CHECK,
            format!("{base} answers a signed request, and a forged one in an unexpected way."),
            "Check what is in front of the service: it has to hand on requests and answers as they are.",
        ),
        (Ok(401), _) => Finding::fault(
            CHECK,
            format!("{base} refuses a request that is signed with SLACK_SIGNING_SECRET."),
            "Start the service with the same secret; a proxy in front must change neither body nor headers.",
        ),
        (Ok(status), _) => Finding::fault(
            CHECK,
            format!("{base} answers with HTTP status {status}."),
            "Let it lead to CANVASS_LISTEN of the running service: /slack/commands, /slack/interactions, /slack/events.",
        ),
        (Err(why), _) => Finding::fault(
            CHECK,
            format!("{base} does not answer: {why}."),
            "Start the service, and let this address lead to its CANVASS_LISTEN.",
        ),
    }
}

/// The status of an address check signed with `secret`; 200 only if the challenge comes back.
async fn ask(secret: &SigningSecret, base: &str, clock: &Clock) -> Result<u16, String> {
    let body = json!({ "type": "url_verification", "challenge": CHALLENGE, "token": "" }).to_string();
    let at = clock.now().as_second();
    let client = egress::client()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| error.to_string())?;
    let request = client
        .post(format!("{base}/slack/events"))
        .header("content-type", "application/json")
        .header("x-slack-request-timestamp", at)
        .header("x-slack-signature", secret.sign(at, body.as_bytes()))
        .body(body);
    let answer = request.send().await.map_err(|error| {
        let why = if error.is_timeout() { "not within three seconds" } else { "no connection" };
        why.to_owned()
    })?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Ok(status);
    }
    let answer: Value = answer.json().await.unwrap_or_default();
    if answer.get("challenge").and_then(Value::as_str) == Some(CHALLENGE) {
        Ok(status)
    } else {
        Err("what answers there is not Canvass".to_owned())
    }
}
