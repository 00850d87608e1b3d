//! Whom an advocate should talk to next, and why.
//!
//! Invariant: a ranking of what is on record, the configuration and the date ([`survey`](super::survey)); the
//! same for App Home and for the digest. Each person comes at most once: it is one conversation, whatever it is about.

use jiff::Timestamp;

use super::calendar::PlanningWindow;
use super::engagement::{Audience, Stance};
use super::ids::{InitiativeId, PersonId, TeamId};
use super::initiative::Initiative;
use super::program::Stakeholder;
use super::state::{Engagement, State};

/// Days before the freeze from which silence presses.
const NEAR: i64 = 14;

/// A conversation that is worth having.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// About which initiative.
    pub initiative: InitiativeId,
    /// With whom; none if that has to be found out first.
    pub person: Option<PersonId>,
    /// Why.
    pub why: Why,
}

/// Why somebody should be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// They raised a concern, and nothing more is sent until it is released.
    Concern {
        /// When.
        since: Option<Timestamp>,
    },
    /// An advocate said that they would speak to them.
    Promised {
        /// The advocate.
        by: PersonId,
    },
    /// They want to talk before they decide.
    Considering,
    /// Answers in the team they decide for don't go together.
    Disagreement {
        /// The team.
        team: TeamId,
    },
    /// They decide for these teams and have not answered.
    DeciderSilent {
        /// The teams.
        teams: Vec<TeamId>,
    },
    /// No message can reach them; they decide for these teams, if any.
    OutOfReach {
        /// The teams.
        decides: Vec<TeamId>,
    },
    /// They want no messages and have not answered; they decide for these teams, if any.
    Stopped {
        /// The teams.
        decides: Vec<TeamId>,
    },
    /// Nobody answers for this team on the ask.
    NoDecider {
        /// The team.
        team: TeamId,
    },
    /// They were reached and have not answered.
    Silent,
}

impl Why {
    /// How much it presses. What only a human can take further comes before what a message may still
    /// bring; whoever decides comes before whoever doesn't.
    pub(super) fn weight(&self, days_left: i64, executive: bool) -> i64 {
        let near = if days_left <= NEAR { 250 + 10 * (NEAR - days_left) } else { 0 };
        match self {
            Self::Concern { .. } => 900,
            Self::Promised { .. } => 850,
            Self::Considering => 800,
            Self::Disagreement { .. } => 750,
            Self::OutOfReach { decides } if !decides.is_empty() => 700,
            Self::Stopped { decides } if !decides.is_empty() => 650,
            Self::DeciderSilent { .. } => 550 + near,
            Self::NoDecider { .. } => 500,
            Self::OutOfReach { .. } => 400,
            Self::Stopped { .. } => 350,
            Self::Silent if executive => 300 + near / 2,
            Self::Silent => 200 + near / 2,
        }
    }
}

/// What is asked of somebody about one initiative.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) audience: Audience,
    /// The teams whose ask is argued.
    pub(super) teams: Vec<TeamId>,
    /// Those of them for which they decide.
    pub(super) decides: Vec<TeamId>,
}

impl Asked {
    pub(super) fn of(initiative: &Initiative, stakeholder: Stakeholder) -> (PersonId, Self) {
        let Stakeholder { person, audience, teams, because: _ } = stakeholder;
        let decides =
            |team: &&TeamId| initiative.asks.get(*team).and_then(|ask| ask.decider.as_ref()) == Some(&person);
        let decides = teams.iter().filter(decides).cloned().collect();
        (person, Self { audience, teams, decides })
    }
}

/// Whole days until plans freeze.
pub(super) fn days_left(window: &PlanningWindow, now: Timestamp) -> i64 {
    window.freezes.duration_since(now).as_hours() / 24
}

/// Why somebody should be talked to about `initiative`, if they should.
pub(super) fn why(
    state: &State,
    initiative: &Initiative,
    asked: &Asked,
    engagement: Option<&Engagement>,
    out_of_reach: bool,
    stopped: bool,
) -> Option<Why> {
    if let Some(engagement) = engagement {
        if let Some(of) = engagement.concern {
            let since = state.received.get(&of).map(|received| received.at);
            return Some(Why::Concern { since });
        }
        if engagement.conversation.is_some() {
            return None;
        }
        if let Some(by) = &engagement.handed_over {
            return Some(Why::Promised { by: by.clone() });
        }
        match engagement.open_stance() {
            Some(Stance::Considering) => return Some(Why::Considering),
            Some(Stance::Concerned) => return Some(Why::Concern { since: None }),
            Some(Stance::Committed | Stance::FirstStep | Stance::Supportive | Stance::Declined) => {
                return None;
            }
            None => {}
        }
    }
    let is_open = |team: &&TeamId| {
        state.items.is_empty()
            || !state.items.contains_key(&(initiative.id.clone(), (*team).clone(), initiative.quarter))
    };
    asked.teams.iter().find(is_open)?;
    let decides = || asked.decides.iter().filter(is_open).cloned().collect::<Vec<_>>();
    if out_of_reach {
        return Some(Why::OutOfReach { decides: decides() });
    }
    if stopped {
        return Some(Why::Stopped { decides: decides() });
    }
    let reached = engagement.is_some_and(|engagement| engagement.reached && !engagement.is_engaged());
    let decides = reached.then(decides)?;
    Some(if decides.is_empty() { Why::Silent } else { Why::DeciderSilent { teams: decides } })
}
