//! The first afternoon: an empty place is set up, its people get their first passwords, and the list of what comes next
//! follows from the records.

use assembly::House;
use city::Error;
use kernel::{Actor, Role, Word as _};
use people::FirstSetup;
use tabular::records::Sheet;
use testkit::{TempDir, both_engines};

fn sheet(rows: &[&[&str]]) -> Vec<Sheet> {
    let rows = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    vec![Sheet { name: "花名册".into(), rows, ..Sheet::default() }]
}

fn set_up(app: &House, city: &str) -> Actor {
    let first = FirstSetup {
        region: people::divisions::code_of(city).expect("a city of the table"),
        city: city.into(),
        unit: "市政务服务办公室".into(),
        short: "市政务办".into(),
        login: "admin".into(),
        name: "系统管理".into(),
        password: "correct horse battery".into(),
    };
    app.people.set_up(first).unwrap();
    app.people.actor_of("admin").unwrap().unwrap()
}

fn open_steps(app: &House, actor: &Actor) -> Vec<&'static str> {
    let all = app.people.next(actor.clone()).wait().unwrap();
    all.iter().filter(|l| !l.done).map(|l| l.word).collect()
}

#[test]
fn a_new_city_goes_from_a_list_of_staff_to_accounts_that_sign_in() {
    both_engines(&store::Options::default(), |store| {
        let keys = TempDir::new();
        let app = House::open(store.clone(), keys.path()).unwrap();
        let admin = set_up(&app, "丽水市");
        let regions = app.city.regions().wait().unwrap();
        assert!(regions.iter().any(|r| r.1 == "莲都区") && regions.len() >= 10, "{regions:?}");
        let before = open_steps(&app, &admin);
        assert!(!before.contains(&"regions") && before.contains(&"staff") && before.contains(&"bulletin"));

        let list = sheet(&[
            &["姓名", "单位", "职务"],
            &["王立", "市市场监督管理局", "局长"],
            &["冯晓", "莲都区住房和城乡建设局", "科员"],
            &["吴桐", "市政务办", "效能科科长"],
            &["郑雨", "市政务服务中心", "窗口"],
        ]);
        let taken = app.people.take_in_roster(&admin, &list).unwrap();
        assert_eq!((taken.units.new, taken.staff.new, taken.wrong.len()), (3, 4, 0), "{:?}", taken.wrong);
        let office = app.city.office_now().wait().unwrap();
        assert_eq!(office.unit_called("莲都区住房和城乡建设局").unwrap().region.as_str(), "331102");
        assert_eq!(office.unit_called("市市场监督管理局").unwrap().region.as_str(), "3311");

        // Nobody can sign in until a password was made; then everybody with a different one, once.
        assert_eq!(app.people.without_password(admin.clone()).wait().unwrap(), 4);
        let given = app.people.give_first_passwords(&admin).unwrap();
        assert_eq!((given.given.len(), given.left), (4, 0));
        assert!(given.given.iter().all(|g| g.0.secret.is_none()), "no hash leaves the house");
        for (row, password) in &given.given {
            assert!(app.people.sign_in(&row.login, password, "").is_ok(), "{}", row.login);
        }
        assert!(matches!(app.people.give_first_passwords(&admin), Err(Error::Invalid { .. })));
        let left = open_steps(&app, &admin);
        assert_eq!(left, ["limits", "items", "case", "campaign", "given", "walked", "bulletin"]);

        // The same list again gives nobody twice and takes no password away.
        let again = app.people.take_in_roster(&admin, &list).unwrap();
        assert_eq!((again.units.new, again.staff.new, again.staff.changed), (0, 0, 4));
        assert!(
            app.people
                .sign_in("王立", &given.given.iter().find(|g| g.0.login == "王立").unwrap().1, "")
                .is_ok()
        );

        // Confirming the limits is a step; who only handles sees no list.
        let limits = app.city.office_now().wait().unwrap().rules.limits.clone();
        app.city.set_limits(admin.clone(), limits).wait().unwrap();
        assert!(!open_steps(&app, &admin).contains(&"limits"));
        let handler = app.people.actor_of("冯晓").unwrap().unwrap();
        assert!(app.people.next(handler.clone()).wait().is_err());
        assert!(app.people.give_first_passwords(&handler).is_err());
        assert!(app.people.without_password(handler.clone()).wait().is_err());

        // Districts are corrected by hand; one in which a unit stands does not go.
        let wrong = app.people.keep_regions(admin.clone(), "331121 青田县".into()).wait();
        assert!(matches!(wrong, Err(Error::Invalid { said, .. }) if said.zh.contains("331102")));
        app.people.keep_regions(admin.clone(), "331102 莲都区\n331199 新设区".into()).wait().unwrap();
        let names: Vec<String> = app.city.regions().wait().unwrap().into_iter().map(|r| r.1).collect();
        assert_eq!(names, ["丽水市", "莲都区", "新设区"]);
        assert!(app.people.keep_regions(handler, String::new()).wait().is_err());
        assert_eq!(admin.role, Role::SystemAdmin);
    });
}

