use super::*;
use crate::policy::{Book, Engine, Facts};
use proptest::prelude::*;

const CITY: &str = include_str!("../../../../../../data/policies/city.json");

fn there_and_back(book: &Json) -> Json {
    from_sheets(&to_sheets(book)).unwrap()
}

#[test]
fn the_book_of_the_model_city_comes_back_as_it_was() {
    let book: Json = serde_json::from_str(CITY).unwrap();
    let again = there_and_back(&book);
    assert_eq!(again["items"].as_array().unwrap().len(), book["items"].as_array().unwrap().len());
    for (old, new) in book["items"].as_array().unwrap().iter().zip(again["items"].as_array().unwrap()) {
        assert_eq!(item_row(old), item_row(new));
        assert_eq!(condition_rows(old), condition_rows(new));
    }
    for key in ["params", "ladders", "funds", "documents", "note"] {
        assert_eq!(again[key], book[key], "{key}");
    }
    let (a, b) = (Book::read(&book.to_string()).unwrap(), Book::read(&again.to_string()).unwrap());
    assert_eq!(format!("{:?}", a.items), format!("{:?}", b.items), "it says the same of everybody");
    assert_eq!(format!("{:?}", a.fields), format!("{:?}", b.fields));
    // Once more nothing moves.
    assert_eq!(there_and_back(&again), again);
}

#[test]
fn everything_that_a_condition_can_be_has_a_row() {
    let item = json!({
        "code": "x", "from": "2026-01-01",
        "conditions": {"all": [
            {"field": "a", "op": "in", "value": ["小型", "12", 12, "甲、乙", "是"], "as_of": "2024"},
            {"any": [{"expr": "b / c", "op": "<=", "value": "$rate"}, {"not": {"field": "d", "op": "=", "value": true}, "text": "除外"}], "text": "其一"},
            {"at_least": 2, "of": [{"field": "e", "op": ">", "value": {"field": "f@Y-1"}}, {"field": "g", "op": ">=", "value": {"expr": "h * 2"}}, {"field": "i", "op": "starts_with", "value": "C"}]},
            {"field": "j", "op": "<", "value": "5.5%", "source": "社保", "text": "低于"}
        ]},
        "amount": {"expr": "a * 2", "cap": 100, "least": "1万", "round": "down_hundred"},
        "params": {"rate": [{"to": "2025-12-31", "value": 1}, {"from": "2026-01-01", "value": {"大型": "30%", "小型": 0.6}, "text": "新"}]},
        "ladders": {"l": {"mode": "marginal", "bands": [{"to": 10, "rate": "5%"}, {"over": 10, "rate": 0.04, "give": 3}]}}
    });
    let book = json!({ "items": [item] });
    assert_eq!(there_and_back(&book)["items"][0], item);
    let rows = condition_rows(&item);
    assert_eq!(rows[0][5], "小型、\"12\"、12、\"甲、乙\"、\"是\"");
    assert_eq!((rows[1][1].as_str(), rows[3][0].as_str(), rows[3][1].as_str()), ("满足其一", "2.2", "不得"));
    assert_eq!(rows[5][1], "至少2项");
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    let mut sheets = to_sheets(
        &json!({ "items": [{"code": "x", "name": "甲", "conditions": [{"field": "a", "op": ">", "value": 1}]}] }),
    );
    let broken = |change: &dyn Fn(&mut Vec<Sheet>)| {
        let mut s = sheets.clone();
        change(&mut s);
        from_sheets(&s).unwrap_err()[0].said.zh.clone()
    };
    assert!(broken(&|s| s[0].1[1][11] = "很快".into()).contains("“事项”表第 2 行"));
    assert!(broken(&|s| s[0].1[0][1] = "名儿".into()).contains("名儿"));
    assert!(broken(&|s| s[1].1[1][2] = "甲".into()).contains("序号"));
    assert!(broken(&|s| s[1].1[1][3] = "或许".into()).contains("种类"));
    assert!(broken(&|s| s[1].1[1][0] = "y".into()).contains("没有"));
    assert!(broken(&|s| s[1].1[1][2] = "1.1".into()).contains("上面没有"));
    assert!(broken(&|s| s[0].1[1][15] = "100".into()).contains("没有金额"));
    sheets[1].1.push(vec![String::new(); 10]);
    assert!(from_sheets(&sheets).is_ok(), "empty rows are none");
}

proptest! {
    /// Whatever is written into cells: no panic; and what can be read comes back the same.
    #[test]
    fn cells_of_any_kind(cells in prop::collection::vec("[\\PC\"、$:.=0-9]{0,12}", 10..60)) {
        let mut sheets = to_sheets(&json!({ "items": [{"code": "x", "conditions": []}] }));
        sheets[0].1.push(cells.iter().take(19).cloned().collect());
        sheets[1].1.push(cells.iter().rev().take(10).cloned().collect());
        if let Ok(book) = from_sheets(&sheets) {
            prop_assert_eq!(there_and_back(&book), book);
        }
    }
    /// Texts and numbers of any kind stand in a list and come back.
    #[test]
    fn values_come_back(texts in prop::collection::vec("\\PC{1,10}", 1..5), n in any::<i64>()) {
        let mut list: Vec<Json> = texts.iter().map(|t| json!(t)).collect();
        list.push(json!(n));
        let cell = list.iter().map(scalar).collect::<Vec<_>>().join("、");
        let back: Vec<Json> = divided(&cell).iter().map(|v| read_scalar(v)).collect();
        prop_assert_eq!(back, list);
    }
}

#[test]
fn both_answer_the_same() {
    let book: Json = serde_json::from_str(CITY).unwrap();
    let again = there_and_back(&book);
    let (a, b) = (Book::read(&book.to_string()).unwrap(), Book::read(&again.to_string()).unwrap());
    let facts = r#"[{"company": "x", "facts": {"size": "小型", "industry": "C", "insured@2025": 20, "claimants@2025": 1, "paid_months@2025": 12, "unemployment_paid@2025": 10000, "dispatch": false, "serious_dishonest": false}}]"#;
    let facts = Facts::from_json(facts, &a).unwrap();
    let at = "2026-03-02".parse().unwrap();
    let (a, b) = (Engine::new(&a, &facts, at), Engine::new(&b, &facts, at));
    for i in 0..a.len() {
        let (x, y) = (a.answer(i, &facts.companies[0]), b.answer(i, &facts.companies[0]));
        assert_eq!((x.verdict, x.amount, &x.trace), (y.verdict, y.amount, &y.trace));
    }
}
