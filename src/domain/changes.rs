//! What changed about an advocate's initiatives since they last heard of it.

use jiff::Timestamp;

use super::engagement::Stance;
use super::event::Said;
use super::ids::{InitiativeId, PersonId, Seq, TeamId};
use super::initiative::Initiative;
use super::program::Program;
use super::question::in_charge_of;
use super::state::{BookingState, Engagement, Phase, Received, State};
use super::survey::Argued;

/// What changed about one initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Which.
    pub initiative: InitiativeId,
    /// Stances taken, and the no of whoever has said why since; the latest last.
    pub answers: Vec<(PersonId, Stance)>,
    /// Concerns raised, by whom.
    pub concerns: Vec<PersonId>,
    /// Questions asked, by whom.
    pub questions: Vec<PersonId>,
    /// Conversations recorded, with whom.
    pub conversations: Vec<PersonId>,
    /// Teams whose item is in their plan.
    pub planned: Vec<TeamId>,
    /// Who was written to.
    pub written_to: Vec<PersonId>,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.answers.is_empty()
            && self.concerns.is_empty()
            && self.questions.is_empty()
            && self.conversations.is_empty()
            && self.planned.is_empty()
            && self.written_to.is_empty()
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

/// Whether anything happened after the record `since` and up to the moment `until` that `reader` wants to hear of.
/// What somebody said about no initiative is for the admins, and for those who argue anything with them.
pub fn any_news(program: &Program, state: &State, reader: &PersonId, since: Seq, until: Timestamp) -> bool {
    overseen(program, reader).any(|initiative| state.news.any(Some(&initiative.id), since, until))
        || state.news.each(None, since, until).any(|of| is_for(program, state, reader, of))
}

fn is_for(program: &Program, state: &State, reader: &PersonId, of: Seq) -> bool {
    let said = |received: &Received| {
        program.admins.contains(reader)
            || in_charge_of(program, state, of, None, &received.person).contains(reader)
    };
    let booked = |booking: &BookingState| program.admins.contains(reader) || booking.is_side(reader);
    state.received.get(&of).is_some_and(said) || state.bookings.get(&of).is_some_and(booked)
}

/// What changed after the record `since` about each initiative that `reader` oversees, to whom it is argued given;
/// those without changes are left out.
pub fn changes_since(
    program: &Program,
    state: &State,
    argued: &Argued,
    reader: &PersonId,
    since: Seq,
) -> Vec<Changes> {
    let oversees = |of: &Initiative| !of.withdrawn && program.sees_answers(reader, of);
    let mut all: Vec<Option<Gathered>> = program
        .initiatives
        .iter()
        .map(|of| oversees(of).then(|| Gathered::begin(state, of, since)))
        .collect();
    for (person, arguments) in &argued.people {
        let Some(known) = state.person(person) else { continue };
        for argument in arguments {
            let Some(Some(gathered)) = all.get_mut(argument.rank) else { continue };
            if let Some(engagement) = known.engagements.get(&argument.about) {
                gathered.take(state, person, engagement, since);
            }
        }
    }
    all.into_iter().flatten().map(Gathered::end).filter(|changes| !changes.is_empty()).collect()
}

/// Changes as they are found, person by person.
struct Gathered {
    changes: Changes,
    /// With the record that each goes back to.
    answers: Vec<(Seq, PersonId, Stance)>,
}

impl Gathered {
    fn begin(state: &State, initiative: &Initiative, since: Seq) -> Self {
        let planned = state.items.iter().filter(|((of, _, quarter), item)| {
            *of == initiative.id && *quarter == initiative.quarter && since < item.since
        });
        let changes = Changes {
            initiative: initiative.id.clone(),
            answers: Vec::new(),
            concerns: Vec::new(),
            questions: Vec::new(),
            conversations: Vec::new(),
            planned: planned.map(|((_, team, _), _)| team.clone()).collect(),
            written_to: Vec::new(),
        };
        Self { changes, answers: Vec::new() }
    }

    fn take(&mut self, state: &State, person: &PersonId, engagement: &Engagement, since: Seq) {
        if let Some(taken) = engagement.stance() {
            let why = engagement.why_not().filter(|_| taken.stance == Stance::Declined);
            let explained = why.and(engagement.reason_at).map(|(of, _)| of);
            let of = taken.since.max(explained.unwrap_or_default());
            if since < of {
                self.answers.push((of, person.clone(), taken.stance));
            }
        }
        let said = |kind: fn(Said) -> bool| {
            let fresh = engagement.said.iter().filter(|of| since < **of);
            let mut received = fresh.filter_map(|of| state.received.get(of));
            received.any(|received| !received.withdrawn && kind(received.said))
        };
        if said(|kind| matches!(kind, Said::Concern | Said::Correction)) {
            self.changes.concerns.push(person.clone());
        }
        if said(|kind| kind == Said::Question) {
            self.changes.questions.push(person.clone());
        }
        if engagement.conversation.is_some_and(|(of, _)| since < of) {
            self.changes.conversations.push(person.clone());
        }
        if was_written_to(state, engagement, since) {
            self.changes.written_to.push(person.clone());
        }
    }

    fn end(mut self) -> Changes {
        self.answers.sort_unstable_by_key(|(of, ..)| *of);
        self.changes.answers = self.answers.into_iter().map(|(_, person, stance)| (person, stance)).collect();
        self.changes
    }
}

fn was_written_to(state: &State, engagement: &Engagement, since: Seq) -> bool {
    engagement
        .deliveries
        .values()
        .filter_map(|post| state.post(*post))
        .any(|post| matches!(post.phase, Phase::Sent { .. }) && post.settled.is_some_and(|of| since < of))
}
