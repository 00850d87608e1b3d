//! The loop from start to stop, in a house of its own.

mod directory;
mod disk;
mod house;
mod list;
mod readings;
mod refusals;
mod slack;
mod updates;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use disk::Death;
use house::{House, Process};
use slack::Does;
use world::{minutes, person, receipt, slack_id, start_of_test, touch};

use super::{Campaigns, Rate};
use crate::clock::monotonic;
use crate::domain::account::{Former, Turn};
use crate::domain::directory::Address;
use crate::domain::effect::{DeliveryKey, Epoch, PostKey};
use crate::domain::engagement::Touch;
use crate::domain::event::{Event, PauseReason, Record, RefusedFor, Renames, Said};
use crate::domain::ids::{Seq, SlackUserId};
use crate::domain::performer::{Found, Outcome};
use crate::domain::program::Program;
use crate::domain::state::Phase;
use crate::journal::Decision;

fn refused(because: RefusedFor) -> Does {
    Does::Says(Outcome::Refused { because, code: "no".to_owned() })
}

#[tokio::test]
async fn a_post_is_intended_sent_and_recorded() {
    let house = House::new(&[touch("ana"), receipt("ben")]);
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
    assert_eq!(house.slack.count(&receipt("ben")), 1);
    process.stops().await.unwrap();
    let names = house.disk.names();
    let count = |name: &str| names.iter().filter(|n| *n == name).count();
    assert_eq!((count("post_intended"), count("post_sent"), names.len()), (2, 2, 4), "{names:?}");
}

/// What Slack does with the only post that is due, the records that follow once the calendar has run
/// dry, and how often the message arrived.
async fn check(does: &[Does], finds: &[Found], records: &[&str], arrived: usize) {
    for key in [touch("ana"), receipt("ana")] {
        let house = House::new(std::slice::from_ref(&key));
        house.slack.does(&key, does.to_vec());
        house.slack.finds(&key, finds.to_vec());
        let mut process = house.start();
        process.runs_dry().await;
        assert_eq!(house.disk.names(), records, "{key:?}: {does:?}");
        assert_eq!(house.slack.count(&key), arrived, "{key:?}: {does:?}");
        process.stops().await.unwrap();
    }
}

#[tokio::test]
async fn every_outcome_has_its_own_consequence() {
    let (intended, sent) = ("post_intended", "post_sent");
    let limited = Does::Says(Outcome::NotApplied {
        retry_after: Duration::from_millis(20),
        code: "ratelimited".to_owned(),
    });
    check(&[refused(RefusedFor::Recipient)], &[], &[intended, "post_refused"], 0).await;
    check(&[refused(RefusedFor::Content)], &[], &[intended, "post_refused"], 0).await;
    check(&[limited], &[], &[intended, "post_deferred", intended, sent], 1).await;
    check(&[Does::LosesReply], &[], &[intended, sent], 1).await;
    check(&[Does::Swallows], &[], &[intended, "post_absent", intended, sent], 1).await;
    // Not to be told yet: asked again, by the real clock.
    let later = Found::Later(Duration::from_millis(5));
    check(&[Does::LosesReply], &[later.clone(), later], &[intended, sent], 1).await;
}

#[tokio::test]
async fn what_the_record_would_not_take_as_on_its_way_is_not_sent() {
    let key = touch(list::OUT_OF_SIGHT);
    let house = House::new(std::slice::from_ref(&key));
    let mut process = house.start();
    tokio::time::timeout(Duration::from_secs(10), process.runs_dry()).await.expect("it comes to rest");
    process.stops().await.unwrap();
    assert_eq!(house.slack.count(&key), 1, "the plan has it as due, for ever");
}

