//! What is asked of a person, what they answered and asked, and how they want to be left alone.
//!
//! Nothing here is about anybody else (rule R7) but the names of those who see the answers.

use jiff::Timestamp;

use super::{Desk, heading, plain, row, said, small};
use crate::command::{Scene, bookings as office_hours, listed};
use crate::domain::effect::{PostId, PostKey};
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::initiative::{Ask, Initiative};
use crate::domain::message::{Action, Answer, Button, Look, Message, Paragraph, Part, Span};
use crate::domain::office_hours::{Viewer, next_free_by_day};
use crate::domain::state::{Phase, PostState};
use crate::domain::waiting::given;
use crate::message::{self, beginning};

/// Asks and answers that are shown; whatever is older is in the direct message.
const ASKS: usize = 10;
const QUESTIONS: usize = 5;
const HOURS: usize = 4;
/// Characters of a question or an answer that are shown.
const WORDS: usize = 400;

/// A message that was sent to the reader, with what it says now.
struct Sent<'a> {
    id: PostId,
    initiative: &'a Initiative,
    post: &'a PostState,
    touch: Touch,
    says: Message,
}

pub(super) fn page(desk: &Desk<'_>) -> Vec<Part> {
    let sent = sent(desk);
    let (open, settled): (Vec<Sent<'_>>, Vec<Sent<'_>>) =
        sent.into_iter().partition(|sent| sent.says.recorded.is_none());
    // What was stopped without an answer stands among the settings, where it is undone.
    let answered: Vec<Sent<'_>> =
        settled.into_iter().filter(|sent| stance(desk, sent).is_some() || !stopped(desk, sent)).collect();
    let mut parts = vec![heading("What is asked of you")];
    if open.is_empty() {
        let wants_none = desk.scene.state.person(&desk.reader.id).is_some_and(|known| known.stopped);
        parts.push(said(if wants_none {
            "Nothing, since you stopped all messages."
        } else if answered.is_empty() {
            "Nothing at the moment. When something is, it comes to you in our direct message, and stands here too."
        } else {
            "Nothing is open."
        }));
    }
    parts.extend(open.iter().take(ASKS).map(|sent| asked(desk, sent)));
    parts.extend(more(open.len()));
    if !answered.is_empty() {
        parts.push(heading("What you answered"));
        parts.extend(answered.iter().take(ASKS).map(|sent| self::answered(desk, sent)));
        parts.extend(more(answered.len()));
    }
    parts.extend(questions(desk));
    parts.extend(bookings(desk));
    parts.extend(hours(desk));
    parts.push(Part::Divider);
    parts.extend(settings(desk));
    parts.push(seen_by(desk));
    parts
}

/// Whether the reader wants no more messages about it, or none at all.
fn stopped(desk: &Desk<'_>, sent: &Sent<'_>) -> bool {
    let known = desk.scene.state.person(&desk.reader.id);
    known.is_some_and(|known| known.stopped || known.stopped_initiatives.contains(&sent.initiative.id))
}

fn more(all: usize) -> Option<Part> {
    let hidden = all.saturating_sub(ASKS);
    (hidden > 0).then(|| small(format!("And {hidden} more in our direct message.")))
}

/// The latest message of each initiative that wants an answer, as it stands, nearest freeze first.
fn sent<'a>(desk: &Desk<'a>) -> Vec<Sent<'a>> {
    let scene = desk.scene;
    let Some(known) = scene.state.person(&desk.reader.id) else { return Vec::new() };
    let mut sent = Vec::new();
    for ((about, quarter), engagement) in &known.engagements {
        let found = scene.program.initiative(about);
        let Some(initiative) = found.filter(|of| !of.withdrawn && of.quarter == *quarter) else { continue };
        let delivered = engagement.deliveries.iter().filter(|((touch, _), _)| match touch {
            Touch::HeadsUp | Touch::Pitch | Touch::Reminder | Touch::LastCall => true,
            Touch::FollowUp => false,
        });
        let posts = delivered.filter_map(|((touch, _), id)| {
            let post = scene.state.post(*id)?;
            match &post.phase {
                Phase::Sent { at, .. } => Some((*at, *id, post, *touch)),
                Phase::Intended { .. }
                | Phase::Waiting { .. }
                | Phase::Refused { .. }
                | Phase::Unknown
                | Phase::Missed => None,
            }
        });
        let Some((_, id, post, touch)) = posts.max_by_key(|(at, ..)| *at) else { continue };
        let (teams, audience) = (&post.teams, post.audience);
        let says =
            message::compose(scene.program, scene.state, scene.seen, &post.key, teams, audience, scene.now);
        // What can't be said any more can't be answered either.
        if let Ok(says) = says {
            sent.push(Sent { id, initiative, post, touch, says });
        }
    }
    let freeze = |of: &Sent<'_>| scene.program.window(of.initiative.quarter).map(|window| window.freezes);
    sent.sort_by_key(freeze);
    sent
}

