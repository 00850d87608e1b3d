//! The world of one story: its humans, its machine, and the program that lives and dies in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::dice::Dice;
use super::disk::Disk;
use super::lying::Lying;
use super::organisation::{self, HUMANS, Human, Organisation, given_name};
use super::process::{Differences, Process, Surroundings};
use super::promise::Promise;
use super::slack::{Account, Refused, Slack};
use super::story::{Step, Story};
use super::time::Time;
use super::truth::Truth;
use crate::plan;
use crate::service::proof;

/// Something that comes due by itself.
#[derive(Debug, Clone)]
pub(super) enum Due {
    Step(Step),
    /// Slack delivers an event again: the payload, whose it is and how often it was tried.
    Again {
        payload: Value,
        tries: usize,
    },
    Starts,
    /// The clock is set right.
    Right,
    Hears,
    /// The connection that died in the machine's sleep is found dead, and made again.
    Reconnects {
        again: bool,
    },
    Repairs,
    Corrects(Human),
    /// The files name the account that is really theirs, and no longer the one that has their address.
    Identifies {
        who: Human,
        usurper: String,
    },
    Mends,
    Relists {
        human: Human,
        second: String,
    },
    Checks,
    /// Somebody has clicked the message of this mark, and sees by now what came of it.
    Sees {
        who: Human,
        mark: String,
    },
    /// What was foreseen is compared.
    Compares {
        foreseen: Vec<(String, String, Timestamp)>,
        since: Timestamp,
        interventions: u64,
    },
}

pub(super) struct House {
    pub(super) time: Time,
    pub(super) disk: Disk,
    pub(super) slack: Slack,
    pub(super) truth: Truth,
    pub(super) organisation: Organisation,
    pub(super) promise: Promise,
    pub(super) process: Option<Process>,
    pub(super) differences: Differences,
    pub(super) agenda: BTreeMap<(Timestamp, u64), Due>,
    pub(super) around: Surroundings,
    _folder: TempDir,
    pub(super) dice: Dice,
    order: u64,
    pub(super) backup: Option<usize>,
    pub(super) deaf: bool,
    /// The machine was asleep until then.
    slept_until: Option<Timestamp>,
    interventions: u64,
    /// What was clicked before, and taken.
    pub(super) done: BTreeSet<String>,
    /// Since when the program runs, hears and is let do its work.
    pub(super) well_since: Option<Timestamp>,
    /// Questions that were typed: where, when, by whom.
    pub(super) typed: Vec<(String, String, Timestamp, Human)>,
    /// Kinds of deeds that were done.
    pub(super) kinds: BTreeSet<&'static str>,
    pub(super) wrong_accounts: BTreeMap<String, Timestamp>,
    /// What the files name since another account had their address.
    identified: BTreeMap<Human, String>,
    pub(super) faults_until: Timestamp,
    /// The same, but for limits on updates.
    pub(super) other_faults_until: Timestamp,
    /// Until when Slack refuses some calls again and again.
    pub(super) refuses_until: Timestamp,
    pub(super) stops: u32,
    pub(super) unreachable_since: BTreeMap<Human, Timestamp>,
    pub(super) configuration_paused_since: Option<Timestamp>,
    pub(super) gone_since: BTreeMap<Human, Timestamp>,
    pub(super) lying: Lying,
}

