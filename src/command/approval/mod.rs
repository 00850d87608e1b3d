//! What advocates decide about planned messages: see, approve, hold, send now, hand over.
//!
//! Invariant: only the advocates of an initiative and the admins decide about its messages (rule R7), and
//! only about one that the rules want and that has not gone yet.

mod campaign;
mod rewrite;

pub(super) use campaign::{advance, confirm_correct, correct, open_correct, recall, stage, submit_correct};
pub(super) use rewrite::{open as open_rewrite, submit as submit_rewrite};

use super::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::effect::{DeliveryKey, Listing, PostId, PostKey};
use crate::domain::event::{Event, Verdict};
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Value, Values};
use crate::domain::state::PostState;
use crate::message;
use crate::plan;

const NEXT: &str = "next";

impl<'a> Scene<'a> {
    /// The initiative, if `actor` decides about its messages.
    pub(super) fn steered_by(self, actor: &Person, id: &InitiativeId) -> Result<&'a Initiative, String> {
        let initiative =
            self.program.initiative(id).filter(|initiative| !initiative.withdrawn).ok_or_else(|| {
                "This initiative was withdrawn, so there is nothing left to decide about it.".to_owned()
            })?;
        if self.program.sees_answers(&actor.id, initiative) {
            return Ok(initiative);
        }
        let who = self.advocates(initiative);
        Err(format!("Only its advocates decide about the messages of “{}”: ask {who}.", initiative.title))
    }

    /// What an advocate is told who names an initiative that isn't theirs.
    pub(super) fn not_theirs(self, initiative: &Initiative) -> String {
        let who = self.advocates(initiative);
        format!("Only the advocates of “{}” can do that: ask {who}.", initiative.title)
    }

    /// The review that was sent to `actor` as `post`, if it is one and none has come in its place.
    fn review(self, actor: &Person, post: Option<PostId>) -> Option<&'a PostState> {
        let review = self.post_to(actor, post).filter(|post| matches!(post.key, PostKey::Review { .. }))?;
        self.state.superseded(self.state.id_of(&review.key)).is_none().then_some(review)
    }

    /// A planned message in a few words: "the pitch to Ana Souza".
    pub(super) fn named(self, delivery: &DeliveryKey) -> String {
        format!("the {} to {}", delivery.touch.word().replace('_', "-"), self.name(&delivery.person))
    }
}

fn done(decided: Result<Decided, String>) -> Decided {
    decided.unwrap_or_else(refuse)
}

/// A button that approves, holds or hastens one message. The review or App Home shows what is approved and
/// held; when a message that is sent now goes, the page may not show, so that is said.
pub(super) fn judge(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &DeliveryKey,
    verdict: Verdict,
    post: Option<PostId>,
) -> Decided {
    let reply = |says| match verdict {
        Verdict::Approved | Verdict::Held => Reply::Nothing,
        Verdict::Now => Reply::say(says),
    };
    match judged(scene, actor, delivery, verdict) {
        Ok((event, says)) => (vec![event], reply(says)),
        // The review still lists what is sent, over or out of the campaign by now.
        Err(why) => done(match scene.review(actor, post) {
            Some(review) => scene.steered_by(actor, &delivery.initiative).and_then(|initiative| {
                let (program, state, seen) = (scene.program, scene.state, scene.seen);
                let waiting = plan::listed(program, state, seen, scene.now, &review.key);
                drawn_anew(scene, actor, initiative, review, &waiting, &why)
            }),
            None => Err(why),
        }),
    }
}

