//! 收件表: what a row of an intake file says (R1, R10): the sheet and its header are found, its columns understood,
//! and every row becomes an [`IntakeRow`] or is set aside with a reason. What was not read is told at the end.
//!
//! Must not know cases or what is done with a row; whether it is a duplicate is decided where cases are known.

use std::collections::VecDeque;
use std::io::{Read, Seek};

use kernel::{Moment, Said, US_PER_DAY};
use serde::Serialize;
use tabular::beside::{self, Grid};
use tabular::header::{self, Header};
use tabular::told::{OtherSheet, Told, Unknown};
use tabular::when::{self, DateOrder, Evidence};
use tabular::{aside, value};

pub use super::intake_fields::{Field, Mapping};
use super::intake_fields::{is_error, likely, not_a_clock, not_a_time};
use super::{Book, Cell, Dates, Row, Rows, SheetError, moment_of};

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
    /// 是否保密
    pub secret: bool,
    /// Other columns that are not empty, by their header.
    pub extra: Vec<(String, String)>,
    /// The cells as they stand, to be written to a file that can be mended.
    #[serde(skip)]
    pub cells: Vec<String>,
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
    /// The cells as they stand.
    #[serde(skip)]
    pub cells: Vec<String>,
}

/// What a person says about a file beyond its columns.
#[derive(Clone, Debug, Default)]
pub struct ReadAs {
    /// The sheet to be read; the first that people see and that has a header when missing.
    pub sheet: Option<String>,
    /// Which of day and month comes first where the year stands last; the column decides when missing.
    pub date_order: Option<DateOrder>,
}

/// How a file will be read.
struct Plan {
    sheet: usize,
    /// Rows up to this number are title and header.
    after: u64,
    columns: Vec<(Option<Field>, String)>,
    names: Vec<String>,
    /// Fields that a line of a separated text may have.
    width: usize,
    is_csv: bool,
    /// Columns with the clock of the time and of the time of the reply.
    clocks: [Option<usize>; 2],
    dates: [Dates; 2],
    told: Told,
}

/// Rows from which the meaning of columns is learned.
const LOOKED: usize = 2_000;

/// The rows of an intake file, one at a time, in the order of the file. The outer error ends the file.
pub struct Intake<'a, R: Read + Seek> {
    rows: Rows<'a, R>,
    /// Rows that were looked at before their turn.
    ahead: VecDeque<Result<Row<'a>, SheetError>>,
    plan: Plan,
    again: aside::Again,
    unknown: Unknown,
    /// The last row of a line that is broken into several.
    broken_to: u64,
    /// Lines with fewer fields than the header: how many, and the first.
    short: (u64, u64),
}

/// Finds sheet and header and starts reading.
///
/// # Errors
/// No header, or a column of dates that nobody can tell.
pub fn read<'a, R: Read + Seek>(
    book: &'a mut Book<R>,
    mapping: &Mapping,
) -> Result<Intake<'a, R>, SheetError> {
    read_as(book, mapping, &ReadAs::default())
}

/// The same with a sheet and an order of dates that a person named.
///
/// # Errors
/// As [`read`], and no sheet of that name.
pub fn read_as<'a, R: Read + Seek>(
    book: &'a mut Book<R>,
    mapping: &Mapping,
    how: &ReadAs,
) -> Result<Intake<'a, R>, SheetError> {
    let plan = plan(book, mapping, how)?;
    let rows = book.rows_of(plan.sheet)?;
    let again = aside::Again::new(&plan.names);
    let (unknown, ahead) = (Unknown::default(), VecDeque::new());
    Ok(Intake { rows, ahead, plan, again, unknown, broken_to: 0, short: (0, 0) })
}

type Looked = Vec<(u64, usize, Vec<String>)>;

fn look<R: Read + Seek>(book: &mut Book<R>, sheet: usize, most: usize) -> Result<Looked, SheetError> {
    let mut rows = Vec::new();
    for row in book.rows_of(sheet)?.take(most) {
        let row = row?;
        rows.push((row.number, row.width, row.cells.iter().map(|c| c.text().into_owned()).collect()));
    }
    Ok(rows)
}

