//! Who the people of the configuration are in Slack, kept fresh: read in bulk, corrected by events, and one
//! by one where a message needs it.
//!
//! Invariant: each reading stands by itself. One that fails takes nothing away from another; what it would
//! have replaced stays, and is as old as it is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::refusals;
use super::shared::Shared;
use crate::clock::{Clock, monotonic};
use crate::domain::approach;
use crate::domain::event::Event;
use crate::domain::ids::{PersonId, SlackUserId};
use crate::domain::marks;
use crate::domain::observation::Observations;
use crate::domain::performer::Renew;
use crate::domain::refusal::Call;
use crate::domain::state::State;
use crate::journal::{Decision, Stopped, Writer};
use crate::slack::directory::{self, Link, Member, Quiet, Refusal, Sighting, Workspace};
use crate::slack::{CallError, Client};

/// How soon a reading that failed is tried again, real time.
const BEFORE_RETRY: Duration = Duration::from_secs(30);

/// An event is Slack's word from before a bulk reading only if it is older than that by this much: our clock
/// and Slack's may differ, and Slack delivers again for some minutes.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// A person who is to be read anew, and whom to tell whether that succeeded.
pub(super) type Asked = (PersonId, oneshot::Sender<bool>);

/// Asks [`People`] for new readings.
pub(super) struct Asker(pub(super) mpsc::UnboundedSender<Asked>);

#[async_trait]
impl Renew for Asker {
    async fn renew(&self, person: &PersonId) -> bool {
        let (tell, told) = oneshot::channel();
        // The reader is gone only when the service stops.
        self.0.send((person.clone(), tell)).is_ok() && told.await.unwrap_or(false)
    }
}

/// Keeps the observations fresh.
pub(super) struct People {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) shared: Shared,
    pub(super) changes: mpsc::UnboundedReceiver<Member>,
    pub(super) asked: mpsc::UnboundedReceiver<Asked>,
}

/// What a reading brought.
enum Read {
    Everybody(Result<Vec<Member>, CallError>),
    Quiet(Result<Quiet, CallError>),
    One(Result<Member, CallError>, Asked),
}

/// When something is read in bulk.
#[derive(Debug)]
struct Turn {
    /// Calendar time; none before something else was read.
    at: Option<Timestamp>,
    /// Real time, after a failure.
    not_before: Option<Instant>,
    under_way: bool,
}

impl Turn {
    fn new(at: Option<Timestamp>) -> Self {
        Self { at, not_before: None, under_way: false }
    }

    /// Whether it is to begin now; it has begun then.
    fn begins(&mut self, now: Timestamp, instant: Instant) -> bool {
        let begins = !self.under_way
            && self.at.is_some_and(|at| at <= now)
            && self.not_before.is_none_or(|before| before <= instant);
        self.under_way |= begins;
        begins
    }

    /// What was put off by a calendar that was ahead then is to be done now.
    fn put_off_no_longer(&mut self, now: Timestamp) {
        if self.at.is_some_and(|at| directory::REFRESH < at.duration_since(now)) {
            self.at = Some(now);
        }
    }

    fn succeeded(&mut self, now: Timestamp) {
        *self = Self::new(now.checked_add(directory::REFRESH).ok());
    }

    fn failed(&mut self, instant: Instant) {
        (self.under_way, self.not_before) = (false, Some(instant + BEFORE_RETRY));
    }

    /// Whether it is under way and didn't fail the last time.
    fn ends_soon(&self) -> bool {
        self.under_way && self.not_before.is_none()
    }

    /// Returns once it may begin.
    async fn comes(&self, clock: &Clock) {
        if self.under_way {
            return std::future::pending().await;
        }
        clock.reaches(self.at).await;
        if let Some(before) = self.not_before {
            tokio::time::sleep_until(before.into()).await;
        }
    }
}

/// What is known of every account.
#[derive(Debug, Default)]
struct Accounts {
    members: BTreeMap<SlackUserId, Member>,
    quiet: Quiet,
    /// Everybody has been read once; until then nobody can be said to be missing.
    complete: bool,
    /// Whose account changed while everybody was read: what the event said is newer.
    changed_meanwhile: BTreeSet<SlackUserId>,
}

impl Accounts {
    fn everybody(&mut self, members: Vec<Member>) {
        let newer = std::mem::take(&mut self.changed_meanwhile);
        let mut before = std::mem::take(&mut self.members);
        self.complete = true;
        self.members = members.into_iter().map(|member| (member.id.clone(), member)).collect();
        // What was delivered meanwhile may be from long before: a connection brings what it missed once it is back.
        let told = newer.into_iter().filter_map(|id| before.remove_entry(&id));
        let told: Vec<_> = told
            .filter(|(id, told)| self.members.get(id).is_none_or(|read| !overtakes(read, told)))
            .collect();
        self.members.extend(told);
    }

