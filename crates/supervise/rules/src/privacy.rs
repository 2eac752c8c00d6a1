//! 公开前的个人信息检查: names after titles, numbers of identity cards, phones, bank cards, plates, addresses to
//! the door. Finds and covers; a person decides. Row P5, R13.

use kernel::Said;

/// What kind of personal data it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 居民身份证号
    Identity,
    /// 电话号码
    Phone,
    /// 银行卡号等长数字
    LongNumber,
    /// 车牌
    Plate,
    /// 门牌住址
    Address,
    /// 姓名
    Name,
    /// 电子邮箱
    Mail,
}

impl Kind {
    /// For people.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Identity => "身份证号",
            Self::Phone => "电话号码",
            Self::LongNumber => "长数字（卡号）",
            Self::Plate => "车牌",
            Self::Address => "门牌住址",
            Self::Name => "姓名",
            Self::Mail => "电子邮箱",
        }
    }
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Identity => "Identity number",
            Self::Phone => "Phone number",
            Self::LongNumber => "Long number",
            Self::Plate => "Number plate",
            Self::Address => "Address",
            Self::Name => "Name",
            Self::Mail => "E-mail",
        }
    }
}

/// One finding: characters `from..to` of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Private {
    /// what it looks like
    pub kind: Kind,
    /// first character
    pub from: usize,
    /// behind the last
    pub to: usize,
    /// the words
    pub text: String,
}

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
/// Words that follow a name.
const TITLES: [&str; 12] =
    ["先生", "女士", "同志", "师傅", "大爷", "大妈", "老人", "反映", "来电", "投诉", "同学", "阿姨"];
/// Words that come before a name.
const BEFORE: [&str; 7] = ["群众", "市民", "业主", "村民", "居民", "联系人", "姓名"];

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&c)
}

/// What in a text looks like personal data, in the order of the text.
pub fn private(text: &str) -> Vec<Private> {
    let t: Vec<char> = text.chars().collect();
    let mut out: Vec<Private> = Vec::new();
    let mut put = |kind, from: usize, to: usize| {
        out.push(Private { kind, from, to, text: t[from..to].iter().collect() });
    };
    numbers(&t, &mut put);
    plates(&t, &mut put);
    addresses(&t, &mut put);
    names(&t, &mut put);
    mails(&t, &mut put);
    out.sort_by_key(|p| (p.from, std::cmp::Reverse(p.to)));
    // What lies inside of something found is told once.
    let mut end = 0;
    out.retain(|p| {
        let keep = p.from >= end;
        end = end.max(p.to);
        keep
    });
    out
}

type Put<'a> = dyn FnMut(Kind, usize, usize) + 'a;

fn numbers(t: &[char], put: &mut Put<'_>) {
    let mut i = 0;
    while i < t.len() {
        if !is_digit(t[i]) {
            i += 1;
            continue;
        }
        let start = i;
        let mut digits = 0;
        // Blanks and hyphens inside of a number do not end it.
        while i < t.len()
            && (is_digit(t[i]) || (matches!(t[i], '-' | ' ') && t.get(i + 1).is_some_and(|c| is_digit(*c))))
        {
            digits += usize::from(is_digit(t[i]));
            i += 1;
        }
        let x = digits == 17 && t.get(i).is_some_and(|c| matches!(c, 'x' | 'X'));
        i += usize::from(x);
        let first = t[start];
        match digits {
            18 => put(Kind::Identity, start, i),
            17 if x => put(Kind::Identity, start, i),
            11 if matches!(first, '1' | '0' | '\u{ff11}' | '\u{ff10}') => put(Kind::Phone, start, i),
            10 | 12 if matches!(first, '0' | '\u{ff10}') => put(Kind::Phone, start, i),
            7 | 8 if before(t, start, &["电话", "手机", "热线", "拨打"]) => {
                put(Kind::Phone, start, i);
            }
            13..=25 => put(Kind::LongNumber, start, i),
            _ => {}
        }
    }
}

/// Does one of these words stand in the six characters before?
fn before(t: &[char], at: usize, words: &[&str]) -> bool {
    let text: String = t[at.saturating_sub(6)..at].iter().collect();
    words.iter().any(|w| text.contains(w))
}

