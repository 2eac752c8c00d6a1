//! 兑付 (P2): what one company has of one policy item, as one table from asking to payment; the money of a fund; the account
//! it goes to. Pure: no clock, no storage.

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::policy::trace::told;
use crate::policy::{Answer, Number, Truth};

kernel::words! {
    /// Where a claim stands.
    inherent ClaimState {
        Asked = "asked", "待审核";
        Approved = "approved", "待支付";
        Paid = "paid", "已支付";
        Refused = "refused", "不予兑付";
        Withdrawn = "withdrawn", "已撤回";
        Returned = "returned", "已退回";
    }
}

kernel::words! {
    /// What is done to a claim.
    inherent ClaimAct {
        Ask = "ask", "申请";
        List = "list", "免申即享核准";
        Approve = "approve", "核准";
        Refuse = "refuse", "不予兑付";
        Withdraw = "withdraw", "撤回";
        Pay = "pay", "支付";
        GiveBack = "give_back", "退回";
        Again = "again", "重新支付";
        Recount = "recount", "重新核算";
        Account = "show_account", "查看收款账户";
    }
}

/// The life of a claim: where it stands, what is done, where it stands then. Looking at the account changes nothing.
#[rustfmt::skip]
pub const TABLE: &[(Option<ClaimState>, ClaimAct, ClaimState)] = {
    use ClaimAct as A;
    use ClaimState as S;
    &[
        (None,              A::Ask,      S::Asked),
        (None,              A::List,     S::Approved),
        (Some(S::Asked),    A::Approve,  S::Approved),
        (Some(S::Asked),    A::Refuse,   S::Refused),
        (Some(S::Asked),    A::Withdraw, S::Withdrawn),
        (Some(S::Asked),    A::Recount,  S::Asked),
        (Some(S::Approved), A::Refuse,   S::Refused),
        (Some(S::Approved), A::Pay,      S::Paid),
        (Some(S::Approved), A::Account,  S::Approved),
        (Some(S::Paid),     A::GiveBack, S::Returned),
        (Some(S::Returned), A::Again,    S::Approved),
    ]
};

impl ClaimState {
    /// Its money is bound: nobody else can have it.
    pub const fn binds(self) -> bool {
        matches!(self, Self::Approved | Self::Paid)
    }
    /// It takes the place of its item, or of the group of items that exclude each other.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Asked | Self::Approved | Self::Paid)
    }
    /// Somebody must still do something, within days.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Approved)
    }
    /// What can be done to it here.
    pub fn acts(self) -> impl Iterator<Item = ClaimAct> {
        TABLE.iter().filter(move |row| row.0 == Some(self)).map(|row| row.1)
    }
}

/// Where a claim stands after an act.
///
/// # Errors
/// The act does not belong here.
pub fn step(from: Option<ClaimState>, act: ClaimAct) -> Result<ClaimState, Said> {
    TABLE.iter().find(|row| row.0 == from && row.1 == act).map(|row| row.2).ok_or_else(|| {
        let (zh, en) = from.map_or(("尚未开始", "not begun"), |s| (s.zh(), s.word()));
        Said::new(
            format!("现在是“{zh}”，不能“{}”，请刷新后再看", act.zh()),
            format!("it stands at “{en}”: “{}” does not belong here, look again", act.word()),
        )
    })
}

/// The money of a fund, in fen. What is left follows from the claims, and is kept nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// 总额
    pub amount: i64,
    /// 待审核: asked for, binds nothing
    pub asked: i64,
    /// 待支付: approved
    pub reserved: i64,
    /// 已支付
    pub paid: i64,
}

impl Money {
    /// From the sums of each state.
    pub fn of(amount: i64, sums: impl IntoIterator<Item = (ClaimState, i64)>) -> Self {
        let mut money = Self { amount, ..Self::default() };
        for (state, sum) in sums {
            match state {
                ClaimState::Asked => money.asked += sum,
                ClaimState::Approved => money.reserved += sum,
                ClaimState::Paid => money.paid += sum,
                ClaimState::Refused | ClaimState::Withdrawn | ClaimState::Returned => {}
            }
        }
        money
    }
    /// 余额: neither paid nor bound.
    pub const fn left(&self) -> i64 {
        self.amount - self.reserved - self.paid
    }
    /// May so much be bound?
    ///
    /// # Errors
    /// It is more than is left: how much is missing.
    pub fn takes(&self, amount: i64) -> Result<(), Said> {
        let left = self.left();
        if amount <= left {
            return Ok(());
        }
        let (need, left, short) = (yuan(amount), yuan(left), yuan(amount - left));
        Err(Said::new(
            format!(
                "资金余额不足：需要 {need} 元，余额 {left} 元，还差 {short} 元。请先追加资金，或暂缓核准"
            ),
            format!(
                "the fund does not suffice: {need} yuan needed, {left} left, {short} missing; add to it first"
            ),
        ))
    }
}

/// The largest amount that is taken: 1 万亿元, in fen. What is added up of it stays far from what a sum can hold.
const FEN_MAX: i64 = 100_000_000_000_000;

/// An amount in fen, rounded half away from nought; none when it is out of all bounds.
pub fn fen(amount: Number) -> Option<i64> {
    let fen: i64 = amount.times(Number::whole(100))?.round(0)?.to_string().parse().ok()?;
    (-FEN_MAX..=FEN_MAX).contains(&fen).then_some(fen)
}

