//! What people do in Slack: click what their messages really have, write, and use the command.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dice::Dice;
use super::house::{Due, House};
use super::organisation::{ADVOCATES, HUMANS, Human};
use super::slack::{Account, How};
use super::truth::WORD;
use crate::domain::message::Page;

const QUESTIONS: [&str; 8] = [
    "What happens to deadlines if the provider goes away? {}",
    "Does deadlines need a change in our own database too? {}",
    "How expensive is it? {}",
    "Is switches compatible with the mobile app, and who would test it? {}",
    "Who else has done this before, and what did they find? {}",
    "What does it cost? {}",
    "thanks {}",
    "stop",
];

const COMMANDS: [&str; 9] = [
    "stop",
    "snooze 7",
    "book",
    "bookings",
    "ask deadlines Would {} survive a restart of the queue?",
    "show",
    "hours",
    "stop deadlines",
    "initiatives",
];

const ORDERS: [&str; 22] = [
    "plan",
    "coverage",
    "gaps",
    "preview @{who}",
    "met @{who} {about} supportive We talked about it.",
    "note @{who} {about} They sounded tired.",
    "planned {about} checkout",
    "planned {about} search",
    "pause",
    "resume",
    "approve all",
    "approve @{who} {about}",
    "hold @{who} {about}",
    "send @{who} {about}",
    "handover @{who} {about}",
    "correct {about} The figure is 36 and not 37.",
    "recall {about}",
    "leave @{who} 5",
    "leave @{who} 2026-12-21..2026-12-31",
    "export",
    "stage {about} all",
    "recall {about} undo",
];

/// What to fill in so that `whom` is named and the first box is ticked.
fn filling(whom: Human) -> usize {
    let names = |fill: &usize| fill % (HUMANS - ADVOCATES) == whom - ADVOCATES && !fill.is_multiple_of(8);
    (1..2_000).filter(names).find(|fill| Dice::new(*fill as u64).chance(50)).unwrap_or(1)
}

impl House {
    async fn acts(&mut self, payload: &Value, carries: bool, who: &str) -> bool {
        let Some(process) = &self.process else { return false };
        if !self.hears() {
            return false;
        }
        let before = self.slack.with(|workspace| workspace.log.len());
        let head = self.disk.head();
        let Some(answer) = process.receives(payload, carries).await else { return false };
        if let Some(answer) = &answer {
            if let Some(view) = answer.get("view") {
                self.slack.shows(who, How::Modal, view);
                let id = format!("V-{who}-{}", self.slack.fresh());
                self.slack.with(|workspace| workspace.modals.insert(who.to_owned(), (id, view.clone())));
            } else if answer.get("blocks").is_some() || answer.get("text").is_some() {
                self.slack.shows(who, How::Whisper, answer);
            }
        }
        // Errands run right after.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let did = self.slack.with(|workspace| before < workspace.log.len());
        let recorded = head < self.disk.head();
        // Doing the same again changes nothing, and nothing has to be said to it.
        let doing = payload.pointer("/actions/0").map(|action| {
            format!("{who} {:?} {:?} {:?}", action["action_id"], action["value"], action["selected_option"])
        });
        let again = doing.is_some_and(|doing| !self.done.insert(doing));
        if answer.is_none() && !did && !recorded && !again && self.process.is_some() {
            let now = self.time.truth();
            let how = format!("{who}: {}", payload.pointer("/actions/0").unwrap_or(payload));
            self.promise.breaks("what is acknowledged is on record or answered", now, how);
        }
        true
    }

    /// The controls of blocks: each an action as Slack would send it.
    fn controls(blocks: Option<&Value>) -> Vec<Value> {
        let mut controls = Vec::new();
        for block in blocks.and_then(Value::as_array).into_iter().flatten() {
            let elements = block.get("elements").and_then(Value::as_array).into_iter().flatten();
            for element in elements.chain(block.get("accessory")) {
                let action =
                    json!({ "action_id": element.get("action_id"), "block_id": block.get("block_id") });
                match element.get("type").and_then(Value::as_str) {
                    Some("button") if element.get("url").is_none() => {
                        let mut action = action;
                        if let Some(value) = element.get("value") {
                            action["value"] = value.clone();
                        }
                        controls.push(action);
                    }
                    Some("overflow") => {
                        for option in element.get("options").and_then(Value::as_array).into_iter().flatten() {
                            let mut action = action.clone();
                            action["selected_option"] = json!({ "value": option.get("value") });
                            controls.push(action);
                        }
                    }
                    _ => {}
                }
            }
        }
        controls
    }

