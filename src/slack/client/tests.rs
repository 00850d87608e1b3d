//! Each way a call can end, over real connections.

use std::net::SocketAddr;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::slack::errors::Class;

use super::*;

#[test]
fn a_token_travels_readable_on_this_machine_only() {
    let check = |address: &str, expected: Result<(), BadAddress>| {
        assert_eq!(safe_address(address, "https", "http").map(drop), expected, "{address}");
    };
    check("https://slack.com/api", Ok(()));
    check("http://127.0.0.1:4000/api", Ok(()));
    check("http://[::1]:4000/api", Ok(()));
    check("http://localhost/api", Ok(()));
    check("http://slack.com/api", Err(BadAddress::Plain));
    check("http://127.0.0.1.example.org/api", Err(BadAddress::Plain));
    check("ftp://slack.com", Err(BadAddress::Scheme));
}

#[test]
fn a_response_url_is_not_printed() {
    let url = ResponseUrl::parse("https://hooks.slack.com/actions/1/secret").unwrap();
    assert!(!format!("{url:?}").contains("secret"));
}

fn client_of(address: SocketAddr) -> Client {
    let settings = Settings {
        api_url: format!("http://{address}/api/"),
        call_timeout: Duration::from_millis(400),
        ..Settings::new(SecretString::from("xoxb-1"), None)
    };
    Client::new(&settings).unwrap()
}

