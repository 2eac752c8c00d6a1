//! 批量导入 (R10): rows of a file become cases, chunk by chunk, each chunk in one transaction with the note of
//! how far the file was taken in. Killed at any moment it goes on where it stopped; a second run of the same
//! file adds nothing; a row that says what another said is a duplicate of it. Must not know file formats.

use std::collections::HashMap;
use std::sync::Arc;

use access::{City, Permit, decide, op};
use kernel::{Actor, CaseId, Moment, Said, UnitId};
use resolve::{Case, Channel, Command, Complexity, Kind, Registration};
use sha2::{Digest, Sha256};
use store::cases::{self, NewCase, Told};
use store::imports::{self, Known};
use store::{Tx, contacts};

use crate::Cases;
use city::Contact;
use city::{Door, Error, Later, Office};

/// One row as read from a file.
#[derive(Clone, Debug, Default)]
pub struct ImportRow {
    /// its place in the file, from 1
    pub row: u64,
    /// id in the system it came from
    pub source_id: String,
    /// who wrote it
    pub contact: Contact,
    /// one line
    pub title: String,
    /// when it was lodged
    pub at: Option<Moment>,
    /// the words
    pub body: String,
    /// the reply it already has
    pub reply: String,
    /// when it was replied to
    pub reply_at: Option<Moment>,
    /// how many support it
    pub support: i64,
    /// how many are against it
    pub against: i64,
    /// the unit that must answer, by key or name
    pub unit: String,
    /// where it happened
    pub place: String,
    /// what it is about, if the file says so
    pub kind: Option<Kind>,
    /// who wrote it asks not to be named
    pub secret: bool,
}

/// How a file is taken in.
#[derive(Clone, Debug)]
pub struct ImportPlan {
    /// name of the file, for people
    pub name: String,
    /// SHA-256 of its bytes
    pub digest: [u8; 32],
    /// campaign the cases belong to
    pub campaign: Option<String>,
    /// what the rows are about when they do not say
    pub kind: Kind,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// a case with this number
    Accepted(String),
    /// the same as a row of this file
    DuplicateOfRow(u64),
    /// the same as a case that came in before
    DuplicateOfCase(String),
    /// why not
    Rejected(Said),
}

/// A chunk of rows that was taken in.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// row and what became of it
    pub rows: Vec<(u64, Outcome)>,
}

/// A file that is being taken in.
#[derive(Clone, Debug)]
pub struct Import {
    app: Cases,
    permit: Permit,
    plan: Arc<ImportPlan>,
    pub(crate) file: i64,
    /// rows that were taken in by an earlier run
    pub done: u64,
    /// an earlier run reached the end
    pub complete: bool,
}

/// A row that can become a case: everything that does not depend on its number, which it gets last.
struct Ready {
    row: u64,
    content: [u8; 16],
    contact: Contact,
    new: NewCase,
}

/// What a row says, without white space, which offices change when they copy a table, and to the second. A digest
/// that nobody can forge, or a letter could be kept out; not one of the record, so the processor's own is used.
fn content_of(r: &ImportRow) -> [u8; 16] {
    let mut h = Sha256::new();
    let mut text = String::with_capacity(r.title.len() + r.body.len() + 64);
    for part in [&r.source_id, &r.contact.name, &r.contact.phone, &r.title, &r.body, &r.place] {
        text.extend(part.split_whitespace());
        text.push('\0');
    }
    h.update(text.as_bytes());
    h.update(r.at.map_or(i64::MIN, |at| at.us().div_euclid(kernel::US_PER_SECOND)).to_le_bytes());
    let digest: [u8; 32] = h.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

impl Cases {
    /// Begins to take a file in, or goes on with it.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn begin_import(&self, actor: &Actor, plan: ImportPlan) -> Result<Import, Error> {
        let office = self.city.office_now().wait()?;
        let permit = decide(actor, op::ImportCases, City(&office.settings.city))?;
        let p = plan.clone();
        let file = self.city.store().write(move |tx| {
            Ok::<_, Error>(imports::begin(tx, &p.digest, &p.name, p.campaign.as_deref())?)
        })?;
        Ok(Import {
            app: self.clone(),
            permit,
            plan: Arc::new(plan),
            file: file.id,
            done: file.done as u64,
            complete: file.ended,
        })
    }
}

