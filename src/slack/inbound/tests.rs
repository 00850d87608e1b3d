//! Payload cases: what each payload is read as, and what becomes of it when any of its fields is broken.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::command::Request;
use crate::domain::event::Cause;
use crate::domain::message::{Action, Answer, ModalKind};

use super::*;

const POST: &str = "9ff5fb5708b31b4499d44f8c1fef4a83";

fn published(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/payloads");
    serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap()
}

fn with(mut payload: Value, changes: &[(&str, Value)]) -> Value {
    for (place, value) in changes {
        *payload.pointer_mut(place).unwrap_or_else(|| panic!("{place} is not in the payload")) =
            value.clone();
    }
    payload
}

/// The published payloads, and the same as Canvass's own messages and modals make them.
fn cases() -> Vec<(&'static str, Value)> {
    let mut cases: Vec<(&str, Value)> = [
        "app_uninstalled",
        "block_actions",
        "message",
        "message_changed",
        "org_wide_event",
        "slash_command",
        "url_verification",
        "view_closed",
        "view_submission",
    ]
    .map(|name| (name, published(name)))
    .into();
    let button = with(
        published("block_actions"),
        &[("/actions/0/action_id", json!("plan_it")), ("/actions/0/value", json!(POST))],
    );
    cases.push(("our button", button));
    let mut overflow = with(published("block_actions"), &[("/actions/0/action_id", json!("more"))]);
    let chosen = json!({ "text": { "type": "plain_text", "text": "Stop" }, "value": format!("stop {POST}") });
    overflow["actions"][0]["selected_option"] = chosen;
    overflow["actions"][0]["type"] = json!("overflow");
    overflow["actions"][0].as_object_mut().unwrap().remove("value");
    cases.push(("our menu", overflow));
    let direct = [("/event/channel_type", json!("im")), ("/event/channel", json!("D111"))];
    cases.push(("a typed message", with(published("message"), &direct)));
    let values = json!({
        "text": { "value": { "type": "plain_text_input", "value": "We are full" } },
        "empty": { "value": { "type": "plain_text_input", "value": null } },
        "until": { "value": { "type": "datepicker", "selected_date": "2026-12-24" } },
        "who": { "value": { "type": "users_select", "selected_user": "U222" } },
        "which": { "value": { "type": "radio_buttons", "selected_option": { "value": "this" } } },
        "ticks": { "value": { "type": "checkboxes", "selected_options": [{ "value": "follow_up" }] } },
    });
    let metadata = format!(r#"{{"modal":"reason","post":"{POST}"}}"#);
    let submitted = [("/view/private_metadata", json!(metadata)), ("/view/state/values", values)];
    cases.push(("our modal", with(published("view_submission"), &submitted)));
    let user = json!({
        "id": "W111", "deleted": false, "tz": "Europe/Lisbon", "is_bot": false,
        "profile": { "email": "Ana@Example.com", "status_emoji": ":palm_tree:", "status_expiration": 1_797_000_000 },
    });
    let change = json!({ "type": "user_change", "user": user });
    cases.push(("a changed account", with(published("message"), &[("/event", change)])));
    cases
}

fn outcome(payload: &Value) -> String {
    match read(payload) {
        Ok(Inbound::Request(incoming, hints)) => {
            let request = match incoming.request {
                Request::Act { action, .. } => format!("{action:?}"),
                Request::Submit { values, .. } => {
                    format!("submitted {}", values.keys().cloned().collect::<Vec<_>>().join(", "))
                }
                Request::Typed { thread, .. } => format!("typed, threaded {}", thread.is_some()),
                Request::Slash { text } => format!("slash {text:?}"),
                Request::OpenHome { page } => format!("opened {page:?}"),
                Request::Edit { .. } => "edited".to_owned(),
                Request::Delete { .. } => "deleted".to_owned(),
                Request::Wordless { what, thread, .. } => {
                    format!("wordless {what:?}, threaded {}", thread.is_some())
                }
            };
            let can = [("trigger", hints.trigger.is_some()), ("response_url", hints.response_url.is_some())];
            let can: Vec<&str> = can.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
            format!("{request} by {}; {}", incoming.actor, can.join(" "))
        }
        Ok(Inbound::Preview(_)) => "preview".into(),
        Ok(Inbound::Seen(member)) => format!("seen {} away {}", member.id, member.away.is_some()),
        Ok(Inbound::Lost(lost)) => format!("lost: {:?}", lost.how),
        Ok(Inbound::Challenge(_)) => "challenge".into(),
        Ok(Inbound::Ignored(what)) => format!("ignored: {what}"),
        Ok(Inbound::Unknown) => "unknown".into(),
        Err(malformed) => format!("malformed {malformed}"),
    }
}

/// Every place in `json`, from the top.
fn places(json: &Value, at: &str, found: &mut Vec<String>) {
    let mut child = |name: String, value: &Value| {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(value, &place, found);
    };
    match json {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| child(name.clone(), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| child(i.to_string(), value)),
        _ => {}
    }
}

fn without(mut payload: Value, place: &str) -> Value {
    let (parent, name) = place.rsplit_once('/').unwrap();
    match payload.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse().unwrap())),
        _ => unreachable!(),
    }
    payload
}

