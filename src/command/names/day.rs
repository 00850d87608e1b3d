//! Days as people write them: `2026-12-10`, "tomorrow", "next Monday", "in 3 days", "12 Jan".
//!
//! Nothing is guessed: "12/1" is a day in January to some and in December to others, so it is refused. A day without
//! its year is the next one of that name.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

use super::echo;

/// What a day may look like, for whoever wrote something else.
const EXAMPLES: &str = "Write it like “12 Jan”, “next Monday”, “in 3 days” or 2027-01-12";

/// The day that `words` name on `today`.
pub(in crate::command) fn day(words: &[&str], today: Date) -> Result<Date, String> {
    let lowered: Vec<String> = words.iter().map(|word| bare(word).to_lowercase()).collect();
    let plain: Vec<&str> = lowered
        .iter()
        .map(String::as_str)
        .filter(|word| !["", "of"].contains(word))
        .skip_while(|word| ["until", "till", "on", "from", "the"].contains(word))
        .collect();
    let found = match plain.as_slice() {
        [one] => iso(one).or_else(|| near(one, today)).or_else(|| weekday(one).map(|day| after(today, day))),
        ["next", "week"] => Some(after(today, Weekday::Monday)),
        ["next", "month"] => today.first_of_month().checked_add(1.month()).ok(),
        ["next" | "this", one] => weekday(one).map(|day| after(today, day)),
        ["day", "after", "tomorrow"] => today.checked_add(2.days()).ok(),
        ["in" | "for", number, unit] => span(number, unit).and_then(|span| today.checked_add(span).ok()),
        [number, unit] if span(number, unit).is_some() => {
            span(number, unit).and_then(|span| today.checked_add(span).ok())
        }
        [first, second] => named(first, second, None, today),
        [first, second, year] => {
            let year = year.parse::<i16>().ok().filter(|year| (2000..=9999).contains(year));
            year.and_then(|year| named(first, second, Some(year), today))
        }
        _ => None,
    };
    found.ok_or_else(|| {
        let said = words.join(" ");
        format!("“{}” is not a day that I understand. {EXAMPLES}.", echo(&said))
    })
}

/// The first and the last day that `words` name: "21 Dec to 3 Jan", `2026-12-21..2027-01-03`, or one day alone.
pub(in crate::command) fn days(words: &[&str], today: Date) -> Result<(Date, Date), String> {
    let joined = words.join(" ").replace("..", " to ").replace(['–', '—'], " to ");
    let words: Vec<&str> = joined.split_whitespace().collect();
    let is_between =
        |word: &&str| ["to", "until", "till", "-", "through"].contains(&word.to_lowercase().as_str());
    let Some(at) = words.iter().skip(1).position(is_between).map(|at| at + 1) else {
        return day(&words, today).map(|only| (only, only));
    };
    let (first, last) = (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default());
    let first = day(first, today)?;
    // "21 Dec to 3 Jan" is over new year: the last day is looked for from the first one on.
    Ok((first, day(last, first.yesterday().unwrap_or(first))?))
}

fn bare(word: &str) -> &str {
    word.trim_matches(['"', '“', '”', ',', '.', '!'])
}

fn iso(word: &str) -> Option<Date> {
    word.parse().ok().filter(|_| word.len() == 10)
}

fn near(word: &str, today: Date) -> Option<Date> {
    match word {
        "today" => Some(today),
        "tomorrow" => today.tomorrow().ok(),
        _ => None,
    }
}

/// The next day of that name, not today.
fn after(today: Date, weekday: Weekday) -> Date {
    today.nth_weekday(1, weekday).unwrap_or(today)
}

/// "Monday", "Mon", "Mondays".
fn weekday(word: &str) -> Option<Weekday> {
    Weekday::Monday.cycle_forward().take(7).find(|day| {
        let name = match day {
            Weekday::Monday => "mondays",
            Weekday::Tuesday => "tuesdays",
            Weekday::Wednesday => "wednesdays",
            Weekday::Thursday => "thursdays",
            Weekday::Friday => "fridays",
            Weekday::Saturday => "saturdays",
            Weekday::Sunday => "sundays",
        };
        word.len() >= 3 && name.starts_with(word)
    })
}

