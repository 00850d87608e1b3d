//! What holds whatever people do and whatever fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use proptest::prelude::*;

use super::world::{Fate, Life, an_initiative, at, initiative, news, person, program};
use crate::domain::effect::{DeliveryKey, Effect, Post, PostKey};
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::{Event, PauseReason, Said, Stage, Verdict};
use crate::domain::ids::{FaqId, PersonId, StepId, TeamId};
use crate::domain::observation::{DoNotDisturb, Seen};
use crate::domain::personal::Personal;
use crate::domain::program::Program;
use crate::plan::{Outcome, Plan, Touched, explain, forecast};

const PEOPLE: [&str; 5] = ["ana", "ben", "carla", "dev", "eli"];
const INITIATIVES: [&str; 3] = ["payments", "flags", "backups"];
const ZONES: [&str; 6] = [
    "Europe/Lisbon",
    "America/Chicago",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Pacific/Auckland",
];

/// Checked before each post: nothing here is taken from the code that planned it.
pub(super) fn keeps_the_rules(life: &Life, post: &Post) {
    let PostKey::Touch(delivery) = &post.key else { return };
    let (program, state, now) = (&life.program, &life.state, life.now);
    let person = &program.people[&delivery.person];
    let zone = program.zone_of(person, life.seen.zone(&person.id));
    let local = now.to_zoned(zone.clone());
    // A site of its own has its week from Sunday to Thursday, and begins earlier.
    let hours = match person.hours {
        None => (9..17).contains(&local.hour()) && local.weekday().to_monday_zero_offset() < 5,
        Some(_) => (8..16).contains(&local.hour()) && local.weekday().to_sunday_zero_offset() < 5,
    };
    assert!(hours, "{local} is outside of hours");
    assert_eq!(person.days_off.reason(local.date()), None, "{local} is a day off");
    assert!(state.paused.is_none(), "posting is paused");

    let known = state.person(&person.id).unwrap();
    assert!(!known.stopped && !known.stopped_initiatives.contains(&delivery.initiative), "they said stop");
    let refused = known
        .unreachable
        .as_ref()
        .is_some_and(|refused| refused.holds_until(program.is_advocate(&person.id), now).is_some());
    assert!(!refused, "nothing reaches them");
    assert!(known.snoozed_until.is_none_or(|until| until <= now), "they are left alone");
    let on_leave = known.leave.is_some_and(|(first, last)| (first..=last).contains(&local.date()));
    assert!(!on_leave, "{local} is in their leave");
    let initiative = program.initiative(&delivery.initiative).unwrap();
    let campaign = state.campaign(&delivery.initiative, delivery.quarter);
    assert!(campaign.is_none_or(|campaign| campaign.recalled.is_none()), "it was taken back");
    let verdict = known
        .engagements
        .get(&(delivery.initiative.clone(), delivery.quarter))
        .inspect(|engagement| assert_eq!(engagement.handed_over, None, "an advocate speaks to them"))
        .and_then(|engagement| engagement.verdicts.get(&(delivery.touch, delivery.occurrence)))
        .map(|judged| judged.verdict);
    assert!(verdict != Some(Verdict::Held), "it is held");
    let stakeholders = program.stakeholders(initiative);
    let goes = match campaign.and_then(|campaign| campaign.stage()).map_or(program.stage, |moved| moved.stage)
    {
        Stage::Rehearsal => false,
        Stage::Few => stakeholders.iter().take(3).any(|of| of.person == person.id),
        Stage::All => true,
    };
    assert!(goes, "the campaign doesn't go so far");
    let executive = program.approval.audiences.contains(&post.audience.unwrap());
    let earlier = |(_, post): &(Timestamp, Post)| {
        post.key.delivery().is_some_and(|sent| sent.quarter < delivery.quarter)
    };
    let waits = executive || (program.approval.first_campaign && !life.sent.iter().any(earlier));
    assert!(!waits || verdict.is_some(), "nobody approved it");
    let before = state.post(post.key.id());
    assert!(before.is_none_or(|before| before.phase.may_be_tried_again()), "never twice");
    let engagement = known.engagements.get(&(delivery.initiative.clone(), delivery.quarter));
    if let Some(engagement) = engagement {
        assert!(engagement.concern.is_none() && engagement.conversation.is_none(), "a human's turn");
        let stance = engagement.stance().map(|stance| stance.stance);
        let silent = stance.is_some_and(Stance::is_final) && delivery.touch != Touch::FollowUp;
        assert!(!silent, "nothing after {stance:?}");
        let asked = engagement.deliveries.iter().filter(|((touch, _), id)| {
            touch.asks() && state.post(**id).is_some_and(|post| post.may_have_arrived())
        });
        assert!(!delivery.touch.asks() || asked.count() < 3, "three asks are enough");
    }

    let window = program.window(delivery.quarter).unwrap();
    assert!(delivery.touch == Touch::FollowUp || now < window.freezes, "nothing after the freeze");
    if delivery.touch == Touch::LastCall {
        assert!(local.date() < date(2027, 1, 13), "two working days before the 15th stay clear");
    }

    let others = life.attempts.iter().filter(|(key, _)| **key != post.key && key.delivery().is_some());
    let times: Vec<(Timestamp, bool)> = others.map(|(key, at)| (*at, *key.to() == person.id)).collect();
    let within = |hours: i64, of: &dyn Fn(bool) -> bool| {
        let since = now.checked_sub(SignedDuration::from_hours(hours)).unwrap();
        times.iter().filter(|(at, own)| since < *at && of(*own)).count()
    };
    assert!(within(24 * 7, &|own| own) < usize::try_from(program.limits.per_week).unwrap(), "weekly cap");
    assert!(within(1, &|_| true) < usize::try_from(program.limits.burst_per_hour).unwrap(), "burst");
    let last = times.iter().filter(|(_, own)| *own).map(|(at, _)| *at).max();
    let gap = last.is_none_or(|last| program.limits.gap <= now.duration_since(last));
    assert!(gap, "gap since {last:?}");
}

