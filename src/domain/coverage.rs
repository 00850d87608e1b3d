//! Who has been reached and engaged, and who was left out (rule R8).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::account::Disbelief;
use super::calendar::Quarter;
use super::effect::PostId;
use super::engagement::{Audience, Stance, Touch};
use super::ids::{InitiativeId, PersonId, Seq, TeamId};
use super::initiative::Initiative;
use super::marks;
use super::observation::Observations;
use super::program::{Program, Stakeholder};
use super::silence::{Silence, unasked};
use super::state::{Engagement, Phase, State};

/// How far one person has come on one team's ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "status", content = "stance", rename_all = "snake_case")]
pub enum Standing {
    /// Nothing has been sent yet.
    Untouched,
    /// A message was delivered.
    Reached,
    /// They asked, talked, or a conversation was recorded, but took no stance.
    Engaged,
    /// They took this stance.
    Stance(Stance),
}

/// One person in a cell of the matrix.
#[derive(Debug, Clone, Serialize)]
pub struct Covered {
    /// Who.
    pub person: PersonId,
    /// Whether they answer for the team on this ask.
    pub decides: bool,
    /// How far they have come.
    #[serde(flatten)]
    pub standing: Standing,
    /// Slack says that no message can reach them.
    pub unreachable: bool,
}

/// A cell of the matrix: the people of one audience on one team.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// The team.
    pub team: TeamId,
    /// The audience.
    pub audience: Audience,
    /// The ask wants somebody of this audience.
    pub required: bool,
    /// Who they are.
    pub people: Vec<Covered>,
}

/// Somebody or something that is missing before planning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum Gap {
    /// Nobody of a required audience is on the team.
    NobodyInAudience {
        /// The team.
        team: TeamId,
        /// The audience.
        audience: Audience,
    },
    /// Nobody answers for the team on this ask.
    NoDecider {
        /// The team.
        team: TeamId,
    },
    /// Slack says that no message can reach this person.
    Unreachable {
        /// Who.
        person: PersonId,
        /// Slack's code.
        code: String,
    },
    /// This person's account is switched off: they have left.
    Deactivated {
        /// Who.
        person: PersonId,
    },
    /// Nobody in the workspace is this person, by the address that the configuration gives.
    NotInSlack {
        /// Who.
        person: PersonId,
        /// Why the account that has their address is not believed to be theirs, if one has.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<Disbelief>,
    },
    /// Whether a message reached this person can't be found out.
    Unknown {
        /// Who.
        person: PersonId,
    },
    /// A message to this person was given up, since its time had passed, and none has reached them.
    Missed {
        /// Who.
        person: PersonId,
    },
    /// Slack refused the message to this person for its content.
    Refused {
        /// To whom.
        person: PersonId,
        /// Slack's code.
        code: String,
    },
    /// A concern is waiting for a human.
    Concerned {
        /// Whose.
        person: PersonId,
        /// The record of it.
        of: Seq,
    },
    /// They said that somebody else decides, and no advocate has settled that yet.
    Referred {
        /// Who said so.
        person: PersonId,
        /// The record of it.
        of: Seq,
    },
    /// They said that somebody is missing, and no advocate has settled that yet.
    Named {
        /// Who said so.
        person: PersonId,
        /// The record of it.
        of: Seq,
    },
    /// An advocate decided that they are asked for these teams, nothing more is written to them, and nobody has asked.
    Unasked {
        /// Who.
        person: PersonId,
        /// For which teams.
        teams: Vec<TeamId>,
        /// Why nothing is written to them.
        because: Silence,
    },
    /// They asked to be forgotten: somebody else has to be found, or the configuration still names them.
    Forgotten {
        /// What the configuration calls them.
        person: PersonId,
    },
    /// They asked for no more messages and have not answered: only a conversation can reach them.
    Stopped {
        /// Who.
        person: PersonId,
    },
    /// An advocate speaks to them instead of the bot, and has yet to record it.
    HandedOver {
        /// To whom.
        person: PersonId,
        /// The advocate.
        by: PersonId,
    },
    /// A time that they booked is over, and nobody has said how it went: until then nothing is sent to them.
    Unsaid {
        /// The guest.
        person: PersonId,
        /// Who was to be there.
        host: PersonId,
    },
    /// Answers in the team don't go together.
    Disagreement {
        /// The team.
        team: TeamId,
    },
}

