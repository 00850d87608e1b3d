//! An advocate's lists: initiatives, questions, gaps.

use super::turn::leaf;
use super::{Desk, heading, plain, row, said, small};
use crate::domain::coverage::Gap;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Button, Look, Page, Paragraph, Part, Span};
use crate::domain::progress::Progress;
use crate::domain::survey::Survey;
use crate::domain::waiting::{Waiting, waiting_for};
use crate::message::{self, beginning};

const INITIATIVES: usize = 15;
const QUESTIONS: usize = 10;
const GAPS: usize = 25;
/// Characters of a question that are shown.
const WORDS: usize = 300;

pub(super) fn initiatives(desk: &Desk<'_>, from: usize) -> Vec<Part> {
    let page = |from| Page::Initiatives { from };
    let mut parts = desk.ways(&page(0));
    parts.push(heading("All initiatives"));
    let survey = desk.survey(0);
    let (shown, turn) = leaf(&desk.overseen, from, INITIATIVES, page);
    parts.extend(shown.iter().map(|of| initiative(desk, &survey, of)));
    parts.extend(turn);
    parts
}

/// One line of figures, and the way to who stands where.
pub(super) fn initiative(desk: &Desk<'_>, survey: &Survey<'_>, of: &Initiative) -> Part {
    let Some(rank) = desk.rank(of) else { return row(Paragraph::text(&of.title), Vec::new()) };
    let progress = survey.progress.get(rank).copied().unwrap_or_default();
    let gaps = survey.gaps.get(rank).map_or(0, Vec::len);
    let left_out = match gaps {
        0 => String::new(),
        1 => " · 1 gap".to_owned(),
        more => format!(" · {more} gaps"),
    };
    let text = vec![
        Span::Strong(of.title.clone()),
        Span::Text(format!(" · {}\n{}{left_out}", window(desk, of), figures(&progress))),
    ];
    let page = Page::Coverage { initiative: of.id.clone(), from: 0 };
    row(Paragraph(text), vec![plain("Who stands where", Action::Turn { page })])
}

/// When its planning opens or freezes.
pub(super) fn window(desk: &Desk<'_>, of: &Initiative) -> String {
    let quarter = of.quarter.short();
    let Some(window) = desk.scene.program.window(of.quarter) else {
        return format!("{quarter} has no planning window");
    };
    if desk.scene.now < window.opens {
        format!("planning for {quarter} opens {}", desk.day(window.opens_on))
    } else if desk.scene.now < window.freezes {
        format!("plans for {quarter} freeze {}", desk.day(window.freezes_on))
    } else {
        format!("plans for {quarter} froze {}", desk.day(window.freezes_on))
    }
}

/// "14 people: 12 reached, 5 engaged · 3 for it, 1 against, 7 silent".
pub(super) fn figures(progress: &Progress) -> String {
    let people =
        if progress.people == 1 { "1 person".to_owned() } else { format!("{} people", progress.people) };
    if progress.reached == 0 {
        return format!("{people}, nobody reached yet");
    }
    format!(
        "{people}: {} reached, {} engaged · {} for it, {} against, {} silent",
        progress.reached, progress.engaged, progress.in_favour, progress.against, progress.silent
    )
}

pub(super) fn questions(desk: &Desk<'_>, from: usize) -> Vec<Part> {
    let page = |from| Page::Questions { from };
    let mut parts = desk.ways(&page(0));
    let waiting = waiting_for(desk.scene.program, desk.scene.state, &desk.reader.id);
    parts.push(heading("Questions that wait for you"));
    if waiting.is_empty() {
        parts.push(said("None. Whoever asks gets an answer from the FAQ, or from you."));
    }
    let (shown, turn) = leaf(&waiting, from, QUESTIONS, page);
    parts.extend(shown.iter().map(|waiting| question(desk, waiting)));
    parts.extend(turn);
    parts
}

/// The question that has waited longest, of those that can be answered if there is one, and how many wait.
pub(super) fn first_question(desk: &Desk<'_>) -> Vec<Part> {
    let waiting = waiting_for(desk.scene.program, desk.scene.state, &desk.reader.id);
    let can_be_answered = waiting.iter().find(|waiting| waiting.unconfirmed.is_none());
    let Some(first) = can_be_answered.or(waiting.first()) else { return Vec::new() };
    let title = match waiting.len() {
        1 => "A question waits for you".to_owned(),
        more => format!("{more} questions wait for you"),
    };
    let mut parts = vec![heading(title), question(desk, first)];
    if waiting.len() > 1 {
        let page = Page::Questions { from: 0 };
        let label = format!("See all {}", waiting.len());
        parts.push(row(Paragraph::default(), vec![plain(&label, Action::Turn { page })]));
    }
    parts
}

fn question(desk: &Desk<'_>, waiting: &Waiting<'_>) -> Part {
    let about = waiting
        .state
        .initiative
        .as_ref()
        .and_then(|id| desk.scene.program.initiative(id))
        .map_or_else(String::new, |initiative| format!(", about “{}”", initiative.title));
    let words = match waiting.asked.text.as_ref().and_then(|text| text.reveal()) {
        Some(words) => format!("“{}”", beginning(words, WORDS)),
        None => "Their words can't be shown any more.".to_owned(),
    };
    let asked = desk.day_of(waiting.asked.at);
    if let Some(entry) = waiting.unconfirmed {
        let first = message::says_first(desk.scene.program, entry);
        return row(desk.person(&entry.id, &format!(", {asked}{about}\n{words}\n{first}")), Vec::new());
    }
    let text = desk.person(&waiting.asked.person, &format!(", {asked}{about}\n{words}"));
    let action = Action::Reply { question: waiting.question };
    row(text, vec![Button { label: "Answer".into(), action, look: Look::Primary }])
}

pub(super) fn gaps(desk: &Desk<'_>, from: usize) -> Vec<Part> {
    let page = |from| Page::Gaps { from };
    let scene = desk.scene;
    let mut parts = desk.ways(&page(0));
    parts.push(heading("Who and what is left out"));
    let survey = desk.survey(0);
    let all: Vec<(&Initiative, &Gap)> = desk
        .overseen
        .iter()
        .filter_map(|of| Some((*of, survey.gaps.get(desk.rank(of)?)?)))
        .flat_map(|(of, gaps)| gaps.iter().map(move |gap| (of, gap)))
        .collect();
    if all.is_empty() {
        parts.push(said(
            "Nobody: every team has somebody in each role that has a say, and all can be reached.",
        ));
    }
    let (shown, turn) = leaf(&all, from, GAPS, page);
    let line = |(of, gap): &(&Initiative, &Gap)| {
        let mut line = vec![Span::Strong(of.title.clone()), Span::Text(": ".to_owned())];
        line.extend(message::gap_with_words(scene.program, scene.state, gap).0);
        Paragraph(line)
    };
    // Those about which something can be done here stand alone, with their buttons.
    let (with, without): (Vec<_>, Vec<_>) =
        shown.iter().partition(|(of, gap)| !message::gap_buttons(&of.id, gap).is_empty());
    parts.extend(with.into_iter().map(|found| row(line(found), message::gap_buttons(&found.0.id, found.1))));
    if !without.is_empty() {
        parts.push(Part::List(without.into_iter().map(line).collect()));
    }
    parts.extend(turn);
    parts.push(small("Whoever is missing here is missing when plans are made."));
    parts
}
