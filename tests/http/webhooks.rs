//! Outside booking pages and calendars to subscribe to, with the service as it is run: what is genuine is on
//! record once, and what isn't leaves no trace.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use canvass::clock::Clock;
use canvass::command::OutsideBooking;
use canvass::domain::ids::PersonId;
use canvass::journal::Vault;
use canvass::web::{self, FeedKey, ServerPatience, webhooks};
use icalendar::{Calendar, Component};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{ask, now, raw, status};
use crate::world::{PATIENCE, Running, World, canvass};

const CAL_COM: &str = "/webhooks/cal-com";
const CALENDLY: &str = "/webhooks/calendly";
const SECRETS: [(&str, &str); 2] = [(CAL_COM, "cal-com-secret"), (CALENDLY, "calendly-secret")];

/// The service as `canvass run` starts it, in the stand-in workspace.
struct House {
    world: World,
    address: SocketAddr,
    bot: Option<Running>,
}

impl House {
    /// With the secrets of both pages, or of none.
    async fn open(with_secrets: bool) -> Self {
        let world = World::without_bot(&crate::world::sample()).await;
        let address = world.bot_listen.parse().unwrap();
        let mut command = canvass();
        command
            .args(["run", "--first-start"])
            .arg("--config")
            .arg(world.config())
            .arg("--data")
            .arg(world.data())
            .env("SLACK_BOT_TOKEN", "xoxb-sandbox")
            .env("SLACK_APP_TOKEN", "xapp-sandbox")
            .env("SLACK_API_URL", format!("{}/api/", world.base.trim_end_matches('/')))
            .env("CANVASS_LISTEN", &world.bot_listen)
            .env("CANVASS_LOG", "off");
        if with_secrets {
            command.env("CANVASS_CALCOM_SECRET", SECRETS[0].1).env("CANVASS_CALENDLY_SECRET", SECRETS[1].1);
        }
        let bot = Some(Running::new(command.spawn().unwrap()));
        world.connections(|open| open > 0).await;
        let house = Self { world, address, bot };
        // The service is asked for its records through a socket of its own, a moment after it connects.
        let asked = async {
            while house.exported().is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("a service that can be asked");
        house
    }

    /// The events on record that are about bookings.
    fn bookings(&self) -> Vec<Value> {
        self.exported().unwrap().into_iter().filter(|record| is_about_a_booking(&record["event"])).collect()
    }

    fn exported(&self) -> Option<Vec<Value>> {
        let output = canvass().args(["export", "--data"]).arg(self.world.data()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let records = || text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        output.status.success().then(records)
    }

    async fn sends(&self, path: &str, body: &Value) -> Option<u16> {
        let body = body.to_string();
        let headers = signed(path, secret(path), now(), body.as_bytes());
        status(&ask(self.address, &raw("POST", path, &headers, body.as_bytes())).await)
    }

    /// Sends a booking until it is on record: before Slack was read nobody is known by their address there.
    async fn sends_until_known(&self, path: &str, body: &Value) {
        let known = async {
            while self.bookings().is_empty() {
                assert_eq!(self.sends(path, body).await, Some(200));
            }
        };
        tokio::time::timeout(PATIENCE, known).await.expect("a booking on record");
    }
}

fn is_about_a_booking(event: &Value) -> bool {
    let name = event["event"].as_str().unwrap_or_default();
    name == "slot_booked" || name.starts_with("booking_")
}

fn secret(path: &str) -> &'static str {
    SECRETS.iter().find(|(of, _)| *of == path).unwrap().1
}

fn hmac(secret: &str, text: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    ring::hmac::sign(&key, text).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(path: &str, with: &str, at: i64, body: &[u8]) -> Vec<(&'static str, String)> {
    let signature = if path == CAL_COM {
        ("X-Cal-Signature-256", hmac(with, body))
    } else {
        let timed = [format!("{at}.").as_bytes(), body].concat();
        ("Calendly-Webhook-Signature", format!("t={at},v1={}", hmac(with, &timed)))
    };
    vec![("Content-Type", "application/json".to_owned()), signature]
}

/// As Cal.com sends it, without what only it needs.
fn cal_com(event: &str, uid: &str, before: Option<&str>, starts: &str, ends: &str) -> Value {
    json!({
        "triggerEvent": event, "createdAt": "2026-11-20T09:14:03.538Z",
        "payload": {
            "type": "office-hours", "title": "Office hours", "startTime": starts, "endTime": ends,
            "organizer": { "id": 3, "name": "Priya Raman", "email": "Priya@example.com", "timeZone": "Europe/Lisbon" },
            "attendees": [{ "email": "ana@example.com", "name": "Ana Souza", "timeZone": "America/Sao_Paulo" }],
            "uid": uid, "rescheduleUid": before, "bookingId": 91, "status": "ACCEPTED", "metadata": {}
        }
    })
}

fn calendly(event: &str, invitee: &str, old: Option<&str>) -> Value {
    let uri = |of: &str| format!("https://api.calendly.com/scheduled_events/E/invitees/{of}");
    json!({
        "event": event, "created_at": "2026-11-20T09:14:03.000000Z",
        "payload": {
            "uri": uri(invitee), "old_invitee": old.map(uri), "rescheduled": false, "email": "ben@example.com",
            "name": "Ben Carter", "status": "active",
            "scheduled_event": {
                "start_time": format!("{}T10:00:00.000000Z", DAYS[1]),
                "end_time": format!("{}T10:30:00.000000Z", DAYS[1]),
                "event_memberships": [{ "user_email": "priya@example.com" }]
            }
        }
    })
}

/// Two days that follow one another, some weeks ahead: a page sells no time that is further away than a year.
static DAYS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let ahead = |days: i64| Clock::system().now() + SignedDuration::from_hours(24 * days);
    [40, 41].map(|days| ahead(days).strftime("%Y-%m-%d").to_string())
});

