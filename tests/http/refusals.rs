//! Requests that are not Slack's, or not whole: each refused with its status, and none does any work.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Door, SECRET, ask, genuine, now, raw, reply, signed, status};
use crate::world::{Transport, World};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const COMMANDS: &str = "/slack/commands";
const INTERACTIONS: &str = "/slack/interactions";
const EVENTS: &str = "/slack/events";
/// What would be decided and recorded if it were taken: a pause.
const COMMAND: &str = "command=%2Fcanvass&text=pause&user_id=U0&trigger_id=1.2.3";

/// What is sent, what becomes of the connection then, and what comes back.
struct Kind {
    name: &'static str,
    bytes: Vec<u8>,
    /// The sender says that nothing more comes.
    ends: bool,
    /// None: the connection is closed without an answer.
    expected: Option<u16>,
}

/// Every kind of request that is refused, signed with `with` as far as it is signed.
fn kinds(with: &str) -> Vec<Kind> {
    let command = COMMAND.as_bytes();
    let sign = |kind: &str, body: &[u8]| signed(with, kind, now(), body);
    let except = |left_out: &str| -> Vec<_> {
        sign(FORM, command).into_iter().filter(|(name, _)| *name != left_out).collect()
    };
    let replaced = |name: &'static str, value: &str| -> Vec<_> {
        except(name).into_iter().chain([(name, value.to_owned())]).collect()
    };
    let plus = |more: &[(&'static str, &str)]| -> Vec<_> {
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        sign(FORM, command).into_iter().chain(more).collect()
    };
    let with_command = |lines: &[(&str, String)]| raw("POST", COMMANDS, lines, command);
    let body = |path: &str, kind: &str, body: &[u8]| raw("POST", path, &sign(kind, body), body);
    let chunked = |chunks: &[u8]| raw("POST", COMMANDS, &plus(&[("Transfer-Encoding", "chunked")]), chunks);
    let signature = |headers: Vec<(&'static str, String)>| headers[2].1.clone();
    let true_one = signature(sign(FORM, command));

    let mut kinds = Vec::new();
    let mut add =
        |name, expected, bytes| kinds.push(Kind { name, bytes, ends: false, expected: Some(expected) });
    // Forged.
    add("no signature", 401, with_command(&except("X-Slack-Signature")));
    add("no time", 401, with_command(&except("X-Slack-Request-Timestamp")));
    add("an empty signature", 401, with_command(&replaced("X-Slack-Signature", "")));
    add("half a signature", 401, with_command(&replaced("X-Slack-Signature", &true_one[..40])));
    add(
        "another version",
        401,
        with_command(&replaced("X-Slack-Signature", &true_one.replace("v0=", "v1="))),
    );
    let zeros = format!("v0={}", "0".repeat(64));
    add("a signature of zeros", 401, with_command(&replaced("X-Slack-Signature", &zeros)));
    let strange = signature(signed("another secret", FORM, now(), command));
    add("another secret", 401, with_command(&replaced("X-Slack-Signature", &strange)));
    add("the signature of another body", 401, with_command(&sign(FORM, b"command=%2Fcanvass&text=help")));
    let earlier = signature(signed(with, FORM, now() - 60, command));
    add("the signature of another time", 401, with_command(&replaced("X-Slack-Signature", &earlier)));
    let two = plus(&[("X-Slack-Signature", &true_one)]);
    add("two signatures", 401, with_command(&two));
    add(
        "an unsigned address check",
        401,
        raw(
            "POST",
            EVENTS,
            &[("Content-Type", JSON.into())],
            br#"{"type":"url_verification","challenge":"x"}"#,
        ),
    );
    // Stale.
    add("six minutes old", 401, with_command(&signed(with, FORM, now() - 360, command)));
    add("six minutes ahead", 401, with_command(&signed(with, FORM, now() + 360, command)));
    add("a time that is none", 401, with_command(&replaced("X-Slack-Request-Timestamp", "yesterday")));
    // Of another form.
    add("read", 405, raw("GET", COMMANDS, &sign(FORM, command), b""));
    add("put", 405, raw("PUT", EVENTS, &sign(JSON, b"{}"), b"{}"));
    add("another address", 404, body("/slack/other", FORM, command));
    add("a command as JSON", 415, body(COMMANDS, JSON, b"{}"));
    add("an event as a form", 415, body(EVENTS, FORM, command));
    add("no content type", 415, with_command(&except("Content-Type")));
    // Oversized.
    let huge = plus(&[("Content-Length", "1048577")]);
    add("announced as too large", 413, raw("POST", COMMANDS, &huge, command));
    let large = vec![b'x'; (1 << 20) + 1];
    let chunk = [format!("{:x}\r\n", large.len()).as_bytes(), &large].concat();
    add("too large without saying so", 413, chunked(&chunk));
    add("a head that is too large", 431, with_command(&plus(&[("X-Long", &"x".repeat(40_000))])));
    // Malformed.
    add("not HTTP", 400, b"HELLO\r\n\r\n".to_vec());
    add(
        "two lengths",
        400,
        raw("POST", COMMANDS, &plus(&[("Content-Length", "5"), ("Content-Length", "6")]), command),
    );
    add("a chunk without a size", 400, chunked(b"not a size\r\n"));
    add("an event without a body", 400, body(EVENTS, JSON, b""));
    add("an event that is no JSON", 400, body(EVENTS, JSON, b"{\"type\":"));
    add("an event that is a list", 400, body(EVENTS, JSON, b"[]"));
    add("an event that is not UTF-8", 400, body(EVENTS, JSON, b"{\"type\":\"\xff\"}"));
    add("an event that is too deep", 400, body(EVENTS, JSON, "{\"a\":".repeat(5_000).as_bytes()));
    add("an event that is compressed", 400, body(EVENTS, JSON, b"\x1f\x8b\x08\x00"));
    add("an interaction without a payload", 400, body(INTERACTIONS, FORM, b"other=1"));
    add("an interaction of half a payload", 400, body(INTERACTIONS, FORM, b"payload=%7B%22type%22"));
    add("a command without its name", 400, body(COMMANDS, FORM, b"text=pause&user_id=U0"));
    // Slow and torn.
    let long = plus(&[("Content-Length", "500")]);
    add("a body that never ends", 408, raw("POST", COMMANDS, &long, command));
    add("a chunk that never ends", 408, chunked(b"ff\r\ncommand"));
    let torn = raw("POST", COMMANDS, &long, command);
    kinds.push(Kind { name: "a body that breaks off", bytes: torn, ends: true, expected: Some(400) });
    let head = with_command(&plus(&[]));
    let half = head[..60].to_vec();
    kinds.push(Kind { name: "a head that breaks off", bytes: half.clone(), ends: true, expected: None });
    kinds.push(Kind { name: "a head that never ends", bytes: half, ends: false, expected: None });
    kinds
}

async fn check(address: SocketAddr, kind: Kind) -> Result<(), String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // An answer that comes before everything is sent may end the sending.
    _ = stream.write_all(&kind.bytes).await;
    if kind.ends {
        stream.shutdown().await.unwrap();
    }
    let answer = reply(&mut stream).await;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    match (status(&answer), body) {
        (found, "") if found == kind.expected => Ok(()),
        (found, _) => Err(format!("{}: {found:?} instead of {:?}: {answer}", kind.name, kind.expected)),
    }
}