impl House {
    pub(super) fn new(story: &Story) -> Self {
        let time = Time::new(story.start, story.seed);
        let disk = Disk::new(time.clone());
        let slack = Slack::new(time.clone(), disk.clone(), story.seed);
        let mut dice = Dice::new(story.seed ^ 0xd1ce);
        let organisation = Organisation::new(&mut dice);
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        // The journal lies elsewhere; that there is one is what the mark of a doubtful one asks.
        proof::is_doubtful(folder.path()).unwrap();
        std::fs::create_dir(folder.path().join("journal")).unwrap();
        let differences = Differences::default();
        let around = Surroundings {
            disk: disk.clone(),
            slack: slack.clone(),
            time: time.clone(),
            data: folder.path().to_owned(),
            differences: differences.clone(),
            due: super::process::DueSince::default(),
        };
        let mut house = Self {
            time,
            disk,
            slack,
            truth: Truth::default(),
            organisation,
            promise: Promise::default(),
            process: None,
            differences,
            agenda: BTreeMap::new(),
            around,
            _folder: folder,
            dice,
            order: 0,
            backup: None,
            deaf: false,
            slept_until: None,
            interventions: 0,
            done: BTreeSet::new(),
            well_since: None,
            typed: Vec::new(),
            kinds: BTreeSet::new(),
            wrong_accounts: BTreeMap::new(),
            identified: BTreeMap::new(),
            faults_until: story.start,
            other_faults_until: story.start,
            refuses_until: story.start,
            stops: 0,
            unreachable_since: BTreeMap::new(),
            configuration_paused_since: None,
            gone_since: BTreeMap::new(),
            lying: Lying::new(),
        };
        for human in 0..HUMANS {
            let account = Account::of(
                &organisation::account(human),
                &organisation::mail(human),
                organisation::zone(human),
            );
            house.truth.humans.insert(account.id.clone(), human);
            house.put(account);
        }
        // People of the workspace whom the configuration doesn't name.
        house.put(Account::of("U900ZOE", "zoe@example.com", "Europe/Berlin"));
        house.put(Account::of("U901YAN", "yan@example.com", "Asia/Tokyo"));
        house.truth.reads(&house.organisation, story.start);
        for step in &story.steps {
            house.at(step.at, Due::Step(step.clone()));
        }
        let days = story.end.duration_since(story.start).as_hours() / 24;
        for day in 0..days {
            house.at(story.start + SignedDuration::from_hours(24 * day + 12), Due::Checks);
        }
        house
    }

    pub(super) fn at(&mut self, at: Timestamp, due: Due) {
        self.order += 1;
        self.agenda.insert((at, self.order), due);
    }

    pub(super) fn soon(&mut self, after: SignedDuration, due: Due) {
        self.at(self.time.truth() + after, due);
    }

    /// An account is new or has changed.
    fn put(&mut self, account: Account) {
        let now = self.time.truth();
        if let Some(human) = self.truth.human_of(&account.id) {
            self.truth.changed.insert(human, now);
        }
        // Whoever has an address in common is concerned as well.
        let same: Vec<Human> =
            (0..HUMANS).filter(|human| organisation::mail(*human) == account.email).collect();
        for human in same {
            self.truth.changed.insert(human, now);
        }
        self.slack.with(|workspace| workspace.accounts.insert(account.id.clone(), account.clone()));
        self.truth.accounts.insert(account.id.clone(), account);
    }

    /// The same, and Slack tells of it.
    pub(super) async fn changes(&mut self, account: Account) {
        let payload = json!({
            "type": "event_callback",
            "event_id": format!("Ev{}", self.slack.fresh()),
            "event": { "type": "user_change", "user": account.json(self.time.truth()) },
        });
        self.put(account);
        self.deliver(payload, 0).await;
    }

    /// The account that a human uses now.
    pub(super) fn account(&self, human: Human) -> Option<&Account> {
        let own =
            self.truth.accounts.values().filter(|account| self.truth.human_of(&account.id) == Some(human));
        own.filter(|account| !account.deleted).max_by_key(|account| account.id.clone())
    }

    pub(super) fn hears(&self) -> bool {
        self.process.is_some() && !self.deaf && self.slept_until.is_none()
    }

    /// Delivers an event as Slack does: again after a minute and after five, and then never.
    pub(super) async fn deliver(&mut self, payload: Value, tries: usize) {
        let taken = match &self.process {
            Some(process) if self.hears() => process.receives(&payload, false).await.is_some(),
            _ => false,
        };
        if !taken && tries < 2 {
            let after = [60, 300][tries];
            self.soon(SignedDuration::from_secs(after), Due::Again { payload, tries: tries + 1 });
        }
    }

    pub(super) async fn starts(&mut self) {
        self.process = Process::start(&self.around, &self.organisation.files()).await;
        if self.process.is_none() {
            // With a broken configuration nothing starts; somebody mends it.
            self.organisation.broken = None;
            self.organisation.entries.retain(|entry| !entry.id.ends_with("-too"));
            self.organisation.edition += 1;
            self.process = Process::start(&self.around, &self.organisation.files()).await;
        }
        let now = self.time.truth();
        self.truth.reads(&self.organisation, now);
        self.promise.started = Some(now);
        self.well_since = (!self.deaf).then_some(now);
        if let Some(process) = &self.process {
            process.connected(!self.deaf);
        }
    }

