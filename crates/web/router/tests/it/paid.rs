//! What the company of county A asks for, and a list it stands on, for the tests of reach.

use assembly::House;
use kernel::Actor;

const POLICIES: &str = r#"{"funds": [{"code": "fund", "name": "扶持资金", "balance": 1000}], "items": [
  {"code": "ask", "name": "补助", "from": "2020-01-01", "to": "2099-12-31", "fund": "fund", "amount": "100",
   "conditions": [{"field": "size", "op": "=", "value": "小型", "text": "小型企业"}]},
  {"code": "list", "name": "返还", "way": "免申即享", "from": "2020-01-01", "to": "2099-12-31", "fund": "fund", "amount": "100",
   "conditions": [{"field": "size", "op": "=", "value": "小型", "text": "小型企业"}]}]}"#;

/// What the company of county A asks for, a list it stands on, both of a fund of its unit; and what it ordered.
pub fn paid(app: &House, company: &(String, String), clerk: &Actor) -> (String, String, String) {
    let office = app.city.office_now().wait().unwrap();
    let (app, unit) = (&app.companies, clerk.unit.unwrap());
    let ver = app.propose_policies(Actor::system(), POLICIES.into(), "上新".into()).wait().unwrap();
    app.release_policies(Actor::system(), ver).wait().unwrap();
    let fund = company_acts::NewFund {
        code: "fund".into(),
        name: "扶持资金".into(),
        source: "财政".into(),
        year: "2026".into(),
        unit: office.unit_name(unit),
        amount: "1000".into(),
        why: "预算".into(),
    };
    app.put_fund(Actor::system(), fund, None).wait().unwrap();
    let (code, pass) = company.clone();
    let (bank, number) = ("农行支行".to_owned(), "6228480402564890".to_owned());
    app.set_account(None, code.clone(), pass.clone(), bank, number).wait().unwrap();
    let claim = app.ask_as_company(None, code, pass, "ask".into()).wait().unwrap();
    let drawn = app.draw_up(Actor::system(), "list".into()).wait().unwrap();
    let list = app.keep_batch(Actor::system(), drawn).wait().unwrap();
    let aid = company_acts::NewAid {
        code: "aid".into(),
        name: "融资对接".into(),
        kind: "finance".into(),
        unit: office.unit_name(unit),
        about: "对接银行".into(),
        price: "免费".into(),
        phone: String::new(),
        days: "10".into(),
        offered: true,
    };
    let aid = app.put_aid(Actor::system(), aid, None).wait().unwrap();
    let (code, pass) = company.clone();
    let order = app.order_as_company(None, code, pass, aid, "想贷款".into()).wait().unwrap();
    (claim, list, order)
}
