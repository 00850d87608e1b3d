//! The outside page of a host, with what is known of the guest filled in.

use url::Url;

/// The page's address with the guest's name and mail address filled in, where its product documents how:
/// Cal.com and Calendly take `name` and `email` in the query. Any other address stays as it is.
pub fn prefilled(address: &str, name: &str, mail: Option<&str>) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let is_of = |host: &str, domain: &str| {
        host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    };
    let takes_them = url.host_str().is_some_and(|host| is_of(host, "cal.com") || is_of(host, "calendly.com"));
    if !takes_them {
        return address.to_owned();
    }
    url.query_pairs_mut().append_pair("name", name);
    if let Some(mail) = mail {
        url.query_pairs_mut().append_pair("email", mail);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::prefilled;

    #[test]
    fn a_guest_is_filled_in_where_the_page_takes_it() {
        let check = |address: &str, mail: Option<&str>, expected: &str| {
            assert_eq!(prefilled(address, "Ana Souza", mail), expected, "{address}");
        };
        check(
            "https://cal.com/priya/talk",
            Some("ana@example.com"),
            "https://cal.com/priya/talk?name=Ana+Souza&email=ana%40example.com",
        );
        check(
            "https://calendly.com/priya?month=1",
            None,
            "https://calendly.com/priya?month=1&name=Ana+Souza",
        );
        for other in ["https://calendar.app.google/x", "https://notcal.com/priya", "not an address"] {
            check(other, Some("ana@example.com"), other);
        }
    }
}
