//! 用语: what is said between this city and a hotline, and the sorts of words whose meaning is data.

kernel::words! {
    /// What a hotline says (热线消息).
    inherent Event {
        Order = "order", "派单";
        Words = "words", "补充";
        Urge = "urge", "催办";
        Withdraw = "withdraw", "撤单";
        Callback = "callback", "回访";
        Closed = "closed", "办结";
        Deadline = "deadline", "期限变更";
        Missed = "missed", "未接来电";
    }
}
kernel::words! {
    /// What this city says (本市消息).
    inherent Says {
        Accepted = "accepted", "接单";
        Returned = "returned", "退回";
        Progress = "progress", "进展";
        Answered = "answered", "答复";
        Called = "called", "回拨结果";
        Resend = "resend", "请重发";
        List = "list", "对账";
    }
}
kernel::words! {
    /// A sort of words in the table of a hotline (对照表).
    inherent Sort {
        Field = "field", "字段";
        Constant = "constant", "固定值";
        Event = "event", "热线消息";
        Says = "says", "本市消息";
        Kind = "kind", "诉求类型";
        Unit = "unit", "承办单位";
        Region = "region", "区划";
        YesNo = "yesno", "是否";
        Solved = "solved", "解决情况";
        Satisfied = "satisfied", "满意度";
        Status = "status", "办理环节";
        Reason = "reason", "退回理由";
        Result = "result", "回拨结果";
        State = "state", "对账状态";
    }
}
kernel::words! {
    /// A field of a message, by our name (字段).
    inherent Field {
        Event = "event", "消息类型";
        Number = "number", "工单编号";
        Title = "title", "标题";
        Words = "words", "内容";
        Kind = "kind", "诉求类型";
        Unit = "unit", "承办单位";
        Region = "region", "区划";
        Place = "place", "事发地址";
        Name = "name", "来电人";
        Phone = "phone", "联系电话";
        IdNumber = "id_number", "证件号";
        Address = "address", "联系地址";
        Hide = "hide", "要求保密";
        Came = "came", "来电时间";
        Dispatched = "dispatched", "派单时间";
        TakeBy = "take_by", "接单时限";
        Due = "due", "办结时限";
        Reason = "reason", "理由";
        Solved = "solved", "解决情况";
        Satisfied = "satisfied", "满意度";
        Again = "again", "重新办理";
        Files = "files", "附件";
        FileName = "file_name", "附件名称";
        FileBytes = "file_bytes", "附件内容";
        Call = "call", "来电编号";
        OurNumber = "our_number", "本市编号";
        Status = "status", "办理环节";
        Text = "text", "答复内容";
        Negative = "negative", "不予支持";
        By = "by", "办理单位";
        At = "at", "时间";
        Result = "result", "回拨结果";
        From = "from", "起始日";
        To = "to", "截止日";
        List = "list", "工单清单";
    }
}
kernel::words! {
    /// What came of ringing back (回拨结果).
    inherent Rung {
        Answered = "answered", "已接通，当场解答";
        Case = "case", "已接通，登记成件";
        NoAnswer = "no_answer", "无人接听";
        Wrong = "wrong", "空号或打错";
        NotWanted = "not_wanted", "对方不再需要";
    }
}

impl Sort {
    /// Is the word that is looked up one of the hotline's? Otherwise it is one of ours.
    pub const fn is_theirs(self) -> bool {
        !matches!(self, Self::Field | Self::Says | Self::Status | Self::Reason | Self::Result)
    }
    /// What our words can be: code word and Chinese; none where it is a text, a unit or a region.
    pub fn ours(self) -> Vec<(&'static str, &'static str)> {
        fn all<W: kernel::Word>() -> Vec<(&'static str, &'static str)> {
            W::ALL.iter().map(|w| (w.word(), w.zh())).collect()
        }
        match self {
            Self::Field => all::<Field>(),
            Self::Event => all::<Event>(),
            Self::Says => all::<Says>(),
            Self::Kind => all::<resolve::Kind>(),
            Self::YesNo => vec![("yes", "是"), ("no", "否")],
            Self::Solved => all::<resolve::Solved>(),
            Self::Satisfied => all::<resolve::Satisfaction>(),
            Self::Status => all::<resolve::StageKind>(),
            Self::Reason => all::<resolve::ReturnReason>(),
            Self::Result => all::<Rung>(),
            Self::State => all::<crate::State>(),
            Self::Constant | Self::Unit | Self::Region => Vec::new(),
        }
    }
}
