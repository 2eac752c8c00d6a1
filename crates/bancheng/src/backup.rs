//! `bancheng backup create | restore | check` for the embedded database; PostgreSQL has tools of its own.

use std::path::{Path, PathBuf};

use anyhow::Result;
use store::backup;
use store::blobs::Blobs;

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

/// Where the files of a backup lie: a directory beside it. A later backup to the same place adds what is new.
fn beside(file: &Path) -> PathBuf {
    file.with_extension("files")
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let mut files = None;
    let done = match &args.what {
        What::Create { file } => {
            let app = place.open()?;
            let done = backup::backup(app.store(), file)?;
            // After the database: every file that it names is there by now.
            files = Some(app.copy_files(&beside(file))?);
            done
        }
        What::Restore { file } => {
            let done = backup::restore(file, &place.data_dir)?;
            files = Some(Blobs::at(beside(file)).copy_to(&place.data_dir.join("files"))?);
            done
        }
        What::Check { file } => backup::check(file)?,
    };
    println!("完成 / done: {done:?}");
    if let Some(files) = files {
        println!("附件 / files: {files}");
    }
    println!(
        "密钥文件 secret.key、seal.key 请另外妥善保存 / keep secret.key and seal.key safe, apart from the backup"
    );
    Ok(())
}
