//! From a configuration without faults to the [`Program`].
//!
//! Everything is optional here because the mirror is; once the checks found no fault, nothing is `None`.

mod office_hours;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::holiday;
use super::organisation::{Described, Organisation};
use super::raw;
use super::read::{List, Maybe, Named, Written, value, written};
use super::source::Files;
use super::word::BasisWord;
use crate::domain::calendar::{PlanningCalendar, Quarter};
use crate::domain::directory::{Address, Person, Team};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::Stage;
use crate::domain::hidden::in_a_line;
use crate::domain::hours::{DaysOff, SendHours};
use crate::domain::ids::{InitiativeId, PersonId, Seq, SiteId, TeamId};
use crate::domain::initiative::{
    Ask, Basis, Estimate, Exception, FaqEntry, Figure, Initiative, Link, News, Step, Words,
};
use crate::domain::program::{Approval, Cadence, Limits, Program, Recognition, TouchRule};
pub(super) use office_hours::{OFFICE_HORIZON, OFFICE_MINUTES, OFFICE_NOTICE, office_hours};

const COMMAND: &str = "/canvass";
const BOT_NAME: &str = "Canvass";
const HOURS: &str = "Mon-Fri 09:00-17:00";
const PER_WEEK: u32 = 2;
const GAP: jiff::SignedDuration = jiff::SignedDuration::from_hours(48);
const ASKS: u32 = 3;
const BURST_PER_HOUR: u32 = 60;
const CAPACITY_SHARE: f64 = 0.2;
const STALE_AFTER_DAYS: u32 = 60;
const FIRST_CAMPAIGN: bool = true;
/// Approval already shows an advocate each message of the first campaign before it goes; a rehearsal on
/// top would show each of them twice, so it has to be asked for.
const STAGE: Stage = Stage::All;
/// Quarters for which people's words are kept after the one in which they were written: the same planning a year
/// before can be looked up.
const WORDS_EXPIRE: u32 = 4;
const DESIGN_LABEL: &str = "The one-page design";

/// The whole program.
pub(super) fn program(organisation: &Organisation<'_>) -> Option<Program> {
    let canvass = organisation.canvass.raw.as_ref()?;
    let directory = organisation.directory.raw.as_ref()?;
    let calendar = calendar(organisation)?;
    let workspace = value(&canvass.workspace);
    Some(Program {
        digest: organisation.files.digest(),
        command: workspace.and_then(|of| value(&of.command)).map_or(COMMAND.to_owned(), |of| of.0.clone()),
        bot_name: workspace.and_then(|of| value(&of.bot_name)).map_or(BOT_NAME.to_owned(), |of| of.0.clone()),
        cadence: cadence(&canvass.cadence)?,
        limits: limits(value(&canvass.limits))?,
        digests: value(&canvass.digest)
            .and_then(|digest| written(&digest.schedule))
            .map(|schedule| schedule.value.clone()),
        approval: approval(value(&canvass.approval)),
        words_expire: value(&canvass.privacy)
            .and_then(|privacy| value(&privacy.words_expire))
            .map_or(Some(WORDS_EXPIRE), |expiry| expiry.0),
        stage: value(&canvass.stage).and_then(|stage| value(&stage.start)).copied().unwrap_or(STAGE),
        teams: directory
            .teams
            .iter()
            .map(|(id, team)| Some((id.value.clone(), self::team(&id.value, team)?)))
            .collect::<Option<_>>()?,
        people: people(organisation, &calendar)?,
        admins: workspace.into_iter().flat_map(|of| of.admins.values()).cloned().collect(),
        recognition: Recognition {
            guests: workspace.and_then(|of| value(&of.guests)).copied().unwrap_or(false),
            order: organisation.people().map(|(id, _)| id.value.clone()).collect(),
        },
        laid_over: Seq::default(),
        initiatives: initiatives(organisation, &canvass.order)?,
        hours: canvass
            .office_hours
            .values()
            .map(|raw| office_hours(raw, &calendar, organisation.files))
            .map(|hours| hours.map(|hours| (hours.host.clone(), hours)))
            .collect::<Option<_>>()?,
        stale_after_days: value(&canvass.evidence)
            .and_then(|evidence| value(&evidence.stale_after_days))
            .copied()
            .unwrap_or(STALE_AFTER_DAYS),
        templates: organisation
            .templates
            .iter()
            .map(|template| ((template.audience, template.touch), template.text.clone()))
            .collect(),
        calendar,
    })
}

