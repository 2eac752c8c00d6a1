//! `bancheng import walks|companies|policies|halls|logs FILE`, `bancheng services import FILE`: a table through the same gate as at the desk of imports, looked at first with
//! `--dry-run`, read by a template of the desk with `--template` (X4).

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use imports::{Answer, How, Run};
use kernel::{Actor, Role};
use serde::Serialize;
use tabular::records::AskedColumn;
use tabular::{DateOrder, Told};

use crate::place::PlaceArgs;

#[derive(Debug, clap::Args)]
pub struct TableArgs {
    /// 文件(任何格式) / a file of any format
    file: PathBuf,
    /// 以谁的账号导入;走访、政策、大厅和日志必填 / whose account brings it; needed for walks, policies, halls and logs
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// 读哪张工作表 / which sheet; the first visible one with a header when missing
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 日期次序 / order of 03/04/2024: dmy, mdy or ymd; the column decides when missing
    #[arg(long, value_name = "dmy|mdy|ymd")]
    date_order: Option<DateOrder>,
    /// 指定列的含义,如 --map 走访日子=began;不读写作 --map 列= / what a column means
    #[arg(long = "map", value_name = "列=field")]
    maps: Vec<String>,
    /// 回答导入台上的问题,如 --answer form=陪同办 / answers a question of the desk
    #[arg(long = "answer", value_name = "问题=答")]
    answers: Vec<String>,
    /// 照导入台上存的模板读 / read as a template of the desk says
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// 未收的行写到哪里,改好后可再导入 / where rows that were not taken are written
    #[arg(long, value_name = "FILE", visible_alias = "set-aside")]
    set_aside_to: Option<PathBuf>,
    /// 只检查,不写入 / check only, write nothing
    #[arg(long)]
    dry_run: bool,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    rows: u64,
    accepted: u64,
    changed: u64,
    duplicates: u64,
    rejected: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// what else came of it
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<(String, String, u64)>,
    /// why it cannot be taken in as it is
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<kernel::Said>,
    seconds: f64,
    /// where the rows that were not taken stand
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_file: Option<PathBuf>,
    /// how the first table was read and what was left
    #[serde(flatten)]
    told: Told,
    /// the same of others
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Told>,
}

fn pair((a, b): (&str, &str)) -> (String, String) {
    (a.trim().to_owned(), b.trim().to_owned())
}

/// A column may have `=` in its name, a field has none.
fn map_of(text: &str) -> Result<(String, String)> {
    let said = || format!("应写作 列=field / write column=field: {text}");
    text.rsplit_once('=').map(pair).with_context(said)
}

/// A question is a word, an answer is any text.
fn answer_of(text: &str) -> Result<(String, String)> {
    let said = || format!("应写作 问题=答 / write question=answer: {text}");
    text.split_once('=').map(pair).with_context(said)
}

/// Doors at which it matters who brings a table: walks and logs are somebody's own, and whoever proposes policies may
/// not release them.
fn needs_account(door: &str) -> bool {
    matches!(door, "walks" | "policies" | "halls" | "logs")
}

fn how(args: &TableArgs, house: &assembly::House, actor: &Actor, door: &str) -> Result<How> {
    let mut how = match &args.template {
        None => How::default(),
        Some(name) => house
            .imports
            .template(actor, door, name)?
            .with_context(|| format!("没有模板“{name}” / there is no template {name:?}"))?,
    };
    if args.sheet.is_some() {
        how.asked.sheet.clone_from(&args.sheet);
    }
    how.asked.date_order = args.date_order.or(how.asked.date_order);
    for map in &args.maps {
        let (column, field) = map_of(map)?;
        how.asked.columns.push(AskedColumn { sheet: String::new(), column, field });
    }
    for answer in &args.answers {
        let (question, said) = answer_of(answer)?;
        how.answers.insert(question, said);
    }
    Ok(how)
}

