//! 收件表: what the columns of an intake file mean (R1, R10): the header is found, its names are understood, and
//! every row becomes an [`IntakeRow`] or is rejected with a reason.
//!
//! Must not know cases or what is done with a row; whether it is a duplicate is decided where cases are known.

use std::io::{Read, Seek};

use kernel::{Moment, Said};
use serde::Serialize;

use super::moment::half_width;
use super::{Book, Cell, Row, Rows, SheetError, moment_of};

/// A header is looked for in so many rows (merged titles, notes and dates may stand above it).
pub const HEADER_WITHIN: usize = 20;

/// What a column can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 编号 in the file
    Id,
    /// 反映人
    Author,
    /// 标题
    Title,
    /// 反映时间
    Time,
    /// 内容
    Body,
    /// 答复意见
    Reply,
    /// 答复时间
    ReplyTime,
    /// 点赞数
    Support,
    /// 反对数
    Against,
    /// 承办单位
    Unit,
    /// 电话
    Phone,
    /// 地址
    Address,
    /// 类别
    Kind,
    /// not read at all
    Ignore,
}

/// Field, its word in `--map`, and the header names that mean it (normalised: half-width, lower case, no spaces).
const FIELDS: [(Field, &str, &[&str]); 14] = [
    (
        Field::Id,
        "id",
        &[
            "id",
            "编号",
            "留言编号",
            "工单编号",
            "诉求编号",
            "件号",
            "受理编号",
            "信件编号",
            "来信编号",
            "序号",
            "no",
            "no.",
        ],
    ),
    (
        Field::Author,
        "author",
        &[
            "author",
            "留言用户",
            "用户",
            "姓名",
            "反映人",
            "诉求人",
            "来信人",
            "留言人",
            "联系人",
            "申请人",
            "群众姓名",
            "投诉人",
            "来电人",
            "name",
        ],
    ),
    (
        Field::Title,
        "title",
        &[
            "title",
            "留言主题",
            "主题",
            "标题",
            "留言标题",
            "诉求标题",
            "信件标题",
            "来信标题",
            "工单标题",
            "事项名称",
            "问题标题",
        ],
    ),
    (
        Field::Time,
        "time",
        &[
            "time",
            "留言时间",
            "时间",
            "反映时间",
            "诉求时间",
            "来信时间",
            "来电时间",
            "提交时间",
            "受理时间",
            "登记时间",
            "创建时间",
            "日期",
            "留言日期",
            "date",
            "created_at",
        ],
    ),
    (
        Field::Body,
        "body",
        &[
            "body",
            "留言详情",
            "内容",
            "留言内容",
            "诉求内容",
            "反映内容",
            "来信内容",
            "信件内容",
            "详情",
            "问题描述",
            "工单内容",
            "意见内容",
            "诉求描述",
            "content",
            "意见建议",
        ],
    ),
    (
        Field::Reply,
        "reply",
        &[
            "reply",
            "答复意见",
            "答复内容",
            "回复内容",
            "答复",
            "回复",
            "办理结果",
            "处理结果",
            "回复意见",
            "办理情况",
        ],
    ),
    (
        Field::ReplyTime,
        "reply_time",
        &["reply_time", "replytime", "答复时间", "回复时间", "答复日期", "回复日期", "办结时间", "办结日期"],
    ),
    (Field::Support, "support", &["support", "点赞数", "点赞", "支持数", "赞成数", "likes"]),
    (Field::Against, "against", &["against", "反对数", "反对", "点踩数", "dislikes"]),
    (
        Field::Unit,
        "unit",
        &[
            "unit",
            "承办单位",
            "办理单位",
            "责任单位",
            "主办单位",
            "处理单位",
            "回复单位",
            "答复单位",
            "办理部门",
            "承办部门",
        ],
    ),
    (
        Field::Phone,
        "phone",
        &["phone", "电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "来电号码", "tel"],
    ),
    (Field::Address, "address", &["address", "地址", "联系地址", "详细地址", "事发地址", "问题地址", "住址"]),
    (
        Field::Kind,
        "kind",
        &["kind", "类别", "类型", "诉求类型", "问题类型", "诉求类别", "信件类型", "分类", "一级标签"],
    ),
    (Field::Ignore, "ignore", &[]),
];

impl Field {
    /// Its word in `--map`.
    pub fn word(self) -> &'static str {
        FIELDS.iter().find(|f| f.0 == self).map_or("", |f| f.1)
    }
    fn of_word(word: &str) -> Option<Self> {
        FIELDS.iter().find(|f| f.1 == word).map(|f| f.0)
    }
    fn of_header(name: &str) -> Option<Self> {
        FIELDS.iter().find(|f| f.2.contains(&name)).map(|f| f.0)
    }
}

/// Which columns the user has named (`--map 列=field`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    columns: Vec<(String, String, Field)>,
}

