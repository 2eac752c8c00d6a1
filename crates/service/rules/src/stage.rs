//! The stages of an application.

use crate::words::words;

words! {
    /// Where an application stands (环节).
    StageKind {
        Draft = "draft", "填写中";
        Submitted = "submitted", "待收件";
        Received = "received", "待受理";
        Correcting = "correcting", "待补正";
        Handling = "handling", "办理中";
        Decided = "decided", "待制证";
        Issued = "issued", "待送达";
        Delivered = "delivered", "待了结";
        Closed = "closed", "已办结";
        Refused = "refused", "不予受理";
        Withdrawn = "withdrawn", "已撤回";
        Lapsed = "lapsed", "已失效";
    }
}

impl StageKind {
    /// Is it at rest: nobody owes the next step?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Refused | Self::Withdrawn | Self::Lapsed)
    }
    /// Was it decided: may the service be rated?
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Decided | Self::Issued | Self::Delivered | Self::Closed)
    }
}
