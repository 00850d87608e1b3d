//! Who may stop and start what.

use super::advocates::two_advocates;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn advocates_pause_their_own_initiatives_and_admins_everything() {
    let folder = two_advocates();
    let mut world = World::with(folder.path()).await;
    let (nadia, priya) = (world.person("nadia").await, world.person("priya").await);
    let paused = nadia.commands("pause").await;
    assert!(paused.contains("nothing planned goes out about “Restores that were practised”"), "{paused}");
    assert!(nadia.commands("pause").await.contains("are paused already"));
    assert!(priya.commands("resume restore-drills").await.contains("Only the advocates of “Restores"));
    assert!(priya.commands("resume").await.contains("not paused"));
    nadia.opens_home().await;
    nadia.reads_at_home("Sending about “Restores that were practised” is paused: you asked for it.").await;

    // Hers wait, the others go; also after a restart.
    world.stop_bot();
    world.start_bot().await;
    world.advance_to("2026-11-18T20:00:00Z").await;
    let (leo, ana) = (world.person("leo").await, world.person("ana").await);
    assert!(leo.messages().await.is_empty());
    assert!(!ana.messages().await.is_empty());
    assert!(world.person("nadia").await.commands("plan").await.contains("Messages about it were paused by"));

    // Everything is an admin's to pause and to resume.
    let (nadia, priya, henrik) =
        (world.person("nadia").await, world.person("priya").await, world.person("henrik").await);
    assert!(henrik.commands("pause").await.contains("Paused: no planned message goes out"));
    let refused = priya.commands("resume").await;
    assert!(
        refused.contains("Henrik Olsen paused everything") && refused.contains("ask Henrik Olsen"),
        "{refused}"
    );
    assert!(nadia.commands("resume restore-drills").await.contains("Everything is paused as well"));
    assert!(henrik.commands("resume").await.contains("Resumed"));
    world.advance_to("2026-11-20T20:00:00Z").await;
    assert!(!leo.messages().await.is_empty());
}
