//! 连接: accepting, and letting go of, connections. Who is slow with a head, silent in a body, idle between requests or
//! never reads the answer is let go; one network has a part of the places at most.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use city::{Limits, Network};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Sleep;
use tower::ServiceExt as _;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// How much the city lets strangers ask and connect.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Bounds {
    /// 一个网络每分钟可提交的公开表单 / public forms that one network may send in a minute
    #[arg(long, env = "BANCHENG_FORMS_PER_MINUTE", default_value_t = 30)]
    forms_per_minute: u32,
    /// 一个网络每分钟可打开的公开页面 / public pages that one network may open in a minute
    #[arg(long, env = "BANCHENG_PAGES_PER_MINUTE", default_value_t = 1_200)]
    pages_per_minute: u32,
    /// 同时的连接数 / connections at the same time
    #[arg(long, env = "BANCHENG_CONNECTIONS", default_value_t = 2_000)]
    connections: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { forms_per_minute: 30, pages_per_minute: 1_200, connections: 2_000 }
    }
}

impl Bounds {
    /// What one network may ask.
    pub const fn limits(&self) -> Limits {
        Limits { forms: self.forms_per_minute, pages: self.pages_per_minute }
    }
    /// Connections that the files which may be open allow: the database and the attachments need some too.
    fn places(&self) -> usize {
        #[cfg(unix)]
        if let Some(soft) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
            let files = usize::try_from(soft).unwrap_or(usize::MAX);
            // Three quarters of the files; a few are left to the database whatever the limit is.
            return self.connections.clamp(8, (files / 4 * 3).max(16));
        }
        self.connections.max(8)
    }
}

/// How long who is slow is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// a head of a request is there within this, also the first one and the next one of a kept connection
    head: Duration,
    /// a body that is silent for so long has been given up
    body: Duration,
    /// whoever takes no byte of the answer for so long has gone
    unread: Duration,
    /// what was begun may end, when the program is told to stop
    last_words: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self { head: s(15), body: s(20), unread: s(60), last_words: s(30) }
    }
}

/// Serves until `stop`, then lets what was begun end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: &Bounds,
    by_network: bool,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let router = router.layer(RequestBodyTimeoutLayer::new(patience.body));
    let places = bounds.places();
    let free = Arc::new(Semaphore::new(places));
    let networks =
        by_network.then(|| Arc::new(Networks { most: (places / 4).max(4), taken: Mutex::default() }));
    let (told, stopping) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = Arc::clone(&free).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match (place, accepted) {
            (Ok(place), Ok((stream, peer))) => {
                let Some(of_network) = networks.as_ref().map_or(Some(None), |n| n.take(peer).map(Some))
                else {
                    continue;
                };
                let held = Held { _place: place, _of_network: of_network };
                tokio::spawn(connection(stream, peer, router.clone(), stopping.clone(), (patience, held)));
            }
            // Too many files are open, or the visitor has gone again.
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    drop(listener);
    told.send_replace(true);
    drop(stopping);
    // Every connection holds an end of this channel.
    drop(tokio::time::timeout(patience.last_words, told.closed()).await);
}

