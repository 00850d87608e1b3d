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

use crate::domain::host_calendar::{
    BusyTimes, CalendarError, Entry, Found, HostCalendar, Place, Put, Reading,
};
use crate::domain::stretch::Stretch;
use crate::ical::{Reader, holds, merged};

use super::http::{Answer, Http, Login};
use super::{address, note_doubts, work_out};
use discovery::Calendar;
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
    /// The calendar, once found.
    calendar: Mutex<Option<Calendar>>,
    /// The server said that it doesn't give its events.
    gives_none: AtomicBool,
}

/// An entry, and where it is.
struct Located {
    url: Url,
    tag: Option<String>,
    text: String,
}

/// What is in a calendar under a UID.
enum Inside {
    Entry(Located),
    /// The calendar is there and hasn't got it.
    Nothing,
    /// There is no such calendar.
    NoCalendar,
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
            calendar: Mutex::new(None),
            gives_none: AtomicBool::new(false),
        }
    }

    /// The calendar that is meant. Looked for once, by one call at a time.
    async fn calendar(&self) -> Result<Calendar, CalendarError> {
        let mut known = self.calendar.lock().await;
        if let Some(calendar) = &*known {
            return Ok(calendar.clone());
        }
        let (calendar, _) = discovery::calendars(&self.dav, &self.given, self.wanted.as_deref()).await?;
        tracing::debug!(calendar.server = calendar.url.host_str(), "the calendar was found");
        *known = Some(calendar.clone());
        Ok(calendar)
    }

    /// Of a calendar that is gone, it is looked up again next time where it is now.
    async fn forget_if_gone<T>(&self, result: Result<T, CalendarError>) -> Result<T, CalendarError> {
        if matches!(result, Err(CalendarError::NotFound)) {
            *self.calendar.lock().await = None;
        }
        result
    }

    /// The calendar at a remembered place, unless the password would go to another server for it.
    fn remembered(&self, place: Option<&Place>) -> Option<Url> {
        let url = Url::parse(&place?.0).ok()?;
        let safe = address::same_origin(&self.given, &url) || address::is_sibling(&self.given, &url);
        safe.then_some(url)
    }

    /// What the server's report says; none if it has none.
    async fn reported(&self, collection: &Url, over: Stretch) -> Result<Option<Vec<Stretch>>, CalendarError> {
        let answer = self.dav.free_busy(collection, over).await?;
        if !answer.status.is_success() {
            return match answer.error() {
                error @ (CalendarError::Unauthorised | CalendarError::Later { .. }) => Err(error),
                _ => Ok(None),
            };
        }
        let reader = self.reader.clone();
        work_out(move || reader.report(&answer.body, over)).await
    }

    async fn events(&self, collection: &Url, over: Stretch) -> Result<BusyTimes, CalendarError> {
        let (texts, missing) = self.dav.events(collection, over).await?;
        let reader = self.reader.clone();
        let busy = work_out(move || reader.busy(texts.iter().map(String::as_str), over, false)).await?;
        note_doubts(self.given.host_str(), &busy, missing);
        Ok(busy)
    }

    /// What is in `collection` under `uid`: at the address that we give it, or wherever the server or the host's own
    /// program put it.
    async fn inside(&self, collection: &Url, uid: &str) -> Result<Inside, CalendarError> {
        let address = collection.join(&format!("{uid}.ics")).map_err(|_| CalendarError::BadUid)?;
        let answer = self.dav.get(&address).await?;
        let there = answer.status.is_success();
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => {}
            _ if there => {
                let tag = answer.header(&ETAG).map(str::to_owned);
                let (text, uid) = (answer.body, uid.to_owned());
                let (holds, text) = work_out(move || (holds(&text, &uid), text)).await?;
                if holds {
                    return Ok(Inside::Entry(Located { url: address, tag, text }));
                }
            }
            _ => return Err(answer.error()),
        }
        let resources = match self.dav.named(collection, uid).await {
            Ok(resources) => resources,
            // It may not know how to look by UID, or not be there.
            Err(
                CalendarError::NotFound | CalendarError::Refused { .. } | CalendarError::Unreadable { .. },
            ) => Vec::new(),
            Err(error) => return Err(error),
        };
        for resource in resources {
            let (Some(text), Ok(url)) = (resource.text, collection.join(&resource.href)) else { continue };
            let uid = uid.to_owned();
            let (holds, text) = work_out(move || (holds(&text, &uid), text)).await?;
            if holds && address::same_origin(collection, &url) {
                return Ok(Inside::Entry(Located { url, tag: resource.tag, text }));
            }
        }
        // With something else at its address, the answer is no word on whether the host removed it.
        if there {
            return Err(CalendarError::Unreadable { what: "the entry is not what was written" });
        }
        // Some servers say of a calendar that is gone that it has nothing of the kind.
        match self.dav.describe(collection, false).await {
            Ok((_, resources)) if resources.iter().any(|resource| resource.calendar) => Ok(Inside::Nothing),
            Ok(_) | Err(CalendarError::NotFound) => Ok(Inside::NoCalendar),
            Err(error) => Err(error),
        }
    }

    /// The entry, and the calendar that it is in: the remembered one goes before the one that is meant now.
    async fn locate(&self, uid: &str, place: Option<&Place>) -> Result<Where, CalendarError> {
        if !Entry::is_uid(uid) {
            return Err(CalendarError::BadUid);
        }
        let remembered = self.remembered(place);
        let mut gone = false;
        if let Some(collection) = &remembered {
            match self.inside(collection, uid).await? {
                Inside::Entry(entry) => {
                    return Ok(Where { collection: collection.clone(), entry: Some(entry), gone });
                }
                Inside::Nothing => {}
                Inside::NoCalendar => gone = true,
            }
        }
        let now = self.calendar().await?.url;
        if remembered.as_ref() == Some(&now) {
            if gone {
                return self.forget_if_gone(Err(CalendarError::NotFound)).await;
            }
            return Ok(Where { collection: now, entry: None, gone });
        }
        match self.inside(&now, uid).await? {
            Inside::Entry(entry) => Ok(Where { collection: now, entry: Some(entry), gone }),
            Inside::Nothing => Ok(Where { collection: now, entry: None, gone }),
            Inside::NoCalendar => self.forget_if_gone(Err(CalendarError::NotFound)).await,
        }
    }

    /// The same entry in another calendar of the host's: they may have moved it there.
    async fn elsewhere(&self, uid: &str, but: &Url) -> Result<Option<Where>, CalendarError> {
        let (_, all) = discovery::calendars(&self.dav, &self.given, self.wanted.as_deref()).await?;
        for calendar in all.into_iter().filter(|calendar| calendar.url != *but) {
            if let Inside::Entry(entry) = self.inside(&calendar.url, uid).await? {
                return Ok(Some(Where { collection: calendar.url, entry: Some(entry), gone: false }));
            }
        }
        Ok(None)
    }

    /// When the entry is, as it stands there.
    async fn found(&self, place: &Where, uid: &str) -> Result<Option<Found>, CalendarError> {
        let Some(entry) = &place.entry else { return Ok(None) };
        let (reader, uid, text) = (self.reader.clone(), uid.to_owned(), entry.text.clone());
        let found = work_out(move || reader.find(&text, &uid)).await?;
        let unreadable = CalendarError::Unreadable { what: "the entry is not what was written" };
        let found = found.ok_or(unreadable)?;
        Ok(Some(Found { place: Some(place.place()), ..found }))
    }

    /// Whether a server that doesn't say that it wrote the entry shows it.
    async fn shows(&self, url: &Url, uid: &str) -> Result<(), CalendarError> {
        let there = self.dav.get(url).await?;
        let (success, uid, text) = (there.status.is_success(), uid.to_owned(), there.body);
        let holds = success && work_out(move || holds(&text, &uid)).await?;
        if holds { Ok(()) } else { Err(CalendarError::NotShown) }
    }

    async fn is_read_only(&self, collection: &Url) -> bool {
        self.calendar.lock().await.as_ref().is_some_and(|known| known.url == *collection && !known.writable)
    }
}

