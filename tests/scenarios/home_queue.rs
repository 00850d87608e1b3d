//! App Home of an advocate without whose word nothing goes: what waits is approved, held and moved on there.

use serde_json::Value;

use super::approval::{fresh, organisation, rehearsing, sent_to};
use crate::world::{Actor, World, words};

/// What is read at home, before the line `until`.
fn before(home: &Value, until: &str) -> String {
    words(home).split(until).next().unwrap_or_default().to_owned()
}

/// The label that starts like this, in a view or a message.
fn label(shown: &Value, start: &str) -> String {
    let found = words(shown).lines().find(|line| line.starts_with(start)).map(str::to_owned);
    found.unwrap_or_else(|| panic!("no “{start}…” in {}", words(shown)))
}

/// How many messages the page says wait.
fn waiting(home: &Value) -> usize {
    let line = words(home).lines().find(|line| line.contains("for your approval")).unwrap().to_owned();
    line.split_whitespace().next().unwrap().parse().unwrap_or(0)
}

/// Waits until so many wait.
async fn waits(actor: &Actor<'_>, wanted: usize) -> Value {
    actor
        .sees(&format!("{wanted} wait"), |seen| {
            let home = &seen["home"];
            (words(home).contains("for your approval") && waiting(home) == wanted).then(|| home.clone())
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_stands_in_app_home_and_is_approved_and_held_there() {
    let config = organisation(fresh);
    let world = World::with(config.path()).await;
    world.advance_to("2026-11-13T12:00:00Z").await;
    let priya = world.person("priya").await;
    assert!(words(&priya.last_message().await).contains("wait for your approval"));

    priya.opens_home().await;
    let home = priya.reads_at_home("wait for your approval").await;
    let all = waiting(&home);
    assert!(10 < all, "{}", words(&home));
    assert!(!words(&home).contains("Send to all"), "nothing is staged");
    let on_first = before(&home, "Talk to next").matches("heads-up").count();
    assert_eq!(on_first, 3, "the first three: {}", words(&home));

    // All of it is a page away, by initiative.
    priya.clicks_at_home("To approve").await;
    let queue = priya.reads_at_home("Without your approval a message doesn't go").await;
    assert_eq!(waiting(&queue), all);
    assert!(words(&queue).contains(&format!("1 to 15 of {all}")), "{}", words(&queue));

    // See it as it would be read.
    priya.clicks_at_home("See").await;
    let modal = priya.modal().await;
    assert!(words(&modal).contains("would read it"), "{}", words(&modal));
    priya.submits(&[]).await;

    // The first is approved, and goes from the queue to what goes out.
    priya.clicks_at_home("Approve").await;
    waits(&priya, all - 1).await;
    // The next is held.
    priya.clicks_at_home("Hold").await;
    let queue = waits(&priya, all - 2).await;

    // All that comes due soon, of the first initiative.
    let those = label(&queue, "Approve ");
    let count: usize = those.split(' ').next_back().unwrap().parse().unwrap();
    priya.clicks_at_home(&those).await;
    waits(&priya, all - 2 - count).await;
    world.settled().await;
    let review = words(&priya.last_message().await);
    assert!(!review.contains(&those), "the review shows the same queue: {review}");

    priya.clicks_at_home("This week").await;
    let week = words(&priya.reads_at_home("What goes out this week").await);
    assert_eq!(week.matches("Held · ").count(), 1, "{week}");
    assert_eq!(week.matches("Send now").count(), count + 1, "{week}");

    world.advance_to("2026-11-18T20:00:00Z").await;
    let others = world.sent().await.into_iter().filter(|(to, _)| to != "priya").count();
    assert_eq!(others, count + 1, "those approved, and nothing else");

    // What was held goes when it is let go.
    priya.clicks_at_home("Release").await;
    priya
        .sees("nothing held", |seen| {
            let home = words(&seen["home"]);
            (home.contains("What goes out this week") && !home.contains("Held · ")).then_some(())
        })
        .await;
    world.advance_to("2026-11-19T09:00:00Z").await;
    world.advance_to("2026-11-20T20:00:00Z").await;
    let others = world.sent().await.into_iter().filter(|(to, _)| to != "priya").count();
    assert_eq!(others, count + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_is_moved_on_in_app_home() {
    let config = organisation(rehearsing);
    let world = World::with(config.path()).await;
    world.advance_to("2026-11-16T20:00:00Z").await;
    let priya = world.person("priya").await;
    priya.opens_home().await;
    let home = words(&priya.reads_at_home("is in rehearsal").await);
    assert!(home.contains("No message waits for your approval"), "{home}");

    priya.clicks_at_home("Send to three people").await;
    let says = words(&priya.modal().await);
    assert!(says.contains("moved on"), "{says}");
    let home = priya.reads_at_home("goes to the first three people").await;
    let title = label(&home, "Send to all");
    assert_eq!(title, "Send to all");
    world.advance_to("2026-11-17T20:00:00Z").await;
    let others = |sent: Vec<(String, String)>| {
        let to: std::collections::BTreeSet<String> =
            sent.into_iter().map(|(to, _)| to).filter(|to| to != "priya").collect();
        to.len()
    };
    assert!((1..=3).contains(&others(world.sent().await)));

    priya.clicks_at_home("Send to all").await;
    priya
        .sees("it goes to all", |seen| {
            (!words(&seen["home"]).contains("goes to the first three people")).then_some(())
        })
        .await;
    world.advance_to("2026-11-18T20:00:00Z").await;
    assert!(3 < others(world.sent().await));
    assert!(sent_to(&world, "priya").await.len() > 2, "rehearsals of the others go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stakeholder_has_no_queue() {
    let config = organisation(fresh);
    let world = World::with(config.path()).await;
    world.advance_to("2026-11-13T12:00:00Z").await;
    let ana = world.person("ana").await;
    ana.opens_home().await;
    let home = words(&ana.reads_at_home("What is asked of you").await);
    for word in ["approval", "Approve", "Hold", "To approve"] {
        assert!(!home.contains(word), "{word} in {home}");
    }
}