fn until(desk: &Desk<'_>, of: &Initiative) -> String {
    match desk.scene.program.window(of.quarter) {
        Some(window) if desk.scene.now < window.freezes => {
            format!(" Plans freeze on {}.", desk.day(window.freezes_on))
        }
        Some(_) | None => String::new(),
    }
}

/// An open ask, with the buttons of its message.
fn asked(desk: &Desk<'_>, sent: &Sent<'_>) -> Part {
    let what = match sent.touch {
        Touch::HeadsUp => "This is coming. Is it right so far?".to_owned(),
        Touch::Pitch | Touch::Reminder | Touch::LastCall | Touch::FollowUp => ask(desk, sent),
    };
    let text = vec![
        Span::Strong(sent.initiative.title.clone()),
        Span::Text(format!("\n{what}{}", until(desk, sent.initiative))),
    ];
    let mut buttons = sent.says.buttons.clone();
    buttons.truncate(4);
    let stop = Action::StopAbout { initiative: Some(sent.initiative.id.clone()) };
    buttons.push(plain("No more about this", stop));
    Part::Row { about: Some(sent.id), text: Paragraph(text), buttons }
}

/// What exactly is asked, in the role it was argued for.
fn ask(desk: &Desk<'_>, sent: &Sent<'_>) -> String {
    let asks: Vec<&Ask> = sent.post.teams.iter().filter_map(|team| sent.initiative.asks.get(team)).collect();
    let team = |ask: &&Ask| {
        let known = desk.scene.program.teams.get(&ask.team);
        known.map_or_else(|| ask.team.to_string(), |team| team.name.clone())
    };
    let teams: Vec<String> = asks.iter().map(team).collect();
    match sent.post.audience {
        Some(Audience::Executive) => {
            let teams: Vec<&str> = teams.iter().map(String::as_str).collect();
            let propose = if teams.len() == 1 { "proposes" } else { "propose" };
            beginning(&format!("Will you back it, if {} {propose} it?", listed(&teams, "and")), WORDS)
        }
        Some(Audience::Engineer) => {
            let what = match &sent.initiative.design {
                Some(_) => "Read the design and say what breaks",
                None => "Say what would break",
            };
            match asks.iter().filter_map(|ask| ask.review_by).min() {
                Some(day) => format!("{what}, by {}.", desk.day(day)),
                None => format!("{what}."),
            }
        }
        Some(Audience::Product | Audience::EngineeringManager) | None => {
            let each: Vec<String> =
                asks.iter().zip(&teams).map(|(ask, team)| format!("{team}: {}", ask.what)).collect();
            format!("{}.", beginning(&each.join("; "), WORDS))
        }
    }
}

/// An answer, with the others to choose from until the freeze.
fn answered(desk: &Desk<'_>, sent: &Sent<'_>) -> Part {
    let scene = desk.scene;
    let recorded = sent.says.recorded.clone().unwrap_or_default();
    let mut text = vec![Span::Strong(sent.initiative.title.clone()), Span::Text("\n".to_owned())];
    text.extend(recorded.0);
    let (key, teams, audience) = (&sent.post.key, &sent.post.teams, sent.post.audience);
    let changes = sent.says.buttons.iter().any(|button| button.action == Action::Change);
    let open = changes
        .then(|| {
            message::compose_unanswered(
                scene.program,
                scene.state,
                scene.seen,
                key,
                teams,
                audience,
                scene.now,
            )
            .ok()
        })
        .flatten();
    let Some(open) = open else {
        let mut buttons = sent.says.buttons.clone();
        buttons.retain(|button| button.action != Action::Change);
        buttons.truncate(5);
        return Part::Row { about: Some(sent.id), text: Paragraph(text), buttons };
    };
    let taken = stance(desk, sent);
    text.push(Span::Text(" Changed your mind? Choose again:".to_owned()));
    let mut buttons: Vec<Button> = open
        .buttons
        .into_iter()
        .filter(|button| {
            let Action::Answer(answer) = &button.action else { return true };
            !is(*answer, taken)
        })
        .map(|button| Button { look: Look::Plain, ..button })
        .collect();
    buttons.truncate(5);
    Part::Row { about: Some(sent.id), text: Paragraph(text), buttons }
}

