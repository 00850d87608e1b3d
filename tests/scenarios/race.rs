//! Two hundred people race for twenty slots: twenty have one, the others are told so with what is left, and
//! the host's calendar agrees.

use std::collections::BTreeMap;
use std::fs;

use futures_util::future::join_all;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::bench::organisation::{Organisation, Touches};
use crate::calendars::programs::{Kind, Program};
use crate::calendars::{PASSWORD, USER};
use crate::world::{Actor, PATIENCE, Transport, World, words};

const PEOPLE: usize = 200;
const SLOTS: usize = 20;
const SECRET: &str = "TEST_CALENDAR_PASSWORD";

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_race_for_twenty_slots_over_sockets() {
    race(Transport::Socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_race_for_twenty_slots_over_http() {
    race(Transport::Http).await;
}

/// The times that `racer` is shown; on a machine that is busy with much else they may have to ask again, as they
/// are told: by us, or by Slack where it waited three seconds for us.
async fn looks(racer: &Actor<'_>) -> Value {
    let mut told = 0;
    loop {
        if !racer.asks("book").await["error"].is_null() {
            continue;
        }
        let opened = |seen: &Value| {
            let modal = seen["modals"].as_array()?.last().cloned();
            let messages = seen["messages"].as_array()?.iter();
            let too_slow = messages.filter(|message| words(message).contains("That took too long")).count();
            modal.or_else(|| (told < too_slow).then_some(Value::Null))
        };
        let modal = racer.sees("a modal", opened).await;
        if !modal.is_null() {
            return modal;
        }
        told += 1;
    }
}

async fn race(transport: Transport) {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    let organisation = Organisation {
        people: PEOPLE,
        initiatives: 1,
        touches: Touches::Pitch,
        one_zone: true,
        opens: date(2026, 12, 14),
    };
    organisation.write(config.path());
    let path = config.path().join("canvass.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, _) = text.split_once("[[office_hours]]").unwrap();
    // A week ahead, and five hours on each of two days of it.
    let hours = format!(
        "[[office_hours]]\nhost = 'priya'\nweekly = ['Thu,Fri 10:00-15:00']\nhorizon = '7d'\n\
         [office_hours.calendar]\ncaldav = '{}'\nuser = '{USER}'\npassword_env = '{SECRET}'\n",
        program.calendar("Work")
    );
    fs::write(&path, format!("{before}{hours}")).unwrap();
    let mut world = World::at(config.path(), transport, "50").await;
    world.secret(SECRET, PASSWORD);
    world.start_bot().await;
    world.advance_to("2026-11-30T08:00:00Z").await;

    let people: Vec<String> = world.get("state").await["people"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|person| person["id"] != "UADVOCATE")
        .map(|person| person["id"].as_str().unwrap().to_owned())
        .take(PEOPLE)
        .collect();
    assert_eq!(people.len(), PEOPLE);
    let racers: Vec<Actor<'_>> = people.iter().map(|id| world.actor(id)).collect();
    // The host's calendar is read anew after the move, and again a while later if that failed; until then nothing is
    // offered.
    let offers = async {
        loop {
            let modal = looks(&racers[0]).await;
            if modal["blocks"].as_array().unwrap().iter().any(|block| block["block_id"] == "slot") {
                return;
            }
            world.advance_to(&later(&world).await).await;
        }
    };
    tokio::time::timeout(PATIENCE, offers).await.expect("times are offered");
    // Everybody looks at the same times before anybody books.
    let modals = join_all(racers.iter().map(looks)).await;
    let offered = options(&modals[0]);
    assert_eq!(offered.len(), SLOTS, "{offered:?}");
    let submits = racers.iter().zip(&modals).enumerate().map(|(place, (racer, modal))| {
        let slot = options(modal)[place % SLOTS].clone();
        async move {
            loop {
                let answer = racer.submits(&[("slot", json!(slot))]).await;
                // Slack waited three seconds for us, and shows them to try again.
                if answer["error"].is_null() {
                    return answer;
                }
            }
        }
    });
    let answers = join_all(submits).await;

    let refused: Vec<&Value> =
        answers.iter().filter(|answer| answer["ack_payload"]["response_action"] == "errors").collect();
    assert_eq!(refused.len(), PEOPLE - SLOTS, "{answers:#?}");
    for answer in &refused {
        let says = answer["ack_payload"]["errors"]["slot"].as_str().unwrap();
        assert!(says.starts_with("Somebody was faster"), "{says}");
        assert!(says.contains("Next free: ") || says.contains("None is left"), "{says}");
    }
    world.settled().await;
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for (person, text) in world.sent().await {
        if text.starts_with("Booked: ") {
            *told.entry(person).or_default() += 1;
        }
    }
    assert_eq!(
        (told.len(), told.values().sum::<usize>()),
        (SLOTS, SLOTS),
        "each winner is told once: {told:?}"
    );

    // The calendar has each of them once.
    let mut starts = Vec::new();
    for _ in 0..30 {
        starts = program.entries("Work").await.iter().map(|entry| start(entry)).collect();
        if starts.len() == SLOTS {
            break;
        }
        world.advance_to(&later(&world).await).await;
    }
    starts.sort();
    starts.dedup();
    assert_eq!(starts.len(), SLOTS, "{starts:?}");
    let priya = world.actor("UADVOCATE");
    let listed = priya.commands("bookings").await;
    assert_eq!(listed.matches(" with Person").count(), SLOTS, "{listed}");
    assert!(!words(&priya.last_message().await).is_empty());
}

fn options(modal: &Value) -> Vec<String> {
    let blocks = modal["blocks"].as_array().unwrap();
    let slot = blocks.iter().find(|block| block["block_id"] == "slot").unwrap();
    slot["element"]["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["value"].as_str().unwrap().to_owned())
        .collect()
}

fn start(entry: &str) -> String {
    entry.lines().find_map(|line| line.strip_prefix("DTSTART:")).unwrap_or_default().trim().to_owned()
}

async fn later(world: &World) -> String {
    let now: jiff::Timestamp = world.get("state").await["calendar"]["now"].as_str().unwrap().parse().unwrap();
    now.checked_add(jiff::SignedDuration::from_mins(2)).unwrap().to_string()
}
