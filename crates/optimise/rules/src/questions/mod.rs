//! 问日志: the questions that an approvals bureau asks a case log (O4), each answered in words, with a figure,
//! the cases behind it and what to do.
//!
//! Knows event logs, the statutory calendar and the questions; asks `eventlog` for the mining. Everything is a
//! function of the log, the office hours and the options. Must not know pages, storage or where a log came from.

mod contrast;
mod deadline;
mod drift;
mod facts;
mod idle;
mod lost;
mod off_system;
mod office;
mod overdue;
mod ping_pong;
mod rework;
mod stops;

use eventlog::waiting::Cause;
use eventlog::{Filter, Log};
use kernel::Said;
use serde::{Deserialize, Serialize};

pub use office::Office;

use facts::Facts;

/// Names of cases listed behind one finding; the number of cases is always exact.
pub const EVIDENCE: usize = 100;

/// A question about a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// 堵点: where working time is lost.
    LostTime,
    /// 断点: where cases stop.
    Stops,
    /// 反复提交、补正: what is done again, and because of what.
    Rework,
    /// 踢皮球: what is handed on and comes back.
    PingPong,
    /// 体外循环: what must have happened and is not in the log, results before their inputs, typed in later.
    OffSystem,
    /// 超时: which cases passed their limit, and which step took the time.
    Overdue,
    /// 进厅不办事: who is present and handles nothing.
    IdlePresence,
    /// 慢在哪里: what distinguishes slow cases from fast ones.
    SlowAndFast,
    /// 变化: since when is it different, and did a change help.
    Drift,
}

/// Code word, Chinese, English of every question.
const WORDS: [(Question, &str, &str, &str); 9] = [
    (Question::LostTime, "lost_time", "堵点：工作时间耗在哪里", "Bottlenecks: where working time is lost"),
    (Question::Stops, "stops", "断点：件停在哪里", "Breaks: where cases stop"),
    (
        Question::Rework,
        "rework",
        "反复：哪些环节返工、补正，因为什么",
        "Rework: what is done again, and because of what",
    ),
    (Question::PingPong, "ping_pong", "踢皮球：谁转给谁又转回来", "Ping-pong: who hands on and gets it back"),
    (
        Question::OffSystem,
        "off_system",
        "体外循环：该有的没有、先果后因、事后补录",
        "Outside the system: steps missing, results before inputs, typed in later",
    ),
    (
        Question::Overdue,
        "overdue",
        "超时：哪些件超期，时间用在哪一步",
        "Overdue: which cases, and which step took the time",
    ),
    (
        Question::IdlePresence,
        "idle_presence",
        "进厅不办事：谁在场却没有办件",
        "Present but idle: who is there and handles nothing",
    ),
    (
        Question::SlowAndFast,
        "slow_and_fast",
        "快慢之别：慢件和快件有什么不同",
        "Slow and fast: what distinguishes slow cases",
    ),
    (
        Question::Drift,
        "drift",
        "变化：从什么时候起不一样了，改了有没有用",
        "Change: since when is it different, did it help",
    ),
];

impl Question {
    /// All of them, in the order of a page.
    pub const ALL: [Self; 9] = [
        Self::LostTime,
        Self::Stops,
        Self::Rework,
        Self::PingPong,
        Self::OffSystem,
        Self::Overdue,
        Self::IdlePresence,
        Self::SlowAndFast,
        Self::Drift,
    ];
    fn row(self) -> &'static (Self, &'static str, &'static str, &'static str) {
        WORDS.iter().find(|w| w.0 == self).unwrap_or(&WORDS[0])
    }
    /// The code word.
    pub fn word(self) -> &'static str {
        self.row().1
    }
    /// The question in both languages.
    pub fn said(self) -> Said {
        Said::new(self.row().2, self.row().3)
    }
    /// Reads a code word, or the Chinese word before the colon.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let hit = |w: &&(Self, &str, &str, &str)| {
            w.1 == text || w.2 == text || w.2.split('：').next() == Some(text)
        };
        WORDS.iter().find(hit).map(|w| w.0)
    }
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Working days of the statutory calendar.
    WorkingDays,
    /// Cases.
    Cases,
    /// Occurrences.
    Times,
    /// A part of a whole, 0 to 1.
    Share,
}

