//! `quarterdeck monthly`: a page for each rep.

use super::banking;
use super::console::Console;
use super::fail_on::{Outcome, Subject, outcome};
use super::load::{Loaded, load};
use super::settings::Settings;
use super::write::{Form, Shelf, wanted_rep, without_rep};
use crate::model::Grain;
use anyhow::Result;

pub fn run(settings: &Settings, console: Console, month: Option<&str>, form: Form) -> Result<Outcome> {
    let month = settings.period(month, Some(Grain::Month))?;
    let loaded = load(settings, &without_rep(&settings.wanted))?;
    console.findings(&loaded.findings);
    let memory = banking::memory_of(settings, &loaded, month)?;
    let mut shelf = Shelf::new(settings, form)?;
    shelf.add_monthly(&loaded, &memory, month, wanted_rep(settings, &loaded)?)?;
    shelf.finish(console)?;
    let Loaded { company, findings, exports, .. } = &loaded;
    outcome(settings, console, &Subject { exports, company, findings, memory: &memory, period: Some(month) })
}
