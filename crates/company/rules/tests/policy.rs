//! The rules of policies: worked examples of a real one, the laws of three values, what is refused.

use company::policy::checkup::{FindingKind, checkup};
use company::policy::evaluate::batch;
use company::policy::facts::Fact;
use company::policy::pack::pack;
use company::policy::replay::replay;
use company::policy::trace::verdict_of;
use company::policy::{Book, Engine, Facts, Number, Truth};
use kernel::Date;
use proptest::prelude::*;
use serde_json::{Value, json};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}
fn book(items: &serde_json::Value) -> Book {
    Book::read(&items.to_string())
        .unwrap_or_else(|e| panic!("{}", e.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}
fn facts(book: &Book, companies: &serde_json::Value) -> Facts {
    Facts::from_json(&companies.to_string(), book).unwrap()
}

/// 稳岗返还: one name, several years, other ratios and another definition of the rate.
fn refund() -> serde_json::Value {
    json!({
        "fields": [
            {"key": "paid_months", "name": "连续缴费月数", "unit": "个月", "type": "number", "source": "社保"},
            {"key": "insured", "name": "参保人数", "unit": "人", "type": "number", "source": "社保"},
            {"key": "claimants", "name": "领取失业保险金人数", "unit": "人", "type": "number", "source": "社保"},
            {"key": "insured_average", "name": "月平均参保人数", "unit": "人", "type": "number", "source": "社保"},
            {"key": "size", "name": "企业规模", "type": "text"},
            {"key": "paid", "name": "上年度缴纳失业保险费", "unit": "元", "type": "number", "source": "社保"},
            {"key": "dispatch", "name": "劳务派遣企业", "type": "bool"}
        ],
        "params": {
            "layoff_max": {"一般": 0.055, "小": "20%"},
            "refund": [
                {"from": "2022-01-01", "to": "2022-12-31", "value": {"大型": 0.50, "中型": 0.90, "小型": 0.90, "微型": 0.90}},
                {"from": "2024-01-01", "to": "2025-12-31", "value": {"大型": 0.30, "中型": 0.60, "小型": 0.60, "微型": 0.60}}
            ]
        },
        "items": [
            {
                "code": "wengang", "name": "失业保险稳岗返还(2022)", "policy": "稳岗", "from": "2022-01-01", "to": "2022-12-31", "way": "免申即享",
                "conditions": {"all": [
                    {"field": "paid_months", "op": ">=", "value": 12, "text": "上年度依法参保缴费满12个月"},
                    {"any": [
                        {"expr": "(insured@Y-2 - insured@Y-1) / insured@Y-2", "op": "<=", "value": {"expr": "lookup($layoff_max, if(insured@Y-1 <= 30, \"小\", \"一般\"))"}},
                        {"expr": "claimants@Y-1 / insured@Y-2", "op": "<=", "value": {"expr": "lookup($layoff_max, if(insured@Y-1 <= 30, \"小\", \"一般\"))"}}
                    ], "text": "裁员率不高于5.5%（30人以下不高于20%）"}
                ]},
                "amount": "paid * lookup($refund, size)"
            },
            {
                "code": "wengang", "name": "失业保险稳岗返还(2024)", "policy": "稳岗", "from": "2024-01-01", "to": "2025-12-31", "way": "免申即享",
                "conditions": [
                    {"field": "paid_months", "op": ">=", "value": 12, "text": "缴费满12个月"},
                    {"field": "insured_average", "op": ">", "value": 0},
                    {"expr": "claimants@Y-1 / insured_average", "op": "<=", "value": {"expr": "lookup($layoff_max, if(insured_average <= 30, \"小\", \"一般\"))"}},
                    {"field": "dispatch", "op": "=", "value": false}
                ],
                "amount": {"expr": "paid * lookup($refund, size)", "round": "fen"}
            }
        ]
    })
}

#[test]
fn worked_examples_of_the_refund() {
    let book = book(&refund());
    let facts = facts(
        &book,
        &json!([
            {"company": "A", "facts": {"paid_months": 12, "insured@2020": 100, "insured@2021": 100, "claimants@2021": 5, "paid": 10000, "size": "大型"}},
            {"company": "B", "facts": {"paid_months": 24, "insured@2020": 20, "insured@2021": 15, "claimants@2021": 5, "paid": 1000.55, "size": "小型"}},
            {"company": "C", "facts": {"paid_months": 24, "insured@2020": 20, "insured@2021": 16, "paid": 1000, "size": "小型"}},
            {"company": "D", "facts": {"paid_months": 11, "insured@2020": 20}},
            {"company": "E", "facts": {"paid_months": 12, "insured@2020": 200, "insured@2021": 189, "paid": 100, "size": "中型"}}
        ]),
    );
    let engine = Engine::new(&book, &facts, day("2022-06-01"));
    let of = |company: usize| engine.answer(0, &facts.companies[company]);
    // 100 人,5 人领金:5% ≤ 5.5%,符合,大型返 50%。
    assert_eq!((of(0).verdict, of(0).amount), (Truth::Met, Some(Number::whole(5_000))));
    // 20 人减 5 人:25% > 20%;领金 5/20 也是 25%。
    assert_eq!((of(1).verdict, of(1).amount), (Truth::Unmet, Some(Number::ZERO)));
    // 20 人减 4 人:正好 20%,边界在内;另一算法缺数不妨碍。
    assert_eq!((of(2).verdict, of(2).amount), (Truth::Met, Some(Number::whole(900))));
    // 缴费不满 12 个月:缺再多别的也已定了。
    assert_eq!(of(3).verdict, Truth::Unmet);
    assert_eq!(of(3).trace.iter().find(|t| t.at == "1").unwrap().short_of, Some(Number::ONE));
    // 200 减 11:正好 5.5%。
    assert_eq!(of(4).verdict, Truth::Met);
    // 另一年份的版本不生效,说明为何。
    let other = engine.answer(1, &facts.companies[0]);
    assert_eq!((other.verdict, other.trace[0].kind), (Truth::Unmet, "validity"));
}

#[test]
fn the_same_name_two_years_later_asks_something_else() {
    let book = book(&refund());
    let facts = facts(
        &book,
        &json!([
            {"company": "A", "facts": {"paid_months": 12, "claimants@2023": 5, "insured_average": 100, "paid": 10000, "size": "小型", "dispatch": "否"}},
            {"company": "B", "facts": {"paid_months": 12, "claimants@2023": 5, "insured_average": 0, "dispatch": "否"}},
            {"company": "C", "facts": {"paid_months": 12, "claimants@2023": 5, "insured_average": 100, "dispatch": "是"}},
            {"company": "D", "facts": {"paid_months": 12, "insured_average": 100, "dispatch": "否", "size": "小型"}}
        ]),
    );
    let engine = Engine::new(&book, &facts, day("2024-06-01"));
    let of = |company: usize| engine.answer(1, &facts.companies[company]);
    assert_eq!((of(0).verdict, of(0).amount), (Truth::Met, Some(Number::whole(6_000))));
    assert_eq!(of(1).verdict, Truth::Unmet, "月平均为 0 由一条条件拦住");
    assert_eq!(of(2).verdict, Truth::Unmet);
    // 缺领金人数:不知道,绝不当作 0。
    assert_eq!((of(3).verdict, of(3).amount), (Truth::Unknown, None));
    assert!(of(3).trace.iter().any(|t| t.missing == ["claimants@Y-1"]));
    let read = pack(&engine, &facts.companies[3]);
    assert!(read.said.contains("还缺信息的 1 项（填写 1 个数就知道）"), "{}", read.said);
    assert_eq!(read.questions[0].name, "上年领取失业保险金人数");
}

#[test]
fn what_a_company_reads() {
    let book = book(&json!({"fields": [{"key": "insured", "name": "参保人数", "unit": "人"}], "items": [
        {"code": "a", "name": "甲", "group": "g", "conditions": [{"field": "insured", "op": "≥", "value": 10}], "amount": 50_000},
        {"code": "b", "name": "乙", "group": "g", "conditions": [{"field": "insured", "op": "≥", "value": 12}], "amount": "7.6万"},
        {"code": "c", "name": "丙", "conditions": [{"field": "insured", "op": "≥", "value": 20}], "amount": 1},
        {"code": "d", "name": "丁", "conditions": [{"field": "x", "op": "=", "value": true}, {"field": "y", "op": "<", "value": 3}]},
        {"code": "e", "name": "戊", "conditions": [{"field": "x", "op": "=", "value": true}]}
    ]}));
    let facts = facts(&book, &json!({"company": "A", "insured": 16}));
    let engine = Engine::new(&book, &facts, day("2026-01-05"));
    let p = pack(&engine, &facts.companies[0]);
    assert_eq!(
        p.said,
        "可以享受 1 项，约 7.6 万元；还差一点的 1 项（参保人数少 4 人）；还缺信息的 2 项（填写 2 个数就知道）"
    );
    assert_eq!(p.met[0].instead.as_deref(), Some("b"));
    // 先问 x:一个数就定一项;再问 y。
    assert_eq!(p.questions.iter().map(|q| q.field.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(p.questions[0].settles, ["e"]);
}

/// How far off one number is, for each comparison: which way by the numbers and never by the words of the sentence, nothing
/// is “少 0”, money is money, and what is far is not called near.
#[test]
fn how_far_off_in_words() {
    for (unit, have, op, bound, said) in [
        ("人", 16.0, "≥", 20.0, Some("参保人数少 4 人")),
        ("人", 25.0, "≤", 20.0, Some("参保人数多 5 人")),
        ("人", 20.0, "<", 20.0, Some("参保人数须低于 20 人")),
        ("元", 0.0, ">", 0.0, Some("参保人数须高于 0 元")),
        ("元", 450_000.0, "≥", 500_000.0, Some("参保人数少 5 万元")),
        ("项", 2.0, "=", 0.0, Some("参保人数应为 0 项")),
        ("", 0.02, "≥", 0.03, Some("参保人数少 1%")),
        ("人", 16.0, "≥", 500.0, None),
        ("人", 3.0, "≥", 8.0, Some("参保人数少 5 人")),
        ("元", 100.0, "≥", 20_000_000.0, None),
    ] {
        // A sentence with words of both directions in it.
        let row = json!({"field": "insured", "op": op, "value": bound, "text": "不低于或者不超过规定数"});
        let book = book(&json!({"fields": [{"key": "insured", "name": "参保人数", "unit": unit}],
            "items": [{"code": "a", "name": "甲", "conditions": [row]}]}));
        let facts = facts(&book, &json!({"company": "A", "insured": have}));
        let p = pack(&Engine::new(&book, &facts, day("2026-01-05")), &facts.companies[0]);
        let near: Vec<&str> = p.near.iter().map(|n| n.said.as_str()).collect();
        assert_eq!((near, p.unmet), (said.into_iter().collect(), 1), "{have} {op} {bound}");
    }
}

#[test]
fn refused_in_words() {
    for (items, word) in [
        (json!([{"name": "无编码"}]), "code"),
        (json!([{"code": "a", "conditions": [{"field": "x", "op": "~", "value": 1}]}]), "不认识比较“~”"),
        (json!([{"code": "a", "conditions": [{"field": "x", "op": ">"}]}]), "缺少可比的 value"),
        (json!([{"code": "a", "conditions": {"at_least": 3, "of": []}}]), "at_least"),
        (
            json!([{"code": "a", "conditions": [{"field": "x", "op": ">", "value": 1, "colour": 2}]}]),
            "不认识“colour”",
        ),
        (json!([{"code": "a", "amount": "paid *"}]), "没有写完"),
        (json!([{"code": "a", "amount": "$none * 2"}]), "没有定义的 $none"),
        (
            json!([{"code": "a", "amount": "ladder(l, x)", "ladders": {"l": {"bands": [{"to": 5, "rate": 0.1}, {"from": 5, "rate": 0.2}]}}}]),
            "重叠",
        ),
        (json!([{"code": "a", "from": "2025-01-01", "to": "2024-01-01"}]), "有效期倒了"),
        (json!([{"code": "a"}, {"code": "a"}]), "有效期重叠"),
        (json!([{"code": "a", "from": "someday"}]), "不是日期"),
    ] {
        let faults = Book::read(&items.to_string()).unwrap_err();
        assert!(faults.iter().any(|f| f.said.zh.contains(word)), "{items} → {faults:?}");
    }
    // 每个毛病都说,不只第一个。
    assert_eq!(
        Book::read(&json!([{"code": "a", "amount": "1+"}, {"code": "b", "amount": "(2"}]).to_string())
            .unwrap_err()
            .len(),
        2
    );
    assert!(Book::read("甲乙丙").is_err());
}

#[test]
fn a_fact_that_cannot_be_used_is_named() {
    let book = book(&json!({"fields": [{"key": "n", "type": "number"}], "items": []}));
    let facts = facts(
        &book,
        &json!([{"company": "A", "n": "很多", "m@someday": 1, "k": {"value": [1]}, "ok": 1, "none": null}]),
    );
    assert_eq!(facts.set_aside.len(), 3, "{:?}", facts.set_aside);
    assert!(facts.number("ok").is_some());
}

#[test]
fn tables_of_companies() {
    let book = book(&json!({"fields": [{"key": "insured", "name": "参保人数", "type": "number"}], "items": [
        {"code": "a", "conditions": [{"field": "insured", "as_of": "2024", "op": ">", "value": 3}, {"field": "bank", "op": "starts_with", "value": "0043"}]}
    ]}));
    let header = ["统一社会信用代码", "企业名称", "参保人数@2024", "bank"].map(str::to_owned);
    let rows = vec![
        vec!["91".to_owned(), "甲".into(), "4".into(), "0043001".into()],
        vec![String::new(), String::new(), "7".into(), String::new()],
    ];
    let facts = Facts::from_table(&header, rows.into_iter(), &book).unwrap();
    let engine = Engine::new(&book, &facts, day("2026-01-05"));
    assert_eq!(engine.answer(0, &facts.companies[0]).verdict, Truth::Met);
    assert_eq!(facts.set_aside.len(), 1);
    let long = ["company", "field", "value", "as_of", "source"].map(str::to_owned);
    let rows = vec![
        ["91", "参保人数", "4", "2024-12-31", "社保"].map(str::to_owned).to_vec(),
        ["91", "bank", "0043", "", ""].map(str::to_owned).to_vec(),
    ];
    let facts = Facts::from_table(&long, rows.into_iter(), &book).unwrap();
    let engine = Engine::new(&book, &facts, day("2026-01-05"));
    let answer = engine.answer(0, &facts.companies[0]);
    assert_eq!(answer.verdict, Truth::Met);
    assert_eq!(answer.trace[1].known[0].source, "社保");
}

#[test]
fn the_checkup_finds_each_kind() {
    let book = book(&json!({
        "fields": [{"key": "insured", "name": "参保人数"}, {"key": "revenue", "name": "营业收入"}],
        "params": {"p": [{"from": "2024-01-01", "to": "2024-06-30", "value": 1}, {"from": "2024-08-01", "value": 2}]},
        "items": [
            {"code": "no-end", "conditions": [{"field": "insured", "op": ">=", "value": 10, "text": "参保人数不低于12人"}], "amount": 1},
            {"code": "expired", "to": "2024-12-31", "class": "资质", "conditions": [{"field": "elsewhere", "op": "=", "value": 1}]},
            {"code": "empty", "to": "2027-12-31", "class": "权益"},
            {"code": "boundary", "to": "2027-12-31", "class": "资质", "conditions": [{"field": "insured", "op": ">", "value": 30, "text": "30人以上"}]},
            {"code": "never", "to": "2027-12-31", "class": "资质", "conditions": [{"field": "insured", "op": ">", "value": 30}, {"field": "insured", "op": "<", "value": 20}]},
            {"code": "divides", "to": "2027-12-31", "conditions": [{"expr": "insured / revenue", "op": ">", "value": 1}]},
            {"code": "low", "policy": "阶", "to": "2027-12-31", "conditions": [{"field": "revenue", "op": "<", "value": 100}], "amount": "$p", "fund": "f"},
            {"code": "middle", "policy": "阶", "to": "2027-12-31", "conditions": [{"field": "revenue", "op": ">", "value": 100}, {"field": "revenue", "op": "<=", "value": 200}], "amount": 2},
            {"code": "high", "policy": "阶", "to": "2027-12-31", "conditions": [{"field": "revenue", "op": ">=", "value": 200}], "amount": {"expr": "ladder(l, revenue)"},
             "ladders": {"l": {"bands": [{"to": 300, "rate": "5%"}, {"over": 300, "rate": "4%"}]}}}
        ]
    }));
    let found = checkup(&book, None, day("2026-01-05"));
    for (item, kind) in [
        ("no-end", FindingKind::NoEnd),
        ("no-end", FindingKind::NumberDiffers),
        ("expired", FindingKind::Expired),
        ("expired", FindingKind::NobodySupplies),
        ("empty", FindingKind::NoCondition),
        ("boundary", FindingKind::ComparisonDiffers),
        ("never", FindingKind::NeverMet),
        ("divides", FindingKind::MayDivideByNought),
        ("divides", FindingKind::NoAmount),
        ("low", FindingKind::ParameterGap),
        ("low", FindingKind::NoFund),
        ("low", FindingKind::Gap),
        ("middle", FindingKind::Overlap),
        ("high", FindingKind::Drop),
    ] {
        assert!(
            found.iter().any(|f| f.item == item && f.kind == kind),
            "{item} {kind:?} missing in {found:#?}"
        );
    }
}

#[test]
fn a_replay_says_who_gains_and_what_it_costs() {
    let of = |bound: i64| {
        json!({"funds": [{"code": "f", "balance": 250}], "items": [
            {"code": "a", "fund": "f", "conditions": [{"field": "n", "op": ">=", "value": bound}], "amount": 100}
        ]})
    };
    let (new, old) = (book(&of(10)), book(&of(20)));
    let facts = facts(
        &new,
        &json!([{"company": "A", "n": 10, "size": "小型"}, {"company": "B", "n": 15, "size": "小型"}, {"company": "C", "n": 30, "size": "大型"}, {"company": "D", "size": "大型"}]),
    );
    let (now, before) =
        (Engine::new(&new, &facts, day("2026-01-05")), Engine::new(&old, &facts, day("2026-01-05")));
    let r = &replay(&now, Some(&before), &facts, &["size".to_owned()], 2)[0];
    assert_eq!((r.all.met, r.all.unknown, r.all.cost, r.gain, r.lose), (3, 1, Number::whole(300), 2, 0));
    assert_eq!(r.by["size"]["小型"].met, 2);
    assert_eq!(r.boundary.iter().map(|b| b.company.as_str()).collect::<Vec<_>>(), ["A"]);
    assert_eq!(r.fund, Some(("f".into(), Number::whole(250), false)));
}

/// A random condition over five fields.
fn condition() -> impl Strategy<Value = serde_json::Value> {
    let row = (0..5usize, prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]), -3i64..4)
        .prop_map(|(f, op, v)| json!({"field": format!("f{f}"), "op": op, "value": v}));
    let rate = (0..5usize, 0..5usize, -2i64..3)
        .prop_map(|(a, b, v)| json!({"expr": format!("f{a} / f{b}"), "op": "<=", "value": v}));
    prop_oneof![row, rate].prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|c| json!({ "all": c })),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|c| json!({ "any": c })),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|c| json!({"at_least": 2, "of": c})),
            inner.prop_map(|c| json!({ "not": c })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// 多知道一些,绝不会把“符合”变成“还缺信息”,也不会推翻已定的结论;依据与结论总是一致;线程数不改变答案。
    #[test]
    fn more_knowledge_only_settles(c in condition(), values in prop::collection::vec(prop::option::of(-3i64..4), 5), more in prop::collection::vec(-3i64..4, 5)) {
        let book = book(&json!([{"code": "a", "conditions": c, "amount": "if(f0 > 0, f1, 2)"}]));
        let known: serde_json::Map<_, _> = values.iter().enumerate().filter_map(|(i, v)| Some((format!("f{i}"), json!((*v)?)))).collect();
        let mut facts = facts(&book, &json!([{"company": "A", "facts": known}]));
        let at = day("2026-01-05");
        let mut answer = Engine::new(&book, &facts, at).answer(0, &facts.companies[0]);
        for (i, v) in more.iter().enumerate().filter(|(i, _)| values[*i].is_none()) {
            prop_assert_eq!(verdict_of(&answer.trace, &[]), answer.verdict);
            facts.add(0, &format!("f{i}"), Fact { value: company::policy::value::Value::Number(Number::whole(*v)), as_of: None, source: "".into() });
            let next = Engine::new(&book, &facts, at).answer(0, &facts.companies[0]);
            if answer.verdict != Truth::Unknown {
                prop_assert_eq!(next.verdict, answer.verdict);
                if let Some(amount) = answer.amount {
                    prop_assert_eq!(next.amount, Some(amount));
                }
            }
            answer = next;
        }
    }

    #[test]
    fn any_number_of_threads_answers_the_same(c in prop::collection::vec(condition(), 1..4), rows in prop::collection::vec(prop::collection::vec(prop::option::of(-3i64..4), 5), 1..20), threads in 1usize..9) {
        let items: Vec<_> = c.iter().enumerate().map(|(i, c)| json!({"code": format!("i{i}"), "conditions": c, "amount": "f0 * 10%"})).collect();
        let book = book(&json!(items));
        let companies: Vec<_> = rows.iter().enumerate().map(|(i, row)| {
            let known: serde_json::Map<_, _> = row.iter().enumerate().filter_map(|(f, v)| Some((format!("f{f}"), json!((*v)?)))).collect();
            json!({"company": format!("c{i}"), "facts": known})
        }).collect();
        let facts = facts(&book, &json!(companies));
        let engine = Engine::new(&book, &facts, day("2026-01-05"));
        let one = batch(&engine, &facts.companies, 1);
        prop_assert_eq!(&batch(&engine, &facts.companies, threads), &one);
        for (c, company) in facts.companies.iter().enumerate() {
            for i in 0..engine.len() {
                let full = engine.answer(i, company);
                prop_assert_eq!((full.verdict, full.amount), one[c * engine.len() + i]);
            }
        }
        // A new fact changes only what reads its field.
        let field = facts.number("f3");
        let readers: Vec<usize> = field.into_iter().flat_map(|f| engine.readers(f)).collect();
        let mut more = facts.clone();
        if field.is_some() {
            more.add(0, "f3", Fact { value: company::policy::value::Value::Number(Number::whole(1)), as_of: Some(day("2026-01-01")), source: "".into() });
            let after = batch(&Engine::new(&book, &more, day("2026-01-05")), &more.companies, 1);
            for i in (0..engine.len()).filter(|i| !readers.contains(i)) {
                prop_assert_eq!(after[i], one[i]);
            }
        }
    }

    #[test]
    fn hostile_books_never_panic(text in "\\PC{0,200}") {
        let _ = Book::read(&text);
        let _ = Facts::from_json(&text, &Book::default());
    }
}

