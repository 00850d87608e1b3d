//! The modals behind buttons: what they ask, and what their answers mean.

use std::collections::BTreeMap;

use super::respect::{self, UNTIL};
use super::{Decided, Delivery, Scene, approval, bookings, questions, referral, refuse};
use crate::domain::directory::Person;
use crate::domain::effect::PostId;
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, How, Referral, Said};
use crate::domain::message::{Action, Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Value, Values};
use crate::domain::personal::Personal;

/// Most characters of what is typed into a modal (Slack's own limit for an input).
const MOST: u16 = 3000;

const TEXT: &str = "text";
const WHO: &str = "who";
const HOW: &str = "how";
const INSTEAD: &str = "instead";
const MISSING: &str = "missing";
const FOLLOW_UP: &str = "follow_up";

fn text_field(label: &str, optional: bool, placeholder: &str) -> Field {
    Field {
        name: TEXT,
        label: label.into(),
        hint: None,
        optional,
        input: Input::Text { lines: true, most: MOST, placeholder: Some(placeholder.into()), initial: None },
    }
}

fn said(text: impl Into<String>) -> Vec<Part> {
    vec![Part::Paragraph(Paragraph::text(text))]
}

/// The modal that an overflow entry opens.
pub(super) fn open(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &Delivery<'_>,
    post: PostId,
    action: &Action,
) -> Result<Modal, String> {
    let advocates = scene.advocates(delivery.initiative);
    match action {
        Action::Concern => Ok(Modal {
            kind: ModalKind::Concern { post },
            title: "Your concern".into(),
            parts: said(format!(
                "{advocates} reads it and answers in person. Until then I won't write to you about this."
            )),
            fields: vec![text_field(
                "What worries you?",
                false,
                "What could break, what is missing, what you would do instead",
            )],
            submit: Some("Send".into()),
        }),
        Action::Wrong => Ok(Modal {
            kind: ModalKind::Wrong { post },
            title: "What is wrong?".into(),
            parts: said(format!("{advocates} reads it before anything more is sent to you about this.")),
            fields: vec![text_field("What should be corrected?", false, "A number, a cause, a name, a date")],
            submit: Some("Send".into()),
        }),
        Action::SomeoneElse => Ok(Modal {
            kind: ModalKind::SomeoneElse { post },
            title: "Who should hear this?".into(),
            parts: said(format!(
                "{} what you write here. {advocates} decides whom to approach.",
                scene.only_they_see(delivery.initiative)
            )),
            fields: vec![
                Field {
                    name: HOW,
                    label: "Which is it?".into(),
                    hint: None,
                    optional: false,
                    input: Input::Choice(vec![
                        (INSTEAD.into(), "They decide instead of me".into()),
                        (MISSING.into(), "They are missing".into()),
                    ]),
                },
                Field { name: WHO, label: "Who?".into(), hint: None, optional: true, input: Input::Person },
                text_field(
                    "Anything to add?",
                    true,
                    "What they do, or who it should be if you can't find them here",
                ),
            ],
            submit: Some("Send".into()),
        }),
        Action::Later => {
            let today = scene.now.to_zoned(scene.zone(actor)).date();
            let initial = today.checked_add(jiff::Span::new().days(7)).ok();
            Ok(Modal {
                kind: ModalKind::Later { post },
                title: "Remind me later".into(),
                parts: said(format!(
                    "Until that day I won't write to you about planning. Plans for {} freeze on {}.",
                    delivery.key.quarter.short(),
                    delivery.window.freezes_on.strftime("%A %-d %B"),
                )),
                fields: vec![Field {
                    name: UNTIL,
                    label: "Nothing before".into(),
                    hint: None,
                    optional: false,
                    input: Input::Date { initial },
                }],
                submit: Some("Snooze".into()),
            })
        }
        Action::Reason => Ok(reason(scene, delivery, post)),
        Action::Answer(_)
        | Action::Open { .. }
        | Action::Numbers
        | Action::Stop
        | Action::UndoStop
        | Action::Change
        | Action::ReleaseConcern
        | Action::SettleConcern { .. }
        | Action::Book { .. }
        | Action::MoveBooking { .. }
        | Action::CancelBooking { .. }
        | Action::HandOn { .. }
        | Action::CloseBooking { .. }
        | Action::LeaveWait
        | Action::AddHours
        | Action::Resume
        | Action::SameHuman { .. }
        | Action::NotFirst
        | Action::Ask { .. }
        | Action::Place { .. }
        | Action::Rate { .. }
        | Action::Reply { .. }
        | Action::Keep { .. }
        | Action::Drop { .. }
        | Action::Approach { .. }
        | Action::Dismiss { .. }
        | Action::Judge { .. }
        | Action::ApproveAll { .. }
        | Action::See { .. }
        | Action::Rewrite { .. }
        | Action::HandOver { .. }
        | Action::Advance { .. }
        | Action::Correct { .. }
        | Action::Pause
        | Action::Snooze
        | Action::Wake
        | Action::StopAbout { .. }
        | Action::UndoStopAbout { .. }
        | Action::KnownAboutMe
        | Action::Turn { .. } => Err("There is nothing to fill in for that.".into()),
    }
}

