//! `canvass health`: what a container's health check runs.

use std::env;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::{Done, Failure};
use crate::config::settings;
use crate::web;

const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn health(alive: bool) -> Done {
    let listen =
        settings::listen(&|name| env::var(name).ok()).map_err(|faults| Failure::Usage(faults.to_string()))?;
    let path = if alive { web::HEALTHZ } else { web::READYZ };
    ask(reachable(listen), path)
        .map_err(|sentence| Failure::Failed(format!("The service at {listen} is not well: {sentence}")))
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

fn ask(address: SocketAddr, path: &str) -> Result<(), String> {
    let tell = |error: std::io::Error| format!("{error}.");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(tell)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(tell)?;
    stream
        .write_all(
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
        )
        .map_err(tell)?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer).map_err(tell)?;
    let status = answer.lines().next().unwrap_or_default();
    if status.contains(" 200 ") { Ok(()) } else { Err(format!("it answered “{status}”.")) }
}
