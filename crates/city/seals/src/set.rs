//! 用印: a paper that its office has issued gets a seal. The use is on record before the key is asked, and so is how it ended;
//! what the device answers is judged before it is kept.

use std::cell::RefCell;

use access::{Permit, decide, op};
use city::{Door as _, Error, Later, Office, reach};
use kernel::{Actor, Date, Moment, Said, StreamId};
use paper::ofd::SealPlace;
use seal::make::Stamping;
use seal::{Digest, Options, Signer};
use store::seals::{self as rows, SealRow, SealedRow, UseRow};
use store::{Rd, StoreError, Tx};

use crate::register::{kind_of, seen, state_of, words};
use crate::{Device, PaperKind, SealState, Seals, Trouble, append};

/// What is to be sealed, as its movement knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// its kind
    pub kind: PaperKind,
    /// its id among those of its kind
    pub subject: i64,
    /// its record, from whose beginning its code follows
    pub stream: StreamId,
    /// 发文机关署名: the unit whose seal goes under it
    pub office: String,
    /// 发文字号
    pub number: String,
    /// 标题
    pub title: String,
    /// 成文日期
    pub day: Date,
}

/// What is printed on a paper that is being sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// 核验码, as it is kept
    pub code: String,
    /// 试用章
    pub trial: bool,
}

impl Sealed {
    /// 核验码, as it is printed: `XXXX-XXXX-XXXX-XXXX`.
    pub fn printed(&self) -> String {
        let parts: Vec<String> =
            self.code.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
        parts.join("-")
    }
}

/// A paper as it is printed.
#[derive(Clone, Debug)]
pub struct Pages {
    /// OFD, before it is sealed
    pub ofd: Vec<u8>,
    /// where the seal goes
    pub place: SealPlace,
    /// PDF
    pub pdf: Vec<u8>,
}

/// A seal that somebody may set under a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usable {
    /// its id
    pub id: i64,
    /// 印章名称
    pub name: String,
    /// 试用章
    pub trial: bool,
}

/// What may be set under a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// seals that fit
    pub seals: Vec<Usable>,
    /// why none does, although there are some in use
    pub why: Option<Said>,
}

fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::invalid("seal", zh, en)
}

/// May this actor set this seal under this paper now? Answers the permit.
fn usable(
    now: Moment,
    office: &Office,
    actor: &Actor,
    row: &SealRow,
    paper: &Paper,
) -> Result<Permit, Error> {
    let permit = decide(actor, op::UseSeals, reach::unit_in(office, row.unit)?)?;
    let state = state_of(row)?;
    if state != SealState::InUse {
        return Err(invalid(
            format!("“{}”现在是“{}”，不能使用", row.name, state.zh()),
            format!("the seal is {}: it cannot be used", state.word()),
        ));
    }
    if !words(&row.roles, kernel::Role::read).contains(&actor.role) {
        return Err(Error::Forbidden(Said::new(
            format!("“{}”没有授权{}使用", row.name, actor.role.zh()),
            format!("this seal is not given to the role {}", actor.role),
        )));
    }
    if !words(&row.papers, PaperKind::read).contains(&paper.kind) {
        return Err(invalid(
            format!("“{}”不能用于{}", row.name, paper.kind.zh()),
            format!("this seal is not for {}", paper.kind.word()),
        ));
    }
    let kind = kind_of(row)?;
    if !paper.kind.seals().contains(&kind) {
        return Err(invalid(
            format!("{}不用{}，请换一枚印章", paper.kind.zh(), kind.zh()),
            format!("a seal of this kind ({}) is not set under such a paper", kind.word()),
        ));
    }
    if row.valid_to.is_none_or(|to| to < now) {
        return Err(invalid(
            format!("“{}”已过有效期，请另行制作", row.name),
            "the seal has run out: have another one made",
        ));
    }
    // The name that the seal was made with: a unit that has another one by now needs another seal.
    if row.name != paper.office.trim() {
        return Err(invalid(
            format!(
                "署名是“{}”，印章是“{}”的；署名与印章须一致，单位已更名的请另行制章",
                paper.office, row.name
            ),
            format!(
                "the paper is signed by {}, the seal is of {}: they must be the same; after a change of name another seal is made",
                paper.office, row.name
            ),
        ));
    }
    Ok(permit)
}

