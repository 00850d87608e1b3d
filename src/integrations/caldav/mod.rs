//! A calendar on a CalDAV server (RFC 4791).

mod discovery;
mod multistatus;
mod requests;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use reqwest::StatusCode;
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
use multistatus::Resource;
use requests::{Dav, OnlyIf, place_of};

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
        let texts = self.dav.events(collection, over).await?;
        let reader = self.reader.clone();
        let busy = work_out(move || reader.busy(texts.iter().map(String::as_str), over, false)).await?;
        note_doubts(self.given.host_str(), &busy);
        Ok(busy)
    }

    /// What is in `collection` under `uid`: at the address that we give it, or wherever the server or the host's own
    /// program put it.
    async fn inside(&self, collection: &Url, uid: &str) -> Result<Inside, CalendarError> {
        let address = collection.join(&format!("{uid}.ics")).map_err(|_| CalendarError::BadUid)?;
        let at_address = self.dav.text(&address).await?;
        let taken = at_address.is_some();
        if let Some((text, tag)) = at_address
            && let Some(text) = self.holding(text, uid).await?
        {
            return Ok(Inside::Entry(Located { url: address, tag, text }));
        }
        for resource in self.candidates(collection, uid).await? {
            let url = place_of(collection, &resource.href)?;
            let (text, tag) = match resource.text {
                Some(text) => (text, resource.tag),
                None => match self.dav.text(&url).await? {
                    Some(found) => found,
                    None => continue,
                },
            };
            if let Some(text) = self.holding(text, uid).await? {
                return Ok(Inside::Entry(Located { url, tag, text }));
            }
        }
        // With something else at its address, the answer is no word on whether the host removed it.
        if taken {
            return Err(CalendarError::Garbled);
        }
        // Some servers say of a calendar that is gone that it has nothing of the kind.
        match self.dav.describe(collection, false).await {
            Ok((_, resources)) if resources.iter().any(|resource| resource.calendar) => Ok(Inside::Nothing),
            Ok(_) | Err(CalendarError::NotFound) => Ok(Inside::NoCalendar),
            Err(error) => Err(error),
        }
    }

    /// What may be the entry, if it isn't at the address that we gave it. A server that can't look by UID is asked for
    /// all; one that gives none knows entries by their address alone.
    async fn candidates(&self, collection: &Url, uid: &str) -> Result<Vec<Resource>, CalendarError> {
        match self.dav.named(collection, uid).await {
            Err(CalendarError::Refused { .. }) => match self.dav.all(collection).await {
                Err(CalendarError::Refused { .. } | CalendarError::NotFound) => Ok(Vec::new()),
                all => all,
            },
            // Whether the calendar is there at all is asked next.
            Err(CalendarError::NotFound) => Ok(Vec::new()),
            named => named,
        }
    }

    /// The text, if it has an event of that UID.
    async fn holding(&self, text: String, uid: &str) -> Result<Option<String>, CalendarError> {
        let uid = uid.to_owned();
        work_out(move || holds(&text, &uid).then_some(text)).await
    }

    /// The entry, and the calendar that it is in: the remembered one goes before the one that is meant now, unless it is
    /// on another server, which isn't given the password. With `wide`, the host's other calendars are looked into as well.
    async fn locate(&self, uid: &str, place: Option<&Place>, wide: bool) -> Result<Where, CalendarError> {
        if !Entry::is_uid(uid) {
            return Err(CalendarError::BadUid);
        }
        let now = self.calendar().await?.url;
        let remembered = place.map(|place| Url::parse(&place.0).ok());
        // Of what was entered before places were remembered, nobody knows where it is.
        let mut unknown = remembered.is_none();
        if let Some(remembered) = remembered {
            match remembered.filter(|url| address::same_origin(url, &now)) {
                Some(url) if url == now => {}
                Some(url) => match self.inside(&url, uid).await {
                    Ok(Inside::Entry(entry)) => {
                        return Ok(Where { collection: url, entry: Some(entry), unknown: false });
                    }
                    Ok(Inside::Nothing) => {}
                    Ok(Inside::NoCalendar) | Err(CalendarError::Refused { .. }) => unknown = true,
                    Err(error) => return Err(error),
                },
                None => unknown = true,
            }
        }
        match self.inside(&now, uid).await? {
            Inside::Entry(entry) => Ok(Where { collection: now, entry: Some(entry), unknown }),
            Inside::Nothing => {
                let elsewhere = if wide { self.elsewhere(uid, &now).await? } else { None };
                Ok(elsewhere.unwrap_or(Where { collection: now, entry: None, unknown }))
            }
            Inside::NoCalendar => self.forget_if_gone(Err(CalendarError::NotFound)).await,
        }
    }

    /// The same entry in another calendar of the host's: they may have moved it there.
    async fn elsewhere(&self, uid: &str, but: &Url) -> Result<Option<Where>, CalendarError> {
        let all = discovery::of_user(&self.dav, &self.given).await?;
        for calendar in all.into_iter().filter(|calendar| calendar.url != *but) {
            match self.inside(&calendar.url, uid).await {
                Ok(Inside::Entry(entry)) => {
                    return Ok(Some(Where { collection: calendar.url, entry: Some(entry), unknown: false }));
                }
                Ok(Inside::Nothing | Inside::NoCalendar) => {}
                // A calendar that can't be looked into says nothing.
                Err(error) if !error.is_transient() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// When the entry is, as it stands there.
    async fn found(&self, place: &Where, uid: &str) -> Result<Option<Found>, CalendarError> {
        let Some(entry) = &place.entry else { return Ok(None) };
        let found = self.when(entry.text.clone(), uid).await?.ok_or(CalendarError::Garbled)?;
        Ok(Some(Found { place: Some(place.place()), ..found }))
    }

    async fn when(&self, text: String, uid: &str) -> Result<Option<Found>, CalendarError> {
        let (reader, uid) = (self.reader.clone(), uid.to_owned());
        work_out(move || reader.find(&text, &uid)).await
    }

    /// Whether a server that doesn't say that it wrote the entry shows it as it was written.
    async fn shows(&self, url: &Url, entry: &Entry) -> Result<(), CalendarError> {
        let Some((text, _)) = self.dav.text(url).await? else { return Err(CalendarError::NotShown) };
        let there = self.when(text, &entry.uid).await?;
        let written = self.when(entry.text.clone(), &entry.uid).await?;
        if there.is_some() && there == written { Ok(()) } else { Err(CalendarError::NotShown) }
    }

    /// What may have changed by the next time is looked up again: the right to write, for one.
    async fn read_only(&self) -> CalendarError {
        *self.calendar.lock().await = None;
        CalendarError::ReadOnly
    }

    async fn refused(&self, answer: &Answer) -> CalendarError {
        match refusal(answer) {
            CalendarError::ReadOnly => self.read_only().await,
            error => error,
        }
    }

    async fn is_read_only(&self, collection: &Url) -> bool {
        self.calendar.lock().await.as_ref().is_some_and(|known| known.url == *collection && !known.writable)
    }
}

/// Where an entry is or belongs.
struct Where {
    collection: Url,
    entry: Option<Located>,
    /// Nobody can say where it was: the calendar that it was remembered to be in is gone, or it was entered before
    /// that was remembered.
    unknown: bool,
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
            // Only what it can't do at all it won't be asked again.
            let refused = matches!(events, Err(CalendarError::Refused { status: 405 | 501, .. }));
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
        ours: &[Stretch],
    ) -> Result<Put, CalendarError> {
        for _ in 0..MOST_TRIES {
            // What is new is in no other calendar.
            let there = self.locate(&entry.uid, place, place.is_some()).await?;
            if let Some(found) = self.found(&there, &entry.uid).await?
                && !ours.is_empty()
                && (found.cancelled || !ours.contains(&Stretch { from: found.starts, until: found.ends }))
            {
                return Ok(Put::Changed(found));
            }
            if there.entry.is_none() && place.is_some() && !there.unknown && !ours.is_empty() {
                return Ok(Put::Missing);
            }
            if self.is_read_only(&there.collection).await {
                return Err(self.read_only().await);
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
                    return self.shows(&url, entry).await.map(|()| Put::Written(there.place()));
                }
                _ => return Err(self.refused(&answer).await),
            }
        }
        Err(CalendarError::Contended)
    }

    async fn remove(&self, uid: &str, place: Option<&Place>) -> Result<(), CalendarError> {
        let there = self.locate(uid, place, true).await?;
        let Some(located) = there.entry else { return Ok(()) };
        let answer = self.dav.delete(&located.url).await?;
        match answer.status {
            StatusCode::NO_CONTENT | StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            status if status.is_success() => {
                let Some((text, _)) = self.dav.text(&located.url).await? else { return Ok(()) };
                if self.holding(text, uid).await?.is_some() { Err(CalendarError::NotShown) } else { Ok(()) }
            }
            _ => Err(self.refused(&answer).await),
        }
    }

    async fn find(&self, uid: &str, place: Option<&Place>) -> Result<Option<Found>, CalendarError> {
        let there = self.locate(uid, place, true).await?;
        match self.found(&there, uid).await? {
            None if there.unknown && place.is_some() => Err(CalendarError::CalendarGone),
            found => Ok(found),
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
