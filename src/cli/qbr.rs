//! `quarterdeck qbr`: the quarterly business review.

use super::args::FileFormat;
use super::console::Console;
use super::load::load;
use super::settings::Settings;
use super::write::Shelf;
use crate::model::Grain;
use anyhow::Result;

pub fn run(settings: &Settings, console: Console, quarter: Option<&str>, formats: &[FileFormat]) -> Result<()> {
    let quarter = settings.period(quarter, Some(Grain::Quarter))?;
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let mut shelf = Shelf::new(settings, formats)?;
    shelf.add_qbr(&loaded, quarter)?;
    shelf.write(&settings.out, console)?;
    Ok(())
}
