//! What a post is for, and all that follows from it: to whom it goes and what it is about.
//!
//! Invariant: this is the one place that knows the kinds of posts apart. Whoever only has to know what a
//! post is about asks [`PostKey::about`] and lists no kinds, so that a new kind is written here, where it
//! is planned (`plan/posts.rs`) and where it is put into words (`message`).
//!
//! Invariant: a post is identified by what it is *for*, never by when it was planned; planning again
//! names the same posts. The key is structured; its digest is the opaque id that leaves the house, so how a
//! key is serialized never changes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PostId, Traffic};
use crate::domain::booking::Word;
use crate::domain::calendar::Quarter;
use crate::domain::engagement::Touch;
use crate::domain::event::Renames;
use crate::domain::ids::{InitiativeId, PersonId, Seq, TeamId};
use crate::domain::refusal::Call;

/// One touch to one person: a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliveryKey {
    /// To whom.
    pub person: PersonId,
    /// About what.
    pub initiative: InitiativeId,
    /// For which quarter's planning.
    pub quarter: Quarter,
    /// Which touch.
    pub touch: Touch,
    /// For touches that recur: the local date of the schedule's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Date>,
}

impl DeliveryKey {
    /// Gives everything that it names its present id.
    pub fn rename(&mut self, renames: &Renames) {
        let Self { person, initiative, quarter: _, touch: _, occurrence: _ } = self;
        renames.person(person);
        renames.initiative(initiative);
    }
}

/// What was listed for approval where a button stands: whoever clicks it has seen that, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Listing(String);

impl Listing {
    /// The listing of these, in whatever order.
    pub fn of<'a>(deliveries: impl IntoIterator<Item = &'a DeliveryKey>) -> Self {
        let mut listed: Vec<&DeliveryKey> = deliveries.into_iter().collect();
        listed.sort_unstable();
        // Keys are made of plain strings and numbers, which always serialize.
        Self(PostId::digest(&serde_json::to_vec(&listed).unwrap_or_default()).to_string())
    }
}

/// News for an advocate that no stakeholder caused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A person can't be reached by direct message at all.
    Unreachable {
        /// Who.
        person: PersonId,
        /// The record of the refusal, if it isn't the first after which an advocate is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Seq>,
    },
    /// Somebody has another account, or none is believed to be theirs.
    Account {
        /// Who.
        person: PersonId,
        /// The record of it.
        since: Seq,
    },
    /// Whether this post arrived could not be found out; it won't be sent again.
    Unknown {
        /// Which. Not called `post` in the record, where that names the kind of [`PostKey`].
        #[serde(rename = "of")]
        post: PostId,
    },
    /// An initiative was adopted after its first touch should have gone out; its cadence is compressed.
    Late {
        /// Which.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
    },
    /// Two people of a team gave answers that don't go together.
    Disagreement {
        /// On which initiative.
        initiative: InitiativeId,
        /// In which team.
        team: TeamId,
        /// For which planning.
        quarter: Quarter,
        /// The answer that made it one.
        since: Seq,
    },
    /// Posting stopped; the record that says why.
    Paused {
        /// The record.
        since: Seq,
    },
    /// A changed configuration has faults, and the one before stays in force.
    ConfigRefused {
        /// The record.
        since: Seq,
    },
    /// Slack refused messages for their content.
    ContentRefused {
        /// The record of the first refusal that it tells.
        since: Seq,
    },
    /// Slack refuses a kind of call.
    CallsRefused {
        /// Which kind.
        calls: Call,
        /// The record.
        since: Seq,
    },
    /// Slack refused everything for a while.
    Interrupted {
        /// The record of the pause that it began with.
        since: Seq,
    },
    /// The host's own calendar can't be kept in step.
    CalendarFails {
        /// The record.
        since: Seq,
    },
    /// The host's own calendar doesn't take the entry of a booking.
    EntryRefused {
        /// The record.
        since: Seq,
    },
    /// Nobody holds office hours on an initiative while it is argued.
    NoHours {
        /// Which.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
    },
    /// All office hours on an initiative before its plans freeze are taken.
    HoursTaken {
        /// Which.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The booking that took the last.
        since: Seq,
    },
}

