//! `canvass forget`: finding everything about somebody, forgetting it, and saying what was done and what
//! can't be reached.
//!
//! Invariant: the record is durable before the first key is destroyed, and the mark is in the same batch as
//! everything else, so that there is no moment at which somebody is half forgotten.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::answer::person_named;
use super::shared::Shared;
use crate::clock::Clock;
use crate::domain::account::{Disbelief, Former, MailMark, Proof, Turn};
use crate::domain::booking::By;
use crate::domain::directory::{Address, Person};
use crate::domain::event::{Event, Record};
use crate::domain::hex::to_hex;
use crate::domain::ids::{PersonId, Seq, SlackUserId};
use crate::domain::marks::{self, Marker, SealedKey};
use crate::domain::observation::Observations;
use crate::domain::personal::Personal;
use crate::domain::program::Program;
use crate::domain::state::{Phase, SealedOtherwise, State, apart_id, called_forgotten, pseudonym};
use crate::journal::{Decision, Destroy, Marking, Records, Writer};

/// What forgetting somebody works with.
pub(super) struct Forgetting<'a> {
    pub(super) writer: &'a Writer,
    pub(super) records: &'a dyn Records,
    pub(super) marking: &'a Marking,
    pub(super) shared: &'a Shared,
    pub(super) clock: &'a Clock,
}

/// Somebody who is to be forgotten.
#[derive(Debug, Clone)]
struct Found {
    person: PersonId,
    /// As people call them.
    name: String,
    /// Ids they had before.
    was: Vec<PersonId>,
    accounts: BTreeSet<SlackUserId>,
    addresses: BTreeSet<String>,
    /// What records keep of further addresses, which nobody knows any more.
    mails: BTreeSet<MailMark>,
    /// Sealed texts by and about them in the journal.
    texts: usize,
}

impl Forgetting<'_> {
    /// Forgets `name`, or, unless `sure`, says what that would do.
    ///
    /// # Errors
    /// A sentence that says why nothing was done.
    pub(super) async fn forget(&self, name: &str, sure: bool) -> Result<String, String> {
        let (program, seen) = (self.shared.program(), self.shared.seen());
        let state = self.writer.state().clone();
        let found = find(&program, &state, &seen, self.records, name)?;
        let (marker, begun) = self.marker(&state)?;
        let mut digits = [0; 4];
        self.clock.entropy(&mut digits).map_err(|error| error.to_string())?;
        let pseudonym = pseudonym(&to_hex(&digits)).ok_or("There is no pseudonym to be had.")?;
        let events = {
            let (found, marker) = (found.clone(), marker.clone());
            move |state: &State, now: Timestamp, keys: &[String]| {
                let key = begun.clone().filter(|_| state.marking_key.is_none());
                found.events(state, now, key, &marker, &pseudonym, keys)
            }
        };
        let now = self.clock.now();
        if !sure {
            let after = applied(state.clone(), now, &events(&state, now, &[]));
            return Ok(found.told(&state, &after, now, None));
        }
        // Known before the first mark is on record: there is no moment at which it can't be read.
        self.shared.mark_with(Some(marker));
        let ids = found.was.iter().chain([&found.person]).cloned().collect();
        let recorded = self.writer.destroy(Destroy::Of(ids), move |state, now, keys| {
            let events = events(state, now, keys);
            Decision { events, reply: (keys.len(), state.clone(), now) }
        });
        let (keys, before, now) = recorded.await.map_err(|error| format!("Nothing was done: {error}."))?;
        self.shared.lay_over(&self.writer.state());
        tracing::info!(keys, accounts = found.accounts.len(), "a person was forgotten");
        let after = self.writer.state().clone();
        Ok(found.told(&before, &after, now, Some(keys)))
    }

    /// What marks are made with, and, where there were none, its key to record.
    fn marker(&self, state: &State) -> Result<(Marker, Option<SealedKey>), String> {
        let Some(sealed) = &state.marking_key else {
            let (marker, sealed) = self.marking.begin().map_err(|error| error.to_string())?;
            return Ok((marker, Some(sealed)));
        };
        let opened = self.marking.open(sealed).map_err(|error| error.to_string())?;
        opened.map(|opened| (opened.marker, None)).ok_or_else(|| {
            "Nothing was done: the marks of people who were forgotten before can't be read with this root key. \
             Set CANVASS_ROOT_KEY to the one that the service had before."
                .to_owned()
        })
    }
}

