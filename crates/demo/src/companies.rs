//! 企业: companies of the model city, of nobody: names, codes, sizes, industries, and what registers know of them. Some
//! values are missing on purpose, as they are everywhere.

use crate::dice::Dice;
use crate::names::{mobile, person};
use crate::regions::COUNTIES;

/// One company.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// valid and fictional (GB 32100)
    pub code: String,
    /// its name
    pub name: String,
    /// 大型 中型 小型 微型 个体
    pub size: &'static str,
    /// GB/T 4754
    pub industry: &'static str,
    /// region code
    pub region: String,
    /// who is asked for
    pub contact: String,
    /// their number
    pub phone: String,
    /// field with its time, value, source
    pub facts: Vec<(String, String, &'static str)>,
}

/// section with division, what such companies are called, revenue in 10,000 yuan for a small one
const TRADES: [(&str, &str, u32); 14] = [
    ("C13", "食品", 1_200),
    ("C17", "纺织", 1_500),
    ("C26", "新材料", 3_200),
    ("C34", "机械", 2_600),
    ("C39", "电子", 2_900),
    ("E4710", "建设", 3_600),
    ("F51", "贸易", 4_200),
    ("F52", "商贸", 800),
    ("G54", "物流", 1_900),
    ("H62", "餐饮", 400),
    ("I65", "软件", 900),
    ("L72", "人力资源", 1_100),
    ("M73", "科技", 700),
    ("A01", "农业", 600),
];
const FIRST: [&str; 24] = [
    "云帆", "汀洲", "启明", "鼎丰", "恒润", "沐阳", "江岸", "博远", "华川", "锦程", "蓝湾", "宏图", "瑞泽",
    "天工", "嘉禾", "明德", "海岳", "新源", "正和", "安泰", "远航", "青禾", "立信", "同创",
];
const SECOND: [&str; 12] = ["达", "盛", "信", "通", "兴", "联", "众", "一", "佳", "德", "和", "达成"];

fn code(n: usize) -> String {
    const SET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let mut code = format!("91990100MA{:07}", n % 10_000_000);
    let sum: usize =
        code.bytes().zip(WEIGHTS).map(|(b, w)| SET.iter().position(|s| *s == b).unwrap_or(0) * w).sum();
    code.push(char::from(SET[(31 - sum % 31) % 31]));
    code
}

/// So many companies; `year` is the year whose figures are not yet closed.
pub fn companies(seed: u64, n: usize, year: i16) -> Vec<Company> {
    let mut dice = Dice::new(seed, "companies");
    (0..n).map(|i| company(&mut dice, i, year)).collect()
}

