//! `bancheng redesign MODEL.json [--json]`: the shortest lawful plan of a process, with its proof (O1–O3, O7).
#![expect(clippy::print_stdout, reason = "a command talks to the person who called it")]

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;

/// 由现行流程算出最短的合法流程,并说明理由 / the shortest lawful plan of a process, with its reasons
#[derive(clap::Args, Debug)]
pub struct Args {
    /// 流程模型(docs/redesign-model.md),- 为标准输入 / the model; - reads standard input
    pub model: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    pub json: bool,
    /// 另存甘特图和五减对比图(SVG)到此目录 / also write the charts as SVG into this directory
    #[arg(long, value_name = "DIR")]
    pub charts: Option<PathBuf>,
}

/// Longest model file that is read, bytes.
const MOST: u64 = 16 << 20;

/// Reads a text file, or standard input for `-`.
pub fn text_of(path: &std::path::Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MOST + 1).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path)
            .with_context(|| format!("打不开 {0} / cannot open {0}", path.display()))?;
        file.take(MOST + 1).read_to_string(&mut text)
    };
    read.with_context(|| format!("{0} 不是 UTF-8 文本 / {0} is not UTF-8 text", path.display()))?;
    Ok(text)
}

/// Runs the command.
#[expect(clippy::needless_pass_by_value, reason = "every command is called with its arguments")]
pub fn run(args: Args) -> anyhow::Result<()> {
    let model = optimise::Model::from_json(&text_of(&args.model)?)?;
    let redesign = optimise::redesign(&model)?;
    for w in &redesign.warnings {
        eprintln!("{w}");
    }
    if let Some(dir) = &args.charts {
        std::fs::create_dir_all(dir)?;
        for (name, svg) in
            [("gantt.svg", redesign.gantt_svg()), ("reductions.svg", redesign.reductions_svg())]
        {
            let file = dir.join(name);
            std::fs::write(&file, svg)
                .with_context(|| format!("写不了 {0} / cannot write {0}", file.display()))?;
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&redesign)?);
    } else {
        println!("{}", redesign.text(&model));
    }
    Ok(())
}
