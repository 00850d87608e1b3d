//! HTTP mode: what a request costs that records nothing, and clicks that are on record when they are answered.
//!
//! The senders share the machine with the service, and each waits for an answer before it sends again, as
//! Slack's connections do.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use canvass::clock::{Clock, monotonic};
use canvass::domain::engagement::Touch;
use canvass::service::seed::SIGNING_SECRET;
use canvass::slack::SigningSecret;
use jiff::ToSpan;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded;

use super::clicks::{ORGANISATION, ROUNDS, blocks, payload, recorded};
use super::figure::{Figures, flush_time, millis, percentile};
use super::history::History;
use super::organisation::slack;
use super::process::worked;
use super::workspace::Workspace;
use crate::world::{Running, bot_address, canvass};

/// Requests under way at a time, each over a connection of its own.
const IN_FLIGHT: usize = 64;
const HELP: usize = 100_000;
const STEADY: usize = 500;
const STEADY_CONNECTIONS: usize = 20;
const STEADY_SECONDS: usize = 20;

/// The service over HTTP, with everybody's pitch sent.
struct Service {
    home: TempDir,
    bot: Running,
    address: String,
    workspace: Workspace,
    blocks: String,
    before: u64,
}

impl Service {
    async fn start() -> Self {
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
        let address = bot_address();
        let bot = canvass()
            .args(["sandbox", "--part", "bot", "--transport", "http", "--bot-listen", &address])
            .args(["--workspace", &workspace.base, "--config"])
            .arg(&config)
            .arg("--data")
            .arg(&data)
            .spawn()
            .unwrap();
        let bot = Running::new(bot);
        workspace.settled().await;
        Self { home, bot, address, workspace, blocks: blocks(&program, now), before }
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }
}

