//! Things that work once or for a while: triggers, response URLs, socket tickets.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A trigger works for three seconds (<https://docs.slack.dev/surfaces/modals>).
const TRIGGER_LIFE: Duration = Duration::from_secs(3);
/// A response URL works five times within thirty minutes.
const RESPONSE_USES: u8 = 5;
const RESPONSE_LIFE_MINUTES: i64 = 30;
/// A connection has to be opened soon after it was asked for.
const SOCKET_LIFE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Tickets {
    triggers: HashMap<String, Trigger>,
    responses: HashMap<String, Response>,
    sockets: HashMap<String, Duration>,
}

#[derive(Debug, Clone)]
struct Trigger {
    user: String,
    /// The modal that was open when it was given out, to push onto.
    view: Option<String>,
    given: Duration,
    used: bool,
}

/// Why a trigger isn't accepted; the names are Slack's error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TriggerError {
    Invalid,
    Expired,
    Exchanged,
}

impl TriggerError {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_trigger_id",
            Self::Expired => "expired_trigger_id",
            Self::Exchanged => "exchanged_trigger_id",
        }
    }
}

/// Where a response URL leads.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) user: String,
    pub(super) channel: String,
    /// The message that was clicked, which `replace_original` replaces.
    pub(super) original: Option<String>,
    /// The command line it answers.
    pub(super) command: Option<String>,
    given: Timestamp,
    given_real: Duration,
    uses: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseError {
    Unknown,
    Expired,
    UsedUp,
}

impl Tickets {
    pub(super) fn give_trigger(&mut self, id: &str, user: &str, view: Option<&str>, now: Duration) {
        // What expired a minute ago is forgotten, so that a long run does not grow.
        self.triggers.retain(|_, trigger| now.saturating_sub(trigger.given) < TRIGGER_LIFE * 20);
        let trigger =
            Trigger { user: user.to_owned(), view: view.map(str::to_owned), given: now, used: false };
        self.triggers.insert(id.to_owned(), trigger);
    }

    /// Exchanges a trigger for the person who caused it and the modal it came from.
    pub(super) fn exchange(
        &mut self,
        id: &str,
        now: Duration,
    ) -> Result<(String, Option<String>), TriggerError> {
        let trigger = self.triggers.get_mut(id).ok_or(TriggerError::Invalid)?;
        if trigger.used {
            return Err(TriggerError::Exchanged);
        }
        if now.saturating_sub(trigger.given) > TRIGGER_LIFE {
            return Err(TriggerError::Expired);
        }
        trigger.used = true;
        Ok((trigger.user.clone(), trigger.view.clone()))
    }

    #[expect(clippy::too_many_arguments, reason = "a response URL remembers where it was given out")]
    pub(super) fn give_response(
        &mut self,
        id: &str,
        user: &str,
        channel: &str,
        original: Option<&str>,
        command: Option<&str>,
        now: Timestamp,
        now_real: Duration,
    ) {
        self.responses.retain(|_, response| response.fresh(now, now_real));
        let response = Response {
            user: user.to_owned(),
            channel: channel.to_owned(),
            original: original.map(str::to_owned),
            command: command.map(str::to_owned),
            given: now,
            given_real: now_real,
            uses: 0,
        };
        self.responses.insert(id.to_owned(), response);
    }

    /// Uses a response URL once.
    pub(super) fn use_response(
        &mut self,
        id: &str,
        now: Timestamp,
        now_real: Duration,
    ) -> Result<Response, ResponseError> {
        let response = self.responses.get_mut(id).ok_or(ResponseError::Unknown)?;
        if !response.fresh(now, now_real) {
            return Err(ResponseError::Expired);
        }
        if response.uses >= RESPONSE_USES {
            return Err(ResponseError::UsedUp);
        }
        response.uses += 1;
        Ok(response.clone())
    }

    pub(super) fn give_socket(&mut self, id: &str, now: Duration) {
        self.sockets.retain(|_, given| now.saturating_sub(*given) <= SOCKET_LIFE);
        self.sockets.insert(id.to_owned(), now);
    }

    /// Whether the ticket opens a connection; it does so once.
    pub(super) fn use_socket(&mut self, id: &str, now: Duration) -> bool {
        self.sockets.remove(id).is_some_and(|given| now.saturating_sub(given) <= SOCKET_LIFE)
    }
}

impl Response {
    /// Thirty minutes, whether they pass by themselves or the calendar is moved.
    fn fresh(&self, now: Timestamp, now_real: Duration) -> bool {
        let life = SignedDuration::from_mins(RESPONSE_LIFE_MINUTES);
        now.duration_since(self.given) <= life
            && SignedDuration::try_from(now_real.saturating_sub(self.given_real)).is_ok_and(|age| age <= life)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(100);

    #[test]
    fn a_trigger_works_once_and_for_three_seconds() {
        let mut tickets = Tickets::default();
        tickets.give_trigger("a", "U1", None, START);
        tickets.give_trigger("b", "U1", Some("V1"), START);
        let in_time = START + Duration::from_secs(3);
        assert_eq!(tickets.exchange("a", in_time), Ok(("U1".into(), None)));
        assert_eq!(tickets.exchange("a", in_time), Err(TriggerError::Exchanged));
        let late = in_time + Duration::from_millis(1);
        assert_eq!(tickets.exchange("b", late), Err(TriggerError::Expired));
        assert_eq!(tickets.exchange("c", late), Err(TriggerError::Invalid));
    }

    #[test]
    fn a_response_url_works_five_times_within_thirty_minutes() {
        let mut tickets = Tickets::default();
        let now = Timestamp::UNIX_EPOCH;
        for id in ["a", "b"] {
            tickets.give_response(id, "U1", "D1", None, None, now, START);
        }
        for _ in 0..5 {
            assert!(tickets.use_response("a", now, START).is_ok());
        }
        assert_eq!(tickets.use_response("a", now, START).err(), Some(ResponseError::UsedUp));
        let moved = now + SignedDuration::from_mins(31);
        assert_eq!(tickets.use_response("b", moved, START).err(), Some(ResponseError::Expired));
    }

    #[test]
    fn a_socket_ticket_opens_one_connection() {
        let mut tickets = Tickets::default();
        tickets.give_socket("a", START);
        assert!(tickets.use_socket("a", START));
        assert!(!tickets.use_socket("a", START));
    }
}
