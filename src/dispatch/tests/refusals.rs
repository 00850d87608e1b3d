//! What Slack refuses has an end: the rows of the table in `domain/refusal` that the loop carries out.

use std::time::Duration;

use jiff::SignedDuration;

use super::house::{House, Process};
use super::list::List;
use super::restored;
use super::slack::Does;
use super::world::{minutes, person, receipt, start_of_test, touch};
use crate::clock::monotonic;
use crate::domain::effect::PostKey;
use crate::domain::event::{Event, PauseReason, Record};
use crate::domain::performer::{Found, Outcome, Probed, Refreshed};
use crate::domain::refusal::{CERTAIN, Call, MOST_TRIES, VERSION};
use crate::domain::state::Phase;

fn misconfigured(code: &str) -> Does {
    Does::Says(Outcome::Misconfigured { code: code.to_owned() })
}

fn barred() -> Does {
    Does::Says(Outcome::Barred { code: "http-403".to_owned() })
}

fn unknown(maybe: bool) -> Does {
    Does::Says(Outcome::Unknown { code: "brand_new_error".to_owned(), maybe })
}

/// The records that follow if Slack does this with the only post that is due.
async fn records(does: Vec<Does>) -> (House, Vec<String>) {
    let house = House::new(&[touch("ana")]);
    house.slack.does(&touch("ana"), does);
    let mut process = house.start();
    process.runs_dry().await;
    process.stops().await.unwrap();
    let names = house.disk.names();
    (house, names)
}

/// `tries` times these, and then those.
fn times(tries: u32, these: &[&str], then: &[&str]) -> Vec<String> {
    let repeated = (0..tries).flat_map(|_| these).chain(then);
    repeated.map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_reason_that_nobody_knows_is_tried_a_few_times_and_then_counts_as_refused() {
    for maybe in [false, true] {
        let again = if maybe { "post_absent" } else { "post_deferred" };
        let (house, names) = records(vec![unknown(maybe); 100]).await;
        let expected = times(MOST_TRIES - 1, &["post_intended", again], &["post_intended", "post_refused"]);
        assert_eq!(names, expected, "maybe there: {maybe}");
        let state = house.disk.state();
        let refused = state.refused_content.values().next().unwrap();
        let version = refused.posts.get(&touch("ana").id()).unwrap();
        assert_eq!(version.as_deref(), Some(VERSION), "another version may try again");
        let (house, _) = records(vec![unknown(maybe); 2]).await;
        assert_eq!(house.slack.count(&touch("ana")), 1, "what passes is not refused");
    }
    // What was there after all is neither sent again nor refused.
    let house = House::new(&[touch("ana")]);
    house.slack.does(&touch("ana"), vec![unknown(true); 100]);
    house.slack.has(&touch("ana"));
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.disk.names(), ["post_intended", "post_sent"]);
}

#[tokio::test]
async fn a_proxy_that_answers_once_stops_nothing_and_one_that_goes_on_pauses_until_it_is_over() {
    let (house, names) = records(vec![barred()]).await;
    assert_eq!(names, ["post_intended", "post_deferred", "post_intended", "post_sent"]);
    assert_eq!(house.slack.probed(), 0);
    let (house, names) = records(vec![barred(); 3]).await;
    let then = ["posting_paused", "pause_lifted", "post_intended", "post_sent"];
    assert_eq!(names, times(CERTAIN, &["post_intended", "post_deferred"], &then));
    assert_eq!(house.slack.probed(), 1);
    assert!(house.disk.state().paused.is_none());
    // While everything else gets through it is this message that is barred: that has an end, and its advocates hear.
    let (house, names) = records(vec![barred(); 100]).await;
    assert_eq!(names.last().map(String::as_str), Some("post_refused"), "{names:?}");
    assert_eq!(names.iter().filter(|name| *name == "post_intended").count(), MOST_TRIES as usize);
    let state = house.disk.state();
    assert!(state.paused.is_none() && !state.refused_content.is_empty());
}

/// When records of this kind were made, in seconds after the start.
fn seconds(house: &House, kind: fn(&Event) -> bool) -> Vec<i64> {
    let at = |record: &Record| record.at.duration_since(start_of_test()).as_secs();
    house.disk.records().iter().filter(|record| kind(&record.event)).map(at).collect()
}

