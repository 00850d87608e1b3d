//! What the operating system says about a process.

use std::fs;
use std::time::Duration;

/// Memory that the process has in RAM for itself alone, in bytes: without its code, which the system shares.
pub(super) fn private(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    let kib: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
    kib << 10
}

/// Processor time that the process has had; Linux counts it in hundredths of a second.
pub(super) fn worked(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<u64>().unwrap();
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

/// Waits until the process has done nothing for two seconds.
pub(super) async fn at_rest(process: u32) {
    let worked = || {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // User and system time follow the name, which is in parentheses.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        (fields[11].to_owned(), fields[12].to_owned())
    };
    let mut look = tokio::time::interval(Duration::from_millis(100));
    let (mut before, mut quiet) = (worked(), 0);
    while quiet < 20 {
        look.tick().await;
        let now = worked();
        quiet = if now == before { quiet + 1 } else { 0 };
        before = now;
    }
}