fn span(number: &str, unit: &str) -> Option<Span> {
    let number: i64 = match number {
        "a" | "an" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        digits => digits.parse().ok().filter(|number| (1..=400).contains(number))?,
    };
    match unit {
        "day" | "days" => Some(number.days()),
        "week" | "weeks" => Some(number.weeks()),
        "month" | "months" => Some(number.months()),
        _ => None,
    }
}

/// "12 Jan", "January 12th".
fn named(first: &str, second: &str, year: Option<i16>, today: Date) -> Option<Date> {
    let (day, month) = match (month(first), month(second)) {
        (None, Some(month)) => (first, month),
        (Some(month), None) => (second, month),
        (None, None) | (Some(_), Some(_)) => return None,
    };
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| day.strip_suffix(end)).unwrap_or(day);
    let day: i8 = digits.parse().ok()?;
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        // The 29th of February may be years away.
        None => (0..=8)
            .filter_map(|years| Date::new(today.year() + years, month, day).ok())
            .find(|date| today <= *date),
    }
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = MONTHS.iter().position(|name| {
        word.len() >= 3 && (name.starts_with(word) || word == "sept" && *name == "september")
    })?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Thursday.
    const TODAY: Date = Date::constant(2026, 12, 10);

    #[test]
    fn days_are_read_as_people_write_them() {
        let check = |text: &str, expected: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let found = day(&words, TODAY).map_or_else(|_| "none".to_owned(), |day| day.to_string());
            assert_eq!(found, expected, "{text}");
        };
        check("2026-12-15", "2026-12-15");
        check("today", "2026-12-10");
        check("tomorrow", "2026-12-11");
        check("the day after tomorrow", "2026-12-12");
        check("Monday", "2026-12-14");
        check("next Monday", "2026-12-14");
        check("until Thursday", "2026-12-17");
        check("fri", "2026-12-11");
        check("next week", "2026-12-14");
        check("next month", "2027-01-01");
        check("in 3 days", "2026-12-13");
        check("in a week", "2026-12-17");
        check("2 weeks", "2026-12-24");
        check("for two months", "2027-02-10");
        check("12 Jan", "2027-01-12");
        check("Jan 12", "2027-01-12");
        check("January 12th, 2028", "2028-01-12");
        check("12 dec", "2026-12-12");
        check("9 dec", "2027-12-09");
        check("1st of March", "2027-03-01");
        check("29 Feb", "2028-02-29");
        check("Sept 1", "2027-09-01");
        // What some read one way and some the other, and what is no day.
        for other in [
            "12/1",
            "1.12.",
            "30 Feb",
            "31 Apr 2027",
            "soon",
            "in 0 days",
            "in 999 days",
            "ma",
            "",
            "next",
            "12",
            "5 6",
            "Jan Feb",
        ] {
            check(other, "none");
        }
    }

    #[test]
    fn first_and_last_days_are_read_together() {
        let check = |text: &str, expected: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let found =
                days(&words, TODAY).map_or_else(|_| "none".to_owned(), |(from, to)| format!("{from} {to}"));
            assert_eq!(found, expected, "{text}");
        };
        check("2026-12-21..2027-01-03", "2026-12-21 2027-01-03");
        check("21 Dec to 3 Jan", "2026-12-21 2027-01-03");
        check("21 Dec – 3 Jan", "2026-12-21 2027-01-03");
        check("21 Dec - 23 Dec", "2026-12-21 2026-12-23");
        check("tomorrow", "2026-12-11 2026-12-11");
        check("Monday until Friday", "2026-12-14 2026-12-18");
        check("from Monday to Monday", "2026-12-14 2026-12-14");
        check("21 Dec to", "none");
        check("soon to later", "none");
    }
}
