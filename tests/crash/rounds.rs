//! The bot is started and killed some two hundred times while it sends and people answer.
//!
//! Each round aims at one step of a post: a fault holds the call there, or a fact that the stand-in
//! reports says that it has come to it. What the kill really hit is told afterwards from facts. Nothing
//! waits for time to pass: the calendar is moved over the two minutes of doubt, and the limits of the
//! workspace are off.

use std::collections::{BTreeMap, BTreeSet};

use canvass::clock::monotonic;
use canvass::domain::effect::PostId;
use canvass::domain::event::Record;
use canvass::domain::ids::PersonId;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::step::{Call, Life, Step};
use super::{audit, organisation, record};
use crate::world::{World, words};

/// Rounds in each of the two worlds that run side by side.
const ROUNDS: usize = 104;
/// How often each step has to be hit, in both worlds together.
const LEAST: usize = 10;
/// People of each organisation.
const PEOPLE: usize = 200;
/// Campaign messages that may go out in an hour, to all people together.
const BURST: usize = 2;
/// Between rounds: longer than a post in doubt is left alone, and room for as many new messages.
const STRIDE: SignedDuration = SignedDuration::from_mins(61);
/// After all pitches, before the freeze.
const LAST_DAY: &str = "2027-01-08T12:00:00Z";

/// What a round waits for before it kills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// The bot still reads who is there.
    Reading,
    /// It has just read that, and begins to send.
    Read,
    /// A call has arrived; the next one's intent is made ahead of its time.
    Rhythm,
    /// A call is held before its message is stored.
    Arrived,
    /// A call is held once its message is stored.
    Stored,
    /// The same, and the answer goes out while the bot stands still.
    Answered,
    /// The same, and the answer races with the kill.
    Race,
    /// Everything that was due is done.
    Settled,
    /// A post in doubt is being looked up.
    LookUp,
}

impl Aim {
    const CYCLE: [Self; 9] = [
        Self::Reading,
        Self::Stored,
        Self::Settled,
        Self::Arrived,
        Self::Rhythm,
        Self::Answered,
        Self::LookUp,
        Self::Read,
        Self::Race,
    ];

    /// The method to hold and where.
    fn fault(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Reading | Self::Read => Some(("dnd.teamInfo", "hold_before_store")),
            Self::Arrived => Some(("chat.postMessage", "hold_before_store")),
            Self::Stored | Self::Answered | Self::Race => Some(("chat.postMessage", "hold_after_store")),
            Self::LookUp => Some(("conversations.history", "hold_after_store")),
            Self::Rhythm | Self::Settled => None,
        }
    }
}

/// What was hit, over all rounds.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    steps: BTreeMap<Step, usize>,
    looking_up: usize,
    clicks: usize,
    typed: usize,
    sent: usize,
}

impl Tally {
    fn add(&mut self, life: &Life<'_>) {
        self.kills += 1;
        for step in life.hit() {
            *self.steps.entry(step).or_default() += 1;
        }
        self.looking_up += usize::from(life.was_looking_up());
    }

    fn and(mut self, other: Self) -> Self {
        self.kills += other.kills;
        for (step, count) in other.steps {
            *self.steps.entry(step).or_default() += count;
        }
        self.looking_up += other.looking_up;
        self.clicks += other.clicks;
        self.typed += other.typed;
        self.sent += other.sent;
        self
    }

    fn hit(&self, step: Step) -> usize {
        self.steps.get(&step).copied().unwrap_or_default()
    }
}

/// A world whose bot is killed over and over.
struct Campaign {
    world: World,
    /// Keeps the configuration.
    _config: TempDir,
    foretold: BTreeSet<PostId>,
    now: Timestamp,
    /// Records of earlier runs.
    known: usize,
    /// The last call of earlier runs.
    last_call: u64,
    /// People whose click was acknowledged, by Slack id.
    clicked: BTreeSet<String>,
    /// Messages typed so far; those who typed don't wait for it to arrive.
    typed: usize,
    typing: tokio::task::JoinSet<()>,
    tally: Tally,
}

