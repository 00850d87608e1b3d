//! Asking: what becomes a question, and what the FAQ answers at once.

use super::{MOST, Question, TEXT, fault, text_field, text_of};
use crate::command::{Decided, Scene, listed, names};
use crate::domain::directory::Person;
use crate::domain::effect::PostId;
use crate::domain::event::{Event, Said};
use crate::domain::faq::Asked as Entry;
use crate::domain::ids::{FaqId, InitiativeId, MessageTs, Seq, SlackChannelId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Value, Values};
use crate::domain::personal::Personal;
use crate::domain::question::{choices, in_charge};
use crate::message;

/// The field in which the asker says what it is about, and its value if they can't.
const ABOUT: &str = "about";
const UNSURE: &str = "-";

/// Something that was asked.
pub(in crate::command) struct Asked<'a> {
    /// In their words.
    pub(in crate::command) text: &'a str,
    /// About what, as far as it is clear.
    pub(in crate::command) about: Option<InitiativeId>,
    /// Where they typed it, if they did.
    pub(in crate::command) place: Option<(SlackChannelId, MessageTs)>,
    /// The message that it replies to.
    pub(in crate::command) thread: Option<MessageTs>,
}

/// Records a question, and the FAQ's answer if it has one.
pub(in crate::command) fn ask(scene: Scene<'_>, actor: &Person, asked: Asked<'_>) -> Vec<Event> {
    // The writer gives the first event of a decision the place after the last.
    let question = scene.state.head.next();
    let matched = asked.about.as_ref().and_then(|about| matched(scene, actor, question, about, asked.text));
    let received = Event::MessageReceived {
        person: actor.id.clone(),
        initiative: asked.about,
        said: Said::Question,
        text: Some(Personal::new(actor.id.clone(), asked.text)),
        place: asked.place,
        thread: asked.thread,
        referral: None,
    };
    std::iter::once(received).chain(matched).collect()
}

/// What the FAQ of `about` answers, if it does without doubt.
fn matched(
    scene: Scene<'_>,
    actor: &Person,
    question: Seq,
    about: &InitiativeId,
    text: &str,
) -> Option<Event> {
    let initiative = scene.program.initiative(about)?;
    let (entry, answer) = answer(scene, actor, initiative, text)?;
    Some(Event::QuestionMatched { question, entry, answer: Personal::new(actor.id.clone(), answer) })
}

fn answer(scene: Scene<'_>, actor: &Person, initiative: &Initiative, text: &str) -> Option<(FaqId, String)> {
    let of_file = initiative.faq.iter().map(|entry| Entry {
        entry: entry.id.clone(),
        ways: std::iter::once(&entry.question).chain(&entry.also).map(String::as_str).collect(),
        answer: &entry.answer,
    });
    // The words of whoever asked first find a kept answer; they are never shown to anybody.
    let kept = scene.state.kept.iter().filter(|((about, _), _)| *about == initiative.id);
    let of_advocates = kept.filter_map(|((_, entry), kept)| {
        let asked = scene.state.received.get(&kept.question)?.text.as_ref()?.reveal()?;
        Some(Entry { entry: entry.clone(), ways: vec![asked], answer: kept.answer.reveal()? })
    });
    let entries: Vec<Entry<'_, FaqId>> = of_file.chain(of_advocates).collect();
    let best = scene.library.best(&entries, text)?;
    if let Some(entry) = initiative.faq.iter().find(|entry| entry.id == best) {
        let today = scene.now.to_zoned(scene.zone(actor)).date();
        // A sentence that can't be filled in is a gap for the advocate, not for the asker.
        let answer = message::faq_answer(initiative, entry, today).ok()?;
        return Some((best, answer));
    }
    let kept = scene.state.kept.get(&(initiative.id.clone(), best.clone()))?;
    Some((best, kept.answer.reveal()?.to_owned()))
}

