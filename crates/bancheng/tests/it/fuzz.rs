//! 模糊测试: whatever comes in a file or a field, every reader answers or refuses, in bounded time, and never panics.
//! The same dice throw the same inputs: what went wrong is kept beside the target folder and happens again.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use demo::Dice;
use eventlog::bpmn::{of_tree, read_bpmn, to_net, write_bpmn};
use eventlog::model::{read_pnml, read_ptml, write_pnml, write_ptml};
use eventlog::{Net, Tree, read_xes, write_xes};
use optimise_acts::logs::{ReadOptions, read_log, read_objects};
use paper::sheet::intake::{self, Mapping};
use paper::sheet::{Book, Limits as SheetLimits, read_sheets};

use super::offices::{ALL, dressed};
use super::sealed::{Office, Parts, unzip, zip};

/// Nothing of these sizes may take longer, in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest input.
const MOST: usize = 64 << 10;

/// What stands in files of this kind, or must not.
const ODD: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "]]>",
    "<![CDATA[",
    "<!--",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "&#0;",
    "&#x10FFFF;",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    "\0",
    "\u{1a}",
    "\u{feff}",
    "\u{202e}",
    "\r",
    "\n",
    "\r\n",
    "\t",
    ",",
    ";",
    "|",
    "=",
    "=\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "null",
    "true",
    "NaN",
    "Infinity",
    "-Infinity",
    "-1",
    "0",
    "1e999",
    "-0.0",
    "1e-400",
    "9223372036854775808",
    "4294967296",
    "65536",
    "99999999999999999999999999",
    "0001-01-01",
    "9999-12-31T23:59:60Z",
    "2026-02-30",
    "24:00",
    "1900-02-29",
    "60",
    "2958466",
    "下午12:00",
    "五个工作日",
    "十万零八百",
    "１２３",
    "龘",
    "👨‍👩‍👧",
    "Ä",
    "sep=,",
    "合计",
    "办结",
    "start",
    "complete",
    "tau",
    "->(",
    "*(",
    "and",
    "in",
    "if",
    "xmlns:a=\"b\"",
    "encoding=\"UTF-16\"",
    "version=\"1.1\"",
    "mergeCell ref=\"A1:XFD1048576\"",
    "r=\"XFD1048576\"",
    "t=\"s\"",
    "../",
    "%00",
    "http://",
    "2.16.156",
];

struct Reader {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    /// says whether it was read
    take: Box<dyn Fn(&[u8]) -> bool + Send + Sync>,
}

