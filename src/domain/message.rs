//! Semantic messages: what is said, before any thought of Slack's blocks.
//!
//! Invariant: text here is plain. Nothing in it is markup, so nothing that a person or a configuration
//! file wrote can become a mention or a link; `slack` escapes it and draws the rest.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::calendar::Quarter;
use super::effect::{DeliveryKey, Listing, PostId};
use super::event::{Stage, Verdict};
use super::ids::{FaqId, InitiativeId, PersonId, Seq, SlackUserId};

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// As it is.
    Text(String),
    /// Stressed.
    Strong(String),
    /// As it would be typed: a command, an id.
    Code(String),
    /// A link.
    Link {
        /// What is read.
        label: String,
        /// An `https` address.
        url: String,
    },
    /// A person, by their Slack id, so that Slack shows their present name. Mentioned only to those who
    /// may see the name.
    Mention(SlackUserId),
}

/// A paragraph of running text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Paragraph(pub Vec<Span>);

impl Paragraph {
    /// A paragraph of plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Span::Text(text.into())])
    }

    /// A paragraph of text in which what would be typed stands between backticks, as in a refusal.
    pub fn told(text: &str) -> Self {
        let pieces: Vec<&str> = text.split('`').collect();
        // One that is never closed is a backtick.
        if pieces.len().is_multiple_of(2) {
            return Self::text(text);
        }
        let span = |(at, piece): (usize, &str)| match at % 2 {
            0 => Span::Text(piece.to_owned()),
            _ => Span::Code(piece.to_owned()),
        };
        Self(pieces.into_iter().enumerate().filter(|(_, piece)| !piece.is_empty()).map(span).collect())
    }

    /// What is read, without marks.
    pub fn plain(&self) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Text(text) | Span::Strong(text) | Span::Code(text) => text.clone(),
                Span::Link { label, .. } => label.clone(),
                Span::Mention(user) => format!("@{user}"),
            })
            .collect()
    }
}

impl From<&str> for Paragraph {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// A block of a message or modal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A heading; at most 150 characters are shown.
    Heading(String),
    /// Running text.
    Paragraph(Paragraph),
    /// A list.
    List(Vec<Paragraph>),
    /// What a person wrote, word for word.
    Quote(String),
    /// Rows under a header; drawn with aligned columns.
    Table {
        /// Column titles.
        header: Vec<String>,
        /// Cells, as many a row as there are titles.
        rows: Vec<Vec<String>>,
    },
    /// Lines to copy, as they are.
    Lines(Vec<String>),
    /// Small grey text.
    Small(Paragraph),
    /// A line across.
    Divider,
    /// A line of text with what can be done about it.
    Row {
        /// The message that buttons without a subject of their own are about.
        about: Option<PostId>,
        /// What is read.
        text: Paragraph,
        /// At most five.
        buttons: Vec<Button>,
    },
}

/// An answer that a button gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// *Put in our plan*.
    PlanIt,
    /// *First step only*.
    FirstStep,
    /// *I'll back it*.
    BackIt,
    /// *Looks right*: supportive, or on a heads-up no stance.
    LooksRight,
    /// *Let's talk*.
    Talk,
    /// *Not this quarter*, *Not now*.
    No,
}

