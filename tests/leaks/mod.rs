//! Whatever people do, a stakeholder never sees another person's name, stance, question or answer (rule R7).
//!
//! Many people talk, click, guess and pry at random over a quarter of the sample organisation. Everything
//! that anybody typed carries a word of its own, so that it is found wherever it comes up.

mod house;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use canvass::domain::ids::PersonId;
use canvass::domain::program::Program;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use house::{House, slack_id};
use walk::{Deed, Talk};

/// What the advocate wrote into the initiatives' files may be read by everybody.
fn written() -> String {
    let mut all = fs::read_to_string("config/canvass.toml").unwrap();
    for file in fs::read_dir(Path::new("config/initiatives")).unwrap() {
        all.push_str(&fs::read_to_string(file.unwrap().path()).unwrap());
    }
    all
}

/// Whether `word` stands in `text` by itself.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// For each stakeholder, what must never come up in anything they see: other people's names and Slack ids.
fn secrets(program: &Program) -> BTreeMap<PersonId, Vec<String>> {
    let written = written();
    let known: BTreeSet<&PersonId> = program
        .people
        .keys()
        .filter(|id| program.is_advocate(id) || program.hours.contains_key(*id))
        .collect();
    let names = |of: &PersonId| {
        let others = program.people.values().filter(|other| other.id != *of && !known.contains(&other.id));
        others
            .flat_map(|other| {
                let names = [other.name.clone(), other.given_name.clone()];
                let names = names.into_iter().filter(|name| !has_word(&written, name));
                names.chain([slack_id(&other.id).as_str().to_owned()])
            })
            .collect()
    };
    let stakeholders = program.people.keys().filter(|id| !program.is_advocate(id));
    stakeholders.map(|id| (id.clone(), names(id))).collect()
}

fn live(deeds: &[Deed], approving: bool) -> (House, Talk) {
    let mut house = House::sample("2026-11-09T08:00:00Z", approving);
    let mut talk = Talk::default();
    for deed in deeds {
        talk.perform(&mut house, deed);
        house.send();
    }
    house.passes(SignedDuration::from_hours(24 * 14));
    (house, talk)
}

fn leaks(house: &House, talk: &Talk) -> Vec<String> {
    let secrets = secrets(&house.program);
    let mut found = Vec::new();
    for shown in &house.shown {
        let Some(names) = secrets.get(&shown.to) else { continue };
        let name = names.iter().find(|name| has_word(&shown.text, name) && !talk.named(shown, name));
        if let Some(name) = name {
            found.push(format!("{} read “{name}” in {}: {}", shown.to, shown.what, shown.text));
        }
        let word = talk.words.iter().find(|(word, by)| **by != shown.to && shown.text.contains(*word));
        if let Some((word, by)) = word {
            found.push(format!("{} read “{word}” of {by} in {}: {}", shown.to, shown.what, shown.text));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_ever_shown_anything_about_another(deeds in prop::collection::vec(walk::deed(), 60..160)) {
        let (house, talk) = live(&deeds, false);
        let leaks = leaks(&house, &talk);
        prop_assert!(leaks.is_empty(), "{} leaks, the first: {}", leaks.len(), leaks[0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nor_while_what_is_sent_waits_for_an_advocate(deeds in prop::collection::vec(walk::deed(), 60..160)) {
        let (house, talk) = live(&deeds, true);
        let leaks = leaks(&house, &talk);
        prop_assert!(leaks.is_empty(), "{} leaks, the first: {}", leaks.len(), leaks[0]);
    }
}

#[test]
fn random_conversations_reach_every_kind_of_message() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let deeds = prop::collection::vec(walk::deed(), 900..901).new_tree(&mut runner).unwrap().current();
    for (approving, kinds) in [
        (false, &["touch", "relay", "receipt", "booking"][..]),
        (true, &["touch", "relay", "receipt", "booking", "review"][..]),
    ] {
        let tally = live(&deeds, approving).0.tally();
        for kind in kinds {
            assert!(tally.contains_key(&format!("the post {kind}")), "no {kind} among {tally:#?}");
        }
    }
}

#[test]
fn a_leak_would_be_found() {
    let (mut house, talk) = live(&[], false);
    let shown = |text: &str| house::Shown {
        to: PersonId::parse("ana").unwrap(),
        what: "a test".into(),
        text: text.into(),
    };
    house.shown = vec![shown("Ana, Ben Carter said no")];
    assert_eq!(leaks(&house, &talk).len(), 1);
    house.shown = vec![shown("Ana, only Priya sees your answer")];
    assert_eq!(leaks(&house, &talk).len(), 0);
}