#[tokio::test]
async fn what_can_not_be_looked_up_is_repeated_only_if_somebody_waits_for_it() {
    let impossible = || Found::Impossible { code: "missing_scope".to_owned() };
    let house = House::new(&[touch("ana"), receipt("ben"), receipt("cid")]);
    for key in [touch("ana"), receipt("ben"), receipt("cid")] {
        house.slack.does(&key, [Does::LosesReply]);
        house.slack.finds(&key, [impossible()]);
    }
    house.slack.does(&receipt("cid"), vec![Does::Swallows; 9]);
    house.slack.finds(&receipt("cid"), vec![impossible(); 9]);
    let mut process = house.start();
    process.runs_dry().await;
    let state = house.disk.state();
    assert_eq!(state.post(touch("ana").id()).unwrap().phase, Phase::Unknown);
    assert_eq!(house.slack.count(&touch("ana")), 1);
    assert_eq!(house.slack.count(&receipt("ben")), 2);
    // Not for ever, though.
    let last = state.post(receipt("cid").id()).unwrap();
    assert_eq!((&last.phase, last.attempt), (&Phase::Unknown, 2));
}

#[tokio::test]
async fn a_process_that_dies_at_any_step_neither_repeats_nor_loses_a_message() {
    let keys = [touch("ana"), receipt("ben"), touch("cid")];
    let victim = &keys[0];
    for first in [
        Does::LosesReply,
        Does::Swallows,
        Does::Says(Outcome::NotApplied {
            retry_after: Duration::from_millis(1),
            code: "ratelimited".to_owned(),
        }),
    ] {
        for death in [
            Death::Before("post_intended"),
            Death::After("post_intended"),
            Death::Before("post_sent"),
            Death::After("post_sent"),
            Death::Before("post_absent"),
            Death::After("post_absent"),
            Death::Before("post_deferred"),
            Death::After("post_deferred"),
        ] {
            let house = House::new(&keys);
            house.slack.does(victim, [first.clone()]);
            let mut process = house.start_to_die(Some(death));
            process.runs_dry_or_dies().await;
            process.gets_killed().await;
            let mut process = house.start();
            process.runs_dry().await;
            for key in &keys {
                assert_eq!(house.slack.count(key), 1, "{death:?}, {first:?}: {key:?}");
                let state = house.disk.state();
                let phase = &state.post(key.id()).unwrap().phase;
                assert!(matches!(phase, Phase::Sent { .. }), "{death:?}, {first:?}: {phase:?}");
            }
            process.stops().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_process_killed_during_a_call_finds_out_what_became_of_it() {
    for taken in [false, true] {
        let house = House::new(&[touch("ana")]);
        house.slack.does(&touch("ana"), [Does::Hangs { taken }]);
        let process = house.start();
        house.slack.arrivals(1).await;
        process.gets_killed().await;
        let mut process = house.start();
        process.runs_dry().await;
        assert_eq!(house.slack.count(&touch("ana")), 1, "taken: {taken}");
        process.stops().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_clock_that_was_ahead_sent_is_looked_up_once_it_can_be_found() {
    let key = receipt("ana");
    let house = House::new(std::slice::from_ref(&key));
    house.slack.does(&key, [Does::Hangs { taken: true }]);
    house.hand.jump(start_of_test() + minutes(40 * 24 * 60));
    let process = house.start();
    house.slack.arrivals(1).await;
    process.gets_killed().await;
    house.hand.jump(start_of_test() + minutes(1));
    let (killed, post) = (monotonic(), key.id());
    let waited = || monotonic() - killed;
    let process = house.start();
    while !matches!(house.disk.state().post(post).map(|post| &post.phase), Some(Phase::Sent { .. })) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // The journal's thread works by the real clock, which this one, stopped and moved, leaves behind.
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(2))).await.unwrap();
        assert!(waited() < Duration::from_secs(600), "it is never looked up");
    }
    assert!(waited() >= Duration::from_secs(120), "nothing says how long ago it was sent");
    assert_eq!(house.slack.count(&key), 1);
    process.stops().await.unwrap();
}

#[tokio::test]
async fn the_first_fault_of_configuration_pauses_posting_once_for_all() {
    let keys: Vec<_> = (0..20).map(|n| touch(&format!("p{n}"))).collect();
    let house = House::new(&keys);
    for key in &keys {
        house.slack.does(key, [Does::Says(Outcome::Misconfigured { code: "invalid_auth".to_owned() })]);
    }
    let mut process = house.start();
    process.settles().await;
    let pauses = house.disk.names().iter().filter(|name| *name == "posting_paused").count();
    assert_eq!(pauses, 1);
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    house.hand.set(start_of_test() + minutes(60));
    for key in &keys {
        house.slack.does(key, []);
    }
    process.runs_dry().await;
    assert!(keys.iter().all(|key| house.slack.count(key) == 1));
}

#[tokio::test]
async fn a_recipient_who_never_answers_stops_nobody_else() {
    let keys: Vec<_> = (0..100).map(|n| touch(&format!("p{n}"))).collect();
    let mut house = House::new(&keys);
    house.timeout = Duration::from_secs(3600);
    house.slack.does(&keys[0], [Does::Hangs { taken: false }]);
    let process = house.start();
    house.slack.arrivals(100).await;
    assert!(keys[1..].iter().all(|key| house.slack.count(key) == 1));
    process.gets_killed().await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up_and_looked_up() {
    let mut house = House::new(&[touch("ana")]);
    house.timeout = Duration::from_millis(20);
    house.slack.does(&touch("ana"), [Does::Hangs { taken: true }]);
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.disk.names(), ["post_intended", "post_sent"]);
    assert_eq!(house.slack.count(&touch("ana")), 1);
}

#[tokio::test]
async fn answers_go_out_though_a_whole_campaign_hangs() {
    let campaign: Vec<_> = (0..200).map(|n| touch(&format!("p{n}"))).collect();
    let keys: Vec<_> = campaign.iter().cloned().chain([receipt("ana")]).collect();
    let mut house = House::new(&keys);
    house.timeout = Duration::from_secs(3600);
    for key in &campaign {
        house.slack.does(key, [Does::Hangs { taken: false }]);
    }
    let process = house.start();
    house.slack.arrivals(65).await;
    assert_eq!(house.slack.count(&receipt("ana")), 1);
    process.gets_killed().await;
}

#[tokio::test]
async fn a_stop_waits_for_the_calls_in_flight_and_starts_none() {
    let mut house = House::new(&[touch("ana"), touch("ben")]);
    house.timeout = Duration::from_millis(50);
    house.rates.posts = Rate::bursts(1, Duration::from_secs(3600));
    house.slack.does(&touch("ana"), [Does::Hangs { taken: true }]);
    let process = house.start();
    house.slack.arrivals(1).await;
    process.stops().await.unwrap();
    assert_eq!(house.disk.names(), ["post_intended"], "in doubt, and nothing else was begun");
}

#[tokio::test]
async fn a_new_journal_with_past_touches_is_paused_and_looks_them_up() {
    let (arrived, not, doubtful) = (touch("ana"), touch("ben"), touch("cid"));
    let mut house = House::new(&[arrived.clone(), not.clone(), doubtful.clone(), receipt("dia")]);
    house.list.doubts(&[arrived.clone(), not.clone(), doubtful.clone()]);
    house.slack.has(&arrived);
    house.slack.finds(&doubtful, [Found::Impossible { code: "channel_not_found".to_owned() }]);
    let mut process = house.start();
    process.runs_dry().await;
    let state = house.disk.state();
    assert!(matches!(&state.paused, Some((_, PauseReason::Unproven))));
    assert!(matches!(state.post(arrived.id()).unwrap().phase, Phase::Sent { .. }));
    assert_eq!(state.post(doubtful.id()).unwrap().phase, Phase::Unknown);
    assert!(state.post(not.id()).is_none());
    assert_eq!(house.slack.count(&receipt("dia")), 1, "answers go on");
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    process.runs_dry().await;
    let counts = [&arrived, &not, &doubtful].map(|key| house.slack.count(key));
    assert_eq!(counts, [1, 1, 0]);
}

#[tokio::test]
async fn a_resume_does_not_send_what_is_still_being_looked_up() {
    let mut house = House::new(&[touch("ana"), touch("ben")]);
    house.list.doubts(&[touch("ana")]);
    house.slack.has(&touch("ana"));
    house.slack.finds(&touch("ana"), [Found::Later(Duration::from_millis(50))]);
    let mut process = house.start();
    while house.disk.state().paused.is_none() {
        tokio::task::yield_now().await;
    }
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
    assert_eq!(house.slack.count(&touch("ben")), 1);
}

#[tokio::test]
async fn what_changes_after_a_message_was_sent_is_shown_in_it() {
    let house = House::new(&[touch("ana")]);
    let mut process = house.start();
    process.runs_dry().await;
    for _ in 0..3 {
        let delivery = touch("ana").delivery().cloned().unwrap();
        process
            .happens(Event::HeadsUpConfirmed {
                person: delivery.person,
                initiative: delivery.initiative,
                quarter: delivery.quarter,
            })
            .await;
    }
    process.runs_dry().await;
    assert!(house.slack.shown().last().unwrap() >= &"as of 5".to_owned(), "{:?}", house.slack.shown());
    assert!(house.disk.state().outdated.is_empty());
    assert_eq!(house.slack.count(&touch("ana")), 1);
}

#[tokio::test]
async fn a_message_that_can_not_be_written_goes_out_once_it_can() {
    let house = House::new(&[touch("ana")]);
    house.rename_all("mute");
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.disk.names(), [""; 0]);
    house.rename_all("Ana");
    house.slack.arrivals(1).await;
    process.runs_dry().await;
    assert_eq!(house.disk.names(), ["post_intended", "post_sent"]);
}

#[tokio::test]
async fn a_touch_whose_life_has_passed_is_recorded_as_missed_at_the_second_look() {
    let house = House::new(&[touch("ana")]);
    house.rename_all("mute");
    let mut process = house.start();
    process.runs_dry().await;
    let passed = start_of_test() + minutes(20_000);
    house.hand.set(passed);
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    assert_eq!(process.settles().await.next_wake, Some(passed + minutes(24 * 60)));
    assert_eq!(house.disk.names(), ["posting_resumed"], "one look is not enough");
    process.runs_dry().await;
    assert_eq!(house.disk.names(), ["posting_resumed", "post_missed"]);
}

#[tokio::test]
async fn a_clock_that_stood_in_march_for_a_moment_writes_nothing_off() {
    let house = House::new(&[touch("ana")]);
    house.rename_all("mute");
    let mut process = house.start();
    process.settles().await;
    house.hand.jump(start_of_test() + minutes(200_000));
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    process.settles().await;
    house.hand.jump(start_of_test() + minutes(1));
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    process.settles().await;
    house.rename_all("Ana");
    house.slack.arrivals(1).await;
    process.settles().await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
    assert!(!house.disk.names().iter().any(|name| name == "post_missed"), "{:?}", house.disk.names());
    process.stops().await.unwrap();
}

#[tokio::test]
async fn while_the_calendar_is_off_answers_go_out_and_the_campaign_waits() {
    let house = House::new(&[touch("ana"), receipt("ben")]);
    let off = start_of_test() - minutes(6);
    house.trust.compare(start_of_test(), start_of_test(), Some(off), monotonic());
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!((house.slack.count(&touch("ana")), house.slack.count(&receipt("ben"))), (0, 1));
    house.hand.set(start_of_test() + minutes(20_000));
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    assert_eq!(process.settles().await.next_wake, None, "nothing is written off either");
    process.stops().await.unwrap();
    assert!(!house.disk.names().iter().any(|name| name == "post_missed"), "{:?}", house.disk.names());

    let house = House::new(&[touch("ana")]);
    house.trust.compare(start_of_test(), start_of_test(), Some(off), monotonic());
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 0);
    house.trust.compare(start_of_test(), start_of_test(), Some(start_of_test()), monotonic());
    house.slack.arrivals(1).await;
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 1, "one agreeing answer lets it go");
}

