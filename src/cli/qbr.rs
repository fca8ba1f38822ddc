//! `quarterdeck qbr`: the quarterly business review.

use super::banking;
use super::console::Console;
use super::fail_on::{Outcome, Subject, outcome};
use super::load::{Loaded, load};
use super::settings::Settings;
use super::write::{Form, Shelf};
use crate::model::Grain;
use anyhow::Result;

pub fn run(settings: &Settings, console: Console, quarter: Option<&str>, form: Form) -> Result<Outcome> {
    let quarter = settings.period(quarter, Some(Grain::Quarter))?;
    let mut shelf = Shelf::new(settings, form)?;
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let memory = banking::memory_of(settings, &loaded, quarter)?;
    shelf.add_qbr(&loaded, &memory, quarter)?;
    shelf.finish(console)?;
    let Loaded { company, findings, exports, .. } = &loaded;
    outcome(settings, console, &Subject { exports, company, findings, memory: &memory, period: Some(quarter) })
}
