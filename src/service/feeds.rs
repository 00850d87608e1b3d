//! The calendars that hosts can subscribe to: whose is whose, and what they say.

use jiff::Timestamp;

use crate::domain::directory::Person;
use crate::domain::ids::PersonId;
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
    pub fn feed_address(&self, host: &PersonId) -> Option<String> {
        self.base.as_deref().map(|base| feed_address(base, &self.key.token(host)))
    }

    /// The calendar of `token`, if it is somebody's.
    pub(super) fn text(
        &self,
        program: &Program,
        state: &State,
        token: &str,
        now: Timestamp,
    ) -> Option<String> {
        let host = self.host(program, token)?;
        Some(message::feed(program, state, &host.id, now))
    }

    /// Whose calendar it is: an address stays the same one when its host gets another id.
    fn host<'a>(&self, program: &'a Program, token: &str) -> Option<&'a Person> {
        let is_of = |person: &&Person| {
            std::iter::once(&person.id).chain(&person.was).any(|id| self.key.opens(token, id))
        };
        program.people.values().find(is_of)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_address_outlives_a_new_id_of_its_host() {
        let mut program = crate::config::load(Path::new("config")).unwrap().program;
        let feeds = Feeds::new(&[7; 32], Some("https://canvass.example.com".to_owned()));
        let priya = PersonId::parse("priya").unwrap();
        let address = feeds.feed_address(&priya).unwrap();
        let token = address.strip_prefix("https://canvass.example.com/calendar/").unwrap();
        let token = token.strip_suffix(".ics").unwrap();
        assert_eq!(feeds.host(&program, token).unwrap().id, priya);
        let mut person = program.people.remove(&priya).unwrap();
        assert!(feeds.host(&program, token).is_none());
        person.id = PersonId::parse("priya-raman").unwrap();
        person.was.push(priya);
        program.people.insert(person.id.clone(), person);
        assert_eq!(feeds.host(&program, token).unwrap().id.as_str(), "priya-raman");
        assert!(Feeds::new(&[7; 32], None).feed_address(&PersonId::parse("ana").unwrap()).is_none());
    }
}