/// What somebody said that makes a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// A concern.
    Concern,
    /// Somebody else decides.
    Decides,
    /// Somebody is missing.
    Missing,
}

impl Gap {
    /// Who said what, by which record, where that is for an advocate to settle.
    pub fn said(&self) -> Option<(&PersonId, Saying, Seq)> {
        match self {
            Self::Concerned { person, of } => Some((person, Saying::Concern, *of)),
            Self::Referred { person, of } => Some((person, Saying::Decides, *of)),
            Self::Named { person, of } => Some((person, Saying::Missing, *of)),
            Self::NobodyInAudience { .. }
            | Self::NoDecider { .. }
            | Self::Unreachable { .. }
            | Self::Deactivated { .. }
            | Self::NotInSlack { .. }
            | Self::Unknown { .. }
            | Self::Missed { .. }
            | Self::Refused { .. }
            | Self::Unasked { .. }
            | Self::Forgotten { .. }
            | Self::Stopped { .. }
            | Self::HandedOver { .. }
            | Self::Unsaid { .. }
            | Self::Disagreement { .. } => None,
        }
    }
}

/// The coverage of one initiative in one quarter.
#[derive(Debug, Clone, Serialize)]
pub struct Coverage {
    /// Which initiative.
    pub initiative: InitiativeId,
    /// Its name.
    pub title: String,
    /// For which planning.
    pub quarter: Quarter,
    /// The matrix, by team, then audience; cells that are neither staffed nor required are left out.
    pub cells: Vec<Cell>,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// The coverage of `initiative` as it stands at `now`. Who has left and who was never found in Slack is known
    /// only where the workspace was `seen`.
    pub fn of(
        program: &Program,
        state: &State,
        seen: &Observations,
        initiative: &Initiative,
        now: Timestamp,
    ) -> Self {
        Self::among(program, state, seen, (initiative, &program.stakeholders(initiative)), now)
    }

    /// As [`Coverage::of`], to whom it is argued given.
    pub fn among(
        program: &Program,
        state: &State,
        seen: &Observations,
        (initiative, stakeholders): (&Initiative, &[Stakeholder]),
        now: Timestamp,
    ) -> Self {
        let mut staffed: BTreeMap<(&TeamId, Audience), Vec<Covered>> = BTreeMap::new();
        for stakeholder in stakeholders {
            // Somebody in two roles is written to in one, and stands for both.
            let Some(person) = program.people.get(&stakeholder.person) else { continue };
            // Somebody who is listed twice is one human: what they did is known under the first of their ids.
            let first = seen.same.get(&stakeholder.person).unwrap_or(&stakeholder.person);
            for ask in stakeholder.teams.iter().filter_map(|team| initiative.asks.get(team)) {
                let argued = [stakeholder.audience];
                for audience in person.audiences.iter().chain(&argued).collect::<BTreeSet<_>>() {
                    let decider = ask.decider.as_ref();
                    let decides = decider == Some(&stakeholder.person) || decider == Some(first);
                    let unreachable = out_of_reach(program, state, seen, first).is_some();
                    let mut covered = covered(state, initiative, &ask.team, decides, first, unreachable);
                    // What an advocate recorded under the second id counts as well.
                    let second = standing(state, initiative, &ask.team, &stakeholder.person);
                    covered.standing = covered.standing.max(second);
                    let cell = staffed.entry((&ask.team, *audience)).or_default();
                    match cell.iter_mut().find(|listed| listed.person == *first) {
                        Some(listed) => {
                            listed.decides |= decides;
                            listed.standing = listed.standing.max(covered.standing);
                        }
                        None => cell.push(covered),
                    }
                }
            }
        }
        // Whoever was relieved is still who they are on the team, so nobody is missing there.
        let is_relieved = |team: &TeamId, audience: Audience| {
            initiative.relieved().any(|(who, of)| {
                of == team
                    && program.people.get(who).is_some_and(|person| person.audiences.contains(&audience))
            })
        };
        let mut cells = Vec::new();
        for ask in initiative.asks.values() {
            for audience in Audience::ALL {
                let required = ask.required.contains(&audience) && !is_relieved(&ask.team, audience);
                let people = staffed.remove(&(&ask.team, audience)).unwrap_or_default();
                if required || !people.is_empty() {
                    cells.push(Cell { team: ask.team.clone(), audience, required, people });
                }
            }
        }
        let gaps = gaps(program, state, seen, (initiative, stakeholders), &cells, now);
        count_forgotten(state, initiative, &mut cells);
        Self {
            initiative: initiative.id.clone(),
            title: initiative.title.clone(),
            quarter: initiative.quarter,
            cells,
            gaps,
        }
    }
}