fn reader(
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    take: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
) -> Reader {
    Reader { name, seeds, take: Box::new(take) }
}
fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|t| t.as_bytes().to_vec()).collect()
}
/// Of files of the repository, those that are not too long.
fn kept(folder: &str) -> Vec<Vec<u8>> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data").join(folder);
    let files = std::fs::read_dir(dir).expect("a folder of the repository");
    let mut all: Vec<_> = files.map(|f| f.expect("a file").path()).collect();
    all.sort();
    let read = all.into_iter().map(|f| std::fs::read(f).expect("its bytes"));
    read.filter(|b| b.len() < MOST).collect()
}
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Every reader of what comes from outside.
fn readers() -> Vec<Reader> {
    let rows: Vec<Vec<String>> = (1..6)
        .map(|n| {
            let row =
                [&n.to_string(), "反映办证难", "窗口让我跑了三趟", "2026-03-02 09:30", "13800138000", "市民"];
            row.iter().map(|c| (*c).to_owned()).collect()
        })
        .collect();
    let head = ["编号", "标题", "内容", "时间", "电话", "来信人"];
    let mut books: Vec<Vec<u8>> = ALL.iter().map(|d| dressed(*d, &head, &rows)).collect();
    books.sort_by_key(Vec::len);
    let log_head = ["办件编号", "环节", "完成时间", "经办人", "状态", "单位"];
    let log_rows: Vec<Vec<String>> = (0..6)
        .map(|n| {
            let row = [
                &(n / 3).to_string(),
                "受理",
                &format!("2026-03-0{} 09:30:00", n + 1),
                "甲",
                "complete",
                "市局",
            ];
            row.iter().map(|c| (*c).to_owned()).collect()
        })
        .collect();
    let mut logs: Vec<Vec<u8>> = ALL.iter().map(|d| dressed(*d, &log_head, &log_rows)).collect();
    let plain = b"case,activity,time\n1,a,2024-01-02\n1,b,2024-01-03T10:00:00Z\n2,a,2024-01-04\n";
    let (log, ..) = eventlog::read_csv(&plain[..], None, eventlog::Limits::small(), eventlog::Order::Time)
        .expect("the log of the tests");
    let mut xes = Vec::new();
    write_xes(&log, &mut xes).expect("written");
    let ocel: &[u8] = br#"{"objectTypes":[{"name":"a","attributes":[{"name":"b","type":"string"}]}],
"eventTypes":[{"name":"c","attributes":[]}],"objects":[{"id":"o1","type":"a","attributes":[{"name":"b","time":"2024-01-01T00:00:00Z","value":"x"}],
"relationships":[{"objectId":"o1","qualifier":"q"}]}],"events":[{"id":"e1","type":"c","time":"2024-01-02T08:00:00Z","attributes":[{"name":"n","value":3}],
"relationships":[{"objectId":"o1","qualifier":"q"}]}]}"#;
    let (objects, _) = eventlog::ocel::read_ocel_json(ocel, &eventlog::Limits::small()).expect("read");
    logs.push(plain.to_vec());
    logs.push(xes.clone());
    logs.push(eventlog_files::write_parquet(&log).expect("written"));
    let object_logs = vec![
        ocel.to_vec(),
        eventlog::ocel::write_ocel_xml(&objects).into_bytes(),
        eventlog_files::write_ocel_sqlite(&objects).expect("written"),
    ];
    let tree_text = "->( 'a', +( 'b', X( 'c', tau ) ), *( 'd', 'e & <f>' ), 'g' )";
    let tree = Tree::parse(tree_text).expect("a tree");
    let bpmn = write_bpmn(&of_tree(&tree, "流程"));
    let small = eventlog::Limits::small;
    let sheets = SheetLimits { unzipped_bytes: 8 << 20, rows: 5_000, ..SheetLimits::default() };
    let office = Office::new();
    let (sealed, options, of_seals) = (office.sealed(), office.options(), office.options());
    let signed = unzip(&sealed).into_iter().filter(|(name, _)| name.ends_with("SignedValue.dat"));
    let signatures = signed.map(|(_, value)| value).collect();
    let of_parameters = r#"<process id="p"><startEvent id="s"/><task id="t"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/></process>"#;
    let policies = kept("policies");
    let book = company::policy::Book::read(&text(&policies[0])).expect("the policies of the repository");

    vec![
        reader("tables", books.clone(), move |b| read_sheets(Cursor::new(b), &sheets).is_ok()),
        reader("letters", books, move |b| {
            let Ok(mut book) = Book::open(Cursor::new(b), sheets) else { return false };
            let Ok(rows) = intake::read(&mut book, &Mapping::default()) else { return false };
            rows.take(500).filter(Result::is_ok).count() > 0
        }),
        reader("logs", logs, move |b| {
            let options = ReadOptions { limits: small(), ..ReadOptions::default() };
            let Ok(read) = read_log(Cursor::new(b), &options) else { return false };
            let stats = eventlog::log_stats(&read.log, eventlog::Order::Time);
            assert_eq!(stats.activity_counts.values().sum::<u64>(), stats.events as u64);
            true
        }),
        reader("objects", object_logs, move |b| read_objects(Cursor::new(b), &small()).is_ok()),
        reader("xes", vec![xes], move |b| {
            let options = eventlog::XesOptions { limits: small(), ..Default::default() };
            read_xes(b, &options).is_ok()
        }),
        reader("bpmn", vec![bpmn.clone().into_bytes()], move |b| {
            read_bpmn(b, small()).is_ok_and(|model| to_net(&model).is_ok())
        }),
        reader("pnml", vec![write_pnml(&Net::of_tree(&tree)).into_bytes()], move |b| {
            read_pnml(b, small()).is_ok()
        }),
        reader("ptml", vec![write_ptml(&tree).into_bytes()], move |b| read_ptml(b, small()).is_ok()),
        reader("tree", texts(&[tree_text]), |b| Tree::parse(&text(b)).is_ok()),
        reader("scenario", texts(&[PARAMETERS]), move |b| {
            optimise::read_scenario(of_parameters, &text(b)).is_ok()
        }),
        reader("redesign", kept("redesign"), |b| optimise::Model::from_json(&text(b)).is_ok()),
        reader("holidays", kept("holidays"), |b| workday::YearNotice::parse(&text(b)).is_ok()),
        reader("themes", kept("themes"), |b| service::ThemeFile::parse(&text(b)).is_ok()),
        reader("policies", policies, |b| company::policy::Book::read(&text(b)).is_ok()),
        reader("companies", texts(&[COMPANY]), move |b| {
            company::policy::Facts::from_json(&text(b), &book).is_ok()
        }),
        reader("expressions", texts(&EXPRESSIONS), |b| company::policy::expr::read(&text(b)).is_ok()),
        reader("seals", vec![sealed.clone()], move |b| seal::verify(b, &of_seals).is_ok()),
        reader("certificates", vec![office.root.clone()], |b| seal::Certificate::read(b).is_some()),
        reader("signatures", signatures, move |b| {
            let report = seal::verify_detached(&sealed, b, &options).expect("never too long");
            report.signatures.iter().all(|s| s.form != seal::Form::Unknown)
        }),
        reader("attachments", vec![png(), jpeg(), b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF".to_vec()], |b| {
            let public = attach::accept(b.to_vec(), attach::From::Public).is_ok();
            attach::accept(b.to_vec(), attach::From::Staff).is_ok() || public
        }),
        reader("days", texts(&["五个工作日", "３－５天", "1个月零5天"]), |b| {
            tabular::days::span(&text(b)).is_some()
        }),
        reader("dates", texts(&["2026-03-02"]), |b| text(b).parse::<kernel::Date>().is_ok()),
        reader("moments", texts(&["2026-03-02T15:20:00+08:00"]), |b| {
            text(b).parse::<kernel::Moment>().is_ok()
        }),
        reader("times of logs", texts(&TIMES), |b| eventlog::when::read_time(b, 28_800).is_some()),
        reader("times of tables", texts(&TIMES), |b| {
            let read = tabular::when::read(&text(b), 28_800, None);
            matches!(read, tabular::when::Reading::Time { .. })
        }),
        reader("times of cells", texts(&TIMES), |b| paper::sheet::moment_of_text(&text(b)).is_ok()),
        reader("letters as text", texts(&LETTERS), |b| {
            let t = text(b);
            let masked = hanyu::mask::mask(&t);
            assert!(hanyu::mask::refusal(&masked).is_none(), "a masked text is told again: {masked}");
            let cutter = hanyu::cut::Cutter::standard();
            drop(cutter.search_words(&t));
            drop(hanyu::search::Query::parse(&t));
            masked != t
        }),
    ]
}

