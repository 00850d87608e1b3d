//! Relays, receipts and notices.

use jiff::SignedDuration;
use jiff::Timestamp;

use super::reload::{changed, rename};
use super::world::{Fate, Life, an_initiative, at, initiative, person, program};
use crate::domain::effect::{Effect, Notice, PostKey};
use crate::domain::engagement::{Stance, Touch};
use crate::domain::event::{Event, PauseReason, RefusedFor, Renames, Said};
use crate::domain::program::Program;
use crate::plan::{Skip, eligible};

/// What was sent that is not campaign: `kind to@UTC`.
pub(super) fn answers(life: &Life) -> Vec<String> {
    let sent = life.sent.iter().filter_map(|(at, post)| {
        let what = match &post.key {
            PostKey::Touch(_) => return None,
            PostKey::Notice { notice, .. } => match notice {
                Notice::Unreachable { person, .. } => format!("unreachable {person}"),
                Notice::Account { person, .. } => format!("account {person}"),
                Notice::Unknown { .. } => "unknown".to_owned(),
                Notice::Late { initiative, .. } => format!("late {initiative}"),
                Notice::Disagreement { team, .. } => format!("disagreement {team}"),
                Notice::Paused { .. } => "paused".to_owned(),
                Notice::ConfigRefused { .. } => "refused configuration".to_owned(),
                Notice::ContentRefused { .. } => "refused content".to_owned(),
                Notice::CallsRefused { .. } => "refused calls".to_owned(),
                Notice::Interrupted { .. } => "interrupted".to_owned(),
                Notice::CalendarFails { .. } => "calendar fails".to_owned(),
                Notice::EntryRefused { .. } => "entry refused".to_owned(),
                Notice::NoHours { initiative, .. } => format!("no hours {initiative}"),
                Notice::HoursTaken { initiative, .. } => format!("hours taken {initiative}"),
            },
            other => other.word().to_owned(),
        };
        Some(format!("{what} to {} {}", post.key.to(), at.strftime("%a %-d %b %H:%M")))
    });
    sent.collect()
}

fn two_advocates() -> Program {
    let mut program = program();
    let omar = super::world::somebody("omar", None, &[], "America/Los_Angeles");
    program.people.insert(omar.id.clone(), omar);
    program.initiatives.push(an_initiative("flags", &["search"]));
    program.initiatives[1].advocates = vec![person("omar")];
    program
}

#[test]
fn what_a_person_says_is_relayed_and_they_are_told_at_once() {
    let mut life = Life::begin(two_advocates());
    life.until(at("2026-11-10T22:00:00Z"));
    life.says("ana", Some("payments"), Said::Talk);
    life.until(at("2026-11-12T00:00:00Z"));
    assert_eq!(answers(&life), ["receipt to ana Tue 10 Nov 22:03", "relay to priya Wed 11 Nov 09:00"]);
}

#[test]
fn a_wish_to_talk_that_was_taken_back_goes_to_nobody() {
    let talks = |then: &dyn Fn(&mut Life)| {
        let mut life = Life::begin(two_advocates());
        life.until(at("2026-11-10T15:00:00Z"));
        life.takes("ana", "payments", Stance::Considering);
        life.says("ana", Some("payments"), Said::Talk);
        life.until(at("2026-11-10T15:01:00Z"));
        then(&mut life);
        life.until(at("2026-11-11T00:00:00Z"));
        answers(&life)
    };
    let stop =
        |about: Option<&str>| Event::Stopped { person: person("ana"), initiative: about.map(initiative) };
    let wish = ["relay to priya Tue 10 Nov 15:03", "receipt to ana Tue 10 Nov 15:03"];
    for stance in Stance::ALL {
        let over: &[&str] = if stance.is_final() { &[] } else { &wish };
        assert_eq!(talks(&|life| life.takes("ana", "payments", stance)), over, "{stance:?}");
    }
    assert_eq!(talks(&|life| life.happens(stop(None))), [""; 0]);
    assert_eq!(talks(&|life| life.happens(stop(Some("payments")))), [""; 0]);
    assert_eq!(talks(&|life| life.happens(stop(Some("flags")))), wish);

    // Whoever had stopped before and says now that they want to talk does want it.
    let mut life = Life::begin(two_advocates());
    life.until(at("2026-11-10T15:00:00Z"));
    life.happens(stop(None));
    life.takes("ana", "payments", Stance::Considering);
    life.says("ana", Some("payments"), Said::Talk);
    life.until(at("2026-11-11T00:00:00Z"));
    assert_eq!(answers(&life), wish);
}

