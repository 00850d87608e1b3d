//! Finding the entry of an FAQ that answers a question, and knowing when there is none.
//!
//! Invariant: pure, and the same for the same entries in the same order. Entries are ranked by BM25 over
//! stems, each way to ask by itself. One is sent only if it covers the question: a question that brings a
//! word of its own which no entry knows is a question for a human.
//!
//! What a question costs is bounded by the entries, not by how much somebody typed: of each text no more than
//! [`MOST_WORDS`] are looked at, and what has more of them is a question for a human.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bm25::{Embedder, EmbedderBuilder, Scorer, Tokenizer};
use rust_stemmers::{Algorithm, Stemmer};
use strsim::damerau_levenshtein;

/// An entry as it is found: the ways to ask, and what it answers.
#[derive(Debug, Clone)]
pub struct Asked<'a, K> {
    /// Which entry.
    pub entry: K,
    /// Every way to ask it.
    pub ways: Vec<&'a str>,
    /// The answer: a question may take words from it.
    pub answer: &'a str,
}

/// How well an entry fits a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<K> {
    /// Which entry.
    pub entry: K,
    /// BM25 of its best way to ask; comparable within one question only.
    pub score: f32,
    /// The share of the question's content that the entry's ways to ask cover, 0 to 1, rare words
    /// counting more.
    pub covered: f32,
    /// Words of content that both share.
    pub shared: usize,
}

/// The least share of the question's content that the best entry has to cover.
const COVERED: f32 = 0.58;
/// How much better it has to be than the second.
const MARGIN: f32 = 1.12;
/// What an entry's answer weighs beside its ways to ask.
const ANSWER: f32 = 0.35;

/// Most words of a text that are looked at, those that say nothing included. People ask in fifty.
pub const MOST_WORDS: usize = 400;
/// Most letters of a word that are looked at; the longest of English have thirty.
const LONGEST_WORD: usize = 40;

/// Words that say nothing about what a question is about.
const STOP: &str = "\
    a about actually again all also am an and another any anyone anything are as at be been being but by \
    can could did do does doing done dont doesnt else even ever exactly for from get go goes going got \
    had has have he hello here hey hi i if im in instead into is isnt it its ive just know let like may \
    me mean might my of ok on or our ours out please pls plz put quick question really same she should \
    so some something still tell than thanks that thats the their them then there these till until they \
    thing things this those to too u up us very want was we well were what whats which will with \
    wondering would you your yours ur r re s t d ll ve m";

/// Words that shape a question more than they say what it is about: they help to rank, and count for
/// nothing when it is asked how much of the question is covered.
const LIGHT: &str = "\
    how long many much need no not now one only over take time use when where who whose why work happen \
    make give come new way sure team quarter";

static STOPS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| STOP.split_ascii_whitespace().collect());
static LIGHTS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| LIGHT.split_ascii_whitespace().collect());

/// Words to stems, without those that say nothing.
struct Stems {
    stemmer: Stemmer,
}

impl Stems {
    fn new() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English) }
    }

    fn of(&self, word: &str) -> String {
        self.stemmer.stem(word).into_owned()
    }
}

impl Tokenizer for Stems {
    fn tokenize(&self, text: &str) -> Vec<String> {
        words(text).map(|word| self.of(&word)).collect()
    }
}

/// The words of a text as they were typed: "don't" is one word, "time-out" is two.
fn typed(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '\'' | '’'));
    parts.filter(|word| word.contains(char::is_alphanumeric))
}

/// Of the first [`MOST_WORDS`] words those that count, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    let lowered = |word: &str| -> String {
        let letters = word.chars().filter(|letter| !matches!(letter, '\'' | '’')).take(LONGEST_WORD);
        letters.flat_map(char::to_lowercase).collect()
    };
    let words = typed(text).take(MOST_WORDS).map(lowered).filter(|word| !STOPS.contains(word.as_str()));
    words.collect::<Vec<_>>().into_iter()
}

/// Every entry that shares a word with the question, the best first.
pub fn ranked<K: Clone + Ord>(entries: &[Asked<'_, K>], question: &str) -> Vec<Fit<K>> {
    let stems = Stems::new();
    let known: BTreeSet<String> = entries
        .iter()
        .flat_map(|entry| entry.ways.iter().copied().chain([entry.answer]))
        .flat_map(words)
        .collect();
    let known_stems: BTreeSet<String> = known.iter().map(|word| stems.of(word)).collect();
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    let meant: Vec<String> = words(question)
        .map(|word| {
            let known = || meant(&word, &known, &known_stems, &stems);
            asked.entry(word.clone()).or_insert_with(known).clone()
        })
        .collect();
    let ways: Vec<(usize, &str)> = entries
        .iter()
        .enumerate()
        .flat_map(|(at, entry)| entry.ways.iter().map(move |way| (at, *way)))
        .collect();
    let texts: Vec<&str> =
        ways.iter().map(|(_, way)| *way).chain(entries.iter().map(|entry| entry.answer)).collect();
    let embedder: Embedder<u32, Stems> =
        EmbedderBuilder::with_tokenizer_and_fit_to_corpus(Stems::new(), &texts).build();
    let mut scorer = Scorer::<usize, u32>::new();
    for (at, text) in texts.iter().enumerate() {
        scorer.upsert(&at, embedder.embed(text));
    }
    let asked = embedder.embed(&meant.join(" "));
    let content = Content::of(entries, &meant, &stems);
    let mut fits: Vec<Fit<K>> = entries
        .iter()
        .enumerate()
        .filter_map(|(at, entry)| {
            let own = ways.iter().enumerate().filter(|(_, (of, _))| *of == at);
            let best = own.filter_map(|(way, _)| scorer.score(&way, &asked)).fold(0.0_f32, f32::max);
            let answer = scorer.score(&(ways.len() + at), &asked).unwrap_or(0.0);
            let score = best + ANSWER * answer;
            let (covered, shared) = content.covered(at);
            (score > 0.0).then(|| Fit { entry: entry.entry.clone(), score, covered, shared })
        })
        .collect();
    // Equal scores keep the order of the entries' names, so that the answer never depends on chance.
    fits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.cmp(&b.entry)));
    fits
}