/// One company's answer to one condition.
fn asked(fields: &Value, condition: &Value, fact: &Value) -> (Truth, String) {
    let book = book(
        &json!({"fields": fields, "items": [{"code": "a", "from": "2026-01-01", "to": "2026-12-31", "conditions": condition, "amount": 1}]}),
    );
    let facts = facts(&book, &json!([{"company": "A", "facts": {"a": fact}}]));
    let engine = Engine::new(&book, &facts, day("2026-06-01"));
    let answer = engine.answer(0, &facts.companies[0]);
    let said = serde_json::to_string(&answer).unwrap();
    (answer.verdict, said)
}

/// Writings of yes and no × ways to ask, with and without a declared type.
#[test]
fn yes_and_no_are_the_same_in_every_writing_and_question() {
    let ask = |op: &str, value: Value| json!({"field": "a", "op": op, "value": value});
    let questions = [
        (ask("=", json!(true)), true),
        (ask("!=", json!(false)), true),
        (ask("=", json!("是")), true),
        (ask("in", json!([true])), true),
        (json!({"not": ask("=", json!(true))}), false),
        (ask("=", json!(false)), false),
        (ask("!=", json!(true)), false),
        (ask("不是", json!("是")), false),
    ];
    for fields in [json!([]), json!([{"key": "a", "type": "bool"}])] {
        for (condition, of_yes) in &questions {
            for (facts, is) in [
                (
                    vec![
                        json!(true),
                        json!(1),
                        json!("1"),
                        json!("是"),
                        json!("有"),
                        json!("√"),
                        json!("Y"),
                        json!("１"),
                        json!("TRUE"),
                    ],
                    true,
                ),
                (
                    vec![
                        json!(false),
                        json!(0),
                        json!("0"),
                        json!("否"),
                        json!("无"),
                        json!("×"),
                        json!("N"),
                        json!("没有"),
                    ],
                    false,
                ),
            ] {
                for fact in facts {
                    let want = if is == *of_yes { Truth::Met } else { Truth::Unmet };
                    assert_eq!(asked(&fields, condition, &fact).0, want, "{condition} {fact} {fields}");
                }
            }
            for fact in [json!("部分"), json!(2), json!("待核实"), json!("不详"), json!("")] {
                assert_eq!(asked(&fields, condition, &fact).0, Truth::Unknown, "{condition} {fact} {fields}");
            }
        }
    }
}

