//! 事项表: items of a table or of JSON lines at the desk of imports (K1, X4).

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};

use access::{decide, op};
use catalogue::{Level, ServiceItem, rows};
use city::{Error, Office};
use imports::{Answer, FieldName, Gate, How, Part, Preview, Run, first_rows, no_header, read_tables};
use kernel::{Actor, RegionLevel, Said};
use paper::sheet::Limits;
use tabular::Told;
use tabular::kind::{FileKind, HEAD};

use crate::{Catalogue, ItemOutcome};

/// 事项 at the desk of imports.
#[derive(Clone, Debug)]
pub struct ItemTables(pub Catalogue);

/// Items of one transaction.
const CHUNK: usize = 200;

fn disk(e: &std::io::Error) -> Error {
    Error::Store(store::StoreError::Disk(e.to_string()))
}

/// A file as it was read: by sheets, or line by line.
enum Came {
    Sheets(rows::Imported),
    Lines(Vec<ServiceItem>, Told),
}

fn read(mut file: File, how: &How) -> Result<Came, Error> {
    let mut head = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(|e| disk(&e))?;
    file.rewind().map_err(|e| disk(&e))?;
    if FileKind::of(&head) != FileKind::Json {
        let (format, sheets) = read_tables(file, &Limits::default())?;
        let mut done = rows::import_told(&sheets, &how.asked);
        done.told.iter_mut().for_each(|t| format.clone_into(&mut t.format));
        return Ok(Came::Sheets(done));
    }
    let mut items = Vec::new();
    let sum =
        catalogue::json::import_lines(BufReader::new(file), |item| items.push(item)).map_err(|e| disk(&e))?;
    let mut told = Told { format: "JSON Lines".to_owned(), ..Told::default() };
    sum.problems.iter().for_each(|p| told.aside(p.line as u64, format!("{} {}", p.path, p.said)));
    Ok(Came::Lines(items, told))
}

fn fields(sheet: &str) -> Vec<FieldName> {
    let name =
        |(zh, en): (&str, &str)| FieldName { word: zh.to_owned(), said: (zh.to_owned(), en.to_owned()) };
    rows::columns(sheet).into_iter().map(name).collect()
}

/// The level on which the unit of an item stands.
fn level_of(office: &Office, item: &ServiceItem) -> Level {
    let unit = office.unit_called(&item.unit);
    match unit.map_or(&office.settings.city, |u| &u.region).level() {
        RegionLevel::Province => Level::Province,
        RegionLevel::City => Level::City,
        RegionLevel::County => Level::County,
        RegionLevel::Township => Level::Township,
        RegionLevel::Village => Level::Village,
    }
}

/// Units of items that are none of ours: their items cannot be walked.
fn tell_units(office: &Office, items: &[ServiceItem], told: &mut Told) {
    let mut unknown = tabular::told::Unknown::default();
    for i in items.iter().filter(|i| office.unit_called(&i.unit).is_none()) {
        let said = "系统里没有这个单位：事项照收，但不能分派去走；请先导入单位，或改成单位的全称、简称 / not one of our units: taken in, but not walked";
        unknown.add("单位", &i.unit, said);
    }
    told.values_unknown.extend(unknown.list());
}

impl Gate for ItemTables {
    fn word(&self) -> &'static str {
        "items"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("事项", "Items")
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        // Each item is decided about where it is written; this is for who writes none at all.
        let home = city::reach::home(actor, office);
        decide(actor, op::WriteCatalogue, city::reach::own_unit(actor, &home))?;
        Ok(())
    }
    fn look(&self, _: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let again = file.try_clone().map_err(|e| disk(&e))?;
        let mut done = match read(file, how)? {
            Came::Sheets(done) => done,
            Came::Lines(items, told) => {
                let good = items.len() as u64;
                let rows = good + told.set_aside_count;
                let parts = vec![Part { told, fields: Vec::new() }];
                return Ok(Preview { parts, rows, good, ..Preview::default() });
            }
        };
        if done.told.is_empty() {
            let why =
                done.problems.first().map_or_else(|| Said::new("没有表头", "no header"), |p| p.said.clone());
            let mut again = again;
            again.rewind().map_err(|e| disk(&e))?;
            let (sheet, first) = first_rows(again, how.asked.sheet.as_deref())?;
            return Ok(no_header(&sheet, &first, fields(""), why));
        }
        tell_units(&*self.0.city.office_now().wait()?, &done.items, &mut done.told[0]);
        let good = done.items.len() as u64;
        let rows = good + done.told[0].set_aside_count;
        // The sheet of the items comes first, whatever it is called.
        let part = |(i, told): (usize, Told)| {
            let fields = fields(told.sheet.as_deref().filter(|_| i > 0).unwrap_or_default());
            Part { told, fields }
        };
        let parts = done.told.into_iter().enumerate().map(part).collect();
        Ok(Preview { parts, rows, good, ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, file, how, progress, .. } = run;
        let (mut sheets, mut items, mut lines) = match read(file, how)? {
            Came::Sheets(mut done) => {
                let mut items = std::mem::take(&mut done.items);
                let office = self.0.city.office_now().wait()?;
                if let Some(told) = done.told.first_mut() {
                    tell_units(&office, &items, told);
                }
                if done.levels_open {
                    items.iter_mut().for_each(|i| i.level = level_of(&office, i));
                }
                (Some(done), items, Told::default())
            }
            Came::Lines(items, told) => (None, items, told),
        };
        let mut answer = Answer { seen_at: Some("/desk/items".to_owned()), ..Answer::default() };
        let mut at = 0;
        while !items.is_empty() {
            let rest = items.split_off(items.len().min(CHUNK));
            let chunk = std::mem::replace(&mut items, rest);
            let codes: Vec<String> = chunk.iter().map(|i| i.code.clone()).collect();
            for (code, outcome) in codes.iter().zip(self.0.take_in_items(actor, chunk)?.wait()?) {
                match outcome {
                    ItemOutcome::Added => answer.accepted += 1,
                    ItemOutcome::NewVersion => answer.changed += 1,
                    ItemOutcome::Unchanged => answer.duplicates += 1,
                    ItemOutcome::Refused(said) => match &mut sheets {
                        Some(done) => done.refuse(at, &said),
                        None => lines.aside(at as u64 + 1, format!("{code}：{said}")),
                    },
                }
                at += 1;
            }
            progress(at as u64)?;
        }
        (answer.told, answer.aside) = match sheets {
            Some(done) => (done.told, done.aside),
            None => (vec![lines], Vec::new()),
        };
        answer.rejected = answer.told.first().map_or(0, |t| t.set_aside_count);
        answer.rows = answer.accepted + answer.changed + answer.duplicates + answer.rejected;
        Ok(answer)
    }
}
