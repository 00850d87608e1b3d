//! Reading the workspace over a scripted wire.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::account::{Disbelief, Former, Proof, Turn};
use crate::domain::calendar::{Offset as FromQuarter, PlanningCalendar};
use crate::domain::directory::{Address, Person};
use crate::domain::event::{Event, Record};
use crate::domain::hours::DaysOff;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::program::{Cadence, ConfigDigest, Limits, Program};
use crate::domain::state::State;

use super::*;
use crate::slack::ResponseUrl;
use crate::slack::client::{UploadUrl, Wire};

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
    let quiet = quiet(&answer, Timestamp::from_second(1_700_000_000).unwrap()).unwrap();
    assert_eq!(quiet.keys().map(SlackUserId::as_str).collect::<Vec<_>>(), ["U1"]);
}

#[test]
fn do_not_disturb_is_unknown_twelve_hours_after_it_was_read() {
    let hours = |n: i64| now() + SignedDuration::from_hours(n);
    let check = |from: i64, until: i64, believed: Option<(i64, i64)>| {
        let window = json!({ "dnd_enabled": true, "next_dnd_start_ts": hours(from).as_second(),
            "next_dnd_end_ts": hours(until).as_second() });
        let quiet = quiet(&json!({ "users": { "U1": window } }), now()).unwrap();
        let read = quiet.values().next().map(DoNotDisturb::holds);
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
        hours: None,
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
        laid_over: Default::default(),
        initiatives: vec![],
        hours: Default::default(),
        stale_after_days: 90,
        digests: None,
        approval: crate::domain::program::Approval::default(),
        words_expire: Some(4),
        stage: crate::domain::event::Stage::All,
        templates: BTreeMap::new(),
    }
}

#[test]
fn people_are_recognized_by_id_or_address() {
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
        // Carla was linked to another account, which was switched off before her address moved to this one.
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
        event: Event::PersonLinked { person: carla.clone(), slack: slack("U4"), proof: None, replaces: None },
    };
    let quiet = Quiet::from([(
        slack("U2"),
        DoNotDisturb::told(now, now, now + SignedDuration::from_hours(1)).unwrap(),
    )]);
    let sighting =
        recognise(&program, &State::of([&linked]), &workspace(), &members(&page, now).unwrap(), &quiet);

    let ids = |id: &str| PersonId::parse(id).unwrap();
    let links: Vec<_> = sighting.links.iter().map(|link| (&link.person, &link.slack)).collect();
    let expected = [(ids("ana"), slack("U1")), (ids("ben"), slack("U2")), (ids("carla"), slack("U3"))];
    assert_eq!(links, expected.iter().map(|(person, slack)| (person, slack)).collect::<Vec<_>>());
    assert_eq!(sighting.links[2].replaces, Some(Former { slack: slack("U4"), turn: Turn::Replaced }));
    assert_eq!(sighting.missing, BTreeMap::from([(ids("dev"), Missing::Nobody)]));
    assert!(!sighting.seen[&ids("ana")].deactivated);
    assert!(!sighting.seen[&carla].deactivated);
    assert!(sighting.seen[&ids("ben")].quiet.is_some());
    assert_eq!(sighting.seen[&ids("ben")].as_of, now, "as old as what Slack said, whenever it is looked at");
}

/// In an organization, as `auth.test` names it.
fn workspace() -> Workspace {
    Workspace::read(&json!({ "ok": true, "team_id": "T1", "enterprise_id": "E1" })).unwrap()
}

/// What is found of Henrik, who is known by his address, among these accounts.
fn henrik_among(accounts: &[Value], guests: bool) -> Result<String, Missing> {
    let henrik = person("henrik", Address::Email("henrik@example.com".to_owned()));
    let mut program = program(vec![henrik]);
    program.recognition.guests = guests;
    let page = json!({ "members": accounts });
    let members = members(&page, now()).unwrap();
    let sighting = recognise(&program, &State::default(), &workspace(), &members, &Quiet::new());
    match (sighting.links.as_slice(), sighting.missing.values().next()) {
        ([link], None) => Ok(link.slack.to_string()),
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
        let (workspace, members) = (workspace(), members(&page, now()).unwrap());
        recognise(program, &State::default(), &workspace, &members, &Quiet::new())
    };
    let ids = |id: &str| PersonId::parse(id).unwrap();
    for (first, second) in [("ana", "henrik"), ("henrik", "ana")] {
        program.recognition.order = vec![ids(first), ids(second)];
        let sighting = found(&program);
        assert!(matches!(sighting.links.as_slice(), [link] if link.person == ids(first)));
        assert_eq!(sighting.missing, BTreeMap::from([(ids(second), Missing::SameAs(ids(first)))]));
        assert!(!sighting.seen.contains_key(&ids(second)), "nothing is sent twice");
    }
}

