//! Finding the initiative that somebody means.
//!
//! Invariant: a word that names an initiative which can't be meant refuses; it is never passed over in favour
//! of the only one that could be.

use super::{LONGEST_WORD, bare, echo, leads, nearest, nearest_id};
use crate::domain::initiative::Initiative;

/// The initiatives that may be meant, and those that exist but may not.
pub(in crate::command) struct Choice<'a> {
    among: Vec<&'a Initiative>,
    others: Vec<Other<'a>>,
}

/// An initiative that can't be meant here, and the sentence that says why.
struct Other<'a> {
    initiative: &'a Initiative,
    why: String,
}

/// What leading words name.
enum Led<'c, 'a> {
    /// One that may be meant, with as many words.
    One(&'a Initiative, usize),
    /// One that may not.
    Another(&'c Other<'a>),
    Nothing,
}

impl<'a> Choice<'a> {
    /// One of these; no other is known to whoever asks.
    pub(in crate::command) fn of(among: Vec<&'a Initiative>) -> Self {
        Self { among, others: Vec::new() }
    }

    /// The rest of `all`, which can't be meant for the reason that `why` gives.
    pub(in crate::command) fn refusing(
        mut self,
        all: impl IntoIterator<Item = &'a Initiative>,
        why: impl Fn(&Initiative) -> String,
    ) -> Self {
        let others = all.into_iter().filter(|of| self.among.iter().all(|one| one.id != of.id));
        self.others = others.map(|initiative| Other { initiative, why: why(initiative) }).collect();
        self
    }

    /// Those that may be meant.
    pub(in crate::command) fn among(&self) -> &[&'a Initiative] {
        &self.among
    }

    /// The initiative that all of `words` name: by id, former id, title, or words of one title alone. Without
    /// any, the only one that there is.
    pub(in crate::command) fn whole(&self, words: &[&str]) -> Result<&'a Initiative, String> {
        let Some(first) = words.first() else { return self.only() };
        match self.led(words) {
            Led::One(initiative, taken) if taken == words.len() => return Ok(initiative),
            Led::One(initiative, taken) => {
                let rest = words.get(taken..).unwrap_or_default();
                let more = rest.iter().take(LONGEST_WORD).copied().collect::<Vec<_>>().join(" ");
                return Err(format!(
                    "“{}” is clear, but I don't understand “{}” after it.",
                    initiative.title,
                    echo(&more)
                ));
            }
            Led::Another(other) => return Err(other.why.clone()),
            Led::Nothing => {}
        }
        let named: Vec<&'a Initiative> =
            self.among.iter().copied().filter(|of| has_words(&of.title, words)).collect();
        match named.as_slice() {
            [only] => Ok(only),
            [] => match self.others.iter().find(|other| has_words(&other.initiative.title, words)) {
                Some(other) => Err(other.why.clone()),
                None => Err(self.unknown(first, nearest(bare(first), self.ids()))),
            },
            several => Err(format!("Which of them? Name one: {}.", ids(several))),
        }
    }

    /// The initiative named before free text, by id, former id or whole title, and how many words that took.
    /// Without such a name, the only one that there is, and no word.
    pub(in crate::command) fn leading(&self, words: &[&str]) -> Result<(&'a Initiative, usize), String> {
        match self.named_first(words)? {
            Some(found) => Ok(found),
            None => self.only().map(|only| (only, 0)),
        }
    }

    /// As [`Choice::leading`], but nothing is taken for granted where no initiative is named.
    pub(in crate::command) fn named_first(
        &self,
        words: &[&str],
    ) -> Result<Option<(&'a Initiative, usize)>, String> {
        match self.led(words) {
            Led::One(initiative, taken) => Ok(Some((initiative, taken))),
            Led::Another(other) => Err(other.why.clone()),
            Led::Nothing => {
                match words.first().and_then(|first| Some((first, nearest_id(first, self.ids())?))) {
                    Some((first, near)) => Err(self.unknown(first, Some(near))),
                    None => Ok(None),
                }
            }
        }
    }

    fn only(&self) -> Result<&'a Initiative, String> {
        match self.among.as_slice() {
            [only] => Ok(only),
            [] => Err("There are no initiatives you could name here.".to_owned()),
            several => Err(format!("Which initiative? Name one of: {}.", ids(several))),
        }
    }

    /// The longest name at the beginning of `words`; where two are as long, the one that may be meant.
    fn led(&self, words: &[&str]) -> Led<'_, 'a> {
        let one = self.among.iter().filter_map(|of| Some((taken(of, words)?, *of)));
        let one = one.max_by_key(|(taken, _)| *taken);
        let others = self.others.iter().filter_map(|of| Some((taken(of.initiative, words)?, of)));
        let another = others.max_by_key(|(taken, _)| *taken);
        match (one, another) {
            (Some((taken, _)), Some((longer, other))) if taken < longer => Led::Another(other),
            (Some((taken, initiative)), _) => Led::One(initiative, taken),
            (None, Some((_, other))) => Led::Another(other),
            (None, None) => Led::Nothing,
        }
    }

    /// The ids of all, whether they may be meant or not.
    fn ids(&self) -> impl Iterator<Item = &'a str> {
        let others = self.others.iter().map(|other| other.initiative);
        self.among.iter().copied().chain(others).map(|of| of.id.as_str())
    }

    fn unknown(&self, word: &str, near: Option<&str>) -> String {
        let echo = echo(word);
        match near {
            Some(near) => format!("I don't know the initiative “{echo}”. Did you mean {near}?"),
            None => format!("I don't know the initiative “{echo}”. There are: {}.", ids(&self.among)),
        }
    }
}