    /// Takes in what an event said, which came at `now`.
    fn changed(&mut self, mut member: Member, now: Timestamp) {
        member.as_of = member.as_of.min(now);
        if self.members.get(&member.id).is_some_and(|known| overtakes(known, &member)) {
            return;
        }
        self.changed_meanwhile.insert(member.id.clone());
        self.members.insert(member.id.clone(), member);
    }
}

/// Whether what was read is younger than what an event told.
fn overtakes(read: &Member, told: &Member) -> bool {
    LATE < read.as_of.duration_since(told.as_of)
}

impl People {
    /// Reads and reads again, for ever; `first` is told once everybody has been read.
    pub(super) async fn keep_fresh(mut self, first: oneshot::Sender<()>) -> Result<(), Stopped> {
        let mut first = Some(first);
        let workspace = self.workspace().await;
        let mut accounts = Accounts::default();
        let (mut everybody, mut quiet) = (Turn::new(Some(self.clock.now())), Turn::new(None));
        let (mut waiting, mut alone): (VecDeque<Asked>, bool) = (VecDeque::new(), false);
        let mut reading: JoinSet<Read> = JoinSet::new();
        let mut program = self.shared.program.subscribe();
        let mut mended = self.client.tokens().mended();
        loop {
            let (now, instant) = (self.clock.now(), monotonic());
            everybody.put_off_no_longer(now);
            quiet.put_off_no_longer(now);
            if everybody.begins(now, instant) {
                accounts.changed_meanwhile.clear();
                let (client, clock) = (self.client.clone(), self.clock.clone());
                reading.spawn(async move { Read::Everybody(directory::read_members(&client, &clock).await) });
            }
            if !everybody.under_way && quiet.begins(now, instant) {
                let (client, clock, ours) =
                    (self.client.clone(), self.clock.clone(), self.ours(&workspace, &accounts));
                reading
                    .spawn(async move { Read::Quiet(directory::read_quiet(&client, &clock, &ours).await) });
            }
            // Everybody is read in a moment, unless that fails; until then nobody has to be read alone.
            if !alone && !everybody.ends_soon() && !quiet.ends_soon() {
                alone = self.read_next(&mut waiting, &mut reading);
            }
            tokio::select! {
                biased;
                Some(ended) = reading.join_next() => match ended {
                    Ok(Read::Everybody(Ok(members))) => {
                        refusals::note(&self.writer, Call::People, Ok(())).await;
                        accounts.everybody(members);
                        self.shared.reports.people_read(self.clock.now());
                        everybody.succeeded(self.clock.now());
                        quiet.at = Some(self.clock.now());
                        self.recognise(&workspace, &accounts).await?;
                    }
                    Ok(Read::Everybody(Err(error))) => {
                        tracing::error!(%error, "the people of the workspace could not be read");
                        refusals::note(&self.writer, Call::People, Err(&error)).await;
                        self.shared.reports.people_not_read(error.to_string());
                        everybody.failed(monotonic());
                    }
                    Ok(Read::Quiet(read)) => {
                        refusals::note(&self.writer, Call::Quiet, read.as_ref().map(drop)).await;
                        match read {
                            Ok(fresh) => {
                                accounts.quiet = fresh;
                                quiet.succeeded(self.clock.now());
                                self.recognise(&workspace, &accounts).await?;
                            }
                            Err(error) => {
                                tracing::warn!(%error, "do-not-disturb could not be read; what was read before counts for twelve hours");
                                quiet.failed(monotonic());
                            }
                        }
                        if let Some(first) = first.take() {
                            // Whoever waited for it is gone only when the service stops.
                            _ = first.send(());
                        }
                    }
                    Ok(Read::One(read, (person, tell))) => {
                        alone = false;
                        match read {
                            Ok(member) => {
                                accounts.members.insert(member.id.clone(), member);
                                self.recognise(&workspace, &accounts).await?;
                            }
                            Err(error) => tracing::warn!(%person, %error, "a person could not be read; the message to them waits"),
                        }
                        self.tell(&person, tell);
                    }
                    Err(error) => {
                        // Which of them broke off isn't known, so each is done again.
                        tracing::error!(%error, "reading the people of the workspace broke off");
                        alone = false;
                        everybody.failed(monotonic());
                        quiet.failed(monotonic());
                    }
                },
                Ok(()) = mended.changed() => {
                    everybody.not_before = None;
                    quiet.not_before = None;
                }
                () = everybody.comes(&self.clock) => {}
                () = self.clock.turns_back(now) => {}
                () = quiet.comes(&self.clock), if !everybody.under_way => {}
                Some(member) = self.changes.recv() => {
                    accounts.changed(member, self.clock.now());
                    while let Ok(member) = self.changes.try_recv() {
                        accounts.changed(member, self.clock.now());
                    }
                    self.recognise(&workspace, &accounts).await?;
                }
                Some(asked) = self.asked.recv() => waiting.push_back(asked),
                Ok(()) = program.changed() => self.recognise(&workspace, &accounts).await?,
            }
        }
    }

