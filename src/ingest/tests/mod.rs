//! Whole readings of small inputs, made by hand.

mod canonical;
mod crm;
mod files;
mod laws;
mod open_questions;
mod people;
mod real;

use super::*;
use polars::prelude::*;
use std::path::Path;

/// A folder with files, and what to read from it.
pub(super) struct Case {
    folder: tempfile::TempDir,
    pub options: Options,
}

impl Case {
    /// Canonical stages, Canadian dollars, Toronto, 10 August 2026; no source yet.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            describes: true,
            base: folder.path().to_owned(),
            sources: BTreeMap::new(),
            as_of: "2026-08-10".parse().unwrap(),
            time_zone: chrono_tz::America::Toronto,
            currency: Currency::new("CAD").unwrap(),
            date_order: None,
            decimal: None,
            max_rejected: 1.0,
            stages: Some(Stages {
                open: ["Qualified", "Discovery", "Proposal", "Negotiation"].map(String::from).into(),
                won: vec!["Closed Won".into()],
                lost: vec!["Closed Lost".into()],
                no_decision: vec!["Closed - No Decision".into()],
                qualified_from: 1,
                ..Stages::default()
            }),
            renamed_stages: BTreeMap::new(),
        };
        Self { folder, options }
    }

    /// Writes a file and makes it a source of a table.
    pub fn with(mut self, table: Table, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
        self.options.sources.entry(table).or_default().patterns.push(name.to_owned());
        self
    }

    pub fn without_stages(mut self) -> Self {
        self.options.stages = None;
        self
    }

    pub fn read(&self) -> Result<Intake, IngestError> {
        let intake = super::read(&self.options);
        if let Ok(intake) = &intake {
            for report in &intake.sources {
                let sum = report.kept + report.rejected + report.replaced + report.left_out;
                assert_eq!(report.read, sum, "{report:?}");
                let frame = &intake.tables[&report.table].frame;
                assert_eq!(**frame.schema(), report.table.schema(), "{}", report.table.name());
            }
            let rejected: u64 = intake.sources.iter().map(|report| report.rejected).sum();
            assert_eq!(intake.rejected.len() as u64, rejected);
        }
        intake
    }

    pub fn intake(&self) -> Intake {
        self.read().unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn error(&self) -> String {
        self.read().map(|_| ()).unwrap_err().to_string()
    }
}

impl Intake {
    /// A column of a table as text, `-` for null.
    pub fn column(&self, table: Table, name: &str) -> Vec<String> {
        let column = self.tables[&table].frame.column(name).unwrap();
        let text = |value: AnyValue| match value {
            AnyValue::Null => "-".to_owned(),
            AnyValue::String(text) => text.to_owned(),
            AnyValue::StringOwned(text) => text.to_string(),
            AnyValue::CategoricalOwned(number, mapping) => mapping.cat_to_str(number).unwrap().to_owned(),
            AnyValue::Categorical(number, mapping) => mapping.cat_to_str(number).unwrap().to_owned(),
            value => value.to_string(),
        };
        (0..column.len()).map(|row| text(column.get(row).unwrap())).collect()
    }

    pub fn count(&self, rule: &str) -> u64 {
        let rule = RULES.iter().find(|known| known.code == rule).unwrap();
        self.findings.count(rule)
    }

    /// Rejections as `line column "value"`, with the code of the rule.
    pub fn rejections(&self) -> Vec<String> {
        let text = |rejection: &Rejection| {
            let place = &rejection.place;
            format!(
                "{} line {} {} {:?}",
                rejection.rule.code,
                place.line.unwrap(),
                place.column.as_deref().unwrap_or("-"),
                place.value.as_deref().unwrap_or("-")
            )
        };
        self.rejected.iter().map(text).collect()
    }
}

#[test]
fn every_rule_is_listed_once_and_by_code() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert!(codes.is_sorted_by(|left, right| left < right), "{codes:?}");
}