/// Fen as people read yuan: `12,600` or `12,600.50`.
pub fn yuan(fen: i64) -> String {
    let (whole, part) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut out = String::new();
    if fen < 0 {
        out.push('-');
    }
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(d);
    }
    if part > 0 {
        out.push_str(&format!(".{part:02}"));
    }
    out
}

/// One sentence behind a verdict or an amount, as it stood when somebody decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// `met`, `unmet`, `unknown`
    pub result: String,
    /// the sentence of the policy
    pub text: String,
    /// how it came about, with the values
    pub how: String,
}

/// The sentences behind an answer: each row, and the amount.
pub fn grounds(answer: &Answer) -> Vec<Ground> {
    let word = |t: Truth| match t {
        Truth::Met => "met",
        Truth::Unmet => "unmet",
        Truth::Unknown => "unknown",
    };
    told(&answer.trace)
        .into_iter()
        .map(|t| Ground { result: word(t.result).to_owned(), text: t.text, how: t.how })
        .collect()
}

/// 收款账户: where a company is paid to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// 开户银行
    pub bank: String,
    /// 账号
    pub number: String,
}

impl Account {
    /// As somebody entered it: blanks and hyphens do not count.
    ///
    /// # Errors
    /// No bank, or a number that is none.
    pub fn read(bank: &str, number: &str) -> Result<Self, Said> {
        let bank = bank.trim();
        let letters = bank.chars().count();
        if !(2..=60).contains(&letters) {
            return Err(Said::new(
                "请填写开户银行，如“中国农业银行云汀支行”，最多 60 个字",
                "the bank is needed, 60 characters at most",
            ));
        }
        let plain: String = number
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—'))
            .map(|c| char::from_digit(u32::from(c).wrapping_sub(u32::from('０')), 10).unwrap_or(c))
            .collect();
        if !(8..=32).contains(&plain.len()) || !plain.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Said::new(
                "账号须为 8 到 32 位数字，请对照开户许可证或银行回单",
                "the account number has 8 to 32 digits: see the papers of the bank",
            ));
        }
        Ok(Self { bank: bank.to_owned(), number: plain })
    }
    /// The bank and the last digits.
    pub fn masked(&self) -> String {
        let tail: String = self.number.chars().skip(self.number.len().saturating_sub(4)).collect();
        format!("{} ****{tail}", self.bank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_state_is_reached_and_only_ends_have_no_way_on() {
        for state in ClaimState::ALL {
            assert!(TABLE.iter().any(|r| r.2 == state), "{state:?}");
            let ends = matches!(state, ClaimState::Refused | ClaimState::Withdrawn);
            assert_eq!(state.acts().count() == 0, ends, "{state:?}");
            assert!(!state.binds() || state.is_live(), "what binds money takes its place");
        }
        for act in ClaimAct::ALL {
            assert!(TABLE.iter().any(|r| r.1 == act), "{act:?}");
        }
        assert!(step(Some(ClaimState::Paid), ClaimAct::Pay).is_err(), "never paid twice");
        assert!(step(Some(ClaimState::Asked), ClaimAct::Pay).unwrap_err().zh.contains("待审核"));
    }

    #[test]
    fn money_is_read_and_written() {
        for (text, want, said) in [
            ("12600", 1_260_000, "12,600"),
            ("0.005", 1, "0.01"),
            ("0.004", 0, "0"),
            ("1234567.5", 123_456_750, "1,234,567.50"),
            ("-3", -300, "-3"),
            ("100", 10_000, "100"),
        ] {
            let got = fen(Number::read(text).unwrap()).unwrap();
            assert_eq!((got, yuan(got).as_str()), (want, said), "{text}");
        }
        assert_eq!(fen(Number::read("1e20").unwrap()), None);
    }

    #[test]
    fn an_account_is_read_as_people_write_it() {
        let a = Account::read(" 农行云汀支行 ", "6228 4804-0256 ４890").unwrap();
        assert_eq!((a.number.as_str(), a.masked().as_str()), ("6228480402564890", "农行云汀支行 ****4890"));
        for (bank, number) in
            [("", "62284804"), ("农行", "1234567"), ("农行", "6228480x"), ("农", "62284804")]
        {
            assert!(Account::read(bank, number).is_err(), "{bank} {number}");
        }
    }

    proptest! {
        /// Whatever is approved, paid, given back and refused in whatever order: what is bound is never more than the fund.
        #[test]
        fn a_fund_is_never_overspent(amount in 0i64..2_000, asks in prop::collection::vec(0i64..500, 1..20), acts in prop::collection::vec((0usize..20, 0usize..9), 0..200)) {
            let mut claims: Vec<(ClaimState, i64)> = asks.iter().map(|a| (ClaimState::Asked, *a)).collect();
            let mut out = 0;
            for (who, act) in acts {
                let who = who % claims.len();
                let money = Money::of(amount, claims.iter().copied());
                let (from, sum) = claims[who];
                let Ok(to) = step(Some(from), ClaimAct::ALL[act]) else { continue };
                if to.binds() && !from.binds() && money.takes(sum).is_err() {
                    continue;
                }
                claims[who].0 = to;
                out += if to == ClaimState::Paid && from != to { sum } else { 0 };
                out -= if from == ClaimState::Paid && from != to { sum } else { 0 };
                let after = Money::of(amount, claims.iter().copied());
                prop_assert!(after.left() >= 0);
                prop_assert_eq!(after.paid, out);
            }
        }
    }
}
