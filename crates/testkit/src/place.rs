//! A fresh database for each test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Options, Place, Store};

use crate::cluster::Cluster;

/// A directory that goes away with the test.
#[derive(Debug)]
pub struct TempDir(PathBuf);

impl TempDir {
    /// A new empty directory.
    pub fn new() -> Self {
        static N: AtomicU32 = AtomicU32::new(0);
        let n = N.fetch_add(1, Ordering::Relaxed);
        let now = store::system_clock().us();
        let dir = std::env::temp_dir().join(format!("bancheng-t{}-{n}-{now}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        Self(dir)
    }
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}
impl Default for TempDir {
    fn default() -> Self {
        Self::new()
    }
}
impl Drop for TempDir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Runs `test` with a fresh embedded database.
pub fn embedded(test: impl FnOnce(&Place)) {
    let dir = TempDir::new();
    test(&Place::Embedded { dir: dir.path().join("data") });
}

/// Runs `test` with a fresh schema of the test PostgreSQL.
pub fn postgres(test: impl FnOnce(&Place)) {
    let cluster = Cluster::shared();
    let schema = cluster.fresh_schema();
    test(&Place::Postgres { url: cluster.url(), schema: schema.clone() });
    cluster.drop_schema(&schema);
}

/// Runs `test` on both engines, each time with a fresh store.
pub fn both_engines(options: &Options, test: impl Fn(&Store)) {
    let run = |place: &Place| {
        let store = Store::open(place, options.clone()).unwrap_or_else(|e| panic!("{place:?}: {e}"));
        test(&store);
        store.close();
    };
    embedded(run);
    postgres(run);
}
