//! A small organisation, and a life to lead in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, Time, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::calendar::{Offset, PlanningCalendar};
use crate::domain::directory::{Address, Person, Team};
use crate::domain::effect::{DeliveryKey, Effect, Post, PostKey};
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::{Cause, Event, How, Record, RefusedFor, Renames, Said, Stage};
use crate::domain::hours::DaysOff;
use crate::domain::ids::{FigureId, InitiativeId, PersonId, SlackUserId, StepId, TeamId};
use crate::domain::initiative::{
    Ask, Basis, Estimate, Exception, Figure, Initiative, Measure, News, Step, Words,
};
use crate::domain::observation::{Observations, Seen};
use crate::domain::office_hours::{Hours, Window};
use crate::domain::program::{Approval, Cadence, ConfigDigest, Limits, Program, TouchRule};
use crate::domain::state::State;
use crate::plan::{Plan, Touched, eligible, listed, touched};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

pub(super) fn team(id: &str) -> TeamId {
    TeamId::parse(id).unwrap()
}

pub(super) fn initiative(id: &str) -> InitiativeId {
    InitiativeId::parse(id).unwrap()
}

fn step(id: &str, effort_days: f64) -> Step {
    Step {
        id: StepId::parse(id).unwrap(),
        title: format!("the {id} step"),
        effort_days,
        share: 0.6,
        metric: "pages".into(),
        earns_back_quarters: None,
        after: Vec::new(),
        estimate: Estimate { by: "Priya".into(), on: date(2026, 11, 2) },
    }
}

pub(super) fn figure(id: &str, measure: Measure) -> Figure {
    Figure {
        id: FigureId::parse(id).unwrap(),
        value: 37.0,
        unit: "pages".into(),
        says: "Pages.".into(),
        period: (date(2026, 7, 1), date(2026, 9, 30)),
        source: "PagerDuty".into(),
        url: None,
        read_on: date(2026, 11, 2),
        basis: Basis::Measured,
        arithmetic: None,
        team: None,
        measure,
    }
}

pub(super) fn an_initiative(id: &str, teams: &[&str]) -> Initiative {
    let ask = |of: &&str| {
        let ask = Ask {
            team: team(of),
            what: "plan it".into(),
            decider: None,
            steps: vec![StepId::parse("first").unwrap()],
            first_step: StepId::parse("first").unwrap(),
            smallest_step: None,
            review_by: None,
            required: BTreeSet::new(),
            words: BTreeMap::new(),
        };
        (team(of), ask)
    };
    let words = Words { lead: Some("It hurts.".into()), ..Words::default() };
    Initiative {
        id: initiative(id),
        was: Vec::new(),
        title: id.into(),
        problem: "It hurts.".into(),
        quarter: "2027-Q1".parse().unwrap(),
        advocates: vec![person("priya")],
        design: None,
        figures: vec![figure("pages", Measure::Pages), figure("money", Measure::Money)],
        steps: vec![step("first", 6.0), step("small", 2.0)],
        asks: teams.iter().map(ask).collect(),
        words: Audience::ALL.into_iter().map(|audience| (audience, words.clone())).collect(),
        news: Vec::new(),
        faq: Vec::new(),
        extra: Vec::new(),
        excluded: Vec::new(),
        approached: Vec::new(),
        withdrawn: false,
    }
}

pub(super) fn somebody(id: &str, audience: Option<Audience>, teams: &[&str], zone: &str) -> Person {
    Person {
        id: person(id),
        name: id.into(),
        given_name: id.into(),
        address: Address::Email(format!("{id}@example.com")),
        was: Vec::new(),
        audiences: audience.into_iter().collect(),
        teams: teams.iter().map(|id| team(id)).collect(),
        reports_to: None,
        zone: Some(TimeZone::get(zone).unwrap()),
        hours: None,
        days_off: DaysOff::default(),
    }
}

fn rule(anchor: &str, until: Option<&str>, schedule: Option<&str>, audiences: &[Audience]) -> TouchRule {
    TouchRule {
        at: anchor.parse().unwrap(),
        until: until.map(|until| until.parse().unwrap()),
        audiences: audiences.iter().copied().collect(),
        schedule: schedule.map(|schedule| schedule.parse().unwrap()),
    }
}