#[test]
fn whoever_was_listed_twice_is_the_same_human_after_their_account_was_replaced() {
    let henrik = Address::Email("henrik@example.com".to_owned());
    let twice = program(vec![person("henrik", Address::Slack("U1".parse_id())), person("too", henrik)]);
    let event = Event::PersonLinked {
        person: PersonId::parse("henrik").unwrap(),
        slack: "U1".parse_id(),
        proof: Some(Proof::Id),
        replaces: None,
    };
    let state = State::of([&Record { seq: Seq(1), at: Timestamp::UNIX_EPOCH, cause: None, event }]);
    let check = |old: Value, expected: Option<&str>| {
        let page = json!({ "members": [old, account("U2", json!({}))] });
        let sighting =
            recognise(&twice, &state, &workspace(), &members(&page, now()).unwrap(), &Quiet::new());
        let link = sighting.links.iter().find(|link| link.slack == "U2".parse_id()).unwrap();
        let former = link.replaces.as_ref().map(|former| format!("{:?} {}", former.turn, former.slack));
        assert_eq!(former.as_deref(), expected, "{page}");
    };
    let off = |fields: Value| account("U1", fields);
    check(off(json!({ "deleted": true })), Some("Replaced U1"));
    // In use: the same address is nobody's proof.
    check(off(json!({ "profile": { "email": "other@example.com" } })), None);
    // Another address, another workspace: somebody else.
    check(off(json!({ "deleted": true, "profile": { "email": "other@example.com" } })), None);
    check(off(json!({ "deleted": true, "team_id": "T2" })), None);
}

/// What is found of Henrik, who had the account `U1` on record by this proof, after the configuration gives him
/// this address: the link that is to be recorded, or what is refused, or that nothing has changed.
fn changed(proof: Option<Proof>, address: Address, host: bool, accounts: &[Value]) -> String {
    let mut program = program(vec![person("henrik", address)]);
    let henrik = PersonId::parse("henrik").unwrap();
    if host {
        program.admins.insert(henrik.clone());
    }
    let slack = SlackUserId::parse("U1").unwrap();
    let event = Event::PersonLinked { person: henrik.clone(), slack, proof, replaces: None };
    let linked = Record { seq: Seq(1), at: Timestamp::UNIX_EPOCH, cause: None, event };
    let (state, page) = (State::of([&linked]), json!({ "members": accounts }));
    let members = members(&page, now()).unwrap();
    let sighting = recognise(&program, &state, &workspace(), &members, &Quiet::new());
    let acts = program.human(&state, &"U1".parse_id()).is_some();
    let before = if acts { "" } else { "U1 is out at once; " };
    let found = match (sighting.links.as_slice(), sighting.refusals.as_slice()) {
        ([], []) => match sighting.missing.get(&henrik) {
            Some(why) => format!("{why:?}"),
            None => "as before".to_owned(),
        },
        ([link], []) => match &link.replaces {
            Some(former) => format!("{} {:?} {}", link.slack, former.turn, former.slack),
            None => format!("{} is on record", link.slack),
        },
        ([], [refusal]) => {
            let lost = refusal.lost.as_ref().map_or("keeps", |_| "loses");
            format!("{:?}, {lost} it", refusal.because)
        }
        odd => panic!("{odd:?}"),
    };
    format!("{before}{found}")
}

trait ParseId {
    fn parse_id(&self) -> SlackUserId;
}

impl ParseId for str {
    fn parse_id(&self) -> SlackUserId {
        SlackUserId::parse(self).unwrap()
    }
}

