//! Measurements, in release on an idle machine:
//! `cargo test --release --test canvass heavy -- --ignored --nocapture --test-threads=1`
#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use canvass::clock::{Clock, monotonic};
use canvass::domain::event::Event;
use canvass::domain::ids::Seq;
use canvass::journal::{Decision, End, Journal, Vault, Writer, open};

use super::child::{self, Job, said};
use super::sample::{batch, person, records};

/// Fills `data` with batches of 1 to 19 records, each flushed, as a service at work does.
fn fill(data: &Path, count: u64) {
    let (mut journal, _) = open(data).unwrap();
    let mut head = 0;
    while head < count {
        let last = (head + 1 + head * 7 % 19).min(count);
        journal.append(Seq(head), batch(head), &records(head + 1, last)).unwrap();
        head = last;
    }
}

fn size(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

fn start_with(count: u64) {
    let home = tempfile::tempdir().unwrap();
    fill(home.path(), count);
    let bytes = size(&home.path().join("journal"));
    for start in ["first", "second"] {
        let output = child::run(child::command(Job::Start, home.path()));
        println!("{count} records ({} MiB), {start} start: {}", bytes >> 20, said(&output, "started")[0]);
    }
}

#[test]
#[ignore = "heavy: a measurement"]
fn a_start_with_ten_thousand_records() {
    start_with(10_000);
}

#[test]
#[ignore = "heavy: a measurement"]
fn a_start_with_a_million_records() {
    start_with(1_000_000);
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("p50 {:.2?}, p99 {:.2?}", at(50), at(99))
}

/// The disk's own time for 512 bytes.
fn disk() -> String {
    let home = tempfile::tempdir().unwrap();
    let mut file = File::create(home.path().join("probe")).unwrap();
    let flush = |_| {
        let begun = monotonic();
        file.write_all(&[7; 512]).unwrap();
        file.sync_data().unwrap();
        begun.elapsed()
    };
    spread((0..1000).map(flush).collect())
}

#[test]
#[ignore = "heavy: a measurement"]
fn durable_answers_a_second() {
    println!("the disk's own flush: {}", disk());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    for submitters in [1_u64, 4, 64] {
        let home = tempfile::tempdir().unwrap();
        let (journal, _reader) = open(home.path()).unwrap();
        let (writer, ending) = Writer::start(journal, Vault::of(home.path()), Clock::system()).unwrap();
        let (count, begun) = (20_000 / submitters.max(4) * 4 / 4, monotonic());
        let times = runtime.block_on(async {
            let tasks: Vec<_> = (0..submitters)
                .map(|submitter| tokio::spawn(click(writer.clone(), submitter, count)))
                .collect();
            let mut all = Vec::new();
            for task in tasks {
                all.extend(task.await.unwrap());
            }
            all
        });
        let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
        println!("{submitters} submitters: {rate:.0} answers/s, {}", spread(times));
        runtime.block_on(writer.close());
        assert!(matches!(runtime.block_on(ending.wait()), End::Closed));
    }
}

async fn click(writer: Writer, submitter: u64, count: u64) -> Vec<Duration> {
    let who = Arc::new(person(&format!("person-{submitter}")));
    let mut times = Vec::new();
    for _ in 0..count {
        let begun: Instant = monotonic();
        let who = Arc::clone(&who);
        let decide = move |_: &_, _| {
            let event = Event::Stopped { person: (*who).clone(), initiative: None };
            Decision { events: vec![event], reply: () }
        };
        writer.submit(None, decide).await.unwrap();
        times.push(begun.elapsed());
    }
    times
}
