//! 消息: what cells say to each other, and the receipt. One JSON object each, signed as a webhook is (`delivery::signature`).

use city::Contact;
use delivery::Receipted;
use kernel::{Date, Moment, RegionCode};
use resolve::{Complexity, Kind, Satisfaction, Solved};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::figures::Told;
use crate::standards::{StandardHeld, StandardSent};

/// The version of the messages that this program writes and reads.
pub const VERSION: u32 = 1;
/// The largest message that is taken, bytes.
pub const MESSAGE_MAX: usize = 256 << 10;

/// What was handed over (跨域件内容): as much as the matter needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// its number where it came from
    pub number: String,
    /// one line, personal data covered
    pub title: String,
    /// the words of the person, personal data covered
    pub words: String,
    /// what it is about
    pub kind: Kind,
    /// simple or complex
    pub complexity: Complexity,
    /// where it happened, in words
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// why it is theirs, and what is asked of them
    pub note: String,
    /// the person asked not to be named to whom the matter is about
    #[serde(default)]
    pub hide_reporter: bool,
    /// who lodged it; only where the peer may have that and the matter needs it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// it was returned by the receiver before
    #[serde(default)]
    pub again: bool,
    /// from when it was offered: the clock is the origin's
    pub at: Moment,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum Content {
    /// 转办: origin → receiver
    Offer(Box<Matter>),
    /// 请求撤回: origin → receiver
    Recall {},
    /// 补充反映: origin → receiver
    Words {
        /// what the person adds, covered
        words: String,
    },
    /// 回访: origin → receiver
    CalledBack {
        /// solved?
        solved: Solved,
        /// satisfied?
        satisfied: Option<Satisfaction>,
        /// what was said, covered
        words: String,
        /// it is to be dealt with again: the clock is the receiver's
        again: bool,
        /// from when
        at: Moment,
    },
    /// 受理: receiver → origin
    Accepted {
        /// its number there
        number: String,
        /// from when the clock is the receiver's
        at: Moment,
    },
    /// 退回: receiver → origin
    Returned {
        /// why
        reason: String,
        /// it was asked back
        recalled: bool,
        /// when
        at: Moment,
    },
    /// 进展: receiver → origin
    Progress {
        /// where it stands there
        stage: String,
        /// who deals with it
        unit: String,
        /// until when, by the calendar there
        due: Option<Moment>,
        /// working days left, by the calendar there
        left: Option<i64>,
    },
    /// 答复: receiver → origin
    Answered {
        /// the answer
        text: String,
        /// it says no
        negative: bool,
        /// the unit that answered
        unit: String,
        /// from when the clock is the origin's again
        at: Moment,
    },
    /// 数据: city → the level above
    Figures {
        /// of which day
        day: Date,
        /// what was counted
        told: Box<Told>,
    },
    /// 下发: the level above → city
    Standard(Box<StandardSent>),
    /// 现行版本: city → the level above
    StandardHeld(Box<StandardHeld>),
}

/// A message as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// version of the messages
    pub v: u32,
    /// from which cell
    pub from: RegionCode,
    /// to which
    pub to: RegionCode,
    /// its number among all from the one to the other: the same when it is sent again
    pub key: i64,
    /// what it is about: `4306-2026-0000123/1`
    pub subject: String,
    /// its place among those of its subject, from 1
    pub seq: i64,
    /// when it was written
    pub at: Moment,
    /// what kind it is
    pub kind: String,
    /// what it says
    pub data: Value,
}

/// Why a text is no message: without its words, which nobody sealed.
pub(crate) fn unreadable(e: &serde_json::Error) -> String {
    let (line, column) = (e.line(), e.column());
    let (zh, en) = match e.classify() {
        serde_json::error::Category::Data => ("内容与约定不符", "its fields are others"),
        _ => ("不是完整的 JSON", "it is no whole JSON"),
    };
    format!(
        "消息读不懂：第 {line} 行第 {column} 列起{zh} / the message cannot be read at {line}:{column}: {en}"
    )
}

impl Message {
    /// What it says.
    ///
    /// # Errors
    /// A kind or a text that this program does not know: why, in two languages.
    pub fn content(&self) -> Result<Content, String> {
        if self.v != VERSION {
            return Err(format!(
                "消息版本 {0} 读不懂，请升级 / version {0} is not known here: upgrade",
                self.v
            ));
        }
        let whole = json!({ "kind": self.kind, "data": self.data });
        serde_json::from_value(whole).map_err(|e| unreadable(&e))
    }
}

impl Content {
    /// Kind and data, as they travel.
    pub(crate) fn parts(&self) -> Result<(String, Value), serde_json::Error> {
        let whole = serde_json::to_value(self)?;
        let kind = whole.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok((kind, whole.get("data").cloned().unwrap_or(Value::Null)))
    }
}

/// 回执: the answer to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// of which message
    pub key: i64,
    /// `taken`: kept, and done or waiting for what comes before it; `aside`: kept and not understood
    pub state: String,
    /// why it stands aside
    pub why: String,
    /// the signature of the receiver over the three, who says it to whom, and the message
    pub signature: String,
}

impl Receipt {
    /// A receipt, signed.
    pub(crate) fn new(secret: &str, of: Receipted<'_>, key: i64, state: &str, why: &str) -> Self {
        let signature = of.sign(secret, &key.to_string(), state, why);
        Self { key, state: state.to_owned(), why: why.to_owned(), signature }
    }
    /// Did the peer that has this secret sign it, for this message?
    pub(crate) fn holds(&self, secret: &str, of: Receipted<'_>) -> bool {
        of.holds(secret, (&self.key.to_string(), &self.state, &self.why), &self.signature)
    }
}
