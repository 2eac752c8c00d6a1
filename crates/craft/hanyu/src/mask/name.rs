//! 姓名: names where the text says that one follows or stands.

use super::{Found, Personal};
use crate::normalise::is_han;

const NAME_CUES: [&str; 16] = [
    "姓名",
    "我叫",
    "本人叫",
    "名叫",
    "联系人",
    "投诉人",
    "举报人",
    "申请人",
    "户主",
    "反映人",
    "来信人",
    "经办人",
    "身份证姓名",
    "收款人",
    "当事人",
    "署名",
];
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁\
任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳";
/// 复姓
const COMPOUND: &str = "欧阳上官司马诸葛夏侯皇甫尉迟公孙慕容令狐司徒长孙宇文东方南宫端木独孤轩辕申屠呼延闻人万俟澹台赫连淳于单于钟离鲜于拓跋百里西门太史司空闾丘";
/// Words for anybody; a name follows only where it ends at a mark or at what the person did.
const GROUP_CUES: [&str; 9] = ["群众", "市民", "业主", "村民", "居民", "我是", "职工", "本人", "本人是"];
/// A surname followed by one of these is covered already.
const COVERED: [char; 5] = ['某', '*', '＊', '×', '～'];
const AFTER_NAME: [&str; 10] = ["反映", "来电", "投诉", "来信", "举报", "咨询", "称", "说", "表示", "诉"];
const TITLES: [&str; 9] = ["先生", "女士", "小姐", "师傅", "大爷", "大妈", "阿姨", "同学", "同志"];

/// Surnames that are as well the beginning of a phrase: 本人于今日, 业主曾多次, 市民向你.
const PHRASES: [(char, &str); 8] = [
    ('于', "今昨前去上下本当近早是日月年二三四五六七八九十0123456789"),
    ('向', "你您贵上下市区县政有物社街派该各相我他她其法"),
    ('曾', "多经于向在几两三数打去到就"),
    ('任', "何由意"),
    ('方', "便面法"),
    ('万', "分般望一不"),
    ('高', "度兴"),
    ('黄', "金"),
];
/// Words that stand where a name would, and are none.
const NO_NAMES: [&str; 12] =
    ["不详", "未知", "匿名", "保密", "不便", "某某", "见附", "同上", "同前", "无名", "如下", "如上"];
/// Last characters of places, which have dots in their names too: 万科·魅力之城.
const PLACES: &str = "城府苑园居湾郡墅庭院里区路街镇村楼店公寓广场主民期栋座号庄轩阁邸台岛谷峰";
/// Characters of one part of a name with dots: 买买提·吐尔逊.
const DOTTED_PART: usize = 8;

fn is_compound(two: &str) -> bool {
    two.chars().count() == 2 && COMPOUND.match_indices(two).any(|(i, _)| i % two.len() == 0)
}

/// Characters of the surname that `text` begins with; 0 where it begins with none.
fn surname(text: &str) -> usize {
    let two = text.char_indices().nth(2).map_or(text, |(i, _)| &text[..i]);
    if is_compound(two) {
        return 2;
    }
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    let phrase = |f: char, s: char| PHRASES.iter().any(|(p, after)| *p == f && after.contains(s));
    match (first, second) {
        (Some(f), Some(s)) if phrase(f, s) => 0,
        (Some(f), _) => usize::from(SURNAMES.contains(f)),
        _ => 0,
    }
}

/// Does what a person did, or a mark, begin here?
fn ends(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| !is_han(c) && !c.is_alphanumeric() && c != '·')
        || AFTER_NAME.iter().any(|w| rest.starts_with(w))
}

/// The end of `n` Chinese characters from `start` on, none of which is covered.
fn han_end(text: &str, start: usize, n: usize) -> Option<usize> {
    let mut end = start;
    let mut count = 0;
    for c in text[start..].chars().take(n) {
        if !is_han(c) || COVERED.contains(&c) {
            return None;
        }
        end += c.len_utf8();
        count += 1;
    }
    (count == n).then_some(end)
}

