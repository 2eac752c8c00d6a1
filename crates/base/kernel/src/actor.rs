//! Who acts (谁): roles, actors, and the relation of an actor to a case.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{RegionCode, StaffId, UnitId, words};

words! {
    /// What an account may be (角色). One account has one role at one unit; a person with two jobs has two.
    inherent Role {
        /// No account; known by the code of one case.
        Resident = "resident", "群众/企业";
        Clerk = "clerk", "窗口人员";
        Handler = "handler", "承办人";
        /// 政管办/审批局: accepts, dispatches, convenes, calls back
        Coordinator = "coordinator", "政管办";
        /// 走流程的领导或工作人员
        Walker = "walker", "走查人";
        Supervisor = "supervisor", "督查室";
        /// 流程再造
        Analyst = "analyst", "流程分析员";
        UnitAdmin = "unit_admin", "单位管理员";
        SystemAdmin = "system_admin", "系统管理员";
        Volunteer = "volunteer", "义务监督员";
        Evaluator = "evaluator", "第三方评估";
        /// The system itself: the worker that acts when something is due.
        System = "system", "系统";
    }
}

/// The word names no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRole(pub String);
impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "没有这个角色 / no such role: {:?}", self.0)
    }
}
impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;
    /// Reads the code word or the Chinese word.
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::read(s).ok_or_else(|| UnknownRole(s.trim().chars().take(40).collect()))
    }
}
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Who acts, as every event records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account; none for residents and the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    /// In which role.
    pub role: Role,
    /// For which unit; none for residents and the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The region the role is bounded by; none for residents and the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
}

impl Actor {
    /// The system itself.
    pub const fn system() -> Self {
        Self { staff: None, role: Role::System, unit: None, region: None }
    }
    /// A resident or company that knows the code of the case at hand.
    pub const fn resident() -> Self {
        Self { staff: None, role: Role::Resident, unit: None, region: None }
    }
}

/// How an actor stands to one case (与本件的关系). The row of the loop table names which relations may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 反映人: lodged it (knows its code)
    Reporter,
    /// 首问单位: belongs to the unit that was asked first
    FirstAsked,
    /// 承办单位: belongs to the unit that must answer now
    Owner,
    /// 协办单位: belongs to a unit with a task of its own in it
    CoHandler,
    /// 本区划: its region lies inside the actor's region
    InRegion,
    /// 无关
    Stranger,
}

impl Relation {
    /// All relations, nearest first.
    pub const ALL: [Self; 6] =
        [Self::Reporter, Self::Owner, Self::CoHandler, Self::FirstAsked, Self::InRegion, Self::Stranger];
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Reporter => "反映人",
            Self::Owner => "承办单位",
            Self::CoHandler => "协办单位",
            Self::FirstAsked => "首问单位",
            Self::InRegion => "本区划",
            Self::Stranger => "无关",
        }
    }
}
