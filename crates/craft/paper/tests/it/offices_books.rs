//! The same trouble in every kind of workbook: formats × kinds of trouble. What a door reads out of one it must read out of all.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{Format as Look, Workbook, XlsxError};

#[path = "offices_binary.rs"]
mod binary;

use binary::Sheet;

/// A kind of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Ods,
    Xls,
    Xlsb,
    Html,
    Xml2003,
}

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    HiddenFirst,
    InstructionsFirst,
    MergedDown,
    Titles,
    TwoLines,
    Footers,
    HiddenRow,
    Offset,
    Sections,
    HeaderAgain,
    NumberedColumns,
    From1904,
}

const FORMATS: [Format; 6] =
    [Format::Xlsx, Format::Ods, Format::Xls, Format::Xlsb, Format::Html, Format::Xml2003];
const TROUBLES: [Trouble; 13] = [
    Trouble::None,
    Trouble::HiddenFirst,
    Trouble::InstructionsFirst,
    Trouble::MergedDown,
    Trouble::Titles,
    Trouble::TwoLines,
    Trouble::Footers,
    Trouble::HiddenRow,
    Trouble::Offset,
    Trouble::Sections,
    Trouble::HeaderAgain,
    Trouble::NumberedColumns,
    Trouble::From1904,
];

/// A workbook in trouble, and what a reader must tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Book(pub Format, pub Trouble);

type Rows = Vec<Vec<String>>;

fn line(cells: &[&str], width: usize) -> Vec<String> {
    (0..width).map(|i| cells.get(i).copied().unwrap_or("").to_owned()).collect()
}

impl Book {
    /// Every format in every trouble; a web page has no sheets that could be hidden, and days are counted from 1904 only
    /// where they are numbers.
    pub fn all() -> Vec<Self> {
        let of = |f: Format| TROUBLES.map(|t| Self(f, t));
        let all = FORMATS.into_iter().flat_map(of);
        let is = |b: &Self| match b.1 {
            Trouble::HiddenFirst => b.0 != Format::Html,
            Trouble::From1904 => matches!(b.0, Format::Xls | Format::Xlsb),
            _ => true,
        };
        all.filter(is).collect()
    }
    /// Rows of the header.
    pub fn header_rows(self) -> &'static [u64] {
        match self.1 {
            Trouble::Titles | Trouble::Offset => &[3],
            Trouble::TwoLines => &[1, 2],
            _ => &[1],
        }
    }
    /// Rows that are no records.
    pub fn aside(self) -> usize {
        match self.1 {
            Trouble::Footers => 3,
            Trouble::Sections | Trouble::HeaderAgain | Trouble::NumberedColumns => 1,
            _ => 0,
        }
    }
    /// Sheets that are not read.
    pub fn others(self) -> usize {
        usize::from(matches!(self.1, Trouble::HiddenFirst | Trouble::InstructionsFirst))
    }
    /// Rows that are hidden and read.
    pub fn hidden_rows(self) -> u64 {
        u64::from(self.1 == Trouble::HiddenRow)
    }

    /// Its bytes; a cell `=1.5` is a number with the look of a time, `=#23` an error.
    pub fn bytes(self, header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
        let n = header.len();
        let header = line(header, n);
        let with = |before: Rows, after: Rows| -> Rows {
            before.into_iter().chain([header.clone()]).chain(rows.to_vec()).chain(after).collect()
        };
        let plain = with(Vec::new(), Vec::new());
        let (mut main, mut merged, mut hidden_rows, mut other) =
            (plain.clone(), Vec::new(), Vec::new(), None::<(&str, bool, Rows)>);
        match self.1 {
            Trouble::None | Trouble::From1904 => {}
            Trouble::HiddenFirst => other = Some(("旧数据", true, plain[..2].to_vec())),
            Trouble::InstructionsFirst => {
                other = Some(("说明", false, vec![line(&["填表说明"], n), line(&["1. 每行一件"], n)]));
            }
            Trouble::MergedDown => merged = runs(rows),
            Trouble::Titles => {
                main = with(
                    vec![line(&["某市办理情况汇总表"], n), line(&["导出时间：2024-04-01"], n)],
                    Vec::new(),
                );
                merged = vec![[0, 0, 0, n - 1]];
            }
            Trouble::TwoLines => {
                let (mut top, mut below) = (header.clone(), vec![String::new(); n]);
                top[n - 2] = "其他信息".to_owned();
                top[n - 1].clear();
                below[n - 2..].clone_from_slice(&header[n - 2..]);
                main = [top, below].into_iter().chain(rows.to_vec()).collect();
                merged = (0..n - 2).map(|c| [0, c, 1, c]).chain([[0, n - 2, 0, n - 1]]).collect();
            }
            Trouble::Footers => {
                let after = [
                    ["合计：2件", "", ""],
                    ["填表人：张某", "", "审核人：李某"],
                    ["注：本表每月5日前报送", "", ""],
                ];
                main = with(Vec::new(), after.map(|r| line(&r, n)).to_vec());
            }
            Trouble::HiddenRow => hidden_rows = vec![plain.len() - 1],
            Trouble::Offset => {
                let moved =
                    |r: &Vec<String>| [String::new(), String::new()].into_iter().chain(r.clone()).collect();
                main =
                    [line(&[], n + 2), line(&[], n + 2)].into_iter().chain(plain.iter().map(moved)).collect();
            }
            Trouble::Sections => {
                main.insert(1, line(&["一、城区"], n));
                merged = vec![[1, 0, 1, n - 1]];
            }
            Trouble::HeaderAgain => main = with(Vec::new(), vec![header.clone()]),
            Trouble::NumberedColumns => main.insert(1, (1..=n).map(|i| i.to_string()).collect()),
        }
        let mut sheets = Vec::new();
        if let Some((name, hidden, rows)) = &other {
            sheets.push(Sheet { name, hidden: *hidden, rows, merged: &[], hidden_rows: &[] });
        }
        sheets.push(Sheet {
            name: "登记",
            hidden: false,
            rows: &main,
            merged: &merged,
            hidden_rows: &hidden_rows,
        });
        written(self.0, &sheets, self.1 == Trouble::From1904)
    }
}

