//! Slack's *Retry-After*, kept by everybody who calls.
//!
//! Sending, looking up, sweeping and reading call the same methods without knowing of each other, and Slack's limit
//! is on the method. Whoever calls within the wait is answered as Slack would answer, and Slack isn't asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::monotonic;
use crate::slack::errors::CallError;
use crate::slack::methods::Method;

/// Until when each method rests.
#[derive(Debug, Default)]
pub(super) struct Rests(Mutex<BTreeMap<&'static str, Instant>>);

impl Rests {
    /// Whether `method` may be called now.
    ///
    /// # Errors
    /// It rests, for so long.
    pub(super) fn allow(&self, method: Method) -> Result<(), CallError> {
        let now = monotonic();
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = rests.get(method.name()).map(|until| until.duration_since(now));
        match left {
            Some(retry_after) if !retry_after.is_zero() => Err(CallError::Limited { retry_after }),
            Some(_) => {
                rests.remove(method.name());
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Slack wants `method` to rest for so long.
    pub(super) fn begin(&self, method: Method, rest: Duration) {
        let Some(until) = monotonic().checked_add(rest) else { return };
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = rests.entry(method.name()).or_insert(until);
        *before = until.max(*before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_method_rests_for_everybody_until_its_wait_is_over_and_no_other_does() {
        let rests = Rests::default();
        rests.allow(Method::ConversationsHistory).unwrap();
        rests.begin(Method::ConversationsHistory, Duration::from_secs(20));
        tokio::time::advance(Duration::from_secs(5)).await;
        // A shorter one from a call that was under way takes nothing off.
        rests.begin(Method::ConversationsHistory, Duration::from_secs(1));
        let refused = rests.allow(Method::ConversationsHistory).unwrap_err();
        assert_eq!(refused.retry_after(), Duration::from_secs(15));
        rests.allow(Method::UsersList).unwrap();
        tokio::time::advance(Duration::from_secs(15)).await;
        rests.allow(Method::ConversationsHistory).unwrap();
    }
}
