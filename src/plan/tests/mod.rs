//! The rules as tables, and the promises as properties.

mod approach;
mod approval;
mod bookings;
mod campaign;
mod incremental;
mod posts;
mod properties;
mod questions;
mod reasons;
mod refusals;
mod restart;
mod world;
