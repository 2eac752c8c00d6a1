//! What a role may do at all: one table. Each operation says which kind of subject it needs.

use kernel::{Actor, Role};
use resolve::{Act, Case};

use crate::subject::{Account, Applied, At, City, Hall, Kind, Nothing, Own, Place, Region, Subject, Unit};
use crate::{Denied, decide};

macro_rules! operations {
    ($($kind:ident($on:ty) { $($name:ident = $word:literal, $zh:literal;)+ })+) => {
        /// Everything that passes the door, by name. Acts of the loop are decided by the loop table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $($(#[doc = $zh] $name,)+)+
            /// an act of the closed loop
            Act(Act),
        }
        impl Operation {
            /// All operations but the acts.
            pub const ALL: &'static [Self] = &[$($(Self::$name),+),+];
            /// The code word.
            pub const fn word(self) -> &'static str {
                match self { $($(Self::$name => $word,)+)+ Self::Act(_) => "act" }
            }
            /// The Chinese word.
            pub const fn zh(self) -> &'static str {
                match self { $($(Self::$name => $zh,)+)+ Self::Act(_) => "办理" }
            }
            /// What it is about.
            pub const fn kind(self) -> Kind {
                match self { $($(Self::$name => Kind::$kind,)+)+ Self::Act(_) => Kind::Case }
            }
        }
        /// Would it be allowed there? Answers without a permit: for tables over all operations.
        ///
        /// # Errors
        /// As [`decide`](crate::decide).
        pub fn allowed<'a>(actor: &Actor, operation: Operation, place: &Place<'a>) -> Result<(), Denied> {
            match operation {
                $($(Operation::$name => decide(actor, op::$name, <$on as At<'a>>::at(place)),)+)+
                Operation::Act(act) => decide(actor, op::Doing(act), place.case),
            }
            .map(drop)
        }
        /// The operations as [`decide`](crate::decide) takes them: a type for each, which names the subject it needs.
        pub mod op {
            use super::*;
            /// An operation with the kind of its subject.
            pub trait Op: Copy {
                /// What it is about.
                type On<'a>: Subject;
                /// Its name.
                fn operation(self) -> Operation;
            }
            $($(
                #[doc = $zh]
                #[derive(Clone, Copy, Debug)]
                pub struct $name;
                impl Op for $name {
                    type On<'a> = $on;
                    fn operation(self) -> Operation { Operation::$name }
                }
            )+)+
            /// 办理: an act of the closed loop, on a case.
            #[derive(Clone, Copy, Debug)]
            pub struct Doing(pub Act);
            impl Op for Doing {
                type On<'a> = &'a Case;
                fn operation(self) -> Operation { Operation::Act(self.0) }
            }
        }
    };
}

operations! {
    Nothing(Nothing) {
        PublicOffice = "public_office", "公开：单位与区划名称";
        PublicCatalogue = "public_catalogue", "公开：事项与攻略";
        PublicPlates = "public_plates", "公开：扫门牌";
        PublicAnswers = "public_answers", "公开：已发布的答复";
        PublicResults = "public_results", "公开：评价结果";
        PublicSignIn = "public_sign_in", "公开：登录";
        ListCases = "list_cases", "件列表";
        ExportCases = "export_cases", "导出件";
        ReadFigures = "read_figures", "查看数据";
        ReadOffice = "read_office", "查看单位与期限";
        KeepRoster = "keep_roster", "查看与导入名册";
        ReadScores = "read_scores", "查看考核";
        ReadSupervision = "read_supervision", "查看督查";
        BringFile = "bring_file", "上传附件";
        GiveRating = "give_rating", "评价";
        ListApplications = "list_applications", "办件列表";
        ListCompanies = "list_companies", "企业列表";
        ReadPolicies = "read_policies", "查看政策厨房";
        PublicHalls = "public_halls", "公开：大厅、号源与排队";
        ListHalls = "list_halls", "大厅列表";
        PublicPapers = "public_papers", "公开：核验盖章文件与印章名录";
        ListSeals = "list_seals", "印章列表";
        ReadCells = "read_cells", "查看跨域件与各市数据";
        PublicPayments = "public_payments", "公开：免申即享公示";
        PublicWall = "public_wall", "公开：大屏（凭链接）";
        ListPapers = "list_papers", "发文列表";
        ReadData = "read_data", "查看数据共享目录与申请";
        ReadOrders = "read_orders", "查看热线工单";
        ReadIndicators = "read_indicators", "查看考核指标";
    }
    City(City<'a>) {
        ImportCases = "import_cases", "批量导入";
        ImportCompanies = "import_companies", "批量导入企业";
        WritePolicies = "write_policies", "编制政策事项";
        ReleasePolicies = "release_policies", "审批政策事项";
        WriteFunds = "write_funds", "维护资金";
        WriteUnits = "write_units", "维护单位";
        WriteLimits = "write_limits", "维护期限与进驻规则";
        WriteCalendar = "write_calendar", "导入日历";
        WriteSignOn = "write_sign_on", "设置统一认证";
        WriteOutreach = "write_outreach", "设置对外告知";
        WriteScores = "write_scores", "设定考核公式";
        WriteIndicators = "write_indicators", "设定考核指标体系";
        ReadJobs = "read_jobs", "查看作业";
        ReadLedger = "read_ledger", "核验留痕";
        WritePeers = "write_peers", "维护对接城市";
        HandMatters = "hand_matters", "跨域转办与接收";
        IssueStandards = "issue_standards", "下发省级标准";
        TakeStandards = "take_standards", "接收省级标准";
        WritePaperRules = "write_paper_rules", "设定发文程序与机关代字";
        WriteHotlines = "write_hotlines", "维护热线与对照表";
        TakeOrders = "take_orders", "接收与退回热线工单";
    }
    Region(Region<'a>) {
        LodgeCase = "lodge_case", "网上反映";
        RegisterCase = "register_case", "登记";
        WriteWalks = "write_walks", "组织走流程";
        ReadWalks = "read_walks", "查看走流程行动";
        ReadSignals = "read_signals", "查看走过场信号";
        JudgeSignals = "judge_signals", "处理走过场信号";
        ReadLogs = "read_logs", "分析日志";
        WriteRedesigns = "write_redesigns", "流程再造";
        ReadRedesigns = "read_redesigns", "查看再造案";
        ApproveRedesigns = "approve_redesigns", "批准再造案";
        PublishRedesigns = "publish_redesigns", "发布再造案";
        EnterRating = "enter_rating", "代录评价";
        DecideRating = "decide_rating", "复核评价";
        WriteBulletins = "write_bulletins", "起草公文";
        ReadBulletins = "read_bulletins", "查看公文";
        WriteDraws = "write_draws", "抽查";
        TryGuide = "try_guide", "试走攻略";
        CommentGuide = "comment_guide", "评议攻略";
        PublishGuide = "publish_guide", "发布攻略";
        ApplyOnline = "apply_online", "网上申请";
        ApplyAtWindow = "apply_at_window", "窗口收件";
        WriteThemes = "write_themes", "维护一件事";
        ReadHandled = "read_handled", "查看办件量";
        WriteWalls = "write_walls", "设置与停用大屏";
        ReadCompany = "read_company", "查看企业档案";
        WriteCompany = "write_company", "维护企业档案";
        WriteTalks = "write_talks", "组织恳谈与走访";
        WriteAids = "write_aids", "维护增值服务目录";
        UnmaskCompany = "unmask_company", "查看企业联系人";
        OwnCompany = "own_company", "企业本人办事";
    }
    Unit(Unit<'a>) {
        ReadMessages = "read_messages", "查看消息";
        WriteData = "write_data", "维护共享资源";
        AskForData = "ask_for_data", "申请共享数据";
        AnswerData = "answer_data", "答复数据申请";
        RuleData = "rule_data", "核对与裁定数据申请";
        ShareViews = "share_views", "与本单位共享常用视图";
        WriteCatalogue = "write_catalogue", "维护事项、攻略和门牌";
        ReadWalk = "read_walk", "查看走访记录";
        ReviewRedesigns = "review_redesigns", "答复再造案";
        ReadRatings = "read_ratings", "查看评价";
        WriteServices = "write_services", "登记服务";
        AppealRating = "appeal_rating", "申请评价复核";
        ReadPayments = "read_payments", "查看兑付与资金";
        DecideClaims = "decide_claims", "审核兑付";
        PayClaims = "pay_claims", "支付与退回";
        ServeAids = "serve_aids", "办理增值服务订单";
        WriteBatches = "write_batches", "编制免申即享名单";
        ApproveBatches = "approve_batches", "审批免申即享名单";
        ReadPosted = "read_posted", "查看单位在厅人员办事情况";
        ReplyPosted = "reply_posted", "说明进厅不办事的情况";
        AskAdjust = "ask_adjust", "考核异议与申报";
        DecideAdjust = "decide_adjust", "考核申报审定";
        AnswerAccount = "answer_account", "责任追究申辩";
        WriteSupervision = "write_supervision", "责任追究登记";
        FillIndicators = "fill_indicators", "填报考核指标";
        ReadSeals = "read_seals", "查看印章";
        AskSeals = "ask_seals", "申请与停用印章";
        WriteSeals = "write_seals", "登记印章";
        UseSeals = "use_seals", "用印";
        ReadPapers = "read_papers", "查看发文";
        WritePapers = "write_papers", "拟稿与办理发文";
        IssuePapers = "issue_papers", "签发与撤销发文";
        TakePapers = "take_papers", "签收与反馈来文";
        WriteTemplates = "write_templates", "维护和使用答复模板";
        RingBack = "ring_back", "回拨未接来电";
    }
    Case(&'a Case) {
        ReadCase = "read_case", "查看件";
        UnmaskContact = "unmask_contact", "查看联系方式";
        EraseReporter = "erase_reporter", "涂去反映人信息";
        JudgePairs = "judge_pairs", "判断同事与再发";
        MakePrecedent = "make_precedent", "设为先例";
        Publish = "publish", "公开发布";
    }
    Applied(Applied<'a>) {
        ReadApplication = "read_application", "查看办件";
        HandleApplication = "handle_application", "办理办件";
        UnmaskApplicant = "unmask_applicant", "查看申请人填写内容";
    }
    Hall(Hall<'a>) {
        ReadHall = "read_hall", "查看大厅";
        WriteHall = "write_hall", "维护大厅、窗口与号源";
        ServeWindow = "serve_window", "窗口叫号办理";
        BookForOthers = "book_for_others", "代为预约";
        HandleAppointment = "handle_appointment", "办理预约";
        TakeTicket = "take_ticket", "取号";
        UnmaskBooking = "unmask_booking", "查看预约人联系方式";
        ReadHelp = "read_help", "查看帮办代办单";
        HandleHelp = "handle_help", "办理帮办代办";
        UnmaskHelp = "unmask_help", "查看申请帮办的人";
        ReadPresence = "read_presence", "查看排队数字与在岗";
        ReadRoster = "read_roster", "查看排班与交接";
        WriteRoster = "write_roster", "排班、批假与批准调班";
    }
    Account(Account<'a>) {
        WriteStaff = "write_staff", "维护人员";
        MakeToken = "make_token", "发放接口令牌";
    }
    Own(Own) {
        OwnAccount = "own_account", "管理本人账号";
        OwnViews = "own_views", "本人的常用视图与列";
        OwnShifts = "own_shifts", "本人班次、调班、请假与交接";
        OwnHelp = "own_help", "本人帮办单";
        RecordWalk = "record_walk", "记录走查";
        KeepLogs = "keep_logs", "保存、共享与删除日志";
    }
}

/// How far an operation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Wherever it is; what a list shows is narrowed row by row.
    Open,
    /// Any case the actor may see.
    Seen,
    /// The whole city: only for who stands at the level of the city.
    City,
    /// The actor's region and its parts.
    Region,
    /// The actor's region, its parts, and the regions it is a part of.
    Line,
    /// What the actor's unit owns, or was asked first.
    Unit,
    /// What the actor holds the account or the code of.
    Own,
}

