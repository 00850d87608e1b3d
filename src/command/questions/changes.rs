//! What was typed is changed or taken back, by whoever typed it.

use super::{Asked, about, ask};
use crate::command::typed::{stop, typed as as_typed};
use crate::command::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::event::{Event, Said};
use crate::domain::ids::{MessageTs, Seq, SlackChannelId};
use crate::domain::message::Reply;
use crate::domain::personal::Personal;
use crate::domain::question::{in_charge, is_question, is_stop};

/// What was typed, if it was this person's and still stands.
struct Typed<'a> {
    of: Seq,
    text: Option<&'a Personal>,
    /// What kind of thing it was, unless it was an answer.
    said: Option<Said>,
    thread: Option<&'a MessageTs>,
}

fn typed<'a>(
    scene: Scene<'a>,
    actor: &Person,
    channel: &SlackChannelId,
    ts: &MessageTs,
) -> Option<Typed<'a>> {
    let of = scene.state.typed_at(channel, ts)?;
    if let Some(received) = scene.state.received.get(&of) {
        let (text, said, thread) = (received.text.as_ref(), Some(received.said), received.thread.as_ref());
        return (received.person == actor.id && !received.withdrawn).then_some(Typed {
            of,
            text,
            said,
            thread,
        });
    }
    let answer = scene.state.answers.get(&of)?;
    let typed = Typed { of, text: Some(&answer.answer), said: None, thread: None };
    (answer.by == actor.id && !answer.withdrawn).then_some(typed)
}

/// Whether this person took back what they had typed there, most likely since they changed it into a *stop*.
fn was_taken_back(scene: Scene<'_>, actor: &Person, channel: &SlackChannelId, ts: &MessageTs) -> bool {
    let of = scene.state.typed_at(channel, ts);
    of.and_then(|of| scene.state.received.get(&of))
        .is_some_and(|received| received.person == actor.id && received.withdrawn)
}

/// A person changed what they had typed.
pub(in crate::command) fn edit(
    scene: Scene<'_>,
    actor: &Person,
    (channel, ts): (&SlackChannelId, &MessageTs),
    thread: Option<&MessageTs>,
    text: &str,
) -> Decided {
    if scene.was_stop(channel, ts) {
        // A stop that still says so may have been undone since. What it says otherwise now is heard as if typed now.
        return match is_stop(text) {
            true => (Vec::new(), Reply::Nothing),
            false => as_typed(scene, actor, channel, ts, thread, text),
        };
    }
    let typed = typed(scene, actor, channel, ts);
    // What is an advocate's answer stays one.
    if is_stop(text) && typed.as_ref().is_none_or(|typed| typed.said.is_some()) {
        let thread = typed.as_ref().and_then(|typed| typed.thread).map(|thread| (channel, thread));
        let (mut events, reply) = stop(scene, actor, thread);
        // What they had asked they don't ask any more.
        events.extend(typed.map(|typed| Event::MessageDeleted { person: actor.id.clone(), of: typed.of }));
        return (events, reply);
    }
    let unchanged = typed.as_ref().and_then(|typed| typed.text).and_then(Personal::reveal) == Some(text);
    if unchanged || text.trim().is_empty() {
        return (Vec::new(), Reply::Nothing);
    }
    let Some(typed) = typed else {
        if was_taken_back(scene, actor, channel, ts) {
            return refuse(
                "I had let go of what this message said, so I haven't passed on what it says now. Please send it as \
                 a new message.",
            );
        }
        return (Vec::new(), Reply::Nothing);
    };
    // "Hi" that becomes a question is asked now. So is another question than the one that was answered.
    let anew = match typed.said {
        Some(Said::Remark | Said::Courtesy) => true,
        Some(Said::Question) => is_answered(scene, typed.of) && !same_words(typed.text, text),
        Some(Said::Talk | Said::Concern | Said::Correction | Said::Referral) | None => false,
    };
    if anew && is_question(text) {
        let replies_to = typed.thread.map(|thread| (channel, thread));
        let about = about(scene, actor, replies_to, text);
        if !in_charge(scene.program, about.as_ref(), &actor.id).is_empty() {
            let place = Some((channel.clone(), ts.clone()));
            let asked = Asked { text, about, place, thread: typed.thread.cloned() };
            return (ask(scene, actor, asked), Reply::Nothing);
        }
    }
    let event = Event::MessageEdited {
        person: actor.id.clone(),
        of: typed.of,
        text: Personal::new(actor.id.clone(), text),
    };
    (vec![event], Reply::Nothing)
}

/// Whether nobody has to answer the question any more: an advocate has, or the FAQ, and nobody said that it didn't help.
fn is_answered(scene: Scene<'_>, of: Seq) -> bool {
    let matched = scene
        .state
        .questions
        .get(&of)
        .is_some_and(|question| question.matched.is_some() && question.helped != Some(false));
    matched || scene.state.answers_to(of).next().is_some()
}

/// Whether a text says the same but for its capitals, punctuation and spaces.
fn same_words(before: Option<&Personal>, now: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    before.and_then(Personal::reveal).is_some_and(|before| words(before) == words(now))
}

/// A person took back what they had typed.
pub(in crate::command) fn delete(
    scene: Scene<'_>,
    actor: &Person,
    channel: &SlackChannelId,
    ts: &MessageTs,
) -> Decided {
    let typed = typed(scene, actor, channel, ts);
    let event = typed.map(|typed| Event::MessageDeleted { person: actor.id.clone(), of: typed.of });
    (event.into_iter().collect(), Reply::Nothing)
}
