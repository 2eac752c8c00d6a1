//! 评价表: ratings that another system collected, from a table, a row a rating, on a page as at the command line (E1, X4).

use std::collections::BTreeMap;
use std::fs::File;

use access::{decide, op};
use city::{Error, Office};
use imports::{
    Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
use kernel::{Actor, Moment, Said};
use paper::sheet::Limits;
use supervise::{Codes, Convention, Level, Record};
use tabular::header::{Fields, Words};
use tabular::records::{self, Asked, Door, Sheet};
use tabular::told::{AsideTable, Unknown};
use tabular::when::{self, BEIJING_S, Reading};
use tabular::{DateOrder, Told};

use crate::{Pushed, Supervision};

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
            "办理部门",
            "办理单位",
            "承办部门",
            "责任部门",
            "责任单位",
            "主办部门",
            "主办单位",
            "实施部门",
            "实施单位",
            "实施主体",
            "处理部门",
            "处理单位",
            "业务部门",
            "被评价部门",
            "被评价单位",
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

/// Words for a level that are none of the five, with what they are taken for (口头等级): told, for each says less than the level.
const LOOSE: [(&str, Level); 14] = [
    ("好评", Level::Satisfied),
    ("默认好评", Level::Satisfied),
    ("系统默认好评", Level::Satisfied),
    ("默认满意", Level::Satisfied),
    ("中评", Level::Basically),
    ("比较满意", Level::Satisfied),
    ("较满意", Level::Satisfied),
    ("不太满意", Level::Dissatisfied),
    ("差评", Level::Dissatisfied),
    ("较差", Level::Dissatisfied),
    ("很差", Level::VeryDissatisfied),
    ("极差", Level::VeryDissatisfied),
    ("很好", Level::VerySatisfied),
    ("非常好", Level::VerySatisfied),
];

/// How a level was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadBy {
    /// its word, or stars
    Sure,
    /// a number, of which one end is best
    Number,
    /// a word that says less
    Loose,
}

/// The level of a word, a number or stars, and how it was read; `None` when it is none of them.
fn level_of(text: &str, codes: Codes) -> Option<(Level, ReadBy)> {
    let half: String = text.trim().chars().map(when::half_width).filter(|c| !c.is_whitespace()).collect();
    // 满意（默认）: the note tells how it came, not what it is.
    let (bare, noted) = match half.find('(') {
        Some(at) if at > 0 => (&half[..at], true),
        _ => (half.as_str(), false),
    };
    let plain = tabular::value::whole(bare);
    let word = Level::read(plain).or(match plain {
        "很满意" | "十分满意" => Some(Level::VerySatisfied),
        "很不满意" | "十分不满意" | "极不满意" => Some(Level::VeryDissatisfied),
        "一般" | "基本满意" => Some(Level::Basically),
        _ => None,
    });
    if let Some(level) = word {
        return Some((level, if noted { ReadBy::Loose } else { ReadBy::Sure }));
    }
    if let Some(found) = LOOSE.iter().find(|l| l.0 == plain) {
        return Some((found.1, ReadBy::Loose));
    }
    // More stars are better, whatever the numbers mean.
    let stars = plain.chars().filter(|c| matches!(c, '★' | '⭐')).count();
    let only = plain.chars().all(|c| matches!(c, '★' | '⭐' | '☆' | '\u{fe0f}'));
    if stars > 0 && only {
        return Level::of(i64::try_from(stars).ok()?).map(|l| (l, ReadBy::Sure));
    }
    if let Some(count) = plain.strip_suffix('星').or_else(|| plain.strip_suffix("颗星")) {
        let n = count
            .parse()
            .ok()
            .or_else(|| "一二三四五".chars().position(|c| count.chars().eq([c])).map(|i| i as i64 + 1))?;
        return Level::of(n).map(|l| (l, ReadBy::Sure));
    }
    let number = plain.strip_suffix('分').unwrap_or(plain).parse().ok()?;
    codes.into_level(number).map(|l| (l, ReadBy::Number))
}