/// What a button or menu entry does. Those without fields are about the message they are on; the others
/// name what they are about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Take a stance.
    Answer(Answer),
    /// Follow a link; nothing is recorded.
    Open {
        /// An `https` address.
        url: String,
    },
    /// *Where the numbers come from, and why me*: opens a modal.
    Numbers,
    /// *I have a concern*: opens a modal.
    Concern,
    /// *Something's wrong*, on a heads-up: opens a modal.
    Wrong,
    /// *Remind me later*: opens a modal.
    Later,
    /// *Someone else decides, or is missing*: opens a modal.
    SomeoneElse,
    /// *Stop these messages*.
    Stop,
    /// Undo a stop, on the message that was stopped.
    UndoStop,
    /// *Change my answer*: shows the buttons again.
    Change,
    /// Give the reason for a no: opens a modal.
    Reason,
    /// An advocate releases the concern that this relay carries.
    ReleaseConcern,
    /// An advocate releases a concern where it is shown as a gap.
    SettleConcern {
        /// Whose.
        person: PersonId,
        /// About which initiative.
        initiative: InitiativeId,
        /// The record of it.
        concern: Seq,
    },
    /// An advocate lets posting go on.
    Resume,
    /// An advocate says whether the human behind a replaced account is the same.
    SameHuman {
        /// Who has another account.
        person: PersonId,
        /// The record of that; buttons of before don't say which.
        #[serde(default)]
        since: Option<Seq>,
        /// Whether they are.
        same: bool,
    },
    /// An advocate says that this isn't the first start, so the data folder is missing.
    NotFirst,

    /// *Ask a question*: opens a modal.
    Ask {
        /// About which initiative, if that is clear.
        initiative: Option<InitiativeId>,
    },
    /// The question that this receipt is about is about this initiative.
    Place {
        /// Which; none if it is about something else.
        initiative: Option<InitiativeId>,
    },
    /// The FAQ's answer in this receipt helped, or didn't.
    Rate {
        /// Whether it did.
        helped: bool,
    },
    /// An advocate answers a question: opens a modal.
    Reply {
        /// The record of the question.
        question: Seq,
    },
    /// An advocate keeps an answer as a new FAQ entry.
    Keep {
        /// The record of the answer.
        answer: Seq,
    },
    /// An advocate drops an entry that was kept.
    Drop {
        /// About which initiative.
        initiative: InitiativeId,
        /// The entry.
        entry: FaqId,
    },
    /// An advocate approaches somebody whom a stakeholder named: opens a modal.
    Approach {
        /// The record of the referral.
        referral: Seq,
    },
    /// An advocate lets a referral be.
    Dismiss {
        /// The record of the referral.
        referral: Seq,
    },

    /// An advocate decides about a planned message.
    Judge {
        /// Which.
        delivery: DeliveryKey,
        /// How.
        verdict: Verdict,
    },
    /// An advocate lets everything go that waits for approval and was listed where the button stands.
    ApproveAll {
        /// Of which initiative.
        initiative: InitiativeId,
        /// What was listed; buttons of before don't say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listed: Option<Listing>,
    },
    /// An advocate reads a planned message before it goes: opens a modal.
    See {
        /// Which.
        delivery: DeliveryKey,
    },
    /// An advocate rewrites the prose of a planned message: opens a modal.
    Rewrite {
        /// Which.
        delivery: DeliveryKey,
    },
    /// *I'll speak to them myself*, or back to the bot.
    HandOver {
        /// Whom they speak to.
        person: PersonId,
        /// About which initiative.
        initiative: InitiativeId,
        /// Whether they do, from now on.
        taken: bool,
    },
    /// An advocate moves a staged start on.
    Advance {
        /// Which initiative.
        initiative: InitiativeId,
        /// How far.
        stage: Stage,
    },
    /// An advocate corrects messages already sent: opens a modal.
    Correct {
        /// About which initiative.
        initiative: InitiativeId,
    },
    /// An advocate stops posting.
    Pause,

    /// *Book a time*: opens a modal.
    Book {
        /// About which initiative; that of the message if it is left out.
        initiative: Option<InitiativeId>,
        /// With whom; whoever is free if it is left out.
        host: Option<PersonId>,
    },
    /// One of its sides moves a booking: opens a modal.
    MoveBooking {
        /// The record that made it.
        booking: Seq,
    },
    /// One of its sides cancels a booking: opens a modal.
    CancelBooking {
        /// The record that made it.
        booking: Seq,
    },
    /// A host hands a booking to a co-host: opens a modal.
    HandOn {
        /// The record that made it.
        booking: Seq,
    },
    /// A host says how a booking went; that they met opens a modal.
    CloseBooking {
        /// The record that made it.
        booking: Seq,
        /// Whether they met.
        met: bool,
    },
    /// Whoever waits for office hours waits no longer.
    LeaveWait,
    /// A host adds office hours: opens a modal.
    AddHours,

    /// *Remind me later*, about everything: opens a modal.
    Snooze,
    /// Messages may come again before a snooze ends.
    Wake,
    /// *Stop*: about one initiative, or about all.
    StopAbout {
        /// Which; none for all.
        initiative: Option<InitiativeId>,
    },
    /// Undoes that.
    UndoStopAbout {
        /// Which; none for all.
        initiative: Option<InitiativeId>,
    },
    /// *What Canvass knows about me*: opens a modal.
    KnownAboutMe,
    /// Shows another page of App Home.
    Turn {
        /// Which.
        page: Page,
    },
}

