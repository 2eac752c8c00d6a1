//! A real PostgreSQL for tests, started from the installed binaries.
//!
//! One server for all test processes of a run: the first one that needs it makes it under the target
//! directory, under a file lock; a small watcher process stops it when it has not been used for a while.
//! `fsync` is off: tests ask whether the right things are written, not whether the disk keeps them.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its TCP port on the loopback address.
    pub port: u16,
    user: String,
    bin: PathBuf,
    ids: Option<(u32, u32)>,
    data: PathBuf,
}

/// Minutes without use after which the watcher stops the server.
const IDLE_MINUTES: u32 = 3;

impl Cluster {
    /// The server of this run; started when it is not running yet.
    pub fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| {
            let cluster = start(&home());
            // As long as this process lives, the server is in use.
            std::thread::spawn(|| {
                loop {
                    std::thread::sleep(std::time::Duration::from_secs(40));
                    touch(&home().join("running"));
                }
            });
            cluster
        })
    }

    /// A server of one's own that flushes the disk like a real one, for benchmarks; stop it at the end.
    pub fn durable(beside: &Path) -> Self {
        let data = beside.with_extension("pg");
        let (bin, ids) = (binaries(), other_user());
        let cluster = Self { port: free_port(), user: "bancheng".into(), bin, ids, data };
        launch(&cluster, "");
        cluster
    }
    /// Stops it and removes its files.
    pub fn stop(self) {
        let stop =
            self.command("pg_ctl").args(["-m", "fast", "-D"]).arg(self.data.join("db")).arg("stop").output();
        drop((stop, fs::remove_dir_all(&self.data)));
    }

    /// Offers TLS with this certificate and key, PEM, from now on.
    pub fn offer_tls(&self, certificate: &str, key: &str) {
        let db = self.data.join("db");
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let file = db.join(name);
            fs::write(&file, text).unwrap_or_else(|e| fail(name, &e));
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap_or_else(|e| fail(name, &e));
            if let Some((uid, gid)) = self.ids {
                std::os::unix::fs::chown(&file, Some(uid), Some(gid)).unwrap_or_else(|e| fail(name, &e));
            }
        }
        let conf = db.join("postgresql.auto.conf");
        fs::write(&conf, "ssl = on\n").unwrap_or_else(|e| fail("ssl", &e));
        let told = self.command("pg_ctl").args(["-D"]).arg(&db).arg("reload").output();
        let told = told.unwrap_or_else(|e| fail("reload", &e));
        assert!(told.status.success(), "reload: {}", String::from_utf8_lossy(&told.stderr));
        std::thread::sleep(std::time::Duration::from_millis(300));
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }
    /// The address of its database through another port (a proxy).
    pub fn url_at(&self, port: u16) -> String {
        format!("postgres://{}@127.0.0.1:{port}/postgres", self.user)
    }
    /// A schema name that no other test uses.
    pub fn fresh_schema(&self) -> String {
        static N: AtomicU32 = AtomicU32::new(0);
        let n = N.fetch_add(1, Ordering::Relaxed);
        let now = store::system_clock().us();
        format!("t{}_{n}_{now}", std::process::id())
    }
    /// Runs SQL behind the program's back.
    pub fn sql(&self, schema: &str, sql: &str) -> String {
        let out = self
            .command("psql")
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", &self.url(), "-c"])
            .arg(format!("SET search_path = {schema}; {sql}"))
            .output()
            .unwrap_or_else(|e| panic!("psql 无法运行 / psql does not run: {e}"));
        assert!(out.status.success(), "psql: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }
    /// Drops a schema; what is left over goes with the server.
    pub(crate) fn drop_schema(&self, schema: &str) {
        let sql = format!("SET client_min_messages = error; DROP SCHEMA IF EXISTS {schema} CASCADE");
        let quiet = self.command("psql").args(["-X", "-q", "-d", &self.url(), "-c", &sql]).output();
        drop(quiet);
    }
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        as_user(&mut command, self.ids);
        command.stdin(Stdio::null()).current_dir("/");
        command
    }
}

/// Where the server lives: beside the test binaries, so that `cargo clean` takes it away too.
fn home() -> PathBuf {
    let exe =
        std::env::current_exe().unwrap_or_else(|e| panic!("no path of this test / 找不到测试程序: {e}"));
    let target = exe.ancestors().find(|p| p.file_name().is_some_and(|n| n == "target"));
    target.map_or_else(std::env::temp_dir, Path::to_path_buf).join("testkit-pg")
}

fn as_user(command: &mut Command, ids: Option<(u32, u32)>) {
    if let Some((uid, gid)) = ids {
        command.gid(gid).uid(uid);
    }
}

