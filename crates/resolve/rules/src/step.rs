//! 整改步骤: one step of a rectification and where it stands (R6).

use kernel::{Date, StaffId};
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Where a rectification step stands.
    StepState {
        Open = "open", "整改中";
        Finished = "finished", "待销号";
        StruckOff = "struck_off", "已销号";
    }
}

/// One step of a rectification (整改步骤), R6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RectStep {
    /// what is done
    pub what: String,
    /// by when
    pub due: Date,
    /// where it stands
    pub state: StepState,
    /// who said it was finished
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_by: Option<StaffId>,
    /// what shows it
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}