impl Notice {
    /// What it is about.
    fn about(&self) -> About<'_> {
        match self {
            Self::Unreachable { person, .. } | Self::Account { person, since: _ } => About::Person(person),
            Self::Unknown { post } => About::Post(*post),
            Self::Late { initiative, .. }
            | Self::Disagreement { initiative, .. }
            | Self::NoHours { initiative, .. }
            | Self::HoursTaken { initiative, .. } => About::Initiative(initiative),
            Self::Paused { since }
            | Self::ConfigRefused { since }
            | Self::ContentRefused { since }
            | Self::CallsRefused { since, calls: _ }
            | Self::Interrupted { since }
            | Self::CalendarFails { since }
            | Self::EntryRefused { since } => About::Service(*since),
        }
    }

    /// Gives everything that it names its present id.
    fn rename(&mut self, renames: &Renames) {
        match self {
            Self::Unreachable { person, again: _ } | Self::Account { person, since: _ } => {
                renames.person(person);
            }
            Self::Late { initiative, quarter: _ }
            | Self::NoHours { initiative, quarter: _ }
            | Self::HoursTaken { initiative, quarter: _, since: _ } => renames.initiative(initiative),
            Self::Disagreement { initiative, team, quarter: _, since: _ } => {
                renames.initiative(initiative);
                renames.team(team);
            }
            // A post keeps the id it went out with.
            Self::Unknown { post: _ }
            | Self::Paused { since: _ }
            | Self::ConfigRefused { since: _ }
            | Self::ContentRefused { since: _ }
            | Self::CallsRefused { since: _, calls: _ }
            | Self::Interrupted { since: _ }
            | Self::CalendarFails { since: _ }
            | Self::EntryRefused { since: _ } => {}
        }
    }
}

/// What a post is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "post", rename_all = "snake_case")]
pub enum PostKey {
    /// A campaign message.
    Touch(DeliveryKey),
    /// What a person said or asked for, passed on to an advocate.
    Relay {
        /// The record of it.
        of: Seq,
        /// The advocate.
        to: PersonId,
    },
    /// The word back to that person: who was told, and about what.
    Receipt {
        /// The record of what they said.
        of: Seq,
        /// The person.
        to: PersonId,
    },
    /// An advocate's answer to a question, passed on to whoever asked.
    Answer {
        /// The record of the answer.
        of: Seq,
        /// Who asked.
        to: PersonId,
    },
    /// A question that nobody has answered for a working day, brought back to an advocate.
    Overdue {
        /// The record of the question.
        of: Seq,
        /// The advocate.
        to: PersonId,
    },
    /// What changed, what is missing and what to do next, for an advocate.
    Digest {
        /// The advocate.
        to: PersonId,
        /// The local date of the schedule's time.
        on: Date,
    },
    /// Planned messages that wait for an advocate's approval.
    Review {
        /// The advocate.
        to: PersonId,
        /// About which initiative.
        initiative: InitiativeId,
        /// The local date on which they are brought up.
        on: Date,
    },
    /// A staged start: a planned message as its recipient would read it, for an advocate.
    Rehearsal {
        /// The advocate.
        to: PersonId,
        /// The message.
        delivery: DeliveryKey,
    },
    /// Something about a booking of office hours, for one of its sides.
    Booking {
        /// The record that made the booking.
        of: Seq,
        /// The host or the guest.
        to: PersonId,
        /// What it is for.
        #[serde(flatten)]
        word: Word,
    },
    /// Office hours have become free, for somebody who waits for some.
    Vacancy {
        /// The record of their waiting.
        of: Seq,
        /// Who waits.
        to: PersonId,
    },
    /// News for an advocate.
    Notice {
        /// The advocate.
        to: PersonId,
        /// The news.
        #[serde(flatten)]
        notice: Notice,
    },
}

