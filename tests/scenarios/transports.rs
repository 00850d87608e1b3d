//! The same days over Socket Mode and over HTTP. `TEST_TRANSPORT=http` has every other scenario take
//! place over HTTP too.

use serde_json::json;

use crate::world::{Transport, World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_a_reason_a_question_and_a_command_over_socket_mode() {
    converse(World::over(Transport::Socket).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_a_reason_a_question_and_a_command_over_http() {
    let world = World::over(Transport::Http).await;
    assert_eq!(world.get("socket").await["connections"], json!(0), "no connection is opened");
    converse(world).await;
}

async fn converse(world: World) {
    world.advance_to(PITCHED).await;
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    let clicked = ben.clicks("Put in our plan").await;
    assert_eq!(clicked["delivered"], json!(true), "{clicked}");
    ben.reads("Recorded").await;
    ana.clicks("Not this quarter").await;
    ana.submits(&[("text", json!("The quarter is full."))]).await;
    ana.reads("Recorded").await;
    let typed = dev.types("Does it cover refunds?").await;
    assert_eq!(typed["delivered"], json!(true), "{typed}");
    let again = world.post("redeliver", json!({ "event_id": typed["event_id"] })).await;
    assert_eq!(again["delivered"], json!(true), "{again}");
    let coverage = priya.commands("coverage payment-deadlines").await;
    assert!(coverage.contains("committed") && coverage.contains("not this quarter"), "{coverage}");
    // Before it would come back for want of an answer.
    world.advance_to("2026-12-03T18:00:00Z").await;
    let asked = |message: &&serde_json::Value| words(message).contains("Does it cover refunds?");
    assert_eq!(priya.messages().await.iter().filter(asked).count(), 1, "delivered twice, relayed once");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_too_the_service_stops_in_good_order_and_goes_on_where_it_was() {
    let mut world = World::over(Transport::Http).await;
    world.advance_to(PITCHED).await;
    world.person("ben").await.clicks("Put in our plan").await;
    let before = world.sent().await.len();
    assert_eq!(world.stop_bot(), Some(0));
    let lost = world.person("ana").await.clicks("Put in our plan").await;
    assert_eq!(lost["error"], json!("dispatch_failed"), "{lost}");
    world.restart_workspace();
    world.start_bot().await;
    assert!(world.person("priya").await.commands("coverage payment-deadlines").await.contains("committed"));
    let again = world.person("ana").await.clicks("Put in our plan").await;
    assert_eq!(again["delivered"], json!(true), "{again}");
    assert_eq!(world.sent().await.len(), before, "nothing is sent again");
}