#[tokio::test]
async fn a_probe_that_gets_through_ends_a_pause_of_configuration_and_comes_less_often_each_time() {
    let house = House::new(&[touch("ana")]);
    house.slack.does(&touch("ana"), vec![misconfigured("missing_scope"); 3]);
    house
        .slack
        .probes_find(["invalid_auth", "timeout"].map(|code| Probed::Refused { code: code.to_owned() }));
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
    // One, two and four minutes until one gets through; then the message is refused all the same, twice.
    let lifted = seconds(&house, |event| matches!(event, Event::PauseLifted { .. }));
    assert_eq!(lifted, [7 * 60, (7 + 8) * 60, (7 + 8 + 15) * 60]);
    assert_eq!(house.slack.probed(), 5);
    let interruption = house.disk.state().interruption.clone().unwrap();
    assert!(interruption.over && interruption.by_itself, "{interruption:?}");
    assert_eq!(interruption.from, start_of_test(), "one interruption, however many pauses");
}

/// A process in a house where posting was paused before it started.
async fn started_paused(house: &mut House, reason: PauseReason) -> Process {
    let list = std::mem::replace(&mut house.list, List::of(&[]));
    let before = house.start();
    before.happens(Event::PostingPaused { reason }).await;
    before.stops().await.unwrap();
    house.list = list;
    house.start()
}

#[tokio::test]
async fn no_probe_ends_what_a_human_did() {
    // The app was removed: once it is back answers go out, and a human says that the campaign goes on.
    let returned =
        |house: &House| matches!(house.disk.state().paused, Some((_, PauseReason::Returned { .. })));
    for code in ["token_revoked", "account_inactive", "app_uninstalled"] {
        let (house, names) = records(vec![misconfigured(code)]).await;
        assert_eq!(names, ["post_intended", "post_deferred", "posting_paused", "pause_lifted"], "{code}");
        assert_eq!((house.slack.probed(), house.slack.count(&touch("ana"))), (1, 0), "{code}");
        assert!(returned(&house), "{code}");
    }
    // It was removed while a pause was probed.
    let house = House::new(&[touch("ana")]);
    house.slack.does(&touch("ana"), [misconfigured("invalid_auth")]);
    house.slack.probes_find([Probed::Refused { code: "account_inactive".to_owned() }]);
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.slack.probed(), 2);
    assert!(returned(&house));
    // An advocate paused before: answers go on again, the campaign waits for them.
    let mut house = House::new(&[touch("ana"), receipt("ben")]);
    house.slack.does(&receipt("ben"), [misconfigured("invalid_auth")]);
    let asked = PauseReason::Asked { by: person("priya") };
    let mut process = started_paused(&mut house, asked.clone()).await;
    process.runs_dry().await;
    assert_eq!(house.slack.probed(), 1);
    assert_eq!(house.disk.state().paused.as_ref().map(|(_, reason)| reason), Some(&asked));
    assert_eq!(house.slack.count(&receipt("ben")), 1);
    assert_eq!(house.slack.count(&touch("ana")), 0);
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
}

#[tokio::test]
async fn a_probe_waits_as_long_as_slack_asks_whatever_the_calendar_does() {
    let house = House::new(&[touch("ana")]);
    house.slack.does(&touch("ana"), [misconfigured("invalid_auth")]);
    house.slack.probes_find([Probed::Limited(Duration::from_secs(600))]);
    let mut process = house.start();
    process.settles().await;
    for hour in 1..4 {
        house.hand.set(start_of_test() + minutes(60 * hour));
        process.settles().await;
    }
    assert_eq!(house.slack.probed(), 1);
    assert_eq!(house.slack.count(&touch("ana")), 0);
}

#[tokio::test]
async fn a_process_that_starts_while_everything_is_refused_finds_out_at_once_whether_it_still_is() {
    let mut house = House::new(&[touch("ana")]);
    let reason = PauseReason::Configuration { code: "missing_scope".to_owned() };
    let mut process = started_paused(&mut house, reason).await;
    house.slack.arrivals(1).await;
    process.settles().await;
    assert_eq!(seconds(&house, |event| matches!(event, Event::PostSent { .. })), [0]);
}

