//! Campaigns from the first touch to the last, as their recipients live them.

use std::sync::Arc;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::world::{Life, an_initiative, at, delivery, holiday, initiative, news, person, program, team};
use crate::domain::effect::PostKey;
use crate::domain::engagement::{Stance, Touch};
use crate::domain::event::{Event, PauseReason};
use crate::domain::ids::StepId;
use crate::plan::{Outcome, Revival, explain};

const SPRING: &str = "2027-03-01T00:00:00Z";

#[test]
fn everybody_gets_their_own_message_in_their_own_hours() {
    let mut life = Life::begin(program());
    life.until(at(SPRING));
    let managers = ["heads_up Mon 16 Nov 09:00", "pitch Mon 30 Nov 09:00", "last_call Fri 8 Jan 09:00"];
    let others = ["heads_up Mon 16 Nov 09:00", "pitch Mon 30 Nov 09:00"];
    let check = |id: &str, expected: &[&str]| {
        let expected: Vec<String> = expected.iter().map(|touch| format!("payments {touch}")).collect();
        assert_eq!(life.story(id), expected, "{id}");
    };
    check("ana", &managers);
    check("ben", &managers);
    check("carla", &others);
    check("dev", &others);
    check("eli", &managers);
    check("priya", &[]);
    assert_eq!(life.missed, []);
}

#[test]
fn a_holiday_moves_a_touch_to_the_next_working_day() {
    let mut program = program();
    program.people.get_mut(&person("ana")).unwrap().days_off = holiday(date(2026, 11, 16), "Local day");
    let mut life = Life::begin(program);
    life.until(at("2026-11-20T00:00:00Z"));
    assert_eq!(life.story("ana"), ["payments heads_up Tue 17 Nov 09:00"]);
}

#[test]
fn k09_where_the_week_begins_on_sunday_people_are_written_to_then() {
    let mut program = program();
    let hours = "Sun-Thu 10:00-16:00".parse().unwrap();
    let ana = program.people.get_mut(&person("ana")).unwrap();
    ana.hours = Some(Arc::new(hours));
    // The day on which everybody else gets their heads-up is a holiday of theirs, and so are the days up to Saturday.
    ana.days_off = holiday(date(2026, 11, 16), "Local day");
    let days = [17, 18, 19].map(|day| date(2026, 11, day));
    ana.days_off.own.extend(days);
    let mut life = Life::begin(program);
    life.until(at("2026-12-01T00:00:00Z"));
    assert_eq!(life.story("ana"), ["payments heads_up Sun 22 Nov 10:00", "payments pitch Mon 30 Nov 10:00"]);
    assert_eq!(life.story("ben"), ["payments heads_up Mon 16 Nov 09:00", "payments pitch Mon 30 Nov 09:00"]);
}

#[test]
fn after_a_final_answer_there_is_silence() {
    for stance in [Stance::Committed, Stance::FirstStep, Stance::Supportive, Stance::Declined] {
        let mut life = Life::begin(program());
        life.until(at("2026-11-30T12:00:00Z"));
        life.takes("ana", "payments", stance);
        life.until(at(SPRING));
        assert_eq!(life.story("ana").len(), 2, "{stance:?}: {:?}", life.story("ana"));
    }
}

#[test]
fn thanks_follow_once_the_item_is_in_the_plan() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-30T12:00:00Z"));
    life.takes("ana", "payments", Stance::Committed);
    life.until(at("2027-01-19T12:00:00Z"));
    assert_eq!(life.story("ana").len(), 2, "no item yet");
    life.happens(Event::ItemPlanned {
        initiative: initiative("payments"),
        team: team("checkout"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person("priya"),
        link: None,
    });
    life.until(at(SPRING));
    assert_eq!(life.story("ana").last().unwrap(), "payments follow_up Tue 19 Jan 12:00");
    assert_eq!(life.story("ana").len(), 3);
    // Ben of the same team did not answer: he is not thanked, and not asked again.
    assert_eq!(life.story("ben").len(), 3);
}

#[test]
fn only_the_record_of_the_item_stops_the_others_of_the_team() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-30T22:00:00Z"));
    life.takes("ana", "payments", Stance::Committed);
    life.until(at("2027-01-07T12:00:00Z"));
    life.happens(Event::ItemPlanned {
        initiative: initiative("payments"),
        team: team("checkout"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person("priya"),
        link: None,
    });
    life.until(at(SPRING));
    assert_eq!(life.story("ben").len(), 2, "no last call to Ben: {:?}", life.story("ben"));
    assert_eq!(life.story("eli").len(), 3, "Eli's team has no item: {:?}", life.story("eli"));
}

