//! Which addresses are asked, and which of them get the password.

use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

/// Why an address is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no address.
    #[error("it is not an address ({0}); write one such as https://calendar.example.org/")]
    Unreadable(String),
    /// A secret would travel readable.
    #[error("plain http is accepted for this machine only (localhost, 127.0.0.1, [::1]); use https")]
    Plain,
    /// Neither http nor https.
    #[error("it has to start with https://")]
    Scheme,
    /// A password in the address would end up in logs.
    #[error("write the user and the password in settings of their own, not in the address")]
    Credentials,
}

/// A server's address: https, or plain http on this machine.
pub(super) fn of_server(text: &str) -> Result<Url, BadAddress> {
    let url = safe(text.trim())?;
    let bare = url.username().is_empty() && url.password().is_none();
    if bare { Ok(url) } else { Err(BadAddress::Credentials) }
}

/// A file's address, which may also be written `webcal://`, as calendar programs do.
pub(super) fn of_file(text: &SecretString) -> Result<Url, BadAddress> {
    let text = text.expose_secret().trim();
    let scheme = |name: &str| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(rest)
    };
    match scheme("webcal://").or_else(|| scheme("webcals://")) {
        Some(rest) => safe(&format!("https://{rest}")),
        None => safe(text),
    }
}

fn safe(text: &str) -> Result<Url, BadAddress> {
    let url = Url::parse(text).map_err(|error| BadAddress::Unreadable(error.to_string()))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here(&url) => Ok(url),
        "http" => Err(BadAddress::Plain),
        _ => Err(BadAddress::Scheme),
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

/// True if a redirect from `from` to `to` is followed with the password.
pub(super) fn same_origin(from: &Url, to: &Url) -> bool {
    from.origin() == to.origin()
}

/// True if what a server says of where its user's calendars are may be asked with the password.
///
/// Some keep them on a host of their own: `caldav.icloud.com` names `p52-caldav.icloud.com`. So siblings
/// under the same parent are trusted, by https only. A parent that may be a registry's (`co.uk`) is none.
pub(super) fn is_sibling(from: &Url, to: &Url) -> bool {
    let parent = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name.split_once('.').map(|(_, parent)| parent.to_ascii_lowercase()),
        _ => None,
    };
    let owned = |parent: &str| match parent.rsplit_once('.') {
        Some((rest, top)) => rest.contains('.') || top.len() > 2 || rest.len() > 3,
        None => false,
    };
    let secure = from.scheme() == "https" && to.scheme() == "https";
    secure && parent(from).is_some_and(|parent_| owned(&parent_) && parent(to) == Some(parent_))
}

/// The name to show for an address that may be a secret.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_sent_by_https_or_stay_on_this_machine() {
        let server = |text: &str| of_server(text).map(String::from);
        assert_eq!(server(" https://dav.example.org/a "), Ok("https://dav.example.org/a".to_owned()));
        assert_eq!(server("http://127.0.0.1:5232"), Ok("http://127.0.0.1:5232/".to_owned()));
        assert_eq!(server("http://[::1]:5232"), Ok("http://[::1]:5232/".to_owned()));
        assert_eq!(server("http://dav.example.org"), Err(BadAddress::Plain));
        assert_eq!(server("http://localhost.example.org"), Err(BadAddress::Plain));
        assert_eq!(server("file:///etc/passwd"), Err(BadAddress::Scheme));
        assert_eq!(server("https://me:secret@dav.example.org"), Err(BadAddress::Credentials));
        assert!(matches!(server("dav.example.org"), Err(BadAddress::Unreadable(_))));
        let file = |text: &str| of_file(&SecretString::from(text)).map(String::from);
        assert_eq!(file("webcal://example.org/x.ics"), Ok("https://example.org/x.ics".to_owned()));
        assert_eq!(file("WebCal://example.org/x.ics"), Ok("https://example.org/x.ics".to_owned()));
        assert_eq!(file("http://example.org/x.ics"), Err(BadAddress::Plain));
    }

    #[test]
    fn only_a_sibling_under_a_parent_that_is_owned_is_trusted() {
        let check = |from: &str, to: &str, expected: bool| {
            assert_eq!(
                is_sibling(&Url::parse(from).unwrap(), &Url::parse(to).unwrap()),
                expected,
                "{from} {to}"
            );
        };
        check("https://caldav.icloud.com/", "https://p52-caldav.icloud.com:443/1/", true);
        check("https://dav.example.co.uk/", "https://two.example.co.uk/", true);
        check("https://example.co.uk/", "https://evil.co.uk/", false);
        check("https://example.com/", "https://evil.com/", false);
        check("https://caldav.icloud.com/", "https://caldav.icloud.com.evil.com/", false);
        check("https://caldav.icloud.com/", "http://p52-caldav.icloud.com/", false);
        check("https://10.0.0.1/", "https://11.0.0.1/", false);
    }
}
