//! Prose that an advocate wrote for one message instead of the template's.
//!
//! Invariant: the ask, the office hours and everything around the prose stay as they are, so that no
//! rewriting can take away what a message owes its reader.

use crate::domain::effect::{DeliveryKey, PostKey};
use crate::domain::message::Paragraph;

use super::Delivered;
use super::facts::{Facts, Moment};
use super::limits::{self, Fault};
use super::touch::{self, Shown};
use super::unsayable::Unsayable;

/// The prose of a planned message, as an advocate may change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What may be changed, a paragraph a line.
    pub prose: Vec<String>,
    /// What stays: the ask and the office hours.
    pub kept: Vec<String>,
}

/// Puts `edit` in the place of what may be changed.
pub(super) fn with_edit(paragraphs: Vec<Paragraph>, facts: &Facts, moment: &Moment<'_>) -> Vec<Paragraph> {
    let Some(edit) = &moment.edit else { return paragraphs };
    let written = edit.lines().map(str::trim).filter(|line| !line.is_empty()).map(Paragraph::text);
    written.chain(paragraphs.into_iter().filter(|paragraph| stays(paragraph, facts))).collect()
}

/// Whether a paragraph asks for the answer, or says where questions go.
pub(super) fn stays(paragraph: &Paragraph, facts: &Facts) -> bool {
    let joined = |text: &str| text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let text = paragraph.plain();
    let says = |fact: &str| !fact.trim().is_empty() && text.contains(&joined(fact));
    // The last call asks in words of its own; what it asks is the question in it.
    says(&facts.ask) || says(&facts.questions) || says(&facts.hours) || text.contains("? ")
}

impl Delivered<'_> {
    /// The prose as it may be changed.
    pub(super) fn draft(&self) -> Result<Draft, Unsayable> {
        let case = self.case()?;
        let mut moment = Moment::of(&case, self.state, self.delivery, self.id());
        let edit = moment.edit.take();
        let touch::Prose { paragraphs, kept, .. } = touch::prose(&case, self.state, &moment)?;
        let of = |wanted: bool| {
            let chosen = paragraphs.iter().zip(&kept).filter(move |(_, kept)| **kept == wanted);
            chosen.map(|(paragraph, _)| paragraph.plain()).collect::<Vec<_>>()
        };
        let prose = match edit {
            Some(edit) => edit.lines().map(str::to_owned).collect(),
            None => of(false),
        };
        Ok(Draft { prose, kept: of(true) })
    }

    /// What would be wrong with the message if its prose were `prose`.
    pub(super) fn faults_of(&self, prose: &str) -> Result<Vec<Fault>, Unsayable> {
        let case = self.case()?;
        let mut moment = Moment::of(&case, self.state, self.delivery, self.id());
        moment.edit = Some(prose.to_owned());
        let message = touch::written(&case, self.state, &moment, Shown::AsItStands)?;
        Ok(limits::faults(&message, case.audience, moment.touch))
    }

    fn id(&self) -> crate::domain::effect::PostId {
        let delivery: &DeliveryKey = self.delivery;
        self.state.id_of(&PostKey::Touch(delivery.clone()))
    }
}
