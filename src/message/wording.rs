//! Small grammar: names in a row, counts in words, the first letter of a sentence.

/// Names as they stand in a sentence: "Checkout", "Checkout and Payments", "A, B and C".
pub(super) fn joined<S: AsRef<str>>(names: &[S]) -> String {
    joined_by(names, "and")
}

/// As [`joined`], with another word before the last name.
pub(super) fn joined_by<S: AsRef<str>>(names: &[S], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", first.join(", "), last.as_ref())
        }
    }
}

/// "Checkout's", "Partners'"; of several names the last one takes it.
pub(super) fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}'") } else { format!("{name}'s") }
}

/// The text with a capital first letter.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The words that a text capitalises where no sentence begins, and those with capitals inside: names.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let mut opens = true;
    text.split_whitespace().filter_map(move |word| {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let mut letters = bare.chars();
        let capital = letters.next().is_some_and(char::is_uppercase);
        let inner = letters.any(char::is_uppercase);
        let is_name = inner || (capital && !opens);
        opens = word.ends_with(['.', '?', ':', '…', '!']);
        is_name.then(|| bare.strip_suffix("'s").unwrap_or(bare))
    })
}

/// A sentence as it reads after "Ana, ": its first word loses the capital, unless it is a name.
pub(super) fn after_a_name(sentence: &str, is_name: impl Fn(&str) -> bool) -> String {
    let first = sentence.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let mut letters = first.chars();
    let (Some(initial), rest) = (letters.next(), letters.as_str()) else { return sentence.to_owned() };
    if first == "I" || rest.chars().any(char::is_uppercase) || is_name(first) {
        return sentence.to_owned();
    }
    let small: String = initial.to_lowercase().collect();
    format!("{small}{}", sentence.get(initial.len_utf8()..).unwrap_or_default())
}

/// The sentence with a full stop, if it ends without a mark.
pub(super) fn stopped(sentence: &str) -> String {
    let sentence = sentence.trim();
    if sentence.is_empty() || sentence.ends_with(['.', '?', '…', ':', '"', '”']) {
        sentence.to_owned()
    } else {
        format!("{sentence}.")
    }
}

/// What somebody wrote, in quotes and on one line: at most `most` characters of it, up to the end of a word.
pub(super) fn quoted(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = text.char_indices().nth(most) else { return format!("“{text}”") };
    let kept = text.get(..end).unwrap_or_default();
    // A word that is longer than that is cut inside.
    let in_word = !text.get(end..).unwrap_or_default().starts_with(' ');
    let whole = kept.rsplit_once(' ').filter(|_| in_word).map_or(kept, |(whole, _)| whole);
    format!("“{}…”", whole.trim_end_matches([' ', ',', ';', ':', '.']))
}

/// A count in a sentence: in words up to twelve, in digits from there on.
pub(super) fn count(number: u64) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    usize::try_from(number)
        .ok()
        .and_then(|index| WORDS.get(index))
        .map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// The beginning of what somebody wrote, within `most` characters.
pub fn beginning(text: &str, most: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
    }
}

/// The words of a prose, as the limits count them: a run of characters with a letter or digit in it.
pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_a_row_as_people_say_them() {
        let check = |names: &[&str], expected: &str| assert_eq!(joined(names), expected);
        check(&[], "");
        check(&["Checkout"], "Checkout");
        check(&["Checkout", "Payments"], "Checkout and Payments");
        check(&["Checkout", "Payments", "Search"], "Checkout, Payments and Search");
        assert_eq!(joined_by(&["Ana", "Ben"], "or"), "Ana or Ben");
        assert_eq!(possessive("Partners"), "Partners'");
        assert_eq!(possessive("Checkout and Search"), "Checkout and Search's");
    }

    #[test]
    fn the_first_word_keeps_its_capital_if_it_is_a_name() {
        let known: Vec<&str> = names_in("Calls to Stripe hang. They wait. Ask Checkout's team.").collect();
        assert_eq!(known, ["Stripe", "Checkout"]);
        let check = |text: &str, expected: &str| {
            assert_eq!(after_a_name(text, |word| known.contains(&word)), expected);
        };
        check("The checkout hung 14 times", "the checkout hung 14 times");
        check("Payment hangs woke you", "payment hangs woke you");
        check("PagerDuty woke you 14 times", "PagerDuty woke you 14 times");
        check("Stripe hung", "Stripe hung");
        check("Checkout's tickets", "Checkout's tickets");
        check("New: a number", "new: a number");
        check("I expect more", "I expect more");
        check("14 pages", "14 pages");
        check("", "");
    }

    #[test]
    fn a_quote_is_cut_at_the_end_of_a_word() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text, 12), expected);
        check("Not now.", "“Not now.”");
        check("Not\nnow,  sorry", "“Not now…”");
        check("The quarter is full", "“The quarter…”");
        check("The quarters are full", "“The quarters…”");
        check("Überlastungsanzeige", "“Überlastungs…”");
    }

    #[test]
    fn words_are_counted_as_a_reader_would() {
        assert_eq!(words("roughly 60 % fewer; or Tue 15:00 / Thu 10:00."), 8);
    }

    #[test]
    fn sentences_end_once() {
        let check = |text: &str, expected: &str| assert_eq!(stopped(text), expected);
        check("It hangs", "It hangs.");
        check("It hangs. ", "It hangs.");
        check("Does it?", "Does it?");
        check("", "");
    }
}
