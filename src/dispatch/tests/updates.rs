//! Sent messages are brought up to date within Slack's limits, what somebody waits for first.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::house::{House, Process};
use super::world::{person, slack_id, touch};
use crate::clock::monotonic;
use crate::dispatch::Rate;
use crate::domain::directory::Address;
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::event::{Cause, Event};
use crate::domain::ids::{Seq, SlackUserId};
use crate::domain::program::Program;
use crate::journal::Decision;

const MINUTE: Duration = Duration::from_secs(60);
/// How long whoever clicked waits at most until they see it.
const SOON: Duration = Duration::from_secs(2);

/// Five hundred sent messages, every copy of which has just changed; updates go at the rate that
/// Slack's limits allow, and so many have been made.
async fn corrected(limit: Rate, retry_after: Duration, made: usize) -> (House, Process, Vec<PostKey>) {
    let keys: Vec<_> = (0..500).map(|n| touch(&format!("p{n}"))).collect();
    let mut house = House::new(&keys);
    house.rates.refreshes = Rate::bursts(50, MINUTE);
    let mut process = house.start();
    process.runs_dry().await;
    for key in &keys {
        let who = key.to().clone();
        process
            .happens(Event::PersonLinked { slack: slack_id(&who), person: who, proof: None, replaces: None })
            .await;
    }
    house.slack.is_strict(Rate::bursts(1_000, Duration::from_millis(100)), Duration::from_millis(20));
    house.slack.limits_updates(limit, retry_after);
    let delivery = keys[0].delivery().cloned().unwrap();
    process
        .happens(Event::Recalled {
            initiative: delivery.initiative,
            quarter: delivery.quarter,
            by: person("priya"),
            recalled: true,
        })
        .await;
    house.slack.refreshes(made).await;
    (house, process, keys)
}

/// The reader of `key` clicks; returns when.
async fn clicks(process: &Process, key: &PostKey) -> Instant {
    let delivery = key.delivery().cloned().unwrap();
    let cause = Cause::Click(slack_id(&delivery.person), format!("{}.1", key.id()));
    let began = monotonic();
    let clicked = process.writer.submit(Some(cause), move |_, _| {
        let (person, initiative, quarter) =
            (delivery.person.clone(), delivery.initiative.clone(), delivery.quarter);
        Decision { events: vec![Event::HeadsUpConfirmed { person, initiative, quarter }], reply: () }
    });
    clicked.await.unwrap();
    began
}

/// Those of `keys` that were not brought up to date yet.
fn left(house: &House, keys: &[PostKey]) -> Vec<PostKey> {
    let shown = house.slack.refreshed();
    keys.iter().filter(|key| !shown.contains(&key.id())).cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_hundred_changes_a_click_still_shows_at_once() {
    let (house, process, keys) = corrected(Rate::bursts(50, MINUTE), MINUTE, 40).await;
    for key in left(&house, &keys).iter().rev().step_by(60).take(6) {
        let clicked = clicks(&process, key).await;
        house.slack.shows(key).await;
        assert!(clicked.elapsed() < SOON, "{:?}", clicked.elapsed());
    }
    assert_eq!(house.slack.updates_limited(), 0, "and within the limits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_after_stops_updates_and_a_click_is_shown_as_its_own_answer() {
    let (house, process, keys) = corrected(Rate::bursts(20, MINUTE), 10 * MINUTE, 20).await;
    let waits = left(&house, &keys);
    // The first one that is one too many says so, and at most those that were under way with it.
    while house.slack.updates_limited() == 0 {
        tokio::task::yield_now().await;
    }
    let before = (house.slack.updates_limited(), house.slack.refreshed().len());
    for key in waits.iter().rev().step_by(80).take(5) {
        house.slack.is_clicked(key);
        let clicked = clicks(&process, key).await;
        house.slack.shows(key).await;
        assert!(clicked.elapsed() < SOON, "{:?}", clicked.elapsed());
    }
    assert!(house.slack.updates_limited() <= 16, "{}", house.slack.updates_limited());
    assert_eq!(house.slack.refreshed().len(), before.1 + 5, "nothing else was called");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_that_changes_nothing_shows_what_had_changed_before() {
    let (house, _process, keys) = corrected(Rate::bursts(20, MINUTE), 10 * MINUTE, 20).await;
    while house.slack.updates_limited() == 0 {
        tokio::task::yield_now().await;
    }
    let waits = left(&house, &keys);
    let key = waits.last().unwrap();
    let clicked = monotonic();
    house.slack.is_clicked(key);
    house.slack.shows(key).await;
    assert!(clicked.elapsed() < SOON, "{:?}", clicked.elapsed());
}

#[tokio::test]
async fn a_click_of_an_account_in_question_is_not_tried_without_end() {
    let key = touch("ana");
    let house = House::new(std::slice::from_ref(&key));
    let mut process = house.start();
    process.runs_dry().await;
    let (person, account) = (key.to().clone(), slack_id(key.to()));
    process.happens(Event::PersonLinked { slack: account, person, proof: None, replaces: None }).await;
    // The configuration means another account, which is not linked yet.
    house.program.send_modify(|program| {
        let mut corrected = Program::clone(program);
        let other = SlackUserId::parse("U9").unwrap();
        corrected.people.values_mut().for_each(|person| person.address = Address::Slack(other.clone()));
        *program = Arc::new(corrected);
    });
    process.settles().await;
    house.slack.is_clicked(&key);
    clicks(&process, &key).await;
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
    let asked = house.slack.asked.load(Ordering::Relaxed);
    assert!(asked < 100, "{asked}");
}

#[tokio::test]
async fn nothing_is_brought_up_to_date_by_a_program_that_knows_less_than_the_record() {
    let key = touch("ana");
    let house = House::new(std::slice::from_ref(&key));
    let mut process = house.start();
    process.runs_dry().await;
    let person = key.to().clone();
    let approached = Event::Approached {
        referral: Seq(1),
        by: person.clone(),
        slack: slack_id(&person),
        person,
        name: None,
        initiative: key.delivery().unwrap().initiative.clone(),
        audience: Audience::Product,
        teams: Vec::new(),
        decides: false,
    };
    process.happens(approached).await;
    clicks(&process, &key).await;
    for _ in 0..100_000 {
        tokio::task::yield_now().await;
    }
    assert!(house.slack.refreshed().is_empty(), "it would say what was so before");
    house.program.send_modify(|program| {
        let mut laid_over = Program::clone(program);
        laid_over.laid_over = Seq(u64::MAX);
        *program = Arc::new(laid_over);
    });
    house.slack.refreshes(1).await;
}
