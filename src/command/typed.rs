//! Messages typed to the bot: questions, remarks, and an advocate's answers in the thread of a relay.

use jiff::{SignedDuration, Timestamp};

use super::{Decided, Scene, Wordless, listed, questions, refuse, respect};
use crate::domain::directory::Person;
use crate::domain::effect::PostKey;
use crate::domain::event::{Event, Said};
use crate::domain::ids::{MessageTs, Seq, SlackChannelId};
use crate::domain::message::Reply;
use crate::domain::personal::Personal;
use crate::domain::question::{argued, in_charge, is_courtesy, is_question, is_stop};
use crate::domain::state::Phase;
use crate::plan;

/// For how long after a restore it may turn out that something had gone before it: what isn't due before the next working
/// day is looked up no sooner. It is less than the sweep reads back, so that each reply is decided in the end.
const FOUND_AGAIN: SignedDuration = SignedDuration::from_hours(24 * 7);

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
    if is_stop(text) {
        return stop(scene, actor, thread.map(|thread| (channel, thread)));
    }
    if let Some(of) = thread.and_then(|thread| relayed(scene, actor, channel, thread)) {
        return questions::answer_in_thread(scene, actor, of, channel, ts, text).unwrap_or_else(refuse);
    }
    if let Some(thread) = thread
        && !questions::is_known(scene, actor, channel, thread)
    {
        if may_have_a_relay(scene, actor) {
            return (Vec::new(), Reply::NotYet);
        }
        // What looks like an answer is never brought to somebody else as a question.
        if scene.program.is_advocate(&actor.id) {
            return refuse(
                "I can't tell which question this answers, so I haven't passed it on. Please use “Answer” under the \
                 question itself.",
            );
        }
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
    // "Done" is kept and passed on, but nobody is promised an answer to it. To "thanks" nothing is said.
    let said = if is_courtesy(text) { Said::Courtesy } else { Said::Remark };
    let event = Event::MessageReceived {
        person: actor.id.clone(),
        initiative: about,
        said,
        text: Some(Personal::new(actor.id.clone(), text)),
        place,
        thread: thread.cloned(),
        referral: None,
    };
    (vec![event], Reply::Nothing)
}

/// Somebody typed that they want to hear nothing more: the same as by the command, and on record each time, so that no
/// sweep takes it for new after they have undone it.
pub(super) fn stop(
    scene: Scene<'_>,
    actor: &Person,
    replies_to: Option<(&SlackChannelId, &MessageTs)>,
) -> Decided {
    let about = replies_to.and_then(|(channel, thread)| questions::replied_to(scene, actor, channel, thread));
    let (events, reply) = respect::stop_all(scene, actor, about.as_ref());
    if events.is_empty() {
        return (vec![Event::Stopped { person: actor.id.clone(), initiative: None }], reply);
    }
    (events, reply)
}

/// What is said when somebody sent what can't be read: what can, and what happens then.
pub(super) fn wordless(
    scene: Scene<'_>,
    actor: &Person,
    replies_to: Option<(&SlackChannelId, &MessageTs)>,
    what: Wordless,
) -> String {
    let (cant, instead) = match what {
        Wordless::Voice => ("I can't listen to voice clips.", "Type it in a few words"),
        Wordless::Video => ("I can't watch videos.", "Type it in a few words"),
        Wordless::Picture => ("I can't read pictures.", "Type what it's about"),
        Wordless::File => ("I can't open files.", "Type what it's about"),
        Wordless::Forwarded => ("I can't read forwarded messages.", "Type your question"),
    };
    let answers = replies_to.and_then(|(channel, thread)| relayed(scene, actor, channel, thread));
    if let Some(asker) = answers.and_then(|of| scene.state.received.get(&of)) {
        let name = scene.name(&asker.person);
        return format!("{cant} {instead} in this thread, and I'll pass it on to {name}.");
    }
    let about = questions::about(scene, actor, replies_to, "");
    let charged = in_charge(scene.program, about.as_ref(), &actor.id);
    let names: Vec<&str> =
        charged.iter().filter_map(|id| scene.person(id)).map(|person| person.given_name.as_str()).collect();
    if names.is_empty() {
        return format!("{cant} {instead} if you'd like me to do something.");
    }
    format!("{cant} {instead}, and I'll answer or pass it on to {}.", listed(&names, "or"))
}

/// Whether somebody's words may have reached this advocate without that being on record yet: the call got no answer, or it
/// was made before a restore.
fn may_have_a_relay(scene: Scene<'_>, actor: &Person) -> bool {
    let state = scene.state;
    let under_way = state.unsettled.iter().filter_map(|id| state.post(*id)).any(|post| {
        let is_intended = matches!(post.phase, Phase::Intended { .. });
        is_intended && *post.key.to() == actor.id && post.key.passes_on().is_some()
    });
    let recent = |at: Timestamp| scene.now.duration_since(at) <= FOUND_AGAIN;
    under_way
        || (state.restored.last().is_some_and(|restored| recent(restored.at))
            && state.received.keys().any(|of| went_before(scene, actor, *of)))
}

/// Whether what somebody said may have been passed on to this advocate before a restore, and is yet to be looked up. What
/// isn't wanted any more never is, so that nothing waits for it.
fn went_before(scene: Scene<'_>, actor: &Person, of: Seq) -> bool {
    let Scene { program, state, seen, now, .. } = scene;
    let to = || actor.id.clone();
    [PostKey::Relay { of, to: to() }, PostKey::Overdue { of, to: to() }]
        .iter()
        .any(|key| state.may_have_gone_before(key, now) && plan::is_wanted(program, state, seen, now, key))
}

/// What the message at the head of the thread passed on to this advocate.
fn relayed(scene: Scene<'_>, actor: &Person, channel: &SlackChannelId, thread: &MessageTs) -> Option<Seq> {
    let key = &scene.state.post_at(channel, thread)?.1.key;
    key.passes_on().filter(|_| *key.to() == actor.id)
}
