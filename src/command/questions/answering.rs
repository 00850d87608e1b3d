//! An advocate answers: in the thread under a relay, or in a modal.

use super::{Question, TEXT, fault, text_field, text_of};
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::event::Event;
use crate::domain::ids::{MessageTs, Seq, SlackChannelId};
use crate::domain::message::{Modal, ModalKind, Paragraph, Part, Reply, Values};
use crate::domain::personal::Personal;
use crate::domain::question::{Asker, asker};
use crate::message;

/// What an advocate typed under a relay is the answer.
pub(in crate::command) fn answer_in_thread(
    scene: Scene<'_>,
    actor: &Person,
    of: Seq,
    channel: &SlackChannelId,
    ts: &MessageTs,
    text: &str,
) -> Result<Decided, String> {
    if !scene.state.questions.contains_key(&of) {
        let who =
            scene.state.received.get(&of).map_or_else(|| "them".to_owned(), |of| scene.name(&of.person));
        return Err(format!(
            "I pass on answers to questions only, so this went nowhere. Please write to {who} yourself."
        ));
    }
    answered(scene, actor, of, text, Some((channel.clone(), ts.clone())))
}

/// *Answer*: opens the modal.
pub(in crate::command) fn open(scene: Scene<'_>, actor: &Person, of: Seq) -> Result<Decided, String> {
    let question = standing(scene, actor, of)?;
    let name = scene.name(&question.received.person);
    let mut parts = vec![Part::Paragraph(Paragraph::text(format!("{name} asks:")))];
    if let Some(text) = question.received.text.as_ref().and_then(Personal::reveal) {
        parts.push(Part::Quote(text.to_owned()));
    }
    parts.push(Part::Small(Paragraph::text(format!("Only {name} gets your answer, with your name."))));
    let modal = Modal {
        kind: ModalKind::Reply { question: of },
        title: "Your answer".into(),
        parts,
        fields: vec![text_field("Answer", "In a few plain sentences", None)],
        submit: Some("Send".into()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The modal was submitted.
pub(in crate::command) fn submit(
    scene: Scene<'_>,
    actor: &Person,
    of: Seq,
    values: &Values,
) -> Result<Decided, String> {
    let Some(text) = text_of(values) else { return Ok(fault(TEXT, "Please write an answer.")) };
    answered(scene, actor, of, text, None)
}

fn answered(
    scene: Scene<'_>,
    actor: &Person,
    of: Seq,
    text: &str,
    place: Option<(SlackChannelId, MessageTs)>,
) -> Result<Decided, String> {
    let question = standing(scene, actor, of)?;
    let event = Event::QuestionAnswered {
        question: question.of,
        by: actor.id.clone(),
        answer: Personal::new(actor.id.clone(), text),
        place,
    };
    Ok((vec![event], Reply::Nothing))
}

/// The question, if it still wants an answer of this advocate.
fn standing<'a>(scene: Scene<'a>, actor: &Person, of: Seq) -> Result<Question<'a>, String> {
    let question = Question::for_advocate(scene, actor, of)?;
    let name = scene.name(&question.received.person);
    if scene.state.is_pseudonym(&question.received.person) {
        return Err("Whoever asked this asked to be forgotten since, so no answer can be sent.".to_owned());
    }
    if question.received.withdrawn {
        return Err(format!("{name} took this question back, so no answer was sent."));
    }
    match asker(scene.program, scene.state, &question.received.person) {
        Asker::Here(_) => Ok(question),
        Asker::Unconfirmed(entry) => Err(message::says_first(scene.program, entry)),
        Asker::Gone => Err(message::GONE.to_owned()),
    }
}
