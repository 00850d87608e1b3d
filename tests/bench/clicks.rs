//! Clicks over Socket Mode, each on record before it is acknowledged.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use axum::extract::ws::Message;
use canvass::clock::monotonic;
use canvass::domain::engagement::Touch;
use canvass::domain::event::{Cause, Event};
use canvass::domain::ids::Seq;
use canvass::domain::observation::Observations;
use canvass::domain::program::Program;
use canvass::domain::state::State;
use canvass::journal::{Records, open};
use canvass::{message, slack as wire};
use futures_util::{SinkExt, StreamExt};
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::figure::{Figures, flush_time, millis, percentile};
use super::history::{History, delivery, place};
use super::organisation::{Organisation, Touches, channel, person, slack};
use super::workspace::{Link, Workspace, envelope_of};
use crate::world::{Running, canvass};

const SOCKETS: usize = 4;
/// Clicks on a socket that wait for their acknowledgement at a time.
const WAITING: usize = 8;
/// Clicks of each person, one after the other: each takes back the one before.
pub(super) const ROUNDS: usize = 20;

pub(super) const ORGANISATION: Organisation = Organisation {
    people: 1_000,
    initiatives: 1,
    touches: Touches::Five,
    one_zone: true,
    opens: jiff::civil::date(2026, 12, 14),
};

/// What one socket's driver saw.
struct Driven {
    times: Vec<Duration>,
    acknowledged: Vec<(String, String)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn durable_clicks_over_four_sockets() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (config, data) = (home.path().join("config"), home.path().join("data"));
    let program = ORGANISATION.write(&config);
    std::fs::create_dir(&data).unwrap();
    let mut history = History::begin(&data, &ORGANISATION, &program);
    for who in 0..ORGANISATION.people {
        history.sends(who, 0, Touch::Pitch);
    }
    let before = history.end();

    // A Sunday: nothing else is sent.
    let now = program.calendar.zone.to_timestamp((ORGANISATION.opens - 1.day()).at(12, 0, 0, 0)).unwrap();
    let mut workspace = Workspace::open(&ORGANISATION, now).await;
    let bot = canvass()
        .args(["sandbox", "--part", "bot", "--connections", &SOCKETS.to_string()])
        .args(["--workspace", &workspace.base, "--config"])
        .arg(&config)
        .arg("--data")
        .arg(&data)
        .spawn()
        .unwrap();
    let bot = Running::new(bot);
    let mut links = Vec::new();
    for _ in 0..SOCKETS {
        links.push(workspace.link().await);
    }
    workspace.settled().await;
    let flush = flush_time(home.path());

    let blocks = blocks(&program, now);
    let begun = monotonic();
    let drivers: Vec<_> = (0..)
        .zip(links)
        .map(|(socket, link)| tokio::spawn(drive(socket, link, workspace.base.clone(), blocks.clone())))
        .collect();
    let (mut times, mut acknowledged) = (Vec::new(), Vec::new());
    for driver in drivers {
        let driven = driver.await.unwrap();
        times.extend(driven.times);
        acknowledged.extend(driven.acknowledged);
    }
    let took = begun.elapsed();
    bot.kill();

    let recorded = recorded(&data, before);
    let lost = acknowledged.iter().filter(|click| !recorded.contains(*click)).count();
    let rate = times.len() as f64 / took.as_secs_f64();
    let mut figures = Figures::default();
    let name = "durable clicks over four sockets";
    figures.promised(name, "at least 1000/s", &format!("{rate:.0}/s"), rate >= 1000.0);
    let p99 = percentile(&mut times, 99);
    figures.within("a click's acknowledgement, 99 of 100", Duration::from_millis(50), p99);
    figures.told("  half of them", &millis(percentile(&mut times, 50)));
    figures.told(
        "  the disk's own flush, half and 99 of 100",
        &format!("{}, {}", millis(flush.0), millis(flush.1)),
    );
    figures.at_most("  acknowledged and not in the journal", 0, lost);
    assert_eq!(acknowledged.len(), ORGANISATION.people * ROUNDS);
    figures.settle();
}

