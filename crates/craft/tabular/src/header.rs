//! 表头: where the header of a table stands, one line or several, and what its columns are called.
//!
//! Knows rows of text and a [`Vocabulary`] of names; not what is done with the columns.

use std::collections::{HashMap, HashSet};

use crate::script::simplified;
use crate::when::half_width;

/// Titles, notes and dates that may stand above a header.
pub const HEADER_WITHIN: usize = 30;
/// Lines of one header at most.
const LINES_MAX: usize = 3;

/// The names that a door understands.
pub trait Vocabulary {
    /// Which field a name ([`name`]) means, and how well: 0 is best.
    fn field(&self, name: &str) -> Option<(usize, usize)>;
    /// What a person said of a column, by its name as it is shown ([`unique`]): the field, or that it is not read.
    fn told(&self, _shown: &str) -> Option<Option<usize>> {
        None
    }
    /// Are these fields (by number) enough to be read?
    fn enough(&self, fields: &[usize]) -> bool;
}

/// A vocabulary as a table: the word of each field, the names that mean it, the most telling first and as [`name`]
/// gives them, and whether a table without it cannot be read.
pub type Fields<'a> = [(&'a str, &'a [&'a str], bool)];

/// The same as a [`Vocabulary`].
pub struct Words<'a>(pub &'a Fields<'a>);

impl Vocabulary for Words<'_> {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        let rank = |names: &[&str]| names.iter().position(|n| *n == name);
        self.0.iter().enumerate().find_map(|(f, (_, names, _))| rank(names).map(|r| (f, r)))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        self.0.iter().enumerate().all(|(f, (.., needed))| !needed || fields.contains(&f))
    }
}

/// A header that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Place of its first line among the rows looked at.
    pub at: usize,
    /// Its lines.
    pub lines: usize,
    /// Names of the columns, each different, none empty where the column has a name.
    pub names: Vec<String>,
}

/// Traditional characters that are good simplified ones too: in the name of a column they are not (回覆, 徵求意見).
const fn in_names(c: char) -> char {
    match c {
        '覆' => '复',
        '徵' => '征',
        c => c,
    }
}

/// A column name as it is compared: half-width, simplified, lower case, no white space, no `*`, `:` or bracketed note at its
/// end (`留言时间(必填)`), no number before it (`1.标题`).
pub fn name(text: &str) -> String {
    let half: String =
        unnumbered(text.trim()).chars().map(half_width).map(simplified).map(in_names).collect();
    let plain = half
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}' | '\u{200b}' | '★' | '"' | '\''));
    let mut name: String = plain.flat_map(char::to_lowercase).take(60).collect();
    if let Some(at) = name.find(['(', '[', '【', '<']).filter(|at| *at > 0) {
        name.truncate(at);
    }
    name.trim_end_matches([':', ':']).to_owned()
}

/// A name without the number before it: `1.标题`, `3、`, `(4)`, `⑤`, `6 承办单位`, `七、`.
fn unnumbered(text: &str) -> &str {
    let text = text.trim_start_matches(['*', '★', '\u{feff}', ' ', '\u{3000}']);
    let number = |c: char| half_width(c).is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let bare = text.trim_start_matches(|c| matches!(c, '①'..='⑳'));
    if bare.len() < text.len() {
        return bare.trim_start();
    }
    let inner = text.strip_prefix(['(', '（', '[', '【']);
    let rest = inner.unwrap_or(text).trim_start_matches(number);
    let ends: &[char] = if inner.is_some() {
        &[')', '）', ']', '】']
    } else {
        &['.', '．', '、', ')', '）', ' ', '\u{3000}', '\t']
    };
    let counted = inner.unwrap_or(text).chars().take_while(|c| number(*c)).count();
    match rest.strip_prefix(ends) {
        // A blank behind a Chinese numeral is no numbering.
        Some(tail)
            if (1..=3).contains(&counted)
                && !tail.trim().is_empty()
                && (inner.is_some()
                    || !rest.starts_with([' ', '\u{3000}', '\t'])
                    || text.starts_with(|c: char| half_width(c).is_ascii_digit())) =>
        {
            tail.trim_start()
        }
        _ => text,
    }
}