#[test]
fn a_wish_to_talk_is_passed_on_once_that_was_promised() {
    let talks_at_night = |then: &dyn Fn(&mut Life)| {
        let mut life = Life::begin(two_advocates());
        life.until(at("2026-11-10T22:00:00Z"));
        life.takes("ana", "payments", Stance::Considering);
        life.says("ana", Some("payments"), Said::Talk);
        life.until(at("2026-11-10T22:30:00Z"));
        then(&mut life);
        life.until(at("2026-11-11T12:00:00Z"));
        answers(&life)
    };
    let promised = ["receipt to ana Tue 10 Nov 22:03", "relay to priya Wed 11 Nov 09:00"];
    assert_eq!(talks_at_night(&|life| life.takes("ana", "payments", Stance::FirstStep)), promised);
    for about in [None, Some("payments")] {
        let stopped = Event::Stopped { person: person("ana"), initiative: about.map(initiative) };
        assert_eq!(talks_at_night(&|life| life.happens(stopped.clone())), promised, "{about:?}");
    }
}

#[test]
fn another_stop_does_not_take_back_a_wish_to_talk() {
    let mut life = Life::begin(two_advocates());
    let stop = |about| Event::Stopped { person: person("ana"), initiative: Some(initiative(about)) };
    life.until(at("2026-11-10T15:00:00Z"));
    life.happens(stop("payments"));
    life.says("ana", Some("payments"), Said::Talk);
    life.until(at("2026-11-10T15:01:00Z"));
    life.happens(stop("flags"));
    life.until(at("2026-11-11T00:00:00Z"));
    assert_eq!(answers(&life), ["relay to priya Tue 10 Nov 15:03", "receipt to ana Tue 10 Nov 15:03"]);
}

#[test]
fn a_question_about_nothing_known_goes_to_the_advocates_around_the_person() {
    let mut life = Life::begin(two_advocates());
    life.until(at("2026-11-10T18:00:00Z"));
    life.says("eli", None, Said::Question);
    life.says("ana", None, Said::Question);
    life.until(at("2026-11-12T00:00:00Z"));
    assert_eq!(
        answers(&life),
        [
            "receipt to eli Tue 10 Nov 18:00",
            "receipt to ana Tue 10 Nov 18:00",
            "relay to omar Tue 10 Nov 18:10",
            "relay to priya Wed 11 Nov 09:00",
            "relay to priya Wed 11 Nov 09:00",
            "overdue to omar Wed 11 Nov 18:10"
        ]
    );
}

#[test]
fn a_receipt_that_comes_late_waits_for_send_hours() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T22:00:00Z"));
    life.says("ana", Some("payments"), Said::Question);
    life.sleeps_until(at("2026-11-10T22:15:00Z"));
    life.until(at("2026-11-12T00:00:00Z"));
    assert_eq!(answers(&life), ["relay to priya Wed 11 Nov 09:00", "receipt to ana Wed 11 Nov 09:00"]);
}

#[test]
fn stop_and_snooze_and_caps_do_not_hold_answers() {
    let mut program = program();
    program.limits.per_week = 0;
    program.limits.burst_per_hour = 0;
    let mut life = Life::begin(program);
    life.until(at("2026-11-10T12:00:00Z"));
    life.happens(Event::Stopped { person: person("ana"), initiative: None });
    life.happens(Event::Snoozed { person: person("ana"), until: at("2027-01-01T00:00:00Z") });
    life.says("ana", Some("payments"), Said::Question);
    life.perform();
    assert_eq!(answers(&life), ["relay to priya Tue 10 Nov 12:00", "receipt to ana Tue 10 Nov 12:00"]);
}

