//! Nothing in a file that nobody sees.

use super::Findings;
use crate::config::diagnostic::Place;
use crate::config::organisation::Organisation;
use crate::domain::hidden::{first_hidden, is_hidden};

/// Most places of a file that are told; a file that was written by a program may have one a line.
const MOST: usize = 20;

pub(super) fn hidden(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    // What calendar programs write in .ics files is cleaned where it is shown.
    let written = organisation.files.iter().filter(|(path, _)| !path.ends_with(".ics"));
    for (path, text) in written {
        let mut start = 0;
        let mut told = 0;
        for line in text.split_inclusive('\n') {
            if let Some((from, to, letter)) = seen_by_nobody(line, start == 0)
                && told < MOST
            {
                told += 1;
                let place = Place { file: findings.file(path), start: start + from, end: start + to };
                let code = u32::from(letter);
                findings
                    .warning(place, format!("a character that nobody sees stands here: U+{code:04X}"))
                    .label("it hides text, or turns its direction round")
                    .help("take it out; messages are sent without it");
            }
            start += line.len();
        }
    }
}

/// The first such character of a line, as it is or as TOML writes it (`\u200B`), and its place in bytes.
fn seen_by_nobody(line: &str, first_of_file: bool) -> Option<(usize, usize, char)> {
    let ended = line.trim_end_matches(['\r', '\n']);
    // A byte-order mark is no text.
    let mark = if first_of_file && ended.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let as_it_is = ended.get(mark..).and_then(first_hidden).map(|(at, letter)| {
        let at = at + mark;
        (at, at + letter.len_utf8(), letter)
    });
    let as_written = ["\\u", "\\U"].into_iter().zip([4, 8]).flat_map(|(form, digits)| {
        ended.match_indices(form).filter_map(move |(at, form)| {
            let from = at + form.len();
            let code = u32::from_str_radix(ended.get(from..from + digits)?, 16).ok()?;
            let letter = char::from_u32(code)?;
            is_hidden(letter).then_some((at, from + digits, letter))
        })
    });
    as_it_is.into_iter().chain(as_written).min_by_key(|(at, _, _)| *at)
}
