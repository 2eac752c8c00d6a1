//! `bancheng doctor`: looks at everything the night shift would look at, and says what to do. Changes nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use assembly::{Gauge, House};
use kernel::{Moment, US_PER_SECOND};
use serde::Serialize;
use store::{Place, StoreError, migrations, vitals};

use crate::place::PlaceArgs;

/// 体检 / look at keys, disk, clock, calendar, backups, lag, versions, indexes. Exit code: 0 well, 1 something soon, 2 something now
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 供程序读取 / for programs
    #[arg(long)]
    json: bool,
    /// 备份所在目录 / where the backups are
    #[arg(long, env = "BANCHENG_BACKUPS")]
    backups: Option<PathBuf>,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// 正常
    Well,
    /// 尽快
    Soon,
    /// 马上
    Now,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    zh: String,
    en: String,
}

#[derive(Default)]
struct Report(Vec<Finding>);

impl Report {
    fn put(&mut self, what: &'static str, state: State, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(Finding { what, state, zh: zh.into(), en: en.into() });
    }
    fn worst(&self) -> State {
        self.0.iter().map(|f| f.state).max().unwrap_or(State::Well)
    }
    fn text(&self) -> String {
        let mut out = String::new();
        for f in &self.0 {
            let mark = match f.state {
                State::Well => "✓",
                State::Soon => "！",
                State::Now => "✗",
            };
            let _ = writeln!(out, "{mark} {} {}\n      {}", f.what, f.zh, f.en);
        }
        out
    }
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<ExitCode> {
    let mut r = Report::default();
    r.put("version", State::Well, format!("程序 {}", env!("CARGO_PKG_VERSION")), "the program");
    files(&mut r, place);
    disk(&mut r, &place.data_dir);
    backups(&mut r, args.backups.as_deref(), kernel_now());
    if schema(&mut r, place) {
        match place.open_to_check() {
            Ok(app) => {
                inside(&mut r, &app)?;
                attachments(&mut r, &app)?;
                seals(&mut r, &app)?;
            }
            Err(e) => r.put(
                "open",
                State::Now,
                format!("打不开：{e:#}"),
                "the city does not open; the reason says what to do",
            ),
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&r.0)?);
    } else {
        print!("{}", r.text());
    }
    Ok(ExitCode::from(match r.worst() {
        State::Well => 0,
        State::Soon => 1,
        State::Now => 2,
    }))
}

fn kernel_now() -> Moment {
    store::system_clock()
}

/// With several nodes no file may lie at one of them alone.
fn attachments(r: &mut Report, app: &House) -> Result<()> {
    let home = app.city.store().read(store::blob_rows::home)?;
    let here = app.city.blobs().in_directory()?;
    match (home, here) {
        (store::blob_rows::Home::Database, 1..) => r.put(
            "files",
            State::Soon,
            format!("本节点目录里还有 {here} 个附件，别的节点看不到：bancheng files move database"),
            format!("{here} files lie in the directory of this node, unseen by others: bancheng files move database"),
        ),
        (store::blob_rows::Home::Database, 0) => r.put("files", State::Well, "附件在数据库里", "files lie in the database"),
        (store::blob_rows::Home::Directory, _) => r.put(
            "files",
            State::Well,
            "附件在附件目录里（几个节点时须共享该目录，或移入数据库）",
            "files lie in the directory (with several nodes one they share, or move them into the database)",
        ),
    }
    Ok(())
}

