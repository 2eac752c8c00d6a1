//! 印章登记簿: seals are applied for, made, filed, used, suspended, restored and cancelled; who may see and do what.

use access::{Permit, Unit, decide, op};
use city::{Door as _, Error, Later, Office, reach};
use kernel::{Actor, Moment, Role, UnitId};
use paper::pdf::Fonts;
use paper::picture::{self, Look, SealPicture};
use seal::Certificate;
use store::seals::{self as rows, SealRow};
use store::{Rd, StoreError, counters};

use crate::life::USERS;
use crate::{By, Draft, PaperKind, SealAct, SealKind, SealState, Seals, append, next};

/// Seals of one city.
const MOST: u32 = 2_000;
/// Uses that a page shows.
const USES_MOST: u32 = 200;
/// The largest picture that is taken.
const PICTURE_MAX: usize = 300 << 10;
/// How long a seal may be valid at most, days.
const DAYS_MAX: i64 = 3_653;

/// Stands for the number of a seal for trials, which nobody files.
const TRIAL: &str = "trial";

/// What is applied for.
#[derive(Clone, Debug)]
pub struct NewSeal {
    /// 印章名称; empty for the name of the unit
    pub name: String,
    /// 类别
    pub kind: SealKind,
    /// 使用单位
    pub unit: UnitId,
    /// under which papers it may be set
    pub papers: Vec<PaperKind>,
    /// who may use it
    pub roles: Vec<Role>,
    /// 图样, PNG; none to have it drawn from its name
    pub picture: Option<Vec<u8>>,
}

/// What is done, with what it needs.
#[derive(Clone, Debug)]
pub struct Asked {
    /// what
    pub act: SealAct,
    /// the version that was seen
    pub ver: i64,
    /// to make it: who holds its key
    pub device: String,
    /// to make it: its last moment
    pub valid_to: Option<Moment>,
    /// to file it: 备案号
    pub filed: String,
    /// to suspend, restore or cancel it: why
    pub why: String,
}

/// A use as it is shown.
#[derive(Clone, Debug)]
pub struct UseView {
    /// who
    pub who: String,
    /// when
    pub at: Moment,
    /// the paper
    pub title: String,
    /// kind of the paper
    pub kind: String,
    /// `begun`, `kept`, `failed`
    pub state: String,
    /// SM3 of the paper
    pub digest: String,
    /// why it failed
    pub why: String,
}

/// A seal as it is shown to who may see the register.
#[derive(Clone, Debug)]
pub struct SealView {
    /// the row
    pub row: SealRow,
    /// its kind
    pub kind: SealKind,
    /// where it stands
    pub state: SealState,
    /// 使用单位
    pub unit: String,
    /// what this reader may do now
    pub acts: Vec<SealAct>,
    /// a picture was brought or drawn; only of one seal
    pub has_picture: bool,
    /// the newest uses; only of one seal
    pub uses: Vec<UseView>,
}

/// A line of the public directory (印章名录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// 印章名称
    pub name: String,
    /// 印章编码
    pub number: String,
    /// 使用单位
    pub unit: String,
    /// 类别
    pub kind: SealKind,
    /// where it stands
    pub state: SealState,
    /// 试用章
    pub trial: bool,
    /// 有效起始
    pub from: Option<Moment>,
    /// 有效终止
    pub to: Option<Moment>,
}

fn damaged(what: &str) -> Error {
    Error::Store(StoreError::Damaged(what.to_owned()))
}

pub(crate) fn state_of(row: &SealRow) -> Result<SealState, Error> {
    SealState::read(&row.state).ok_or_else(|| damaged("seal state"))
}

pub(crate) fn kind_of(row: &SealRow) -> Result<SealKind, Error> {
    SealKind::read(&row.kind).ok_or_else(|| damaged("seal kind"))
}

pub(crate) fn words<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    text.split(',').filter_map(read).collect()
}

/// The seal, where the reader may know of it.
pub(crate) fn seen(rd: &mut Rd<'_>, actor: &Actor, office: &Office, id: i64) -> Result<SealRow, Error> {
    let row = rows::seal(rd, id)?.ok_or(Error::NotFound)?;
    let subject = subject(office, &row);
    decide(actor, op::ReadSeals, subject).map_err(|_| Error::NotFound)?;
    Ok(row)
}

