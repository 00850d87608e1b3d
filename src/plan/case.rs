//! One person and one initiative: what keeps a touch from being sent, whatever the hour.
//!
//! Invariant: a verdict depends on the records, the configuration and the date, never on the time of day
//! or on other initiatives; those are the business of `pacing` and `outlook`.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::domain::directory::Person;
use crate::domain::effect::DeliveryKey;
use crate::domain::engagement::{Audience, MOST_ASKS, Stance, Touch};
use crate::domain::event::RefusedFor;
use crate::domain::ids::{PersonId, TeamId};
use crate::domain::initiative::Initiative;
use crate::domain::marks;
use crate::domain::observation::{Observations, Seen};
use crate::domain::pitch::{self, NotReady};
use crate::domain::program::{Program, Stakeholder};
use crate::domain::state::{Engagement, PersonState, Phase, PostState, State};

use super::approval;
use super::pacing::Gates;
use super::skip::Skip;
use super::touches::{Addressee, Frame, Lives, Place, Slot};

/// Everything a plan is made from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) program: &'a Program,
    pub(super) state: &'a State,
    pub(super) seen: &'a Observations,
    pub(super) frames: &'a [Frame],
}

/// What is worked out once and met many times.
#[derive(Debug, Default)]
pub(super) struct Memo {
    pub(super) lives: Lives,
    arguments: Vec<HashMap<TeamId, Argument>>,
}

/// What can be argued to a team.
#[derive(Debug, Clone, Copy)]
struct Argument {
    exceeds_capacity: bool,
    ready: [Result<(), NotReady>; Audience::ALL.len()],
    worded: [bool; Audience::ALL.len()],
}

impl Argument {
    fn of(program: &Program, initiative: &Initiative, team: &TeamId) -> Self {
        let teams = std::slice::from_ref(team);
        Self {
            exceeds_capacity: pitch::exceeds_capacity(program, initiative, team),
            ready: Audience::ALL.map(|audience| pitch::readiness(initiative, teams, audience)),
            worded: Audience::ALL
                .map(|audience| initiative.words(Some(team), audience, |words| &words.lead).is_some()),
        }
    }

    fn ready(&self, audience: Audience) -> Result<(), NotReady> {
        // `Audience::ALL` is in the order of its variants.
        self.ready.get(audience as usize).copied().unwrap_or(Err(NotReady::NoEvidence))
    }

    fn worded(&self, audience: Audience) -> bool {
        self.worded.get(audience as usize).copied().unwrap_or(false)
    }
}

impl Memo {
    fn argument(
        &mut self,
        program: &Program,
        rank: usize,
        initiative: &Initiative,
        team: &TeamId,
    ) -> Argument {
        if self.arguments.len() <= rank {
            self.arguments.resize_with(rank + 1, HashMap::new);
        }
        let Some(of_initiative) = self.arguments.get_mut(rank) else {
            return Argument::of(program, initiative, team);
        };
        if let Some(argument) = of_initiative.get(team) {
            return *argument;
        }
        let argument = Argument::of(program, initiative, team);
        of_initiative.insert(team.clone(), argument);
        argument
    }
}

/// Why nothing at all may be sent to a person, if so.
pub(super) fn out_of_reach(ground: Ground<'_>, person: &Person) -> Option<Skip> {
    let Ground { state, seen, .. } = ground;
    if let Some(first) = seen.same.get(&person.id) {
        return Some(Skip::SameHuman { first: first.clone() });
    }
    if person.account(state).is_none() {
        let known = state.person(&person.id);
        return Some(match known.and_then(|known| known.doubted.as_ref()) {
            Some(doubted) => Skip::Disbelieved { because: doubted.because },
            None => Skip::NotLinked,
        });
    }
    if seen.of(&person.id).is_some_and(|seen| seen.deactivated) {
        return Some(Skip::Deactivated);
    }
    None
}

/// Why nothing may be sent to a person for now, and until when: Slack has refused them.
pub(super) fn refused(
    program: &Program,
    (person, known): (&PersonId, Option<&PersonState>),
    zone: &TimeZone,
    now: Timestamp,
) -> Option<(Skip, Timestamp)> {
    let refused = known?.unreachable.as_ref()?;
    let until = refused.holds_until(program.is_advocate(person), now)?;
    Some((Skip::Unreachable { code: refused.code.clone(), until: until.to_zoned(zone.clone()) }, until))
}