/// Takes a file in through the gate of a door.
pub fn run(place: &PlaceArgs, door: &str, args: &TableArgs) -> Result<()> {
    let began = Instant::now();
    let shown = || args.file.display().to_string();
    let said = || format!("打不开文件 / cannot open the file {}", args.file.display());
    let mut file = File::open(&args.file).with_context(said)?;
    let house = place.open()?;
    house.people.ensure_ready()?;
    let gate = house.imports.gate(door).with_context(|| format!("没有这个门 / no such door: {door}"))?;
    let office = house.city.office_now().wait()?;
    let actor = match &args.login {
        Some(login) => house
            .people
            .actor_of(login)?
            .with_context(|| format!("没有在用的账号“{login}” / no account in use called {login:?}"))?,
        None => Actor {
            staff: None,
            role: Role::SystemAdmin,
            unit: None,
            region: Some(office.settings.city.clone()),
        },
    };
    if actor.staff.is_none() && needs_account(door) {
        bail!("请用 --as 指明以谁的账号导入 / say whose account brings it: --as LOGIN");
    }
    gate.may(&actor, &office).with_context(shown)?;
    let how = how(args, &house, &actor, door)?;
    let mut summary = Summary::default();
    let mut aside = Vec::new();
    if args.dry_run {
        let seen = gate.look(&actor, file, &how).with_context(shown)?;
        let told: Vec<Told> = seen.parts.into_iter().map(|p| p.told).collect();
        summary =
            Summary { rows: seen.rows, accepted: seen.good, dry_run: true, trouble: seen.trouble, ..summary };
        summary.rejected = told.iter().map(|t| t.set_aside_count).sum();
        parts(&mut summary, told);
    } else {
        let digest = imports::digest_of(&mut file, &how)?;
        let name = args.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let mut progress = |_: u64| Ok(());
        let run = Run { actor: &actor, name: &name, file, digest, how: &how, progress: &mut progress };
        let answer: Answer = gate.take_in(run).with_context(shown)?;
        summary = Summary {
            rows: answer.rows,
            accepted: answer.accepted,
            changed: answer.changed,
            duplicates: answer.duplicates,
            rejected: answer.rejected,
            also: answer.also,
            ..summary
        };
        parts(&mut summary, answer.told);
        aside = answer.aside;
        store::ledger_rows::seal_now(house.city.store(), Some(house.city.vault().seal_key()))?;
    }
    house.city.store().clone().close();
    summary.set_aside_file =
        crate::aside::write(&aside, args.set_aside_to.as_ref(), &place.data_dir, &args.file)?;
    summary.seconds = began.elapsed().as_secs_f64();
    if args.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        say(&summary);
    }
    match &summary.trouble {
        Some(said) => bail!("{}：{said}", shown()),
        None => Ok(()),
    }
}

fn parts(summary: &mut Summary, told: Vec<Told>) {
    let mut told = told.into_iter();
    summary.told = told.next().unwrap_or_default();
    summary.parts = told.collect();
}

fn say(s: &Summary) {
    let check = if s.dry_run { "（只检查，未写入）" } else { "" };
    println!(
        "共 {} 行：新收 {}，更新 {}，重复 {}，未收 {}{check}；用时 {:.1} 秒",
        s.rows, s.accepted, s.changed, s.duplicates, s.rejected, s.seconds
    );
    for (zh, _, n) in &s.also {
        println!("  {zh} {n}");
    }
    crate::aside::say(&s.told, s.set_aside_file.as_ref());
    for told in &s.parts {
        crate::aside::say(told, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_may_hold_the_mark_and_an_answer_too() {
        let two = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(map_of("甲=乙 = began").unwrap(), two("甲=乙", "began"));
        assert_eq!(map_of("列=").unwrap(), two("列", ""));
        assert_eq!(answer_of("why=a=b").unwrap(), two("why", "a=b"));
        assert!(answer_of("why").unwrap_err().to_string().contains("问题=答"));
        assert!(map_of("why").unwrap_err().to_string().contains("列=field"));
    }

    #[test]
    fn policies_are_proposed_by_somebody() {
        assert!(["walks", "policies", "halls", "logs"].into_iter().all(needs_account));
        assert!(!needs_account("roster"));
    }
}
