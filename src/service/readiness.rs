//! Whether everything that the service needs is in order, in words for whoever runs it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::shared::Shared;
use crate::domain::event::PauseReason;
use crate::domain::marks;
use crate::domain::observation::Observations;
use crate::domain::state::{ClockOff, State};
use crate::journal::Writer;
use crate::slack::Standing;
use crate::slack::socket::{Fault, Health};
use crate::web::{Check, Readiness};

/// What the tasks of the service say of themselves.
#[derive(Debug, Default)]
pub(super) struct Reports {
    people: Mutex<People>,
}

#[derive(Debug, Clone, Default)]
struct People {
    /// When they were read last.
    read: Option<Timestamp>,
    /// Why the latest reading failed; none if it didn't.
    fault: Option<String>,
}

impl Reports {
    /// The people of the workspace were read.
    pub(super) fn people_read(&self, at: Timestamp) {
        *held(&self.people) = People { read: Some(at), fault: None };
    }

    /// They could not be read; why, as a clause.
    pub(super) fn people_not_read(&self, why: String) {
        held(&self.people).fault = Some(why);
    }
}

fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How Slack's requests arrive, as far as it can be told.
pub(super) enum Arriving {
    Sockets(watch::Receiver<Health>),
    /// Nobody knows before somebody clicks.
    Http,
}

/// Where the answer comes from.
pub(super) struct Sources {
    pub(super) writer: Writer,
    pub(super) shared: Shared,
    pub(super) token: watch::Receiver<Standing>,
    pub(super) arriving: Arriving,
}

impl Sources {
    /// How everything is now.
    pub(super) fn look(&self) -> Readiness {
        let command = self.shared.program().command.clone();
        let (sending, off) = {
            let state = self.writer.state();
            (sending(&state, &self.shared.seen(), &command), state.clock_off)
        };
        Readiness {
            token: token(&self.token.borrow()),
            people: people(&held(&self.shared.reports.people)),
            journal: if self.writer.is_open() {
                Check::ok()
            } else {
                Check::fault(
                    "The journal can't be written any more; the log says why. The service is ending.",
                )
            },
            clock: off.map_or_else(Check::ok, clock),
            sending,
            transport: match &self.arriving {
                Arriving::Sockets(health) => sockets(&health.borrow()),
                Arriving::Http => Check::ok(),
            },
        }
    }
}

fn token(standing: &Standing) -> Check {
    match standing {
        Standing::Good => Check::ok(),
        Standing::Unknown => Check::noted("Slack hasn't been asked yet."),
        Standing::Refused(code) => Check::fault(format!(
            "Slack refuses the bot token ({code}). Install the app again if it was removed, and copy the token anew \
             from OAuth & Permissions into SLACK_BOT_TOKEN and restart, or into the file of SLACK_BOT_TOKEN_FILE, \
             which is read again by itself."
        )),
    }
}

fn people(people: &People) -> Check {
    match (&people.fault, people.read) {
        (None, Some(_)) => Check::ok(),
        (None, None) => {
            Check::fault("The people of the workspace haven't been read yet. Nothing is sent until they are.")
        }
        (Some(why), None) => Check::fault(format!(
            "The people of the workspace can't be read: {why}. Nothing is sent until they are. Canvass keeps trying."
        )),
        (Some(why), Some(at)) => Check::fault(format!(
            "The people of the workspace can't be read: {why}. They were last read at {at:.0}. Canvass keeps trying."
        )),
    }
}

fn clock(off: ClockOff) -> Check {
    let said = ClockOff::said(off.ahead);
    Check::fault(format!(
        "This machine's clock is {said} compared with Slack's, so campaign messages wait. Set the clock; sending then resumes by itself."
    ))
}

fn sending(state: &State, seen: &Observations, command: &str) -> Check {
    if marks::are_unreadable(state, seen) {
        return Check::fault(marks::UNREADABLE);
    }
    match &state.paused {
        Some((_, reason)) => paused(reason, command),
        None => refused(state),
    }
}

