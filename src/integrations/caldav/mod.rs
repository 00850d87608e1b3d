//! A calendar on a CalDAV server (RFC 4791).

mod discovery;
mod multistatus;
mod requests;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::ETAG;
use tokio::sync::Mutex;
use url::Url;

use crate::domain::host_calendar::{BusyTimes, CalendarError, Entry, Found, HostCalendar, Reading};
use crate::domain::stretch::Stretch;
use crate::ical::{Reader, merged};

use super::http::{Answer, Http, Login};
use super::{address, note_doubts, work_out};
use requests::{Dav, OnlyIf};

/// How often an entry that changes meanwhile is written anew.
const MOST_TRIES: usize = 3;

/// A calendar on a server.
pub(super) struct CalDav {
    dav: Dav,
    /// The address as given.
    given: Url,
    /// The name of the calendar, if one is asked for.
    wanted: Option<String>,
    reader: Reader,
    /// Where the calendar is, once found.
    collection: Mutex<Option<Url>>,
    /// The server said that it has no free-busy report.
    reports_none: AtomicBool,
}

impl fmt::Debug for CalDav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CalDav").field("host", &address::host(&self.given)).finish_non_exhaustive()
    }
}

impl CalDav {
    /// The calendar at `given`, or the one that is found from there.
    pub(super) fn new(given: Url, login: Login, wanted: Option<String>, http: Http, reader: Reader) -> Self {
        Self {
            dav: Dav { http, login },
            given,
            wanted,
            reader,
            collection: Mutex::new(None),
            reports_none: AtomicBool::new(false),
        }
    }

    /// Where the calendar is. Looked for once, by one call at a time.
    async fn collection(&self) -> Result<Url, CalendarError> {
        let mut known = self.collection.lock().await;
        if let Some(url) = &*known {
            return Ok(url.clone());
        }
        let url = discovery::calendar(&self.dav, &self.given, self.wanted.as_deref()).await?;
        tracing::debug!(calendar.server = url.host_str(), "the calendar was found");
        *known = Some(url.clone());
        Ok(url)
    }

    /// Of a calendar that is gone, it is looked up again next time where it is now.
    async fn forget_if_gone<T>(&self, result: Result<T, CalendarError>) -> Result<T, CalendarError> {
        if matches!(result, Err(CalendarError::NotFound)) {
            *self.collection.lock().await = None;
        }
        result
    }

    /// What the server's report says; none if it has none.
    async fn reported(&self, collection: &Url, over: Stretch) -> Result<Option<Vec<Stretch>>, CalendarError> {
        if self.reports_none.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let answer = self.dav.free_busy(collection, over).await?;
        if !answer.status.is_success() {
            return match answer.error() {
                error @ CalendarError::Unauthorised => Err(error),
                // In trouble rather than without the report; the events will tell.
                CalendarError::Later { .. } => Ok(None),
                _ => {
                    self.reports_none.store(true, Ordering::Relaxed);
                    Ok(None)
                }
            };
        }
        let reader = self.reader.clone();
        work_out(move || reader.report(&answer.body, over)).await
    }

    async fn events(&self, collection: &Url, over: Stretch, all: bool) -> Result<BusyTimes, CalendarError> {
        let (texts, missing) = self.dav.events(collection, over).await?;
        let reader = self.reader.clone();
        let busy = work_out(move || reader.busy(texts.iter().map(String::as_str), over, all)).await?;
        note_doubts(self.given.host_str(), &busy, missing);
        Ok(busy)
    }

    /// An error unless the calendar is there. Some servers say of one that is gone that nothing is known of it.
    async fn still_there(&self) -> Result<(), CalendarError> {
        let (_, resources) = self.dav.describe(&self.collection().await?, false).await?;
        let there = resources.iter().any(|resource| resource.calendar);
        if there { Ok(()) } else { Err(CalendarError::NotFound) }
    }

    async fn address(&self, uid: &str) -> Result<Url, CalendarError> {
        if !Entry::is_uid(uid) {
            return Err(CalendarError::BadUid);
        }
        self.collection().await?.join(&format!("{uid}.ics")).map_err(|_| CalendarError::BadUid)
    }
}

#[async_trait]
impl HostCalendar for CalDav {
    async fn busy(&self, over: Stretch, reading: Reading) -> Result<BusyTimes, CalendarError> {
        if over.is_empty() {
            return Ok(BusyTimes::default());
        }
        let collection = self.collection().await?;
        if reading == Reading::FreeBusy
            && let Some(stretches) = self.reported(&collection, over).await?
        {
            return Ok(BusyTimes { stretches, doubts: Vec::new() });
        }
        let events = self.events(&collection, over, reading == Reading::FreeBusy).await;
        self.forget_if_gone(events).await
    }

    async fn put(&self, entry: &Entry) -> Result<(), CalendarError> {
        let address = self.address(&entry.uid).await?;
        for _ in 0..MOST_TRIES {
            let answer = self.dav.put(&address, &entry.text, OnlyIf::Absent).await?;
            if answer.status != StatusCode::PRECONDITION_FAILED {
                return written(&answer);
            }
            // It is there: from before, or by a call whose answer was lost.
            let there = self.dav.get(&address).await?;
            let tag = match there.status {
                StatusCode::NOT_FOUND => continue,
                status if status.is_success() => there.header(&ETAG).map(str::to_owned),
                _ => return Err(there.error()),
            };
            // What the host added to it stays.
            let (ours, uid) = (entry.text.clone(), entry.uid.clone());
            let text = work_out(move || merged(&ours, &there.body, &uid)).await?;
            let answer = self.dav.put(&address, &text, OnlyIf::Unchanged(tag)).await?;
            if answer.status != StatusCode::PRECONDITION_FAILED {
                return written(&answer);
            }
        }
        Err(CalendarError::Contended)
    }

    async fn remove(&self, uid: &str) -> Result<(), CalendarError> {
        let answer = self.dav.delete(&self.address(uid).await?).await?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            _ => written(&answer),
        }
    }

    async fn find(&self, uid: &str) -> Result<Option<Found>, CalendarError> {
        let answer = self.dav.get(&self.address(uid).await?).await?;
        match answer.status {
            // Gone, unless it is the whole calendar that is: then the host removed nothing in particular.
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                let calendar = self.still_there().await;
                self.forget_if_gone(calendar).await.map(|()| None)
            }
            status if status.is_success() => {
                let (reader, uid) = (self.reader.clone(), uid.to_owned());
                let found = work_out(move || reader.find(&answer.body, &uid)).await?;
                // Without the entry in it, the answer is no word on whether the host removed it.
                found.map(Some).ok_or(CalendarError::Unreadable { what: "the entry is not what was written" })
            }
            _ => Err(answer.error()),
        }
    }
}

/// What came of writing. A 403 names the precondition of CalDAV that failed; without one, and on 405, it is
/// the right to write that is missing.
fn written(answer: &Answer) -> Result<(), CalendarError> {
    if answer.status.is_success() {
        return Ok(());
    }
    let condition = multistatus::condition(&answer.body);
    let privileges = condition.as_deref().is_none_or(|name| name == "need-privileges");
    Err(match (answer.status, answer.error()) {
        (StatusCode::FORBIDDEN, _) if privileges => CalendarError::ReadOnly,
        (StatusCode::METHOD_NOT_ALLOWED, _) => CalendarError::ReadOnly,
        (_, CalendarError::Refused { status, .. }) => CalendarError::Refused { status, condition },
        (_, error) => error,
    })
}
