//! An account of Slack is the human; an id of the configuration is only a label for it.

use serde::{Deserialize, Serialize};

/// Why no account is believed to be somebody's, although one carries their e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disbelief {
    /// Two active accounts have the address, and nothing says which is theirs.
    Several,
    /// It belongs to another workspace.
    Outsider,
    /// It is an app's, a workflow's or Slack's own.
    Bot,
    /// It is a guest's, and the configuration doesn't let guests be found.
    Guest,
}
