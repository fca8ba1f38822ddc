//! Any bytes as an export of any table: every record is accounted for, or the run stops with a reason.
//!
//! The first byte chooses the table and whether stages are configured, the second the name of the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quarterdeck::ingest;
use quarterdeck::model::Table;
use std::path::Path;

const NAMES: [&str; 4] = ["x.csv", "x.tsv", "x.csv.gz", "x.xlsx"];

fuzz_target!(|bytes: &[u8]| {
    let [chosen, named, content @ ..] = bytes else { return };
    let table = Table::ALL[usize::from(chosen >> 1) % Table::ALL.len()];
    let name = NAMES[usize::from(*named) % NAMES.len()];
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(name), content).expect("a file in the temporary folder");

    let opportunities = if table == Table::Opportunities { name } else { "none.csv" };
    let stages = if chosen & 1 == 1 { "[stages]\nopen = [\"A\", \"B\"]\n" } else { "" };
    let text = format!("[sources]\nopportunities = \"{opportunities}\"\n[input]\nmax_rejected = 1.0\n{stages}");
    let configuration = quarterdeck::config::parse(&text, Path::new("quarterdeck.toml")).expect("a configuration");
    let mut options = configuration.ingest_options("2026-08-10".parse().expect("a date"));
    options.base = folder.path().to_owned();
    let source = ingest::Source { patterns: vec![name.to_owned()], ..ingest::Source::default() };
    options.sources = [(table, source)].into();
    match ingest::read(&options) {
        Ok(intake) => {
            for report in &intake.sources {
                assert_eq!(report.read, report.kept + report.rejected + report.replaced + report.left_out);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Err(error) = ingest::inspect(&folder.path().join(name)) {
        assert!(!error.to_string().is_empty());
    }
});
