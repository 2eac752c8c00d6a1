//! Odd and hostile input: every door of the crate answers it, within bounds.

use hanyu::classify::{BadModel, Classifier, Model, train_tables};
use hanyu::cut::Cutter;
use hanyu::hot::Hot;
use hanyu::letters::{Letter, Table, read_table};
use hanyu::normalise::{MAX_CHARS, fold};
use hanyu::precedent::{Matter, Precedents};
use hanyu::search::{MAX_CLAUSES, Query, search_terms};
use hanyu::{mask, place, reply, same, spot};

fn hostile() -> Vec<String> {
    vec![
        String::new(),
        " \n\t\u{3000}".into(),
        "噪音".repeat(500_000 / 2),
        "a".repeat(1 << 20),
        "1".repeat(1 << 20),
        "😀👨‍👩‍👧‍👦🇨🇳".repeat(20_000),
        "Ünïcödé مرحبا שלום 日本語カタカナ 한국어 русский A3区 岳陽樓".repeat(5_000),
        "\u{0}\u{1}\u{202e}\u{feff}\u{fffd}".repeat(10_000),
        "((((((((((".repeat(50_000),
        "A3区".repeat(100_000),
        "联系人:王".repeat(60_000),
        "13800138000 ".repeat(40_000),
        "2019年5月3日".repeat(40_000),
    ]
}

fn small_model(cutter: &Cutter) -> Model {
    let csv = "title,body,label\n路灯坏了,路灯不亮,城乡建设\n老师补课,学校补课收费,教育文体\n路面破损,道路坑洼,城乡建设\n学生减负,作业太多,教育文体\n";
    train_tables(cutter, &[read_table(csv.as_bytes()).unwrap()]).unwrap()
}

#[test]
fn hostile_text_is_answered_within_bounds() {
    let cutter = Cutter::standard();
    let model = small_model(cutter);
    let mut classifier = Classifier::new(&model, cutter);
    let letters: Vec<Letter> =
        hostile().into_iter().map(|body| Letter { body, ..Letter::default() }).collect();
    for l in &letters {
        // Blanks between characters are not counted against the bound.
        assert!(fold(&l.body).chars().count() <= 2 * MAX_CHARS);
        let p = classifier.probabilities(&l.body, &l.body);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-3 && p.iter().all(|x| x.is_finite()));
        let folded = fold(&l.body);
        assert!(place::places(cutter, &folded).len() <= place::MAX_PLACES);
        assert!(
            spot::times(&folded).len() <= spot::MAX_SPOTS && spot::numbers(&folded).len() <= spot::MAX_SPOTS
        );
        assert!(mask::find(&l.body).len() <= mask::MAX_FOUND);
        let s = same::signature(cutter, &l.body, &l.body);
        assert!(same::bands(&s).len() <= 40);
        assert!((0.0..=1.0).contains(&same::compare(&s, &s).score));
        assert!(Query::parse(&l.body).clauses.len() <= MAX_CLAUSES);
        assert!(search_terms(cutter, &l.body).keys().all(|t| t.chars().all(char::is_alphanumeric)));
        assert!(reply::review(cutter, &l.body, &l.body, &l.body).score <= 100);
    }
    let hot = Hot::new(cutter, &letters);
    assert_eq!(hot.groups().concat().len(), letters.len());
    let m = |l: &Letter| Matter { body: l.body.clone(), ..Matter::default() };
    let p = Precedents::build(cutter, letters.iter().enumerate().map(|(i, l)| (i.to_string(), m(l))));
    for l in &letters {
        assert!(p.rank(cutter, &m(l), 5).len() <= 5);
    }
}

#[test]
fn a_model_is_the_same_twice_and_survives_its_file() {
    let cutter = Cutter::standard();
    let (a, b) = (small_model(cutter), small_model(cutter));
    let bytes = a.to_bytes();
    assert_eq!(bytes, b.to_bytes());
    let back = Model::from_bytes(&bytes).unwrap();
    let ask = |m: &Model| Classifier::new(m, cutter).rank("学校作业", "老师布置作业太多");
    assert_eq!(ask(&a), ask(&back));
    assert_eq!(ask(&a)[0].label, "教育文体");
    let why = Classifier::new(&back, cutter).reasons("学校作业", "老师布置作业太多", "教育文体", 3);
    assert!(!why.is_empty());
    for cut in [0, 7, 20, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(Model::from_bytes(&bytes[..cut]).err(), Some(BadModel::Damaged), "{cut}");
    }
}

#[test]
fn nothing_to_learn_is_said() {
    let cutter = Cutter::standard();
    let one =
        Table::Letters(vec![Letter { title: "甲".into(), label: Some("一".into()), ..Letter::default() }]);
    assert_eq!(train_tables(cutter, &[one]).err(), Some(BadModel::NothingToLearn));
    assert_eq!(train_tables(cutter, &[]).err(), Some(BadModel::NothingToLearn));
}

#[test]
fn a_taxonomy_alone_makes_a_model() {
    let cutter = Cutter::standard();
    let csv = "level1,level2,level3\n教育文体,教育收费,乱收费\n交通运输,出租车管理,运价监管\n";
    let model = train_tables(cutter, &[read_table(csv.as_bytes()).unwrap()]).unwrap();
    let model = Model::from_bytes(&model.to_bytes()).unwrap();
    let first = |t: &str| Classifier::new(&model, cutter).rank(t, "")[0].label.clone();
    assert_eq!(first("学校强制收费"), "教育文体");
    assert_eq!(first("的士不打表"), "交通运输");
}
