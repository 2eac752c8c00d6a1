//! `bancheng text`: reading what people write, from files: train, classify, hot, similar, replies.
//! One JSON answer per line on standard output, messages on standard error. Nothing here decides.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use hanyu::classify::{Classifier, Model, train_tables};
use hanyu::cut::Cutter;
use hanyu::hot::Hot;
use hanyu::letters::{Letter, Table, read_table};
use paper::sheet::{Book, Limits, intake};

/// 文本 / what people write
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// 训练分类模型 / train a model from raw letters, cut words or a taxonomy
    Train {
        /// 信件、分词或职责表 / letters, cut rows or a taxonomy (CSV); may be repeated
        #[arg(long, required = true)]
        labels: Vec<PathBuf>,
        /// 模型文件 / where the model goes
        #[arg(long)]
        out: PathBuf,
        /// 城市词典,每行一词 / a city's words, one a line
        #[arg(long)]
        words: Option<PathBuf>,
    },
    /// 分类 / one line for each letter with ranked labels
    Classify {
        /// 模型文件 / model
        #[arg(long)]
        model: PathBuf,
        /// 信件 / letters (CSV)
        file: PathBuf,
        /// 输出 JSON / answer in JSON (the only form)
        #[arg(long)]
        json: bool,
        /// 附理由 / with the words that speak for the first label
        #[arg(long)]
        why: bool,
        /// 城市词典 / the same words the model was trained with
        #[arg(long)]
        words: Option<PathBuf>,
    },
    /// 热点 / groups of letters about one matter, hottest first
    Hot {
        /// 信件 / letters (CSV)
        file: PathBuf,
        /// 输出 JSON / answer in JSON (the only form)
        #[arg(long)]
        json: bool,
        /// 最多几组 / at most so many groups
        #[arg(long, default_value_t = 50)]
        top: usize,
        /// 每组至少几封 / letters in a group at least
        #[arg(long, default_value_t = 2)]
        min_letters: usize,
        /// 城市词典 / a city's words
        #[arg(long)]
        words: Option<PathBuf>,
    },
    /// 同事 / pairs of letters that seem to be about one matter
    Similar {
        /// 信件 / letters (CSV)
        file: PathBuf,
        /// 输出 JSON / answer in JSON (the only form)
        #[arg(long)]
        json: bool,
        /// 最低相似度 / least score, 0 to 1
        #[arg(long, default_value_t = hanyu::same::SAME)]
        least: f32,
        /// 城市词典 / a city's words
        #[arg(long)]
        words: Option<PathBuf>,
    },
    /// 答复质量 / what replies lack, and which are copied
    Replies {
        /// 信件与答复 / letters with replies (CSV)
        file: PathBuf,
        /// 输出 JSON / answer in JSON (the only form)
        #[arg(long)]
        json: bool,
        /// 城市词典 / a city's words
        #[arg(long)]
        words: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(args: Args) -> Result<()> {
    match args.act {
        Act::Train { labels, out, words } => train(&labels, &out, words.as_deref()),
        Act::Classify { model, file, json: _, why, words } => classify(&model, &file, why, words.as_deref()),
        Act::Similar { file, json: _, least, words } => similar(&file, least, words.as_deref()),
        Act::Replies { file, json: _, words } => replies(&file, words.as_deref()),
        Act::Hot { file, json: _, top, min_letters, words } => hot(&file, top, min_letters, words.as_deref()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("读不到文件 / cannot read {}", path.display()))
}

/// A table of the tool's own columns, else a file as offices send it, read by the one reader of letters.
fn table(path: &Path) -> Result<Table> {
    let bytes = read(path)?;
    let own = read_table(&bytes);
    if let Ok(table) = own {
        return Ok(table);
    }
    sent(bytes).with_context(|| path.display().to_string())
}

/// The letters of a file as offices send it; rows that cannot be read are told.
fn sent(bytes: Vec<u8>) -> Result<Table> {
    let mut book = Book::open(std::io::Cursor::new(bytes), Limits::default())?;
    let mut rows = intake::read(&mut book, &intake::Mapping::default())?;
    let mut letters = Vec::new();
    for row in rows.by_ref() {
        match row? {
            Ok(row) => letters.push(letter(row)),
            Err(e) => eprintln!("第 {} 行未收：{}", e.row, e.said),
        }
    }
    let told = rows.told();
    for line in told.lines() {
        eprintln!("{line}");
    }
    for row in &told.set_aside {
        eprintln!("第 {} 行未收：{}", row.row, row.reason);
    }
    Ok(Table::Letters(letters))
}

fn letter(row: intake::IntakeRow) -> Letter {
    let label =
        row.extra.into_iter().find(|(name, _)| ["label", "标签", "承办类别"].contains(&name.as_str()));
    Letter {
        id: row.source_id.unwrap_or_else(|| row.row.to_string()),
        author: row.author.unwrap_or_default(),
        title: row.title,
        body: row.body,
        at: row.at,
        label: label.map(|l| l.1).or(row.kind),
        reply: row.reply.unwrap_or_default(),
        reply_at: row.reply_at,
        support: row.support.unwrap_or(0),
        against: row.against.unwrap_or(0),
    }
}

fn letters(path: &Path) -> Result<Vec<Letter>> {
    match table(path)? {
        Table::Letters(letters) => Ok(letters),
        _ => bail!(
            "需要有标题、内容（title、body）列的来信表 / a table of letters with title and body is needed: {}",
            path.display()
        ),
    }
}

fn cutter(words: Option<&Path>) -> Result<Cutter> {
    let text = words.map(read).transpose()?.unwrap_or_default();
    Ok(Cutter::with_words(String::from_utf8_lossy(&text).lines()))
}

fn train(labels: &[PathBuf], out: &Path, words: Option<&Path>) -> Result<()> {
    let tables = labels.iter().map(|p| table(p)).collect::<Result<Vec<_>>>()?;
    let model = train_tables(&cutter(words)?, &tables)?;
    std::fs::write(out, model.to_bytes())
        .with_context(|| format!("写不了 / cannot write {}", out.display()))?;
    eprintln!("标签 / labels: {}", model.labels().join(" "));
    Ok(())
}

fn classify(model: &Path, file: &Path, why: bool, words: Option<&Path>) -> Result<()> {
    let model = Model::from_bytes(&read(model)?)?;
    let cutter = cutter(words)?;
    let mut classifier = Classifier::new(&model, &cutter);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for l in letters(file)? {
        let labels = classifier.rank(&l.title, &l.body);
        let mut line = serde_json::json!({ "id": l.id, "labels": labels });
        if why && let Some(first) = labels.first() {
            line["why"] = serde_json::to_value(classifier.reasons(&l.title, &l.body, &first.label, 8))?;
        }
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// A group with its letters, so that the answer can be read alone.
fn hot(file: &Path, top: usize, min_letters: usize, words: Option<&Path>) -> Result<()> {
    let cutter = cutter(words)?;
    let letters = letters(file)?;
    let mut groups = Hot::new(&cutter, &letters).ranked(&letters, min_letters);
    groups.truncate(top);
    let by_id: HashMap<&str, &Letter> = letters.iter().map(|l| (l.id.as_str(), l)).collect();
    let mut answer = Vec::new();
    for (rank, g) in groups.iter().enumerate() {
        let behind: Vec<_> = g
            .ids
            .iter()
            .filter_map(|i| by_id.get(i.as_str()))
            .map(|l| serde_json::json!({ "id": l.id, "title": hanyu::mask::mask(&l.title), "time": l.at, "support": l.support, "against": l.against }))
            .collect();
        let mut one = serde_json::to_value(g)?;
        one["rank"] = (rank + 1).into();
        one["letters"] = behind.into();
        answer.push(one);
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, &answer)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// Pairs from the same bands, as at registration, one line each.
fn similar(file: &Path, least: f32, words: Option<&Path>) -> Result<()> {
    let cutter = cutter(words)?;
    let letters = letters(file)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for p in hanyu::same::pairs(&cutter, &letters, least) {
        let line = serde_json::json!({
            "a": letters[p.a].id, "b": letters[p.b].id,
            "score": p.similarity.score, "reasons": p.similarity.reasons,
        });
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// One line for each reply, then one with the sums and one for each copied pair.
fn replies(file: &Path, words: Option<&Path>) -> Result<()> {
    let cutter = cutter(words)?;
    let letters = letters(file)?;
    let report = hanyu::reply::report(&cutter, &letters);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (l, review) in letters.iter().zip(&report.reviews) {
        serde_json::to_writer(&mut out, &serde_json::json!({ "id": l.id, "review": review }))?;
        out.write_all(b"\n")?;
    }
    for pair in &report.copied {
        serde_json::to_writer(&mut out, &serde_json::json!({ "copied": pair }))?;
        out.write_all(b"\n")?;
    }
    serde_json::to_writer(&mut out, &serde_json::json!({ "summary": report.summary }))?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}