/// From when until when on one of the two days, as pages write it.
fn times(day: usize, from: &str, until: &str) -> (String, String) {
    (format!("{}T{from}:00Z", DAYS[day]), format!("{}T{until}:00Z", DAYS[day]))
}

fn first() -> (String, String) {
    times(0, "10:00", "10:30")
}

fn second() -> (String, String) {
    times(1, "10:15", "11:00")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_on_a_page_is_on_record_once_and_so_is_what_becomes_of_it() {
    let mut house = House::open(true).await;
    let created = cal_com("BOOKING_CREATED", "u1", None, &first().0, &first().1);
    let moved = cal_com("BOOKING_RESCHEDULED", "u2", Some("u1"), &second().0, &second().1);
    let off = cal_com("BOOKING_CANCELLED", "u2", None, &second().0, &second().1);
    house.sends_until_known(CAL_COM, &created).await;
    // At the same time, on another page: both have sold it.
    assert_eq!(house.sends(CALENDLY, &calendly("invitee.created", "I1", None)).await, Some(200));
    assert_eq!(house.sends(CAL_COM, &moved).await, Some(200));
    let address = calendar(&house);
    let listed = read_calendar(&house, &address).await;
    assert_eq!(
        listed,
        [
            (format!("{}T100000Z", DAYS[1].replace('-', "")), "Ben Carter".to_owned()),
            (format!("{}T101500Z", DAYS[1].replace('-', "")), "Ana Souza".to_owned())
        ]
    );
    for body in [&off, &created, &moved, &off] {
        assert_eq!(house.sends(CAL_COM, body).await, Some(200));
    }
    let unknown = json!({ "triggerEvent": "PING", "createdAt": "2026-11-20T09:14:03.538Z", "payload": {} });
    assert_eq!(house.sends(CAL_COM, &unknown).await, Some(200));
    assert_eq!(house.sends(CALENDLY, &calendly("invitee.canceled", "I1", None)).await, Some(200));
    assert_eq!(house.sends(CALENDLY, &calendly("invitee.canceled", "I1", None)).await, Some(200));

    let bookings = house.bookings();
    let told: Vec<_> = bookings
        .iter()
        .map(|record| {
            let event = &record["event"];
            (event["event"].as_str().unwrap(), event["starts"].as_str().unwrap_or(""), event["via"].clone())
        })
        .collect();
    let page = |provider: &str, id: &str| json!({ "page": { "provider": provider, "id": id } });
    let invitee = "https://api.calendly.com/scheduled_events/E/invitees/I1";
    assert_eq!(
        told,
        [
            ("slot_booked", first().0.as_str(), page("cal_com", "u1")),
            ("slot_booked", format!("{}T10:00:00Z", DAYS[1]).as_str(), page("calendly", invitee)),
            ("booking_moved", second().0.as_str(), page("cal_com", "u2")),
            ("booking_cancelled", "", Value::Null),
            ("booking_cancelled", "", Value::Null),
        ]
    );
    assert_eq!(bookings[0]["event"]["guest"], "ana");
    assert_eq!(bookings[0]["event"]["host"], "priya");
    assert!(bookings[0]["event"]["subject"]["initiative"].is_string());
    assert_eq!(
        (&bookings[2]["event"]["booking"], &bookings[3]["event"]["booking"]),
        (&bookings[0]["seq"], &bookings[0]["seq"])
    );
    assert_eq!(bookings[2]["event"]["minutes"], 45);
    assert_eq!(bookings[4]["event"]["booking"], bookings[1]["seq"]);
    assert!(!bookings.iter().any(|record| record.to_string().contains('@')), "no address is kept");

    assert!(read_calendar(&house, &address).await.is_empty());
    assert_eq!(house.bot.take().unwrap().stop(), Some(0));
    let whole: Vec<_> = house.bookings();
    assert_eq!(whole, bookings, "read without the service, it is the same");
}

/// The path of Priya's calendar, from the secret in the data folder.
fn calendar(house: &House) -> String {
    let secret = Vault::of(&house.world.data()).own_secret("feeds").unwrap();
    let token = FeedKey::new(&secret).token(&PersonId::parse("priya").unwrap(), None);
    format!("/calendar/{token}.ics")
}

async fn read_calendar(house: &House, path: &str) -> Vec<(String, String)> {
    let answer = ask(house.address, &raw("GET", path, &[], b"")).await;
    assert_eq!(status(&answer), Some(200), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: text/calendar; charset=utf-8"), "{head}");
    assert!(head.contains("cache-control: private"), "{head}");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    // It has no body, and so no length by which its end is known.
    let asks = [("If-None-Match", tag), ("Connection", "close".to_owned())];
    let held = ask(house.address, &raw("GET", path, &asks, b"")).await;
    assert_eq!(status(&held), Some(304), "{held}");
    let other = path.replace(".ics", "0.ics");
    for unknown in [other.as_str(), "/calendar/priya.ics", "/calendar/.ics", "/calendar/"] {
        assert_eq!(status(&ask(house.address, &raw("GET", unknown, &[], b"")).await), Some(404), "{unknown}");
    }
    let calendar: Calendar = body.parse().unwrap();
    let read = |event: &icalendar::Event| {
        let summary = event.get_summary().unwrap();
        let guest = summary.strip_prefix("Office hours: ").unwrap().split(" about ").next().unwrap();
        (event.property_value("DTSTART").unwrap().to_owned(), guest.to_owned())
    };
    calendar.components.iter().filter_map(|component| component.as_event()).map(read).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_webhooks_get_their_status_and_leave_no_trace() {
    let house = House::open(true).await;
    let created = |path: &str| match path {
        CAL_COM => cal_com("BOOKING_CREATED", "u1", None, &first().0, &first().1).to_string(),
        _ => calendly("invitee.created", "I1", None).to_string(),
    };
    let mut wrong = Vec::new();
    for (path, secret) in SECRETS {
        let body = created(path);
        let mut check =
            async |name: &str, headers: Vec<(&'static str, String)>, body: &[u8], expected: u16| {
                let answer = ask(house.address, &raw("POST", path, &headers, body)).await;
                let said = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                if status(&answer) != Some(expected) || !said.is_empty() {
                    wrong.push(format!("{path}, {name}: {answer}"));
                }
            };
        let good = |body: &[u8]| signed(path, secret, now(), body);
        let only_kind = good(body.as_bytes()).into_iter().take(1).collect::<Vec<_>>();
        check("no signature", only_kind, body.as_bytes(), 401).await;
        check("another secret", signed(path, "guess", now(), body.as_bytes()), body.as_bytes(), 401).await;
        check("no secret", signed(path, "", now(), body.as_bytes()), body.as_bytes(), 401).await;
        check("another body", good(b"{}"), body.as_bytes(), 401).await;
        let other = if path == CAL_COM { CALENDLY } else { CAL_COM };
        check("the other page's", signed(other, secret, now(), body.as_bytes()), body.as_bytes(), 401).await;
        let mut twice = good(body.as_bytes());
        twice.push(twice[1].clone());
        check("two signatures", twice, body.as_bytes(), 401).await;
        if path == CALENDLY {
            for offset in [-360, 360] {
                let stale = signed(path, secret, now() + offset, body.as_bytes());
                check("another time", stale, body.as_bytes(), 401).await;
            }
        }
        let large = format!("{{\"x\":\"{}\"}}", "x".repeat(256 << 10));
        check("too large", good(large.as_bytes()), large.as_bytes(), 413).await;
        for bad in ["", "[]", "null", "{\"a\":", "{}", &"[".repeat(5_000)] {
            check(bad, good(bad.as_bytes()), bad.as_bytes(), 400).await;
        }
        let halved = DAYS.iter().fold(body.clone(), |body, day| body.replace(day, "sometime"));
        check("no time", good(halved.as_bytes()), halved.as_bytes(), 400).await;
        let stranger = body.replace("riya@example.com", "eter@example.com");
        check("a stranger's", good(stranger.as_bytes()), stranger.as_bytes(), 200).await;
        check("nothing", vec![], b"", 401).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(house.bookings().is_empty());

    let body = cal_com("BOOKING_CREATED", "u1", None, &first().0, &first().1);
    house.sends_until_known(CAL_COM, &body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_secret_has_no_address() {
    let house = House::open(false).await;
    for (path, _) in SECRETS {
        let body = b"{}";
        let answer = ask(house.address, &raw("POST", path, &signed(path, "", now(), body), body)).await;
        assert_eq!(status(&answer), Some(404), "{path}");
    }
}

#[tokio::test]
async fn what_can_not_be_recorded_now_is_asked_for_again_and_what_never_ends_is_let_go() {
    let recorded: Arc<Mutex<Vec<OutsideBooking>>> = Arc::default();
    let record: webhooks::Record = {
        let recorded = Arc::clone(&recorded);
        Arc::new(move |told| {
            recorded.lock().unwrap().push(told);
            Box::pin(async { Err(webhooks::NotNow) })
        })
    };
    let secrets = webhooks::Secrets { cal_com: Some(SECRETS[0].1.into()), calendly: None };
    let limits = webhooks::Limits { patience: Duration::from_millis(300), ..webhooks::Limits::default() };
    let routes = webhooks::webhooks(&webhooks::Keys::new(&secrets), &record, &Clock::system(), limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let never = std::future::pending();
    let server = tokio::spawn(web::serve(listener, routes, ServerPatience::default(), never));

    let body = cal_com("BOOKING_CANCELLED", "u1", None, &first().0, &first().1).to_string();
    let headers = signed(CAL_COM, SECRETS[0].1, now(), body.as_bytes());
    let answer = ask(address, &raw("POST", CAL_COM, &headers, body.as_bytes())).await;
    assert_eq!(status(&answer), Some(503), "{answer}");
    assert_eq!(recorded.lock().unwrap().len(), 1);

    let plus = |name: &'static str, value: String| {
        let mut headers = headers.clone();
        headers.push((name, value));
        headers
    };
    let long = plus("Content-Length", (body.len() + 1).to_string());
    assert_eq!(status(&ask(address, &raw("POST", CAL_COM, &long, body.as_bytes())).await), Some(408));
    let chunked = plus("Transfer-Encoding", "chunked".to_owned());
    let large = "x".repeat((256 << 10) + 1);
    let chunk = format!("{:x}\r\n{large}\r\n", large.len());
    let answer = ask(address, &raw("POST", CAL_COM, &chunked, chunk.as_bytes())).await;
    assert_eq!(status(&answer), Some(413), "{answer}");
    let answer = ask(address, &raw("GET", CAL_COM, &headers, b"")).await;
    assert_eq!(status(&answer), Some(405), "{answer}");
    assert_eq!(recorded.lock().unwrap().len(), 1, "none of these was handed on");
    server.abort();
}