    /// Which workspace this is: of nobody else's accounts an e-mail address is believed.
    async fn workspace(&self) -> Workspace {
        loop {
            match directory::read_workspace(&self.client).await {
                Ok(workspace) => return workspace,
                Err(error) => {
                    tracing::error!(%error, "Slack did not say which workspace this is; nothing is sent before it does");
                    tokio::time::sleep(BEFORE_RETRY).await;
                }
            }
        }
    }

    /// Begins to read the next person who was asked for and wasn't read since; false if there is none.
    fn read_next(&self, waiting: &mut VecDeque<Asked>, reading: &mut JoinSet<Read>) -> bool {
        while let Some((person, tell)) = waiting.pop_front() {
            let program = self.shared.program();
            let account = {
                let state = self.writer.state();
                program.people.get(&person).and_then(|person| person.account(&state).cloned())
            };
            let recent = self.shared.seen().is_recent(&person, self.clock.now());
            match account.filter(|_| !recent) {
                Some(account) => {
                    let (client, clock) = (self.client.clone(), self.clock.clone());
                    reading.spawn(async move {
                        Read::One(directory::read_member(&client, &clock, &account).await, (person, tell))
                    });
                    return true;
                }
                None => self.tell(&person, tell),
            }
        }
        false
    }

    fn tell(&self, person: &PersonId, tell: oneshot::Sender<bool>) {
        // Whoever asked may have stopped waiting.
        _ = tell.send(self.shared.seen().is_recent(person, self.clock.now()));
    }

    /// The accounts of people of the configuration: nobody else's do-not-disturb is asked for.
    fn ours(&self, workspace: &Workspace, accounts: &Accounts) -> Vec<SlackUserId> {
        let members: Vec<Member> = accounts.members.values().cloned().collect();
        let (program, state) = (self.shared.program(), self.writer.state());
        let sighting = directory::recognise(&program, &state, workspace, &members, &Quiet::new());
        let mut ours: Vec<SlackUserId> = sighting.accounts.into_values().collect();
        // In which order they are asked for is no matter of chance.
        ours.sort_unstable();
        ours
    }

    async fn recognise(&self, workspace: &Workspace, accounts: &Accounts) -> Result<(), Stopped> {
        if !accounts.complete {
            return Ok(());
        }
        let members: Vec<Member> = accounts.members.values().cloned().collect();
        let program = self.shared.program();
        let sighting =
            directory::recognise(&program, &self.writer.state(), workspace, &members, &accounts.quiet);
        for (person, why) in &sighting.missing {
            tracing::warn!(%person, ?why, "nobody in the workspace is this person; they can't be written to");
        }
        let same = sighting.same();
        let Sighting { partings, links, refusals, seen, unbelieved, .. } = sighting;
        if !links.is_empty() || !refusals.is_empty() {
            // What was read of the account before says nothing of the one that is about to be on record: between the
            // two nothing is known.
            self.shared.seen.send_if_modified(|all| {
                let others = links.iter().filter(|link| link.replaces.is_some()).map(|link| &link.person);
                let stale: Vec<_> = others.filter(|person| all.people.contains_key(*person)).collect();
                if stale.is_empty() {
                    return false;
                }
                let all = Arc::make_mut(all);
                stale.into_iter().for_each(|person| _ = all.people.remove(person));
                true
            });
            let known = self.shared.seen();
            let recorded = self.writer.submit(None, move |state, _| {
                let events = news_of_accounts(state, &known, &partings, &links, &refusals);
                let changed = events.iter().any(approach::changes);
                Decision { events, reply: changed }
            });
            // Only then: another program makes everybody be recognized anew.
            if recorded.await? {
                self.shared.lay_over(&self.writer.state());
            }
        }
        self.shared.seen.send_modify(|all| {
            let all = Arc::make_mut(all);
            (all.people, all.same, all.unbelieved, all.starting) = (seen, same, unbelieved, false);
        });
        Ok(())
    }
}

