//! What a question costs, however much is typed.

use std::time::Duration;

use canvass::clock::monotonic;
use canvass::domain::faq::{Asked, MOST_WORDS, best};

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

fn entries<'a>(ways: &'a [String], answer: &'a str) -> Vec<Asked<'a, usize>> {
    let entry = |(at, way): (usize, &'a String)| Asked { entry: at, ways: vec![way.as_str()], answer };
    ways.iter().enumerate().map(entry).collect()
}

#[test]
fn a_text_of_forty_thousand_letters_costs_no_more_than_a_page_does() {
    let ways: Vec<String> =
        (0..60).map(|at| format!("does the payment provider time out in case {at}")).collect();
    // A kept answer is found by what somebody asked, which may have been as long.
    let kept: Vec<String> = hostile().into_iter().map(|(_, text)| text).collect();
    let (ways, kept) = (entries(&ways, "It does, after five seconds."), entries(&kept, "No."));
    for (shape, text) in hostile() {
        for entries in [&ways, &kept] {
            let since = monotonic();
            _ = best(entries, &text);
            let took = since.elapsed();
            // Unbounded, a test's build works at some of these for minutes.
            assert!(took < Duration::from_secs(5), "{shape} took {took:?}");
        }
    }
}

#[test]
fn a_short_question_is_answered_though_somebody_asked_a_long_one_before() {
    let kept: Vec<String> = hostile().into_iter().map(|(_, text)| text).collect();
    let kept = entries(&kept, "No.");
    let since = monotonic();
    assert_eq!(best(&kept, "does the payment provider time out"), None);
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_question_that_goes_on_longer_than_is_looked_at_is_for_a_human() {
    let ways = ["does the payment provider time out".to_owned(), "who pays for the drills".to_owned()];
    let entries = entries(&ways, "It does.");
    let question = "Does the payment provider time out?";
    assert_eq!(best(&entries, question), Some(0));
    let padded = format!("{question} {}", "and so it is ".repeat(MOST_WORDS / 4));
    assert_eq!(best(&entries, &padded), None);
}
