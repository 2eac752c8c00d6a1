//! `bancheng import cases FILE`: a spreadsheet becomes cases, row by row, with an answer for each row (R10).

use std::fs::File;
use std::io::{BufReader, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use kernel::{Actor, Role, Said, Word as _};
use paper::sheet::intake::{Mapping, ReadAs, read_as};
use paper::sheet::{Book, Limits};
use resolve::Kind;
use resolve_acts::{Heard, ImportPlan, Outcome, Pace, kind_of, rehearse, take_in};
use serde::Serialize;
use tabular::told::AsideTable;
use tabular::{DateOrder, Told};

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
    /// 名册:单位和人员,全收或全不收 / units and staff: all of a file or nothing
    Roster(RosterArgs),
    /// 企业:一企一档,一行一家 / companies, a file for each, a company a row
    Companies(crate::import_table::TableArgs),
    /// 评价:别的系统收的好差评 / ratings that another system collected
    Ratings(crate::import_ratings::RatingsArgs),
    /// 走访:走流程的记录,一行一次走访、一个环节或一个问题 / walks: a row a walk, a step or something found
    Walks(crate::import_table::TableArgs),
    /// 政策:一行一个条件,成为草案,另一人发布 / policy items, a row a condition: a draft that another person releases
    Policies(crate::import_table::TableArgs),
    /// 大厅:大厅、业务、窗口、定岗培训、请假,按表头辨认 / halls, queues, windows, posts and training, leave, told by their columns
    Halls(crate::import_table::TableArgs),
    /// 办件日志:保存在本市,见“日志” / case logs, kept with the city
    Logs(crate::import_table::TableArgs),
}

#[derive(Debug, clap::Args)]
struct RosterArgs {
    /// 表格:有“单位”“人员”两张表,或其中一张 / a table with the sheets 单位 and 人员, or one of them
    file: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct RosterSummary {
    units_new: usize,
    units_changed: usize,
    staff_new: usize,
    staff_changed: usize,
    seconds: f64,
    /// how the first sheet was read and what was left
    #[serde(flatten)]
    told: Told,
    /// the same of the other one
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Told>,
}

#[derive(Debug, clap::Args)]
struct CasesArgs {
    /// 表格:XLSX、XLS、XLSB、ODS、CSV(任何编码和分隔符)、存成 .xls 的网页 / a table: XLSX, XLS, XLSB, ODS, CSV of any encoding and separator, a web page saved as .xls
    file: PathBuf,
    /// 读哪张工作表;不写则读第一张看得见、有表头的 / which sheet; the first visible one with a header when missing
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 日期次序:dmy 日/月/年,mdy 月/日/年,ymd 年/月/日;不写则看整列 / order of 03/04/2024 or 24-03-04: dmy, mdy or ymd; the column decides when missing
    #[arg(long, value_name = "dmy|mdy|ymd")]
    date_order: Option<DateOrder>,
    /// 未收的行写到哪里,改好后可再导入 / where rows that were not taken are written, to be mended and imported again
    #[arg(long, value_name = "FILE", visible_alias = "set-aside")]
    set_aside_to: Option<PathBuf>,
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
    #[arg(long, default_value_t = Pace::ALONE.chunk, hide = true)]
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
    /// where the rows that were not taken stand
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_file: Option<PathBuf>,
    /// how the file was read and what was left
    #[serde(flatten)]
    told: Told,
    /// rows that were set aside for themselves: sums, notes, headers that come again
    #[serde(skip)]
    footers: u64,
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

/// Rows named one by one in the summary.
const NAMED: usize = 50;

/// Where the answers to single rows go while a file is read.
struct Answers {
    summary: Summary,
    lines: Option<std::io::BufWriter<File>>,
    aside: AsideTable,
}

/// Rows kept for that table.
const ASIDE_MAX: usize = 100_000;

/// Takes a file in.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    match &args.what {
        What::Cases(args) => cases(place, args),
        What::Roster(args) => roster(place, args),
        What::Companies(args) => crate::import_table::run(place, "companies", args),
        What::Ratings(args) => crate::import_ratings::run(place, args),
        What::Walks(args) => crate::import_table::run(place, "walks", args),
        What::Policies(args) => crate::import_table::run(place, "policies", args),
        What::Halls(args) => crate::import_table::run(place, "halls", args),
        What::Logs(args) => crate::import_table::run(place, "logs", args),
    }
}

