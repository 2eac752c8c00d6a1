//! What offices send: one table in every dress in which it comes. Whatever the dress, every door must read the same
//! rows out of it. Used by the tests of all doors.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{Format, Workbook, XlsxError};

#[path = "offices_books.rs"]
pub mod books;

/// How a table is dressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    Plain,
    Mark,
    Gbk,
    Utf16,
    Utf16Big,
    Utf16NoMark,
    CrOnly,
    CtrlZ,
    Nul,
    Semicolon,
    Tab,
    Pipe,
    Caret,
    SepLine,
    Guarded,
    Titles,
    TwoLines,
    Footers,
    HeaderAgain,
    NumberedColumns,
    Xlsx,
    XlsxTitles,
    XlsxTwoLines,
    XlsxHiddenFirst,
    XlsxInstructionsFirst,
    XlsxMergedDown,
    XlsxFooters,
    Ods,
    OdsHiddenFirst,
    Html,
    HtmlGbk,
    Xml2003,
    MixedRows,
    CrOnlyUtf16,
    Weak,
    Doubled,
    MoreFooters,
    HtmlUtf16,
    XlsxOffset,
    XlsxHiddenRow,
    XlsxSections,
    Xml2003Hidden,
}

pub const ALL: [Dress; 42] = [
    Dress::Plain,
    Dress::Mark,
    Dress::Gbk,
    Dress::Utf16,
    Dress::Utf16Big,
    Dress::Utf16NoMark,
    Dress::CrOnly,
    Dress::CtrlZ,
    Dress::Nul,
    Dress::Semicolon,
    Dress::Tab,
    Dress::Pipe,
    Dress::Caret,
    Dress::SepLine,
    Dress::Guarded,
    Dress::Titles,
    Dress::TwoLines,
    Dress::Footers,
    Dress::HeaderAgain,
    Dress::NumberedColumns,
    Dress::Xlsx,
    Dress::XlsxTitles,
    Dress::XlsxTwoLines,
    Dress::XlsxHiddenFirst,
    Dress::XlsxInstructionsFirst,
    Dress::XlsxMergedDown,
    Dress::XlsxFooters,
    Dress::Ods,
    Dress::OdsHiddenFirst,
    Dress::Html,
    Dress::HtmlGbk,
    Dress::Xml2003,
    Dress::MixedRows,
    Dress::CrOnlyUtf16,
    Dress::Weak,
    Dress::Doubled,
    Dress::MoreFooters,
    Dress::HtmlUtf16,
    Dress::XlsxOffset,
    Dress::XlsxHiddenRow,
    Dress::XlsxSections,
    Dress::Xml2003Hidden,
];

type Rows = Vec<Vec<String>>;

fn line(cells: &[&str], width: usize) -> Vec<String> {
    (0..width).map(|i| cells.get(i).copied().unwrap_or("").to_owned()).collect()
}

/// Two lines of header: the two last columns stand under one name.
fn two_lines(header: &[String]) -> Rows {
    let n = header.len();
    let mut top = header.to_vec();
    top[n - 2] = "其他信息".to_owned();
    top[n - 1].clear();
    let mut below = vec![String::new(); n];
    below[n - 2..].clone_from_slice(&header[n - 2..]);
    vec![top, below]
}

fn titles(width: usize) -> Rows {
    vec![line(&["某市办理情况汇总表"], width), line(&["导出时间：2024-04-01"], width)]
}
fn footers(width: usize) -> Rows {
    vec![
        line(&["合计：2件"], width),
        line(&["填表人：张某", "", "审核人：李某"], width),
        line(&["注：本表每月5日前报送"], width),
    ]
}

fn more_footers(width: usize) -> Rows {
    ["共 2 条", "截至日期：2024-03-31", "※ 本表由系统生成", "第1页 共1页", "——"]
        .map(|t| line(&[t], width))
        .to_vec()
}

fn csv(rows: &[Vec<String>], separator: char) -> String {
    let quote = |f: &String| {
        if f.contains([separator, '"', '\n']) { format!("\"{}\"", f.replace('"', "\"\"")) } else { f.clone() }
    };
    rows.iter()
        .map(|r| r.iter().map(quote).collect::<Vec<_>>().join(&separator.to_string()) + "\r\n")
        .collect()
}

fn utf16(text: &str, mark: &[u8], big: bool) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() });
    mark.iter().copied().chain(units).collect()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Sheets of a workbook: name, hidden, rows, merged ranges (first row, first column, last row, last column).
type SheetIn<'a> = (&'a str, bool, &'a [Vec<String>], Vec<[usize; 4]>);

fn xlsx(sheets: &[SheetIn<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for (name, hidden, rows, merged) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name)?;
        sheet.set_hidden(*hidden);
        if !hidden {
            sheet.set_active(true);
        }
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let covered = merged.iter().any(|m| (m[0]..=m[2]).contains(&r) && (m[1]..=m[3]).contains(&c));
                if !covered {
                    sheet.write_string(r as u32, c as u16, cell)?;
                }
            }
        }
        for m in merged {
            let text = &rows[m[0]][m[1]];
            sheet.merge_range(m[0] as u32, m[1] as u16, m[2] as u32, m[3] as u16, text, &Format::new())?;
        }
    }
    book.save_to_buffer()
}

