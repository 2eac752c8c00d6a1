//! 来信表: letters and opinions of a table become cases, chunk by chunk, on a page as at the command line (R10).
//!
//! Knows rows that are understood (`paper::sheet::intake`) and what becomes of them; not how a file is chosen or shown.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read, Seek};

use access::{decide, op};
use city::{Contact, Door as _, Error, Later, Office};
use imports::{Answer, FieldName, Gate, How, Part, Preview, Question, Run, first_rows, no_header};
use kernel::{Actor, Said, Word as _};
use paper::sheet::intake::{Field, Intake, IntakeRow, Mapping, ReadAs, read_as};
use paper::sheet::{Book, Limits, SheetError};
use resolve::Kind;
use store::imports::Before;
use tabular::DateOrder;
use tabular::told::AsideTable;

use crate::{Cases, Chunk, Import, ImportPlan, ImportRow, Outcome, Rehearsal};

/// How fast a file is taken in.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// rows of one transaction
    pub chunk: usize,
    /// transactions that are on their way while the next rows are read
    pub ahead: usize,
}

impl Pace {
    /// A program of its own, with nobody beside it.
    pub const ALONE: Self = Self { chunk: 2_000, ahead: 3 };
    /// Beside people who work: the writer is held for some hundredths of a second at a time.
    const BESIDE: Self = Self { chunk: 500, ahead: 2 };
}

/// What is heard while a file is taken in.
#[derive(Debug)]
pub enum Heard {
    /// what became of a row that is durable now, and its cells as they stand where they may be needed
    Row(u64, Outcome, Vec<String>),
    /// a row that an earlier run of this file had done, with its cells; refused by the reader?
    Before(u64, Vec<String>),
    /// rows read so far
    At(u64),
}

/// What a row is about; a word that is not known is told, and the kind of the whole file holds.
pub fn kind_of<R: Read + Seek>(reader: &mut Intake<'_, R>, row: &IntakeRow, whole: Kind) -> Option<Kind> {
    let word = row.kind.as_deref().map(str::trim).filter(|w| !w.is_empty())?;
    let found = Kind::read(word);
    if found.is_none() {
        reader.not_understood(Field::Kind, word, &format!("{} / {}", whole.zh(), whole.word()));
    }
    found
}

/// Takes the rows of a reader in; says how many were read.
///
/// # Errors
/// The file cannot be read to its end, the store could not, or whoever hears says so.
pub fn take_in<R: Read + Seek>(
    import: &Import,
    reader: &mut Intake<'_, R>,
    whole: Kind,
    pace: Pace,
    hear: &mut dyn FnMut(Heard) -> Result<(), Error>,
) -> Result<u64, Error> {
    let mut ahead: VecDeque<Sent> = VecDeque::new();
    let mut next = Sending::default();
    let mut read = 0;
    loop {
        let row = reader.next();
        let end = row.is_none();
        if let Some(row) = row.transpose().map_err(|e: SheetError| Error::told("file", &e))? {
            read += 1;
            let number = row.as_ref().map_or_else(|e| e.row, |r| r.row);
            if !import.complete && number <= import.done {
                let cells = row.map_or_else(|e| e.cells, |r| r.cells);
                hear(Heard::Before(number, cells))?;
                continue;
            }
            match row {
                Ok(mut row) => {
                    let kind = kind_of(reader, &row, whole);
                    next.cells.push((row.row, std::mem::take(&mut row.cells)));
                    next.rows.push(import_row(row, kind));
                }
                Err(e) => {
                    next.cells.push((e.row, e.cells));
                    next.refused.push((e.row, e.said));
                }
            }
        }
        if next.cells.len() >= pace.chunk || (end && !next.cells.is_empty()) {
            while ahead.len() >= pace.ahead.max(1) {
                heard(ahead.pop_front(), hear)?;
            }
            let Sending { rows, refused, cells } = std::mem::take(&mut next);
            ahead.push_back(Sent { later: import.chunk(rows, refused)?, cells });
            hear(Heard::At(read))?;
        }
        if end {
            break;
        }
    }
    while let Some(sent) = ahead.pop_front() {
        heard(Some(sent), hear)?;
    }
    import.finish(read).wait()?;
    Ok(read)
}

