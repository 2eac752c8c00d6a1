//! The server of the benchmark, as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use kernel::{Actor, Role};

use crate::figures::Cpu;
use crate::preload;

/// Serves a data directory: prints its address, then one token a line, then serves until it is stopped.
pub fn serve(dir: &Path) {
    let app = preload::open(dir);
    let admin = Actor { staff: None, role: Role::SystemAdmin, unit: None, region: None };
    let token = |unit| {
        app.people.make_token(&admin, &preload::login(unit), "bench").unwrap_or_else(|e| panic!("{e}")).token
    };
    let tokens: Vec<_> = std::iter::once(None).chain((1..=preload::UNITS).map(Some)).map(token).collect();
    let office = app.city.office_now().wait().unwrap_or_else(|e| panic!("{e}"));
    let units: Vec<_> = office.units().iter().map(|u| u.id.0).collect();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap_or_else(|e| panic!("{e}"));
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap_or_else(|e| panic!("{e}"));
        println!("{}", listener.local_addr().unwrap_or_else(|e| panic!("{e}")));
        for (token, unit) in tokens.iter().zip(&units) {
            println!("{unit} {token}");
        }
        println!("end");
        let router = api::router(app, api::Options::default());
        let router = axum::Router::new().nest("/api/v1", router);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        drop(axum::serve(listener, service).await);
    });
}

/// A server that runs.
pub struct Child {
    process: Option<std::process::Child>,
    pub address: SocketAddr,
    /// id of the unit and token of its account; the coordinator first
    pub accounts: Vec<(i64, String)>,
}

impl Child {
    pub fn start(dir: &Path) -> Self {
        let me = std::env::current_exe().unwrap_or_else(|e| panic!("{e}"));
        let mut process = Command::new(me)
            .arg("serve")
            .arg(dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{e}"));
        let mut lines = BufReader::new(process.stdout.take().unwrap_or_else(|| unreachable!("piped")))
            .lines()
            .map_while(Result::ok);
        let address =
            lines.next().and_then(|l| l.parse().ok()).unwrap_or_else(|| panic!("the server did not start"));
        let accounts = lines
            .take_while(|l| l != "end")
            .filter_map(|l| l.split_once(' ').and_then(|(u, t)| Some((u.parse().ok()?, t.to_owned()))))
            .collect();
        Self { process: Some(process), address, accounts }
    }
    pub fn cpu(&self) -> Cpu {
        Cpu::of(self.process.as_ref().map_or(0, std::process::Child::id))
    }
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(std::process::Child::id)
    }
    pub fn take(&mut self) -> Self {
        Self {
            process: self.process.take(),
            address: self.address,
            accounts: std::mem::take(&mut self.accounts),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.kill());
            drop(process.wait());
        }
    }
}
