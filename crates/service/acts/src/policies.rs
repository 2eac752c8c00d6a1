//! 政策申报 (P2): what a policy gives is applied for by the one application. Its form is filled from the file of the company (held data
//! reused), its unit decides within its clock, and what is decided moves the payment in the same transaction.

use ::city::Error;
use access::{Region, decide, op};
use catalogue::StepKind;
use kernel::{Actor, RegionCode, Role, UnitId};
use service::form::{Field, FieldKind, Values};
use service::{Application, Basis, Channel, Command, Delivery, Part, Task, Word as _};
use store::applications as rows;
use store::{Rd, Tx};
use workday::Length;

use crate::Service;
use crate::city::City;
use crate::draft::{applicant_digest, begun, keep_form};
use crate::saved::{self, act};

/// In front of the code of a policy item, where an application names what it is for: no item of the catalogue begins so.
const POLICY: &str = "policy/";
/// Working days of the decision where the item names none (行政许可法 42).
const DAYS: u32 = 20;

/// One field of the form as it is known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownField {
    /// code
    pub code: String,
    /// name as printed
    pub name: String,
    /// value
    pub value: String,
}

/// What of a policy is applied for, and by whom.
#[derive(Clone, Debug)]
pub struct PolicyApplication {
    /// code of the policy item
    pub item: String,
    /// its name
    pub name: String,
    /// the unit that decides
    pub unit: UnitId,
    /// where it belongs
    pub region: RegionCode,
    /// working days, where the item names them
    pub days: Option<u32>,
    /// who applies: name, credit code, telephone
    pub applicant: (String, String, String),
    /// what else is known, shown to who decides
    pub known: Vec<KnownField>,
}

/// What an act on such an application means for the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyOutcome {
    /// 准予
    Granted,
    /// 不予受理、不予许可, with the reason
    Denied(String),
    /// 撤回、失效
    Withdrawn,
}

/// What follows for the payment; none of what stays inside the application.
pub(crate) fn outcome(asked: &Command) -> Option<PolicyOutcome> {
    match asked {
        Command::Decide { granted: true, .. } => Some(PolicyOutcome::Granted),
        Command::Decide { reason, .. } | Command::Refuse { reason, .. } => {
            Some(PolicyOutcome::Denied(reason.clone()))
        }
        Command::Withdraw { .. } | Command::Expire {} => Some(PolicyOutcome::Withdrawn),
        _ => None,
    }
}

/// Is it for a policy item?
pub(crate) fn is_policy(a: &Application) -> bool {
    a.basis.parts.first().is_some_and(|p| p.item.starts_with(POLICY))
}

fn field(code: &str, name: &str, kind: FieldKind, required: bool) -> Field {
    Field {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        required,
        help: String::new(),
        options: Vec::new(),
    }
}

fn basis_of(asked: &PolicyApplication, reception: UnitId) -> Basis {
    let mut fields = vec![
        field("applicant", "申请单位", FieldKind::Text, true),
        field("company_code", "统一社会信用代码", FieldKind::CreditCode, true),
        field("phone", "联系电话", FieldKind::Phone, false),
    ];
    fields.extend(asked.known.iter().map(|k| field(&k.code, &k.name, FieldKind::Text, false)));
    let part = Part {
        item: format!("{POLICY}{}", asked.item),
        handling: String::new(),
        version: 1,
        name: asked.name.clone(),
        unit: asked.unit,
        result: String::new(),
    };
    let task = Task {
        id: "decide".to_owned(),
        part: 0,
        name: "审核申报条件".to_owned(),
        kind: StepKind::Decide,
        unit: asked.unit,
        after: Vec::new(),
        limit: None,
    };
    Basis {
        theme: String::new(),
        theme_version: 0,
        name: asked.name.clone(),
        parts: vec![part],
        answers: Vec::new(),
        materials: Vec::new(),
        tasks: vec![task],
        fields,
        legal: None,
        promised: Length::Workdays(asked.days.filter(|d| *d > 0).unwrap_or(DAYS)),
        lead: asked.unit,
        reception,
        region: asked.region.clone(),
    }
}

impl Service {
    /// Begins and hands in the application for a policy item, filled in from what is held; answers its number.
    ///
    /// # Errors
    /// The actor may not, or the form lacks what only the company can say.
    pub fn apply_for_policy(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        asked: &PolicyApplication,
    ) -> Result<String, Error> {
        let city = &self.city;
        let office = city.office(tx)?;
        let (permit, channel) = if actor.role == Role::Resident {
            (decide(actor, op::ApplyOnline, Region(&asked.region))?, Channel::Online)
        } else {
            (decide(actor, op::ApplyAtWindow, Region(&asked.region))?, Channel::Window)
        };
        // At a window the unit of the clerk receives it; on line the unit that decides.
        let reception = actor.unit.filter(|_| channel == Channel::Window).unwrap_or(asked.unit);
        let (a, _) = begun(tx, &office, &permit, basis_of(asked, reception), channel)?;
        let (name, code, phone) = &asked.applicant;
        let own = [("applicant", name), ("company_code", code), ("phone", phone)];
        let mut values: Values = own.iter().map(|(c, v)| ((*c).to_owned(), (*v).clone())).collect();
        values.extend(asked.known.iter().map(|k| (k.code.clone(), k.value.clone())));
        values.retain(|_, v| !v.trim().is_empty());
        let faults = service::form::check(&a.basis.fields, &values, tx.now().date());
        if let Some(fault) = faults.into_iter().next() {
            return Err(Error::Invalid { field: fault.field, said: fault.said });
        }
        let form = keep_form(city, tx, &a, &values)?;
        let submit = Command::Submit {
            form,
            materials: Vec::new(),
            declared: true,
            delivery: Delivery::Electronic,
            applicant: applicant_digest(city, &values),
        };
        Ok(act(city, tx, &office, actor, a, submit)?.number)
    }

    /// 撤回 of such an application by the company.
    ///
    /// # Errors
    /// It was decided already.
    pub fn withdraw_policy(&self, tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        let a = policy_by_number(tx, number)?;
        let reason = "企业撤回政策申报".to_owned();
        act(&self.city, tx, &office, actor, a, Command::Withdraw { reason }).map(drop)
    }

    /// 查询码 of such an application, and where it stands in both languages, for the company whose it is.
    ///
    /// # Errors
    /// There is none.
    pub fn policy_application(
        &self,
        rd: &mut Rd<'_>,
        number: &str,
    ) -> Result<(String, (&'static str, &'static str)), Error> {
        let a = policy_by_number(rd, number)?;
        let (_, birth) = rows::birth(rd, a.id)?.ok_or(Error::NotFound)?;
        Ok((self.city.code(&a.number, &birth), (a.stage.zh(), a.stage.word())))
    }
}

fn policy_by_number(rd: &mut Rd<'_>, number: &str) -> Result<Application, Error> {
    Some(saved::by_number(rd, number)?).filter(is_policy).ok_or(Error::NotFound)
}

/// What an act on an application for a policy means for its payment is done in the same transaction: an application is never
/// granted whose money is not there.
pub(crate) fn moves_payment(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    after: &Application,
    asked: &Command,
) -> Result<(), Error> {
    match outcome(asked).filter(|_| is_policy(after)) {
        Some(outcome) => city.moves_payment(tx, actor, &after.number, outcome),
        None => Ok(()),
    }
}
