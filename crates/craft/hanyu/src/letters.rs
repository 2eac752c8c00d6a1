//! 来信表: reading tables of letters. A table is told by its columns, not by its name: raw letters
//! (`title`, `body`, maybe `label`), already cut words (`tokens`, `label`), or a taxonomy (`level1` …).
//! Must not know files: bytes come in.

use kernel::Moment;
use serde::{Deserialize, Serialize};

use crate::normalise::fold;
use crate::spot;

/// The most rows of one table and the most bytes of one table that are read.
pub const MAX_ROWS: usize = 2_000_000;

/// A table that cannot be read, in words for the person who gave it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTable {
    /// A row is not readable.
    #[error(
        "第 {row} 行读不懂（{why}），请以 UTF-8 编码的 CSV 保存后再试 / row {row} cannot be read ({why}): save as CSV in UTF-8"
    )]
    Row {
        /// Row number, the heading being 1.
        row: usize,
        /// What the reader said.
        why: String,
    },
    /// None of the known column sets.
    #[error(
        "列名不认识（{found}）；需要 id,title,body[,label] 或 tokens,label 或 level1,level2,level3 / unknown columns ({found}): need id,title,body[,label] or tokens,label or level1,level2,level3"
    )]
    Columns {
        /// The columns found.
        found: String,
    },
    /// Too many rows.
    #[error("行数超过 {MAX_ROWS}，请分成几份 / more than {MAX_ROWS} rows: split the file")]
    TooLong,
}

/// One letter (来信). Empty where the table has no such column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Id, unique within its table; the row number if there is none.
    pub id: String,
    /// Who wrote (an anonymous account).
    pub author: String,
    /// 标题
    pub title: String,
    /// 正文
    pub body: String,
    /// When it was written, if the table says so readably.
    pub at: Option<Moment>,
    /// Its label (承办类别), if the table has one.
    pub label: Option<String>,
    /// The reply (答复), if the table has one.
    pub reply: String,
    /// When it was replied to.
    pub reply_at: Option<Moment>,
    /// Votes for it.
    pub support: u32,
    /// Votes against it.
    pub against: u32,
}

/// A row of already cut words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutRow {
    /// The words, blanks between them.
    pub tokens: String,
    /// Its label.
    pub label: String,
}

/// What a table turned out to be.
#[derive(Clone, Debug)]
pub enum Table {
    /// Raw letters.
    Letters(Vec<Letter>),
    /// Cut words with labels.
    Cut(Vec<CutRow>),
    /// Duties: for each label (level1) the words of its levels below.
    Taxonomy(Vec<[String; 3]>),
}

/// Reads a table of any of the known kinds from UTF-8 CSV with a heading (a byte-order mark is allowed).
pub fn read_table(bytes: &[u8]) -> Result<Table, BadTable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let row_error =
        |row: usize, e: &csv::Error| BadTable::Row { row, why: e.to_string().chars().take(120).collect() };
    let head = reader.headers().map_err(|e| row_error(1, &e))?.clone();
    let col = |name: &str| head.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    let (tokens, body, level1) = (col("tokens"), col("body"), col("level1"));
    if tokens.is_none() && body.is_none() && level1.is_none() {
        let found = head.iter().collect::<Vec<_>>().join(",").chars().take(200).collect();
        return Err(BadTable::Columns { found });
    }
    let names =
        ["id", "author", "title", "time", "body", "label", "reply", "reply_time", "support", "against"];
    let cols = names.map(col);
    let (mut letters, mut cut, mut duties) = (Vec::new(), Vec::new(), Vec::new());
    for (i, row) in reader.records().enumerate() {
        let row = row.map_err(|e| row_error(i + 2, &e))?;
        if i >= MAX_ROWS {
            return Err(BadTable::TooLong);
        }
        let get = |c: Option<usize>| c.and_then(|c| row.get(c)).unwrap_or("");
        if let Some(t) = tokens {
            cut.push(CutRow { tokens: get(Some(t)).to_owned(), label: get(cols[5]).trim().to_owned() });
        } else if body.is_some() {
            letters.push(letter(i, |n| get(cols[n])));
        } else {
            duties.push([level1, col("level2"), col("level3")].map(|c| get(c).trim().to_owned()));
        }
    }
    Ok(if tokens.is_some() {
        Table::Cut(cut)
    } else if body.is_some() {
        Table::Letters(letters)
    } else {
        Table::Taxonomy(duties)
    })
}

fn letter<'r>(row: usize, get: impl Fn(usize) -> &'r str) -> Letter {
    let id = get(0).trim();
    let label = get(5).trim();
    Letter {
        id: if id.is_empty() { (row + 1).to_string() } else { id.to_owned() },
        author: get(1).trim().to_owned(),
        title: get(2).to_owned(),
        at: moment(get(3)),
        body: get(4).to_owned(),
        label: (!label.is_empty()).then(|| label.to_owned()),
        reply: get(6).to_owned(),
        reply_at: moment(get(7)),
        support: get(8).trim().parse().unwrap_or(0),
        against: get(9).trim().parse().unwrap_or(0),
    }
}

/// Reads a Beijing moment as tables write it: `2020/1/6 12:09:38`, `2019-04-25 09:32`, or a spreadsheet's day
/// number (`43854.51`).
pub fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(days) = text.parse::<f64>() {
        // Spreadsheets count days from 1899-12-30.
        let us = (days - 25_569.0) * kernel::US_PER_DAY as f64 - (8 * kernel::US_PER_HOUR) as f64;
        return (20_000.0..80_000.0).contains(&days).then(|| Moment::from_us(us.round() as i64));
    }
    let folded = fold(&text.chars().take(60).collect::<String>());
    let t = spot::times(&folded).into_iter().next()?;
    let date = kernel::Date::new(t.year?, t.month?, t.day?).ok()?;
    let clock = i64::from(t.hour.unwrap_or(0)) * kernel::US_PER_HOUR
        + i64::from(t.minute.unwrap_or(0)) * 60 * kernel::US_PER_SECOND;
    let seconds = folded.rsplit(':').next().filter(|_| folded.matches(':').count() == 2);
    let seconds = seconds.and_then(|s| s.trim().parse::<i64>().ok()).unwrap_or(0).clamp(0, 59);
    Some(Moment::from_us(Moment::start_of(date).us() + clock + seconds * kernel::US_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_told_by_their_columns() {
        let Ok(Table::Letters(l)) = read_table(
            "id,author,title,time,body,label\n7,A,题,2020/1/6 12:09:38,\"文\n二\",交通运输\n".as_bytes(),
        ) else {
            panic!("letters")
        };
        assert_eq!((l[0].id.as_str(), l[0].label.as_deref()), ("7", Some("交通运输")));
        assert_eq!(l[0].at.unwrap().to_string(), "2020-01-06T12:09:38+08:00");
        assert!(
            matches!(read_table("\u{feff}tokens,label\na b,x\n".as_bytes()), Ok(Table::Cut(c)) if c.len() == 1)
        );
        assert!(matches!(read_table(b"level1,level2,level3\na,b,c\n"), Ok(Table::Taxonomy(_))));
        assert!(matches!(read_table(b"x,y\n1,2\n"), Err(BadTable::Columns { .. })));
        assert!(matches!(read_table(b"body\n\xff\xff\n"), Err(BadTable::Row { .. })));
        assert_eq!(moment("43854.5"), moment("2020-01-24 12:00"));
    }
}
