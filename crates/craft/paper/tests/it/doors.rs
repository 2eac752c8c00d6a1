//! The door of letters: whatever office sends the table, the same letters come out, or it is said why not.

use std::io::Cursor;

use paper::sheet::intake::{self, Intake, IntakeRow, Mapping, ReadAs, RowRejected};
use paper::sheet::{Book, Limits, SheetError, read_book};
use proptest::prelude::*;
use tabular::Told;

use super::offices::books::{Book as InBook, Format, Trouble};
use super::offices::{ALL, Dress, dressed};

const HEADER: [&str; 7] = ["工单编号", "标题", "诉求内容", "来信时间", "承办单位", "来信人", "联系电话"];

fn letters() -> Vec<Vec<String>> {
    [
        ["GD0012", "积水", "桥下积水很深，\n车辆绕行", "2024-03-17 10:00", "市住建局", "张某", "13800000000"],
        [
            "GD0013",
            "井盖",
            "井盖松动 & 异响 <重>",
            "2024年3月18日 下午2:30",
            "市住建局",
            "张某",
            "13800000001",
        ],
        ["GD0014", "路灯", "路灯不亮", "2024/3/18 9:05", "市城管局", "李某", "0730-8888888"],
    ]
    .map(|r| r.map(str::to_owned).to_vec())
    .to_vec()
}

type Read = (Vec<Result<IntakeRow, RowRejected>>, Told);

fn read_how(bytes: &[u8], how: &ReadAs) -> Result<Read, SheetError> {
    let mut book = Book::open(Cursor::new(bytes), Limits::default())?;
    let mut rows: Intake<'_, _> = intake::read_as(&mut book, &Mapping::default(), how)?;
    let mut all = Vec::new();
    for row in rows.by_ref() {
        all.push(row?);
    }
    Ok((all, rows.told()))
}
fn read(bytes: &[u8]) -> Read {
    read_how(bytes, &ReadAs::default()).expect("reads")
}
fn taken(read: &Read) -> Vec<IntakeRow> {
    let plain = |r: &Result<IntakeRow, RowRejected>| {
        let r = r.as_ref().unwrap_or_else(|r| panic!("row {}: {}", r.row, r.said));
        IntakeRow { row: 0, cells: Vec::new(), ..r.clone() }
    };
    read.0.iter().map(plain).collect()
}

#[test]
fn the_same_letters_come_out_of_every_dress() {
    let plain = taken(&read(&dressed(Dress::Plain, &HEADER, &letters())));
    assert_eq!(plain.len(), 3);
    assert_eq!(
        (plain[0].source_id.as_deref(), plain[0].phone.as_deref()),
        (Some("GD0012"), Some("13800000000"))
    );
    assert_eq!(plain[1].at, Some("2024-03-18 14:30:00".parse().expect("a moment")));
    for dress in ALL {
        let got = read(&dressed(dress, &HEADER, &letters()));
        assert_eq!(taken(&got), plain, "{dress:?}");
        let told = &got.1;
        assert!(told.columns_unused.is_empty(), "{dress:?} {:?}", told.columns_unused);
        let aside = match dress {
            Dress::Footers | Dress::XlsxFooters => 3,
            Dress::HeaderAgain | Dress::NumberedColumns | Dress::XlsxSections => 1,
            Dress::MoreFooters => 5,
            _ => 0,
        };
        assert_eq!(told.set_aside.len(), aside, "{dress:?} {:?}", told.set_aside);
        let rows: &[u64] = match dress {
            Dress::SepLine => &[2],
            Dress::Titles | Dress::XlsxTitles => &[3],
            Dress::TwoLines | Dress::XlsxTwoLines => &[1, 2],
            Dress::XlsxOffset => &[3],
            _ => &[1],
        };
        assert_eq!(told.header_rows, rows, "{dress:?}");
        assert_eq!(told.hidden_rows, u64::from(dress == Dress::XlsxHiddenRow), "{dress:?}");
        let others = matches!(
            dress,
            Dress::XlsxHiddenFirst
                | Dress::XlsxInstructionsFirst
                | Dress::OdsHiddenFirst
                | Dress::Xml2003Hidden
        );
        assert_eq!(told.sheets_other.len(), usize::from(others), "{dress:?}");
    }
}

