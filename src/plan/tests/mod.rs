//! The rules as tables, and the promises as properties.

mod campaign;
mod incremental;
mod posts;
mod questions;
mod properties;
mod reasons;
mod restart;
mod world;
