//! Initiatives: the problem, its evidence, the steps, and one exact ask per team (rules R1 to R4).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::approach::Approach;
use super::calendar::Quarter;
use super::engagement::Audience;
use super::ids::{AskId, FaqId, FigureId, InitiativeId, PersonId, StepId, TeamId};

/// A named address on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is read.
    pub label: String,
    /// An `https` address.
    pub url: String,
}

/// Who stands behind an estimate, and since when (points 5 and 12 of the message).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// The name of whoever made it.
    pub by: String,
    /// When.
    pub on: Date,
}

/// How a figure came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Counted by the source.
    Measured,
    /// Somebody's estimate; a product of estimates is an estimate.
    Estimated(Estimate),
}

/// One number of the evidence.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its id, by which sentences name it.
    pub id: FigureId,
    /// The number itself, in units of `unit`.
    pub value: f64,
    /// What is counted, in the plural, such as "payment time-out pages" or "USD of orders".
    pub unit: String,
    /// A sentence of explanation for *Where the numbers come from*.
    pub says: String,
    /// First and last day of what was counted.
    pub period: (Date, Date),
    /// The system it was read from, such as "PagerDuty".
    pub source: String,
    /// Where it can be looked up.
    pub url: Option<String>,
    /// When it was read.
    pub read_on: Date,
    /// Measured or estimated.
    pub basis: Basis,
    /// How it was computed, if it was: shown as it stands.
    pub arithmetic: Option<String>,
    /// The team it is about; `None` for the company's.
    pub team: Option<TeamId>,
    /// What kind of thing it measures; decides who is shown it first.
    pub measure: Measure,
}

/// What a figure measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Money lost, spent or at risk.
    Money,
    /// Minutes of outage or degraded service that customers met.
    Minutes,
    /// Renewals or deals in which it came up.
    Renewals,
    /// Customer tickets or complaints.
    Tickets,
    /// Incidents.
    Incidents,
    /// Pages to somebody on call.
    Pages,
    /// Anything else.
    Other,
}

impl Measure {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Money,
        Self::Minutes,
        Self::Renewals,
        Self::Tickets,
        Self::Incidents,
        Self::Pages,
        Self::Other,
    ];

    /// The word of the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Minutes => "minutes",
            Self::Renewals => "renewals",
            Self::Tickets => "tickets",
            Self::Incidents => "incidents",
            Self::Pages => "pages",
            Self::Other => "other",
        }
    }
}

/// A part of an initiative that can be planned by itself (rule R3).
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// What is done, as a noun phrase: "a time limit on calls to the payment provider".
    pub title: String,
    /// Engineer-days.
    pub effort_days: f64,
    /// Share of `metric` that it takes away, 0 to 1.
    pub share: f64,
    /// What the share is of: "payment time-out pages".
    pub metric: String,
    /// Quarters until it has earned its time back, if estimated.
    pub earns_back_quarters: Option<f64>,
    /// Steps that come before it.
    pub after: Vec<StepId>,
    /// Whose estimate effort and share are.
    pub estimate: Estimate,
}

/// What exactly is asked of one team (rule R4).
#[derive(Debug, Clone)]
pub struct Ask {
    /// The team.
    pub team: TeamId,
    /// The ask in one clause: "plan a time limit on calls to the payment provider".
    pub what: String,
    /// Who answers for the team; a gap while nobody is named.
    pub decider: Option<PersonId>,
    /// The steps asked for.
    pub steps: Vec<StepId>,
    /// The slice offered as a first step.
    pub first_step: StepId,
    /// The smallest step, for the last call; the first step if none is named.
    pub smallest_step: Option<StepId>,
    /// Until when engineers are asked to review the design.
    pub review_by: Option<Date>,
    /// Audiences that must have somebody on this team, else it is a gap.
    pub required: BTreeSet<Audience>,
    /// Sentences that differ for this team.
    pub words: BTreeMap<Audience, Words>,
}

