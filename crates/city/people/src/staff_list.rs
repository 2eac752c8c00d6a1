//! 花名册: a plain list of staff as an office keeps it: names, units by their names, posts. What a full roster says
//! besides (accounts, roles, codes of units) is completed by the rules of the tables here, and every completion is shown
//! on the preview before anything is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{RegionCode, Role, UnitId};
use store::office::StaffRow;
use tabular::header::{Vocabulary, Words};
use tabular::told::{Unknown, ValueUnknown};

use crate::entries::{NewStaff, NewUnit};
use city::{NoOneUnit, Office, UnitNames};

/// How a plain list is completed (花名册怎么补).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completing {
    /// roles follow from posts; otherwise everybody handles cases
    pub by_post: bool,
    /// units that are not there are made
    pub make_units: bool,
}

impl Default for Completing {
    fn default() -> Self {
        Self { by_post: true, make_units: true }
    }
}

/// Parts of the name of a unit, and its kind; the first that fits.
const KINDS: &[(&str, &[&str])] = &[
    ("hall", &["政务服务中心", "便民服务中心", "办事大厅", "政务大厅"]),
    // Offices of a township belong to it, whatever they do.
    ("township", &["街道", "镇人民政府", "乡人民政府", "镇政府", "乡政府", "镇政务服务", "乡政务服务"]),
    (
        "coordination",
        &[
            "审批局",
            "审批服务局",
            "政管办",
            "政务办",
            "政务服务管理",
            "政务服务和",
            "政务服务办公室",
            "政务服务局",
            "营商环境",
            "数据局",
            "数据管理局",
        ],
    ),
    ("supervision", &["督查室", "纪委", "监委", "督查办"]),
    // 国有资产监督管理委员会 is a department; that of an area governs it.
    ("government", &["人民政府", "管委会", "区管理委员会", "园管理委员会", "城管理委员会", "岛管理委员会"]),
    ("utility", &["公司", "集团", "供水", "供电", "燃气"]),
];

/// The kind of unit that its name says.
fn kind_of(name: &str) -> &'static str {
    let named = KINDS.iter().find(|(_, parts)| parts.iter().any(|p| name.contains(p)));
    match named {
        Some((kind, _)) => kind,
        None if name.ends_with(['镇', '乡']) => "township",
        None => "department",
    }
}

/// Who is meant (kind of unit, empty: any), parts of the post (none: any), and the role; the first that fits.
const ROLES: &[(&str, &[&str], Role)] = &[
    // Who keeps the house running gets no further, wherever it is.
    (
        "",
        &["司机", "驾驶员", "保洁", "保安", "门卫", "厨师", "炊事", "水电工", "后勤", "退休"],
        Role::Handler,
    ),
    ("", &["窗口", "首席代表", "综合受理", "前台", "收件"], Role::Clerk),
    ("", &["办公室主任", "综合科", "综合股", "联络员"], Role::UnitAdmin),
    // Whose sections they are counts more than what they are called: 督办科 of the coordinating office reminds, it does not judge.
    ("coordination", &["科", "股", "室", "处", "专员", "干部"], Role::Coordinator),
    ("", &["督查", "督办"], Role::Supervisor),
    ("", &["科长", "股长", "所长", "科员", "主任科员", "室主任", "中心主任", "组长"], Role::Handler),
    (
        "",
        &[
            "书记",
            "市长",
            "县长",
            "区长",
            "镇长",
            "乡长",
            "局长",
            "部长",
            "主席",
            "主任",
            "秘书长",
            "总经理",
            "行长",
            "支队长",
            "领导",
        ],
        Role::Walker,
    ),
    ("coordination", &[], Role::Coordinator),
    ("supervision", &[], Role::Supervisor),
    ("", &[], Role::Handler),
];