fn stance(desk: &Desk<'_>, sent: &Sent<'_>) -> Option<Stance> {
    let PostKey::Touch(key) = &sent.post.key else { return None };
    let engagement = desk.scene.state.engagement(&desk.reader.id, &key.initiative, key.quarter)?;
    engagement.stance().map(|taken| taken.stance)
}

/// Whether an answer is the one that was given.
fn is(answer: Answer, taken: Option<Stance>) -> bool {
    let stance = match answer {
        Answer::PlanIt => Stance::Committed,
        Answer::FirstStep => Stance::FirstStep,
        Answer::BackIt | Answer::LooksRight => Stance::Supportive,
        Answer::Talk => Stance::Considering,
        Answer::No => Stance::Declined,
    };
    taken == Some(stance)
}

/// What the reader asked, and what came of it.
fn questions(desk: &Desk<'_>) -> Vec<Part> {
    let state = desk.scene.state;
    let known = state.person(&desk.reader.id);
    let asked = known.into_iter().flat_map(|known| known.asked.iter().rev());
    let asked = asked.filter_map(|of| Some((state.received.get(of)?, state.questions.get(of)?)));
    let mut parts = Vec::new();
    for (received, question) in asked.filter(|(received, _)| !received.withdrawn).take(QUESTIONS) {
        let Some(words) = received.text.as_ref().and_then(|text| text.reveal()) else { continue };
        let mut text = vec![
            Span::Strong(format!("“{}”", beginning(words, WORDS))),
            Span::Text(format!(" You asked on {}.", desk.day_of(received.at))),
        ];
        let mut answers: Vec<String> = Vec::new();
        if let Some(matched) = &question.matched
            && let Some(words) = matched.answer.reveal()
        {
            answers.push(format!("\nFrom the FAQ: {}", beginning(words, WORDS)));
        }
        for answer in given(state, question) {
            let Some(words) = answer.answer.reveal() else { continue };
            let who = desk.scene.person(&answer.by).map_or("The advocate", |person| &person.given_name);
            answers.push(format!("\n{who}: {}", beginning(words, WORDS)));
        }
        if answers.is_empty() {
            answers.push(" A human reads it and answers you in our direct message.".to_owned());
        }
        text.extend(answers.into_iter().map(Span::Text));
        parts.push(Part::Paragraph(Paragraph(text)));
    }
    if !parts.is_empty() {
        parts.insert(0, heading("What you asked"));
    }
    parts
}

/// What the reader has booked, or others with them.
pub(super) fn bookings(desk: &Desk<'_>) -> Vec<Part> {
    let mut rows = office_hours::bookings(desk.scene, desk.reader);
    if desk.scene.program.hours.contains_key(&desk.reader.id) {
        let text = if rows.is_empty() { "Nobody has booked your office hours at the moment." } else { "" };
        rows.push(row(text.into(), vec![plain("Add office hours", Action::AddHours)]));
        rows.extend(office_hours::feed(desk.scene, desk.reader));
        rows.extend(office_hours::doubts(desk.scene, desk.reader));
    }
    if !rows.is_empty() {
        rows.insert(0, heading("Your bookings"));
    }
    rows
}

/// Whether it is argued to the reader, or was.
fn concerns(desk: &Desk<'_>, of: &Initiative) -> bool {
    let Scene { program, state, .. } = desk.scene;
    let was_written_to = || {
        let engagement = state.engagement(&desk.reader.id, &of.id, of.quarter);
        engagement.is_some_and(|engagement| engagement.reached)
    };
    !of.withdrawn && (program.stakeholder(of, desk.reader).is_some() || was_written_to())
}