fn plan<R: Read + Seek>(book: &mut Book<R>, mapping: &Mapping, how: &ReadAs) -> Result<Plan, SheetError> {
    let sheets = book.sheets();
    let mut found: Vec<(usize, Header, Looked)> = Vec::new();
    let candidates = book.candidates(how.sheet.as_deref())?;
    for &sheet in &candidates {
        let rows = look(book, sheet, LOOKED)?;
        let texts: Vec<Vec<String>> =
            rows.iter().take(header::HEADER_WITHIN + 3).map(|r| r.2.clone()).collect();
        if let Some(header) = header::find(&texts, mapping) {
            found.push((sheet, header, rows));
        }
    }
    let known = |(_, header, rows): &(usize, Header, Looked)| {
        let fields = header::fields(&header.names, mapping);
        (fields.iter().flatten().count(), rows.len() > header.at + header.lines)
    };
    let at = header::which(&found.iter().map(known).collect::<Vec<_>>());
    let Some((sheet, header, rows)) = at.map(|at| found.swap_remove(at)) else {
        let names: Vec<String> = candidates
            .iter()
            .filter_map(|i| sheets.get(*i))
            .map(|s| s.name.clone())
            .filter(|n| !n.is_empty())
            .collect();
        return Err(match names.is_empty() {
            true => SheetError::NoHeader(header::HEADER_WITHIN),
            false => SheetError::NoHeaderIn(format!("“{}”", names.join("”“"))),
        });
    };
    let (first, last) = (header.at, header.at + header.lines - 1);
    let width = rows[first..=last].iter().map(|r| r.1).max().unwrap_or(0);
    let fields = header::fields(&header.names, mapping);
    let mut columns: Vec<(Option<Field>, String)> = fields
        .into_iter()
        .zip(&header.names)
        .map(|(f, n)| (f.and_then(Field::of_number), n.trim().to_owned()))
        .collect();
    // What was told to be ignored is ignored, however often.
    for ((field, _), shown) in columns.iter_mut().zip(header::unique(&header.names)) {
        if mapping.ignores(&shown) {
            *field = Some(Field::Ignore);
        }
    }
    let shown = header::unique(&header.names);
    let is_there = |m: &(String, String, Field)| {
        columns.iter().zip(&shown).any(|(c, shown)| *shown == m.1 || header::name(&c.1) == m.0)
    };
    let missing = mapping.columns.iter().find(|m| !is_there(m));
    if let Some(missing) = missing {
        return Err(SheetError::NoSuchColumn(missing.1.clone()));
    }
    let header_rows: Vec<u64> = rows[first..=last].iter().map(|r| r.0).collect();
    let others = sheets.iter().enumerate().filter(|(i, s)| *i != sheet && !s.name.is_empty());
    let mut plan = Plan {
        sheet,
        after: rows[last].0,
        names: header.names.iter().map(|n| n.trim().to_owned()).collect(),
        columns,
        width,
        is_csv: book.encoding().is_some(),
        clocks: [None; 2],
        dates: [Dates { is_1904: book.is_1904(), order: how.date_order }; 2],
        told: Told {
            format: book.format().to_owned(),
            sheet: sheets.get(sheet).map(|s| s.name.clone()).filter(|n| !n.is_empty()),
            header_rows,
            sheets_other: others
                .map(|(_, s)| OtherSheet { name: s.name.clone(), hidden: s.hidden })
                .collect(),
            ..Told::default()
        },
    };
    let texts: Vec<Vec<String>> = rows[..first].iter().map(|r| r.2.clone()).collect();
    for at in aside::above(&texts, header.names.len()) {
        plan.told.aside(rows[at].0, aside::ABOVE);
    }
    plan.find_clocks(&rows[last + 1..]);
    plan.find_orders(book, &rows[last + 1..], how)?;
    plan.list_columns(&rows[last + 1..]);
    Ok(plan)
}

/// Pieces behind the first of a line that is broken.
const PIECES_MAX: usize = 6;

const TIMES: [Field; 2] = [Field::Time, Field::ReplyTime];

