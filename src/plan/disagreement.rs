//! Answers within a team that don't go together: one plans it, another declines.
//!
//! Invariant: the same rule as `domain::coverage::disagree`, kept up to date person by person.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::directory::Person;
use crate::domain::engagement::{Audience, Stance};
use crate::domain::ids::{Seq, TeamId};

use super::case::Ground;

/// The ask of one team: the initiative's place in the advocate's order, and the team.
pub(super) type Ask = (usize, TeamId);

/// Which of the two sides an answer is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Plans,
    Declines,
}

/// One person's answer on one team's ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    ask: Ask,
    side: Side,
    since: Seq,
    at: Timestamp,
}

/// The answers of one person that can disagree with somebody's.
pub(super) fn answers(ground: Ground<'_>, person: &Person) -> Vec<Answer> {
    let mut answers = Vec::new();
    let Some(known) = ground.state.person(&person.id) else { return answers };
    for ((about, quarter), engagement) in &known.engagements {
        if engagement.stances.is_empty() {
            continue;
        }
        let found = ground.program.initiatives.iter().enumerate().find(|(_, initiative)| {
            initiative.id == *about && initiative.quarter == *quarter && !initiative.withdrawn
        });
        let Some((rank, initiative)) = found else { continue };
        let Some(stakeholder) = ground.program.stakeholder(initiative, person) else { continue };
        if stakeholder.audience == Audience::Executive {
            continue;
        }
        for (team, taken) in &engagement.stances {
            let side = match taken.stance {
                Stance::Committed | Stance::FirstStep => Side::Plans,
                Stance::Declined => Side::Declines,
                Stance::Supportive | Stance::Considering | Stance::Concerned => continue,
            };
            if stakeholder.teams.contains(team) {
                answers.push(Answer { ask: (rank, team.clone()), side, since: taken.since, at: taken.at });
            }
        }
    }
    answers
}

/// Everybody's answers, and where they disagree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    by_ask: BTreeMap<Ask, BTreeSet<(Side, Seq, Timestamp, u32)>>,
}

impl Answers {
    /// Takes the answers of `person` out and in; the asks they are on.
    pub(super) fn replace(&mut self, person: u32, before: &[Answer], after: &[Answer]) -> BTreeSet<Ask> {
        for answer in before {
            if let Some(of_ask) = self.by_ask.get_mut(&answer.ask) {
                of_ask.remove(&(answer.side, answer.since, answer.at, person));
                if of_ask.is_empty() {
                    self.by_ask.remove(&answer.ask);
                }
            }
        }
        for answer in after {
            let entry = (answer.side, answer.since, answer.at, person);
            self.by_ask.entry(answer.ask.clone()).or_default().insert(entry);
        }
        before.iter().chain(after).map(|answer| answer.ask.clone()).collect()
    }

    /// Since which answer those on `ask` disagree: the later of the first ones on either side.
    pub(super) fn since(&self, ask: &Ask) -> Option<(Seq, Timestamp)> {
        let answers = self.by_ask.get(ask)?;
        let first = |side| answers.iter().find(|answer| answer.0 == side).map(|answer| (answer.1, answer.2));
        first(Side::Plans).zip(first(Side::Declines)).map(|(plans, declines)| plans.max(declines))
    }
}

/// Since which answer those of `team` on one initiative disagree.
pub(super) fn since(ground: Ground<'_>, rank: usize, team: &TeamId) -> Option<(Seq, Timestamp)> {
    let ask = (rank, team.clone());
    let mut all = Answers::default();
    for (place, person) in ground.program.people.values().enumerate() {
        // Nobody without an engagement has answered.
        if ground.state.person(&person.id).is_some_and(|known| !known.engagements.is_empty()) {
            let mut own = answers(ground, person);
            own.retain(|answer| answer.ask == ask);
            all.replace(u32::try_from(place).unwrap_or(u32::MAX), &[], &own);
        }
    }
    all.since(&ask)
}
