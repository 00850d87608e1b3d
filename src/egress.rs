//! The way out of this machine, the same for every call: through a proxy where one is set, and believing the
//! certificates that the operator names.
//!
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not, are read as other programs
//! read them; this machine itself is never reached through a proxy. Certificates are the system's, or those
//! of `SSL_CERT_FILE` and `SSL_CERT_DIR` instead.
//!
//! Invariant: a proxy's address may hold a password, so no error and no log line repeats it.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::Uri;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower_service::Service;
use url::Url;

/// What is never reached through a proxy: there it would be the proxy's own machine.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// A variable that names no proxy that can be used. Its value isn't repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: it names no proxy that can be used; write one such as `http://proxy.example.com:3128`")]
pub struct BadProxy {
    /// Its name.
    pub variable: &'static str,
}

/// The proxies that the environment names; empty: none.
#[derive(Clone, Default)]
struct Rules {
    http: String,
    https: String,
    no: String,
}

type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

impl Rules {
    fn read(environment: Environment<'_>) -> Self {
        let first = |names: &[&str]| {
            let set = |name: &&str| environment(name).filter(|value| !value.trim().is_empty());
            names.iter().find_map(set).map(|value| value.trim().to_owned())
        };
        let all = first(&["ALL_PROXY", "all_proxy"]).unwrap_or_default();
        let no = first(&["NO_PROXY", "no_proxy"]).map_or_else(String::new, |no| no + ",");
        Self {
            http: first(&["HTTP_PROXY", "http_proxy"]).unwrap_or_else(|| all.clone()),
            https: first(&["HTTPS_PROXY", "https_proxy"]).unwrap_or(all),
            no: no + THIS_MACHINE,
        }
    }

    fn of_this_process() -> Self {
        Self::read(&|name| std::env::var(name).ok())
    }

    fn matcher(&self) -> Matcher {
        Matcher::builder().http(self.http.clone()).https(self.https.clone()).no(self.no.clone()).build()
    }
}

/// Looks whether the proxies that the environment names can be used.
///
/// # Errors
/// [`BadProxy`] for the first one that can't: only http and https proxies are spoken to.
pub fn check(environment: Environment<'_>) -> Result<(), BadProxy> {
    let variables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    for variable in variables {
        let Some(value) = environment(variable).filter(|value| !value.trim().is_empty()) else { continue };
        let value = value.trim();
        let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let usable = Url::parse(&whole)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        // What is read must be what is used.
        let rules = Rules { https: value.to_owned(), ..Rules::default() };
        let anywhere = Uri::from_static("https://slack.com");
        if !usable || rules.matcher().intercept(&anywhere).is_none() {
            return Err(BadProxy { variable });
        }
    }
    Ok(())
}

/// A client for HTTP that is not Slack's, by the same rules.
pub fn client() -> reqwest::ClientBuilder {
    let rules = Rules::of_this_process();
    let no = || reqwest::NoProxy::from_string(&rules.no);
    let mut builder = reqwest::Client::builder().no_proxy();
    // `check` has told of one that can't be used.
    if let Ok(proxy) = reqwest::Proxy::https(&rules.https) {
        builder = builder.proxy(proxy.no_proxy(no()));
    }
    if let Ok(proxy) = reqwest::Proxy::http(&rules.http) {
        builder = builder.proxy(proxy.no_proxy(no()));
    }
    builder
}

/// Why no connection was made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Not through a proxy; what lies at the bottom of it.
    #[error("{0}")]
    Direct(String),
    /// The proxy itself can't be reached.
    #[error("the proxy can't be reached: {0}")]
    NoProxy(String),
    /// It doesn't know us.
    #[error("the proxy wants a user and a password, or others; set them in HTTPS_PROXY")]
    Unauthorized,
    /// It lets nobody through to there.
    #[error("the proxy refuses to connect to {host}")]
    Refused {
        /// To which host.
        host: String,
        /// With which HTTP status.
        status: u16,
    },
    /// It broke off.
    #[error("the proxy broke off")]
    Broken,
    /// No connection, or no answer of the proxy, in time.
    #[error("no connection in time")]
    TimedOut,
    /// The address has no host.
    #[error("the address names no host")]
    NoHost,
}

