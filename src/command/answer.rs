//! Buttons and overflow entries: an answer in one click (ARCHITECTURE, *Three ways out*).

use super::{
    Decided, Delivery, Scene, accounts, approval, bookings, clicked, modals, questions, referral, refuse,
    respect,
};
use crate::domain::directory::Person;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::engagement::{Stance, Touch};
use crate::domain::event::{Event, How, Said};
use crate::domain::ids::{InitiativeId, PersonId, Seq};
use crate::domain::message::{Action, Answer, Reply};
use crate::domain::state::StanceState;
use crate::message;

/// A click on a message or in App Home.
pub(super) fn act(scene: Scene<'_>, actor: &Person, post: Option<PostId>, action: &Action) -> Decided {
    let action = &clicked::meant(scene, actor, post, action);
    let on_message = |then: &dyn Fn(PostId) -> Decided| match post {
        Some(post) => then(post),
        None => refuse("This button no longer works. Please use the one in our direct message."),
    };
    let on_delivery = |then: &dyn Fn(PostId, &Delivery<'_>) -> Result<Decided, String>| {
        on_message(&|post| with_delivery(scene, actor, post, |delivery| then(post, delivery)))
    };
    let or_refuse = |decided: Result<Decided, String>| decided.unwrap_or_else(refuse);
    match action {
        Action::Answer(answer) => on_delivery(&|post, delivery| {
            delivery.before_freeze(scene)?;
            take(scene, actor, post, delivery, *answer)
        }),
        Action::Change => on_delivery(&|_, delivery| {
            delivery.before_freeze(scene)?;
            Ok(choose_again(scene, delivery))
        }),
        Action::Numbers => on_delivery(&|post, delivery| {
            let modal =
                message::numbers(scene.program, scene.state, scene.seen, delivery.post, post, scene.now);
            Ok((Vec::new(), Reply::Open(Box::new(modal))))
        }),
        Action::Reason | Action::Concern | Action::Wrong | Action::Later | Action::SomeoneElse => {
            on_delivery(&|post, delivery| {
                let modal = modals::open(scene, actor, delivery, post, action)?;
                Ok((Vec::new(), Reply::Open(Box::new(modal))))
            })
        }
        Action::Stop => {
            // Whatever became of the message or its initiative.
            let delivery = post.and_then(|post| scene.delivery(actor, post).ok());
            respect::stop_all(scene, actor, delivery.map(|delivery| &delivery.initiative.id))
        }
        Action::UndoStop => respect::undo_stop(scene, actor, None),
        Action::ReleaseConcern => on_message(&|post| release(scene, actor, post)),
        Action::SettleConcern { person, initiative, concern } => {
            or_refuse(released(scene, actor, person, initiative, *concern))
        }
        Action::Open { .. } => (Vec::new(), Reply::Nothing),

        Action::Ask { initiative } => {
            or_refuse(questions::open_question(scene, actor, initiative.as_ref(), post))
        }
        Action::Place { initiative } => or_refuse(questions::place(scene, actor, post, initiative.as_ref())),
        Action::Rate { helped } => or_refuse(questions::rate(scene, actor, post, *helped)),
        Action::Reply { question } => or_refuse(questions::open_answer(scene, actor, *question)),
        Action::Keep { answer } => or_refuse(questions::keep(scene, actor, *answer)),
        Action::Drop { initiative, entry } => {
            or_refuse(questions::drop_entry(scene, actor, initiative, entry))
        }
        Action::Approach { referral } => referral::open(scene, actor, *referral),
        Action::Dismiss { referral } => referral::dismiss(scene, actor, *referral),

        Action::Judge { delivery, verdict } => approval::judge(scene, actor, delivery, *verdict, post),
        Action::ApproveAll { initiative, listed } => {
            approval::approve_all(scene, actor, initiative, listed.as_ref(), post)
        }
        Action::See { delivery } => approval::see(scene, actor, delivery),
        Action::Rewrite { delivery } => approval::open_rewrite(scene, actor, delivery),
        Action::HandOver { person, initiative, taken } => {
            approval::hand_over(scene, actor, person, initiative, *taken)
        }
        Action::Advance { initiative, stage } => approval::advance(scene, actor, initiative, *stage),
        Action::Correct { initiative } => approval::open_correct(scene, actor, initiative),
        Action::Pause => super::slash::pause(scene, actor),
        Action::Resume => super::slash::resume(scene, actor),
        Action::SameHuman { person, since, same } => {
            or_refuse(accounts::confirm(scene, actor, person, *since, *same))
        }
        Action::NotFirst => super::slash::not_first(scene, actor),

        Action::Book { initiative, host } => {
            bookings::open(scene, actor, initiative.as_ref(), host.as_ref(), post)
        }
        Action::MoveBooking { booking } => bookings::move_to(scene, actor, *booking),
        Action::CancelBooking { booking } => bookings::cancel(scene, actor, *booking),
        Action::HandOn { booking } => bookings::hand_on(scene, actor, *booking),
        Action::CloseBooking { booking, met } => bookings::close(scene, actor, *booking, *met),
        Action::LeaveWait => bookings::leave_wait(scene, actor, post),
        Action::AddHours => bookings::add_hours(scene, actor),

        Action::Snooze => respect::open_snooze(scene, actor),
        Action::Wake => respect::wake(scene, actor),
        Action::StopAbout { initiative } => respect::stop(scene, actor, initiative.as_ref()),
        Action::UndoStopAbout { initiative } => respect::undo_stop(scene, actor, initiative.as_ref()),
        Action::KnownAboutMe => respect::known_about_me(scene, actor),
        Action::Turn { page } => (Vec::new(), Reply::Home(page.clone())),
    }
}