/// Keys are there, and nobody else reads what is here.
fn files(r: &mut Report, place: &PlaceArgs) {
    let dir = &place.data_dir;
    let missing: Vec<_> = ["secret.key", "seal.key"].into_iter().filter(|f| !dir.join(f).exists()).collect();
    if missing.is_empty() {
        r.put("keys", State::Well, "密钥文件齐全", "the keys are there");
    } else {
        let names = missing.join("、");
        r.put(
            "keys",
            State::Now,
            format!("缺少 {names}：从另外保存的副本放回 {}，不要让程序另造", dir.display()),
            format!("{names} missing: put them back from the copy kept apart"),
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = |path: &Path| path.metadata().is_ok_and(|m| m.permissions().mode() & 0o077 != 0);
        let names = ["", "secret.key", "seal.key", "seal.last", store::FILE, "files"];
        let pems = std::fs::read_dir(dir.join(SEALS)).into_iter().flatten().flatten().map(|e| e.path());
        let pems = pems.filter(|p| p.extension().is_some_and(|e| e == "pem"));
        let wide: Vec<_> = names.into_iter().map(|f| dir.join(f)).chain(pems).filter(|p| open(p)).collect();
        if wide.is_empty() {
            r.put("permissions", State::Well, "只有本账号可读", "readable by this account only");
        } else {
            let all: Vec<_> = wide.iter().map(|p| p.display().to_string()).collect();
            let all = all.join(" ");
            r.put(
                "permissions",
                State::Now,
                format!("他人可读：{all}；请执行 chmod -R go-rwx {}", dir.display()),
                format!("others may read {all}: chmod -R go-rwx {}", dir.display()),
            );
        }
    }
}

const GIB: u64 = 1 << 30;

/// Room on the disk of the data directory.
fn disk(r: &mut Report, dir: &Path) {
    #[cfg(unix)]
    {
        let Ok(s) = rustix::fs::statvfs(dir) else {
            r.put(
                "disk",
                State::Now,
                format!("读不到 {} 所在磁盘", dir.display()),
                "cannot look at the disk",
            );
            return;
        };
        let (free, all) = (s.f_bavail.saturating_mul(s.f_frsize), s.f_blocks.saturating_mul(s.f_frsize));
        let percent = free.saturating_mul(100).checked_div(all).unwrap_or(0);
        let state = if free < GIB || percent < 3 {
            State::Now
        } else if free < 5 * GIB || percent < 10 {
            State::Soon
        } else {
            State::Well
        };
        let advice = if state == State::Well {
            ""
        } else {
            "；请腾出空间或扩容，见 OPERATIONS.md“磁盘将满”"
        };
        let gib = free as f64 / GIB as f64;
        r.put(
            "disk",
            state,
            format!("剩余 {gib:.1} GiB（{percent}%）{advice}"),
            format!("{gib:.1} GiB free ({percent} %)"),
        );
    }
}

/// The newest backup is of last night.
fn backups(r: &mut Report, dir: Option<&Path>, now: Moment) {
    let Some(dir) = dir else {
        r.put(
            "backups",
            State::Soon,
            "没有说备份在哪里：用 --backups 目录 再查",
            "say where the backups are: --backups DIR",
        );
        return;
    };
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let newest = entries.filter_map(|e| e.metadata().ok()?.modified().ok()).max();
    let age = newest.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).map(|at| {
        now.us_since(Moment::from_us(i64::try_from(at.as_micros()).unwrap_or(i64::MAX)))
            / US_PER_SECOND
            / 3_600
    });
    let (state, zh, en) = match age {
        None => {
            (State::Now, "没有备份：bancheng backup create 文件".to_owned(), "there is no backup".to_owned())
        }
        Some(h) if h > 50 => (
            State::Now,
            format!("最近的备份是 {h} 小时前：查备份任务"),
            format!("the newest backup is {h} hours old"),
        ),
        Some(h) if h > 26 => {
            (State::Soon, format!("最近的备份是 {h} 小时前"), format!("the newest backup is {h} hours old"))
        }
        Some(h) => {
            (State::Well, format!("最近的备份是 {h} 小时前"), format!("the newest backup is {h} hours old"))
        }
    };
    r.put("backups", state, zh, en);
}

/// The schema is this program's; opening it would bring it forward, so that is looked at before.
fn schema(r: &mut Report, place: &PlaceArgs) -> bool {
    let of: Place = place.place();
    match migrations::found_at(&of) {
        Ok(Some(v)) if v == migrations::latest() => {
            r.put(
                "schema",
                State::Well,
                format!("数据库第 {v} 版，与程序一致"),
                format!("schema {v}, as this program"),
            );
            true
        }
        Ok(Some(v)) if v < migrations::latest() => {
            r.put(
                "schema",
                State::Soon,
                format!("数据库第 {v} 版，本程序第 {} 版：先备份，再启动本程序即升级", migrations::latest()),
                format!("schema {v}, this program has {}: back up, then start it", migrations::latest()),
            );
            false
        }
        Ok(Some(v)) => {
            let e = StoreError::NewerSchema { found: v, known: migrations::latest() };
            r.put("schema", State::Now, e.to_string(), "use the newer program");
            false
        }
        Ok(None) => {
            r.put(
                "schema",
                State::Now,
                "这里没有城市：核对 --data-dir 或 --database-url",
                "there is no city here",
            );
            false
        }
        Err(e) => {
            r.put("schema", State::Now, e.to_string(), "the database does not open");
            false
        }
    }
}

