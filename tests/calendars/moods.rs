//! Servers that are CalDAV servers in their own way: without a free-busy report, with redirects, in trouble.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use canvass::domain::host_calendar::{CalendarError, Place, Reading};
use canvass::integrations::{Source, host_calendar};
use tokio::net::TcpListener;

use super::{PASSWORD, at, entry, object, shown, spring};

/// What is asked and answered: the method, the path and the body.
type Answers = fn(&str, &str, &str, &Server) -> Response;

/// The same for answers that depend on the headers.
type Answering = dyn Fn(&Parts, &str, &str, &str, &Server) -> Response + Send + Sync;

/// A server with answers made by hand.
struct Server {
    answers: Box<Answering>,
    /// `METHOD /path`, with `(free-busy)` after a free-busy report.
    asked: Mutex<Vec<String>>,
    /// Requests so far that had no password.
    anonymous: Mutex<usize>,
}

pub(super) struct Running {
    server: Arc<Server>,
    pub(super) base: String,
}

impl Running {
    async fn start(answers: Answers) -> Self {
        Self::answering(Box::new(move |_, method, path, body, server| answers(method, path, body, server)))
            .await
    }

    pub(super) async fn start_with_head(
        answers: impl Fn(&Parts, &str, &str, &str) -> Response + Send + Sync + 'static,
    ) -> Self {
        Self::answering(Box::new(move |head, method, path, body, _| answers(head, method, path, body))).await
    }

    async fn answering(answers: Box<Answering>) -> Self {
        let server = Arc::new(Server { answers, asked: Mutex::default(), anonymous: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&server));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { server, base }
    }

    /// How often that was asked.
    fn asked(&self, what: &str) -> usize {
        self.server.asked.lock().unwrap().iter().filter(|asked| *asked == what).count()
    }
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = String::from_utf8_lossy(&body);
    let (method, path) = (head.method.as_str(), head.uri.path());
    let report = if body.contains("free-busy-query") { " (free-busy)" } else { "" };
    server.asked.lock().unwrap().push(format!("{method} {path}{report}"));
    if !head.headers.contains_key("authorization") {
        *server.anonymous.lock().unwrap() += 1;
    }
    (server.answers)(&head, method, path, &body, &server)
}

pub(super) fn multistatus(inside: &str) -> Response {
    let body = format!(
        r#"<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav">{inside}</d:multistatus>"#
    );
    (StatusCode::MULTI_STATUS, body).into_response()
}

