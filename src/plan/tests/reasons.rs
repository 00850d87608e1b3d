//! Every named reason, met once.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::world::{
    Life, an_initiative, at, delivery, exception, figure, holiday, initiative, news, person, program,
    somebody, team,
};
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::effect::PostKey;
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::{Event, PauseReason, Referral, RefusedFor, Said};
use crate::domain::initiative::Measure;
use crate::domain::observation::{DoNotDisturb, Seen};
use crate::domain::program::Program;
use crate::plan::{eligible, forecast};

/// Monday 16 November 2026, 12:00 in Lisbon: heads-ups are due.
const HEADS_UP: &str = "2026-11-16T12:00:00Z";
/// Monday 30 November, 12:00: pitches are due.
const PITCH: &str = "2026-11-30T12:00:00Z";

fn life(change: impl FnOnce(&mut Program)) -> Life {
    let mut program = program();
    change(&mut program);
    Life::begin(program)
}

fn asleep(until: &str, change: impl FnOnce(&mut Program)) -> Life {
    let mut life = life(change);
    life.sleeps_until(at(until));
    life
}

fn lived(until: &str, change: impl FnOnce(&mut Program)) -> Life {
    let mut life = life(change);
    life.until(at(until));
    life
}

/// Why Ana doesn't get this touch of *payments* now.
fn why(life: &Life, touch: Touch) -> &'static str {
    of(life, "ana", "payments", touch, None)
}

fn of(life: &Life, id: &str, about: &str, touch: Touch, on: Option<jiff::civil::Date>) -> &'static str {
    let key = PostKey::Touch(delivery(id, about, touch, on));
    match eligible(&life.program, &life.state, &life.seen, life.now, &key) {
        Ok(_) => "ok",
        Err(skip) => {
            assert!(skip.says().ends_with('.') && skip.says().len() > 10, "{}", skip.says());
            skip.name()
        }
    }
}

fn intended(life: &mut Life, id: &str, touch: Touch) -> PostKey {
    let key = PostKey::Touch(delivery(id, "payments", touch, None));
    let post = eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    key
}

fn seen(at: Timestamp) -> Seen {
    Seen {
        as_of: at,
        account: None,
        zone: None,
        mail: None,
        deactivated: false,
        quiet: None,
        away_until: None,
    }
}

#[test]
fn nothing_stands_in_the_way_of_what_is_due() {
    assert_eq!(why(&asleep(HEADS_UP, |_| {}), Touch::HeadsUp), "ok");
}

#[test]
fn the_program_as_a_whole_may_stand_still() {
    let mut life = asleep(HEADS_UP, |_| {});
    life.program.digest.0 = "b".repeat(64);
    assert_eq!(why(&life, Touch::HeadsUp), "other_configuration");

    let mut life = asleep(HEADS_UP, |_| {});
    life.happens(Event::PostingPaused { reason: PauseReason::Unproven });
    assert_eq!(why(&life, Touch::HeadsUp), "paused");

    let mut life = asleep(HEADS_UP, |program| program.limits.burst_per_hour = 1);
    life.sleeps_until(at("2026-11-16T15:00:00Z"));
    intended(&mut life, "carla", Touch::HeadsUp);
    assert_eq!(why(&life, Touch::HeadsUp), "burst");
}

#[test]
fn the_initiative_may_not_be_there() {
    assert_eq!(of(&asleep(HEADS_UP, |_| {}), "ana", "nowhere", Touch::HeadsUp, None), "no_initiative");
    assert_eq!(
        why(&asleep(HEADS_UP, |program| program.initiatives[0].withdrawn = true), Touch::HeadsUp),
        "withdrawn"
    );
    let other = |program: &mut Program| program.initiatives[0].quarter = "2027-Q2".parse().unwrap();
    assert_eq!(why(&asleep(HEADS_UP, other), Touch::HeadsUp), "other_quarter");
    let never = |program: &mut Program| program.initiatives[0].quarter = "9000-Q1".parse().unwrap();
    let life = asleep(HEADS_UP, |program| {
        never(program);
        program.calendar.opens.days = i32::MAX;
    });
    assert_eq!(why(&life, Touch::HeadsUp), "no_window");
}

