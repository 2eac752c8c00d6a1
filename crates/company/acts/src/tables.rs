//! 企业表 at the desk of imports and at the command line: a row is a company, what its file does not know is something
//! known of it (R11, X4).

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Seek as _;

use access::{City, decide, op};
use city::{Error, Office};
use company::policy::Book;
use imports::{Answer, FieldName, Gate, How, Part, Preview, Run, first_rows, no_header, read_tables};
use kernel::{Actor, Said};
use paper::sheet::Limits;
use tabular::told::AsideTable;

use crate::table::{Table, called, fields, read_table};
use crate::{CHUNK, Companies, Incoming, Taken};

/// 企业 at the desk of imports.
#[derive(Clone, Debug)]
pub struct CompanyTables(pub Companies);

/// Values of what is known that are named one by one.
const NAMED: usize = 20;

fn field_names() -> Vec<FieldName> {
    let name =
        |(zh, en): (&str, &str)| FieldName { word: zh.to_owned(), said: (zh.to_owned(), en.to_owned()) };
    fields().map(name).collect()
}

/// The table of companies in a file, or what to say of a file that has none.
fn read(file: File, how: &How) -> Result<Result<Table, Said>, Error> {
    let (format, sheets) = read_tables(file, &Limits::default())?;
    let found = read_table(&sheets, &Book::default(), &how.asked);
    let found = found.map_err(|e| Error::Invalid { field: "file".to_owned(), said: e.said })?;
    let Some(mut table) = found else {
        return Ok(Err(Said::new(
            "找不到表头，须有“统一社会信用代码”和“企业名称”",
            "no header with a credit code (统一社会信用代码) and a name (企业名称)",
        )));
    };
    format.clone_into(&mut table.told.format);
    for why in table.set_aside.iter().take(NAMED) {
        table.told.note(why.to_string());
    }
    match table.set_aside.len().saturating_sub(NAMED) {
        0 => {}
        more => table.told.note(format!(
            "另有 {more} 处已知情况不能用，未记入 / {more} more values of what is known cannot be used and were left out"
        )),
    }
    Ok(Ok(table))
}

/// Rows of companies that stand further up in the file are refused wherever they stand. Rows that are `bad` for themselves
/// take nobody's place.
fn doubled(rows: &[Incoming], bad: &HashSet<u64>) -> HashMap<u64, Said> {
    let mut first: HashMap<String, u64> = HashMap::new();
    let mut out = HashMap::new();
    for one in rows.iter().filter(|one| !bad.contains(&one.row)) {
        let Ok(code) = crate::file::code_read(&one.new.code) else { continue };
        let row = *first.entry(code).or_insert(one.row);
        if row != one.row {
            let said = Said::new(
                format!("与第 {row} 行是同一家企业，请并成一行"),
                format!("the same company as in row {row}: make them one"),
            );
            out.insert(one.row, said);
        }
    }
    out
}

fn refuse(table: &mut Table, aside: &mut AsideTable, row: u64, field: &str, said: &Said) {
    let why = match (field, called(field)) {
        ("" | "code" | "name", _) | (_, None) => said.to_string(),
        (_, Some(name)) => format!("“{name}”：{said}"),
    };
    table.told.aside(row, why.clone());
    aside.rows.push((row, table.cells.remove(&row).unwrap_or_default(), why));
}

