//! 分类建议: a label with its probability and its reasons, and why there may be no model to make one. Must not know
//! how a model comes to it.

use serde::{Deserialize, Serialize};

/// The most labels of one model.
pub const MAX_LABELS: usize = 200;
/// Why no model could be made or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadModel {
    /// Nothing to learn from.
    #[error(
        "没有可学习的内容：至少要有两个标签的信件，或一份职责分类表 / nothing to learn from: give letters of at least two labels, or a taxonomy"
    )]
    NothingToLearn,
    /// More labels than `MAX_LABELS`.
    #[error("标签超过 {MAX_LABELS} 个，请合并 / more than {MAX_LABELS} labels: merge some")]
    TooManyLabels,
    /// Not a model file.
    #[error("不是本程序的模型文件或已损坏，请重新训练 / not a model of this program or damaged: train again")]
    Damaged,
}

/// One label with its probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Label.
    pub label: String,
    /// Calibrated probability, 0 to 1.
    pub p: f32,
}

/// A word and how much it speaks for a label (difference of scores, positive speaks for it).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The word as it stands in the letter.
    pub word: String,
    /// Its share of the score.
    pub weight: f32,
}
