//! What templates may say: every word of a campaign message that isn't in the template itself.
//!
//! Invariant: a template chooses and orders facts; it can't reach anything that is not in here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::domain::effect::DeliveryKey;
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::ids::{FigureId, PersonId, TeamId};
use crate::domain::initiative::{Figure, Words};
use crate::domain::pitch;
use crate::domain::state::{Correction, Engagement, State};

use super::case::{Case, team_name};
use super::prose::link;
use super::sentence::{Filled, fill};
use super::step::{Offer, Which, has_smaller, offer};
use super::unsayable::Unsayable;
use super::{dates, question, wording};

/// Most evidence numbers in a message (point 2).
pub(super) const MOST_FIGURES: usize = 2;

/// The context of a template. Texts are empty where there is nothing to say.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// What the reader is called.
    pub(super) name: String,
    /// The sentences that a person wrote, with their figures.
    pub(super) lead: String,
    pub(super) left_alone: String,
    pub(super) mechanism: String,
    pub(super) gain: String,
    pub(super) news: String,
    /// Says that the evidence is old; there is no forecast then.
    pub(super) stale: String,
    /// Says whose figures these are, if they aren't the reader's team's.
    pub(super) borrowed: String,
    /// The ask as a question (to engineers, a request), with its date.
    pub(super) ask: String,
    /// Admits that the initiative is late, and offers the next quarter.
    pub(super) late: String,
    /// The steps that can be offered.
    pub(super) first: Offer,
    pub(super) smallest: Offer,
    /// Whether the smallest is less than what was offered at first.
    pub(super) smaller: bool,
    /// "Checkout and Payments".
    pub(super) teams: String,
    /// "Checkout's".
    pub(super) whose: String,
    /// The work, by name.
    pub(super) title: String,
    pub(super) quarter: String,
    pub(super) opens: String,
    pub(super) freeze: String,
    /// Whether the planning window is open.
    pub(super) open: bool,
    /// "Tue 15 Dec 15:00 / Thu 17 Dec 10:00, your time".
    pub(super) hours: String,
    /// "Questions any time, just reply; or …".
    pub(super) questions: String,
    /// The advocates' names.
    pub(super) advocates: String,
    /// They asked to talk.
    pub(super) considering: bool,
    /// Where they stand: a word of the vocabulary.
    pub(super) stance: &'static str,
    /// They gave a reason.
    pub(super) reason: bool,
    /// The team's item: its link, or "it" where the item has none; empty while there is no item.
    pub(super) item: String,
}

/// Facts, with the figures that they show.
#[derive(Debug)]
pub(super) struct Brief {
    pub(super) facts: Facts,
    pub(super) figures: Vec<FigureId>,
}

/// What a template may leave out when it gets too long, least needed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Optional {
    /// Where questions go, said at ease.
    AtEase,
    Gain,
    EarnsBack,
    Hours,
    Mechanism,
    LeftAlone,
    /// The asks of several teams one by one.
    EachAsk,
    /// The case once more, behind news.
    Lead,
}

impl Optional {
    /// The order of giving up for one kind of message. To engineers the mechanism is the proposal.
    pub(super) fn order(audience: Audience, touch: Touch) -> Vec<Self> {
        let mut order = vec![Self::AtEase, Self::Gain, Self::EarnsBack];
        match (touch, audience) {
            (Touch::HeadsUp, _) => order.extend([Self::Hours, Self::Mechanism, Self::LeftAlone]),
            (_, Audience::Engineer) => order.push(Self::LeftAlone),
            (Touch::Reminder, _) => order.extend([Self::Mechanism, Self::LeftAlone]),
            (_, _) => order.push(Self::Mechanism),
        }
        order.push(Self::EachAsk);
        if touch == Touch::Reminder {
            order.push(Self::Lead);
        }
        order
    }
}

/// Where a campaign message stands in its history.
pub(super) struct Moment<'a> {
    pub(super) touch: Touch,
    /// When it was first intended, or now: decides what is news in it.
    pub(super) written: Timestamp,
    /// When the one before it went out.
    pub(super) before: Option<Timestamp>,
    pub(super) engagement: Option<&'a Engagement>,
    /// It has been sent, so that it must be said even if its news is gone.
    pub(super) sent: bool,
    pub(super) late: bool,
    /// The prose that an advocate wrote instead of the template's.
    pub(super) edit: Option<String>,
    /// What was corrected since it went out.
    pub(super) corrections: Vec<&'a Correction>,
    /// It was taken back: by whom, and when.
    pub(super) recalled: Option<&'a (PersonId, Timestamp)>,
}

