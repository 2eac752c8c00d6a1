//! 信里说的类别: what kind of letter it is, by the words that people use for it. A proposal for who takes it down; the
//! person at the counter decides.

use crate::words::Kind;

/// Words that speak for a kind. Earlier rows win: who complains may also ask, who suggests may have a company.
const CUES: &[(Kind, &[&str])] = &[
    (Kind::Complaint, &["投诉", "态度恶劣", "态度差", "推诿", "刁难", "乱收费", "辱骂", "不作为"]),
    (
        Kind::Consultation,
        &["咨询", "请问", "想问", "问一下", "怎么办理", "如何办理", "需要什么材料", "带什么材料"],
    ),
    (Kind::Opinion, &["建议", "希望增设", "希望增加", "希望能增", "提个意见"]),
    (
        Kind::Demand,
        &["我公司", "我们公司", "本公司", "我司", "我厂", "我企业", "本企业", "项目开工", "项目用地"],
    ),
];

/// The kind that a letter's words speak for; none when they speak for none.
///
/// ```
/// assert_eq!(resolve::kind_told("请问社保卡丢了在哪里补办"), Some(resolve::Kind::Consultation));
/// assert_eq!(resolve::kind_told("社保转移三个月没有结果"), None);
/// ```
pub fn kind_told(words: &str) -> Option<Kind> {
    CUES.iter().find(|(_, cues)| cues.iter().any(|c| words.contains(c))).map(|(kind, _)| *kind)
}
