//! 录入单位与人员: units and accounts as they are entered, one by one or as a roster; who may enter whom is one rule.

use std::collections::HashMap;

use access::{Account, City, Nothing, Permit, decide, op};
use kernel::{Actor, RegionCode, Role, Said, StaffId, UnitId};
use store::Tx;
use store::office::{self, StaffRow, UnitRow};

use crate::People;
use city::guard::passwords;
use city::{Door, Error, Later};

/// A unit as it is entered or imported.
#[derive(Clone, Debug)]
pub struct NewUnit {
    /// stable key
    pub key: String,
    /// full name
    pub name: String,
    /// short name
    pub short: String,
    /// department, hall, township …
    pub kind: String,
    /// key of the unit above
    pub parent: Option<String>,
    /// region
    pub region: RegionCode,
    /// duties, one a line
    pub duties: String,
}

/// An account as it is entered or imported.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// name at sign-in
    pub login: String,
    /// name
    pub name: String,
    /// role
    pub role: Role,
    /// key of the unit
    pub unit: String,
    /// position
    pub position: String,
    /// password; none: cannot sign in with one
    pub password: Option<String>,
}

/// How many of what was entered are new, and how many were there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// were not there
    pub new: usize,
    /// were changed
    pub changed: usize,
}

impl Entered {
    fn count(&mut self, there: bool) {
        *(if there { &mut self.changed } else { &mut self.new }) += 1;
    }
    /// All of them.
    pub const fn all(self) -> usize {
        self.new + self.changed
    }
}

/// The passwords of new accounts by their hashes. One hash for one password: a demo gives the same to everybody. Whether
/// it is too easily guessed is asked for each account, since that depends on its name.
pub(crate) struct Hashes(HashMap<String, String>);

impl Hashes {
    /// Hashes every password once; slow on purpose, so never inside a transaction.
    pub(crate) fn of(staff: &[NewStaff]) -> Result<Self, Error> {
        let mut all = HashMap::new();
        for (login, password) in staff.iter().filter_map(|s| Some((&s.login, s.password.as_ref()?))) {
            passwords::acceptable(login, password)?;
            if !all.contains_key(password) {
                all.insert(password.clone(), passwords::hash(login, password)?);
            }
        }
        Ok(Self(all))
    }
}

/// The account as a subject of the door.
pub(crate) const fn account_of(staff: &StaffRow) -> Account<'_> {
    Account { unit: staff.unit, region: &staff.region, role: staff.role }
}

/// May this actor enter somebody in a unit with a role, where the account is `old` until now? Both the old and the
/// new must be within the actor's reach, and both roles such as the actor may give (`access::GIVES`).
pub(crate) fn may_enter(actor: &Actor, new: Account<'_>, old: Option<&StaffRow>) -> Result<Permit, Said> {
    let permit = decide(actor, op::WriteStaff, new).map_err(|_| {
        Said::new(
            format!("您不能在这个单位设“{}”：单位管理员只设本单位的窗口人员、承办人和单位管理员，其余角色由本区划的系统管理员设", new.role.zh()),
            format!("you may not make a {} there: roles that reach beyond a unit come from the system administrator of the region", new.role),
        )
    })?;
    if old.is_some_and(|o| decide(actor, op::WriteStaff, account_of(o)).is_err()) {
        return Err(Said::new(
            "这个账号名已被您管理范围之外的账号使用，请换一个",
            "this account name belongs to an account beyond your reach: choose another",
        ));
    }
    Ok(permit)
}

/// Units and regions by the keys of all units, as this transaction sees them.
pub(crate) type Keys = HashMap<String, (UnitId, RegionCode)>;

/// The keys of all units now.
pub(crate) fn keys_in(tx: &mut Tx<'_>) -> Result<Keys, Error> {
    Ok(office::units(tx)?.into_iter().map(|u| (u.key, (u.id, u.region))).collect())
}

/// Adds units, or changes those with the same key; `keys` then knows them. A unit stands behind the one above it.
pub(crate) fn units_in(
    tx: &mut Tx<'_>,
    permit: &Permit,
    keys: &mut Keys,
    units: &[NewUnit],
) -> Result<Entered, Error> {
    let mut done = Entered::default();
    for u in units {
        let parent = match &u.parent {
            None => None,
            Some(key) => Some(keys.get(key).map(|k| k.0).ok_or_else(|| {
                Error::invalid(
                    "parent",
                    format!("“{}”的上级单位“{key}”不存在，请把它排在前面", u.name),
                    format!("the unit above “{}”, “{key}”, does not exist: list it first", u.name),
                )
            })?),
        };
        let row = UnitRow {
            id: UnitId(0),
            key: u.key.clone(),
            name: u.name.clone(),
            short: u.short.clone(),
            kind: u.kind.clone(),
            parent,
            region: u.region.clone(),
            duties: u.duties.clone(),
            active: true,
        };
        let id = office::put_unit(tx, permit, &row)?;
        done.count(keys.insert(u.key.clone(), (id, u.region.clone())).is_some());
    }
    // Items may have come before their units.
    let all = office::units(tx)?;
    let called = |text: &str| {
        let text = text.trim();
        let by_key = all.iter().find(|u| u.key == text);
        by_key.or_else(|| all.iter().find(|u| u.name == text || u.short == text)).map(|u| u.id)
    };
    store::items::find_units(tx, permit, called)?;
    Ok(done)
}

