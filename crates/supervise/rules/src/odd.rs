//! 异常评价: patterns that a supervisor should look at, each with what shows it. Nothing is decided here, and no
//! rating is dropped because of a pattern: exclusion is an act of a person, on record. Row E3.

use std::collections::BTreeMap;

use kernel::{Moment, US_PER_SECOND};

use crate::rating::Level;

/// One rating as the search for patterns needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rated {
    /// its service
    pub id: i64,
    /// where it was given: unit and window, as one name
    pub place: String,
    /// when the service was given
    pub served: Moment,
    /// when it was rated; none when nobody rated it
    pub at: Option<Moment>,
    /// the level
    pub level: Option<Level>,
    /// keyed digest of the device, when there was one
    pub device: Option<String>,
}

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// 短时集中
    Burst,
    /// 同一设备
    OneDevice,
    /// 服务后数秒
    TooSoon,
    /// 清一色非常满意
    AllFives,
    /// 有服务无评价
    NoRatings,
}

impl Pattern {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Burst, Self::OneDevice, Self::TooSoon, Self::AllFives, Self::NoRatings];
    /// For people.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Burst => "短时集中评价",
            Self::OneDevice => "同一设备多次评价",
            Self::TooSoon => "服务后数秒即评价",
            Self::AllFives => "清一色“非常满意”",
            Self::NoRatings => "有服务而无人评价",
        }
    }
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Burst => "Burst of ratings",
            Self::OneDevice => "One device, many ratings",
            Self::TooSoon => "Rated seconds after the service",
            Self::AllFives => "Nothing but the best level",
            Self::NoRatings => "Services, but no rating",
        }
    }
}

/// Ten ratings in five minutes at one place.
const BURST: (usize, i64) = (10, 5 * 60 * US_PER_SECOND);
const DEVICE_PER_DAY: usize = 4;
const SOON_US: i64 = 5 * US_PER_SECOND;
const SOON_MIN: usize = 3;
const FIVES_MIN: usize = 30;
const SERVED_MIN: usize = 20;
/// Evidence named for one finding.
const EVIDENCE: usize = 20;

/// One finding with what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// which
    pub pattern: Pattern,
    /// unit and window
    pub place: String,
    /// how many ratings (services for [`Pattern::NoRatings`])
    pub n: usize,
    /// the first of them
    pub evidence: Vec<i64>,
    /// since when
    pub from: Moment,
    /// until when
    pub to: Moment,
}

fn found(pattern: Pattern, place: &str, hits: &[&Rated]) -> Option<Odd> {
    let when = |r: &&Rated| r.at.unwrap_or(r.served);
    Some(Odd {
        pattern,
        place: place.to_owned(),
        n: hits.len(),
        evidence: hits.iter().take(EVIDENCE).map(|r| r.id).collect(),
        from: hits.iter().map(when).min()?,
        to: hits.iter().map(when).max()?,
    })
}

/// The patterns in some time's services, place by place.
pub fn odd(all: &[Rated]) -> Vec<Odd> {
    let mut places: BTreeMap<&str, Vec<&Rated>> = BTreeMap::new();
    for r in all {
        places.entry(&r.place).or_default().push(r);
    }
    let mut out = Vec::new();
    for (place, mut here) in places {
        here.sort_by_key(|r| (r.at.unwrap_or(r.served), r.id));
        let rated: Vec<&Rated> = here.iter().copied().filter(|r| r.at.is_some()).collect();
        out.extend(burst(&rated).and_then(|hits| found(Pattern::Burst, place, &hits)));
        for hits in devices(&rated) {
            out.extend(found(Pattern::OneDevice, place, &hits));
        }
        let soon: Vec<_> = rated
            .iter()
            .copied()
            .filter(|r| r.at.is_some_and(|at| (0..=SOON_US).contains(&at.us_since(r.served))))
            .collect();
        if soon.len() >= SOON_MIN {
            out.extend(found(Pattern::TooSoon, place, &soon));
        }
        if rated.len() >= FIVES_MIN && rated.iter().all(|r| r.level == Some(Level::VerySatisfied)) {
            out.extend(found(Pattern::AllFives, place, &rated));
        }
        if rated.is_empty() && here.len() >= SERVED_MIN {
            out.extend(found(Pattern::NoRatings, place, &here));
        }
    }
    out
}

