//! 样板城市的印章: the coordinating office has one, for trial, its key in a file beside the secret of the city.

use anyhow::{Context as _, Result};
use assembly::House;
use kernel::{Actor, Role, US_PER_DAY};
use seals::{Asked, NewSeal, PaperKind, SealAct, SealKind};

/// What the key file is called.
const KEY: &str = "样板城市";
const YEARS_DAYS: i64 = 3 * 365;

/// Makes the key, and a seal for the coordinating office of the city.
pub fn begin(app: &House) -> Result<()> {
    if let Err(e) = paper::pdf::Fonts::of_this_machine() {
        // A seal is drawn from its name: without a font the model city has none, and everything else.
        eprintln!("{e}");
        return Ok(());
    }
    let (now, office) = (app.city.store().now(), app.city.office_now().wait()?);
    let folder = app.city.keys().join("seals");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{KEY}.pem"));
    if !path.exists() {
        let text = seals::new_key(demo::CITY_NAME, demo::CITY_NAME, now, None)?;
        crate::seal::keep_key(&path, &text)?;
    }
    let unit = office
        .units()
        .into_iter()
        .find(|u| u.kind == "coordination" && u.region == office.settings.city)
        .context("a city without a coordinating office")?
        .id;
    let new = NewSeal {
        name: String::new(),
        kind: SealKind::Unit,
        unit,
        papers: PaperKind::ALL.to_vec(),
        roles: vec![Role::Coordinator, Role::Supervisor],
        picture: None,
    };
    let id = app.seals.apply(Actor::system(), new).wait()?;
    for (ver, act) in (1..).zip([SealAct::Make, SealAct::File, SealAct::Enable]) {
        let asked = Asked {
            act,
            ver,
            device: format!("file:{KEY}"),
            valid_to: Some(now.plus_us(YEARS_DAYS * US_PER_DAY)),
            filed: String::new(),
            why: String::new(),
        };
        app.seals.act(&Actor::system(), id, &asked)?;
    }
    Ok(())
}
