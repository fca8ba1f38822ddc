//! `quarterdeck weekly`: the health of the pipeline, for the Monday review.

use super::args::FileFormat;
use super::console::Console;
use super::load::load;
use super::settings::Settings;
use super::write::Shelf;
use anyhow::Result;

pub fn run(settings: &Settings, console: Console, week: Option<&str>, formats: &[FileFormat]) -> Result<()> {
    let week = settings.week(week)?;
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let mut shelf = Shelf::new(settings, formats)?;
    shelf.add_weekly(&loaded, week)?;
    shelf.write(&settings.out, console)?;
    Ok(())
}
