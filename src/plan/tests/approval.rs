//! What advocates hold back, let go, stage and take back.

use jiff::SignedDuration;

use super::world::{Life, at, delivery, initiative, person, program};
use crate::domain::effect::{DeliveryKey, PostKey};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::{Event, Stage, Verdict};
use crate::domain::program::Program;
use crate::plan::{
    Outcome, eligible, explain, forecast, held_although_approved, queue, review_horizon, shown_until, waiting,
};

/// The small organisation, where what is written for executives waits for approval.
fn approving() -> Program {
    let mut program = program();
    program.approval.audiences.insert(Audience::Executive);
    program
}

/// The same, where everything of the first campaign waits.
fn first_campaign() -> Program {
    let mut program = program();
    program.approval.first_campaign = true;
    program
}

fn judged(life: &mut Life, delivery: DeliveryKey, verdict: Verdict) {
    life.happens(Event::DeliveryJudged { delivery, verdict, by: person("priya") });
}

fn staged(life: &mut Life, stage: Stage) {
    let quarter = "2027-Q1".parse().unwrap();
    life.happens(Event::StageSet { initiative: initiative("payments"), quarter, stage, by: person("priya") });
}

/// Reviews and rehearsals that went to an advocate: `kind local time`.
fn told(life: &Life, id: &str) -> Vec<String> {
    let of = &life.program.people[&person(id)];
    life.sent
        .iter()
        .filter(|(_, post)| *post.key.to() == of.id)
        .map(|(at, post)| {
            let local = at.to_zoned(of.zone.clone().unwrap()).strftime("%a %-d %b %H:%M").to_string();
            format!("{} {local}", post.key.word())
        })
        .collect()
}

fn reason(life: &Life, key: &DeliveryKey) -> &'static str {
    let key = PostKey::Touch(key.clone());
    eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap_err().name()
}

#[test]
fn what_waits_for_approval_does_not_go_and_is_shown_as_waiting() {
    let mut life = Life::begin(approving());
    life.until(at("2026-11-20T12:00:00Z"));
    assert_eq!(life.story("carla"), [""; 0]);
    assert_eq!(life.story("ana"), ["payments heads_up Mon 16 Nov 09:00"]);
    let heads_up = delivery("carla", "payments", Touch::HeadsUp, None);
    assert_eq!(reason(&life, &heads_up), "awaits_approval");
    let until = at("2027-04-01T00:00:00Z");
    let planned = forecast(&life.program, &life.state, &life.seen, life.now, until);
    assert!(!planned.iter().any(|planned| planned.key.delivery().is_some() && planned.to == person("carla")));
    let explained = explain(&life.program, &life.state, &life.seen, life.now, until);
    let row = explained.initiatives[0].people.iter().find(|row| row.person == person("carla")).unwrap();
    assert_eq!(row.skipped.as_ref().map(|skip| skip.name()), Some("awaits_approval"));
}

#[test]
fn the_queue_of_all_initiatives_is_what_waits_of_each() {
    let queued = |life: &Life| {
        let queue = queue(&life.program, &life.state, &life.seen, life.now);
        let mut all = 0;
        for (rank, initiative) in life.program.initiatives.iter().enumerate() {
            let of: Vec<_> = queue.of(rank).cloned().collect();
            assert_eq!(of, waiting(&life.program, &life.state, &life.seen, life.now, initiative));
            assert!(of.iter().all(|waiting| queue.holds_until() <= Some(waiting.expires)));
            all += of.len();
        }
        all
    };
    for (program, some) in [(program(), false), (approving(), true), (first_campaign(), true)] {
        let mut life = Life::begin(program);
        for day in ["2026-11-12T12:00:00Z", "2026-11-20T12:00:00Z", "2026-12-08T12:00:00Z"] {
            life.until(at(day));
            assert_eq!(0 < queued(&life), some, "{day}");
        }
    }
}