#[tokio::test]
async fn until_what_was_typed_before_the_start_is_taken_answers_go_out_and_the_campaign_waits() {
    let house = House::new(&[touch("ana"), receipt("ben")]);
    house.caught_up.send_replace(false);
    let mut process = house.start();
    house.slack.arrivals(1).await;
    process.happens(Event::PostingResumed { by: person("priya") }).await;
    assert_eq!((house.slack.count(&touch("ana")), house.slack.count(&receipt("ben"))), (0, 1));
    house.caught_up.send_replace(true);
    process.runs_dry().await;
    assert_eq!(house.slack.count(&touch("ana")), 1);
    process.stops().await.unwrap();
}

#[tokio::test]
async fn what_the_real_plan_calls_due_goes_out_once_across_a_kill() {
    let house = House::new(&[touch("ana"), touch("priya")]);
    house.program.send_modify(|program| {
        let mut changed = Program::clone(program);
        changed.admins.insert(person("priya"));
        *program = Arc::new(changed);
    });
    let mut process = house.start_planning(Campaigns::new(false), None);
    let digest = house.program.borrow().digest.clone();
    process
        .happens(Event::ConfigAdopted {
            digest,
            initiatives: vec![],
            renamed: Renames::default(),
            quarters: Default::default(),
        })
        .await;
    for who in [person("ana"), person("priya")] {
        process
            .happens(Event::PersonLinked { slack: slack_id(&who), person: who, proof: None, replaces: None })
            .await;
    }
    // Asked in a modal, so that the post goes by its record.
    let question = || Event::MessageReceived {
        person: person("ana"),
        initiative: None,
        said: Said::Question,
        text: None,
        place: None,
        thread: None,
        referral: None,
    };
    let posts = |of| {
        let (of, ana, priya) = (Seq(of), person("ana"), person("priya"));
        [PostKey::Receipt { of, to: ana }, PostKey::Relay { of, to: priya }]
    };
    process.happens(question()).await;
    process.runs_dry().await;
    assert_eq!(posts(4).map(|key| house.slack.count(&key)), [1, 1], "{:?}", house.disk.names());
    let head = process.writer.head().0;
    house.slack.does(&posts(head + 1)[0], [Does::Hangs { taken: true }]);
    process.happens(question()).await;
    house.slack.arrivals(4).await;
    process.gets_killed().await;
    let mut process = house.start_planning(Campaigns::new(false), None);
    process.runs_dry().await;
    assert_eq!(posts(head + 1).map(|key| house.slack.count(&key)), [1, 1]);
    assert!(house.disk.state().unsettled.is_empty());
}

