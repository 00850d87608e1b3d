//! What advocates decide about a whole campaign: how far it goes, what was wrong in it, taking it back.

use std::collections::BTreeMap;

use super::{done, rewrite};
use crate::command::{Decided, Scene};
use crate::domain::directory::Person;
use crate::domain::event::{Event, Stage};
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Field, Input, Modal, ModalKind, Paragraph, Part, Reply, Span, Value, Values};
use crate::domain::personal::Personal;
use crate::domain::state::{CampaignState, Phase};

const WHAT: &str = "what";

/// Most characters of a correction: it stands under every copy.
const MOST: u16 = 500;

/// Messages that have gone out, and to how many people.
fn gone(scene: Scene<'_>, initiative: &Initiative) -> (usize, usize) {
    let of = |person: &crate::domain::state::PersonState| {
        let engagement = person.engagements.get(&(initiative.id.clone(), initiative.quarter));
        let deliveries = engagement.into_iter().flat_map(|engagement| engagement.deliveries.values());
        let sent = |post| scene.state.post(post).is_some_and(|post| matches!(post.phase, Phase::Sent { .. }));
        deliveries.filter(|post| sent(**post)).count()
    };
    let counts: Vec<usize> =
        scene.state.people.values().map(|person| of(person)).filter(|count| 0 < *count).collect();
    (counts.iter().sum(), counts.len())
}

fn copies(gone: (usize, usize)) -> String {
    format!("{} to {}", counted(gone.0, "message", "messages"), counted(gone.1, "person", "people"))
}

/// How far a campaign goes.
pub(in crate::command) fn stage(scene: Scene<'_>, initiative: &Initiative) -> Stage {
    let campaign = scene.state.campaign(&initiative.id, initiative.quarter);
    campaign.and_then(CampaignState::stage).map_or(scene.program.stage, |moved| moved.stage)
}

/// Moves a staged start, forward or back.
pub(in crate::command) fn advance(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    stage: Stage,
) -> Decided {
    let advanced = || {
        let initiative = scene.steered_by(actor, initiative)?;
        let before = self::stage(scene, initiative);
        if before == stage {
            return Err(format!("“{}” is at that stage already: {}", initiative.title, means(stage)));
        }
        let mut says = format!("“{}” moved on: {}", initiative.title, means(stage));
        if stage < before {
            let (sent, people) = gone(scene, initiative);
            says = format!("“{}” moved back: {}", initiative.title, means(stage));
            says.push_str(&match sent {
                0 => " Nothing had gone out yet.".to_owned(),
                1 => " One message has gone already and stays.".to_owned(),
                _ => format!(" {} have gone already and stay.", copies((sent, people))),
            });
        }
        let event = Event::StageSet {
            initiative: initiative.id.clone(),
            quarter: initiative.quarter,
            stage,
            by: actor.id.clone(),
        };
        Ok((vec![event], Reply::say(says)))
    };
    done(advanced())
}

fn means(stage: Stage) -> &'static str {
    match stage {
        Stage::Rehearsal => "its messages go to its advocates instead, twelve a day at most.",
        Stage::Few => "the first three people get theirs, everybody else's is held.",
        Stage::All => "everybody gets theirs in its time.",
    }
}

/// Opens the modal that asks what was wrong.
pub(in crate::command) fn open_correct(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
) -> Decided {
    let opened = || {
        let initiative = scene.steered_by(actor, initiative)?;
        let gone = sent_at_all(scene, initiative)?;
        let text = format!(
            "Change the file of “{}” first. Every copy that was sent ({}) is then rewritten from it and says what \
             was corrected. You see it once more before anything changes.",
            initiative.title,
            copies(gone)
        );
        let what = Field {
            name: WHAT,
            label: "What was wrong, and what is right?".to_owned(),
            hint: Some("Everybody who got a copy reads this sentence.".to_owned()),
            optional: false,
            input: Input::Text {
                lines: true,
                most: MOST,
                placeholder: Some("It was 37 pages, not 73.".to_owned()),
                initial: None,
            },
        };
        let modal = Modal {
            kind: ModalKind::Correct { initiative: initiative.id.clone(), quarter: initiative.quarter },
            title: "Correct what was sent".to_owned(),
            parts: vec![Part::Paragraph(Paragraph::text(text))],
            fields: vec![what],
            submit: Some("Next".to_owned()),
        };
        Ok((Vec::new(), Reply::Open(Box::new(modal))))
    };
    done(opened())
}

