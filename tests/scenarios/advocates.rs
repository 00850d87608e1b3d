//! Several advocates, an admin, and somebody who is an advocate and a stakeholder.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::world::{World, sample, words};

/// The sample organisation, where Nadia of Search advocates the restore drills and Henrik sees everything.
pub(super) fn two_advocates() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&sample(), folder.path());
    let change = |file: &str, from: &str, to: &str| {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(&path, text.replace(from, to)).unwrap();
    };
    change("initiatives/restore-drills.toml", "advocates = [\"priya\"]", "advocates = [\"nadia\"]");
    change("canvass.toml", "admins = []", "admins = [\"henrik\"]");
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_advocate_sees_their_own_initiatives_and_an_admin_all_of_them() {
    let folder = two_advocates();
    let world = World::with(folder.path()).await;
    world.advance_to("2026-12-03T17:30:00Z").await;
    let (priya, nadia, henrik) =
        (world.person("priya").await, world.person("nadia").await, world.person("henrik").await);
    assert!(priya.commands("coverage payment-deadlines").await.contains("Ben Carter"));
    let refused = priya.commands("coverage restore-drills").await;
    assert!(refused.contains("Only the advocates of “Restores that were practised” can do that: ask Nadia"));
    assert!(!refused.contains("Leo"), "{refused}");
    assert!(nadia.commands("coverage restore-drills").await.contains("decides"));
    assert!(!nadia.commands("coverage").await.contains("Ben Carter"), "not hers");
    for initiative in ["payment-deadlines", "restore-drills", "safe-rollouts"] {
        assert!(henrik.commands(&format!("coverage {initiative}")).await.contains("decides"), "{initiative}");
    }
    // The footer names who sees the answer: the advocate and the admin.
    let ben = world.person("ben").await;
    let pitch = words(&ben.last_message().await);
    assert!(pitch.contains("Priya") && pitch.contains("Henrik") && !pitch.contains("Nadia"), "{pitch}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advocate_is_argued_with_about_what_others_advocate_and_answers_like_anybody() {
    let folder = two_advocates();
    let world = World::with(folder.path()).await;
    world.advance_to("2026-12-07T17:30:00Z").await;
    let (priya, nadia) = (world.person("priya").await, world.person("nadia").await);
    let to_nadia = nadia.messages().await;
    let asked = to_nadia.iter().rfind(|message| words(message).contains("Open the design"));
    let asked = asked.expect("she is an engineer too");
    assert!(
        to_nadia.iter().all(|message| !words(message).contains("restore drill")),
        "nobody argues her own initiative to her"
    );
    nadia.clicks_on(asked, "Looks right").await;
    nadia.reads("Recorded").await;
    let row = priya.commands("coverage safe-rollouts").await;
    assert!(row.lines().any(|line| line.contains("Nadia Rahman") && line.contains("supportive")), "{row}");
}
