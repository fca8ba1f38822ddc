//! `quarterdeck monthly`: a page for each rep.

use super::args::FileFormat;
use super::console::Console;
use super::load::load;
use super::settings::Settings;
use super::write::{Shelf, wanted_rep, without_rep};
use crate::model::Grain;
use anyhow::Result;

pub fn run(settings: &Settings, console: Console, month: Option<&str>, formats: &[FileFormat]) -> Result<()> {
    let month = settings.period(month, Some(Grain::Month))?;
    let loaded = load(settings, &without_rep(&settings.wanted))?;
    console.findings(&loaded.findings);
    let mut shelf = Shelf::new(settings, formats)?;
    shelf.add_monthly(&loaded, month, wanted_rep(settings, &loaded)?)?;
    shelf.write(&settings.out, console)?;
    Ok(())
}
