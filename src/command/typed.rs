//! Messages typed to the bot: journalled, and passed on to an advocate.

use super::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::event::{Event, Said};
use crate::domain::ids::{InitiativeId, MessageTs, SlackChannelId};
use crate::domain::message::Reply;
use crate::domain::personal::Personal;
use crate::domain::state::Phase;

/// A message in the direct message with the bot.
pub(super) fn typed(
    scene: Scene<'_>,
    actor: &Person,
    channel: &SlackChannelId,
    ts: &MessageTs,
    thread: Option<&MessageTs>,
    text: &str,
) -> Decided {
    let initiative = about(scene, actor, channel, thread);
    let stakeholder = scene
        .program
        .initiatives
        .iter()
        .any(|initiative| scene.program.stakeholder(initiative, actor).is_some());
    if text.trim().is_empty() || (scene.program.is_advocate(&actor.id) && !stakeholder) {
        // An advocate's own notes to the bot have nobody to be passed on to.
        return (Vec::new(), Reply::Nothing);
    }
    let event = Event::MessageReceived {
        person: actor.id.clone(),
        initiative,
        said: Said::Question,
        text: Some(Personal::new(actor.id.clone(), text)),
        place: Some((channel.clone(), ts.clone())),
        thread: thread.cloned(),
        referral: None,
    };
    (vec![event], Reply::Nothing)
}

/// What it is about: the message it replies to, otherwise the last one that was sent to them.
fn about(
    scene: Scene<'_>,
    actor: &Person,
    channel: &SlackChannelId,
    thread: Option<&MessageTs>,
) -> Option<InitiativeId> {
    let engagements = &scene.state.person(&actor.id)?.engagements;
    let sent = engagements.iter().flat_map(|((initiative, _), engagement)| {
        engagement.deliveries.values().filter_map(move |post| match &scene.state.post(*post)?.phase {
            Phase::Sent { channel, ts, at } => Some((initiative, channel, ts, *at)),
            Phase::Intended { .. }
            | Phase::Waiting { .. }
            | Phase::Refused { .. }
            | Phase::Unknown
            | Phase::Missed => None,
        })
    });
    let sent: Vec<_> = sent.collect();
    sent.iter()
        .find(|(_, of, ts, _)| *of == channel && Some(*ts) == thread)
        .or_else(|| sent.iter().max_by_key(|(_, _, _, at)| *at))
        .map(|(initiative, ..)| (*initiative).clone())
}
