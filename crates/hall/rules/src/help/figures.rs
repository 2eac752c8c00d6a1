//! 帮办代办的数字: orders by kind and stage, days from asking to done, visits; each with the orders behind it.

use kernel::US_PER_DAY;

use super::{HelpKind, HelpOrder, Stage};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// every order
    All,
    /// of one kind
    Kind(HelpKind),
    /// that stand there
    Stage(Stage),
    /// with a visit at home that was made
    Visited,
    /// with an original that is out
    PapersOut,
}

impl Which {
    /// In the order in which they are shown.
    pub fn all() -> Vec<Self> {
        let mut out = vec![Self::All];
        out.extend(HelpKind::ALL.map(Self::Kind));
        out.extend(Stage::ALL.map(Self::Stage));
        out.extend([Self::Visited, Self::PapersOut]);
        out
    }
    /// The word in an address.
    pub fn word(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Kind(k) => format!("kind-{}", k.word()),
            Self::Stage(s) => format!("stage-{}", s.word()),
            Self::Visited => "visited".to_owned(),
            Self::PapersOut => "papers_out".to_owned(),
        }
    }
    /// Reads the word.
    pub fn read(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|w| w.word() == word)
    }
    /// Does an order count?
    pub fn holds(self, o: &HelpOrder) -> bool {
        match self {
            Self::All => true,
            Self::Kind(k) => o.kind == k,
            Self::Stage(s) => o.stage == s,
            Self::Visited => !o.visits.is_empty(),
            Self::PapersOut => o.originals_out() > 0,
        }
    }
}

/// Figures of some orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HelpTally {
    /// each with how many
    pub lines: Vec<(String, usize)>,
    /// visits at home, each counted
    pub visits: usize,
    /// median of the days from asking to done, by nearest rank; none when none is done
    pub median_days: Option<f64>,
}

/// Counts them.
pub fn tally(all: &[HelpOrder]) -> HelpTally {
    let mut took: Vec<i64> = all
        .iter()
        .filter(|o| o.stage == Stage::Done)
        .filter_map(|o| Some(o.ended?.us_since(o.asked)))
        .collect();
    took.sort_unstable();
    let middle = took.len().div_ceil(2).checked_sub(1).and_then(|i| took.get(i));
    HelpTally {
        lines: Which::all()
            .into_iter()
            .map(|w| (w.word(), all.iter().filter(|o| w.holds(o)).count()))
            .collect(),
        visits: all.iter().map(|o| o.visits.len()).sum(),
        median_days: middle.map(|us| *us as f64 / US_PER_DAY as f64),
    }
}

impl HelpTally {
    /// How many.
    pub fn of(&self, which: Which) -> usize {
        let word = which.word();
        self.lines.iter().find(|l| l.0 == word).map_or(0, |l| l.1)
    }
}
