//! The whole configuration, checked and resolved: what the advocate wants to happen.
//!
//! Invariant: every id in it names something in it. `config` is the only place that makes one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::calendar::{Anchor, PlanningCalendar, PlanningWindow, Quarter};
use super::directory::{Person, Team};
use super::engagement::{Audience, Touch};
use super::event::Stage;
use super::hours::SendHours;
use super::ids::{InitiativeId, PersonId, Seq, TeamId};
use super::initiative::Initiative;
use super::office_hours::Hours;
use super::schedule::Schedule;

/// SHA-256 of the configuration files, hexadecimal. Replicas with different ones don't plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfigDigest(pub String);

impl fmt::Display for ConfigDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Twelve digits tell configurations apart for people.
        f.write_str(self.0.get(..12).unwrap_or(&self.0))
    }
}

/// When one touch is due, and for whom.
#[derive(Debug, Clone)]
pub struct TouchRule {
    /// The first day (and time, if written) it may be sent.
    pub at: Anchor,
    /// From when on it is not sent any more; the freeze if none is written.
    pub until: Option<Anchor>,
    /// Who gets it.
    pub audiences: BTreeSet<Audience>,
    /// When it recurs between `at` and `until`, in the recipient's zone (reminders).
    pub schedule: Option<Schedule>,
}

/// The planned messages of a campaign, counted from the planning window.
#[derive(Debug, Clone, Default)]
pub struct Cadence {
    /// At most one rule per touch; a touch without one isn't sent.
    pub touches: BTreeMap<Touch, TouchRule>,
}

/// How much nudging a person bears, across all initiatives together.
#[derive(Debug, Clone)]
pub struct Limits {
    /// When people may be written to, in their own zone.
    pub hours: SendHours,
    /// Most campaign messages to a person in any seven days.
    pub per_week: u32,
    /// Shortest time between two campaign messages to a person.
    pub gap: jiff::SignedDuration,
    /// Most of `pitch`, `reminder` and `last_call` per initiative and quarter; never above three.
    pub asks: u32,
    /// Most campaign messages in an hour, to all people together.
    pub burst_per_hour: u32,
    /// Largest share of a team's capacity that the asks of a quarter may take, 0 to 1.
    pub capacity_share: f64,
}

/// Which messages wait for an advocate's approval.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approval {
    /// Those to these audiences.
    pub audiences: BTreeSet<Audience>,
    /// Those of the first campaign: while nothing was sent for an earlier quarter.
    pub first_campaign: bool,
}

impl Approval {
    /// Whether a message to `audience` waits; `first` says whether it is of the first campaign.
    pub fn wanted(&self, audience: Audience, first: bool) -> bool {
        self.audiences.contains(&audience) || (first && self.first_campaign)
    }
}

/// How the people of the configuration are recognized among the accounts of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognition {
    /// An e-mail address may find a guest.
    pub guests: bool,
    /// Everybody in the order of the file: of two ids for one account the first is written to.
    pub order: Vec<PersonId>,
}

/// Everything the configuration says.
#[derive(Debug, Clone)]
pub struct Program {
    /// Which configuration this is.
    pub digest: ConfigDigest,
    /// The slash command, with its slash.
    pub command: String,
    /// What the bot is called in Slack.
    pub bot_name: String,
    /// The planning calendar.
    pub calendar: PlanningCalendar,
    /// The cadence.
    pub cadence: Cadence,
    /// Nudging limits.
    pub limits: Limits,
    /// When advocates get their digest, in their own zone; never if it is left out.
    pub digests: Option<Schedule>,
    /// Which messages wait for an advocate's approval.
    pub approval: Approval,
    /// How many quarters after the one in which they were written people's words are kept; for good if none.
    pub words_expire: Option<u32>,
    /// How far a campaign goes until an advocate moves it.
    pub stage: Stage,
    /// Teams by id.
    pub teams: BTreeMap<TeamId, Team>,
    /// People by id.
    pub people: BTreeMap<PersonId, Person>,
    /// People who see everything.
    pub admins: BTreeSet<PersonId>,
    /// How people are recognized in Slack.
    pub recognition: Recognition,
    /// The record up to which whoever is approached is laid over the configuration.
    pub laid_over: Seq,
    /// Initiatives in the advocate's order: where several are due, the first goes first.
    pub initiatives: Vec<Initiative>,
    /// Office hours by host.
    pub hours: BTreeMap<PersonId, Hours>,
    /// How old a reading may be before a figure is called stale, days.
    pub stale_after_days: u32,
    /// Message templates that the user overrides, by audience and touch.
    pub templates: BTreeMap<(Audience, Touch), String>,
}

/// Why somebody is a stakeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// They are on a team that is asked, in this role.
    OnTeam,
    /// They answer for teams that are asked.
    AnswersFor,
    /// They decide for a team on the ask.
    Decides,
    /// The initiative's file adds them, for this reason.
    Added(String),
    /// A stakeholder named them, and this advocate approaches them. Who named them is never told.
    Named {
        /// The advocate.
        by: PersonId,
    },
}

/// A person to whom an initiative is argued, and in which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stakeholder {
    /// Who.
    pub person: PersonId,
    /// The role the message is argued for; of several the one closest to deciding the ask.
    pub audience: Audience,
    /// The teams whose ask the message names, at least one.
    pub teams: Vec<TeamId>,
    /// Why they get it.
    pub because: Because,
}

