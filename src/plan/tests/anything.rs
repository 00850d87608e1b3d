//! The plan that is kept up to date is the plan from nothing, whatever happens in whatever order: every kind of
//! record that the fold knows, changed configurations, and a clock that now and then goes back.

use std::collections::BTreeSet;

use jiff::civil::{Time, date};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::reload::{changed, rename};
use super::world::{Life, an_initiative, at, person, program, somebody, team};
use crate::domain::account::Disbelief;
use crate::domain::booking::{By, Provider, Subject, Via};
use crate::domain::effect::{DeliveryKey, Effect, Epoch, PostId, PostKey};
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::{
    Cause, Event, How, PauseReason, Referral, RefusedFor, Renames, Said, Stage, Verdict,
};
use crate::domain::host_calendar::{Place, Trouble};
use crate::domain::ids::{FaqId, InitiativeId, PersonId, Seq, SlackUserId, TeamId};
use crate::domain::initiative::Exception;
use crate::domain::marks::{Marker, SealedKey};
use crate::domain::observation::{DoNotDisturb, Seen};
use crate::domain::personal::Personal;
use crate::domain::program::{ConfigDigest, Program};
use crate::domain::refusal::{Call, VERSION};
use crate::domain::roster::Roster;
use crate::domain::state::{Phase, PostState, pseudonym};
use crate::plan::{Plan, Touched};

macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {
        /// The kinds of records, by the names of their events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        enum Kind { $($kind),* }

        impl Kind {
            const ALL: &[Self] = &[$(Self::$kind),*];

            /// A new kind of event doesn't compile before it is named below, and made in `Anything::event`.
            fn of(event: &Event) -> Self {
                match event { $(Event::$kind { .. } => Self::$kind),* }
            }
        }
    };
}

kinds![
    ConfigAdopted,
    PersonLinked,
    PostIntended,
    PostSent,
    PostRefused,
    PostDeferred,
    PostAbsent,
    PostUnknown,
    PostMissed,
    PostShown,
    StanceTaken,
    ReasonGiven,
    HeadsUpConfirmed,
    ConcernReleased,
    MessageReceived,
    ConversationRecorded,
    NoteTaken,
    ItemPlanned,
    Stopped,
    StopUndone,
    Snoozed,
    MessageEdited,
    MessageDeleted,
    QuestionPlaced,
    QuestionMatched,
    AnswerRated,
    QuestionAnswered,
    AnswerKept,
    AnswerDropped,
    Approached,
    ReferralDismissed,
    LeaveEntered,
    SlotBooked,
    BookingMoved,
    BookingCancelled,
    BookingClosed,
    BookingEntered,
    CalendarTroubled,
    PageCancelled,
    WaitJoined,
    WaitLeft,
    HoursAdded,
    HoursBlocked,
    DeliveryJudged,
    DeliveryEdited,
    HandedOver,
    StageSet,
    Corrected,
    Recalled,
    ConfigRefused,
    PostingPaused,
    PostingResumed,
    ClockDoubted,
    ClockBelieved,
    Revived,
    AccountRefused,
    AccountConfirmed,
    InitiativePaused,
    Restored,
    PauseLifted,
    CallsRefused,
    CallsTaken,
    ContentRetried,
    MarkingKeySet,
    PersonForgotten,
    WordsExpired,
];

/// One step: what happens, numbers that choose to whom and how, and how many minutes pass before it.
#[derive(Debug, Clone)]
struct Step {
    does: Does,
    picks: [usize; 6],
    minutes: i64,
}

#[derive(Debug, Clone, Copy)]
enum Does {
    Happens(Kind),
    /// Everything that is due is done, and arrives.
    Performs,
    /// Slack says something else of somebody.
    Sees,
}

