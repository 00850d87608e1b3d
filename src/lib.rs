pub mod clock;
pub mod config;
pub mod domain;
pub mod message;
pub mod sandbox;