/// Nobody seals a paper twice.
fn unsealed(rd: &mut Rd<'_>, paper: &Paper) -> Result<(), Error> {
    match rows::of_paper(rd, paper.kind.word(), paper.subject)? {
        None => Ok(()),
        Some(s) if s.state == "kept" => {
            Err(invalid("这份文件已经盖章", "this paper has been sealed already"))
        }
        Some(_) => Err(invalid(
            "这份文件盖章后已作废，不能再盖；请另拟一份",
            "this paper was sealed and withdrawn: draft another one",
        )),
    }
}

fn hex_of(bytes: &[u8]) -> String {
    ledger::hex(&Digest::Sm3.of(bytes))
}

/// A device as the craft of seals asks it; keeps what went wrong.
struct Through<'a> {
    device: &'a dyn Device,
    certificate: Vec<u8>,
    trouble: RefCell<Option<Trouble>>,
}

impl Signer for Through<'_> {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Said> {
        self.device.sign(message).map_err(|t| {
            let said = t.said.clone();
            *self.trouble.borrow_mut() = Some(t);
            said
        })
    }
}

/// Sets the seal, and judges what came of it: it is ours to answer for.
fn sealed(
    device: &dyn Device,
    row: &SealRow,
    esl: &[u8],
    pages: &Pages,
    at: Moment,
) -> Result<Vec<u8>, Trouble> {
    let through = Through { device, certificate: device.certificate()?, trouble: RefCell::new(None) };
    #[expect(clippy::cast_precision_loss, reason = "millimetres of a seal")]
    let boundary = pages.place.boundary(row.width as f64, row.height as f64);
    let stamping = Stamping { page: pages.place.page.clone(), boundary };
    let made = seal::make::sign_ofd(&pages.ofd, esl, &through, at, &[stamping]).map_err(|said| {
        through.trouble.borrow_mut().take().unwrap_or(Trouble { code: "refused_here", said })
    })?;
    let report = seal::verify(&made, &Options::at(at)).map_err(|_| Trouble::lied())?;
    let right = report.intact()
        && report.signatures.iter().all(|s| {
            s.covers_all
                && s.seal_signature == Some(true)
                && s.valid_when_signed == Some(true)
                && s.signer_authorised != Some(false)
                && s.signer.as_ref().is_some_and(|p| p.serial == row.certificate)
                && s.seal.as_ref().is_some_and(|f| f.id == row.number)
        });
    if right { Ok(made) } else { Err(Trouble::lied()) }
}

/// What a paper was sealed as; the caller has decided that the paper may be read.
///
/// # Errors
/// The store could not.
pub fn sealed_as(rd: &mut Rd<'_>, kind: PaperKind, subject: i64) -> Result<Option<SealedRow>, Error> {
    Ok(rows::of_paper(rd, kind.word(), subject)?)
}

impl Seals {
    /// The seals that this actor may set under such a paper; where none of those in use fits, why.
    pub fn usable(&self, actor: Actor, paper: Paper) -> Later<Offered> {
        self.read(move |app, rd| {
            decide(&actor, op::ListSeals, access::Nothing)?;
            let mut out = Offered::default();
            let Some(unit) = actor.unit else { return Ok(out) };
            let (office, now) = (app.city.office(rd)?, app.city.store().now());
            for row in rows::seals_of(rd, unit)? {
                match usable(now, &office, &actor, &row, &paper) {
                    Ok(_) => out.seals.push(Usable { id: row.id, name: row.name, trial: row.trial }),
                    Err(Error::Invalid { said, .. }) if state_of(&row)? == SealState::InUse => {
                        out.why.get_or_insert(said);
                    }
                    Err(_) => {}
                }
            }
            out.why = out.why.filter(|_| out.seals.is_empty());
            Ok(out)
        })
    }

