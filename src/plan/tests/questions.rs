//! Questions: the receipt, the relays, the answers back, and the reminder.

use super::posts::answers;
use super::reload::changed;
use super::world::{Fate, Life, an_initiative, at, holiday, initiative, person, program, somebody};
use crate::domain::account::{Former, Turn};
use crate::domain::coverage::{Coverage, Standing};
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::event::{Event, Renames, Said};
use crate::domain::ids::{FaqId, Seq};
use crate::domain::personal::Personal;
use crate::domain::program::Program;
use crate::domain::waiting::waiting_for;

/// Ana asks at `when`; Ana and Priya live in Lisbon, where it is UTC in winter.
fn asked(program: Program, when: &str, about: Option<&str>) -> (Life, Seq) {
    let mut life = Life::begin(program);
    life.until(at(when));
    life.says("ana", about, Said::Question);
    let of = life.state.head;
    (life, of)
}

fn matched(life: &mut Life, question: Seq) {
    let (entry, answer) = (FaqId::parse("cost").unwrap(), Personal::new(person("ana"), "Four days."));
    life.happens(Event::QuestionMatched { question, entry, answer });
}

fn answered(life: &mut Life, question: Seq, by: &str) {
    let answer = Personal::new(person(by), "Yes.");
    life.happens(Event::QuestionAnswered { question, by: person(by), answer, place: None });
}

#[test]
fn a_question_comes_back_once_a_working_day_after_the_advocate_got_it() {
    let check = |when: &str, expected: [&str; 3]| {
        let (mut life, _) = asked(program(), when, Some("payments"));
        life.until(at("2026-11-16T08:00:00Z").max(at(when)));
        let expected = expected.map(str::to_owned);
        assert_eq!(answers(&life), expected, "asked {when}");
    };
    check(
        "2026-11-10T10:00:00Z",
        [
            "relay to priya Tue 10 Nov 10:00",
            "receipt to ana Tue 10 Nov 10:00",
            "overdue to priya Wed 11 Nov 10:00",
        ],
    );
    // After hours, and on a Friday.
    check(
        "2026-11-10T22:00:00Z",
        [
            "receipt to ana Tue 10 Nov 22:00",
            "relay to priya Wed 11 Nov 09:00",
            "overdue to priya Thu 12 Nov 09:00",
        ],
    );
    let (mut life, _) = asked(program(), "2026-11-13T16:30:00Z", Some("payments"));
    life.until(at("2026-11-20T12:00:00Z"));
    assert_eq!(answers(&life).last().unwrap(), "overdue to priya Mon 16 Nov 16:30");
}

