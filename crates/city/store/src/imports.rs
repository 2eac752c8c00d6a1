//! 导入: files taken in, and what became of each row.

use kernel::CaseId;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Value;

/// A file that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// id
    pub id: i64,
    /// rows that are done
    pub done: i64,
    /// its end was reached
    pub ended: bool,
}

/// A row that became a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// digest of what it says
    pub content: [u8; 16],
    /// file
    pub file: i64,
    /// row
    pub row: i64,
    /// the case
    pub case: CaseId,
}

/// Begins a file, or finds the one with these bytes.
pub fn begin(tx: &mut Tx<'_>, digest: &[u8; 32], name: &str, campaign: Option<&str>) -> Result<FileRow> {
    let sql = "SELECT id, done, ended FROM import_file WHERE digest = $1";
    let found = tx.query_opt(sql, vals![digest], |r| {
        Ok(FileRow { id: r.i64(0)?, done: r.i64(1)?, ended: r.opt_i64(2)?.is_some() })
    })?;
    if let Some(found) = found {
        return Ok(found);
    }
    let now = tx.now();
    let id = tx.insert(
        "INSERT INTO import_file (digest, name, campaign, rows, done, began) VALUES ($1, $2, $3, 0, 0, $4) RETURNING id",
        vals![digest, name, campaign, now],
    )?;
    Ok(FileRow { id, done: 0, ended: false })
}

/// Notes that the rows up to `done` were taken in.
pub fn advance(tx: &mut Tx<'_>, file: i64, done: i64) -> Result<()> {
    tx.exec("UPDATE import_file SET done = $2 WHERE id = $1 AND done < $2", vals![file, done])?;
    Ok(())
}

/// Notes that the end was reached.
pub fn end(tx: &mut Tx<'_>, file: i64, rows: i64) -> Result<()> {
    let now = tx.now();
    tx.exec("UPDATE import_file SET rows = $2, ended = $3 WHERE id = $1", vals![file, rows, now])?;
    Ok(())
}

/// For each content the case that says the same, asked all at once.
pub fn known(rd: &mut Rd<'_>, contents: &[[u8; 16]]) -> Result<Vec<Option<Known>>> {
    let sql = "SELECT file, row, case_id FROM import_row WHERE content = $1";
    let rows: Vec<[Value<'_>; 1]> = contents.iter().map(|c| [c.into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    let found = rd.query_each(sql, &rows, |r| Ok((r.i64(0)?, r.i64(1)?, CaseId(r.i64(2)?))))?;
    let with = |(found, content): (Option<(i64, i64, CaseId)>, &[u8; 16])| {
        found.map(|(file, row, case)| Known { content: *content, file, row, case })
    };
    Ok(found.into_iter().zip(contents).map(with).collect())
}

/// What an earlier run of a file came to: the rows that became cases, and those that were refused with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// rows that became cases
    pub taken: std::collections::BTreeSet<i64>,
    /// rows that were refused, and why
    pub refused: std::collections::BTreeMap<i64, String>,
}

/// What became of the rows of a file so far. Reads all rows ever taken: for a run that goes on.
pub fn before(rd: &mut Rd<'_>, file: i64) -> Result<Before> {
    let taken = rd.query("SELECT row FROM import_row WHERE file = $1", vals![file], |r| r.i64(0))?;
    let refused = rd.query("SELECT row, why FROM import_refused WHERE file = $1", vals![file], |r| {
        Ok((r.i64(0)?, r.string(1)?))
    })?;
    Ok(Before { taken: taken.into_iter().collect(), refused: refused.into_iter().collect() })
}

/// Notes rows that became cases.
pub fn note(tx: &mut Tx<'_>, rows: &[Known]) -> Result<()> {
    let rows: Vec<[Value<'_>; 4]> =
        rows.iter().map(|k| [(&k.content).into(), k.file.into(), k.row.into(), k.case.into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 4]>::as_slice).collect();
    tx.exec_many("INSERT INTO import_row (content, file, row, case_id) VALUES ($1, $2, $3, $4)", &rows)?;
    Ok(())
}

/// Notes why a row was not taken in.
pub fn refuse(tx: &mut Tx<'_>, file: i64, row: i64, why: &str) -> Result<()> {
    tx.exec(
        "INSERT INTO import_refused (file, row, why) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        vals![file, row, why],
    )?;
    Ok(())
}
