//! One binary for every integration test: one link step, and servers that tests can share.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on fails")]

mod config;
mod messages;
mod sandbox;
mod scenarios;
mod tidy;
mod world;
