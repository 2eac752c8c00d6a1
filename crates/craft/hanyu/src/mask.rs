//! 脱敏: personal data in free text covered before others may read it (X6). Numbers are found by form and check
//! sum; names only where the text says that a name follows, so a name in running text can stay: a reader who
//! must not see names is not shown free text. Must not know who reads.

use std::ops::Range;

use hashbrown::HashSet;
use serde::Serialize;
use tabular::plain;

mod door;
mod name;
mod number;
mod written;

/// What was covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// 身份证号
    Identity,
    /// 手机、电话
    Phone,
    /// 银行卡号
    BankCard,
    /// 车牌
    Plate,
    /// 电子邮箱
    Email,
    /// QQ、微信号
    Messenger,
    /// 护照、通行证号
    Passport,
    /// 姓名
    Name,
    /// 门牌: building, entrance and room, or a house in a village
    Door,
}

impl Personal {
    /// For people.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Identity => "身份证号",
            Self::Phone => "电话号码",
            Self::BankCard => "长数字（卡号）",
            Self::Plate => "车牌",
            Self::Email => "电子邮箱",
            Self::Messenger => "QQ、微信号",
            Self::Passport => "护照、通行证号",
            Self::Name => "姓名",
            Self::Door => "门牌住址",
        }
    }
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Identity => "identity number",
            Self::Phone => "phone number",
            Self::BankCard => "long number (card)",
            Self::Plate => "number plate",
            Self::Email => "e-mail address",
            Self::Messenger => "messenger account",
            Self::Passport => "passport number",
            Self::Name => "name",
            Self::Door => "home address",
        }
    }
}

/// One finding: its byte range in the text given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Byte range.
    pub at: Range<usize>,
    /// Kind.
    pub kind: Personal,
}

/// The most findings in one text.
pub const MAX_FOUND: usize = 10_000;

/// Units of a figure: 投资8000000元 is no telephone.
const UNITS: &str = "元件条人次户吨米平万亿个份家宗起项年倍页千";

/// Finds personal data. Sorted, without overlap.
pub fn find(text: &str) -> Vec<Found> {
    if !plain::is_plain(text) {
        let plain = plain::Plain::of(text);
        let back = |f: Found| Found { at: plain.back(f.at.start)..plain.back(f.at.end), kind: f.kind };
        return find(&plain.text).into_iter().map(back).collect();
    }
    let mut out = Vec::new();
    number::ascii_runs(text, &mut out);
    number::plates(text, &mut out);
    written::numbers(text, &mut out);
    name::names(text, &mut out);
    door::doors(text, &mut out);
    out.sort_by_key(|f| (f.at.start, std::cmp::Reverse(f.at.end)));
    // What overlaps is one finding as long as both: the tail of the second is not left open.
    let mut whole: Vec<Found> = Vec::with_capacity(out.len());
    for f in out {
        match whole.last_mut().filter(|last| f.at.start < last.at.end) {
            Some(last) => last.at.end = last.at.end.max(f.at.end),
            None => whole.push(f),
        }
    }
    whole.truncate(MAX_FOUND);
    whole
}

/// Everything that looks like personal data in a text for many readers, and the words of each.
pub fn told(text: &str) -> impl Iterator<Item = (Personal, &str)> {
    find(text).into_iter().filter_map(|f| Some((f.kind, text.get(f.at)?)))
}

/// Why a text for many readers cannot go out as it is; none when nothing in it looks like personal data.
pub fn refusal(text: &str) -> Option<kernel::Said> {
    let found = find(text).into_iter().next()?;
    let (zh, en, words) = (found.kind.zh(), found.kind.en(), text.get(found.at).unwrap_or_default());
    Some(kernel::Said::new(
        format!("仍含疑似{zh}：“{words}”，请遮盖后再提交"),
        format!("still holds what looks like a {en}: “{words}”; cover it first"),
    ))
}

/// Is this a word that may be shown alone, as a key word or a reason? Long numbers never are, whatever they are.
pub fn may_show(word: &str) -> bool {
    word.chars().filter(|c| plain::is_digit(*c)).count() < LONG_NUMBER && find(word).is_empty()
}

/// So many digits in one word are a number of somebody, not a word.
const LONG_NUMBER: usize = 6;

/// The words of a folded text that stand, anywhere in it, inside of personal data: none of them is shown as a key
/// word, a reason or the name of a topic.
pub fn covered_words<'t>(text: &str, tokens: impl IntoIterator<Item = (usize, &'t str)>) -> HashSet<&'t str> {
    let found = find(text);
    if found.is_empty() {
        return HashSet::new();
    }
    let inside = |start: usize, word: &str| {
        let i = found.partition_point(|f| f.at.end <= start);
        found.get(i).is_some_and(|f| f.at.start < start + word.len())
    };
    tokens.into_iter().filter(|(start, word)| inside(*start, word)).map(|(_, word)| word).collect()
}

