//! The stand-in workspace over its real wire, with a scripted app on the other end.

mod echo;
mod faults;
mod files;
mod guard;
mod http;
mod methods;
mod page;
mod persistence;
pub(crate) mod stand_in;