/// Every name once: the second `备注` is `备注(2)`, a column without a name is `第6列`.
pub fn unique(names: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(names.len());
    // A hostile file has the same name in thousands of columns: what was counted is not counted again.
    let (mut taken, mut counted) = (HashSet::new(), HashMap::new());
    for (i, name) in names.iter().enumerate() {
        let name = name.trim();
        let base = if name.is_empty() { format!("第{}列", i + 1) } else { name.to_owned() };
        let mut this = base.clone();
        let n = counted.entry(base.clone()).or_insert(2);
        while !taken.insert(this.clone()) {
            this = format!("{base}({n})");
            *n += 1;
        }
        out.push(this);
    }
    out
}

/// The name of a column whose header has several lines: what the vocabulary knows of its lines together, of the
/// last one, of the one before; else all of them.
fn composed(parts: &[&str], known: &dyn Fn(&str) -> Option<(usize, usize)>) -> String {
    let mut own: Vec<&str> = Vec::new();
    for part in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        if own.last() != Some(&part) {
            own.push(part);
        }
    }
    match own.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [.., above, last] => {
            // 来信/时间 is 来信时间; 时限/法定 is 法定时限.
            let (both, turned) = (format!("{above}{last}"), format!("{last}{above}"));
            if known(&name(&both)).is_some() {
                both
            } else if known(&name(&turned)).is_some() && known(&name(last)).is_none() {
                turned
            } else if known(&name(last)).is_some() {
                (*last).to_owned()
            } else {
                own.join("/")
            }
        }
    }
}

fn names_of(rows: &[Vec<String>], known: &dyn Fn(&str) -> Option<(usize, usize)>) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    // A line above names the columns to its right until the next name, where the line below has names.
    let mut spread: Vec<Vec<&str>> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let mut line: Vec<&str> = (0..width).map(|c| row.get(c).map_or("", |t| t.trim())).collect();
        if let Some(below) = rows.get(i + 1) {
            for c in 1..width {
                let sub = |c: usize| below.get(c).is_some_and(|t| !t.trim().is_empty());
                if line[c].is_empty() && sub(c) && sub(c - 1) {
                    line[c] = line[c - 1];
                }
            }
        }
        spread.push(line);
    }
    (0..width).map(|c| composed(&spread.iter().map(|l| l[c]).collect::<Vec<_>>(), known)).collect()
}

/// How many different fields are known, when they are enough.
fn score(names: &[String], words: &dyn Vocabulary) -> usize {
    let mut fields: Vec<usize> = names.iter().filter_map(|n| words.field(&name(n))).map(|f| f.0).collect();
    fields.sort_unstable();
    fields.dedup();
    if fields.len() >= 2 && words.enough(&fields) { fields.len() } else { 0 }
}

/// Cells of a line of a header are words: no times, no numbers, nothing long.
fn is_words(row: &[String]) -> bool {
    let mut filled = row.iter().map(|t| t.trim()).filter(|t| !t.is_empty()).peekable();
    filled.peek().is_some()
        && filled
            .all(|t| t.chars().count() <= 40 && t.parse::<f64>().is_err() && !crate::when::looks_like_time(t))
}

/// Does a header that is already found have records of its own above this row? Then what stands here is no better header
/// of the same table, however many columns it has.
fn is_below_records(rows: &[Vec<String>], header: &Header, at: usize, words: &dyn Vocabulary) -> bool {
    let filled = |row: &Vec<String>| row.iter().filter(|t| !t.trim().is_empty()).count();
    let known = |row: &Vec<String>| row.iter().filter(|t| words.field(&name(t)).is_some()).count();
    let end = header.at + header.lines;
    // A line of labels and values (单位, 甲局, 日期, 2024-03) is not a header with records.
    let first = &rows[header.at];
    at > end
        && is_words(first)
        && known(first) * 2 > filled(first)
        && rows[end..at].iter().any(|row| filled(row) >= 2 && known(row) == 0)
}