/// Shows what a correction will change, and waits for the click that makes it.
pub(in crate::command) fn confirm_correct(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    what: &str,
) -> Result<Decided, String> {
    let (initiative, gone, what) = correctable(scene, actor, initiative, what)?;
    let parts = vec![
        Part::Paragraph(Paragraph(vec![
            Span::Text("Every copy about ".to_owned()),
            Span::Strong(initiative.title.clone()),
            Span::Text(format!(" that was sent ({}) will say:", copies(gone))),
        ])),
        Part::Quote(what.to_owned()),
        Part::Small(Paragraph::text(
            "Each copy is also rewritten from the current configuration. Nobody gets a new message, and nothing \
             changes before you click.",
        )),
    ];
    let modal = Modal {
        kind: ModalKind::ConfirmCorrection {
            initiative: initiative.id.clone(),
            quarter: initiative.quarter,
            what: what.to_owned(),
        },
        title: "Correct what was sent".to_owned(),
        parts,
        fields: Vec::new(),
        submit: Some(format!("Correct {}", counted(gone.0, "message", "messages"))),
    };
    Ok((Vec::new(), Reply::Open(Box::new(modal))))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn sent_at_all(scene: Scene<'_>, initiative: &Initiative) -> Result<(usize, usize), String> {
    match gone(scene, initiative) {
        (0, _) => Err(format!(
            "Nothing about “{}” has been sent yet, so there is nothing to correct: change its file.",
            initiative.title
        )),
        gone => Ok(gone),
    }
}

/// The initiative, its copies and the sentence of a correction, if it may be made.
fn correctable<'a, 'w>(
    scene: Scene<'a>,
    actor: &Person,
    initiative: &InitiativeId,
    what: &'w str,
) -> Result<(&'a Initiative, (usize, usize), &'w str), String> {
    let initiative = scene.steered_by(actor, initiative)?;
    let gone = sent_at_all(scene, initiative)?;
    let what = what.trim();
    if what.is_empty() {
        return Err("Please say what was wrong and what is right; everybody who got a copy reads it.".into());
    }
    if what.chars().count() > usize::from(MOST) {
        return Err(format!("Please say it in {MOST} characters at most; it stands under every copy."));
    }
    let allowed: Vec<PersonId> = initiative.advocates.iter().chain(&scene.program.admins).cloned().collect();
    if let Some(name) = rewrite::somebody_named(scene, what, &allowed) {
        return Err(format!(
            "It names {name}, and everybody who got a copy would read that: leave the name out."
        ));
    }
    Ok((initiative, gone, what))
}

/// Takes a correction in that was shown before.
pub(in crate::command) fn correct(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    what: &str,
) -> Result<Decided, String> {
    let (initiative, gone, what) = correctable(scene, actor, initiative, what)?;
    let event = Event::Corrected {
        initiative: initiative.id.clone(),
        quarter: initiative.quarter,
        by: actor.id.clone(),
        what: Personal::new(actor.id.clone(), what),
    };
    let says = format!(
        "Corrected: every copy about “{}” ({}) is rewritten from the current configuration and says so. Nobody gets \
         a new message.",
        initiative.title,
        copies(gone)
    );
    Ok((vec![event], Reply::say(says)))
}

/// The submitted modal that asks for a correction: what it changes is shown next.
pub(in crate::command) fn submit_correct(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    values: &Values,
) -> Decided {
    let what = match values.get(WHAT) {
        Some(Value::Text(text)) => text.as_str(),
        Some(Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_))
        | None => "",
    };
    confirm_correct(scene, actor, initiative, what)
        .unwrap_or_else(|sentence| (Vec::new(), Reply::Faults(BTreeMap::from([(WHAT.to_owned(), sentence)]))))
}

/// Takes a campaign back, or lets it stand again.
pub(in crate::command) fn recall(
    scene: Scene<'_>,
    actor: &Person,
    initiative: &InitiativeId,
    recalled: bool,
) -> Result<Decided, String> {
    let initiative = scene.steered_by(actor, initiative)?;
    let campaign = scene.state.campaign(&initiative.id, initiative.quarter);
    let before = campaign.is_some_and(|campaign| campaign.recalled.is_some());
    let (title, command, id) = (&initiative.title, &scene.program.command, &initiative.id);
    if before == recalled {
        return Err(if recalled {
            format!("“{title}” is taken back already. `{command} recall {id} undo` lets it stand again.")
        } else {
            format!("“{title}” was not taken back, so there is nothing to undo.")
        });
    }
    let says = if recalled {
        format!(
            "Taken back: {} say so now and ask nothing, and nothing more is sent. Answers stay on record. \
             `{command} recall {id} undo` lets it stand again.",
            copies(gone(scene, initiative))
        )
    } else {
        format!("“{title}” stands again: its messages ask as before, and the next ones go in their time.")
    };
    let event = Event::Recalled {
        initiative: initiative.id.clone(),
        quarter: initiative.quarter,
        by: actor.id.clone(),
        recalled,
    };
    Ok((vec![event], Reply::say(says)))
}
