//! Whether evidence and facts agree.

use super::{Evidence, EvidenceRow, evidence};
use crate::metrics::company::Company;
use crate::metrics::window::Window;
use crate::metrics::{MeasureError, measure};
use crate::model::{Fact, Period, Unit};

/// Every fact of a period that its own evidence does not give, in words; nothing where all agree.
///
/// Values are compared to a billionth of themselves: decimals do not add up alike in every order.
pub fn disagreements(company: &Company, period: Period) -> Result<Vec<String>, MeasureError> {
    let Some(window) = Window::new(company, period) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for fact in measure(company, period, None)? {
        let evidence = evidence(&window, &fact)?;
        let differences = differences(&fact, &evidence);
        if !differences.is_empty() {
            let place = [Some(fact.metric), Some(&fact.subject), fact.by, fact.key.as_deref()];
            let place: Vec<&str> = place.into_iter().flatten().collect();
            found.push(format!("{}: {}", place.join(" "), differences.join(", ")));
        }
    }
    Ok(found)
}

/// What of a fact its evidence does not give.
fn differences(fact: &Fact, evidence: &Evidence) -> Vec<String> {
    let reckoned = &evidence.reckoned;
    let pairs = [
        ("value", fact.value, reckoned.value),
        ("numerator", fact.numerator, reckoned.numerator),
        ("denominator", fact.denominator, reckoned.denominator),
        ("n", fact.n.map(|n| n as f64), reckoned.n.map(|n| n as f64)),
        ("low", fact.low, reckoned.low),
        ("high", fact.high, reckoned.high),
    ];
    pairs
        .into_iter()
        .chain(counts(fact, evidence))
        .filter(|(_, fact, evidence)| !is_near(*fact, *evidence))
        .map(|(name, fact, evidence)| format!("{name} {fact:?} is {evidence:?} by its rows"))
        .collect()
}

/// What marks on rows count to, beside what they must: the parts of a ratio of counts, and the value of a count.
fn counts(fact: &Fact, evidence: &Evidence) -> Vec<(&'static str, Option<f64>, Option<f64>)> {
    let marked = |is_marked: fn(&EvidenceRow) -> bool| {
        let count = evidence.rows.iter().filter(|row| is_marked(row)).count();
        Some(count as f64)
    };
    if fact.low.is_some() {
        vec![
            ("numerator", fact.numerator, marked(|row| row.in_numerator)),
            ("denominator", fact.denominator, marked(|row| row.in_denominator)),
        ]
    } else if fact.unit == Unit::Count && fact.denominator.is_none() && fact.value.is_some() {
        vec![("value", fact.value, marked(|row| row.in_numerator))]
    } else {
        Vec::new()
    }
}

