//! Canvass: a Slack bot that carries one engineer's reliability work into other teams' backlogs.
pub mod sandbox;
