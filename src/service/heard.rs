//! When Slack was last heard, kept for the next start: what was typed since then may have to be looked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::ids::Seq;

/// What is kept of the last sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// When Slack was heard.
    pub(super) at: Timestamp,
    /// The journal's last record at that time. A journal that ends before it was put back since then, and lost
    /// what was typed meanwhile.
    pub(super) head: Seq,
}

/// Where it is kept when Slack was last heard: a file, or memory in the simulation.
#[async_trait]
pub(super) trait Keeper: Send + Sync {
    /// What an earlier process kept; none if it kept nothing that can be read.
    fn read(&self) -> Option<Kept>;

    /// Keeps `kept` instead.
    async fn keep(&self, kept: Kept) -> io::Result<()>;
}

/// The file `heard` of a data folder.
#[derive(Debug)]
pub(super) struct HeardFile {
    /// The data folder.
    pub(super) data: PathBuf,
}

#[async_trait]
impl Keeper for HeardFile {
    fn read(&self) -> Option<Kept> {
        read(&self.data)
    }

    async fn keep(&self, kept: Kept) -> io::Result<()> {
        let data = self.data.clone();
        tokio::task::spawn_blocking(move || keep(&data, kept)).await.map_err(io::Error::other)?
    }
}

fn path(data: &Path) -> PathBuf {
    data.join("heard")
}

fn read(data: &Path) -> Option<Kept> {
    let text = fs::read_to_string(path(data)).ok()?;
    let (at, head) = text.trim().split_once(' ')?;
    Some(Kept { at: at.parse().ok()?, head: Seq(head.parse().ok()?) })
}

/// The file is replaced whole, so that a process that dies meanwhile leaves the one before.
fn keep(data: &Path, kept: Kept) -> io::Result<()> {
    let fresh = data.join("heard.new");
    // One that a killed process left behind may have other rights.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    writeln!(file, "{} {}", kept.at, kept.head.0)?;
    file.sync_data()?;
    fs::rename(&fresh, path(data))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_is_nobody_elses() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(read(data.path()), None);
        for at in ["2026-12-07T09:00:00Z", "2026-12-07T09:01:00.5Z"] {
            let kept = Kept { at: at.parse().unwrap(), head: Seq(7) };
            fs::write(data.path().join("heard.new"), "half wri").unwrap();
            keep(data.path(), kept).unwrap();
            assert_eq!(read(data.path()), Some(kept));
        }
        let mode = fs::metadata(data.path().join("heard")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for unreadable in ["", "2026-12-07T09:00:00Z", "2026-12-07T09:00:00Z x", "yesterday 7"] {
            fs::write(data.path().join("heard"), unreadable).unwrap();
            assert_eq!(read(data.path()), None, "{unreadable:?}");
        }
    }
}
