//! *What Canvass knows about me*: everything on record about the reader themselves, and nothing that anybody
//! else answered (rule R7). What is held about a person is gathered in `domain::state`, where a field can't
//! be added without deciding what it tells.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::directory::Person;
use crate::domain::engagement::Stance;
use crate::domain::event::Said;
use crate::domain::ids::{InitiativeId, PersonId, Seq};
use crate::domain::message::{Modal, ModalKind, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{About, BookingState, PersonState, Phase, Received, Standing, State};

use super::booking::slot_in_words;
use super::case::{names, zone};
use super::{amount, wording};

/// Most entries of a list: a modal holds a hundred blocks, and people remember the latest.
const MOST: usize = 30;

/// The modal for `reader`.
pub fn known_about(
    program: &Program,
    state: &State,
    seen: &Observations,
    reader: &Person,
    now: Timestamp,
) -> Modal {
    let known = state.person(&reader.id).cloned().unwrap_or_default();
    let about = state.about(&reader.id);
    let zone = zone(program, seen, reader);
    let desk = Desk { program, state, known: &known, about: &about, reader, zone, now };
    let mut parts = vec![Part::Paragraph(Paragraph::text(
        "What I keep about you. Of notes by others I show only that they exist.",
    ))];
    section(&mut parts, "Who you are", desk.identity(seen), "");
    section(&mut parts, "Your answers", desk.answers(), "You haven't answered anything.");
    section(&mut parts, "What you wrote", desk.wrote(), "You haven't written anything.");
    section(&mut parts, "Your bookings", desk.bookings(), "You haven't booked anything.");
    section(&mut parts, "What others recorded about you", desk.recorded(), "Nothing.");
    section(&mut parts, "What was sent to you", desk.sent(), "Nothing was sent to you.");
    let deeds = desk.deeds();
    if !deeds.is_empty() {
        section(&mut parts, "What you did for initiatives", deeds, "");
    }
    section(&mut parts, "Your settings", desk.settings(), "");
    parts.push(Part::Heading("Who sees it".to_owned()));
    parts.push(Part::Paragraph(Paragraph::text(who_sees(program, reader, &known))));
    parts.push(Part::Heading("How to be forgotten".to_owned()));
    parts.extend(desk.forgetting().into_iter().map(|text| Part::Paragraph(Paragraph::text(text))));
    let title = "What I know about you".to_owned();
    Modal { kind: ModalKind::Read, title, parts, fields: Vec::new(), submit: None }
}

fn section(parts: &mut Vec<Part>, heading: &str, lines: Vec<String>, none: &str) {
    parts.push(Part::Heading(heading.to_owned()));
    if lines.is_empty() {
        parts.push(Part::Paragraph(Paragraph::text(none)));
        return;
    }
    let left_out = lines.len().saturating_sub(MOST);
    parts.push(Part::List(lines.into_iter().skip(left_out).map(Paragraph::text).collect()));
    if left_out > 0 {
        parts.push(Part::Small(Paragraph::text(format!("And {left_out} older ones."))));
    }
}

/// The reader, and everything about them.
struct Desk<'a> {
    program: &'a Program,
    state: &'a State,
    known: &'a PersonState,
    about: &'a About<'a>,
    reader: &'a Person,
    zone: &'a TimeZone,
    now: Timestamp,
}

