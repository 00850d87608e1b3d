//! Slack fails over the wire: a whole campaign goes out all the same, to nobody twice.

use std::collections::{BTreeMap, BTreeSet};

use canvass::domain::effect::{PostId, PostKey};
use canvass::domain::engagement::Touch;
use canvass::domain::event::{Event, Record};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::organisation::{FIRST_PITCH, person};
use super::{audit, organisation, record};
use crate::world::{PATIENCE, World};

/// Hours after the first pitch: every doubt and delay is over.
const EVENING: &str = "2026-11-30T16:00:00Z";

/// A campaign on its eve: one pitch to each of `people` and one more, all in the same minute.
struct Campaign {
    world: World,
    _config: TempDir,
    foretold: BTreeSet<PostId>,
}

impl Campaign {
    async fn of(people: usize) -> Self {
        let config = tempfile::tempdir().unwrap();
        organisation::write(config.path(), people, 1000);
        let mut world = World::troubled(config.path(), 100).await;
        world.start_bot().await;
        let foretold = audit::foretold(&world);
        assert_eq!(foretold.len(), people + 1);
        Self { world, _config: config, foretold }
    }

    async fn fault(&self, fault: Value) {
        self.world.post("faults", fault).await;
    }

    /// How often a fault of this kind has struck.
    async fn struck(&self, kind: &str) -> u64 {
        let counts = self.world.get("faults").await["counts"].as_array().unwrap().clone();
        let of_kind = counts.iter().filter(|count| count["kind"] == json!(kind));
        of_kind.map(|count| count["count"].as_u64().unwrap()).sum()
    }

    async fn calls(&self, method: &str) -> usize {
        self.world.get(&format!("calls?method={method}")).await["calls"].as_array().unwrap().len()
    }

    /// Waits until the bot has taken every event.
    async fn delivered(&self) {
        let pending = |event: &Value| event["pending"] == json!(true);
        loop {
            let version = self.world.get("state").await["version"].as_u64().unwrap();
            if !self.world.get("events").await["events"].as_array().unwrap().iter().any(pending) {
                return;
            }
            self.world.get(&format!("changes?since={version}")).await;
        }
    }

    /// Everybody has their message once.
    async fn everybody_once(&self) {
        let sent = audit::sent(&self.world).await;
        audit::none_twice(&sent);
        let sent: BTreeSet<PostId> = sent.into_iter().collect();
        let missing: Vec<_> = self.foretold.difference(&sent).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
    }

