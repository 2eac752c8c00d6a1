//! 样板城市的“一件事”: the six themes with their items, taken into the catalogue and offered.

use anyhow::{Context as _, Result};
use assembly::House;
use kernel::Actor;
use service::ThemeFile;

macro_rules! themes {
    ($($code:literal)+) => {
        &[$(($code, include_str!(concat!("../../../data/themes/", $code, ".json")))),+]
    };
}

/// The files, by code.
pub const THEMES: &[(&str, &str)] =
    themes!["enterprise-start" "utilities" "disabled" "credit-repair" "newborn" "restaurant"];

/// Takes the themes and their items in.
pub fn begin(app: &House) -> Result<()> {
    let service = app.services.clone();
    for (code, text) in THEMES {
        let file: ThemeFile = service_acts::read_file(text).with_context(|| (*code).to_owned())?;
        app.catalogue.take_in_items(&Actor::system(), file.items)?.wait()?;
        service.put_theme(Actor::system(), file.theme).wait().with_context(|| (*code).to_owned())?;
    }
    Ok(())
}
