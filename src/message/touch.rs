//! Campaign messages: prose, buttons and footer of a touch, and its form once it has been answered.

use jiff::Timestamp;

use crate::domain::effect::{DeliveryKey, PostId};
use crate::domain::engagement::Touch;
use crate::domain::ids::{FigureId, PersonId};
use crate::domain::message::{Action, Message, Paragraph, Part, Span};
use crate::domain::state::State;

use super::case::{Case, names};
use super::facts::{Moment, Optional, gather, is_stale, shown};
use super::prose::Template;
use super::recorded::{Recorded, recorded};
use super::unsayable::Unsayable;
use super::{buttons, dates, limits, prose, rewrite, wording};

/// The prose of a touch, and the figures that it shows.
pub(super) struct Prose {
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) figures: Vec<FigureId>,
    /// Of each paragraph, whether no rewriting takes it away.
    pub(super) kept: Vec<bool>,
}

/// Writes the prose, leaving out what is least needed until it fits its limit.
pub(super) fn prose(case: &Case<'_>, state: &State, moment: &Moment<'_>) -> Result<Prose, Unsayable> {
    let source = prose::marked(case, moment.touch);
    let template = Template::of(case, moment.touch, &source)?;
    let used = template.uses()?;
    let most = limits::most_words(case.audience, moment.touch);
    let mut left_out = Vec::new();
    for next in Optional::order(case.audience, moment.touch).into_iter().map(Some).chain([None]) {
        let brief = gather(case, state, moment, &used, &left_out)?;
        let paragraphs = template.fill(&brief.facts)?;
        // What an advocate wrote is theirs to shorten; nothing else gives way to it.
        if moment.edit.is_some() {
            let paragraphs = rewrite::with_edit(paragraphs, &brief.facts, moment);
            return Ok(Prose { paragraphs, figures: brief.figures, kept: Vec::new() });
        }
        let words: usize = paragraphs.iter().map(|paragraph| wording::words(&paragraph.plain())).sum();
        match next {
            Some(next) if words > most => left_out.push(next),
            // Within the limit, or nothing left to give up: `limits::faults` says so to the advocate.
            Some(_) | None => {
                let kept = paragraphs.iter().map(|text| rewrite::stays(text, &brief.facts)).collect();
                return Ok(Prose { paragraphs, figures: brief.figures, kept });
            }
        }
    }
    // The chain above ends in `None`, which returns.
    Err(Unsayable::NothingNew(case.initiative.id.clone()))
}

/// How a touch is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As it stands: answered messages say what was recorded.
    AsItStands,
    /// With its buttons, so that an answer can be changed.
    WithButtons,
}

/// The message of a delivery.
pub(super) fn touch(
    case: &Case<'_>,
    state: &State,
    delivery: &DeliveryKey,
    id: PostId,
    how: Shown,
) -> Result<Message, Unsayable> {
    let moment = Moment::of(case, state, delivery, id);
    written(case, state, &moment, how)
}

/// The message at `moment`.
pub(super) fn written(
    case: &Case<'_>,
    state: &State,
    moment: &Moment<'_>,
    how: Shown,
) -> Result<Message, Unsayable> {
    if let Some((by, at)) = moment.recalled {
        return Ok(recalled(case, moment, by, *at));
    }
    let Prose { paragraphs, figures, .. } = prose(case, state, moment)?;
    let notification = paragraphs.first().map(Paragraph::plain).unwrap_or_default();
    let mut message = Message::new(notification, paragraphs.into_iter().map(Part::Paragraph).collect());
    message.parts.extend(moment.corrections.iter().filter_map(|correction| {
        let on = dates::short_reading(case.zone.to_datetime(correction.at).date(), case.today);
        let (head, what) = (format!("Corrected on {on}: "), correction.what.reveal()?.to_owned());
        Some(Part::Paragraph(Paragraph(vec![Span::Strong(head), Span::Text(what)])))
    }));
    message.footer = Some(footer(case, &figures));
    let record = recorded(case, state, moment);
    let stance = moment.engagement.and_then(|engagement| engagement.stance()).map(|stance| stance.stance);
    match (record, how) {
        (Recorded::Nothing, _) => {
            message.buttons = buttons::visible(case, moment.touch);
            message.overflow = buttons::overflow(case.audience, moment.touch, None);
        }
        (Recorded::Answer { clause, .. }, Shown::WithButtons) if !case.is_frozen() => {
            let text = format!("Until you choose again, this stands: {clause}.");
            message.recorded = Some(Paragraph::text(text));
            message.buttons = buttons::visible(case, moment.touch);
            message.overflow = buttons::overflow(case.audience, moment.touch, None);
        }
        (Recorded::Answer { paragraph, buttons, .. } | Recorded::Closed { paragraph, buttons }, _) => {
            message.recorded = Some(paragraph);
            message.buttons = buttons;
            message.overflow = buttons::overflow(case.audience, moment.touch, Some(stance));
        }
    }
    Ok(message)
}

/// What is left of a message that was taken back: who did it, and the way to hear no more.
fn recalled(case: &Case<'_>, moment: &Moment<'_>, by: &PersonId, at: Timestamp) -> Message {
    let by = wording::joined(&names(case.program, std::slice::from_ref(by)));
    let by = if by.is_empty() { case.advocates() } else { by };
    let on = dates::day(case.zone.to_datetime(at).date(), case.today);
    let answered = moment.engagement.is_some_and(|engagement| engagement.stance().is_some());
    let stands = if answered { " Your answer stays on record, and nobody new sees it." } else { "" };
    let text = format!("{by} took this message back on {on}. Nothing is asked of you.{stands}");
    let mut message = Message::line(text);
    message.overflow = buttons::overflow(case.audience, Touch::FollowUp, None)
        .into_iter()
        .filter(|entry| entry.action == Action::Stop)
        .collect();
    message.footer = Some(footer(case, &[]));
    message
}

/// The footer: whose bot, who sees the answer, where the figures are from.
fn footer(case: &Case<'_>, figures: &[FigureId]) -> Paragraph {
    let shown = shown(case, figures);
    let mut sources: Vec<&str> = Vec::new();
    for figure in &shown {
        if !sources.contains(&figure.source.as_str()) {
            sources.push(&figure.source);
        }
    }
    let oldest = shown.iter().min_by_key(|figure| figure.read_on);
    let read = oldest.map_or_else(String::new, |figure| {
        let day = dates::short_reading(figure.read_on, case.today);
        let old = if is_stale(case, figure) { ", not read since" } else { "" };
        format!(" {}, as of {day}{old}.", sources.join(", "))
    });
    let whose = wording::possessive(&case.advocates());
    Paragraph::text(format!("{whose} bot, sent only to you; {} your answer.{read}", case.only_they_see()))
}

/// Whether a touch asks for an answer at all.
pub(super) fn asks_for_answer(touch: Touch) -> bool {
    match touch {
        Touch::HeadsUp | Touch::Pitch | Touch::Reminder | Touch::LastCall => true,
        Touch::FollowUp => false,
    }
}
