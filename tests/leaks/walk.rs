//! What people do at random, with words of their own in everything they write.

use std::collections::BTreeMap;

use canvass::command::Request;
use canvass::domain::effect::{DeliveryKey, PostId};
use canvass::domain::engagement::Touch;
use canvass::domain::event::{Stage, Verdict};
use canvass::domain::ids::{FaqId, InitiativeId, MessageTs, PersonId, Seq};
use canvass::domain::message::{Action, Answer, ModalKind, Page, Value, Values};
use canvass::domain::observation::Observations;
use canvass::domain::office_hours::free_slots;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::house::{House, Shown, channel_of, slack_id};

/// Something that a person does. Numbers choose among whatever there is at the time.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Clicks { who: usize, on: usize, others: bool, action: usize, about: usize },
    Submits { who: usize, on: usize, others: bool, modal: usize, about: usize },
    Types { who: usize, thread: Option<usize>, others: bool, text: usize },
    Commands { who: usize, word: usize, whom: usize, about: usize },
    Opens { who: usize, page: usize, about: usize },
    Edits { who: usize, place: usize, deletes: bool },
    Waits { hours: i64 },
}

/// Any deed; people mostly keep to their own messages, and sometimes pry into others'.
pub(super) fn deed() -> impl Strategy<Value = Deed> {
    let n = || 0..1_000_usize;
    let pries = || prop::bool::weighted(0.2);
    // The advocate does a good part of everything.
    let who = || prop_oneof![3 => n(), 2 => Just(ADVOCATE)];
    prop_oneof![
        6 => (who(), n(), pries(), n(), n())
            .prop_map(|(who, on, others, action, about)| Deed::Clicks { who, on, others, action, about }),
        4 => (who(), n(), pries(), n(), n())
            .prop_map(|(who, on, others, modal, about)| Deed::Submits { who, on, others, modal, about }),
        4 => (who(), prop::option::of(n()), pries(), n())
            .prop_map(|(who, thread, others, text)| Deed::Types { who, thread, others, text }),
        3 => (who(), n(), n(), n())
            .prop_map(|(who, word, whom, about)| Deed::Commands { who, word, whom, about }),
        2 => (who(), n(), n()).prop_map(|(who, page, about)| Deed::Opens { who, page, about }),
        1 => (who(), n(), any::<bool>()).prop_map(|(who, place, deletes)| Deed::Edits { who, place, deletes }),
        4 => (1..60_i64).prop_map(|hours| Deed::Waits { hours }),
    ]
}

const ADVOCATE: usize = usize::MAX;

/// What was said, by whom.
#[derive(Debug, Default)]
pub(super) struct Talk {
    /// Each person's own words, which nobody but they and the advocates may meet.
    pub(super) words: BTreeMap<String, PersonId>,
    /// Where things were typed.
    places: Vec<(PersonId, MessageTs)>,
    said: usize,
}

impl Talk {
    /// Whether the person had written the name themselves, in what this answers.
    pub(super) fn named(&self, shown: &Shown, name: &str) -> bool {
        shown.what.starts_with("the reply to") && shown.what.contains(name)
    }

    /// A sentence with a word of its own; an advocate's may be meant for the person, a stakeholder's never
    /// for another.
    fn says(&mut self, house: &House, who: &PersonId, about: usize) -> String {
        const SENTENCES: [&str; 6] = [
            "What does it cost us, {}?",
            "Does the limit cause double charges {}?",
            "We can't, {} comes first.",
            "Thanks {}",
            "I think {} is wrong here",
            "Who else is asked about {}?",
        ];
        self.said += 1;
        let word = format!("zq{}zq", self.said);
        if !house.program.is_advocate(who) {
            self.words.insert(word.clone(), who.clone());
        }
        SENTENCES[about % SENTENCES.len()].replace("{}", &word)
    }

    /// What an advocate keeps to themselves.
    fn keeps(&mut self, who: &PersonId) -> String {
        self.said += 1;
        let word = format!("zq{}zq", self.said);
        self.words.insert(word.clone(), who.clone());
        word
    }