#[test]
fn the_person_may_not_be_one_to_write_to() {
    let check = |change: fn(&mut Program), id: &str, expected: &str| {
        assert_eq!(of(&asleep(HEADS_UP, change), id, "payments", Touch::HeadsUp, None), expected, "{id}");
    };
    check(|_| {}, "nobody", "not_in_directory");
    check(|_| {}, "priya", "advocate");
    let exclude =
        |program: &mut Program| program.initiatives[0].excluded = vec![exception("ana", "On leave.")];
    check(exclude, "ana", "excluded");
    let elsewhere = |program: &mut Program| {
        let person = somebody("zoe", Some(Audience::Engineer), &[], "UTC");
        program.people.insert(person.id.clone(), person);
    };
    check(elsewhere, "zoe", "not_a_stakeholder");

    let mut life = asleep(HEADS_UP, |_| {});
    std::sync::Arc::make_mut(life.state.people.get_mut(&person("ana")).unwrap()).slack = None;
    assert_eq!(why(&life, Touch::HeadsUp), "not_linked");

    let mut life = asleep(HEADS_UP, |_| {});
    life.sees("ana", Seen { deactivated: true, ..seen(at(HEADS_UP)) });
    assert_eq!(why(&life, Touch::HeadsUp), "deactivated");

    let mut life = asleep(HEADS_UP, |_| {});
    let post = intended(&mut life, "ana", Touch::HeadsUp).id();
    let (because, code) = (RefusedFor::Recipient, "user_disabled".to_owned());
    life.happens(Event::PostRefused { post, attempt: 1, because, code, version: None });
    life.sleeps_until(at("2026-11-17T12:00:00Z"));
    assert_eq!(why(&life, Touch::HeadsUp), "unreachable");
    life.sleeps_until(at(PITCH));
    assert_eq!(why(&life, Touch::Pitch), "ok");

    for (about, expected) in [(None, "stopped"), (Some(initiative("payments")), "stopped_initiative")] {
        let mut life = asleep(HEADS_UP, |_| {});
        life.happens(Event::Stopped { person: person("ana"), initiative: about.clone() });
        assert_eq!(why(&life, Touch::HeadsUp), expected);
        life.happens(Event::StopUndone { person: person("ana"), initiative: about });
        assert_eq!(why(&life, Touch::HeadsUp), "ok");
    }
}

#[test]
fn the_cadence_may_not_have_it() {
    let life = asleep(HEADS_UP, |_| {});
    assert_eq!(of(&life, "ana", "payments", Touch::Reminder, Some(date(2026, 12, 16))), "not_in_cadence");
    assert_eq!(of(&life, "carla", "payments", Touch::LastCall, None), "not_addressed");

    let mut late = Life::begin_at(program(), at("2026-11-18T12:00:00Z"));
    late.sleeps_until(at("2026-11-18T13:00:00Z"));
    assert_eq!(why(&late, Touch::HeadsUp), "merged");

    let rule = |anchor: &'static str| {
        move |program: &mut Program| {
            program.cadence.touches.get_mut(&Touch::LastCall).unwrap().at = anchor.parse().unwrap();
        }
    };
    assert_eq!(why(&asleep(PITCH, rule("freezes - 1wd")), Touch::LastCall), "too_close_to_freeze");
    let pitch = |anchor: &'static str| {
        move |program: &mut Program| {
            program.cadence.touches.get_mut(&Touch::Pitch).unwrap().at = anchor.parse().unwrap();
        }
    };
    assert_eq!(why(&asleep(PITCH, pitch("freezes + 1d")), Touch::Pitch), "after_freeze");
    assert_eq!(why(&asleep(PITCH, pitch("opens - 4w")), Touch::HeadsUp), "superseded");
    let away = |program: &mut Program| {
        let days = (0..500).map(|day| date(2026, 11, 1).checked_add(jiff::Span::new().days(day)).unwrap());
        program.people.get_mut(&person("ana")).unwrap().days_off.own = days.collect();
    };
    assert_eq!(why(&asleep(HEADS_UP, away), Touch::HeadsUp), "no_send_hours");
}