/// When somebody is there to talk.
fn hours(desk: &Desk<'_>) -> Vec<Part> {
    let Scene { program, state, seen, now, .. } = desk.scene;
    let viewer = Viewer { guest: &desk.reader.id, zone: desk.zone };
    let mut hours: Vec<(Timestamp, String, Option<String>)> = Vec::new();
    for initiative in program.initiatives.iter().filter(|of| concerns(desk, of)) {
        for slot in next_free_by_day(program, state, seen, initiative, viewer, now, Timestamp::MAX) {
            let at = desk.zone.to_datetime(slot.starts).strftime("%A %-d %B %H:%M");
            let host = desk.scene.name(&slot.host);
            let place = program.hours.get(&slot.host).and_then(|hours| hours.place.clone());
            hours.push((slot.starts, format!("{at}, your time, with {host}"), place));
        }
    }
    hours.sort();
    hours.dedup();
    hours.truncate(HOURS);
    let ask = plain("Ask a question", Action::Ask { initiative: None });
    let mut parts = vec![heading("Questions and office hours")];
    if !hours.is_empty() {
        parts.push(Part::List(hours.into_iter().map(|(_, line, place)| met(line, place)).collect()));
    }
    parts.push(row(
        Paragraph::text("Questions are welcome any time, here or in our direct message."),
        vec![plain("Book a time", Action::Book { initiative: None, host: None }), ask],
    ));
    parts
}

/// An office hour, and where it is.
fn met(line: String, place: Option<String>) -> Paragraph {
    let mut spans = vec![Span::Text(line)];
    match place {
        Some(url) if url.starts_with("https://") => {
            spans.push(Span::Text(", ".to_owned()));
            spans.push(Span::Link { label: "join".to_owned(), url });
        }
        Some(place) => spans.push(Span::Text(format!(", {place}"))),
        None => {}
    }
    Paragraph(spans)
}

/// How the reader wants to be left alone.
fn settings(desk: &Desk<'_>) -> Vec<Part> {
    let known = desk.scene.state.person(&desk.reader.id);
    let known_about_me = plain("What Canvass knows about me", Action::KnownAboutMe);
    let danger = |label: &str, action| Button { label: label.to_owned(), action, look: Look::Danger };
    let mut parts = Vec::new();
    if known.is_some_and(|known| known.stopped) {
        let undo = plain("Undo", Action::UndoStopAbout { initiative: None });
        parts.push(row("You stopped all messages about planning.".into(), vec![undo, known_about_me]));
        return parts;
    }
    for about in known.into_iter().flat_map(|known| known.stopped_initiatives.iter().take(5)) {
        let title = desk.scene.program.initiative(about).map_or(about.as_str(), |of| of.title.as_str());
        let undo = plain("Undo", Action::UndoStopAbout { initiative: Some(about.clone()) });
        parts.push(row(Paragraph::text(format!("You want no more about “{title}”.")), vec![undo]));
    }
    let stop = danger("Stop all messages", Action::StopAbout { initiative: None });
    let snoozed = known.and_then(|known| known.snoozed_until).filter(|until| desk.scene.now < *until);
    parts.push(match snoozed {
        Some(until) => row(
            Paragraph::text(format!("Nothing is sent to you before {}.", desk.day_of(until))),
            vec![plain("Write to me again", Action::Wake), stop, known_about_me],
        ),
        None => row(
            Paragraph::text(format!(
                "Messages about planning come in your working hours, and never more than {} in seven days.",
                desk.scene.program.limits.per_week
            )),
            vec![plain("Remind me later", Action::Snooze), stop, known_about_me],
        ),
    });
    parts
}

/// Who sees the reader's answers.
fn seen_by(desk: &Desk<'_>) -> Part {
    let program = desk.scene.program;
    let mut seers: Vec<Vec<&str>> = Vec::new();
    for initiative in &program.initiatives {
        if !concerns(desk, initiative) {
            continue;
        }
        let names: Vec<&str> = program
            .people
            .values()
            .filter(|person| person.id != desk.reader.id && program.sees_answers(&person.id, initiative))
            .map(|person| person.name.as_str())
            .collect();
        if !seers.contains(&names) {
            seers.push(names);
        }
    }
    match seers.as_slice() {
        [] => small("Only you see this page."),
        [only] => small(format!(
            "Only you see this page. Your answers are seen by {} and nobody else.",
            listed(only, "and")
        )),
        _ => small("Only you see this page. Each message names who sees your answer."),
    }
}