/// The state once these events have happened.
fn applied(mut state: State, at: Timestamp, events: &[Event]) -> State {
    for event in events {
        state.apply(&Record { seq: state.head.next(), at, cause: None, event: event.clone() });
    }
    state
}

/// Who is meant by `name`, with every id, account and address that is known of them.
fn find(
    program: &Program,
    state: &State,
    seen: &Observations,
    records: &dyn Records,
    name: &str,
) -> Result<Found, String> {
    let configured = person_named(program, name);
    let (person, name) = match (&configured, PersonId::parse(name.trim_start_matches('@'))) {
        (Ok(person), _) => (person.id.clone(), person.name.clone()),
        // Whoever has left the configuration may still be on record.
        (Err(_), Ok(id)) if state.people.contains_key(&id) => (id.clone(), id.to_string()),
        (Err(sentence), _) => return Err(sentence.clone()),
    };
    if called_forgotten(&person).is_some() {
        return Err(format!("{person} is the pseudonym of somebody who was forgotten."));
    }
    if let Ok(configured) = &configured {
        may_be_forgotten(program, configured)?;
        if marks::is_forgotten(state, seen, configured) && !state.people.contains_key(&person) {
            return Err(format!("{name} was forgotten already. Take them out of people.toml."));
        }
    }
    let history = History::read(records)?;
    let mut was = history.former_ids(program, configured.as_ref().ok().copied(), &person);
    let ids: BTreeSet<&PersonId> = was.iter().chain([&person]).collect();
    let of = |accounts: &BTreeMap<PersonId, BTreeSet<SlackUserId>>| {
        ids.iter().filter_map(|id| accounts.get(*id)).flatten().cloned().collect::<BTreeSet<_>>()
    };
    let mut accounts = of(&history.accounts);
    accounts.extend(state.accounts_of(&ids.iter().copied().cloned().collect()));
    let mut addresses = BTreeSet::new();
    match configured.as_ref().map(|person| &person.address) {
        Ok(Address::Slack(account)) => _ = accounts.insert(account.clone()),
        Ok(Address::Email(address)) => _ = addresses.insert(address.to_lowercase()),
        Err(_) => {}
    }
    if let Some(seen) = seen.of(&person) {
        accounts.extend(seen.account.clone());
        addresses.extend(seen.mail.clone());
    }
    // What an account did that was theirs once is kept under its own id until somebody says whose it is.
    let apart = accounts.iter().filter_map(apart_id);
    let is_new = |id: &PersonId| *id != person && !was.contains(id) && state.people.contains_key(id);
    let apart: Vec<PersonId> = apart.filter(is_new).collect();
    was.extend(apart);
    // What is somebody else's by now is none of theirs.
    let is_anothers = |account: &SlackUserId| {
        let holder = state.by_slack.get(account).filter(|holder| program.people.contains_key(*holder));
        holder.is_some_and(|holder| *holder != person && !was.contains(holder))
    };
    accounts.retain(|account| !is_anothers(account));
    let ids: BTreeSet<&PersonId> = was.iter().chain([&person]).collect();
    let mut mails: BTreeSet<MailMark> =
        accounts.iter().filter_map(|of| history.mails.get(of)).flatten().cloned().collect();
    // An address that is known gets a mark of its own, and one that somebody else has by now is theirs.
    let others = program.people.values().filter(|other| !ids.contains(&other.id));
    let others = others.filter_map(|other| match &other.address {
        Address::Email(address) => Some(MailMark::of(address)),
        Address::Slack(_) => None,
    });
    for known in addresses.iter().map(|address| MailMark::of(address)).chain(others) {
        mails.remove(&known);
    }
    let texts = ids.iter().filter_map(|id| history.texts.get(*id)).sum();
    Ok(Found { person, name, was, accounts, addresses, mails, texts })
}

