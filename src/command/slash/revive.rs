//! Planning messages anew that counted as missed while the clock was wrong.

use super::{May, Word, named};
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::event::Event;
use crate::domain::message::Reply;
use crate::plan::{Revival, revivable};

pub(super) const WORDS: [Word; 1] = [Word {
    name: "revive",
    usage: "[initiative]",
    does: "plan messages again that were given up as late, if their time is still to come",
    may: May::Advocates,
    run: revive,
}];

fn revive(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let initiatives = named(scene, actor, words)?;
    let Revival { alive, over } = revivable(scene.program, scene.state, scene.seen, scene.now, &initiatives);
    let past = match over {
        0 => String::new(),
        1 => " The time of 1 message really is over.".to_owned(),
        _ => format!(" The time of {over} messages really is over."),
    };
    if alive.is_empty() {
        return Err(format!("None of the missed messages can still be sent.{past}"));
    }
    let count = match alive.len() {
        1 => "1 message is planned again".to_owned(),
        count => format!("{count} messages are planned again"),
    };
    let (command, by) = (&scene.program.command, actor.id.clone());
    let reply = Reply::say(format!("{count}. `{command} plan` shows when each goes out.{past}"));
    Ok((vec![Event::Revived { deliveries: alive, by }], reply))
}
