//! 操作与同步 (W4): what a phone records, as operations that can be sent in any order, any number of times, from
//! any number of phones, and always merge to the same. The log only grows; taking back is an operation of its
//! own. Must not know networks, files or pages.
//!
//! Laws (tests/it.rs): merging is commutative, associative and idempotent; the state is a function of the set
//! of operations alone; nothing that was recorded is lost.

use std::collections::BTreeMap;

use kernel::{Moment, Said};
use serde::{Deserialize, Serialize};

use crate::forms::{Form, Identity};

/// Who made an operation and its number there: unique for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpId {
    /// The installation of the recorder, a number drawn once (never a serial number of the phone).
    pub device: u64,
    /// Counts up on that installation.
    pub counter: u32,
}

/// Hybrid logical time: later than everything its device had seen, close to the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hlc {
    /// The phone's clock.
    pub wall: Moment,
    /// Orders what has the same wall time.
    pub logical: u32,
}

/// A remote clock that is further ahead than this is not followed.
pub const AHEAD_US_MAX: i64 = kernel::US_PER_DAY;

impl Hlc {
    /// The time of the next operation.
    #[must_use]
    pub const fn tick(self, now: Moment) -> Self {
        if now.us() > self.wall.us() {
            Self { wall: now, logical: 0 }
        } else {
            Self { wall: self.wall, logical: self.logical.saturating_add(1) }
        }
    }
    /// After having seen a remote operation. A clock more than a day ahead is seen but not followed.
    #[must_use]
    pub fn observe(self, remote: Self, now: Moment) -> Self {
        if remote.wall.us_since(now) > AHEAD_US_MAX { self } else { self.max(remote) }
    }
}

/// What kind of time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    /// 等候
    Waiting,
    /// 办理
    Handling,
}

/// How an element of the checklist looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 好
    Good,
    /// 有问题
    Bad,
    /// 不涉及
    NotApplicable,
}

/// What is lifted out of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// 问题
    Problem,
    /// 需求
    Demand,
}

/// One thing that happened or was noted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 开始
    Start {
        /// Form.
        form: Form,
        /// As whom.
        identity: Identity,
        /// Implementation code of the item.
        item: String,
        /// Its version.
        version: u32,
        /// 虚拟事项
        simulated: bool,
    },
    /// 授权委托: file of the applicant's authorisation.
    Authorised {
        /// Attachment id.
        file: String,
    },
    /// 陪同的群众或企业: told in words, no number.
    Companion {
        /// Who.
        who: String,
    },
    /// 从哪件不满意的件倒推
    FromCase {
        /// Case number.
        case: String,
    },
    /// 进入环节
    StepBegan {
        /// Step id.
        step: String,
    },
    /// 走完环节
    StepEnded {
        /// Step id.
        step: String,
        /// Was it got through?
        through: bool,
    },
    /// 要了什么材料
    Asked {
        /// Step id.
        step: String,
        /// Material id of the guide, or its name when the guide does not have it.
        material: String,
        /// Is it in the guide?
        in_guide: bool,
    },
    /// 跑了一趟
    Visit {
        /// Where.
        place: String,
    },
    /// 计时
    Timer {
        /// Step id.
        step: String,
        /// Which time.
        kind: Timed,
        /// From.
        from: Moment,
        /// To.
        to: Moment,
    },
    /// 交费
    Paid {
        /// For what.
        name: String,
        /// Fen.
        fen: u64,
        /// Is it in the guide?
        in_guide: bool,
    },
    /// 重复录入
    Reentered {
        /// What had to be entered again.
        field: String,
        /// In which system.
        system: String,
    },
    /// 被推到别处
    Redirected {
        /// To where.
        to: String,
        /// What was said.
        said: String,
    },
    /// 照片、录音、截图
    Attached {
        /// Attachment id (its digest).
        file: String,
        /// Step id or element id it shows; empty for the walk.
        shows: String,
    },
    /// 定位: whole metres from the place that was to be visited, and how exact the phone says it is.
    Located {
        /// Metres.
        metres_off: u32,
        /// Metres.
        accuracy: u32,
    },
    /// 对照要素
    Checked {
        /// Element id.
        element: String,
        /// How it looks.
        verdict: Verdict,
        /// What was seen.
        note: String,
    },
    /// 记一笔
    Noted {
        /// Step id or empty.
        step: String,
        /// Words.
        text: String,
    },
    /// 发现问题或需求
    Found {
        /// Which.
        kind: FindingKind,
        /// The step where it happened.
        step: String,
        /// Words.
        text: String,
    },
    /// 措施
    Measure {
        /// The finding.
        finding: OpId,
        /// Words.
        text: String,
        /// 立即整改: none; 限期: the day.
        by: Option<kernel::Date>,
    },
    /// 撤回 an operation of this walk
    Retract {
        /// Which.
        op: OpId,
    },
    /// 结束
    Finish {
        /// Was the end reached: a result, or the last step of a simulation?
        reached_end: bool,
    },
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Op {
    /// Unique id.
    pub id: OpId,
    /// When.
    pub at: Hlc,
    /// What.
    pub act: Act,
}

