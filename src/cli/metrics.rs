//! `quarterdeck metrics`: the facts, as a table, JSON or CSV.

use super::args::Format;
use super::console::Console;
use super::load::{find_metric, load};
use super::settings::Settings;
use crate::metrics::measure;
use crate::render::terminal;
use anyhow::Result;
use std::collections::BTreeSet;
use std::io::IsTerminal;

pub fn run(
    settings: &Settings,
    console: Console,
    period: Option<&str>,
    metrics: &[String],
    format: Option<Format>,
) -> Result<()> {
    let period = settings.period(period, None)?;
    for id in metrics {
        find_metric(id)?;
    }
    let wanted: BTreeSet<&str> = metrics.iter().map(String::as_str).collect();
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let wanted = (!wanted.is_empty()).then_some(&wanted);
    let facts = settings.timings.time("measuring", || measure(&loaded.company, period, wanted))?;
    let default = if std::io::stdout().is_terminal() { Format::Table } else { Format::Json };
    let text = match format.unwrap_or(default) {
        Format::Json => terminal::facts_json(&facts)?,
        Format::Csv => terminal::facts_csv(&facts)?,
        Format::Table => terminal::facts_table(&facts, &settings.configuration.rules.currency),
    };
    console.result(&text)?;
    Ok(())
}
