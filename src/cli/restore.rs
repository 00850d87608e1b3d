//! `canvass restore`: an empty data folder filled from an export.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::{Done, Failure, Places, terminal};
use crate::journal;
use crate::service::{control, proof, restored};

pub(super) fn restore(places: &Places, file: &Path) -> Done {
    let input = File::open(file)
        .map_err(|error| Failure::Failed(format!("{} can't be read: {error}.", file.display())))?;
    if control::path(&places.data).exists() {
        return Err(Failure::Failed(format!(
            "{} has the socket (`canvass.sock`) of a service that runs there, or was killed there. Stop it, and name an empty \
             folder with `--data` or CANVASS_DATA.",
            places.data.display()
        )));
    }
    let carried = journal::restore_into(&places.data, &mut BufReader::new(input))
        .map_err(|error| Failure::Failed(format!("Nothing was restored: {error}")))?;
    let noted = restored::note(&places.data).map_err(|error| error.to_string());
    let marked = noted.and_then(|()| proof::restored(&places.data).map_err(|error| error.to_string()));
    marked.map_err(|error| {
        Failure::Failed(format!(
            "{} was restored but can't be marked as such: {error}. Don't start the service: fix this, then restore again into \
             an empty folder.",
            places.data.display()
        ))
    })?;
    terminal::print(&format!(
        "Restored {} records into {}. The service will look up in Slack what may have been sent since. If planned messages were \
         due, it starts paused until an advocate says `resume`.",
        carried.records,
        places.data.display()
    ))
}
