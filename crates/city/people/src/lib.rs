//! 人员: accounts and sign-in, the roster, the first set-up.

mod account;
pub mod divisions;
mod entries;
mod first_passwords;
pub mod next;
mod regions;
mod roster;
mod setup;
mod sign_in;
mod sso;
mod staff;
mod staff_list;
mod tables;

use city::{City, Door};

pub use account::{Offered, StaffAct};
pub use entries::{Entered, NewStaff, NewUnit};
pub use first_passwords::FirstPasswords;
pub use regions::given_within;
pub use roster::{Taken, UNIT_KINDS, Wrong};
pub use setup::FirstSetup;
pub use sign_in::SignedIn;
pub use sso::{BACK, Claim, ERRAND_S, SignOn};
pub use tables::RosterTables;

/// The people of the offices: who they are and how they sign in. A clone is another handle.
#[derive(Clone, Debug)]
pub struct People {
    city: City,
}

impl People {
    /// Over a city.
    pub const fn new(city: City) -> Self {
        Self { city }
    }
}

impl Door for People {
    fn city(&self) -> &City {
        &self.city
    }
}
