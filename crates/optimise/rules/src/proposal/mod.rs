//! 再造案 (O7): one redesign on record: drawn up, reviewed by the units concerned, approved by somebody else,
//! published, and its effect measured. A proposal is the fold of what happened to it.
//!
//! Knows models, units and people as numbers. Must not know roles, storage or pages; what is computed (the model
//! after an objection, the prediction, the effect) stands in the events, so that a replay needs no computing.

mod rules;
#[cfg(test)]
mod tests;

use kernel::{Date, Moment, RegionCode, Said, StaffId, UnitId};
use serde::{Deserialize, Serialize};

use crate::{Figures, Ground, Judgement};
pub use rules::{GROUNDS, MODEL_MAX, WORDS_MAX, objection, recall, refusal, summary};

kernel::words! {
    /// Where a proposal stands (阶段).
    inherent Stage {
        Draft = "draft", "起草";
        Review = "review", "征求意见";
        Approved = "approved", "已批准";
        Published = "published", "已发布";
        Withdrawn = "withdrawn", "已撤回";
    }
}

impl Stage {
    /// In two languages.
    pub fn said(self) -> Said {
        let en = match self {
            Self::Draft => "Draft",
            Self::Review => "Under review",
            Self::Approved => "Approved",
            Self::Published => "Published",
            Self::Withdrawn => "Withdrawn",
        };
        Said::new(self.zh(), en)
    }
}

/// The five reductions and the days, before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// before
    pub before: Figures,
    /// after
    pub after: Figures,
}

/// What was foretold when it was approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// lawful longest path, working days, before and after
    pub lawful_days: (f64, f64),
    /// simulated mean, working days, before and after
    pub simulated_days: (f64, f64),
    /// how many simulated cases meet the target, in words; none before this was judged, or without a target
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Said>,
    /// simulated mean from begin to end with nights and week ends, hours saved, with its 95 % interval
    pub saved_hours: (f64, f64, f64),
    /// seed and cases of each replication
    pub seed: u64,
    /// cases of each replication
    pub cases: u64,
    /// a unit could not keep up: the simulated figures mean nothing
    pub overloaded: bool,
    /// what was assumed
    pub warnings: Vec<Said>,
}

/// The item a proposal came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRef {
    /// 实施编码
    pub code: String,
    /// name
    pub name: String,
    /// the version that was redesigned
    pub version: u32,
}

/// An order that a unit insists on (反对意见化为约束).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// which unit
    pub unit: UnitId,
    /// id of the step that comes first
    pub from: String,
    /// id of the step that comes after
    pub to: String,
    /// `law` or `need`
    pub ground: Ground,
    /// the rule, or the result handed over
    pub cite: String,
    /// in the unit's words
    pub words: String,
}

/// How a unit stands to the proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// 未答复
    Pending,
    /// 同意
    Agreed,
    /// 有异议,已采纳为约束
    Objected,
}

/// One unit's review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// which unit
    pub unit: UnitId,
    /// its name when it was asked
    pub name: String,
    /// its answer
    pub answer: Answer,
    /// in its words
    pub words: String,
    /// when it answered last
    pub at: Option<Moment>,
}

/// The effect as it was measured once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// where the cases came from
    pub source: String,
    /// cases before and after
    pub cases: (usize, usize),
    /// mean before and after, working days
    pub mean: (f64, f64),
    /// 95 % interval of the typical difference; none when there are too few cases
    pub interval: Option<(f64, f64)>,
    /// the difference that was foretold, and whether the interval holds it
    pub predicted: Option<(f64, bool)>,
    /// the judgement
    pub judgement: Judgement,
    /// the honest statement, also when it did not help
    pub reading: Said,
}

/// The publication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// first day
    pub from: Date,
    /// version of the item; 1 for a theme that is new
    pub version: u32,
    /// what changes for the applicant, one line each
    pub guide: Vec<Said>,
    /// the new version of the item (JSON of the catalogue), when it came from one
    pub item: Option<String>,
}