impl Plan {
    fn place(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|c| c.0 == Some(field))
    }

    /// The clock beside the day of each time ([`tabular::beside`]).
    fn find_clocks(&mut self, rows: &[(u64, usize, Vec<String>)]) {
        let cell = |r: usize, c: usize| rows.get(r).and_then(|r| r.2.get(c)).map_or("", String::as_str);
        let names: Vec<String> = self.columns.iter().map(|c| c.1.clone()).collect();
        let grid = Grid { names: &names, rows: rows.len(), cell: &cell };
        for (n, field) in TIMES.into_iter().enumerate() {
            let Some(at) = self.place(field) else { continue };
            let taken = self.clocks;
            let free = |c: usize| {
                matches!(self.columns[c].0, None | Some(Field::Clock)) && !taken.contains(&Some(c))
            };
            // What a person or the list of names takes for a clock is one; other names of the same time are.
            let same = |c: usize| {
                self.columns[c].0 == Some(Field::Clock)
                    || Field::of_header(&header::name(&names[c])).is_some_and(|f| f.0 == field)
            };
            if let Some((day, clock)) = beside::pair(&grid, at, &free, &same) {
                self.columns[day].0 = Some(field);
                self.columns[clock].0 = Some(Field::Clock);
                self.clocks[n] = Some(clock);
            }
        }
        // A column of that name that has no dates beside it is not read.
        for c in 0..self.columns.len() {
            if self.columns[c].0 == Some(Field::Clock) && !self.clocks.contains(&Some(c)) {
                self.columns[c].0 = None;
            }
        }
    }

    /// Which of day and month comes first: what the whole column shows.
    fn find_orders<R: Read + Seek>(
        &mut self,
        book: &mut Book<R>,
        rows: &[(u64, usize, Vec<String>)],
        how: &ReadAs,
    ) -> Result<(), SheetError> {
        let places = TIMES.map(|f| self.place(f));
        let mut seen: [Evidence; 2] = Default::default();
        let see = |seen: &mut [Evidence; 2], number: u64, cell: &dyn Fn(usize) -> Option<String>| {
            for (evidence, place) in seen.iter_mut().zip(places) {
                if let Some(text) = place.and_then(cell) {
                    evidence.see(&text, number);
                }
            }
        };
        for (number, _, cells) in rows {
            see(&mut seen, *number, &|c| cells.get(c).cloned());
        }
        if !seen.iter().any(Evidence::any) {
            return Ok(());
        }
        for row in book.rows_of(self.sheet)? {
            let row = row?;
            if row.number > self.after {
                see(&mut seen, row.number, &|c| match row.cells.get(c) {
                    Some(Cell::Text(t)) => Some(t.clone().into_owned()),
                    _ => None,
                });
            }
        }
        for ((evidence, place), dates) in seen.iter().zip(places).zip(&mut self.dates) {
            let Some(place) = place else { continue };
            let decided = evidence
                .decide(&self.columns[place].1, how.date_order)
                .map_err(|(zh, en)| SheetError::DateOrder(zh, en))?;
            if let Some((order, said)) = decided {
                dates.order = Some(order);
                self.told.date_order = Some(said);
            }
        }
        Ok(())
    }

    fn list_columns(&mut self, rows: &[(u64, usize, Vec<String>)]) {
        // Cells beyond the header have no name.
        let widest = rows.iter().map(|r| r.2.len()).max().unwrap_or(0);
        if !self.is_csv || widest <= self.width {
            while self.columns.len() < widest {
                self.columns.push((None, String::new()));
                self.names.push(String::new());
            }
        }
        let names: Vec<String> = self.columns.iter().map(|c| c.1.clone()).collect();
        let word = |c: usize| self.columns[c].0.map(|f| f.word().to_owned());
        let likely = |c: usize, samples: &[String]| likely(&names[c], samples);
        self.told.columns(&names, &word, rows.iter().map(|r| r.2.as_slice()), &likely);
        for ((_, name), shown) in self.columns.iter_mut().zip(header::unique(&names)) {
            *name = shown;
        }
    }
}

