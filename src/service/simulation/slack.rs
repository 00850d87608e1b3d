//! A Slack with accounts, direct messages, limits and faults. It knows the wire and nothing of the bot.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::disk::Disk;
use super::line::Line;
use super::time::Time;
use crate::clock::monotonic;
use crate::sandbox::blockkit;
use crate::slack::CallError;

/// Our workspace, as every account of it says.
pub(super) const TEAM: &str = "T0HOME";

/// An account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) zone: String,
    pub(super) deleted: bool,
    pub(super) bot: bool,
    pub(super) team: String,
    pub(super) guest: bool,
    /// Away until then, by its status, and since when it says so.
    pub(super) away: Option<(Timestamp, Timestamp)>,
    /// Do-not-disturb, `[from, until)`.
    pub(super) quiet: Option<(Timestamp, Timestamp)>,
}

impl Account {
    pub(super) fn of(id: &str, email: &str, zone: &str) -> Self {
        Self {
            id: id.to_owned(),
            email: email.to_owned(),
            zone: zone.to_owned(),
            deleted: false,
            bot: false,
            team: TEAM.to_owned(),
            guest: false,
            away: None,
            quiet: None,
        }
    }

    /// An active human member of our own workspace.
    pub(super) fn is_ours(&self) -> bool {
        !self.deleted && !self.bot && !self.guest && self.team == TEAM
    }

    pub(super) fn channel(&self) -> String {
        format!("D{}", &self.id[1..])
    }

    /// As `users.list` and `user_change` have it.
    pub(super) fn json(&self, now: Timestamp) -> Value {
        let zone = TimeZone::get(&self.zone).unwrap();
        let mut profile =
            json!({ "email": self.email, "status_emoji": "", "status_text": "", "status_expiration": 0 });
        if let Some((_, until)) = self.away {
            profile["status_emoji"] = ":palm_tree:".into();
            profile["status_text"] = "Vacationing".into();
            profile["status_expiration"] = until.as_second().into();
        }
        json!({
            "id": self.id,
            "team_id": self.team,
            "deleted": self.deleted,
            "is_bot": self.bot,
            "is_stranger": false,
            "is_restricted": self.guest,
            "tz": self.zone,
            "tz_offset": zone.to_offset(now).seconds(),
            "profile": profile,
        })
    }
}

/// A message in a direct message.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    pub(super) ts: String,
    /// Who wrote it; none for the bot.
    pub(super) by: Option<String>,
    pub(super) body: Value,
    pub(super) thread: Option<String>,
    /// The id of the post in its metadata, or the digits of it in the name of its file.
    pub(super) mark: Option<String>,
    file: Option<String>,
    visible: Instant,
    /// When it was changed last.
    pub(super) changed: Option<Timestamp>,
}

/// Something that somebody was shown.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) at: Timestamp,
    pub(super) to: String,
    pub(super) how: How,
    pub(super) what: Value,
    /// Of a new message: the mark of the post.
    pub(super) mark: Option<String>,
    /// Of another text for a message: the one before.
    pub(super) before: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// A new message.
    Message,
    /// Another text for one.
    Change,
    /// Something that only they see.
    Whisper,
    Modal,
    Home,
}

/// What a call meets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meets {
    Refusal(&'static str),
    Limit(u64),
    /// It is carried out, and the answer is lost.
    LostAfter,
    /// It isn't carried out, and nobody says so.
    LostBefore,
    /// It never answers, having been carried out or not.
    Hangs(bool),
    Status(u16),
    /// No connection.
    Unreachable,
    /// The process dies with the call carried out or not.
    Death(bool),
}

/// A fault that the next calls meet.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// The method, by its name; any if none.
    pub(super) method: Option<&'static str>,
    /// Calls about this account only.
    pub(super) account: Option<String>,
    pub(super) meets: Meets,
    pub(super) times: u32,
    /// Not any more from then on.
    pub(super) until: Timestamp,
}

