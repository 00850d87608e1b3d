//! A process that is killed at any moment.

use std::io::{BufRead, BufReader};

use canvass::domain::ids::Seq;
use canvass::journal::{Records, open};

use super::child::{self, Job};
use super::sample::records;

#[test]
fn a_process_that_is_killed_has_lost_nothing_that_it_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let mut most = 0;
    for round in 0..25 {
        let mut process = child::command(Job::Append, home.path()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut acknowledged =
            || lines.find_map(|line| line.strip_prefix("acknowledged ")?.parse::<u64>().ok());
        for _ in 0..=round % 7 {
            most = acknowledged().expect("it ended by itself");
        }
        process.kill().unwrap();
        // What it said before it died counts too.
        while let Some(later) = acknowledged() {
            most = later;
        }
        process.wait().unwrap();

        let (journal, _) = open(home.path()).unwrap();
        let mut read = Vec::new();
        journal.read(Seq(0), &mut |record| read.push(record)).unwrap();
        assert!(journal.head() >= Seq(most), "{} of {most}", journal.head());
        assert_eq!(read.len() % 3, 0, "half a batch is there");
        assert_eq!(read, records(1, journal.head().0));
    }
}