/// Takes a roster in; ends badly when anything was wrong, for then nothing was taken.
fn roster(place: &PlaceArgs, args: &RosterArgs) -> Result<()> {
    let began = Instant::now();
    let shown = || args.file.display().to_string();
    let said = || format!("打不开文件 / cannot open the file {}", args.file.display());
    let file = File::open(&args.file).with_context(said)?;
    let (format, sheets) = paper::sheet::read_sheets(file, &Limits::default()).with_context(shown)?;
    let app = place.open()?;
    app.people.ensure_ready()?;
    let office = app.city.office_now().wait()?;
    let region = Some(office.settings.city.clone());
    let actor = Actor { staff: None, role: Role::SystemAdmin, unit: None, region };
    let taken = app.people.take_in_roster(&actor, &sheets).with_context(shown)?;
    store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
    app.city.store().clone().close();
    let mut told = taken.told.into_iter();
    let summary = RosterSummary {
        units_new: taken.units.new,
        units_changed: taken.units.changed,
        staff_new: taken.staff.new,
        staff_changed: taken.staff.changed,
        seconds: began.elapsed().as_secs_f64(),
        told: Told { format: format.to_owned(), ..told.next().unwrap_or_default() },
        parts: told.collect(),
    };
    if args.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        let s = &summary;
        println!(
            "单位新增 {}、更新 {}；人员新增 {}、更新 {}；用时 {:.1} 秒",
            s.units_new, s.units_changed, s.staff_new, s.staff_changed, s.seconds
        );
        s.parts.iter().for_each(|part| crate::aside::say(part, None));
        crate::aside::say(&s.told, None);
    }
    let wrong = taken.wrong.len();
    anyhow::ensure!(
        wrong == 0,
        "有 {wrong} 处要改，什么也没有导入；改好后再导入 / {wrong} things to mend, nothing was taken in"
    );
    Ok(())
}

