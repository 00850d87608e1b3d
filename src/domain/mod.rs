//! Vocabulary and pure rules. Imports nothing of ours and does no I/O, so it can't fail at run time.

pub mod approach;
pub mod calendar;
pub mod coverage;
pub mod directory;
pub mod effect;
pub mod engagement;
pub mod event;
pub mod hours;
pub mod ids;
pub mod initiative;
pub mod message;
pub mod observation;
pub mod office_hours;
pub mod performer;
pub mod personal;
pub mod pitch;
pub mod program;
pub mod schedule;
pub mod sentence;
pub mod state;
