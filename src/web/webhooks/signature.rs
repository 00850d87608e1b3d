//! The signatures by which a webhook is known to be its page's.
//!
//! Invariant: nothing is parsed before the signature over its bytes is found good, in constant time.
//!
//! - Cal.com: `X-Cal-Signature-256`, the HMAC-SHA256 of the body in hexadecimal digits
//!   (<https://cal.com/docs/developing/guides/automation/webhooks>). There is no time in it, so a recording of
//!   it is genuine for ever; it changes nothing, since what it tells is on record.
//! - Calendly: `Calendly-Webhook-Signature: t=1700000000,v1=…`, the HMAC-SHA256 of `t`, a full stop and the body
//!   (<https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures>).

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::{HeaderMap, HeaderName};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::booking::Provider;
use crate::domain::hex::from_hex_exactly;
use crate::domain::keyed::{Keyed, TAG};

const CAL_COM: HeaderName = HeaderName::from_static("x-cal-signature-256");
const CALENDLY: HeaderName = HeaderName::from_static("calendly-webhook-signature");

/// How far the time in a signature may be from ours, in seconds. Calendly's examples take three minutes; two
/// more are for clocks that are not quite right.
const WINDOW: u64 = 300;

/// Why a webhook is not taken for its page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub(super) enum Forged {
    #[error("it is not signed")]
    Unsigned,
    #[error("its time is more than five minutes from this machine's")]
    Stale,
    #[error("its signature is wrong")]
    Wrong,
}

/// What a request says about its signature, checked as far as that goes without its body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// What is signed before the body.
    before: String,
    tag: [u8; TAG],
}

impl Claim {
    /// Reads the header of `provider`; `now` in seconds since 1970.
    pub(super) fn read(provider: Provider, headers: &HeaderMap, now: i64) -> Result<Self, Forged> {
        let name = match provider {
            Provider::CalCom => CAL_COM,
            Provider::Calendly => CALENDLY,
        };
        let mut values = headers.get_all(name).iter();
        // Of two signatures none counts: whoever checked before us may have looked at the other one.
        let value = values.next().filter(|_| values.next().is_none());
        let text = value.and_then(|value| value.to_str().ok()).ok_or(Forged::Unsigned)?;
        match provider {
            Provider::CalCom => {
                let tag = from_hex_exactly(text.trim()).ok_or(Forged::Unsigned)?;
                Ok(Self { before: String::new(), tag })
            }
            Provider::Calendly => timed(text, now),
        }
    }
}

fn timed(text: &str, now: i64) -> Result<Claim, Forged> {
    let (mut time, mut tag) = (None, None);
    for part in text.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or(Forged::Unsigned)?;
        let twice = match name {
            "t" => time.replace(value).is_some(),
            "v1" => tag.replace(value).is_some(),
            // A scheme to come, beside this one.
            _ => false,
        };
        if twice {
            return Err(Forged::Unsigned);
        }
    }
    let time = time.filter(|time| time.bytes().all(|byte| byte.is_ascii_digit())).ok_or(Forged::Unsigned)?;
    let then: i64 = time.parse().map_err(|_| Forged::Unsigned)?;
    let tag = tag.and_then(from_hex_exactly).ok_or(Forged::Unsigned)?;
    if now.abs_diff(then) > WINDOW {
        return Err(Forged::Stale);
    }
    Ok(Claim { before: format!("{time}."), tag })
}

/// What a page signs its webhooks with. Clones share it, and are renewed together.
#[derive(Clone)]
pub(super) struct Key(Arc<RwLock<Held>>);

struct Held {
    secret: SecretString,
    key: Keyed,
}

