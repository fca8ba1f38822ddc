//! Every diagnostic has a folder that brings it about, and `docs/diagnostics.md` is made from those folders.

use crate::company::files_below;
use quarterdeck::diagnostic::{Findings, Rule};
use quarterdeck::metrics::{Company, Selection, Tables};
use quarterdeck::model::{Sighting, Snapshots, Standing, day_number};
use quarterdeck::render::check::finding;
use quarterdeck::reports::check::found;
use quarterdeck::{config, ingest, timeline};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const OPENING: &str = "\
# Diagnostics

What quarterdeck finds in exports, with an input that brings it about and the message as it is printed. This page is
made from `tests/it/diagnostics` and `tests/it/stops`; do not edit it by hand. Each example is read with the stages
Qualified and Proposal and as many rejected records as there are; a real run stops when more than 1 % of a table is
rejected (`max_rejected` under `[input]`). `banked.csv` stands for what an earlier run left in the bank of `sources.history`.

`quarterdeck check` shows every finding with its count and three examples. `quarterdeck check --rejected FILE` writes every
rejected record to a CSV file: `file`, `line`, `column` and `value` say where, `code` is the heading below, `expected` is
what would have been read, and `cell 1` onwards are the cells of the record as they stand in the export. A cell that a
spreadsheet would take for a formula, because it begins with `=`, `+`, `-`, `@` or a control character and is no plain number,
gets an apostrophe before it, in this file only.
";

const STOPS: &str = "
## When a run stops

What came out would be wrong, or lacks too much. Nothing is written then; `quarterdeck check` goes on under an assumption that it
names, and so shows all that stands in the way at once.
";

/// A folder for each reason to stop, and words of its message.
const REASONS: &[(&str, &str)] = &[
    ("column-missing", "has no column for id"),
    ("date-order-open", "month first or with the day first"),
    ("decimal-open", "decimal point or a decimal comma"),
    ("file-missing", "no file matches"),
    ("header-missing", "it has no header row"),
    ("header-not-found", "no file of this table has that header"),
    ("quote-open", "a quotation mark opens a cell"),
    ("rejected-too-many", "records of opportunities cannot be read"),
    ("stages-unknown", "stages that are not configured"),
    ("stages-without-order", "the order of the stages is not known"),
];

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");

fn folder(of: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(of).join(name)
}

fn rules() -> Vec<&'static Rule> {
    let mut rules = ingest::RULES.to_vec();
    let of_timeline =
        [&timeline::CLOSED_WITHOUT_DATE, &timeline::OPPORTUNITY_VANISHED, &timeline::SNAPSHOT_STAGE_UNKNOWN];
    rules.extend(of_timeline);
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// What `banked.csv` says that earlier runs saw, where an example has it; its rows are in order of opportunity and date.
fn banked(folder: &Path) -> Option<Snapshots> {
    let mut reader = csv::Reader::from_path(folder.join("banked.csv")).ok()?;
    let mut snapshots = Snapshots::default();
    for record in reader.records() {
        let record = record.expect("a record");
        let cell = |place: usize| Some(Arc::from(&record[place]));
        let on = day_number(record[0].parse().expect("a date"));
        let standing = Standing { name: cell(2), owner: cell(3), stage: cell(4), ..Standing::default() };
        snapshots.runs.push(on);
        snapshots.sightings.push(Sighting { opportunity: Arc::from(&record[1]), on, standing: Some(standing) });
    }
    snapshots.runs.sort_unstable();
    snapshots.runs.dedup();
    Some(snapshots)
}

/// All that is found in the exports of a folder, or why the run stops.
fn findings(folder: &Path) -> Result<Findings, String> {
    let configuration = config::read(&folder.join("quarterdeck.toml")).map_err(|error| error.to_string())?;
    let as_of = "2026-08-10".parse().expect("a date");
    let intake = ingest::read(&configuration.ingest_options(as_of)).map_err(|error| error.to_string())?;
    let tables: Tables =
        intake.tables.into_iter().map(|(table, records)| (table, records.frame, records.present)).collect();
    let tables = Tables { snapshots: banked(folder), ..tables };
    let company = Company::new(&tables, &intake.stages, configuration.rules, as_of, &Selection::default());
    let (_, of_timeline) = company.map_err(|error| error.to_string())?;
    let mut findings = intake.findings;
    findings.merge(of_timeline);
    Ok(findings)
}

/// The files of an example as they may stand on a page.
fn push_input(page: &mut String, folder: &Path, with_configuration: bool) {
    for (path, content) in files_below(folder) {
        if path.ends_with("quarterdeck.toml") && !with_configuration {
            continue;
        }
        let text = String::from_utf8_lossy(&content).replace('\0', "␀");
        let _ = write!(page, "`{}`\n\n```\n{}\n```\n\n", path.display(), text.trim_end());
    }
}

fn push_rule(page: &mut String, rule: &'static Rule) {
    let folder = folder("diagnostics", rule.code);
    let all = findings(&folder).unwrap_or_else(|error| panic!("{}: {error}", rule.code));
    let of_rule = found(&all).into_iter().find(|found| found.code == rule.code);
    let of_rule = of_rule.unwrap_or_else(|| panic!("{} is not found in {}", rule.code, folder.display()));
    let _ = write!(page, "\n### `{}`\n\nA {}: {}.\n\n", rule.code, rule.severity.name(), rule.many);
    push_input(page, &folder, false);
    let _ = write!(page, "```\n{}\n```\n\n", finding(&of_rule));
    let _ = write!(page, "- Effect: {}.\n- What to do: {}.\n", rule.effect, rule.hint);
}

fn push_reason(page: &mut String, name: &str, words: &str) {
    let folder = folder("stops", name);
    let Err(error) = findings(&folder) else { panic!("{name} does not stop") };
    assert!(error.contains(words), "{name}: {error}");
    let _ = write!(page, "\n### {}\n\n", name.replace('-', " "));
    push_input(page, &folder, true);
    let _ = write!(page, "```\nerror: {error}\n```\n");
}

/// `QUARTERDECK_BLESS=1 cargo test the_page_of_diagnostics_is_fresh` writes the page anew.
#[test]
fn the_page_of_diagnostics_is_fresh() {
    let mut page = OPENING.to_string();
    page.push_str("\n## What is found\n");
    for rule in rules() {
        push_rule(&mut page, rule);
    }
    page.push_str(STOPS);
    for (name, words) in REASONS {
        push_reason(&mut page, name, words);
    }
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        std::fs::write(PAGE, &page).expect("a page that can be written");
    }
    let actual = std::fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        actual == page,
        "docs/diagnostics.md is not what the folders say; renew it with \
         QUARTERDECK_BLESS=1 cargo test the_page_of_diagnostics_is_fresh"
    );
}

#[test]
fn every_folder_is_of_a_rule_or_a_reason() {
    let names = |of: &str| -> Vec<String> {
        let entries = std::fs::read_dir(folder(of, "")).expect("a folder of examples");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("diagnostics"), rules().iter().map(|rule| rule.code).collect::<Vec<_>>());
    assert_eq!(names("stops"), REASONS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
