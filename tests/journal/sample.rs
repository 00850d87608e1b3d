//! Records to put into journals.

use canvass::domain::effect::{DeliveryKey, PostKey};
use canvass::domain::engagement::{Audience, Stance, Touch};
use canvass::domain::event::{Cause, Event, How, Record};
use canvass::domain::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};
use canvass::domain::personal::{Personal, Sealed};
use canvass::journal::BatchId;
use jiff::Timestamp;

pub(super) fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

pub(super) fn at(second: u64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + i64::try_from(second).unwrap()).unwrap()
}

/// A batch id that is told by a number.
pub(super) fn batch(number: u64) -> BatchId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    BatchId(id)
}

/// One record in place `seq`, of the mix that a campaign makes: intents, outcomes, answers, things said.
/// Ten records make one person's story; a quarter has 50,000 people here.
pub(super) fn record(seq: u64) -> Record {
    let (story, part) = (seq / 10, seq % 10);
    let who = person(&format!("person-{}", story % 50_000));
    let initiative = InitiativeId::parse(&format!("initiative-{}", story % 7)).unwrap();
    let team = TeamId::parse(&format!("team-{}", story % 300)).unwrap();
    let quarter = format!("{}-Q1", 2027 + story / 50_000).parse().unwrap();
    let user = SlackUserId::parse(&format!("U{:010}", story % 50_000)).unwrap();
    let channel = SlackChannelId::parse(&format!("D{:010}", story % 50_000)).unwrap();
    let ts = MessageTs::parse(&format!("{}.{:06}", 1_764_000_000 + seq, seq % 1_000_000)).unwrap();
    let key = |touch| {
        PostKey::Touch(DeliveryKey {
            person: who.clone(),
            initiative: initiative.clone(),
            quarter,
            touch,
            occurrence: None,
        })
    };
    let intended = |touch| Event::PostIntended {
        key: key(touch),
        attempt: 1,
        deadline: at(seq + 30),
        teams: vec![team.clone()],
        audience: Some(Audience::EngineeringManager),
        lists: Vec::new(),
        found_as: None,
    };
    let sent = |touch| Event::PostSent {
        post: key(touch).id(),
        attempt: 1,
        channel: channel.clone(),
        ts: ts.clone(),
        former: None,
    };
    let mut cause = None;
    let event = match part {
        0 => Event::PersonLinked { person: who, slack: user, proof: None, replaces: None },
        1 => intended(Touch::HeadsUp),
        2 => sent(Touch::HeadsUp),
        3 => {
            cause = Some(Cause::Click(user, format!("{}.000{}", 1_764_000_000 + seq, 100)));
            Event::HeadsUpConfirmed { person: who, initiative, quarter }
        }
        4 => intended(Touch::Pitch),
        5 => sent(Touch::Pitch),
        6 => {
            cause = Some(Cause::Click(user, format!("{}.000{}", 1_764_000_000 + seq, 200)));
            let stance = if story.is_multiple_of(2) { Stance::Committed } else { Stance::Declined };
            Event::StanceTaken {
                person: who,
                initiative,
                teams: vec![team],
                quarter,
                stance,
                how: How::Clicked,
            }
        }
        7 => {
            cause = Some(Cause::Submission(format!("V{seq:010}")));
            let reason = Personal::Sealed(Sealed {
                of: who.clone(),
                quarter: None,
                nonce: format!("{seq:048x}"),
                text: format!("{seq:096x}"),
            });
            Event::ReasonGiven { person: who, initiative, quarter, reason, follow_up: true }
        }
        8 => Event::PostShown { post: key(Touch::Pitch).id(), through: Seq(seq - 1) },
        _ => Event::PostMissed { key: key(Touch::LastCall) },
    };
    Record { seq: Seq(seq), at: at(seq), cause, event }
}

/// The records in the places from `first` to `last`.
pub(super) fn records(first: u64, last: u64) -> Vec<Record> {
    (first..=last).map(record).collect()
}
