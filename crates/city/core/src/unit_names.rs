//! 单位的叫法: how people write the name of a unit: 市城管局, 城管, 云汀市城市管理和综合执法局. A table of the short forms in
//! use, the place before and the kind behind; whether one unit is meant is decided by all units that are there.
//!
//! Pure: names in, ids out. Must not know what is done with the unit.

use std::collections::{BTreeSet, HashMap};

use kernel::{RegionCode, UnitId};
use tabular::script::simplified;
use tabular::when::half_width;

/// What an office answers for, by the forms in use; the first stands for all. Without place and without 局, 委, 办.
const SHORT_FORMS: [&[&str]; 46] = [
    &[
        "城管",
        "城市管理",
        "城市管理和综合执法",
        "城市管理综合执法",
        "城管综合执法",
        "城管执法",
        "城市综合管理",
        "城市管理执法",
        "城市管理行政执法",
    ],
    &["人社", "人力资源和社会保障", "人力资源社会保障", "人力社保", "人力资源与社会保障"],
    &["公安"],
    &["发改", "发展和改革", "发展改革", "发展与改革"],
    &["审批", "行政审批", "行政审批服务", "审批服务"],
    &[
        "政务",
        "政务服务",
        "政数",
        "政务服务和数据管理",
        "政务服务数据管理",
        "政务服务和大数据管理",
        "政务服务管理",
        "政务管理",
        "政务服务与数据管理",
    ],
    &["数据", "大数据", "数据管理", "大数据管理", "大数据发展", "大数据发展管理", "数据资源管理", "数据资源"],
    &["市场监管", "市监", "市场监督管理", "市场监督", "市场管理"],
    &["住建", "住房和城乡建设", "住房城乡建设", "城乡建设", "住房与城乡建设", "住房和建设"],
    &[
        "自然资源",
        "自然资源和规划",
        "自然资源规划",
        "自规",
        "规自",
        "资规",
        "规划和自然资源",
        "规划自然资源",
        "自然资源与规划",
    ],
    &["生态环境", "环保", "环境保护", "生态环保"],
    &["卫健", "卫生健康", "卫生和健康", "卫生", "卫计", "卫生和计划生育"],
    &["医保", "医疗保障"],
    &["交通", "交通运输", "交运"],
    &["教育", "教体", "教育体育", "教育和体育", "教育与体育"],
    &["民政"],
    &["司法"],
    &["财政"],
    &["科技", "科学技术"],
    &["工信", "工业和信息化", "工业信息化", "经信", "经济和信息化", "经济信息化"],
    &["农业农村", "农业", "农村农业", "农业农村和水利"],
    &["水利", "水务"],
    &["商务", "商务粮食"],
    &[
        "文旅",
        "文化旅游",
        "文化和旅游",
        "文旅广电",
        "文广旅",
        "文化旅游广电",
        "文化广电旅游",
        "文化广电和旅游",
        "文旅体",
        "文化旅游体育",
        "文广新旅",
        "文化旅游广电体育",
        "文旅广体",
        "文化旅游和体育",
        "文化广电旅游体育",
        "文广旅体",
        "文化和旅游体育",
    ],
    &["退役军人", "退役军人事务"],
    &["应急", "应急管理"],
    &["审计"],
    &["国资", "国有资产监督管理", "国有资产"],
    &["统计"],
    &["林业", "林草", "林业和草原"],
    &["信访", "信访工作"],
    &["税务"],
    &["消防", "消防救援", "消防救援支队", "消防支队", "消防救援大队", "消防大队"],
    &["公积金", "住房公积金", "住房公积金管理中心", "公积金中心", "公积金管理中心", "住房公积金中心"],
    &["残联", "残疾人联合会"],
    &["妇联", "妇女联合会"],
    &[
        "交警",
        "交通警察",
        "交警支队",
        "交通警察支队",
        "公安局交警支队",
        "公安局交通警察支队",
        "交警大队",
        "公安局交通警察大队",
        "公安局交警大队",
        "交通管理",
    ],
    &["金融", "金融工作", "金融发展", "地方金融监督管理"],
    &["民宗", "民族宗教", "民族宗教事务", "民族与宗教事务"],
    &["机关事务", "机关事务管理", "机关事务服务"],
    &["乡村振兴"],
    &["粮储", "粮食", "粮食和物资储备", "粮食和储备"],
    &["人防", "人民防空"],
    &["体育"],
    &["园林", "园林绿化", "园林管理"],
    &["房管", "住房保障", "房产", "房产管理", "住房保障和房产管理", "房屋管理"],
];
/// The kind behind a name, longer before shorter.
const KINDS: [&str; 14] = [
    "人民政府办事处",
    "人民政府",
    "委员会办公室",
    "管理办公室",
    "工作办公室",
    "委员会",
    "办事处",
    "办公室",
    "管理局",
    "政府",
    "局",
    "委",
    "办",
    "厅",
];
/// Levels before a name that say no place.
const LEVELS: [(&str, Level); 10] = [
    ("本市", Level::City),
    ("市级", Level::City),
    ("市", Level::City),
    ("本区", Level::Below('区')),
    ("区级", Level::Below('区')),
    ("区", Level::Below('区')),
    ("本县", Level::Below('县')),
    ("县级", Level::Below('县')),
    ("县", Level::Below('县')),
    ("旗", Level::Below('旗')),
];
/// Characters before 市, 区, 县 with which they are a word and no place: 城市管理, 社区, 园区, 小区, 片区.
const NO_PLACES: &str = "城社园小片";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Level {
    Any,
    City,
    /// 区, 县: of any of them.
    Below(char),
    /// A place by its name.
    Place(String),
}

