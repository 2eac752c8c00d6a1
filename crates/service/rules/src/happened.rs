//! 留痕的内容: what an act puts on record about an application.

use serde::{Deserialize, Serialize};

use crate::clock::ClockChange;
use crate::command::Command;
use crate::stage::StageKind;

/// The command as accepted, where the application stands now and what the clock did: the content of the event, and all
/// that a replay needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// the command
    #[serde(flatten)]
    pub asked: Command,
    /// where it stands now
    #[serde(rename = "stage")]
    pub to: StageKind,
    /// what the clock did
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clock: Vec<ClockChange>,
    /// last day of a promise, by material: worked out when it was made
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<(String, kernel::Date)>,
}