/// Whoever answers for something can't be forgotten while they do: messages go out in their name.
pub(super) fn may_be_forgotten(program: &Program, person: &Person) -> Result<(), String> {
    if program.is_advocate(&person.id) {
        return Err(format!(
            "{} advocates an initiative or is an admin, and messages go out in their name. Take them out of the \
             configuration first.",
            person.name
        ));
    }
    if program.hours.contains_key(&person.id) {
        return Err(format!("{} holds office hours. Take them out of canvass.toml first.", person.name));
    }
    Ok(())
}

/// What the records say of ids, accounts and texts.
#[derive(Debug, Default)]
struct History {
    /// What the records come to so far: it says whom a link made one person of.
    state: State,
    /// New ids to the old ones they replaced.
    renames: BTreeSet<(PersonId, PersonId)>,
    /// New ids to the old ones whose account turned out to be theirs, and that account.
    taken_over: BTreeSet<(PersonId, PersonId, SlackUserId)>,
    accounts: BTreeMap<PersonId, BTreeSet<SlackUserId>>,
    /// What waits for a word about whose it is.
    waiting: BTreeMap<PersonId, BTreeSet<SlackUserId>>,
    texts: BTreeMap<PersonId, usize>,
    /// What is kept of the mail addresses by which an account was recognized.
    mails: BTreeMap<SlackUserId, BTreeSet<MailMark>>,
}

impl History {
    fn read(records: &dyn Records) -> Result<Self, String> {
        let mut history = Self::default();
        let read = records.read(Seq::default(), &mut |mut record| history.take(&mut record));
        read.map_err(|error| error.to_string())?;
        Ok(history)
    }

    fn take(&mut self, record: &mut Record) {
        self.take_over(record);
        let event = &mut record.event;
        if let Some(Personal::Sealed(sealed)) = event.personal_mut() {
            *self.texts.entry(sealed.of.clone()).or_default() += 1;
        }
        if let Event::ConfigAdopted { renamed, .. } = event {
            self.renames.extend(renamed.people.iter().map(|(old, new)| (new.clone(), old.clone())));
        }
        if let Event::PersonLinked { person, slack, .. } | Event::Approached { person, slack, .. } = event {
            self.accounts.entry(person.clone()).or_default().insert(slack.clone());
        }
        if let Event::PersonLinked { slack, proof: Some(Proof::Mail { mark }), .. } = event {
            self.mails.entry(slack.clone()).or_default().insert(mark.clone());
        }
        // An account that was taken for theirs by mistake is somebody else's.
        match event {
            Event::PersonLinked {
                person, replaces: Some(Former { slack, turn: Turn::Corrected }), ..
            }
            | Event::AccountRefused { person, because: Disbelief::Another, lost: Some(slack) } => {
                self.are_anothers(person, &BTreeSet::from([slack.clone()]));
            }
            Event::PersonLinked {
                person, replaces: Some(Former { slack, turn: Turn::Replaced }), ..
            } => {
                self.waiting.entry(person.clone()).or_default().insert(slack.clone());
            }
            Event::AccountConfirmed { person, same, .. } => {
                let ids = self.called(BTreeSet::from([person.clone()]), |_| true);
                let waiting = ids.iter().filter_map(|id| self.waiting.remove(id)).flatten().collect();
                if !*same {
                    self.are_anothers(person, &waiting);
                }
            }
            _ => {}
        }
    }

    /// Folds the record. Where it makes one person of two by an account, the one has the words of both.
    fn take_over(&mut self, record: &Record) {
        let at_hand = self.state.renames().len();
        let linked = if let Event::PersonLinked { slack, replaces, .. } = &record.event {
            Some((self.state.by_slack.get(slack).cloned(), slack, replaces.as_ref()))
        } else {
            None
        };
        self.state.apply(record);
        let Some((holder, slack, replaces)) = linked else { return };
        for (old, new) in self.state.renames().iter().skip(at_hand).flat_map(|renames| &renames.people) {
            let account =
                if holder.as_ref() == Some(old) { Some(slack) } else { replaces.map(|of| &of.slack) };
            self.taken_over.extend(account.map(|account| (new.clone(), old.clone(), account.clone())));
        }
    }