#[test]
fn a_wrong_or_replaced_account_is_corrected_and_never_by_a_guess() {
    let mail = |mail: &str| Address::Email(mail.to_owned());
    let by = |mail: &str| Some(Proof::Mail { mark: crate::domain::account::MailMark::of(mail) });
    let (henrik, other) = ("henrik@example.com", "other@example.com");
    let his = |id: &str| account(id, json!({}));
    let of = |id: &str, mail: &str| account(id, json!({ "profile": { "email": mail } }));
    let off = |id: &str| account(id, json!({ "deleted": true }));
    let id = |id: &str| Address::Slack(id.parse_id());
    let check = |proof: Option<Proof>, address: Address, accounts: &[Value], expected: &str| {
        assert_eq!(changed(proof, address.clone(), false, accounts), expected, "{address:?}: {accounts:?}");
    };
    // Nothing is written otherwise.
    check(by(henrik), mail(henrik), &[his("U1")], "as before");
    check(by(henrik), mail("HENRIK@Example.com"), &[his("U1")], "as before");
    check(Some(Proof::Id), id("U1"), &[of("U1", other)], "as before");
    check(None, mail(henrik), &[his("U1")], "U1 is on record");
    // The account has another address by now: it is still the human.
    check(by(henrik), mail(henrik), &[of("U1", other)], "as before");
    check(by(henrik), mail(henrik), &[of("U1", other), his("U2")], "as before");
    // An id is written, or another one.
    check(by(henrik), id("U2"), &[his("U1"), of("U2", other)], "U1 is out at once; U2 Corrected U1");
    check(Some(Proof::Id), id("U2"), &[his("U1"), of("U2", other)], "U1 is out at once; U2 Corrected U1");
    check(Some(Proof::Id), id("U2"), &[off("U1"), of("U2", other)], "U1 is out at once; U2 Replaced U1");
    check(Some(Proof::Id), id("U2"), &[of("U2", other)], "U1 is out at once; U2 Replaced U1");
    check(Some(Proof::Id), id("U9"), &[his("U1")], "U1 is out at once; Nobody");
    check(by(henrik), id("U1"), &[his("U1")], "U1 is on record");
    // Another address is written.
    check(by(other), mail(henrik), &[of("U1", other), his("U2")], "U1 is out at once; U2 Corrected U1");
    check(Some(Proof::Id), mail(henrik), &[of("U1", other), his("U2")], "U1 is out at once; U2 Corrected U1");
    check(by(other), mail(henrik), &[of("U1", other)], "U1 is out at once; Nobody");
    check(by(other), mail(henrik), &[his("U1")], "U1 is out at once; U1 is on record");
    // The account is gone, and its address is on another: case s20.
    check(by(henrik), mail(henrik), &[off("U1")], "as before");
    check(by(henrik), mail(henrik), &[off("U1"), his("U2")], "U2 Replaced U1");
    check(None, mail(henrik), &[off("U1"), his("U2")], "U2 Replaced U1");
    check(by(henrik), mail(henrik), &[his("U2")], "U2 Replaced U1");
    check(by(henrik), mail(henrik), &[off("U1"), his("U2"), his("U3")], "Several, keeps it");
    // It is no longer to be believed.
    let stranger = account("U1", json!({ "team_id": "T2" }));
    check(by(henrik), mail(henrik), std::slice::from_ref(&stranger), "Outsider, loses it");
    check(None, mail(henrik), &[stranger, his("U2")], "U2 Corrected U1");
    check(by(henrik), mail(henrik), &[his("U1"), his("U2")], "Several, keeps it");
    check(None, mail(henrik), &[his("U1"), his("U2")], "Several, loses it");
}

#[test]
fn rights_move_to_another_account_by_an_id_only() {
    let mail = || Address::Email("henrik@example.com".to_owned());
    let mark = crate::domain::account::MailMark::of("henrik@example.com");
    let (off, new) = (account("U1", json!({ "deleted": true })), account("U2", json!({})));
    let by_mail = Some(Proof::Mail { mark });
    assert_eq!(changed(by_mail.clone(), mail(), true, &[off.clone(), new.clone()]), "Rights, keeps it");
    let by_id = Address::Slack("U2".parse_id());
    assert_eq!(changed(by_mail, by_id, true, &[off, new]), "U1 is out at once; U2 Replaced U1");
}

