//! The texts with a form of their own: ids, dates, zones, schedules and the closed words.
//!
//! Invariant: a value of one of these types is valid by itself; whether it names something that exists
//! is the business of the checks.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemars::{Schema, json_schema};

use super::nearest;
use super::read::{Advice, Word};
use crate::domain::calendar::{Anchor, Offset, Quarter, parse_offset};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::hours::SendHours;
use crate::domain::ids::{FigureId, InitiativeId, PersonId, SiteId, SlackUserId, StepId, TeamId};
use crate::domain::initiative::Measure;
use crate::domain::schedule::Schedule;

/// What an editor may know of a slug.
const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// A slug that `text` may have been meant as: "Ana Souza" is `ana-souza`.
fn slug_from(text: &str) -> Option<String> {
    let parts: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}

macro_rules! slug_word {
    ($name:ident, $what:literal) => {
        impl Word for $name {
            const CHECK: &'static str = "id";
            const WHAT: &'static str = $what;
            fn form() -> Schema {
                json_schema!({ "type": "string", "pattern": SLUG, "maxLength": 64 })
            }
            fn parse(text: &str) -> Result<Self, Advice> {
                Self::parse(text).map_err(|error| Advice {
                    because: error.to_string(),
                    instead: slug_from(text).map(|slug| format!("write `{slug}`")),
                })
            }
        }
    };
}
slug_word!(InitiativeId, "the id of an initiative");
slug_word!(StepId, "the id of a step");
slug_word!(TeamId, "the id of a team");
slug_word!(PersonId, "the id of a person");
slug_word!(SiteId, "the id of a site");

impl Word for FigureId {
    const CHECK: &'static str = "id";
    const WHAT: &'static str = "the id of a figure";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z][a-z0-9]*$", "maxLength": 64 })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let joined = || slug_from(text).map(|slug| format!("write `{}`", slug.replace('-', "")));
        // `{{ figure.night-pages }}` would subtract `pages` from `figure.night`.
        if text.contains('-') || text.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Advice {
                because: "sentences name figures, as in `{{ figure.pages }}`: letters first, no hyphen"
                    .into(),
                instead: joined(),
            });
        }
        Self::parse(text).map_err(|error| Advice { because: error.to_string(), instead: joined() })
    }
}

impl Word for SlackUserId {
    const CHECK: &'static str = "slack-id";
    const WHAT: &'static str = "the id of a Slack user";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[UW][A-Z0-9]+$", "examples": ["U012AB3CD"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        Self::parse(text).map_err(|error| Advice {
            because: error.to_string(),
            instead: Some(
                "in Slack: the person's profile, ⋮, *Copy member ID*; it looks like `U012AB3CD`".into(),
            ),
        })
    }
}

/// A text of which the domain itself says what form it has.
macro_rules! domain_word {
    ($name:ty, $check:literal, $what:literal, $($example:literal),+) => {
        impl Word for $name {
            const CHECK: &'static str = $check;
            const WHAT: &'static str = $what;
            fn form() -> Schema {
                json_schema!({ "type": "string", "examples": [$($example),+] })
            }
            fn parse(text: &str) -> Result<Self, Advice> {
                Ok(text.parse()?)
            }
        }
    };
}
domain_word!(Quarter, "quarter", "a quarter", "2027-Q1");
domain_word!(
    Anchor,
    "anchor",
    "a moment counted from the planning window",
    "opens - 4w",
    "freezes - 3wd 10:00"
);
domain_word!(SendHours, "hours", "send hours", "Mon-Fri 09:00-17:00");
domain_word!(Schedule, "cron", "a schedule", "0 0 10 * * Tue,Thu");

/// A word out of a few; the nearest is proposed.
macro_rules! choice_word {
    ($name:ident, $what:literal, $all:expr, $word:expr) => {
        impl Word for $name {
            const CHECK: &'static str = "choice";
            const WHAT: &'static str = $what;
            fn form() -> Schema {
                let words: Vec<&str> = $all.into_iter().map($word).collect();
                json_schema!({ "type": "string", "enum": words })
            }
            fn parse(text: &str) -> Result<Self, Advice> {
                let words: Vec<&str> = $all.into_iter().map($word).collect();
                $all.into_iter().find(|value| $word(*value) == text).ok_or_else(|| Advice {
                    because: format!("it is one of {}", nearest::list(&words)),
                    instead: nearest::nearest(text, words).map(|near| format!("did you mean `{near}`?")),
                })
            }
        }
    };
}
choice_word!(Audience, "an audience", Audience::ALL, Audience::word);
choice_word!(Touch, "a touch", Touch::ALL, Touch::word);
choice_word!(Measure, "what a figure measures", Measure::ALL, Measure::word);
choice_word!(Month, "a month", Month::ALL, Month::word);
choice_word!(BasisWord, "how a figure came about", BasisWord::ALL, BasisWord::word);

