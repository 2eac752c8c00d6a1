//! 办件交换 (E1, S6): services that other systems handled come in, in the field set of STANDARDS 2.1; each row is answered,
//! a row that is there already changes nothing.

use ::city::{Error, Later, Office};
use access::{Permit, Unit, decide, op};
use kernel::{Actor, Moment, RegionCode, Said, UnitId};
use store::ratings::{self, ServiceRow};
use store::{Rd, Tx, items, themes};
use supervise::Record;

use crate::Service;
use crate::city::City;

/// Rows of one transaction at most.
pub const PUSH_MAX: usize = 1_000;

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// it is there now
    Added,
    /// it was there already
    Known,
    /// it is not handled yet (办件状态 1, 2): to be sent again when it is
    NotYet,
    /// not taken in: field, and what to do
    Refused(String, Said),
}

fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

impl Service {
    /// What would become of services that another system handled. Writes nothing.
    pub(crate) fn look_over_services(&self, actor: Actor, records: Vec<Record>) -> Later<Vec<Taken>> {
        self.city.read(move |city, rd| {
            let office = city.office(rd)?;
            let mut out = Vec::with_capacity(records.len());
            for r in &records {
                out.push(match judged(rd, city.now(), &actor, &office, r) {
                    Ok(Judged::Fit { .. }) => Taken::Added,
                    Ok(Judged::Known) => Taken::Known,
                    Ok(Judged::NotYet) => Taken::NotYet,
                    Err(Error::Invalid { field, said }) => Taken::Refused(field, said),
                    Err(e) => return Err(e),
                });
            }
            Ok(out)
        })
    }

    /// Takes in services that another system handled.
    pub fn import_services(&self, actor: Actor, records: Vec<Record>) -> Later<Vec<Taken>> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            if records.len() > PUSH_MAX {
                return Err(Error::invalid(
                    "records",
                    format!("一次最多 {PUSH_MAX} 条"),
                    format!("at most {PUSH_MAX} at a time"),
                ));
            }
            let mut out = Vec::with_capacity(records.len());
            for r in &records {
                let done = tx.part(|tx| one(city, tx, &actor, &office, r));
                out.push(match done {
                    Ok(taken) => taken,
                    Err(Error::Invalid { field, said }) => Taken::Refused(field, said),
                    Err(e) => return Err(e),
                });
            }
            Ok(out)
        })
    }
}

/// A service as far as it can be told without writing.
enum Judged {
    Known,
    NotYet,
    Fit { permit: Permit, code: String, unit: UnitId, area: RegionCode, at: Moment, source: String },
}

fn judged(rd: &mut Rd<'_>, now: Moment, actor: &Actor, office: &Office, r: &Record) -> Result<Judged, Error> {
    let bad = |e: supervise::BadRecord| Error::Invalid { field: e.field.to_owned(), said: e.said };
    let number = r.service().map_err(bad)?;
    let source = match cut(&r.data_source, 30) {
        s if s.is_empty() => "other".to_owned(),
        s => s,
    };
    let code = format!("{source}/{number}");
    match r.pro_status.trim() {
        "" | "3" => {}
        "1" | "2" => return Ok(Judged::NotYet),
        _ => {
            return Err(Error::invalid(
                "proStatus",
                "办件状态须为 1（待受理）、2（办理中）或 3（办结）",
                "the status is 1 (to be accepted), 2 (in work) or 3 (handled)",
            ));
        }
    }
    if ratings::by_code(rd, &code)?.is_some() {
        return Ok(Judged::Known);
    }
    if r.accept_date.trim().is_empty() {
        return Err(Error::invalid(
            "acceptDate",
            "须有受理时间，格式为 yyyy-MM-dd HH:mm:ss",
            "the time of acceptance is needed: yyyy-MM-dd HH:mm:ss",
        ));
    }
    let at = r.served().map_err(bad)?;
    if at > now {
        return Err(Error::invalid("acceptDate", "时间在现在之后", "the time lies in the future"));
    }
    let unit = unit_of(office, r)?;
    let row = office.unit(unit).ok_or_else(|| Error::bug("a unit of the office"))?;
    let area = region_of(r, &row.region)?;
    let permit =
        decide(actor, op::WriteServices, Unit { unit: Some(unit), region: &area }).map_err(|_| {
            Error::invalid("deptCode", "这个部门不在您的区划之内", "the unit lies outside of your region")
        })?;
    Ok(Judged::Fit { permit, code, unit, area, at, source })
}

fn one(city: &City, tx: &mut Tx<'_>, actor: &Actor, office: &Office, r: &Record) -> Result<Taken, Error> {
    let now = tx.now();
    let (permit, code, unit, area, at, source) = match judged(tx, now, actor, office, r)? {
        Judged::Known => return Ok(Taken::Known),
        Judged::NotYet => return Ok(Taken::NotYet),
        Judged::Fit { permit, code, unit, area, at, source } => (permit, code, unit, area, at, source),
    };
    let service = ServiceRow {
        id: 0,
        code,
        unit,
        region: area.as_str().to_owned(),
        place: String::new(),
        item: item_name(tx, r)?,
        theme: theme_name(tx, &r.sub_matter)?,
        at,
        source,
        case: None,
    };
    city.to_rate(tx, &permit, &service)?;
    Ok(Taken::Added)
}

fn unit_of(office: &Office, r: &Record) -> Result<UnitId, Error> {
    let unit = office.unit_of_any(&[&r.dept_code, &r.pro_depart_code, &r.pro_depart]);
    unit.map(|u| u.id).map_err(|said| Error::Invalid { field: "deptCode".to_owned(), said })
}

fn region_of(r: &Record, of_unit: &RegionCode) -> Result<RegionCode, Error> {
    let text = r.area_code.trim();
    if text.is_empty() {
        return Ok(of_unit.clone());
    }
    let area: RegionCode =
        text.parse().map_err(|_| Error::invalid("areaCode", "不是区划代码", "not the code of a region"))?;
    if of_unit.contains(&area) || area.contains(of_unit) {
        return Ok(if of_unit.contains(&area) { area } else { of_unit.clone() });
    }
    Err(Error::invalid(
        "areaCode",
        format!("区划 {area} 不在该部门的 {of_unit} 之内"),
        format!("region {area} is no part of {of_unit}, where the unit is"),
    ))
}

/// The name in the catalogue where the code is known there: figures are never split by spelling.
fn item_name(tx: &mut Tx<'_>, r: &Record) -> Result<String, Error> {
    let code = r.task_code.trim();
    let known = if code.is_empty() { None } else { items::by_key(tx, code, r.task_handle_item.trim())? };
    Ok(match known {
        Some(row) => row.name,
        None => cut(if r.task_name.trim().is_empty() { &r.task_code } else { &r.task_name }, 120),
    })
}

/// The name of a theme, by its code or name; what is none of ours stays as it is written.
fn theme_name(tx: &mut Tx<'_>, text: &str) -> Result<String, Error> {
    let text = cut(text, 60);
    if text.is_empty() {
        return Ok(text);
    }
    let known = themes::all(tx)?.into_iter().find(|t| t.code == text || t.name == text);
    Ok(known.map_or(text, |t| t.name))
}