/// The state after looking at each of `pages`, and what each look recorded.
fn looks(program: &Program, mut state: State, pages: &[Value]) -> (State, Vec<String>) {
    let mut told = Vec::new();
    for page in pages {
        let members = members(page, now()).unwrap();
        let sighting = recognise(program, &state, &workspace(), &members, &Quiet::new());
        let refused = |refusal: Refusal| {
            let (person, because, lost) = (refusal.person, refusal.because, refusal.lost);
            Event::AccountRefused { person, because, lost }
        };
        let linked = |link: Link| {
            let (person, slack, replaces) = (link.person, link.slack, link.replaces);
            Event::PersonLinked { person, slack, proof: Some(link.proof), replaces }
        };
        let events = sighting.partings.into_iter().map(refused);
        let events = events.chain(sighting.links.into_iter().map(linked));
        let events: Vec<Event> = events.chain(sighting.refusals.into_iter().map(refused)).collect();
        for event in events {
            told.push(match &event {
                Event::AccountRefused { person, because, lost } => {
                    format!("{person}: {because:?}{}", if lost.is_some() { ", loses it" } else { "" })
                }
                Event::PersonLinked { person, slack, replaces, .. } => match replaces {
                    Some(former) => format!("{person}: {slack} {:?} {}", former.turn, former.slack),
                    None => format!("{person}: {slack}"),
                },
                other => panic!("{other:?}"),
            });
            state.apply(&Record { seq: state.head.next(), at: now(), cause: None, event });
        }
    }
    (state, told)
}

/// Each has this account on record, by e-mail address or by id.
fn on_record(people: &[(&str, Proof, &str)]) -> State {
    let mut state = State::default();
    for (who, proof, slack) in people {
        let (person, slack) = (PersonId::parse(who).unwrap(), slack.parse_id());
        let event = Event::PersonLinked { person, slack, proof: Some(proof.clone()), replaces: None };
        state.apply(&Record { seq: state.head.next(), at: now(), cause: None, event });
    }
    state
}

#[test]
fn an_account_that_was_lost_in_doubt_is_remembered_at_every_later_look() {
    let mail = || Address::Email("henrik@example.com".to_owned());
    let henrik = PersonId::parse("henrik").unwrap();
    let state = on_record(&[("henrik", Proof::by(&mail()), "U1")]);
    let page = |accounts: &[Value]| json!({ "members": accounts });
    let guest = |deleted: bool| account("U1", json!({ "is_restricted": true, "deleted": deleted }));
    let new = account("U2", json!({}));

    // An admin: the rights don't move by an address, however often it is looked at.
    let mut program = program(vec![person("henrik", mail())]);
    program.admins.insert(henrik.clone());
    let same = page(&[guest(false), new.clone()]);
    let (after, told) = looks(&program, state.clone(), &[same.clone(), same.clone(), same]);
    assert_eq!(told, ["henrik: Rights, loses it"]);
    assert!(program.human(&after, &"U2".parse_id()).is_none());

    // A stakeholder: once the account is gone, another one replaces it.
    program.admins.clear();
    let pages = [page(&[guest(false)]), page(&[guest(true)]), page(&[guest(true), new])];
    let (_, told) = looks(&program, state, &pages);
    assert_eq!(told, ["henrik: Guest, loses it", "henrik: U2 Replaced U1"]);
}

