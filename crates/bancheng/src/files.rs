//! `bancheng files`: where attachments lie, and moving them between the directory of a node and the database.

use std::io::Write as _;

use anyhow::Result;
use store::blob_rows::{self, Home};

use crate::place::PlaceArgs;

/// 附件放在哪里 / where attachments lie
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 有多少，放在哪里 / how many, and where
    Show,
    /// 移过去,以后的新附件也放在那里;逐个核对,中断后再运行就接着移,服务不停 / move them there, where new ones go from
    /// then on; each is verified, run again it goes on, service does not stop
    Move {
        /// 移到 / to
        to: To,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum To {
    /// 数据库:每个节点都找得到 / the database: every node finds them
    Database,
    /// 数据目录下的 files:几个节点时须是共享目录 / files in the data directory: with several nodes one they share
    Directory,
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let app = place.open_to_check()?;
    let blobs = app.city.blobs();
    match args.what {
        What::Show => {
            let (home, (files, bytes)) = app
                .city
                .store()
                .read(|rd| Ok::<_, store::StoreError>((blob_rows::home(rd)?, blob_rows::count(rd)?)))?;
            let here = blobs.in_directory()?;
            let (zh, en) = match home {
                Home::Database => ("数据库", "the database"),
                Home::Directory => ("附件目录", "the directory"),
            };
            println!(
                "新附件放在{zh}；数据库里 {files} 个、{bytes} 字节，本节点目录里 {here} 个 / new files go to {en}; {files} files \
                 ({bytes} bytes) in the database, {here} in the directory of this node"
            );
        }
        What::Move { to } => {
            let to = match to {
                To::Database => Home::Database,
                To::Directory => Home::Directory,
            };
            let mut shown = 0;
            let done = blobs.move_to(to, &mut |m| {
                if m.files + m.there >= shown + 100 {
                    shown = m.files + m.there;
                    eprint!("\r{shown}");
                    drop(std::io::stderr().flush());
                }
            })?;
            println!(
                "移了 {} 个、{} 字节，已在那里 {} 个，损坏未移 {} 个 / moved {0} files, {1} bytes; {2} were there already, {3} are \
                 damaged and stay",
                done.files, done.bytes, done.there, done.bad
            );
            anyhow::ensure!(
                done.bad == 0,
                "有附件损坏，留在原处：请从备份找回 / damaged files stay where they are: bring them back from a backup"
            );
        }
    }
    Ok(())
}
