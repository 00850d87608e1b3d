//! The dependency law and the habits of the house, kept by reading the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import of ours. `service`, `cli` and the crate's root see everything.
const LAW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("telemetry", &[]),
    ("egress", &[]),
    ("private", &[]),
    ("sandbox", &[]),
    ("ical", &["domain"]),
    ("config", &["domain", "ical"]),
    ("plan", &["domain"]),
    ("message", &["domain"]),
    ("command", &["domain", "plan", "message"]),
    ("journal", &["domain", "clock", "private"]),
    ("integrations", &["domain", "ical", "clock", "egress"]),
    ("slack", &["domain", "command", "clock", "egress"]),
    ("dispatch", &["domain", "plan", "journal", "clock"]),
    ("web", &["domain", "plan", "command", "clock"]),
];

const SEE_EVERYTHING: &[&str] = &["service", "cli", "lib", "main"];

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

impl Source {
    /// The text without its test modules: they stand last in a file.
    fn product(&self) -> &str {
        self.text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(&self.text)
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(root().join("src")).unwrap();
            let room =
                inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
            Source { room: room.to_owned(), text: fs::read_to_string(&path).unwrap(), path }
        })
        .collect()
}

/// The rooms that a text names by a `crate::` path, grouped imports included.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        // `$crate::` in a macro names the same rooms; a longer word that ends so doesn't.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 1_usize;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => start = true,
                        c if start && depth == 1 && (c.is_alphanumeric() || c == '_') => {
                            rooms.insert(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            None => _ = rooms.insert(word(rest)),
        }
    }
    rooms
}

#[test]
fn every_room_imports_only_what_the_law_allows() {
    let mut broken = Vec::new();
    for source in sources() {
        if SEE_EVERYTHING.contains(&source.room.as_str()) {
            continue;
        }
        let Some((_, allowed)) = LAW.iter().find(|(room, _)| *room == source.room) else {
            broken.push(format!(
                "{}: the law doesn't know the room `{}`",
                source.path.display(),
                source.room
            ));
            continue;
        };
        for named in rooms_named(source.product()) {
            if named != source.room && named != "telemetry" && !allowed.contains(&named.as_str()) {
                broken.push(format!("{}: `{}` may not import `{named}`", source.path.display(), source.room));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_slack_names_slack_morphism() {
    for source in sources() {
        let names = source.text.contains("slack_morphism::") || source.text.contains("use slack_morphism");
        assert!(!names || source.room == "slack", "{}", source.path.display());
    }
}

#[test]
fn files_stay_at_one_concern() {
    // A file that is mostly a table or a fold may be a little longer than the 400 lines aimed at.
    const MOST: usize = 600;
    let tests = |source: &&Source| source.path.components().any(|part| part.as_os_str() == "tests");
    let long: Vec<String> = sources()
        .iter()
        .filter(|source| !tests(source))
        .filter_map(|source| {
            let lines = source.product().lines().filter(|line| !line.trim_start().starts_with("//")).count();
            (lines > MOST).then(|| format!("{}: {lines} lines", source.path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 60, "main.rs only takes arguments in and gives the exit code out");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no module documentation: {silent:?}");
}

#[test]
fn grouped_and_nested_imports_are_read() {
    let named: Vec<String> =
        rooms_named("use crate::{domain::{ids, event}, plan};\nlet x = crate::clock::now(); mycrate::web")
            .into_iter()
            .collect();
    assert_eq!(named, ["clock", "domain", "plan"]);
}

#[test]
fn every_mutant_still_fits_into_the_function_it_names() {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root().join("tests/mutants")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    assert!(!paths.is_empty());
    for path in paths {
        let mutant = fs::read_to_string(&path).unwrap();
        let mut parts = mutant.split("\n<<<<\n");
        let head = parts.next().unwrap();
        let named = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let text = fs::read_to_string(root().join(named("file "))).unwrap();
        let function = format!("fn {}", named("fn "));
        for part in parts {
            let (old, new) = part.split_once("\n====\n").unwrap();
            assert!(new.contains("MUTATED"), "{}: its replacement has to ask for its switch", path.display());
            // As `apply.py` does: up to the end of a method or of a function that stands alone.
            let body = |after: &str| {
                let ends = ["\n    }\n", "\n}\n"].iter().filter_map(|end| Some(after.find(end)? + end.len()));
                after.get(..ends.min().unwrap_or(after.len())).unwrap().matches(old).count()
            };
            let stands: usize = text.match_indices(&function).map(|(at, _)| body(&text[at..])).sum();
            assert_eq!(stands, 1, "{}: its text has to stand once in {function}", path.display());
        }
        assert!(head.lines().any(|line| line.starts_with("seeds ")), "{}: which seeds?", path.display());
    }
}