fn written(format: Format, sheets: &[Sheet<'_>], is_1904: bool) -> Vec<u8> {
    match format {
        Format::Xlsx => xlsx(sheets).expect("a workbook"),
        Format::Xls => binary::xls(sheets, is_1904),
        Format::Xlsb => binary::xlsb(sheets, is_1904),
        Format::Ods => ods(sheets),
        Format::Html => html(sheets).into_bytes(),
        Format::Xml2003 => xml_2003(sheets).into_bytes(),
    }
}

/// Ranges of equal cells one below the other, in rows below a header.
fn runs(rows: &[Vec<String>]) -> Vec<[usize; 4]> {
    let mut found = Vec::new();
    for c in 0..rows.first().map_or(0, Vec::len) {
        let mut r = 0;
        while r < rows.len() {
            let same = |n: &usize| rows[*n][c] == rows[r][c] && !rows[r][c].is_empty();
            let end = (r + 1..rows.len()).take_while(same).last();
            if let Some(end) = end {
                found.push([r + 1, c, end + 1, c]);
            }
            r = end.unwrap_or(r) + 1;
        }
    }
    found
}

/// The range that begins in a cell, and whether a cell lies in one that began before it.
fn range<'a>(sheet: &'a Sheet<'_>, r: usize, c: usize) -> (Option<&'a [usize; 4]>, bool) {
    let inside = |m: &&[usize; 4]| (m[0]..=m[2]).contains(&r) && (m[1]..=m[3]).contains(&c);
    let found = sheet.merged.iter().find(inside);
    (found.filter(|m| (m[0], m[1]) == (r, c)), found.is_some_and(|m| (m[0], m[1]) != (r, c)))
}

fn xlsx(sheets: &[Sheet<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for s in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(s.name)?;
        sheet.set_hidden(s.hidden);
        if !s.hidden {
            sheet.set_active(true);
        }
        for (r, row) in s.rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                if range(s, r, c) == (None, false) {
                    sheet.write_string(r as u32, c as u16, cell)?;
                }
            }
        }
        for m in s.merged {
            let text = &s.rows[m[0]][m[1]];
            sheet.merge_range(m[0] as u32, m[1] as u16, m[2] as u32, m[3] as u16, text, &Look::new())?;
        }
        for r in s.hidden_rows {
            sheet.set_row_hidden(*r as u32)?;
        }
    }
    book.save_to_buffer()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The code of an error of a binary workbook as other formats spell it.
fn error(text: &str) -> Option<&'static str> {
    Some(match text.strip_prefix("=#")? {
        "7" => "#DIV/0!",
        "15" => "#VALUE!",
        "23" => "#REF!",
        "29" => "#NAME?",
        _ => "#N/A",
    })
}