fn plates(t: &[char], put: &mut Put<'_>) {
    for i in 0..t.len().saturating_sub(6) {
        if !PROVINCES.contains(t[i]) || !t[i + 1].is_ascii_uppercase() {
            continue;
        }
        let dot = usize::from(matches!(t[i + 2], '·' | ' ' | '-'));
        let tail = |n: usize| {
            let part = t.get(i + 2 + dot..i + 2 + dot + n);
            part.is_some_and(|p| {
                p.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
                    && p.iter().any(char::is_ascii_digit)
            })
        };
        if let Some(n) = [6, 5].into_iter().find(|n| tail(*n)) {
            put(Kind::Plate, i, i + 2 + dot + n);
        }
    }
}

/// A home: a room (室, 户, 单元, 3栋502), or the number of a house in a village or lane, where one family lives. A
/// street with its number, or a building alone, is a place that many share.
fn addresses(t: &[char], put: &mut Put<'_>) {
    let number = |c: char| is_digit(c) || "一二三四五六七八九十".contains(c);
    let mut at = 0;
    while at < t.len() {
        let i = at;
        at += 1;
        let door = matches!(t[i], '号' | '室' | '户' | '栋' | '幢' | '座' | '楼');
        if !door || i == 0 || !number(t[i - 1]) {
            continue;
        }
        // A street, village, estate or building within twelve characters before makes it an address.
        let start = i.saturating_sub(12);
        let Some(street) = (start..i).find(|j| "路街道巷弄村组区苑园庄城里".contains(t[*j]))
        else {
            continue;
        };
        let mut to = i + 1;
        while to < t.len() && (number(t[to]) || "号室户栋幢座楼单元层-".contains(t[to])) {
            to += 1;
        }
        at = to;
        let digits = (i..to).rev().take_while(|j| is_digit(t[*j]) || t[*j] == '-').count();
        let room = t[i..to].iter().any(|c| matches!(c, '室' | '户' | '单')) || digits >= 3;
        let house = t[i] == '号'
            && t.get(i + 1) != Some(&'楼')
            && t[street..i].iter().any(|c| "巷弄村组庄里".contains(*c));
        if room || house {
            let from = (start..=street)
                .find(|j| !"在位于住到从\u{ff0c}。\u{ff1b}、，； ".contains(t[*j]))
                .unwrap_or(street);
            put(Kind::Address, from, to);
        }
    }
}

fn names(t: &[char], put: &mut Put<'_>) {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let starts = |at: usize, words: &[&str]| {
        words.iter().any(|w| w.chars().enumerate().all(|(k, c)| t.get(at + k) == Some(&c)))
    };
    for i in 0..t.len() {
        if !SURNAMES.contains(t[i]) {
            continue;
        }
        // A surname followed by 某 or stars is covered already.
        if t.get(i + 1).is_some_and(|c| matches!(c, '某' | '*' | '\u{ff0a}' | '×' | 'x')) {
            continue;
        }
        let after = [3, 2]
            .into_iter()
            .find(|n| t.get(i..i + n).is_some_and(|p| p.iter().all(|c| han(*c))) && starts(i + n, &TITLES));
        // 王女士 names nobody; a given name does.
        if let Some(n) = after {
            put(Kind::Name, i, i + n);
            continue;
        }
        let led = BEFORE.iter().any(|w| {
            let n = w.chars().count();
            let colon = usize::from(i > 0 && matches!(t[i - 1], ':' | '\u{ff1a}'));
            i >= n + colon && starts(i - n - colon, &[w])
        });
        if led {
            let end = (i + 1..t.len().min(i + 3)).take_while(|j| han(t[*j])).last().map_or(i + 1, |j| j + 1);
            if end > i + 1 && !starts(i + 1, &TITLES) {
                put(Kind::Name, i, end);
            }
        }
    }
}

fn mails(t: &[char], put: &mut Put<'_>) {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
    for i in 0..t.len() {
        if t[i] != '@' {
            continue;
        }
        let from = (0..i).rev().take_while(|j| part(t[*j])).last().unwrap_or(i);
        let to = (i + 1..t.len()).take_while(|j| part(t[*j])).last().map_or(i, |j| j + 1);
        if from < i && to > i + 2 {
            put(Kind::Mail, from, to);
        }
    }
}

