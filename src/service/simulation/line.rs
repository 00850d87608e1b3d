//! One process's line to Slack: limits, faults, and what is lost on the way.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::slack::{Account, How, Meets, Refused, Slack};
use crate::clock::monotonic;
use crate::domain::performer::LONGEST_RETRY_AFTER;
use crate::slack::{CallError, Method, ResponseUrl, UploadUrl, Wire};

/// One process's way to it.
pub(super) struct Line {
    slack: Slack,
    process: u32,
}

/// What Slack allows in a minute, but for `chat.postMessage`, which the bot's own settings keep lower.
const A_MINUTE: [(&str, usize); 6] = [
    ("chat.postMessage", 220),
    ("chat.update", 52),
    ("conversations.history", 52),
    ("conversations.replies", 52),
    ("conversations.open", 52),
    ("users.list", 20),
];

/// What a call is about, for faults that only one account meets.
fn about(arguments: &Value) -> Option<String> {
    ["channel", "channel_id", "users", "user", "user_id"].iter().find_map(|name| {
        let place = arguments.get(*name)?.as_str()?;
        Some(place.strip_prefix('D').map_or_else(|| place.to_owned(), |rest| format!("U{rest}")))
    })
}

impl Line {
    pub(super) fn new(slack: Slack, process: u32) -> Self {
        Self { slack, process }
    }

    async fn dead(&self) {
        if !self.slack.disk.lives(self.process) {
            std::future::pending::<()>().await;
        }
    }

    async fn carries(&self, method: &'static str, arguments: &Value) -> Result<Value, CallError> {
        self.dead().await;
        let latency = self.slack.dice.lock().unwrap().below(250) as u64 + 20;
        let called = monotonic();
        tokio::time::sleep(Duration::from_millis(latency / 2)).await;
        self.dead().await;
        let now = self.slack.time.truth();
        let about = about(arguments);
        let mark = arguments.pointer("/metadata/event_payload/id").and_then(Value::as_str).map(str::to_owned);
        let answer = self.slack.with(|workspace| {
            workspace.log.push(format!("{now} {method} {}", about.as_deref().unwrap_or_default()));
            let rest = workspace.rests.get(&(self.process, method)).copied();
            let after = |since: Instant| since + Duration::from_millis(500) < called;
            let breaks = |(until, since): &(Instant, Instant)| {
                after(*since) && called + Duration::from_millis(500) < *until
            };
            if let Some((until, _)) = rest.filter(breaks) {
                let early = until.duration_since(called).as_secs();
                let breach = format!("{method} at {now}, {early} s before Slack's Retry-After is over");
                workspace.breaches.push(("a Retry-After is kept", breach));
            }
            if workspace.revoked && method != "auth.test" {
                return Ok(Err(CallError::refused("token_revoked")));
            }
            let meets = workspace.fault(method, about.as_deref(), now);
            if let Some(Meets::Refusal(code)) = &meets {
                workspace.refused.push(Refused {
                    at: now,
                    method,
                    code,
                    mark: mark.clone(),
                    about: about.clone(),
                });
            }
            let limit = A_MINUTE.iter().find(|(name, _)| *name == method).map(|(_, most)| *most);
            let minute = monotonic().checked_sub(Duration::from_secs(60));
            let calls = workspace.calls.entry(method).or_default();
            while calls.front().is_some_and(|at| minute.is_some_and(|minute| *at < minute)) {
                calls.pop_front();
            }
            if meets.is_none() && limit.is_some_and(|most| most <= calls.len()) {
                let rest = monotonic() + Duration::from_secs(20);
                workspace.rests.insert((self.process, method), (rest, monotonic()));
                return Ok(Err(CallError::Limited { retry_after: Duration::from_secs(20) }));
            }
            calls.push_back(monotonic());
            match meets {
                None => Ok(workspace.does(method, arguments, now)),
                Some(Meets::Refusal(code)) => Ok(Err(CallError::refused(code))),
                Some(Meets::Limit(seconds)) => {
                    // As the client reads it; a longer one is tried after that.
                    let retry_after = Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER);
                    workspace.rests.insert((self.process, method), (monotonic() + retry_after, monotonic()));
                    Ok(Err(CallError::Limited { retry_after }))
                }
                Some(Meets::LostAfter) => {
                    _ = workspace.does(method, arguments, now);
                    Ok(Err(CallError::Torn { why: "the simulation says so".to_owned() }))
                }
                Some(Meets::LostBefore) => {
                    Ok(Err(CallError::Torn { why: "the simulation says so".to_owned() }))
                }
                Some(Meets::Hangs(done)) => {
                    if done {
                        _ = workspace.does(method, arguments, now);
                    }
                    Err(false)
                }
                Some(Meets::Status(status)) => Ok(Err(CallError::Status(status))),
                Some(Meets::Unreachable) => {
                    Ok(Err(CallError::Unreachable { why: "the simulation says so".to_owned() }))
                }
                Some(Meets::Death(done)) => {
                    if done {
                        _ = workspace.does(method, arguments, now);
                    }
                    Err(true)
                }
            }
        });
        let answer = match answer {
            Ok(answer) => answer,
            Err(dies) => {
                if dies {
                    self.slack.disk.dies();
                }
                return std::future::pending().await;
            }
        };
        tokio::time::sleep(Duration::from_millis(latency / 2)).await;
        self.dead().await;
        answer
    }
}