/// A page of App Home. Rows are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Page {
    /// What is asked of the reader, what they answered, their settings; for an advocate what to do next.
    #[default]
    First,
    /// For an advocate: every initiative with its figures.
    Initiatives {
        /// From which row on.
        from: usize,
    },
    /// For an advocate: who stands where on one initiative.
    Coverage {
        /// Which.
        initiative: InitiativeId,
        /// From which row on.
        from: usize,
    },
    /// For an advocate: what waits for approval, and campaigns that don't go to everybody yet.
    Queue {
        /// From which row on.
        from: usize,
    },
    /// For an advocate: what goes out in the coming week, and what is held.
    Week {
        /// From which row on.
        from: usize,
    },
    /// For an advocate: questions that nobody has answered.
    Questions {
        /// From which row on.
        from: usize,
    },
    /// For an advocate: who and what is missing.
    Gaps {
        /// From which row on.
        from: usize,
    },
    /// For somebody who is an advocate and a stakeholder: what is asked of themselves.
    Mine,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// The one primary action.
    Primary,
    /// Any other.
    #[default]
    Plain,
    /// It takes something away.
    Danger,
}

/// A button or an overflow entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    /// Its label; under 20 characters on a DM's buttons (point 11), 75 in an overflow.
    pub label: String,
    /// What it does.
    pub action: Action,
    /// How it looks.
    pub look: Look,
}

/// A message to one person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Message {
    /// The text of the notification and of clients without blocks. Its first 100 characters are all
    /// that a lock screen shows (point 1).
    pub notification: String,
    /// The prose.
    pub parts: Vec<Part>,
    /// What was recorded, who sees it, and until when it can be changed.
    pub recorded: Option<Paragraph>,
    /// At most three visible (four when a first step differs from the whole).
    pub buttons: Vec<Button>,
    /// At most five.
    pub overflow: Vec<Button>,
    /// The grey footer.
    pub footer: Option<Paragraph>,
    /// A file that comes with it. Such a message has no controls, and stays as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

impl Message {
    /// A message of these parts, with its notification.
    pub fn new(notification: impl Into<String>, parts: Vec<Part>) -> Self {
        Self { notification: notification.into(), parts, ..Self::default() }
    }

    /// A message of one paragraph; what would be typed stands between backticks.
    pub fn line(text: impl Into<String>) -> Self {
        let told = Paragraph::told(&text.into());
        Self::new(told.plain(), vec![Part::Paragraph(told)])
    }
}

/// A file that comes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// What it is called, without an ending: `office-hours`.
    pub name: String,
    /// What is in it.
    pub kind: FileKind,
    /// What is read beside it.
    pub title: String,
    /// Its content; empty files are refused.
    pub content: String,
}

/// The kinds of file that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// An entry for a calendar (iCalendar, RFC 5545).
    Calendar,
}

impl FileKind {
    /// The ending of such a file's name, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Calendar => "ics",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Calendar => "text/calendar; charset=utf-8",
        }
    }
}