fn subject<'a>(office: &'a Office, row: &SealRow) -> Unit<'a> {
    let region = office.unit(row.unit).map_or(&office.settings.city, |u| &u.region);
    Unit { unit: Some(row.unit), region }
}

/// May this actor do it to this seal? Answers the permit.
fn permit(actor: &Actor, office: &Office, row: &SealRow, by: By) -> Result<Permit, Error> {
    let subject = subject(office, row);
    match by {
        By::Unit => Ok(decide(actor, op::AskSeals, subject)?),
        By::Register | By::Another => {
            let permit = decide(actor, op::WriteSeals, subject)?;
            if by == By::Another && row.asked_by.is_some() && row.asked_by == actor.staff {
                return Err(Error::invalid(
                    "act",
                    "申请人不能自己制作，请另一位管理员办理",
                    "who applied for a seal does not make it: another administrator does",
                ));
            }
            Ok(permit)
        }
    }
}

fn look(row: &SealRow, kind: SealKind, unit: &str) -> Look {
    match kind {
        SealKind::Personal => Look::Square { name: row.name.clone() },
        _ => Look::Round {
            ring: unit.to_owned(),
            below: row.name.strip_prefix(unit).unwrap_or_default().to_owned(),
        },
    }
}

impl Seals {
    /// What devices there are.
    pub fn devices(&self, actor: &Actor) -> Result<Vec<String>, Error> {
        access::offered(actor, access::Operation::WriteSeals)?;
        Ok(self.devices.names())
    }

