//! Whom Slack refuses: left alone for a while, named as a gap, and tried again.

use jiff::SignedDuration;

use super::posts::answers;
use super::world::{Fate, Life, at, delivery, initiative, person, program};
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::effect::PostKey;
use crate::domain::engagement::Touch;
use crate::domain::event::{Cause, Event, RefusedFor, Said, Verdict};
use crate::domain::ids::SlackUserId;
use crate::domain::personal::Personal;
use crate::domain::program::Program;
use crate::plan::{Skip, eligible};

/// When Carla's heads-up, then her pitch, are due: in New York.
const REFUSED: &str = "2026-11-27T14:00:00Z";
const PITCH: &str = "2026-11-30T14:00:00Z";

/// Her heads-up goes so late that the pitch follows within the week.
fn late() -> Program {
    let mut program = program();
    program
        .people
        .get_mut(&person("carla"))
        .unwrap()
        .days_off
        .own
        .extend((16..27).map(|day| jiff::civil::date(2026, 11, day)));
    program
}

/// Carla's heads-up was refused.
fn refused(program: Program) -> Life {
    let mut life = Life::begin(program);
    life.until(at(REFUSED) - SignedDuration::from_secs(1));
    life.fates.push(Fate::RefusedForRecipient);
    life.until(at(REFUSED));
    assert!(life.state.person(&person("carla")).unwrap().unreachable.is_some());
    life
}

fn pitch(life: &Life) -> Result<(), Skip> {
    let key = PostKey::Touch(delivery("carla", "payments", Touch::Pitch, None));
    eligible(&life.program, &life.state, &life.seen, life.now, &key).map(|_| ())
}

fn is_gap(life: &Life) -> bool {
    let coverage =
        Coverage::of(&life.program, &life.state, &life.seen, &life.program.initiatives[0], life.now);
    coverage.gaps.contains(&Gap::Unreachable { person: person("carla"), code: "user_disabled".into() })
}

fn says(id: &str) -> Event {
    Event::MessageReceived {
        person: person(id),
        initiative: None,
        said: Said::Remark,
        text: None,
        place: None,
        thread: None,
        referral: None,
    }
}

#[test]
fn whatever_is_heard_of_somebody_makes_them_reachable_again() {
    let (about, quarter) = (initiative("payments"), "2027-Q1".parse().unwrap());
    let click = |id: &str| Some(Cause::Click(SlackUserId::parse(id).unwrap(), "1.0".into()));
    let slack = |life: &Life| life.state.person(&person("carla")).unwrap().slack.clone().unwrap();
    let mut life = refused(late());
    let own = slack(&life);
    life.sleeps_until(at(PITCH));
    assert_eq!(pitch(&life).unwrap_err().name(), "unreachable");
    assert!(is_gap(&life));
    let confirmed =
        || Event::HeadsUpConfirmed { person: person("carla"), initiative: about.clone(), quarter };
    let note = |by: &str| Event::NoteTaken {
        by: person(by),
        about: Some(person("carla")),
        initiative: None,
        text: Personal::new(person(by), "She is new."),
    };
    let account = |id: &str| Event::PersonLinked {
        person: person("carla"),
        slack: id.parse().unwrap(),
        proof: None,
        replaces: None,
    };
    let now = Event::DeliveryJudged {
        delivery: delivery("carla", "payments", Touch::Pitch, None),
        verdict: Verdict::Now,
        by: person("priya"),
    };
    let approved = Event::DeliveryJudged {
        delivery: delivery("carla", "payments", Touch::Pitch, None),
        verdict: Verdict::Approved,
        by: person("priya"),
    };
    for (what, cause, event, ends) in [
        ("a message", None, says("carla"), true),
        ("a click", None, confirmed(), true),
        ("a click on something that is recorded about another", click(own.as_str()), says("ana"), true),
        ("her own note", None, note("carla"), true),
        ("another account", None, account("U0NEW"), true),
        ("an advocate's send", None, now, true),
        ("the same account", None, account(own.as_str()), false),
        ("an advocate's approval", None, approved, false),
        ("a note about her", None, note("priya"), false),
        ("a message of somebody else", None, says("ana"), false),
    ] {
        let mut life = refused(late());
        life.sleeps_until(at(PITCH));
        life.happens_because(cause, event);
        assert_eq!(pitch(&life).is_ok(), ends, "{what}");
        assert_eq!(is_gap(&life), !ends, "{what}");
    }
}