#[tokio::test]
async fn two_messages_to_one_person_go_out_one_after_the_other() {
    let mut house = House::new(&[receipt("ana"), touch("ana"), touch("ben")]);
    house.timeout = Duration::from_millis(50);
    house.slack.does(&receipt("ana"), [Does::Hangs { taken: true }]);
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!(house.slack.overlaps(), 0);
    for key in [receipt("ana"), touch("ana"), touch("ben")] {
        assert_eq!(house.slack.count(&key), 1, "{key:?}");
    }
}

#[tokio::test]
async fn what_is_still_undecided_at_a_stop_is_not_begun() {
    let house = House::new(&[touch("ana"), touch("ben")]);
    let process = house.start();
    let (free, busy) = std::sync::mpsc::channel::<()>();
    let writer = process.writer.clone();
    let keeps_busy = writer.submit(None, move |_, _| {
        _ = busy.recv();
        Decision { events: Vec::new(), reply: () }
    });
    let stopped = async {
        // The loop has asked for both intents, and waits behind the one above.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        let stopping = tokio::spawn(process.stops());
        tokio::task::yield_now().await;
        free.send(()).unwrap();
        stopping.await.unwrap()
    };
    let (kept, stopped) = tokio::join!(keeps_busy, stopped);
    assert!(kept.is_ok() && stopped.is_ok());
    assert_eq!(house.disk.names(), [""; 0]);
}

