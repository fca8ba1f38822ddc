//! `quarterdeck demo`: unpacks the embedded sample company and writes every report of it.

use super::args::{FileFormat, Global};
use super::console::Console;
use super::load::load;
use super::settings::Settings;
use super::timings::Timings;
use super::write::{Form, Shelf};
use crate::metrics::Selection;
use crate::model::Grain;
use crate::output::Plan;
use crate::reports::Memory;
use anyhow::{Context, Result};
use chrono::NaiveDate;
use std::path::Path;

/// The files of the sample company.
const SAMPLE: &[(&str, &[u8])] = &[
    ("README.md", include_bytes!("../../sample-data/README.md")),
    ("quarterdeck.toml", include_bytes!("../../sample-data/quarterdeck.toml")),
    ("opportunities.csv", include_bytes!("../../sample-data/opportunities.csv")),
    ("stage_history.csv", include_bytes!("../../sample-data/stage_history.csv")),
    ("activities.csv", include_bytes!("../../sample-data/activities.csv")),
    ("quotas.csv", include_bytes!("../../sample-data/quotas.csv")),
    ("reps.csv", include_bytes!("../../sample-data/reps.csv")),
    ("coaching.csv", include_bytes!("../../sample-data/coaching.csv")),
    ("quotes.csv", include_bytes!("../../sample-data/quotes.csv")),
    ("forecasts.csv", include_bytes!("../../sample-data/forecasts.csv")),
];

/// The Monday on which the sample's exports were made.
const SAMPLE_AS_OF: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 16).expect("a date of the calendar");

pub fn run(global: &Global, console: Console, timings: &Timings, folder: &Path) -> Result<()> {
    let mut plan = Plan::default();
    for (name, content) in SAMPLE {
        plan.add(*name, *content);
    }
    plan.write(folder)?;
    let settings = Settings::resolve(
        &Global {
            as_of: Some(global.as_of.unwrap_or(SAMPLE_AS_OF)),
            out: folder.join("reports"),
            ..global.for_everyone(folder.join("quarterdeck.toml"))
        },
        timings,
    )?;
    let loaded = load(&settings, &Selection::default())?;
    let memory = Memory::default();
    let mut shelf = Shelf::new(
        &settings,
        Form { formats: &[FileFormat::Md, FileFormat::Html], is_printed: false, deck_template: None },
    )?;
    shelf.add_weekly(&loaded, &memory, settings.week(None)?)?;
    shelf.add_qbr(&loaded, &memory, settings.period(None, Some(Grain::Quarter))?)?;
    shelf.add_monthly(&loaded, &memory, settings.period(None, Some(Grain::Month))?, None)?;
    let index = shelf.write(&settings.out, console).context("the sample is unpacked, its reports are not written")?;
    console.say(&next_steps(folder, &index, settings.as_of));
    Ok(())
}

fn next_steps(folder: &Path, index: &Path, as_of: NaiveDate) -> String {
    let (folder, index) = (folder.display(), index.display());
    format!(
        "\nThis is Kedgemoor Software, a company that does not exist; {folder}/README.md tells what happened there.\n\
         Open first:  {index}\n\
         Then try:    cd {folder}\n\
         \x20            quarterdeck --as-of {as_of} monthly --rep Marek\n\
         \x20            quarterdeck --as-of {as_of} flags --format table\n\
         \x20            quarterdeck --as-of {as_of} metrics --period 2027-Q3 --format table\n\
         Your own:    quarterdeck init FOLDER_OF_YOUR_EXPORTS"
    )
}