const PARAMETERS: &str = r#"{"resource_profiles":[{"id":"r","name":"r","resource_list":[{"id":"a","name":"a","cost_per_hour":"1","amount":1,"calendar":"c","assignedTasks":["t"]}]}],
"arrival_time_distribution":{"distribution_name":"norm","distribution_params":[{"value":"60"},{"value":1},{"value":0},{"value":Infinity}]},
"arrival_time_calendar":[{"from":"MONDAY","to":"FRIDAY","beginTime":"09:00","endTime":"17:00"}],"gateway_branching_probabilities":[],
"task_resource_distribution":[{"task_id":"t","resources":[{"resource_id":"a","distribution_name":"fix","distribution_params":[{"value":60}]}]}],
"resource_calendars":[{"id":"c","name":"c","time_periods":[{"from":"MONDAY","to":"SUNDAY","beginTime":"00:00","endTime":"23:59"}]}]}"#;
const COMPANY: &str = r#"[{"name":"甲公司","facts":{"size":"小型","insured":12,"since":"2020-01-01"}}]"#;
const EXPRESSIONS: [&str; 3] = [
    "insured * 1000 - min(paid, 5万) / 2",
    "size == \"小型\" and (a >= 0.055 or not b)",
    "max(1, round(x, 2))",
];
const TIMES: [&str; 3] = ["2026年3月2日 下午3:20", "2026/3/2 15:20", "20260302153000"];
const LETTERS: [&str; 2] = [
    "我叫张三，住幸福小区3栋2单元501，电话138 0013 8000，身份证110101199003074514。窗口让跑三趟！",
    "卡号6222 0210 0111 2223 334",
];

fn png() -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU".to_vec();
    out.extend(b"\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82");
    out
}
fn jpeg() -> Vec<u8> {
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xe1\0\x0aExif\0\0II\xff\xda\0\x08\x01\x01\0\0?\0\x37\xff\xd9".to_vec()
}

