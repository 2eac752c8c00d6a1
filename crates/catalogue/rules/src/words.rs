//! 词: the closed lists of the catalogue, each with its code word and its Chinese word, and the way every value
//! is written in one spreadsheet cell. Must not know any interface's numbers: those are in `interfaces`.

use kernel::{Date, RegionCode, Said};

/// A value that fits one cell of a spreadsheet and comes back unchanged.
pub trait Cell: Sized {
    /// As a person reads it in Chinese.
    fn show(&self) -> String;
    /// Reads what [`Cell::show`] wrote; surrounding blanks are cut.
    ///
    /// # Errors
    /// A sentence that says what would be accepted.
    fn read(text: &str) -> Result<Self, Said>;
    /// What was decided when `text` was read as this value, where the text leaves something open: for the answer, in
    /// both languages.
    fn taken_as(&self, _text: &str) -> Option<String> {
        None
    }
    /// The values there are, as they are shown, where they are a closed list; with an empty one where none may stand.
    fn choices() -> Vec<&'static str> {
        Vec::new()
    }
    /// Are there several of them, one a line?
    const LIST: bool = false;
}

/// At most this much of a wrong value is repeated in a message, in characters.
const ECHO_CHARS: usize = 40;

pub(crate) fn echo(text: &str) -> String {
    text.chars().take(ECHO_CHARS).collect()
}

/// Words behind that of a list that say what it is of.
const BEHIND: [&str; 6] = ["", "事项", "类", "件", "级", "办理"];

macro_rules! words {
    ($($(#[$doc:meta])* $Name:ident { $($(#[$vdoc:meta])* $Var:ident $word:literal $zh:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $Name {
            $(#[doc = $zh] $(#[$vdoc])* #[serde(rename = $word)] $Var),+
        }
        impl $Name {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$Var),+];
            /// The code word, as in JSON.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$Var => $word),+ }
            }
            /// The Chinese word, as on a page and in a spreadsheet.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$Var => $zh),+ }
            }
            /// The only one of which `text` is the beginning, or that is the beginning of `text` but for a word for what it is:
            /// 即办 for 即办件, 行政许可事项 for 行政许可.
            fn nearly(text: &str) -> Option<Self> {
                let plain: String =
                    text.chars().map(tabular::when::half_width).filter(|c| !c.is_whitespace()).collect();
                if plain.chars().count() < 2 {
                    return None;
                }
                let fits = |v: &&Self| {
                    v.zh().starts_with(&plain) || plain.strip_prefix(v.zh()).is_some_and(|rest| BEHIND.contains(&rest))
                };
                let mut all = Self::ALL.iter().filter(fits);
                all.next().copied().filter(|_| all.next().is_none())
            }
        }
        impl Cell for $Name {
            fn show(&self) -> String {
                self.zh().to_owned()
            }
            fn read(text: &str) -> Result<Self, Said> {
                let text = text.trim();
                let exact = Self::ALL.iter().copied().find(|v| v.zh() == text || v.word() == text);
                exact.or_else(|| Self::nearly(text)).ok_or_else(|| {
                    let zh: Vec<_> = Self::ALL.iter().map(|v| v.zh()).collect();
                    let en: Vec<_> = Self::ALL.iter().map(|v| v.word()).collect();
                    Said::new(
                        format!("没有“{}”这一项，请填：{}", echo(text), zh.join("、")),
                        format!("no such value {:?}; write one of: {}", echo(text), en.join(", ")),
                    )
                })
            }
            fn choices() -> Vec<&'static str> {
                Self::ALL.iter().map(|v| v.zh()).collect()
            }
        }
    )+};
}

