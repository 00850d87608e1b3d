//! One binary for every integration test: one link step, and servers that tests can share.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test tells what went wrong by panicking, a measurement prints; clippy exempts only test functions"
)]

mod bench;
mod browser;
mod calendars;
mod config;
mod crash;
mod faq;
mod homes;
mod http;
mod journal;
mod leaks;
mod messages;
mod release;
mod running;
mod sandbox;
mod scenarios;
mod slack;
mod tidy;
mod world;