/// What only the open city can say.
fn inside(r: &mut Report, app: &House) -> Result<()> {
    let now = app.city.store().now();
    match app.city.store().read(|rd| store::ledger_rows::check_anchor(rd, app.city.vault().seal_key())) {
        Ok(()) => r.put(
            "record",
            State::Well,
            "数据库与旁边的封签记录一致",
            "the database holds the seal noted beside it",
        ),
        Err(e) => r.put("record", State::Now, e.to_string(), "the database was set back, or its seals were"),
    }
    let (last, missing) = app.city.store().read(|rd| {
        Ok::<_, StoreError>((store::ledger_rows::last_recorded(rd)?, vitals::missing_indexes(rd)?))
    })?;
    let ahead = last.map_or(0, |at| at.us_since(now) / US_PER_SECOND);
    if ahead > 300 {
        r.put(
            "clock",
            State::Now,
            format!("时钟比最后一条留痕慢 {ahead} 秒，已停止写入：校正时钟；若留痕时的时钟快了，执行 bancheng clock accept --reason 原因"),
            format!("the clock is {ahead} s behind the record: correct it, or bancheng clock accept --reason WHY"),
        );
    } else {
        r.put("clock", State::Well, format!("现在 {now}"), "the clock is not behind the record");
    }
    if missing.is_empty() {
        r.put("indexes", State::Well, "索引齐全", "every index is there");
    } else {
        let names = missing.join(" ");
        r.put(
            "indexes",
            State::Now,
            format!("缺少索引 {names}：从备份恢复，或找维护人员补建"),
            format!("missing: {names}"),
        );
    }
    cities(r, app)?;
    calendar(r, app, now)?;
    gauges(r, &app.gauges().wait()?);
    Ok(())
}

/// Cities that this one speaks with: who is silent, and messages that stand aside.
fn cities(r: &mut Report, app: &House) -> Result<()> {
    let actor = kernel::Actor::system;
    let peers = app.cells.peers(actor()).wait()?;
    if peers.is_empty() {
        return Ok(());
    }
    let silent: Vec<_> =
        peers.iter().filter(|p| p.active).filter_map(|p| Some((p, p.silent_since()?))).collect();
    let aside = app.cells.asides(actor()).wait()?.into_iter().filter(|a| a.state == "aside").count();
    if silent.is_empty() && aside == 0 {
        r.put("cells", State::Well, format!("{} 个对接城市都有应答", peers.len()), "every city answers");
        return Ok(());
    }
    let names: Vec<_> = silent.iter().map(|(p, since)| format!("{}（{since} 起）", p.name)).collect();
    r.put(
        "cells",
        State::Soon,
        format!(
            "没有应答的城市：{}；搁置的消息 {aside} 条。见“跨域件”页和 bancheng cell status",
            if names.is_empty() { "无".to_owned() } else { names.join("、") }
        ),
        format!("{} cities are silent, {aside} messages are aside: see bancheng cell status", silent.len()),
    );
    Ok(())
}

/// The folder of key files of seals.
const SEALS: &str = "seals";
/// Days before its end when a seal is spoken of: a new one is applied for, made and filed meanwhile.
const SEAL_ENDS_SOON: i64 = 30;

/// Seals in use that can be used today and next month: their span, and that whoever holds the key is there.
fn seals(r: &mut Report, app: &House) -> Result<()> {
    let now = app.city.store().now();
    let rows = app.city.store().read(|rd| store::seals::seals(rd, 10_000))?;
    let devices = seals::Devices::of_surroundings(app.city.keys().join(SEALS)).names();
    let (mut state, mut zh, mut en) = (State::Well, Vec::new(), Vec::new());
    let used = rows.iter().filter(|s| s.state == seals::SealState::InUse.word());
    for s in used {
        let left = s.valid_to.map(|to| to.us_since(now).div_euclid(US_PER_SECOND * 86_400));
        if !devices.contains(&s.device) {
            state = State::Now;
            zh.push(format!(
                "“{}”的签名设备不在：放回 {SEALS} 文件夹里的密钥文件，或设置 BANCHENG_SEAL_SERVICE",
                s.name
            ));
            en.push(format!("{}: the device {} is gone", s.number, s.device));
        } else if let Some(days) = left.filter(|d| *d < SEAL_ENDS_SOON) {
            state = state.max(if days < 0 { State::Now } else { State::Soon });
            let how = if days < 0 { "已过有效期".to_owned() } else { format!("{days} 天后到期") };
            zh.push(format!("“{}”{how}：在“印章”页申请新章，办好后注销旧章", s.name));
            en.push(format!("{}: {days} days left, apply for a new one", s.number));
        }
    }
    if zh.is_empty() {
        (zh, en) = (vec!["使用中的印章都能用".to_owned()], vec!["every seal in use can be used".to_owned()]);
    }
    r.put("seals", state, zh.join("；"), en.join("; "));
    Ok(())
}

