//! Every habit is one command. `cargo xtask` alone lists them.
#![expect(clippy::print_stdout, reason = "a command talks to the person who called it")]

mod bench;
mod circles;
mod citations;
mod dist;
mod edges;
mod rooms;
mod store_use;
mod tidy;
mod torture;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

const COMMANDS: &[(&str, &str, fn() -> Result<()>)] = &[
    ("demo", "样板城市:建立并启动 / make the model city and serve it", demo),
    ("test", "全部检查与测试 / every check and test (what CI runs)", test),
    ("lint", "格式、clippy、依赖关系、许可 / format, clippy, allowed edges, licences", lint),
    ("bench", "测速,写入 docs/BENCHMARKS.md / benchmarks", bench::run),
    ("quality", "文本质量,写入 docs/QUALITY.md / figures of the text work", bench::quality),
    ("screens", "截图,写入 docs/screens / screenshots of the main pages", screens),
    (
        "gallery",
        "画廊:每种页面两种大小的照片与检查 / every kind of page at both sizes, target/gallery",
        gallery,
    ),
    ("docs", "重新生成文档 / generate the documents that are generated", docs),
    ("torture", "折磨:反复终止、变异请求、损坏文件 / kills, mutated requests, damaged files", torture::run),
    (
        "dist",
        "发行包:.deb、压缩包、物料清单、许可 / package, tarball, SBOM, licences in target/dist",
        dist::run,
    ),
    ("tidy", "只查文件与依赖关系 / only files and allowed edges", tidy::run),
];

fn main() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some((_, _, f)) = COMMANDS.iter().find(|c| c.0 == name) else {
        println!("cargo xtask …");
        for (name, what, _) in COMMANDS {
            println!("  {name:<9}{what}");
        }
        if name.is_empty() {
            return Ok(());
        }
        bail!("没有这个命令 / no such command: {name}");
    };
    f()
}

/// Runs a program here; its failure is ours.
pub fn sh(program: &str, args: &[&str]) -> Result<()> {
    sh_with(program, args, &[])
}

/// The same with more in its surroundings.
fn sh_with(program: &str, args: &[&str], env: &[(&str, &str)]) -> Result<()> {
    println!("$ {program} {}", args.join(" "));
    let mut command = std::process::Command::new(program);
    command.args(args).envs(env.iter().copied()).current_dir(rooms::root());
    let status = command.status().with_context(|| {
        format!("{program}: ./x test 会安装缺少的软件 / ./x test installs what is missing")
    })?;
    if !status.success() {
        bail!("{program} {} → {status}", args.join(" "));
    }
    Ok(())
}

fn demo() -> Result<()> {
    let more: Vec<String> = std::env::args().skip(2).collect();
    let mut args = vec!["run", "--package", "bancheng", "--", "demo", "--data-dir", "demo-data"];
    args.extend(more.iter().map(String::as_str));
    sh("cargo", &args)
}

fn lint() -> Result<()> {
    style()?;
    sh("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// What is looked at without compiling.
fn style() -> Result<()> {
    tidy::run()?;
    sh("cargo", &["fmt", "--all", "--check"])?;
    if has("cargo-deny", &["--version"]) {
        sh("cargo", &["deny", "check"])?;
    } else {
        println!(
            "跳过 cargo-deny(未安装) / cargo-deny is not installed, licences and advisories were NOT checked"
        );
    }
    Ok(())
}

/// What makes clippy look at everything of ours while it is built, as `cargo clippy` does while it checks: to check all of
/// it first and to build it afterwards takes half as long again.
const LINTED: &[(&str, &str)] = &[
    ("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"),
    ("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"),
];

fn test() -> Result<()> {
    let began = std::time::Instant::now();
    let stage = |name: &str| println!("── {name} (+{} s)", began.elapsed().as_secs());
    let linted = if has("clippy-driver", &["--version"]) {
        style()?;
        LINTED
    } else {
        lint()?;
        &[]
    };
    // The whole workspace in one way: `--package` beside it would unify other features and build the world again.
    sh_with("cargo", &["build", "--workspace", "--all-targets"], linted)?;
    stage("built");
    let real_data = shared_data();
    let mut args = vec!["nextest", "run", "--workspace"];
    if !real_data {
        args.extend(["-E", "not binary(acceptance)"]);
    }
    sh_with("cargo", &args, linted)?;
    // What must not compile (a decision without its subject) is proved by examples, which only this way are run.
    sh_with("cargo", &["test", "--doc", "--package", "access"], linted)?;
    stage("tested");
    if std::path::Path::new(&rooms::root()).join("e2e/package.json").exists() {
        e2e("test")?;
        stage("browser");
    }
    if !real_data {
        println!(
            "\n{0}\n验收未运行:没有真实数据目录 / ACCEPTANCE RUNS WERE LEFT OUT: no folder with the real data\n(BANCHENG_SHARED or ../shared)\n{0}",
            "!".repeat(72)
        );
    }
    Ok(())
}

/// Does this program run?
fn has(program: &str, args: &[&str]) -> bool {
    let quiet = std::process::Stdio::null;
    let mut command = std::process::Command::new(program);
    command.args(args).stdout(quiet()).stderr(quiet()).status().is_ok_and(|s| s.success())
}

/// Is the folder with the real data there?
fn shared_data() -> bool {
    let folder = std::env::var_os("BANCHENG_SHARED")
        .map_or_else(|| PathBuf::from(rooms::root()).join("../shared"), PathBuf::from);
    folder.join("data/README.md").exists()
}

fn screens() -> Result<()> {
    sh("cargo", &["build", "--workspace", "--bins"])?;
    e2e("screens")
}

fn gallery() -> Result<()> {
    sh("cargo", &["build", "--workspace", "--bins"])?;
    e2e("gallery")
}

fn e2e(script: &str) -> Result<()> {
    sh("npm", &["--prefix", "e2e", "ci", "--no-audit", "--no-fund"])?;
    sh("npm", &["--prefix", "e2e", "run", script])
}

fn docs() -> Result<()> {
    println!("UPDATE_DOCS=1");
    let status = std::process::Command::new("cargo")
        .args([
            "nextest",
            "run",
            "--workspace",
            "-E",
            "test(documentation) | test(printed) | test(openapi) | test(matrix)",
        ])
        .env("UPDATE_DOCS", "1")
        .current_dir(rooms::root())
        .status()?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}
