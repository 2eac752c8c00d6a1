//! `bancheng serve` and `bancheng worker`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use assembly::{CARES, House, Worker};
use store::{asides, jobs};

use crate::listen::{self, Bounds, Patience};
use crate::place::PlaceArgs;
use crate::watch::{self, WatchArgs};

/// 启动服务 / serve pages and interface
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 监听地址 / address to listen on
    #[arg(long, default_value = "127.0.0.1:8080", env = "BANCHENG_LISTEN")]
    listen: SocketAddr,
    /// 对外网址(https 时启用安全 Cookie)/ the address under which people reach it
    #[arg(long, env = "BANCHENG_PUBLIC_URL")]
    public_url: Option<String>,
    /// 在自己的反向代理之后 / behind one's own proxy that sets X-Forwarded-For; the same as `--proxy-hops 1`
    #[arg(long, env = "BANCHENG_BEHIND_PROXY")]
    behind_proxy: bool,
    /// 前面有几层自己的反向代理，每层在 X-Forwarded-For 末尾加一个地址 / own proxies in front, each adds one address
    #[arg(long, env = "BANCHENG_PROXY_HOPS", default_value_t = 0)]
    proxy_hops: u8,
    #[command(flatten)]
    bounds: Bounds,
    #[command(flatten)]
    watch: WatchArgs,
    /// 附件扫描程序:参数为文件路径,返回 0 为通过 / a program that scans each file brought: its path is the argument, 0 passes
    #[arg(long, env = "BANCHENG_SCAN")]
    scan: Option<std::path::PathBuf>,
    /// 不在本进程做到点办理 / leave what is due to `bancheng worker`
    #[arg(long)]
    no_worker: bool,
}

impl Args {
    /// On this machine only.
    pub fn local(port: u16) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            listen,
            public_url: None,
            behind_proxy: false,
            proxy_hops: 0,
            bounds: Bounds::default(),
            watch: WatchArgs::default(),
            scan: None,
            no_worker: false,
        }
    }
    fn hops(&self) -> u8 {
        self.proxy_hops.max(u8::from(self.behind_proxy))
    }
    fn address(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }
}

/// 到点办理 / do what is due
#[derive(Debug, clap::Args)]
pub struct WorkerArgs {
    /// 做完现在到期的就结束 / stop when nothing is due
    #[arg(long)]
    once: bool,
    /// 搁置的件和作业先重试一遍 / first try again what was put aside
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    watch: WatchArgs,
}

/// How long `--once` sends what is due.
const SENDING: std::time::Duration = std::time::Duration::from_secs(60);
/// How often the worker looks.
const EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// How often nodes tell each other what was asked of them.
const SHARED: std::time::Duration = std::time::Duration::from_secs(2);

/// Serves until it is told to stop; then finishes what was begun.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    args.watch.begin();
    let app = place.open()?.scan_with(args.scan.as_deref()).limit(args.bounds.limits());
    let address = args.address();
    let setup_token = if app.people.is_empty()? { Some(web::setup_token(&app)) } else { None };
    let pages = web::Options {
        secure: address.starts_with("https://"),
        proxy_hops: args.hops(),
        setup_token: setup_token.clone(),
        public_url: address.clone(),
    };
    let interface = api::Options { proxy_hops: args.hops(), ..api::Options::default() };
    let router = web::router(&app, pages)
        .nest("/api/v1", api::router(app.clone(), interface))
        .merge(web::between(&app));
    let router = router.layer(axum::middleware::from_fn(watch::around));
    let stop = Arc::new(AtomicBool::new(false));
    let worker = (!args.no_worker).then(|| rounds_beside(&app, &stop));
    let limits = limits_beside(&app, &stop)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("不能监听 {0}，可能已被占用 / cannot listen on {0}", args.listen))?;
        args.watch.listen(&app).await?;
        println!("办成 {address}");
        if let Some(token) = &setup_token {
            println!("首次启动，请打开一次性设置网址 / first start, open this address once:\n{address}/setup/{token}");
        }
        listen::serve(listener, router, &args.bounds, args.hops() == 0, Patience::default(), told_to_stop())
            .await;
        anyhow::Ok(())
    })?;
    stop.store(true, Ordering::SeqCst);
    for thread in worker.into_iter().chain([limits]) {
        thread.thread().unpark();
        drop(thread.join());
    }
    ended(&app);
    Ok(())
}