#[test]
fn its_time_may_not_be_now() {
    let life = asleep(HEADS_UP, |_| {});
    assert_eq!(why(&life, Touch::Pitch), "not_yet");
    assert_eq!(why(&asleep(PITCH, |_| {}), Touch::HeadsUp), "over");
}

#[test]
fn it_may_be_on_record_already() {
    assert_eq!(why(&lived(HEADS_UP, |_| {}), Touch::HeadsUp), "sent");
    assert_eq!(why(&lived(PITCH, |_| {}), Touch::HeadsUp), "sent");

    let mut life = asleep(HEADS_UP, |_| {});
    let post = intended(&mut life, "ana", Touch::HeadsUp).id();
    assert_eq!(why(&life, Touch::HeadsUp), "under_way");
    life.happens(Event::PostUnknown { post, attempt: 1 });
    assert_eq!(why(&life, Touch::HeadsUp), "unknown");

    let mut life = asleep(HEADS_UP, |_| {});
    let post = intended(&mut life, "ana", Touch::HeadsUp).id();
    let (because, code) = (RefusedFor::Content, "invalid_blocks".to_owned());
    life.happens(Event::PostRefused { post, attempt: 1, because, code, version: None });
    assert_eq!(why(&life, Touch::HeadsUp), "refused");

    let mut life = asleep(PITCH, |_| {});
    life.perform();
    assert_eq!(why(&life, Touch::HeadsUp), "missed");
}

#[test]
fn they_may_have_answered() {
    for stance in Stance::ALL {
        let mut life = lived(PITCH, |_| {});
        life.takes("ana", "payments", stance);
        life.until(at("2027-01-08T12:00:00Z"));
        let expected = match stance {
            Stance::Committed | Stance::FirstStep | Stance::Supportive | Stance::Declined => "final_answer",
            Stance::Considering => "considering",
            Stance::Concerned => "concerned",
        };
        assert_eq!(why(&life, Touch::LastCall), expected, "{stance:?}");
    }
    let mut life = lived(HEADS_UP, |_| {});
    // As *What is wrong?* records it.
    life.takes("ana", "payments", Stance::Concerned);
    life.says("ana", Some("payments"), Said::Correction);
    life.sleeps_until(at(PITCH));
    assert_eq!(why(&life, Touch::Pitch), "concerned");
    let quarter = "2027-Q1".parse().unwrap();
    let (who, about, by) = (person("ana"), initiative("payments"), person("priya"));
    life.happens(Event::ConcernReleased { person: who, initiative: about, quarter, by });
    assert_eq!(why(&life, Touch::Pitch), "ok");

    let (who, about, by) = (person("ana"), initiative("payments"), person("priya"));
    life.happens(Event::ConversationRecorded { person: who, initiative: about, quarter, by, note: None });
    assert_eq!(why(&life, Touch::Pitch), "conversation");
}

#[test]
fn whoever_said_that_somebody_else_decides_is_asked_nothing_until_that_is_settled() {
    let says = |decides: bool| Event::MessageReceived {
        person: person("ana"),
        initiative: Some(initiative("payments")),
        said: Said::Referral,
        text: None,
        place: None,
        thread: None,
        referral: Some(Referral { whom: None, decides }),
    };
    let mut life = lived(HEADS_UP, |_| {});
    life.happens(says(false));
    life.sleeps_until(at(PITCH));
    assert_eq!(why(&life, Touch::Pitch), "ok");
    life.happens(says(true));
    let referral = life.state.head;
    assert_eq!(why(&life, Touch::Pitch), "referred");
    let coverage = |life: &Life| {
        let (program, state) = (&life.program, &life.state);
        Coverage::of(program, state, &life.seen, &program.initiatives[0], life.now).gaps
    };
    let waits = Gap::Referred { person: person("ana"), of: referral };
    assert!(coverage(&life).contains(&waits));
    life.happens(Event::ReferralDismissed { referral, by: person("priya") });
    assert_eq!(why(&life, Touch::Pitch), "ok");
    assert!(!coverage(&life).contains(&waits));
}

