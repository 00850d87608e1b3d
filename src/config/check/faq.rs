//! The FAQ: what people ask, in words by which it is found, and answers that fit a message.

use std::collections::BTreeMap;

use super::Findings;
use crate::config::organisation::{Described, Organisation};
use crate::config::raw::FaqEntry;
use crate::config::read::{At, shortened};
use crate::domain::ids::FaqId;

/// Most characters of an answer: what is read in one go, with an office hour after it.
const LONGEST_ANSWER: usize = 600;
/// Most characters of a question or another way to ask it.
const LONGEST_QUESTION: usize = 200;
/// What the ids of entries begin with that were kept from an advocate's answer.
const KEPT: &str = "kept-";

fn entries(described: &Described) -> impl Iterator<Item = &(At<FaqId>, FaqEntry)> {
    described.raw.faq.iter()
}

/// Every way to ask an entry.
fn ways(entry: &FaqEntry) -> impl Iterator<Item = &At<String>> {
    entry.question.0.iter().chain(entry.also.iter())
}

pub(super) fn faq_length(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (_, entry) in organisation.initiatives.iter().flat_map(entries) {
        if let Some(answer) = &entry.answer.0 {
            let length = answer.value.chars().count();
            if length > LONGEST_ANSWER {
                findings
                    .fault(answer.place, "an answer this long is not read")
                    .label(format!("{length} characters"))
                    .help(format!(
                        "say it in {LONGEST_ANSWER} characters; the rest belongs in the design or an office hour"
                    ));
            }
        }
        for way in ways(entry) {
            let length = way.value.chars().count();
            if length > LONGEST_QUESTION {
                findings
                    .fault(way.place, "nobody asks a question this long")
                    .label(format!("{length} characters"))
                    .help(format!("write it as people ask it, in {LONGEST_QUESTION} characters at most"));
            }
        }
    }
}

pub(super) fn faq_question(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in &organisation.initiatives {
        let mut asked: BTreeMap<String, &FaqId> = BTreeMap::new();
        for (id, entry) in entries(described) {
            for way in ways(entry) {
                let words = plain(&way.value);
                if words.is_empty() {
                    findings
                        .fault(way.place, "there is no word in this question")
                        .label("nobody's question is found by it")
                        .help("write the question as people ask it");
                    continue;
                }
                if let Some(other) = asked.insert(words, &id.value) {
                    let twice = if *other == id.value {
                        format!("`{other}` asks this twice")
                    } else {
                        format!("`{other}` asks the same")
                    };
                    findings
                        .fault(way.place, format!("“{}” can have one answer only", shortened(&way.value)))
                        .label(twice)
                        .help("keep it in the entry whose answer is meant");
                }
            }
        }
    }
}

pub(super) fn faq_id(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (id, _) in organisation.initiatives.iter().flat_map(entries) {
        if id.value.as_str().starts_with(KEPT) {
            findings
                .fault(id.place, format!("`{}` could be the id of an answer that was kept", id.value))
                .label(format!("ids that begin with `{KEPT}` are given by the program"))
                .help("name it after what is asked, such as `cost`");
        }
    }
}

/// The words of a question, however it is written.
fn plain(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
