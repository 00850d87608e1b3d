//! One binary for every integration test: one link step, and servers that tests can share.

// Marked as test code, so that clippy lets it unwrap.
#[cfg(test)]
mod journal;
