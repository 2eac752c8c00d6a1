//! 企业档案: the list, one file, putting it right, its contact in full, and the code its people come in by.

use access::{Nothing, Permit, Region, decide, op};
use city::{Contact, Door, Error, Later, Office, reach};
use company::file::{FactList, Size, industry, merged};
use kernel::{Actor, RegionCode, Role, Said};
use serde_json::{Value as Json, json};
use store::companies::{self as rows, Change, CompanyRow, Query};
use store::{Tx, office};

use crate::Companies;
use crate::views::{CompanyView, region_of};

/// A company as somebody enters it; what is empty is not known, and changes nothing of what is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCompany {
    /// 统一社会信用代码
    pub code: String,
    /// 名称
    pub name: String,
    /// 规模, in any of its words
    pub size: String,
    /// 行业 (GB/T 4754): code or name of the section
    pub industry: String,
    /// region: code or name
    pub region: String,
    /// 服务专员: the login
    pub commissioner: String,
    /// 联系人
    pub contact: Contact,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    /// the companies, with the name of their region and of their commissioner
    pub rows: Vec<(CompanyRow, String, String)>,
    /// how many there are altogether
    pub total: i64,
    /// go on behind this id
    pub next: Option<i64>,
}

/// Companies on one page at most.
const PAGE: u32 = 50;
/// The longest name, in characters.
const NAME_MAX: usize = 200;

/// A code that is right by GB 32100, in capitals.
pub(crate) fn code_read(text: &str) -> Result<String, Error> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    match hanyu::checks::credit_code(&code) {
        Ok(()) => Ok(code),
        Err(_) => {
            let shown: String = code.chars().take(30).collect();
            Err(Error::invalid(
                "code",
                format!("统一社会信用代码“{shown}”不对：须为 18 位且校验位相符，请对照营业执照"),
                format!(
                    "“{shown}” is no credit code: 18 characters with a right check character; see the licence"
                ),
            ))
        }
    }
}

/// Codes and names of regions, and accounts by login, as far as they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub regions: Vec<(String, String)>,
    pub staff: std::collections::HashMap<String, Option<kernel::StaffId>>,
}

impl Known {
    fn region(&self, text: &str) -> Option<RegionCode> {
        let text = text.trim();
        let called = self.regions.iter().find(|(_, name)| name == text).map(|(code, _)| code.as_str());
        called.unwrap_or(text).parse().ok()
    }
    /// Lays over a file what an entry says of it in words: name, size, industry, region. A file of version 0 is new.
    pub(crate) fn lay(&self, city: &Office, row: &mut CompanyRow, new: &NewCompany) -> Result<(), Error> {
        let name = new.name.trim();
        if name.chars().count() > NAME_MAX || name.is_empty() && row.ver == 0 {
            return Err(Error::invalid(
                "name",
                format!("请填写企业名称，最多 {NAME_MAX} 个字"),
                format!("the name is needed, {NAME_MAX} characters at most"),
            ));
        }
        if !name.is_empty() {
            name.clone_into(&mut row.name);
        }
        if !new.size.trim().is_empty() {
            let size = Size::of(&new.size).ok_or_else(|| {
                let all = Size::ALL.map(Size::zh).join("、");
                let (zh, en) = (format!("规模请填：{all}"), "the size is one of the list".to_owned());
                Error::invalid("size", zh, en)
            })?;
            size.word().clone_into(&mut row.size);
        }
        if !new.industry.trim().is_empty() {
            row.industry = industry(&new.industry).ok_or_else(|| {
                Error::invalid(
                    "industry",
                    "行业请填 GB/T 4754 的门类名称或代码，如 C39、制造业",
                    "the industry is a section of GB/T 4754 or its code, like C39",
                )
            })?;
        }
        if !new.region.trim().is_empty() {
            let region = self.region(&new.region).ok_or_else(|| {
                Error::invalid(
                    "region",
                    "没有这个区划，请填名称或 4、6、9、12 位代码",
                    "there is no such region: give its name or its code",
                )
            })?;
            reach::in_city(city, &region)?;
            row.region = region.as_str().to_owned();
        }
        Ok(())
    }
    fn staff(&mut self, tx: &mut Tx<'_>, login: &str) -> Result<Option<kernel::StaffId>, Error> {
        if let Some(known) = self.staff.get(login) {
            return Ok(*known);
        }
        let found = office::staff_by_login(tx, login)?.filter(|s| s.active).map(|s| s.id);
        self.staff.insert(login.to_owned(), found);
        Ok(found)
    }
}

