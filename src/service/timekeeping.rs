//! The system's clock beside Slack's, at the start, every hour, and whenever ours has jumped.
//!
//! Five minutes apart, what only the calendar asks for waits, and the advocates are told. One answer that agrees
//! lifts it. A calendar that is moved by hand is never compared: it is meant to be off.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::oneshot;

use crate::clock::{Clock, Standing, Trust, monotonic};
use crate::domain::event::Event;
use crate::domain::state::State;
use crate::journal::{Decision, Stopped, Writer};
use crate::slack::Client;

/// Between two comparisons while all is well.
const USUALLY: Duration = Duration::from_secs(3600);
/// Between two comparisons while the clocks are apart, or Slack can't be asked.
const IN_DOUBT: Duration = Duration::from_secs(10);
/// How soon the service notices that its clock has jumped.
pub(super) const LOOK: Duration = Duration::from_secs(5);

/// Compares the clocks.
pub(super) struct Timekeeping {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) trust: Trust,
    /// How soon it is noticed that our clock has jumped, real time.
    pub(super) look: Duration,
}

impl Timekeeping {
    /// Compares for ever; `first` is told after the first comparison, however it went.
    pub(super) async fn keep(self, first: oneshot::Sender<()>) -> Result<(), Stopped> {
        let mut first = Some(first);
        loop {
            let standing = self.compare().await;
            if let Some(standing) = standing {
                self.tell(standing).await?;
            }
            if let Some(first) = first.take() {
                // Whoever waited for it is gone only when the service stops.
                _ = first.send(());
            }
            let next = match standing {
                Some(Standing::Agreed { .. } | Standing::Unknown) => USUALLY,
                Some(Standing::Off { .. }) | None => IN_DOUBT,
            };
            self.wait(next).await;
        }
    }

    async fn compare(&self) -> Option<Standing> {
        let asked = self.clock.now();
        match self.client.date().await {
            Ok(theirs) => Some(self.trust.compare(asked, self.clock.now(), theirs, monotonic())),
            Err(error) => {
                tracing::debug!(%error, "Slack's clock could not be asked");
                None
            }
        }
    }

    /// Waits for as long, or until a clock that was believed no longer is.
    async fn wait(&self, long: Duration) {
        let mut waited = std::pin::pin!(tokio::time::sleep(long));
        let believed = self.trust.believes(self.clock.now(), monotonic());
        loop {
            tokio::select! {
                biased;
                () = &mut waited => return,
                () = self.clock.rests(self.look) => {
                    if believed && !self.trust.believes(self.clock.now(), monotonic()) {
                        tracing::warn!(
                            "this machine's clock has jumped, or the machine slept; it is compared with Slack's"
                        );
                        return;
                    }
                }
            }
        }
    }

    /// Puts on record that the clock is off, or no longer is.
    async fn tell(&self, standing: Standing) -> Result<(), Stopped> {
        let told = self.writer.submit(None, move |state, _| {
            let event = news(state, standing);
            Decision { reply: event.is_some(), events: event.into_iter().collect() }
        });
        match (told.await?, standing) {
            (true, Standing::Off { ahead }) => tracing::error!(
                clock.ahead_s = ahead.as_secs(),
                "this machine's clock is off; campaign messages wait until it agrees with Slack's"
            ),
            (true, Standing::Agreed { .. } | Standing::Unknown) => {
                tracing::info!("this machine's clock agrees with Slack's again; campaign messages go on");
            }
            (false, _) => {}
        }
        Ok(())
    }
}

/// What is to be recorded, if it isn't yet.
fn news(state: &State, standing: Standing) -> Option<Event> {
    match standing {
        Standing::Off { ahead } => {
            let told = state.clock_off.is_some();
            (!told).then(|| Event::ClockDoubted { ahead: seconds(ahead) })
        }
        Standing::Agreed { .. } | Standing::Unknown => {
            state.clock_off.is_some().then_some(Event::ClockBelieved {})
        }
    }
}

fn seconds(ahead: SignedDuration) -> i64 {
    ahead.as_secs()
}
