//! All initiatives at once: how far each has come, who is left out, whom to talk to next.
//!
//! Invariant: the same figures as [`Progress`] and the same gaps as [`Coverage`](super::coverage::Coverage)
//! give for each initiative by itself. Everybody is walked once, so that a page over fifty initiatives and
//! two thousand people is quick; what depends on the configuration alone is worked out once for it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::calendar::Quarter;
use super::coverage::{Gap, gaps_of, out_of_reach};
use super::engagement::{Audience, Stance};
use super::ids::{InitiativeId, PersonId, TeamId};
use super::initiative::Initiative;
use super::next::{Asked, Next, Why, days_left, why};
use super::observation::Observations;
use super::program::Program;
use super::progress::Progress;
use super::roster::Roster;
use super::state::{Engagement, State};

/// What is argued to whom, by person.
#[derive(Debug, Default)]
pub struct Argued {
    pub(super) people: Vec<(PersonId, Vec<Argument>)>,
    /// By initiative: what is missing whatever anybody says.
    gaps: Vec<Vec<Gap>>,
}

/// One initiative that is argued to somebody.
#[derive(Debug)]
pub(super) struct Argument {
    /// Sorted by it, as engagements are.
    pub(super) about: (InitiativeId, Quarter),
    /// Its place in the advocate's order.
    pub(super) rank: usize,
    asked: Asked,
}

impl Argued {
    /// Everything that is argued to anybody.
    pub fn of(program: &Program) -> Self {
        Self::among(program, |_| true)
    }

    /// What is argued to anybody of the initiatives for which `wanted` holds.
    pub fn among(program: &Program, wanted: impl Fn(&Initiative) -> bool) -> Self {
        let roster = Roster::of(program);
        let mut people: BTreeMap<PersonId, Vec<Argument>> = BTreeMap::new();
        let mut gaps = Vec::new();
        for (rank, initiative) in program.initiatives.iter().enumerate() {
            if !wanted(initiative) {
                gaps.push(Vec::new());
                continue;
            }
            let mut staffed: HashSet<(TeamId, Audience)> = HashSet::new();
            for stakeholder in roster.stakeholders(initiative) {
                // Whoever is approached may have no other role than the one that is argued to them.
                let roles = program.people.get(&stakeholder.person).map(|person| &person.audiences);
                for audience in roles.into_iter().flatten().chain([&stakeholder.audience]) {
                    staffed.extend(stakeholder.teams.iter().map(|team| (team.clone(), *audience)));
                }
                let about = (initiative.id.clone(), initiative.quarter);
                let (person, asked) = Asked::of(initiative, stakeholder);
                people.entry(person).or_default().push(Argument { about, rank, asked });
            }
            for (who, team) in initiative.relieved() {
                let roles = program.people.get(who).into_iter().flat_map(|person| &person.audiences);
                staffed.extend(roles.map(|audience| (team.clone(), *audience)));
            }
            gaps.push(standing_gaps(initiative, &staffed));
        }
        for arguments in people.values_mut() {
            arguments.sort_by(|a, b| a.about.cmp(&b.about));
        }
        Self { people: people.into_iter().collect(), gaps }
    }

    /// Whether that is argued to `person`.
    fn is_to(&self, person: &PersonId, about: &(InitiativeId, Quarter)) -> bool {
        let place = self.people.binary_search_by(|(of, _)| of.cmp(person));
        let arguments = place.ok().and_then(|place| self.people.get(place)).map(|(_, of)| of.as_slice());
        arguments.is_some_and(|all| all.binary_search_by(|argument| argument.about.cmp(about)).is_ok())
    }
}

fn standing_gaps(initiative: &Initiative, staffed: &HashSet<(TeamId, Audience)>) -> Vec<Gap> {
    let asks = || initiative.asks.values();
    let missing = asks().flat_map(|ask| {
        let nobody = Audience::ALL.into_iter().filter(|audience| {
            ask.required.contains(audience) && !staffed.contains(&(ask.team.clone(), *audience))
        });
        nobody.map(|audience| Gap::NobodyInAudience { team: ask.team.clone(), audience })
    });
    let undecided = asks().filter(|ask| ask.decider.is_none());
    missing.chain(undecided.map(|ask| Gap::NoDecider { team: ask.team.clone() })).collect()
}

