//! Messages typed to the bot: questions, remarks, and an advocate's answers in the thread of a relay.

use super::{Decided, Scene, questions, refuse};
use crate::domain::directory::Person;
use crate::domain::event::{Event, Said};
use crate::domain::ids::{MessageTs, Seq, SlackChannelId};
use crate::domain::message::Reply;
use crate::domain::personal::Personal;
use crate::domain::question::{argued, in_charge, is_question};

/// A message in the direct message with the bot.
pub(super) fn typed(
    scene: Scene<'_>,
    actor: &Person,
    channel: &SlackChannelId,
    ts: &MessageTs,
    thread: Option<&MessageTs>,
    text: &str,
) -> Decided {
    if text.trim().is_empty() {
        return (Vec::new(), Reply::Nothing);
    }
    if let Some(of) = thread.and_then(|thread| relayed(scene, actor, channel, thread)) {
        return questions::answer_in_thread(scene, actor, of, channel, ts, text).unwrap_or_else(refuse);
    }
    // An advocate to whom nothing is argued has nobody to ask; silence would look like an answer sent.
    if scene.program.is_advocate(&actor.id) && argued(scene.program, &actor.id).is_empty() {
        return refuse(format!(
            "To answer a question, reply in the thread under it or click “Answer”. To keep a note, write \
             `{} note` and the note.",
            scene.program.command
        ));
    }
    let about = questions::about(scene, actor, thread.map(|thread| (channel, thread)), text);
    if in_charge(scene.program, about.as_ref(), &actor.id).is_empty() {
        return refuse("You are the one who answers questions here, so there is nobody to pass this on to.");
    }
    let place = Some((channel.clone(), ts.clone()));
    if is_question(text) {
        let asked = questions::Asked { text, about, place, thread: thread.cloned() };
        return (questions::ask(scene, actor, asked), Reply::Nothing);
    }
    // "Thanks" or an emoji is kept and passed on, but nobody is promised an answer to it.
    let event = Event::MessageReceived {
        person: actor.id.clone(),
        initiative: about,
        said: Said::Remark,
        text: Some(Personal::new(actor.id.clone(), text)),
        place,
        thread: thread.cloned(),
        referral: None,
    };
    (vec![event], Reply::Nothing)
}

/// What the message at the head of the thread passed on to this advocate.
fn relayed(scene: Scene<'_>, actor: &Person, channel: &SlackChannelId, thread: &MessageTs) -> Option<Seq> {
    let key = &scene.state.post_at(channel, thread)?.1.key;
    key.passes_on().filter(|_| *key.to() == actor.id)
}
