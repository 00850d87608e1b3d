//! Reading while the service runs: it holds the data folder, so `plan`, `preview`, `coverage` and
//! `export` reach it over a Unix socket in that folder.
//!
//! One request a connection: a line of JSON in; frames out, each a line of JSON, until one says how it
//! ended. So an answer that broke off is never taken for a whole one. The socket is mode 0600, like the
//! journal beside it.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixListener;
use tokio::sync::Semaphore;

use super::query::Query;
use crate::web::Shortage;

/// The longest request, bytes: a guard against a stream that never ends its line.
const LONGEST_REQUEST: u64 = 64 * 1024;
/// How long either side waits for the other to take or give something.
const PATIENCE: Duration = Duration::from_secs(60);
/// Most answers at a time: each has a descriptor and a thread.
const MOST_ANSWERS: usize = 16;
/// Bytes of an answer that travel together.
const CHUNK: usize = 64 * 1024;

/// A line of an answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Frame {
    /// So many bytes of the answer follow.
    Bytes(usize),
    /// That was all of it.
    Done,
    /// It can't be had, or no further; why.
    Failed(String),
}

/// Where the socket is.
pub fn path(data: &Path) -> PathBuf {
    data.join("canvass.sock")
}

/// Serves queries until it is dropped. `answer` may block.
pub(super) async fn serve<A>(data: PathBuf, answer: A) -> io::Result<()>
where
    A: Fn(&Query, &mut dyn Write) -> Result<(), String> + Clone + Send + Sync + 'static,
{
    let path = path(&data);
    // We hold the data folder: a socket that is still there belongs to a process that was killed.
    if let Err(error) = std::fs::remove_file(&path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let mut shortage = Shortage::default();
    let places = Arc::new(Semaphore::new(MOST_ANSWERS));
    loop {
        // The semaphore is never closed.
        let place = Arc::clone(&places).acquire_owned().await.ok();
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Nothing of that kind is a reason to end the service.
            Err(error) => {
                shortage.lasts("the control socket", &error).await;
                continue;
            }
        };
        let answer = answer.clone();
        tokio::task::spawn_blocking(move || {
            let responded = stream.into_std().and_then(|stream| respond(&stream, &answer));
            if let Err(error) = responded {
                tracing::warn!(%error, "a reading command went away before its answer");
            }
            drop(place);
        });
    }
}

fn respond(
    stream: &UnixStream,
    answer: impl Fn(&Query, &mut dyn Write) -> Result<(), String>,
) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_REQUEST)).read_line(&mut line)?;
    let mut frames = BufWriter::with_capacity(CHUNK, Frames(stream));
    let answered = match serde_json::from_str::<Query>(&line) {
        Ok(query) => answer(&query, &mut frames),
        Err(_) => {
            Err("The running service is of another version than this command; use the same.".to_owned())
        }
    };
    frames.flush()?;
    write_frame(stream, &answered.map_or_else(Frame::Failed, |()| Frame::Done))
}

fn write_frame(mut stream: &UnixStream, frame: &Frame) -> io::Result<()> {
    let mut line = serde_json::to_vec(frame)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Wraps what is written into frames.
struct Frames<'a>(&'a UnixStream);

impl Write for Frames<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_frame(self.0, &Frame::Bytes(bytes.len()))?;
        let mut stream = self.0;
        stream.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks the service that holds `data` and copies its answer to `out`; `None` if none runs there.
pub fn ask(data: &Path, query: &Query, out: &mut dyn Write) -> io::Result<Option<Result<(), String>>> {
    let mut stream = match UnixStream::connect(path(data)) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(query)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(Some(Err("The service stopped before its answer was whole; try again.".to_owned())));
        }
        match serde_json::from_str(&line)? {
            Frame::Bytes(length) => {
                let copied = io::copy(&mut reader.by_ref().take(length as u64), out)?;
                if copied < length as u64 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Frame::Done => return Ok(Some(Ok(()))),
            Frame::Failed(sentence) => return Ok(Some(Err(sentence))),
        }
    }
}