/// Somebody who may be written to, and everything that is the same for all initiatives.
#[derive(Clone, Copy)]
pub(super) struct Recipient<'a> {
    ground: Ground<'a>,
    pub(super) person: &'a Person,
    pub(super) known: Option<&'a PersonState>,
    pub(super) zone: &'a TimeZone,
    seen: Option<&'a Seen>,
    forgotten: bool,
    place: Place,
}

impl<'a> Recipient<'a> {
    pub(super) fn of(ground: Ground<'a>, memo: &mut Memo, person: &'a Person) -> Self {
        let zone = ground.program.zone_of(person, ground.seen.zone(&person.id));
        Self {
            ground,
            person,
            known: ground.state.person(&person.id),
            zone,
            seen: ground.seen.of(&person.id),
            forgotten: marks::is_forgotten(ground.state, ground.seen, person),
            place: memo.lives.place(zone, ground.program.hours_of(person), &person.days_off),
        }
    }

    /// Why no campaign message may be sent to them, if so.
    pub(super) fn out_of_campaign(&self) -> Option<Skip> {
        if self.forgotten {
            return Some(Skip::Forgotten);
        }
        out_of_reach(self.ground, self.person)
            .or_else(|| self.known.is_some_and(|known| known.stopped).then_some(Skip::Stopped))
    }

    /// When they may get a campaign message. A post that is tried again doesn't stand in its own way: it
    /// was last intended at `retried`.
    pub(super) fn gates(&self, program: &'a Program, retried: Option<Timestamp>) -> Gates<'a> {
        Gates::of(program, self.zone, self.person, self.known, self.seen, retried)
    }
}

/// What the deliveries so far amount to.
#[derive(Debug, Clone, Copy, Default)]
struct History {
    asks: u32,
    last: Option<Timestamp>,
    smaller_offered: bool,
    last_called: bool,
}

/// One person and one initiative that is argued to them.
pub(super) struct Case<'a> {
    pub(super) ground: Ground<'a>,
    /// The initiative's place in the advocate's order.
    pub(super) rank: usize,
    pub(super) initiative: &'a Initiative,
    pub(super) frame: &'a Frame,
    pub(super) recipient: Recipient<'a>,
    pub(super) stakeholder: Stakeholder,
    pub(super) slots: Arc<[Slot]>,
    pub(super) engagement: Option<&'a Engagement>,
}

impl<'a> Case<'a> {
    /// The case, or why there is none.
    pub(super) fn of(
        ground: Ground<'a>,
        memo: &mut Memo,
        rank: usize,
        recipient: Recipient<'a>,
    ) -> Result<Self, Skip> {
        let Recipient { person, known, zone, place, .. } = recipient;
        let (Some(initiative), Some(frame)) = (ground.program.initiatives.get(rank), ground.frames.get(rank))
        else {
            return Err(Skip::NoInitiative);
        };
        if initiative.withdrawn {
            return Err(Skip::Withdrawn);
        }
        let Some(stakeholder) = ground.program.stakeholder(initiative, person) else {
            let excluded = initiative.excluded.iter().find(|exception| exception.person == person.id);
            return Err(match excluded {
                Some(exception) => Skip::Excluded { reason: exception.reason.clone() },
                None if initiative.advocates.contains(&person.id) => Skip::Advocate,
                None if initiative.asks.keys().any(|team| initiative.relieves(&person.id, team)) => {
                    Skip::Relieved
                }
                None => Skip::NotAStakeholder,
            });
        };
        if frame.window.is_none() {
            return Err(Skip::NoWindow);
        }
        let engagement = known
            .filter(|known| !known.engagements.is_empty())
            .and_then(|known| known.engagements.get(&(initiative.id.clone(), initiative.quarter)))
            .map(Arc::as_ref);
        let approached = initiative.approach(&person.id).map(|approach| approach.at);
        let (hours, off) = (ground.program.hours_of(person), &person.days_off);
        let to = Addressee { place, zone, hours, off, audience: stakeholder.audience, approached };
        let slots = approval::hastened(memo.lives.slots(ground.program, frame, &to), engagement);
        Ok(Self { ground, rank, initiative, frame, recipient, stakeholder, slots, engagement })
    }

