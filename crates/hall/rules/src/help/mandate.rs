//! 委托书 and 材料交接清单: what the applicant gives into the hands of a helper, and what comes back.

use kernel::{Date, Moment};
use serde::{Deserialize, Serialize};

use super::Command;
use super::guard::Scene;
use crate::numbers::TEXT_MAX;
use crate::refusal::{Refusal, RefusalCode as Code};

/// A mandate (委托书). The grantor's name and identity number lie sealed beside the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MandatePaper {
    /// keyed digest of the grantor's identity number: whose mandate it is, without saying who
    pub person: String,
    /// 受托人: number in the register of the hall
    pub agent: u32,
    /// 受托人, by name
    pub agent_name: String,
    /// 事项
    pub matter: String,
    /// 范围: what may be done in their place
    pub scope: String,
    /// day on which it was signed
    pub signed: Date,
    /// last day on which it holds
    pub until: Date,
}

/// One paper as it is handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// its name
    pub name: String,
    /// original (原件), else a copy
    pub original: bool,
    /// pieces
    pub pieces: u16,
}

/// One paper of the list (材料交接清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// what
    pub line: Line,
    /// when the helper had it
    pub handed: Moment,
    /// the applicant said so too
    #[serde(default)]
    pub handed_both: bool,
    /// when it was given back
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Moment>,
    /// the applicant said so too
    #[serde(default)]
    pub back_both: bool,
}

/// A number of an identity card or another document as it is kept: capitals, without spaces. None when it cannot be one: an
/// eighteen-digit one whose last digit does not fit (GB 11643) was mistyped.
pub fn identity(text: &str) -> Option<String> {
    let kept: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let plain = kept.bytes().all(|b| b.is_ascii_alphanumeric());
    if !plain || !(6..=20).contains(&kept.len()) {
        return None;
    }
    let (body, last) = kept.split_at(kept.len() - 1);
    if kept.len() != 18 || !body.bytes().all(|b| b.is_ascii_digit()) {
        return Some(kept);
    }
    let weights = [7u32, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let right = b"10X98765432"[(sum % 11) as usize];
    (last.as_bytes() == [right]).then_some(kept)
}

/// Papers of one order at most.
pub(super) const SHEETS: usize = 100;

impl Sheet {
    pub(super) const fn handed(line: Line, now: Moment, both: bool) -> Self {
        Self { line, handed: now, handed_both: both, back: None, back_both: false }
    }
    pub(super) const fn give_back(&mut self, now: Moment, both: bool) {
        (self.back, self.back_both) = (Some(now), both);
    }
    pub(super) const fn acknowledge(&mut self) {
        self.handed_both = true;
        self.back_both = self.back.is_some();
    }
    /// Is it an original that is not back, or of which only the helper says that it is?
    pub const fn is_out(&self) -> bool {
        self.line.original && !self.back_both
    }
    /// Does the applicant still have to say that it is so?
    pub const fn waits(&self) -> bool {
        !self.handed_both || self.back.is_some() && !self.back_both
    }
}

/// Whether papers can be taken: named, counted, not too many.
pub(super) fn papers_fit(s: &Scene<'_>) -> Result<(), Refusal> {
    let Command::Receive { papers, .. } = s.asked else { return Ok(()) };
    let good = |l: &Line| !l.name.trim().is_empty() && (1..=999).contains(&l.pieces);
    if papers.is_empty() || !papers.iter().all(good) {
        return Err(Refusal::new(
            Code::NeedsText,
            "请写明材料名称和份数（1–999 份）",
            "name each paper and say how many pieces, 1 to 999",
        ));
    }
    if s.of.papers.len() + papers.len() > SHEETS {
        return Err(Refusal::new(
            Code::TooOften,
            format!("一张单最多 {SHEETS} 件材料"),
            format!("at most {SHEETS} papers in one order"),
        ));
    }
    Ok(())
}

/// Whether the lines are there and not back yet.
pub(super) fn lines_there(s: &Scene<'_>) -> Result<(), Refusal> {
    let Command::GiveBack { lines, .. } = s.asked else { return Ok(()) };
    let there = |n: &usize| s.of.papers.get(*n).is_some_and(|p| !p.back_both);
    if !lines.is_empty() && lines.iter().all(there) {
        return Ok(());
    }
    Err(Refusal::new(Code::NoSuch, "请勾选还没有还回的材料", "tick papers that have not been given back yet"))
}

/// 代办须有委托书: who, to whom, what, how far, until when.
pub(super) fn mandate_holds(s: &Scene<'_>, agent: Option<u32>) -> Result<(), Refusal> {
    let refuse = |zh: String, en: String| Err(Refusal::new(Code::NeedsMandate, zh, en));
    let given = s.asked.mandate();
    if s.of.kind != super::HelpKind::ActFor {
        return match given {
            Some(_) => refuse("只有代办才用委托书".into(), "only who acts for somebody has a mandate".into()),
            None => Ok(()),
        };
    }
    let today = s.now.date();
    let Some(m) = given else {
        let runs = s.of.mandate.as_ref().is_some_and(|m| today <= m.until && Some(m.agent) == agent);
        return if runs {
            Ok(())
        } else {
            refuse(
                "代办须先有在期限内的委托书：填写委托人、证件号、事项、范围和期限".into(),
                "acting for somebody needs a mandate that runs: who, identity number, matter, scope, term"
                    .into(),
            )
        };
    };
    if m.person.is_empty() {
        return refuse(
            "请填写委托人的姓名和证件号".into(),
            "give the name and the identity number of who grants it".into(),
        );
    }
    if m.matter.trim().is_empty() || m.scope.trim().is_empty() {
        return refuse(
            format!("请写明委托的事项和范围（各 {TEXT_MAX} 字以内）"),
            format!("say what is entrusted and how far, at most {TEXT_MAX} characters each"),
        );
    }
    if agent != Some(m.agent) {
        return refuse(
            "委托书的受托人须是本单的帮办员".into(),
            "the mandate must name the helper of the order".into(),
        );
    }
    let days = i64::from(s.helping.numbers.mandate_days);
    let length = Moment::start_of(m.until).day_number() - Moment::start_of(m.signed).day_number();
    if m.signed > today || m.until < today || length > days {
        return refuse(
            format!("委托期限不对：签署日不晚于今天，期满日不早于今天，最长 {days} 天"),
            format!("signed by today, running until today at least, for {days} days at most"),
        );
    }
    Ok(())
}
