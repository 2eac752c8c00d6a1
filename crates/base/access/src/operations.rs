//! What a role may do at all: one table.

use kernel::{Relation, Role};
use resolve::Act;

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $zh:literal;)+) => {
        /// Everything that passes the door. Acts of the loop are decided by the loop table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(#[doc = $zh] $name,)+
            /// an act of the closed loop
            Act(Act),
        }
        impl Operation {
            /// All operations but the acts.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The code word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ Self::Act(_) => "act" }
            }
            /// The Chinese word.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)+ Self::Act(_) => "办理" }
            }
        }
    };
}

operations! {
    RegisterCase = "register_case", "登记";
    LodgeCase = "lodge_case", "网上反映";
    ReadCase = "read_case", "查看件";
    UnmaskContact = "unmask_contact", "查看联系方式";
    ListCases = "list_cases", "件列表";
    ExportCases = "export_cases", "导出件";
    ImportCases = "import_cases", "批量导入";
    ReadFigures = "read_figures", "查看数据";
    ReadOffice = "read_office", "查看单位与期限";
    WriteUnits = "write_units", "维护单位";
    WriteStaff = "write_staff", "维护人员";
    WriteLimits = "write_limits", "维护期限";
    WriteCalendar = "write_calendar", "导入日历";
    WriteSignOn = "write_sign_on", "设置统一认证";
    OwnAccount = "own_account", "管理本人账号";
    ReadJobs = "read_jobs", "查看作业";
    ReadLedger = "read_ledger", "核验留痕";
    MakeToken = "make_token", "发放接口令牌";
    WriteCatalogue = "write_catalogue", "维护事项";
    WriteWalks = "write_walks", "组织走流程";
    RecordWalk = "record_walk", "记录走查";
    ReadWalks = "read_walks", "查看走查";
    ReadLogs = "read_logs", "分析日志";
    WriteRedesigns = "write_redesigns", "流程再造";
    ReadRedesigns = "read_redesigns", "查看再造案";
    ReviewRedesigns = "review_redesigns", "答复再造案";
    ApproveRedesigns = "approve_redesigns", "批准再造案";
    ReadRatings = "read_ratings", "查看评价";
    Publish = "publish", "公开发布";
    JudgePairs = "judge_pairs", "判断同事与再发";
    MakePrecedent = "make_precedent", "设为先例";
    GiveRating = "give_rating", "评价";
    EnterRating = "enter_rating", "代录评价";
    WriteServices = "write_services", "登记服务";
    AppealRating = "appeal_rating", "申请评价复核";
    DecideRating = "decide_rating", "复核评价";
    WriteBulletins = "write_bulletins", "起草公文";
    ReadScores = "read_scores", "查看考核";
    WriteScores = "write_scores", "设定考核";
    AskAdjust = "ask_adjust", "考核异议与申报";
    ReadSupervision = "read_supervision", "查看督查";
    WriteSupervision = "write_supervision", "督查登记";
}

/// How far an operation reaches when it is about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Any case the actor may see.
    Seen,
    /// Cases of the actor's region.
    Region,
    /// Cases that the actor's unit owns or was asked first.
    Unit,
    /// The case whose code the resident has.
    Own,
}

impl Reach {
    /// Does it reach a case that the actor stands to in these relations?
    pub fn covers(self, stands: &[Relation]) -> bool {
        let is = |r| stands.contains(&r);
        match self {
            Self::Seen => true,
            Self::Region => is(Relation::InRegion),
            Self::Unit => is(Relation::Owner) || is(Relation::FirstAsked),
            Self::Own => is(Relation::Reporter),
        }
    }
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Seen => "可见的件",
            Self::Region => "本区划",
            Self::Unit => "本单位",
            Self::Own => "本人的件",
        }
    }
}

/// One row: these roles may do this, so far.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// what
    pub operation: Operation,
    /// who
    pub roles: &'static [Role],
    /// how far
    pub reach: Reach,
}

use Operation as O;
use Role::*;

const fn r(operation: Operation, roles: &'static [Role], reach: Reach) -> Rule {
    Rule { operation, roles, reach }
}

const STAFF: &[Role] =
    &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin, SystemAdmin, Volunteer, Evaluator];