#[test]
fn who_stands_on_a_plain_list_keeps_the_role_and_the_post() {
    both_engines(&store::Options::default(), |store| {
        let keys = TempDir::new();
        let app = House::open(store.clone(), keys.path()).unwrap();
        let admin = set_up(&app, "丽水市");
        let full = [Sheet {
            name: "人员".into(),
            rows: [
                ["账号", "姓名", "角色", "单位", "职务"],
                ["wutong", "吴桐", "政管办", "市政务办", "效能科科长"],
            ]
            .map(|r| r.map(str::to_owned).to_vec())
            .to_vec(),
            ..Sheet::default()
        }];
        let taken = app.people.take_in_roster(&admin, &full).unwrap();
        assert_eq!(taken.staff.new, 1, "{:?}", taken.wrong);
        // The administrator is called 主任 on the list, and another one is found by the account.
        let list = sheet(&[
            &["姓名", "单位", "职务", "账号"],
            &["系统管理", "市政务服务办公室", "主任", ""],
            &["吴桐", "市市场监督管理局", "", "wutong"],
            &["王立", "市市场监督管理局", "局长", ""],
        ]);
        let taken = app.people.take_in_roster(&admin, &list).unwrap();
        assert_eq!((taken.staff.new, taken.staff.changed), (1, 2), "{:?}", taken.wrong);
        let role = |login: &str| app.people.actor_of(login).unwrap().unwrap().role;
        assert_eq!(
            [role("admin"), role("wutong"), role("王立")],
            [Role::SystemAdmin, Role::Coordinator, Role::Walker]
        );
        let all = app.people.staff_list(admin, String::new(), kernel::StaffId(0), 10).wait().unwrap();
        let post = |login: &str| all.iter().find(|s| s.login == login).unwrap().position.clone();
        assert_eq!([post("admin"), post("wutong")], ["主任", "效能科科长"]);
    });
}

#[test]
fn a_plain_list_beside_a_sheet_of_units_belongs_to_them_and_their_faults_stay() {
    super::city(|app, _| {
        let admin = super::who(Role::SystemAdmin, 1);
        let own = |name: &str, rows: &[&[&str]]| Sheet { name: name.into(), ..sheet(rows).remove(0) };
        let head: &[&str] = &["编码", "全称", "简称", "类型", "区划"];
        let people =
            own("人员", &[&["姓名", "单位", "职务"], &["王立", "市新设局", "局长"], &["冯晓", "XS", ""]]);
        let units = |region| own("单位", &[head, &["XS", "岳阳市新设局", "市新设局", "部门", region]]);
        let bad = app.people.take_in_roster(&admin, &[units("43x"), people.clone()]).unwrap();
        assert!(bad.wrong.iter().any(|w| w.sheet == "单位" && w.row == 2), "{:?}", bad.wrong);
        assert_eq!((bad.units.new, bad.staff.new), (0, 0));
        let good = app.people.take_in_roster(&admin, &[units("4306"), people]).unwrap();
        assert_eq!((good.units.new, good.staff.new), (1, 2), "{:?}", good.wrong);
        let office = app.city.office_now().wait().unwrap();
        assert_eq!(office.unit_called("市新设局").unwrap().key, "XS");
    });
}

