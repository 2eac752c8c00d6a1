//! 免申即享 (P3): a list of companies that are paid without applying. Who stands on it how follows from what is known on one
//! day, and from nothing else: drawn up again it says the same. Pure.

use std::collections::BTreeMap;

use kernel::Said;

kernel::words! {
    /// Where a list stands.
    inherent BatchState {
        Drawn = "drawn", "待公示";
        Shown = "shown", "公示中";
        Approved = "approved", "已核准";
        Dropped = "dropped", "已作废";
    }
}

kernel::words! {
    /// How a company stands on a list.
    inherent Standing {
        Due = "due", "拟兑付";
        NoAccount = "no_account", "未确认收款账户";
        SameAccount = "same_account", "与他人同一账户";
        SameSubject = "same_subject", "疑为同一主体";
        Had = "had", "已享受";
        Nothing = "nothing", "金额为零";
        Out = "out", "已剔除";
    }
}

kernel::words! {
    /// How an objection was decided.
    inherent Decision {
        Upheld = "upheld", "成立";
        Rejected = "rejected", "不成立";
    }
}

kernel::words! {
    /// What is done to a list.
    inherent BatchAct {
        Draw = "draw", "生成名单";
        Settle = "settle", "核实名单";
        Show = "show", "开始公示";
        Object = "object", "提出异议";
        Decide = "decide", "处理异议";
        Approve = "approve", "核准兑付";
        Drop = "drop", "作废";
    }
}

/// What can be done to a list where it stands.
pub const fn may(state: BatchState, act: BatchAct) -> bool {
    matches!(
        (state, act),
        (BatchState::Drawn, BatchAct::Settle | BatchAct::Show | BatchAct::Drop)
            | (BatchState::Shown, BatchAct::Object | BatchAct::Decide | BatchAct::Approve | BatchAct::Drop)
    )
}

/// Days of publicity where an item names none.
pub const PUBLICITY_DAYS: u32 = 5;

/// A company that meets the conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// id
    pub company: i64,
    /// 统一社会信用代码
    pub code: String,
    /// how much, in fen
    pub amount: i64,
    /// digest of its account; none while it has confirmed none
    pub account: Option<String>,
    /// number of what it has already of the item or of its group this year
    pub had: Option<String>,
}

/// 主体标识码 of a credit code: two codes with the same one are one body under two registrations.
pub fn subject(code: &str) -> &str {
    code.get(8..17).unwrap_or(code)
}

/// How each candidate stands, in the order of their credit codes, and the sentence why. Of companies that share an account
/// or a subject none is paid until a person has looked.
pub fn standings(mut all: Vec<Candidate>) -> Vec<(Candidate, Standing, Said)> {
    all.sort_by(|a, b| a.code.cmp(&b.code));
    let mut by_account: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut by_subject: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for c in &all {
        if let Some(account) = &c.account {
            by_account.entry(account).or_default().push(&c.code);
        }
        by_subject.entry(subject(&c.code)).or_default().push(&c.code);
    }
    let others = |map: &BTreeMap<&str, Vec<&str>>, key: &str, own: &str| -> Vec<String> {
        let all = map.get(key).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|c| **c != own).map(|c| (*c).to_owned()).collect()
    };
    let judged: Vec<(Standing, Said)> = all
        .iter()
        .map(|c| {
            if let Some(number) = &c.had {
                let said = Said::new(
                    format!("本年度已有兑付 {number}"),
                    format!("it has {number} this year already"),
                );
                return (Standing::Had, said);
            }
            if c.amount <= 0 {
                return (Standing::Nothing, Said::new("按公式算得 0 元", "the formula gives nothing"));
            }
            let same = others(&by_subject, subject(&c.code), &c.code);
            if !same.is_empty() {
                let codes = same.join("、");
                let said =
                    Said::new(format!("主体标识码与 {codes} 相同"), format!("the same subject as {codes}"));
                return (Standing::SameSubject, said);
            }
            let Some(account) = &c.account else {
                let said = Said::new(
                    "请企业在自己的页面确认收款账户",
                    "the company has to confirm its account on its own page",
                );
                return (Standing::NoAccount, said);
            };
            let same = others(&by_account, account, &c.code);
            if !same.is_empty() {
                let codes = same.join("、");
                let said =
                    Said::new(format!("收款账户与 {codes} 相同"), format!("the same account as {codes}"));
                return (Standing::SameAccount, said);
            }
            (Standing::Due, Said::new("", ""))
        })
        .collect();
    all.into_iter().zip(judged).map(|(c, (s, why))| (c, s, why)).collect()
}

