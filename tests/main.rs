//! The one integration-test binary; a folder for each room.

mod sandbox;
mod slack;