/// A file that is taken in to see what would become of its rows; nothing is written (预演).
#[derive(Clone, Debug)]
pub struct Rehearsal {
    import: Import,
    office: Arc<Office>,
    first_asked: UnitId,
    here: HashMap<[u8; 16], u64>,
}

impl Cases {
    /// Begins to look what would become of the rows of a file.
    ///
    /// # Errors
    /// Not for this actor, there is no unit yet, or the store could not.
    pub fn rehearse_import(&self, actor: &Actor, plan: ImportPlan) -> Result<Rehearsal, Error> {
        let office = self.city.office_now().wait()?;
        let permit = decide(actor, op::ImportCases, City(&office.settings.city))?;
        let first_asked = office.units().first().map(|u| u.id).ok_or(Error::NotFound)?;
        let import =
            Import { app: self.clone(), permit, plan: Arc::new(plan), file: 0, done: 0, complete: false };
        Ok(Rehearsal { import, office, first_asked, here: HashMap::new() })
    }
}

impl Rehearsal {
    /// What would become of these rows; a case has no number yet. Rows must come in the order of the file.
    ///
    /// # Errors
    /// The store could not.
    pub fn chunk(&mut self, rows: Vec<ImportRow>) -> Result<Chunk, Error> {
        let now = self.import.app.city.store().now();
        let mut out = Chunk::default();
        let mut ready: Vec<(u64, [u8; 16])> = Vec::with_capacity(rows.len());
        for row in rows {
            let at = row.row;
            match self.import.prepare(&self.office, self.first_asked, row, now)? {
                Ok(r) => ready.push((r.row, r.content)),
                Err(said) => out.rows.push((at, Outcome::Rejected(said))),
            }
        }
        let contents: Vec<[u8; 16]> = ready.iter().map(|r| r.1).collect();
        let known = self.import.app.study(move |_, rd| {
            let known = imports::known(rd, &contents)?;
            let number = |rd: &mut store::Rd<'_>, k: Option<Known>| {
                let case = k.map(|k| cases::by_id(rd, k.case)).transpose()?;
                Ok::<_, Error>(case.map(|c| c.map_or_else(String::new, |c| c.number)))
            };
            known.into_iter().map(|k| number(rd, k)).collect::<Result<Vec<_>, _>>()
        });
        for ((row, content), known) in ready.into_iter().zip(known.wait()?) {
            let outcome = match (self.here.get(&content), known) {
                (Some(of), _) => Outcome::DuplicateOfRow(*of),
                (None, Some(number)) => Outcome::DuplicateOfCase(number),
                (None, None) => {
                    self.here.insert(content, row);
                    Outcome::Accepted(String::new())
                }
            };
            out.rows.push((row, outcome));
        }
        out.rows.sort_by_key(|r| r.0);
        Ok(out)
    }
}

