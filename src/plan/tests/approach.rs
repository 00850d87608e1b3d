//! Whoever a stakeholder named: approached afresh, and those who named them left alone.

use super::world::{Life, at, delivery, initiative, person, program, somebody, team};
use crate::domain::changes::changes_since;
use crate::domain::effect::PostKey;
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::{Event, Referral, Said};
use crate::domain::ids::{Seq, SlackUserId};
use crate::domain::personal::Personal;
use crate::domain::roster::Roster;
use crate::domain::survey::Argued;
use crate::plan::{Plan, Skip, eligible, explain};

/// Ana names somebody whom nobody knows, and Priya approaches them.
fn approach(life: &mut Life, decides: bool) {
    approach_for(life, "ana", "checkout", decides);
}

/// `who` names her for a team, and Priya approaches her.
fn approach_for(life: &mut Life, who: &str, of: &str, decides: bool) {
    let slack = SlackUserId::parse("U0000NEW").unwrap();
    life.happens(Event::MessageReceived {
        person: person(who),
        initiative: Some(initiative("payments")),
        said: Said::Referral,
        text: None,
        place: None,
        thread: None,
        referral: Some(Referral { whom: Some(slack.clone()), decides }),
    });
    life.happens(Event::Approached {
        referral: life.state.head,
        by: person("priya"),
        person: person("nia"),
        slack: slack.clone(),
        name: Some(Personal::new(person("nia"), "Nia Long")),
        initiative: initiative("payments"),
        audience: Audience::Product,
        teams: vec![team(of)],
        decides,
    });
    life.program = life.program.with(&life.state);
    life.plan = Plan::from_nothing(&life.program, &life.state, &life.seen, life.now);
    life.happens(Event::PersonLinked { person: person("nia"), slack, proof: None, replaces: None });
}

#[test]
fn whoever_is_approached_after_the_heads_up_gets_the_pitch_at_once() {
    let mut life = Life::begin(program());
    life.until(at("2026-12-02T12:00:00Z"));
    approach(&mut life, false);
    life.until(at("2026-12-08T12:00:00Z"));
    assert_eq!(life.program.people[&person("nia")].given_name, "Nia");
    assert_eq!(life.story("nia"), ["payments pitch Wed 2 Dec 12:00"]);
    let heads_up = PostKey::Touch(delivery("nia", "payments", Touch::HeadsUp, None));
    let skip = eligible(&life.program, &life.state, &life.seen, life.now, &heads_up).unwrap_err();
    assert_eq!(skip.name(), "merged");
    assert_eq!(life.story("ana").len(), 2, "nobody else's messages change");
}

#[test]
fn whoever_is_approached_in_time_is_written_to_like_everybody() {
    let mut life = Life::begin(program());
    approach(&mut life, false);
    life.until(at("2026-12-04T12:00:00Z"));
    assert_eq!(life.story("nia"), ["payments heads_up Mon 16 Nov 09:00", "payments pitch Mon 30 Nov 09:00"]);
}

#[test]
fn whoever_said_that_somebody_else_decides_is_asked_no_more() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T12:00:00Z"));
    approach(&mut life, true);
    let payments = life.program.initiative(&initiative("payments")).unwrap().clone();
    assert_eq!(payments.asks[&team("checkout")].decider, Some(person("nia")));
    life.until(at("2026-12-04T12:00:00Z"));
    assert_eq!(life.story("ana"), ["payments heads_up Mon 16 Nov 09:00"]);
    let pitch = PostKey::Touch(delivery("ana", "payments", Touch::Pitch, None));
    let skip = eligible(&life.program, &life.state, &life.seen, life.now, &pitch).unwrap_err();
    assert_eq!(skip.name(), "relieved");
    let plan = explain(&life.program, &life.state, &life.seen, life.now, life.now);
    let row = plan.initiatives[0].people.iter().find(|row| row.person == person("ana")).unwrap();
    assert_eq!(row.skipped.as_ref().map(Skip::name), Some("relieved"), "the plan says so");
    assert!(!life.story("nia").is_empty());
}

#[test]
fn a_second_hint_takes_nothing_of_the_first_back() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T12:00:00Z"));
    approach(&mut life, true);
    approach_for(&mut life, "eli", "search", false);
    let payments = life.program.initiative(&initiative("payments")).unwrap().clone();
    assert_eq!(payments.asks[&team("checkout")].decider, Some(person("nia")));
    let nia = &life.program.people[&person("nia")];
    assert_eq!(life.program.stakeholder(&payments, nia).unwrap().teams, [team("checkout"), team("search")]);
    life.until(at("2026-12-04T12:00:00Z"));
    assert_eq!(life.story("ana"), ["payments heads_up Mon 16 Nov 09:00"], "she is still asked no more");
}

#[test]
fn whoever_is_approached_counts_wherever_people_are_counted() {
    let mut life = Life::begin(program());
    approach(&mut life, false);
    let payments = life.program.initiative(&initiative("payments")).unwrap();
    let counted = Roster::of(&life.program).stakeholders(payments);
    assert_eq!(counted, life.program.stakeholders(payments));
    assert!(counted.iter().any(|stakeholder| stakeholder.person == person("nia")));
    life.takes("nia", "payments", Stance::Declined);
    let argued = Argued::among(&life.program, |_| true);
    let changes = changes_since(&life.program, &life.state, &argued, &person("priya"), Seq(0));
    let answers: Vec<_> = changes.iter().flat_map(|of| &of.answers).collect();
    assert_eq!(answers, [&(person("nia"), Stance::Declined)], "the digest tells it");
}

#[test]
fn somebody_approached_about_one_initiative_hears_of_no_other() {
    let mut program = program();
    program.initiatives.push(super::world::an_initiative("flags", &["checkout"]));
    let mut life = Life::begin(program);
    approach(&mut life, false);
    let nia = &life.program.people[&person("nia")];
    let of = |id: &str| life.program.initiative(&initiative(id)).unwrap();
    assert!(life.program.stakeholder(of("payments"), nia).is_some());
    assert!(life.program.stakeholder(of("flags"), nia).is_none());
}

#[test]
fn a_configuration_that_names_them_is_right_about_them() {
    let mut life = Life::begin(program());
    approach(&mut life, false);
    let mut program = program();
    let mut known = somebody("nia-long", Some(Audience::Engineer), &["search"], "Asia/Tokyo");
    known.address = crate::domain::directory::Address::Slack("U0000NEW".parse().unwrap());
    program.people.insert(known.id.clone(), known);
    let program = program.with(&life.state);
    assert!(!program.people.contains_key(&person("nia")));
    let payments = program.initiative(&initiative("payments")).unwrap();
    let stakeholder = program.stakeholder(payments, &program.people[&person("nia-long")]).unwrap();
    assert_eq!(stakeholder.teams, [team("checkout"), team("search")]);
    assert_eq!(program.digest, life.program.digest, "the digest is the configuration's");
}