#[test]
fn a_no_is_followed_up_only_for_whoever_wants_to_hear() {
    for wants in [false, true] {
        let mut life = Life::begin(program());
        life.until(at("2026-11-30T12:00:00Z"));
        life.takes("ana", "payments", Stance::Declined);
        life.happens(Event::ReasonGiven {
            person: person("ana"),
            initiative: initiative("payments"),
            quarter: "2027-Q1".parse().unwrap(),
            reason: crate::domain::personal::Personal::Forgotten,
            follow_up: wants,
        });
        life.until(at(SPRING));
        let followed = life.story("ana").contains(&"payments follow_up Mon 18 Jan 09:00".to_owned());
        assert_eq!(followed, wants);
    }
}

#[test]
fn reminders_come_on_schedule_when_there_is_something_new() {
    let mut program = program();
    program.initiatives[0].news = vec![news(date(2026, 12, 17))];
    let mut life = Life::begin(program);
    life.until(at("2026-11-30T16:00:00Z"));
    life.takes("ana", "payments", Stance::Considering);
    life.until(at(SPRING));
    // The news of Thursday 17 December falls into the life of Tuesday's reminder.
    assert_eq!(
        life.story("ana"),
        [
            "payments heads_up Mon 16 Nov 09:00",
            "payments pitch Mon 30 Nov 09:00",
            "payments reminder Thu 17 Dec 09:00"
        ]
    );
    assert_eq!(life.missed, []);
}

#[test]
fn the_smaller_step_is_offered_once() {
    let mut program = program();
    for ask in program.initiatives[0].asks.values_mut() {
        ask.smallest_step = Some(StepId::parse("small").unwrap());
    }
    let mut life = Life::begin(program);
    life.until(at(SPRING));
    assert_eq!(
        life.story("ana"),
        [
            "payments heads_up Mon 16 Nov 09:00",
            "payments pitch Mon 30 Nov 09:00",
            "payments reminder Tue 15 Dec 10:00",
            "payments last_call Fri 8 Jan 09:00"
        ]
    );
    assert_eq!(life.story("carla").len(), 2, "executives plan nothing");
}

#[test]
fn nobody_is_asked_more_than_three_times() {
    let mut program = program();
    program.initiatives[0].news =
        (14..31).map(|day| news(date(2026, 12, day))).chain([news(date(2027, 1, 4))]).collect();
    let mut life = Life::begin(program);
    life.until(at(SPRING));
    assert_eq!(
        life.story("ana"),
        [
            "payments heads_up Mon 16 Nov 09:00",
            "payments pitch Mon 30 Nov 09:00",
            "payments reminder Tue 15 Dec 10:00",
            "payments last_call Fri 8 Jan 09:00"
        ]
    );
    // Executives get no last call that one would have to be kept for.
    assert_eq!(
        life.story("carla"),
        [
            "payments heads_up Mon 16 Nov 09:00",
            "payments pitch Mon 30 Nov 09:00",
            "payments reminder Tue 15 Dec 10:00",
            "payments reminder Tue 22 Dec 10:00"
        ]
    );
}

#[test]
fn one_initiative_goes_first_and_the_others_follow_within_the_caps() {
    let mut program = program();
    program.initiatives.push(an_initiative("flags", &["checkout"]));
    program.initiatives.push(an_initiative("backups", &["checkout"]));
    program.limits.capacity_share = 1.0;
    let mut life = Life::begin(program);
    life.until(at("2026-11-29T00:00:00Z"));
    assert_eq!(
        life.story("ana"),
        [
            "payments heads_up Mon 16 Nov 09:00",
            "flags heads_up Wed 18 Nov 09:00",
            "backups heads_up Mon 23 Nov 09:00"
        ]
    );
}

#[test]
fn after_an_outage_only_the_newest_touch_is_sent() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-12-02T12:00:00Z"));
    life.until(at("2026-12-05T00:00:00Z"));
    assert_eq!(life.story("ana"), ["payments pitch Wed 2 Dec 12:00"]);
    let missed: Vec<_> = life.missed.iter().filter(|(_, key)| *key.to() == person("ana")).collect();
    assert_eq!(missed.len(), 1);
    assert_eq!(missed[0].1.delivery().unwrap().touch, Touch::HeadsUp);
}

#[test]
fn a_late_initiative_has_its_heads_up_merged_into_the_pitch() {
    let mut life = Life::begin_at(program(), at("2026-11-18T12:00:00Z"));
    life.until(at("2026-12-10T00:00:00Z"));
    assert_eq!(life.story("ana"), ["payments pitch Wed 18 Nov 12:00"]);
    assert_eq!(life.missed, [], "what was over before it was known of is not missed");
}