impl Ask {
    /// Whether the ask is larger than its first step, so that *First step only* is an answer.
    pub fn is_larger_than_first_step(&self) -> bool {
        self.steps.iter().any(|step| *step != self.first_step)
    }
}

/// The sentences that only a person can write, for one audience (point 14). They may name figures as
/// `{{ figure.ID }}` and periods as `{{ period.ID }}`; both are filled in from the evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The consequence that this audience cares about; opens the message.
    pub lead: Option<String>,
    /// What happens if nothing is done, no more than the evidence carries.
    pub left_alone: Option<String>,
    /// Cause and mechanism in plain words.
    pub mechanism: Option<String>,
    /// What could be promised, sold or gained once it holds.
    pub gain: Option<String>,
    /// The ask in this audience's words; the ask's own `what` otherwise.
    pub ask: Option<String>,
}

/// Something new to say in a reminder.
#[derive(Debug, Clone)]
pub struct News {
    /// Since when it is known.
    pub on: Date,
    /// Whom it concerns; empty for everybody.
    pub audiences: BTreeSet<Audience>,
    /// The teams it concerns; empty for all.
    pub teams: BTreeSet<TeamId>,
    /// The sentence.
    pub says: String,
}

/// Somebody added by hand, or left out, with the reason.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Whom.
    pub person: PersonId,
    /// Why.
    pub reason: String,
}

/// A question that people ask, with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaqEntry {
    /// Its id, unique within the initiative.
    pub id: FaqId,
    /// The question, as most people put it.
    pub question: String,
    /// Other ways to ask the same.
    pub also: Vec<String>,
    /// The answer. It may name figures and periods, as [`Words`] do.
    pub answer: String,
}

/// A piece of reliability work and everything that is said for it.
#[derive(Debug, Clone)]
pub struct Initiative {
    /// Its id.
    pub id: InitiativeId,
    /// Ids it had before.
    pub was: Vec<InitiativeId>,
    /// Its name.
    pub title: String,
    /// The problem in a sentence or two.
    pub problem: String,
    /// The quarter it is wanted in.
    pub quarter: Quarter,
    /// Who advocates it and sees its answers; at least one.
    pub advocates: Vec<PersonId>,
    /// The design document.
    pub design: Option<Link>,
    /// Its evidence.
    pub figures: Vec<Figure>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// One ask per team.
    pub asks: BTreeMap<TeamId, Ask>,
    /// The sentences per audience.
    pub words: BTreeMap<Audience, Words>,
    /// What is new, newest last.
    pub news: Vec<News>,
    /// What people ask, with the answers, in the order of the file.
    pub faq: Vec<FaqEntry>,
    /// People added by hand.
    pub extra: Vec<Exception>,
    /// People left out by hand.
    pub excluded: Vec<Exception>,
    /// People approached because a stakeholder named them; the configuration itself names none.
    pub approached: Vec<Approach>,
    /// Withdrawn: nothing more is sent, and its buttons say so.
    pub withdrawn: bool,
}

impl Initiative {
    /// The step called `id`.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The figure called `id`.
    pub fn figure(&self, id: &FigureId) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == *id)
    }

    /// Its ask of `team`, by id.
    pub fn ask_id(&self, team: &TeamId) -> AskId {
        AskId { initiative: self.id.clone(), team: team.clone() }
    }

    /// The sentence that `pick` chooses for `audience`: the team's own if there is one.
    pub fn words<'a>(
        &'a self,
        team: Option<&TeamId>,
        audience: Audience,
        pick: impl Fn(&'a Words) -> &'a Option<String>,
    ) -> Option<&'a str> {
        let own = team.and_then(|team| self.asks.get(team)).and_then(|ask| ask.words.get(&audience));
        own.into_iter().chain(self.words.get(&audience)).find_map(|words| pick(words).as_deref())
    }
}
