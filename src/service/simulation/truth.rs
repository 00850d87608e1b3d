//! What is true of accounts, humans and files, whatever the program believes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::organisation::{Human, Organisation};
use super::slack::Account;

/// What every word begins with that nobody else uses.
pub(super) const WORD: &str = "zq";

#[derive(Debug, Clone, Default)]
pub(super) struct Truth {
    pub(super) accounts: BTreeMap<String, Account>,
    /// Whose each account is; those of strangers are missing.
    pub(super) humans: BTreeMap<String, Human>,
    /// What people were ever called in the files.
    pub(super) called: BTreeMap<String, Human>,
    /// What initiatives were ever called.
    pub(super) proposed: BTreeMap<String, usize>,
    /// How each human is written down now: by this account, or by the address.
    pub(super) written: BTreeMap<Human, (Option<String>, String)>,
    /// Whom each account is written down for.
    named: BTreeSet<(Human, String)>,
    /// Whose each address is, where no id is written beside it.
    addressed: BTreeSet<(Human, String)>,
    zones: BTreeMap<Human, Option<&'static str>>,
    teams: BTreeMap<Human, Option<&'static str>>,
    /// When an account or the file last changed about each human.
    pub(super) changed: BTreeMap<Human, Timestamp>,
    /// Zones that each account had lately, with when it left them.
    pub(super) left_zones: BTreeMap<Human, Vec<String>>,
}

impl Truth {
    /// Takes in what the files say now.
    pub(super) fn reads(&mut self, organisation: &Organisation, now: Timestamp) {
        let mut written = BTreeMap::new();
        let named = organisation.entries.iter().filter_map(|entry| Some((entry.human, entry.slack.clone()?)));
        self.named = named.collect();
        let addressed = organisation.entries.iter().filter(|entry| entry.slack.is_none());
        self.addressed = addressed.map(|entry| (entry.human, entry.email.clone())).collect();
        for entry in &organisation.entries {
            self.called.insert(entry.id.clone(), entry.human);
            written.entry(entry.human).or_insert((entry.slack.clone(), entry.email.clone()));
            self.zones.insert(entry.human, entry.zone);
            self.teams.insert(entry.human, entry.team);
        }
        for (human, entry) in &written {
            if self.written.get(human) != Some(entry) {
                self.changed.insert(*human, now);
            }
        }
        self.written = written;
        for proposal in &organisation.proposals {
            self.proposed.insert(proposal.id.clone(), proposal.number);
        }
    }

    pub(super) fn human(&self, id: &str) -> Option<Human> {
        self.called.get(id).copied()
    }

    pub(super) fn human_of(&self, account: &str) -> Option<Human> {
        self.humans.get(account).copied()
    }

    /// Whether the files say that this account is that human's, in whichever entry.
    pub(super) fn names(&self, account: &str, human: Human) -> bool {
        self.named.contains(&(human, account.to_owned()))
    }

    pub(super) fn proposal(&self, id: &str) -> Option<usize> {
        self.proposed.get(id).copied()
    }

    pub(super) fn team(&self, human: Human) -> Option<&'static str> {
        self.teams.get(&human).copied().flatten()
    }

    /// Whether an account is taken for a human: by its id, or as the only active one with an address, in whichever
    /// entry.
    pub(super) fn takes(&self, account: &str, human: Human) -> bool {
        let addressed = |(of, email): &(Human, String)| {
            *of == human && self.only(email).is_some_and(|only| only.id == account)
        };
        self.names(account, human) || self.addressed.iter().any(addressed)
    }

    /// The only active human member with this address.
    fn only(&self, email: &str) -> Option<&Account> {
        let mut all = self.accounts.values().filter(|of| of.is_ours() && of.email == email);
        let only = all.next()?;
        all.next().is_none().then_some(only)
    }

    /// The account that is meant by what the files say: the id that is written there, or the only active human
    /// member with the address.
    pub(super) fn rightful(&self, human: Human) -> Option<&str> {
        let (slack, email) = self.written.get(&human)?;
        match slack {
            Some(id) => {
                self.accounts.get(id).filter(|account| account.is_ours()).map(|account| account.id.as_str())
            }
            None => self.only(email).map(|only| only.id.as_str()),
        }
    }

    /// Whether the files mean another account than this one: also one that nobody has.
    pub(super) fn means_another(&self, human: Human, account: &str) -> bool {
        let written = self.written.get(&human).and_then(|(slack, _)| slack.as_deref());
        written.or_else(|| self.rightful(human)).is_some_and(|meant| meant != account)
    }

    /// Since when nothing has changed about a human.
    pub(super) fn settled(&self, human: Human) -> Option<Timestamp> {
        self.changed.get(&human).copied()
    }

    /// The zones that `human` may be written to in.
    pub(super) fn zones(&self, human: Human) -> Vec<TimeZone> {
        let named = |name: &str| TimeZone::get(name).unwrap();
        if let Some(zone) = self.zones.get(&human).copied().flatten() {
            return vec![named(zone)];
        }
        let own = self.accounts.values().filter(|account| self.human_of(&account.id) == Some(human));
        let mut zones: Vec<TimeZone> = own.map(|account| named(&account.zone)).collect();
        zones.extend(self.left_zones.get(&human).into_iter().flatten().map(|zone| named(zone)));
        if zones.is_empty() {
            zones.push(named("Europe/Lisbon"));
        }
        zones
    }
}
