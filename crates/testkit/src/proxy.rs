//! A line to the database that a test can cut, slow down or silence.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Line {
    /// Bytes pass.
    Open = 0,
    /// Connections are closed at once, new ones too.
    Cut = 1,
    /// Connections stay, but nothing passes any more.
    Silent = 2,
    /// What the server answers is lost, and then the connection is cut: the fate of a request is unknown.
    Deaf = 3,
}

/// A proxy on a loopback port of its own.
#[derive(Debug)]
pub struct Proxy {
    /// Connect here.
    pub port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    line: AtomicU8,
    delay_ms: AtomicU64,
    end: AtomicBool,
    /// Both ends of every connection.
    open: Mutex<Vec<TcpStream>>,
    /// When these bytes are seen on their way to the server, the line goes deaf.
    trap: Mutex<Option<Vec<u8>>>,
}

impl State {
    fn is(&self, line: Line) -> bool {
        self.line.load(Ordering::SeqCst) == line as u8
    }
}

impl Proxy {
    /// A proxy before `127.0.0.1:port`.
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap_or_else(|e| panic!("proxy: {e}"));
        let own = listener.local_addr().map_or(0, |a| a.port());
        let state = Arc::new(State {
            line: AtomicU8::new(Line::Open as u8),
            delay_ms: AtomicU64::new(0),
            end: AtomicBool::new(false),
            open: Mutex::new(Vec::new()),
            trap: Mutex::new(None),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.end.load(Ordering::SeqCst) {
                    return;
                }
                if shared.is(Line::Cut) {
                    continue;
                }
                if let Ok(server) = TcpStream::connect(("127.0.0.1", port)) {
                    join(&client, &server, &shared);
                }
            }
        });
        Self { port: own, state }
    }

    /// Changes the line; cutting closes every connection now.
    pub fn set(&self, line: Line) {
        self.handle().set(line);
    }
    /// A hand on the line, for a closure that cuts it from inside.
    pub fn handle(&self) -> LineHandle {
        LineHandle(Arc::clone(&self.state))
    }
    /// Delays everything that passes, milliseconds for each piece.
    pub fn delay_ms(&self, ms: u64) {
        self.state.delay_ms.store(ms, Ordering::SeqCst);
    }
    /// Goes deaf when `bytes` pass on their way to the server: they arrive, their answer does not.
    pub fn deaf_after(&self, bytes: &[u8]) {
        *self.state.trap.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes.to_vec());
    }
}

/// See [`Proxy::handle`].
#[derive(Clone, Debug)]
pub struct LineHandle(Arc<State>);

impl LineHandle {
    /// Changes the line.
    pub fn set(&self, line: Line) {
        self.0.line.store(line as u8, Ordering::SeqCst);
        if line == Line::Cut {
            hang_up(&self.0);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.end.store(true, Ordering::SeqCst);
        hang_up(&self.state);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn hang_up(state: &State) {
    for stream in state.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        drop(stream.shutdown(Shutdown::Both));
    }
}

fn join(client: &TcpStream, server: &TcpStream, state: &Arc<State>) {
    let clones = [client.try_clone(), client.try_clone(), server.try_clone(), server.try_clone()];
    let [Ok(c1), Ok(c2), Ok(s1), Ok(s2)] = clones else { return };
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    if let (Ok(c), Ok(s)) = (client.try_clone(), server.try_clone()) {
        state.open.lock().unwrap_or_else(PoisonError::into_inner).extend([c, s]);
    }
    let (up, down) = (Arc::clone(state), Arc::clone(state));
    std::thread::spawn(move || pump(c1, s1, &up, true));
    std::thread::spawn(move || pump(s2, c2, &down, false));
}

fn pump(mut from: TcpStream, mut to: TcpStream, state: &State, upward: bool) {
    let mut buf = [0; 16_384];
    while let Ok(n @ 1..) = from.read(&mut buf) {
        let ms = state.delay_ms.load(Ordering::SeqCst);
        if ms > 0 {
            std::thread::sleep(Duration::from_millis(ms));
        }
        if upward {
            let mut trap = state.trap.lock().unwrap_or_else(PoisonError::into_inner);
            if trap.as_ref().is_some_and(|t| buf[..n].windows(t.len()).any(|w| w == t.as_slice())) {
                *trap = None;
                state.line.store(Line::Deaf as u8, Ordering::SeqCst);
            }
        }
        if state.is(Line::Silent) {
            continue;
        }
        if state.is(Line::Deaf) && !upward {
            // The answer is here, so the server is done; now the line breaks, and is open for new calls.
            state.line.store(Line::Open as u8, Ordering::SeqCst);
            break;
        }
        if to.write_all(&buf[..n]).is_err() {
            break;
        }
    }
    drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
}
