//! 标题: the line under which a case stands in lists, when nobody wrote one. Cut where a reader would pause.

/// Longest line made from a letter, characters.
const LINE: usize = 32;
/// Marks that end a sentence.
const ENDS: [char; 8] = ['。', '!', '?', ';', '\n', '\u{ff01}', '\u{ff1f}', '\u{ff1b}'];
/// Marks within a sentence at which it may be cut.
const PAUSES: [char; 6] = ['、', '\u{ff0c}', ',', '\u{ff1a}', ':', ' '];

/// The first sentence of a letter, as a title.
///
/// ```
/// assert_eq!(resolve::title_of("社保卡丢了在哪里补办？已经问了两次。"), "社保卡丢了在哪里补办");
/// ```
pub fn title_of(words: &str) -> String {
    let first = words.trim().split(ENDS).map(str::trim).find(|s| !s.is_empty()).unwrap_or_default();
    clause(first, LINE)
}

/// At most so many characters of a line, cut at a pause where there is one in its second half; what is left out is
/// told by “…”.
pub fn clause(line: &str, most: usize) -> String {
    let line = line.trim();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let head: String = line.chars().take(most.saturating_sub(1)).collect();
    let cut = head.rfind(PAUSES).filter(|at| head[..*at].chars().count() * 2 >= most);
    let kept = cut.map_or(head.as_str(), |at| &head[..at]).trim_end_matches(PAUSES);
    format!("{kept}…")
}

/// What a walk found, as a title: the item, the step, and what was seen. The sentence of the recorder says item and
/// step itself, so they are not said twice.
pub fn found_title(item: &str, words: &str) -> String {
    let words = words.trim();
    if item.is_empty() {
        return title_of(words);
    }
    let told = words.strip_prefix(&format!("办“{item}”走到“")).and_then(|rest| rest.split_once("”时"));
    match told {
        Some((step, seen)) => format!("{item}·{step}：{}", title_of(seen.trim_start_matches(PAUSES))),
        None => format!("{item}：{}", title_of(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_ends_where_one_would_pause() {
        let long = "我去窗口办社保转移，三次都说系统不通，又让我去原参保地再开一张证明，还要等一个月";
        let title = title_of(long);
        assert_eq!(title, "我去窗口办社保转移，三次都说系统不通…");
        assert!(title_of("一".repeat(90).as_str()).chars().count() <= LINE);
        assert_eq!(title_of("\n！短。后面"), "短");
        assert_eq!(title_of("   "), "");
    }

    #[test]
    fn a_finding_says_item_and_step_once() {
        let words = "办“职工正常退休申请”走到“受理”时，两个科室对要不要公示说法不一，没有人跟进";
        assert_eq!(
            found_title("职工正常退休申请", words),
            "职工正常退休申请·受理：两个科室对要不要公示说法不一，没有人跟进"
        );
        assert_eq!(found_title("居住证", "窗口没有叫号机。等了很久"), "居住证：窗口没有叫号机");
        assert_eq!(found_title("", "大厅没有指引牌"), "大厅没有指引牌");
    }

    proptest::proptest! {
        #[test]
        fn no_title_is_longer_than_a_line_or_ends_in_a_pause(words in "[去窗口办，、：。！ab ]{0,90}") {
            let title = title_of(&words);
            proptest::prop_assert!(title.chars().count() <= LINE);
            if title.ends_with('…') {
                proptest::prop_assert!(!title.trim_end_matches('…').ends_with(PAUSES));
            }
        }
    }
}
