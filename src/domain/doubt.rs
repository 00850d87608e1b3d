//! What in a calendar could not be understood, for the host to read.

use std::fmt;

use super::hidden::in_a_line;

/// Longest name of an event that is shown, in characters.
const LONGEST_NAME: usize = 80;

/// An event that isn't understood in full. Until somebody fixes it, every hour that it might take counts as busy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// What the event is called in the calendar: its SUMMARY, cut to a length that can be shown.
    pub event: String,
    /// What is doubtful about it.
    pub why: Why,
}

impl Doubt {
    /// A doubt about the event of that name; an empty name is said to be none.
    pub fn new(event: &str, why: Why) -> Self {
        let event = in_a_line(event).trim().to_owned();
        let event = match event.char_indices().nth(LONGEST_NAME) {
            Some((at, _)) => format!("{}…", event.get(..at).unwrap_or_default()),
            None if event.is_empty() => "an event without a name".to_owned(),
            None => event,
        };
        Self { event, why }
    }
}

impl fmt::Debug for Doubt {
    /// Without the event's name, which must not get into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doubt").field("why", &self.why).finish_non_exhaustive()
    }
}

/// What is doubtful about an event. Reads as the end of "Standup: …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Why {
    /// Nothing says when it is, so no hour can be kept for it.
    #[error("nothing says when it starts")]
    NoStart,
    /// Its day is known, its time isn't.
    #[error("its start time can't be read")]
    StartTime,
    /// DTEND or DURATION.
    #[error("its end can't be read")]
    End,
    /// Its end is before its start.
    #[error("it ends before it starts")]
    Backward,
    /// RRULE.
    #[error("how it repeats can't be read")]
    Rule,
    /// It repeats so often, or over such a time, that nobody follows it.
    #[error("it repeats too often to be followed")]
    TooOften,
    /// UNTIL of a rule that can be read otherwise.
    #[error("when it stops repeating can't be read")]
    Until,
    /// EXDATE.
    #[error("one of the dates on which it doesn't happen can't be read")]
    Exception,
    /// EXRULE, which RFC 5545 took out.
    #[error("the rule for when it doesn't happen can't be read")]
    ExceptionRule,
    /// RDATE.
    #[error("one of its extra dates can't be read")]
    Extra,
    /// RECURRENCE-ID.
    #[error("which of the repeated events it replaces can't be read")]
    Replaces,
    /// One occurrence is moved by one part of the calendar and taken out by another.
    #[error("one of its dates is both moved and removed")]
    MovedAndRemoved,
    /// A TZID that nobody knows and the calendar doesn't define.
    #[error("its time zone is unknown")]
    Zone,
    /// The calendar defines the zone for past years only.
    #[error("its time zone is only defined for past years")]
    ZoneRunsOut,
    /// Its BEGIN or END is missing, or that of something inside it.
    #[error("a part of it is missing")]
    Torn,
    /// Not about one event: the text is no calendar at all.
    #[error("it is not a calendar")]
    NotACalendar,
    /// Not about one event: the text ends before the calendar does.
    #[error("it is cut off, so events may be missing")]
    CutOff,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_in_one_line_of_bounded_length() {
        assert_eq!(Doubt::new(" Team\n lunch ", Why::Zone).event, "Team lunch");
        assert_eq!(Doubt::new("", Why::Zone).event, "an event without a name");
        assert_eq!(Doubt::new(&"é".repeat(200), Why::Zone).event.chars().count(), LONGEST_NAME + 1);
    }

    #[test]
    fn no_name_gets_into_a_log() {
        assert_eq!(format!("{:?}", Doubt::new("Dentist", Why::Zone)), "Doubt { why: Zone, .. }");
    }
}
