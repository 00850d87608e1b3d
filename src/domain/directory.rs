//! Teams and people, as the configuration names them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::engagement::Audience;
use super::hours::{DaysOff, SendHours};
use super::ids::{PersonId, SlackUserId, TeamId};

/// A team whose backlog work is asked into.
#[derive(Debug, Clone)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// As messages name it.
    pub name: String,
    /// Ids it had before.
    pub was: Vec<TeamId>,
    /// Engineer-days it has in a quarter, if known.
    pub capacity_days: Option<f64>,
}

/// How a person is found in Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// By Slack id.
    Slack(SlackUserId),
    /// By e-mail address; linked once through `users.lookupByEmail` or `users.list`.
    Email(String),
}

/// Somebody who may be written to, or who advocates.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Full name.
    pub name: String,
    /// What a message calls them.
    pub given_name: String,
    /// How they are found in Slack.
    pub address: Address,
    /// Ids they had before.
    pub was: Vec<PersonId>,
    /// Their roles; usually one.
    pub audiences: BTreeSet<Audience>,
    /// The teams they belong to. An executive's are those they answer for; empty means all.
    pub teams: BTreeSet<TeamId>,
    /// Whom they report to. Used to find executives, never to escalate.
    pub reports_to: Option<PersonId>,
    /// Their zone, if the configuration says it; otherwise Slack's, otherwise the calendar's.
    pub zone: Option<TimeZone>,
    /// When they may be written to, if their site has hours of its own; otherwise the company's.
    pub hours: Option<Arc<SendHours>>,
    /// When they don't work.
    pub days_off: DaysOff,
}
