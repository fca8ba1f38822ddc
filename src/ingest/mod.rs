//! From any CRM's export to canonical frames.
//!
//! In come paths and what the configuration says of them; out go one frame for each canonical table, a report
//! for each source and every finding. A record that cannot be read is rejected and listed, never dropped in
//! silence, and never stops the reading at the first fault. This module knows no metric and prints nothing.

use crate::diagnostic::{Findings, Place, Rule};
use crate::model::{Currency, Stages, Table};
use chrono::NaiveDate;
use chrono_tz::Tz;
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What to read and how. Built by the configuration, or by hand in a test.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that relative paths start from.
    pub base: PathBuf,
    pub sources: BTreeMap<Table, Source>,
    pub as_of: NaiveDate,
    pub time_zone: Tz,
    pub currency: Currency,
    /// Only where the data leave it open.
    pub date_order: Option<DateOrder>,
    /// The decimal sign of amounts, where configured: `.` or `,`.
    pub decimal: Option<char>,
    /// The share of a table's records that may be rejected before the run stops.
    pub max_rejected: f64,
    /// The configured stages; without them they come from the preset or the history.
    pub stages: Option<Stages>,
    /// Old stage names in the data, by what they are called now.
    pub renamed_stages: BTreeMap<String, String>,
}

/// Where a table comes from.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Paths or globs, in order; a later file's record replaces an earlier one with the same id.
    pub patterns: Vec<String>,
    /// Canonical column by the header it has in the file; the rest is found by alias.
    pub columns: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    MonthFirst,
    DayFirst,
}

/// Everything that was read.
#[derive(Debug, Clone)]
pub struct Intake {
    /// A table is here when a source is configured for it, be it empty of records.
    pub tables: BTreeMap<Table, Records>,
    pub sources: Vec<SourceReport>,
    pub findings: Findings,
    pub rejected: Vec<Rejection>,
    pub stages: Stages,
}

/// The records of a canonical table.
#[derive(Debug, Clone)]
pub struct Records {
    /// Exactly the columns of [`Table::schema`], null where a file has none.
    pub frame: DataFrame,
    /// The canonical source columns that at least one file has.
    pub present: BTreeSet<&'static str>,
}

/// What became of the records of one table: `read = kept + rejected + replaced + left_out`.
#[derive(Debug, Clone)]
pub struct SourceReport {
    pub table: Table,
    pub files: Vec<FileReport>,
    pub read: u64,
    pub kept: u64,
    pub rejected: u64,
    /// Records that a later one with the same id stands for.
    pub replaced: u64,
    /// Records marked deleted by the CRM.
    pub left_out: u64,
    /// Earliest and latest date among the table's date columns.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    pub missing: Vec<&'static str>,
}

/// How one file was understood.
#[derive(Debug, Clone)]
pub struct FileReport {
    pub path: String,
    pub records: u64,
    pub encoding: &'static str,
    pub delimiter: Option<char>,
    /// The preset whose headers the file has, where it has any one's.
    pub preset: Option<&'static str>,
    /// Canonical column and the header it was found under.
    pub columns: BTreeMap<&'static str, String>,
}

/// A record that was not kept, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub table: Table,
    pub rule: &'static Rule,
    pub place: Place,
    pub detail: Option<String>,
    /// The cells of the record as they stand in the file.
    pub record: Vec<String>,
}
