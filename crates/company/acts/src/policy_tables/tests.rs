//! Tables of policies as people fill them in: gaps, halves, lists, one bad item among many.

use super::*;

fn sheet(rows: &[&[&str]]) -> Vec<Sheet> {
    let rows = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    vec![Sheet { rows, ..Sheet::default() }]
}

fn table(rows: &[&[&str]]) -> PolicyTable {
    PolicyTable::read(&sheet(rows), &Asked::default()).unwrap().unwrap()
}

const HEADER: &[&str] = &["事项编码", "事项名称", "金额", "上限", "条件字段", "比较", "条件值", "条款原文"];

#[test]
fn an_empty_code_goes_on_with_the_row_above() {
    let table = table(&[
        HEADER,
        &["A", "甲", "1", "", "", "", "", ""],
        &["B", "乙", "1", "", "", "", "", ""],
        &["A", "", "", "", "", "", "", ""],
        &["", "", "", "", "规模", "属于", "小型", ""],
    ]);
    let rows: Vec<_> = table.items.iter().map(|i| (i.code.as_str(), i.rows.as_slice())).collect();
    assert_eq!(rows, [("A", &[2, 4, 5][..]), ("B", &[3])]);
    assert_eq!((table.items[0].conditions.len(), table.items[1].conditions.len()), (1, 0));
}

#[test]
fn half_of_an_amount_or_of_a_condition_is_refused() {
    let table = table(&[
        HEADER,
        &["A", "甲", "", "200万", "", "", "", ""],
        &["B", "乙", "1", "", "", "不低于", "", ""],
        &["C", "丙", "1", "", "", "", "12", "满12个月"],
        &["D", "丁", "1", "200万", "—", "—", "—", "—"],
    ]);
    let why = |n: usize| table.items[n].fault.as_ref().map_or("", |f| f.1.zh.as_str());
    assert!(why(0).contains("没有金额") && why(0).contains("200万"), "{}", why(0));
    assert!(why(1).contains("没有条件字段") && why(2).contains("没有条件字段"), "{} {}", why(1), why(2));
    assert_eq!(why(3), "", "marks of nothing are nothing");
}

#[test]
fn several_values_are_a_list_whatever_the_comparison_is_called() {
    for (op, value, word, read) in [
        ("不等于", "大型、中型", "not_in", json!(["大型", "中型"])),
        ("不属于", "大型、中型", "not_in", json!(["大型", "中型"])),
        ("不属于", "大型，中型", "not_in", json!(["大型", "中型"])),
        ("属于", "小型", "in", json!(["小型"])),
        ("属于", "101,102", "in", json!([101, 102])),
        ("属于", "1,000、2,000", "in", json!(["1,000", "2,000"])),
        ("", "中型;小型", "in", json!(["中型", "小型"])),
        ("=", "小型", "=", json!("小型")),
        ("不是", "小型", "!=", json!("小型")),
        ("以上", "1,000", ">=", json!("1,000")),
        ("以内", "12", "<=", json!(12)),
        ("以下", "12", "<=", json!(12)),
        ("＞", "12", ">", json!(12)),
        ("＜", "12", "<", json!(12)),
        ("＝", "12", "=", json!(12)),
        ("不满", "12", "<", json!(12)),
    ] {
        let (compare, got) = compared(op, value).unwrap();
        assert_eq!((compare.word(), got), (word, read), "{op} {value}");
    }
    for (op, value) in
        [("等于", "1,000万"), ("大于", "1、2"), ("开头是", "A、B"), ("属于", "、"), ("约", "1")]
    {
        assert!(compared(op, value).is_err(), "{op} {value}");
    }
    // What is said of a comparison can be written in a table.
    assert!(COMPARISONS.iter().all(|(c, .., said)| Compare::read(said) == Some(*c)));
}

#[test]
fn a_list_decides_as_the_row_says() {
    let mut table = table(&[HEADER, &["A", "甲", "1", "", "规模", "不等于", "大型、中型", ""]]);
    let book = merge(json!({ "items": [] }), &mut table).book().to_string();
    let book = Book::read(&book).unwrap();
    for (size, verdict) in [("大型", "unmet"), ("中型", "unmet"), ("小型", "met")] {
        let facts = json!([{ "company": "X", "facts": { "规模": size } }]).to_string();
        let facts = company::policy::Facts::from_json(&facts, &book).unwrap();
        let engine = company::policy::Engine::new(&book, &facts, Moment::from_us(0).date());
        let answer = engine.answer(0, &facts.companies[0]);
        assert_eq!(format!("{:?}", answer.verdict).to_lowercase(), verdict, "{size}");
    }
}

