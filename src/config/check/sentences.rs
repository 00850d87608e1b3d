//! The sentences that only a person can write (point 14), and message templates.

use std::collections::BTreeSet;

use minijinja::Environment;

use super::Findings;
use super::plan::title;
use crate::config::diagnostic::Place;
use crate::config::nearest;
use crate::config::organisation::{Described, Organisation};
use crate::config::raw::Words;
use crate::config::read::{At, Named, Soundness, Written, shortened, written};
use crate::domain::engagement::Audience;
use crate::domain::ids::FigureId;

/// What sentences may name.
const NAMES: [&str; 2] = ["figure", "period"];

/// Words that an audience doesn't use (points 9 and 12).
const FORBIDDEN: [(Audience, &[&str]); 2] = [
    (
        Audience::Executive,
        &[
            "engineer-day",
            "engineer-days",
            "p99",
            "p95",
            "slo",
            "slos",
            "sli",
            "retry",
            "retries",
            "latency",
            "time-out",
            "time-outs",
            "timeout",
            "timeouts",
            "api",
            "backend",
            "database",
            "deploy",
            "rollback",
        ],
    ),
    (Audience::Product, &["p99", "p95", "slo", "slos", "sli", "retries", "backend"]),
];

type Sentence<'o> = (Audience, &'static str, &'o At<String>);

fn sentences_of<'o>(audience: Audience, words: &'o Words) -> impl Iterator<Item = Sentence<'o>> {
    let each: [(&'static str, &'o Written<String>); 5] = [
        ("lead", &words.lead),
        ("left_alone", &words.left_alone),
        ("mechanism", &words.mechanism),
        ("gain", &words.gain),
        ("ask", &words.ask),
    ];
    each.into_iter().filter_map(move |(key, sentence)| Some((audience, key, written(sentence)?)))
}

fn sentences(described: &Described) -> impl Iterator<Item = Sentence<'_>> {
    let own = described.raw.words.iter();
    let of_asks = described.raw.asks.iter().flat_map(|(_, ask)| ask.words.iter());
    own.chain(of_asks).flat_map(|(audience, words)| sentences_of(audience.value, words))
}

/// Every text of an initiative in which figures may be named.
fn texts(described: &Described) -> impl Iterator<Item = &At<String>> {
    let news = described.raw.news.values().filter_map(|news| news.says.0.as_ref());
    let answers = described.raw.faq.iter().filter_map(|(_, entry)| entry.answer.0.as_ref());
    sentences(described).map(|(_, _, sentence)| sentence).chain(news).chain(answers)
}

/// The variables that a text names, such as `figure.pages`; none if it has a fault of syntax.
fn variables(text: &str) -> Result<BTreeSet<String>, minijinja::Error> {
    let environment = Environment::new();
    let template = environment.template_from_str(text)?;
    Ok(template.undeclared_variables(true).into_iter().collect())
}

/// The place of `wanted` inside a text, if it is written there as it stands; the whole text otherwise.
fn inside(organisation: &Organisation<'_>, described: &Described, text: &At<String>, wanted: &str) -> Place {
    let path = format!("initiatives/{}.toml", described.id.value);
    let source = organisation.files.text(&path).and_then(|all| all.get(text.place.start..text.place.end));
    match source.and_then(|source| source.find(wanted)) {
        Some(at) => {
            let start = text.place.start + at;
            Place { start, end: start + wanted.len(), ..text.place }
        }
        None => text.place,
    }
}

pub(super) fn sentence(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in &organisation.initiatives {
        for text in texts(described) {
            let names = match variables(&text.value) {
                Ok(names) => names,
                Err(error) => {
                    findings
                        .fault(text.place, "this sentence can't be read")
                        .label(error.detail().unwrap_or("a template has a form of its own").to_owned())
                        .help("name a figure as `{{ figure.ID }}` and its months as `{{ period.ID }}`");
                    continue;
                }
            };
            for name in &names {
                let mut parts = name.split('.');
                let known = NAMES.contains(&parts.next().unwrap_or_default());
                if !(known && parts.next().is_some() && parts.next().is_none()) {
                    findings
                        .fault(
                            inside(organisation, described, text, name),
                            format!("a sentence can't name `{}`", shortened(name)),
                        )
                        .label("neither a figure nor a period")
                        .help("name a figure as `{{ figure.ID }}` and its months as `{{ period.ID }}`");
                }
            }
        }
    }
}

pub(super) fn unknown_figure(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in organisation.initiatives.iter().filter(|of| of.soundness == Soundness::Whole) {
        let figures: BTreeSet<&str> =
            described.raw.figures.iter().map(|(id, _)| FigureId::as_str(&id.value)).collect();
        for text in texts(described) {
            for name in variables(&text.value).unwrap_or_default() {
                let Some((kind, id)) = name.split_once('.') else { continue };
                if NAMES.contains(&kind) && !figures.contains(id) {
                    findings
                        .fault(
                            inside(organisation, described, text, &name),
                            format!("there is no figure `{id}`"),
                        )
                        .label("not in this file's `figures`")
                        .nearest(id, figures.iter().copied());
                }
            }
        }
    }
}

