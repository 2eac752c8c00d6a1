//! 发文规则: the forms of a city and the signs of its offices, as rows that are edited; every version is on record.

use access::{decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, UnitId};
use serde::{Deserialize, Serialize};
use store::{Rd, settings};

use crate::Papers;
use crate::way::{self, Form};

const RULES: &str = "papers";

/// What a city sets about papers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperRules {
    /// 发文程序
    pub forms: Vec<Form>,
    /// 机关代字: of which unit
    pub signs: Vec<(UnitId, String)>,
}

impl Default for PaperRules {
    fn default() -> Self {
        Self { forms: way::usual(), signs: Vec::new() }
    }
}

impl PaperRules {
    /// The sign of an office.
    pub fn sign(&self, unit: UnitId) -> Option<&str> {
        self.signs.iter().find(|s| s.0 == unit).map(|s| s.1.as_str())
    }
    /// Are these rules that a city can work with?
    fn checked(&self) -> Result<(), Error> {
        way::check(&self.forms).map_err(|said| Error::Invalid { field: "forms".to_owned(), said })?;
        for (n, (unit, sign)) in self.signs.iter().enumerate() {
            let length = sign.chars().count();
            if !(2..=8).contains(&length) || !sign.chars().all(way::is_sign) {
                return Err(Error::invalid(
                    "signs",
                    format!("机关代字是 2–8 个汉字，如“云政管”；“{sign}”不是"),
                    format!("the sign of an office is 2 to 8 Chinese characters; “{sign}” is not"),
                ));
            }
            if self.signs[..n].iter().any(|(u, s)| u == unit || s == sign) {
                return Err(Error::invalid(
                    "signs",
                    format!("机关代字“{sign}”重复：一个单位一个代字，两个单位不能相同，否则字号会重复"),
                    format!("the sign “{sign}” is doubled: one for each office, and no two alike"),
                ));
            }
        }
        // Two offices whose sign and suffix read the same would count one series: each number is then still given once, and nobody
        // could tell whose it is.
        for (unit, sign) in &self.signs {
            for f in self.forms.iter().filter(|f| !f.suffix.is_empty()) {
                let whole = format!("{sign}{}", f.suffix);
                if self.signs.iter().any(|(u, s)| u != unit && *s == whole) {
                    return Err(Error::invalid(
                        "signs",
                        format!("“{sign}”加上后缀“{}”与另一单位的代字相同，请换一个", f.suffix),
                        format!("“{whole}” is also the sign of another office: choose another one"),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The name of the counter of a series of numbers.
pub fn series_of(series: &str) -> String {
    format!("paper/{series}")
}

impl Papers {
    pub(crate) fn rules_in(rd: &mut Rd<'_>) -> Result<PaperRules, Error> {
        let Some(kept) = settings::newest(rd, RULES)? else { return Ok(PaperRules::default()) };
        serde_json::from_str(&kept.doc)
            .map_err(|e| Error::Store(store::StoreError::Damaged(format!("papers: {e}"))))
    }

    /// The rules in force.
    pub fn rules(&self, actor: Actor) -> Later<PaperRules> {
        self.read(move |_, rd| {
            if access::offered(&actor, access::Operation::ListPapers).is_err() {
                access::offered(&actor, access::Operation::WritePaperRules)?;
            }
            Self::rules_in(rd)
        })
    }

    /// Sets the rules; papers on their way keep those that they began with.
    pub fn set_rules(&self, actor: Actor, rules: PaperRules) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WritePaperRules, access::City(&office.settings.city))?;
            rules.checked()?;
            if let Some((unit, _)) = rules.signs.iter().find(|s| office.unit(s.0).is_none()) {
                return Err(Error::invalid(
                    "signs",
                    format!("没有编号为 {} 的单位", unit.0),
                    "there is no such unit",
                ));
            }
            let doc = serde_json::to_string(&rules).map_err(Error::bug)?;
            let now = tx.now();
            settings::put(tx, RULES, now, actor.staff, &doc)?;
            city::record(tx, &permit, "set_paper_rules", &doc)
        })
    }
}
