//! `bancheng clock show|accept`: the way out when the clock was ahead once and was set right.

use anyhow::Result;
use store::ledger_rows;

use crate::place::PlaceArgs;

/// 时钟 / the clock and the record
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 本机时间与最后一条留痕的时间 / what this machine says, and when the last event was written
    Show,
    /// 确认现在的时间是对的:留痕曾由快了的时钟写入 / say that the clock is right now although the record is ahead of it
    Accept {
        /// 原因,留痕备查 / why; it stands on record
        #[arg(long)]
        reason: String,
    },
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    // Only the store: opening the system may want to write, which is just what is refused.
    let store = place.store()?;
    match &args.what {
        What::Show => {
            let last = store.read(ledger_rows::last_recorded)?;
            let last = last.map_or_else(|| "—".to_owned(), |m| m.to_string());
            println!("本机 {} / now\n留痕 {last} / last event", store.now());
        }
        What::Accept { reason } => match store.accept_clock(&kernel::Actor::system(), reason)? {
            Some(last) => println!(
                "已记录：最后一条留痕写于 {last}，从现在 {} 起继续写入 / on record, writing goes on from now",
                store.now()
            ),
            None => {
                println!("时钟并不比留痕慢，无需处理 / the clock is not behind the record, nothing to do");
            }
        },
    }
    Ok(())
}
