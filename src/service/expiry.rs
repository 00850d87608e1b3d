//! People's words come to an end by themselves: so many quarters after the one in which they were written,
//! they are let go of and their keys destroyed. What is still open stays, and what is counted.

use jiff::{SignedDuration, Timestamp};

use super::shared::Shared;
use crate::clock::{Clock, Trust, monotonic};
use crate::domain::event::Event;
use crate::domain::question::unanswerable;
use crate::domain::state::{State, quarter_of_words, words_kept_since};
use crate::journal::{Decision, Destroy, Stopped, Writer};

/// How often it is looked whether something that was open is closed: once a day is soon enough.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Lets words expire.
pub(super) struct Expiry {
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) shared: Shared,
    /// What is destroyed doesn't come back, so the calendar has to be confirmed.
    pub(super) trust: Trust,
}

impl Expiry {
    /// Looks now, every day, and whenever the configuration changes, for ever.
    pub(super) async fn keep(self) -> Result<(), Stopped> {
        let mut program = self.shared.program.subscribe();
        let mut trust = self.trust.subscribe();
        loop {
            let now = self.clock.now();
            if self.clock.moves_by_hand() || self.trust.confirms(now, monotonic()) {
                self.once(now).await?;
            }
            tokio::select! {
                biased;
                () = self.clock.reaches_or_turns_back(now.checked_add(LOOK_AGAIN).ok(), now) => {}
                Ok(()) = program.changed() => {}
                Ok(()) = trust.changed() => {}
            }
        }
    }

    async fn once(&self, now: Timestamp) -> Result<(), Stopped> {
        let program = self.shared.program();
        let Some(quarters) = program.words_expire else { return Ok(()) };
        let Some(before) = words_kept_since(now, quarters) else { return Ok(()) };
        let (but, unanswerable) = {
            let state = self.writer.state();
            let unanswerable = unanswerable(&program, &state);
            let open = state.open_since_before(now, before, &unanswerable);
            if !is_wanted(&state, before, open.len()) {
                return Ok(());
            }
            (open, unanswerable)
        };
        let which = Destroy::Before { quarter: quarter_of_words(before), but };
        let expired = self.writer.destroy(which, move |_, _, keys| Decision {
            events: vec![Event::WordsExpired {
                before,
                unanswerable: unanswerable.clone(),
                keys: keys.to_vec(),
            }],
            reply: keys.len(),
        });
        let keys = expired.await?;
        tracing::info!(keys, words.before = %before, "words of people expired");
        Ok(())
    }
}

/// Whether there is anything that has not expired yet and may now, where so much is still `open`.
fn is_wanted(state: &State, before: Timestamp, open: usize) -> bool {
    match &state.expired {
        Some(expired) if before < expired.before => false,
        Some(expired) if before == expired.before => open < expired.open,
        Some(_) | None => state.reaches_back_before(before),
    }
}