impl Desk<'_> {
    fn on(&self, at: Timestamp) -> String {
        self.zone.to_datetime(at).strftime("%a %-d %b %Y %H:%M").to_string()
    }

    fn title(&self, id: &InitiativeId) -> String {
        self.program.initiative(id).map_or_else(|| id.to_string(), |initiative| initiative.title.clone())
    }

    fn name(&self, id: &PersonId) -> String {
        names(self.program, std::slice::from_ref(id)).into_iter().next().unwrap_or_else(|| id.to_string())
    }

    fn identity(&self, seen: &Observations) -> Vec<String> {
        let held = self.known.held();
        let mut lines = vec![format!("{}, called {} in my configuration.", self.reader.name, self.reader.id)];
        let account = held.slack.map_or_else(
            || "I haven't found your Slack account.".to_owned(),
            |slack| format!("Your Slack account is {slack}."),
        );
        let conversation = if held.conversation { " I know our direct message." } else { "" };
        lines.push(format!("{account}{conversation}"));
        for former in held.former {
            lines.push(format!("You had the Slack account {former} before."));
        }
        if let Some(at) = held.account_changed {
            lines.push(format!("Something about your Slack account changed, {}.", self.on(at)));
        }
        let zone = self.zone.iana_name().unwrap_or("unknown");
        lines.push(format!("Your time zone is {zone}."));
        if seen.of(&self.reader.id).is_some() {
            lines.push(
                "While I run I also read your status, do-not-disturb and mail address in Slack. I don't store them."
                    .to_owned(),
            );
        }
        lines
    }

    fn answers(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for ((about, quarter), engagement) in &self.known.engagements {
            let held = engagement.held();
            let what = format!("“{}”, {}", self.title(about), quarter.short());
            if let Some((stance, at, by)) = held.stance {
                let reason = match held.reason {
                    Some(reason) if !reason.is_empty() => format!(" Your reason: “{reason}”"),
                    Some(_) | None => String::new(),
                };
                let by = by.map_or_else(String::new, |by| format!(", as {} recorded it", self.name(by)));
                lines.push(format!("{what}: {}, since {}{by}.{reason}", said(stance), self.on(at)));
            }
            if held.confirmed {
                lines.push(format!("{what}: you found the heads-up right."));
            }
            if held.concern {
                lines.push(format!("{what}: your concern is open, so I write nothing more about it."));
            }
            if held.wants_follow_up {
                lines.push(format!("{what}: you asked to hear how it turns out."));
            }
        }
        lines
    }

    fn wrote(&self) -> Vec<String> {
        self.about.said.iter().map(|(of, received)| self.said(*of, received)).collect()
    }

    fn said(&self, of: Seq, received: &Received) -> String {
        let what = match received.said {
            Said::Question => "a question",
            Said::Remark => "a remark",
            Said::Courtesy => "a courtesy",
            Said::Talk => "a wish to talk",
            Said::Concern => "a concern",
            Said::Correction => "a correction",
            Said::Referral => "a hint who else should hear of it",
        };
        let words = match received.text.as_ref().and_then(|text| text.reveal()) {
            Some(words) if !received.withdrawn => format!(": “{words}”"),
            Some(_) => ", which you took back".to_owned(),
            None => String::new(),
        };
        // Whom is about somebody else as well.
        let names = received.referral.as_ref().is_some_and(|referral| referral.whom.is_some());
        let whom = if names { " You named somebody." } else { "" };
        let question = self.state.questions.get(&of);
        let faq = question.and_then(|question| question.matched.as_ref()).and_then(|of| of.answer.reveal());
        let faq = faq.map_or_else(String::new, |answer| format!(" The FAQ answered: “{answer}”"));
        let helped = match question.and_then(|question| question.helped) {
            Some(true) => " You said that it helped.",
            Some(false) => " You said that it didn't help.",
            None => "",
        };
        let answers = self.state.answers_to(of).map(|(_, answer)| {
            let words = answer.answer.reveal().map_or_else(String::new, |words| format!(": “{words}”"));
            format!(" {} answered{words}", self.name(&answer.by))
        });
        let answers: String = answers.collect();
        format!("{}, {what}{words}{whom}{faq}{helped}{answers}", self.on(received.at))
    }

    fn bookings(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.about.bookings.iter().map(|(_, booking)| self.booking(booking)).collect();
        for (of, wait) in &self.about.waits {
            let about = wait
                .subject
                .as_ref()
                .map_or_else(String::new, |subject| format!(" about “{}”", self.title(&subject.initiative)));
            let with =
                wait.host.as_ref().map_or_else(String::new, |host| format!(" with {}", self.name(host)));
            lines.push(match wait.told {
                None if self.state.is_open_wait(*of, wait) => {
                    format!("You wait for office hours{with}{about}, since {}.", self.on(wait.at))
                }
                None => {
                    format!("You waited for office hours{with}{about}. Word that one was free was given up.")
                }
                Some(told) => format!(
                    "You waited for office hours{with}{about} and were told on {} that one was free.",
                    self.on(told)
                ),
            });
        }
        for hours in self.about.hours {
            let (from, until) = (hours.from.strftime("%H:%M"), hours.until.strftime("%H:%M"));
            lines.push(format!("You added office hours on {}, {from} to {until}.", day(hours.on)));
        }
        if self.about.blocks > 0 {
            let entries = count(self.about.blocks, "entry", "entries");
            lines.push(format!("{entries} of mine in your calendar keep your office hours free."));
        }
        lines
    }

    fn booking(&self, booking: &BookingState) -> String {
        let guest = booking.guest == self.reader.id;
        let with = self.name(if guest { &booking.slot.host } else { &booking.guest });
        let about = booking
            .subject
            .as_ref()
            .map_or_else(String::new, |subject| format!(" about “{}”", self.title(&subject.initiative)));
        // What somebody else wrote is theirs; a host has read it in their own message.
        let topic = booking.topic.as_ref().filter(|_| guest).and_then(|topic| topic.reveal());
        let topic = topic.map_or_else(String::new, |topic| format!(" You wrote: “{topic}”"));
        let stands = match &booking.standing {
            Standing::Agreed if booking.is_ahead(self.now) => "booked",
            Standing::Agreed => "over",
            Standing::Cancelled { .. } => "canceled",
            Standing::Kept => "you met",
            Standing::NoShow => "it didn't take place",
        };
        let moved = match booking.changes.len() {
            0 | 1 => String::new(),
            more => format!(", changed {}", count(more - 1, "time", "times")),
        };
        let when = slot_in_words(&booking.slot, self.zone);
        format!("{when} with {with}{about}: {stands}{moved}.{topic}")
    }

    fn recorded(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for ((about, quarter), engagement) in &self.known.engagements {
            let held = engagement.held();
            let what = format!("“{}”, {}", self.title(about), quarter.short());
            if let Some(at) = held.conversation {
                lines.push(format!("{what}: a conversation with you, recorded {}.", self.on(at)));
            }
            if let Some(by) = held.handed_over {
                lines.push(format!("{what}: {} speaks to you instead of me.", self.name(by)));
            }
            if held.looked_at > 0 {
                let looked_at = count(held.looked_at, "message", "messages");
                lines.push(format!("{what}: {looked_at} to you approved, held or rewritten by an advocate."));
            }
            if held.missed > 0 {
                let missed = count(usize::try_from(held.missed).unwrap_or(usize::MAX), "message", "messages");
                lines.push(format!("{what}: {missed} to you given up, since their time had passed."));
            }
            if held.unknown {
                lines.push(format!("{what}: I can't tell whether a message reached you."));
            }
        }
        for note in &self.about.notes {
            let about = note.initiative.as_ref();
            let about = about.map_or_else(String::new, |about| format!(" on “{}”", self.title(about)));
            let (by, at) = (self.name(&note.by), self.on(note.at));
            lines.push(format!(
                "{at}, a note about you{about} by {by}, which only advocates and admins read."
            ));
        }
        for (about, approached) in &self.about.approached {
            let (by, title, at) = (self.name(&approached.by), self.title(about), self.on(approached.at));
            lines.push(format!("{by} decided to write to you about “{title}”, {at}."));
        }
        if self.about.named > 0 {
            let times = count(self.about.named, "time", "times");
            lines.push(format!("Somebody named you as the one to ask, {times}."));
        }
        let held = self.known.held();
        if let Some((first, last)) = held.leave {
            lines.push(format!(
                "You're on leave from {} to {}, as an advocate entered.",
                day(first),
                day(last)
            ));
        }
        if let Some((code, at)) = held.unreachable {
            lines.push(format!("Slack says that no message can reach you ({code}), since {}.", self.on(at)));
        }
        lines
    }

    fn sent(&self) -> Vec<String> {
        let mut sent: Vec<(Timestamp, String)> = Vec::new();
        for ((about, _), engagement) in &self.known.engagements {
            for ((touch, _), post) in &engagement.deliveries {
                if let Some(Phase::Sent { at, .. }) = self.state.post(*post).map(|post| &post.phase) {
                    let what = touch.word().replace('_', "-");
                    sent.push((*at, format!("{}, the {what} about “{}”", self.on(*at), self.title(about))));
                }
            }
        }
        sent.sort();
        let mut lines: Vec<String> = Vec::new();
        for (kind, (number, last)) in self.about.sent.iter().filter(|(kind, _)| **kind != "touch") {
            let number = amount::plural(u64::try_from(*number).unwrap_or(u64::MAX), kind);
            lines.push(format!("{number}, the last one {}", self.on(*last)));
        }
        lines.extend(sent.into_iter().map(|(_, line)| line));
        lines
    }

    fn deeds(&self) -> Vec<String> {
        self.about.deeds.iter().map(|(what, number)| format!("{number} {what}")).collect()
    }

    fn settings(&self) -> Vec<String> {
        let held = self.known.held();
        let mut lines = Vec::new();
        if held.stopped {
            lines.push("Stopped: nothing about planning is sent to you.".to_owned());
        }
        for about in held.stopped_initiatives {
            lines.push(format!("Stopped: nothing about “{}” is sent to you.", self.title(about)));
        }
        if let Some(until) = held.snoozed_until.filter(|until| self.now < *until) {
            lines.push(format!("Snoozed until {}.", self.on(until)));
        }
        if lines.is_empty() {
            lines.push("Nothing stopped, nothing snoozed.".to_owned());
        }
        lines.push(format!("Messages come {}, your time.", self.program.hours_of(self.reader)));
        lines
    }

    /// What happens by itself, and what whoever runs it has to do.
    fn forgetting(&self) -> Vec<String> {
        let expire = match self.program.words_expire {
            Some(quarters) => format!(
                "Your words are stored encrypted, and nobody can read them any more {} after the one you wrote them \
                 in. Your answers still count.",
                count(usize::try_from(quarters).unwrap_or(usize::MAX), "quarter", "quarters")
            ),
            None => "Your words are stored encrypted, and kept until you ask to be forgotten.".to_owned(),
        };
        let advocates: Vec<PersonId> =
            self.program.people.keys().filter(|id| self.program.is_advocate(id)).cloned().collect();
        let ask = match names(self.program, &advocates).as_slice() {
            [] => "Ask whoever runs Canvass".to_owned(),
            names => format!("Ask {} or whoever runs Canvass", names.join(", ")),
        };
        let own =
            self.program.is_advocate(&self.reader.id) || self.program.hours.contains_key(&self.reader.id);
        let first =
            if own { " You act for initiatives, so somebody has to take over from you first." } else { "" };
        vec![
            expire,
            format!(
                "{ask} to run “canvass forget”. Your words, and notes about you, can then never be read again. \
                 Messages to others about you are replaced with one line, your bookings are canceled, and nothing is \
                 ever sent to you again. What stays: counts, a mark that tells me not to write to you, and older \
                 records that your id and Slack account took part. It can't reach this conversation in Slack, hosts' \
                 calendars, the configuration that names you, or copies that somebody made.{first}"
            ),
        ]
    }
}

