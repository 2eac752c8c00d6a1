//! A sentence for a person, in Chinese and English. Refusals and errors say what to do next.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One sentence in two languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Said {
    /// Both languages of one sentence.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}
