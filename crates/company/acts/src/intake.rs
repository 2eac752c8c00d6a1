//! 批量导入企业: rows of a table become files, a chunk in one transaction; every row gets its answer, and sent twice
//! nothing changes.

use access::{City, decide, op};
use city::{Door, Error, Later};
use company::file::FactList;
use kernel::{Actor, Said};
use store::companies as rows;
use store::office;

use crate::file::{Known, code_read, fresh};
use crate::{Companies, NewCompany};

/// Rows of one transaction at most.
pub const CHUNK: usize = 2_000;

/// One row as it was read.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// its place in the file, from 1
    pub row: u64,
    /// what it says
    pub new: NewCompany,
    /// what it knows of the company
    pub facts: FactList,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// a new file
    Added,
    /// a file was put right
    Changed,
    /// it says nothing new
    Same,
    /// why not: the field and the sentence
    Refused(String, Said),
}

impl Companies {
    /// What is wrong with each of some rows as far as it can be told without writing: the field and the sentence.
    pub fn look_over(&self, actor: Actor, incoming: Vec<Incoming>) -> Later<Vec<Option<(String, Said)>>> {
        self.read(move |app, rd| {
            let city = app.city.office(rd)?;
            decide(&actor, op::ImportCompanies, City(&city.settings.city))?;
            let known = Known { regions: office::regions(rd)?, ..Known::default() };
            let now = app.city.store().now();
            let codes: Vec<Result<String, Error>> = incoming.iter().map(|i| code_read(&i.new.code)).collect();
            let asked: Vec<String> = codes.iter().filter_map(|c| c.as_ref().ok().cloned()).collect();
            let mut found = rows::by_codes(rd, &asked)?.into_iter();
            let mut out = Vec::with_capacity(incoming.len());
            for (one, code) in incoming.iter().zip(codes) {
                let judged = code.and_then(|code| {
                    let before = found.next().flatten();
                    let mut row = before.unwrap_or_else(|| fresh(&city, code, now));
                    known.lay(&city, &mut row, &one.new)?;
                    one.new.contact.bounded()
                });
                out.push(match judged {
                    Ok(()) => None,
                    Err(Error::Invalid { field, said }) => Some((field, said)),
                    Err(e) => return Err(e),
                });
            }
            Ok(out)
        })
    }

    /// Takes rows in, in their order; one answer for each.
    pub fn import(&self, actor: Actor, incoming: Vec<Incoming>) -> Later<Vec<Taken>> {
        self.write(move |app, tx| {
            let city = app.city.office(tx)?;
            let permit = decide(&actor, op::ImportCompanies, City(&city.settings.city))?;
            // Whoever may bring in the whole city writes each file of it.
            let behalf = Actor { role: kernel::Role::System, ..permit.actor().clone() };
            let mut known = Known { regions: office::regions(tx)?, ..Known::default() };
            let codes: Vec<Result<String, Error>> = incoming.iter().map(|i| code_read(&i.new.code)).collect();
            let asked: Vec<String> = codes.iter().filter_map(|c| c.as_ref().ok().cloned()).collect();
            let mut there: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
            let mut found = rows::by_codes(tx, &asked)?.into_iter();
            let mut changes: Vec<rows::Change> = Vec::new();
            let mut out = Vec::with_capacity(incoming.len());
            for (one, code) in incoming.iter().zip(codes) {
                let code = match code {
                    Ok(code) => code,
                    Err(Error::Invalid { field, said }) => {
                        out.push(Taken::Refused(field, said));
                        continue;
                    }
                    Err(e) => return Err(e),
                };
                let before = found.next().flatten();
                if let Some(row) = there.get(&code) {
                    let first = incoming.get(*row).map_or(0, |i| i.row);
                    out.push(Taken::Refused(
                        "code".to_owned(),
                        Said::new(
                            format!("与第 {first} 行是同一家企业，请并成一行"),
                            format!("the same company as in row {first}: make them one"),
                        ),
                    ));
                    continue;
                }
                let was_there = before.is_some();
                let facts = Some(one.facts.clone()).filter(|f| !f.is_empty());
                match app.change(tx, &behalf, &mut known, before.as_ref(), &one.new, facts, "import") {
                    Ok((Some(change), _)) => {
                        there.insert(code, out.len());
                        changes.push(change);
                        out.push(if was_there { Taken::Changed } else { Taken::Added });
                    }
                    Ok((None, _)) => {
                        there.insert(code, out.len());
                        out.push(Taken::Same);
                    }
                    // A row that is refused takes nobody's place: the next one of this company may be good.
                    Err(Error::Invalid { field, said }) => out.push(Taken::Refused(field, said)),
                    Err(e) => return Err(e),
                }
            }
            rows::put_many(tx, &permit, &changes)?;
            Ok(out)
        })
    }
}
