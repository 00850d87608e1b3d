//! An advocate's first page: what to do next, and how each initiative stands.

use super::{Desk, heading, lists, mine, plain, queue, row, said, small, week};
use crate::domain::event::PauseReason;
use crate::domain::marks;
use crate::domain::message::{Action, Button, Look, Page, Paragraph, Part, Span};
use crate::domain::next::{Next, Why};
use crate::domain::state::ClockOff;
use crate::domain::survey::{CONVERSATIONS, Survey};
use crate::message;

/// Initiatives that are shown here; the rest is a page away.
const INITIATIVES: usize = 8;
/// Messages to come that are shown here.
const COMING: usize = 3;

pub(super) fn page(desk: &Desk<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    parts.extend(stopped(desk));
    parts.extend(paused(desk));
    parts.extend(refused(desk));
    parts.extend(desk.ways(&Page::First));
    parts.extend(queue::glance(desk));
    let survey = desk.survey(CONVERSATIONS);
    parts.extend(talk_next(desk, &survey));
    parts.extend(lists::first_question(desk));
    parts.extend(mine::bookings(desk));
    parts.push(heading("Where they stand"));
    parts.extend(desk.overseen.iter().take(INITIATIVES).map(|of| lists::initiative(desk, &survey, of)));
    if desk.overseen.len() > INITIATIVES {
        let label = format!("All {} initiatives", desk.overseen.len());
        let page = Page::Initiatives { from: 0 };
        parts.push(row(Paragraph::default(), vec![plain(&label, Action::Turn { page })]));
    }
    parts.extend(week::glance(desk, COMING));
    parts.push(Part::Divider);
    parts.push(sending(desk));
    parts.push(small(
        "Only you see this page. What people answered is for its advocates and the admins only.",
    ));
    parts
}

/// That nothing is sent, and why.
pub(super) fn stopped(desk: &Desk<'_>) -> Option<Part> {
    if marks::are_unreadable(desk.scene.state, desk.scene.seen) {
        return Some(said(marks::UNREADABLE));
    }
    if let Some(off) = desk.scene.state.clock_off {
        let text = format!(
            "Campaign messages wait: the clock of the machine I run on is {}. They go out once it's set.",
            ClockOff::said(off.ahead)
        );
        return Some(Part::Paragraph(Paragraph(vec![Span::Strong(text)])));
    }
    let (_, reason) = desk.scene.state.paused.as_ref()?;
    let text = match reason {
        PauseReason::Asked { by } if *by == desk.reader.id => "Sending is paused: you asked for it.".to_owned(),
        PauseReason::Asked { by } => format!("Sending is paused: {} asked for it.", desk.scene.name(by)),
        PauseReason::Unproven => {
            "Sending is paused: my records are new, or came from a backup or a copy, and some messages may have gone out before. Look at this week, then resume.".to_owned()
        }
        PauseReason::Configuration { code } if reason.ends_by_itself() => format!(
            "Sending is paused: Slack refuses everything ({code}). I try again every few minutes and resume once it works."
        ),
        PauseReason::FirstStart { denied_by: None } => {
            "Nothing is sent yet: is this my first start here?".to_owned()
        }
        PauseReason::FirstStart { denied_by: Some(by) } => {
            format!("Nothing is sent: {} said that this isn't my first start.", desk.scene.name(by))
        }
        PauseReason::Configuration { code } => {
            format!("Sending is paused: Slack refuses everything ({code}). Fix the app in Slack, then resume.")
        }
        PauseReason::Returned { code } => format!(
            "Sending is paused: Slack had refused everything ({code}), and takes messages again. Look at this week, then resume."
        ),
    };
    let label = match reason {
        PauseReason::FirstStart { denied_by: None } => message::FIRST_START,
        PauseReason::FirstStart { denied_by: Some(_) } => message::FIRST_AFTER_ALL,
        PauseReason::Asked { .. }
        | PauseReason::Unproven
        | PauseReason::Configuration { .. }
        | PauseReason::Returned { .. } => "Resume sending",
    };
    let look = if label == message::FIRST_AFTER_ALL { Look::Plain } else { Look::Primary };
    let theirs = match reason {
        PauseReason::Asked { by } => desk.scene.program.may_resume(&desk.reader.id, by),
        PauseReason::FirstStart { .. }
        | PauseReason::Unproven
        | PauseReason::Configuration { .. }
        | PauseReason::Returned { .. } => true,
    };
    let resume = theirs.then(|| Button { label: label.into(), action: Action::Resume, look });
    let buttons = resume.into_iter().collect();
    Some(Part::Row { about: None, text: Paragraph(vec![Span::Strong(text)]), buttons })
}

