//! News for an advocate that no stakeholder caused: what happened, what it means, what to do.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::calendar::Quarter;
use crate::domain::coverage::disagree;
use crate::domain::effect::{Notice, PostId, PostKey};
use crate::domain::event::PauseReason;
use crate::domain::ids::{InitiativeId, PersonId, Seq, TeamId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Look, Message, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{ClockOff, State};

use super::account::{self, Told};
use super::buttons::button;
use super::case::{names, person, team_name, zone};
use super::next::stance_in_words;
use super::relay::{Who, seen_by};
use super::unsayable::Unsayable;
use super::{amount, dates, few_hours, host_calendar, refused, wording};

/// What an advocate says who knows that the data folder is empty for a good reason.
pub const FIRST_START: &str = "Yes, it's the first";
/// The same, after somebody has said no.
pub const FIRST_AFTER_ALL: &str = "It is the first start";

/// The notice to the advocate `to`.
pub(super) fn notice(
    program: &Program,
    state: &State,
    seen: &Observations,
    notice: &Notice,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let reader = person(program, to)?;
    let today = zone(program, seen, reader).to_datetime(now).date();
    let desk = Desk { program, state, to, today, now };
    match notice {
        Notice::Unreachable { person, .. } => Ok(desk.unreachable(person)),
        Notice::Account { person, since } => {
            let Told { first, parts, buttons } = account::news(program, state, person, *since);
            let mut message = desk.message(first, parts, None);
            message.buttons = buttons;
            Ok(message)
        }
        Notice::Unknown { post } => Ok(desk.unknown(*post)),
        Notice::Late { initiative, quarter } => desk.late(initiative, *quarter),
        Notice::Disagreement { initiative, team, quarter, .. } => {
            desk.disagreement(initiative, team, *quarter)
        }
        Notice::Paused { since } => Ok(desk.paused(*since)),
        Notice::ConfigRefused { since } => Ok(desk.config_refused(*since)),
        Notice::ContentRefused { since } => Ok(refused::content(program, state, to, *since)),
        Notice::CallsRefused { calls, since } => Ok(refused::calls(program, state, to, *calls, *since)),
        Notice::Interrupted { since } => Ok(refused::interrupted(program, state, to, *since, today)),
        Notice::CalendarFails { since } => Ok(host_calendar::fails(program, state, seen, to, *since, now)),
        Notice::EntryRefused { since } => Ok(host_calendar::refused(program, state, seen, to, *since)),
        Notice::NoHours { initiative, quarter } => {
            few_hours::none_held(program, to, desk.initiative(initiative)?, *quarter)
        }
        Notice::HoursTaken { initiative, quarter, .. } => {
            few_hours::all_taken(program, state, to, desk.initiative(initiative)?, *quarter)
        }
    }
}

/// The advocate's desk, on which notices land.
struct Desk<'a> {
    program: &'a Program,
    state: &'a State,
    to: &'a PersonId,
    today: Date,
    now: Timestamp,
}

