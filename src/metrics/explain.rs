//! What `quarterdeck explain` shows of one figure: its meaning, its formula with the numbers in it, its evidence, and
//! how it compares with the periods before and with the team.
//!
//! In come a company, a period and which figure is meant; out comes a plain view, numbers with units.

use super::evidence::{EvidenceRow, LeftOut, Part, Reckoned, evidence, rest_of_team};
use super::signals::{self, Signal, measure_signals};
use super::{Company, MeasureError, Metric, Window, measure};
use crate::model::{Fact, Period, Scope, Unit};
use serde::Serialize;
use std::collections::BTreeSet;

/// Which figure of a metric is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which<'a> {
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
    /// Whether the period is still going on: the figure is to date.
    pub is_running: bool,
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
    /// Whether the differences are more than chance; none where the metric is not tested.
    pub signals: Vec<Signal>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriorPeriod {
    pub period: String,
    /// Absent where the dimension's value did not occur in that period.
    pub fact: Option<Fact>,
}

/// Explains a figure; `None` where the metric has none for that subject, dimension and value in the period, or where
/// the period begins after the as-of date.
pub fn explain(
    company: &Company,
    period: Period,
    metric: &'static Metric,
    which: &Which,
) -> Result<Option<Explanation>, MeasureError> {
    let facts = facts_of(company, period, metric)?;
    let Some(window) = Window::new(company, period) else {
        return Ok(None);
    };
    let Some(fact) = find_fact(&facts, which) else {
        return Ok(None);
    };
    let the_teams = Which { scope: Scope::Team, ..which.clone() };
    let team = find_fact(&facts, &the_teams).filter(|_| which.scope != Scope::Team);
    let rest_of_team = match team {
        Some(team) => rest_of_team(&window, fact, team)?,
        None => None,
    };
    let mut prior = Vec::new();
    for before in signals::prior(company, period) {
        prior.push(PriorPeriod {
            period: before.to_string(),
            fact: find_fact(&facts_of(company, before, metric)?, which).cloned(),
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
        is_running: window.is_running,
        formula_with_numbers: evidence.formula,
        parts: evidence.parts,
        left_out: evidence.left_out,
        comparison: Comparison {
            prior,
            team: team.cloned(),
            rest_of_team,
            signals: signals_of(company, period, fact)?,
        },
        rows: evidence.rows,
    }))
}

/// The signals of a figure. Only ratios of counts and days have any.
fn signals_of(company: &Company, period: Period, fact: &Fact) -> Result<Vec<Signal>, MeasureError> {
    if fact.low.is_none() && fact.unit != Unit::Days {
        return Ok(Vec::new());
    }
    let mut found = measure_signals(company, period)?;
    found.retain(|signal| {
        let whom = (signal.metric, signal.scope, &signal.subject);
        whom == (fact.metric, fact.scope, &fact.subject) && (signal.by, &signal.key) == (fact.by, &fact.key)
    });
    Ok(found)
}

fn facts_of(company: &Company, period: Period, metric: &Metric) -> Result<Vec<Fact>, MeasureError> {
    measure(company, period, Some(&BTreeSet::from([metric.id])))
}

