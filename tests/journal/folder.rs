//! A data folder that is held, full, read-only, damaged or newer, or that a crash has left.

use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use canvass::clock::monotonic;
use canvass::domain::ids::Seq;
use canvass::journal::{Journal, OpenError, Records, StorageError, open};

use super::child::{self, Job, said};
use super::sample::{batch, records};

/// What `open` says of `folder`, without the name of the folder.
fn fault(folder: &Path) -> String {
    let fault = open(folder).expect_err("it opened").to_string();
    fault.replace(folder.to_str().unwrap(), "DATA")
}

fn filled(count: u64) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(home.path()).unwrap();
    for first in (1..=count).step_by(5) {
        journal.append(Seq(first - 1), batch(first), &records(first, first + 4)).unwrap();
    }
    home
}

fn count(folder: &Path) -> Result<u64, StorageError> {
    let (journal, _) = open(folder).unwrap();
    let mut count = 0;
    journal.read(Seq(0), &mut |_| count += 1).map(|()| count)
}

#[test]
fn a_second_process_is_told_who_holds_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let mut holder = child::command(Job::Hold, home.path()).spawn().unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("opened")));
    let said = fault(home.path()).replace(&holder.id().to_string(), "PID");
    insta::assert_snapshot!(
        said,
        @"Another canvass process (pid PID) is using the data folder DATA. Stop it first, or set CANVASS_DATA to another folder."
    );
    drop(holder.stdin.take());
    lines.for_each(drop);
    assert!(holder.wait().unwrap().success());
    open(home.path()).expect("the lock went with the process");
}

#[test]
fn a_second_journal_in_the_same_process_is_refused_too() {
    let home = tempfile::tempdir().unwrap();
    let (journal, reader) = open(home.path()).unwrap();
    assert!(matches!(open(home.path()), Err(OpenError::Locked { pid: Some(_), .. })));
    drop(journal);
    assert!(matches!(open(home.path()), Err(OpenError::Locked { .. })), "a reader still holds it");
    drop(reader);
    open(home.path()).unwrap();
}

#[test]
fn a_folder_that_can_not_be_written_to_is_named() {
    let home = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(home.path(), Some(65_534), None).unwrap();
    }
    mode(home.path(), 0o555);
    let output = child::run(child::as_nobody(child::command(Job::Open, home.path())));
    mode(home.path(), 0o755);
    let said = said(&output, "failed").join("\n").replace(home.path().to_str().unwrap(), "DATA");
    insta::assert_snapshot!(
        said,
        @"DATA/lock can't be written to. Give the user that runs canvass write access to it and start again."
    );
}

#[test]
fn a_disk_that_fills_up_ends_the_journal_and_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    // A limit on the size of files (in blocks of 512 bytes) stands in for a full disk: it needs no root.
    let command = child::command_after("trap '' XFSZ; ulimit -f 4096", Job::Append, home.path());
    let output = child::run(command);
    let faults = said(&output, "failed").join("\n").replace(home.path().to_str().unwrap(), "DATA");
    insta::assert_snapshot!(
        faults,
        @"The disk that holds DATA is full. Free at least 16 MiB there and start again; nothing that was acknowledged is lost."
    );
    // Nothing is appended after a failed append, whatever has become of the disk.
    assert!(said(&output, "again")[0].contains("an append failed before"));
    let acknowledged: u64 = said(&output, "acknowledged").last().unwrap().parse().unwrap();
    assert!(acknowledged > 300, "it filled up too soon to show anything: {acknowledged}");
    assert!(count(home.path()).unwrap() >= acknowledged);
}

#[test]
fn a_disk_with_too_little_space_is_refused_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let mount = format!("mount -t tmpfs -o size=8m tmpfs {}", home.path().display());
    let namespaces = |job| {
        let inside = child::command_after(&mount, job, home.path());
        let mut command = std::process::Command::new("unshare");
        command.args(["--map-root-user", "--mount"]).arg(inside.get_program()).args(inside.get_args());
        command.envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
        child::run(command)
    };
    let output = namespaces(Job::AppendOnce);
    let faults = said(&output, "failed").join("\n").replace(home.path().to_str().unwrap(), "DATA");
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("unshare:"),
        "this machine lets nobody mount a small disk; run the tests as root, or allow user namespaces"
    );
    insta::assert_snapshot!(
        faults,
        @"The disk that holds DATA is full. Free at least 16 MiB there and start again; nothing that was acknowledged is lost."
    );
}

#[test]
fn a_snapshot_that_was_never_finished_does_not_make_the_journal_unreadable() {
    let home = filled(50);
    let store = home.path().join("journal");
    let plant = || fs::write(store.join("snap.7FFFFFFFFFFFFFFF.generating"), b"half of a snaps").unwrap();

    plant();
    let without_guard = sled::Config::new().path(&store).flush_every_ms(None).open();
    assert!(without_guard.is_err(), "sled copes by itself now; the guard can go");

    plant();
    assert_eq!(count(home.path()).unwrap(), 50);
    let left = fs::read_dir(&store)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".generating"));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_journal_of_a_newer_schema_is_left_alone() {
    let home = filled(5);
    let db = beneath(home.path());
    db.insert("m/schema", &2_u32.to_be_bytes()).unwrap();
    db.flush().unwrap();
    drop(db);
    insta::assert_snapshot!(
        fault(home.path()),
        @"The journal in DATA was written by a newer canvass (schema 2; this one knows 1). Run that version or a later one."
    );
}

