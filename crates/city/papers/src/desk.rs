//! 办文: a paper is begun, written, and moved from person to person. Each act: door → load → the table → event, row, lists, what the
//! source does with it and messages, in one transaction.

use access::{Operation, Permit, Unit, decide, op};
use city::{Door as _, Error, Later, Office, reach};
use kernel::{Actor, Said, StaffId, StreamId};
use paper::gongwen::Document;
use seals::PaperKind;
use store::papers::{self as rows, PaperRow, PartRow, TextRow};
use store::{Rd, StoreError, Tx, counters, office};

use crate::way::{self, Act, Address, Begun, Command, Happened, Number, Person, Stage, Way};
use crate::{Moved, Papers, series_of, tell, valid};

/// A paper that is begun.
#[derive(Clone, Debug)]
pub struct NewPaper {
    /// what it is; of a source, what that says
    pub kind: PaperKind,
    /// the source; empty: written here
    pub source: String,
    /// what it is about there
    pub subject: i64,
    /// key of its form
    pub form: String,
    /// its text; not asked for where the source writes it
    pub document: Option<Document>,
    /// where it goes
    pub address: Address,
}

/// What somebody does with a paper.
#[derive(Clone, Debug, Default)]
pub struct Doing {
    /// what
    pub act: Option<Act>,
    /// the version of the paper that was looked at
    pub ver: i64,
    /// why, a comment, an answer
    pub words: String,
    /// who does the next step
    pub next: Option<StaffId>,
}

/// A paper as it was loaded.
pub(crate) struct Loaded {
    pub row: PaperRow,
    pub way: Way,
}

pub(crate) fn refused(said: Said) -> Error {
    Error::Invalid { field: "act".to_owned(), said }
}

/// An account as the table sees it.
pub(crate) fn person(actor: &Actor) -> Person {
    let offers = |o| access::offers(actor, o);
    Person {
        staff: actor.staff,
        unit: actor.unit,
        writes: offers(Operation::WritePapers),
        signs: offers(Operation::IssuePapers),
        takes: offers(Operation::TakePapers),
    }
}

pub(crate) fn way_of(row: &PaperRow) -> Result<Way, Error> {
    serde_json::from_str(&row.doc)
        .map_err(|e| Error::Store(StoreError::Damaged(format!("paper {}: {e}", row.id))))
}

pub(crate) fn document_of(text: &TextRow) -> Result<Document, Error> {
    serde_json::from_str(&text.doc)
        .map_err(|e| Error::Store(StoreError::Damaged(format!("text {}: {e}", text.n))))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::bug)
}

/// May this actor know of the paper? Whoever had a hand in it; who signs in its unit; its unit, once it is signed; units that were asked
/// or that it went to.
pub(crate) fn sees(way: &Way, actor: &Actor) -> bool {
    let own = actor.unit == Some(way.unit);
    let mine = actor.staff.is_some_and(|s| way.hands.contains(&s) || way.holder == Some(s));
    let of = |mut units: Box<dyn Iterator<Item = kernel::UnitId> + '_>| {
        actor.unit.is_some_and(|u| units.any(|v| v == u))
    };
    let asked = || of(Box::new(way.agreeing.iter().map(|a| a.unit)));
    let receives = || of(Box::new(way.receivers.iter().map(|r| r.unit)));
    own && (mine || access::offers(actor, Operation::IssuePapers) || way.stage.is_issued())
        || asked()
            && access::offers(actor, Operation::IssuePapers)
            && (way.stage == Stage::Agreeing
                || way.agreeing.iter().any(|a| a.by.is_some() && Some(a.unit) == actor.unit))
        || way.published.is_some() && receives()
}

/// The door to a paper that this actor may read.
pub(crate) fn load(rd: &mut Rd<'_>, office: &Office, actor: &Actor, id: i64) -> Result<Loaded, Error> {
    let home = reach::home(actor, office);
    decide(actor, op::ReadPapers, Unit { unit: actor.unit, region: &home })?;
    let row = rows::by_id(rd, id)?.ok_or(Error::NotFound)?;
    let way = way_of(&row)?;
    if sees(&way, actor) { Ok(Loaded { row, way }) } else { Err(Error::NotFound) }
}

/// The door to an act: each is done for the own unit.
fn door(actor: &Actor, office: &Office, act: Act) -> Result<Permit, Error> {
    let home = reach::home(actor, office);
    let own = Unit { unit: actor.unit, region: &home };
    Ok(match act {
        Act::Agree | Act::Issue | Act::Revoke => decide(actor, op::IssuePapers, own)?,
        Act::Take | Act::Answer => decide(actor, op::TakePapers, own)?,
        _ => decide(actor, op::WritePapers, own)?,
    })
}