/// The planning calendar, as soon as its own keys are sound: checks reckon with it.
pub(super) fn calendar(organisation: &Organisation<'_>) -> Option<PlanningCalendar> {
    let raw = organisation.canvass.raw.as_ref()?.calendar.get()?;
    let window = |of: &raw::Window| Some((*of.opens.get()?, *of.freezes.get()?));
    let explicit: BTreeMap<Quarter, (Date, Date)> =
        raw.windows.iter().filter_map(|(quarter, of)| Some((quarter.value, window(of)?))).collect();
    Some(PlanningCalendar {
        zone: raw.zone.get()?.clone(),
        fiscal_start: value(&raw.fiscal_year_starts).map_or(1, |month| month.0),
        opens: raw.opens.get()?.0,
        freezes: raw.freezes.get()?.0,
        explicit,
        holidays: holiday::days(&raw.holidays, organisation.files),
    })
}

fn cadence(raw: &Named<Touch, raw::TouchRule>) -> Option<Cadence> {
    let rule = |touch: Touch, rule: &raw::TouchRule| {
        let chosen: BTreeSet<Audience> = rule.audiences.values().copied().collect();
        let audiences = if chosen.is_empty() { audiences_of(touch) } else { chosen };
        Some(TouchRule {
            at: *rule.at.get()?,
            until: value(&rule.until).copied(),
            audiences,
            schedule: written(&rule.schedule).map(|schedule| schedule.value.clone()),
        })
    };
    let touches =
        raw.iter().map(|(touch, of)| Some((touch.value, rule(touch.value, of)?))).collect::<Option<_>>()?;
    Some(Cadence { touches })
}

/// Who gets a touch whose rule doesn't say.
fn audiences_of(touch: Touch) -> BTreeSet<Audience> {
    match touch {
        Touch::LastCall => BTreeSet::from([Audience::Product, Audience::EngineeringManager]),
        Touch::HeadsUp | Touch::Pitch | Touch::Reminder | Touch::FollowUp => Audience::ALL.into(),
    }
}

fn limits(raw: Option<&raw::Limits>) -> Option<Limits> {
    let hours = match raw.and_then(|limits| value(&limits.hours)) {
        Some(hours) => hours.clone(),
        None => HOURS.parse().ok()?,
    };
    Some(Limits {
        hours,
        per_week: raw.and_then(|limits| value(&limits.per_week)).copied().unwrap_or(PER_WEEK),
        gap: raw.and_then(|limits| value(&limits.gap)).map_or(GAP, |gap| gap.0),
        asks: raw.and_then(|limits| value(&limits.asks)).copied().unwrap_or(ASKS),
        burst_per_hour: raw
            .and_then(|limits| value(&limits.burst_per_hour))
            .copied()
            .unwrap_or(BURST_PER_HOUR),
        capacity_share: raw
            .and_then(|limits| value(&limits.capacity_share))
            .copied()
            .unwrap_or(CAPACITY_SHARE),
    })
}

/// Without the table, and without either key, what is written for executives and everything of the first
/// campaign waits.
fn approval(raw: Option<&raw::Approval>) -> Approval {
    let audiences = raw.and_then(|approval| value(&approval.audiences));
    Approval {
        audiences: match audiences {
            Some(audiences) => audiences.values().copied().collect(),
            None => BTreeSet::from([Audience::Executive]),
        },
        first_campaign: raw
            .and_then(|approval| value(&approval.first_campaign))
            .copied()
            .unwrap_or(FIRST_CAMPAIGN),
    }
}

fn team(id: &TeamId, raw: &raw::Team) -> Option<Team> {
    Some(Team {
        id: id.clone(),
        name: in_a_line(raw.name.get()?),
        was: raw.was.values().cloned().collect(),
        capacity_days: value(&raw.capacity_days).copied(),
    })
}

/// Holidays that several people share, laid over each other without being copied.
type Layer = Arc<BTreeMap<Date, String>>;

/// What the people of a site share.
struct Site<'o> {
    zone: &'o Maybe<TimeZone>,
    hours: Option<Arc<SendHours>>,
    days: Layer,
}