/// Where an entry is or belongs.
struct Where {
    collection: Url,
    entry: Option<Located>,
    /// The calendar that it was remembered to be in is gone.
    gone: bool,
}

impl Where {
    fn place(&self) -> Place {
        Place(self.collection.as_str().to_owned())
    }
}

#[async_trait]
impl HostCalendar for CalDav {
    async fn busy(&self, over: Stretch, reading: Reading) -> Result<BusyTimes, CalendarError> {
        if over.is_empty() {
            return Ok(BusyTimes::default());
        }
        let collection = self.calendar().await?.url;
        let may_report = reading == Reading::EventsOrReport;
        let events = match self.gives_none.load(Ordering::Relaxed) && may_report {
            true => Err(CalendarError::Refused { status: 501, condition: None }),
            false => self.events(&collection, over).await,
        };
        // The events say more than the report: whose zone a whole day is in, and what nobody understands.
        if may_report
            && let Err(
                CalendarError::Refused { .. }
                | CalendarError::Unreadable { .. }
                | CalendarError::TooLarge { .. },
            ) = events
            && let Some(stretches) = self.reported(&collection, over).await?
        {
            let refused = matches!(events, Err(CalendarError::Refused { .. }));
            self.gives_none.fetch_or(refused, Ordering::Relaxed);
            return Ok(BusyTimes { stretches, doubts: Vec::new() });
        }
        self.forget_if_gone(events).await
    }

