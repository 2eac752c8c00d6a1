//! 收请求: a small HTTP server over TCP that keeps what is posted to it.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request as it came.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// path
    pub path: String,
    /// headers, names in small letters
    pub headers: Vec<(String, String)>,
    /// body
    pub body: String,
}

impl Posted {
    /// A header; empty when missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|h| h.0 == name).map_or("", |h| h.1.as_str())
    }
}

/// What a [`Postbox`] answers: status and body, and how long it waits before.
pub type Reply = (u16, &'static str, Duration);

/// An HTTP server on this machine.
#[derive(Debug)]
pub struct Postbox {
    /// `http://127.0.0.1:…`
    pub url: String,
    got: Arc<Mutex<Vec<Posted>>>,
}

impl Postbox {
    /// Begins to listen. `reply` is given the request and how many came before it.
    pub fn start(reply: fn(&Posted, usize) -> Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let url = format!("http://{}", listener.local_addr().expect("port"));
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&got);
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || drop(serve(line, reply, &kept)));
            }
        });
        Self { url, got }
    }
    /// What came so far.
    pub fn got(&self) -> Vec<Posted> {
        self.got.lock().expect("kept").clone()
    }
}

fn serve(line: TcpStream, reply: fn(&Posted, usize) -> Reply, kept: &Mutex<Vec<Posted>>) -> io::Result<()> {
    line.set_nodelay(true)?;
    let mut out = line.try_clone()?;
    let mut line = BufReader::new(line);
    loop {
        let mut first = String::new();
        if line.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut posted =
            Posted { path: first.split(' ').nth(1).unwrap_or_default().to_owned(), ..Posted::default() };
        let mut length = 0;
        loop {
            let mut header = String::new();
            line.read_line(&mut header)?;
            let Some((name, value)) = header.trim().split_once(':') else { break };
            let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
            if name == "content-length" {
                length = value.parse().unwrap_or(0);
            }
            posted.headers.push((name, value));
        }
        let mut body = vec![0; length];
        line.read_exact(&mut body)?;
        posted.body = String::from_utf8_lossy(&body).into_owned();
        let before = kept.lock().expect("kept").len();
        let (status, text, wait) = reply(&posted, before);
        kept.lock().expect("kept").push(posted);
        std::thread::sleep(wait);
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nlocation: http://127.0.0.1:1/\r\n\r\n{text}",
            text.len()
        );
        out.write_all(head.as_bytes())?;
    }
}
