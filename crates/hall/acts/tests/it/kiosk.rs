//! 断网取号: a kiosk goes on when the network fails; what it handed out stands in the queue once, at its time.

use hall::ticket::Stage as At;
use hall_acts::LateTicket;

use super::*;

fn late(letter: &str, n: u8, ago: i64, tap: &str) -> LateTicket {
    LateTicket { letter: letter.into(), n, priority: Priority::Normal, ago, tap: tap.into() }
}

#[test]
fn what_a_kiosk_handed_out_without_a_network_stands_once_and_at_its_time() {
    city(|app, clock| {
        let (id, clerk) = hall_with(app, 1);
        let kiosk = app.halls.kiosk_of(coordinator(), id).wait().unwrap();
        let which = || app.halls.kiosk_number(id, kiosk.clone()).wait().unwrap();
        let (one, two) = (which(), which());
        assert_eq!((one, two), ((day("2026-03-02"), 1), (day("2026-03-02"), 2)), "no two are the same");
        let take = |tap: &str| {
            let tap = Some(tap.to_owned());
            let all = app.halls.take_at_kiosk(id, kiosk.clone(), "A".into(), Priority::Normal, tap);
            all.wait().unwrap().number
        };
        let tell = |of, all: Vec<LateTicket>| app.halls.told_late(id, kiosk.clone(), of, all).wait();
        assert_eq!(take("tap-first-one"), "A001");
        assert_eq!(take("tap-first-one"), "A001", "a tap that is sent again is the same tap");
        // The answer to this one never arrived, so the kiosk handed out a number of its own; then two more.
        assert_eq!(take("tap-second-one"), "A002");
        clock.move_us(5 * MINUTE);
        assert_eq!(take("tap-third-one"), "A003", "another machine had a network");
        clock.move_us(5 * MINUTE);
        let all = || vec![late("A", 1, 600, "tap-second-one"), late("A", 2, 420, "tap-fourth-one")];
        let told = tell(one, all()).unwrap();
        assert_eq!(
            told.iter().map(|t| (t.number.as_str(), t.stands)).collect::<Vec<_>>(),
            [("A0101", true), ("A0102", true)]
        );
        assert_eq!(tell(one, all()).unwrap(), told, "told again, nothing is added");
        // The same number of another machine is another number; a machine that nobody knows, and an old day, are refused.
        assert_eq!(tell(two, vec![late("A", 1, 60, "tap-fifth-one")]).unwrap()[0].number, "A0201");
        assert!(said(tell((one.0, 3), all())).contains("过期"));
        assert!(said(tell((day("2026-02-27"), 1), all())).contains("过期"));
        assert!(!tell(one, vec![late("Z", 1, 1, "tap-sixth-one")]).unwrap()[0].stands, "nobody serves it");
        // Everybody once, in the order in which they took their numbers; each is called once.
        let line: Vec<String> = app
            .halls
            .window(clerk.clone(), id, 1)
            .wait()
            .unwrap()
            .line
            .iter()
            .map(|t| t.number.clone())
            .collect();
        assert_eq!(line, ["A001", "A0101", "A0102", "A003", "A0201"]);
        let mut called = BTreeSet::new();
        for _ in 0..5 {
            let v = app.halls.next(clerk.clone(), id, 1, None).wait().unwrap();
            let t = v.current.unwrap();
            assert!(called.insert(t.number.clone()), "{} was called twice", t.number);
            let done = app.halls.serve(clerk.clone(), id, 1, t.id, t.ver, Command::Start {}).wait().unwrap();
            let t = done.current.unwrap();
            app.halls.serve(clerk.clone(), id, 1, t.id, t.ver, Command::End {}).wait().unwrap();
        }
        assert!(app.halls.next(clerk.clone(), id, 1, None).wait().unwrap().current.is_none());
        // Told while it is already being called, nobody's turn comes again.
        assert_eq!(tell(one, all()).unwrap(), told);
        let (first, last) = (day("2026-03-02"), day("2026-03-02"));
        let list = app.halls.figure_list(coordinator(), id, first, last, What::Hall).wait().unwrap();
        assert_eq!(
            list.iter().filter(|t| t.ticket.stage == At::Left).count(),
            1,
            "what was not heard of went"
        );
        assert_eq!(list.iter().filter(|t| t.ticket.stage == At::Ended).count(), 5);
        // A kiosk whose clock runs wild puts nobody before the day, or after now.
        let told = tell(one, vec![late("B", 1, -9_000, "tap-seventh"), late("B", 2, 999_999, "tap-eighth")]);
        assert!(told.unwrap().iter().all(|t| t.stands));
        let list =
            app.halls.figure_list(coordinator(), id, first, last, What::Queue("B".into())).wait().unwrap();
        assert!(list.iter().all(|t| t.ticket.taken.date() == first && t.ticket.taken <= clock.now()));
    });
}

#[test]
fn elastic_hours_give_no_number_to_who_walks_in() {
    city(|app, clock| {
        let (id, _) = hall_with(app, 1);
        let v = app.halls.hall(coordinator(), id).wait().unwrap();
        let mut h = v.hall;
        h.openings.push(Opening {
            kind: Hours::Elastic,
            days: Days::each(DayRule::Workdays, day("2026-01-01")),
            hours: spans("19:00-20:00"),
        });
        app.halls.put_hall(coordinator(), id, v.ver, h).wait().unwrap();
        let kiosk = app.halls.kiosk_of(coordinator(), id).wait().unwrap();
        let take = || app.halls.take_at_kiosk(id, kiosk.clone(), "A".into(), Priority::Normal, None).wait();
        assert!(take().is_ok());
        clock.set(moment("2026-03-02 19:10"));
        assert!(said(take()).contains("弹性服务"));
        let line = &app.halls.public_halls().wait().unwrap()[0];
        assert_eq!(Span::shown(&line.today), "09:00–12:00、13:00–17:00");
        assert_eq!(Span::shown(&line.elastic), "19:00–20:00");
    });
}
