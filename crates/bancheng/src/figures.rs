//! `bancheng figures rebuild`: the facts that figures are counted from, made again from the record.

use anyhow::Result;

use crate::place::PlaceArgs;

/// 统计数据 / the facts behind figures
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 从留痕重建,各节点随即改用新的 / make them again from the record; every node then uses the new ones
    Rebuild,
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let What::Rebuild = args.what;
    let app = place.open()?;
    let counted = app.supervision.rebuild_figures(&kernel::Actor::system())?;
    println!("已从留痕重新统计 {counted} 项 / counted {counted} subjects again from the record");
    Ok(())
}
