//! 三张清单 (W6): problems, demands and measures as views of what walks found, and how each stands. Must not
//! know the closed loop: what became of a problem comes in as a function.

use kernel::Date;
use serde::Serialize;

use crate::ops::{FindingKind, OpId};
use crate::record::WalkRecord;

/// How a problem stands, as the closed loop knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// 受理编号
    pub number: String,
    /// 销号
    pub struck_off: bool,
    /// The plan's day, when it is a dated plan.
    pub due: Option<Date>,
}

/// One row of the list of problems or of demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which walk.
    pub walk: String,
    /// Which finding.
    pub finding: OpId,
    /// Item code and version, and the step: where it happened.
    pub item: String,
    /// Version.
    pub version: u32,
    /// Step.
    pub step: String,
    /// Words.
    pub text: String,
    /// The case it became; none while it did not.
    pub standing: Option<Standing>,
}

/// One row of the list of measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeasureRow {
    /// The finding it answers.
    pub finding: OpId,
    /// What was found.
    pub found: String,
    /// What is done.
    pub text: String,
    /// 立即整改: none; 限期整改: the day.
    pub by: Option<Date>,
    /// Is it done (the problem struck off)?
    pub done: bool,
}

/// The three lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ThreeLists {
    /// 问题清单
    pub problems: Vec<Row>,
    /// 需求清单
    pub demands: Vec<Row>,
    /// 解决措施清单
    pub measures: Vec<MeasureRow>,
}

/// The three lists of these walks: (walk id, record). `standing` says what became of a finding.
pub fn three_lists<'a>(
    walks: impl IntoIterator<Item = (&'a str, &'a WalkRecord)>,
    standing: impl Fn(OpId) -> Option<Standing>,
) -> ThreeLists {
    let mut lists = ThreeLists::default();
    for (walk, record) in walks {
        let (item, version) = record.start.as_ref().map_or((String::new(), 0), |s| (s.2.clone(), s.3));
        for f in &record.findings {
            let standing = standing(f.id);
            for (text, by) in &f.measures {
                lists.measures.push(MeasureRow {
                    finding: f.id,
                    found: f.text.clone(),
                    text: text.clone(),
                    by: *by,
                    done: standing.as_ref().is_some_and(|s| s.struck_off),
                });
            }
            let row = Row {
                walk: walk.to_owned(),
                finding: f.id,
                item: item.clone(),
                version,
                step: f.step.clone(),
                text: f.text.clone(),
                standing,
            };
            match f.kind {
                FindingKind::Problem => lists.problems.push(row),
                FindingKind::Demand => lists.demands.push(row),
            }
        }
    }
    lists
}

impl ThreeLists {
    /// Problems and demands that no measure answers: nothing may be left lying.
    pub fn unanswered(&self) -> Vec<&Row> {
        let answered = |id: OpId| self.measures.iter().any(|m| m.finding == id);
        self.problems.iter().chain(&self.demands).filter(|r| !answered(r.finding)).collect()
    }
}