/// The text with everything found covered: the first character of a name and the last two digits stay.
pub fn cover(text: &str) -> String {
    let mut t: Vec<char> = text.chars().collect();
    for p in private(text) {
        let keep = match p.kind {
            Kind::Name => p.from + 1..p.to,
            Kind::Identity | Kind::Phone | Kind::LongNumber => p.from..p.to - 2,
            _ => p.from..p.to,
        };
        for c in &mut t[keep] {
            *c = '*';
        }
    }
    t.into_iter().collect()
}

/// Why a text for many readers cannot go out as it is; none when nothing in it looks like personal data.
pub fn refusal(text: &str) -> Option<Said> {
    let found = private(text).into_iter().next()?;
    Some(Said::new(
        format!("仍含疑似{}：“{}”，请遮盖后再提交", found.kind.zh(), found.text),
        format!("still holds what looks like {}: “{}”; cover it first", found.kind.en(), found.text),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(Kind, String)> {
        private(text).into_iter().map(|p| (p.kind, p.text)).collect()
    }

    #[test]
    fn what_must_not_be_published_is_found() {
        let one = |text: &str, kind: Kind, found: &str| {
            assert_eq!(kinds(text), [(kind, found.to_owned())], "{text}");
        };
        one("身份证430602198001011234", Kind::Identity, "430602198001011234");
        one("证件号43060219800101123X。", Kind::Identity, "43060219800101123X");
        one("请拨打138 0000 1234联系", Kind::Phone, "138 0000 1234");
        one("电话：0730-8888123", Kind::Phone, "0730-8888123");
        one("卡号6222021234567890123", Kind::LongNumber, "6222021234567890123");
        one("车辆湘F·A1234违停", Kind::Plate, "湘F·A1234");
        one("新能源车湘FD12345占道", Kind::Plate, "湘FD12345");
        one("群众王小明来电", Kind::Name, "王小明");
        one("张建国先生称", Kind::Name, "张建国");
        one("联系人：李芳", Kind::Name, "李芳");
        one("发到zhang.san@example.com即可", Kind::Mail, "zhang.san@example.com");
        let found = kinds("家住建设路12号3栋502室，漏水");
        assert!(found.iter().any(|(k, t)| *k == Kind::Address && t.contains("建设路12号")), "{found:?}");
    }

    #[test]
    fn a_home_is_personal_and_a_place_is_not() {
        for (text, home) in [
            ("松湖花园三号楼电梯坏了两个月", None),
            ("人民路12号政务大厅排队太久", None),
            ("幸福小区3栋门前积水", None),
            ("幸福小区3栋502漏水", Some("幸福小区3栋502")),
            ("幸福小区3号楼2单元502室漏水", Some("幸福小区3号楼2单元502室")),
            ("柳林村7组12号门口", Some("柳林村7组12号")),
            ("槐树巷5号", Some("槐树巷5号")),
        ] {
            let found: Vec<String> = private(text).into_iter().map(|p| p.text).collect();
            assert_eq!(found.first().map(String::as_str), home, "{text}");
        }
    }

    #[test]
    fn ordinary_sentences_are_left_alone() {
        for text in [
            "松湖花园三号楼电梯坏了两个月。",
            "经营范围无法登记，窗口说没有这个分类。",
            "2026年3月2日至3月9日共办理615件，最高163件。",
            "王女士称材料已经交了三次。",
            "群众廖某办理公司设立登记。",
            "依据国发〔2012〕30号文件办理。",
            "共转办120000条，要求5个工作日内办理。",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn covering_is_enough_and_keeps_the_length(text in "[群众王小明反映在建设路12号湘FA1234@.x0-9 ]{0,60}") {
            let covered = cover(&text);
            prop_assert_eq!(covered.chars().count(), text.chars().count());
            for p in private(&covered) {
                prop_assert!(!matches!(p.kind, Kind::Identity | Kind::Phone | Kind::LongNumber), "{} {:?}", covered, p);
            }
        }
    }
}