    /// The journal, once the bot has been stopped in good order.
    fn stopped(&mut self) -> Vec<Record> {
        assert_eq!(self.world.stop_bot(), Some(0));
        record::records(&self.world.data())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_leads_to_one_look_up_and_no_second_message() {
    let campaign = Campaign::of(3).await;
    campaign.fault(json!({ "method": "chat.postMessage", "kind": "lose_reply" })).await;
    campaign.world.advance_to(FIRST_PITCH).await;
    assert_eq!(
        campaign.calls("conversations.history").await,
        0,
        "a call that may still arrive is left alone"
    );
    campaign.world.advance_to(EVENING).await;
    assert_eq!(campaign.struck("lose_reply").await, 1);
    assert_eq!(campaign.calls("conversations.history").await, 1);
    assert_eq!(campaign.calls("chat.postMessage").await, 4);
    campaign.everybody_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_never_arrived_is_looked_for_and_then_sent() {
    let campaign = Campaign::of(3).await;
    campaign.fault(json!({ "method": "chat.postMessage", "kind": "http_500" })).await;
    campaign.world.advance_to(EVENING).await;
    assert_eq!(campaign.calls("conversations.history").await, 1);
    assert_eq!(campaign.calls("chat.postMessage").await, 5);
    campaign.everybody_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_two_in_a_hundred_replies_lost_nobody_is_written_to_twice_or_forgotten() {
    let mut campaign = Campaign::of(300).await;
    let fault =
        json!({ "method": "chat.postMessage", "kind": "lose_reply", "probability": 0.02, "seed": 11 });
    campaign.fault(fault).await;
    campaign.world.advance_to(EVENING).await;
    let lost = campaign.struck("lose_reply").await;
    assert!(lost >= 3, "{lost} replies were lost");
    assert_eq!(campaign.calls("conversations.history").await as u64, lost);
    campaign.everybody_once().await;
    audit::all_settled(&campaign.stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_comes_back_instead_of_an_answer_everybody_is_written_to_once() {
    const KINDS: [&str; 7] =
        ["http_500", "http_503", "http_500_stored", "garbage", "torn", "lose_reply", "ratelimited"];
    let mut campaign = Campaign::of(60).await;
    for kind in KINDS {
        campaign.fault(json!({ "method": "chat.postMessage", "kind": kind })).await;
    }
    // A look-up that can't be made now is made later.
    campaign.fault(json!({ "method": "conversations.history", "kind": "ratelimited" })).await;
    campaign.world.advance_to(EVENING).await;
    for kind in KINDS {
        assert!(campaign.struck(kind).await > 0, "{kind} struck");
    }
    campaign.everybody_once().await;
    audit::all_settled(&campaign.stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_is_obeyed() {
    let campaign = Campaign::of(60).await;
    let fault = json!({ "method": "chat.postMessage", "kind": "ratelimited", "retry_after": 5 });
    campaign.fault(fault).await;
    campaign.world.advance_to(EVENING).await;
    assert_eq!(campaign.struck("ratelimited").await, 1);
    let calls =
        campaign.world.get("calls?method=chat.postMessage").await["calls"].as_array().unwrap().clone();
    let times: Vec<u64> = calls.iter().map(|call| call["real_ms"].as_u64().unwrap()).collect();
    // The first call met the limit; those that were under way with it came soon after.
    let during: Vec<u64> =
        times.iter().map(|at| at - times[0]).filter(|after| (2_500..4_900).contains(after)).collect();
    assert_eq!(during, [0; 0], "no call within the five seconds");
    campaign.everybody_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_never_be_reached_is_a_gap_and_everybody_else_is_served() {
    const CODES: [&str; 2] = ["user_disabled", "cannot_dm_bot"];
    let mut campaign = Campaign::of(20).await;
    let world = &campaign.world;
    for code in CODES {
        campaign.fault(json!({ "method": "chat.postMessage", "kind": format!("error:{code}") })).await;
    }
    world.advance_to(EVENING).await;

    let priya = world.person("priya").await;
    let gaps = priya.commands("gaps").await;
    for code in CODES {
        assert!(gaps.contains(&format!("can't be reached in Slack ({code})")), "{gaps}");
    }
    let told = world.sent().await.into_iter().filter(|(to, text)| to == "priya" && text.contains("reach"));
    assert_eq!(told.count(), CODES.len(), "the advocate is told of each once");
    let sent = audit::sent(world).await;
    audit::none_twice(&sent);
    let served = sent.iter().filter(|post| campaign.foretold.contains(post)).count();
    assert_eq!(served, campaign.foretold.len() - CODES.len(), "everybody else has their message");

    let records = campaign.stopped();
    let refused = records.iter().filter(|record| matches!(record.event, Event::PostRefused { .. }));
    assert_eq!(refused.count(), CODES.len(), "nobody is tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_slack_before_the_first_message_is_a_gap_too() {
    let campaign = Campaign::of(3).await;
    let world = &campaign.world;
    let (_, left) = person(1);
    world.post("person", json!({ "id": left, "deleted": true })).await;
    // Acknowledged is what the bot has taken in.
    campaign.delivered().await;
    world.advance_to(EVENING).await;
    let gaps = world.person("priya").await.commands("gaps").await;
    assert!(gaps.contains("Person 1 has left Slack"), "{gaps}");
    assert_eq!(audit::sent(world).await.len(), campaign.foretold.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_configuration_pauses_everything_until_slack_takes_messages_again() {
    for code in ["invalid_auth", "missing_scope", "messages_tab_disabled"] {
        let campaign = Campaign::of(40).await;
        campaign.fault(json!({ "method": "chat.postMessage", "kind": format!("error:{code}") })).await;
        campaign.world.advance_to(FIRST_PITCH).await;
        let sent = audit::sent(&campaign.world).await.len();
        assert!(sent < campaign.foretold.len(), "{code}: posting is paused");
        campaign.world.advance_to(EVENING).await;
        campaign.everybody_once().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_revoked_sends_no_planned_message_until_the_advocate_resumes_and_she_is_told() {
    for code in ["token_revoked", "account_inactive"] {
        let campaign = Campaign::of(40).await;
        let world = &campaign.world;
        let planned = async || {
            let sent = audit::sent(world).await;
            sent.iter().filter(|post| campaign.foretold.contains(post)).count()
        };
        campaign.fault(json!({ "method": "chat.postMessage", "kind": format!("error:{code}") })).await;
        world.advance_to(FIRST_PITCH).await;
        let before = planned().await;
        assert!(before < campaign.foretold.len(), "{code}: posting is paused");
        world.advance_to("2026-11-30T12:00:00Z").await;
        assert_eq!(planned().await, before, "{code}: and stays so");

        let priya = world.person("priya").await;
        priya.reads("It takes messages again, so answers go out.").await;
        let plan = priya.commands("plan").await;
        assert!(plan.contains("Held") && plan.contains(code), "{code}: the advocate sees why in {plan}");
        let resumed = priya.commands("resume").await;
        assert!(resumed.contains("Resumed"), "{resumed}");
        world.advance_to(EVENING).await;
        campaign.everybody_once().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_brings_the_newest_touch_alone() {
    let mut world = World::sample().await;
    // Past the heads-up and the pitch's first day, into the planning window.
    let jump: Timestamp = "2026-12-15T17:30:00Z".parse().unwrap();
    world.post("calendar/advance", json!({ "to": jump, "force": true })).await;
    world.get(&format!("calendar/settled?at_least={jump}")).await;
    world.advance_to("2026-12-22T20:00:00Z").await;
    assert_eq!(world.stop_bot(), Some(0));

    let records = record::records(&world.data());
    let mut begun: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    let mut missed = 0;
    for record in &records {
        match &record.event {
            Event::PostIntended { key: PostKey::Touch(delivery), .. } => {
                assert_ne!(delivery.touch, Touch::HeadsUp, "{delivery:?} at {}", record.at);
                begun.entry(delivery.person.to_string()).or_default().push(record.at);
            }
            Event::PostMissed { key: PostKey::Touch(delivery) } => {
                missed += usize::from(delivery.touch == Touch::HeadsUp);
            }
            _ => {}
        }
    }
    assert!(begun.len() > 15 && missed > 15, "{} people, {missed} missed", begun.len());
    let mut all: Vec<Timestamp> = begun.values().flatten().copied().collect();
    all.sort_unstable();
    for pair in all.windows(61) {
        assert!(pair[60].duration_since(pair[0]) >= SignedDuration::from_hours(1), "a burst at {}", pair[0]);
    }
    for (who, times) in begun {
        assert!(times[0] >= jump);
        for pair in times.windows(2) {
            assert!(pair[1].duration_since(pair[0]) >= SignedDuration::from_hours(48), "{who}: {times:?}");
        }
        for three in times.windows(3) {
            assert!(three[2].duration_since(three[0]) >= SignedDuration::from_hours(168), "{who}: {times:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_are_taken_whatever_happens_to_the_sockets() {
    let campaign = Campaign::of(12).await;
    let world = &campaign.world;
    world.advance_to(EVENING).await;
    let goodbyes = [
        ("socket/cut", json!({})),
        ("socket/disconnect", json!({ "reason": "warning", "close_after_ms": 300 })),
        ("socket/disconnect", json!({ "reason": "refresh_requested", "close_after_ms": 0 })),
        ("socket/disconnect", json!({ "reason": "too_many_websockets", "close_after_ms": 0 })),
    ];
    for (n, (how, body)) in goodbyes.into_iter().enumerate() {
        assert_eq!(world.post(how, body.clone()).await["connections"], json!(2), "{how} {body}");
        let (handle, _) = person(n);
        // Without a warning there is a moment without a connection: Slack tells whoever clicks then, and
        // they click again.
        let clicking = async {
            loop {
                world.connections(|open| open > 0).await;
                let clicked = world.person(&handle).await.clicks(organisation::answer(n)).await;
                if clicked["delivered"] == json!(true) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, clicking)
            .await
            .unwrap_or_else(|_| panic!("no click is taken after {how} {body}"));
        world.connections(|open| open == 2).await;
    }
    let mut campaign = campaign;
    let records = campaign.stopped();
    let clicked: BTreeSet<String> = (0..4).map(|n| person(n).1).collect();
    audit::clicks_are_on_record(&clicked, &records);
}