impl Import {
    /// Takes a chunk of rows in; the answer comes when it is durable. Rows must come in the order of the
    /// file. `refused` are rows that could not be read.
    ///
    /// # Errors
    /// The office could not be read.
    pub fn chunk(&self, rows: Vec<ImportRow>, refused: Vec<(u64, Said)>) -> Result<Later<Chunk>, Error> {
        let office = self.app.city.office_now().wait()?;
        let first_asked = office.units().first().map(|u| u.id).ok_or(Error::NotFound)?;
        let last = rows.iter().map(|r| r.row).chain(refused.iter().map(|r| r.0)).max().unwrap_or(0);
        let mut outcomes: Vec<(u64, Outcome)> =
            refused.into_iter().map(|(row, said)| (row, Outcome::Rejected(said))).collect();
        let mut ready: Vec<Ready> = Vec::with_capacity(rows.len());
        let now = self.app.city.store().now();
        for row in rows {
            let at = row.row;
            match self.prepare(&office, first_asked, row, now)? {
                Ok(r) => ready.push(r),
                Err(said) => outcomes.push((at, Outcome::Rejected(said))),
            }
        }
        let (permit, file) = (self.permit.clone(), self.file);
        Ok(self.app.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let mut rows = outcomes.clone();
            for (row, outcome) in &outcomes {
                if let Outcome::Rejected(said) = outcome {
                    imports::refuse(tx, file, *row as i64, &said.zh)?;
                }
            }
            rows.extend(app.take_in(tx, &permit, &office, file, &mut ready)?);
            rows.sort_by_key(|r| r.0);
            imports::advance(tx, file, last as i64)?;
            Ok(Chunk { rows })
        }))
    }

    /// Notes that the end of the file was reached.
    pub fn finish(&self, rows: u64) -> Later<()> {
        let file = self.file;
        self.app.write(move |_, tx| Ok(imports::end(tx, file, rows as i64)?))
    }

    /// Everything about a row that can be done before its turn to be written comes.
    ///
    /// # Errors
    /// A fault of this program; why the row cannot become a case stands inside.
    fn prepare(
        &self,
        office: &Office,
        first_asked: UnitId,
        row: ImportRow,
        now: Moment,
    ) -> Result<Result<Ready, Said>, Error> {
        let asked = match self.asked(office, first_asked, &row, now) {
            Ok(asked) => asked,
            Err(said) => return Ok(Err(said)),
        };
        match begun(asked, office, self.permit.actor(), now) {
            Ok(new) => Ok(Ok(Ready { row: row.row, content: content_of(&row), contact: row.contact, new })),
            Err(Error::Refused(refusal)) => Ok(Err(refusal.said)),
            Err(e) => Err(e),
        }
    }

    /// What a row asks for.
    fn asked(
        &self,
        office: &Office,
        first_asked: UnitId,
        row: &ImportRow,
        now: Moment,
    ) -> Result<Asked, Said> {
        if row.at.is_some_and(|at| at > now) {
            return Err(Said::new("反映时间在现在之后，请核对", "the time lies in the future: check it"));
        }
        let unit = match row.unit.trim() {
            "" => None,
            name => Some(office.unit_meant(name).map_err(|none| none.said())?.id),
        };
        let reply = match (row.reply.trim().is_empty(), row.reply_at) {
            (true, _) => None,
            (false, Some(at)) => Some((cut(&row.reply, resolve::TEXT_MAX), at)),
            (false, None) => {
                return Err(Said::new("有答复但没有答复时间", "there is a reply but no time of the reply"));
            }
        };
        if let Err(Error::Invalid { said, .. }) = row.contact.bounded() {
            return Err(said);
        }
        let title = if row.title.trim().is_empty() { cut(&row.body, 40) } else { row.title.clone() };
        let words = if row.body.trim().is_empty() { &title } else { &row.body };
        if words.trim().is_empty() {
            return Err(Said::new("标题和内容都是空的", "title and words are both empty"));
        }
        let registration = Registration {
            kind: row.kind.unwrap_or(self.plan.kind),
            channel: Channel::Import,
            region: office.settings.city.clone(),
            title: cut(title.trim(), resolve::TITLE_MAX),
            words: cut(words, resolve::TEXT_MAX),
            first_asked,
            complexity: Complexity::Simple,
            cause: None,
            item: None,
            campaign: self.plan.campaign.clone(),
            place: (!row.place.trim().is_empty()).then(|| row.place.trim().to_owned()),
            source_id: (!row.source_id.is_empty()).then(|| row.source_id.clone()),
            support: row.support,
            against: row.against,
            hide_reporter: row.secret,
            contact: (!row.contact.is_empty()).then(|| self.app.city.vault().person(&row.contact)),
            set: None,
            ordered: false,
            lodged_at: row.at,
        };
        Ok(Asked { registration, reply, unit, name: row.contact.name.clone() })
    }
}