/// The modal after a "no": thanks, and a reason if they like.
pub(super) fn reason(scene: Scene<'_>, delivery: &Delivery<'_>, post: PostId) -> Modal {
    let only_they_see = scene.only_they_see(delivery.initiative);
    Modal {
        kind: ModalKind::Reason { post },
        title: "Not this quarter".into(),
        parts: said(format!(
            "Recorded, thank you. That settles it for {}: you won't be asked again. If you like, say why. \
             {only_they_see} it.",
            delivery.key.quarter.short(),
        )),
        fields: vec![
            text_field(
                "What stands in the way?",
                true,
                "The quarter is full, it is the wrong fix, it is not our problem",
            ),
            Field {
                name: FOLLOW_UP,
                label: "Afterwards".into(),
                hint: None,
                optional: true,
                input: Input::Ticks {
                    options: vec![("yes".into(), "Let me know how it turns out".into())],
                    initial: Vec::new(),
                },
            },
        ],
        submit: Some("Send".into()),
    }
}

/// A submitted modal.
pub(super) fn submit(scene: Scene<'_>, actor: &Person, modal: &ModalKind, values: &Values) -> Decided {
    let text = text_of(values);
    let about = |post: PostId, then: &dyn Fn(&Delivery<'_>) -> Decided| match scene.delivery(actor, post) {
        Ok(delivery) => then(&delivery),
        Err(sentence) => refuse(sentence),
    };
    let or_refuse = |decided: Result<Decided, String>| decided.unwrap_or_else(refuse);
    match modal {
        ModalKind::Reason { post } => {
            about(*post, &|delivery| (give_reason(actor, delivery, text, values), Reply::Nothing))
        }
        ModalKind::Concern { post } => {
            about(*post, &|delivery| raise(scene, actor, delivery, Said::Concern, text))
        }
        ModalKind::Wrong { post } => {
            about(*post, &|delivery| raise(scene, actor, delivery, Said::Correction, text))
        }
        ModalKind::Later { post } => about(*post, &|_| snooze(scene, actor, values)),
        ModalKind::SomeoneElse { post } => {
            about(*post, &|delivery| refer(scene, actor, delivery, text, values))
        }
        ModalKind::Ask { initiative, post } => {
            or_refuse(questions::submit_question(scene, actor, initiative.as_ref(), *post, values))
        }
        ModalKind::Reply { question } => or_refuse(questions::submit_answer(scene, actor, *question, values)),
        ModalKind::Keep { answer } => or_refuse(questions::submit_kept(scene, actor, *answer, values)),
        ModalKind::Approach { referral } => referral::approach(scene, actor, *referral, values),
        ModalKind::Rewrite { delivery } => approval::submit_rewrite(scene, actor, delivery, values),
        ModalKind::Correct { initiative, .. } => approval::submit_correct(scene, actor, initiative, values),
        ModalKind::ConfirmCorrection { initiative, what, .. } => {
            or_refuse(approval::correct(scene, actor, initiative, what))
        }
        ModalKind::See { delivery } => approval::submit_see(scene, actor, delivery, values),
        ModalKind::Book { initiative, host } => {
            bookings::submit(scene, actor, initiative.as_ref(), host.as_ref(), values)
        }
        ModalKind::Wait { initiative, host } => {
            bookings::submit_wait(scene, actor, initiative, host.as_ref())
        }
        ModalKind::MoveBooking { booking } => bookings::submit_move(scene, actor, *booking, values),
        ModalKind::CancelBooking { booking } => bookings::submit_cancel(scene, actor, *booking),
        ModalKind::HandOn { booking } => bookings::submit_hand_on(scene, actor, *booking, values),
        ModalKind::CloseBooking { booking } => bookings::submit_close(scene, actor, *booking, values),
        ModalKind::AddHours => bookings::submit_hours(scene, actor, values),
        ModalKind::Snooze => snooze(scene, actor, values),
        // There is nothing to submit in these.
        ModalKind::Numbers { .. } | ModalKind::Read => (Vec::new(), Reply::Nothing),
    }
}

