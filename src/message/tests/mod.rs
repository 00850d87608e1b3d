//! Messages as people read them. The snapshots are the approved texts: read them aloud after a change.

mod advocates;
mod answered;
mod approval;
mod bookings;
mod known;
mod questions;
mod sources;

use crate::domain::effect::Notice;
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, How, PauseReason, Record, Said};
use crate::domain::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId};
use crate::domain::message::{Action, Answer, Part, Span};
use crate::domain::personal::Personal;

use super::fixture::{at, monday, payments_id, person_id, program, read_on, team_id, with};
use super::*;

/// What happened, in order.
#[derive(Clone)]
struct Story {
    records: Vec<Record>,
}

impl Story {
    fn new() -> Self {
        Self { records: Vec::new() }
    }

    fn then(mut self, at_: &str, event: Event) -> Self {
        let seq = Seq(self.records.len() as u64 + 1);
        self.records.push(Record { seq, at: at(at_), cause: None, event });
        self
    }

    /// The touch was sent to `person`.
    fn sent(self, at_: &str, person: &str, touch: Touch, teams: &[&str]) -> Self {
        let key = key(person, touch);
        let post = key.id();
        let program = program();
        let stakeholder = program.stakeholder(&program.initiatives[0], &program.people[&person_id(person)]);
        let intended = Event::PostIntended {
            key,
            attempt: 1,
            deadline: at(at_),
            teams: teams.iter().copied().map(team_id).collect(),
            audience: stakeholder.map(|stakeholder| stakeholder.audience),
            lists: Vec::new(),
            found_as: None,
        };
        let sent = Event::PostSent {
            post,
            attempt: 1,
            channel: SlackChannelId::parse("D1").unwrap(),
            ts: MessageTs::parse("1.000001").unwrap(),
            former: None,
        };
        self.then(at_, intended).then(at_, sent)
    }

    /// What is no touch was sent.
    fn posted(self, at_: &str, key: PostKey) -> Self {
        let post = key.id();
        let intended = Event::PostIntended {
            key,
            attempt: 1,
            deadline: at(at_),
            teams: Vec::new(),
            audience: None,
            lists: Vec::new(),
            found_as: None,
        };
        let sent = Event::PostSent {
            post,
            attempt: 1,
            channel: SlackChannelId::parse("D2").unwrap(),
            ts: MessageTs::parse("2.000001").unwrap(),
            former: None,
        };
        self.then(at_, intended).then(at_, sent)
    }

    fn took(self, at_: &str, person: &str, stance: Stance, teams: &[&str]) -> Self {
        self.then(
            at_,
            Event::StanceTaken {
                person: person_id(person),
                initiative: payments_id(),
                teams: teams.iter().copied().map(team_id).collect(),
                quarter: "2027-Q1".parse().unwrap(),
                stance,
                how: How::Clicked,
            },
        )
    }

    fn said(self, at_: &str, person: &str, said: Said, text: Option<&str>) -> Self {
        let event = Event::MessageReceived {
            person: person_id(person),
            initiative: Some(payments_id()),
            said,
            text: text.map(|text| Personal::new(person_id(person), text)),
            place: None,
            thread: None,
            referral: None,
        };
        self.then(at_, event)
    }

    fn state(&self) -> State {
        State::of(&self.records)
    }
}

fn key(person: &str, touch: Touch) -> PostKey {
    PostKey::Touch(DeliveryKey {
        person: person_id(person),
        initiative: payments_id(),
        quarter: "2027-Q1".parse().unwrap(),
        touch,
        occurrence: None,
    })
}

fn composed(program: &Program, story: &Story, key: &PostKey, now: &str) -> Message {
    let state = story.state();
    let (teams, audience) =
        state.post(key.id()).map(|post| (post.teams.clone(), post.audience)).unwrap_or_default();
    compose(program, &state, &Observations::default(), key, &teams, audience, at(now)).unwrap()
}

