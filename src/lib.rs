pub mod clock;
pub mod dispatch;
pub mod domain;
pub mod journal;
pub mod plan;
pub mod sandbox;
