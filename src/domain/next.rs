//! Whom an advocate should talk to next, and why.
//!
//! Invariant: a ranking of what is on record, the configuration and the date; the same for App Home and
//! for the digest. Each person comes at most once: it is one conversation, whatever it is about.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::calendar::PlanningWindow;
use super::coverage::{disagreements, out_of_reach};
use super::engagement::{Audience, Stance};
use super::ids::{InitiativeId, PersonId, TeamId};
use super::initiative::Initiative;
use super::observation::Observations;
use super::program::{Program, Stakeholder};
use super::progress::was_reached;
use super::roster::Roster;
use super::state::{Engagement, State};

/// Days before the freeze from which silence presses.
const NEAR: i64 = 14;

/// A conversation that is worth having.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// About which initiative.
    pub initiative: InitiativeId,
    /// With whom; none if that has to be found out first.
    pub person: Option<PersonId>,
    /// Why.
    pub why: Why,
}

/// Why somebody should be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// They raised a concern, and nothing more is sent until it is released.
    Concern {
        /// When.
        since: Option<Timestamp>,
    },
    /// An advocate said that they would speak to them.
    Promised {
        /// The advocate.
        by: PersonId,
    },
    /// They want to talk before they decide.
    Considering,
    /// Answers in the team they decide for don't go together.
    Disagreement {
        /// The team.
        team: TeamId,
    },
    /// They decide for these teams and have not answered.
    DeciderSilent {
        /// The teams.
        teams: Vec<TeamId>,
    },
    /// No message can reach them; they decide for these teams, if any.
    OutOfReach {
        /// The teams.
        decides: Vec<TeamId>,
    },
    /// They want no messages and have not answered; they decide for these teams, if any.
    Stopped {
        /// The teams.
        decides: Vec<TeamId>,
    },
    /// Nobody answers for this team on the ask.
    NoDecider {
        /// The team.
        team: TeamId,
    },
    /// They were reached and have not answered.
    Silent,
}

impl Why {
    /// How much it presses. What only a human can take further comes before what a message may still
    /// bring; whoever decides comes before whoever doesn't.
    fn weight(&self, days_left: i64, executive: bool) -> i64 {
        let near = if days_left <= NEAR { 250 + 10 * (NEAR - days_left) } else { 0 };
        match self {
            Self::Concern { .. } => 900,
            Self::Promised { .. } => 850,
            Self::Considering => 800,
            Self::Disagreement { .. } => 750,
            Self::OutOfReach { decides } if !decides.is_empty() => 700,
            Self::Stopped { decides } if !decides.is_empty() => 650,
            Self::DeciderSilent { .. } => 550 + near,
            Self::NoDecider { .. } => 500,
            Self::OutOfReach { .. } => 400,
            Self::Stopped { .. } => 350,
            Self::Silent if executive => 300 + near / 2,
            Self::Silent => 200 + near / 2,
        }
    }
}

/// The `most` best conversations about `initiatives`, the best first.
pub fn next_conversations<'a>(
    program: &Program,
    state: &State,
    seen: &Observations,
    roster: &Roster<'_>,
    initiatives: impl IntoIterator<Item = &'a Initiative>,
    now: Timestamp,
    most: usize,
) -> Vec<Next> {
    let mut found: Vec<(i64, usize, Next)> = Vec::new();
    for (rank, initiative) in initiatives.into_iter().enumerate() {
        let Some(window) = program.window(initiative.quarter).filter(|window| now < window.freezes) else {
            continue;
        };
        let stakeholders = roster.stakeholders(initiative);
        let about = About { state, seen, initiative, stakeholders: &stakeholders };
        about.collect(rank, days_left(&window, now), &mut found);
    }
    found.sort_by(|(weight, rank, next), (other_weight, other_rank, other)| {
        (other_weight, rank, &next.person).cmp(&(weight, other_rank, &other.person))
    });
    let mut met = BTreeSet::new();
    let mut kept = Vec::new();
    for (_, _, next) in found {
        if next.person.as_ref().is_none_or(|person| met.insert(person.clone())) {
            kept.push(next);
        }
        if kept.len() == most {
            break;
        }
    }
    kept
}

