//! The order of the records in a file is nobody's decision: it changes no byte of the facts.

use crate::company::{Company, run_in};
use std::path::Path;

/// A sequence that looks random and is always the same.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

/// The file with its records in another order.
fn shuffled(path: &Path, seed: u64) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).expect("a file");
    let mut records: Vec<csv::ByteRecord> = reader.byte_records().map(|record| record.expect("a record")).collect();
    let mut sequence = Sequence(seed);
    for last in (2..records.len()).rev() {
        records.swap(last, 1 + sequence.below(last));
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    records.iter().for_each(|record| writer.write_byte_record(record).expect("a written record"));
    writer.into_inner().expect("bytes")
}

fn assert_shuffling_changes_nothing(folder: &str, as_of: &str, periods: &[&str], seed: u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let company = Company::new(&[]);
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".csv") {
            std::fs::write(company.path(&name), shuffled(&path, seed)).expect("a shuffled file");
        } else if name == "quarterdeck.toml" {
            std::fs::copy(&path, company.path(&name)).expect("a copy");
        }
    }
    for period in periods {
        let arguments = ["--as-of", as_of, "metrics", "--period", period, "--format", "json"];
        let before = run_in(&folder, &arguments);
        let after = company.try_run(&arguments);
        assert!(before.status.success() && after.status.success(), "{}", String::from_utf8_lossy(&after.stderr));
        assert!(
            before.stdout.len() > 1000 && before.stdout == after.stdout,
            "{}, {period}, seed {seed}",
            folder.display()
        );
    }
}

#[test]
fn shuffled_files_of_the_worked_example_give_the_same_facts() {
    for seed in 1..=4 {
        assert_shuffling_changes_nothing("tests/golden/worked-example", "2026-08-10", &["2027-Q2", "2026-08"], seed);
    }
}

#[test]
fn shuffled_files_of_the_sample_company_give_the_same_facts() {
    assert_shuffling_changes_nothing("sample-data", "2026-11-16", &["2027-Q3", "2026-10"], 5);
}
