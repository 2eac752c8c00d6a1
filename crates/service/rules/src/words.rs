//! The small closed vocabularies of an application, each word in code, Chinese and where it comes from.

pub use kernel::Word;
pub(crate) use kernel::words;

words! {
    /// How it is applied for (办理渠道), K8.
    Channel {
        Window = "window", "窗口";
        Online = "online", "网上";
        Helper = "helper", "帮办代办";
    }
}
words! {
    /// Special procedures that do not count in the limit (特别程序); the applicant is told in writing how long they
    /// take. 行政许可法 45.
    SpecialKind {
        Hearing = "hearing", "听证";
        Bidding = "bidding", "招标";
        Auction = "auction", "拍卖";
        Inspection = "inspection", "检验";
        Testing = "testing", "检测";
        Quarantine = "quarantine", "检疫";
        Appraisal = "appraisal", "鉴定";
        ExpertReview = "expert_review", "专家评审";
    }
}
words! {
    /// Why an application is not accepted (不予受理的理由). 行政许可法 32, 78, 79.
    RefuseGround {
        NotNeeded = "not_needed", "依法不需要办理";
        NotOurs = "not_ours", "不属于本机关职权";
        NotCorrected = "not_corrected", "补正后仍不齐全或不符合法定形式";
        Untrue = "untrue", "隐瞒情况或提供虚假材料";
        Barred = "barred", "处于不得申请的期间";
    }
}
words! {
    /// How the result reaches the applicant (送达方式).
    Delivery {
        Window = "window", "窗口领取";
        Post = "post", "邮寄";
        Electronic = "electronic", "电子送达";
    }
}
words! {
    /// How a material comes in (提交方式), K5, X8.
    Way {
        File = "file", "上传文件";
        Seen = "seen", "窗口核验原件";
        Later = "later", "容缺后补";
        Commitment = "commitment", "告知承诺";
        Held = "held", "政府已有,免交";
    }
}
words! {
    /// How an application ended (办结方式).
    Ending {
        Granted = "granted", "准予办结";
        Denied = "denied", "不予许可办结";
        Partly = "partly", "部分准予办结";
    }
}