/// How initiatives stand; by their place in the advocate's order. Worked out once for everybody who looks.
#[derive(Debug, Default)]
pub struct Standings {
    progress: Vec<Progress>,
    gaps: Vec<Vec<Gap>>,
    /// The best conversations about each by itself, with what they weigh, the best first.
    next: Vec<Vec<(i64, Next)>>,
}

/// How the initiatives that somebody oversees stand; by their place in the advocate's order.
#[derive(Debug)]
pub struct Survey<'a> {
    /// Their figures.
    pub progress: &'a [Progress],
    /// Who and what is missing.
    pub gaps: &'a [Vec<Gap>],
    /// The best conversations, the best first.
    pub next: Vec<Next>,
}

/// Conversations that are suggested at most.
pub const CONVERSATIONS: usize = 3;

impl Standings {
    /// How the initiatives stand for which `wanted` holds.
    pub fn of(
        program: &Program,
        state: &State,
        seen: &Observations,
        argued: &Argued,
        wanted: impl Fn(&Initiative) -> bool,
        now: Timestamp,
    ) -> Self {
        // Days until the freeze, for what may still be planned.
        let left: Vec<(bool, Option<i64>)> = program
            .initiatives
            .iter()
            .map(|initiative| {
                let window = program.window(initiative.quarter).filter(|window| now < window.freezes);
                (wanted(initiative), window.map(|window| days_left(&window, now)))
            })
            .collect();
        let mut standings = Self {
            progress: vec![Progress::default(); program.initiatives.len()],
            gaps: argued.gaps.clone(),
            next: vec![Vec::new(); program.initiatives.len()],
        };
        let mut sides: HashMap<(usize, &TeamId), (bool, bool)> = HashMap::new();
        for (person, arguments) in &argued.people {
            let known = state.person(person);
            let beyond = out_of_reach(program, state, seen, person);
            let forgotten = matches!(beyond, Some(Gap::Forgotten { .. }));
            let mut engagements = known.into_iter().flat_map(|known| &known.engagements).peekable();
            for Argument { about, rank, asked } in arguments {
                while engagements.next_if(|(key, _)| *key < about).is_some() {}
                let engagement =
                    engagements.next_if(|(key, _)| *key == about).map(|(_, engagement)| engagement.as_ref());
                let (Some((true, left)), Some(initiative)) =
                    (left.get(*rank), program.initiatives.get(*rank))
                else {
                    continue;
                };
                if let Some(progress) = standings.progress.get_mut(*rank) {
                    match seen.same.get(person).filter(|first| argued.is_to(first, about)) {
                        Some(first) => {
                            let first = state.engagement(first, &initiative.id, initiative.quarter);
                            progress.count_again(first, engagement);
                        }
                        None => progress.count(engagement),
                    }
                }
                let stopped = known
                    .is_some_and(|known| known.stopped || known.stopped_initiatives.contains(&initiative.id));
                if let Some(gaps) = standings.gaps.get_mut(*rank) {
                    gaps.extend(beyond.clone());
                    gaps.extend(gaps_of(program, state, initiative, person, engagement, now));
                }
                if let Some(engagement) = engagement.filter(|_| asked.audience != Audience::Executive) {
                    note_sides(&mut sides, *rank, asked, engagement);
                }
                let Some(left) = left.as_ref().filter(|_| !forgotten) else { continue };
                let Some(why) = why(state, initiative, asked, engagement, beyond.is_some(), stopped) else {
                    continue;
                };
                // They have a time to talk ahead; only what weighs more is worth a word before.
                let waits = !matches!(why, Why::Concern { .. });
                if waits && state.has_booked_ahead(person, &initiative.id, initiative.quarter, now) {
                    continue;
                }
                let weight = why.weight(*left, asked.audience == Audience::Executive);
                standings.suggest(*rank, weight, initiative, Some(person), why);
            }
        }
        for (rank, initiative) in program.initiatives.iter().enumerate() {
            let Some((true, left)) = left.get(rank) else { continue };
            for ask in initiative.asks.values() {
                let disagrees = sides.get(&(rank, &ask.team)) == Some(&(true, true));
                if disagrees && let Some(gaps) = standings.gaps.get_mut(rank) {
                    gaps.push(Gap::Disagreement { team: ask.team.clone() });
                }
                let Some(left) = left.filter(|_| !asked_and_planned(state, initiative, &ask.team)) else {
                    continue;
                };
                let team = ask.team.clone();
                let why = match &ask.decider {
                    None => Why::NoDecider { team },
                    Some(_) if disagrees => Why::Disagreement { team },
                    Some(_) => continue,
                };
                standings.suggest(rank, why.weight(left, false), initiative, ask.decider.as_ref(), why);
            }
        }
        standings
    }