fn html(sheets: &[Sheet<'_>]) -> String {
    let table = |s: &Sheet<'_>| {
        let cell = |r: usize, c: usize, t: &String| match range(s, r, c) {
            (_, true) => String::new(),
            (m, _) => {
                let spans = m.map_or(String::new(), |m| {
                    format!(" colspan={} rowspan={}", m[3] - m[1] + 1, m[2] - m[0] + 1)
                });
                let text = error(t).map_or_else(|| escaped(t).replace('\n', "<br>"), str::to_owned);
                format!("<td{spans} style='mso-number-format:\"\\@\"'>{text}</td>")
            }
        };
        let row = |(r, row): (usize, &Vec<String>)| {
            let hidden = if s.hidden_rows.contains(&r) { " style='display:none'" } else { "" };
            let cells: String = row.iter().enumerate().map(|(c, t)| cell(r, c, t)).collect();
            format!("<tr height=19{hidden}>{cells}</tr>\n")
        };
        format!("<table border=1>{}</table>\n", s.rows.iter().enumerate().map(row).collect::<String>())
    };
    let tables: String = sheets.iter().map(table).collect();
    format!(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>{tables}</body></html>"
    )
}

fn xml_2003(sheets: &[Sheet<'_>]) -> String {
    let sheet = |s: &Sheet<'_>| {
        let cell = |r: usize, c: usize, t: &String| match range(s, r, c) {
            (_, true) => String::new(),
            (m, _) => {
                let spans = m.map_or(String::new(), |m| {
                    format!(" ss:MergeAcross=\"{}\" ss:MergeDown=\"{}\"", m[3] - m[1], m[2] - m[0])
                });
                let data = match (t.as_str(), error(t)) {
                    ("", _) if m.is_none() => return String::new(),
                    (_, Some(e)) => format!("<Data ss:Type=\"Error\">{e}</Data>"),
                    (t, _) => {
                        format!("<Data ss:Type=\"String\">{}</Data>", escaped(t).replace('\n', "&#10;"))
                    }
                };
                format!("<Cell ss:Index=\"{}\"{spans}>{data}</Cell>", c + 1)
            }
        };
        let row = |(r, row): (usize, &Vec<String>)| {
            let hidden = if s.hidden_rows.contains(&r) { " ss:Hidden=\"1\"" } else { "" };
            let cells: String = row.iter().enumerate().map(|(c, t)| cell(r, c, t)).collect();
            format!("<Row ss:Index=\"{}\"{hidden}>{cells}</Row>", r + 1)
        };
        let rows: String = s.rows.iter().enumerate().map(row).collect();
        let seen = if s.hidden { "<Visible>SheetHidden</Visible>" } else { "" };
        format!(
            "<Worksheet ss:Name=\"{}\"><Table>{rows}</Table><WorksheetOptions>{seen}</WorksheetOptions></Worksheet>",
            s.name
        )
    };
    let sheets: String = sheets.iter().map(sheet).collect();
    format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">{sheets}</Workbook>"
    )
}

fn ods(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let sheet = |s: &Sheet<'_>| {
        let cell = |r: usize, c: usize, t: &String| match range(s, r, c) {
            (_, true) => "<table:covered-table-cell/>".to_owned(),
            (m, _) => {
                let spans = m.map_or(String::new(), |m| {
                    format!(
                        " table:number-columns-spanned=\"{}\" table:number-rows-spanned=\"{}\"",
                        m[3] - m[1] + 1,
                        m[2] - m[0] + 1
                    )
                });
                match (t.as_str(), error(t)) {
                    ("", _) => format!("<table:table-cell{spans}/>"),
                    (_, Some(e)) => format!(
                        "<table:table-cell{spans} table:formula=\"of:=x\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"><text:p>{e}</text:p></table:table-cell>"
                    ),
                    (t, _) => {
                        let lines: String =
                            t.split('\n').map(|l| format!("<text:p>{}</text:p>", escaped(l))).collect();
                        format!(
                            "<table:table-cell{spans} office:value-type=\"string\">{lines}</table:table-cell>"
                        )
                    }
                }
            }
        };
        let row = |(r, row): (usize, &Vec<String>)| {
            let hidden = if s.hidden_rows.contains(&r) { " table:visibility=\"collapse\"" } else { "" };
            let cells: String = row.iter().enumerate().map(|(c, t)| cell(r, c, t)).collect();
            format!("<table:table-row{hidden}>{cells}</table:table-row>")
        };
        let style = if s.hidden { "gone" } else { "here" };
        let rows: String = s.rows.iter().enumerate().map(row).collect();
        format!("<table:table table:name=\"{}\" table:style-name=\"{style}\">{rows}</table:table>", s.name)
    };
    let sheets: String = sheets.iter().map(sheet).collect();
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:automatic-styles><style:style style:name=\"here\"><style:table-properties table:display=\"true\"/></style:style><style:style style:name=\"gone\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in
        [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_str())]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}
