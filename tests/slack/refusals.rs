//! Each row of the table in `domain/refusal` at the wire: the stand-in refuses, and what becomes of the call is
//! what the table says.

use canvass::domain::event::RefusedFor;
use canvass::domain::message::{Attachment, FileKind, Message};
use canvass::domain::performer::{Found, Outcome, Performer, Probed, Refreshed};
use canvass::domain::refusal::{Call, Class, Does};
use canvass::slack::class_of;
use serde_json::json;

use super::*;

/// A fault of this class.
fn fault(class: Class) -> &'static str {
    match class {
        Class::Recipient => "error:restricted_action",
        Class::Revoked => "error:token_revoked",
        Class::Token => "error:invalid_auth",
        Class::Setting => "error:missing_scope",
        Class::Gateway => "http_403",
        Class::Content => "error:invalid_blocks",
        Class::NotApplied => "ratelimited",
        Class::InDoubt => "error:internal_error",
        Class::Unknown => "error:brand_new_error",
    }
}

fn of_post(does: Does, outcome: &Outcome) -> bool {
    match does {
        Does::Pauses => matches!(outcome, Outcome::Misconfigured { .. }),
        Does::PausesIfItLasts => matches!(outcome, Outcome::Barred { .. }),
        Does::Suspends => matches!(outcome, Outcome::Suspended { .. }),
        Does::Unreachable => matches!(outcome, Outcome::Refused { because: RefusedFor::Recipient, .. }),
        Does::Refuses => matches!(outcome, Outcome::Refused { because: RefusedFor::Content, .. }),
        Does::LooksUp => matches!(outcome, Outcome::InDoubt { .. }),
        Does::LooksUpThenRefuses => matches!(outcome, Outcome::Unknown { maybe: true, .. }),
        Does::Repeats => {
            matches!(outcome, Outcome::NotApplied { retry_after, .. } if retry_after.as_secs() == 9)
        }
        Does::LeavesIt | Does::Unknowable | Does::RepeatsThenLeavesIt | Does::Drops => false,
    }
}

fn of_look_up(does: Does, found: &Found) -> bool {
    match does {
        Does::Pauses => matches!(found, Found::Misconfigured { .. }),
        Does::Suspends => matches!(found, Found::Refused { .. }),
        Does::Unknowable => matches!(found, Found::Impossible { .. }),
        Does::Repeats => matches!(found, Found::Later(_) | Found::Failed { .. }),
        Does::PausesIfItLasts
        | Does::Unreachable
        | Does::Refuses
        | Does::LeavesIt
        | Does::LooksUp
        | Does::LooksUpThenRefuses
        | Does::RepeatsThenLeavesIt
        | Does::Drops => false,
    }
}

fn of_update(does: Does, refreshed: &Refreshed) -> bool {
    match does {
        Does::Pauses => matches!(refreshed, Refreshed::Misconfigured { .. }),
        Does::Suspends => matches!(refreshed, Refreshed::Suspended { .. }),
        Does::LeavesIt => matches!(refreshed, Refreshed::Refused { .. }),
        Does::RepeatsThenLeavesIt => matches!(refreshed, Refreshed::Unknown { .. }),
        Does::Repeats => matches!(refreshed, Refreshed::Later { .. } | Refreshed::Limited(_)),
        Does::PausesIfItLasts
        | Does::Unreachable
        | Does::Refuses
        | Does::Unknowable
        | Does::LooksUp
        | Does::LooksUpThenRefuses
        | Does::Drops => false,
    }
}

#[tokio::test]
async fn every_row_of_the_table_is_what_a_refusal_at_the_wire_leads_to() {
    let room = Room::open().await;
    let sent = room.performer.post(&outgoing(POST, to("U1", None), everything())).await;
    let Outcome::Sent { channel, ts } = sent else { panic!("{sent:?}") };
    let known = to("U1", Some(channel.as_str()));
    let refuses = async |method: &str, class: Class| {
        let fault = json!({ "method": method, "kind": fault(class), "retry_after": 9 });
        room.stand.drive("faults", fault).await;
    };
    let attachment =
        Attachment { name: "x".into(), kind: FileKind::Calendar, title: "X".into(), content: "X".into() };
    for (n, class) in Class::ALL.into_iter().enumerate() {
        let performer = room.started_anew();
        if let Some(code) = fault(class).strip_prefix("error:") {
            assert_eq!(class_of(code), class);
        }
        let post = format!("{n:032x}");
        refuses("chat.postMessage", class).await;
        let outcome = performer.post(&outgoing(&post, known.clone(), Message::line("Hello"))).await;
        assert!(of_post(class.of(Call::Post).does, &outcome), "{class:?} x post: {outcome:?}");

        refuses("files.completeUploadExternal", class).await;
        let message = Message { attachment: Some(attachment.clone()), ..Message::line("Hello") };
        let outcome = performer.post(&outgoing(&post, known.clone(), message)).await;
        assert!(of_post(class.of(Call::File).does, &outcome), "{class:?} x file: {outcome:?}");

        for method in ["conversations.history", "conversations.open"] {
            refuses(method, class).await;
            let to = if method == "conversations.open" { to("U1", None) } else { known.clone() };
            let found = performer.look_up(post_id(POST), &to, None).await;
            assert!(of_look_up(class.of(Call::LookUp).does, &found), "{class:?} x {method}: {found:?}");
        }

        refuses("chat.update", class).await;
        let refreshed = performer.refresh(post_id(POST), &channel, &ts, &everything()).await;
        assert!(of_update(class.of(Call::Update).does, &refreshed), "{class:?} x update: {refreshed:?}");

        refuses("auth.test", class).await;
        let probed = performer.probe().await;
        assert_ne!(probed, Probed::Through, "{class:?}");
        assert_eq!(room.started_anew().probe().await, Probed::Through, "{class:?}");
    }
}
