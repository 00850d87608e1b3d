//! Weekly meetings against a calendar that goes through the days one by one.

use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
struct Weekly {
    first: DateTime,
    interval: i32,
    days: Vec<usize>,
    ends: Ends,
    zone: &'static str,
}

#[derive(Debug, Clone)]
enum Ends {
    Never,
    After(usize),
    On(Date),
}

const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl Weekly {
    fn text(&self) -> String {
        let days: Vec<&str> = self.days.iter().map(|day| DAYS[*day].0).collect();
        let ends = match self.ends {
            Ends::Never => String::new(),
            Ends::After(count) => format!(";COUNT={count}"),
            Ends::On(day) => format!(";UNTIL={}T235959", day.strftime("%Y%m%d")),
        };
        event(&format!(
            "DTSTART;TZID={}:{}\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;INTERVAL={};BYDAY={}{ends}",
            self.zone,
            self.first.strftime("%Y%m%dT%H%M%S"),
            self.interval,
            days.join(","),
        ))
    }

    /// Day by day from the first on, without any cleverness.
    fn stretches(&self, over: Stretch) -> Vec<Stretch> {
        let zone = TimeZone::get(self.zone).unwrap();
        let monday =
            |day: Date| day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap();
        let (mut stretches, mut count) = (Vec::new(), 0);
        let mut day = self.first.date();
        while day <= date(2027, 3, 1) {
            let weeks = (monday(day) - monday(self.first.date())).get_days() / 7;
            let on = self.days.iter().any(|known| DAYS[*known].1 == day.weekday());
            if on && weeks % self.interval == 0 {
                count += 1;
                let over_ = match self.ends {
                    Ends::Never => false,
                    Ends::After(most) => count > most,
                    Ends::On(last) => day > last,
                };
                if over_ {
                    break;
                }
                let from = day.to_datetime(self.first.time()).to_zoned(zone.clone()).unwrap().timestamp();
                stretches.push(Stretch { from, until: from + 45.minutes() });
            }
            day = day.tomorrow().unwrap();
        }
        covered(stretches, over)
    }
}

fn weekly() -> impl Strategy<Value = Weekly> {
    let zone = prop::sample::select(vec![
        "Europe/Lisbon",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
    ]);
    let ends = prop_oneof![
        Just(Ends::Never),
        (1_usize..200).prop_map(Ends::After),
        (0_i32..2_500).prop_map(|days| Ends::On(date(2020, 2, 1) + days.days())),
    ];
    let days = prop::sample::subsequence((0..7).collect::<Vec<_>>(), 1..=7);
    (0_i32..2_200, 0_i8..24, 0_i8..60, 1_i32..9, days, ends, zone).prop_map(
        |(after, hour, minute, interval, mut days, ends, zone)| {
            let first = (date(2020, 1, 1) + after.days()).at(hour, minute, 0, 0);
            // The first start counts, so it is on one of the days.
            let own = DAYS.iter().position(|known| known.1 == first.weekday()).unwrap();
            if !days.contains(&own) {
                days.push(own);
            }
            let ends = match ends {
                Ends::On(last) => Ends::On(last.max(first.date())),
                ends => ends,
            };
            Weekly { first, interval, days, ends, zone }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn weekly_meetings_are_where_a_calendar_on_the_wall_has_them(weekly in weekly(), start in 0_i64..340, long in 1_i64..60) {
        let from: Timestamp = "2026-01-01T05:00:00Z".parse().unwrap();
        let from = from + (start * 24).hours();
        let over = Stretch { from, until: from + (long * 24).hours() };
        let busy = reader().busy([&*weekly.text()], over, true);
        prop_assert_eq!(&busy.doubts, &[]);
        let busy: Vec<String> = busy.stretches.iter().map(shown).collect();
        let expected: Vec<String> = weekly.stretches(over).iter().map(shown).collect();
        prop_assert_eq!(busy, expected);
    }
}