/// Adds accounts, or changes those with the same login. A new password ends what the old one opened; an account that
/// was turned off stays off.
pub(crate) fn staff_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit_of: impl Fn(&str) -> Option<(UnitId, RegionCode)>,
    staff: &[NewStaff],
    hashes: &Hashes,
) -> Result<Entered, Error> {
    let mut done = Entered::default();
    for s in staff {
        let (unit, region) = unit_of(&s.unit).ok_or_else(|| {
            Error::invalid("unit", format!("没有单位“{}”", s.unit), format!("there is no unit “{}”", s.unit))
        })?;
        let old = office::staff_by_login(tx, &s.login)?;
        let new = Account { unit, region: &region, role: s.role };
        let permit = may_enter(actor, new, old.as_ref())
            .map_err(|said| Error::Invalid { field: "login".into(), said })?;
        let row = StaffRow {
            id: StaffId(0),
            login: s.login.clone(),
            name: s.name.clone(),
            role: s.role,
            unit,
            region,
            position: s.position.clone(),
            secret: s.password.as_ref().and_then(|p| hashes.0.get(p).cloned()),
            // What a person chose for another is a first password; what sets a city up by itself knows what it does.
            lent: actor.role != Role::System && old.as_ref().is_none_or(|o| actor.staff != Some(o.id)),
            totp: None,
            totp_step: 0,
            failed: 0,
            locked_until: None,
            active: true,
            subject: None,
            subject_asked: None,
        };
        office::put_staff(tx, &permit, &row)?;
        if let Some(old) = old.as_ref().filter(|_| row.secret.is_some()) {
            office::end_sessions(tx, old.id)?;
        }
        done.count(old.is_some());
    }
    Ok(done)
}

/// Who takes in what residents lodge, in which region: facts about every case rest on it.
pub(crate) fn receptions(tx: &mut Tx<'_>) -> Result<Vec<(UnitId, String)>, Error> {
    let all = office::units(tx)?.into_iter().filter(|u| u.active && u.kind == "coordination");
    Ok(all.map(|u| (u.id, u.region.to_string())).collect())
}

/// When the receptions are others than before, the facts are made anew from the record.
pub(crate) fn counted_anew(tx: &mut Tx<'_>, before: &[(UnitId, String)]) -> Result<(), Error> {
    if receptions(tx)? != before && !before.is_empty() {
        store::facts::clear(tx)?;
    }
    Ok(())
}

impl People {
    /// Adds units, or changes those with the same key. Parents must be in the list before their children or
    /// known already.
    pub fn put_units(&self, actor: Actor, units: Vec<NewUnit>) -> Later<usize> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteUnits, City(&app.city.office(tx)?.settings.city))?;
            let mut keys = keys_in(tx)?;
            let before = receptions(tx)?;
            let done = units_in(tx, &permit, &mut keys, &units)?;
            counted_anew(tx, &before)?;
            let data = serde_json::json!({ "units": done.all() }).to_string();
            city::record(tx, &permit, "put_units", &data)?;
            Ok(done.all())
        })
    }

    /// Names of regions.
    pub fn put_regions(&self, actor: Actor, regions: Vec<(RegionCode, String)>) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteUnits, City(&office.settings.city))?;
            for (code, name) in &regions {
                store::office::put_region(tx, &permit, code, name)?;
            }
            crate::regions::keep_to(tx, &office.settings.city)?;
            let data = serde_json::json!({ "regions": regions }).to_string();
            city::note(tx, &permit, "put_regions", &data)
        })
    }

    /// Adds accounts, or changes those with the same login. Blocks on the password hashes.
    ///
    /// # Errors
    /// A password that is too short, a unit that does not exist, somebody else's account.
    pub fn put_staff(&self, actor: Actor, staff: Vec<NewStaff>) -> Result<usize, Error> {
        let hashes = Hashes::of(&staff)?;
        let done = self.write(move |app, tx| {
            let permit = decide(&actor, op::KeepRoster, Nothing)?;
            let office = app.city.office(tx)?;
            let unit_of = |text: &str| office.unit_called(text).map(|u| (u.id, u.region.clone()));
            let done = staff_in(tx, &actor, unit_of, &staff, &hashes)?;
            let logins: Vec<_> = staff.iter().map(|s| s.login.as_str()).collect();
            let data = serde_json::json!({ "staff": logins }).to_string();
            city::record(tx, &permit, "put_staff", &data)?;
            app.city.forget_known();
            Ok(done.all())
        });
        done.wait()
    }
}
