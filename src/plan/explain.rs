//! Who gets what, when, who is skipped and why, and who is left out: what `canvass plan` prints.
//!
//! Invariant: for every person an initiative concerns, each touch of the cadence is sent, planned, or
//! skipped for a named reason (rule R8).

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use serde::Serialize;

use crate::domain::calendar::Quarter;
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::directory::Person;
use crate::domain::effect::{DeliveryKey, PostKey};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::ids::{InitiativeId, PersonId, TeamId};
use crate::domain::initiative::Initiative;
use crate::domain::marks;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::case::{Case, Ground, Memo, Recipient, settled};
use super::eligible::{case_of, in_force, in_the_way};
use super::forecast::{Step, assumed, run};
use super::skip::Skip;
use super::touches::{Frame, Slot};

/// Everything planned, sent and skipped, by initiative in the advocate's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// As of when.
    pub at: Timestamp,
    /// Up to when.
    pub until: Timestamp,
    /// What holds everything now; the rows say what goes out once it is mended.
    pub held: Option<Skip>,
    /// By initiative.
    pub initiatives: Vec<InitiativePlan>,
}

/// One initiative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InitiativePlan {
    /// Which.
    pub initiative: InitiativeId,
    /// Its name.
    pub title: String,
    /// For which planning.
    pub quarter: Quarter,
    /// The days on which planning opens and freezes.
    pub window: Option<(Date, Date)>,
    /// It came after its first touch was due; its cadence is compressed.
    pub late: bool,
    /// Who gets what, in the order of their ids.
    pub people: Vec<Row>,
    /// Who and what is missing.
    pub left_out: Vec<Gap>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The role it is argued for.
    pub audience: Option<Audience>,
    /// The teams whose ask is argued.
    pub teams: Vec<TeamId>,
    /// Why nothing is sent or planned, if nothing is.
    pub skipped: Option<Skip>,
    /// Each touch of the cadence, in time.
    pub touches: Vec<TouchRow>,
}

/// One touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TouchRow {
    /// Which.
    pub touch: Touch,
    /// Which of those that recur: the local date of the schedule's time.
    pub occurrence: Option<Date>,
    /// What becomes of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What becomes of a touch. Moments are in the recipient's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It went out.
    Sent(Zoned),
    /// It will.
    Planned(Zoned),
    /// It won't.
    Skipped(Skip),
}

/// Who gets what from `now` to `until`, who doesn't and why, and who is left out.
pub fn explain(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    until: Timestamp,
) -> Explanation {
    let held = in_force(program, state)
        .err()
        .or_else(|| marks::are_unreadable(state, seen).then_some(Skip::MarksUnreadable))
        .or_else(|| state.paused.as_ref().map(|(_, reason)| Skip::Paused(reason.clone())))
        .or_else(|| state.clock_off.map(|off| Skip::ClockOff { ahead: off.ahead }));
    let state = &assumed(program, state.clone(), now);
    let mut planned: HashMap<DeliveryKey, Timestamp> = HashMap::new();
    let mut missed: HashMap<DeliveryKey, Skip> = HashMap::new();
    let end = run(program, state.clone(), seen, now, until, &mut |step| match step {
        Step::Sent(at, post) => {
            if let PostKey::Touch(delivery) = &post.key {
                planned.insert(delivery.clone(), at);
            }
        }
        Step::Missed(key, skip) => {
            if let Some(delivery) = key.delivery() {
                missed.insert(delivery.clone(), skip);
            }
        }
    });
    let (frames, end_frames) = (Frame::all(program, state), Frame::all(program, &end));
    let mut view = View {
        now: Ground { program, state, seen, frames: &frames },
        end: Ground { program, state: &end, seen, frames: &end_frames },
        memo: Memo::default(),
        end_memo: Memo::default(),
        at: now,
        until,
        planned,
        missed,
    };
    let initiatives = program
        .initiatives
        .iter()
        .enumerate()
        .map(|(rank, initiative)| view.initiative(rank, initiative))
        .collect();
    Explanation { at: now, until, held, initiatives }
}

/// The plan seen from now and from its end.
struct View<'a> {
    now: Ground<'a>,
    end: Ground<'a>,
    memo: Memo,
    end_memo: Memo,
    at: Timestamp,
    until: Timestamp,
    planned: HashMap<DeliveryKey, Timestamp>,
    missed: HashMap<DeliveryKey, Skip>,
}