/// The verdict on one message, and what to say of it.
pub(super) fn judged(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &DeliveryKey,
    verdict: Verdict,
) -> Result<(Event, String), String> {
    scene.steered_by(actor, &delivery.initiative)?;
    let what = scene.named(delivery);
    let life = plan::judgeable(scene.program, scene.state, scene.seen, scene.now, delivery)
        .map_err(|skip| format!("There is nothing to decide about {what}. {}", scene.why(actor, &skip)))?;
    let before = scene
        .state
        .engagement(&delivery.person, &delivery.initiative, delivery.quarter)
        .and_then(|engagement| engagement.verdicts.get(&(delivery.touch, delivery.occurrence)));
    let command = &scene.program.command;
    // Whoever was refused since is tried again.
    let refused = scene.state.person(&delivery.person).is_some_and(|known| known.unreachable.is_some());
    let changes = verdict == Verdict::Now && refused;
    if before.is_some_and(|before| before.verdict == verdict) && !changes {
        let held = || {
            held_back(scene, delivery).map(|skip| format!(" {}", scene.why(actor, &skip))).unwrap_or_default()
        };
        return Err(match verdict {
            Verdict::Approved => format!("You approved {what} already; `{command} hold` stops it again."),
            Verdict::Now if held().is_empty() => {
                format!("{what} is on its way already; it goes at their next send hours.")
            }
            Verdict::Now => format!("{what} goes early already, once nothing holds it back.{}", held()),
            Verdict::Held => format!("{what} is held already; `{command} approve` lets it go."),
        });
    }
    let when = match scene.person(&delivery.person) {
        Some(person) => {
            let due = life.due.max(scene.now).to_zoned(scene.zone(person));
            due.strftime("%a %-d %b %H:%M").to_string()
        }
        None => "its time".to_owned(),
    };
    let says = match (verdict, held_back(scene, delivery)) {
        (Verdict::Approved, Some(skip)) => {
            format!("Approved, but {what} doesn't go yet. {}", scene.why(actor, &skip))
        }
        (Verdict::Now, Some(skip)) => {
            format!("{what} will go early, but not yet. {}", scene.why(actor, &skip))
        }
        (Verdict::Approved, None) => {
            format!("Approved: {what}. It will be sent from {when} on (their time).")
        }
        (Verdict::Now, None) => format!(
            "{what} goes at the next moment they may be written to: in send hours, and not too soon after \
             their last message."
        ),
        (Verdict::Held, _) => format!("Held: {what} doesn't go until somebody approves it."),
    };
    let event = Event::DeliveryJudged { delivery: delivery.clone(), verdict, by: actor.id.clone() };
    Ok((event, capitalised(&says)))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// *Approve all*: what was listed where the button stands may go, and nothing that nobody has seen there.
pub(super) fn approve_all(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    listed: Option<&Listing>,
    post: Option<PostId>,
) -> Decided {
    done(match scene.review(actor, post) {
        Some(review) => approved_on_review(scene, actor, initiative, listed, review),
        None => approved_as_listed(scene, actor, initiative, listed),
    })
}

/// The approval of what App Home or the answer to a command listed, as long as that is what comes due soon.
fn approved_as_listed(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    listed: Option<&Listing>,
) -> Result<Decided, String> {
    let initiative = scene.steered_by(actor, initiative)?;
    let waiting = waiting(scene, initiative);
    let soon = soon(scene, actor, &waiting);
    if !soon.is_empty() && listed != Some(&Listing::of(soon.iter().map(|queued| &queued.delivery))) {
        return Err(format!(
            "What waits about “{}” has changed since it was listed there, so nothing was approved. `{} approve {}` \
             shows it as it is now.",
            initiative.title, scene.program.command, initiative.id
        ));
    }
    approved_all(scene, actor, &initiative.id).map(|(events, _)| (events, Reply::Nothing))
}

/// The approval of what `review` listed when its button was drawn. What has come to wait since was never seen: it
/// stays, and is told of.
fn approved_on_review(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    listed: Option<&Listing>,
    review: &PostState,
) -> Result<Decided, String> {
    let initiative = scene.steered_by(actor, initiative)?;
    let (program, state, seen) = (scene.program, scene.state, scene.seen);
    let now = plan::listed(program, state, seen, scene.now, &review.key);
    let as_now = Listing::of(now.iter().map(|waiting| &waiting.delivery));
    let as_sent = review.lists.as_deref().map(Listing::of);
    let is_as_sent = listed.is_some() && listed == as_sent.as_ref();
    let (shown, since): (Vec<_>, Vec<_>) = if listed == Some(&as_now) {
        (now, Vec::new())
    } else if is_as_sent {
        now.into_iter().partition(|waiting| review.lists(&waiting.delivery))
    } else {
        (Vec::new(), now)
    };
    let rest = rest(scene, actor, initiative, review, since.len());
    if shown.is_empty() && since.is_empty() {
        let nothing = format!(
            "Nothing that this review lists about “{}” waits any more: it was decided, or its time is over.",
            initiative.title
        );
        return Err(rest.map_or_else(|| nothing.clone(), |rest| format!("{nothing} {rest}")));
    }
    if shown.is_empty() {
        return redrawn(scene, actor, initiative, review, &since);
    }
    let by_actor = |waiting: plan::Waiting| approval(actor, waiting.delivery);
    let events: Vec<Event> = shown.into_iter().map(by_actor).collect();
    let says = |rest| Reply::say(format!("Approved what this review listed. {rest}"));
    Ok((events, rest.map_or(Reply::Nothing, says)))
}

/// What else waits: `since` messages that `review` lists from now on, and those that are due after what it shows.
fn rest(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
    review: &PostState,
    since: usize,
) -> Option<String> {
    let came = match since {
        0 => None,
        1 => Some("One message has come to wait since; the review lists it now.".to_owned()),
        more => Some(format!("{more} messages have come to wait since; the review lists them now.")),
    };
    let until = review.key.on().and_then(|on| plan::shown_until(scene.program, scene.seen, &actor.id, on));
    let all = waiting(scene, initiative);
    let due = soon(scene, actor, &all).iter();
    let later = due.filter(|queued| until.is_some_and(|until| until <= queued.due)).count();
    let command = format!("`{} approve {}`", scene.program.command, initiative.id);
    let later = match later {
        0 => None,
        1 => Some(format!("One more message waits that this review doesn't list: {command} shows it.")),
        more => {
            Some(format!("{more} more messages wait that this review doesn't list: {command} shows them."))
        }
    };
    let both: Vec<String> = came.into_iter().chain(later).collect();
    (!both.is_empty()).then(|| both.join(" "))
}

/// Most messages that are named as new.
const NAMED: usize = 3;

/// Nothing is approved: the review as it is now, with what is new on it.
fn redrawn(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
    review: &PostState,
    waiting: &[plan::Waiting],
) -> Result<Decided, String> {
    // Of a review of before nobody knows what it listed.
    let is_new = |waiting: &&plan::Waiting| review.lists.is_some() && !review.lists(&waiting.delivery);
    let new: Vec<String> =
        waiting.iter().filter(is_new).map(|waiting| scene.named(&waiting.delivery)).collect();
    let named: Vec<&str> = new.iter().take(NAMED).map(String::as_str).collect();
    let more = match new.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let new = match named.as_slice() {
        [] => String::new(),
        named => format!(" New since this review came: {}{more}.", named.join(", ")),
    };
    let says = format!(
        "What waits has changed since this was listed, so nothing was approved: please look again.{new}"
    );
    drawn_anew(scene, actor, initiative, review, waiting, &says)
}

/// The review as it is now, under what there is to say about the click on it.
fn drawn_anew(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
    review: &PostState,
    waiting: &[plan::Waiting],
    says: &str,
) -> Result<Decided, String> {
    let queued: Vec<message::Queued> = waiting.iter().map(queued).collect();
    let (program, state, seen) = (scene.program, scene.state, scene.seen);
    let until = review.key.on().and_then(|on| plan::shown_until(program, seen, &actor.id, on));
    let of = message::Queue { initiative: &initiative.id, waiting: &queued, until };
    let mut shown = message::review(program, state, seen, of, &actor.id, scene.now)
        .map_err(|unsayable| format!("This review can't be shown: {unsayable}."))?;
    shown.parts.insert(0, Part::Paragraph(Paragraph::text(says)));
    Ok((Vec::new(), Reply::Show(Box::new(shown))))
}

pub(in crate::command) fn queued(waiting: &plan::Waiting) -> message::Queued {
    message::Queued { delivery: waiting.delivery.clone(), due: waiting.due, expires: waiting.expires }
}

/// Those of what waits that come due soon.
pub(super) fn soon<'a>(
    scene: Scene<'_>,
    actor: &Person,
    waiting: &'a [message::Queued],
) -> &'a [message::Queued] {
    let until = plan::review_horizon(scene.program, scene.seen, &actor.id, scene.now);
    let soon = waiting.iter().take_while(|queued| until.is_none_or(|until| queued.due < until)).count();
    waiting.get(..soon).unwrap_or_default()
}

