//! Files as they come: encodings, titles above the header, mixed dates, hostile ones.

#[path = "it/doors.rs"]
mod doors;
#[path = "it/invented.rs"]
mod invented;
#[path = "it/ofd.rs"]
mod ofd;
#[path = "it/offices.rs"]
mod offices;
#[path = "it/written.rs"]
mod written;

use std::io::{Cursor, Write};

use paper::sheet::intake::{self, Field, IntakeRow, Mapping, RowRejected};
use paper::sheet::{Book, Cell, Column, Encoding, Kind, Limits, SheetError, Table, Value, write_xlsx};

fn open(bytes: &[u8]) -> Result<Book<Cursor<&[u8]>>, SheetError> {
    Book::open(Cursor::new(bytes), Limits::default())
}
fn take(bytes: &[u8], maps: &[&str]) -> Result<Vec<Result<IntakeRow, RowRejected>>, SheetError> {
    let mut book = open(bytes)?;
    intake::read(&mut book, &Mapping::parse(maps)?)?.collect()
}
fn at(s: &str) -> Option<kernel::Moment> {
    Some(s.parse().unwrap_or_else(|e| panic!("{e}")))
}

const LETTERS: &str = "市长信箱留言汇总,,,,\n截至 2026 年 9 月,,,,\n\
留言编号,留言 主题(必填),留言时间,留言详情,点赞数,备注\n\
17,路灯不亮,2019/1/6 12:09:38,\"第一行\r\n第二行\t续\n\n\",３,急\n\
18,停水,昨天,没有水,0,\n\
留言编号,留言 主题(必填),留言时间,留言详情,点赞数,备注\n\
,,,,,\n\
19,,2019年1月7日,,1,\n\
20,噪音,,夜里施工,-1,\n\
21,公交,43471,\"太少,\"\"很\"\"少\",12,\n";

fn check_letters(bytes: &[u8]) {
    let rows = take(bytes, &[]).expect("reads");
    assert_eq!(rows.len(), 5);
    let first = rows[0].as_ref().expect("taken");
    assert_eq!((first.row, first.source_id.as_deref(), first.title.as_str()), (4, Some("17"), "路灯不亮"));
    assert_eq!(first.body, "第一行\n第二行\t续");
    assert_eq!((first.at, first.support), (at("2019-01-06 12:09:38"), Some(3)));
    assert_eq!(first.extra, [("备注".to_owned(), "急".to_owned())]);
    let rejected: Vec<_> = rows.iter().filter_map(|r| r.as_ref().err()).map(|r| (r.row, r.field)).collect();
    assert_eq!(
        rejected,
        [
            (5, Some(Field::Time)),
            (8, None),
            (9, Some(Field::Against).filter(|_| false).or(Some(Field::Support)))
        ]
    );
    let last = rows[4].as_ref().expect("taken");
    assert_eq!((last.row, last.at, last.body.as_str()), (10, at("2019-01-06"), "太少,\"很\"少"));
}

#[test]
fn a_csv_reads_the_same_in_every_encoding_and_with_every_mark() {
    check_letters(LETTERS.as_bytes());
    check_letters(format!("\u{feff}{LETTERS}").as_bytes());
    let (gbk, _, lossy) = encoding_rs::GBK.encode(LETTERS);
    assert!(!lossy);
    assert_eq!(open(&gbk).expect("opens").encoding(), Some(Encoding::Gb18030));
    check_letters(&gbk);
    // GB18030 characters outside GBK (four bytes)
    let rare = LETTERS.replace("急", "㐀𠀀");
    let (gb, _, _) = encoding_rs::GB18030.encode(&rare);
    let rows = take(&gb, &[]).expect("reads");
    assert_eq!(rows[0].as_ref().expect("taken").extra[0].1, "㐀𠀀");
    for mark in ["\t", ";"] {
        let other = "标题,内容,时间\n甲,乙,2020-01-01\n".replace(',', mark);
        assert_eq!(take(other.as_bytes(), &[]).expect("reads")[0].as_ref().expect("taken").body, "乙");
    }
}

#[test]
fn the_encoding_is_found_where_the_first_foreign_character_comes_late() {
    let mut text = String::from("id,title,body\n");
    for i in 0..60_000 {
        text.push_str(&format!("{i},plain,ascii only\n"));
    }
    text.push_str("60000,末,中文\n");
    for bytes in [text.as_bytes().to_vec(), encoding_rs::GBK.encode(&text).0.into_owned()] {
        let rows = take(&bytes, &[]).expect("reads");
        assert_eq!(rows.len(), 60_001);
        assert_eq!(rows[60_000].as_ref().expect("taken").body, "中文");
    }
    // A UTF-8 character that lies across the chunks in which the file is looked at.
    for pad in 0..4 {
        let text = format!("title,body\nx,{}{}\n", "a".repeat(262_100 + pad), "中".repeat(40_000));
        let limits = Limits { cell_chars: 400_000, ..Limits::default() };
        let book = Book::open(Cursor::new(text.as_bytes()), limits).expect("opens");
        assert_eq!(book.encoding(), Some(Encoding::Utf8));
    }
}

