//! 表尾: rows of a table that are none of its records: sums, who filled it in, notes, the numbers of its columns,
//! a header that comes again.

use std::collections::HashSet;

use crate::header;
use crate::when::half_width;

const SUMS: &[&str] = &[
    "合计",
    "总计",
    "小计",
    "共计",
    "本页合计",
    "累计",
    "本页小计",
    "本月合计",
    "本月小计",
    "本年累计",
    "本年合计",
    "当月合计",
    "总合计",
    "总数",
    "总数量",
    "总件数",
    "合计数",
    "平均",
    "平均值",
    "均值",
    "占比",
    "比例",
    "同比",
    "环比",
    "total",
    "sum",
    "subtotal",
    "average",
];
const SIGNED: &[&str] = &[
    "填表人",
    "制表人",
    "审核人",
    "填报人",
    "填报单位",
    "填报日期",
    "填报时间",
    "填表日期",
    "填表时间",
    "填表单位",
    "制表日期",
    "制表时间",
    "制表单位",
    "制表",
    "审核",
    "复核",
    "复核人",
    "校对",
    "校对人",
    "核对人",
    "负责人",
    "单位负责人",
    "部门负责人",
    "科室负责人",
    "分管领导",
    "主管领导",
    "领导签字",
    "负责人签字",
    "经办人签字",
    "签字",
    "签名",
    "盖章",
    "单位盖章",
    "公章",
    "经办人",
    "经办",
    "联系人",
    "联系电话",
    "电话",
    "传真",
    "录入人",
    "录入时间",
    "汇总人",
    "汇总单位",
    "汇总时间",
    "编制",
    "编制人",
    "编制单位",
    "编制日期",
    "批准",
    "批准人",
    "制单",
    "制单人",
    "操作员",
    "打印时间",
    "打印日期",
    "打印人",
    "导出时间",
    "导出日期",
    "导出人",
    "数据来源",
    "资料来源",
    "统计人",
    "统计单位",
    "统计日期",
    "统计时间",
    "统计周期",
    "统计口径",
    "报送单位",
    "报送人",
    "报送日期",
    "报送时间",
    "截至日期",
    "截止日期",
    "截至时间",
    "截止时间",
    "数据截至",
    "数据截止",
    "截至",
    "截止",
    "日期",
    "单位",
    "抄送",
];
/// Words behind which a date may follow without a mark.
const DATED: &[&str] =
    &["数据截至", "数据截止", "截至", "截止", "统计日期", "打印时间", "导出时间", "制表日期", "填报日期"];
const NOTES: &[&str] = &[
    "注",
    "备注",
    "说明",
    "注释",
    "附注",
    "填表说明",
    "填报说明",
    "注意",
    "注意事项",
    "提示",
    "note",
    "notes",
];
/// A cell alone in its row that begins so is a remark about the table.
const REMARKS: &[&str] = &["本表", "以上数据", "上述数据", "此表", "该表", "※", "★", "●", "◆", "▲", "*"];
const ENDS: &[&str] =
    &["以下空白", "以下无正文", "此表完", "表格结束", "完", "单位盖章", "盖章", "(盖章)", "end", "eof"];

/// A first cell that says that the row shows how to fill the table in.
const EXAMPLES: &[&str] = &[
    "示例",
    "样例",
    "例",
    "例:",
    "填写示例",
    "填报示例",
    "示例行",
    "例如",
    "模板示例",
    "示例:",
    "样例:",
    "example",
];

/// Are these the numbers of the columns: `1 2 3`, `(1) (2)`, `A B C`, `甲 乙 丙`, or `甲 1 2` as in tables of statistics?
fn are_column_numbers(filled: &[(usize, &str)]) -> bool {
    const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
    let bare = |c: &str| c.trim_matches(['(', ')', '（', '）', '[', ']']).to_owned();
    let one = |c: &str| Some(c).filter(|c| c.chars().count() == 1).and_then(|c| c.chars().next());
    let number = |c: &str| bare(c).parse::<usize>().ok();
    let letter = |(i, c): &(usize, &str)| {
        one(&bare(c)).is_some_and(|c| c.is_ascii_alphabetic() && c.to_ascii_uppercase() as usize == 65 + i)
    };
    let stem = |at: usize, c: &str| one(&bare(c)).is_some_and(|c| STEMS.chars().nth(at) == Some(c));
    let stems = filled.iter().enumerate().take_while(|(at, (_, c))| stem(*at, c)).count();
    let rest = &filled[stems..];
    let counted = |from: usize| rest.iter().enumerate().all(|(n, (_, c))| number(c) == Some(n + from));
    filled.iter().all(|(i, c)| number(c) == Some(i + 1))
        || filled.iter().all(letter)
        || stems > 0 && (counted(1) || counted(stems + 1))
}

