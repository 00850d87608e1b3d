//! One binary for every integration test: one link step, and servers that tests can share.

mod config;
mod journal;
mod messages;
mod sandbox;
mod tidy;
mod world;