/// The message with its choices again.
fn choose_again(scene: Scene<'_>, delivery: &Delivery<'_>) -> Decided {
    let key = PostKey::Touch(delivery.key.clone());
    let (teams, audience) = (&delivery.post.teams, delivery.post.audience);
    let (program, state, seen) = (scene.program, scene.state, scene.seen);
    match message::compose_unanswered(program, state, seen, &key, teams, audience, scene.now) {
        Ok(open) => (Vec::new(), Reply::Show(Box::new(open))),
        Err(_) => refuse(format!(
            "I can't show the choices again. Reply here with your answer, and {} will record it.",
            scene.advocates(delivery.initiative)
        )),
    }
}

fn with_delivery<'a>(
    scene: Scene<'a>,
    actor: &Person,
    post: PostId,
    then: impl FnOnce(&Delivery<'a>) -> Result<Decided, String>,
) -> Decided {
    scene.delivery(actor, post).and_then(|delivery| then(&delivery)).unwrap_or_else(refuse)
}

/// The stance that an answer takes; `None` for a heads-up that looks right.
fn stance(answer: Answer, touch: Touch) -> Option<Stance> {
    match answer {
        Answer::PlanIt => Some(Stance::Committed),
        Answer::FirstStep => Some(Stance::FirstStep),
        Answer::BackIt => Some(Stance::Supportive),
        Answer::LooksRight if touch == Touch::HeadsUp => None,
        Answer::LooksRight => Some(Stance::Supportive),
        Answer::Talk => Some(Stance::Considering),
        Answer::No => Some(Stance::Declined),
    }
}

/// The message as it stands, in place of one that shows its choices.
fn as_answered(scene: Scene<'_>, delivery: &Delivery<'_>) -> Reply {
    let key = PostKey::Touch(delivery.key.clone());
    let (teams, audience) = (&delivery.post.teams, delivery.post.audience);
    let (program, state, seen) = (scene.program, scene.state, scene.seen);
    match message::compose(program, state, seen, &key, teams, audience, scene.now) {
        Ok(answered) => Reply::Show(Box::new(answered)),
        Err(_) => Reply::Nothing,
    }
}

/// Whether they said so themselves already. What an advocate recorded of them is theirs once they say the same.
fn is_own(taken: &StanceState, stance: Stance) -> bool {
    taken.stance == stance && taken.how == How::Clicked
}

