//! *What Canvass knows about me* is complete.

use super::*;
use crate::domain::booking::Via;
use crate::domain::event::{Referral, Verdict};
use crate::domain::ids::{FaqId, SlackUserId};
use crate::message::{known_about, modal_to_text};

/// Whether *What Canvass knows about me* changes with a record of this kind that is about the reader, or why not.
fn is_told(event: &Event) -> Result<(), &'static str> {
    match event {
        Event::PersonLinked { .. }
        | Event::AccountRefused { .. }
        | Event::InitiativePaused { .. }
        | Event::PostSent { .. }
        | Event::PostUnknown { .. }
        | Event::PostMissed { .. }
        | Event::Revived { .. }
        | Event::PostRefused { .. }
        | Event::StanceTaken { .. }
        | Event::ReasonGiven { .. }
        | Event::HeadsUpConfirmed { .. }
        | Event::ConcernReleased { .. }
        | Event::MessageReceived { .. }
        | Event::MessageEdited { .. }
        | Event::MessageDeleted { .. }
        | Event::QuestionMatched { .. }
        | Event::AnswerRated { .. }
        | Event::QuestionAnswered { .. }
        | Event::AnswerKept { .. }
        | Event::Approached { .. }
        | Event::ReferralDismissed { .. }
        | Event::ConversationRecorded { .. }
        | Event::NoteTaken { .. }
        | Event::ItemPlanned { .. }
        | Event::Stopped { .. }
        | Event::StopUndone { .. }
        | Event::Snoozed { .. }
        | Event::LeaveEntered { .. }
        | Event::SlotBooked { .. }
        | Event::BookingMoved { .. }
        | Event::BookingCancelled { .. }
        | Event::BookingClosed { .. }
        | Event::WaitJoined { .. }
        | Event::WaitLeft { .. }
        | Event::HoursAdded { .. }
        | Event::HoursBlocked { .. }
        | Event::DeliveryJudged { .. }
        | Event::DeliveryEdited { .. }
        | Event::HandedOver { .. }
        | Event::Corrected { .. }
        | Event::Recalled { .. }
        | Event::PersonForgotten { .. }
        | Event::WordsExpired { .. }
        | Event::PostingPaused { .. } => Ok(()),
        Event::ConfigAdopted { .. } => Err("the configuration is the operator's"),
        Event::PostIntended { .. } | Event::PostDeferred { .. } | Event::PostAbsent { .. } => {
            Err("on its way; what arrived is told")
        }
        Event::PostShown { .. } => Err("the same message, brought up to date"),
        Event::QuestionPlaced { .. } => Err("the question is told"),
        Event::AnswerDropped { .. } => Err("what was kept is no longer held"),
        Event::BookingEntered { .. } => Err("the booking is told"),
        Event::PageCancelled { .. } => Err("about nobody that is known"),
        Event::CalendarTroubled { .. } => Err("what is wrong with a calendar is told as it happens"),
        Event::AccountConfirmed { .. } => Err("that the account changed is told"),
        Event::StageSet { .. } => Err("by whom isn't held"),
        Event::ConfigRefused { .. }
        | Event::MarkingKeySet { .. }
        | Event::Restored { .. }
        | Event::PauseLifted { .. }
        | Event::CallsRefused { .. }
        | Event::CallsTaken { .. }
        | Event::ContentRetried { .. }
        | Event::ClockDoubted { .. }
        | Event::ClockBelieved {} => Err("about nobody"),
        Event::PostingResumed { .. } => Err("by whom isn't held"),
    }
}

