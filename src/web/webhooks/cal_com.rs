//! What Cal.com tells (<https://cal.com/docs/developing/guides/automation/webhooks>), in the form of its default
//! payload. Pure.
//!
//! Moving a booking makes another one: `uid` is the new one's, `rescheduleUid` the old one's, and `startTime` is
//! the new time. Some versions leave `uid` out when the booking keeps its id.

use serde_json::Value;

use super::value::{id, instant, mail, mails, text};
use super::{Malformed, meeting};
use crate::command::{OutsideBooking, Told};
use crate::domain::booking::Provider;

/// What `body` tells; none if it is nothing about a booking's time.
pub(super) fn read(body: &Value) -> Result<Option<OutsideBooking>, Malformed> {
    let event = text(body, "/triggerEvent").ok_or(Malformed)?;
    let (uid, before) = (id(body, "/payload/uid"), id(body, "/payload/rescheduleUid"));
    let (id, replaces, what) = match event {
        "BOOKING_CREATED" => (uid.ok_or(Malformed)?, before, made(body)?),
        "BOOKING_RESCHEDULED" => {
            let id = uid.or_else(|| before.clone()).ok_or(Malformed)?;
            let replaces = before.unwrap_or_else(|| id.clone());
            (id, Some(replaces), made(body)?)
        }
        // The booking goes on under another id, of which another webhook tells.
        "BOOKING_CANCELLED" if text(body, "/payload/rescheduledToUid").is_some() => return Ok(None),
        "BOOKING_CANCELLED" => (uid.ok_or(Malformed)?, None, Told::Cancelled),
        // Asked for but not agreed, refused, paid, a test, and whatever comes later.
        _ => return Ok(None),
    };
    let at = instant(body, "/createdAt");
    Ok(Some(OutsideBooking { provider: Provider::CalCom, id, replaces, at, what }))
}