#[test]
fn what_is_approved_goes_in_its_time() {
    let mut life = Life::begin(approving());
    judged(&mut life, delivery("carla", "payments", Touch::HeadsUp, None), Verdict::Approved);
    life.until(at("2026-11-20T12:00:00Z"));
    assert_eq!(life.story("carla"), ["payments heads_up Mon 16 Nov 09:00"]);
}

#[test]
fn what_is_held_goes_only_once_it_is_approved() {
    let mut life = Life::begin(program());
    let heads_up = delivery("ana", "payments", Touch::HeadsUp, None);
    judged(&mut life, heads_up.clone(), Verdict::Held);
    life.until(at("2026-11-17T12:00:00Z"));
    assert_eq!(reason(&life, &heads_up), "held");
    assert_eq!(life.story("ana"), [""; 0]);
    judged(&mut life, heads_up, Verdict::Approved);
    life.until(at("2026-11-18T12:00:00Z"));
    assert_eq!(life.story("ana"), ["payments heads_up Tue 17 Nov 12:00"]);
}

#[test]
fn what_is_sent_now_goes_before_its_time_but_never_outside_of_hours() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T22:00:00Z"));
    judged(&mut life, delivery("ana", "payments", Touch::Pitch, None), Verdict::Now);
    life.until(at("2026-12-02T12:00:00Z"));
    // The pitch is out, so that the heads-up has nothing to announce.
    assert_eq!(life.story("ana"), ["payments pitch Wed 11 Nov 09:00"]);
}

#[test]
fn what_is_sent_now_keeps_the_gap() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-16T12:00:00Z"));
    judged(&mut life, delivery("ana", "payments", Touch::Pitch, None), Verdict::Now);
    life.until(at("2026-11-20T12:00:00Z"));
    let expected = ["payments heads_up Mon 16 Nov 09:00", "payments pitch Wed 18 Nov 09:00"];
    assert_eq!(life.story("ana"), expected);
}

#[test]
fn a_review_comes_once_a_working_day_and_only_when_something_new_waits() {
    let mut life = Life::begin(first_campaign());
    life.until(at("2026-11-27T18:00:00Z"));
    // Heads-ups are due on Monday 16 November, the first in Tokyo when it is still Sunday night in Lisbon.
    let expected = ["review Thu 12 Nov 09:00", "review Wed 25 Nov 09:00", "review Thu 26 Nov 09:00"];
    assert_eq!(told(&life, "priya"), expected);
    let waiting = waiting(&life.program, &life.state, &life.seen, life.now, &life.program.initiatives[0]);
    assert_eq!(
        waiting.iter().filter(|waiting| waiting.delivery.touch == Touch::HeadsUp).count(),
        2,
        "west of Lisbon"
    );
}

#[test]
fn what_nobody_approves_is_shown_once_more_before_it_is_too_late_and_counted_after() {
    let mut life = Life::begin(first_campaign());
    let lapsed = |life: &Life, since: &str| {
        let queue = queue(&life.program, &life.state, &life.seen, life.now);
        queue.lapsed(0, at(since), life.now)
    };
    life.until(at("2026-11-27T08:00:00Z"));
    assert_eq!(lapsed(&life, "2026-11-01T00:00:00Z"), 1, "it is evening in Tokyo");
    life.until(at("2026-11-28T02:00:00Z"));
    assert_eq!(lapsed(&life, "2026-11-01T00:00:00Z"), 5, "nobody is written to at a weekend");
    life.until(at("2027-01-20T18:00:00Z"));
    let expected = [
        "review Thu 12 Nov 09:00",
        // The heads-ups once more: the pitches take their place on Monday.
        "review Wed 25 Nov 09:00",
        // The pitches.
        "review Thu 26 Nov 09:00",
        // The pitches once more: the reminders take their place.
        "review Tue 5 Jan 09:00",
        "review Wed 6 Jan 09:00",
        "review Mon 11 Jan 09:00",
        // Plans freeze.
        "review Thu 14 Jan 09:00",
    ];
    assert_eq!(told(&life, "priya"), expected);
    assert_eq!(life.story("ana"), [""; 0]);
    let all = lapsed(&life, "2026-11-01T00:00:00Z");
    let later = lapsed(&life, "2026-12-24T00:00:00Z");
    assert_eq!((all - later, later), (5, 8), "the heads-ups, then the pitches and last calls");
}

