//! `bancheng import companies FILE`: a spreadsheet becomes company files, a company a row, with an answer for each (R11).

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use company::policy::Book;
use company_acts::{CHUNK, Taken, read_table};
use kernel::{Actor, Role};
use paper::sheet::{Limits, read_sheets};
use serde::Serialize;
use tabular::Told;
use tabular::told::AsideTable;

use crate::place::PlaceArgs;

#[derive(Debug, clap::Args)]
pub struct CompaniesArgs {
    /// 表格(任何格式):信用代码、名称,规模、行业、区划、专员、联系人;其余各列作为已知情况,如 参保人数@2024 / a table; other columns are facts
    file: PathBuf,
    /// 未收的行写到哪里,改好后可再导入 / where rows that were not taken are written
    #[arg(long, value_name = "FILE", visible_alias = "set-aside")]
    set_aside_to: Option<PathBuf>,
    /// 把每一行的结果写入此文件(JSON Lines) / what became of each row, as JSON lines
    #[arg(long)]
    rows_to: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    rows: u64,
    added: u64,
    changed: u64,
    same: u64,
    rejected: u64,
    /// values of facts that could not be used
    facts_aside: usize,
    seconds: f64,
    /// where the rows that were not taken stand
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_file: Option<PathBuf>,
    #[serde(flatten)]
    told: Told,
}

#[derive(Serialize)]
struct RowAnswer<'a> {
    row: u64,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a kernel::Said>,
}

/// Values of facts named one by one.
const NAMED: usize = 20;

/// Takes a table of companies in.
pub fn run(place: &PlaceArgs, args: &CompaniesArgs) -> Result<()> {
    let began = Instant::now();
    let shown = || args.file.display().to_string();
    let said = || format!("打不开文件 / cannot open the file {}", args.file.display());
    let file = File::open(&args.file).with_context(said)?;
    let (format, sheets) = read_sheets(file, &Limits::default()).with_context(shown)?;
    let app = place.open_with(store::Options::bulk())?;
    app.people.ensure_ready()?;
    let office = app.city.office_now().wait()?;
    let Some(table) = read_table(&sheets, &Book::default()).with_context(shown)? else {
        anyhow::bail!(
            "{}：找不到表头，须有“统一社会信用代码”和“企业名称” / no header with credit code and name",
            shown()
        );
    };
    let region = Some(office.settings.city.clone());
    let actor = Actor { staff: None, role: Role::SystemAdmin, unit: None, region };
    let mut summary =
        Summary { told: Told { format: format.to_owned(), ..table.told }, ..Summary::default() };
    let mut lines = args.rows_to.as_ref().map(File::create).transpose()?.map(std::io::BufWriter::new);
    let mut aside = AsideTable { sheet: "未收".to_owned(), header: table.header.clone(), rows: Vec::new() };
    summary.facts_aside = table.set_aside.len();
    for why in table.set_aside.iter().take(NAMED) {
        eprintln!("{why}");
    }
    let cells_of = |row: u64| {
        let name = summary_sheet(&sheets, table.told_sheet.as_deref());
        let at = usize::try_from(row.saturating_sub(1)).unwrap_or(usize::MAX);
        name.and_then(|s| s.rows.get(at)).cloned().unwrap_or_default()
    };
    for chunk in table.rows.chunks(CHUNK) {
        let taken = app.companies.import(actor.clone(), chunk.to_vec()).wait().with_context(shown)?;
        for (one, taken) in chunk.iter().zip(taken) {
            summary.rows += 1;
            let (outcome, count) = match &taken {
                Taken::Added => ("added", &mut summary.added),
                Taken::Changed => ("changed", &mut summary.changed),
                Taken::Same => ("same", &mut summary.same),
                Taken::Refused(..) => ("rejected", &mut summary.rejected),
            };
            *count += 1;
            let (field, why) = match &taken {
                Taken::Refused(field, why) => (Some(field.as_str()), Some(why)),
                _ => (None, None),
            };
            if let Some(why) = why {
                summary.told.aside(one.row, why.to_string());
                aside.rows.push((one.row, cells_of(one.row), why.to_string()));
            }
            if let Some(lines) = &mut lines {
                writeln!(
                    lines,
                    "{}",
                    serde_json::to_string(&RowAnswer { row: one.row, outcome, field, why })?
                )?;
            }
        }
    }
    if let Some(lines) = &mut lines {
        lines.flush()?;
    }
    store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
    app.city.store().clone().close();
    summary.set_aside_file =
        crate::aside::write(&[aside], args.set_aside_to.as_ref(), &place.data_dir, &args.file)?;
    summary.seconds = began.elapsed().as_secs_f64();
    if args.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        let s = &summary;
        println!(
            "共 {} 行：新建 {}、更新 {}、无变化 {}、未收 {}；用时 {:.1} 秒",
            s.rows, s.added, s.changed, s.same, s.rejected, s.seconds
        );
        crate::aside::say(&s.told, s.set_aside_file.as_ref());
    }
    anyhow::ensure!(
        summary.rejected == 0,
        "有 {0} 行未收，其余已导入 / {0} rows were not taken, the others were",
        summary.rejected
    );
    Ok(())
}

fn summary_sheet<'a>(
    sheets: &'a [tabular::records::Sheet],
    name: Option<&str>,
) -> Option<&'a tabular::records::Sheet> {
    sheets.iter().find(|s| name.is_none_or(|n| s.name == n))
}