    /// What `person` had, under whichever id, was somebody else's, and so are the ids that came with it.
    fn are_anothers(&mut self, person: &PersonId, accounts: &BTreeSet<SlackUserId>) {
        self.taken_over = std::mem::take(&mut self.taken_over)
            .into_iter()
            .map(|(new, old, account)| match apart_id(&account).filter(|_| accounts.contains(&account)) {
                Some(apart) => (apart, old, account),
                None => (new, old, account),
            })
            .collect();
        for id in self.called(BTreeSet::from([person.clone()]), |_| true) {
            self.accounts.entry(id).or_default().retain(|account| !accounts.contains(account));
        }
    }

    /// These ids, and those that they had before, of those that `counts`.
    fn called(&self, mut all: BTreeSet<PersonId>, counts: impl Fn(&PersonId) -> bool) -> BTreeSet<PersonId> {
        loop {
            let before = all.len();
            let renamed = self.renames.iter().map(|(new, old)| (new, old));
            let taken_over = self.taken_over.iter().map(|(new, old, _)| (new, old));
            let old = renamed.chain(taken_over).filter(|(new, _)| all.contains(*new)).map(|(_, old)| old);
            let old: Vec<PersonId> = old.filter(|old| counts(old)).cloned().collect();
            all.extend(old);
            if all.len() == before {
                return all;
            }
        }
    }

    /// The ids that `person` had before, but for those that somebody else has now.
    fn former_ids(&self, program: &Program, configured: Option<&Person>, person: &PersonId) -> Vec<PersonId> {
        let mut all = BTreeSet::from([person.clone()]);
        all.extend(configured.into_iter().flat_map(|person| person.was.iter().cloned()));
        let mut all = self.called(all, |old| !program.people.contains_key(old));
        all.remove(person);
        all.into_iter().collect()
    }
}

impl Found {
    fn is(&self, id: &PersonId) -> bool {
        self.person == *id || self.was.contains(id)
    }

    /// What they have booked under any of their ids.
    fn bookings_ahead(&self, state: &State, now: Timestamp) -> BTreeSet<Seq> {
        let ids = self.was.iter().chain([&self.person]);
        ids.flat_map(|id| state.bookings_ahead(id, now)).map(|(of, _)| of).collect()
    }

    /// What is recorded: what they had booked is off, and they are forgotten.
    fn events(
        &self,
        state: &State,
        now: Timestamp,
        key: Option<SealedKey>,
        marker: &Marker,
        pseudonym: &PersonId,
        keys: &[String],
    ) -> Vec<Event> {
        let mut events: Vec<Event> = key.map(|key| Event::MarkingKeySet { key }).into_iter().collect();
        let by = By::Person(self.person.clone());
        let canceled = self.bookings_ahead(state, now).into_iter();
        events.extend(canceled.map(|booking| Event::BookingCancelled { booking, by: by.clone() }));
        let accounts = self.accounts.iter().map(|account| marker.account(account));
        let addresses = self.addresses.iter().map(|address| marker.address(address));
        let mails = self.mails.iter().map(|mail| marker.recorded(mail));
        events.push(Event::PersonForgotten {
            person: self.person.clone(),
            was: self.was.clone(),
            pseudonym: pseudonym.clone(),
            marks: accounts.chain(addresses).chain(mails).collect(),
            keys: keys.to_vec(),
        });
        events
    }