    /// Keeps a conversation if it is among the best about its initiative. Each person is kept once: whoever
    /// is among the best of several initiatives is among the best of each.
    fn suggest(
        &mut self,
        rank: usize,
        weight: i64,
        initiative: &Initiative,
        person: Option<&PersonId>,
        why: Why,
    ) {
        let Some(best) = self.next.get_mut(rank) else { return };
        let is_full = best.len() >= CONVERSATIONS;
        if is_full && best.last().is_some_and(|(lightest, _)| weight <= *lightest) {
            return;
        }
        let before = best.iter().position(|(_, next)| person.is_some() && next.person.as_ref() == person);
        match before {
            Some(place) if best.get(place).is_some_and(|(before, _)| weight <= *before) => return,
            Some(place) => _ = best.remove(place),
            None => {}
        }
        let place = best.partition_point(|(heavier, _)| weight <= *heavier);
        let next = Next { initiative: initiative.id.clone(), person: person.cloned(), why };
        best.insert(place, (weight, next));
        best.truncate(CONVERSATIONS);
    }

    /// What somebody sees of it who oversees the initiatives for which `oversees` holds; `most`
    /// conversations are suggested.
    pub fn survey(
        &self,
        program: &Program,
        oversees: impl Fn(&Initiative) -> bool,
        most: usize,
    ) -> Survey<'_> {
        let theirs = program.initiatives.iter().zip(&self.next).enumerate();
        let theirs = theirs.filter(|(_, (initiative, _))| most > 0 && oversees(initiative));
        let best =
            theirs.flat_map(|(rank, (_, next))| next.iter().map(move |(weight, next)| (*weight, rank, next)));
        Survey {
            progress: &self.progress,
            gaps: &self.gaps,
            next: first(best.collect(), most.min(CONVERSATIONS)),
        }
    }
}

/// The heaviest, each person once.
fn first(mut best: Vec<(i64, usize, &Next)>, most: usize) -> Vec<Next> {
    best.sort_by_key(|(weight, rank, _)| (Reverse(*weight), *rank));
    let mut met = HashSet::new();
    let fresh =
        best.into_iter().filter(|(_, _, next)| next.person.as_ref().is_none_or(|person| met.insert(person)));
    fresh.take(most).map(|(_, _, next)| next.clone()).collect()
}

fn asked_and_planned(state: &State, initiative: &Initiative, team: &TeamId) -> bool {
    !state.items.is_empty()
        && state.items.contains_key(&(initiative.id.clone(), team.clone(), initiative.quarter))
}

fn note_sides<'a>(
    sides: &mut HashMap<(usize, &'a TeamId), (bool, bool)>,
    rank: usize,
    asked: &Asked,
    engagement: &'a Engagement,
) {
    for (team, taken) in engagement.stances.iter().filter(|(team, _)| asked.teams.contains(team)) {
        match taken.stance {
            Stance::Committed | Stance::FirstStep => sides.entry((rank, team)).or_default().0 = true,
            Stance::Declined => sides.entry((rank, team)).or_default().1 = true,
            Stance::Supportive | Stance::Considering | Stance::Concerned => {}
        }
    }
}