fn approval(actor: &Person, delivery: DeliveryKey) -> Event {
    Event::DeliveryJudged { delivery, verdict: Verdict::Approved, by: actor.id.clone() }
}

/// The approval of what comes due soon, and what to say of it.
pub(super) fn approved_all(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
) -> Result<(Vec<Event>, String), String> {
    let initiative = scene.steered_by(actor, initiative)?;
    let waiting = waiting(scene, initiative);
    let soon = soon(scene, actor, &waiting);
    let crowded = message::crowded(soon).map(|crowded| format!(" {crowded}")).unwrap_or_default();
    let held = soon.first().and_then(|first| held_back(scene, &first.delivery));
    let when = held.map_or_else(
        || "in their time.".to_owned(),
        |skip| format!("once nothing holds them back. {}", scene.why(actor, &skip)),
    );
    let events: Vec<Event> = soon.iter().map(|queued| approval(actor, queued.delivery.clone())).collect();
    match events.len() {
        0 => Err(format!(
            "Nothing about “{}” that is due in the next two working days waits for approval. `{} approve {}` \
             lists what waits.",
            initiative.title, scene.program.command, initiative.id
        )),
        1 => Ok((events, format!("Approved: the one message that waited goes {when}"))),
        count => Ok((events, format!("Approved: {count} messages go {when}{crowded}"))),
    }
}

/// What keeps a message from going that an advocate approved or asked to send now.
fn held_back(scene: Scene<'_>, delivery: &DeliveryKey) -> Option<plan::Skip> {
    plan::held_although_approved(scene.program, scene.state, scene.seen, delivery)
}