impl Campaign {
    /// An organisation on the eve of its first pitch; the bot has been stopped in good order.
    async fn open() -> Self {
        let config = tempfile::tempdir().unwrap();
        organisation::write(config.path(), PEOPLE, BURST);
        // Ten a second, so that a kill finds the next message intended and not yet called.
        let mut world = World::troubled(config.path(), 10).await;
        world.start_bot().await;
        let foretold = audit::foretold(&world);
        assert_eq!(foretold.len(), PEOPLE + 1, "everybody gets one pitch");
        assert_eq!(world.stop_bot(), Some(0));
        let known = record::records(&world.data()).len();
        let mut campaign = Self {
            world,
            _config: config,
            foretold,
            now: organisation::FIRST_PITCH.parse().unwrap(),
            known,
            last_call: 0,
            clicked: BTreeSet::new(),
            typed: 0,
            typing: tokio::task::JoinSet::new(),
            tally: Tally::default(),
        };
        campaign.last_call = campaign.calls().await.last().map_or(0, |call| call.id);
        campaign
    }

    async fn calls(&self) -> Vec<Call> {
        let calls = self.world.get(&format!("calls?after={}", self.last_call)).await;
        serde_json::from_value(calls["calls"].clone()).unwrap()
    }

    /// Moves the calendar by force: it doesn't wait for a bot that may be dead.
    async fn move_calendar(&self) {
        let moved = self.world.post("calendar/advance", json!({ "to": self.now, "force": true })).await;
        assert!(moved["error"].is_null(), "{moved}");
    }

    /// The next moment of the calendar, within send hours.
    fn stride(&mut self) {
        let zone = TimeZone::get("Europe/Lisbon").unwrap();
        let mut next = (self.now + STRIDE).to_zoned(zone);
        if next.hour() >= 17 {
            next = next.date().to_zoned(next.time_zone().clone()).unwrap() + 1.day().hours(9);
            while matches!(next.weekday(), Weekday::Saturday | Weekday::Sunday) {
                next = next.checked_add(1.day()).unwrap();
            }
        }
        self.now = next.timestamp();
    }

    async fn round(&mut self, number: usize) {
        let aim = Aim::CYCLE[number % Aim::CYCLE.len()];
        // The bot finds the calendar moved, or sees it move: then it has first to find what it left behind.
        let moved_while_away = number.is_multiple_of(2) || matches!(aim, Aim::Reading | Aim::Read);
        if moved_while_away {
            self.release().await;
            self.move_calendar().await;
            self.arm(aim).await;
        }
        self.world.launch_bot();
        if number.is_multiple_of(2) {
            self.somebody_types();
        }
        if !moved_while_away {
            self.world.connections(|open| open > 0).await;
            self.release().await;
            self.arm(aim).await;
            self.move_calendar().await;
        }
        let click = self.open_click().await;
        let clicked = if number % 4 < 2 && aim != Aim::Reading {
            // Somebody clicks while messages go out, and is answered.
            let clicking = async {
                self.world.connections(|open| open > 0).await;
                self.clicks(click).await
            };
            let (clicked, ()) = tokio::join!(clicking, self.comes_to(aim));
            self.world.bot().signal(Signal::KILL);
            clicked
        } else {
            self.comes_to(aim).await;
            // Somebody clicks as it is killed: a moment later, about as long as a click takes.
            let killing = async {
                self.world.get("socket").await;
                self.world.bot().signal(Signal::KILL);
            };
            tokio::join!(self.clicks(click), killing).0
        };
        self.clicked.extend(clicked);
        self.world.kill_bot();
        self.examine().await;
        self.stride();
    }

    async fn arm(&self, aim: Aim) {
        if let Some((method, kind)) = aim.fault() {
            self.world.post("faults", json!({ "method": method, "kind": kind })).await;
        }
    }

    /// Lets held calls go on: Slack carries out what it took, whether or not the caller still lives.
    async fn release(&self) {
        let posts =
            |path: String| async move { self.world.get(&path).await["calls"].as_array().unwrap().len() };
        let since = "calls?method=chat.postMessage&after=0";
        self.world.post("faults/clear", json!({})).await;
        let arrived = posts(since.to_owned()).await;
        assert!(posts(format!("{since}&carried_out=true&at_least={arrived}")).await >= arrived);
    }

