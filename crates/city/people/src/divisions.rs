//! 区划表: names and codes of the provinces, cities and counties that ship with the program (`data/divisions.txt`), from
//! which a new city takes its own and its districts. What has changed since is corrected by hand on the page of regions.

use kernel::{RegionCode, RegionLevel};

const TABLE: &str = include_str!("../../../../data/divisions.txt");

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(' '))
}

/// Cities under the central government: their code is that of a province.
fn is_municipality(code: &str, name: &str) -> bool {
    code.len() == 2 && name.ends_with('市')
}

/// Has it a government of a city? Those of provinces, municipalities, and counties that stand under no city.
fn is_city(code: &str, name: &str) -> bool {
    is_municipality(code, name) || code.len() == 4 || (code.len() == 6 && &code[2..4] == "90")
}

/// Names of all cities, in the order of their codes.
pub fn cities() -> impl Iterator<Item = &'static str> {
    lines().filter(|(code, name)| is_city(code, name)).map(|l| l.1)
}

/// A name as it is compared: `岳阳`, `岳阳市`, `湖南省岳阳市`.
fn same(asked: &str, name: &str) -> bool {
    let bare = |t: &str| t.trim_end_matches(['市', '州', '县', '区']).to_owned();
    let asked = asked.rsplit_once('省').map_or(asked, |(_, rest)| rest).trim();
    !asked.is_empty() && (asked == name || (asked.chars().count() > 1 && bare(asked) == bare(name)))
}

/// The code of a city by its name; none when there is no such city or more than one.
pub fn code_of(city: &str) -> Option<RegionCode> {
    let all = || lines().filter(|(code, name)| is_city(code, name));
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut found = all().filter(|(_, name)| fits(name));
        found.next().filter(|_| found.next().is_none())
    };
    let found = only(&|name| name == city.trim()).or_else(|| only(&|name| same(city, name)));
    found.and_then(|(code, _)| code.parse().ok())
}

/// The counties and districts of a city, with their names; none of a city that the table does not know.
pub fn districts(city: &RegionCode) -> Vec<(RegionCode, String)> {
    let below = |code: &str| code.len() == 6 && code != city.as_str() && code.starts_with(city.as_str());
    lines()
        .filter(|(code, _)| below(code))
        .filter_map(|(code, name)| Some((code.parse::<RegionCode>().ok()?, name.to_owned())))
        .filter(|(code, _)| code.level() == RegionLevel::County)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_division_and_every_city_is_found_by_its_own_name() {
        let mut last = "";
        for (code, name) in lines() {
            assert!(last < code && code.parse::<RegionCode>().unwrap().as_str() == code, "{code} {name}");
            assert!(!name.is_empty() && !name.contains(' '), "{code} {name}");
            last = code;
        }
        for (code, name) in lines().filter(|(c, n)| is_city(c, n)) {
            assert_eq!(code_of(name).map(|c| c.to_string()), Some(code.to_owned()), "{name}");
        }
        assert!(cities().count() > 330);
    }

    #[test]
    fn a_city_is_found_as_people_say_it_and_has_its_districts() {
        for said in ["岳阳市", "岳阳", "湖南省岳阳市", " 岳阳市 "] {
            assert_eq!(code_of(said).unwrap().as_str(), "4306", "{said}");
        }
        assert_eq!(code_of("北京").unwrap().as_str(), "11");
        assert_eq!((code_of("云汀市"), code_of("市"), code_of("")), (None, None, None));
        let names: Vec<String> = districts(&"4306".parse().unwrap()).into_iter().map(|d| d.1).collect();
        assert!(names.contains(&"岳阳楼区".to_owned()) && names.len() >= 9, "{names:?}");
        assert!(districts(&"11".parse().unwrap()).len() >= 16);
        assert!(districts(&"9901".parse().unwrap()).is_empty());
    }
}
