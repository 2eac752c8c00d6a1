//! The small closed vocabularies of the loop, each word in code, Chinese and where it comes from.

pub use kernel::Word;
pub(crate) use kernel::words;

words! {
    /// What a case is about (件的类别).
    Kind {
        Consultation = "consultation", "咨询";
        Matter = "matter", "办件";
        Problem = "problem", "问题";
        Opinion = "opinion", "意见建议";
        Demand = "demand", "企业诉求";
        BadRating = "bad_rating", "差评";
        Complaint = "complaint", "投诉";
    }
}
words! {
    /// How it came in (来源渠道), R1.
    Channel {
        Window = "window", "窗口";
        Phone = "phone", "电话";
        Web = "web", "网上";
        Qr = "qr", "扫码";
        Hotline = "hotline", "12345热线";
        Letter = "letter", "信件";
        Walk = "walk", "走流程";
        Rating = "rating", "好差评";
        FaultFinding = "fault_finding", "吐槽找茬";
        Whistle = "whistle", "企业吹哨";
        Inspection = "inspection", "督查检查";
        Import = "import", "批量导入";
        Peer = "peer", "外地转来";
    }
}
words! {
    /// How hard it is (难易), CZ: simple 3 working days, complex 10.
    Complexity {
        Simple = "simple", "简单件";
        Complex = "complex", "复杂件";
    }
}
words! {
    /// Why it “could not be done” (办不成的原因), CZ 二(二) and finer ones found in practice.
    Cause {
        MaterialsIncomplete = "materials_incomplete", "材料不齐不敢办";
        RigidPolicy = "rigid_policy", "机械执行不愿办";
        Unskilled = "unskilled", "业务不熟不给办";
        Attitude = "attitude", "态度不好推诿";
        SystemFault = "system_fault", "系统不通";
        NoRule = "no_rule", "政策空白无分类";
        UnclearDuty = "unclear_duty", "职责不清";
        CrossRegion = "cross_region", "跨区域不能办";
        Overdue = "overdue", "超时未办";
        Legacy = "legacy", "历史遗留";
        NotLawful = "not_lawful", "依法不能办";
        Other = "other", "其他";
    }
}
words! {
    /// Why a case is not accepted (不予受理的理由); each says where to go instead.
    RefuseReason {
        Litigation = "litigation", "涉法涉诉";
        Petition = "petition", "信访事项";
        Arbitration = "arbitration", "仲裁复议在办";
        CivilDispute = "civil_dispute", "民间纠纷";
        OtherRegion = "other_region", "非本地管辖";
        Repeated = "repeated", "重复反映已答复";
        NoContent = "no_content", "内容不明且无法联系";
        Emergency = "emergency", "应拨打紧急电话";
    }
}
words! {
    /// Why a unit gives a case back (退回理由), R4.
    ReturnReason {
        NotOurDuty = "not_our_duty", "不属本单位职责";
        OtherRegion = "other_region", "不属本区划";
        NeedsLead = "needs_lead", "需明确牵头单位";
        Unclear = "unclear", "反映内容不清无法办理";
        Duplicate = "duplicate", "与在办件重复";
    }
}
words! {
    /// Why the clock may stand still (停止计时的法定情形). 行政许可法 45: the applicant is told in writing
    /// how long it takes.
    PauseReason {
        Correction = "correction", "申请人补正";
        Hearing = "hearing", "听证";
        Inspection = "inspection", "检验检测检疫";
        Appraisal = "appraisal", "鉴定";
        ExpertReview = "expert_review", "专家评审";
        Tender = "tender", "招标拍卖";
        ForceMajeure = "force_majeure", "不可抗力";
    }
}
words! {
    /// The level above that must settle what coordination cannot (上报层级), CZ 四(一).
    Level {
        City = "city", "市级";
        Province = "province", "省（自治区）级";
    }
}
words! {
    /// How an office that was called came (报到方式), R11.
    ArriveWay {
        OnSite = "on_site", "现场";
        Online = "online", "线上";
    }
}
words! {
    /// Five levels (满意度). Codes of interfaces run in opposite directions and are mapped at the border.
    Satisfaction {
        VerySatisfied = "very_satisfied", "非常满意";
        Satisfied = "satisfied", "满意";
        Basically = "basically", "基本满意";
        Dissatisfied = "dissatisfied", "不满意";
        VeryDissatisfied = "very_dissatisfied", "非常不满意";
    }
}

impl Satisfaction {
    /// 差评: the last two levels.
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::VeryDissatisfied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_words_are_read_and_others_are_answered_with_the_choice() {
        assert_eq!(Kind::read(" 咨询 "), Some(Kind::Consultation));
        assert_eq!(Kind::read("matter"), Some(Kind::Matter));
        assert_eq!(Kind::read("件"), None);
        assert!(Kind::unknown("件").zh.contains("咨询、办件"));
        for w in Cause::ALL {
            assert_eq!(Cause::read(w.zh()), Some(*w));
            let json = serde_json::to_string(w).unwrap();
            assert_eq!(json, format!("\"{}\"", w.word()));
        }
    }
}
