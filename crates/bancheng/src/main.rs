//! 办成: the program. Each subcommand is one file.

mod text;

use clap::Parser;

/// 办成 / it gets done
#[derive(Parser)]
enum Command {
    /// 文本 / what people write
    Text(text::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Text(args) => text::run(args),
    }
}
