//! What a free-busy report says (VFREEBUSY, RFC 5545, 3.6.4).

use super::blocks::Block;
use super::when::{Lasts, Moment, period};
use super::zones::Zones;
use crate::domain::stretch::Stretch;

/// The busy stretches of reports; none if any of them can't be read, so that the events have to tell.
///
/// Servers differ in whether they write `FREEBUSY;FBTYPE=BUSY:` or `FREEBUSY;VALUE=PERIOD:`; without a type it is busy,
/// and a type that nobody knows counts as busy too (RFC 5545, 3.2.9). Radicale before 3.8.1 answers with one
/// report an event instead, whose own start and end are the period and whose FBTYPE is a property.
pub(super) fn stretches(reports: &[Block], zones: &Zones) -> Option<Vec<Stretch>> {
    let mut stretches = Vec::new();
    for report in reports {
        for line in report.all("FREEBUSY").filter(|line| !line.says("FBTYPE", "FREE")) {
            for text in line.value.split(',').filter(|text| !text.trim().is_empty()) {
                stretches.push(stretch(period(text, line, zones)?)?);
            }
        }
        let single = report.first("FREEBUSY").is_none() && report.first("FBTYPE").is_some();
        if single && !report.is("FBTYPE", "FREE") {
            let moment = |name: &str| Moment::of(report.first(name)?, zones);
            stretches.push(between(&moment("DTSTART")?, &moment("DTEND")?)?);
        }
    }
    reports.iter().all(|report| !report.torn).then_some(stretches)
}

fn stretch((start, lasts): (Moment, Option<Lasts>)) -> Option<Stretch> {
    Some(Stretch { from: start.instant()?, until: lasts?.end(&start) })
}

fn between(start: &Moment, end: &Moment) -> Option<Stretch> {
    Some(Stretch { from: start.instant()?, until: end.instant()? })
}