fn step() -> impl Strategy<Value = Step> {
    let does = prop_oneof![
        8 => prop::sample::select(Kind::ALL).prop_map(Does::Happens),
        3 => prop::sample::select(vec![
            Kind::PostIntended,
            Kind::PostIntended,
            Kind::PostIntended,
            Kind::PostSent,
            Kind::PostRefused,
            Kind::PostDeferred,
            Kind::PostUnknown,
            Kind::MessageReceived,
            Kind::MessageReceived,
            Kind::MessageReceived,
            Kind::QuestionAnswered,
            Kind::AnswerKept,
            Kind::SlotBooked,
            Kind::Approached,
            Kind::ConfigAdopted,
            Kind::ItemPlanned,
        ]).prop_map(Does::Happens),
        2 => Just(Does::Performs),
        1 => Just(Does::Sees),
    ];
    let minutes = prop_oneof![4 => Just(0), 4 => 0..60_i64, 4 => 0..6000_i64, 1 => -200..0_i64];
    (does, prop::array::uniform6(0..1000_usize), minutes).prop_map(|(does, picks, minutes)| Step {
        does,
        picks,
        minutes,
    })
}

/// An organisation in which anything may happen.
struct Anything {
    life: Life,
    /// Without what the records lay over it.
    configured: Program,
    reloads: u32,
    met: BTreeSet<Kind>,
}

fn nth<T>(of: impl IntoIterator<Item = T>, n: usize) -> Option<T> {
    let all: Vec<T> = of.into_iter().collect();
    let place = n.checked_rem(all.len())?;
    all.into_iter().nth(place)
}

fn configured() -> Program {
    let mut program = program();
    program.initiatives.push(an_initiative("flags", &["checkout"]));
    program.initiatives.push(an_initiative("backups", &["checkout", "search"]));
    program.initiatives[2].advocates = vec![person("omar")];
    let omar = somebody("omar", None, &[], "Europe/Lisbon");
    program.people.insert(omar.id.clone(), omar);
    program.limits.capacity_share = 1.0;
    program.admins.insert(person("omar"));
    program.digests = Some("0 0 9 * * Mon,Thu".parse().unwrap());
    // So few that some are taken, and that there may be none.
    let hours = program.hours.get_mut(&person("priya")).unwrap();
    hours.weekly.truncate(1);
    program
}

impl Anything {
    fn new(picks: [usize; 3]) -> Self {
        let mut configured = configured();
        configured.approval.first_campaign = picks[0].is_multiple_of(3);
        if picks[1].is_multiple_of(3) {
            configured.approval.audiences.insert(Audience::Executive);
        }
        configured.stage = Stage::ALL[picks[2] % Stage::ALL.len()];
        let start = [at("2026-11-09T08:00:00Z"), at("2026-12-01T12:00:00Z"), at("2027-01-08T10:00:00Z")];
        let life = Life::begin_at(configured.clone(), start[picks[2] % start.len()]);
        Self { life, configured, reloads: 0, met: BTreeSet::from([Kind::ConfigAdopted, Kind::PersonLinked]) }
    }

    fn takes(&mut self, step: Step) {
        self.life.now += SignedDuration::from_mins(step.minutes);
        self.life.look(&Touched::Nobody);
        match step.does {
            Does::Performs => self.performs(),
            Does::Sees => self.sees(step.picks),
            Does::Happens(Kind::ConfigAdopted) => self.reloads(step.picks),
            Does::Happens(kind) => {
                if let Some(event) = self.event(kind, step.picks) {
                    let slack = self.people().nth(step.picks[5] % 3).and_then(|id| self.slack(&id));
                    let cause = slack.filter(|_| step.picks[4].is_multiple_of(4));
                    self.happens(cause.map(|slack| Cause::Click(slack, step.picks[5].to_string())), event);
                }
            }
        }
    }

    fn happens(&mut self, cause: Option<Cause>, event: Event) {
        self.met.insert(Kind::of(&event));
        let changes = crate::domain::approach::changes(&event);
        self.life.happens_because(cause, event);
        if changes {
            self.lay_over();
        }
    }

    /// What the records lay over the configuration, as it is in effect from here on.
    fn lay_over(&mut self) {
        let life = &mut self.life;
        life.program = self.configured.with(&life.state);
        let roster = Roster::of(&life.program);
        for initiative in &life.program.initiatives {
            assert_eq!(roster.stakeholders(initiative), life.program.stakeholders(initiative));
        }
        life.plan = Plan::from_nothing(&life.program, &life.state, &life.seen, life.now);
    }