    /// What forgetting them does, or did: then with the number of keys that were destroyed.
    fn told(&self, before: &State, after: &State, now: Timestamp, keys: Option<usize>) -> String {
        let also = match self.was.iter().map(PersonId::as_str).collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            was => format!(", before that {}", was.join(", ")),
        };
        let sent = before.posts.values().filter(|post| {
            post.key.delivery().is_some_and(|delivery| self.is(&delivery.person))
                && matches!(post.phase, Phase::Sent { .. })
        });
        let engagements = || {
            let known = self.was.iter().chain([&self.person]).filter_map(|id| before.person(id));
            known.flat_map(|known| &known.engagements)
        };
        let answered = engagements().filter_map(|(about, engagement)| engagement.stance().map(|_| about));
        let answers = answered.collect::<BTreeSet<_>>().len();
        let asked = before.received.values().filter(|received| self.is(&received.person)).count();
        let removed = after.removed().saturating_sub(before.removed());
        let canceled = self.bookings_ahead(before, now).len();
        let ids = self.was.iter().chain([&self.person]).cloned().collect();
        let SealedOtherwise { theirs, others, answers: answered } = before.sealed_otherwise(&ids);
        let line = |of: usize, line: String| if of == 0 { String::new() } else { line };
        let mixed_up = [
            line(
                answered,
                format!(
                    "- {} that advocates gave them: out of every view, but still in the journal and its exports until those words expire, since they are the advocates' own\n",
                    count(answered, "answer", "answers"),
                ),
            ),
            line(
                theirs,
                format!(
                    "- {} by or about them from a time when their account was taken for somebody else's: out of every view, but still in the journal and its exports until those words expire\n",
                    count(theirs, "text", "texts"),
                ),
            ),
            line(
                others,
                format!(
                    "- {} by or about somebody whose account was taken for theirs: can't be read any more either\n",
                    count(others, "text", "texts"),
                ),
            ),
        ]
        .concat();
        let addresses = self.addresses.len() + self.mails.len();
        let unmarked = match (self.accounts.is_empty(), addresses == 0) {
            (false, false) => "",
            (false, true) => {
                "- another account of theirs: no address of theirs is on record to recognize it by, so don't add them to people.toml again\n"
            }
            (true, false) => {
                "- an account under another address: no account of theirs is on record to recognize it by, so don't add them to people.toml again\n"
            }
            (true, true) => {
                "- whatever account they have: neither an account nor an address of theirs is on record, so nothing can recognize them; don't add them to people.toml again\n"
            }
        };
        let opening = match keys {
            None => format!("This forgets {} ({}{also}) for good:", self.name, self.person),
            Some(_) => format!("Forgot {} ({}{also}):", self.name, self.person),
        };
        let destroyed =
            keys.map_or_else(String::new, |keys| format!(" ({} destroyed)", count(keys, "key", "keys")));
        format!(
            "{opening}\n\
             - {} by or about them can't be read any more, in the journal, its exports and memory{destroyed}\n\
             - {} to advocates that named or quoted them: replaced with one line\n\
             - {} to come: canceled, and the host is told\n\
             {mixed_up}\
             - {} sent to them, {} and {}: still counted, under a pseudonym\n\
             - do-not-contact marks for {} and {}: nothing is ever sent there again, under whatever id\n\
             \n\
             What this can't reach, so see to it yourself:\n\
             {unmarked}\
             - your configuration and its repository: take {} out of people.toml; its history keeps them\n\
             - copies of the data folder that hold data/keys from before: delete them\n\
             - spreadsheets and trackers that somebody copied answers into\n\
             - calendars of hosts, and what an outside booking page keeps\n\
             - Slack itself: their own conversation with the bot, and what Slack retains\n\
             - older records and exports still say that “{}” and its Slack account took part; their words are gone\n",
            count(self.texts, "text", "texts"),
            count(removed, "message", "messages"),
            count(canceled, "booking", "bookings"),
            count(sent.count(), "message", "messages"),
            count(answers, "answer", "answers"),
            count(asked, "thing they said", "things they said"),
            count(self.accounts.len(), "account", "accounts"),
            count(addresses, "address", "addresses"),
            self.person,
            self.person,
        )
    }
}

