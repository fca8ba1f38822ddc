//! What was read and what can be said with it: the view of `quarterdeck check`.
//!
//! In come the accounts of every source, the findings and the facts of a period; out goes a plain view, sources in
//! the order of the tables, findings worst first, figures by what they lack. Knows no file and no table's frame.

use crate::diagnostic::{Finding, Findings, Place, Severity};
use crate::metrics::{Metric, NO_HISTORY, catalogue};
use crate::model::{Fact, Scope, Table};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a check found.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    pub as_of: String,
    /// Why no report can be made of the data as they are; empty where one can.
    pub obstacles: Vec<Obstacle>,
    pub sources: Vec<Source>,
    pub findings: Vec<Found>,
    /// Absent where an obstacle stands before any figure.
    pub figures: Option<Figures>,
}

/// An error that stops every other command.
#[derive(Debug, Clone, Serialize)]
pub struct Obstacle {
    pub error: String,
    /// What was assumed to be able to say more; absent where nothing could be.
    pub assumed: Option<String>,
}

/// The account of one table: `read = kept + rejected + replaced + left_out`.
#[derive(Debug, Clone, Serialize)]
pub struct Source {
    pub table: &'static str,
    pub read: u64,
    pub kept: u64,
    pub rejected: u64,
    pub replaced: u64,
    pub left_out: u64,
    /// Earliest and latest date of any date column.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Canonical columns of the table that at least one file has.
    pub found: Vec<&'static str>,
    pub missing: Vec<&'static str>,
    pub files: Vec<File>,
}

#[derive(Debug, Clone, Serialize)]
pub struct File {
    pub path: String,
    pub records: u64,
    pub encoding: &'static str,
    pub delimiter: Option<char>,
    pub preset: Option<&'static str>,
    /// Canonical column by the header it was found under.
    pub columns: BTreeMap<&'static str, String>,
}

/// All occurrences of one rule.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    pub code: &'static str,
    pub severity: Severity,
    pub count: u64,
    pub what: &'static str,
    pub examples: Vec<Example>,
    pub effect: &'static str,
    pub hint: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct Example {
    #[serde(flatten)]
    pub place: Place,
    pub detail: Option<String>,
}

/// Which metrics and reports the data allow.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// The period that was measured.
    pub period: String,
    /// Ids of the metrics that have a value.
    pub possible: Vec<&'static str>,
    /// The others by what they lack; what more data would mend comes first.
    pub absent: Vec<Absent>,
    pub reports: Vec<Readiness>,
}

/// Metrics that lack the same thing.
#[derive(Debug, Clone, Serialize)]
pub struct Absent {
    pub reason: String,
    pub metrics: Vec<&'static str>,
    /// What would unlock them; absent where the data are there and the period has nothing to count.
    pub unlock: Option<String>,
}

/// Whether a report can be made.
#[derive(Debug, Clone, Serialize)]
pub struct Readiness {
    pub report: &'static str,
    pub is_possible: bool,
    /// Tables whose absence leaves a part of it out.
    pub without: Vec<&'static str>,
}

/// The reports and the tables that each reads beside the opportunities.
const REPORTS: &[(&str, &[Table])] = &[
    ("weekly", &[Table::StageHistory, Table::Activities, Table::Quotas, Table::Reps, Table::Coaching]),
    ("monthly", &[Table::StageHistory, Table::Activities, Table::Quotas, Table::Reps, Table::Coaching]),
    (
        "qbr",
        &[
            Table::StageHistory,
            Table::Activities,
            Table::Quotas,
            Table::Reps,
            Table::Coaching,
            Table::Quotes,
            Table::Forecasts,
        ],
    ),
];

/// The findings as they are shown.
pub fn found(findings: &Findings) -> Vec<Found> {
    let example = |finding: &Finding| Example { place: finding.place.clone(), detail: finding.detail.clone() };
    let groups = findings.groups().into_iter();
    groups
        .map(|group| Found {
            code: group.rule.code,
            severity: group.rule.severity,
            count: group.count,
            what: if group.count == 1 { group.rule.one } else { group.rule.many },
            examples: group.examples.iter().map(example).collect(),
            effect: group.rule.effect,
            hint: group.rule.hint,
        })
        .collect()
}