/// The holidays of the company, and what the people of each site share.
pub(super) struct Layers<'o> {
    company: Layer,
    sites: BTreeMap<&'o SiteId, Site<'o>>,
    files: &'o Files,
}

impl<'o> Layers<'o> {
    /// Those of the organisation.
    pub(super) fn of(organisation: &'o Organisation<'_>, calendar: &PlanningCalendar) -> Self {
        let sites = organisation.directory.raw.iter().flat_map(|directory| directory.sites.iter());
        let files = organisation.files;
        Self {
            company: Arc::new(calendar.holidays.clone()),
            sites: sites
                .map(|(id, site)| {
                    let days = Arc::new(holiday::days(&site.holidays, files));
                    let hours = value(&site.hours).cloned().map(Arc::new);
                    (&id.value, Site { zone: &site.zone, hours, days })
                })
                .collect(),
            files,
        }
    }

    fn site(&self, raw: &raw::Person) -> Option<&Site<'o>> {
        value(&raw.site).and_then(|site| self.sites.get(site))
    }

    /// When a person doesn't work.
    pub(super) fn days_off(&self, raw: &raw::Person) -> DaysOff {
        let layers = std::iter::once(&self.company).chain(self.site(raw).map(|site| &site.days));
        DaysOff {
            shared: layers.filter(|days| !days.is_empty()).cloned().collect(),
            own: holiday::days(&raw.leave, self.files).into_keys().collect(),
        }
    }
}

fn people(
    organisation: &Organisation<'_>,
    calendar: &PlanningCalendar,
) -> Option<BTreeMap<PersonId, Person>> {
    let layers = Layers::of(organisation, calendar);
    let person = |id: &PersonId, raw: &raw::Person| {
        let name = in_a_line(raw.name.get()?);
        let given_name = match value(&raw.given_name) {
            Some(given) => in_a_line(given),
            None => name.split(' ').next().unwrap_or(&name).to_owned(),
        };
        let address = match written(&raw.slack) {
            Some(slack) => Address::Slack(slack.value.clone()),
            None => Address::Email(written(&raw.email)?.value.0.clone()),
        };
        Some(Person {
            id: id.clone(),
            name,
            given_name,
            address,
            was: raw.was.values().cloned().collect(),
            audiences: raw.audiences.values().copied().collect(),
            teams: raw.teams.values().cloned().collect(),
            reports_to: value(&raw.reports_to).cloned(),
            zone: value(&raw.zone).or_else(|| layers.site(raw).and_then(|site| value(site.zone))).cloned(),
            hours: layers.site(raw).and_then(|site| site.hours.clone()),
            days_off: layers.days_off(raw),
        })
    };
    organisation.people().map(|(id, raw)| Some((id.value.clone(), person(&id.value, raw)?))).collect()
}

fn initiatives(organisation: &Organisation<'_>, order: &List<InitiativeId>) -> Option<Vec<Initiative>> {
    let mut initiatives: Vec<Initiative> =
        organisation.initiatives.iter().map(initiative).collect::<Option<_>>()?;
    let rank = |id: &InitiativeId| order.values().position(|ordered| ordered == id).unwrap_or(usize::MAX);
    initiatives.sort_by_key(|initiative| (rank(&initiative.id), initiative.id.clone()));
    Some(initiatives)
}

