//! People, in the shapes that `users.*` and `dnd.*` answer.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::seed::{EnterpriseUser, SeedPerson};

/// Someone in the workspace, the app's own bot user included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) real_name: String,
    pub(super) title: String,
    pub(super) email: String,
    pub(super) tz: String,
    pub(super) is_bot: bool,
    pub(super) deleted: bool,
    pub(super) is_restricted: bool,
    /// The rest was not in the log of older stand-ins.
    #[serde(default)]
    pub(super) is_ultra_restricted: bool,
    #[serde(default)]
    pub(super) is_workflow_bot: bool,
    /// Empty for the workspace's own people.
    #[serde(default)]
    pub(super) team_id: String,
    #[serde(default)]
    pub(super) is_stranger: bool,
    #[serde(default)]
    pub(super) enterprise_user: Option<EnterpriseUser>,
    pub(super) status_text: String,
    pub(super) status_emoji: String,
    /// Unix seconds; 0 for a status without end.
    pub(super) status_expiration: i64,
    pub(super) note: String,
    pub(super) dnd: Dnd,
    /// Unix seconds of the last change.
    pub(super) updated: i64,
}

/// The do-not-disturb window that is current or comes next, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dnd {
    pub(super) enabled: bool,
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Dnd {
    /// Slack answers 1 for both times when the person has no schedule.
    const NONE: Self = Self { enabled: false, start: 1, end: 1 };

    /// As `dnd.teamInfo` answers it.
    pub(super) fn shape(self) -> Value {
        json!({
            "dnd_enabled": self.enabled,
            "next_dnd_start_ts": self.start,
            "next_dnd_end_ts": self.end,
        })
    }

    pub(super) fn is_on(self, now: Timestamp) -> bool {
        self.enabled && (self.start..self.end).contains(&now.as_second())
    }
}

impl Person {
    pub(super) fn from_seed(seed: &SeedPerson, now: Timestamp) -> Self {
        Self {
            id: seed.id.clone(),
            name: seed.name.clone(),
            real_name: seed.real_name.clone(),
            title: seed.title.clone(),
            email: seed.email.clone(),
            tz: if seed.tz.is_empty() { "Etc/UTC".to_owned() } else { seed.tz.clone() },
            is_bot: seed.is_bot,
            deleted: seed.deleted,
            is_restricted: seed.is_restricted,
            is_ultra_restricted: seed.is_ultra_restricted,
            is_workflow_bot: seed.is_workflow_bot,
            team_id: seed.team_id.clone(),
            is_stranger: seed.is_stranger,
            enterprise_user: seed.enterprise_user.clone(),
            status_text: seed.status_text.clone(),
            status_emoji: seed.status_emoji.clone(),
            status_expiration: 0,
            note: seed.note.clone(),
            dnd: Dnd::NONE,
            updated: now.as_second(),
        }
    }

    /// Their time zone; an unknown one, which `Hub::open` refuses in a seed, counts as UTC.
    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.tz).unwrap_or(TimeZone::UTC)
    }

    /// The user object. `email` is left out unless the scope `users:read.email` was granted.
    pub(super) fn shape(&self, team_id: &str, now: Timestamp, with_email: bool) -> Value {
        let team_id = self.team_of(team_id);
        let zone = self.zone();
        let offset = zone.to_offset_info(now);
        let mut user = json!({
            "id": self.id,
            "team_id": team_id,
            "name": self.name,
            "deleted": self.deleted,
            "color": "4bbe2e",
            "is_bot": self.is_bot,
            "is_app_user": false,
            "updated": self.updated,
            "profile": self.profile(team_id, with_email),
        });
        let Some(fields) = user.as_object_mut() else { return user };
        if self.is_workflow_bot {
            fields.insert("is_workflow_bot".to_owned(), json!(true));
        }
        // Slack says so of people of other workspaces only.
        if !self.team_id.is_empty() {
            fields.insert("is_stranger".to_owned(), json!(self.is_stranger));
        }
        if let Some(enterprise) = &self.enterprise_user {
            let shape = json!({
                "id": enterprise.id,
                "enterprise_id": enterprise.enterprise_id,
                "enterprise_name": "Sandbox",
                "is_admin": false,
                "is_owner": false,
                "teams": enterprise.teams,
            });
            fields.insert("enterprise_user".to_owned(), shape);
        }
        if !self.deleted {
            for (key, value) in [
                ("real_name", json!(self.real_name)),
                ("tz", json!(self.tz)),
                ("tz_label", json!(offset.abbreviation())),
                ("tz_offset", json!(offset.offset().seconds())),
                ("is_admin", json!(false)),
                ("is_owner", json!(false)),
                ("is_primary_owner", json!(false)),
                ("is_restricted", json!(self.is_restricted)),
                ("is_ultra_restricted", json!(self.is_ultra_restricted)),
                ("is_email_confirmed", json!(!self.is_bot)),
                ("who_can_share_contact_card", json!("EVERYONE")),
            ] {
                fields.insert(key.to_owned(), value);
            }
        }
        user
    }

    fn team_of<'a>(&'a self, own: &'a str) -> &'a str {
        if self.team_id.is_empty() { own } else { &self.team_id }
    }

    /// The profile object alone. A bot has an e-mail address only if it was given one.
    pub(super) fn profile(&self, team_id: &str, with_email: bool) -> Value {
        let (first, last) = self.real_name.split_once(' ').unwrap_or((&self.real_name, ""));
        let mut profile = json!({
            "title": self.title,
            "phone": "",
            "skype": "",
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "first_name": first,
            "last_name": last,
            "fields": {},
            "status_text": self.status_text,
            "status_emoji": self.status_emoji,
            "status_emoji_display_info": [],
            "status_expiration": self.status_expiration,
            "avatar_hash": "g000000000000",
            "team": self.team_of(team_id),
        });
        if with_email
            && !(self.is_bot && self.email.is_empty())
            && let Some(profile) = profile.as_object_mut()
        {
            profile.insert("email".to_owned(), json!(self.email));
        }
        profile
    }
}