fn find_fact<'f>(facts: &'f [Fact], which: &Which) -> Option<&'f Fact> {
    facts.iter().find(|fact| {
        fact.scope == which.scope
            && (which.scope == Scope::Team || *fact.subject == *which.subject)
            && fact.by.zip(fact.key.as_deref()) == which.by
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::evidence::small_company::{EVERYTHING, company};
    use crate::metrics::find;
    use crate::metrics::signals::Against;

    fn explained(metric: &str, which: &Which) -> Explanation {
        let company = company(EVERYTHING, "2026-08-10");
        let period = company.rules.calendar.parse("2027-Q2").unwrap();
        explain(&company, period, find(metric).unwrap(), which).unwrap().unwrap()
    }

    fn team() -> Which<'static> {
        Which { scope: Scope::Team, subject: "", by: None }
    }

    fn left_out(explanation: &Explanation) -> Vec<String> {
        let text = |left: &LeftOut| format!("{} {} {}", left.count, left.noun, left.reason);
        explanation.left_out.iter().map(text).collect()
    }

    #[test]
    fn a_win_rate_shows_its_numbers_and_its_rows() {
        // Won: O1 to O4. Lost: O5 on 07-03, O6 on 06-01.
        let win_rate = explained("win_rate", &team());
        assert_eq!(win_rate.formula_with_numbers, "4 won / (4 won + 2 lost) = 66.7 %, 95 % interval 30.0–90.3 %");
        let ids: Vec<&str> = win_rate.rows.iter().filter_map(|row| row.id.as_deref()).collect();
        assert_eq!(ids, ["O1", "O2", "O3", "O4", "O5", "O6"]);
        assert_eq!(win_rate.rows.iter().filter(|row| row.in_numerator).count(), 4);
        assert_eq!(win_rate.rows[4].closed_on.unwrap().to_string(), "2026-07-03");
        assert_eq!(win_rate.comparison.team, None);
        let periods: Vec<&str> = win_rate.comparison.prior.iter().map(|prior| prior.period.as_str()).collect();
        assert_eq!(periods, ["2027-Q1", "2026-Q4", "2026-Q3"]);
        // O10 was won in the quarter before.
        assert_eq!(win_rate.comparison.prior[0].fact.as_ref().unwrap().value, Some(1.0));
    }

    #[test]
    fn what_is_left_out_is_said() {
        let cycle = explained("cycle_days_mean", &team());
        // O1 took 49 days and O2 as many.
        assert_eq!(cycle.formula_with_numbers, "98 days / 2 wins = 49 days");
        assert_eq!(
            left_out(&cycle),
            [
                "1 opportunity without a creation date: no cycle is known",
                "1 opportunity closed before the day of creation: an error of the data"
            ]
        );
        let bookings = explained("bookings", &team());
        assert_eq!(bookings.formula_with_numbers, "sum over 4 won opportunities = CAD 2,200.45");
        assert_eq!(left_out(&bookings), ["1 opportunity without an amount: counted, but nothing in the sum"]);
    }

    #[test]
    fn a_rep_is_compared_with_the_team_and_the_rest_of_it() {
        let ann = explained("bookings", &Which { scope: Scope::Rep, subject: "Ann", by: None });
        assert_eq!(ann.fact.value, Some(1000.1));
        assert_eq!(ann.comparison.team.unwrap().value, Some(2200.45));
        let rest = ann.comparison.rest_of_team.unwrap();
        assert!((rest.value.unwrap() - 1200.35).abs() < 1e-9);
        assert_eq!(rest.n, Some(2));
        assert_eq!(ann.comparison.signals, []);
    }

    #[test]
    fn a_signal_holds_a_rep_against_the_same_rest_of_the_team() {
        let ann = explained("win_rate", &Which { scope: Scope::Rep, subject: "Ann", by: None });
        let against: Vec<Against> = ann.comparison.signals.iter().map(|signal| signal.against).collect();
        assert_eq!(against, [Against::Prior, Against::Team]);
        // Bob won two of three and Cid none of one.
        let rest = ann.comparison.rest_of_team.unwrap();
        assert_eq!(rest.value, Some(0.5));
        assert_eq!(ann.comparison.signals[1].reference, rest.value);
        assert_eq!(Some(ann.comparison.signals[1].reference_n), rest.n);
    }

    #[test]
    fn one_value_of_a_dimension_is_explained_by_itself() {
        let against_x = explained("win_rate", &Which { by: Some(("competitor", "X")), ..team() });
        assert_eq!(against_x.formula_with_numbers, "2 won / (2 won + 1 lost) = 66.7 %, 95 % interval 20.8–93.9 %");
        assert_eq!(left_out(&against_x), ["2 opportunities decided, but with nothing entered as competitor"]);
    }

    #[test]
    fn a_figure_that_there_is_not_is_not_explained() {
        let company = company(EVERYTHING, "2026-08-10");
        let period = company.rules.calendar.parse("2027-Q2").unwrap();
        let nobody = Which { scope: Scope::Rep, subject: "Zoe", by: None };
        assert_eq!(explain(&company, period, find("win_rate").unwrap(), &nobody).unwrap(), None);
        let future = company.rules.calendar.parse("2027-Q4").unwrap();
        assert_eq!(explain(&company, future, find("win_rate").unwrap(), &team()).unwrap(), None);
    }

    #[test]
    fn the_view_can_be_serialised() {
        let json = serde_json::to_value(explained(
            "management_audit",
            &Which { scope: Scope::Manager, subject: "Max", by: None },
        ))
        .unwrap();
        assert_eq!(json["rows"].as_array().unwrap().len(), 10);
        assert_eq!(json["rows"][0]["kind"], "habit");
        let json = serde_json::to_value(explained("win_rate", &team())).unwrap();
        assert_eq!(json["rows"][0]["created_on"], "2026-04-01");
        assert_eq!(json["rows"][3]["created_on"], serde_json::Value::Null);
    }
}