/// The table.
#[rustfmt::skip]
pub const OPERATIONS: &[Rule] = &[
    r(O::RegisterCase, &[Clerk, Coordinator, Walker, Supervisor, Analyst, System], Reach::Seen),
    r(O::LodgeCase, &[Resident], Reach::Own),
    r(O::ReadCase, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin, System], Reach::Seen),
    r(O::ReadCase, &[Resident], Reach::Own),
    r(O::UnmaskContact, &[Coordinator, Supervisor], Reach::Region),
    r(O::UnmaskContact, &[Clerk, Handler], Reach::Unit),
    r(O::ListCases, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Seen),
    r(O::ExportCases, &[Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Seen),
    r(O::ImportCases, &[Coordinator, SystemAdmin, System], Reach::Region),
    r(O::ReadFigures, &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator], Reach::Seen),
    r(O::ReadOffice, STAFF, Reach::Seen),
    r(O::OwnAccount, STAFF, Reach::Seen),
    r(O::WriteUnits, &[SystemAdmin, System], Reach::Region),
    r(O::WriteStaff, &[SystemAdmin, UnitAdmin, System], Reach::Region),
    r(O::WriteLimits, &[SystemAdmin, Coordinator], Reach::Region),
    r(O::WriteCalendar, &[SystemAdmin, System], Reach::Region),
    r(O::WriteSignOn, &[SystemAdmin], Reach::Region),
    r(O::ReadJobs, &[SystemAdmin], Reach::Region),
    r(O::ReadLedger, &[SystemAdmin, Supervisor], Reach::Region),
    r(O::MakeToken, &[SystemAdmin], Reach::Region),
    r(O::WriteCatalogue, &[Coordinator, UnitAdmin, Analyst, SystemAdmin, System], Reach::Region),
    r(O::WriteWalks, &[Coordinator, Supervisor], Reach::Region),
    r(O::RecordWalk, &[Walker, Coordinator, Supervisor, Volunteer, Evaluator], Reach::Seen),
    r(O::ReadWalks, &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Seen),
    r(O::ReadLogs, &[Analyst, Coordinator, Supervisor], Reach::Region),
    r(O::WriteRedesigns, &[Analyst, Coordinator], Reach::Region),
    r(O::ReadRedesigns, &[Analyst, Coordinator, Supervisor, Handler, Clerk, UnitAdmin, System], Reach::Seen),
    r(O::ReviewRedesigns, &[Handler, Clerk, UnitAdmin, Coordinator], Reach::Unit),
    r(O::ApproveRedesigns, &[Coordinator, Supervisor], Reach::Region),
    r(O::ReadRatings, &[Coordinator, Supervisor, Analyst, UnitAdmin, Handler, Clerk], Reach::Seen),
    r(O::Publish, &[Coordinator], Reach::Region),
    r(O::JudgePairs, &[Coordinator, Supervisor], Reach::Region),
    r(O::MakePrecedent, &[Coordinator, Supervisor], Reach::Region),
    r(O::MakePrecedent, &[Handler], Reach::Unit),
    r(O::GiveRating, &[Resident, System], Reach::Own),
    r(O::EnterRating, &[Clerk, Coordinator], Reach::Seen),
    r(O::WriteServices, &[Clerk, Coordinator, SystemAdmin, System], Reach::Seen),
    r(O::AppealRating, &[Handler, UnitAdmin], Reach::Unit),
    r(O::DecideRating, &[Coordinator, Supervisor], Reach::Region),
    r(O::WriteBulletins, &[Coordinator, Supervisor], Reach::Region),
    r(O::ReadScores, &[Coordinator, Supervisor, Analyst, UnitAdmin, Evaluator], Reach::Seen),
    r(O::WriteScores, &[Supervisor], Reach::Region),
    r(O::AskAdjust, &[UnitAdmin, Supervisor, Coordinator], Reach::Unit),
    r(O::ReadSupervision, &[Coordinator, Supervisor, UnitAdmin, Volunteer, Evaluator], Reach::Seen),
    r(O::WriteSupervision, &[Supervisor, Coordinator], Reach::Region),
];

/// How far a role may go with an operation; none when not at all.
pub(crate) fn reach(role: Role, operation: Operation) -> Option<Reach> {
    OPERATIONS.iter().find(|r| r.operation == operation && r.roles.contains(&role)).map(|r| r.reach)
}