    fn stamped(&self, mut action: Value) -> Value {
        action["action_ts"] = format!("{}.{:06}", self.time.truth().as_second(), self.slack.fresh()).into();
        action
    }

    fn response_url(&self, account: &str, ts: &str) -> String {
        format!(
            "https://hooks.example.com/{account}/{ts}/{}-{}",
            self.time.truth().as_second(),
            self.slack.fresh()
        )
    }

    async fn uses(&mut self, account: &Account, ts: &str, action: Value) -> bool {
        let payload = json!({
            "type": "block_actions",
            "user": { "id": account.id },
            "container": { "type": "message", "channel_id": account.channel(), "message_ts": ts },
            "channel": { "id": account.channel() },
            "trigger_id": format!("{} {}", account.id, self.slack.fresh()),
            "response_url": self.response_url(&account.id, ts),
            "actions": [self.stamped(action)],
        });
        let mark = self.slack.with(|workspace| {
            let all = workspace.messages.get(&account.channel())?;
            all.iter().find(|posted| posted.ts == ts)?.mark.clone()
        });
        let done = self.acts(&payload, true, &account.id).await;
        if let (true, Some(who), Some(mark)) = (done, self.truth.human_of(&account.id), mark) {
            self.soon(SignedDuration::from_secs(28), Due::Sees { who, mark });
        }
        done
    }

    /// The newest message of an account with a control that says `word`: its place, and that control.
    fn newest_with(&self, account: &Account, word: &str) -> Option<(String, Value)> {
        self.slack.with(|workspace| {
            workspace.messages.get(&account.channel())?.iter().rev().find_map(|posted| {
                let mut controls = Self::controls(posted.body.get("blocks")).into_iter();
                Some((posted.ts.clone(), controls.find(|action| action.to_string().contains(word))?))
            })
        })
    }

    /// Says that somebody else decides, and names them.
    pub(super) async fn refers(&mut self, who: Human, whom: Human) {
        let Some(account) = self.account(who).cloned() else { return };
        let Some((ts, action)) = self.newest_with(&account, "someone_else") else { return };
        if self.uses(&account, &ts, action).await {
            self.submits(&account, filling(whom)).await;
        }
    }

    /// The advocates approach whoever was named to them.
    pub(super) async fn approaches(&mut self) {
        for human in 0..ADVOCATES {
            let Some(account) = self.account(human).cloned() else { continue };
            let Some((ts, action)) = self.newest_with(&account, "\"approach") else { continue };
            if self.uses(&account, &ts, action).await {
                self.submits(&account, filling(ADVOCATES)).await;
            }
        }
    }

    /// An advocate corrects what was sent, and confirms it where that is asked for.
    pub(super) async fn corrects(&mut self, who: Human, about: usize) {
        let Some(account) = self.account(who).cloned() else { return };
        let Some(about) = self.organisation.proposals.get(about).map(|proposal| proposal.id.clone()) else {
            return;
        };
        self.command(&account, &format!("correct {about} The figure is 36 and not 37.")).await;
        self.submits(&account, 3).await;
    }

    pub(super) async fn answers(&mut self, who: Human, button: usize) {
        let Some(account) = self.account(who).cloned() else { return };
        let newest = self.slack.with(|workspace| {
            let all = workspace.messages.get(&account.channel()).cloned().unwrap_or_default();
            all.into_iter().rev().find(|posted| {
                let word = |action: &Value| action["action_id"].as_str().unwrap_or_default().to_owned();
                Self::controls(posted.body.get("blocks")).iter().any(|action| {
                    ["plan_it", "first_step", "back_it", "looks_right"].contains(&word(action).as_str())
                })
            })
        });
        let Some(posted) = newest else { return };
        let answers: Vec<Value> = Self::controls(posted.body.get("blocks"))
            .into_iter()
            .filter(|action| {
                let id = action["action_id"].as_str().unwrap_or_default();
                ["plan_it", "first_step", "back_it", "looks_right", "no", "talk"].contains(&id)
            })
            .collect();
        let action = answers[button % answers.len()].clone();
        self.uses(&account, &posted.ts, action).await;
    }

    pub(super) async fn clicks(&mut self, who: Human, message: usize, control: usize, fill: usize) {
        let Some(account) = self.account(who).cloned() else { return };
        let posted = self.slack.with(|workspace| {
            let all = workspace.messages.get(&account.channel())?;
            let own: Vec<_> = all.iter().rev().filter(|posted| posted.by.is_none()).collect();
            own.get(message % own.len().max(1)).map(|posted| (*posted).clone())
        });
        let Some(posted) = posted else { return };
        let controls = Self::controls(posted.body.get("blocks"));
        if controls.is_empty() {
            return;
        }
        let action = controls[control % controls.len()].clone();
        if self.uses(&account, &posted.ts, action).await {
            self.submits(&account, fill).await;
        }
    }

