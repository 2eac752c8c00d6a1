//! 热线一周: weeks of random traffic by seed. The hotline sends in any order; messages and receipts are lost, repeated late, and the line
//! is silent for days. In the end nothing is lost, nothing is doubled, and both lists are the same.

use std::collections::{BTreeMap, BTreeSet};

use assembly::House;
use hotline::{OrderView, Parcel, Ring, Rung, Sort, State};
use kernel::{CaseId, Moment, US_PER_DAY, US_PER_HOUR};
use resolve::{Channel, Command, ReturnReason};
use serde_json::{Value, json};
use store::cases;
use testkit::{HandClock, RefHotline, Sent};

use super::cells_of_cities::Dice;
use super::hotline_orders::{
    CODE, DOT, accept, admin, arrived, base64, case_of, fields, gaps, history, line, orders, parcels, reply,
    settle,
};
use super::{act, city, coordinator};

/// What happened in the week, to be compared at its end.
#[derive(Default)]
struct Week {
    next: usize,
    calls: usize,
    met: BTreeSet<State>,
}

/// One thing that happens at the hotline.
fn hotline_does(hot: &mut RefHotline, dice: &mut Dice, week: &mut Week, now: Moment) {
    let some = |hot: &RefHotline, states: &[&str], dice: &mut Dice| {
        let all: Vec<String> = hot
            .orders
            .values()
            .filter(|o| states.contains(&o.state.as_str()))
            .map(|o| o.number.clone())
            .collect();
        (!all.is_empty()).then(|| all[dice.roll(all.len())].clone())
    };
    let open = ["待签收", "办理中", "已答复"];
    match dice.roll(12) {
        0..=2 => {
            week.next += 1;
            // Now and then a word that nobody has said the meaning of yet.
            let kind = if dice.one_in(8) {
                "噪声"
            } else {
                ["咨询", "求助", "投诉", "建议"][dice.roll(4)]
            };
            let mut order = fields(&format!("第{}件事", week.next), kind);
            if dice.one_in(4) {
                order.insert("fj".into(), json!([{ "wjm": "图.png", "wjnr": base64(DOT) }]));
            }
            order.insert("bjsx".into(), Value::from(now.plus_us(4 * US_PER_DAY).to_string()));
            hot.dispatch(&format!("G{:04}", week.next), order, now);
        }
        3 => {
            if let Some(n) = some(hot, &["已退单"], dice) {
                let order = hot.orders[&n].fields.clone();
                hot.dispatch(&n, order, now);
            }
        }
        4 | 5 => {
            if let Some(n) = some(hot, &open, dice) {
                let words = format!("补充{n}之{}。", hot.orders[&n].added.len());
                let files =
                    if dice.one_in(3) { vec![("补.png".to_owned(), DOT.to_vec())] } else { Vec::new() };
                hot.add(&n, &words, files);
            }
        }
        6 => drop(some(hot, &open, dice).map(|n| hot.urge(&n))),
        7 => drop(some(hot, &open, dice).filter(|_| dice.one_in(3)).map(|n| hot.withdraw(&n))),
        8 | 9 => {
            if let Some(n) = some(hot, &["已答复"], dice) {
                match dice.roll(4) {
                    0 => hot.close(&n),
                    1 => hot.call_back(&n, "不满意", true),
                    _ => hot.call_back(&n, "满意", false),
                }
            }
        }
        10 => drop(some(hot, &["办理中"], dice).map(|n| hot.move_limit(&n, now.plus_us(9 * US_PER_DAY)))),
        _ => {
            week.calls += 1;
            let person = dice.roll(6);
            hot.miss(&format!("C{:03}", week.calls), &format!("1390000000{person}"), now);
        }
    }
}

