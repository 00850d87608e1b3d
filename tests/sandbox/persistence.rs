//! What survives the end of the process, and the calendar.

use serde_json::json;

use super::stand_in::{StandIn, seed, with_button};
use canvass::sandbox::{Limits, SeedPerson};

#[tokio::test]
async fn messages_views_and_the_calendar_survive_a_restart_and_new_people_join() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let posted = slack
        .api("chat.postMessage", json!({"channel": "U1", "text": "x", "blocks": with_button("x")}))
        .await;
    let home = json!({"type": "home", "blocks": [{"type": "divider"}]});
    slack.api("views.publish", json!({"user_id": "U1", "view": home})).await;
    slack.drive("calendar/advance", json!({"to": "2026-12-08T09:00:00Z", "force": true})).await;
    let before = slack.look("state?as=U1").await;
    slack.serving.stop().await.unwrap();

    let mut grown = seed();
    grown.people.push(SeedPerson { id: "U4".into(), name: "dev".into(), ..SeedPerson::default() });
    let slack = StandIn::start_with(folder.path(), grown, Limits::default()).await;
    let after = slack.look("state?as=U1").await;
    assert_eq!(after["selected"], before["selected"]);
    assert_eq!(after["calendar"]["now"], "2026-12-08T09:00:00Z");
    assert_eq!(after["people"].as_array().unwrap().len(), 4);
    let later = slack.api("chat.postMessage", json!({"channel": "U1", "text": "y"})).await;
    assert!(later["ts"].as_str() > posted["ts"].as_str());
    let log = slack.look("log").await;
    let boots: Vec<_> = log["posted"].as_array().unwrap().iter().map(|entry| &entry["boot"]).collect();
    assert_eq!(boots, [1, 2]);
}

#[tokio::test]
async fn an_event_that_nobody_acknowledged_is_delivered_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let typed = slack.drive("type", json!({"as": "U1", "text": "hello"})).await;
    assert_eq!(typed["delivered"], false);
    slack.serving.stop().await.unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut app = slack.connect().await;
    assert_eq!(app.next().await["payload"]["event_id"], typed["event_id"]);
}

#[tokio::test]
async fn a_day_s_move_stops_at_each_wake_until_the_program_has_settled() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let target = "2026-12-08T09:00:00Z";
    let refused = slack.drive("calendar/advance", json!({"to": "next_wake"})).await;
    assert!(refused["error"].as_str().unwrap().contains("not settled"), "{refused}");
    slack.drive("calendar/advance", json!({"to": target})).await;
    let mut now = slack.look("calendar").await["now"].as_str().unwrap().to_owned();
    let mut stops = vec![now.clone()];
    for wake in ["2026-12-07T10:00:00Z", "2026-12-07T16:30:00Z", "2026-12-09T09:00:00Z"] {
        let calendar = slack.drive("calendar/settled", json!({"now": now, "next_wake": wake})).await;
        now = calendar["now"].as_str().unwrap().to_owned();
        assert_eq!(calendar["settled"], false);
        stops.push(now.clone());
    }
    assert_eq!(stops, ["2026-12-07T09:00:00Z", "2026-12-07T10:00:00Z", "2026-12-07T16:30:00Z", target]);
    slack.drive("calendar/settled", json!({"now": now, "next_wake": "2026-12-09T09:00:00Z"})).await;
    let settled = slack.look(&format!("calendar/settled?at_least={target}")).await;
    assert_eq!((&settled["now"], &settled["settled"]), (&json!(target), &json!(true)));
    let moved = slack.drive("calendar/advance", json!({"to": "next_wake"})).await;
    assert_eq!(moved["now"], "2026-12-09T09:00:00Z");
}
