//! Replies that can't be decided yet, since it isn't known whether what they answer has arrived ([`Reply::NotYet`]).
//!
//! Slack delivers such a reply again at once, after one minute and after five, and then drops it; finding out may take
//! longer. So its place is noted here, and the sweep reads it again until it is decided.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::command::{Incoming, Request};
use crate::domain::ids::{MessageTs, SlackChannelId};
use crate::domain::message::Reply;
use crate::slack::{Closed, Inbox};

/// Where something was typed.
pub(super) type Place = (SlackChannelId, MessageTs);

/// The places of replies that are not decided. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Undecided(Arc<watch::Sender<BTreeSet<Place>>>);

impl Undecided {
    /// A reply that has just arrived is not decided: whoever subscribed hears of it.
    fn arrives(&self, place: Place) {
        self.0.send_if_modified(|places| places.insert(place));
    }

    /// A reply that was read is not decided.
    pub(super) fn keep(&self, place: Place) {
        self.0.send_if_modified(|places| {
            places.insert(place);
            false
        });
    }

    /// A reply is decided, or there no more; whether it had been waiting for that.
    pub(super) fn settle(&self, place: &Place) -> bool {
        let mut waited = false;
        self.0.send_if_modified(|places| {
            waited = places.remove(place);
            false
        });
        waited
    }

    /// All of them.
    pub(super) fn places(&self) -> BTreeSet<Place> {
        self.0.borrow().clone()
    }

    /// When the first of them was typed.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.0.borrow().iter().filter_map(|(_, ts)| ts.at()).min()
    }

    /// Changes with each that arrives.
    pub(super) fn subscribe(&self) -> watch::Receiver<BTreeSet<Place>> {
        self.0.subscribe()
    }
}

/// Decides what arrives, and notes the replies that can't be decided yet.
pub(super) struct Live {
    pub(super) decider: Arc<dyn Inbox>,
    pub(super) undecided: Undecided,
}

#[async_trait]
impl Inbox for Live {
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
        let (place, is_new) = match &incoming.request {
            Request::Typed { channel, ts, .. } => (Some((channel.clone(), ts.clone())), true),
            Request::Edit { channel, ts, .. } => (Some((channel.clone(), ts.clone())), false),
            Request::Act { .. }
            | Request::OpenHome { .. }
            | Request::Delete { .. }
            | Request::Submit { .. }
            | Request::Wordless { .. }
            | Request::Slash { .. } => (None, false),
        };
        let reply = self.decider.take(incoming).await?;
        if let Some(place) = place {
            match &reply {
                Reply::NotYet => self.undecided.arrives(place),
                // What was changed before it was decided is yet to be decided, as it reads now.
                Reply::Nothing
                | Reply::Say(_)
                | Reply::Open(_)
                | Reply::Faults(_)
                | Reply::Show(_)
                | Reply::Home(_) => _ = is_new && self.undecided.settle(&place),
            }
        }
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::domain::event::Cause;
    use crate::domain::ids::SlackUserId;

    /// Answers as it was told, in that order.
    struct Told(Mutex<Vec<Reply>>);

    #[async_trait]
    impl Inbox for Told {
        async fn take(&self, _: Incoming) -> Result<Reply, Closed> {
            Ok(self.0.lock().unwrap().remove(0))
        }
    }

    #[tokio::test]
    async fn a_reply_that_can_not_be_decided_yet_is_noted_until_it_is() {
        let (channel, ts) =
            (SlackChannelId::parse("D1").unwrap(), MessageTs::parse("1700000000.000100").unwrap());
        let undecided = Undecided::default();
        let said = vec![Reply::NotYet, Reply::NotYet, Reply::Nothing, Reply::say("I can't tell.")];
        let live = Live { decider: Arc::new(Told(Mutex::new(said))), undecided: undecided.clone() };
        let mut arrivals = undecided.subscribe();
        let take = |request: Request| {
            let cause = Cause::Message(channel.clone(), ts.clone());
            live.take(Incoming { cause, actor: SlackUserId::parse("U1").unwrap(), request })
        };
        let typed = || Request::Typed {
            channel: channel.clone(),
            ts: ts.clone(),
            thread: Some(ts.clone()),
            text: "They do.".to_owned(),
        };
        take(typed()).await.unwrap();
        assert!(arrivals.has_changed().unwrap());
        arrivals.mark_unchanged();
        take(typed()).await.unwrap();
        assert!(!arrivals.has_changed().unwrap(), "Slack delivered it again");
        assert_eq!(undecided.since(), ts.at());
        let edit = Request::Edit {
            channel: channel.clone(),
            ts: ts.clone(),
            thread: None,
            text: "They do not.".to_owned(),
        };
        take(edit).await.unwrap();
        assert_eq!(undecided.places(), BTreeSet::from([(channel.clone(), ts.clone())]));
        take(typed()).await.unwrap();
        assert_eq!(undecided.places(), BTreeSet::new());
    }
}
