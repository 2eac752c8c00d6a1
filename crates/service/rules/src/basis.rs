//! 办理依据: what an application goes by from its first day to its last: the items with their versions, the situation
//! as answered, exactly its materials, steps, fields and limits. What changes in the catalogue afterwards changes
//! nothing here (K8). Must not know how it was put together; see `package`.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{Need, StepKind};
use kernel::{RegionCode, Said, UnitId};
use serde::{Deserialize, Serialize};
use workday::Length;

use crate::form::Field;

/// Parts of one application at most.
pub const PARTS_MAX: usize = 40;
/// Steps, materials or fields of one application at most.
pub const LIST_MAX: usize = 400;

/// One item of what is applied for (事项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// implementation code
    pub item: String,
    /// handling code
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub handling: String,
    /// version of its day
    pub version: u32,
    /// its name
    pub name: String,
    /// the unit that decides on it
    pub unit: UnitId,
    /// the document it ends with; empty when there is none
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub result: String,
}

/// One material that is wanted here, once, whichever parts need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// id, unique here
    pub id: String,
    /// its name
    pub name: String,
    /// numbers of the parts that need it, from 0
    pub parts: Vec<usize>,
    /// must it be there
    pub need: Need,
    /// 容缺: may be handed in within so many working days after acceptance
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defer_days: Option<u32>,
    /// 告知承诺 may stand in its place
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub commitment: bool,
    /// the office gets it from held data instead of asking (X8)
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// what to know about it: originals, copies, how to fill it in
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One step at a unit (环节). Receiving, accepting, issuing and delivering are stages of the application itself; what is
/// here is what units do in between, ending for each part with its decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// id, unique here
    pub id: String,
    /// number of its part, from 0
    pub part: usize,
    /// its name
    pub name: String,
    /// its kind; [`StepKind::Decide`] once for each part
    pub kind: StepKind,
    /// who does it
    pub unit: UnitId,
    /// ids of what must be finished before
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// how long it may take
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Length>,
}

/// One question as it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// the question
    pub question: String,
    /// the answer
    pub answer: String,
}

/// Everything an application goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// code of the theme; empty for a single item
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub theme: String,
    /// version of the theme; 0 for a single item
    #[serde(default)]
    pub theme_version: u32,
    /// what is applied for, in words
    pub name: String,
    /// the items
    pub parts: Vec<Part>,
    /// the situation
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
    /// exactly what is wanted
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<Wanted>,
    /// exactly what units do
    pub tasks: Vec<Task>,
    /// the one form
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// 法定时限
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<Length>,
    /// 承诺时限
    pub promised: Length,
    /// 牵头单位
    pub lead: UnitId,
    /// 收件单位
    pub reception: UnitId,
    /// where it belongs
    pub region: RegionCode,
}

fn fault(zh: impl Into<String>, en: impl Into<String>) -> Said {
    Said::new(zh, en)
}