fn made(body: &Value) -> Result<Told, Malformed> {
    let hosts = mail(body, "/payload/organizer/email").into_iter().collect();
    let mut guests = mails(body, "/payload/attendees", "/email");
    guests.extend(mail(body, "/payload/responses/email/value"));
    let (starts, ends) = (instant(body, "/payload/startTime"), instant(body, "/payload/endTime"));
    meeting(hosts, guests, starts, ends)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::command::Meeting;

    /// As Cal.com sends it, without what only it needs.
    fn created() -> Value {
        json!({
            "triggerEvent": "BOOKING_CREATED",
            "createdAt": "2026-11-20T09:14:03.538Z",
            "payload": {
                "type": "office-hours",
                "title": "Office hours between Priya Raman and Ana Souza",
                "description": "",
                "additionalNotes": "",
                "customInputs": {},
                "startTime": "2026-12-01T10:00:00Z",
                "endTime": "2026-12-01T10:30:00Z",
                "organizer": {
                    "id": 3, "name": "Priya Raman", "email": "Priya@Example.com", "username": "priya",
                    "timeZone": "Europe/Lisbon", "language": { "locale": "en" }, "timeFormat": "h:mma",
                    "utcOffset": 0
                },
                "responses": {
                    "name": { "label": "your_name", "value": "Ana Souza", "isHidden": false },
                    "email": { "label": "email_address", "value": "ana@example.com", "isHidden": false },
                    "guests": { "label": "additional_guests", "isHidden": false }
                },
                "userFieldsResponses": {},
                "attendees": [{
                    "email": "ana@example.com", "name": "Ana Souza", "firstName": "Ana", "lastName": "Souza",
                    "timeZone": "America/Sao_Paulo", "language": { "locale": "en" }, "utcOffset": -180
                }],
                "location": "integrations:daily",
                "destinationCalendar": null,
                "iCalUID": "bFJeNb2uX8ANpT3JL5EfXw@Cal.com",
                "iCalSequence": 0,
                "eventTypeId": 7,
                "bookingId": 91,
                "uid": "bFJeNb2uX8ANpT3JL5EfXw",
                "status": "ACCEPTED",
                "length": 30,
                "metadata": { "videoCallUrl": "https://app.cal.com/video/bFJeNb2uX8ANpT3JL5EfXw" }
            }
        })
    }

    fn with(changes: &[(&str, Value)]) -> Value {
        let mut body = created();
        for (place, value) in changes {
            let (parent, name) = place.rsplit_once('/').unwrap();
            let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            parent.insert(name.to_owned(), value.clone());
        }
        body
    }

    fn without(place: &str) -> Value {
        let mut body = created();
        let (parent, name) = place.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        body
    }

    fn expected() -> OutsideBooking {
        OutsideBooking {
            provider: Provider::CalCom,
            id: "bFJeNb2uX8ANpT3JL5EfXw".into(),
            replaces: None,
            at: Some("2026-11-20T09:14:03.538Z".parse().unwrap()),
            what: Told::Made(Meeting {
                hosts: vec!["priya@example.com".into()],
                guests: vec!["ana@example.com".into(), "ana@example.com".into()],
                starts: "2026-12-01T10:00:00Z".parse().unwrap(),
                ends: "2026-12-01T10:30:00Z".parse().unwrap(),
            }),
        }
    }

    #[test]
    fn a_booking_is_read_whatever_else_is_missing_or_wrong() {
        let check = |body: Value| assert_eq!(read(&body), Ok(Some(expected())), "{body}");
        check(created());
        check(with(&[("/payload/title", Value::Null), ("/payload/status", json!(3))]));
        check(with(&[("/payload/metadata", json!([])), ("/payload/rescheduleUid", Value::Null)]));
        check(with(&[
            ("/payload/startTime", json!("2026-12-01T15:30:00+05:30")),
            ("/more", json!({ "a": 1 })),
        ]));
        check(without("/payload/responses/name"));
        let unknown_time = OutsideBooking { at: None, ..expected() };
        assert_eq!(read(&with(&[("/createdAt", json!(7))])), Ok(Some(unknown_time)));
        for body in [without("/payload/organizer"), with(&[("/payload/organizer", json!("Priya"))])] {
            let Ok(Some(OutsideBooking { what: Told::Made(meeting), .. })) = read(&body) else {
                panic!("{body}")
            };
            assert!(meeting.hosts.is_empty(), "{body}");
        }
        let nobody = with(&[
            ("/payload/attendees", json!([{ "email": null }, 3, { "email": "+3519100" }])),
            ("/payload/responses", Value::Null),
        ]);
        let Ok(Some(OutsideBooking { what: Told::Made(meeting), .. })) = read(&nobody) else { panic!() };
        assert!(meeting.guests.is_empty());
    }

    #[test]
    fn what_a_booking_can_not_do_without_is_missed() {
        let long = "x".repeat(301);
        for body in [
            json!({}),
            json!({ "triggerEvent": null, "payload": {} }),
            json!({ "triggerEvent": "BOOKING_CREATED" }),
            json!({ "triggerEvent": "BOOKING_CANCELLED", "payload": [] }),
            without("/triggerEvent"),
            without("/payload/uid"),
            without("/payload/startTime"),
            without("/payload/endTime"),
            with(&[("/payload/uid", json!(91))]),
            with(&[("/payload/uid", json!(""))]),
            with(&[("/payload/uid", json!(long))]),
            with(&[("/payload/startTime", json!("tomorrow"))]),
            with(&[("/payload/startTime", json!(1_780_000_000))]),
            with(&[("/payload/endTime", json!("2026-12-01T10:00:00Z"))]),
            with(&[("/payload/endTime", json!("2026-11-01T10:00:00Z"))]),
            with(&[("/payload/endTime", json!("2026-12-02T10:00:01Z"))]),
        ] {
            assert_eq!(read(&body), Err(Malformed), "{body}");
        }
    }

    #[test]
    fn a_move_names_the_booking_before() {
        let old = json!("a1oldaaaaaaaaaaaaaaaaa");
        let moved = with(&[
            ("/triggerEvent", json!("BOOKING_RESCHEDULED")),
            ("/payload/rescheduleUid", old.clone()),
            ("/payload/rescheduleStartTime", json!("2026-11-30T10:00:00Z")),
        ]);
        let told = read(&moved).unwrap().unwrap();
        let replaces = old.as_str().map(str::to_owned);
        assert_eq!(told, OutsideBooking { replaces, ..expected() });
        // The same id, by either name.
        for (uid, before) in
            [(json!(null), json!("u1")), (json!("u1"), json!(null)), (json!("u1"), json!("u1"))]
        {
            let told = with(&[
                ("/triggerEvent", json!("BOOKING_RESCHEDULED")),
                ("/payload/uid", uid),
                ("/payload/rescheduleUid", before),
            ]);
            let told = read(&told).unwrap().unwrap();
            assert_eq!((told.id.as_str(), told.replaces.as_deref()), ("u1", Some("u1")));
        }
    }

    #[test]
    fn a_cancellation_counts_unless_the_booking_goes_on() {
        let cancelled = with(&[
            ("/triggerEvent", json!("BOOKING_CANCELLED")),
            ("/payload/status", json!("CANCELLED")),
            ("/payload/cancellationReason", json!("ill")),
            ("/payload/startTime", Value::Null),
        ]);
        let expected = OutsideBooking { what: Told::Cancelled, ..expected() };
        assert_eq!(read(&cancelled), Ok(Some(expected)));
        let goes_on = with(&[
            ("/triggerEvent", json!("BOOKING_CANCELLED")),
            ("/payload/rescheduledToUid", json!("another")),
        ]);
        assert_eq!(read(&goes_on), Ok(None));
    }

    #[test]
    fn what_is_about_something_else_is_ignored() {
        for event in ["PING", "BOOKING_REQUESTED", "BOOKING_REJECTED", "BOOKING_PAID", "MEETING_ENDED", "NEW"]
        {
            assert_eq!(read(&with(&[("/triggerEvent", json!(event))])), Ok(None), "{event}");
        }
    }
}
