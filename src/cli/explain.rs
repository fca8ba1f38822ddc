//! `quarterdeck explain`: what a figure means, how it came about, and the rows behind it.

use super::args::Format;
use super::console::Console;
use super::load::{find_metric, load};
use super::nearest;
use super::settings::Settings;
use super::write::{wanted_rep, without_rep};
use crate::metrics::explain::{Explanation, Which, explain};
use crate::metrics::{Company, Metric, catalogue, measure};
use crate::model::{Period, Scope};
use crate::render::terminal;
use anyhow::{Result, bail};
use std::collections::BTreeSet;

/// Which figure is meant, as typed.
pub struct Asked<'a> {
    pub metric: &'a str,
    pub period: Option<&'a str>,
    pub by: Option<&'a str>,
    pub key: Option<&'a str>,
    pub shows_rows: bool,
    pub format: Format,
}

/// Lists the catalogue; this needs no exports.
pub fn list(console: Console) -> Result<()> {
    console.result(&terminal::catalogue_table(&catalogue()))?;
    Ok(())
}

pub fn run(settings: &Settings, console: Console, asked: &Asked) -> Result<()> {
    let metric = find_metric(asked.metric)?;
    let period = settings.period(asked.period, None)?;
    let loaded = load(settings, &without_rep(&settings.wanted))?;
    console.findings(&loaded.findings);
    let rep = wanted_rep(settings, &loaded)?;
    let manager = settings.wanted.manager.as_deref().filter(|_| metric.whom == crate::metrics::Whom::Managers);
    let (scope, subject) = match (rep, manager) {
        (Some(rep), _) => (Scope::Rep, rep),
        (None, Some(_)) => (Scope::Manager, loaded.company.team.as_str()),
        (None, None) => (Scope::Team, ""),
    };
    let by = match (asked.by, asked.key) {
        (Some(by), Some(key)) => Some((by, key)),
        (None, None) => None,
        _ => bail!("--by and --key go together, as in --by stage --key Proposal"),
    };
    let which = Which { scope, subject, by };
    let explained = settings.timings.time("measuring", || explain(&loaded.company, period, metric, &which))?;
    let Some(explanation) = explained else {
        bail!("{} has no such figure in {period}{}", metric.id, nearest_figure(&loaded.company, period, metric, by)?);
    };
    let text = match (asked.shows_rows, asked.format) {
        (true, Format::Csv) => terminal::rows_csv(&explanation.rows)?,
        (true, Format::Json) => format!("{}\n", serde_json::to_string_pretty(&explanation.rows)?),
        (false, Format::Json) => format!("{}\n", serde_json::to_string_pretty(&without_rows(explanation))?),
        (false, Format::Csv) => bail!("--format csv lists rows: add --rows"),
        (shows_rows, Format::Table) => {
            terminal::explanation_text(&explanation, shows_rows, &settings.configuration.rules.currency)
        }
    };
    console.result(&text)?;
    Ok(())
}

/// A line that says which figures of a metric there are instead of the one that was asked for.
fn nearest_figure(company: &Company, period: Period, metric: &Metric, by: Option<(&str, &str)>) -> Result<String> {
    let facts = measure(company, period, Some(&BTreeSet::from([metric.id])))?;
    let values = |dimension: &str| -> Vec<&str> {
        let given = facts.iter().filter(|fact| fact.by == Some(dimension)).filter_map(|fact| fact.key.as_deref());
        given.collect::<BTreeSet<&str>>().into_iter().collect()
    };
    Ok(match (metric.by, by) {
        ([], Some(_)) => "\nhint: it is given whole only: leave out --by and --key".to_string(),
        ([], None) => String::new(),
        (dimensions, Some((dimension, value))) if dimensions.contains(&dimension) => {
            nearest::hint(value, &values(dimension))
        }
        (dimensions, Some((dimension, _))) => nearest::hint(dimension, dimensions),
        (dimensions @ [first, ..], None) => {
            let example = values(first).first().map(|value| format!(", such as --by {first} --key {value:?}"));
            format!("\nhint: it is given by {}{}", dimensions.join(", "), example.unwrap_or_default())
        }
    })
}

fn without_rows(explanation: Explanation) -> Explanation {
    Explanation { rows: Vec::new(), ..explanation }
}
