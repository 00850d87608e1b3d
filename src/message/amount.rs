//! Numbers as a busy reader takes them in: rounded, grouped, and never more exact than they are
//! (points 2 and 12).

use crate::domain::engagement::Audience;
use crate::domain::initiative::{Basis, Figure, Measure};

use super::wording;

/// The sign of a currency by its code; other codes are written before the number.
const CURRENCIES: [(&str, &str); 6] =
    [("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("JPY", "¥"), ("INR", "₹"), ("BRL", "R$")];

/// Counts below this are shown as they were counted, larger ones to three digits.
const EXACT_BELOW: f64 = 10_000.0;

/// A figure as a sentence names it, without its unit: "14", "about 140", "about $184,000".
pub(super) fn figure(figure: &Figure) -> String {
    let estimated = is_estimate(figure);
    let rounded = rounded(figure);
    let text = match currency(figure) {
        Some((sign, true)) => format!("{sign}{}", number(rounded)),
        Some((code, false)) => format!("{code} {}", number(rounded)),
        None if figure.unit.starts_with('%') => format!("{}\u{a0}%", number(rounded)),
        None => number(rounded),
    };
    let exact = (rounded - figure.value).abs() < 0.5 && !estimated;
    if exact { text } else { format!("about {text}") }
}

/// What is counted, without a currency or percent sign that the number already shows.
pub(super) fn unit(figure: &Figure) -> &str {
    let unit = figure.unit.trim();
    match currency(figure) {
        Some(_) => unit.split_once(' ').map_or("", |(_, rest)| rest.trim()),
        None => unit.trim_start_matches('%').trim(),
    }
}

/// Whether somebody estimated it.
pub(super) fn is_estimate(figure: &Figure) -> bool {
    match figure.basis {
        Basis::Measured => false,
        Basis::Estimated(_) => true,
    }
}

fn currency(figure: &Figure) -> Option<(&str, bool)> {
    if figure.measure != Measure::Money {
        return None;
    }
    let code = figure.unit.split_whitespace().next()?;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let sign = CURRENCIES.iter().find(|(known, _)| *known == code);
    Some(sign.map_or((code, false), |(_, sign)| (sign, true)))
}

fn rounded(figure: &Figure) -> f64 {
    let value = figure.value;
    let digits = match (figure.measure, is_estimate(figure)) {
        (Measure::Money, _) => 3,
        (_, true) => 2,
        (_, false) if value.abs() < EXACT_BELOW => return value,
        (_, false) => 3,
    };
    significant(value, digits)
}

fn significant(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let magnitude = 10_f64.powf(f64::from(digits - 1) - value.abs().log10().floor());
    (value * magnitude).round() / magnitude
}

/// A number with thousands separators; millions in words.
pub(super) fn number(value: f64) -> String {
    if value.abs() >= 1_000_000.0 {
        return format!("{} million", decimal(significant(value, 3) / 1_000_000.0, 2));
    }
    if value.abs() < 10.0 {
        return decimal(value, 1);
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share in a sentence: "roughly 60 %". `share` is 0 to 1.
pub(super) fn share(share: f64) -> String {
    let percent = share * 100.0;
    // An estimate is good for a step of five, except where that would say none or all.
    let step = if (7.5..92.5).contains(&percent) { 5.0 } else { 1.0 };
    format!("roughly {:.0}\u{a0}%", (percent / step).round() * step)
}

/// An effort in a sentence, `days` in engineer-days: "about 6 engineer-days"; to executives "about six
/// days of one engineer's time".
pub(super) fn effort(days: f64, audience: Audience) -> String {
    match (audience, days < 0.75) {
        (Audience::Executive, true) => "about half a day of one engineer's time".to_owned(),
        (Audience::Executive, false) => {
            format!("about {} of one engineer's time", plural(whole(days), "day"))
        }
        (_, true) => "about half an engineer-day".to_owned(),
        (_, false) if whole(days) == 1 => "about 1 engineer-day".to_owned(),
        (_, false) => format!("about {} engineer-days", number(days.round())),
    }
}

/// Days to a colleague who knows what kind: "about 6 days".
pub(super) fn days(days: f64) -> String {
    if days < 0.75 { "half a day".to_owned() } else { plural_digits(whole(days), "day") }
}

/// "two quarters", from `quarters`.
pub(super) fn quarters(quarters: f64) -> String {
    if quarters < 0.75 { "half a quarter".to_owned() } else { plural(whole(quarters), "quarter") }
}

fn whole(value: f64) -> u64 {
    // Efforts are small and positive; a float that isn't becomes 0 or the largest number.
    value.round() as u64
}

/// A count in words with its noun: "one day", "six days".
pub(super) fn plural(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", wording::count(count))
}

fn plural_digits(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::ids::FigureId;
    use crate::domain::initiative::Estimate;

    fn of(value: f64, unit: &str, measure: Measure, estimated: bool) -> Figure {
        let estimate = Estimate { by: "Priya".into(), on: date(2026, 11, 3) };
        Figure {
            id: FigureId::parse("x").unwrap(),
            value,
            unit: unit.into(),
            says: String::new(),
            period: (date(2026, 7, 1), date(2026, 9, 30)),
            source: "PagerDuty".into(),
            url: None,
            read_on: date(2026, 11, 12),
            basis: if estimated { Basis::Estimated(estimate) } else { Basis::Measured },
            arithmetic: None,
            team: None,
            measure,
        }
    }

    #[test]
    fn counts_are_exact_and_estimates_are_about() {
        let check = |value, unit, measure, estimated, expected: &str| {
            assert_eq!(figure(&of(value, unit, measure, estimated)), expected);
        };
        check(14.0, "incidents", Measure::Incidents, false, "14");
        check(1_213.0, "tickets", Measure::Tickets, false, "1,213");
        check(23_456.0, "tickets", Measure::Tickets, false, "about 23,500");
        check(137.0, "tickets", Measure::Tickets, true, "about 140");
        check(184_237.0, "USD of orders", Measure::Money, true, "about $184,000");
        check(184_000.0, "USD of orders", Measure::Money, false, "$184,000");
        check(1_234_567.0, "EUR of orders", Measure::Money, false, "about €1.23 million");
        check(90_000.0, "CHF of orders", Measure::Money, false, "CHF 90,000");
        check(2.5, "hours", Measure::Other, false, "2.5");
        check(7.0, "% of requests", Measure::Other, false, "7\u{a0}%");
        check(0.0, "incidents", Measure::Incidents, false, "0");
    }

    #[test]
    fn the_unit_leaves_out_what_the_number_shows() {
        let check = |text: &str, measure, expected: &str| {
            assert_eq!(unit(&of(1.0, text, measure, false)), expected);
        };
        check("USD of orders", Measure::Money, "of orders");
        check("% of requests", Measure::Other, "of requests");
        check("pages", Measure::Pages, "pages");
    }

    #[test]
    fn shares_are_rough() {
        let check = |value, expected: &str| assert_eq!(share(value), expected);
        check(0.6, "roughly 60\u{a0}%");
        check(0.33, "roughly 35\u{a0}%");
        check(0.02, "roughly 2\u{a0}%");
        check(1.0, "roughly 100\u{a0}%");
        check(0.97, "roughly 97\u{a0}%");
    }

    #[test]
    fn executives_meet_days_in_words() {
        let check = |days, audience, expected: &str| assert_eq!(effort(days, audience), expected);
        check(6.0, Audience::Product, "about 6 engineer-days");
        check(1.2, Audience::Engineer, "about 1 engineer-day");
        check(0.5, Audience::Product, "about half an engineer-day");
        check(6.0, Audience::Executive, "about six days of one engineer's time");
        check(15.0, Audience::Executive, "about 15 days of one engineer's time");
        check(1.0, Audience::Executive, "about one day of one engineer's time");
    }
}