/// A table of ratings that was read and not yet taken in.
#[derive(Debug)]
pub struct RatingTable {
    /// how it was read and what was left
    pub told: Told,
    /// rows that can be taken, with what they say
    pub good: Vec<(u64, Record)>,
    /// how the numbers of satisfaction are meant
    pub codes: Codes,
    header: Vec<String>,
    cells: BTreeMap<u64, Vec<String>>,
    refused: Vec<(u64, String)>,
}

impl RatingTable {
    /// The table in the sheets of a file. `one_best`: 1 is the best of the numbers, not 5.
    ///
    /// # Errors
    /// No header, or times that nobody can tell: what is wrong and what to do.
    pub fn read(sheets: &[Sheet], asked: &Asked, one_best: bool) -> Result<Self, Said> {
        let words = Words(FIELDS);
        let word = |f: usize| FIELDS[f].0.to_owned();
        let door = Door { words: &words, word: &word, fields: FIELDS.len(), asked };
        let needed = || FIELDS.iter().filter(|f| f.2).filter_map(|f| f.1.get(1).copied());
        let Some(mut table) = records::find(sheets, asked.sheet.as_deref(), &door) else {
            let all = needed().collect::<Vec<_>>().join("、");
            return Err(Said::new(
                format!("找不到表头，须有这些列：{all}"),
                format!("no header with the columns {all}"),
            ));
        };
        let convention = if one_best { Convention::OneBest } else { Convention::FiveBest };
        let codes = Codes { convention };
        let at = |word: &str| FIELDS.iter().position(|f| f.0 == word).unwrap_or(usize::MAX);
        let mut orders = [None; 2];
        for (order, word) in orders.iter_mut().zip(["assessTime", "acceptDate"]) {
            *order = table.date_order(at(word), asked.date_order).map_err(|(zh, en)| Said::new(zh, en))?;
        }
        let mut read = Self {
            told: Told::default(),
            good: Vec::new(),
            codes,
            header: table.names().to_vec(),
            cells: BTreeMap::new(),
            refused: Vec::new(),
        };
        let mut unknown = Unknown::default();
        let has_channel = table.has(at("pf"));
        let mut numbers = 0_u64;
        for row in table.rows() {
            read.cells.insert(row.row, row.cells.to_vec());
            let get = |word: &str| row.get(at(word)).to_owned();
            match record(&get, orders, codes, has_channel, &mut unknown) {
                Ok((record, how)) => {
                    numbers += u64::from(how == ReadBy::Number);
                    read.good.push((row.row, record));
                }
                Err(why) => read.refused.push((row.row, why)),
            }
        }
        read.told = table.told;
        read.told.values_unknown = unknown.list();
        if numbers > 0 {
            let (best, worst) = if one_best { (1, 5) } else { (5, 1) };
            let other = if one_best { 5 } else { 1 };
            read.told.note(format!(
                "满意度有 {numbers} 行写成数字，按 {best} 是非常满意、{worst} 是非常不满意读；如果相反，请指明 {other} 是非常满意（--best {other}）再导入 / satisfaction is a number in {numbers} rows, read with {best} as very satisfied and {worst} as very dissatisfied; where it is the other way say that {other} is best (--best {other})"
            ));
        }
        Ok(read)
    }
    /// A row that is refused after all.
    pub fn refuse(&mut self, row: u64, field: &str, said: &Said) {
        let name = FIELDS.iter().find(|f| f.0 == field).and_then(|f| f.1.get(1).copied());
        self.refused.push((row, format!("“{}”：{said}", name.unwrap_or(field))));
    }
    /// Rows that are no rating, or that were refused.
    pub fn refused(&self) -> usize {
        self.refused.len()
    }
    /// What there is to tell at the end, and the rows that were not taken.
    pub fn end(mut self) -> (Told, AsideTable) {
        self.refused.sort_by_key(|r| r.0);
        let mut rows = Vec::with_capacity(self.refused.len());
        for (row, why) in self.refused {
            let cells = self.cells.remove(&row).unwrap_or_default();
            self.told.aside(row, why.clone());
            rows.push((row, cells, why));
        }
        self.told.set_aside.sort_by_key(|s| s.row);
        (self.told, AsideTable { sheet: "未收".to_owned(), header: self.header, rows })
    }
}