impl Held {
    fn new(secret: &SecretString) -> Self {
        Self { secret: secret.clone(), key: Keyed::new(secret.expose_secret().as_bytes()) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    pub(super) fn new(secret: &SecretString) -> Self {
        Self(Arc::new(RwLock::new(Held::new(secret))))
    }

    /// Takes another secret; false if it is the one that is held.
    pub(super) fn renew(&self, secret: &SecretString) -> bool {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let renewed = held.secret.expose_secret() != secret.expose_secret();
        if renewed {
            *held = Held::new(secret);
        }
        renewed
    }

    /// Whether `claim` is this key's for `body`.
    pub(super) fn check(&self, claim: &Claim, body: &[u8]) -> Result<(), Forged> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let genuine = held.key.is_tag(&[claim.before.as_bytes(), body], &claim.tag);
        if genuine { Ok(()) } else { Err(Forged::Wrong) }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const BODY: &[u8] = br#"{"triggerEvent":"PING"}"#;
    const AT: i64 = 1_780_000_000;

    // `openssl dgst -sha256 -hmac k3y` of the body, and of the body after `1780000000.`
    const OF_BODY: &str = "7b6710ce67935afec264a2058bfd747412dee39bd42cf9eb7bbb4656a81dcbff";
    const OF_TIMED: &str = "bdb87162c78ae652a3d68fd5159a777c2a9fd90018b5d4f58d5e1aa088ea06fe";

    fn check(provider: Provider, values: &[&str], body: &[u8], now: i64) -> Result<(), Forged> {
        let mut headers = HeaderMap::new();
        let name = if provider == Provider::CalCom { CAL_COM } else { CALENDLY };
        for value in values {
            headers.append(&name, HeaderValue::from_str(value).unwrap());
        }
        let claim = Claim::read(provider, &headers, now)?;
        Key::new(&"k3y".into()).check(&claim, body)
    }

    #[test]
    fn a_page_s_own_signature_is_genuine() {
        assert_eq!(check(Provider::CalCom, &[OF_BODY], BODY, AT), Ok(()));
        assert_eq!(check(Provider::CalCom, &[&OF_BODY.to_uppercase()], BODY, AT), Ok(()));
        let timed = format!("t={AT},v1={OF_TIMED}");
        assert_eq!(check(Provider::Calendly, &[&timed], BODY, AT), Ok(()));
        let with_more = format!("t={AT}, v1={OF_TIMED}, v2=abc");
        assert_eq!(check(Provider::Calendly, &[&with_more], BODY, AT), Ok(()));
    }

    #[test]
    fn whatever_is_changed_or_missing_is_noticed() {
        use Forged::{Unsigned, Wrong};
        let timed = format!("t={AT},v1={OF_TIMED}");
        let cases: &[(Provider, &[&str], Forged)] = &[
            (Provider::CalCom, &[], Unsigned),
            (Provider::CalCom, &[""], Unsigned),
            (Provider::CalCom, &["no-secret-provided"], Unsigned),
            (Provider::CalCom, &[&OF_BODY[..62]], Unsigned),
            (Provider::CalCom, &[OF_BODY, OF_BODY], Unsigned),
            (Provider::CalCom, &[&format!("sha256={OF_BODY}")], Unsigned),
            (Provider::CalCom, &[OF_TIMED], Wrong),
            (Provider::CalCom, &[&"0".repeat(64)], Wrong),
            (Provider::Calendly, &[], Unsigned),
            (Provider::Calendly, &[OF_TIMED], Unsigned),
            (Provider::Calendly, &[&format!("v1={OF_TIMED}")], Unsigned),
            (Provider::Calendly, &[&format!("t={AT}")], Unsigned),
            (Provider::Calendly, &[&format!("t=,v1={OF_TIMED}")], Unsigned),
            (Provider::Calendly, &[&format!("t=+{AT},v1={OF_TIMED}")], Unsigned),
            (Provider::Calendly, &[&format!("t=now,v1={OF_TIMED}")], Unsigned),
            (Provider::Calendly, &[&format!("t={AT},t={AT},v1={OF_TIMED}")], Unsigned),
            (Provider::Calendly, &[&format!("{timed},v1={OF_TIMED}")], Unsigned),
            (Provider::Calendly, &[&timed, &timed], Unsigned),
            (Provider::Calendly, &[&format!("t={AT},v1={OF_BODY}")], Wrong),
            (Provider::Calendly, &[&format!("t={},v1={OF_TIMED}", AT + 1)], Wrong),
            (Provider::Calendly, &[&format!("t=0{AT},v1={OF_TIMED}")], Wrong),
        ];
        for (provider, values, expected) in cases {
            assert_eq!(check(*provider, values, BODY, AT), Err(*expected), "{provider:?} {values:?}");
        }
        assert_eq!(check(Provider::CalCom, &[OF_BODY], b"{}", AT), Err(Wrong));
        assert_eq!(check(Provider::Calendly, &[&timed], b"{}", AT), Err(Wrong));
    }

    #[test]
    fn five_minutes_either_way_are_fresh_and_a_second_more_is_not() {
        let timed = format!("t={AT},v1={OF_TIMED}");
        for offset in [-300, -1, 0, 300] {
            assert_eq!(check(Provider::Calendly, &[&timed], BODY, AT + offset), Ok(()), "{offset}");
        }
        for offset in [-301, 301, i64::MAX - AT] {
            let found = check(Provider::Calendly, &[&timed], BODY, AT + offset);
            assert_eq!(found, Err(Forged::Stale), "{offset}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Key::new(&"k3y".into())), "Key(…)");
    }
}
