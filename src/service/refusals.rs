//! What Slack refuses beside messages goes on record as well, once, and so does its end.

use crate::domain::event::Event;
use crate::domain::refusal::Call;
use crate::domain::state::State;
use crate::journal::{Decision, Writer};
use crate::slack::CallError;

/// Takes down how a call of this kind ended, if that is news.
pub(super) async fn note(writer: &Writer, calls: Call, ended: Result<(), &CallError>) {
    let refused = ended.err().map(|error| (error.does(calls), error.code()));
    let news = move |state: &State| -> Vec<Event> {
        match &refused {
            Some((does, code)) => state.when_refused(calls, *does, code),
            None => state.when_taken(calls).into_iter().collect(),
        }
    };
    if news(&writer.state()).is_empty() {
        return;
    }
    let recorded = writer.submit(None, move |state, _| Decision { events: news(state), reply: () });
    // The writer ends only with the process; there is then nothing left to tell.
    _ = recorded.await;
}