#[test]
fn every_record_about_somebody_changes_what_they_are_told_is_known_about_them() {
    let (ana, priya, quarter) = (person_id("ana"), person_id("priya"), "2027-Q1".parse().unwrap());
    let payments = payments_id();
    let text = |text: &str| Personal::new(person_id("ana"), text);
    let slack = SlackUserId::parse("U0ANA").unwrap();
    let starts = at("2026-12-17T16:30:00Z");
    let delivery = || DeliveryKey {
        person: person_id("ana"),
        initiative: payments_id(),
        quarter,
        touch: Touch::Reminder,
        occurrence: None,
    };
    // Of Ana, and of Priya as an advocate; what is named by its record is the first of its kind.
    let told: Vec<(&str, Event)> = vec![
        (
            "ana",
            Event::PersonLinked { person: ana.clone(), slack: slack.clone(), proof: None, replaces: None },
        ),
        ("ana", Event::HeadsUpConfirmed { person: ana.clone(), initiative: payments.clone(), quarter }),
        (
            "ana",
            Event::StanceTaken {
                person: ana.clone(),
                initiative: payments.clone(),
                teams: vec![team_id("checkout")],
                quarter,
                stance: Stance::Declined,
                how: How::Recorded { by: priya.clone() },
            },
        ),
        (
            "ana",
            Event::ReasonGiven {
                person: ana.clone(),
                initiative: payments.clone(),
                quarter,
                reason: text("No time."),
                follow_up: true,
            },
        ),
        (
            "ana",
            Event::ConversationRecorded {
                person: ana.clone(),
                initiative: payments.clone(),
                quarter,
                by: priya.clone(),
                note: None,
            },
        ),
        (
            "ana",
            Event::NoteTaken {
                by: priya.clone(),
                about: Some(ana.clone()),
                initiative: Some(payments.clone()),
                text: text("Ask again."),
            },
        ),
        ("ana", Event::Stopped { person: ana.clone(), initiative: Some(payments.clone()) }),
        ("ana", Event::StopUndone { person: ana.clone(), initiative: None }),
        ("ana", Event::Snoozed { person: ana.clone(), until: at("2027-01-01T00:00:00Z") }),
        (
            "ana",
            Event::LeaveEntered {
                person: ana.clone(),
                days: Some(("2026-12-20".parse().unwrap(), "2026-12-30".parse().unwrap())),
                by: priya.clone(),
            },
        ),
        ("ana", Event::WaitJoined { person: ana.clone(), subject: None, host: None }),
        ("ana", Event::WaitLeft { person: ana.clone(), of: None }),
        (
            "ana",
            Event::SlotBooked {
                guest: ana.clone(),
                host: priya.clone(),
                starts,
                minutes: 30,
                subject: None,
                topic: Some(text("The pager.")),
                via: Via::Slack,
            },
        ),
        ("ana", Event::DeliveryJudged { delivery: delivery(), verdict: Verdict::Held, by: priya.clone() }),
        (
            "priya",
            Event::DeliveryEdited { delivery: delivery(), by: priya.clone(), prose: Some(text("Hi.")) },
        ),
        (
            "ana",
            Event::HandedOver {
                person: ana.clone(),
                initiative: payments.clone(),
                quarter,
                by: priya.clone(),
                taken: true,
            },
        ),
        (
            "ana",
            Event::MessageReceived {
                person: person_id("ben"),
                initiative: Some(payments.clone()),
                said: Said::Referral,
                text: None,
                place: None,
                thread: None,
                referral: Some(Referral { whom: Some(slack.clone()), decides: false }),
            },
        ),
        (
            "priya",
            Event::Corrected {
                initiative: payments.clone(),
                quarter,
                by: priya.clone(),
                what: Personal::new(priya.clone(), "14, not 41"),
            },
        ),
        (
            "priya",
            Event::Recalled { initiative: payments.clone(), quarter, by: priya.clone(), recalled: true },
        ),
        (
            "priya",
            Event::ItemPlanned {
                initiative: payments.clone(),
                team: team_id("checkout"),
                quarter,
                by: priya.clone(),
                link: None,
            },
        ),
        (
            "priya",
            Event::HoursAdded {
                host: priya.clone(),
                on: "2026-12-18".parse().unwrap(),
                from: jiff::civil::time(9, 0, 0, 0),
                until: jiff::civil::time(10, 0, 0, 0),
            },
        ),
        ("priya", Event::HoursBlocked { host: priya.clone(), uids: vec!["a".to_owned()] }),
        ("priya", Event::PostingPaused { reason: PauseReason::Asked { by: priya.clone() } }),
    ];
    let mut story = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    story = story.said(MONDAY, "ana", Said::Question, Some("Who pays?"));
    let question = Seq(3);
    let program = program();
    let seen = Observations::default();
    let tells = |story: &Story, who: &str| {
        let modal =
            known_about(&program, &story.state(), &seen, &program.people[&person_id(who)], at(MONDAY));
        modal_to_text(&modal)
    };
    let (by, answer) = (priya.clone(), Personal::new(priya.clone(), "The company."));
    let of_question = [
        (
            "ana",
            Event::QuestionMatched {
                question,
                entry: FaqId::parse("cost").unwrap(),
                answer: text("Four days."),
            },
        ),
        ("ana", Event::AnswerRated { question, helped: false }),
        ("ana", Event::QuestionAnswered { question, by, answer, place: None }),
        ("ana", Event::MessageEdited { person: ana.clone(), of: question, text: text("Who pays for it?") }),
        ("ana", Event::MessageDeleted { person: ana, of: question }),
    ];
    for (who, event) in told.into_iter().chain(of_question) {
        let before = tells(&story, who);
        is_told(&event).unwrap();
        story = story.then(MONDAY, event.clone());
        let after = tells(&story, who);
        assert_ne!(after, before, "{event:?} changes nothing that {who} is told");
    }
    assert!(tells(&story, "ana").contains("canvass forget"), "{}", tells(&story, "ana"));
    assert!(!tells(&story, "ana").contains("Ask again."), "notes are the advocates'");
}