/// Which metrics the facts of a period have a value of, and what the others lack.
///
/// A metric is possible where the whole, or any part of it, has a value for the team; one of managers where it has for
/// any of them.
pub fn figures(period: String, facts: &[Fact], tables: &BTreeSet<Table>, has_opportunities: bool) -> Figures {
    let mut possible = Vec::new();
    let mut absent: BTreeMap<(bool, String), Vec<&'static str>> = BTreeMap::new();
    for metric in catalogue() {
        let of_metric: Vec<&Fact> = facts.iter().filter(|fact| fact.metric == metric.id).collect();
        let has_team = of_metric.iter().any(|fact| fact.scope == Scope::Team);
        let mut speaking = of_metric.into_iter().filter(|fact| !has_team || fact.scope == Scope::Team).peekable();
        let first = speaking.peek().and_then(|fact| fact.reason.clone());
        if speaking.any(|fact| fact.value.is_some()) {
            possible.push(metric.id);
        } else {
            let reason = first.map_or_else(|| unmeasured(metric, tables), |reason| reason.to_string());
            absent.entry((unlock(&reason).is_none(), reason)).or_default().push(metric.id);
        }
    }
    let absent = absent.into_iter().map(|((_, reason), metrics)| Absent { unlock: unlock(&reason), reason, metrics });
    let readiness = |(report, reads): &(&'static str, &[Table])| Readiness {
        report,
        is_possible: has_opportunities,
        without: reads.iter().filter(|table| !tables.contains(table)).map(|table| table.name()).collect(),
    };
    Figures { period, possible, absent: absent.collect(), reports: REPORTS.iter().map(readiness).collect() }
}

/// Why a metric has no fact at all.
fn unmeasured(metric: &Metric, tables: &BTreeSet<Table>) -> String {
    let named = Table::ALL.into_iter().find(|table| !tables.contains(table) && metric.absent.contains(table.name()));
    match named {
        Some(Table::StageHistory) => NO_HISTORY.to_string(),
        Some(table) => format!("{}: no file", table.name()),
        None => metric.absent.to_string(),
    }
}

/// What to add so that figures absent for this reason have a value.
fn unlock(reason: &str) -> Option<String> {
    let (name, lack) = reason.split_once(": no ")?;
    let table = Table::from_name(name)?;
    if lack.starts_with("file") {
        let bank =
            "; or history = \"history.db\", in which each weekly run banks what it saw: the second run has a past";
        let or_bank = if table == Table::StageHistory { bank } else { "" };
        return Some(format!("{} = \"…\" under [sources]: {}{or_bank}", table.name(), holds(table)));
    }
    Some(format!("the column in the file of {}, or its header under [columns.{}]", table.name(), table.name()))
}

/// What one record of a table is, to know which export is meant.
fn holds(table: Table) -> &'static str {
    match table {
        Table::Opportunities => "the opportunities as they stand",
        Table::StageHistory => "the changes of stage, amount and close date, from the CRM's history report",
        Table::Activities => "calls, meetings, e-mails and tasks",
        Table::Quotas => "a target for each rep and period",
        Table::Reps => "the people with manager, team and hire date",
        Table::Coaching => "the log of one-on-ones and coaching sessions",
        Table::Quotes => "the proposals sent",
        Table::Forecasts => "the forecasts that were submitted",
        Table::Rates => "exchange rates into the reporting currency",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Status, Unit};

    fn fact(metric: &'static str, value: Option<f64>, reason: Option<&str>) -> Fact {
        Fact {
            metric,
            period: "2026-Q3".into(),
            scope: Scope::Team,
            subject: "all".into(),
            by: None,
            key: None,
            value,
            unit: Unit::Ratio,
            numerator: None,
            denominator: None,
            n: None,
            low: None,
            high: None,
            status: Status::Na,
            reason: reason.map(Into::into),
        }
    }

    #[test]
    fn metrics_are_grouped_by_what_they_lack_and_what_can_be_mended_comes_first() {
        let facts = [
            fact("win_rate", Some(0.5), None),
            fact("attainment", None, Some("quotas: no file")),
            fact("cycle_days_mean", None, Some("a quiet quarter")),
        ];
        let figures = figures("2026-Q3".into(), &facts, &BTreeSet::from([Table::Opportunities]), true);
        assert_eq!(figures.possible, ["win_rate"]);
        let quiet = figures.absent.iter().position(|absent| absent.reason == "a quiet quarter").unwrap();
        let mended = figures.absent.iter().position(|absent| absent.reason == "quotas: no file").unwrap();
        assert!(mended < quiet && figures.absent[quiet].unlock.is_none());
        assert!(figures.absent[mended].unlock.as_deref().unwrap().starts_with("quotas = \"…\" under [sources]"));
        let every: usize = figures.absent.iter().map(|absent| absent.metrics.len()).sum();
        assert_eq!(every + figures.possible.len(), catalogue().len());
    }
}