#[test]
fn the_first_campaign_is_over_once_an_earlier_quarter_had_a_message() {
    let mut program = first_campaign();
    program.initiatives.push(super::world::an_initiative("flags", &["checkout"]));
    program.initiatives[1].quarter = "2027-Q2".parse().unwrap();
    let mut life = Life::begin(program);
    for id in ["ana", "ben", "carla", "dev", "eli"] {
        judged(&mut life, delivery(id, "payments", Touch::HeadsUp, None), Verdict::Approved);
    }
    life.until(at("2027-03-20T12:00:00Z"));
    assert_eq!(life.story("ana")[0], "payments heads_up Mon 16 Nov 09:00");
    assert!(life.story("ana")[1].starts_with("flags heads_up"), "{:?}", life.story("ana"));
}

#[test]
fn a_rehearsal_goes_to_the_advocate_instead_and_twelve_a_day_at_most() {
    let mut program = program();
    program.stage = Stage::Rehearsal;
    for number in 0..20 {
        let id = format!("extra-{number:02}");
        let somebody = super::world::somebody(&id, Some(Audience::Product), &["search"], "Europe/Lisbon");
        program.people.insert(somebody.id.clone(), somebody);
    }
    let mut life = Life::begin(program);
    life.suspicious = false;
    life.until(at("2026-11-16T18:00:00Z"));
    assert_eq!(told(&life, "priya").len(), 12);
    assert_eq!(life.story("ana"), [""; 0]);
    assert_eq!(reason(&life, &delivery("ana", "payments", Touch::HeadsUp, None)), "staged");
    life.until(at("2026-11-18T18:00:00Z"));
    assert_eq!(told(&life, "priya").len(), 25);
}

#[test]
fn few_are_the_first_three_and_then_come_the_others() {
    let mut life = Life::begin(program());
    staged(&mut life, Stage::Few);
    life.until(at("2026-11-17T12:00:00Z"));
    let got = |life: &Life| ["ana", "ben", "carla", "dev", "eli"].map(|id| life.story(id).len());
    assert_eq!(got(&life), [1, 1, 1, 0, 0]);
    staged(&mut life, Stage::All);
    life.until(at("2026-11-18T12:00:00Z"));
    assert_eq!(got(&life), [1, 1, 1, 1, 1]);
}

#[test]
fn whoever_is_handed_over_gets_nothing_until_they_are_given_back() {
    let mut life = Life::begin(program());
    let hand = |life: &mut Life, taken| {
        let quarter = "2027-Q1".parse().unwrap();
        let (person, by) = (person("ana"), person("priya"));
        life.happens(Event::HandedOver { person, initiative: initiative("payments"), quarter, by, taken });
    };
    hand(&mut life, true);
    life.until(at("2026-12-04T12:00:00Z"));
    assert_eq!(reason(&life, &delivery("ana", "payments", Touch::Pitch, None)), "handed_over");
    assert_eq!(life.story("ana"), [""; 0]);
    hand(&mut life, false);
    life.until(at("2026-12-05T12:00:00Z"));
    assert_eq!(life.story("ana"), ["payments pitch Fri 4 Dec 12:00"]);
}

