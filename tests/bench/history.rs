//! Journals as a service at work leaves them behind: what was sent, answered, said and shown.

use std::path::Path;

use canvass::domain::effect::{DeliveryKey, PostId, PostKey};
use canvass::domain::engagement::{Audience, Stance, Touch};
use canvass::domain::event::{Cause, Event, How, Record, Renames};
use canvass::domain::ids::{MessageTs, Seq};
use canvass::domain::personal::Personal;
use canvass::domain::program::Program;
use canvass::journal::{BatchId, Journal, SledJournal, Vault, open};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::organisation::{Organisation, channel, initiative, person, slack};

/// How many records lie in a batch, in turn: most batches are one click, some a busy moment.
const BATCHES: [usize; 8] = [1, 2, 1, 5, 1, 1, 19, 3];

/// Time between two records.
const STEP: SignedDuration = SignedDuration::from_millis(150);

/// A delivery of this campaign.
pub(super) fn delivery(organisation: &Organisation, who: usize, about: usize, touch: Touch) -> PostKey {
    PostKey::Touch(DeliveryKey {
        person: person(who),
        initiative: initiative(about),
        quarter: organisation.quarter(),
        touch,
        occurrence: None,
    })
}

/// Where a message lies in its conversation.
pub(super) fn place(about: usize, touch: Touch) -> MessageTs {
    MessageTs::parse(&format!("{}.{:06}", 1_700_000_000 + about, 100 + touch as u8)).unwrap()
}

/// A journal that is being made.
pub(super) struct History<'a> {
    organisation: &'a Organisation,
    journal: SledJournal,
    vault: Vault,
    waiting: Vec<Record>,
    batches: u64,
    head: Seq,
    at: Timestamp,
}

impl<'a> History<'a> {
    /// The journal in the folder `data`, in which `program` was adopted and everybody was found in Slack.
    pub(super) fn begin(data: &Path, organisation: &'a Organisation, program: &Program) -> Self {
        let adopted = organisation.opens - 5.weeks();
        let at = program.calendar.zone.to_timestamp(adopted.at(9, 0, 0, 0)).unwrap();
        let (journal, _) = open(data).unwrap();
        let mut history = Self {
            organisation,
            journal,
            vault: Vault::of(data),
            waiting: Vec::new(),
            batches: 0,
            head: Seq::default(),
            at,
        };
        let initiatives = (0..organisation.initiatives).map(initiative).collect();
        let digest = program.digest.clone();
        history.add(Event::ConfigAdopted {
            digest,
            initiatives,
            renamed: Renames::default(),
            quarters: Default::default(),
        });
        for who in 0..organisation.people {
            history.add(Event::PersonLinked {
                person: person(who),
                slack: slack(who),
                proof: None,
                replaces: None,
            });
        }
        history
    }

    /// A message goes out.
    pub(super) fn sends(&mut self, who: usize, about: usize, touch: Touch) -> PostId {
        let key = delivery(self.organisation, who, about, touch);
        let post = key.id();
        self.add(Event::PostIntended {
            key,
            attempt: 1,
            deadline: self.at + SignedDuration::from_secs(10),
            teams: vec![self.organisation.team_of(who)],
            audience: Some(Audience::EngineeringManager),
            lists: Vec::new(),
            found_as: None,
        });
        self.add(Event::PostSent {
            post,
            attempt: 1,
            channel: channel(who),
            ts: place(about, touch),
            former: None,
        });
        post
    }

    /// Adds the campaign's stories until there are `count` records: both messages, an answer to each, one
    /// reason in four, and the messages brought up to date; then people change their minds.
    pub(super) fn fill(&mut self, count: u64) {
        let pairs = |organisation: &Organisation| {
            let people = organisation.people;
            (0..organisation.initiatives).flat_map(move |about| (0..people).map(move |who| (who, about)))
        };
        for (who, about) in pairs(self.organisation) {
            self.story(who, about);
        }
        assert!(self.head.0 <= count, "the organisation is too large: {} records", self.head.0);
        for (who, about) in pairs(self.organisation).cycle() {
            if self.head.0 >= count {
                break;
            }
            let stance = if self.head.0.is_multiple_of(2) { Stance::FirstStep } else { Stance::Supportive };
            self.answers(who, about, stance);
        }
    }

    fn story(&mut self, who: usize, about: usize) {
        let quarter = self.organisation.quarter();
        let heads_up = self.sends(who, about, Touch::HeadsUp);
        self.clicked(
            who,
            Event::HeadsUpConfirmed { person: person(who), initiative: initiative(about), quarter },
        );
        self.add(Event::PostShown { post: heads_up, through: self.head });
        self.sends(who, about, Touch::Pitch);
        self.answers(who, about, Stance::Supportive);
        if who.is_multiple_of(4) {
            let text = "We were paged eleven times for this in one quarter; the drill comes first.";
            self.clicked(
                who,
                Event::ReasonGiven {
                    person: person(who),
                    initiative: initiative(about),
                    quarter,
                    reason: Personal::new(person(who), text),
                    follow_up: true,
                },
            );
            self.shows(who, about);
        }
    }

    fn answers(&mut self, who: usize, about: usize, stance: Stance) {
        let taken = Event::StanceTaken {
            person: person(who),
            initiative: initiative(about),
            teams: vec![self.organisation.team_of(who)],
            quarter: self.organisation.quarter(),
            stance,
            how: How::Clicked,
        };
        self.clicked(who, taken);
        self.shows(who, about);
    }

    fn shows(&mut self, who: usize, about: usize) {
        let through = self.head;
        for touch in [Touch::HeadsUp, Touch::Pitch] {
            self.add(Event::PostShown { post: delivery(self.organisation, who, about, touch).id(), through });
        }
    }

    fn clicked(&mut self, who: usize, event: Event) {
        let cause = Cause::Click(slack(who), format!("1700000000.{:06}", self.head.0));
        self.record(Some(cause), event);
    }

    fn add(&mut self, event: Event) {
        self.record(None, event);
    }

    fn record(&mut self, cause: Option<Cause>, mut event: Event) {
        self.vault.seal(&mut event, self.at).unwrap();
        self.head = self.head.next();
        self.at += STEP;
        self.waiting.push(Record { seq: self.head, at: self.at, cause, event });
        if self.waiting.len() >= BATCHES[usize::try_from(self.batches).unwrap() % BATCHES.len()] {
            self.append();
        }
    }

    fn append(&mut self) {
        let Some(first) = self.waiting.first() else { return };
        let mut batch = [0; 16];
        batch[8..].copy_from_slice(&first.seq.0.to_be_bytes());
        let before = Seq(first.seq.0 - 1);
        self.journal.append(before, BatchId(batch), &self.waiting).unwrap();
        self.waiting.clear();
        self.batches += 1;
    }

    /// Closes the journal; how many records it has.
    pub(super) fn end(mut self) -> u64 {
        self.append();
        self.head.0
    }
}