/// Sends `people` messages against a limit that Slack keeps strictly; every fiftieth reply is lost.
/// Returns how long it took until the last one had arrived, and how often a limit was met.
async fn campaign(people: usize, limit: Rate, latency: Duration) -> (Duration, usize) {
    let keys: Vec<_> = (0..people).map(|n| touch(&format!("p{n}"))).collect();
    let mut house = House::new(&keys);
    house.rates.posts = limit;
    house.slack.is_strict(limit, latency);
    for key in keys.iter().step_by(50) {
        house.slack.does(key, [Does::LosesReply]);
    }
    let began: Instant = monotonic();
    let mut process = house.start();
    house.slack.arrivals(people).await;
    let took = monotonic().duration_since(began);
    process.runs_dry().await;
    assert!(keys.iter().all(|key| house.slack.count(key) == 1), "none twice, none missing");
    process.stops().await.unwrap();
    (took, house.slack.limited())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_meets_the_limit_at_most_once() {
    let limit = Rate::even(20, Duration::from_millis(100));
    let (_, limited) = campaign(200, limit, Duration::ZERO).await;
    assert!(limited <= 1, "{limited}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes twenty seconds for each distance: a measurement"]
async fn a_thousand_messages_take_two_percent_more_than_the_limit_needs() {
    let limit = Rate::even(50, Duration::from_secs(1));
    for latency in [Duration::ZERO, Duration::from_millis(30), Duration::from_millis(150)] {
        let (took, limited) = campaign(1000, limit, latency).await;
        println!("1,000 messages at 50/s, {latency:?} away: {took:?}, limits met: {limited}");
        assert!(limited <= 1, "{limited}");
        assert!(took <= Duration::from_millis(20_400) + latency, "{took:?}");
    }
}

#[tokio::test]
async fn after_a_restore_whatever_may_have_gone_out_is_looked_up_before_it_is_sent() {
    let (arrived, not) = ([touch("ana"), receipt("ben")], [touch("cid"), receipt("dia")]);
    let keys: Vec<PostKey> = arrived.iter().chain(&not).cloned().collect();
    let house = House::new(&keys);
    arrived.iter().for_each(|key| house.slack.has(key));
    // Nothing is sent before the restore is on record.
    house.rename_all("mute");
    let mut process = house.start();
    process.settles().await;
    process.happens(restored()).await;
    house.rename_all("said");
    house.slack.arrivals(2).await;
    process.runs_dry().await;
    let state = house.disk.state();
    for key in &keys {
        assert_eq!(house.slack.count(key), 1, "{key:?}");
        assert!(matches!(state.post_of(key).unwrap().phase, Phase::Sent { .. }), "{key:?}");
    }
    process.stops().await.unwrap();
}

/// What went out before a backup to another account than the one on record after the restore is found there, if
/// `changes` tells what became of the account.
async fn is_found(key: &PostKey, changes: impl AsyncFn(&House, &Process, SlackUserId)) {
    let house = House::new(std::slice::from_ref(key));
    let account = SlackUserId::parse("U9").unwrap();
    house.slack.has_at(key, account.clone());
    house.rename_all("mute");
    let mut process = house.start();
    process.settles().await;
    changes(&house, &process, account).await;
    house.rename_all("said");
    process.runs_dry().await;
    assert_eq!(house.slack.count(key), 1);
    assert!(matches!(house.disk.state().post_of(key).unwrap().phase, Phase::Sent { .. }));
    process.stops().await.unwrap();
}

pub(super) fn restored() -> Event {
    Event::Restored { epoch: Epoch::new([1; 16]), from: Seq(100) }
}

#[tokio::test]
async fn after_a_restore_it_is_also_looked_up_in_the_conversation_of_an_account_that_was_changed_since() {
    let changes = async |house: &House, process: &Process, account: SlackUserId| {
        process.happens(restored()).await;
        // The configuration named another account, in whose conversation there was nothing.
        house.program.send_modify(|program| {
            let mut corrected = Program::clone(program);
            corrected.people.values_mut().for_each(|person| person.address = Address::Slack(account.clone()));
            *program = Arc::new(corrected);
        });
    };
    is_found(&receipt("ana"), changes).await;
}

#[tokio::test]
async fn after_a_restore_it_is_also_looked_up_in_the_conversation_of_an_account_that_was_replaced_since() {
    let changes = async |process: &Process, former: SlackUserId, confirmed: bool| {
        let links = |slack: &SlackUserId, replaces| Event::PersonLinked {
            person: person("ana"),
            slack: slack.clone(),
            proof: None,
            replaces,
        };
        process.happens(links(&former, None)).await;
        if !confirmed {
            process.happens(restored()).await;
        }
        let replaced = Former { slack: former, turn: Turn::Replaced };
        process.happens(links(&slack_id(&person("ana")), Some(replaced))).await;
        if confirmed {
            let (person, by) = (person("ana"), person("priya"));
            process.happens(Event::AccountConfirmed { person, by, same: true }).await;
            process.happens(restored()).await;
        }
    };
    is_found(&touch("ana"), async |_, process, former| changes(process, former, false).await).await;
    // Also if the backup is from after an advocate had said that it is the same human.
    is_found(&touch("ana"), async |_, process, former| changes(process, former, true).await).await;
}

#[tokio::test]
async fn after_a_restore_what_may_have_gone_out_is_looked_up_before_it_is_written_off() {
    let keys = [touch("ana"), touch("cid")];
    let house = House::new(&keys);
    house.slack.has(&touch("ana"));
    house.rename_all("mute");
    let mut process = house.start();
    process.settles().await;
    process.happens(restored()).await;
    // Their time passes, and nothing could be sent.
    house.hand.set(start_of_test() + minutes(14_400));
    process.happens(Event::PostingResumed { by: person("ana") }).await;
    process.runs_dry().await;
    let state = house.disk.state();
    let phase = |to: &str| &state.post_of(&touch(to)).unwrap().phase;
    assert!(matches!(phase("ana"), Phase::Sent { .. }), "{:?}", phase("ana"));
    assert_eq!(phase("cid"), &Phase::Missed);
    assert_eq!(house.slack.count(&touch("cid")), 0);
    process.stops().await.unwrap();
}

#[tokio::test]
async fn after_a_restore_nothing_goes_to_somebody_of_whom_something_that_is_over_may_have_gone_out() {
    let PostKey::Touch(delivery) = touch("ana") else { panic!("a touch") };
    let next = PostKey::Touch(DeliveryKey { touch: Touch::Reminder, ..delivery });
    let mut house = House::new(std::slice::from_ref(&next));
    // Over since the start of the test.
    house.list.also(touch("ana"), start_of_test() - minutes(14_400));
    house.slack.has(&touch("ana"));
    house.rename_all("mute");
    let mut process = house.start();
    process.settles().await;
    process.happens(restored()).await;
    house.rename_all("said");
    process.runs_dry().await;
    // The caps of the next one have to know when it arrived.
    let about = |record: Record| match record.event {
        Event::PostSent { post, .. } if post == touch("ana").id() => Some("found"),
        Event::PostIntended { key, .. } if key == next => Some("the next one"),
        _ => None,
    };
    let order: Vec<&str> = house.disk.records().into_iter().filter_map(about).collect();
    assert_eq!(order, ["found", "the next one"]);
    process.stops().await.unwrap();
}
