//! What changed about an advocate's initiatives since they last heard of it.

use jiff::Timestamp;

use super::engagement::Stance;
use super::event::Said;
use super::ids::{InitiativeId, PersonId, TeamId};
use super::initiative::Initiative;
use super::program::Program;
use super::roster::Roster;
use super::state::{Engagement, Phase, State};

/// What changed about one initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Which.
    pub initiative: InitiativeId,
    /// Stances taken, the latest last.
    pub answers: Vec<(PersonId, Stance)>,
    /// Concerns raised, by whom.
    pub concerns: Vec<PersonId>,
    /// Questions asked, by whom.
    pub questions: Vec<PersonId>,
    /// Conversations recorded, with whom.
    pub conversations: Vec<PersonId>,
    /// Teams whose item is in their plan.
    pub planned: Vec<TeamId>,
    /// How many people were written to.
    pub written_to: usize,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.answers.is_empty()
            && self.concerns.is_empty()
            && self.questions.is_empty()
            && self.conversations.is_empty()
            && self.planned.is_empty()
            && self.written_to == 0
    }
}

/// The initiatives whose answers `reader` sees, in the advocate's order.
pub fn overseen<'a>(program: &'a Program, reader: &PersonId) -> impl Iterator<Item = &'a Initiative> {
    let reader = reader.clone();
    program
        .initiatives
        .iter()
        .filter(move |initiative| !initiative.withdrawn && program.sees_answers(&reader, initiative))
}

/// Whether anything happened after `since` and up to `until` that `reader` wants to hear of.
pub fn any_news(
    program: &Program,
    state: &State,
    reader: &PersonId,
    since: Timestamp,
    until: Timestamp,
) -> bool {
    overseen(program, reader).any(|initiative| state.news.any(Some(&initiative.id), since, until))
        || state.news.any(None, since, until)
}

/// What changed after `since` about each initiative that `reader` oversees; those without changes are
/// left out.
pub fn changes_since(
    program: &Program,
    state: &State,
    roster: &Roster<'_>,
    reader: &PersonId,
    since: Timestamp,
) -> Vec<Changes> {
    overseen(program, reader)
        .map(|initiative| of(state, roster, initiative, since))
        .filter(|changes| !changes.is_empty())
        .collect()
}

fn of(state: &State, roster: &Roster<'_>, initiative: &Initiative, since: Timestamp) -> Changes {
    let mut changes = Changes {
        initiative: initiative.id.clone(),
        answers: Vec::new(),
        concerns: Vec::new(),
        questions: Vec::new(),
        conversations: Vec::new(),
        planned: Vec::new(),
        written_to: 0,
    };
    let about = (initiative.id.clone(), initiative.quarter);
    let mut answers = Vec::new();
    for stakeholder in roster.stakeholders(initiative) {
        let known = state.person(&stakeholder.person);
        let Some(engagement) = known.and_then(|known| known.engagements.get(&about)) else { continue };
        let person = stakeholder.person;
        if let Some(taken) = engagement.stance().filter(|taken| since < taken.at) {
            answers.push((taken.since, person.clone(), taken.stance));
        }
        let said = |kind: fn(Said) -> bool| {
            let mut received = engagement.said.iter().filter_map(|of| state.received.get(of));
            received.any(|received| since < received.at && !received.withdrawn && kind(received.said))
        };
        if said(|kind| matches!(kind, Said::Concern | Said::Correction)) {
            changes.concerns.push(person.clone());
        }
        if said(|kind| kind == Said::Question) {
            changes.questions.push(person.clone());
        }
        if engagement.conversation.is_some_and(|at| since < at) {
            changes.conversations.push(person);
        }
        changes.written_to += usize::from(was_written_to(state, engagement, since));
    }
    answers.sort_unstable_by_key(|(of, ..)| *of);
    changes.answers = answers.into_iter().map(|(_, person, stance)| (person, stance)).collect();
    changes.planned = state
        .items
        .iter()
        .filter(|((of, _, quarter), item)| {
            *of == initiative.id && *quarter == initiative.quarter && since < item.at
        })
        .map(|((_, team, _), _)| team.clone())
        .collect();
    changes
}

fn was_written_to(state: &State, engagement: &Engagement, since: Timestamp) -> bool {
    engagement
        .deliveries
        .values()
        .filter_map(|post| state.post(*post))
        .any(|post| matches!(&post.phase, Phase::Sent { at, .. } if since < *at))
}
