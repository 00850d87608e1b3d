//! What must hold however often the program was killed, and whatever the workspace did.

use std::collections::{BTreeMap, BTreeSet};

use canvass::domain::effect::{DeliveryKey, PostId, PostKey};
use canvass::domain::event::{Cause, Event, Record};
use canvass::domain::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId};
use serde_json::{Value, json};

use super::record::begun;
use crate::world::{World, canvass};

/// The opaque id of every message that the bot sent, in the order of the stand-in's log.
pub(super) async fn sent(world: &World) -> Vec<PostId> {
    let of_bot =
        |posting: &&Value| posting["from_app"] == json!(true) && posting["is_ephemeral"] == json!(false);
    let log = world.log().await;
    log.iter()
        .filter(of_bot)
        .map(|posting| {
            let id = posting["metadata"]["event_payload"]["id"].as_str();
            PostId::parse(id.unwrap_or_else(|| panic!("a message without an id: {posting}"))).unwrap()
        })
        .collect()
}

/// No message is there twice.
pub(super) fn none_twice(sent: &[PostId]) {
    let mut count: BTreeMap<PostId, usize> = BTreeMap::new();
    for post in sent {
        *count.entry(*post).or_default() += 1;
    }
    let twice: Vec<_> = count.into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(twice.is_empty(), "sent more than once: {twice:?}");
}

/// The campaign messages that `canvass plan` foretells; the bot has to run, so that its calendar counts.
pub(super) fn foretold(world: &World) -> BTreeSet<PostId> {
    let plan = canvass().args(["plan", "--json", "--data"]).arg(world.data()).output().unwrap();
    assert!(plan.status.success(), "{}", String::from_utf8_lossy(&plan.stderr));
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    let mut foretold = BTreeSet::new();
    for initiative in plan["initiatives"].as_array().unwrap() {
        for row in initiative["people"].as_array().unwrap() {
            let planned =
                row["touches"].as_array().unwrap().iter().filter(|touch| touch["planned"].is_string());
            foretold.extend(planned.map(|touch| {
                let delivery = DeliveryKey {
                    person: PersonId::parse(row["person"].as_str().unwrap()).unwrap(),
                    initiative: InitiativeId::parse(initiative["initiative"].as_str().unwrap()).unwrap(),
                    quarter: initiative["quarter"].as_str().unwrap().parse().unwrap(),
                    touch: serde_json::from_value(touch["touch"].clone()).unwrap(),
                    occurrence: serde_json::from_value(touch["occurrence"].clone()).unwrap(),
                };
                PostKey::Touch(delivery).id()
            }));
        }
    }
    foretold
}

/// What each message from a person brings about: word back to them, and word to the advocate.
pub(super) fn answers(records: &[Record], advocate: &PersonId) -> BTreeSet<PostId> {
    let answers = |received: Received<'_>| {
        let of = received.seq;
        [
            received.leads_to(&PostKey::Receipt { of, to: received.from.clone() }),
            received.leads_to(&PostKey::Relay { of, to: advocate.clone() }),
        ]
    };
    received(records).flat_map(answers).collect()
}

/// What may follow from a message that nobody answers: it comes back to the advocate, once.
pub(super) fn reminders(records: &[Record], advocate: &PersonId) -> BTreeSet<PostId> {
    let overdue = |received: Received<'_>| {
        received.leads_to(&PostKey::Overdue { of: received.seq, to: advocate.clone() })
    };
    received(records).map(overdue).collect()
}

/// A message from a person. What came with a command has no place in Slack.
struct Received<'a> {
    seq: Seq,
    from: &'a PersonId,
    place: Option<&'a (SlackChannelId, MessageTs)>,
}

impl Received<'_> {
    /// The post that follows from it: by its place, if it has one.
    fn leads_to(&self, key: &PostKey) -> PostId {
        match self.place {
            Some((channel, ts)) => PostId::of_typed(key.word(), key.to(), (channel, ts)),
            None => key.id(),
        }
    }
}

fn received(records: &[Record]) -> impl Iterator<Item = Received<'_>> {
    records.iter().filter_map(|record| match &record.event {
        Event::MessageReceived { person, place, .. } => {
            Some(Received { seq: record.seq, from: person, place: place.as_ref() })
        }
        _ => None,
    })
}

/// Every post that was begun came to an outcome, and nothing was given up.
pub(super) fn all_settled(records: &[Record]) {
    let (mut open, mut given_up) = (BTreeSet::new(), Vec::new());
    for record in records {
        open.extend(begun(&record.event));
        match &record.event {
            Event::PostSent { post, attempt, .. }
            | Event::PostAbsent { post, attempt, .. }
            | Event::PostDeferred { post, attempt, .. } => _ = open.remove(&(*post, *attempt)),
            Event::PostUnknown { .. } | Event::PostMissed { .. } | Event::PostRefused { .. } => {
                given_up.push(record.event.clone());
            }
            _ => {}
        }
    }
    assert!(open.is_empty(), "without an outcome: {open:?}");
    assert!(given_up.is_empty(), "given up: {given_up:?}");
}

/// The typed messages of which Slack was told that they arrived are on record; answers how many they are.
pub(super) async fn typed_are_on_record(world: &World, records: &[Record]) -> usize {
    let on_record: BTreeSet<(String, String)> = records
        .iter()
        .filter_map(|record| match &record.event {
            Event::MessageReceived { place: Some((channel, ts)), .. } => {
                Some((channel.as_str().to_owned(), ts.as_str().to_owned()))
            }
            _ => None,
        })
        .collect();
    let events = world.get("events").await["events"].as_array().unwrap().clone();
    // Slack tells the bot of its own messages and their changes too.
    let by_person = |event: &&Value| {
        let event = &event["event"];
        event["type"] == json!("message") && event["subtype"].is_null() && event["bot_id"].is_null()
    };
    let typed = events.iter().filter(by_person);
    let acknowledged: Vec<(String, String)> = typed
        .filter(|event| event["pending"] == json!(false))
        .map(|event| {
            let text = |name: &str| event["event"][name].as_str().unwrap().to_owned();
            (text("channel"), text("ts"))
        })
        .collect();
    for place in &acknowledged {
        assert!(on_record.contains(place), "acknowledged, and not on record: {place:?}");
    }
    acknowledged.len()
}

/// The answers of the people whose clicks were acknowledged are on record.
pub(super) fn clicks_are_on_record(acknowledged: &BTreeSet<String>, records: &[Record]) {
    let on_record: BTreeSet<&str> = records
        .iter()
        .filter(|record| matches!(record.event, Event::StanceTaken { .. }))
        .filter_map(|record| match &record.cause {
            Some(Cause::Click(user, _)) => Some(user.as_str()),
            _ => None,
        })
        .collect();
    for user in acknowledged {
        assert!(
            on_record.contains(user.as_str()),
            "the click of {user} was acknowledged, and is not on record"
        );
    }
}