    /// Fills in and submits the modal that is open, if one is.
    async fn submits(&mut self, account: &Account, fill: usize) {
        let open = self.slack.with(|workspace| workspace.modals.remove(&account.id));
        let Some((id, view)) = open else { return };
        if view.get("submit").is_none_or(Value::is_null) || fill.is_multiple_of(8) {
            return;
        }
        let word = self.word(account);
        let mut values = serde_json::Map::new();
        let mut chance = Dice::new(fill as u64);
        for block in view.get("blocks").and_then(Value::as_array).into_iter().flatten() {
            if block.get("type").and_then(Value::as_str) != Some("input") {
                continue;
            }
            let Some(name) = block.get("block_id").and_then(Value::as_str) else { continue };
            let element = block.get("element").cloned().unwrap_or_default();
            let kind = element.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
            let option = || {
                let options = element.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
                options.get(fill % options.len().max(1)).cloned().unwrap_or_default()
            };
            let today = self.time.truth().to_zoned(jiff::tz::TimeZone::UTC).date();
            let value = match kind.as_str() {
                "plain_text_input" => {
                    json!({ "type": kind, "value": format!("As I see it {word} matters.") })
                }
                "radio_buttons" | "static_select" => json!({ "type": kind, "selected_option": option() }),
                "checkboxes" => {
                    json!({ "type": kind, "selected_options": if chance.chance(50) { vec![option()] } else { vec![] } })
                }
                "datepicker" => {
                    json!({ "type": kind, "selected_date": (today + SignedDuration::from_hours(24 * 6)).to_string() })
                }
                "timepicker" => json!({ "type": kind, "selected_time": (["09:00", "15:30"][fill % 2]) }),
                "users_select" => {
                    let whom = ADVOCATES + fill % (HUMANS - ADVOCATES);
                    json!({ "type": kind, "selected_user": self.account(whom).map(|account| account.id.clone()) })
                }
                _ => continue,
            };
            values.insert(name.to_owned(), json!({ "value": value }));
        }
        let payload = json!({
            "type": "view_submission",
            "user": { "id": account.id },
            "trigger_id": format!("{} {}", account.id, self.slack.fresh()),
            "view": {
                "id": id,
                "type": "modal",
                "private_metadata": view.get("private_metadata"),
                "state": { "values": values },
            },
        });
        self.acts_quietly(&payload, &account.id).await;
    }

    /// A submission may come to nothing: what was filled in may say nothing.
    async fn acts_quietly(&mut self, payload: &Value, who: &str) {
        if !self.hears() {
            return;
        }
        let Some(process) = &self.process else { return };
        if let Some(Some(answer)) = process.receives(payload, true).await
            && let Some(view) = answer.get("view")
        {
            self.slack.shows(who, How::Modal, view);
        }
    }

    /// A word that nobody else uses.
    fn word(&mut self, account: &Account) -> String {
        let word = format!("{WORD}{}x", self.slack.fresh());
        if let Some(human) = self.truth.human_of(&account.id) {
            self.promise.words.insert(word.clone(), human);
        }
        word
    }

    pub(super) async fn types(&mut self, who: Human, what: usize, thread: bool, at: Timestamp) {
        let Some(account) = self.account(who).cloned() else { return };
        let word = self.word(&account);
        let template = QUESTIONS[what % QUESTIONS.len()];
        let text = template.replace("{}", &word);
        let under = thread
            .then(|| {
                self.slack.with(|workspace| {
                    let all = workspace.messages.get(&account.channel())?;
                    let newest = all.iter().rev().find(|posted| posted.by.is_none())?;
                    // Threads have no threads.
                    Some(newest.thread.clone().unwrap_or_else(|| newest.ts.clone()))
                })
            })
            .flatten();
        let ts = self.slack.types(&account.id, &text, under.clone(), at);
        let mut event = json!({
            "type": "message",
            "channel": account.channel(),
            "channel_type": "im",
            "user": account.id,
            "text": text,
            "ts": ts,
        });
        if let Some(under) = under {
            event["thread_ts"] = under.into();
        }
        let payload = json!({
            "type": "event_callback",
            "event_id": format!("Ev{}", self.slack.fresh()),
            "authorizations": [{ "user_id": "UBOT" }],
            "event": event,
        });
        if template == "stop" {
            self.promise.stops.insert((account.channel(), ts.clone()), (at, who, None));
        }
        if template.contains('?') || template == "stop" {
            self.typed.push((account.channel(), ts, at, who));
        }
        let asleep = at + SignedDuration::from_mins(6) < self.time.truth();
        if !asleep {
            self.deliver(payload, 0).await;
        }
    }

