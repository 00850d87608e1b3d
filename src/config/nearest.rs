//! "Did you mean": the nearest known name.

use std::collections::BTreeSet;

/// How many names are listed when none is near.
const MOST_LISTED: usize = 8;

/// What to write instead of `wrote`: the nearest of `known`, or all of them if they are few.
pub(super) fn advice<'a>(wrote: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut known: Vec<&str> = known.into_iter().collect();
    // What was renamed is known by both names, and two may have had the same one.
    let mut seen = BTreeSet::new();
    known.retain(|name| seen.insert(*name));
    if let Some(near) = nearest(wrote, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match known.as_slice() {
        [] => None,
        [only] => Some(format!("the only one known is `{only}`")),
        few if few.len() <= MOST_LISTED => Some(format!("known are {}", list(few))),
        _ => None,
    }
}

/// The name nearest to `wrote`, if it is near enough for a slip of the hand: about one wrong
/// character in three.
pub(super) fn nearest<'a>(wrote: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = wrote.to_lowercase();
    let (distance, name) = known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .min_by_key(|(distance, _)| *distance)?;
    let longest = wrote.chars().count().max(name.chars().count());
    (distance * 3 <= longest.max(3)).then_some(name)
}

/// "`a`, `b` and `c`".
pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_recognised_and_a_different_word_is_not() {
        let known = ["checkout", "search", "platform"];
        let check = |wrote: &str, expected| assert_eq!(nearest(wrote, known), expected, "{wrote}");
        check("chekout", Some("checkout"));
        check("chekcout", Some("checkout"));
        check("Search", Some("search"));
        check("billing", None);
        check("", None);
    }

    #[test]
    fn where_nothing_is_near_a_short_list_of_names_is_given() {
        assert_eq!(advice("billing", ["search", "infra"]).unwrap(), "known are `search` and `infra`");
        assert_eq!(advice("billing", ["search"]).unwrap(), "the only one known is `search`");
        assert_eq!(
            advice("billing", ["search", "infra", "search"]).unwrap(),
            "known are `search` and `infra`"
        );
        assert_eq!(advice("billing", []), None);
    }
}