impl Reach {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Seen, Self::City, Self::Region, Self::Line, Self::Unit, Self::Own];
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Open => "可以",
            Self::Seen => "可见的件",
            Self::City => "市级",
            Self::Region => "本区划",
            Self::Line => "上下级区划",
            Self::Unit => "本单位",
            Self::Own => "本人",
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
use Role::{
    Analyst, Clerk, Coordinator, Evaluator, Handler, Resident, Supervisor, System, SystemAdmin, UnitAdmin,
    Volunteer, Walker,
};

const fn r(operation: Operation, roles: &'static [Role], reach: Reach) -> Rule {
    Rule { operation, roles, reach }
}

const STAFF: &[Role] =
    &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin, SystemAdmin, Volunteer, Evaluator];
const EVERYBODY: &[Role] = &Role::ALL;

/// The table.
#[rustfmt::skip]
pub const OPERATIONS: &[Rule] = &[
    r(O::PublicOffice, EVERYBODY, Reach::Open),
    r(O::PublicCatalogue, EVERYBODY, Reach::Open),
    r(O::PublicPlates, EVERYBODY, Reach::Open),
    r(O::PublicAnswers, EVERYBODY, Reach::Open),
    r(O::PublicResults, EVERYBODY, Reach::Open),
    r(O::PublicSignIn, EVERYBODY, Reach::Open),
    r(O::LodgeCase, &[Resident], Reach::Open),
    r(O::RegisterCase, &[Clerk, Coordinator, Walker, Supervisor, Analyst, System], Reach::Region),
    r(O::ReadCase, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin, System], Reach::Seen),
    r(O::ReadCase, &[Resident], Reach::Own),
    r(O::UnmaskContact, &[Coordinator, Supervisor], Reach::Region),
    r(O::UnmaskContact, &[Clerk, Handler], Reach::Unit),
    r(O::EraseReporter, &[Coordinator, Supervisor], Reach::Region),
    r(O::EraseReporter, &[System], Reach::Seen),
    r(O::ListCases, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Open),
    r(O::ExportCases, &[Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Open),
    r(O::ImportCases, &[Coordinator, SystemAdmin, System], Reach::City),
    r(O::BringFile, EVERYBODY, Reach::Open),
    r(O::ReadFigures, &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator], Reach::Open),
    r(O::WriteWalls, &[Coordinator, System], Reach::Region),
    r(O::PublicWall, EVERYBODY, Reach::Open),
    r(O::ReadOffice, STAFF, Reach::Open),
    r(O::ReadMessages, STAFF, Reach::Unit),
    r(O::OwnAccount, STAFF, Reach::Own),
    r(O::OwnViews, STAFF, Reach::Own),
    r(O::ShareViews, &[Coordinator, UnitAdmin], Reach::Unit),
    r(O::OwnShifts, STAFF, Reach::Own),
    r(O::WriteUnits, &[SystemAdmin, System], Reach::City),
    r(O::KeepRoster, &[SystemAdmin, UnitAdmin, System], Reach::Open),
    r(O::WriteStaff, &[SystemAdmin, System], Reach::Region),
    r(O::WriteStaff, &[UnitAdmin], Reach::Unit),
    r(O::MakeToken, &[SystemAdmin], Reach::Region),
    r(O::WriteLimits, &[SystemAdmin, Coordinator, System], Reach::City),
    r(O::WriteCalendar, &[SystemAdmin, System], Reach::City),
    r(O::WriteSignOn, &[SystemAdmin], Reach::City),
    r(O::WriteOutreach, &[SystemAdmin], Reach::City),
    r(O::ReadJobs, &[SystemAdmin], Reach::City),
    r(O::ReadLedger, &[SystemAdmin, Supervisor], Reach::City),
    r(O::WritePeers, &[SystemAdmin, System], Reach::City),
    r(O::ReadCells, &[Coordinator, Supervisor, Analyst, SystemAdmin, System], Reach::Open),
    r(O::HandMatters, &[Coordinator, System], Reach::City),
    r(O::IssueStandards, &[Coordinator, SystemAdmin, System], Reach::City),
    r(O::TakeStandards, &[Coordinator, SystemAdmin, System], Reach::City),
    r(O::WriteTemplates, &[Handler, Coordinator, UnitAdmin], Reach::Unit),
    r(O::WriteHotlines, &[SystemAdmin, System], Reach::City),
    r(O::ReadOrders, &[Coordinator, Supervisor, Analyst, SystemAdmin, System], Reach::Open),
    r(O::TakeOrders, &[Coordinator, System], Reach::City),
    r(O::RingBack, &[Clerk], Reach::Unit),
    r(O::RingBack, &[Coordinator, System], Reach::Region),
    r(O::WriteCatalogue, &[Coordinator, Analyst, SystemAdmin, System], Reach::Region),
    r(O::WriteCatalogue, &[UnitAdmin], Reach::Unit),
    r(O::TryGuide, &[Walker, Coordinator, Supervisor, Volunteer, Evaluator], Reach::Line),
    r(O::CommentGuide, STAFF, Reach::Line),
    r(O::CommentGuide, &[Resident], Reach::Open),
    r(O::PublishGuide, &[Coordinator], Reach::Region),
    r(O::WriteWalks, &[Coordinator, Supervisor], Reach::Region),
    r(O::RecordWalk, &[Walker, Coordinator, Supervisor, Volunteer, Evaluator], Reach::Own),
    r(O::ReadWalks, &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Line),
    r(O::ReadWalk, &[Coordinator, Supervisor, Analyst], Reach::Region),
    r(O::ReadWalk, &[Walker, UnitAdmin], Reach::Unit),
    r(O::ReadSignals, &[Supervisor], Reach::Region),
    r(O::JudgeSignals, &[Supervisor], Reach::Region),
    r(O::ReadLogs, &[Analyst, Coordinator, Supervisor], Reach::Region),
    r(O::KeepLogs, &[Analyst, Coordinator, Supervisor], Reach::Own),
    r(O::WriteRedesigns, &[Analyst, Coordinator], Reach::Region),
    r(O::ReadRedesigns, &[Analyst, Coordinator, Supervisor, Handler, Clerk, UnitAdmin, System], Reach::Line),
    r(O::ReviewRedesigns, &[Handler, Clerk, UnitAdmin, Coordinator], Reach::Unit),
    r(O::ApproveRedesigns, &[Coordinator, Supervisor], Reach::Region),
    r(O::PublishRedesigns, &[Coordinator], Reach::Region),
    r(O::ReadRatings, &[Coordinator, Supervisor, Analyst], Reach::Region),
    r(O::ReadRatings, &[UnitAdmin, Handler, Clerk], Reach::Unit),
    r(O::Publish, &[Coordinator], Reach::Region),
    r(O::JudgePairs, &[Coordinator, Supervisor], Reach::Region),
    r(O::MakePrecedent, &[Coordinator, Supervisor], Reach::Region),
    r(O::MakePrecedent, &[Handler], Reach::Unit),
    r(O::GiveRating, &[Resident, System], Reach::Open),
    r(O::EnterRating, &[Clerk, Coordinator], Reach::Region),
    r(O::WriteServices, &[Clerk, Coordinator, SystemAdmin, System], Reach::Region),
    r(O::AppealRating, &[Handler, UnitAdmin], Reach::Unit),
    r(O::DecideRating, &[Coordinator, Supervisor], Reach::Region),
    r(O::ApplyOnline, &[Resident], Reach::Open),
    r(O::ApplyAtWindow, &[Clerk, Coordinator, System], Reach::Region),
    r(O::ListApplications, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Open),
    r(O::ReadApplication, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadApplication, &[Coordinator, Supervisor, Analyst, System], Reach::Region),
    r(O::ReadApplication, &[Resident], Reach::Own),
    r(O::HandleApplication, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::HandleApplication, &[Coordinator, System], Reach::Region),
    r(O::HandleApplication, &[Resident], Reach::Own),
    r(O::UnmaskApplicant, &[Clerk, Handler], Reach::Unit),
    r(O::WriteThemes, &[Coordinator, Analyst, SystemAdmin, System], Reach::Region),
    r(O::ReadHandled, &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator], Reach::Line),
    r(O::ReadData, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin], Reach::Open),
    r(O::WriteData, &[UnitAdmin], Reach::Unit),
    r(O::WriteData, &[Coordinator, System], Reach::Region),
    r(O::AskForData, &[Handler, UnitAdmin, Coordinator], Reach::Unit),
    r(O::AnswerData, &[Handler, UnitAdmin, Coordinator], Reach::Unit),
    r(O::RuleData, &[Coordinator], Reach::Region),
    r(O::ListCompanies, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Open),
    r(O::ImportCompanies, &[Coordinator, SystemAdmin, System], Reach::City),
    r(O::ReadPolicies, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Open),
    r(O::WritePolicies, &[Coordinator, Analyst, System], Reach::City),
    r(O::ReleasePolicies, &[Coordinator, Supervisor, System], Reach::City),
    r(O::PublicPayments, EVERYBODY, Reach::Open),
    r(O::WriteFunds, &[Coordinator, System], Reach::City),
    r(O::ReadPayments, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadPayments, &[Coordinator, Supervisor, Analyst, System], Reach::Region),
    r(O::DecideClaims, &[Handler, UnitAdmin], Reach::Unit),
    r(O::DecideClaims, &[System], Reach::Region),
    r(O::PayClaims, &[Handler, UnitAdmin], Reach::Unit),
    r(O::PayClaims, &[System], Reach::Region),
    r(O::WriteBatches, &[Handler, UnitAdmin], Reach::Unit),
    r(O::WriteBatches, &[Coordinator, System], Reach::Region),
    r(O::ApproveBatches, &[UnitAdmin], Reach::Unit),
    r(O::ApproveBatches, &[Coordinator, Supervisor, System], Reach::Region),
    r(O::ReadCompany, &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin], Reach::Region),
    r(O::WriteCompany, &[Clerk, Coordinator, System], Reach::Region),
    r(O::WriteTalks, &[Coordinator, System], Reach::Region),
    r(O::WriteAids, &[Coordinator, System], Reach::Region),
    r(O::ServeAids, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ServeAids, &[Coordinator, System], Reach::Region),
    r(O::UnmaskCompany, &[Clerk, Handler, Coordinator], Reach::Region),
    r(O::OwnCompany, &[Resident], Reach::Open),
    r(O::PublicHalls, EVERYBODY, Reach::Open),
    r(O::ListHalls, STAFF, Reach::Open),
    r(O::ReadHall, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadHall, &[Coordinator, Supervisor, Analyst, SystemAdmin, System], Reach::Region),
    r(O::WriteHall, &[UnitAdmin], Reach::Unit),
    r(O::WriteHall, &[Coordinator, SystemAdmin, System], Reach::Region),
    r(O::ServeWindow, &[Clerk, Handler], Reach::Unit),
    r(O::ServeWindow, &[System], Reach::Region),
    r(O::BookForOthers, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::BookForOthers, &[Coordinator, System], Reach::Region),
    r(O::HandleAppointment, &[Resident], Reach::Own),
    r(O::HandleAppointment, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::HandleAppointment, &[Coordinator, Supervisor, System], Reach::Region),
    r(O::TakeTicket, &[Resident], Reach::Own),
    r(O::TakeTicket, &[Clerk, Handler], Reach::Unit),
    r(O::TakeTicket, &[System], Reach::Region),
    r(O::UnmaskBooking, &[Clerk, Handler], Reach::Unit),
    r(O::ReadHelp, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadHelp, &[Coordinator, Supervisor, Analyst, System], Reach::Region),
    r(O::HandleHelp, &[Resident], Reach::Own),
    r(O::HandleHelp, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::HandleHelp, &[Coordinator, System], Reach::Region),
    r(O::UnmaskHelp, &[Clerk, Handler], Reach::Unit),
    r(O::OwnHelp, &[Clerk, Handler, Coordinator, Walker, UnitAdmin, Volunteer], Reach::Own),
    r(O::ReadPosted, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadPosted, &[Coordinator, Supervisor, Analyst], Reach::Region),
    r(O::ReplyPosted, &[Handler, UnitAdmin], Reach::Unit),
    r(O::ReadPresence, &[UnitAdmin], Reach::Unit),
    r(O::ReadPresence, &[Coordinator, Supervisor, Analyst], Reach::Region),
    r(O::ReadRoster, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadRoster, &[Coordinator, Supervisor, Analyst], Reach::Region),
    r(O::WriteRoster, &[UnitAdmin], Reach::Unit),
    r(O::WriteRoster, &[Coordinator, System], Reach::Region),
    r(O::WriteBulletins, &[Coordinator, Supervisor], Reach::Region),
    r(O::ReadBulletins, &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator], Reach::Line),
    r(O::ReadScores, &[Coordinator, Supervisor, Analyst, UnitAdmin, Evaluator], Reach::Open),
    r(O::WriteScores, &[Supervisor, System], Reach::City),
    r(O::ReadIndicators, &[Coordinator, Supervisor, Analyst, UnitAdmin, Evaluator], Reach::Open),
    r(O::WriteIndicators, &[Supervisor, System], Reach::City),
    r(O::FillIndicators, &[UnitAdmin], Reach::Unit),
    r(O::FillIndicators, &[Supervisor, Coordinator, System], Reach::Region),
    r(O::AskAdjust, &[Supervisor, Coordinator], Reach::Region),
    r(O::AskAdjust, &[UnitAdmin], Reach::Unit),
    r(O::DecideAdjust, &[Supervisor], Reach::Region),
    r(O::ReadSupervision, &[Coordinator, Supervisor, UnitAdmin, Volunteer, Evaluator], Reach::Open),
    r(O::WriteDraws, &[Supervisor, Coordinator], Reach::Region),
    r(O::WriteSupervision, &[Supervisor, Coordinator], Reach::Region),
    r(O::AnswerAccount, &[UnitAdmin, Supervisor, Coordinator], Reach::Unit),
    r(O::PublicPapers, EVERYBODY, Reach::Open),
    r(O::ListSeals, &[Clerk, Handler, Coordinator, Supervisor, UnitAdmin, SystemAdmin], Reach::Open),
    r(O::ReadSeals, &[Clerk, Handler, UnitAdmin], Reach::Unit),
    r(O::ReadSeals, &[Coordinator, Supervisor, SystemAdmin, System], Reach::Region),
    r(O::AskSeals, &[UnitAdmin], Reach::Unit),
    r(O::AskSeals, &[Coordinator, SystemAdmin, System], Reach::Region),
    r(O::WriteSeals, &[Coordinator, SystemAdmin, System], Reach::Region),
    r(O::UseSeals, &[Clerk, Handler, Coordinator, Supervisor, UnitAdmin], Reach::Unit),
    r(O::ListPapers, &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin], Reach::Open),
    r(O::ReadPapers, &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin], Reach::Unit),
    r(O::WritePapers, &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin], Reach::Unit),
    r(O::WritePapers, &[System], Reach::Region),
    // 单位负责人 walk, and sign.
    r(O::IssuePapers, &[Coordinator, Walker, Supervisor, UnitAdmin], Reach::Unit),
    r(O::TakePapers, &[Clerk, Handler, Coordinator, Supervisor, UnitAdmin], Reach::Unit),
    r(O::WritePaperRules, &[Coordinator, SystemAdmin, System], Reach::City),
];

/// How far a role may go with an operation; none when not at all.
pub(crate) fn reach(role: Role, operation: Operation) -> Option<Reach> {
    OPERATIONS.iter().find(|r| r.operation == operation && r.roles.contains(&role)).map(|r| r.reach)
}

/// Who may give which roles to whom (授予角色). A role that reaches beyond a unit comes from a system administrator
/// only; how far each of them reaches is said by [`Operation::WriteStaff`]. It also bounds whose account is changed,
/// reset or turned off, and for whom a token is made.
#[rustfmt::skip]
pub const GIVES: &[(Role, &[Role])] = &[
    (System, STAFF),
    (SystemAdmin, STAFF),
    (UnitAdmin, &[Clerk, Handler, UnitAdmin]),
];

/// May somebody in the first role give the second?
pub fn gives(giver: Role, given: Role) -> bool {
    GIVES.iter().any(|(g, roles)| *g == giver && roles.contains(&given))
}
