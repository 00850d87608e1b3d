//! The workspace: the fold of its records. Nothing here does I/O, so nothing here can fail.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use super::calendar::Calendar;
use super::file::File;
use super::message::{Message, format_ts, parse_ts};
use super::person::Person;
use super::record::Record;
use super::seed::{SeedUserGroup, Team};
use super::view::View;

#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) team: Team,
    pub(super) calendar: Calendar,
    pub(super) user_groups: Vec<SeedUserGroup>,
    /// How often the workspace has been opened.
    pub(super) boot: u64,
    /// The app is in it.
    pub(super) installed: bool,
    people: BTreeMap<String, Person>,
    /// The order in which people joined, for pages.
    joined: Vec<String>,
    /// Conversation of each person with the app.
    channel_of: HashMap<String, String>,
    person_of: HashMap<String, String>,
    /// Messages by channel and time, ephemeral ones included.
    messages: HashMap<String, BTreeMap<String, Message>>,
    posted: Vec<Posting>,
    deleted: HashSet<(String, String)>,
    files: HashMap<String, File>,
    read: HashMap<String, String>,
    modals: HashMap<String, Vec<View>>,
    homes: HashMap<String, View>,
    pending: BTreeMap<String, Value>,
    last_ts: i64,
    /// Raised by one with every record.
    pub(super) version: u64,
}

/// One entry of the log of everything posted.
#[derive(Debug, Clone)]
pub(super) struct Posting {
    /// As it was first posted.
    pub(super) message: Message,
    pub(super) real_ms: u64,
    pub(super) boot: u64,
}

impl Workspace {
    /// The workspace that `founded` describes; none if that is another record.
    pub(super) fn found(founded: Record) -> Option<Self> {
        let Record::Founded { team, starts_at, time_zone, user_groups } = founded else { return None };
        Some(Self {
            team,
            calendar: Calendar::new(starts_at, time_zone),
            user_groups,
            boot: 0,
            installed: true,
            people: BTreeMap::new(),
            joined: Vec::new(),
            channel_of: HashMap::new(),
            person_of: HashMap::new(),
            messages: HashMap::new(),
            posted: Vec::new(),
            deleted: HashSet::new(),
            files: HashMap::new(),
            read: HashMap::new(),
            modals: HashMap::new(),
            homes: HashMap::new(),
            pending: BTreeMap::new(),
            last_ts: 0,
            version: 1,
        })
    }

    pub(super) fn apply(&mut self, record: Record) {
        self.version += 1;
        match record {
            Record::Founded { user_groups, .. } => self.user_groups = user_groups,
            Record::Started { boot } => {
                self.boot = boot;
                // Above all versions of the process before, whose touches were not written down: whoever
                // waits for a change must not wait for an old number.
                self.version = self.version.max(boot << 32);
            }
            Record::Person { person } => {
                if !self.people.contains_key(&person.id) {
                    self.joined.push(person.id.clone());
                }
                self.people.insert(person.id.clone(), *person);
            }
            Record::ChannelOpened { channel, user } => {
                self.channel_of.insert(user.clone(), channel.clone());
                self.person_of.insert(channel, user);
            }
            Record::Posted { message, real_ms } => {
                self.seen_ts(&message.ts);
                self.posted.push(Posting { message: (*message).clone(), real_ms, boot: self.boot });
                self.put(*message);
            }
            Record::Updated { message } => {
                if let Some(edited) = &message.edited_ts {
                    self.seen_ts(&edited.clone());
                }
                self.put(*message);
            }
            Record::Deleted { channel, ts } => {
                if let Some(messages) = self.messages.get_mut(&channel) {
                    messages.remove(&ts);
                }
                self.deleted.insert((channel, ts));
            }
            Record::FileReserved { file } => {
                self.files.insert(file.about.id.clone(), *file);
            }
            Record::FileUploaded { id, content } => {
                if let Some(file) = self.files.get_mut(&id) {
                    file.content = Some(content);
                }
            }
            Record::FileFinished { id, title } => {
                if let Some(file) = self.files.get_mut(&id) {
                    file.about.title = title;
                    file.finished = true;
                }
            }
            Record::AppInstalled { installed } => self.installed = installed,
            Record::Read { user, up_to } => {
                self.read.insert(user, up_to);
            }
            Record::Modals { user, views } => {
                if views.is_empty() {
                    self.modals.remove(&user);
                } else {
                    self.modals.insert(user, views);
                }
            }
            Record::HomePublished { user, view } => {
                self.homes.insert(user, *view);
            }
            Record::CalendarMoved { now, target } => self.calendar.restore(now, target),
            Record::EventQueued { event_id, payload } => {
                self.pending.insert(event_id, payload);
            }
            Record::EventSettled { event_id, .. } => {
                self.pending.remove(&event_id);
            }
        }
    }

