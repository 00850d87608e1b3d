//! A calendar that is a file at some address: read as a whole, never written.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{Method, StatusCode};
use tokio::sync::Mutex;
use url::Url;

use crate::domain::doubt::Why;
use crate::domain::host_calendar::{
    BusyTimes, CalendarError, Entry, Found, HostCalendar, Place, Put, Reading,
};
use crate::domain::stretch::Stretch;
use crate::ical::{Reader, check};

use super::http::{Answer, Ask, Http};
use super::{address, note_doubts, work_out};

/// A calendar at an address.
pub(super) struct Ics {
    /// Often a secret.
    url: Url,
    http: Http,
    reader: Reader,
    last: Mutex<Option<Copy>>,
}

/// What was read last, and how to ask whether it is still so.
struct Copy {
    text: Arc<str>,
    validator: Option<(HeaderName, String)>,
}

impl fmt::Debug for Ics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ics").field("host", &address::host(&self.url)).finish_non_exhaustive()
    }
}

impl Ics {
    /// The calendar at `url`, for the host that `reader` reads for.
    pub(super) fn new(url: Url, http: Http, reader: Reader) -> Self {
        Self { url, http, reader, last: Mutex::new(None) }
    }

    /// The calendar's text. One reading at a time, so that the next finds it unchanged.
    async fn text(&self) -> Result<Arc<str>, CalendarError> {
        let mut last = self.last.lock().await;
        let mut headers = vec![(ACCEPT, "text/calendar, */*;q=0.5".to_owned())];
        headers.extend(last.as_ref().and_then(|copy| copy.validator.clone()));
        let ask = Ask { method: Method::GET, url: self.url.clone(), headers, body: None, login: None };
        let answer = self.http.ask(ask).await?;
        match (&*last, answer.status) {
            (Some(copy), StatusCode::NOT_MODIFIED) => Ok(Arc::clone(&copy.text)),
            (_, StatusCode::OK) => {
                let validator = validator(&answer);
                let text: Arc<str> = answer.body.into();
                let checked = Arc::clone(&text);
                match work_out(move || check(&checked)).await? {
                    Ok(()) => {}
                    // What is missing may be any time, so the last whole copy tells more.
                    Err(Why::CutOff) => return Err(CalendarError::Unreadable { what: "it is cut off" }),
                    // A page that asks to log in, most likely.
                    Err(_) => return Err(CalendarError::Unreadable { what: "it is not a calendar" }),
                }
                *last = Some(Copy { text: Arc::clone(&text), validator });
                Ok(text)
            }
            _ => Err(answer.error()),
        }
    }
}

/// An ETag tells more than a date, so it goes first.
fn validator(answer: &Answer) -> Option<(HeaderName, String)> {
    let header = |name| answer.header(&name).map(str::to_owned);
    let by_tag = header(ETAG).map(|tag| (IF_NONE_MATCH, tag));
    by_tag.or_else(|| header(LAST_MODIFIED).map(|date| (IF_MODIFIED_SINCE, date)))
}

#[async_trait]
impl HostCalendar for Ics {
    async fn busy(&self, over: Stretch, _reading: Reading) -> Result<BusyTimes, CalendarError> {
        let text = self.text().await?;
        let reader = self.reader.clone();
        // What was written from another calendar program isn't ours, whatever it is called.
        let busy = work_out(move || reader.busy([&*text], over, true)).await?;
        note_doubts(self.url.host_str(), &busy);
        Ok(busy)
    }

    async fn may_be_written(&self) -> Result<bool, CalendarError> {
        Ok(false)
    }

    async fn put(
        &self,
        _entry: &Entry,
        _place: Option<&Place>,
        _ours: &[Stretch],
    ) -> Result<Put, CalendarError> {
        Err(CalendarError::ReadOnly)
    }

    async fn remove(&self, _uid: &str, _place: Option<&Place>) -> Result<(), CalendarError> {
        Err(CalendarError::ReadOnly)
    }

    async fn find(&self, uid: &str, _place: Option<&Place>) -> Result<Option<Found>, CalendarError> {
        let text = self.text().await?;
        let (reader, uid) = (self.reader.clone(), uid.to_owned());
        work_out(move || reader.find(&text, &uid)).await
    }
}
