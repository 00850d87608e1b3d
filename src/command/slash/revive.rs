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
    does: "plan messages again that were missed because a clock was wrong",
    may: May::Advocates,
    run: revive,
}];

fn revive(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let initiatives = named(scene, actor, words)?;
    let Revival { alive, over } = revivable(scene.program, scene.state, scene.seen, scene.now, &initiatives);
    let past = match over {
        0 => String::new(),
        1 => " 1 message is too late to send.".to_owned(),
        _ => format!(" {over} messages are too late to send."),
    };
    if alive.is_empty() {
        if over == 0 {
            return Err("No message was missed.".to_owned());
        }
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
