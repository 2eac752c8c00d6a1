//! 首次设置: the city, its first unit and its first administrator, once and in one transaction: of two that send the
//! form at the same time, one is told that there is nothing here any more.

use access::{Operation, decide};
use kernel::{Actor, RegionCode, Role, StaffId, UnitId};
use store::office::{self, StaffRow, UnitRow};

use crate::people::hash;
use crate::{App, Error, Settings};

/// What the first form says.
#[derive(Clone, Debug)]
pub struct FirstSetup {
    /// code of the city
    pub region: RegionCode,
    /// its name
    pub city: String,
    /// full name of the coordination unit
    pub unit: String,
    /// its short name
    pub short: String,
    /// account of the administrator
    pub login: String,
    /// name of the administrator
    pub name: String,
    /// password
    pub password: String,
}

impl App {
    /// Sets up an empty system. Blocks on the password hash.
    ///
    /// # Errors
    /// There is an account already; the password is too short.
    pub fn set_up(&self, first: FirstSetup) -> Result<(), Error> {
        let secret = hash(&first.password)?;
        let settings = Settings {
            city: first.region.clone(),
            name: first.city.clone(),
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        let done = self.write(move |_, tx| {
            if office::staff_count(tx)? > 0 {
                return Err(Error::NotFound);
            }
            let system = Actor::system();
            let units = decide(&system, Operation::WriteUnits, None)?;
            let staff = decide(&system, Operation::WriteStaff, None)?;
            crate::office::put_city(tx, &units, &settings)?;
            office::put_region(tx, &units, &first.region, &first.city)?;
            let unit = UnitRow {
                id: UnitId(0),
                key: "approve".to_owned(),
                name: first.unit.clone(),
                short: first.short.clone(),
                kind: "coordination".to_owned(),
                parent: None,
                region: first.region.clone(),
                duties: String::new(),
                active: true,
            };
            let unit = office::put_unit(tx, &units, &unit)?;
            let admin = StaffRow {
                id: StaffId(0),
                login: first.login.clone(),
                name: first.name.clone(),
                role: Role::SystemAdmin,
                unit,
                region: first.region.clone(),
                position: Role::SystemAdmin.zh().to_owned(),
                secret: Some(secret.clone()),
                totp: None,
                totp_step: 0,
                failed: 0,
                locked_until: None,
                active: true,
                subject: None,
            };
            office::put_staff(tx, &staff, &admin)?;
            let data = serde_json::json!({ "unit": first.unit, "staff": [first.login] }).to_string();
            crate::office::record(tx, &staff, "set_up", &data)
        });
        done.wait()
    }
}