    fn put(&mut self, message: Message) {
        self.messages.entry(message.channel.clone()).or_default().insert(message.ts.clone(), message);
    }

    fn seen_ts(&mut self, ts: &str) {
        self.last_ts = self.last_ts.max(parse_ts(ts).unwrap_or_default());
    }

    /// A `ts` that no message has had: the calendar's time, or just after the last one.
    pub(super) fn next_ts(&self) -> String {
        format_ts(self.calendar.now.as_microsecond().max(self.last_ts + 1))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.calendar.now
    }

    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.people.get(id)
    }

    /// Everyone, in the order in which they joined.
    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        self.joined.iter().filter_map(|id| self.people.get(id))
    }

    pub(super) fn channel_of(&self, user: &str) -> Option<&str> {
        self.channel_of.get(user).map(String::as_str)
    }

    pub(super) fn person_of(&self, channel: &str) -> Option<&str> {
        self.person_of.get(channel).map(String::as_str)
    }

    /// All conversations: `(channel, person)`, by channel.
    pub(super) fn channels(&self) -> Vec<(&str, &str)> {
        let mut channels: Vec<_> =
            self.person_of.iter().map(|(channel, user)| (channel.as_str(), user.as_str())).collect();
        channels.sort_unstable();
        channels
    }

    /// Messages of a channel, oldest first, ephemeral ones included.
    pub(super) fn messages(&self, channel: &str) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.get(channel).into_iter().flat_map(BTreeMap::values)
    }

    pub(super) fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.get(channel)?.get(ts)
    }

    /// Replies in the thread of `root`, oldest first, the root left out.
    pub(super) fn replies<'a>(
        &'a self,
        channel: &str,
        root: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a Message> {
        self.messages(channel)
            .filter(move |message| message.is_reply() && message.thread_ts.as_deref() == Some(root))
    }

    /// Everything ever posted, in order.
    pub(super) fn posted(&self) -> &[Posting] {
        &self.posted
    }

    pub(super) fn file(&self, id: &str) -> Option<&File> {
        self.files.get(id)
    }

    /// The file for whose bytes this ticket was given out.
    pub(super) fn file_of_ticket(&self, ticket: &str) -> Option<&File> {
        self.files.values().find(|file| file.ticket == ticket)
    }

    pub(super) fn was_deleted(&self, channel: &str, ts: &str) -> bool {
        self.deleted.contains(&(channel.to_owned(), ts.to_owned()))
    }

    /// How many messages by the app a person has not looked at.
    pub(super) fn unread(&self, user: &str) -> usize {
        let Some(channel) = self.channel_of(user) else { return 0 };
        let read = self.read.get(user).map_or("", String::as_str);
        self.messages(channel)
            .rev()
            .take_while(|message| message.ts.as_str() > read)
            .filter(|m| m.from_app)
            .count()
    }

    pub(super) fn modals(&self, user: &str) -> &[View] {
        self.modals.get(user).map_or(&[], Vec::as_slice)
    }

    /// Everyone who has a modal open.
    pub(super) fn with_modals(&self) -> impl Iterator<Item = (&String, &Vec<View>)> {
        self.modals.iter()
    }

    pub(super) fn home(&self, user: &str) -> Option<&View> {
        self.homes.get(user)
    }

    /// Events that were never acknowledged, by id.
    pub(super) fn pending(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.pending.iter()
    }

    pub(super) fn is_pending(&self, event_id: &str) -> bool {
        self.pending.contains_key(event_id)
    }
}
