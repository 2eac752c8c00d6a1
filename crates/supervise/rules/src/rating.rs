//! 好差评: the five levels, the reasons of each channel, the codes of other systems, and how sure a share is.
//!
//! Inside the house a level is a word. Numbers exist only at the border, where each system says which end is
//! best ([`Convention`]); both directions are tables here. Rows E1–E4, STANDARDS 2.1.

use kernel::{Moment, Said};
use serde::{Deserialize, Serialize};

kernel::words! {
    /// 五级满意度, the worst first: the order of their numbers.
    inherent Level {
        VeryDissatisfied = "very_dissatisfied", "非常不满意";
        Dissatisfied = "dissatisfied", "不满意";
        Basically = "basically", "基本满意";
        Satisfied = "satisfied", "满意";
        VerySatisfied = "very_satisfied", "非常满意";
    }
}

/// All levels, the best first, as shown to people.
pub const LEVELS: [Level; 5] =
    [Level::VerySatisfied, Level::Satisfied, Level::Basically, Level::Dissatisfied, Level::VeryDissatisfied];

impl Level {
    /// 差评: the last two.
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::VeryDissatisfied)
    }
    /// As this house keeps it: 5 is best.
    pub const fn number(self) -> i64 {
        self as i64 + 1
    }
    /// From the number this house keeps.
    pub fn of(number: i64) -> Option<Self> {
        LEVELS.into_iter().find(|l| l.number() == number)
    }
}

/// Which end of the numbers is best in another system. They exist both ways (STANDARDS 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// 5 = 非常满意 (the provincial interface towards the state)
    FiveBest,
    /// 1 = 非常满意
    OneBest,
}

/// How another system writes what it sends and takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codes {
    /// the numbers of the levels
    pub convention: Convention,
}

impl Codes {
    /// The number of a level in that system.
    pub const fn out(self, level: Level) -> i64 {
        match self.convention {
            Convention::FiveBest => level.number(),
            Convention::OneBest => 6 - level.number(),
        }
    }
    /// The level of a number of that system.
    pub fn into_level(self, number: i64) -> Option<Level> {
        match self.convention {
            Convention::FiveBest => Level::of(number),
            Convention::OneBest => Level::of(6 - number),
        }
    }
}

/// A vocabulary whose words also have codes at the border.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $word:literal, $zh:literal;)+ }) => {
        kernel::words! { $(#[$doc])* inherent $name { $($variant = $word, $zh;)+ } }
        impl $name {
            /// The code at the border.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Reads a word, the Chinese word, or the code.
            pub fn read_code(text: &str) -> Option<Self> {
                Self::read(text).or_else(|| Self::ALL.into_iter().find(|w| w.code() == text.trim()))
            }
        }
    };
}

coded! {
    /// 评价渠道 (GB/T 39046 table 9; the codes are ours, in its order).
    RateChannel {
        Web = "1", "web", "PC端";
        Mobile = "2", "mobile", "移动服务端";
        Qr = "3", "qr", "二维码";
        Tablet = "4", "tablet", "政务大厅平板电脑";
        Terminal = "5", "terminal", "政务大厅其他终端";
        Phone = "6", "phone", "电话";
        Sms = "7", "sms", "短信";
        Default = "8", "default", "系统默认评价";
    }
}

/// Online or in the hall: reasons differ (STANDARDS 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// 线上
    Online,
    /// 线下
    Offline,
}

impl RateChannel {
    /// How the service behind it was given, as far as the channel tells.
    pub const fn way(self) -> Way {
        match self {
            Self::Web | Self::Mobile | Self::Sms => Way::Online,
            _ => Way::Offline,
        }
    }
}

/// One reason that can be ticked; a code never changes its meaning, words may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// the code on record and at the border
    pub code: &'static str,
    /// Chinese, for a good rating
    pub good: &'static str,
    /// Chinese, for a bad rating
    pub bad: &'static str,
    /// English
    pub en: &'static str,
    /// where it is asked
    pub way: Way,
}

const fn reason(
    way: Way,
    code: &'static str,
    good: &'static str,
    bad: &'static str,
    en: &'static str,
) -> Reason {
    Reason { code, good, bad, en, way }
}

/// 评价选项, version 2026-1.
pub const REASONS: &[Reason] = &[
    reason(Way::Offline, "101", "办得快", "办得慢、等得久", "Speed"),
    reason(Way::Offline, "102", "一次说清", "没有一次告知，反复跑", "Told everything at once"),
    reason(Way::Offline, "103", "态度好", "态度生硬、推诿", "Attitude"),
    reason(Way::Offline, "104", "业务熟", "业务不熟", "Skill"),
    reason(Way::Offline, "105", "材料少", "要了指南以外的材料", "Only listed documents"),
    reason(Way::Offline, "106", "没有乱收费", "收了不该收的费用", "No extra charges"),
    reason(Way::Online, "201", "办得快", "办得慢、一直审核中", "Speed"),
    reason(Way::Online, "202", "指南准确", "指南不准、看不懂", "Guide is accurate"),
    reason(Way::Online, "203", "少跑腿", "网上办了还要跑现场", "No errands"),
    reason(Way::Online, "204", "平台好用", "打不开、难操作、反复填", "Easy to use"),
    reason(Way::Online, "205", "有人答疑", "问不到人", "Help at hand"),
];

