//! Where hosts' calendars are, and which variables hold what is secret about them.

use schemars::{Schema, json_schema};

use crate::config::read::{Advice, Word};

/// The address of a calendar or of its server. What it may not hold, such as a password, is for a check
/// to say: that one doesn't repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) struct CalendarAddress {
    /// `https`, or `http` on this machine.
    pub address: String,
}

impl CalendarAddress {
    /// Whether it names who logs in: `user@` or `user:password@`.
    pub(in crate::config) fn has_login(&self) -> bool {
        authority(&self.address).contains('@')
    }

    /// Whether it has what looks like a secret: a long run of letters and digits, as services put it in
    /// private addresses of calendars.
    pub(in crate::config) fn looks_secret(&self) -> bool {
        const SHORTEST: usize = 20;
        let Some((_, rest)) = self.address.split_once("://") else { return false };
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        let is_token = |part: &str| {
            part.len() >= SHORTEST
                && part.chars().any(|c| c.is_ascii_digit())
                && part.chars().any(|c| c.is_ascii_alphabetic())
        };
        // Google says `public` in the addresses of calendars that are.
        !path.split('/').any(|part| part == "public")
            && path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').any(is_token)
    }
}

fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Whether `address` is one on this machine, where nobody listens on the way.
fn is_loopback(address: &str) -> bool {
    let host = authority(address);
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl Word for CalendarAddress {
    const CHECK: &'static str = "calendar-address";
    const WHAT: &'static str = "the address of a calendar";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^(https|webcals?|http)://" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let text = text.trim();
        let read = Self { address: text.to_owned() };
        if read.has_login() {
            return Ok(read);
        }
        let advice =
            |because: &str, instead: String| Advice { because: because.into(), instead: Some(instead) };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            advice("it does not start with `https://`", "write the whole address".to_owned())
        })?;
        let address = match scheme {
            // What calendars call `webcal` is fetched over https.
            "https" | "webcal" | "webcals" => format!("https://{rest}"),
            "http" if is_loopback(text) => text.to_owned(),
            "http" => {
                let instead = format!("write `https://{rest}`; only on this machine `http://` will do");
                return Err(advice("it is not encrypted", instead));
            }
            _ => {
                let instead = "write an address with `https://` or `webcal://`".to_owned();
                return Err(advice("calendars are not read that way", instead));
            }
        };
        if authority(&address).is_empty() {
            return Err(advice("it names no host", "write the whole address".to_owned()));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>|\"".contains(c)) {
            let because = "it has a blank or another character that addresses don't have";
            return Err(advice(because, "copy it again, whole and alone".to_owned()));
        }
        Ok(Self { address })
    }
}

/// The name of an environment variable. Whether it can be one is for a check to say: where somebody
/// wrote the secret itself, that one doesn't repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) struct Variable(pub String);

impl Variable {
    /// Whether it is written as variables of this program are: `CALENDAR_PASSWORD`.
    pub(in crate::config) fn is_name(&self) -> bool {
        self.0.starts_with(|c: char| c.is_ascii_uppercase())
            && self.0.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    }
}

impl Word for Variable {
    const CHECK: &'static str = "empty-text";
    const WHAT: &'static str = "the name of an environment variable";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "examples": ["CALENDAR_PASSWORD"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        <String as Word>::parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_are_read_encrypted_or_on_this_machine() {
        let check = |text: &str, expected: Option<&str>| {
            let read = CalendarAddress::parse(text).ok().map(|read| read.address);
            assert_eq!(read.as_deref(), expected, "{text}");
        };
        check("https://dav.example.com/priya/", Some("https://dav.example.com/priya/"));
        check("webcal://example.com/a.ics", Some("https://example.com/a.ics"));
        check("http://localhost:5232/", Some("http://localhost:5232/"));
        check("http://127.0.0.1:5232/priya", Some("http://127.0.0.1:5232/priya"));
        check("http://[::1]:5232/", Some("http://[::1]:5232/"));
        check("http://dav.example.com/", None);
        check("http://localhost.example.com/", None);
        for bad in ["", "https://", "https:///a", "ftp://example.com/a.ics", "https://example.com/a b.ics"] {
            check(bad, None);
        }
    }

    #[test]
    fn a_secret_address_is_recognised() {
        let secret = |text: &str| CalendarAddress::parse(text).unwrap().looks_secret();
        assert!(secret(
            "https://calendar.google.com/calendar/ical/p%40x.com/private-0a1b2c3d4e5f6a7b8c9d0e1f/basic.ics"
        ));
        assert!(secret(
            "https://outlook.office365.com/owa/calendar/9f8e7d6c5b4a39281706f5e4d3c2b1a0@x.com/calendar.ics"
        ));
        assert!(secret("https://example.com/feed.ics?token=0123456789abcdefghij"));
        assert!(!secret(
            "https://calendar.google.com/calendar/ical/c_0a1b2c3d4e5f6a7b8c9d%40group.calendar.google.com/public/basic.ics"
        ));
        assert!(!secret("https://example.com/teams/reliability/office-hours-2026.ics"));
    }

    #[test]
    fn who_logs_in_is_seen_in_an_address() {
        let login = |text: &str| CalendarAddress::parse(text).unwrap().has_login();
        assert!(login("https://priya:secret@dav.example.com/"));
        assert!(login("https://priya@dav.example.com"));
        assert!(!login("https://dav.example.com/priya@example.com/"));
    }
}
