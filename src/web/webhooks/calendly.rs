//! What Calendly tells (<https://developer.calendly.com/docs/webhooks/overview>). Pure.
//!
//! Moving a booking cancels one invitee (`rescheduled` is true) and makes another, whose `old_invitee` is the
//! first. An id is the invitee's address: several invitees of one event are several bookings.

use serde_json::Value;

use super::value::{id, instant, mail, mails, text};
use super::{Malformed, meeting};
use crate::command::{OutsideBooking, Told};
use crate::domain::booking::Provider;

/// What `body` tells; none if it is nothing about a booking's time.
pub(super) fn read(body: &Value) -> Result<Option<OutsideBooking>, Malformed> {
    let event = text(body, "/event").ok_or(Malformed)?;
    let (replaces, what) = match event {
        "invitee.created" => (id(body, "/payload/old_invitee"), made(body)?),
        // The other half tells where it went.
        "invitee.canceled" if body.pointer("/payload/rescheduled") == Some(&Value::Bool(true)) => {
            return Ok(None);
        }
        "invitee.canceled" => (None, Told::Cancelled),
        // No-shows, forms, recaps, and whatever comes later.
        _ => return Ok(None),
    };
    let id = id(body, "/payload/uri").ok_or(Malformed)?;
    let at = instant(body, "/created_at");
    Ok(Some(OutsideBooking { provider: Provider::Calendly, id, replaces, at, what }))
}

