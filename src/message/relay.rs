//! What a person said or asked for, passed on to an advocate: who, about what, in their words, and
//! what to do next.

use jiff::Timestamp;

use crate::domain::coverage::out_of_reach;
use crate::domain::directory::Person;
use crate::domain::event::{Referral, Said};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Look, Message, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::office_hours::Viewer;
use crate::domain::personal::Personal;
use crate::domain::program::Program;
use crate::domain::silence::unasked;
use crate::domain::state::{Received, State, called_forgotten};

use super::buttons::button;
use super::case::{hours, person, team_name, zone};
use super::gap::{decide_hint, silent_because};
use super::inquiry::{Brought, inquiry};
use super::unsayable::Unsayable;
use super::wording;

/// The relay of record `of` to the advocate `to`.
pub(super) fn relay(
    program: &Program,
    state: &State,
    seen: &Observations,
    of: Seq,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let received = state.received.get(&of).ok_or(Unsayable::NoRecord(of))?;
    if received.said == Said::Question {
        return inquiry(program, state, seen, (of, to), Brought::On, now);
    }
    let reader = person(program, to)?;
    let initiative = received.initiative.as_ref().and_then(|id| program.initiative(id));
    let who = Who::of(program, state, &received.person);
    let on = |preposition: &str| {
        initiative.map_or_else(String::new, |initiative| format!(" {preposition} “{}”", initiative.title))
    };
    let intro = match received.said {
        Said::Question | Said::Remark | Said::Courtesy => format!(" wrote to you{}.", on("about")),
        Said::Talk => format!(" would like to talk{}.", on("about")),
        Said::Concern => format!(" has a concern{}.", on("about")),
        Said::Correction => format!(" found something wrong{}.", on("in the heads-up about")),
        Said::Referral => match &received.referral {
            Some(Referral { decides: true, .. }) => format!(" says that someone else decides{}.", on("on")),
            Some(Referral { decides: false, .. }) => format!(" says that somebody is missing{}.", on("on")),
            None => format!(" says that someone else decides{}, or is missing.", on("on")),
        },
    };
    let mut parts = vec![Part::Paragraph(who.opens(&intro))];
    if let Some(whom) = received.referral.as_ref().and_then(|referral| referral.whom.clone()) {
        let named =
            vec![Span::Text("They named ".to_owned()), Span::Mention(whom), Span::Text(".".to_owned())];
        parts.push(Part::Paragraph(Paragraph(named)));
    }
    if let Some(quote) = quote(received) {
        parts.push(quote);
    }
    let next = next(program, received, initiative, &who.short);
    parts.push(Part::Paragraph(next));
    let viewer = Viewer { guest: &received.person, zone: zone(program, seen, reader) };
    if received.said == Said::Talk
        && let Some(initiative) = initiative
        && let Some(line) = hours_line(program, state, seen, initiative, viewer, &who.short, now)
    {
        parts.push(Part::Paragraph(Paragraph::text(line)));
    }
    if let Some(line) = stands(state, received, initiative, &who.short) {
        parts.push(Part::Small(Paragraph::text(line)));
    }
    let mut message = Message::new(format!("{}{intro}", who.full), parts);
    message.footer = Some(seen_by(program, initiative, to));
    hold(&mut message, state, (of, received), initiative, &who.short);
    refer(&mut message, program, state, seen, (of, received), to);
    Ok(message)
}

/// A person as advocates read of them.
pub(super) struct Who {
    /// Name, role and teams.
    pub(super) full: String,
    /// What they are called.
    pub(super) short: String,
    mention: Option<Span>,
    role: String,
}

impl Who {
    /// The person called `id`, who may have left the configuration.
    pub(super) fn of(program: &Program, state: &State, id: &PersonId) -> Self {
        let slack = match program.people.get(id) {
            Some(person) => person.account(state),
            None => state.person(id).and_then(|known| known.slack.as_ref()),
        };
        let mention = slack.cloned().map(Span::Mention);
        let Ok(person) = person(program, id) else {
            let name = called_forgotten(id).map_or_else(|| id.to_string(), str::to_owned);
            return Self { full: name.clone(), short: name, mention, role: String::new() };
        };
        let role = role(program, person);
        let full = format!("{}{role}", person.name);
        Self { full, short: person.given_name.clone(), mention, role }
    }

    /// A paragraph that opens with them, so that a click leads to them.
    pub(super) fn opens(&self, rest: &str) -> Paragraph {
        match &self.mention {
            Some(mention) => Paragraph(vec![mention.clone(), Span::Text(format!("{}{rest}", self.role))]),
            None => Paragraph::text(format!("{}{rest}", self.full)),
        }
    }
}

