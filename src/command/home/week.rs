//! What goes out in the coming week, and what an advocate keeps back.

use jiff::Timestamp;

use super::turn::leaf;
use super::{Desk, first, heading, plain, queue, row, said, small};
use crate::domain::effect::DeliveryKey;
use crate::domain::engagement::Touch;
use crate::domain::event::Verdict;
use crate::domain::message::{Action, Button, Look, Page, Paragraph, Part, Span};

/// Messages of a page: each takes two blocks.
const MESSAGES: usize = 20;

/// A message of the coming week, or one that is kept back.
enum Entry<'a> {
    Coming(&'a DeliveryKey, Timestamp),
    Held(DeliveryKey),
}

pub(super) fn page(desk: &Desk<'_>, from: usize) -> Vec<Part> {
    let page = |from| Page::Week { from };
    let mut parts = desk.ways(&page(0));
    parts.extend(first::stopped(desk));
    parts.extend(first::paused(desk));
    parts.push(heading(match desk.scene.state.paused {
        Some(_) => "What goes out this week once sending resumes",
        None => "What goes out this week",
    }));
    let entries: Vec<Entry<'_>> = held(desk)
        .into_iter()
        .map(Entry::Held)
        .chain(coming(desk).map(|(key, at)| Entry::Coming(key, at)))
        .collect();
    if entries.is_empty() {
        parts.push(said(nothing(desk)));
    }
    let (shown, turn) = leaf(&entries, from, MESSAGES, page);
    parts.extend(shown.iter().map(|entry| match entry {
        Entry::Coming(key, at) => message(desk, key, *at),
        Entry::Held(key) => kept_back(desk, key),
    }));
    parts.extend(turn);
    parts.push(small(
        "Times without a note are yours. An answer, a question or a stop before then takes a message out.",
    ));
    parts
}

/// The first few, for the overview.
pub(super) fn glance(desk: &Desk<'_>, most: usize) -> Vec<Part> {
    let all: Vec<(&DeliveryKey, Timestamp)> = coming(desk).collect();
    let mut parts = vec![heading(match desk.scene.state.paused {
        Some(_) => "Next to go out once sending resumes",
        None => "Next to go out",
    })];
    if all.is_empty() {
        parts.push(said(nothing(desk)));
        return parts;
    }
    parts.extend(all.iter().take(most).map(|(key, at)| message(desk, key, *at)));
    if all.len() > most {
        let label = format!("All {} of this week", all.len());
        let page = Page::Week { from: 0 };
        parts.push(row(Paragraph::default(), vec![plain(&label, Action::Turn { page })]));
    }
    parts
}

fn nothing(desk: &Desk<'_>) -> &'static str {
    if first::is_all_paused(desk) {
        "Nothing goes out while what is yours is paused."
    } else if queue::waits(desk) {
        "Nothing goes out within seven days without your approval."
    } else {
        "Nothing is due within seven days."
    }
}

fn coming<'a>(desk: &'a Desk<'_>) -> impl Iterator<Item = (&'a DeliveryKey, Timestamp)> {
    desk.ahead.coming.iter().filter_map(|planned| {
        let key = planned.key.delivery()?;
        desk.initiative(&key.initiative).map(|_| (key, planned.at))
    })
}

/// What advocates keep back and is not settled.
fn held(desk: &Desk<'_>) -> Vec<DeliveryKey> {
    let state = desk.scene.state;
    let mut held = Vec::new();
    #[expect(clippy::iter_over_hash_type, reason = "they are sorted below")]
    for (person, known) in &state.people {
        for ((about, quarter), engagement) in &known.engagements {
            if engagement.verdicts.is_empty()
                || desk.initiative(about).is_none_or(|initiative| initiative.quarter != *quarter)
            {
                continue;
            }
            for ((touch, occurrence), judged) in &engagement.verdicts {
                let over = engagement.deliveries.contains_key(&(*touch, *occurrence));
                if judged.verdict == Verdict::Held && !over {
                    held.push(DeliveryKey {
                        person: person.clone(),
                        initiative: about.clone(),
                        quarter: *quarter,
                        touch: *touch,
                        occurrence: *occurrence,
                    });
                }
            }
        }
    }
    held.sort();
    held
}

fn message(desk: &Desk<'_>, key: &DeliveryKey, at: Timestamp) -> Part {
    let program = desk.scene.program;
    let zone = match program.people.get(&key.person) {
        Some(person) => program.zone_of(person, desk.scene.seen.zone(&key.person)),
        None => desk.zone,
    };
    let theirs = if zone == desk.zone { "" } else { " their time" };
    let when = format!("{}{theirs}", zone.to_datetime(at).strftime("%a %-d %b %H:%M"));
    let judge = |verdict| Action::Judge { delivery: key.clone(), verdict };
    let buttons = vec![
        plain("See", Action::See { delivery: key.clone() }),
        plain("Send now", judge(Verdict::Now)),
        plain("Hold", judge(Verdict::Held)),
    ];
    row(named(desk, key, &when), buttons)
}

fn kept_back(desk: &Desk<'_>, key: &DeliveryKey) -> Part {
    let approve = Action::Judge { delivery: key.clone(), verdict: Verdict::Approved };
    let buttons = vec![
        plain("See", Action::See { delivery: key.clone() }),
        Button { label: "Release".into(), action: approve, look: Look::Primary },
    ];
    row(named(desk, key, "Held"), buttons)
}

/// "Tue 8 Dec 10:00 · **Ana Souza** (product manager, Checkout) · pitch about “Payment deadlines”".
fn named(desk: &Desk<'_>, key: &DeliveryKey, when: &str) -> Paragraph {
    let title = desk.initiative(&key.initiative).map_or(key.initiative.as_str(), |of| of.title.as_str());
    let what = format!(" · {} about “{title}”", touch_in_words(key.touch));
    let mut text = vec![Span::Text(format!("{when} · "))];
    text.extend(desk.person(&key.person, &what).0);
    Paragraph(text)
}

fn touch_in_words(touch: Touch) -> &'static str {
    match touch {
        Touch::HeadsUp => "heads-up",
        Touch::Pitch => "pitch",
        Touch::Reminder => "reminder",
        Touch::LastCall => "last call",
        Touch::FollowUp => "follow-up",
    }
}
