//! Who people are in Slack and what their accounts say now.
//!
//! Read in bulk, page by page; kept fresh by events. Reading everybody one at a time would not fit Slack's
//! limits; one person is read alone when a message to them needs it. The parsing is pure and tolerant: a
//! member that can't be read is passed over.
//!
//! Invariant: whatever is read carries the time at which Slack said it, and is as old as that, however often
//! it is looked at. A call's answer counts from when the call was made.

mod recognition;

use std::collections::HashMap;

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::domain::ids::SlackUserId;
use crate::domain::observation::{DoNotDisturb, Observations, Seen};
use crate::domain::performer::LONGEST_RETRY_AFTER;
use crate::domain::refusal::{Call, Does};

use super::client::Client;
use super::errors::CallError;
use super::methods::Method;

pub use recognition::{Link, Missing, Refusal, Sighting, Workspace, recognise};

/// An account of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its id.
    pub id: SlackUserId,
    /// When Slack said all this.
    pub as_of: Timestamp,
    /// Its e-mail address, lower case, if the app may see it.
    email: Option<String>,
    /// Its zone.
    pub zone: Option<TimeZone>,
    /// It is switched off.
    pub deactivated: bool,
    /// It is no person's: an app's, a workflow's or Slack's own.
    pub is_bot: bool,
    /// The workspace that it is at home in, `T…`.
    pub team: Option<String>,
    /// The organization that it belongs to, `E…`, and the workspaces that it is in there, `T…`.
    pub enterprise: Option<(String, Vec<String>)>,
    /// It is a guest's, who sees only what they were invited to.
    pub guest: bool,
    /// It belongs to another workspace, and shares no channel with the app. Of whoever shares one, Slack says
    /// only where they are at home.
    pub stranger: bool,
    /// Out of office, by its status.
    pub away: Option<Away>,
}

/// For how long a status says that somebody is out of office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Until then.
    Until(Timestamp),
    /// Until the status changes.
    Open,
}

/// Do-not-disturb as `[from, until)`, by account. None of it outlasts the reading it comes from.
pub type Quiet = HashMap<SlackUserId, DoNotDisturb>;

/// Emoji by which people say that they are away: Slack's own suggestions and their kin.
const AWAY_EMOJI: [&str; 7] = [
    ":palm_tree:",
    ":face_with_thermometer:",
    ":airplane:",
    ":desert_island:",
    ":beach_with_umbrella:",
    ":umbrella_on_ground:",
    ":baby:",
];

/// Slack's own account, which it doesn't call a bot.
const SLACKBOT: &str = "USLACKBOT";

/// Words by which people say that they are away, as whole words in lower case.
const AWAY_WORDS: [&str; 16] = [
    "vacation",
    "vacationing",
    "holiday",
    "holidays",
    "ooo",
    "pto",
    "on leave",
    "annual leave",
    "parental leave",
    "sick",
    "sabbatical",
    "out of office",
    "out of the office",
    "away",
    "day off",
    "time off",
];

