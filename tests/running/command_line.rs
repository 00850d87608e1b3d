//! Subcommands beside a service, and without one.

use std::io::Read;
use std::process::Stdio;

use super::House;
use crate::world::canvass;

/// What a subcommand says, and how it ends.
fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        canvass().args(arguments).env_remove("CANVASS_CONFIG").env_remove("CANVASS_DATA").output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_needs_no_configuration() {
    let mut house = House::empty().await;
    house.start(house.command()).await;
    house.knows_people().await;
    assert_eq!(house.bot.take().unwrap().stop(), Some(0));
    let data = house.world.data();
    let (code, text) = said(&["export", "--config", "/nowhere", "--data", data.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("\"canvass_journal\":1") && text.contains("config_adopted"), "{text}");
}

#[test]
fn a_data_folder_that_is_named_and_missing_is_told_before_anything_else() {
    for command in [&["plan"][..], &["coverage"], &["preview", "ana"]] {
        let arguments = [command, &["--data", "/nowhere/data", "--config", "/nowhere/config"]].concat();
        let (code, text) = said(&arguments);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("There is no folder /nowhere/data.") && text.contains("--data"), "{text}");
    }
}

#[test]
fn shells_and_manuals_are_told_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, text) = said(&["completions", shell]);
        assert!(code == Some(0) && text.contains("coverage"), "{shell}: {text}");
    }
    let (code, text) = said(&["man"]);
    assert!(code == Some(0) && text.contains(".TH canvass 1") && text.contains("doctor"), "{text}");
    assert_eq!(said(&["completions", "sh"]).0, Some(2));
}

/// `canvass completions bash | head -1`.
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = canvass().args(["completions", "bash"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert!(child.wait().unwrap().success());
}
