//! The shortest story that still breaks the same promise: steps are left out, first many, then few.

use std::time::Duration;

use super::story::{Deed, Story};
use super::tell;
use crate::clock::monotonic;

/// How long shortening may take, real time.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) fn shorten(story: &Story, rule: &str) -> Story {
    let began = monotonic();
    let breaks = |steps: &[super::story::Step]| {
        let story = Story { steps: steps.to_vec(), ..story.clone() };
        tell(&story).broken.iter().any(|broken| broken.rule == rule)
    };
    let mut steps = story.steps.clone();
    // Looking after the service every day is seldom what does it.
    let busy: Vec<_> = steps.iter().filter(|step| step.deed != Deed::Tends).cloned().collect();
    if breaks(&busy) {
        steps = busy;
    }
    let mut size = steps.len().div_ceil(2).max(1);
    loop {
        let (mut at, mut shorter) = (0, false);
        while at < steps.len() && monotonic().duration_since(began) < PATIENCE {
            let mut without = steps.clone();
            without.drain(at..(at + size).min(steps.len()));
            if breaks(&without) {
                steps = without;
                shorter = true;
            } else {
                at += size;
            }
        }
        if monotonic().duration_since(began) >= PATIENCE || (size == 1 && !shorter) {
            return Story { steps, ..story.clone() };
        }
        size = if size == 1 { 1 } else { size.div_ceil(2) };
    }
}
