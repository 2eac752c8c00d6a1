//! Other inputs of the kinds that offices sent (findings F1–F21), invented: each kind as a list of spellings, every one a file of its
//! own through the door of letters.

use std::io::{Cursor, Write as _};

use paper::sheet::intake::{self, IntakeRow, Mapping, ReadAs, RowRejected};
use paper::sheet::{Book, Limits, SheetError};
use rust_xlsxwriter::Workbook;
use tabular::Told;

type Read = (Vec<Result<IntakeRow, RowRejected>>, Told);

fn read(bytes: &[u8]) -> Result<Read, SheetError> {
    let mut book = Book::open(Cursor::new(bytes), Limits::default())?;
    let mut rows = intake::read_as(&mut book, &Mapping::default(), &ReadAs::default())?;
    let mut all = Vec::new();
    for row in rows.by_ref() {
        all.push(row?);
    }
    Ok((all, rows.told()))
}
/// Two records with something before, between or behind them.
fn around(before: &str, between: &str, behind: &str) -> Read {
    let text = format!(
        "{before}工单编号,标题,内容,来信时间,承办单位,来信人,联系电话\n{between}GD1,积水,桥下积水很深,2024-03-17 10:00,市住建局,张某,13800000000\nGD2,路灯,路灯不亮好几天了,2024-03-18 09:05,市城管局,李某,13800000001\n{behind}"
    );
    read(text.as_bytes()).unwrap_or_else(|e| panic!("{before}{between}{behind}: {e}"))
}
fn first(header: &str, row: &str) -> (IntakeRow, Told) {
    let (rows, told) =
        read(format!("{header}\n{row}\n").as_bytes()).unwrap_or_else(|e| panic!("{header} {row}: {e}"));
    let row = rows.into_iter().next().expect("a row");
    (row.unwrap_or_else(|e| panic!("{header}: {}", e.said)), told)
}

#[test]
fn rows_below_and_between_that_are_no_records() {
    for row in [
        "合计,,2件,,,,",
        "总 计：,2,,,,,",
        "本月合计,,,,,,2",
        "本年累计,,,,,,120",
        "小计,,2,,,,",
        "共计2件,,,,,,",
        "共 2 条,,,,,,",
        "平均,,1.5,,,,",
        "填表人：张某,,,审核人：李某,,,",
        "制表：王某,,,,复核：赵某,,",
        "单位负责人（签字）：,,,,填报日期：2024年4月1日,,",
        "填报单位（盖章）：市信访局,,,,,,",
        "主管领导：,,经办人：,,,,",
        "打印时间：2024-04-01 08:00,,,,,,",
        "数据截止2024-03-31,,,,,,",
        "数据来源：12345热线平台,,,,,,",
        "注：本表每月5日前报送,,,,,,",
        "备注：不含咨询件,,,,,,",
        "说明：1.按受理件统计；2.不含重复件,,,,,,",
        "以上数据由各单位填报,,,,,,",
        "※ 本表一式两份,,,,,,",
        "第1页 共1页,,,,,,",
        "第 1 页/共 1 页,,,,,,",
        "Page 1 of 1,,,,,,",
        "以下空白,,,,,,",
        "——,,,,,,",
        "（盖章）,,,,,,",
        "工单编号,标题,内容,来信时间,承办单位,来信人,联系电话",
    ] {
        let (rows, told) = around("", "", &format!("{row}\n"));
        assert_eq!((rows.len(), told.set_aside.len()), (2, 1), "{row}: {:?}", told.set_aside);
        assert_eq!(told.set_aside[0].row, 4, "{row}");
    }
    for row in [
        "1,2,3,4,5,6,7",
        "（1）,（2）,（3）,（4）,（5）,（6）,（7）",
        "A,B,C,D,E,F,G",
        "甲,乙,丙,丁,戊,己,庚",
        "甲,1,2,3,4,5,6",
        "示例,标题示例,内容示例,2024-01-01,市住建局,张三,13800000000",
    ] {
        let (rows, told) = around("", &format!("{row}\n"), "");
        assert_eq!((rows.len(), told.set_aside.len()), (2, 1), "{row}: {:?}", told.set_aside);
    }
    for title in [
        "某市来信台账\n",
        "某市来信台账,,,,,,\n（2024年3月）,,,,,,\n",
        "填报单位：市信访局,,,,报送日期：2024-04-01,,\n",
        "\n\n",
        "附件1\n12345热线工单明细\n统计周期：2024-03-01至2024-03-31\n",
    ] {
        let (rows, told) = around(title, "", "");
        assert_eq!((rows.len(), told.set_aside.len()), (2, 0), "{title}");
    }
    // Records that begin as a footer does.
    for row in [
        "合计,账单合计错误,账单的合计算错了,2024-03-17,市住建局,,",
        "12,说明书看不懂,产品说明书看不懂,2024-03-17,,,",
        "注册,注册公司要几天,注册一家公司要几天,,,,",
        "单位不给办,停水,小区停水两天没人管,2024-03-17,,,",
        "A,受理慢,窗口受理太慢了,2024-03-05,,,",
    ] {
        let (rows, told) = around("", "", &format!("{row}\n"));
        assert_eq!((rows.len(), told.set_aside.len()), (3, 0), "{row}: {:?}", told.set_aside);
    }
}

