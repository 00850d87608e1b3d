//! A small organisation to write messages for: three teams, every audience, two initiatives.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::domain::calendar::{Offset, PlanningCalendar};
use crate::domain::directory::{Address, Person, Team};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::Stage;
use crate::domain::hours::DaysOff;
use crate::domain::ids::{FigureId, InitiativeId, PersonId, StepId, TeamId};
use crate::domain::initiative::{
    Ask, Basis, Estimate, Exception, Figure, Initiative, Link, Measure, News, Step, Words,
};
use crate::domain::office_hours::{Hours, Window};
use crate::domain::program::{Approval, Cadence, ConfigDigest, Limits, Program, TouchRule};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A Monday in the week before the planning window opens.
pub(crate) fn monday() -> Timestamp {
    at("2026-12-07T09:00:00Z")
}

pub(crate) fn person_id(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

pub(crate) fn team_id(text: &str) -> TeamId {
    TeamId::parse(text).unwrap()
}

pub(crate) fn payments_id() -> InitiativeId {
    InitiativeId::parse("payment-deadlines").unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn team(id: &str, name: &str) -> (TeamId, Team) {
    let id = team_id(id);
    (id.clone(), Team { id, name: name.into(), was: vec![], capacity_days: Some(180.0) })
}

fn person(id: &str, name: &str, audiences: &[Audience], teams: &[&str], at: &str) -> (PersonId, Person) {
    let id = person_id(id);
    let person = Person {
        id: id.clone(),
        name: name.into(),
        given_name: name.split(' ').next().unwrap().into(),
        address: Address::Email(format!("{id}@example.com")),
        was: vec![],
        audiences: audiences.iter().copied().collect(),
        teams: teams.iter().copied().map(team_id).collect(),
        reports_to: None,
        zone: Some(zone(at)),
        hours: None,
        days_off: DaysOff::default(),
    };
    (id, person)
}

fn estimate() -> Estimate {
    Estimate { by: "Priya Raman".into(), on: date(2026, 11, 3) }
}

fn figure(id: &str, value: f64, unit: &str, measure: Measure, team: Option<&str>) -> Figure {
    Figure {
        id: FigureId::parse(id).unwrap(),
        value,
        unit: unit.into(),
        says: String::new(),
        period: (date(2026, 7, 1), date(2026, 9, 30)),
        source: "PagerDuty".into(),
        url: Some(format!("https://pagerduty.example.com/{id}")),
        read_on: date(2026, 11, 12),
        basis: Basis::Measured,
        arithmetic: None,
        team: team.map(team_id),
        measure,
    }
}

fn step_id(text: &str) -> StepId {
    StepId::parse(text).unwrap()
}

fn step(id: &str, title: &str, days: f64, share: f64, back: Option<f64>) -> Step {
    Step {
        id: step_id(id),
        title: title.into(),
        effort_days: days,
        share,
        metric: "payment incidents".into(),
        earns_back_quarters: back,
        after: vec![],
        estimate: estimate(),
    }
}

fn ask(team: &str, what: &str, decider: &str, steps: &[&str]) -> (TeamId, Ask) {
    let ask = Ask {
        team: team_id(team),
        what: what.into(),
        decider: Some(person_id(decider)),
        steps: steps.iter().copied().map(step_id).collect(),
        first_step: step_id(steps[0]),
        smallest_step: None,
        review_by: Some(date(2027, 1, 6)),
        required: BTreeSet::new(),
        words: BTreeMap::new(),
    };
    (team_id(team), ask)
}

fn words(lead: &str, left_alone: &str, mechanism: &str, gain: &str) -> Words {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Words {
        lead: some(lead),
        left_alone: some(left_alone),
        mechanism: some(mechanism),
        gain: some(gain),
        ask: None,
    }
}

fn payments() -> Initiative {
    let mut exposed = figure("exposed", 184_237.0, "USD of orders", Measure::Money, None);
    exposed.basis = Basis::Estimated(estimate());
    exposed.source = "Order history".into();
    exposed.arithmetic = Some("2,456 unfinished orders x USD 75 = USD 184,237".into());
    exposed.says = "Orders begun during those incidents and not finished the same day.".into();
    let mut tickets = figure("tickets", 213.0, "support tickets", Measure::Tickets, None);
    tickets.source = "Zendesk".into();
    tickets.read_on = date(2026, 11, 10);
    let figures = vec![
        figure("hangs", 14.0, "incidents", Measure::Incidents, Some("checkout")),
        tickets,
        exposed,
        figure("pages", 37.0, "payment pages", Measure::Pages, Some("checkout")),
        figure("nights", 22.0, "payment pages at night", Measure::Pages, Some("checkout")),
    ];
    let mut checkout =
        ask("checkout", "plan time limits on every call to the provider", "ana", &["calls", "wallets"]);
    checkout.1.smallest_step = Some(step_id("cards"));
    let partners = ask("partners", "plan a time limit on calls to the provider", "mia", &["calls"]);
    let all_words = BTreeMap::from([
        (
            Audience::Product,
            words(
                "Payment incidents interrupted Checkout {{ figure.hangs }} times {{ period.hangs }}, and {{ figure.tickets }} support tickets named failed payments.",
                "Left alone, I expect the same in Q1.",
                "When the payment provider hangs, our checkout hangs with it.",
                "Fewer interruptions to the roadmap.",
            ),
        ),
        (
            Audience::EngineeringManager,
            words(
                "{{ figure.nights }} of Checkout's {{ figure.pages }} payment pages {{ period.pages }} came at night.",
                "Left alone, I expect a similar rota in Q1.",
                "When the payment provider hangs, somebody is woken.",
                "",
            ),
        ),
        (
            Audience::Executive,
            words(
                "Failed payments put {{ figure.exposed }} of orders at risk {{ period.exposed }}.",
                "Left alone, that exposure stays.",
                "When our payment provider hangs, our customers wait with it.",
                "",
            ),
        ),
        (
            Audience::Engineer,
            words(
                "{{ figure.pages }} pages {{ period.pages }} were payment time-outs, {{ figure.nights }} at night.",
                "Left alone, they keep paging you.",
                "Proposal: a 3-second deadline per provider call, behind a flag, no retries, so no double charges.",
                "",
            ),
        ),
    ]);
    Initiative {
        id: payments_id(),
        was: vec![],
        title: "A time limit on payment calls".into(),
        problem: "When the provider hangs, the checkout hangs with it.".into(),
        quarter: "2027-Q1".parse().unwrap(),
        advocates: vec![person_id("priya")],
        design: Some(Link {
            label: "The one-page design".into(),
            url: "https://wiki.example.com/payment-deadlines".into(),
        }),
        figures,
        steps: vec![
            step("calls", "a time limit on calls to the payment provider", 6.0, 0.6, Some(2.0)),
            step("wallets", "the same limit on wallets", 9.0, 0.2, None),
            step("cards", "a time limit on card payments alone", 2.0, 0.33, Some(1.0)),
        ],
        asks: BTreeMap::from([checkout, partners]),
        words: all_words,
        news: vec![News {
            on: date(2027, 1, 4),
            audiences: BTreeSet::new(),
            teams: BTreeSet::new(),
            says: "New: the provider hung twice more in the week before Christmas.".into(),
        }],
        faq: Vec::new(),
        extra: vec![Exception {
            person: person_id("sam"),
            reason: "Sam runs support and reads every one of these tickets".into(),
        }],
        excluded: vec![],
        approached: Vec::new(),
        withdrawn: false,
    }
}

fn rule(at: &str, audiences: &[Audience]) -> TouchRule {
    TouchRule {
        at: at.parse().unwrap(),
        until: None,
        audiences: audiences.iter().copied().collect(),
        schedule: None,
    }
}

/// Half an hour on Tuesdays at 15:00 and Thursdays at 10:00, Lisbon; none from 16 December to 10 January.
pub(super) fn hours(host: &str) -> Hours {
    let window = |weekday, from: i8, minutes: i8| Window {
        weekday,
        from: Time::constant(from, 0, 0, 0),
        until: Time::constant(from, minutes, 0, 0),
    };
    let closed = date(2026, 12, 16).series(1.day()).take_while(|day| *day < date(2027, 1, 11));
    Hours {
        host: person_id(host),
        zone: zone("Europe/Lisbon"),
        weekly: vec![window(Weekday::Tuesday, 15, 30), window(Weekday::Thursday, 10, 30)],
        extra: vec![],
        closed: closed.collect(),
        minutes: 30,
        buffer: SignedDuration::ZERO,
        notice: SignedDuration::from_hours(4),
        horizon: SignedDuration::from_hours(60 * 24),
        per_day: None,
        per_person: None,
        place: None,
        calendar: None,
        blocks: false,
        page: None,
    }
}

/// The organisation. Planning for 2027-Q1 opens on Monday 14 December 2026 and freezes on Friday
/// 15 January 2027.
pub(crate) fn program() -> Program {
    use Audience::{Engineer, EngineeringManager, Executive, Product};
    let quarter = "2027-Q1".parse().unwrap();
    Program {
        digest: ConfigDigest("0".repeat(64)),
        command: "/canvass".into(),
        bot_name: "canvass".into(),
        calendar: PlanningCalendar {
            zone: zone("Europe/Lisbon"),
            fiscal_start: 1,
            opens: Offset::default(),
            freezes: Offset::default(),
            explicit: BTreeMap::from([(quarter, (date(2026, 12, 14), date(2027, 1, 15)))]),
            holidays: BTreeMap::new(),
        },
        cadence: Cadence {
            touches: BTreeMap::from([
                (Touch::HeadsUp, rule("opens - 4w", &Audience::ALL)),
                (Touch::Pitch, rule("opens - 1w", &Audience::ALL)),
                (Touch::Reminder, rule("opens + 1w", &Audience::ALL)),
                (Touch::LastCall, rule("freezes - 4wd", &[Product, EngineeringManager])),
                (Touch::FollowUp, rule("freezes + 3d", &Audience::ALL)),
            ]),
        },
        limits: Limits {
            hours: "Mon-Fri 09:00-17:00".parse().unwrap(),
            per_week: 2,
            gap: SignedDuration::from_hours(48),
            asks: 3,
            burst_per_hour: 30,
            capacity_share: 0.1,
        },
        teams: BTreeMap::from([
            team("checkout", "Checkout"),
            team("partners", "Partners"),
            team("search", "Search"),
        ]),
        people: BTreeMap::from([
            person("ana", "Ana Souza", &[Product], &["checkout"], "America/Sao_Paulo"),
            person("ben", "Ben Roth", &[EngineeringManager], &["checkout"], "Europe/Berlin"),
            person("carla", "Carla Nunes", &[Executive], &[], "Europe/Lisbon"),
            person("dev", "Dev Patel", &[Engineer], &["checkout"], "Asia/Kolkata"),
            person("mia", "Mia Lund", &[Product, Engineer], &["checkout", "partners"], "Europe/Berlin"),
            person("noor", "Noor Aziz", &[EngineeringManager], &["partners"], "Europe/Berlin"),
            person("priya", "Priya Raman", &[Engineer], &[], "Europe/Lisbon"),
            person("sam", "Sam Okoye", &[Product], &[], "Europe/Lisbon"),
        ]),
        admins: BTreeSet::new(),
        recognition: Default::default(),
        laid_over: Default::default(),
        initiatives: vec![payments()],
        hours: BTreeMap::from([(person_id("priya"), hours("priya"))]),
        stale_after_days: 90,
        digests: None,
        approval: Approval::default(),
        words_expire: Some(4),
        stage: Stage::All,
        templates: BTreeMap::new(),
    }
}

/// The program with its initiative changed.
pub(crate) fn with(change: impl FnOnce(&mut Initiative)) -> Program {
    let mut program = program();
    change(&mut program.initiatives[0]);
    program
}

/// The figures of an initiative, read on another day.
pub(super) fn read_on(day: Date) -> Program {
    with(|initiative| initiative.figures.iter_mut().for_each(|figure| figure.read_on = day))
}
