//! 印章登记、用印记录与盖章文件: seals with where they stand, their uses, and what was sealed. No private key is here. Must
//! not know what a state means.

use access::Permit;
use kernel::{Moment, StaffId, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::proof::prove;
use crate::vals;
use crate::value::Row;

/// A seal of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// 印章编码
    pub number: String,
    /// 印章名称
    pub name: String,
    /// its kind
    pub kind: String,
    /// whose it is
    pub unit: UnitId,
    /// where it stands
    pub state: String,
    /// grows with each act
    pub ver: i64,
    /// kinds of papers it may be set under, separated by commas
    pub papers: String,
    /// roles that may use it, separated by commas
    pub roles: String,
    /// who holds its key; empty before it is made
    pub device: String,
    /// 试用章
    pub trial: bool,
    /// who applied for it
    pub asked_by: Option<StaffId>,
    /// 备案号
    pub filed: String,
    /// 有效起始
    pub valid_from: Option<Moment>,
    /// 有效终止
    pub valid_to: Option<Moment>,
    /// serial number of the certificate that may use it
    pub certificate: String,
    /// when it was applied for
    pub made: Moment,
    /// millimetres
    pub width: i64,
    /// millimetres
    pub height: i64,
}

const SEAL: &str = "id, number, name, kind, unit, state, ver, papers, roles, device, trial, asked_by, filed, valid_from, \
                    valid_to, certificate, made, width, height";

fn seal_of(r: &Row<'_>) -> Result<SealRow> {
    Ok(SealRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        name: r.string(2)?,
        kind: r.string(3)?,
        unit: UnitId(r.i64(4)?),
        state: r.string(5)?,
        ver: r.i64(6)?,
        papers: r.string(7)?,
        roles: r.string(8)?,
        device: r.string(9)?,
        trial: r.bool(10)?,
        asked_by: r.opt_i64(11)?.map(StaffId),
        filed: r.string(12)?,
        valid_from: r.opt_moment(13)?,
        valid_to: r.opt_moment(14)?,
        certificate: r.string(15)?,
        made: r.moment(16)?,
        width: r.i64(17)?,
        height: r.i64(18)?,
    })
}

/// Adds a seal with its picture.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, s: &SealRow, picture: &[u8]) -> Result<i64> {
    let sql = "INSERT INTO seal_entry (number, name, kind, unit, state, ver, papers, roles, device, trial, asked_by, \
               filed, certificate, made, width, height) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, \
               $13, $14, $15) RETURNING id";
    let asked = s.asked_by.map(|s| s.0);
    let id = tx.insert(
        sql,
        vals![
            &s.number,
            &s.name,
            &s.kind,
            s.unit,
            &s.state,
            &s.papers,
            &s.roles,
            &s.device,
            s.trial,
            asked,
            &s.filed,
            &s.certificate,
            s.made,
            s.width,
            s.height
        ],
    )?;
    tx.exec("INSERT INTO seal_image (seal, picture) VALUES ($1, $2)", vals![id, picture])?;
    prove(tx, "seal_entry", id)?;
    Ok(id)
}

/// Moves a seal that is still at version `s.ver`; says whether it was.
pub fn save(tx: &mut Tx<'_>, _permit: &Permit, s: &SealRow) -> Result<bool> {
    let sql = "UPDATE seal_entry SET state = $3, device = $4, trial = $5, filed = $6, valid_from = $7, valid_to = $8, \
               certificate = $9, width = $10, height = $11, papers = $12, roles = $13, ver = ver + 1 \
               WHERE id = $1 AND ver = $2";
    let values = vals![
        s.id,
        s.ver,
        &s.state,
        &s.device,
        s.trial,
        &s.filed,
        s.valid_from,
        s.valid_to,
        &s.certificate,
        s.width,
        s.height,
        &s.papers,
        &s.roles
    ];
    let saved = tx.exec(sql, values)? == 1;
    if saved {
        prove(tx, "seal_entry", s.id)?;
    }
    Ok(saved)
}

/// Keeps the seal as it was made, with its picture.
pub fn put_made(tx: &mut Tx<'_>, _permit: &Permit, id: i64, esl: &[u8], picture: &[u8]) -> Result<()> {
    tx.exec("UPDATE seal_image SET esl = $2, picture = $3 WHERE seal = $1", vals![id, esl, picture])?;
    Ok(())
}