#[test]
fn what_cannot_be_read_is_set_aside_alone_in_a_long_table() {
    let codes: Vec<String> = (0..600).map(|n| format!("zc{n}")).collect();
    let mut rows: Vec<Vec<&str>> = vec![HEADER.to_vec()];
    for (n, code) in codes.iter().enumerate() {
        let amount = if n == 77 || n == 500 { "1 +" } else { "1000" };
        rows.push(vec![code, "名", amount, "", "规模", "属于", "小型、中型", ""]);
    }
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let base = json!({
        "fields": [{ "key": "size", "name": "规模" }],
        "items": [
            { "code": "zc3", "name": "旧", "amount": 1 },
            // Without a last day it is in force beside any other version.
            { "code": "zc9", "name": "旧", "amount": 1, "from": "2026-01-01" },
        ],
    });
    let mut read = table(&rows);
    let merged = merge(base, &mut read);
    assert_eq!((merged.added, merged.changed, merged.same, merged.fresh.len()), (596, 1, 0, 0));
    let refused: Vec<u64> = read.refused.iter().map(|r| r.0).collect();
    assert_eq!(refused, [11, 79, 502], "{:?}", read.refused);
    let book = Book::read(&merged.book().to_string()).unwrap();
    assert_eq!(book.items.len(), 598);
    assert_eq!((book.items[0].name.as_str(), book.items[1].name.as_str()), ("名", "旧"));
    // The same again changes nothing.
    let (mut once, mut again) = (table(&rows[..3]), table(&rows[..3]));
    let laid = merge(json!([]), &mut once);
    assert_eq!(laid.fresh, ["规模"]);
    let laid = merge(laid.book(), &mut again);
    assert_eq!((laid.added, laid.changed, laid.same), (0, 0, 2));
}

#[test]
fn a_table_none_of_whose_items_goes_with_the_book_is_judged_in_time() {
    let codes: Vec<String> = (0..1_500).map(|n| format!("zc{n}")).collect();
    let mut rows: Vec<Vec<&str>> = vec![HEADER.to_vec()];
    rows.extend(codes.iter().map(|code| vec![code.as_str(), "名", "1000", "", "规模", "属于", "小型", ""]));
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    // In force without a last day.
    let item = |code: &String| json!({ "code": code, "name": "旧", "amount": 1, "from": "2026-01-01" });
    let base = json!({ "items": codes.iter().map(item).collect::<Vec<_>>() });
    let mut read = table(&rows);
    let began = std::time::Instant::now();
    let merged = merge(base, &mut read);
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!((merged.added, merged.changed, merged.items.len()), (0, 0, 1_500));
    assert_eq!(read.refused.len(), 1_500);
    assert!(read.refused.iter().all(|r| r.1.contains("重叠")), "{:?}", read.refused[0]);
}

#[test]
fn two_amounts_of_one_item_are_told_as_the_cells_say_them() {
    let table = table(&[
        HEADER,
        &["A", "甲", "1000", "", "", "", "", ""],
        &["A", "甲", "2,000元", "5万", "", "", "", ""],
    ]);
    let why = table.items[0].fault.as_ref().map_or("", |f| f.1.zh.as_str());
    assert!(why.contains("“1000”、“2,000元（上限 5万）”") && !why.contains('{'), "{why}");
}

#[test]
fn days_of_the_calendar_taken_as_working_days_are_told() {
    for (text, want, told) in [
        ("15", 15, ""),
        ("15天", 15, ""),
        ("15个工作日", 15, ""),
        ("15个自然日", 15, "自然日"),
        ("两周", 14, "自然日"),
        ("3-5个工作日", 5, "较长"),
        ("1周-10天", 10, "自然日"),
        ("1.5个工作日", 2, "按一天"),
    ] {
        let (n, decided) = days(text).unwrap();
        let zh: String = decided.iter().map(|d| d.0).collect();
        assert_eq!((n, decided.is_empty()), (want, told.is_empty()), "{text}");
        assert!(zh.contains(told), "{text}: {zh}");
    }
    assert_eq!((days("2个月"), days("12月31日"), days("很快")), (None, None, None));
    let header: &[&str] = &["事项编码", "事项名称", "金额", "兑现时限"];
    let table = table(&[header, &["A", "甲", "1000", "15个自然日"]]);
    let told = &table.told.values_unknown;
    assert!(told.len() == 1 && told[0].taken_as.contains("15 个工作日（原写自然日"), "{told:?}");
}

#[test]
fn a_table_that_is_too_long_is_refused_before_it_is_read() {
    let mut rows = vec![HEADER];
    rows.extend((0..=ROWS_MAX).map(|_| &["A", "甲", "1", "", "", "", "", ""][..]));
    let long = PolicyTable::read(&sheet(&rows), &Asked::default());
    assert!(matches!(long, Err(Error::Invalid { said, .. }) if said.zh.contains("5000")), "too long");
    rows.pop();
    assert_eq!(table(&rows).items[0].rows.len(), ROWS_MAX);
}