#[test]
fn an_initiative_adopted_on_the_day_of_its_first_touch_is_in_time() {
    let mut life = Life::begin_at(program(), at("2026-11-16T15:00:00Z"));
    life.until(at("2026-11-20T00:00:00Z"));
    assert_eq!(life.story("ana"), ["payments heads_up Mon 16 Nov 15:00"]);
}

#[test]
fn the_last_call_keeps_two_working_days_clear_before_the_freeze() {
    let mut life = Life::begin(program());
    life.until(at("2027-01-07T12:00:00Z"));
    life.sleeps_until(at("2027-01-13T00:00:01Z"));
    life.until(at(SPRING));
    assert_eq!(life.story("ana").len(), 2, "{:?}", life.story("ana"));
    let missed = life.missed.iter().filter(|(_, key)| *key.to() == person("ana")).count();
    assert_eq!(missed, 1);
}

#[test]
fn a_pause_holds_the_campaign_and_what_passed_meanwhile_is_missed_afterwards() {
    let mut life = Life::begin(program());
    life.happens(Event::PostingPaused { reason: PauseReason::Asked { by: person("priya") } });
    life.until(at("2026-12-01T12:00:00Z"));
    assert_eq!((life.sent.len(), life.missed.len()), (0, 0));
    life.happens(Event::PostingResumed { by: person("priya") });
    life.until(at("2026-12-03T12:00:00Z"));
    assert_eq!(life.story("ana"), ["payments pitch Tue 1 Dec 12:00"]);
    assert_eq!(life.missed.len(), 5);
}

#[test]
fn the_hourly_cap_spreads_a_burst() {
    let mut program = program();
    program.limits.burst_per_hour = 2;
    for person in program.people.values_mut() {
        person.zone = Some(jiff::tz::TimeZone::UTC);
    }
    let mut life = Life::begin(program);
    life.until(at("2026-11-17T00:00:00Z"));
    let times: Vec<String> = life.sent.iter().map(|(at, _)| at.to_string()).collect();
    let hour = |hour: &str| format!("2026-11-16T{hour}:00:00Z");
    assert_eq!(times, [hour("09"), hour("09"), hour("10"), hour("10"), hour("11")]);
}

#[test]
fn a_deferred_post_is_tried_again_and_does_not_stand_in_its_own_way() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-15T00:00:00Z"));
    life.sleeps_until(at("2026-11-16T09:00:00Z"));
    let effects = life.plan.due(life.now);
    let post = effects
        .iter()
        .find_map(|effect| match effect {
            crate::domain::effect::Effect::Post(post) if *post.key.to() == person("ana") => {
                Some(post.clone())
            }
            _ => None,
        })
        .unwrap();
    life.intends(&post);
    let until: Timestamp = life.now.checked_add(SignedDuration::from_secs(40)).unwrap();
    life.happens(Event::PostDeferred {
        post: post.key.id(),
        attempt: 1,
        until,
        code: "ratelimited".into(),
        strange: false,
    });
    life.until(at("2026-11-16T10:00:00Z"));
    let again: Vec<_> = life.sent.iter().filter(|(_, sent)| sent.key == post.key).collect();
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].0, again[0].1.attempt), (until, 2));
}

#[test]
fn a_deferred_post_that_may_not_go_any_more_is_missed() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T09:00:00Z"));
    let key = super::world::delivery("ana", "payments", Touch::HeadsUp, None);
    let post = crate::plan::eligible(
        &life.program,
        &life.state,
        &life.seen,
        life.now,
        &crate::domain::effect::PostKey::Touch(key),
    )
    .unwrap();
    life.intends(&post);
    let until: Timestamp = life.now.checked_add(SignedDuration::from_secs(40)).unwrap();
    life.happens(Event::PostDeferred {
        post: post.key.id(),
        attempt: 1,
        until,
        code: "ratelimited".into(),
        strange: false,
    });
    life.happens(Event::Stopped { person: person("ana"), initiative: None });
    life.until(at("2026-11-16T10:00:00Z"));
    assert!(life.missed.iter().any(|(_, key)| *key == post.key));
    assert_eq!(life.story("ana"), Vec::<String>::new());
}

