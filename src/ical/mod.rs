//! iCalendar text (RFC 5545): what of it says when somebody is busy, and where an entry stands.
//!
//! Real calendars break the rules in single events, so the text is taken apart here line by line and each
//! line is parsed by itself: `icalendar`'s parser of whole calendars gives up at the first line it doesn't
//! understand, and reads some lines that it should not. What concerns no time is not parsed at all.

mod event;
mod expand;
mod free_busy;
mod recurrence;
mod when;
mod zones;

pub use expand::{Reader, in_calendar};

use icalendar::Property;

/// The properties that have a say.
const KNOWN: &[&str] = &[
    "ATTENDEE",
    "DTEND",
    "DTSTART",
    "DURATION",
    "EXDATE",
    "FREEBUSY",
    "RDATE",
    "RECURRENCE-ID",
    "RRULE",
    "STATUS",
    "TRANSP",
    "TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "UID",
    "X-LIC-LOCATION",
];

/// Why an event says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event can't be understood: {0}")]
struct Broken(&'static str);

/// What stands between BEGIN and END.
#[derive(Debug, Default)]
struct Block {
    name: String,
    properties: Vec<Property>,
    /// Of a VTIMEZONE, its observances. Nothing else inside a block has a say.
    within: Vec<Block>,
    /// One of its lines that have a say can't be parsed.
    broken: bool,
}

impl Block {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.key().eq_ignore_ascii_case(name))
    }

    fn first(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.key().eq_ignore_ascii_case(name))
    }

    /// The value of its first property of that name, trimmed.
    fn value(&self, name: &str) -> Option<&str> {
        self.first(name).map(|property| property.value().trim())
    }
}

/// The value of a parameter, whatever the case of its name.
fn parameter<'a>(property: &'a Property, name: &str) -> Option<&'a str> {
    property
        .params()
        .values()
        .find(|parameter| parameter.key().eq_ignore_ascii_case(name))
        .map(icalendar::Parameter::value)
}

/// The blocks of a calendar that have a say.
#[derive(Debug, Default)]
struct Blocks {
    events: Vec<Block>,
    zones: Vec<Block>,
    free_busy: Vec<Block>,
    /// Events that are not whole.
    broken: usize,
}

impl Blocks {
    /// The blocks in `text`; none if it isn't a calendar at all.
    fn read(text: &str) -> Option<Self> {
        let text = icalendar::parser::unfold(text.trim_start_matches('\u{feff}'));
        let mut blocks = Self::default();
        let mut open: Vec<Block> = Vec::new();
        let mut is_calendar = false;
        for line in text.lines().map(str::trim_end) {
            if let Some(name) = after(line, "BEGIN:") {
                is_calendar |= name == "VCALENDAR";
                open.push(Block { name, ..Block::default() });
            } else if let Some(name) = after(line, "END:") {
                // What was left open inside has no end of its own, so it is not known what belongs to it.
                while let Some(block) = open.pop() {
                    if block.name == name {
                        blocks.close(block, open.last_mut());
                        break;
                    }
                    blocks.broken += usize::from(block.name == "VEVENT");
                }
            } else if let Some(block) = open.last_mut() {
                match property(line) {
                    Line::Known(property) => block.properties.push(property),
                    Line::Bad => block.broken = true,
                    Line::Other => {}
                }
            }
        }
        blocks.broken += open.iter().filter(|block| block.name == "VEVENT").count();
        is_calendar.then_some(blocks)
    }

    fn close(&mut self, block: Block, parent: Option<&mut Block>) {
        match (block.name.as_str(), parent) {
            ("VEVENT", _) if block.broken => self.broken += 1,
            ("VEVENT", _) => self.events.push(block),
            ("VTIMEZONE", _) => self.zones.push(block),
            ("VFREEBUSY", _) => self.free_busy.push(block),
            ("STANDARD" | "DAYLIGHT", Some(parent)) if parent.name == "VTIMEZONE" => {
                parent.within.push(block)
            }
            _ => {}
        }
    }
}

/// What follows `keyword`, in capitals.
fn after(line: &str, keyword: &str) -> Option<String> {
    let (start, rest) = line.split_at_checked(keyword.len())?;
    start.eq_ignore_ascii_case(keyword).then(|| rest.trim().to_ascii_uppercase())
}

enum Line {
    Known(Property),
    Bad,
    Other,
}

fn property(line: &str) -> Line {
    let name = line.split([':', ';']).next().unwrap_or_default();
    if !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Line::Other;
    }
    line.parse().map_or(Line::Bad, Line::Known)
}

#[cfg(test)]
mod tests;