/// A call that was refused, for the model.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) at: Timestamp,
    pub(super) method: &'static str,
    pub(super) code: &'static str,
    pub(super) mark: Option<String>,
    /// Whom it was about.
    pub(super) about: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) messages: BTreeMap<String, Vec<Posted>>,
    /// The modal that each account has open, with its id.
    pub(super) modals: BTreeMap<String, (String, Value)>,
    pub(super) faults: Vec<Fault>,
    pub(super) revoked: bool,
    pub(super) shown: Vec<Shown>,
    pub(super) refused: Vec<Refused>,
    /// What is wrong with what the bot did, by itself.
    pub(super) breaches: Vec<(&'static str, String)>,
    /// Faults that calls have met.
    pub(super) met: BTreeSet<(&'static str, Meets)>,
    /// One line a call, for comparing two runs.
    pub(super) log: Vec<String>,
    /// Until when Slack asked to wait, and since when.
    pub(super) rests: BTreeMap<(u32, &'static str), (Instant, Instant)>,
    pub(super) calls: BTreeMap<&'static str, VecDeque<Instant>>,
    files: BTreeMap<String, String>,
    counter: u64,
}

/// Clones are the same Slack.
#[derive(Clone)]
pub(super) struct Slack {
    inner: Arc<Mutex<Workspace>>,
    pub(super) time: Time,
    pub(super) disk: Disk,
    pub(super) dice: Arc<Mutex<Dice>>,
}

impl Slack {
    pub(super) fn new(time: Time, disk: Disk, seed: u64) -> Self {
        Self { inner: Arc::default(), time, disk, dice: Arc::new(Mutex::new(Dice::new(seed ^ 0x51ac))) }
    }

    pub(super) fn line(&self, process: u32) -> Line {
        Line::new(self.clone(), process)
    }

    pub(super) fn with<R>(&self, with: impl FnOnce(&mut Workspace) -> R) -> R {
        with(&mut self.inner.lock().unwrap())
    }

    /// A person writes in their direct message.
    pub(super) fn types(&self, who: &str, text: &str, thread: Option<String>, at: Timestamp) -> String {
        self.with(|workspace| {
            let ts = workspace.ts(at);
            let channel = workspace.accounts[who].channel();
            workspace.messages.entry(channel).or_default().push(Posted {
                ts: ts.clone(),
                by: Some(who.to_owned()),
                body: json!({ "text": text }),
                thread,
                mark: None,
                file: None,
                visible: monotonic(),
                changed: None,
            });
            ts
        })
    }

    /// A number that nothing had before.
    pub(super) fn fresh(&self) -> u64 {
        self.with(|workspace| {
            workspace.counter += 1;
            workspace.counter
        })
    }

    /// A view was shown otherwise than by a call: with an acknowledgement.
    pub(super) fn shows(&self, to: &str, how: How, what: &Value) {
        let at = self.time.truth();
        self.with(|workspace| workspace.show(at, to, how, what, None));
    }
}

impl Workspace {
    fn ts(&mut self, now: Timestamp) -> String {
        self.counter += 1;
        format!("{}.{:06}", now.as_second(), self.counter % 1_000_000)
    }

    fn account_of(&self, place: &str) -> Option<&Account> {
        self.accounts.get(place).or_else(|| self.accounts.values().find(|account| account.channel() == place))
    }

    pub(super) fn show(&mut self, at: Timestamp, to: &str, how: How, what: &Value, mark: Option<String>) {
        let faults = match how {
            How::Message | How::Change | How::Whisper => match what.get("blocks") {
                Some(blocks) => blockkit::check_message(blocks),
                None => Vec::new(),
            },
            How::Modal => blockkit::check_view(what, blockkit::Surface::Modal),
            How::Home => blockkit::check_view(what, blockkit::Surface::Home),
        };
        if let Some(fault) = faults.first() {
            self.breaches.push(("every block is valid", format!("{how:?} to {to}: {fault:?}")));
        }
        self.shown.push(Shown { at, to: to.to_owned(), how, what: what.clone(), mark, before: None });
    }

    pub(super) fn fault(
        &mut self,
        method: &'static str,
        about: Option<&str>,
        now: Timestamp,
    ) -> Option<Meets> {
        self.faults.retain(|fault| 0 < fault.times && now < fault.until);
        let fault = self.faults.iter_mut().find(|fault| {
            fault.method.is_none_or(|of| of == method)
                && fault.account.as_deref().is_none_or(|account| about == Some(account))
        })?;
        fault.times -= 1;
        let meets = fault.meets.clone();
        self.met.insert((method, meets.clone()));
        Some(meets)
    }

    /// Carries a call out.
    pub(super) fn does(
        &mut self,
        method: &'static str,
        arguments: &Value,
        now: Timestamp,
    ) -> Result<Value, CallError> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let refused = |code: &str| Err(CallError::refused(code));
        match method {
            "auth.test" => Ok(
                json!({ "ok": true, "user_id": "UBOT", "bot_id": "BBOT", "team": "Home", "team_id": TEAM }),
            ),
            "users.list" => {
                let members: Vec<Value> = self.accounts.values().map(|account| account.json(now)).collect();
                Ok(json!({ "ok": true, "members": members, "response_metadata": { "next_cursor": "" } }))
            }
            "users.info" => match self.accounts.get(&text("user")) {
                Some(account) => Ok(json!({ "ok": true, "user": account.json(now) })),
                None => refused("user_not_found"),
            },
            "dnd.teamInfo" => {
                let users = text("users");
                let told = users.split(',').filter_map(|id| {
                    let account = self.accounts.get(id)?;
                    let told = match account.quiet.filter(|(_, until)| now < *until) {
                        Some((from, until)) => json!({
                            "dnd_enabled": true,
                            "next_dnd_start_ts": from.as_second(),
                            "next_dnd_end_ts": until.as_second(),
                        }),
                        None => json!({ "dnd_enabled": false }),
                    };
                    Some((id.to_owned(), told))
                });
                Ok(json!({ "ok": true, "users": told.collect::<Map<_, _>>() }))
            }
            "conversations.open" => match self.accounts.get(&text("users")) {
                Some(account) if account.deleted => refused("user_disabled"),
                Some(account) => Ok(json!({ "ok": true, "channel": { "id": account.channel() } })),
                None => refused("user_not_found"),
            },
            "chat.postMessage" => {
                let Some(account) = self.account_of(&text("channel")).cloned() else {
                    return refused("channel_not_found");
                };
                if account.deleted {
                    return refused("user_disabled");
                }
                if account.bot {
                    return refused("cannot_dm_bot");
                }
                let mark = arguments
                    .pointer("/metadata/event_payload/id")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                let ts = self.ts(now);
                let thread = Some(text("thread_ts")).filter(|ts| !ts.is_empty());
                self.posts(&account, &ts, arguments, thread, mark, None, Duration::ZERO, now);
                Ok(json!({ "ok": true, "channel": account.channel(), "ts": ts }))
            }
            "chat.update" => {
                let (channel, ts) = (text("channel"), text("ts"));
                if self.changes(&channel, &ts, arguments, now) {
                    Ok(json!({ "ok": true, "channel": channel, "ts": ts }))
                } else {
                    refused("message_not_found")
                }
            }
            "chat.delete" => {
                let (channel, ts) = (text("channel"), text("ts"));
                self.messages.entry(channel).or_default().retain(|posted| posted.ts != ts);
                Ok(json!({ "ok": true }))
            }
            "chat.postEphemeral" => {
                let to = text("user");
                self.show(now, &to, How::Whisper, arguments, None);
                Ok(json!({ "ok": true }))
            }
            "conversations.history" | "conversations.replies" => {
                let (channel, parent) = (text("channel"), text("ts"));
                let limit = arguments.get("limit").and_then(Value::as_u64).unwrap_or(100) as usize;
                let messages =
                    self.history(&channel, (method == "conversations.replies").then_some(parent), limit);
                Ok(json!({ "ok": true, "messages": messages, "has_more": false }))
            }
            "views.open" => {
                let to = text("trigger_id").split(' ').next().unwrap_or_default().to_owned();
                let view = arguments.get("view").cloned().unwrap_or_default();
                self.show(now, &to, How::Modal, &view, None);
                self.counter += 1;
                let id = format!("V-{to}-{}", self.counter);
                self.modals.insert(to, (id, view));
                Ok(json!({ "ok": true }))
            }
            "views.publish" => {
                let (to, view) = (text("user_id"), arguments.get("view").cloned().unwrap_or_default());
                self.show(now, &to, How::Home, &view, None);
                Ok(json!({ "ok": true, "view": { "hash": "1.x" } }))
            }
            "files.getUploadURLExternal" => {
                self.counter += 1;
                let id = format!("F{}", self.counter);
                self.files.insert(id.clone(), text("filename"));
                let url = format!("https://files.example.com/upload/{id}");
                Ok(json!({ "ok": true, "upload_url": url, "file_id": id }))
            }
            "files.completeUploadExternal" => {
                let Some(account) = self.account_of(&text("channel_id")).cloned() else {
                    return refused("channel_not_found");
                };
                if account.deleted {
                    return refused("user_disabled");
                }
                let id = arguments.pointer("/files/0/id").and_then(Value::as_str).unwrap_or_default();
                let Some(name) = self.files.remove(id) else { return refused("file_not_found") };
                let mark = name
                    .rsplit_once('.')
                    .and_then(|(stem, _)| stem.rsplit_once('-'))
                    .map(|(_, mark)| mark.to_owned());
                let ts = self.ts(now);
                let thread = Some(text("thread_ts")).filter(|ts| !ts.is_empty());
                let body = json!({ "text": arguments.get("initial_comment") });
                self.posts(&account, &ts, &body, thread, mark, Some(name), Duration::from_millis(800), now);
                Ok(json!({ "ok": true }))
            }
            _ => refused("unknown_method"),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that a message has")]
    fn posts(
        &mut self,
        account: &Account,
        ts: &str,
        body: &Value,
        thread: Option<String>,
        mark: Option<String>,
        file: Option<String>,
        shown_after: Duration,
        now: Timestamp,
    ) {
        self.show(now, &account.id, How::Message, body, mark.clone());
        self.messages.entry(account.channel()).or_default().push(Posted {
            ts: ts.to_owned(),
            by: None,
            body: body.clone(),
            thread,
            mark,
            file,
            visible: monotonic() + shown_after,
            changed: None,
        });
    }

    pub(super) fn changes(&mut self, channel: &str, ts: &str, body: &Value, now: Timestamp) -> bool {
        let Some(posted) =
            self.messages.get_mut(channel).and_then(|all| all.iter_mut().find(|posted| posted.ts == ts))
        else {
            return false;
        };
        let before = std::mem::replace(&mut posted.body, body.clone());
        posted.changed = Some(now);
        let mark = body.pointer("/metadata/event_payload/id").and_then(Value::as_str).map(str::to_owned);
        posted.mark = mark.or(posted.mark.take().filter(|_| body.get("metadata").is_none()));
        let to = self.account_of(channel).map(|account| account.id.clone()).unwrap_or_default();
        self.show(now, &to, How::Change, body, None);
        if let Some(shown) = self.shown.last_mut() {
            shown.before = Some(before);
        }
        true
    }

    fn history(&self, channel: &str, parent: Option<String>, limit: usize) -> Vec<Value> {
        let now = monotonic();
        let all: Vec<&Posted> =
            self.messages.get(channel).into_iter().flatten().filter(|posted| posted.visible <= now).collect();
        let json = |posted: &Posted| {
            let mut message = json!({ "type": "message", "ts": posted.ts, "text": posted.body.get("text") });
            match &posted.by {
                Some(user) => message["user"] = user.as_str().into(),
                None => {
                    message["user"] = "UBOT".into();
                    message["bot_id"] = "BBOT".into();
                }
            }
            if let Some(name) = &posted.file {
                message["files"] = json!([{ "name": name }]);
            } else if let Some(mark) = &posted.mark {
                message["metadata"] =
                    json!({ "event_type": "canvass_post", "event_payload": { "id": mark } });
            }
            if let Some(thread) = &posted.thread {
                message["thread_ts"] = thread.as_str().into();
            } else if let Some(last) = all.iter().rfind(|other| other.thread.as_ref() == Some(&posted.ts)) {
                message["thread_ts"] = posted.ts.as_str().into();
                message["latest_reply"] = last.ts.as_str().into();
            }
            message
        };
        match parent {
            Some(parent) => all
                .iter()
                .filter(|posted| posted.ts == parent || posted.thread.as_ref() == Some(&parent))
                .take(limit)
                .map(|posted| json(posted))
                .collect(),
            None => all
                .iter()
                .rev()
                .filter(|posted| posted.thread.is_none())
                .take(limit)
                .map(|posted| json(posted))
                .collect(),
        }
    }
}