    /// Sets a seal under a paper. `look` says what the paper is, and refuses when it may not be sealed by this actor or is
    /// not issued; it is asked again before the paper is kept. `print` prints it with its code; `then` puts it on the
    /// record of the paper, in the transaction that keeps it. Asks whoever holds the key: not for asynchronous code. Answers the code.
    ///
    /// # Errors
    /// The paper, the seal or the actor are not the right ones; the device could not be asked, refuses, or lies. Then
    /// nothing is kept but that it was tried.
    pub fn set<L, P, T>(&self, actor: &Actor, seal: i64, look: L, print: P, then: T) -> Result<Sealed, Error>
    where
        L: Fn(&mut Rd<'_>) -> Result<Paper, Error> + Clone + Send + 'static,
        P: FnOnce(&Paper, &Sealed) -> Result<Pages, Error>,
        T: Fn(&mut Tx<'_>, &SealedRow) -> Result<(), Error> + Send + 'static,
    {
        let (paper, birth, row, esl) = self.city.store().read(|rd| {
            let paper = look(rd)?;
            let office = self.city.office(rd)?;
            let row = seen(rd, actor, &office, seal)?;
            usable(self.city.store().now(), &office, actor, &row, &paper)?;
            unsealed(rd, &paper)?;
            let esl = rows::made(rd, seal)?.ok_or_else(|| Error::bug("a seal in use that was never made"))?;
            let birth = store::ledger_rows::birth(rd, paper.stream)?;
            let birth = birth.ok_or_else(|| Error::bug("an issued paper without its record"))?;
            Ok::<_, Error>((paper, birth, row, esl))
        })?;
        let code = self.city.vault().paper_code(paper.kind.word(), &birth);
        let mark = Sealed { code, trial: row.trial };
        let device = self.devices.named(&row.device)?;
        let pages = print(&paper, &mark)?;

        let begun = self.begin(actor, seal, &paper, &hex_of(&pages.ofd), look.clone())?;
        let at = self.city.store().now();
        let done = sealed(&*device, &row, &esl, &pages, at);
        let kept = match done {
            Ok(ofd) => {
                let sealed = SealedRow {
                    id: 0,
                    code: mark.code.clone(),
                    kind: paper.kind.word().to_owned(),
                    subject: paper.subject,
                    seal,
                    office: paper.office.clone(),
                    number: paper.number.clone(),
                    title: paper.title.clone(),
                    day: paper.day.to_string(),
                    trial: row.trial,
                    at,
                    state: "kept".to_owned(),
                    ended: None,
                    why: String::new(),
                    ofd_digest: hex_of(&ofd),
                    pdf_digest: hex_of(&pages.pdf),
                };
                self.keep(actor, begun, &paper, sealed, ofd, pages.pdf, look, then)
                    .map_err(|e| ("not_kept", e))
            }
            Err(t) => Err((t.code, t.into())),
        };
        match kept {
            Ok(()) => Ok(mark),
            Err((why, e)) => {
                // What went wrong is told, also when it cannot be noted: the use then stays as one that did not end.
                let noted = self.fail(actor, seal, begun, why);
                Err(noted.err().filter(|n| matches!(n, Error::Store(StoreError::Damaged(_)))).unwrap_or(e))
            }
        }
    }

    fn begin<L>(&self, actor: &Actor, seal: i64, paper: &Paper, digest: &str, look: L) -> Result<i64, Error>
    where
        L: Fn(&mut Rd<'_>) -> Result<Paper, Error> + Send + 'static,
    {
        let (app, actor, paper, digest) = (self.clone(), actor.clone(), paper.clone(), digest.to_owned());
        self.city.store().write(move |tx| {
            let permit = app.again(tx, &actor, seal, &paper, &look)?;
            let one = UseRow {
                id: 0,
                seal,
                kind: paper.kind.word().to_owned(),
                subject: paper.subject,
                title: format!("{} {}", paper.number, paper.title).trim().to_owned(),
                staff: actor.staff,
                at: tx.now(),
                state: "begun".to_owned(),
                digest: digest.clone(),
                why: String::new(),
            };
            let id = rows::put_use(tx, &permit, &one)?;
            append(tx, &permit, seal, "use", &(id, &one.kind, one.subject, &one.title, &one.digest))?;
            Ok(id)
        })
    }

    /// Is it still so? Looked at again in the transaction that writes.
    fn again(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        seal: i64,
        paper: &Paper,
        look: &dyn Fn(&mut Rd<'_>) -> Result<Paper, Error>,
    ) -> Result<Permit, Error> {
        if look(rd)? != *paper {
            return Err(invalid("文件已有变化，请刷新后再盖", "the paper has changed: load it again"));
        }
        let office = self.city.office(rd)?;
        let row = seen(rd, actor, &office, seal)?;
        unsealed(rd, paper)?;
        usable(self.city.store().now(), &office, actor, &row, paper)
    }

    #[expect(clippy::too_many_arguments, reason = "all of what is kept together")]
    fn keep<L, T>(
        &self,
        actor: &Actor,
        begun: i64,
        paper: &Paper,
        sealed: SealedRow,
        ofd: Vec<u8>,
        pdf: Vec<u8>,
        look: L,
        then: T,
    ) -> Result<(), Error>
    where
        L: Fn(&mut Rd<'_>) -> Result<Paper, Error> + Send + 'static,
        T: Fn(&mut Tx<'_>, &SealedRow) -> Result<(), Error> + Send + 'static,
    {
        let (app, actor, paper) = (self.clone(), actor.clone(), paper.clone());
        self.city.store().write(move |tx| {
            let permit = app.again(tx, &actor, sealed.seal, &paper, &look)?;
            rows::put_sealed(tx, &permit, &sealed, &ofd, &pdf)?;
            if !rows::end_use(tx, &permit, begun, "kept", Some(&sealed.ofd_digest), "")? {
                return Err(Error::bug("a use that was not begun"));
            }
            append(
                tx,
                &permit,
                sealed.seal,
                "used",
                &(begun, &sealed.code, &sealed.ofd_digest, &sealed.pdf_digest),
            )?;
            then(tx, &sealed)
        })
    }

    fn fail(&self, actor: &Actor, seal: i64, begun: i64, why: &'static str) -> Result<(), Error> {
        let (app, actor) = (self.clone(), actor.clone());
        self.city.store().write(move |tx| {
            let office = app.city.office(tx)?;
            let row = rows::seal(tx, seal)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::UseSeals, reach::unit_in(&office, row.unit)?)?;
            if rows::end_use(tx, &permit, begun, "failed", None, why)? {
                append(tx, &permit, seal, "use_failed", &(begun, why))?;
            }
            Ok(())
        })
    }

    /// 作废: a sealed paper no longer counts, and whoever checks it is told. In the transaction of who revokes the paper; says
    /// whether there was a sealed one. Whoever asks puts it on the record of the paper.
    ///
    /// # Errors
    /// The seal is not this actor's to use, or no reason is given.
    pub fn withdraw(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        kind: PaperKind,
        subject: i64,
        why: &str,
    ) -> Result<bool, Error> {
        let sealed = rows::of_paper(tx, kind.word(), subject)?.filter(|s| s.state == "kept");
        let Some(sealed) = sealed else { return Ok(false) };
        let office = self.city.office(tx)?;
        let row = rows::seal(tx, sealed.seal)?.ok_or(Error::NotFound)?;
        let permit = decide(actor, op::UseSeals, reach::unit_in(&office, row.unit)?)?;
        let why = why.trim();
        if why.is_empty() || why.chars().count() > 300 {
            return Err(Error::invalid(
                "why",
                "请写明作废原因，最多 300 个字",
                "say why, in 300 characters at most",
            ));
        }
        if !rows::withdraw(tx, &permit, sealed.id, why)? {
            return Err(Error::Store(StoreError::Bug("withdrawn twice".to_owned())));
        }
        append(tx, &permit, sealed.seal, "withdraw", &(&sealed.code, why))?;
        Ok(true)
    }
}
