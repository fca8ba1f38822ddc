//! What reading, the timeline, the figures and a whole review take, by the size of a company.
//!
//! The companies are generated once, below the target folder. `cargo bench` takes those of 10,000 and 100,000
//! opportunities; `QUARTERDECK_BENCH=all cargo bench` takes that of a million too.

#![allow(
    clippy::disallowed_methods,
    reason = "what is measured is said by the environment, and companies are kept in files"
)]

use divan::Bencher;
use mimalloc::MiMalloc;
use quarterdeck::metrics::{Company, Selection, Tables, measure};
use quarterdeck::model::{Currency, Period, Table};
use quarterdeck::render::Templates;
use quarterdeck::reports::{Material, Memory, playbook::Playbook, qbr};
use quarterdeck::{config, ingest};
use std::path::{Path, PathBuf};
use std::process::Command;

/// As in the command itself.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The day of the generated exports, and a quarter with everything in it.
const AS_OF: &str = "2026-11-16";
const QUARTER: &str = "2027-Q3";

fn main() {
    divan::main();
}

fn sizes() -> Vec<u64> {
    let has_all = std::env::var_os("QUARTERDECK_BENCH").is_some();
    [10_000, 100_000, 1_000_000].into_iter().take(if has_all { 3 } else { 2 }).collect()
}

#[divan::bench(args = sizes(), sample_count = 3)]
fn reading(bencher: Bencher, size: u64) {
    let options = options(size);
    bencher.bench_local(|| ingest::read(&options).expect("clean exports"));
}

/// The largest file alone, to hold against [`counting_records_with_csv`].
#[divan::bench(args = sizes(), sample_count = 3)]
fn reading_activities(bencher: Bencher, size: u64) {
    let mut options = options(size);
    options.sources.retain(|table, _| matches!(table, Table::Activities | Table::Reps));
    bencher.bench_local(|| ingest::read(&options).expect("clean exports"));
}

/// What the csv crate takes on one core to count the records of the same file.
#[divan::bench(args = sizes(), sample_count = 3)]
fn counting_records_with_csv(bencher: Bencher, size: u64) {
    let path = company(size).join("activities.csv");
    bencher.bench_local(|| {
        let mut reader = csv::Reader::from_path(&path).expect("a file");
        let (mut record, mut count) = (csv::ByteRecord::new(), 0_u64);
        while reader.read_byte_record(&mut record).expect("a record") {
            count += 1;
        }
        count
    });
}

#[divan::bench(args = sizes(), sample_count = 3)]
fn building_the_timeline(bencher: Bencher, size: u64) {
    let read = Read::new(size);
    bencher.bench_local(|| read.company());
}

#[divan::bench(args = sizes(), sample_count = 3)]
fn figures_of_a_quarter(bencher: Bencher, size: u64) {
    let company = Read::new(size).company();
    let quarter = quarter(&company);
    bencher.bench_local(|| measure(&company, quarter, None).expect("figures"));
}

#[divan::bench(args = sizes(), sample_count = 3)]
fn a_whole_review(bencher: Bencher, size: u64) {
    bencher.bench_local(|| {
        let read = Read::new(size);
        let company = read.company();
        let playbook = Playbook::default();
        let material = Material::gather(
            &company,
            &playbook,
            quarter(&company),
            &read.intake.findings,
            Memory::default(),
            qbr::TOPICS,
        );
        let report = qbr::build(&material.expect("figures")).expect("a review");
        let currency = Currency::new("CAD").expect("a currency");
        Templates::new(None, &currency).expect("templates").report(&report, "html", "").expect("a page")
    });
}

/// The folder of a generated company.
fn company(size: u64) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/companies").join(size.to_string());
    if !folder.join("quarterdeck.toml").exists() {
        let generate = ["run", "--quiet", "--release", "--locked", "--example", "generate", "--", "--seed", "7"];
        let status = Command::new(env!("CARGO"))
            .args(generate)
            .args(["--opportunities", &size.to_string(), "--activities", &(10 * size).to_string(), "--out"])
            .arg(&folder)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the company could not be generated");
    }
    folder
}

fn options(size: u64) -> ingest::Options {
    let configuration = config::read(&company(size).join("quarterdeck.toml")).expect("a configuration");
    ingest::Options { describes: false, ..configuration.ingest_options(AS_OF.parse().expect("a date")) }
}

fn quarter(company: &Company) -> Period {
    company.rules.calendar.parse(QUARTER).expect("a quarter")
}

/// The exports of a company as they were read.
struct Read {
    intake: ingest::Intake,
    tables: Tables,
    rules: quarterdeck::model::Rules,
}

impl Read {
    fn new(size: u64) -> Self {
        let configuration = config::read(&company(size).join("quarterdeck.toml")).expect("a configuration");
        let mut intake = ingest::read(&options(size)).expect("clean exports");
        let records = std::mem::take(&mut intake.tables).into_iter();
        let tables = records.map(|(table, records)| (table, records.frame, records.present)).collect();
        Read { intake, tables, rules: configuration.rules }
    }

    fn company(&self) -> Company {
        let as_of = AS_OF.parse().expect("a date");
        let built = Company::new(&self.tables, &self.intake.stages, self.rules.clone(), as_of, &Selection::default());
        built.expect("a company").0
    }
}