/// The last row is hidden, as a filter leaves it.
fn hidden_row(rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in rows.iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            sheet.write_string(r as u32, c as u16, cell)?;
        }
    }
    sheet.set_row_hidden(rows.len() as u32 - 1)?;
    book.save_to_buffer()
}

/// Ranges of equal cells one below the other.
fn runs(rows: &[Vec<String>]) -> Vec<[usize; 4]> {
    let mut found = Vec::new();
    for c in 0..rows.first().map_or(0, Vec::len) {
        let mut r = 0;
        while r < rows.len() {
            let end = (r + 1..rows.len())
                .take_while(|n| rows[*n][c] == rows[r][c] && !rows[r][c].is_empty())
                .last();
            if let Some(end) = end {
                found.push([r, c, end, c]);
            }
            r = end.map_or(r, |e| e) + 1;
        }
    }
    found
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn html(rows: &[Vec<String>], charset: &str) -> String {
    let cell = |t: &String| {
        format!("<td style='mso-number-format:\"\\@\"'>{}</td>", escaped(t).replace('\n', "<br>"))
    };
    let row = |r: &Vec<String>| format!("<tr>{}</tr>\n", r.iter().map(cell).collect::<String>());
    format!(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset={charset}\"><style>td {{ a: b }}</style></head><body><table border=1>{}</table></body></html>",
        rows.iter().map(row).collect::<String>()
    )
}

fn xml_2003(rows: &[Vec<String>]) -> String {
    let cell = |(c, t): (usize, &String)| {
        if t.is_empty() {
            return String::new();
        }
        let text = escaped(t).replace('\n', "&#10;");
        format!("<Cell ss:Index=\"{}\"><Data ss:Type=\"String\">{text}</Data></Cell>", c + 1)
    };
    let row = |r: &Vec<String>| format!("<Row>{}</Row>", r.iter().enumerate().map(cell).collect::<String>());
    format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"S\"><Table>{}</Table></Worksheet></Workbook>",
        rows.iter().map(row).collect::<String>()
    )
}