#[test]
fn columns_are_named_by_the_user_when_nobody_can_guess_them() {
    let csv = "来信,何时,标题,谁\n没有水,2020-01-01,停水,甲\n";
    let rows = take(csv.as_bytes(), &["来信=body", "何时=time", "谁=ignore"]).expect("reads");
    let row = rows[0].as_ref().expect("taken");
    assert_eq!((row.body.as_str(), row.at, row.extra.len()), ("没有水", at("2020-01-01"), 0));
    assert!(matches!(take(csv.as_bytes(), &["没有=body", "何时=time"]), Err(SheetError::NoSuchColumn(_))));
    assert!(matches!(take(b"a,b\n1,2\n", &[]), Err(SheetError::NoHeader(_))));
    // A named column wins over a guessed one, which then is an extra.
    let rows = take("标题,内容,诉求\n停水,旧,新\n".as_bytes(), &["诉求=body"]).expect("reads");
    let row = rows[0].as_ref().expect("taken");
    assert_eq!((row.body.as_str(), row.extra[0].1.as_str()), ("新", "旧"));
}

fn table() -> Table {
    let column = |name: &str, kind| Column { name: name.into(), kind, width: 20.0 };
    Table {
        sheet: "件[2026]/导出".into(),
        title: "=未办结的件;单位:住建局;截至 2026-09-24".into(),
        columns: vec![
            column("编号", Kind::Integer),
            column("标题", Kind::Text),
            column("内容", Kind::Text),
            column("时间", Kind::DateTime),
            column("期限", Kind::Date),
            column("比例", Kind::Percent),
        ],
    }
}

#[test]
fn what_is_written_is_read_again_and_never_a_formula() {
    let moment = "2019-01-06 12:09:38".parse().expect("a moment");
    let nasty = [
        "=1+1",
        "+86 731",
        "-5",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "\u{1}控制",
        "a\r\nb\tc",
        "<&>\"'",
        "_x0041_",
    ];
    let rows = nasty.iter().enumerate().map(|(i, text)| {
        let date = jiff::civil::date(2026, 9, 30);
        vec![
            Value::Number(i as f64),
            Value::Text((*text).into()),
            Value::Text("长".repeat(40_000)),
            Value::Moment(moment),
            Value::Date(date),
            Value::Number(0.253),
        ]
    });
    let bytes = write_xlsx(&table(), rows.clone()).expect("written");
    assert_eq!(bytes, write_xlsx(&table(), rows).expect("written"), "the same list is the same file");
    let mut book = open(&bytes).expect("opens");
    assert_eq!(book.sheet_names(), ["件_2026__导出"]);
    let rows: Vec<_> = book.rows().expect("rows").collect::<Result<_, _>>().expect("reads");
    assert_eq!(rows.len(), 2 + nasty.len());
    assert_eq!(rows[0].cells[0].text(), table().title);
    for (row, text) in rows[2..].iter().zip(nasty) {
        let want = text.replace("\r\n", "\n").replace('\u{1}', "");
        assert_eq!(row.cells[1], Cell::Text(want.into()), "{text:?}");
        assert!(row.cells[2].text().ends_with("…(截断 / cut)"));
        assert_eq!(row.cells[3], Cell::DateTime(moment));
        assert_eq!(row.cells[4], Cell::DateTime("2026-09-30".parse().expect("a date")));
        assert_eq!(row.cells[5], Cell::Number(0.253));
    }
    let mut raw: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&bytes)).expect("opens");
    let formulas = calamine::Reader::worksheet_formula(&mut raw, "件_2026__导出").expect("formulas");
    assert!(formulas.is_empty());
}

#[test]
fn an_export_is_an_intake_file() {
    let bytes = write_xlsx(
        &table(),
        [vec![Value::Number(7.0), Value::Text("停水".into()), Value::Text("没有水".into())]],
    )
    .expect("written");
    let rows = take(&bytes, &[]).expect("reads");
    let row = rows[0].as_ref().expect("taken");
    assert_eq!((row.row, row.source_id.as_deref(), row.title.as_str()), (3, Some("7"), "停水"));
}

// ---- hostile files ----

fn workbook(shared_strings: &str, sheet: &str) -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="1"/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#,
        ),
        ("xl/sharedStrings.xml", shared_strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}
fn sheet(rows: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}
const STRINGS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="3"><si><t>标题</t></si><si><t>时间</t></si><si><r><t>停</t></r><r><t>水</t></r><rPh sb="0" eb="1"><t>tingshui</t></rPh></si></sst>"#;

