//! TCP connections that can be cut at any moment, as a network does: for lost replies and for stopping.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Cuts one connection, or all that follow it.
#[derive(Debug, Default)]
pub(super) struct Cut {
    done: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
    followers: Mutex<Vec<Weak<Cut>>>,
}

impl Cut {
    /// Cuts now; nothing more is read or written.
    pub(super) fn cut(&self) {
        self.done.store(true, Ordering::Release);
        self.reader.wake();
        self.writer.wake();
        let followers = std::mem::take(&mut *self.followers.lock().unwrap_or_else(PoisonError::into_inner));
        for follower in followers.iter().filter_map(Weak::upgrade) {
            follower.cut();
        }
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    fn follow(&self, follower: &Arc<Self>) {
        let mut followers = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
        followers.retain(|known| known.strong_count() > 0);
        followers.push(Arc::downgrade(follower));
        drop(followers);
        if self.is_done() {
            follower.cut();
        }
    }
}

/// Handed to handlers: the connection that their request came over.
#[derive(Debug, Clone)]
pub(super) struct Wire(pub(super) Arc<Cut>);

impl Connected<IncomingStream<'_, CuttableListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        Self(Arc::clone(&stream.io().cut))
    }
}

#[derive(Debug)]
pub(super) struct CuttableListener {
    listener: TcpListener,
    all: Arc<Cut>,
}

impl CuttableListener {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, all: Arc::default() }
    }

    /// Cuts every connection there is or will be.
    pub(super) fn all(&self) -> Arc<Cut> {
        Arc::clone(&self.all)
    }
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are small and a person waits for them; a failure here only makes them slower.
        let _ = stream.set_nodelay(true);
        let cut = Arc::new(Cut::default());
        self.all.follow(&cut);
        (CuttableStream { stream, cut }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

#[derive(Debug)]
pub(super) struct CuttableStream {
    stream: TcpStream,
    cut: Arc<Cut>,
}

impl CuttableStream {
    fn cut_error() -> io::Error {
        io::ErrorKind::ConnectionReset.into()
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.cut.reader.register(cx.waker());
        if self.cut.is_done() {
            return Poll::Ready(Err(Self::cut_error()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.cut.writer.register(cx.waker());
        if self.cut.is_done() {
            return Poll::Ready(Err(Self::cut_error()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cut.is_done() {
            return Poll::Ready(Err(Self::cut_error()));
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
