//! Constructed logs whose answers are known.

use eventlog::error::Limits;
use eventlog::{Log, Order, read_csv};
use workday::WorkCalendar;

use super::*;

fn log(csv: &str) -> Log {
    read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap().0
}

fn office() -> Office {
    Office::of(&WorkCalendar::official())
}

fn told(log: &Log, q: Question, options: &AskOptions) -> Answer {
    ask(log, q, &office(), options)
}

/// Rows of `n` ordinary cases: received in the morning, checked an hour later, decided and closed next day.
fn ordinary(n: usize) -> String {
    let mut csv = String::from("办件编号,环节,时间,经办人,部门,补正材料\n");
    for i in 0..n {
        let day = 1 + i % 20;
        csv += &format!("K{i},受理,2024-07-{day:02} 09:10,甲,窗口,\n");
        csv += &format!("K{i},审查,2024-07-{day:02} 11:10,乙,规划科,\n");
        csv += &format!("K{i},决定,2024-07-{:02} 10:10,丙,局长室,\n", day + 1);
        csv += &format!("K{i},办结,2024-07-{:02} 14:10,甲,窗口,\n", day + 1);
    }
    csv
}

#[test]
fn every_question_answers_every_log_without_a_fault() {
    let none = log("办件编号,环节,时间\n");
    let odd = log("办件编号,环节,时间\n1,,\n,a,bad\n1,a,0001-01-01\n1,b,9999-12-31\n");
    for log in [none, odd, log(&ordinary(1)), log(&ordinary(60))] {
        let all = ask_all(&log, &office(), &AskOptions::default());
        assert_eq!(all.len(), Question::ALL.len());
        for a in all {
            assert!(!a.said.zh.is_empty() && !a.said.en.is_empty(), "{:?}", a.question);
            for found in &a.findings {
                assert!(found.figure.is_finite() && !found.suggestion.zh.is_empty());
                assert!(found.cases.len() as u64 <= found.case_count);
            }
        }
    }
    for q in Question::ALL {
        assert_eq!(Question::read(q.word()), Some(q));
    }
    assert_eq!(Question::read("堵点"), Some(Question::LostTime));
}

#[test]
fn waiting_is_told_with_all_its_causes_and_apart_from_handling() {
    // 乙 审查s 2 from ten to noon, then lunch, and nothing explains the hour after it.
    let csv = "办件编号,环节,开始时间,结束时间,经办人\n\
               1,受理,2024-07-08 09:00,2024-07-08 10:00,甲\n\
               2,受理,2024-07-08 09:00,2024-07-08 09:30,丙\n\
               2,审查,2024-07-08 10:00,2024-07-08 12:00,乙\n\
               1,审查,2024-07-08 14:00,2024-07-08 15:00,乙\n";
    let a = told(&log(csv), Question::LostTime, &AskOptions::default());
    let found = &a.findings[0];
    let hours = |days: f64| (days * 7.0 * 1e6).round() / 1e6;
    assert_eq!((found.about.clone(), hours(found.figure)), (vec!["受理".into(), "审查".into()], 3.5));
    let parts: Vec<_> = found.parts.iter().map(|p| (p.word, hours(p.days), p.clock_hours)).collect();
    assert_eq!(
        parts,
        [(Cause::Contention, 2.0, 2.0), (Cause::Unavailability, 0.0, 1.0), (Cause::Extraneous, 1.5, 1.5)]
    );
    assert_eq!(found.parts[0].cases, ["1"]);
    assert_eq!(found.parts[2].cases, ["1", "2"]);
    assert!(found.said.zh.contains("办理用去 0.43 个工作日"), "{}", found.said.zh);
}

#[test]
fn lost_time_counts_working_days_only() {
    // Friday 16:00 to Tuesday 10:00: one hour, a Monday of seven, one hour: nine hours of office time.
    let csv =
        "办件编号,环节,时间\n1,受理,2024-07-05 16:00\n1,审查,2024-07-09 10:00\n1,办结,2024-07-09 11:00\n";
    let a = told(&log(csv), Question::LostTime, &AskOptions::default());
    assert_eq!(a.findings[0].about, ["受理", "审查"]);
    assert!((a.findings[0].figure - 9.0 / 7.0).abs() < 1e-9, "{}", a.findings[0].figure);
    assert!((a.figure - 10.0 / 7.0).abs() < 1e-9);
    assert_eq!(a.findings[0].cases, ["1"]);
    // National Day: 30 September 2024 16:00 to 8 October 10:00 is two hours.
    let csv = "办件编号,环节,时间\n1,受理,2024-09-30 16:00\n1,办结,2024-10-08 10:00\n";
    let a = told(&log(csv), Question::LostTime, &AskOptions::default());
    assert!((a.figure - 2.0 / 7.0).abs() < 1e-9);
}