    /// The process is dead: clears away what is left of it, and has it started again.
    pub(super) async fn buries(&mut self, after: SignedDuration) {
        self.well_since = None;
        if let Some(process) = self.process.take() {
            self.disk.dies();
            process.dies().await;
            self.soon(after, Due::Starts);
        }
    }

    /// Whether a task of the process ended though it lives.
    pub(super) async fn notices_ends(&mut self) {
        let Some(process) = &mut self.process else { return };
        let Some(end) = process.ended() else { return };
        if self.disk.lives(process.number) {
            let now = self.time.truth();
            self.promise.breaks("the program doesn't break off", now, end);
            self.buries(SignedDuration::from_mins(2)).await;
        }
    }

    pub(super) async fn reloads(&mut self) {
        self.organisation.edition += 1;
        let now = self.time.truth();
        if self.organisation.broken.is_none() {
            self.truth.reads(&self.organisation, now);
        }
        if let Some(process) = &self.process {
            process.reloads(&self.organisation.files()).await;
        }
    }

    /// The machine sleeps: what was due meanwhile comes late, and what people did is missed.
    pub(super) fn wakes(&mut self) {
        let now = self.time.truth();
        self.slept_until = Some(now);
        self.well_since = None;
        self.soon(SignedDuration::from_secs(40), Due::Reconnects { again: false });
    }

    /// Whether it woke up and is not yet connected again.
    pub(super) fn sleeps(&self) -> bool {
        self.slept_until.is_some()
    }

    pub(super) async fn does(&mut self, due: Due, at: Timestamp) {
        match &due {
            Due::Step(step) => {
                self.interventions += 1;
                self.kinds.insert(step.deed.kind());
            }
            Due::Corrects(_) | Due::Identifies { .. } => self.interventions += 1,
            _ => {}
        }
        match due {
            Due::Step(step) => self.deed(step.deed, at).await,
            Due::Again { payload, tries } => self.deliver(payload, tries).await,
            Due::Starts => {
                if self.process.is_none() {
                    self.starts().await;
                }
            }
            Due::Right => self.time.set_wrong(SignedDuration::ZERO),
            Due::Hears => {
                self.deaf = false;
                self.well_since = self.process.as_ref().map(|_| self.time.truth());
                if let Some(process) = &self.process {
                    process.connected(true);
                }
            }
            Due::Reconnects { again: false } => {
                if let Some(process) = &self.process {
                    process.connected(false);
                }
                self.soon(SignedDuration::from_secs(5), Due::Reconnects { again: true });
            }
            Due::Reconnects { again: true } => {
                self.slept_until = None;
                if let Some(process) = &self.process
                    && !self.deaf
                {
                    process.connected(true);
                    self.well_since = Some(self.time.truth());
                }
            }
            Due::Repairs => self.slack.with(|workspace| workspace.revoked = false),
            Due::Corrects(human) => {
                let account = self.identified.get(&human).cloned();
                let account = account.unwrap_or_else(|| organisation::account(human));
                if let Some(entry) = self.organisation.entry_mut(human) {
                    let wrong = entry.slack.replace(account);
                    if let Some(wrong) = wrong {
                        self.wrong_accounts.insert(wrong, self.time.truth());
                    }
                }
                self.reloads().await;
            }
            Due::Identifies { who, usurper } => {
                let own = Account::of(
                    &format!("U96{}{}", &usurper[3..5], given_name(who).to_uppercase()),
                    &format!("{}.anew@example.com", given_name(who).to_lowercase()),
                    organisation::zone(who),
                );
                self.truth.humans.insert(own.id.clone(), who);
                self.identified.insert(who, own.id.clone());
                self.changes(own.clone()).await;
                if let Some(entry) = self.organisation.entry_mut(who) {
                    entry.slack = Some(own.id);
                    self.wrong_accounts.insert(usurper, self.time.truth());
                }
                self.reloads().await;
            }
            Due::Mends => {
                self.organisation.broken = None;
                self.reloads().await;
            }
            Due::Relists { human, second } => {
                self.organisation.entries.retain(|entry| entry.human != human || entry.id != second);
                self.reloads().await;
            }
            Due::Checks => {
                super::checks::check(self);
                super::lying::check(self);
                super::lying::dates(self);
            }
            Due::Sees { who, mark } => super::checks::clicked(self, who, &mark),
            Due::Compares { foreseen, since, interventions } => {
                super::checks::compare(self, &foreseen, since, interventions == self.interventions);
            }
        }
    }

