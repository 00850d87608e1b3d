//! Dates as people say them. A year is named only where the reader could take it for another.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day that matters: "Friday 15 January". The year follows unless it is this one or the next.
pub(super) fn day(day: Date, today: Date) -> String {
    let plain = day.strftime("%A %-d %B").to_string();
    if (today.year()..=today.year() + 1).contains(&day.year()) {
        plain
    } else {
        format!("{plain} {}", day.year())
    }
}

/// A day in the past, of which something is known: "12 November".
pub(super) fn reading(day: Date, today: Date) -> String {
    let plain = day.strftime("%-d %B").to_string();
    if day.year() == today.year() { plain } else { format!("{plain} {}", day.year()) }
}

/// As [`reading`], for the footer: "12 Nov".
pub(super) fn short_reading(day: Date, today: Date) -> String {
    let plain = day.strftime("%-d %b").to_string();
    if day.year() == today.year() { plain } else { format!("{plain} {}", day.year()) }
}

/// The time that was counted, by its first and last day: "between July and September", "in October".
/// Quarters are never named: fiscal ones confuse.
pub(super) fn period((first, last): (Date, Date), today: Date) -> String {
    let year =
        |day: Date| if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    let month = |day: Date| day.strftime("%B").to_string();
    let whole_months = first.day() == 1 && last == last.last_of_month();
    let same_year = first.year() == last.year();
    if whole_months && same_year && first.month() == last.month() {
        return format!("in {}{}", month(first), year(last));
    }
    if first == last {
        return format!("on {}", reading(first, today));
    }
    if whole_months {
        let from = if same_year { month(first) } else { format!("{} {}", month(first), first.year()) };
        let until = if same_year { year(last) } else { format!(" {}", last.year()) };
        return format!("between {from} and {}{until}", month(last));
    }
    let from = if same_year { first.strftime("%-d %B").to_string() } else { reading_with_year(first) };
    let until = if same_year { reading(last, today) } else { reading_with_year(last) };
    format!("between {from} and {until}")
}

fn reading_with_year(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// An office hour: "Tue 15 Dec 15:00", in the reader's zone.
pub(super) fn slot(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%a %-d %b %H:%M").to_string()
}

/// Another office hour on the same day: "15:30", in the reader's zone.
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_year_is_named_only_where_it_is_needed() {
        let today = date(2026, 12, 7);
        assert_eq!(day(date(2027, 1, 15), today), "Friday 15 January");
        assert_eq!(day(date(2028, 1, 14), today), "Friday 14 January 2028");
        assert_eq!(reading(date(2026, 11, 12), today), "12 November");
        assert_eq!(reading(date(2025, 11, 12), today), "12 November 2025");
        assert_eq!(short_reading(date(2026, 11, 12), today), "12 Nov");
    }

    #[test]
    fn periods_are_named_by_their_months() {
        let check = |first, last, expected: &str| {
            assert_eq!(period((first, last), date(2026, 12, 7)), expected);
        };
        check(date(2026, 7, 1), date(2026, 9, 30), "between July and September");
        check(date(2026, 10, 1), date(2026, 10, 31), "in October");
        check(date(2025, 7, 1), date(2025, 9, 30), "between July and September 2025");
        check(date(2025, 11, 1), date(2026, 1, 31), "between November 2025 and January 2026");
        check(date(2026, 8, 15), date(2026, 11, 12), "between 15 August and 12 November");
        check(date(2025, 12, 15), date(2026, 1, 12), "between 15 December 2025 and 12 January 2026");
        check(date(2026, 11, 3), date(2026, 11, 3), "on 3 November");
    }

    #[test]
    fn office_hours_are_in_the_readers_zone() {
        let at = "2026-12-15T15:00:00Z".parse().unwrap();
        assert_eq!(slot(at, &TimeZone::get("Asia/Kolkata").unwrap()), "Tue 15 Dec 20:30");
    }
}