/// What a post is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// A campaign message: the post itself, or its rehearsal.
    Delivery(&'a DeliveryKey),
    /// What a person said or asked for, by its record.
    Said(Seq),
    /// An advocate's answer to what was asked, by the record of the answer.
    Answer(Seq),
    /// A booking, by the record that made it.
    Booking(Seq),
    /// Somebody's waiting for office hours, by its record.
    Wait(Seq),
    /// An initiative as a whole.
    Initiative(&'a InitiativeId),
    /// Somebody else than its recipient.
    Person(&'a PersonId),
    /// Another post.
    Post(PostId),
    /// The service itself, by the record of what happened to it.
    Service(Seq),
    /// Everything that its recipient oversees.
    Everything,
}

/// What follows from the kind of a post.
struct Facts<'a> {
    word: &'static str,
    to: &'a PersonId,
    about: About<'a>,
}

impl PostKey {
    /// Each kind once: its name in records and logs, its recipient and what it is about.
    fn facts(&self) -> Facts<'_> {
        let facts = |word, to, about| Facts { word, to, about };
        match self {
            Self::Touch(delivery) => facts("touch", &delivery.person, About::Delivery(delivery)),
            Self::Relay { of, to } => facts("relay", to, About::Said(*of)),
            Self::Receipt { of, to } => facts("receipt", to, About::Said(*of)),
            Self::Answer { of, to } => facts("answer", to, About::Answer(*of)),
            Self::Overdue { of, to } => facts("overdue", to, About::Said(*of)),
            Self::Digest { to, on: _ } => facts("digest", to, About::Everything),
            Self::Review { to, initiative, on: _ } => facts("review", to, About::Initiative(initiative)),
            Self::Rehearsal { to, delivery } => facts("rehearsal", to, About::Delivery(delivery)),
            Self::Booking { of, to, word: _ } => facts("booking", to, About::Booking(*of)),
            Self::Vacancy { of, to } => facts("vacancy", to, About::Wait(*of)),
            Self::Notice { to, notice } => facts("notice", to, notice.about()),
        }
    }

    /// Gives everything that it names its present id, its recipient included.
    pub fn rename(&mut self, renames: &Renames) {
        match self {
            Self::Touch(delivery) => delivery.rename(renames),
            Self::Relay { of: _, to }
            | Self::Receipt { of: _, to }
            | Self::Answer { of: _, to }
            | Self::Overdue { of: _, to }
            | Self::Digest { to, on: _ }
            | Self::Booking { of: _, to, word: _ }
            | Self::Vacancy { of: _, to } => renames.person(to),
            Self::Review { to, initiative, on: _ } => {
                renames.person(to);
                renames.initiative(initiative);
            }
            Self::Rehearsal { to, delivery } => {
                renames.person(to);
                delivery.rename(renames);
            }
            Self::Notice { to, notice } => {
                renames.person(to);
                notice.rename(renames);
            }
        }
    }

    /// The newest record that it names. What names none, or only records from before a restore, means the same
    /// in every journal that was ever restored from one backup.
    pub fn newest_record(&self) -> Option<Seq> {
        match self {
            Self::Touch(_) | Self::Digest { .. } | Self::Review { .. } | Self::Rehearsal { .. } => None,
            Self::Relay { of, .. }
            | Self::Receipt { of, .. }
            | Self::Answer { of, .. }
            | Self::Overdue { of, .. }
            | Self::Vacancy { of, .. } => Some(*of),
            Self::Booking { of, word, .. } => Some(match word {
                Word::Told { since } | Word::Invitation { since } | Word::Reminder { since, .. } => {
                    (*of).max(*since)
                }
                Word::Aftermath => *of,
            }),
            Self::Notice { notice, .. } => match notice {
                Notice::Disagreement { since, .. }
                | Notice::Account { since, .. }
                | Notice::Paused { since }
                | Notice::ConfigRefused { since }
                | Notice::ContentRefused { since }
                | Notice::CallsRefused { since, .. }
                | Notice::Interrupted { since }
                | Notice::CalendarFails { since }
                | Notice::EntryRefused { since }
                | Notice::HoursTaken { since, .. } => Some(*since),
                Notice::Unreachable { again, .. } => *again,
                Notice::Unknown { .. } | Notice::Late { .. } | Notice::NoHours { .. } => None,
            },
        }
    }

    /// The digest of the key: equal keys have equal digests in every process. It is the id of the post unless
    /// somebody was renamed since, so what has a [`State`](crate::domain::state::State) asks its `id_of`.
    pub fn id(&self) -> PostId {
        // A key is made of plain strings and numbers, which always serialize.
        PostId::digest(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// To whom it goes.
    pub fn to(&self) -> &PersonId {
        self.facts().to
    }

    /// What it is about.
    pub fn about(&self) -> About<'_> {
        self.facts().about
    }

    /// What kind of post it is, as records and logs name it.
    pub fn word(&self) -> &'static str {
        self.facts().word
    }

    /// The delivery, if it is a campaign message.
    pub fn delivery(&self) -> Option<&DeliveryKey> {
        if let Self::Touch(delivery) = self { Some(delivery) } else { None }
    }

    /// The record whose thread it belongs in, if its recipient wrote that: of a question, or of the answer to
    /// one.
    pub fn thread(&self) -> Option<Seq> {
        if let Self::Receipt { of, .. } | Self::Answer { of, .. } = self { Some(*of) } else { None }
    }

    /// The record of what it passes on to its recipient, who may answer by replying to it.
    pub fn passes_on(&self) -> Option<Seq> {
        if let Self::Relay { of, .. } | Self::Overdue { of, .. } = self { Some(*of) } else { None }
    }

    /// The local date that tells it from others of its kind.
    pub fn on(&self) -> Option<Date> {
        if let Self::Digest { on, .. } | Self::Review { on, .. } = self { Some(*on) } else { None }
    }

    /// Its traffic class.
    pub fn traffic(&self) -> Traffic {
        if self.delivery().is_some() { Traffic::Campaign } else { Traffic::Interactive }
    }

    /// Whether somebody waits for it, or has to act on it, so that a second copy is better than none. What
    /// isn't awaited is told at another place anyway: a touch as a gap, a digest's news in the next one.
    pub fn is_awaited(&self) -> bool {
        match self {
            Self::Touch(_) | Self::Digest { .. } | Self::Rehearsal { .. } => false,
            Self::Relay { .. }
            | Self::Receipt { .. }
            | Self::Answer { .. }
            | Self::Overdue { .. }
            | Self::Review { .. }
            | Self::Booking { .. }
            | Self::Vacancy { .. }
            | Self::Notice { .. } => true,
        }
    }
}
