//! Posts, look-ups, updates and the directory.

use canvass::clock::Clock;
use canvass::domain::event::RefusedFor;
use canvass::domain::message::{Message, Part};
use canvass::domain::performer::{Found, Outcome, Performer, Refreshed};
use canvass::slack::CallError;
use canvass::slack::directory::{read_members, read_quiet};
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_post_opens_the_direct_message_and_is_found_in_it_again() {
    let room = Room::open().await;
    let sent = room.performer.post(&outgoing(POST, to("U1", None), everything())).await;
    let Outcome::Sent { channel, ts } = sent else { panic!("{sent:?}") };
    let there = Found::There { channel: channel.clone(), ts: ts.clone() };
    let known = to("U1", Some(channel.as_str()));
    assert_eq!(room.performer.look_up(post_id(POST), &known, None).await, there);
    assert_eq!(room.performer.look_up(post_id(POST), &to("U1", None), None).await, there);
    let other = post_id("00000000000000000000000000000000");
    assert_eq!(room.performer.look_up(other, &known, None).await, Found::Absent);

    let second = room.performer.post(&outgoing(&"1".repeat(32), known, Message::line("Again"))).await;
    assert!(matches!(second, Outcome::Sent { channel: again, .. } if again == channel));
}

#[tokio::test]
async fn a_post_whose_answer_is_lost_is_in_doubt_and_is_found() {
    let room = Room::open().await;
    for (n, kind) in ["lose_reply", "torn", "http_500_stored"].into_iter().enumerate() {
        let post = format!("{n:032x}");
        room.stand.drive("faults", json!({ "method": "chat.postMessage", "kind": kind })).await;
        let sent = room.performer.post(&outgoing(&post, to("U1", None), everything())).await;
        assert!(matches!(sent, Outcome::InDoubt { .. }), "{kind}: {sent:?}");
        let found = room.performer.look_up(post_id(&post), &to("U1", None), None).await;
        assert!(matches!(found, Found::There { .. }), "{kind}: {found:?}");
    }
}

#[tokio::test]
async fn each_failure_has_the_outcome_of_its_class() {
    let room = Room::open().await;
    let gone = room.performer.post(&outgoing(POST, to("U3", None), everything())).await;
    assert!(matches!(gone, Outcome::Refused { because: RefusedFor::Recipient, .. }), "{gone:?}");
    let check = async |kind: &str, expected: fn(&Outcome) -> bool| {
        let fault = json!({ "method": "chat.postMessage", "kind": kind, "retry_after": 9 });
        room.stand.drive("faults", fault).await;
        let outcome = room.started_anew().post(&outgoing(POST, to("U1", None), everything())).await;
        assert!(expected(&outcome), "{kind}: {outcome:?}");
    };
    check("error:missing_scope", |outcome| matches!(outcome, Outcome::Misconfigured { .. })).await;
    check("error:invalid_blocks", |outcome| {
        matches!(outcome, Outcome::Refused { because: RefusedFor::Content, .. })
    })
    .await;
    check(
        "ratelimited",
        |outcome| matches!(outcome, Outcome::NotApplied { retry_after, .. } if retry_after.as_secs() == 9),
    )
    .await;
    check("garbage", |outcome| matches!(outcome, Outcome::InDoubt { .. })).await;
    check("http_503", |outcome| matches!(outcome, Outcome::InDoubt { .. })).await;
    // None of them was stored.
    assert_eq!(room.performer.look_up(post_id(POST), &to("U1", None), None).await, Found::Absent);
}

#[tokio::test]
async fn a_message_is_brought_up_to_date_and_keeps_what_it_is_found_by() {
    let room = Room::open().await;
    let sent = room.performer.post(&outgoing(POST, to("U1", None), everything())).await;
    let Outcome::Sent { channel, ts } = sent else { panic!("{sent:?}") };
    let later = Message::new("Later", vec![Part::Paragraph("Later text".into())]);
    let refresh = async |ts: &canvass::domain::ids::MessageTs| {
        room.performer.refresh(post_id(POST), &channel, ts, &later).await
    };
    assert_eq!(refresh(&ts).await, Refreshed::Shown);
    let seen = room.sees("U1", |seen| seen.to_string().contains("Later text")).await;
    assert_eq!(seen["messages"].as_array().unwrap().len(), 1);
    let known = to("U1", Some(channel.as_str()));
    assert!(matches!(room.performer.look_up(post_id(POST), &known, None).await, Found::There { .. }));
    // One that isn't there never can be.
    let nowhere = canvass::domain::ids::MessageTs::parse("1.000001").unwrap();
    assert_eq!(refresh(&nowhere).await, Refreshed::Never);
    // One that may be later is tried again.
    let fault = json!({ "method": "chat.update", "kind": "ratelimited", "retry_after": 70 });
    room.stand.drive("faults", fault).await;
    assert_eq!(refresh(&ts).await, Refreshed::Limited(Duration::from_secs(70)));
}

#[tokio::test]
async fn the_workspace_is_read_with_the_scopes_of_our_own_manifest() {
    let room = Room::open().await;
    assert_eq!(room.client.identity().await.unwrap().bot.as_str(), "U0BOT");
    let members = read_members(&room.client, &Clock::system()).await.unwrap();
    let ana = members.iter().find(|member| member.id.as_str() == "U1").unwrap();
    assert_eq!(ana.zone.as_ref().and_then(|zone| zone.iana_name()), Some("Europe/Lisbon"));
    assert!(members.iter().any(|member| member.id.as_str() == "U3" && member.deactivated));
    let ids: Vec<_> = members.iter().map(|member| member.id.clone()).collect();
    read_quiet(&room.client, &Clock::system(), &ids).await.unwrap();
    // A wrong token is told apart from everything else.
    let wrong = Client::new(&Settings {
        api_url: room.stand.serving.api_url(),
        ..Settings::new("xoxb-wrong".into(), None)
    });
    assert_eq!(wrong.unwrap().identity().await, Err(CallError::refused("invalid_auth")));
}