#[test]
fn there_may_be_nothing_to_ask_or_say() {
    let mut life = asleep(PITCH, |_| {});
    let (about, quarter, by) = (initiative("payments"), "2027-Q1".parse().unwrap(), person("priya"));
    let team = team("checkout");
    life.happens(Event::ItemPlanned { initiative: about, team, quarter, by, link: None });
    assert_eq!(why(&life, Touch::Pitch), "planned");

    let life = lived("2027-01-08T08:00:00Z", |program| {
        program.initiatives[0].news = (14..31).map(|day| news(date(2026, 12, day))).collect();
    });
    let last_reminder = |id: &str| of(&life, id, "payments", Touch::Reminder, Some(date(2027, 1, 5)));
    assert_eq!(last_reminder("carla"), "asked_enough");
    assert_eq!(last_reminder("ana"), "kept_for_last_call");

    let mut life = asleep("2026-12-15T12:00:00Z", |_| {});
    let reminder = |life: &Life| of(life, "ana", "payments", Touch::Reminder, Some(date(2026, 12, 15)));
    assert_eq!(reminder(&life), "nothing_to_remind_of");
    life.perform();
    assert_eq!(reminder(&life), "nothing_new");
    life.sleeps_until(at("2027-01-18T12:00:00Z"));
    assert_eq!(why(&life, Touch::FollowUp), "nothing_to_follow_up");
}

#[test]
fn there_may_be_nothing_to_argue_with() {
    let check = |change: fn(&mut Program), id: &str, expected: &str| {
        assert_eq!(of(&asleep(PITCH, change), id, "payments", Touch::Pitch, None), expected, "{id}");
    };
    check(|program| program.limits.capacity_share = 0.01, "ana", "capacity");
    check(|program| program.initiatives[0].figures.clear(), "ana", "no_evidence");
    let pages =
        |program: &mut Program| program.initiatives[0].figures = vec![figure("pages", Measure::Pages)];
    check(pages, "carla", "nothing_for_executives");
    check(pages, "ana", "ok");
    let unwritten = |program: &mut Program| _ = program.initiatives[0].words.remove(&Audience::Product);
    check(unwritten, "ana", "no_sentence");
}

#[test]
fn do_not_disturb_that_outlasts_its_reading_holds_nothing_once_that_is_old_and_is_foreseen_to_its_end() {
    let (now, day) = (at(HEADS_UP), SignedDuration::from_hours(24));
    let end = now + day * 2;
    let mut life = asleep(HEADS_UP, |_| {});
    life.sees("ana", Seen { quiet: DoNotDisturb::told(now, now, end), ..seen(now) });
    let first = |life: &Life| {
        let planned = forecast(&life.program, &life.state, &life.seen, life.now, now + day * 14);
        planned.iter().find(|planned| planned.to == person("ana")).map(|planned| planned.at)
    };
    assert_eq!(first(&life), Some(end));
    let key = PostKey::Touch(delivery("ana", "payments", Touch::HeadsUp, None));
    let skip = eligible(&life.program, &life.state, &life.seen, now, &key).unwrap_err();
    assert!(skip.says().contains("18 Nov"), "{}", skip.says());
    // No newer reading came.
    life.now = now + day;
    assert_eq!(why(&life, Touch::HeadsUp), "ok");
    assert_eq!(first(&life), Some(life.now));
}

