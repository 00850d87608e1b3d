//! The files of a configuration folder, read whole before anything is looked at.
//!
//! Invariant: what is checked, resolved and digested are these texts and nothing else; no check opens
//! a file of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::domain::program::ConfigDigest;
use crate::ical;

/// The configuration's folder itself, as a path within it.
pub(super) const FOLDER: &str = ".";

/// How deep folders may lie in the configuration folder; guards against links in a circle.
const DEEPEST: usize = 4;

/// The endings that are read. Anything else, such as a README, is none of the configuration.
const ENDINGS: [&str; 3] = [".toml", ".jinja", ".ics"];

/// The texts of a configuration, by path relative to its folder, with `/` between the parts.
#[derive(Debug, Clone, Default)]
pub struct Files {
    texts: BTreeMap<String, String>,
    unreadable: BTreeMap<String, String>,
    folder: Option<String>,
}

impl Files {
    /// Reads every configuration file in `folder`. What can't be read becomes a fault of the check.
    pub fn read(folder: &Path) -> Self {
        let shown = folder.to_string_lossy().trim_end_matches('/').to_owned();
        let mut files = Self { folder: Some(shown), ..Self::default() };
        walk(folder, "", DEEPEST, &mut |path, found| {
            let text = match found {
                // Calendars may fold a line in the middle of a character.
                Found::File(place) if path.ends_with(".ics") => fs::read(place).map(ical::text),
                Found::File(place) => fs::read_to_string(place),
                Found::Unreadable(error) => Err(error),
            };
            match text {
                Ok(text) => _ = files.texts.insert(path, text),
                Err(error) => _ = files.unreadable.insert(path, error.to_string()),
            }
        });
        files
    }

    /// The sample organisation, as it lies in `config/` of the repository; the sandbox runs it.
    pub fn sample() -> Self {
        let mut files = Self::default();
        for (path, text) in super::sample::FILES {
            files.insert(path, text);
        }
        files
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &str) {
        self.texts.remove(path);
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// A path as people can open it: with the folder it was read from.
    pub(super) fn shown(&self, path: &str) -> String {
        match &self.folder {
            Some(folder) if path == FOLDER => folder.clone(),
            Some(folder) => format!("{folder}/{path}"),
            None => path.to_owned(),
        }
    }

    /// Every path with its text, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// What could not be read, with the reason of the operating system.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unreadable.iter().map(|(path, reason)| (path.as_str(), reason.as_str()))
    }

    /// SHA-256 over the sorted paths and their contents. Lengths go first, so that no text can be moved
    /// from one file to another unnoticed.
    pub fn digest(&self) -> ConfigDigest {
        let mut hash = Sha256::new();
        for (path, text) in &self.texts {
            for part in [path, text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        ConfigDigest(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// What is found in a configuration folder.
enum Found<'a> {
    File(&'a Path),
    Unreadable(std::io::Error),
}

/// Visits every configuration file below `folder`, by its path relative to the configuration's folder.
fn walk(folder: &Path, prefix: &str, deeper: usize, visit: &mut dyn FnMut(String, Found<'_>)) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let path = if prefix.is_empty() { FOLDER } else { prefix };
            visit(path.to_owned(), Found::Unreadable(error));
            return;
        }
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Hidden entries are editors' and mounts' own; the schema is for editors.
        if name.starts_with('.') || (prefix.is_empty() && name == "schema") {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let place = entry.path();
        if place.is_dir() {
            if deeper > 0 {
                walk(&place, &path, deeper - 1, visit);
            }
        } else if ENDINGS.iter().any(|ending| path.ends_with(ending)) {
            visit(path, Found::File(&place));
        }
    }
}

/// What a folder's files look like from outside: whether one was changed, without reading them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp(BTreeMap<String, Option<(SystemTime, u64)>>);

impl Stamp {
    /// The stamp of every configuration file in `folder`.
    pub fn of(folder: &Path) -> Self {
        let mut stamp = Self::default();
        walk(folder, "", DEEPEST, &mut |path, found| {
            let looks = match found {
                Found::File(place) => {
                    let about = fs::metadata(place).ok();
                    about.and_then(|about| Some((about.modified().ok()?, about.len())))
                }
                Found::Unreadable(_) => None,
            };
            stamp.0.insert(path, looks);
        });
        stamp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_may_be_folded_in_the_middle_of_a_character() {
        let folder = tempfile::tempdir().unwrap();
        let name = "SUMMARY:Restauração".as_bytes();
        let bytes = [&name[..19], b"\r\n ", &name[19..], b"\r\n"].concat();
        assert!(std::str::from_utf8(&bytes).is_err());
        fs::write(folder.path().join("days.ics"), bytes).unwrap();
        assert_eq!(Files::read(folder.path()).text("days.ics"), Some("SUMMARY:Restauração\r\n"));
    }

    #[test]
    fn the_digest_tells_where_one_file_ends_and_the_next_begins() {
        let digest = |files: &[(&str, &str)]| {
            let mut all = Files::default();
            for (path, text) in files {
                all.insert(path, text);
            }
            all.digest()
        };
        assert_eq!(digest(&[("a", "1"), ("b", "2")]), digest(&[("b", "2"), ("a", "1")]));
        assert_ne!(digest(&[("a", "1b"), ("b", "2")]), digest(&[("a", "1"), ("b", "b2")]));
        assert_ne!(digest(&[("a", "1")]), digest(&[("a", "1"), ("b", "")]));
        assert_eq!(digest(&[]).0.len(), 64);
    }
}