fn initiative(described: &Described) -> Option<Initiative> {
    let raw = &described.raw;
    let exceptions = |list: &List<raw::Exception>| {
        let one = |of: &raw::Exception| {
            Some(Exception { person: of.person.get()?.clone(), reason: of.reason.get()?.clone() })
        };
        list.values().map(one).collect::<Option<Vec<_>>>()
    };
    let design = match value(&raw.design) {
        None => None,
        Some(design) => Some(Link {
            label: value(&design.label).map_or(DESIGN_LABEL.to_owned(), String::clone),
            url: design.url.get()?.0.clone(),
        }),
    };
    let mut news = raw.news.values().map(self::news).collect::<Option<Vec<_>>>()?;
    news.sort_by_key(|news| news.on);
    Some(Initiative {
        id: described.id.value.clone(),
        was: raw.was.values().cloned().collect(),
        title: in_a_line(raw.title.get()?),
        problem: raw.problem.get()?.clone(),
        quarter: *raw.quarter.get()?,
        advocates: raw.advocates.values().cloned().collect(),
        design,
        figures: raw.figures.iter().map(|(id, of)| figure(&id.value, of)).collect::<Option<_>>()?,
        steps: raw.steps.iter().map(|(id, of)| step(&id.value, of)).collect::<Option<_>>()?,
        asks: raw
            .asks
            .iter()
            .map(|(team, of)| Some((team.value.clone(), ask(&team.value, of)?)))
            .collect::<Option<_>>()?,
        words: words(&raw.words),
        news,
        faq: raw.faq.iter().map(|(id, of)| faq_entry(&id.value, of)).collect::<Option<_>>()?,
        extra: exceptions(&raw.extra)?,
        excluded: exceptions(&raw.excluded)?,
        approached: Vec::new(),
        withdrawn: value(&raw.withdrawn).copied().unwrap_or(false),
    })
}

fn estimate(raw: &raw::Estimate) -> Option<Estimate> {
    Some(Estimate { by: raw.by.get()?.clone(), on: *raw.on.get()? })
}

fn figure(id: &crate::domain::ids::FigureId, raw: &raw::Figure) -> Option<Figure> {
    let period = raw.period.get()?;
    Some(Figure {
        id: id.clone(),
        value: *raw.value.get()?,
        unit: raw.unit.get()?.clone(),
        says: raw.says.get()?.clone(),
        period: (period.from, period.to),
        source: raw.source.get()?.clone(),
        url: value(&raw.url).map(|url| url.0.clone()),
        read_on: *raw.read_on.get()?,
        basis: match raw.basis.get()? {
            BasisWord::Measured => Basis::Measured,
            BasisWord::Estimated => Basis::Estimated(estimate(&written(&raw.estimate)?.value)?),
        },
        arithmetic: value(&raw.arithmetic).cloned(),
        team: value(&raw.team).cloned(),
        measure: *raw.measure.get()?,
    })
}

fn step(id: &crate::domain::ids::StepId, raw: &raw::Step) -> Option<Step> {
    Some(Step {
        id: id.clone(),
        title: in_a_line(raw.title.get()?),
        effort_days: *raw.effort_days.get()?,
        share: *raw.share.get()?,
        metric: raw.metric.get()?.clone(),
        earns_back_quarters: value(&raw.earns_back_quarters).copied(),
        after: raw.after.values().cloned().collect(),
        estimate: estimate(raw.estimate.get()?)?,
    })
}

fn ask(team: &TeamId, raw: &raw::Ask) -> Option<Ask> {
    Some(Ask {
        team: team.clone(),
        what: raw.what.get()?.clone(),
        decider: written(&raw.decider).map(|decider| decider.value.clone()),
        steps: raw.steps.values().cloned().collect(),
        first_step: raw.first_step.get()?.clone(),
        smallest_step: value(&raw.smallest_step).cloned(),
        review_by: value(&raw.review_by).copied(),
        required: raw.required.values().copied().collect(),
        words: words(&raw.words),
    })
}

fn words(raw: &Named<Audience, raw::Words>) -> BTreeMap<Audience, Words> {
    let text = |sentence: &Written<String>| written(sentence).map(|text| text.value.clone());
    let one = |of: &raw::Words| Words {
        lead: text(&of.lead),
        left_alone: text(&of.left_alone),
        mechanism: text(&of.mechanism),
        gain: text(&of.gain),
        ask: text(&of.ask),
    };
    raw.iter().map(|(audience, of)| (audience.value, one(of))).collect()
}

fn faq_entry(id: &crate::domain::ids::FaqId, raw: &raw::FaqEntry) -> Option<FaqEntry> {
    Some(FaqEntry {
        id: id.clone(),
        question: raw.question.get()?.clone(),
        also: raw.also.values().cloned().collect(),
        answer: raw.answer.get()?.clone(),
    })
}

fn news(raw: &raw::News) -> Option<News> {
    Some(News {
        on: *raw.on.get()?,
        audiences: raw.audiences.values().copied().collect(),
        teams: raw.teams.values().cloned().collect(),
        says: raw.says.get()?.clone(),
    })
}