/// The reasons of one way, in order.
pub fn reasons_for(way: Way) -> impl Iterator<Item = &'static Reason> {
    REASONS.iter().filter(move |r| r.way == way)
}

/// One rating in the field set of STANDARDS 2.1 (the last section of the provincial interface). Texts, as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Record {
    /// 行政区划代码, 6–12 digits
    pub area_code: String,
    /// 行政区划名称
    pub area_name: String,
    /// 部门统一社会信用代码, or the key of a unit
    pub dept_code: String,
    /// 事项编码
    pub task_code: String,
    /// 业务办理项编码
    pub task_handle_item: String,
    /// 事项名称
    pub task_name: String,
    /// 子项名称 or 一件事主题
    pub sub_matter: String,
    /// 办件编号: names one service, at most 50 characters
    pub project_no: String,
    /// 办件状态: 1 待受理 2 办理中 3 办结
    pub pro_status: String,
    /// 受理部门编码
    pub pro_depart_code: String,
    /// 受理部门名称
    pub pro_depart: String,
    /// 窗口或经办: shown to nobody who is rated
    pub pro_manager: String,
    /// 评价渠道, a code of [`RateChannel`]
    pub pf: String,
    /// 证件类型
    #[serde(rename = "certkeyGOV")]
    pub certkey_gov: String,
    /// 姓名: never kept
    pub user_name: String,
    /// 1 个人 2 法人
    pub user_prop: String,
    /// 满意度 1–5, which end is best is agreed ([`Codes`])
    pub satisfaction: String,
    /// codes of reasons, separated by commas
    pub eval_detail: String,
    /// 文字评价
    pub writing_evaluation: String,
    /// yyyy-MM-dd HH:mm:ss, Beijing
    pub assess_time: String,
    /// 评价次数: 1 first, 2 second
    pub assess_number: String,
    /// 申请状态
    pub app_status: String,
    /// 承诺办结时间
    pub promise_time: String,
    /// yyyy-MM-dd HH:mm:ss, Beijing
    pub accept_date: String,
    /// 数据来源: the system that sends
    pub data_source: String,
    /// 1 匿名 2 实名
    pub anonymity_flag: String,
}

/// A record that cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {said}")]
pub struct BadRecord {
    /// which field, as in the record
    pub field: &'static str,
    /// what is wrong and what to do
    pub said: Said,
}

fn bad(field: &'static str, zh: &str, en: &str) -> BadRecord {
    BadRecord { field, said: Said::new(zh, en) }
}

/// `2026-03-02 09:00:00` in Beijing time.
pub(crate) fn stamp(at: Moment) -> String {
    let t = at.beijing();
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

impl Record {
    /// The level, by the agreed end of the numbers.
    ///
    /// # Errors
    /// Not 1 to 5.
    pub fn level(&self, codes: Codes) -> Result<Level, BadRecord> {
        let n = self.satisfaction.trim().parse().ok();
        n.and_then(|n| codes.into_level(n))
            .ok_or_else(|| bad("satisfaction", "满意度须为 1–5", "satisfaction is 1 to 5"))
    }
    /// The channel.
    ///
    /// # Errors
    /// A code that is not known.
    pub fn channel(&self) -> Result<RateChannel, BadRecord> {
        RateChannel::read_code(&self.pf).ok_or_else(|| bad("pf", "评价渠道须为 1–8", "the channel is 1 to 8"))
    }
    /// First or second rating.
    ///
    /// # Errors
    /// Neither 1 nor 2; empty counts as 1.
    pub fn times(&self) -> Result<i64, BadRecord> {
        match self.assess_number.trim() {
            "" | "1" => Ok(1),
            "2" => Ok(2),
            _ => Err(bad("assessNumber", "评价次数为 1（首次）或 2（二次）", "1 (first) or 2 (second)")),
        }
    }
    /// When it was given.
    ///
    /// # Errors
    /// Not a time.
    pub fn assessed(&self) -> Result<Moment, BadRecord> {
        self.assess_time.parse().map_err(|_| {
            bad("assessTime", "评价时间格式为 yyyy-MM-dd HH:mm:ss", "the time is yyyy-MM-dd HH:mm:ss")
        })
    }
    /// When the service was given: accepted, else when it was rated.
    ///
    /// # Errors
    /// Not a time.
    pub fn served(&self) -> Result<Moment, BadRecord> {
        if self.accept_date.trim().is_empty() {
            return self.assessed();
        }
        self.accept_date.parse().map_err(|_| {
            bad("acceptDate", "受理时间格式为 yyyy-MM-dd HH:mm:ss", "the time is yyyy-MM-dd HH:mm:ss")
        })
    }
    /// The service it is about.
    ///
    /// # Errors
    /// Empty or longer than 50 characters.
    pub fn service(&self) -> Result<&str, BadRecord> {
        let no = self.project_no.trim();
        if no.is_empty() || no.chars().count() > 50 {
            return Err(bad(
                "projectNo",
                "须有办件编号（1–50 字符）：一次服务一次评价",
                "a project number of 1 to 50 characters is needed: one service, one rating",
            ));
        }
        Ok(no)
    }
    /// The reasons; codes that are not known are left out.
    pub fn reasons(&self) -> Vec<&'static str> {
        let mut all: Vec<_> = self
            .eval_detail
            .split([',', '\u{ff0c}'])
            .filter_map(|c| REASONS.iter().find(|r| r.code == c.trim()).map(|r| r.code))
            .collect();
        all.dedup();
        all
    }
    /// Writes level, channel and times as that system wants them.
    #[must_use]
    pub fn with(mut self, codes: Codes, level: Level, channel: RateChannel, at: Moment, times: i64) -> Self {
        self.satisfaction = codes.out(level).to_string();
        channel.code().clone_into(&mut self.pf);
        self.assess_time = stamp(at);
        self.assess_number = times.to_string();
        self
    }
}

