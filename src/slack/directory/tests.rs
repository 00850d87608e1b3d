//! Reading the workspace over a scripted wire.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::account::Disbelief;
use crate::domain::calendar::{Offset as FromQuarter, PlanningCalendar};
use crate::domain::directory::{Address, Person};
use crate::domain::event::{Event, Record};
use crate::domain::hours::DaysOff;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::program::{Cadence, ConfigDigest, Limits, Program};
use crate::domain::state::State;

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
        recognition: Default::default(),
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
    let account = |id: &str, email: &str, deleted: bool| json!({ "id": id, "team_id": "T1", "deleted": deleted, "tz": "Europe/Lisbon", "profile": { "email": email } });
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
    let sighting = recognise(&program, &State::of([&linked]), &workspace(), &members(&page, now), &quiet);

    let ids = |id: &str| PersonId::parse(id).unwrap();
    assert_eq!(sighting.links, [(ids("ana"), slack("U1")), (ids("ben"), slack("U2"))]);
    assert_eq!(sighting.missing, BTreeMap::from([(ids("dev"), Missing::Nobody)]));
    assert!(!sighting.seen[&ids("ana")].deactivated);
    assert!(sighting.seen[&carla].deactivated);
    assert!(sighting.seen[&ids("ben")].quiet.is_some());
    assert_eq!(sighting.seen[&ids("ben")].as_of, now, "as old as what Slack said, whenever it is looked at");
}

/// In an organization, as `auth.test` names it.
fn workspace() -> Workspace {
    Workspace::read(&json!({ "ok": true, "team_id": "T1", "enterprise_id": "E1" }))
}

/// What is found of Henrik, who is known by his address, among these accounts.
fn henrik_among(accounts: &[Value], guests: bool) -> Result<String, Missing> {
    let henrik = person("henrik", Address::Email("henrik@example.com".to_owned()));
    let mut program = program(vec![henrik]);
    program.recognition.guests = guests;
    let page = json!({ "members": accounts });
    let members = members(&page, now());
    let sighting = recognise(&program, &State::default(), &workspace(), &members, &Quiet::new());
    match (sighting.links.as_slice(), sighting.missing.values().next()) {
        ([(_, slack)], None) => Ok(slack.to_string()),
        ([], Some(why)) => Err(why.clone()),
        odd => panic!("{odd:?}"),
    }
}

/// An account with Henrik's address and these fields.
fn account(id: &str, fields: Value) -> Value {
    let mut user = json!({ "id": id, "team_id": "T1", "profile": { "email": "Henrik@Example.com" } });
    user.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    user
}

#[test]
fn an_address_is_believed_of_active_people_of_our_own_workspace_only() {
    let check = |fields: Value, guests: bool, expected: Result<&str, Missing>| {
        let found = henrik_among(&[account("U1", fields.clone())], guests);
        assert_eq!(found, expected.map(str::to_owned), "{fields}");
    };
    let in_grid = |enterprise: &str, teams: Value| json!({ "team_id": "T2", "enterprise_user": { "id": "U1", "enterprise_id": enterprise, "teams": teams } });
    let not = |why: Disbelief| Err(Missing::Disbelieved(why));
    check(json!({}), false, Ok("U1"));
    check(json!({ "team_id": "T2" }), false, not(Disbelief::Outsider));
    check(json!({ "team_id": "T2", "is_stranger": false }), false, not(Disbelief::Outsider));
    check(json!({ "team_id": null }), false, not(Disbelief::Outsider));
    check(json!({ "is_stranger": true }), false, not(Disbelief::Outsider));
    check(in_grid("E1", json!(["T2", "T1"])), false, Ok("U1"));
    check(in_grid("E1", json!(["T2"])), false, not(Disbelief::Outsider));
    check(in_grid("E2", json!(["T1"])), false, not(Disbelief::Outsider));
    check(in_grid("E1", json!("T1")), false, not(Disbelief::Outsider));
    check(json!({ "is_bot": true }), true, not(Disbelief::Bot));
    check(json!({ "is_workflow_bot": true }), true, not(Disbelief::Bot));
    check(json!({ "is_restricted": true }), false, not(Disbelief::Guest));
    check(json!({ "is_restricted": true, "is_ultra_restricted": true }), false, not(Disbelief::Guest));
    check(json!({ "is_restricted": true }), true, Ok("U1"));
    check(json!({ "team_id": "T2", "is_restricted": true }), true, not(Disbelief::Outsider));
    check(json!({ "deleted": true }), false, Err(Missing::Deactivated));
    let slackbot = henrik_among(&[account("USLACKBOT", json!({}))], true);
    assert_eq!(slackbot, Err(Missing::Disbelieved(Disbelief::Bot)));
}

#[test]
fn two_accounts_with_one_address_are_never_a_choice_unless_only_one_may_be_believed() {
    let check = |others: &[Value], expected: Result<&str, Missing>| {
        for turn in 0..=others.len() {
            let mut accounts = vec![account("U1", json!({}))];
            accounts.splice(0..0, others.iter().cloned());
            accounts.rotate_left(turn);
            assert_eq!(henrik_among(&accounts, false), expected.clone().map(str::to_owned), "{others:?}");
        }
    };
    check(&[account("U2", json!({}))], Err(Missing::Disbelieved(Disbelief::Several)));
    check(&[account("U2", json!({ "team_id": "T2" }))], Ok("U1"));
    check(&[account("U2", json!({ "is_bot": true }))], Ok("U1"));
    check(&[account("U2", json!({ "is_restricted": true }))], Ok("U1"));
    check(&[account("U2", json!({ "deleted": true }))], Ok("U1"));
    check(
        &[account("U2", json!({})), account("U3", json!({ "deleted": true }))],
        Err(Missing::Disbelieved(Disbelief::Several)),
    );
}

#[test]
fn whoever_is_named_by_id_is_found_whatever_they_are_and_two_ids_are_one_account() {
    let slack = |id: &str| SlackUserId::parse(id).unwrap();
    let mut program = program(vec![
        person("ana", Address::Email("henrik@example.com".to_owned())),
        person("henrik", Address::Slack(slack("U1"))),
    ]);
    let page = json!({ "members": [account("U1", json!({}))] });
    let found = |program: &Program| {
        let (workspace, members) = (workspace(), members(&page, now()));
        recognise(program, &State::default(), &workspace, &members, &Quiet::new())
    };
    let ids = |id: &str| PersonId::parse(id).unwrap();
    for (first, second) in [("ana", "henrik"), ("henrik", "ana")] {
        program.recognition.order = vec![ids(first), ids(second)];
        let sighting = found(&program);
        assert_eq!(sighting.links, [(ids(first), slack("U1"))]);
        assert_eq!(sighting.missing, BTreeMap::from([(ids(second), Missing::SameAs(ids(first)))]));
        assert!(!sighting.seen.contains_key(&ids(second)), "nothing is sent twice");
    }
}
