use super::*;
use crate::sample;
use proptest::prelude::*;

#[test]
fn sheets_come_back_as_they_went_even_with_columns_moved() {
    let items = [sample::food_licence(), sample::full()];
    let mut sheets = export(&items);
    assert_eq!(import(&sheets), (items.to_vec(), vec![]));
    sheets.reverse();
    for s in &mut sheets {
        for row in &mut s.rows {
            row.rotate_left(2);
        }
    }
    assert_eq!(import(&sheets), (items.to_vec(), vec![]));
}

#[test]
fn a_wrong_cell_is_named_with_sheet_row_and_column() {
    let mut sheets = export(&[sample::food_licence()]);
    let column = sheets[0].rows[0].iter().position(|h| h == "承诺办结时限").unwrap();
    sheets[0].rows[1][column] = "尽快".to_owned();
    let lost = sheets[1].rows[1].clone();
    sheets[1].rows.push(lost);
    sheets[1].rows.last_mut().unwrap()[0] = "没有的编码".to_owned();
    let (items, problems) = import(&sheets);
    assert!(items.is_empty(), "an item with a wrong cell is not taken in half");
    let at: Vec<_> = problems.iter().map(|p| (p.sheet.as_str(), p.row, p.column.as_str())).collect();
    assert_eq!(at, [("事项", 2, "承诺办结时限"), ("材料", 6, "实施编码")]);
    assert!(problems[0].said.zh.contains("5个工作日"), "{:?}", problems[0]);
    // The item and all of its parts can be mended and brought again.
    let done = import_told(&sheets, &NOTHING_ASKED);
    assert_eq!(done.aside[0].rows.len(), 1);
    assert!(done.aside[0].rows[0].2.contains("承诺办结时限"), "{:?}", done.aside[0].rows);
    assert_eq!(done.aside[1].rows.len(), sheets[1].rows.len() - 1);
    assert_eq!(done.told[0].set_aside_count, 1);
}

#[test]
fn whatever_was_decided_about_a_list_of_one_sheet_is_told() {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let rows = vec![
        row(["事项名称", "实施单位", "办理时限", "申请材料"]),
        row(["甲证", "市住建局", "即办件", "身份证"]),
        row(["乙证", "市住建局", "3-5个工作日", "身份证"]),
        row(["丙证", "市住建局", "7", "身份证"]),
    ];
    let sheets = [Sheet { name: "清单".to_owned(), rows, ..Sheet::default() }];
    let done = import_told(&sheets, &NOTHING_ASKED);
    assert_eq!(done.items.len(), 3, "{:?}", done.problems);
    let told: Vec<&str> = done.told[0].values_unknown.iter().map(|v| v.value.as_str()).collect();
    for value in ["即办件", "3-5个工作日", "7"] {
        assert!(told.contains(&value), "{value} of {told:?}");
    }
}

#[test]
fn columns_and_sheets_that_are_not_read_are_told() {
    let mut sheets = export(&[sample::food_licence()]);
    sheets[0].rows[0].push("科室电话".to_owned());
    sheets[0].rows[1].push("0730-8888888".to_owned());
    sheets.push(Sheet { name: "字典".to_owned(), ..Sheet::default() });
    let done = import_told(&sheets, &NOTHING_ASKED);
    assert_eq!((done.items.len(), done.problems.len()), (1, 0));
    let unused = &done.told[0].columns_unused[0];
    assert_eq!((unused.name.as_str(), unused.likely.as_deref()), ("科室电话", Some("phone")));
    let others: Vec<_> = done.told[0].sheets_other.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(others, ["字典"]);
}

proptest! {
    #[test]
    fn any_sheets_are_read_without_panic(
        cells in proptest::collection::vec(proptest::collection::vec("[\\PC\n]{0,12}", 0..6), 0..6),
        name in prop::sample::select(vec!["事项", "材料", "环节", "别的"]),
    ) {
        let mut rows = cells;
        let heading = template().into_iter().find(|s| s.name == name).map(|s| s.rows[0].clone());
        if let Some(heading) = heading {
            rows.insert(0, heading);
        }
        let (items, problems) = import(&[Sheet { name: name.to_owned(), rows, ..Sheet::default() }]);
        prop_assert!(items.iter().all(|i| validate(i).is_empty()));
        prop_assert!(problems.len() <= PROBLEMS_MAX);
    }
}

/// What a list says is read, or said as what it is stored: a value is never another one in silence.
#[test]
fn what_clerks_write_in_a_list_is_read_or_said() {
    let sheet = |heading: &str, cells: &[&str]| {
        let mut rows = vec![["事项名称", "实施主体", heading].map(str::to_owned).to_vec()];
        rows.extend(
            cells
                .iter()
                .enumerate()
                .map(|(i, c)| vec![format!("事项{i}"), "市甲局".to_owned(), (*c).to_owned()]),
        );
        import_told(&[Sheet { name: "清单".to_owned(), rows, ..Sheet::default() }], &NOTHING_ASKED)
    };
    let got = |heading: &str, key: &str, cells: &[&str]| -> Vec<String> {
        let field = ServiceItem::FIELDS.iter().find(|f| f.key == key).unwrap();
        sheet(heading, cells).items.iter().map(|i| (field.get)(i)).collect()
    };
    let yes = ["收费", "是（每本120元）", "Y", "√", "有", "是"];
    assert_eq!(got("是否收费", "charged", &yes), ["是"; 6]);
    assert_eq!(got("是否收费", "charged", &["不收费", "否（免征）", "×", "无"]), ["否"; 4]);
    let visits = ["２", "1.0", "不超过1次", "1-2", "一次", "最多跑一次", "不用跑"];
    assert_eq!(got("到办事现场次数", "visits", &visits), ["2", "1", "1", "2", "1", "1", "0"]);
    assert_eq!(
        got("事项类型", "kind", &["行政许可事项", "许可", "公共服务"]),
        ["行政许可", "行政许可", "公共服务事项"]
    );
    assert_eq!(got("办件类型", "handling", &["即办", "承诺"]), ["即办件", "承诺件"]);
    assert_eq!(
        got("生效日期", "effective_from", &["2026年1月1日", "46023", "2026/1/1", "26.1.1"]),
        ["2026-01-01"; 4]
    );
    // The column shows which is the day.
    assert_eq!(
        got("生效日期", "effective_from", &["01/02/2026", "01/22/2026"]),
        ["2026-01-02", "2026-01-22"]
    );
    assert_eq!(got("失效日期", "effective_to", &["长期", "2027-01-01"]), ["", "2027-01-01"]);
    // What is not understood says what stands there instead.
    let told = sheet("是否收费", &["视情况"]);
    assert!(told.told[0].values_unknown.iter().any(|v| v.taken_as.contains("按“否”存")), "{:?}", told.told);
    // A rounded number names no item.
    let told = sheet("实施编码", &["1.19902E+30", "1.19902E+30", "A0001"]);
    assert_eq!((told.items.len(), told.problems.len(), told.aside[0].rows.len()), (1, 2, 2));
}