/// A month of the year, 1 to 12.
#[derive(Debug, Clone, Copy)]
pub(super) struct Month(pub i8);

impl Month {
    const ALL: [Self; 12] = [
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
        Self(7),
        Self(8),
        Self(9),
        Self(10),
        Self(11),
        Self(12),
    ];

    fn word(self) -> &'static str {
        match self.0 {
            1 => "January",
            2 => "February",
            3 => "March",
            4 => "April",
            5 => "May",
            6 => "June",
            7 => "July",
            8 => "August",
            9 => "September",
            10 => "October",
            11 => "November",
            _ => "December",
        }
    }
}

/// Whether a figure was counted or guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BasisWord {
    /// Counted by its source.
    Measured,
    /// Somebody's estimate.
    Estimated,
}

impl BasisWord {
    const ALL: [Self; 2] = [Self::Measured, Self::Estimated];

    fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Estimated => "estimated",
        }
    }
}

impl Word for String {
    const CHECK: &'static str = "empty-text";
    const WHAT: &'static str = "a text";
    fn parse(text: &str) -> Result<Self, Advice> {
        // Sentences are often written over several lines; the line ends mean nothing.
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if joined.is_empty() {
            return Err(Advice {
                because: "nothing is written here".into(),
                instead: Some("write it, or take the key out".into()),
            });
        }
        Ok(joined)
    }
}

impl Word for Date {
    const CHECK: &'static str = "date";
    const WHAT: &'static str = "a date";
    fn form() -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        Self::strptime("%Y-%m-%d", text.trim()).map_err(|_| Advice {
            because: "no such day".into(),
            instead: Some("write year, month and day, such as `2026-11-12`".into()),
        })
    }
}

/// A day and a time of day, in a zone said elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub DateTime);

impl Word for Moment {
    const CHECK: &'static str = "date";
    const WHAT: &'static str = "a day and a time";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["2026-12-15 15:00"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let text = text.trim().replace('T', " ");
        DateTime::strptime("%Y-%m-%d %H:%M", &text)
            .or_else(|_| DateTime::strptime("%Y-%m-%d %H:%M:%S", &text))
            .map(Self)
            .map_err(|_| Advice {
                because: "no such moment".into(),
                instead: Some("write it like `2026-12-15 15:00`".into()),
            })
    }
}

/// A first and a last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// The first day.
    pub from: Date,
    /// The last one, not before the first.
    pub to: Date,
}

impl Word for Period {
    const CHECK: &'static str = "period";
    const WHAT: &'static str = "a period";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["2026-07-01..2026-09-30"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let form = || Some("write the first and the last day, such as `2026-07-01..2026-09-30`".into());
        let Some((from, to)) = text.split_once("..") else {
            return Err(Advice { because: "it lacks the `..` between two days".into(), instead: form() });
        };
        let day = |text: &str| {
            Date::strptime("%Y-%m-%d", text.trim())
                .map_err(|_| Advice { because: format!("`{}` is no day", text.trim()), instead: form() })
        };
        let (from, to) = (day(from)?, day(to)?);
        if to < from {
            return Err(Advice {
                because: "it ends before it starts".into(),
                instead: Some(format!("write `{to}..{from}`")),
            });
        }
        Ok(Self { from, to })
    }
}

/// Days on which nobody is written to: one day, several, or a calendar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holiday {
    /// From the first to the last day, with a name if one was written.
    Days { period: Period, name: Option<String> },
    /// An iCalendar file in the configuration folder.
    Calendar(String),
}

impl Word for Holiday {
    const CHECK: &'static str = "holiday";
    const WHAT: &'static str = "a holiday";
    fn form() -> Schema {
        json_schema!({
            "type": "string",
            "examples": ["2026-12-25 Christmas Day", "2026-12-24..2027-01-01 Winter break", "holidays/berlin.ics"]
        })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        const LONGEST_DAYS: i32 = 366;
        let text = text.trim();
        if text.ends_with(".ics") {
            return Ok(Self::Calendar(text.trim_start_matches("./").to_owned()));
        }
        let (days, name) = match text.split_once(' ') {
            Some((days, name)) => (days, Some(name.trim().to_owned())),
            None => (text, None),
        };
        let instead = || {
            Some(
                "write a day, such as `2026-12-25 Christmas Day`, several, such as `2026-12-24..2027-01-01`, \
                 or the path of an .ics file"
                    .to_owned(),
            )
        };
        let period = if days.contains("..") {
            <Period as Word>::parse(days)?
        } else {
            let day = Date::strptime("%Y-%m-%d", days)
                .map_err(|_| Advice { because: format!("`{days}` is no day"), instead: instead() })?;
            Period { from: day, to: day }
        };
        if period.from.until(period.to)?.get_days() > LONGEST_DAYS {
            return Err(Advice { because: "it is longer than a year".into(), instead: instead() });
        }
        Ok(Self::Days { period, name })
    }
}

