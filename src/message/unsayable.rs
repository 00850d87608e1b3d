//! Why a message can't be written.

use crate::domain::calendar::Quarter;
use crate::domain::engagement::{Audience, Touch};
use crate::domain::ids::{FigureId, InitiativeId, PersonId, Seq};
use crate::domain::sentence::BadSentence;

/// Why a message can't be written. The texts are for advocates and operators; a stakeholder never
/// meets one.
#[derive(Debug, thiserror::Error)]
pub enum Unsayable {
    /// The recipient is not in the configuration (any more).
    #[error("nobody called `{0}` is in the configuration")]
    NobodyCalled(PersonId),
    /// The recipient asked to be forgotten.
    #[error("{0} asked to be forgotten, so nothing is ever sent to them; take them out of people.toml")]
    Forgotten(String),
    /// The initiative is not in the configuration.
    #[error("no initiative called `{0}` is in the configuration")]
    NoInitiative(InitiativeId),
    /// It asks nothing of this person's teams.
    #[error("`{initiative}` asks nothing of the teams of `{person}`")]
    NotAsked {
        /// Which initiative.
        initiative: InitiativeId,
        /// Whose teams.
        person: PersonId,
    },
    /// The quarter's planning window can't be computed.
    #[error("{0} has no planning window")]
    NoWindow(Quarter),
    /// There is no record of what this would be about.
    #[error("record {0} is not something that a person said")]
    NoRecord(Seq),
    /// A sentence that only a person can write is missing (point 14).
    #[error("`{initiative}` has no `lead` for {}s", .audience.title())]
    NoLead {
        /// Which initiative.
        initiative: InitiativeId,
        /// For whom.
        audience: Audience,
    },
    /// An ask names no step that exists, so that no first step can be offered.
    #[error("the asks of `{0}` name no first step that it has")]
    NoStep(InitiativeId),
    /// A reminder without anything new.
    #[error("there is nothing new to say about `{0}`")]
    NothingNew(InitiativeId),
    /// A sentence names a figure that the initiative doesn't have.
    #[error("`{initiative}` has no figure called `{figure}`")]
    NoFigure {
        /// Which initiative.
        initiative: InitiativeId,
        /// What is named.
        figure: FigureId,
    },
    /// A sentence can't be read.
    #[error("a sentence of `{initiative}`: {bad}")]
    Sentence {
        /// Which initiative.
        initiative: InitiativeId,
        /// What is wrong with it.
        bad: BadSentence,
    },
    /// A template can't be filled in.
    #[error("the template for {}s, {}: {error}", .audience.title(), .touch.word())]
    Template {
        /// Of which audience.
        audience: Audience,
        /// Of which touch.
        touch: Touch,
        /// What the template engine says.
        error: minijinja::Error,
    },
}
