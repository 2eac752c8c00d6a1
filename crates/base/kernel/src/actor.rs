//! Who acts (谁): roles, actors, and the relation of an actor to a case.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{RegionCode, StaffId, UnitId};

/// What an account may be (角色). One account has one role at one unit; a person with two jobs has two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 群众/企业: no account; known by the code of one case.
    Resident,
    /// 窗口人员
    Clerk,
    /// 承办人
    Handler,
    /// 政管办/审批局: accepts, dispatches, convenes, calls back
    Coordinator,
    /// 走流程的领导或工作人员
    Walker,
    /// 督查室
    Supervisor,
    /// 流程再造
    Analyst,
    /// 单位管理员
    UnitAdmin,
    /// 系统管理员
    SystemAdmin,
    /// 义务监督员
    Volunteer,
    /// 第三方评估
    Evaluator,
    /// the system itself: the worker that acts when something is due
    System,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 12] = [
        Self::Resident,
        Self::Clerk,
        Self::Handler,
        Self::Coordinator,
        Self::Walker,
        Self::Supervisor,
        Self::Analyst,
        Self::UnitAdmin,
        Self::SystemAdmin,
        Self::Volunteer,
        Self::Evaluator,
        Self::System,
    ];
    /// The code word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Clerk => "clerk",
            Self::Handler => "handler",
            Self::Coordinator => "coordinator",
            Self::Walker => "walker",
            Self::Supervisor => "supervisor",
            Self::Analyst => "analyst",
            Self::UnitAdmin => "unit_admin",
            Self::SystemAdmin => "system_admin",
            Self::Volunteer => "volunteer",
            Self::Evaluator => "evaluator",
            Self::System => "system",
        }
    }
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Resident => "群众/企业",
            Self::Clerk => "窗口人员",
            Self::Handler => "承办人",
            Self::Coordinator => "政管办",
            Self::Walker => "走查人",
            Self::Supervisor => "督查室",
            Self::Analyst => "流程分析员",
            Self::UnitAdmin => "单位管理员",
            Self::SystemAdmin => "系统管理员",
            Self::Volunteer => "义务监督员",
            Self::Evaluator => "第三方评估",
            Self::System => "系统",
        }
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
        let s = s.trim();
        Self::ALL
            .into_iter()
            .find(|r| r.word() == s || r.zh() == s)
            .ok_or_else(|| UnknownRole(s.chars().take(40).collect()))
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