/// The planning of Q1 2027 opens on Monday 14 December and freezes on Friday 15 January, 17:00 in Lisbon.
/// Heads-up 16 November, pitch 30 November, reminders on Tuesdays from 14 December, last call 8 January.
pub(super) fn program() -> Program {
    let managers = [Audience::Product, Audience::EngineeringManager];
    let touches = BTreeMap::from([
        (Touch::HeadsUp, rule("opens - 4w", None, None, &Audience::ALL)),
        (Touch::Pitch, rule("opens - 2w", None, None, &Audience::ALL)),
        (Touch::Reminder, rule("opens", Some("freezes - 3wd"), Some("0 0 10 * * Tue"), &Audience::ALL)),
        (Touch::LastCall, rule("freezes - 5wd", None, None, &managers)),
        (Touch::FollowUp, rule("freezes + 3d", None, None, &Audience::ALL)),
    ]);
    let people = [
        somebody("ana", Some(Audience::Product), &["checkout"], "Europe/Lisbon"),
        somebody("ben", Some(Audience::EngineeringManager), &["checkout"], "America/Chicago"),
        somebody("carla", Some(Audience::Executive), &[], "America/New_York"),
        somebody("dev", Some(Audience::Engineer), &["checkout"], "Asia/Kolkata"),
        somebody("eli", Some(Audience::EngineeringManager), &["search"], "Asia/Tokyo"),
        somebody("priya", None, &[], "Europe/Lisbon"),
    ];
    let a_team =
        |id: &str| Team { id: team(id), name: id.into(), was: Vec::new(), capacity_days: Some(60.0) };
    Program {
        digest: ConfigDigest("a".repeat(64)),
        command: "/canvass".into(),
        bot_name: "Canvass".into(),
        calendar: PlanningCalendar {
            zone: TimeZone::get("Europe/Lisbon").unwrap(),
            fiscal_start: 1,
            opens: Offset { days: -21, ..Offset::default() },
            freezes: Offset { days: 14, time: Some(Time::constant(17, 0, 0, 0)), ..Offset::default() },
            explicit: BTreeMap::from([("2027-Q1".parse().unwrap(), (date(2026, 12, 14), date(2027, 1, 15)))]),
            holidays: BTreeMap::new(),
        },
        cadence: Cadence { touches },
        limits: Limits {
            hours: "Mon-Fri 09:00-17:00".parse().unwrap(),
            per_week: 2,
            gap: SignedDuration::from_hours(48),
            asks: 3,
            burst_per_hour: 60,
            capacity_share: 0.3,
        },
        teams: [a_team("checkout"), a_team("search")]
            .into_iter()
            .map(|team| (team.id.clone(), team))
            .collect(),
        people: people.into_iter().map(|person| (person.id.clone(), person)).collect(),
        admins: BTreeSet::new(),
        recognition: Default::default(),
        laid_over: Default::default(),
        initiatives: vec![an_initiative("payments", &["checkout", "search"])],
        hours: BTreeMap::from([(person("priya"), office_hours("priya"))]),
        stale_after_days: 60,
        digests: None,
        approval: Approval::default(),
        words_expire: Some(4),
        stage: Stage::All,
        templates: BTreeMap::new(),
    }
}

/// A day off for everybody at a site.
pub(super) fn holiday(day: Date, name: &str) -> DaysOff {
    DaysOff { shared: vec![Arc::new(BTreeMap::from([(day, name.to_owned())]))], own: BTreeSet::new() }
}

pub(super) fn news(on: Date) -> News {
    News { on, audiences: BTreeSet::new(), teams: BTreeSet::new(), says: "It happened again.".into() }
}

pub(super) fn exception(id: &str, reason: &str) -> Exception {
    Exception { person: person(id), reason: reason.into() }
}

