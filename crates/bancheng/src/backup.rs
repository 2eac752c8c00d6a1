//! `bancheng backup create | restore | check`, the same file from and to either engine.

use std::path::{Path, PathBuf};

use anyhow::Result;
use store::backup::{self, Copied};

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
    /// 从备份恢复到空数据目录或空的 PostgreSQL 模式 / restore into an empty data directory or schema
    Restore {
        /// 备份 / the backup
        file: PathBuf,
        /// 旧版程序的备份没有清单,只能粗查 / a backup of an older program has no list of checksums
        #[arg(long)]
        unlisted: bool,
    },
    /// 检查备份 / check a backup
    Check {
        /// 备份 / the backup
        file: PathBuf,
        /// 旧版程序的备份没有清单,只能粗查 / a backup of an older program has no list of checksums
        #[arg(long)]
        unlisted: bool,
    },
}

/// Does it.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<()> {
    let done = match &args.what {
        What::Create { file } => place.open_to_check()?.city.back_up(file)?,
        What::Restore { file, unlisted } => {
            looked_at(file, *unlisted)?;
            place.make_dir()?;
            backup::restore(file, &place.place(), &place.data_dir)?
        }
        What::Check { file, unlisted } => looked_at(file, *unlisted)?,
    };
    println!(
        "完成：{} 字节，留痕 {} 条，最后一个封签第 {} 号，附件 {} 个 / done: {done:?}",
        done.bytes, done.events, done.seal, done.files
    );
    println!(
        "密钥文件 secret.key、seal.key、seals 文件夹里的印章密钥和封签记录 seal.last 不在备份里，请另外妥善保存，恢复时一并放回数据目录 / \
         secret.key, seal.key, the keys in seals/ and seal.last are not in the backup: keep them safe apart from it, and put them back with it"
    );
    if matches!(args.what, What::Restore { .. }) {
        after_restore(&place.data_dir, done.seal);
    }
    Ok(())
}

fn looked_at(file: &Path, unlisted: bool) -> Result<Copied> {
    Ok(if unlisted { backup::check_unlisted(file)? } else { backup::check(file)? })
}

/// Says what is still to be done before the city can start.
fn after_restore(dir: &Path, seal: i64) {
    let missing: Vec<_> =
        ["secret.key", "seal.key", "seal.last"].into_iter().filter(|f| !dir.join(f).exists()).collect();
    if !missing.is_empty() {
        println!(
            "{} 里还缺 {}，放回之前不能启动 / {} lacks {}: put them back before starting",
            dir.display(),
            missing.join("、"),
            dir.display(),
            missing.join(", ")
        );
    }
    println!(
        "备份停在第 {seal} 号封签。若 seal.last 记着更后的封签，启动时会要求先由管理员确认：bancheng ledger accept-rollback \
         --reason \"原因\" / the backup ends at seal {seal}; when seal.last notes a later one, an administrator confirms first"
    );
}
