//! The door of rosters: whatever office sends the table, the same units come out of it, or it is said why not.

use std::io::Cursor;

use kernel::Role;
use paper::sheet::{Limits, read_sheets};

use super::offices::books::Book;
use super::offices::{ALL, Dress, dressed};
use super::{city, who};

const HEADER: [&str; 5] = ["单位编码", "单位名称", "区划代码", "简称", "职责"];

fn units() -> Vec<Vec<String>> {
    [
        ["K01", "市场监督管理局大桥所", "430602", "大桥所", "登记；检查"],
        ["K02", "市场监督管理局城西所", "430602", "城西所", "登记；\"双随机\"检查"],
        ["K03", "公用事业服务中心", "430602", "公用中心", "供水、供气"],
    ]
    .map(|r| r.map(str::to_owned).to_vec())
    .to_vec()
}

#[test]
fn the_same_units_come_out_of_every_dress() {
    city(|app, _| {
        for dress in ALL {
            let bytes = dressed(dress, &HEADER, &units());
            let (_, sheets) = read_sheets(Cursor::new(bytes), &Limits::default()).expect("reads");
            let taken = app.people.take_in_roster(&who(Role::SystemAdmin, 1), &sheets).expect("is taken");
            assert!(taken.wrong.is_empty(), "{dress:?}: {:?}", taken.wrong);
            assert_eq!(taken.units.new + taken.units.changed, 3, "{dress:?}");
            let told = &taken.told[0];
            assert!(told.columns_unused.is_empty(), "{dress:?}: {:?}", told.columns_unused);
            let others = matches!(
                dress,
                Dress::XlsxHiddenFirst
                    | Dress::XlsxInstructionsFirst
                    | Dress::OdsHiddenFirst
                    | Dress::Xml2003Hidden
            );
            assert_eq!(told.sheets_other.len(), usize::from(others), "{dress:?}");
            let office = app.city.office_now().wait().expect("an office");
            let duties = office.unit_called("城西所").map(|u| u.duties.clone());
            assert_eq!(duties.as_deref(), Some("登记\n\"双随机\"检查"), "{dress:?}");
        }
        for book in Book::all() {
            let bytes = book.bytes(&HEADER, &units());
            let (_, sheets) = read_sheets(Cursor::new(bytes), &Limits::default()).expect("reads");
            let taken = app.people.take_in_roster(&who(Role::SystemAdmin, 1), &sheets).expect("is taken");
            assert!(taken.wrong.is_empty(), "{book:?}: {:?}", taken.wrong);
            assert_eq!((taken.units.new, taken.units.changed), (0, 3), "{book:?}");
            let told = &taken.told[0];
            assert_eq!(
                (told.set_aside.len(), told.sheets_other.len()),
                (book.aside(), book.others()),
                "{book:?}"
            );
        }
    });
}

#[test]
fn what_is_not_read_and_what_is_wrong_is_told() {
    city(|app, _| {
        let csv = "单位编码,单位名称,区划代码,联系电话\nK09,#REF!,430602,0730-8888888\nK10,新所,无此区,0730-8888888\n合计,2,,\n";
        let (_, sheets) = read_sheets(Cursor::new(csv), &Limits::default()).expect("reads");
        let taken = app.people.take_in_roster(&who(Role::SystemAdmin, 1), &sheets).expect("is answered");
        let told = &taken.told[0];
        assert_eq!(told.columns_unused[0].likely.as_deref(), Some("phone"));
        let rows: Vec<u64> = told.set_aside.iter().map(|a| a.row).collect();
        assert_eq!(rows, [2, 4, 3], "the error, the sum, and the region that is none");
        assert_eq!(taken.wrong.len(), 1);
    });
}

#[test]
fn the_same_people_come_out_of_every_dress_of_a_plain_list() {
    let header = ["姓名", "工作单位", "现任职务", "联系电话"];
    let rows: Vec<Vec<String>> = [
        ["周明远", "临江市水利局", "党组书记、局长", "13900000001"],
        ["吴桐", "临江市水利局", "工程科科长", "13900000002"],
        ["郑小雨", "政管办", "效能科科长", "13900000003"],
        ["王芳", "临江市燃气公司", "窗口", "13900000004"],
        ["王芳", "住建局", "科员", "13900000005"],
    ]
    .map(|r| r.map(str::to_owned).to_vec())
    .to_vec();
    city(|app, _| {
        let admin = who(Role::SystemAdmin, 1);
        let all: Vec<(String, Vec<u8>)> = ALL
            .iter()
            .map(|d| (format!("{d:?}"), dressed(*d, &header, &rows)))
            .chain(Book::all().into_iter().map(|b| (format!("{b:?}"), b.bytes(&header, &rows))))
            .collect();
        for (n, (dress, bytes)) in all.into_iter().enumerate() {
            let (_, sheets) = read_sheets(Cursor::new(bytes), &Limits::default()).expect("reads");
            let taken = app.people.take_in_roster(&admin, &sheets).expect("is taken");
            assert!(taken.wrong.is_empty(), "{dress}: {:?}", taken.wrong);
            // Brought again, everybody is there already, also the two of one name.
            let staff = (taken.staff.new, taken.staff.changed);
            assert_eq!(staff, if n == 0 { (5, 0) } else { (0, 5) }, "{dress}: {:?}", taken.told);
            assert_eq!(taken.units.new, if n == 0 { 2 } else { 0 }, "{dress}");
            let told = &taken.told[0];
            let said = |value: &str| told.values_unknown.iter().any(|v| v.value == value);
            // New people get a role by their post; those who are here keep theirs.
            let of_people: &[&str] =
                if n == 0 { &["党组书记、局长", "临江市水利局"] } else { &["已有账号"] };
            assert!(of_people.iter().all(|value| said(value)), "{dress}: {told:?}");
        }
        let office = app.city.office_now().wait().expect("an office");
        let kind = |name: &str| office.unit_called(name).map(|u| u.kind.clone());
        assert_eq!(kind("临江市水利局").as_deref(), Some("department"));
        assert_eq!(kind("临江市燃气公司").as_deref(), Some("utility"));
        let role = |login: &str| app.people.actor_of(login).expect("reads").map(|a| a.role);
        assert_eq!(role("周明远"), Some(Role::Walker));
        assert_eq!((role("王芳"), role("王芳2")), (Some(Role::Clerk), Some(Role::Handler)));
    });
}
