//! Finding what somebody means: a person, an initiative, a team, a word.
//!
//! Invariant: what is looked at is bounded by what is known, never by how much was typed. An argument is found
//! where it stands, and nowhere else: free text behind it is never searched for a name.

mod day;
mod initiatives;
mod people;

pub(super) use day::{day, days};
pub(super) use initiatives::Choice;
pub(super) use people::person;

use crate::domain::ids::TeamId;
use crate::domain::program::Program;

/// Most letters of a word that is compared with known ones, and that an answer repeats.
const LONGEST_WORD: usize = 64;

/// The known word nearest to `word`, if one is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(word, known, |letters| letters / 2)
}

/// The known word nearest to `word` among those at most as many slips away as `slips` allows for its length.
fn nearest_within<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    slips: impl Fn(usize) -> usize,
) -> Option<&'a str> {
    let letters = word.chars().take(LONGEST_WORD + 1).count();
    if LONGEST_WORD < letters {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .filter_map(|candidate| {
            let length = candidate.chars().count();
            let slips = slips(length.max(2));
            // As many letters as one is longer have to be put in or left out.
            (length.abs_diff(letters) <= slips)
                .then(|| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
                .filter(|(distance, _)| *distance <= slips)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The initiative's id that the first word before free text may be a slip of: what has a hyphen looks like one,
/// any other word begins the text.
pub(super) fn nearest_id<'a>(word: &str, ids: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = bare(word);
    if word.contains('-') { nearest_within(word, ids, |letters| letters / 4) } else { None }
}

/// The stance that `word` may be a slip of. Closer than other words: a note may begin with anything.
pub(super) fn nearest_stance<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(word, known, |letters| letters / 5)
}

/// What somebody typed, as an answer repeats it: its beginning, if it is long.
pub(super) fn echo(typed: &str) -> String {
    match typed.char_indices().nth(LONGEST_WORD) {
        None => typed.to_owned(),
        Some((end, _)) => format!("{}…", typed.get(..end).unwrap_or_default()),
    }
}

/// How many of `words` the phrase `name` takes at their beginning, whatever its case: all of its own, or none.
fn leads(words: &[&str], name: &str) -> Option<usize> {
    let mut taken = 0;
    for part in name.split_whitespace() {
        let word = words.get(taken)?;
        let same =
            part.chars().flat_map(char::to_lowercase).eq(bare(word).chars().flat_map(char::to_lowercase));
        if !same {
            return None;
        }
        taken += 1;
    }
    (0 < taken).then_some(taken)
}

/// A word without the quotes around it and the comma or colon behind it.
fn bare(word: &str) -> &str {
    const QUOTES: [char; 6] = ['"', '“', '”', '‘', '’', '\''];
    word.trim_start_matches(QUOTES)
        .trim_end_matches(|letter| QUOTES.contains(&letter) || matches!(letter, ',' | ':'))
}

/// The team that leading `words` name, by id or name, and how many words that took.
pub(super) fn team<'a>(program: &'a Program, words: &[&str]) -> Result<(&'a TeamId, usize), String> {
    let by_name = program
        .teams
        .values()
        .filter_map(|team| Some((leads(words, team.id.as_str()).or_else(|| leads(words, &team.name))?, team)))
        .max_by_key(|(taken, _)| *taken);
    let found = by_name.or_else(|| {
        let former = |team: &&crate::domain::directory::Team| {
            team.was.iter().any(|id| words.first().is_some_and(|word| id.as_str() == *word))
        };
        program.teams.values().find(former).map(|team| (1, team))
    });
    if let Some((taken, team)) = found {
        return Ok((&team.id, taken));
    }
    let word = words.first().copied().unwrap_or_default();
    let echo = echo(word);
    match nearest(word, program.teams.keys().map(TeamId::as_str)) {
        Some(near) => Err(format!("I don't know the team “{echo}”. Did you mean {near}?")),
        None => Err(format!("I don't know the team “{echo}”.")),
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
        check(&"pause".repeat(8_000), None);
    }

    #[test]
    fn a_phrase_leads_as_a_whole_or_not_at_all() {
        let check = |words: &str, name: &str, expected: Option<usize>| {
            let words: Vec<&str> = words.split_whitespace().collect();
            assert_eq!(leads(&words, name), expected, "{words:?}");
        };
        check("restore drills were late", "Restore drills", Some(2));
        check("“Restore drills”: were late", "Restore drills", Some(2));
        check("restore the drills", "Restore drills", None);
        check("restore", "Restore drills", None);
        check("anything", "", None);
    }

    #[test]
    fn an_answer_repeats_the_beginning_of_what_is_long() {
        assert_eq!(echo("payment"), "payment");
        let repeated = echo(&"ab".repeat(20_000));
        assert_eq!(repeated.chars().count(), LONGEST_WORD + 1);
        assert!(repeated.ends_with('…'));
    }
}