fn text_of(values: &Values) -> Option<&str> {
    match values.get(TEXT)? {
        Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_) => None,
    }
}

fn fault(field: &str, sentence: &str) -> Decided {
    (Vec::new(), Reply::Faults(BTreeMap::from([(field.to_owned(), sentence.to_owned())])))
}

fn give_reason(actor: &Person, delivery: &Delivery<'_>, text: Option<&str>, values: &Values) -> Vec<Event> {
    let follow_up = matches!(values.get(FOLLOW_UP), Some(Value::Ticks(ticks)) if !ticks.is_empty());
    if text.is_none() && !follow_up {
        return Vec::new();
    }
    vec![Event::ReasonGiven {
        person: actor.id.clone(),
        initiative: delivery.initiative.id.clone(),
        quarter: delivery.key.quarter,
        reason: Personal::new(actor.id.clone(), text.unwrap_or_default()),
        follow_up,
    }]
}

fn raise(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &Delivery<'_>,
    said: Said,
    text: Option<&str>,
) -> Decided {
    let Some(text) = text else { return fault(TEXT, "Please say what it is; a few words are enough.") };
    let initiative = delivery.initiative.id.clone();
    let mut events = Vec::new();
    // After the freeze a concern is still heard, but no stance changes.
    if scene.now < delivery.window.freezes {
        events.push(Event::StanceTaken {
            person: actor.id.clone(),
            initiative: initiative.clone(),
            teams: delivery.post.teams.clone(),
            quarter: delivery.key.quarter,
            stance: Stance::Concerned,
            how: How::Clicked,
        });
    }
    events.push(Event::MessageReceived {
        person: actor.id.clone(),
        initiative: Some(initiative),
        said,
        text: Some(Personal::new(actor.id.clone(), text)),
        place: None,
        thread: None,
        referral: None,
    });
    (events, Reply::Nothing)
}

fn snooze(scene: Scene<'_>, actor: &Person, values: &Values) -> Decided {
    let Some(Value::Date(date)) = values.get(UNTIL) else { return fault(UNTIL, "Please pick a day.") };
    match respect::snoozed(scene, actor, *date) {
        Ok(event) => (vec![event], Reply::Nothing),
        Err(sentence) => fault(UNTIL, &sentence),
    }
}

fn refer(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &Delivery<'_>,
    text: Option<&str>,
    values: &Values,
) -> Decided {
    let whom = match values.get(WHO) {
        Some(Value::Person(slack)) => Some(slack.clone()),
        Some(Value::Text(_) | Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_))
        | None => None,
    };
    if whom.is_none() && text.is_none() {
        return fault(TEXT, "Please name somebody, or say in a few words who it should be.");
    }
    if whom.as_ref().is_some_and(|whom| scene.actor(whom).is_some_and(|person| person.id == actor.id)) {
        return fault(WHO, "That's you. Please pick who it is instead.");
    }
    let decides = matches!(values.get(HOW), Some(Value::Choice(how)) if how == INSTEAD);
    let event = Event::MessageReceived {
        person: actor.id.clone(),
        initiative: Some(delivery.initiative.id.clone()),
        said: Said::Referral,
        text: text.map(|text| Personal::new(actor.id.clone(), text)),
        place: None,
        thread: None,
        referral: Some(Referral { whom, decides }),
    };
    (vec![event], Reply::Nothing)
}

impl Scene<'_> {
    /// The zone a person reads dates in.
    pub(super) fn zone(&self, person: &Person) -> jiff::tz::TimeZone {
        self.program.zone_of(person, self.seen.zone(&person.id)).clone()
    }
}