#[test]
fn a_workbook_counts_from_1904_when_it_says_so() {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="5"><c r="A5" t="s"><v>2</v></c><c r="B5" s="1"><v>42009.506689814814</v></c></row>"#;
    let rows = take(&workbook(STRINGS, &sheet(rows)), &[]).expect("reads");
    let row = rows[0].as_ref().expect("taken");
    assert_eq!((row.row, row.title.as_str(), row.at), (5, "停水", at("2019-01-06 12:09:38")));
}

#[test]
fn hostile_files_are_refused_in_words() {
    let limits =
        Limits { unzipped_bytes: 1 << 20, rows: 10, columns: 4, row_bytes: 1 << 16, ..Limits::default() };
    let run = |bytes: &[u8]| -> SheetError {
        let read = || -> Result<(), SheetError> {
            let mut book = Book::open(Cursor::new(bytes), limits)?;
            book.rows()?.try_for_each(|r| r.map(|_| ()))
        };
        read().expect_err("refused")
    };
    assert!(matches!(run(b""), SheetError::Empty));
    assert!(matches!(run(&workbook(STRINGS, &sheet(&" ".repeat(2 << 20)))), SheetError::Bomb(_)));
    assert!(matches!(
        run(&workbook(&STRINGS.replace("\"3\"", "\"99999999999999\""), &sheet(""))),
        SheetError::BadXlsx(_)
    ));
    assert!(matches!(run(&workbook(STRINGS, "<worksheet><sheetData><row>")), SheetError::BadXlsx(_)));
    assert!(matches!(
        run(&workbook(STRINGS, &sheet(r#"<row r="1"><c r="A1" t="s"><v>77</v></c></row>"#))),
        SheetError::BadXlsx(_)
    ));
    assert!(matches!(
        run(&workbook(STRINGS, &sheet(r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#))),
        SheetError::TooManyColumns { row: 1, max: 4 }
    ));
    let many: String = (1..=11).map(|i| format!(r#"<row r="{i}"><c r="A{i}"><v>1</v></c></row>"#)).collect();
    assert!(matches!(run(&workbook(STRINGS, &sheet(&many))), SheetError::TooManyRows(10)));
    assert!(matches!(run(b"PK\x03\x04 not a zip at all"), SheetError::BadXlsx(_)));
    for (bytes, word) in [
        (&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"[..], "Office"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1", "RTF"),
        (b"<!DOCTYPE html><html><body>log</body></html>", "HTML"),
        (b"\x7fELF\x02\x01\x01", "CSV"),
        (b"{\"a\": 1}", "JSON"),
        (b"\x1f\x8b\x08\0", "gzip"),
    ] {
        let error = run(bytes);
        assert!(matches!(error, SheetError::NotATable(..)) && error.to_string().contains(word), "{error}");
    }
    assert!(matches!(run("1,2,3,4,5\n".as_bytes()), SheetError::TooManyColumns { row: 1, max: 4 }));
    assert!(matches!(run("a\n".repeat(11).as_bytes()), SheetError::TooManyRows(10)));
    let long_line = format!("标题,内容\n没有换行,{}", "x".repeat(700_000));
    assert!(matches!(run(long_line.as_bytes()), SheetError::RowTooLong { row: 2, .. }));
    // A quote that is never closed costs its own line.
    let open_quote = format!("标题,内容\n\"没有右引号{}", "x,\n".repeat(700_000));
    assert!(matches!(run(open_quote.as_bytes()), SheetError::TooManyRows(10)));
    let big = Limits { file_bytes: 3, ..limits };
    assert!(matches!(
        Book::open(Cursor::new(b"a,b\n1,2".as_slice()), big),
        Err(SheetError::FileTooLarge { .. })
    ));
    for e in [run(b""), run(b"%PDF-"), run(b"PK\x03\x04 not a zip at all")] {
        assert!(e.to_string().contains(" / "), "two languages: {e}");
    }
}

#[test]
fn a_cell_that_is_too_long_is_rejected_and_the_next_row_read() {
    let csv = format!("标题,内容\n甲,{}\n乙,短\n", "长".repeat(100_001));
    let rows = take(csv.as_bytes(), &[]).expect("reads");
    assert_eq!(rows[0].as_ref().expect_err("too long").field, Some(Field::Body));
    assert_eq!(rows[1].as_ref().expect("taken").title, "乙");
}

#[test]
fn a_damaged_workbook_never_panics() {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c></row>"#;
    let good = workbook(STRINGS, &sheet(rows));
    for i in 0..good.len() {
        let mut bad = good.clone();
        bad[i] ^= 0x55;
        let _ = take(&bad, &[]);
        let _ = take(&good[..i], &[]);
    }
}
