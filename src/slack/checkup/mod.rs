//! Whether everything at Slack's side is as Canvass needs it: what `canvass doctor` says.
//!
//! Invariant: every check gives at least one finding, a fault says what to do about it, and what can't be
//! seen from here is said to be unseen rather than taken for granted. Nobody is written to unless asked for.

mod advice;
mod arrival;
mod greeting;
mod people;
mod round_trip;

use std::fmt;

use serde::Serialize;

use crate::clock::Clock;
use crate::domain::program::Program;

use super::client::{Client, Settings, SetupError};
use super::directory::{Member, read_members, read_workspace};
use super::signature::SigningSecret;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Something has to be done.
    Fault,
    /// Slack doesn't let one see it from here.
    Unseen,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub check: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// What was found, as a sentence.
    pub says: String,
    /// What to do about it.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, says: says.into(), advice: None }
    }

    fn fault(check: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fault, says: says.into(), advice: Some(advice.into()) }
    }

    fn unseen(check: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Unseen, says: says.into(), advice: Some(advice.into()) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Fault => "FAULT",
            Verdict::Unseen => "unseen",
        };
        write!(f, "{verdict:7} {:14} {}", self.check, self.says)?;
        match &self.advice {
            Some(advice) => write!(f, " {advice}"),
            None => Ok(()),
        }
    }
}

/// How Slack reaches the service.
#[derive(Debug)]
pub enum Reach {
    /// Over connections that it opens.
    Sockets,
    /// Over HTTP.
    Http {
        /// What Slack signs with.
        secret: SigningSecret,
        /// Where the service is asked, without a slash at its end.
        base: String,
        /// Whether that is the address that Slack calls, and not the one on this machine.
        public: bool,
    },
}

/// What is looked at.
#[derive(Debug)]
pub struct Checkup<'a> {
    /// The configuration.
    pub program: &'a Program,
    /// The way to Slack.
    pub slack: &'a Settings,
    /// The way back.
    pub reach: Reach,
    /// This machine's clock.
    pub clock: Clock,
    /// Whether a test message may be posted to an advocate.
    pub post: bool,
}

impl Checkup<'_> {
    /// Looks at everything, in the order in which one thing needs the other.
    ///
    /// # Errors
    /// If Slack can't be called at all from this machine.
    pub async fn examine(&self) -> Result<Vec<Finding>, SetupError> {
        let client = Client::new(self.slack)?;
        let (mut findings, signed_in) = greeting::greet(self.slack, &self.clock).await?;
        findings.extend(arrival::arrive(&client, &self.reach, &self.clock).await);
        if signed_in {
            findings.extend(self.people(client).await);
        }
        Ok(findings)
    }

    /// Whether everybody is there, and whether a message reaches somebody.
    async fn people(&self, client: Client) -> Vec<Finding> {
        let workspace = match read_workspace(&client).await {
            Ok(workspace) => workspace,
            Err(error) => return people::unasked(&error),
        };
        let members = read_members(&client, &self.clock).await;
        let mut findings = people::found(self.program, &workspace, &members);
        let members: Vec<Member> = members.unwrap_or_default();
        let accounts = people::accounts(self.program, &workspace, &members);
        findings.extend(round_trip::deliver(self.program, client, &accounts, self.post).await);
        findings
    }
}