impl Desk<'_> {
    fn message(&self, notification: String, parts: Vec<Part>, about: Option<&Initiative>) -> Message {
        let mut message = Message::new(notification, parts);
        message.footer = Some(seen_by(self.program, about, self.to));
        message
    }

    fn initiative(&self, id: &InitiativeId) -> Result<&Initiative, Unsayable> {
        self.program.initiative(id).ok_or_else(|| Unsayable::NoInitiative(id.clone()))
    }

    fn command(&self, rest: &str) -> Span {
        Span::Code(format!("{} {rest}", self.program.command))
    }

    fn unreachable(&self, id: &PersonId) -> Message {
        let who = Who::of(self.program, self.state, id);
        let known = self.state.person(id).and_then(|person| person.unreachable.as_ref());
        let because = known.map_or_else(String::new, |refused| {
            let day = self.program.calendar.zone.to_datetime(refused.at).date();
            format!(" Slack refused with {} on {}.", refused.code, dates::reading(day, self.today))
        });
        let first = format!("{} can't be reached by direct message.", who.full);
        let wait = if self.program.is_advocate(id) { "day" } else { "week" };
        let next = Paragraph(vec![
            Span::Text(
                "They count as left out until somebody speaks to them. Next: if the account changed, correct it in ".to_owned(),
            ),
            Span::Code("config/people.toml".to_owned()),
            Span::Text("; or talk to them yourself, and ".to_owned()),
            self.command(&format!("met @{}", who.short)),
            Span::Text(format!(" records it. I'll try again in a {wait}, or as soon as I hear from them; ")),
            self.command(&format!("send @{}", who.short)),
            Span::Text(" tries at once.".to_owned()),
        ]);
        let parts =
            vec![Part::Paragraph(Paragraph::text(format!("{first}{because}"))), Part::Paragraph(next)];
        self.message(first, parts, None)
    }

    fn unknown(&self, id: PostId) -> Message {
        let key = self.state.post(id).map(|post| &post.key);
        let whom = key.map(|key| Who::of(self.program, self.state, key.to()));
        let (full, short) =
            whom.map_or(("somebody".to_owned(), "them".to_owned()), |who| (who.full, who.short));
        let about = key
            .and_then(PostKey::delivery)
            .and_then(|delivery| Some((delivery, self.program.initiative(&delivery.initiative)?)));
        let (what, yourself) = match (key, about) {
            (Some(PostKey::Answer { .. }), _) => {
                ("the answer to a question".to_owned(), "answer it yourself")
            }
            (_, Some((delivery, of))) => {
                let touch = delivery.touch.word().replace('_', "-");
                (format!("the {touch} about “{}”", of.title), "make the case yourself")
            }
            _ => ("a message".to_owned(), "tell them yourself"),
        };
        let first = format!("I can't tell whether {what} reached {full}.");
        let next = format!(
            "It won't be sent again, so that nobody gets it twice. Next: ask {short} whether it arrived, and {yourself} if it didn't."
        );
        self.message(first.clone(), two(first, next), about.map(|(_, of)| of))
    }

    fn late(&self, id: &InitiativeId, quarter: Quarter) -> Result<Message, Unsayable> {
        let initiative = self.initiative(id)?;
        let window = self.program.window(quarter).ok_or(Unsayable::NoWindow(quarter))?;
        let left = window.freezes.duration_since(self.now).as_hours() / 24;
        let days = amount::plural(u64::try_from(left).unwrap_or(0), "day");
        let freeze = dates::day(window.freezes_on, self.today);
        let first = format!("“{}” was added late for {}.", initiative.title, quarter.short());
        let cost = format!(
            "Plans freeze on {freeze}, in {days}. What that costs: no heads-up before the pitch, fewer reminders, and some teams have planned already. The pitch says so and offers {} instead.",
            quarter.next().short()
        );
        let next = Paragraph(vec![
            Span::Text("Next: talk to the deciders yourself first; ".to_owned()),
            self.command(&format!("plan {id}")),
            Span::Text(" shows who gets what, and when.".to_owned()),
        ]);
        let parts = vec![Part::Paragraph(Paragraph::text(format!("{first} {cost}"))), Part::Paragraph(next)];
        Ok(self.message(first, parts, Some(initiative)))
    }

    fn disagreement(&self, id: &InitiativeId, team: &TeamId, quarter: Quarter) -> Result<Message, Unsayable> {
        let initiative = self.initiative(id)?;
        let name = team_name(self.program, team);
        let stakeholders = self.program.stakeholders(initiative);
        let first = format!("People in {name} disagree about “{}”.", initiative.title);
        if !disagree(self.state, initiative, team, &stakeholders) {
            let first = format!("People in {name} agree about “{}” again.", initiative.title);
            return Ok(self.message(
                first.clone(),
                two(first, "Nothing to do.".to_owned()),
                Some(initiative),
            ));
        }
        let answers: Vec<Paragraph> = stakeholders
            .iter()
            .filter_map(|stakeholder| {
                let engagement = self.state.engagement(&stakeholder.person, id, quarter)?;
                let stance = stance_in_words(engagement.stances.get(team)?.stance);
                let who = Who::of(self.program, self.state, &stakeholder.person);
                let decides = initiative.asks.get(team).and_then(|ask| ask.decider.as_ref());
                let decider =
                    if decides == Some(&stakeholder.person) { "; decides for the team" } else { "" };
                Some(who.opens(&format!(": {stance}{decider}")))
            })
            .collect();
        let next = Paragraph(vec![
            Span::Text(
                "Nobody is shown another's answer. Next: talk to each of them one to one; ".to_owned(),
            ),
            self.command("met"),
            Span::Text(" records what came of it.".to_owned()),
        ]);
        let parts =
            vec![Part::Paragraph(Paragraph::text(first.clone())), Part::List(answers), Part::Paragraph(next)];
        Ok(self.message(first, parts, Some(initiative)))
    }

    fn config_refused(&self, since: Seq) -> Message {
        let Some(refused) = self.state.refused_config.as_ref().filter(|refused| refused.since == since)
        else {
            let first =
                "The configuration had errors. They've been fixed, or it was changed again.".to_owned();
            return self.message(first.clone(), two(first, "Nothing to do here.".to_owned()), None);
        };
        let faults = match refused.faults {
            1 => "a fault".to_owned(),
            more => amount::plural(u64::from(more), "fault"),
        };
        let first = format!("The changed configuration has {faults}, so I'm still using the one before.");
        let places = refused.places.iter().map(|place| Paragraph(vec![Span::Code(place.clone())])).collect();
        let next = Paragraph(vec![
            Span::Text("Next: ".to_owned()),
            Span::Code("canvass check".to_owned()),
            Span::Text(
                " says what's wrong with each and what to write instead. Once that's fixed, I use it within seconds."
                    .to_owned(),
            ),
        ]);
        let more = usize::try_from(refused.faults).unwrap_or(0).saturating_sub(refused.places.len());
        let mut parts = vec![Part::Paragraph(Paragraph::text(&first)), Part::List(places)];
        if more > 0 {
            parts.push(Part::Small(Paragraph::text(format!("And {more} more."))));
        }
        parts.push(Part::Paragraph(next));
        self.message(first, parts, None)
    }

    fn paused(&self, since: Seq) -> Message {
        if let Some(off) = self.state.clock_off.filter(|off| off.since == since) {
            let first = format!(
                "Campaign messages wait: the clock of the machine I run on is {}.",
                ClockOff::said(off.ahead)
            );
            let next = "Answers to people who write still go out. Next: ask whoever runs the machine to set its clock. Messages resume by themselves once it agrees with Slack's.";
            return self.message(first.clone(), two(first, next.to_owned()), None);
        }
        if let Some((_, PauseReason::FirstStart { denied_by })) = &self.state.paused {
            return self.first_start(denied_by.as_ref());
        }
        let Some((_, reason)) = self.state.paused.as_ref().filter(|(seq, _)| *seq == since) else {
            let first = "Sending had stopped and has resumed.".to_owned();
            return self.message(first.clone(), two(first, "Nothing to do.".to_owned()), None);
        };
        let (first, next) = match reason {
            PauseReason::Asked { by } => {
                let who = names(self.program, std::slice::from_ref(by));
                let who = if by == self.to { "you".to_owned() } else { wording::joined(&who) };
                let resumes = match self.program.may_resume(self.to, by) {
                    true => "somebody resumes".to_owned(),
                    false => format!("{who} or an admin resumes"),
                };
                (
                    format!("Sending is paused: {who} asked for it."),
                    format!("Answers are still recorded; no planned message goes out until {resumes}."),
                )
            }
            PauseReason::Unproven => (
                "Sending is paused: I may not know everything I've sent.".to_owned(),
                "My records are new, or came from a backup or a copy. I'm looking in Slack for messages that may have gone out already. Next: look at the plan, then resume.".to_owned(),
            ),
            // Asked above.
            PauseReason::FirstStart { denied_by } => return self.first_start(denied_by.as_ref()),
            PauseReason::Configuration { code } => (
                format!("Sending is paused: Slack refuses everything ({code})."),
                if reason.ends_by_itself() {
                    "Next: ask whoever runs Canvass to run “canvass doctor”; it says what to fix. I try again every few minutes, and resume once it works.".to_owned()
                } else {
                    "Next: install the app in Slack again, then resume.".to_owned()
                },
            ),
            PauseReason::Returned { code } => (
                format!("Sending is paused: Slack had refused everything ({code})."),
                "It takes messages again, so answers go out. Planned messages wait for you. Next: look at the plan, then resume.".to_owned(),
            ),
        };
        let mut message = self.message(first.clone(), two(first, next), None);
        if !matches!(reason, PauseReason::Asked { by } if !self.program.may_resume(self.to, by)) {
            message.buttons = vec![button("Resume sending", Action::Resume, Look::Primary)];
        }
        message
    }
}