fn take(
    scene: Scene<'_>,
    actor: &Person,
    post: PostId,
    delivery: &Delivery<'_>,
    answer: Answer,
) -> Result<Decided, String> {
    let key = delivery.key;
    let quarter = key.quarter;
    let initiative = delivery.initiative.id.clone();
    let engagement = scene.state.engagement(&actor.id, &initiative, quarter);
    let Some(stance) = stance(answer, key.touch) else {
        let confirmed = engagement.is_some_and(|engagement| engagement.confirmed);
        if confirmed {
            return Ok((Vec::new(), as_answered(scene, delivery)));
        }
        let event = Event::HeadsUpConfirmed { person: actor.id.clone(), initiative, quarter };
        return Ok((vec![event], Reply::Nothing));
    };
    // An executive backs or declines each ask that the message named.
    let teams = delivery.post.teams.clone();
    let unchanged = engagement.is_some_and(|engagement| {
        teams.iter().all(|team| engagement.stances.get(team).is_some_and(|taken| is_own(taken, stance)))
    });
    let mut events = Vec::new();
    if !unchanged {
        events.push(Event::StanceTaken {
            person: actor.id.clone(),
            initiative: initiative.clone(),
            teams,
            quarter,
            stance,
            how: How::Clicked,
        });
        if answer == Answer::Talk {
            events.push(Event::MessageReceived {
                person: actor.id.clone(),
                initiative: Some(initiative),
                said: Said::Talk,
                text: None,
                place: None,
                thread: None,
                referral: None,
            });
        }
    }
    // "No" is safe and complete by itself; the reason is welcome, not required.
    let reply = match answer {
        Answer::No => Reply::Open(Box::new(modals::reason(scene, delivery, post))),
        // Two clicks to a time: this one, and the one that books it.
        Answer::Talk => match bookings::offer(scene, actor, delivery.initiative) {
            Reply::Nothing if unchanged => as_answered(scene, delivery),
            offered => offered,
        },
        // Whoever looked at the choices again and chose the same sees that it is recorded.
        Answer::PlanIt | Answer::FirstStep | Answer::BackIt | Answer::LooksRight if unchanged => {
            as_answered(scene, delivery)
        }
        Answer::PlanIt | Answer::FirstStep | Answer::BackIt | Answer::LooksRight => Reply::Nothing,
    };
    Ok((events, reply))
}

/// *Concern settled*, under the message that brought it.
fn release(scene: Scene<'_>, actor: &Person, post: PostId) -> Decided {
    let of = scene.post_to(actor, Some(post)).and_then(|post| post.key.passes_on());
    let Some((of, received)) = of.and_then(|of| Some((of, scene.state.received.get(&of)?))) else {
        return refuse("I no longer have this concern on record.");
    };
    let Some(initiative) = &received.initiative else {
        return refuse("This concern is about an initiative that was withdrawn.");
    };
    released(scene, actor, &received.person, initiative, of).unwrap_or_else(refuse)
}

/// The release of a concern, if that is the one that holds the messages.
fn released(
    scene: Scene<'_>,
    actor: &Person,
    person: &PersonId,
    initiative: &InitiativeId,
    concern: Seq,
) -> Result<Decided, String> {
    let initiative = scene
        .program
        .initiative(initiative)
        .ok_or("This concern is about an initiative that was withdrawn.")?;
    if !scene.program.sees_answers(&actor.id, initiative) {
        return Err(format!("Only the advocates of {} can release a concern.", initiative.title));
    }
    let name = scene.name(person);
    let engagement = scene.state.engagement(person, &initiative.id, initiative.quarter);
    match engagement.and_then(|engagement| engagement.concern) {
        None => return Err(format!("The concern of {name} has been released already.")),
        Some(open) if open != concern => {
            return Err(format!(
                "{name} has said something else since, so nothing was released. Please settle that under its own \
                 message."
            ));
        }
        Some(_) => {}
    }
    let event = Event::ConcernReleased {
        person: person.clone(),
        initiative: initiative.id.clone(),
        quarter: initiative.quarter,
        by: actor.id.clone(),
    };
    let says = format!("Released. Messages to {name} about {} can go out again.", initiative.title);
    Ok((vec![event], Reply::say(says)))
}
