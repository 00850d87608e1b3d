//! Templates: from facts to paragraphs.
//!
//! Invariant: what comes out is plain text and links that [`link`] made. What stakeholders write never
//! comes here; templates, sentences and names are the configuration's.

use std::collections::{BTreeSet, HashSet};

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};

use crate::domain::engagement::{Audience, Touch};
use crate::domain::message::{Paragraph, Span};
use crate::domain::program::Program;

use super::case::Case;
use super::facts::Facts;
use super::unsayable::Unsayable;
use super::wording;

/// Marks around a link inside a rendered text, from Unicode's private use area.
const OPEN: char = '\u{E000}';
const BETWEEN: char = '\u{E001}';
const CLOSE: char = '\u{E002}';

/// A link, as a fact holds it until the template has been filled in. Only `https` becomes one.
pub(super) fn link(label: &str, url: &str) -> String {
    if url.starts_with("https://") && !url.contains(char::is_whitespace) {
        format!("{OPEN}{}{BETWEEN}{}{CLOSE}", unmarked(label), unmarked(url))
    } else {
        unmarked(label)
    }
}

fn unmarked(text: &str) -> String {
    text.chars().filter(|letter| ![OPEN, BETWEEN, CLOSE, BREAK].contains(letter)).collect()
}

/// The template of one audience and touch: the user's, or the embedded one.
pub(super) fn source(program: &Program, audience: Audience, touch: Touch) -> &str {
    program.templates.get(&(audience, touch)).map_or_else(|| embedded(audience, touch), String::as_str)
}

/// The embedded template of one audience and touch.
pub(super) fn embedded(audience: Audience, touch: Touch) -> &'static str {
    match (touch, audience) {
        (Touch::HeadsUp, Audience::Product) => include_str!("templates/heads_up/product.txt"),
        (Touch::HeadsUp, Audience::EngineeringManager) => {
            include_str!("templates/heads_up/engineering_manager.txt")
        }
        (Touch::HeadsUp, Audience::Executive) => include_str!("templates/heads_up/executive.txt"),
        (Touch::HeadsUp, Audience::Engineer) => include_str!("templates/heads_up/engineer.txt"),
        (Touch::Pitch, Audience::Product) => include_str!("templates/pitch/product.txt"),
        (Touch::Pitch, Audience::EngineeringManager) => {
            include_str!("templates/pitch/engineering_manager.txt")
        }
        (Touch::Pitch, Audience::Executive) => include_str!("templates/pitch/executive.txt"),
        (Touch::Pitch, Audience::Engineer) => include_str!("templates/pitch/engineer.txt"),
        (Touch::Reminder, Audience::Product) => include_str!("templates/reminder/product.txt"),
        (Touch::Reminder, Audience::EngineeringManager) => {
            include_str!("templates/reminder/engineering_manager.txt")
        }
        (Touch::Reminder, Audience::Executive) => include_str!("templates/reminder/executive.txt"),
        (Touch::Reminder, Audience::Engineer) => include_str!("templates/reminder/engineer.txt"),
        (Touch::LastCall, Audience::Product | Audience::EngineeringManager) => {
            include_str!("templates/last_call/managers.txt")
        }
        (Touch::LastCall, Audience::Executive) => include_str!("templates/last_call/executive.txt"),
        (Touch::LastCall, Audience::Engineer) => include_str!("templates/last_call/engineer.txt"),
        (Touch::FollowUp, _) => include_str!("templates/follow_up/everybody.txt"),
    }
}

/// Stands for an empty line of a template's source: only such a line ends a paragraph, not one that is
/// empty because there was nothing to say.
const BREAK: char = '\u{E003}';

/// The source of the template of one case and touch, its paragraphs marked.
pub(super) fn marked(case: &Case<'_>, touch: Touch) -> String {
    let lines = source(case.program, case.audience, touch).lines();
    let marked = lines.map(|line| if line.trim().is_empty() { BREAK.to_string() } else { line.to_owned() });
    marked.collect::<Vec<_>>().join("\n")
}

/// A template, ready to be filled in.
pub(super) struct Template<'a> {
    environment: Environment<'a>,
    audience: Audience,
    touch: Touch,
}

const NAME: &str = "message";