#[test]
fn a_plain_list_with_a_gap_is_refused_whole_and_says_where() {
    super::city(|app, _| {
        let admin = super::who(Role::SystemAdmin, 1);
        let list = sheet(&[
            &["姓名", "单位", "职务"],
            &["王立", "", "局长"],
            &["冯晓", "市监局", ""],
            &["冯晓", "市监局", ""],
        ]);
        let taken = app.people.take_in_roster(&admin, &list).unwrap();
        let rows: Vec<usize> = taken.wrong.iter().map(|w| w.row).collect();
        assert_eq!((rows.as_slice(), taken.staff.new), (&[2, 4][..], 0), "{:?}", taken.wrong);
        // A unit administrator makes no units.
        let own = super::who(Role::UnitAdmin, 2);
        let list = sheet(&[&["姓名", "单位", "职务"], &["王立", "从来没有的局", "局长"]]);
        let taken = app.people.take_in_roster(&own, &list).unwrap();
        assert!(
            taken.wrong.len() == 1 && taken.wrong[0].said.zh.contains("从来没有的局"),
            "{:?}",
            taken.wrong
        );
        // The same account twice, a role that is none, a sheet that says no unit: refused where they stand.
        let twice = sheet(&[
            &["姓名", "单位", "职务", "账号"],
            &["王立", "市监局", "局长", "wang"],
            &["冯晓", "市监局", "", "wang"],
        ]);
        let role =
            sheet(&[&["姓名", "单位", "角色"], &["王立", "市监局", ""], &["冯晓", "市监局", "大总管"]]);
        for (list, what) in [(twice, "重复"), (role, "大总管")] {
            let taken = app.people.take_in_roster(&admin, &list).unwrap();
            let wrong: Vec<_> = taken.wrong.iter().map(|w| (w.row, w.said.zh.contains(what))).collect();
            assert_eq!((wrong.as_slice(), taken.staff.new), (&[(3, true)][..], 0), "{:?}", taken.wrong);
        }
        for (name, unit) in [("Sheet1", false), ("市监局花名册", true)] {
            let mut list = sheet(&[&["姓名", "职务"], &["王立", "局长"]]);
            list[0].name = name.into();
            let taken = app.people.take_in_roster(&admin, &list).unwrap();
            assert_eq!(taken.wrong.is_empty(), unit, "{name}: {:?}", taken.wrong);
            assert_eq!((taken.units.new, taken.staff.new), (0, usize::from(unit)), "{name}");
        }
    });
}

#[test]
fn items_that_came_before_their_unit_belong_to_it_when_it_comes() {
    super::city(|app, _| {
        let admin = super::who(Role::SystemAdmin, 1);
        let unit_of = || {
            let shelf = app.items.shelf().wait().unwrap();
            shelf.rows().iter().find(|r| r.name == "新业许可").map(|r| (r.unit.clone(), r.unit_id))
        };
        let mut item = catalogue::sample::food_licence();
        (item.name, item.unit) = ("新业许可".into(), "岳阳市新业局".into());
        (item.region, item.version, item.effective_from) =
            ("4306".parse().ok(), 1, "2026-01-01".parse().ok());
        let coordinator = super::who(Role::Coordinator, 1);
        app.catalogue.take_in_items(&coordinator, vec![item]).unwrap().wait().unwrap();
        assert_eq!(unit_of(), Some(("岳阳市新业局".to_owned(), None)));
        let units = sheet(&[
            &["编码", "全称", "简称", "类型", "区划"],
            &["XY", "岳阳市新业局", "市新业局", "部门", "4306"],
        ]);
        let units = [Sheet { name: "单位".into(), ..units[0].clone() }];
        let taken = app.people.take_in_roster(&admin, &units).unwrap();
        assert_eq!(taken.units.new, 1, "{:?}", taken.wrong);
        let id = app.city.office_now().wait().unwrap().unit_called("XY").map(|u| u.id);
        assert_eq!(unit_of().and_then(|u| u.1), id);
        assert!(id.is_some());
    });
}

#[test]
fn one_limit_is_changed_and_nobodys_change_is_lost() {
    super::city(|app, _| {
        let admin = super::who(Role::SystemAdmin, 1);
        let limits = || app.city.office_now().wait().unwrap().rules.limits.clone();
        let before = limits();
        let one = before[0].clone();
        let at = |l: &resolve::LimitRule| Some((l.id.clone(), l.effective));
        let change = |old, new| app.city.change_limit(admin.clone(), old, new).wait();
        // With a new day the old one goes on for clocks that run.
        let newer = resolve::LimitRule { effective: "2027-01-01".parse().unwrap(), ..one.clone() };
        change(at(&one), Some(newer.clone())).unwrap();
        assert_eq!(limits().len(), before.len() + 1);
        assert!(change(at(&one), Some(newer.clone())).is_err(), "twice from one day");
        // On the same day it is put in its place.
        let longer = resolve::LimitRule { length: workday::Length::Workdays(9), ..newer.clone() };
        change(at(&newer), Some(longer.clone())).unwrap();
        assert!(limits().contains(&longer) && !limits().contains(&newer));
        // A second one who still sees what is gone is told.
        change(at(&longer), None).unwrap();
        assert_eq!(limits(), before);
        let late = change(at(&longer), Some(longer.clone()));
        assert!(matches!(late, Err(Error::Invalid { said, .. }) if said.zh.contains("刷新")));
        // A new one has an id of its own, and a ground.
        let nobody = resolve::LimitRule { source: " ".into(), ..one.clone() };
        assert!(change(None, Some(nobody)).is_err());
        change(None, Some(one.clone())).unwrap();
        let ids: std::collections::BTreeSet<String> = limits().into_iter().map(|l| l.id).collect();
        assert!(ids.iter().any(|id| id.starts_with(one.phase.word())), "{ids:?}");
        assert!(app.city.change_limit(super::who(Role::Handler, 2), None, None).wait().is_err());
    });
}