    pub(super) async fn commands(&mut self, who: Human, what: usize) {
        let words = COMMANDS[what % COMMANDS.len()];
        let Some(account) = self.account(who).cloned() else { return };
        let word = self.word(&account);
        self.command(&account, &words.replace("{}", &word)).await;
        self.submits(&account, 3).await;
    }

    async fn command(&mut self, account: &Account, words: &str) {
        let payload = json!({
            "command": "/canvass",
            "text": words,
            "user_id": account.id,
            "trigger_id": format!("{} {}", account.id, self.slack.fresh()),
            "response_url": self.response_url(&account.id, "0"),
        });
        let before = self.slack.with(|workspace| workspace.shown.len());
        self.acts(&payload, true, &account.id).await;
        let answers: Vec<String> = self.slack.with(|workspace| {
            let fresh = workspace.shown.iter().skip(before);
            fresh
                .filter(|shown| shown.to == account.id && shown.how == How::Whisper)
                .map(|shown| shown.what.to_string())
                .collect()
        });
        super::checks::rights(self, account, words, &answers);
    }

    pub(super) async fn orders(&mut self, who: Human, what: usize, whom: Human, about: usize) {
        let name = self.organisation.entry(whom).map(|entry| entry.id.clone()).unwrap_or_default();
        let Some(about) = self.organisation.proposals.get(about).map(|proposal| proposal.id.clone()) else {
            return;
        };
        let words = ORDERS[what % ORDERS.len()].replace("{who}", &name).replace("{about}", &about);
        let Some(account) = self.account(who).cloned() else { return };
        self.command(&account, &words).await;
        // Whoever was taken for the advocate by mistake tries too.
        let others: Vec<String> = self.wrong_accounts.keys().cloned().collect();
        for other in others {
            if let Some(account) = self.truth.accounts.get(&other).cloned() {
                self.command(&account, "coverage").await;
            }
        }
    }

    pub(super) async fn looks(&mut self, who: Human, page: usize, control: usize, fill: usize) {
        let Some(account) = self.account(who).cloned() else { return };
        let Some(process) = &self.process else { return };
        let initiative = self.organisation.proposals[page % 2].id.parse().unwrap();
        let pages = [
            Page::First,
            Page::Initiatives { from: 0 },
            Page::Coverage { initiative, from: 0 },
            Page::Queue { from: 0 },
            Page::Week { from: 0 },
            Page::Questions { from: 0 },
            Page::Gaps { from: 0 },
            Page::Mine,
        ];
        let view = process.home(&account.id, &pages[page % pages.len()]);
        self.slack.shows(&account.id, How::Home, &view);
        let controls = Self::controls(view.get("blocks"));
        if controls.is_empty() || !self.hears() {
            return;
        }
        let action = self.stamped(controls[control % controls.len()].clone());
        let payload = json!({
            "type": "block_actions",
            "user": { "id": account.id },
            "container": { "type": "view" },
            "view": { "type": "home", "private_metadata": view.get("private_metadata") },
            "trigger_id": format!("{} {}", account.id, self.slack.fresh()),
            "actions": [action],
        });
        if let Some(process) = &self.process {
            process.receives(&payload, true).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.submits(&account, fill).await;
    }

    /// The advocates look after what only they can: a start that waits for their word, a token that was revoked.
    pub(super) async fn tends(&mut self) {
        use crate::domain::event::PauseReason;
        let paused = self.process.as_ref().and_then(|process| process.writer.state().paused.clone());
        let resumes = match paused {
            Some((
                _,
                PauseReason::Unproven | PauseReason::FirstStart { .. } | PauseReason::Returned { .. },
            )) => true,
            Some((_, PauseReason::Configuration { code })) => {
                code.contains("revoked") && self.slack.with(|workspace| !workspace.revoked)
            }
            Some((_, PauseReason::Asked { .. })) => self.dice.chance(60),
            None => false,
        };
        if resumes {
            let account = (0..ADVOCATES).find_map(|human| self.account(human).cloned());
            if let Some(account) = account {
                self.command(&account, "resume").await;
            }
        }
        if self.organisation.approval && self.dice.chance(70) {
            for human in 0..ADVOCATES {
                if let Some(account) = self.account(human).cloned() {
                    self.command(&account, "approve all").await;
                }
            }
        }
    }
}