#[tokio::test]
async fn a_kind_of_message_that_is_refused_waits_and_everything_else_goes_on() {
    let house = House::new(&[touch("ana"), touch("ben")]);
    let suspended = Does::Says(Outcome::Suspended { code: "missing_scope".to_owned() });
    house.slack.does(&touch("ana"), [suspended.clone(), suspended]);
    let mut process = house.start();
    process.settles().await;
    assert_eq!(house.slack.count(&touch("ben")), 1);
    assert!(house.disk.state().paused.is_none());
    process.runs_dry().await;
    let names = house.disk.names();
    let count = |name: &str| names.iter().filter(|n| *n == name).count();
    assert_eq!(house.slack.count(&touch("ana")), 1);
    assert!(count("calls_refused") >= 1 && count("calls_refused") == count("calls_taken"), "{names:?}");
    assert!(house.disk.state().calls_refused.is_empty());
}

#[tokio::test]
async fn what_may_not_be_looked_up_is_told_and_given_up_after_a_day() {
    let refused = || Found::Refused { code: "missing_scope".to_owned(), after: Duration::from_millis(1) };
    // It is allowed again before long.
    let house = House::new(&[touch("ana")]);
    house.slack.does(&touch("ana"), [Does::LosesReply]);
    house.slack.finds(&touch("ana"), vec![refused(); 3]);
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.disk.names(), ["post_intended", "calls_refused", "post_sent", "calls_taken"]);
    process.stops().await.unwrap();
    // It isn't.
    let house = House::new(&[touch("ana"), receipt("ben")]);
    for key in [touch("ana"), receipt("ben")] {
        house.slack.does(&key, [Does::LosesReply]);
        house.slack.finds(&key, vec![refused(); 100_000]);
    }
    let process = house.start();
    house.slack.arrivals(2).await;
    house.hand.set(start_of_test() + SignedDuration::from_mins(3));
    until(|| house.disk.state().calls_refused.contains_key(&Call::LookUp)).await;
    let open = |key: &PostKey| {
        let state = house.disk.state();
        state
            .post(key.id())
            .is_some_and(|post| post.attempt == 1 && matches!(post.phase, Phase::Intended { .. }))
    };
    house.hand.set(start_of_test() + SignedDuration::from_hours(1));
    while open(&receipt("ben")) {
        tokio::task::yield_now().await;
    }
    assert!(open(&touch("ana")), "a touch is never sent again, so there is more patience with it");
    assert!(house.disk.state().calls_refused.contains_key(&Call::LookUp));
    house.hand.set(start_of_test() + SignedDuration::from_hours(25));
    while open(&touch("ana")) {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.disk.state().post(touch("ana").id()).unwrap().phase, Phase::Unknown);
    assert_eq!(house.slack.count(&touch("ana")), 1);
    process.stops().await.unwrap();
}

/// Yields until it holds.
async fn until(holds: impl Fn() -> bool) {
    let began = monotonic();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came to hold");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_restore_may_not_look_up_is_given_up_as_well() {
    let house = House::new(&[touch("ana"), receipt("ben")]);
    let refused = || Found::Refused { code: "missing_scope".to_owned(), after: Duration::from_millis(1) };
    for key in [touch("ana"), receipt("ben")] {
        house.slack.has(&key);
        house.slack.finds(&key, vec![refused(); 100_000]);
    }
    house.rename_all("mute");
    let mut process = house.start();
    process.settles().await;
    process.happens(restored()).await;
    house.rename_all("said");
    until(|| house.disk.state().calls_refused.contains_key(&Call::LookUp)).await;
    let phase = |key: &PostKey| house.disk.state().post_of(key).map(|post| post.phase.clone());
    assert_eq!([phase(&touch("ana")), phase(&receipt("ben"))], [None, None]);
    // Somebody waits for the receipt: a second one is better than none.
    house.hand.set(start_of_test() + SignedDuration::from_hours(1));
    until(|| matches!(phase(&receipt("ben")), Some(Phase::Sent { .. }))).await;
    assert_eq!(phase(&touch("ana")), None);
    // A touch never goes out twice, so that this one did is possible is all that is ever known.
    house.hand.set(start_of_test() + SignedDuration::from_hours(26));
    until(|| phase(&touch("ana")) == Some(Phase::Unknown)).await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
    process.stops().await.unwrap();
}