#[test]
fn it_may_be_the_wrong_moment_for_them() {
    let (now, later) = (at(HEADS_UP), at("2026-11-18T12:00:00Z"));
    let mut life = asleep(HEADS_UP, |_| {});
    life.happens(Event::Snoozed { person: person("ana"), until: later });
    assert_eq!(why(&life, Touch::HeadsUp), "snoozed");

    let mut life = asleep(HEADS_UP, |_| {});
    life.sees("ana", Seen { away_until: Some(later), ..seen(now) });
    assert_eq!(why(&life, Touch::HeadsUp), "away");
    life.sees("ana", Seen { quiet: DoNotDisturb::told(now, now, later), ..seen(now) });
    assert_eq!(why(&life, Touch::HeadsUp), "quiet");

    let off = |program: &mut Program| {
        program.people.get_mut(&person("ana")).unwrap().days_off = holiday(date(2026, 11, 17), "Local day");
    };
    assert_eq!(why(&asleep("2026-11-17T12:00:00Z", off), Touch::HeadsUp), "day_off");
    assert_eq!(why(&asleep("2026-11-16T17:00:00Z", |_| {}), Touch::HeadsUp), "outside_hours");
}

#[test]
fn others_may_go_first() {
    let second = |program: &mut Program| {
        program.limits.capacity_share = 1.0;
        program.initiatives.push(an_initiative("flags", &["checkout"]));
        program.initiatives.push(an_initiative("backups", &["checkout"]));
    };
    let mut life = asleep(HEADS_UP, second);
    let flags = |life: &Life| of(life, "ana", "flags", Touch::HeadsUp, None);
    assert_eq!(flags(&life), "another_first");
    life.program.limits.gap = SignedDuration::ZERO;
    let key = intended(&mut life, "ana", Touch::HeadsUp);
    assert_eq!(flags(&life), "one_at_a_time");
    let until = life.now.checked_add(SignedDuration::from_secs(40)).unwrap();
    let code = "ratelimited".to_owned();
    life.happens(Event::PostDeferred { post: key.id(), attempt: 1, until, code, strange: false });
    assert_eq!(why(&life, Touch::HeadsUp), "not_before");

    let life = lived(HEADS_UP, second);
    assert_eq!(flags(&life), "gap");
    let mut life = lived("2026-11-20T12:00:00Z", second);
    let backups = |life: &Life| of(life, "ana", "backups", Touch::HeadsUp, None);
    assert_eq!(backups(&life), "weekly_cap");
    life.program.limits.per_week = 3;
    assert_eq!(backups(&life), "ok");
}

#[test]
fn there_may_be_nothing_on_record_that_it_would_be_about() {
    let life = asleep(HEADS_UP, |_| {});
    let relay = PostKey::Relay { of: crate::domain::ids::Seq(999), to: person("priya") };
    let skip = eligible(&life.program, &life.state, &life.seen, life.now, &relay).unwrap_err();
    assert_eq!(skip.name(), "nothing_on_record");
}

/// Somebody was forgotten under another id, and Ana has their account.
#[test]
fn whoever_carries_a_mark_gets_nothing_and_nobody_does_where_marks_can_not_be_read() {
    use crate::domain::marks::Marker;
    let mut life = asleep(HEADS_UP, |_| {});
    let marker = Marker::new(&[7; 32]);
    let account = life.state.person(&person("ana")).unwrap().slack.clone().unwrap();
    life.seen.marker = Some(marker.clone());
    life.happens(Event::PersonForgotten {
        person: person("somebody-else"),
        was: Vec::new(),
        pseudonym: crate::domain::state::pseudonym("00000001").unwrap(),
        marks: vec![marker.account(&account)],
        keys: Vec::new(),
    });
    assert_eq!(why(&life, Touch::HeadsUp), "forgotten");
    assert_ne!(of(&life, "ben", "payments", Touch::HeadsUp, None), "forgotten");
    life.seen.marker = None;
    for id in ["ana", "ben"] {
        assert_eq!(of(&life, id, "payments", Touch::HeadsUp, None), "marks_unreadable");
    }
}
