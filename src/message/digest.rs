//! The digest: what changed, what is missing and whom to talk to next, for one advocate.
//!
//! It is written to be read in a minute: figures first, names next, one thing to do for each. Longer lists
//! end with the command that shows all of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::changes::{Changes, changes_since, overseen};
use crate::domain::directory::Person;
use crate::domain::engagement::{Stance, Touch};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Message, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::domain::survey::{Argued, CONVERSATIONS, Standings, Survey};
use crate::domain::waiting::waiting_for;

use super::case::{person, team_name, zone};
use super::gap::gap_sentence;
use super::next::{named, next_conversation, stance_in_words};
use super::reason::why_not;
use super::relay::seen_by;
use super::review::{Unapproved, unapproved_in_words};
use super::unsayable::Unsayable;
use super::{amount, dates, wording};

/// Entries of a list before it is cut short.
const ENTRIES: usize = 8;
/// Gaps that are named.
const GAPS: usize = 3;
/// How far ahead deadlines are named, days.
const AHEAD: i32 = 28;

/// The digest for the advocate `to`, with what waits for approval.
pub fn digest(
    program: &Program,
    state: &State,
    seen: &Observations,
    to: &PersonId,
    unapproved: &[Unapproved<'_>],
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let reader = person(program, to)?;
    let zone = zone(program, seen, reader);
    let page = Page { program, state, reader, zone, now, today: zone.to_datetime(now).date() };
    let since = state.person(to).and_then(|known| known.digest);
    // The digest is written while the decision that it goes out is taken: nothing but what it tells of is
    // looked at.
    let oversees = |of: &Initiative| !of.withdrawn && program.sees_answers(to, of);
    let argued = Argued::among(program, oversees);
    let changes = changes_since(program, state, &argued, to, since.map_or(Seq(0), |(of, _)| of));
    let first = page.summary(&changes, since.map(|(_, at)| at));
    let mut parts = vec![Part::Paragraph(Paragraph::text(&first))];
    for of in &changes {
        parts.extend(page.changed(of));
    }
    let standings = Standings::of(program, state, seen, &argued, oversees, now);
    let survey = standings.survey(program, oversees, CONVERSATIONS);
    parts.extend(page.next(&survey));
    parts.extend(page.unapproved(unapproved));
    parts.extend(page.waiting());
    parts.extend(page.gaps(&survey));
    parts.extend(page.deadlines());
    let mut message = Message::new(first, parts);
    let about = match overseen(program, to).collect::<Vec<_>>().as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    message.footer = Some(match about {
        Some(initiative) => seen_by(program, Some(initiative), to),
        None => Paragraph::text("Only you get this digest."),
    });
    Ok(message)
}

struct Page<'a> {
    program: &'a Program,
    state: &'a State,
    reader: &'a Person,
    zone: &'a TimeZone,
    now: Timestamp,
    today: Date,
}

