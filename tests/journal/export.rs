//! Exports: whole or known not to be, of one moment, and nobody's secrets in them.

use std::fs;
use std::io::Write;
use std::path::Path;

use canvass::domain::event::{Event, Record};
use canvass::domain::ids::Seq;
use canvass::domain::personal::Personal;
use canvass::journal::{Journal, OpenError, Records, Vault, export, open, restore, restore_into};

use super::memory::Memory;
use super::sample::{at, batch, person, records};

fn exported(count: u64) -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, reader) = open(home.path()).unwrap();
    if count > 0 {
        journal.append(Seq(0), batch(1), &records(1, count)).unwrap();
    }
    let mut bytes = Vec::new();
    assert_eq!(export(&reader, &mut bytes).unwrap().records, count);
    bytes
}

fn contents(folder: &Path) -> Vec<Record> {
    let (journal, _) = open(folder).unwrap();
    let mut all = Vec::new();
    journal.read(Seq(0), &mut |record| all.push(record)).unwrap();
    all
}

#[test]
fn a_restored_journal_is_the_exported_one() {
    for count in [0, 1, 2500] {
        let bytes = exported(count);
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("new");
        assert_eq!(restore_into(&data, &mut &bytes[..]).unwrap().records, count);
        assert_eq!(contents(&data), records(1, count));
        let mut again = Vec::new();
        export(&open(&data).unwrap().1, &mut again).unwrap();
        assert!(again == bytes, "an export of the restored journal differs");
        let (mut journal, _) = open(&data).unwrap();
        journal.append(Seq(count), batch(count), &records(count + 1, count + 1)).unwrap();
    }
}

#[test]
fn an_export_is_of_one_moment_while_the_service_goes_on() {
    struct Slow<'a>(Vec<u8>, &'a mut dyn FnMut());
    impl Write for Slow<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            (self.1)();
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let home = tempfile::tempdir().unwrap();
    let (mut journal, reader) = open(home.path()).unwrap();
    journal.append(Seq(0), batch(0), &records(1, 20)).unwrap();
    // Between any two lines of the export the journal grows.
    let mut grow = || {
        let head = journal.head();
        journal.append(head, batch(head.0), &records(head.0 + 1, head.0 + 2)).unwrap();
    };
    let mut output = Slow(Vec::new(), &mut grow);
    assert_eq!(export(&reader, &mut output).unwrap().records, 20);
    let data = home.path().join("restored");
    restore_into(&data, &mut &output.0[..]).unwrap();
    assert_eq!(contents(&data), records(1, 20));
    assert!(reader.head() > Seq(40));
}

/// What `restore` says of an export, without the names of folders; nothing may be left behind.
fn refusal(bytes: &[u8]) -> String {
    let home = tempfile::tempdir().unwrap();
    let fault = restore_into(home.path(), &mut &bytes[..]).unwrap_err().to_string();
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "lock" || name == "journal.mark"), "{left:?}");
    fault
}

#[test]
fn an_export_that_is_cut_short_anywhere_is_refused() {
    let bytes = exported(12);
    for length in 0..bytes.len() {
        restore(&mut Memory::default(), &mut &bytes[..length]).expect_err("it was taken for whole");
    }
    refusal(&bytes[..bytes.len() / 2]);
    restore(&mut Memory::default(), &mut &bytes[..]).unwrap();
}

