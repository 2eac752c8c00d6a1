//! `bancheng items import FILE`, `bancheng items export FILE`: the catalogue as JSON lines or as a spreadsheet.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use assembly::House;
use catalogue::ServiceItem;
use catalogue_acts::ItemOutcome;
use city::Later;
use kernel::{Actor, Said};
use paper::sheet::{Limits, read_sheets, write_book};
use serde::Serialize;
use shelf::ItemAsk;
use tabular::Told;
use tabular::kind::{FileKind, HEAD};
use tabular::told::AsideTable;

use crate::place::PlaceArgs;

/// 事项 / items
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 导入(XLSX 或 JSON Lines)/ take in a file
    Import {
        /// 文件:表格(XLSX、ODS、XLS、CSV …)或 JSON Lines / a table or JSON lines, told apart by its content
        file: PathBuf,
        /// 未收的行写到哪里,改好后可再导入 / where rows that were not taken are written, to be mended and imported again
        #[arg(long, value_name = "FILE", visible_alias = "set-aside")]
        set_aside_to: Option<PathBuf>,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 导出现行版本 / write what holds today
    Export {
        /// .xlsx 或 .jsonl / the file
        file: PathBuf,
    },
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    items: usize,
    added: usize,
    new_versions: usize,
    unchanged: usize,
    refused: usize,
    seconds: f64,
    /// how the sheet of the items was read and what was left
    #[serde(flatten)]
    told: Told,
    /// the same of the sheets of their parts
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Told>,
    /// where the rows that were not taken stand
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_file: Option<PathBuf>,
    /// the first items that were refused, with the reason
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused_items: Vec<(String, Said)>,
}

/// Items of one transaction.
const CHUNK: usize = 1_000;
/// Chunks on their way while the next one is made ready.
const AHEAD: usize = 2;
/// Refused items named one by one.
const NAMED: usize = 50;

/// Items on their way into the store, chunk by chunk.
struct Intake<'a> {
    app: &'a House,
    actor: Actor,
    waiting: Vec<ServiceItem>,
    ahead: VecDeque<(Vec<String>, Later<Vec<ItemOutcome>>)>,
    summary: Summary,
    /// items refused by the catalogue: place among those sent, why
    refused: Vec<(usize, Said)>,
}

impl Intake<'_> {
    fn take(&mut self, item: ServiceItem) -> Result<()> {
        self.waiting.push(item);
        if self.waiting.len() >= CHUNK { self.send() } else { Ok(()) }
    }
    fn send(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        while self.ahead.len() >= AHEAD {
            self.done()?;
        }
        let chunk = std::mem::take(&mut self.waiting);
        let codes = chunk.iter().map(|i| i.code.clone()).collect();
        let later = self.app.catalogue.take_in_items(&self.actor, chunk)?;
        self.ahead.push_back((codes, later));
        Ok(())
    }
    fn done(&mut self) -> Result<()> {
        let Some((codes, later)) = self.ahead.pop_front() else { return Ok(()) };
        for (code, outcome) in codes.into_iter().zip(later.wait()?) {
            self.summary.items += 1;
            match outcome {
                ItemOutcome::Added => self.summary.added += 1,
                ItemOutcome::NewVersion => self.summary.new_versions += 1,
                ItemOutcome::Unchanged => self.summary.unchanged += 1,
                ItemOutcome::Refused(said) => {
                    self.refused.push((self.summary.items - 1, said.clone()));
                    self.refuse(code, said);
                }
            }
        }
        Ok(())
    }
    fn refuse(&mut self, code: String, said: Said) {
        self.summary.refused += 1;
        if self.summary.refused_items.len() < NAMED {
            self.summary.refused_items.push((code, said));
        }
    }
    fn end(&mut self) -> Result<()> {
        self.send()?;
        while !self.ahead.is_empty() {
            self.done()?;
        }
        Ok(())
    }
}

fn is_sheet(file: &Path) -> bool {
    file.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"))
}

/// Runs the command.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    match &args.what {
        What::Import { file, set_aside_to, json } => import(place, file, set_aside_to.as_ref(), *json),
        What::Export { file } => export(place, file),
    }
}

