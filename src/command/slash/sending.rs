//! Stopping and starting what is sent: everything, or the messages about an advocate's own initiatives.
//!
//! Invariant: nobody stops or starts the messages about an initiative that isn't theirs. Everything is paused by
//! those to whom everything belongs: the admins, and whoever advocates all of it. A pause that the service made by
//! itself is a question to every advocate, so each of them may end it.

use super::{advocated, campaign, theirs};
use crate::command::{Decided, Scene, listed, refuse};
use crate::domain::directory::Person;
use crate::domain::event::{Event, PauseReason};
use crate::domain::initiative::Initiative;
use crate::domain::message::Reply;

/// `pause [initiative]`, and *Pause sending* in App Home.
pub(super) fn pause(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    if words.is_empty() && scene.program.steers_everything(&actor.id) {
        return campaign::pause(scene, actor, words);
    }
    let chosen = chosen(scene, actor, words)?;
    let going: Vec<&Initiative> = chosen.iter().copied().filter(|of| !is_paused(scene, of)).collect();
    if going.is_empty() {
        return Err(format!(
            "Messages about {} are paused already. `{} resume` ends the pause.",
            titles(&chosen),
            scene.program.command
        ));
    }
    let says = format!(
        "Paused: nothing planned goes out about {}. Answers to people who write still do. `{} resume` ends \
         the pause.",
        titles(&going),
        scene.program.command
    );
    Ok((set(actor, &going, true), Reply::say(says)))
}

/// `resume [initiative]`, and *Resume sending* in App Home and in messages.
pub(super) fn resume(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    if !scene.program.is_advocate(&actor.id) {
        return Err("Only advocates and admins can resume sending.".to_owned());
    }
    if words.is_empty()
        && let Some((_, reason)) = &scene.state.paused
    {
        may_resume_everything(scene, actor, reason)?;
        return Ok(campaign::resume(scene, actor));
    }
    let chosen = chosen(scene, actor, words)?;
    let paused: Vec<&Initiative> = chosen.iter().copied().filter(|of| is_paused(scene, of)).collect();
    if paused.is_empty() {
        return Err(if words.is_empty() {
            "Messages are not paused.".to_owned()
        } else {
            format!("Messages about {} are not paused.", titles(&chosen))
        });
    }
    let mut says = format!("Resumed: messages about {} go out again, in send hours.", titles(&paused));
    if scene.state.paused.is_some() {
        says.push_str(" Everything is paused as well, so nothing goes out until that ends.");
    }
    Ok((set(actor, &paused, false), Reply::say(says)))
}

fn may_resume_everything(scene: Scene<'_>, actor: &Person, reason: &PauseReason) -> Result<(), String> {
    let PauseReason::Asked { by } = reason else {
        return Ok(());
    };
    if scene.program.may_resume(&actor.id, by) {
        return Ok(());
    }
    let admins: Vec<String> = scene.program.admins.iter().map(|admin| scene.name(admin)).collect();
    let admins: Vec<&str> = admins.iter().map(String::as_str).collect();
    Err(format!(
        "{} paused everything, so only an admin can resume: ask {}.",
        scene.name(by),
        listed(&admins, "or")
    ))
}

/// The initiative that is named; all of the actor's own if none is.
fn chosen<'a>(scene: Scene<'a>, actor: &Person, words: &[&str]) -> Result<Vec<&'a Initiative>, String> {
    if !words.is_empty() {
        return theirs(scene, actor).whole(words).map(|initiative| vec![initiative]);
    }
    Ok(advocated(scene, actor).into_iter().filter(|of| !of.withdrawn).collect())
}

fn is_paused(scene: Scene<'_>, initiative: &Initiative) -> bool {
    scene.state.paused_initiatives.contains_key(&initiative.id)
}

fn titles(initiatives: &[&Initiative]) -> String {
    let titles: Vec<String> = initiatives.iter().map(|of| format!("“{}”", of.title)).collect();
    listed(&titles.iter().map(String::as_str).collect::<Vec<_>>(), "and")
}

fn set(actor: &Person, initiatives: &[&Initiative], paused: bool) -> Vec<Event> {
    let event = |of: &&Initiative| Event::InitiativePaused {
        initiative: of.id.clone(),
        by: actor.id.clone(),
        paused,
    };
    initiatives.iter().map(event).collect()
}

/// A click on a button.
pub(super) fn clicked(decided: Result<Decided, String>) -> Decided {
    decided.unwrap_or_else(refuse)
}