#[test]
fn it_comes_back_after_the_advocates_day_off_in_their_zone() {
    let mut program = program();
    let priya = program.people.get_mut(&person("priya")).unwrap();
    priya.days_off = holiday(jiff::civil::date(2026, 11, 11), "Martinmas");
    priya.zone = Some(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    let (mut life, _) = asked(program, "2026-11-10T03:00:00Z", Some("payments"));
    life.until(at("2026-11-13T12:00:00Z"));
    assert_eq!(answers(&life).last().unwrap(), "overdue to priya Thu 12 Nov 03:00");
}

#[test]
fn an_answer_that_nobody_can_find_is_told_and_whoever_asked_reads_so() {
    let (mut life, of) = asked(program(), "2026-11-10T10:00:00Z", Some("payments"));
    life.perform();
    life.fates = vec![Fate::Unknown];
    answered(&mut life, of, "priya");
    life.until(at("2026-11-16T08:00:00Z"));
    assert_eq!(
        answers(&life),
        [
            "relay to priya Tue 10 Nov 10:00",
            "receipt to ana Tue 10 Nov 10:00",
            "unknown to priya Tue 10 Nov 10:00"
        ],
    );
    let receipt = life.state.id_of(&PostKey::Receipt { of, to: person("ana") });
    let unknown = life.state.answers.keys().next().map(|of| PostKey::Answer { of: *of, to: person("ana") });
    let settled = life.state.post_of(&unknown.unwrap()).and_then(|post| post.settled);
    assert_eq!(Some(life.state.post(receipt).unwrap().changed), settled);
}

#[test]
fn an_answered_withdrawn_or_faq_answered_question_does_not_come_back() {
    for what in ["answered", "withdrawn", "faq"] {
        let (mut life, of) = asked(program(), "2026-11-10T10:00:00Z", Some("payments"));
        if what == "faq" {
            matched(&mut life, of);
        }
        life.until(at("2026-11-10T11:00:00Z"));
        match what {
            "answered" => answered(&mut life, of, "priya"),
            "withdrawn" => life.happens(Event::MessageDeleted { person: person("ana"), of }),
            _ => {}
        }
        life.until(at("2026-11-20T12:00:00Z"));
        let all = answers(&life).join("\n");
        assert!(!all.contains("overdue"), "{what}: {all}");
        assert_eq!(all.contains("relay"), what != "faq", "{what}: {all}");
        assert_eq!(all.contains("answer to ana Tue 10 Nov 11:00"), what == "answered", "{what}: {all}");
    }
}

#[test]
fn an_answer_of_the_faq_that_did_not_help_goes_to_the_advocate() {
    let (mut life, question) = asked(program(), "2026-11-10T10:00:00Z", Some("payments"));
    matched(&mut life, question);
    life.until(at("2026-11-10T11:00:00Z"));
    assert_eq!(answers(&life), ["receipt to ana Tue 10 Nov 10:00"]);
    life.happens(Event::AnswerRated { question, helped: false });
    life.until(at("2026-11-11T12:00:00Z"));
    assert_eq!(answers(&life)[1..], ["relay to priya Tue 10 Nov 11:00", "overdue to priya Wed 11 Nov 11:00"]);
}

#[test]
fn a_question_that_is_placed_goes_to_the_advocates_of_that_initiative_only() {
    let mut program = program();
    program.people.insert(person("omar"), somebody("omar", None, &[], "Europe/Lisbon"));
    program.initiatives.push(an_initiative("flags", &["checkout"]));
    program.initiatives[1].advocates = vec![person("omar")];
    for (placed, expected) in [
        (Some("flags"), vec!["relay to omar Tue 10 Nov 10:03"]),
        (None, vec!["relay to omar Tue 10 Nov 10:03", "relay to priya Tue 10 Nov 10:03"]),
    ] {
        let (mut life, question) = asked(program.clone(), "2026-11-10T10:00:00Z", None);
        life.until(at("2026-11-10T10:03:00Z"));
        assert_eq!(answers(&life), ["receipt to ana Tue 10 Nov 10:00"]);
        life.happens(Event::QuestionPlaced { question, initiative: placed.map(initiative) });
        life.until(at("2026-11-10T12:00:00Z"));
        assert_eq!(answers(&life)[1..], expected, "{placed:?}");
    }
    let (mut life, _) = asked(program, "2026-11-10T10:00:00Z", None);
    life.until(at("2026-11-10T12:00:00Z"));
    let expected = ["relay to omar Tue 10 Nov 10:10", "relay to priya Tue 10 Nov 10:10"];
    assert_eq!(answers(&life)[1..], expected, "not placed within ten minutes");
}

#[test]
fn an_answer_comes_by_day_and_else_when_hours_open() {
    let check = |zone: &str, when: &str, expected: &str| {
        let mut program = program();
        program.people.get_mut(&person("ana")).unwrap().zone = Some(jiff::tz::TimeZone::get(zone).unwrap());
        let (mut life, question) = asked(program, "2026-11-10T10:00:00Z", Some("payments"));
        life.until(at(when));
        answered(&mut life, question, "priya");
        life.until(life.now.checked_add(jiff::SignedDuration::from_hours(48)).unwrap());
        let sent: Vec<String> = answers(&life).into_iter().filter(|of| of.starts_with("answer ")).collect();
        assert_eq!(sent, [format!("answer to ana {expected}")], "answered {when}, {zone}");
    };
    check("Europe/Lisbon", "2026-11-10T12:00:00Z", "Tue 10 Nov 12:00");
    check("Europe/Lisbon", "2026-11-10T20:59:00Z", "Tue 10 Nov 20:59");
    check("Europe/Lisbon", "2026-11-10T21:00:00Z", "Wed 11 Nov 07:00");
    check("Asia/Tokyo", "2026-11-10T16:00:00Z", "Tue 10 Nov 22:00");
    // On a Saturday too: somebody waits for it.
    check("Europe/Lisbon", "2026-11-14T12:00:00Z", "Sat 14 Nov 12:00");
}

#[test]
fn several_answers_each_go_and_one_taken_back_in_time_does_not() {
    let (mut life, question) = asked(program(), "2026-11-10T10:00:00Z", Some("payments"));
    life.until(at("2026-11-10T22:00:00Z"));
    answered(&mut life, question, "priya");
    let first = life.state.head;
    answered(&mut life, question, "priya");
    life.happens(Event::MessageDeleted { person: person("priya"), of: first });
    life.until(at("2026-11-11T12:00:00Z"));
    let sent: Vec<String> = answers(&life).into_iter().filter(|of| of.starts_with("answer ")).collect();
    assert_eq!(sent, ["answer to ana Wed 11 Nov 07:00"]);
}

#[test]
fn a_remark_is_passed_on_and_nothing_comes_back() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T10:00:00Z"));
    life.says("ana", Some("payments"), Said::Remark);
    life.until(at("2026-11-16T08:00:00Z"));
    assert_eq!(answers(&life), ["relay to priya Tue 10 Nov 10:00", "receipt to ana Tue 10 Nov 10:00"]);
}

