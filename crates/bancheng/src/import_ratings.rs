//! `bancheng import ratings FILE`: ratings that another system collected, from a table, a row a rating (E1, X4).

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use app::Pushed;
use kernel::{Actor, Moment, Role};
use paper::sheet::{Limits, read_sheets};
use serde::Serialize;
use supervise::{Codes, Convention, Level, Record};
use tabular::header::{Fields, Words};
use tabular::records::{self, Door};
use tabular::told::{AsideTable, Unknown};
use tabular::when::{self, BEIJING_S, Reading};
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

/// The columns of a table of ratings: the fields of the national interface by the names that offices give them.
const FIELDS: &Fields<'_> = &[
    ("projectNo", &["projectno", "办件编号", "办件号", "业务流水号", "受理编号", "流水号", "编号"], true),
    (
        "satisfaction",
        &["satisfaction", "满意度", "评价等级", "评价结果", "满意度评价", "评价级别", "评价"],
        true,
    ),
    ("assessTime", &["assesstime", "评价时间", "评价日期", "评议时间"], true),
    ("acceptDate", &["acceptdate", "受理时间", "办理时间", "受理日期", "办理日期"], false),
    (
        "deptCode",
        &[
            "deptcode",
            "部门编码",
            "单位编码",
            "统一社会信用代码",
            "部门",
            "单位",
            "承办单位",
            "部门名称",
            "单位名称",
        ],
        false,
    ),
    ("areaCode", &["areacode", "行政区划代码", "区划代码", "区划"], false),
    ("taskName", &["taskname", "事项名称", "事项", "办理事项"], false),
    ("taskCode", &["taskcode", "事项编码", "实施编码"], false),
    ("subMatter", &["submatter", "主题", "一件事", "一件事主题", "子项名称"], false),
    ("pf", &["pf", "评价渠道", "渠道", "评价方式", "评价来源"], false),
    ("evalDetail", &["evaldetail", "评价选项", "评价指标", "评价标签"], false),
    ("writingEvaluation", &["writingevaluation", "文字评价", "评价内容", "意见建议", "评价意见"], false),
    ("assessNumber", &["assessnumber", "评价次数"], false),
    ("dataSource", &["datasource", "数据来源", "来源系统"], false),
];

fn stamp(text: &str, order: Option<DateOrder>) -> Option<String> {
    match when::read(text, BEIJING_S, order) {
        Reading::Time { us, .. } => {
            Some(Moment::from_us(us).beijing().to_string().replace('T', " ").chars().take(19).collect())
        }
        Reading::Blank => Some(String::new()),
        Reading::Order | Reading::Not => None,
    }
}

/// The level of a word or a number; `None` when it is neither.
fn level_of(text: &str, codes: Codes) -> Option<Level> {
    let plain = text.trim().trim_end_matches(['.', '0']);
    let plain = if plain.is_empty() { text.trim() } else { plain };
    Level::read(text.trim()).or_else(|| match text.trim() {
        "很满意" => Some(Level::VerySatisfied),
        "很不满意" => Some(Level::VeryDissatisfied),
        "一般" => Some(Level::Basically),
        _ => plain.parse().ok().and_then(|n| codes.into_level(n)),
    })
}

/// Takes a table of ratings in.
pub fn run(place: &PlaceArgs, args: &RatingsArgs) -> Result<()> {
    let began = Instant::now();
    let shown = || args.file.display().to_string();
    let said = || format!("打不开文件 / cannot open the file {}", args.file.display());
    let file = File::open(&args.file).with_context(said)?;
    let (format, sheets) = read_sheets(file, &Limits::default()).with_context(shown)?;
    let words = Words(FIELDS);
    let word = |f: usize| FIELDS[f].0.to_owned();
    let door = Door { words: &words, word: &word };
    let needed = || FIELDS.iter().filter(|f| f.2).filter_map(|f| f.1.get(1).copied()).collect::<Vec<_>>();
    let Some(mut table) = records::find(&sheets, args.sheet.as_deref(), &door) else {
        let all = needed().join("、");
        anyhow::bail!("{}：找不到表头，须有这些列：{all} / no header with the columns {all}", shown());
    };
    let convention = if args.best == "1" { Convention::OneBest } else { Convention::FiveBest };
    let codes = Codes { convention };
    let at = |word: &str| FIELDS.iter().position(|f| f.0 == word).unwrap_or(usize::MAX);
    let mut orders = [None; 2];
    for (order, word) in orders.iter_mut().zip(["assessTime", "acceptDate"]) {
        *order = table
            .date_order(at(word), args.date_order)
            .map_err(|(zh, en)| anyhow::anyhow!("{}：{zh} / {en}", shown()))?;
    }
    let mut unknown = Unknown::default();
    let mut refused: Vec<(u64, String)> = Vec::new();
    let mut good: Vec<(u64, Record)> = Vec::new();
    let has_channel = table.has(at("pf"));
    for row in table.rows() {
        let get = |word: &str| row.get(at(word)).to_owned();
        let (Some(assess_time), Some(accept_date)) =
            (stamp(&get("assessTime"), orders[0]), stamp(&get("acceptDate"), orders[1]))
        else {
            refused.push((
                row.row,
                "时间读不懂，应写作 2024-03-05 09:00:00 / not a time: write 2024-03-05 09:00:00".to_owned(),
            ));
            continue;
        };
        let Some(level) = level_of(&get("satisfaction"), codes) else {
            let text = get("satisfaction");
            refused.push((row.row, format!("“{text}”不是满意度，写 1–5 或 非常满意、满意、基本满意、不满意、非常不满意 / {text:?} is no level: 1 to 5 or its word")));
            continue;
        };
        let pf = match (has_channel, get("pf")) {
            (_, text) if supervise::RateChannel::read_code(&text).is_some() => text,
            (_, text) => {
                if !text.is_empty() {
                    unknown.add("评价渠道", &text, "当作政务大厅平板电脑 / taken for a tablet in the hall");
                }
                supervise::RateChannel::Tablet.code().to_owned()
            }
        };
        good.push((
            row.row,
            Record {
                project_no: get("projectNo"),
                satisfaction: codes.out(level).to_string(),
                assess_time,
                accept_date,
                dept_code: get("deptCode"),
                area_code: get("areaCode"),
                task_name: get("taskName"),
                task_code: get("taskCode"),
                sub_matter: get("subMatter"),
                pf,
                eval_detail: get("evalDetail"),
                writing_evaluation: get("writingEvaluation"),
                assess_number: get("assessNumber"),
                data_source: get("dataSource"),
                ..Record::default()
            },
        ));
    }
    let mut summary = Summary { rows: good.len() + refused.len(), ..Summary::default() };
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
                Pushed::Refused(field, said) => {
                    let name = FIELDS.iter().find(|f| f.0 == field).and_then(|f| f.1.get(1).copied());
                    refused.push((*row, format!("“{}”：{said}", name.unwrap_or(&field))));
                }
            }
        }
    }
    store::ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
    app.city.store().clone().close();
    refused.sort_by_key(|r| r.0);
    summary.rejected = refused.len();
    let aside = AsideTable {
        sheet: "未收".to_owned(),
        header: table.names().to_vec(),
        rows: refused.iter().map(|(row, why)| (*row, table.cells(*row).to_vec(), why.clone())).collect(),
    };
    summary.told = table.told;
    summary.told.format = format.to_owned();
    summary.told.values_unknown = unknown.list();
    refused.iter().for_each(|(row, why)| summary.told.aside(*row, why.clone()));
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