impl Member {
    /// The account in a `user` object of the Web API or an event, as Slack said it at `as_of`.
    pub fn read(user: &Value, as_of: Timestamp) -> Option<Self> {
        let id = SlackUserId::parse(user.get("id")?.as_str()?).ok()?;
        let text = |place: &str| user.pointer(place).and_then(Value::as_str);
        let flag = |place: &str| user.pointer(place).and_then(Value::as_bool).unwrap_or(false);
        let offset = || {
            let seconds = i32::try_from(user.get("tz_offset")?.as_i64()?).ok()?;
            Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?))
        };
        let teams = |user: &Value| {
            let teams = user.pointer("/enterprise_user/teams")?.as_array()?;
            Some(teams.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let is_slackbot = id.as_str() == SLACKBOT;
        Some(Self {
            id,
            as_of,
            email: text("/profile/email").map(str::to_lowercase),
            // An unknown name is better replaced by today's offset than by the calendar's zone.
            zone: text("/tz").and_then(|name| TimeZone::get(name).ok()).or_else(offset),
            deactivated: flag("/deleted"),
            is_bot: flag("/is_bot") || flag("/is_workflow_bot") || is_slackbot,
            team: text("/team_id").map(str::to_owned),
            enterprise: text("/enterprise_user/enterprise_id")
                .map(|enterprise| (enterprise.to_owned(), teams(user).unwrap_or_default())),
            guest: flag("/is_restricted") || flag("/is_ultra_restricted"),
            stranger: flag("/is_stranger"),
            away: away(user),
        })
    }

    /// What is observed of the person whose account it is. A status without an end counts until the
    /// reading is too old to count itself.
    pub fn seen(&self, quiet: Option<DoNotDisturb>) -> Seen {
        let as_of = self.as_of;
        let away_until = self.away.and_then(|away| match away {
            Away::Until(then) => Some(then),
            Away::Open => as_of.checked_add(Observations::GREATEST_AGE).ok(),
        });
        let (zone, mail) = (self.zone.clone(), self.email.clone());
        let account = Some(self.id.clone());
        Seen { as_of, account, zone, mail, deactivated: self.deactivated, quiet, away_until }
    }
}

fn away(user: &Value) -> Option<Away> {
    let text = |place: &str| user.pointer(place).and_then(Value::as_str).unwrap_or_default();
    let emoji = text("/profile/status_emoji");
    let status = text("/profile/status_text").to_lowercase();
    let words: Vec<&str> =
        status.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let status = format!(" {} ", words.join(" "));
    let says_so =
        AWAY_EMOJI.contains(&emoji) || AWAY_WORDS.iter().any(|word| status.contains(&format!(" {word} ")));
    if !says_so {
        return None;
    }
    match user.pointer("/profile/status_expiration").and_then(Value::as_i64) {
        Some(seconds) if seconds > 0 => Timestamp::from_second(seconds).ok().map(Away::Until),
        Some(_) | None => Some(Away::Open),
    }
}

/// The accounts of a page of `users.list` that was asked for at `as_of`; none if this is no page of it.
pub fn members(page: &Value, as_of: Timestamp) -> Option<Vec<Member>> {
    let members = page.get("members")?.as_array()?;
    Some(members.iter().filter_map(|user| Member::read(user, as_of)).collect())
}

/// Do-not-disturb in an answer of `dnd.teamInfo` that was asked for at `as_of`; none if this is no such answer.
/// Only the window that is on or comes next is told, and it is believed for as long as the reading is.
pub fn quiet(answer: &Value, as_of: Timestamp) -> Option<Quiet> {
    let users = answer.get("users")?.as_object()?;
    let told = users
        .iter()
        .filter(|(_, told)| told.get("dnd_enabled").and_then(Value::as_bool) == Some(true))
        .filter_map(|(user, told)| {
            let at = |name| Timestamp::from_second(told.get(name)?.as_i64()?).ok();
            let told = DoNotDisturb::told(as_of, at("next_dnd_start_ts")?, at("next_dnd_end_ts")?)?;
            Some((SlackUserId::parse(user).ok()?, told))
        });
    Some(told.collect())
}

/// Accounts a page: what Slack recommends at most.
const PAGE: u32 = 200;
/// People asked about in one call of `dnd.teamInfo`.
const QUIET_PAGE: usize = 50;
/// More pages than that are a fault: a cursor that goes in circles.
const MOST_PAGES: usize = 1_000;

/// Reads which workspace the app is installed in.
///
/// # Errors
/// As for [`read_members`]; the answer names no workspace.
pub async fn read_workspace(client: &Client) -> Result<Workspace, CallError> {
    Workspace::read(&patiently(client, Method::AuthTest, &json!({})).await?).ok_or(CallError::Unreadable)
}

