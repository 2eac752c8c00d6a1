//! 区划: the names of the city's districts, townships and villages, kept as one list.

use std::collections::{BTreeMap, BTreeSet};

use access::{City, decide, op};
use city::{Door as _, Error, Later, StandardKind};
use kernel::{Actor, RegionCode, Said};
use serde_json::{Map, Value, json};
use store::{Rd, Tx, office};

use crate::People;

/// Regions of one city at most: 50,000 villages are read, a page holds far less.
const REGIONS_MAX: usize = 5_000;

/// The list as it is typed: a code and a name on each line.
///
/// # Errors
/// A line that is none, with its number.
pub fn read(text: &str, city: &RegionCode) -> Result<Vec<(RegionCode, String)>, Error> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let wrong = |zh: &str, en: &str| {
            Error::invalid("regions", format!("第 {} 行：{zh}", i + 1), format!("line {}: {en}", i + 1))
        };
        let (code, name) =
            line.trim().split_once([' ', '\t', ',', '，', '、', '\u{3000}']).ok_or_else(|| {
                wrong("请写成“430602 岳阳楼区”，代码和名称之间空一格", "write a code, a blank and a name")
            })?;
        let code: RegionCode = code.parse().map_err(|_| {
            wrong("区划代码是 4、6、9 或 12 位数字", "a region has a code of 4, 6, 9 or 12 digits")
        })?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 60 {
            return Err(wrong("名称须有 1–60 个字", "a name has 1 to 60 characters"));
        }
        if !city.contains(&code) || code == *city {
            let zh = format!("{code} 不在本市（{city}）之内，请核对代码");
            return Err(wrong(&zh, "this code is not within the city"));
        }
        if !seen.insert(code.clone()) {
            return Err(wrong(&format!("{code} 前面已经有了"), "this code stands twice"));
        }
        out.push((code, name.to_owned()));
    }
    if out.len() > REGIONS_MAX {
        return Err(Error::invalid(
            "regions",
            format!("一次最多 {REGIONS_MAX} 个区划"),
            format!("at most {REGIONS_MAX} regions"),
        ));
    }
    Ok(out)
}

/// What was given of the regions within this city.
pub fn given_within(doc: &Value, city: &RegionCode) -> Value {
    let all = doc["regions"].as_object().into_iter().flatten();
    let ours = all.filter(|(code, _)| code.starts_with(city.as_str()) && *code != city.as_str());
    json!({ "regions": ours.map(|(c, n)| (c.clone(), n.clone())).collect::<Map<_, _>>() })
}

