//! What `quarterdeck explain` shows of one figure: its meaning, its formula with the numbers in it, its evidence, and
//! how it compares with the periods before and with the team.
//!
//! In come a company, a period and which figure is meant; out comes a plain view, numbers with units.

use super::evidence::{EvidenceRow, LeftOut, Part, Reckoned, evidence, rest_of_team};
use super::{Company, MeasureError, Metric, Window, measure};
use crate::model::{Fact, Period, Scope, Unit};
use serde::Serialize;
use std::collections::BTreeSet;

/// Which figure of a metric is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure<'a> {
    pub scope: Scope,
    /// The name of the rep or manager; of the team it is not read.
    pub subject: &'a str,
    /// The dimension and its value, where the figure is not the whole.
    pub by: Option<(&'a str, &'a str)>,
}

/// A figure with everything that makes it plain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub metric: &'static str,
    pub name: &'static str,
    pub unit: Unit,
    pub meaning: &'static str,
    pub formula: &'static str,
    /// When the metric has no value.
    pub absent: &'static str,
    pub fact: Fact,
    /// The formula with this figure's numbers in it, as text.
    pub formula_with_numbers: String,
    pub parts: Vec<Part>,
    pub left_out: Vec<LeftOut>,
    pub comparison: Comparison,
    pub rows: Vec<EvidenceRow>,
}

/// The same figure of other periods and of the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The three periods before, the latest first.
    pub prior: Vec<PriorPeriod>,
    /// The team's in the same period, of a figure about a rep or manager.
    pub team: Option<Fact>,
    /// That of everyone in the team but the rep, of a figure about a rep.
    pub rest_of_team: Option<Reckoned>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriorPeriod {
    pub period: String,
    /// Absent where the dimension's value did not occur in that period.
    pub fact: Option<Fact>,
}

const PRIOR_PERIODS: usize = 3;

/// Explains a figure; `None` where the metric has none for that subject, dimension and value in the period, or where
/// the period begins after the as-of date.
pub fn explain(
    company: &Company,
    period: Period,
    metric: &'static Metric,
    figure: &Figure,
) -> Result<Option<Explanation>, MeasureError> {
    let facts = facts_of(company, period, metric)?;
    let Some(window) = Window::new(company, period) else {
        return Ok(None);
    };
    let Some(fact) = find_fact(&facts, figure) else {
        return Ok(None);
    };
    let the_teams = Figure { scope: Scope::Team, ..figure.clone() };
    let team = find_fact(&facts, &the_teams).filter(|_| figure.scope != Scope::Team);
    let rest_of_team = match team {
        Some(team) => rest_of_team(&window, fact, team)?,
        None => None,
    };
    let mut prior = Vec::new();
    let calendar = company.rules.calendar;
    for before in std::iter::successors(calendar.previous(period), |p| calendar.previous(*p)).take(PRIOR_PERIODS) {
        prior.push(PriorPeriod {
            period: before.to_string(),
            fact: find_fact(&facts_of(company, before, metric)?, figure).cloned(),
        });
    }
    let evidence = evidence(&window, fact)?;
    Ok(Some(Explanation {
        metric: metric.id,
        name: metric.name,
        unit: metric.unit,
        meaning: metric.meaning,
        formula: metric.formula,
        absent: metric.absent,
        fact: fact.clone(),
        formula_with_numbers: evidence.formula,
        parts: evidence.parts,
        left_out: evidence.left_out,
        comparison: Comparison { prior, team: team.cloned(), rest_of_team },
        rows: evidence.rows,
    }))
}

fn facts_of(company: &Company, period: Period, metric: &Metric) -> Result<Vec<Fact>, MeasureError> {
    measure(company, period, Some(&BTreeSet::from([metric.id])))
}

fn find_fact<'f>(facts: &'f [Fact], figure: &Figure) -> Option<&'f Fact> {
    facts.iter().find(|fact| {
        fact.scope == figure.scope
            && (figure.scope == Scope::Team || fact.subject == figure.subject)
            && fact.by.zip(fact.key.as_deref()) == figure.by
    })
}