/// A file with nothing in it yet.
pub(crate) fn fresh(city: &Office, code: String, now: kernel::Moment) -> CompanyRow {
    CompanyRow {
        id: 0,
        code,
        ver: 0,
        name: String::new(),
        size: String::new(),
        industry: String::new(),
        region: city.settings.city.as_str().to_owned(),
        commissioner: None,
        pass: 0,
        updated: now,
    }
}

impl Companies {
    /// A page of the list; its region is narrowed to that of the actor.
    pub fn list(&self, actor: Actor, mut query: Query) -> Later<ListPage> {
        self.read(move |app, rd| {
            decide(&actor, op::ListCompanies, Nothing)?;
            let city = app.city.office(rd)?;
            let home = reach::home(&actor, &city);
            let wished = query.region.parse::<RegionCode>().ok().filter(|r| home.contains(r));
            query.region = wished.unwrap_or(home).as_str().to_owned();
            query.limit = PAGE;
            let found = rows::list(rd, &query)?;
            let next = (found.len() == PAGE as usize).then(|| found.last().map(|r| r.id)).flatten();
            let total = rows::count(rd, &query)?;
            let regions = office::regions(rd)?;
            let mut out = Vec::with_capacity(found.len());
            for row in found {
                let region = regions.iter().find(|r| r.0 == row.region);
                let region = region.map_or_else(|| row.region.clone(), |r| r.1.clone());
                let who = match row.commissioner {
                    Some(id) => office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name),
                    None => String::new(),
                };
                out.push((row, region, who));
            }
            Ok(ListPage { rows: out, total, next })
        })
    }

    /// One file.
    pub fn company(&self, actor: Actor, code: String) -> Later<CompanyView> {
        self.read(move |app, rd| {
            let row = rows::by_code(rd, code.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCompany, Region(&region_of(&row)?))?;
            let office = app.city.office(rd)?;
            let whistles = app.whistles_for(rd, &office, &actor, &row)?;
            Ok(CompanyView { whistles, ..app.view_in(rd, &office, &actor, row)? })
        })
    }

    /// Enters a company, or puts its file right; answers its code. `expect` is the version that was read.
    pub fn put(&self, actor: Actor, new: NewCompany, expect: Option<i64>) -> Later<String> {
        self.write(move |app, tx| {
            let mut known = Known { regions: office::regions(tx)?, ..Known::default() };
            let code = code_read(&new.code)?;
            let before = rows::by_code(tx, &code)?;
            match (&before, expect) {
                (Some(row), None) => {
                    decide(&actor, op::ReadCompany, Region(&region_of(row)?))?;
                    return Err(Error::invalid(
                        "code",
                        format!("“{}”已有档案，请打开它修改", row.name),
                        format!("“{}” has a file already: open it", row.name),
                    ));
                }
                (Some(row), Some(expected)) if row.ver != expected => {
                    let stream = rows::stream(row.id);
                    return Err(Error::Changed(store::StoreError::Conflict {
                        stream,
                        expected,
                        found: row.ver,
                    }));
                }
                (None, Some(_)) => return Err(Error::NotFound),
                _ => {}
            }
            let (change, permit) = app.change(tx, &actor, &mut known, before.as_ref(), &new, None, "put")?;
            if let Some(change) = change {
                rows::put_many(tx, &permit, &[change])?;
            }
            Ok(code)
        })
    }

    /// What an entry makes of a file; none when it says nothing new. Passes the door for the region it is in and for
    /// the one it comes from.
    #[expect(clippy::too_many_arguments, reason = "one entry: who, before, what, and how it is told")]
    pub(crate) fn change(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        known: &mut Known,
        before: Option<&CompanyRow>,
        new: &NewCompany,
        facts: Option<FactList>,
        act: &'static str,
    ) -> Result<(Option<Change>, Permit), Error> {
        let city = self.city.office(tx)?;
        let mut row = match before {
            Some(row) => row.clone(),
            None => fresh(&city, code_read(&new.code)?, tx.now()),
        };
        if before.is_some() {
            decide(actor, op::WriteCompany, Region(&region_of(&row)?))?;
        }
        known.lay(&city, &mut row, new)?;
        let permit = decide(actor, op::WriteCompany, Region(&region_of(&row)?))?;
        if !new.commissioner.trim().is_empty() {
            let login = new.commissioner.trim();
            let found = known.staff(tx, login)?.ok_or_else(|| {
                Error::invalid(
                    "commissioner",
                    format!("没有账号“{login}”，服务专员请填账号"),
                    format!("there is no account “{login}”"),
                )
            })?;
            row.commissioner = Some(found);
        }
        new.contact.bounded()?;
        let contact = match (before, new.contact.is_empty()) {
            (_, true) => None,
            (Some(row), false) if self.contact_in(tx, row.id)? == new.contact => None,
            _ => Some(&new.contact),
        };
        let old_facts = match (before, &facts) {
            (Some(row), Some(_)) => Self::facts_in(tx, row.id)?,
            _ => FactList::new(),
        };
        let facts = match facts {
            Some(new) => {
                let all = merged(old_facts.clone(), new)
                    .map_err(|said| Error::Invalid { field: "facts".to_owned(), said })?;
                Some(all).filter(|all| *all != old_facts)
            }
            None => None,
        };
        let same = before == Some(&row) && contact.is_none() && facts.is_none();
        if same {
            return Ok((None, permit));
        }
        if row.id == 0 {
            row.id = rows::take_ids(tx, 1)?;
        }
        row.ver += 1;
        let sealed = contact.map(|c| self.city.vault().seal(rows::stream(row.id).0, c)).transpose()?;
        let facts = facts.map(|f| serde_json::to_string(&f)).transpose().map_err(Error::bug)?;
        let digest = |text: &str| self.city.vault().token_digest(&format!("company/{}/{text}", row.id));
        let data = json!({
            "name": row.name, "size": row.size, "industry": row.industry, "region": row.region,
            "commissioner": row.commissioner,
            "contact": contact.map(|c| self.city.vault().person(c)),
            "facts": facts.as_ref().map(|f| ledger::hex(&digest(f)[..8])),
        });
        let data = told(data);
        Ok((Some(Change { row, contact: sealed, facts, act, data }), permit))
    }

    /// The contact of a company in full: an act on record, with its purpose.
    pub fn unmask(&self, actor: Actor, code: String, purpose: String) -> Later<Contact> {
        self.write(move |app, tx| {
            let row = rows::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::UnmaskCompany, Region(&region_of(&row)?))?;
            let serves = actor.role == Role::Coordinator
                || row.commissioner.is_some() && row.commissioner == actor.staff;
            if !serves {
                return Err(Error::Forbidden(Said::new(
                    "完整联系方式只给本企业的服务专员和统筹部门看",
                    "the contact in full is for the commissioner of the company and for who coordinates",
                )));
            }
            let data = json!({ "purpose": city::purpose_of(&purpose)? });
            let contact = app.contact_in(tx, row.id)?;
            Self::note(tx, &permit, row, "unmask", &data)?;
            Ok(contact)
        })
    }

    /// The code its people come in by, for the letter that is handed to them: an act on record, which they see.
    pub fn print_code(&self, actor: Actor, code: String, purpose: String) -> Later<String> {
        self.write(move |app, tx| {
            let row = rows::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::WriteCompany, Region(&region_of(&row)?))?;
            if permit.actor().role == Role::System {
                return Err(Error::NotFound);
            }
            let data = json!({ "purpose": city::purpose_of(&purpose)? });
            let pass = app.pass_code(tx, &row)?;
            Self::note(tx, &permit, row, "print_code", &data)?;
            Ok(pass)
        })
    }

    /// Something that happened to a file and changed nothing else in it.
    pub(crate) fn note(
        tx: &mut Tx<'_>,
        permit: &Permit,
        mut row: CompanyRow,
        act: &'static str,
        data: &Json,
    ) -> Result<(), Error> {
        row.ver += 1;
        let change = Change { row, contact: None, facts: None, act, data: data.to_string() };
        Ok(rows::put_many(tx, permit, &[change])?)
    }
}

/// What is told of a change, without what is not there.
fn told(mut data: Json) -> String {
    if let Json::Object(map) = &mut data {
        map.retain(|_, v| !v.is_null() && v.as_str() != Some(""));
    }
    data.to_string()
}
