//! Text within limits, without what nobody sees.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::hidden::without_hidden;

/// What stands for what was left out.
const ELLIPSIS: &str = "…";

/// How long Slack may take `text` to be: in UTF-16 units, which are never fewer than characters.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `text`, or as much of it as fits into `most` units with an ellipsis, ending where a person sees the end
/// of a character.
pub(super) fn cut(text: &str, most: usize) -> String {
    let text = &*without_hidden(text);
    if units(text) <= most {
        return text.to_owned();
    }
    let mut kept = head(text, most.saturating_sub(units(ELLIPSIS))).trim_end().to_owned();
    kept.push_str(ELLIPSIS);
    kept
}

/// The longest beginning of `text` that fits into `most` units. A single character that is longer than
/// that (a base under hundreds of accents) is cut inside.
fn head(text: &str, most: usize) -> &str {
    // No text has more units than bytes, and nearly every text is short: looking for its characters' ends
    // cost a twentieth of a slash command.
    if text.len() <= most {
        return text;
    }
    let mut end = 0;
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += units(grapheme);
        if used > most {
            break;
        }
        end = at + grapheme.len();
    }
    if end == 0 && most > 1 {
        used = 0;
        for (at, character) in text.char_indices() {
            used += character.len_utf16();
            if used > most {
                break;
            }
            end = at + character.len_utf8();
        }
    }
    text.get(..end).unwrap_or_default()
}

/// `text` in pieces of at most `most` units, broken at line ends or spaces where there are any in the
/// second half of a piece. Nothing is lost.
pub(super) fn pieces(text: &str, most: usize) -> Vec<&str> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let fits = head(rest, most);
        let end = if fits.len() == rest.len() { fits.len() } else { good_break(fits) };
        let (piece, after) = rest.split_at_checked(end.max(1)).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn good_break(text: &str) -> usize {
    [text.rfind('\n'), text.rfind(' ')]
        .into_iter()
        .flatten()
        .map(|at| at + 1)
        .find(|at| *at > text.len() / 2)
        .unwrap_or(text.len())
}

/// `text` with the three characters escaped that Slack's markup begins with; `<!channel>` stays text.
pub(super) fn escape(text: &str) -> String {
    without_hidden(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `text` escaped and within `most` units; an escape is never cut in two.
pub(super) fn cut_escaped(text: &str, most: usize) -> String {
    let mut room = most;
    loop {
        let escaped = escape(&cut(text, room));
        let over = units(&escaped).saturating_sub(most);
        if over == 0 {
            return escaped;
        }
        // An escape takes at most five units for one, so this ends after a few rounds.
        room = room.saturating_sub(over.div_ceil(5));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_cut_at_the_end_of_a_visible_character() {
        let check = |text: &str, most: usize, expected: &str| assert_eq!(cut(text, most), expected);
        check("short", 5, "short");
        check("longer", 5, "long…");
        // A family of four is one visible character of eleven units.
        check("ab👨‍👩‍👧‍👦cd", 8, "ab…");
        // An accent stays on its letter.
        check("ne\u{301}e", 3, "n…");
        check("a b c d", 3, "a…");
        // What nobody sees takes no room, and turns nothing round.
        check("pay\u{202e}gnp\u{200b}", 6, "paygnp");
    }

    #[test]
    fn markup_is_escaped_whole() {
        assert_eq!(escape("<\u{202e}b>\0"), "&lt;b&gt;");
        assert_eq!(cut_escaped("<!channel> & co", 50), "&lt;!channel&gt; &amp; co");
        assert_eq!(cut_escaped("&&&&", 12), "&amp;…");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in "\\PC{0,200}", most in 2_usize..60) {
            prop_assert!(units(&cut(&text, most)) <= most);
            prop_assert!(units(&cut_escaped(&text, most.max(6))) <= most.max(6));
        }

        #[test]
        fn pieces_fit_and_nothing_is_lost(text in "(\\PC|\\n){0,400}", most in 4_usize..60) {
            let pieces = pieces(&text, most);
            prop_assert!(pieces.iter().all(|piece| units(piece) <= most));
            prop_assert_eq!(pieces.concat(), text);
        }
    }
}