#[test]
fn a_few_slow_cases_are_not_hidden_by_the_median() {
    let mut csv = ordinary(30);
    for i in 0..2 {
        csv += &format!(
            "S{i},受理,2024-03-01 09:00,甲,窗口,\nS{i},审查,2024-06-03 09:00,乙,规划科,\nS{i},办结,2024-06-03 10:00,甲,窗口,\n"
        );
    }
    let a = told(&log(&csv), Question::LostTime, &AskOptions::default());
    let first = &a.findings[0];
    assert_eq!(first.about, ["受理", "审查"]);
    assert!(first.said.zh.contains("最慢的一成") && first.said.en.contains("median hides"), "{}", first.said);
    assert_eq!(first.cases[..2], ["S0", "S1"], "the slowest cases come first");
    let (kept, effects) = eventlog::filter::apply(&log(&csv), &[first.filter.clone().unwrap()], None);
    // Those that waited only over a weekend lost nothing and are not counted.
    assert_eq!((kept.case_count(), effects[0].left, first.case_count), (32, 32, 25));
}

#[test]
fn cases_that_fell_silent_are_stops_and_running_ones_are_not() {
    let mut csv = ordinary(40);
    csv += "STOP1,受理,2024-04-01 09:00,甲,窗口,\nSTOP1,审查,2024-04-01 11:00,乙,规划科,\n";
    csv += "RUN,受理,2024-07-22 09:00,甲,窗口,\nRUN,审查,2024-07-22 09:30,乙,规划科,\n";
    csv += "END,受理,2024-07-21 09:00,甲,窗口,\nEND,办结,2024-07-22 10:00,甲,窗口,\n";
    let a = told(&log(&csv), Question::Stops, &AskOptions::default());
    assert_eq!((a.case_count, a.findings.len()), (1, 1));
    assert_eq!(
        (a.findings[0].about.as_slice(), a.findings[0].cases.as_slice()),
        (&["审查".into()][..], &["STOP1".into()][..])
    );
    assert!(a.notes[0].zh.contains("办结"));
    // As of October the running one has stopped too.
    let later = AskOptions { as_of_us: Some(1_728_000_000_000_000), ..AskOptions::default() };
    assert_eq!(told(&log(&csv), Question::Stops, &later).case_count, 2);
}

#[test]
fn rework_names_the_way_back_and_the_material() {
    let mut csv = ordinary(20);
    for i in 0..6 {
        let material = if i < 4 { "土地证复印件" } else { "委托书" };
        csv += &format!(
            "R{i},受理,2024-07-01 09:00,甲,窗口,\nR{i},补正,2024-07-01 10:00,乙,规划科,{material}\nR{i},受理,2024-07-03 09:00,甲,窗口,\nR{i},办结,2024-07-03 10:00,甲,窗口,\n"
        );
    }
    let a = told(&log(&csv), Question::Rework, &AskOptions::default());
    assert_eq!((a.case_count, a.findings.len()), (6, 1));
    assert_eq!(a.findings[0].about, ["受理", "补正", "土地证复印件", "委托书"]);
    assert!(a.findings[0].said.zh.contains("土地证复印件 4"), "{}", a.findings[0].said);
    assert!((a.figure - 12.0).abs() < 1e-9, "six cases lost two working days each: {}", a.figure);
    assert!(a.findings[0].suggestion.zh.contains("一次性告知"));
}

#[test]
fn overlapping_ways_back_count_once() {
    let csv = "办件编号,环节,时间\n1,a,2024-07-01 09:00\n1,b,2024-07-01 10:00\n1,a,2024-07-01 11:00\n1,b,2024-07-01 13:00\n1,c,2024-07-01 14:00\n";
    let a = told(&log(csv), Question::Rework, &AskOptions::default());
    // a…a and b…b overlap: from 9 to 13 with an hour of lunch are three hours.
    assert!((a.figure - 3.0 / 7.0).abs() < 1e-9, "{}", a.figure);
}