#[test]
fn a_record_of_a_newer_version_is_named_with_its_version() {
    let home = filled(5);
    tamper(home.path(), |value| replace(value, b"{\"v\":3,\"seq\":2,", b"{\"v\":4,\"seq\":2,"), true);
    let (journal, _) = open(home.path()).unwrap();
    let fault = journal.read(Seq(0), &mut |_| {}).unwrap_err();
    insta::assert_snapshot!(
        fault,
        @"Record 2 of the journal can't be read: it has version 4, and this canvass knows versions up to 3; run the newer one."
    );
}

#[test]
fn a_record_that_was_altered_is_found_when_it_is_read() {
    let home = filled(50);
    tamper(home.path(), |value| replace(value, b"\"attempt\":1", b"\"attempt\":2"), false);
    let fault = count(home.path()).unwrap_err().to_string();
    insta::assert_snapshot!(
        fault.replace(home.path().to_str().unwrap(), "DATA"),
        @"The journal in DATA is damaged: the batch that begins with record 1 is not as it was written. Move everything but `keys` out of it, then put the last export back with: canvass restore <export.jsonl>. Without `keys`, what people wrote is lost."
    );
}

#[test]
fn a_batch_that_is_missing_is_found_when_it_is_read() {
    let home = filled(50);
    let db = beneath(home.path());
    let (key, _) = db.range("r"..).nth(3).unwrap().unwrap();
    db.remove(key).unwrap();
    drop(db);
    let fault = count(home.path()).unwrap_err().to_string();
    assert!(fault.contains("record 16 is missing"), "{fault}");
}

#[test]
fn an_end_that_was_lost_is_found_at_the_start() {
    let home = filled(50);
    let db = beneath(home.path());
    db.pop_max().unwrap();
    drop(db);
    insta::assert_snapshot!(
        fault(home.path()),
        @"The journal in DATA is damaged: it ends at record 45, but record 50 was acknowledged (if you put an older copy back on purpose, delete DATA/journal.mark and start again). Move everything but `keys` out of it, then put the last export back with: canvass restore <export.jsonl>. Without `keys`, what people wrote is lost."
    );
    fs::remove_file(home.path().join("journal.mark")).unwrap();
    assert_eq!(count(home.path()).unwrap(), 45);
}

#[test]
fn no_damaged_byte_of_the_log_goes_unnoticed_or_takes_a_record_with_it() {
    let home = filled(200);
    let path = home.path().join("journal/db");
    let used = used(&path);
    let expected = records(1, 200);
    let mut noticed = 0;
    for step in 0..60 {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(home.path(), copy.path());
        flip(&copy.path().join("journal/db"), used * step / 60);
        let Ok((journal, _)) = open(copy.path()) else {
            noticed += 1;
            continue;
        };
        let mut read = Vec::new();
        match journal.read(Seq(0), &mut |record| read.push(record)) {
            Ok(()) => assert_eq!(read, expected, "a flipped bit at {} changed the journal", used * step / 60),
            Err(_) => noticed += 1,
        }
    }
    // Bytes that later pages have replaced mean nothing any more; the others have to be noticed.
    assert!(noticed > 5, "only {noticed} of 60 damages were noticed");
}

#[test]
fn a_log_that_was_cut_off_is_noticed() {
    let home = filled(200);
    let path = home.path().join("journal/db");
    let used = used(&path);
    for part in [4, 2] {
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(used / part * (part - 1)).unwrap();
        let fault = match open(home.path()) {
            Err(fault) => fault.to_string(),
            Ok((journal, _)) => journal.read(Seq(0), &mut |_| {}).unwrap_err().to_string(),
        };
        assert!(fault.contains("canvass restore") || fault.contains("restore the last export"), "{fault}");
    }
}

/// The store itself. Another test's child process that was forked while it was open lets go of its lock as soon
/// as it becomes its own program.
fn beneath(folder: &Path) -> sled::Db {
    let open = || sled::Config::new().path(folder.join("journal")).open();
    let is_held = |error: &sled::Error| error.to_string().contains("could not acquire lock");
    let patience = monotonic() + Duration::from_secs(5);
    let mut opened = open();
    while opened.as_ref().is_err_and(is_held) && monotonic() < patience {
        std::thread::yield_now();
        opened = open();
    }
    opened.unwrap()
}

/// Changes every value of the store through `change`; `resealed` with the digest made right again.
fn tamper(folder: &Path, change: impl Fn(&mut Vec<u8>), resealed: bool) {
    use sha2::{Digest, Sha256};
    let db = beneath(folder);
    for entry in db.range("r"..) {
        let (key, value) = entry.unwrap();
        let mut value = value.to_vec();
        change(&mut value);
        if resealed {
            let digest = Sha256::new()
                .chain_update(&key[1..9])
                .chain_update(&value[..20])
                .chain_update(&value[44..])
                .finalize();
            value[28..44].copy_from_slice(&digest[..16]);
        }
        db.insert(key, value).unwrap();
    }
    db.flush().unwrap();
}

fn replace(value: &mut [u8], from: &[u8], to: &[u8]) {
    if let Some(place) = value.windows(from.len()).position(|window| window == from) {
        value[place..place + to.len()].copy_from_slice(to);
    }
}

/// How much of the store's file has been written, in bytes.
fn used(path: &Path) -> u64 {
    let bytes = fs::read(path).unwrap();
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    u64::try_from(last).unwrap()
}

fn flip(path: &Path, place: u64) {
    let mut file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(place)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(place)).unwrap();
    file.write_all(&[byte[0] ^ 0x10]).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