/// One seal.
pub fn seal(rd: &mut Rd<'_>, id: i64) -> Result<Option<SealRow>> {
    rd.query_opt(&format!("SELECT {SEAL} FROM seal_entry WHERE id = $1"), vals![id], seal_of)
}

/// All seals, in the order of their units.
pub fn seals(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<SealRow>> {
    rd.query(&format!("SELECT {SEAL} FROM seal_entry ORDER BY unit, id LIMIT $1"), vals![limit], seal_of)
}

/// The seals of a unit.
pub fn seals_of(rd: &mut Rd<'_>, unit: UnitId) -> Result<Vec<SealRow>> {
    rd.query(&format!("SELECT {SEAL} FROM seal_entry WHERE unit = $1 ORDER BY id"), vals![unit], seal_of)
}

/// The picture of a seal.
pub fn picture(rd: &mut Rd<'_>, id: i64) -> Result<Vec<u8>> {
    rd.query_one("SELECT picture FROM seal_image WHERE seal = $1", vals![id], |r| Ok(r.blob(0)?.to_vec()))
}

/// The seal as it was made; none before.
pub fn made(rd: &mut Rd<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT esl FROM seal_image WHERE seal = $1";
    Ok(rd.query_opt(sql, vals![id], |r| Ok(r.opt_blob(0)?.map(<[u8]>::to_vec)))?.flatten())
}

/// One use of a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// which
    pub seal: i64,
    /// kind of the paper
    pub kind: String,
    /// id of the paper among those of its kind
    pub subject: i64,
    /// what the paper is called
    pub title: String,
    /// who
    pub staff: Option<StaffId>,
    /// when
    pub at: Moment,
    /// `begun`, `kept`, `failed`
    pub state: String,
    /// SM3 of the paper, hexadecimal: before sealing while it is begun, sealed once it is kept
    pub digest: String,
    /// why it failed, a code word
    pub why: String,
}

/// A use begins.
pub fn put_use(tx: &mut Tx<'_>, _permit: &Permit, u: &UseRow) -> Result<i64> {
    let sql = "INSERT INTO seal_use (seal, kind, subject, title, staff, at, state, digest, why) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let staff = u.staff.map(|s| s.0);
    tx.insert(sql, vals![u.seal, &u.kind, u.subject, &u.title, staff, u.at, &u.state, &u.digest, &u.why])
}

/// A use that had begun ends; says whether it had.
pub fn end_use(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    id: i64,
    state: &str,
    digest: Option<&str>,
    why: &str,
) -> Result<bool> {
    let sql = "UPDATE seal_use SET state = $2, why = $3, digest = COALESCE($4, digest) \
               WHERE id = $1 AND state = 'begun'";
    Ok(tx.exec(sql, vals![id, state, why, digest])? == 1)
}

/// Uses of a seal, the newest first.
pub fn uses(rd: &mut Rd<'_>, seal: i64, limit: u32) -> Result<Vec<UseRow>> {
    let sql = "SELECT id, seal, kind, subject, title, staff, at, state, digest, why FROM seal_use WHERE seal = $1 \
               ORDER BY id DESC LIMIT $2";
    rd.query(sql, vals![seal, limit], |r| {
        Ok(UseRow {
            id: r.i64(0)?,
            seal: r.i64(1)?,
            kind: r.string(2)?,
            subject: r.i64(3)?,
            title: r.string(4)?,
            staff: r.opt_i64(5)?.map(StaffId),
            at: r.moment(6)?,
            state: r.string(7)?,
            digest: r.string(8)?,
            why: r.string(9)?,
        })
    })
}

/// A sealed paper, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// 核验码
    pub code: String,
    /// kind of paper
    pub kind: String,
    /// id of the paper among those of its kind
    pub subject: i64,
    /// which seal
    pub seal: i64,
    /// 发文机关
    pub office: String,
    /// 发文字号
    pub number: String,
    /// 标题
    pub title: String,
    /// 成文日期
    pub day: String,
    /// sealed with a 试用章
    pub trial: bool,
    /// when it was sealed
    pub at: Moment,
    /// `kept`, `withdrawn`
    pub state: String,
    /// when it was withdrawn
    pub ended: Option<Moment>,
    /// why it was withdrawn
    pub why: String,
    /// SM3 of the OFD, hexadecimal
    pub ofd_digest: String,
    /// SM3 of the PDF, hexadecimal
    pub pdf_digest: String,
}

