//! `bancheng import cases FILE`: a spreadsheet becomes cases, row by row, with an answer for each row (R10).

use std::fs::File;
use std::io::{BufReader, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use city::{Contact, Later};
use kernel::{Actor, Role, Said};
use paper::sheet::intake::{IntakeRow, Mapping, read};
use paper::sheet::{Book, Limits};
use resolve::{Kind, Word as _};
use resolve_acts::{Import, ImportPlan, ImportRow, Outcome};
use serde::Serialize;

use crate::place::PlaceArgs;

/// 批量导入 / take in a file
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 件 / cases
    Cases(CasesArgs),
}

#[derive(Debug, clap::Args)]
struct CasesArgs {
    /// XLSX 或 CSV(UTF-8、GBK) / XLSX or CSV (UTF-8, GBK)
    file: PathBuf,
    /// 指定列的含义,如 --map 来信正文=body / what a column means
    #[arg(long = "map", value_name = "列=field")]
    maps: Vec<String>,
    /// 行动名称 / name of the campaign
    #[arg(long)]
    campaign: Option<String>,
    /// 类别 / kind: opinion, matter, consultation …
    #[arg(long, default_value = "opinion")]
    kind: String,
    /// 只检查,不写入 / check only, write nothing
    #[arg(long)]
    dry_run: bool,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
    /// 每次写入的行数 / rows of one transaction
    #[arg(long, default_value_t = CHUNK, hide = true)]
    chunk: usize,
    /// 把每一行的结果写入此文件(JSON Lines) / what became of each row, as JSON lines
    #[arg(long)]
    rows_to: Option<PathBuf>,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    rows: u64,
    accepted: u64,
    duplicates: u64,
    rejected: u64,
    resumed: u64,
    seconds: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// the first rows that were rejected, with the reason
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejected_rows: Vec<RowAnswer>,
    /// the first rows that say what another said
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duplicate_rows: Vec<RowAnswer>,
}

#[derive(Clone, Debug, Serialize)]
struct RowAnswer {
    row: u64,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of_row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Said>,
}

/// Rows taken in by one transaction.
const CHUNK: usize = 2_000;
/// Chunks that are on their way while the next one is read.
const AHEAD: usize = 3;
/// Rows named one by one in the summary.
const NAMED: usize = 50;

/// Takes a file in.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let What::Cases(args) = &args.what;
    let began = Instant::now();
    let kind = Kind::read(&args.kind).ok_or_else(|| anyhow::anyhow!("{}", Kind::unknown(&args.kind)))?;
    let mapping = Mapping::parse(&args.maps)?;
    let digest = digest_of(&args.file)?;
    let file = File::open(&args.file)?;
    let mut book = Book::open(BufReader::new(file), Limits::default())?;
    let name = args.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());

    let mut summary = Summary { dry_run: args.dry_run, ..Summary::default() };
    let mut lines = match &args.rows_to {
        Some(path) => Some(std::io::BufWriter::new(File::create(path)?)),
        None => None,
    };
    if args.dry_run {
        for row in read(&mut book, &mapping)? {
            summary.rows += 1;
            match row? {
                Ok(_) => summary.accepted += 1,
                Err(e) => note(&mut summary, &mut lines, e.row, &Outcome::Rejected(e.said))?,
            }
        }
    } else {
        let app = place.open_with(store::Options::bulk())?;
        app.people.ensure_ready()?;
        let office = app.city.office_now().wait()?;
        let actor = Actor {
            staff: None,
            role: Role::Coordinator,
            unit: None,
            region: Some(office.settings.city.clone()),
        };
        let plan = ImportPlan { name, digest, campaign: args.campaign.clone(), kind };
        let import = app.cases.begin_import(&actor, plan)?;
        take_in(&import, &mut book, &mapping, args.chunk.clamp(1, 20_000), &mut summary, &mut lines)?;
        store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
        app.city.store().clone().close();
    }
    if let Some(mut lines) = lines {
        lines.flush()?;
    }
    summary.seconds = began.elapsed().as_secs_f64();
    answer(&summary, args.json)
}

