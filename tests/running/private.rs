//! Nothing that Canvass writes can be read by another user of the machine, whatever the umask.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::House;
use crate::world::canvass;

/// `command` as somebody starts it whose umask takes nothing away.
fn carelessly(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Everything at and below `path` that others have rights on.
fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let found = path.symlink_metadata().unwrap();
    let mut open = Vec::new();
    if found.mode() & 0o077 != 0 {
        open.push(path.to_owned());
    }
    if found.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            open.extend(open_to_others(&entry.unwrap().path()));
        }
    }
    open
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_data_folder_an_export_and_a_restored_folder_are_for_their_owner_alone() {
    let mut house = House::empty().await;
    house.start(carelessly(&house.command())).await;
    // What somebody writes makes a key.
    house.knows_people().await;
    house.world.person("ana").await.types("What does this cost my team, exactly?").await;
    let keys = house.world.data().join("keys");
    house.until("two keys", async |_| std::fs::read_dir(&keys).is_ok_and(|keys| keys.count() > 1)).await;
    assert!(house.world.data().join("canvass.sock").exists());
    assert_eq!(open_to_others(&house.world.data()), Vec::<PathBuf>::new());

    let export = house.world.folder.path().join("export.jsonl");
    let exporting = house.with_settings(canvass(), &["export", export.to_str().unwrap()]);
    assert!(carelessly(&exporting).status().unwrap().success());
    assert_eq!(open_to_others(&export), Vec::<PathBuf>::new());

    let restored = house.world.folder.path().join("restored");
    let mut restoring = house.with_settings(canvass(), &["restore", export.to_str().unwrap()]);
    restoring.env("CANVASS_DATA", &restored);
    assert!(carelessly(&restoring).output().unwrap().status.success());
    assert_eq!(open_to_others(&restored), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stand_ins_folder_is_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data/workspace");
    let mut command = canvass();
    command.args(["sandbox", "--part", "workspace", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
    let mut child = carelessly(&command).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
        .unwrap();
    let running = crate::world::Running::new(child);
    assert!(data.join("workspace.jsonl").exists());
    assert_eq!(open_to_others(&home.path().join("data")), Vec::<PathBuf>::new());
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_before_the_process_makes_everything_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let (data, trace) = (home.path().join("data"), home.path().join("trace"));
    let mut command = Command::new("strace");
    command
        .args(["-f", "-e", "trace=umask,mkdir,mkdirat,open,openat,creat,bind", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_canvass"))
        .args(["export", "--config"])
        .arg(crate::world::sample())
        .arg("--data")
        .arg(&data);
    // An empty folder in which there is a journal to make.
    std::fs::create_dir_all(data.join("journal")).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o777)).unwrap();
    command.output().expect("strace is installed: ./test does it");
    let trace = std::fs::read_to_string(trace).unwrap();
    let first = |what: &str| trace.lines().position(|line| line.contains(what));
    let made = first("O_CREAT").expect("it makes its files");
    assert!(first("umask(077)").is_some_and(|closed| closed < made), "{trace}");
    assert_eq!(open_to_others(&data), Vec::<PathBuf>::new(), "a folder that stood open is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_another_user_is_refused_with_a_sentence() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let house = House::empty().await;
    std::fs::create_dir(house.world.data()).unwrap();
    std::os::unix::fs::chown(house.world.data(), Some(65_534), None).unwrap();
    let (code, said) = house.runs(&["run"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("belongs to another user (id 65534; Canvass runs as 0)"), "{said}");
    assert!(said.contains("chown 0 "), "{said}");
    assert_eq!(std::fs::read_dir(house.world.data()).unwrap().count(), 0, "nothing was put into it");
}