/// How often what is left is looked through again before its digits are covered whole.
const PASSES: usize = 4;

/// The text with everything `find` finds covered by `*`; telephone and card numbers keep their ends so that
/// two of them can still be told apart, names keep the surname. What is left and its neighbours may look like somebody's
/// again (long rows of numbers): that is covered whole, until nothing is found. A row of groups that goes on after a few
/// passes loses all its digits at once: each pass would cover only one pair of hundreds.
pub fn mask(text: &str) -> String {
    masked(text).0
}

/// The same, and in how many passes.
fn masked(text: &str) -> (String, usize) {
    let mut out = cover(text, &find(text), kept_ends);
    let mut passes = 1;
    // Without digits and addresses only names are left, which end after a pass or two; the bound is for all texts.
    for last in [false, true] {
        for _ in 0..PASSES {
            let found = find(&out);
            if found.is_empty() {
                return (out, passes);
            }
            out = cover(&out, &found, |_, _| (0, 0));
            passes += 1;
        }
        if !last {
            let personal =
                |c: char| plain::is_digit(c) || plain::numeral(c).is_some() || matches!(c, '@' | '＠');
            out = out.chars().map(|c| if personal(c) { '*' } else { c }).collect();
        }
    }
    (out, passes)
}

/// How many characters of a finding of so many stay, before and behind.
fn kept_ends(kind: Personal, chars: usize) -> (usize, usize) {
    match kind {
        Personal::Identity => (3, 0),
        Personal::Phone => (3.min(chars / 3), if chars > 8 { 2 } else { 0 }),
        Personal::BankCard => (0, 4),
        Personal::Plate => (2, 0),
        Personal::Door => (0, 0),
        Personal::Name | Personal::Email | Personal::Messenger | Personal::Passport => (1, 0),
    }
}