/// What a row says.
fn record(
    get: &dyn Fn(&str) -> String,
    orders: [Option<DateOrder>; 2],
    codes: Codes,
    has_channel: bool,
    unknown: &mut Unknown,
) -> Result<(Record, ReadBy), String> {
    let number = get("projectNo");
    if tabular::value::is_spoiled_number(&number) {
        return Err(format!(
            "“办件编号”里的“{number}”是被表格软件改坏的长数字，分不清是哪一件；请把编号列设为文本后重新导出 / {number:?} is a long number spoiled by a spreadsheet: format the column as text and export it again"
        ));
    }
    let (Some(assess_time), Some(accept_date)) =
        (stamp(&get("assessTime"), orders[0]), stamp(&get("acceptDate"), orders[1]))
    else {
        return Err(
            "时间读不懂，应写作 2024-03-05 09:00:00 / not a time: write 2024-03-05 09:00:00".to_owned()
        );
    };
    let Some((level, how)) = level_of(&get("satisfaction"), codes) else {
        let text = get("satisfaction");
        return Err(format!(
            "“{text}”不是满意度，写 1–5 或 非常满意、满意、基本满意、不满意、非常不满意 / {text:?} is no level: 1 to 5 or its word"
        ));
    };
    if how == ReadBy::Loose {
        let taken = format!("当作“{}” / taken as {}", level.zh(), level.word());
        unknown.add("满意度", &get("satisfaction"), &taken);
    }
    let pf = match (has_channel, get("pf")) {
        (_, text) if supervise::RateChannel::read_code(&text).is_some() => text,
        (_, text) => {
            if !text.is_empty() {
                unknown.add("评价渠道", &text, "当作政务大厅平板电脑 / taken for a tablet in the hall");
            }
            supervise::RateChannel::Tablet.code().to_owned()
        }
    };
    let record = Record {
        project_no: number,
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
    };
    Ok((record, how))
}

/// 评价 at the desk of imports.
#[derive(Clone, Debug)]
pub struct RatingTables(pub Supervision);

/// Ratings of one transaction.
const CHUNK: usize = 200;

fn fields() -> Vec<FieldName> {
    let name = |f: &(&str, &[&str], bool)| FieldName {
        word: f.0.to_owned(),
        said: (f.1.get(1).copied().unwrap_or(f.0).to_owned(), f.0.to_owned()),
    };
    FIELDS.iter().map(name).collect()
}