impl<'a> Moment<'a> {
    /// The moment of `delivery` in `state`.
    pub(super) fn of(case: &Case<'_>, state: &'a State, delivery: &DeliveryKey, id: super::PostId) -> Self {
        let post = state.post(id);
        let written = post.map_or(case.now, |post| post.intended_at);
        let engagement = state.engagement(&case.person.id, &case.initiative.id, delivery.quarter);
        let before = engagement
            .iter()
            .flat_map(|engagement| engagement.deliveries.values())
            .filter(|other| **other != state.resolve(id))
            .filter_map(|other| state.post(*other))
            .filter(|post| post.may_have_arrived() && post.intended_at < written)
            .map(|post| post.intended_at)
            .max();
        let late = is_late(case, state);
        let edit = engagement
            .and_then(|engagement| engagement.edits.get(&(delivery.touch, delivery.occurrence)))
            .and_then(|edited| edited.prose.reveal().map(str::to_owned));
        // Only what has gone out can be corrected or taken back.
        let campaign = post.and_then(|_| state.campaign(&case.initiative.id, delivery.quarter));
        let corrections = campaign
            .into_iter()
            .flat_map(|campaign| &campaign.corrections)
            .filter(|correction| written <= correction.at)
            .collect();
        let recalled = campaign.and_then(|campaign| campaign.recalled.as_ref());
        let (touch, sent) = (delivery.touch, post.is_some());
        Self { touch, written, before, engagement, sent, late, edit, corrections, recalled }
    }

    /// The moment of a touch that is only looked at: nothing has been said, so everything is news.
    pub(super) fn unsaid(case: &Case<'_>, state: &State, touch: Touch) -> Self {
        let late = is_late(case, state);
        Self {
            touch,
            written: case.now,
            before: None,
            engagement: None,
            sent: true,
            late,
            edit: None,
            corrections: Vec::new(),
            recalled: None,
        }
    }
}

/// Whether the initiative was adopted after its first touch should have gone out.
fn is_late(case: &Case<'_>, state: &State) -> bool {
    let adopted = state.initiatives.get(&case.initiative.id).copied();
    let holiday = |day| case.program.calendar.holidays.contains_key(&day);
    let touches = &case.program.cadence.touches;
    let first = touches.values().filter_map(|rule| rule.at.day(&case.window, holiday)).min();
    let adopted_on = adopted.map(|at| case.program.calendar.zone.to_datetime(at).date());
    matches!((first, adopted_on), (Some(first), Some(adopted)) if first < adopted)
}

/// Everything that may be said at `moment`, without what is `left_out` and without the sentences that
/// the template doesn't use.
pub(super) fn gather(
    case: &Case<'_>,
    state: &State,
    moment: &Moment<'_>,
    used: &BTreeSet<String>,
    left_out: &[Optional],
) -> Result<Brief, Unsayable> {
    let mut told = Told::new(case, used);
    let news = told.news(moment)?;
    let unless = |optional: Optional| !left_out.contains(&optional);
    let lead = match unless(Optional::Lead) || news.is_empty() {
        true => told.take("lead", |words| &words.lead)?,
        false => String::new(),
    };
    if lead.is_empty() && used.contains("lead") && news.is_empty() {
        return Err(Unsayable::NoLead { initiative: case.initiative.id.clone(), audience: case.audience });
    }
    let stale = stale(case, &told.figures);
    let left_alone = match unless(Optional::LeftAlone) && stale.is_empty() {
        true => told.take("left_alone", |words| &words.left_alone)?,
        false => String::new(),
    };
    let mechanism = match unless(Optional::Mechanism) {
        true => told.take("mechanism", |words| &words.mechanism)?,
        false => String::new(),
    };
    let gain = match unless(Optional::Gain) {
        true => told.take("gain", |words| &words.gain)?,
        false => String::new(),
    };
    let figures = told.figures;
    let no_step = || Unsayable::NoStep(case.initiative.id.clone());
    let mut first = offer(case, Which::First).ok_or_else(no_step)?;
    let smallest = offer(case, Which::Smallest).ok_or_else(no_step)?;
    if !unless(Optional::EarnsBack) {
        first.forget_back();
    }
    if moment.touch == Touch::Reminder && news.is_empty() && !has_smaller(case) && !moment.sent {
        return Err(Unsayable::NothingNew(case.initiative.id.clone()));
    }
    let hours = if unless(Optional::Hours) { case.hours() } else { String::new() };
    let teams = case.team_names();
    let facts = Facts {
        name: case.person.given_name.clone(),
        lead,
        left_alone,
        mechanism,
        gain,
        news,
        stale,
        borrowed: borrowed(case, &figures),
        ask: question::ask(case, &first, unless(Optional::EachAsk))?,
        late: late(case, moment),
        first,
        smallest,
        smaller: has_smaller(case),
        whose: wording::possessive(&teams),
        teams,
        title: case.initiative.title.clone(),
        quarter: case.window.quarter.short(),
        opens: dates::day(case.window.opens_on, case.today),
        freeze: case.freeze(),
        open: case.window.opens <= case.now,
        questions: question::questions(&hours, unless(Optional::AtEase)),
        hours,
        advocates: case.advocates(),
        considering: stance(moment) == Some(Stance::Considering),
        stance: stance(moment).map_or("", Stance::word),
        reason: moment.engagement.is_some_and(|engagement| engagement.reason.is_some()),
        item: item(case, state),
    };
    Ok(Brief { facts, figures })
}