/// One to seven changes.
fn mutated(from: &[u8], others: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut b = from.to_vec();
    for _ in 0..dice.between(1, 7) {
        if b.is_empty() {
            b.push(0);
        }
        let (i, j) = (dice.below(b.len()), dice.below(b.len()));
        let (i, j) = (i.min(j), i.max(j));
        match dice.below(12) {
            0 => b[i] = dice.below(256) as u8,
            1 => b[i] ^= 1 << dice.below(8),
            2 if dice.percent(20) => b.truncate(i),
            3 => drop(b.drain(i..j.min(i + 200))),
            4 => {
                let piece = b[i..j].to_vec();
                b.splice(i..i, piece);
            }
            // Deep or long: a short piece many times.
            5 => {
                let piece = b[i..j.min(i + 24)].repeat(dice.between(1, 1_500));
                b.splice(i..i, piece);
            }
            6..=8 => {
                let word = dice.word(ODD).as_bytes();
                let end = if dice.percent(50) { i } else { (i + word.len()).min(b.len()) };
                b.splice(i..end, word.iter().copied());
            }
            // A number becomes another one.
            9 => {
                if let Some(at) = (i..b.len()).find(|n| b[*n].is_ascii_digit()) {
                    let end = (at..b.len()).find(|n| !b[*n].is_ascii_digit()).unwrap_or(b.len());
                    b.splice(at..end, dice.word(ODD).bytes());
                }
            }
            10 => {
                let other: &Vec<u8> = dice.of(others);
                if !other.is_empty() {
                    let at = dice.below(other.len());
                    let piece = other[at..(at + dice.between(1, 400)).min(other.len())].to_vec();
                    b.splice(i..i, piece);
                }
            }
            _ => b.swap(i, j),
        }
        b.truncate(MOST);
    }
    b
}

/// A change of the whole, or of one part of a zip that is a zip again afterwards.
fn changed(seed: &[u8], parts: Option<&Parts>, others: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    match parts {
        Some(parts) if dice.percent(85) => {
            let mut parts = parts.clone();
            let n = dice.below(parts.len());
            parts[n].1 = mutated(&parts[n].1, others, dice);
            zip(&parts)
        }
        _ => mutated(seed, others, dice),
    }
}

/// What a thread has in its hands, and since when.
type InHand = Mutex<Option<(&'static str, Instant, Vec<u8>)>>;

fn keep(name: &str, n: usize, input: &[u8]) -> PathBuf {
    let file =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}-{n}", name.replace(' ', "-")));
    std::fs::write(&file, input).expect("kept");
    file
}

fn tried(reader: &Reader, often: usize, hand: &InHand, faults: &Mutex<Vec<String>>) {
    let mut dice = Dice::new(15, reader.name);
    let parts: Vec<Option<Parts>> =
        reader.seeds.iter().map(|s| s.starts_with(b"PK").then(|| unzip(s))).collect();
    for n in 0..often {
        let which = dice.below(reader.seeds.len());
        let input = match n.checked_sub(reader.seeds.len()) {
            // What is right is tried first.
            None => reader.seeds[n].clone(),
            Some(_) => changed(&reader.seeds[which], parts[which].as_ref(), &reader.seeds, &mut dice),
        };
        *hand.lock().expect("held") = Some((reader.name, Instant::now(), input.clone()));
        // A reader that refuses everything would pass all of this.
        let what = match catch_unwind(AssertUnwindSafe(|| (reader.take)(&input))) {
            Ok(read) if read || n >= reader.seeds.len() => continue,
            Ok(_) => "not read",
            Err(_) => "panicked",
        };
        let file = keep(reader.name, n, &input);
        let mut faults = faults.lock().expect("held");
        faults.push(format!("{}: {what}: {}", reader.name, file.display()));
        if faults.len() > 20 {
            break;
        }
    }
    *hand.lock().expect("held") = None;
}

#[test]
fn hostile_inputs_are_answered_or_refused() {
    let often: usize = std::env::var("BANCHENG_INPUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(6_000);
    let only = std::env::var("BANCHENG_READER").ok();
    let all: Vec<Reader> =
        readers().into_iter().filter(|r| only.as_ref().is_none_or(|o| o == r.name)).collect();
    let each = often.div_ceil(all.len());
    let (next, ended, faults) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(Vec::new()));
    let hands: [InHand; 2] = [Mutex::new(None), Mutex::new(None)];
    std::thread::scope(|threads| {
        let workers: Vec<_> = hands
            .iter()
            .map(|hand| {
                let (all, next, faults) = (&all, &next, &faults);
                // Deep enough for what a request handler has.
                let thread = std::thread::Builder::new().stack_size(2 << 20);
                let work = move || {
                    while let Some(reader) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let began = Instant::now();
                        tried(reader, each, hand, faults);
                        eprintln!("{:<16}{each} in {:.1} s", reader.name, began.elapsed().as_secs_f32());
                    }
                };
                thread.spawn_scoped(threads, work).expect("a thread")
            })
            .collect();
        let (hands, ended) = (&hands, &ended);
        threads.spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(200));
                for hand in hands {
                    if let Some((name, since, input)) = &*hand.lock().expect("held")
                        && since.elapsed() > PATIENCE
                    {
                        eprintln!(
                            "{name}: no answer within {PATIENCE:?}: {}",
                            keep(name, 0, input).display()
                        );
                        std::process::abort();
                    }
                }
            }
        });
        let ends: Vec<_> = workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        ended.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok), "a thread ended early");
    });
    let faults = faults.into_inner().expect("held");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