#[derive(Debug, Clone)]
enum Deed {
    Takes(usize, usize, Stance),
    Says(usize, Option<usize>, Said),
    Releases(usize, usize),
    Talks(usize, usize),
    Stops(usize, Option<usize>),
    Undoes(usize),
    Snoozes(usize, i64),
    Plans(usize, usize),
    Pauses(PauseReason),
    Resumes,
    IsAway(usize, i64),
    IsQuiet(usize, i64),
    Moves(usize, usize),
    Fails(Fate),
    Sleeps(i64),
    Asks(usize, Option<usize>, Ask),
    Goes(usize, Goes),
    Judges(usize, usize, Touch, Verdict),
    HandsOver(usize, usize, bool),
    Stages(usize, Stage),
    Recalls(usize, bool),
    PausesAbout(usize, bool),
    Leaves(usize, Option<(i64, i64)>),
}

/// Who asks, and whether the FAQ answers at once.
#[derive(Debug, Clone, Copy)]
enum Ask {
    OfTheFaq,
    OfAHuman,
}

/// What becomes of some question.
#[derive(Debug, Clone, Copy)]
enum Goes {
    Placed(Option<usize>),
    Rated(bool),
    Answered,
    Edited,
    Deleted,
    AnswerDeleted,
    Kept,
    Dropped,
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = || 0..PEOPLE.len();
    let what = || 0..INITIATIVES.len();
    let stance = prop::sample::select(Stance::ALL.to_vec());
    let said = prop::sample::select(vec![
        Said::Question,
        Said::Remark,
        Said::Talk,
        Said::Concern,
        Said::Correction,
        Said::Referral,
    ]);
    let fate = prop_oneof![
        (1..600_i64).prop_map(|minutes| Fate::Deferred { minutes }),
        Just(Fate::RefusedForContent),
        Just(Fate::RefusedForRecipient),
        Just(Fate::Lost),
        Just(Fate::Absent),
        Just(Fate::Unknown),
    ];
    let touch = prop::sample::select(vec![Touch::HeadsUp, Touch::Pitch, Touch::LastCall, Touch::FollowUp]);
    let verdict =
        prop::sample::select(vec![Verdict::Approved, Verdict::Approved, Verdict::Now, Verdict::Held]);
    let stage = prop::sample::select(Stage::ALL.to_vec());
    let pause = prop_oneof![
        Just(PauseReason::Unproven),
        Just(PauseReason::FirstStart { denied_by: None }),
        Just(PauseReason::FirstStart { denied_by: Some(person("priya")) }),
        Just(PauseReason::Configuration { code: "invalid_auth".into() }),
        Just(PauseReason::Returned { code: "token_revoked".into() }),
        Just(PauseReason::Asked { by: person("priya") }),
    ];
    prop_oneof![
        4 => (who(), what(), stance).prop_map(|(who, what, stance)| Deed::Takes(who, what, stance)),
        3 => (who(), prop::option::of(what()), said).prop_map(|(who, what, said)| Deed::Says(who, what, said)),
        1 => (who(), what()).prop_map(|(who, what)| Deed::Releases(who, what)),
        1 => (who(), what()).prop_map(|(who, what)| Deed::Talks(who, what)),
        1 => (who(), prop::option::of(what())).prop_map(|(who, what)| Deed::Stops(who, what)),
        1 => who().prop_map(Deed::Undoes),
        1 => (who(), 1..400_i64).prop_map(|(who, hours)| Deed::Snoozes(who, hours)),
        1 => (what(), 0..2_usize).prop_map(|(what, team)| Deed::Plans(what, team)),
        1 => pause.prop_map(Deed::Pauses),
        2 => Just(Deed::Resumes),
        1 => (who(), 1..200_i64).prop_map(|(who, hours)| Deed::IsAway(who, hours)),
        1 => (who(), 1..20_i64).prop_map(|(who, hours)| Deed::IsQuiet(who, hours)),
        1 => (who(), 0..ZONES.len()).prop_map(|(who, zone)| Deed::Moves(who, zone)),
        4 => (who(), prop::option::of(what()), prop::sample::select(vec![Ask::OfTheFaq, Ask::OfAHuman]))
            .prop_map(|(who, what, ask)| Deed::Asks(who, what, ask)),
        6 => (0..8_usize, goes()).prop_map(|(which, goes)| Deed::Goes(which, goes)),
        3 => fate.prop_map(Deed::Fails),
        2 => (1..400_i64).prop_map(Deed::Sleeps),
        8 => (who(), what(), touch, verdict).prop_map(|(who, what, touch, verdict)| Deed::Judges(who, what, touch, verdict)),
        1 => (who(), what(), any::<bool>()).prop_map(|(who, what, taken)| Deed::HandsOver(who, what, taken)),
        2 => (what(), stage).prop_map(|(what, stage)| Deed::Stages(what, stage)),
        1 => (what(), any::<bool>()).prop_map(|(what, recalled)| Deed::Recalls(what, recalled)),
        1 => (what(), any::<bool>()).prop_map(|(what, paused)| Deed::PausesAbout(what, paused)),
        1 => (who(), prop::option::of((0..10_i64, 0..20_i64))).prop_map(|(who, days)| Deed::Leaves(who, days)),
    ]
}

