//! Servers that are slow, endless, down, or send elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// As the program does first thing.
fn install_crypto() {
    _ = rustls::crypto::ring::default_provider().install_default();
}

/// A server that answers each connection with `answer`, and tells whether it ever saw a password.
async fn serving<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> (SocketAddr, Arc<AtomicBool>)
where
    F: Future<Output = ()> + Send + 'static,
{
    install_crypto();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicBool::new(false));
    let password = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..read]).to_lowercase();
            password.fetch_or(head.contains("authorization: basic"), Ordering::SeqCst);
            tokio::spawn(answer(stream));
        }
    });
    (at, seen)
}

async fn saying(text: impl Into<String>) -> (SocketAddr, Arc<AtomicBool>) {
    let text = text.into();
    serving(move |mut stream| {
        let text = text.clone();
        async move { _ = stream.write_all(text.as_bytes()).await }
    })
    .await
}

async fn ask(at: SocketAddr, patience: Duration) -> Result<Answer, CalendarError> {
    let http = Http::new(patience).unwrap();
    let login = Login::new("ana".into(), SecretString::from("secret"));
    let url = Url::parse(&format!("http://{at}/a-secret-path")).unwrap();
    http.ask(Ask { method: Method::GET, url, headers: Vec::new(), body: None, login: Some(&login) }).await
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let (at, _) = serving(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    assert_eq!(ask(at, Duration::from_millis(200)).await.err(), Some(CalendarError::TimedOut));
}

#[tokio::test]
async fn a_server_that_drips_is_given_up_too() {
    let (at, _) = serving(|mut stream| async move {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(ask(at, Duration::from_millis(300)).await.err(), Some(CalendarError::TimedOut));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let (at, _) = serving(|mut stream| async move {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
        let block = vec![b'x'; 1 << 16];
        while stream.write_all(&block).await.is_ok() {}
    })
    .await;
    assert_eq!(ask(at, PATIENCE).await.err(), Some(CalendarError::TooLarge { limit: MOST_BYTES }));
}

#[tokio::test]
async fn a_server_that_is_down_is_unreachable_and_its_address_stays_secret() {
    install_crypto();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let error = ask(at, PATIENCE).await.err().unwrap();
    assert!(matches!(&error, CalendarError::Unreachable { .. }), "{error:?}");
    assert!(!error.to_string().contains("a-secret-path"), "{error}");
}

#[tokio::test]
async fn the_password_goes_nowhere_else() {
    let (other, seen) = saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let (at, asked) = saying(format!(
        "HTTP/1.1 301 Moved\r\nLocation: http://{other}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ))
    .await;
    let host = "127.0.0.1".to_owned();
    assert_eq!(ask(at, PATIENCE).await.err(), Some(CalendarError::Elsewhere { host }));
    assert!(asked.load(Ordering::SeqCst));
    assert!(!seen.load(Ordering::SeqCst));
}

#[tokio::test]
async fn redirects_in_circles_end() {
    let (at, _) =
        saying("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
    assert!(matches!(ask(at, PATIENCE).await.err(), Some(CalendarError::Unreadable { .. })));
}

#[tokio::test]
async fn a_status_says_whether_to_try_again() {
    let error = async |status: &str| {
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        ask(saying(text).await.0, PATIENCE).await.map_or_else(|error| error, |answer| answer.error())
    };
    let later = |status, seconds: Option<u64>| CalendarError::Later {
        status,
        retry_after: seconds.map(Duration::from_secs),
    };
    assert_eq!(error("503 Busy\r\nRetry-After: 120").await, later(503, Some(120)));
    assert_eq!(error("429 Slow Down\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT").await, later(429, None));
    assert_eq!(error("500 Oops").await, later(500, None));
    assert_eq!(error("401 Who").await, CalendarError::Unauthorised);
    assert_eq!(error("404 Gone").await, CalendarError::NotFound);
    assert_eq!(error("501 No").await, CalendarError::Refused { status: 501, condition: None });
    assert_eq!(error("403 No").await, CalendarError::Refused { status: 403, condition: None });
}
