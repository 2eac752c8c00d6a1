//! 留痕的内容: what an act puts on record about a case.

use serde::{Deserialize, Serialize};

use crate::clock::ClockChange;
use crate::command::Command;
use crate::stage::StageKind;

/// What happened: the command as accepted, where the case stands now and what the clock did. It is the
/// content of the event, and all that a replay needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// the command
    #[serde(flatten)]
    pub asked: Command,
    /// where the case stands now
    #[serde(rename = "stage")]
    pub to: StageKind,
    /// what the clock did
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clock: Vec<ClockChange>,
    /// what was attached (附件)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<kernel::FileRef>,
}