fn is_near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rest_of_team;
    use super::super::small_company::{EVERYTHING, company};
    use super::*;
    use crate::metrics::{Depth, Wanted, catalogue, find, measure_beside};
    use crate::model::{Scope, Table};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const PERIODS: [&str; 7] = ["2027-Q2", "2026-06", "2026-07", "2026-08", "2027-Q3", "FY2027", "2026-W28"];

    fn assert_agreement(company: &Company, labels: &[&str]) {
        for label in labels {
            let period = company.rules.calendar.parse(label).unwrap();
            let found = disagreements(company, period).unwrap();
            assert!(found.is_empty(), "{label}\n{}", found.join("\n"));
        }
    }

    #[test]
    fn every_fact_is_what_its_rows_give() {
        assert_agreement(&company(EVERYTHING, "2026-08-10"), &PERIODS);
    }

    /// Five more reps who decided something in two quarters, coached differently in the first.
    fn with_coached_reps() -> Company {
        let mut export = EVERYTHING[0].1.to_string();
        let mut coaching = EVERYTHING[5].1.to_string();
        for rep in 1..=5 {
            let (then, now) = if rep % 2 == 0 { ("Won", "Lost") } else { ("Lost", "Won") };
            export += &format!("\nP{rep} | | Rep {rep} | {then} | {rep}00 | 2026-01-01 | 2026-03-0{rep} | | | |");
            export += &format!("\nQ{rep} | | Rep {rep} | {now} | {rep}00 | 2026-01-01 | 2026-06-0{rep} | | | |");
            coaching += &format!("\n2026-03-02 | Eva | Rep {rep} | ride_along | held | {rep}0 | | | |");
        }
        let mut tables = EVERYTHING.to_vec();
        tables[0].1 = &export;
        tables[5].1 = &coaching;
        company(&tables, "2026-08-10")
    }

    #[test]
    fn no_metric_is_absent_from_these_companies() {
        let company = with_coached_reps();
        assert_agreement(&company, &PERIODS);
        let mut seen = BTreeSet::new();
        for label in PERIODS {
            let period = company.rules.calendar.parse(label).unwrap();
            let facts = measure(&company, period, None).unwrap();
            seen.extend(facts.iter().filter(|fact| fact.value.is_some()).map(|fact| fact.metric));
        }
        let all: BTreeSet<&str> = catalogue().iter().map(|metric| metric.id).collect();
        assert_eq!(seen, all);
    }

    #[test]
    fn a_metric_measured_alone_or_as_a_whole_says_what_it_says_among_all() {
        let company = with_coached_reps();
        for period in PERIODS.map(|label| company.rules.calendar.parse(label).unwrap()) {
            let all = measure(&company, period, None).unwrap();
            for (metric, depth) in
                catalogue().into_iter().flat_map(|metric| [(metric, Depth::Whole), (metric, Depth::Keys)])
            {
                let wanted = Wanted::from([(metric.id, depth)]);
                let measured = measure_beside(|| (), &company, &[(period, Some(&wanted))]).1.unwrap();
                let alone: Vec<&Fact> = measured.iter().flat_map(BTreeMap::values).flatten().collect();
                let is_wanted = |fact: &&Fact| fact.metric == metric.id && (fact.by.is_none() || depth == Depth::Keys);
                let among: Vec<&Fact> = all.iter().filter(is_wanted).collect();
                assert_eq!(alone, among, "{} {period} {depth:?}", metric.id);
            }
        }
    }

    #[test]
    fn every_fact_of_a_backdated_run_is_what_its_rows_give() {
        assert_agreement(&company(EVERYTHING, "2026-06-15"), &PERIODS);
    }

    #[test]
    fn an_export_alone_has_evidence_too() {
        assert_agreement(&company(&EVERYTHING[..1], "2026-08-10"), &PERIODS);
        let nothing = "id | owner | stage | amount | created_date | close_date";
        assert_agreement(&company(&[(Table::Opportunities, nothing)], "2026-08-10"), &PERIODS);
    }

    #[test]
    fn a_rep_and_the_rest_make_up_the_team() {
        let company = company(EVERYTHING, "2026-08-10");
        let period = company.rules.calendar.parse("2027-Q2").unwrap();
        let window = Window::new(&company, period).unwrap();
        let facts = measure(&company, period, None).unwrap();
        let mut compared = 0;
        for fact in facts.iter().filter(|fact| fact.scope == Scope::Rep && fact.low.is_some()) {
            let is_teams =
                |team: &&Fact| team.scope == Scope::Team && team.metric == fact.metric && team.key == fact.key;
            let team = facts.iter().filter(is_teams).find(|team| team.by == fact.by).unwrap();
            let rest = rest_of_team(&window, fact, team).unwrap().unwrap();
            let sum = |of_rep: Option<f64>, of_rest: Option<f64>| Some(of_rep? + of_rest?);
            assert_eq!(team.numerator, sum(fact.numerator, rest.numerator), "{}", fact.metric);
            assert_eq!(team.denominator, sum(fact.denominator, rest.denominator), "{}", fact.metric);
            compared += 1;
        }
        assert!(compared > 20);
    }

    #[test]
    fn a_row_too_few_is_noticed() {
        let company = company(EVERYTHING, "2026-08-10");
        let period = company.rules.calendar.parse("2027-Q2").unwrap();
        let window = Window::new(&company, period).unwrap();
        let facts = measure(&company, period, Some(&BTreeSet::from(["bookings"]))).unwrap();
        let fact = facts.iter().find(|fact| fact.scope == Scope::Team).unwrap();
        let mut evidence = evidence(&window, fact).unwrap();
        assert_eq!(differences(fact, &evidence), [""; 0]);
        evidence.rows.pop();
        evidence.reckoned = super::super::Reckoned::sum(&evidence.rows);
        assert_eq!(differences(fact, &evidence).len(), 2, "value and n");
    }

    #[test]
    fn a_metric_that_is_none_has_no_evidence() {
        let company = company(EVERYTHING, "2026-08-10");
        let period = company.rules.calendar.parse("2027-Q2").unwrap();
        let window = Window::new(&company, period).unwrap();
        let mut fact = measure(&company, period, None).unwrap().swap_remove(0);
        fact.metric = "no_such_metric";
        assert!(find(fact.metric).is_none());
        assert!(matches!(evidence(&window, &fact), Err(MeasureError::NotMeasured { .. })));
    }

    /// One opportunity as a line of the export: owner, stage, amount, creation and closing as days after 2026-01-01.
    fn opportunity() -> impl Strategy<Value = (usize, usize, Option<i64>, Option<i64>, Option<i64>)> {
        let day = || proptest::option::weighted(0.9, 0_i64..300);
        (0_usize..3, 0_usize..6, proptest::option::weighted(0.85, 0_i64..900_000), day(), day())
    }

    /// One change as a line of the history: opportunity, day, stage, closing day and category.
    fn change() -> impl Strategy<Value = (usize, i64, usize, i64, usize)> {
        (0_usize..12, 0_i64..280, 0_usize..5, 60_i64..330, 0_usize..3)
    }

    fn date(days: i64) -> String {
        (chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Duration::days(days)).to_string()
    }

    const STAGES: [&str; 6] = ["Lead", "Discovery", "Proposal", "Won", "Lost", "No decision"];
    const OWNERS: [&str; 3] = ["Ann", "Bob", "Cid"];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_fact_of_any_company_is_what_its_rows_give(
            opportunities in proptest::collection::vec(opportunity(), 0..12),
            changes in proptest::collection::vec(change(), 1..30),
            as_of in 150_i64..300,
        ) {
            let optional = |day: Option<i64>| day.map(date).unwrap_or_default();
            let mut export = "id | owner | stage | amount | created_date | close_date | competitor".to_string();
            for (o, (owner, stage, cents, created, close)) in opportunities.iter().enumerate() {
                let amount = cents.map(|cents| cents.to_string()).unwrap_or_default();
                let (owner, stage) = (OWNERS[*owner], STAGES[*stage]);
                let (created, close) = (optional(*created), optional(*close));
                export += &format!("\nO{o} | {owner} | {stage} | {amount} | {created} | {close} | {};X", o % 3);
            }
            let mut history = "opportunity_id | changed_at | stage | close_date | forecast_category".to_string();
            for (o, day, stage, close, category) in &changes {
                let (day, close, stage) = (date(*day), date(*close), STAGES[*stage]);
                history += &format!("\nO{o} | {day} | {stage} | {close} | {}", ["Commit", "Pipeline", ""][*category]);
            }
            let mut tables = vec![(Table::Opportunities, export.as_str()), (Table::StageHistory, history.as_str())];
            tables.extend_from_slice(&EVERYTHING[2..]);
            assert_agreement(&company(&tables, &date(as_of)), &["2027-Q2", "2026-07", "2026-W28"]);
        }
    }
}
