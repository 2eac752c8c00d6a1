//! 地点: places in folded text: divisions (also anonymised ones, A市A3区), roads, estates, schools, villages,
//! companies; found by their last word and the words before it. Must not know a map: a name is all there is.

use std::ops::Range;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use crate::cut::{Cutter, Token};

/// The most places taken from one text.
pub const MAX_PLACES: usize = 200;

/// What kind of place a name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// 省市区县
    Division,
    /// 街道、乡镇、村、社区
    Township,
    /// 路、街、大道、桥、路口
    Road,
    /// 小区、楼盘、花园
    Estate,
    /// 学校、医院、公司、市场、工厂
    Institution,
    /// 地铁、公交、高速线路与车站
    Line,
}

/// A place name in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Byte range in the folded text.
    pub at: Range<usize>,
    /// The name as written.
    pub name: String,
    /// Its kind.
    pub kind: PlaceKind,
}

use PlaceKind::{Division, Estate, Institution, Line, Road, Township};

/// Last words of place names, longer before shorter where one ends the other.
const SUFFIXES: [(&str, PlaceKind); 74] = [
    ("街道办事处", Township),
    ("街道", Township),
    ("社区", Township),
    ("居委会", Township),
    ("村委会", Township),
    ("镇", Township),
    ("乡", Township),
    ("村", Township),
    ("组", Township),
    ("安置小区", Estate),
    ("小区", Estate),
    ("花园", Estate),
    ("家园", Estate),
    ("公馆", Estate),
    ("山庄", Estate),
    ("新城", Estate),
    ("新村", Estate),
    ("名城", Estate),
    ("国际城", Estate),
    ("之城", Estate),
    ("雅苑", Estate),
    ("名苑", Estate),
    ("苑", Estate),
    ("华府", Estate),
    ("名府", Estate),
    ("府", Estate),
    ("湾", Estate),
    ("郡", Estate),
    ("邸", Estate),
    ("楼盘", Estate),
    ("公寓", Estate),
    ("别墅", Estate),
    ("宿舍", Estate),
    ("广场", Estate),
    ("大厦", Estate),
    ("中心", Institution),
    ("幼儿园", Institution),
    ("小学", Institution),
    ("中学", Institution),
    ("一中", Institution),
    ("二中", Institution),
    ("学院", Institution),
    ("大学", Institution),
    ("学校", Institution),
    ("技校", Institution),
    ("医院", Institution),
    ("卫生院", Institution),
    ("有限公司", Institution),
    ("公司", Institution),
    ("集团", Institution),
    ("工厂", Institution),
    ("搅拌站", Institution),
    ("水泥厂", Institution),
    ("厂", Institution),
    ("市场", Institution),
    ("超市", Institution),
    ("酒店", Institution),
    ("公园", Institution),
    ("水库", Institution),
    ("工业园", Institution),
    ("开发区", Institution),
    ("火车站", Line),
    ("高铁站", Line),
    ("地铁站", Line),
    ("号线", Line),
    ("高速", Line),
    ("站", Line),
    ("大道", Road),
    ("路口", Road),
    ("大桥", Road),
    ("路", Road),
    ("街", Road),
    ("巷", Road),
    ("桥", Road),
];

/// Words that end like a place and are none, or name every place of their kind.
const NOT_PLACES: &str = "道路 公路 马路 一路 走路 修路 出路 网络 思路 线路 铁路 高速公路 电路 铺路 半路 让路 \
     农村 乡村 全村 本村 我村 村 组 小组 工作组 领导组 镇 乡 家乡 老乡 城乡 下乡 路 街 上街 逛街 桥 巷 站 网站 车站 本站 \
     政府 市政府 区政府 县政府 人民政府 省政府 镇政府 乡政府 府 学校 我校 该校 公司 该公司 我公司 集团 厂 工厂 水厂 \
     小区 该小区 我小区 本小区 各小区 社区 街道 医院 该院 大学 中学 小学 幼儿园 学院 中心 市中心 市场 菜市场 超市 酒店 \
     公园 水库 广场 宿舍 公寓 别墅 楼盘 花园 大厦 家园 路口 十字路口 大道 大桥 高速 高铁站 地铁站 火车站 公交站 物业公司 \
     开发商 有限公司 职业 新城 新村 湾 苑 郡 邸 居委会 村委会 街道办事处 人行道 地铁 搅拌站 水泥厂 分公司 总公司 上诉 \
     商业中心 城市中心 民生 服务中心 工业园 开发区 号线 技校 之城 安置小区 一中 二中 员工宿舍";

pub(crate) fn not_places() -> &'static HashSet<&'static str> {
    static SET: std::sync::LazyLock<HashSet<&'static str>> =
        std::sync::LazyLock::new(|| NOT_PLACES.split_whitespace().collect());
    &SET
}

/// Anonymised and plain divisions by their characters: `A市`, `A3区`, `K10县`, `西地省`.
fn anonymous_divisions(folded: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let b = folded.as_bytes();
    let mut i = 0;
    while i < b.len() && out.len() < MAX_PLACES {
        if b[i].is_ascii_uppercase() && (i == 0 || !b[i - 1].is_ascii_alphanumeric()) {
            let digits = b[i + 1..].iter().take(2).take_while(|c| c.is_ascii_digit()).count();
            let mut at = i + 1 + digits;
            while b.get(at) == Some(&b' ') {
                at += 1;
            }
            if let Some(c) = folded.get(at..).and_then(|r| r.chars().next())
                && matches!(c, '市' | '区' | '县' | '州')
            {
                out.push(i..at + c.len_utf8());
                i = at;
            }
        }
        i += 1;
    }
    out
}

