//! One binary for every integration test: one link step, and servers that tests can share.

mod config;
mod sandbox;
mod tidy;