/// What a modal is for; travels with it and comes back when it is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "modal", rename_all = "snake_case")]
pub enum ModalKind {
    /// Why not this quarter.
    Reason {
        /// The message that was answered.
        post: PostId,
    },
    /// Where the numbers come from; nothing to submit.
    Numbers {
        /// The message.
        post: PostId,
    },
    /// A concern, in words.
    Concern {
        /// The message.
        post: PostId,
    },
    /// What is wrong in a heads-up.
    Wrong {
        /// The message.
        post: PostId,
    },
    /// Until when to be left alone.
    Later {
        /// The message.
        post: PostId,
    },
    /// Who decides instead, or is missing.
    SomeoneElse {
        /// The message.
        post: PostId,
    },
    /// A question.
    Ask {
        /// About which initiative, if that is clear.
        initiative: Option<InitiativeId>,
        /// The message it was asked from, if any.
        post: Option<PostId>,
    },
    /// An advocate's answer to a question.
    Reply {
        /// The record of the question.
        question: Seq,
    },
    /// An answer to keep, to be read once more because it names somebody.
    Keep {
        /// The record of the answer.
        answer: Seq,
    },
    /// Whom to approach, and in which role.
    Approach {
        /// The record of the referral.
        referral: Seq,
    },
    /// A planned message, to be read; nothing to submit.
    See {
        /// Which.
        delivery: DeliveryKey,
    },
    /// The prose of a planned message.
    Rewrite {
        /// Which.
        delivery: DeliveryKey,
    },
    /// What was wrong in messages already sent.
    Correct {
        /// About which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
    },
    /// Whether a correction is made that was shown: under how many copies, and in which words.
    ConfirmCorrection {
        /// About which initiative.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The sentence, at most 500 characters.
        what: String,
    },
    /// Which time of somebody's office hours.
    Book {
        /// About which initiative.
        initiative: Option<InitiativeId>,
        /// With whom, if with nobody else.
        host: Option<PersonId>,
    },
    /// None is free: to be told when one is.
    Wait {
        /// About which initiative.
        initiative: InitiativeId,
        /// With whom, if not with any of its advocates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<PersonId>,
    },
    /// To which time a booking is moved.
    MoveBooking {
        /// The record that made it.
        booking: Seq,
    },
    /// Whether a booking is cancelled.
    CancelBooking {
        /// The record that made it.
        booking: Seq,
    },
    /// To whom a booking is handed.
    HandOn {
        /// The record that made it.
        booking: Seq,
    },
    /// What came of a booking.
    CloseBooking {
        /// The record that made it.
        booking: Seq,
    },
    /// Which office hours are added.
    AddHours,
    /// Until when to be left alone, whatever it is about.
    Snooze,
    /// Something to read; nothing to submit.
    Read,
}

impl ModalKind {
    /// The message it is about, if it is about one.
    pub fn post(&self) -> Option<PostId> {
        match self {
            Self::Reason { post }
            | Self::Numbers { post }
            | Self::Concern { post }
            | Self::Wrong { post }
            | Self::Later { post }
            | Self::SomeoneElse { post } => Some(*post),
            Self::Ask { post, .. } => *post,
            Self::Reply { .. }
            | Self::Keep { .. }
            | Self::Approach { .. }
            | Self::See { .. }
            | Self::Rewrite { .. }
            | Self::Correct { .. }
            | Self::ConfirmCorrection { .. }
            | Self::Book { .. }
            | Self::Wait { .. }
            | Self::MoveBooking { .. }
            | Self::CancelBooking { .. }
            | Self::HandOn { .. }
            | Self::CloseBooking { .. }
            | Self::AddHours
            | Self::Snooze
            | Self::Read => None,
        }
    }
}

/// A field of a modal, named so that its value is found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name, unique within the modal.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// A line of help under it.
    pub hint: Option<String>,
    /// Whether it may be left empty.
    pub optional: bool,
    /// What is filled in.
    pub input: Input,
}

