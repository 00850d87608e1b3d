//! Keeping an answer for everybody who asks the like, and dropping it again.
//!
//! Invariant: nothing is kept that names a person other than the initiative's advocates, whom every
//! message names anyway (rule R7). What might be somebody's name, or repeats the asker's words, is read
//! once more by the advocate before it is kept.

use std::collections::BTreeSet;

use super::{Question, TEXT, fault, text_field, text_of};
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::event::Event;
use crate::domain::ids::{FaqId, InitiativeId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Modal, ModalKind, Paragraph, Part, Reply, Values};
use crate::domain::personal::Personal;

/// Most characters of an answer that is kept, as in the initiative's file.
const LONGEST: usize = 600;
/// So many words in a row that the asker used are the asker's.
const A_QUOTE: usize = 5;

/// An answer that can be kept.
struct Keeping<'a> {
    question: Question<'a>,
    initiative: &'a Initiative,
    entry: FaqId,
    text: &'a str,
}

impl<'a> Keeping<'a> {
    fn of(scene: Scene<'a>, actor: &Person, answer: Seq) -> Result<Self, String> {
        let gone = || "I no longer have this answer on record.".to_owned();
        let state = scene.state.answers.get(&answer).ok_or_else(gone)?;
        let question = Question::for_advocate(scene, actor, state.question)?;
        let about = question.state.initiative.as_ref().and_then(|id| scene.program.initiative(id));
        let initiative = about.ok_or_else(|| {
            "This question is about no initiative, so its answer can't be kept for one.".to_owned()
        })?;
        if !scene.program.sees_answers(&actor.id, initiative) {
            return Err(format!("Only the advocates of “{}” can keep an answer.", initiative.title));
        }
        if state.withdrawn {
            return Err("This answer was taken back, so it can't be kept.".into());
        }
        if scene.state.kept_from(state.question).is_some() {
            return Err("An answer to this question is kept already. Drop it first to keep another.".into());
        }
        let entry = FaqId::parse(&format!("kept-{}", answer.0)).map_err(|_| gone())?;
        let text = state.answer.reveal().ok_or_else(gone)?;
        Ok(Self { question, initiative, entry, text })
    }

    fn kept(&self, actor: &Person, text: &str) -> Decided {
        let event = Event::AnswerKept {
            question: self.question.of,
            entry: self.entry.clone(),
            initiative: self.initiative.id.clone(),
            by: actor.id.clone(),
            answer: Personal::new(actor.id.clone(), text),
        };
        (vec![event], Reply::Nothing)
    }

    /// Why it should be read once more.
    fn doubt(&self, scene: Scene<'_>) -> Option<String> {
        if let Some(name) = named(scene, self.initiative, self.text, Strict::Yes) {
            return Some(format!("It may name somebody ({name}). Anybody who asks the like will read it."));
        }
        let asked = self.question.received.text.as_ref().and_then(Personal::reveal).unwrap_or_default();
        if quotes(self.text, asked) {
            return Some("It repeats words of whoever asked. Anybody who asks the like will read it.".into());
        }
        (self.text.chars().count() > LONGEST)
            .then(|| format!("It is long. Say it in {LONGEST} characters at most."))
    }
}

