//! Secrets are read again while the service runs, and a token that Slack refuses is told of for as long as it
//! does.
//!
//! A file of a secret (`…_FILE`) is looked at every few seconds, at once on SIGHUP, and at once when Slack
//! refuses the token. Slack is asked about the token every minute, so that a revoked one is noticed though
//! nothing happens; while it is refused more often at first, so that a repair is noticed soon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::monotonic;
use crate::slack::{Client, SigningSecret, Standing};
use crate::web;

/// How often the files are looked at, real time.
const EVERY: Duration = Duration::from_secs(5);
/// How often Slack is asked about the token.
const ASKED: Duration = Duration::from_secs(60);
/// How soon after a refusal; doubled after each further one.
const ASKED_AGAIN: Duration = Duration::from_secs(5);
/// How often the log says that the token is still refused.
const TOLD_AGAIN: Duration = Duration::from_secs(600);

/// Everything secret that comes from the service's surroundings.
#[derive(Debug)]
pub(crate) struct Secrets {
    pub(crate) bot: SecretString,
    pub(crate) app: Option<SecretString>,
    pub(crate) signing: Option<SecretString>,
    pub(crate) webhooks: web::webhooks::Secrets,
}

/// Reads them anew, or says in a sentence why they can't be used.
pub(crate) type Read = Box<dyn Fn() -> Result<Secrets, String> + Send + Sync>;

/// Keeps the secrets fresh.
pub(super) struct Keeper {
    pub(super) read: Read,
    pub(super) client: Arc<Client>,
    /// In HTTP mode.
    pub(super) signing: Option<SigningSecret>,
    pub(super) webhooks: web::webhooks::Keys,
}

impl Keeper {
    /// Looks and asks, for ever.
    pub(super) async fn keep(self) {
        let mut standing = self.client.tokens().standing();
        let mut asked = signal(SignalKind::hangup()).ok();
        let mut fault = None;
        let mut refusal = Refusal::default();
        let mut ask_at = monotonic() + ASKED;
        loop {
            let now = monotonic();
            let refused = match &*standing.borrow_and_update() {
                Standing::Refused(code) => Some(code.clone()),
                Standing::Good | Standing::Unknown => None,
            };
            if let Some(soon) = refusal.follow(refused, now) {
                self.look(&mut fault);
                ask_at = now + soon;
            }
            let hangup = async {
                match &mut asked {
                    Some(asked) => _ = asked.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Ok(()) = standing.changed() => {}
                () = hangup => {
                    self.look(&mut fault);
                    // Somebody has just changed something, perhaps at Slack's side.
                    ask_at = monotonic();
                }
                () = tokio::time::sleep(EVERY) => self.look(&mut fault),
                () = tokio::time::sleep_until(ask_at.into()) => {
                    // What it says is kept where every answer is.
                    _ = self.client.identity().await;
                    ask_at = monotonic() + refusal.next();
                }
            }
        }
    }

    /// Takes up what was changed.
    fn look(&self, fault: &mut Option<String>) {
        match (self.read)() {
            Ok(secrets) => {
                *fault = None;
                if self.client.tokens().renew(secrets.bot, secrets.app) {
                    tracing::info!("the tokens were renewed");
                }
                if let (Some(held), Some(new)) = (&self.signing, &secrets.signing)
                    && held.renew(new)
                {
                    tracing::info!("the signing secret was renewed");
                }
                if self.webhooks.renew(&secrets.webhooks) {
                    tracing::info!("the secret of a booking page's webhook was renewed");
                }
            }
            Err(sentence) => {
                // Once each: a file is away for a moment while it is replaced.
                if fault.as_ref() != Some(&sentence) {
                    tracing::warn!(fault = sentence, "secrets can't be read again; those before stay in use");
                }
                *fault = Some(sentence);
            }
        }
    }
}

/// How long Slack has been refusing the token.
#[derive(Debug, Default)]
struct Refusal {
    since: Option<(Instant, String)>,
    told: Option<Instant>,
    pause: Duration,
}

impl Refusal {
    /// Takes note of what Slack says, and logs it; some pause if the refusal is new.
    fn follow(&mut self, code: Option<String>, now: Instant) -> Option<Duration> {
        let Some(code) = code else {
            if self.since.take().is_some() {
                tracing::info!("Slack takes the bot token again, or it was renewed");
            }
            self.pause = Duration::ZERO;
            return None;
        };
        let is_new = self.since.as_ref().is_none_or(|(_, known)| *known != code);
        if is_new {
            self.since = Some((now, code.clone()));
            self.pause = ASKED_AGAIN;
        }
        if is_new || self.told.is_none_or(|told| TOLD_AGAIN <= now.duration_since(told)) {
            self.told = Some(now);
            let minutes =
                self.since.as_ref().map_or(0, |(since, _)| now.duration_since(*since).as_secs() / 60);
            tracing::error!(
                slack.code = code,
                minutes,
                "Slack refuses the bot token, so nothing can be sent; renew it in the app's settings and in SLACK_BOT_TOKEN"
            );
        }
        is_new.then_some(self.pause)
    }

    /// After how long to ask again.
    fn next(&mut self) -> Duration {
        if self.since.is_none() {
            return ASKED;
        }
        self.pause = (self.pause * 2).min(ASKED);
        self.pause
    }
}