/// A connection, perhaps through a proxy; the TLS to a proxy is inside, that to the other end is not.
pub type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Makes connections, through a proxy where one is set.
#[derive(Clone)]
pub struct Connector {
    direct: HttpConnector,
    to_proxy: HttpsConnector<HttpConnector>,
    proxies: Arc<Matcher>,
    patience: Duration,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Stream, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        // Neither kind of connection waits for anything.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (mut direct, to_proxy, patience) = (self.direct.clone(), self.to_proxy.clone(), self.patience);
        let via = self.proxies.intercept(&to);
        async move {
            let connecting = async {
                let Some(via) = via else {
                    let made = direct.call(to).await;
                    return made
                        .map(MaybeHttpsStream::Http)
                        .map_err(|error| ConnectError::Direct(innermost(&error)));
                };
                tunnel(to_proxy, &via, &to).await
            };
            tokio::time::timeout(patience, connecting).await.unwrap_or(Err(ConnectError::TimedOut))
        }
        .boxed()
    }
}

/// The longest answer of a proxy before the other end speaks, bytes.
const LONGEST_ANSWER: usize = 8 << 10;

/// Asks the proxy for a tunnel (RFC 9110, 9.3.6). The other end says nothing before we do, so nothing of it
/// is read here.
async fn tunnel(
    mut to_proxy: HttpsConnector<HttpConnector>,
    via: &Intercept,
    to: &Uri,
) -> Result<Stream, ConnectError> {
    let host = to.host().ok_or(ConnectError::NoHost)?;
    let port = to.port_u16().unwrap_or(if to.scheme_str() == Some("http") { 80 } else { 443 });
    let connected = to_proxy.call(via.uri().clone()).await;
    let mut stream =
        TokioIo::new(connected.map_err(|error| ConnectError::NoProxy(innermost(error.as_ref())))?);
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(login) = via.basic_auth() {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(login.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await.map_err(|_| ConnectError::Broken)?;
    stream.flush().await.map_err(|_| ConnectError::Broken)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == LONGEST_ANSWER {
            return Err(ConnectError::Broken);
        }
        answer.push(stream.read_u8().await.map_err(|_| ConnectError::Broken)?);
    }
    let status = answer.split(|byte| *byte == b' ').nth(1).and_then(|word| std::str::from_utf8(word).ok());
    match status.and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=299) => Ok(stream.into_inner()),
        // tinyproxy answers a wrong password with 401.
        Some(401 | 407) => Err(ConnectError::Unauthorized),
        Some(status) => Err(ConnectError::Refused { host: host.to_owned(), status }),
        None => Err(ConnectError::Broken),
    }
}

/// The HTTP status with which a proxy doesn't let us through, if that is why a connection was not made. That it couldn't
/// reach the other end is another matter.
pub fn barred(error: &(dyn Error + 'static)) -> Option<u16> {
    let mut cause = Some(error);
    let refused = loop {
        let error = cause?;
        match error.downcast_ref::<ConnectError>() {
            Some(refused) => break refused,
            None => cause = error.source(),
        }
    };
    match refused {
        ConnectError::Unauthorized => Some(407),
        ConnectError::Refused { status, .. } => Some(*status).filter(|status| (300..500).contains(status)),
        ConnectError::Direct(_)
        | ConnectError::NoProxy(_)
        | ConnectError::Broken
        | ConnectError::TimedOut
        | ConnectError::NoHost => None,
    }
}

/// What lies at the bottom of an error: "connection refused" rather than "client error".
pub fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// What every connection to Slack is made with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Egress {
    connector: Connector,
    tls: Arc<ClientConfig>,
}