fn stance(moment: &Moment<'_>) -> Option<Stance> {
    moment.engagement.and_then(Engagement::stance).map(|stance| stance.stance)
}

/// The sentences told so far, and the figures in them.
struct Told<'a, 'c> {
    case: &'c Case<'a>,
    used: &'c BTreeSet<String>,
    figures: Vec<FigureId>,
}

impl<'a, 'c> Told<'a, 'c> {
    fn new(case: &'c Case<'a>, used: &'c BTreeSet<String>) -> Self {
        Self { case, used, figures: Vec::new() }
    }

    /// The sentence that `pick` chooses; empty if there is none, the template doesn't use it, or it
    /// would be one number too many.
    fn take(
        &mut self,
        name: &str,
        pick: impl Fn(&'a Words) -> &'a Option<String>,
    ) -> Result<String, Unsayable> {
        let case = self.case;
        let team = |team: &&'a TeamId| case.initiative.words(Some(*team), case.audience, &pick);
        let shared = || case.initiative.words(None, case.audience, &pick);
        // A sentence that one of several teams has for itself doesn't speak for the others.
        let sentence = match case.teams.as_slice() {
            [one] => team(one),
            many => shared().or_else(|| many.iter().find_map(team)),
        };
        match sentence {
            Some(sentence) if self.used.contains(name) => self.tell(sentence),
            Some(_) | None => Ok(String::new()),
        }
    }

    fn news(&mut self, moment: &Moment<'_>) -> Result<String, Unsayable> {
        if !self.used.contains("news") {
            return Ok(String::new());
        }
        let case = self.case;
        let day = |at: Timestamp| case.zone.to_datetime(at).date();
        let since = moment.before.map_or(Date::MIN, day);
        let teams: Vec<TeamId> = case.teams.iter().copied().cloned().collect();
        let news = pitch::news(case.initiative, &teams, case.audience, since, day(moment.written));
        news.map_or_else(|| Ok(String::new()), |news| self.tell(&news.says))
    }

    fn tell(&mut self, sentence: &str) -> Result<String, Unsayable> {
        let Filled { text, figures } = fill(sentence, self.case.initiative, self.case.today)?;
        let new: Vec<FigureId> = figures.into_iter().filter(|id| !self.figures.contains(id)).collect();
        // The sentence that opens the message is its author's to mend; later ones give way.
        if !self.figures.is_empty() && self.figures.len() + new.len() > MOST_FIGURES {
            return Ok(String::new());
        }
        self.figures.extend(new);
        Ok(text)
    }
}

/// The figures called `ids`.
pub(super) fn shown<'a>(case: &Case<'a>, ids: &[FigureId]) -> Vec<&'a Figure> {
    ids.iter().filter_map(|id| case.initiative.figure(id)).collect()
}

/// Whether a reading is too old to be taken for today's.
pub(super) fn is_stale(case: &Case<'_>, figure: &Figure) -> bool {
    let days = case.today.since(figure.read_on).map_or(0, |span| span.get_days());
    days > i32::try_from(case.program.stale_after_days).unwrap_or(i32::MAX)
}

fn stale(case: &Case<'_>, figures: &[FigureId]) -> String {
    let oldest = shown(case, figures)
        .into_iter()
        .filter(|figure| is_stale(case, figure))
        .map(|figure| figure.read_on)
        .min();
    oldest.map_or_else(String::new, |day| {
        format!("I last read this on {}; newer numbers may differ.", dates::reading(day, case.today))
    })
}

/// Labels figures that aren't the team's, and asks for theirs. Executives answer for the company.
fn borrowed(case: &Case<'_>, figures: &[FigureId]) -> String {
    let shown = shown(case, figures);
    let own = |figure: &&Figure| figure.team.as_ref().is_some_and(|team| case.teams.contains(&team));
    let (None, Some(first), false) =
        (shown.iter().find(|figure| own(figure)), shown.first(), case.audience == Audience::Executive)
    else {
        return String::new();
    };
    let whose = match &first.team {
        None => "Company-wide figures".to_owned(),
        Some(team) => format!("{} figures", wording::possessive(team_name(case.program, team))),
    };
    format!("{whose}; send me your team's if they differ.")
}

fn late(case: &Case<'_>, moment: &Moment<'_>) -> String {
    if !moment.late {
        return String::new();
    }
    let (this, next) = (case.window.quarter.short(), case.window.quarter.next().short());
    format!("This comes late for {this}, which is my doing; {next} is fine too.")
}

/// The item of the teams in their plans, as links where they have addresses.
fn item(case: &Case<'_>, state: &State) -> String {
    let items: Vec<String> = case
        .teams
        .iter()
        .filter_map(|team| {
            let key = (case.initiative.id.clone(), (*team).clone(), case.window.quarter);
            let item = state.items.get(&key)?;
            let label = format!("{} item", wording::possessive(team_name(case.program, team)));
            Some(item.link.as_deref().map_or_else(|| label.clone(), |url| link(&label, url)))
        })
        .collect();
    wording::joined(&items)
}