    fn performs(&mut self) {
        for effect in self.life.plan.due(self.life.now) {
            match effect {
                Effect::Post(post) => {
                    if self.life.plan.due(self.life.now).contains(&Effect::Post(post.clone())) {
                        self.life.intends(&post);
                        self.life.arrives(&post);
                        self.met.extend([Kind::PostIntended, Kind::PostSent]);
                    }
                }
                Effect::Miss(key) => self.happens(None, Event::PostMissed { key }),
                Effect::Settle { post, attempt } => {
                    self.happens(None, Event::PostAbsent { post, attempt, strange: false, blind: false })
                }
                Effect::Refresh { post, through } => self.happens(None, Event::PostShown { post, through }),
            }
        }
    }

    fn sees(&mut self, picks: [usize; 6]) {
        let Some(id) = nth(self.people(), picks[0]) else { return };
        let now = self.life.now;
        let later = |pick: usize| now + SignedDuration::from_hours(i64::try_from(pick % 60).unwrap());
        let zone = [None, Some("Asia/Tokyo"), Some("America/Chicago")][picks[1] % 3];
        let seen = Seen {
            as_of: now,
            account: None,
            zone: zone.map(|zone| jiff::tz::TimeZone::get(zone).unwrap()),
            mail: None,
            deactivated: picks[2].is_multiple_of(5),
            quiet: DoNotDisturb::told(now, later(picks[4]), later(picks[4] + 9))
                .filter(|_| picks[3].is_multiple_of(3)),
            away_until: picks[4].is_multiple_of(3).then(|| later(picks[5])),
        };
        self.life.sees(id.as_str(), seen);
    }

    /// The configuration is changed and adopted.
    fn reloads(&mut self, picks: [usize; 6]) {
        self.reloads += 1;
        let to = self.reloads;
        let mut renames = Renames::default();
        let who = nth(self.configured.people.keys().cloned(), picks[1]);
        let other = nth(self.configured.people.keys().cloned(), picks[2]);
        let configured = &mut self.configured;
        let rank = picks[1] % configured.initiatives.len();
        match picks[0] % 12 {
            0 => _ = who.map(|id| renames.people.insert(id, person(&format!("p{to}")))),
            1 => {
                if let (Some(who), Some(other)) = (who, other) {
                    renames.people.extend([(who.clone(), other.clone()), (other, who)]);
                }
            }
            2 => {
                let new = InitiativeId::parse(&format!("i{to}")).unwrap();
                renames.initiatives.insert(configured.initiatives[rank].id.clone(), new);
            }
            3 => {
                let old = nth(configured.teams.keys().cloned(), picks[1]);
                _ = old.map(|old| renames.teams.insert(old, team(&format!("t{to}"))));
            }
            4 => configured.initiatives[rank].withdrawn ^= true,
            5 => {
                let quarter = ["2027-Q1", "2027-Q2"][picks[2] % 2].parse().unwrap();
                configured.initiatives[rank].quarter = quarter;
            }
            6 => _ = who.map(|id| configured.people.remove(&id)),
            7 => {
                let teams = configured.teams.keys().map(|id| id.to_string()).collect::<Vec<_>>();
                let of = teams.get(picks[2] % 2).map(String::as_str);
                let new = somebody(&format!("n{to}"), Some(Audience::Product), of.as_slice(), "Asia/Tokyo");
                configured.people.insert(new.id.clone(), new);
            }
            8 => configured.initiatives[rank].advocates = who.into_iter().collect(),
            9 => {
                let ask = configured.initiatives[rank].asks.values_mut().next();
                _ = ask.map(|ask| ask.decider = who);
            }
            10 => {
                let reason = "They know.".to_owned();
                let exceptions = who.map(|person| Exception { person, reason }).into_iter().collect();
                match picks[2] % 2 {
                    0 => configured.initiatives[rank].excluded = exceptions,
                    _ => configured.initiatives[rank].extra = exceptions,
                }
            }
            _ => configured.initiatives.rotate_left(1),
        }
        rename(configured, &renames);
        changed(configured, to);
        self.life.program = self.configured.with(&self.life.state);
        self.life.adopts(renames);
        self.lay_over();
        self.met.insert(Kind::ConfigAdopted);
    }

