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
    /// Takes “中文 / English” apart, as errors print themselves; a text in one language stands for both.
    pub fn of_both(text: &str) -> Self {
        let (zh, en) = text.split_once(" / ").unwrap_or((text, text));
        Self::new(zh, en)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}