#[test]
fn the_same_letters_come_out_of_every_workbook_in_every_trouble() {
    let plain = taken(&read(&dressed(Dress::Plain, &HEADER, &letters())));
    for book in InBook::all() {
        let got = read(&book.bytes(&HEADER, &letters()));
        assert_eq!(taken(&got), plain, "{book:?}");
        let told = &got.1;
        assert!(told.columns_unused.is_empty(), "{book:?} {:?}", told.columns_unused);
        assert_eq!(told.set_aside.len(), book.aside(), "{book:?} {:?}", told.set_aside);
        assert_eq!(told.header_rows, book.header_rows(), "{book:?}");
        assert_eq!(told.hidden_rows, book.hidden_rows(), "{book:?}");
        assert_eq!(told.sheets_other.len(), book.others(), "{book:?}");
    }
}

#[test]
fn errors_and_days_from_1904_are_understood_in_every_workbook_that_has_them() {
    let rows = |cells: &[&[&str]]| -> Vec<Vec<String>> {
        cells.iter().map(|r| r.iter().map(|t| (*t).to_owned()).collect()).collect()
    };
    let header: &[&str] = &["编号", "标题", "内容", "来信时间"];
    for format in [Format::Ods, Format::Xls, Format::Xlsb, Format::Html, Format::Xml2003] {
        let table = rows(&[
            &["1", "积水", "=#23", "2024-03-17 10:00"],
            &["2", "井盖", "井盖松动", "2024-03-18 09:00"],
            &["=#42", "路灯", "路灯不亮", "2024-03-18 09:00"],
        ]);
        let (rows, _) = read(&InBook(format, Trouble::None).bytes(header, &table));
        let refused: Vec<_> = rows.iter().filter_map(|r| r.as_ref().err()).map(|r| r.row).collect();
        assert_eq!(refused, [2, 4], "{format:?} {rows:?}");
        let why = rows[0].as_ref().unwrap_err().said.to_string();
        assert!(why.contains("#REF!") && why.contains("内容"), "{format:?} {why}");
    }
    // A web page, ODS and the XML of 2003 write days as texts: there is no day that could be counted from 1904.
    for format in [Format::Xls, Format::Xlsb] {
        for (kind, serial) in [(Trouble::None, "=45368.5"), (Trouble::From1904, "=43906.5")] {
            let table = rows(&[&["1", "积水", "桥下积水", serial]]);
            let got = taken(&read(&InBook(format, kind).bytes(header, &table)));
            let at = got[0].at.expect("a time").beijing().to_string();
            assert_eq!(at, "2024-03-17T12:00:00", "{format:?} {kind:?}");
        }
    }
}

#[test]
fn a_hidden_sheet_is_read_when_it_is_named() {
    let bytes = dressed(Dress::XlsxHiddenFirst, &HEADER, &letters());
    let how = |name: &str| ReadAs { sheet: Some(name.to_owned()), ..ReadAs::default() };
    assert_eq!(read_how(&bytes, &how("旧数据")).expect("reads").0.len(), 1);
    assert!(matches!(read_how(&bytes, &how("没有")), Err(SheetError::NoSuchSheet(..))));
    assert!(matches!(
        read_how(&dressed(Dress::Xlsx, &["甲", "乙"], &letters()), &ReadAs::default()),
        Err(SheetError::NoHeaderIn(_))
    ));
}

#[test]
fn what_is_not_read_and_not_understood_is_told() {
    let csv = "编号,标题,内容,来信时间,联系电话,点赞数,诉求类型,办理时限,身份证号,是否保密\n\
        1,积水,桥下积水很深,无,1.38E+10,无,表扬,2024-03-20 17:00,11010519491231002X,是\n\
        2,井盖,井盖松动,0000-00-00,12345678901234,3,咨询,2024-03-21 17:00,11010519491231002X,不好说\n";
    let got = read(csv.as_bytes());
    let rows = taken(&got);
    assert_eq!(
        (rows[0].at, rows[0].phone.as_deref(), rows[0].secret, rows[1].secret),
        (None, None, true, true)
    );
    let unused: Vec<_> =
        got.1.columns_unused.iter().map(|c| (c.name.as_str(), c.likely.as_deref())).collect();
    assert_eq!(unused, [("办理时限", Some("deadline")), ("身份证号", Some("identity"))]);
    assert_eq!(got.1.columns_unused[1].samples, ["1101******002X"]);
    let unknown: Vec<_> =
        got.1.values_unknown.iter().map(|v| (v.column.as_str(), v.value.as_str())).collect();
    for want in [
        ("来信时间", "无"),
        ("来信时间", "0000-00-00"),
        ("联系电话", "1.38E+10"),
        ("联系电话", "1234******1234"),
        ("是否保密", "不好说"),
    ] {
        assert!(unknown.contains(&want), "{want:?} in {unknown:?}");
    }
}

