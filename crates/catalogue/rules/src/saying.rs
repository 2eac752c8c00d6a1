//! 怎么说 (K3): what people type when they look for an item, against what items are called. First the words as they stand;
//! when no item has them, the everyday word for the matter; when that finds none either, names that share most of the
//! characters in their order. Must not know storage or pages.

use tabular::script::simplified;

/// What people say, several sayings with `|` between them; what names of items say for it: alternatives with `|` between them,
/// the parts of one with a space: all of them must be there.
#[rustfmt::skip]
pub const SAYINGS: &[(&str, &str)] = &[
    ("开饭馆|开饭店|开餐馆|开餐厅|开小吃店|餐饮店|卖早点|开奶茶店|卖吃的|外卖店", "食品经营|餐饮"),
    ("开店|开门面|做生意|个体户|摆摊|小店", "个体工商户|经营许可"),
    ("开公司|办公司|注册公司|成立公司|开厂|办企业|创业", "公司设立|企业设立|企业开办"),
    ("关店|关公司|注销公司|不干了", "注销"),
    ("改名字|换法人|变更地址", "变更"),
    ("营业执照|执照|工商登记", "设立登记|个体工商户|企业开办"),
    ("开酒店|开宾馆|开旅馆|民宿", "旅馆|特种行业|公共场所"),
    ("开理发店|开美容院|开澡堂|健身房|游泳馆", "公共场所卫生"),
    ("开网吧|开歌厅|ktv|酒吧", "娱乐场所|互联网上网"),
    ("开诊所|开药店|开医院", "医疗机构|药品经营"),
    ("开幼儿园|办学校|培训班", "民办学校|办学"),
    ("社保卡|补卡|医保卡", "社会保障卡"),
    ("交社保|断缴|社保补缴|个人交社保", "参保|社会保险"),
    ("失业金|失业了|没工作", "失业"),
    ("退休|养老金|领养老", "退休|养老"),
    ("工伤|上班受伤", "工伤"),
    ("看病报销|报销|外地看病|异地看病|异地就医", "报销|就医|医疗"),
    ("慢性病|特殊病|特病", "慢特病|门诊"),
    ("生孩子|生小孩|准生证|怀孕|二胎|三胎", "生育|出生"),
    ("上户口|落户|户口本|户口簿|报户口|新生儿", "出生登记|户口|落户"),
    ("迁户口|户口迁移", "户口|迁移"),
    ("身份证|换身份证|补身份证|身份证到期|身份证丢了", "居民身份证"),
    ("居住证|暂住证", "居住证"),
    ("护照|出国|港澳通行证|签证", "护照|出入境|通行证"),
    ("驾照|驾驶证|换驾照|考驾照", "驾驶证"),
    ("上牌|车牌|电动车|电瓶车", "电动自行车|机动车登记|号牌"),
    ("网约车|滴滴|跑出租", "网约车|网络预约|出租汽车"),
    ("货车|跑运输|运货", "道路货物|运输"),
    ("结婚|领证|结婚证", "结婚"),
    ("离婚|离婚证", "离婚"),
    ("低保|吃低保|困难补助", "最低生活保障|救助"),
    ("老人补贴|老年补贴|高龄|八十岁", "高龄"),
    ("残疾证|残疾人", "残疾人"),
    ("轮椅|助听器|假肢", "辅助器具"),
    ("当兵|退伍|老兵|军人", "退役军人"),
    ("房产证|不动产证|买房过户|过户|二手房|产权证", "不动产"),
    ("买房交税|契税|房子交税", "契税"),
    ("抵押|房子贷款", "抵押|贷款"),
    ("公积金|取公积金|提公积金", "住房公积金"),
    ("租房|廉租房|公租房|租房补贴|保障房", "公租房|租房"),
    ("盖房|建房|宅基地|翻建", "宅基地|规划许可|建房"),
    ("装修|开工|工地", "施工许可"),
    ("维修基金|修电梯|楼道漏水", "维修资金"),
    ("上学|入学|报名上学|孩子上学|小升初|转学", "入学|转学"),
    ("教师证|教资|教师资格证", "教师资格"),
    ("接水|装水|通水|自来水", "用水"),
    ("接电|装电|通电|增容", "用电"),
    ("接气|装气|天然气|煤气", "燃气"),
    ("打官司|请律师|没钱打官司", "法律援助"),
    ("种地补贴|种粮|粮补", "种粮"),
    ("环评|环保手续", "环评|环境影响"),
    ("排污", "排污"),
    ("烟证|卖烟", "烟草"),
    ("老人去世|死亡证明|火化|销户", "殡葬|死亡|注销户口"),
];