#[test]
fn an_advocate_who_writes_to_their_own_bot_is_not_passed_on_to_themselves() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T12:00:00Z"));
    life.says("priya", Some("payments"), Said::Question);
    life.until(at("2026-11-12T00:00:00Z"));
    assert_eq!(answers(&life), Vec::<String>::new());
}

#[test]
fn the_advocate_is_told_once_of_whom_no_message_reaches() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T14:00:00Z"));
    let key = PostKey::Touch(super::world::delivery("carla", "payments", Touch::HeadsUp, None));
    life.sleeps_until(at("2026-11-16T15:00:00Z"));
    let post = eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    let because = RefusedFor::Recipient;
    life.happens(Event::PostRefused {
        post: key.id(),
        attempt: 1,
        because,
        code: "user_disabled".into(),
        version: None,
    });
    life.until(at("2026-11-23T14:00:00Z"));
    assert_eq!(answers(&life), ["unreachable carla to priya Mon 16 Nov 15:00"]);
    assert_eq!(life.story("carla"), Vec::<String>::new());
}

#[test]
fn the_advocate_is_told_of_a_message_that_nobody_can_find() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T15:00:00Z"));
    let key = PostKey::Touch(super::world::delivery("carla", "payments", Touch::HeadsUp, None));
    let post = eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    life.happens(Event::PostUnknown { post: key.id(), attempt: 1 });
    life.until(at("2026-12-31T00:00:00Z"));
    assert_eq!(answers(&life), ["unknown to priya Mon 16 Nov 15:00"]);
    assert!(!life.story("carla").iter().any(|touch| touch.contains("heads_up")));
}

#[test]
fn the_advocate_is_told_of_a_late_initiative_once() {
    let mut life = Life::begin_at(program(), at("2026-11-21T12:00:00Z"));
    life.until(at("2026-12-21T12:00:00Z"));
    assert_eq!(answers(&life), ["late payments to priya Mon 23 Nov 09:00"]);
}

#[test]
fn a_disagreement_goes_to_the_advocate_with_the_answer_that_made_it_one() {
    let mut life = Life::begin(program());
    life.until(at("2026-12-01T12:00:00Z"));
    life.takes("ana", "payments", Stance::Committed);
    life.until(at("2026-12-02T12:00:00Z"));
    life.takes("carla", "payments", Stance::Declined);
    assert_eq!(answers(&life), Vec::<String>::new(), "executives answer for themselves");
    life.takes("ben", "payments", Stance::Declined);
    let since = life.state.head;
    life.perform();
    assert_eq!(answers(&life), ["disagreement checkout to priya Wed 2 Dec 12:00"]);
    let told = life.sent.iter().find_map(|(_, post)| match &post.key {
        PostKey::Notice { notice: Notice::Disagreement { since, .. }, .. } => Some(*since),
        _ => None,
    });
    assert_eq!(told, Some(since));
    life.takes("dev", "payments", Stance::Committed);
    life.until(at("2026-12-20T12:00:00Z"));
    assert_eq!(answers(&life).len(), 1, "it is still the same one");
}

#[test]
fn a_disagreement_is_what_coverage_calls_one() {
    let mut life = Life::begin(program());
    for (who, stance) in [("ana", Stance::Committed), ("ben", Stance::Declined), ("ben", Stance::Considering)]
    {
        life.takes(who, "payments", stance);
        let initiative = &life.program.initiatives[0];
        let stakeholders = life.program.stakeholders(initiative);
        let team = super::world::team("checkout");
        let expected = crate::domain::coverage::disagree(&life.state, initiative, &team, &stakeholders);
        let frames = crate::plan::touches::Frame::all(&life.program, &life.state);
        let ground = crate::plan::case::Ground {
            program: &life.program,
            state: &life.state,
            seen: &life.seen,
            frames: &frames,
        };
        assert_eq!(
            crate::plan::disagreement::since(ground, 0, &team).is_some(),
            expected,
            "{who} {stance:?}"
        );
    }
}

