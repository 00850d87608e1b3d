//! Finding what somebody means: a person, an initiative, a team, a word.

use crate::domain::directory::{Address, Person};
use crate::domain::ids::{PersonId, SlackUserId, TeamId};
use crate::domain::initiative::Initiative;
use crate::domain::program::Program;
use crate::domain::state::State;

/// The known word nearest to `word`, if one is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance * 2 <= candidate.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A word that could name somebody: `<@U…>`, `<@U…|name>`, `@name`, an e-mail address or an id.
pub(super) fn person<'a>(program: &'a Program, state: &State, word: &str) -> Result<&'a Person, String> {
    if let Some(slack) = mentioned(word) {
        let known = state.by_slack.get(&slack).and_then(|id| program.people.get(id));
        let by_address =
            || program.people.values().find(|person| person.address == Address::Slack(slack.clone()));
        return known
            .or_else(by_address)
            .ok_or_else(|| "I don't know that person. Add them to people.toml first.".to_owned());
    }
    let plain = plain_name(word);
    if let Ok(id) = PersonId::parse(&plain)
        && let Some(person) = program
            .people
            .get(&id)
            .or_else(|| program.people.values().find(|person| person.was.contains(&id)))
    {
        return Ok(person);
    }
    let named: Vec<&Person> = program.people.values().filter(|person| goes_by(person, &plain)).collect();
    match named.as_slice() {
        [person] => Ok(person),
        [] => Err(unknown_person(program, &plain)),
        several => {
            let ids: Vec<String> = several.iter().map(|person| format!("@{}", person.id)).collect();
            Err(format!("Several people are called “{plain}”: write one of {}.", ids.join(", ")))
        }
    }
}

fn unknown_person(program: &Program, plain: &str) -> String {
    let ids = program.people.keys().map(PersonId::as_str);
    let names = program.people.values().map(|person| person.name.as_str());
    match nearest(plain, ids.chain(names)) {
        Some(near) => format!("I don't know “{plain}”. Did you mean {near}?"),
        None => format!("I don't know “{plain}”. Write @name, an e-mail address, or the id in people.toml."),
    }
}

fn goes_by(person: &Person, name: &str) -> bool {
    person.name.eq_ignore_ascii_case(name)
        || person.given_name.eq_ignore_ascii_case(name)
        || matches!(&person.address, Address::Email(email) if email.eq_ignore_ascii_case(name))
}

fn mentioned(word: &str) -> Option<SlackUserId> {
    let inner = word.strip_prefix("<@")?.strip_suffix('>')?;
    SlackUserId::parse(inner.split('|').next()?).ok()
}

fn plain_name(word: &str) -> String {
    let mail = word.strip_prefix("<mailto:").and_then(|inner| inner.strip_suffix('>'));
    match mail {
        Some(inner) => inner.split('|').next().unwrap_or(inner).to_owned(),
        None => word.trim_start_matches('@').to_owned(),
    }
}

/// The initiative that leading `words` name: by id, former id, or part of the title. Returns how many
/// words it took.
pub(super) fn initiative<'a>(
    among: &[&'a Initiative],
    words: &[&str],
) -> Result<(&'a Initiative, usize), String> {
    let known = || {
        let ids: Vec<&str> = among.iter().map(|initiative| initiative.id.as_str()).collect();
        ids.join(", ")
    };
    let Some(first) = words.first() else {
        return match among {
            [only] => Ok((only, 0)),
            [] => Err("There are no initiatives you could name here.".to_owned()),
            _ => Err(format!("Which initiative? Name one of: {}.", known())),
        };
    };
    let by_id = among.iter().find(|initiative| {
        initiative.id.as_str() == *first || initiative.was.iter().any(|id| id.as_str() == *first)
    });
    if let Some(initiative) = by_id {
        return Ok((initiative, 1));
    }
    // The longest run of words that is part of exactly one title wins.
    for taken in (1..=words.len()).rev() {
        let part = words[..taken].join(" ").to_lowercase();
        let named: Vec<_> =
            among.iter().filter(|initiative| initiative.title.to_lowercase().contains(&part)).collect();
        if let [only] = named.as_slice() {
            return Ok((only, taken));
        }
    }
    match nearest(first, among.iter().map(|initiative| initiative.id.as_str())) {
        Some(near) => Err(format!("I don't know the initiative “{first}”. Did you mean {near}?")),
        None => Err(format!("I don't know the initiative “{first}”. There are: {}.", known())),
    }
}

/// The team that `word` names, by id or name.
pub(super) fn team<'a>(program: &'a Program, word: &str) -> Result<&'a TeamId, String> {
    let found = program
        .teams
        .values()
        .find(|team| team.id.as_str() == word || team.name.eq_ignore_ascii_case(word))
        .or_else(|| program.teams.values().find(|team| team.was.iter().any(|id| id.as_str() == word)));
    if let Some(team) = found {
        return Ok(&team.id);
    }
    match nearest(word, program.teams.keys().map(TeamId::as_str)) {
        Some(near) => Err(format!("I don't know the team “{word}”. Did you mean {near}?")),
        None => Err(format!("I don't know the team “{word}”.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_word_gets_the_nearest_known_one_or_none() {
        let known = ["help", "initiatives", "coverage", "gaps", "pause"];
        let check = |word: &str, expected: Option<&str>| assert_eq!(nearest(word, known), expected, "{word}");
        check("hlep", Some("help"));
        check("Covrage", Some("coverage"));
        check("initiative", Some("initiatives"));
        check("quarterly", None);
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
}
