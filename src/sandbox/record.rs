//! What the stand-in writes down. The workspace is the fold of these records and nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::{Content, File};
use super::message::Message;
use super::person::Person;
use super::seed::{SeedUserGroup, Team};
use super::view::View;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(super) enum Record {
    Founded {
        team: Team,
        starts_at: Timestamp,
        time_zone: String,
        user_groups: Vec<SeedUserGroup>,
    },
    /// A process has opened the workspace; its number keeps ids unique over restarts.
    Started {
        boot: u64,
    },
    /// A person who is new, or as they are from now on.
    Person {
        person: Box<Person>,
    },
    ChannelOpened {
        channel: String,
        user: String,
    },
    Posted {
        message: Box<Message>,
        /// Real milliseconds since the process started: tests measure pace with it.
        real_ms: u64,
    },
    /// The message as it is from now on.
    Updated {
        message: Box<Message>,
    },
    Deleted {
        channel: String,
        ts: String,
    },
    /// A place for a file's bytes was given out.
    FileReserved {
        file: Box<File>,
    },
    /// The bytes arrived.
    FileUploaded {
        id: String,
        content: Content,
    },
    /// The upload was finished; the file is one of the workspace.
    FileFinished {
        id: String,
        title: String,
    },
    /// The app was removed, or installed again.
    AppInstalled {
        installed: bool,
    },
    /// The person has looked at their conversation.
    Read {
        user: String,
        up_to: String,
    },
    /// The open modals of a person, root first; empty: none.
    Modals {
        user: String,
        views: Vec<View>,
    },
    HomePublished {
        user: String,
        view: Box<View>,
    },
    CalendarMoved {
        now: Timestamp,
        /// Where the calendar is still going, when it stops on the way.
        target: Option<Timestamp>,
    },
    EventQueued {
        event_id: String,
        payload: Value,
    },
    /// Acknowledged, or given up after the last retry.
    EventSettled {
        event_id: String,
        acknowledged: bool,
    },
}