impl<R: Read + Seek> Intake<'_, R> {
    /// The number of the last header row.
    pub const fn header_row(&self) -> u64 {
        self.plan.after
    }
    /// The columns: header and what it is taken for; `None` goes to `extra`.
    pub fn columns(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        self.plan.columns.iter().map(|(field, name)| (name.as_str(), *field))
    }
    /// What there is to tell about the file so far.
    pub fn told(&self) -> Told {
        let mut told = self.plan.told.clone();
        told.values_unknown = self.unknown.list();
        let (n, first) = self.short;
        if n > 0 {
            told.note(format!(
                "有 {n} 行的字段比表头少（如第 {first} 行），缺的当作空；如是内容里换了行，请给它加引号 / {n} rows have fewer fields than the header (such as row {first}): what is missing is taken as empty; a text with a line break needs quotes"
            ));
        }
        told
    }
    /// Notes a value that the caller did not understand.
    pub fn not_understood(&mut self, field: Field, value: &str, taken_as: &str) {
        let column = self.plan.place(field).map_or("", |c| self.plan.columns[c].1.as_str());
        self.unknown.add(column, value, taken_as);
    }

    /// Has a line of separated text fewer fields than the header?
    fn is_short(&self, row: &Row<'_>) -> bool {
        self.plan.is_csv && row.fault.is_none() && row.width > 0 && row.width < self.plan.width
    }

    /// Is a line of separated text that has too few fields the first piece of one with a line break in it that lacks its
    /// quotes? Its pieces have together as many fields as the header, less those that were cut. Says the last of them.
    fn broken(&mut self, row: &Row<'_>) -> Option<u64> {
        let whole = self.plan.width;
        let mut fields = row.width;
        for i in 0..PIECES_MAX {
            if self.ahead.len() == i {
                self.ahead.push_back(self.rows.next()?);
            }
            let Some(Ok(next)) = self.ahead.get(i) else { return None };
            if next.fault.is_some() || next.width == 0 || next.width >= whole {
                return None;
            }
            let texts: Vec<String> = next.cells.iter().map(|c| c.text().into_owned()).collect();
            if aside::why(&texts, self.plan.columns.len()).is_some() {
                return None;
            }
            fields += next.width - 1;
            if fields >= whole {
                return (fields == whole).then_some(next.number);
            }
        }
        None
    }

    fn understand(&mut self, row: Row<'_>) -> Result<IntakeRow, RowRejected> {
        let number = row.number;
        let cells: Vec<String> = row.cells.iter().map(|c| c.text().into_owned()).collect();
        let reject = |field, said| RowRejected { row: number, field, said, cells: cells.clone() };
        if let Some(f) = row.fault {
            let (zh, en) = f.said().split_once(" / ").unwrap_or_default();
            return Err(reject(None, Said::new(zh, en)));
        }
        let max = self.rows.limits().cell_chars;
        if self.plan.is_csv && row.cells.len() > self.plan.columns.len().max(self.plan.width) {
            let n = row.cells.len() - self.plan.columns.len().max(self.plan.width);
            return Err(reject(
                None,
                Said::new(
                    format!("比表头多出 {n} 个字段，可能是内容里有分隔符而没有加引号，请补上引号"),
                    format!(
                        "{n} fields more than the header: a separator inside of a text may lack its quotes"
                    ),
                ),
            ));
        }
        let mut out = IntakeRow { row: number, ..IntakeRow::default() };
        let mut filled: Vec<(usize, Cell<'_>)> =
            row.cells.into_iter().enumerate().filter(|(_, c)| !c.is_empty()).collect();
        // Times are put together first, for a clock may stand in another column.
        let mut times: [Option<Moment>; 2] = [None; 2];
        for (n, field) in TIMES.into_iter().enumerate() {
            let Some(place) = self.plan.place(field) else { continue };
            let cell = filled.iter().find(|f| f.0 == place).map(|f| &f.1);
            let name = &self.plan.columns[place].1;
            let Some(cell) = cell else {
                // A clock whose day is missing is no time.
                let clock = self.plan.clocks[n].and_then(|c| filled.iter().find(|f| f.0 == c));
                if let Some((c, clock)) = clock {
                    let name = &self.plan.columns[*c].1;
                    self.unknown.add(
                        name,
                        &clock.text(),
                        "旁边没有日期，当作没有时间 / no date beside it: taken as no time",
                    );
                }
                continue;
            };
            match cell {
                Cell::Error(value::NO_RESULT) => {
                    self.unknown.add(name, value::NO_RESULT, UNSOLVED);
                    continue;
                }
                Cell::Error(e) => return Err(reject(Some(field), is_error(name, e))),
                _ => {}
            }
            times[n] = moment_of(cell, self.plan.dates[n])
                .map_err(|e| reject(Some(field), not_a_time(name, &e.0)))?;
            if times[n].is_none() {
                self.unknown.add(name, &cell.text(), "当作没有时间 / taken as no time");
            }
            let Some(clock) = self.plan.clocks[n] else { continue };
            // A day that names its time itself needs none beside it.
            if !is_day(cell) {
                continue;
            }
            if let Some((_, clock_cell)) = filled.iter().find(|f| f.0 == clock) {
                let text = clock_cell.text();
                let name = &self.plan.columns[clock].1;
                let us = match clock_cell {
                    // A whole number of days with a clock format.
                    Cell::DateTime(at) => Some((at.us() + 8 * 3_600_000_000).rem_euclid(US_PER_DAY)),
                    _ => beside::clock_in_column(&text),
                };
                match (us, times[n]) {
                    (Some(us), Some(at)) => times[n] = Some(at.plus_us(us)),
                    (None, Some(at)) => match beside::with_clock(at.us(), &text, when::BEIJING_S) {
                        beside::Joined::At(us) => times[n] = Some(Moment::from_us(us)),
                        beside::Joined::NoClock(_) => {}
                        beside::Joined::BadClock(_) => {
                            return Err(reject(Some(Field::Clock), not_a_clock(name, &text)));
                        }
                    },
                    _ => {}
                }
            }
        }
        [out.at, out.reply_at] = times;
        filled.retain(|(i, _)| {
            !matches!(
                self.plan.columns.get(*i).and_then(|c| c.0),
                Some(Field::Time | Field::ReplyTime | Field::Clock)
            )
        });
        for (i, cell) in filled {
            let (field, name) = self.plan.columns.get(i).map_or((None, ""), |c| (c.0, c.1.as_str()));
            if cell == Cell::Error(value::NO_RESULT) {
                self.unknown.add(name, value::NO_RESULT, UNSOLVED);
                continue;
            }
            if let Cell::Text(text) = &cell
                && text.len() > max
                && text.chars().count() > max
            {
                return Err(reject(
                    field,
                    Said::new(
                        format!("“{name}”超过 {max} 字，请缩短后再导入"),
                        format!("{name:?} is longer than {max} characters, shorten it"),
                    ),
                ));
            }
            put(&mut out, field, name, cell, &mut self.unknown).map_err(|said| reject(field, said))?;
        }
        if out.title.is_empty() && out.body.is_empty() {
            let said =
                Said::new("标题和内容都是空的，请补上其一", "neither title nor body, fill in one of them");
            return Err(reject(None, said));
        }
        out.cells = cells;
        Ok(out)
    }
}

