//! Starting on a journal that is there, and resting afterwards.

use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::extract::ws::Message;
use canvass::clock::{Clock, monotonic};
use jiff::ToSpan;
use rustix::fs::statvfs;
use serde_json::json;
use tempfile::TempDir;

use super::figure::{Figures, millis, percentile};
use super::history::History;
use super::organisation::{Organisation, Touches};
use super::process::{at_rest, private};
use super::workspace::Workspace;
use crate::world::{Running, canvass};

const MB: f64 = 1e6;
/// Starts, of which all but the last are timed and the middle one counts.
const STARTS: usize = 6;

/// A campaign whose heads-up and pitch are through, and whose planning opens in six days.
fn organisation(people: usize, initiatives: usize) -> Organisation {
    let today = Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    Organisation { people, initiatives, touches: Touches::Five, one_zone: false, opens: today + 6.days() }
}

/// A service that was started, and how long after the start of the process it was there.
struct Started {
    bot: Running,
    /// A connection was open, and hello said on it.
    hello: Duration,
    /// A command given right after hello was acknowledged.
    answered: Duration,
}

/// A folder to make a large journal in: in memory if there is room, since none of its some 240,000
/// flushes is measured.
fn nursery() -> TempDir {
    let memory = Path::new("/dev/shm");
    let is_roomy = statvfs(memory).is_ok_and(|all| all.f_bavail * all.f_frsize > 4 << 30);
    tempfile::tempdir_in(if is_roomy { memory } else { Path::new(env!("CARGO_TARGET_TMPDIR")) }).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { _ = fs::copy(&path, to).unwrap() }
    }
}

/// Starts the service and gives it a command as soon as it can be given one.
async fn start(workspace: &mut Workspace, config: &Path, data: &Path) -> Started {
    let mut command = canvass();
    command
        .args(["run", "--first-start"])
        .arg("--config")
        .arg(config)
        .arg("--data")
        .arg(data)
        .env("SLACK_BOT_TOKEN", "xoxb-bench")
        .env("SLACK_APP_TOKEN", "xapp-bench")
        .env("SLACK_API_URL", format!("{}/api/", workspace.base))
        .env("CANVASS_LISTEN", "127.0.0.1:0");
    let begun = monotonic();
    let bot = Running::new(command.spawn().unwrap());
    let mut link = workspace.link().await;
    let given = json!({
        "envelope_id": "first", "type": "slash_commands", "accepts_response_payload": true,
        "payload": {
            "token": "x", "team_id": "T1", "team_domain": "bench", "channel_id": "D0", "channel_name": "directmessage",
            "user_id": "UADVOCATE", "user_name": "priya", "command": "/canvass", "text": "help", "api_app_id": "A1",
            "is_enterprise_install": "false", "response_url": format!("{}/response", workspace.base),
            "trigger_id": "1.2.first",
        },
    });
    link.socket.send(Message::Text(given.to_string().into())).await.unwrap();
    assert_eq!(link.acknowledged().await, "first");
    Started { bot, hello: link.since.duration_since(begun), answered: begun.elapsed() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_start_with_ten_thousand_records_and_the_memory_at_rest() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (config, data) = (home.path().join("config"), home.path().join("data"));
    let organisation = organisation(240, 4);
    let program = organisation.write(&config);
    fs::create_dir(&data).unwrap();
    let mut history = History::begin(&data, &organisation, &program);
    history.fill(10_000);
    assert!(history.end() >= 10_000);

    let mut workspace = Workspace::open(&organisation, Clock::system().now()).await;
    let (mut hello, mut answered) = (Vec::new(), Vec::new());
    for _ in 1..STARTS {
        let started = start(&mut workspace, &config, &data).await;
        hello.push(started.hello);
        answered.push(started.answered);
        started.bot.kill();
        workspace.forget_links();
    }
    let Started { bot, .. } = start(&mut workspace, &config, &data).await;
    at_rest(bot.id()).await;
    let memory = private(bot.id()) as f64 / MB;

    let mut figures = Figures::default();
    let name = "10,000 records: start to the answer after hello";
    figures.within(name, Duration::from_millis(150), percentile(&mut answered, 50));
    figures.told("  to hello", &millis(percentile(&mut hello, 50)));
    let name = "10,000 records: private memory at rest";
    figures.promised(name, "under 12 MB", &format!("{memory:.1} MB"), memory < 12.0);
    assert_eq!(bot.stop(), Some(0));
    figures.settle();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_start_with_a_million_records() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (config, data) = (home.path().join("config"), home.path().join("data"));
    let organisation = organisation(5_000, 20);
    let program = organisation.write(&config);
    let nursery = nursery();
    let mut history = History::begin(nursery.path(), &organisation, &program);
    history.fill(1_000_000);
    assert!(history.end() >= 1_000_000);
    copy(nursery.path(), &data);
    drop(nursery);

    let mut workspace = Workspace::open(&organisation, Clock::system().now()).await;
    let Started { bot, answered: first, .. } = start(&mut workspace, &config, &data).await;
    at_rest(bot.id()).await;
    let memory = private(bot.id()) as f64 / MB;
    bot.kill();
    workspace.forget_links();
    let Started { bot, hello, answered: second } = start(&mut workspace, &config, &data).await;

    let mut figures = Figures::default();
    let name = "1,000,000 records: start to the answer after hello";
    figures.within(name, Duration::from_secs(5), first.max(second));
    figures.told("  to hello", &millis(hello));
    figures.told("  private memory at rest", &format!("{memory:.0} MB"));
    bot.kill();
    figures.settle();
}
