//! Word to an advocate of what Slack refused: what it costs, and what to do.

use jiff::civil::Date;

use crate::domain::effect::{PostId, PostKey};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Message, Paragraph, Part, Span};
use crate::domain::program::Program;
use crate::domain::refusal::{Call, told};
use crate::domain::state::{Phase, PostState, State};

use super::amount;
use super::dates;
use super::relay::{Who, seen_by};

/// Most messages that are named; the others are counted.
const NAMED: usize = 15;

/// Messages were refused for their content: whom they should have reached.
pub(super) fn content(program: &Program, state: &State, to: &PersonId, since: Seq) -> Message {
    let all = state.refused_content.get(&since);
    let posts = all.into_iter().flat_map(|refused| refused.posts.keys());
    let posts = posts.filter_map(|post| Some((*post, state.post(*post)?)));
    let mine: Vec<(PostId, &PostState)> =
        posts.filter(|(_, post)| told(program, &post.key).contains(to)).collect();
    let count = amount::plural(u64::try_from(mine.len()).unwrap_or(u64::MAX), "message");
    let first = format!("Slack refused {count}: something in the text or layout isn't accepted.");
    let mut lines: Vec<Paragraph> =
        mine.iter().take(NAMED).map(|(_, post)| line(program, state, post)).collect();
    if mine.len() > NAMED {
        lines.push(Paragraph::text(format!("and {} more", mine.len() - NAMED)));
    }
    let next = Paragraph(vec![
        Span::Text("Next: talk to the people who are still left out, and ".to_owned()),
        Span::Code(format!("{} met @person", program.command)),
        Span::Text(
            " records it. This is a fault in Canvass, so tell whoever runs it: a newer version tries again by itself, as long as a message is still worth sending."
                .to_owned(),
        ),
    ]);
    let parts = vec![Part::Paragraph(Paragraph::text(&first)), Part::List(lines), Part::Paragraph(next)];
    with_footer(Message::new(first, parts), program, to)
}

fn line(program: &Program, state: &State, post: &PostState) -> Paragraph {
    let who = Who::of(program, state, post.key.to());
    let now = match &post.phase {
        Phase::Refused { code, .. } => format!("refused ({code})"),
        Phase::Waiting { .. } | Phase::Intended { .. } => "being tried again".to_owned(),
        Phase::Sent { .. } => "sent since".to_owned(),
        Phase::Missed => "not sent: its time is over".to_owned(),
        Phase::Unknown => "tried again; I can't tell whether it arrived".to_owned(),
    };
    who.opens(&format!(": {}, {now}", what(program, &post.key)))
}

fn what(program: &Program, key: &PostKey) -> String {
    let Some(delivery) = key.delivery() else { return format!("a message of the kind “{}”", key.word()) };
    let title = program
        .initiative(&delivery.initiative)
        .map_or(delivery.initiative.as_str(), |initiative| initiative.title.as_str());
    format!("{} about “{title}”", delivery.touch.word().replace('_', "-"))
}

/// A kind of call is refused.
pub(super) fn calls(program: &Program, state: &State, to: &PersonId, calls: Call, since: Seq) -> Message {
    let Some(refused) = state.calls_refused.get(&calls).filter(|refused| refused.since == since) else {
        let first = format!("Slack lets me {} again.", ability(calls));
        let parts = two(&first, "There's nothing to do here.");
        return with_footer(Message::new(first, parts), program, to);
    };
    let first = format!("Slack doesn't let me {} ({}).", ability(calls), refused.code);
    let next = format!(
        "{} I keep trying. Next: ask whoever runs Canvass to run “canvass doctor”; it says what to fix.",
        costs(calls)
    );
    let parts = two(&first, &next);
    with_footer(Message::new(first, parts), program, to)
}

/// What can't be done.
fn ability(calls: Call) -> &'static str {
    match calls {
        Call::Post => "send messages",
        Call::File => "send files such as calendar invitations",
        Call::LookUp => "look up whether a message arrived",
        Call::Update => "update messages that I've sent",
        Call::Reply => "show dialogs",
        Call::Home => "show App Home",
        Call::People => "read who is in the workspace",
        Call::Quiet => "read who has turned on do-not-disturb",
        Call::Connect => "connect",
    }
}

/// What that costs.
fn costs(calls: Call) -> &'static str {
    match calls {
        Call::Post => "Nothing goes out.",
        Call::File => "Invitations to booked office hours wait; everything else goes out.",
        Call::LookUp => {
            "If Slack doesn't confirm a message, I send that person nothing more until I know whether it arrived. They count as left out."
        }
        Call::Update => "People may not see their own answers, or a correction, in messages that they have.",
        Call::Reply => "People can't fill in anything.",
        Call::Home => "App Home shows what it showed before.",
        Call::People => "I go by what I read before, for as long as that is recent enough.",
        Call::Quiet => "I go by send hours alone.",
        Call::Connect => "Nobody's clicks reach me.",
    }
}

/// Everything was refused for a while, and that is over.
pub(super) fn interrupted(
    program: &Program,
    state: &State,
    to: &PersonId,
    since: Seq,
    today: Date,
) -> Message {
    let zone = &program.calendar.zone;
    let known = state.interruption.as_ref().filter(|interruption| interruption.since == since);
    let first = match known.and_then(|interruption| Some((interruption, interruption.until?))) {
        Some((interruption, until)) => {
            let day = dates::reading(zone.to_datetime(interruption.from).date(), today);
            let minutes = until.duration_since(interruption.from).as_mins();
            let long = match u64::try_from(minutes).unwrap_or_default() {
                under if under < 120 => amount::plural(under, "minute"),
                more => amount::plural(more / 60, "hour"),
            };
            let code = &interruption.code;
            format!("Nothing could be sent for {long} on {day}: Slack refused everything ({code}).")
        }
        None => "Nothing could be sent for a while: Slack refused everything.".to_owned(),
    };
    let parts = two(&first, "It's over, and what was due goes out now. There's nothing to do here.");
    with_footer(Message::new(first, parts), program, to)
}

fn with_footer(mut message: Message, program: &Program, to: &PersonId) -> Message {
    message.footer = Some(seen_by(program, None, to));
    message
}

fn two(first: &str, next: &str) -> Vec<Part> {
    vec![Part::Paragraph(Paragraph::text(first)), Part::Paragraph(Paragraph::told(next))]
}