#[test]
fn one_moment_in_every_spelling() {
    let want = Some("2024-03-05 14:30:00".parse().expect("a moment"));
    for text in [
        "2024-03-05 14:30",
        "2024/3/5 14:30:00",
        "2024.3.5 14:30",
        "2024年3月5日14时30分",
        "2024年3月5日 下午2:30",
        "2024年3月5日下午2点半",
        "24年3月5日 14:30",
        "2024年3月5日（周二）14:30",
        "２０２４－０３－０５ １４：３０",
        "二〇二四年三月五日 14:30",
        "20240305143000",
        "202403051430",
        "20240305 14:30",
        "2024-03-05T14:30:00",
        "2024-03-05T06:30:00Z",
        "2024-03-05T14:30:00+08:00",
        "2024-03-05 14:30:00.000",
        "5-Mar-2024 14:30",
        "\"Mar 5, 2024 2:30 PM\"",
        "Tue Mar 05 14:30:00 CST 2024",
        "45356.6041666667",
        "1709620200",
        "1709620200000",
        "=\"2024-03-05 14:30\"",
        "'2024-03-05 14:30",
    ] {
        let (row, _) = first("编号,内容,来信时间", &format!("1,桥下积水,{text}"));
        assert_eq!(row.at, want, "{text}");
    }
    let (row, _) = first("编号,内容,来信日期,来信时刻", "1,桥下积水,2024-03-05,14:30");
    assert_eq!(row.at, want);
    let (row, _) = first("编号,内容,反映时间,反映日期", "1,桥下积水,下午2:30,2024/3/5");
    assert_eq!(row.at, want);
    assert_eq!(
        first("编号,内容,来信时间", "1,桥下积水,2024-03-04 24:00").0.at,
        first("编号,内容,来信时间", "1,桥下积水,2024-03-05").0.at
    );
    for text in
        ["昨天", "2024-02-30", "2024-03-05 25:00", "2024年3月", "3月5日", "星期二", "#NUM!", "########"]
    {
        let (rows, _) = read(format!("编号,内容,来信时间\n1,桥下积水,{text}\n").as_bytes()).expect("reads");
        assert!(rows[0].is_err(), "{text}");
    }
    for text in ["无", "NULL", "0000-00-00", "—", "/", "不详", "N/A"] {
        let (row, told) = first("编号,内容,来信时间", &format!("1,桥下积水,{text}"));
        assert_eq!((row.at, told.values_unknown.len()), (None, 1), "{text}");
    }
}

