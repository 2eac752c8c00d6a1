//! Every habit is one command: `cargo xtask test`, and soon demo, bench, quality, screens, tidy.
#![expect(clippy::print_stdout, reason = "a command talks to the person who called it")]

use anyhow::{Result, bail};

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("test") => run("cargo", &["nextest", "run", "--workspace"]),
        _ => {
            println!("cargo xtask test");
            Ok(())
        }
    }
}

fn run(program: &str, args: &[&str]) -> Result<()> {
    let status = std::process::Command::new(program).args(args).status()?;
    if !status.success() {
        bail!("{program} {} ended with {status}", args.join(" "));
    }
    Ok(())
}
