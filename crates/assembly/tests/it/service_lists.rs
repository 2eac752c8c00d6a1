//! The list of all applications, handled numbers that open it, pilots beside others, limits and corrections of shared data, on both
//! engines.

use std::collections::BTreeMap;

use city::Error;
use kernel::{Actor, Role, UnitId};
use service::pilot::Verdict;
use service::{Channel, Command, StageKind, Word as _};
use service_acts::{Draft, ListAsk, Pilots, What};
use store::applications::{self as rows, Listed};

use crate::service::{City, city, draft, submitted};

/// Five applications: a theme online, accepted, refused, a single item at the window, and a draft that nobody hands in.
fn some(c: &City) -> Vec<String> {
    let clerk = c.clerk();
    let mut all: Vec<String> = (0..3)
        .map(|_| {
            c.hours(30);
            submitted(c).0
        })
        .collect();
    c.service.act(clerk.clone(), all[1].clone(), Command::Accept {}, None).wait().unwrap();
    let refuse = Command::Refuse {
        ground: service::RefuseGround::NotOurs,
        reason: "不在本市".into(),
        remedy: "向所在地申请".into(),
    };
    c.service.act(clerk.clone(), all[2].clone(), refuse, None).wait().unwrap();
    let (view, _) = c.service.application(clerk.clone(), all[0].clone()).wait().unwrap();
    let item = view.application.basis.parts[2].item.clone();
    let b = c.service.begin(clerk.clone(), What::Item(item), vec![]).wait().unwrap();
    let mut d = draft(c, &b.number, None, &clerk);
    d.values = [("applicant", "李四"), ("applicant_id", "11010519491231002X"), ("phone", "19900001235")]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    let sent = c.service.send(clerk, b.number.clone(), None, d, true).wait().unwrap();
    assert!(sent.faults.is_empty(), "{:?}", sent.faults);
    all.push(b.number);
    let left =
        c.service.begin(Actor::resident(), What::Theme("restaurant".into()), crate::service::answers());
    let left = left.wait().unwrap();
    let half = Draft { values: [("applicant".to_owned(), "未完".to_owned())].into(), ..Draft::default() };
    c.service.send(Actor::resident(), left.number, Some(left.code), half, false).wait().unwrap();
    all
}

