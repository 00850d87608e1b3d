//! Characters that nobody sees, and that change what is read: they hide words, turn their order round, or end a
//! line where none ends.
//!
//! Text that people read or that other programs parse has none of them, whoever wrote it.

use std::borrow::Cow;

/// Whether a character is invisible by itself or changes the direction of those around it. Line ends and tabs
/// are not: they are seen. What joins letters or emoji is told by [`without_hidden`], since it depends on them.
pub fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Soft hyphen, Mongolian vowel separator, the Hangul and Khmer fillers, word joiner and invisible operators.
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{2060}'..='\u{2064}' => true,
        // Zero-width space, byte-order mark.
        '\u{200b}' | '\u{feff}' => true,
        // Direction: marks, embeddings and overrides, isolates, and the deprecated ones.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => true,
        // Line and paragraph separators, interlinear annotations, tags.
        '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => letter.is_control(),
    }
}

/// What joins letters or keeps them apart. Emoji and many scripts need it; between Latin letters it hides.
fn joins(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

/// The first hidden character, and where it stands in bytes.
pub fn first_hidden(text: &str) -> Option<(usize, char)> {
    let mut before = None;
    text.char_indices().find(|(_, letter)| {
        let hidden = hides(before, *letter);
        before = Some(*letter);
        hidden
    })
}

fn hides(before: Option<char>, letter: char) -> bool {
    is_hidden(letter) || (joins(letter) && before.is_none_or(|before| before.is_ascii()))
}

/// `text` without hidden characters. A carriage return, a line or a paragraph separator becomes a line end.
pub fn without_hidden(text: &str) -> Cow<'_, str> {
    if first_hidden(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' => shown.push('\n'),
            letter if !hides(shown.chars().next_back(), letter) => shown.push(letter),
            _ => {}
        }
    }
    Cow::Owned(shown)
}

/// `text` as one line without hidden characters, for names and titles.
pub fn in_a_line(text: &str) -> String {
    let shown = without_hidden(text);
    shown.split(['\n', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_left_out_and_what_scripts_and_emoji_need_stays() {
        let check = |text: &str, expected: &str| assert_eq!(without_hidden(text), expected, "{text:?}");
        check("Ana Souza", "Ana Souza");
        check("two\nlines\tand a tab", "two\nlines\tand a tab");
        check("Ana\u{200b} Sou\u{2060}za\u{feff}", "Ana Souza");
        check("pay\u{202e}gnp.exe\u{202c}", "paygnp.exe");
        check("\u{2066}left\u{2069} \u{200f}", "left ");
        check("a\r\nb\rc\0d\u{1b}[31m", "a\nb\ncd[31m");
        check("a\u{2028}b", "a\nb");
        // A family is one emoji of several, and Persian keeps letters apart.
        check("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧");
        check("می\u{200c}خواهم", "می\u{200c}خواهم");
        check("A\u{200d}na", "Ana");
        check("Žofie Müller 山田", "Žofie Müller 山田");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(in_a_line("Ana\r\nATTENDEE:mailto:x@example.com"), "Ana ATTENDEE:mailto:x@example.com");
        assert_eq!(in_a_line("  Ana\tSouza "), "Ana Souza");
    }

    #[test]
    fn the_place_of_the_first_is_known() {
        assert_eq!(first_hidden("Ana"), None);
        assert_eq!(first_hidden("Añ\u{200b}a"), Some((3, '\u{200b}')));
    }
}
