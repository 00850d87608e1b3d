//! The one integration-test binary; a folder for each room.

#[cfg(test)]
mod sandbox;
