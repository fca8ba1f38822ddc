//! `quarterdeck weekly`: the health of the pipeline, for the Monday review. Banks what it saw where there is a bank.

use super::banking::{self, Memory};
use super::console::Console;
use super::fail_on::{Outcome, Subject, outcome};
use super::load::{Loaded, load};
use super::settings::Settings;
use super::snapshot::said;
use super::write::{Form, Shelf};
use anyhow::Result;
use chrono::{DateTime, Utc};

pub fn run(
    settings: &Settings,
    console: Console,
    week: Option<&str>,
    form: Form,
    at: DateTime<Utc>,
) -> Result<Outcome> {
    let week = settings.week(week)?;
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let mut shelf = Shelf::new(settings, form)?;
    shelf.add_weekly(&loaded, week)?;
    let Loaded { company, findings, exports } = &loaded;
    shelf.finish(console)?;
    // What is banked here is held against the runs before, so that the order of the two does not matter.
    let restated = Memory::read(settings)?.restatements(settings, exports)?;
    for restatement in restated.iter().filter(|restatement| restatement.key.scope == "team") {
        console.say(&format!("restated: {}", restatement.sentence));
    }
    if banking::is_late(settings, exports)? {
        console.warn("not banked: the exports or the bank tell of later days; quarterdeck snapshot banks all the same");
    } else if let Some(visited) = banking::bank(settings, exports, at)? {
        console.say(&said(settings, &visited.banked));
    }
    outcome(settings, console, &Subject { exports, company, findings, period: Some(week) })
}
