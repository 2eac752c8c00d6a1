//! `bancheng report timeliness`: what the history says.

use anyhow::Result;
use kernel::{Actor, Role};

use crate::place::PlaceArgs;

/// 统计 / reports
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 答复用时(工作日) / how long replies took, in working days
    Timeliness {
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Answers.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let What::Timeliness { json } = &args.what;
    let app = place.open()?;
    let office = app.city.office_now().wait()?;
    let actor = Actor {
        staff: None,
        role: Role::Coordinator,
        unit: None,
        region: Some(office.settings.city.clone()),
    };
    let t = app.supervision.timeliness(&actor)?;
    if *json {
        println!("{}", serde_json::to_string(&t)?);
        return Ok(());
    }
    println!("已答复 {} 件", t.count);
    println!("工作日：中位 {}，平均 {:.1}，最长 {}", t.median_workdays, t.mean_workdays, t.max_workdays);
    for (days, share) in &t.within {
        println!("  {days} 个工作日内 {:.1}%", share * 100.0);
    }
    Ok(())
}