/// Could a row be none of the records? Told by its first two cells, for most rows are records.
fn may_be(cells: &[String]) -> bool {
    let mut filled = cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty());
    let Some(first) = filled.next() else { return false };
    let second = filled.next();
    let begins = first.chars().next().map(half_width).is_some_and(|c| {
        "合总小共本当累平均占比同环填制审核复负单部科分主领签盖公经联电传录汇编批操打导数资统报截日抄注备说附提以上此该表完第(-—=*[※★●◆▲".contains(c)
            || "甲样例模示".contains(c)
            || matches!(c, 't' | 'T' | 's' | 'S' | 'n' | 'N' | 'e' | 'E' | 'p' | 'P' | 'a' | 'A')
    });
    begins || first.len() <= 2 && first.bytes().all(|b| b.is_ascii_digit()) || second == Some(first)
}

/// A number as it stands in a row of sums: `12`, `1,234.5`, `3件`, `45%`, `—`.
fn is_figure(text: &str) -> bool {
    let plain: String = text.chars().map(half_width).collect();
    let plain =
        plain.trim_end_matches(['件', '个', '条', '人', '次', '项', '户', '元', '天', '日', '%', '倍']);
    !plain.is_empty()
        && plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '—' | '/' | ' '))
        && !crate::when::looks_like_time(plain)
}

/// `共3条`, `共3条记录`, `共计12件`.
fn is_count(plain: &str) -> bool {
    let Some(rest) = plain
        .strip_prefix("共计")
        .or_else(|| plain.strip_prefix("共有"))
        .or_else(|| plain.strip_prefix('共'))
    else {
        return false;
    };
    let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let unit = unit.trim_end_matches("记录").trim_end_matches("数据");
    unit.len() < rest.len()
        && ["", "条", "件", "项", "笔", "个", "人", "次", "行", "户", "宗", "单"].contains(&unit)
}

/// Why a row is none of the records; `None` when it is one. `columns` are those of the header.
pub fn why(cells: &[String], columns: usize) -> Option<(&'static str, &'static str)> {
    why_here(cells, columns, true)
}

/// The same; the numbers of the columns stand below the header and nowhere else.
fn why_here(cells: &[String], columns: usize, below_header: bool) -> Option<(&'static str, &'static str)> {
    if !may_be(cells) {
        return None;
    }
    let filled: Vec<(usize, &str)> =
        cells.iter().enumerate().map(|(i, c)| (i, c.trim())).filter(|(_, c)| !c.is_empty()).collect();
    let (_, first) = *filled.first()?;
    if below_header && filled.len() >= 3 && filled.len() >= columns && are_column_numbers(&filled) {
        return Some(("栏次号，不是记录", "the numbers of the columns, not a record"));
    }
    let plain: String = first
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .take(40)
        .collect();
    if EXAMPLES.contains(&plain.trim_matches(['(', ')', '[', ']', '【', '】'])) {
        return Some(("填写示例，不是记录", "an example of how to fill it in, not a record"));
    }
    // A cell that was merged over the row.
    if columns >= 3 && filled.len() >= columns.max(3) && filled.iter().all(|f| f.1 == first) {
        return Some(("整行合并，是小标题或说明", "one cell merged over the row: a heading or a note"));
    }
    // A record fills most of its columns; different texts are counted, for a merged cell fills several.
    let mut different: Vec<&str> = filled.iter().map(|f| f.1).collect();
    different.dedup();
    let scarce = different.len() * 2 <= columns + 1 || filled.len() <= 2;
    let begins = |words: &[&str]| {
        words.iter().filter_map(|w| plain.strip_prefix(w)).max_by_key(|rest| std::cmp::Reverse(rest.len()))
    };
    let sums = || different[1..].iter().all(|t| is_figure(t));
    if let Some(rest) = begins(SUMS)
        && (rest.is_empty()
            || rest.starts_with([':', '(', '共'])
            || rest.starts_with(|c: char| c.is_ascii_digit()))
        && (scarce || rest.is_empty() && sums())
    {
        return Some(("合计行", "a row of sums"));
    }
    if !scarce {
        return None;
    }
    // 说明, 盖章 and 完 may be steps of a case: its number, its time and its hand stand beside them.
    let word_alone = different.len() <= 3 && !different[1..].iter().any(|t| crate::when::looks_like_time(t));
    let alone = different.len() == 1 && columns > 2;
    if is_count(&plain) && (alone || different.len() == 2 && columns > 3) {
        return Some(("合计行", "a row of sums"));
    }
    let dated =
        |words: &[&str]| begins(words).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if begins(SIGNED).is_some_and(|rest| {
        rest.starts_with(':')
            || ["(签", "(盖", "(章"].iter().any(|w| rest.starts_with(w))
            || (rest.is_empty() && filled.len() <= 2 && columns > 2)
    }) || alone && dated(DATED)
    {
        return Some(("填表、审核等落款", "who filled in or checked the table"));
    }
    if begins(NOTES).is_some_and(|rest| {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五".contains(c));
        after.starts_with([':', '.', '、'])
            || rest.is_empty() && word_alone && columns > 2 && filled[0].0 == 0
    }) || alone && REMARKS.iter().any(|w| first.starts_with(w))
    {
        return Some(("表下的注", "a note below the table"));
    }
    let bare = plain.trim_matches(['-', '—', '=', '*', '(', ')']);
    let ends = || word_alone && ENDS.iter().any(|e| plain == *e || bare == *e);
    if ends() || (bare.is_empty() && alone) || is_page(&plain) {
        return Some(("表尾或页码", "the end of the table or a page number"));
    }
    None
}

