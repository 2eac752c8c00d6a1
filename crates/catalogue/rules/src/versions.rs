//! 版本 (K1): the versions of one item, each with its days; any day has at most one, and a gap is seen.
//! Must not know storage.

use kernel::Date;
use thiserror::Error;

use crate::item::ServiceItem;
use crate::words::ItemState;

/// Why a version cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotAVersion {
    /// Another item.
    #[error(
        "实施编码不同（{0}），不是同一事项的版本 / another implementation code ({0}): not a version of this item"
    )]
    OtherItem(String),
    /// The number does not follow.
    #[error("版本号应为 {0} / the version must be {0}")]
    Number(u32),
    /// It begins before the last one did.
    #[error("生效日期须晚于上一版的 {0} / it must begin after {0}, when the last version began")]
    TooEarly(Date),
    /// A version that is published needs a first day.
    #[error("请填写生效日期 / fill in the day from which it holds")]
    NoFirstDay,
}

/// The versions of one item, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(Vec<ServiceItem>);

impl History {
    /// All versions, oldest first.
    pub fn versions(&self) -> &[ServiceItem] {
        &self.0
    }
    /// Adds a version; the one before it ends on the day on which this one begins.
    ///
    /// # Errors
    /// When it is another item's, its number does not follow, or its days are not after the last one's.
    pub fn publish(&mut self, mut new: ServiceItem) -> Result<(), NotAVersion> {
        let from = new.effective_from.ok_or(NotAVersion::NoFirstDay)?;
        new.state = ItemState::InForce;
        let Some(last) = self.0.last_mut() else {
            self.0.push(new);
            return Ok(());
        };
        if last.key() != new.key() {
            return Err(NotAVersion::OtherItem(new.code));
        }
        let number = last.version.saturating_add(1);
        if new.version != number {
            return Err(NotAVersion::Number(number));
        }
        if let Some(before) = last.effective_from.filter(|before| from <= *before) {
            return Err(NotAVersion::TooEarly(before));
        }
        if last.effective_to.is_none_or(|to| from < to) {
            last.effective_to = Some(from);
        }
        self.0.push(new);
        Ok(())
    }
    /// The version that holds on a day.
    pub fn on(&self, day: Date) -> Option<&ServiceItem> {
        self.0.iter().rev().find(|v| v.in_force_on(day))
    }
    /// Stretches between versions in which none holds: from (first day without), to (first day with).
    pub fn gaps(&self) -> Vec<(Date, Date)> {
        let ends = self.0.windows(2).filter_map(|w| Some((w[0].effective_to?, w[1].effective_from?)));
        ends.filter(|(end, next)| end < next).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use proptest::prelude::*;

    fn version(n: u32, from: &str) -> ServiceItem {
        let mut item = sample::food_licence();
        item.version = n;
        item.effective_from = Some(from.parse().unwrap());
        item
    }

    #[test]
    fn each_day_has_its_version() {
        let mut h = History::default();
        h.publish(version(1, "2026-01-01")).unwrap();
        h.publish(version(2, "2026-06-01")).unwrap();
        let on = |d: &str| h.on(d.parse().unwrap()).map(|v| v.version);
        assert_eq!([on("2025-12-31"), on("2026-05-31"), on("2026-06-01")], [None, Some(1), Some(2)]);
        assert!(h.gaps().is_empty());
        let mut again = h.clone();
        assert_eq!(again.publish(version(2, "2026-07-01")), Err(NotAVersion::Number(3)));
        let early = again.publish(version(3, "2026-06-01")).unwrap_err();
        assert_eq!(early, NotAVersion::TooEarly("2026-06-01".parse().unwrap()));
        let mut other = version(3, "2026-08-01");
        other.code.push('9');
        assert!(matches!(again.publish(other), Err(NotAVersion::OtherItem(_))));
    }

    proptest! {
        #[test]
        fn no_day_ever_has_two_versions(days in proptest::collection::btree_set(0i64..4000, 1..8), ask in 0i64..4100) {
            let date = |n: i64| kernel::Moment::from_us(n * kernel::US_PER_DAY).date();
            let mut h = History::default();
            for (i, d) in days.iter().enumerate() {
                let mut v = sample::food_licence();
                v.version = i as u32 + 1;
                v.effective_from = Some(date(*d));
                h.publish(v).unwrap();
            }
            let holding = h.versions().iter().filter(|v| v.in_force_on(date(ask))).count();
            prop_assert_eq!(holding, usize::from(ask >= *days.first().unwrap()));
        }
    }
}