/// What a connection holds while it lasts.
struct Held {
    _place: OwnedSemaphorePermit,
    _of_network: Option<OfNetwork>,
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stopping: watch::Receiver<bool>,
    (patience, held): (Patience, Held),
) {
    drop(stream.set_nodelay(true));
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            // The parser reads a body in chunks and drops a length given beside it, which a proxy in front may have believed:
            // what follows is no second request (RFC 9112, 6.1 and 6.3).
            let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
            let mut answer = router.oneshot(request).await?;
            if chunked {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, std::convert::Infallible>(answer)
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let mut work = pin!(http.serve_connection(TokioIo::new(Patient::new(stream, patience.unread)), service));
    tokio::select! {
        // A connection that breaks off has nobody to be told.
        ended = work.as_mut() => drop(ended),
        () = async { drop(stopping.wait_for(|stop| *stop).await) } => {
            work.as_mut().graceful_shutdown();
            drop(work.await);
        }
    }
    drop(held);
}

/// How many connections each network has.
#[derive(Debug)]
struct Networks {
    most: usize,
    taken: Mutex<HashMap<Network, usize>>,
}

#[derive(Debug)]
struct OfNetwork {
    all: Arc<Networks>,
    network: Network,
}

impl Networks {
    fn take(self: &Arc<Self>, peer: SocketAddr) -> Option<OfNetwork> {
        let network = Network::of(peer.ip());
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let n = taken.entry(network).or_default();
        if *n >= self.most {
            return None;
        }
        *n += 1;
        Some(OfNetwork { all: Arc::clone(self), network })
    }
}

impl Drop for OfNetwork {
    fn drop(&mut self) {
        let mut taken = self.all.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = taken.get_mut(&self.network) {
            *n -= 1;
            if *n == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

/// A connection that ends when nobody takes what is written to it.
struct Patient {
    stream: TcpStream,
    unread: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    const fn new(stream: TcpStream, unread: Duration) -> Self {
        Self { stream, unread, stuck: None }
    }
    fn watched<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.stuck = None;
            return done;
        }
        let unread = self.unread;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(unread)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watched(cx, done)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watched(cx, done)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const QUICK: Patience = Patience {
        head: Duration::from_millis(200),
        body: Duration::from_millis(300),
        unread: Duration::from_millis(400),
        last_words: Duration::from_millis(100),
    };

    const SLOW: Duration = Duration::from_secs(60);

    async fn begun(connections: usize) -> SocketAddr {
        begun_with(connections, QUICK).await
    }

    async fn begun_with(connections: usize, patience: Patience) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let echo = Router::new().route("/", axum::routing::post(async |body: String| body));
        let bounds = Bounds { connections, ..Bounds::default() };
        tokio::spawn(
            async move { serve(listener, echo, &bounds, true, patience, std::future::pending()).await },
        );
        address
    }

    /// Everything that comes back until the other side ends it.
    async fn said(address: SocketAddr, words: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        let mut back = String::new();
        drop(stream.read_to_string(&mut back).await);
        back
    }

    #[tokio::test]
    async fn who_says_nothing_is_let_go() {
        let address = begun(64).await;
        let whole = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi";
        let ways = [
            "",
            "POST / HTTP/1.1\r\nhost:",
            whole,
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhi",
        ];
        for (n, words) in ways.into_iter().enumerate() {
            let back = tokio::time::timeout(Duration::from_secs(10), said(address, words)).await;
            let back = back.unwrap_or_else(|_| panic!("way {n} is held"));
            assert_eq!(back.contains("200 OK"), n == 2, "{n}: {back}");
        }
    }

    #[tokio::test]
    async fn a_body_has_one_length() {
        let address = begun(64).await;
        let smuggled = "2\r\nhi\r\n0\r\n\r\nPOST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nno";
        let heads = [
            ("content-length: 9\r\ntransfer-encoding: chunked", "200 "),
            ("transfer-encoding: chunked\r\ncontent-length: 9", "200 "),
            ("transfer-encoding: chunked", "200 "),
            ("content-length: 9\r\ncontent-length: 8", "400 "),
            ("transfer-encoding: gzip", "400 "),
        ];
        for (head, status) in heads {
            let back =
                said(address, &format!("POST / HTTP/1.1\r\nhost: a\r\n{head}\r\n\r\n{smuggled}")).await;
            // Once: what follows is no second request.
            assert_eq!(back.matches("HTTP/1.1 ").count(), 1, "{head}: {back}");
            assert!(
                back.starts_with(&format!("HTTP/1.1 {status}")) && !back.contains("no"),
                "{head}: {back}"
            );
        }
    }

    #[tokio::test]
    async fn one_network_has_a_part_of_the_places() {
        // Nobody is let go for saying nothing while this is counted.
        let patient = Patience { head: SLOW, body: SLOW, unread: SLOW, last_words: SLOW };
        let address = begun_with(16, patient).await;
        let mut held = Vec::new();
        for _ in 0..12 {
            held.push(TcpStream::connect(address).await.unwrap());
        }
        // The fifth is closed at once, unheard.
        let mut closed = 0;
        for stream in &mut held {
            let read = tokio::time::timeout(Duration::from_millis(300), stream.read_u8()).await;
            closed += usize::from(read.is_ok());
        }
        assert_eq!(closed, 12 - 4);
    }
}