words! {
    /// 事项类型 (GB/T 39046 A.1)
    ItemKind {
        Power "power" "行政权力事项", Licence "licence" "行政许可", Penalty "penalty" "行政处罚",
        Coercion "coercion" "行政强制", Levy "levy" "行政征收", Grant "grant" "行政给付",
        Inspection "inspection" "行政检查", Confirmation "confirmation" "行政确认", Award "award" "行政奖励",
        Ruling "ruling" "行政裁决", Other "other" "其他类别事项", PublicService "public_service" "公共服务事项",
    }
    /// 行使层级 (A.2)
    Level {
        National "national" "国家级", Province "province" "省级", City "city" "市级", County "county" "县级",
        Township "township" "镇（乡、街道）级", Village "village" "村（社区）级", Graded "graded" "分级管理",
    }
    /// 实施主体性质 (A.3)
    BodyNature {
        Statutory "statutory" "法定机关", Authorised "authorised" "授权组织", Entrusted "entrusted" "受委托组织",
        Other "other" "其他",
    }
    /// 服务对象 (A.4)
    Audience {
        Person "person" "自然人", Company "company" "企业法人", Institution "institution" "事业法人",
        Association "association" "社会组织法人", Agency "agency" "行政机关", Other "other" "其他组织",
    }
    /// 办理形式 (A.5) and the further ways that offices offer
    Channel {
        Window "window" "窗口办理", Web "web" "电脑端网上办理", Mobile "mobile" "移动端网上申请",
        Post "post" "快递申请", Terminal "terminal" "自助终端办理", Door "door" "上门办理", Other "other" "其他",
    }
    /// 办件类型 (A.6)
    Handling { AtOnce "at_once" "即办件", Promised "promised" "承诺件", Other "other" "其他" }
    /// 时限单位
    LimitUnit { WorkDay "work_day" "个工作日", Day "day" "个自然日", Hour "hour" "小时", Month "month" "个月" }
    /// 网上办理深度 I–IV
    Depth {
        /// information only
        I "1" "Ⅰ级", II "2" "Ⅱ级", III "3" "Ⅲ级",
        /// wholly online, no visit
        IV "4" "Ⅳ级",
    }
    /// 通办范围
    Scope {
        Local "local" "本地", CrossCounty "cross_county" "跨县", CrossCity "cross_city" "跨市",
        CrossProvince "cross_province" "跨省", Nation "nation" "全国",
    }
    /// 环节类型
    StepKind {
        Receive "receive" "收件", Accept "accept" "受理", Review "review" "审查", Survey "survey" "现场勘查",
        Special "special" "特别程序", Decide "decide" "决定", Issue "issue" "制证", Deliver "deliver" "送达",
        Other "other" "其他",
    }
    /// 材料必要性
    Need { Required "required" "必要", Optional "optional" "非必要", Deferrable "deferrable" "容缺后补" }
    /// 来源渠道
    Source {
        Applicant "applicant" "申请人自备", Government "government" "政府部门核发", Agent "agent" "中介机构或法定机构产生",
        Other "other" "其他",
    }
    /// 材料形式
    Medium { Paper "paper" "纸质", Electronic "electronic" "电子", Either "either" "纸质或电子" }
    /// 材料类型
    Paper { Certificate "certificate" "证件证书证明", Form "form" "申请表格文书", Other "other" "其他" }
    /// 结果类型
    ResultKind { Certificate "certificate" "出证办结", NoCertificate "no_certificate" "无需出证办结", Other "other" "其他" }
    /// 事项状态
    ItemState { Draft "draft" "草稿", InForce "in_force" "在用", Suspended "suspended" "暂停", Cancelled "cancelled" "取消" }
    /// 满意度 (one meaning everywhere; the numbers of interfaces differ, see `interfaces`)
    Satisfaction {
        VeryGood "very_good" "非常满意", Good "good" "满意", Fair "fair" "基本满意", Bad "bad" "不满意",
        VeryBad "very_bad" "非常不满意",
    }
    /// 评价渠道
    RatingChannel {
        Web "web" "PC端", Mobile "mobile" "移动端", Qr "qr" "二维码", Tablet "tablet" "政务大厅平板电脑",
        Terminal "terminal" "政务大厅其他终端", Telephone "telephone" "电话", Sms "sms" "短信",
        /// counted apart, never in the active rate
        Defaulted "defaulted" "系统默认评价",
    }
}

impl Satisfaction {
    /// 差评: the two worst levels.
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Bad | Self::VeryBad)
    }
}

impl Cell for String {
    fn show(&self) -> String {
        self.clone()
    }
    fn read(text: &str) -> Result<Self, Said> {
        Ok(text.trim().to_owned())
    }
}

impl Cell for bool {
    fn show(&self) -> String {
        if *self { "是" } else { "否" }.to_owned()
    }
    fn read(text: &str) -> Result<Self, Said> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(false);
        }
        tabular::value::yes_no(text).ok_or_else(|| {
            Said::new(
                format!("“{}”不是“是”或“否”", echo(text)),
                format!("{:?} is neither 是 (yes) nor 否 (no)", echo(text)),
            )
        })
    }
    fn taken_as(&self, text: &str) -> Option<String> {
        // A note behind the word stands nowhere else: 是（每本120元）.
        let noted = text.contains(['（', '(', '，', ',', '；', ';', '：', ':']);
        noted.then(|| format!("{} / {self}", self.show()))
    }
    fn choices() -> Vec<&'static str> {
        vec!["是", "否"]
    }
}