    /// An account changed, and Slack says so.
    pub(super) async fn keeps(&mut self, account: Account) {
        let changed = self.truth.human_of(&account.id).and_then(|human| self.truth.settled(human));
        let id = account.id.clone();
        self.changes(account).await;
        // It is still the same account: who is meant hasn't changed.
        if let (Some(human), Some(changed)) = (self.truth.human_of(&id), changed) {
            self.truth.changed.insert(human, changed);
        }
    }

    /// As [`Self::keeps`], for what happened at a moment that may have passed: while the machine slept, Slack told
    /// it in vain.
    pub(super) async fn keeps_since(&mut self, at: Timestamp, account: Account) {
        if at + SignedDuration::from_mins(6) < self.time.truth() {
            self.keep_quietly(account);
        } else {
            self.keeps(account).await;
        }
    }

    pub(super) fn keep_quietly(&mut self, account: Account) {
        self.slack.with(|workspace| workspace.accounts.insert(account.id.clone(), account.clone()));
        self.truth.accounts.insert(account.id.clone(), account);
    }

    /// Lets the model take in what is new.
    pub(super) fn sees(&mut self) {
        let (read, seen) = (self.promise.read, self.promise.shown);
        let records = self.disk.read(|records, stamps| {
            let from = read.min(records.len());
            records[from..].iter().cloned().zip(stamps[from..].iter().copied()).collect::<Vec<_>>()
        });
        let shown = self.slack.with(|workspace| workspace.shown[seen..].to_vec());
        self.promise.denied = self.slack.with(|workspace| {
            let looked = |refused: &&Refused| {
                ["conversations.history", "conversations.replies"].contains(&refused.method)
            };
            let denied = workspace.refused.iter().filter(looked);
            denied.filter_map(|refused| Some((refused.at, refused.about.clone()?))).collect()
        });
        self.promise.reads(&records, &self.truth, &self.time);
        if let Some(process) = &self.process {
            let state = process.writer.state();
            for mark in shown.iter().filter_map(|shown| shown.mark.as_deref()) {
                if !self.promise.knows(mark)
                    && let Some((_, post)) =
                        state.posts.iter().find(|(id, _)| id.to_string().starts_with(mark))
                {
                    self.promise.goes_by(mark, &post.key);
                }
            }
        }
        self.promise.watches(&shown, &self.truth);
        let breaches = self.slack.with(|workspace| std::mem::take(&mut workspace.breaches));
        let now = self.time.truth();
        for (rule, how) in breaches {
            self.promise.breaks(rule, now, how);
        }
        super::checks::overdue(self);
        if let Some(how) = self.disk.endless() {
            let now = self.time.truth();
            self.promise.breaks("nothing is done without end", now, how);
        }
        for difference in std::mem::take(&mut *self.differences.lock().unwrap()) {
            self.promise.breaks("the plan kept up to date equals the plan from nothing", now, difference);
        }
    }

    pub(super) fn foresees(&mut self, hours: i64) {
        let Some(process) = &self.process else { return };
        let now = self.time.truth();
        let works = self.slack.with(|workspace| workspace.faults.is_empty() && !workspace.revoked);
        if !works || !self.time.is_right() || self.well_since.is_none() {
            return;
        }
        let until = now + SignedDuration::from_hours(hours);
        let (program, seen) = (process.program(), process.shared.seen());
        let state = process.writer.state().clone();
        if state.paused.is_some() {
            return;
        }
        let foreseen = plan::forecast(&program, &state, &seen, now, until)
            .into_iter()
            .filter(|planned| planned.key.delivery().is_some())
            .filter_map(|planned| {
                let human = self.truth.human(planned.to.as_str())?;
                let key = self.promise.name_of(&planned.key, &self.truth);
                Some((given_name(human).to_owned(), key, planned.at))
            })
            .collect();
        let compares = Due::Compares { foreseen, since: now, interventions: self.interventions };
        self.at(until + SignedDuration::from_mins(10), compares);
    }
}