fn cover(text: &str, found: &[Found], ends: impl Fn(Personal, usize) -> (usize, usize)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for f in found {
        out.push_str(&text[from..f.at.start]);
        let words = &text[f.at.clone()];
        let chars = words.chars().count();
        let (head, tail) = ends(f.kind, chars);
        out.extend(
            words.chars().enumerate().map(|(i, c)| if i < head || i + tail >= chars { c } else { '*' }),
        );
        from = f.at.end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_and_addresses_are_covered() {
        assert_eq!(mask("电话13800138000,座机0731-85550123。"), "电话138******00,座机073********23。");
        assert_eq!(mask("身份证11010519491231002X号"), "身份证110***************号");
        assert_eq!(mask("卡号4111 1111 1111 1111"), "卡号***************1111");
        assert_eq!(mask("湘A·12345停在门口"), "湘A******停在门口");
        assert_eq!(mask("邮箱abc.d@example.com谢谢"), "邮箱a****************谢谢");
        assert_eq!(mask("联系人:王小明,微信号abc123456"), "联系人:王**,微信号a********");
        assert_eq!(mask("信用代码91330100799655058B公司"), "信用代码91330100799655058B公司");
        assert_eq!(mask("卡号６２２２０２１２３４５６７８９０１２３"), "卡号***************０１２３");
        assert_eq!(mask("身份证430101 19900307 123X号"), "身份证430*****************号");
        assert_eq!(mask("手机１３８－００１３－８０００"), "手机１３８********００");
        assert_eq!(mask("住翠湖小区3栋2单元502室"), "住翠湖小区*********");
        assert_eq!(mask("业主王小明反映"), "业主王**反映");
        assert_eq!(mask("市民方便办事，业主高度关注"), "市民方便办事，业主高度关注");
        let kept = "2019年5月3日,收取1200元,物业费20190503,热线12345。件号4306-2026-0000001，时间20261127100000，幸福路12号，政务中心三楼。";
        assert_eq!(mask(kept), kept);
    }

    #[test]
    fn what_must_not_be_published_is_found() {
        for (text, kind, found) in [
            ("身份证430602198001011234", Personal::Identity, "430602198001011234"),
            ("证件号43060219800101123X。", Personal::Identity, "43060219800101123X"),
            ("请拨打138 0000 1234联系", Personal::Phone, "138 0000 1234"),
            ("电话：0730-8888123", Personal::Phone, "0730-8888123"),
            ("卡号6222021234567890123", Personal::BankCard, "6222021234567890123"),
            ("车辆湘F·A1234违停", Personal::Plate, "湘F·A1234"),
            ("新能源车湘FD12345占道", Personal::Plate, "湘FD12345"),
            ("群众王小明来电", Personal::Name, "王小明"),
            ("张建国先生称", Personal::Name, "张建国"),
            ("联系人：李芳", Personal::Name, "李芳"),
            ("发到zhang.san@example.com即可", Personal::Email, "zhang.san@example.com"),
            ("家住建设路12号3栋502室，漏水", Personal::Door, "12号3栋502室"),
        ] {
            assert_eq!(told(text).collect::<Vec<_>>(), [(kind, found)], "{text}");
        }
    }

    #[test]
    fn a_home_is_personal_and_a_place_is_not() {
        for (text, home) in [
            ("松湖花园三号楼电梯坏了两个月", None),
            ("人民路12号政务大厅排队太久", None),
            ("幸福小区3栋门前积水", None),
            ("政务大厅里3号窗口没人", None),
            ("村里2号线站口积水", None),
            ("幸福小区3栋502漏水", Some("3栋502")),
            ("幸福小区3号楼2单元502室漏水", Some("3号楼2单元502室")),
            ("柳林村7组12号门口", Some("7组12号")),
            ("槐树巷5号", Some("5号")),
        ] {
            assert_eq!(told(text).next().map(|f| f.1), home, "{text}");
        }
    }

    #[test]
    fn ordinary_sentences_are_left_alone() {
        for text in [
            "经营范围无法登记，窗口说没有这个分类。",
            "2026年3月2日至3月9日共办理615件，最高163件。",
            "王女士称材料已经交了三次。",
            "群众廖某办理公司设立登记。",
            "群众廖某反映窗口推诿。",
            "联系人：王某某，李某先生",
            "依据国发〔2012〕30号文件办理。",
            "共转办120000条，要求5个工作日内办理，投资8000000元。",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn a_long_row_of_groups_is_covered_in_a_few_passes() {
        for text in
            ["13800 138000 ".repeat(60), "１３８００ １３８０００ ".repeat(60), "6222 02 ".repeat(2_000)]
        {
            let (covered, passes) = masked(&text);
            assert_eq!(find(&covered), [], "{covered}");
            assert!(passes <= 2 * PASSES, "{passes}");
            assert_eq!(covered.chars().count(), text.chars().count());
        }
        let (_, passes) = masked("电话13800138000,座机0731-85550123。");
        assert_eq!(passes, 1, "an ordinary text is looked through once more and is done");
    }

    proptest! {
        #[test]
        fn rows_of_groups_end(
            groups in prop::collection::vec("[0-9０-９]{1,7}|微信[a-z]{3,6}|村民王小|a@b.cn|湘A", 0..120),
            mark in prop_oneof![Just(" "), Just("-"), Just("")],
        ) {
            let (covered, passes) = masked(&groups.join(mark));
            prop_assert_eq!(find(&covered), [], "{}", covered);
            prop_assert!(passes <= 2 * PASSES);
        }
        #[test]
        fn covering_once_is_enough(text in "[群众王小明反映在建设路村组12号栋室湘FA1234@.xX0-9０-９ ]{0,60}") {
            let covered = mask(&text);
            prop_assert_eq!(find(&covered), [], "{}", covered);
        }
        #[test]
        fn masking_keeps_length_and_never_panics(s in "[0-9０-９湘AX@. 王先生联系人:栋单元室😀-]{0,60}") {
            let m = mask(&s);
            prop_assert_eq!(m.chars().count(), s.chars().count());
            for f in find(&s) { prop_assert!(s.get(f.at).is_some()); }
        }
        #[test]
        fn no_number_survives_however_it_is_written(
            n in prop_oneof![
                "1[3-9][0-9]{9}", "43010[0-9](19[5-9]|200)[0-9]0[1-9][12][0-9][0-9]{3}[0-9X]", "62[0-9]{14}", "62[0-9]{17}"
            ],
            wide in any::<bool>(),
            between in prop_oneof![Just(""), Just(" "), Just("-")],
        ) {
            let every = if n.len() == 11 { 3 } else { 4 };
            let mut written = String::new();
            for (i, c) in n.chars().enumerate() {
                if i > 0 && i % every == 0 { written.push_str(between); }
                written.push(if wide { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c });
            }
            let masked = mask(&format!("号码{written}。"));
            prop_assert!(masked.chars().filter(|c| *c == '*').count() * 2 >= n.len(), "{} {}", written, masked);
        }
        #[test]
        fn no_mobile_number_survives(n in 13_000_000_000_u64..19_999_999_999, before in "[一-龥]{0,5}") {
            let masked = mask(&format!("{before}{n}。"));
            prop_assert!(!masked.contains(&n.to_string()));
        }
    }
}