#[test]
fn a_list_holds_exactly_what_was_asked_for_whatever_is_asked() {
    city(|c| {
        let all = some(c);
        c.hours(24 * 14);
        let now = c.app.city.store().now();
        let clerk = c.clerk();
        let hall = clerk.unit.unwrap();
        c.app
            .city
            .store()
            .read(|rd| {
                let every = rows::of_region(rd, "9901", i64::MAX, 99)?;
                assert_eq!(every.len(), 5, "drafts are of the region too");
                let item = |r: &rows::ApplicationRow| -> Vec<String> {
                    let a: service::Application = serde_json::from_str(&r.state).unwrap();
                    a.basis.parts.iter().map(|p| p.item.clone()).collect()
                };
                let units = |r: &rows::ApplicationRow| -> Vec<UnitId> {
                    let a: service::Application = serde_json::from_str(&r.state).unwrap();
                    let mut all: Vec<UnitId> = a.basis.tasks.iter().map(|t| t.unit).collect();
                    all.extend([a.basis.reception, a.basis.lead]);
                    all
                };
                let sign = item(&every[1])[0].clone();
                let mid = every[2].submitted.unwrap();
                let mut asked = 0;
                for bits in 0..1 << 10_u32 {
                    let on = |n: u32| bits >> n & 1 == 1;
                    let q = Listed {
                        region: on(0).then_some("9901"),
                        unit: on(1).then_some(hall),
                        stage: on(2).then_some("handling"),
                        theme: on(3).then_some("restaurant"),
                        item: on(4).then_some(sign.as_str()),
                        channel: on(5).then_some("online"),
                        late: on(6).then_some(now),
                        from: on(7).then_some(mid),
                        to: on(8).then_some(mid),
                        drafts: on(9),
                        before: i64::MAX,
                        limit: 99,
                        ..Listed::default()
                    };
                    let want: Vec<i64> = every
                        .iter()
                        .filter(|r| {
                            q.region.is_none_or(|x| r.region.starts_with(x))
                                && q.unit.is_none_or(|u| units(r).contains(&u))
                                && q.stage.is_none_or(|s| r.stage == s)
                                && q.theme.is_none_or(|t| r.theme == t)
                                && q.item.is_none_or(|i| item(r).iter().any(|p| p == i))
                                && q.channel.is_none_or(|w| r.channel == w)
                                && q.late.is_none_or(|n| r.ended.is_none() && r.due.is_some_and(|d| d < n))
                                && q.from.is_none_or(|f| r.submitted.is_some_and(|s| s >= f))
                                && q.to.is_none_or(|t| r.submitted.is_some_and(|s| s < t))
                                && (q.drafts || r.submitted.is_some())
                        })
                        .map(|r| r.id)
                        .collect();
                    let found: Vec<i64> = rows::list(rd, &q)?.iter().map(|r| r.id).collect();
                    assert_eq!(found, want, "{q:?}");
                    asked += want.len();
                    // A page at a time is the same.
                    let first = rows::list(rd, &Listed { limit: 1, ..q })?;
                    let second =
                        first.first().map(|f| rows::list(rd, &Listed { before: f.id, ..q })).transpose()?;
                    let paged = first.iter().map(|r| r.id).chain(second.iter().flatten().map(|r| r.id));
                    assert_eq!(paged.collect::<Vec<_>>(), want, "{q:?}");
                }
                assert!(asked > 200, "{asked}");
                Ok::<_, Error>(())
            })
            .unwrap();

        // Each number opens its list, and who has no part in anything sees nothing.
        let chief = c.who(Role::Coordinator, "政务服务中心");
        let list = |who: &Actor, ask: ListAsk| c.service.applications(who.clone(), ask).wait().unwrap().lines;
        assert_eq!(list(&chief, ListAsk::default()).len(), all.len());
        assert_eq!(list(&clerk, ListAsk::default()).len(), all.len(), "the reception has a part in each");
        let stranger = Actor { unit: Some(UnitId(999)), ..clerk.clone() };
        assert!(list(&stranger, ListAsk::default()).is_empty());
        assert!(list(&Actor { unit: None, ..clerk.clone() }, ListAsk::default()).is_empty());
        let elsewhere = Actor { region: "9902".parse().ok(), ..chief.clone() };
        assert!(list(&elsewhere, ListAsk::default()).is_empty());
        let beyond = ListAsk { region: "9901".into(), ..ListAsk::default() };
        assert!(list(&elsewhere, beyond).is_empty(), "a region is asked for inside of the own one only");
        let from = now.plus_us(-90 * kernel::US_PER_DAY);
        let h = c.service.handled(chief.clone(), from, now).wait().unwrap();
        let items = c.service.handled_items(chief.clone(), from, now).wait().unwrap();
        let opens = |ask: ListAsk, n: i64| assert_eq!(list(&chief, ask.clone()).len() as i64, n, "{ask:?}");
        for l in &h.themes {
            let theme = Some(if l.key == "-" { String::new() } else { l.key.clone() });
            opens(ListAsk { theme: theme.clone(), ..ListAsk::default() }, l.handed_in - l.elsewhere);
            let online = ListAsk { theme, channel: Some(Channel::Online), ..ListAsk::default() };
            opens(online, l.online);
        }
        for l in &h.units {
            let lead = l.key.parse().ok().map(UnitId);
            opens(ListAsk { lead, ..ListAsk::default() }, l.handed_in);
            opens(ListAsk { lead, decided: true, ..ListAsk::default() }, l.decided);
        }
        for l in &h.channels {
            opens(ListAsk { channel: Channel::read(&l.key), ..ListAsk::default() }, l.handed_in);
        }
        assert!(items.len() > 4);
        for l in &items {
            assert_ne!(l.name, l.key, "an item has its name");
            opens(ListAsk { item: l.key.clone(), ..ListAsk::default() }, l.handed_in);
        }
        let sum = |of: &[service_acts::HandledLine]| of.iter().map(|l| l.handed_in).sum::<i64>();
        assert_eq!((sum(&h.themes), sum(&h.units), sum(&h.channels)), (4, 4, 4));
        opens(ListAsk { stage: Some(StageKind::Refused), ..ListAsk::default() }, 1);
        opens(ListAsk { late: true, ..ListAsk::default() }, 3);
    });
}

