//! How a reply reaches the person who acted: in the acknowledgement where that is possible, else by an
//! errand right after it. Pure.

use serde_json::{Value, json};

use crate::domain::effect::PostId;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::{Message, Reply};

use super::client::ResponseUrl;
use super::inbound::{Hints, Surface};
use super::views;

/// What to acknowledge with, and what to do next.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    /// The answer that the acknowledgement carries.
    pub(super) payload: Option<Value>,
    /// What can't travel with it.
    pub(super) errand: Option<Errand>,
}

/// A call that the person who acted waits for. Best effort: it never carries news.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Errand {
    /// Open a modal, before the trigger expires; where to say so if that didn't happen.
    Open { trigger: String, view: Value, otherwise: Option<ResponseUrl> },
    /// Answer where the click or command said so.
    Respond { url: ResponseUrl, body: Value },
    /// Say something that only one person in the conversation sees.
    Whisper { channel: SlackChannelId, to: SlackUserId, body: Value },
    /// Show the message as this for now.
    Update { channel: SlackChannelId, ts: MessageTs, body: Value },
}

/// What the button of a preview answers.
const PREVIEW: &str = "This is a preview: its buttons do nothing, and nothing was recorded.";

/// The answer to a click on a preview.
pub(super) fn preview(hints: &Hints) -> Answer {
    answer(Reply::say(PREVIEW), hints, false)
}

/// What is said when what somebody did can't be read: never may it look as if it had been accepted.
const UNREADABLE: &str = "I could not read what Slack sent me, so nothing was recorded. Please try again, or just \
                          write to me here.";

/// The answer to a payload that can't be read, as far as it says how it can be answered.
pub(super) fn unreadable(payload: &Value, carries: bool) -> Answer {
    let message = Message::line(UNREADABLE);
    let submitted = payload.get("type").and_then(Value::as_str) == Some("view_submission");
    if submitted && carries {
        return action(json!({ "response_action": "update", "view": views::note_view(&message) }));
    }
    if payload.get("command").is_some() && carries {
        return action(views::ephemeral(&message, None));
    }
    match payload.get("response_url").and_then(Value::as_str).and_then(|url| ResponseUrl::parse(url).ok()) {
        Some(url) => later(Errand::Respond { url, body: views::ephemeral(&message, None) }),
        None => Answer::default(),
    }
}

/// How `reply` is given. `carries` says whether the acknowledgement may carry it.
pub(super) fn answer(reply: Reply, hints: &Hints, carries: bool) -> Answer {
    match reply {
        Reply::Nothing => Answer::default(),
        Reply::Say(message) => say(&message, hints, carries),
        Reply::Open(modal) => {
            let view = views::modal_view(&modal);
            match (&hints.surface, &hints.trigger) {
                (Surface::Submission, _) if carries => {
                    action(json!({ "response_action": "update", "view": view }))
                }
                (_, Some(trigger)) => {
                    let otherwise = hints.response_url.clone();
                    later(Errand::Open { trigger: trigger.clone(), view, otherwise })
                }
                (_, None) => Answer::default(),
            }
        }
        Reply::Faults(faults) => match &hints.surface {
            Surface::Submission if carries => {
                action(json!({ "response_action": "errors", "errors": faults }))
            }
            Surface::Submission
            | Surface::Slash
            | Surface::Click { .. }
            | Surface::Home { .. }
            | Surface::Typed { .. } => {
                let sentences: Vec<String> = faults.into_values().collect();
                say(&Message::line(sentences.join(" ")), hints, carries)
            }
        },
        Reply::Show(message) => match &hints.surface {
            Surface::Click { channel, ts } => show(&message, hints, channel, ts),
            Surface::Slash | Surface::Submission | Surface::Home { .. } | Surface::Typed { .. } => {
                say(&message, hints, carries)
            }
        },
        // The receiver tells whoever keeps the pages fresh, and has what can't be decided yet delivered again.
        Reply::Home(_) | Reply::NotYet => Answer::default(),
    }
}

fn action(payload: Value) -> Answer {
    Answer { payload: Some(payload), errand: None }
}

fn later(errand: Errand) -> Answer {
    Answer { payload: None, errand: Some(errand) }
}

fn say(message: &Message, hints: &Hints, carries: bool) -> Answer {
    let ephemeral = || views::ephemeral(message, hints.post);
    let whisper = |channel: &SlackChannelId| {
        let body = views::body(message, hints.post).into();
        later(Errand::Whisper { channel: channel.clone(), to: hints.actor.clone(), body })
    };
    match (&hints.surface, &hints.response_url) {
        (Surface::Slash, _) if carries => action(ephemeral()),
        // The modal gives way to what is said.
        (Surface::Submission, _) if carries => {
            action(json!({ "response_action": "update", "view": views::note_view(message) }))
        }
        (Surface::Slash | Surface::Click { .. }, Some(url)) => {
            later(Errand::Respond { url: url.clone(), body: ephemeral() })
        }
        (Surface::Click { channel, .. } | Surface::Typed { channel }, _) => whisper(channel),
        // Nothing can be whispered in App Home, so it is said in a modal.
        (Surface::Home { .. }, _) => match &hints.trigger {
            Some(trigger) => {
                let view = views::note_view(message);
                later(Errand::Open { trigger: trigger.clone(), view, otherwise: None })
            }
            None => Answer::default(),
        },
        (Surface::Slash | Surface::Submission, _) => Answer::default(),
    }
}

/// What whoever waits for a modal reads when it could not be opened: Slack takes a trigger for three seconds only.
pub(super) fn unopened() -> Value {
    views::ephemeral(&Message::line("That took too long. If nothing opened, please try again."), None)
}

