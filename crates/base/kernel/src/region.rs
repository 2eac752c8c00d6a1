//! 区划: province, city, county, township, village, by the statistical division code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The five levels (行政层级).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionLevel {
    /// 省
    Province,
    /// 市
    City,
    /// 县(市、区)
    County,
    /// 乡镇(街道)
    Township,
    /// 村(社区)
    Village,
}

/// A division code (区划代码) of 2, 4, 6, 9 or 12 digits; a shorter code contains every longer one that
/// starts with it. Trailing zero groups are cut when it is read: `430600000000` is the city `4306`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(String);

/// The text is not a division code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotARegion(pub String);
impl fmt::Display for NotARegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "不是区划代码（2、4、6、9、12 位数字） / not a division code (2, 4, 6, 9 or 12 digits): {:?}",
            self.0
        )
    }
}
impl std::error::Error for NotARegion {}

const LENGTHS: [(usize, RegionLevel); 5] = [
    (2, RegionLevel::Province),
    (4, RegionLevel::City),
    (6, RegionLevel::County),
    (9, RegionLevel::Township),
    (12, RegionLevel::Village),
];

impl RegionCode {
    /// The level that the length of the code says.
    pub fn level(&self) -> RegionLevel {
        LENGTHS.iter().find(|(n, _)| *n == self.0.len()).map_or(RegionLevel::Village, |(_, l)| *l)
    }
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Is `other` this region or a part of it?
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
    /// The region one level up; none above a province.
    pub fn parent(&self) -> Option<Self> {
        let i = LENGTHS.iter().position(|(n, _)| *n == self.0.len())?;
        i.checked_sub(1).map(|i| Self(self.0[..LENGTHS[i].0].to_owned()))
    }
}

impl FromStr for RegionCode {
    type Err = NotARegion;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let bad = || NotARegion(s.chars().take(40).collect());
        let mut code = s.trim();
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        for (long, short) in [(12, 9), (9, 6), (6, 4), (4, 2)] {
            if code.len() == long && code[short..].bytes().all(|b| b == b'0') {
                code = &code[..short];
            }
        }
        LENGTHS.iter().any(|(n, _)| *n == code.len()).then(|| Self(code.to_owned())).ok_or_else(bad)
    }
}
impl TryFrom<String> for RegionCode {
    type Error = NotARegion;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}
impl From<RegionCode> for String {
    fn from(r: RegionCode) -> Self {
        r.0
    }
}
impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_do_not_make_another_region() {
        let city: RegionCode = "430600000000".parse().unwrap();
        assert_eq!(city, "4306".parse().unwrap());
        assert_eq!(city.level(), RegionLevel::City);
        let county: RegionCode = "430602".parse().unwrap();
        assert!(city.contains(&county) && !county.contains(&city));
        assert_eq!(county.parent(), Some(city));
        for bad in ["", "43060", "岳阳", "-1"] {
            assert!(bad.parse::<RegionCode>().is_err(), "{bad}");
        }
    }
}