/// Words have no order: unknown with the problem said, never by their letters.
#[test]
fn words_are_never_ordered_by_their_letters() {
    for (op, value, fact) in [
        (">=", "10级", "9级"),
        (">=", "10级", "AAA"),
        (">=", "10级", "约100人"),
        ("不超过", "三级", "2"),
        ("<=", "2024年", "去年"),
        (">=", "30万套", "30万"),
    ] {
        let (verdict, said) =
            asked(&json!([]), &json!({"field": "a", "op": op, "value": value}), &json!(fact));
        assert_eq!(verdict, Truth::Unknown, "{fact} {op} {value}");
        assert!(said.contains("不能比大小"), "{said}");
    }
    for (op, value, fact, want) in [
        (">=", "30万", "300,000", Truth::Met),
        (">=", "0.3百万", "30万", Truth::Met),
        (">=", "三十万元", "299999", Truth::Unmet),
        (">=", "30万", "299,999.99", Truth::Unmet),
        ("=", "30万元", "300000", Truth::Met),
        ("<", "10人", "9人", Truth::Met),
    ] {
        let got = asked(&json!([]), &json!({"field": "a", "op": op, "value": value}), &json!(fact)).0;
        assert_eq!(got, want, "{fact} {op} {value}");
    }
}

fn enterprises() -> Book {
    book(&json!({"fields": [
        {"key": "insured", "name": "参保人数", "unit": "人", "type": "number", "synonyms": ["职工人数"]},
        {"key": "rd", "name": "研发费用", "unit": "元", "type": "number"},
        {"key": "born", "name": "成立日期", "type": "date"}
    ], "items": [
        {"code": "n", "from": "2026-01-01", "to": "2026-12-31", "conditions": {"field": "insured", "op": ">=", "value": 100}, "amount": "insured"},
        {"code": "rd", "from": "2026-01-01", "to": "2026-12-31", "conditions": {"field": "rd", "op": ">=", "value": "100万"}, "amount": "rd"},
        {"code": "y", "from": "2026-01-01", "to": "2026-12-31", "conditions": {"expr": "years(born, today())", "op": ">=", "value": 3}, "amount": 1}
    ]}))
}

