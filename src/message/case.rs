//! Who is written to, about what, in which role: what every campaign message starts from.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::calendar::{PlanningWindow, Quarter};
use crate::domain::directory::Person;
use crate::domain::engagement::Audience;
use crate::domain::ids::{PersonId, TeamId};
use crate::domain::initiative::{Ask, Initiative};
use crate::domain::observation::Observations;
use crate::domain::office_hours::{self, Viewer};
use crate::domain::program::Program;
use crate::domain::state::{Slot, State};

use super::unsayable::Unsayable;
use super::{dates, wording};

/// One initiative as it is argued to one person.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) program: &'a Program,
    pub(super) state: &'a State,
    pub(super) seen: &'a Observations,
    pub(super) initiative: &'a Initiative,
    pub(super) person: &'a Person,
    pub(super) audience: Audience,
    /// The teams whose asks are named; at least one, each with an ask.
    pub(super) teams: Vec<&'a TeamId>,
    pub(super) window: PlanningWindow,
    pub(super) zone: &'a TimeZone,
    pub(super) now: Timestamp,
    /// The reader's date at `now`.
    pub(super) today: Date,
}

/// What a case is asked for.
pub(super) struct Wanted<'a> {
    pub(super) person: &'a PersonId,
    pub(super) quarter: Quarter,
    /// Empty: those of the stakeholder.
    pub(super) teams: &'a [TeamId],
    /// None: that of the stakeholder.
    pub(super) audience: Option<Audience>,
}

impl<'a> Case<'a> {
    /// The case of `wanted.person` on `initiative`.
    pub(super) fn of(
        program: &'a Program,
        state: &'a State,
        seen: &'a Observations,
        initiative: &'a Initiative,
        wanted: &Wanted<'_>,
        now: Timestamp,
    ) -> Result<Self, Unsayable> {
        let person = person(program, wanted.person)?;
        let not_asked =
            || Unsayable::NotAsked { initiative: initiative.id.clone(), person: person.id.clone() };
        let stakeholder = program.stakeholder(initiative, person);
        let teams = if wanted.teams.is_empty() {
            stakeholder.as_ref().map(|stakeholder| stakeholder.teams.clone()).unwrap_or_default()
        } else {
            wanted.teams.to_vec()
        };
        let teams: Vec<&TeamId> = initiative.asks.keys().filter(|team| teams.contains(team)).collect();
        let audience = wanted.audience.or(stakeholder.map(|stakeholder| stakeholder.audience));
        let (Some(audience), false) = (audience, teams.is_empty()) else { return Err(not_asked()) };
        let window = program.window(wanted.quarter).ok_or(Unsayable::NoWindow(wanted.quarter))?;
        let zone = zone(program, seen, person);
        let today = zone.to_datetime(now).date();
        Ok(Self { program, state, seen, initiative, person, audience, teams, window, zone, now, today })
    }

    /// The asks that the message names.
    pub(super) fn asks(&self) -> impl Iterator<Item = &'a Ask> {
        self.teams.iter().filter_map(|team| self.initiative.asks.get(*team))
    }

    /// The names of the teams, in a row.
    pub(super) fn team_names(&self) -> String {
        let names: Vec<&str> = self.teams.iter().map(|team| team_name(self.program, team)).collect();
        wording::joined(&names)
    }

    /// Whether answers can't be changed any more.
    pub(super) fn is_frozen(&self) -> bool {
        self.window.freezes <= self.now
    }

    /// The freeze as a day: "Friday 15 January".
    pub(super) fn freeze(&self) -> String {
        dates::day(self.window.freezes_on, self.today)
    }

    /// The advocates' names, in a row.
    pub(super) fn advocates(&self) -> String {
        wording::joined(&names(self.program, &self.initiative.advocates))
    }

    /// The next free office hours before the freeze in the reader's zone; empty if there are none.
    pub(super) fn hours(&self) -> String {
        let until = if self.is_frozen() { Timestamp::MAX } else { self.window.freezes };
        let viewer = Viewer { guest: &self.person.id, zone: self.zone };
        hours(self.program, self.state, self.seen, self.initiative, viewer, self.now, until)
    }

    /// "Only Priya sees", "Only Priya and the admin Ines see" (rule R7); the reader is left out.
    pub(super) fn only_they_see(&self) -> String {
        let advocates: Vec<PersonId> =
            self.initiative.advocates.iter().filter(|id| **id != self.person.id).cloned().collect();
        let admins: Vec<PersonId> = self
            .program
            .admins
            .iter()
            .filter(|id| **id != self.person.id && !self.initiative.advocates.contains(id))
            .cloned()
            .collect();
        let number = advocates.len() + admins.len();
        let mut seers = names(self.program, &advocates);
        seers.extend(names(self.program, &admins).iter().map(|name| format!("the admin {name}")));
        let verb = if number == 1 { "sees" } else { "see" };
        format!("only {} {verb}", wording::joined(&seers))
    }
}

/// The person called `id`.
pub(super) fn person<'a>(program: &'a Program, id: &PersonId) -> Result<&'a Person, Unsayable> {
    program
        .people
        .get(id)
        .or_else(|| program.people.values().find(|person| person.was.contains(id)))
        .ok_or_else(|| Unsayable::NobodyCalled(id.clone()))
}

/// The zone in which `person` reads.
pub(super) fn zone<'a>(program: &'a Program, seen: &'a Observations, person: &'a Person) -> &'a TimeZone {
    program.zone_of(person, seen.zone(&person.id))
}

/// A team as messages name it.
pub(super) fn team_name<'a>(program: &'a Program, id: &'a TeamId) -> &'a str {
    program.teams.get(id).map_or(id.as_str(), |team| team.name.as_str())
}

/// What messages call these people: given names, or full names where two would be the same.
pub(super) fn names(program: &Program, ids: &[PersonId]) -> Vec<String> {
    let people: Vec<&Person> = ids.iter().filter_map(|id| person(program, id).ok()).collect();
    let alike = |name: &str| people.iter().filter(|person| person.given_name == name).count() > 1;
    people
        .iter()
        .map(|person| if alike(&person.given_name) { &person.name } else { &person.given_name }.clone())
        .collect()
}

/// The next free office hours in a row: "Tue 15 Dec 15:00 / Thu 17 Dec 10:00, your time", or "Tue 15 Dec
/// 15:00 / 15:30" of one day. Where there are several advocates, each with its host.
pub(super) fn hours(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &Initiative,
    viewer: Viewer<'_>,
    now: Timestamp,
    until: Timestamp,
) -> String {
    let several = initiative.advocates.len() > 1;
    let free = office_hours::next_free_by_day(program, state, seen, initiative, viewer, now, until);
    let day = |slot: &Slot| viewer.zone.to_datetime(slot.starts).date();
    let before = std::iter::once(None).chain(free.iter().map(Some));
    let slots: Vec<String> = free
        .iter()
        .zip(before)
        .map(|(slot, before)| {
            let at = if before.is_some_and(|before| day(before) == day(slot)) {
                dates::time(slot.starts, viewer.zone)
            } else {
                dates::slot(slot.starts, viewer.zone)
            };
            match names(program, std::slice::from_ref(&slot.host)).first() {
                Some(host) if several => format!("{at} ({host})"),
                Some(_) | None => at,
            }
        })
        .collect();
    if slots.is_empty() { String::new() } else { format!("{}, your time", slots.join(" / ")) }
}