fn days_left(window: &PlanningWindow, now: Timestamp) -> i64 {
    window.freezes.duration_since(now).as_hours() / 24
}

struct About<'a> {
    state: &'a State,
    seen: &'a Observations,
    initiative: &'a Initiative,
    stakeholders: &'a [Stakeholder],
}

impl About<'_> {
    fn collect(&self, rank: usize, days_left: i64, found: &mut Vec<(i64, usize, Next)>) {
        let mut add = |person: Option<PersonId>, executive: bool, why: Why| {
            let weight = why.weight(days_left, executive);
            found.push((weight, rank, Next { initiative: self.initiative.id.clone(), person, why }));
        };
        let about = (self.initiative.id.clone(), self.initiative.quarter);
        for stakeholder in self.stakeholders {
            let known = self.state.person(&stakeholder.person);
            let engagement = known.and_then(|known| known.engagements.get(&about));
            if let Some(why) = self.why(stakeholder, engagement) {
                let executive = stakeholder.audience == Audience::Executive;
                add(Some(stakeholder.person.clone()), executive, why);
            }
        }
        let disagreements = disagreements(self.state, self.initiative, self.stakeholders);
        for ask in self.initiative.asks.values().filter(|ask| !self.is_planned(&ask.team)) {
            match &ask.decider {
                None => add(None, false, Why::NoDecider { team: ask.team.clone() }),
                Some(decider) if disagreements.contains(&ask.team) => {
                    add(Some(decider.clone()), false, Why::Disagreement { team: ask.team.clone() });
                }
                Some(_) => {}
            }
        }
    }

    fn is_planned(&self, team: &TeamId) -> bool {
        !self.state.items.is_empty()
            && self.state.items.contains_key(&(
                self.initiative.id.clone(),
                team.clone(),
                self.initiative.quarter,
            ))
    }

    fn why(&self, stakeholder: &Stakeholder, engagement: Option<&Engagement>) -> Option<Why> {
        if let Some(engagement) = engagement {
            if let Some(of) = engagement.concern {
                let since = self.state.received.get(&of).map(|received| received.at);
                return Some(Why::Concern { since });
            }
            if engagement.conversation.is_some() {
                return None;
            }
            if let Some(by) = &engagement.handed_over {
                return Some(Why::Promised { by: by.clone() });
            }
        }
        match engagement.and_then(Engagement::stance).map(|taken| taken.stance) {
            Some(Stance::Considering) => return Some(Why::Considering),
            Some(Stance::Concerned) => return Some(Why::Concern { since: None }),
            Some(Stance::Committed | Stance::FirstStep | Stance::Supportive | Stance::Declined) => {
                return None;
            }
            None => {}
        }
        if stakeholder.teams.iter().all(|team| self.is_planned(team)) {
            return None;
        }
        let decides: Vec<TeamId> = stakeholder
            .teams
            .iter()
            .filter(|team| {
                let decider = self.initiative.asks.get(*team).and_then(|ask| ask.decider.as_ref());
                decider == Some(&stakeholder.person) && !self.is_planned(team)
            })
            .cloned()
            .collect();
        if out_of_reach(self.state, self.seen, &stakeholder.person).is_some() {
            return Some(Why::OutOfReach { decides });
        }
        let known = self.state.person(&stakeholder.person)?;
        if known.stopped || known.stopped_initiatives.contains(&self.initiative.id) {
            return Some(Why::Stopped { decides });
        }
        let engagement = engagement?;
        if engagement.is_engaged() || !was_reached(self.state, engagement) {
            return None;
        }
        Some(if decides.is_empty() { Why::Silent } else { Why::DeciderSilent { teams: decides } })
    }
}