/// The audiences to whom an initiative is argued, with a team of whose ask each hears.
fn addressed(organisation: &Organisation<'_>, described: &Described) -> BTreeSet<Audience> {
    let mut audiences = BTreeSet::new();
    for (team, ask) in described.raw.asks.iter() {
        for (id, person) in organisation.people() {
            audiences.extend(described.role(&team.value, ask, &id.value, person));
        }
    }
    audiences
}

/// Whether `pick` finds a sentence for every ask: the initiative's own, or each team's.
fn said(described: &Described, audience: Audience, pick: fn(&Words) -> &Written<String>) -> bool {
    let has = |words: &Named<Audience, Words>| {
        words.iter().any(|(named, words)| named.value == audience && pick(words).is_some())
    };
    has(&described.raw.words)
        || (!described.raw.asks.is_left_out() && described.raw.asks.iter().all(|(_, ask)| has(&ask.words)))
}

/// Where an audience's sentences belong, if the file has a table for them.
fn words_place(described: &Described, audience: Audience) -> Place {
    let own = described.raw.words.iter().find(|(named, _)| named.value == audience);
    own.map_or_else(|| title(described), |(named, _)| named.place)
}

/// Initiatives whose sentences can be judged: sound files that are still argued.
fn argued<'o>(organisation: &'o Organisation<'_>) -> impl Iterator<Item = &'o Described> {
    let all = organisation.initiatives.iter();
    all.filter(|described| described.soundness == Soundness::Whole && !described.is_withdrawn())
}

pub(super) fn no_lead(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in argued(organisation) {
        for audience in addressed(organisation, described) {
            if !said(described, audience, |words| &words.lead) {
                let word = audience.word();
                findings
                    .fault(
                        words_place(described, audience),
                        format!("nothing opens the message to {}", plural(audience)),
                    )
                    .label(format!("no `lead` in `[words.{word}]`"))
                    .help(format!(
                        "in `[words.{word}]`, write `lead`: the consequence that they care about, with its number"
                    ));
            }
        }
    }
}

pub(super) fn words_missing(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    type Pick = fn(&Words) -> &Written<String>;
    let wanted: [(&str, &str, Pick); 2] = [
        ("left_alone", "what happens if nothing is done, no more than the evidence carries", |words| {
            &words.left_alone
        }),
        ("mechanism", "the cause, in their words", |words| &words.mechanism),
    ];
    for described in argued(organisation) {
        for audience in addressed(organisation, described) {
            let missing: Vec<_> =
                wanted.iter().filter(|(_, _, pick)| !said(described, audience, *pick)).collect();
            if missing.is_empty() {
                continue;
            }
            let keys: Vec<&str> = missing.iter().map(|(key, _, _)| *key).collect();
            let says: Vec<String> = missing.iter().map(|(key, says, _)| format!("`{key}`: {says}")).collect();
            findings
                .warning(
                    words_place(described, audience),
                    format!("{} would get less than the whole case", plural(audience)),
                )
                .label(format!("`[words.{}]` lacks {}", audience.word(), nearest::list(&keys)))
                .help(format!("write {}", says.join("; ")));
        }
    }
}

fn plural(audience: Audience) -> String {
    format!("{}s", audience.title())
}

pub(super) fn plain_words(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in &organisation.initiatives {
        for (audience, _, text) in sentences(described) {
            let forbidden =
                FORBIDDEN.iter().filter(|(of, _)| *of == audience).flat_map(|(_, words)| words.iter());
            for word in forbidden {
                let Some(found) = find_word(&text.value, word) else { continue };
                findings
                    .warning(
                        inside(organisation, described, text, found),
                        format!("{} don't speak of `{found}`", plural(audience)),
                    )
                    .label("not a word of theirs")
                    .help("say what the customer sees, or what it costs");
            }
        }
        for text in texts(described).filter(|text| text.value.contains('!')) {
            findings
                .warning(inside(organisation, described, text, "!"), "an exclamation mark convinces nobody")
                .label("reads as alarm")
                .help("end the sentence with a full stop");
        }
    }
}

/// `word` as it is written in `text`, if it stands there as a word of its own.
fn find_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-')).find(|part| part.eq_ignore_ascii_case(word))
}

pub(super) fn template(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for template in &organisation.templates {
        let environment = Environment::new();
        if let Err(error) = environment.template_from_str(&template.text) {
            let line = error.line().unwrap_or(1).saturating_sub(1);
            let start: usize = template.text.split_inclusive('\n').take(line).map(str::len).sum();
            let length = template.text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
            findings
                .fault(
                    Place { start, end: start + length, ..template.top },
                    format!(
                        "the template for {} in `{}` can't be read",
                        plural(template.audience),
                        template.touch.word()
                    ),
                )
                .label(error.detail().unwrap_or("a template has a form of its own").to_owned())
                .help("templates are minijinja: `{{ name }}` and `{% if name %} … {% endif %}`");
        }
    }
}
