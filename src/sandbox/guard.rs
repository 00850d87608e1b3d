//! Who may talk to the stand-in: programs on this machine, and its own page in a browser.
//!
//! Invariant: a page from elsewhere that is open in the same browser can neither read anything here nor
//! do anything. The stand-in lets anybody be anybody and its tokens are no secret, so all of it is behind
//! this guard, not only the driver. The address must be a loopback one, by number or as `localhost`: a
//! foreign name that was made to point here (DNS rebinding) is refused.

use axum::extract::Request;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What the page may load and do: its own style sheet, script and calls, nothing from outside, nothing
/// inline, and nobody may show it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Headers of every answer.
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    // The page and its files come from the running program, which may be a newer one tomorrow.
    ("cache-control", "no-store"),
];

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Stranger {
    #[error("The sandbox answers only at a loopback address, such as http://127.0.0.1 or http://localhost.")]
    Host,
    #[error("The sandbox answers only its own page, not one from elsewhere.")]
    Origin,
}

/// Refuses strangers with 403 and puts the headers on every answer.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match admit(request.method(), request.uri().path(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(stranger) => (StatusCode::FORBIDDEN, stranger.to_string()).into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn admit(method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Stranger> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(&HOST).filter(|host| is_loopback(host)).ok_or(Stranger::Host)?;
    if let Some(origin) = text(&ORIGIN) {
        // Browsers send it with everything that could change something. `null` is nobody's own page.
        let own = origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host));
        return if own { Ok(()) } else { Err(Stranger::Origin) };
    }
    // Pictures, scripts and frames of another page carry no origin, but browsers say where they are from.
    match text(&HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => {
            let link = text(&HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
            if link && method == Method::GET && path == "/" { Ok(()) } else { Err(Stranger::Origin) }
        }
    }
}

/// Whether a `Host` header names this machine and nothing else.
fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    let number = || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    !host.contains('@') && (name.eq_ignore_ascii_case("localhost") || number())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for host in
            ["127.0.0.1:7400", "127.0.0.1", "127.9.9.9:1", "localhost:7400", "LOCALHOST", "[::1]:7400"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "127.0.0.1.example.com:7400",
            "localhost.example.com",
            "0.0.0.0:7400",
            "192.168.1.4:7400",
            "127.0.0.1:80@example.com",
            "example.com@127.0.0.1",
            "a b",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn another_pages_pictures_and_forms_are_refused_and_links_to_the_page_are_not() {
        let check = |method: Method, path: &str, headers: &[(&'static str, &str)], expected| {
            let mut map = HeaderMap::from_iter([(HOST, HeaderValue::from_static("127.0.0.1:7400"))]);
            for (name, value) in headers {
                map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(admit(&method, path, &map), expected, "{method} {path} {headers:?}");
        };
        let api = "/sandbox/api/click";
        check(Method::POST, api, &[], Ok(()));
        check(Method::POST, api, &[("origin", "http://127.0.0.1:7400")], Ok(()));
        for origin in ["http://127.0.0.1:7401", "http://localhost:7400", "https://127.0.0.1:7400", "null", ""]
        {
            check(Method::POST, api, &[("origin", origin)], Err(Stranger::Origin));
        }
        check(Method::GET, api, &[("sec-fetch-site", "same-origin")], Ok(()));
        check(Method::GET, api, &[("sec-fetch-site", "cross-site")], Err(Stranger::Origin));
        check(Method::GET, api, &[("sec-fetch-site", "same-site")], Err(Stranger::Origin));
        let link = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        check(Method::GET, "/", &link, Ok(()));
        check(Method::GET, api, &link, Err(Stranger::Origin));
        check(Method::POST, "/", &link, Err(Stranger::Origin));
    }
}
