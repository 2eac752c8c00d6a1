//! The door of logs: whatever office sends the table, the same log comes out of it.

use std::io::Cursor;

use eventlog::log_stats;
use optimise_acts::logs::{ReadLog, ReadOptions, read_log};

use crate::offices::books::Book;
use crate::offices::{ALL, dressed};

const HEADER: [&str; 5] = ["办件编号", "环节", "办理时间", "办理人", "备注"];

fn steps() -> Vec<Vec<String>> {
    [
        ["B0012", "受理", "2024-03-05 09:00", "甲", "首次"],
        ["B0012", "审查", "2024年3月5日 下午2:30", "乙", "补正一次"],
        ["B0012", "办结", "2024/3/6 9:00", "乙", "送达"],
        ["B0013", "受理", "2024-03-05 10:00", "甲", "首次"],
        ["B0013", "办结", "2024-03-06 09:00", "丙", "送达"],
    ]
    .map(|r| r.map(str::to_owned).to_vec())
    .to_vec()
}

fn read(bytes: &[u8]) -> ReadLog {
    read_log(Cursor::new(bytes), &ReadOptions::default()).expect("reads")
}

#[test]
fn the_same_log_comes_out_of_every_dress() {
    let figures = |r: &ReadLog| serde_json::to_value(log_stats(&r.log, r.log.order())).expect("figures");
    let plain = read(&dressed(ALL[0], &HEADER, &steps()));
    assert_eq!((plain.log.case_count(), plain.log.event_count()), (2, 5));
    assert_eq!(figures(&plain)["without_time"], 0);
    for dress in ALL {
        let got = read(&dressed(dress, &HEADER, &steps()));
        assert_eq!(figures(&got), figures(&plain), "{dress:?}");
        // Below a heading of its own an attribute keeps both names.
        let notes = got.log.event_column("备注").or_else(|| got.log.event_column("其他信息/备注"));
        let notes = notes.unwrap_or_else(|| panic!("{dress:?}: no 备注"));
        assert_eq!(notes.len(), 5, "{dress:?}");
    }
    for book in Book::all() {
        let got = read(&book.bytes(&HEADER, &steps()));
        assert_eq!(figures(&got), figures(&plain), "{book:?}");
        let told = got.told.as_ref().expect("a table");
        assert_eq!(
            (told.set_aside.len(), told.sheets_other.len()),
            (book.aside(), book.others()),
            "{book:?}"
        );
        assert_eq!(told.hidden_rows, book.hidden_rows(), "{book:?}");
        assert_eq!(told.header_rows, book.header_rows(), "{book:?}");
    }
}

#[test]
fn the_column_decides_the_order_of_dates_and_a_clock_stands_beside() {
    let first = |csv: &str| {
        let log = read(csv.as_bytes()).log;
        eventlog::when::write_time(log.time()[0])
    };
    assert_eq!(
        first("case,activity,timestamp\n1,A,03/04/2024 09:00\n1,B,03/14/2024 09:00\n"),
        "2024-03-04T01:00:00+00:00"
    );
    assert_eq!(
        first("办件编号,环节,办理日期,办理时刻\n1,A,2024-03-05,09:00:00\n1,B,2024-03-06,10:00\n"),
        "2024-03-05T01:00:00+00:00"
    );
    let open = "case,activity,timestamp\n1,A,03/04/2024 09:00\n1,B,05/06/2024 09:00\n";
    let error = read_log(Cursor::new(open), &ReadOptions::default()).expect_err("ambiguous");
    assert!(error.to_string().contains("指明日期次序"), "{error}");
    let told = ReadOptions { date_order: Some(tabular::DateOrder::DayFirst), ..ReadOptions::default() };
    let log = read_log(Cursor::new(open), &told).expect("reads").log;
    assert_eq!(eventlog::when::write_time(log.time()[0]), "2024-04-03T01:00:00+00:00");
}

/// The figures of a log, or why there is none.
fn figures_of(bytes: &[u8]) -> serde_json::Value {
    let read = read_log(Cursor::new(bytes), &ReadOptions::default());
    let read =
        read.unwrap_or_else(|e| panic!("{}: {e}", String::from_utf8_lossy(&bytes[..bytes.len().min(200)])));
    serde_json::to_value(log_stats(&read.log, read.log.order())).expect("figures")
}