/// Whether nothing is sent about any of the reader's initiatives, since somebody paused each.
pub(super) fn is_all_paused(desk: &Desk<'_>) -> bool {
    let paused = &desk.scene.state.paused_initiatives;
    !desk.overseen.is_empty() && desk.overseen.iter().all(|of| paused.contains_key(&of.id))
}

/// That nothing is sent about some of the reader's initiatives, and who asked for it.
pub(super) fn paused(desk: &Desk<'_>) -> Vec<Part> {
    let scene = desk.scene;
    let line = |of: &&crate::domain::initiative::Initiative| {
        let by = scene.state.paused_initiatives.get(&of.id)?;
        let who = if *by == desk.reader.id { "you".to_owned() } else { scene.name(by) };
        Some(Paragraph(vec![Span::Strong(format!(
            "Sending about “{}” is paused: {who} asked for it.",
            of.title
        ))]))
    };
    let mut lines: Vec<Paragraph> = desk.overseen.iter().filter_map(line).collect();
    // While everything is paused, the button above is the one that counts.
    let button = Button { label: "Resume sending".into(), action: Action::Resume, look: Look::Plain };
    let buttons = if scene.state.paused.is_some() { Vec::new() } else { vec![button] };
    let Some(last) = lines.pop() else {
        return Vec::new();
    };
    lines.truncate(INITIATIVES);
    let mut parts: Vec<Part> = lines.into_iter().map(Part::Paragraph).collect();
    parts.push(row(last, buttons));
    parts
}

/// That the latest change of the configuration is not in force.
fn refused(desk: &Desk<'_>) -> Vec<Part> {
    let Some(refused) = &desk.scene.state.refused_config else { return Vec::new() };
    let text = "The changed configuration has faults, so the one before is in force. `canvass check` says what to write instead.";
    let places = refused.places.iter().map(|place| Paragraph(vec![Span::Code(place.clone())])).collect();
    vec![Part::Paragraph(Paragraph(vec![Span::Strong(text.replace('`', ""))])), Part::List(places)]
}

fn talk_next(desk: &Desk<'_>, survey: &Survey<'_>) -> Vec<Part> {
    let (scene, next) = (desk.scene, &survey.next);
    let mut parts = vec![heading("Talk to next")];
    if next.is_empty() {
        parts.push(said("Nobody to follow up with right now."));
    }
    parts.extend(next.iter().map(|next| {
        let text = message::next_conversation(scene.program, desk.zone, scene.now, next);
        row(text, hand_over(next))
    }));
    parts
}

/// *I'll talk to them*, where the bot would otherwise go on writing.
fn hand_over(next: &Next) -> Vec<Button> {
    let Some(person) = &next.person else { return Vec::new() };
    let (initiative, person) = (next.initiative.clone(), person.clone());
    match &next.why {
        Why::DeciderSilent { .. } | Why::Silent | Why::Considering => {
            vec![plain("I'll talk to them", Action::HandOver { person, initiative, taken: true })]
        }
        Why::Promised { .. } => {
            vec![plain("Leave them to the bot", Action::HandOver { person, initiative, taken: false })]
        }
        Why::Concern { .. }
        | Why::Disagreement { .. }
        | Why::OutOfReach { .. }
        | Why::Stopped { .. }
        | Why::NoDecider { .. } => Vec::new(),
    }
}

/// The button that stops everything.
fn sending(desk: &Desk<'_>) -> Part {
    if desk.scene.state.paused.is_some() {
        return small("Answers are taken while sending is paused.");
    }
    if is_all_paused(desk) {
        return small("Answers are taken while what is yours is paused.");
    }
    let text = Paragraph::text("Messages go out as planned, in each person's working hours.");
    let pause = Button { label: "Pause sending".into(), action: Action::Pause, look: Look::Danger };
    row(text, vec![pause])
}