#[test]
fn ping_pong_is_what_returns_and_is_done_again() {
    let mut csv = ordinary(10);
    for i in 0..3 {
        csv += &format!(
            "P{i},转办,2024-07-01 09:00,甲,窗口,\nP{i},退回,2024-07-02 09:00,乙,住建局,\nP{i},转办,2024-07-03 09:00,甲,窗口,\nP{i},办结,2024-07-04 09:00,丁,城管局,\n"
        );
    }
    let a = told(&log(&csv), Question::PingPong, &AskOptions::default());
    assert_eq!((a.case_count, a.figure as u64), (3, 3));
    assert_eq!(a.findings[0].about, ["窗口", "住建局"]);
    assert_eq!(a.findings[0].cases, ["P0", "P1", "P2"]);
    // The ordinary way 窗口 → … → 窗口 goes on with a new step and is no ping-pong.
    assert_eq!(told(&log(&ordinary(30)), Question::PingPong, &AskOptions::default()).case_count, 0);
}

#[test]
fn steps_outside_of_the_system_are_found() {
    let mut csv = ordinary(60);
    csv += "M1,受理,2024-07-01 09:00,甲,窗口,\nM1,决定,2024-07-02 09:00,丙,局长室,\nM1,办结,2024-07-02 10:00,甲,窗口,\n";
    csv += "V1,受理,2024-07-01 09:00,甲,窗口,\nV1,决定,2024-07-01 10:00,丙,局长室,\nV1,审查,2024-07-03 10:00,乙,规划科,\nV1,办结,2024-07-04 10:00,甲,窗口,\n";
    csv += "T1,受理,2024-07-05 09:00:00,甲,窗口,\nT1,审查,2024-07-05 09:00:20,甲,窗口,\nT1,决定,2024-07-05 09:00:40,甲,窗口,\nT1,办结,2024-07-05 09:00:50,甲,窗口,\n";
    csv += "B1,受理,2024-07-05 09:00,甲,窗口,\nB1,决定,2024-07-08 09:00,丙,局长室,\nB1,审查,2024-07-05 15:00,乙,规划科,\nB1,办结,2024-07-08 11:00,甲,窗口,\n";
    let a = told(&log(&csv), Question::OffSystem, &AskOptions::default());
    let find = |about: &str| a.findings.iter().find(|x| x.about[0].contains(about)).map(|x| x.cases.clone());
    let missing = a.findings.iter().find(|x| x.said.zh.contains("没有“审查”")).unwrap();
    assert_eq!(missing.cases, ["M1"]);
    let reversed = a.findings.iter().find(|x| x.about == ["审查", "决定"]).unwrap();
    assert_eq!(reversed.cases, ["V1"]);
    assert_eq!(find("补录").unwrap(), ["T1"]);
    assert_eq!(find("倒填").unwrap(), ["B1"]);
    assert_eq!(a.case_count, 4);
    // With the rules given, nothing is guessed.
    let given = AskOptions {
        must: vec!["听证".into()],
        orders: vec![("受理".into(), "办结".into())],
        ..AskOptions::default()
    };
    let a = told(&log(&csv), Question::OffSystem, &given);
    assert!(a.findings.iter().any(|x| x.about == ["听证"] && x.case_count == 64));
}

#[test]
fn overdue_is_by_the_calendar_and_shares_add_up() {
    let mut csv = ordinary(10);
    // Received on 30 September 2024; three working days end on 10 October because of the National Day.
    csv += "OK,受理,2024-09-30 09:00,甲,窗口,\nOK,办结,2024-10-10 23:00,甲,窗口,\n";
    csv += "LATE,受理,2024-09-30 09:00,甲,窗口,\nLATE,审查,2024-10-10 09:00,乙,规划科,\nLATE,办结,2024-10-11 09:00,甲,窗口,\n";
    let limit = AskOptions { limit_days: Some(3), ..AskOptions::default() };
    let a = told(&log(&csv), Question::Overdue, &limit);
    assert_eq!(a.case_count, 1);
    assert!(a.findings.iter().all(|x| x.cases == ["LATE"]));
    let shares: f64 = a.findings.iter().map(|x| x.figure).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");
    assert_eq!(a.findings[0].about, ["审查"]);
    // The deadline may stand in a column.
    let csv = "办件编号,环节,时间,到期时间\n1,受理,2024-07-01 09:00,2024-07-02 00:00\n1,办结,2024-07-03 09:00,2024-07-02 00:00\n2,受理,2024-07-01 09:00,2024-07-05 00:00\n2,办结,2024-07-03 09:00,2024-07-05 00:00\n";
    let a = told(&log(csv), Question::Overdue, &AskOptions::default());
    assert_eq!((a.case_count, a.findings[0].cases.as_slice()), (1, &["1".to_owned()][..]));
}

