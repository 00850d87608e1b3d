//! The manifest beside the methods that are called.

use super::*;

fn sources() -> Vec<(std::path::PathBuf, String)> {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/slack"))];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    sources
}

#[test]
fn the_manifest_keeps_the_limits_of_slacks_schema() {
    let limits: Value =
        serde_json::from_str(include_str!("../../../tests/manifest/limits.schema.json")).unwrap();
    let limits = jsonschema::validator_for(&limits).unwrap();
    let long = "x".repeat(200);
    for transport in [Transport::Socket, Transport::Http { base: "https://canvass.example.com/".into() }] {
        for (command, name) in [("/canvass", "Canvass"), (&*format!("/{long}"), &*long)] {
            let manifest = manifest(command, name, &transport);
            let faults: Vec<String> = limits.iter_errors(&manifest).map(|fault| fault.to_string()).collect();
            assert_eq!(faults, Vec::<String>::new());
        }
    }
}

#[test]
fn every_method_of_the_table_is_called_and_no_other_is() {
    let sources = sources();
    let code: String = sources
        .iter()
        .filter(|(path, _)| !path.ends_with("methods.rs") && !path.ends_with("tests.rs"))
        .map(|(_, text)| text.as_str())
        .collect();
    for method in Method::ALL {
        let named = format!("Method::{method:?}");
        let called = code.match_indices(&named).any(|(at, _)| {
            code[at + named.len()..].chars().next().is_some_and(|next| !next.is_alphanumeric())
        });
        assert!(called, "{} is never called", method.name());
    }
    // The session's own calls would pass the table by.
    let calls = code.matches("http_post(").count() + code.matches("http_get(").count();
    assert_eq!(calls, 0, "a call that names its method itself");
    assert_eq!(code.matches(".http_session_api").count(), 1, "calls are made in `Client::call` only");
}

#[test]
fn no_scope_is_asked_for_that_nothing_needs() {
    let scopes: Vec<&str> = scopes().into_iter().collect();
    insta::assert_snapshot!(scopes.join(" "), @"chat:write commands dnd:read files:write im:history im:write users:read users:read.email");
}

#[test]
fn over_http_slack_is_told_where_to_call() {
    let base = Transport::Http { base: "https://canvass.example.com".into() };
    let over_http = manifest("/canvass", "Canvass", &base);
    let text = over_http.to_string();
    for path in ["commands", "events", "interactions"] {
        assert!(text.contains(&format!("https://canvass.example.com/slack/{path}")), "{path}");
    }
    assert_eq!(over_http["settings"]["socket_mode_enabled"], false);
    let over_socket = manifest("/canvass", "Canvass", &Transport::Socket);
    assert!(!over_socket.to_string().contains("https://"));
    assert_eq!(over_socket["settings"]["socket_mode_enabled"], true);
}