#[tokio::test]
async fn a_look_up_that_gets_no_answer_is_given_up_once_others_get_through() {
    let house = House::new(&[receipt("ana"), receipt("ben")]);
    let retry_after = Duration::from_millis(1);
    let limited = || Does::Says(Outcome::NotApplied { retry_after, code: "ratelimited".to_owned() });
    house.slack.does(&receipt("ana"), [limited(), limited()]);
    let failed = || Found::Failed { code: "internal_error".to_owned(), after: Duration::from_millis(20) };
    house.slack.does(&receipt("ben"), [Does::LosesReply]);
    house.slack.finds(&receipt("ben"), vec![failed(); 100_000]);
    let process = house.start();
    // What is sent only after that is looked up later.
    until(|| house.slack.count(&receipt("ben")) == 1).await;
    let deferred = |times| house.disk.names().iter().filter(|name| *name == "post_deferred").count() == times;
    until(|| deferred(1)).await;
    let attempt = |to: &str| house.disk.state().post(receipt(to).id()).map(|post| post.attempt);
    // Nothing gets through at all: it is waited for, however long that lasts.
    house.hand.set(start_of_test() + SignedDuration::from_hours(1));
    let left = || house.slack.left_to_find(&receipt("ben"));
    let before = left();
    until(|| left() + 1 < before).await;
    assert_eq!(attempt("ben"), Some(1));
    // Another gets through.
    until(|| deferred(2)).await;
    house.hand.set(start_of_test() + SignedDuration::from_hours(2));
    until(|| attempt("ben") == Some(2)).await;
    assert_eq!(attempt("ana"), Some(3));
    process.stops().await.unwrap();
}

#[tokio::test]
async fn that_look_ups_are_refused_ends_though_nothing_is_left_to_look_up() {
    let house = House::new(&[receipt("ana"), receipt("ben")]);
    let impossible = || Found::Impossible { code: "channel_not_found".to_owned() };
    let refused = || Found::Refused { code: "missing_scope".to_owned(), after: Duration::from_millis(1) };
    house.slack.does(&receipt("ben"), [Does::LosesReply]);
    house.slack.finds(&receipt("ben"), [refused(), impossible()]);
    let mut process = house.start();
    process.runs_dry().await;
    let names = house.disk.names();
    assert!(
        ["calls_refused", "calls_taken"].iter().all(|name| names.contains(&(*name).to_owned())),
        "{names:?}"
    );
    process.stops().await.unwrap();
}

#[tokio::test]
async fn an_update_that_is_refused_is_made_a_few_times_or_waits_until_it_is_allowed() {
    let check = async |updated: Vec<Refreshed>, shown: bool, records: &[&str]| {
        let house = House::new(&[touch("ana")]);
        let mut process = house.start();
        process.runs_dry().await;
        let before = house.disk.names().len();
        house.slack.updates_end(updated.clone());
        let delivery = touch("ana").delivery().cloned().unwrap();
        let (person, initiative, quarter) = (delivery.person, delivery.initiative, delivery.quarter);
        process.happens(Event::HeadsUpConfirmed { person, initiative, quarter }).await;
        process.runs_dry().await;
        assert_eq!(house.disk.names()[before + 1..], *records, "{updated:?}");
        assert_eq!(!house.slack.refreshed().is_empty(), shown, "{updated:?}");
    };
    let code = || "x".to_owned();
    check(vec![Refreshed::Later { code: code() }; 3], true, &["post_shown"]).await;
    check(vec![Refreshed::Limited(Duration::from_millis(3))], true, &["post_shown"]).await;
    check(vec![Refreshed::Refused { code: code() }; 9], false, &["post_shown"]).await;
    check(vec![Refreshed::Unknown { code: code() }; 9], false, &["post_shown"]).await;
    check(vec![Refreshed::Unknown { code: code() }; 2], true, &["post_shown"]).await;
    let records = ["calls_refused", "post_shown", "calls_taken"];
    check(vec![Refreshed::Suspended { code: code() }; 2], true, &records).await;
}