/// The densest five minutes, when there are ten ratings in them.
fn burst<'a>(rated: &[&'a Rated]) -> Option<Vec<&'a Rated>> {
    let at = |i: usize| rated[i].at.unwrap_or(rated[i].served);
    let (mut best, mut first) = (0..0, 0);
    for last in 0..rated.len() {
        while at(last).us_since(at(first)) > BURST.1 {
            first += 1;
        }
        if last + 1 - first > best.len() {
            best = first..last + 1;
        }
    }
    (best.len() >= BURST.0).then(|| rated[best].to_vec())
}

fn devices<'a>(rated: &[&'a Rated]) -> Vec<Vec<&'a Rated>> {
    let mut by: BTreeMap<(&str, i64), Vec<&Rated>> = BTreeMap::new();
    for r in rated {
        if let (Some(device), Some(at)) = (&r.device, r.at) {
            by.entry((device, at.day_number())).or_default().push(r);
        }
    }
    by.into_values().filter(|hits| hits.len() >= DEVICE_PER_DAY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rated(id: i64, at_s: i64, level: Level, device: Option<&str>) -> Rated {
        Rated {
            id,
            place: "一窗".into(),
            served: Moment::from_us(at_s * US_PER_SECOND - 60 * US_PER_SECOND),
            at: Some(Moment::from_us(at_s * US_PER_SECOND)),
            level: Some(level),
            device: device.map(ToOwned::to_owned),
        }
    }
    fn patterns(all: &[Rated]) -> Vec<(Pattern, usize)> {
        odd(all).into_iter().map(|o| (o.pattern, o.n)).collect()
    }

    #[test]
    fn ten_in_five_minutes_is_a_burst_and_nine_is_not() {
        let all: Vec<_> = (0..10).map(|i| rated(i, 1000 + i * 30, Level::Satisfied, None)).collect();
        assert_eq!(patterns(&all), [(Pattern::Burst, 10)]);
        assert_eq!(patterns(&all[..9]), []);
        let slow: Vec<_> = (0..30).map(|i| rated(i, 1000 + i * 60, Level::Satisfied, None)).collect();
        assert_eq!(patterns(&slow), []);
    }

    #[test]
    fn one_device_seconds_after_and_nothing_but_fives() {
        let all: Vec<_> = (0..4).map(|i| rated(i, 1000 + i * 900, Level::Satisfied, Some("d"))).collect();
        assert_eq!(patterns(&all), [(Pattern::OneDevice, 4)]);
        let mut soon: Vec<_> = (0..3).map(|i| rated(i, 1000 + i * 900, Level::Satisfied, None)).collect();
        for r in &mut soon {
            r.served = r.at.unwrap().plus_us(-3 * US_PER_SECOND);
        }
        assert_eq!(patterns(&soon), [(Pattern::TooSoon, 3)]);
        let mut fives: Vec<_> =
            (0..30).map(|i| rated(i, 1000 + i * 900, Level::VerySatisfied, None)).collect();
        assert_eq!(patterns(&fives), [(Pattern::AllFives, 30)]);
        fives[7].level = Some(Level::Basically);
        assert_eq!(patterns(&fives), []);
    }

    #[test]
    fn a_window_that_nobody_rates_is_told() {
        let all: Vec<_> = (0..20)
            .map(|i| Rated { at: None, level: None, ..rated(i, i * 900, Level::Satisfied, None) })
            .collect();
        assert_eq!(patterns(&all), [(Pattern::NoRatings, 20)]);
        assert_eq!(odd(&all)[0].evidence.len(), 20);
    }
}