/// The end of a name with dots, as many peoples have them, that stops at a mark or at what the person did.
fn dotted_end(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    let mut parts = 0;
    loop {
        let part: usize = text[at..].chars().take(DOTTED_PART + 1).take_while(|c| is_han(*c)).count();
        if part == 0 || part > DOTTED_PART {
            return None;
        }
        parts += 1;
        let end = han_end(text, at, part)?;
        if text[end..].starts_with('·') {
            at = end + '·'.len_utf8();
            continue;
        }
        if parts < 2 {
            return None;
        }
        // The last part ends where the person begins to speak.
        let stop = (1..=part)
            .filter_map(|n| han_end(text, at, n))
            .find(|e| ends(&text[*e..]) || TITLES.iter().any(|t| text[*e..].starts_with(t)))?;
        return text[at..stop].chars().next_back().is_none_or(|c| !PLACES.contains(c)).then_some(stop);
    }
}

pub(super) fn names(text: &str, out: &mut Vec<Found>) {
    for cue in NAME_CUES {
        for (i, _) in text.match_indices(cue).take(200) {
            let mut start = i + cue.len();
            let rest = &text[start..];
            let skip = rest.trim_start_matches(['是', '为', ':', '：', ' ', '(', '（']);
            let told = rest[..rest.len() - skip.len()].contains([':', '：']);
            start += rest.len() - skip.len();
            let end = name_end(text, start)
                .or_else(|| dotted_end(text, start))
                .or_else(|| (told || cue.ends_with('叫')).then(|| spaced_end(text, start)).flatten())
                .or_else(|| {
                    ((told && cue.ends_with("姓名")) || cue == "我叫" || cue == "本人叫")
                        .then(|| any_end(text, start))
                        .flatten()
                });
            if let Some(end) = end {
                out.push(Found { at: start..end, kind: Personal::Name });
            }
        }
    }
    for cue in GROUP_CUES {
        for (i, _) in text.match_indices(cue).take(200) {
            let start = i + cue.len();
            let own = surname(&text[start..]);
            let given = (1..=2).rev().filter(|_| own > 0);
            let plain = given.filter_map(|n| han_end(text, start, own + n)).find(|e| ends(&text[*e..]));
            if let Some(end) = plain.or_else(|| dotted_end(text, start)) {
                out.push(Found { at: start..end, kind: Personal::Name });
            }
        }
    }
    for title in TITLES {
        for (i, _) in text.match_indices(title).take(200) {
            let before: Vec<(usize, char)> = text[..i].char_indices().rev().take(4).collect();
            let all_han = |n: usize| before[..n].iter().all(|(_, c)| is_han(*c) && !COVERED.contains(c));
            let fits = |n: &usize| {
                let from = before[n - 1].0;
                let compound = text[from..i]
                    .char_indices()
                    .nth(2)
                    .is_some_and(|(two, _)| is_compound(&text[from..from + two]));
                all_han(*n) && (compound || *n <= 3 && SURNAMES.contains(before[n - 1].1))
            };
            let found = (2..=before.len()).rev().find(fits);
            if let Some(n) = found {
                out.push(Found { at: before[n - 1].0..i, kind: Personal::Name });
            }
        }
    }
}

/// The end of a name that begins with a common surname and stops at a mark.
fn name_end(text: &str, start: usize) -> Option<usize> {
    let own = surname(&text[start..]);
    let from = han_end(text, start, own).filter(|_| own > 0)?;
    let given: Vec<char> = text[from..].chars().take_while(|c| is_han(*c)).take(4).collect();
    if given.first().is_none_or(|c| COVERED.contains(c)) || text[from..].chars().nth(given.len()) == Some('·')
    {
        return None;
    }
    han_end(text, from, given.len().min(2)).or_else(|| han_end(text, from, 1))
}

/// The end of a name whose surname and given name are set apart: 张 三, 张　晓明.
fn spaced_end(text: &str, start: usize) -> Option<usize> {
    let own = surname(&text[start..]);
    let from = han_end(text, start, own).filter(|_| own > 0)?;
    let blank = text[from..].len() - text[from..].trim_start_matches([' ', '\t']).len();
    let given = from + blank;
    (blank > 0).then_some(())?;
    (1..=2).rev().filter_map(|n| han_end(text, given, n)).find(|e| ends(&text[*e..]))
}

/// The end of any two to four Chinese characters that stand alone behind a word that says a name follows: surnames are
/// more than a list.
fn any_end(text: &str, start: usize) -> Option<usize> {
    let no_name = NO_NAMES.iter().any(|w| text[start..].starts_with(w));
    (2..=4)
        .rev()
        .filter(|_| !no_name)
        .filter_map(|n| han_end(text, start, n))
        .find(|e| text[*e..].chars().next().is_none_or(|c| !is_han(c) && !c.is_alphanumeric() && c != '·'))
}
