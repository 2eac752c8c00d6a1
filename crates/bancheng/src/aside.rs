//! 未收的行: what an import did not take, written as a file that can be mended and brought again.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tabular::Told;
use tabular::told::AsideTable;

/// Rows named one by one on the screen.
const NAMED: usize = 50;

/// Writes the rows where the person said, else into `set-aside` of the data directory under the name of the file:
/// one table as CSV, several as a workbook. Nothing to write: no file.
pub fn write(
    tables: &[AsideTable],
    told: Option<&PathBuf>,
    data: &Path,
    from: &Path,
) -> Result<Option<PathBuf>> {
    let ends = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
    let Some((ending, bytes)) = imports::aside_file(tables, told.is_some_and(|p| ends(p)))? else {
        return Ok(None);
    };
    let stem = from.file_stem().map_or_else(|| "file".into(), |n| n.to_string_lossy().into_owned());
    let own = || data.join("set-aside").join(format!("{stem}.{ending}"));
    let path = told.cloned().unwrap_or_else(own);
    let said = || format!("无法写入 / cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(said)?;
    }
    std::fs::write(&path, bytes).with_context(said)?;
    Ok(Some(path))
}

/// Says how a table was read and what was left.
pub fn say(told: &Told, file: Option<&PathBuf>) {
    for line in told.lines() {
        println!("  {line}");
    }
    for row in told.set_aside.iter().take(NAMED) {
        println!("  第 {} 行未收：{}", row.row, row.reason);
    }
    if told.set_aside_count > NAMED as u64 {
        println!("  ……未收的共 {} 行", told.set_aside_count);
    }
    if let Some(path) = file {
        println!("  未收的行已写到 {}，改好后可再导入", path.display());
    }
}