const UNSOLVED: &str = "文件里没有存下公式的结果，读作空；请在表格软件里打开、保存后再导入 / the file does not hold the result of the formula: read as empty; open and save it in a spreadsheet and import again";
const AS_WRITTEN: &str = "按原样保留，请核对 / kept as written, check it";

/// Puts one filled cell where its column says.
fn put(
    out: &mut IntakeRow,
    field: Option<Field>,
    name: &str,
    cell: Cell<'_>,
    unknown: &mut Unknown,
) -> Result<(), Said> {
    let Some(field) = field else {
        out.extra.push((name.to_owned(), owned(cell)));
        return Ok(());
    };
    if field == Field::Ignore {
        return Ok(());
    }
    if let Cell::Error(e) = cell {
        return Err(is_error(name, e));
    }
    let spoiled = match &cell {
        Cell::Number(n) => n.abs() >= value::EXACT_DIGITS,
        Cell::Text(t) => value::is_spoiled_number(t),
        _ => false,
    };
    let text = owned(cell);
    if matches!(field, Field::Support | Field::Against) {
        let count = match value::count(&text) {
            Some(n) => Some(n),
            None if when::is_blank_word(&text) && text != "-" => None,
            None => {
                let text: String = text.chars().take(60).collect();
                return Err(Said::new(
                    format!("“{name}”里的“{text}”不是个数，应为 0 或正整数"),
                    format!("{text:?} in {name:?} is not a count, write 0 or a whole number"),
                ));
            }
        };
        let place = if field == Field::Support { &mut out.support } else { &mut out.against };
        *place = count;
        return Ok(());
    }
    match field {
        Field::Title => out.title = text,
        Field::Body => out.body = text,
        Field::Id => {
            if spoiled {
                unknown.add(name, &text, "长数字已被表格软件改坏，按原样保留，请核对 / a long number spoiled by a spreadsheet, kept as written");
            }
            out.source_id = Some(text);
        }
        Field::Phone => {
            if spoiled {
                unknown.add(name, &text, "号码已被表格软件改坏，电话留空 / a number spoiled by a spreadsheet, the telephone is left empty");
            } else if !when::is_blank_word(&text) {
                let text = value::whole(&text);
                if !value::is_phone(text) {
                    unknown.add(name, text, AS_WRITTEN);
                }
                out.phone = Some(text.to_owned());
            }
        }
        Field::Secret => match text.trim().to_lowercase().as_str() {
            "是" | "y" | "yes" | "true" | "1" | "保密" | "匿名" | "不公开" | "√" | "需保密" | "要求保密" =>
            {
                out.secret = true;
            }
            "否" | "n" | "no" | "false" | "0" | "公开" | "不保密" | "实名" | "无" | "无需保密" | "×" =>
                {}
            other => {
                unknown.add(name, other, "当作要求保密 / taken as asked to be kept secret");
                out.secret = true;
            }
        },
        Field::Author => out.author = Some(text),
        Field::Reply => out.reply = Some(text),
        Field::Unit if when::is_blank_word(&text) => {}
        Field::Unit => out.unit = Some(text),
        Field::Address => out.address = Some(text),
        Field::Kind => out.kind = Some(text),
        Field::Time | Field::ReplyTime | Field::Clock | Field::Support | Field::Against | Field::Ignore => {}
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
            let row = match self.ahead.pop_front().or_else(|| self.rows.next())? {
                Ok(row) => row,
                Err(e) => return Some(Err(e)),
            };
            if row.number <= self.plan.after || (row.fault.is_none() && row.cells.iter().all(Cell::is_empty))
            {
                continue;
            }
            if row.hidden {
                self.plan.told.hidden_rows += 1;
            }
            // A row that looks like none of the records is looked at closely.
            if row.fault.is_none() && (self.again.is_apart() || is_odd(&row)) {
                let texts: Vec<String> = row.cells.iter().map(|c| c.text().into_owned()).collect();
                if let Some(why) = self.again.aside(row.number, &texts) {
                    self.plan.told.aside(row.number, why);
                    continue;
                }
            } else {
                self.again.took();
            }
            if row.number > self.broken_to && self.is_short(&row) {
                if let Some(last) = self.broken(&row) {
                    self.broken_to = last;
                } else {
                    self.short.0 += 1;
                    self.short.1 = if self.short.0 == 1 { row.number } else { self.short.1 };
                }
            }
            if row.number <= self.broken_to {
                let cells = row.cells.iter().map(|c| c.text().into_owned()).collect();
                let said = Said::new(
                    "这一行断成了几行：字段比表头少，和相邻的行合起来正好一行，多半是内容里换了行而没有加引号，请加上引号",
                    "a line broken into several: with its neighbours it has the fields of one; a text with a line break lacks its quotes: add them",
                );
                return Some(Ok(Err(RowRejected { row: row.number, field: None, said, cells })));
            }
            return Some(Ok(self.understand(row)));
        }
    }
}

/// Does a cell say a day and nothing about the hour?
fn is_day(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::DateTime(at) => (at.us() + 8 * 3_600_000_000).rem_euclid(US_PER_DAY) == 0,
        Cell::Number(n) => n.fract() == 0.0 && when::is_date_only(&cell.text()),
        other => when::is_date_only(&other.text()),
    }
}

/// Could the row be a footer or a header again? Its first cells are short.
fn is_odd(row: &Row<'_>) -> bool {
    let mut filled = row.cells.iter().filter(|c| !c.is_empty());
    match filled.next() {
        Some(Cell::Text(t)) => t.len() <= 200,
        Some(Cell::Number(n)) => *n <= 1.0 + row.cells.len() as f64,
        _ => false,
    }
}