/// Reads every account of the workspace: all or none, since whoever is not among them counts as gone.
///
/// # Errors
/// What ended the reading; a call that was only limited is made again after the time that Slack names. An
/// answer without accounts, or a cursor that leads nowhere, is no reading.
pub async fn read_members(client: &Client, clock: &Clock) -> Result<Vec<Member>, CallError> {
    let mut members = Vec::new();
    let mut cursor = String::new();
    for _ in 0..MOST_PAGES {
        let mut arguments = json!({ "limit": PAGE });
        if let (false, Some(arguments)) = (cursor.is_empty(), arguments.as_object_mut()) {
            arguments.insert("cursor".to_owned(), cursor.as_str().into());
        }
        let (page, as_of) = patiently_at(client, clock, Method::UsersList, &arguments).await?;
        members.extend(self::members(&page, as_of).ok_or(CallError::Unreadable)?);
        let next = page.pointer("/response_metadata/next_cursor").and_then(Value::as_str).unwrap_or_default();
        if next.is_empty() {
            // There is at least the app's own account.
            return if members.is_empty() { Err(CallError::Unreadable) } else { Ok(members) };
        }
        if next == cursor {
            break;
        }
        next.clone_into(&mut cursor);
    }
    Err(CallError::Unreadable)
}

/// Reads one account.
///
/// # Errors
/// As for [`read_members`]; nobody has that id, or what is there is no account.
pub async fn read_member(client: &Client, clock: &Clock, user: &SlackUserId) -> Result<Member, CallError> {
    let arguments = json!({ "user": user.as_str() });
    let (answer, as_of) = patiently_at(client, clock, Method::UsersInfo, &arguments).await?;
    answer.get("user").and_then(|user| Member::read(user, as_of)).ok_or(CallError::Unreadable)
}

/// Reads the do-not-disturb times of `users`.
///
/// # Errors
/// As for [`read_members`].
pub async fn read_quiet(client: &Client, clock: &Clock, users: &[SlackUserId]) -> Result<Quiet, CallError> {
    let mut all = Quiet::new();
    for some in users.chunks(QUIET_PAGE) {
        let names: Vec<&str> = some.iter().map(SlackUserId::as_str).collect();
        let arguments = json!({ "users": names.join(",") });
        let (answer, as_of) = patiently_at(client, clock, Method::DndTeamInfo, &arguments).await?;
        all.extend(quiet(&answer, as_of).ok_or(CallError::Unreadable)?);
    }
    Ok(all)
}

/// How often a reading is tried again that Slack limited or that was lost on the way.
const TRIES: u32 = 5;

pub(super) async fn patiently(
    client: &Client,
    method: Method,
    arguments: &Value,
) -> Result<Value, CallError> {
    patiently_noting(client, method, arguments, || ()).await
}

/// The answer, and when the call that brought it was made: what it says may have changed since.
async fn patiently_at(
    client: &Client,
    clock: &Clock,
    method: Method,
    arguments: &Value,
) -> Result<(Value, Timestamp), CallError> {
    let mut asked = clock.now();
    let answer = patiently_noting(client, method, arguments, || asked = clock.now()).await?;
    Ok((answer, asked))
}

async fn patiently_noting(
    client: &Client,
    method: Method,
    arguments: &Value,
    mut before_each_call: impl FnMut() + Send,
) -> Result<Value, CallError> {
    let mut tried = 0;
    loop {
        before_each_call();
        let error = match client.call(method, arguments).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        tried += 1;
        // Reading twice does no harm, so doubt is no reason to stop.
        let passing = error.does(Call::People) == Does::Repeats;
        if !passing || tried >= TRIES {
            return Err(error);
        }
        tokio::time::sleep(error.retry_after().min(LONGEST_RETRY_AFTER)).await;
    }
}

/// How soon the workspace is read again.
pub const REFRESH: SignedDuration = SignedDuration::from_hours(6);

#[cfg(test)]
mod tests;