fn take_in(
    import: &Import,
    book: &mut Book<BufReader<File>>,
    mapping: &Mapping,
    chunk: usize,
    summary: &mut Summary,
    lines: &mut Option<std::io::BufWriter<File>>,
) -> Result<()> {
    let bar = progress();
    let mut ahead: std::collections::VecDeque<Later<resolve_acts::Chunk>> = std::collections::VecDeque::new();
    let (mut rows, mut refused) = (Vec::with_capacity(chunk), Vec::new());
    let mut reader = read(book, mapping)?;
    loop {
        let next = reader.next();
        let end = next.is_none();
        match next.transpose()? {
            Some(row) => {
                summary.rows += 1;
                let number = row.as_ref().map_or_else(|e| e.row, |r| r.row);
                if !import.complete && number <= import.done {
                    summary.resumed += 1;
                    continue;
                }
                match row {
                    Ok(row) => rows.push(import_row(row)),
                    Err(e) => refused.push((e.row, e.said)),
                }
            }
            None => bar.set_message("写入 / writing"),
        }
        if rows.len() + refused.len() >= chunk || (end && rows.len() + refused.len() > 0) {
            while ahead.len() >= AHEAD {
                done(ahead.pop_front(), summary, lines)?;
            }
            let rows = std::mem::replace(&mut rows, Vec::with_capacity(chunk));
            ahead.push_back(import.chunk(rows, std::mem::take(&mut refused))?);
            bar.set_position(summary.rows);
        }
        if end {
            break;
        }
    }
    while let Some(chunk) = ahead.pop_front() {
        done(Some(chunk), summary, lines)?;
    }
    import.finish(summary.rows).wait()?;
    bar.finish_and_clear();
    Ok(())
}

fn done(
    chunk: Option<Later<resolve_acts::Chunk>>,
    summary: &mut Summary,
    lines: &mut Option<std::io::BufWriter<File>>,
) -> Result<()> {
    if let Some(chunk) = chunk {
        for (row, outcome) in chunk.wait()?.rows {
            note(summary, lines, row, &outcome)?;
        }
    }
    Ok(())
}

fn note(
    summary: &mut Summary,
    lines: &mut Option<std::io::BufWriter<File>>,
    row: u64,
    outcome: &Outcome,
) -> Result<()> {
    let mut answer = RowAnswer { row, outcome: "accepted", number: None, of_row: None, why: None };
    match outcome {
        Outcome::Accepted(number) => {
            summary.accepted += 1;
            answer.number = Some(number.clone());
        }
        Outcome::DuplicateOfRow(of) => {
            answer.outcome = "duplicate";
            answer.of_row = Some(*of);
        }
        Outcome::DuplicateOfCase(number) => {
            answer.outcome = "duplicate";
            answer.number = Some(number.clone());
        }
        Outcome::Rejected(said) => {
            summary.rejected += 1;
            answer.outcome = "rejected";
            answer.why = Some(said.clone());
            if summary.rejected_rows.len() < NAMED {
                summary.rejected_rows.push(answer.clone());
            }
        }
    }
    if answer.outcome == "duplicate" {
        summary.duplicates += 1;
        if summary.duplicate_rows.len() < NAMED {
            summary.duplicate_rows.push(answer.clone());
        }
    }
    if let Some(lines) = lines {
        serde_json::to_writer(&mut *lines, &answer)?;
        lines.write_all(b"\n")?;
    }
    Ok(())
}

fn import_row(r: IntakeRow) -> ImportRow {
    ImportRow {
        row: r.row,
        source_id: r.source_id.unwrap_or_default(),
        contact: Contact {
            name: r.author.unwrap_or_default(),
            phone: r.phone.unwrap_or_default(),
            ..Contact::default()
        },
        title: r.title,
        at: r.at,
        body: r.body,
        reply: r.reply.unwrap_or_default(),
        reply_at: r.reply_at,
        support: r.support.unwrap_or(0).into(),
        against: r.against.unwrap_or(0).into(),
        unit: r.unit.unwrap_or_default(),
        place: r.address.unwrap_or_default(),
        kind: r.kind.as_deref().and_then(Kind::read),
    }
}

fn digest_of(path: &Path) -> Result<[u8; 32]> {
    use sha2::Digest as _;
    let said = || format!("打不开文件 / cannot open the file {}", path.display());
    let mut file = File::open(path).with_context(said)?;
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = file.read(&mut buffer).with_context(said)?;
        if n == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(&buffer[..n]);
    }
}

fn progress() -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new_spinner();
    let style =
        indicatif::ProgressStyle::with_template("{spinner} {pos} 行 / rows  {per_sec}  {elapsed} {msg}");
    bar.with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()))
}

fn answer(s: &Summary, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(s)?);
        return Ok(());
    }
    println!(
        "共 {} 行：新增 {}，重复 {}，未收 {}，先前已收 {}；用时 {:.1} 秒",
        s.rows, s.accepted, s.duplicates, s.rejected, s.resumed, s.seconds
    );
    for r in &s.rejected_rows {
        if let Some(why) = &r.why {
            println!("  第 {} 行未收：{why}", r.row);
        }
    }
    for r in &s.duplicate_rows {
        match (&r.of_row, &r.number) {
            (Some(of), _) => println!("  第 {} 行与第 {of} 行相同", r.row),
            (_, Some(number)) => println!("  第 {} 行与 {number} 相同", r.row),
            _ => {}
        }
    }
    Ok(())
}