/// One thing that somebody in the city does; what the rules refuse changes nothing.
fn city_does(app: &House, hot: &RefHotline, dice: &mut Dice) {
    let pick = |state: State, dice: &mut Dice| {
        let all = app.hotlines.orders(coordinator(), state, None).wait().unwrap();
        (!all.is_empty()).then(|| all[dice.roll(all.len())].clone())
    };
    match dice.roll(8) {
        0..=2 => {
            if let Some(o) = pick(State::Offered, dice) {
                if dice.one_in(4) && o.may_return {
                    app.hotlines
                        .give_back(coordinator(), o.id, ReturnReason::NotOurDuty, "不属本市".into())
                        .wait()
                        .unwrap();
                } else {
                    accept(app, &o.number, 2 + dice.roll(2) as i64);
                }
            }
        }
        3..=5 => {
            if let Some(o) = pick(State::Accepted, dice) {
                let unit = case_of(app, &o.case).stage.owner().map_or(2, |u| u.0);
                let text = format!("{}的第{}次答复", o.number, o.known.answers + 1);
                reply(app, unit, &o.case, &text, dice.one_in(3)).unwrap();
            }
        }
        6 => {
            // What is still on its way about a case is not cut off by the archive: it would stand aside for a person.
            if let Some(o) = pick(State::Closed, dice).filter(|_| hot.due(app.city.store().now()).is_empty())
            {
                drop(act(
                    app,
                    coordinator(),
                    &o.case,
                    Command::Archive { summary: String::new(), cause: None },
                ));
            }
        }
        _ => {
            let calls = app.hotlines.calls(coordinator()).wait().unwrap();
            if let Some(c) = calls.iter().find(|c| c.state == hotline::CallState::Waiting) {
                app.hotlines.take_call(coordinator(), c.id).wait().unwrap();
                let result = Rung::ALL[dice.roll(Rung::ALL.len())];
                let ring =
                    Ring {
                        result, words: "说了一件事".into(), title: String::new(), name: String::new()
                    };
                app.hotlines.note_call(coordinator(), c.id, ring).wait().unwrap();
            }
        }
    }
}

/// What flies about between the two.
#[derive(Default)]
struct Air {
    silent: bool,
    late_in: Vec<Sent>,
    late_out: Vec<Parcel>,
}

impl Air {
    fn step(&mut self, app: &House, hot: &mut RefHotline, dice: &mut Dice, now: Moment) {
        if dice.one_in(25) {
            self.silent = !self.silent;
        }
        if self.silent {
            return;
        }
        // The hotline sends what is not receipted in any order, as often as it likes.
        let mut due = hot.due(now);
        while !due.is_empty() {
            let s = due.swap_remove(dice.roll(due.len()));
            if dice.one_in(4) {
                continue;
            }
            let receipt = app.hotlines.receive(&arrived(&s)).unwrap();
            if dice.one_in(5) {
                self.late_in.push(s.clone());
            }
            if !dice.one_in(4) {
                hot.receipted(&s, &serde_json::to_vec(&receipt).unwrap());
            }
        }
        // We send one after the other and stop where no receipt comes.
        for p in parcels(app) {
            if dice.one_in(5) {
                break;
            }
            let receipt = hot.take(&p.id, p.at_s, &p.body, &p.signature).expect("signed");
            if dice.one_in(5) {
                self.late_out.push(p.clone());
            }
            if dice.one_in(4) {
                break;
            }
            app.hotlines.receipted(CODE, &p, &receipt).unwrap();
        }
        // What was delivered comes once more, much later.
        if dice.one_in(3) && !self.late_in.is_empty() {
            let s = self.late_in.swap_remove(dice.roll(self.late_in.len()));
            app.hotlines.receive(&arrived(&s)).unwrap();
        }
        if dice.one_in(3) && !self.late_out.is_empty() {
            let p = self.late_out.swap_remove(dice.roll(self.late_out.len()));
            hot.take(&p.id, p.at_s, &p.body, &p.signature).expect("signed");
        }
    }
}

