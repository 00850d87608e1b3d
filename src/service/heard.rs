//! When Slack was last heard, kept for the next start: what was typed since then may have to be looked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

fn path(data: &Path) -> PathBuf {
    data.join("heard")
}

/// What an earlier process kept; none if it kept nothing that can be read.
pub(super) fn read(data: &Path) -> Option<Timestamp> {
    fs::read_to_string(path(data)).ok()?.trim().parse().ok()
}

/// Keeps `at`. The file is replaced whole, so that a process that dies meanwhile leaves the one before.
pub(super) fn keep(data: &Path, at: Timestamp) -> io::Result<()> {
    let fresh = data.join("heard.new");
    // One that a killed process left behind may have other rights.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    writeln!(file, "{at}")?;
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
            let at: Timestamp = at.parse().unwrap();
            fs::write(data.path().join("heard.new"), "half wri").unwrap();
            keep(data.path(), at).unwrap();
            assert_eq!(read(data.path()), Some(at));
        }
        let mode = fs::metadata(data.path().join("heard")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(data.path().join("heard"), "").unwrap();
        assert_eq!(read(data.path()), None);
    }
}