fn paused(reason: &PauseReason, command: &str) -> Check {
    match reason {
        PauseReason::Asked { by } => {
            Check::noted(format!("Paused by {by}. `{command} resume` ends the pause."))
        }
        PauseReason::FirstStart { denied_by: None } => Check::fault(format!(
            "The data folder is empty, so nothing is sent until an advocate confirms that this is the first start \
             (they were asked; `{command} resume` confirms it too). If it isn't, put the data folder back or restore a \
             backup."
        )),
        PauseReason::FirstStart { denied_by: Some(by) } => Check::fault(format!(
            "{by} said that this isn't the first start: stop the service, put the data folder back or restore a \
             backup, and start it again."
        )),
        PauseReason::Unproven => Check::fault(format!(
            "Paused: the journal may not know everything that was sent. Canvass is looking in Slack for what may have \
             gone out already. An advocate has to check `{command} plan`, then run `{command} resume`."
        )),
        PauseReason::Configuration { code } if reason.ends_by_itself() => Check::fault(format!(
            "Paused: Slack refuses everything ({code}). `canvass doctor` says what to fix. Canvass tries again every few \
             minutes, and sending resumes by itself."
        )),
        PauseReason::Returned { code } => Check::fault(format!(
            "Paused: Slack had refused everything ({code}), and takes calls again. An advocate has to check `{command} \
             plan`, then run `{command} resume`."
        )),
        PauseReason::Configuration { code } => Check::fault(format!(
            "Paused: Slack refuses everything ({code}). `canvass doctor` says what to fix; then `{command} resume`."
        )),
    }
}

/// What Slack refuses though posting goes on.
fn refused(state: &State) -> Check {
    if !state.calls_refused.is_empty() {
        let calls = state.calls_refused.iter();
        let calls: Vec<String> =
            calls.map(|(calls, refused)| format!("{} ({})", calls.word(), refused.code)).collect();
        return Check::fault(format!(
            "Slack refuses some calls: {}. `canvass doctor` says what to fix. Canvass keeps trying them, and \
             everything else continues.",
            calls.join(", ")
        ));
    }
    let refused = state.refused_content.values().filter(|refused| !refused.retried);
    match refused.map(|refused| refused.posts.len()).sum::<usize>() {
        0 => Check::ok(),
        messages => Check::noted(format!(
            "Slack refused the text or layout of messages ({messages}). Their advocates were told, and another version \
             of Canvass tries them again."
        )),
    }
}

fn sockets(health: &Health) -> Check {
    match (health.open, &health.fault) {
        (0, Some(Fault::Configuration(code))) => Check::fault(format!(
            "Slack refuses Socket Mode ({code}). Check that it is switched on in the app's settings, and \
             SLACK_APP_TOKEN. Canvass keeps trying."
        )),
        (0, Some(Fault::Passing(code))) => {
            Check::fault(format!("There is no Socket Mode connection ({code}). Canvass keeps trying."))
        }
        (0, None) => Check::fault("There is no Socket Mode connection yet."),
        (_, Some(_) | None) => Check::ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Event, Record};
    use crate::domain::ids::{Seq, SlackUserId};
    use crate::domain::marks::Marker;
    use crate::domain::refusal::Call;

    #[test]
    fn what_is_refused_is_said_with_what_ends_it() {
        let paused = |code: &str| paused(&PauseReason::Configuration { code: code.to_owned() }, "/canvass");
        let says = |check: Check| (check.ok, check.reason.unwrap_or_default());
        let (ok, reason) = says(paused("missing_scope"));
        assert!(!ok && reason.contains("by itself"), "{reason}");
        let (ok, reason) = says(paused("token_revoked"));
        assert!(!ok && reason.contains("/canvass resume"), "{reason}");
        let mut state = State::default();
        assert_eq!(refused(&state), Check::ok());
        let event = Event::CallsRefused { calls: Call::LookUp, code: "missing_scope".to_owned() };
        state.apply(&Record { seq: Seq(1), at: Timestamp::UNIX_EPOCH, cause: None, event });
        let (ok, reason) = says(refused(&state));
        assert!(!ok && reason.contains("look-ups (missing_scope)"), "{reason}");
        state.marks.insert(Marker::new(&[1; 32]).account(&SlackUserId::parse("U0ANA").unwrap()));
        let (ok, reason) = says(sending(&state, &Observations::default(), "/canvass"));
        assert!(!ok && reason.contains("CANVASS_ROOT_KEY"), "{reason}");
    }
}