#[test]
fn a_post_in_doubt_is_looked_up_two_minutes_after_its_deadline() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T09:00:00Z"));
    let key = super::world::delivery("ana", "payments", Touch::HeadsUp, None);
    let key = crate::domain::effect::PostKey::Touch(key);
    let post = crate::plan::eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    let settles = |life: &Life| {
        let effects = life.plan.due(life.now);
        effects.iter().filter(|effect| matches!(effect, crate::domain::effect::Effect::Settle { .. })).count()
    };
    life.sleeps_until(at("2026-11-16T09:02:29Z"));
    assert_eq!(settles(&life), 0);
    life.sleeps_until(at("2026-11-16T09:02:30Z"));
    assert_eq!(settles(&life), 1);
}

#[test]
fn a_skipped_touch_is_explained_by_what_stood_in_its_way_then() {
    let mut program = program();
    program.initiatives[0].news = vec![news(date(2026, 12, 14)), news(date(2026, 12, 17))];
    let life = Life::begin(program);
    let explanation = explain(&life.program, &life.state, &life.seen, life.now, at(SPRING));
    let check = |id: &str, expected: &[&str]| {
        let row = explanation.initiatives[0].people.iter().find(|row| row.person == person(id)).unwrap();
        let touches = row.touches.iter().map(|touch| match &touch.outcome {
            Outcome::Sent(at) => format!("{} sent {at}", touch.touch.word()),
            Outcome::Planned(at) => format!("{} {}", touch.touch.word(), at.strftime("%-d %b")),
            Outcome::Skipped(skip) => format!("{} {}", touch.touch.word(), skip.name()),
        });
        assert_eq!(touches.collect::<Vec<_>>(), expected, "{id}");
    };
    check(
        "ana",
        &[
            "heads_up 16 Nov",
            "pitch 30 Nov",
            "reminder 15 Dec",
            "reminder kept_for_last_call",
            "reminder kept_for_last_call",
            "reminder kept_for_last_call",
            "last_call 8 Jan",
            "follow_up nothing_to_follow_up",
        ],
    );
    check(
        "carla",
        &[
            "heads_up 16 Nov",
            "pitch 30 Nov",
            "reminder 15 Dec",
            "reminder 22 Dec",
            "reminder asked_enough",
            "reminder asked_enough",
            "follow_up nothing_to_follow_up",
        ],
    );
}

#[test]
fn what_was_given_up_too_early_goes_out_as_planned_once_it_is_revived() {
    let stakes = || [Touch::HeadsUp, Touch::Pitch].map(|touch| delivery("ana", "payments", touch, None));
    let revival = |life: &Life| {
        let initiatives: Vec<_> = life.program.initiatives.iter().collect();
        crate::plan::revivable(&life.program, &life.state, &life.seen, life.now, &initiatives)
    };
    let mut undisturbed = Life::begin(program());
    undisturbed.until(at("2026-12-05T00:00:00Z"));

    let mut life = Life::begin(program());
    for delivery in stakes() {
        life.happens(Event::PostMissed { key: PostKey::Touch(delivery) });
    }
    life.until(at("2026-11-12T00:00:00Z"));
    let Revival { mut alive, over } = revival(&life);
    alive.sort_by_key(|delivery| delivery.touch);
    assert_eq!((alive.as_slice(), over), (&stakes()[..], 0));
    life.happens(Event::Revived { deliveries: alive, by: person("priya") });
    life.until(at("2026-12-05T00:00:00Z"));
    assert_eq!(life.story("ana"), undisturbed.story("ana"));

    let mut life = Life::begin(program());
    for delivery in stakes() {
        life.happens(Event::PostMissed { key: PostKey::Touch(delivery) });
    }
    life.until(at("2026-12-05T00:00:00Z"));
    assert_eq!(life.story("ana"), Vec::<String>::new());
    assert_eq!(revival(&life).over, 1, "the time of the heads-up really is over");
}

#[test]
fn while_the_clock_is_off_the_campaign_waits_and_the_advocates_are_told_at_once() {
    let mut life = Life::begin_at(program(), at("2026-11-15T23:30:00Z"));
    life.happens(Event::ClockDoubted { ahead: -400 });
    life.until(at("2026-11-18T12:00:00Z"));
    let told: Vec<String> = life.sent.iter().map(|(at, post)| format!("{at} {}", post.key.to())).collect();
    assert_eq!(told, ["2026-11-15T23:30:00Z priya"], "in the middle of the night");
    let key = PostKey::Touch(delivery("ana", "payments", Touch::HeadsUp, None));
    let skip = crate::plan::eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap_err();
    assert_eq!(
        skip.says(),
        "This machine's clock is 6 minutes slow; campaign messages wait until it agrees with Slack's."
    );
    life.happens(Event::ClockBelieved {});
    life.until(at("2026-11-18T14:00:00Z"));
    assert_eq!(life.story("ana").len(), 1);
}