impl Page<'_> {
    fn summary(&self, changes: &[Changes], since: Option<Timestamp>) -> String {
        let total = |of: fn(&Changes) -> usize| changes.iter().map(of).sum::<usize>();
        let mut figures = Vec::new();
        for (number, one) in [
            (total(|of| of.answers.len()), "answer"),
            (total(|of| of.concerns.len()), "concern"),
            (total(|of| of.questions.len()), "question"),
        ] {
            let number = u64::try_from(number).unwrap_or(u64::MAX);
            if number > 0 {
                figures.push(amount::plural(number, one));
            }
        }
        let number = |of| u64::try_from(total(of)).unwrap_or(u64::MAX);
        match number(|of| of.planned.len()) {
            0 => {}
            1 => figures.push("one item in a team's plan".to_owned()),
            more => figures.push(format!("{} items in teams' plans", wording::count(more))),
        }
        // Somebody who was written to about several things is one person.
        let written_to: BTreeSet<&PersonId> = changes.iter().flat_map(|of| &of.written_to).collect();
        match u64::try_from(written_to.len()).unwrap_or(u64::MAX) {
            0 => {}
            1 => figures.push("one person written to".to_owned()),
            more => figures.push(format!("{} people written to", wording::count(more))),
        }
        let since = since.map_or_else(
            || "So far".to_owned(),
            |at| format!("Since {}", dates::day(self.zone.to_datetime(at).date(), self.today)),
        );
        if figures.is_empty() {
            format!("{since}: nothing new; what changed was undone again.")
        } else {
            format!("{since}: {}.", wording::joined(&figures))
        }
    }

    fn changed(&self, of: &Changes) -> Vec<Part> {
        let Some(initiative) = self.program.initiative(&of.initiative) else { return Vec::new() };
        let person = |id: &PersonId, says: &str| {
            let (name, role) = named(self.program, id);
            Paragraph(vec![Span::Strong(name), Span::Text(format!("{role}: {says}"))])
        };
        let mut lines: Vec<Paragraph> = Vec::new();
        lines.extend(of.answers.iter().rev().map(|(id, stance)| {
            let says = stance_in_words(*stance);
            match why_not(self.state, initiative, id).filter(|_| *stance == Stance::Declined) {
                Some(why) => person(id, &format!("{says}. {why}")),
                None => person(id, says),
            }
        }));
        let answered = |id: &PersonId| of.answers.iter().any(|(who, _)| who == id);
        lines.extend(of.concerns.iter().filter(|id| !answered(id)).map(|id| person(id, "raised a concern")));
        lines.extend(of.questions.iter().map(|id| person(id, "asked a question")));
        lines.extend(of.conversations.iter().map(|id| person(id, "a conversation was recorded")));
        lines.extend(of.planned.iter().map(|team| {
            Paragraph(vec![
                Span::Strong(team_name(self.program, team).to_owned()),
                Span::Text(": the item is in its plan".to_owned()),
            ])
        }));
        if lines.is_empty() {
            return Vec::new();
        }
        let more = lines.len().saturating_sub(ENTRIES);
        lines.truncate(ENTRIES);
        let mut parts = vec![Part::Heading(initiative.title.clone()), Part::List(lines)];
        if more > 0 {
            parts.push(self.all_of_it(more, &format!("coverage {}", initiative.id)));
        }
        parts
    }

    /// "And 5 more: `/canvass coverage`".
    fn all_of_it(&self, more: usize, command: &str) -> Part {
        Part::Small(Paragraph(vec![
            Span::Text(format!("And {more} more: ")),
            Span::Code(format!("{} {command}", self.program.command)),
        ]))
    }

    fn next(&self, survey: &Survey<'_>) -> Vec<Part> {
        let next = &survey.next;
        if next.is_empty() {
            return Vec::new();
        }
        let lines = next.iter().map(|next| next_conversation(self.program, self.zone, self.now, next));
        vec![Part::Heading("Talk to next".to_owned()), Part::List(lines.collect())]
    }

    /// What doesn't go because nobody has approved it, and what didn't.
    fn unapproved(&self, unapproved: &[Unapproved<'_>]) -> Vec<Part> {
        let line = |of: &Unapproved<'_>| {
            let title = &self.program.initiative(of.queue.initiative)?.title;
            let says = unapproved_in_words(of, self.zone)?;
            Some(Paragraph(vec![Span::Strong(title.clone()), Span::Text(format!(": {says}"))]))
        };
        let lines: Vec<Paragraph> = unapproved.iter().filter_map(line).collect();
        if lines.is_empty() {
            return Vec::new();
        }
        let command = Paragraph(vec![
            Span::Text("Approve them in App Home, or with ".to_owned()),
            Span::Code(format!("{} approve", self.program.command)),
            Span::Text(".".to_owned()),
        ]);
        let waits = unapproved.iter().any(|of| !of.queue.waiting.is_empty());
        let mut parts = vec![Part::Heading("Not approved".to_owned()), Part::List(lines)];
        parts.extend(waits.then_some(Part::Small(command)));
        parts
    }

    fn waiting(&self) -> Vec<Part> {
        let waiting = waiting_for(self.program, self.state, &self.reader.id);
        let Some(oldest) = waiting.first() else { return Vec::new() };
        let (name, role) = named(self.program, &oldest.asked.person);
        let since = dates::day(self.zone.to_datetime(oldest.asked.at).date(), self.today);
        let text = match waiting.len() {
            1 => format!("One question waits for you: {name}{role} asked it on {since}."),
            more => format!("{more} questions wait for you; {name}{role} has waited since {since}."),
        };
        vec![Part::Paragraph(Paragraph::text(text))]
    }

    fn gaps(&self, survey: &Survey<'_>) -> Vec<Part> {
        let open = self.program.initiatives.iter().zip(survey.gaps).filter(|(initiative, _)| {
            !initiative.withdrawn
                && self.program.sees_answers(&self.reader.id, initiative)
                && self.is_open(initiative)
        });
        let mut gaps: Vec<(String, Vec<&Initiative>)> = Vec::new();
        for (initiative, of) in open {
            for gap in of.iter().map(|gap| gap_sentence(self.program, gap)) {
                match gaps.iter_mut().find(|(known, _)| *known == gap) {
                    Some((_, about)) => about.push(initiative),
                    None => gaps.push((gap, vec![initiative])),
                }
            }
        }
        if gaps.is_empty() {
            return Vec::new();
        }
        let several = overseen(self.program, &self.reader.id).nth(1).is_some();
        let line = |(gap, about): &(String, Vec<&Initiative>)| match about.as_slice() {
            // What is missing everywhere is about the person or team, not about an initiative.
            [only] if several => {
                let mut line = vec![Span::Strong(only.title.clone()), Span::Text(": ".to_owned())];
                line.extend(Paragraph::told(gap).0);
                Paragraph(line)
            }
            _ => Paragraph::told(gap),
        };
        let lines = gaps.iter().take(GAPS).map(line).collect();
        let mut parts = vec![Part::Heading("Left out".to_owned()), Part::List(lines)];
        if gaps.len() > GAPS {
            parts.push(self.all_of_it(gaps.len() - GAPS, "gaps"));
        }
        parts
    }

    fn is_open(&self, initiative: &Initiative) -> bool {
        self.program.window(initiative.quarter).is_some_and(|window| self.now < window.freezes)
    }

    /// What comes within the next weeks: planning opens, last calls go, plans freeze.
    fn deadlines(&self) -> Vec<Part> {
        let mut days: Vec<(Date, String)> = Vec::new();
        let mut quarters = Vec::new();
        for initiative in overseen(self.program, &self.reader.id) {
            if quarters.contains(&initiative.quarter) {
                continue;
            }
            quarters.push(initiative.quarter);
            let Some(window) = self.program.window(initiative.quarter) else { continue };
            let quarter = initiative.quarter.short();
            days.push((window.opens_on, format!("planning for {quarter} opens")));
            days.push((window.freezes_on, format!("plans for {quarter} freeze")));
            let holiday = |day| self.program.calendar.holidays.contains_key(&day);
            let last_call = self.program.cadence.touches.get(&Touch::LastCall);
            if let Some(day) = last_call.and_then(|rule| rule.at.day(&window, holiday)) {
                days.push((day, format!("the last calls for {quarter} go out")));
            }
        }
        let ahead = |day: &Date| {
            let days = self.today.until(*day).map_or(-1, |span| span.get_days());
            (0..=AHEAD).contains(&days)
        };
        days.retain(|(day, _)| ahead(day));
        days.sort();
        if days.is_empty() {
            return Vec::new();
        }
        let lines = days
            .iter()
            .map(|(day, what)| Paragraph::text(format!("{}: {what}", dates::day(*day, self.today))));
        vec![Part::Heading("Coming up".to_owned()), Part::List(lines.collect())]
    }
}