/// What is known beyond the log. Whatever is missing is learned from the log, and the answer says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskOptions {
    /// Until when the log is complete, microseconds; the last time in the log when missing.
    pub as_of_us: Option<i64>,
    /// The promised limit in working days (承诺时限).
    pub limit_days: Option<u32>,
    /// Attribute of cases that holds their deadline.
    pub deadline: Option<String>,
    /// Regular last activities.
    pub ends: Vec<String>,
    /// Steps that every finished case must have.
    pub must: Vec<String>,
    /// Orders that must hold: the first before the second.
    pub orders: Vec<(String, String)>,
    /// Units, windows or people that are present.
    pub roster: Vec<String>,
    /// Attribute of events that names the unit.
    pub unit: Option<String>,
    /// Attribute of events that names the material or the reason.
    pub material: Option<String>,
    /// When something was changed, microseconds.
    pub since_us: Option<i64>,
    /// Findings listed for one question; 10 when 0.
    pub most: usize,
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// In words.
    pub said: Said,
    /// The figure by which findings are ranked.
    pub figure: f64,
    /// What the figure counts.
    pub counted: Counted,
    /// Activities, units or attributes concerned.
    pub about: Vec<String>,
    /// How many cases are behind it.
    pub case_count: u64,
    /// Names of cases, those that matter most first; at most [`EVIDENCE`].
    pub cases: Vec<String>,
    /// What to do.
    pub suggestion: Said,
    /// The filter that shows these cases, where there is one.
    pub filter: Option<Filter>,
    /// What the figure is made of, where that is known: the causes of a waiting.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// One part of a waiting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Its cause.
    pub word: Cause,
    /// The cause in words.
    pub said: Said,
    /// Working days; the parts add up to the figure of the finding.
    pub days: f64,
    /// Hours by the clock on the wall.
    pub clock_hours: f64,
    /// How many cases have it.
    pub case_count: u64,
    /// Their names, the longest first; at most [`EVIDENCE`].
    pub cases: Vec<String>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Which question.
    pub question: Question,
    /// The question in words.
    pub asked: Said,
    /// The answer in one sentence.
    pub said: Said,
    /// The figure of the answer.
    pub figure: f64,
    /// What the figure counts.
    pub counted: Counted,
    /// Cases behind the answer.
    pub case_count: u64,
    /// Findings, the weightiest first.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more: usize,
    /// How it was counted, and what this log cannot tell.
    pub notes: Vec<Said>,
}

impl Answer {
    fn new(question: Question, counted: Counted) -> Self {
        Self {
            question,
            asked: question.said(),
            said: Said::new("", ""),
            figure: 0.0,
            counted,
            case_count: 0,
            findings: Vec::new(),
            more: 0,
            notes: Vec::new(),
        }
    }
    fn note(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.notes.push(Said::new(zh, en));
    }
    /// Puts findings in order and keeps the first ones.
    fn keep(&mut self, mut found: Vec<Finding>, most: usize) {
        found.sort_by(|a, b| b.figure.total_cmp(&a.figure).then_with(|| a.about.cmp(&b.about)));
        self.more = found.len().saturating_sub(most);
        found.truncate(most);
        self.findings = found;
    }
}

/// Answers one question.
pub fn ask(log: &Log, question: Question, office: &Office, options: &AskOptions) -> Answer {
    answer(&Facts::of(log, office, options), question)
}

/// Answers all questions.
pub fn ask_all(log: &Log, office: &Office, options: &AskOptions) -> Vec<Answer> {
    let facts = Facts::of(log, office, options);
    Question::ALL.into_iter().map(|q| answer(&facts, q)).collect()
}

fn answer(facts: &Facts<'_>, question: Question) -> Answer {
    if facts.log.event_count() == 0 {
        let mut none = Answer::new(question, Counted::Cases);
        none.said =
            Said::new("日志里没有事件，无法回答。", "The log has no events: there is nothing to answer.");
        return none;
    }
    let of_times = matches!(
        question,
        Question::LostTime
            | Question::Stops
            | Question::Overdue
            | Question::IdlePresence
            | Question::SlowAndFast
            | Question::Drift
    );
    if of_times && !facts.has_times() {
        let mut none = Answer::new(question, Counted::WorkingDays);
        none.figure = f64::NAN;
        none.said = Said::new(
            "日志里没有可用的时间，无法回答。请导入带时间列的日志，或指明哪一列是时间。",
            "This cannot be answered without times: bring a log with a column of times, or say which column holds them.",
        );
        return none;
    }
    match question {
        Question::LostTime => lost::answer(facts),
        Question::Stops => stops::answer(facts),
        Question::Rework => rework::answer(facts),
        Question::PingPong => ping_pong::answer(facts),
        Question::OffSystem => off_system::answer(facts),
        Question::Overdue => overdue::answer(facts),
        Question::IdlePresence => idle::answer(facts),
        Question::SlowAndFast => contrast::answer(facts),
        Question::Drift => drift::answer(facts),
    }
}

#[cfg(test)]
mod tests;
