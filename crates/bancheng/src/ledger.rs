//! `bancheng ledger verify | seal | export | check`: the record can be checked by anyone.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use store::{ledger_rows, proof};

use crate::place::PlaceArgs;

/// 留痕核验与导出 / verify and export the record
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 核验全部留痕,报出第一处破坏 / read everything and name the first broken record
    Verify {
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 确认数据库退回到较早的状态(恢复备份后),说明原因,记入留痕 / confirm that the database was set back, with a reason, on record
    AcceptRollback {
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 立即加封 / seal now
    Seal,
    /// 导出,不用数据库也能核验 / a file that can be verified without the database
    Export {
        /// 写到 / to
        file: PathBuf,
    },
    /// 核验导出的文件 / verify an exported file
    Check {
        /// 文件 / the file
        file: PathBuf,
    },
}

/// Values that are not what the record says, shown one by one.
const SHOWN: usize = 50;

/// Answers; a broken record ends with an error.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    match &args.what {
        What::Verify { json } => verify(place, *json),
        What::AcceptRollback { reason } => accept(place, reason),
        What::Seal => {
            let app = place.open()?;
            let made = ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
            println!("新加封 {} 个 / {} new seals", made.len(), made.len());
            Ok(())
        }
        What::Export { file } => {
            let app = place.open()?;
            ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key()))?;
            let office = app.city.office_now().wait()?;
            let out = store::private_file(file).with_context(|| format!("{}", file.display()))?;
            let now = app.city.store().now();
            let city = office.settings.name.clone();
            let mut out = app
                .city
                .store()
                .read(|rd| ledger_rows::export(rd, BufWriter::new(out), &city, now))
                .map_err(said)?;
            out.flush()?;
            out.get_ref().sync_all()?;
            println!("已导出 {} / exported", file.display());
            Ok(())
        }
        What::Check { file } => {
            let input = File::open(file).with_context(|| format!("{}", file.display()))?;
            // The key proves who made the seals; without it the chains and seals are still checked.
            let key = place.data_dir.join("seal.key");
            let key = std::fs::read_to_string(key).ok().and_then(|t| ::ledger::SealKey::from_hex(t.trim()));
            let done = ::ledger::verify_export(BufReader::new(input), key, None)?;
            println!("{}", serde_json::to_string(&done)?);
            Ok(())
        }
    }
}

fn accept(place: &PlaceArgs, reason: &str) -> Result<()> {
    let app = place.open_to_check()?;
    let done = app.city.accept_rollback(reason)?;
    println!(
        "已记入留痕：数据库从第 {} 号封签继续（此前记到第 {} 号）/ on record: going on from seal {}",
        done.rollback.found, done.rollback.noted, done.rollback.found
    );
    for (name, last, past) in &done.counters {
        println!("{name}：{last} → {past}，之后的号码从 {} 起 / next {}", past + 1, past + 1);
    }
    println!("接着请运行 bancheng ledger verify / now run `bancheng ledger verify`");
    app.city.store().clone().close();
    Ok(())
}

fn verify(place: &PlaceArgs, json: bool) -> Result<()> {
    let app = place.open_to_check()?;
    let key = app.city.vault().seal_key();
    let done = app.city.store().read(|rd| {
        match ledger_rows::check_anchor(rd, key) {
            Ok(()) => {}
            // Where the record itself is broken, that is said first.
            Err(e) => {
                ledger_rows::verify(rd, Some(key.key().clone()), None)?;
                return Err(e.into());
            }
        }
        // The seal that was noted is there, or an administrator has confirmed why it is not.
        let verified = ledger_rows::verify(rd, Some(key.key().clone()), None)?;
        Ok::<_, ledger_rows::LedgerError>((verified, ledger_rows::rollbacks(rd)?, proof::compare_all(rd)?))
    });
    let done = match done {
        Ok((verified, rollbacks, compared)) => {
            if !compared.findings.is_empty() {
                if json {
                    println!("{}", serde_json::json!({ "ok": false, "rows": compared }));
                } else {
                    compared.findings.iter().take(SHOWN).for_each(|f| println!("{f}"));
                }
                let n = compared.findings.len();
                bail!(
                    "留痕的链和封签完好，但数据库里有 {n} 处内容与留痕不符，被绕过程序改过；请停止服务，从备份恢复或查明后更正 / the chains \
                     and seals hold, but {n} values in the database are not what the record says and were changed past the program: \
                     stop, restore a backup, or find out and mend"
                );
            }
            if !json {
                println!(
                    "行内容：核对 {} 行，与留痕一致；另有 {} 行早于摘要留痕，无从核对 / rows: {} compared, {} older than their digests",
                    compared.rows, compared.unproved, compared.rows, compared.unproved
                );
                for r in &rollbacks {
                    println!(
                        "{}：管理员确认过数据库退回到第 {} 号封签（此前记到第 {} 号），原因：{} / set back on purpose",
                        r.at, r.found, r.noted, r.reason
                    );
                }
            }
            Ok(verified)
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(v) if json => println!("{}", serde_json::json!({ "ok": true, "verified": v })),
        Ok(v) => println!(
            "留痕完好：{} 条，{} 个对象，{} 个封印，未加封 {} 条 / whole",
            v.events, v.streams, v.seals, v.unsealed
        ),
        Err(e) => {
            let e = said(e);
            if json {
                println!("{}", serde_json::json!({ "ok": false, "broken": e.to_string() }));
            }
            bail!(e);
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "an argument of map_err")]
fn said(e: ledger_rows::LedgerError) -> anyhow::Error {
    anyhow::anyhow!("{e}")
}
