//! 首次设置: the city, its first unit and its first administrator, once and in one transaction: of two that send the
//! form at the same time, one is told that there is nothing here any more.

use std::slice;

use access::{City, decide, op};
use kernel::{Actor, RegionCode, Role, UnitId};
use store::office;

use crate::People;
use crate::divisions;
use crate::entries::{Hashes, Keys, NewStaff, NewUnit, staff_in, units_in};
use city::{Door, Error, Settings};

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

impl People {
    /// Sets up an empty system. Blocks on the password hash.
    ///
    /// # Errors
    /// There is an account already; the password is too short.
    pub fn set_up(&self, first: FirstSetup) -> Result<(), Error> {
        let unit = NewUnit {
            key: "approve".to_owned(),
            name: first.unit,
            short: first.short,
            kind: "coordination".to_owned(),
            parent: None,
            region: first.region.clone(),
            duties: String::new(),
        };
        let admin = NewStaff {
            login: first.login,
            name: first.name,
            role: Role::SystemAdmin,
            unit: unit.key.clone(),
            position: Role::SystemAdmin.zh().to_owned(),
            password: Some(first.password),
        };
        let hashes = Hashes::of(slice::from_ref(&admin))?;
        let settings = Settings {
            city: first.region,
            name: first.city,
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        let done = self.write(move |_, tx| {
            if office::staff_count(tx)? > 0 {
                return Err(Error::NotFound);
            }
            let system = Actor::system();
            let units = decide(&system, op::WriteUnits, City(&settings.city))?;
            city::put_city(tx, &units, &settings)?;
            office::put_region(tx, &units, &settings.city, &settings.name)?;
            for (code, name) in divisions::districts(&settings.city) {
                office::put_region(tx, &units, &code, &name)?;
            }
            let mut keys = Keys::new();
            units_in(tx, &units, &mut keys, slice::from_ref(&unit))?;
            let unit_of = |key: &str| keys.get(key).cloned();
            staff_in(tx, &system, unit_of, slice::from_ref(&admin), &hashes)?;
            let data = serde_json::json!({ "unit": unit.name, "staff": [admin.login] }).to_string();
            city::record(tx, &units, "set_up", &data)
        });
        done.wait()
    }

    /// Makes the city and a first unit when there are none, so that an import into an empty place just works.
    ///
    /// # Errors
    /// The store could not.
    pub fn ensure_ready(&self) -> Result<UnitId, Error> {
        let office = self.city.office_now().wait()?;
        if let Some(first) = office.units().first() {
            return Ok(first.id);
        }
        let city: RegionCode = "4306".parse().map_err(|_| Error::NotFound)?;
        if office.settings.name.is_empty() {
            let settings = city::Settings {
                city: city.clone(),
                name: "未命名城市".to_owned(),
                returns_max: None,
                extension_days_max: None,
                rounds_max: None,
            };
            self.city.set_city(Actor::system(), settings).wait()?;
        }
        let office = crate::NewUnit {
            key: "zgb".to_owned(),
            name: "政务服务管理办公室".to_owned(),
            short: "政管办".to_owned(),
            kind: "office".to_owned(),
            parent: None,
            region: city,
            duties: String::new(),
        };
        self.put_units(Actor::system(), vec![office]).wait()?;
        let office = self.city.office_now().wait()?;
        office.units().first().map(|u| u.id).ok_or(Error::NotFound)
    }
}