fn made(body: &Value) -> Result<Told, Malformed> {
    const EVENT: &str = "/payload/scheduled_event";
    let hosts = mails(body, &format!("{EVENT}/event_memberships"), "/user_email");
    let guests = mail(body, "/payload/email").into_iter().collect();
    let time = |name: &str| instant(body, &format!("{EVENT}/{name}"));
    meeting(hosts, guests, time("start_time"), time("end_time"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::command::Meeting;

    const URI: &str = "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2/invitees/AJGW3Q4KER5NTOCW";
    const OLD: &str = "https://api.calendly.com/scheduled_events/GMHEOIJCC6XQ4IKF/invitees/BODU6Q4OAR5LKFTP";

    /// As Calendly sends it, without what only it needs.
    fn created() -> Value {
        json!({
            "created_at": "2026-11-20T09:14:03.000000Z",
            "created_by": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
            "event": "invitee.created",
            "payload": {
                "cancel_url": "https://calendly.com/cancellations/AJGW3Q4KER5NTOCW",
                "created_at": "2026-11-20T09:14:02.421314Z",
                "email": "Ana@example.com",
                "event": "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2",
                "first_name": null,
                "invitee_scheduled_by": null,
                "last_name": null,
                "name": "Ana Souza",
                "new_invitee": null,
                "no_show": null,
                "old_invitee": null,
                "payment": null,
                "questions_and_answers": [{ "answer": "limits", "position": 0, "question": "About?" }],
                "reconfirmation": null,
                "reschedule_url": "https://calendly.com/reschedulings/AJGW3Q4KER5NTOCW",
                "rescheduled": false,
                "routing_form_submission": null,
                "scheduled_event": {
                    "created_at": "2026-11-20T09:14:02.401523Z",
                    "end_time": "2026-12-01T10:30:00.000000Z",
                    "event_guests": [],
                    "event_memberships": [{
                        "user": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
                        "user_email": "priya@example.com",
                        "user_name": "Priya Raman"
                    }],
                    "event_type": "https://api.calendly.com/event_types/CCCCCCCCCCCCCCCC",
                    "invitees_counter": { "total": 1, "active": 1, "limit": 1 },
                    "location": { "location": null, "type": "custom" },
                    "name": "Office hours",
                    "start_time": "2026-12-01T10:00:00.000000Z",
                    "status": "active",
                    "updated_at": "2026-11-20T09:14:02.401523Z",
                    "uri": "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2"
                },
                "status": "active",
                "text_reminder_number": null,
                "timezone": "America/Sao_Paulo",
                "tracking": { "utm_campaign": null, "salesforce_uuid": null },
                "updated_at": "2026-11-20T09:14:02.421314Z",
                "uri": URI
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

    fn expected() -> OutsideBooking {
        OutsideBooking {
            provider: Provider::Calendly,
            id: URI.into(),
            replaces: None,
            at: Some("2026-11-20T09:14:03Z".parse().unwrap()),
            what: Told::Made(Meeting {
                hosts: vec!["priya@example.com".into()],
                guests: vec!["ana@example.com".into()],
                starts: "2026-12-01T10:00:00Z".parse().unwrap(),
                ends: "2026-12-01T10:30:00Z".parse().unwrap(),
            }),
        }
    }

    #[test]
    fn a_booking_is_read_whatever_else_is_missing_or_wrong() {
        let check = |body: Value| assert_eq!(read(&body), Ok(Some(expected())), "{body}");
        check(created());
        check(with(&[
            ("/payload/name", Value::Null),
            ("/payload/tracking", json!("none")),
            ("/more", json!([])),
        ]));
        check(with(&[("/payload/old_invitee", json!({})), ("/payload/rescheduled", json!("no"))]));
        let strange = |memberships: Value| {
            let body = with(&[
                ("/payload/scheduled_event/event_memberships", memberships),
                ("/payload/email", json!(1)),
            ]);
            let Ok(Some(OutsideBooking { what: Told::Made(meeting), .. })) = read(&body) else {
                panic!("{body}")
            };
            (meeting.hosts, meeting.guests)
        };
        assert_eq!(strange(Value::Null), (vec![], vec![]));
        assert_eq!(strange(json!([{ "user": "x" }, null])), (vec![], vec![]));
        let two = strange(json!([{ "user_email": "jo@example.com" }, { "user_email": "priya@example.com" }]));
        assert_eq!(two.0, ["jo@example.com", "priya@example.com"]);
    }

    #[test]
    fn what_a_booking_can_not_do_without_is_missed() {
        for body in [
            json!({}),
            json!({ "event": 3, "payload": {} }),
            json!({ "event": "invitee.created" }),
            json!({ "event": "invitee.canceled", "payload": null }),
            with(&[("/payload/uri", Value::Null)]),
            with(&[("/payload/uri", json!(["x"]))]),
            with(&[("/payload/uri", json!("x".repeat(301)))]),
            with(&[("/payload/scheduled_event", Value::Null)]),
            with(&[("/payload/scheduled_event/start_time", json!("soon"))]),
            with(&[("/payload/scheduled_event/end_time", Value::Null)]),
            with(&[("/payload/scheduled_event/end_time", json!("2026-12-01T09:00:00Z"))]),
        ] {
            assert_eq!(read(&body), Err(Malformed), "{body}");
        }
    }

    #[test]
    fn a_move_is_told_by_the_invitee_that_is_made() {
        let made = with(&[("/payload/old_invitee", json!(OLD))]);
        assert_eq!(read(&made), Ok(Some(OutsideBooking { replaces: Some(OLD.into()), ..expected() })));
        let left = with(&[
            ("/event", json!("invitee.canceled")),
            ("/payload/uri", json!(OLD)),
            ("/payload/rescheduled", json!(true)),
            ("/payload/new_invitee", json!(URI)),
            ("/payload/status", json!("canceled")),
        ]);
        assert_eq!(read(&left), Ok(None));
    }

    #[test]
    fn a_cancellation_is_told_by_its_invitee() {
        let cancelled = with(&[
            ("/event", json!("invitee.canceled")),
            (
                "/payload/cancellation",
                json!({ "canceled_by": "Ana", "reason": null, "canceler_type": "invitee" }),
            ),
            ("/payload/status", json!("canceled")),
            ("/payload/scheduled_event", Value::Null),
        ]);
        assert_eq!(read(&cancelled), Ok(Some(OutsideBooking { what: Told::Cancelled, ..expected() })));
    }

    #[test]
    fn what_is_about_something_else_is_ignored() {
        for event in
            ["invitee_no_show.created", "routing_form_submission.created", "event_type.updated", "new"]
        {
            assert_eq!(read(&with(&[("/event", json!(event))])), Ok(None), "{event}");
        }
    }
}
