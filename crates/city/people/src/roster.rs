//! 名册: the unit tree and the staff from one workbook of two sheets, and back. A workbook with anything wrong in it
//! changes nothing; everything that is wrong is told with its row. (Rows X1, X4.)

use std::collections::{HashMap, HashSet};

use access::{Account, City, Nothing, decide, op};
use kernel::{Actor, RegionCode, Role, Said, UnitId};
use paper::sheet::SheetOf;
use store::Rd;
use store::office::{self, StaffRow};
use tabular::Told;
use tabular::header::{Fields, Vocabulary, Words};
use tabular::records::{self, Asked, NOTHING_ASKED, Record, Sheet};

use crate::People;
use crate::entries::{
    Entered, Hashes, NewStaff, NewUnit, counted_anew, keys_in, may_enter, receptions, staff_in, units_in,
};
use crate::staff_list::{Completing, Known, Plain, PlainRow, UnitsCalled, complete, unit_of_sheet};
use city::{Door, Error, Later, Office};

/// Names of the two sheets.
const UNITS: &str = "单位";
const STAFF: &str = "人员";
const UNIT_HEAD: [&str; 7] = ["编码", "全称", "简称", "类型", "上级编码", "区划", "职责"];
const STAFF_HEAD: [&str; 6] = ["账号", "姓名", "角色", "单位编码", "职务", "初始密码"];
/// The columns of units by the names that offices give them.
const UNIT_FIELDS: &Fields<'_> = &[
    ("编码", &["编码", "单位编码", "单位代码", "部门编码", "机构编码", "代码"], true),
    ("全称", &["全称", "单位全称", "单位名称", "部门名称", "机构名称", "名称"], true),
    ("简称", &["简称", "单位简称"], false),
    ("类型", &["类型", "单位类型", "类别"], false),
    ("上级编码", &["上级编码", "上级单位编码", "上级代码", "上级单位", "上级"], false),
    ("区划", &["区划", "区划代码", "行政区划代码", "行政区划"], true),
    ("职责", &["职责", "主要职责", "职能"], false),
];
/// The same of accounts.
const STAFF_FIELDS: &Fields<'_> = &[
    ("账号", &["账号", "帐号", "登录名", "登录账号", "用户名", "工号"], true),
    ("姓名", &["姓名", "人员姓名", "用户姓名", "名字", "干部姓名", "工作人员"], true),
    ("角色", &["角色", "岗位角色", "用户角色"], true),
    (
        "单位编码",
        &[
            "单位编码",
            "单位代码",
            "所属单位",
            "单位",
            "所属部门",
            "部门",
            "单位名称",
            "部门编码",
            "工作单位",
            "所在单位",
            "单位全称",
            "部门名称",
            "机构名称",
        ],
        true,
    ),
    ("职务", &["职务", "岗位", "现任职务", "职务名称", "职位", "岗位名称", "现职", "职务职级"], false),
    ("初始密码", &["初始密码", "密码"], false),
];
/// The column of first passwords.
pub(crate) const PASSWORD: &str = "初始密码";
/// The column that says whose an account is.
pub(crate) const UNIT_OF: &str = "单位编码";
/// Kinds of units: code word, as it stands in a workbook and on pages.
pub const UNIT_KINDS: [(&str, &str); 8] = [
    ("government", "政府"),
    ("coordination", "统筹"),
    ("supervision", "督查"),
    ("hall", "大厅"),
    ("township", "乡镇街道"),
    ("department", "部门"),
    ("utility", "公用企业"),
    ("office", "机构"),
];
/// Rows of one workbook at most; each new password costs a slow hash.
const ROWS_MAX: usize = 20_000;
const PASSWORDS_MAX: usize = 2_000;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// the sheet
    pub sheet: String,
    /// its row as the spreadsheet shows it
    pub row: usize,
    /// what, and what to do
    pub said: Said,
}

/// What became of a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// units
    pub units: Entered,
    /// accounts
    pub staff: Entered,
    /// why nothing was taken; empty: everything was
    pub wrong: Vec<Wrong>,
    /// how the sheets were read and what was left
    pub told: Vec<Told>,
}

/// A sheet that was found.
struct Table<'a> {
    name: &'static str,
    fields: &'static Fields<'static>,
    records: records::Records<'a>,
}