impl Desk<'_> {
    /// The question that an empty data folder raises.
    fn first_start(&self, denied_by: Option<&PersonId>) -> Message {
        let (first, next) = match denied_by {
            None => (
                "Is this my first start here? My data folder is empty.".to_owned(),
                "If it is, I'll start sending as planned. If I've been running here before, my records are missing: \
                 who asked me to stop, who answered, and what I've already sent. I won't send anything until an \
                 advocate answers."
                    .to_owned(),
            ),
            Some(by) => {
                let who = if by == self.to {
                    "You".to_owned()
                } else {
                    wording::joined(&names(self.program, std::slice::from_ref(by)))
                };
                (
                    format!("{who} said that this isn't my first start, so my records are missing."),
                    "I won't send anything. Next: ask whoever runs Canvass to stop it, put the data folder back or \
                     restore a backup, and start it again. If it is my first start after all, say so, and I'll start \
                     sending; I'd then know nothing of who asked me to stop."
                        .to_owned(),
                )
            }
        };
        let mut message = self.message(first.clone(), two(first, next), None);
        match denied_by {
            None => {
                message.buttons.push(button(FIRST_START, Action::Resume, Look::Primary));
                message.buttons.push(button("No, it isn't", Action::NotFirst, Look::Plain));
            }
            // One click would write to people who asked to be left alone.
            Some(_) => message.buttons.push(button(FIRST_AFTER_ALL, Action::Resume, Look::Plain)),
        }
        message
    }
}

fn two(first: String, next: String) -> Vec<Part> {
    vec![Part::Paragraph(Paragraph::text(first)), Part::Paragraph(Paragraph::text(next))]
}