/// Where a planning window opens or freezes, counted from the first day of its quarter.
#[derive(Debug, Clone, Copy)]
pub(super) struct FromStart(pub Offset);

impl Word for FromStart {
    const CHECK: &'static str = "offset";
    const WHAT: &'static str = "a moment counted from the start of the quarter";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["starts - 18d", "starts + 2w 17:00"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        parse_offset(text, &[("starts", ())]).map(|((), offset)| Self(offset)).map_err(|_| Advice {
            because: "not `starts`, a sign and an amount".into(),
            instead: Some(
                "write `starts`, a sign and an amount, such as `starts - 3w` or `starts + 14d 17:00` (w weeks, d days, wd working days)"
                    .into(),
            ),
        })
    }
}

impl Word for TimeZone {
    const CHECK: &'static str = "zone";
    const WHAT: &'static str = "a time zone";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["Europe/Lisbon", "America/Chicago", "Asia/Kolkata"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        Self::get(text).map_err(|_| {
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            let near = nearest::nearest(text, known.iter().map(String::as_str));
            Advice {
                because: "the IANA time zone database doesn't have it".into(),
                instead: Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write a region and a city, such as `Europe/Lisbon`".into(),
                }),
            }
        })
    }
}

/// A duration of whole hours or days of 24 hours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap(pub jiff::SignedDuration);

impl Word for Gap {
    const CHECK: &'static str = "duration";
    const WHAT: &'static str = "a duration";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[hd]$", "examples": ["48h", "2d"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let hours = |digits: &str, each: u32| {
            digits
                .parse::<u16>()
                .ok()
                .map(|number| Self(jiff::SignedDuration::from_hours(i64::from(number) * i64::from(each))))
        };
        let text = text.trim();
        text.strip_suffix('h')
            .and_then(|digits| hours(digits, 1))
            .or_else(|| text.strip_suffix('d').and_then(|digits| hours(digits, 24)))
            .ok_or_else(|| Advice {
                because: "not a number of hours or days".into(),
                instead: Some("write hours or days, such as `48h` or `2d`".into()),
            })
    }
}

/// An e-mail address. That mail arrives there is for Slack to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Email(pub String);

impl Word for Email {
    const CHECK: &'static str = "email";
    const WHAT: &'static str = "an e-mail address";
    fn form() -> Schema {
        json_schema!({ "type": "string", "format": "email" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let whole = || {
            let (local, host) = text.split_once('@')?;
            let clean = |part: &str| {
                !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@<>,;".contains(c))
            };
            (clean(local)
                && clean(host)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.'))
            .then(|| Self(text.to_owned()))
        };
        whole().ok_or_else(|| Advice {
            because: "it lacks the form name@host".into(),
            instead: Some("write the address of their Slack account, such as `ana@example.com`".into()),
        })
    }
}

/// An address on the web that is safe to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Https(pub String);

impl Word for Https {
    const CHECK: &'static str = "https";
    const WHAT: &'static str = "an https address";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^https://", "format": "uri" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        // Slack refuses longer addresses on buttons.
        const LONGEST: usize = 3000;
        let advice = |because: &str, instead: Option<String>| Advice { because: because.to_owned(), instead };
        if let Some(rest) = text.strip_prefix("http://") {
            return Err(advice("it is not encrypted", Some(format!("write `https://{rest}`"))));
        }
        let Some(rest) = text.strip_prefix("https://") else {
            return Err(advice("it does not start with `https://`", Some("write the whole address".into())));
        };
        if rest.is_empty() || rest.starts_with('/') {
            return Err(advice("it names no host", None));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>|\"".contains(c)) {
            return Err(advice("it has a blank or another character that addresses don't have", None));
        }
        if text.len() > LONGEST {
            return Err(advice("it is longer than the 3000 characters that Slack takes", None));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The slash command, with its slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command(pub String);

impl Word for Command {
    const CHECK: &'static str = "command";
    const WHAT: &'static str = "a slash command that Slack takes";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^/[a-z0-9_-]{1,31}$" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        // Slack's manifest schema 2.0.0: at most 32 characters, the slash included.
        let name = text.strip_prefix('/').unwrap_or(text);
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.starts_with('/') && !name.is_empty() && text.len() <= 32 && name.chars().all(valid) {
            return Ok(Self(text.to_owned()));
        }
        Err(Advice {
            because: "a slash, then lower-case letters, digits, `-` or `_`, 32 characters in all".into(),
            instead: slug_from(name).filter(|slug| slug.len() < 32).map(|slug| format!("write `/{slug}`")),
        })
    }
}

/// The name of the bot in Slack: its manifest takes at most 35 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BotName(pub String);

impl Word for BotName {
    const CHECK: &'static str = "bot-name";
    const WHAT: &'static str = "a name that Slack takes for a bot";
    fn form() -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": 35 })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let text = text.trim();
        if (1..=35).contains(&text.chars().count()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Advice { because: "Slack takes 1 to 35 characters".into(), instead: None })
    }
}
