pub mod clock;
pub mod command;
pub mod domain;
pub mod sandbox;
pub mod slack;