/// What happened to a proposal; the content of one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Happened {
    /// 起草
    Drafted {
        /// title
        title: String,
        /// the item it came from
        item: Option<ItemRef>,
        /// region
        region: RegionCode,
        /// the unit that draws it up
        unit: UnitId,
        /// the model, canonical JSON
        model: String,
        /// its figures
        summary: Summary,
        /// the item itself (JSON of the catalogue)
        source: Option<String>,
    },
    /// 修改
    Edited {
        /// the model, canonical JSON
        model: String,
        /// its figures
        summary: Summary,
        /// why
        words: String,
    },
    /// 送审
    Submitted {
        /// the units asked, with their names
        units: Vec<(UnitId, String)>,
    },
    /// 同意
    Agreed {
        /// which unit
        unit: UnitId,
        /// in its words
        words: String,
    },
    /// 异议
    Objected {
        /// the order it insists on
        constraint: Constraint,
        /// the model with it
        model: String,
        /// its figures
        summary: Summary,
        /// units whose steps moved: they look again
        lapsed: Vec<UnitId>,
    },
    /// 收回异议
    Recalled {
        /// which unit
        unit: UnitId,
        /// id of the step that came first
        from: String,
        /// id of the step that came after
        to: String,
        /// the model without it
        model: String,
        /// its figures
        summary: Summary,
        /// units whose steps moved
        lapsed: Vec<UnitId>,
    },
    /// 退回修改
    Returned {
        /// why
        words: String,
    },
    /// 批准
    Approved {
        /// in words
        words: String,
        /// what is foretold
        prediction: Prediction,
    },
    /// 发布
    Published(Publication),
    /// 评估成效
    Measured(Measured),
    /// 撤回
    Withdrawn {
        /// why
        words: String,
    },
}

impl Happened {
    /// The word of the act, as the record has it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Edited { .. } => "edited",
            Self::Submitted { .. } => "submitted",
            Self::Agreed { .. } => "agreed",
            Self::Objected { .. } => "objected",
            Self::Recalled { .. } => "recalled",
            Self::Returned { .. } => "returned",
            Self::Approved { .. } => "approved",
            Self::Published(_) => "published",
            Self::Measured(_) => "measured",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
    /// The act in two languages.
    pub fn said(&self) -> Said {
        let (zh, en) = match self {
            Self::Drafted { .. } => ("起草", "Drawn up"),
            Self::Edited { .. } => ("修改", "Changed"),
            Self::Submitted { .. } => ("送审", "Sent for review"),
            Self::Agreed { .. } => ("同意", "Agreed"),
            Self::Objected { .. } => ("提出异议", "Objected"),
            Self::Recalled { .. } => ("收回异议", "Objection taken back"),
            Self::Returned { .. } => ("退回修改", "Sent back"),
            Self::Approved { .. } => ("批准", "Approved"),
            Self::Published(_) => ("发布", "Published"),
            Self::Measured(_) => ("评估成效", "Effect measured"),
            Self::Withdrawn { .. } => ("撤回", "Withdrawn"),
        };
        Said::new(zh, en)
    }
}

/// One redesign on record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// version: events so far
    pub ver: i64,
    /// title
    pub title: String,
    /// the item it came from
    pub item: Option<ItemRef>,
    /// the item itself (JSON of the catalogue)
    pub source: Option<String>,
    /// region
    pub region: RegionCode,
    /// the unit that drew it up
    pub unit: UnitId,
    /// who drew it up, changed it or sent it: none of them approves it
    pub authors: Vec<StaffId>,
    /// where it stands
    pub stage: Stage,
    /// the model, canonical JSON, with every constraint
    pub model: String,
    /// its figures
    pub summary: Summary,
    /// the units' reviews
    pub reviews: Vec<Review>,
    /// what the units insist on
    pub constraints: Vec<Constraint>,
    /// what was foretold
    pub prediction: Option<Prediction>,
    /// the publication
    pub publication: Option<Publication>,
    /// the effect, measured once or more
    pub effects: Vec<Measured>,
}

