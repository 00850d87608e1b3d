//! Questions and answers: asked, placed, answered, rated, kept, changed and taken back.
//!
//! - `about`: which initiative a question is about
//! - `asking`: what makes a question, and the FAQ's answer in the same decision
//! - `answering`: an advocate's answer, typed in a thread or into a modal
//! - `keeping`: an answer becomes an entry of the FAQ, without anybody's name or words
//! - `changes`: what was typed is changed or taken back
//! - `looking`: the FAQ's answer is looked up before the decision

mod about;
mod answering;
mod asking;
mod changes;
mod keeping;
mod looking;

use std::collections::BTreeMap;

use super::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::ids::Seq;
use crate::domain::message::{Field, Input, Reply, Value, Values};
use crate::domain::question::in_charge_of;
use crate::domain::state::{QuestionState, Received};

pub(super) use about::{about, is_known, replied_to};
pub(super) use answering::{answer_in_thread, open as open_answer, submit as submit_answer};
pub(super) use asking::{
    Asked, ask, by_command, open as open_question, place, rate, submit as submit_question,
};
pub(super) use changes::{delete, edit};
pub(super) use keeping::{drop_entry, keep, submit as submit_kept};
pub(super) use looking::Library;
pub use looking::{Found, Sought, sought};

/// Most characters of what is typed into a modal (Slack's own limit for an input).
const MOST: u16 = 3000;
const TEXT: &str = "text";

/// A question on record.
#[derive(Clone, Copy)]
struct Question<'a> {
    of: Seq,
    received: &'a Received,
    state: &'a QuestionState,
}

impl<'a> Question<'a> {
    fn find(scene: Scene<'a>, of: Seq) -> Result<Self, String> {
        let found = scene.state.received.get(&of).zip(scene.state.questions.get(&of));
        let (received, state) =
            found.ok_or_else(|| "I no longer have this question on record.".to_owned())?;
        Ok(Self { of, received, state })
    }

    /// The question that the receipt `post` is about, for the one who asked it.
    fn of_receipt(scene: Scene<'a>, actor: &Person, post: Option<PostId>) -> Result<Self, String> {
        let key = post.and_then(|post| scene.state.post(post)).map(|post| &post.key);
        let Some(PostKey::Receipt { of, to }) = key else {
            return Err(
                "I no longer have this question on record. Ask it again, and I take care of it.".into()
            );
        };
        let question = Self::find(scene, *of)?;
        if *to != actor.id || question.received.person != actor.id {
            return Err("Somebody else asked this, so only they can answer here.".into());
        }
        if question.received.withdrawn {
            return Err("You took this question back. Ask again, and I take care of it.".into());
        }
        Ok(question)
    }

    /// For an advocate who may answer it.
    fn for_advocate(scene: Scene<'a>, actor: &Person, of: Seq) -> Result<Self, String> {
        let question = Self::find(scene, of)?;
        let about = question.state.initiative.as_ref();
        let charged = in_charge_of(scene.program, scene.state, of, about, &question.received.person);
        let theirs = charged.contains(&actor.id) || scene.program.admins.contains(&actor.id);
        if !theirs || question.received.person == actor.id {
            return Err("Only the advocates of the initiative can answer this question.".into());
        }
        Ok(question)
    }
}

fn text_field(label: &str, placeholder: &str, initial: Option<String>) -> Field {
    Field {
        name: TEXT,
        label: label.into(),
        hint: None,
        optional: false,
        input: Input::Text { lines: true, most: MOST, placeholder: Some(placeholder.into()), initial },
    }
}

fn text_of(values: &Values) -> Option<&str> {
    match values.get(TEXT)? {
        Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_) => None,
    }
}

fn fault(field: &str, sentence: impl Into<String>) -> Decided {
    (Vec::new(), Reply::Faults(BTreeMap::from([(field.to_owned(), sentence.into())])))
}
