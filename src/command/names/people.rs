//! Finding the person that somebody means.

use super::{LONGEST_WORD, bare, echo, leads, nearest, nearest_within};
use crate::domain::directory::{Address, Person};
use crate::domain::ids::{PersonId, SlackUserId};
use crate::domain::program::Program;
use crate::domain::state::State;

/// The person that leading `words` name, and how many words that took: `<@U…>`, `<@U…|name>`, an e-mail
/// address, an id, or `@First Last`. The longest name that stands there wins, so that "@Ana Souza" is not
/// Ana Lima, and what comes behind it isn't lost.
pub(in crate::command) fn person<'a>(
    program: &'a Program,
    state: &State,
    words: &[&str],
) -> Result<(&'a Person, usize), String> {
    let Some((first, behind)) = words.split_first() else {
        return Err("Who? Write @name, an e-mail address, or the id in people.toml.".to_owned());
    };
    if let Some(slack) = mentioned(first) {
        let known = program.human(state, &slack);
        let by_address =
            || program.people.values().find(|person| person.address == Address::Slack(slack.clone()));
        let known = known.or_else(by_address);
        return known
            .map(|person| (person, 1))
            .ok_or_else(|| "I don't know that person. Add them to people.toml first.".to_owned());
    }
    let plain = plain_name(first);
    let words: Vec<&str> = std::iter::once(plain).chain(behind.iter().copied().take(LONGEST_WORD)).collect();
    let mut most = 0;
    let mut named: Vec<&Person> = Vec::new();
    for person in program.people.values() {
        let Some(taken) = takes(person, &words) else { continue };
        if most < taken {
            (most, named) = (taken, vec![person]);
        } else if most == taken {
            named.push(person);
        }
    }
    // An id is nobody else's, whoever is called so.
    if most <= 1
        && let Some(person) = by_id(program, plain)
    {
        misspelled(person, &words, 1)?;
        return Ok((person, 1));
    }
    match named.as_slice() {
        [person] => {
            misspelled(person, &words, most)?;
            Ok((person, most))
        }
        [] => Err(unknown(program, plain)),
        several => {
            let ids: Vec<String> = several.iter().map(|person| format!("@{}", person.id)).collect();
            let called = words.get(..most).unwrap_or_default().join(" ");
            Err(format!("Several people are called “{}”: write one of {}.", echo(&called), ids.join(", ")))
        }
    }
}

fn by_id<'a>(program: &'a Program, word: &str) -> Option<&'a Person> {
    let id = PersonId::parse(word).ok()?;
    let former = || program.people.values().find(|person| person.was.contains(&id));
    program.people.get(&id).or_else(former)
}

/// How many leading words are one of a person's names, or their address.
fn takes(person: &Person, words: &[&str]) -> Option<usize> {
    let by_mail = || match (&person.address, words.first()) {
        (Address::Email(email), Some(word)) => email.eq_ignore_ascii_case(word).then_some(1),
        (Address::Email(_) | Address::Slack(_), _) => None,
    };
    let names = [person.name.as_str(), person.given_name.as_str()];
    names.into_iter().filter_map(|name| leads(words, name)).max().or_else(by_mail)
}

/// Refuses where a family name seems to follow that is written otherwise: read as a note, it would hide
/// what comes behind it.
fn misspelled(person: &Person, words: &[&str], taken: usize) -> Result<(), String> {
    let Some(next) = words.get(taken).map(|word| bare(word)) else { return Ok(()) };
    let rest = person.name.split_whitespace().skip(taken).filter(|part| 3 < part.chars().count());
    match nearest_within(next, rest, |letters| letters / 4) {
        Some(_) => Err(format!(
            "I don't know “{} {}”. Did you mean @{}?",
            echo(words.first().copied().unwrap_or_default()),
            echo(next),
            person.name
        )),
        None => Ok(()),
    }
}

fn unknown(program: &Program, plain: &str) -> String {
    let ids = program.people.keys().map(PersonId::as_str);
    let names = program.people.values().map(|person| person.name.as_str());
    let echo = echo(plain);
    match nearest(plain, ids.chain(names)) {
        Some(near) => format!("I don't know “{echo}”. Did you mean {near}?"),
        None => format!("I don't know “{echo}”. Write @name, an e-mail address, or the id in people.toml."),
    }
}

fn mentioned(word: &str) -> Option<SlackUserId> {
    let inner = word.strip_prefix("<@")?.strip_suffix('>')?;
    SlackUserId::parse(inner.split('|').next()?).ok()
}

fn plain_name(word: &str) -> &str {
    let mail = word.strip_prefix("<mailto:").and_then(|inner| inner.strip_suffix('>'));
    match mail {
        Some(inner) => inner.split('|').next().unwrap_or(inner),
        None => word.trim_start_matches('@'),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The sample organization with two more people: a second Ana, and Dana Whitfield.
    fn program() -> Program {
        let mut program = crate::config::load(Path::new("config")).unwrap().program;
        let ana = program.people[&PersonId::parse("ana").unwrap()].clone();
        for (id, name) in [("ana-lima", "Ana Lima"), ("dana", "Dana Whitfield")] {
            let id = PersonId::parse(id).unwrap();
            let given_name = name.split(' ').next().unwrap().to_owned();
            let address = Address::Email(format!("{id}@example.com"));
            let person = Person { id: id.clone(), name: name.to_owned(), given_name, address, ..ana.clone() };
            program.people.insert(id, person);
        }
        program
    }

    #[test]
    fn slack_writes_people_in_several_ways() {
        let check = |word: &str, expected: Option<&str>| {
            assert_eq!(mentioned(word).map(String::from).as_deref(), expected, "{word}");
        };
        check("<@U123>", Some("U123"));
        check("<@W123|ana>", Some("W123"));
        check("@ana", None);
        assert_eq!(plain_name("<mailto:ana@example.com|ana@example.com>"), "ana@example.com");
        assert_eq!(plain_name("@ana"), "ana");
    }

    #[test]
    fn s14_the_longest_name_that_stands_first_is_meant_and_the_rest_is_left() {
        let program = program();
        let check = |text: &str, expected: Result<(&str, usize), &str>| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let found = person(&program, &State::default(), &words);
            match (found, expected) {
                (Ok((person, taken)), Ok(expected)) => {
                    assert_eq!((person.id.as_str(), taken), expected, "{text}")
                }
                (Err(sentence), Err(part)) => assert!(sentence.contains(part), "{text}: {sentence}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        };
        check("@Dana Whitfield considering talked at lunch", Ok(("dana", 2)));
        check("@dana considering talked at lunch", Ok(("dana", 1)));
        check("@Dana considering", Ok(("dana", 1)));
        check("dana@example.com considering", Ok(("dana", 1)));
        check("@Ana Souza", Ok(("ana", 2)));
        check("@Ana Lima", Ok(("ana-lima", 2)));
        // An id is nobody else's.
        check("@ana considering", Ok(("ana", 1)));
        check("@Ana considering", Err("Several people are called “Ana”: write one of @ana, @ana-lima."));
        check("@Dana Whitfeld considering", Err("Did you mean @Dana Whitfield?"));
        check("@dena considering", Err("Did you mean dana?"));
        check("", Err("Who?"));
    }
}
