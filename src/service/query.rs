//! The reading subcommands, answered in the same way with and without a running service.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::engagement::Touch;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "query", rename_all = "snake_case")]
pub enum Query {
    /// Who gets what, when, and why somebody gets nothing.
    Plan {
        /// Only this initiative.
        initiative: Option<String>,
        /// For another day.
        at: Option<Date>,
        /// As JSON.
        json: bool,
    },
    /// One message.
    Preview {
        /// Whose.
        person: String,
        /// About what; the first they are a stakeholder of if left out.
        initiative: Option<String>,
        /// Which touch.
        touch: Touch,
        /// On another day.
        at: Option<Date>,
        /// As Block Kit JSON instead of text.
        blocks: bool,
    },
    /// Who was reached and engaged, and who is left out.
    Coverage {
        /// Only this initiative.
        initiative: Option<String>,
        /// As JSON.
        json: bool,
    },
    /// The journal as JSON Lines.
    Export,
    /// Forget somebody.
    Forget {
        /// Whom.
        person: String,
        /// Do it; otherwise only what it would do is told.
        sure: bool,
    },
}

/// Everything an answer may look at.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The configuration.
    pub program: &'a Program,
    /// The fold of the journal.
    pub state: &'a State,
    /// What the outside says, as far as it is known.
    pub seen: &'a Observations,
    /// The calendar time.
    pub now: Timestamp,
}

impl View<'_> {
    /// The same on another day, at its start in the planning calendar's zone.
    pub(super) fn at(self, day: Option<Date>) -> Result<Self, String> {
        let Some(day) = day else { return Ok(self) };
        let start = self.program.calendar.zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
        let now = start.map_err(|_| format!("{day} does not exist in the planning calendar's zone."))?;
        Ok(Self { now, ..self })
    }
}