/// Reads the rows of a file and says what would become of them; nothing is written. Says how many were read, at most
/// `most`.
///
/// # Errors
/// The file cannot be read to its end, the store could not, or whoever hears says so.
pub fn rehearse<R: Read + Seek>(
    rehearsal: &mut Rehearsal,
    reader: &mut Intake<'_, R>,
    whole: Kind,
    most: u64,
    hear: &mut dyn FnMut(u64, Outcome, Vec<String>) -> Result<(), Error>,
) -> Result<u64, Error> {
    let mut next = Sending::default();
    let mut read = 0;
    loop {
        let row = if read < most { reader.next() } else { None };
        let end = row.is_none();
        if let Some(row) = row.transpose().map_err(|e: SheetError| Error::told("file", &e))? {
            read += 1;
            match row {
                Ok(mut row) => {
                    let kind = kind_of(reader, &row, whole);
                    next.cells.push((row.row, std::mem::take(&mut row.cells)));
                    next.rows.push(import_row(row, kind));
                }
                Err(e) => hear(e.row, Outcome::Rejected(e.said), e.cells)?,
            }
        }
        if next.cells.len() >= Pace::ALONE.chunk || end {
            let Sending { rows, mut cells, .. } = std::mem::take(&mut next);
            for (row, outcome) in rehearsal.chunk(rows)?.rows {
                let at = cells.binary_search_by_key(&row, |c| c.0);
                let cells = at.map_or_else(|_| Vec::new(), |at| std::mem::take(&mut cells[at].1));
                hear(row, outcome, cells)?;
            }
        }
        if end {
            return Ok(read);
        }
    }
}

/// Rows on their way into a transaction.
#[derive(Default)]
struct Sending {
    rows: Vec<ImportRow>,
    refused: Vec<(u64, Said)>,
    cells: Vec<(u64, Vec<String>)>,
}

/// A transaction that is on its way, with the cells of its rows.
struct Sent {
    later: Later<Chunk>,
    cells: Vec<(u64, Vec<String>)>,
}

fn heard(sent: Option<Sent>, hear: &mut dyn FnMut(Heard) -> Result<(), Error>) -> Result<(), Error> {
    let Some(Sent { later, mut cells }) = sent else { return Ok(()) };
    cells.sort_by_key(|c| c.0);
    for (row, outcome) in later.wait()?.rows {
        let at = cells.binary_search_by_key(&row, |c| c.0);
        let cells = at.map_or_else(|_| Vec::new(), |at| std::mem::take(&mut cells[at].1));
        hear(Heard::Row(row, outcome, cells))?;
    }
    Ok(())
}

fn import_row(r: IntakeRow, kind: Option<Kind>) -> ImportRow {
    ImportRow {
        row: r.row,
        source_id: r.source_id.unwrap_or_default(),
        contact: Contact {
            name: r.author.unwrap_or_default(),
            phone: r.phone.unwrap_or_default(),
            ..Contact::default()
        },
        title: r.title,
        at: r.at,
        body: r.body,
        reply: r.reply.unwrap_or_default(),
        reply_at: r.reply_at,
        support: r.support.unwrap_or(0).into(),
        against: r.against.unwrap_or(0).into(),
        unit: r.unit.unwrap_or_default(),
        place: r.address.unwrap_or_default(),
        kind,
        secret: r.secret,
    }
}

/// 来信与意见 at the desk of imports.
#[derive(Clone, Debug)]
pub struct Letters(pub Cases);

/// Rows looked at before anything is written.
const LOOKED: u64 = 200_000;
/// Rows kept for the file of what was not taken.
const ASIDE_MAX: usize = 100_000;

fn read_how(how: &How) -> Result<(Mapping, ReadAs), Error> {
    let mapping = Mapping::of(&how.asked.columns).map_err(|e| Error::told("file", &e))?;
    Ok((mapping, ReadAs { sheet: how.asked.sheet.clone(), date_order: how.asked.date_order }))
}

