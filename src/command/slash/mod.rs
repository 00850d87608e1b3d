//! The slash command: one word says what, and each person is shown only what they may use.

mod approve;
mod ask;
mod book;
mod campaign;
mod export;
mod hours;
mod record;
mod report;
mod respect;
mod revive;
mod sending;
mod steer;

use super::names::{self, Choice};
use super::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Message, Paragraph, Part, Reply, Span};

/// What a person may do with the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum May {
    /// Everybody whom the configuration knows.
    Everybody,
    /// Advocates and admins.
    Advocates,
}

type Run = for<'a> fn(Scene<'a>, &'a Person, &[&str]) -> Result<Decided, String>;

/// One word of the command.
struct Word {
    name: &'static str,
    /// What may follow it.
    usage: &'static str,
    /// What it does, as help shows it.
    does: &'static str,
    may: May,
    run: Run,
}

/// The words about reading, recording and pausing.
const WORDS: [Word; 15] = [
    Word { name: "help", usage: "", does: "this list", may: May::Everybody, run: help },
    Word {
        name: "initiatives",
        usage: "",
        does: "what is being proposed, and when planning freezes",
        may: May::Everybody,
        run: report::initiatives,
    },
    Word {
        name: "show",
        usage: "[initiative]",
        does: "one initiative: the problem, the steps, what is asked of whom",
        may: May::Everybody,
        run: report::show,
    },
    Word {
        name: "hours",
        usage: "",
        does: "when an advocate is there to talk",
        may: May::Everybody,
        run: hours::hours,
    },
    Word {
        name: "ask",
        usage: "[initiative] question",
        does: "ask anything; the answer comes in our direct message",
        may: May::Everybody,
        run: ask::ask,
    },
    Word {
        name: "plan",
        usage: "[initiative]",
        does: "who gets what and when, and why somebody gets nothing",
        may: May::Advocates,
        run: campaign::plan,
    },
    Word {
        name: "coverage",
        usage: "[initiative]",
        does: "who was reached, who is engaged, where they stand",
        may: May::Advocates,
        run: report::coverage,
    },
    Word {
        name: "gaps",
        usage: "[initiative]",
        does: "who and what is missing before planning",
        may: May::Advocates,
        run: report::gaps,
    },
    Word {
        name: "preview",
        usage: "@person [initiative] [touch]",
        does: "a message as that person would get it",
        may: May::Advocates,
        run: campaign::preview,
    },
    Word {
        name: "met",
        usage: "@person [initiative] [stance] [note]",
        does: "record a conversation; nothing more is sent to them about it",
        may: May::Advocates,
        run: record::met,
    },
    Word {
        name: "note",
        usage: "[@person] [initiative] text",
        does: "keep a note for the advocates",
        may: May::Advocates,
        run: record::note,
    },
    Word {
        name: "planned",
        usage: "initiative team [link]",
        does: "record that a team's item is in its plan; nobody on that team is asked again",
        may: May::Advocates,
        run: record::planned,
    },
    Word {
        name: "export",
        usage: "[initiative]",
        does: "who stands where, to copy into a spreadsheet",
        may: May::Advocates,
        run: export::export,
    },
    Word {
        name: "pause",
        usage: "[initiative]",
        does: "send nothing more about your initiatives until you resume; admins pause everything",
        may: May::Advocates,
        run: sending::pause,
    },
    Word {
        name: "resume",
        usage: "[initiative]",
        does: "resume sending",
        may: May::Advocates,
        run: sending::resume,
    },
];

/// Every table of words, in the order in which help shows them.
const TABLES: [&[Word]; 6] =
    [&WORDS, &book::WORDS, &approve::WORDS, &steer::WORDS, &revive::WORDS, &respect::WORDS];