/// One way in which a name can be read: where, and what for.
#[derive(Clone, Debug)]
struct Form {
    level: Level,
    core: String,
    /// The core is one that is known, or its kind stands behind it: enough to be a unit.
    sure: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    id: UnitId,
    place: Option<String>,
    of_city: bool,
}

/// The names of all units, as people write them.
#[derive(Clone, Debug, Default)]
pub struct UnitNames {
    city: String,
    cores: HashMap<String, Vec<Entry>>,
}

fn plain(text: &str) -> String {
    let half = text.trim().chars().map(half_width).map(simplified);
    let text: String = half.filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}')).collect();
    match text.find(['(', '[', '【']) {
        Some(at) if at > 0 => text[..at].to_owned(),
        _ => text,
    }
}

/// What stands for a core, and whether it is one that people know.
fn canonical(core: &str) -> (&str, bool) {
    SHORT_FORMS.iter().find(|f| f.contains(&core)).map_or((core, false), |f| (f[0], true))
}

impl UnitNames {
    /// Of a city with this name and code, and its units: id, names, region.
    pub fn new<'a>(
        city: &str,
        code: &RegionCode,
        units: impl Iterator<Item = (UnitId, [&'a str; 2], &'a RegionCode)>,
    ) -> Self {
        let mut out = Self { city: plain(city), cores: HashMap::new() };
        // A city is 9901 as well as 990100.
        let bare = |r: &RegionCode| r.as_str().trim_end_matches("00").to_owned();
        let own = bare(code);
        for (id, names, region) in units {
            for name in names {
                for form in out.forms(&plain(name)) {
                    let place = if let Level::Place(place) = form.level { Some(place) } else { None };
                    let entry = Entry { id, place, of_city: bare(region) == own };
                    out.cores.entry(form.core).or_default().push(entry);
                }
            }
        }
        out
    }

    /// The units that a text can mean, each once.
    pub fn meant(&self, text: &str) -> BTreeSet<UnitId> {
        let text = plain(text);
        let mut out = BTreeSet::new();
        for form in self.forms(&text).iter().filter(|f| f.sure) {
            let entries = self.cores.get(&form.core).map_or(&[][..], Vec::as_slice);
            out.extend(entries.iter().filter(|e| self.fits(&form.level, e)).map(|e| e.id));
        }
        out
    }

