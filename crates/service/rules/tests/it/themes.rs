//! The six themes of the model city are whole, and what cannot be right is refused with the reason.

use std::path::Path;

use catalogue::ServiceItem;
use kernel::RegionCode;

use super::*;

fn files() -> Vec<(String, ThemeFile)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../data/themes");
    let mut all: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .map(|p| {
            let name = p.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&p).unwrap();
            (name.clone(), ThemeFile::parse(&text).unwrap_or_else(|e| panic!("{name}: {e}")))
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}
fn file(code: &str) -> ThemeFile {
    files().into_iter().find(|f| f.0 == code).unwrap().1
}
fn walk(f: &ThemeFile, given: &[&str]) -> Next {
    let items: Vec<&ServiceItem> = f.items.iter().collect();
    let region: RegionCode = "9901".parse().unwrap();
    let unit = |name: &str| Some(UnitId(name.bytes().map(i64::from).sum()));
    let given: Vec<String> = given.iter().map(|g| (*g).to_owned()).collect();
    package(&f.theme, &items, &given, &service::Office { unit: &unit, region: &region }).unwrap()
}
fn ready(f: &ThemeFile, given: &[&str]) -> Package {
    match walk(f, given) {
        Next::Ready(p) => *p,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_six_themes_hold_on_every_way() {
    let all = files();
    let names: Vec<&str> = all.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(
        names,
        ["credit-repair", "disabled", "enterprise-start", "newborn", "restaurant", "utilities"]
    );
    for (name, f) in &all {
        assert_eq!(*name, f.theme.code);
        for item in &f.items {
            let faults = catalogue::validate(item);
            assert!(faults.is_empty(), "{name} {}: {faults:?}", item.name);
        }
        let c = check_theme(&f.theme, &f.items);
        assert!(c.faults.is_empty(), "{name}: {:?}", c.faults);
        assert!(c.ways - c.refused > 1 && c.items_max >= 4, "{name}: {c:?}");
        assert!(c.materials < c.materials_apart, "{name} asks each material once: {c:?}");
        assert!(c.days < c.days_apart && c.at_once > 1, "{name} is done in parallel: {c:?}");
        assert!(c.questions_max <= 6, "{name}: a resident is through in five minutes: {c:?}");
    }
}

#[test]
fn a_restaurant_gets_its_licence_before_what_needs_it_and_everything_else_at_once() {
    let f = file("restaurant");
    let Next::Ask(first) = walk(&f, &[]) else { panic!() };
    assert_eq!((first.answers.len(), first.answered.len()), (2, 0));
    let p = ready(&f, &["a", "a", "a", "a", "a"]);
    let b = &p.basis;
    assert_eq!(b.parts.len(), 6);
    let names: Vec<&str> = b.materials.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names.iter().filter(|n| n.contains("营业执照")).count(), 0, "it is made inside: {names:?}");
    assert!(p.made_inside.contains(&"营业执照".to_owned()));
    assert_eq!(
        names.iter().filter(|n| n.contains("平面")).count(),
        1,
        "one drawing for two units: {names:?}"
    );
    assert!(names.iter().all(|n| !n.contains("申请")), "the one form stands for all forms: {names:?}");
    let find = |part: usize, kind| b.tasks.iter().find(|t| t.part == part && t.kind == kind).unwrap();
    let licence = find(0, StepKind::Decide).id.clone();
    for part in [1, 2, 3, 4] {
        assert!(find(part, StepKind::Decide).after.contains(&licence), "the decision needs the licence");
        let first = b.tasks.iter().find(|t| t.part == part).unwrap();
        assert!(first.after.is_empty(), "{} begins at once: {:?}", first.name, first.after);
    }
    let survey = find(1, StepKind::Survey);
    assert_eq!(survey.after.len(), 1, "by law the survey follows the review: {:?}", survey.after);
    // Without terrace, small, without stove: what nobody needs is not asked for.
    let small = ready(&f, &["b", "b", "b", "a", "a"]);
    assert_eq!(small.basis.parts.len(), 3);
    let Next::Refused { why, answered } = walk(&f, &["b", "b", "b", "a", "b"]) else { panic!() };
    assert!(why.contains("预包装") && answered.len() == 5);
    let unknown = {
        let items: Vec<&ServiceItem> = f.items.iter().collect();
        let region: RegionCode = "9901".parse().unwrap();
        let unit = |name: &str| (!name.contains("税务")).then_some(UnitId(1));
        let given = ["a"; 5].map(str::to_owned);
        package(&f.theme, &items, &given, &service::Office { unit: &unit, region: &region }).unwrap_err()
    };
    assert!(unknown.zh.contains("云汀市税务局"), "{unknown}");
}

#[test]
fn the_same_question_is_put_once() {
    let f = file("enterprise-start");
    let mut again = f.clone();
    // Another item asks in other punctuation who comes; the answer is known.
    let asks = again.items[0].situations.clone();
    again.items[3].situations = asks.map(|mut s| {
        s.questions[0].ask = "“谁来办理？”".into();
        s.questions[0].answers[1].adds.clear();
        s
    });
    let questions = |f: &ThemeFile| ready(f, &["a", "b", "a", "a"]).basis.answers.len();
    assert_eq!(questions(&f), questions(&again));
}

#[test]
fn a_single_item_keeps_the_order_of_its_guide() {
    let item = catalogue::sample::food_licence();
    let theme = Theme::of_item(&item);
    let f = ThemeFile { theme, items: vec![item.clone()] };
    let p = ready(&f, &["b", "a"]);
    let order: Vec<(&str, usize)> = p.basis.tasks.iter().map(|t| (t.name.as_str(), t.after.len())).collect();
    assert_eq!(order, [("审查", 0), ("现场勘查", 1), ("决定", 2)]);
    assert_eq!(p.basis.promised, Length::Workdays(8));
    assert_eq!(p.basis.legal, Some(Length::Workdays(20)));
    assert_eq!(p.basis.parts[0].result, "食品经营许可证");
    assert!(p.basis.materials.iter().any(|m| m.name == "授权委托书"), "somebody else comes");
    assert!(!p.basis.fields.is_empty());
}

#[test]
fn contradictions_and_circles_are_refused_with_the_reason() {
    let faults = |change: fn(&mut ThemeFile)| {
        let mut f = file("restaurant");
        change(&mut f);
        let all = check_theme(&f.theme, &f.items).faults;
        all.iter().map(|s| s.zh.clone()).collect::<Vec<_>>().join("\n")
    };
    let said = faults(|f| {
        // The licence wants the food licence, and the food licence the licence.
        let want = catalogue::Material {
            id: "mx".into(),
            name: "食品经营许可证".into(),
            ..f.items[1].materials[1].clone()
        };
        f.items[0].materials.push(want);
        f.items[0].steps[1].consumes.push("mx".into());
    });
    assert!(said.contains("谁也不能先办") && said.contains("食品经营许可（餐饮服务）·"), "{said}");
    assert!(faults(|f| f.theme.items.push("没有".into())).contains("不在事项库"));
    assert!(faults(|f| f.theme.items.push(f.theme.items[0].clone())).contains("列了两次"));
    assert!(faults(|f| f.items[1].audience = vec![catalogue::Audience::Agency]).contains("服务对象"));
    assert!(faults(|f| f.items[1].results[0].name = "营业执照".into()).contains("都出具"));
    assert!(faults(|f| f.theme.promised = Some(Length::Workdays(90))).contains("超过法定时限"));
    assert!(faults(|f| f.theme.fields.push(f.theme.fields[0].clone())).contains("同一含义只填一次"));
    assert!(faults(|f| f.theme.fields.truncate(1)).contains("phone"));
    assert!(faults(|f| f.theme.code = "开店".into()).contains("小写字母"));
    let loops = faults(|f| {
        let t = f.theme.choose.as_mut().unwrap();
        t.questions[2].answers[0].next = Some("c1".into());
    });
    assert!(loops.contains("绕回"), "{loops}");
    assert!(ThemeFile::parse("{\n \"theme\": 1}").unwrap_err().zh.contains("第 2 行"));
}