/// `/canvass ask [initiative] question`.
pub(in crate::command) fn by_command(
    scene: Scene<'_>,
    actor: &Person,
    words: &[&str],
) -> Result<Decided, String> {
    let usage = || {
        format!(
            "What would you like to know? Write `{} ask your question`; name the initiative first if you like.",
            scene.program.command
        )
    };
    let first = words.first().ok_or_else(usage)?;
    // Only an id counts: a question's first words must not be taken for part of a title.
    let named = scene
        .program
        .initiatives
        .iter()
        .find(|of| of.id.as_str() == *first || of.was.iter().any(|id| id.as_str() == *first));
    if named.is_none() {
        let known = choices(scene.program, &actor.id);
        if let Some(near) = names::nearest_id(first, known.into_iter().map(|of| of.id.as_str())) {
            let echo = names::echo(first);
            return Err(format!("I don't know the initiative “{echo}”. Did you mean {near}?"));
        }
    }
    let rest = if named.is_some() { words.get(1..).unwrap_or_default() } else { words };
    if rest.is_empty() {
        return Err(usage());
    }
    let text = scene.readable(&rest.join(" "));
    let about = match named {
        Some(initiative) => Some(answered_by_somebody(scene, actor, initiative)?),
        None => super::about(scene, actor, None, &text),
    };
    if about.is_none() {
        somebody_else(scene, actor)?;
    }
    let events = ask(scene, actor, Asked { text: &text, about, place: None, thread: None });
    Ok((events, Reply::say("Asked. My answer comes at once, in our direct messages.")))
}

/// The initiative, if somebody other than the asker can answer for it.
fn answered_by_somebody(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &Initiative,
) -> Result<InitiativeId, String> {
    if initiative.withdrawn {
        return Err(format!("“{}” was withdrawn, so nobody answers for it any more.", initiative.title));
    }
    if in_charge(scene.program, Some(&initiative.id), &actor.id).is_empty() {
        return Err(format!(
            "You are the one who answers questions about “{}”, so there is nobody to pass this on to.",
            initiative.title
        ));
    }
    Ok(initiative.id.clone())
}

/// Refuses if the asker is the only one who could answer.
fn somebody_else(scene: Scene<'_>, actor: &Person) -> Result<(), String> {
    if in_charge(scene.program, None, &actor.id).is_empty() {
        return Err(
            "You are the one who answers questions here, so there is nobody to pass this on to.".into()
        );
    }
    Ok(())
}

