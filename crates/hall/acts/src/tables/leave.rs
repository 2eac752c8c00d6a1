//! 请假表: rows of leave that stands, as the head of the hall puts it down for people.

use std::collections::BTreeSet;

use access::op;
use city::Error;
use hall::Span;
use hall::roster::LeaveKind;
use kernel::{Actor, Date, Said, StaffId};
use store::{Rd, rosters as rows};

use super::edit::said_of;
use super::{Became, Line};
use crate::Halls;
use crate::doors::{Loaded, door};
use crate::rosters::{accounts, number};
use crate::shifts::leave_days;

/// Leave that a row asks for.
pub(super) struct NewLeave {
    pub hall: i64,
    pub staff: StaffId,
    pub kind: LeaveKind,
    pub first: Date,
    pub last: Date,
    pub hours: Option<Span>,
}

/// The words that offices have for it.
fn kind_of(text: &str) -> Option<LeaveKind> {
    let has = |all: &[&str]| all.iter().any(|w| text.contains(w));
    Some(match text {
        _ if has(&["年休", "年假", "公休"]) => LeaveKind::Annual,
        _ if has(&["病"]) => LeaveKind::Sick,
        _ if has(&["婚", "产", "丧", "陪护", "育儿", "探亲"]) => LeaveKind::Family,
        _ if has(&["公差", "公假", "出差", "培训", "学习"]) => LeaveKind::Duty,
        _ if has(&["事假", "私事", "调休"]) => LeaveKind::Personal,
        _ => return LeaveKind::read(text),
    })
}

impl Halls {
    /// What becomes of each row, and the leave to be put down for it.
    pub(super) fn leave_rows(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        lines: &[Line],
    ) -> Result<Vec<(Became, Option<NewLeave>)>, Error> {
        let now = self.city.store().now();
        let all = self.all(rd)?;
        let mine = |l: &&Loaded| door(actor, op::WriteRoster, &l.hall, now.date()).is_ok();
        let halls: Vec<&Loaded> = all.iter().filter(mine).collect();
        let people = halls.iter().flat_map(|l| l.hall.posts.iter().map(|p| p.staff));
        let names = accounts(rd, people)?.1;
        let mut there: BTreeSet<(StaffId, i64, i64, String)> = BTreeSet::new();
        for l in &halls {
            let stands = rows::leave_of_hall(rd, l.row.id, number(now.date()))?;
            let stands = stands.into_iter().filter(|r| matches!(r.state.as_str(), "asked" | "approved"));
            there.extend(stands.map(|r| (r.staff, r.first, r.last, r.hours)));
        }
        let mut out = Vec::with_capacity(lines.len());
        for line in lines {
            let who = line.get("login");
            let login = store::office::staff_by_login(rd, who)?.map(|s| s.id);
            let called: Vec<StaffId> = names.iter().filter(|n| n.1 == who).map(|n| *n.0).collect();
            let staff = match (login.filter(|s| names.contains_key(s)), called.as_slice()) {
                (Some(one), _) => Ok(one),
                (None, [one]) => Ok(*one),
                (None, []) => Err(Said::new(
                    format!("您管理的大厅里没有定岗的“{who}”，请核对登录名或姓名"),
                    format!("nobody called {who:?} is posted in your halls: check the login or the name"),
                )),
                (None, _) => Err(Said::new(
                    format!("有 {} 个人叫“{who}”，请写登录名", called.len()),
                    format!("{} people are called {who:?}: give the login", called.len()),
                )),
            };
            let new = staff.and_then(|staff| read(line, staff, &halls, now));
            let new = match new {
                Ok(new) => new,
                Err(said) => {
                    out.push((Became::Refused(said), None));
                    continue;
                }
            };
            let hours = new.hours.map_or_else(String::new, |h| h.to_string());
            let fresh = there.insert((new.staff, number(new.first), number(new.last), hours));
            out.push(if fresh { (Became::Added, Some(new)) } else { (Became::Same, None) });
        }
        Ok(out)
    }
}

fn read(line: &Line, staff: StaffId, halls: &[&Loaded], now: kernel::Moment) -> Result<NewLeave, Said> {
    let named = line.get("hall");
    let posted = |l: &&&Loaded| {
        l.hall.posts.iter().any(|p| p.staff == staff) && (named.is_empty() || l.hall.name == named)
    };
    // Leave counts in every hall; the first one keeps it.
    let hall = halls.iter().find(posted).ok_or_else(|| {
        Said::new(format!("在大厅“{named}”没有定岗"), format!("not posted in the hall {named:?}"))
    })?;
    let kind = kind_of(line.get("kind")).ok_or_else(|| {
        let all = LeaveKind::ALL.iter().map(|k| k.zh()).collect::<Vec<_>>().join("、");
        Said::new(
            format!("“{}”不是请假类别，写 {all}", line.get("kind")),
            format!("{:?} is no kind of leave: {all}", line.get("kind")),
        )
    })?;
    let day = |field: &str| line.get(field).parse::<Date>().ok();
    let (Some(first), Some(last)) = (day("first"), day("last")) else {
        return Err(Said::new("请填开始日期和结束日期", "give the first and the last day"));
    };
    leave_days(first, last, now).map_err(said_of)?;
    let hours = match line.get("hours") {
        "" | "全天" => None,
        text => Some(text.parse::<Span>()?),
    };
    Ok(NewLeave { hall: hall.row.id, staff, kind, first, last, hours })
}