#[test]
fn who_is_on_the_list_and_handles_nothing_is_named() {
    let roster = AskOptions { roster: vec!["窗口".into(), "残联窗口".into()], ..AskOptions::default() };
    let a = told(&log(&ordinary(40)), Question::IdlePresence, &roster);
    assert_eq!(a.findings.len(), 1);
    assert_eq!(a.findings[0].about, ["残联窗口"]);
    assert!(a.findings[0].said.zh.contains("没有办过一件"));
    // Without a list: a unit that shows up on two days of two months.
    let mut csv = ordinary(40);
    csv += "Z1,盖章,2024-06-03 09:00,戊,档案室,\nZ2,盖章,2024-08-05 09:00,戊,档案室,\n";
    let a = told(&log(&csv), Question::IdlePresence, &AskOptions::default());
    assert_eq!(a.findings[0].about, ["档案室"]);
}

#[test]
fn slow_cases_differ_by_what_was_built_in() {
    let mut csv = String::from("办件编号,环节,时间,经办人\n");
    for i in 0..120 {
        let (day, slow) = (1 + i % 5, i % 4 == 0);
        csv += &format!("C{i},受理,2024-07-{day:02} 09:00,甲\n");
        if slow {
            csv += &format!("C{i},现场勘验,2024-07-{:02} 09:00,乙\n", day + 15);
        }
        csv += &format!("C{i},办结,2024-07-{:02} {:02}:00,甲\n", day + if slow { 22 } else { 3 }, 9 + i % 3);
    }
    let a = told(&log(&csv), Question::SlowAndFast, &AskOptions::default());
    assert!(
        a.findings.iter().any(|x| x.about == ["现场勘验"] && (x.figure - 1.0).abs() < 1e-9),
        "{:?}",
        a.said
    );
    assert!(a.findings.iter().any(|x| x.about == ["乙"]));
    assert!(told(&log(&ordinary(10)), Question::SlowAndFast, &AskOptions::default()).findings.is_empty());
}

#[test]
fn a_change_of_the_way_is_dated_and_a_reform_is_judged() {
    let mut csv = String::from("办件编号,环节,时间\n");
    let start = kernel::Moment::start_of(kernel::Date::constant(2024, 1, 1));
    for i in 0..400i64 {
        let at = |hours: i64| start.plus_us((i * 12 + hours) * kernel::US_PER_HOUR).beijing().to_string();
        let second = if i < 200 { "纸质会签" } else { "联合会审" };
        let took = if i < 200 { 300 + i % 7 * 10 } else { 100 + i % 7 * 10 };
        csv += &format!("D{i},受理,{}\nD{i},{second},{}\nD{i},办结,{}\n", at(9), at(30), at(took));
    }
    let log = log(&csv);
    let a = told(&log, Question::Drift, &AskOptions::default());
    // Windows move by a quarter: the day is right to within twelve cases, here six days.
    let days = ["2024-04-04", "2024-04-07", "2024-04-10", "2024-04-13", "2024-04-16"];
    assert!(a.findings.len() == 1 && days.contains(&a.findings[0].about[0].as_str()), "{}", a.said);
    let since = start.plus_us(200 * 12 * kernel::US_PER_HOUR).us();
    let a = told(&log, Question::Drift, &AskOptions { since_us: Some(since), ..AskOptions::default() });
    assert!((-7.0..-5.0).contains(&a.figure) && a.counted == Counted::WorkingDays, "{} {}", a.figure, a.said);
}

