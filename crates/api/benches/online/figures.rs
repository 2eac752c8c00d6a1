//! Times and processor time, and what a server costs that does nothing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::client::Client;

/// Times of calls, in a histogram of 2 % steps from 1 µs on.
#[derive(Clone)]
pub struct Times(Vec<u32>);

impl Default for Times {
    fn default() -> Self {
        Self(vec![0; 1024])
    }
}

const STEP: f64 = 1.02;

impl Times {
    pub fn push(&mut self, t: Duration) {
        let us = (t.as_nanos() as f64 / 1e3).max(1.0);
        let i = (us.ln() / STEP.ln()) as usize;
        self.0[i.min(1023)] += 1;
    }
    pub fn add(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a += b;
        }
    }
    /// p50, p95, p99 in ms.
    pub fn percentiles(&self) -> [f64; 3] {
        let all: u64 = self.0.iter().map(|n| u64::from(*n)).sum();
        [0.5, 0.95, 0.99].map(|p| {
            let mut seen = 0;
            for (i, n) in self.0.iter().enumerate() {
                seen += u64::from(*n);
                if seen as f64 >= p * all as f64 {
                    return STEP.powi(i as i32 + 1) / 1e3;
                }
            }
            0.0
        })
    }
    pub fn shown(&self) -> String {
        let [p50, p95, p99] = self.percentiles();
        format!("{p50:.1} / {p95:.1} / {p99:.1} ms")
    }
}

/// Processor time of a process, µs, in the program and in the system.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    user: f64,
    system: f64,
}

impl Cpu {
    pub fn of(pid: u32) -> Self {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest: Vec<_> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // Ticks are a hundredth of a second on every Linux.
        let ticks = |i: usize| rest.get(i).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0) * 1e4;
        Self { user: ticks(11), system: ticks(12) }
    }
    pub fn since(&self, before: &Self) -> Self {
        Self { user: self.user - before.user, system: self.system - before.system }
    }
    /// user + system, µs, for each of `n`
    pub fn shown(&self, n: u64) -> String {
        let n = n.max(1) as f64;
        format!("{:.0} + {:.0} µs", self.user / n, self.system / n)
    }
}

pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(1).collect()
}

fn resident_mib(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = text
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// Start and memory of the program over a data directory, until it answers that it is ready.
pub fn idle(dir: &Path) {
    let Some(program) = std::env::var_os("BANCHENG_BIN") else {
        let started = Instant::now();
        let server = crate::server::Child::start(dir);
        let ready = until_ready(server.address);
        std::thread::sleep(Duration::from_secs(2));
        let mib = server.resident_mib();
        println!(
            "\n### idle (the server of this benchmark)\n\nstart {:.0} ms until /readyz answers (making {} tokens included), resident {mib:.0} MiB when idle.",
            ready.duration_since(started).as_secs_f64() * 1e3,
            server.accounts.len(),
        );
        return;
    };
    let address: std::net::SocketAddr = ([127, 0, 0, 1], 39_417).into();
    let started = Instant::now();
    let child = Command::new(program)
        .args(["serve", "--data-dir"])
        .arg(dir)
        .args(["--listen", &address.to_string()])
        .stdout(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return };
    let ready = until_ready(address);
    std::thread::sleep(Duration::from_secs(5));
    let mib = resident_mib(child.id());
    drop(child.kill());
    drop(child.wait());
    println!(
        "\n### idle (`bancheng serve`)\n\nstart {:.0} ms until /readyz answers, resident {mib:.0} MiB after five idle seconds.",
        ready.duration_since(started).as_secs_f64() * 1e3
    );
}

impl crate::server::Child {
    pub fn resident_mib(&self) -> f64 {
        self.pid().map_or(0.0, resident_mib)
    }
}

fn until_ready(address: std::net::SocketAddr) -> Instant {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        let answered = Client::new(address).and_then(|mut c| Ok(c.call("GET", "/readyz", "", "")?.status));
        if matches!(answered, Ok(204)) {
            return Instant::now();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("it did not become ready");
}
