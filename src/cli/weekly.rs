//! `quarterdeck weekly`: the health of the pipeline, for the Monday review. Banks what it saw where there is a bank.

use super::banking;
use super::console::Console;
use super::fail_on::{Outcome, Subject, outcome};
use super::load::{Loaded, load};
use super::settings::Settings;
use super::snapshot::{said, say_restated};
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
    let memory = banking::memory(settings, &loaded)?;
    let mut shelf = Shelf::new(settings, form)?;
    shelf.add_weekly(&loaded, &memory, week)?;
    shelf.finish(console)?;
    say_restated(console, &memory);
    let Loaded { company, findings, exports, .. } = &loaded;
    let is_late = match &exports.tables.snapshots {
        Some(seen) => banking::is_late(settings, &exports.tables, seen)?,
        None => false,
    };
    if is_late {
        console.warn("not banked: the exports or the bank tell of later days; quarterdeck snapshot banks all the same");
    } else if let Some(banked) = banking::bank(settings, &loaded, at)? {
        console.say(&said(settings, &banked));
    }
    outcome(settings, console, &Subject { exports, company, findings, memory: &memory, period: Some(week) })
}