/// What a row asks for.
struct Asked {
    registration: Registration,
    reply: Option<(String, Moment)>,
    unit: Option<UnitId>,
    /// who lodged, for the title
    name: String,
}

/// Cut after so many characters; what is longer than a field may be is marked, never dropped in silence.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most || text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

impl Cases {
    fn take_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        office: &Office,
        file: i64,
        ready: &mut [Ready],
    ) -> Result<Vec<(u64, Outcome)>, Error> {
        let now = tx.now();
        let mut outcomes = Vec::with_capacity(ready.len());
        let mut here: HashMap<[u8; 16], u64> = HashMap::new();
        let mut fresh = Vec::with_capacity(ready.len());
        let contents: Vec<[u8; 16]> = ready.iter().map(|r| r.content).collect();
        let known = imports::known(tx, &contents)?;
        for (r, known) in ready.iter_mut().zip(known) {
            if let Some(row) = here.get(&r.content) {
                outcomes.push((r.row, Outcome::DuplicateOfRow(*row)));
            } else if let Some(known) = known {
                outcomes.push((r.row, duplicate(tx, file, &known)?));
            } else {
                here.insert(r.content, r.row);
                fresh.push(r);
            }
        }
        let numbers = crate::doors::take_numbers(tx, office, now, fresh.len() as u32)?;
        let mut sealed = Vec::with_capacity(fresh.len());
        let mut known = Vec::with_capacity(fresh.len());
        for (r, (id, number)) in fresh.iter_mut().zip(numbers) {
            known.push(Known { content: r.content, file, row: r.row as i64, case: id });
            if !r.contact.is_empty() {
                sealed.push((id, self.city.vault().seal(id.0, &r.contact)?));
            }
            outcomes.push((r.row, Outcome::Accepted(number.clone())));
            (r.new.case.id, r.new.case.number) = (id, number);
        }
        let new: Vec<&NewCase> = fresh.iter().map(|r| &r.new).collect();
        cases::insert_many(tx, permit, &new, &office.rules.calendar)?;
        contacts::put_many(tx, &sealed)?;
        imports::note(tx, &known)?;
        Ok(outcomes)
    }
}

fn duplicate(tx: &mut Tx<'_>, file: i64, known: &Known) -> Result<Outcome, Error> {
    if known.file == file {
        return Ok(Outcome::DuplicateOfRow(known.row as u64));
    }
    let number = cases::by_id(tx, known.case)?.map_or_else(String::new, |c| c.number);
    Ok(Outcome::DuplicateOfCase(number))
}

/// The case of one row with all its events: registered, and answered at the true times, or handed over. It has no
/// number yet.
fn begun(mut asked: Asked, office: &Office, actor: &Actor, now: Moment) -> Result<NewCase, Error> {
    // What was answered already happened at its own time; what is open starts its clock now.
    let at = if asked.reply.is_some() { asked.registration.lodged_at.unwrap_or(now) } else { now };
    let r = &mut asked.registration;
    crate::reporter::plain_title(&mut r.title, &mut r.words, &asked.name);
    let registered = resolve::register(asked.registration, now, &office.rules)?;
    let case = Case::begin(CaseId(0), String::new(), &registered, at);
    let mut case = case.ok_or_else(|| Error::bug("not a registration"))?;
    let mut events = vec![Told::of(&registered, at, actor)?];
    let next = match (asked.reply, asked.unit) {
        (Some((text, at)), _) => Some((Command::Backfill { text }, at)),
        (None, Some(unit)) => Some((Command::Dispatch { unit, note: String::new() }, now)),
        (None, None) => None,
    };
    if let Some((command, at)) = next {
        let (after, happened) =
            case.act(command, actor, at, &office.rules).map_err(|(_, refusal)| refusal)?;
        events.push(Told::of(&happened, at, actor)?);
        case = after;
    }
    Ok(NewCase { case, events })
}
