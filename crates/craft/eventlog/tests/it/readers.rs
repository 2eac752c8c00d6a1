//! Odd, faulty and hostile input: what is kept, what is reported, what is refused.

use eventlog::error::Limits;
use eventlog::log::{Kind, Value};
use eventlog::{
    Error, Log, Mapping, Order, ProblemKind, Report, XesOptions, log_stats, read_csv, read_xes, write_csv,
    write_xes,
};
use proptest::prelude::*;

const XES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<x:log xmlns:x="http://www.xes-standard.org/" xes.version="2.0">
  <x:extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <x:global scope="trace"><x:string key="concept:name" value="UNKNOWN"/></x:global>
  <x:global scope="event"><x:date key="time:timestamp" value="1970-01-01T00:00:00Z"/></x:global>
  <x:classifier name="Activity" keys="concept:name lifecycle:transition"/>
  <x:string key="origin" value="hand"><x:int key="inner" value="7"/></x:string>
  <x:trace>
    <x:string key="concept:name" value="件 &lt;1&gt;"/>
    <x:float key="amount" value="12.5"/>
    <x:event>
      <x:date key="time:timestamp" value="2026-03-02T10:00:00.000+08:00"/>
      <x:string key="concept:name" value='受理 &amp; 登记'/>
      <x:string key="org:resource" value="甲"><x:string key="phone" value="1"/></x:string>
      <x:string key="lifecycle:transition" value="complete"/>
      <x:int key="pages" value="3"><x:boolean key="checked" value="true"/></x:int>
      <x:list key="materials"><x:values><x:string key="m" value="a"/><x:string key="m" value="b"/></x:values></x:list>
    </x:event>
    <x:event>
      <x:string key="concept:name" value="审查"/>
      <x:date key="time:timestamp" value="2026-03-01T10:00:00Z"/>
      <x:int key="pages" value="three"/>
    </x:event>
    <x:event>
      <x:string key="concept:name" value="审查"/>
      <x:date key="time:timestamp" value="someday"/>
    </x:event>
  </x:trace>
  <x:trace><x:string key="concept:name" value="2"/></x:trace>
</x:log>
"#;

fn read(text: &str) -> (Log, Report) {
    read_xes(text.as_bytes(), &XesOptions::default()).unwrap()
}

#[test]
fn odd_xes_is_kept_with_a_report() {
    let (log, report) = read(XES);
    assert!(report.complete);
    assert_eq!((log.case_count(), log.event_count()), (2, 3));
    assert_eq!(log.case_name(0), "件 <1>");
    let names: Vec<&str> = log.activity().iter().map(|&a| log.activities.get(a)).collect();
    // By time the check (1 March) came before the acceptance (2 March); the one without a time stays behind
    // its predecessor in the file.
    assert_eq!(names, ["审查", "审查", "受理 & 登记"]);
    assert_eq!(log.out_of_order(), 1);
    let pages: Vec<_> = log.event_columns.iter().filter(|c| c.key == "pages").collect();
    assert_eq!(pages.iter().map(|c| c.kind).collect::<Vec<_>>(), [Kind::Int, Kind::String]);
    assert_eq!(pages[0].get(0), Some(Value::Int(3)));
    assert_eq!(pages[1].get(1), Some(Value::Text("three")));
    let m = log.event_columns.iter().find(|c| c.key == "m").unwrap();
    assert_eq!(m.places(0).map(|p| m.value(p)).collect::<Vec<_>>(), [Value::Text("a"), Value::Text("b")]);
    assert_eq!(report.count(ProblemKind::BadValue), 1);
    let bad = report.problems.iter().find(|p| p.kind == ProblemKind::BadTime).unwrap();
    assert_eq!((bad.line, bad.what.as_str()), (26, "time:timestamp: someday"));
    assert_eq!(report.count(ProblemKind::NoTime), 1);
    assert_eq!(log.meta.attributes[0].children[0].value, "7");
    assert_eq!(log.meta.event_globals.len(), 1);
    let classified = log.classified(&["concept:name", "lifecycle:transition"]);
    assert_eq!(classified.activities.get(classified.activity()[2]), "受理 & 登记+complete");
    let stats = log_stats(&log, Order::File);
    assert_eq!(stats.empty_cases, 1);
    assert_eq!(stats.start_activities.keys().collect::<Vec<_>>(), ["受理 & 登记"]);
}

