//! Reading the workspace over a scripted wire.

use std::collections::BTreeMap;

use crate::domain::calendar::{Offset as FromQuarter, PlanningCalendar};
use crate::domain::directory::Person;
use crate::domain::event::{Event, Record};
use crate::domain::hours::DaysOff;
use crate::domain::ids::Seq;
use crate::domain::program::{Cadence, ConfigDigest, Limits};

use super::*;

fn now() -> Timestamp {
    "2026-12-07T09:00:00Z".parse().unwrap()
}

fn member(profile: Value) -> Member {
    Member::read(&json!({ "id": "U1", "tz": "Europe/Lisbon", "profile": profile }), now()).unwrap()
}

#[test]
fn a_status_says_out_of_office_by_emoji_or_by_word() {
    let check = |emoji: &str, text: &str, expiration: i64, expected: Option<Away>| {
        let profile = json!({ "status_emoji": emoji, "status_text": text, "status_expiration": expiration });
        assert_eq!(member(profile).away, expected, "{emoji} {text}");
    };
    let then = Timestamp::from_second(1_700_000_000).unwrap();
    check(":palm_tree:", "", 0, Some(Away::Open));
    check("", "Vacationing", 1_700_000_000, Some(Away::Until(then)));
    check(":x:", "OOO until Monday", 0, Some(Away::Open));
    check("", "Out of office", 0, Some(Away::Open));
    check(":spiral_calendar_pad:", "In a meeting", 1_700_000_000, None);
    check(":house:", "Working remotely, office hours 2-3", 0, None);
    check("", "", 0, None);
}

#[test]
fn an_account_is_read_whatever_else_is_missing_or_wrong() {
    let check =
        |user: Value, readable: bool| assert_eq!(Member::read(&user, now()).is_some(), readable, "{user}");
    check(json!({ "id": "U1" }), true);
    check(json!({ "id": "W1", "tz": 7, "deleted": "yes", "profile": null, "tz_offset": "x" }), true);
    check(json!({ "id": null }), false);
    check(json!({ "id": "B1" }), false);
    check(json!([]), false);
    let odd = json!({ "id": "U1", "tz": "Mars/Olympus", "tz_offset": 3600 });
    let odd = Member::read(&odd, now()).unwrap();
    assert_eq!(odd.zone, Some(TimeZone::fixed(Offset::from_seconds(3600).unwrap())));
}

