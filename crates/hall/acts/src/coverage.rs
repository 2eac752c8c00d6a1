//! 在岗覆盖 (R12, K7): what the published rosters of some days ask for and what of it nobody covered, of the hall and by window;
//! each opens the roster with its gaps and their reasons.

use std::collections::BTreeMap;

use access::op;
use city::{Door as _, Later};
use hall::roster::{Line, look};
use kernel::{Actor, Date};
use store::rosters as rows;

use crate::Halls;
use crate::doors::{door, load};
use crate::rosters::{date, number, sheet_of};

/// What one published roster covers of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverLine {
    /// id of the roster
    pub roster: i64,
    /// first of these days
    pub first: Date,
    /// last of these days
    pub last: Date,
    /// half hours of windows that are asked for: by hand, by demand
    pub asked: [u32; 2],
    /// of these, not covered
    pub unmet: [u32; 2],
    /// by window: its number, half hours asked for by hand, of these not covered
    pub windows: Vec<(u16, u32, u32)>,
}

/// Days at most.
const DAYS: i64 = 366;

impl Halls {
    /// How far windows were staffed from one day to another, by the rosters that people were told.
    pub fn coverage(&self, actor: Actor, id: i64, first: Date, last: Date) -> Later<Vec<CoverLine>> {
        self.study(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::ReadPresence, &l.hall, app.city.store().now().date())?;
            let (a, b) = (number(first), number(last));
            let mut out = Vec::new();
            if b < a || b - a > DAYS {
                return Ok(out);
            }
            for row in rows::between(rd, id, a, b)? {
                let sheet = sheet_of(&row)?;
                let Some(duties) = sheet.published.clone() else { continue };
                let from = date(row.first.max(a)).max(sheet.since.unwrap_or(first));
                let days = (from, date(row.last.min(b)));
                if days.1 < days.0 {
                    continue;
                }
                let ground = app.ground(rd, &l, days, row.id)?;
                let report = look(&ground.task(days, &sheet.needs), &duties);
                let mut windows: BTreeMap<u16, (u32, u32)> = BTreeMap::new();
                let within = |day: Date| days.0 <= day && day <= days.1;
                for (need, cover) in sheet.needs.iter().zip(&report.cover) {
                    let Line::Window(n) = need.line else { continue };
                    if !need.must || !within(need.day) {
                        continue;
                    }
                    let of = windows.entry(n).or_default();
                    of.0 += need.people.iter().map(|n| u32::from(*n)).sum::<u32>();
                    let short = need.people.iter().zip(cover).map(|(n, c)| u32::from(n.saturating_sub(*c)));
                    of.1 += short.sum::<u32>();
                }
                out.push(CoverLine {
                    roster: row.id,
                    first: days.0,
                    last: days.1,
                    asked: report.asked,
                    unmet: report.unmet,
                    windows: windows.into_iter().map(|(n, (asked, unmet))| (n, asked, unmet)).collect(),
                });
            }
            Ok(out)
        })
    }
}