    async fn may_be_written(&self) -> Result<bool, CalendarError> {
        Ok(self.calendar().await?.writable)
    }

    async fn put(
        &self,
        entry: &Entry,
        place: Option<&Place>,
        before: Option<Stretch>,
    ) -> Result<Put, CalendarError> {
        for _ in 0..MOST_TRIES {
            let there = self.locate(&entry.uid, place).await?;
            if let (Some(found), Some(before)) =
                (self.found(&there, &entry.uid).await.unwrap_or_default(), before)
                && (found.cancelled || found.starts != before.from || found.ends != before.until)
            {
                return Ok(Put::Changed(found));
            }
            if self.is_read_only(&there.collection).await {
                return Err(CalendarError::ReadOnly);
            }
            let (url, text, only_if) = match &there.entry {
                Some(located) => {
                    // What the host added to it stays.
                    let (ours, theirs, uid) = (entry.text.clone(), located.text.clone(), entry.uid.clone());
                    let text = work_out(move || merged(&ours, &theirs, &uid)).await?;
                    (located.url.clone(), text, OnlyIf::Unchanged(located.tag.clone()))
                }
                None => {
                    let url = there.collection.join(&format!("{}.ics", entry.uid));
                    let url = url.map_err(|_| CalendarError::BadUid)?;
                    (url, entry.text.clone(), OnlyIf::Absent)
                }
            };
            let answer = self.dav.put(&url, &text, only_if).await?;
            match answer.status {
                // Somebody else was faster, or a call whose answer was lost.
                StatusCode::PRECONDITION_FAILED => {}
                StatusCode::CREATED | StatusCode::NO_CONTENT => return Ok(Put::Written(there.place())),
                // A login page, or a promise.
                status if status.is_success() => {
                    return self.shows(&url, &entry.uid).await.map(|()| Put::Written(there.place()));
                }
                _ => return Err(refusal(&answer)),
            }
        }
        Err(CalendarError::Contended)
    }

    async fn remove(&self, uid: &str, place: Option<&Place>) -> Result<(), CalendarError> {
        let there = self.locate(uid, place).await?;
        let Some(located) = there.entry else { return Ok(()) };
        let answer = self.dav.delete(&located.url).await?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(refusal(&answer)),
        }
    }

    async fn find(&self, uid: &str, place: Option<&Place>) -> Result<Option<Found>, CalendarError> {
        let there = self.locate(uid, place).await?;
        if there.entry.is_some() {
            return self.found(&there, uid).await;
        }
        match self.elsewhere(uid, &there.collection).await? {
            Some(there) => self.found(&there, uid).await,
            None if there.gone => Err(CalendarError::CalendarGone),
            None => Ok(None),
        }
    }
}

/// Why writing was refused. A 403 names the precondition of CalDAV that failed; without one, and on 405, it is
/// the right to write that is missing.
fn refusal(answer: &Answer) -> CalendarError {
    let condition = multistatus::condition(&answer.body);
    let privileges = condition.as_deref().is_none_or(|name| name == "need-privileges");
    match (answer.status, answer.error()) {
        (StatusCode::FORBIDDEN, _) if privileges => CalendarError::ReadOnly,
        (StatusCode::METHOD_NOT_ALLOWED, _) => CalendarError::ReadOnly,
        (_, CalendarError::Refused { status, .. }) => CalendarError::Refused { status, condition },
        (_, error) => error,
    }
}
