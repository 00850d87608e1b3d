//! What advocates have to know about what Slack refused, each thing once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::Notice;
use crate::domain::ids::PersonId;
use crate::domain::refusal::told;

use super::case::Ground;
use super::posts::{Item, everybody_in_charge, notices};

/// For how long refusals are gathered before they are told: most come at once, and some pass.
const GATHERED: SignedDuration = SignedDuration::from_mins(5);

/// Shorter interruptions are nobody's business.
const NOTICED: SignedDuration = SignedDuration::from_mins(10);

/// All of it.
pub(super) fn all(ground: Ground<'_>) -> Vec<Item> {
    let content = about_refused_content(ground).into_iter();
    content.chain(about_refused_calls(ground)).chain(about_interruption(ground)).collect()
}

/// That messages were refused for their content, to whoever advocates what they argue.
pub(super) fn about_refused_content(ground: Ground<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for (since, refused) in &ground.state.refused_content {
        let posts = refused.posts.keys().filter_map(|post| ground.state.post(*post));
        let to: BTreeSet<PersonId> = posts.flat_map(|post| told(ground.program, &post.key)).collect();
        let told = notices(to, &Notice::ContentRefused { since: *since }, refused.at);
        items.extend(told.into_iter().map(|item| item.later(GATHERED)));
    }
    items
}

/// That a kind of call is refused, for as long as it is.
pub(super) fn about_refused_calls(ground: Ground<'_>) -> Vec<Item> {
    let refused = ground.state.calls_refused.iter();
    refused
        .flat_map(|(calls, refused)| {
            let notice = Notice::CallsRefused { calls: *calls, since: refused.since };
            notices(everybody_in_charge(ground.program), &notice, refused.at)
        })
        // It holds for as long as the refusal does.
        .map(|item| item.later(GATHERED).until(Timestamp::MAX))
        .collect()
}

/// That everything was refused for a while, once that is over: nobody could be told before. Whoever said *resume*
/// knows.
pub(super) fn about_interruption(ground: Ground<'_>) -> Vec<Item> {
    let Some(interruption) = &ground.state.interruption else { return Vec::new() };
    let Some(until) = interruption.until.filter(|_| interruption.over && interruption.by_itself) else {
        return Vec::new();
    };
    if until.duration_since(interruption.from) < NOTICED {
        return Vec::new();
    }
    let notice = Notice::Interrupted { since: interruption.since };
    notices(everybody_in_charge(ground.program), &notice, until)
}