impl People {
    /// Makes the regions of the city those of a list: new ones are added, names changed, what is not in the list goes. A
    /// region in which a unit stands does not go.
    pub fn keep_regions(&self, actor: Actor, text: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let city = &office.settings.city;
            let permit = decide(&actor, op::WriteUnits, City(city))?;
            let wanted: BTreeMap<String, String> =
                read(&text, city)?.into_iter().map(|(c, n)| (c.to_string(), n)).collect();
            // The list is that of what lies within the city; names of others that are known stay.
            let there = office::regions(tx)?.into_iter().filter(|(code, _)| code.starts_with(city.as_str()));
            let there: BTreeMap<String, String> = there.collect();
            for code in there.keys().filter(|c| *c != city.as_str() && !wanted.contains_key(*c)) {
                let region: RegionCode = code.parse().map_err(Error::bug)?;
                // A township that is not on the list itself is known by the district around it.
                let stands = |of: &RegionCode| region.contains(of) && !wanted.contains_key(of.as_str());
                if let Some(unit) = office.units().iter().find(|u| u.active && stands(&u.region)) {
                    let name = there.get(code).map_or("", String::as_str);
                    return Err(Error::invalid(
                        "regions",
                        format!("{code} {name} 还有单位（{}），不能去掉；请先改单位的区划", unit.short),
                        format!("{code} still has a unit ({}): change its region first", unit.short),
                    ));
                }
                office::drop_region(tx, &permit, code)?;
            }
            for (code, name) in wanted.iter().filter(|(c, n)| there.get(*c) != Some(n)) {
                office::put_region(tx, &permit, &code.parse().map_err(Error::bug)?, name)?;
            }
            keep_to(tx, city)?;
            city::note(tx, &permit, "put_regions", &serde_json::json!({ "regions": wanted }).to_string())
        })
    }

    /// The names of regions, of the city or of all that are known here, as a tree.
    ///
    /// # Errors
    /// The store could not.
    pub fn regions_stand(rd: &mut Rd<'_>, within: Option<&RegionCode>) -> Result<Value, Error> {
        let all = office::regions(rd)?.into_iter();
        let ours =
            all.filter(|(code, _)| within.is_none_or(|c| code.starts_with(c.as_str()) && code != c.as_str()));
        Ok(json!({ "regions": ours.map(|(code, name)| (code, Value::from(name))).collect::<Map<_, _>>() }))
    }

    /// Names the regions of this city as the level above gave them; what was given before and is no more goes, unless a unit
    /// stands there. What the city added stays.
    ///
    /// # Errors
    /// A code or a name is none.
    pub fn take_regions(
        city: &city::City,
        tx: &mut Tx<'_>,
        actor: &Actor,
        (doc, before): (&Value, Option<&Value>),
    ) -> Result<Option<Said>, Error> {
        let office = city.office(tx)?;
        let city = &office.settings.city;
        let permit = decide(actor, op::WriteUnits, City(city))?;
        let given = given_within(doc, city);
        let text: Vec<String> = given["regions"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(code, name)| format!("{code} {}", name.as_str().unwrap_or_default()))
            .collect();
        let wanted = read(&text.join("\n"), city)?;
        if wanted.is_empty() {
            let (zh, en) = ("其中没有本市的区划", "it names no region of this city");
            return Err(Error::invalid("regions", zh, en));
        }
        let old = before.map(|b| given_within(b, city)).unwrap_or_default();
        let gone = old["regions"].as_object().into_iter().flatten();
        for (code, _) in gone.filter(|(c, _)| given["regions"].get(c.as_str()).is_none()) {
            let region: RegionCode = code.parse().map_err(Error::bug)?;
            if !office.units().iter().any(|u| u.active && region.contains(&u.region)) {
                office::drop_region(tx, &permit, code)?;
            }
        }
        let there: BTreeMap<String, String> = office::regions(tx)?.into_iter().collect();
        let mut renamed = Vec::new();
        for (code, name) in &wanted {
            let was = there.get(code.as_str()).filter(|was| *was != name);
            if let Some(was) = was.filter(|was| old["regions"][code.as_str()] != was.as_str()) {
                renamed.push(format!("{code} {was}"));
            }
            office::put_region(tx, &permit, code, name)?;
        }
        city::note(tx, &permit, "put_regions", &json!({ "regions": wanted }).to_string())?;
        Ok(city::standards::replaced(&renamed, "个区划", "regions"))
    }
}

/// Refuses names that alter what was given; of other cities this one need not know them.
pub(crate) fn keep_to(tx: &mut Tx<'_>, city: &RegionCode) -> Result<(), Error> {
    const KIND: StandardKind = StandardKind::Regions;
    let Some(newest) = city::standards::held(tx, KIND, KIND.word())?.into_iter().next() else {
        return Ok(());
    };
    let all = People::regions_stand(tx, None)?;
    let altered = |(code, name): &(&String, &Value)| match all["regions"].get(code.as_str()) {
        Some(own) => own != *name,
        None => code.starts_with(city.as_str()) && *code != city.as_str(),
    };
    match newest.doc["regions"].as_object().into_iter().flatten().find(altered) {
        Some((code, name)) => {
            let what = format!("{code} {}", name.as_str().unwrap_or_default());
            Err(city::standards::altered(KIND, newest.version, &Said::new(what.clone(), what)))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_each_wrong_line_is_named() {
        let city: RegionCode = "4306".parse().unwrap();
        let good = read("430602 岳阳楼区\n\n430603,云溪区\n430671\t屈原管理区\n", &city).unwrap();
        assert_eq!(
            good.iter().map(|r| r.1.as_str()).collect::<Vec<_>>(),
            ["岳阳楼区", "云溪区", "屈原管理区"]
        );
        for (bad, line) in [
            ("430602 甲区\n430603", "第 2 行"),
            ("43060x 甲区", "第 1 行"),
            ("430702 外区", "不在本市"),
            ("4306 市", "不在本市"),
            ("430602 甲\n430602 乙", "前面已经有了"),
        ] {
            match read(bad, &city) {
                Err(Error::Invalid { said, .. }) => assert!(said.zh.contains(line), "{bad}: {said}"),
                other => panic!("{bad}: {other:?}"),
            }
        }
    }
}
