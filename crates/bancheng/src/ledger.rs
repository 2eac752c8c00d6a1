//! `bancheng ledger verify | seal | export | check`: the record can be checked by anyone.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use store::ledger_rows;

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

/// Answers; a broken record ends with an error.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    match &args.what {
        What::Verify { json } => verify(place, *json),
        What::Seal => {
            let app = place.open()?;
            let made = ledger_rows::seal_now(app.store(), Some(app.vault().seal_key()))?;
            println!("新加封 {} 个 / {} new seals", made.len(), made.len());
            Ok(())
        }
        What::Export { file } => {
            let app = place.open()?;
            ledger_rows::seal_now(app.store(), Some(app.vault().seal_key()))?;
            let office = app.office_now().wait()?;
            let out = File::create(file).with_context(|| format!("{}", file.display()))?;
            let now = app.store().now();
            let city = office.settings.name.clone();
            let mut out = app
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

fn verify(place: &PlaceArgs, json: bool) -> Result<()> {
    let app = place.open()?;
    let key = app.vault().seal_key();
    let done = app.store().read(|rd| ledger_rows::verify(rd, Some(key.key().clone()), key.anchor()));
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
