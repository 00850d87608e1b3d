//! Which initiative a question is about, as far as that is clear without asking back.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::command::Scene;
use crate::domain::directory::Person;
use crate::domain::faq::MOST_WORDS;
use crate::domain::ids::{InitiativeId, MessageTs, SlackChannelId};
use crate::domain::initiative::Initiative;
use crate::domain::question::{argued, choices, in_charge};

/// For how long after a message a question is taken to be about it.
const FRESH: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What `text` is about: the message that it replies to, what it names, the only initiative that is
/// argued to them, or the only one that they were written about lately.
pub(in crate::command) fn about(
    scene: Scene<'_>,
    actor: &Person,
    replies_to: Option<(&SlackChannelId, &MessageTs)>,
    text: &str,
) -> Option<InitiativeId> {
    let known = |id: InitiativeId| {
        let initiative = scene.program.initiative(&id)?;
        (!in_charge(scene.program, Some(&initiative.id), &actor.id).is_empty()).then(|| initiative.id.clone())
    };
    replies_to
        .and_then(|(channel, thread)| replied_to(scene, actor, channel, thread))
        .and_then(known)
        .or_else(|| named(scene, text).and_then(known))
        .or_else(|| match argued(scene.program, &actor.id).as_slice() {
            [only] => known(only.id.clone()),
            [] => match choices(scene.program, &actor.id).as_slice() {
                [only] => Some(only.id.clone()),
                _ => None,
            },
            _ => None,
        })
        .or_else(|| written_about(scene, actor).and_then(known))
}

/// Whether the message at the head of the thread is on record.
pub(in crate::command) fn is_known(
    scene: Scene<'_>,
    actor: &Person,
    channel: &SlackChannelId,
    thread: &MessageTs,
) -> bool {
    scene.state.post_at(channel, thread).is_some()
        || scene.state.typed_at(channel, thread).is_some()
        || replied_to(scene, actor, channel, thread).is_some()
}

/// The initiative of the message at the head of the thread.
pub(in crate::command) fn replied_to(
    scene: Scene<'_>,
    actor: &Person,
    channel: &SlackChannelId,
    thread: &MessageTs,
) -> Option<InitiativeId> {
    if let Some((_, post)) = scene.state.post_at(channel, thread) {
        return scene.state.initiative_of(&post.key).cloned();
    }
    if let Some(of) = scene.state.typed_at(channel, thread) {
        return scene.state.received.get(&scene.state.asked(of))?.initiative.clone();
    }
    let engagements = &scene.state.person(&actor.id)?.engagements;
    let found = engagements.iter().find(|(_, engagement)| {
        engagement
            .deliveries
            .values()
            .any(|post| scene.state.post(*post).and_then(|post| post.place()) == Some((channel, thread)))
    });
    found.map(|((initiative, _), _)| initiative.clone())
}

/// The one initiative whose id or title is in the text.
fn named(scene: Scene<'_>, text: &str) -> Option<InitiativeId> {
    let text = format!(" {} ", plain(text));
    let is_named = |of: &&Initiative| {
        let names = of.was.iter().chain([&of.id]).map(|id| plain(id.as_str())).chain([plain(&of.title)]);
        let mut names = names.filter(|name| !name.is_empty());
        names.any(|name| text.contains(&format!(" {name} ")))
    };
    let named: Vec<&Initiative> = scene.program.initiatives.iter().filter(is_named).collect();
    match named.as_slice() {
        [only] => Some(only.id.clone()),
        _ => None,
    }
}

/// The words of a text in a row; of a long one, its first.
fn plain(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.take(MOST_WORDS);
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The one initiative about which they got a message lately.
fn written_about(scene: Scene<'_>, actor: &Person) -> Option<InitiativeId> {
    let since = scene.now.checked_sub(FRESH).ok()?;
    let engagements = &scene.state.person(&actor.id)?.engagements;
    let lately: BTreeSet<&InitiativeId> = engagements
        .iter()
        .filter(|(_, engagement)| {
            engagement.deliveries.values().any(|post| {
                let post = scene.state.post(*post);
                post.is_some_and(|post| post.place().is_some() && since <= post.intended_at)
            })
        })
        .map(|((initiative, _), _)| initiative)
        .collect();
    match Vec::from_iter(lately).as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    }
}