#[test]
fn do_not_disturb_counts_only_while_it_is_switched_on() {
    let answer = json!({ "ok": true, "users": {
        "U1": { "dnd_enabled": true, "next_dnd_start_ts": 1_700_000_000, "next_dnd_end_ts": 1_700_030_000 },
        "U2": { "dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1 },
        "U3": { "dnd_enabled": true, "next_dnd_start_ts": null },
        "nobody": 3,
    }});
    let quiet = quiet(&answer, Timestamp::from_second(1_700_000_000).unwrap());
    assert_eq!(quiet.keys().map(SlackUserId::as_str).collect::<Vec<_>>(), ["U1"]);
}

#[test]
fn do_not_disturb_is_unknown_twelve_hours_after_it_was_read() {
    let hours = |n: i64| now() + SignedDuration::from_hours(n);
    let check = |from: i64, until: i64, believed: Option<(i64, i64)>| {
        let window = json!({ "dnd_enabled": true, "next_dnd_start_ts": hours(from).as_second(),
            "next_dnd_end_ts": hours(until).as_second() });
        let quiet = quiet(&json!({ "users": { "U1": window } }), now());
        let read = quiet.values().next().copied();
        assert_eq!(read, believed.map(|(from, until)| (hours(from), hours(until))), "{from} to {until}");
    };
    check(-1, 3, Some((-1, 3)));
    check(10, 20, Some((10, 12)));
    check(-1, 240, Some((-1, 12)));
    check(12, 20, None);
    check(24, 30, None);
}

#[test]
fn an_open_ended_absence_lasts_as_long_as_the_reading() {
    let away = member(json!({ "status_emoji": ":palm_tree:" })).seen(None);
    assert_eq!(away.away_until, Some(now() + Observations::GREATEST_AGE));
}

fn person(id: &str, address: Address) -> Person {
    Person {
        id: PersonId::parse(id).unwrap(),
        name: id.to_owned(),
        given_name: id.to_owned(),
        address,
        was: vec![],
        audiences: BTreeSet::new(),
        teams: BTreeSet::new(),
        reports_to: None,
        zone: None,
        days_off: DaysOff::default(),
    }
}

fn program(people: Vec<Person>) -> Program {
    Program {
        digest: ConfigDigest("0".into()),
        command: "/canvass".into(),
        bot_name: "Canvass".into(),
        calendar: PlanningCalendar {
            zone: TimeZone::UTC,
            fiscal_start: 1,
            opens: FromQuarter::default(),
            freezes: FromQuarter::default(),
            explicit: BTreeMap::new(),
            holidays: BTreeMap::new(),
        },
        cadence: Cadence::default(),
        limits: Limits {
            hours: "Mon-Fri 09:00-17:00".parse().unwrap(),
            per_week: 1,
            gap: SignedDuration::ZERO,
            asks: 3,
            burst_per_hour: 60,
            capacity_share: 0.3,
        },
        teams: BTreeMap::new(),
        people: people.into_iter().map(|person| (person.id.clone(), person)).collect(),
        admins: BTreeSet::new(),
        initiatives: vec![],
        hours: Default::default(),
        stale_after_days: 90,
        digests: None,
        approval: crate::domain::program::Approval::default(),
        stage: crate::domain::event::Stage::All,
        templates: BTreeMap::new(),
    }
}

#[test]
fn people_are_recognised_once_by_id_or_address_and_a_link_is_kept() {
    let email = |address: &str| Address::Email(address.to_owned());
    let slack = |id: &str| SlackUserId::parse(id).unwrap();
    let program = program(vec![
        person("ana", email("Ana@Example.com")),
        person("ben", Address::Slack(slack("U2"))),
        person("carla", email("carla@example.com")),
        person("dev", email("nobody@example.com")),
    ]);
    let account = |id: &str, email: &str, deleted: bool| json!({ "id": id, "deleted": deleted, "tz": "Europe/Lisbon", "profile": { "email": email } });
    let page = json!({ "members": [
        account("U1", "ana@example.com", false),
        // An account that was switched off and made anew: the one in use counts.
        account("U9", "ana@example.com", true),
        account("U2", "other@example.com", false),
        // Carla was linked to another account, before her address moved to this one.
        account("U3", "carla@example.com", false),
        account("U4", "carla.old@example.com", true),
        { "id": null },
    ]});
    let now = now();
    let carla = PersonId::parse("carla").unwrap();
    let linked = Record {
        seq: Seq(1),
        at: now,
        cause: None,
        event: Event::PersonLinked { person: carla.clone(), slack: slack("U4") },
    };
    let quiet = Quiet::from([(slack("U2"), (now, now + SignedDuration::from_hours(1)))]);
    let sighting = recognise(&program, &State::of([&linked]), &members(&page, now), &quiet);

    let ids = |id: &str| PersonId::parse(id).unwrap();
    assert_eq!(sighting.links, [(ids("ana"), slack("U1")), (ids("ben"), slack("U2"))]);
    assert_eq!(sighting.missing, BTreeSet::from([ids("dev")]));
    assert!(!sighting.seen[&ids("ana")].deactivated);
    assert!(sighting.seen[&carla].deactivated);
    assert!(sighting.seen[&ids("ben")].quiet.is_some());
    assert_eq!(sighting.seen[&ids("ben")].as_of, now, "as old as what Slack said, whenever it is looked at");
}
