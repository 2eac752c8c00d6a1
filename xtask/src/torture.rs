//! 折磨: what is only done now and then, because it takes long: kills, mutated requests, damaged files. Each is a test of
//! the suite with a larger count; figures go into docs/RELIABILITY.md by hand, with the machine they were measured on.

use anyhow::{Result, bail};

/// Name, what it does, the test, the variable that says how often, and how often when nobody says.
const CAMPAIGNS: &[(&str, &str, &str, &str, &str)] = &[
    ("online", "kill -9 under online load", "killed_under_online_load", "BANCHENG_KILLS", "1000"),
    ("import", "kill -9 over imports, both engines", "is_killed", "BANCHENG_KILLS", "300"),
    (
        "http",
        "mutated requests against the description of the interface",
        "mutated_requests",
        "BANCHENG_REQUESTS",
        "100000",
    ),
    (
        "fuzz",
        "hostile inputs over every reader of files and fields",
        "hostile_inputs",
        "BANCHENG_INPUTS",
        "10000000",
    ),
    ("damage", "random damage of the database file", "damage_of_the_file", "BANCHENG_DAMAGES", "1000"),
];

/// `cargo xtask torture NAME [COUNT]`
pub fn run() -> Result<()> {
    let name = std::env::args().nth(2).unwrap_or_default();
    let Some((_, _, test, variable, often)) = CAMPAIGNS.iter().find(|c| c.0 == name) else {
        println!("cargo xtask torture …");
        for (name, what, _, _, often) in CAMPAIGNS {
            println!("  {name:<9}{what} ({often})");
        }
        if name.is_empty() {
            return Ok(());
        }
        bail!("没有这一项 / no such campaign: {name}");
    };
    let count = std::env::args().nth(3).unwrap_or_else(|| (*often).to_owned());
    println!("{variable}={count}");
    let status = std::process::Command::new("cargo")
        .args(["nextest", "run", "--package", "bancheng", "--no-capture", "-E", &format!("test({test})")])
        .env(variable, count)
        .current_dir(crate::rooms::root())
        .status()?;
    if !status.success() {
        bail!("{name} → {status}");
    }
    Ok(())
}
