//! An entry of ours, written over one that its host has added to.
//!
//! A calendar's owner sets an alarm, takes notes, hides the event, attaches a file. None of that is ours, so when a
//! booking changes only our own properties are written anew; everything else stays as it is, to the letter. So this
//! goes by lines and knows nothing of what they mean.

use super::lines::{Property, name};

/// An event has either an end or this (RFC 5545, 3.6.1); ours have an end.
const INSTEAD_OF_AN_END: &str = "DURATION";
/// What we write there never changes, and the host takes notes below it: once it is there, it is the host's.
const NOTES: &str = "DESCRIPTION";

/// `theirs` with the event of that UID as `ours` has it, otherwise unchanged; `ours` if there is no such event in
/// `theirs`. Neither may have a METHOD once it is in a calendar (RFC 4791, 4.1), so that is left out.
pub fn merged(ours: &str, theirs: &str, uid: &str) -> String {
    let (our_lines, their_lines) = (Line::all(ours), Line::all(theirs));
    let events = event(&our_lines, uid).zip(event(&their_lines, uid));
    let Some(((our_from, our_until), (their_from, their_until))) = events else { return ours.to_owned() };
    let slice =
        |lines: &[Line], from: usize, until: usize| lines.get(from..until).unwrap_or_default().to_vec();
    let ours = nested(slice(&our_lines, our_from, our_until));
    let theirs = nested(slice(&their_lines, their_from, their_until));
    let mut merged = slice(&their_lines, 0, their_from);
    merged.retain(|line| line.name != "METHOD");
    merged.extend(event_of(&ours, &theirs));
    merged.extend(slice(&their_lines, their_until, their_lines.len()));
    merged.iter().map(|line| format!("{}\r\n", line.raw.join("\r\n"))).collect()
}

/// Whether `text` has an event of that UID.
pub fn holds(text: &str, uid: &str) -> bool {
    event(&Line::all(text), uid).is_some()
}

/// The same lines, each with how deep it is in components such as alarms.
fn nested(mut lines: Vec<Line>) -> Vec<Line> {
    let mut depth = 0_usize;
    for line in &mut lines {
        depth += usize::from(line.name == "BEGIN");
        line.depth = depth;
        depth = depth.saturating_sub(usize::from(line.name == "END"));
    }
    lines
}

/// The lines between BEGIN and END: ours, and those of theirs that ours says nothing of.
fn event_of(ours: &[Line], theirs: &[Line]) -> Vec<Line> {
    let own = |line: &&Line| line.depth == 0;
    let has = |lines: &[Line], name: &str| lines.iter().filter(own).any(|line| line.name == name);
    let noted = has(theirs, NOTES);
    let is_ours = |line: &Line| {
        let replaced = match line.name.as_str() {
            "ATTENDEE" => {
                ours.iter().filter(own).any(|our| our.name == "ATTENDEE" && our.address() == line.address())
            }
            NOTES => false,
            INSTEAD_OF_AN_END => has(ours, "DTEND"),
            name => has(ours, name),
        };
        line.depth == 0 && replaced
    };
    let mut merged: Vec<Line> = ours.iter().filter(|line| !(noted && line.name == NOTES)).cloned().collect();
    merged.extend(theirs.iter().filter(|line| !is_ours(line)).cloned());
    merged
}

/// A line with its folds.
#[derive(Debug, Clone)]
struct Line {
    raw: Vec<String>,
    /// In capitals.
    name: String,
    /// How many components inside the event it is in.
    depth: usize,
}

impl Line {
    fn all(text: &str) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        let text = text.trim_start_matches('\u{feff}');
        for raw in text.split('\n').map(|line| line.trim_end_matches('\r')) {
            match lines.last_mut() {
                Some(last) if raw.starts_with([' ', '\t']) => last.raw.push(raw.to_owned()),
                _ if raw.is_empty() => {}
                _ => lines.push(Self { raw: vec![raw.to_owned()], name: String::new(), depth: 0 }),
            }
        }
        lines.iter_mut().for_each(|line| line.name = name(&line.whole()));
        lines
    }

    /// Without its folds.
    fn whole(&self) -> String {
        let mut parts = self.raw.iter();
        let first = parts.next().cloned().unwrap_or_default();
        parts.fold(first, |whole, part| whole + part.get(1..).unwrap_or_default())
    }

    /// Which component a BEGIN or END is of.
    fn component(&self) -> String {
        self.whole().split_once(':').map(|(_, value)| value.trim().to_ascii_uppercase()).unwrap_or_default()
    }

    /// Whom an ATTENDEE is.
    fn address(&self) -> Option<String> {
        Some(Property::read(&self.whole())?.value.to_ascii_lowercase())
    }
}

/// Where the lines of the event of that UID are, without its BEGIN and END. What takes the place of a recurrence
/// isn't it.
fn event(lines: &[Line], uid: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(begin) =
        lines.iter().skip(from).position(|line| line.name == "BEGIN" && line.component() == "VEVENT")
    {
        let first = from + begin + 1;
        let inside = lines.get(first..)?;
        let length = inside.iter().position(|line| line.name == "END" && line.component() == "VEVENT")?;
        let own = inside.get(..length)?;
        let is = own.iter().any(|line| {
            line.name == "UID" && Property::read(&line.whole()).is_some_and(|property| property.value == uid)
        });
        if is && !own.iter().any(|line| line.name == "RECURRENCE-ID") {
            return Some((first, first + length));
        }
        from = first + length;
    }
    None
}