    pub(super) fn perform(&mut self, house: &mut House, deed: &Deed) {
        match deed {
            Deed::Clicks { who, on, others, action, about } => {
                let who = person(house, *who);
                let Some(post) = post(house, &who, *on, *others) else { return };
                let action = actions(house, post, *action, *about);
                house.does(&who, Request::Act { post: Some(post), action });
            }
            Deed::Submits { who, on, others, modal, about } => {
                let who = person(house, *who);
                let Some(post) = post(house, &who, *on, *others) else { return };
                let modal = modals(house, post, *modal, *about);
                let text = self.says(house, &who, *about);
                let values = values(house, &text, *about);
                house.does(&who, Request::Submit { modal, values });
            }
            Deed::Types { who, thread, others, text } => {
                let who = person(house, *who);
                let text = self.says(house, &who, *text);
                let thread = thread.and_then(|thread| {
                    let of = if *others { person(house, thread) } else { who.clone() };
                    let posts = house.posts_of(&of);
                    posts.get(thread % posts.len().max(1)).map(|(_, ts)| ts.clone())
                });
                let ts = format!("{}.{:06}", house.now.as_second(), 500_000 + self.said);
                let ts = MessageTs::parse(&ts).unwrap();
                self.places.push((who.clone(), ts.clone()));
                house.does(&who, Request::Typed { channel: channel_of(&who), ts, thread, text });
            }
            Deed::Commands { who, word, whom, about } => self.commands(house, *who, *word, *whom, *about),
            Deed::Opens { who, page, about } => {
                let who = person(house, *who);
                let page = pages(house, *page, *about);
                house.does(&who, Request::OpenHome { page });
            }
            Deed::Edits { who, place, deletes } => {
                if self.places.is_empty() {
                    return;
                }
                let (by, ts) = self.places[place % self.places.len()].clone();
                // Slack lets people change what is their own; somebody else's place is a forgery.
                let who = if who % 4 == 0 { person(house, *who) } else { by.clone() };
                let channel = channel_of(&by);
                let request = if *deletes {
                    Request::Delete { channel, ts }
                } else {
                    Request::Edit { channel, ts, thread: None, text: self.says(house, &who, *place) }
                };
                house.does(&who, request);
            }
            Deed::Waits { hours } => house.passes(SignedDuration::from_hours(*hours)),
        }
    }

    fn commands(&mut self, house: &mut House, who: usize, word: usize, whom: usize, about: usize) {
        const WORDS: [&str; 23] = [
            "help",
            "initiatives",
            "show",
            "plan",
            "coverage",
            "gaps",
            "preview",
            "send",
            "met",
            "note",
            "ask",
            "hours",
            "book",
            "bookings",
            "snooze",
            "stop",
            "approve",
            "hold",
            "correct",
            "handover",
            "stage",
            "recall",
            "leave",
        ];
        let who = person(house, who);
        let whom = slack_id(&person(house, whom));
        let initiative = initiative(house, about);
        let name = WORDS[word % WORDS.len()];
        let text = match name {
            "note" | "met" => {
                let secret = self.keeps(&who);
                format!("{name} <@{whom}> {initiative} {secret}")
            }
            "ask" => {
                let asked = self.says(house, &who, about);
                format!("ask {initiative} {asked}")
            }
            "correct" => format!("correct {initiative} The figure was too high."),
            "leave" => format!("leave <@{whom}> 2026-12-01..2026-12-04"),
            "snooze" => "snooze 2026-12-01".to_owned(),
            "stop" => format!("stop {initiative}"),
            "stage" => format!("stage {initiative} all"),
            "initiatives" | "help" | "hours" | "bookings" => name.to_owned(),
            "show" | "plan" | "coverage" | "gaps" | "recall" | "book" => format!("{name} {initiative}"),
            _ => format!("{name} <@{whom}> {initiative}"),
        };
        house.does(&who, Request::Slash { text });
    }
}

fn person(house: &House, n: usize) -> PersonId {
    if n == ADVOCATE {
        return house.program.initiatives[0].advocates[0].clone();
    }
    house.program.people.keys().nth(n % house.program.people.len()).unwrap().clone()
}