    /// The seals this reader may see, without their uses.
    pub fn seals(&self, actor: Actor) -> Later<Vec<SealView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListSeals, access::Nothing)?;
            let office = app.city.office(rd)?;
            let all = rows::seals(rd, MOST)?.into_iter();
            let mine = all.filter(|r| decide(&actor, op::ReadSeals, subject(&office, r)).is_ok());
            mine.map(|row| view(row, &actor, &office)).collect()
        })
    }

    /// One seal with its newest uses.
    pub fn seal(&self, actor: Actor, id: i64) -> Later<SealView> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let row = seen(rd, &actor, &office, id)?;
            let mut view = view(row, &actor, &office)?;
            view.has_picture = !rows::picture(rd, id)?.is_empty();
            for u in rows::uses(rd, id, USES_MOST)? {
                let who = u.staff.map(|s| app.city.staff_name(rd, s)).transpose()?;
                view.uses.push(UseView {
                    who: who.unwrap_or_default(),
                    at: u.at,
                    title: u.title,
                    kind: u.kind,
                    state: u.state,
                    digest: u.digest,
                    why: u.why,
                });
            }
            Ok(view)
        })
    }

    /// 图样, for who may see the register.
    pub fn picture(&self, actor: Actor, id: i64) -> Later<Vec<u8>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            seen(rd, &actor, &office, id)?;
            let png = rows::picture(rd, id)?;
            if png.is_empty() { Err(Error::NotFound) } else { Ok(png) }
        })
    }

    /// 印章名录: what everybody may know. No pictures: they are not to be copied.
    pub fn directory(&self) -> Later<Vec<Listed>> {
        self.read(|app, rd| {
            reach::public(op::PublicPapers)?;
            let office = app.city.office(rd)?;
            let mut out = Vec::new();
            for row in rows::seals(rd, MOST)? {
                let state = state_of(&row)?;
                let kind = kind_of(&row)?;
                // What was never filed was never anybody's seal; the seal of a person says who works where, and is not listed.
                if row.filed.is_empty() || kind == SealKind::Personal {
                    continue;
                }
                out.push(Listed {
                    kind,
                    state,
                    unit: office.unit(row.unit).map_or_else(String::new, |u| u.name.clone()),
                    name: row.name,
                    number: row.number,
                    trial: row.trial,
                    from: row.valid_from,
                    to: row.valid_to,
                });
            }
            Ok(out)
        })
    }

    /// 申请: a seal for a unit. Answers its id.
    pub fn apply(&self, actor: Actor, new: NewSeal) -> Later<i64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::AskSeals, reach::unit_in(&office, new.unit)?)?;
            let unit = office.unit(new.unit).ok_or(Error::NotFound)?;
            let name = checked_name(&new, &unit.name)?;
            if let Some(wrong) = new.papers.iter().find(|p| !p.seals().contains(&new.kind)) {
                return Err(Error::invalid(
                    "papers",
                    format!("{}不用于{}，请取消勾选", new.kind.zh(), wrong.zh()),
                    format!("a seal of this kind is not for {}: leave it out", wrong.en()),
                ));
            }
            let may_be = PaperKind::ALL.into_iter().any(|p| p.seals().contains(&new.kind));
            if (may_be && new.papers.is_empty()) || new.roles.is_empty() {
                return Err(Error::invalid(
                    "papers",
                    "请选择可用于哪些文件、由哪些角色使用",
                    "choose for which papers it is, and which roles use it",
                ));
            }
            if let Some(role) = new.roles.iter().find(|r| !USERS.contains(r)) {
                return Err(Error::invalid(
                    "roles",
                    format!("{}不能用印", role.zh()),
                    format!("as {role} nobody uses seals"),
                ));
            }
            if new.picture.as_ref().is_some_and(|p| !is_png(p)) {
                return Err(Error::invalid(
                    "file",
                    "图样请用 PNG，不超过 300 KB，边长不超过 1200 像素",
                    "the picture is a PNG of 300 KB and 1,200 pixels a side at most",
                ));
            }
            let number = number_of(unit.region.as_str(), counters::next(tx, "seal")?);
            let picture = new.picture.clone().unwrap_or_default();
            let row = SealRow {
                id: 0,
                number,
                name,
                kind: new.kind.word().to_owned(),
                unit: new.unit,
                state: SealState::Applied.word().to_owned(),
                ver: 1,
                papers: new.papers.iter().map(|p| p.word()).collect::<Vec<_>>().join(","),
                roles: new.roles.iter().map(|r| r.word()).collect::<Vec<_>>().join(","),
                device: String::new(),
                trial: false,
                asked_by: actor.staff,
                filed: String::new(),
                valid_from: None,
                valid_to: None,
                certificate: String::new(),
                made: tx.now(),
                width: size_of(new.kind),
                height: size_of(new.kind),
            };
            let id = rows::put(tx, &permit, &row, &picture)?;
            append(
                tx,
                &permit,
                id,
                "apply",
                &(&row.number, &row.name, &row.kind, row.unit, &row.papers, &row.roles),
            )?;
            Ok(id)
        })
    }

    /// Does what is asked with a seal. Making it asks whoever holds the key: not for asynchronous code.
    ///
    /// # Errors
    /// It is not for this actor or cannot be done in this state; the device refuses.
    pub fn act(&self, actor: &Actor, id: i64, asked: &Asked) -> Result<(), Error> {
        let (row, unit) = self.city.store().read(|rd| {
            let office = self.city.office(rd)?;
            let row = seen(rd, actor, &office, id)?;
            moved(&row, actor, &office, asked, self.city.store().now())?;
            let unit = office.unit(row.unit).map_or_else(String::new, |u| u.name.clone());
            Ok::<_, Error>((row, unit))
        })?;
        let made = match asked.act {
            SealAct::Make => Some(self.make(&row, &unit, asked)?),
            _ => None,
        };
        let (app, actor, asked) = (self.clone(), actor.clone(), asked.clone());
        self.city.store().write(move |tx| {
            let office = app.city.office(tx)?;
            let mut row = seen(tx, &actor, &office, id)?;
            let (to, permit) = moved(&row, &actor, &office, &asked, tx.now())?;
            row.state = to.word().to_owned();
            if let Some(made) = &made {
                row.device.clone_from(&asked.device);
                row.trial = made.trial;
                (row.valid_from, row.valid_to) = (Some(made.from), asked.valid_to);
                row.certificate.clone_from(&made.certificate);
                (row.width, row.height) = (made.picture.width, made.picture.height);
                rows::put_made(tx, &permit, id, &made.esl, &made.picture.png)?;
            }
            if asked.act == SealAct::File {
                row.filed = if row.trial { TRIAL.to_owned() } else { asked.filed.trim().to_owned() };
            }
            row.ver = asked.ver;
            if !rows::save(tx, &permit, &row)? {
                return Err(Error::Changed(StoreError::Conflict {
                    stream: kernel::StreamId::new(kernel::StreamKind::Seal, id),
                    expected: asked.ver,
                    found: asked.ver + 1,
                }));
            }
            let esl = made.as_ref().map(|m| ledger::hex(&seal::Digest::Sm3.of(&m.esl)));
            append(
                tx,
                &permit,
                id,
                asked.act.word(),
                &(&row.device, &row.certificate, esl, &row.filed, asked.why.trim()),
            )
        })
    }

    fn make(&self, row: &SealRow, unit: &str, asked: &Asked) -> Result<Made, Error> {
        let device = self.devices.named(&asked.device)?;
        let trial = device.is_trial()?;
        let own = self.city.store().read(|rd| Ok::<_, Error>(rows::picture(rd, row.id)?))?;
        // 试用章 stands in the picture itself, so a picture that was brought is not taken for one.
        let picture = if trial || own.is_empty() {
            let fonts = Fonts::of_this_machine().map_err(|e| Error::told("device", e))?;
            picture::seal(&look(row, kind_of(row)?, unit), trial, fonts)
        } else {
            SealPicture { png: own, width: row.width, height: row.height }
        };
        let from = self.city.store().now();
        let to = asked.valid_to.ok_or_else(no_end)?;
        let draft = Draft {
            number: row.number.clone(),
            name: if trial { format!("{}（试用章）", row.name) } else { row.name.clone() },
            kind: if row.kind == SealKind::Personal.word() { 2 } else { 1 },
            created: from,
            valid_to: to,
            picture: picture.png.clone(),
            width: picture.width,
            height: picture.height,
        };
        let esl = device.make(&draft)?;
        let certificate = Certificate::read(&device.certificate()?).ok_or_else(crate::Trouble::lied)?;
        // What came back is judged: it is the seal that was asked for, and true.
        let report = seal::verify(&esl, &seal::Options::at(from)).map_err(|_| crate::Trouble::lied())?;
        let good = report.signatures.iter().any(|s| {
            s.seal_signature == Some(true) && s.seal.as_ref().is_some_and(|f| is_drafted(f, &draft))
        });
        if !good {
            return Err(crate::Trouble::lied().into());
        }
        Ok(Made { esl, picture, trial, from, certificate: certificate.serial() })
    }
}

