//! What is asked of a CalDAV server.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::domain::host_calendar::CalendarError;
use crate::domain::stretch::Stretch;

use super::super::http::{Answer, Ask, Http, Login};
use super::multistatus::{self, Resource};

/// A server may place floating times and whole days in another zone than the host's, so events are asked for
/// this much around the range, in hours: no two zones are further apart.
const AROUND: i64 = 26;

const PROPERTIES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/><D:displayname/><D:current-user-principal/><C:calendar-home-set/><C:supported-calendar-component-set/><D:current-user-privilege-set/></D:prop></D:propfind>"#;

/// When an entry is written.
pub(super) enum OnlyIf {
    /// Nothing is there.
    Absent,
    /// What is there is still what had that ETag; without one, something is there.
    Unchanged(Option<String>),
}

/// A server, and who logs in.
pub(super) struct Dav {
    pub(super) http: Http,
    pub(super) login: Login,
}

impl Dav {
    /// What is at `url`, with `members` also what is in it; and where that is after redirects.
    pub(super) async fn describe(
        &self,
        url: &Url,
        members: bool,
    ) -> Result<(Url, Vec<Resource>), CalendarError> {
        let depth = if members { "1" } else { "0" };
        let answer = self.xml("PROPFIND", url, depth, PROPERTIES.to_owned()).await?;
        match answer.status {
            StatusCode::MULTI_STATUS => Ok((answer.url, multistatus::read(&answer.body)?)),
            status if status.is_success() => {
                Err(CalendarError::Unreadable { what: "it doesn't speak CalDAV" })
            }
            _ => Err(answer.error()),
        }
    }

    /// The free-busy report (RFC 4791, 7.10), whatever its status.
    pub(super) async fn free_busy(&self, calendar: &Url, over: Stretch) -> Result<Answer, CalendarError> {
        let body = format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">{}</C:free-busy-query>"#,
            time_range(over)
        );
        self.xml("REPORT", calendar, "1", body).await
    }

    /// The texts of the events around `over`.
    pub(super) async fn events(&self, calendar: &Url, over: Stretch) -> Result<Vec<String>, CalendarError> {
        let around = SignedDuration::from_hours(AROUND);
        let over = Stretch {
            from: over.from.checked_sub(around).unwrap_or(Timestamp::MIN),
            until: over.until.checked_add(around).unwrap_or(Timestamp::MAX),
        };
        let resources = self.query(calendar, &time_range(over)).await?;
        let mut texts = Vec::with_capacity(resources.len());
        let mut missing = 0;
        for resource in resources {
            match resource.text {
                Some(text) => texts.push(text),
                // Named without its text: it is asked for, since what isn't read would be free.
                None if missing < MOST_ASKED_FOR => {
                    missing += 1;
                    texts
                        .extend(self.text(&place_of(calendar, &resource.href)?).await?.map(|(text, _)| text));
                }
                None => {
                    return Err(CalendarError::Unreadable { what: "it names events without their text" });
                }
            }
        }
        Ok(texts)
    }

    /// The text of an entry and its tag; none if it isn't there.
    pub(super) async fn text(&self, url: &Url) -> Result<Option<(String, Option<String>)>, CalendarError> {
        let answer = self.get(url).await?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => {
                let tag = answer.header(&ETAG).map(str::to_owned);
                Ok(Some((answer.body, tag)))
            }
            _ => Err(answer.error()),
        }
    }

    /// All events of the calendar.
    pub(super) async fn all(&self, calendar: &Url) -> Result<Vec<Resource>, CalendarError> {
        self.query(calendar, "").await
    }

    /// What the calendar holds whose UID has `uid` in it (RFC 4791, 9.7.5: a text matches as a part).
    pub(super) async fn named(&self, calendar: &Url, uid: &str) -> Result<Vec<Resource>, CalendarError> {
        let filter = format!(
            r#"<C:prop-filter name="UID"><C:text-match collation="i;octet">{uid}</C:text-match></C:prop-filter>"#
        );
        self.query(calendar, &filter).await
    }

    /// The events that a filter lets through (RFC 4791, 7.8).
    async fn query(&self, calendar: &Url, filter: &str) -> Result<Vec<Resource>, CalendarError> {
        let body = format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{filter}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"#
        );
        let answer = self.xml("REPORT", calendar, "1", body).await?;
        match answer.status {
            StatusCode::MULTI_STATUS => multistatus::read(&answer.body),
            status if status.is_success() => {
                Err(CalendarError::Unreadable { what: "it doesn't speak CalDAV" })
            }
            _ => Err(answer.error()),
        }
    }

    /// The entry at `url`, whatever the status.
    pub(super) async fn get(&self, url: &Url) -> Result<Answer, CalendarError> {
        // Compressed on the way, it would have another ETag at some servers.
        let as_it_is = vec![(ACCEPT_ENCODING, "identity".to_owned())];
        self.ask(Method::GET, url, as_it_is, None).await
    }

    /// Writes an entry; the answer's status says whether the condition held.
    pub(super) async fn put(&self, url: &Url, text: &str, only_if: OnlyIf) -> Result<Answer, CalendarError> {
        let condition = match only_if {
            OnlyIf::Absent => (IF_NONE_MATCH, "*".to_owned()),
            // A weak tag never matches (RFC 9110, 13.1.1).
            OnlyIf::Unchanged(Some(tag)) if !tag.starts_with("W/") => (IF_MATCH, tag),
            OnlyIf::Unchanged(_) => (IF_MATCH, "*".to_owned()),
        };
        let kind = (CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned());
        self.ask(Method::PUT, url, vec![condition, kind], Some(text.to_owned())).await
    }

    /// Removes an entry, whatever the status.
    pub(super) async fn delete(&self, url: &Url) -> Result<Answer, CalendarError> {
        self.ask(Method::DELETE, url, Vec::new(), None).await
    }

    async fn xml(&self, method: &str, url: &Url, depth: &str, body: String) -> Result<Answer, CalendarError> {
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| CalendarError::Unreadable { what: "the method has no name" })?;
        let headers = vec![
            (HeaderName::from_static("depth"), depth.to_owned()),
            (CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()),
        ];
        self.ask(method, url, headers, Some(body)).await
    }

    async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: Vec<(HeaderName, String)>,
        body: Option<String>,
    ) -> Result<Answer, CalendarError> {
        self.http.ask(Ask { method, url: url.clone(), headers, body, login: Some(&self.login) }).await
    }
}

/// Most entries of an answer that are asked for by themselves.
const MOST_ASKED_FOR: usize = 50;

/// The address that `href` is on the server of `base`: behind a proxy a server may name itself otherwise, and the
/// password goes to nobody else.
pub(super) fn place_of(base: &Url, href: &str) -> Result<Url, CalendarError> {
    let named =
        base.join(href).map_err(|_| CalendarError::Unreadable { what: "an address in it is none" })?;
    let mut url = base.clone();
    url.set_path(named.path());
    url.set_query(named.query());
    Ok(url)
}

/// Whole seconds, and none of the range left out.
fn time_range(over: Stretch) -> String {
    let second =
        |at: i64| Timestamp::from_second(at).unwrap_or(Timestamp::MAX).strftime("%Y%m%dT%H%M%SZ").to_string();
    let from = over.from.as_second() - i64::from(over.from.subsec_nanosecond() < 0);
    let until = over.until.as_second() + i64::from(over.until.subsec_nanosecond() > 0);
    format!(r#"<C:time-range start="{}" end="{}"/>"#, second(from), second(until))
}
