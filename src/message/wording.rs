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
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Words that are lower-case unless they open a sentence. Everything else keeps the case in which its
/// author wrote it: only they know what is a name.
const NEVER_NAMES: [&str; 42] = [
    "a", "about", "after", "an", "at", "because", "before", "between", "by", "during", "each", "eight",
    "every", "five", "four", "from", "half", "if", "in", "last", "most", "nine", "no", "on", "one", "our",
    "seven", "since", "six", "some", "that", "the", "these", "this", "those", "three", "two", "what", "when",
    "while", "with", "your",
];

/// A sentence as it reads after "Ana, ".
pub(super) fn after_a_name(sentence: &str) -> String {
    let first = sentence.split(' ').next().unwrap_or_default();
    let small = first.to_lowercase();
    match sentence.strip_prefix(first) {
        Some(rest) if NEVER_NAMES.contains(&small.as_str()) => format!("{small}{rest}"),
        Some(_) | None => sentence.to_owned(),
    }
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
    fn only_words_that_are_never_names_lose_their_capital() {
        let check = |text: &str, expected: &str| assert_eq!(after_a_name(text), expected);
        check("The checkout hung 14 times", "the checkout hung 14 times");
        check("PagerDuty woke you 14 times", "PagerDuty woke you 14 times");
        check("Stripe hung", "Stripe hung");
        check("14 pages", "14 pages");
        check("", "");
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
