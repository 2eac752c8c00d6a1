//! 企业入口: the people of a company come in by its credit code and an eight-letter code. Staff of the city cannot: what
//! a company says here is its own word.

use access::{Permit, Region, decide, op};
use city::{Door, Error, Later, Vault};
use company::file::FactList;
use kernel::{Actor, Said};
use serde_json::json;
use store::companies::{self as rows, Change, CompanyRow};
use store::{Rd, Tx};

use crate::views::{CompanyView, region_of};
use crate::{Companies, OwnWhistle};

/// What the people of a company see of it.
#[derive(Clone, Debug)]
pub struct Own {
    /// their file
    pub view: CompanyView,
    /// their whistles, the newest first
    pub whistles: Vec<OwnWhistle>,
    /// lists that are being shown, to which it may object: number and item
    pub shown: Vec<(String, String)>,
}

fn own_word() -> Said {
    Said::new(
        "这是企业自己的页面，工作人员登录时不能代用；请退出登录，或在“企业”中查看",
        "this page is the company's own: staff who are signed in cannot use it; see the file of the company instead",
    )
}

impl Companies {
    /// The code that belongs to a company as its file stands.
    pub(crate) fn pass_code(&self, rd: &mut Rd<'_>, row: &CompanyRow) -> Result<String, Error> {
        let birth = rows::birth(rd, row.id)?.ok_or(Error::NotFound)?;
        Ok(self.city.vault().code(&format!("company/{}/{}", row.code, row.pass), Some(&birth)))
    }

    /// The company behind a code, for its own people; as if there were none when the code does not fit.
    pub(crate) fn opened(
        &self,
        rd: &mut Rd<'_>,
        signed: Option<&Actor>,
        code: &str,
        pass: &str,
    ) -> Result<(CompanyRow, Permit), Error> {
        if signed.is_some() {
            return Err(Error::Forbidden(own_word()));
        }
        let code = code.trim().to_ascii_uppercase();
        let row = rows::by_code(rd, &code)?.ok_or(Error::NotFound)?;
        if !Vault::code_reads(pass, &self.pass_code(rd, &row)?) {
            return Err(Error::NotFound);
        }
        let permit = decide(&Actor::resident(), op::OwnCompany, Region(&region_of(&row)?))?;
        Ok((row, permit))
    }

    /// The page of a company.
    pub fn follow(&self, signed: Option<Actor>, code: String, pass: String) -> Later<Own> {
        self.read(move |app, rd| {
            let (row, _) = app.opened(rd, signed.as_ref(), &code, &pass)?;
            let office = app.city.office(rd)?;
            let whistles = app.own_whistles(rd, &office, &row)?;
            let shown = app.shown_in(rd, &office)?.into_iter().map(|l| (l.number, l.name)).collect();
            Ok(Own { whistles, shown, view: app.view_in(rd, &office, &Actor::resident(), row)? })
        })
    }

    /// Another code instead of this one, which opens nothing any more.
    pub fn renew_code(&self, signed: Option<Actor>, code: String, pass: String) -> Later<String> {
        self.write(move |app, tx| {
            let (mut row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            row.pass += 1;
            let new = app.pass_code(tx, &row)?;
            Self::note(tx, &permit, row, "renew_code", &json!({}))?;
            Ok(new)
        })
    }

    /// What a company says of itself; fields that nobody knows yet or that it said before.
    pub fn say_facts(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        facts: Vec<(String, String)>,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let (row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            app.take_facts(tx, &permit, row, &facts)
        })
    }

    pub(crate) fn take_facts(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        mut row: CompanyRow,
        facts: &[(String, String)],
    ) -> Result<(), Error> {
        let old = Self::facts_in(tx, row.id)?;
        let new: FactList = company::file::said_by_company(facts, tx.now().date())
            .map_err(|said| Error::Invalid { field: "facts".to_owned(), said })?;
        Self::check_said(tx, &row.code, &new)?;
        let all = company::file::merged(old, new)
            .map_err(|said| Error::Invalid { field: "facts".to_owned(), said })?;
        row.ver += 1;
        let text = serde_json::to_string(&all).map_err(Error::bug)?;
        let fields: Vec<&str> = facts.iter().map(|f| f.0.as_str()).collect();
        let data = json!({ "fields": fields }).to_string();
        let change = Change { row, contact: None, facts: Some(text), act: "say", data };
        Ok(rows::put_many(tx, permit, &[change])?)
    }
}
