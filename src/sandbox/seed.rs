//! The workspace as it is founded: team, people, user groups and the installed app.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that the stand-in needs to found a workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seed {
    pub team: Team,
    pub people: Vec<SeedPerson>,
    #[serde(default)]
    pub user_groups: Vec<SeedUserGroup>,
    pub app: SeedApp,
    /// Where the calendar stands on the first day.
    pub starts_at: Timestamp,
    /// IANA name of the zone in which the page shows the calendar.
    pub time_zone: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// `T…`
    pub id: String,
    pub name: String,
    pub domain: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SeedPerson {
    /// `U…` or `W…`
    pub id: String,
    /// The handle, without `@`.
    pub name: String,
    pub real_name: String,
    pub title: String,
    pub email: String,
    /// IANA name.
    pub tz: String,
    pub is_bot: bool,
    pub deleted: bool,
    pub is_restricted: bool,
    pub is_ultra_restricted: bool,
    /// A bot of the workflow builder.
    pub is_workflow_bot: bool,
    /// `T…` of another workspace that shares a channel with this one; empty for this one.
    pub team_id: String,
    /// In such a channel, but in none that the app sees.
    pub is_stranger: bool,
    /// As an organization with several workspaces knows them.
    pub enterprise_user: Option<EnterpriseUser>,
    pub status_text: String,
    pub status_emoji: String,
    /// A free line that only the page shows, such as "Product manager, Checkout".
    pub note: String,
}

/// Somebody in an organization with several workspaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterpriseUser {
    /// `W…` or `U…`
    pub id: String,
    /// `E…`
    pub enterprise_id: String,
    /// The workspaces they are in, `T…`.
    pub teams: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedUserGroup {
    /// `S…`
    pub id: String,
    pub handle: String,
    pub name: String,
    /// Ids of its members.
    pub users: Vec<String>,
}

/// The app as it is installed. Its manifest decides scopes, events, commands and tabs.
#[derive(Clone, Serialize, Deserialize)]
pub struct SeedApp {
    /// `A…`
    pub app_id: String,
    /// `U…`; its person is made from the manifest if the seed has none.
    pub bot_user_id: String,
    /// `xoxb-…`
    pub bot_token: String,
    /// `xapp-…`
    pub app_token: String,
    pub signing_secret: String,
    pub manifest: Value,
}

impl std::fmt::Debug for SeedApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedApp").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}