fn ids(among: &[&Initiative]) -> String {
    among.iter().map(|initiative| initiative.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// How many leading words are one of the initiative's names.
fn taken(initiative: &Initiative, words: &[&str]) -> Option<usize> {
    let ids = initiative.was.iter().chain([&initiative.id]).map(|id| id.as_str());
    ids.chain([initiative.title.as_str()]).filter_map(|name| leads(words, name)).max()
}

/// Whether all of `words` stand in `title` one after the other, and at least one of them says something.
fn has_words(title: &str, words: &[&str]) -> bool {
    let lowered = |word: &str| bare(word).to_lowercase();
    let title: Vec<String> = title.split_whitespace().map(lowered).collect();
    if words.is_empty() || title.len() < words.len() {
        return false;
    }
    let words: Vec<String> = words.iter().map(|word| lowered(word)).collect();
    words.iter().any(|word| 3 < word.chars().count()) && title.windows(words.len()).any(|part| part == words)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::program::Program;

    fn program() -> Program {
        crate::config::load(Path::new("config")).unwrap().program
    }

    /// The ids that may be meant; the rest of the sample's is somebody else's.
    fn choice<'a>(program: &'a Program, among: &[&str]) -> Choice<'a> {
        let these = program.initiatives.iter().filter(|of| among.contains(&of.id.as_str())).collect();
        Choice::of(these).refusing(&program.initiatives, |of| format!("“{}” is Jo's.", of.title))
    }

    fn shown(found: Result<(&Initiative, usize), String>) -> String {
        found.map_or_else(|sentence| sentence, |(initiative, taken)| format!("{} {taken}", initiative.id))
    }

    #[test]
    fn before_free_text_only_an_id_or_a_whole_title_is_an_argument() {
        let program = program();
        let both = ["payment-deadlines", "safe-rollouts"];
        let check = |among: &[&str], text: &str, expected: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(shown(choice(&program, among).leading(&words)), expected, "{among:?} {text}");
        };
        check(&both, "payment-deadlines It was 11.", "payment-deadlines 1");
        check(&both, "Payment-Deadlines: It was 11.", "payment-deadlines 1");
        check(&both, "a time limit on payment calls It was 11.", "payment-deadlines 6");
        let which = "Which initiative? Name one of: payment-deadlines, safe-rollouts.";
        check(&both, "payment It was 11.", which);
        check(&both, "the time limit", which);
        check(&["payment-deadlines"], "It was 11.", "payment-deadlines 0");
        // With a single one of one's own, another's name is still another's.
        let other = "“Restores that were practised” is Jo's.";
        check(&["payment-deadlines"], "restore-drills It was 5.", other);
        check(&["payment-deadlines"], "“Restores that were practised” had 5.", other);
        let near = "I don't know the initiative “restore-dril”. Did you mean restore-drills?";
        check(&["payment-deadlines"], "restore-dril It was 5.", near);
        // In the text itself a name is only a word.
        check(&["payment-deadlines"], "It was 5, as in restore-drills.", "payment-deadlines 0");
        check(&["payment-deadlines"], "on-call was counted twice", "payment-deadlines 0");
    }

    #[test]
    fn where_nothing_else_may_stand_every_word_has_to_name_it() {
        let program = program();
        let both = ["payment-deadlines", "safe-rollouts"];
        let check = |among: &[&str], text: &str, expected: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let found = choice(&program, among).whole(&words).map(|initiative| (initiative, words.len()));
            let found = shown(found);
            assert!(found.starts_with(expected), "{among:?} {text}: {found}");
        };
        check(&both, "payment-deadlines", "payment-deadlines 1");
        check(&both, "payment calls", "payment-deadlines 2");
        check(&both, "Changes that can be switched off", "safe-rollouts 6");
        check(&both, "payment-deadlines please", "“A time limit on payment calls” is clear, but");
        // "it" is in "limit", and "on" in both.
        check(&both, "it", "I don't know the initiative “it”");
        check(&both, "on", "I don't know the initiative “on”");
        check(&["payment-deadlines"], "restore-drills", "“Restores that were practised” is Jo's.");
        check(&["payment-deadlines"], "were practised", "“Restores that were practised” is Jo's.");
        check(&["payment-deadlines"], "", "payment-deadlines 0");
        check(&both, "", "Which initiative?");
        check(
            &both,
            "safe-rolouts",
            "I don't know the initiative “safe-rolouts”. Did you mean safe-rollouts?",
        );
    }

    #[test]
    fn twenty_thousand_words_are_looked_at_no_further_than_a_title_goes() {
        let program = program();
        let choice = choice(&program, &["payment-deadlines"]);
        for text in ["a ".repeat(20_000), "a time limit on payment ".repeat(1_600), "x".repeat(40_000)] {
            let words: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(shown(choice.leading(&words)), "payment-deadlines 0");
            let refused = choice.whole(&words).unwrap_err();
            assert!(refused.chars().count() < 300, "{refused}");
        }
    }
}