#[test]
fn rows_that_are_damaged_are_set_aside_with_the_reason_and_the_others_read() {
    let mut bytes = "编号,标题,内容\n1,积水,桥下积水很深已经三天\n".as_bytes().to_vec();
    bytes.extend_from_slice(&"2,井盖,松动请处理".as_bytes()[..23]);
    bytes.extend_from_slice(
        "\n3,路灯,\"没有右引号\n4,噪音,夜间施工\n5,逗号,内容,里有,逗号\n6,#REF!,内容\n7,公交,#######\n"
            .as_bytes(),
    );
    let (rows, _) = read(&bytes);
    let refused: Vec<u64> = rows.iter().filter_map(|r| r.as_ref().err()).map(|r| r.row).collect();
    assert_eq!(refused, [3, 4, 6, 7, 8]);
    assert!(rows.iter().filter_map(|r| r.as_ref().err()).all(|r| !r.cells.is_empty()));
    assert_eq!(rows[0].as_ref().expect("taken").title, "积水");
    assert_eq!(rows[3].as_ref().expect("taken").title, "噪音");
}

#[test]
fn the_column_decides_the_order_of_dates_and_a_clock_stands_beside() {
    let at = |csv: &str, how: &ReadAs| -> Vec<String> {
        let got = read_how(csv.as_bytes(), how).expect("reads");
        taken(&got).iter().map(|r| r.at.expect("a time").beijing().to_string()).collect()
    };
    let auto = ReadAs::default();
    let csv = "编号,内容,来信时间\n1,甲,03/04/2024 09:00\n2,乙,03/14/2024\n";
    assert_eq!(at(csv, &auto), ["2024-03-04T09:00:00", "2024-03-14T00:00:00"]);
    let open = "编号,内容,来信时间\n1,甲,03/04/2024\n";
    assert!(matches!(read_how(open.as_bytes(), &auto), Err(SheetError::DateOrder(..))));
    let told = ReadAs { date_order: Some(tabular::DateOrder::DayFirst), ..ReadAs::default() };
    assert_eq!(at(open, &told), ["2024-04-03T00:00:00"]);
    for header in ["来信日期,时刻", "反映日期,反映时间", "日期,钟点列"] {
        let csv = format!("编号,内容,{header}\n1,甲,2024-03-05,09:00:00\n2,乙,2024-03-05,下午2:30\n");
        assert_eq!(at(&csv, &auto), ["2024-03-05T09:00:00", "2024-03-05T14:30:00"], "{header}");
    }
}

fn good(read: &Read) -> Vec<IntakeRow> {
    read.0.iter().filter_map(|r| r.as_ref().ok()).cloned().collect()
}

#[test]
fn of_two_tables_on_a_sheet_one_is_read_and_the_other_is_told() {
    let told = |csv: &str| {
        let got = read(csv.as_bytes());
        let ids: Vec<String> = good(&got).iter().map(|r| r.source_id.clone().unwrap_or_default()).collect();
        let mut gone: Vec<u64> = got.1.set_aside.iter().map(|a| a.row).collect();
        gone.extend(got.0.iter().filter_map(|r| r.as_ref().err()).map(|r| r.row));
        gone.sort_unstable();
        (ids.join(","), gone)
    };
    for (csv, ids, gone) in [
        (
            "编号,标题,内容,来信人\nM1,积水,桥下积水,张某\n\n二、来电\n编号,内容,标题,来信人\nM2,井盖松动了,井盖,李某\n",
            "M1",
            vec![4, 5, 6],
        ),
        (
            "一、来信\n编号,标题,内容\nM1,积水,桥下积水\nM3,灯,灯不亮\n\n二、来电\n编号,内容,标题,来电人,联系电话\nM2,井盖松动了,井盖,李某,13800000000\n",
            "M1,M3",
            vec![6, 7, 8],
        ),
        // The same columns again, and more of them in the same places, are the same table.
        ("编号,标题,内容\nM1,积水,桥下积水\n编号,标题,内容\nM2,灯,灯不亮\n", "M1,M2", vec![3]),
        // Records of a table that nobody knows stand above.
        (
            "名册,科室,职务,电话\n甲,一科,科员,123\n编号,标题,内容,来信人\nM1,积水,桥下积水,张某\n",
            "M1",
            vec![1, 2],
        ),
        // What a letter says is no header.
        ("编号,标题,内容,来信人\nM1,内容,标题,张某\nM2,标题,内容,来信人\n", "M1,M2", vec![]),
    ] {
        assert_eq!(told(csv), (ids.to_owned(), gone), "{csv}");
    }
}

