//! 发文程序: which steps the papers of a kind go through, as rows that a city edits. A paper keeps the form that it began with.

use kernel::Said;
use seals::PaperKind;
use serde::{Deserialize, Serialize};

use super::Stage;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// code word; a paper that began with it names it
    pub key: String,
    /// its name
    pub name: String,
    /// kinds of papers that may go this way
    pub kinds: Vec<PaperKind>,
    /// 核稿: by somebody who neither drafts nor signs
    pub check: bool,
    /// 会签: by the units that are named, if any are
    pub agree: bool,
    /// 用印: by somebody who did not sign
    pub seal: bool,
    /// 红头: the mark of the office in red
    pub head: bool,
    /// what follows the sign of the office in the number: 函, 通; may be empty
    pub suffix: String,
}

/// Forms of a city at most.
pub const FORMS_MOST: usize = 30;

fn row(key: &str, name: &str, kinds: &[PaperKind], steps: [bool; 3], head: bool, suffix: &str) -> Form {
    let [check, agree, seal] = steps;
    let (key, name, suffix) = (key.to_owned(), name.to_owned(), suffix.to_owned());
    Form { key, name, kinds: kinds.to_vec(), check, agree, seal, head, suffix }
}

/// The forms of a city that has set none.
pub fn usual() -> Vec<Form> {
    use PaperKind::{Bulletin, Letter, Notice};
    vec![
        row("full", "正式发文", &[Bulletin, Letter], [true, true, true], true, ""),
        row("letter", "函（简易）", &[Letter, Bulletin], [false, true, true], false, "函"),
        row("notice", "格式告知（简易）", &[Notice], [false, false, true], false, "告"),
        row("inner", "内部通知（简易，不用印）", &[Letter], [false, false, false], false, "通"),
    ]
}

impl Form {
    /// The step that follows a stage on this way; `asked`: units are named that must agree. Whoever signs is always another one than
    /// the drafter, so no form has fewer than two people.
    pub const fn after(&self, stage: Stage, asked: bool) -> Option<Stage> {
        Some(match stage {
            Stage::Drafting if self.check => Stage::Checking,
            Stage::Drafting | Stage::Checking if self.agree && asked => Stage::Agreeing,
            Stage::Drafting | Stage::Checking | Stage::Agreeing => Stage::Signing,
            Stage::Signing if self.seal => Stage::Sealing,
            Stage::Signing | Stage::Sealing => Stage::Publishing,
            Stage::Publishing => Stage::Published,
            Stage::Published => Stage::Archived,
            Stage::Archived | Stage::Dropped | Stage::Revoked => return None,
        })
    }
    /// The steps of this way in their order.
    pub fn steps(&self) -> Vec<Stage> {
        let mut all = vec![Stage::Drafting];
        while let Some(next) = all.last().and_then(|s| self.after(*s, true)) {
            all.push(next);
        }
        all
    }
}

fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Said {
    Said::new(zh, en)
}

/// Are these forms that a city can work with?
///
/// # Errors
/// Which row is not, and what to do.
pub fn check(forms: &[Form]) -> Result<(), Said> {
    if forms.is_empty() || forms.len() > FORMS_MOST {
        return Err(invalid(
            format!("请保留 1–{FORMS_MOST} 种发文程序"),
            format!("keep 1 to {FORMS_MOST} forms"),
        ));
    }
    for (n, f) in forms.iter().enumerate() {
        let name = f.name.trim();
        let key_is_word = !f.key.is_empty()
            && f.key.len() <= 20
            && f.key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
        if !key_is_word || forms[..n].iter().any(|o| o.key == f.key) {
            return Err(invalid(
                format!("第 {} 种发文程序的编号重复或不是小写字母", n + 1),
                format!("form {}: the key is doubled or no word", n + 1),
            ));
        }
        if name.is_empty() || name.chars().count() > 30 || forms[..n].iter().any(|o| o.name.trim() == name) {
            return Err(invalid(
                format!("第 {} 种发文程序的名称不能为空、重复或超过 30 个字", n + 1),
                format!("form {}: give it a name of its own, of 30 characters at most", n + 1),
            ));
        }
        if f.kinds.is_empty() {
            return Err(invalid(
                format!("“{name}”请至少选择一类公文"),
                format!("{name}: choose a kind of paper"),
            ));
        }
        if f.suffix.chars().count() > 4 || f.suffix.chars().any(|c| !is_sign(c)) {
            return Err(invalid(
                format!("“{name}”的字号后缀最多 4 个汉字，如“函”"),
                format!("{name}: the suffix has 4 Chinese characters at most"),
            ));
        }
    }
    if let Some(kind) = PaperKind::ALL.iter().find(|k| !forms.iter().any(|f| f.kinds.contains(k))) {
        return Err(invalid(
            format!("“{}”没有可用的发文程序，请至少保留一种", kind.zh()),
            format!("no form is left for {}", kind.word()),
        ));
    }
    Ok(())
}

/// Can this character stand in the sign of an office?
pub fn is_sign(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}