/// The notice of a year is published in the autumn before: from December on, limits of January rest on a guess.
fn calendar(r: &mut Report, app: &House, now: Moment) -> Result<()> {
    let office = app.city.office_now().wait()?;
    let last = office.rules.calendar.last_published_year().unwrap_or(0);
    let today = now.date();
    let (year, month) = (today.year(), today.month());
    let state = if last < year {
        State::Now
    } else if last == year && month >= 12 {
        State::Soon
    } else {
        State::Well
    };
    let advice = if state == State::Well {
        ""
    } else {
        "：把国务院办公厅的放假通知导入“机关”页或 bancheng calendar"
    };
    r.put(
        "calendar",
        state,
        format!("工作日历到 {last} 年{advice}"),
        format!("the calendar ends with {last}"),
    );
    Ok(())
}

/// Numbers that mean that somebody is needed: name, from when on it should be looked at, from when on it must, and what to do.
const BOUNDS: &[(&str, f64, f64, &str, &str)] = &[
    ("worker_silent_seconds", 300.0, 900.0, "到点办理没有在运行：查 serve 或 worker 进程", "no worker runs"),
    ("lights_due", 500.0, 5_000.0, "到点未办的积压", "moments that came and were not acted on"),
    (
        "jobs_dead",
        1.0,
        50.0,
        "有失败作业：机关页看原因，消除后“再试一次”",
        "jobs were given up: see why, then try again",
    ),
    (
        "put_aside",
        1.0,
        50.0,
        "有搁置的件：机关页看原因，消除后“再试一次”",
        "something was put aside: see why, then try again",
    ),
    ("index_lag_events", 5_000.0, 100_000.0, "读文索引落后", "the text index lags"),
    ("facts_lag_events", 5_000.0, 100_000.0, "统计落后", "the figures lag"),
    (
        "seal_age_seconds",
        86_400.0,
        7.0 * 86_400.0,
        "很久没有新封签（有新留痕时每分钟都应有）",
        "no seal for long",
    ),
];

fn gauges(r: &mut Report, all: &[Gauge]) {
    for (name, soon, now, zh, en) in BOUNDS {
        let Some(g) = all.iter().find(|g| g.name == *name) else { continue };
        let state = if g.value >= *now {
            State::Now
        } else if g.value >= *soon {
            State::Soon
        } else {
            State::Well
        };
        let told = if state == State::Well { String::new() } else { format!("：{zh}") };
        let told_en = if state == State::Well { String::new() } else { format!(": {en}") };
        r.put(name, state, format!("{}{told}", g.value), format!("{}{told_en}", g.help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_told_with_what_to_do() {
        let all: Vec<Gauge> = BOUNDS.iter().map(|b| Gauge { name: b.0, help: "h", value: b.2 }).collect();
        let mut r = Report::default();
        gauges(&mut r, &all);
        assert_eq!(r.0.len(), BOUNDS.len());
        assert!(r.0.iter().all(|f| f.state == State::Now && f.zh.contains('：')), "{}", r.text());
        let mut well = Report::default();
        gauges(&mut well, &[Gauge { name: "jobs_dead", help: "h", value: 0.0 }]);
        assert_eq!(well.worst(), State::Well);
        assert_eq!(r.worst(), State::Now);
    }

    #[test]
    fn old_and_missing_backups_are_told() {
        let dir = testkit::TempDir::new();
        let looked = |now| {
            let mut r = Report::default();
            backups(&mut r, Some(dir.path()), now);
            r.worst()
        };
        let now = store::system_clock();
        assert_eq!(looked(now), State::Now, "none");
        std::fs::write(dir.path().join("a.backup"), "x").unwrap();
        assert_eq!(looked(now), State::Well);
        assert_eq!(looked(now.plus_us(30 * 3_600 * US_PER_SECOND)), State::Soon);
        assert_eq!(looked(now.plus_us(60 * 3_600 * US_PER_SECOND)), State::Now);
    }
}
