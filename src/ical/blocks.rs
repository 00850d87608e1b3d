//! What stands between BEGIN and END.
//!
//! Where one of the two is missing, what it should have enclosed is still taken for what it most likely is, and
//! marked as torn: an event that can be read with half its frame gone takes its hours all the same.

use super::lines::{Property, lines, name};

/// Components that stand directly in a calendar, and so never in one another.
const OUTER: &[&str] = &["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"];
/// Of an alarm rather than of the event it belongs to.
const OF_ALARMS: &[&str] = &["ATTENDEE", "DURATION", "SUMMARY"];

/// A component.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// In capitals.
    name: String,
    properties: Vec<Property>,
    /// Of a VTIMEZONE, its observances. Nothing else inside a component has a say.
    pub(super) within: Vec<Block>,
    /// Its BEGIN or END is missing, or that of something in it.
    pub(super) torn: bool,
}

impl Block {
    /// All its properties of that name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// Its first property of that name.
    pub(super) fn first(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// The value of its first property of that name.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.first(name).map(|property| property.value.as_str())
    }

    /// True if it has that property, and nowhere another value than that, in whatever case.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        let has = self.first(name).is_some();
        has && self.all(name).all(|property| property.value.eq_ignore_ascii_case(value))
    }
}

/// One VCALENDAR.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    pub(super) events: Vec<Block>,
    pub(super) zones: Vec<Block>,
    pub(super) free_busy: Vec<Block>,
    /// X-WR-TIMEZONE.
    pub(super) zone: Option<String>,
}

/// The calendars of one text; some programs put several into a file.
#[derive(Debug)]
pub(super) struct Calendars {
    pub(super) all: Vec<Calendar>,
    /// The last line is the end of a calendar.
    pub(super) ends: bool,
}

impl Calendars {
    /// The calendars in `text`; none if nothing in it is a calendar's.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reading = Reading::default();
        let mut ends = false;
        for line in lines(text) {
            let what = line.split_once(':').map(|(_, what)| what.trim().to_ascii_uppercase());
            ends = false;
            match (name(&line).as_str(), what) {
                ("BEGIN", Some(what)) => reading.begin(what),
                ("END", Some(what)) => {
                    ends = what == "VCALENDAR";
                    reading.end(&what);
                }
                _ => reading.property(&line),
            }
        }
        reading.close_all();
        reading.done.push(reading.current);
        reading.is_calendar.then_some(Self { all: reading.done, ends })
    }
}

#[derive(Default)]
struct Reading {
    done: Vec<Calendar>,
    current: Calendar,
    open: Vec<Block>,
    /// What stands in the calendar itself since its last component: the calendar's own lines, or those of a
    /// component whose BEGIN is missing.
    loose: Block,
    is_calendar: bool,
}

impl Reading {
    fn begin(&mut self, name: String) {
        let outer = OUTER.contains(&name.as_str());
        if name == "VCALENDAR" || outer {
            self.close_all();
            self.is_calendar = true;
        }
        if name == "VCALENDAR" {
            self.done.push(std::mem::take(&mut self.current));
        } else {
            self.open.push(Block { name, ..Block::default() });
        }
    }

    fn end(&mut self, name: &str) {
        if name == "VCALENDAR" {
            return self.close_all();
        }
        if let Some(at) = self.open.iter().rposition(|block| block.name == name) {
            while self.open.len() > at + 1 {
                self.pour();
            }
            if let Some(block) = self.open.pop() {
                self.close(block);
            }
        } else if let Some(outermost) = self.open.first_mut() {
            outermost.torn = true;
            // Its BEGIN may be what is damaged.
            if OUTER.contains(&name) && !OUTER.contains(&outermost.name.as_str()) {
                name.clone_into(&mut outermost.name);
                self.close_all();
            }
        } else if OUTER.contains(&name) {
            let block = std::mem::take(&mut self.loose);
            self.close(Block { name: name.to_owned(), torn: true, ..block });
        }
    }