impl View<'_> {
    fn initiative(&mut self, rank: usize, initiative: &Initiative) -> InitiativePlan {
        let program = self.now.program;
        let frame = self.end.frames.get(rank);
        let window = frame.and_then(|frame| frame.window.as_ref());
        let people = program.people.values().filter_map(|person| self.row(rank, person)).collect();
        InitiativePlan {
            initiative: initiative.id.clone(),
            title: initiative.title.clone(),
            quarter: initiative.quarter,
            window: window.map(|window| (window.opens_on, window.freezes_on)),
            late: frame.is_some_and(|frame| frame.late),
            people,
            left_out: Coverage::of(program, self.now.state, self.now.seen, initiative, self.at).gaps,
        }
    }

    /// A person whom the initiative concerns, be it only by leaving them out.
    fn row(&mut self, rank: usize, person: &Person) -> Option<Row> {
        let then = Recipient::of(self.end, &mut self.end_memo, person);
        let case = match Case::of(self.end, &mut self.end_memo, rank, then) {
            Ok(case) => case,
            Err(skip) => return self.left_out(rank, person, skip),
        };
        let slots: Vec<Slot> = case.slots.to_vec();
        let touches: Vec<TouchRow> = slots
            .iter()
            .map(|slot| TouchRow {
                touch: slot.touch,
                occurrence: slot.occurrence,
                outcome: self.outcome(&case, slot),
            })
            .collect();
        let skipped = if touches.iter().all(|touch| matches!(touch.outcome, Outcome::Skipped(_))) {
            Some(self.reason(&case, &touches))
        } else {
            None
        };
        Some(Row {
            person: person.id.clone(),
            name: person.name.clone(),
            audience: Some(case.stakeholder.audience),
            teams: case.stakeholder.teams.clone(),
            skipped,
            touches,
        })
    }

    /// The one reason for a person who gets nothing: theirs if there is one, else that of the touch that
    /// is next, else of the last.
    fn reason(&mut self, case: &Case<'_>, touches: &[TouchRow]) -> Skip {
        let now = Recipient::of(self.now, &mut self.memo, case.recipient.person);
        if let Some(skip) = now.out_of_campaign() {
            return skip;
        }
        let next = case.slots.iter().position(|slot| self.at < slot.life.expires);
        let of = next.and_then(|next| touches.get(next)).or_else(|| touches.last());
        match of.map(|touch| &touch.outcome) {
            Some(Outcome::Skipped(skip)) => skip.clone(),
            Some(Outcome::Sent(_) | Outcome::Planned(_)) | None => {
                Skip::NotAddressed { audience: case.stakeholder.audience }
            }
        }
    }

    fn left_out(&self, rank: usize, person: &Person, skip: Skip) -> Option<Row> {
        let initiative = self.now.program.initiatives.get(rank)?;
        let stakeholder = self.now.program.stakeholder(initiative, person);
        match skip {
            // Whoever said that somebody else decides is told from somebody who was overlooked.
            Skip::Excluded { .. } | Skip::Relieved => {}
            _ if stakeholder.is_some() => {}
            _ => return None,
        }
        Some(Row {
            person: person.id.clone(),
            name: person.name.clone(),
            audience: stakeholder.as_ref().map(|stakeholder| stakeholder.audience),
            teams: stakeholder.map(|stakeholder| stakeholder.teams).unwrap_or_default(),
            skipped: Some(skip),
            touches: Vec::new(),
        })
    }

    fn outcome(&mut self, case: &Case<'_>, slot: &Slot) -> Outcome {
        let key = case.key(slot);
        if let Some(at) = self.planned.get(&key) {
            return Outcome::Planned(case.zoned(*at));
        }
        if let Some(skip) = self.missed.remove(&key) {
            return Outcome::Skipped(skip);
        }
        // What is on record by now, under whatever name it was planned.
        let before = self.now.state.post_of(&PostKey::Touch(key.clone()));
        if let Some(skip) = before.and_then(|post| settled(post, case.recipient.zone)) {
            return match skip {
                Skip::Sent { at } => Outcome::Sent(at),
                skip => Outcome::Skipped(skip),
            };
        }
        // What stands in the way now; if nothing does, what will by the time it is due.
        let now = Recipient::of(self.now, &mut self.memo, case.recipient.person);
        let lasting = now
            .out_of_campaign()
            .map_or_else(|| case_of(self.now, &mut self.memo, now, &key), Err)
            .and_then(|now| now.verdict(&mut self.memo, slot, self.at.max(slot.life.due)))
            .err()
            .filter(|skip| {
                !matches!(skip, Skip::NothingToRemindOf | Skip::NothingNew | Skip::KeptForLastCall)
            });
        if let Some(skip) = lasting {
            return Outcome::Skipped(skip);
        }
        let skip = in_the_way(self.end, &mut self.end_memo, self.until.max(self.at), &key);
        Outcome::Skipped(skip.unwrap_or_else(|| Skip::NotYet { due: case.zoned(slot.life.due) }))
    }
}