#[test]
fn the_order_of_day_and_month_is_never_guessed_from_one_cell() {
    let table = |a: &str, b: &str| format!("编号,内容,来信时间\n1,桥下积水很深,{a}\n2,路灯不亮了,{b}\n");
    for (a, b, day) in [
        ("3/4/2024", "3/14/2024", "2024-03-04"),
        ("03-04-2024 09:00", "25-04-2024 09:00", "2024-04-03"),
        ("4/3/24", "4/30/24", "2024-04-03"),
        ("24-04-03", "99-12-31", "2024-04-03"),
        ("03.04.2024", "04.04.2024", "2024-04-03"),
    ] {
        let (rows, _) = read(table(a, b).as_bytes()).unwrap_or_else(|e| panic!("{a}: {e}"));
        let at = rows[0].as_ref().expect("taken").at.expect("a time").beijing().to_string();
        assert!(at.starts_with(day), "{a}: {at}");
    }
    for (a, b) in [("3/4/2024", "5/6/2024"), ("24-03-05", "24-03-06"), ("31/3/2024", "3/31/2024")] {
        let refused = read(table(a, b).as_bytes());
        assert!(matches!(refused, Err(SheetError::DateOrder(..))), "{a}");
    }
}

#[test]
fn names_of_columns_from_many_systems() {
    for (header, fields) in [
        ("信访件编号,信访事项,信访内容,信访时间,责任单位,信访人,手机号码", 7),
        ("工单编码,事项标题,具体诉求,受理日期,责任部门,群众姓名,联系方式", 7),
        ("工单流水号,诉求主题,诉求描述,来电时间,转办单位,诉求人姓名,来电号码", 7),
        ("ID,Title,Content,Created At,Department,Name,Mobile", 7),
        ("*工单编号（必填）,★标题,内容:,来信时间(yyyy-mm-dd),承办单位 ,来信人,联系电话", 7),
        ("1.工单编号,2.标题,3.内容,4.来信时间,5.承办单位,6.来信人,7.联系电话", 7),
        ("①编号,②标题,③内容,④时间,⑤承办单位,⑥姓名,⑦电话", 7),
        ("留言编号,留言标题,留言内容,留言时间,承办部门,留言人,联系手机", 7),
        ("投诉编号,投诉标题,投诉内容,投诉时间,处理部门,投诉人,电话号码", 6),
        ("no,subject,body,time,unit,author,phone", 6),
    ] {
        let text = format!("{header}\nG1,积水,桥下积水很深,2024-03-17 10:00,市住建局,张某,13800000000\n");
        let (rows, told) = read(text.as_bytes()).unwrap_or_else(|e| panic!("{header}: {e}"));
        assert_eq!(rows.len(), 1, "{header}");
        assert_eq!(told.columns_used.len(), fields, "{header}: {:?}", told.columns_unused);
        // What is not read is named with its values.
        assert_eq!(told.columns_unused.len(), 7 - fields, "{header}");
        assert!(told.columns_unused.iter().all(|c| c.samples.len() == 1), "{header}");
    }
    let (_, told) = first("序号,工单编号,内容,备注,备注", "1,GD7,桥下积水很深,甲,乙");
    let unused: Vec<_> = told.columns_unused.iter().map(|c| (c.name.as_str(), c.likely.as_deref())).collect();
    assert_eq!(unused, [("序号", Some("id")), ("备注", None), ("备注(2)", None)]);
}

#[test]
fn values_that_a_spreadsheet_or_a_clerk_has_spoiled() {
    for (text, phone, told) in [
        ("13800000000", Some("13800000000"), false),
        ("13800000000.0", Some("13800000000"), false),
        ("=\"13800000000\"", Some("13800000000"), false),
        ("１３８００００００００", Some("１３８００００００００"), false),
        ("+86 138-0000-0000", Some("+86 138-0000-0000"), false),
        ("0730-8888888转801", Some("0730-8888888转801"), false),
        ("12345", Some("12345"), false),
        ("1.38E+10", None, true),
        ("无", None, false),
        ("1380000000", Some("1380000000"), true),
        ("138****0000", Some("138****0000"), true),
        ("11010519491231002X", Some("11010519491231002X"), true),
    ] {
        let (row, said) = first("编号,内容,联系电话", &format!("1,桥下积水很深,{text}"));
        assert_eq!((row.phone.as_deref(), !said.values_unknown.is_empty()), (phone, told), "{text}");
    }
    for (text, id) in [
        ("=\"00012\"", "00012"),
        ("'00012", "00012"),
        ("\t00012", "00012"),
        ("00012", "00012"),
        ("\"=\"\"A-1\"\"\"", "A-1"),
    ] {
        assert_eq!(
            first("编号,内容", &format!("{text},桥下积水很深")).0.source_id.as_deref(),
            Some(id),
            "{text}"
        );
    }
    for error in
        ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "Err:502", "#####"]
    {
        let (rows, _) =
            read(format!("编号,标题,内容\n1,{error},桥下积水很深\n2,路灯,不亮\n").as_bytes()).expect("reads");
        assert_eq!((rows[0].is_err(), rows[1].is_ok()), (true, true), "{error}");
    }
}