#[test]
fn an_export_that_was_altered_is_refused_and_the_reason_named() {
    let text = String::from_utf8(exported(12)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let without = |dropped: usize| {
        let mut kept = lines.clone();
        kept.remove(dropped);
        joined(&kept)
    };
    let said = [
        "once upon a time\n",
        &without(0),
        &without(5),
        &without(13),
        &joined(&lines[..9]),
        &text.replace("\"attempt\":1", "\"attempt\":7"),
        &text.replace("\"attempt\":1", "\"attempt\":true"),
        &text.replace("{\"v\":3,\"seq\":3,", "{\"v\":9,\"seq\":3,"),
        &text.replace("canvass_journal\":1", "canvass_journal\":2"),
        &format!("{text}more\n"),
    ]
    .map(|altered| refusal(altered.as_bytes()));
    insta::assert_snapshot!(said.join("\n"), @r"
    This is not an export of a journal. Give the file that canvass export wrote.
    This is not an export of a journal. Give the file that canvass export wrote.
    Line 6 of the export is damaged: record 6 was to follow record 4. Restore another export.
    The export is cut short: it ends after 12 of 12 records, without its last line. Restore another export.
    The export is cut short: it ends after 8 of 12 records, without its last line. Restore another export.
    The export is damaged: its checksum doesn't match. Restore another export.
    Line 2 of the export can't be read: it isn't a record of version 3 (invalid type: boolean `true`, expected u32 at line 1 column 288).
    Line 4 of the export can't be read: it has version 9, and this canvass knows versions up to 3; run the newer one.
    This export has format 2, and this canvass knows 1. Run the version that wrote it.
    Line 15 of the export is damaged: nothing may follow the end. Restore another export.
    ");
}

#[test]
fn a_folder_with_anything_but_keys_in_it_is_not_restored_into() {
    let bytes = exported(3);
    let home = tempfile::tempdir().unwrap();
    drop(open(home.path()).unwrap());
    let fault = restore_into(home.path(), &mut &bytes[..]).unwrap_err().to_string();
    assert!(fault.contains("is not empty: journal"), "{fault}");

    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("keys")).unwrap();
    restore_into(home.path(), &mut &bytes[..]).unwrap();
}

#[test]
fn a_restore_that_was_killed_is_not_taken_for_the_journal_and_can_be_run_again() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("journal.restoring")).unwrap();
    fs::write(home.path().join("journal.restoring/db"), b"part").unwrap();
    fs::write(home.path().join("journal.mark"), b"").unwrap();
    assert!(matches!(open(home.path()), Err(OpenError::Unfinished { .. })));
    restore_into(home.path(), &mut &exported(3)[..]).unwrap();
    assert_eq!(contents(home.path()), records(1, 3));
}

#[test]
fn a_restore_that_failed_can_be_run_again_with_another_export() {
    let (home, bytes) = (tempfile::tempdir().unwrap(), exported(3));
    let cut = restore_into(home.path(), &mut &bytes[..bytes.len() / 2]).unwrap_err().to_string();
    assert!(cut.contains("cut short"), "{cut}");
    restore_into(home.path(), &mut &bytes[..]).unwrap();
    assert_eq!(contents(home.path()), records(1, 3));
}

#[test]
fn the_mark_of_a_journal_that_is_missing_is_not_passed_over() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("journal.mark"), b"").unwrap();
    let fault = restore_into(home.path(), &mut &exported(3)[..]).unwrap_err().to_string();
    assert!(fault.contains("is not empty: journal.mark"), "{fault}");
}

#[test]
fn text_reads_back_only_where_the_keys_are() {
    let home = tempfile::tempdir().unwrap();
    let text = || Personal::new(person("ana"), "We were paged eleven times; no.");
    let note =
        |text| Event::NoteTaken { by: person("priya"), about: Some(person("ana")), initiative: None, text };
    let (mut journal, reader) = open(home.path()).unwrap();
    let mut event = note(text());
    Vault::of(home.path()).seal(&mut event, at(1)).unwrap();
    journal.append(Seq(0), batch(1), &[Record { seq: Seq(1), at: at(1), cause: None, event }]).unwrap();
    let mut bytes = Vec::new();
    export(&reader, &mut bytes).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("paged"));

    let restored = home.path().join("restored");
    restore_into(&restored, &mut &bytes[..]).unwrap();
    let read = |keys: &Path| {
        let mut event = contents(&restored).remove(0).event;
        Vault::of(keys).open(&mut event).unwrap();
        event
    };
    assert_eq!(read(home.path()), note(text()), "with the keys put back");
    assert_eq!(read(&restored), note(Personal::Forgotten), "without them");

    // Life goes on without the old keys: new text gets a new key, and old text stays forgotten.
    let mut later = note(text());
    Vault::of(&restored).seal(&mut later, at(2)).unwrap();
    Vault::of(&restored).open(&mut later).unwrap();
    assert_eq!(later, note(text()));
    assert_eq!(read(&restored), note(Personal::Forgotten));
}