#[test]
fn only_completions_count_where_steps_leave_several_records() {
    let csv = "case,activity,time,lifecycle\n1,a,2024-07-01 09:00,start\n1,a,2024-07-01 10:00,complete\n1,b,2024-07-01 11:00,complete\n";
    let a = told(&log(csv), Question::Rework, &AskOptions::default());
    assert_eq!(a.case_count, 0);
    assert!(a.notes.iter().any(|n| n.zh.contains("完成")));
}

/// A deadline in a column: a bare day ends at 24:00, whatever its writing; what cannot be read is named.
#[test]
fn a_deadline_that_is_a_day_lasts_until_its_end() {
    let asked = AskOptions { deadline: Some("应办结时间".into()), ..AskOptions::default() };
    let with = |due: &str| {
        log(&format!(
            "办件编号,环节,办理时间,应办结时间\n1,受理,2026-03-02 09:00,{due}\n1,办结,2026-03-09 09:00,{due}\n2,受理,2026-03-02 09:00,{due}\n2,办结,2026-03-10 16:00,{due}\n"
        ))
    };
    for due in ["2026-03-09", "2026/3/9", "20260309", "46090", "2026年3月9日", "2026-03-09 00:00:00"] {
        for options in [&asked, &AskOptions::default()] {
            let a = told(&with(due), Question::Overdue, options);
            assert_eq!(a.figure, 1.0, "{due}: {}", a.said.zh);
            assert!(a.findings.iter().all(|f| f.cases == ["2"]), "{due}");
        }
    }
    assert_eq!(told(&with("2026-03-09 08:00"), Question::Overdue, &asked).figure, 2.0, "a time is a time");
    assert_eq!(told(&with("6个工作日"), Question::Overdue, &asked).figure, 0.0);
    assert_eq!(told(&with("4个工作日"), Question::Overdue, &asked).figure, 2.0);
    assert_eq!(told(&with("4"), Question::Overdue, &asked).figure, 2.0, "a bare number is of working days");
    for due in ["9/3/2026", "尽快"] {
        let a = told(&with(due), Question::Overdue, &asked);
        assert!(a.figure.is_nan() && a.said.zh.contains(due), "{due}: {}", a.said.zh);
    }
    assert!(told(&with("9/3/2026"), Question::Overdue, &asked).notes.iter().any(|n| n.zh.contains("分不清")));
    let none = AskOptions { deadline: Some("没有这列".into()), ..AskOptions::default() };
    let a = told(&with("2026-03-09"), Question::Overdue, &none);
    assert!(
        a.figure.is_nan() && a.said.zh.contains("没有这列") && a.said.zh.contains("应办结时间"),
        "{}",
        a.said.zh
    );
}

/// What has no time is counted as unknown, never as nought or as kept.
#[test]
fn a_missing_time_is_no_time_at_all() {
    let mut csv = String::from("办件编号,环节,办理时间\n");
    for i in 0..40 {
        let reviewed = if i < 30 { "2024-03-05 09:00" } else { "无" };
        let closed = if i % 4 == 0 { "" } else { "2024-03-11 09:00" };
        csv += &format!("B{i},受理,2024-03-04 09:00\nB{i},审查,{reviewed}\nB{i},办结,{closed}\n");
    }
    let log = log(&csv);
    let a = told(&log, Question::LostTime, &AskOptions::default());
    let counted = |from: &str| a.findings.iter().find(|f| f.about[0] == from).map(|f| f.said.zh.clone());
    assert!(counted("受理").unwrap().contains("30 次共耗 30.0"), "{:?}", counted("受理"));
    // Of 30 reviews with a time 22 have an end with one.
    assert!(counted("审查").unwrap().contains("22 次共耗 88.0"), "{:?}", counted("审查"));
    assert!(a.notes.iter().any(|n| n.zh.contains("有 20 条记录没有时间")), "{:?}", a.notes);
    let limit = AskOptions { limit_days: Some(3), ..AskOptions::default() };
    let a = told(&log, Question::Overdue, &limit);
    assert!(a.said.zh.contains("有时限的 30 件中超期 30 件"), "{}", a.said.zh);
    assert!(a.notes.iter().any(|n| n.zh.contains("另有 10 件缺收件或办结的时间")), "{:?}", a.notes);
}

