//! `bancheng services import FILE`, `bancheng services stats`: services handled elsewhere come in by file, in the field set
//! of STANDARDS 2.1 (docs/service.md); each row is answered; sent twice, nothing changes.

use std::process::ExitCode;

use anyhow::Result;
use kernel::{Actor, Date, Moment, US_PER_DAY};

use crate::import_table::TableArgs;
use crate::place::PlaceArgs;

/// 办件 / services
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Debug)]
enum Act {
    /// 导入别处办结的办件(JSON、JSON Lines 或任何表格) / take in services handled elsewhere
    Import(TableArgs),
    /// 办件量:按一件事、地区 / handled numbers by theme and region
    Stats {
        /// 从哪一天 / from this day
        #[arg(long)]
        from: Option<Date>,
        /// 到哪一天(含) / to this day, with it
        #[arg(long)]
        to: Option<Date>,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<ExitCode> {
    match &args.act {
        Act::Import(args) => crate::import_table::run(place, "services", args).map(|()| ExitCode::SUCCESS),
        Act::Stats { from, to, json } => stats(place, *from, *to, *json),
    }
}

fn stats(place: &PlaceArgs, from: Option<Date>, to: Option<Date>, json: bool) -> Result<ExitCode> {
    let app = place.open()?;
    let now = app.city.store().now();
    let to = to.map_or(now.plus_us(US_PER_DAY), |d| Moment::start_of(d).plus_us(US_PER_DAY));
    let from = from.map_or(Moment::from_us(0), Moment::start_of);
    let mut who = Actor::system();
    who.role = kernel::Role::Coordinator;
    who.region = Some(app.city.office_now().wait()?.settings.city.clone());
    let h = app.services.clone().handled(who, from, to).wait()?;
    app.city.store().clone().close();
    if json {
        println!("{}", serde_json::to_string(&h)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!("合计 {} 件，办结 {}，网上 {}", h.total.handed_in, h.total.decided, h.total.online);
    for l in h.themes.iter().chain(&h.regions) {
        println!("  {}\t{}\t{}\t{}", l.name, l.handed_in, l.decided, l.online);
    }
    println!("零办件：{}", h.none.join("、"));
    println!("十件及以下：{}", h.few.join("、"));
    Ok(ExitCode::SUCCESS)
}
