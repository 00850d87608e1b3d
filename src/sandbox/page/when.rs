//! Dates and times as the page writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `Mon 7 Dec, 09:00`
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b, %H:%M").to_string()
}

/// `09:00`
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// `Monday, 7 December 2026`
pub(super) fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%A, %-d %B %Y").to_string()
}

/// `Lisbon`, of `Europe/Lisbon`.
pub(super) fn place(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// What `<!date^…^format^…>` says: each `{token}` of the format in its place.
pub(super) fn formatted(seconds: i64, format: &str, zone: &TimeZone) -> Option<String> {
    let zoned = Timestamp::from_second(seconds).ok()?.to_zoned(zone.clone());
    let tokens = [
        ("{date_num}", "%Y-%m-%d"),
        ("{date_long_pretty}", "%A, %B %-d, %Y"),
        ("{date_short_pretty}", "%b %-d, %Y"),
        ("{date_pretty}", "%B %-d, %Y"),
        ("{date_long}", "%A, %B %-d, %Y"),
        ("{date_short}", "%b %-d, %Y"),
        ("{date}", "%B %-d, %Y"),
        ("{day_divider_pretty}", "%A, %B %-d"),
        ("{time_secs}", "%H:%M:%S"),
        ("{time}", "%H:%M"),
    ];
    Some(tokens.iter().fold(format.to_owned(), |text, (token, pattern)| {
        if text.contains(token) { text.replace(token, &zoned.strftime(pattern).to_string()) } else { text }
    }))
}
