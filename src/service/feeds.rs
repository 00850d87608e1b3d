//! The calendars that hosts can subscribe to: whose is whose, and what they say.

use jiff::Timestamp;

use crate::domain::directory::Person;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::message;
use crate::web::{FeedKey, feed_address};

/// What the secret is called in the data folder.
pub(super) const SECRET: &str = "feeds";

/// The calendars of this data folder.
#[derive(Debug, Clone)]
pub struct Feeds {
    key: FeedKey,
    base: Option<String>,
}

impl Feeds {
    /// Calendars with addresses below `base`, without a slash at its end; none if HTTP isn't served.
    pub fn new(secret: &[u8; 32], base: Option<String>) -> Self {
        Self { key: FeedKey::new(secret), base }
    }

    /// Where `host` subscribes to their calendar; none if HTTP isn't served. Whoever has the address reads the
    /// calendar: it is shown to nobody else.
    pub fn feed_address(&self, state: &State, host: &PersonId) -> Option<String> {
        self.base.as_deref().map(|base| feed_address(base, &self.key.token(host, since(state, host))))
    }

    /// The calendar of `token`, if it is somebody's.
    pub(super) fn text(
        &self,
        program: &Program,
        state: &State,
        token: &str,
        now: Timestamp,
    ) -> Option<String> {
        let host = self.host(program, state, token)?;
        Some(message::feed(program, state, &host.id, now))
    }

    /// Whose calendar it is: an address stays the same one when its host gets another id, and opens nothing any
    /// more once their account was corrected.
    fn host<'a>(&self, program: &'a Program, state: &State, token: &str) -> Option<&'a Person> {
        let is_of = |person: &&Person| {
            let since = since(state, &person.id);
            let mut ids = std::iter::once(&person.id).chain(&person.was);
            !person.is_in_question(state) && ids.any(|id| self.key.opens(token, id, since))
        };
        program.people.values().find(is_of)
    }
}

/// The record since which the calendar of `host` has another address than before.
fn since(state: &State, host: &PersonId) -> Option<Seq> {
    state.person(host)?.corrected
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::account::{Former, Proof, Turn};
    use crate::domain::event::{Event, Record};
    use crate::domain::ids::SlackUserId;

    #[test]
    fn an_address_outlives_a_new_id_of_its_host() {
        let mut program = crate::config::load(Path::new("config")).unwrap().program;
        let state = State::default();
        let feeds = Feeds::new(&[7; 32], Some("https://canvass.example.com".to_owned()));
        let priya = PersonId::parse("priya").unwrap();
        let address = feeds.feed_address(&state, &priya).unwrap();
        let token = address.strip_prefix("https://canvass.example.com/calendar/").unwrap();
        let token = token.strip_suffix(".ics").unwrap();
        assert_eq!(feeds.host(&program, &state, token).unwrap().id, priya);
        let mut person = program.people.remove(&priya).unwrap();
        assert!(feeds.host(&program, &state, token).is_none());
        person.id = PersonId::parse("priya-raman").unwrap();
        person.was.push(priya);
        program.people.insert(person.id.clone(), person);
        assert_eq!(feeds.host(&program, &state, token).unwrap().id.as_str(), "priya-raman");
        assert!(Feeds::new(&[7; 32], None).feed_address(&state, &PersonId::parse("ana").unwrap()).is_none());
    }
    #[test]
    fn whoever_was_taken_for_a_host_by_mistake_loses_the_address() {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let feeds = Feeds::new(&[7; 32], Some("https://canvass.example.com".to_owned()));
        let priya = PersonId::parse("priya").unwrap();
        let mut state = State::default();
        let mut linked = |slack: &str, replaces: Option<Former>| {
            let (person, slack) = (priya.clone(), SlackUserId::parse(slack).unwrap());
            let event = Event::PersonLinked { person, slack, proof: Some(Proof::Id), replaces };
            let record = Record { seq: state.head.next(), at: Timestamp::UNIX_EPOCH, cause: None, event };
            state.apply(&record);
            let address = feeds.feed_address(&state, &priya).unwrap();
            let name = address.rsplit('/').next().unwrap().to_owned();
            (name.strip_suffix(".ics").unwrap().to_owned(), state.clone())
        };
        let (before, _) = linked("U0STRANGER", None);
        let former = Former { slack: SlackUserId::parse("U0STRANGER").unwrap(), turn: Turn::Corrected };
        let (after, state) = linked("U05PRYRMN01", Some(former));
        assert!(feeds.host(&program, &state, &before).is_none(), "the stranger reads it no longer");
        assert_eq!(feeds.host(&program, &state, &after).unwrap().id, priya);
    }
}