fn ods(sheets: &[(&str, bool, &[Vec<String>])]) -> Vec<u8> {
    let cell = |t: &String| {
        if t.is_empty() {
            return "<table:table-cell/>".to_owned();
        }
        let lines: String = t.split('\n').map(|l| format!("<text:p>{}</text:p>", escaped(l))).collect();
        format!("<table:table-cell office:value-type=\"string\">{lines}</table:table-cell>")
    };
    let row = |r: &Vec<String>| {
        format!("<table:table-row>{}</table:table-row>", r.iter().map(cell).collect::<String>())
    };
    let sheet = |(name, hidden, rows): &(&str, bool, &[Vec<String>])| {
        let style = if *hidden { "gone" } else { "here" };
        format!(
            "<table:table table:name=\"{name}\" table:style-name=\"{style}\">{}<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row></table:table>",
            rows.iter().map(row).collect::<String>()
        )
    };
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:automatic-styles><style:style style:name=\"here\"><style:table-properties table:display=\"true\"/></style:style><style:style style:name=\"gone\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>",
        sheets.iter().map(sheet).collect::<String>()
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in
        [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// The bytes of a table in a dress.
pub fn dressed(dress: Dress, header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let n = header.len();
    let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
    let with = |before: Rows, after: Rows| -> Rows {
        before.into_iter().chain([header.clone()]).chain(rows.to_vec()).chain(after).collect()
    };
    let plain = with(Vec::new(), Vec::new());
    let two: Rows = two_lines(&header).into_iter().chain(rows.to_vec()).collect();
    let text = csv(&plain, ',');
    let sheet = |rows: &[Vec<String>], merged| xlsx(&[("登记", false, rows, merged)]);
    let other = vec![line(&["填表说明"], n), line(&["1. 每行一件"], n)];
    let book = match dress {
        Dress::Plain => return text.into_bytes(),
        Dress::Mark => return format!("\u{feff}{text}").into_bytes(),
        Dress::Gbk => return gbk(&text),
        Dress::Utf16 => return utf16(&text, b"\xff\xfe", false),
        Dress::Utf16Big => return utf16(&text, b"\xfe\xff", true),
        Dress::Utf16NoMark => return utf16(&text, b"", false),
        Dress::CrOnly => return text.replace("\r\n", "\r").into_bytes(),
        Dress::CtrlZ => return format!("{text}\u{1a}").into_bytes(),
        Dress::Nul => return text.replacen("\r\n", "\0\r\n", 1).into_bytes(),
        Dress::Semicolon => return csv(&plain, ';').into_bytes(),
        Dress::Tab => return csv(&plain, '\t').into_bytes(),
        Dress::Pipe => return csv(&plain, '|').into_bytes(),
        Dress::Caret => return csv(&plain, '^').into_bytes(),
        Dress::SepLine => return format!("sep=!\r\n{}", csv(&plain, '!')).into_bytes(),
        Dress::Guarded => {
            // A quote inside is doubled once for the formula and once for the CSV.
            let guard = |f: &String| match f.as_str() {
                "" => String::new(),
                f => format!("\"=\"\"{}\"\"\"", f.replace('"', "\"\"\"\"")),
            };
            let one = |r: &Vec<String>| r.iter().map(guard).collect::<Vec<_>>().join(",") + "\r\n";
            return (csv(std::slice::from_ref(&header), ',') + &rows.iter().map(one).collect::<String>())
                .into_bytes();
        }
        Dress::Titles => return csv(&with(titles(n), Vec::new()), ',').into_bytes(),
        Dress::TwoLines => return csv(&two, ',').into_bytes(),
        Dress::Footers => return csv(&with(Vec::new(), footers(n)), ',').into_bytes(),
        Dress::HeaderAgain => return csv(&with(Vec::new(), vec![header.clone()]), ',').into_bytes(),
        Dress::NumberedColumns => {
            let numbers: Vec<String> = (1..=n).map(|i| i.to_string()).collect();
            let rows: Rows = [header.clone(), numbers].into_iter().chain(rows.to_vec()).collect();
            return csv(&rows, ',').into_bytes();
        }
        Dress::MixedRows => {
            let one = |(i, r): (usize, &Vec<String>)| match csv(std::slice::from_ref(r), ',') {
                line if i % 2 == 1 => gbk(&line),
                line => line.into_bytes(),
            };
            return plain.iter().enumerate().flat_map(one).collect();
        }
        Dress::CrOnlyUtf16 => return utf16(&text.replace("\r\n", "\r"), b"\xff\xfe", false),
        Dress::Weak => return csv(&plain, '#').into_bytes(),
        Dress::Doubled => return csv(&plain, '|').replace('|', "||").into_bytes(),
        Dress::MoreFooters => return csv(&with(Vec::new(), more_footers(n)), ',').into_bytes(),
        Dress::HtmlUtf16 => return utf16(&html(&plain, "utf-16"), b"\xff\xfe", false),
        Dress::Xml2003Hidden => {
            let hidden = xml_2003(&plain[..2]).replace(
                "</Table>",
                "</Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>",
            );
            let first = hidden.replace("ss:Name=\"S\"", "ss:Name=\"旧\"").replace("</Workbook>", "");
            let second = xml_2003(&plain);
            let at = second.find("<Worksheet").unwrap_or_default();
            return (first + &second[at..]).into_bytes();
        }
        Dress::Html => return html(&plain, "utf-8").into_bytes(),
        Dress::HtmlGbk => return gbk(&html(&plain, "gb2312")),
        Dress::Xml2003 => return xml_2003(&plain).into_bytes(),
        Dress::Ods => return ods(&[("登记", false, &plain)]),
        Dress::OdsHiddenFirst => return ods(&[("旧", true, &plain[..2]), ("登记", false, &plain)]),
        Dress::Xlsx => sheet(&plain, Vec::new()),
        Dress::XlsxTitles => sheet(&with(titles(n), Vec::new()), vec![[0, 0, 0, n - 1]]),
        Dress::XlsxTwoLines => {
            let down = (0..n - 2).map(|c| [0, c, 1, c]);
            sheet(&two, down.chain([[0, n - 2, 0, n - 1]]).collect())
        }
        Dress::XlsxHiddenFirst => {
            xlsx(&[("旧数据", true, &plain[..2], vec![]), ("登记", false, &plain, vec![])])
        }
        Dress::XlsxInstructionsFirst => {
            xlsx(&[("说明", false, &other, vec![]), ("登记", false, &plain, vec![])])
        }
        Dress::XlsxMergedDown => {
            let merged = runs(rows).into_iter().map(|[a, b, c, d]| [a + 1, b, c + 1, d]).collect();
            sheet(&plain, merged)
        }
        // The table stands in the middle of the sheet.
        Dress::XlsxOffset => {
            let moved =
                |r: &Vec<String>| [String::new(), String::new()].into_iter().chain(r.clone()).collect();
            let rows: Rows =
                [line(&[], n + 2), line(&[], n + 2)].into_iter().chain(plain.iter().map(moved)).collect();
            sheet(&rows, Vec::new())
        }
        Dress::XlsxHiddenRow => hidden_row(&plain),
        // A heading merged over the row stands between the records.
        Dress::XlsxSections => {
            let mut all = plain.clone();
            all.insert(1, line(&["一、城区"], n));
            sheet(&all, vec![[1, 0, 1, n - 1]])
        }
        Dress::XlsxFooters => sheet(&with(Vec::new(), footers(n)), Vec::new()),
    };
    book.expect("a workbook")
}
