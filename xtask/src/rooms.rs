//! Where the crates lie: by movement, so a package is found by its name and not by its folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// One crate of the house.
#[derive(Debug)]
pub struct Room {
    /// The name of the package: `resolve` lies in `crates/resolve/rules`.
    pub package: String,
    pub path: PathBuf,
    pub manifest: String,
}

/// The root of the repository.
pub fn root() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..").to_owned()
}

/// Every crate of the workspace, by path.
pub fn all() -> Result<Vec<Room>> {
    let mut rooms = Vec::new();
    descend(&Path::new(&root()).join("crates"), &mut rooms)?;
    descend(&Path::new(&root()).join("xtask"), &mut rooms)?;
    rooms.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(rooms)
}

/// A folder with a manifest is a room; below it are no others.
fn descend(folder: &Path, rooms: &mut Vec<Room>) -> Result<()> {
    if let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) {
        let package = package(&manifest).with_context(|| format!("{}: no package name", folder.display()))?;
        rooms.push(Room { package, path: folder.to_owned(), manifest });
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.path().is_dir() {
            descend(&entry.path(), rooms)?;
        }
    }
    Ok(())
}

/// `name` in `[package]`.
fn package(manifest: &str) -> Option<String> {
    section(manifest, "[package]").find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The lines of one section of a manifest, without comments.
pub fn section<'m>(manifest: &'m str, header: &'m str) -> impl Iterator<Item = &'m str> {
    let mut inside = false;
    manifest.lines().map(str::trim).filter(move |line| {
        if line.starts_with('[') {
            inside = *line == header;
            return false;
        }
        inside && !line.starts_with('#') && line.contains('=')
    })
}