const SEALED: &str = "id, code, kind, subject, seal, office, number, title, day, trial, at, state, ended, why, ofd_digest, \
                      pdf_digest";

fn sealed_of(r: &Row<'_>) -> Result<SealedRow> {
    Ok(SealedRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        kind: r.string(2)?,
        subject: r.i64(3)?,
        seal: r.i64(4)?,
        office: r.string(5)?,
        number: r.string(6)?,
        title: r.string(7)?,
        day: r.string(8)?,
        trial: r.bool(9)?,
        at: r.moment(10)?,
        state: r.string(11)?,
        ended: r.opt_moment(12)?,
        why: r.string(13)?,
        ofd_digest: r.string(14)?,
        pdf_digest: r.string(15)?,
    })
}

/// Keeps a sealed paper.
pub fn put_sealed(tx: &mut Tx<'_>, _permit: &Permit, s: &SealedRow, ofd: &[u8], pdf: &[u8]) -> Result<i64> {
    let sql = "INSERT INTO sealed_paper (code, kind, subject, seal, office, number, title, day, trial, at, state, why, \
               ofd_digest, pdf_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
               RETURNING id";
    let id = tx.insert(
        sql,
        vals![
            &s.code,
            &s.kind,
            s.subject,
            s.seal,
            &s.office,
            &s.number,
            &s.title,
            &s.day,
            s.trial,
            s.at,
            &s.state,
            &s.why,
            &s.ofd_digest,
            &s.pdf_digest
        ],
    )?;
    tx.exec("INSERT INTO sealed_file (paper, ofd, pdf) VALUES ($1, $2, $3)", vals![id, ofd, pdf])?;
    prove(tx, "sealed_paper", id)?;
    Ok(id)
}

/// 作废: a sealed paper no longer counts.
pub fn withdraw(tx: &mut Tx<'_>, _permit: &Permit, id: i64, why: &str) -> Result<bool> {
    let now = tx.now();
    let sql =
        "UPDATE sealed_paper SET state = 'withdrawn', ended = $2, why = $3 WHERE id = $1 AND state = 'kept'";
    let done = tx.exec(sql, vals![id, now, why])? == 1;
    if done {
        prove(tx, "sealed_paper", id)?;
    }
    Ok(done)
}

/// The sealed paper with this code.
pub fn by_code(rd: &mut Rd<'_>, code: &str) -> Result<Option<SealedRow>> {
    rd.query_opt(&format!("SELECT {SEALED} FROM sealed_paper WHERE code = $1"), vals![code], sealed_of)
}

/// What a paper was sealed as.
pub fn of_paper(rd: &mut Rd<'_>, kind: &str, subject: i64) -> Result<Option<SealedRow>> {
    let sql = format!("SELECT {SEALED} FROM sealed_paper WHERE kind = $1 AND subject = $2");
    rd.query_opt(&sql, vals![kind, subject], sealed_of)
}

/// The sealed paper one of whose files has this digest.
pub fn by_digest(rd: &mut Rd<'_>, digest: &str) -> Result<Option<SealedRow>> {
    let sql = format!("SELECT {SEALED} FROM sealed_paper WHERE ofd_digest = $1");
    let found = rd.query_opt(&sql, vals![digest], sealed_of)?;
    if found.is_some() {
        return Ok(found);
    }
    let sql = format!("SELECT {SEALED} FROM sealed_paper WHERE pdf_digest = $1 ORDER BY id LIMIT 1");
    rd.query_opt(&sql, vals![digest], sealed_of)
}

/// The bytes of a sealed paper: OFD and PDF.
pub fn files(rd: &mut Rd<'_>, id: i64) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let sql = "SELECT ofd, pdf FROM sealed_file WHERE paper = $1";
    rd.query_opt(sql, vals![id], |r| Ok((r.blob(0)?.to_vec(), r.blob(1)?.to_vec())))
}
