//! Reading on both engines: how fast the index follows the record, full text over a million cases, and the same
//! matter at registration. Cases are put together from sentences of real letters, so that common words stay common.
//! `BENCH_CASES` sets how many (1,000,000), `BENCH_ENGINE` one engine (`sqlite`, `postgres`). `BENCH_KEEP` names a
//! folder in which the embedded city stays, `BENCH_URL` a PostgreSQL server on which it stays: a second run asks
//! the city that is there.
#![expect(clippy::print_stdout, reason = "the harness prints its report")]

use std::path::PathBuf;
use std::time::Instant;

use app::{House, ImportPlan, ImportRow, Settings};
use hanyu::letters::{Letter, Table, read_table};
use kernel::{Actor, Role, StaffId, UnitId};
use resolve::Kind;
use store::cases::{Query, Scope};
use store::{Options, Place, Store};

const CHUNK: usize = 500;
const QUERIES: usize = 1_500;

fn letters(name: &str) -> Vec<Letter> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = std::env::var_os("BANCHENG_SHARED").map_or_else(|| PathBuf::from(here), PathBuf::from);
    let path = folder.join("data").join(name);
    let bytes = std::fs::read(&path)
        .unwrap_or_else(|e| panic!("data missing: set BANCHENG_SHARED / 缺少数据: {}: {e}", path.display()));
    match read_table(&bytes) {
        Ok(Table::Letters(l)) => l,
        other => panic!("{name}: {other:?}"),
    }
}

