//! What an advocate's digests tell, each what the one before didn't.

use super::world::{Life, an_initiative, at, person, program, somebody};
use crate::domain::changes::changes_since;
use crate::domain::effect::{Effect, Post, PostKey};
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, Said};
use crate::domain::ids::PersonId;
use crate::domain::survey::Argued;

fn due_digest(life: &Life) -> Option<Post> {
    life.plan.due(life.now).into_iter().find_map(|effect| match effect {
        Effect::Post(post) => matches!(post.key, PostKey::Digest { .. }).then_some(post),
        Effect::Miss(_) | Effect::Refresh { .. } | Effect::Settle { .. } => None,
    })
}

#[test]
fn an_answer_at_the_very_moment_of_a_digest_is_in_the_next() {
    let mut program = program();
    program.digests = Some("0 0 9 * * Mon-Fri".parse().unwrap());
    let mut life = Life::begin(program);
    life.until(at("2026-11-11T10:00:00Z"));
    life.takes("ana", "payments", Stance::Considering);
    life.sleeps_until(at("2026-11-12T09:00:00Z"));
    let digest = due_digest(&life).expect("Ana answered");
    life.intends(&digest);
    // It is written and on its way.
    life.takes("ben", "payments", Stance::Committed);
    life.arrives(&digest);
    life.takes("dev", "payments", Stance::Supportive);
    let (told, _) = life.state.person(&person("priya")).unwrap().digest.unwrap();
    let argued = Argued::among(&life.program, |_| true);
    let changes = changes_since(&life.program, &life.state, &argued, &person("priya"), told);
    let written_to = changes.iter().flat_map(|of| &of.written_to);
    assert_eq!(written_to.count(), 0);
    let answered: Vec<&PersonId> = changes.iter().flat_map(|of| &of.answers).map(|(who, _)| who).collect();
    assert_eq!(answered, [&person("ben"), &person("dev")]);
    let digests =
        |life: &Life| life.sent.iter().filter(|(_, post)| matches!(post.key, PostKey::Digest { .. })).count();
    life.until(at("2026-11-13T08:59:00Z"));
    assert_eq!(digests(&life), 0);
    life.until(at("2026-11-13T09:00:00Z"));
    assert_eq!(digests(&life), 1, "what was said at that moment is news");
    life.until(at("2026-11-14T00:00:00Z"));
    assert_eq!(digests(&life), 1);
    life.sleeps_until(at("2026-11-16T09:00:00Z"));
    assert!(due_digest(&life).is_none(), "nothing happened since");
}

#[test]
fn what_waits_for_approval_is_told_in_every_digest_even_when_nothing_else_happened() {
    let mut program = program();
    program.digests = Some("0 0 9 * * Mon".parse().unwrap());
    program.approval.first_campaign = true;
    let mut life = Life::begin(program);
    // A review said on Thursday 12 November what waits.
    life.until(at("2026-11-24T00:00:00Z"));
    let digests: Vec<String> = life
        .sent
        .iter()
        .filter(|(_, post)| matches!(post.key, PostKey::Digest { .. }))
        .map(|(at, _)| at.to_string())
        .collect();
    assert_eq!(digests, ["2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z"]);
}

#[test]
fn no_digest_goes_by_a_clock_that_is_off() {
    let mut program = program();
    program.digests = Some("0 0 9 * * Mon-Fri".parse().unwrap());
    let mut life = Life::begin(program);
    life.until(at("2026-11-11T10:00:00Z"));
    life.takes("ana", "payments", Stance::Considering);
    life.happens(Event::ClockDoubted { ahead: 2_592_000 });
    life.sleeps_until(at("2026-11-12T09:00:00Z"));
    assert!(due_digest(&life).is_none(), "it may be another day's");
    life.happens(Event::ClockBelieved {});
    life.sleeps_until(at("2026-11-12T09:01:00Z"));
    assert!(due_digest(&life).is_some());
}

#[test]
fn what_is_said_about_no_initiative_is_news_to_those_who_argue_something_with_whoever_said_it() {
    let mut program = program();
    program.digests = Some("0 0 9 * * Mon-Fri".parse().unwrap());
    program.people.insert(person("lou"), somebody("lou", None, &[], "Europe/Lisbon"));
    let mut other = an_initiative("search", &["search"]);
    other.advocates = vec![person("lou")];
    program.initiatives.push(other);
    let mut life = Life::begin(program);
    life.until(at("2026-11-11T10:00:00Z"));
    // Lou argues nothing with Dev.
    life.says("dev", None, Said::Question);
    life.until(at("2026-11-12T12:00:00Z"));
    let told = |life: &Life| {
        let posts = life.sent.iter().filter(|(_, post)| matches!(post.key, PostKey::Digest { .. }));
        posts.map(|(_, post)| post.key.to().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(told(&life), ["priya"]);
    life.says("eli", None, Said::Question);
    life.until(at("2026-11-13T12:00:00Z"));
    let mut both = told(&life).split_off(1);
    both.sort();
    assert_eq!(both, ["lou", "priya"], "Eli is asked by both");
}
