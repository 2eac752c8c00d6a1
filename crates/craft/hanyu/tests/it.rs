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

/// F21: what belongs to a person is never a key word, a reason, a shared word, a topic or its name, however it is
/// written.
#[test]
fn no_personal_number_comes_out_as_a_word() {
    let cutter = Cutter::standard();
    let wide = |n: &str| -> String {
        n.chars()
            .map(|c| if c.is_ascii_digit() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c })
            .collect()
    };
    let spaced = |n: &str| -> String {
        n.chars()
            .enumerate()
            .flat_map(|(i, c)| (i > 0 && i % 4 == 0).then_some(' ').into_iter().chain([c]))
            .collect()
    };
    let plain = |n: &str| n.to_owned();
    let written: [&dyn Fn(&str) -> String; 3] = [&plain, &wide, &spaced];
    for write in written {
        let about = format!(
            "翠湖小区停水三天没人管,身份证{},电话{},银行卡{},联系人:王小明,车牌湘A12345,住3栋2单元502室",
            write("43010119900307123X"),
            write("13800000000"),
            write("6222021234567890123"),
        );
        let letters: Vec<Letter> = (0..6)
            .map(|i| Letter {
                id: i.to_string(),
                title: format!("翠湖小区停水{} {}", i, write("6222021234567890123")),
                body: about.clone(),
                label: Some(if i < 3 { "水务" } else { "城管" }.into()),
                ..Letter::default()
            })
            .collect();
        let mut out = serde_json::to_string(&Hot::new(cutter, &letters).ranked(&letters, 2)).unwrap();
        for p in same::pairs(cutter, &letters, 0.0) {
            out += &serde_json::to_string(&p.similarity).unwrap();
        }
        let model = train_tables(cutter, &[Table::Letters(letters.clone())]).unwrap();
        let mut classifier = Classifier::new(&model, cutter);
        for label in ["水务", "城管"] {
            let why = classifier.reasons(&letters[0].title, &letters[0].body, label, 400);
            out += &serde_json::to_string(&why).unwrap();
        }
        let matter = Matter { title: letters[0].title.clone(), body: about.clone(), ..Matter::default() };
        let known = Precedents::build(cutter, letters.iter().map(|l| (l.id.clone(), matter.clone())));
        out += &format!("{:?}", known.rank(cutter, &matter, 3));
        assert!(out.contains("停水") && out.contains("翠湖"), "what it is about stays: {out}");
        let digits = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
        for part in ["19900307", "43010119", "138000", "622202", "小明", "A12345", "502"] {
            // What stands in quotes is a word or a line; figures stand outside.
            let shown = |w: &str| w.contains(part) || w.contains(&wide(part));
            assert!(!out.split('"').skip(1).step_by(2).any(shown), "{part} in {out}");
        }
        let mut words = out.split('"').skip(1).step_by(2);
        let number = words.find(|w| w.chars().all(digits) && w.chars().count() >= 4);
        assert_eq!(number, None, "a word of {out}");
    }
}