impl<'a> Template<'a> {
    /// Reads a template that was [`marked`].
    pub(super) fn of(case: &Case<'_>, touch: Touch, marked: &'a str) -> Result<Self, Unsayable> {
        let audience = case.audience;
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("opening", |text: &str| wording::capitalised(text));
        let names = names(case);
        let is_name = move |word: &str| names.contains(word);
        environment.add_filter("after_name", move |text: &str| wording::after_a_name(text, &is_name));
        environment.add_template(NAME, marked).map_err(|error| Unsayable::Template {
            audience,
            touch,
            error,
        })?;
        Ok(Self { environment, audience, touch })
    }

    /// The facts that it uses.
    pub(super) fn uses(&self) -> Result<BTreeSet<String>, Unsayable> {
        let template = self.environment.get_template(NAME).map_err(|error| self.fault(error))?;
        Ok(template.undeclared_variables(false).into_iter().collect())
    }

    /// Fills it in.
    pub(super) fn fill(&self, facts: &Facts) -> Result<Vec<Paragraph>, Unsayable> {
        let template = self.environment.get_template(NAME).map_err(|error| self.fault(error))?;
        let text = template.render(Serde(facts)).map_err(|error| self.fault(error))?;
        Ok(paragraphs(&text))
    }

    fn fault(&self, error: minijinja::Error) -> Unsayable {
        Unsayable::Template { audience: self.audience, touch: self.touch, error }
    }
}

/// The words that the configuration treats as names, so that a sentence may open with them.
fn names(case: &Case<'_>) -> HashSet<String> {
    let (program, initiative) = (case.program, case.initiative);
    let of_figures = initiative.figures.iter().flat_map(|figure| [&figure.says, &figure.unit]);
    let of_steps = initiative.steps.iter().map(|step| &step.title);
    let of_words = initiative
        .words
        .values()
        .chain(initiative.asks.values().flat_map(|ask| ask.words.values()))
        .flat_map(|words| [&words.lead, &words.left_alone, &words.mechanism, &words.gain])
        .flatten();
    let texts = [&initiative.problem].into_iter().chain(of_figures).chain(of_steps).chain(of_words);
    let written = texts.flat_map(|text| wording::names_in(text));
    let teams = program.teams.values().map(|team| team.name.as_str());
    let people = program.people.values().map(|person| person.name.as_str());
    let sources = initiative.figures.iter().map(|figure| figure.source.as_str());
    let known = teams.chain(people).chain(sources).flat_map(str::split_whitespace);
    written.chain(known).map(str::to_owned).collect()
}

/// Takes rendered text apart at its marks; all white space is one space.
fn paragraphs(text: &str) -> Vec<Paragraph> {
    // A no-break space stays: "45 %" is one word to the eye.
    let joined = |text: &str| text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    text.split(BREAK).map(joined).filter(|text| !text.is_empty()).map(|text| spans(&text)).collect()
}

fn spans(text: &str) -> Paragraph {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((inside, after)) = after.split_once(CLOSE) else { break };
        let Some((label, url)) = inside.split_once(BETWEEN) else { break };
        if !before.is_empty() {
            spans.push(Span::Text(unmarked(before)));
        }
        spans.push(Span::Link { label: unmarked(label), url: unmarked(url) });
        rest = after;
    }
    let rest = unmarked(rest);
    if !rest.is_empty() {
        spans.push(Span::Text(rest));
    }
    Paragraph(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_end_a_paragraph() {
        let text = format!("\n a  b\n\nc \n{BREAK}\n{BREAK}\n d\n");
        assert_eq!(paragraphs(&text), [Paragraph::text("a b c"), Paragraph::text("d")]);
    }

    #[test]
    fn only_https_addresses_become_links() {
        let check = |url: &str, expected: Span| assert_eq!(spans(&link("item", url)).0, [expected]);
        let item = || "item".to_owned();
        check("https://x.example/1", Span::Link { label: item(), url: "https://x.example/1".into() });
        check("javascript:alert(1)", Span::Text(item()));
    }

    #[test]
    fn marks_in_a_text_open_no_link() {
        let forged = format!("see {OPEN}here{BETWEEN}https://evil.example");
        assert_eq!(spans(&forged).0, [Span::Text("see herehttps://evil.example".into())]);
    }
}
