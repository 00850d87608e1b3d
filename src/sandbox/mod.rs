//! The stand-in Slack workspace and its page.