fn import(place: &PlaceArgs, path: &Path, aside_to: Option<&PathBuf>, json: bool) -> Result<()> {
    let began = Instant::now();
    let app = place.open()?;
    app.people.ensure_ready()?;
    let file = File::open(path).with_context(|| format!("打不开文件 / cannot open {}", path.display()))?;
    let mut intake = Intake {
        app: &app,
        actor: Actor::system(),
        waiting: Vec::new(),
        ahead: VecDeque::new(),
        summary: Summary::default(),
        refused: Vec::new(),
    };
    let mut file = file;
    let mut head = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut head)?;
    file.rewind()?;
    let mut sheets: Option<catalogue::rows::Imported> = None;
    if FileKind::of(&head) != FileKind::Json {
        let (format, read) =
            read_sheets(file, &Limits::default()).with_context(|| path.display().to_string())?;
        let mut done = catalogue::rows::import_told(&read, &tabular::records::NOTHING_ASKED);
        for p in &done.problems {
            intake.refuse(format!("{} {} {}", p.sheet, p.row, p.column), p.said.clone());
        }
        if let Some(told) = done.told.first_mut() {
            format.clone_into(&mut told.format);
        }
        for item in std::mem::take(&mut done.items) {
            intake.take(item)?;
        }
        sheets = Some(done);
    } else {
        let mut failed = None;
        let sum = catalogue::json::import_lines(BufReader::with_capacity(1 << 20, file), |item| {
            if failed.is_none() {
                failed = intake.take(item).err();
            }
        })?;
        if let Some(e) = failed {
            return Err(e);
        }
        for p in sum.problems {
            intake.refuse(format!("{} {}", p.line, p.path), p.said);
        }
    }
    intake.end()?;
    let mut summary = intake.summary;
    let mut aside: Vec<AsideTable> = Vec::new();
    if let Some(mut done) = sheets {
        intake.refused.iter().for_each(|(item, said)| done.refuse(*item, said));
        let mut told = done.told.into_iter();
        summary.told = told.next().unwrap_or_default();
        summary.parts = told.collect();
        aside = done.aside;
    }
    store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
    app.city.store().clone().close();
    summary.set_aside_file = crate::aside::write(&aside, aside_to, &place.data_dir, path)?;
    summary.seconds = began.elapsed().as_secs_f64();
    if json {
        println!("{}", serde_json::to_string(&summary)?);
        return Ok(());
    }
    println!(
        "新增 {} 项，新版本 {}，未变 {}，未收 {}；用时 {:.1} 秒",
        summary.added, summary.new_versions, summary.unchanged, summary.refused, summary.seconds
    );
    for (code, why) in &summary.refused_items {
        println!("  {code} 未收：{why}");
    }
    for part in &summary.parts {
        crate::aside::say(part, None);
    }
    crate::aside::say(&summary.told, summary.set_aside_file.as_ref());
    Ok(())
}

fn export(place: &PlaceArgs, path: &Path) -> Result<()> {
    let app = place.open()?;
    let shelf = app.items.shelf().wait()?;
    let mut file = std::io::BufWriter::new(File::create(path)?);
    let mut ask = ItemAsk { limit: 1_000, ..ItemAsk::default() };
    let (mut written, mut all) = (0, Vec::new());
    loop {
        let page = shelf.search(&ask);
        let items = app.items.items_today(page.items).wait()?;
        written += items.len();
        if is_sheet(path) {
            all.extend(items);
        } else {
            for item in &items {
                writeln!(file, "{}", catalogue::json::export_line(item)?)?;
            }
        }
        match page.next {
            Some(next) => ask.skip = next,
            None => break,
        }
    }
    if is_sheet(path) {
        let sheets = catalogue::rows::export(&all).into_iter().map(|s| (s.name, s.rows));
        file.write_all(&write_book(sheets)?)?;
    }
    file.flush()?;
    app.city.store().clone().close();
    println!("{written} 项 / items → {}", path.display());
    Ok(())
}
