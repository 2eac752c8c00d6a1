//! 提醒: whom a paper waits for now is told, in the transaction that made it wait.

use city::{City, Error, Office};
use kernel::{StaffId, UnitId};
use outbox::UnitWords;
use store::{Tx, office};

use crate::desk::Loaded;
use crate::way::{Act, Happened, Stage, Way};

fn name(tx: &mut Tx<'_>, staff: Option<StaffId>) -> Result<String, Error> {
    let row = staff.map(|s| office::staff_by_id(tx, s)).transpose()?.flatten();
    Ok(row.map_or_else(|| "经办人".to_owned(), |s| s.name))
}

/// Tells who is asked for something by what happened.
pub(crate) fn of(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    before: &Way,
    l: &Loaded,
    h: &Happened,
) -> Result<(), Error> {
    let way = &l.way;
    let at = office.rules.calendar.next_office_moment(tx.now());
    let title = l.row.title.clone();
    let around = |words: String| {
        UnitWords::around(
            &title,
            move |t| if t.is_empty() { words.clone() } else { format!("{words}：《{t}》") },
        )
    };
    let tell = |tx: &mut Tx<'_>, unit: UnitId, words: String| {
        outbox::to_unit(city, tx, unit, at, None, around(words))
    };
    let remind = h.act == Act::Remind;
    let again = if remind { "催办：" } else { "" };
    if !remind && way.stage == before.stage && way.holder == before.holder {
        return Ok(());
    }
    match way.stage {
        Stage::Drafting if h.act == Act::SendBack => {
            let who = name(tx, way.holder)?;
            tell(tx, way.unit, format!("退回{who}修改发文"))
        }
        Stage::Checking | Stage::Signing | Stage::Sealing | Stage::Publishing => {
            let who = name(tx, way.holder)?;
            tell(tx, way.unit, format!("{again}请{who}{}", what(way.stage)))
        }
        Stage::Agreeing => {
            for unit in way.owes().agree {
                tell(tx, unit, format!("{again}请会签{}的发文", office.unit_name(way.unit)))?;
            }
            Ok(())
        }
        Stage::Published => {
            let (from, owes) = (office.unit_name(way.unit), way.owes());
            let until = way
                .answer_by
                .map_or_else(String::new, |d| format!("，并在{}前反馈", paper::gongwen::zh_date(d)));
            for r in &way.receivers {
                let words = if owes.take.contains(&r.unit) {
                    format!("{again}请签收{from}来文{until}")
                } else if remind && owes.answer.contains(&r.unit) {
                    format!("{again}请反馈{from}来文{until}")
                } else {
                    continue;
                };
                tell(tx, r.unit, words)?;
            }
            if remind && way.is_late(tx.now()) {
                tell(tx, way.unit, format!("发文到期未反馈的单位还有 {} 个", owes.answer.len()))?;
            }
            Ok(())
        }
        Stage::Revoked if before.published.is_some() => {
            for r in &way.receivers {
                tell(tx, r.unit, format!("{}撤销了来文，请停止执行", office.unit_name(way.unit)))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

const fn what(stage: Stage) -> &'static str {
    match stage {
        Stage::Checking => "核稿",
        Stage::Signing => "签发",
        Stage::Sealing => "用印",
        _ => "发布",
    }
}