/// A case stands in the step that was begun and has not ended, however the log says so.
#[test]
fn cases_that_stand_in_a_step_are_stops_and_late() {
    let (mut ends, mut records) = (
        String::from("办件编号,环节,开始时间,结束时间\n"),
        String::from("办件编号,环节,办理时间,环节状态\n"),
    );
    for i in 0..30 {
        for (step, day) in [("受理", 4), ("审查", 5), ("办结", 6)] {
            let at = |h: u32| format!("2024-03-{day:02} {h:02}:00");
            let open = i < 8 && (step == "审查" || i < 3);
            if i < 3 && step != "受理" || i < 8 && step == "办结" {
                continue;
            }
            ends += &format!("B{i},{step},{},{}\n", at(9), if open { String::new() } else { at(10) });
            records += &format!("B{i},{step},{},开始\n", at(9));
            if !open {
                records += &format!("B{i},{step},{},完成\n", at(10));
            }
        }
    }
    let as_of =
        AskOptions { as_of_us: Some(1_717_200_000_000_000), limit_days: Some(5), ..AskOptions::default() };
    for csv in [&ends, &records] {
        let log = log(csv);
        let a = told(&log, Question::Stops, &as_of);
        assert_eq!(a.case_count, 8, "{}", a.said.zh);
        let about: Vec<(&str, u64)> =
            a.findings.iter().map(|f| (f.about[0].as_str(), f.case_count)).collect();
        assert_eq!(about, [("审查", 5), ("受理", 3)]);
        assert!(a.findings[0].said.zh.contains("停在“审查”办理中"), "{}", a.findings[0].said.zh);
        let a = told(&log, Question::Overdue, &as_of);
        assert!(a.said.zh.contains("有时限的 30 件中超期 8 件"), "{}", a.said.zh);
        assert!(a.findings[0].said.zh.contains("一直在“"), "{}", a.findings[0].said.zh);
    }
}

/// A file with the newest first, or sorted by something else, was not filled in later.
#[test]
fn the_order_of_a_file_is_no_sign_of_dates_filled_in_later() {
    let rows: Vec<String> = ordinary(30).lines().map(str::to_owned).collect();
    let (head, body) = (rows[0].clone(), rows[1..].to_vec());
    let backdated = |body: Vec<String>| {
        let a = told(
            &log(&format!("{head}\n{}\n", body.join("\n"))),
            Question::OffSystem,
            &AskOptions::default(),
        );
        a.findings.iter().find(|f| f.about[0].contains("倒填")).map(|f| f.case_count)
    };
    assert_eq!(backdated(body.clone()), None);
    let newest: Vec<String> = body.iter().rev().cloned().collect();
    assert_eq!(backdated(newest.clone()), None);
    // One that is out of the order of its file is found in both.
    let turn = |mut all: Vec<String>| {
        all.swap(0, 1);
        all
    };
    assert_eq!((backdated(turn(body.clone())), backdated(turn(newest))), (Some(1), Some(1)));
    let mut by_name = body;
    by_name.sort_by_key(|r| r.split(',').nth(1).map(str::to_owned));
    assert_eq!(backdated(by_name), None);
}

/// A limit counts from when the first step began, not from when it ended.
#[test]
fn a_case_begins_with_its_first_step() {
    let csv = "办件编号,环节,开始时间,结束时间\n1,受理,2026-03-02 09:00,2026-03-04 17:00\n1,办结,2026-03-05 09:00,2026-03-06 10:00\n";
    let limit = AskOptions { limit_days: Some(3), ..AskOptions::default() };
    assert_eq!(told(&log(csv), Question::Overdue, &limit).figure, 1.0);
}

/// A list of who is present may name people where the log has a column of units too.
#[test]
fn a_list_of_people_is_compared_with_people() {
    let roster = |names: &[&str]| AskOptions {
        roster: names.iter().map(|n| (*n).to_owned()).collect(),
        ..AskOptions::default()
    };
    let a = told(&log(&ordinary(40)), Question::IdlePresence, &roster(&["甲", "窗口"]));
    assert!(a.findings.is_empty(), "{:?}", a.findings);
    assert!(a.notes.iter().any(|n| n.zh.contains('甲') && n.zh.contains("经办人")), "{:?}", a.notes);
    let a = told(&log(&ordinary(40)), Question::IdlePresence, &roster(&["甲", "赵六"]));
    assert_eq!(a.findings[0].about, ["赵六"]);
    assert!(a.notes.iter().any(|n| n.zh.contains("赵六") && n.zh.contains("没有出现")), "{:?}", a.notes);
}
