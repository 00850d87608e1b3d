//! Content lines (RFC 5545, 3.1), as programs really write them.
//!
//! They are taken apart here and not by `icalendar`: its parser gives a whole calendar up at the first line that
//! it doesn't understand, and refuses lines whose meaning is plain, such as a display name with a colon that
//! nobody quoted. A line that matters is never dropped: what can't be read in it stays as its value, so that
//! whoever needs that value finds out.

/// The properties that have a say. What concerns neither time nor names is not kept.
const KNOWN: &[&str] = &[
    "ATTENDEE",
    "DTEND",
    "DTSTAMP",
    "DTSTART",
    "DURATION",
    "EXDATE",
    "EXRULE",
    "FBTYPE",
    "FREEBUSY",
    "LAST-MODIFIED",
    "RDATE",
    "RECURRENCE-ID",
    "RRULE",
    "SEQUENCE",
    "STATUS",
    "SUMMARY",
    "TRANSP",
    "TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "UID",
    "X-LIC-LOCATION",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "X-WR-TIMEZONE",
];

/// Of those, the ones whose values are dates. No such value begins with anything but a year.
const DATED: &[&str] = &["DTEND", "DTSTAMP", "DTSTART", "EXDATE", "LAST-MODIFIED", "RDATE", "RECURRENCE-ID"];

/// The text of a calendar that came as `bytes`.
///
/// Lines are folded by counting bytes, so a fold may part a character: what is no UTF-8 as it stands is unfolded
/// first. Names in another encoding become unreadable; whatever has to be understood is ASCII.
pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|bad| String::from_utf8_lossy(&unfolded(bad.as_bytes())).into_owned())
}

/// Without its folds: a line that begins with white space continues the one before.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut unfolded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let fold = match rest {
            [b'\r', b'\n', b' ' | b'\t', ..] => 3,
            [b'\n' | b'\r', b' ' | b'\t', ..] => 2,
            _ => 0,
        };
        match rest.get(fold..) {
            Some(next) if fold > 0 => rest = next,
            _ => {
                unfolded.push(byte);
                rest = after;
            }
        }
    }
    unfolded
}

/// The lines of `text`, unfolded, without those that are empty.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let whole = String::from_utf8_lossy(&unfolded(text.as_bytes())).into_owned();
    // A carriage return alone ends lines only where nothing else does; elsewhere it may stand inside a value.
    let end = if whole.contains('\n') { '\n' } else { '\r' };
    let trimmed = whole.split(end).map(|line| line.trim_matches(['\r', '\u{feff}']).trim_end());
    trimmed.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// One line: a name, parameters, a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Property {
    /// In capitals.
    pub(super) name: String,
    /// Names in capitals, values without their quotes.
    parameters: Vec<(String, String)>,
    /// As written, trimmed.
    pub(super) value: String,
}

impl Property {
    /// The property in `line`, if it is one that has a say.
    pub(super) fn read(line: &str) -> Option<Self> {
        let name = name(line);
        if !KNOWN.contains(&name.as_str()) {
            return None;
        }
        let rest = line.get(line.find([':', ';']).unwrap_or(line.len())..).unwrap_or_default();
        let (parameters, value) = match colon(rest, DATED.contains(&name.as_str())) {
            Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default()),
            // Without a value, there are no parameters of anything.
            None => ("", rest),
        };
        let parameters = outside_quotes(parameters, ';').into_iter().filter_map(parameter).collect();
        Some(Self { name, parameters, value: value.trim().to_owned() })
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// True if that parameter has that value, in whatever case.
    pub(super) fn says(&self, parameter: &str, value: &str) -> bool {
        self.parameter(parameter).is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    /// Its value as text, without escapes (RFC 5545, 3.3.11).
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(escaped) => text.push(escaped),
                    None => text.push('\\'),
                },
                plain => text.push(plain),
            }
        }
        text
    }
}

/// What a line is called, in capitals.
pub(super) fn name(line: &str) -> String {
    line.split([':', ';']).next().unwrap_or_default().trim().to_ascii_uppercase()
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let value = value.trim().trim_matches('"').trim();
    Some((name.trim().to_ascii_uppercase(), value.to_owned()))
}

/// Where the value begins: at the first colon that isn't quoted. In front of a date, a time zone's display name
/// that nobody quoted may have colons of its own, but no year after them.
fn colon(text: &str, dated: bool) -> Option<usize> {
    let mut quoted = false;
    // Quotes that don't close mean nothing.
    let balanced = text.matches('"').count().is_multiple_of(2);
    let mut colons = text.char_indices().filter_map(|(at, letter)| {
        quoted ^= letter == '"' && balanced;
        (letter == ':' && !quoted).then_some(at)
    });
    let first = colons.next()?;
    let year = |at: &usize| {
        let value = text.get(at + 1..).unwrap_or_default().trim_start();
        value.len() >= 4 && value.bytes().take(4).all(|byte| byte.is_ascii_digit())
    };
    if dated { std::iter::once(first).chain(colons).find(year).or(Some(first)) } else { Some(first) }
}

fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(move |letter| {
        quoted ^= letter == '"';
        letter == separator && !quoted
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_however_it_is_written() {
        let check = |line: &str, tzid: Option<&str>, value: &str| {
            let property = Property::read(line).unwrap();
            assert_eq!((property.parameter("TZID"), property.value.as_str()), (tzid, value), "{line}");
        };
        check("DTSTART:20260310", None, "20260310");
        check("dtstart;tzid=Europe/Lisbon:20260310T090000", Some("Europe/Lisbon"), "20260310T090000");
        check("DTSTART;TZID=\"a:b;c\";VALUE=DATE-TIME: 20260310T090000 ", Some("a:b;c"), "20260310T090000");
        check("DTSTART;TZID=(UTC+01:00) Oslo:20260310T090000", Some("(UTC+01:00) Oslo"), "20260310T090000");
        check("DTSTART;TZID=\"Oslo:20260310T090000", Some("Oslo"), "20260310T090000");
        check("DTSTART:2026-03-10T09:00:00Z", None, "2026-03-10T09:00:00Z");
        check("DTSTART;TZID=Europe/Lisbon", None, ";TZID=Europe/Lisbon");
        check("RRULE", None, "");
        assert_eq!(Property::read("DESCRIPTION:no say"), None);
        assert_eq!(Property::read("no mark at all"), None);
    }

    #[test]
    fn escapes_stand_for_what_they_hide() {
        let text = |value: &str| Property::read(&format!("SUMMARY:{value}")).unwrap().text();
        assert_eq!(text("Lunch\\, then \\;\\\\ home\\Nsoon\\"), "Lunch, then ;\\ home\nsoon\\");
    }

    #[test]
    fn a_fold_may_part_a_character() {
        let folded = "SUMMARY:Restauração".as_bytes();
        let at = folded.iter().position(|byte| *byte == 0xc3).unwrap() + 1;
        let bytes = [&folded[..at], b"\r\n ", &folded[at..]].concat();
        assert_eq!(lines(&text(bytes)), ["SUMMARY:Restauração"]);
    }

    #[test]
    fn lines_end_in_any_of_three_ways() {
        for end in ["\r\n", "\n", "\r"] {
            assert_eq!(lines(&format!("\u{feff}a{end} b{end}{end}c{end}")), ["ab", "c"], "{end:?}");
        }
        assert_eq!(lines("SUMMARY:a\rEND:VEVENT\r\nb\r\n"), ["SUMMARY:a\rEND:VEVENT", "b"]);
    }
}