#[async_trait]
impl Wire for Line {
    async fn call(&self, method: Method, arguments: &Value) -> Result<Value, CallError> {
        self.carries(method.name(), arguments).await
    }

    async fn date(&self) -> Result<Option<Timestamp>, CallError> {
        self.dead().await;
        tokio::time::sleep(Duration::from_millis(40)).await;
        self.dead().await;
        Ok(Some(self.slack.time.truth()))
    }

    async fn respond(&self, url: &ResponseUrl, body: &Value) -> Result<(), CallError> {
        self.dead().await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        let now = self.slack.time.truth();
        let address = url.address().to_owned();
        self.slack.with(|workspace| {
            workspace.log.push(format!("{now} respond {address}"));
            if let Some(meets) = workspace.fault("respond", None, now) {
                return match meets {
                    Meets::Status(status) => Err(CallError::Status(status)),
                    _ => Err(CallError::Torn { why: "the simulation says so".to_owned() }),
                };
            }
            let mut parts = address.rsplit('/');
            let (Some(opened), Some(ts), Some(account)) = (parts.next(), parts.next(), parts.next()) else {
                return Err(CallError::Status(404));
            };
            let opened: i64 = opened.split('-').next().and_then(|at| at.parse().ok()).unwrap_or_default();
            if Timestamp::from_second(opened).unwrap() + SignedDuration::from_mins(30) < now {
                return Err(CallError::Status(404));
            }
            let channel = workspace.accounts.get(account).map(Account::channel).unwrap_or_default();
            let (account, ts) = (account.to_owned(), ts.to_owned());
            if body.get("replace_original") == Some(&Value::Bool(true)) {
                workspace.changes(&channel, &ts, body, now);
            } else {
                workspace.show(now, &account, How::Whisper, body, None);
            }
            Ok(())
        })
    }

    async fn upload(&self, url: &UploadUrl, _: &str, _: &str) -> Result<(), CallError> {
        self.dead().await;
        tokio::time::sleep(Duration::from_millis(40)).await;
        let now = self.slack.time.truth();
        let meets = self.slack.with(|workspace| {
            workspace.log.push(format!("{now} upload {}", url.address()));
            workspace.fault("upload", None, now)
        });
        match meets {
            None => Ok(()),
            Some(Meets::Status(status)) => Err(CallError::Status(status)),
            Some(Meets::Hangs(_)) => std::future::pending().await,
            Some(Meets::Death(_)) => {
                self.slack.disk.dies();
                std::future::pending().await
            }
            Some(
                Meets::Refusal(_)
                | Meets::Limit(_)
                | Meets::LostAfter
                | Meets::LostBefore
                | Meets::Unreachable,
            ) => Err(CallError::Torn { why: "the simulation says so".to_owned() }),
        }
    }
}
