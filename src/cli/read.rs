//! `canvass plan`, `preview`, `coverage` and `export`: answered by the running service, or from the data
//! folder when none runs.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::whole::Whole;
use super::{DATA, Done, Failure, Places, root_keys, run};
use crate::clock::Clock;
use crate::service::query::Query;
use crate::service::{self, control};

pub(super) fn read(places: &Places, query: &Query, file: Option<&Path>) -> Done {
    match file {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            match answer(places, query, &mut out).map(|()| out.flush()) {
                // A reader that went away has seen what it wanted.
                Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
                Ok(_) => Ok(()),
                Err(failure) => Err(failure),
            }
        }
        Some(file) => {
            // Never over another export: a backup that fails must not cost the one before.
            let refused = |error: io::Error| {
                let why = match error.kind() {
                    io::ErrorKind::AlreadyExists => {
                        "it is there already. Name a file that doesn't exist".to_owned()
                    }
                    io::ErrorKind::NotFound => {
                        "its folder doesn't exist. Make that first, or name another".to_owned()
                    }
                    _ => error.to_string(),
                };
                Failure::Failed(format!("{} can't be written: {why}.", file.display()))
            };
            let mut out = Whole::begin(file).map_err(refused)?;
            answer(places, query, &mut out)?;
            out.finish().map_err(refused)
        }
    }
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::Failed(format!("The answer could not be written: {error}."))
}

fn answer(places: &Places, query: &Query, out: &mut dyn Write) -> Done {
    if asked(places, query, out)? {
        return Ok(());
    }
    if *query == Query::Export {
        return service::export_alone(&places.data, out).map_err(Failure::Failed);
    }
    if !places.data.exists() && places.data != Path::new(DATA) {
        return Err(Failure::Failed(format!(
            "There is no folder {}. Name the data folder with --data or CANVASS_DATA; leave both out to look at the \
             configuration alone.",
            places.data.display()
        )));
    }
    let program = run::load(places)?;
    service::read_alone(&places.data, root_keys()?, &program, Clock::system().now(), query, out)
        .map_err(Failure::Failed)
}

/// Asks the service that holds the folder; false if none does.
pub(super) fn asked(places: &Places, query: &Query, out: &mut dyn Write) -> Result<bool, Failure> {
    let asked = control::ask(&places.data, query, out).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Failure::Failed(format!(
            "The service that holds {} can't be asked: this user may not use its socket. Ask as the service's user.",
            places.data.display()
        )),
        _ => Failure::Failed(format!("The service that holds {} can't be asked: {error}.", places.data.display())),
    })?;
    match asked {
        Some(answered) => answered.map(|()| true).map_err(Failure::Failed),
        None => Ok(false),
    }
}
