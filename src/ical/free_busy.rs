//! What a free-busy report says (VFREEBUSY, RFC 5545, 3.6.4).

use crate::domain::stretch::Stretch;

use super::when::{Lasts, Moment, period};
use super::zones::Zones;
use super::{Block, Broken, parameter};

/// The busy stretches of reports. Servers differ in whether they write `FREEBUSY;FBTYPE=BUSY:` or
/// `FREEBUSY;VALUE=PERIOD:`; without a type it is busy, and a type that nobody knows counts as busy too
/// (RFC 5545, 3.2.9). A period that can't be understood is left out.
pub(super) fn stretches(reports: &[Block], zones: &Zones) -> Vec<Stretch> {
    reports
        .iter()
        .flat_map(|report| report.all("FREEBUSY"))
        .filter(|line| !parameter(line, "FBTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("FREE")))
        .flat_map(|line| line.value().split(','))
        .filter_map(|text| stretch(period(text, None, zones)).ok())
        .collect()
}

fn stretch(period: Result<(Moment, Option<Lasts>), Broken>) -> Result<Stretch, Broken> {
    let (start, lasts) = period?;
    let until = lasts.ok_or(Broken("a period has no end"))?.end(&start)?;
    Ok(Stretch { from: start.instant()?, until })
}
