//! `bancheng policy`: which policies which company may have, and why not; contradictions; what a change costs (P2, P3).
//! Formats: docs/policy.md. Answers on standard output, messages on standard error. Nothing here decides.

use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use company::policy::checkup::checkup;
use company::policy::evaluate::batch;
use company::policy::facts::{ID_KEYS, NAME_KEYS};
use company::policy::pack::{Pack, pack};
use company::policy::replay::{doubles, replay};
use company::policy::{Answer, Book, Engine, Facts, PolicyError, Truth};
use kernel::{Date, Moment};
use serde_json::json;
use tabular::header::{self, Vocabulary};
use tabular::records::{self, Door, NOTHING_ASKED};

/// 政策:判定、体检、试算 / policies
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Debug)]
enum Act {
    /// 判定每家企业能否享受每个事项,逐条说明依据 / one answer for each company and item, with its trace
    Check {
        #[command(flatten)]
        files: Files,
        /// 输出 JSON,每行一条 / print JSON, an answer a line
        #[arg(long)]
        json: bool,
        /// 只判这家企业 / only this company
        #[arg(long)]
        company: Option<String>,
        /// 只判这个事项 / only this item
        #[arg(long)]
        item: Option<String>,
        /// 不写依据 / without the trace
        #[arg(long)]
        short: bool,
        /// 线程数 / threads
        #[arg(long, default_value_t = 1)]
        threads: usize,
    },
    /// 企业政策包:可享受、差一点、还缺信息 / what one company reads
    Pack {
        #[command(flatten)]
        files: Files,
        /// 企业代码或名称 / the company
        #[arg(long)]
        company: String,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 读政策文件:Word、PDF、OFD、纯文本,认出文号、标题、日期 / the text of a policy document and what it says about itself
    Read {
        /// 文件 / the document
        file: PathBuf,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 体检:条文与条件、重叠、空档、过期 / contradictions before release
    Checkup {
        /// 事项(docs/policy.md) / items
        #[arg(long)]
        items: PathBuf,
        /// 企业情况,有则同时查没有人提供的字段 / facts, to find fields that nobody supplies
        #[arg(long)]
        facts: Option<PathBuf>,
        /// 以哪一天为准 / as of which day
        #[arg(long)]
        at: Option<Date>,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 试算:谁受益、谁减少、要多少钱 / who gains, who loses, what it costs
    Replay {
        #[command(flatten)]
        files: Files,
        /// 原事项,比较前后 / the items before
        #[arg(long)]
        before: Option<PathBuf>,
        /// 按哪些字段分组,可多次 / by which fields; may be repeated
        #[arg(long)]
        by: Vec<String>,
        /// 查重字段(如 开户账号),可多次 / fields that should be one company's own; may be repeated
        #[arg(long)]
        own: Vec<String>,
        /// 线程数 / threads
        #[arg(long, default_value_t = 1)]
        threads: usize,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args, Debug)]
struct Files {
    /// 事项(docs/policy.md) / items
    #[arg(long)]
    items: PathBuf,
    /// 企业情况:JSON、每行一家的 JSON、CSV 或 XLSX / facts: JSON, JSON lines, CSV or XLSX
    #[arg(long)]
    facts: PathBuf,
    /// 以哪一天为准,默认今天 / as of which day, today by default
    #[arg(long)]
    at: Option<Date>,
}

fn faults(path: &Path, list: &[PolicyError]) -> anyhow::Error {
    let lines: Vec<String> = list.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}:\n{}", path.display(), lines.join("\n"))
}

fn text(path: &Path) -> Result<String> {
    let bytes =
        std::fs::read(path).with_context(|| format!("打不开 {0} / cannot open {0}", path.display()))?;
    String::from_utf8(bytes)
        .with_context(|| format!("{0} 不是 UTF-8 文本 / {0} is not UTF-8 text", path.display()))
}

fn book_of(path: &Path) -> Result<Book> {
    Book::read(&text(path)?).map_err(|list| faults(path, &list))
}

/// The names of a table of facts: the company's code or name, and whatever the policies ask for.
struct Columns(std::cell::RefCell<Vec<String>>);

impl Vocabulary for Columns {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        let is = |keys: &[&str]| keys.iter().any(|k| header::name(k) == name);
        if name.is_empty() {
            return None;
        }
        if is(ID_KEYS) {
            return Some((0, 0));
        }
        if is(NAME_KEYS) {
            return Some((1, 0));
        }
        let mut names = self.0.borrow_mut();
        let at = names.iter().position(|n| n == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        Some((at + 2, 0))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&0) || fields.contains(&1)
    }
}

/// The facts of a table; how it was read is told.
fn table_of(path: &Path, book: &Book) -> Result<Result<Facts, PolicyError>> {
    let file = std::fs::File::open(path)?;
    let shown = || path.display().to_string();
    let (_, sheets) = paper::sheet::read_sheets(BufReader::new(file), &paper::sheet::Limits::default())
        .with_context(shown)?;
    let columns = Columns(std::cell::RefCell::default());
    let door = Door { words: &columns, word: &|_| "fact".to_owned(), fields: 0, asked: &NOTHING_ASKED };
    let Some(mut table) = records::find(&sheets, None, &door) else {
        // The reader of facts says which columns there are.
        let header = sheets.first().and_then(|s| s.rows.first()).cloned().unwrap_or_default();
        return Ok(Facts::from_table(&header, std::iter::empty(), book));
    };
    let names = table.names().to_vec();
    let rows: Vec<Vec<String>> = table.rows().into_iter().map(|r| r.cells.to_vec()).collect();
    for line in table.told.lines() {
        eprintln!("{line}");
    }
    for row in table.told.set_aside.iter().take(20) {
        eprintln!("第 {} 行未收：{}", row.row, row.reason);
    }
    Ok(Facts::from_table(&names, rows.into_iter(), book))
}

fn facts_of(path: &Path, book: &Book) -> Result<Facts> {
    let mut start = [0u8; 64];
    let mut file =
        std::fs::File::open(path).with_context(|| format!("打不开 {0} / cannot open {0}", path.display()))?;
    let got = std::io::Read::read(&mut file, &mut start)?;
    let first =
        start[..got].iter().copied().find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xef | 0xbb | 0xbf));
    let facts = if matches!(first, Some(b'{' | b'[')) {
        Facts::from_json(&text(path)?, book)
    } else {
        table_of(path, book)?
    };
    let facts = facts.map_err(|e| faults(path, &[e]))?;
    for aside in facts.set_aside.iter().take(20) {
        eprintln!("{aside}");
    }
    if facts.set_aside.len() > 20 {
        eprintln!("……共 {0} 处没有采用 / {0} values were not used in all", facts.set_aside.len());
    }
    for (field, count) in facts.unknown_fields.iter().take(20) {
        eprintln!(
            "字段“{field}”（{count} 处）没有一个事项用到，字段表里也没有：没有采用 / field “{field}” ({count} values): no item asks for it and no field is declared so; not used"
        );
    }
    Ok(facts)
}