fn show(message: &Message, hints: &Hints, channel: &SlackChannelId, ts: &MessageTs) -> Answer {
    let body = shown(message, hints.post);
    later(match &hints.response_url {
        Some(url) => Errand::Respond { url: url.clone(), body: replacing(body) },
        None => Errand::Update { channel: channel.clone(), ts: ts.clone(), body },
    })
}

/// What a sent message is replaced by. The metadata goes along: were it lost, a post in doubt would not be
/// found again, and sent twice.
pub(super) fn shown(message: &Message, post: Option<PostId>) -> Value {
    let mut body = views::body(message, post);
    if let Some(post) = post {
        body.insert("metadata".to_owned(), views::metadata(post));
    }
    body.into()
}

/// The same for a response address.
pub(super) fn replacing(mut body: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.insert("replace_original".to_owned(), true.into());
    }
    body
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::domain::message::{Modal, ModalKind};

    use super::*;

    fn hints(surface: Surface) -> Hints {
        Hints {
            actor: SlackUserId::parse("U1").unwrap(),
            surface,
            post: PostId::parse("9ff5fb5708b31b4499d44f8c1fef4a83"),
            trigger: Some("1.2.x".into()),
            response_url: ResponseUrl::parse("https://hooks.slack.com/1").ok(),
        }
    }

    fn without_url(surface: Surface) -> Hints {
        Hints { response_url: None, trigger: None, ..hints(surface) }
    }

    fn click() -> Surface {
        Surface::Click {
            channel: SlackChannelId::parse("D1").unwrap(),
            ts: MessageTs::parse("1.000001").unwrap(),
        }
    }

    fn typed() -> Surface {
        Surface::Typed { channel: SlackChannelId::parse("D1").unwrap() }
    }

    /// How a reply travels, in a word.
    fn way(reply: Reply, hints: &Hints, carries: bool) -> String {
        let given = answer(reply, hints, carries);
        let payload = given.payload.map(|payload| {
            let action = payload.get("response_action").and_then(Value::as_str).unwrap_or("message");
            format!("ack {action}")
        });
        let errand = given.errand.map(|errand| match errand {
            Errand::Open { .. } => "open".to_owned(),
            Errand::Respond { body, .. } => format!("respond replacing {}", body["replace_original"]),
            Errand::Whisper { .. } => "whisper".to_owned(),
            Errand::Update { .. } => "update".to_owned(),
        });
        [payload, errand].into_iter().flatten().collect::<Vec<_>>().join(" + ")
    }

    #[test]
    fn every_reply_takes_the_shortest_way_that_its_surface_has() {
        let check = |reply: &Reply, hints: &Hints, carries: bool, expected: &str| {
            assert_eq!(way(reply.clone(), hints, carries), expected, "{reply:?} on {:?}", hints.surface);
        };
        let say = Reply::say("Noted.");
        check(&say, &hints(Surface::Slash), true, "ack message");
        check(&say, &hints(Surface::Slash), false, "respond replacing false");
        check(&say, &hints(click()), true, "respond replacing false");
        check(&say, &without_url(click()), true, "whisper");
        check(&say, &hints(Surface::Submission), true, "ack update");
        check(&say, &without_url(typed()), false, "whisper");

        let kind = ModalKind::Reason { post: PostId::parse("9ff5fb5708b31b4499d44f8c1fef4a83").unwrap() };
        let modal = Modal { kind, title: "Why".into(), parts: vec![], fields: vec![], submit: None };
        let open = Reply::Open(Box::new(modal));
        check(&open, &hints(click()), true, "open");
        check(&open, &hints(Surface::Slash), true, "open");
        check(&open, &hints(Surface::Submission), true, "ack update");
        check(&open, &without_url(typed()), false, "");

        let faults = Reply::Faults(BTreeMap::from([("text".to_owned(), "Say what.".to_owned())]));
        check(&faults, &hints(Surface::Submission), true, "ack errors");
        check(&faults, &hints(click()), true, "respond replacing false");

        let show = Reply::Show(Box::new(Message::line("The buttons again")));
        check(&show, &hints(click()), true, "respond replacing true");
        check(&show, &without_url(click()), true, "update");
        check(&show, &hints(Surface::Slash), true, "ack message");
        check(&Reply::Nothing, &hints(click()), true, "");
    }

    #[test]
    fn what_can_not_be_read_never_looks_accepted() {
        let check = |payload: Value, carries: bool, expected: &str| {
            let given = unreadable(&payload, carries);
            assert_eq!(
                given.payload.or(given.errand.map(|_| json!("errand"))).is_some(),
                !expected.is_empty()
            );
            let shown = format!("{:?}", unreadable(&payload, carries));
            assert!(shown.contains(expected), "{payload}: {shown}");
        };
        check(json!({ "type": "view_submission", "view": null }), true, "update");
        check(json!({ "command": "/canvass" }), true, "nothing was recorded");
        check(
            json!({ "type": "block_actions", "response_url": "https://hooks.slack.com/1" }),
            true,
            "Respond",
        );
        check(json!({ "type": "event_callback" }), false, "");
    }

    #[test]
    fn a_message_that_is_replaced_keeps_the_metadata_it_is_found_by() {
        let show = Reply::Show(Box::new(Message::line("x")));
        let Some(Errand::Respond { body, .. }) = answer(show, &hints(click()), true).errand else { panic!() };
        assert_eq!(body["metadata"]["event_payload"]["id"], "9ff5fb5708b31b4499d44f8c1fef4a83");
    }
}