fn goes() -> impl Strategy<Value = Goes> {
    prop_oneof![
        2 => prop::option::of(0..INITIATIVES.len()).prop_map(Goes::Placed),
        2 => any::<bool>().prop_map(Goes::Rated),
        3 => Just(Goes::Answered),
        1 => Just(Goes::Edited),
        1 => Just(Goes::Deleted),
        1 => Just(Goes::AnswerDeleted),
        1 => Just(Goes::Kept),
        1 => Just(Goes::Dropped),
    ]
}

impl Goes {
    /// What happens to the question that is the `which`th from the last, if there are so many.
    fn happen(self, life: &mut Life, which: usize) {
        let Some(question) = life.state.questions.keys().rev().nth(which).copied() else { return };
        let asker = life.state.received[&question].person.clone();
        let text = |of: &PersonId| Personal::new(of.clone(), "Some words");
        let answer = life.state.questions[&question].answers.last().copied();
        let entry = FaqId::parse(&format!("kept-{}", question.0)).unwrap();
        let about = life.state.questions[&question].initiative.clone();
        let by = person("priya");
        match self {
            Self::Placed(what) => {
                let initiative = what.map(|what| initiative(INITIATIVES[what]));
                life.happens(Event::QuestionPlaced { question, initiative });
            }
            Self::Rated(helped) => life.happens(Event::AnswerRated { question, helped }),
            Self::Answered => {
                let answer = text(&by);
                life.happens(Event::QuestionAnswered { question, by, answer, place: None });
            }
            Self::Edited => {
                let text = text(&asker);
                life.happens(Event::MessageEdited { person: asker, of: question, text });
            }
            Self::Deleted => life.happens(Event::MessageDeleted { person: asker, of: question }),
            Self::AnswerDeleted => {
                if let Some(of) = answer {
                    life.happens(Event::MessageDeleted { person: by, of });
                }
            }
            Self::Kept => {
                if let Some(initiative) = about {
                    let answer = text(&by);
                    life.happens(Event::AnswerKept { question, entry, initiative, by, answer });
                }
            }
            Self::Dropped => {
                if let Some(initiative) = about {
                    life.happens(Event::AnswerDropped { entry, initiative, by });
                }
            }
        }
    }
}