/// *Keep for everybody*: one click, unless it has to be read once more.
pub(in crate::command) fn keep(scene: Scene<'_>, actor: &Person, answer: Seq) -> Result<Decided, String> {
    let keeping = Keeping::of(scene, actor, answer)?;
    let Some(doubt) = keeping.doubt(scene) else { return Ok(keeping.kept(actor, keeping.text)) };
    let modal = Modal {
        kind: ModalKind::Keep { answer },
        title: "Keep for everybody".into(),
        parts: vec![Part::Paragraph(Paragraph::text(doubt))],
        fields: vec![text_field("The answer", "Without names", Some(keeping.text.to_owned()))],
        submit: Some("Keep".into()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// The text was read once more.
pub(in crate::command) fn submit(
    scene: Scene<'_>,
    actor: &Person,
    answer: Seq,
    values: &Values,
) -> Result<Decided, String> {
    let keeping = Keeping::of(scene, actor, answer)?;
    let Some(text) = text_of(values) else { return Ok(fault(TEXT, "Please write the answer to keep.")) };
    let length = text.chars().count();
    if length > LONGEST {
        let sentence = format!("This has {length} characters; please say it in {LONGEST} at most.");
        return Ok(fault(TEXT, sentence));
    }
    if let Some(name) = named(scene, keeping.initiative, text, Strict::No) {
        let sentence = format!("This names {name}. Please leave the name out: anybody may read it.");
        return Ok(fault(TEXT, sentence));
    }
    Ok(keeping.kept(actor, text))
}

/// *Drop*: it answers nobody any more.
pub(in crate::command) fn drop_entry(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    entry: &FaqId,
) -> Result<Decided, String> {
    let gone = || "This answer is no longer kept.".to_owned();
    let of = scene.program.initiative(initiative).ok_or_else(gone)?;
    if !scene.program.sees_answers(&actor.id, of) {
        return Err(format!("Only the advocates of “{}” can drop an answer.", of.title));
    }
    if !scene.state.kept.contains_key(&(of.id.clone(), entry.clone())) {
        return Err(gone());
    }
    let (initiative, entry) = (of.id.clone(), entry.clone());
    Ok((vec![Event::AnswerDropped { entry, initiative, by: actor.id.clone() }], Reply::Nothing))
}

/// Whether words that are names only if one takes them so count too: "dev", "will", a family name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    Yes,
    No,
}

/// Whom a text names, other than the initiative's advocates.
fn named(scene: Scene<'_>, initiative: &Initiative, text: &str, strict: Strict) -> Option<String> {
    // As somebody is named whom Slack knows and we don't.
    if ["<@", "somebody (U", "somebody (W"].iter().any(|mention| text.contains(mention)) {
        return Some("a person by a mention".to_owned());
    }
    let people = scene.program.people.values().filter(|person| !initiative.advocates.contains(&person.id));
    let approached = scene.state.approached.values().filter_map(|of| of.name.as_ref()?.reveal());
    let names = people.flat_map(|person| [person.name.as_str(), person.given_name.as_str()]);
    let lowered = text.to_lowercase();
    names
        .chain(approached)
        .find(|name| match strict {
            Strict::Yes => {
                let parts = name.split(' ').filter(|part| part.chars().count() > 2);
                parts.chain([*name]).any(|part| has_word(&lowered, &part.to_lowercase()))
            }
            Strict::No => has_word(text, name),
        })
        .map(str::to_owned)
}

/// Whether `name` stands in `text` with no letter or digit next to it.
fn has_word(text: &str, name: &str) -> bool {
    let edge = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    !name.is_empty()
        && text.match_indices(name).any(|(at, found)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
            edge(before) && edge(after)
        })
}

/// Whether a text repeats a run of words of what was asked, or all of it.
fn quotes(text: &str, asked: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (text, asked) = (words(text), words(asked));
    let run = A_QUOTE.min(asked.len());
    if run <= 2 {
        return false;
    }
    // Both may be as long as a message can be: each run is looked up, not compared with every other.
    let runs: BTreeSet<&[String]> = asked.windows(run).collect();
    text.windows(run).any(|part| runs.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(has_word("ask Ana, she knows", "Ana"));
        assert!(!has_word("the analysis", "ana"));
        assert!(has_word("Žofie's plan", "Žofie"));
    }

    #[test]
    fn a_run_of_the_askers_words_is_a_quote() {
        let check = |text: &str, asked: &str, expected: bool| {
            assert_eq!(quotes(text, asked), expected, "{text} / {asked}");
        };
        check("You asked whether we lose our best people over it. No.", "Do we lose our best people?", true);
        check("Refunds too?  Yes.", "refunds too", false);
        check("Yes, refunds are covered.", "Are refunds covered by the limit as well?", false);
        check("Is there a flag: yes", "is there a flag", true);
        // As long as a message can be, and unlike until its end: compared run by run it takes minutes.
        let many = |word: &str| format!("{word} ").repeat(20_000);
        check(&format!("{} b", many("a")), &format!("{} c", many("d")), false);
        check(&many("a"), &many("a"), true);
    }
}