fn whole(how: &How) -> Result<Kind, Error> {
    match how.answer("kind") {
        "" => Ok(Kind::Opinion),
        word => Kind::read(word).ok_or_else(|| Error::told("kind", &Kind::unknown(word))),
    }
}

fn open(file: File) -> Result<Book<BufReader<File>>, Error> {
    Book::open(BufReader::new(file), Limits::default()).map_err(|e| Error::told("file", &e))
}

fn fields() -> Vec<FieldName> {
    let name = |f: Field| FieldName {
        word: f.word().to_owned(),
        said: (f.said().0.to_owned(), f.said().1.to_owned()),
    };
    Field::ALL.into_iter().map(name).collect()
}

impl Letters {
    fn plan(&self, run: &Run<'_>, kind: Kind) -> ImportPlan {
        let campaign = Some(run.how.answer("campaign").to_owned()).filter(|c| !c.is_empty());
        ImportPlan { name: run.name.to_owned(), digest: run.digest, campaign, kind }
    }
}

impl Gate for Letters {
    fn word(&self) -> &'static str {
        "cases"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("来信与意见", "Letters and opinions")
    }
    fn questions(&self) -> Vec<Question> {
        let kinds = Kind::ALL.iter().map(|k| (k.word(), k.zh(), k.word())).collect();
        vec![
            Question {
                word: "kind",
                said: ("表里没写类型的，当作", "kind where the table has none"),
                choices: kinds,
            },
            Question {
                word: "campaign",
                said: ("行动名称（可不填）", "campaign, may be empty"),
                choices: vec![],
            },
        ]
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        decide(actor, op::ImportCases, access::City(&office.settings.city))?;
        Ok(())
    }
    fn look(&self, actor: &Actor, file: File, how: &How) -> Result<Preview, Error> {
        let (mapping, as_told) = read_how(how)?;
        let kind = whole(how)?;
        let again = |file: &File| {
            let disk = |e: std::io::Error| Error::Store(store::StoreError::Disk(e.to_string()));
            let mut file = file.try_clone().map_err(disk)?;
            file.rewind().map_err(disk)?;
            Ok::<_, Error>(file)
        };
        let plan = ImportPlan { name: String::new(), digest: [0; 32], campaign: None, kind };
        let mut rehearsal = match self.0.rehearse_import(actor, plan) {
            Ok(rehearsal) => Some(rehearsal),
            // Before there is any unit only the file itself can be looked at.
            Err(Error::NotFound) => None,
            Err(e) => return Err(e),
        };
        let mut book = open(again(&file)?)?;
        let why = match read_as(&mut book, &mapping, &as_told) {
            Ok(rows) => return seen(rows, kind, rehearsal.as_mut()),
            Err(e) => e,
        };
        let trouble = Said::of_both(&why.to_string());
        match why {
            // The columns are shown as they would be read one way; a person says which it is.
            SheetError::DateOrder(..) => {
                let one_way = ReadAs { date_order: Some(DateOrder::DayFirst), ..as_told };
                let rows = read_as(&mut book, &mapping, &one_way).map_err(|e| Error::told("file", &e))?;
                Ok(Preview { trouble: Some(trouble), ..seen(rows, kind, rehearsal.as_mut())? })
            }
            SheetError::NoHeader(_) | SheetError::NoHeaderIn(_) => {
                let (sheet, rows) = first_rows(again(&file)?, how.asked.sheet.as_deref())?;
                Ok(no_header(&sheet, &rows, fields(), trouble))
            }
            other => Err(Error::told("file", &other)),
        }
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let (mapping, as_told) = read_how(run.how)?;
        let kind = whole(run.how)?;
        let plan = self.plan(&run, kind);
        let Run { actor, file, progress, .. } = run;
        let mut book = open(file)?;
        let mut rows = read_as(&mut book, &mapping, &as_told).map_err(|e| Error::told("file", &e))?;
        let header = rows.columns().map(|c| c.0.to_owned()).collect();
        let import = self.0.begin_import(actor, plan)?;
        let before =
            if import.done > 0 && !import.complete { self.0.before(&import)? } else { Before::default() };
        let mut answer = Answer::default();
        let mut aside = AsideTable { sheet: "未收".to_owned(), header, rows: Vec::new() };
        let mut refused: Vec<(u64, String)> = Vec::new();
        let mut refuse = |answer: &mut Answer, row: u64, cells: Vec<String>, said: String| {
            answer.rejected += 1;
            if aside.rows.len() < ASIDE_MAX {
                aside.rows.push((row, cells, said.split(" / ").next().unwrap_or_default().to_owned()));
            }
            refused.push((row, said));
        };
        let read = take_in(&import, &mut rows, kind, Pace::BESIDE, &mut |heard| {
            match heard {
                Heard::At(rows) => progress(rows)?,
                Heard::Row(row, Outcome::Rejected(said), cells) => {
                    refuse(&mut answer, row, cells, said.to_string());
                }
                Heard::Row(_, Outcome::Accepted(_), _) => answer.accepted += 1,
                Heard::Row(..) => answer.duplicates += 1,
                Heard::Before(row, cells) => {
                    let number = i64::try_from(row).unwrap_or(i64::MAX);
                    match before.refused.get(&number) {
                        Some(why) => refuse(&mut answer, row, cells, why.clone()),
                        None if before.taken.contains(&number) => answer.accepted += 1,
                        None => answer.duplicates += 1,
                    }
                }
            }
            Ok(())
        })?;
        let mut told = rows.told();
        answer.rows = read + told.set_aside_count;
        refused.iter().for_each(|(row, why)| told.aside(*row, why.clone()));
        told.set_aside.sort_by_key(|s| s.row);
        (answer.told, answer.aside) = (vec![told], vec![aside]);
        Ok(answer)
    }
}

