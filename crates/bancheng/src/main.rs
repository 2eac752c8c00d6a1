//! 办成: the program. One file for each subcommand.

mod calendar;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "bancheng", version, about = "办成 · 走流程、解难题、优服务")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 工作日历 / the statutory calendar
    Calendar(calendar::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Calendar(args) => {
            calendar::run(&args, &workday::WorkCalendar::official(), &mut std::io::stdout().lock(), |_| {
                anyhow::bail!("此处没有数据库可写入 / there is no data directory to import into")
            })
        }
    }
}