#[test]
fn entries_that_were_mixed_up_stay_two_and_each_account_keeps_what_it_did() {
    let id = |id: &str| Address::Slack(id.parse_id());
    let check = |henriks: &str, gretas: &str, expected: &[&str]| {
        let program = program(vec![person("henrik", id(henriks)), person("greta", id(gretas))]);
        let mut state = on_record(&[("henrik", Proof::Id, "U1"), ("greta", Proof::Id, "U2")]);
        let says = |state: &mut State, event| {
            state.apply(&Record { seq: state.head.next(), at: now(), cause: None, event });
            state.head
        };
        let [henrik, greta] = ["henrik", "greta"].map(|id| PersonId::parse(id).unwrap());
        let days = Some((jiff::civil::date(2027, 1, 4), jiff::civil::date(2027, 1, 8)));
        says(&mut state, Event::LeaveEntered { person: henrik.clone(), days, by: henrik.clone() });
        let stopped = Event::Stopped { person: greta.clone(), initiative: None };
        says(&mut state, stopped);
        let accounts = ["U1", "U2", "U3"].map(|id| account(id, json!({ "profile": {} })));
        let (after, told) = looks(&program, state, &[json!({ "members": accounts })]);
        assert_eq!(told, expected);
        let known = |id: &PersonId| after.person(id).unwrap();
        assert_eq!(known(&henrik).slack, Some(henriks.parse_id()));
        assert_eq!(known(&greta).slack, Some(gretas.parse_id()));
        // What advocates entered about an entry stays with it, and what an account said with the account.
        assert!(known(&henrik).leave == days && known(&greta).leave.is_none(), "{henriks} {gretas}");
        assert!(known(&henrik).stopped && !known(&greta).stopped, "{henriks} {gretas}");
    };
    check(
        "U2",
        "U1",
        &[
            "henrik: Another, loses it",
            "greta: Another, loses it",
            "greta: U1 Corrected U2",
            "henrik: U2 Corrected U1",
        ],
    );
    check("U2", "U3", &["greta: Another, loses it", "greta: U3 Corrected U2", "henrik: U2 Corrected U1"]);
}

/// A Slack that gives one answer after another, whatever is asked; the last one for ever.
struct Scripted(Mutex<VecDeque<Value>>);

#[async_trait]
impl Wire for Scripted {
    async fn call(&self, _: Method, _: &Value) -> Result<Value, CallError> {
        let mut answers = self.0.lock().unwrap();
        let next = answers.pop_front().unwrap();
        if answers.is_empty() {
            answers.push_back(next.clone());
        }
        Ok(next)
    }

    async fn respond(&self, _: &ResponseUrl, _: &Value) -> Result<(), CallError> {
        Ok(())
    }

    async fn upload(&self, _: &UploadUrl, _: &str, _: &str) -> Result<(), CallError> {
        Ok(())
    }
}

fn answering(answers: impl IntoIterator<Item = Value>) -> Client {
    Client::over(Scripted(Mutex::new(answers.into_iter().collect())), Duration::from_secs(1))
}

#[tokio::test]
async fn an_answer_that_lists_nobody_is_no_reading_of_everybody() {
    async fn check(answers: &[Value], expected: Result<usize, CallError>) {
        let read = read_members(&answering(answers.iter().cloned()), &Clock::system()).await;
        assert_eq!(read.map(|members| members.len()), expected, "{answers:?}");
    }
    let page = |ids: &[&str], next: Value| {
        let members: Vec<Value> = ids.iter().map(|id| account(id, json!({}))).collect();
        json!({ "ok": true, "members": members, "response_metadata": { "next_cursor": next } })
    };
    let unreadable = || Err(CallError::Unreadable);
    check(&[page(&["U1"], json!("a")), page(&["U2"], json!(""))], Ok(2)).await;
    check(&[json!({ "ok": true, "members": [account("U1", json!({}))] })], Ok(1)).await;
    // Slack may show an empty page and go on.
    check(&[page(&[], json!("a")), page(&["U2"], json!(null))], Ok(1)).await;
    check(&[json!({ "ok": true })], unreadable()).await;
    check(&[json!({ "ok": true, "members": {} })], unreadable()).await;
    check(&[page(&[], json!(""))], unreadable()).await;
    check(&[page(&["U1"], json!("a")), json!({ "ok": true })], unreadable()).await;
    // A cursor that doesn't move, and two that lead to each other.
    check(&[page(&["U1"], json!("a"))], unreadable()).await;
    let circle = (0..2 * MOST_PAGES).map(|turn| page(&["U1"], json!(if turn % 2 == 0 { "a" } else { "b" })));
    check(&circle.collect::<Vec<_>>(), unreadable()).await;
}

#[tokio::test]
async fn an_answer_without_its_subject_is_no_answer() {
    let empty = || answering([json!({ "ok": true })]);
    assert_eq!(
        read_workspace(&empty()).await,
        Err(CallError::Unreadable),
        "else no address would be believed"
    );
    let users = ["U1".parse_id()];
    assert_eq!(read_quiet(&empty(), &Clock::system(), &users).await, Err(CallError::Unreadable));
    assert_eq!(read_member(&empty(), &Clock::system(), &users[0]).await, Err(CallError::Unreadable));
}
