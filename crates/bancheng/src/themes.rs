//! `bancheng themes check FILE`, `bancheng themes import FILE`: 一件事 as files. A theme that contradicts itself, or whose
//! steps go in a circle, is refused with the reason. Format: docs/service.md.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use kernel::{Actor, Said};
use serde::Serialize;
use service::{ThemeCheck, ThemeFile, check_theme};

use crate::place::PlaceArgs;

/// 一件事 / themes
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Debug)]
enum Act {
    /// 体检:矛盾、循环、各种情形能否走通 / contradictions, circles, every way through the questions
    Check {
        /// 一件事文件(JSON),可多个 / theme files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// 输出 JSON,每行一件 / print JSON, a theme a line
        #[arg(long)]
        json: bool,
    },
    /// 上线:事项入库并提供办理 / take its items in and offer it
    Import {
        /// 一件事文件(JSON),可多个 / theme files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Serialize)]
struct Checked<'a> {
    file: String,
    code: &'a str,
    name: &'a str,
    ok: bool,
    #[serde(flatten)]
    check: ThemeCheck,
}

fn read(file: &Path) -> Result<Result<ThemeFile, Said>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("打不开 / cannot be opened: {}", file.display()))?;
    Ok(ThemeFile::parse(text.trim_start_matches('\u{feff}')))
}

/// Runs the command; 1 when a theme is refused.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<ExitCode> {
    match &args.act {
        Act::Check { files, json } => check(files, *json),
        Act::Import { files } => import(place, files),
    }
}

fn check(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let mut all_good = true;
    for file in files {
        let (theme, check) = match read(file)? {
            Ok(f) => {
                let check = check_theme(&f.theme, &f.items);
                (Some(f.theme), check)
            }
            Err(said) => (None, ThemeCheck { faults: vec![said], ..ThemeCheck::default() }),
        };
        let ok = check.faults.is_empty();
        all_good &= ok;
        let (code, name) = theme.as_ref().map_or(("", ""), |t| (t.code.as_str(), t.name.as_str()));
        if json {
            let line = Checked { file: file.display().to_string(), code, name, ok, check };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
            continue;
        }
        let title = if name.is_empty() { file.display().to_string() } else { name.to_owned() };
        if ok {
            writeln!(
                out,
                "{title}：通过。{} 种情形（其中 {} 种给出建议后不办），最多 {} 问；材料 {} → {}；{} → {} 个工作日 / passed",
                check.ways,
                check.refused,
                check.questions_max,
                check.materials_apart,
                check.materials,
                check.days_apart,
                check.days
            )?;
        } else {
            writeln!(out, "{title}：拒绝 / refused")?;
            for f in &check.faults {
                writeln!(out, "  {f}")?;
            }
        }
    }
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn import(place: &PlaceArgs, files: &[PathBuf]) -> Result<ExitCode> {
    let app = place.open()?;
    let service = app.services.clone();
    let mut all_good = true;
    for file in files {
        let done = match read(file)? {
            Ok(f) => {
                let name = f.theme.name.clone();
                for outcome in app.catalogue.take_in_items(&Actor::system(), f.items)?.wait()? {
                    if let catalogue_acts::ItemOutcome::Refused(said) = outcome {
                        println!("  {said}");
                    }
                }
                service
                    .put_theme(Actor::system(), f.theme)
                    .wait()
                    .map(|v| format!("{name}：第 {v} 版已上线 / version {v} is offered"))
                    .map_err(|e| e.to_string())
            }
            Err(said) => Err(said.to_string()),
        };
        all_good &= done.is_ok();
        println!("{}", done.unwrap_or_else(|e| format!("{}：{e}", file.display())));
    }
    app.city.store().clone().close();
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