impl Egress {
    /// Reads the certificates and the proxies; a connection may take `patience` to be made.
    ///
    /// # Errors
    /// There are no certificates, or they can't be read.
    pub fn new(patience: Duration) -> io::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_native_roots()?
            .with_no_client_auth();
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_nodelay(true);
        direct.set_connect_timeout(Some(patience));
        let to_proxy = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(direct.clone());
        let proxies = Arc::new(Rules::of_this_process().matcher());
        // A proxy has to be reached, and has to reach the other end.
        let patience = patience * 2;
        Ok(Self { connector: Connector { direct, to_proxy, proxies, patience }, tls: Arc::new(tls) })
    }

    /// For HTTP, with TLS where the address says so; whether it may be without is the caller's to decide.
    pub fn http(&self) -> HttpsConnector<Connector> {
        HttpsConnectorBuilder::new()
            .with_tls_config(ClientConfig::clone(&self.tls))
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(self.connector.clone())
    }

    /// A connection to the host of `url`, which may be a WebSocket's, before any TLS.
    ///
    /// # Errors
    /// [`ConnectError`] if none can be made.
    pub async fn open(&self, url: &Url) -> Result<TokioIo<Stream>, ConnectError> {
        let scheme = if matches!(url.scheme(), "wss" | "https") { "https" } else { "http" };
        let host = url.host().ok_or(ConnectError::NoHost)?;
        let port = url.port_or_known_default().ok_or(ConnectError::NoHost)?;
        let to: Uri = format!("{scheme}://{host}:{port}/").parse().map_err(|_| ConnectError::NoHost)?;
        self.connector.clone().call(to).await.map(TokioIo::new)
    }

    /// What TLS to the other end is made with.
    pub fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(variables: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    fn through(environment: &dyn Fn(&str) -> Option<String>, to: &str) -> Option<String> {
        let via = Rules::read(environment).matcher().intercept(&to.parse().unwrap())?;
        Some(via.uri().to_string())
    }

    #[test]
    fn this_machine_and_what_no_proxy_names_are_reached_directly() {
        let environment =
            rules(&[("https_proxy", "http://proxy:3128"), ("NO_PROXY", "corp.example, 10.0.0.0/8")]);
        let check = |to: &str, expected: bool| {
            assert_eq!(through(&environment, to).is_some(), expected, "{to}");
        };
        check("https://slack.com/api/", true);
        check("https://dav.corp.example/", false);
        check("https://10.1.2.3/", false);
        for here in ["https://localhost:1/", "https://127.0.0.9:1/", "https://[::1]:1/", "http://localhost/"]
        {
            check(here, false);
        }
        check("http://calendars.example/", false);
    }

    #[tokio::test]
    async fn a_proxy_that_lets_nobody_through_is_told_from_one_that_reaches_nobody() {
        for (status, expected) in [("403 Forbidden", Some(403)), ("407 Login", Some(407)), ("502 Bad", None)]
        {
            let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = proxy.local_addr().unwrap();
            tokio::spawn(async move {
                let (mut stream, _) = proxy.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.unwrap();
            });
            let mut egress = Egress::new(Duration::from_secs(5)).unwrap();
            let proxy = move |name: &str| (name == "HTTPS_PROXY").then(|| format!("http://{address}"));
            egress.connector.proxies = Arc::new(Rules::read(&proxy).matcher());
            let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
            let client = client.build::<_, http_body_util::Empty<&[u8]>>(egress.http());
            let error = client.get("https://slack.test/".parse().unwrap()).await.unwrap_err();
            assert_eq!(barred(&error), expected, "{status}");
        }
    }

    #[test]
    fn the_proxy_for_https_comes_before_the_one_for_everything() {
        let environment =
            rules(&[("HTTPS_PROXY", "tls:1"), ("ALL_PROXY", "http://all:2"), ("HTTP_PROXY", " ")]);
        assert_eq!(through(&environment, "https://slack.com/").unwrap(), "http://tls:1/");
        assert_eq!(through(&environment, "http://example.com/").unwrap(), "http://all:2/");
    }

    #[test]
    fn a_proxy_that_can_not_be_used_is_told_without_its_password() {
        let told = |value: &'static str| {
            let environment = move |name: &str| (name == "HTTPS_PROXY").then(|| value.to_owned());
            check(&environment).err().map(|bad| bad.to_string())
        };
        for fine in ["proxy:3128", "http://user:p%40ss@proxy:3128", "https://proxy", ""] {
            assert_eq!(told(fine), None, "{fine}");
        }
        for bad in ["socks5://user:secret@proxy:1080", "http://", "http://user:secret@pro xy", "ftp://proxy"]
        {
            let told = told(bad).unwrap_or_else(|| panic!("{bad} is taken"));
            assert!(told.starts_with("HTTPS_PROXY: ") && !told.contains("secret"), "{told}");
        }
    }
}