/// Is the seal that came back the one that was asked for? A seal counts seconds.
fn is_drafted(f: &seal::SealFacts, draft: &Draft) -> bool {
    let same = |a: Option<Moment>, b: Moment| a.is_some_and(|a| a.us_since(b).abs() < kernel::US_PER_SECOND);
    f.id == draft.number
        && f.name == draft.name
        && f.version == 4
        && same(f.valid_from, draft.created)
        && same(f.valid_to, draft.valid_to)
        && (f.width, f.height) == (draft.width, draft.height)
        && f.picture_bytes == draft.picture.len()
}

struct Made {
    esl: Vec<u8>,
    picture: SealPicture,
    trial: bool,
    from: Moment,
    certificate: String,
}

fn no_end() -> Error {
    Error::invalid(
        "valid_to",
        "请填写有效终止日期，须在今天之后、十年之内",
        "give its last day: after today, within ten years",
    )
}

/// Where the act leads, by whom; refuses what cannot be done or lacks something.
fn moved(
    row: &SealRow,
    actor: &Actor,
    office: &Office,
    asked: &Asked,
    now: Moment,
) -> Result<(SealState, Permit), Error> {
    let from = state_of(row)?;
    let Some(way) = next(from, asked.act) else {
        return Err(Error::invalid(
            "act",
            format!("这枚印章现在是“{}”，不能“{}”", from.zh(), asked.act.zh()),
            format!("the seal is {}: it cannot be moved by {}", from.word(), asked.act.word()),
        ));
    };
    let permit = permit(actor, office, row, way.by)?;
    match asked.act {
        SealAct::Make if asked.device.is_empty() => {
            return Err(Error::invalid("device", "请选择签名设备", "choose who holds the key"));
        }
        SealAct::Make => {
            let days = |at: Moment| at.us_since(now) / kernel::US_PER_DAY;
            asked.valid_to.filter(|to| *to > now && days(*to) <= DAYS_MAX).ok_or_else(no_end)?;
            let named = office.unit(row.unit).is_some_and(|u| row.name.starts_with(&u.name));
            if kind_of(row)? != SealKind::Personal && !named {
                return Err(Error::invalid(
                    "act",
                    "申请之后单位已更名，请注销后以新名称重新申请",
                    "the unit has another name by now: cancel this one and apply under the new name",
                ));
            }
        }
        SealAct::File if !row.trial && asked.filed.trim().is_empty() => {
            return Err(Error::invalid(
                "filed",
                "请填写公安机关的备案号",
                "give the number under which the police filed it",
            ));
        }
        SealAct::Suspend | SealAct::Restore | SealAct::Cancel if asked.why.trim().is_empty() => {
            return Err(Error::invalid("why", "请写明原因", "say why"));
        }
        _ => {}
    }
    if asked.why.chars().count() > 300 || asked.filed.chars().count() > 60 {
        return Err(Error::invalid("why", "最多 300 个字", "300 characters at most"));
    }
    Ok((way.to, permit))
}