fn previewed(program: &Program, person: &str, touch: Touch, now: Timestamp) -> Message {
    let (state, seen) = (State::default(), Observations::default());
    let person = &program.people[&person_id(person)];
    preview(program, &state, &seen, &program.initiatives[0], person, touch, now).unwrap()
}

fn labels(buttons: &[crate::domain::message::Button]) -> Vec<&str> {
    buttons.iter().map(|button| button.label.as_str()).collect()
}

const MONDAY: &str = "2026-12-07T09:00:00Z";

/// Everybody of the sample: each audience, somebody with two roles, a neighbour team, somebody added.
const READERS: [&str; 7] = ["ana", "ben", "carla", "dev", "mia", "noor", "sam"];

#[test]
fn every_touch_to_every_audience_reads_as_approved() {
    let program = program();
    for touch in Touch::ALL {
        let now = match touch {
            Touch::HeadsUp => at("2026-11-16T09:00:00Z"),
            Touch::Pitch => monday(),
            Touch::Reminder => at("2027-01-05T09:00:00Z"),
            Touch::LastCall => at("2027-01-11T09:00:00Z"),
            Touch::FollowUp => at("2027-01-20T09:00:00Z"),
        };
        let mut all = String::new();
        for reader in READERS {
            let message = previewed(&program, reader, touch, now);
            let words = limits::prose_words(&message);
            all.push_str(&format!("━━━ {reader} ({words} words)\n\n{}\n", to_text(&message)));
        }
        insta::assert_snapshot!(touch.word(), all);
    }
}

#[test]
fn no_message_breaks_a_limit() {
    let program = program();
    for touch in Touch::ALL {
        for reader in READERS {
            let message = previewed(&program, reader, touch, monday());
            let stakeholder =
                program.stakeholder(&program.initiatives[0], &program.people[&person_id(reader)]).unwrap();
            assert_eq!(limits::faults(&message, stakeholder.audience, touch), [], "{touch:?} to {reader}");
        }
    }
}

#[test]
fn a_late_initiative_admits_it_and_offers_the_next_quarter() {
    let adopted = |at_: &str| {
        let initiatives = vec![payments_id()];
        let (digest, renamed) = (program().digest, Default::default());
        Story::new()
            .then(at_, Event::ConfigAdopted { digest, initiatives, renamed, quarters: Default::default() })
    };
    let pitch = |story: &Story| to_text(&composed(&program(), story, &key("ana", Touch::Pitch), MONDAY));
    assert!(pitch(&adopted("2026-12-01T09:00:00Z")).contains("which is my doing; Q2 is fine"));
    assert!(!pitch(&adopted("2026-11-10T09:00:00Z")).contains("Q2"), "adopted in time");
}

