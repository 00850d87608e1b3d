//! Our entries in a host's calendar, and what the host does to them.

use canvass::domain::host_calendar::{CalendarError, Entry, Found, Place, Put};
use reqwest::Method;

use super::programs::{ALL, Kind, Program};
use super::{PASSWORD, at, entry, object, stretch};

/// An entry at that time in the calendar `Work`.
fn found(program: &Program, text: &str, cancelled: bool) -> Option<Found> {
    let stretch = stretch(text);
    let place = Some(Place(program.calendar("Work")));
    Some(Found { starts: stretch.from, ends: stretch.until, cancelled, place })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_put_replaced_found_and_removed() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        assert_eq!(calendar.find("canvass-1", None).await, Ok(None), "{kind:?}");
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        assert_eq!(
            calendar.find("canvass-1", None).await,
            Ok(found(&program, "2026-03-10T09:00 2026-03-10T09:30", false)),
            "{kind:?}"
        );
        // The answer was lost, so it is put once more; then it moves.
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        calendar.put(&entry("canvass-1", 11), None, &[]).await.unwrap();
        assert_eq!(
            calendar.find("canvass-1", None).await,
            Ok(found(&program, "2026-03-10T11:00 2026-03-10T11:30", false)),
            "{kind:?}"
        );
        calendar.remove("canvass-1", None).await.unwrap();
        calendar.remove("canvass-1", None).await.unwrap();
        assert_eq!(calendar.find("canvass-1", None).await, Ok(None), "{kind:?}");
        // What was removed may come back.
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        assert!(calendar.find("canvass-1", None).await.unwrap().is_some(), "{kind:?}");
        assert_eq!(calendar.remove("../private/x", None).await, Err(CalendarError::BadUid), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_adds_to_an_entry_stays_when_it_moves() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        let added = "DTSTART:20260310T090000Z\nDTEND:20260310T093000Z\nCLASS:PRIVATE\nDESCRIPTION:Ask about May\n\
                     BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Soon\nTRIGGER:-PT10M\nEND:VALARM";
        program.has("canvass-1", &object("canvass-1", added, "")).await;
        calendar.put(&entry("canvass-1", 11), None, &[]).await.unwrap();
        assert_eq!(
            calendar.find("canvass-1", None).await,
            Ok(found(&program, "2026-03-10T11:00 2026-03-10T11:30", false)),
            "{kind:?}"
        );
        let [text] = <[String; 1]>::try_from(program.entries("Work").await).unwrap();
        for line in ["CLASS:PRIVATE", "DESCRIPTION:Ask about May", "TRIGGER:-PT10M"] {
            assert!(text.contains(line), "{kind:?} {line}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_does_to_an_entry_is_noticed() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.base, PASSWORD, Some("Work"));
        for uid in ["canvass-1", "canvass-2", "canvass-3", "canvass-4"] {
            calendar.put(&entry(uid, 9), None, &[]).await.unwrap();
        }
        let address = |uid: &str| format!("{}{uid}.ics", program.calendar("Work"));
        // Moved to another day, in the host's zone.
        let moved = "DTSTART;TZID=Europe/Lisbon:20260402T100000\nDTEND;TZID=Europe/Lisbon:20260402T103000\nSEQUENCE:1";
        program.has("canvass-1", &object("canvass-1", moved, "")).await;
        // Cancelled, declined, and removed.
        let off = "DTSTART:20260310T090000Z\nDTEND:20260310T093000Z";
        program.has("canvass-2", &object("canvass-2", &format!("{off}\nSTATUS:CANCELLED"), "")).await;
        let declined = format!(
            "{off}\nORGANIZER:mailto:bot@example.org\nATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org"
        );
        program.has("canvass-3", &object("canvass-3", &declined, "")).await;
        let (status, answer) = program.host(Method::DELETE, &address("canvass-4"), "").await;
        assert!(status.is_success(), "{kind:?} {status} {answer}");

        assert_eq!(
            calendar.find("canvass-1", None).await,
            Ok(found(&program, "2026-04-02T09:00 2026-04-02T09:30", false)),
            "{kind:?}"
        );
        let off = "2026-03-10T09:00 2026-03-10T09:30";
        assert_eq!(calendar.find("canvass-2", None).await, Ok(found(&program, off, true)), "{kind:?}");
        assert_eq!(calendar.find("canvass-3", None).await, Ok(found(&program, off, true)), "{kind:?}");
        assert_eq!(calendar.find("canvass-4", None).await, Ok(None), "{kind:?}");

        // A calendar that is gone as a whole is no word on its entries.
        let (status, answer) = program.host(Method::DELETE, &program.calendar("Work"), "").await;
        assert!(status.is_success(), "{kind:?} {status} {answer}");
        let gone = calendar.find("canvass-1", None).await.unwrap_err();
        assert!(matches!(gone, CalendarError::NotFound), "{kind:?} {gone:?}");
        // And next time it is looked for by its name.
        let unnamed = calendar.find("canvass-1", None).await.unwrap_err();
        assert!(matches!(unnamed, CalendarError::NoCalendar { .. }), "{kind:?} {unnamed:?}");
        // Whoever remembers it hears that it is gone, once another is meant instead.
        let other = at(&program.base, PASSWORD, Some("Private"));
        let gone = other.find("canvass-1", Some(&Place(program.calendar("Work")))).await.unwrap_err();
        assert_eq!(gone, CalendarError::CalendarGone, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v08_an_entry_is_known_by_its_uid_wherever_the_host_keeps_it() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.base, PASSWORD, Some("Work"));
        let work = Place(program.calendar("Work"));
        let put = |hour| {
            let (calendar, work) = (&calendar, &work);
            async move { calendar.put(&entry("canvass-1", hour), Some(work), &[]).await }
        };
        assert_eq!(put(9).await, Ok(Put::Written(work.clone())), "{kind:?}");
        let from = |place: &str, name: &str| format!("{}{name}.ics", program.calendar(place));
        // The host's own program gives it another address.
        program.moves(&from("Work", "canvass-1"), &from("Work", "renamed-by-client")).await;
        let at_nine = found(&program, "2026-03-10T09:00 2026-03-10T09:30", false);
        assert_eq!(calendar.find("canvass-1", Some(&work)).await, Ok(at_nine), "{kind:?}");
        // It is changed there, and nothing is made beside it.
        assert_eq!(put(11).await, Ok(Put::Written(work.clone())), "{kind:?}");
        assert_eq!(program.named("Work").await, ["renamed-by-client"], "{kind:?}");
        // Then the host keeps it in another calendar.
        program.moves(&from("Work", "renamed-by-client"), &from("Private", "canvass-1")).await;
        let there = calendar.find("canvass-1", Some(&work)).await.unwrap().unwrap();
        let private = Place(program.calendar("Private"));
        assert_eq!(there.place, Some(private.clone()), "{kind:?}");
        // It is changed and removed where it is.
        let put = calendar.put(&entry("canvass-1", 12), Some(&private), &[]).await;
        assert_eq!(put, Ok(Put::Written(private.clone())), "{kind:?}");
        calendar.remove("canvass-1", Some(&private)).await.unwrap();
        assert_eq!(calendar.find("canvass-1", Some(&private)).await, Ok(None), "{kind:?}");
        assert!(
            program.named("Private").await.is_empty() && program.named("Work").await.is_empty(),
            "{kind:?}"
        );
    }
}

/// Another UID that has ours in it is another entry.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_not_taken_for_one_whose_uid_is_longer() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        program.has("x", &object("canvass-12", "DTSTART:20260310T090000Z\nDTEND:20260310T093000Z", "")).await;
        assert_eq!(calendar.find("canvass-1", None).await, Ok(None), "{kind:?}");
        calendar.remove("canvass-1", None).await.unwrap();
        assert_eq!(program.named("Work").await, ["x"], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_moved_is_not_written_over() {
    let program = Program::start(Kind::Radicale).await;
    let calendar = at(&program.calendar("Work"), PASSWORD, None);
    calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
    program
        .has("canvass-1", &object("canvass-1", "DTSTART:20260310T100000Z\nDTEND:20260310T103000Z", ""))
        .await;
    let as_agreed = stretch("2026-03-10T09:00 2026-03-10T09:30");
    let moved = found(&program, "2026-03-10T10:00 2026-03-10T10:30", false).unwrap();
    let later: Entry = entry("canvass-1", 14);
    assert_eq!(calendar.put(&later, None, &[as_agreed]).await, Ok(Put::Changed(moved.clone())));
    assert_eq!(calendar.find("canvass-1", None).await, Ok(Some(moved)));
}

/// The address of the calendar itself is all that the operator gave.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_followed_into_another_calendar_and_taken_out_there() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        let work = Place(program.calendar("Work"));
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        let from = |place: &str, name: &str| format!("{}{name}.ics", program.calendar(place));
        program.moves(&from("Work", "canvass-1"), &from("Private", "canvass-1")).await;
        // It is changed there, though nobody has seen yet that it was moved; and taken out there.
        let nine = stretch("2026-03-10T09:00 2026-03-10T09:30");
        let put = calendar.put(&entry("canvass-1", 11), Some(&work), &[nine]).await;
        assert_eq!(put, Ok(Put::Written(Place(program.calendar("Private")))), "{kind:?}");
        assert!(program.named("Work").await.is_empty(), "{kind:?}");
        calendar.remove("canvass-1", Some(&work)).await.unwrap();
        assert!(program.named("Private").await.is_empty(), "{kind:?}");
        // What was there and isn't anywhere is not written again.
        let put = calendar.put(&entry("canvass-1", 12), Some(&work), &[nine]).await;
        assert_eq!(put, Ok(Put::Missing), "{kind:?}");
    }
}