    /// Whom the program in effect names.
    fn people(&self) -> impl Iterator<Item = PersonId> + use<> {
        self.life.program.people.keys().cloned().collect::<Vec<_>>().into_iter()
    }

    fn slack(&self, id: &PersonId) -> Option<SlackUserId> {
        self.life.state.person(id).and_then(|known| known.slack.clone())
    }

    /// A post that is `wanted`.
    fn post(&self, wanted: impl Fn(&PostState) -> bool, n: usize) -> Option<(PostId, u32)> {
        let mut all: Vec<_> = self.life.state.posts.iter().filter(|(_, post)| wanted(post)).collect();
        all.sort_by_key(|(id, _)| **id);
        nth(all, n).map(|(id, post)| (*id, post.attempt))
    }

    fn said(&self, wanted: impl Fn(Said) -> bool, n: usize) -> Option<Seq> {
        let of_kind = self.life.state.received.iter().filter(|(_, received)| wanted(received.said));
        nth(of_kind.map(|(of, _)| *of), n)
    }

    fn event(&self, kind: Kind, picks: [usize; 6]) -> Option<Event> {
        let [a, b, c, d, e, _] = picks;
        let state = &self.life.state;
        let person = nth(self.people(), a)?;
        let by = nth(self.people(), b)?;
        let of = nth(&self.life.program.initiatives, b)?;
        let (initiative, quarter) = (of.id.clone(), of.quarter);
        let some = |pick: usize| (!pick.is_multiple_of(3)).then(|| initiative.clone());
        let a_team: TeamId = nth(of.asks.keys().cloned(), c)?;
        let teams = match self.life.program.stakeholder(of, self.life.program.people.get(&person)?) {
            Some(argued) => argued.teams,
            None => vec![a_team.clone()],
        };
        let touches = [Touch::HeadsUp, Touch::Pitch, Touch::LastCall, Touch::FollowUp];
        let touch = touches[c % touches.len()];
        let delivery = DeliveryKey {
            person: person.clone(),
            initiative: initiative.clone(),
            quarter,
            touch,
            occurrence: None,
        };
        let words = || Personal::new(by.clone(), "Some words");
        let yes = d.is_multiple_of(2);
        let subject = some(c).map(|initiative| Subject { initiative, quarter });
        let from_now = |pick: usize| {
            let half_hours = i64::try_from(pick % 100).unwrap() - 4;
            let at = self.life.now.as_second() / 1800 * 1800 + half_hours * 1800;
            Timestamp::from_second(at).unwrap()
        };
        let today = date(2026, 11, 9).max(self.life.now.to_zoned(jiff::tz::TimeZone::UTC).date());
        let question = || self.said(|said| said == Said::Question, c);
        let booking = || nth(state.bookings.keys().copied(), c);
        let on_page = |n: usize| Via::Page { provider: Provider::CalCom, id: (n % 5).to_string() };
        let under_way = |n: usize| self.post(|post| matches!(post.phase, Phase::Intended { .. }), n);
        let code = "some_code".to_owned();
        Some(match kind {
            // Made where the configuration is changed.
            Kind::ConfigAdopted => return None,
            Kind::PersonLinked => {
                let slack = SlackUserId::parse(&format!("U{:06}", b % 12)).unwrap();
                Event::PersonLinked { person, slack, proof: None, replaces: None }
            }
            Kind::AccountRefused => {
                let because = [Disbelief::Several, Disbelief::Outsider][e % 2];
                Event::AccountRefused { person, because, lost: None }
            }
            Kind::AccountConfirmed => Event::AccountConfirmed { person, by, same: yes },
            Kind::InitiativePaused => Event::InitiativePaused { initiative, by, paused: yes },
            Kind::Restored => {
                let random = [u8::try_from(e % 200).unwrap(); 16];
                Event::Restored { epoch: Epoch::new(random), from: state.head }
            }
            Kind::PauseLifted => Event::PauseLifted { since: state.paused.as_ref()?.0 },
            Kind::CallsRefused => Event::CallsRefused { calls: [Call::LookUp, Call::Home][c % 2], code },
            Kind::CallsTaken => Event::CallsTaken { calls: nth(state.calls_refused.keys().copied(), c)? },
            Kind::MarkingKeySet => {
                Event::MarkingKeySet { key: SealedKey { nonce: String::new(), key: String::new() } }
            }
            Kind::PersonForgotten => Event::PersonForgotten {
                was: Vec::new(),
                pseudonym: pseudonym(&format!("{:08}", state.head.0)).unwrap(),
                marks: if e.is_multiple_of(7) {
                    vec![Marker::new(&[7; 32]).address(person.as_str())]
                } else {
                    Vec::new()
                },
                keys: Vec::new(),
                person,
            },
            Kind::WordsExpired => Event::WordsExpired {
                before: self.life.now,
                unanswerable: Default::default(),
                keys: Vec::new(),
            },
            Kind::ContentRetried => Event::ContentRetried { version: VERSION.to_owned() },
            Kind::PostIntended => {
                let due = self.life.plan.due(self.life.now);
                let posts = due.into_iter().filter_map(|effect| match effect {
                    Effect::Post(post) => Some(post),
                    Effect::Miss(_) | Effect::Refresh { .. } | Effect::Settle { .. } => None,
                });
                let post = nth(posts, a)?;
                let deadline = self.life.now + SignedDuration::from_secs(30);
                let (key, attempt, teams, audience) = (post.key, post.attempt, post.teams, post.audience);
                Event::PostIntended {
                    key,
                    attempt,
                    deadline,
                    teams,
                    audience,
                    lists: Vec::new(),
                    found_as: None,
                }
            }
            Kind::PostSent => {
                let (post, attempt) = under_way(a)?;
                let (channel, ts) = (format!("D{a}").parse().unwrap(), format!("{b}.0").parse().unwrap());
                Event::PostSent { post, attempt, channel, ts, former: None }
            }
            Kind::PostRefused => {
                let (post, attempt) = under_way(a)?;
                let because = if yes { RefusedFor::Recipient } else { RefusedFor::Content };
                let version = e.is_multiple_of(2).then(|| "0.0.1".to_owned());
                Event::PostRefused { post, attempt, because, code, version }
            }
            Kind::PostDeferred => {
                let (post, attempt) = under_way(a)?;
                Event::PostDeferred { post, attempt, until: from_now(b), code, strange: false }
            }
            Kind::PostAbsent => {
                let (post, attempt) = under_way(a)?;
                Event::PostAbsent { post, attempt, strange: false, blind: false }
            }
            Kind::PostUnknown => {
                let (post, attempt) = under_way(a)?;
                Event::PostUnknown { post, attempt }
            }
            Kind::PostMissed => Event::PostMissed { key: PostKey::Touch(delivery) },
            Kind::PostShown => {
                let post = nth(state.outdated.iter().copied(), a)?;
                Event::PostShown { post, through: state.head }
            }
            Kind::StanceTaken => {
                let how = if yes { How::Clicked } else { How::Recorded { by } };
                let stance = Stance::ALL[e % Stance::ALL.len()];
                Event::StanceTaken { person, initiative, teams, quarter, stance, how }
            }
            Kind::ReasonGiven => {
                Event::ReasonGiven { person, initiative, quarter, reason: words(), follow_up: yes }
            }
            Kind::HeadsUpConfirmed => Event::HeadsUpConfirmed { person, initiative, quarter },
            Kind::ConcernReleased => Event::ConcernReleased { person, initiative, quarter, by },
            Kind::MessageReceived => {
                let all = [
                    Said::Question,
                    Said::Remark,
                    Said::Talk,
                    Said::Concern,
                    Said::Correction,
                    Said::Referral,
                ];
                let said = all[d % all.len()];
                let named = Referral { whom: None, decides: e.is_multiple_of(2) };
                let referral = (said == Said::Referral).then_some(named);
                let initiative = some(c);
                Event::MessageReceived {
                    person,
                    initiative,
                    said,
                    text: None,
                    place: None,
                    thread: None,
                    referral,
                }
            }
            Kind::ConversationRecorded => {
                Event::ConversationRecorded { person, initiative, quarter, by, note: None }
            }
            Kind::NoteTaken => {
                let text = words();
                Event::NoteTaken { by, about: Some(person), initiative: Some(initiative), text }
            }
            Kind::ItemPlanned => Event::ItemPlanned { initiative, team: a_team, quarter, by, link: None },
            Kind::Stopped => Event::Stopped { person, initiative: some(c) },
            Kind::StopUndone => Event::StopUndone { person, initiative: some(c) },
            Kind::Snoozed => Event::Snoozed { person, until: from_now(b) },
            Kind::MessageEdited => {
                let of = self.said(|_| true, c)?;
                Event::MessageEdited { person: state.received[&of].person.clone(), of, text: words() }
            }
            Kind::MessageDeleted => {
                let answers = state.answers.iter().map(|(of, answer)| (*of, answer.by.clone()));
                let said = state.received.iter().map(|(of, received)| (*of, received.person.clone()));
                let (of, person) = nth(answers.chain(said), c)?;
                Event::MessageDeleted { person, of }
            }
            Kind::QuestionPlaced => Event::QuestionPlaced { question: question()?, initiative: some(d) },
            Kind::QuestionMatched => {
                let entry = FaqId::parse("cost").unwrap();
                Event::QuestionMatched { question: question()?, entry, answer: words() }
            }
            Kind::AnswerRated => Event::AnswerRated { question: question()?, helped: yes },
            Kind::QuestionAnswered => {
                let answer = words();
                Event::QuestionAnswered { question: question()?, by, answer, place: None }
            }
            Kind::AnswerKept => {
                let (question, answer) = (question()?, words());
                let entry = FaqId::parse(&format!("kept-{}", question.0)).unwrap();
                Event::AnswerKept { question, entry, initiative, by, answer }
            }
            Kind::AnswerDropped => {
                let ((initiative, entry), _) = state.kept.first_key_value()?;
                Event::AnswerDropped { entry: entry.clone(), initiative: initiative.clone(), by }
            }
            Kind::Approached => {
                let referral = self.said(|said| said == Said::Referral, a)?;
                let new = format!("a{}", b % 4);
                // Somebody whom nobody knows, or whom the configuration names.
                let (person, slack) = match yes {
                    true => (new.parse().unwrap(), SlackUserId::parse(&format!("UA{}", b % 4)).unwrap()),
                    false => (person.clone(), self.slack(&person)?),
                };
                let audience = Audience::ALL[e % Audience::ALL.len()];
                let (name, teams, decides) = (None, vec![a_team], c.is_multiple_of(2));
                Event::Approached { referral, by, person, slack, name, initiative, audience, teams, decides }
            }
            Kind::ReferralDismissed => {
                Event::ReferralDismissed { referral: self.said(|said| said == Said::Referral, a)?, by }
            }
            Kind::LeaveEntered => {
                let long = jiff::Span::new().days(i64::try_from(c % 10).unwrap());
                let days = yes.then(|| (today, today.checked_add(long).unwrap()));
                Event::LeaveEntered { person, days, by }
            }
            Kind::SlotBooked => {
                let via = if yes { Via::Slack } else { on_page(e) };
                let starts = from_now(e);
                Event::SlotBooked { guest: person, host: by, starts, minutes: 30, subject, topic: None, via }
            }
            Kind::BookingMoved => {
                let (by, via) = if yes { (By::Person(person), None) } else { (By::Page, Some(on_page(e))) };
                let host = nth(self.people(), b)?;
                Event::BookingMoved { booking: booking()?, host, starts: from_now(e), minutes: 30, by, via }
            }
            Kind::BookingCancelled => {
                let by = if yes { By::Person(person) } else { By::Calendar };
                Event::BookingCancelled { booking: booking()?, by }
            }
            Kind::BookingClosed => Event::BookingClosed { booking: booking()?, by, met: yes, note: None },
            Kind::BookingEntered => {
                let place = yes.then(|| Place("https://calendar.example/ana/work/".to_owned()));
                Event::BookingEntered { booking: booking()?, host: by, through: state.head, place }
            }
            Kind::PageCancelled => Event::PageCancelled { provider: Provider::CalCom, id: format!("b{e}") },
            Kind::CalendarTroubled => {
                let why = "it can't be reached".to_owned();
                let trouble = match (yes, booking()) {
                    (true, Some(booking)) => Trouble::Refused { booking, through: state.head, why },
                    (true, None) => Trouble::Over,
                    (false, _) => Trouble::Failing { why, reads: d.is_multiple_of(2) },
                };
                Event::CalendarTroubled { host: by, trouble }
            }
            Kind::WaitJoined => Event::WaitJoined { person, subject, host: None },
            Kind::WaitLeft => Event::WaitLeft { person, of: None },
            Kind::HoursAdded => {
                let (from, until) = (Time::constant(10, 0, 0, 0), Time::constant(12, 0, 0, 0));
                Event::HoursAdded { host: by, on: today, from, until }
            }
            Kind::HoursBlocked => Event::HoursBlocked { host: by, uids: vec![format!("u{c}")] },
            Kind::DeliveryJudged => {
                let all = [Verdict::Approved, Verdict::Now, Verdict::Held];
                Event::DeliveryJudged { delivery, verdict: all[d % all.len()], by }
            }
            Kind::DeliveryEdited => Event::DeliveryEdited { delivery, prose: yes.then(words), by },
            Kind::HandedOver => Event::HandedOver { person, initiative, quarter, by, taken: yes },
            Kind::StageSet => {
                Event::StageSet { initiative, quarter, stage: Stage::ALL[c % Stage::ALL.len()], by }
            }
            Kind::Corrected => Event::Corrected { initiative, quarter, what: words(), by },
            Kind::Recalled => Event::Recalled { initiative, quarter, by, recalled: yes },
            Kind::ConfigRefused => {
                let digest = ConfigDigest(format!("{c:064}"));
                Event::ConfigRefused { digest, faults: 1, places: Vec::new() }
            }
            Kind::PostingPaused => Event::PostingPaused {
                reason: match c % 3 {
                    0 => PauseReason::Unproven,
                    1 => PauseReason::Asked { by },
                    _ => PauseReason::Configuration { code },
                },
            },
            Kind::PostingResumed => Event::PostingResumed { by },
            Kind::ClockDoubted => Event::ClockDoubted { ahead: 3600 },
            Kind::ClockBelieved => Event::ClockBelieved {},
            Kind::Revived => {
                let missed = state.posts.values().filter(|post| post.phase == Phase::Missed);
                let mut missed: Vec<_> = missed.filter_map(|post| post.key.delivery()).cloned().collect();
                missed.sort();
                Event::Revived { deliveries: vec![nth(missed, c)?], by }
            }
        })
    }
}

fn script() -> impl Strategy<Value = ([usize; 3], Vec<Step>)> {
    (prop::array::uniform3(0..30_usize), prop::collection::vec(step(), 0..60))
}

/// Takes every step; each compares the plan with the one from nothing (`Life::look`).
fn play(picks: [usize; 3], steps: Vec<Step>) -> Anything {
    let mut anything = Anything::new(picks);
    for step in steps {
        anything.takes(step);
    }
    anything
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_kept_up_to_date_is_the_plan_from_nothing(script in script()) {
        play(script.0, script.1);
    }
}

#[test]
fn everything_that_can_happen_happens_to_the_plan() {
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeSet::new();
    for _ in 0..400 {
        if Kind::ALL.iter().all(|kind| met.contains(kind)) {
            break;
        }
        let (picks, steps) = script().new_tree(&mut runner).unwrap().current();
        met.extend(play(picks, steps).met);
    }
    let never: Vec<_> = Kind::ALL.iter().filter(|kind| !met.contains(*kind)).collect();
    assert!(never.is_empty(), "{never:?}");
}