impl Gate for RatingTables {
    fn word(&self) -> &'static str {
        "ratings"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("评价（好差评）", "Ratings")
    }
    fn questions(&self) -> Vec<Question> {
        let choices =
            vec![("5", "5 是非常满意", "5 is very satisfied"), ("1", "1 是非常满意", "1 is very satisfied")];
        vec![Question {
            word: "best", said: ("满意度写成数字时", "where satisfaction is a number"), choices
        }]
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        // Each rating is decided about its own unit; this is for who writes none at all.
        let home = city::reach::home(actor, office);
        decide(actor, op::WriteServices, city::reach::own_unit(actor, &home))?;
        Ok(())
    }
    fn look(&self, _: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let (format, sheets) = read_tables(file.try_clone().map_err(Error::bug)?, &Limits::default())?;
        let one_best = how.answer("best") == "1";
        let (read, trouble) = match RatingTable::read(&sheets, &how.asked, one_best) {
            Ok(read) => (read, None),
            Err(why) => {
                // Where only the order of dates is open, the columns are shown as they would be read one way.
                let asked = Asked { date_order: Some(DateOrder::DayFirst), ..how.asked.clone() };
                match RatingTable::read(&sheets, &asked, one_best) {
                    Ok(read) => (read, Some(why)),
                    Err(_) => {
                        let mut file = file;
                        std::io::Seek::rewind(&mut file).map_err(Error::bug)?;
                        let (sheet, rows) = first_rows(file, how.asked.sheet.as_deref())?;
                        return Ok(no_header(&sheet, &rows, fields(), why));
                    }
                }
            }
        };
        let good = read.good.len() as u64;
        let (mut told, _) = read.end();
        format.clone_into(&mut told.format);
        let rows = good + told.set_aside_count;
        Ok(Preview {
            parts: vec![Part { told, fields: fields() }],
            rows,
            good,
            trouble,
            ..Preview::default()
        })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let read = RatingTable::read(&sheets, &how.asked, how.answer("best") == "1");
        let mut read = read.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let mut answer = Answer::default();
        let (good, codes) = (std::mem::take(&mut read.good), read.codes);
        let (mut done, mut cases) = (0, 0);
        for chunk in good.chunks(CHUNK) {
            let sent = chunk.iter().map(|r| r.1.clone()).collect();
            for ((row, _), pushed) in
                chunk.iter().zip(self.0.push_ratings(actor.clone(), sent, codes).wait()?)
            {
                match pushed {
                    Pushed::Taken(case) => {
                        answer.accepted += 1;
                        cases += u64::from(case.is_some());
                    }
                    Pushed::Known => answer.duplicates += 1,
                    Pushed::Refused(field, said) => read.refuse(*row, &field, &said),
                }
            }
            done += chunk.len() as u64;
            progress(done)?;
        }
        if cases > 0 {
            answer.also.push(("差评立件".to_owned(), "cases opened by bad ratings".to_owned(), cases));
        }
        answer.rejected = read.refused() as u64;
        let (mut told, aside) = read.end();
        format.clone_into(&mut told.format);
        answer.rows = answer.accepted + answer.duplicates + told.set_aside_count;
        (answer.told, answer.aside) = (vec![told], vec![aside]);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_people_write_them() {
        let five = Codes { convention: Convention::FiveBest };
        let one = Codes { convention: Convention::OneBest };
        for (text, level) in [
            ("非常满意", Some((Level::VerySatisfied, ReadBy::Sure))),
            (" 满 意 ", Some((Level::Satisfied, ReadBy::Sure))),
            ("一般", Some((Level::Basically, ReadBy::Sure))),
            ("５", Some((Level::VerySatisfied, ReadBy::Number))),
            ("5.0", Some((Level::VerySatisfied, ReadBy::Number))),
            ("1", Some((Level::VeryDissatisfied, ReadBy::Number))),
            ("4分", Some((Level::Satisfied, ReadBy::Number))),
            ("五星", Some((Level::VerySatisfied, ReadBy::Sure))),
            ("1星", Some((Level::VeryDissatisfied, ReadBy::Sure))),
            ("★★★★", Some((Level::Satisfied, ReadBy::Sure))),
            ("★★☆☆☆", Some((Level::Dissatisfied, ReadBy::Sure))),
            ("差评", Some((Level::Dissatisfied, ReadBy::Loose))),
            ("默认好评", Some((Level::Satisfied, ReadBy::Loose))),
            ("满意（默认）", Some((Level::Satisfied, ReadBy::Loose))),
            ("很差", Some((Level::VeryDissatisfied, ReadBy::Loose))),
            ("", None),
            ("6", None),
            ("0", None),
            ("10", None),
            ("95分", None),
            ("未评价", None),
            ("六星", None),
            ("☆", None),
        ] {
            assert_eq!(level_of(text, five), level, "{text}");
        }
        assert_eq!(level_of("1", one).map(|l| l.0), Some(Level::VerySatisfied));
        assert_eq!(
            level_of("一星", one).map(|l| l.0),
            Some(Level::VeryDissatisfied),
            "stars have one best end"
        );
    }
}