fn parts(way: &Way) -> Vec<PartRow> {
    let staff = way.hands.iter().chain(way.holder.iter().filter(|h| !way.hands.contains(h)));
    let mut out: Vec<PartRow> =
        staff.map(|s| PartRow { sort: "staff", who: s.0, open: way.holder == Some(*s) }).collect();
    let agreeing = way.stage == Stage::Agreeing;
    out.extend(way.agreeing.iter().filter(|a| agreeing || a.by.is_some()).map(|a| PartRow {
        sort: "agree",
        who: a.unit.0,
        open: agreeing && a.by.is_none(),
    }));
    if way.published.is_some() {
        let owes = way.owes();
        out.extend(way.receivers.iter().map(|r| PartRow {
            sort: "take",
            who: r.unit.0,
            open: owes.take.contains(&r.unit) || owes.answer.contains(&r.unit),
        }));
    }
    out
}

/// The row of a way.
fn follow(row: &mut PaperRow, way: &Way, office: &Office) -> Result<(), Error> {
    way.stage.word().clone_into(&mut row.stage);
    row.holder = way.holder;
    if let Some(n) = &way.number {
        (row.series, row.seq, row.number) = (n.series(), n.seq, n.to_string());
    }
    row.issued = way.issued;
    row.next_at = way.next_at(&office.rules.calendar);
    row.doc = json(way)?;
    Ok(())
}

impl Papers {
    /// Saves what happened; answers the paper as it is then.
    pub(crate) fn save(
        tx: &mut Tx<'_>,
        permit: &Permit,
        office: &Office,
        l: Loaded,
        h: &Happened,
    ) -> Result<Loaded, Error> {
        let now = tx.now();
        let way = l.way.evolve(h, now);
        let mut row = l.row;
        row.ver += 1;
        follow(&mut row, &way, office)?;
        rows::save(tx, permit, &row, &parts(&way), h.act.word(), &json(h)?)?;
        Ok(Loaded { row, way })
    }

    /// Begins a paper; answers its id.
    pub fn begin(&self, actor: Actor, new: NewPaper) -> Later<i64> {
        self.write(move |app, tx| app.begin_in(tx, &actor, new.clone()))
    }

    pub(crate) fn begin_in(&self, tx: &mut Tx<'_>, actor: &Actor, new: NewPaper) -> Result<i64, Error> {
        let office = self.city.office(tx)?;
        let permit = door(actor, &office, Act::Write)?;
        let (Some(by), Some(unit)) = (actor.staff, actor.unit) else { return Err(Error::NotFound) };
        let source = match new.source.as_str() {
            "" => None,
            word => Some(self.source(word).ok_or(Error::NotFound)?),
        };
        let kind = source.map_or(new.kind, crate::Source::kind);
        let rules = Self::rules_in(tx)?;
        let form = rules.forms.iter().find(|f| f.key == new.form && f.kinds.contains(&kind));
        let form = form.cloned().ok_or_else(|| {
            Error::invalid("form", "请选择适用的发文程序", "choose a form that fits this kind of paper")
        })?;
        let mut document = new.document;
        let written_there = source.is_some_and(crate::Source::written_there);
        if let Some(s) = source {
            let drawn = s.drawn(tx, actor, new.subject)?;
            let there = rows::about(tx, s.word(), new.subject)?;
            if written_there && there.iter().any(|r| !matches!(r.stage.as_str(), "dropped" | "revoked")) {
                return Err(Error::invalid(
                    "source",
                    "这份文已经在办理，请到“发文”里接着办",
                    "this paper is on its way already",
                ));
            }
            document = if written_there { Some(drawn.document) } else { document.or(Some(drawn.document)) };
        }
        let mut document = document.ok_or_else(|| Error::invalid("body", "请写正文", "write the body"))?;
        self.signed(&mut document, &office, unit, &form, tx.now().date());
        valid(&document)?;
        self.known(&office, &new.address)?;
        let begun = Begun {
            unit,
            kind,
            source: new.source.clone(),
            subject: if source.is_some() { new.subject } else { 0 },
            written_there,
            form,
            by,
            address: new.address,
        };
        let now = tx.now();
        let way = Way::begin(begun, now).map_err(refused)?;
        let mut row = PaperRow {
            id: 0,
            ver: 1,
            unit,
            kind: if new.source.is_empty() { kind.word().to_owned() } else { new.source },
            subject: way.subject,
            form: way.form.key.clone(),
            stage: String::new(),
            title: document.title.clone(),
            drafter: by,
            holder: None,
            series: String::new(),
            seq: 0,
            number: String::new(),
            made: now,
            issued: None,
            next_at: None,
            doc: String::new(),
        };
        follow(&mut row, &way, &office)?;
        let first = row.doc.clone();
        let id = rows::insert(tx, &permit, &row, &parts(&way), "begin", &first)?;
        let text = TextRow { n: 1, author: by, at: now, doc: json(&document)? };
        rows::put_text(tx, &permit, id, &text)?;
        if let Some(s) = source {
            s.moved(tx, &permit, way.subject, Moved { act: Act::Write, paper: id, way: &way })?;
        }
        Ok(id)
    }

