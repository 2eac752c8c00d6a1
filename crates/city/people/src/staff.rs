//! 人员: accounts as their managers see them.

use access::{Nothing, decide, op};
use kernel::{Actor, Role, StaffId, UnitId};
use store::office::{self, StaffRow};

use crate::People;
use crate::entries::account_of;
use city::{Door as _, Error, Later, without_secrets};

impl People {
    /// Who works under this account, for a command of whoever keeps the machine; none where it is not in use. Not for
    /// asynchronous code.
    ///
    /// # Errors
    /// The store could not.
    pub fn actor_of(&self, login: &str) -> Result<Option<Actor>, Error> {
        let found = self.city.store().read(|rd| office::staff_by_login(rd, login))?;
        Ok(found.filter(|s| s.active).map(|s| s.actor()))
    }

    /// Accounts after `after`: of the region for a system administrator, of the own unit for everybody else; without
    /// what proves who they are.
    pub fn staff_list(&self, actor: Actor, part: String, after: StaffId, limit: u32) -> Later<Vec<StaffRow>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOffice, Nothing)?;
            let own: Option<UnitId> =
                if actor.role == Role::SystemAdmin { None } else { Some(actor.unit.ok_or(Error::NotFound)?) };
            let office = app.city.office(rd)?;
            let called = office.unit_called(&part).map(|u| u.id);
            let part = if called.is_some() { "" } else { part.trim() };
            if own.is_some() && called.is_some() && own != called {
                return Ok(Vec::new());
            }
            let home = city::reach::home(&actor, &office);
            let (mut all, mut after, limit) = (Vec::new(), after, limit.min(500));
            loop {
                let page = office::staff(rd, own.or(called), part, after, limit)?;
                let full = page.len() == limit as usize && limit > 0;
                after = page.last().map_or(after, |s| s.id);
                all.extend(page.into_iter().filter(|s| home.contains(&s.region)));
                if !full || all.len() >= limit as usize {
                    break;
                }
            }
            all.truncate(limit as usize);
            all.iter_mut().for_each(without_secrets);
            Ok(all)
        })
    }

    /// An account, for who manages it; without what proves who it is.
    pub fn staff(&self, actor: Actor, id: StaffId) -> Later<StaffRow> {
        self.read(move |_, rd| managed(&actor, office::staff_by_id(rd, id)?))
    }
    /// An account by its name at sign-in, for who manages it; without what proves who it is.
    pub fn staff_called(&self, actor: Actor, login: String) -> Later<StaffRow> {
        self.read(move |_, rd| managed(&actor, office::staff_by_login(rd, &login)?))
    }
}

fn managed(actor: &Actor, staff: Option<StaffRow>) -> Result<StaffRow, Error> {
    let mut staff = staff.ok_or(Error::NotFound)?;
    decide(actor, op::WriteStaff, account_of(&staff))?;
    without_secrets(&mut staff);
    Ok(staff)
}
