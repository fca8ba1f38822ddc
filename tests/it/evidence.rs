//! The rows behind every fact of real files give that fact.

use quarterdeck::metrics::evidence::disagreements;
use quarterdeck::metrics::{Company, Selection, Tables};
use quarterdeck::{config, ingest};
use std::path::Path;

/// The company of a folder of the project, read as a run reads it.
fn company(folder: &str, as_of: &str) -> Company {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("quarterdeck.toml");
    let configuration = config::read(&file).expect("a configuration");
    let as_of = as_of.parse().expect("a date");
    let options = configuration.ingest_options(as_of);
    let intake = ingest::read(&options).expect("readable exports");
    let mut tables = Tables::default();
    for (table, records) in intake.tables {
        tables.present.insert(table, records.present);
        tables.frames.insert(table, records.frame);
    }
    let built = Company::new(&tables, &intake.stages, configuration.rules, as_of, &Selection::default());
    built.expect("a company").0
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
