//! 办件经过: what happened to applications, step by step with start and end, for who asks about many of them at once.

use std::collections::HashMap;

use ::city::{Error, Office, reach};
use access::{Region, decide, op};
use kernel::{Actor, Moment, StaffId, UnitId};
use service::{Application, Word as _};
use store::{Rd, applications as rows};

use crate::saved;

/// One step of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastStep {
    /// 环节
    pub step: String,
    /// when somebody began, where that is on record
    pub start: Option<Moment>,
    /// when it was done
    pub at: Moment,
    /// by which unit; empty: the applicant
    pub unit: String,
    /// by whom
    pub who: String,
}

/// An application with what happened to it.
#[derive(Clone, Debug)]
pub struct PastApplication {
    /// 办件编号
    pub number: String,
    /// what was applied for
    pub name: String,
    /// a theme, and not one item
    pub theme: bool,
    /// 渠道
    pub channel: &'static str,
    /// 区划
    pub region: String,
    /// where it stands
    pub stage: &'static str,
    /// the steps
    pub steps: Vec<PastStep>,
}

/// Applications of the region that the reader oversees that were handed in, the newest first, before an id (0: from the newest); and the id
/// before which the next ones are.
///
/// # Errors
/// Not for this reader, or the store could not.
pub fn past_applications(
    city: &::city::City,
    rd: &mut Rd<'_>,
    actor: &Actor,
    before: i64,
    most: u32,
) -> Result<(Vec<PastApplication>, Option<i64>), Error> {
    let office = city.office(rd)?;
    let home = reach::home(actor, &office);
    decide(actor, op::ReadHandled, Region(&home))?;
    let before = if before == 0 { i64::MAX } else { before };
    let found = rows::of_region(rd, home.as_str(), before, most)?;
    let next = found.last().map(|r| r.id).filter(|_| found.len() == most as usize);
    let mut names = HashMap::new();
    let mut out = Vec::with_capacity(found.len());
    for row in &found {
        let a = saved::read(row)?;
        if let Some(submitted) = a.submitted {
            let steps = steps(rd, &office, &a, submitted, &mut names)?;
            out.push(PastApplication {
                name: a.basis.name.clone(),
                theme: !a.basis.theme.is_empty(),
                channel: a.channel.zh(),
                region: row.region.clone(),
                stage: a.stage.zh(),
                steps,
                number: a.number,
            });
        }
    }
    Ok((out, next))
}

fn name_of(rd: &mut Rd<'_>, names: &mut HashMap<StaffId, String>, staff: StaffId) -> Result<String, Error> {
    if let Some(name) = names.get(&staff) {
        return Ok(name.clone());
    }
    let name = store::office::staff_by_id(rd, staff)?.map_or_else(String::new, |s| s.name);
    names.insert(staff, name.clone());
    Ok(name)
}

fn steps(
    rd: &mut Rd<'_>,
    office: &Office,
    a: &Application,
    submitted: Moment,
    names: &mut HashMap<StaffId, String>,
) -> Result<Vec<PastStep>, Error> {
    let unit = |u: UnitId| office.unit_name(u);
    let mut out = Vec::new();
    let mut put = |step: &str, start, at: Option<Moment>, unit: String, who| {
        if let Some(at) = at {
            out.push(PastStep { step: step.to_owned(), start, at, unit, who });
        }
    };
    let nobody = String::new;
    put("提交申请", None, Some(submitted), nobody(), nobody());
    put("受理", Some(submitted), a.accepted, unit(a.basis.reception), nobody());
    for (t, s) in a.basis.tasks.iter().zip(&a.tasks) {
        let who = match s.by {
            Some(staff) if s.finished.is_some() => name_of(rd, names, staff)?,
            _ => nobody(),
        };
        put(&t.name, s.started, s.finished, unit(t.unit), who);
    }
    for (b, s) in a.basis.parts.iter().zip(&a.parts) {
        put("作出决定", None, s.decided, unit(b.unit), nobody());
        put("制作证照", s.decided, s.issued, unit(b.unit), nobody());
    }
    let sent = a.sent.as_ref();
    put("送达", a.decided, sent.map(|s| s.at), unit(a.basis.reception), nobody());
    put("签收", sent.map(|s| s.at), sent.and_then(|s| s.signed), nobody(), nobody());
    put("办结", None, a.ended, unit(a.basis.reception), nobody());
    Ok(out)
}