/// The entry that answers the question, if one does without doubt. None does where the question has more words
/// than are looked at.
pub fn best<K: Clone + Ord>(entries: &[Asked<'_, K>], question: &str) -> Option<K> {
    if typed(question).nth(MOST_WORDS).is_some() {
        return None;
    }
    let fits = ranked(entries, question);
    let (first, second) = (fits.first()?, fits.get(1));
    let clear = second.is_none_or(|second| first.score >= second.score * MARGIN);
    let enough = first.covered >= COVERED && first.shared > 0;
    (clear && enough).then(|| first.entry.clone())
}

/// The word that was meant: a misspelled one becomes the nearest known one.
fn meant(word: &str, known: &BTreeSet<String>, known_stems: &BTreeSet<String>, stems: &Stems) -> String {
    if known.contains(word) || LIGHTS.contains(word) || known_stems.contains(&stems.of(word)) {
        return word.to_owned();
    }
    let letters = word.chars().count();
    let slips = match letters {
        0..=3 => return word.to_owned(),
        4..=6 => 1,
        _ => 2,
    };
    let near = known.iter().filter(|known| {
        // People get the first letter right; "bank" is no slip of "rank".
        known.chars().next() == word.chars().next() && known.chars().count().abs_diff(letters) <= slips
    });
    near.map(|known| (damerau_levenshtein(word, known), known))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map_or_else(|| word.to_owned(), |(_, known)| known.clone())
}

/// The content of a question, and which entry covers how much of it.
struct Content {
    /// Each stem with its weight and the entries that know it.
    words: BTreeMap<String, (f32, BTreeSet<usize>)>,
}

impl Content {
    fn of<K>(entries: &[Asked<'_, K>], meant: &[String], stems: &Stems) -> Self {
        let known: Vec<BTreeSet<String>> = entries
            .iter()
            .map(|entry| entry.ways.iter().flat_map(|way| words(way)).map(|word| stems.of(&word)).collect())
            .collect();
        // "Why now" has nothing but light words: then they are what it is about.
        let only_light = meant.iter().all(|word| LIGHTS.contains(word.as_str()));
        let counts = |word: &&String| only_light || !LIGHTS.contains(word.as_str());
        let words = meant
            .iter()
            .filter(counts)
            .map(|word| {
                let stem = stems.of(word);
                let who: BTreeSet<usize> =
                    known.iter().enumerate().filter(|(_, of)| of.contains(&stem)).map(|(at, _)| at).collect();
                let weight = weight(known.len(), who.len());
                (stem, (weight, who))
            })
            .collect();
        Self { words }
    }

    fn covered(&self, entry: usize) -> (f32, usize) {
        let all: f32 = self.words.values().map(|(weight, _)| weight).sum();
        let own = self.words.values().filter(|(_, who)| who.contains(&entry));
        let (of_entry, shared) =
            own.fold((0.0_f32, 0), |(sum, number), (weight, _)| (sum + weight, number + 1));
        if all > 0.0 { (of_entry / all, shared) } else { (1.0, 0) }
    }
}

/// What a word counts that so many of the entries know; most if none does.
fn weight(entries: usize, know_it: usize) -> f32 {
    let share = |number: usize| f32::from(u16::try_from(number).unwrap_or(u16::MAX));
    (1.0 + share(entries) / (1.0 + share(know_it))).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of the length that Slack lets people type, of the shapes that cost most.
    fn hostile() -> Vec<(&'static str, String)> {
        let many = |word: &str| word.repeat(40_000 / word.chars().count());
        let different: String = (0..8_000).map(|at| format!("w{at:03x} ")).collect();
        vec![
            ("one-letter words", many("b ")),
            ("words that say nothing", many("a ")),
            ("slips of one word", many("paymnt ")),
            ("words of their own", different),
            ("one long word", many("x")),
            ("apostrophes", many("'")),
            ("letters that grow in lower case", many("İ ")),
            ("emoji", many("👨‍👩‍👧 ")),
        ]
    }

    #[test]
    fn what_is_looked_at_of_a_text_is_bounded() {
        for (shape, text) in hostile() {
            let words: Vec<String> = words(&text).collect();
            assert!(words.len() <= MOST_WORDS, "{shape}");
            assert!(words.iter().all(|word| word.chars().count() <= 3 * LONGEST_WORD), "{shape}");
        }
    }
}