impl<'a> Table<'a> {
    /// The sheet of this name, else the first that people see with the needed columns.
    fn find(
        all: &'a [Sheet],
        name: &'static str,
        fields: &'static Fields<'static>,
        asked: &Asked,
        wrong: &mut Vec<Wrong>,
    ) -> Option<Self> {
        let called = |s: &&Sheet| s.name.trim() == name;
        let sheets: Vec<&Sheet> =
            all.iter().filter(called).chain(all.iter().filter(|s| !called(s))).collect();
        if let Some(found) = Self::among(&sheets, name, fields, &Words(fields), asked) {
            return Some(found);
        }
        if all.iter().any(|s| called(&s) && !s.rows.is_empty()) {
            let needed = fields.iter().filter(|f| f.2).map(|f| f.0).collect::<Vec<_>>().join("、");
            wrong.push(Wrong {
                sheet: name.to_owned(),
                row: 1,
                said: Said::new(
                    format!("表头须有这些列：{needed}"),
                    format!("the heading must have these columns: {needed}"),
                ),
            });
        }
        None
    }
    /// The first of these sheets that this vocabulary can read.
    fn among(
        sheets: &[&'a Sheet],
        name: &'static str,
        fields: &'static Fields<'static>,
        words: &dyn Vocabulary,
        asked: &Asked,
    ) -> Option<Self> {
        let word = |f: usize| fields[f].0.to_owned();
        let door = records::Door { words, word: &word, fields: fields.len(), asked };
        let records = records::find(sheets.iter().copied(), None, &door)?;
        Some(Self { name, fields, records })
    }
    /// The sheets of a plain list: the one that people see first, or, where no column says the unit, all that are called
    /// by their units.
    fn plain(all: &'a [Sheet], asked: &Asked) -> Vec<Self> {
        let at = |column: &str| STAFF_FIELDS.iter().position(|f| f.0 == column).unwrap_or(0);
        let words =
            Plain {
                words: Words(STAFF_FIELDS), name: at("姓名"), unit: at("单位编码"), post: at("职务")
            };
        let named = |s: &&Sheet| asked.sheet.as_deref().is_none_or(|n| s.name.trim() == n.trim());
        let sheets: Vec<&Sheet> = all.iter().filter(named).collect();
        let Some(first) = Self::among(&sheets, STAFF, STAFF_FIELDS, &words, asked) else { return Vec::new() };
        if first.records.has(words.unit) {
            return vec![first];
        }
        let seen = sheets.iter().filter(|s| !s.hidden && !s.name.trim().is_empty());
        seen.filter_map(|s| Self::among(&[*s], STAFF, STAFF_FIELDS, &words, asked)).collect()
    }
    /// Its records; none when there are too many.
    fn rows(&mut self, wrong: &mut Vec<Wrong>) -> Vec<Row<'_>> {
        let (name, fields) = (self.name, self.fields);
        let mut rows = self.records.rows();
        if let Some(over) = rows.get(ROWS_MAX) {
            wrong.push(Wrong {
                sheet: name.to_owned(),
                row: over.row as usize,
                said: Said::new(
                    format!("一张表最多 {ROWS_MAX} 行，请分几次导入"),
                    format!("at most {ROWS_MAX} rows in a sheet: import in parts"),
                ),
            });
            rows.clear();
        }
        rows.into_iter().map(|record| Row { name, fields, record }).collect()
    }
}

/// One of its records.
#[derive(Clone, Copy)]
struct Row<'a> {
    name: &'static str,
    fields: &'static Fields<'static>,
    record: Record<'a>,
}

impl<'a> Row<'a> {
    fn cell(&self, column: &str) -> &'a str {
        self.fields.iter().position(|f| f.0 == column).map_or("", |f| self.record.get(f))
    }
    fn has(&self, column: &str) -> bool {
        self.fields.iter().position(|f| f.0 == column).is_some_and(|f| self.record.has(f))
    }
    fn wrong(&self, zh: impl Into<String>, en: impl Into<String>) -> Wrong {
        Wrong { sheet: self.name.to_owned(), row: self.record.row as usize, said: Said::new(zh, en) }
    }
}

fn kind_of(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("department");
    }
    UNIT_KINDS.iter().find(|(w, zh)| *w == text || *zh == text).map(|(w, _)| *w)
}

