pub mod clock;
pub mod domain;
pub mod message;
pub mod sandbox;