impl Deed {
    fn happen(self, life: &mut Life) {
        let quarter = "2027-Q1".parse().unwrap();
        let later = |life: &Life, hours| life.now.checked_add(SignedDuration::from_hours(hours)).unwrap();
        let seen = |life: &Life| Seen {
            as_of: life.now,
            account: None,
            zone: None,
            mail: None,
            deactivated: false,
            quiet: None,
            away_until: None,
        };
        let by = || person("priya");
        match self {
            Self::Takes(who, what, stance) => life.takes(PEOPLE[who], INITIATIVES[what], stance),
            Self::Says(who, what, said) => life.says(PEOPLE[who], what.map(|what| INITIATIVES[what]), said),
            Self::Releases(who, what) => {
                let (person, initiative) = (person(PEOPLE[who]), initiative(INITIATIVES[what]));
                life.happens(Event::ConcernReleased { person, initiative, quarter, by: by() });
            }
            Self::Talks(who, what) => {
                let (person, initiative) = (person(PEOPLE[who]), initiative(INITIATIVES[what]));
                life.happens(Event::ConversationRecorded {
                    person,
                    initiative,
                    quarter,
                    by: by(),
                    note: None,
                });
            }
            Self::Stops(who, what) => {
                let initiative = what.map(|what| initiative(INITIATIVES[what]));
                life.happens(Event::Stopped { person: person(PEOPLE[who]), initiative });
            }
            Self::Undoes(who) => {
                life.happens(Event::StopUndone { person: person(PEOPLE[who]), initiative: None });
            }
            Self::Snoozes(who, hours) => {
                let until = later(life, hours);
                life.happens(Event::Snoozed { person: person(PEOPLE[who]), until });
            }
            Self::Plans(what, of) => {
                let initiative = initiative(INITIATIVES[what]);
                let team = TeamId::parse(["checkout", "search"][of]).unwrap();
                life.happens(Event::ItemPlanned { initiative, team, quarter, by: by(), link: None });
            }
            Self::Pauses(reason) => life.happens(Event::PostingPaused { reason }),
            Self::Resumes => life.happens(Event::PostingResumed { by: by() }),
            Self::IsAway(who, hours) => {
                let seen = Seen { away_until: Some(later(life, hours)), ..seen(life) };
                life.sees(PEOPLE[who], seen);
            }
            Self::IsQuiet(who, hours) => {
                let seen = Seen {
                    quiet: DoNotDisturb::told(life.now, later(life, hours), later(life, hours + 10)),
                    ..seen(life)
                };
                life.sees(PEOPLE[who], seen);
            }
            Self::Moves(who, zone) => {
                let seen = Seen { zone: Some(TimeZone::get(ZONES[zone]).unwrap()), ..seen(life) };
                life.program.people.get_mut(&person(PEOPLE[who])).unwrap().zone = None;
                life.sees(PEOPLE[who], seen);
            }
            Self::Asks(who, what, ask) => {
                life.says(PEOPLE[who], what.map(|what| INITIATIVES[what]), Said::Question);
                if let (Ask::OfTheFaq, Some(_)) = (ask, what) {
                    let answer = Personal::new(person(PEOPLE[who]), "An answer");
                    let (question, entry) = (life.state.head, FaqId::parse("cost").unwrap());
                    life.happens(Event::QuestionMatched { question, entry, answer });
                }
            }
            Self::Goes(which, goes) => goes.happen(life, which),
            Self::Judges(who, what, touch, verdict) => {
                let (person, initiative) = (person(PEOPLE[who]), initiative(INITIATIVES[what]));
                let delivery = DeliveryKey { person, initiative, quarter, touch, occurrence: None };
                life.happens(Event::DeliveryJudged { delivery, verdict, by: by() });
            }
            Self::HandsOver(who, what, taken) => {
                let (person, initiative) = (person(PEOPLE[who]), initiative(INITIATIVES[what]));
                life.happens(Event::HandedOver { person, initiative, quarter, by: by(), taken });
            }
            Self::Stages(what, stage) => {
                let initiative = initiative(INITIATIVES[what]);
                life.happens(Event::StageSet { initiative, quarter, stage, by: by() });
            }
            Self::Recalls(what, recalled) => {
                let initiative = initiative(INITIATIVES[what]);
                life.happens(Event::Recalled { initiative, quarter, by: by(), recalled });
            }
            Self::PausesAbout(what, paused) => {
                let initiative = initiative(INITIATIVES[what]);
                life.happens(Event::InitiativePaused { initiative, by: by(), paused });
            }
            Self::Leaves(who, days) => {
                let today = life.now.to_zoned(TimeZone::UTC).date();
                let day = |days: i64| today.checked_add(Span::new().days(days)).unwrap();
                let days = days.map(|(first, long)| (day(first), day(first + long)));
                life.happens(Event::LeaveEntered { person: person(PEOPLE[who]), days, by: by() });
            }
            Self::Fails(fate) => life.fates.push(fate),
            Self::Sleeps(hours) => {
                let until = later(life, hours);
                life.sleeps_until(until);
            }
        }
    }
}

