//! The places outside the Web API where the bytes of files go in and out.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::connection::Wire;
use super::super::faults::Kind;
use super::super::file::{Content, File};
use super::super::hub::{Hub, State};
use super::super::record::Record;
use super::super::store::StoreError;
use super::{Reply, arrived, instead, respond, spoiled};

/// What faults and the list of calls name it by; it is no method.
const UPLOAD: &str = "upload";

/// Why bytes aren't taken. Slack documents that any status but 200 is a failure, and no more.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no upload was asked for here")]
    Unknown,
    #[error("something was uploaded here before")]
    Used,
    #[error("there are {arrived} bytes, and {promised} were announced")]
    Length { arrived: usize, promised: usize },
    #[error("the form has no file")]
    Form,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Used | Self::Length { .. } | Self::Form => StatusCode::BAD_REQUEST,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// `POST /upload/v1/{ticket}`: the bytes of a file, as they are or as a form.
pub(in super::super) async fn upload(
    Extract(hub): Extract<Arc<Hub>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let id = arrived(&hub, UPLOAD, None);
    let taking = Arc::clone(&hub);
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    // A task of its own, as for a method.
    let reply = tokio::spawn(async move {
        take_in(&taking, id, &ticket, kind.as_deref().unwrap_or_default(), &body).await
    });
    respond(&hub, id, reply.await, wire)
}

async fn take_in(hub: &Hub, id: u64, ticket: &str, kind: &str, body: &[u8]) -> Reply {
    let strike = hub.lock().faults.strike(UPLOAD);
    if let Some(strike) = &strike {
        if let Kind::Error(code) = &strike.kind {
            return Reply::plain(StatusCode::BAD_REQUEST, "text/plain", code);
        }
        if let Some(reply) = instead(hub, UPLOAD, strike).await {
            return reply;
        }
    }
    let stored = {
        let mut state = hub.lock();
        let stored = store(&mut state, ticket, kind, body);
        if stored.is_ok() {
            state.calls.carried_out(id);
            state.stir();
        }
        stored
    };
    let reply = match stored {
        Ok(size) => Reply::plain(StatusCode::OK, "text/plain", &format!("OK - {size}")),
        Err(refused) => Reply::plain(refused.status(), "text/plain", &refused.to_string()),
    };
    match strike {
        Some(strike) => spoiled(hub, UPLOAD, strike, reply).await,
        None => reply,
    }
}

/// Writes the bytes down; answers how many there are.
fn store(state: &mut State, ticket: &str, kind: &str, body: &[u8]) -> Result<usize, Refused> {
    let file = state.workspace.file_of_ticket(ticket).ok_or(Refused::Unknown)?;
    if file.content.is_some() {
        return Err(Refused::Used);
    }
    let bytes = if kind.starts_with("multipart/form-data") {
        first_part(kind, body).ok_or(Refused::Form)?
    } else {
        body
    };
    let (arrived, promised) = (bytes.len(), file.about.size);
    if arrived != promised {
        return Err(Refused::Length { arrived, promised });
    }
    let uploaded = Record::FileUploaded { id: file.about.id.clone(), content: Content(bytes.to_vec()) };
    state.commit(vec![uploaded])?;
    Ok(arrived)
}

/// What the first part of a form holds; the documented form has one.
fn first_part<'a>(kind: &str, body: &'a [u8]) -> Option<&'a [u8]> {
    let boundary = kind.split_once("boundary=")?.1.split(';').next()?.trim().trim_matches('"');
    let find = |text: &str, from: usize| {
        let rest = body.get(from..)?;
        rest.windows(text.len()).position(|window| window == text.as_bytes()).map(|at| from + at)
    };
    let head = find(&format!("--{boundary}\r\n"), 0)?;
    let begin = find("\r\n\r\n", head)? + 4;
    let end = find(&format!("\r\n--{boundary}"), begin)?;
    body.get(begin..end)
}

/// `GET /files-pri/{team}-{file}/{name}`: `url_private`.
pub(in super::super) async fn private_file(
    Extract(hub): Extract<Arc<Hub>>,
    Path((place, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    to_the_app(&hub.lock(), &place, &name, &headers, "inline")
}

/// `GET /files-pri/{team}-{file}/download/{name}`: `url_private_download`.
pub(in super::super) async fn downloaded_file(
    Extract(hub): Extract<Arc<Hub>>,
    Path((place, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    to_the_app(&hub.lock(), &place, &name, &headers, "attachment")
}

/// The bytes, for whoever has the bot's token with the scope to read files; Slack sends everybody else to
/// the page where one signs in (<https://docs.slack.dev/reference/objects/file-object>).
fn to_the_app(state: &State, place: &str, name: &str, headers: &HeaderMap, how: &str) -> Response {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if token != Some(state.app.bot_token.as_str())
        || !state.workspace.installed
        || !state.app.has_scope("files:read")
    {
        return (StatusCode::FOUND, [(header::LOCATION, "/")]).into_response();
    }
    let id = place.strip_prefix(&format!("{}-", state.app.by.team_id)).unwrap_or_default();
    let file = state.workspace.file(id).filter(|file| file.about.name == name);
    file.and_then(|file| served(file, how)).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The bytes of a file of the workspace; `how` is `inline` or `attachment`.
pub(in super::super) fn served(file: &File, how: &str) -> Option<Response> {
    let content = file.content.as_ref().filter(|_| file.finished)?;
    let disposition = format!("{how}; filename*=UTF-8''{}", file.about.encoded_name());
    let headers = [
        (header::CONTENT_TYPE, file.about.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Some((headers, content.0.clone()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_form_is_its_first_part() {
        let form = b"--x1\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.ics\"\r\n\
            Content-Type: text/calendar\r\n\r\nBEGIN\r\n--x\r\n\r\nEND\r\n--x1--\r\n";
        let kind = "multipart/form-data; boundary=\"x1\"";
        assert_eq!(first_part(kind, form), Some(&b"BEGIN\r\n--x\r\n\r\nEND"[..]));
        for (kind, body) in [
            ("multipart/form-data", &form[..]),
            ("multipart/form-data; boundary=x2", form),
            ("multipart/form-data; boundary=x1", b"--x1\r\n"),
            ("multipart/form-data; boundary=x1", b""),
        ] {
            assert_eq!(first_part(kind, body), None, "{kind}");
        }
    }
}
