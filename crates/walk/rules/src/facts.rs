//! 走查要素: what is looked at when walks are judged for signs of a formal walk (W8).

use kernel::{Moment, StaffId};

use crate::forms::Form;

/// What the detectors look at, of one walk.
#[derive(Clone, Debug, PartialEq)]
pub struct WalkFacts {
    /// Walk id.
    pub walk: u32,
    /// Who.
    pub staff: StaffId,
    /// Item code.
    pub item: String,
    /// Form.
    pub form: Form,
    /// Was it walked online?
    pub online: bool,
    /// Place, for walks on site.
    pub place: String,
    /// Was a visit of a group planned and announced at this place and day?
    pub planned_group: bool,
    /// First and last operation.
    pub began: Moment,
    /// Last operation.
    pub ended: Moment,
    /// Steps walked, and steps the item has.
    pub steps: (u32, u32),
    /// Operations recorded.
    pub ops: u32,
    /// All words the walker wrote.
    pub words: String,
    /// Photos, recordings, screenshots.
    pub files: u32,
    /// Nearest fix: metres off, accuracy.
    pub located: Option<(u32, u32)>,
    /// Problems and demands found.
    pub findings: u32,
    /// Checklist answers, and how many of them are “good”.
    pub answers: (u32, u32),
}
