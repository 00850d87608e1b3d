//! Reading while the service runs: it holds the data folder, so `plan`, `preview`, `coverage` and
//! `export` reach it over a Unix socket in that folder.
//!
//! One request a connection: a line of JSON in; a line of JSON out that says how it went, then the
//! answer until the end of the stream. The socket is mode 0600, like the journal beside it.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::query::{Answer, Query};

/// The longest request, bytes: a guard against a stream that never ends its line.
const LONGEST_REQUEST: u64 = 64 * 1024;

/// The first line of an answer.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    ok: bool,
}

/// Where the socket is.
pub fn path(data: &Path) -> PathBuf {
    data.join("canvass.sock")
}

/// Serves queries until it is dropped.
pub(super) async fn serve<A, F>(data: PathBuf, answer: A) -> io::Result<()>
where
    A: Fn(Query) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send,
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
    loop {
        let (stream, _) = listener.accept().await?;
        let answer = answer.clone();
        tokio::spawn(async move {
            if let Err(error) = respond(stream, answer).await {
                tracing::warn!(%error, "a reading command went away before its answer");
            }
        });
    }
}

async fn respond<A, F>(stream: UnixStream, answer: A) -> io::Result<()>
where
    A: Fn(Query) -> F,
    F: Future<Output = Answer>,
{
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader.take(LONGEST_REQUEST)).read_line(&mut line).await?;
    let answered = match serde_json::from_str::<Query>(&line) {
        Ok(query) => answer(query).await,
        Err(_) => Err("The running service is of another version than this command; use the same.".to_owned()),
    };
    let ok = answered.is_ok();
    let mut head = serde_json::to_vec(&Head { ok })?;
    head.push(b'\n');
    writer.write_all(&head).await?;
    writer.write_all(answered.unwrap_or_else(|sentence| sentence).as_bytes()).await?;
    writer.shutdown().await
}

/// Asks the service that holds `data`; `None` if none runs there.
pub async fn ask(data: &Path, query: &Query) -> io::Result<Option<Answer>> {
    let mut stream = match UnixStream::connect(path(data)).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut line = serde_json::to_vec(query)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    reader.read_line(&mut head).await?;
    let head: Head = serde_json::from_str(&head)?;
    let mut body = String::new();
    reader.read_to_string(&mut body).await?;
    Ok(Some(if head.ok { Ok(body) } else { Err(body) }))
}
