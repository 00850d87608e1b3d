//! Files under a message.

use std::sync::Arc;

use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::super::api::served;
use super::super::file::About;
use super::super::hub::Hub;

/// `GET /sandbox/files/{id}`: the bytes, for whoever looks at the page.
pub(super) async fn download(Extract(hub): Extract<Arc<Hub>>, Path(id): Path<String>) -> Response {
    let state = hub.lock();
    let file = state.workspace.file(&id).and_then(|file| served(file, "attachment"));
    file.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// Each file with its title, its kind, its size and a way to it.
pub(super) fn list(files: &[About]) -> Markup {
    html! {
        @if !files.is_empty() {
            ul.files {
                @for file in files {
                    li.file {
                        span.file-icon aria-hidden="true" { (ending(&file.name)) }
                        div {
                            p.file-title title=(file.title) { (file.title) }
                            p.file-kind title=(file.name) { (kind(file.media_type())) " · " (size(file.size)) " · " (file.name) }
                        }
                        a.button href=(format!("/sandbox/files/{}", file.id)) download=(file.name)
                            aria-label=(format!("Download {}", file.title)) { "Download" }
                    }
                }
            }
        }
    }
}

/// What stands on the sheet of paper: `ICS`. A picture would need a font that not every machine has.
fn ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let short: String = ending.chars().take(4).collect();
    if short.is_empty() { "FILE".to_owned() } else { short.to_uppercase() }
}

fn kind(media_type: &str) -> &'static str {
    match media_type.split_once('/') {
        Some(("text", "calendar")) => "Calendar",
        Some(("text", "csv")) => "CSV",
        Some(("text", _)) => "Text",
        Some(("image", _)) => "Image",
        Some(("application", "pdf")) => "PDF",
        _ => "File",
    }
}

fn size(bytes: usize) -> String {
    // Rounded up, so that no file has nothing in it; a tenth is enough for a person.
    let tenths = |unit: usize| bytes.saturating_mul(10).div_ceil(unit);
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", tenths(1_000) / 10, tenths(1_000) % 10),
        _ => format!("{}.{} MB", tenths(1_000_000) / 10, tenths(1_000_000) % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_reads_as_a_person_says_it() {
        let check = |bytes: usize, expected: &str| assert_eq!(size(bytes), expected);
        check(7, "7 bytes");
        check(1_000, "1.0 kB");
        check(1_234, "1.3 kB");
        check(2_000_001, "2.1 MB");
        assert_eq!(["a.ics", "a.b.jsonl", "a", "a."].map(ending), ["ICS", "JSON", "FILE", "FILE"]);
    }
}
