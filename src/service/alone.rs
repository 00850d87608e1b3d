//! Subcommands while no service runs: they open the data folder themselves.

use std::io::Write;
use std::path::Path;

use jiff::Timestamp;

use super::answer::{self, person_named};
use super::query::{Query, View};
use super::shared::Shared;
use super::{Opened, export, forget, marker, open, write_out};
use crate::clock::Clock;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::journal::{self, RootKeys, Vault};

/// Where the journal may be: a folder without one is often the wrong folder.
const ELSEWHERE: &str =
    "If Canvass has run, its data folder is another one: name it with --data or CANVASS_DATA.";

/// Forgets somebody without a service: opens the data folder itself.
///
/// # Errors
/// A sentence that says why nothing was done.
pub(crate) async fn forget_alone(
    data: &Path,
    root: RootKeys,
    program: Program,
    clock: Clock,
    person: &str,
    sure: bool,
) -> Result<String, String> {
    if !has_journal(data) {
        return Err(nobody_forgotten(data, &program, person));
    }
    let Opened { writer, ending, reader: records, marking, feeds: _ } =
        open(data.to_owned(), root, clock.clone()).await?;
    let shared = Shared::new(program);
    shared.lay_over(&writer.state());
    shared.mark_with(marker(&writer, &marking).await?);
    let forgetting = forget::Forgetting {
        writer: &writer,
        records: &records,
        marking: &marking,
        shared: &shared,
        clock: &clock,
    };
    let told = forgetting.forget(person, sure).await;
    writer.close().await;
    match ending.wait().await {
        journal::End::Closed => told,
        end => Err(format!("The journal did not end well: {end}")),
    }
}

fn has_journal(data: &Path) -> bool {
    data.join("journal").exists()
}

/// Why nobody was forgotten in a folder without a journal, and what to do instead.
fn nobody_forgotten(data: &Path, program: &Program, name: &str) -> String {
    let data = data.display();
    let person = match person_named(program, name) {
        Ok(person) => person,
        Err(unknown) => {
            return format!("Nobody was forgotten. {unknown}\n{data} holds no journal either. {ELSEWHERE}");
        }
    };
    if let Err(refused) = forget::may_be_forgotten(program, person) {
        return format!("Nobody was forgotten. {refused}\n{data} holds no journal either. {ELSEWHERE}");
    }
    format!(
        "Nobody was forgotten: {data} holds no journal.\n\
         {ELSEWHERE}\n\
         If Canvass has never run, nothing was sent to {} and nothing is on record: take {} out of people.toml. \
         To leave a mark that lasts, start `canvass run` first, without --first-start, and then forget them: \
         until an advocate has answered its one question, it sends nothing else.",
        person.name, person.id
    )
}

/// Answers a reading subcommand without a service: opens the data folder itself, if there is one.
///
/// # Errors
/// A sentence that says why the folder can't be read.
pub(crate) fn read_alone(
    data: &Path,
    root: RootKeys,
    program: &Program,
    now: Timestamp,
    query: &Query,
    out: &mut dyn Write,
) -> Result<(), String> {
    let mut seen = Observations::default();
    let state = if has_journal(data) {
        let (journal, _) = journal::open(data).map_err(|error| error.to_string())?;
        let mut vault = Vault::under(data, root);
        vault.settle(now).map_err(|error| error.to_string())?;
        let marking = vault.marking().map_err(|error| error.to_string())?;
        let state = fold(journal, vault)?;
        if let Some(sealed) = &state.marking_key {
            let opened = marking.open(sealed).map_err(|error| error.to_string())?;
            seen.marker = opened.map(|opened| opened.marker);
        }
        state
    } else {
        State::default()
    };
    let program = program.with(&state);
    let view = View { program: &program, state: &state, seen: &seen, now };
    write_out(&answer::answer(view, query)?, out)
}

/// Writes out the journal without a service. It takes no configuration: a backup mustn't hang on that.
///
/// # Errors
/// A sentence that says why the folder can't be read.
pub(crate) fn export_alone(data: &Path, out: &mut dyn Write) -> Result<(), String> {
    if !has_journal(data) {
        return Err(format!(
            "{} holds no journal, so there is nothing to export. {ELSEWHERE}",
            data.display()
        ));
    }
    let (_journal, reader) = journal::open(data).map_err(|error| error.to_string())?;
    export(&reader, out)
}

fn fold(journal: impl journal::Records, mut vault: Vault) -> Result<State, String> {
    let mut state = State::default();
    let mut sealed = None;
    journal
        .read(state.head, &mut |mut record| {
            if let Err(error) = vault.open(&mut record.event) {
                sealed = Some(error.to_string());
            }
            state.apply(&record);
        })
        .map_err(|error| error.to_string())?;
    sealed.map_or(Ok(state), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_JOURNAL: &[&str] = &["holds no journal", "--data or CANVASS_DATA"];
    const NEVER_RUN: &[&str] = &["nothing was sent to Ana", "take ana out of people.toml", "`canvass run`"];

    #[tokio::test]
    async fn a_folder_without_a_journal_is_told_as_one_and_nothing_is_made_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let check = |said: Result<String, String>, parts: &[&[&str]]| {
            let said = said.unwrap_err();
            for part in parts.concat() {
                assert!(said.contains(part), "{part}: {said}");
            }
        };
        for (person, parts) in [
            ("ana", [&["Nobody was forgotten"], NO_JOURNAL, NEVER_RUN]),
            ("anna", [&["Nobody was forgotten"], NO_JOURNAL, &["I don't know “anna”"]]),
            ("priya", [&["Nobody was forgotten"], NO_JOURNAL, &["advocates an initiative"]]),
        ] {
            for sure in [false, true] {
                let (root, program) = (RootKeys::default(), program.clone());
                let forgotten = forget_alone(&data, root, program, Clock::system(), person, sure).await;
                check(forgotten, &parts);
            }
        }
        let mut out = Vec::new();
        let exported = export_alone(&data, &mut out);
        check(exported.map(|()| String::new()), &[&["nothing to export"], NO_JOURNAL]);
        assert!(out.is_empty() && !data.exists());
    }
}
