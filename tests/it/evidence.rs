//! The rows behind every fact of real files give that fact.

use crate::world::company_in;
use quarterdeck::metrics::Company;
use quarterdeck::metrics::evidence::disagreements;
use std::path::Path;

/// The company of a folder of the project, read as a run reads it.
fn company(folder: &str, as_of: &str) -> Company {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("quarterdeck.toml");
    company_in(&file, as_of.parse().expect("a date"))
}

fn assert_agreement(company: &Company, labels: &[&str]) {
    for label in labels {
        let period = company.rules.calendar.parse(label).expect("a period");
        let found = disagreements(company, period).expect("facts");
        assert!(found.is_empty(), "{label}\n{}", found.join("\n"));
    }
}

#[test]
fn the_worked_example_has_evidence_for_every_fact() {
    let company = company("tests/golden/worked-example", "2026-08-10");
    assert_agreement(&company, &["2027-Q2", "2026-06", "2026-08", "2026-W25", "FY2027"]);
}

#[test]
fn the_sample_company_has_evidence_for_every_fact() {
    assert_agreement(&company("sample-data", "2026-11-16"), &["2027-Q3", "2026-10", "2026-11"]);
}