impl Mapping {
    /// Reads `列=field` texts; the field is one of `id author title time body reply reply_time support against
    /// unit phone address kind ignore`.
    pub fn parse<S: AsRef<str>>(maps: &[S]) -> Result<Self, SheetError> {
        let mut columns: Vec<(String, String, Field)> = Vec::new();
        for map in maps {
            let map = map.as_ref();
            let words = || FIELDS.map(|f| f.1).join(" ");
            let bad = || SheetError::BadMapping(map.chars().take(60).collect(), words());
            let (column, field) = map.rsplit_once('=').ok_or_else(bad)?;
            let field = Field::of_word(field.trim()).ok_or_else(bad)?;
            let name = header_name(column);
            if name.is_empty() {
                return Err(bad());
            }
            if let Some(other) = columns.iter().find(|c| c.2 == field && field != Field::Ignore) {
                return Err(SheetError::TwoColumns(other.1.clone(), column.into(), field.word()));
            }
            columns.push((name, column.trim().to_owned(), field));
        }
        Ok(Self { columns })
    }
    fn field_of(&self, name: &str) -> Option<Field> {
        self.columns.iter().find(|c| c.0 == name).map(|c| c.2)
    }
}

/// A column name as it is compared: half-width, lower case, no white space, no `*`, `:` or bracketed note at its
/// end (`留言时间(必填)`).
fn header_name(text: &str) -> String {
    let plain = text
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}' | '\u{200b}'));
    let mut name: String = plain.flat_map(char::to_lowercase).take(60).collect();
    if let Some(at) = name.find(['(', '[', '【']).filter(|at| *at > 0) {
        name.truncate(at);
    }
    name.trim_end_matches([':', ':']).to_owned()
}

/// One row, understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IntakeRow {
    /// Its number in the file.
    pub row: u64,
    /// Its number at the source (编号).
    pub source_id: Option<String>,
    /// 反映人
    pub author: Option<String>,
    /// 标题; may be empty when there is a body
    pub title: String,
    /// When it was lodged.
    pub at: Option<Moment>,
    /// 内容; may be empty when there is a title
    pub body: String,
    /// 答复意见
    pub reply: Option<String>,
    /// When it was answered.
    pub reply_at: Option<Moment>,
    /// 点赞数
    pub support: Option<u32>,
    /// 反对数
    pub against: Option<u32>,
    /// 承办单位
    pub unit: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// 地址
    pub address: Option<String>,
    /// 类别
    pub kind: Option<String>,
    /// Other columns that are not empty, by their header.
    pub extra: Vec<(String, String)>,
}

/// A row that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowRejected {
    /// Its number in the file.
    pub row: u64,
    /// The field at fault; none when it is the row as a whole.
    pub field: Option<Field>,
    /// What to tell.
    pub said: Said,
}

/// The rows of an intake file, one at a time, in the order of the file. The outer error ends the file.
pub struct Intake<'a, R: Read + Seek> {
    rows: Rows<'a, R>,
    columns: Vec<(Option<Field>, String)>,
    header_row: u64,
}

/// Finds the header and starts reading.
pub fn read<'a, R: Read + Seek>(
    book: &'a mut Book<R>,
    mapping: &Mapping,
) -> Result<Intake<'a, R>, SheetError> {
    let mut rows = book.rows()?;
    for _ in 0..HEADER_WITHIN {
        let Some(row) = rows.next().transpose()? else { break };
        let columns = columns_of(&row, mapping);
        let has = |f: Field| columns.iter().any(|c| c.0 == Some(f));
        let known = columns.iter().filter(|c| c.0.is_some()).count();
        if known < 2 || !(has(Field::Title) || has(Field::Body)) {
            continue;
        }
        let missing = mapping.columns.iter().find(|m| !columns.iter().any(|c| header_name(&c.1) == m.0));
        if let Some(missing) = missing {
            return Err(SheetError::NoSuchColumn(missing.1.clone()));
        }
        return Ok(Intake { rows, columns, header_row: row.number });
    }
    Err(SheetError::NoHeader(HEADER_WITHIN))
}

/// What each cell of a header row means. A named column wins over a guessed one, then the first over the others.
fn columns_of(row: &Row<'_>, mapping: &Mapping) -> Vec<(Option<Field>, String)> {
    let mut columns: Vec<(Option<Field>, String)> = Vec::with_capacity(row.cells.len());
    for cell in &row.cells {
        let text = cell.text().trim().to_owned();
        columns.push((mapping.field_of(&header_name(&text)), text));
    }
    for i in 0..columns.len() {
        if columns[i].0.is_none() {
            let guess = Field::of_header(&header_name(&columns[i].1));
            let taken = columns.iter().any(|c| c.0 == guess);
            columns[i].0 = guess.filter(|_| !taken);
        }
    }
    columns
}