#[test]
fn a_pause_for_want_of_proof_is_told_and_holds_the_campaign_only() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-16T08:00:00Z"));
    life.happens(Event::PostingPaused { reason: PauseReason::Unproven });
    life.says("ana", Some("payments"), Said::Question);
    life.until(at("2026-11-17T12:00:00Z"));
    assert_eq!(
        answers(&life),
        [
            "receipt to ana Mon 16 Nov 08:00",
            "paused to priya Mon 16 Nov 09:00",
            "relay to priya Mon 16 Nov 09:00",
            "overdue to priya Tue 17 Nov 09:00"
        ]
    );
    assert_eq!(life.story("eli"), ["payments heads_up Mon 16 Nov 09:00"], "before the pause, in Tokyo");
    assert_eq!(life.story("ana"), Vec::<String>::new());
}

#[test]
fn nothing_is_posted_while_slack_refuses_everything() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-16T08:00:00Z"));
    let sent = life.sent.len();
    let reason = PauseReason::Configuration { code: "invalid_auth".into() };
    life.happens(Event::PostingPaused { reason: reason.clone() });
    life.says("ana", Some("payments"), Said::Question);
    life.until(at("2026-11-17T12:00:00Z"));
    assert_eq!(life.sent.len(), sent);
    let relay = PostKey::Relay { of: life.state.head, to: person("priya") };
    let refused = eligible(&life.program, &life.state, &life.seen, life.now, &relay);
    assert_eq!(refused, Err(Skip::Paused(reason)));
    life.happens(Event::PostingResumed { by: person("priya") });
    life.perform();
    assert_eq!(answers(&life).len(), 2);
}

#[test]
fn nothing_but_one_question_is_posted_before_an_advocate_has_said_that_it_is_the_first_start() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-16T06:00:00Z"));
    life.happens(Event::PostingPaused { reason: PauseReason::FirstStart { denied_by: None } });
    life.says("ana", Some("payments"), Said::Question);
    life.until(at("2026-11-17T12:00:00Z"));
    assert_eq!(answers(&life), ["paused to priya Mon 16 Nov 07:00"]);
    let denied = PauseReason::FirstStart { denied_by: Some(person("priya")) };
    life.happens(Event::PostingPaused { reason: denied });
    life.until(at("2026-11-18T12:00:00Z"));
    assert_eq!(answers(&life).len(), 1, "the answer is no news to those who were asked");
    life.happens(Event::PostingResumed { by: person("priya") });
    life.perform();
    assert!(answers(&life).len() > 2, "{:?}", answers(&life));
}

#[test]
fn what_is_two_weeks_old_is_not_passed_on() {
    let mut life = Life::begin(program());
    life.says("ana", Some("payments"), Said::Question);
    let said = life.state.head;
    life.happens(Event::PostingPaused { reason: PauseReason::Configuration { code: "invalid_auth".into() } });
    life.sleeps_until(life.now.checked_add(SignedDuration::from_hours(24 * 14)).unwrap());
    life.happens(Event::PostingResumed { by: person("priya") });
    life.perform();
    assert_eq!(answers(&life), Vec::<String>::new());
    let relay = PostKey::Relay { of: said, to: person("priya") };
    let old = eligible(&life.program, &life.state, &life.seen, life.now, &relay).unwrap_err();
    assert_eq!(old.name(), "over");
}

#[test]
fn answers_go_before_the_campaign() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-16T08:59:00Z"));
    life.says("ana", Some("payments"), Said::Question);
    let nine = at("2026-11-16T09:00:00Z");
    life.sleeps_until(nine);
    let kinds: Vec<&str> = life.plan.due(nine).iter().map(kind).collect();
    assert_eq!(kinds, ["relay", "receipt", "touch"]);
}

fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Post(post) => post.key.word(),
        Effect::Miss(_) => "miss",
        Effect::Refresh { .. } => "refresh",
        Effect::Settle { .. } => "settle",
    }
}

#[test]
fn a_message_that_shows_less_than_is_recorded_is_brought_up_to_date() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-30T12:00:00Z"));
    life.takes("ana", "payments", Stance::Declined);
    let through = life.state.head;
    let refreshed: Vec<_> = life.plan.due(life.now);
    assert_eq!(refreshed.len(), 2, "heads-up and pitch: {refreshed:?}");
    assert!(
        refreshed
            .iter()
            .all(|effect| matches!(effect, Effect::Refresh { through: up_to, .. } if *up_to == through))
    );
    life.perform();
    assert_eq!(life.plan.due(Timestamp::MAX), []);
}

/// Everything that a notice may name is called something else.
fn renamed(to: &str) -> Renames {
    let from = |id: &str| if to == "b" { id.to_owned() } else { format!("{id}-b") };
    let person_to = |id: &str| (person(&from(id)), person(&format!("{id}-{to}")));
    let team_to = |id: &str| (from(id).parse().unwrap(), format!("{id}-{to}").parse().unwrap());
    Renames {
        people: ["ana", "ben", "carla", "priya"].map(person_to).into(),
        initiatives: [(initiative(&from("payments")), initiative(&format!("payments-{to}")))].into(),
        teams: [team_to("checkout")].into(),
    }
}

#[test]
fn no_notice_is_told_again_when_what_it_names_is_renamed() {
    let refused = |fate| {
        let mut life = Life::begin(program());
        life.until(at("2026-11-16T13:59:59Z"));
        life.fates.push(fate);
        life.until(at("2026-11-16T15:00:00Z"));
        life
    };
    let mut late = Life::begin_at(program(), at("2026-11-21T12:00:00Z"));
    late.until(at("2026-11-23T12:00:00Z"));
    let mut disagreement = Life::begin(program());
    disagreement.until(at("2026-12-01T12:00:00Z"));
    disagreement.takes("ana", "payments", Stance::Committed);
    disagreement.takes("ben", "payments", Stance::Declined);
    disagreement.until(at("2026-12-01T15:00:00Z"));
    let mut without = program();
    without.hours.clear();
    let mut no_hours = Life::begin(without);
    no_hours.until(at("2026-11-30T12:00:00Z"));
    let mut few = program();
    let hours = few.hours.get_mut(&person("priya")).unwrap();
    hours.weekly.clear();
    hours.extra = vec![crate::domain::office_hours::Dated {
        on: jiff::civil::date(2026, 12, 15),
        from: jiff::civil::time(15, 0, 0, 0),
        until: jiff::civil::time(15, 30, 0, 0),
    }];
    let mut taken = Life::begin(few);
    taken.until(at("2026-12-08T10:00:00Z"));
    taken.happens(Event::SlotBooked {
        guest: person("ana"),
        host: person("priya"),
        starts: at("2026-12-15T15:00:00Z"),
        minutes: 30,
        subject: None,
        topic: None,
        via: crate::domain::booking::Via::Slack,
    });
    taken.until(at("2026-12-08T12:00:00Z"));
    for (word, mut life) in [
        ("unreachable", refused(Fate::RefusedForRecipient)),
        ("unknown", refused(Fate::Unknown)),
        ("late", late),
        ("disagreement", disagreement),
        ("no hours", no_hours),
        ("hours taken", taken),
    ] {
        let told = answers(&life);
        assert!(told.iter().any(|line| line.starts_with(word)), "{word}: {told:?}");
        for (reload, to) in ["b", "c"].into_iter().enumerate() {
            rename(&mut life.program, &renamed(to));
            changed(&mut life.program, u32::try_from(reload).unwrap());
            life.adopts(renamed(to));
            life.until(life.now + SignedDuration::from_hours(30));
            assert_eq!(answers(&life), told, "{word}, renamed to {to}");
        }
    }
}
