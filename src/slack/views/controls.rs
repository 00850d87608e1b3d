//! Buttons and the overflow menu, and how a click on them is recognised.
//!
//! `action_id` names the action and `value` carries the opaque id of the post. An action that names what
//! it is about travels whole, as a [`Carried`]. A menu has one `action_id` for all its entries, so an
//! entry's value is a [`Choice`]: the action's word and the id.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::effect::PostId;
use crate::domain::message::{Action, Answer, Button, Look};

use super::limits;
use super::parts::{is_link, nest};
use super::text::cut;

/// The `action_id` of the overflow menu.
pub const OVERFLOW: &str = "more";

/// The word of an action; each is a name for ever, since messages already sent carry it.
pub fn word_of(action: &Action) -> &'static str {
    match action {
        Action::Answer(Answer::PlanIt) => "plan_it",
        Action::Answer(Answer::FirstStep) => "first_step",
        Action::Answer(Answer::BackIt) => "back_it",
        Action::Answer(Answer::LooksRight) => "looks_right",
        Action::Answer(Answer::Talk) => "talk",
        Action::Answer(Answer::No) => "no",
        Action::Open { .. } => "open",
        Action::Numbers => "numbers",
        Action::Concern => "concern",
        Action::Wrong => "wrong",
        Action::Later => "later",
        Action::SomeoneElse => "someone_else",
        Action::Stop => "stop",
        Action::UndoStop => "undo_stop",
        Action::Change => "change",
        Action::Reason => "reason",
        Action::ReleaseConcern => "release_concern",
        Action::SettleConcern { .. } => "settle_concern",
        Action::Resume => "resume",
        Action::SameHuman { .. } => "same_human",
        Action::NotFirst => "not_first",
        Action::Ask { .. } => "ask",
        Action::Place { .. } => "place",
        Action::Rate { .. } => "rate",
        Action::Reply { .. } => "reply",
        Action::Keep { .. } => "keep",
        Action::Drop { .. } => "drop",
        Action::Approach { .. } => "approach",
        Action::Dismiss { .. } => "dismiss",
        Action::Judge { .. } => "judge",
        Action::ApproveAll { .. } => "approve_all",
        Action::See { .. } => "see",
        Action::Rewrite { .. } => "rewrite",
        Action::HandOver { .. } => "hand_over",
        Action::Advance { .. } => "advance",
        Action::Correct { .. } => "correct",
        Action::Pause => "pause",
        Action::Book { .. } => "book",
        Action::MoveBooking { .. } => "move_booking",
        Action::CancelBooking { .. } => "cancel_booking",
        Action::HandOn { .. } => "hand_on",
        Action::CloseBooking { .. } => "close_booking",
        Action::LeaveWait => "leave_wait",
        Action::AddHours => "add_hours",
        Action::Snooze => "snooze",
        Action::Wake => "wake",
        Action::StopAbout { .. } => "stop_about",
        Action::UndoStopAbout { .. } => "undo_stop_about",
        Action::KnownAboutMe => "known_about_me",
        Action::Turn { .. } => "turn",
    }
}

/// Whether an action says by itself what it is about, so that it travels whole: its word alone wouldn't read
/// back as the same.
fn is_whole(action: &Action) -> bool {
    let by_word = action_of(word_of(action));
    by_word.as_ref() != Some(action) && !matches!(action, Action::Open { .. })
}

/// What the value of a button carries whose action names what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The message, if the action is about one too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    /// The action.
    pub action: Action,
}

/// The action that a word names. `open` names none: its address stays in the message, and following it is
/// nothing to record.
pub fn action_of(word: &str) -> Option<Action> {
    let action = match word {
        "plan_it" => Action::Answer(Answer::PlanIt),
        "first_step" => Action::Answer(Answer::FirstStep),
        "back_it" => Action::Answer(Answer::BackIt),
        "looks_right" => Action::Answer(Answer::LooksRight),
        "talk" => Action::Answer(Answer::Talk),
        "no" => Action::Answer(Answer::No),
        "numbers" => Action::Numbers,
        "concern" => Action::Concern,
        "wrong" => Action::Wrong,
        "later" => Action::Later,
        "someone_else" => Action::SomeoneElse,
        "stop" => Action::Stop,
        "undo_stop" => Action::UndoStop,
        "change" => Action::Change,
        "reason" => Action::Reason,
        "release_concern" => Action::ReleaseConcern,
        // About the message's own initiative.
        "book" => Action::Book { initiative: None, host: None },
        _ => return None,
    };
    Some(action)
}