/// *Ask a question*: opens the modal.
pub(in crate::command) fn open(
    scene: Scene<'_>,
    actor: &Person,
    about: Option<&InitiativeId>,
    post: Option<PostId>,
) -> Result<Decided, String> {
    let among = choices(scene.program, &actor.id);
    let about = about.and_then(|id| scene.program.initiative(id)).filter(|of| !of.withdrawn);
    let about = about.or(match among.as_slice() {
        [only] => Some(*only),
        _ => None,
    });
    if let Some(initiative) = about {
        answered_by_somebody(scene, actor, initiative)?;
    } else {
        somebody_else(scene, actor)?;
    }
    let mut fields = vec![text_field("Your question", "What would you like to know?", None)];
    let who = match about {
        Some(initiative) => format!("about “{}”", initiative.title),
        None => {
            // A menu takes a hundred entries.
            let titles = among.iter().take(99).map(|of| (of.id.to_string(), short(&of.title)));
            let unsure = (UNSURE.to_owned(), "Something else, or not sure".to_owned());
            fields.push(Field {
                name: ABOUT,
                label: "What is it about?".into(),
                hint: None,
                optional: true,
                input: Input::Pick { options: titles.chain([unsure]).collect(), initial: None },
            });
            "about any of our proposals".to_owned()
        }
    };
    let charged = in_charge(scene.program, about.map(|of| &of.id), &actor.id);
    let names: Vec<String> = charged
        .iter()
        .map(|id| scene.person(id).map_or_else(|| id.to_string(), |person| person.given_name.clone()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let says = format!(
        "Ask {who}. I answer at once if I know; otherwise {} does, in our direct message.",
        listed(&names, "or")
    );
    let modal = Modal {
        kind: ModalKind::Ask { initiative: about.map(|of| of.id.clone()), post },
        title: "Ask a question".into(),
        parts: vec![Part::Paragraph(Paragraph::text(says))],
        fields,
        submit: Some("Ask".into()),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

/// A title as a menu shows it (Slack: 75 characters).
fn short(title: &str) -> String {
    if title.chars().count() <= 75 {
        title.to_owned()
    } else {
        title.chars().take(74).chain(['…']).collect()
    }
}

/// The modal was submitted.
pub(in crate::command) fn submit(
    scene: Scene<'_>,
    actor: &Person,
    about: Option<&InitiativeId>,
    post: Option<PostId>,
    values: &Values,
) -> Result<Decided, String> {
    let Some(text) = text_of(values) else { return Ok(fault(TEXT, "Please write your question.")) };
    if text.chars().count() > usize::from(MOST) {
        return Ok(fault(TEXT, format!("Please ask in {MOST} characters at most.")));
    }
    let chosen = match values.get(ABOUT) {
        Some(Value::Choice(id)) => InitiativeId::parse(id).ok(),
        Some(Value::Text(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_))
        | None => None,
    };
    let named = about.cloned().or(chosen).and_then(|id| scene.program.initiative(&id));
    let about = match named {
        Some(initiative) => Some(answered_by_somebody(scene, actor, initiative)?),
        None => super::about(scene, actor, None, text),
    };
    if about.is_none() {
        somebody_else(scene, actor)?;
    }
    // Asked from a receipt in a thread, it is answered in that thread.
    let thread = scene.post_to(actor, post).and_then(|post| scene.state.thread_of(&post.key)).cloned();
    Ok((ask(scene, actor, Asked { text, about, place: None, thread }), Reply::Nothing))
}

/// The asker says what a question is about.
pub(in crate::command) fn place(
    scene: Scene<'_>,
    actor: &Person,
    post: Option<PostId>,
    initiative: Option<&InitiativeId>,
) -> Result<Decided, String> {
    let question = Question::of_receipt(scene, actor, post)?;
    if question.state.initiative.is_some() || question.state.elsewhere {
        return Err("This question is on its way already. Ask again if it was meant differently.".into());
    }
    let about = match initiative {
        Some(id) => {
            let gone =
                || "This initiative is no longer there. Choose another, or “Something else”.".to_owned();
            let initiative = scene.program.initiative(id).ok_or_else(gone)?;
            Some(answered_by_somebody(scene, actor, initiative)?)
        }
        None => None,
    };
    let text = question.received.text.as_ref().and_then(Personal::reveal).unwrap_or_default();
    // Once an advocate has answered, the FAQ has nothing to add.
    let answered = !question.state.answers.is_empty();
    let matched = about
        .as_ref()
        .filter(|_| !answered)
        .and_then(|about| matched(scene, actor, question.of, about, text));
    let placed = Event::QuestionPlaced { question: question.of, initiative: about };
    Ok((std::iter::once(placed).chain(matched).collect(), Reply::Nothing))
}

/// The asker says whether the FAQ's answer helped.
pub(in crate::command) fn rate(
    scene: Scene<'_>,
    actor: &Person,
    post: Option<PostId>,
    helped: bool,
) -> Result<Decided, String> {
    let question = Question::of_receipt(scene, actor, post)?;
    if question.state.matched.is_none() {
        return Err("An advocate answers this question, so there is nothing to rate yet.".into());
    }
    if question.state.helped.is_some() {
        return Ok((Vec::new(), Reply::Nothing));
    }
    Ok((vec![Event::AnswerRated { question: question.of, helped }], Reply::Nothing))
}