/// A request as it goes over the wire, signed now.
fn request(secret: &SigningSecret, path: &str, body: &str) -> Vec<u8> {
    let at = Clock::system().now().as_second();
    let signature = secret.sign(at, body.as_bytes());
    format!(
        "POST {path} HTTP/1.1\r\nHost: canvass.example.com\r\nUser-Agent: Slackbot 1.0\r\nAccept: */*\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nX-Slack-Request-Timestamp: {at}\r\n\
         X-Slack-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn help(secret: &SigningSecret, number: usize, base: &str) -> Vec<u8> {
    let (user, number) = (slack(number % ORGANISATION.people).to_string(), number.to_string());
    let response = format!("{base}/response");
    let fields = [
        ("token", "x"),
        ("team_id", "T1"),
        ("team_domain", "bench"),
        ("channel_id", "D1"),
        ("channel_name", "directmessage"),
        ("user_id", &user),
        ("user_name", "somebody"),
        ("command", "/canvass"),
        ("text", "help"),
        ("api_app_id", "A1"),
        ("is_enterprise_install", "false"),
        ("response_url", &response),
        ("trigger_id", &number),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request(secret, "/slack/commands", &body)
}

/// A connection that sends one request after the other.
struct Sender {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Sender {
    async fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: vec![0; 64 << 10] }
    }

    /// Sends it and reads the whole answer, which has to be a 200.
    async fn ask(&mut self, request: &[u8]) -> Duration {
        let begun = monotonic();
        self.stream.write_all(request).await.unwrap();
        let mut have = 0;
        loop {
            have += match self.stream.read(&mut self.read[have..]).await.unwrap() {
                0 => panic!("the service closed the connection"),
                some => some,
            };
            let text = std::str::from_utf8(&self.read[..have]).unwrap();
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            if body.len() >= length.unwrap().parse().unwrap() {
                return begun.elapsed();
            }
        }
    }
}

/// Sends all shares at once, each in its order: one request of each is under way. The times of each and of
/// all.
async fn flood(address: &str, shares: Vec<Vec<Vec<u8>>>) -> (Vec<Duration>, Duration) {
    let mut ready = Vec::new();
    for share in shares {
        ready.push((Sender::to(address).await, share));
    }
    let begun = monotonic();
    let senders: Vec<_> = ready
        .into_iter()
        .map(|(mut sender, share)| {
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(share.len());
                for request in share {
                    times.push(sender.ask(&request).await);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await.unwrap());
    }
    (times, begun.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn help_over_http() {
    let service = Service::start().await;
    let secret = SigningSecret::new(&SIGNING_SECRET.into());
    let mut figures = Figures::default();

    let mut times = steady(&service, &secret).await;
    let p99 = percentile(&mut times, 99);
    figures.within("/canvass help over HTTP at 500/s, 99 of 100", Duration::from_millis(5), p99);
    figures.told("  half of them", &millis(percentile(&mut times, 50)));

    let mut shares = vec![Vec::new(); IN_FLIGHT];
    for number in 0..HELP {
        shares[number % IN_FLIGHT].push(help(&secret, number, &service.workspace.base));
    }
    let before = worked(service.bot.id());
    let (mut times, took) = flood(&service.address, shares).await;
    let each = (worked(service.bot.id()) - before) / u32::try_from(HELP).unwrap();
    let rate = times.len() as f64 / took.as_secs_f64();
    let name = "/canvass help over HTTP, 64 in flight";
    figures.promised(name, "at least 20000/s", &format!("{rate:.0}/s"), rate >= 20_000.0);
    figures.told("  99 of 100", &millis(percentile(&mut times, 99)));
    figures.told("  the service's processor time for each", &format!("{} µs", each.as_micros()));
    service.bot.kill();
    figures.settle();
}

/// [`STEADY`] requests a second at even distances, whether or not those before have been answered.
async fn steady(service: &Service, secret: &SigningSecret) -> Vec<Duration> {
    let every =
        Duration::from_secs(1) * u32::try_from(STEADY_CONNECTIONS).unwrap() / u32::try_from(STEADY).unwrap();
    let begin: Instant = monotonic() + Duration::from_millis(100);
    let mut senders = Vec::new();
    for place in 0..STEADY_CONNECTIONS {
        let mut sender = Sender::to(&service.address).await;
        let count = STEADY * STEADY_SECONDS / STEADY_CONNECTIONS;
        let requests: Vec<_> = (0..count)
            .map(|number| help(secret, number * STEADY_CONNECTIONS + place, &service.workspace.base))
            .collect();
        let first =
            begin + every * u32::try_from(place).unwrap() / u32::try_from(STEADY_CONNECTIONS).unwrap();
        senders.push(tokio::spawn(async move {
            let mut next = tokio::time::interval_at(first.into(), every);
            let mut times = Vec::with_capacity(count);
            for request in requests {
                next.tick().await;
                times.push(sender.ask(&request).await);
            }
            times
        }));
    }
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await.unwrap());
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn durable_clicks_over_http() {
    let service = Service::start().await;
    let secret = SigningSecret::new(&SIGNING_SECRET.into());
    let flush = flush_time(service.home.path());
    let (mut shares, mut clicks) = (vec![Vec::new(); IN_FLIGHT], Vec::new());
    for round in 0..ROUNDS {
        for who in 0..ORGANISATION.people {
            let action_ts = format!("{}.{:06}", 1_765_000_000 + round, who);
            let id = format!("{round}-{who}");
            let json = payload(&id, round, who, &action_ts, &service.workspace.base, &service.blocks);
            let body = form_urlencoded::Serializer::new(String::new()).append_pair("payload", &json).finish();
            // A person's clicks come one after the other: each takes back the one before.
            shares[who % IN_FLIGHT].push(request(&secret, "/slack/interactions", &body));
            clicks.push((slack(who).to_string(), action_ts));
        }
    }
    let (mut times, took) = flood(&service.address, shares).await;
    let data = service.data();
    service.bot.kill();

    let recorded = recorded(&data, service.before);
    let lost = clicks.iter().filter(|click| !recorded.contains(*click)).count();
    let rate = times.len() as f64 / took.as_secs_f64();
    let mut figures = Figures::default();
    let name = "durable clicks over HTTP, 64 in flight";
    figures.promised(name, "at least 2000/s", &format!("{rate:.0}/s"), rate >= 2_000.0);
    figures.told("  99 of 100 acknowledgements", &millis(percentile(&mut times, 99)));
    figures.told("  half of them", &millis(percentile(&mut times, 50)));
    let (half, most) = (millis(flush.0), millis(flush.1));
    figures.told("  the disk's own flush, half and 99 of 100", &format!("{half}, {most}"));
    figures.at_most("  acknowledged and not in the journal", 0, lost);
    figures.settle();
}
