//! Deciding about a whole campaign by command: stage, correct, recall.

use super::{May, Word, theirs};
use crate::command::{Decided, Scene, accounts, approval, names};
use crate::domain::directory::Person;
use crate::domain::event::Stage;

pub(super) const WORDS: [Word; 4] = [
    Word {
        name: "stage",
        usage: "initiative rehearsal|few|all",
        does: "how far a campaign goes: to its advocates, to the first three people, to everybody",
        may: May::Advocates,
        run: stage,
    },
    Word {
        name: "correct",
        usage: "initiative what was wrong",
        does: "correct every copy that was sent, from the current configuration; shows what it will change first",
        may: May::Advocates,
        run: correct,
    },
    Word {
        name: "recall",
        usage: "initiative [undo]",
        does: "take a campaign back: its messages ask nothing any more, and no more are sent",
        may: May::Advocates,
        run: recall,
    },
    Word {
        name: "same",
        usage: "@person [no]",
        does: "say whether a new Slack account is the same person's",
        may: May::Advocates,
        run: same,
    },
];

fn same(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let usage = || format!("Write `{} same @person`, or `same @person no`.", scene.program.command);
    if words.is_empty() {
        return Err(usage());
    }
    let (person, taken) = names::person(scene.program, scene.state, words)?;
    let same = match words.get(taken..).unwrap_or_default() {
        [] => true,
        [no] if no.eq_ignore_ascii_case("no") => false,
        [_, ..] => return Err(usage()),
    };
    accounts::confirm(scene, actor, &person.id, None, same)
}

fn stage(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let usage = || format!("Write `{} stage initiative rehearsal|few|all`.", scene.program.command);
    let (last, before) = words.split_last().ok_or_else(usage)?;
    let stage = Stage::from_word(&last.to_lowercase())
        .ok_or_else(|| format!("“{}” is not a stage. {}", names::echo(last), usage()))?;
    let initiative = theirs(scene, actor).whole(before)?;
    Ok(approval::advance(scene, actor, &initiative.id, stage))
}

fn correct(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let (initiative, taken) = theirs(scene, actor).leading(words)?;
    let what = scene.readable(&words.get(taken..).unwrap_or_default().join(" "));
    if what.is_empty() {
        return Ok(approval::open_correct(scene, actor, &initiative.id));
    }
    approval::confirm_correct(scene, actor, &initiative.id, &what)
}

fn recall(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let (words, recalled) = match words.split_last() {
        Some((last, before)) if last.eq_ignore_ascii_case("undo") => (before, false),
        Some(_) | None => (words, true),
    };
    if words.is_empty() {
        return Err(format!("Which one? Write `{} recall initiative [undo]`.", scene.program.command));
    }
    let initiative = theirs(scene, actor).whole(words)?;
    approval::recall(scene, actor, &initiative.id, recalled)
}