/// The directory of initdb, or a panic that says what to install.
fn binaries() -> PathBuf {
    let from_config = Command::new("pg_config").arg("--bindir").output().ok();
    let from_config =
        from_config.map(|o| PathBuf::from(String::from_utf8_lossy(&o.stdout).trim().to_owned()));
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<_> = debian.map(|d| d.path().join("bin")).collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = debian.into_iter().rev().chain(from_config).chain(std::env::split_paths(&path));
    all.into_iter().find(|d| d.join("initdb").is_file() && d.join("postgres").is_file()).unwrap_or_else(|| {
        panic!(
            "找不到 PostgreSQL 的 initdb。测试需要已安装的 PostgreSQL 14 以上(Debian: apt install postgresql)。\n\
             PostgreSQL's initdb was not found. Tests need PostgreSQL 14 or newer (Debian: apt install postgresql)."
        )
    })
}

/// PostgreSQL refuses to run as root: then `postgres` or `nobody` runs it.
fn other_user() -> Option<(u32, u32)> {
    let uid = fs::metadata("/proc/self").map(|m| m.uid()).unwrap_or(1);
    if uid != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = users.lines().find(|l| l.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).or(Some((65534, 65534)))
}

fn start(home: &Path) -> Cluster {
    let bin = binaries();
    let ids = other_user();
    fs::create_dir_all(home).unwrap_or_else(|e| fail("mkdir", &e));
    let lock = File::create(home.join("lock")).unwrap_or_else(|e| fail("lock", &e));
    lock.lock().unwrap_or_else(|e| fail("lock", &e));
    // The data directory belongs to the other user; its path must be short and open to that user.
    let note = home.join("running");
    if let Some(running) = read_note(&note, &bin, ids) {
        touch(&note);
        return running;
    }
    let data = std::env::temp_dir().join(format!("bancheng-pg-{}", std::process::id()));
    let port = free_port();
    let cluster = Cluster { port, user: "bancheng".into(), bin, ids, data: data.clone() };
    launch(&cluster, "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off");
    fs::write(&note, format!("{port} {}", data.display())).unwrap_or_else(|e| fail("note", &e));
    watch(&cluster, &note, &data);
    cluster
}

fn fail(what: &str, e: &dyn std::fmt::Display) -> ! {
    panic!("测试数据库:{what} / test database: {what}: {e}")
}

/// Makes the data directory and starts the server on it.
fn launch(cluster: &Cluster, settings: &str) {
    let data = &cluster.data;
    drop(fs::remove_dir_all(data));
    fs::create_dir_all(data).unwrap_or_else(|e| fail("mkdir", &e));
    if let Some((uid, gid)) = cluster.ids {
        std::os::unix::fs::chown(data, Some(uid), Some(gid)).unwrap_or_else(|e| fail("chown", &e));
    }
    fs::set_permissions(data, fs::Permissions::from_mode(0o700)).unwrap_or_else(|e| fail("chmod", &e));
    let db = data.join("db");
    let init = cluster
        .command("initdb")
        .args(["-U", "bancheng", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
        .arg(&db)
        .output()
        .unwrap_or_else(|e| fail("initdb", &e));
    assert!(init.status.success(), "initdb: {}", String::from_utf8_lossy(&init.stderr));
    let settings = format!(
        "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
         -c shared_buffers=64MB {settings}",
        cluster.port
    );
    let begun = cluster
        .command("pg_ctl")
        .args(["-w", "-t", "60", "-l"])
        .arg(data.join("log"))
        .args(["-o", &settings, "-D"])
        .arg(&db)
        .arg("start")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap_or_else(|e| fail("pg_ctl", &e));
    if !begun.success() {
        let log = fs::read_to_string(data.join("log")).unwrap_or_default();
        fail("start", &log);
    }
}

/// The server that is noted, if it still answers.
fn read_note(note: &Path, bin: &Path, ids: Option<(u32, u32)>) -> Option<Cluster> {
    let text = fs::read_to_string(note).ok()?;
    let (port, data) = text.split_once(' ')?;
    let (port, data) = (port.parse().ok()?, PathBuf::from(data));
    let cluster = Cluster { port, user: "bancheng".into(), bin: bin.to_owned(), ids, data };
    let port = port.to_string();
    let ready = cluster.command("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status().ok()?;
    ready.success().then_some(cluster)
}

fn touch(note: &Path) {
    if let Ok(file) = File::options().append(true).open(note) {
        drop(file.set_modified(std::time::SystemTime::now()));
    }
}

/// A shell that outlives this process and stops the server when nobody noted its use for a while.
fn watch(cluster: &Cluster, note: &Path, data: &Path) {
    let script = format!(
        "while find '{note}' -mmin -{IDLE_MINUTES} 2>/dev/null | grep -q . && [ -d '{data}' ]; do sleep 20; done; \
         '{bin}/pg_ctl' -m immediate -D '{data}/db' stop; rm -rf '{data}'",
        note = note.display(),
        data = data.display(),
        bin = cluster.bin.display(),
    );
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.current_dir("/").process_group(0);
    as_user(&mut shell, cluster.ids);
    drop(shell.spawn());
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|l| l.local_addr())
        .map_or_else(|e| panic!("没有空闲端口 / no free port: {e}"), |a| a.port())
}
