//! The configuration changes while the program runs: people come, go, are renamed and promoted.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::json;
use tempfile::TempDir;

use crate::world::{Actor, PATIENCE, World, sample, words};

/// A copy of the sample organisation that a test may change.
pub(super) struct Organisation(TempDir);

impl Organisation {
    pub(super) fn copy() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&sample(), folder.path());
        Self(folder)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// Changes one of its files.
    pub(super) fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let path = self.0.path().join(file);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { _ = fs::copy(entry.path(), target) }
    }
}

/// Replaces exactly one place.
pub(super) fn replaced(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "{old}");
    text.replace(old, new)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_keeps_the_running_one_and_tells_the_advocates_once_until_it_is_mended() {
    let organisation = Organisation::copy();
    let world = World::with(&organisation.path()).await;
    // On a working morning, so that it is told at once.
    world.advance_to("2026-11-18T10:00:00Z").await;
    let (priya, ana) = (world.person("priya").await, world.person("ana").await);
    organisation.edit("canvass.toml", |text| replaced(&text, "per_week = 2 ", "per_weak = 2 "));
    let told = words(&priya.reads("The changed configuration has").await);
    assert!(told.contains("canvass.toml:") && told.contains("canvass check"), "{told}");
    world.advance_to("2026-12-03T11:00:00Z").await;
    assert!(words(&ana.last_message().await).contains("Put in our plan"), "the one before goes on");

    organisation.edit("canvass.toml", |text| replaced(&text, "per_weak = 2 ", "per_week = 2 "));
    priya.reads("They've been fixed").await;
    let sent = world.sent().await;
    let notices =
        sent.iter().filter(|(to, text)| to == "priya" && text.contains("configuration has")).count();
    assert_eq!(notices, 1, "{sent:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_joins_is_found_in_slack_and_written_to() {
    let organisation = Organisation::copy();
    let world = World::with(&organisation.path()).await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (id, email) = ("U0JOINED01", "kim.joined@example.com");
    organisation.edit("people.toml", |text| {
        format!(
            "{text}\n[people.kim]\nname = \"Kim Joined\"\nemail = \"{email}\"\naudiences = [\"engineer\"]\nteams = [\"checkout\"]\nzone = \"Europe/Lisbon\"\n"
        )
    });
    world
        .post("person", json!({ "id": id, "name": "kim", "real_name": "Kim Joined", "email": email, "tz": "Europe/Lisbon" }))
        .await;
    linked(&world, "kim").await;
    world.advance_to("2026-12-10T11:00:00Z").await;
    let kim = world.person("kim").await;
    assert!(!kim.messages().await.is_empty(), "Kim is written to");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_renamed_keeps_their_history() {
    let organisation = Organisation::copy();
    let world = World::with(&organisation.path()).await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.clicks("Put in our plan").await;
    let answered = ana.reads("Recorded").await;
    let had = ana.messages().await.len();

    organisation.edit("people.toml", |text| {
        let text = text.replace("reports_to = \"ana\"", "reports_to = \"anna\"");
        replaced(
            &text,
            "[people.ana]\nname = \"Ana Souza\"",
            "[people.anna]\nwas = [\"ana\"]\nname = \"Anna Souza\"",
        )
    });
    for file in ["payment-deadlines", "safe-rollouts", "restore-drills"] {
        organisation.edit(&format!("initiatives/{file}.toml"), |text| text.replace("\"ana\"", "\"anna\""));
    }
    world.bot().signal(Signal::HUP);
    answers(&priya, "coverage payment-deadlines", "Anna Souza").await;
    let row = priya.commands("coverage payment-deadlines").await;
    let row = row.lines().find(|line| line.contains("Anna Souza")).unwrap();
    assert!(row.contains("committed"), "{row}");
    world.advance_to("2026-12-10T18:00:00Z").await;
    assert_eq!(ana.messages().await.len(), had, "nothing is sent to her a second time");
    ana.clicks_on(&answered, "Change").await;
    ana.reads("Until you choose again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_leaves_slack_is_not_written_to_and_is_a_gap() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    let had = ana.messages().await.len();
    world.post("person", json!({ "id": ana.id, "deleted": true })).await;
    answers(&priya, "gaps payment-deadlines", "Ana Souza has left Slack").await;
    world.advance_to("2027-01-16T12:00:00Z").await;
    assert_eq!(ana.messages().await.len(), had);
    priya.opens_home().await;
    priya.clicks_at_home("Left out").await;
    priya.reads_at_home("Ana Souza has left Slack").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_promoted_is_argued_with_in_their_new_role() {
    let organisation = Organisation::copy();
    let world = World::with(&organisation.path()).await;
    world.advance_to("2026-11-24T18:00:00Z").await;
    let (lucia, priya) = (world.person("lucia").await, world.person("priya").await);
    organisation.edit("people.toml", |text| {
        let (before, after) = text.split_once("[people.lucia]").unwrap();
        let after = after.replacen("audiences = [\"engineer\"]", "audiences = [\"engineering_manager\"]", 1);
        format!("{before}[people.lucia]{after}")
    });
    world.bot().signal(Signal::HUP);
    let is_manager = |text: &str| {
        text.lines().any(|line| line.contains("Lucía Ortega") && line.contains("engineering manager"))
    };
    let wait = async { while !is_manager(&priya.commands("coverage payment-deadlines").await) {} };
    tokio::time::timeout(PATIENCE, wait).await.expect("the new role is in force");
    // Within her hours: what a change makes due goes out at the latest where the calendar stops.
    world.advance_to("2026-12-03T11:00:00Z").await;
    let pitch = lucia.last_message().await.to_string();
    assert!(pitch.contains("Put in our plan") && !pitch.contains("Looks right"), "{pitch}");
}

/// Waits until a command answers so.
pub(super) async fn answers(actor: &Actor<'_>, command: &str, wanted: &str) {
    let wait = async { while !actor.commands(command).await.contains(wanted) {} };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{command} never said {wanted}"));
}

/// Waits until somebody of the configuration was found in Slack.
pub(super) async fn linked(world: &World, person: &str) {
    let wait = async {
        loop {
            let export =
                crate::world::canvass().args(["export", "--data"]).arg(world.data()).output().unwrap();
            let lines = String::from_utf8(export.stdout).unwrap();
            let named = format!("\"person\":\"{person}\"");
            if lines.lines().any(|line| line.contains("person_linked") && line.contains(&named)) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("they are found in Slack");
}