/// May a person put a company on the list of those who are paid, or take it off?
///
/// # Errors
/// It cannot stand there whoever says so.
pub fn settles(from: Standing, to: Standing) -> Result<(), Said> {
    match (from, to) {
        (Standing::SameAccount | Standing::SameSubject | Standing::Out, Standing::Due)
        | (
            Standing::Due | Standing::SameAccount | Standing::SameSubject | Standing::NoAccount,
            Standing::Out,
        ) => Ok(()),
        _ => Err(Said::new(
            format!("“{}”不能改为“{}”", from.zh(), to.zh()),
            format!("“{}” cannot become “{}”", from.word(), to.word()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(n: i64, code: &str, account: Option<&str>) -> Candidate {
        let account = account.map(str::to_owned);
        Candidate { company: n, code: code.into(), amount: 100, account, had: None }
    }

    #[test]
    fn duplicates_are_found_by_code_and_by_account() {
        let all = vec![
            candidate(1, "91430600MA4L000001", Some("a")),
            candidate(2, "92430600MA4L000002", Some("b")),
            candidate(3, "91430602MA4L000003", Some("c")),
            candidate(4, "91430600MA4L111114", Some("d")),
            candidate(5, "91430600MA4L222225", Some("d")),
            candidate(6, "91430600MA4L333336", None),
            Candidate { had: Some("X-1".into()), ..candidate(7, "91430600MA4L444447", Some("e")) },
            Candidate { amount: 0, ..candidate(8, "91430600MA4L555558", Some("f")) },
            candidate(9, "91430600MA4L666669", Some("g")),
        ];
        let got: Vec<_> = standings(all).into_iter().map(|(c, s, why)| (c.company, s, why.zh)).collect();
        let of = |n: i64| got.iter().find(|g| g.0 == n).unwrap();
        for n in [4, 5] {
            assert_eq!(of(n).1, Standing::SameAccount, "{n}");
        }
        assert!(of(4).2.contains("91430600MA4L222225"));
        assert_eq!(of(1).1, Standing::SameSubject, "one body, three registrations");
        assert_eq!(of(2).1, Standing::SameSubject);
        assert_eq!(of(6).1, Standing::NoAccount);
        assert_eq!(of(7).1, Standing::Had);
        assert_eq!(of(8).1, Standing::Nothing);
        assert_eq!(of(9).1, Standing::Due);
    }

    proptest! {
        /// The same facts in whatever order make the same list, and nobody who shares an account, or had something, is due.
        #[test]
        fn the_same_again_says_the_same(raw in prop::collection::vec((0u32..40, 0u8..9, any::<bool>(), 0i64..3), 0..40), turn in 0usize..40) {
            let mut seen = std::collections::BTreeSet::new();
            let all: Vec<Candidate> = raw.iter().filter(|r| seen.insert(r.0)).map(|(n, account, had, amount)| Candidate {
                company: i64::from(*n),
                code: format!("91430600MA4L{n:05}X"),
                amount: *amount,
                account: (*account > 0).then(|| account.to_string()),
                had: had.then(|| "X".to_owned()),
            }).collect();
            let mut turned = all.clone();
            if !turned.is_empty() {
                let by = turn % turned.len();
                turned.rotate_left(by);
            }
            let (one, two) = (standings(all.clone()), standings(turned));
            prop_assert_eq!(&one, &two);
            for (c, s, _) in &one {
                let shared = all.iter().any(|o| o.company != c.company && c.account.is_some() && o.account == c.account);
                prop_assert!(*s != Standing::Due || !shared && c.had.is_none() && c.account.is_some() && c.amount > 0);
            }
        }
    }
}