    /// Waits for what the round aims at, or until there is nothing left that could come to it.
    async fn comes_to(&self, aim: Aim) {
        tokio::select! {
            () = self.reached(aim) => {}
            () = self.settled() => {}
        }
    }

    async fn settled(&self) {
        let at = self.now;
        while self.world.get(&format!("calendar/settled?at_least={at}")).await["settled"] != json!(true) {}
    }

    async fn reached(&self, aim: Aim) {
        let last = self.last_call;
        match aim {
            Aim::Rhythm => {
                let path = format!("calls?after={last}&method=chat.postMessage&at_least=1");
                while self.world.get(&path).await["calls"] == json!([]) {}
            }
            Aim::Settled => self.settled().await,
            Aim::Reading | Aim::Arrived | Aim::Stored | Aim::LookUp => self.held().await,
            Aim::Read | Aim::Race => {
                self.held().await;
                self.world.post("faults/release", json!({})).await;
            }
            Aim::Answered => {
                self.held().await;
                self.world.bot().signal(Signal::STOP);
                // Those that were answered before the bot stood still, and the one that was held.
                let answered = format!("calls?after={last}&method=chat.postMessage&answered=true");
                let before = self.world.get(&answered).await["calls"].as_array().unwrap().len();
                self.world.post("faults/release", json!({})).await;
                self.world.get(&format!("{answered}&at_least={}", before + 1)).await;
            }
        }
    }

    async fn held(&self) {
        while self.world.get("faults/held").await["held"] == json!([]) {}
    }

    /// Somebody writes to the bot; Slack delivers it when it can.
    fn somebody_types(&mut self) {
        self.typed += 1;
        let (_, slack) = organisation::person(self.typed * 7 % PEOPLE);
        let typed = json!({ "as": slack, "text": format!("What does it cost us, part {}?", self.typed) });
        let call = self.world.http.post(format!("{}/sandbox/api/type", self.world.base)).json(&typed);
        self.typing.spawn(async move { assert!(call.send().await.unwrap().status().is_success()) });
    }

    /// Somebody who has their pitch and has not answered it yet, and that message.
    async fn open_click(&mut self) -> Option<(usize, Value)> {
        let log = self.world.log().await;
        for n in 0..PEOPLE {
            let (handle, slack) = organisation::person(n);
            let pitch = |posting: &&Value| posting["person"] == json!(slack) && self.is_pitch(posting);
            if self.clicked.contains(&slack) || !log.iter().any(|posting| pitch(&posting)) {
                continue;
            }
            let messages = self.world.person(&handle).await.messages().await;
            let open = |message: &Value| words(message).contains(organisation::answer(n));
            match messages.into_iter().find(open) {
                Some(pitch) => return Some((n, pitch)),
                // The answer stands there, so it is on record, though its acknowledgement was cut off.
                None => _ = self.clicked.insert(slack),
            }
        }
        None
    }

    /// Clicks; answers who did, if that was acknowledged.
    async fn clicks(&self, click: Option<(usize, Value)>) -> Option<String> {
        let (n, pitch) = click?;
        let (handle, slack) = organisation::person(n);
        let clicked = self.world.person(&handle).await.clicks_on(&pitch, organisation::answer(n)).await;
        (clicked["delivered"] == json!(true)).then_some(slack)
    }

    fn is_pitch(&self, posting: &Value) -> bool {
        let id = posting["metadata"]["event_payload"]["id"].as_str();
        id.and_then(PostId::parse).is_some_and(|id| self.foretold.contains(&id))
    }

    /// Tells what the kill hit, and that nothing acknowledged is lost and nothing there twice.
    async fn examine(&mut self) {
        let records = record::records(&self.world.data());
        let calls = self.calls().await;
        let more_due = self.more_due(&records);
        let life = Life { records: &records[self.known..], calls: &calls, more_due };
        self.tally.add(&life);
        audit::none_twice(&audit::sent(&self.world).await);
        audit::typed_are_on_record(&self.world, &records).await;
        audit::clicks_are_on_record(&self.clicked, &records);
        self.known = records.len();
        self.last_call = calls.last().map_or(self.last_call, |call| call.id);
    }