/// Units in an order in which each stands behind the one above it.
fn units_of(rows: &[Row<'_>], office: &Office, wrong: &mut Vec<Wrong>) -> Vec<NewUnit> {
    let mut keys: HashSet<&str> = HashSet::new();
    let mut found: Vec<(Row<'_>, NewUnit)> = Vec::new();
    for row in rows {
        let cell = |name| row.cell(name);
        let (key, name) = (cell("编码"), cell("全称"));
        if key.is_empty() || name.is_empty() {
            wrong.push(row.wrong("编码和全称都要填", "the code and the full name are needed"));
            continue;
        }
        if !keys.insert(key) {
            let (zh, en) = (format!("编码“{key}”重复"), format!("the code “{key}” stands twice"));
            wrong.push(row.wrong(zh, en));
            continue;
        }
        let Ok(region) = cell("区划").parse::<RegionCode>() else {
            let zh = format!("区划“{}”不是 4、6、9 或 12 位代码", cell("区划"));
            wrong.push(row.wrong(zh, "the region is not a code of 4, 6, 9 or 12 digits"));
            continue;
        };
        let Some(kind) = kind_of(cell("类型")) else {
            let known: Vec<_> = UNIT_KINDS.iter().map(|(_, zh)| *zh).collect();
            let zh = format!("类型“{}”不认识，可填：{}", cell("类型"), known.join("、"));
            wrong.push(row.wrong(zh, format!("the kind is not one of: {}", known.join(", "))));
            continue;
        };
        let short = Some(cell("简称")).filter(|s| !s.is_empty()).unwrap_or(name);
        found.push((
            *row,
            NewUnit {
                key: key.to_owned(),
                name: name.to_owned(),
                short: short.to_owned(),
                kind: kind.to_owned(),
                parent: Some(cell("上级编码").to_owned()).filter(|p| !p.is_empty()),
                region,
                duties: cell("职责").replace(['；', ';'], "\n"),
            },
        ));
    }
    let mut there: HashSet<String> = office.units().iter().map(|u| u.key.clone()).collect();
    // A unit that is in the workbook must not stand behind what it itself depends on.
    there.retain(|k| !keys.contains(k.as_str()));
    let mut ordered = Vec::new();
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, u)| u.parent.as_ref().is_none_or(|p| there.contains(p)));
        found = rest;
        if ready.is_empty() {
            break;
        }
        there.extend(ready.iter().map(|(_, u)| u.key.clone()));
        ordered.extend(ready.into_iter().map(|(_, u)| u));
    }
    for (row, u) in found {
        let above = u.parent.unwrap_or_default();
        wrong.push(row.wrong(
            format!("上级编码“{above}”不存在，或上下级绕成了圈"),
            format!("the unit above, “{above}”, does not exist or the units go round in a circle"),
        ));
    }
    ordered
}

fn role_of(text: &str) -> Option<Role> {
    let role = Role::ALL.into_iter().find(|r| r.word() == text || r.zh() == text)?;
    (!matches!(role, Role::Resident | Role::System)).then_some(role)
}

/// What is said of a role that is none.
fn no_role(text: &str) -> (String, String) {
    let known: Vec<_> = Role::ALL.into_iter().filter_map(|r| role_of(r.word())).map(Role::zh).collect();
    (
        format!("角色“{text}”不认识，可填：{}", known.join("、")),
        format!("the role is not one of: {}", known.join(", ")),
    )
}

