//! Behind a proxy that everything has to go through: Slack over HTTP and WebSocket, uploads, answers to
//! clicks, hosts' calendars and `doctor`. The proxy is tinyproxy with a password; the stand-in has TLS in
//! front of it, by a certificate of our own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::House;
use crate::world::{Running, Transport, World, canvass};

const USER: &str = "canvass";
const PASSWORD: &str = "open-sesame";

/// A name of this machine that isn't one of the loopback.
fn machine() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim().to_owned()
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output();
    let output = output.expect("openssl is installed: ./test does it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A certificate for this machine's name, and who vouches for it in `ca.pem`.
fn certificate(folder: &Path) {
    let names = format!("subjectAltName=DNS:{}", machine());
    fs::write(folder.join("names"), &names).unwrap();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let authority =
        ["req", "-x509", "-days", "2", "-subj", "/CN=Canvass test", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl(folder, &[&authority[..], &key[..]].concat());
    let request = ["req", "-subj", "/CN=canvass", "-keyout", "own.key", "-out", "own.csr"];
    openssl(folder, &[&request[..], &key[..]].concat());
    let signing =
        "x509 -req -days 2 -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out own.pem";
    openssl(folder, &signing.split(' ').collect::<Vec<_>>());
}

/// The end of TLS, and what passed there.
struct Tls {
    port: u16,
    said: Arc<Mutex<Vec<String>>>,
    _running: Running,
}

impl Tls {
    /// In front of the port `backend`, at `port` or any.
    fn start(folder: &Path, port: u16, backend: u16) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/running/tls.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg(port.to_string())
            .args([folder.join("own.pem"), folder.join("own.key")])
            .arg(backend.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let running = Running::new(child);
        let first = lines.next().expect("it prints its port").unwrap();
        let port = first.strip_prefix("port ").unwrap().parse().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let saying = Arc::clone(&said);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| saying.lock().unwrap().push(line))
        });
        Self { port, said, _running: running }
    }

    fn count(&self, line: &str) -> usize {
        self.said.lock().unwrap().iter().filter(|said| said.starts_with(line)).count()
    }
}

/// A proxy that wants a password.
struct Proxy {
    port: u16,
    log: PathBuf,
    _running: Running,
}

impl Proxy {
    async fn start(folder: &Path) -> Self {
        let port = free_port();
        let (config, log) = (folder.join("proxy.conf"), folder.join("proxy.log"));
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 100\nLogLevel Connect\nLogFile \"{}\"\n\
             BasicAuth {USER} {PASSWORD}\n",
            log.display()
        );
        fs::write(&config, text).unwrap();
        let child = Command::new("tinyproxy").arg("-d").arg("-c").arg(&config).stdout(Stdio::null()).spawn();
        let running = Running::new(child.expect("tinyproxy is installed: ./test does it"));
        let listens = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(crate::world::PATIENCE, listens).await.expect("a proxy that listens");
        Self { port, log, _running: running }
    }

    /// How many tunnels it was asked for to this port, with the right password.
    fn tunnels(&self, port: u16) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let opened = format!("Established connection to host \"{}\"", machine());
        assert!(log.lines().all(|line| !line.contains("Request") || !line.contains("GET http")), "{log}");
        let asked = log.matches(&format!("CONNECT {}:{port} HTTP/1.1", machine())).count();
        assert!(log.matches(&opened).count() >= asked.min(1), "{log}");
        asked
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn port_of(base: &str) -> u16 {
    base.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap()
}

/// A workspace behind TLS, and a service that reaches it through the proxy only.
struct Behind {
    house: House,
    tls: Tls,
    proxy: Proxy,
    folder: tempfile::TempDir,
}

impl Behind {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificate(folder.path());
        let port = free_port();
        let public = format!("https://{}:{port}", machine());
        let world = World::over_public(Transport::Socket, &public).await;
        let tls = Tls::start(folder.path(), port, port_of(&world.base));
        let proxy = Proxy::start(folder.path()).await;
        let mut house = House::of(world);
        house.changes("canvass.toml", |text| {
            format!("{text}\n[office_hours.calendar]\nics_env = 'TEST_CALENDAR'\n")
        });
        Self { house, tls, proxy, folder }
    }

    /// `canvass` with these arguments, and no other way out than the proxy.
    fn command(&self, arguments: &[&str], password: &str) -> Command {
        let mut command = self.house.with_settings(canvass(), arguments);
        let outside = format!("https://{}:{}", machine(), self.tls.port);
        for name in
            ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]
        {
            command.env_remove(name);
        }
        command
            .env("SLACK_API_URL", format!("{outside}/api/"))
            .env("TEST_CALENDAR", format!("{outside}/calendar.ics"))
            .env("HTTPS_PROXY", format!("http://{USER}:{password}@127.0.0.1:{}", self.proxy.port))
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("CANVASS_LOG", "debug,hyper_util=trace,hyper=trace,tokio_tungstenite=trace,reqwest=trace");
        command
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_goes_through_the_proxy_and_its_password_is_not_logged() {
    let mut behind = Behind::open().await;
    behind.house.by_day();
    let command = behind.command(&["run"], PASSWORD);
    behind.house.start(command).await;
    let passed = |behind: &Behind, path: &str| behind.tls.count(&format!("request {path}")) > 0;
    for path in ["/api/users.list", "/api/apps.connections.open", "/socket", "/calendar.ics"] {
        behind.house.until(path, async |_| passed(&behind, path)).await;
    }
    let priya = behind.house.world.person("priya").await;
    let asked = priya.reads("Is this my first start here?").await;
    priya.clicks_on(&asked, "Yes, it's the first").await;
    behind.house.until("an answer to a click", async |_| passed(&behind, "/response_url/")).await;
    let ben = behind.house.world.person("ben").await;
    let offers = async |_: &House| ben.commands("hours").await.contains("your time");
    behind.house.until("office hours", offers).await;
    ben.commands("book @priya").await;
    ben.submits(&[("topic", serde_json::json!("Retries"))]).await;
    behind.house.until("an upload", async |_| passed(&behind, "/upload/v1/")).await;

    let doctor = behind.command(&["doctor"], PASSWORD).output().unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("A connection opens."), "{said}");

    let (connections, tunnels) = (behind.tls.count("connection"), behind.proxy.tunnels(behind.tls.port));
    assert_eq!(connections, tunnels, "each connection came through the proxy");
    let log = behind.house.log() + &said + &String::from_utf8_lossy(&doctor.stderr);
    let encoded = "Y2FudmFzczpvcGVuLXNlc2FtZQ==";
    assert!(!log.contains(PASSWORD) && !log.contains(encoded), "the log has the password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_us_is_named_and_its_password_is_not() {
    let behind = Behind::open().await;
    let doctor = behind.command(&["doctor"], "wrong-password").output().unwrap();
    let said = [doctor.stdout, doctor.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("the proxy wants a user and a password"), "{said}");
    assert!(!said.contains("wrong-password"), "{said}");
    assert_eq!(behind.tls.count("connection"), 0, "nothing goes another way");

    let mut command = behind.command(&["run"], PASSWORD);
    let refused = command.env("HTTPS_PROXY", "socks5://canvass:open-sesame@127.0.0.1:1080").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("HTTPS_PROXY: ") && !said.contains(PASSWORD), "{said}");
}