#[test]
fn a_campaign_that_was_taken_back_sends_nothing_until_it_stands_again() {
    let mut life = Life::begin(program());
    let recall = |life: &mut Life, recalled| {
        let (initiative, quarter) = (initiative("payments"), "2027-Q1".parse().unwrap());
        life.happens(Event::Recalled { initiative, quarter, by: person("priya"), recalled });
    };
    life.until(at("2026-11-17T12:00:00Z"));
    recall(&mut life, true);
    life.until(at("2026-12-02T12:00:00Z"));
    assert_eq!(life.story("ana").len(), 1);
    assert_eq!(reason(&life, &delivery("ana", "payments", Touch::Pitch, None)), "recalled");
    recall(&mut life, false);
    life.until(at("2026-12-03T12:00:00Z"));
    assert_eq!(life.story("ana").len(), 2);
}

#[test]
fn a_paused_initiative_sends_nothing_until_it_is_resumed_and_the_others_go_on() {
    let mut life = Life::begin(program());
    let pause = |life: &mut Life, paused| {
        let initiative = initiative("payments");
        life.happens(Event::InitiativePaused { initiative, by: person("priya"), paused });
    };
    life.until(at("2026-11-17T12:00:00Z"));
    pause(&mut life, true);
    life.until(at("2026-12-02T12:00:00Z"));
    assert_eq!(reason(&life, &delivery("ana", "payments", Touch::Pitch, None)), "initiative_paused");
    let about =
        |life: &Life, what: &str| life.story("ana").iter().filter(|line| line.starts_with(what)).count();
    assert_eq!(about(&life, "payments"), 1, "what went before");
    pause(&mut life, false);
    life.until(at("2026-12-03T12:00:00Z"));
    assert_eq!(about(&life, "payments"), 2);
}

#[test]
fn nobody_is_written_to_on_leave() {
    let mut life = Life::begin(program());
    let days = Some(("2026-11-30".parse().unwrap(), "2026-12-04".parse().unwrap()));
    life.happens(Event::LeaveEntered { person: person("ana"), days, by: person("priya") });
    life.until(at("2026-12-01T12:00:00Z"));
    assert_eq!(reason(&life, &delivery("ana", "payments", Touch::Pitch, None)), "on_leave");
    let until = at("2027-01-01T00:00:00Z");
    let explained = explain(&life.program, &life.state, &life.seen, life.now, until);
    let pitch = explained.initiatives[0].people[0].touches.iter().find(|row| row.touch == Touch::Pitch);
    let Some(Outcome::Planned(planned)) = pitch.map(|row| &row.outcome) else { panic!("{pitch:?}") };
    assert_eq!(planned.strftime("%a %-d %b %H:%M").to_string(), "Mon 7 Dec 09:00");
    life.until(at("2026-12-08T12:00:00Z"));
    assert_eq!(life.story("ana")[1], "payments pitch Mon 7 Dec 09:00");
}

#[test]
fn do_not_disturb_and_out_of_office_are_honoured() {
    use crate::domain::observation::{DoNotDisturb, Seen};
    let seen = |life: &Life| Seen {
        as_of: life.now,
        account: None,
        zone: None,
        mail: None,
        deactivated: false,
        quiet: None,
        away_until: None,
    };
    let mut life = Life::begin(program());
    life.until(at("2026-11-15T12:00:00Z"));
    let (from, until) = (at("2026-11-16T08:00:00Z"), at("2026-11-16T11:30:00Z"));
    let of_ana = Seen { quiet: DoNotDisturb::told(from, from, until), ..seen(&life) };
    life.sees("ana", of_ana);
    let of_dev = Seen { away_until: Some(at("2026-11-19T00:00:00Z")), ..seen(&life) };
    life.sees("dev", of_dev);
    life.until(at("2026-11-16T09:00:00Z"));
    assert_eq!(reason(&life, &delivery("ana", "payments", Touch::HeadsUp, None)), "quiet");
    assert_eq!(reason(&life, &delivery("dev", "payments", Touch::HeadsUp, None)), "away");
    life.until(life.now.checked_add(SignedDuration::from_hours(24 * 7)).unwrap());
    assert_eq!(life.story("ana"), ["payments heads_up Mon 16 Nov 11:30"]);
    assert_eq!(life.story("dev"), ["payments heads_up Thu 19 Nov 09:00"]);
}

