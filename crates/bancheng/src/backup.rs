//! `bancheng backup create | restore | check` for the embedded database; PostgreSQL has tools of its own.

use std::path::PathBuf;

use anyhow::Result;
use store::backup;

use crate::place::PlaceArgs;

/// 备份 / back up
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 在线备份到文件 / copy to a file while the system runs
    Create {
        /// 写到 / to
        file: PathBuf,
    },
    /// 从备份恢复到空数据目录 / restore into an empty data directory
    Restore {
        /// 备份 / the backup
        file: PathBuf,
    },
    /// 检查备份 / check a backup
    Check {
        /// 备份 / the backup
        file: PathBuf,
    },
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let done = match &args.what {
        What::Create { file } => backup::backup(place.open()?.store(), file)?,
        What::Restore { file } => backup::restore(file, &place.data_dir)?,
        What::Check { file } => backup::check(file)?,
    };
    println!("完成 / done: {done:?}");
    println!(
        "密钥文件 secret.key、seal.key 请另外妥善保存 / keep secret.key and seal.key safe, apart from the backup"
    );
    Ok(())
}