/// May a word of this part of speech stand inside a place name, before its last word?
pub(crate) fn tag_may_name(tag: &str, word: &str) -> bool {
    let named = ["n", "x", "eng", "m", "j", "b", "a", "z", "f", "s", "l", "i", "v", "q", "t", "g", "d"]
        .iter()
        .any(|t| tag.starts_with(t));
    // Verbs and adverbs name places too (望城, 恒大, 未来城), but only as two characters.
    let verbal = tag.starts_with(['v', 'd', 'f']) && !tag.starts_with("vn") && word.chars().count() < 2;
    named && !verbal
}

/// Number in the table of last words, from 1, of the one that ends this word; 0 for none.
pub(crate) fn suffix(word: &str) -> u8 {
    SUFFIXES.iter().position(|(s, _)| word.ends_with(s)).map_or(0, |i| i as u8 + 1)
}

/// Words that never begin or continue a name although they are nouns or verbs.
const BREAKS: &str = "位于 坐落 座落 地处 居住 家住 住在 业主 居民 村民 我家 对面 旁边 附近 旁 期间 整个 全体 广大 严重 施工 建设 修建 \
     扰民 噪音 违法 违规 投诉 举报 反映 政府 物业 开发商 购买 导致 造成 影响 城管 部门 经过 沿线 家长 学生 老师 员工 职工 \
     房屋 拆迁 孩子 周边 楼下 楼上 门口 解决 规划 加快 整治 取消 关闭 规范 强制 非法 拖欠 虚假 涉嫌 质疑 隔壁 到 至 离 距 距离";

pub(crate) fn breaks(word: &str) -> bool {
    static SET: std::sync::LazyLock<HashSet<&'static str>> =
        std::sync::LazyLock::new(|| BREAKS.split_whitespace().collect());
    SET.contains(word)
}

/// The places of a folded text, in order of appearance; parts of one address come one by one.
pub fn places(cutter: &Cutter, folded: &str) -> Vec<Place> {
    places_in(cutter, folded, &mut cutter.read(folded, false))
}

/// The same of a text that was cut already; shorter words inside others are passed over.
pub(crate) fn places_in(cutter: &Cutter, folded: &str, words: &mut Vec<Token<'_>>) -> Vec<Place> {
    words.retain(|t| t.whole);
    let mut out: Vec<Place> = anonymous_divisions(folded)
        .into_iter()
        .map(|at| Place { name: folded[at.clone()].replace(' ', ""), at, kind: Division })
        .collect();
    let divisions: Vec<Range<usize>> = out.iter().map(|p| p.at.clone()).collect();
    let in_division = |at: &Range<usize>| {
        let i = divisions.partition_point(|d| d.end <= at.start);
        divisions.get(i).is_some_and(|d| d.start < at.end)
    };
    let mut free_from = 0;
    for i in 0..words.len() {
        let Token { word, start, facts, .. } = words[i];
        let at = start..start + word.len();
        if out.len() >= MAX_PLACES {
            break;
        }
        if in_division(&at) {
            free_from = i + 1;
            continue;
        }
        if facts.ends_division() {
            cutter.tag(folded, words, i);
            if words[i].facts.is_division() {
                out.push(Place { at, name: word.to_owned(), kind: Division });
                free_from = i + 1;
                continue;
            }
        }
        let Some((_, kind)) = usize::from(facts.suffix).checked_sub(1).and_then(|s| SUFFIXES.get(s)) else {
            continue;
        };
        let mut first = i;
        let mut chars = usize::from(facts.chars);
        while first > free_from && chars < 10 && i - first < 4 {
            cutter.tag(folded, words, first - 1);
            let before = words[first - 1].facts;
            if !before.may_name() || before.breaks() {
                break;
            }
            chars += usize::from(before.chars);
            first -= 1;
        }
        let range = words[first].start..at.end;
        let name = &folded[range.clone()];
        if name.chars().count() >= 3 && !not_places().contains(name) {
            push_split(folded, range, *kind, &mut out);
            free_from = i + 1;
        }
    }
    out.sort_by_key(|p| (p.at.start, p.at.end));
    out.dedup_by(|b, a| b.at == a.at);
    out
}

/// 春华镇金鼎村 names two places when the cutter takes them for one.
fn push_split(folded: &str, range: Range<usize>, kind: PlaceKind, out: &mut Vec<Place>) {
    let name = &folded[range.clone()];
    let inner = ["街道", "镇"].iter().find_map(|s| {
        let end = name.find(s)? + s.len();
        let parts = (name[..end].chars().count(), name[end..].chars().count());
        (parts.0 >= 3 && parts.1 >= 3).then_some(end)
    });
    let mut push = |at: Range<usize>, kind| out.push(Place { name: folded[at.clone()].to_owned(), at, kind });
    match inner {
        Some(cut) => {
            push(range.start..range.start + cut, Township);
            push(range.start + cut..range.end, kind);
        }
        None => push(range, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(t: &str) -> Vec<String> {
        places(Cutter::standard(), t).into_iter().map(|p| p.name).collect()
    }

    #[test]
    fn anonymous_and_plain_places() {
        assert_eq!(found("A市A3区桐梓坡西路可可小城长期停水"), ["A市", "A3区", "桐梓坡西路"]);
        assert_eq!(found("A7县春华镇金鼎村七里组村民"), ["A7县", "春华镇", "金鼎村", "七里组"]);
        let p = found("位于A市A2区桂花坪街道的景蓉华苑小区物业");
        assert_eq!(&p[..2], ["A市", "A2区"]);
        assert!(p.iter().any(|n| n.contains("桂花坪街道")) && p.iter().any(|n| n.contains("华苑")), "{p:?}");
        assert!(found("我们小区的公司在学校").is_empty());
        assert!(found("").is_empty());
    }
}
