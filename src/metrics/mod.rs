//! The catalogue of metrics and how they are measured: every number anywhere is a fact made here.
//!
//! In come a company at its as-of date and a period; out come facts, for the team, every rep and every manager at
//! once, and for one fact the rows behind it. Families of metrics that read the same rows are measured together. Nothing
//! here reads files; the only text for people is the formula with its numbers and the page of the catalogue.

mod activity;
pub mod audit;
pub mod book;
pub mod coaching;
mod company;
mod conversion;
mod coverage;
mod cycle;
pub mod evidence;
pub mod explain;
pub mod forecast;
mod grouped;
mod outcome;
pub mod page;
pub mod people;
mod quotes;
pub mod ramp;
#[cfg(test)]
pub(crate) mod sample;
pub mod signals;
pub mod slip;
pub mod statistics;
mod targets;
mod totals;
mod turnover;
mod waterfall;
mod window;

pub use activity::took_place;
pub use company::{Company, OPPORTUNITY_DIMENSIONS, Tables};
pub use people::{Rep, Roster, Selection};
pub use targets::PARTS as TARGET_PARTS;
pub use window::Window;

use crate::cores::beside;
use crate::model::{Fact, Period, Unit};
use book::{Book, ByMetric};
use polars::prelude::{PolarsError, PolarsResult};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A metric: what it is called, what it means, how it is computed and when it is absent.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    pub id: &'static str,
    /// The name in reports: "Win rate".
    pub name: &'static str,
    pub unit: Unit,
    pub rhythm: Rhythm,
    pub whom: Whom,
    /// The dimensions it is divided by, beside the whole.
    pub by: &'static [&'static str],
    /// Whether it is given for the whole too, and not only by its dimensions.
    pub is_given_whole: bool,
    /// One sentence on what it says.
    pub meaning: &'static str,
    pub formula: &'static str,
    /// When it has no value.
    pub absent: &'static str,
}

/// How often a metric is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Weekly, while there is time to act.
    Leading,
    /// Monthly, for how the work is done.
    Process,
    /// Quarterly, for what came of it.
    Lagging,
    Coaching,
}

/// Whom a metric has facts about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    Team,
    TeamAndReps,
    TeamRepsAndManagers,
    Managers,
}

/// Why a metric that reads past states is absent without any: neither a file nor the bank has them.
pub const NO_HISTORY: &str = "stage_history: no file, and no banked run before";

/// Metrics that are measured together.
struct Family {
    metrics: &'static [&'static Metric],
    measure: fn(&Window, &mut Book) -> PolarsResult<()>,
    /// The rows behind one fact of one of the metrics.
    evidence: fn(&evidence::Question) -> Result<evidence::Evidence, MeasureError>,
}

/// What takes long stands first: then no core waits for it in the end.
const FAMILIES: &[Family] = &[
    audit::FAMILY,
    activity::FAMILY,
    coverage::FAMILY,
    coverage::REQUIRED,
    coverage::NEEDED,
    outcome::FAMILY,
    cycle::FAMILY,
    conversion::FAMILY,
    forecast::FAMILY,
    forecast::OUTCOME,
    slip::FAMILY,
    waterfall::FAMILY,
    quotes::FAMILY,
    ramp::FAMILY,
    turnover::FAMILY,
    coaching::FAMILY,
    coaching::EFFECT,
];

/// Measuring failed: a frame is not what the catalogue expects.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    #[error("a metric could not be measured: {0}")]
    Frame(#[from] PolarsError),
    #[error("{metric} is not measured for {subject}")]
    NotMeasured { metric: String, subject: String },
    #[error("{metric} has no evidence, though its family is in the catalogue")]
    NoEvidence { metric: &'static str },
}

/// All metrics, in the order of their ids.
pub fn catalogue() -> Vec<&'static Metric> {
    let mut metrics: Vec<&Metric> = FAMILIES.iter().flat_map(|family| family.metrics.iter().copied()).collect();
    metrics.sort_by_key(|metric| metric.id);
    metrics
}

/// The metric of an id.
pub fn find(id: &str) -> Option<&'static Metric> {
    catalogue().into_iter().find(|metric| metric.id == id)
}

/// The facts of a period, sorted by metric, scope, subject, by and key.
///
/// `wanted` are metric ids; `None` stands for all. A period that begins after the as-of date has no facts.
pub fn measure(company: &Company, period: Period, wanted: Option<&BTreeSet<&str>>) -> Result<Vec<Fact>, MeasureError> {
    let wanted = wanted.map(|ids| ids.iter().map(|id| (*id, Depth::Keys)).collect());
    let (_, facts) = measure_beside(|| (), company, &[(period, wanted.as_ref())]);
    Ok(facts?.into_iter().flat_map(ByMetric::into_values).flatten().collect())
}

/// How much of a metric is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The figure of each subject as a whole.
    Whole,
    /// By the values of its dimensions too.
    Keys,
}

/// Metrics by their ids, and how much of each is wanted.
pub type Wanted<'a> = BTreeMap<&'a str, Depth>;

/// Does one thing and measures the facts of some periods meanwhile, on as many threads as there are cores: of each period
/// what is wanted, all where nothing is said.
pub fn measure_beside<O>(
    one: impl FnOnce() -> O,
    company: &Company,
    periods: &[(Period, Option<&Wanted>)],
) -> (O, Result<Vec<ByMetric>, MeasureError>) {
    let depth = |place: usize, metric: &Metric| match periods[place].1 {
        Some(wanted) => wanted.get(metric.id).copied(),
        None => Some(Depth::Keys),
    };
    let names = book::names(company);
    let windows: Vec<Option<Window>> = periods.iter().map(|(period, _)| Window::new(company, *period)).collect();
    // A family of all periods before the next one: then threads seldom look into one window at once, and what several
    // families find there is made once.
    let tasks: Vec<(usize, &Window, &Family)> = FAMILIES
        .iter()
        .flat_map(|family| (0..).zip(&windows).map(move |(place, window)| (place, window, family)))
        .filter(|(place, _, family)| family.metrics.iter().any(|metric| depth(*place, metric).is_some()))
        .filter_map(|(place, window, family)| Some((place, window.as_ref()?, family)))
        .collect();
    let (one, measured) = beside(one, &tasks, |(place, window, family)| {
        let metrics = family.metrics.iter().filter_map(|metric| Some((*metric, depth(*place, metric)?)));
        let mut book = Book::new(company, window.period, &names, metrics);
        (family.measure)(window, &mut book)?;
        Ok(book.into_facts())
    });
    let mut of_periods: Vec<ByMetric> = periods.iter().map(|_| ByMetric::new()).collect();
    for ((place, ..), facts) in tasks.iter().zip(measured) {
        match facts {
            Ok(mut facts) => of_periods[*place].append(&mut facts),
            Err(error) => return (one, Err(error)),
        }
    }
    (one, Ok(of_periods))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_in_the_catalogue_once() {
        let ids: Vec<&str> = catalogue().iter().map(|metric| metric.id).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len());
        assert!(distinct.contains("win_rate"));
    }
}
