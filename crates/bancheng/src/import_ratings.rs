//! `bancheng import ratings FILE`: ratings that another system collected, from a table, a row a rating (E1, X4).

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use kernel::{Actor, Role};
use paper::sheet::{Limits, read_sheets};
use serde::Serialize;
use supervise_acts::{Pushed, RatingTable};
use tabular::records::Asked;
use tabular::{DateOrder, Told};

use crate::place::PlaceArgs;

#[derive(Debug, clap::Args)]
pub struct RatingsArgs {
    /// 表格(任何格式) / a table of any format
    file: PathBuf,
    /// 满意度数字哪头好:5 五为非常满意,1 一为非常满意;写成文字的不受影响 / which end of the numbers is best
    #[arg(long, default_value = "5", value_parser = ["5", "1"])]
    best: String,
    /// 读哪张工作表 / which sheet; the first visible one with a header when missing
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 日期次序 / order of 03/04/2024: dmy, mdy or ymd; the column decides when missing
    #[arg(long, value_name = "dmy|mdy|ymd")]
    date_order: Option<DateOrder>,
    /// 未收的行写到哪里,改好后可再导入 / where rows that were not taken are written
    #[arg(long, value_name = "FILE", visible_alias = "set-aside")]
    set_aside_to: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    rows: usize,
    accepted: usize,
    duplicates: usize,
    rejected: usize,
    /// cases that bad ratings have opened
    cases: Vec<String>,
    seconds: f64,
    /// where the rows that were not taken stand
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_file: Option<PathBuf>,
    #[serde(flatten)]
    told: Told,
}

/// Takes a table of ratings in.
pub fn run(place: &PlaceArgs, args: &RatingsArgs) -> Result<()> {
    let began = Instant::now();
    let shown = || args.file.display().to_string();
    let said = || format!("打不开文件 / cannot open the file {}", args.file.display());
    let file = File::open(&args.file).with_context(said)?;
    let (format, sheets) = read_sheets(file, &Limits::default()).with_context(shown)?;
    let asked = Asked { sheet: args.sheet.clone(), date_order: args.date_order, ..Asked::default() };
    let mut table = RatingTable::read(&sheets, &asked, args.best == "1")
        .map_err(|said| anyhow::anyhow!("{}：{said}", shown()))?;
    let (good, codes) = (std::mem::take(&mut table.good), table.codes);
    let mut summary = Summary { rows: good.len() + table.refused(), ..Summary::default() };
    let app = place.open()?;
    app.people.ensure_ready()?;
    let office = app.city.office_now().wait()?;
    let region = Some(office.settings.city.clone());
    let actor = Actor { staff: None, role: Role::SystemAdmin, unit: None, region };
    for chunk in good.chunks(500) {
        let sent = chunk.iter().map(|r| r.1.clone()).collect();
        let pushed = app.supervision.push_ratings(actor.clone(), sent, codes).wait().with_context(shown)?;
        for ((row, _), pushed) in chunk.iter().zip(pushed) {
            match pushed {
                Pushed::Taken(case) => {
                    summary.accepted += 1;
                    summary.cases.extend(case);
                }
                Pushed::Known => summary.duplicates += 1,
                Pushed::Refused(field, said) => table.refuse(*row, &field, &said),
            }
        }
    }
    store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
    app.city.store().clone().close();
    summary.rejected = table.refused();
    let (told, aside) = table.end();
    summary.told = Told { format: format.to_owned(), ..told };
    summary.set_aside_file =
        crate::aside::write(&[aside], args.set_aside_to.as_ref(), &place.data_dir, &args.file)?;
    summary.seconds = began.elapsed().as_secs_f64();
    if args.json {
        println!("{}", serde_json::to_string(&summary)?);
        return Ok(());
    }
    println!(
        "共 {} 条评价：新增 {}，重复 {}，未收 {}，差评立件 {}；用时 {:.1} 秒",
        summary.rows,
        summary.accepted,
        summary.duplicates,
        summary.rejected,
        summary.cases.len(),
        summary.seconds
    );
    crate::aside::say(&summary.told, summary.set_aside_file.as_ref());
    Ok(())
}
