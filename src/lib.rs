pub mod clock;
pub mod domain;
pub mod plan;
pub mod sandbox;
