//! Calendars that are a file at some address.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use canvass::domain::host_calendar::{CalendarError, HostCalendar, Reading};
use canvass::integrations::{Source, host_calendar};
use tokio::net::TcpListener;

use super::{entry, lisbon, object, shown, spring};

/// A server with one file, which it gives only if it has changed.
#[derive(Default)]
struct File {
    text: Mutex<String>,
    /// How often it was given in full.
    given: AtomicUsize,
}

async fn by_tag(State(file): State<Arc<File>>, headers: HeaderMap) -> Response {
    let text = file.text.lock().unwrap().clone();
    let tag = format!("\"{}\"", text.len());
    if headers.get("if-none-match").is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    file.given.fetch_add(1, Ordering::SeqCst);
    ([("etag", tag)], text).into_response()
}

async fn by_date(State(file): State<Arc<File>>, headers: HeaderMap) -> Response {
    let date = "Tue, 10 Mar 2026 09:00:00 GMT";
    if headers.get("if-modified-since").is_some_and(|known| known.as_bytes() == date.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    file.given.fetch_add(1, Ordering::SeqCst);
    ([("last-modified", date)], file.text.lock().unwrap().clone()).into_response()
}

async fn serving(file: &Arc<File>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/tag.ics", get(by_tag))
        .route("/date.ics", get(by_date))
        .route("/moved.ics", get(|| async { Redirect::permanent("/tag.ics") }))
        .with_state(Arc::clone(file));
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

fn at(address: &str) -> Arc<dyn HostCalendar> {
    canvass::install_crypto();
    host_calendar(Source::Ics { address: address.into() }, lisbon(), None).unwrap()
}

fn file(text: String) -> Arc<File> {
    Arc::new(File { text: Mutex::new(text), ..File::default() })
}

#[tokio::test]
async fn a_file_is_read_again_only_when_it_has_changed() {
    let text = object("theirs", "DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260402", "");
    for (path, redirected) in [("tag", false), ("date", false), ("moved", true)] {
        let file = file(text.clone());
        let calendar = at(&format!("{}/{path}.ics", serving(&file).await));
        for _ in 0..3 {
            let busy = calendar.busy(spring(), Reading::Events).await.unwrap().stretches;
            // The day is Lisbon's, which is in summer time.
            assert_eq!(shown(&busy), ["2026-03-31T23:00 2026-04-01T23:00"], "{path}");
        }
        assert_eq!(file.given.load(Ordering::SeqCst), 1, "{path} {redirected}");
    }
    let file = file(text);
    let calendar = at(&format!("{}/tag.ics", serving(&file).await));
    calendar.busy(spring(), Reading::Events).await.unwrap();
    *file.text.lock().unwrap() = object("other", "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z", "");
    let busy = calendar.busy(spring(), Reading::EventsOrReport).await.unwrap().stretches;
    assert_eq!(shown(&busy), ["2026-03-10T09:00 2026-03-10T10:00"]);
}

#[tokio::test]
async fn a_file_can_be_searched_but_not_written() {
    let file = file(entry("canvass-1", 9).text);
    let calendar = at(&format!("{}/tag.ics", serving(&file).await));
    assert_eq!(calendar.put(&entry("canvass-2", 9), None, &[]).await, Err(CalendarError::ReadOnly));
    assert_eq!(calendar.remove("canvass-1", None).await, Err(CalendarError::ReadOnly));
    assert!(calendar.find("canvass-1", None).await.unwrap().is_some());
    assert_eq!(calendar.find("canvass-2", None).await, Ok(None));
    // Nobody writes there for us, so what looks like ours is an invitation of somebody else's.
    let busy = calendar.busy(spring(), Reading::Events).await.unwrap().stretches;
    assert_eq!(shown(&busy), ["2026-03-10T09:00 2026-03-10T09:30"]);
}

#[tokio::test]
async fn what_is_no_calendar_or_not_there_says_so() {
    let page = file("<html>Log in</html>".to_owned());
    let base = serving(&page).await;
    let error = at(&format!("{base}/tag.ics")).busy(spring(), Reading::Events).await.unwrap_err();
    assert!(matches!(error, CalendarError::Unreadable { .. }), "{error:?}");
    let error = at(&format!("{base}/none.ics")).busy(spring(), Reading::Events).await.unwrap_err();
    assert_eq!(error, CalendarError::NotFound);
}

#[test]
fn an_address_that_is_a_secret_is_never_shown() {
    canvass::install_crypto();
    let secret = "ftp://example.org/private-0123456789/basic.ics";
    let source = Source::Ics { address: secret.into() };
    assert!(!format!("{source:?}").contains("0123456789"));
    let error = host_calendar(source, lisbon(), None).err().unwrap();
    assert_eq!(error.to_string(), "the calendar's address can't be used: it has to start with https://");
}