/// `第1页`, `共3页`, `第1页共3页`, `Page 1 of 3`.
fn is_page(plain: &str) -> bool {
    if let Some(rest) = plain.strip_prefix("page") {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '/');
        return rest.is_empty()
            || rest.strip_prefix("of").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    }
    let mut rest = plain;
    let mut any = false;
    while let Some(tail) = rest.strip_prefix('第').or_else(|| rest.strip_prefix('共')) {
        let tail = tail.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(tail) = tail.strip_prefix('页') else { return false };
        rest = tail.trim_start_matches([',', '/', '，', '、']);
        any = true;
    }
    any && rest.is_empty()
}

/// Is this row the header again, as in files that were put together?
pub fn is_header_again(cells: &[String], names: &[String]) -> bool {
    let mut same = 0;
    for (i, name) in names.iter().enumerate() {
        let cell = cells.get(i).map_or("", |c| c.trim());
        if cell != name.trim() {
            return false;
        }
        same += usize::from(!cell.is_empty());
    }
    same >= 2
}

/// Watches for headers among the rows (表头再现): files are put together of several tables, and not all have their
/// columns in one order.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// The columns as they are read, and as they are compared.
    names: Vec<String>,
    plain: Vec<String>,
    known: HashSet<String>,
    /// Bytes of a cell that can be one of them, with a note or a number about it.
    longest: usize,
    /// The row of a header with other columns, below which nothing is read by the first.
    other: Option<u64>,
    /// A record was read since the header.
    below_record: bool,
}

/// Characters of a cell of a header at most.
const NAME_MAX: usize = 40;

impl Again {
    /// Of the columns that are read.
    pub fn new(names: &[String]) -> Self {
        let plain: Vec<String> = names.iter().map(|n| header::name(n)).collect();
        let known: HashSet<String> = plain.iter().filter(|n| !n.is_empty()).cloned().collect();
        let longest = plain.iter().map(String::len).max().unwrap_or(0) + NAME_MAX;
        Self { names: names.to_vec(), plain, known, longest, other: None, below_record: false }
    }
    /// Was there a header with other columns?
    pub const fn is_apart(&self) -> bool {
        self.other.is_some()
    }
    /// A record was read, or the first row is known to be one.
    pub const fn took(&mut self) {
        self.below_record = true;
    }
    /// Why a row is none of the records, in both languages. Rows are seen in their order; empty ones say nothing.
    pub fn aside(&mut self, row: u64, cells: &[String]) -> Option<String> {
        let why = self.see(row, cells).or_else(|| {
            let (zh, en) = why_here(cells, self.names.len(), !self.below_record)?;
            Some(format!("{zh} / {en}"))
        });
        self.below_record |= why.is_none();
        why
    }
    /// Why a row is not read: it is a header, or it stands below one whose columns are others.
    fn see(&mut self, row: u64, cells: &[String]) -> Option<String> {
        if is_header_again(cells, &self.names) {
            self.other = None;
            self.below_record = false;
            return Some("重复的表头 / the header again".to_owned());
        }
        if self.is_other(cells) {
            self.other = Some(row);
            return Some(
                "另一张表的表头，列和前面的不一样；它下面的行没有读，请分成两个文件（或两张工作表）导入 / the header of another table with other columns: rows below it are not read; split them into two files or sheets".to_owned(),
            );
        }
        let other = self.other.filter(|_| cells.iter().any(|c| !c.trim().is_empty()))?;
        Some(format!(
            "在第 {other} 行的另一张表里，列和前面的不一样，没有读；请分开导入 / in the other table that begins in row {other}: not read, import it apart"
        ))
    }
    /// Is this row a header with columns in another order, or with others beside them?
    fn is_other(&self, cells: &[String]) -> bool {
        let filled = || cells.iter().enumerate().map(|(i, c)| (i, c.trim())).filter(|(_, c)| !c.is_empty());
        // Most rows are records: their first cell is no name.
        let Some((_, first)) = filled().next() else { return false };
        let is_name = |t: &str| t.len() <= self.longest && self.known.contains(&header::name(t));
        if !is_name(first) && !filled().nth(1).is_some_and(|f| is_name(f.1)) {
            return false;
        }
        let (mut known, mut all) = (0, 0);
        let mut seen = HashSet::new();
        for (_, text) in filled() {
            let word = text.chars().count() <= NAME_MAX
                && text.parse::<f64>().is_err()
                && !crate::when::looks_like_time(text);
            if !word || !seen.insert(text) {
                return false;
            }
            all += 1;
            known += usize::from(is_name(text));
        }
        // The same columns with more beside them are read as they are.
        let in_place =
            filled().filter(|(i, t)| self.plain.get(*i).is_some_and(|n| *n == header::name(t))).count();
        known >= if is_name(first) { 2 } else { 3 }
            && known * 2 > all
            && in_place < self.known.len().min(known)
    }
}

