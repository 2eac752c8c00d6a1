//! Any sheet, written in any format that can be written here, reads back as the same rows: our own workbooks, our own
//! file of rows set aside, and the formats in which offices save.

use std::io::Cursor;

use paper::sheet::{Limits, read_sheets, write_book};
use proptest::prelude::*;
use tabular::told::AsideTable;

use super::offices::books::{Book, Format, Trouble};
use super::offices::{Dress, dressed};

/// Formats that hold any text in any cell, with line breaks where they can.
const DRESSES: [Dress; 11] = [
    Dress::Mark,
    Dress::Gbk,
    Dress::Utf16,
    Dress::Utf16Big,
    Dress::Semicolon,
    Dress::Tab,
    Dress::Xlsx,
    Dress::Ods,
    Dress::Html,
    Dress::HtmlUtf16,
    Dress::Xml2003,
];

/// A cell as people write it: words, punctuation of every separator, quotes, line breaks inside; white space at its ends
/// and guards are taken off by every reader, so it has none.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[甲-癸桥水电路街道]{1,12}",
        2 => "[a-z桥水][a-z0-9,;|，；。！\"<>&桥水 ]{0,14}[a-z水]",
        1 => "[甲-癸]{1,4}\n[甲-癸]{1,4}",
        1 => Just(String::new()),
        1 => "[1-9][0-9]{0,5}",
        1 => "0[0-9]{3,17}",
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (3usize..6).prop_flat_map(|width| {
        let row = proptest::collection::vec(cell(), width).prop_map(|mut row| {
            // A row with nothing in it is none.
            row[0] = format!("行{}", row[0].replace('\n', ""));
            row
        });
        proptest::collection::vec(row, 1..8)
    })
}

/// Rows without empty cells at their ends, and without empty rows at the end, which no format keeps.
fn plain(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = rows
        .iter()
        .map(|r| r[..r.iter().rposition(|c| !c.is_empty()).map_or(0, |i| i + 1)].to_vec())
        .collect();
    out.truncate(out.iter().rposition(|r| !r.is_empty()).map_or(0, |i| i + 1));
    out
}

fn read(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let (_, sheets) = read_sheets(Cursor::new(bytes), &Limits::default()).expect("reads what was written");
    assert!(sheets[0].faults.is_empty(), "{:?}", sheets[0].faults);
    plain(&sheets[0].rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_comes_back_from_every_format(rows in table()) {
        let header: Vec<String> = (0..rows[0].len()).map(|i| format!("列名{}", i + 1)).collect();
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let whole = plain(&[vec![header.clone()], rows.clone()].concat());
        for dress in DRESSES {
            prop_assert_eq!(read(dressed(dress, &names, &rows)), whole.clone(), "{:?}", dress);
        }
        for format in [Format::Xls, Format::Xlsb, Format::Ods, Format::Xml2003] {
            let bytes = Book(format, Trouble::None).bytes(&names, &rows);
            prop_assert_eq!(read(bytes), whole.clone(), "{:?}", format);
        }
        let book = write_book([("表".to_owned(), whole.clone())]).unwrap();
        prop_assert_eq!(read(book), whole.clone(), "our own workbook");
        let aside = AsideTable {
            sheet: "未收".into(),
            header,
            rows: rows.iter().enumerate().map(|(i, r)| (i as u64 + 2, r.clone(), "原因".to_owned())).collect(),
        };
        let lines = aside.lines();
        prop_assert_eq!(read(aside.csv().into_bytes()), plain(&lines), "the file of rows set aside");
        prop_assert_eq!(read(write_book([("未收".to_owned(), lines.clone())]).unwrap()), plain(&lines));
    }
}
