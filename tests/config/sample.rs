//! The sample organisation: what the sandbox runs and every demonstration shows.

use std::path::Path;

use canvass::config::{Files, Paint, draw, load, load_files};
use canvass::domain::directory::Address;
use canvass::domain::effect::PostKey;
use canvass::domain::engagement::{Audience, Touch};
use canvass::domain::event::{Event, Record, Renames};
use canvass::domain::ids::{Seq, SlackUserId};
use canvass::domain::observation::Observations;
use canvass::domain::program::Program;
use canvass::domain::state::State;
use canvass::plan::forecast;
use jiff::Timestamp;
use jiff::civil::date;

fn sample() -> Program {
    load_files(&Files::sample()).unwrap_or_else(|faults| panic!("{}", faults.draw(Paint::Plain))).program
}

#[test]
fn the_sample_in_the_folder_is_the_one_that_the_program_carries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let carried: Vec<(String, String)> =
        Files::sample().iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let files = Files::read(&folder);
    let found: Vec<(String, String)> =
        files.iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    assert_eq!(carried, found);
    assert_eq!(load(&folder).unwrap().program.digest, sample().digest);
}

#[test]
fn the_sample_warns_of_nothing_but_its_two_gaps() {
    let loaded = load_files(&Files::sample()).unwrap();
    insta::assert_snapshot!(draw(&loaded.warnings, Paint::Plain));
}

#[test]
fn the_sample_has_something_of_everything() {
    let program = sample();
    assert_eq!((program.teams.len(), program.people.len(), program.initiatives.len()), (6, 25, 3));
    let people = || program.people.values();
    assert!(people().any(|person| matches!(person.address, Address::Email(_))));
    assert!(people().any(|person| matches!(person.address, Address::Slack(_))));
    assert!(people().any(|person| person.audiences.len() > 1), "somebody has two roles");
    assert!(people().any(|person| !person.days_off.own.is_empty()), "somebody is on leave");
    let zones: std::collections::BTreeSet<_> =
        people().filter_map(|person| person.zone.as_ref()?.iana_name()).collect();
    assert!(zones.len() >= 6, "{zones:?}");
    assert!(program.initiatives.iter().any(|initiative| !initiative.extra.is_empty()));
    assert!(program.initiatives.iter().any(|initiative| !initiative.excluded.is_empty()));
    assert!(program.initiatives.iter().all(|initiative| (2..=4).contains(&initiative.asks.len())));
    for touch in Touch::ALL {
        assert!(program.cadence.touches.contains_key(&touch), "{}", touch.word());
    }
}

#[test]
fn the_sample_plans_the_first_quarter_of_2027() {
    let program = sample();
    let quarter = "2027-Q1".parse().unwrap();
    let window = program.window(quarter).unwrap();
    assert_eq!((window.opens_on, window.freezes_on), (date(2026, 12, 14), date(2027, 1, 15)));
    assert_eq!(window.freezes.to_string(), "2027-01-15T17:00:00Z");
    assert!(program.initiatives.iter().all(|initiative| initiative.quarter == quarter));
}

#[test]
fn holidays_of_company_site_and_person_lie_over_each_other() {
    let program = sample();
    let reason = |person: &str, day| {
        program.people[&person.parse().unwrap()].days_off.reason(day).map(ToOwned::to_owned)
    };
    assert_eq!(reason("ana", date(2026, 12, 24)).as_deref(), Some("Christmas"));
    assert_eq!(reason("ana", date(2026, 12, 8)).as_deref(), Some("Immaculate Conception"));
    assert_eq!(reason("ben", date(2026, 12, 8)), None);
    assert_eq!(reason("dev", date(2027, 1, 14)).as_deref(), Some("Makara Sankranti"));
    assert_eq!(reason("leo", date(2026, 12, 15)).as_deref(), Some("leave"));
}

#[test]
fn every_role_of_the_sample_is_addressed_with_its_own_sentences() {
    let program = sample();
    for initiative in &program.initiatives {
        for audience in Audience::ALL {
            let words = &initiative.words[&audience];
            assert!(words.lead.is_some() && words.left_alone.is_some() && words.mechanism.is_some());
        }
        assert!(initiative.news.len() >= 3, "reminders of {} have something new to say", initiative.id);
    }
}

/// The state after everybody was found in Slack.
fn linked(program: &Program, at: Timestamp) -> State {
    let initiatives = program.initiatives.iter().map(|initiative| initiative.id.clone()).collect();
    let adopted = Event::ConfigAdopted {
        digest: program.digest.clone(),
        initiatives,
        renamed: Renames::default(),
        quarters: Default::default(),
    };
    let people = program.people.values().enumerate().map(|(number, person)| Event::PersonLinked {
        person: person.id.clone(),
        slack: match &person.address {
            Address::Slack(id) => id.clone(),
            Address::Email(_) => SlackUserId::parse(&format!("U0{number}")).unwrap(),
        },
        proof: None,
        replaces: None,
    });
    let mut state = State::default();
    for (seq, event) in (1..).zip(std::iter::once(adopted).chain(people)) {
        state.apply(&Record { seq: Seq(seq), at, cause: None, event });
    }
    state
}

#[test]
fn in_the_sample_quarter_everybody_is_pitched_and_managers_get_a_last_call() {
    let program = sample();
    let (from, until) = ("2026-11-09T08:00:00Z".parse().unwrap(), "2027-01-15T17:00:00Z".parse().unwrap());
    let planned = forecast(&program, &linked(&program, from), &Observations::default(), from, until);
    let deliveries = || {
        planned.iter().filter_map(|planned| match &planned.key {
            PostKey::Touch(delivery) => Some((&delivery.initiative, &planned.to, delivery.touch)),
            _ => None,
        })
    };
    for initiative in &program.initiatives {
        for stakeholder in program.stakeholders(initiative) {
            let got = |touch| deliveries().any(|of| of == (&initiative.id, &stakeholder.person, touch));
            assert!(got(Touch::HeadsUp) && got(Touch::Pitch), "{} on {}", stakeholder.person, initiative.id);
        }
        for touch in [Touch::Reminder, Touch::LastCall] {
            let some = deliveries().any(|(of, _, sent)| *of == initiative.id && sent == touch);
            assert!(some, "{} has a {}", initiative.id, touch.word());
        }
    }
}