impl Basis {
    /// Is it a theme of several items?
    pub fn is_joint(&self) -> bool {
        self.parts.len() > 1
    }
    /// The task with this id.
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|t| t.id == id)
    }
    /// The material with this id.
    pub fn wanted(&self, id: &str) -> Option<&Wanted> {
        self.materials.iter().find(|m| m.id == id)
    }
    /// Every unit with something to do, each once, in the order of their ids.
    pub fn units(&self) -> Vec<UnitId> {
        let all: BTreeSet<UnitId> = self
            .tasks
            .iter()
            .map(|t| t.unit)
            .chain(self.parts.iter().map(|p| p.unit))
            .chain([self.lead, self.reception])
            .collect();
        all.into_iter().collect()
    }

    /// Can it be walked to its end? Each part is decided once, every order leads somewhere and none in a circle.
    ///
    /// # Errors
    /// What is wrong, with names.
    pub fn check(&self) -> Result<(), Said> {
        if self.parts.is_empty() || self.parts.len() > PARTS_MAX {
            return Err(fault(
                format!("须有 1–{PARTS_MAX} 个事项"),
                format!("there must be 1 to {PARTS_MAX} items"),
            ));
        }
        let largest = self.tasks.len().max(self.materials.len()).max(self.fields.len());
        if largest > LIST_MAX {
            return Err(fault(
                format!("环节、材料、表单项各最多 {LIST_MAX} 个"),
                format!("at most {LIST_MAX} steps, materials or fields"),
            ));
        }
        self.check_ids()?;
        for (n, part) in self.parts.iter().enumerate() {
            let decisions = self.tasks.iter().filter(|t| t.part == n && t.kind == StepKind::Decide).count();
            if decisions != 1 {
                return Err(fault(
                    format!("“{}”须有且只有一个决定环节，现有 {decisions} 个", part.name),
                    format!("{:?} must have one step of deciding; it has {decisions}", part.name),
                ));
            }
        }
        match circle(&self.parts, &self.tasks) {
            None => Ok(()),
            Some(names) => Err(in_a_circle(&names)),
        }
    }

    fn check_ids(&self) -> Result<(), Said> {
        let ids: BTreeSet<&str> = self.tasks.iter().map(|t| t.id.as_str()).collect();
        let materials: BTreeSet<&str> = self.materials.iter().map(|m| m.id.as_str()).collect();
        let fields: BTreeSet<&str> = self.fields.iter().map(|f| f.code.as_str()).collect();
        if ids.len() != self.tasks.len()
            || materials.len() != self.materials.len()
            || fields.len() != self.fields.len()
        {
            return Err(fault(
                "环节、材料或表单项的编号重复，请各用一个",
                "an id of a step, a material or a field is used twice",
            ));
        }
        let parts = self.parts.len();
        let strays = self.tasks.iter().find_map(|t| {
            let after = t.after.iter().find(|a| !ids.contains(a.as_str()));
            after.map(|a| (t.name.clone(), a.clone()))
        });
        if let Some((task, after)) = strays {
            return Err(fault(
                format!("“{task}”要求先办“{after}”，但没有这个环节"),
                format!("{task:?} comes after {after:?}, which is no step here"),
            ));
        }
        let of = |n: &usize| *n < parts;
        if self.tasks.iter().all(|t| of(&t.part)) && self.materials.iter().all(|m| m.parts.iter().all(of)) {
            return Ok(());
        }
        Err(fault("环节或材料不属于任何事项", "a step or a material belongs to no item"))
    }
}

/// What is said of orders in a circle.
pub(crate) fn in_a_circle(names: &[String]) -> Said {
    let chain = names.join(" → ");
    fault(
        format!("环节互为前提，谁也不能先办：{chain}；请去掉其中一个先后要求"),
        format!("steps wait for each other in a circle: {chain}; drop one of these orders"),
    )
}

/// Names along a circle of orders, if there is one.
pub(crate) fn circle(parts: &[Part], tasks: &[Task]) -> Option<Vec<String>> {
    let mut left: BTreeMap<&str, Vec<&str>> =
        tasks.iter().map(|t| (t.id.as_str(), t.after.iter().map(String::as_str).collect())).collect();
    loop {
        let free: Vec<&str> =
            left.iter().filter(|(_, a)| a.iter().all(|x| !left.contains_key(x))).map(|(id, _)| *id).collect();
        if free.is_empty() {
            break;
        }
        for id in free {
            left.remove(id);
        }
    }
    let mut at = *left.keys().next()?;
    let mut seen: Vec<&str> = Vec::new();
    while !seen.contains(&at) {
        seen.push(at);
        at = left.get(at)?.iter().find(|a| left.contains_key(*a)).copied()?;
    }
    let start = seen.iter().position(|s| *s == at)?;
    // The walk went from what comes after to what comes before; people read it the other way round.
    let named =
        |t: &Task| parts.get(t.part).map_or_else(|| t.name.clone(), |p| format!("{}·{}", p.name, t.name));
    let mut names: Vec<String> =
        seen[start..].iter().rev().filter_map(|id| tasks.iter().find(|t| t.id == *id)).map(named).collect();
    names.extend(names.first().cloned());
    Some(names)
}