/// The kinds of input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Text.
    Text {
        /// More than one line.
        lines: bool,
        /// Most characters (Slack: 3000).
        most: u16,
        /// Shown while it is empty.
        placeholder: Option<String>,
        /// Filled in at first.
        initial: Option<String>,
    },
    /// One of a few; `(value, label)`, at most ten.
    Choice(Vec<(String, String)>),
    /// One of many, from a menu.
    Pick {
        /// `(value, label)`, at most a hundred.
        options: Vec<(String, String)>,
        /// The value that is chosen at first.
        initial: Option<String>,
    },
    /// A time of day.
    Time,
    /// Any of a few.
    Ticks {
        /// `(value, label)`, at most ten.
        options: Vec<(String, String)>,
        /// The values that are ticked at first.
        initial: Vec<String>,
    },
    /// A date.
    Date {
        /// Filled in at first.
        initial: Option<Date>,
    },
    /// A person of the workspace.
    Person,
}

/// A modal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Modal {
    /// What it is for.
    pub kind: ModalKind,
    /// At most 24 characters.
    pub title: String,
    /// What is read.
    pub parts: Vec<Part>,
    /// What is filled in.
    pub fields: Vec<Field>,
    /// The label of the button that submits, at most 24 characters; `None` if there is nothing to submit.
    pub submit: Option<String>,
}

/// What was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, as typed.
    Text(String),
    /// The value of the choice.
    Choice(String),
    /// The values of the ticks.
    Ticks(Vec<String>),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A person of the workspace.
    Person(SlackUserId),
}

/// The values of a submitted modal, by field; empty fields are absent.
pub type Values = BTreeMap<String, Value>;

/// App Home, one page of it. Slack shows at most 100 blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Home {
    /// Which page; travels with it and comes back with each click.
    pub page: Page,
    /// What is on it.
    pub parts: Vec<Part>,
}

/// What the program answers at once: decided with the command, best effort, never news.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Nothing to say.
    #[default]
    Nothing,
    /// A message that only the person who acted sees.
    Say(Box<Message>),
    /// A modal.
    Open(Box<Modal>),
    /// The modal stays open: what is wrong, by field.
    Faults(BTreeMap<String, String>),
    /// The message that was clicked shows this for now, without anything being recorded.
    Show(Box<Message>),
    /// App Home shows this page; whoever keeps it fresh composes it.
    Home(Page),
    /// It can't be decided yet: it is delivered, or found, once more.
    NotYet,
}

impl Reply {
    /// A single sentence, for the person who acted only.
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say(Box::new(Message::line(text)))
    }
}

/// To whom a post goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub person: PersonId,
    /// As Slack knows them.
    pub slack: SlackUserId,
    /// The direct message, once it is known.
    pub channel: Option<super::ids::SlackChannelId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_typed_is_told_from_what_is_said() {
        let (said, typed) = (|text: &str| Span::Text(text.into()), |text: &str| Span::Code(text.into()));
        let told = Paragraph::told("Did you mean `/canvass plan`?");
        assert_eq!(told.0, [said("Did you mean "), typed("/canvass plan"), said("?")]);
        assert_eq!(Paragraph::told("One ` alone").0, [said("One ` alone")]);
    }

    #[test]
    fn a_message_without_a_file_is_recorded_as_it_always_was() {
        let plain = Message::line("Hello");
        assert!(serde_json::to_value(&plain).unwrap().get("attachment").is_none());
        let attachment = Attachment {
            name: "office-hours".into(),
            kind: FileKind::Calendar,
            title: "Office hours".into(),
            content: "BEGIN:VCALENDAR".into(),
        };
        let with = serde_json::to_value(Message { attachment: Some(attachment), ..plain }).unwrap();
        assert_eq!(with["attachment"]["kind"], "calendar");
    }
}
