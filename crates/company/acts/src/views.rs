//! 所见: a company as a page shows it.

use access::{Denied, Region, decide, op};
use city::{Contact, Error, Office};
use company::file::{FactList, Size, industry_name};
use kernel::{Actor, Moment, RegionCode, Role};
use store::companies::{self as rows, CompanyRow};
use store::{Rd, office};

use crate::{ClaimLine, Companies, PackView, WhistleView};

/// One company as a reader sees it.
#[derive(Clone, Debug)]
pub struct CompanyView {
    /// the row
    pub row: CompanyRow,
    /// its size, when one is on file
    pub size: Option<Size>,
    /// name of the section of its industry
    pub industry: &'static str,
    /// name of its region
    pub region: String,
    /// name of its commissioner; empty when it has none
    pub commissioner: String,
    /// its contact, with all but the ends covered
    pub contact: Contact,
    /// what is known of it
    pub facts: FactList,
    /// what the fields of facts are called by people, as far as the policies in force name them
    pub field_names: std::collections::BTreeMap<String, String>,
    /// its whistles that the reader may see
    pub whistles: Vec<WhistleView>,
    /// what policies it may have; none while none were released
    pub pack: Option<PackView>,
    /// what it was paid or asks for, the newest first
    pub claims: Vec<ClaimLine>,
    /// services it may order
    pub aids: Vec<crate::AidView>,
    /// what it ordered, the newest first
    pub orders: Vec<crate::OrderView>,
    /// talks and visits it is or was invited to, the newest first
    pub talks: Vec<store::talks::TalkRow>,
    /// where it is paid to, as it may be shown; empty when it has confirmed none
    pub account: String,
    /// what happened to its file, the newest first
    pub lines: Vec<EventLine>,
    /// the reader may change it
    pub may_write: bool,
    /// the reader may see its contact in full, on record
    pub may_unmask: bool,
}

/// One thing that happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// when
    pub at: Moment,
    /// who, in words
    pub who: String,
    /// word of the act
    pub act: String,
    /// why, where somebody had to say so
    pub purpose: String,
}

/// Lines shown.
const LINES: usize = 50;

/// The region of a row.
pub(crate) fn region_of(row: &CompanyRow) -> Result<RegionCode, Error> {
    row.region.parse().map_err(Error::bug)
}

impl Companies {
    /// What the people at a company left of themselves.
    pub(crate) fn contact_in(&self, rd: &mut Rd<'_>, id: i64) -> Result<Contact, Error> {
        let Some(sealed) = rows::contact(rd, id)? else { return Ok(Contact::default()) };
        self.city.vault().unseal(rows::stream(id).0, &sealed)
    }

    /// What is known of a company.
    pub(crate) fn facts_in(rd: &mut Rd<'_>, id: i64) -> Result<FactList, Error> {
        rows::facts(rd, id)?.map_or_else(|| Ok(FactList::new()), |text| facts_read(&text))
    }

    pub(crate) fn view_in(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: CompanyRow,
    ) -> Result<CompanyView, Error> {
        let region = region_of(&row)?;
        let commissioner = match row.commissioner {
            Some(id) => office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name),
            None => String::new(),
        };
        let facts = Self::facts_in(rd, row.id)?;
        let pack = self.pack_in(rd, &row, &facts)?;
        let may = |done: Result<access::Permit, Denied>| done.is_ok();
        // The company itself sees all that it is paid; an office what it decides or pays, and the account only with that.
        let own = actor.role == kernel::Role::Resident;
        let mut claims = self.claims_of(rd, office, actor, row.id)?;
        claims.retain(|c| own || c.opens);
        let sees_account = own || !claims.is_empty() || may(decide(actor, op::WriteCompany, Region(&region)));
        let account = store::funds::account(rd, row.id)?.filter(|_| sees_account);
        let account = account.map_or_else(String::new, |a| a.shown);
        let (aids, orders) = self.orders_of(rd, office, actor, row.id)?;
        let talks = self.invitations(rd, row.id)?;
        Ok(CompanyView {
            aids,
            orders,
            talks,
            size: Size::read(&row.size),
            industry: industry_name(&row.industry),
            region: office::region_name(rd, &row.region)?.unwrap_or_else(|| row.region.clone()),
            commissioner,
            contact: self.contact_in(rd, row.id)?.masked(),
            facts,
            field_names: crate::policies::field_names(rd)?,
            pack,
            whistles: Vec::new(),
            claims,
            account,
            lines: lines_of(rd, office, actor, row.id)?,
            may_write: may(decide(actor, op::WriteCompany, Region(&region))),
            may_unmask: may(decide(actor, op::UnmaskCompany, Region(&region)))
                && (actor.role == Role::Coordinator
                    || row.commissioner.is_some() && row.commissioner == actor.staff),
            row,
        })
    }
}

pub(crate) fn facts_read(text: &str) -> Result<FactList, Error> {
    serde_json::from_str(text)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("company facts: {e}"))))
}

/// What happened to a file. A whistle blown in the confidential way is told to the company alone: its moment would say to
/// the office complained about who blew.
fn lines_of(rd: &mut Rd<'_>, office: &Office, actor: &Actor, id: i64) -> Result<Vec<EventLine>, Error> {
    let mut out = Vec::new();
    for e in rows::history(rd, id)?.into_iter().rev() {
        let data: serde_json::Value = serde_json::from_str(&e.data).unwrap_or_default();
        if data["secret"] == true && actor.role != Role::Resident {
            continue;
        }
        if out.len() == LINES {
            break;
        }
        out.push(line_of(rd, office, e, &data)?);
    }
    Ok(out)
}

fn line_of(
    rd: &mut Rd<'_>,
    office: &Office,
    e: ledger::Event,
    data: &serde_json::Value,
) -> Result<EventLine, Error> {
    let name = match e.actor.staff {
        Some(staff) => office::staff_by_id(rd, staff)?.map(|s| s.name),
        None => None,
    };
    let who = match (e.actor.role, name) {
        (Role::Resident, _) => "企业".to_owned(),
        (_, Some(name)) => {
            let unit = e.actor.unit.map(|u| office.unit_name(u)).unwrap_or_default();
            format!("{unit} {name}").trim().to_owned()
        }
        (role, None) => role.zh().to_owned(),
    };
    let purpose = data["purpose"].as_str().unwrap_or_default().to_owned();
    Ok(EventLine { at: e.at, who, act: e.act, purpose })
}

/// What happened to a fund, a claim or a list, the newest first.
pub(crate) fn history_lines(
    rd: &mut Rd<'_>,
    office: &Office,
    events: Vec<ledger::Event>,
) -> Result<Vec<EventLine>, Error> {
    let newest = events.into_iter().rev().take(LINES);
    newest
        .map(|e| {
            let data: serde_json::Value = serde_json::from_str(&e.data).unwrap_or_default();
            line_of(rd, office, e, &data)
        })
        .collect()
}