impl Gate for CompanyTables {
    fn word(&self) -> &'static str {
        "companies"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("企业", "Companies")
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        decide(actor, op::ImportCompanies, City(&office.settings.city))?;
        Ok(())
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let mut again = file.try_clone().map_err(Error::bug)?;
        let mut table = match read(file, how)? {
            Ok(table) => table,
            Err(why) => {
                again.rewind().map_err(Error::bug)?;
                let (sheet, rows) = first_rows(again, how.asked.sheet.as_deref())?;
                return Ok(no_header(&sheet, &rows, field_names(), why));
            }
        };
        let rows = std::mem::take(&mut table.rows);
        let mut wrong: Vec<(u64, String, Said)> = Vec::new();
        for chunk in rows.chunks(CHUNK) {
            let judged = self.0.look_over(actor.clone(), chunk.to_vec()).wait()?;
            let named = chunk.iter().zip(judged).filter_map(|(one, why)| why.map(|(f, s)| (one.row, f, s)));
            wrong.extend(named);
        }
        let bad = wrong.iter().map(|w| w.0).collect();
        wrong.extend(doubled(&rows, &bad).into_iter().map(|(row, said)| (row, String::new(), said)));
        wrong.sort_by_key(|w| w.0);
        wrong.dedup_by_key(|w| w.0);
        let good = (rows.len() - wrong.len()) as u64;
        let mut aside = AsideTable::default();
        for (row, field, said) in wrong {
            refuse(&mut table, &mut aside, row, &field, &said);
        }
        table.told.set_aside.sort_by_key(|s| s.row);
        let rows = good + table.told.set_aside_count;
        let parts = vec![Part { told: table.told, fields: field_names() }];
        Ok(Preview { parts, rows, good, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let read = read(file, how)?;
        let mut table = read.map_err(|said| Error::Invalid { field: "file".to_owned(), said })?;
        let mut rows = std::mem::take(&mut table.rows);
        let mut aside =
            AsideTable { sheet: "未收".to_owned(), header: table.header.clone(), rows: Vec::new() };
        let mut answer = Answer::default();
        let mut bad = HashSet::new();
        if !doubled(&rows, &bad).is_empty() {
            for chunk in rows.chunks(CHUNK) {
                let judged = self.0.look_over(actor.clone(), chunk.to_vec()).wait()?;
                bad.extend(chunk.iter().zip(judged).filter(|(_, why)| why.is_some()).map(|(one, _)| one.row));
            }
        }
        let doubled = doubled(&rows, &bad);
        rows.retain(|one| !doubled.contains_key(&one.row));
        for (row, said) in &doubled {
            refuse(&mut table, &mut aside, *row, "", said);
        }
        let mut done = 0;
        for chunk in rows.chunks(CHUNK) {
            for (one, taken) in chunk.iter().zip(self.0.import(actor.clone(), chunk.to_vec()).wait()?) {
                match taken {
                    Taken::Added => answer.accepted += 1,
                    Taken::Changed => answer.changed += 1,
                    Taken::Same => answer.duplicates += 1,
                    Taken::Refused(field, said) => refuse(&mut table, &mut aside, one.row, &field, &said),
                }
            }
            done += chunk.len() as u64;
            progress(done)?;
        }
        answer.rejected = aside.rows.len() as u64;
        answer.rows = answer.accepted + answer.changed + answer.duplicates + table.told.set_aside_count;
        table.told.set_aside.sort_by_key(|s| s.row);
        aside.rows.sort_by_key(|r| r.0);
        answer.seen_at = Some("/desk/companies".to_owned());
        (answer.told, answer.aside) = (vec![table.told], vec![aside]);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_row_names_the_column_and_not_the_field() {
        for (field, want) in [
            ("size", "“规模”：规模请填 / size"),
            ("industry", "“行业”：规模请填 / size"),
            ("region", "“区划”：规模请填 / size"),
            ("commissioner", "“服务专员”：规模请填 / size"),
            ("contact", "“联系人”：规模请填 / size"),
            ("phone", "“联系电话”：规模请填 / size"),
            ("address", "“地址”：规模请填 / size"),
            ("facts", "“已知情况”：规模请填 / size"),
            ("name", "规模请填 / size"),
            ("", "规模请填 / size"),
            ("other", "规模请填 / size"),
        ] {
            let (mut table, mut aside) = (Table::default(), AsideTable::default());
            refuse(&mut table, &mut aside, 2, field, &Said::new("规模请填", "size"));
            assert_eq!(aside.rows[0].2, want, "{field}");
        }
    }
}