fn company(dice: &mut Dice, i: usize, year: i16) -> Company {
    let (industry, trade, base) = TRADES[dice.below(TRADES.len())];
    let (size, staff, times) = match dice.below(100) {
        0..=3 => ("大型", dice.between(400, 2_600), 60),
        4..=17 => ("中型", dice.between(120, 390), 9),
        18..=55 => ("小型", dice.between(20, 110), 1),
        56..=88 => ("微型", dice.between(2, 19), 0),
        _ => ("个体", dice.between(1, 6), 0),
    };
    let (county_code, county, _) = COUNTIES[dice.below(COUNTIES.len())];
    let name = format!(
        "云汀市{}{}{}{}",
        FIRST[i % FIRST.len()],
        SECOND[(i / FIRST.len()) % SECOND.len()],
        trade,
        if size == "个体" { "经营部" } else { "有限公司" }
    );
    let name = if i < FIRST.len() * SECOND.len() {
        name
    } else {
        name.replace("云汀市", &format!("云汀市{county}"))
    };
    let mut facts = Vec::new();
    // What a register knows of a company is missing now and then.
    macro_rules! say {
        ($chance:expr, $field:expr, $at:expr, $value:expr, $source:expr) => {
            let value: String = $value;
            let at: Option<i16> = $at;
            if dice.percent($chance) {
                let key = at.map_or_else(|| $field.to_owned(), |y| format!("{}@{y}", $field));
                facts.push((key, value, $source));
            }
        };
    }
    let revenue = i64::from(base) * i64::from(times.max(1)) * 10_000 * dice.between(60, 150) as i64
        / 100
        / if times == 0 { 6 } else { 1 };
    let growth = dice.between(0, 40) as i64 - 12;
    let last = revenue * 100 / (100 + growth).max(1);
    let staff_now = staff as i64;
    let staff_before = (staff_now * (100 + dice.between(0, 20) as i64 - 8) / 100).max(1);
    let tech = matches!(industry, "C26" | "C34" | "C39" | "I65" | "M73");
    let made = industry.starts_with('C');
    let rd = if tech { revenue * dice.between(2, 9) as i64 / 100 } else { 0 };
    let yes = |b: bool| if b { "是" } else { "否" }.to_owned();
    say!(97, "size", None, size.to_owned(), "市场监管");
    say!(97, "industry", None, industry[..1].to_owned(), "市场监管");
    let founded =
        format!("{}-{:02}-{:02}", dice.between(2005, 2025), dice.between(1, 12), dice.between(1, 28));
    say!(98, "founded", None, founded, "市场监管");
    say!(94, "insured", Some(year - 1), staff_now.to_string(), "社保");
    say!(90, "insured", Some(year - 2), staff_before.to_string(), "社保");
    say!(92, "paid_months", Some(year - 1), dice.between(9, 12).to_string(), "社保");
    let premium = staff_now * dice.between(280, 520) as i64;
    say!(92, "unemployment_paid", Some(year - 1), premium.to_string(), "社保");
    let claimants = staff_now * dice.between(0, 9) as i64 / 100;
    say!(88, "claimants", Some(year - 1), claimants.to_string(), "社保");
    say!(90, "revenue", Some(year - 1), revenue.to_string(), "税务");
    say!(84, "revenue", Some(year - 2), last.to_string(), "税务");
    say!(90, "tax_paid", Some(year - 1), (revenue * dice.between(2, 6) as i64 / 100).to_string(), "税务");
    if tech {
        say!(70, "rd_cost", Some(year - 1), rd.to_string(), "税务");
        say!(75, "patents", None, dice.between(0, 9).to_string(), "知识产权");
        let high = dice.below(100) < 45;
        say!(95, "high_tech", None, yes(high), "科技");
    } else {
        say!(95, "high_tech", None, yes(false), "科技");
    }
    if made {
        let power = revenue * dice.between(1, 4) as i64 / 100;
        say!(80, "power_cost", Some(year - 1), power.to_string(), "供电");
        let invested = if dice.below(100) < 30 { revenue * dice.between(5, 30) as i64 / 100 } else { 0 };
        say!(60, "equipment_invested", Some(year - 1), invested.to_string(), "工信");
    }
    let exports = if dice.below(100) < 22 { revenue * dice.between(5, 50) as i64 / 100 } else { 0 };
    say!(75, "exports", Some(year - 1), exports.to_string(), "商务");
    say!(55, "graduates", Some(year - 1), (staff_now * dice.between(0, 12) as i64 / 100).to_string(), "社保");
    say!(93, "dispatch", None, yes(industry == "L72" && dice.below(100) < 60), "人社");
    let clean = dice.below(100) < 93;
    say!(95, "serious_dishonest", None, yes(!clean), "信用中国");
    let loan = if dice.below(100) < 40 { revenue / 10 } else { 0 };
    say!(35, "loan", None, loan.to_string(), "金融");
    Company {
        code: code(i + 1),
        name,
        size,
        industry,
        region: county_code.to_owned(),
        contact: person(dice),
        phone: mobile(dice),
        facts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companies_are_told_apart_and_the_same_again() {
        let all = companies(7, 600, 2026);
        let codes: std::collections::BTreeSet<_> = all.iter().map(|c| &c.code).collect();
        assert_eq!(codes.len(), 600);
        assert_eq!(all, companies(7, 600, 2026));
        assert!(all.iter().any(|c| c.facts.iter().all(|f| !f.0.starts_with("insured"))), "some is not known");
    }
}
