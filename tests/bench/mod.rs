//! The figures that the product promises, measured: `./bench` runs them, optimised, and prints the table.
//!
//! Each test prints a line for each of its figures and fails if one is not kept. They drive the real
//! program where a figure is about the service, and write to the disk that the build is on. By hand:
//! `cargo test --release --test canvass bench:: -- --ignored --nocapture --test-threads=1`

mod campaign;
mod clicks;
mod crowd;
mod figure;
mod history;
mod home;
mod http;
pub(crate) mod organisation;
mod planning;
mod process;
mod slots;
mod start;
mod workspace;