/// Every way in which one fact may come twice: alike it counts, unlike it is unknown and told; the order never matters.
#[test]
fn a_fact_that_comes_twice_counts_once_or_is_unknown() {
    let book = enterprises();
    let verdict = |facts: &Facts| {
        let engine = Engine::new(&book, facts, day("2026-06-01"));
        engine.answer(0, &facts.companies[0]).verdict
    };
    let twice = |a: u32, b: u32| {
        let dated = |n: u32| json!({"value": n, "as_of": "2025"});
        [
            json!([{"company": "A", "facts": {"insured": a}}, {"company": "A", "facts": {"insured": b}}]),
            json!([{"company": "A", "facts": {"insured": a, "参保人数": b}}]),
            json!([{"company": "A", "facts": {"参保人数": a, "职工人数": b}}]),
            json!([{"company": "A", "facts": {"insured": a, "Insured": b}}]),
            json!([{"company": "A", "facts": {"insured": [dated(a), dated(b)]}}]),
            json!([{"company": "A", "facts": {"insured@2025": a, "insured": {"value": b, "as_of": "2025-12-31"}}}]),
            json!([{"company": "A", "facts": [{"field": "insured", "value": a}, {"field": "insured", "value": b}]}]),
            json!([{"company": "A", "facts": {"insured": [{"value": a, "source": "税务"}, {"value": b, "source": "社保"}]}}]),
        ]
    };
    for (a, b) in [(120, 90), (90, 120)] {
        for all in twice(a, b) {
            let read = facts(&book, &all);
            assert_eq!(verdict(&read), Truth::Unknown, "{all}");
            let kept = company::file::fact_list(&read, &read.companies[0]);
            assert!(kept.is_empty(), "none of them is kept: {kept:?}");
            assert!(
                read.set_aside.iter().any(|e| e.said.zh.contains("互相矛盾") && e.said.zh.contains("120")),
                "{all}"
            );
        }
    }
    for all in twice(120, 120) {
        let read = facts(&book, &all);
        assert_eq!(verdict(&read), Truth::Met, "{all}");
        assert!(read.set_aside.is_empty(), "{:?}", read.set_aside);
    }
    // An older value is not what is asked for when the newest ones differ.
    let older = facts(
        &book,
        &json!([{"company": "A", "facts": {"insured": [
        {"value": 120, "as_of": "2024"}, {"value": 130, "as_of": "2025"}, {"value": 90, "as_of": "2025"}]}}]),
    );
    assert_eq!(verdict(&older), Truth::Unknown);
    let newer = facts(
        &book,
        &json!([{"company": "A", "facts": {"insured": [
        {"value": 120, "as_of": "2025"}, {"value": 90, "as_of": "2024"}]}}]),
    );
    assert_eq!((verdict(&newer), newer.set_aside.len()), (Truth::Met, 0));
    let header = ["company", "参保人数"].map(str::to_owned);
    let rows = [["A", "120"], ["A", "90"]].map(|r| r.map(str::to_owned).to_vec());
    assert_eq!(verdict(&Facts::from_table(&header, rows.into_iter(), &book).unwrap()), Truth::Unknown);
}

