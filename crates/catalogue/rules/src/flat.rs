//! 一张表的事项清单: the list that an office keeps on one sheet, with the names that offices give the columns and with
//! several materials or steps in one cell. Must not know sheets or files.

pub(crate) use crate::flat_names::NAMES;
use crate::item::{Fee, Limit, Material, ServiceItem, Step, Window};
use crate::words::{Cell as _, ItemKind, LimitUnit, StepKind};

/// A cell that holds what has a sheet of its own in the full template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    /// 材料
    Materials,
    /// 办理流程
    Steps,
    /// 办理地点
    Place,
    /// 收费标准
    Fee,
}

/// Those columns: the heading, in English, the names that offices give them.
pub(crate) const MANY: [(Many, &str, &str, &[&str]); 4] = [
    (
        Many::Materials,
        "材料（一格多项）",
        "materials, several in a cell",
        &[
            "材料",
            "申请材料",
            "所需材料",
            "申报材料",
            "办理材料",
            "材料清单",
            "提交材料",
            "应提交材料",
            "要件",
            "申请材料清单",
            "所需要件",
        ],
    ),
    (
        Many::Steps,
        "办理流程（一格多项）",
        "steps, several in a cell",
        &["流程", "办理流程", "办理环节", "环节", "办事流程", "办理程序", "流程环节"],
    ),
    (
        Many::Place,
        "办理地点（窗口）",
        "place",
        &["办理地点", "办理地址", "地址", "办理窗口", "窗口", "办公地址", "受理地点", "大厅窗口"],
    ),
    (
        Many::Fee,
        "收费标准（一格）",
        "fee",
        &["收费标准", "收费情况", "收费标准及依据", "收费依据及标准", "收费项目及标准", "收费金额", "费用"],
    ),
];

const OPEN: &[char] = &['(', '（', '[', '【', '《', '“', '〔'];
const CLOSE: &[char] = &[')', '）', ']', '】', '》', '”', '〕'];

/// Cells that say that there is nothing.
fn is_nothing(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "无" | "/" | "—" | "-" | "——" | "无需" | "不需要" | "无需材料" | "无需提交材料" | "\\"
    )
}

/// Cells that say that nothing is to be paid.
fn is_free(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '。' | '.')).collect();
    is_nothing(&plain)
        || matches!(
            plain.as_str(),
            "不收费"
                | "免费"
                | "否"
                | "无收费"
                | "不收取费用"
                | "不收取任何费用"
                | "0"
                | "0元"
                | "零收费"
                | "无费用"
                | "没有"
        )
}

/// The kind of an item as offices write it: 许可, 公共服务, 其他行政权力.
pub(crate) fn kind(text: &str) -> Option<ItemKind> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let forms = [plain.clone(), format!("行政{plain}"), format!("{plain}事项"), format!("{plain}类别事项")];
    let other =
        matches!(plain.as_str(), "其他行政权力" | "其他权力" | "其他行政权力事项" | "其它行政权力" | "其它");
    forms.iter().find_map(|f| ItemKind::read(f).ok()).or_else(|| other.then_some(ItemKind::Other))
}

/// Below 是否进驻政务大厅 the words 进驻 and 未进驻.
pub(crate) fn says_name(cell: &str, heading: &str) -> Option<bool> {
    let asked = ["是否", "可否", "能否"].iter().find_map(|w| heading.trim().strip_prefix(w))?;
    let cell = cell.trim();
    let says = |word: &str| word.chars().count() > 1 && asked.starts_with(word);
    match ["不", "未", "非", "无"].iter().find_map(|w| cell.strip_prefix(w)) {
        Some(word) if says(word) => Some(false),
        _ => says(cell.strip_prefix('已').unwrap_or(cell)).then_some(true),
    }
}

/// 长期有效: no last day.
pub(crate) fn is_for_ever(text: &str) -> bool {
    matches!(text.trim(), "长期" | "长期有效" | "永久" | "永久有效" | "无期限" | "不限" | "至今" | "现行有效")
}