#[test]
fn the_table_is_read_and_not_its_cover_its_contents_or_a_page_of_notes() {
    let main: &[&[&str]] =
        &[&["工单编号", "标题", "内容", "来信时间"], &["GD1", "积水", "桥下积水很深", "2024-03-17"]];
    let others: [(&str, &[&[&str]]); 5] = [
        ("封面", &[&["某市12345热线"], &["2024年3月"]]),
        ("目录", &[&["序号", "内容"], &["1", "来信台账"], &["2", "填报说明"]]),
        ("说明", &[&["填表说明"], &["1.编号：必填"], &["2.内容：必填"]]),
        ("字典", &[&["类型"], &["咨询"], &["投诉"]]),
        ("空表", &[&["工单编号", "标题", "内容", "来信时间"]]),
    ];
    for (name, rows) in others {
        let mut book = Workbook::new();
        for (name, rows) in [(name, rows), ("台账", main)] {
            let sheet = book.add_worksheet();
            sheet.set_name(name).expect("a name");
            for (r, row) in rows.iter().enumerate() {
                for (c, cell) in row.iter().enumerate() {
                    sheet.write_string(r as u32, c as u16, *cell).expect("written");
                }
            }
        }
        let (rows, told) =
            read(&book.save_to_buffer().expect("a workbook")).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((rows.len(), told.sheet.as_deref()), (1, Some("台账")), "{name}");
        assert_eq!(told.sheets_other.len(), 1, "{name}");
    }
}

#[test]
fn what_is_no_table_is_named_with_what_to_do() {
    for (bytes, word) in [
        (&b""[..], "空"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"Rar!\x1a\x07", "解压"),
        (b"\x1f\x8b\x08\0", "解压"),
        (b"<!DOCTYPE html><html><body>login</body></html>", "网页"),
        (b"{\"a\":1}", "JSON"),
        (b"<?xml version=\"1.0\"?><log/>", "XML"),
        (b"SQLite format 3\0", "SQLite"),
        (b"PAR1xx", "Parquet"),
        (b"\x7fELF\x02\x01\x01\0", "不是文本"),
        ("甲,乙\n1,2\n".as_bytes(), "表头"),
    ] {
        let error = read(bytes).err().unwrap_or_else(|| panic!("{word}")).to_string();
        assert!(error.contains(word) && error.contains(" / "), "{word}: {error}");
    }
    let mut locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let whole = zipped(&[("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>")]);
    for (bytes, word) in [
        (locked, "密码"),
        (zipped(&[("index/document.iwa", "x"), ("preview.jpg", "x")]), "Numbers"),
        (zipped(&[("a.csv", "1,2")]), "解压"),
        (zipped(&[("[Content_Types].xml", "x"), ("word/document.xml", "x")]), "Word"),
        (whole[..whole.len() / 2].to_vec(), "重新索取"),
    ] {
        let error = read(&bytes).err().unwrap_or_else(|| panic!("{word}")).to_string();
        assert!(error.contains(word) && error.contains(" / "), "{word}: {error}");
    }
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A workbook of one sheet whose cells are given as XML, in the namespace of any kind of XLSX.
fn workbook(cells: &[&[&str]], strict: bool, shared: &str) -> Vec<u8> {
    let (main, relations) = match strict {
        true => (
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
        false => (
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        ),
    };
    let mut rows = String::new();
    for (r, row) in cells.iter().enumerate() {
        let cell = |(c, text): (usize, &&str)| {
            let place = format!("{}{}", char::from(b'A' + c as u8), r + 1);
            match text.strip_prefix('<') {
                Some(inner) => format!("<c r=\"{place}\" {inner}</c>"),
                None => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
            }
        };
        let row: String = row.iter().enumerate().map(cell).collect();
        rows += &format!("<row r=\"{}\">{row}</row>", r + 1);
    }
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let strings = match shared {
        "" => String::new(),
        _ => format!(
            "<Relationship Id=\"rId2\" Type=\"{relations}/sharedStrings\" Target=\"sharedStrings.xml\"/>"
        ),
    };
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"来信\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/>{strings}</Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{shared}</sst>")),
    ];
    let parts: Vec<(&str, &str)> = parts
        .iter()
        .filter(|p| !shared.is_empty() || !p.0.contains("shared"))
        .map(|(n, t)| (*n, t.as_str()))
        .collect();
    zipped(&parts)
}