/// " (product manager, Checkout)".
pub(super) fn role(program: &Program, person: &Person) -> String {
    let mut words: Vec<&str> = person.audiences.iter().min().map(|role| role.title()).into_iter().collect();
    let teams: Vec<&str> = person.teams.iter().map(|team| team_name(program, team)).collect();
    let teams = wording::joined(&teams);
    if !teams.is_empty() {
        words.push(&teams);
    }
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// What they wrote, word for word.
pub(super) fn quote(received: &Received) -> Option<Part> {
    Some(match received.text.as_ref()? {
        text @ Personal::Open { .. } => Part::Quote(text.reveal()?.to_owned()),
        Personal::Sealed(_) => Part::Small(Paragraph::text("Their words can't be opened at the moment.")),
        Personal::Forgotten => Part::Small(Paragraph::text("Their words have been removed for good.")),
    })
}

fn next(program: &Program, received: &Received, initiative: Option<&Initiative>, name: &str) -> Paragraph {
    let text = |text: String| Span::Text(text);
    let met = || {
        let handle = match initiative {
            Some(initiative) => format!("{} met @{name} {}", program.command, initiative.id),
            None => format!("{} met @{name}", program.command),
        };
        vec![Span::Code(handle), text(" records that you talked.".to_owned())]
    };
    let mut spans = match received.said {
        Said::Question | Said::Remark | Said::Courtesy => {
            return Paragraph(vec![text(format!(
                "It does not look like a question, so {name} was promised no answer."
            ))]);
        }
        Said::Talk => vec![text(format!("Next: write to {name} and agree on a time. "))],
        Said::Concern => vec![text(format!(
            "Next: talk to {name}. Until then the bot sends {name} nothing more about it. "
        ))],
        Said::Correction => vec![text(format!(
            "Next: check it, correct the initiative's file if {name} is right, and tell {name} what you found. Until then the bot sends {name} nothing more about it. "
        ))],
        Said::Referral => {
            let pauses = received.referral.as_ref().is_some_and(|referral| referral.decides);
            let pauses = if pauses && received.settled.is_none() {
                format!("Until you do either, I won't send {name} anything more about it. ")
            } else {
                String::new()
            };
            let mut spans = vec![text(format!(
                "Next: approach them, and they get a first message of their own that doesn't name {name}; \
                 or leave it. {pauses}To add them permanently, name them in "
            ))];
            spans.push(match initiative {
                Some(initiative) => Span::Code(file(initiative)),
                None => text("the initiative's file".to_owned()),
            });
            spans.push(text(".".to_owned()));
            return Paragraph(spans);
        }
    };
    spans.extend(met());
    Paragraph(spans)
}

/// Where an initiative is written down.
pub(super) fn file(initiative: &Initiative) -> String {
    format!("config/initiatives/{}.toml", initiative.id)
}

fn hours_line(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &Initiative,
    viewer: Viewer<'_>,
    name: &str,
    now: Timestamp,
) -> Option<String> {
    let until = program.window(initiative.quarter).map_or(Timestamp::MAX, |window| window.freezes);
    let hours = hours(program, state, seen, initiative, viewer, now, until);
    (!hours.is_empty()).then(|| format!("Your next free office hours, which {name} was shown: {hours}."))
}

fn stands(state: &State, received: &Received, initiative: Option<&Initiative>, name: &str) -> Option<String> {
    let initiative = initiative?;
    let engagement = state.engagement(&received.person, &initiative.id, initiative.quarter)?;
    let stance = engagement.stance()?.stance.word().replace('_', " ");
    Some(format!("{name}'s answer so far: {stance}."))
}

/// Who else reads this (rule R7).
pub(super) fn seen_by(program: &Program, initiative: Option<&Initiative>, to: &PersonId) -> Paragraph {
    let advocates = initiative.map(|initiative| initiative.advocates.clone()).unwrap_or_default();
    let others: Vec<PersonId> = advocates
        .into_iter()
        .chain(program.admins.iter().cloned())
        .filter(|id| id != to)
        .fold(Vec::new(), |mut others, id| {
            if !others.contains(&id) {
                others.push(id);
            }
            others
        });
    let names = super::case::names(program, &others);
    if names.is_empty() {
        Paragraph::text("Only you see this.")
    } else {
        Paragraph::text(format!("Only you and {} may see this.", wording::joined(&names)))
    }
}

/// Lets the advocate approach whom a referral names, until that is decided.
fn refer(
    message: &mut Message,
    program: &Program,
    state: &State,
    seen: &Observations,
    (of, received): (Seq, &Received),
    to: &PersonId,
) {
    if received.said != Said::Referral {
        return;
    }
    let Some(settled) = &received.settled else {
        message.buttons = decide_hint(of);
        return;
    };
    let by = if settled.by == *to {
        "You".to_owned()
    } else {
        wording::joined(&super::case::names(program, std::slice::from_ref(&settled.by)))
    };
    message.recorded = Some(Paragraph::text(match &settled.approached {
        Some(whom) => {
            let name = person(program, whom).map_or_else(|_| whom.to_string(), |whom| whom.name.clone());
            let initiative = received.initiative.as_ref().and_then(|id| program.initiative(id));
            if out_of_reach(program, state, seen, whom).is_some() {
                format!(
                    "{by} decided to approach {name}. But no message reaches them: please talk to them yourself."
                )
            } else if let Some((because, teams)) =
                initiative.and_then(|initiative| unasked(program, state, initiative, whom))
            {
                let teams: Vec<&str> = teams.iter().map(|team| team_name(program, team)).collect();
                format!(
                    "{by} decided to approach {name}. But {}, so I write nothing more to them: please talk to them \
                         about {} yourself.",
                    silent_because(program, &because),
                    wording::joined(&teams)
                )
            } else {
                format!("{by} decided to approach {name}, who is written to about it.")
            }
        }
        None => format!("{by} decided to let it be."),
    }));
}

/// Lets the advocate release a concern, as long as it holds: the latest is the one that does.
fn hold(
    message: &mut Message,
    state: &State,
    (of, received): (Seq, &Received),
    initiative: Option<&Initiative>,
    name: &str,
) {
    let (Said::Concern | Said::Correction, Some(initiative)) = (received.said, initiative) else { return };
    let engagement = state.engagement(&received.person, &initiative.id, initiative.quarter);
    let text = match engagement.and_then(|engagement| engagement.concern) {
        Some(open) if open == of => {
            message.buttons = vec![button("Concern settled", Action::ReleaseConcern, Look::Primary)];
            return;
        }
        Some(_) => format!(
            "{name} has said something else since. Once that is settled, messages to {name} about this can go out again."
        ),
        None => format!("Settled: messages to {name} about this can go out again."),
    };
    message.recorded = Some(Paragraph::text(text));
}