async fn told_to_stop() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

fn rounds_beside(app: &House, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let (worker, stop) = (Worker::new(app.clone()), Arc::clone(stop));
    std::thread::spawn(move || {
        // A care that panics is contained in its care; should the rounds themselves end, they begin again.
        while !stop.load(Ordering::SeqCst) {
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rounds(&worker, &stop)));
            if ended.is_err() {
                tracing::error!(target: "care", "到点办理意外中断，正在重新开始 / the worker broke off and begins again");
                std::thread::park_timeout(EVERY);
            }
        }
    })
}

/// Limits of strangers are those of the city: what was asked of one node is told to the others.
fn limits_beside(app: &House, stop: &Arc<AtomicBool>) -> Result<std::thread::JoinHandle<()>> {
    let (city, stop) = (app.city.clone(), Arc::clone(stop));
    let share = move || {
        while !stop.load(Ordering::SeqCst) {
            // While the database is away each node limits for itself.
            drop(city.share_limits());
            std::thread::park_timeout(SHARED);
        }
    };
    Ok(std::thread::Builder::new().name("limits".to_owned()).spawn(share)?)
}

/// Does what is due.
pub fn work(place: &PlaceArgs, args: &WorkerArgs) -> Result<()> {
    args.watch.begin();
    let app = place.open()?;
    if args.again {
        println!("重试搁置 {0} 项 / {0} put aside are tried again", app.city.try_again()?);
    }
    let worker = Worker::new(app.clone());
    if args.once {
        return once(&app, &worker);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let (told, rounds_of) = (Arc::clone(&stop), std::thread::current());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("stop".to_owned()).spawn(move || {
        runtime.block_on(told_to_stop());
        told.store(true, Ordering::SeqCst);
        rounds_of.unpark();
    })?;
    rounds(&worker, &stop);
    ended(&app);
    Ok(())
}

/// What is being sent is noted before the store closes, or it would be sent again.
fn ended(app: &House) {
    if !app.outbox.stop() {
        tracing::warn!(target: "care", "有告知没有发完，下次启动再发 / messages were still on their way and are sent again");
    }
    app.city.store().clone().close();
}

/// One round; says what each care did, what failed and what is put aside. Fails when a care failed.
fn once(app: &House, worker: &Worker) -> Result<()> {
    let tick = worker.round();
    // The round only began to send. What stays is sent next time.
    let settled = app.outbox.settle(SENDING)?;
    let stopped = app.outbox.stop();
    let sent = app.outbox.ended();
    for care in CARES {
        let later = if care.name == "outbox" { sent } else { 0 };
        println!("{}({}): {}", care.zh, care.name, tick.of(care.name) + later);
    }
    if !settled || !stopped {
        println!("有告知没有发完，下次再发 / messages are left for the next time");
    }
    let listed =
        |rd: &mut store::Rd<'_>| Ok::<_, store::StoreError>((asides::list(rd, 500)?, jobs::dead(rd, 500)?));
    let (aside, dead) = app.city.store().read(listed)?;
    for a in &aside {
        println!("{}", aside_line(a));
    }
    for d in &dead {
        println!("作业 {} {} 已搁置 / dead job: {}", d.id, d.kind, d.error);
    }
    for t in &tick.troubles {
        eprintln!("{t}");
    }
    let failed = tick.troubles.len();
    if failed > 0 {
        anyhow::bail!("{failed} 项照看没有做成，其余已做 / {failed} cares failed, the others were done");
    }
    Ok(())
}

fn aside_line(a: &asides::Aside) -> String {
    let about = if a.subject == asides::WHOLE { String::new() } else { format!(" {}", a.subject) };
    let again = a.again.map_or_else(
        || "不再自动重试，查明原因后 bancheng worker --again / waits for: bancheng worker --again".to_owned(),
        |at| format!("下次重试 {at} / again then"),
    );
    format!("搁置 {}{about}（{} 次，{}）: {}", a.care, a.tries, again, a.reason)
}

fn rounds(worker: &Worker, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        watch::round(&worker.round());
        std::thread::park_timeout(EVERY);
    }
}
