//! Slack fails over the wire.
