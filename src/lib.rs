//! Canvass: a Slack bot that carries one engineer's reliability work into other teams' backlogs.
//!
//! `ARCHITECTURE.md` has the map and the dependency law; `tests/tidy` keeps them true.

pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod dispatch;
pub mod domain;
pub mod egress;
pub mod ical;
pub mod integrations;
pub mod journal;
pub mod message;
pub mod plan;
pub mod private;
pub mod sandbox;
pub mod service;
pub mod slack;
pub mod telemetry;
pub mod web;

/// Chooses ring as the one crypto provider of this process. Called first thing in `main` and by tests.
pub fn install_crypto() {
    // An error says that one is installed already, which is all that is wanted.
    _ = rustls::crypto::ring::default_provider().install_default();
}