/// "1 text", "3 texts".
fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::event::Renames;
    use crate::domain::program::ConfigDigest;
    use crate::journal::StorageError;

    /// A journal that is read and nothing else.
    struct Told(Vec<Event>);

    impl Records for Told {
        fn head(&self) -> Seq {
            Seq(self.0.len() as u64)
        }

        fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
            for (seq, event) in (1..).map(Seq).zip(&self.0).filter(|(seq, _)| after < *seq) {
                visit(Record { seq, at: Timestamp::UNIX_EPOCH, cause: None, event: event.clone() });
            }
            Ok(())
        }
    }

    fn id(text: &str) -> PersonId {
        PersonId::parse(text).unwrap()
    }

    fn linked(person: &str, account: &str) -> Event {
        let slack = SlackUserId::parse(account).unwrap();
        Event::PersonLinked { person: id(person), slack, proof: None, replaces: None }
    }

    fn corrected(person: &str, wrong: &str, right: &str) -> Event {
        let [wrong, slack] = [wrong, right].map(|account| SlackUserId::parse(account).unwrap());
        let replaces = Some(Former { slack: wrong, turn: Turn::Corrected });
        Event::PersonLinked { person: id(person), slack, proof: None, replaces }
    }

    fn renamed(old: &str, new: &str) -> Event {
        let renamed = Renames { people: [(id(old), id(new))].into(), ..Renames::default() };
        Event::ConfigAdopted {
            digest: ConfigDigest("a".into()),
            initiatives: Vec::new(),
            renamed,
            quarters: Default::default(),
        }
    }

    /// The sample organization, in which somebody else is called what Ben was once.
    #[test]
    fn every_id_and_account_that_somebody_had_is_found_and_none_that_is_somebody_else_s_now() {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let records = Told(vec![
            linked("benny", "U1"),
            renamed("benny", "benjamin"),
            linked("benjamin", "U2"),
            renamed("benjamin", "ben"),
            linked("ana", "U3"),
            renamed("ana", "ben"),
            linked("ben", "U4"),
            corrected("ben", "U4", "U5"),
        ]);
        let (state, seen) = (State::default(), Observations::default());
        let found = find(&program, &state, &seen, &records, "@ben").unwrap();
        assert_eq!(found.was, [id("benjamin"), id("benny")], "Ana is in the configuration: that id is hers");
        let accounts: Vec<&str> = found.accounts.iter().map(SlackUserId::as_str).collect();
        assert_eq!(accounts, ["U06BNCRT318", "U1", "U2", "U5"]);
        let mixed_up =
            Told(vec![linked("benny", "U4"), renamed("benny", "ben"), corrected("ben", "U4", "U5")]);
        let found = find(&program, &state, &seen, &mixed_up, "@ben").unwrap();
        assert!(!found.accounts.iter().any(|account| account.as_str() == "U4"), "{:?}", found.accounts);
        assert!(find(&program, &state, &seen, &records, "nobody").is_err());
        let refused = find(&program, &state, &seen, &records, "priya").unwrap_err();
        assert!(refused.contains("advocates an initiative"), "{refused}");
    }

    #[test]
    fn an_id_whose_account_turned_out_to_be_theirs_was_theirs() {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let was = |records: Vec<Event>, name| {
            let records = Told(records);
            let mut state = State::default();
            records.read(Seq::default(), &mut |record| state.apply(&record)).unwrap();
            find(&program, &state, &Observations::default(), &records, name).unwrap().was
        };
        let merged = vec![linked("benedict", "U1"), linked("ben", "U1")];
        assert_eq!(was(merged.clone(), "@ben"), [id("benedict")]);
        // The account was somebody else's, and so are the words under that id.
        let wrong = [merged, vec![corrected("ben", "U1", "U2")]].concat();
        assert!(was(wrong.clone(), "@ben").is_empty());
        assert_eq!(was(wrong, "u1"), [id("benedict")]);
    }

    #[test]
    fn whoever_has_no_entry_is_marked_by_what_is_on_record() {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let records = |records: Vec<Event>| {
            let records = Told(records);
            let mut state = State::default();
            records.read(Seq::default(), &mut |record| state.apply(&record)).unwrap();
            (records, state)
        };
        let mut found_by_mail = linked("dora", "U1");
        if let Event::PersonLinked { proof, .. } = &mut found_by_mail {
            *proof = Some(Proof::Mail { mark: MailMark::of("Dora@example.com") });
        }
        let (seen, now) = (Observations::default(), Timestamp::UNIX_EPOCH);
        let marker = Marker::new(&[1; 32]);
        let (told, state) = records(vec![found_by_mail]);
        let found = find(&program, &state, &seen, &told, "dora").unwrap();
        let events = found.events(&state, now, None, &marker, &id("forgotten-0a"), &[]);
        let after = applied(state.clone(), now, &events);
        let said = found.told(&state, &after, now, None);
        assert!(said.contains("marks for 1 account and 1 address:"), "{said}");
        // They are written into people.toml once more, under another id and without an account.
        let mut again = program.people[&id("ben")].clone();
        (again.id, again.address) = (id("dora-whitfield"), Address::Email("dora@example.com".to_owned()));
        let seen = Observations { marker: Some(marker), ..Observations::default() };
        assert!(marks::is_forgotten(&after, &seen, &again));

        let mixed_up = vec![linked("ben", "U0STRANGER"), corrected("ben", "U0STRANGER", "U2")];
        let (told, state) = records(mixed_up);
        let found = find(&program, &state, &seen, &told, "u0stranger").unwrap();
        assert_eq!(found.accounts, [SlackUserId::parse("U0STRANGER").unwrap()].into());
        let said = found.told(&state, &state, now, None);
        assert!(said.contains("no address of theirs is on record"), "{said}");
    }

    #[test]
    fn what_is_somebody_elses_is_none_of_theirs() {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let [first, second, lost] = ["U1", "U2", "U4"].map(|account| SlackUserId::parse(account).unwrap());
        let replaces = Some(Former { slack: first, turn: Turn::Replaced });
        let refused = |because| {
            let (person, lost) = (id("ben"), Some(lost.clone()));
            Event::AccountRefused { person, because, lost }
        };
        let told = |because| {
            Told(vec![
                linked("ben", "U4"),
                refused(because),
                linked("ben", "U1"),
                Event::PersonLinked {
                    person: id("ben"),
                    slack: second.clone(),
                    proof: None,
                    replaces: replaces.clone(),
                },
                Event::AccountConfirmed { person: id("ben"), by: id("priya"), same: false },
                linked("ana", "U3"),
            ])
        };
        let accounts = |because, linked_since: Option<&str>| {
            let mut state = State::default();
            if let Some(account) = linked_since {
                let event = linked("ana", account);
                state.apply(&Record { seq: Seq(1), at: Timestamp::UNIX_EPOCH, cause: None, event });
            }
            let found = find(&program, &state, &Observations::default(), &told(because), "@ben").unwrap();
            found.accounts.iter().map(|account| account.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(accounts(Disbelief::Another, None), ["U06BNCRT318", "U2"]);
        // A guest's account is still whoever's it was, unless somebody has it by now.
        assert_eq!(accounts(Disbelief::Guest, None), ["U06BNCRT318", "U2", "U4"]);
        assert_eq!(accounts(Disbelief::Guest, Some("U4")), ["U06BNCRT318", "U2"]);
    }

    #[test]
    fn what_was_booked_by_an_account_of_before_is_canceled() {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let [from, slack] = ["U1", "U2"].map(|account| SlackUserId::parse(account).unwrap());
        let replaces = Some(Former { slack: from, turn: Turn::Replaced });
        let records = Told(vec![
            linked("ben", "U1"),
            Event::SlotBooked {
                guest: id("ben"),
                host: id("priya"),
                starts: Timestamp::from_second(100_000).unwrap(),
                minutes: 30,
                subject: None,
                topic: None,
                via: crate::domain::booking::Via::Slack,
            },
            Event::PersonLinked { person: id("ben"), slack, proof: None, replaces },
        ]);
        let mut state = State::default();
        records.read(Seq::default(), &mut |record| state.apply(&record)).unwrap();
        let found = find(&program, &state, &Observations::default(), &records, "@ben").unwrap();
        let now = Timestamp::from_second(10).unwrap();
        let events = found.events(&state, now, None, &Marker::new(&[1; 32]), &id("forgotten-0a"), &[]);
        assert!(
            matches!(events.as_slice(), [Event::BookingCancelled { .. }, Event::PersonForgotten { .. }]),
            "{events:?}"
        );
        assert!(
            found
                .told(&state, &applied(state.clone(), now, &events), now, None)
                .contains("- 1 booking to come")
        );
    }
}