    /// The delivery that a slot stands for.
    pub(super) fn key(&self, slot: &Slot) -> DeliveryKey {
        DeliveryKey {
            person: self.recipient.person.id.clone(),
            initiative: self.initiative.id.clone(),
            quarter: self.initiative.quarter,
            touch: slot.touch,
            occurrence: slot.occurrence,
        }
    }

    /// What became of a slot's delivery.
    pub(super) fn post(&self, slot: &Slot) -> Option<&'a PostState> {
        let id = self.engagement?.deliveries.get(&(slot.touch, slot.occurrence))?;
        self.ground.state.post(*id)
    }

    /// From when on a slot can't be sent any more: the end of the last hours of its life in which anybody may be
    /// written to.
    pub(super) fn sendable_until(&self, slot: &Slot) -> Timestamp {
        let Recipient { person, zone, .. } = self.recipient;
        let hours = self.ground.program.hours_of(person);
        hours
            .last_end(slot.life.expires, zone, &person.days_off)
            .map_or(slot.life.expires, |end| end.max(slot.life.due))
    }

    /// A moment in the recipient's zone.
    pub(super) fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.recipient.zone.clone())
    }

    /// What the records, the configuration and the date say against sending `slot` at `at`; or the teams
    /// whose ask the message names.
    pub(super) fn verdict(&self, memo: &mut Memo, slot: &Slot, at: Timestamp) -> Result<Vec<TeamId>, Skip> {
        // Everything on record counts, even what a clock that was set back puts into the future.
        self.judge(memo, slot, at, Timestamp::MAX)
    }

    /// The verdict at the last moment of a life that is over, by the messages sent until then.
    pub(super) fn verdict_at_end(&self, memo: &mut Memo, slot: &Slot) -> Result<Vec<TeamId>, Skip> {
        let end = slot.life.expires.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(slot.life.due);
        self.judge(memo, slot, end, end)
    }

    /// The verdict at `at` by the messages sent until `up_to`.
    pub(super) fn judge(
        &self,
        memo: &mut Memo,
        slot: &Slot,
        at: Timestamp,
        up_to: Timestamp,
    ) -> Result<Vec<TeamId>, Skip> {
        let teams = self.argued(memo, slot, at, up_to)?;
        self.released(slot)?;
        Ok(teams)
    }

    /// The same, whatever advocates hold back.
    pub(super) fn argued(
        &self,
        memo: &mut Memo,
        slot: &Slot,
        at: Timestamp,
        up_to: Timestamp,
    ) -> Result<Vec<TeamId>, Skip> {
        if let Some(never) = &slot.never {
            return Err(never.clone());
        }
        if self.recipient.known.is_some_and(|known| known.stopped_initiatives.contains(&self.initiative.id)) {
            return Err(Skip::StoppedInitiative);
        }
        if let Some(skip) = self.taken_over() {
            return Err(skip);
        }
        if self.may_have_answered() {
            return Err(Skip::Replaced);
        }
        if let Some(engagement) = self.engagement {
            if self.ground.state.open_referral(engagement).is_some() {
                return Err(Skip::Referred);
            }
            if engagement.concern.is_some() {
                return Err(Skip::Concerned);
            }
            if engagement.conversation.is_some() {
                return Err(Skip::Conversation);
            }
        }
        // Asking again before they talked would ignore that they offered to.
        let (guest, of) = (&self.recipient.person.id, self.initiative);
        if self.ground.state.has_booked(guest, &of.id, of.quarter) {
            return Err(Skip::Booked);
        }
        if slot.touch == Touch::FollowUp {
            return self.follow_up();
        }
        match self.engagement.and_then(Engagement::open_stance) {
            Some(stance) if stance.is_final() => return Err(Skip::Final { stance }),
            Some(Stance::Concerned) => return Err(Skip::Concerned),
            Some(_) if slot.touch != Touch::Reminder => return Err(Skip::Considering),
            Some(_) | None => {}
        }
        let teams = self.arguable(memo)?;
        let history = self.history(up_to);
        // What was let go before its time takes the place of what would have come before it.
        let overtaken = match slot.touch {
            Touch::HeadsUp => history.asks > 0,
            Touch::Pitch | Touch::Reminder => history.last_called,
            Touch::LastCall | Touch::FollowUp => false,
        };
        if overtaken {
            return Err(Skip::Superseded);
        }
        if slot.touch.asks() {
            self.may_ask(slot.touch, at, up_to, history)?;
        }
        if slot.touch == Touch::Reminder {
            self.something_new(&teams, at, history)?;
        }
        Ok(teams)
    }

    /// Whether they had an answer of this human's from an account that gave way to theirs, if it is one: an
    /// advocate has to say so.
    fn may_have_answered(&self) -> bool {
        let of = self.initiative;
        self.recipient.known.is_some_and(|known| {
            known.waiting().any(|apart| self.ground.state.has_answered(apart, &of.id, of.quarter))
        })
    }

    /// The teams that are still to be asked, and for which there is something to argue with.
    fn arguable(&self, memo: &mut Memo) -> Result<Vec<TeamId>, Skip> {
        let state = self.ground.state;
        let planned = |team: &TeamId| {
            !state.items.is_empty()
                && state.items.contains_key(&(
                    self.initiative.id.clone(),
                    team.clone(),
                    self.initiative.quarter,
                ))
        };
        let audience = self.stakeholder.audience;
        let mut open: Vec<(TeamId, Argument)> = self
            .stakeholder
            .teams
            .iter()
            .filter(|team| !planned(team))
            .map(|team| (team.clone(), memo.argument(self.ground.program, self.rank, self.initiative, team)))
            .collect();
        if open.is_empty() {
            return Err(Skip::Planned { teams: self.stakeholder.teams.clone() });
        }
        if open.iter().all(|(_, argument)| argument.exceeds_capacity) {
            return Err(Skip::Capacity { teams: open.into_iter().map(|(team, _)| team).collect() });
        }
        open.retain(|(_, argument)| !argument.exceeds_capacity);
        open.retain(|(_, argument)| argument.worded(audience));
        if open.is_empty() {
            return Err(Skip::NoSentence { audience });
        }
        // One team's figures are enough to argue with; the weaker fault is the one to mend first.
        let ready = open.iter().map(|(_, argument)| argument.ready(audience));
        if !ready.clone().any(|ready| ready.is_ok()) {
            let executives = ready.clone().any(|ready| ready == Err(NotReady::NothingForExecutives));
            return Err(if executives { Skip::NothingForExecutives } else { Skip::NoEvidence });
        }
        Ok(open.into_iter().map(|(team, _)| team).collect())
    }

    /// Thanks with the item once it is on record, or what became of a no to whoever wants to hear it.
    fn follow_up(&self) -> Result<Vec<TeamId>, Skip> {
        let nothing = Err(Skip::NothingToFollowUp);
        let Some(engagement) = self.engagement else { return nothing };
        let Some(latest) = engagement.stance() else { return nothing };
        let taken = |wanted: &dyn Fn(&TeamId, Stance) -> bool| -> Vec<TeamId> {
            let stances = engagement.stances.iter().filter(|(team, taken)| wanted(team, taken.stance));
            stances.map(|(team, _)| team.clone()).collect()
        };
        let teams = match latest.stance {
            Stance::Committed | Stance::FirstStep => taken(&|team, stance| {
                matches!(stance, Stance::Committed | Stance::FirstStep)
                    && self.ground.state.items.contains_key(&(
                        self.initiative.id.clone(),
                        team.clone(),
                        self.initiative.quarter,
                    ))
            }),
            Stance::Declined if engagement.wants_follow_up => taken(&|_, stance| stance == Stance::Declined),
            Stance::Declined | Stance::Supportive | Stance::Considering | Stance::Concerned => Vec::new(),
        };
        if teams.is_empty() { nothing } else { Ok(teams) }
    }

    /// Three asks without an answer, then silence. Reminders leave the last of them to the last call, if
    /// one will come.
    fn may_ask(&self, touch: Touch, at: Timestamp, up_to: Timestamp, history: History) -> Result<(), Skip> {
        let asks = self.ground.program.limits.asks.min(MOST_ASKS);
        if asks <= history.asks {
            return Err(Skip::AskedEnough { asks });
        }
        // Whoever is considering it gets no last call.
        let undecided = self.engagement.is_none_or(|engagement| engagement.open_stance().is_none());
        let last_call = |slot: &Slot| {
            slot.touch == Touch::LastCall
                && slot.never.is_none()
                && at < slot.life.expires
                && self.post(slot).is_none_or(|post| up_to < arrived_at(post))
        };
        if touch == Touch::Reminder
            && history.asks + 1 == asks
            && undecided
            && self.slots.iter().any(last_call)
        {
            return Err(Skip::KeptForLastCall);
        }
        Ok(())
    }

    /// What the deliveries up to a moment amount to.
    fn history(&self, up_to: Timestamp) -> History {
        let mut history = History::default();
        for ((touch, _), post) in self.engagement.into_iter().flat_map(|engagement| &engagement.deliveries) {
            let Some(post) = self.ground.state.post(*post).filter(|post| post.may_have_arrived()) else {
                continue;
            };
            let arrived = arrived_at(post);
            if arrived <= up_to {
                history.asks += u32::from(touch.asks());
                history.smaller_offered |= matches!(touch, Touch::Reminder | Touch::LastCall);
                history.last_called |= *touch == Touch::LastCall;
                history.last = history.last.max(Some(arrived));
            }
        }
        history
    }

    /// A reminder says something that the last message didn't: news, or the smaller step.
    fn something_new(&self, teams: &[TeamId], at: Timestamp, history: History) -> Result<(), Skip> {
        let Some(last) = history.last else { return Err(Skip::NothingToRemindOf) };
        if !history.smaller_offered && self.has_smaller_step(teams) {
            return Ok(());
        }
        let zone = self.recipient.zone;
        let (since, today) = (zone.to_datetime(last).date(), zone.to_datetime(at).date());
        match pitch::news(self.initiative, teams, self.stakeholder.audience, since, today) {
            Some(_) => Ok(()),
            None => Err(Skip::NothingNew),
        }
    }

    /// Whether there is a step smaller than the first that could be offered to those who plan.
    fn has_smaller_step(&self, teams: &[TeamId]) -> bool {
        matches!(self.stakeholder.audience, Audience::Product | Audience::EngineeringManager)
            && teams
                .iter()
                .filter_map(|team| self.initiative.asks.get(team))
                .any(|ask| ask.smallest_step.as_ref().is_some_and(|smallest| *smallest != ask.first_step))
    }

    /// The next moment after `now` at which there may be something new to tell.
    pub(super) fn next_news(&self, now: Timestamp) -> Option<Timestamp> {
        let start = |day: Date| self.recipient.zone.to_timestamp(day.to_datetime(Time::midnight())).ok();
        self.initiative.news.iter().filter_map(|news| start(news.on)).filter(|at| now < *at).min()
    }
}

/// Why a post on record isn't sent (again); `None` while another attempt may be made.
pub(super) fn settled(post: &PostState, zone: &TimeZone) -> Option<Skip> {
    match &post.phase {
        Phase::Waiting { .. } | Phase::Refused { because: RefusedFor::Recipient, .. } => None,
        Phase::Intended { .. } => Some(Skip::UnderWay),
        Phase::Sent { at, .. } => Some(Skip::Sent { at: at.to_zoned(zone.clone()) }),
        Phase::Refused { because: RefusedFor::Content, code } => Some(Skip::Refused { code: code.clone() }),
        Phase::Unknown => Some(Skip::Unknown),
        Phase::Missed => Some(Skip::Missed),
    }
}

fn arrived_at(post: &PostState) -> Timestamp {
    match &post.phase {
        Phase::Sent { at, .. } => *at,
        Phase::Intended { .. }
        | Phase::Waiting { .. }
        | Phase::Refused { .. }
        | Phase::Unknown
        | Phase::Missed => post.intended_at,
    }
}