fn today() -> Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment::from_us(i64::try_from(now.as_micros()).unwrap_or(0)).date()
}

const fn said(verdict: Truth) -> &'static str {
    match verdict {
        Truth::Met => "符合",
        Truth::Unmet => "不符合",
        Truth::Unknown => "还缺信息",
    }
}

/// Runs the command. `check` ends with 0 whatever the verdicts are; `checkup` ends with 1 when it found something.
pub fn run(args: &Args) -> Result<ExitCode> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut code = ExitCode::SUCCESS;
    match &args.act {
        Act::Check { files, json, company, item, short, threads } => {
            let book = book_of(&files.items)?;
            let facts = facts_of(&files.facts, &book)?;
            let engine = Engine::new(&book, &facts, files.at.unwrap_or_else(today));
            if *short && company.is_none() && item.is_none() {
                short_answers(&engine, &facts, *threads, *json, &mut out)?;
            } else {
                answers(&engine, &facts, company.as_deref(), item.as_deref(), *json, *short, &mut out)?;
            }
        }
        Act::Pack { files, company, json } => {
            let book = book_of(&files.items)?;
            let facts = facts_of(&files.facts, &book)?;
            let engine = Engine::new(&book, &facts, files.at.unwrap_or_else(today));
            let Some(one) = facts.companies.iter().find(|c| c.id == *company || c.name == *company) else {
                bail!("没有这家企业 / there is no such company: {company}");
            };
            let pack = pack(&engine, one);
            if *json {
                serde_json::to_writer(&mut out, &pack)?;
                writeln!(out)?;
            } else {
                pack_text(&pack, &mut out)?;
            }
        }
        Act::Read { file, json } => read_document(file, *json, &mut out)?,
        Act::Checkup { items, facts, at, json } => {
            let book = book_of(items)?;
            let facts = facts.as_ref().map(|f| facts_of(f, &book)).transpose()?;
            let found = checkup(&book, facts.as_ref(), at.unwrap_or_else(today));
            for f in &found {
                if *json {
                    serde_json::to_writer(&mut out, f)?;
                    writeln!(out)?;
                } else {
                    writeln!(out, "{}：{}", f.item, f.said.zh)?;
                }
            }
            if !found.is_empty() {
                code = ExitCode::from(1);
            }
        }
        Act::Replay { files, before, by, own, threads, json } => {
            let book = book_of(&files.items)?;
            let facts = facts_of(&files.facts, &book)?;
            let at = files.at.unwrap_or_else(today);
            let engine = Engine::new(&book, &facts, at);
            let old = before.as_ref().map(|b| book_of(b)).transpose()?;
            let old = old.as_ref().map(|b| Engine::new(b, &facts, at));
            for r in replay(&engine, old.as_ref(), &facts, by, *threads) {
                if *json {
                    serde_json::to_writer(&mut out, &r)?;
                    writeln!(out)?;
                } else {
                    let a = &r.all;
                    writeln!(
                        out,
                        "{}：符合 {} 家，不符合 {} 家，还缺信息 {} 家，共 {} 元；比原来多得 {} 家、少得 {} 家；临界 {} 家",
                        r.item,
                        a.met,
                        a.unmet,
                        a.unknown,
                        a.cost,
                        r.gain,
                        r.lose,
                        r.boundary.len()
                    )?;
                    if a.no_amount > 0 {
                        writeln!(
                            out,
                            "  其中 {} 家符合而金额算不出，没有计入合计：请补齐金额所需的情况",
                            a.no_amount
                        )?;
                    }
                    if let Some((fund, left, enough)) = &r.fund {
                        writeln!(out, "  资金“{fund}”余 {left} 元，{}", if *enough { "够" } else { "不够" })?;
                    }
                }
            }
            for field in own {
                for (value, who) in doubles(&facts, &book, field) {
                    if *json {
                        serde_json::to_writer(
                            &mut out,
                            &json!({"doubled": field, "value": value, "companies": who}),
                        )?;
                        writeln!(out)?;
                    } else {
                        writeln!(
                            out,
                            "{field} {value} 被 {} 家企业使用：{}",
                            who.len(),
                            who.into_iter().collect::<Vec<_>>().join("、")
                        )?;
                    }
                }
            }
        }
    }
    out.flush()?;
    Ok(code)
}