/// Organisations of all kinds.
fn organisation() -> impl Strategy<Value = Program> {
    let limits = (1..4_u32, 0..72_i64, prop::sample::select(vec![1_u32, 2, 5, 100]));
    let zones = prop::collection::vec(0..ZONES.len(), PEOPLE.len());
    let off = prop::collection::vec((0..PEOPLE.len(), 0..75_i64), 0..6);
    let fresh = prop::collection::vec((0..INITIATIVES.len(), 0..40_i64), 0..6);
    let held = (
        0..8_u32,
        prop::sample::select(vec![Stage::All, Stage::All, Stage::All, Stage::Few, Stage::Rehearsal]),
    );
    (limits, zones, off, fresh, any::<[bool; 3]>(), held).prop_map(
        |(limits, zones, off, fresh, smaller, held)| {
            let mut program = program();
            program.approval.first_campaign = held.0 == 0;
            if held.0 < 3 {
                program.approval.audiences.insert(Audience::Executive);
            }
            program.stage = held.1;
            program.limits.capacity_share = 1.0;
            program.limits.per_week = limits.0;
            program.limits.gap = SignedDuration::from_hours(limits.1);
            program.limits.burst_per_hour = limits.2;
            program.initiatives.push(an_initiative("flags", &["checkout"]));
            program.initiatives.push(an_initiative("backups", &["checkout", "search"]));
            for (who, zone) in zones.into_iter().enumerate() {
                let person = program.people.get_mut(&person(PEOPLE[who])).unwrap();
                person.zone = Some(TimeZone::get(ZONES[zone]).unwrap());
                let site = || Arc::new("Sun-Thu 08:00-16:00".parse().unwrap());
                person.hours = zone.is_multiple_of(3).then(site);
            }
            for (who, day) in off {
                let day = date(2026, 11, 10).checked_add(Span::new().days(day)).unwrap();
                program.people.get_mut(&person(PEOPLE[who])).unwrap().days_off.own.insert(day);
            }
            for (what, day) in fresh {
                let on = date(2026, 12, 5).checked_add(Span::new().days(day)).unwrap();
                program.initiatives[what].news.push(news(on));
            }
            for (what, _) in smaller.into_iter().enumerate().filter(|(_, smaller)| *smaller) {
                for ask in program.initiatives[what].asks.values_mut() {
                    ask.smallest_step = Some(StepId::parse("small").unwrap());
                }
            }
            program
        },
    )
}

/// Mostly adopted in time, sometimes late.
fn start() -> impl Strategy<Value = Timestamp> {
    prop::sample::select(vec![
        at("2026-11-09T08:00:00Z"),
        at("2026-11-16T00:30:00Z"),
        at("2026-11-20T12:00:00Z"),
        at("2026-12-20T12:00:00Z"),
        at("2027-01-11T12:00:00Z"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 400, ..ProptestConfig::default() })]

    /// The rules are asserted before each post, and each refreshed plan is compared with the one from
    /// nothing (`Life::look`).
    #[test]
    fn whatever_people_do_and_whatever_fails_the_rules_are_kept(
        program in organisation(),
        start in start(),
        script in prop::collection::vec((0..150_i64, 0..60_i64, deed()), 0..24),
    ) {
        let mut life = Life::begin_at(program, start);
        for (hours, minutes, deed) in script {
            let pass = SignedDuration::from_mins(hours * 60 + minutes);
            life.until(life.now.checked_add(pass).unwrap());
            deed.happen(&mut life);
        }
        life.happens(Event::PostingResumed { by: person("priya") });
        let long = life.now.checked_add(SignedDuration::from_hours(24 * 40)).unwrap();
        life.until(long.max(at("2027-04-20T00:00:00Z")));
        // Everything came to an end, and planning again changes nothing.
        prop_assert!(life.state.unsettled.is_empty(), "{:?}", life.state.unsettled);
        prop_assert_eq!(life.plan.due(life.now), Vec::<Effect>::new());
        let mut keys: Vec<&PostKey> = life.sent.iter().map(|(_, post)| &post.key).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), all, "no message twice");
    }

}

