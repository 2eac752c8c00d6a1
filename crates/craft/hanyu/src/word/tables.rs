//! 词表: what is known of words by their form alone: stop words, last words of places, words that break a name, set
//! phrases. Tables and how they are asked; must not know a text.

use std::sync::LazyLock;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

static STOP: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../data/stopwords.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Does a word only carry grammar or courtesy (停用词)?
pub fn is_stop_word(word: &str) -> bool {
    STOP.contains(word)
}

/// All general stop words.
pub(crate) fn stop_words() -> impl Iterator<Item = &'static str> {
    STOP.iter().copied()
}

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

use PlaceKind::{Estate, Institution, Line, Road, Township};

/// Last words of place names, longer before shorter where one ends the other.
pub(crate) const SUFFIXES: [(&str, PlaceKind); 74] = [
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

/// Number in the table of last words, from 1, of the one that ends this word; 0 for none.
pub(crate) fn suffix(word: &str) -> u8 {
    SUFFIXES.iter().position(|(s, _)| word.ends_with(s)).map_or(0, |i| i as u8 + 1)
}

/// Words that end like a place and are none, or name every place of their kind.
const NOT_PLACES: &str = "道路 公路 马路 一路 走路 修路 出路 网络 思路 线路 铁路 高速公路 电路 铺路 半路 让路 \
     农村 乡村 全村 本村 我村 村 组 小组 工作组 领导组 镇 乡 家乡 老乡 城乡 下乡 路 街 上街 逛街 桥 巷 站 网站 车站 本站 \
     政府 市政府 区政府 县政府 人民政府 省政府 镇政府 乡政府 府 学校 我校 该校 公司 该公司 我公司 集团 厂 工厂 水厂 \
     小区 该小区 我小区 本小区 各小区 社区 街道 医院 该院 大学 中学 小学 幼儿园 学院 中心 市中心 市场 菜市场 超市 酒店 \
     公园 水库 广场 宿舍 公寓 别墅 楼盘 花园 大厦 家园 路口 十字路口 大道 大桥 高速 高铁站 地铁站 火车站 公交站 物业公司 \
     开发商 有限公司 职业 新城 新村 湾 苑 郡 邸 居委会 村委会 街道办事处 人行道 地铁 搅拌站 水泥厂 分公司 总公司 上诉 \
     商业中心 城市中心 民生 服务中心 工业园 开发区 号线 技校 之城 安置小区 一中 二中 员工宿舍";

pub(crate) fn not_places() -> &'static HashSet<&'static str> {
    static SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| NOT_PLACES.split_whitespace().collect());
    &SET
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

/// Words that never begin or continue a name although they are nouns or verbs.
const BREAKS: &str = "位于 坐落 座落 地处 居住 家住 住在 业主 居民 村民 我家 对面 旁边 附近 旁 期间 整个 全体 广大 严重 施工 建设 修建 \
     扰民 噪音 违法 违规 投诉 举报 反映 政府 物业 开发商 购买 导致 造成 影响 城管 部门 经过 沿线 家长 学生 老师 员工 职工 \
     房屋 拆迁 孩子 周边 楼下 楼上 门口 解决 规划 加快 整治 取消 关闭 规范 强制 非法 拖欠 虚假 涉嫌 质疑 隔壁 到 至 离 距 距离";

pub(crate) fn breaks(word: &str) -> bool {
    static SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| BREAKS.split_whitespace().collect());
    SET.contains(word)
}

/// Set phrases of petitions and of official prose: one writer's frame around different matters must not make them
/// one.
pub(crate) const SET_PHRASES: [&str; 44] = [
    "加快",
    "加强",
    "加大",
    "力度",
    "步伐",
    "刻不容缓",
    "建设",
    "大力",
    "倡导",
    "大背景",
    "背景",
    "推进",
    "提升",
    "高质量",
    "发展",
    "迅猛",
    "极为",
    "近年",
    "常年",
    "地处",
    "严重",
    "流失",
    "省会",
    "国家",
    "城市",
    "配套",
    "整治",
    "全覆盖",
    "监督",
    "监管",
    "创建",
    "具体",
    "行动",
    "人口",
    "大省",
    "落后",
    "周边",
    "片区",
    "公共",
    "中心",
    "长期",
    "尽快",
    "无人",
    "增长",
];

/// How strongly it counts that a word is rare where matters are compared.
pub(crate) const RARITY: f32 = 1.3;