fn day(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// Where the reader stands, as it is told to them.
fn said(stance: Stance) -> &'static str {
    match stance {
        Stance::Committed => "you plan it",
        Stance::FirstStep => "you plan the first step",
        Stance::Supportive => "you back it",
        Stance::Considering => "you would like to talk first",
        Stance::Concerned => "you have a concern",
        Stance::Declined => "not this quarter",
    }
}

fn who_sees(program: &Program, reader: &Person, known: &PersonState) -> String {
    let concerns = |initiative: &&crate::domain::initiative::Initiative| {
        program.stakeholder(initiative, reader).is_some()
            || known.engagements.keys().any(|(about, _)| *about == initiative.id)
    };
    let mut seers: Vec<PersonId> = Vec::new();
    let of_initiatives = program.initiatives.iter().filter(concerns).flat_map(|of| of.advocates.iter());
    for id in of_initiatives.chain(&program.admins).filter(|id| **id != reader.id) {
        if !seers.contains(id) {
            seers.push(id.clone());
        }
    }
    let names = names(program, &seers);
    if names.is_empty() {
        return "Only you.".to_owned();
    }
    format!(
        "You, and {} as advocates of what is asked of you or as admins. A host also sees what you wrote when you booked.",
        wording::joined(&names)
    )
}