/// The role that a post in a unit of this kind leads to.
fn role_of(kind: &str, post: &str) -> Role {
    let fits = |r: &&(&str, &[&str], Role)| {
        (r.0.is_empty() || r.0 == kind) && (r.1.is_empty() || r.1.iter().any(|p| post.contains(p)))
    };
    ROLES.iter().find(fits).map_or(Role::Handler, |r| r.2)
}

/// The columns of accounts, of which a plain list needs a name and whose person it is.
pub(crate) struct Plain<'a> {
    pub words: Words<'a>,
    pub name: usize,
    pub unit: usize,
    pub post: usize,
}

impl Vocabulary for Plain<'_> {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        self.words.field(name)
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&self.name) && (fields.contains(&self.unit) || fields.contains(&self.post))
    }
}

/// What sheets of people are called besides their unit.
const SHEETS: &[&str] = &[
    "花名册",
    "名册",
    "人员名单",
    "名单",
    "通讯录",
    "一览表",
    "汇总表",
    "统计表",
    "信息表",
    "登记表",
    "明细表",
    "工作人员",
    "人员",
    "干部",
    "职工",
    "员工",
    "基本情况",
    "信息",
    "汇总",
    "sheet",
    "工作表",
    "表",
];
/// What is left of such names and is no unit either.
const ALL: &[&str] = &[
    "",
    "全市",
    "全县",
    "全区",
    "市直",
    "县直",
    "区直",
    "机关",
    "单位",
    "各单位",
    "部门",
    "各部门",
    "在编",
    "在职",
    "全部",
    "所有",
];

/// The unit that the name of a sheet says: `市监局花名册` that of 市监局; none where it says no unit: Sheet1, 2026年人员名单.
pub(crate) fn unit_of_sheet(name: &str) -> Option<String> {
    // What is counted in a name, and the year, is no part of it: Sheet1 (2), 名单（2026年）.
    let figure = |c: char| c.is_numeric() || c.is_whitespace() || "()（）年月日度-－_.·".contains(c);
    let name = name.trim();
    let bare = name.trim_matches(figure);
    let mut rest = bare;
    while let Some(shorter) = SHEETS.iter().find_map(|w| {
        let at = rest.len().checked_sub(w.len()).filter(|at| rest.is_char_boundary(*at))?;
        // 代表 and 填表 end in 表 by chance: alone it is dropped only where nothing else stands.
        let alone = *w != "表" || at == 0;
        (alone && rest[at..].eq_ignore_ascii_case(w)).then(|| rest[..at].trim_matches(figure))
    }) {
        rest = shorter;
    }
    (!ALL.contains(&rest)).then(|| if rest == bare { name } else { rest }.to_owned())
}

/// A row of a plain list.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainRow {
    pub row: u64,
    pub sheet: String,
    pub name: String,
    pub unit: String,
    pub post: String,
    pub login: String,
    pub role: Option<Role>,
    pub password: String,
}

/// What a list is completed from.
pub(crate) struct Known<'a> {
    pub office: &'a Office,
    /// units that are here and those of the same workbook
    pub units: &'a UnitsCalled<'a>,
    /// accounts by login
    pub accounts: &'a HashMap<String, StaffRow>,
    /// codes and names of regions
    pub regions: &'a [(String, String)],
    pub how: Completing,
}

/// A unit that a list names.
#[derive(Clone, Copy)]
pub(crate) struct Called<'a> {
    pub key: &'a str,
    /// none: it is made from the same workbook
    pub id: Option<UnitId>,
    pub region: &'a RegionCode,
    pub kind: &'a str,
}

/// Units by what people call them: those of the same workbook first, since they are written before the accounts.
pub(crate) struct UnitsCalled<'a> {
    office: &'a Office,
    book: HashMap<&'a str, &'a NewUnit>,
}