/// Keeps [`WAITING`] clicks of this socket's people under way until each has clicked [`ROUNDS`] times.
async fn drive(socket: usize, link: Link, base: String, blocks: String) -> Driven {
    let people = move || (socket..ORGANISATION.people).step_by(SOCKETS);
    let mut clicks = (0..ROUNDS).flat_map(move |round| people().map(move |who| (round, who)));
    let mut under_way: HashMap<String, (Instant, (String, String))> = HashMap::new();
    let mut driven = Driven { times: Vec::new(), acknowledged: Vec::new() };
    let (mut write, mut read) = link.socket.split();
    loop {
        while under_way.len() < WAITING
            && let Some((round, who)) = clicks.next()
        {
            let id = format!("{round}-{who}");
            let action_ts = format!("{}.{:06}", 1_765_000_000 + round, who);
            let text = envelope(&id, round, who, &action_ts, &base, &blocks);
            under_way.insert(id, (monotonic(), (slack(who).to_string(), action_ts)));
            write.send(Message::Text(text.into())).await.unwrap();
        }
        if under_way.is_empty() {
            return driven;
        }
        if let Message::Text(text) = read.next().await.unwrap().unwrap() {
            let (since, click) = under_way.remove(&envelope_of(text.as_str())).unwrap();
            driven.times.push(since.elapsed());
            driven.acknowledged.push(click);
        }
    }
}

/// A click in a Socket Mode envelope.
fn envelope(id: &str, round: usize, who: usize, action_ts: &str, base: &str, blocks: &str) -> String {
    let payload = payload(id, round, who, action_ts, base, blocks);
    format!(
        r#"{{"envelope_id":"{id}","type":"interactive","accepts_response_payload":true,"payload":{payload}}}"#
    )
}

/// A click as Slack sends it, the whole message included.
pub(super) fn payload(
    id: &str,
    round: usize,
    who: usize,
    action_ts: &str,
    base: &str,
    blocks: &str,
) -> String {
    let post = delivery(&ORGANISATION, who, 0, Touch::Pitch).id();
    let action = if round.is_multiple_of(2) { "first_step" } else { "plan_it" };
    let (user, channel, ts) = (slack(who), channel(who), place(0, Touch::Pitch));
    format!(
        r#"{{"type":"block_actions","user":{{"id":"{user}","username":"p","name":"p","team_id":"T1"}},
        "api_app_id":"A1","token":"x","team":{{"id":"T1","domain":"bench"}},"enterprise":null,
        "is_enterprise_install":false,"trigger_id":"{id}.x",
        "container":{{"type":"message","message_ts":"{ts}","channel_id":"{channel}","is_ephemeral":false}},
        "channel":{{"id":"{channel}","name":"directmessage"}},"state":{{"values":{{}}}},
        "message":{{"type":"message","user":"UBOT","bot_id":"B1","app_id":"A1","ts":"{ts}","team":"T1",
        "text":"Restores","blocks":{blocks}}},
        "response_url":"{base}/response",
        "actions":[{{"type":"button","action_id":"{action}","block_id":"controls","value":"{post}",
        "text":{{"type":"plain_text","text":"Yes"}},"action_ts":"{action_ts}"}}]}}"#
    )
}

/// The blocks of somebody's pitch; everybody's look alike.
pub(super) fn blocks(program: &Program, now: Timestamp) -> String {
    let (initiative, who) = (&program.initiatives[0], &program.people[&person(1)]);
    let (state, seen) = (State::default(), Observations::default());
    let shown = message::preview(program, &state, &seen, initiative, who, Touch::Pitch, now).unwrap();
    json!(wire::blocks(&shown, None)).to_string()
}

/// The clicks that changed something, from record `after` on.
pub(super) fn recorded(data: &Path, after: u64) -> HashSet<(String, String)> {
    let (_journal, reader) = open(data).unwrap();
    let mut clicks = HashSet::new();
    reader
        .read(Seq(after), &mut |record| {
            if let (Some(Cause::Click(user, ts)), Event::StanceTaken { .. }) = (record.cause, record.event) {
                assert!(clicks.insert((user.to_string(), ts)), "a click is on record twice");
            }
        })
        .unwrap();
    clicks
}