/// How a search may find: each only when the one before finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// the words as they stand
    Words,
    /// the everyday word for it
    Saying,
    /// most of the characters in their order
    Alike,
}

impl How {
    /// In their order.
    pub const ALL: [Self; 3] = [Self::Words, Self::Saying, Self::Alike];
}

/// Words of a search at most.
const WORDS_MAX: usize = 8;
/// Of the pairs of characters, at least so many percent must be in the name.
const ALIKE_PERCENT: usize = 60;

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    text: String,
    /// alternatives, each with its parts
    says: Vec<Vec<&'static str>>,
    pairs: Vec<String>,
}

/// Half-width, small letters, simplified characters.
fn folded(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(half).map(simplified).flat_map(char::to_lowercase).collect()
}

/// Marks and words that say nothing about the matter.
fn plain(text: &str) -> String {
    const EMPTY: [&str; 12] = [
        "我要",
        "我想",
        "怎么办理",
        "怎么办",
        "怎么",
        "如何",
        "办理",
        "在哪里",
        "哪里",
        "需要什么",
        "请问",
        "一下",
    ];
    let mut out: String = folded(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    for word in EMPTY {
        if out.trim() != word {
            out = out.replace(word, " ");
        }
    }
    out
}

fn says(word: &str) -> Vec<Vec<&'static str>> {
    let meant = |said: &str| word.contains(said) || (word.chars().count() > 1 && said.contains(word));
    SAYINGS
        .iter()
        .filter(|(said, _)| said.split('|').any(meant))
        .flat_map(|(_, names)| names.split('|').map(|n| n.split(' ').collect()))
        .collect()
}

impl Sought {
    /// What these words look for; nothing is asked by none.
    pub fn new(text: &str) -> Self {
        let word = |w: &str| {
            let all: Vec<char> = w.chars().collect();
            Word {
                text: w.to_owned(),
                says: says(w),
                pairs: all.windows(2).map(|p| p.iter().collect()).collect(),
            }
        };
        Self { words: plain(text).split_whitespace().take(WORDS_MAX).map(word).collect() }
    }
    /// Is nothing asked?
    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
    /// How well an item fits: smaller is better, none when not at all.
    pub fn rank(&self, how: How, name: &str, unit: &str, code: &str) -> Option<u32> {
        let mut worst = 0;
        for w in &self.words {
            worst = worst.max(w.rank(how, name, unit, code)?);
        }
        Some(worst)
    }
}

impl Word {
    fn rank(&self, how: How, name: &str, unit: &str, code: &str) -> Option<u32> {
        let w = self.text.as_str();
        let plain = match name.find(w) {
            Some(0) => Some(0),
            Some(_) => Some(1),
            None if starts_with(code, w) => Some(1),
            None if unit.contains(w) => Some(2),
            None if holds(code, w) => Some(3),
            None => None,
        };
        if plain.is_some() || how == How::Words {
            return plain;
        }
        if shortens(w, unit) {
            return Some(3);
        }
        // The earlier an alternative stands in the table, the nearer it is meant.
        let said = self.says.iter().position(|parts| parts.iter().all(|p| name.contains(p)));
        if let Some(at) = said {
            return Some(4 + u32::try_from(at).unwrap_or(u32::MAX));
        }
        if how == How::Saying || self.pairs.is_empty() {
            return None;
        }
        let there = self.pairs.iter().filter(|p| name.contains(p.as_str())).count();
        (there * 100 >= self.pairs.len() * ALIKE_PERCENT).then_some(200)
    }
}