#[test]
fn the_first_answer_settles_it_for_both_advocates() {
    let mut program = program();
    let omar = somebody("omar", Some(Audience::Engineer), &[], "America/Los_Angeles");
    program.people.insert(person("omar"), omar);
    program.initiatives[0].advocates = vec![person("priya"), person("omar")];
    let (mut life, question) = asked(program, "2026-11-10T10:00:00Z", Some("payments"));
    life.until(at("2026-11-10T11:00:00Z"));
    answered(&mut life, question, "priya");
    life.until(at("2026-11-16T08:00:00Z"));
    // Omar was asleep, and has nothing left to do.
    assert_eq!(
        answers(&life),
        [
            "relay to priya Tue 10 Nov 10:00",
            "receipt to ana Tue 10 Nov 10:00",
            "answer to ana Tue 10 Nov 11:00"
        ]
    );
}

#[test]
fn whoever_asks_before_the_first_message_counts_as_engaged() {
    let standing = |life: &Life| {
        let of = &life.program.initiatives[0];
        let coverage = Coverage::of(&life.program, &life.state, &life.seen, of, life.now);
        let mut covered = coverage.cells.iter().flat_map(|cell| &cell.people);
        covered.find(|covered| covered.person == person("ana")).unwrap().standing
    };
    let (life, _) = asked(program(), "2026-11-10T10:00:00Z", Some("payments"));
    assert_eq!(standing(&life), Standing::Engaged);
    // What it is about is known later.
    let (mut life, question) = asked(program(), "2026-11-10T10:00:00Z", None);
    assert_eq!(standing(&life), Standing::Untouched);
    life.happens(Event::QuestionPlaced { question, initiative: Some(initiative("payments")) });
    assert_eq!(standing(&life), Standing::Engaged);
    // The initiative is wanted in another quarter, for which nothing was sent yet.
    let mut life = Life::begin(program());
    life.until(at("2026-12-01T12:00:00Z"));
    assert_eq!(standing(&life), Standing::Reached);
    life.program.initiatives[0].quarter = "2027-Q2".parse().unwrap();
    changed(&mut life.program, 1);
    life.adopts(Renames::default());
    assert_eq!(standing(&life), Standing::Untouched);
    life.says("ana", Some("payments"), Said::Question);
    assert_eq!(standing(&life), Standing::Engaged);
}

