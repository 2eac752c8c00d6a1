//! 区划: 云汀市 with three districts and three counties, their townships and some villages.
//! The codes begin with 99, which no real place has.

use kernel::{RegionCode, RegionLevel};
use serde::Serialize;

/// One region of the model city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    /// Division code; `99…`, so that it cannot be taken for a real place.
    pub code: RegionCode,
    /// Name with its ending: 云汀市, 汀东区, 东门街道, 柳荫社区.
    pub name: String,
}

/// The city.
pub const CITY_CODE: &str = "9901";
/// The name of the city.
pub const CITY_NAME: &str = "云汀市";

type County = (&'static str, &'static str, [&'static str; 4]);
/// Code, name and townships of each county-level region.
pub(crate) const COUNTIES: [County; 6] = [
    ("990102", "汀东区", ["东门街道", "柳堤街道", "槐荫街道", "五里墩镇"]),
    ("990103", "汀西区", ["鼓楼坪街道", "西津街道", "梧桐里街道", "双渡镇"]),
    ("990104", "望桥区", ["望桥街道", "云港街道", "新桥头镇", "芦花镇"]),
    ("990121", "安澜县", ["澜阳镇", "大堰镇", "枫林镇", "月亮湾乡"]),
    ("990122", "石岭县", ["石岭镇", "青砚镇", "高坪镇", "茶园乡"]),
    ("990123", "青萝县", ["萝城镇", "竹溪镇", "九曲镇", "杜鹃坡乡"]),
];
const COMMUNITIES: [&str; 8] = ["柳荫", "春晖", "和顺", "百花", "清泉", "文昌", "红旗", "永安"];
const VILLAGES: [&str; 8] = ["大塘", "石桥", "杨家湾", "东坡", "下寨", "新塘", "楠木", "黄泥坡"];

fn code(text: &str) -> RegionCode {
    text.parse().unwrap_or_else(|_| unreachable!("the codes of this table are division codes"))
}

/// All regions, every parent before its parts: 1 city, 6 counties, 24 townships, 48 villages.
pub fn regions() -> Vec<Region> {
    let mut all = vec![Region { code: code(CITY_CODE), name: CITY_NAME.to_owned() }];
    for (county, name, _) in COUNTIES {
        all.push(Region { code: code(county), name: name.to_owned() });
    }
    for (c, (county, _, towns)) in COUNTIES.iter().enumerate() {
        for (t, town) in towns.iter().enumerate() {
            let town_code = format!("{county}{:03}", if town.ends_with("街道") { t + 1 } else { t + 101 });
            all.push(Region { code: code(&town_code), name: (*town).to_owned() });
            for v in 0..2 {
                let n = (c * 3 + t * 2 + v) % 8;
                let name = if town.ends_with("街道") {
                    format!("{}社区", COMMUNITIES[n])
                } else {
                    format!("{}村", VILLAGES[n])
                };
                all.push(Region { code: code(&format!("{town_code}{:03}", v + 1)), name });
            }
        }
    }
    all
}

/// The code of a county by its name.
pub(crate) fn county_code(name: &str) -> Option<RegionCode> {
    COUNTIES.iter().find(|(_, n, _)| *n == name).map(|(c, _, _)| code(c))
}

/// The city's code.
pub(crate) fn city_code() -> RegionCode {
    code(CITY_CODE)
}

/// The regions of one level.
pub fn of_level(all: &[Region], level: RegionLevel) -> impl Iterator<Item = &Region> {
    all.iter().filter(move |r| r.code.level() == level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_region_hangs_on_the_city_and_no_code_comes_twice() {
        let all = regions();
        let codes: BTreeSet<_> = all.iter().map(|r| r.code.clone()).collect();
        assert_eq!(codes.len(), all.len());
        assert_eq!(all.len(), 1 + 6 + 24 + 48);
        for r in &all[1..] {
            assert!(codes.contains(&r.code.parent().unwrap()), "{r:?} hangs in the air");
            assert!(all[0].code.contains(&r.code));
        }
        assert_eq!(of_level(&all, RegionLevel::Township).count(), 24);
    }
}
