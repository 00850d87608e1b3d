//! Connections that are held open keep nobody from being answered.

use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::House;
use crate::world::PATIENCE;

/// More than any bound on connections.
const HELD: usize = 2_000;

/// Lets this process hold as many connections; false if it may not.
fn may_hold_them() -> bool {
    let needed = HELD as u64 + 500;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < needed) {
        _ = setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum });
    }
    getrlimit(Resource::Nofile).current.is_none_or(|current| current >= needed)
}

/// Connections that have sent these bytes and then nothing more.
async fn held(house: &House, count: usize, bytes: &[u8]) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..count {
        let connecting = TcpStream::connect(house.address);
        let mut stream = tokio::time::timeout(PATIENCE, connecting).await.expect("it is taken").unwrap();
        // One that had to go already has made its point.
        _ = stream.write_all(bytes).await;
        held.push(stream);
    }
    held
}

async fn answers_beside(house: &House, bytes: &[u8], what: &str) {
    let held = held(house, HELD, bytes).await;
    assert_eq!(house.status("/healthz").await, Some(200), "beside {HELD} connections with {what}");
    let (code, said) = house.runs(&["health", "--alive"]);
    assert_eq!(code, Some(0), "beside {HELD} connections with {what}: {said}");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_answered_while_two_thousand_connections_are_held_open() {
    assert!(may_hold_them(), "raise the limit on open files (ulimit -n) for this test");
    let mut house = House::empty().await;
    house.start(house.command()).await;
    answers_beside(&house, b"", "nothing sent").await;
    answers_beside(&house, b"GET /healthz HTTP/1.1\r\nHost: can", "half a head").await;
    answers_beside(&house, b"GET /healthz HTTP/1.1\r\nHost: canvass\r\n\r\n", "an answer").await;
    let slow = b"POST /webhooks/cal-com HTTP/1.1\r\nHost: canvass\r\nContent-Length: 50\r\n\r\n{";
    answers_beside(&house, slow, "half a body").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_runs_out_of_descriptors_goes_on_and_says_so_once() {
    assert!(may_hold_them(), "raise the limit on open files (ulimit -n) for this test");
    let mut house = House::empty().await;
    let plain = house.command();
    let mut few = Command::new("sh");
    // Fewer than what everything else is given: there is not one for every connection.
    few.args(["-c", "ulimit -n 60; exec \"$@\"", "sh"]).arg(plain.get_program()).args(plain.get_args());
    few.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    house.start(few).await;
    let control = house.world.data().join("canvass.sock");
    // As many as the system keeps waiting by itself: no connection has to be begun anew.
    let held = held(&house, 300, b"").await;
    // The control socket takes descriptors too, as many as there are.
    let asking: Vec<_> =
        (0..100).filter_map(|_| std::os::unix::net::UnixStream::connect(&control).ok()).collect();
    house.until("a line in the log", async |house| house.log().contains("no connection can be taken")).await;
    drop((held, asking));
    house.until("an answer", async |house| house.status("/healthz").await == Some(200)).await;
    let told = house.log().matches("no connection can be taken").count();
    assert!(told <= 2, "told {told} times:\n{}", house.log());
    assert_eq!(house.runs(&["export"]).0, Some(0), "the control socket answers again");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_connects_and_says_nothing_is_let_go_of_long_before_whoever_was_answered() {
    let mut house = House::empty().await;
    house.start(house.command()).await;
    let mut answered = TcpStream::connect(house.address).await.unwrap();
    let mut silent = TcpStream::connect(house.address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: canvass\r\n\r\n";
    let mut some = [0; 1024];
    answered.write_all(request).await.unwrap();
    assert!(answered.read(&mut some).await.unwrap() > 0);
    let closed = tokio::time::timeout(PATIENCE, silent.read(&mut some)).await;
    assert_eq!(closed.expect("a few seconds").unwrap(), 0);
    answered.write_all(request).await.unwrap();
    assert!(answered.read(&mut some).await.unwrap() > 0, "it may still ask");
}