/// Only what isn't recorded yet, and what was found on the accounts that are on record now: a decision may be
/// taken again on a later state, and the next look finds what is left. Nothing is recorded of an account that
/// asked to be forgotten.
fn news_of_accounts(
    state: &State,
    seen: &Observations,
    partings: &[Refusal],
    links: &[Link],
    refusals: &[Refusal],
) -> Vec<Event> {
    let slack = |person: &PersonId| state.person(person).and_then(|known| known.slack.as_ref());
    let links = links.iter().filter(|link| match &link.replaces {
        Some(former) => match slack(&link.person) {
            Some(known) => *known == former.slack,
            // It was another id's, or they had lost it.
            None => state.by_slack.contains_key(&former.slack),
        },
        None => slack(&link.person).is_none_or(|known| *known == link.slack),
    });
    let links = links
        .filter(|link| !marks::are_unreadable(state, seen) && !marks::is_marked(state, seen, &link.slack));
    let links = links.map(|link| Event::PersonLinked {
        person: link.person.clone(),
        slack: link.slack.clone(),
        proof: Some(link.proof.clone()),
        replaces: link.replaces.clone(),
    });
    let refused = |refusals: &[Refusal]| -> Vec<Event> {
        let news = refusals.iter().filter(|refusal| match &refusal.lost {
            Some(lost) => slack(&refusal.person) == Some(lost),
            None => true,
        });
        let news = news.map(|refusal| Event::AccountRefused {
            person: refusal.person.clone(),
            because: refusal.because,
            lost: refusal.lost.clone(),
        });
        news.collect()
    };
    refused(partings).into_iter().chain(links).chain(refused(refusals)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-12-07T09:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    fn read(id: &str, away: bool, minutes: i64) -> Member {
        let emoji = if away { ":palm_tree:" } else { "" };
        Member::read(&json!({ "id": id, "profile": { "status_emoji": emoji } }), at(minutes)).unwrap()
    }

    fn known(accounts: &Accounts, id: &str) -> (bool, Timestamp) {
        let member = &accounts.members[&SlackUserId::parse(id).unwrap()];
        (member.away.is_some(), member.as_of)
    }

    #[test]
    fn a_calendar_that_was_ahead_for_a_moment_puts_no_reading_off() {
        let mut turn = Turn::new(Some(at(0)));
        turn.succeeded(at(60 * 24 * 30));
        turn.put_off_no_longer(at(60 * 24 * 30));
        assert_eq!(turn.at, Some(at(60 * 24 * 30 + 360)), "in its turn");
        turn.put_off_no_longer(at(1));
        assert_eq!(turn.at, Some(at(1)));
    }

    #[test]
    fn a_change_of_one_account_makes_no_other_reading_younger() {
        let mut accounts = Accounts::default();
        accounts.everybody(vec![read("U1", false, 0), read("U2", false, 0)]);
        accounts.changed(read("U1", true, 600), at(601));
        assert_eq!(known(&accounts, "U1"), (true, at(600)));
        assert_eq!(known(&accounts, "U2"), (false, at(0)));
    }

    #[test]
    fn an_event_counts_from_when_slack_sent_it_and_not_if_it_is_long_overtaken() {
        let mut accounts = Accounts::default();
        accounts.everybody(vec![read("U1", false, 100)]);
        accounts.changed(read("U1", true, 89), at(101));
        assert_eq!(known(&accounts, "U1"), (false, at(100)), "delivered again an hour later");
        accounts.changed(read("U1", true, 95), at(101));
        assert_eq!(known(&accounts, "U1"), (true, at(95)), "the clocks may differ");
        accounts.changed(read("U1", false, 500), at(102));
        assert_eq!(known(&accounts, "U1"), (false, at(102)), "nothing is younger than its arrival");
    }

    #[test]
    fn what_comes_late_while_everybody_is_read_is_overtaken_by_that_reading() {
        let mut accounts = Accounts::default();
        accounts.everybody(vec![read("U1", false, 0)]);
        // Asleep for days; the connection brings what had happened before a leave that it doesn't bring.
        accounts.changed(read("U1", false, 1_000), at(6_000));
        accounts.everybody(vec![read("U1", true, 6_000)]);
        assert_eq!(known(&accounts, "U1"), (true, at(6_000)));
    }

    #[test]
    fn what_changed_while_everybody_was_read_is_kept() {
        let mut accounts = Accounts::default();
        accounts.everybody(vec![read("U1", false, 0), read("U2", false, 0)]);
        accounts.changed(read("U1", true, 5), at(5));
        accounts.everybody(vec![read("U1", false, 5), read("U2", true, 5)]);
        assert!(known(&accounts, "U1").0 && known(&accounts, "U2").0);
        accounts.everybody(vec![read("U1", false, 360)]);
        assert!(!known(&accounts, "U1").0);
        assert!(!accounts.members.contains_key(&SlackUserId::parse("U2").unwrap()));
    }
}