impl<R: Read + Seek> Intake<'_, R> {
    /// The number of the header row.
    pub const fn header_row(&self) -> u64 {
        self.header_row
    }
    /// The columns: header and what it is taken for; `None` goes to `extra`.
    pub fn columns(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        self.columns.iter().map(|(field, name)| (name.as_str(), *field))
    }

    /// A header that is repeated further down, as in files that were put together.
    fn is_header(&self, row: &Row<'_>) -> bool {
        let mut known = self.columns.iter().zip(&row.cells).filter(|(c, _)| c.0.is_some()).peekable();
        known.peek().is_some() && known.all(|((_, name), cell)| cell.text().trim() == name)
    }

    fn understand(&self, row: Row<'_>) -> Result<IntakeRow, RowRejected> {
        let mut out = IntakeRow { row: row.number, ..IntakeRow::default() };
        let max = self.rows.limits().cell_chars;
        for (i, cell) in row.cells.into_iter().enumerate() {
            if cell.is_empty() {
                continue;
            }
            let (field, name) = self.columns.get(i).map_or((None, ""), |c| (c.0, c.1.as_str()));
            let reject = |said: Said| RowRejected { row: row.number, field, said };
            if let Cell::Text(text) = &cell
                && text.len() > max
                && text.chars().count() > max
            {
                return Err(reject(Said::new(
                    format!("“{name}”超过 {max} 字，请缩短后再导入"),
                    format!("{name:?} is longer than {max} characters, shorten it"),
                )));
            }
            put(&mut out, field, name, cell).map_err(reject)?;
        }
        if out.title.is_empty() && out.body.is_empty() {
            let said =
                Said::new("标题和内容都是空的，请补上其一", "neither title nor body, fill in one of them");
            return Err(RowRejected { row: row.number, field: None, said });
        }
        Ok(out)
    }
}

/// Puts one filled cell where its column says.
fn put(out: &mut IntakeRow, field: Option<Field>, name: &str, cell: Cell<'_>) -> Result<(), Said> {
    let time = |cell: &Cell<'_>| {
        moment_of(cell).map_err(|e| {
            Said::new(
                format!("“{name}”里的“{}”不是时间，应写作 2019-01-06 12:09:38", e.0),
                format!("{:?} in {name:?} is not a time, write 2019-01-06 12:09:38", e.0),
            )
        })
    };
    let count = |cell: &Cell<'_>| {
        let text = cell.text();
        let plain: String = text.chars().map(half_width).filter(|c| !matches!(c, ',' | ' ')).collect();
        plain.parse::<u32>().map(Some).map_err(|_| {
            let text: String = text.chars().take(60).collect();
            Said::new(
                format!("“{name}”里的“{text}”不是个数，应为 0 或正整数"),
                format!("{text:?} in {name:?} is not a count, write 0 or a whole number"),
            )
        })
    };
    match field {
        Some(Field::Time) => out.at = time(&cell)?,
        Some(Field::ReplyTime) => out.reply_at = time(&cell)?,
        Some(Field::Support) => out.support = count(&cell)?,
        Some(Field::Against) => out.against = count(&cell)?,
        Some(Field::Ignore) => {}
        Some(Field::Title) => out.title = owned(cell),
        Some(Field::Body) => out.body = owned(cell),
        Some(Field::Id) => out.source_id = Some(owned(cell)),
        Some(Field::Author) => out.author = Some(owned(cell)),
        Some(Field::Reply) => out.reply = Some(owned(cell)),
        Some(Field::Unit) => out.unit = Some(owned(cell)),
        Some(Field::Phone) => out.phone = Some(owned(cell)),
        Some(Field::Address) => out.address = Some(owned(cell)),
        Some(Field::Kind) => out.kind = Some(owned(cell)),
        None => out.extra.push((name.to_owned(), owned(cell))),
    }
    Ok(())
}

fn owned(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.into_owned(),
        other => other.text().into_owned(),
    }
}

impl<R: Read + Seek> Iterator for Intake<'_, R> {
    type Item = Result<Result<IntakeRow, RowRejected>, SheetError>;
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(e) => return Some(Err(e)),
            };
            if row.cells.iter().all(Cell::is_empty) || self.is_header(&row) {
                continue;
            }
            return Some(Ok(self.understand(row)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_means_one_field_and_is_written_as_it_is_compared() {
        let mut seen = std::collections::BTreeMap::new();
        for (field, word, names) in FIELDS {
            assert_eq!(Field::of_word(word), Some(field));
            for name in names {
                assert_eq!(header_name(name), *name);
                assert_eq!(seen.insert(*name, field), None, "{name} twice");
            }
        }
        assert_eq!(header_name(" 留言　时间（必填）\t"), "留言时间");
        assert_eq!(header_name("*标题:"), "标题");
        assert_eq!(header_name("ＩＤ"), "id");
    }

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        assert!(Mapping::parse(&["来信=body", "无关=ignore", "x=ignore"]).is_ok());
        for bad in [&["body"][..], &["来信=wrong"], &["=body"], &["a=body", "b=body"]] {
            assert!(Mapping::parse(bad).is_err(), "{bad:?}");
        }
    }
}
