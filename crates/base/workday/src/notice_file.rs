//! 放假安排的文件: its fields before anything of them is checked.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct File {
    pub year: i64,
    #[serde(default)]
    pub papers: Vec<String>,
    #[serde(default)]
    pub days: Vec<FileDay>,
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}
#[derive(Deserialize)]
pub(crate) struct FileDay {
    pub name: String,
    pub date: String,
    #[serde(rename = "isOffDay")]
    pub off: bool,
}
#[derive(Serialize, Deserialize)]
pub(crate) struct Holiday {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<String>,
}
