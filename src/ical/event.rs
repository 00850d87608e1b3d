//! One VEVENT, understood.

use super::when::{Lasts, Moment, period};
use super::zones::Zones;
use super::{Block, Broken, parameter};

/// An event, or what takes the place of one of its recurrences.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) uid: String,
    pub(super) start: Moment,
    pub(super) lasts: Lasts,
    /// RRULE, as written.
    pub(super) rules: Vec<String>,
    /// RDATE: further starts, some with a length of their own.
    pub(super) also: Vec<(Moment, Option<Lasts>)>,
    /// EXDATE.
    pub(super) except: Vec<Moment>,
    /// RECURRENCE-ID: of which start this takes the place.
    pub(super) instead_of: Option<Moment>,
    /// Cancelled, or declined by the host.
    pub(super) off: bool,
    /// Takes no time (TRANSP:TRANSPARENT).
    pub(super) transparent: bool,
}

impl Event {
    /// Reads an event for whoever has that e-mail address.
    pub(super) fn read(block: &Block, zones: &Zones, email: Option<&str>) -> Result<Self, Broken> {
        let start = Moment::of(block.first("DTSTART").ok_or(Broken("it has no start"))?, zones)?;
        let is = |name: &str, expected: &str| {
            block.value(name).is_some_and(|value| value.eq_ignore_ascii_case(expected))
        };
        let mut also = Vec::new();
        for (value, tzid) in values(block, "RDATE") {
            also.push(period(value, tzid, zones)?);
        }
        let mut except = Vec::new();
        for (value, tzid) in values(block, "EXDATE") {
            except.push(Moment::parse(value, tzid, zones)?);
        }
        Ok(Self {
            uid: block.value("UID").unwrap_or_default().to_owned(),
            lasts: lasts(block, &start, zones)?,
            rules: block.all("RRULE").map(|rule| rule.value().to_owned()).collect(),
            also,
            except,
            instead_of: block.first("RECURRENCE-ID").map(|id| Moment::of(id, zones)).transpose()?,
            off: is("STATUS", "CANCELLED") || email.is_some_and(|email| declined(block, email)),
            transparent: is("TRANSP", "TRANSPARENT"),
            start,
        })
    }

    /// True if it takes the host's time. What is tentative does.
    pub(super) fn takes_time(&self) -> bool {
        !self.off && !self.transparent
    }
}

fn values<'a>(block: &'a Block, name: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
    block
        .all(name)
        .flat_map(|property| property.value().split(',').map(|value| (value, parameter(property, "TZID"))))
        .filter(|(value, _)| !value.trim().is_empty())
}

/// Without an end, a day lasts that day and anything else no time (RFC 5545, 3.6.1).
fn lasts(block: &Block, start: &Moment, zones: &Zones) -> Result<Lasts, Broken> {
    match (block.first("DTEND"), block.value("DURATION")) {
        (Some(end), _) => Lasts::between(start, &Moment::of(end, zones)?),
        (None, Some(duration)) => Lasts::parse(duration),
        (None, None) => Lasts::between(start, start),
    }
}

fn declined(block: &Block, email: &str) -> bool {
    block.all("ATTENDEE").any(|attendee| {
        let address = attendee.value().trim();
        let address = match address.split_at_checked("mailto:".len()) {
            Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address,
            _ => address,
        };
        let answer = parameter(attendee, "PARTSTAT").unwrap_or_default();
        address.eq_ignore_ascii_case(email) && answer.eq_ignore_ascii_case("DECLINED")
    })
}