fn post(house: &House, who: &PersonId, n: usize, others: bool) -> Option<PostId> {
    let of = if others { person(house, n) } else { who.clone() };
    let posts = house.posts_of(&of);
    // The latest ones are what people click on.
    let from = posts.len().saturating_sub(4);
    posts.get(from + n % (posts.len() - from).max(1)).map(|(id, _)| *id)
}

fn initiative(house: &House, n: usize) -> InitiativeId {
    house.program.initiatives[n % house.program.initiatives.len()].id.clone()
}

fn delivery(house: &House, n: usize) -> DeliveryKey {
    let initiative = &house.program.initiatives[n % house.program.initiatives.len()];
    DeliveryKey {
        person: person(house, n),
        initiative: initiative.id.clone(),
        quarter: initiative.quarter,
        touch: Touch::ALL[n % 3],
        occurrence: None,
    }
}

/// The record of something that was said, or nearly.
fn said(house: &House, n: usize) -> Seq {
    house.state.received.keys().nth(n % house.state.received.len().max(1)).copied().unwrap_or_default()
}

fn answered(house: &House, n: usize) -> Seq {
    house.state.answers.keys().nth(n % house.state.answers.len().max(1)).copied().unwrap_or_default()
}

/// The record of a booking, or nearly.
fn booked(house: &House, n: usize) -> Seq {
    house.state.bookings.keys().nth(n % house.state.bookings.len().max(1)).copied().unwrap_or_default()
}

/// A time that somebody may book about an initiative, as a menu gives it.
fn slot(house: &House, about: usize) -> Option<String> {
    let of = house.program.initiative(&initiative(house, about))?;
    let (state, seen) = (&house.state, Observations::default());
    let free = free_slots(&house.program, state, &seen, &of.advocates, house.now, Timestamp::MAX, None);
    let slot = free.get(about % free.len().max(1))?;
    Some(format!("{} {}", slot.host, slot.starts.as_second()))
}

fn pages(house: &House, n: usize, about: usize) -> Page {
    match n % 7 {
        0 => Page::First,
        1 => Page::Coverage { initiative: initiative(house, about), from: 0 },
        2 => Page::Week { from: 0 },
        3 => Page::Questions { from: 0 },
        4 => Page::Gaps { from: 0 },
        5 => Page::Queue { from: 0 },
        _ => Page::Mine,
    }
}

fn actions(house: &House, post: PostId, n: usize, about: usize) -> Action {
    let simple = [
        Action::Answer(Answer::PlanIt),
        Action::Answer(Answer::FirstStep),
        Action::Answer(Answer::BackIt),
        Action::Answer(Answer::LooksRight),
        Action::Answer(Answer::Talk),
        Action::Answer(Answer::No),
        Action::Numbers,
        Action::Concern,
        Action::Wrong,
        Action::Later,
        Action::SomeoneElse,
        Action::Change,
        Action::Reason,
        Action::ReleaseConcern,
        Action::Resume,
        Action::Snooze,
        Action::Wake,
        Action::KnownAboutMe,
    ];
    // A receipt and a relay are about a question; their own buttons know which.
    let question = house.state.post(post).map_or_else(|| said(house, about), |_| said(house, about));
    let initiative_id = || initiative(house, about);
    let whole = [
        Action::Ask { initiative: Some(initiative_id()) },
        Action::Place { initiative: Some(initiative_id()) },
        Action::Rate { helped: false },
        Action::Rate { helped: true },
        Action::Reply { question },
        Action::Keep { answer: answered(house, about) },
        Action::Drop {
            initiative: initiative_id(),
            entry: FaqId::parse(&format!("kept-{}", answered(house, about))).unwrap(),
        },
        Action::Approach { referral: question },
        Action::Dismiss { referral: question },
        Action::SettleConcern {
            person: person(house, about),
            initiative: initiative_id(),
            concern: question,
        },
        Action::Judge { delivery: delivery(house, about), verdict: Verdict::Held },
        Action::Judge { delivery: delivery(house, about), verdict: Verdict::Approved },
        Action::ApproveAll { initiative: initiative_id(), listed: None },
        Action::See { delivery: delivery(house, about) },
        Action::Rewrite { delivery: delivery(house, about) },
        Action::HandOver { person: person(house, about), initiative: initiative_id(), taken: true },
        Action::Advance { initiative: initiative_id(), stage: [Stage::Few, Stage::All][about % 2] },
        Action::Correct { initiative: initiative_id() },
        Action::StopAbout { initiative: Some(initiative_id()) },
        Action::UndoStopAbout { initiative: None },
        Action::Turn { page: pages(house, n / 7, about) },
        Action::Book { initiative: Some(initiative_id()), host: None },
        Action::Book { initiative: None, host: None },
        Action::MoveBooking { booking: booked(house, about) },
        Action::CancelBooking { booking: booked(house, about) },
        Action::HandOn { booking: booked(house, about) },
        Action::CloseBooking { booking: booked(house, about), met: about.is_multiple_of(2) },
        Action::LeaveWait,
        Action::AddHours,
    ];
    match simple.get(n % (simple.len() + whole.len())) {
        Some(action) => action.clone(),
        None => whole[n % (simple.len() + whole.len()) - simple.len()].clone(),
    }
}