#[test]
fn workbooks_of_any_program_are_read_and_errors_nobody_knows_cost_their_row() {
    let header: &[&str] = &["编号", "标题", "内容", "来信时间"];
    let plain: &[&[&str]] = &[header, &["1", "路灯", "路灯不亮", "2024-03-05"]];
    for strict in [false, true] {
        let (rows, _) = read(&workbook(plain, strict, "")).unwrap_or_else(|e| panic!("{strict}: {e}"));
        assert_eq!(rows[0].as_ref().map(|r| r.body.as_str()).ok(), Some("路灯不亮"), "strict: {strict}");
    }
    // Text in several looks, and with its pronunciation beside it.
    let shared = "<si><r><rPr><b/></rPr><t>路灯</t></r><r><t>不亮</t></r></si><si><t>井盖</t><rPh sb=\"0\" eb=\"2\"><t>ジンガイ</t></rPh></si>";
    let rich: &[&[&str]] = &[header, &["1", "<t=\"s\"><v>1</v>", "<t=\"s\"><v>0</v>", "2024-03-05"]];
    let (rows, _) = read(&workbook(rich, false, shared)).expect("rich text");
    let row = rows[0].as_ref().expect("a row");
    assert_eq!((row.title.as_str(), row.body.as_str()), ("井盖", "路灯不亮"));
    for error in ["#SPILL!", "#GETTING_DATA", "Err:502", "#NEU!"] {
        let bad = format!("<t=\"e\"><f>X()</f><v>{error}</v>");
        let cells: &[&[&str]] =
            &[header, &["1", "路灯", &bad, "2024-03-05"], &["2", "井盖", "井盖松动", "2024-03-06"]];
        let (rows, _) = read(&workbook(cells, false, "")).unwrap_or_else(|e| panic!("{error}: {e}"));
        assert_eq!((rows.len(), rows[0].is_err(), rows[1].is_ok()), (2, true, true), "{error}");
    }
    // Passed over where it does not say where it stands, what is behind it would move into its place.
    let unplaced = "<t=\"inlineStr\"><is><t>路灯</t></is></c><c t=\"e\"><v>#SPILL!</v></c><c t=\"inlineStr\"><is><t>路灯不亮</t></is>";
    let book = workbook(&[header, &["1", unplaced]], false, "");
    let refused = read(&book).map_or(true, |(rows, _)| rows.iter().all(Result::is_err));
    assert!(refused, "a sheet whose cells would move");
}

#[test]
fn tables_in_big5_are_read_by_the_same_names() {
    let text = "編號,標題,內容,來信時間\r\n1,路燈不亮,中山路口的路燈三天不亮,2024-03-05 09:00\r\n2,井蓋鬆動,請儘快處理,2024年3月6日\r\n";
    let (rows, told) = read(&encoding_rs::BIG5.encode(text).0).expect("is read");
    let bodies: Vec<&str> = rows.iter().flatten().map(|r| r.body.as_str()).collect();
    assert_eq!(bodies, ["中山路口的路燈三天不亮", "請儘快處理"]);
    assert!(told.columns_unused.is_empty() && rows.iter().flatten().all(|r| r.at.is_some()));
}