/// Finds the header among the first rows of a sheet. Merged cells are expected to be filled.
pub fn find(rows: &[Vec<String>], words: &dyn Vocabulary) -> Option<Header> {
    let known = |n: &str| words.field(n);
    // Most fields, then fewest lines, then the first; a header below records of one that is enough is another table's.
    let mut best: Option<(usize, Header)> = None;
    for at in 0..rows.len().min(HEADER_WITHIN) {
        for lines in 1..=LINES_MAX.min(rows.len() - at) {
            if best.as_ref().is_some_and(|b| is_below_records(rows, &b.1, at + lines - 1, words)) {
                break;
            }
            let these = &rows[at..at + lines];
            if lines > 1 && !these.iter().all(|r| is_words(r)) {
                break;
            }
            let names = names_of(these, &known);
            let got = score(&names, words);
            let better = best.as_ref().is_none_or(|b| (got, b.1.lines) > (b.0, lines));
            if got > 0 && better {
                best = Some((got, Header { at, lines, names }));
            }
        }
    }
    let (got, mut header) = best?;
    // The line above belongs to it when it shares a name with it or names what the line leaves open.
    while header.at > 0 && header.lines < LINES_MAX {
        let (above, first) = (&rows[header.at - 1], &rows[header.at]);
        let cell = |row: &Vec<String>, c: usize| row.get(c).map_or(String::new(), |t| t.trim().to_owned());
        let width = above.len().max(first.len());
        let shares = (0..width).any(|c| {
            let (a, f) = (cell(above, c), cell(first, c));
            !a.is_empty() && (a == f || f.is_empty())
        });
        let mut different: Vec<String> =
            (0..width).map(|c| cell(above, c)).filter(|t| !t.is_empty()).collect();
        different.sort_unstable();
        different.dedup();
        let names = names_of(&rows[header.at - 1..header.at + header.lines], &known);
        if !(shares && different.len() >= 2 && is_words(above) && score(&names, words) >= got) {
            break;
        }
        header = Header { at: header.at - 1, lines: header.lines + 1, names };
    }
    // A line below that only goes on with merged cells, and names parts of others, belongs to it.
    while header.lines < LINES_MAX
        && let Some(below) = rows.get(header.at + header.lines)
    {
        let last = &rows[header.at + header.lines - 1];
        let filled = below.iter().filter(|t| !t.trim().is_empty()).count();
        let same =
            below.iter().zip(last).filter(|(b, l)| !b.trim().is_empty() && b.trim() == l.trim()).count();
        let names = names_of(&rows[header.at..=header.at + header.lines], &known);
        if same < 2 || same == filled || same * 2 < filled || !is_words(below) || score(&names, words) < got {
            break;
        }
        header = Header { at: header.at, lines: header.lines + 1, names };
    }
    header.names.truncate(header.names.iter().rposition(|n| !n.is_empty()).map_or(0, |i| i + 1));
    Some(header)
}

/// Of several sheets with a header the one that is read: the first with rows that knows more than half as many fields as the
/// one that knows most, so that a table of contents is not taken for the table; else the first. Fields and rows of each.
pub fn which(sheets: &[(usize, bool)]) -> Option<usize> {
    let most = sheets.iter().filter(|s| s.1).map(|s| s.0).max().unwrap_or(0);
    let fits = |s: &(usize, bool)| s.1 && s.0 * 2 > most;
    sheets.iter().position(fits).or_else(|| (!sheets.is_empty()).then_some(0))
}

/// What each column could stand for, and how well it is named: 0 where a person said so.
fn known(names: &[String], words: &dyn Vocabulary) -> Vec<Option<(usize, usize)>> {
    let of = |(n, shown): (&String, String)| match words.told(&shown) {
        Some(told) => told.map(|field| (field, 0)),
        None => words.field(&name(n)).map(|(field, rank)| (field, rank + 1)),
    };
    names.iter().zip(unique(names)).map(of).collect()
}