#[test]
fn what_a_fact_holds_besides_is_used_or_told() {
    let book = enterprises();
    let read = facts(
        &book,
        &json!([{"company": "A", "facts": {"insured": {"value": 150, "unit": "万", "asof": "2024"}, "没人知道": 1}}]),
    );
    assert!(read.set_aside.iter().any(|e| e.said.zh.contains("asof")), "{:?}", read.set_aside);
    assert_eq!(read.unknown_fields.get("没人知道"), Some(&1));
    let rd = |fact: Value| {
        let read = facts(&book, &json!([{"company": "A", "facts": {"rd": fact}}]));
        let engine = Engine::new(&book, &read, day("2026-06-01"));
        engine.answer(1, &read.companies[0]).amount.map(|a| a.to_string())
    };
    assert_eq!(rd(json!({"value": 150, "unit": "万元"})).as_deref(), Some("1500000"));
    assert_eq!(rd(json!({"value": 1_500_000, "unit": "元", "note": "年报"})).as_deref(), Some("1500000"));
    assert_eq!(rd(json!({"value": 150, "unit": "人"})), None);
}

/// Tables as offices send them: units in the header, a row a fact, days as a spreadsheet writes them.
#[test]
fn tables_with_units_and_in_long_form_are_read() {
    let book = enterprises();
    let answers = |header: &[&str], rows: &[&[&str]]| {
        let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
        let rows = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect());
        let read = Facts::from_table(&header, rows, &book).unwrap();
        let engine = Engine::new(&book, &read, day("2026-06-01"));
        let all: Vec<Truth> = (0..3).map(|i| engine.answer(i, &read.companies[0]).verdict).collect();
        (all, read)
    };
    let met = vec![Truth::Met; 3];
    for (header, row) in [
        (
            ["企业", "参保人数（人）", "研发费用（万元）", "成立日期"],
            ["A", "120", "150", "2020-03-05 00:00:00"],
        ),
        (["企业名称", "参保 人数", "研发费用(元)", "成立日期"], ["A", "120", "1500000", "43895"]),
        (["统一社会信用代码", "职工人数", "研发费用", "成立日期"], ["A", "120人", "150万", "2020年3月5日"]),
        (["企业", "参保人数（万人）", "研发费用（亿元）", "成立日期"], ["A", "0.012", "0.015", "20200305"]),
    ] {
        let (got, read) = answers(&header, &[&row]);
        assert_eq!(got, met, "{header:?} {:?}", read.set_aside);
        assert!(read.set_aside.is_empty() && read.unknown_fields.is_empty(), "{header:?}");
    }
    for header in [
        ["企业", "指标", "数值", "时间", "来源"],
        ["company", "field", "value", "as_of", "source"],
        ["企业名称", "指标名称", "指标值", "年度", "数据来源"],
        ["统一社会信用代码", "字段", "值", "时点", "来源"],
    ] {
        for year in ["2025", "2025年", "2025年度", "2025-12-31", "2025年12月"] {
            let (got, read) = answers(
                &header,
                &[
                    &["A", "参保人数", "120", year, "社保"],
                    &["A", "研发费用（万元）", "150", year, "税务"],
                    &["A", "成立日期", "2020-03-05", "", "市监"],
                ],
            );
            assert_eq!(got, met, "{header:?} {year} {:?}", read.set_aside);
        }
    }
    let (got, read) = answers(&["企业", "参保人数（2024年）", "注册资本"], &[&["A", "120", "5"]]);
    assert_eq!(got[0], Truth::Unknown);
    assert_eq!(read.unknown_fields.len(), 2, "{:?}", read.unknown_fields);
    let (got, read) = answers(&["企业", "研发费用（万元）"], &[&["A", "150万"]]);
    assert!(got[1] == Truth::Unknown && read.set_aside[0].said.zh.contains("万元"), "{:?}", read.set_aside);
}

