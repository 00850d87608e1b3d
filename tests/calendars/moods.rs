//! Servers that are CalDAV servers in their own way: without a free-busy report, with redirects, in trouble.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use canvass::domain::host_calendar::{CalendarError, Reading};
use tokio::net::TcpListener;

use super::{PASSWORD, at, entry, object, shown, spring};

/// What is asked and answered: the method, the path and the body.
type Answers = fn(&str, &str, &str, &Server) -> Response;

/// A server with answers made by hand.
struct Server {
    answers: Answers,
    /// `METHOD /path`, with `(free-busy)` after a free-busy report.
    asked: Mutex<Vec<String>>,
    /// Requests so far that had no password.
    anonymous: Mutex<usize>,
}

struct Running {
    server: Arc<Server>,
    base: String,
}

impl Running {
    async fn start(answers: Answers) -> Self {
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
    (server.answers)(method, path, &body, &server)
}

fn multistatus(inside: &str) -> Response {
    let body = format!(
        r#"<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav">{inside}</d:multistatus>"#
    );
    (StatusCode::MULTI_STATUS, body).into_response()
}

fn resource(path: &str, properties: &str) -> String {
    format!(
        "<d:response><d:href>{path}</d:href><d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )
}

const CALENDAR: &str = "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>";

/// A calendar at `/`, with one event.
fn calendar(method: &str, _path: &str, body: &str) -> Response {
    match method {
        "PROPFIND" => multistatus(&resource("/", CALENDAR)),
        "REPORT" if body.contains("calendar-query") => {
            let text = object("theirs", "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z", "");
            multistatus(&resource("/theirs.ics", &format!("<cal:calendar-data>{text}</cal:calendar-data>")))
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

const BUSY: [&str; 1] = ["2026-03-10T09:00 2026-03-10T10:00"];

#[tokio::test]
async fn without_a_free_busy_report_the_events_are_read() {
    let moods: [Answers; 5] = [
        |method, path, body, _| match body.contains("free-busy-query") {
            true => StatusCode::NOT_IMPLEMENTED.into_response(),
            false => calendar(method, path, body),
        },
        |method, path, body, _| match body.contains("free-busy-query") {
            true => StatusCode::FORBIDDEN.into_response(),
            false => calendar(method, path, body),
        },
        |method, path, body, _| match body.contains("free-busy-query") {
            true => StatusCode::NOT_FOUND.into_response(),
            false => calendar(method, path, body),
        },
        |method, path, body, _| match body.contains("free-busy-query") {
            true => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            false => calendar(method, path, body),
        },
        // An answer that is no report.
        |method, path, body, _| match body.contains("free-busy-query") {
            true => (StatusCode::OK, "<html>Welcome</html>").into_response(),
            false => calendar(method, path, body),
        },
    ];
    for (mood, answers) in moods.into_iter().enumerate() {
        let running = Running::start(answers).await;
        let calendar = at(&running.base, PASSWORD, None);
        for _ in 0..2 {
            let busy = calendar.busy(spring(), Reading::FreeBusy).await.unwrap().stretches;
            assert_eq!(shown(&busy), BUSY, "{mood}");
        }
        // A server that has no report isn't asked again; one in trouble is.
        let again = if mood < 3 { 1 } else { 2 };
        assert_eq!(running.asked("REPORT / (free-busy)"), again, "{mood}");
        assert_eq!(running.asked("PROPFIND /"), 1, "{mood}");
    }
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
    let first = at(&running.base, PASSWORD, None).busy(spring(), Reading::Events).await.unwrap();
    assert_eq!(shown(&first.stretches), BUSY);
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
        let error = at(&running.base, PASSWORD, None).busy(spring(), Reading::FreeBusy).await.unwrap_err();
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
    assert_eq!(calendar.busy(spring(), Reading::FreeBusy).await, Err(later.clone()));
    assert_eq!(calendar.put(&entry("canvass-1", 9)).await, Err(later.clone()));
    assert_eq!(calendar.remove("canvass-1").await, Err(later.clone()));
    assert_eq!(calendar.find("canvass-1").await, Err(later.clone()));
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
        _ => calendar(method, path, body),
    })
    .await;
    let calendar_ = at(&no_right.base, PASSWORD, None);
    assert_eq!(calendar_.put(&entry("canvass-1", 9)).await, Err(CalendarError::ReadOnly));
    assert_eq!(calendar_.remove("canvass-1").await, Err(CalendarError::ReadOnly));
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
        at(&conflict.base, PASSWORD, None).put(&entry("canvass-1", 9)).await,
        Err(CalendarError::Refused { status: 403, condition })
    );
}

#[tokio::test]
async fn an_entry_that_never_stands_still_is_tried_again_later() {
    let running = Running::start(|method, path, body, _| match method {
        "PUT" => StatusCode::PRECONDITION_FAILED.into_response(),
        "GET" => ([("etag", "\"1\"")], "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n").into_response(),
        _ => calendar(method, path, body),
    })
    .await;
    let calendar = at(&running.base, PASSWORD, None);
    assert_eq!(calendar.put(&entry("canvass-1", 9)).await, Err(CalendarError::Contended));
    // The entry's text is not what was written, which is no word on whether it was removed.
    assert!(matches!(calendar.find("canvass-1").await, Err(CalendarError::Unreadable { .. })));
}