/// Nothing lost, nothing doubled, both sides agree.
fn agreed(app: &House, hot: &RefHotline, week: &mut Week) {
    let asides = app.hotlines.asides(coordinator()).wait().unwrap();
    assert!(asides.is_empty(), "{asides:?}");
    let ours: BTreeMap<String, OrderView> = orders(app).into_iter().map(|o| (o.number.clone(), o)).collect();
    assert_eq!(ours.keys().collect::<Vec<_>>(), hot.orders.keys().collect::<Vec<_>>());
    let mut made = BTreeSet::new();
    for (number, theirs) in &hot.orders {
        let o = &ours[number];
        week.met.insert(o.state);
        let state = match theirs.state.as_str() {
            "待签收" => State::Offered,
            "办理中" => State::Accepted,
            "已答复" => State::Answered,
            "已办结" => State::Closed,
            "已退单" => State::Returned,
            _ => State::Withdrawn,
        };
        assert_eq!(o.state, state, "{number}");
        assert_eq!(o.known.urged, theirs.urged, "{number}: urges");
        if o.case.is_empty() {
            if o.state == State::Offered {
                let said = app.hotlines.order(coordinator(), o.id).wait().unwrap().content.unwrap();
                let (here, there): (BTreeSet<_>, BTreeSet<_>) =
                    (said.added.iter().collect(), theirs.added.iter().collect());
                assert_eq!(here, there, "{number}");
                assert_eq!(said.added.len(), theirs.added.len(), "{number}: doubled");
            }
            continue;
        }
        assert!(made.insert(o.case.clone()), "{} stands for two orders", o.case);
        let case = case_of(app, &o.case);
        let all = history(app, case.id);
        let mut told = String::new();
        let (mut answers, mut again) = (Vec::new(), 0);
        for h in &all {
            match &h.asked {
                Command::Register(r) => told += &r.words,
                Command::AddWords { words } => told += words,
                Command::Reply { text, .. } => answers.push(text.clone()),
                Command::PeerCallback { again: a, .. } => again += u32::from(*a),
                _ => {}
            }
        }
        assert_eq!(again, theirs.again, "{number}: dealt with again");
        if o.state != State::Withdrawn {
            assert_eq!(theirs.theirs, o.case, "{number}");
            assert_eq!(theirs.answers, answers, "{number}: answers");
            for words in &theirs.added {
                assert_eq!(told.matches(words.as_str()).count(), 1, "{number}: {words} in {told}");
            }
            if o.state == State::Accepted {
                assert!(!theirs.progress.is_empty(), "{number}");
            }
        }
    }
    // Each case that came from a hotline is one of these orders, once.
    let all = app.city.store().read(|rd| cases::newest(rd, CaseId(i64::MAX >> 16), 10_000)).unwrap();
    let ordered: BTreeSet<String> = all.iter().filter(|c| c.ordered).map(|c| c.number.clone()).collect();
    assert_eq!(ordered, made);
    // Every caller who was rung back is told of, under each name.
    let calls = app.hotlines.calls(coordinator()).wait().unwrap();
    let times: u32 = calls.iter().map(|c| c.times).sum();
    assert_eq!(times as usize, week.calls, "each missed call once");
    let rung_cases = all.iter().filter(|c| c.channel == Channel::Phone).count();
    assert_eq!(rung_cases, calls.iter().filter(|c| !c.case.is_empty()).count());
    let told = hot.calls.values().filter(|r| !r.is_empty()).count();
    let ended: u32 = calls.iter().filter(|c| c.state == hotline::CallState::Ended).map(|c| c.times).sum();
    assert_eq!(told, ended as usize, "what came of each call");
}

fn a_week(app: &House, clock: &HandClock, seed: u64, week: &mut Week) {
    let mut hot = line(app);
    let mut dice = Dice::new(seed);
    let mut air = Air::default();
    let end = clock.now().plus_us(7 * US_PER_DAY);
    let mut steps = 0;
    while clock.now() < end || steps < 300 {
        steps += 1;
        match dice.roll(5) {
            0 | 1 => hotline_does(&mut hot, &mut dice, week, clock.now()),
            2 | 3 => city_does(app, &hot, &mut dice),
            _ => air.step(app, &mut hot, &mut dice, clock.now()),
        }
        // Mostly minutes; now and then a night, and once in a while days of silence on the line.
        clock.move_us(match dice.roll(60) {
            0 => 14 * US_PER_HOUR,
            1..20 => US_PER_HOUR / 2,
            _ => US_PER_HOUR / 12,
        });
        if dice.one_in(10) {
            app.hotlines.moments().unwrap();
        }
    }
    // In the end the administrator says what the word means, and everything comes down.
    let set = app.hotlines.set_word(admin(), CODE.into(), Sort::Kind, "噪声".into(), "complaint".into());
    set.wait().unwrap();
    settle(app, &mut hot, clock.now());
    app.hotlines.try_messages_again(&coordinator()).unwrap();
    settle(app, &mut hot, clock.now());
    for s in air.late_in.drain(..) {
        app.hotlines.receive(&arrived(&s)).unwrap();
    }
    for p in air.late_out.drain(..) {
        hot.take(&p.id, p.at_s, &p.body, &p.signature).expect("signed");
    }
    settle(app, &mut hot, clock.now());
    app.hotlines.moments().unwrap();
    agreed(app, &hot, week);
    assert_eq!(gaps(app, &hot, clock).gaps, [], "the lists of both sides are the same");
}

#[test]
fn a_week_of_traffic_is_neither_lost_nor_doubled() {
    let met = std::cell::RefCell::new(BTreeSet::new());
    for seed in 1..=3 {
        city(|app, clock| {
            let mut week = Week::default();
            a_week(app, clock, seed, &mut week);
            assert!(week.next > 20 && week.calls > 3);
            met.borrow_mut().extend(week.met);
        });
    }
    assert_eq!(met.into_inner(), State::ALL.into_iter().collect(), "the weeks meet every state");
}