/// For each field the column that is read: the best name, then the first.
fn winners(known: &[Option<(usize, usize)>]) -> HashMap<usize, (usize, usize)> {
    let mut best: HashMap<usize, (usize, usize)> = HashMap::new();
    for (i, (field, rank)) in known.iter().enumerate().filter_map(|(i, k)| k.map(|k| (i, k))) {
        let one = best.entry(field).or_insert((rank, i));
        *one = (rank, i).min(*one);
    }
    best
}

/// For each column the field it stands for: what a person said, then of several for one field the best name, then
/// the first.
pub fn fields(names: &[String], words: &dyn Vocabulary) -> Vec<Option<usize>> {
    let known = known(names, words);
    let read = winners(&known);
    let wins = |i: usize, field: usize| read.get(&field).is_some_and(|b| b.1 == i);
    known.iter().enumerate().map(|(i, k)| k.map(|k| k.0).filter(|field| wins(i, *field))).collect()
}

/// A column that stands for a field for which another one is read (一项两列).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The column that is not read.
    pub column: usize,
    /// The one that is read.
    pub read: usize,
    /// The field.
    pub field: usize,
    /// A person said that both are this field.
    pub told: bool,
}

/// The columns that [`fields`] leaves out because another one is read for their field.
pub fn rivals(names: &[String], words: &dyn Vocabulary) -> Vec<Rival> {
    let known = known(names, words);
    let read = winners(&known);
    let of = |(column, k): (usize, &Option<(usize, usize)>)| {
        let (field, rank) = (*k)?;
        let read = read.get(&field).map(|b| b.1).filter(|read| *read != column)?;
        Some(Rival { column, read, field, told: rank == 0 })
    };
    known.iter().enumerate().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&[&str]; 6] = [
        &["编号", "序号"],
        &["姓名", "来信人"],
        &["电话", "联系电话"],
        &["内容", "来信内容"],
        &["来信时间", "时间"],
        &["办理时间"],
    ];
    struct Letters;
    impl Vocabulary for Letters {
        fn field(&self, name: &str) -> Option<(usize, usize)> {
            WORDS
                .iter()
                .enumerate()
                .find_map(|(f, names)| names.iter().position(|n| *n == name).map(|rank| (f, rank)))
        }
        fn enough(&self, fields: &[usize]) -> bool {
            fields.contains(&3)
        }
    }
    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect()
    }
    fn found(text: &str) -> (usize, usize, String) {
        let h = find(&rows(text), &Letters).unwrap();
        (h.at, h.lines, h.names.join(","))
    }

    #[test]
    fn headers_of_one_and_two_lines_below_titles() {
        assert_eq!(
            found("登记表,,\n截至,2024-03-05,\n编号,来信人,内容\n1,甲,乙"),
            (2, 1, "编号,来信人,内容".into())
        );
        let two = "序号,来信人信息,,来信内容,来信时间\n,姓名,联系电话,,\n1,张某,13800000000,积水,2024-03-17";
        assert_eq!(found(two), (0, 2, "序号,姓名,联系电话,来信内容,来信时间".into()));
        // As a workbook gives it, merged cells filled.
        let merged = "登记表,登记表,登记表,登记表,登记表\n序号,来信人信息,来信人信息,来信内容,来信时间\n序号,姓名,联系电话,来信内容,来信时间\n1,张某,13800000000,积水,2024-03-17";
        assert_eq!(found(merged), (1, 2, "序号,姓名,联系电话,来信内容,来信时间".into()));
        // The line above tells two columns of one name apart.
        assert_eq!(
            found("编号,内容,来信,办理\n,,时间,时间\n1,甲,2024-03-17,2024-03-18").2,
            "编号,内容,来信时间,办理时间"
        );
        // The line above says of what, the one below which: 时间 over 来信 and 办理.
        assert_eq!(
            found("编号,内容,时间,时间\n编号,内容,来信,办理\n1,甲,2024-03-17,2024-03-18").2,
            "编号,内容,来信时间,办理时间"
        );
        // A third line of merged cells that names one of them more closely.
        let three = "编号,来信,来信,反映人,反映人\n编号,来信内容,来信时间,姓名,电话\n编号,来信内容,来信时间,姓名,联系电话\n1,积水,2024-03-17,张某,138";
        assert_eq!((found(three).0, found(three).1), (0, 3));
        assert_eq!(find(&rows("填表说明\n1. 每行一件"), &Letters), None);
        assert_eq!(find(&rows("a,b\n1,2"), &Letters), None);
        assert_eq!(find(&[], &Letters), None);
    }

    #[test]
    fn of_two_tables_the_first_is_read() {
        let two = "一、来信,,\n编号,内容,来信时间\nM1,桥下积水,2024-03-17\n,,\n二、来电,,\n编号,来信时间,内容,姓名,电话\nM2,2024-03-18,灯,张某,1";
        assert_eq!(found(two), (1, 1, "编号,内容,来信时间".into()));
        let close = "一、来信,,\n编号,内容,来信时间\nM1,桥下积水,甲\n二、来电,,\n编号,来信时间,内容,姓名,电话\nM2,乙,灯,张某,1";
        assert_eq!(found(close), (1, 1, "编号,内容,来信时间".into()));
        let closest = "编号,内容,来信时间\nM1,桥下积水,甲\n编号,来信时间,内容,姓名,电话\nM2,乙,灯,张某,1";
        assert_eq!(found(closest), (0, 1, "编号,内容,来信时间".into()));
        // What stands above a header is none where it has no records.
        assert_eq!(found("内容,编号\n\n编号,内容,姓名,电话\n1,积水,甲,1").0, 2);
        assert_eq!(found("时间,2024-03,内容,积水\n说明,见下\n编号,内容,姓名\n1,积水,甲").0, 2);
    }

    #[test]
    fn names_are_compared_plainly_and_kept_apart() {
        for (text, want) in [
            (" 留言　时间（必填）\t", "留言时间"),
            ("*标题:", "标题"),
            ("ＩＤ", "id"),
            ("3、内容", "内容"),
            ("(4)来信时间", "来信时间"),
            ("⑤ 内容", "内容"),
            ("6 承办单位", "承办单位"),
            ("七、联系电话", "联系电话"),
            ("1.标题", "标题"),
            ("一 环节", "一环节"),
            ("12345 热线", "12345热线"),
            ("2024.1", "2024.1"),
            ("12345", "12345"),
            ("來信內容", "来信内容"),
            ("兌付時限", "兑付时限"),
            ("所屬區劃", "所属区划"),
            ("參會人員", "参会人员"),
            ("徵求意見條數", "征求意见条数"),
            ("專項獎補擬定樣式", "专项奖补拟定样式"),
            ("回覆內容", "回复内容"),
        ] {
            assert_eq!(name(text), want);
        }
        let names = ["备注", "备注", "", "备注(2)"].map(str::to_owned);
        assert_eq!(unique(&names), ["备注", "备注(2)", "第3列", "备注(2)(2)"]);
        let names = ["序号", "编号", "内容", "备注"].map(str::to_owned);
        assert_eq!(fields(&names, &Letters), [None, Some(0), Some(3), None]);
        assert_eq!(
            which(&[(2, true), (7, false), (7, true), (6, true)]),
            Some(2),
            "contents, an empty form, the table"
        );
        assert_eq!(which(&[(6, true), (7, true)]), Some(0), "of two months the first");
        assert_eq!((which(&[(3, false)]), which(&[])), (Some(0), None));
        assert_eq!(rivals(&names, &Letters), [Rival { column: 0, read: 1, field: 0, told: false }]);
    }
}