#[tokio::test]
async fn forty_kinds_of_bad_requests_get_their_status_and_reach_nobody() {
    let door = Door::open().await;
    let kinds = kinds(SECRET);
    assert!(kinds.len() >= 40, "{}", kinds.len());
    let mut wrong = Vec::new();
    for kind in kinds {
        wrong.extend(check(door.address, kind).await.err());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(door.taken(), 0, "none was handed on");

    let command = raw("POST", COMMANDS, &genuine(FORM, COMMAND.as_bytes()), COMMAND.as_bytes());
    assert_eq!(status(&ask(door.address, &command).await), Some(200));
    assert_eq!(door.taken(), 1, "the same command is taken once it is genuine");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_leave_the_journal_of_a_running_service_as_it_was() {
    let world = World::over(Transport::Http).await;
    let address: SocketAddr = world.bot_listen.parse().unwrap();
    let health = || async {
        let url = format!("http://{}/healthz", world.bot_listen);
        world.http.get(url).send().await.unwrap().json::<serde_json::Value>().await.unwrap()
    };
    let before = health().await;
    assert_eq!((&before["transport"], &before["paused"]), (&"http".into(), &false.into()));
    let secret = canvass::service::seed::SIGNING_SECRET;
    // The service itself is patient for longer than a test is with the slow ones.
    let quick = |kind: &Kind| !kind.name.contains("never ends");
    let mut wrong = Vec::new();
    for kind in kinds(secret).into_iter().filter(quick) {
        wrong.extend(check(address, kind).await.err());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(health().await["head"], before["head"]);

    let said = world.person("priya").await.commands("pause").await;
    assert!(said.contains("Paused"), "{said}");
    assert!(health().await["head"].as_u64() > before["head"].as_u64());
}
