//! `bancheng serve` and `bancheng worker`.

use anyhow::Result;
use app::Worker;

use crate::place::PlaceArgs;

/// 启动服务 / serve pages and interface
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 监听地址 / address to listen on
    #[arg(long, default_value = "127.0.0.1:8080", env = "BANCHENG_LISTEN")]
    listen: std::net::SocketAddr,
    /// 不在本进程做到点办理 / leave what is due to `bancheng worker`
    #[arg(long)]
    no_worker: bool,
}

impl Args {
    /// On this machine only.
    pub fn local(port: u16) -> Self {
        Self { listen: std::net::SocketAddr::from(([127, 0, 0, 1], port)), no_worker: false }
    }
}

/// 到点办理 / do what is due
#[derive(Debug, clap::Args)]
pub struct WorkerArgs {
    /// 做完现在到期的就结束 / stop when nothing is due
    #[arg(long)]
    once: bool,
}

/// How often the worker looks.
const EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// Serves until it is told to stop.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let app = place.open()?;
    println!("http://{}", args.listen);
    if !args.no_worker {
        rounds(&Worker::new(app));
    }
    Ok(())
}

/// Does what is due.
pub fn work(place: &PlaceArgs, args: &WorkerArgs) -> Result<()> {
    let worker = Worker::new(place.open()?);
    if args.once {
        println!("{:?}", worker.tick()?);
        return Ok(());
    }
    rounds(&worker);
    Ok(())
}

fn rounds(worker: &Worker) {
    loop {
        if let Err(e) = worker.tick() {
            eprintln!("到点办理出错,稍后再试 / what was due could not be done, trying again: {e}");
        }
        std::thread::sleep(EVERY);
    }
}
