//! The service stops within ten seconds, whoever is still waiting for an answer.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use canvass::clock::{Clock, monotonic};
use canvass::domain::event::{Event, Record};
use canvass::domain::ids::Seq;
use canvass::domain::program::ConfigDigest;
use canvass::journal::{BatchId, Journal};
use jiff::Timestamp;

use super::House;

/// What a container has between being asked to stop and being killed.
const GRACE: Duration = Duration::from_secs(10);

/// A journal that no socket can take at once.
fn large_journal(house: &House) {
    let (mut journal, _) = canvass::journal::open(&house.world.data()).unwrap();
    let places = vec!["x".repeat(10_000); 100];
    for seq in 1..=20 {
        let event =
            Event::ConfigRefused { digest: ConfigDigest("0".into()), faults: 1, places: places.clone() };
        let record = Record { seq: Seq(seq), at: Timestamp::UNIX_EPOCH, cause: None, event };
        journal.append(Seq(seq - 1), BatchId::fresh(&Clock::system()).unwrap(), &[record]).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_in_time_during_an_export_that_nobody_takes_and_leaves_no_half_file() {
    let mut house = House::empty().await;
    large_journal(&house);
    let command = house.command();
    house.start(command).await;
    let control = house.world.data().join("canvass.sock");
    let mut stuck = UnixStream::connect(&control).unwrap();
    stuck.write_all(b"{\"query\":\"export\"}\n").unwrap();
    // Another one has connected and asks nothing.
    let silent = UnixStream::connect(&control).unwrap();
    // An export of its own is whole, though another one stands still.
    let file = house.world.folder.path().join("export.jsonl");
    assert_eq!(house.runs(&["export", file.to_str().unwrap()]).0, Some(0));
    let since = monotonic();
    let code = house.bot.take().unwrap().stop();
    assert!(since.elapsed() < GRACE, "{:?}", since.elapsed());
    assert_eq!(code, Some(0), "{}", house.log());
    drop((stuck, silent));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_cut_short_leaves_nothing_under_its_name() {
    let mut house = House::empty().await;
    large_journal(&house);
    let command = house.command();
    house.start(command).await;
    let out = house.world.folder.path().join("backups");
    std::fs::create_dir(&out).unwrap();
    // Somebody answers in the service's stead, and breaks off.
    assert_eq!(house.bot.take().unwrap().stop(), Some(0));
    let listener = std::os::unix::net::UnixListener::bind(house.world.data().join("canvass.sock")).unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"{\"bytes\":4}\nhalf").unwrap();
    });
    let (code, said) = house.runs(&["export", out.join("export.jsonl").to_str().unwrap()]);
    answering.join().unwrap();
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0, "{said}");
}
