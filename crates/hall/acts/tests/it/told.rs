//! Who booked is told, and reminded of what still holds.

use outbox::{Gateway, MailServer, Outbox};
use testkit::Postbox;

use std::time::Duration;

use crate::*;

#[test]
fn who_booked_is_told_and_reminded_and_what_holds_no_longer_is_not_sent() {
    city(|app, clock| {
        let gateway = Postbox::start(|_, _| (200, "{}", Duration::ZERO));
        let outbox = Outbox::new(app.city.clone());
        let set = city::Outreach {
            base: "https://bc.example.cn".into(),
            sms_on: true,
            allowed: "127.0.0.1".into(),
            ..city::Outreach::default()
        };
        let body = "{phone}|{number}|{stage}|{unit}|{date}|{link}";
        let ways = Gateway { url: gateway.url.clone(), body: body.into(), ..Gateway::default() };
        outbox.set_ways(who(Role::SystemAdmin, 1), set, MailServer::default(), ways).wait().unwrap();
        let got = || {
            assert!(outbox.settle(Duration::from_secs(20)).unwrap());
            gateway.got().iter().map(|p| p.body.clone()).collect::<Vec<_>>()
        };
        let (hall, _) = hall_with(app, 1);
        let all = offers(app, "short", 60);
        let on = |d: &str, n: usize| all.iter().filter(|o| o.start.date() == day(d)).nth(n).unwrap();

        let of = booked(app, on("2026-03-05", 0).slot, "13800001234");
        let told = got();
        assert_eq!(told.len(), 1);
        let parts: Vec<&str> = told[0].split('|').collect();
        let at = on("2026-03-05", 0).start.to_string().replace('T', " ");
        assert_eq!(parts[..5], ["13800001234", &of.0, "已约好", "市政务服务中心", &at[..16]]);
        // The link shows and never acts, and says nothing of who booked.
        let token = parts[5].rsplit('/').next().unwrap().to_owned();
        let seen = app.halls.look(of.0.clone(), token.clone()).wait().unwrap();
        assert!(seen.acts.is_empty() && seen.contact == Contact::default());
        assert!(app.halls.act_by_code(None, of.0.clone(), token, Asked::Cancel).wait().is_err());
        assert_eq!(app.halls.look(of.0.clone(), of.1.clone()).wait().unwrap_err(), Error::NotFound);

        // Moved: reminded of the new time only. Cancelled: of none.
        let to = on("2026-03-06", 0).slot;
        app.halls.act_by_code(None, of.0.clone(), of.1.clone(), Asked::Move(to)).wait().unwrap();
        let other = booked(app, on("2026-03-05", 1).slot, "13800005678");
        app.halls.act_by_code(None, other.0.clone(), other.1, Asked::Cancel).wait().unwrap();
        let third = booked(app, on("2026-03-06", 1).slot, "13800009012");
        // Of different appointments no order is owed.
        let said = |all: &[String]| {
            let mut said: Vec<String> = all.iter().map(|b| b.split('|').nth(2).unwrap().to_owned()).collect();
            said.sort();
            said
        };
        // The word that it was booked had not left when it was cancelled.
        assert_eq!(said(&got()[1..]), ["已改期", "已约好"]);
        clock.set(moment("2026-03-05 15:59"));
        assert_eq!(got().len(), 3);
        clock.set(moment("2026-03-05 16:00"));
        let reminded = got();
        assert_eq!(said(&reminded[3..]), ["到厅提醒", "到厅提醒"]);
        let of_both = |n: &String| reminded[3..].iter().any(|b| b.contains(n) && b.contains("2026-03-06"));
        assert!(of_both(&of.0) && of_both(&third.0), "{reminded:?}");

        // The hall closes: who is called off is told, and the desk sees that nobody has to ring.
        let closure = Closure {
            first: day("2026-03-06"),
            last: day("2026-03-06"),
            reason: "停电".into(),
            hours: None,
            queues: Vec::new(),
        };
        let touched = app.halls.preview_closure(coordinator(), hall, closure.clone()).wait().unwrap();
        app.halls.close(coordinator(), hall, closure, touched.len()).wait().unwrap();
        let desk = || app.halls.bookings(coordinator(), hall, day("2026-03-06")).wait().unwrap().to_tell;
        assert!(desk().len() == 2 && desk().iter().all(|b| !b.said));
        assert_eq!(said(&got()[5..]), ["大厅取消", "大厅取消"]);
        assert!(desk().len() == 2 && desk().iter().all(|b| b.said));
    });
}
