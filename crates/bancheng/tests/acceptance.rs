//! Small inputs of the kinds that offices really sent, on the commands that met them. They stay outside of the
//! project; without them this test says so and fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn cases() -> PathBuf {
    let root = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = root.join("data/cases");
    assert!(
        folder.is_dir(),
        "需要 ../shared/data(或设 BANCHENG_SHARED) / the shared data folder is missing: {}",
        folder.display()
    );
    folder
}

struct Ran {
    ok: bool,
    out: String,
    err: String,
}

fn run(args: &[&str]) -> Ran {
    let out = Command::new(env!("CARGO_BIN_EXE_bancheng"))
        .args(args)
        .stdin(Stdio::null())
        .env_remove("BANCHENG_DATA_DIR")
        .output()
        .expect("the program runs");
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    Ran { ok: out.status.success(), out: text(&out.stdout), err: text(&out.stderr) }
}
fn json(args: &[&str]) -> Value {
    let ran = run(args);
    assert!(ran.ok, "{args:?}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", ran.out))
}
fn path(name: &str) -> String {
    cases().join(name).to_string_lossy().into_owned()
}
fn letters(name: &str, more: &[&str]) -> Value {
    let file = path(name);
    let args: Vec<&str> = ["import", "cases", file.as_str(), "--dry-run", "--json"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    json(&args)
}
fn names(list: &Value) -> Vec<&str> {
    list.as_array().map(|l| l.iter().filter_map(|c| c["name"].as_str()).collect()).unwrap_or_default()
}

#[test]
fn letters_are_read_or_it_is_said_why_not() {
    for (file, accepted, rejected, aside) in [
        ("c07_utf8_truncated_char.csv", 1, 1, 1),
        ("c11_text_guards.csv", 3, 0, 0),
        ("c12_sci_and_total.csv", 1, 0, 1),
        ("c14_ctrlz_nul.csv", 2, 0, 0),
        ("c15_12345_headers.csv", 1, 0, 0),
        ("c17_seq_and_number.csv", 2, 0, 0),
        ("c18_silent_columns.csv", 2, 0, 0),
        ("c19_footer_rows.csv", 1, 0, 3),
        ("s02_date1904.xlsx", 2, 0, 0),
        ("s04_x000D.xlsx", 3, 0, 0),
        ("s07_instructions_first.xlsx", 1, 0, 0),
        ("s08_hidden_first.xlsx", 1, 0, 0),
        ("s09_hidden_rows.xlsx", 3, 0, 0),
        ("s10_merged_down.xlsx", 4, 0, 0),
        ("s11_two_level_header.xlsx", 2, 0, 0),
        ("s12_formulas.xlsx", 2, 3, 3),
        ("s13_numbers.xlsx", 2, 0, 0),
        ("s18_html.xls", 1, 0, 0),
        ("s18c_xml2003.xls", 1, 0, 0),
        ("t01_masks.csv", 3, 0, 0),
        ("t04_hot.csv", 4, 0, 0),
    ] {
        let got = letters(file, &[]);
        let counts =
            (got["accepted"].as_u64(), got["rejected"].as_u64(), got["set_aside"].as_array().map(Vec::len));
        assert_eq!(counts, (Some(accepted), Some(rejected), Some(aside)), "{file}: {got}");
    }
    assert_eq!(letters("c07_utf8_truncated_char.csv", &[])["set_aside"][0]["row"], 3);
    let hidden = letters("s08_hidden_first.xlsx", &[]);
    assert_eq!(
        (&hidden["sheet"], &hidden["sheets_other"][0]["name"]),
        (&"来信登记".into(), &"旧数据".into())
    );
    assert_eq!(letters("s08_hidden_first.xlsx", &["--sheet", "旧数据"])["sheet"], "旧数据");
    assert_eq!(letters("s09_hidden_rows.xlsx", &[])["hidden_rows"], 1);
    let two = letters("s11_two_level_header.xlsx", &[]);
    assert_eq!(two["header_rows"], serde_json::json!([2, 3]));
    assert_eq!(names(&two["columns_used"]), ["序号", "姓名", "联系电话", "来信内容", "来信时间", "承办单位"]);
    assert_eq!(names(&letters("c18_silent_columns.csv", &[])["columns_unused"]), ["办理时限"]);
    let kinds = letters("c18_silent_columns.csv", &[]);
    assert!(kinds["values_unknown"].as_array().unwrap().iter().any(|v| v["value"] == "表扬"), "{kinds}");
    assert_eq!(names(&letters("s13_numbers.xlsx", &[])["columns_unused"]).len(), 2);
    let spoiled = letters("c12_sci_and_total.csv", &[]);
    assert!(
        spoiled["values_unknown"].as_array().unwrap().iter().any(|v| v["value"] == "1.38E+10"),
        "{spoiled}"
    );
    let formula = letters("s12_formulas.xlsx", &[]);
    assert!(formula["values_unknown"].to_string().contains("公式"), "no result is told, not lost: {formula}");
    let numbers = letters("c17_seq_and_number.csv", &[]);
    let id = numbers["columns_used"].as_array().unwrap().iter().find(|c| c["field"] == "id");
    assert_eq!(id.map(|c| &c["name"]), Some(&"工单编号".into()), "{numbers}");
}

fn stats(name: &str) -> Value {
    json(&["log", "stats", &path(name)])
}

#[test]
fn logs_are_read_or_it_is_said_why_not() {
    for (file, cases, events, first) in [
        ("l10_us_dates.csv", 2, 5, "2024-01-01T16:00:00+00:00"),
        ("l10c_compact14.csv", 1, 3, "2024-03-05T01:00:00+00:00"),
        ("l10d_cn_ampm.csv", 1, 3, "2024-03-05T01:00:00+00:00"),
        ("l10f_date_time_cols.csv", 1, 3, "2024-03-05T01:00:00+00:00"),
        ("l11_title_row.csv", 1, 2, "2024-03-05T01:00:00+00:00"),
        ("l16_dup_headers.csv", 1, 2, "2024-03-05T01:00:00+00:00"),
        ("l22_lifecycle_cn.csv", 1, 4, "2024-03-05T01:00:00+00:00"),
        ("x01_log_dates.xlsx", 1, 3, "2024-03-05T01:00:00+00:00"),
        ("x03_log_merged_case.xlsx", 2, 5, "2024-03-05T01:00:00+00:00"),
        ("x04_log_hidden_first.xlsx", 1, 2, "2024-03-05T01:00:00+00:00"),
        ("l19_ocel_gaps.jsonocel", 2, 0, ""),
        ("l24_ocel1.xmlocel", 0, 0, ""),
    ] {
        let got = stats(file);
        if !first.is_empty() {
            assert_eq!((&got["cases"], &got["events"]), (&cases.into(), &events.into()), "{file}: {got}");
            // The second case of the American dates begins on 2 January, in Beijing.
            let want = if file == "l10_us_dates.csv" { "2024-01-02T01:00:00+00:00" } else { first };
            assert_eq!(got["first_time"], want, "{file}");
        }
        assert_eq!(got["without_time"], 0, "{file}");
        assert!(got["cases"].as_u64().unwrap() > 0, "{file}");
    }
    for file in ["l21_lifecycle_title.xes", "l22_lifecycle_cn.csv"] {
        assert_eq!(stats(file)["cases_with_rework"], 0, "{file}");
    }
    let none = stats("l23_notime.xes");
    assert!(none["case_duration_s"].is_null() && !none["cannot"][0].is_null(), "{none}");
    let asked = json(&["log", "ask", &path("l23_notime.xes"), "--question", "lost_time", "--json"]);
    assert!(asked[0]["said"].to_string().contains("cannot be answered without times"), "{asked}");
    let cut = run(&["log", "stats", &path("l18_truncated.xes")]);
    assert!(
        cut.ok && cut.err.contains("之前的内容已保留"),
        "what came before is kept and it is said: {}",
        cut.err
    );
    let html = run(&["log", "stats", &path("l17_html.xes")]);
    assert!(!html.ok && html.err.contains("HTML"), "{}", html.err);
}

#[test]
fn models_are_understood_or_refused_at_once() {
    let check = |log: &str, model: &str| run(&["log", "conformance", &path(log), &path(model)]);
    let fits: Value = serde_json::from_str(&check("l20_ab.csv", "m07_link_events.bpmn").out).unwrap();
    // A and B fit, A alone costs one.
    assert_eq!((&fits["fitting_cases"], &fits["total_cost"]), (&1.into(), &1.into()), "{fits}");
    let began = std::time::Instant::now();
    let grows = check("l20_b.csv", "m10_growing_loop.bpmn");
    assert!(!grows.ok && grows.err.contains('B') && began.elapsed().as_secs() < 10, "{}", grows.err);
    assert_eq!(grows.err.matches("模型不可用").count(), 1, "{}", grows.err);
    let simulate = |parameters: &str| {
        json(&[
            "simulate",
            &path(&format!("sim/{parameters}")),
            "--bpmn",
            &path("sim/gw.bpmn"),
            "--cases",
            "500",
            "--json",
        ])
    };
    let (text, number) = (simulate("gw_text_prob.json"), simulate("gw_number_prob.json"));
    assert_eq!(text, number, "numbers written as text are numbers");
}

#[test]
fn texts_are_taken_as_imports_take_them() {
    let ran = run(&["text", "hot", &path("t04_hot.csv"), "--json"]);
    assert!(ran.ok, "{}", ran.err);
    for file in ["t04_hot.csv", "t01_masks.csv"] {
        let said: Value = serde_json::from_str(&run(&["text", "hot", &path(file), "--json"]).out).unwrap();
        let words: Vec<String> = said.as_array().unwrap().iter().map(|t| t["words"].to_string()).collect();
        let long = |w: &String| w.split('"').any(|w| w.bytes().filter(u8::is_ascii_digit).count() >= 7);
        assert!(!words.iter().any(long), "{file}: a number of somebody among the words: {words:?}");
    }
    assert!(Path::new(&path("t01_masks.csv")).is_file());
    assert!(run(&["text", "similar", &path("t01_masks.csv"), "--json"]).ok);
}