/// Splits where `is` says so, outside of brackets.
fn outside(text: &str, is: impl Fn(char) -> bool) -> Vec<String> {
    let (mut depth, mut out, mut now) = (0u32, Vec::new(), String::new());
    for c in text.chars() {
        if OPEN.contains(&c) {
            depth += 1;
        } else if CLOSE.contains(&c) {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 && is(c) {
            out.push(std::mem::take(&mut now));
        } else {
            now.push(c);
        }
    }
    out.push(now);
    out
}

/// Chinese numerals of lists.
const NUMERALS: &[char] = &['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/// A number of a list at the beginning: its length in bytes and its value. `1.` `1、` `1）` `(1)` `（一）` `一、` `①`.
fn number_at(text: &str) -> Option<(usize, u32)> {
    let first = text.chars().next()?;
    if ('①'..='⑳').contains(&first) {
        return Some((first.len_utf8(), u32::from(first) - u32::from('①') + 1));
    }
    let open = if matches!(first, '(' | '（') { first.len_utf8() } else { 0 };
    let rest = &text[open..];
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let digits: String = rest.chars().take_while(|c| digit(*c)).collect();
    let (len, value) = if digits.is_empty() {
        let c = rest.chars().next()?;
        let many: usize = rest.chars().take_while(|c| NUMERALS.contains(c)).map(char::len_utf8).sum();
        let value = NUMERALS.iter().position(|n| *n == c)? + 1;
        let value = if many > c.len_utf8() {
            10 + NUMERALS.iter().position(|n| rest[c.len_utf8()..].starts_with(*n)).map_or(0, |i| i + 1)
        } else {
            value
        };
        (many, u32::try_from(value).ok()?)
    } else {
        let half: String = digits
            .chars()
            .filter_map(|c| char::from_u32(if c.is_ascii() { u32::from(c) } else { u32::from(c) - 0xfee0 }))
            .collect();
        (digits.len(), half.parse().ok().filter(|n| *n < 200)?)
    };
    let behind = &rest[len..];
    let mark = behind.chars().next()?;
    let good = if open > 0 {
        matches!(mark, ')' | '）')
    } else {
        matches!(mark, '.' | '．' | '、' | ')' | '）' | ':' | '：')
    };
    // `1.5寸照片` is a measure and no number of a list.
    let after = behind[mark.len_utf8()..].chars().next();
    (good && !(mark == '.' && after.is_some_and(digit))).then_some((open + len + mark.len_utf8(), value))
}

/// Where a list numbers its entries, 1 after another: the text cut there; none when it does not. Numbers in brackets and
/// the ends of longer ones (12. is no 2.) are none of the list.
fn by_number(text: &str) -> Option<Vec<String>> {
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let (mut from, mut depth, mut before) = (0, 0u32, ' ');
    while let Some(c) = text[from..].chars().next() {
        let wanted = u32::try_from(cuts.len() + 1).ok()?;
        let number = number_at(&text[from..]).filter(|(_, value)| *value == wanted && depth == 0);
        if let Some((len, _)) = number.filter(|_| !before.is_numeric()) {
            cuts.push((from, from + len));
            from += len;
            before = ' ';
            continue;
        }
        if OPEN.contains(&c) {
            depth += 1;
        } else if CLOSE.contains(&c) {
            depth = depth.saturating_sub(1);
        }
        before = c;
        from += c.len_utf8();
    }
    if cuts.len() < 2 || !text[..cuts[0].0].trim().is_empty() {
        return None;
    }
    let ends = cuts.iter().skip(1).map(|c| c.0).chain([text.len()]);
    Some(cuts.iter().zip(ends).map(|(c, end)| text[c.1..end].to_owned()).collect())
}

/// One entry without its number and the mark behind it.
fn tidy(t: &str) -> String {
    let t = t.trim();
    let t = number_at(t).map_or(t, |(len, _)| &t[len..]);
    t.trim().trim_end_matches(['。', '；', ';', '、', '，', ',', '.']).trim().to_owned()
}

/// The entries of a cell by what cannot be meant otherwise: numbers, lines, ；.
fn apart(joined: &str) -> Option<Vec<String>> {
    let lines = || -> Option<Vec<String>> {
        let lines: Vec<String> = joined.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned).collect();
        (lines.len() > 1).then_some(lines)
    };
    let semicolons = || {
        let parts = outside(joined, |c| matches!(c, '；' | ';'));
        (parts.iter().filter(|t| !is_nothing(t)).count() > 1).then_some(parts)
    };
    by_number(&joined.replace('\n', " ")).or_else(lines).or_else(semicolons)
}

/// Words of Chinese that stand beside each other with blanks between them: 申请 受理 决定.
fn by_blank(text: &str) -> Option<Vec<String>> {
    let parts = outside(text, char::is_whitespace);
    let parts: Vec<String> = parts.into_iter().filter(|t| !t.is_empty()).collect();
    let word = |t: &String| t.chars().count() > 1 && t.chars().next().is_some_and(|c| c > '\u{2e7f}');
    (parts.len() > 1 && parts.iter().all(word)).then_some(parts)
}

/// The entries of a cell that holds several: numbered, on lines, or set apart by ；、 or blanks.
pub fn split(text: &str) -> Vec<String> {
    let joined = text.replace(['\r', '\t'], " ");
    let parts = apart(&joined).unwrap_or_else(|| {
        let parts = outside(&joined, |c| matches!(c, '、' | '，' | ',' | '|' | '+'));
        if parts.len() > 1 { parts } else { by_blank(joined.trim()).unwrap_or(parts) }
    });
    parts.iter().map(|t| tidy(t)).filter(|t| !is_nothing(t)).collect()
}

/// The entries of a cell of sentences (conditions, laws): 、 and ， stand within a sentence; a law begins with 《.
pub(crate) fn split_sentences(text: &str) -> Vec<String> {
    let joined = text.replace(['\r', '\t'], " ");
    let parts = apart(&joined).unwrap_or_else(|| {
        let cut = joined.replace("、《", "\n《").replace("，《", "\n《");
        cut.lines().map(str::to_owned).collect()
    });
    parts.iter().map(|t| tidy(t)).filter(|t| !is_nothing(t)).collect()
}

/// Steps of a cell: `申请→受理→审查→决定`.
pub fn split_steps(text: &str) -> Vec<String> {
    let arrows = text
        .replace("-->", "→")
        .replace("—>", "→")
        .replace("->", "→")
        .replace("=>", "→")
        .replace("——", "→")
        .replace("－＞", "→");
    let parts = outside(&arrows, |c| matches!(c, '→' | '➝' | '⇒' | '>' | '＞' | '⟶' | '➡'));
    if parts.len() > 1 {
        // 1.申请→2.受理: the numbers are no part of the names.
        return parts.iter().map(|p| tidy(p)).filter(|p| !is_nothing(p)).collect();
    }
    let parts = split(text);
    if let [one] = parts.as_slice() {
        // 申请-受理-审查-办结, but no 一-二 of a range.
        let dashed = outside(one, |c| matches!(c, '-' | '—' | '－' | '–' | '/'));
        if dashed.len() > 2 && dashed.iter().all(|p| p.trim().chars().count() > 1) {
            return dashed.iter().map(|p| tidy(p)).collect();
        }
    }
    parts
}

/// The name of a step without what the list says of it, and its limit: 审查（3个工作日）, 受理：窗口收件并登记.
fn name_and_limit(text: &str) -> (String, Option<Limit>) {
    let head = text.split(['：', ':']).next().unwrap_or(text).trim();
    let short = if head.is_empty() || head.chars().count() > 12 { text } else { head };
    let at = short.rfind(['(', '（']).filter(|_| short.ends_with([')', '）']));
    let inside = at.map(|at| short[at..].trim_matches(['(', '（', ')', '）']));
    match (at, inside.and_then(|t| Limit::read(t).ok())) {
        (Some(at), Some(limit)) if at > 0 => (short[..at].trim().to_owned(), Some(limit)),
        _ => (short.to_owned(), None),
    }
}

/// How many are asked for: 原件1份, 复印件两份; a bracket at the end that says so is no part of the name.
fn copies(text: &str) -> (String, u8, u8) {
    let at = text.rfind(['(', '（']).filter(|_| text.ends_with([')', '）']));
    let inner = at.map_or("", |at| &text[at..]);
    let count = |word: &str| {
        let from = inner.find(word)? + word.len();
        let next = inner[from..].chars().next();
        let value = next.and_then(|c| match c {
            '一' => Some(1),
            '两' | '二' => Some(2),
            '三' => Some(3),
            '四' => Some(4),
            c => c.to_digit(10),
        });
        u8::try_from(value.unwrap_or(1)).ok()
    };
    let (copied, original) = (count("复印件"), count("原件"));
    match at {
        Some(at) if copied.is_some() || original.is_some() => {
            (text[..at].trim().to_owned(), original.unwrap_or(0), copied.unwrap_or(0))
        }
        _ => (text.to_owned(), 0, 0),
    }
}

/// Parts of the name of a step, and its kind; the first that fits.
const STEP_KINDS: &[(StepKind, &[&str])] = &[
    (StepKind::Receive, &["收件", "申请", "接件", "申报", "提交"]),
    (StepKind::Accept, &["受理"]),
    (StepKind::Survey, &["勘", "踏勘", "查验", "核验现场", "现场"]),
    (StepKind::Special, &["听证", "评审", "公示", "检测", "检验", "鉴定"]),
    (StepKind::Review, &["审查", "审核", "初审", "复核", "核查", "核"]),
    (StepKind::Decide, &["决定", "审批", "批准", "签发", "许可"]),
    (StepKind::Issue, &["制证", "发证", "打证", "制作"]),
    (StepKind::Deliver, &["送达", "领取", "取件", "办结", "出件", "寄送"]),
];

/// The general process of a licence (行政许可法 29, 32, 34, 37, 44), where a list says nothing of its steps.
pub const USUAL_STEPS: [&str; 4] = ["受理", "审查", "决定", "送达"];

/// Steps by their names, one after the other.
fn steps(names: &[String]) -> Vec<Step> {
    let one = |(i, text): (usize, &String)| {
        let (name, limit) = name_and_limit(text);
        let kind = STEP_KINDS.iter().find(|(_, parts)| parts.iter().any(|p| name.contains(p)));
        Step {
            id: format!("s{}", i + 1),
            name,
            limit,
            kind: kind.map_or(StepKind::Other, |k| k.0),
            after: if i == 0 { Vec::new() } else { vec![format!("s{i}")] },
            ..<Step as crate::Record>::blank()
        }
    };
    names.iter().enumerate().map(one).collect()
}

/// Puts what a cell of several holds into an item.
pub(crate) fn fill(item: &mut ServiceItem, many: Many, text: &str) {
    match many {
        Many::Materials => {
            let one = |(i, text): (usize, String)| {
                let (name, originals, copies) = copies(&text);
                let id = format!("m{}", i + 1);
                Material { id, name, originals, copies, ..<Material as crate::Record>::blank() }
            };
            item.materials = split(text).into_iter().enumerate().map(one).collect();
        }
        Many::Steps => item.steps = steps(&split_steps(text)),
        Many::Fee if is_free(text) => {}
        Many::Fee => {
            item.charged = true;
            let standard = text.trim().to_owned();
            item.fees = vec![Fee { name: "收费".to_owned(), standard, ..<Fee as crate::Record>::blank() }];
        }
        Many::Place if is_nothing(text) => {}
        Many::Place => {
            let hall = text.split_whitespace().collect::<Vec<_>>().join(" ");
            item.windows = vec![Window { hall, ..<Window as crate::Record>::blank() }];
        }
    }
}

/// What is said of an item besides what a cell of several holds.
fn bare(item: &ServiceItem) -> ServiceItem {
    ServiceItem { materials: Vec::new(), steps: Vec::new(), windows: Vec::new(), ..item.clone() }
}

/// Does a row say more of the item above, one material or step a row? Its other cells say the same, or nothing.
pub(crate) fn goes_on(above: &ServiceItem, row: &ServiceItem) -> bool {
    let more =
        |row: &ServiceItem| !row.materials.is_empty() || !row.windows.is_empty() || !row.steps.is_empty();
    if row.name.is_empty() && row.code.is_empty() {
        return bare(row) == <ServiceItem as crate::Record>::blank() && more(row);
    }
    bare(above) == bare(row) && above != row
}

/// Takes over what a row adds.
pub(crate) fn append(above: &mut ServiceItem, row: ServiceItem) {
    for m in row.materials {
        if above.materials.iter().all(|a| a.name != m.name) {
            let id = format!("m{}", above.materials.len() + 1);
            above.materials.push(Material { id, ..m });
        }
    }
    let mut names: Vec<String> = above.steps.iter().map(|s| s.name.clone()).collect();
    let (had, usual) = (names.len(), names == USUAL_STEPS);
    // The usual steps, where neither row named any, stand already.
    names.extend(row.steps.into_iter().map(|s| s.name).filter(|n| above.steps.iter().all(|a| a.name != *n)));
    if names.len() > had && !usual {
        above.steps = steps(&names);
    }
    above.windows.extend(row.windows.into_iter().filter(|w| !above.windows.contains(w)).collect::<Vec<_>>());
}

/// The usual steps, for an item without any.
pub(crate) fn usual(item: &mut ServiceItem) {
    item.steps = steps(&USUAL_STEPS.map(str::to_owned));
}

/// A limit as lists write it: a bare number is working days; 即办 is at once.
pub(crate) enum Span {
    /// a limit, and what was decided where the cell leaves something open
    Limit(Limit, Option<String>),
    /// 即办件
    AtOnce,
    /// nothing is promised
    Nothing,
}

/// Reads such a limit; none when it is none. `heading` may name the unit: 办理时限（工作日）.
pub(crate) fn limit(text: &str, heading: &str) -> Option<Span> {
    let text = text.trim();
    if is_nothing(text) {
        return Some(Span::Nothing);
    }
    // 法定20个工作日，承诺5个工作日 in one cell: the heading says which of them.
    let law = heading.contains("法定");
    if law != heading.contains("承诺")
        && let Some(part) = tabular::days::part_of(text, law)
    {
        return match limit(part, "") {
            Some(Span::Limit(limit, _)) => Some(Span::Limit(limit, Some(both(limit)))),
            other => other,
        };
    }
    let half: String = text
        .chars()
        .map(|c| {
            if ('０'..='９').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c }
        })
        .collect();
    if let Ok(n) = half.parse::<u16>() {
        if n == 0 {
            return Some(Span::AtOnce);
        }
        // 承诺天数 says that it is a number of days, and not of which; （天） says of which.
        let of_calendar = heading.contains('天') && !heading.contains("工作") && !heading.contains("天数");
        if heading.contains("自然日") || of_calendar {
            let limit = Limit::read(&format!("{n}个自然日")).ok()?;
            let assumed = (!heading.contains("自然日")).then(|| both(limit));
            return Some(Span::Limit(limit, assumed));
        }
        let limit = Limit::work_days(n);
        let assumed = (!heading.contains("工作日")).then(|| both(limit));
        return Some(Span::Limit(limit, assumed));
    }
    if at_once(text) {
        return Some(Span::AtOnce);
    }
    if let Ok(limit) = Limit::read(text) {
        let decided = limit.taken_as(text);
        return Some(Span::Limit(limit, decided));
    }
    // 当场受理，5个工作日办结: what is said in several parts; of several limits the longest, and it is told.
    let parts: Vec<&str> =
        text.split(['，', ',', '；', ';', '。', '、', '\n', '(', '（', ')', '）', ' ']).collect();
    let spans = parts.iter().filter_map(|t| Some((tabular::days::span(t)?, Limit::read(t).ok()?)));
    let longest = spans.max_by(|a, b| tabular::days::length(a.0).total_cmp(&tabular::days::length(b.0)));
    if let Some((_, limit)) = longest.filter(|(_, limit)| limit.amount > 0) {
        return Some(Span::Limit(limit, Some(both(limit))));
    }
    let said: Vec<&&str> = parts.iter().filter(|t| !t.trim().is_empty()).collect();
    (parts.len() > 1 && said.iter().all(|t| at_once(t))).then_some(Span::AtOnce)
}