#[test]
fn nobody_is_reminded_of_what_nobody_can_answer() {
    let (mut life, _) = asked(program(), "2026-11-10T10:00:00Z", Some("payments"));
    life.until(at("2026-11-10T12:00:00Z"));
    let before = answers(&life);
    life.program.people.remove(&person("ana"));
    changed(&mut life.program, 1);
    life.adopts(Renames::default());
    life.until(at("2026-11-16T12:00:00Z"));
    assert_eq!(answers(&life), before);
    assert!(waiting_for(&life.program, &life.state, &person("priya")).is_empty());
}

#[test]
fn what_an_account_of_before_asked_concerns_nobody_else_once_it_is_replaced() {
    let mut program = program();
    program.initiatives.push(crate::domain::initiative::Initiative {
        advocates: vec![person("eli")],
        ..an_initiative("switches", &["search"])
    });
    program.people.insert(person("fay"), somebody("fay", None, &[], "Europe/Lisbon"));
    program.admins.insert(person("fay"));
    // Ana, to whom only Priya argues; Eli, who argues himself; somebody who leaves the configuration.
    for (asker, leaves) in [("ana", false), ("eli", false), ("ana", true)] {
        let mut life = Life::begin(program.clone());
        life.until(at("2026-11-10T10:00:00Z"));
        life.says(asker, None, Said::Question);
        let question = life.state.head;
        life.happens(Event::QuestionPlaced { question, initiative: None });
        life.until(at("2026-11-10T12:00:00Z"));
        let before = relays(&life);
        assert!(!before.is_empty());
        if leaves {
            life.program.people.remove(&person(asker));
            changed(&mut life.program, 1);
            life.adopts(Renames::default());
        } else {
            let former = life.state.person(&person(asker)).unwrap().slack.clone().unwrap();
            let replaces = Some(Former { slack: former, turn: Turn::Replaced });
            let slack = "U0NEW".parse().unwrap();
            life.happens(Event::PersonLinked { person: person(asker), slack, proof: None, replaces });
        }
        life.until(at("2026-11-13T12:00:00Z"));
        assert_eq!(relays(&life), before, "{asker} {leaves}");
    }
}

fn relays(life: &Life) -> Vec<String> {
    let mut relays: Vec<String> = answers(life).into_iter().filter(|of| of.starts_with("relay")).collect();
    relays.sort();
    relays
}

#[test]
fn what_was_found_after_an_outage_is_answered_by_day() {
    // When it was typed, when it was put on record, and what is sent; Eli lives in Tokyo.
    let check = |typed: &str, recorded: &str, until: &str, expected: &[&str]| {
        let mut life = Life::begin(program());
        life.until(at("2026-11-10T06:00:00Z"));
        life.now = at(recorded);
        let ts = format!("{}.000100", at(typed).as_second());
        life.happens(Event::MessageReceived {
            person: person("eli"),
            initiative: Some(initiative("payments")),
            said: Said::Question,
            text: Some(Personal::new(person("eli"), "Who pays?")),
            place: Some(("D1".parse().unwrap(), ts.parse().unwrap())),
            thread: None,
            referral: None,
        });
        life.now = at(recorded).min(at(until));
        life.until(at(until));
        assert_eq!(answers(&life), expected, "{typed} {recorded}");
    };
    // At once; and after an outage of some hours not in his night.
    check(
        "2026-11-10T08:00:00Z",
        "2026-11-10T08:00:00Z",
        "2026-11-10T12:00:00Z",
        &["receipt to eli Tue 10 Nov 08:00", "relay to priya Tue 10 Nov 09:00"],
    );
    check(
        "2026-11-10T10:00:00Z",
        "2026-11-10T18:00:00Z",
        "2026-11-11T12:00:00Z",
        &["receipt to eli Wed 11 Nov 00:00", "relay to priya Wed 11 Nov 09:00"],
    );
}