proptest! {
    // Planning from nothing at each step is slow on purpose: few cases, each of 2,500 plans.
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 50, ..ProptestConfig::default() })]

    /// What is shown is what is later sent: stepping through every half hour, without asking
    /// the plan when to wake and planning from nothing each time, sends the very same at the same time.
    #[test]
    fn a_forecast_is_what_is_later_sent(
        program in organisation(),
        start in start(),
        deeds in prop::collection::vec(deed(), 0..6),
    ) {
        let mut life = Life::begin_at(program, start);
        life.until(at("2026-12-01T09:00:00Z").max(start));
        for deed in deeds {
            // What nobody places goes on after ten minutes, and a wish to talk after three: no half hours.
            let unplaced = matches!(
                deed,
                Deed::Says(_, None, Said::Question) | Deed::Says(_, _, Said::Talk) | Deed::Asks(_, None, _)
            );
            if !unplaced && !matches!(deed, Deed::Fails(_) | Deed::Pauses(_) | Deed::Sleeps(_)) {
                deed.happen(&mut life);
            }
        }
        // Every moment of these calendars is a whole half hour.
        life.suspicious = false;
        let end = at("2027-01-21T00:00:00Z");
        let shown: BTreeMap<PostKey, Timestamp> = forecast(&life.program, &life.state, &life.seen, life.now, end)
            .into_iter()
            .map(|planned| (planned.key, planned.at))
            .collect();
        let sent_before = life.sent.len();
        while life.now <= end {
            life.plan = Plan::from_nothing(&life.program, &life.state, &life.seen, life.now);
            life.perform();
            life.now = life.now.checked_add(SignedDuration::from_mins(30)).unwrap();
        }
        let sent: BTreeMap<PostKey, Timestamp> =
            life.sent.iter().skip(sent_before).map(|(at, post)| (post.key.clone(), *at)).collect();
        prop_assert_eq!(shown, sent);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 400, ..ProptestConfig::default() })]

    /// Rule R8: whoever an initiative concerns has a message, sent or planned, or a named reason.
    #[test]
    fn nobody_is_left_out_silently(
        program in organisation(),
        start in start(),
        script in prop::collection::vec((0..150_i64, deed()), 0..8),
    ) {
        let mut life = Life::begin_at(program, start);
        life.suspicious = false;
        for (hours, deed) in script {
            life.until(life.now.checked_add(SignedDuration::from_hours(hours)).unwrap());
            deed.happen(&mut life);
        }
        let until = at("2027-04-01T00:00:00Z").max(life.now);
        let explanation = explain(&life.program, &life.state, &life.seen, life.now, until);
        let planned = forecast(&life.program, &life.state, &life.seen, life.now, until);
        for (initiative, explained) in life.program.initiatives.iter().zip(&explanation.initiatives) {
            let concerned: Vec<PersonId> = life
                .program
                .stakeholders(initiative)
                .into_iter()
                .map(|stakeholder| stakeholder.person)
                .collect();
            let rows: Vec<PersonId> = explained.people.iter().map(|row| row.person.clone()).collect();
            prop_assert_eq!(concerned, rows);
            for row in &explained.people {
                let gets = row.touches.iter().any(|touch| !matches!(touch.outcome, Outcome::Skipped(_)));
                prop_assert!(gets != row.skipped.is_some(), "{:?}", row);
                for touch in &row.touches {
                    if let Outcome::Skipped(skip) = &touch.outcome {
                        prop_assert!(skip.name() != "not_yet" && skip.name() != "not_in_cadence", "{:?}", row);
                    }
                }
                let of_row = planned.iter().filter(|planned| {
                    planned.to == row.person
                        && planned.key.delivery().is_some_and(|key| key.initiative == initiative.id)
                });
                let shown = row.touches.iter().filter(|touch| matches!(touch.outcome, Outcome::Planned(_)));
                prop_assert_eq!(of_row.count(), shown.count());
            }
        }
        life.look(&Touched::Nobody);
    }
}