fn short_answers(
    engine: &Engine<'_>,
    facts: &Facts,
    threads: usize,
    json: bool,
    out: &mut impl std::io::Write,
) -> Result<()> {
    let items = engine.len();
    // A stretch of companies at a time, so that memory stays flat however many there are.
    for companies in facts.companies.chunks(10_000) {
        let found = batch(engine, companies, threads);
        for (row, company) in found.chunks(items.max(1)).zip(companies) {
            for ((verdict, amount), item) in row.iter().zip(&engine.book().items) {
                if json {
                    serde_json::to_writer(
                        &mut *out,
                        &json!({"company": company.id, "item": item.code, "verdict": verdict, "amount": amount}),
                    )?;
                    writeln!(out)?;
                } else {
                    writeln!(out, "{} {} {}", company.id, item.code, said(*verdict))?;
                }
            }
        }
    }
    Ok(())
}

fn answers(
    engine: &Engine<'_>,
    facts: &Facts,
    company: Option<&str>,
    item: Option<&str>,
    json: bool,
    short: bool,
    out: &mut impl std::io::Write,
) -> Result<()> {
    let mut any = false;
    for one in facts.companies.iter().filter(|c| company.is_none_or(|w| c.id == w || c.name == w)) {
        for i in 0..engine.len() {
            if item.is_some_and(|w| engine.book().items[i].code != w) {
                continue;
            }
            any = true;
            let mut answer = engine.answer(i, one);
            if short {
                answer.trace.clear();
            }
            if json {
                serde_json::to_writer(&mut *out, &answer)?;
                writeln!(out)?;
            } else {
                answer_text(&engine.book().items[i].name, &answer, out)?;
            }
        }
    }
    if !any {
        bail!("没有要判定的企业或事项 / there is no such company or item to check");
    }
    Ok(())
}

