//! The configuration as it is written: a mirror of the TOML files, place by place.
//!
//! Nothing here knows whether a name exists; the text of the documentation is what editors show.

mod canvass;
mod initiative;
mod office_hours;
mod people;

pub(super) use canvass::{Approval, Canvass, Limits, TouchRule, Window};
pub(super) use initiative::{Ask, Estimate, Exception, FaqEntry, Figure, Initiative, News, Step, Words};
pub(super) use office_hours::{HostCalendar, OfficeHours};
pub(super) use people::{Directory, Person, Team};