fn staff_of(
    rows: &[Row<'_>],
    units: &UnitsCalled<'_>,
    (actor, old): (&Actor, &HashMap<String, StaffRow>),
    wrong: &mut Vec<Wrong>,
) -> Vec<NewStaff> {
    let mut logins: HashSet<&str> = HashSet::new();
    let mut found = Vec::new();
    for row in rows {
        let cell = |name| row.cell(name);
        let (login, name, unit, password) = (cell("账号"), cell("姓名"), cell("单位编码"), cell("初始密码"));
        if login.is_empty() || name.is_empty() {
            wrong.push(row.wrong("账号和姓名都要填", "the account and the name are needed"));
            continue;
        }
        if !logins.insert(login) {
            let (zh, en) = (format!("账号“{login}”重复"), format!("the account “{login}” stands twice"));
            wrong.push(row.wrong(zh, en));
            continue;
        }
        let Some(role) = role_of(cell("角色")) else {
            let (zh, en) = no_role(cell("角色"));
            wrong.push(row.wrong(zh, en));
            continue;
        };
        let Some(of) = units.called(unit) else {
            let (zh, en) = (format!("没有单位“{unit}”"), format!("there is no unit “{unit}”"));
            wrong.push(row.wrong(zh, en));
            continue;
        };
        // A unit of this workbook has no number yet, but a region.
        let account = Account { unit: of.id.unwrap_or(UnitId(0)), region: of.region, role };
        if let Err(said) = may_enter(actor, account, old.get(login)) {
            wrong.push(row.wrong(said.zh, said.en));
            continue;
        }
        if !password.is_empty()
            && let Err(Error::Invalid { said, .. }) = city::guard::passwords::acceptable(login, password)
        {
            wrong.push(row.wrong(said.zh, said.en));
            continue;
        }
        found.push(NewStaff {
            login: login.to_owned(),
            name: name.to_owned(),
            role,
            unit: of.key.to_owned(),
            // Without the column a post stays as it is.
            position: match old.get(login).filter(|_| !row.has("职务")) {
                Some(old) => old.position.clone(),
                None => cell("职务").to_owned(),
            },
            password: Some(password.to_owned()).filter(|p| !p.is_empty()),
        });
    }
    found
}

/// A plain list of staff, completed: units to make, accounts, what there is to tell of each sheet.
fn plain_list(
    tables: Vec<Table<'_>>,
    known: &Known<'_>,
    actor: &Actor,
    wrong: &mut Vec<Wrong>,
) -> (Vec<NewUnit>, Vec<NewStaff>, Vec<(&'static str, Told)>) {
    let mut tables = tables;
    let mut rows = Vec::new();
    let mut bad: Vec<(String, u64, Said)> = Vec::new();
    for table in &mut tables {
        let sheet = table.records.sheet().trim().to_owned();
        for r in table.rows(wrong) {
            let cell = |name| r.cell(name).to_owned();
            let unit = Some(cell("单位编码")).filter(|u| !u.is_empty());
            // A column of units that is empty here is a gap; without the column the sheet is called by its unit.
            let unit = unit.or_else(|| unit_of_sheet(&sheet).filter(|_| !r.has("单位编码")));
            let mut wrong =
                |zh: String, en: String| bad.push((sheet.clone(), r.record.row, Said::new(zh, en)));
            if unit.is_none() && !r.has("单位编码") {
                wrong(
                    format!("不知道是哪个单位的人：请加“单位”一列，或把工作表“{sheet}”改成单位名称"),
                    "whose people are they? add a column of units or call the sheet by the unit".to_owned(),
                );
                continue;
            }
            let role = Some(r.cell("角色")).filter(|t| !t.is_empty());
            if let Some(text) = role.filter(|t| role_of(t).is_none()) {
                let (zh, en) = no_role(text);
                wrong(format!("{zh}；不知道就留空"), format!("{en}; or leave it empty"));
                continue;
            }
            rows.push(PlainRow {
                row: r.record.row,
                sheet: sheet.clone(),
                name: cell("姓名").split_whitespace().collect(),
                unit: unit.unwrap_or_default(),
                post: cell("职务"),
                login: cell("账号"),
                role: role.and_then(role_of),
                password: cell("初始密码"),
            });
        }
    }
    let done = complete(rows, known);
    bad.extend(done.wrong.into_iter().map(|(row, sheet, zh, en)| (sheet, row, Said::new(zh, en))));
    let mut staff = Vec::new();
    for (sheet, row, s) in done.staff {
        let there = known.units.called(&s.unit).map(|u| (u.id.unwrap_or(UnitId(0)), u.region.clone()));
        let made = || done.units.iter().find(|u| u.key == s.unit).map(|u| (UnitId(0), u.region.clone()));
        let Some((unit, region)) = there.or_else(made) else { continue };
        let account = Account { unit, region: &region, role: s.role };
        let fits = may_enter(actor, account, known.accounts.get(&s.login)).map(drop);
        let password =
            s.password.as_ref().map_or(Ok(()), |p| city::guard::passwords::acceptable(&s.login, p));
        match (fits, password) {
            (Err(said), _) | (Ok(()), Err(Error::Invalid { said, .. })) => bad.push((sheet, row, said)),
            _ => staff.push(s),
        }
    }
    wrong.extend(bad.iter().map(|(sheet, row, said)| Wrong {
        sheet: sheet.clone(),
        row: usize::try_from(*row).unwrap_or(usize::MAX),
        said: said.clone(),
    }));
    let mut values = done.told;
    let told = tables.into_iter().map(|t| {
        let mut told = t.records.told;
        let sheet = told.sheet.clone().unwrap_or_default();
        for (_, row, said) in bad.iter().filter(|b| b.0 == sheet.trim()) {
            told.aside(*row, said.to_string());
        }
        told.values_unknown.append(&mut values);
        (t.name, told)
    });
    (done.units, staff, told.collect())
}

/// What there is to tell of a sheet: both sheets are known, whatever was wrong is set aside.
fn told_of(table: Table<'_>, wrong: &[Wrong]) -> Told {
    let mut told = table.records.told;
    told.sheets_other.retain(|s| ![UNITS, STAFF].contains(&s.name.trim()) || s.hidden);
    for w in wrong.iter().filter(|w| w.sheet == table.name) {
        told.aside(w.row as u64, w.said.to_string());
    }
    told
}

/// Every account by its login.
fn every_account(rd: &mut Rd<'_>) -> Result<HashMap<String, StaffRow>, Error> {
    Ok(office::all_staff(rd, None)?.into_iter().map(|s| (s.login.clone(), s)).collect())
}

/// A workbook that was read and not yet taken in.
pub(crate) struct ReadRoster {
    office: std::sync::Arc<Office>,
    pub units: Vec<NewUnit>,
    pub staff: Vec<NewStaff>,
    pub wrong: Vec<Wrong>,
    /// the table (units, accounts) and what there is to tell of it
    pub told: Vec<(&'static str, Told)>,
}

/// What the columns of a table of the roster can be taken for.
pub(crate) fn columns(table: &str) -> impl Iterator<Item = &'static str> + use<> {
    let fields = if table == STAFF { STAFF_FIELDS } else { UNIT_FIELDS };
    fields.iter().map(|f| f.0)
}

/// Neither table is there, or both are empty.
pub(crate) fn no_tables() -> Said {
    Said::new(
        format!(
            "没有找到“{UNITS}”“{STAFF}”表或花名册：花名册有姓名和单位两列就能收，列名不同的在下面逐列指定"
        ),
        format!(
            "no sheet “{UNITS}” or “{STAFF}” and no list of staff: a list needs names and units; say below what its columns are"
        ),
    )
}

impl People {
    /// Takes in a workbook: all of it, or nothing. Blocks on the hashes of new passwords.
    ///
    /// # Errors
    /// Not allowed; neither sheet is there; too many passwords at once.
    pub fn take_in_roster(&self, actor: &Actor, sheets: &[Sheet]) -> Result<Taken, Error> {
        self.take_in_roster_as(actor, sheets, &NOTHING_ASKED, Completing::default())
    }

    /// Reads a workbook as a person says; writes nothing. Without a table of accounts, a plain list of staff is completed.
    pub(crate) fn read_roster(
        &self,
        actor: &Actor,
        sheets: &[Sheet],
        asked: &Asked,
        how: Completing,
    ) -> Result<ReadRoster, Error> {
        decide(actor, op::KeepRoster, Nothing)?;
        let office = self.city.office_now().wait()?;
        let mut wrong = Vec::new();
        let mut of_units = Table::find(sheets, UNITS, UNIT_FIELDS, asked, &mut wrong);
        let before = wrong.len();
        let mut of_staff = Table::find(sheets, STAFF, STAFF_FIELDS, asked, &mut wrong);
        let plain = if of_staff.is_none() { Table::plain(sheets, asked) } else { Vec::new() };
        if !plain.is_empty() {
            // That the sheet has not every column of a full roster is no fault of a plain list.
            wrong.truncate(before);
        }
        let rows = of_units.as_mut().map(|t| t.rows(&mut wrong)).unwrap_or_default();
        let mut units = units_of(&rows, &office, &mut wrong);
        let (old, regions) =
            self.city.store().read(|rd| Ok::<_, Error>((every_account(rd)?, office::regions(rd)?)))?;
        // Who may not write units is told which rows name an unknown one.
        let may_make = decide(actor, op::WriteUnits, City(&office.settings.city)).is_ok();
        let how = Completing { make_units: how.make_units && may_make, ..how };
        let called = UnitsCalled::of(&office, &units);
        let mut made = Vec::new();
        let (staff, told) = if plain.is_empty() {
            let rows = of_staff.as_mut().map(|t| t.rows(&mut wrong)).unwrap_or_default();
            (staff_of(&rows, &called, (actor, &old), &mut wrong), Vec::new())
        } else {
            let known = Known { office: &office, units: &called, accounts: &old, regions: &regions, how };
            let (units, staff, told) = plain_list(plain, &known, actor, &mut wrong);
            made = units;
            (staff, told)
        };
        units.extend(made);
        if !units.is_empty() {
            decide(actor, op::WriteUnits, City(&office.settings.city))?;
        }
        let read = [of_units, of_staff].into_iter().flatten();
        let told = read.map(|t| (t.name, told_of(t, &wrong))).chain(told).collect();
        Ok(ReadRoster { office, units, staff, wrong, told })
    }

    /// The same as [`People::take_in_roster`], its columns as a person says.
    ///
    /// # Errors
    /// As there.
    pub fn take_in_roster_as(
        &self,
        actor: &Actor,
        sheets: &[Sheet],
        asked: &Asked,
        how: Completing,
    ) -> Result<Taken, Error> {
        let ReadRoster { office, units, staff, wrong, told } = self.read_roster(actor, sheets, asked, how)?;
        let told: Vec<Told> = told.into_iter().map(|t| t.1).collect();
        if wrong.is_empty() && units.is_empty() && staff.is_empty() {
            return Err(Error::Invalid { field: "file".to_owned(), said: no_tables() });
        }
        let new: HashSet<&String> = staff.iter().filter_map(|s| s.password.as_ref()).collect();
        if new.len() > PASSWORDS_MAX {
            return Err(Error::invalid(
                "file",
                format!("一次最多设 {PASSWORDS_MAX} 个不同的密码，请分几次导入"),
                format!("at most {PASSWORDS_MAX} different passwords at once: import in parts"),
            ));
        }
        if !wrong.is_empty() {
            return Ok(Taken { wrong, told, ..Taken::default() });
        }
        let hashes = Hashes::of(&staff)?;
        let actor = actor.clone();
        let done = self.write(move |app, tx| {
            let mut taken = Taken::default();
            let mut keys = keys_in(tx)?;
            if !units.is_empty() {
                let permit = decide(&actor, op::WriteUnits, City(&office.settings.city))?;
                let before = receptions(tx)?;
                taken.units = units_in(tx, &permit, &mut keys, &units)?;
                counted_anew(tx, &before)?;
            }
            let permit = decide(&actor, op::KeepRoster, Nothing)?;
            // A unit may be called by its name as well as by its key.
            let called = |text: &str| office.unit_called(text).and_then(|u| keys.get(&u.key));
            let unit_of = |text: &str| keys.get(text).or_else(|| called(text)).cloned();
            taken.staff = staff_in(tx, &actor, unit_of, &staff, &hashes)?;
            let logins: Vec<_> = staff.iter().map(|s| s.login.as_str()).collect();
            let data = serde_json::json!({ "units": units.len(), "staff": logins }).to_string();
            city::record(tx, &permit, "take_in_roster", &data)?;
            app.city.forget_known();
            Ok(taken)
        });
        Ok(Taken { told, ..done.wait()? })
    }

    /// The roster as it is, in the form in which it is taken in; passwords are never in it. A unit administrator gets
    /// the own unit.
    pub fn roster(&self, actor: Actor) -> Later<Vec<SheetOf>> {
        self.read(move |app, rd| {
            decide(&actor, op::KeepRoster, Nothing)?;
            let office = app.city.office(rd)?;
            let home = city::reach::home(&actor, &office);
            let only = if actor.role == Role::UnitAdmin { actor.unit } else { None };
            let line = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
            let (mut units, mut people) = (vec![line(&UNIT_HEAD)], vec![line(&STAFF_HEAD)]);
            let key_of = |id| office.unit(id).map_or("", |u| u.key.as_str());
            for u in office
                .units()
                .into_iter()
                .filter(|u| only.is_none_or(|o| o == u.id) && home.contains(&u.region))
            {
                let kind =
                    UNIT_KINDS.iter().find(|(w, _)| *w == u.kind).map_or(u.kind.as_str(), |(_, zh)| zh);
                let above = u.parent.map_or("", key_of);
                let duties = u.duties.replace('\n', "；");
                units.push(line(&[&u.key, &u.name, &u.short, kind, above, u.region.as_str(), &duties]));
            }
            for s in office::all_staff(rd, only)?.iter().filter(|s| s.active && home.contains(&s.region)) {
                people.push(line(&[&s.login, &s.name, s.role.zh(), key_of(s.unit), &s.position, ""]));
            }
            Ok(vec![(UNITS.to_owned(), units), (STAFF.to_owned(), people)])
        })
    }
}