#[test]
fn what_was_read_is_written() {
    let options = XesOptions { order: Order::File, ..XesOptions::default() };
    let (log, _) = read_xes(XES.as_bytes(), &options).unwrap();
    let mut out = Vec::new();
    write_xes(&log, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for wanted in [
        "件 &lt;1&gt;",
        "key=\"phone\" value=\"1\"",
        "<values>",
        "key=\"checked\" value=\"true\"",
        "key=\"inner\"",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
}

#[test]
fn a_file_that_breaks_off_keeps_what_came_before() {
    let cut = &XES[..XES.find("someday").unwrap()];
    let (log, report) = read(cut);
    assert!(!report.complete);
    assert_eq!(log.event_count(), 3);
    let p = report.problems.iter().find(|p| p.kind == ProblemKind::Truncated).unwrap();
    assert_eq!(p.line, 26);
    let (log, report) = read(&XES.replace("</x:trace>\n  <x:trace>", "</x:tracy>\n  <x:trace>"));
    assert_eq!((log.case_count(), report.complete), (1, false));
}

#[test]
fn hostile_input_is_refused() {
    let refused = |text: &str| read_xes(text.as_bytes(), &XesOptions::default()).unwrap_err();
    assert!(matches!(refused("<!DOCTYPE log [<!ENTITY x \"y\">]><log/>"), Error::Forbidden { line: 1, .. }));
    assert!(matches!(refused("<html></html>"), Error::NotThis { .. }));
    assert!(matches!(refused("case,activity\n1,a\n"), Error::NotThis { .. } | Error::Broken { .. }));
    assert!(matches!(refused(""), Error::NotThis { .. }));
    let nested = "<string key=\"a\" value=\"b\">".repeat(1000);
    assert!(matches!(refused(&format!("<log><trace><event>{nested}")), Error::TooLarge { .. }));
    let few = XesOptions { limits: Limits { events: 2, ..Limits::small() }, ..XesOptions::default() };
    assert!(matches!(read_xes(XES.as_bytes(), &few), Err(Error::TooLarge { limit: 2, .. })));
    let keys: String = (0..50).map(|i| format!("<string key=\"k{i}\" value=\"\"/>")).collect();
    let many = XesOptions { limits: Limits { columns: 10, ..Limits::small() }, ..XesOptions::default() };
    let text = format!("<log><trace><event>{keys}</event></trace></log>");
    let (log, report) = read_xes(text.as_bytes(), &many).unwrap();
    assert_eq!((log.event_columns.len(), report.count(ProblemKind::TooManyColumns)), (10, 40));
}

const CSV: &str = "\u{feff}办件编号;环节;经办人;开始时间;结束时间;备注;件数\r\n\
    A-1;受理;甲;2026-03-02 09:00;2026-03-02 10:00;\"有;号\"\"和\n换行\";1\r\n\
    A-2;受理;;2026/3/2 09:00;2026/3/2 9:30;&lt,;2\r\n\
    A-1;审查;乙;2026-03-02 11:00;2026-03-03 10:00;;3\r\n\
    \r\n\
    A-1;办结;乙\r\n";

#[test]
fn a_chinese_csv_is_understood_without_a_mapping() {
    let (log, report, mapping) = read_csv(CSV.as_bytes(), None, Limits::small(), Order::Time).unwrap();
    assert_eq!((mapping.case.as_str(), mapping.activity.as_str()), ("办件编号", "环节"));
    assert_eq!((mapping.start.as_deref(), mapping.time.as_deref()), (Some("开始时间"), Some("结束时间")));
    assert_eq!(mapping.separator, Some(';'));
    assert_eq!((log.case_count(), log.event_count()), (2, 4));
    assert_eq!(report.count(ProblemKind::Fields), 1);
    assert_eq!(report.count(ProblemKind::NoTime), 1);
    let note = log.event_column("备注").unwrap();
    assert_eq!(note.get(log.row(0)), Some(Value::Text("有;号\"和\n换行")));
    assert_eq!(note.get(log.row(3)), Some(Value::Text("&lt,")));
    assert_eq!(log.event_column("件数").unwrap().kind, Kind::Int);
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
    let (again, _, _) = read_csv(CSV.as_bytes(), Some(&mapping), Limits::small(), Order::Time).unwrap();
    assert_eq!(again.event_count(), 4);

    let mut out = Vec::new();
    write_csv(&log, &mut out).unwrap();
    let (back, report, _) = read_csv(&out[..], None, Limits::small(), Order::Time).unwrap();
    assert_eq!(report.count(ProblemKind::Fields), 0);
    let figures = |l| serde_json::to_value(log_stats(l, Order::Time)).unwrap();
    assert_eq!(figures(&log), figures(&back));
    let wrong = Mapping { case: "nothing".into(), ..mapping };
    assert!(matches!(
        read_csv(CSV.as_bytes(), Some(&wrong), Limits::small(), Order::Time),
        Err(Error::NoColumn(_))
    ));
}

fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (0usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>());
    proptest::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (what, a, b, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let (i, j) = (a.index(bytes.len()), b.index(bytes.len()));
            match what {
                0 => bytes[i] = byte,
                1 => bytes.truncate(i.max(1)),
                2 => drop(bytes.drain(i.min(j)..i.max(j))),
                _ => {
                    let piece = bytes[i.min(j)..i.max(j)].to_vec();
                    bytes.splice(i..i, piece);
                }
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn mutated_xes_never_panics(bytes in mutated(XES)) {
        let options = XesOptions { limits: Limits { events: 1000, ..Limits::small() }, ..XesOptions::default() };
        if let Ok((log, report)) = read_xes(&bytes[..], &options) {
            prop_assert!(report.bytes as usize <= bytes.len());
            let stats = log_stats(&log, Order::Time);
            prop_assert_eq!(stats.activity_counts.values().sum::<u64>(), stats.events as u64);
            let mut out = Vec::new();
            write_xes(&log, &mut out).unwrap();
            let (back, _) = read_xes(&out[..], &options).unwrap();
            prop_assert_eq!(back.event_count(), log.event_count());
        }
    }
    #[test]
    fn mutated_csv_never_panics(bytes in mutated(CSV)) {
        if let Ok((log, _, _)) = read_csv(&bytes[..], None, Limits::small(), Order::File) {
            let stats = log_stats(&log, Order::File);
            prop_assert_eq!(stats.activity_counts.values().sum::<u64>(), stats.events as u64);
        }
    }
}