fn wrong_types() -> [Value; 6] {
    [json!(7), json!(""), json!("?"), json!([]), json!({}), json!(true)]
}

#[test]
fn each_payload_is_read_as_what_it_is() {
    let mut read = String::new();
    for (name, payload) in cases() {
        writeln!(read, "{name}: {}", outcome(&payload)).unwrap();
    }
    insta::assert_snapshot!(read);
}

#[test]
fn a_message_is_read_by_its_words_or_by_what_it_is_instead() {
    let base = || {
        let direct = [("/event/channel_type", json!("im")), ("/event/channel", json!("D111"))];
        with(published("message"), &direct)
    };
    let check = |fields: Value, expected: &str| {
        let mut payload = base();
        payload["event"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(outcome(&payload).split(" by W").next().unwrap(), expected, "{fields}");
    };
    let file = |kind: Value| json!({ "subtype": "file_share", "text": "", "files": [kind] });
    let clip = json!({ "mimetype": "audio/mp4", "subtype": "slack_audio",
        "transcription": { "status": "complete", "preview": { "content": "how much work is it" } } });
    check(file(clip), "wordless Voice, threaded false");
    check(file(json!({ "mimetype": "audio/mpeg" })), "wordless Voice, threaded false");
    check(
        file(json!({ "mimetype": "video/mp4", "subtype": "slack_video" })),
        "wordless Video, threaded false",
    );
    check(file(json!({ "mimetype": "image/png" })), "wordless Picture, threaded false");
    check(file(json!({ "mimetype": "application/pdf" })), "wordless File, threaded false");
    check(file(json!({ "mode": "tombstone" })), "wordless File, threaded false");
    check(file(json!("F1")), "wordless File, threaded false");
    let several = json!({ "text": "", "subtype": "file_share",
        "files": [{ "mimetype": "image/png" }, { "mimetype": "audio/mp4" }] });
    check(several, "wordless File, threaded false");
    let threaded = json!({ "text": "", "thread_ts": "1.000001", "files": [{ "mimetype": "image/png" }] });
    check(threaded, "wordless Picture, threaded true");
    for how in ["is_share", "is_msg_unfurl"] {
        let forwarded = json!({ "text": " ", "attachments": [{ how: true, "text": "can we?" }] });
        check(forwarded, "wordless Forwarded, threaded false");
    }
    // With words, the words count.
    check(json!({ "subtype": "file_share", "text": "see", "files": [{}] }), "typed, threaded false");
    check(json!({ "subtype": "me_message", "text": "asks why" }), "typed, threaded false");
    check(json!({ "subtype": "thread_broadcast", "text": "why?" }), "typed, threaded false");
    // Nobody waits for an answer to these.
    check(json!({ "text": "" }), "ignored: message without words");
    check(json!({ "text": "", "attachments": [{ "title": "a preview" }] }), "ignored: message without words");
    check(json!({ "text": "x", "subtype": "channel_join" }), "ignored: message with a subtype");
    check(json!({ "text": "", "bot_id": "B1", "files": [{}] }), "ignored: message by a bot");
}

#[test]
fn a_change_is_recognised_by_its_message_and_when_it_was_made() {
    let direct = [("/event/channel_type", json!("im")), ("/event/channel", json!("D111"))];
    let mut payload = with(published("message_changed"), &direct);
    let (ts, thread) = ("1596183880.004200", "1596183000.000100");
    payload["event"]["message"]["ts"] = json!(ts);
    payload["event"]["message"]["thread_ts"] = json!(thread);
    let read_as = |payload: &Value| match read(payload) {
        Ok(Inbound::Request(incoming, _)) => (incoming.cause, incoming.request),
        other => panic!("{other:?}"),
    };
    let place = |ts: &str| MessageTs::parse(ts).unwrap();
    let (cause, request) = read_as(&payload);
    let channel = SlackChannelId::parse("D111").unwrap();
    assert_eq!(cause, Cause::Edit(channel, place(ts), place("1665102362.000000")));
    let Request::Edit { thread: replies_to, .. } = request else { panic!("{request:?}") };
    assert_eq!(replies_to, Some(place(thread)));
    payload["event"]["message"].as_object_mut().unwrap().remove("edited");
    assert_eq!(read_as(&payload).0, Cause::Event("Ev111".to_owned()));
}

#[test]
fn words_that_are_added_to_a_file_are_typed_then_and_later_changes_are_changes() {
    let change = |before: &str, now: &str| {
        let direct = [("/event/channel_type", json!("im")), ("/event/channel", json!("D111"))];
        let mut payload = with(published("message_changed"), &direct);
        payload["event"]["message"]["ts"] = json!("1596183880.004200");
        payload["event"]["message"]["text"] = json!(now);
        payload["event"]["previous_message"]["text"] = json!(before);
        outcome(&payload).split(" by ").next().unwrap().to_owned()
    };
    assert_eq!(change("", "how much work is it?"), "typed, threaded false");
    assert_eq!(change("how much?", "how much work is it?"), "edited");
    assert_eq!(change("how much?", ""), "edited");
    assert_eq!(change("", ""), "ignored: a message was changed, not its words");
}

#[test]
fn s16_what_was_lost_is_ours_unless_something_says_otherwise() {
    let bot = |id: &str| SlackUserId::parse(id).unwrap();
    let ours = Ours { bot: Some(bot("U1")), team: Some("T1".into()), app: Some("A1".into()) };
    let lost = |how: &How, team: Option<&str>, app: Option<&str>| Lost {
        how: how.clone(),
        team: team.map(str::to_owned),
        app: app.map(str::to_owned),
    };
    let revoked = How::TokensRevoked { bots: vec![bot("U1"), bot("U2")] };
    let others = How::TokensRevoked { bots: vec![bot("U2")] };
    for (how, team, app, expected) in [
        (&How::Uninstalled, Some("T1"), Some("A1"), true),
        (&How::Uninstalled, Some("T2"), Some("A1"), false),
        (&How::Uninstalled, Some("T1"), Some("A2"), false),
        (&How::Uninstalled, None, None, true),
        (&revoked, Some("T1"), Some("A1"), true),
        (&revoked, Some("T2"), Some("A1"), false),
        (&others, Some("T1"), Some("A1"), false),
    ] {
        assert_eq!(lost(how, team, app).is_of(&ours), expected, "{how:?} {team:?} {app:?}");
        // Before Slack has said who we are, nothing speaks against it.
        assert!(lost(how, team, app).is_of(&Ours::default()));
    }
    let people = json!({ "type": "tokens_revoked", "tokens": { "oauth": ["U06ANSZA213"], "bot": [] } });
    let payload = with(published("app_uninstalled"), &[("/event", people)]);
    assert_eq!(outcome(&payload), "ignored: tokens of people were revoked, not the bot's");
}

#[test]
fn a_broken_field_matters_only_where_it_is_needed() {
    // What is not listed changes nothing.
    let mut matters = String::new();
    for (name, payload) in cases() {
        writeln!(matters, "{name}").unwrap();
        let sound = outcome(&payload);
        let mut all = Vec::new();
        places(&payload, "", &mut all);
        for place in all {
            let broken = [
                ("missing", without(payload.clone(), &place)),
                ("null", with(payload.clone(), &[(&place, Value::Null)])),
            ];
            let wrong = wrong_types().map(|value| ("wrong", with(payload.clone(), &[(&place, value)])));
            let outcomes: std::collections::BTreeSet<String> = broken
                .into_iter()
                .chain(wrong)
                .map(|(how, payload)| (how, outcome(&payload)))
                .filter(|(_, outcome)| *outcome != sound)
                .map(|(how, outcome)| format!("  {how} {place}: {outcome}"))
                .collect();
            if !outcomes.is_empty() {
                writeln!(matters, "{}", outcomes.into_iter().collect::<Vec<_>>().join("\n")).unwrap();
            }
        }
    }
    insta::assert_snapshot!(matters);
}

#[test]
fn fields_that_slack_adds_one_day_change_nothing() {
    fn enrich(json: &mut Value) {
        match json {
            Value::Object(fields) => {
                fields.values_mut().for_each(enrich);
                let added: Map<String, Value> =
                    [("zz_added".to_owned(), json!({ "x": [1] }))].into_iter().collect();
                fields.extend(added);
            }
            Value::Array(items) => items.iter_mut().for_each(enrich),
            _ => {}
        }
    }
    for (name, payload) in cases() {
        let sound = outcome(&payload);
        let mut enriched = payload.clone();
        enrich(&mut enriched);
        if name == "our modal" {
            // There a field of the modal's values is data.
            continue;
        }
        assert_eq!(outcome(&enriched), sound, "{name}");
    }
}

#[test]
fn a_payload_of_any_other_shape_is_no_panic() {
    for payload in
        [json!(null), json!([]), json!("x"), json!({}), json!({ "type": 3 }), json!({ "command": null })]
    {
        outcome(&payload);
        frame(&payload.to_string()).ok();
    }
    for text in ["", "{", "hello", "[]", r#"{"type":"hello"}"#, r#"{"type":"disconnect"}"#] {
        frame(text).ok();
    }
}

#[test]
fn an_organisation_wide_installation_has_no_team_and_is_read_all_the_same() {
    for (name, payload) in cases() {
        let sound = outcome(&payload);
        for place in ["/team", "/team_id"] {
            if payload.pointer(place).is_some() {
                assert_eq!(outcome(&with(payload.clone(), &[(place, Value::Null)])), sound, "{name} {place}");
            }
        }
    }
}

#[test]
fn a_click_says_what_it_means_and_where_it_was() {
    let (_, payload) = cases().into_iter().find(|(name, _)| *name == "our button").unwrap();
    let Ok(Inbound::Request(incoming, hints)) = read(&payload) else { panic!() };
    let post = PostId::parse(POST).unwrap();
    assert_eq!(incoming.request, Request::Act { post: Some(post), action: Action::Answer(Answer::PlanIt) });
    assert_eq!(hints.post, Some(post));
    assert_eq!(
        hints.surface,
        Surface::Click {
            channel: SlackChannelId::parse("C111").unwrap(),
            ts: MessageTs::parse("111.222").unwrap()
        }
    );
}

#[test]
fn a_followed_link_and_a_preview_are_told_from_an_answer() {
    let check = |action_id: &str, value: Value, expected: &str| {
        let changes = [("/actions/0/action_id", json!(action_id)), ("/actions/0/value", value)];
        assert_eq!(outcome(&with(published("block_actions"), &changes)), expected, "{action_id}");
    };
    check("open.0", json!(POST), "ignored: a link was followed");
    check("plan_it", Value::Null, "preview");
    check("plan_it", json!("click_me"), "malformed /actions/0/value: not of the documented form");
    check("no_such_action", json!(POST), "malformed /actions/0/action_id: not of the documented form");
}

#[test]
fn what_people_did_not_type_themselves_is_passed_over() {
    let (_, typed) = cases().into_iter().find(|(name, _)| *name == "a typed message").unwrap();
    let check = |changes: Value, expected: &str| {
        let mut payload = typed.clone();
        payload["event"].as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        assert!(outcome(&payload).starts_with(expected), "{changes}: {}", outcome(&payload));
    };
    check(json!({}), "typed, threaded false");
    check(json!({ "thread_ts": "1596183000.000100" }), "typed, threaded true");
    check(json!({ "subtype": "file_share" }), "typed");
    let before = json!({ "user": "W111", "text": "one", "ts": "1596183000.000100" });
    let deleted = json!({
        "subtype": "message_deleted", "deleted_ts": "1596183000.000100", "previous_message": before,
    });
    check(deleted, "deleted by W111");
    let changed = |text: &str| {
        let now = json!({ "user": "W111", "text": text, "ts": "1596183000.000100" });
        json!({ "subtype": "message_changed", "message": now, "previous_message": before })
    };
    check(changed("two"), "edited by W111");
    check(changed("one"), "ignored: a message was changed, not its words");
    let ours = json!({ "bot_id": "B1", "text": "two", "ts": "1596183000.000100" });
    check(json!({ "subtype": "message_changed", "message": ours }), "ignored: a message of a bot");
    let blank = json!({ "subtype": "tombstone", "text": "", "ts": "1596183000.000100" });
    let blanked = json!({ "subtype": "message_changed", "message": blank, "previous_message": before });
    check(blanked, "deleted by W111");
    check(json!({ "subtype": "bot_message" }), "ignored");
    check(json!({ "bot_id": "B1" }), "ignored: message by a bot");
    check(json!({ "bot_id": "B1", "subtype": "file_share", "user": null }), "ignored: message by a bot");
    check(json!({ "channel_type": "channel" }), "ignored: message outside");
    check(json!({ "text": "  " }), "ignored: message without words");
    let mut ours = typed.clone();
    ours["authorizations"] = json!([{ "user_id": "W111", "is_bot": true }]);
    assert_eq!(outcome(&ours), "ignored: message by ourselves");
    // A file of ours comes back as one that anybody shared.
    ours["event"]["subtype"] = json!("file_share");
    assert_eq!(outcome(&ours), "ignored: message by ourselves");
}

#[test]
fn text_arrives_as_it_was_typed() {
    let (_, mut typed) = cases().into_iter().find(|(name, _)| *name == "a typed message").unwrap();
    typed["event"]["text"] = json!("p99 &lt; 300 ms &amp; &amp;lt; stays");
    let Ok(Inbound::Request(incoming, _)) = read(&typed) else { panic!() };
    let Request::Typed { text, .. } = incoming.request else { panic!() };
    assert_eq!(text, "p99 < 300 ms & &lt; stays");
}

#[test]
fn what_was_filled_in_comes_by_the_name_of_its_field() {
    let (_, payload) = cases().into_iter().find(|(name, _)| *name == "our modal").unwrap();
    let Ok(Inbound::Request(incoming, _)) = read(&payload) else { panic!() };
    let Request::Submit { modal, values } = incoming.request else { panic!() };
    assert_eq!(modal, ModalKind::Reason { post: PostId::parse(POST).unwrap() });
    insta::assert_debug_snapshot!(values);
}