    fn fits(&self, level: &Level, e: &Entry) -> bool {
        match level {
            Level::Any => true,
            Level::City => e.of_city,
            // In a county its own offices are those of the 县.
            Level::Below(c) => self.city.ends_with(*c) == e.of_city,
            Level::Place(place) => e.place.as_ref() == Some(place),
        }
    }

    /// Every way in which a name can be read.
    fn forms(&self, text: &str) -> Vec<Form> {
        let mut heads: Vec<(Level, &str)> = vec![(Level::Any, text)];
        let mut rest = text;
        let bare = self.city.trim_end_matches(['市', '县', '区', '州', '旗']);
        for own in [self.city.as_str(), bare].into_iter().filter(|n| n.chars().count() >= 2) {
            if let Some(tail) = text.strip_prefix(own).filter(|t| !t.is_empty()) {
                heads.push((Level::City, tail));
                rest = tail;
                break;
            }
        }
        for (word, level) in LEVELS {
            if let Some(tail) = rest.strip_prefix(word).filter(|t| t.chars().count() >= 2) {
                heads.push((level, tail));
                break;
            }
        }
        // 莲都区住建局, 青田县住建局
        let chars: Vec<(usize, char)> = rest.char_indices().take(6).collect();
        for (n, (at, c)) in chars.iter().enumerate().skip(1) {
            let tail = &rest[at + c.len_utf8()..];
            let place = matches!(c, '区' | '县' | '市' | '旗') && !NO_PLACES.contains(chars[n - 1].1);
            if place && tail.chars().count() >= 2 {
                heads.push((Level::Place(rest[..*at].to_owned()), tail));
            }
        }
        let mut out = Vec::new();
        for (level, name) in heads {
            let mut add = |core: &str, kind: bool| {
                let (core, known) = canonical(core);
                if core.chars().count() >= 2 {
                    let sure = known
                        || kind
                        || (level != Level::Any || core.chars().count() >= 3)
                            && core.ends_with(['镇', '乡', '道', '会', '心', '队']);
                    out.push(Form { level: level.clone(), core: core.to_owned(), sure });
                }
            };
            add(name, false);
            for kind in KINDS {
                if let Some(core) = name.strip_suffix(kind) {
                    add(core, true);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [(i64, &str, &str, &str); 22] = [
        (1, "云汀市城市管理和综合执法局", "市城管局", "9901"),
        (2, "云汀市人力资源和社会保障局", "市人社局", "9901"),
        (3, "云汀市公安局", "市公安局", "9901"),
        (4, "云汀市发展和改革委员会", "市发改委", "9901"),
        (5, "云汀市行政审批服务局", "市审批局", "9901"),
        (6, "云汀市市场监督管理局", "市市监局", "9901"),
        (7, "云汀市住房和城乡建设局", "市住建局", "9901"),
        (8, "云汀市自然资源和规划局", "市资规局", "9901"),
        (9, "云汀市公安局交通警察支队", "市交警支队", "9901"),
        (10, "莲都区住房和城乡建设局", "莲都区住建局", "990102"),
        (11, "青田县住房和城乡建设局", "青田县住建局", "990121"),
        (12, "莲都区市场监督管理局", "莲都区市监局", "990102"),
        (13, "城南街道办事处", "城南街道", "990102003"),
        (14, "云汀市人民政府办公室", "市政府办", "9901"),
        (15, "云汀市政务服务中心", "市政务中心", "9901"),
        (16, "云汀市卫生健康委员会", "市卫健委", "9901"),
        (17, "青田县黄沙街镇人民政府", "黄沙街镇", "990121102"),
        (18, "云汀市住房公积金管理中心", "市公积金中心", "9901"),
        (19, "云汀市教育局", "市教育局", "9901"),
        (20, "青田县教育局", "青田县教育局", "990121"),
        (21, "云汀市燃气有限公司", "云汀燃气", "9901"),
        (22, "云汀市消防救援支队", "市消防救援支队", "9901"),
    ];

    fn meant(city: &str, code: &str, text: &str) -> Vec<i64> {
        let regions: Vec<RegionCode> = UNITS.iter().map(|u| u.3.parse().unwrap()).collect();
        let units = UNITS.iter().zip(&regions).map(|(u, r)| (UnitId(u.0), [u.1, u.2], r));
        UnitNames::new(city, &code.parse().unwrap(), units).meant(text).into_iter().map(|u| u.0).collect()
    }

    #[test]
    fn units_are_found_by_what_people_write() {
        for (text, ids) in [
            ("城管局", &[1][..]),
            ("城管", &[1]),
            ("市城管", &[1]),
            ("市城市管理局", &[1]),
            ("城市管理局", &[1]),
            ("云汀市城市管理和综合执法局", &[1]),
            ("云汀城管局", &[1]),
            ("城管执法局", &[1]),
            (" 市 城管局 ", &[1]),
            ("市城管局（牵头）", &[1]),
            ("市城筦局", &[]),
            ("人社局", &[2]),
            ("人社", &[2]),
            ("人力资源社会保障局", &[2]),
            ("公安", &[3]),
            ("公安局", &[3]),
            ("市发改", &[4]),
            ("发改委", &[4]),
            ("发改局", &[4]),
            ("审批局", &[5]),
            ("行政审批局", &[5]),
            ("行政审批", &[5]),
            ("市场监管局", &[6, 12]),
            ("市市场监管局", &[6]),
            ("市市监局", &[6]),
            ("莲都区市场监管局", &[12]),
            ("區市場監管局", &[12]),
            ("住建局", &[7, 10, 11]),
            ("市住建局", &[7]),
            ("市住建", &[7]),
            ("区住建局", &[10, 11]),
            ("莲都区住建局", &[10]),
            ("云汀市莲都区住建局", &[10]),
            ("青田县住房城乡建设局", &[11]),
            ("规自局", &[8]),
            ("自然资源局", &[8]),
            ("交警支队", &[9]),
            ("交警", &[9]),
            ("城南街道", &[13]),
            ("城南街道办", &[13]),
            ("城南街道办事处", &[13]),
            ("莲都区城南街道办", &[]),
            ("市政府办公室", &[14]),
            ("卫健局", &[16]),
            ("市卫生健康委", &[16]),
            ("黄沙街镇政府", &[17]),
            ("青田县黄沙街镇", &[17]),
            ("公积金中心", &[18]),
            ("教育局", &[19, 20]),
            ("市教育局", &[19]),
            ("市教体局", &[19]),
            ("消防", &[22]),
            ("住建局、城管局", &[]),
            ("住建局/城管局", &[]),
            ("某某街道办", &[]),
            ("不详", &[]),
            ("市", &[]),
            ("局", &[]),
            ("", &[]),
            ("国税局", &[]),
            ("杭州市住建局", &[]),
            ("中心", &[]),
            ("燃气", &[]),
        ] {
            assert_eq!(meant("云汀市", "9901", text), ids, "{text}");
        }
        // Each office by its full name, whatever else is called alike.
        for u in UNITS.iter().filter(|u| u.1.ends_with(['局', '会', '处', '府', '室'])) {
            assert!(meant("云汀市", "9901", u.1).contains(&u.0), "{}", u.1);
        }
        // In a county its own offices are those of the 县.
        assert_eq!(meant("青田县", "990121", "县教育局"), [20]);
    }

    #[test]
    fn no_form_stands_for_two_offices() {
        let mut seen = BTreeSet::new();
        for form in SHORT_FORMS.iter().flat_map(|f| f.iter()) {
            assert!(seen.insert(form), "{form}");
        }
    }
}