#[test]
fn a_line_that_is_broken_is_refused_whole_and_short_lines_are_told() {
    let csv = "编号,标题,内容,来信时间\n1,积水,桥下\n积水很深,2026-03-05\n2,井盖,井盖松动,2026-03-05\n3,灯,一\n二\n三,2026-03-05\n4,路,路不平\n5,树,树倒了,2026-03-05\n";
    let got = read(csv.as_bytes());
    let refused: Vec<u64> = got.0.iter().filter_map(|r| r.as_ref().err()).map(|r| r.row).collect();
    assert_eq!(refused, [2, 3, 5, 6, 7]);
    let ids: Vec<_> = good(&got).iter().map(|r| r.source_id.clone().unwrap()).collect();
    assert_eq!(ids, ["2", "4", "5"]);
    assert!(
        got.1.notes.iter().any(|n| n.contains("有 1 行的字段比表头少（如第 8 行）")),
        "{:?}",
        got.1.notes
    );
    // Exports that leave out the empty cells at the end of each line are read.
    let csv = "编号,标题,内容,来信时间,承办单位\n1,积水,桥下积水,2026-03-05\n2,井盖,井盖松动,2026-03-05\n3,灯,灯不亮\n";
    assert_eq!(good(&read(csv.as_bytes())).len(), 3);
}

#[test]
fn a_clock_beside_the_day_is_read_also_where_some_days_are_missing() {
    let csv = "编号,标题,内容,来信日期,来信时间\n1,积,a,2026-03-05,9:30\n2,井,b,2026-03-05,0.395833333333\n3,灯,c,2026-03-05,上午9点半\n4,路,d,2026-03-05,\n5,树,e,,9:30\n6,车,f,某日,9:30\n";
    let got = read(csv.as_bytes());
    let at: Vec<_> = got
        .0
        .iter()
        .map(|r| r.as_ref().map(|r| r.at.map(|t| t.beijing().to_string())).map_err(|e| e.row))
        .collect();
    let half_past = || Ok(Some("2026-03-05T09:30:00".to_owned()));
    assert_eq!(at[..3], [half_past(), half_past(), half_past()]);
    assert_eq!(at[3..], [Ok(Some("2026-03-05T00:00:00".to_owned())), Ok(None), Err(7)]);
    let told = &got.1.values_unknown;
    assert!(told.iter().any(|v| v.column == "来信时间" && v.value == "9:30"), "{told:?}");
}

#[test]
fn titles_and_bodies_are_known_by_the_names_that_offices_give_them() {
    for title in ["反映主题", "问题名称", "信件主题", "工单主题", "题目", "来信主题", "诉求名称"]
    {
        for body in ["详细内容", "问题详情", "情况说明", "内容摘要", "诉求简述", "正文"]
        {
            let csv = format!("编号,{title},{body}\n1,积水,桥下积水\n");
            let got = read(csv.as_bytes());
            let row = good(&got).remove(0);
            assert_eq!((row.title.as_str(), row.body.as_str()), ("积水", "桥下积水"), "{title} {body}");
        }
    }
    let two = "序号,来件信息,,诉求内容,\n,编号,渠道,标题,详细内容\n1,A001,热线,积水,桥下积水\n";
    assert_eq!(good(&read(two.as_bytes())).remove(0).body, "桥下积水");
}

fn text() -> impl Strategy<Value = String> {
    "[甲乙丙a-c<&\"', ;|=1-3]{0,6}"
        .prop_map(|t| tabular::value::unguarded(t.trim()).into_owned().trim_matches('#').trim().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_sheet_comes_back_out_of_any_format(
        rows in prop::collection::vec(prop::collection::vec(text(), 4), 1..6),
        dress in prop::sample::select(vec![Dress::Plain, Dress::Mark, Dress::Gbk, Dress::Utf16, Dress::Semicolon, Dress::Tab, Dress::Xlsx, Dress::Ods, Dress::Html, Dress::Xml2003]),
    ) {
        let header = ["编号", "标题", "内容", "地址"];
        let bytes = dressed(dress, &header, &rows);
        let got = read_book(Cursor::new(bytes), &Limits::default()).expect("reads");
        let trimmed = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
            let cut = |r: &Vec<String>| {
                let n = r.iter().rposition(|c| !c.is_empty()).map_or(0, |i| i + 1);
                r[..n].to_vec()
            };
            rows.iter().map(cut).filter(|r| !r.is_empty()).collect()
        };
        let want: Vec<Vec<String>> = [header.map(str::to_owned).to_vec()].into_iter().chain(rows).collect();
        prop_assert_eq!(trimmed(&got[0].1), trimmed(&want), "{:?}", dress);
    }
}
