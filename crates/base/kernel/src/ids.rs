//! Ids. Small integers given by the store; people see numbers (受理编号) and names, never these.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// One matter in the closed loop (件).
    CaseId
);
id!(
    /// One unit (单位): a department, a bureau, a township, a hall.
    UnitId
);
id!(
    /// One account of a member of staff (工作人员).
    StaffId
);

/// What a stream of events is about (留痕对象).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum StreamKind {
    /// 件: the life of one case.
    Case = 1,
    /// 办公设置: calendar, limits, units, staff, roles, texts.
    Office = 2,
    /// 事项: the versions of one service item.
    Item = 3,
    /// 走查: one walk.
    Walk = 4,
    /// 行动: one campaign.
    Campaign = 5,
    /// 评价: one rating.
    Rating = 6,
    /// 再造: one redesign on record.
    Redesign = 7,
    /// 导入: one file taken in.
    Import = 8,
    /// 督办事项: bulletins, checks, the accountability register.
    Supervision = 9,
    /// 会商: one joint meeting.
    Meeting = 10,
    /// 读文: what was proposed from the words of one case, and what people said to it.
    Reading = 11,
    /// 线索: one lead or invitation of the public.
    Lead = 12,
    /// 办件: the life of one application.
    Application = 13,
    /// 一件事: the versions of one theme.
    Theme = 14,
    /// 企业: the file of one company.
    Company = 15,
    /// 政策: the policies and items of one document.
    Policy = 16,
    /// 资金: one fund that policies are paid from.
    Fund = 17,
    /// 兑付: the life of what one company has of one policy item.
    Claim = 18,
    /// 免申即享批次: one list of companies that are paid without applying.
    PayBatch = 19,
    /// 大厅: the versions of the document of one hall.
    Hall = 20,
    /// 预约: the life of one appointment.
    Appointment = 21,
    /// 号票: the life of one ticket.
    Ticket = 22,
    /// 印章: the life of one seal, and each use of it.
    Seal = 23,
    /// 排班: the versions of one roster.
    Roster = 26,
    /// 请假: one request, and what was decided.
    Leave = 27,
    /// 交接单: one sheet, given and taken.
    HandOver = 28,
    /// 恳谈、走访: one talk with companies or visit to them.
    Talk = 29,
    /// 帮办代办单: the life of one order of help.
    Help = 30,
    /// 发文: the way of one official paper.
    Paper = 31,
    /// 共享资源: the changes of one resource of the directory by hand.
    DataResource = 33,
    /// 数据申请: the life of one request for data.
    DataRequest = 34,
    /// 增值服务: the versions of one service that companies may order.
    Aid = 35,
    /// 增值服务订单: the life of one order.
    AidOrder = 36,
    /// 指标体系: one set of indicators of an assessment, with what was filled in.
    Indicators = 37,
}

impl StreamKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 34] = [
        Self::Case,
        Self::Office,
        Self::Item,
        Self::Walk,
        Self::Campaign,
        Self::Rating,
        Self::Redesign,
        Self::Import,
        Self::Supervision,
        Self::Meeting,
        Self::Reading,
        Self::Lead,
        Self::Application,
        Self::Theme,
        Self::Company,
        Self::Policy,
        Self::Fund,
        Self::Claim,
        Self::PayBatch,
        Self::Hall,
        Self::Appointment,
        Self::Ticket,
        Self::Seal,
        Self::Roster,
        Self::Leave,
        Self::HandOver,
        Self::Talk,
        Self::Help,
        Self::Paper,
        Self::DataResource,
        Self::DataRequest,
        Self::Aid,
        Self::AidOrder,
        Self::Indicators,
    ];
    /// The word used in exports and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Office => "office",
            Self::Item => "item",
            Self::Walk => "walk",
            Self::Campaign => "campaign",
            Self::Rating => "rating",
            Self::Redesign => "redesign",
            Self::Import => "import",
            Self::Supervision => "supervision",
            Self::Meeting => "meeting",
            Self::Reading => "reading",
            Self::Lead => "lead",
            Self::Application => "application",
            Self::Theme => "theme",
            Self::Company => "company",
            Self::Policy => "policy",
            Self::Fund => "fund",
            Self::Claim => "claim",
            Self::PayBatch => "pay_batch",
            Self::Hall => "hall",
            Self::Appointment => "appointment",
            Self::Ticket => "ticket",
            Self::Seal => "seal",
            Self::Roster => "roster",
            Self::Leave => "leave",
            Self::HandOver => "hand_over",
            Self::Talk => "talk",
            Self::Help => "help",
            Self::Paper => "paper",
            Self::DataResource => "data_resource",
            Self::DataRequest => "data_request",
            Self::Aid => "aid",
            Self::AidOrder => "aid_order",
            Self::Indicators => "indicators",
        }
    }
}

/// The id of one stream of events: its kind in the top byte, the id of its subject in the rest, so that a
/// stream is one sortable 64-bit key in both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(pub i64);

impl StreamId {
    const SHIFT: u32 = 48;
    /// The stream of one subject; `id` must be in `0..2^48`.
    pub const fn new(kind: StreamKind, id: i64) -> Self {
        debug_assert!(id >= 0 && id < 1 << Self::SHIFT);
        Self(((kind as i64) << Self::SHIFT) | id)
    }
    /// The stream of one case.
    pub const fn case(id: CaseId) -> Self {
        Self::new(StreamKind::Case, id.0)
    }
    /// The kind of the subject, if this is a stream we know.
    pub fn kind(self) -> Option<StreamKind> {
        let n = self.0 >> Self::SHIFT;
        StreamKind::ALL.into_iter().find(|k| *k as i64 == n)
    }
    /// The id of the subject.
    pub const fn subject(self) -> i64 {
        self.0 & ((1 << Self::SHIFT) - 1)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Some(kind) => write!(f, "{}/{}", kind.word(), self.subject()),
            None => write!(f, "?/{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_says_its_kind_and_subject() {
        for kind in StreamKind::ALL {
            let s = StreamId::new(kind, 120_000);
            assert_eq!(s.kind(), Some(kind));
            assert_eq!(s.subject(), 120_000);
            assert_eq!(s.to_string(), format!("{}/120000", kind.word()));
        }
    }
}