impl<'a> UnitsCalled<'a> {
    pub(crate) fn of(office: &'a Office, units: &'a [NewUnit]) -> Self {
        let mut book = HashMap::new();
        let names: [fn(&NewUnit) -> &str; 3] = [|u| &u.key, |u| &u.name, |u| &u.short];
        for name in names {
            for u in units {
                book.entry(name(u)).or_insert(u);
            }
        }
        Self { office, book }
    }
    /// By code, name or short name.
    pub(crate) fn called(&self, text: &str) -> Option<Called<'a>> {
        let text = text.trim();
        if let Some(u) = self.book.get(text) {
            let id = self.office.unit_called(&u.key).filter(|o| o.key == u.key).map(|o| o.id);
            return Some(Called { key: &u.key, id, region: &u.region, kind: &u.kind });
        }
        let u = self.office.unit_called(text)?;
        Some(Called { key: &u.key, id: Some(u.id), region: &u.region, kind: &u.kind })
    }
}

/// A completed list; of each person the sheet and the row.
#[derive(Default)]
pub(crate) struct Completed {
    pub units: Vec<NewUnit>,
    pub staff: Vec<(String, u64, NewStaff)>,
    /// row, sheet, what is wrong
    pub wrong: Vec<(u64, String, String, String)>,
    /// what was completed and how
    pub told: Vec<ValueUnknown>,
}

/// The district that the name of a unit begins with, else the city.
fn region_of(name: &str, known: &Known<'_>) -> RegionCode {
    let city = &known.office.settings;
    let rest = name.strip_prefix(city.name.as_str()).unwrap_or(name);
    let own = |(_, n): &&(String, String)| {
        let n = n.strip_prefix(city.name.as_str()).unwrap_or(n);
        !n.is_empty() && rest.starts_with(n)
    };
    let found = known.regions.iter().filter(own).max_by_key(|(_, n)| n.len());
    found.and_then(|(code, _)| code.parse().ok()).unwrap_or_else(|| city.city.clone())
}

/// Of units that are not here yet and that a list calls by several names the fullest for each (城管局 beside 市城市管理局), or why
/// none: 住建局 beside those of two districts.
fn one_name_each(rows: &[PlainRow], known: &Known<'_>) -> HashMap<String, Result<String, NoOneUnit>> {
    let mut names: Vec<&str> = rows.iter().map(|r| r.unit.as_str()).filter(|u| !u.is_empty()).collect();
    names.sort_unstable_by_key(|n| (std::cmp::Reverse(n.chars().count()), *n));
    names.dedup();
    names.retain(|n| known.units.called(n).is_none());
    let regions: Vec<RegionCode> = names.iter().map(|n| region_of(n, known)).collect();
    let ids = (0..).map(UnitId);
    let all = ids.zip(&names).zip(&regions).map(|((id, name), region)| (id, [*name, *name], region));
    let city = &known.office.settings;
    let called = UnitNames::new(&city.name, &city.city, all);
    let at = |id: &UnitId| usize::try_from(id.0).ok().and_then(|at| names.get(at).copied());
    let meant = |name: &str| called.meant(name).iter().filter_map(at).collect::<Vec<_>>();
    let fullest = |name: &&str| {
        // The names stand by their length: the first is the fullest.
        let longer: Vec<&str> =
            meant(name).into_iter().filter(|n| n.chars().count() > name.chars().count()).collect();
        let first = *longer.first()?;
        let one = longer.iter().all(|l| *l == first || meant(l).contains(&first));
        let candidates = || longer.iter().map(|l| (*l).to_owned()).collect();
        let found = if one {
            Ok(first.to_owned())
        } else {
            Err(NoOneUnit { text: (*name).to_owned(), candidates: candidates() })
        };
        Some(((*name).to_owned(), found))
    };
    names.iter().filter_map(fullest).collect()
}