#[test]
fn after_a_week_a_message_is_tried_once_and_the_advocate_is_told_once() {
    let mut life = refused(late());
    let week = at(REFUSED) + SignedDuration::from_hours(24 * 7);
    life.until(week - SignedDuration::from_secs(1));
    assert_eq!(life.story("carla"), Vec::<String>::new());
    assert!(is_gap(&life));
    let tried = |life: &Life| {
        let theirs = life.state.posts.values().filter(|post| *post.key.to() == person("carla"));
        theirs.map(|post| post.attempt).sum::<u32>()
    };
    assert_eq!(tried(&life), 1);
    // Again refused.
    life.fates.push(Fate::RefusedForRecipient);
    life.until(week);
    assert_eq!(tried(&life), 2, "one message is tried");
    life.until(at("2026-12-10T00:00:00Z"));
    assert_eq!(tried(&life), 2, "and no other within the week");
    assert_eq!(answers(&life), ["unreachable carla to priya Fri 27 Nov 14:00"], "nobody is told twice");
    assert!(is_gap(&life));
    // What arrives ends it.
    life.until(at("2027-01-31T00:00:00Z"));
    assert!(!life.story("carla").is_empty() && !is_gap(&life));
    assert_eq!(answers(&life).len(), 1);
}

#[test]
fn a_refusal_after_a_sign_of_life_is_news_a_week_later() {
    let told =
        |life: &Life| answers(life).iter().filter(|line| line.starts_with("unreachable carla")).count();
    let refuse = |life: &mut Life| {
        life.happens(says("carla"));
        assert!(life.state.person(&person("carla")).unwrap().unreachable.is_none());
        let key = PostKey::Receipt { of: life.state.head, to: person("carla") };
        let post = key.id();
        let (deadline, teams, audience) = (life.now, Vec::new(), None);
        life.happens(Event::PostIntended {
            key,
            attempt: 1,
            deadline,
            teams,
            audience,
            lists: Vec::new(),
            found_as: None,
        });
        let (because, code) = (RefusedFor::Recipient, "user_disabled".into());
        life.happens(Event::PostRefused { post, attempt: 1, because, code, version: None });
        life.until(life.now + SignedDuration::from_hours(24));
    };
    let mut life = refused(late());
    life.until(at(PITCH));
    refuse(&mut life);
    assert_eq!(told(&life), 1, "three days later it is no news");
    life.until(at("2026-12-21T12:00:00Z"));
    refuse(&mut life);
    assert_eq!(told(&life), 2);
}

#[test]
fn an_advocate_whom_slack_refused_is_tried_again_after_a_day() {
    let mut life = Life::begin(late());
    life.until(at(REFUSED) - SignedDuration::from_secs(1));
    // Priya would be told of it, and is refused as well.
    life.fates = vec![Fate::RefusedForRecipient; 2];
    life.until(at(REFUSED));
    assert!(life.state.person(&person("priya")).unwrap().unreachable.is_some());
    life.until(at("2026-11-30T09:00:00Z"));
    let told = answers(&life);
    assert!(told.contains(&"unreachable carla to priya Mon 30 Nov 09:00".to_owned()), "{told:?}");
}

#[test]
fn a_refusal_that_a_clock_weeks_ahead_dated_holds_nobody_back() {
    let mut life = Life::begin(late());
    life.clock_is_set_to(at(REFUSED) + SignedDuration::from_hours(40 * 24));
    life.happens(says("carla"));
    let key = PostKey::Receipt { of: life.state.head, to: person("carla") };
    let post = eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    let (post, because, code) = (key.id(), RefusedFor::Recipient, "user_disabled".into());
    life.happens(Event::PostRefused { post, attempt: 1, because, code, version: None });
    assert!(life.state.person(&person("carla")).unwrap().unreachable.is_some());
    life.clock_is_set_to(at(REFUSED));
    life.until(at(REFUSED));
    assert_eq!(life.story("carla").len(), 1, "{:?}", life.sent);
    // Her advocate hears of the refusal now, too.
    assert_eq!(answers(&life), ["unreachable carla to priya Fri 27 Nov 14:00"]);
}