#[test]
fn what_holds_an_approved_message_has_a_name() {
    let mut life = Life::begin(approving());
    life.until(at("2026-11-12T12:00:00Z"));
    let pitch = delivery("carla", "payments", Touch::Pitch, None);
    let held = |life: &Life| {
        let held = held_although_approved(&life.program, &life.state, &life.seen, &pitch);
        held.map(|skip| skip.name())
    };
    assert_eq!(held(&life), None, "approval is all that it waits for");
    for stage in [Stage::Rehearsal, Stage::Few] {
        staged(&mut life, stage);
        let few = stage == Stage::Few;
        assert_eq!(held(&life), (!few).then_some("staged"), "Carla is one of the first three");
    }
    let last = delivery("eli", "payments", Touch::Pitch, None);
    let eli = held_although_approved(&life.program, &life.state, &life.seen, &last);
    assert_eq!(eli.map(|skip| skip.name()), Some("staged"));
    let reason = crate::domain::event::PauseReason::Asked { by: person("priya") };
    life.happens(Event::PostingPaused { reason });
    assert_eq!(held(&life), Some("paused"));
}

#[test]
fn a_review_shows_what_is_due_soon_after_its_day_and_whoever_is_approached_brings_it_up_to_date() {
    let mut life = Life::begin(first_campaign());
    life.until(at("2026-11-13T12:00:00Z"));
    let review = life.state.review(&initiative("payments"), &person("priya")).unwrap().clone();
    let on = review.key.on().unwrap();
    let shown = shown_until(&life.program, &life.seen, &person("priya"), on);
    life.until(at("2026-11-16T08:00:00Z"));
    let today = review_horizon(&life.program, &life.seen, &person("priya"), life.now);
    assert!(shown < today, "what is due after what it shows isn't on it");
    let id = life.state.id_of(&review.key);
    assert!(!life.state.outdated.contains(&id));
    let slack = "U0000NEW".parse().unwrap();
    life.says("ana", Some("payments"), crate::domain::event::Said::Referral);
    life.happens(Event::Approached {
        referral: life.state.head,
        by: person("priya"),
        person: person("nia"),
        slack,
        name: None,
        initiative: initiative("payments"),
        audience: Audience::Product,
        teams: vec![super::world::team("checkout")],
        decides: false,
    });
    assert!(life.state.outdated.contains(&id), "it lists her messages as well");
}

/// What holds messages back, begun or ended.
type End<'e> = &'e dyn Fn(&mut Life, bool);

#[test]
fn what_comes_to_wait_after_a_review_is_told_by_the_next_one() {
    let quarter = "2027-Q1".parse().unwrap();
    let (who, payments) = (person("ana"), initiative("payments"));
    let concern = |life: &mut Life, settled: bool| match settled {
        false => life.says("ana", Some("payments"), crate::domain::event::Said::Concern),
        true => life.happens(Event::ConcernReleased {
            person: who.clone(),
            initiative: payments.clone(),
            quarter,
            by: person("priya"),
        }),
    };
    let stop = |life: &mut Life, settled: bool| {
        let (person, initiative) = (who.clone(), None);
        life.happens(match settled {
            false => Event::Stopped { person, initiative },
            true => Event::StopUndone { person, initiative },
        });
    };
    let ends: [End<'_>; 2] = [&concern, &stop];
    for holds in ends {
        let mut life = Life::begin(first_campaign());
        holds(&mut life, false);
        life.until(at("2026-11-12T12:00:00Z"));
        assert_eq!(told(&life, "priya").last().map(String::as_str), Some("review Thu 12 Nov 09:00"));
        holds(&mut life, true);
        life.until(at("2026-11-16T08:00:00Z"));
        let reviews: Vec<String> =
            told(&life, "priya").into_iter().filter(|told| told.starts_with("review")).collect();
        assert_eq!(reviews, ["review Thu 12 Nov 09:00", "review Fri 13 Nov 09:00"]);
    }
}
