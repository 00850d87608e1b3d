//! The texts with a form of their own: ids, dates, zones, schedules and the closed words.
//!
//! Invariant: a value of one of these types is valid by itself; whether it names something that exists
//! is the business of the checks.

mod addresses;
mod calendars;
mod dates;

pub(super) use addresses::{BotName, Command, Email, Https};
pub(super) use calendars::{CalendarAddress, Variable};
pub(super) use dates::{DatedRange, Expiry, FromStart, Gap, Holiday, Period, Weekly, abbreviated, is_offset};
use schemars::{Schema, json_schema};

use super::nearest;
use super::read::{Advice, Word};
use crate::domain::calendar::{Anchor, Quarter};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::Stage;
use crate::domain::hours::SendHours;
use crate::domain::ids::{FaqId, FigureId, InitiativeId, PersonId, SiteId, SlackUserId, StepId, TeamId};
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
slug_word!(FaqId, "the id of an FAQ entry");

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
                // What the domain says of it is what to write instead.
                text.parse().map_err(|error: <$name as std::str::FromStr>::Err| Advice {
                    because: "it has another form".into(),
                    instead: Some(error.to_string()),
                })
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
                    because: "not a word that is known here".into(),
                    instead: Some(match nearest::nearest(text, words.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("write one of {}", nearest::list(&words)),
                    }),
                })
            }
        }
    };
}
choice_word!(Audience, "an audience", Audience::ALL, Audience::word);
choice_word!(Stage, "how far a campaign goes", Stage::ALL, Stage::word);
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
