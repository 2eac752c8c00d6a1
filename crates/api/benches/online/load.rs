//! The load: lifecycles in a closed loop (each connection waits for its answers) or by the clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::figures::{Cpu, Times};
use crate::server::Child;

pub const CALLS: [&str; 5] = ["create", "dispatch", "sign for", "reply", "read"];

/// What came of a run.
#[derive(Default)]
pub struct Ran {
    times: [Times; 5],
    done: u64,
    shed: u64,
    started: u64,
    /// answers that were neither right nor 503 with Retry-After
    pub errors: u64,
    seconds: f64,
    server: Cpu,
    client: Cpu,
}

impl Ran {
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds.max(1e-9)
    }
    pub fn offered(&self) -> f64 {
        self.started as f64 / self.seconds.max(1e-9)
    }
    pub fn shed_share(&self) -> f64 {
        self.shed as f64 / self.started.max(1) as f64
    }
    pub fn server_cpu(&self) -> String {
        self.server.shown(self.done)
    }
    pub fn client_cpu(&self) -> String {
        self.client.shown(self.done)
    }
    pub fn all(&self) -> Times {
        let mut all = Times::default();
        for t in &self.times {
            all.add(t);
        }
        all
    }
    pub fn calls(&self) -> impl Iterator<Item = (&'static str, &Times)> {
        CALLS.into_iter().zip(&self.times)
    }
    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.times.iter_mut().zip(&other.times) {
            mine.add(theirs);
        }
        self.done += other.done;
        self.shed += other.shed;
        self.started += other.started;
        self.errors += other.errors;
    }
}

enum End {
    Done,
    Shed,
    Wrong,
}

/// One lifecycle. `from`: the moment at which it should have begun.
fn lifecycle(client: &mut Client, server: &Child, turn: u64, from: Instant, ran: &mut Ran) -> End {
    let (coordinator, accounts) = (&server.accounts[0], &server.accounts[1..]);
    let (unit, handler) = &accounts[turn as usize % accounts.len()];
    let create = format!(
        r#"{{"kind":"matter","channel":"window","region":"990102","title":"办理证照跑了三趟仍未办结{turn}","words":"材料齐全仍被退回,窗口说系统不通,请核实并尽快办理,盼复。","first_asked":{},"contact":{{"name":"王小二","phone":"19900001234"}}}}"#,
        coordinator.0
    );
    let dispatch = format!(r#"{{"act":"dispatch","unit":{unit},"note":"请尽快办理"}}"#);
    let mut path = String::new();
    let mut at = from;
    for (i, (method, token, body, right)) in [
        ("POST", &coordinator.1, create.as_str(), 201),
        ("POST", &coordinator.1, dispatch.as_str(), 200),
        ("POST", handler, r#"{"act":"take"}"#, 200),
        ("POST", handler, r#"{"act":"reply","text":"经核实,已补发证照并致歉。","basis":"办事指南"}"#, 200),
        ("GET", handler, "", 200),
    ]
    .into_iter()
    .enumerate()
    {
        let place = match i {
            0 => "/cases".to_owned(),
            4 => path.clone(),
            _ => format!("{path}/acts"),
        };
        match client.call(method, &place, token, body) {
            Ok(answer) if answer.status == right => {
                if i == 0 {
                    let text = std::str::from_utf8(answer.body).unwrap_or_default();
                    let number = text.split("\"number\":\"").nth(1).and_then(|t| t.split('"').next());
                    path = format!("/cases/{}", number.unwrap_or_default());
                }
            }
            Ok(answer) if answer.status == 503 && answer.retry_after => return End::Shed,
            Ok(answer) => {
                eprintln!("{}: {} {}", CALLS[i], answer.status, String::from_utf8_lossy(answer.body));
                return End::Wrong;
            }
            Err(e) => {
                eprintln!("{}: {e}", CALLS[i]);
                client.again();
                return End::Wrong;
            }
        }
        let now = Instant::now();
        ran.times[i].push(now.duration_since(at));
        at = now;
    }
    End::Done
}

fn count(ran: &mut Ran, end: &End) {
    ran.started += 1;
    match end {
        End::Done => ran.done += 1,
        End::Shed => ran.shed += 1,
        End::Wrong => ran.errors += 1,
    }
}

/// Each connection begins the next lifecycle when the last one is done.
pub fn closed(server: &Child, connections: usize, length: Duration) -> Ran {
    let turns = AtomicU64::new(0);
    let end = Instant::now() + length;
    threads(server, connections, |client| {
        let mut ran = Ran::default();
        while Instant::now() < end {
            let turn = turns.fetch_add(1, Ordering::Relaxed);
            let how = lifecycle(client, server, turn, Instant::now(), &mut ran);
            count(&mut ran, &how);
        }
        ran
    })
}

/// Lifecycles begin by the clock, whether or not those before are done; time counts from when each should
/// have begun.
pub fn open(server: &Child, rate: f64, length: Duration) -> Ran {
    // More connections than the server lets in at once, so that it is really offered too much.
    const CONNECTIONS: usize = 400;
    let turns = AtomicU64::new(0);
    let began = Instant::now() + Duration::from_millis(50);
    let all = (rate * length.as_secs_f64()) as u64;
    threads(server, CONNECTIONS, |client| {
        let mut ran = Ran::default();
        loop {
            let turn = turns.fetch_add(1, Ordering::Relaxed);
            if turn >= all {
                return ran;
            }
            let due = began + Duration::from_secs_f64(turn as f64 / rate.max(1e-9));
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let how = lifecycle(client, server, turn, due, &mut ran);
            count(&mut ran, &how);
        }
    })
}

fn threads(server: &Child, n: usize, work: impl Fn(&mut Client) -> Ran + Sync) -> Ran {
    let (server_before, client_before) = (server.cpu(), Cpu::of(std::process::id()));
    let began = Instant::now();
    let mut all = std::thread::scope(|scope| {
        let work = &work;
        let one = |_| {
            std::thread::Builder::new().stack_size(1 << 18).spawn_scoped(scope, move || {
                let mut client = Client::new(server.address).unwrap_or_else(|e| panic!("{e}"));
                work(&mut client)
            })
        };
        let all: Vec<_> = (0..n).map(one).collect();
        let mut sum = Ran::default();
        for t in all.into_iter().flatten() {
            sum.add(&t.join().unwrap_or_default());
        }
        sum
    });
    all.seconds = began.elapsed().as_secs_f64();
    all.server = server.cpu().since(&server_before);
    all.client = Cpu::of(std::process::id()).since(&client_before);
    all
}
