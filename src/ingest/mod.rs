//! From any CRM's export to canonical frames.
//!
//! In come paths and what the configuration says of them; out go one frame for each canonical table, a report
//! for each source and every finding. A record that cannot be read is rejected and listed, never dropped in
//! silence, and never stops the reading at the first fault. This module knows no metric and prints nothing.

mod blocks;
mod cell;
mod checks;
mod columns;
mod currency;
mod dates;
mod draft;
mod encoding;
mod error;
mod footer;
mod history;
mod identity;
mod inspect;
mod locate;
mod mapping;
mod numbers;
mod people;
mod precedence;
mod presets;
mod reading;
mod rows;
mod rules;
mod scan;
mod settle;
mod shape;
mod source;
mod stages;
mod storage;
mod tables;
#[cfg(test)]
mod tests;
mod workbook;

pub use checks::opportunities_by_id;
pub use error::{IngestError, UnknownStage};
pub use inspect::{Confidence, FileGuess, Guess, inspect};
pub use rules::RULES;
pub use stages::closed_by_words;

use crate::diagnostic::{Findings, Place, Rule};
use crate::model::{Currency, Stages, Table};
use chrono::NaiveDate;
use chrono_tz::Tz;
use columns::Manner;
use draft::Draft;
use polars::prelude::DataFrame;
use rayon::prelude::*;
use stages::StageBook;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Reads every configured source into its canonical frame.
///
/// # Errors
///
/// Where what came out would be wrong or lacks too much: a file or a required column is missing, an order of day and
/// month or a decimal sign is open, a stage is unknown, more records are rejected than allowed.
pub fn read(options: &Options) -> Result<Intake, IngestError> {
    read_watched(options, &|_| {})
}

/// Whom the reading tells how far it has come, from whatever thread.
pub type Watch<'a> = &'a (dyn Fn(Reading) + Sync);

/// Reads everything as [`read`] does, and tells now and then how far it has come.
pub fn read_watched(options: &Options, watch: Watch<'_>) -> Result<Intake, IngestError> {
    let manner = options.manner();
    let read = |(table, source): (&Table, &Source)| {
        let mut draft = Draft::read(*table, source, &options.base, manner, watch)?;
        settle::settle(&mut draft, options)?;
        Ok((*table, draft))
    };
    // Of several errors that of the first table is told, whichever came first.
    let read: Vec<Result<_, IngestError>> = options.sources.par_iter().map(read).collect();
    let mut drafts: BTreeMap<Table, Draft> = read.into_iter().collect::<Result<_, _>>()?;
    let mut findings = Findings::default();
    let book = StageBook::of(options, &drafts, &mut findings)?;
    currency::convert(&mut drafts, &book, options, &mut findings);
    drafts.par_iter_mut().for_each(|(_, draft)| identity::replace_earlier(draft));
    people::resolve(&mut drafts, &mut findings);

    let (reports, orphans) = rayon::join(
        || drafts.par_iter().map(|(_, draft)| checks::report(draft)).collect::<Vec<SourceReport>>(),
        || checks::orphans(&drafts),
    );
    let mut sources = Vec::new();
    let mut rejected = Vec::new();
    for (draft, report) in drafts.values_mut().zip(reports) {
        checks::rejected_share(draft, &report, options)?;
        let of_table = checks::rejections(draft)?;
        checks::note(draft, &report, &of_table, &mut findings);
        sources.push(report);
        rejected.extend(of_table);
    }
    book.apply(&mut drafts)?;
    findings.merge(orphans);
    checks::repeated_quotas(&drafts, &mut findings);
    Ok(Intake { tables: records(drafts, &book, options)?, sources, findings, rejected, stages: book.stages })
}

/// The frames of all drafts. What an export of opportunities tells of stages joins the history.
fn records(
    drafts: BTreeMap<Table, Draft>,
    book: &StageBook,
    options: &Options,
) -> Result<BTreeMap<Table, Records>, IngestError> {
    let with_entries = drafts.values().find(|draft| !draft.entered.is_empty());
    let entered = with_entries.map(|draft| history::frame(draft, book)).transpose()?;
    let of_draft = |(table, draft): (Table, Draft)| {
        let present = draft.present();
        Ok((table, Records { frame: tables::frame(draft, options)?, present }))
    };
    let mut tables: BTreeMap<Table, Records> =
        drafts.into_par_iter().map(of_draft).collect::<Result<_, IngestError>>()?;
    if let Some(entered) = entered {
        let present = ["opportunity_id", "changed_at", "stage"];
        match tables.get_mut(&Table::StageHistory) {
            Some(history) => {
                history.frame.vstack_mut_owned(entered)?;
                history.present.extend(present);
            }
            None => {
                let present = BTreeSet::from(present);
                tables.insert(Table::StageHistory, Records { frame: entered, present });
            }
        }
    }
    Ok(tables)
}

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
    /// Whether columns that only describe a record are kept, for those who show records.
    pub describes: bool,
}

impl Options {
    fn manner(&self) -> Manner {
        Manner { zone: self.time_zone, decimal: self.decimal, is_workbook: false, describes: self.describes }
    }
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

/// How far the reading has come.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The file as it is shown.
    pub file: &'a str,
    /// The records of it so far.
    pub records: u64,
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
    /// Records that are no part of the table: marked deleted by the CRM, or changes of fields that no figure reads.
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