fn modals(house: &House, post: PostId, n: usize, about: usize) -> ModalKind {
    let question = said(house, about);
    let kinds = [
        ModalKind::Reason { post },
        ModalKind::Concern { post },
        ModalKind::Wrong { post },
        ModalKind::Later { post },
        ModalKind::SomeoneElse { post },
        ModalKind::Ask { initiative: Some(initiative(house, about)), post: Some(post) },
        ModalKind::Ask { initiative: None, post: None },
        ModalKind::Reply { question },
        ModalKind::Reply { question },
        ModalKind::Keep { answer: answered(house, about) },
        ModalKind::Approach { referral: question },
        ModalKind::Rewrite { delivery: delivery(house, about) },
        ModalKind::Correct {
            initiative: initiative(house, about),
            quarter: house.program.initiatives[about % house.program.initiatives.len()].quarter,
        },
        ModalKind::ConfirmCorrection {
            initiative: initiative(house, about),
            quarter: house.program.initiatives[about % house.program.initiatives.len()].quarter,
            what: "The figure was too high.".to_owned(),
        },
        ModalKind::Book { initiative: Some(initiative(house, about)), host: None },
        ModalKind::Book { initiative: Some(initiative(house, about)), host: None },
        ModalKind::MoveBooking { booking: booked(house, about) },
        ModalKind::CancelBooking { booking: booked(house, about) },
        ModalKind::HandOn { booking: booked(house, about) },
        ModalKind::CloseBooking { booking: booked(house, about) },
        ModalKind::Wait { initiative: initiative(house, about), host: None },
        ModalKind::AddHours,
        ModalKind::Snooze,
        ModalKind::See { delivery: delivery(house, about) },
        ModalKind::See { delivery: delivery(house, about) },
    ];
    kinds[n % kinds.len()].clone()
}

/// Everything that any modal may have been filled in with.
fn values(house: &House, text: &str, about: usize) -> Values {
    let text = Value::Text(text.to_owned());
    let mut values = Values::new();
    for field in ["text", "question", "answer", "prose", "what", "reason"] {
        values.insert(field.to_owned(), text.clone());
    }
    let next = ["approve", "now", "hold", "edit", "speak"][about % 5];
    values.insert("next".to_owned(), Value::Choice(next.to_owned()));
    values.insert("until".to_owned(), Value::Date(date(2026, 12, 20)));
    for field in ["topic", "note"] {
        values.insert(field.to_owned(), text.clone());
    }
    if let Some(slot) = slot(house, about) {
        values.insert("slot".to_owned(), Value::Choice(slot));
    }
    values.insert("host".to_owned(), Value::Choice("omar".to_owned()));
    values.insert("stance".to_owned(), Value::Choice("considering".to_owned()));
    values.insert("who".to_owned(), Value::Person(slack_id(&person(house, about))));
    values.insert("initiative".to_owned(), Value::Choice(initiative(house, about).as_str().to_owned()));
    values.insert("audience".to_owned(), Value::Choice("product".to_owned()));
    values.insert("team".to_owned(), Value::Choice("checkout".to_owned()));
    values.insert("teams".to_owned(), Value::Ticks(vec!["checkout".to_owned()]));
    values.insert("kind".to_owned(), Value::Choice("decides".to_owned()));
    values
}
