//! What each deed does to the world.

use jiff::{SignedDuration, Timestamp};

use super::house::{Due, House};
use super::organisation::{self, given_name};
use super::slack::{Account, Fault};
use super::story::Deed;
use crate::domain::effect::Epoch;
use crate::service::proof;

const ZONES: [&str; 5] =
    ["Europe/Lisbon", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "America/New_York"];

impl House {
    pub(super) async fn deed(&mut self, deed: Deed, at: Timestamp) {
        let now = self.time.truth();
        let late = at + SignedDuration::from_mins(2) < now;
        let hour = SignedDuration::from_hours;
        let minute = SignedDuration::from_mins;
        match deed {
            Deed::Answers { who, button } => {
                if !late {
                    self.answers(who, button).await;
                }
            }
            Deed::Clicks { who, message, control, fill } => {
                if !late {
                    self.clicks(who, message, control, fill).await;
                }
            }
            Deed::Types { who, what, thread } => self.types(who, what, thread, at).await,
            Deed::Says { who, what } => {
                if !late {
                    self.commands(who, what).await;
                }
            }
            Deed::Orders { who, what, whom, about } => {
                if !late {
                    self.orders(who, what, whom, about).await;
                }
            }
            Deed::Looks { who, page, control, fill } => {
                if !late {
                    self.looks(who, page, control, fill).await;
                }
            }
            Deed::Tends => {
                if !late {
                    self.tends().await;
                }
            }
            Deed::Leaves { who, days } => {
                if let Some(mut account) = self.account(who).cloned() {
                    account.away = Some((at, at + hour(24 * days)));
                    self.keeps_since(at, account).await;
                }
            }
            Deed::Rests { who, hours } => {
                if let Some(mut account) = self.account(who).cloned() {
                    account.quiet = Some((now, now + hour(hours)));
                    // Slack tells nobody of that.
                    self.keep_quietly(account);
                }
            }
            Deed::Travels { who, zone } => {
                if let Some(mut account) = self.account(who).cloned() {
                    self.truth.left_zones.entry(who).or_default().push(account.zone.clone());
                    account.zone = ZONES[zone % ZONES.len()].to_owned();
                    self.keeps_since(at, account).await;
                }
            }
            Deed::Replaces { who } => {
                let Some(mut old) = self.account(who).cloned() else { return };
                let mut new = Account::of(
                    &format!("U8{:02}{}", self.slack.fresh() % 100, given_name(who)).to_uppercase(),
                    &old.email,
                    &old.zone,
                );
                new.id.push_str("NEW");
                old.deleted = true;
                self.truth.humans.insert(new.id.clone(), who);
                // Whoever is written down by an id is written down anew, a while later.
                self.changes(old).await;
                self.changes(new).await;
            }
            Deed::Usurped { who, hours } => {
                let Some(mut old) = self.account(who).cloned() else { return };
                let fresh = self.slack.fresh() % 100;
                let usurper = Account::of(&format!("U95{fresh:02}SON"), &old.email, &old.zone);
                old.deleted = true;
                self.changes(old).await;
                self.changes(usurper.clone()).await;
                self.soon(hour(hours), Due::Identifies { who, usurper: usurper.id });
            }
            Deed::Quits { who } => {
                if let Some(mut account) = self.account(who).cloned() {
                    account.deleted = true;
                    self.changes(account).await;
                }
            }
            Deed::Outsider { who, bot } => {
                let id = format!("U7{:02}OUT{}", who, given_name(who).to_uppercase());
                let mut account = Account::of(&id, &organisation::mail(who), "Europe/Berlin");
                if bot {
                    account.bot = true;
                } else {
                    account.team = "T0OTHER".to_owned();
                }
                self.changes(account).await;
            }
            Deed::Mistakes { who, hours } => {
                let wrong = self.dice.pick(&["U900ZOE", "U901YAN"]).to_owned();
                // Of two entries with one account the files are refused; that is not what is told here.
                if self.organisation.entries.iter().any(|entry| entry.slack.as_ref() == Some(&wrong)) {
                    return;
                }
                if let Some(entry) = self.organisation.entry_mut(who) {
                    entry.slack = Some(wrong);
                }
                self.reloads().await;
                self.soon(hour(hours), Due::Corrects(who));
            }
            Deed::Misspells { who, hours } => {
                if let Some(entry) = self.organisation.entry_mut(who) {
                    entry.slack = Some(format!("U99{who}NOBODY"));
                }
                self.reloads().await;
                self.soon(hour(hours), Due::Corrects(who));
            }
            Deed::Renames { who, with_was } => {
                let edition = self.organisation.edition;
                if let Some(entry) = self.organisation.entry_mut(who) {
                    let old = std::mem::replace(
                        &mut entry.id,
                        format!("{}-{edition}", given_name(who).to_lowercase()),
                    );
                    if with_was {
                        entry.was.push(old);
                    } else {
                        entry.was.clear();
                    }
                }
                self.reloads().await;
            }
            Deed::ListsTwice { who } => {
                if let Some(entry) = self.organisation.entry(who).cloned() {
                    let mut second = entry;
                    second.id = format!("{}-too", second.id);
                    second.was.clear();
                    // Once by the id and once by the address: they look different.
                    second.slack = match second.slack {
                        Some(_) => None,
                        None => self.account(who).map(|account| account.id.clone()),
                    };
                    let id = second.id.clone();
                    if self.organisation.entries.iter().all(|entry| entry.id != id) {
                        self.organisation.entries.push(second);
                        self.reloads().await;
                        self.soon(hour(24 * 9), Due::Relists { human: who, second: id });
                    }
                }
            }
            Deed::RenamesInitiative { which } => {
                let edition = self.organisation.edition;
                if let Some(proposal) = self.organisation.proposals.get_mut(which) {
                    let plain = proposal.id.split('-').next().unwrap_or_default().to_owned();
                    let old = std::mem::replace(&mut proposal.id, format!("{plain}-{edition}"));
                    proposal.was.push(old);
                }
                self.reloads().await;
            }
            Deed::EntersLeave { who, days } => {
                let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
                let last = today + SignedDuration::from_hours(24 * days);
                if let Some(entry) = self.organisation.entry_mut(who) {
                    entry.leave = Some(format!("{today}..{last}"));
                }
                self.reloads().await;
            }
            Deed::Edits { hours } => {
                self.organisation.hours = hours;
                self.reloads().await;
            }
            Deed::HalfSaves { file, minutes } => {
                self.organisation.broken =
                    Some(["people.toml", "canvass.toml", "initiatives/deadlines.toml"][file % 3]);
                self.reloads().await;
                self.soon(minute(minutes), Due::Mends);
            }
            Deed::Dies { minutes } => {
                self.stops += 1;
                self.buries(minute(minutes)).await;
            }
            Deed::Stops { minutes } => {
                self.well_since = None;
                if let Some(process) = self.process.take() {
                    process.stops().await;
                    self.soon(minute(minutes), Due::Starts);
                }
            }
            Deed::Traps(trap) => self.disk.sets(trap),
            Deed::Sleeps { hours } => {
                self.time.sleeps(hour(hours));
                self.wakes();
            }
            Deed::Strays { by, minutes } => {
                self.time.set_wrong(minute(by));
                self.soon(minute(minutes), Due::Right);
            }
            Deed::Deafens { minutes } => {
                self.deaf = true;
                self.well_since = None;
                if let Some(process) = &self.process {
                    process.connected(false);
                }
                self.soon(minute(minutes), Due::Hears);
            }
            Deed::Meets { method, about, meets, times, minutes } => {
                let account = about.and_then(|human| self.account(human).map(|account| account.id.clone()));
                let until = now + minute(minutes);
                // A limit on updates is no reason that a click isn't shown.
                if !(method == Some("chat.update") && matches!(meets, super::slack::Meets::Limit(_))) {
                    self.other_faults_until = self.other_faults_until.max(until);
                }
                self.faults_until = self.faults_until.max(until);
                self.slack
                    .with(|workspace| workspace.faults.push(Fault { method, account, meets, times, until }));
            }
            Deed::Refuses { method, about, code, days } => {
                let account = about.and_then(|human| self.account(human).map(|account| account.id.clone()));
                // Whoever has left is not refused, nor is everybody instead.
                if about.is_some() && account.is_none() {
                    return;
                }
                let until = now + hour(24 * days);
                self.refuses_until = self.refuses_until.max(until);
                let (method, meets) = (Some(method), super::slack::Meets::Refusal(code));
                let fault = Fault { method, account, meets, times: u32::MAX, until };
                self.slack.with(|workspace| workspace.faults.push(fault));
            }
            Deed::Refers { who, whom } => {
                if !late {
                    self.refers(who, whom).await;
                }
            }
            Deed::Approaches => {
                if !late {
                    self.approaches().await;
                }
            }
            Deed::Corrects { who, about } => {
                if !late {
                    self.corrects(who, about).await;
                }
            }
            Deed::AddsWas { who } => {
                let used: Vec<String> =
                    self.organisation.entries.iter().flat_map(|entry| [&entry.id]).cloned().collect();
                let called = self.truth.called.iter().filter(|(_, human)| **human == who);
                let former: Vec<String> =
                    called.map(|(id, _)| id.clone()).filter(|id| !used.contains(id)).collect();
                if let Some(entry) = self.organisation.entry_mut(who) {
                    entry.was = former;
                }
                self.reloads().await;
            }
            Deed::Revokes { hours } => {
                self.slack.with(|workspace| workspace.revoked = true);
                self.faults_until = self.faults_until.max(now + hour(hours));
                self.other_faults_until = self.other_faults_until.max(self.faults_until);
                self.soon(hour(hours), Due::Repairs);
            }
            Deed::BacksUp => self.backup = Some(self.disk.head()),
            Deed::Restores { copied } => {
                let Some(records) = self.backup else { return };
                if let Some(process) = self.process.take() {
                    process.stops().await;
                }
                self.sees();
                self.disk.rewinds(records, copied);
                self.promise.rewinds(records);
                if !copied {
                    // As `canvass restore` leaves it, but for where the randomness comes from.
                    let mut random = [0; 16];
                    random.fill_with(|| self.dice.next() as u8);
                    std::fs::write(self.around.data.join("restored"), format!("{}\n", Epoch::new(random)))
                        .unwrap();
                    proof::restored(&self.around.data).unwrap();
                }
                self.starts().await;
            }
            Deed::Foresees { hours } => self.foresees(hours),
        }
    }
}