/// A share with how sure it is (Wilson, 95 %).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// the share, 0–1
    pub share: f64,
    /// lower end
    pub low: f64,
    /// upper end
    pub high: f64,
    /// among so many
    pub of: u64,
}

/// The share `good` of `of` with its interval; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of ratings")]
pub fn wilson(good: u64, of: u64) -> Option<Interval> {
    if of == 0 {
        return None;
    }
    let (n, p) = (of as f64, good.min(of) as f64 / of as f64);
    let z = 1.959_963_984_540_054_f64;
    let mid = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Some(Interval {
        share: p,
        low: ((mid - half) / scale).max(0.0),
        high: ((mid + half) / scale).min(1.0),
        of,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_run_both_ways_and_come_back() {
        for convention in [Convention::FiveBest, Convention::OneBest] {
            let codes = Codes { convention };
            for level in LEVELS {
                assert_eq!(codes.into_level(codes.out(level)), Some(level));
            }
            assert_eq!((codes.into_level(0), codes.into_level(6)), (None, None));
        }
        // STANDARDS 2.1: 1–5, 5 is best; the other end exists too.
        let (five, one) =
            (Codes { convention: Convention::FiveBest }, Codes { convention: Convention::OneBest });
        assert_eq!((five.out(Level::VerySatisfied), one.out(Level::VerySatisfied)), (5, 1));
        assert_eq!((five.out(Level::VeryDissatisfied), one.out(Level::VeryDissatisfied)), (1, 5));
        assert_eq!(five.into_level(2), Some(Level::Dissatisfied));
        assert_eq!(one.into_level(2), Some(Level::Satisfied));
        assert!(LEVELS.iter().filter(|l| l.is_bad()).count() == 2);
    }

    #[test]
    fn a_record_is_read_as_the_interface_writes_it() {
        let json = r#"{"areaCode":"430602","projectNo":"P-1","satisfaction":"1","pf":"4","evalDetail":"103, 999,101",
            "assessTime":"2026-03-02 09:30:00","assessNumber":"2","certkeyGOV":"111","userProp":"1"}"#;
        let r: Record = serde_json::from_str(json).unwrap();
        let codes = Codes { convention: Convention::FiveBest };
        assert_eq!(r.level(codes).unwrap(), Level::VeryDissatisfied);
        assert_eq!((r.channel().unwrap(), r.times().unwrap()), (RateChannel::Tablet, 2));
        assert_eq!(r.reasons(), ["103", "101"]);
        assert_eq!(r.served().unwrap(), r.assessed().unwrap());
        assert_eq!(stamp(r.assessed().unwrap()), "2026-03-02 09:30:00");
        let back: serde_json::Value = serde_json::to_value(&r).unwrap();
        assert_eq!(back["certkeyGOV"], "111");
        let out = Record::default().with(codes, Level::Basically, RateChannel::Qr, r.assessed().unwrap(), 1);
        assert_eq!((out.satisfaction.as_str(), out.pf.as_str()), ("3", "3"));
        assert_eq!(
            Record { satisfaction: "9".into(), ..r.clone() }.level(codes).unwrap_err().field,
            "satisfaction"
        );
        assert_eq!(Record { project_no: " ".into(), ..r }.service().unwrap_err().field, "projectNo");
        assert!(serde_json::from_str::<Record>(r#"{"level":1}"#).is_err(), "unknown fields are told");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_narrows(good in 0u64..500, more in 0u64..500) {
            let of = good + more;
            prop_assume!(of > 0);
            let i = wilson(good, of).unwrap();
            prop_assert!(0.0 <= i.low && i.low <= i.share + 1e-12 && i.share <= i.high + 1e-12 && i.high <= 1.0);
            let j = wilson(good * 10, of * 10).unwrap();
            prop_assert!(j.high - j.low < i.high - i.low + 1e-12);
        }
    }

    #[test]
    fn three_of_three_says_little() {
        let i = wilson(3, 3).unwrap();
        assert!((i.low - 0.4385).abs() < 0.001, "{i:?}");
        assert_eq!(wilson(0, 0), None);
    }
}
