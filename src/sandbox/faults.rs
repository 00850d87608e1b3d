//! Faults that a test asks for: lost replies, holds at an exact step, errors, limits, torn answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The call is carried out and stored, then the connection is torn without an answer.
    LoseReply,
    /// Nothing is stored until the hold is released.
    HoldBeforeStore,
    /// Stored, but not answered until the hold is released.
    HoldAfterStore,
    /// HTTP 500, nothing stored.
    #[serde(rename = "http_500")]
    Http500,
    /// HTTP 503, nothing stored.
    #[serde(rename = "http_503")]
    Http503,
    /// HTTP 403 with a page, as a proxy on the way answers; nothing stored.
    #[serde(rename = "http_403")]
    Http403,
    /// HTTP 500 although the call was carried out.
    #[serde(rename = "http_500_stored")]
    Http500Stored,
    /// HTTP 429 with `Retry-After`.
    Ratelimited,
    /// Carried out; half of the answer, then the connection is torn.
    Torn,
    /// HTTP 200 with a page of HTML, nothing stored.
    Garbage,
    /// `error:<code>`: that error of Slack's, nothing stored.
    #[serde(untagged)]
    Error(String),
}

/// A fault as a test asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Rule {
    /// A method's name, or `*`.
    pub(super) method: String,
    pub(super) kind: Kind,
    /// How often it strikes; without a figure and without a probability: once.
    #[serde(default)]
    pub(super) times: Option<u32>,
    /// Between 0 and 1; drawn from `seed`, so that a run can be repeated.
    #[serde(default)]
    pub(super) probability: Option<f64>,
    #[serde(default)]
    pub(super) seed: u64,
    /// Seconds, for `ratelimited`.
    #[serde(default)]
    pub(super) retry_after: Option<u64>,
}

impl Rule {
    fn strikes(&mut self, method: &str) -> bool {
        (self.method == method || self.method == "*")
            && self.times != Some(0)
            && self.probability.is_none_or(|probability| draw(&mut self.seed) < probability)
    }
}

/// A call that is being held.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Held {
    pub(super) id: u64,
    pub(super) method: String,
    pub(super) kind: Kind,
}

/// How often a fault has struck.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Count {
    pub(super) method: String,
    pub(super) kind: Kind,
    pub(super) count: u64,
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
    struck: BTreeMap<(String, Kind), u64>,
    held: Vec<(Held, oneshot::Sender<()>)>,
    last_hold: u64,
    /// What answers of the Web API say in their `Date`, if it isn't the time.
    pub(super) date: Option<String>,
}

/// A fault that strikes the call at hand.
#[derive(Debug, Clone)]
pub(super) struct Strike {
    pub(super) kind: Kind,
    /// Seconds.
    pub(super) retry_after: u64,
}

impl Faults {
    pub(super) fn add(&mut self, mut rule: Rule) {
        if rule.times.is_none() && rule.probability.is_none() {
            rule.times = Some(1);
        }
        self.rules.push(rule);
    }

    /// Forgets every rule, releases every hold and says the time again.
    pub(super) fn clear(&mut self) {
        self.rules.clear();
        self.held.clear();
        self.date = None;
    }

    /// The fault for a call of `method`, if one strikes.
    pub(super) fn strike(&mut self, method: &str) -> Option<Strike> {
        let place = self.rules.iter_mut().position(|rule| rule.strikes(method))?;
        let rule = self.rules.get_mut(place)?;
        if let Some(times) = &mut rule.times {
            *times -= 1;
        }
        let strike = Strike { kind: rule.kind.clone(), retry_after: rule.retry_after.unwrap_or(1) };
        *self.struck.entry((method.to_owned(), strike.kind.clone())).or_default() += 1;
        self.rules.retain(|rule| rule.times != Some(0));
        Some(strike)
    }

    /// Holds a call until the receiver hears, or its sender is dropped.
    pub(super) fn hold(&mut self, method: &str, kind: Kind) -> oneshot::Receiver<()> {
        let (release, released) = oneshot::channel();
        self.last_hold += 1;
        self.held.push((Held { id: self.last_hold, method: method.to_owned(), kind }, release));
        released
    }

    pub(super) fn held(&self, method: Option<&str>) -> Vec<Held> {
        self.held
            .iter()
            .map(|(held, _)| held.clone())
            .filter(|held| method.is_none_or(|method| held.method == method))
            .collect()
    }

    /// Releases one hold, or all; answers how many.
    pub(super) fn release(&mut self, id: Option<u64>) -> usize {
        let before = self.held.len();
        self.held.retain(|(held, _)| id.is_some_and(|id| id != held.id));
        before - self.held.len()
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(super) fn counts(&self) -> Vec<Count> {
        self.struck
            .iter()
            .map(|((method, kind), count)| Count {
                method: method.clone(),
                kind: kind.clone(),
                count: *count,
            })
            .collect()
    }
}

/// A number in `0.0..1.0` from a seed that moves on (SplitMix64: a fault has to be repeatable, not secret).
fn draw(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_asked_to() {
        let mut faults = Faults::default();
        faults.add(rule(r#"{"method":"chat.postMessage","kind":"lose_reply","times":2}"#));
        faults.add(rule(r#"{"method":"*","kind":"error:invalid_auth"}"#));
        let mut kinds = |method| faults.strike(method).map(|strike| strike.kind);
        assert_eq!(kinds("chat.postMessage"), Some(Kind::LoseReply));
        assert_eq!(kinds("users.list"), Some(Kind::Error("error:invalid_auth".into())));
        assert_eq!(kinds("users.list"), None);
        assert_eq!(kinds("chat.postMessage"), Some(Kind::LoseReply));
        assert_eq!(kinds("chat.postMessage"), None);
    }

    #[test]
    fn a_probability_strikes_in_about_its_share_and_the_same_for_the_same_seed() {
        let count = |seed: u64| {
            let mut faults = Faults::default();
            faults.add(rule(&format!(
                r#"{{"method":"*","kind":"http_500","probability":0.02,"seed":{seed}}}"#
            )));
            (0..10_000).filter(|_| faults.strike("chat.update").is_some()).count()
        };
        assert!((150..250).contains(&count(7)), "{}", count(7));
        assert_eq!(count(7), count(7));
    }

    #[test]
    fn a_hold_ends_when_it_is_released() {
        let mut faults = Faults::default();
        let mut first = faults.hold("chat.postMessage", Kind::HoldBeforeStore);
        let mut second = faults.hold("chat.update", Kind::HoldAfterStore);
        assert_eq!(faults.release(Some(1)), 1);
        assert!(!matches!(first.try_recv(), Err(oneshot::error::TryRecvError::Empty)));
        assert!(matches!(second.try_recv(), Err(oneshot::error::TryRecvError::Empty)));
        assert_eq!(faults.held(None).len(), 1);
    }
}
