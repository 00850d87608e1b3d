//! Who gets what, when, and for everything that is not sent the named reason why.
//!
//! Pure: a function of the configuration, the records, the observations and `now`. It starts nothing; it
//! says which effects are due and when to look again, and `dispatch` performs them. Planning again
//! changes nothing.
//!
//! - `touches`: when a touch of the cadence may be sent to somebody, as its life `[due, expires)`
//! - `case`: one person and one initiative: what keeps a touch from being sent, whatever the hour
//! - `approval`: what advocates hold back, and what they let go before its time
//! - `review`: what waits for an advocate, and when they hear of it
//! - `queue`: what waits for approval, of all initiatives
//! - `pacing`: hours, quiet times, gaps and caps, across all initiatives together
//! - `outlook`: what one person gets next, and when that may change
//! - `digest`: when an advocate is told what changed
//! - `posts`, `disagreement`: relays, receipts and notices: what answers something that happened
//! - `answers`: what a question sends: receipt, relays, answers, and the reminder of it
//! - `bookings`: what a booking sends: word of each change, invitations, reminders, and how it went
//! - `incremental`: the plan itself, kept up to date event by event
//! - `eligible`: the same rule for one post, asked again right before the intent
//! - `forecast`, `explain`: the same rule over days to come, and its reasons
//! - `revival`: what counted as missed though its time is still to come
//! - `restart`: what has to be looked up before a journal that may be missing records is trusted
//! - `skip`: the named reasons

mod answers;
mod approval;
mod bookings;
mod case;
mod digest;
mod disagreement;
mod eligible;
mod explain;
mod forecast;
mod incremental;
mod outlook;
mod pacing;
mod posts;
mod queue;
mod refusals;
mod restart;
mod review;
mod revival;
mod skip;
mod touches;

pub use approval::wants_approval;
pub use eligible::{eligible, held_although_approved, is_wanted};
pub use explain::{Explanation, InitiativePlan, Outcome, Row, TouchRow, explain};
pub use forecast::{Planned, forecast, forecast_from};
pub(crate) use incremental::LOOK_UP_AFTER;
pub use incremental::{Plan, Touched, touched};
pub use queue::{Queue, queue, queue_among};
pub use restart::must_start_paused;
pub use review::{Waiting, judgeable, listed, next_for, review_horizon, shown_until, waiting};
pub use revival::{Revival, revivable};
pub use skip::Skip;

#[cfg(test)]
mod tests;
