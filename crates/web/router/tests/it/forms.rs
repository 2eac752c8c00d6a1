//! The table of forms against the vocabulary of acts.

use resolve::{Act, TABLE, Word as _};
use resolve_pages::acts::{FORMS, Input, WITHOUT_FORM, form_of, read};
use web_kit::Fields;

use crate::it::help::city;

#[test]
fn every_act_of_the_loop_has_a_form_or_is_done_by_the_system() {
    for act in Act::ALL {
        let (form, none) = (form_of(*act).is_some(), WITHOUT_FORM.contains(act));
        assert!(form != none, "{}: exactly one of form and no form", act.word());
    }
    for row in TABLE {
        let by_people = row.who.iter().any(|w| w.0 != kernel::Role::System);
        // A receipt is printed again, and a case handed to another city, on a page of its own.
        let other_side = matches!(row.act, Act::Absorb | Act::Release | Act::PrintReceipt | Act::HandOver);
        assert!(!by_people || other_side || form_of(row.act).is_some(), "{}", row.act.word());
    }
    let mut acts: Vec<_> = FORMS.iter().map(|f| f.act).collect();
    acts.sort();
    acts.dedup();
    assert_eq!(acts.len(), FORMS.len(), "an act has one form");
}

/// What somebody would type into a field.
fn typed(name: &str, input: Input) -> Vec<(String, String)> {
    let one = |v: &str| vec![(name.to_owned(), v.to_owned())];
    let part = |p: &str, v: &str| (format!("{name}.{p}"), v.to_owned());
    match input {
        Input::Line | Input::Area | Input::Big => one("写明的内容"),
        Input::Days | Input::Order | Input::Task | Input::OpenStep | Input::DoneStep => one("1"),
        Input::Date => one("2026-12-01"),
        Input::Moment => one("2026-12-01T09:30"),
        Input::Pick(words) => one(&words(web_kit::Lang::Zh)[0].0),
        Input::Unit | Input::CoUnit | Input::Units => one("人社局"),
        Input::Steps => vec![part("what", "换标牌"), part("due", "2026-12-01")],
        Input::Tasks => vec![part("unit", "资规局"), part("what", "出意见"), part("due", "2026-12-01")],
    }
}

#[test]
fn every_form_filled_in_is_its_command_and_an_empty_one_names_the_field() {
    let city = city();
    let office = city.app.city.office_now().wait().unwrap();
    for form in FORMS {
        let mut fields: Vec<_> = form.fields.iter().flat_map(|f| typed(f.name, f.input)).collect();
        fields.push(("sure".into(), "1".into()));
        let asked = read(form, &Fields(fields.clone()), &office)
            .unwrap_or_else(|e| panic!("{}: {e}", form.act.word()));
        assert_eq!(asked.act(), form.act);
        for f in form.fields.iter().filter(|f| f.must) {
            let rest = fields.iter().filter(|(n, _)| n != f.name && !n.starts_with(&format!("{}.", f.name)));
            let rest = Fields(rest.cloned().collect());
            match read(form, &rest, &office) {
                Err(city::Error::Invalid { field, .. }) => assert_eq!(field, f.name, "{}", form.act.word()),
                other => panic!("{} without {}: {other:?}", form.act.word(), f.name),
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_said_in_words() {
    let city = city();
    let office = city.app.city.office_now().wait().unwrap();
    let form = form_of(Act::Dispatch).unwrap();
    let fields = Fields(vec![("unit".into(), "没有的局".into())]);
    let said = read(form, &fields, &office).unwrap_err().to_string();
    assert!(said.contains("没有的局") && said.contains("choose one"), "{said}");
    let form = form_of(Act::Reopen).unwrap();
    let fields = Fields(vec![("reason".into(), "抽查发现问题仍在".into())]);
    assert!(read(form, &fields, &office).is_err(), "what is hard to take back wants a tick");
}