impl Program {
    /// For which quarter's planning each initiative is wanted.
    pub fn quarters(&self) -> BTreeMap<InitiativeId, Quarter> {
        self.initiatives.iter().map(|initiative| (initiative.id.clone(), initiative.quarter)).collect()
    }

    /// The initiative called `id`, by its present or a former name.
    pub fn initiative(&self, id: &InitiativeId) -> Option<&Initiative> {
        self.initiatives
            .iter()
            .find(|initiative| initiative.id == *id)
            .or_else(|| self.initiatives.iter().find(|initiative| initiative.was.contains(id)))
    }

    /// When `person` may be written to.
    pub fn hours_of<'a>(&'a self, person: &'a Person) -> &'a SendHours {
        person.hours.as_deref().unwrap_or(&self.limits.hours)
    }

    /// The zone in which a person is written to: theirs, as far as it is known.
    pub fn zone_of<'a>(&'a self, person: &'a Person, seen: Option<&'a TimeZone>) -> &'a TimeZone {
        person.zone.as_ref().or(seen).unwrap_or(&self.calendar.zone)
    }

    /// The window in which `quarter` is planned.
    pub fn window(&self, quarter: Quarter) -> Option<PlanningWindow> {
        self.calendar.window(quarter)
    }

    /// Whether `person` may see the answers on `initiative`: its advocates and the admins (rule R7).
    pub fn sees_answers(&self, person: &PersonId, initiative: &Initiative) -> bool {
        initiative.advocates.contains(person) || self.admins.contains(person)
    }

    /// Whether `person` advocates anything or is an admin.
    pub fn is_advocate(&self, person: &PersonId) -> bool {
        self.admins.contains(person)
            || self.initiatives.iter().any(|initiative| initiative.advocates.contains(person))
    }

    /// Whether `person` may stop and start all sending: the admins, and whoever advocates everything that is
    /// proposed. Other advocates stop and start their own initiatives.
    pub fn steers_everything(&self, person: &PersonId) -> bool {
        let theirs = |of: &Initiative| of.withdrawn || self.sees_answers(person, of);
        self.is_advocate(person) && self.initiatives.iter().all(theirs)
    }

    /// Whether `person` may end a pause of all sending that `by` asked for: what a human paused for everybody is theirs to
    /// end to whom everything belongs.
    pub fn may_resume(&self, person: &PersonId, by: &PersonId) -> bool {
        self.steers_everything(person) || person == by || self.admins.is_empty()
    }

    /// Everybody to whom `initiative` is argued, in the order of their ids. Advocates are not argued
    /// with on their own initiative; the excluded are left out.
    pub fn stakeholders(&self, initiative: &Initiative) -> Vec<Stakeholder> {
        self.people.values().filter_map(|person| self.stakeholder(initiative, person)).collect()
    }

    /// Whether and how `person` is a stakeholder of `initiative`.
    pub fn stakeholder(&self, initiative: &Initiative, person: &Person) -> Option<Stakeholder> {
        if initiative.advocates.contains(&person.id)
            || initiative.excluded.iter().any(|exception| exception.person == person.id)
        {
            return None;
        }
        let decides: Vec<TeamId> = initiative
            .asks
            .values()
            .filter(|ask| ask.decider.as_ref() == Some(&person.id))
            .map(|ask| ask.team.clone())
            .collect();
        let approach = initiative.approach(&person.id);
        let of_approach = approach.map(|approach| approach.audience);
        let audience = of_approach.or_else(|| person.audiences.iter().copied().min())?;
        // Whoever said that somebody else decides is asked no more about that ask.
        let open = |team: &&TeamId| !initiative.relieves(&person.id, team);
        // A person is on few teams, an initiative may ask hundreds: walk the few.
        let mut asked: Vec<TeamId> = person
            .teams
            .iter()
            .filter(|team| initiative.asks.contains_key(*team))
            .filter(open)
            .cloned()
            .collect();
        let all = || initiative.asks.keys().filter(open).cloned().collect::<Vec<_>>();
        let found =
            |teams, because| Some(Stakeholder { person: person.id.clone(), audience, teams, because });
        if initiative.asks.is_empty() {
            return None;
        }
        if let Some(approach) = approach {
            let mut teams = approach.teams.clone();
            asked.retain(|team| !teams.contains(team));
            teams.append(&mut asked);
            return found(teams, Because::Named { by: approach.by.clone() });
        }
        if !decides.is_empty() {
            let mut teams = decides;
            teams.extend(asked.into_iter().filter(|team| {
                initiative.asks.get(team).is_none_or(|ask| ask.decider.as_ref() != Some(&person.id))
            }));
            return found(teams, Because::Decides);
        }
        if audience == Audience::Executive {
            let teams = if person.teams.is_empty() { all() } else { asked };
            if !teams.is_empty() {
                return found(teams, Because::AnswersFor);
            }
        } else if !asked.is_empty() {
            return found(asked, Because::OnTeam);
        }
        let added = initiative.extra.iter().find(|exception| exception.person == person.id)?;
        found(all(), Because::Added(added.reason.clone()))
    }
}