/// The rows as they would be read and what would become of them; nothing is written.
fn seen<R: Read + Seek>(
    mut rows: Intake<'_, R>,
    kind: Kind,
    rehearsal: Option<&mut Rehearsal>,
) -> Result<Preview, Error> {
    let mut preview = Preview::default();
    let (mut refused, mut doubled) = (Vec::new(), 0_u64);
    match rehearsal {
        Some(rehearsal) => {
            preview.rows = rehearse(rehearsal, &mut rows, kind, LOOKED, &mut |row, outcome, _| {
                match outcome {
                    Outcome::Accepted(_) => preview.good += 1,
                    Outcome::Rejected(said) => refused.push((row, said.to_string())),
                    Outcome::DuplicateOfRow(_) | Outcome::DuplicateOfCase(_) => doubled += 1,
                }
                Ok(())
            })?;
        }
        None => {
            while let Some(row) = rows.next().filter(|_| preview.rows < LOOKED) {
                preview.rows += 1;
                match row.map_err(|e| Error::told("file", &e))? {
                    Ok(row) => {
                        kind_of(&mut rows, &row, kind);
                        preview.good += 1;
                    }
                    Err(e) => refused.push((e.row, e.said.to_string())),
                }
            }
        }
    }
    preview.more = preview.rows >= LOOKED;
    let mut told = rows.told();
    preview.rows += told.set_aside_count;
    refused.into_iter().for_each(|(row, why)| told.aside(row, why));
    told.set_aside.sort_by_key(|s| s.row);
    if doubled > 0 {
        told.note(format!(
            "有 {doubled} 行和别的行或已有的件相同，不会再收 / {doubled} rows say what another row or a case says: they are not taken again"
        ));
    }
    preview.parts = vec![Part { told, fields: fields() }];
    Ok(preview)
}

impl Cases {
    /// What an earlier run of a file came to.
    fn before(&self, import: &Import) -> Result<Before, Error> {
        let file = import.file;
        self.study(move |_, rd| Ok(store::imports::before(rd, file)?)).wait()
    }
}
