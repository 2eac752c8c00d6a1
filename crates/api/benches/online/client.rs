//! A plain HTTP/1.1 client: one keep-alive connection, one request at a time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub struct Client {
    stream: TcpStream,
    address: SocketAddr,
    buffer: Vec<u8>,
    request: Vec<u8>,
}

pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
    pub retry_after: bool,
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

impl Client {
    pub fn new(address: SocketAddr) -> std::io::Result<Self> {
        Ok(Self { stream: connect(address)?, address, buffer: vec![0; 1 << 16], request: Vec::new() })
    }
    /// A new connection after one that broke.
    pub fn again(&mut self) {
        if let Ok(stream) = connect(self.address) {
            self.stream = stream;
        }
    }
    pub fn call(&mut self, method: &str, path: &str, token: &str, body: &str) -> std::io::Result<Answer<'_>> {
        self.request.clear();
        write!(
            self.request,
            "{method} /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        self.stream.write_all(&self.request)?;
        let broken = || std::io::Error::other("not an answer");
        let mut got = 0;
        let (head, length, status, retry_after) = loop {
            let n = self.stream.read(&mut self.buffer[got..])?;
            if n == 0 {
                return Err(broken());
            }
            got += n;
            let Some(end) = self.buffer[..got].windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).map_err(|_| broken())?;
            let status = head.get(9..12).and_then(|s| s.parse().ok()).ok_or_else(broken)?;
            let value = |name: &str| head.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
            let length: usize = value("content-length:").and_then(|v| v.parse().ok()).unwrap_or(0);
            break (end + 4, length, status, value("retry-after:").is_some());
        };
        if self.buffer.len() < head + length {
            self.buffer.resize(head + length, 0);
        }
        while got < head + length {
            let n = self.stream.read(&mut self.buffer[got..])?;
            if n == 0 {
                return Err(broken());
            }
            got += n;
        }
        Ok(Answer { status, body: &self.buffer[head..head + length], retry_after })
    }
}
