//! The signature by which a request over HTTP is known to be Slack's
//! (<https://docs.slack.dev/authentication/verifying-requests-from-slack>).
//!
//! Invariant: nothing is parsed before the signature over its bytes is found good, in constant time.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::hex::{from_hex_exactly, to_hex};
use crate::domain::keyed::{Keyed, TAG};

/// How far a request's time may be from ours, in seconds: an older one may be somebody's recording.
const WINDOW: u64 = 300;

const VERSION: &str = "v0";

/// What Slack signs its requests with. Clones share it, and are renewed together.
#[derive(Clone)]
pub struct SigningSecret(Arc<RwLock<Held>>);

struct Held {
    secret: SecretString,
    key: Keyed,
}

impl Held {
    fn new(secret: &SecretString) -> Self {
        Self { secret: secret.clone(), key: Keyed::new(secret.expose_secret().as_bytes()) }
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// Why a request is not taken for Slack's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Forged {
    /// Its time or its signature is absent, or is none.
    #[error("it is not signed")]
    Unsigned,
    /// Its time is too far from ours.
    #[error("its time is more than five minutes from this machine's")]
    Stale,
    /// It was signed with another secret, or changed on the way.
    #[error("its signature is wrong")]
    Wrong,
}

/// What a request says about its signature, checked as far as that goes without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    timestamp: String,
    tag: [u8; TAG],
}

impl Claim {
    /// Reads `X-Slack-Request-Timestamp` and `X-Slack-Signature`; `now` in seconds since 1970.
    ///
    /// # Errors
    /// If they are absent or malformed, or the time is too far from `now`.
    pub fn read(timestamp: Option<&str>, signature: Option<&str>, now: i64) -> Result<Self, Forged> {
        let (Some(timestamp), Some(signature)) = (timestamp, signature) else { return Err(Forged::Unsigned) };
        let digits = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let then: i64 = timestamp.parse().ok().filter(|_| digits).ok_or(Forged::Unsigned)?;
        let tag = signature.strip_prefix("v0=").and_then(from_hex_exactly).ok_or(Forged::Unsigned)?;
        if now.abs_diff(then) > WINDOW {
            return Err(Forged::Stale);
        }
        Ok(Self { timestamp: timestamp.to_owned(), tag })
    }
}

impl SigningSecret {
    /// The secret from *Basic Information* of the Slack app.
    pub fn new(secret: &SecretString) -> Self {
        Self(Arc::new(RwLock::new(Held::new(secret))))
    }

    /// Takes another secret; false if it is the one that is held.
    pub fn renew(&self, secret: &SecretString) -> bool {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let renewed = held.secret.expose_secret() != secret.expose_secret();
        if renewed {
            *held = Held::new(secret);
        }
        renewed
    }

    fn key(&self) -> Keyed {
        self.0.read().unwrap_or_else(PoisonError::into_inner).key.clone()
    }

    /// Whether `claim` is this secret's for `body`.
    ///
    /// # Errors
    /// [`Forged::Wrong`] if it isn't.
    pub fn check(&self, claim: &Claim, body: &[u8]) -> Result<(), Forged> {
        let genuine = self.key().is_tag(&signed(&claim.timestamp, body), &claim.tag);
        if genuine { Ok(()) } else { Err(Forged::Wrong) }
    }

    /// The signature of `body` at `timestamp`, seconds since 1970: for asking ourselves.
    pub fn sign(&self, timestamp: i64, body: &[u8]) -> String {
        format!("{VERSION}={}", to_hex(&self.key().tag(&signed(&timestamp.to_string(), body))))
    }
}

fn signed<'a>(timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [VERSION.as_bytes(), b":", timestamp.as_bytes(), b":", body]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Slack's documentation.
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const AT: i64 = 1_531_420_618;

    fn secret() -> SigningSecret {
        SigningSecret::new(&"8f742231b10e8888abcd99yyyzzz85a5".into())
    }

    fn check(timestamp: &str, signature: &str, body: &str, now: i64) -> Result<(), Forged> {
        let claim = Claim::read(Some(timestamp), Some(signature), now)?;
        secret().check(&claim, body.as_bytes())
    }

    #[test]
    fn slack_s_own_example_is_genuine() {
        assert_eq!(secret().sign(AT, BODY.as_bytes()), SIGNATURE);
        assert_eq!(check("1531420618", SIGNATURE, BODY, AT), Ok(()));
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let at = "1531420618";
        assert_eq!(check(at, SIGNATURE, &BODY.replace("roadrunner", "coyote"), AT), Err(Forged::Wrong));
        assert_eq!(check("1531420619", SIGNATURE, BODY, AT), Err(Forged::Wrong));
        assert_eq!(check("01531420618", SIGNATURE, BODY, AT), Err(Forged::Wrong));
        assert_eq!(check(at, &SIGNATURE.replace("v0=a2", "v0=a3"), BODY, AT), Err(Forged::Wrong));
        for not_one in ["", "v0=", "v1=00", &SIGNATURE[..66], &format!("{SIGNATURE}0"), &SIGNATURE[3..]] {
            assert_eq!(check(at, not_one, BODY, AT), Err(Forged::Unsigned), "{not_one}");
        }
        for not_one in ["", "-1531420618", "+1531420618", "1531420618.0", "soon", "99999999999999999999"] {
            assert_eq!(check(not_one, SIGNATURE, BODY, AT), Err(Forged::Unsigned), "{not_one}");
        }
        assert_eq!(Claim::read(None, Some(SIGNATURE), AT), Err(Forged::Unsigned));
        assert_eq!(Claim::read(Some(at), None, AT), Err(Forged::Unsigned));
    }

    #[test]
    fn five_minutes_either_way_are_fresh_and_a_second_more_is_not() {
        let at = "1531420618";
        for offset in [-300, -1, 0, 300] {
            assert_eq!(check(at, SIGNATURE, BODY, AT + offset), Ok(()), "{offset}");
        }
        for offset in [-301, 301, i64::MAX - AT] {
            assert_eq!(check(at, SIGNATURE, BODY, AT + offset), Err(Forged::Stale), "{offset}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert_eq!(format!("{:?}", secret()), "SigningSecret(…)");
    }
}