fn view(row: SealRow, actor: &Actor, office: &Office) -> Result<SealView, Error> {
    let state = state_of(&row)?;
    let may =
        |act: &SealAct| next(state, *act).is_some_and(|way| permit(actor, office, &row, way.by).is_ok());
    Ok(SealView {
        kind: kind_of(&row)?,
        state,
        unit: office.unit(row.unit).map_or_else(|| office.unit_name(row.unit), |u| u.name.clone()),
        acts: SealAct::ALL.into_iter().filter(may).collect(),
        has_picture: false,
        uses: Vec::new(),
        row,
    })
}

fn checked_name(new: &NewSeal, unit: &str) -> Result<String, Error> {
    let name = new.name.split_whitespace().collect::<String>();
    let long = name.chars().count();
    let bad = |zh: String, en: String| Err(Error::invalid("name", zh, en));
    match new.kind {
        SealKind::Unit if name.is_empty() || name == unit => Ok(unit.to_owned()),
        SealKind::Unit => bad(
            format!("单位章的名称就是单位名称“{unit}”"),
            format!("the seal of a unit is called as the unit: {unit}"),
        ),
        SealKind::Inner | SealKind::Special
            if name.strip_prefix(unit).is_some_and(|n| !n.is_empty()) && long <= 60 =>
        {
            Ok(name)
        }
        SealKind::Inner | SealKind::Special => bad(
            format!("名称须以单位名称开头，如“{unit}审批专用章”，最多 60 个字"),
            format!("the name begins with that of the unit ({unit}) and has 60 characters at most"),
        ),
        SealKind::Personal if (2..=20).contains(&long) => Ok(name),
        SealKind::Personal => {
            bad("请填写姓名，2 至 20 个字".to_owned(), "give the name, 2 to 20 characters".to_owned())
        }
    }
}

/// Thirteen digits (GA 241.2): six of the region, seven in order.
fn number_of(region: &str, n: i64) -> String {
    let six: String = region.chars().filter(char::is_ascii_digit).chain("000000".chars()).take(6).collect();
    format!("{six}{n:07}")
}

const fn size_of(kind: SealKind) -> i64 {
    match kind {
        SealKind::Personal => 20,
        _ => 42,
    }
}

fn is_png(bytes: &[u8]) -> bool {
    let side =
        |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    bytes.len() <= PICTURE_MAX
        && bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        && bytes.get(12..16) == Some(b"IHDR")
        && [side(16), side(20)].iter().all(|s| (1..=1_200).contains(s))
}
