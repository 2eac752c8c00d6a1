//! 预览: what a file would be read as, as its page shows it, and how what a person chose there is read back.

use imports::{How, Part, Preview};
use tabular::DateOrder;
use tabular::records::AskedColumn;
use web_kit::{Fields, Opt, opt, said};

use crate::Page;
use crate::bring::pick;

/// Rows set aside that are shown one by one.
pub(crate) const ASIDE_SHOWN: usize = 50;
/// A column that a door was told not to read.
const IGNORED: &str = "ignore";

/// One column.
pub(crate) struct ColumnView {
    /// its number in the form
    pub n: usize,
    pub name: String,
    pub samples: String,
    /// what it was taken for when the page was made
    pub was: String,
    pub likely: String,
    pub fields: Vec<Opt>,
}

/// One table.
pub(crate) struct PartView {
    pub sheet: String,
    pub lines: Vec<String>,
    pub columns: Vec<ColumnView>,
    pub values: Vec<(String, String, u64, String)>,
    pub aside: Vec<(u64, String)>,
    pub aside_more: u64,
}

/// A sentence of both languages in that of the reader.
pub(crate) fn half(p: &Page, text: &str) -> String {
    said(p.lang, &kernel::Said::of_both(text))
}

/// A word of a field in the language of the reader; as it stands where it is none.
fn word_of(p: &Page, part: &Part, word: &str) -> String {
    let found = part.fields.iter().find(|f| f.word == word);
    found.map_or_else(|| word.to_owned(), |f| pick(p, (&f.said.0, &f.said.1)).to_owned())
}

/// One table of a preview.
pub(crate) fn part(p: &Page, part: &Part, first: usize) -> PartView {
    let told = &part.told;
    let columns = told.seen.iter().enumerate().map(|(i, c)| {
        let was = c.field.clone().filter(|f| f != IGNORED).unwrap_or_default();
        let mut fields = vec![opt("", p.t.not_used, &was)];
        fields.extend(part.fields.iter().map(|f| opt(&f.word, pick(p, (&f.said.0, &f.said.1)), &was)));
        ColumnView {
            n: first + i,
            name: c.name.clone(),
            samples: c.samples.join(p.t.list_comma),
            likely: c
                .likely
                .as_deref()
                .map_or_else(String::new, |l| p.t.likely.replace("{likely}", &word_of(p, part, l))),
            was,
            fields,
        }
    });
    let values = told.values_unknown.iter();
    PartView {
        sheet: told.sheet.clone().unwrap_or_default(),
        columns: columns.collect(),
        values: values.map(|v| (v.column.clone(), v.value.clone(), v.count, half(p, &v.taken_as))).collect(),
        aside: told.set_aside.iter().take(ASIDE_SHOWN).map(|a| (a.row, half(p, &a.reason))).collect(),
        aside_more: told.set_aside_count.saturating_sub(ASIDE_SHOWN.min(told.set_aside.len()) as u64),
        lines: lines(p, told),
    }
}

/// How a table was read, in sentences, without what stands in tables of its own.
fn lines(p: &Page, told: &tabular::Told) -> Vec<String> {
    let plain = tabular::Told { columns_unused: Vec::new(), values_unknown: Vec::new(), ..told.clone() };
    plain.said(p.lang == web_kit::Lang::Zh)
}

/// The sheets of a file to choose from; none where there is only one.
pub(crate) fn sheets(p: &Page, seen: &Preview, how: &How) -> Vec<Opt> {
    let Some(told) = seen.parts.first().map(|p| &p.told) else { return Vec::new() };
    let chosen = how.asked.sheet.clone().unwrap_or_default();
    let Some(read) = told.sheet.as_deref().filter(|_| !told.sheets_other.is_empty()) else {
        return Vec::new();
    };
    let mut all = vec![opt("", p.t.sheet_auto, &chosen), opt(read, read, &chosen)];
    all.extend(told.sheets_other.iter().map(|s| {
        let hidden = if s.hidden { p.t.sheet_hidden } else { "" };
        opt(&s.name, &format!("{}{hidden}", s.name), &chosen)
    }));
    all
}

/// The orders of dates to choose from.
pub(crate) fn orders(p: &Page, how: &How) -> Vec<Opt> {
    let chosen = how.asked.date_order.map_or("", DateOrder::word);
    [("", p.t.order_auto), ("dmy", p.t.order_dmy), ("mdy", p.t.order_mdy), ("ymd", p.t.order_ymd)]
        .map(|(value, label)| opt(value, label, chosen))
        .into()
}

/// Columns of one file at most, as the form names them.
const COLUMNS_MAX: usize = 2_000;

/// What a person chose, on top of what was said before. Another sheet has other columns.
pub(crate) fn how_of(before: &How, fields: &Fields) -> How {
    let mut how = before.clone();
    let sheet = fields.opt("sheet");
    if fields.0.iter().any(|(n, _)| n == "sheet") && sheet != how.asked.sheet {
        how.asked.sheet = sheet;
        how.asked.columns.clear();
        how.template = None;
    } else {
        for n in 0..COLUMNS_MAX {
            let Some(column) = fields.0.iter().find(|(name, _)| *name == format!("n{n}")) else { break };
            let (was, now) = (fields.get(&format!("w{n}")), fields.get(&format!("c{n}")));
            if was == now {
                continue;
            }
            let (sheet, column) = (fields.get(&format!("s{n}")).to_owned(), column.1.clone());
            how.asked.columns.retain(|c| !(c.sheet == sheet && c.column == column));
            how.asked.columns.push(AskedColumn { sheet, column, field: now.to_owned() });
        }
    }
    how.asked.date_order = fields.opt("order").and_then(|o| o.parse().ok());
    for (name, value) in &fields.0 {
        if let Some(word) = name.strip_prefix("q.") {
            how.answers.insert(word.chars().take(40).collect(), value.chars().take(200).collect());
        }
    }
    how
}