/// 市监 for 市市场监督管理局: the characters of a short word stand in the name in their order.
fn shortens(word: &str, unit: &str) -> bool {
    let mut rest = unit.chars();
    (2..=4).contains(&word.chars().count()) && word.chars().all(|c| rest.any(|u| u == c))
}

/// Codes are written with capitals or small letters.
fn starts_with(code: &str, word: &str) -> bool {
    code.get(..word.len()).is_some_and(|c| c.eq_ignore_ascii_case(word))
}

fn holds(code: &str, word: &str) -> bool {
    code.len() >= word.len()
        && code.as_bytes().windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first<'a>(asked: &str, names: &[&'a str]) -> Option<&'a str> {
        let sought = Sought::new(asked);
        How::ALL.into_iter().find_map(|how| {
            let mut found: Vec<_> =
                names.iter().filter_map(|n| Some((sought.rank(how, n, "", "")?, n.len(), *n))).collect();
            found.sort_unstable();
            found.first().map(|f| f.2)
        })
    }

    #[test]
    fn people_find_what_they_call_otherwise() {
        let names = [
            "食品经营许可",
            "社会保障卡补办",
            "居民身份证换领",
            "出生登记（落户）",
            "生育登记",
            "不动产转移登记（买卖）",
            "租房提取住房公积金",
            "有限责任公司设立登记",
            "个体工商户设立登记",
            "机动车驾驶证期满换证",
            "职工正常退休申请",
        ];
        for (asked, found) in [
            ("开饭馆", "食品经营许可"),
            ("补社保卡", "社会保障卡补办"),
            ("社保卡", "社会保障卡补办"),
            ("换身份证", "居民身份证换领"),
            ("我要换身份证怎么办", "居民身份证换领"),
            ("公積金", "租房提取住房公积金"),
            ("房产证", "不动产转移登记（买卖）"),
            ("驾照", "机动车驾驶证期满换证"),
            ("公司设立", "有限责任公司设立登记"),
            ("开公司", "有限责任公司设立登记"),
            ("退休", "职工正常退休申请"),
            ("生孩子", "生育登记"),
            ("职工退休申请", "职工正常退休申请"),
        ] {
            assert_eq!(first(asked, &names), Some(found), "{asked}");
        }
        assert_eq!(first("飞船发射", &names), None);
        assert!(Sought::new(" ，。 ").is_empty());
        assert!(!Sought::new("怎么办").is_empty(), "what is asked is never nothing");
    }

    #[test]
    fn a_code_is_found_however_it_is_written() {
        let sought = Sought::new("11abc");
        assert_eq!(sought.rank(How::Words, "x", "", "11ABC0001"), Some(1));
        let unit = "云汀市市场监督管理局";
        assert_eq!(Sought::new("食品 市监").rank(How::Saying, "食品经营许可", unit, ""), Some(3));
        assert_eq!(Sought::new("食品 教育局").rank(How::Alike, "食品经营许可", unit, ""), None);
        assert_eq!(Sought::new("c00").rank(How::Words, "x", "", "11ABC0001"), Some(3));
    }

    #[test]
    fn the_table_has_no_empty_and_no_doubled_saying() {
        let mut seen = std::collections::BTreeSet::new();
        for (said, names) in SAYINGS {
            assert!(names.split('|').flat_map(|n| n.split(' ')).all(|p| p.chars().count() > 1), "{names}");
            for one in said.split('|') {
                assert!(one.chars().count() > 1 && seen.insert(one), "{one}");
                assert_eq!(folded(one), one);
            }
        }
    }
}
