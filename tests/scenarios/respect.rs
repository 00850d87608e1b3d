//! Being left alone: snooze, stop, leave, and what is known of oneself.

use crate::world::{World, words};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_all_may_have_meant_one_initiative() {
    let world = World::sample().await;
    world.advance_to("2026-11-17T20:00:00Z").await;
    let ana = world.person("ana").await;
    ana.clicks("Stop these messages").await;
    let answer = ana.reads("Stopped. I won't write to you").await;
    let label = words(&answer).lines().find(|line| line.starts_with("Only about")).map(str::to_owned);
    ana.clicks_on(&answer, &label.expect("what is left of it")).await;
    ana.reads("I won't write to you about “").await;
    assert!(ana.commands("stop undo").await.contains("Undone"));
    assert!(ana.commands("stop undo").await.contains("nothing to undo"));
    assert!(ana.commands("stop payment-deadlines").await.contains("Stopped"));
    assert!(ana.commands("stop payment-deadlines").await.contains("stopped already"));
    let priya = world.person("priya").await;
    let plan = priya.commands("plan payment-deadlines").await;
    assert!(plan.contains("They asked for no more messages about this"), "{plan}");
    // Everything by mistake, and back: what was stopped before stays so.
    assert!(ana.commands("stop").await.contains("Stopped. I won't write to you"));
    let undone = ana.commands("stop undo").await;
    assert!(undone.contains("stay stopped"), "{undone}");
    let plan = priya.commands("plan payment-deadlines").await;
    assert!(plan.contains("They asked for no more messages about this"), "{plan}");
    assert!(ana.commands("stop nonsense").await.contains("I don't know the initiative"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snooze_and_a_leave_keep_messages_away_until_their_day() {
    let world = World::sample().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    assert!(ana.commands("snooze yesterday").await.contains("is not a day"));
    assert!(ana.commands("snooze 2026-11-01").await.contains("after today"));
    assert!(ana.commands("snooze 2026-11-19").await.contains("Thursday 19 November"));
    assert!(ana.commands("leave @ben 2026-11-16").await.contains("I don't know “leave”"));
    assert!(priya.commands("leave @ben 2026-11-20..2026-11-16").await.contains("comes before"));
    let entered = priya.commands("leave @ben 2026-11-16..2026-11-18").await;
    assert!(entered.contains("Ben Carter is away from 16 November 2026 to 18 November 2026"), "{entered}");
    world.advance_to("2026-11-18T22:00:00Z").await;
    let to = |sent: &[(String, String)], handle: &str| sent.iter().filter(|(to, _)| to == handle).count();
    let sent = world.sent().await;
    assert_eq!((to(&sent, "ana"), to(&sent, "ben")), (0, 0));
    world.advance_to("2026-11-19T22:00:00Z").await;
    let sent = world.sent().await;
    assert_eq!((to(&sent, "ana"), to(&sent, "ben")), (1, 1));
    assert!(ana.commands("snooze off").await.contains("not snoozed"));
    assert!(priya.commands("leave @ben none").await.contains("Ben Carter is back"));
    assert!(priya.commands("leave @ben none").await.contains("No leave"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_modal_says_why_me_by_rule_and_file() {
    let world = World::sample().await;
    world.advance_to("2026-11-17T20:00:00Z").await;
    let ana = world.person("ana").await;
    ana.clicks("Where the numbers come from").await;
    let modal = ana.modal().await;
    let read = words(&modal);
    assert!(read.contains("You decide for Checkout"), "{read}");
    assert!(read.contains("config/initiatives/"), "{read}");
}