macro_rules! number_cells {
    ($($T:ty)+) => {$(
        impl Cell for $T {
            fn show(&self) -> String {
                self.to_string()
            }
            fn read(text: &str) -> Result<Self, Said> {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(0);
                }
                let read = text.parse().ok().or_else(|| tabular::value::at_most(text)?.0.try_into().ok());
                read.ok_or_else(|| Said::new(
                    format!("“{}”不是 0 到 {} 的整数", echo(text), <$T>::MAX),
                    format!("{:?} is not a whole number from 0 to {}", echo(text), <$T>::MAX),
                ))
            }
            fn taken_as(&self, text: &str) -> Option<String> {
                let decided = tabular::value::at_most(text)?.1;
                decided.then(|| format!("{self}（取最多的） / {self} (the most)"))
            }
        }
    )+};
}
number_cells!(u8 u16 u32 u64);

impl<T: Cell> Cell for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map(T::show).unwrap_or_default()
    }
    fn read(text: &str) -> Result<Self, Said> {
        if text.trim().is_empty() { Ok(None) } else { T::read(text).map(Some) }
    }
    fn taken_as(&self, text: &str) -> Option<String> {
        self.as_ref().and_then(|value| value.taken_as(text))
    }
    fn choices() -> Vec<&'static str> {
        let all = T::choices();
        if all.is_empty() { all } else { [""].into_iter().chain(all).collect() }
    }
}

/// A list is one line for each element.
impl<T: Cell> Cell for Vec<T> {
    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join("\n")
    }
    fn read(text: &str) -> Result<Self, Said> {
        text.lines().filter(|l| !l.trim().is_empty()).map(T::read).collect()
    }
    fn choices() -> Vec<&'static str> {
        T::choices()
    }
    const LIST: bool = true;
}

impl Cell for RegionCode {
    fn show(&self) -> String {
        self.to_string()
    }
    fn read(text: &str) -> Result<Self, Said> {
        text.parse().map_err(|_| {
            Said::new(
                format!("“{}”不是区划代码（2、4、6、9、12 位数字）", echo(text)),
                format!("{:?} is not a division code (2, 4, 6, 9 or 12 digits)", echo(text)),
            )
        })
    }
}

impl Cell for Date {
    fn show(&self) -> String {
        self.to_string()
    }
    fn read(text: &str) -> Result<Self, Said> {
        let text = text.trim();
        let read = || match tabular::when::read(text, tabular::BEIJING_S, None) {
            tabular::when::Reading::Time { us, .. } => Some(kernel::Moment::from_us(us).date()),
            _ => None,
        };
        text.parse().ok().or_else(read).ok_or_else(|| {
            Said::new(
                format!("“{}”不是日期，请写成 2026-05-31", echo(text)),
                format!("{:?} is not a date; write 2026-05-31", echo(text)),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_in_both_languages() {
        for k in ItemKind::ALL {
            assert_eq!(ItemKind::read(k.zh()), Ok(*k));
            assert_eq!(ItemKind::read(k.word()), Ok(*k));
        }
        let refused = Need::read("必须").unwrap_err();
        assert!(refused.zh.contains("必要、非必要、容缺后补"), "{refused}");
        assert!(bool::read("也许").is_err() && u8::read("256").is_err() && u8::read("-1").is_err());
        assert_eq!(
            Vec::<Audience>::read("自然人\n企业法人\n").unwrap(),
            [Audience::Person, Audience::Company]
        );
        assert_eq!(Option::<Depth>::read(" ").unwrap(), None);
        assert_eq!(ItemKind::read("行政许可事项"), Ok(ItemKind::Licence));
        assert_eq!(
            (Handling::read("即办"), Handling::read("承诺")),
            (Ok(Handling::AtOnce), Ok(Handling::Promised))
        );
        assert!(Audience::read("自然人、企业法人").is_err() && Level::read("级").is_err());
        let day = Date::read("2026-01-01");
        for text in ["2026年1月1日", "2026/1/1", "46023", "20260101", "２０２６－０１－０１"] {
            assert_eq!(Date::read(text), day, "{text}");
        }
        assert!(Date::read("01/02/2026").is_err() && Date::read("无").is_err());
    }
}
