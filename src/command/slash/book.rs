//! Office hours by command: book a time, and see what is booked.

use super::report::concerning;
use super::{May, Word, say};
use crate::command::names::Choice;
use crate::command::{Decided, Scene, bookings as office_hours};
use crate::domain::directory::Person;
use crate::domain::message::{Part, Reply};

pub(super) const WORDS: [Word; 2] = [
    Word {
        name: "book",
        usage: "[@host] [initiative]",
        does: "book a time of somebody's office hours",
        may: May::Everybody,
        run: book,
    },
    Word {
        name: "bookings",
        usage: "",
        does: "what you have booked, to move or cancel",
        may: May::Everybody,
        run: bookings,
    },
];

fn book(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let named = words.first().is_some_and(|first| first.starts_with('@') || first.starts_with("<@"));
    let (host, rest) = if named {
        let (host, taken) = scene.person_called(words)?;
        (Some(host), words.get(taken..).unwrap_or_default())
    } else {
        (None, words)
    };
    if let Some(host) = host
        && !scene.program.hours.contains_key(&host.id)
    {
        return Err(format!(
            "{} holds no office hours. `{} hours` lists those that can be booked.",
            host.name, scene.program.command
        ));
    }
    if host.is_some_and(|host| host.id == actor.id) {
        return Err("These are your own office hours; others book them.".to_owned());
    }
    let among = concerning(scene, actor);
    let initiative = match (rest, host) {
        ([], None) => among.first().copied(),
        // What the host advocates, of that which concerns the guest.
        ([], Some(host)) => {
            among.iter().find(|of| of.advocates.contains(&host.id)).or_else(|| among.first()).copied()
        }
        (words, _) => Some(Choice::of(among).whole(words)?),
    };
    office_hours::open_named(scene, actor, initiative, host.map(|host| &host.id))
}

fn bookings(scene: Scene<'_>, actor: &Person, _words: &[&str]) -> Result<Decided, String> {
    let rows = office_hours::bookings(scene, actor);
    let feed = office_hours::feed(scene, actor);
    let doubts = office_hours::doubts(scene, actor);
    if rows.is_empty() && feed.is_none() && doubts.is_none() {
        let says = format!("You have booked nothing. `{} book` books a time.", scene.program.command);
        return Ok((Vec::new(), Reply::say(says)));
    }
    let intro = if rows.is_empty() { "Nobody has booked a time." } else { "Your bookings, in your time:" };
    let mut parts = vec![Part::Paragraph(intro.into())];
    parts.extend(rows);
    parts.extend(feed);
    parts.extend(doubts);
    Ok(say("Your bookings", parts))
}