    /// Whether a pitch could go out now that was never begun.
    fn more_due(&self, records: &[Record]) -> bool {
        let mut begun = BTreeSet::new();
        let mut within_the_hour = BTreeSet::new();
        for record in records {
            if let Some((post, _)) = record::begun(&record.event)
                && self.foretold.contains(&post)
            {
                begun.insert(post);
                if self.now < record.at + SignedDuration::from_hours(1) {
                    within_the_hour.insert(post);
                }
            }
        }
        within_the_hour.len() < BURST && begun.len() < self.foretold.len()
    }

    /// Has Slack deliver at once what it would try again in minutes.
    async fn all_delivered(&self) {
        let pending = |event: &Value| event["pending"] == json!(true);
        loop {
            let version = self.world.get("state").await["version"].as_u64().unwrap();
            if !self.world.get("events").await["events"].as_array().unwrap().iter().any(pending) {
                return;
            }
            self.world.post("redeliver", json!({})).await;
            self.world.get(&format!("changes?since={version}")).await;
        }
    }

    /// Lets the campaign run to its end undisturbed, and counts everything.
    async fn close(mut self) -> Tally {
        self.release().await;
        self.world.launch_bot();
        self.world.settled().await;
        self.all_delivered().await;
        self.world.advance_to(LAST_DAY).await;
        while let Some(typed) = self.typing.join_next().await {
            typed.unwrap();
        }
        self.world.settled().await;
        assert_eq!(self.world.stop_bot(), Some(0));

        let records = record::records(&self.world.data());
        let sent = audit::sent(&self.world).await;
        audit::none_twice(&sent);
        audit::all_settled(&records);
        audit::clicks_are_on_record(&self.clicked, &records);
        let typed = audit::typed_are_on_record(&self.world, &records).await;
        assert_eq!(typed, self.typed, "every typed message arrived in the end");
        let priya = PersonId::parse("priya").unwrap();
        let expected: BTreeSet<PostId> =
            self.foretold.union(&audit::answers(&records, &priya)).copied().collect();
        let sent: BTreeSet<PostId> = sent.into_iter().collect();
        let missing: Vec<_> = expected.difference(&sent).collect();
        let reminders = audit::reminders(&records, &priya);
        // Told by their records, since an id says nothing.
        let unexpected: Vec<_> = sent
            .difference(&expected)
            .filter(|post| !reminders.contains(*post))
            .map(|post| {
                records
                    .iter()
                    .find(|record| record::begun(&record.event).is_some_and(|(begun, _)| begun == *post))
            })
            .collect();
        assert!(
            missing.is_empty() && unexpected.is_empty(),
            "missing {missing:?}, unexpected {unexpected:?}"
        );
        Tally { clicks: self.clicked.len(), typed, sent: sent.len(), ..self.tally }
    }
}

async fn killed_over_and_over() -> Tally {
    let mut campaign = Campaign::open().await;
    for number in 0..ROUNDS {
        campaign.round(number).await;
    }
    campaign.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_kills_lose_nothing_and_repeat_nothing() {
    let began = monotonic();
    let (one, other) =
        tokio::join!(tokio::spawn(killed_over_and_over()), tokio::spawn(killed_over_and_over()));
    let tally = one.unwrap().and(other.unwrap());
    println!("{} kills in {} s", tally.kills, began.elapsed().as_secs());
    for step in Step::ALL {
        println!("{:>5} {}", tally.hit(step), step.says());
    }
    println!("{:>5} while a post in doubt was looked up", tally.looking_up);
    println!(
        "{} messages sent, {} clicks and {} typed messages acknowledged",
        tally.sent, tally.clicks, tally.typed
    );
    assert!(tally.kills >= 200);
    for step in Step::ALL {
        assert!(tally.hit(step) >= LEAST, "{} was hit {} times", step.says(), tally.hit(step));
    }
}
