//! Lines of the table.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use canvass::clock::monotonic;

/// What `./bench` looks for at the beginning of a line.
const MARK: &str = "figure";

/// The figures of one measurement.
#[derive(Debug, Default)]
pub(super) struct Figures(Vec<(String, bool)>);

impl Figures {
    /// A figure that is kept or not; `limit` says from when on it is.
    pub(super) fn promised(&mut self, name: &str, limit: &str, measured: &str, kept: bool) {
        let verdict = if kept { "pass" } else { "FAIL" };
        println!("\n{MARK}\t{name}\t{limit}\t{measured}\t{verdict}");
        self.0.push((format!("{name}: {measured}, promised {limit}"), kept));
    }

    /// A duration that must not be longer than `limit`.
    pub(super) fn within(&mut self, name: &str, limit: Duration, measured: Duration) {
        let (most, took) = (millis(limit), millis(measured));
        self.promised(name, &format!("at most {most}"), &took, measured <= limit);
    }

    /// A count that must not be larger than `limit`.
    pub(super) fn at_most(&mut self, name: &str, limit: usize, measured: usize) {
        self.promised(name, &format!("at most {limit}"), &measured.to_string(), measured <= limit);
    }

    /// Something that helps to read the others and has no limit.
    pub(super) fn told(&mut self, name: &str, measured: &str) {
        self.0.push((name.to_owned(), true));
        println!("\n{MARK}\t{name}\t\t{measured}\t");
    }

    /// Fails the test if a promise is not kept.
    pub(super) fn settle(self) {
        let broken: Vec<String> =
            self.0.into_iter().filter(|(_, kept)| !kept).map(|(figure, _)| figure).collect();
        assert!(broken.is_empty(), "not kept: {broken:#?}");
    }
}

/// A duration as the table shows it.
pub(super) fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        ..10.0 => format!("{millis:.2} ms"),
        ..100.0 => format!("{millis:.1} ms"),
        ..10_000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.2} s", millis / 1e3),
    }
}

/// The time below which `percent` of `times` are; they get sorted.
pub(super) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}

/// How long the disk under `folder` takes to make 512 bytes durable: median and 99th percentile.
pub(super) fn flush_time(folder: &Path) -> (Duration, Duration) {
    let path = folder.join("probe");
    let mut file = File::create(&path).unwrap();
    let mut times: Vec<Duration> = (0..500)
        .map(|_| {
            let begun = monotonic();
            file.write_all(&[7; 512]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    std::fs::remove_file(path).unwrap();
    (percentile(&mut times, 50), percentile(&mut times, 99))
}