#[test]
fn pilots_stand_beside_the_others_and_only_the_city_names_them() {
    city(|c| {
        let regions = [("990101", "东区"), ("990102", "西区"), ("990103", "南区"), ("990104", "北区")];
        let put = regions.map(|(code, name)| (code.parse().unwrap(), name.to_owned()));
        c.app.people.put_regions(Actor::system(), put.to_vec()).wait().unwrap();
        let chief = c.who(Role::SystemAdmin, "政务服务中心");
        let none = c.service.pilots(chief.clone(), "restaurant".into()).wait().unwrap();
        assert!(none.compared.is_none() && none.may_set && none.regions.len() == 4);
        let set = |who: &Actor, new: &Pilots| {
            c.service.set_pilots(who.clone(), "restaurant".into(), new.clone()).wait()
        };
        let mut new = Pilots {
            since: Some("2026-03-01".parse().unwrap()),
            regions: vec!["990102".into(), "990101".into()],
            eligible: BTreeMap::from([("990101".to_owned(), 20_000)]),
        };
        assert!(matches!(set(&c.clerk(), &new), Err(Error::Forbidden(_))));
        for bad in [
            Pilots { since: None, ..new.clone() },
            Pilots { since: Some("2031-01-01".parse().unwrap()), ..new.clone() },
            Pilots { regions: vec!["1101".into()], ..new.clone() },
            Pilots { eligible: BTreeMap::from([("990101".to_owned(), -1)]), ..new.clone() },
        ] {
            assert!(matches!(set(&chief, &bad), Err(Error::Invalid { .. })), "{bad:?}");
        }
        set(&chief, &new).unwrap();
        let v = c.service.pilots(chief.clone(), "restaurant".into()).wait().unwrap();
        new.regions.sort();
        assert_eq!(v.pilots, new);
        assert_eq!(v.arms.iter().filter(|a| a.pilot).count(), 2);
        assert_eq!((v.days, v.compared.unwrap().verdict), ((2, 2), Verdict::Nothing));
        assert!(c.service.pilots(chief, "nowhere".into()).wait().is_err());
    });
}

#[test]
fn limits_of_requests_are_the_citys_and_what_is_wrong_is_mended_by_its_holder() {
    city(|c| {
        c.service.directory_on().unwrap();
        let authority = c.who(Role::Coordinator, "政务服务中心");
        let (limits, may) = c.service.data_limits(authority.clone()).wait().unwrap();
        assert!(may && limits.len() == 7);
        let days = |n: &str| vec![n.to_owned(); limits.len()];
        let set = |who: &Actor, days| c.service.set_data_limits(who.clone(), days).wait();
        for bad in ["", "0", "61", "五", "1.5", "-3"] {
            assert!(matches!(set(&authority, days(bad)), Err(Error::Invalid { .. })), "{bad}");
        }
        assert!(matches!(set(&authority, vec!["3".into()]), Err(Error::Invalid { .. })));
        assert!(matches!(set(&c.clerk(), days("3")), Err(Error::Forbidden(_))));
        set(&authority, days("3")).unwrap();

        let (all, _) = c.service.data_directory(authority.clone(), String::new(), 0).wait().unwrap();
        let licence = all.iter().find(|r| r.resource.name.contains("营业执照")).unwrap();
        let holder = licence.resource.provider.trim_start_matches("云汀市").to_owned();
        let provider = c.who(Role::UnitAdmin, &holder);
        let other = c.units.keys().map(|u| u.trim_start_matches("云汀市").to_owned());
        let other = other.into_iter().find(|u| *u != holder && u != "政务服务中心").unwrap();
        let asker = c.who(Role::Handler, &other);
        let report = |who: &Actor, wrong: &str| {
            c.service
                .report_data(who.clone(), licence.id, wrong.into(), "应为 2019-03-01，见执照副本".into())
                .wait()
        };
        assert!(matches!(report(&asker, " "), Err(Error::Invalid { .. })));
        assert!(matches!(report(&provider, "成立日期错"), Err(Error::Invalid { .. })), "one mends one's own");
        let number = report(&asker, "成立日期错").unwrap();
        let view = |who: &Actor| c.service.data_request(who.clone(), number.clone()).wait().unwrap();
        assert_eq!(
            view(&provider).due.unwrap().date().to_string(),
            "2026-03-05",
            "three days as the city set them"
        );
        let act = |who: &Actor, ver, act: &str, reason: &str| {
            c.hours(1);
            c.service.move_data_request(who.clone(), number.clone(), ver, act.into(), reason.into()).wait()
        };
        assert!(act(&provider, 1, "grant", "").is_err(), "a correction grants nothing");
        assert!(matches!(act(&provider, 1, "keep", ""), Err(Error::Invalid { .. })));
        act(&provider, 1, "keep", "与登记档案一致").unwrap();
        act(&asker, 2, "raise", "").unwrap();
        act(&authority, 3, "order_mend", "").unwrap();
        act(&provider, 4, "mend", "已按档案更正为 2019-03-01").unwrap();
        let end = view(&asker);
        assert_eq!((end.lines.len(), end.acts.len(), end.due), (5, 0, None));
        assert!(end.request.reason.contains("2019-03-01"));
        assert!(
            c.service.data_resource(asker.clone(), licence.id).wait().unwrap().sees,
            "nothing was granted or taken"
        );
    });
}
