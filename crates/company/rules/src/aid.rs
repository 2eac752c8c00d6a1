//! 增值服务 (R11): services beside what the law gives, and the life of an order as one table. Pure.

use kernel::Said;

kernel::words! {
    /// What a service is about.
    inherent AidKind {
        Finance = "finance", "金融";
        Law = "law", "法律";
        Talent = "talent", "人才";
        Patent = "patent", "知识产权";
        Tech = "tech", "科技创新";
        Market = "market", "市场开拓";
        Digital = "digital", "数字化";
        Other = "other", "其他";
    }
}

kernel::words! {
    /// Where a service of the catalogue stands.
    inherent AidState {
        Offered = "offered", "提供中";
        Stopped = "stopped", "已停用";
    }
}

kernel::words! {
    /// Where an order stands.
    inherent OrderState {
        Ordered = "ordered", "待接单";
        Serving = "serving", "服务中";
        Done = "done", "已完成";
        Declined = "declined", "未能提供";
        Cancelled = "cancelled", "已取消";
    }
}

kernel::words! {
    /// What is done to an order.
    inherent OrderAct {
        Order = "order", "下单";
        Take = "take", "接单";
        Finish = "finish", "完成服务";
        Decline = "decline", "说明不能提供";
        Cancel = "cancel", "取消";
    }
}

kernel::words! {
    /// Who does it.
    inherent OrderWho {
        Company = "company", "企业";
        Unit = "unit", "服务单位";
    }
}

/// The life of an order: where it stands, what is done, by whom, where it stands then.
#[rustfmt::skip]
pub const TABLE: &[(Option<OrderState>, OrderAct, OrderWho, OrderState)] = {
    use OrderAct as A;
    use OrderState as S;
    use OrderWho as W;
    &[
        (None,             A::Order,   W::Company, S::Ordered),
        (Some(S::Ordered), A::Take,    W::Unit,    S::Serving),
        (Some(S::Ordered), A::Decline, W::Unit,    S::Declined),
        (Some(S::Ordered), A::Cancel,  W::Company, S::Cancelled),
        (Some(S::Serving), A::Finish,  W::Unit,    S::Done),
        (Some(S::Serving), A::Decline, W::Unit,    S::Declined),
        (Some(S::Serving), A::Cancel,  W::Company, S::Cancelled),
    ]
};

impl OrderState {
    /// Somebody must still do something, within its days.
    pub fn is_open(self) -> bool {
        TABLE.iter().any(|row| row.0 == Some(self))
    }
    /// What one side can do to it here.
    pub fn acts(self, who: OrderWho) -> impl Iterator<Item = OrderAct> {
        TABLE.iter().filter(move |row| row.0 == Some(self) && row.2 == who).map(|row| row.1)
    }
}

/// Where an order stands after an act of one side.
///
/// # Errors
/// The act does not belong here.
pub fn step(from: Option<OrderState>, act: OrderAct, who: OrderWho) -> Result<OrderState, Said> {
    let found = TABLE.iter().find(|row| row.0 == from && row.1 == act && row.2 == who);
    found.map(|row| row.3).ok_or_else(|| {
        let (zh, en) = from.map_or(("尚未下单", "not ordered"), |s| (s.zh(), s.word()));
        Said::new(
            format!("现在是“{zh}”，不能“{}”，请刷新后再看", act.zh()),
            format!("it stands at “{en}”: “{}” does not belong here, look again", act.word()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_begins_with_the_company_and_every_open_state_leads_to_an_end_that_somebody_is_told() {
        let begins: Vec<_> = TABLE.iter().filter(|r| r.0.is_none()).map(|r| r.2).collect();
        assert_eq!(begins, [OrderWho::Company]);
        for s in OrderState::ALL {
            assert!(TABLE.iter().any(|r| r.3 == s), "{s:?} is never reached");
            if s.is_open() {
                assert!(s.acts(OrderWho::Unit).count() > 0, "{s:?}: the unit can go on");
                assert!(
                    s.acts(OrderWho::Company).any(|a| a == OrderAct::Cancel),
                    "{s:?}: the company can leave"
                );
            } else {
                assert!(OrderAct::ALL.into_iter().all(|a| step(Some(s), a, OrderWho::Unit).is_err()));
            }
        }
        for act in OrderAct::ALL {
            let who: Vec<_> = TABLE.iter().filter(|r| r.1 == act).map(|r| r.2).collect();
            assert!(!who.is_empty() && who.iter().all(|w| *w == who[0]), "{act:?} is one side's");
        }
    }
}