/// Small reproducible numbers.
struct Seeded(u64);
impl Seeded {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Sentences of six to eighty characters.
fn sentences(all: &[Letter]) -> Vec<String> {
    let cut = all.iter().flat_map(|l| l.body.split(['。', '!', '?', ';', '\n', '\u{ff01}', '\u{ff1f}']));
    cut.map(str::trim).filter(|s| (6..=80).contains(&s.chars().count())).map(str::to_owned).collect()
}

fn row(r: &mut Seeded, n: u64, titles: &[Letter], parts: &[String]) -> ImportRow {
    let some: Vec<&str> = (0..3 + r.below(4)).map(|_| parts[r.below(parts.len())].as_str()).collect();
    ImportRow {
        row: n,
        source_id: format!("b{n}"),
        title: titles[r.below(titles.len())].title.clone(),
        body: some.join("。"),
        place: format!("新城路{}号", r.below(40_000)),
        ..ImportRow::default()
    }
}

fn percentiles(mut t: Vec<f64>) -> String {
    t.sort_by(f64::total_cmp);
    let at = |p: usize| t[(t.len() - 1) * p / 100];
    format!("{:.1} | {:.1} | {:.1} | {:.1}", at(50), at(95), at(99), t[t.len() - 1])
}

/// What people look for: two-character words, longer words, places, numbers, initials, two words at once.
fn questions(r: &mut Seeded, titles: &[Letter], n: usize) -> Vec<(&'static str, String)> {
    let cutter = hanyu::cut::Cutter::standard();
    let mut out = Vec::new();
    while out.len() < n {
        let title = hanyu::normalise::fold(&titles[r.below(titles.len())].title);
        let words: Vec<&str> =
            cutter.content_words(&title).into_iter().filter(|w| w.chars().count() > 1).collect();
        if words.len() < 2 {
            continue;
        }
        let word = words[r.below(words.len())].to_owned();
        out.push(match r.below(8) {
            0..=2 => ("word", word),
            3 | 4 => ("two words", format!("{} {}", words[0], words[words.len() - 1])),
            5 => ("place", format!("新城路{}号", r.below(40_000))),
            6 => ("number", format!("4306-2026-{:07}", 1 + r.below(100_000))),
            _ => {
                let py = hanyu::search::search_terms(cutter, &word).into_keys();
                let py = py.filter_map(|t| t.strip_prefix("0py").map(str::to_owned)).next();
                ("initials", py.filter(|p| p.len() > 1).unwrap_or(word))
            }
        });
    }
    out
}

fn actor(role: Role, unit: i64) -> Actor {
    Actor { staff: Some(StaffId(1)), role, unit: Some(UnitId(unit)), region: "4306".parse().ok() }
}

/// Takes the cases in; seconds.
fn fill(app: &House, r: &mut Seeded, cases: usize, titles: &[Letter], parts: &[String]) -> f64 {
    let city = Settings {
        city: "4306".parse().expect("code"),
        name: "临江市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(Actor::system(), city).wait().expect("city");
    app.people.ensure_ready().expect("a unit");
    let plan = ImportPlan { name: "bench".into(), digest: [7; 32], campaign: None, kind: Kind::Matter };
    let import = app.cases.begin_import(&Actor::system(), plan).expect("begins");
    let start = Instant::now();
    let mut waiting = Vec::new();
    for chunk in 0..cases.div_ceil(CHUNK) {
        let first = chunk * CHUNK;
        let rows = (first..cases.min(first + CHUNK)).map(|n| row(r, n as u64 + 1, titles, parts)).collect();
        waiting.push(import.chunk(rows, Vec::new()).expect("taken in"));
        if waiting.len() == 8 {
            for w in waiting.drain(..) {
                w.wait().expect("durable");
            }
        }
    }
    waiting.into_iter().for_each(|w| drop(w.wait().expect("durable")));
    start.elapsed().as_secs_f64()
}

fn measure(name: &str, place: &Place, cases: usize) {
    let store = Store::open(place, Options::default()).expect("opens");
    let keys = testkit::TempDir::new();
    let app = House::open(store, keys.path()).expect("opens");
    let (mut titles, mut r) = (letters("letters_supported.csv"), Seeded(11));
    titles.extend(letters("letters_replied.csv"));
    let parts = sentences(&titles);
    let there =
        app.city.store().read(|rd| store::cases::by_id(rd, kernel::CaseId(1))).expect("reads").is_some();
    let taken_in = if there { 0.0 } else { fill(&app, &mut r, cases, &titles, &parts) };
    let start = Instant::now();
    let mut done = 0;
    loop {
        let some = app.cases.read_on(50).expect("reads");
        if some == 0 {
            break;
        }
        done += some;
        eprintln!("{done} indexed, {:.0} a second", done as f64 / start.elapsed().as_secs_f64());
    }
    let indexed = start.elapsed().as_secs_f64();
    println!(
        "\n### {name}, {cases} cases\n\nBulk intake {taken_in:.0} s; the index follows in {indexed:.0} s beside the work: {:.0} cases a second.\n",
        done as f64 / indexed
    );
    println!("| asked | n | found nothing | median ms | p95 | p99 | most |\n|---|---|---|---|---|---|---|");
    let all = questions(&mut r, &titles, QUERIES);
    let region = || Query::of(Scope::Region("4306".into()));
    let mut whole = Vec::new();
    for kind in ["word", "two words", "place", "number", "initials"] {
        let (mut times, mut nothing) = (Vec::new(), 0);
        for (_, q) in all.iter().filter(|q| q.0 == kind) {
            let start = Instant::now();
            let found = app.cases.search(actor(Role::Coordinator, 1), q.clone(), region(), None).wait();
            times.push(start.elapsed().as_secs_f64() * 1e3);
            nothing += usize::from(found.expect("answers").hits.is_empty());
        }
        whole.extend(&times);
        println!("| {kind} | {} | {nothing} | {} |", times.len(), percentiles(times));
    }
    println!("| all, a coordinator | {} | | {} |", whole.len(), percentiles(whole));
    let times: Vec<f64> = all
        .iter()
        .take(300)
        .map(|(_, q)| {
            let start = Instant::now();
            let found = app.cases.search(actor(Role::Handler, 77), q.clone(), region(), None).wait();
            assert!(found.expect("answers").hits.is_empty(), "nothing is theirs");
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    println!("| all, a handler who owns none of them | {} | | {} |", times.len(), percentiles(times));
    let times: Vec<f64> = (0..400)
        .map(|_| {
            let l = row(&mut r, 0, &titles, &parts);
            let region = "430602".parse().expect("code");
            let start = Instant::now();
            app.cases
                .read_draft(actor(Role::Coordinator, 1), region, l.title, l.body, l.place)
                .wait()
                .expect("read");
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    println!(
        "\nThe same matter, the units and the precedents for a letter at registration (median, p95, p99, most ms): {}.\n",
        percentiles(times).replace(" | ", ", ")
    );
    let cutter = hanyu::cut::Cutter::standard();
    let (mut finding, mut getting, mut comparing, mut many) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..400 {
        let l = row(&mut r, 0, &titles, &parts);
        let mine = hanyu::same::signature(cutter, &l.title, &l.body);
        let bands = hanyu::same::bands(&mine);
        let start = Instant::now();
        let lists = app.city.store().read(move |rd| store::texts::banded(rd, &bands, 200)).expect("found");
        finding.push(start.elapsed().as_secs_f64() * 1e3);
        let near = hanyu::same::shortlist(lists);
        many += near.len();
        let start = Instant::now();
        let kept = app.city.store().read(move |rd| store::texts::signatures(rd, &near)).expect("read");
        getting.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        let close = kept.iter().filter_map(|k| hanyu::same::Signature::from_bytes(&k.1));
        let close = close.filter_map(|s| hanyu::same::compare_from(&mine, &s, 0.2));
        std::hint::black_box(close.map(|s| s.score).fold(0.0, f32::max));
        comparing.push(start.elapsed().as_secs_f64() * 1e3);
    }
    println!("| of which | median ms | p95 | p99 | most |\n|---|---|---|---|---|");
    println!("| candidates, {} on average | {} |", many / 400, percentiles(finding));
    println!("| their signatures | {} |", percentiles(getting));
    println!("| comparing | {} |", percentiles(comparing));
    app.city.store().clone().close();
}

fn main() {
    let cases = std::env::var("BENCH_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let engine = std::env::var("BENCH_ENGINE").unwrap_or_default();
    println!("## 检索与同事 / Search and the same matter over many cases\n");
    println!(
        "`BENCH_CASES={cases}`, one reader at a time, answers with titles, excerpts and the door passed.\n"
    );
    if engine != "postgres" {
        match std::env::var_os("BENCH_KEEP") {
            Some(dir) => measure("SQLite", &Place::Embedded { dir: dir.into() }, cases),
            None => testkit::embedded(|place| measure("SQLite", place, cases)),
        }
    }
    if engine != "sqlite" {
        match std::env::var("BENCH_URL") {
            Ok(url) => measure("PostgreSQL", &Place::Postgres { url, schema: "reading".into() }, cases),
            Err(_) => testkit::postgres(|place| measure("PostgreSQL", place, cases)),
        }
    }
}
