//! Company files on both engines: entering, finding, importing, and their people at their own door.

use access::Nothing;
use city::{Contact, Error};
use company::policy::Book;
use company_acts::{Incoming, NewCompany, Taken, read_table};
use kernel::{Actor, Role};
use store::companies::Query;
use tabular::records::Sheet;

use super::{city, coordinator, handler, who};

const CODE: &str = "91330100799655058B";
const OTHER: &str = "91110000100000392L";

fn new(code: &str) -> NewCompany {
    NewCompany {
        code: code.into(),
        name: "临江机械有限公司".into(),
        size: "小型企业".into(),
        industry: "制造业".into(),
        region: "430602".into(),
        contact: Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() },
        ..NewCompany::default()
    }
}

#[test]
fn a_company_is_entered_found_and_put_right() {
    city(|app, _| {
        let clerk = who(Role::Clerk, 2);
        let wrong = app.companies.put(clerk.clone(), new("91330100799655058C"), None).wait();
        assert!(matches!(wrong, Err(Error::Invalid { field, .. }) if field == "code"), "the check character");
        let code = app.companies.put(clerk.clone(), new(" 91330100799655058b "), None).wait().unwrap();
        assert_eq!(code, CODE);
        assert!(app.companies.put(clerk.clone(), new(CODE), None).wait().is_err(), "there is one already");
        let v = app.companies.company(handler(3), CODE.into()).wait().unwrap();
        assert_eq!(
            (v.row.industry.as_str(), v.row.size.as_str(), v.contact.phone.as_str()),
            ("C", "small", "138****1234")
        );
        assert_eq!(
            app.companies.company(handler(4), CODE.into()).wait().unwrap_err(),
            Error::NotFound,
            "another city"
        );
        let named =
            NewCompany {
                name: "临江重机有限公司".into(), code: CODE.into(), ..NewCompany::default()
            };
        assert!(matches!(
            app.companies.put(clerk.clone(), named.clone(), Some(9)).wait(),
            Err(Error::Changed(_))
        ));
        app.companies.put(clerk.clone(), named, Some(1)).wait().unwrap();
        let v = app.companies.company(clerk.clone(), CODE.into()).wait().unwrap();
        assert_eq!((v.row.name.as_str(), v.row.size.as_str(), v.row.ver), ("临江重机有限公司", "small", 2));
        for (text, n) in [("重机", 1), ("机械", 0), (CODE, 1), ("", 1)] {
            let q = Query { text: text.into(), ..Query::default() };
            assert_eq!(app.companies.list(clerk.clone(), q).wait().unwrap().total, n, "{text}");
        }
        let far = Query { industry: "D".into(), ..Query::default() };
        assert_eq!(app.companies.list(clerk, far).wait().unwrap().rows.len(), 0);
        assert!(access::decide(&who(Role::Walker, 2), access::op::ListCompanies, Nothing).is_err());
    });
}

#[test]
fn its_people_come_in_by_code_and_staff_do_not() {
    city(|app, _| {
        let clerk = who(Role::Clerk, 2);
        app.companies.put(clerk.clone(), new(CODE), None).wait().unwrap();
        assert!(app.companies.print_code(clerk.clone(), CODE.into(), " ".into()).wait().is_err(), "say why");
        let pass = app.companies.print_code(clerk.clone(), CODE.into(), "当面".into()).wait().unwrap();
        let own = app.companies.follow(None, CODE.into(), pass.to_lowercase()).wait().unwrap();
        assert!(own.view.lines.iter().any(|l| l.act == "print_code" && l.purpose == "当面"), "they see it");
        let staff = app.companies.follow(Some(clerk.clone()), CODE.into(), pass.clone()).wait();
        assert!(matches!(staff, Err(Error::Forbidden(_))));
        for (code, pass) in [(CODE, "00000000"), (OTHER, pass.as_str())] {
            assert_eq!(
                app.companies.follow(None, code.into(), pass.into()).wait().unwrap_err(),
                Error::NotFound
            );
        }
        let mine = app.companies.renew_code(None, CODE.into(), pass.clone()).wait().unwrap();
        assert_ne!(mine, pass);
        assert_eq!(app.companies.follow(None, CODE.into(), pass).wait().unwrap_err(), Error::NotFound);
        let said =
            vec![("insured@Y-1".to_owned(), "12".to_owned()), ("dispatch".to_owned(), "否".to_owned())];
        app.companies.say_facts(None, CODE.into(), mine.clone(), said).wait().unwrap();
        let own = app.companies.follow(None, CODE.into(), mine).wait().unwrap();
        let told: Vec<String> = own.view.facts.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("\"value\":false") && told[1].contains("\"as_of\":\"2025"), "{told:?}");
        let contact = app.companies.unmask(clerk, CODE.into(), "回访".into()).wait().unwrap();
        assert_eq!(contact.phone, "13800001234");
    });
}

#[test]
fn a_table_is_taken_in_row_by_row_and_twice_changes_nothing() {
    let rows = [
        vec!["全市企业名录", "", "", "", "", ""],
        vec!["统一社会信用代码", "企业名称", "规模", "区划", "参保人数@2024", "联系电话"],
        vec![CODE, "临江机械有限公司", "小型", "430602", "33", "13800001234"],
        vec![OTHER, "临江商贸有限公司", "微型", "", "未知", ""],
        vec!["91330100799655058X", "错码公司", "", "", "", ""],
        vec![CODE, "又来一次", "", "", "", ""],
        vec!["", "", "", "", "", ""],
    ];
    let rows = rows.into_iter().map(|r| r.into_iter().map(str::to_owned).collect()).collect();
    let sheet = Sheet { name: "企业".into(), rows, ..Sheet::default() };
    let table = read_table(&[sheet], &Book::default()).unwrap().unwrap();
    assert_eq!(table.rows.len(), 4);
    assert_eq!(table.rows[0].facts.len(), 1);
    assert_eq!(table.rows[1].facts.len(), 0, "said to be unknown is not known");
    let rows: Vec<Incoming> = table.rows;
    city(|app, _| {
        let taken = app.companies.import(Actor::system(), rows.clone()).wait().unwrap();
        assert_eq!(taken[..2], [Taken::Added, Taken::Added]);
        assert!(matches!(&taken[2], Taken::Refused(f, _) if f == "code"));
        assert!(matches!(&taken[3], Taken::Refused(_, why) if why.zh.contains("第 3 行")), "{taken:?}");
        let again = app.companies.import(Actor::system(), rows.clone()).wait().unwrap();
        assert_eq!(again[..2], [Taken::Same, Taken::Same]);
        assert_eq!(app.companies.company(coordinator(), OTHER.into()).wait().unwrap().row.ver, 1);
        let nobody = app.companies.import(who(Role::Clerk, 2), rows.clone()).wait();
        assert!(nobody.is_err(), "a clerk does not bring in the city");
    });
}