    fn property(&mut self, line: &str) {
        let Some(property) = Property::read(line) else { return };
        match self.open.last_mut() {
            Some(block) => block.properties.push(property),
            None => self.loose.properties.push(property),
        }
    }

    /// The innermost component that is open has no end, so what is in it may be of the one around it.
    fn pour(&mut self) {
        let Some(inner) = self.open.pop() else { return };
        let Some(outer) = self.open.last_mut() else { return };
        outer.torn = true;
        let theirs = inner.properties.into_iter().filter(|of| !OF_ALARMS.contains(&of.name.as_str()));
        outer.properties.extend(theirs);
        outer.within.extend(inner.within);
    }

    fn close_all(&mut self) {
        while self.open.len() > 1 {
            self.pour();
        }
        if let Some(mut block) = self.open.pop() {
            block.torn = true;
            self.close(block);
        }
        self.take_loose();
    }

    fn close(&mut self, block: Block) {
        match (block.name.as_str(), self.open.last_mut()) {
            ("STANDARD" | "DAYLIGHT", Some(outer)) => outer.within.push(block),
            ("STANDARD" | "DAYLIGHT", None) => self.loose.within.push(block),
            (name, None) if OUTER.contains(&name) => {
                self.take_loose();
                let calendar = &mut self.current;
                match block.name.as_str() {
                    "VEVENT" => calendar.events.push(block),
                    "VTIMEZONE" => calendar.zones.push(block),
                    "VFREEBUSY" => calendar.free_busy.push(block),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// What stood in the calendar itself was its own.
    fn take_loose(&mut self) {
        let loose = std::mem::take(&mut self.loose);
        if let Some(zone) = loose.value("X-WR-TIMEZONE") {
            self.current.zone.get_or_insert(zone.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The UIDs of the events, with `!` where one is torn.
    fn check(text: &str, expected: &[&str]) {
        let calendars = Calendars::read(text).unwrap();
        let events = calendars.all.iter().flat_map(|calendar| &calendar.events);
        let shown: Vec<String> = events
            .map(|event| {
                format!("{}{}", event.value("UID").unwrap_or("-"), if event.torn { "!" } else { "" })
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn a_component_without_begin_or_end_is_still_read() {
        let whole = "BEGIN:VEVENT\nUID:b\nEND:VEVENT";
        check(&format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n{whole}\nEND:VCALENDAR"), &["a!", "b"]);
        check(&format!("BEGIN:VCALENDAR\nUID:a\nEND:VEVENT\n{whole}\nEND:VCALENDAR"), &["a!", "b"]);
        check(&format!("{whole}\nBEGIN:VEVENT\nUID:c"), &["b", "c!"]);
        check(&format!("BEGIN:VEVE\nUID:a\nEND:VEVENT\n{whole}"), &["a!", "b"]);
        check(&format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VTODO\n{whole}"), &["a!", "b"]);
    }

    #[test]
    fn an_alarm_without_end_keeps_nothing_from_its_event() {
        let text = "BEGIN:VEVENT\nUID:a\nBEGIN:VALARM\nDURATION:PT5M\nRRULE:FREQ=DAILY\nEND:VEVENT";
        let calendars = Calendars::read(text).unwrap();
        let event = &calendars.all[0].events[0];
        assert!(event.torn && event.value("RRULE").is_some() && event.value("DURATION").is_none());
    }

    #[test]
    fn text_that_ends_before_its_calendar_says_so() {
        let ends = |text: &str| Calendars::read(text).map(|calendars| calendars.ends);
        assert_eq!(ends("BEGIN:VCALENDAR\nEND:VCALENDAR\n\n"), Some(true));
        assert_eq!(ends("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT"), Some(false));
        assert_eq!(ends("<html>BEGIN:VCALENDAR</html>"), None);
        assert_eq!(ends(""), None);
    }
}