fn cases(place: &PlaceArgs, args: &CasesArgs) -> Result<()> {
    let began = Instant::now();
    let kind = Kind::read(&args.kind).ok_or_else(|| anyhow::anyhow!("{}", Kind::unknown(&args.kind)))?;
    let mapping = Mapping::parse(&args.maps)?;
    let digest = digest_of(&args.file)?;
    let file = File::open(&args.file)?;
    let shown = || args.file.display().to_string();
    let mut book = Book::open(BufReader::new(file), Limits::default()).with_context(shown)?;
    let name = args.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let how = ReadAs { sheet: args.sheet.clone(), date_order: args.date_order };
    let mut rows = read_as(&mut book, &mapping, &how).with_context(shown)?;

    let mut answers = Answers {
        summary: Summary { dry_run: args.dry_run, ..Summary::default() },
        lines: args.rows_to.as_ref().map(File::create).transpose()?.map(std::io::BufWriter::new),
        aside: AsideTable {
            sheet: "未收".to_owned(),
            header: rows.columns().map(|c| c.0.to_owned()).collect(),
            rows: Vec::new(),
        },
    };
    let plan = ImportPlan { name, digest, campaign: args.campaign.clone(), kind };
    let mut alone = false;
    if args.dry_run && place.is_there() {
        let app = place.open()?;
        let actor = importer(&*app.city.office_now().wait()?);
        let mut rehearsal = app.cases.rehearse_import(&actor, plan).with_context(shown)?;
        let read = rehearse(&mut rehearsal, &mut rows, kind, u64::MAX, &mut |row, outcome, cells| {
            note(&mut answers, row, &outcome, cells).map_err(city::Error::bug)
        });
        answers.summary.rows = read.with_context(shown)?;
        app.city.store().clone().close();
    } else if args.dry_run {
        alone = true;
        while let Some(row) = rows.next() {
            answers.summary.rows += 1;
            match row? {
                Ok(row) => {
                    kind_of(&mut rows, &row, kind);
                    answers.summary.accepted += 1;
                }
                Err(e) => note(&mut answers, e.row, &Outcome::Rejected(e.said), e.cells)?,
            }
        }
    } else {
        let app = place.open_with(store::Options::bulk())?;
        app.people.ensure_ready()?;
        let actor = importer(&*app.city.office_now().wait()?);
        let import = app.cases.begin_import(&actor, plan)?;
        let pace = Pace { chunk: args.chunk.clamp(1, 20_000), ..Pace::ALONE };
        let bar = progress();
        let resumed = &mut 0;
        let read = take_in(&import, &mut rows, kind, pace, &mut |heard| {
            match heard {
                Heard::At(n) => bar.set_position(n),
                Heard::Before(..) => *resumed += 1,
                Heard::Row(row, outcome, cells) => {
                    note(&mut answers, row, &outcome, cells).map_err(city::Error::bug)?;
                }
            }
            Ok(())
        });
        answers.summary.rows = read.with_context(shown)?;
        answers.summary.resumed = *resumed;
        bar.finish_and_clear();
        store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
        app.city.store().clone().close();
    }
    if let Some(lines) = &mut answers.lines {
        lines.flush()?;
    }
    let Answers { mut summary, aside, .. } = answers;
    summary.tell(rows.told());
    if alone {
        summary.told.note("数据目录还不存在，只检查了文件本身；承办单位、时间先后和重复要导入时才核对 / there is no data directory yet: only the file was checked, units, times and doubles are checked when it is taken in");
    }
    if args.set_aside_to.is_some() || !args.dry_run {
        let to = args.set_aside_to.as_ref();
        summary.set_aside_file = crate::aside::write(&[aside], to, &place.data_dir, &args.file)?;
    }
    summary.seconds = began.elapsed().as_secs_f64();
    answer(&summary, args.json)
}

/// Who imports at the command line.
fn importer(office: &city::Office) -> Actor {
    let region = Some(office.settings.city.clone());
    Actor { staff: None, role: Role::Coordinator, unit: None, region }
}

impl Summary {
    /// Puts what the reader tells beside what became of the rows.
    fn tell(&mut self, told: Told) {
        let refused = std::mem::take(&mut self.told.set_aside);
        let count = self.told.set_aside_count;
        self.footers = told.set_aside_count;
        self.rows += told.set_aside_count;
        self.told = told;
        self.told.set_aside.extend(refused);
        self.told.set_aside.sort_by_key(|s| s.row);
        self.told.set_aside_count += count;
    }
}

fn note(answers: &mut Answers, row: u64, outcome: &Outcome, cells: Vec<String>) -> Result<()> {
    let Answers { summary, lines, aside } = answers;
    let mut answer = RowAnswer { row, outcome: "accepted", number: None, of_row: None, why: None };
    match outcome {
        Outcome::Accepted(number) => {
            summary.accepted += 1;
            answer.number = Some(number.clone()).filter(|n| !n.is_empty());
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
            summary.told.aside(row, said.to_string());
            if aside.rows.len() < ASIDE_MAX {
                aside.rows.push((row, cells, said.zh.clone()));
            }
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
        "共 {} 行：新增 {}，重复 {}，未收 {}，先前已收 {}，不是记录的 {}；用时 {:.1} 秒",
        s.rows, s.accepted, s.duplicates, s.rejected, s.resumed, s.footers, s.seconds
    );
    crate::aside::say(&s.told, s.set_aside_file.as_ref());
    for r in &s.duplicate_rows {
        match (&r.of_row, &r.number) {
            (Some(of), _) => println!("  第 {} 行与第 {of} 行相同", r.row),
            (_, Some(number)) => println!("  第 {} 行与 {number} 相同", r.row),
            _ => {}
        }
    }
    Ok(())
}
