//! Where the city's data is: the same two options on every command.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use assembly::House;
use store::{Options, Place, Store};

/// Where the city's data is.
#[derive(Clone, Debug, clap::Args)]
pub struct PlaceArgs {
    /// 数据目录(内嵌数据库) / the data directory (embedded database)
    #[arg(long, env = "BANCHENG_DATA_DIR", default_value = "bancheng-data", global = true)]
    pub data_dir: PathBuf,
    /// PostgreSQL 地址;给出时数据目录只放密钥和附件 / PostgreSQL; the data directory then holds the keys and the files
    #[arg(long, env = "BANCHENG_DATABASE_URL", global = true)]
    pub database_url: Option<String>,
    /// 主库不在时只读的备库地址 / a standby that is read while no PostgreSQL leads
    #[arg(long, env = "BANCHENG_STANDBY_URL", global = true)]
    pub standby_url: Option<String>,
    /// PostgreSQL 模式名,一市一个 / the PostgreSQL schema, one for each city
    #[arg(long, env = "BANCHENG_SCHEMA", default_value = "bancheng", global = true)]
    pub schema: String,
}

impl PlaceArgs {
    /// The place of the store.
    pub fn place(&self) -> Place {
        match &self.database_url {
            Some(url) => Place::Postgres { url: url.clone(), schema: self.schema.clone() },
            None => Place::Embedded { dir: self.data_dir.clone() },
        }
    }
    /// Is there anything yet?
    pub fn is_there(&self) -> bool {
        self.database_url.is_some() || self.data_dir.join("bancheng.sqlite3").exists()
    }
    /// Opens the system there.
    pub fn open(&self) -> Result<House> {
        self.open_with(Options::default())
    }
    /// Opens the store there, without the system over it.
    pub fn store(&self) -> Result<Store> {
        self.store_with(Options::default())
    }
    fn store_with(&self, options: Options) -> Result<Store> {
        self.make_dir()?;
        Ok(Store::open(
            &self.place(),
            Options { database_clock: true, standby: self.standby_url.clone(), ..options },
        )?)
    }
    /// Opens the system there with other options.
    pub fn open_with(&self, options: Options) -> Result<House> {
        Ok(House::open(self.store_with(options)?, &self.data_dir)?)
    }
    /// Opens the system there although its database may have been set back: to look, never to serve.
    pub fn open_to_check(&self) -> Result<House> {
        Ok(House::open_to_check(self.store()?, &self.data_dir)?)
    }
    /// Makes the data directory, readable by its owner only, when it is missing.
    pub fn make_dir(&self) -> Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.data_dir).with_context(|| {
            format!("无法建立数据目录 / cannot make the data directory {}", self.data_dir.display())
        })
    }
}
