//! 待我办、我经手、已发、收文.

use access::{decide, op};
use city::{Door as _, Error, Later, Office};
use kernel::{Actor, Moment};
use store::papers::{self as rows, PaperRow};

use crate::Papers;
use crate::desk::{sees, way_of};
use crate::way::Stage;

kernel::words! {
    /// Which list.
    inherent Tab {
        Mine = "mine", "待我办";
        Handled = "handled", "我经手";
        Sent = "sent", "已发";
        Received = "received", "收文";
    }
}

/// Papers on one list at most.
const LIST_MOST: u32 = 200;

/// A paper on a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// id
    pub id: i64,
    /// 标题
    pub title: String,
    /// 发文字号; empty before it has one
    pub number: String,
    /// who sends it
    pub unit: String,
    /// where it stands
    pub stage: Stage,
    /// since when it waits
    pub since: Moment,
    /// until when an answer is asked for
    pub answer_by: Option<kernel::Date>,
    /// an answer is late
    pub late: bool,
    /// received and answered, of how many
    pub done: (usize, usize),
}

fn line(office: &Office, row: PaperRow, now: Moment) -> Result<Line, Error> {
    let way = way_of(&row)?;
    let done = way
        .receivers
        .iter()
        .filter(|r| r.taken.is_some() && (way.answer_by.is_none() || r.answered.is_some()));
    Ok(Line {
        id: row.id,
        done: (done.count(), way.receivers.len()),
        late: way.is_late(now),
        since: way.since,
        answer_by: way.answer_by,
        stage: way.stage,
        unit: office.unit_name(way.unit),
        title: row.title,
        number: row.number,
    })
}

impl Papers {
    /// A list of the actor's.
    pub fn list(&self, actor: Actor, tab: Tab) -> Later<Vec<Line>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListPapers, access::Nothing)?;
            let office = app.city.office(rd)?;
            let now = app.city.store().now();
            let (Some(staff), Some(unit)) = (actor.staff, actor.unit) else { return Ok(Vec::new()) };
            let found = match tab {
                Tab::Mine => {
                    let mut all = rows::held_by(rd, staff, LIST_MOST)?;
                    // What is out waits for its receivers, and for its drafter when all of them are done or one is late.
                    all.retain(|r| {
                        way_of(r).is_ok_and(|w| w.stage != Stage::Published || w.all_done() || w.is_late(now))
                    });
                    if access::offers(&actor, access::Operation::IssuePapers) {
                        all.extend(rows::with_part(rd, "agree", unit.0, true, LIST_MOST)?);
                    }
                    if access::offers(&actor, access::Operation::TakePapers) {
                        all.extend(rows::with_part(rd, "take", unit.0, true, LIST_MOST)?);
                    }
                    all
                }
                Tab::Handled => rows::with_part(rd, "staff", staff.0, false, LIST_MOST)?,
                Tab::Sent => rows::issued_by(rd, unit, LIST_MOST)?,
                Tab::Received => rows::with_part(rd, "take", unit.0, false, LIST_MOST)?,
            };
            let mut seen = Vec::new();
            let mut out = Vec::new();
            for row in found {
                if !seen.contains(&row.id) && sees(&way_of(&row)?, &actor) {
                    seen.push(row.id);
                    out.push(line(&office, row, now)?);
                }
            }
            Ok(out)
        })
    }

    /// The papers that came from a source, about one thing there.
    pub fn about(&self, actor: Actor, source: String, subject: i64) -> Later<Vec<Line>> {
        self.read(move |app, rd| {
            decide(&actor, op::ListPapers, access::Nothing)?;
            let office = app.city.office(rd)?;
            let now = app.city.store().now();
            let mut out = Vec::new();
            for row in rows::about(rd, &source, subject)? {
                if sees(&way_of(&row)?, &actor) {
                    out.push(line(&office, row, now)?);
                }
            }
            Ok(out)
        })
    }
}