/// Rows above a header that look like records of another table (表头之上的行), by their place: as many cells filled as in a
/// record, and different ones. Titles, dates and who fills the table in have fewer.
pub fn above(rows: &[Vec<String>], columns: usize) -> Vec<usize> {
    let is_record = |row: &Vec<String>| {
        let mut different: Vec<&str> = row.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
        different.sort_unstable();
        different.dedup();
        let labels = different
            .iter()
            .filter(|c| {
                c.ends_with([':', '：'])
                    || c.contains(['：', ':']) && !c.contains(|d: char| d.is_ascii_digit())
            })
            .count();
        different.len() >= 3 && different.len() * 2 > columns && labels * 2 < different.len()
    };
    (0..rows.len()).filter(|i| is_record(&rows[*i])).collect()
}

/// What is told of such a row.
pub const ABOVE: &str = "在表头之上，没有读；如是另一张表的记录，请分开导入 / above the header, not read: if it is a record of another table, import it apart";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_codes_are_no_footers() {
        let row = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        for text in [
            "盖章,B1,2024-03-05 10:00,乙,,,,,",
            "说明,B1,2024-03-05 11:00,,,,,,",
            "完,B1,2024-03-05 12:00,乙,,,,,",
            "提示,B1,2024-03-05,,,,,,",
        ] {
            assert_eq!(why(&row(text), 9), None, "{text}");
        }
        for text in ["盖章,,,,,,,,", "说明,本表一式两份,,,,,,,", "完,,,,,,,,"] {
            assert!(why(&row(text), 9).is_some(), "{text}");
        }
        // The numbers of the columns stand below the header, not among the records.
        let mut again = Again::new(&row("编号,标题,数量"));
        assert!(again.aside(2, &row("1,2,3")).is_some());
        assert_eq!(again.aside(3, &row("M1,积水,3")), None);
        assert_eq!(again.aside(4, &row("1,2,3")), None);
        assert!(again.aside(5, &row("编号,标题,数量")).is_some() && again.aside(6, &row("1,2,3")).is_some());
    }

    #[test]
    fn footers_are_told_from_records() {
        let row = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        for (text, columns) in [
            ("合计：1件,,共1件,", 4),
            ("填表人：张某,,审核人：李某,", 4),
            ("注：本表每月5日前报送,,本表一式两份,", 4),
            ("合计,,1件,,,,", 7),
            (",,小计,3,,,", 7),
            ("合 计,,12,,", 5),
            ("审核人:,,,", 4),
            ("备注1：甲,,,", 4),
            ("第1页 共3页,,,", 4),
            ("1,2,3,4", 4),
            ("（1）,（2）,（3）", 3),
            ("以下空白,,,", 4),
            ("单位负责人：甲,填表人：乙,,填报日期：2024-03-05,,", 6),
            ("甲类件,甲类件,甲类件", 3),
            ("Total,,3,,", 5),
            ("打印时间：2024-04-01,,,", 4),
            ("数据截止2024-03-31,,,", 4),
            ("截至日期：2024-03-31,,,", 4),
            ("填报单位（盖章）：,,,", 4),
            ("单位负责人（签字）：,,,", 4),
            ("共 3 条记录,,,", 4),
            ("总数,3,,", 4),
            ("平均,,2.3,", 4),
            ("注,1.按月报送,,", 4),
            ("※ 本表由系统自动生成,,,", 4),
            ("本表数据来源于热线平台,,,", 4),
            ("领导签字：,,日期：,", 4),
            ("Page 1 of 3,,,", 4),
            ("---,,,", 4),
            ("合计,3,12,45%", 4),
            ("A,B,C,D", 4),
            ("甲,乙,丙,丁", 4),
            ("甲,1,2,3", 4),
            ("甲,乙,1,2", 4),
            ("示例,路灯不亮,某路路灯不亮,2024-01-01", 4),
            ("（填写示例）,路灯不亮,某路路灯不亮,2024-01-01", 4),
        ] {
            assert!(why(&row(text), columns).is_some(), "{text}");
        }
        for (text, columns) in [
            ("1,积水,桥下积水很深,2024-03-17", 4),
            ("说明书看不懂,,,", 4),
            ("12,合计错误,账单合计错误,2024-03-17", 4),
            ("联系人张某反映,停水,停水两天,2024", 4),
            ("注册公司,注册公司要几天,,", 4),
            ("A1,受理,2024-03-05", 3),
            (",,,", 4),
            ("1,2,x,4", 4),
            ("总计算错了,,停水,", 4),
            ("合计,张某,合计算错了,2024-03-17", 4),
            ("共3户停水,停水,,", 4),
            ("日期写错了,停水,,", 4),
            ("单位不给办,停水,,", 4),
            ("A1,-,—,", 4),
            ("甲,积水,桥下积水,2024-03-17", 4),
            ("A,受理,2024-03-05", 3),
            ("例外情况,积水,桥下积水,2024-03-17", 4),
        ] {
            assert_eq!(why(&row(text), columns), None, "{text}");
        }
        let names = row("编号,标题,内容");
        assert!(
            is_header_again(&row("编号,标题,内容,"), &names) && !is_header_again(&row("编号,标题,"), &names)
        );
    }

    #[test]
    fn another_table_on_the_sheet_is_not_read_by_the_first_header() {
        let row = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let names = row("编号,标题,内容,来信人");
        for other in [
            "编号,内容,标题,来信人",
            "标题,编号,内容,来信人",
            "编号,内容,标题,来电人",
            "编号,内容,标题,来电人,联系电话",
            "序号,编号,标题,内容,来信人",
            "内容,标题",
            " 编 号 ,内容（必填）,标题,来信人",
        ] {
            let mut again = Again::new(&names);
            assert_eq!(again.see(2, &row("M1,积水,桥下积水,张某")), None, "{other}");
            assert!(again.see(3, &row(other)).is_some() && again.is_apart(), "{other}");
            assert!(again.see(4, &row("M2,井盖松动了,井盖,李某")).unwrap().contains("第 3 行"), "{other}");
            assert_eq!(again.see(5, &row(",,,")), None);
            assert!(again.see(6, &row("编号,标题,内容,来信人")).is_some());
            assert_eq!(again.see(7, &row("M3,灯,灯不亮,王某")), None, "{other}: the first header again");
        }
        for same in ["编号,标题,内容,来信人", "编号,标题,内容,来信人,办理人"] {
            let mut again = Again::new(&names);
            again.see(3, &row(same));
            assert_eq!(again.see(4, &row("M2,井盖,井盖松动了,李某")), None, "{same}");
        }
        for record in [
            "标题,内容看不懂,,",
            "1,标题,内容,",
            "编号,路灯的编号掉了,路灯,2024-01-01",
            "M1,内容,标题,李某",
            ",,,",
        ] {
            assert_eq!(Again::new(&names).see(3, &row(record)), None, "{record}");
        }
    }

    #[test]
    fn records_above_the_header_are_told_and_titles_are_not() {
        let rows =
            |text: &str| text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect::<Vec<_>>();
        assert_eq!(above(&rows("表一,,,\nX,甲乙,丙丁,\nM1,积水,桥下积水,张某\n二、来电,,,"), 4), [1, 2]);
        for title in [
            "登记表,登记表,登记表,登记表",
            "截至,2024-03-05,,",
            "填报单位：甲局,,,单位：件",
            "填报单位：,甲局,填报日期：,2024-03-05",
            ",,,",
        ] {
            assert_eq!(above(&rows(title), 4), Vec::<usize>::new(), "{title}");
        }
    }
}