pub(super) fn resource(path: &str, properties: &str) -> String {
    format!(
        "<d:response><d:href>{path}</d:href><d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )
}

pub(super) const CALENDAR: &str = "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>";

/// A calendar at `/`, with one event.
fn calendar(method: &str, _path: &str, body: &str) -> Response {
    match method {
        "PROPFIND" => multistatus(&resource("/", CALENDAR)),
        "REPORT" if body.contains("calendar-query") => {
            let text = object("theirs", "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z", "");
            multistatus(&resource("/theirs.ics", &format!("<cal:calendar-data>{text}</cal:calendar-data>")))
        }
        "GET" => StatusCode::NOT_FOUND.into_response(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// The entry that the tests write, as a server has it.
fn the_entry() -> Response {
    ([("etag", "\"1\"")], entry("canvass-1", 9).text).into_response()
}

const BUSY: [&str; 1] = ["2026-03-10T09:00 2026-03-10T10:00"];

/// As Radicale 3.5 writes it.
const REPORT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\nDTSTART:20260310T090000Z\r\n\
                      DTEND:20260310T100000Z\r\nFBTYPE:BUSY\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";

/// A report that is empty: free, if it were believed.
const EMPTY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn the_events_are_believed_before_any_report() {
    let running = Running::start(|method, path, body, _| match body.contains("free-busy-query") {
        true => (StatusCode::OK, EMPTY).into_response(),
        false => calendar(method, path, body),
    })
    .await;
    for reading in [Reading::EventsOrReport, Reading::Events] {
        let busy = at(&running.base, PASSWORD, None).busy(spring(), reading).await.unwrap();
        assert_eq!(shown(&busy.stretches), BUSY);
    }
    assert_eq!(running.asked("REPORT / (free-busy)"), 0);
}

#[tokio::test]
async fn v01_a_server_that_gives_no_events_is_asked_for_its_report() {
    let moods: [Answers; 3] = [
        |method, path, body, _| match (body.contains("free-busy-query"), body.contains("calendar-query")) {
            (true, _) => (StatusCode::OK, REPORT).into_response(),
            (_, true) => StatusCode::NOT_IMPLEMENTED.into_response(),
            _ => calendar(method, path, body),
        },
        |method, path, body, _| match (body.contains("free-busy-query"), body.contains("calendar-query")) {
            (true, _) => (StatusCode::OK, REPORT).into_response(),
            (_, true) => StatusCode::FORBIDDEN.into_response(),
            _ => calendar(method, path, body),
        },
        // An answer that is none.
        |method, path, body, _| match (body.contains("free-busy-query"), body.contains("calendar-query")) {
            (true, _) => (StatusCode::OK, REPORT).into_response(),
            (_, true) => (StatusCode::OK, "<html>Welcome</html>").into_response(),
            _ => calendar(method, path, body),
        },
    ];
    for (mood, answers) in moods.into_iter().enumerate() {
        let running = Running::start(answers).await;
        let calendar = at(&running.base, PASSWORD, None);
        for _ in 0..2 {
            let busy = calendar.busy(spring(), Reading::EventsOrReport).await.unwrap().stretches;
            assert_eq!(shown(&busy), BUSY, "{mood}");
        }
        // One that can't give its events isn't asked for them again; one that won't now may later.
        assert_eq!(running.asked("REPORT /"), if mood == 0 { 1 } else { 2 }, "{mood}");
        // Where our own entries would make every hour busy, nothing is said rather than that.
        assert!(calendar.busy(spring(), Reading::Events).await.is_err(), "{mood}");
    }
    // In trouble it is asked later, and not for less.
    let trouble = Running::start(|method, path, body, _| match body.contains("calendar-query") {
        true => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        false if body.contains("free-busy-query") => (StatusCode::OK, EMPTY).into_response(),
        false => calendar(method, path, body),
    })
    .await;
    let error = at(&trouble.base, PASSWORD, None).busy(spring(), Reading::EventsOrReport).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

fn gzipped(text: &str) -> Response {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let body = Body::from(packed.finish().unwrap());
    ([("content-encoding", "gzip"), ("content-type", "text/calendar")], body).into_response()
}

#[tokio::test]
async fn n01_what_is_compressed_without_being_asked_is_read() {
    let running = Running::start(|_, _, _, _| {
        gzipped(&object("theirs", "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z", ""))
    })
    .await;
    canvass::install_crypto();
    let source = Source::Ics { address: running.base.clone().into() };
    let file = host_calendar(source, super::lisbon(), None).unwrap();
    let busy = file.busy(spring(), Reading::EventsOrReport).await.unwrap();
    assert_eq!(shown(&busy.stretches), BUSY);
}

#[tokio::test]
async fn a_bomb_in_a_parcel_is_cut_off() {
    let running = Running::start(|_, _, _, _| gzipped(&" ".repeat(64 << 20))).await;
    canvass::install_crypto();
    let source = Source::Ics { address: running.base.clone().into() };
    let file = host_calendar(source, super::lisbon(), None).unwrap();
    let error = file.busy(spring(), Reading::Events).await.unwrap_err();
    assert!(matches!(error, CalendarError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn discovery_follows_redirects_and_the_homes_of_the_well_known_way() {
    let running = Running::start(|method, path, body, _| match (method, path) {
        ("PROPFIND", "/.well-known/caldav") => Redirect::permanent("/dav").into_response(),
        ("PROPFIND", "/dav") => Redirect::temporary("/dav/").into_response(),
        ("PROPFIND", "/dav/") => multistatus(&resource(
            "/dav/",
            "<d:current-user-principal><d:href>/17/principal/</d:href></d:current-user-principal>",
        )),
        ("PROPFIND", "/17/principal/") => multistatus(&resource(
            "/17/principal/",
            "<cal:calendar-home-set><d:href>/17/calendars</d:href></cal:calendar-home-set>",
        )),
        ("PROPFIND", "/17/calendars") => multistatus(
            &[
                resource("/17/calendars/", "<d:resourcetype><d:collection/></d:resourcetype>"),
                resource("/17/calendars/inbox/", "<d:resourcetype><cal:schedule-inbox/></d:resourcetype>"),
                resource(
                    "/17/calendars/tasks/",
                    &format!("{CALENDAR}<cal:supported-calendar-component-set><cal:comp name=\"VTODO\"/></cal:supported-calendar-component-set>"),
                ),
                resource("/17/calendars/a%20b", &format!("{CALENDAR}<d:displayname>Work</d:displayname>")),
            ]
            .concat(),
        ),
        ("REPORT", "/17/calendars/a%20b/") => calendar(method, path, body),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    let found = at(&running.base, PASSWORD, Some("work")).busy(spring(), Reading::Events).await.unwrap();
    assert_eq!(shown(&found.stretches), BUSY);
    // Unnamed, the only one is meant.
    let only = at(&running.base, PASSWORD, None).busy(spring(), Reading::Events).await.unwrap();
    assert_eq!(shown(&only.stretches), BUSY);
    assert_eq!(*running.server.anonymous.lock().unwrap(), 0);
}

#[tokio::test]
async fn the_password_is_not_taken_to_another_server() {
    let other = Running::start(|method, path, body, _| calendar(method, path, body)).await;
    // The port of the other server is told by the path that is asked.
    let running = Running::start(|_, path, _, _| {
        let port = path.trim_matches('/');
        multistatus(&resource(
            path,
            &format!(
                "<cal:calendar-home-set><d:href>http://127.0.0.1:{port}/</d:href></cal:calendar-home-set>"
            ),
        ))
    })
    .await;
    let port = other.base.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let calendar = at(&format!("{}{port}/", running.base), PASSWORD, None);
    let error = calendar.busy(spring(), Reading::Events).await.unwrap_err();
    assert_eq!(error, CalendarError::Elsewhere { host: "127.0.0.1".into() });
    assert!(other.server.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_calendar_server_says_what_to_check() {
    let nothing = Running::start(|_, _, _, _| StatusCode::NOT_FOUND.into_response()).await;
    let website = Running::start(|_, _, _, _| (StatusCode::OK, "<html>Welcome</html>").into_response()).await;
    for running in [nothing, website] {
        let error =
            at(&running.base, PASSWORD, None).busy(spring(), Reading::EventsOrReport).await.unwrap_err();
        assert_eq!(error, CalendarError::NotFound);
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again_later() {
    let running = Running::start(|method, path, body, _| match method {
        "PROPFIND" => calendar(method, path, body),
        _ => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "90")], "down").into_response(),
    })
    .await;
    let calendar = at(&running.base, PASSWORD, None);
    let later = CalendarError::Later { status: 503, retry_after: Some(Duration::from_secs(90)) };
    assert_eq!(calendar.busy(spring(), Reading::EventsOrReport).await, Err(later.clone()));
    assert_eq!(calendar.put(&entry("canvass-1", 9), None, &[]).await, Err(later.clone()));
    assert_eq!(calendar.remove("canvass-1", None).await, Err(later.clone()));
    assert_eq!(calendar.find("canvass-1", None).await, Err(later.clone()));
    assert!(later.is_transient());
}

#[tokio::test]
async fn an_endless_calendar_is_cut_off() {
    let running = Running::start(|method, path, body, _| match method {
        "REPORT" => {
            let block = axum::body::Bytes::from(vec![b' '; 1 << 16]);
            let endless = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(block.clone()));
            (StatusCode::MULTI_STATUS, Body::from_stream(endless)).into_response()
        }
        _ => calendar(method, path, body),
    })
    .await;
    let error = at(&running.base, PASSWORD, None).busy(spring(), Reading::Events).await.unwrap_err();
    assert!(matches!(error, CalendarError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_right_that_is_missing_is_told_from_an_entry_that_is_refused() {
    let no_right = Running::start(|method, path, body, _| match method {
        "PUT" | "DELETE" => StatusCode::FORBIDDEN.into_response(),
        "GET" => the_entry(),
        _ => calendar(method, path, body),
    })
    .await;
    let calendar_ = at(&no_right.base, PASSWORD, None);
    assert_eq!(calendar_.put(&entry("canvass-1", 9), None, &[]).await, Err(CalendarError::ReadOnly));
    assert_eq!(calendar_.remove("canvass-1", None).await, Err(CalendarError::ReadOnly));
    let conflict = Running::start(|method, path, body, _| match method {
        "PUT" => {
            let why = r#"<d:error xmlns:d="DAV:"><c:no-uid-conflict xmlns:c="urn:ietf:params:xml:ns:caldav"/></d:error>"#;
            (StatusCode::FORBIDDEN, why).into_response()
        }
        _ => calendar(method, path, body),
    })
    .await;
    let condition = Some("no-uid-conflict".to_owned());
    assert_eq!(
        at(&conflict.base, PASSWORD, None).put(&entry("canvass-1", 9), None, &[]).await,
        Err(CalendarError::Refused { status: 403, condition })
    );
}

#[tokio::test]
async fn an_entry_that_never_stands_still_is_tried_again_later() {
    let running = Running::start(|method, path, body, _| match method {
        "PUT" => StatusCode::PRECONDITION_FAILED.into_response(),
        "GET" => the_entry(),
        _ => calendar(method, path, body),
    })
    .await;
    let calendar_ = at(&running.base, PASSWORD, None);
    assert_eq!(calendar_.put(&entry("canvass-1", 9), None, &[]).await, Err(CalendarError::Contended));
    // At its address is something else, which is no word on whether it was removed.
    let running = Running::start(|method, path, body, _| match method {
        "GET" => "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".into_response(),
        _ => calendar(method, path, body),
    })
    .await;
    let calendar = at(&running.base, PASSWORD, None);
    assert_eq!(calendar.find("canvass-1", None).await, Err(CalendarError::Garbled));
}

/// "Accepted" is a promise, and a page that asks to log in is none.
#[tokio::test]
async fn what_a_server_does_not_show_was_not_entered() {
    let moods: [(Answers, Result<(), CalendarError>); 6] = [
        (
            |method, path, body, _| match method {
                "PUT" => StatusCode::ACCEPTED.into_response(),
                _ => calendar(method, path, body),
            },
            Err(CalendarError::NotShown),
        ),
        (
            |method, path, body, _| match method {
                "PUT" => (StatusCode::OK, "<html>Log in</html>").into_response(),
                _ => calendar(method, path, body),
            },
            Err(CalendarError::NotShown),
        ),
        (
            |method, path, body, _| match method {
                "PUT" => StatusCode::CREATED.into_response(),
                _ => calendar(method, path, body),
            },
            Ok(()),
        ),
        // One that says "ok" and has it.
        (
            |method, path, body, server| match method {
                "PUT" => StatusCode::OK.into_response(),
                "GET" if server.asked.lock().unwrap().iter().any(|asked| asked.starts_with("PUT")) => {
                    the_entry()
                }
                _ => calendar(method, path, body),
            },
            Ok(()),
        ),
        // One that shows what was there before.
        (
            |method, path, body, _| match method {
                "PUT" => StatusCode::ACCEPTED.into_response(),
                "GET" => ([("etag", "\"1\"")], entry("canvass-1", 8).text).into_response(),
                _ => calendar(method, path, body),
            },
            Err(CalendarError::NotShown),
        ),
        // One that is in trouble when it is asked.
        (
            |method, path, body, server| match method {
                "PUT" => StatusCode::ACCEPTED.into_response(),
                "GET" if server.asked.lock().unwrap().iter().any(|asked| asked.starts_with("PUT")) => {
                    StatusCode::SERVICE_UNAVAILABLE.into_response()
                }
                _ => calendar(method, path, body),
            },
            Err(CalendarError::Later { status: 503, retry_after: None }),
        ),
    ];
    for (mood, (answers, expected)) in moods.into_iter().enumerate() {
        let running = Running::start(answers).await;
        let put = at(&running.base, PASSWORD, None).put(&entry("canvass-1", 9), None, &[]).await;
        assert_eq!(put.map(drop), expected, "{mood}");
    }
}

/// What a server says of the rights of whoever is logged in.
#[tokio::test]
async fn a_share_that_can_only_be_read_is_never_written_to() {
    fn share(method: &str, path: &str, body: &str) -> Response {
        match method {
            "PROPFIND" => multistatus(&resource(
                "/",
                &format!(
                    "{CALENDAR}<d:current-user-privilege-set><d:privilege><d:read/></d:privilege></d:current-user-privilege-set>"
                ),
            )),
            _ => calendar(method, path, body),
        }
    }
    let running = Running::start(|method, path, body, _| share(method, path, body)).await;
    let calendar = at(&running.base, PASSWORD, None);
    let busy = calendar.busy(spring(), Reading::EventsOrReport).await.unwrap();
    assert_eq!(shown(&busy.stretches), BUSY);
    assert_eq!(calendar.put(&entry("canvass-1", 9), None, &[]).await, Err(CalendarError::ReadOnly));
    assert_eq!(running.asked("PUT /canvass-1.ics"), 0);
}

#[tokio::test]
async fn a_digest_is_spoken_and_other_ways_to_log_in_are_named() {
    let digest = Running::start_with_head(|head, method, path, body| {
        let given =
            head.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_answer = given.starts_with("Digest ")
            && given.contains("username=\"ana\"")
            && given.contains(&format!("uri=\"{path}\""))
            && given.contains("nonce=\"n1\"")
            && !given.contains("correct horse");
        match is_answer {
            true => calendar(method, path, body),
            false => {
                let challenge = "Digest realm=\"Baikal\", qop=\"auth\", nonce=\"n1\", opaque=\"o\"";
                (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response()
            }
        }
    })
    .await;
    let busy = at(&digest.base, PASSWORD, None).busy(spring(), Reading::EventsOrReport).await.unwrap();
    assert_eq!(shown(&busy.stretches), BUSY);
    // Only the first request had to be asked for it.
    assert_eq!(digest.asked("PROPFIND /"), 2);
    assert_eq!(digest.asked("REPORT /"), 1);
    let cases = [
        ("Digest realm=\"r\", nonce=\"n2\"", CalendarError::Unauthorised),
        ("Basic realm=\"r\"", CalendarError::Unauthorised),
        ("Negotiate", CalendarError::Login { scheme: "Negotiate".to_owned() }),
    ];
    for (challenge, expected) in cases {
        let wrong = Running::start_with_head(move |_, _, _, _| {
            (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response()
        })
        .await;
        let error = at(&wrong.base, PASSWORD, None).busy(spring(), Reading::Events).await.unwrap_err();
        assert_eq!(error, expected, "{challenge}");
    }
}

#[tokio::test]
async fn a_date_to_come_back_at_is_read_by_the_servers_own_clock() {
    let running = Running::start(|_, _, _, _| {
        let headers =
            [("retry-after", "Tue, 10 Mar 2026 09:02:00 GMT"), ("date", "Tue, 10 Mar 2026 09:00:00 GMT")];
        (StatusCode::TOO_MANY_REQUESTS, headers).into_response()
    })
    .await;
    let error = at(&running.base, PASSWORD, None).busy(spring(), Reading::Events).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)), "{error:?}");
}

/// The calendar that was meant isn't there for a moment, and another one of the same user is.
#[tokio::test]
async fn no_other_calendar_is_taken_for_the_one_that_was_named_by_its_address() {
    let running = Running::start(|method, path, body, _| match (method, path) {
        ("PROPFIND", "/.well-known/caldav") => multistatus(&resource(
            "/",
            "<cal:calendar-home-set><d:href>/bot/</d:href></cal:calendar-home-set>",
        )),
        ("PROPFIND", "/bot/") => multistatus(&resource("/bot/own/", CALENDAR)),
        ("REPORT", "/bot/own/") => calendar(method, path, body),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    let named = at(&format!("{}priya/work/", running.base), PASSWORD, None);
    assert_eq!(named.busy(spring(), Reading::EventsOrReport).await, Err(CalendarError::NotFound));
    assert_eq!(named.put(&entry("canvass-1", 9), None, &[]).await, Err(CalendarError::NotFound));
    // The server alone means whatever it has.
    let server = at(&running.base, PASSWORD, None);
    assert_eq!(shown(&server.busy(spring(), Reading::Events).await.unwrap().stretches), BUSY);
}

/// The host's calendar is on another server now.
#[tokio::test]
async fn an_entry_that_is_on_another_server_is_not_asked_for_and_not_taken_for_deleted() {
    let old = Running::start(|method, path, body, _| calendar(method, path, body)).await;
    let new = Running::start(|method, path, body, _| calendar(method, path, body)).await;
    let place = Place(old.base.clone());
    let found = at(&new.base, PASSWORD, None).find("canvass-1", Some(&place)).await;
    assert_eq!(found, Err(CalendarError::CalendarGone));
    assert!(old.server.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_entry_is_found_however_a_server_names_it() {
    let moods: [Answers; 3] = [
        // By an address of its own making, behind a proxy that it doesn't know of.
        |method, path, body, _| match (method, path) {
            ("REPORT", _) if body.contains("prop-filter") => multistatus(&resource(
                "http://inside.example:8008/renamed.ics",
                &format!("<cal:calendar-data>{}</cal:calendar-data>", entry("canvass-1", 9).text),
            )),
            ("DELETE", "/renamed.ics") => StatusCode::NO_CONTENT.into_response(),
            _ => calendar(method, path, body),
        },
        // Without its text.
        |method, path, body, _| match (method, path) {
            ("REPORT", _) if body.contains("prop-filter") => {
                multistatus(&resource("/renamed.ics", "<d:getetag>\"1\"</d:getetag>"))
            }
            ("GET", "/renamed.ics") => the_entry(),
            ("DELETE", "/renamed.ics") => StatusCode::NO_CONTENT.into_response(),
            _ => calendar(method, path, body),
        },
        // Among all others, since it can't look by UID.
        |method, path, body, _| match (method, path) {
            ("REPORT", _) if body.contains("prop-filter") => StatusCode::FORBIDDEN.into_response(),
            ("REPORT", _) => multistatus(&resource(
                "/renamed.ics",
                &format!("<cal:calendar-data>{}</cal:calendar-data>", entry("canvass-1", 9).text),
            )),
            ("DELETE", "/renamed.ics") => StatusCode::NO_CONTENT.into_response(),
            _ => calendar(method, path, body),
        },
    ];
    for (mood, answers) in moods.into_iter().enumerate() {
        let running = Running::start(answers).await;
        let calendar = at(&running.base, PASSWORD, None);
        assert!(matches!(calendar.find("canvass-1", None).await, Ok(Some(_))), "{mood}");
        assert_eq!(calendar.remove("canvass-1", None).await, Ok(()), "{mood}");
        assert_eq!(running.asked("DELETE /renamed.ics"), 1, "{mood}");
    }
}

#[tokio::test]
async fn an_event_that_is_named_without_its_text_is_asked_for() {
    let running = Running::start(|method, path, body, _| match (method, path) {
        ("REPORT", _) if body.contains("calendar-query") => {
            multistatus(&resource("/theirs.ics", "<d:getetag>\"1\"</d:getetag>"))
        }
        ("GET", "/theirs.ics") => {
            object("theirs", "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z", "").into_response()
        }
        _ => calendar(method, path, body),
    })
    .await;
    let busy = at(&running.base, PASSWORD, None).busy(spring(), Reading::Events).await.unwrap();
    assert_eq!(shown(&busy.stretches), BUSY);
    // One that can't be had leaves it open when the host is free.
    let without = Running::start(|method, path, body, _| match (method, path) {
        ("REPORT", _) if body.contains("calendar-query") => {
            multistatus(&resource("/theirs.ics", "<d:getetag>\"1\"</d:getetag>"))
        }
        ("GET", _) => StatusCode::FORBIDDEN.into_response(),
        _ => calendar(method, path, body),
    })
    .await;
    assert!(at(&without.base, PASSWORD, None).busy(spring(), Reading::Events).await.is_err());
}

#[tokio::test]
async fn what_a_server_says_it_took_out_and_still_shows_is_there() {
    let running = Running::start(|method, path, body, _| match method {
        "DELETE" => StatusCode::ACCEPTED.into_response(),
        "GET" => the_entry(),
        _ => calendar(method, path, body),
    })
    .await;
    let removed = at(&running.base, PASSWORD, None).remove("canvass-1", None).await;
    assert_eq!(removed, Err(CalendarError::NotShown));
}