#[test]
fn beginnings_and_ends_in_any_words_are_one_step() {
    for (start, end) in [
        ("start", "complete"),
        ("START", "COMPLETE"),
        ("Started", "Completed"),
        ("S", "C"),
        ("begin", "end"),
        ("ate_start", "ate_complete"),
        ("开始", "结束"),
        ("开始", "完成"),
        ("已开始", "已完成"),
        ("办理中", "已办结"),
        ("接收", "提交"),
        ("签收", "办结"),
        ("进入", "离开"),
        ("环节开始", "环节结束"),
        ("待办", "已办"),
        ("接件", "移交"),
    ] {
        let csv = format!(
            "办件编号,环节,环节状态,时间\n1,受理,{start},2024-03-05 09:00\n1,受理,{end},2024-03-05 10:00\n1,审查,{start},2024-03-05 14:00\n1,审查,{end},2024-03-05 15:00\n"
        );
        let xes = |n: &str, at: &str, phase: &str| {
            format!(
                "<event><string key=\"concept:name\" value=\"{n}\"/><date key=\"time:timestamp\" value=\"2024-03-05T{at}:00+08:00\"/><string key=\"lifecycle:transition\" value=\"{phase}\"/></event>"
            )
        };
        let xes = format!(
            "<log><trace><string key=\"concept:name\" value=\"1\"/>{}{}{}{}</trace></log>",
            xes("受理", "09:00", start),
            xes("受理", "10:00", end),
            xes("审查", "14:00", start),
            xes("审查", "15:00", end)
        );
        for bytes in [csv.as_bytes(), xes.as_bytes()] {
            let got = figures_of(bytes);
            assert_eq!((&got["cases_with_rework"], &got["events"]), (&0.into(), &4.into()), "{start} {end}");
        }
    }
}

#[test]
fn names_of_columns_from_many_systems() {
    for header in [
        "办件编号,环节,时间,经办人",
        "业务号,步骤名称,完成时间,处理人",
        "流程实例号,任务节点,离开时间,办理者",
        "case_id,activity_name,end_time,user",
        "工单号,办理环节,处理时间,处理人员",
        "申请编号,审批环节,操作时间,审批人",
        "案件编号,活动名称,发生时间,执行人",
        "收件编号,流程节点,办毕时间,经手人",
        "CaseID,Task,Timestamp,Resource",
        "1.办件编号,2.环节,3.时间,4.经办人",
    ] {
        let csv = format!("{header}\n1,受理,2024-03-05 09:00,甲\n1,办结,2024-03-05 10:00,乙\n");
        let got = figures_of(csv.as_bytes());
        assert_eq!(
            (&got["cases"], &got["events"], &got["resources"]),
            (&1.into(), &2.into(), &2.into()),
            "{header}"
        );
        assert_eq!(got["first_time"], "2024-03-05T01:00:00+00:00", "{header}");
    }
    // Where nobody can tell the header is shown, not a record.
    let odd = "甲,乙,丙\n1,收,2024-01-02\n1,发,2024-01-03\n";
    let error = read_log(Cursor::new(odd), &ReadOptions::default()).expect_err("unknown").to_string();
    assert!(error.contains("甲 | 乙 | 丙"), "{error}");
}

#[test]
fn object_centric_logs_of_both_versions_in_any_encoding() {
    let json = r#"{"ocel:global-log":{"ocel:version":"1.0"},"ocel:events":{"e1":{"ocel:activity":"受理","ocel:timestamp":"2024-03-05 09:00:00","ocel:omap":["o1"],"ocel:vmap":{}},"e2":{"ocel:activity":"审核","ocel:timestamp":"2024-03-05T02:00:00Z","ocel:omap":["o1"],"ocel:vmap":{}}},"ocel:objects":{"o1":{"ocel:type":"件","ocel:ovmap":{}}}}"#;
    let xml = r#"<?xml version="1.0"?><log><global scope="log"><string key="version" value="1.0"/></global><events><event><string key="id" value="e1"/><string key="activity" value="受理"/><date key="timestamp" value="2024-03-05T09:00:00"/><list key="omap"><string key="object-id" value="o1"/></list></event><event><string key="id" value="e2"/><string key="activity" value="审核"/><date key="timestamp" value="2024-03-05T02:00:00Z"/><list key="omap"><string key="object-id" value="o1"/></list></event></events><objects><object><string key="id" value="o1"/><string key="type" value="件"/></object></objects></log>"#;
    let wide = |text: &str| {
        [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
    };
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    for (what, bytes) in [
        ("json", json.as_bytes().to_vec()),
        ("json with a mark", format!("\u{feff}{json}").into_bytes()),
        ("json in UTF-16", wide(json)),
        ("json in GB18030", gb(json)),
        ("xml", xml.as_bytes().to_vec()),
    ] {
        let got = figures_of(&bytes);
        assert_eq!((&got["cases"], &got["events"]), (&1.into(), &2.into()), "{what}");
        // Without a zone Beijing is meant, in every format.
        assert_eq!(got["first_time"], "2024-03-05T01:00:00+00:00", "{what}");
        assert_eq!(got["last_time"], "2024-03-05T02:00:00+00:00", "{what}");
    }
}
