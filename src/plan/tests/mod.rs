//! The rules as tables, and the promises as properties.

mod anything;
mod approach;
mod approval;
mod bookings;
mod campaign;
mod digest;
mod incremental;
mod left_out;
mod posts;
mod properties;
mod questions;
mod reach;
mod reasons;
mod refusals;
mod reload;
mod restart;
mod world;