#[test]
fn an_amount_with_its_unit_is_read_and_a_limit_is_no_field() {
    let amount = |amount: Value| Book::read(&json!({"items": [{"code": "a", "amount": amount}]}).to_string());
    assert!(
        amount(json!({"value": "rd * 10%", "cap": "5万元"})).is_ok()
            || amount(json!({"expr": "rd * 10%", "cap": "5万元"})).is_ok()
    );
    assert!(amount(json!("5万元")).is_ok());
    for text in ["最高5万元", "不超过30万元", "至多1000"] {
        let faults = amount(json!(text)).unwrap_err();
        assert!(faults.iter().any(|f| f.said.zh.contains("cap")), "{text}: {faults:?}");
    }
}

#[test]
fn shapes_that_people_write_are_read_or_refused_in_words_of_both_languages() {
    let book = book(
        &json!([{"code": 12, "from": "2026-01-01", "amount": 5, "conditions": [{"expr": "a >= 1", "text": "满一"}]}]),
    );
    assert_eq!(book.items[0].code, "12");
    // A fact an object, as a table has it a row.
    let f = facts(
        &book,
        &json!([{"company": "A", "field": "a", "value": 1, "as_of": "2026-01-01"}, {"company": "B", "field": "a", "value": 0}]),
    );
    let engine = Engine::new(&book, &f, day("2026-06-01"));
    let got: Vec<Truth> = f.companies.iter().map(|c| engine.answer(0, c).verdict).collect();
    assert_eq!(got, [Truth::Met, Truth::Unmet]);
    let refused =
        |item: Value| Book::read(&json!({ "items": [item] }).to_string()).unwrap_err()[0].said.zh.clone();
    for (item, word) in [
        (json!({"code": "x", "colour": 1}), "不认识“colour”"),
        (json!({"name": "x"}), "缺少“code”"),
        (json!({"code": "x", "class": "奖励"}), "不能填“奖励”"),
        (json!({"code": "x", "pay_days": -3}), "写法不对"),
        (json!({"code": "x", "amount": {"expr": "1", "foo": 2}}), "不认识“foo”"),
    ] {
        let said = refused(item);
        assert!(said.contains(word), "{said}");
    }
    let odd = json!([{"code": "x", "to": "2026-12-31", "amount": {"expr": "a", "cap": 5, "least": 10}, "class": "资质"}]);
    let kinds: Vec<_> =
        checkup(&self::book(&odd), None, day("2026-06-01")).into_iter().map(|f| f.kind).collect();
    assert!(kinds.contains(&FindingKind::LeastAboveCap), "{kinds:?}");
}

#[test]
fn what_must_not_be_is_one_line_that_holds_when_none_of_it_is_so() {
    let book = book(&json!([{"code": "x", "from": "2026-01-01", "amount": 5, "conditions": [
        {"field": "a", "op": ">=", "value": 1, "text": "满一"},
        {"not": {"field": "d", "op": "=", "value": true}, "text": "失信除外"},
        {"not": {"any": [{"field": "d", "op": "=", "value": true, "text": "失信"}, {"field": "e", "op": "=", "value": true, "text": "异常"}]}}]}]));
    let f = facts(&book, &json!([{"company": "A", "facts": {"a": 1, "d": false, "e": false}}]));
    let engine = Engine::new(&book, &f, day("2026-06-01"));
    let lines = company::policy::trace::told(&engine.answer(0, &f.companies[0]).trace);
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(texts, ["满一", "失信除外", "不得有以下情形：失信、异常", "5"]);
    assert!(lines.iter().all(|l| l.result == Truth::Met), "{lines:?}");
    assert_eq!(lines[2].how, "d 否，e 否");
}