/// A limit in both languages.
fn both(limit: Limit) -> String {
    let unit = match limit.unit {
        LimitUnit::WorkDay => "working days",
        LimitUnit::Day => "days",
        LimitUnit::Hour => "hours",
        LimitUnit::Month => "months",
    };
    format!("{} / {} {unit}", limit.show(), limit.amount)
}

/// Does it say that it is done at once? 当场受理 and 非即办件 do not.
fn at_once(text: &str) -> bool {
    matches!(tabular::days::span(text.trim()), Some(tabular::days::Span::AtOnce))
}

/// A code for an item of a list without codes: always the same for the same name and unit (FNV-1a).
pub(crate) fn own_code(name: &str, unit: &str) -> String {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for b in name.bytes().chain([0]).chain(unit.bytes()) {
        h = (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("zb-{h:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn several_materials_in_a_cell_are_told_apart() {
        for (cell, parts) in [
            ("身份证、户口本、照片", &["身份证", "户口本", "照片"][..]),
            ("身份证（原件、复印件）、户口本", &["身份证（原件、复印件）", "户口本"]),
            ("1.申请表；2.身份证；3.营业执照。", &["申请表", "身份证", "营业执照"]),
            ("1、申请表2、身份证、户口本3、照片", &["申请表", "身份证、户口本", "照片"]),
            ("①申请表②身份证", &["申请表", "身份证"]),
            ("（一）申请表（二）身份证", &["申请表", "身份证"]),
            ("一、申请表\n二、身份证\n三、承诺书", &["申请表", "身份证", "承诺书"]),
            ("申请表\n身份证\n", &["申请表", "身份证"]),
            ("申请表；身份证、户口本", &["申请表", "身份证、户口本"]),
            ("1.5寸照片、申请表", &["1.5寸照片", "申请表"]),
            ("2寸照片2张", &["2寸照片2张"]),
            ("《食品经营许可申请书》,身份证", &["《食品经营许可申请书》", "身份证"]),
            ("无", &[]),
            ("/", &[]),
            ("", &[]),
            ("1．申请表　2．身份证", &["申请表", "身份证"]),
            ("1.身份证（1.正面；2.反面）；2.户口本", &["身份证（1.正面；2.反面）", "户口本"]),
            ("1.申请表（12.1版）2.身份证", &["申请表（12.1版）", "身份证"]),
            ("身份证 户口本 照片", &["身份证", "户口本", "照片"]),
            ("营业执照 (副本)", &["营业执照 (副本)"]),
            ("GB 2312", &["GB 2312"]),
            ("申请表；", &["申请表"]),
            ("身份证/户口本", &["身份证/户口本"]),
        ] {
            assert_eq!(split(cell), parts, "{cell}");
        }
    }

    #[test]
    fn steps_follow_arrows_and_know_what_they_are() {
        assert_eq!(split_steps("申请→受理→审核→办结"), ["申请", "受理", "审核", "办结"]);
        assert_eq!(split_steps("受理-->审查->决定"), ["受理", "审查", "决定"]);
        assert_eq!(split_steps("1.受理 2.审查 3.发证"), ["受理", "审查", "发证"]);
        assert_eq!(split_steps("1.受理→2.审查→3.发证"), ["受理", "审查", "发证"]);
        assert_eq!(split_steps("申请-受理-审查-办结"), ["申请", "受理", "审查", "办结"]);
        assert_eq!(split_steps("申请 受理 审查"), ["申请", "受理", "审查"]);
        assert_eq!(split_steps("一窗-受理"), ["一窗-受理"]);
        let made = steps(&split_steps("受理（1个工作日）→审查：承办科室核对材料→决定（领导签批）"));
        let said: Vec<_> =
            made.iter().map(|s| (s.name.as_str(), s.limit.as_ref().map(|l| l.show()))).collect();
        assert_eq!(
            said,
            [("受理", Some("1个工作日".to_owned())), ("审查", None), ("决定（领导签批）", None)]
        );
        let made = steps(&split_steps("申请→受理→现场勘查→审批→制证→送达"));
        let kinds: Vec<_> = made.iter().map(|s| s.kind).collect();
        use StepKind::{Accept, Decide, Deliver, Issue, Receive, Survey};
        assert_eq!(kinds, [Receive, Accept, Survey, Decide, Issue, Deliver]);
        assert_eq!(made[2].after, ["s2"]);
    }

    #[test]
    fn limits_as_lists_write_them() {
        let said = |text: &str, heading: &str| match limit(text, heading) {
            Some(Span::Limit(l, assumed)) => {
                format!("{}{}", l.show(), if assumed.is_some() { "?" } else { "" })
            }
            Some(Span::AtOnce) => "即办".to_owned(),
            Some(Span::Nothing) => "无".to_owned(),
            None => "不懂".to_owned(),
        };
        for (text, heading, meant) in [
            ("5", "办理时限", "5个工作日?"),
            ("5", "办理时限（工作日）", "5个工作日"),
            ("即办件", "时限", "即办"),
            ("当场办结", "时限", "即办"),
            ("0", "时限", "即办"),
            ("３", "时限", "3个工作日?"),
            ("20个工作日", "时限", "20个工作日"),
            ("3-5个工作日", "时限", "5个工作日?"),
            ("无", "法定时限", "无"),
            ("尽快", "时限", "不懂"),
            ("当场受理，5个工作日办结", "时限", "5个工作日?"),
            ("法定20个工作日、承诺5个工作日", "承诺办结时限", "5个工作日?"),
            ("法定20个工作日、承诺5个工作日", "法定办结时限", "20个工作日?"),
            ("5个工作日（法定20个工作日，承诺5个工作日）", "承诺时限", "5个工作日?"),
            ("5天（工作日）", "承诺时限", "5个工作日"),
            ("2个半天", "承诺时限", "1个自然日"),
            ("5个工作日（即办件除外）", "时限", "5个工作日?"),
            ("法定20个工作日，承诺10个工作日", "时限", "20个工作日?"),
            ("非即办件", "时限", "不懂"),
            ("当场受理", "时限", "不懂"),
            ("即办件（当场办结）", "时限", "即办"),
            ("马上办", "时限", "即办"),
            ("立等可取", "时限", "即办"),
            ("5", "承诺天数", "5个工作日?"),
            ("15", "办理时限（天）", "15个自然日?"),
        ] {
            assert_eq!(said(text, heading), meant, "{text} {heading}");
        }
    }

    #[test]
    fn sentences_are_not_cut_at_their_commas() {
        for (cell, parts) in [
            (
                "年满18周岁、具有完全民事行为能力，无犯罪记录",
                &["年满18周岁、具有完全民事行为能力，无犯罪记录"][..],
            ),
            ("1.年满18周岁；2.有固定住所、有收入。", &["年满18周岁", "有固定住所、有收入"]),
            ("《行政许可法》第十二条、第十三条", &["《行政许可法》第十二条、第十三条"]),
            (
                "《食品安全法》第三十五条、《食品经营许可管理办法》",
                &["《食品安全法》第三十五条", "《食品经营许可管理办法》"],
            ),
            ("《甲法》、《乙办法》", &["《甲法》", "《乙办法》"]),
        ] {
            assert_eq!(split_sentences(cell), parts, "{cell}");
        }
    }

    #[test]
    fn one_material_a_row_is_one_item() {
        let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
        let read = |rows: Vec<Vec<String>>| {
            let head = row(["序号", "事项名称", "实施单位", "办理时限", "申请材料"]);
            let rows = [vec![head], rows].concat();
            let sheet = crate::rows::Sheet { name: "清单".to_owned(), rows, ..Default::default() };
            let done = crate::rows::import_told(&[sheet], &tabular::records::NOTHING_ASKED);
            let of = |i: &ServiceItem| i.materials.iter().map(|m| format!("{}{}", m.id, m.name)).collect();
            let items: Vec<(String, Vec<String>)> =
                done.items.iter().map(|i| (i.name.clone(), of(i))).collect();
            (items, done.problems)
        };
        let two = |a: &str, b: &[&str]| (a.to_owned(), b.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        let want = [two("甲证", &["m1身份证", "m2照片", "m3户口本"]), two("乙证", &["m1申请表"])];
        // Said again in each row, and left empty below.
        for again in [["1", "甲证", "住建局", "5个工作日"], ["", "", "", ""]] {
            let more = |m| row([again[0], again[1], again[2], again[3], m]);
            let (items, problems) = read(vec![
                row(["1", "甲证", "住建局", "5个工作日", "身份证"]),
                more("照片"),
                more("户口本"),
                row(["2", "乙证", "住建局", "3个工作日", "申请表"]),
            ]);
            assert_eq!((items.as_slice(), problems.len()), (&want[..], 0), "{problems:?}");
        }
        // What contradicts the row above is no more of it.
        let (items, problems) = read(vec![
            row(["1", "甲证", "住建局", "5个工作日", "身份证"]),
            row(["2", "甲证", "住建局", "9个工作日", "照片"]),
        ]);
        assert_eq!((items.len(), problems.len()), (1, 1), "{problems:?}");
    }

    #[test]
    fn a_bracket_about_copies_is_no_name() {
        assert_eq!(copies("身份证（原件1份、复印件2份）"), ("身份证".to_owned(), 1, 2));
        assert_eq!(copies("营业执照(复印件)"), ("营业执照".to_owned(), 0, 1));
        assert_eq!(copies("申请书（一式两份）"), ("申请书（一式两份）".to_owned(), 0, 0));
    }

    proptest! {
        #[test]
        fn any_cell_is_split_without_losing_order_or_panic(text in "\\PC{0,60}") {
            let mut from = 0;
            let plain = text.replace(['\r', '\t', '\n'], " ");
            for part in split(&text) {
                let at = plain[from..].find(&part).map(|i| i + from);
                prop_assert!(at.is_some(), "{part:?} of {plain:?}");
                from = at.unwrap_or(from) + part.len();
            }
            let _ = (split_steps(&text), limit(&text, &text), copies(&text));
        }
    }
}