/// The longest text in one operation, in characters.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// The most operations of one walk; a store refuses a batch that goes beyond, and says so.
pub const OPS_MAX: usize = 20_000;

impl Op {
    /// Why this operation cannot be taken in; none when it can. A function of the operation alone, so that
    /// every receiver refuses the same ones.
    pub fn fault(&self) -> Option<Said> {
        let texts: Vec<&str> = match &self.act {
            Act::Start { item, .. } => vec![item],
            Act::Authorised { file } => vec![file],
            Act::Companion { who } => vec![who],
            Act::FromCase { case } => vec![case],
            Act::StepBegan { step } | Act::StepEnded { step, .. } => vec![step],
            Act::Asked { step, material, .. } => vec![step, material],
            Act::Visit { place } => vec![place],
            Act::Timer { step, .. } => vec![step],
            Act::Paid { name, .. } => vec![name],
            Act::Reentered { field, system } => vec![field, system],
            Act::Redirected { to, said } => vec![to, said],
            Act::Attached { file, shows } => vec![file, shows],
            Act::Checked { element, note, .. } => vec![element, note],
            Act::Noted { step, text } | Act::Found { step, text, .. } => vec![step, text],
            Act::Measure { text, .. } => vec![text],
            Act::Located { .. } | Act::Retract { .. } | Act::Finish { .. } => vec![],
        };
        if texts.iter().any(|t| t.len() > TEXT_CHARS_MAX && t.chars().count() > TEXT_CHARS_MAX) {
            return Some(Said::new(
                format!("一条记录超过 {TEXT_CHARS_MAX} 字，请分开记"),
                format!("one note is longer than {TEXT_CHARS_MAX} characters; split it"),
            ));
        }
        match &self.act {
            Act::Timer { from, to, .. } if to < from => Some(Said::new(
                "计时的结束早于开始，请重记",
                "the timer ends before it begins; record it again",
            )),
            Act::Checked { element, .. } if crate::checklist::element(element).is_none() => Some(Said::new(
                format!("没有要素“{}”，请更新走访页面", element.chars().take(10).collect::<String>()),
                "no such element of the checklist; reload the recorder",
            )),
            Act::Start { form, identity, simulated, .. } => {
                let rule = form.rule();
                if *identity != rule.identity {
                    Some(Said::new(
                        format!("“{}”的身份不对，请重新选择", rule.zh),
                        "the identity does not fit the form; choose again",
                    ))
                } else if *simulated && !rule.may_simulate {
                    Some(Said::new(
                        format!("“{}”不能用虚拟事项，请选真实事项", rule.zh),
                        "this form needs a real matter, not a simulated one",
                    ))
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}

/// The operations of one walk: a set that only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Op>", into = "Vec<Op>")]
pub struct Log(BTreeMap<OpId, Op>);

impl Log {
    /// Adds one operation. True when it is new. Should two different operations carry one id (a broken or
    /// hostile phone), every receiver keeps the same one of them: the greater.
    pub fn add(&mut self, op: Op) -> bool {
        match self.0.entry(op.id) {
            std::collections::btree_map::Entry::Vacant(v) => {
                v.insert(op);
                true
            }
            std::collections::btree_map::Entry::Occupied(mut o) => {
                if op > *o.get() {
                    o.insert(op);
                    return true;
                }
                false
            }
        }
    }
    /// Everything of the other log as well.
    pub fn merge(&mut self, other: &Self) {
        for op in other.0.values() {
            self.add(op.clone());
        }
    }
    /// How many operations.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Operations in the order of their hybrid time, then of their ids: the same on every device.
    pub fn in_order(&self) -> Vec<&Op> {
        let mut all: Vec<&Op> = self.0.values().collect();
        all.sort_by_key(|op| (op.at, op.id));
        all
    }
    /// The operation with this id.
    pub fn get(&self, id: OpId) -> Option<&Op> {
        self.0.get(&id)
    }
    /// How far each device has come: the highest counter below which nothing is missing. A phone that is
    /// told this sends exactly what is lacking.
    pub fn known(&self) -> BTreeMap<u64, u32> {
        let mut known: BTreeMap<u64, u32> = BTreeMap::new();
        for id in self.0.keys() {
            let next = known.entry(id.device).or_insert(0);
            if id.counter == *next {
                *next += 1;
            }
        }
        known
    }
    /// What a receiver that knows this much does not have yet (it may get some twice, never too few).
    pub fn beyond(&self, known: &BTreeMap<u64, u32>) -> Vec<Op> {
        let has = |id: &OpId| known.get(&id.device).is_some_and(|n| id.counter < *n);
        self.0.values().filter(|op| !has(&op.id)).cloned().collect()
    }
}

impl From<Vec<Op>> for Log {
    fn from(ops: Vec<Op>) -> Self {
        let mut log = Self::default();
        for op in ops {
            log.add(op);
        }
        log
    }
}
impl From<Log> for Vec<Op> {
    fn from(log: Log) -> Self {
        log.0.into_values().collect()
    }
}
