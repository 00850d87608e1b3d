//! When a host is busy.

use canvass::domain::host_calendar::Reading;

use super::programs::{ALL, Program};
use super::{PASSWORD, at, entry, in_zone, object, shown, spring, stretch};

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_busy_when_their_events_say_so() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let weekly = "DTSTART;TZID=Europe/Lisbon:20260323T090000\nDTEND;TZID=Europe/Lisbon:20260323T100000\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Lisbon:20260406T090000";
        let zone = "BEGIN:VTIMEZONE\nTZID:Europe/Lisbon\nBEGIN:STANDARD\nDTSTART:19961027T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:19960331T010000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
        program.has("weekly", &object("weekly", weekly, zone)).await;
        let once = "DTSTART:20260310T140000Z\nDTEND:20260310T150000Z";
        program.has("once", &object("once", once, "")).await;
        let free = "DTSTART:20260311T140000Z\nDTEND:20260311T150000Z\nTRANSP:TRANSPARENT";
        program.has("free", &object("free", free, "")).await;
        let off = "DTSTART:20260312T140000Z\nDTEND:20260312T150000Z\nSTATUS:CANCELLED";
        program.has("off", &object("off", off, "")).await;
        let later = "DTSTART:20260601T140000Z\nDTEND:20260601T150000Z";
        program.has("later", &object("later", later, "")).await;

        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        let expected = [
            "2026-03-10T14:00 2026-03-10T15:00",
            "2026-03-23T09:00 2026-03-23T10:00",
            "2026-03-30T08:00 2026-03-30T09:00",
            "2026-04-13T08:00 2026-04-13T09:00",
        ];
        for reading in [Reading::Events, Reading::EventsOrReport] {
            let busy = calendar.busy(spring(), reading).await.unwrap().stretches;
            assert_eq!(shown(&busy), expected, "{kind:?} {reading:?}");
        }
        // The middle of an hour, and a range without any.
        let half = stretch("2026-03-10T14:30 2026-03-10T14:40");
        assert_eq!(calendar.busy(half, Reading::EventsOrReport).await.unwrap().stretches, [half], "{kind:?}");
        assert_eq!(calendar.busy(half, Reading::Events).await.unwrap().stretches, [half], "{kind:?}");
        let none = stretch("2026-03-10T15:00 2026-03-10T15:00");
        assert_eq!(calendar.busy(none, Reading::EventsOrReport).await.unwrap().stretches, [], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_that_was_moved_counts_where_it_is() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let weekly = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3";
        let moved = "BEGIN:VEVENT\nUID:weekly\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260317T090000Z\nDTSTART:20260318T140000Z\nDTEND:20260318T160000Z\nEND:VEVENT\n";
        program.has("weekly", &object("weekly", weekly, moved)).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        let busy = calendar.busy(spring(), Reading::Events).await.unwrap().stretches;
        assert_eq!(
            shown(&busy),
            [
                "2026-03-10T09:00 2026-03-10T10:00",
                "2026-03-18T14:00 2026-03-18T16:00",
                "2026-03-24T09:00 2026-03-24T10:00"
            ],
            "{kind:?}"
        );
        // Asked for the days around where it was moved to, the server has to name the series.
        let around = stretch("2026-03-18T00:00 2026-03-19T00:00");
        let busy = calendar.busy(around, Reading::Events).await.unwrap().stretches;
        assert_eq!(shown(&busy), ["2026-03-18T14:00 2026-03-18T16:00"], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_entries_do_not_stand_in_our_way() {
    for kind in ALL {
        let program = Program::start(kind).await;
        let calendar = at(&program.calendar("Work"), PASSWORD, None);
        calendar.put(&entry("canvass-1", 9), None, &[]).await.unwrap();
        program
            .has("theirs", &object("theirs", "DTSTART:20260311T090000Z\nDTEND:20260311T100000Z", ""))
            .await;
        let busy = shown(&calendar.busy(spring(), Reading::Events).await.unwrap().stretches);
        assert_eq!(busy, ["2026-03-11T09:00 2026-03-11T10:00"], "{kind:?}");
        let busy = shown(&calendar.busy(spring(), Reading::EventsOrReport).await.unwrap().stretches);
        assert_eq!(busy, ["2026-03-11T09:00 2026-03-11T10:00"], "{kind:?}");
    }
}

/// What each server's own report gets wrong or leaves to the reader, the events tell.
#[tokio::test(flavor = "multi_thread")]
async fn v01_v02_whole_days_floating_times_and_old_reports_are_busy_where_the_host_is() {
    for kind in ALL {
        let program = Program::start(kind).await;
        program.has("v01", &object("v01", "DTSTART:20261208T180000Z\nDTEND:20261208T190000Z", "")).await;
        program
            .has("day", &object("day", "DTSTART;VALUE=DATE:20261210\nDTEND;VALUE=DATE:20261211", ""))
            .await;
        program
            .has("floating", &object("floating", "DTSTART:20261212T090000\nDTEND:20261212T100000", ""))
            .await;
        let calendar = in_zone("America/Los_Angeles", &program.calendar("Work"), PASSWORD, None);
        let week = stretch("2026-12-07T00:00 2026-12-14T00:00");
        for reading in [Reading::EventsOrReport, Reading::Events] {
            let busy = calendar.busy(week, reading).await.unwrap();
            assert_eq!(
                shown(&busy.stretches),
                [
                    "2026-12-08T18:00 2026-12-08T19:00",
                    "2026-12-10T08:00 2026-12-11T08:00",
                    "2026-12-12T17:00 2026-12-12T18:00"
                ],
                "{kind:?} {reading:?}"
            );
            assert_eq!(busy.doubts, [], "{kind:?}");
        }
    }
}
