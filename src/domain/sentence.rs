//! Sentences that a person wrote, with figures left open: `{{ figure.ID }}` and `{{ period.ID }}`.
//!
//! Invariant: this is all the syntax there is, so that ids with hyphens need no quoting and a misspelled
//! figure is found before anybody is written to.

use super::ids::{BadId, FigureId};

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// The value of a figure.
    Figure(FigureId),
    /// The time that a figure counts.
    Period(FigureId),
}

/// Why a text is not a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSentence {
    /// A placeholder is opened and never closed.
    #[error("`{{{{` has no `}}}}` after it")]
    Unclosed,
    /// The placeholder names neither a figure nor a period.
    #[error("`{{{{ {0} }}}}` is unknown; write `{{{{ figure.ID }}}}` or `{{{{ period.ID }}}}`")]
    Unknown(String),
    /// What follows `figure.` or `period.` is no id.
    #[error("`{0}` names no figure: {1}")]
    Id(String, BadId),
}

/// Takes a sentence apart.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, BadSentence> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, after) = after.split_once("}}").ok_or(BadSentence::Unclosed)?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(placeholder(inside.trim())?);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

fn placeholder(inside: &str) -> Result<Piece<'static>, BadSentence> {
    let id = |text: &str| FigureId::parse(text).map_err(|bad| BadSentence::Id(inside.to_owned(), bad));
    match inside.split_once('.') {
        Some(("figure", name)) => Ok(Piece::Figure(id(name)?)),
        Some(("period", name)) => Ok(Piece::Period(id(name)?)),
        _ => Err(BadSentence::Unknown(inside.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_among_the_text() {
        let id = || FigureId::parse("night-pages").unwrap();
        assert_eq!(
            pieces("{{ figure.night-pages }} pages {{period.night-pages}}."),
            Ok(vec![Piece::Figure(id()), Piece::Text(" pages "), Piece::Period(id()), Piece::Text(".")])
        );
        assert_eq!(pieces(""), Ok(vec![]));
    }

    #[test]
    fn what_is_no_placeholder_is_refused_with_the_way_out() {
        let check = |text: &str, expected: &str| assert_eq!(pieces(text).unwrap_err().to_string(), expected);
        check("{{ figure.a", "`{{` has no `}}` after it");
        check("{{ pages }}", "`{{ pages }}` is unknown; write `{{ figure.ID }}` or `{{ period.ID }}`");
        check("{{ figure. }}", "`figure.` names no figure: it is empty");
    }
}
