//! 交接: what redesigns and logs hand over to other movements and ask of them. `assembly` says to whom.

use catalogue::ServiceItem;
use kernel::{Actor, Moment};
use store::{Rd, Tx};

use super::logs::LogProblem;
use city::{City, Error};

/// What a redesign hands over, inside the transaction that publishes it.
#[derive(Clone, Copy, Debug)]
pub struct RedesignHandovers {
    /// 再造成果入库: the next version of the item
    pub redesign_becomes_catalogue_version: fn(&City, &mut Tx<'_>, &Actor, &ServiceItem) -> Result<(), Error>,
}

/// What logs hand over and are made of.
#[derive(Clone, Copy, Debug)]
pub struct LogHandovers {
    /// 留痕即日志: a page of the record of cases, as far as the actor may see it
    pub case_history_becomes_event_log:
        fn(&City, &mut Rd<'_>, &Actor, &HistoryAsk<'_>) -> Result<HistoryPage, Error>,
    /// 办件作日志: applications before an id, at most so many, each with its steps; and the id before which the next are
    pub application_history_becomes_event_log: ApplicationHistory,
    /// 日志问题转件: answers the number of the case
    pub log_finding_becomes_case: fn(&City, &mut Tx<'_>, &Actor, &LogProblem) -> Result<String, Error>,
}

/// Reads a page of applications.
pub type ApplicationHistory =
    fn(&City, &mut Rd<'_>, &Actor, i64, u32) -> Result<(Vec<Vec<AppliedRow>>, Option<i64>), Error>;

/// A step of an application as a log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedRow {
    /// 办件编号
    pub number: String,
    /// 环节
    pub step: String,
    /// when somebody began, where that is on record
    pub start: Option<Moment>,
    /// when it was done
    pub at: Moment,
    /// who
    pub who: String,
    /// for which unit
    pub unit: String,
    /// what was applied for
    pub name: String,
    /// a theme (一件事)
    pub theme: bool,
    /// 渠道
    pub channel: &'static str,
    /// 区划
    pub region: String,
    /// where it stands
    pub stage: &'static str,
}

/// Which page of the record.
#[derive(Clone, Copy, Debug)]
pub struct HistoryAsk<'a> {
    /// what of it
    pub what: &'a super::logs::RecordAsk,
    /// after this place; none: from the beginning
    pub after: Option<(i64, i64)>,
    /// cases at most
    pub most: usize,
}

/// An act of a case as a log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// 受理编号
    pub number: String,
    /// what
    pub act: &'static str,
    /// when
    pub at: Moment,
    /// who: name of the account, or the role
    pub who: String,
    /// for which unit
    pub unit: String,
    /// why, where the act states a reason
    pub reason: String,
    /// 类型
    pub kind: &'static str,
    /// 渠道
    pub channel: &'static str,
    /// 繁简
    pub complexity: &'static str,
    /// 区划
    pub region: String,
    /// 首问单位
    pub first_asked: String,
    /// 事项
    pub item: String,
}

/// A page of the record.
#[derive(Clone, Debug, Default)]
pub struct HistoryPage {
    /// what happened to each of its cases
    pub cases: Vec<Vec<HistoryRow>>,
    /// where the next page begins; none when this is the last
    pub next: Option<(i64, i64)>,
    /// there were more cases than were asked for
    pub cut: bool,
}
