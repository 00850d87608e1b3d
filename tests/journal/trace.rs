//! What the operating system was asked to do, and in which order.

use std::path::Path;
use std::process::Command;

use super::child::{self, Job, said};

/// The system calls of a process that does `job`, one a line, in the order in which they returned.
fn traced(job: Job, folder: &Path) -> Vec<String> {
    let log = folder.join("trace");
    let plain = child::command(job, &folder.join("data"));
    let mut command = Command::new("strace");
    command
        .args(["-f", "-y", "-s", "64", "-e", "trace=write,pwrite64,pwritev,fsync,fdatasync,rename,renameat2"])
        .arg("-o")
        .arg(&log)
        .arg(plain.get_program())
        .args(plain.get_args())
        .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().expect("strace is installed: ./test does it");
    assert_eq!(said(&output, "acknowledged"), ["3"], "{}", String::from_utf8_lossy(&output.stderr));
    returned(&std::fs::read_to_string(log).unwrap())
}

/// Joins calls that another thread's line has cut in two.
fn returned(log: &str) -> Vec<String> {
    let mut begun = std::collections::HashMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((pid, call)) = line.split_once(char::is_whitespace) else { continue };
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix("<unfinished ...>") {
            begun.insert(pid.to_owned(), start.to_owned());
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            calls.push(begun.remove(pid).unwrap_or_default() + end);
        } else {
            calls.push(call.to_owned());
        }
    }
    calls
}

fn last(calls: &[String], is: impl Fn(&str) -> bool) -> usize {
    calls.iter().rposition(|call| is(call)).unwrap_or_else(|| panic!("no such call in {calls:#?}"))
}

#[test]
fn the_disk_has_the_batch_before_it_is_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let calls = traced(Job::AppendOnce, home.path());
    let acknowledged = last(&calls, |call| call.starts_with("write(1") && call.contains("acknowledged 3"));
    let calls = &calls[..acknowledged];
    let written = last(calls, |call| call.starts_with("pwrite64") && call.contains("/journal/db>"));
    let synced = last(calls, |call| {
        (call.starts_with("fdatasync") || call.starts_with("fsync"))
            && call.contains("/journal/db>")
            && call.ends_with("= 0")
    });
    assert!(written < synced, "the last write to the store was not synced: {calls:#?}");
}

#[test]
fn a_key_is_on_disk_under_its_name_before_anything_sealed_with_it() {
    let home = tempfile::tempdir().unwrap();
    let calls = traced(Job::AppendOnce, home.path());
    let sync =
        |call: &str, what: &str| call.starts_with("fsync") && call.contains(what) && call.ends_with("= 0");
    let content = last(&calls, |call| sync(call, ".draft>"));
    let renamed = last(&calls, |call| call.starts_with("rename") && call.contains(".draft"));
    let name = last(&calls, |call| sync(call, "/keys>"));
    let sealed = last(&calls, |call| call.starts_with("pwrite64") && call.contains("/journal/db>"));
    assert!(content < renamed && renamed < name && name < sealed, "{calls:#?}");
}
