//! The journal from outside: what every backend promises, and what this one does with a bad folder.

mod child;
mod contract;
mod crash;
mod export;
mod fixtures;
mod folder;
mod heavy;
mod memory;
mod sample;
mod trace;
mod writer;
