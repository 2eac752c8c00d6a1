//! `bancheng`: the one program. Each command is one file with `Args` and `run`.

mod redesign;
mod simulate;

use clap::{Parser, Subcommand};

/// 办成:走流程、解难题、优服务 / it gets done
#[derive(Parser)]
#[command(name = "bancheng", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Redesign(redesign::Args),
    Simulate(simulate::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Redesign(args) => redesign::run(args),
        Command::Simulate(args) => simulate::run(args),
    }
}
