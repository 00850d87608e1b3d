//! Being left alone by command: snooze, stop; and, for advocates, leave.

use jiff::civil::Date;

use super::report::concerning;
use super::{May, Word, advocated};
use crate::command::names::{self, Choice};
use crate::command::{Decided, Scene, respect};
use crate::domain::directory::Person;
use crate::domain::event::Event;
use crate::domain::initiative::Initiative;
use crate::domain::message::Reply;

pub(super) const WORDS: [Word; 3] = [
    Word {
        name: "snooze",
        usage: "next Monday|12 Jan|off",
        does: "hear nothing about planning before that day",
        may: May::Everybody,
        run: snooze,
    },
    Word {
        name: "stop",
        usage: "[initiative|all|undo]",
        does: "hear nothing more about one initiative, or about any",
        may: May::Everybody,
        run: stop,
    },
    Word {
        name: "leave",
        usage: "@person 21 Dec to 3 Jan|none",
        does: "somebody is away; nothing is sent to them on these days",
        may: May::Advocates,
        run: leave,
    },
];

/// The longest leave, days.
const LONGEST_LEAVE: i32 = 366;

fn snooze(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    match words {
        [] => {
            return Err(format!(
                "Until when? Write a day, such as `{command} snooze next Monday`, or `{command} snooze off`."
            ));
        }
        [word] if word.eq_ignore_ascii_case("off") => return Ok(respect::wake(scene, actor)),
        [_, ..] => {}
    }
    let date = names::day(words, today(scene, actor))?;
    let event = respect::snoozed(scene, actor, date)?;
    let day = date.strftime("%A %-d %B %Y");
    let says = format!("Until {day} I won't write to you about planning. `{command} snooze off` ends that.");
    Ok((vec![event], Reply::say(says)))
}

fn stop(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    match words {
        [] => Ok(respect::stop_all(scene, actor, None)),
        [word] if word.eq_ignore_ascii_case("all") => Ok(respect::stop_all(scene, actor, None)),
        [word] if word.eq_ignore_ascii_case("undo") => Ok(respect::undo_stop(scene, actor, None)),
        words => {
            let initiative = Choice::of(concerning(scene, actor)).whole(words)?;
            Ok(respect::stop(scene, actor, Some(&initiative.id)))
        }
    }
}

/// The day that it is where `person` is.
fn today(scene: Scene<'_>, person: &Person) -> Date {
    scene.now.to_zoned(scene.zone(person)).date()
}

fn leave(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    let usage = || format!("Write `{command} leave @person 21 Dec to 3 Jan`, or `none` for the days.");
    if words.is_empty() {
        return Err(usage());
    }
    let (person, taken) = scene.person_called(words)?;
    let days = words.get(taken..).unwrap_or_default();
    if days.is_empty() {
        return Err(usage());
    }
    let stakeholder = |of: &Initiative| scene.program.stakeholder(of, person).is_some();
    if !advocated(scene, actor).into_iter().any(stakeholder) {
        return Err(format!(
            "{} is not a stakeholder of any initiative you advocate, so their leave is not yours to enter.",
            person.name
        ));
    }
    let by = actor.id.clone();
    let event = |days| Event::LeaveEntered { person: person.id.clone(), days, by: by.clone() };
    let name = &person.name;
    if matches!(days, [word] if word.eq_ignore_ascii_case("none")) {
        let entered = scene.state.person(&person.id).is_some_and(|known| known.leave.is_some());
        if !entered {
            return Err(format!("No leave of {name} is on record."));
        }
        return Ok((vec![event(None)], Reply::say(format!("{name} is back, so messages to them resume."))));
    }
    let today = today(scene, person);
    let (first, last) = names::days(days, today)?;
    if last < first {
        return Err(format!("{last} comes before {first}. {}", usage()));
    }
    if last < today {
        return Err(format!("{last} is over. Enter days that are still to come. {}", usage()));
    }
    if last.since(first).map_or(0, |span| span.get_days()) > LONGEST_LEAVE {
        return Err("That is more than a year: take them out of the initiative's file instead.".to_owned());
    }
    let (from, to) = (first.strftime("%-d %B %Y"), last.strftime("%-d %B %Y"));
    let says = format!("{name} is away from {from} to {to}: nothing is sent to them on these days.");
    Ok((vec![event(Some((first, last)))], Reply::say(says)))
}
