//! The one integration-test binary; a folder for each room.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test tells what went wrong by panicking; clippy exempts only the test functions themselves"
)]

mod sandbox;
mod slack;