    /// What does not depend on who writes: the red head of the form, who signs, the day.
    fn signed(
        &self,
        d: &mut Document,
        office: &Office,
        unit: kernel::UnitId,
        form: &way::Form,
        day: kernel::Date,
    ) {
        if d.org.trim().is_empty() {
            // As its seal has it.
            d.org = office.unit(unit).map_or_else(|| office.unit_name(unit), |u| u.name.clone());
        }
        d.mark = form.head.then(|| format!("{}文件", d.org.trim()));
        d.number = String::new();
        d.date = day;
        d.check = None;
    }

    fn known(&self, office: &Office, a: &Address) -> Result<(), Error> {
        let _ = self;
        let missing = a.agree.iter().chain(&a.to).find(|u| office.unit(**u).is_none());
        missing.map_or(Ok(()), |_| Err(Error::invalid("unit", "没有这个单位", "there is no such unit")))
    }

    /// Keeps the text as somebody left it, and where it goes. `document`: none where the source writes it.
    pub fn write_text(
        &self,
        actor: Actor,
        id: i64,
        ver: i64,
        document: Option<Document>,
        address: Option<Address>,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = door(&actor, &office, Act::Write)?;
            let l = load(tx, &office, &actor, id)?;
            unchanged(&l, ver)?;
            if let Some(a) = &address {
                app.known(&office, a)?;
            }
            let document = if l.way.written_there { None } else { document.clone() };
            // Where it goes is the drafter's to say.
            let address = address.clone().filter(|_| l.way.stage == Stage::Drafting);
            app.keep_text(tx, &permit, &office, &actor, l, document, address).map(drop)
        })
    }

    #[expect(clippy::too_many_arguments, reason = "all of what is kept together")]
    fn keep_text(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        office: &Office,
        actor: &Actor,
        mut l: Loaded,
        document: Option<Document>,
        address: Option<Address>,
    ) -> Result<Loaded, Error> {
        let now = tx.now();
        let c = Command { address, ..Command::only(Act::Write) };
        let mut h = l.way.decide(&c, &person(actor), now, &office.rules.calendar).map_err(refused)?;
        let (Some(by), Some(n)) = (actor.staff, h.version) else { return Err(Error::NotFound) };
        match document {
            Some(mut d) => {
                self.signed(&mut d, office, l.way.unit, &l.way.form, now.date());
                valid(&d)?;
                l.row.title.clone_from(&d.title);
                rows::put_text(tx, permit, l.row.id, &TextRow { n, author: by, at: now, doc: json(&d)? })?;
            }
            None => h.version = Some(l.way.version),
        }
        Self::save(tx, permit, office, l, &h)
    }

    /// Does something with a paper.
    pub fn act(&self, actor: Actor, id: i64, doing: Doing) -> Later<()> {
        self.write(move |app, tx| app.act_in(tx, &actor, id, &doing))
    }

    pub(crate) fn act_in(&self, tx: &mut Tx<'_>, actor: &Actor, id: i64, doing: &Doing) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        let act = doing.act.filter(|a| !matches!(a, Act::Write | Act::Seal | Act::Remind));
        let act = act.ok_or_else(|| Error::invalid("act", "请选择要办的事", "choose what to do"))?;
        // Who may send papers at all is asked first; who may do this act to this one afterwards.
        access::offered(actor, Operation::ReadPapers)?;
        let permit = door(actor, &office, act)?;
        let mut l = load(tx, &office, actor, id)?;
        unchanged(&l, doing.ver)?;
        let next = match doing.next {
            None => None,
            Some(id) => {
                let row = office::staff_by_id(tx, id)?.filter(|s| s.active);
                Some(person(
                    &row.ok_or_else(|| Error::invalid("next", "没有这个人", "there is no such person"))?
                        .actor(),
                ))
            }
        };
        if act == Act::Submit && l.way.written_there {
            l = self.drawn_again(tx, &permit, &office, actor, l)?;
        }
        let now = tx.now();
        let calendar = &office.rules.calendar;
        let mut c = Command { words: doing.words.clone(), next, ..Command::only(act) };
        if act == Act::Issue {
            // Refused before a number is taken, where it will be: a series has no holes.
            let sign = self.sign_in(tx, &l.way)?;
            let year = now.date().year();
            let mut number = Number { sign, year, seq: 0 };
            number.seq = counters::next(tx, &series_of(&number.series()))?;
            c.number = Some(number);
            if let Some(s) = self.source(&l.way.source) {
                s.may_issue(tx, l.way.subject)?;
            }
        }
        let h = l.way.decide(&c, &person(actor), now, calendar).map_err(refused)?;
        let before = l.way.clone();
        let l = Self::save(tx, &permit, &office, l, &h)?;
        if act == Act::Revoke {
            let (kind, subject) = self.sealed_as(&l.way, id);
            self.seals.withdraw(tx, actor, kind, subject, &doing.words)?;
        }
        if let Some(s) = self.source(&l.way.source) {
            s.moved(tx, &permit, l.way.subject, Moved { act, paper: id, way: &l.way })?;
        }
        tell::of(&self.city, tx, &office, &before, &l, &h)
    }

    /// The sign of the office with what the form adds.
    fn sign_in(&self, rd: &mut Rd<'_>, way: &Way) -> Result<String, Error> {
        let rules = Self::rules_in(rd)?;
        let sign = rules.sign(way.unit).ok_or_else(|| {
            Error::invalid(
                "number",
                "本单位还没有机关代字，不能编发文字号；请政管办或系统管理员在“发文程序与代字”里登记",
                "this office has no sign to number its papers with: ask the coordinator to register one",
            )
        })?;
        Ok(format!("{sign}{}", way.form.suffix))
    }

    /// What was changed where the paper is written becomes its next version before it is sent on.
    fn drawn_again(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        office: &Office,
        actor: &Actor,
        l: Loaded,
    ) -> Result<Loaded, Error> {
        let Some(s) = self.source(&l.way.source) else { return Ok(l) };
        let mut fresh = s.drawn(tx, actor, l.way.subject)?.document;
        self.signed(&mut fresh, office, l.way.unit, &l.way.form, tx.now().date());
        let kept = rows::text(tx, l.row.id, l.way.version)?.ok_or(Error::NotFound)?;
        let old = document_of(&kept)?;
        if (Document { date: old.date, ..fresh.clone() }) == old {
            return Ok(l);
        }
        self.keep_text(tx, permit, office, actor, l, Some(fresh), None)
    }

    /// What is sealed of a paper.
    pub(crate) fn sealed_as(&self, way: &Way, id: i64) -> (PaperKind, i64) {
        self.source(&way.source).map_or((way.kind, id), |s| s.sealed_as(way.subject, id))
    }

    /// Reminds of what is due; says of how many papers.
    ///
    /// # Errors
    /// The store could not.
    pub fn moments(&self) -> Result<usize, Error> {
        const BATCH: u32 = 100;
        let mut done = 0;
        loop {
            let due = self
                .read(|app, rd| Ok::<_, Error>(rows::due(rd, crate::PAPERS, app.city.store().now(), BATCH)?))
                .wait()?;
            let all = due.len();
            for id in due {
                done += usize::from(self.remind(id)?);
            }
            if all < BATCH as usize {
                return Ok(done);
            }
        }
    }

    fn remind(&self, id: i64) -> Result<bool, Error> {
        let one = self.write(move |app, tx| {
            let stream: StreamId = rows::stream(id);
            let was_aside = store::asides::is_aside(tx, crate::PAPERS, stream)?;
            city::one(tx, crate::PAPERS, stream, was_aside, |tx| {
                let office = app.city.office(tx)?;
                let row = rows::by_id(tx, id)?.ok_or(Error::NotFound)?;
                let way = way_of(&row)?;
                let permit = decide(&Actor::system(), op::WritePapers, reach::unit_in(&office, way.unit)?)?;
                let c = Command::only(Act::Remind);
                let now = tx.now();
                let h = way
                    .decide(&c, &person(&Actor::system()), now, &office.rules.calendar)
                    .map_err(refused)?;
                let before = way.clone();
                let l = Self::save(tx, &permit, &office, Loaded { row, way }, &h)?;
                tell::of(&app.city, tx, &office, &before, &l, &h)?;
                Ok(true)
            })
        });
        one.wait()
    }
}

/// Is it still as it was looked at?
fn unchanged(l: &Loaded, ver: i64) -> Result<(), Error> {
    if l.row.ver == ver {
        return Ok(());
    }
    let stream = rows::stream(l.row.id);
    Err(Error::Changed(StoreError::Conflict { stream, expected: ver, found: l.row.ver }))
}