#[test]
fn without_a_free_office_hour_the_message_is_honest_about_it() {
    let mut program = program();
    let text = |program: &Program, reader: &str| {
        let text = to_text(&previewed(program, reader, Touch::Pitch, monday()));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let only = jiff::civil::date(2026, 12, 8);
    let close = |program: &mut Program, keep: Option<jiff::civil::Date>| {
        let hours = program.hours.get_mut(&person_id("priya")).unwrap();
        let days = jiff::civil::date(2026, 12, 7).series(jiff::ToSpan::day(1)).take(60);
        hours.closed = days.filter(|day| Some(*day) != keep).collect();
    };
    close(&mut program, Some(only));
    assert!(text(&program, "ana").contains("reply, or Tue 8 Dec 12:00, your time."));
    let hours = program.hours.get_mut(&person_id("priya")).unwrap();
    hours.weekly[0].until = jiff::civil::time(16, 0, 0, 0);
    assert!(text(&program, "ana").contains("reply, or Tue 8 Dec 12:00 / 12:30, your time."));
    // 15:00 in Lisbon is after midnight in Tokyo.
    program.people.get_mut(&person_id("ana")).unwrap().zone =
        Some(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    assert!(text(&program, "ana").contains("no office hours fall in your workday before plans freeze."));
    close(&mut program, None);
    assert!(text(&program, "ben").contains("no office hours fall in your workday"));
}

#[test]
fn a_reminder_says_only_what_was_not_said_before() {
    let story = Story::new().sent("2027-01-04T12:00:00Z", "ben", Touch::Pitch, &["checkout"]);
    let reminder = |person: &str, story: &Story| {
        let (state, seen) = (story.state(), Observations::default());
        compose(
            &program(),
            &state,
            &seen,
            &key(person, Touch::Reminder),
            &[],
            None,
            at("2027-01-05T09:00:00Z"),
        )
    };
    // The news of 4 January was known when the pitch went out; the smaller step is new.
    let notification = reminder("ben", &story).unwrap().notification;
    assert!(
        notification.starts_with("Ben, roughly 35\u{a0}% of payment incidents could go"),
        "{notification}"
    );
    let earlier = Story::new().sent(MONDAY, "ben", Touch::Pitch, &["checkout"]);
    let notification = reminder("ben", &earlier).unwrap().notification;
    assert!(notification.starts_with("Ben, new: the provider hung twice more"), "{notification}");
    // Partners has no smaller step: there is nothing to say.
    let story = Story::new().sent("2027-01-04T12:00:00Z", "noor", Touch::Pitch, &["partners"]);
    assert!(matches!(reminder("noor", &story), Err(Unsayable::NothingNew(_))));
}

#[test]
fn a_reminder_that_was_sent_keeps_its_news() {
    let story = Story::new().sent("2027-01-05T09:00:00Z", "ben", Touch::Reminder, &["checkout"]).took(
        "2027-01-06T09:00:00Z",
        "ben",
        Stance::Committed,
        &["checkout"],
    );
    let mut program = program();
    let mut newer = program.initiatives[0].news[0].clone();
    newer.on = jiff::civil::date(2027, 1, 6);
    newer.says = "Newer: a customer left.".into();
    program.initiatives[0].news.push(newer);
    let story = story.sent("2027-01-11T09:00:00Z", "ben", Touch::LastCall, &["checkout"]);
    let message = composed(&program, &story, &key("ben", Touch::Reminder), "2027-01-12T09:00:00Z");
    assert!(message.notification.starts_with("Ben, new: the provider hung"), "{}", message.notification);
}

#[test]
fn a_follow_up_thanks_and_links_the_item() {
    let planned = |link: Option<&str>| Event::ItemPlanned {
        initiative: payments_id(),
        team: team_id("checkout"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person_id("priya"),
        link: link.map(str::to_owned),
    };
    let story =
        |stance, link| Story::new().took(MONDAY, "ana", stance, &["checkout"]).then(MONDAY, planned(link));
    let say =
        |story: &Story| composed(&program(), story, &key("ana", Touch::FollowUp), "2027-01-20T09:00:00Z");
    let message = say(&story(Stance::Committed, Some("https://jira.example.com/CHK-7")));
    assert_eq!(
        message.notification,
        "Ana, thank you: Checkout's item, “A time limit on payment calls”, is in the plan for Q1."
    );
    let link = Span::Link { label: "Checkout's item".into(), url: "https://jira.example.com/CHK-7".into() };
    assert!(matches!(&message.parts[0], Part::Paragraph(paragraph) if paragraph.0.contains(&link)));
    assert!(message.buttons.is_empty() && message.recorded.is_none(), "it asks for nothing");
    let declined = Story::new().took(MONDAY, "ana", Stance::Declined, &["checkout"]);
    assert!(say(&declined).notification.starts_with(
        "Ana, you asked what became of “A time limit on payment calls”: it is not in Checkout's plan for Q1."
    ));
}

#[test]
fn a_template_of_the_users_own_replaces_the_embedded_one() {
    let mut program = program();
    let set = |program: &mut Program, text: &str| {
        program.templates.insert((Audience::Product, Touch::Pitch), text.to_owned());
    };
    let ana = || person_id("ana");
    let shown = |program: &Program| {
        let (state, seen) = (State::default(), Observations::default());
        let (initiative, ana) = (&program.initiatives[0], &program.people[&ana()]);
        preview(program, &state, &seen, initiative, ana, Touch::Pitch, monday())
    };
    set(&mut program, "{{ name }}: {{ ask }}\n\n{{ hours }}");
    assert!(shown(&program).unwrap().notification.starts_with("Ana: Could Checkout plan"));
    set(&mut program, "{{ nmae }}");
    assert!(matches!(shown(&program), Err(Unsayable::Template { .. })), "an unknown fact is a fault");
    set(&mut program, "{{ name ");
    assert!(matches!(shown(&program), Err(Unsayable::Template { .. })));
}

#[test]
fn what_is_missing_is_named() {
    let check = |program: &Program, expected: &str| {
        let (state, seen) = (State::default(), Observations::default());
        let key = key("ana", Touch::Pitch);
        let fault = compose(program, &state, &seen, &key, &[], None, monday()).unwrap_err();
        assert_eq!(fault.to_string(), expected);
    };
    let lead = |lead: Option<&str>| {
        with(|initiative| {
            initiative.words.get_mut(&Audience::Product).unwrap().lead = lead.map(str::to_owned);
        })
    };
    check(&lead(None), "`payment-deadlines` has no `lead` for product managers");
    check(&lead(Some("{{ figure.nope }}")), "`payment-deadlines` has no figure called `nope`");
    check(&lead(Some("{{ figure.hangs")), "a sentence of `payment-deadlines`: `{{` has no `}}` after it");
    check(
        &with(|initiative| initiative.steps.clear()),
        "the asks of `payment-deadlines` name no first step that it has",
    );
    let nobody = with(|initiative| initiative.asks.clear());
    check(&nobody, "`payment-deadlines` asks nothing of the teams of `ana`");
}

#[test]
fn the_buttons_are_those_of_the_table() {
    let program = program();
    let check = |reader: &str, touch: Touch, expected: &[&str], menu: usize| {
        let message = previewed(&program, reader, touch, monday());
        assert_eq!(labels(&message.buttons), expected, "{reader} {touch:?}");
        assert_eq!(message.overflow.len(), menu, "{reader} {touch:?}");
    };
    let plan = ["Put in our plan", "First step only", "Let's talk", "Not this quarter"];
    check("ana", Touch::Pitch, &plan, 5);
    check("ben", Touch::Reminder, &plan, 5);
    check("noor", Touch::Pitch, &["Put in our plan", "Let's talk", "Not this quarter"], 5);
    check("carla", Touch::Pitch, &["I'll back it", "Let's talk", "Not now"], 5);
    check("dev", Touch::Pitch, &["Open the design", "Looks right", "I have a concern"], 5);
    check("dev", Touch::HeadsUp, &["Looks right", "Something's wrong", "Book a time"], 5);
    check("ana", Touch::LastCall, &["Put in our plan", "Not this quarter", "Book a time"], 5);
    check("ana", Touch::FollowUp, &[], 3);
    let primary = previewed(&program, "ana", Touch::Pitch, monday()).buttons[0].action.clone();
    assert_eq!(primary, Action::Answer(Answer::PlanIt));
}

#[test]
fn a_renamed_person_or_initiative_is_still_written_to() {
    let mut program = program();
    let mut ana = program.people.remove(&person_id("ana")).unwrap();
    ana.was = vec![person_id("ana")];
    ana.id = person_id("ana-souza");
    program.people.insert(ana.id.clone(), ana);
    program.initiatives[0].was = vec![payments_id()];
    program.initiatives[0].id = InitiativeId::parse("provider-deadlines").unwrap();
    let (state, seen) = (State::default(), Observations::default());
    let teams = [team_id("checkout")];
    let message = compose(
        &program,
        &state,
        &seen,
        &key("ana", Touch::Pitch),
        &teams,
        Some(Audience::Product),
        monday(),
    );
    assert!(message.unwrap().notification.starts_with("Ana, "));
    let nobody = PersonId::parse("nobody").unwrap();
    assert!(matches!(case::person(&program, &nobody), Err(Unsayable::NobodyCalled(_))));
}
