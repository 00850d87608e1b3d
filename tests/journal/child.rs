//! Journals in processes of their own: this very test binary, started again for one job.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use canvass::clock::{Clock, monotonic};
use canvass::domain::event::Event;
use canvass::domain::ids::Seq;
use canvass::domain::personal::Personal;
use canvass::journal::{Journal, Records, Vault, Writer};

use super::sample::{batch, person, records};

const JOB: &str = "CANVASS_TEST_JOB";
const FOLDER: &str = "CANVASS_TEST_FOLDER";

/// What such a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    /// Opens the journal and says so, or what is wrong.
    Open,
    /// Starts a writer, and says how long that took and how much memory the process has then.
    Start,
    /// Opens the journal, says so, and holds it until its input ends.
    Hold,
    /// Appends batches of three until it is stopped, acknowledging each by a line.
    Append,
    /// Seals a person's first text and appends one batch with it, acknowledging it by a line.
    AppendOnce,
}

/// The command that does `job` in `folder`.
pub(super) fn command(job: Job, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "journal::child::the_job", "--ignored", "--nocapture", "--test-threads=1"])
        .env(JOB, format!("{job:?}"))
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The same in a shell that first runs `setup`.
pub(super) fn command_after(setup: &str, job: Job, folder: &Path) -> Command {
    let plain = command(job, folder);
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("{setup}; exec \"$0\" \"$@\""))
        .arg(plain.get_program())
        .args(plain.get_args());
    for (name, value) in plain.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// The same as a user who owns nothing; root may write everywhere.
pub(super) fn as_nobody(mut command: Command) -> Command {
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
    command
}

/// Runs it to its end.
pub(super) fn run(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What it said on lines that begin with `word`.
pub(super) fn said(output: &Output, word: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(|line| line.strip_prefix(word)).map(|rest| rest.trim().to_owned()).collect()
}

fn say(line: &str) {
    // One write a line, and not through the harness: a process that is killed has said whole lines.
    let mut output = std::io::stdout().lock();
    output.write_all(format!("{line}\n").as_bytes()).unwrap();
    output.flush().unwrap();
}

/// What the operating system says about this process's memory.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let about = |line: &&str| line.starts_with("VmRSS") || line.starts_with("VmHWM");
    status
        .lines()
        .filter(about)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
#[ignore = "runs only as a process of another test"]
fn the_job() {
    let Ok(job) = std::env::var(JOB) else { return };
    let folder = std::env::var_os(FOLDER).unwrap();
    let begun = monotonic();
    let opened = canvass::journal::open(Path::new(&folder));
    say("");
    let (mut journal, _) = match opened {
        Ok(opened) => opened,
        Err(fault) => return say(&format!("failed {fault}")),
    };
    if job == "Start" {
        let opened = begun.elapsed();
        let (writer, _ending) =
            Writer::start(journal, Vault::of(Path::new(&folder)), Clock::system()).unwrap();
        let (started, memory) = (begun.elapsed(), memory());
        return say(&format!("started {} in {started:.2?} (open {opened:.2?}), {memory}", writer.head()));
    }
    let mut count = 0;
    journal.read(Seq(0), &mut |_| count += 1).unwrap();
    say(&format!("opened {count}"));
    let mut append = |text: Option<Personal>| {
        let head = journal.head();
        let mut records = records(head.0 + 1, head.0 + 3);
        if let Some(text) = text {
            let by = person("priya");
            records[2].event = Event::NoteTaken { by, about: None, initiative: None, text };
            Vault::of(Path::new(&folder)).seal(&mut records[2].event, Clock::system().now()).unwrap();
        }
        journal.append(head, batch(head.0), &records).map(|()| head.0 + 3)
    };
    match job.as_str() {
        "Hold" => _ = std::io::stdin().read(&mut [0]).unwrap(),
        "AppendOnce" => {
            say(&format!("acknowledged {}", append(Some(Personal::new(person("ana"), "tired"))).unwrap()))
        }
        "Append" => loop {
            match append(None) {
                Ok(head) => say(&format!("acknowledged {head}")),
                Err(fault) => {
                    say(&format!("failed {fault}"));
                    return say(&format!("again {}", append(None).unwrap_err()));
                }
            }
        },
        _ => {}
    }
}
