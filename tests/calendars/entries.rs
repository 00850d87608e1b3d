//! Our entries in a host's calendar, and what the host does to them.

use canvass::domain::host_calendar::{CalendarError, Found};
use reqwest::Method;

use super::programs::{BOTH, Program};
use super::{PASSWORD, at, entry, object, stretch};

fn found(text: &str, cancelled: bool) -> Option<Found> {
    let stretch = stretch(text);
    Some(Found { starts: stretch.from, ends: stretch.until, cancelled })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_put_replaced_found_and_removed() {
    for kind in BOTH {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        assert_eq!(calendar.find("canvass-1").await, Ok(None), "{kind:?}");
        calendar.put(&entry("canvass-1", 9)).await.unwrap();
        assert_eq!(
            calendar.find("canvass-1").await,
            Ok(found("2026-03-10T09:00 2026-03-10T09:30", false)),
            "{kind:?}"
        );
        // The answer was lost, so it is put once more; then it moves.
        calendar.put(&entry("canvass-1", 9)).await.unwrap();
        calendar.put(&entry("canvass-1", 11)).await.unwrap();
        assert_eq!(
            calendar.find("canvass-1").await,
            Ok(found("2026-03-10T11:00 2026-03-10T11:30", false)),
            "{kind:?}"
        );
        calendar.remove("canvass-1").await.unwrap();
        calendar.remove("canvass-1").await.unwrap();
        assert_eq!(calendar.find("canvass-1").await, Ok(None), "{kind:?}");
        // What was removed may come back.
        calendar.put(&entry("canvass-1", 9)).await.unwrap();
        assert!(calendar.find("canvass-1").await.unwrap().is_some(), "{kind:?}");
        assert_eq!(calendar.remove("../private/x").await, Err(CalendarError::BadUid), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_adds_to_an_entry_stays_when_it_moves() {
    for kind in BOTH {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        calendar.put(&entry("canvass-1", 9)).await.unwrap();
        let added = "DTSTART:20260310T090000Z\nDTEND:20260310T093000Z\nCLASS:PRIVATE\nDESCRIPTION:Ask about May\n\
                     BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Soon\nTRIGGER:-PT10M\nEND:VALARM";
        program.has("canvass-1", &object("canvass-1", added, "")).await;
        calendar.put(&entry("canvass-1", 11)).await.unwrap();
        assert_eq!(
            calendar.find("canvass-1").await,
            Ok(found("2026-03-10T11:00 2026-03-10T11:30", false)),
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
    for kind in BOTH {
        let program = Program::start(kind).await;
        let calendar = at(&program.base, PASSWORD, Some("Work"));
        for uid in ["canvass-1", "canvass-2", "canvass-3", "canvass-4"] {
            calendar.put(&entry(uid, 9)).await.unwrap();
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
            calendar.find("canvass-1").await,
            Ok(found("2026-04-02T09:00 2026-04-02T09:30", false)),
            "{kind:?}"
        );
        let off = "2026-03-10T09:00 2026-03-10T09:30";
        assert_eq!(calendar.find("canvass-2").await, Ok(found(off, true)), "{kind:?}");
        assert_eq!(calendar.find("canvass-3").await, Ok(found(off, true)), "{kind:?}");
        assert_eq!(calendar.find("canvass-4").await, Ok(None), "{kind:?}");

        // A calendar that is gone as a whole is no word on its entries.
        let (status, answer) = program.host(Method::DELETE, &program.calendar("Work"), "").await;
        assert!(status.is_success(), "{kind:?} {status} {answer}");
        let gone = calendar.find("canvass-1").await.unwrap_err();
        assert!(matches!(gone, CalendarError::NotFound), "{kind:?} {gone:?}");
        // And next time it is looked for by its name.
        let unnamed = calendar.find("canvass-1").await.unwrap_err();
        assert!(matches!(unnamed, CalendarError::NoCalendar { .. }), "{kind:?} {unnamed:?}");
    }
}
