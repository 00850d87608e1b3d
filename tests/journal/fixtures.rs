//! Records of every version and kind, as they were written, are read for ever.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use canvass::domain::event::{Event, Record};
use canvass::journal::{RECORD_VERSION, decode, encode};

/// The name of an event's fixture. A new kind of event needs an arm here, a line in [`KINDS`] and a file.
fn kind(event: &Event) -> &'static str {
    match event {
        Event::ConfigAdopted { .. } => "config_adopted",
        Event::PersonLinked { .. } => "person_linked",
        Event::AccountRefused { .. } => "account_refused",
        Event::AccountConfirmed { .. } => "account_confirmed",
        Event::PostIntended { .. } => "post_intended",
        Event::PostSent { .. } => "post_sent",
        Event::PostRefused { .. } => "post_refused",
        Event::PostDeferred { .. } => "post_deferred",
        Event::PostAbsent { .. } => "post_absent",
        Event::PostUnknown { .. } => "post_unknown",
        Event::PostMissed { .. } => "post_missed",
        Event::PostShown { .. } => "post_shown",
        Event::StanceTaken { .. } => "stance_taken",
        Event::ReasonGiven { .. } => "reason_given",
        Event::HeadsUpConfirmed { .. } => "heads_up_confirmed",
        Event::ConcernReleased { .. } => "concern_released",
        Event::MessageReceived { .. } => "message_received",
        Event::ConversationRecorded { .. } => "conversation_recorded",
        Event::NoteTaken { .. } => "note_taken",
        Event::ItemPlanned { .. } => "item_planned",
        Event::Stopped { .. } => "stopped",
        Event::StopUndone { .. } => "stop_undone",
        Event::Snoozed { .. } => "snoozed",
        Event::MessageEdited { .. } => "message_edited",
        Event::MessageDeleted { .. } => "message_deleted",
        Event::QuestionPlaced { .. } => "question_placed",
        Event::QuestionMatched { .. } => "question_matched",
        Event::AnswerRated { .. } => "answer_rated",
        Event::QuestionAnswered { .. } => "question_answered",
        Event::AnswerKept { .. } => "answer_kept",
        Event::AnswerDropped { .. } => "answer_dropped",
        Event::Approached { .. } => "approached",
        Event::ReferralDismissed { .. } => "referral_dismissed",
        Event::LeaveEntered { .. } => "leave_entered",
        Event::SlotBooked { .. } => "slot_booked",
        Event::BookingMoved { .. } => "booking_moved",
        Event::BookingCancelled { .. } => "booking_cancelled",
        Event::BookingClosed { .. } => "booking_closed",
        Event::BookingEntered { .. } => "booking_entered",
        Event::CalendarTroubled { .. } => "calendar_troubled",
        Event::PageCancelled { .. } => "page_cancelled",
        Event::WaitJoined { .. } => "wait_joined",
        Event::WaitLeft { .. } => "wait_left",
        Event::HoursAdded { .. } => "hours_added",
        Event::HoursBlocked { .. } => "hours_blocked",
        Event::DeliveryJudged { .. } => "delivery_judged",
        Event::DeliveryEdited { .. } => "delivery_edited",
        Event::HandedOver { .. } => "handed_over",
        Event::StageSet { .. } => "stage_set",
        Event::Corrected { .. } => "corrected",
        Event::Recalled { .. } => "recalled",
        Event::InitiativePaused { .. } => "initiative_paused",
        Event::ConfigRefused { .. } => "config_refused",
        Event::MarkingKeySet { .. } => "marking_key_set",
        Event::PersonForgotten { .. } => "person_forgotten",
        Event::WordsExpired { .. } => "words_expired",
        Event::PostingPaused { .. } => "posting_paused",
        Event::PostingResumed { .. } => "posting_resumed",
        Event::Restored { .. } => "restored",
        Event::ClockDoubted { .. } => "clock_doubted",
        Event::ClockBelieved {} => "clock_believed",
        Event::Revived { .. } => "revived",
        Event::PauseLifted { .. } => "pause_lifted",
        Event::CallsRefused { .. } => "calls_refused",
        Event::CallsTaken { .. } => "calls_taken",
        Event::ContentRetried { .. } => "content_retried",
    }
}

const KINDS: &[&str] = &[
    "config_adopted",
    "person_linked",
    "account_refused",
    "account_confirmed",
    "post_intended",
    "post_sent",
    "post_refused",
    "post_deferred",
    "post_absent",
    "post_unknown",
    "post_missed",
    "post_shown",
    "stance_taken",
    "reason_given",
    "heads_up_confirmed",
    "concern_released",
    "message_received",
    "conversation_recorded",
    "note_taken",
    "item_planned",
    "stopped",
    "stop_undone",
    "snoozed",
    "message_edited",
    "message_deleted",
    "question_placed",
    "question_matched",
    "answer_rated",
    "question_answered",
    "answer_kept",
    "answer_dropped",
    "approached",
    "referral_dismissed",
    "leave_entered",
    "slot_booked",
    "booking_moved",
    "booking_cancelled",
    "booking_closed",
    "booking_entered",
    "calendar_troubled",
    "page_cancelled",
    "wait_joined",
    "wait_left",
    "hours_added",
    "hours_blocked",
    "delivery_judged",
    "delivery_edited",
    "handed_over",
    "stage_set",
    "corrected",
    "recalled",
    "initiative_paused",
    "config_refused",
    "posting_paused",
    "posting_resumed",
    "restored",
    "clock_doubted",
    "clock_believed",
    "revived",
    "pause_lifted",
    "calls_refused",
    "calls_taken",
    "content_retried",
    "marking_key_set",
    "person_forgotten",
    "words_expired",
];

/// The version of the record that a kind came with.
fn added_in(kind: &str) -> u32 {
    match kind {
        "calendar_troubled" | "page_cancelled" => 3,
        _ if LATER_KINDS.contains(&kind) => 2,
        _ => 1,
    }
}

/// What version 2 added.
const LATER_KINDS: &[&str] = &[
    "initiative_paused",
    "account_refused",
    "account_confirmed",
    "restored",
    "clock_doubted",
    "clock_believed",
    "revived",
    "pause_lifted",
    "calls_refused",
    "calls_taken",
    "content_retried",
    "marking_key_set",
    "person_forgotten",
    "words_expired",
];

/// The records of `version`'s fixtures, with the name of the file and the line they come from.
fn fixtures(version: u32) -> Vec<(String, String, Record)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/journal/fixtures/v{version}"));
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let record = decode(line.as_bytes()).unwrap_or_else(|fault| panic!("{name}: {line}: {fault}"));
            all.push((name.clone(), line.to_owned(), record));
        }
    }
    all
}

#[test]
fn every_version_is_read_and_has_a_fixture_for_every_kind_of_event() {
    for version in 1..=RECORD_VERSION {
        let mut seen = BTreeSet::new();
        for (name, line, record) in fixtures(version) {
            assert_eq!(kind(&record.event), name, "{line}");
            seen.insert(name);
        }
        let known = KINDS.iter().filter(|kind| added_in(kind) <= version);
        let missing: Vec<_> = known.filter(|kind| !seen.contains(**kind)).collect();
        assert!(missing.is_empty(), "version {version} has no fixture for {missing:?}");
    }
}

#[test]
fn the_current_version_is_written_exactly_as_its_fixtures_say() {
    for (name, line, record) in fixtures(RECORD_VERSION) {
        let mut written = Vec::new();
        encode(&record, &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), line, "{name}: a changed shape needs a new version");
    }
}