/// Adds those who were forgotten to the cells in which they were counted: they stand for nobody who is missing.
fn count_forgotten(state: &State, initiative: &Initiative, cells: &mut [Cell]) {
    for pseudonym in state.forgotten.keys() {
        let engagement = state.engagement(pseudonym, &initiative.id, initiative.quarter);
        let sent = engagement.into_iter().flat_map(|engagement| engagement.deliveries.values());
        let Some(post) = sent.filter_map(|post| state.post(*post)).next_back() else { continue };
        for team in &post.teams {
            let cell =
                cells.iter_mut().find(|cell| cell.team == *team && Some(cell.audience) == post.audience);
            if let Some(cell) = cell {
                cell.people.push(covered(state, initiative, team, false, pseudonym, false));
            }
        }
    }
}

fn covered(
    state: &State,
    initiative: &Initiative,
    team: &TeamId,
    decides: bool,
    person: &PersonId,
    unreachable: bool,
) -> Covered {
    let standing = standing(state, initiative, team, person);
    Covered { person: person.clone(), decides, standing, unreachable }
}

fn standing(state: &State, initiative: &Initiative, team: &TeamId, person: &PersonId) -> Standing {
    let engagement = state.engagement(person, &initiative.id, initiative.quarter);
    let stance = engagement.and_then(|engagement| engagement.stances.get(team));
    let reached = || {
        engagement.is_some_and(|engagement| {
            engagement
                .deliveries
                .values()
                .any(|post| state.post(*post).is_some_and(|post| matches!(post.phase, Phase::Sent { .. })))
        })
    };
    match stance {
        Some(stance) => Standing::Stance(stance.stance),
        None if engagement.is_some_and(Engagement::is_engaged) => Standing::Engaged,
        None if reached() => Standing::Reached,
        None => Standing::Untouched,
    }
}

/// Why no message can reach `person`, as far as it is known.
pub fn out_of_reach(program: &Program, state: &State, seen: &Observations, id: &PersonId) -> Option<Gap> {
    if program.people.get(id).is_some_and(|person| marks::is_forgotten(state, seen, person)) {
        return Some(Gap::Forgotten { person: id.clone() });
    }
    // Whoever is written to under another id is not left out.
    if seen.same.contains_key(id) {
        return None;
    }
    let (known, person) = (state.person(id), id.clone());
    let refused = known.and_then(|known| known.unreachable.as_ref());
    if let Some(refused) = refused {
        return Some(Gap::Unreachable { person, code: refused.code.clone() });
    }
    if seen.of(id).is_some_and(|seen| seen.deactivated) {
        return Some(Gap::Deactivated { person });
    }
    let linked = program.people.get(id).is_some_and(|person| person.account(state).is_some());
    let was_read = !seen.people.is_empty();
    let because = known.and_then(|known| known.doubted.as_ref()).map(|doubted| doubted.because);
    (was_read && !linked).then_some(Gap::NotInSlack { person, because })
}

fn gaps(
    program: &Program,
    state: &State,
    seen: &Observations,
    (initiative, stakeholders): (&Initiative, &[Stakeholder]),
    cells: &[Cell],
    now: Timestamp,
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for cell in cells.iter().filter(|cell| cell.required && cell.people.is_empty()) {
        gaps.push(Gap::NobodyInAudience { team: cell.team.clone(), audience: cell.audience });
    }
    let disagreements = disagreements(state, initiative, stakeholders);
    for ask in initiative.asks.values() {
        if ask.decider.is_none() {
            gaps.push(Gap::NoDecider { team: ask.team.clone() });
        }
        if disagreements.contains(&ask.team) {
            gaps.push(Gap::Disagreement { team: ask.team.clone() });
        }
    }
    for Stakeholder { person, .. } in stakeholders {
        gaps.extend(out_of_reach(program, state, seen, person));
        let engagement = state.engagement(person, &initiative.id, initiative.quarter);
        gaps.extend(gaps_of(program, state, initiative, person, engagement, now));
    }
    gaps
}

