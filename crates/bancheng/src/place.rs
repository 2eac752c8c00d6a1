//! Where the city's data is: the same two options on every command.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use app::App;
use store::{Options, Place, Store};

/// Where the city's data is.
#[derive(Clone, Debug, clap::Args)]
pub struct PlaceArgs {
    /// 数据目录(内嵌数据库) / the data directory (embedded database)
    #[arg(long, env = "BANCHENG_DATA_DIR", default_value = "bancheng-data", global = true)]
    pub data_dir: PathBuf,
    /// PostgreSQL 地址;给出时数据目录只放密钥 / PostgreSQL; the data directory then holds only the keys
    #[arg(long, env = "BANCHENG_DATABASE_URL", global = true)]
    pub database_url: Option<String>,
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
    /// Opens the system there.
    pub fn open(&self) -> Result<App> {
        self.open_with(Options::default())
    }
    /// Opens the store there, without the system over it.
    pub fn store(&self) -> Result<Store> {
        self.store_with(Options::default())
    }
    fn store_with(&self, options: Options) -> Result<Store> {
        Ok(Store::open(&self.place(), Options { database_clock: true, ..options })?)
    }
    /// Opens the system there with other options.
    pub fn open_with(&self, options: Options) -> Result<App> {
        std::fs::create_dir_all(&self.data_dir).with_context(|| {
            format!("无法建立数据目录 / cannot make the data directory {}", self.data_dir.display())
        })?;
        let store = self.store_with(options)?;
        Ok(App::open(store, &self.data_dir)?)
    }
}