impl Proposal {
    /// From its first event; none when that is not the drawing up.
    pub fn begin(first: &Happened, by: Option<StaffId>) -> Option<Self> {
        let Happened::Drafted { title, item, region, unit, model, summary, source } = first else {
            return None;
        };
        Some(Self {
            ver: 1,
            title: title.clone(),
            item: item.clone(),
            source: source.clone(),
            region: region.clone(),
            unit: *unit,
            authors: by.into_iter().collect(),
            stage: Stage::Draft,
            model: model.clone(),
            summary: *summary,
            reviews: Vec::new(),
            constraints: Vec::new(),
            prediction: None,
            publication: None,
            effects: Vec::new(),
        })
    }
    /// The proposal after one more event. What may not happen is refused before ([`refusal`]); a fold refuses nothing.
    pub fn apply(&mut self, happened: &Happened, by: Option<StaffId>, at: Moment) {
        self.ver += 1;
        match happened {
            Happened::Drafted { .. } => {}
            Happened::Edited { model, summary, .. } => {
                self.wrote(by);
                self.set(model, *summary);
            }
            Happened::Submitted { units } => {
                self.wrote(by);
                self.stage = Stage::Review;
                self.reviews = units
                    .iter()
                    .map(|(unit, name)| Review {
                        unit: *unit,
                        name: name.clone(),
                        answer: Answer::Pending,
                        words: String::new(),
                        at: None,
                    })
                    .collect();
            }
            Happened::Agreed { unit, words } => self.answer(*unit, Answer::Agreed, words, at),
            Happened::Objected { constraint, model, summary, lapsed } => {
                self.constraints.push(constraint.clone());
                self.answer(constraint.unit, Answer::Objected, &constraint.words, at);
                self.set(model, *summary);
                self.lapse(lapsed);
            }
            Happened::Recalled { unit, from, to, model, summary, lapsed } => {
                self.constraints.retain(|c| c.unit != *unit || c.from != *from || c.to != *to);
                if !self.constraints.iter().any(|c| c.unit == *unit) {
                    self.answer(*unit, Answer::Pending, "", at);
                }
                self.set(model, *summary);
                self.lapse(lapsed);
            }
            Happened::Returned { .. } => {
                self.stage = Stage::Draft;
                self.reviews.clear();
            }
            Happened::Approved { prediction, .. } => {
                self.stage = Stage::Approved;
                self.prediction = Some(prediction.clone());
            }
            Happened::Published(p) => {
                self.stage = Stage::Published;
                self.publication = Some(p.clone());
            }
            Happened::Measured(m) => self.effects.push(m.clone()),
            Happened::Withdrawn { .. } => self.stage = Stage::Withdrawn,
        }
    }
    fn wrote(&mut self, by: Option<StaffId>) {
        if let Some(by) = by.filter(|b| !self.authors.contains(b)) {
            self.authors.push(by);
        }
    }
    fn set(&mut self, model: &str, summary: Summary) {
        model.clone_into(&mut self.model);
        self.summary = summary;
    }
    fn answer(&mut self, unit: UnitId, answer: Answer, words: &str, at: Moment) {
        if let Some(r) = self.reviews.iter_mut().find(|r| r.unit == unit) {
            (r.answer, r.words, r.at) = (answer, words.to_owned(), Some(at));
        }
    }
    fn lapse(&mut self, units: &[UnitId]) {
        let agreed = self.reviews.iter_mut().filter(|r| r.answer == Answer::Agreed);
        for r in agreed.filter(|r| units.contains(&r.unit)) {
            r.answer = Answer::Pending;
        }
    }
    /// Units that have not answered yet.
    pub fn pending(&self) -> impl Iterator<Item = &Review> {
        self.reviews.iter().filter(|r| r.answer == Answer::Pending)
    }
    /// The review of a unit, if it was asked.
    pub fn review_of(&self, unit: UnitId) -> Option<&Review> {
        self.reviews.iter().find(|r| r.unit == unit)
    }
}