/// What is missing about one person whom a message can reach, of whom this is known about `initiative`.
pub(super) fn gaps_of<'a>(
    program: &Program,
    state: &State,
    initiative: &Initiative,
    person: &'a PersonId,
    engagement: Option<&Engagement>,
    now: Timestamp,
) -> impl Iterator<Item = Gap> + use<'a> {
    let known = state.person(person);
    let is = |of: fn(&Engagement) -> bool| engagement.is_some_and(of);
    let unknown =
        engagement.is_some_and(|engagement| engagement.unknown || state.may_not_look_up(engagement));
    let refused = engagement.and_then(Engagement::refused_unheard).map(str::to_owned);
    let hints: Vec<Gap> = engagement
        .into_iter()
        .flat_map(|engagement| state.open_hints(engagement))
        .map(|(of, decides)| match decides {
            true => Gap::Referred { person: person.clone(), of },
            false => Gap::Named { person: person.clone(), of },
        })
        .collect();
    let passed_by = engagement.is_some_and(|engagement| passed_by(state, engagement));
    let taken_over = engagement.filter(|engagement| engagement.conversation.is_none());
    let taken_over = taken_over.and_then(|engagement| engagement.handed_over.clone());
    let unsaid = state.unsaid(person, &initiative.id, initiative.quarter, now);
    // A conversation that was recorded since says how it went.
    let talked = |since| engagement.and_then(|of| of.conversation).is_some_and(|(_, at)| since <= at);
    let unsaid = unsaid.filter(|booking| !talked(booking.slot.starts));
    let stopped =
        known.is_some_and(|known| known.stopped || known.stopped_initiatives.contains(&initiative.id));
    // Two of these are gaps by themselves already.
    let told = |because: &Silence| match because {
        Silence::HandedOver(_) => true,
        Silence::Stopped => !is(Engagement::is_engaged),
        Silence::Talked | Silence::Answered(_) | Silence::AskedEnough => false,
    };
    let unasked = unasked(program, state, initiative, person).filter(|(because, _)| !told(because));
    let person = move || person.clone();
    [
        unknown.then(|| Gap::Unknown { person: person() }),
        passed_by.then(|| Gap::Missed { person: person() }),
        refused.map(|code| Gap::Refused { person: person(), code }),
        engagement.and_then(|of| of.concern).map(|of| Gap::Concerned { person: person(), of }),
        unasked.map(|(because, teams)| Gap::Unasked { person: person(), teams, because }),
        taken_over.map(|by| Gap::HandedOver { person: person(), by }),
        unsaid.map(|booking| Gap::Unsaid { person: person(), host: booking.slot.host.clone() }),
        (stopped && !is(Engagement::is_engaged)).then(|| Gap::Stopped { person: person() }),
    ]
    .into_iter()
    .flatten()
    .chain(hints)
}

/// Whether what asks was given up, since its time had passed, and nothing has reached them or been heard of them. A
/// heads-up only announces: what asks is still to come.
fn passed_by(state: &State, engagement: &Engagement) -> bool {
    let given_up = |post: &PostId| state.post(*post).is_some_and(|post| post.phase == Phase::Missed);
    let mut asks = engagement.deliveries.iter().filter(|((touch, _), _)| *touch != Touch::HeadsUp);
    engagement.passed_by() && asks.any(|(_, post)| given_up(post))
}

/// Whether two people of a team gave answers that don't go together: one plans it, another declines.
pub fn disagree(state: &State, initiative: &Initiative, team: &TeamId, stakeholders: &[Stakeholder]) -> bool {
    disagreements(state, initiative, stakeholders).contains(team)
}

/// The teams in which answers don't go together.
pub fn disagreements<'a>(
    state: &'a State,
    initiative: &Initiative,
    stakeholders: &[Stakeholder],
) -> BTreeSet<&'a TeamId> {
    let about = (initiative.id.clone(), initiative.quarter);
    let (mut plan, mut decline) = (BTreeSet::new(), BTreeSet::new());
    for stakeholder in stakeholders.iter().filter(|of| of.audience != Audience::Executive) {
        let known = state.person(&stakeholder.person);
        let Some(engagement) = known.and_then(|known| known.engagements.get(&about)) else { continue };
        for (team, taken) in &engagement.stances {
            if !stakeholder.teams.contains(team) {
                continue;
            }
            match taken.stance {
                Stance::Committed | Stance::FirstStep => _ = plan.insert(team),
                Stance::Declined => _ = decline.insert(team),
                Stance::Supportive | Stance::Considering | Stance::Concerned => {}
            }
        }
    }
    plan.intersection(&decline).copied().collect()
}