/// The outcome of a call that is answered like this.
async fn answered(
    status: StatusCode,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> CallError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let headers: Vec<_> = headers.to_vec();
    let answer = any(move || {
        let mut response = (status, body).into_response();
        for (name, value) in headers.clone() {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        async move { response }
    });
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    client_of(address).call(Method::ChatPostMessage, &json!({})).await.unwrap_err()
}

#[tokio::test]
async fn each_kind_of_answer_is_told_from_the_others() {
    let json = [(CONTENT_TYPE.as_str(), "application/json")];
    let check = |error: CallError, expected: CallError| assert_eq!(error, expected);
    let refused = answered(StatusCode::OK, &json, r#"{"ok":false,"error":"user_disabled"}"#).await;
    check(refused, CallError::refused("user_disabled"));
    let scope =
        answered(StatusCode::OK, &json, r#"{"ok":false,"error":"missing_scope","needed":"im:write"}"#).await;
    check(scope, CallError::Refused { code: "missing_scope".into(), needed: Some("im:write".into()) });
    let waits = [json[0], (RETRY_AFTER.as_str(), "7")];
    let limited =
        answered(StatusCode::TOO_MANY_REQUESTS, &waits, r#"{"ok":false,"error":"ratelimited"}"#).await;
    check(limited, CallError::Limited { retry_after: Duration::from_secs(7) });
    let unnamed = answered(StatusCode::TOO_MANY_REQUESTS, &[], "slow down").await;
    check(unnamed, CallError::Limited { retry_after: UNNAMED_WAIT });
    check(answered(StatusCode::BAD_GATEWAY, &[], "<html>").await, CallError::Status(502));
    check(answered(StatusCode::NOT_FOUND, &json, "{}").await, CallError::Status(404));
    let html = [(CONTENT_TYPE.as_str(), "text/html")];
    check(answered(StatusCode::OK, &html, "<html>").await, CallError::Unreadable);
    check(answered(StatusCode::OK, &json, "<html>").await, CallError::Unreadable);
    check(answered(StatusCode::OK, &json, r#"{"error":null}"#).await, CallError::Unreadable);
    check(answered(StatusCode::OK, &json, r#"{"ok":"true"}"#).await, CallError::Unreadable);
}

#[tokio::test]
async fn whatever_wait_is_asked_for_is_kept_within_reason_and_never_a_panic() {
    const LIMITED: &str = r#"{"ok":false,"error":"ratelimited"}"#;
    let json = (CONTENT_TYPE.as_str(), "application/json");
    let check = |error: CallError, seconds: u64, of: &str| {
        assert_eq!(error, CallError::Limited { retry_after: Duration::from_secs(seconds) }, "{of}");
    };
    for (asked, kept) in [
        ("0", 1),
        ("1", 1),
        ("7", 7),
        ("900", 900),
        ("901", 900),
        ("3600", 900),
        ("86400", 900),
        ("99999", 900),
        ("18446744073709551614", 900),
        ("18446744073709551615", 900),
        // What isn't a number of seconds says nothing.
        ("18446744073709551616", 30),
        ("99999999999999999999999999999999", 30),
        ("-1", 30),
        ("1.5", 30),
        ("1e9", 30),
        ("NaN", 30),
        ("", 30),
        ("soon", 30),
        ("7, 9", 30),
        ("0x10", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
    ] {
        let headers = [json, (RETRY_AFTER.as_str(), asked)];
        check(answered(StatusCode::TOO_MANY_REQUESTS, &headers, LIMITED).await, kept, asked);
        let headers = [(RETRY_AFTER.as_str(), asked)];
        check(answered(StatusCode::TOO_MANY_REQUESTS, &headers, "<html>").await, kept, asked);
    }
    for (body, kept) in [
        (LIMITED, 30),
        (r#"{"ok":false,"error":"ratelimited","retry_after":45}"#, 45),
        (r#"{"ok":false,"error":"ratelimited","retry_after":2.5}"#, 2),
        (r#"{"ok":false,"error":"rate_limited","retry_after":"45"}"#, 45),
        (r#"{"ok":false,"error":"ratelimited","retry_after":0}"#, 1),
        (r#"{"ok":false,"error":"ratelimited","retry_after":-3}"#, 1),
        (r#"{"ok":false,"error":"ratelimited","retry_after":86400}"#, 900),
        (r#"{"ok":false,"error":"ratelimited","retry_after":18446744073709551615}"#, 900),
        (r#"{"ok":false,"error":"ratelimited","retry_after":1e300}"#, 900),
        (r#"{"ok":false,"error":"ratelimited","retry_after":"inf"}"#, 900),
        (r#"{"ok":false,"error":"ratelimited","retry_after":"NaN"}"#, 30),
        (r#"{"ok":false,"error":"ratelimited","retry_after":null}"#, 30),
        (r#"{"ok":false,"error":"ratelimited","retry_after":[1]}"#, 30),
        (r#"{"ok":false,"error":"ratelimited","retry_after":{"a":1}}"#, 30),
    ] {
        for status in [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
            let CallError::Limited { retry_after } = answered(status, &[json], body).await else {
                panic!("{body}")
            };
            assert_eq!(retry_after.as_secs(), kept, "{status}: {body}");
        }
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing_and_a_torn_one_may_have() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = client_of(address).call(Method::ChatPostMessage, &json!({})).await.unwrap_err();
    assert_eq!(refused.class(), Class::NotApplied, "{refused}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut some = [0; 64];
            stream.read_exact(&mut some).await.unwrap();
        }
    });
    let torn = client_of(address).call(Method::ChatPostMessage, &json!({})).await.unwrap_err();
    assert!(matches!(torn, CallError::Torn { .. }), "{torn}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_of(listener.local_addr().unwrap());
    // Connections are queued and nobody answers.
    let error = client.call(Method::ChatPostMessage, &json!({})).await.unwrap_err();
    assert_eq!(error, CallError::TimedOut);
    assert_eq!(error.class(), Class::InDoubt);
}

#[tokio::test]
async fn reading_methods_get_their_arguments_in_the_query() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = get(|uri: axum::http::Uri| async move {
        axum::Json(json!({ "ok": true, "query": uri.query().unwrap_or_default() }))
    });
    let router = axum::Router::new().route("/api/users.list", echo);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let arguments = json!({ "limit": 200, "cursor": "dXNlcjpVMA==", "include": true });
    let answer = client_of(address).call(Method::UsersList, &arguments).await.unwrap();
    let query = answer["query"].as_str().unwrap();
    for pair in ["limit=200", "cursor=dXNlcjpVMA%3D%3D", "include=true"] {
        assert!(query.contains(pair), "{query}");
    }
}