/// The words after the slash command.
pub(super) fn slash(scene: Scene<'_>, actor: &Person, text: &str) -> Decided {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, rest) = words.split_first().map_or(("help", &[][..]), |(name, rest)| (*name, rest));
    let lowered = name.to_lowercase();
    match allowed(scene, actor).find(|word| word.name == lowered) {
        Some(word) => (word.run)(scene, actor, rest).unwrap_or_else(refuse),
        None => refuse(unknown(scene, actor, name)),
    }
}

/// Whether the words only show something, and nothing that takes long to find.
pub(super) fn is_light(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or("help");
    ["help", "initiatives", "show", "hours", "book", "bookings"]
        .iter()
        .any(|light| word.eq_ignore_ascii_case(light))
}

/// An advocate says that this isn't the first start.
pub(super) fn not_first(scene: Scene<'_>, actor: &Person) -> Decided {
    campaign::not_first(scene, actor)
}

pub(super) fn resume(scene: Scene<'_>, actor: &Person) -> Decided {
    sending::clicked(sending::resume(scene, actor, &[]))
}

pub(super) fn pause(scene: Scene<'_>, actor: &Person) -> Decided {
    if !scene.program.is_advocate(&actor.id) {
        return refuse("Only advocates and admins can pause messages.");
    }
    sending::clicked(sending::pause(scene, actor, &[]))
}

fn allowed<'a>(scene: Scene<'a>, actor: &'a Person) -> impl Iterator<Item = &'static Word> + 'a {
    let advocate = scene.program.is_advocate(&actor.id);
    TABLES.into_iter().flatten().filter(move |word| advocate || word.may == May::Everybody)
}

fn unknown(scene: Scene<'_>, actor: &Person, name: &str) -> String {
    let command = &scene.program.command;
    let echo = names::echo(name);
    match names::nearest(name, allowed(scene, actor).map(|word| word.name)) {
        Some(near) => format!("I don't know “{echo}”. Did you mean `{command} {near}`?"),
        None => format!("I don't know “{echo}”. `{command} help` lists what you can do."),
    }
}

fn help(scene: Scene<'_>, actor: &Person, _words: &[&str]) -> Result<Decided, String> {
    let command = &scene.program.command;
    let lines = allowed(scene, actor).map(|word| {
        let call = if word.usage.is_empty() {
            format!("{command} {}", word.name)
        } else {
            format!("{command} {} {}", word.name, word.usage)
        };
        Paragraph(vec![Span::Code(call), Span::Text(format!(" {}", word.does))])
    });
    let parts = vec![
        Part::Paragraph(Paragraph::text("What you can do:")),
        Part::List(lines.collect()),
        Part::Small(Paragraph::text(
            "Questions are welcome any time: write to me in our direct message, and a human reads it.",
        )),
    ];
    Ok(say("What you can do", parts))
}

/// A report that only the person who asked sees.
fn say(notification: impl Into<String>, parts: Vec<Part>) -> Decided {
    (Vec::new(), Reply::Say(Box::new(Message::new(notification, parts))))
}

/// The initiatives whose answers `actor` may see.
fn advocated<'a>(scene: Scene<'a>, actor: &Person) -> Vec<&'a Initiative> {
    scene
        .program
        .initiatives
        .iter()
        .filter(|initiative| scene.program.sees_answers(&actor.id, initiative))
        .collect()
}

/// What `actor` may name where they decide or read: their own initiatives. Any other one refuses.
fn theirs<'a>(scene: Scene<'a>, actor: &Person) -> Choice<'a> {
    Choice::of(advocated(scene, actor))
        .refusing(&scene.program.initiatives, |initiative| scene.not_theirs(initiative))
}

/// The initiatives that `words` name among those `actor` may see: one, or all if nothing is named.
fn named<'a>(scene: Scene<'a>, actor: &Person, words: &[&str]) -> Result<Vec<&'a Initiative>, String> {
    if words.is_empty() {
        return Ok(advocated(scene, actor));
    }
    theirs(scene, actor).whole(words).map(|initiative| vec![initiative])
}