/// What the value of a menu entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The action's word.
    pub word: String,
    /// The message; none in a preview.
    pub post: Option<PostId>,
}

impl Choice {
    /// The choice that `value` says.
    pub fn parse(value: &str) -> Option<Self> {
        match value.split_once(' ') {
            Some((word, post)) => Some(Self { word: word.to_owned(), post: Some(PostId::parse(post)?) }),
            None if value.is_empty() => None,
            None => Some(Self { word: value.to_owned(), post: None }),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.post {
            Some(post) => write!(f, "{} {post}", self.word),
            None => f.write_str(&self.word),
        }
    }
}

/// A row of controls, if there are any. Without `post` (a preview) they can be seen and clicked, and
/// nothing comes of it.
pub(super) fn row(buttons: &[Button], overflow: &[Button], post: Option<PostId>) -> Option<Value> {
    // A menu of one entry is a button.
    let (lone, menu) = match overflow {
        [only] => (Some(only), None),
        [] => (None, None),
        entries => (None, Some(menu(entries, post))),
    };
    let room = limits::CONTROLS - usize::from(menu.is_some());
    let mut elements: Vec<Value> =
        buttons.iter().chain(lone).take(room).enumerate().map(|(i, shown)| button(i, shown, post)).collect();
    elements.extend(menu);
    (!elements.is_empty()).then(|| nest("actions", elements))
}

fn button(place: usize, shown: &Button, post: Option<PostId>) -> Value {
    let word = word_of(&shown.action);
    let whole = is_whole(&shown.action);
    let mut json = json!({
        "type": "button",
        // Two of a kind may stand side by side, and ids are unique within the row.
        "action_id": if whole || word == "open" { format!("{word}.{place}") } else { word.to_owned() },
        "text": label(&shown.label),
    });
    let Some(fields) = json.as_object_mut() else { return json };
    if whole {
        let carried = Carried { post, action: shown.action.clone() };
        // An action is made of plain strings and numbers, which always serialise.
        fields.insert("value".to_owned(), serde_json::to_string(&carried).unwrap_or_default().into());
    } else if let Some(post) = post {
        fields.insert("value".to_owned(), post.to_string().into());
    }
    if let Action::Open { url } = &shown.action
        && is_link(url)
    {
        fields.insert("url".to_owned(), url.as_str().into());
    }
    match shown.look {
        Look::Primary => fields.insert("style".to_owned(), "primary".into()),
        Look::Danger => fields.insert("style".to_owned(), "danger".into()),
        Look::Plain => None,
    };
    json
}

fn menu(entries: &[Button], post: Option<PostId>) -> Value {
    let options: Vec<Value> = entries
        .iter()
        .take(limits::OVERFLOW)
        .map(|entry| {
            let choice = Choice { word: word_of(&entry.action).to_owned(), post };
            let mut option = json!({ "text": label(&entry.label), "value": choice.to_string() });
            if let (Action::Open { url }, Some(option)) = (&entry.action, option.as_object_mut())
                && is_link(url)
            {
                option.insert("url".to_owned(), url.as_str().into());
            }
            option
        })
        .collect();
    json!({ "type": "overflow", "action_id": OVERFLOW, "options": options })
}

/// Plain text for a label; Slack takes no empty one.
pub(super) fn label(text: &str) -> Value {
    let text = cut(text.trim(), limits::LABEL);
    json!({ "type": "plain_text", "text": if text.is_empty() { "…" } else { &text }, "emoji": false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_but_open_reads_back_as_its_action() {
        for word in "plan_it first_step back_it looks_right talk no numbers concern wrong later someone_else \
                     stop undo_stop change reason release_concern"
            .split_whitespace()
        {
            assert_eq!(action_of(word).as_ref().map(word_of), Some(word));
        }
        assert_eq!(action_of("open"), None);
        assert_eq!(action_of("anything"), None);
    }

    #[test]
    fn the_choice_of_a_menu_reads_back() {
        let post = PostId::parse("9ff5fb5708b31b4499d44f8c1fef4a83");
        for choice in [Choice { word: "stop".into(), post }, Choice { word: "numbers".into(), post: None }] {
            assert_eq!(Choice::parse(&choice.to_string()), Some(choice));
        }
        for bad in ["", "stop xyz", "stop 9ff5"] {
            assert_eq!(Choice::parse(bad), None, "{bad}");
        }
    }
}