/// Completes the rows of a plain list.
pub(crate) fn complete(rows: Vec<PlainRow>, known: &Known<'_>) -> Completed {
    let mut done = Completed::default();
    let mut told = Unknown::default();
    let mut made: BTreeMap<String, NewUnit> = BTreeMap::new();
    let at_unit: HashMap<(UnitId, &str), &str> =
        known.accounts.values().map(|s| ((s.unit, s.name.as_str()), s.login.as_str())).collect();
    let mut logins: HashSet<String> =
        rows.iter().filter(|r| !r.login.is_empty()).map(|r| r.login.clone()).collect();
    let given = logins.clone();
    let mut taken: HashSet<String> = HashSet::new();
    let mut people: HashSet<(String, String)> = HashSet::new();
    let same = one_name_each(&rows, known);
    for mut r in rows {
        match same.get(&r.unit) {
            Some(Ok(full)) => {
                told.add("单位", &r.unit, &format!("当作“{full}” / taken for {full}"));
                r.unit.clone_from(full);
            }
            Some(Err(none)) => {
                let said = none.said();
                done.wrong.push((r.row, r.sheet, said.zh, said.en));
                continue;
            }
            None => {}
        }
        let mut wrong = |zh: String, en: String| done.wrong.push((r.row, r.sheet.clone(), zh, en));
        if r.name.is_empty() || r.unit.is_empty() {
            wrong("姓名和单位都要填".into(), "the name and the unit are needed".into());
            continue;
        }
        let there = known.units.called(&r.unit);
        // What several units can be called is no new one.
        let several = known.office.unit_meant(&r.unit).err().filter(|none| !none.candidates.is_empty());
        if let Some(none) = several.filter(|_| there.is_none()) {
            let said = none.said();
            wrong(said.zh, said.en);
            continue;
        }
        let kind = match there {
            Some(u) => u.kind.to_owned(),
            None if !known.how.make_units => {
                wrong(format!("没有单位“{}”", r.unit), format!("there is no unit “{}”", r.unit));
                continue;
            }
            None => {
                let unit = made.entry(r.unit.clone()).or_insert_with(|| NewUnit {
                    key: r.unit.clone(),
                    name: r.unit.clone(),
                    short: r.unit.clone(),
                    kind: kind_of(&r.unit).to_owned(),
                    parent: None,
                    region: region_of(&r.unit, known),
                    duties: String::new(),
                });
                let region = known.regions.iter().find(|(c, _)| *c == unit.region.as_str());
                let region = region.map_or(unit.region.as_str(), |(_, n)| n.as_str());
                let kind = crate::UNIT_KINDS.iter().find(|(w, _)| *w == unit.kind);
                let zh = kind.map_or("", |(_, zh)| *zh);
                told.add(
                    "单位",
                    &r.unit,
                    &format!("新建单位：{zh}，{region} / a new unit: {}, {region}", unit.kind),
                );
                unit.kind.clone()
            }
        };
        let unit_key = there.map_or_else(|| r.unit.clone(), |u| u.key.to_owned());
        let had = there.and_then(|u| at_unit.get(&(u.id?, r.name.as_str())).copied());
        let doubled = !people.insert((unit_key.clone(), r.name.clone()));
        if doubled && r.login.is_empty() {
            wrong(
                format!("“{}”在这个单位前面已经有了；同名的两个人请加一列“账号”", r.name),
                "this name stands twice in the unit: give both an account".into(),
            );
            continue;
        }
        let login = match (r.login.is_empty(), had) {
            (false, _) => r.login.clone(),
            (true, Some(login)) => login.to_owned(),
            (true, None) => {
                let free = |l: &String| {
                    let mine = given.contains(l) || logins.contains(l);
                    !mine && !known.accounts.contains_key(l)
                };
                let numbered = (2..).map(|n: u32| format!("{}{n}", r.name));
                let mut all = std::iter::once(r.name.clone()).chain(numbered);
                let login = all.find(free).unwrap_or_else(|| r.name.clone());
                if login != r.name {
                    told.add(
                        "账号",
                        &r.name,
                        &format!("重名，账号用“{login}” / same name: account “{login}”"),
                    );
                }
                login
            }
        };
        if !taken.insert(login.clone()) {
            wrong(format!("账号“{login}”重复"), format!("the account “{login}” stands twice"));
            continue;
        }
        logins.insert(login.clone());
        // What a list does not say stays as it is: nobody loses a role or a post by standing on a list of staff.
        let old = known.accounts.get(&login);
        let role = match (r.role, old) {
            (Some(role), _) => role,
            (None, Some(old)) => {
                told.add(
                    "角色",
                    "已有账号",
                    "角色不变；要改请加“角色”一列 / accounts that are there keep their roles",
                );
                old.role
            }
            (None, None) => {
                let role = if known.how.by_post { role_of(&kind, &r.post) } else { Role::Handler };
                let post = if r.post.is_empty() { "（空）" } else { r.post.as_str() };
                told.add("职务", post, &format!("角色：{} / role: {}", role.zh(), role.word()));
                role
            }
        };
        done.staff.push((
            r.sheet,
            r.row,
            NewStaff {
                login,
                name: r.name,
                role,
                unit: unit_key,
                position: if r.post.is_empty() {
                    old.map(|o| o.position.clone()).unwrap_or_default()
                } else {
                    r.post
                },
                password: Some(r.password).filter(|p| !p.is_empty()),
            },
        ));
    }
    done.units = made.into_values().collect();
    done.told = told.list();
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_unit_says_what_it_is() {
        for (name, kind) in [
            ("岳阳市卫生健康委员会", "department"),
            ("云溪区行政审批服务局", "coordination"),
            ("岳阳楼区人民政府", "government"),
            ("城陵矶街道办事处", "township"),
            ("黄沙街镇人民政府", "township"),
            ("市燃气有限公司", "utility"),
            ("市政务服务中心", "hall"),
            ("市委督查室", "supervision"),
            ("筻口镇", "township"),
            ("筻口镇政务服务办公室", "township"),
            ("市政务服务办公室", "coordination"),
            ("市国有资产监督管理委员会", "department"),
            ("市国资委", "department"),
            ("经济技术开发区管理委员会", "government"),
            ("南湖新区管委会", "government"),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }

    #[test]
    fn the_name_of_a_sheet_is_a_unit_or_says_nothing() {
        for name in [
            "Sheet1",
            "sheet1 (2)",
            "花名册",
            "人员",
            "名单",
            "人员名单",
            "2026年干部花名册",
            "工作表1",
            "表1",
            "全市人员名单",
            "",
        ] {
            assert_eq!(unit_of_sheet(name), None, "{name}");
        }
        for (name, unit) in [
            ("市监局", "市监局"),
            ("市监局花名册", "市监局"),
            ("市人社局人员名单（2026年）", "市人社局"),
            ("市人大代表", "市人大代表"),
            ("第1中学", "第1中学"),
        ] {
            assert_eq!(unit_of_sheet(name).as_deref(), Some(unit), "{name}");
        }
    }

    #[test]
    fn a_post_says_what_somebody_does_here() {
        for (kind, post, role) in [
            ("department", "党组书记、局长", Role::Walker),
            ("department", "副主任", Role::Walker),
            ("department", "办公室主任", Role::UnitAdmin),
            ("department", "医政科科长", Role::Handler),
            ("department", "科员", Role::Handler),
            ("department", "", Role::Handler),
            ("hall", "综合窗口", Role::Clerk),
            ("coordination", "局长", Role::Walker),
            ("coordination", "效能科科长", Role::Coordinator),
            ("coordination", "", Role::Coordinator),
            ("coordination", "督办协调科科长", Role::Coordinator),
            ("supervision", "主任科员", Role::Handler),
            ("supervision", "干部", Role::Supervisor),
            ("department", "督查科科长", Role::Supervisor),
            ("coordination", "司机", Role::Handler),
            ("supervision", "保安队长", Role::Handler),
        ] {
            assert_eq!(role_of(kind, post), role, "{kind} {post}");
        }
    }
}
