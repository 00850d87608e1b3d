//! What zones are called.

use jiff::civil::date;
use jiff::tz::{Offset, TimeZone, db};
use jiff::{SignedDuration, Timestamp};

use super::{Place, Unsure};
use crate::domain::doubt::Why;

/// The zones whose display name has no city in it, by how it begins after the offset. Windows and Exchange show
/// these; CLDR's table knows only the names that Windows uses inside.
const DISPLAYED: &[(&str, &str)] = &[
    ("Alaska", "America/Anchorage"),
    ("Arizona", "America/Phoenix"),
    ("Atlantic Time", "America/Halifax"),
    ("Azores", "Atlantic/Azores"),
    ("Brasilia", "America/Sao_Paulo"),
    ("Central America", "America/Guatemala"),
    ("Central Time", "America/Chicago"),
    ("Coordinated Universal Time", "UTC"),
    ("Eastern Time", "America/New_York"),
    ("Greenwich Mean Time", "Europe/London"),
    ("Hawaii", "Pacific/Honolulu"),
    ("Mountain Time", "America/Denver"),
    ("Newfoundland", "America/St_Johns"),
    ("Pacific Time", "America/Los_Angeles"),
    ("Saskatchewan", "America/Regina"),
];

/// The zone that everybody knows by that name: IANA's, also after a prefix such as
/// `/freeassociation.sourceforge.net/`, or Microsoft's.
pub(super) fn known(name: &str) -> Option<TimeZone> {
    let name = name.trim().trim_matches('"').trim();
    let iana = |name: &str| TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    // A name has at most three parts: America/Argentina/Ushuaia.
    let after_prefix = |name: &str| {
        let parts: Vec<&str> = name.split('/').collect();
        let longest = parts.len().saturating_sub(3);
        (longest..parts.len()).find_map(|from| iana(&parts.get(from..)?.join("/")))
    };
    iana(name)
        .or_else(|| name.contains('/').then(|| after_prefix(name)).flatten())
        .or_else(|| localzone::win_zone_to_iana(name, None).and_then(iana))
}

/// The place with that display name, such as `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`: the
/// first of its cities, or other names, whose standard time is that far from UTC. If there is none, the offset
/// stands, but whether there is summer time isn't known.
pub(super) fn displayed(name: &str) -> Option<Place> {
    let (east, rest) = offset(name.trim())?;
    let places = || rest.split([',', '/', ';', '(']).map(|place| place.trim().trim_end_matches(')'));
    let by_table = places().find_map(|place| {
        let (_, zone) = DISPLAYED.iter().find(|(start, _)| place.starts_with(start))?;
        known(zone).filter(|zone| has_offset(zone, east))
    });
    let zone = by_table.or_else(|| places().find_map(|place| city(place, east)));
    Some(zone.map_or_else(|| at_offset(name, east), Place::sure))
}

fn at_offset(name: &str, east: Offset) -> Place {
    let unsure = Unsure {
        name: name.to_owned(),
        earlier: SignedDuration::from_hours(1),
        later: SignedDuration::ZERO,
        since: Timestamp::MIN,
        why: Why::Zone,
    };
    Place { zone: TimeZone::fixed(east), unsure: Some(unsure) }
}

/// `(UTC-05:00) …`, `(GMT+01:00) …`, `UTC+1`, `GMT+0100`: how far east of UTC, and what follows.
fn offset(name: &str) -> Option<(Offset, &str)> {
    let name = name.strip_prefix('(').unwrap_or(name);
    let start = name.get(..3)?;
    let rest = if start.eq_ignore_ascii_case("UTC") || start.eq_ignore_ascii_case("GMT") {
        name.get(3..)?
    } else {
        return None;
    };
    let number =
        rest.find(|letter: char| !matches!(letter, '+' | '-' | ':' | '0'..='9')).unwrap_or(rest.len());
    let (number, rest) = rest.split_at_checked(number)?;
    let rest = rest.trim_start_matches(')').trim();
    if number.is_empty() {
        // `(UTC) Dublin, Edinburgh, Lisbon, London`; a bare name is no display name.
        return (!rest.is_empty()).then_some((Offset::UTC, rest));
    }
    let digits: String = number.get(1..)?.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        3 | 4 => {
            let (hours, minutes) = digits.split_at_checked(digits.len() - 2)?;
            (hours.parse().ok()?, minutes.parse::<i32>().ok()?)
        }
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    let east = match number.get(..1)? {
        "+" => seconds,
        "-" => -seconds,
        _ => return None,
    };
    Some((Offset::from_seconds(east).ok()?, rest))
}

/// The zone that IANA calls after that city.
fn city(name: &str, east: Offset) -> Option<TimeZone> {
    let spelled = name.replace(' ', "_");
    let is_called =
        |zone: &str| zone.rsplit_once('/').is_some_and(|(_, last)| last.eq_ignore_ascii_case(&spelled));
    db().available()
        .filter(|zone| is_called(zone.as_str()))
        .filter_map(|zone| TimeZone::get(zone.as_str()).ok())
        .find(|zone| has_offset(zone, east))
}

/// In winter, of whichever hemisphere.
fn has_offset(zone: &TimeZone, east: Offset) -> bool {
    [date(2026, 1, 1), date(2026, 7, 1)]
        .into_iter()
        .filter_map(|day| zone.to_timestamp(day.at(0, 0, 0, 0)).ok())
        .any(|at| zone.to_offset(at) == east)
}
