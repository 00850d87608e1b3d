//! The tokens, which may be renewed while the service runs, and what Slack says of the bot's.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};
use slack_morphism::{SlackApiToken, SlackApiTokenValue};
use tokio::sync::watch;

use crate::slack::errors::CallError;

/// What Slack said of the bot token last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Standing {
    /// It hasn't been asked since the service started, or since the token was renewed.
    #[default]
    Unknown,
    /// It was taken.
    Good,
    /// It was not; Slack's code.
    Refused(String),
}

/// Codes that say that the token itself is not taken, whatever is called with it
/// (<https://docs.slack.dev/reference/methods/auth.test>).
const OF_THE_TOKEN: [&str; 6] = [
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "not_allowed_token_type",
];

/// The bot token and the app-level token.
pub struct Tokens {
    held: RwLock<Held>,
    standing: watch::Sender<Standing>,
    /// Counts what may have mended calls that failed.
    mended: watch::Sender<u64>,
}

struct Held {
    bot: SecretString,
    app: Option<SecretString>,
    /// Counts renewals, so that an answer to an older token says nothing about this one.
    generation: u64,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("standing", &*self.standing.borrow()).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(super) fn new(bot: SecretString, app: Option<SecretString>) -> Self {
        Self {
            held: RwLock::new(Held { bot, app, generation: 0 }),
            standing: watch::Sender::default(),
            mended: watch::Sender::default(),
        }
    }

    /// How often they were renewed.
    pub(super) fn generation(&self) -> u64 {
        self.held.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    pub(super) fn bot(&self) -> SlackApiToken {
        token(&self.held.read().unwrap_or_else(PoisonError::into_inner).bot)
    }

    pub(super) fn app(&self) -> Option<SlackApiToken> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).app.as_ref().map(token)
    }

    /// Takes other tokens; false if they are the ones that are held.
    pub fn renew(&self, bot: SecretString, app: Option<SecretString>) -> bool {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let same = |a: &SecretString, b: &SecretString| a.expose_secret() == b.expose_secret();
        let same_app = match (&held.app, &app) {
            (Some(held), Some(app)) => same(held, app),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if same(&held.bot, &bot) && same_app {
            return false;
        }
        *held = Held { bot, app, generation: held.generation + 1 };
        self.standing.send_replace(Standing::Unknown);
        drop(held);
        self.mend();
        true
    }

    /// What Slack says of the bot token, now and after each change.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Changes whenever something that may have made calls fail is mended: whoever waits for longer after a
    /// failure tries again at once.
    pub fn mended(&self) -> watch::Receiver<u64> {
        self.mended.subscribe()
    }

    /// Something was mended.
    pub fn mend(&self) {
        self.mended.send_modify(|times| *times += 1);
    }

    /// Takes an answer to a call with the bot token that began after so many renewals.
    pub(super) fn judge<T>(&self, generation: u64, answered: &Result<T, CallError>) {
        let standing = match answered {
            Err(CallError::Refused { code, .. }) if OF_THE_TOKEN.contains(&code.as_str()) => {
                Standing::Refused(code.clone())
            }
            // Whatever else Slack refuses, it knows who asks.
            Ok(_) | Err(CallError::Refused { .. }) => Standing::Good,
            Err(
                CallError::Limited { .. }
                | CallError::Unreachable { .. }
                | CallError::Barred { .. }
                | CallError::Torn { .. }
                | CallError::TimedOut
                | CallError::Status(_)
                | CallError::Unreadable
                | CallError::NoAppToken,
            ) => return,
        };
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if held.generation != generation {
            return;
        }
        let mut was_refused = false;
        self.standing.send_if_modified(|before| {
            was_refused = matches!(before, Standing::Refused(_)) && standing == Standing::Good;
            let changed = *before != standing;
            *before = standing;
            changed
        });
        drop(held);
        if was_refused {
            self.mend();
        }
    }
}

fn token(secret: &SecretString) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(secret.expose_secret().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens::new("xoxb-1".into(), Some("xapp-1".into()))
    }

    fn refused(code: &str) -> Result<(), CallError> {
        Err(CallError::refused(code))
    }

    #[test]
    fn only_what_is_said_of_the_token_itself_makes_it_refused() {
        let tokens = tokens();
        let standing = tokens.standing();
        tokens.judge(0, &Err::<(), _>(CallError::TimedOut));
        assert_eq!(*standing.borrow(), Standing::Unknown);
        tokens.judge(0, &refused("channel_not_found"));
        assert_eq!(*standing.borrow(), Standing::Good);
        tokens.judge(0, &refused("token_revoked"));
        assert_eq!(*standing.borrow(), Standing::Refused("token_revoked".into()));
        tokens.judge(0, &Err::<(), _>(CallError::Status(503)));
        assert_eq!(*standing.borrow(), Standing::Refused("token_revoked".into()));
    }

    #[test]
    fn a_renewal_and_a_token_that_is_taken_again_are_told_to_whoever_waits() {
        let tokens = tokens();
        let mended = tokens.mended();
        assert!(!tokens.renew("xoxb-1".into(), Some("xapp-1".into())));
        assert!(!mended.has_changed().unwrap());
        tokens.judge(0, &refused("invalid_auth"));
        tokens.judge(0, &Ok(()));
        assert_eq!(*mended.borrow(), 1);
        assert!(tokens.renew("xoxb-2".into(), Some("xapp-1".into())));
        assert_eq!(*mended.borrow(), 2);
        assert!(tokens.renew("xoxb-2".into(), Some("xapp-2".into())));
        assert_eq!(*mended.borrow(), 3);
    }

    #[test]
    fn an_answer_to_the_token_before_says_nothing_about_this_one() {
        let tokens = tokens();
        let generation = tokens.generation();
        tokens.renew("xoxb-2".into(), None);
        tokens.judge(generation, &refused("token_revoked"));
        assert_eq!(*tokens.standing().borrow(), Standing::Unknown);
    }
}