fn answer_text(name: &str, answer: &Answer, out: &mut impl std::io::Write) -> Result<()> {
    let amount = answer.amount.map(|a| format!("，{a} 元")).unwrap_or_default();
    writeln!(out, "{} 《{name}》：{}{amount}", answer.company, said(answer.verdict))?;
    for t in &answer.trace {
        let depth = if t.at == "0" { 0 } else { t.at.matches('.').count() + 1 };
        let how = if t.how.is_empty() { String::new() } else { format!("（{}）", t.how) };
        writeln!(out, "  {}{} {}{how}", "  ".repeat(depth), said(t.result), t.text)?;
        for p in &t.problems {
            writeln!(out, "  {}  {}", "  ".repeat(depth), p.zh)?;
        }
    }
    Ok(())
}

fn pack_text(pack: &Pack, out: &mut impl std::io::Write) -> Result<()> {
    writeln!(out, "{} {}\n{}", pack.company, pack.name, pack.said)?;
    for m in &pack.met {
        let amount = m.amount.map(|a| format!("{a} 元，")).unwrap_or_default();
        match &m.instead {
            None => writeln!(out, "  可以享受《{}》：{amount}{}", m.name, m.next)?,
            Some(other) => writeln!(out, "  《{}》与 {other} 只能享受一项，已按金额高的计", m.name)?,
        }
    }
    for n in &pack.near {
        writeln!(out, "  差一点《{}》：{}（{}）", n.name, n.said, n.text)?;
    }
    for q in &pack.questions {
        writeln!(out, "  请填写：{}", q.name)?;
    }
    Ok(())
}

/// The text of a document and what it says about itself.
fn read_document(file: &Path, json: bool, out: &mut impl std::io::Write) -> Result<()> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let read = doctext::read(&bytes).map_err(|why| anyhow::anyhow!("{}: {why}", file.display()))?;
    for left in &read.left {
        eprintln!("{left}");
    }
    let told = company::policy::told::told(&read.text);
    if json {
        let line = json!({
            "kind": read.kind.word(), "number": told.number, "name": told.name, "level": told.level,
            "office": told.office, "issued": told.issued, "from": told.from, "to": told.to,
            "replaces": told.replaces, "text": read.text,
            "left": read.left.iter().map(|s| &s.zh).collect::<Vec<_>>(),
        });
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
        return Ok(());
    }
    let days = [("发布", &told.issued), ("施行", &told.from), ("截止", &told.to)];
    let lines = [("文号", &told.number), ("标题", &told.name), ("单位", &told.office), ("层级", &told.level)];
    for (what, said) in lines.into_iter().chain(days).filter(|l| !l.1.is_empty()) {
        writeln!(out, "{what}：{said}")?;
    }
    if !told.replaces.is_empty() {
        writeln!(out, "废止：{}", told.replaces.join("、"))?;
    }
    writeln!(out, "\n{}", read.text)?;
    Ok(())
}
