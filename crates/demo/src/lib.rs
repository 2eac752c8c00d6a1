//! 样板城市: 云汀市, a city that does not exist, for a newcomer's first ten minutes, for screenshots and load.
//!
//! Pure and deterministic: the same seed gives the same city, letter for letter. Names, numbers and texts are
//! of nobody; division codes begin with 99, mobile numbers with 1990000, telephones with 0999.
//! Must not know storage, pages or the clock: letters carry offsets, the caller gives the start.

mod companies;
mod dice;
mod items;
mod letters;
mod names;
mod places;
mod regions;
mod replies;
mod staff;
mod topics;
mod units;

pub use companies::{Company, companies};
pub use dice::Dice;
pub use items::items;
pub use letters::{Channel, Letter};
pub use names::{identity, mobile, person};
pub use places::plates;
pub use regions::{CITY_CODE, CITY_NAME, Region, of_level, regions};
pub use replies::reply;
pub use staff::{Resident, Staff, residents, staff};
pub use topics::Want;
pub use units::{Unit, UnitKind, credit_code, units};

/// The model city.
#[derive(Clone, Debug)]
pub struct City {
    /// The seed it was made from.
    pub seed: u64,
    /// Parents before parts.
    pub regions: Vec<Region>,
    /// Parents before children.
    pub units: Vec<Unit>,
    /// One system administrator first.
    pub staff: Vec<Staff>,
    /// Some residents.
    pub residents: Vec<Resident>,
    /// Sixty items, some with a fault on purpose.
    pub items: Vec<catalogue::ServiceItem>,
    /// Plates at halls and in villages.
    pub plates: Vec<catalogue::plate::Plate>,
}

/// The city of one seed: regions and units are the same for all seeds, people and letters differ.
pub fn city(seed: u64) -> City {
    let units = units();
    let staff = staff(seed, &units);
    let regions = regions();
    let items = items(&units);
    let plates = plates(&regions, &units, &items);
    City { seed, regions, staff, units, residents: residents(seed, 60), items, plates }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_is_the_same_city() {
        let (a, b) = (city(5), city(5));
        assert_eq!(a.staff, b.staff);
        assert_eq!(a.letters(300), b.letters(300));
        assert_ne!(a.letters(300), city(6).letters(300));
    }

    #[test]
    fn letters_are_varied_and_point_to_units_and_regions() {
        let city = city(1);
        let letters = city.letters(2_000);
        let bodies: BTreeSet<_> = letters.iter().map(|l| &l.body).collect();
        assert!(bodies.len() > 1_950, "only {} different bodies", bodies.len());
        let units: BTreeSet<_> = letters.iter().map(|l| l.unit).collect();
        assert!(units.len() > 28, "{units:?}");
        for l in &letters {
            assert!(city.regions.iter().any(|r| r.code == l.region));
            assert!(!l.body.contains('{') && !l.title.contains('}'), "{l:?}");
            assert!(l.same_as.is_none_or(|first| first < l.no));
        }
        let again = letters.iter().filter(|l| l.same_as.is_some()).count();
        assert!((180..320).contains(&again), "{again}");
        let personal: Vec<_> = letters.iter().filter(|l| l.holds_personal_data).collect();
        assert!(personal.iter().all(|l| l.body.contains("99")), "numbers of the model city");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn letters_come_in_order_within_the_window(seed: u64, n in 0usize..120, days in 0usize..40) {
            let letters = city(seed).letters_over(n, days);
            prop_assert_eq!(letters.len(), n);
            prop_assert!(letters.is_sorted_by_key(|l| l.at_us));
            let end = days.max(1) as i64 * kernel::US_PER_DAY;
            prop_assert!(letters.iter().all(|l| (0..end).contains(&l.at_us)));
        }
    }
}
