//! `canvass health`: what `/readyz` says, for people and alarms; with `--alive` what a container's health check
//! runs.

use std::env;
use std::io::{Error, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::{Done, Failure, terminal};
use crate::config::settings;
use crate::web;

const PATIENCE: Duration = Duration::from_secs(3);
const NOBODY_THERE: &str =
    "nothing listens there. Start it with `canvass run`, or set CANVASS_LISTEN to the address that it has.";

/// Asks whether everything is in order, or only whether the process is `alive`.
pub(super) fn health(alive: bool) -> Done {
    let listen =
        settings::listen(&|name| env::var(name).ok()).map_err(|faults| Failure::Usage(faults.to_string()))?;
    let path = if alive { web::HEALTHZ } else { web::READYZ };
    let unwell =
        |sentence: String| Failure::Failed(format!("The service at {listen} is not well: {sentence}"));
    let answer = ask(reachable(listen), path).map_err(unwell)?;
    let status = answer.lines().next().unwrap_or_default();
    let is_well = status.contains(" 200 ");
    let told = told(&answer);
    if is_well {
        return if told.is_empty() { Ok(()) } else { terminal::print(&told.join("\n")) };
    }
    Err(unwell(if told.is_empty() {
        format!("it answered “{status}”.")
    } else {
        format!("\n{}", told.join("\n"))
    }))
}

/// A line for each part, as `/readyz` tells it.
fn told(answer: &str) -> Vec<String> {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let Ok(Value::Object(parts)) = serde_json::from_str(body) else { return Vec::new() };
    let line = |(name, part): (&String, &Value)| {
        let reason = part.get("reason").and_then(Value::as_str);
        let ok = part.get("ok")?.as_bool()?;
        Some(format!("{name}: {}", reason.unwrap_or(if ok { "in order" } else { "not in order" })))
    };
    parts.iter().filter_map(line).collect()
}

/// An address that listens everywhere is reached over loopback.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr, path: &str) -> Result<String, String> {
    let tell = |error: Error| match error.kind() {
        ErrorKind::ConnectionRefused => NOBODY_THERE.to_owned(),
        _ => format!("{error}."),
    };
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(tell)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(tell)?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())
        .map_err(tell)?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer).map_err(tell)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_where_nothing_listens_is_told_as_one() {
        // Port 1 is of a protocol that nobody speaks any more.
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
        let said = ask(address, web::READYZ).unwrap_err();
        assert!(said.contains("nothing listens there") && said.contains("CANVASS_LISTEN"), "{said}");
    }
}