/// Office hours all day long, so that nobody is told that there are too few.
pub(super) fn office_hours(host: &str) -> Hours {
    let weekdays =
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let (from, until) = (Time::constant(8, 0, 0, 0), Time::constant(18, 0, 0, 0));
    Hours {
        host: person(host),
        zone: TimeZone::get("Europe/Lisbon").unwrap(),
        weekly: weekdays.map(|weekday| Window { weekday, from, until }).to_vec(),
        extra: Vec::new(),
        closed: BTreeSet::new(),
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

/// A program, its records and what is observed, with a plan kept up to date over them.
pub(super) struct Life {
    pub(super) program: Program,
    pub(super) state: State,
    pub(super) seen: Observations,
    pub(super) now: Timestamp,
    pub(super) plan: Plan,
    /// What was sent, and when.
    pub(super) sent: Vec<(Timestamp, Post)>,
    /// What was missed, and when.
    pub(super) missed: Vec<(Timestamp, PostKey)>,
    /// When a message to somebody was last attempted, however often: what caps are counted by.
    pub(super) attempts: BTreeMap<PostKey, Timestamp>,
    /// What becomes of the next posts; after that all arrive.
    pub(super) fates: Vec<Fate>,
    /// Compare the plan with one from nothing at every step, and each post with the rules.
    pub(super) suspicious: bool,
}

/// What becomes of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives,
    Deferred {
        minutes: i64,
    },
    RefusedForContent,
    RefusedForRecipient,
    /// The reply is lost; the message is there when it is looked up.
    Lost,
    /// The call never got through, and that is found out later.
    Absent,
    Unknown,
}

impl Life {
    /// Begins on Monday 9 November 2026, 08:00 UTC, with everybody found in Slack.
    pub(super) fn begin(program: Program) -> Self {
        Self::begin_at(program, at("2026-11-09T08:00:00Z"))
    }

    pub(super) fn begin_at(program: Program, now: Timestamp) -> Self {
        let seen = Observations::default();
        let plan = Plan::from_nothing(&program, &State::default(), &seen, now);
        let mut life = Self {
            program,
            state: State::default(),
            seen,
            now,
            plan,
            sent: Vec::new(),
            missed: Vec::new(),
            attempts: BTreeMap::new(),
            fates: Vec::new(),
            suspicious: true,
        };
        let initiatives = life.program.initiatives.iter().map(|initiative| initiative.id.clone()).collect();
        let digest = life.program.digest.clone();
        life.happens(Event::ConfigAdopted {
            digest,
            initiatives,
            renamed: Renames::default(),
            quarters: life.program.quarters(),
        });
        let people: Vec<PersonId> = life.program.people.keys().cloned().collect();
        for (place, person) in people.into_iter().enumerate() {
            let slack = SlackUserId::parse(&format!("U{place:06}")).unwrap();
            life.happens(Event::PersonLinked { person, slack, proof: None, replaces: None });
        }
        life
    }

    pub(super) fn happens(&mut self, event: Event) {
        self.happens_because(None, event);
    }

    pub(super) fn happens_because(&mut self, cause: Option<Cause>, event: Event) {
        let record = Record { seq: self.state.head.next(), at: self.now, cause, event };
        self.state.apply(&record);
        let touched = touched(&self.program, &self.state, &record);
        self.look(&touched);
    }

    pub(super) fn look(&mut self, touched: &Touched) {
        self.plan.refresh(&self.program, &self.state, &self.seen, self.now, touched);
        if self.suspicious {
            let nothing = Plan::from_nothing(&self.program, &self.state, &self.seen, self.now);
            assert!(self.plan.agrees_with(&nothing), "{:#?}\nis not\n{nothing:#?}", self.plan);
            assert_eq!(self.plan.next_wake(), nothing.next_wake());
            assert!(self.plan.next_wake().is_none_or(|wake| self.now < wake), "no spinning");
        }
    }

    /// Something is seen of a person.
    pub(super) fn sees(&mut self, id: &str, seen: Seen) {
        self.seen.people.insert(person(id), seen);
        self.look(&Touched::person(&person(id)));
    }

    /// Performs everything that is due, and everything that it makes due.
    pub(super) fn perform(&mut self) {
        loop {
            let effects = self.plan.due(self.now);
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.perform_one(effect);
            }
        }
    }

    fn perform_one(&mut self, effect: Effect) {
        match effect {
            Effect::Post(post) => self.post(&post),
            Effect::Miss(key) => {
                self.happens(Event::PostMissed { key: key.clone() });
                self.missed.push((self.now, key));
            }
            Effect::Settle { post, attempt } => {
                if self.fates.pop() == Some(Fate::Absent) {
                    self.happens(Event::PostAbsent { post, attempt, strange: false, blind: false });
                } else {
                    let (channel, ts) = ("D0".parse().unwrap(), "1.0".parse().unwrap());
                    self.happens(Event::PostSent { post, attempt, channel, ts, former: None });
                }
            }
            Effect::Refresh { post, through } => self.happens(Event::PostShown { post, through }),
        }
    }

    fn post(&mut self, post: &Post) {
        // What was due a moment ago may be held by what was done since; then the plan says so too.
        match eligible(&self.program, &self.state, &self.seen, self.now, &post.key) {
            Ok(again) => assert_eq!(again, *post, "eligible is the same rule"),
            Err(skip) => {
                let still = self.plan.due(self.now).contains(&Effect::Post(post.clone()));
                return assert!(!still, "{skip:?}: {post:?}");
            }
        }
        if self.suspicious {
            super::properties::keeps_the_rules(self, post);
        }
        self.intends(post);
        let (id, attempt) = (self.state.id_of(&post.key), post.attempt);
        match self.fates.pop().unwrap_or(Fate::Arrives) {
            Fate::Arrives => {
                self.arrives(post);
                self.sent.push((self.now, post.clone()));
            }
            Fate::Deferred { minutes } => {
                let until = self.now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
                self.happens(Event::PostDeferred {
                    post: id,
                    attempt,
                    until,
                    code: "ratelimited".into(),
                    strange: false,
                });
            }
            Fate::RefusedForContent => {
                let (because, code) = (RefusedFor::Content, "invalid_blocks".into());
                self.happens(Event::PostRefused { post: id, attempt, because, code, version: None });
            }
            Fate::RefusedForRecipient => {
                let (because, code) = (RefusedFor::Recipient, "user_disabled".into());
                self.happens(Event::PostRefused { post: id, attempt, because, code, version: None });
            }
            Fate::Lost => {}
            Fate::Absent => self.fates.push(Fate::Absent),
            Fate::Unknown => self.happens(Event::PostUnknown { post: id, attempt }),
        }
    }

    pub(super) fn intends(&mut self, post: &Post) {
        self.attempts.insert(post.key.clone(), self.now);
        self.happens(Event::PostIntended {
            key: post.key.clone(),
            attempt: post.attempt,
            deadline: self.now.checked_add(SignedDuration::from_secs(30)).unwrap(),
            teams: post.teams.clone(),
            audience: post.audience,
            lists: listed(&self.program, &self.state, &self.seen, self.now, &post.key)
                .into_iter()
                .map(|waiting| waiting.delivery)
                .collect(),
            found_as: self.state.named_in_intent(self.state.id_of(&post.key), &post.key),
        });
    }

    pub(super) fn arrives(&mut self, post: &Post) {
        let (channel, ts) = ("D0".parse().unwrap(), "1.0".parse().unwrap());
        let (post, attempt) = (self.state.id_of(&post.key), post.attempt);
        self.happens(Event::PostSent { post, attempt, channel, ts, former: None });
    }

    /// Lets time pass, wake by wake, performing what comes due.
    pub(super) fn until(&mut self, to: Timestamp) {
        self.perform();
        while let Some(wake) = self.plan.next_wake().filter(|wake| *wake <= to) {
            self.now = wake;
            self.look(&Touched::Nobody);
            self.perform();
        }
        self.now = self.now.max(to);
        self.look(&Touched::Nobody);
        self.perform();
    }

    /// Lets time pass without doing anything, as when the program is down.
    pub(super) fn sleeps_until(&mut self, to: Timestamp) {
        self.now = to;
        self.look(&Touched::Nobody);
    }

    /// The clock is set to `to`, earlier or later, which begins the plan anew.
    pub(super) fn clock_is_set_to(&mut self, to: Timestamp) {
        self.now = to;
        self.plan = Plan::from_nothing(&self.program, &self.state, &self.seen, self.now);
        self.look(&Touched::Nobody);
    }

    pub(super) fn takes(&mut self, id: &str, about: &str, stance: Stance) {
        let of = self.program.initiative(&initiative(about)).unwrap();
        let teams = self
            .program
            .stakeholder(of, &self.program.people[&person(id)])
            .map(|stakeholder| stakeholder.teams)
            .unwrap_or_default();
        let (person, initiative, quarter) = (person(id), of.id.clone(), of.quarter);
        self.happens(Event::StanceTaken { person, initiative, teams, quarter, stance, how: How::Clicked });
    }

    pub(super) fn says(&mut self, id: &str, about: Option<&str>, said: Said) {
        let (person, initiative) = (person(id), about.map(initiative));
        self.happens(Event::MessageReceived {
            person,
            initiative,
            said,
            text: None,
            place: None,
            thread: None,
            referral: None,
        });
    }

    /// What was sent of the campaign to somebody: `touch@local time`.
    pub(super) fn story(&self, id: &str) -> Vec<String> {
        let of = &self.program.people[&person(id)];
        self.sent
            .iter()
            .filter(|(_, post)| *post.key.to() == of.id)
            .filter_map(|(at, post)| {
                let delivery = post.key.delivery()?;
                let zone = self.program.zone_of(of, self.seen.zone(&of.id));
                let local = at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string();
                Some(format!("{} {} {local}", delivery.initiative, delivery.touch.word()))
            })
            .collect()
    }
}

pub(super) fn delivery(id: &str, about: &str, touch: Touch, occurrence: Option<Date>) -> DeliveryKey {
    let quarter = "2027-Q1".parse().unwrap();
    DeliveryKey { person: person(id), initiative: initiative(about), quarter, touch, occurrence }
}
