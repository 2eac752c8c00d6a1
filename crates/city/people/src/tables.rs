//! 名册表: the roster at the desk of imports: all of a file or nothing.

use std::fs::File;

use access::{Nothing, decide, op};
use city::{Error, Office};
use imports::{
    Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header, read_tables,
};
use kernel::{Actor, Said};
use paper::sheet::Limits;

use crate::People;
use crate::roster::{PASSWORD, UNIT_OF, columns, no_tables};
use crate::staff_list::Completing;

/// 名册 at the desk of imports.
#[derive(Clone, Debug)]
pub struct RosterTables(pub People);

fn limits() -> Limits {
    Limits { rows: 50_000, ..Limits::default() }
}

fn fields(table: &str) -> Vec<FieldName> {
    // Accounts say their unit by its code or its names.
    let said =
        |zh: &str| if zh == UNIT_OF { "单位（名称或编码）".to_owned() } else { zh.to_owned() };
    let name = |zh: &str| FieldName { word: zh.to_owned(), said: (said(zh), said(zh)) };
    columns(table).map(name).collect()
}

/// Something is wrong with so many rows.
fn all_or_nothing(wrong: usize) -> Said {
    Said::new(
        format!("有 {wrong} 处要改；名册要么全收、要么全不收，请改好后重新上传"),
        format!("{wrong} things to mend: a roster is taken in as a whole or not at all"),
    )
}

/// How a plain list is completed, as was chosen on the page.
fn completing(how: &How) -> Completing {
    Completing { by_post: how.answer("roles") != "handler", make_units: how.answer("units") != "refuse" }
}

impl Gate for RosterTables {
    fn word(&self) -> &'static str {
        "roster"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("名册（单位和人员）", "Roster: units and staff")
    }
    fn brief(&self) -> bool {
        true
    }
    fn questions(&self) -> Vec<Question> {
        vec![
            Question {
                word: "roles",
                said: ("没有“角色”一列的，角色", "Roles, where no column says them"),
                choices: vec![
                    (
                        "post",
                        "按职务判断（领导走流程，窗口收件，其余承办）",
                        "by post: leaders walk, windows take in, the others handle",
                    ),
                    ("handler", "都作承办人", "all are handlers"),
                ],
            },
            Question {
                word: "units",
                said: ("花名册里有、系统里没有的单位", "Units of a list of staff that are not here"),
                choices: vec![
                    ("make", "照表新建（下面逐个列出）", "made from the list, named below"),
                    ("refuse", "不建，这些行不收", "not made: their rows are not taken"),
                ],
            },
        ]
    }
    fn may(&self, actor: &Actor, _: &Office) -> Result<(), Error> {
        decide(actor, op::KeepRoster, Nothing)?;
        Ok(())
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let again = file.try_clone().map_err(Error::bug)?;
        let (format, sheets) = read_tables(file, &limits())?;
        let read = self.0.read_roster(actor, &sheets, &how.asked, completing(how))?;
        if read.told.is_empty() {
            let mut again = again;
            std::io::Seek::rewind(&mut again).map_err(Error::bug)?;
            let (sheet, rows) = first_rows(again, None)?;
            let mut all = fields("人员");
            all.extend(fields("单位").into_iter().filter(|f| f.word != UNIT_OF));
            return Ok(no_header(&sheet, &rows, all, no_tables()));
        }
        let good = (read.units.len() + read.staff.len()) as u64;
        let wrong = read.wrong.len();
        let part = |(table, mut told): (&'static str, tabular::Told)| {
            format.clone_into(&mut told.format);
            // Nobody is shown a password, not even who brings it.
            for column in told.seen.iter_mut().filter(|c| c.field.as_deref() == Some(PASSWORD)) {
                column.samples.iter_mut().for_each(|s| "••••••".clone_into(s));
                column.samples.dedup();
            }
            Part { told, fields: fields(table) }
        };
        let parts: Vec<Part> = read.told.into_iter().map(part).collect();
        let rows = good + parts.iter().map(|p| p.told.set_aside_count).sum::<u64>();
        let trouble = match wrong {
            0 if good == 0 => Some(no_tables()),
            0 => None,
            n => Some(all_or_nothing(n)),
        };
        Ok(Preview { parts, rows, good, trouble, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let (format, sheets) = read_tables(run.file, &limits())?;
        let taken = self.0.take_in_roster_as(run.actor, &sheets, &run.how.asked, completing(run.how))?;
        if !taken.wrong.is_empty() {
            return Err(Error::Invalid { field: "file".to_owned(), said: all_or_nothing(taken.wrong.len()) });
        }
        let accepted = (taken.units.new + taken.staff.new) as u64;
        let changed = (taken.units.changed + taken.staff.changed) as u64;
        let mut told = taken.told;
        told.iter_mut().for_each(|t| format.clone_into(&mut t.format));
        let aside: u64 = told.iter().map(|t| t.set_aside_count).sum();
        // There the new ones are given their first passwords.
        let seen_at = Some("/desk/office/roster".to_owned());
        Ok(Answer { rows: accepted + changed + aside, accepted, changed, told, seen_at, ..Answer::default() })
    }
}
