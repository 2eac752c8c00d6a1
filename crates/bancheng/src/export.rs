//! `bancheng export cases FILE.xlsx`: a list as a spreadsheet that states its filter.

use std::path::PathBuf;

use anyhow::Result;
use app::CaseView;
use kernel::{Actor, Role};
use paper::sheet::{Column, Kind, Table, Value, write_xlsx};
use resolve::{StageKind, Word as _};
use store::cases::{Query, Scope};

use crate::place::PlaceArgs;

/// 导出台账 / write lists
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 件 / cases
    Cases {
        /// XLSX
        file: PathBuf,
        /// 环节,可多个 / stages
        #[arg(long)]
        stage: Vec<String>,
        /// 行动 / campaign
        #[arg(long)]
        campaign: Option<String>,
        /// 承办单位(编码或名称) / the unit that must answer
        #[arg(long)]
        unit: Option<String>,
    },
}

/// The most rows of one sheet.
const ROWS_MAX: usize = 1_000_000;

/// Writes.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let What::Cases { file, stage, campaign, unit } = &args.what;
    let app = place.open()?;
    let office = app.city.office_now().wait()?;
    let city = office.settings.city.clone();
    let first = office.units().first().map(|u| u.id);
    let actor = Actor { staff: None, role: Role::Coordinator, unit: first, region: Some(city.clone()) };
    let mut query = Query::of(Scope::Region(city.as_str().to_owned()));
    query.limit = 500;
    query.campaign.clone_from(campaign);
    for s in stage {
        query.stages.push(StageKind::read(s).ok_or_else(|| anyhow::anyhow!("{}", StageKind::unknown(s)))?);
    }
    if let Some(name) = unit {
        let found = office.unit_called(name);
        query.unit = Some(found.ok_or_else(|| anyhow::anyhow!("没有单位“{name}” / no such unit"))?.id);
    }
    let mut rows = Vec::new();
    loop {
        let page = app.cases.list(actor.clone(), query.clone()).wait()?;
        rows.extend(page.cases.iter().map(row));
        match page.next {
            Some(next) if rows.len() < ROWS_MAX => query.after = Some(next),
            _ => break,
        }
    }
    let n = rows.len();
    let filter = filter_text(stage, campaign.as_deref(), unit.as_deref());
    app.cases.note_export(actor, filter.clone(), n).wait()?;
    let title = format!(
        "{} 件台账（{filter}；{} 导出，共 {n} 件）",
        office.settings.name,
        app.city.store().now().date()
    );
    let table = Table { sheet: "件".to_owned(), title, columns: columns() };
    std::fs::write(file, write_xlsx(&table, rows)?)?;
    println!("已导出 {n} 件到 {} / {n} cases", file.display());
    Ok(())
}

fn filter_text(stage: &[String], campaign: Option<&str>, unit: Option<&str>) -> String {
    let mut parts = Vec::new();
    if !stage.is_empty() {
        parts.push(format!("环节：{}", stage.join("、")));
    }
    parts.extend(campaign.map(|c| format!("行动：{c}")));
    parts.extend(unit.map(|u| format!("承办单位：{u}")));
    if parts.is_empty() { "全部".to_owned() } else { parts.join(";") }
}

fn columns() -> Vec<Column> {
    let c = |name: &str, kind, width| Column { name: name.to_owned(), kind, width };
    vec![
        c("受理编号", Kind::Text, 20.0),
        c("环节", Kind::Text, 12.0),
        c("类别", Kind::Text, 10.0),
        c("标题", Kind::Text, 40.0),
        c("承办单位", Kind::Text, 20.0),
        c("反映时间", Kind::DateTime, 18.0),
        c("期限", Kind::DateTime, 18.0),
        c("剩余工作日", Kind::Integer, 10.0),
        c("灯", Kind::Text, 8.0),
        c("退回", Kind::Integer, 6.0),
        c("重办", Kind::Integer, 6.0),
        c("支持数", Kind::Integer, 8.0),
        c("行动", Kind::Text, 20.0),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn row(v: &CaseView) -> Vec<Value> {
    let text = |s: &str| Value::Text(s.to_owned());
    let n = |n: i64| Value::Number(n as f64);
    let clock = v.clock.as_ref();
    vec![
        text(&v.case.number),
        text(v.case.stage.kind().zh()),
        text(v.case.kind.zh()),
        text(&v.case.title),
        text(v.owner.as_deref().unwrap_or("")),
        Value::Moment(v.case.lodged),
        clock.map_or(Value::Empty, |c| Value::Moment(c.due)),
        clock.map_or(Value::Empty, |c| n(c.workdays_left)),
        text(clock.map_or("", |c| c.light.zh())),
        n(v.case.returns.into()),
        n(v.case.rounds.into()),
        n(v.case.support),
        text(v.case.campaign.as_deref().unwrap_or("")),
    ]
}