/// What waits for approval of an initiative, soonest first.
pub(super) fn waiting(scene: Scene<'_>, initiative: &Initiative) -> Vec<message::Queued> {
    let waiting = plan::waiting(scene.program, scene.state, scene.seen, scene.now, initiative);
    waiting.iter().map(queued).collect()
}

/// Opens a planned message as its recipient would read it, with what can be done about it.
pub(super) fn see(scene: Scene<'_>, actor: &Person, delivery: &DeliveryKey) -> Decided {
    let seen = || {
        scene.steered_by(actor, &delivery.initiative)?;
        plan::judgeable(scene.program, scene.state, scene.seen, scene.now, delivery).map_err(|skip| {
            let (what, why) = (scene.named(delivery), scene.why(actor, &skip));
            format!("There is nothing to decide about {what}. {why}")
        })?;
        let parts = message::as_read(scene.program, scene.state, scene.seen, delivery, scene.now)
            .map_err(|unsayable| format!("This message can't be shown: {unsayable}."))?;
        let choice = |value: &str, label: &str| (value.to_owned(), label.to_owned());
        let next = Input::Choice(vec![
            choice("approve", "Approve it"),
            choice("now", "Send it as soon as they may be written to"),
            choice("hold", "Hold it"),
            choice("edit", "Edit it"),
            choice("speak", "I'll speak to them myself"),
        ]);
        let (label, hint) = ("Your decision".to_owned(), None);
        let modal = Modal {
            kind: ModalKind::See { delivery: delivery.clone() },
            title: "Before it goes".to_owned(),
            parts,
            fields: vec![Field { name: NEXT, label, hint, optional: true, input: next }],
            submit: Some("Do it".to_owned()),
        };
        Ok((Vec::new(), Reply::Open(Box::new(modal))))
    };
    done(seen())
}

/// What was chosen for a message that was looked at.
pub(super) fn submit_see(
    scene: Scene<'_>,
    actor: &Person,
    delivery: &DeliveryKey,
    values: &Values,
) -> Decided {
    let Some(Value::Choice(next)) = values.get(NEXT) else { return (Vec::new(), Reply::Nothing) };
    let judge = |verdict| {
        done(judged(scene, actor, delivery, verdict).map(|(event, says)| (vec![event], Reply::say(says))))
    };
    match next.as_str() {
        "approve" => judge(Verdict::Approved),
        "now" => judge(Verdict::Now),
        "hold" => judge(Verdict::Held),
        "edit" => rewrite::open(scene, actor, delivery),
        "speak" => hand_over(scene, actor, &delivery.person, &delivery.initiative, true),
        _ => refuse("I don't know that choice. Please open the message again."),
    }
}

/// *I'll speak to them myself*, or back to the bot.
pub(super) fn hand_over(
    scene: Scene<'_>,
    actor: &Person,
    person: &PersonId,
    initiative: &InitiativeId,
    taken: bool,
) -> Decided {
    done(
        handed_over(scene, actor, person, initiative, taken)
            .map(|(event, says)| (vec![event], Reply::say(says))),
    )
}

fn handed_over(
    scene: Scene<'_>,
    actor: &Person,
    person: &PersonId,
    initiative: &InitiativeId,
    taken: bool,
) -> Result<(Event, String), String> {
    let initiative = scene.steered_by(actor, initiative)?;
    let name = scene.name(person);
    let argued = scene.person(person).and_then(|person| scene.program.stakeholder(initiative, person));
    if argued.is_none() {
        return Err(format!(
            "{name} is not a stakeholder of “{}”, so nothing is sent to them.",
            initiative.title
        ));
    }
    let before = scene
        .state
        .engagement(person, &initiative.id, initiative.quarter)
        .and_then(|engagement| engagement.handed_over.clone());
    let command = &scene.program.command;
    match (before, taken) {
        (Some(by), true) if by == actor.id => {
            return Err(format!(
                "You're already talking to {name} yourself. `{command} met @{person}` records that you have."
            ));
        }
        (None, false) => return Err(format!("I'm the one who writes to {name} already.")),
        (Some(_) | None, _) => {}
    }
    let says = if taken {
        format!(
            "You're talking to {name} yourself, so I write nothing more to them about “{}”. `{command} met @{person} {}` \
             records that you have; `{command} handover @{person} {} back` lets me write again.",
            initiative.title, initiative.id, initiative.id
        )
    } else {
        format!("I'm writing to {name} again: messages about “{}” continue as planned.", initiative.title)
    };
    let event = Event::HandedOver {
        person: person.clone(),
        initiative: initiative.id.clone(),
        quarter: initiative.quarter,
        by: actor.id.clone(),
        taken,
    };
    Ok((event, says))
}
