//! `quarterdeck check`: reads everything, says what is wrong and which figures are possible.
//!
//! Where an error stops the reading, the check goes on under an assumption and says so, until all that stands in the
//! way is known. It ends with that error then, and computes nothing.

use super::args::CheckFormat;
use super::console::Console;
use super::load::{Exports, read_sources};
use super::settings::Settings;
use crate::ingest::{self, IngestError, Intake, Options, Rejection, SourceReport};
use crate::metrics::{Company, Selection, measure};
use crate::model::{Grain, Stages, Table, Words};
use crate::output::Plan;
use crate::render::check::check_text;
use crate::render::plain::without_formula;
use crate::reports::check::{self, Check, Figures, File, Obstacle, Source};
use crate::timeline::CLOSED_WITHOUT_DATE;
use anyhow::{Context, Result, bail};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

pub fn run(settings: &Settings, console: Console, rejected: Option<&Path>, format: CheckFormat) -> Result<()> {
    let mut options = settings.ingest_options();
    let (obstacles, intake) = read_on(settings, &mut options);
    let mut check = Check {
        as_of: settings.as_of.to_string(),
        obstacles,
        sources: Vec::new(),
        findings: Vec::new(),
        figures: None,
    };
    let mut listed = Vec::new();
    if let Some(mut intake) = intake {
        check.sources = intake.sources.iter().map(source).collect();
        listed = std::mem::take(&mut intake.rejected);
        if check.obstacles.is_empty() {
            check.figures = Some(measured(settings, &options, &mut intake, &mut check.sources, &mut listed)?);
        }
        check.findings = check::found(&intake.findings);
    }
    if let Some(path) = rejected {
        write_rejected(path, &listed)?;
        console.say(&format!("wrote {} rejected records to {}", listed.len(), path.display()));
    }
    let text = match format {
        CheckFormat::Json => serde_json::to_string_pretty(&check)? + "\n",
        CheckFormat::Text => check_text(&check),
    };
    console.result(&text)?;
    if let Some(last) = last_date(&check.sources).filter(|last| *last + LONG_AGO < settings.as_of) {
        console.say(&format!("the last date in the exports is {last}: --as-of {last} looks from that day"));
    }
    if check.obstacles.is_empty() {
        return Ok(());
    }
    let errors: Vec<&str> = check.obstacles.iter().map(|obstacle| obstacle.error.as_str()).collect();
    bail!("{}", errors.join("\n\nerror: "))
}

/// Exports in which nothing is dated within so many days of the as-of date are those of another time.
const LONG_AGO: Days = Days::new(62);

/// The latest date of any source.
fn last_date(sources: &[Source]) -> Option<NaiveDate> {
    sources.iter().filter_map(|source| source.to.as_deref()?.parse().ok()).max()
}

/// Reads as far as it goes: what stops it is noted and taken out of the way.
fn read_on(settings: &Settings, options: &mut Options) -> (Vec<Obstacle>, Option<Intake>) {
    /// More obstacles than there are tables and questions would be the same one again.
    const MOST: usize = 32;
    let mut obstacles: Vec<Obstacle> = Vec::new();
    loop {
        let error = match read_sources(settings, options) {
            Ok(intake) => return (obstacles, Some(intake)),
            Err(error) => error,
        };
        let text = full_text(&error);
        let is_again = obstacles.len() >= MOST || obstacles.iter().any(|known| known.error == text);
        let assumed = if is_again { None } else { assume(options, &error, &text) };
        let is_end = assumed.is_none();
        if !is_again {
            obstacles.push(Obstacle { error: text, assumed });
        }
        if is_end {
            return (obstacles, None);
        }
    }
}

/// An error with its causes.
fn full_text(error: &IngestError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}

/// Changes the options so that an error does not come again, and says what is assumed; `None` where nothing helps.
fn assume(options: &mut Options, error: &IngestError, text: &str) -> Option<String> {
    match error {
        IngestError::TooManyRejected { .. } => {
            options.max_rejected = 1.0;
            Some("any number of records may be rejected here".to_owned())
        }
        IngestError::OpenDateOrder { .. } => {
            options.date_order = Some(ingest::DateOrder::MonthFirst);
            Some("dates that could be read both ways are read with the month first here".to_owned())
        }
        IngestError::OpenDecimal { .. } => {
            options.decimal = Some('.');
            Some("amounts that could be read both ways are read with a decimal point here".to_owned())
        }
        IngestError::UnknownStages { stages } => {
            let known = options.stages.get_or_insert_with(Stages::default);
            known.open.extend(stages.iter().map(|stage| stage.name.clone()));
            Some("the unknown stages are taken for open ones here".to_owned())
        }
        IngestError::NoStages { names, .. } => {
            let open = names.iter().map(|(name, _)| name.clone()).collect();
            options.stages = Some(Stages { open, qualified_from: 1, ..Stages::default() });
            Some("all stages are taken for open ones here, in the order of their names".to_owned())
        }
        _ => {
            let table = culprit(options, error, text)?;
            options.sources.remove(&table)?;
            Some(format!("the source {} is left out here", table.name()))
        }
    }
}

/// The table whose source an error is about.
fn culprit(options: &Options, error: &IngestError, text: &str) -> Option<Table> {
    match error {
        IngestError::NoFile { table, .. }
        | IngestError::Pattern { table, .. }
        | IngestError::MissingColumns { table, .. }
        | IngestError::NoSuchHeader { table, .. }
        | IngestError::NoSuchColumn { table, .. } => Some(*table),
        // The others name a file: the table is the one that fails by itself with the same words.
        _ => options.sources.iter().map(|(table, source)| (*table, source.clone())).find_map(|(table, source)| {
            let alone = Options { sources: BTreeMap::from([(table, source)]), ..options.clone() };
            ingest::read(&alone).err().filter(|error| full_text(error) == text).map(|_| table)
        }),
    }
}

/// Builds the company, counts what only that shows, and measures the last complete quarter.
fn measured(
    settings: &Settings,
    options: &Options,
    intake: &mut Intake,
    sources: &mut [Source],
    listed: &mut Vec<Rejection>,
) -> Result<Figures> {
    let tables: BTreeSet<Table> = intake.tables.keys().copied().collect();
    let (company, mut found) = Exports::new(settings, intake)?.build(settings, &Selection::default())?;
    let count = found.take(&CLOSED_WITHOUT_DATE);
    intake.findings.merge(found);
    if count > 0 {
        let records = ingest::opportunities_by_id(options, &undated(&company)?)?;
        for (place, record) in records {
            let rule = &CLOSED_WITHOUT_DATE;
            intake.findings.add(rule, place.clone(), None);
            listed.push(Rejection { table: Table::Opportunities, rule, place, detail: None, record });
        }
        if let Some(source) = sources.iter_mut().find(|source| source.table == Table::Opportunities.name()) {
            source.rejected += count;
            source.kept = source.kept.saturating_sub(count);
        }
    }
    let period = settings.period(None, Some(Grain::Quarter))?;
    let facts = measure(&company, period, None)?;
    Ok(check::figures(period.to_string(), &facts, &tables, company.timeline.count() > 0))
}

/// The ids of the opportunities that were read and that the timeline left out. Those created after the as-of date are
/// not there either, and rightly so.
fn undated(company: &Company) -> Result<BTreeSet<String>> {
    let timeline = &company.timeline;
    let known: HashSet<usize> = (0..timeline.count()).map(|o| timeline.opportunity(o).row).collect();
    let export = &company.tables[&Table::Opportunities];
    let (ids, created) = (Words::of(export, "id")?, export.column("created_date")?.date()?.physical());
    let is_left_out =
        |row: &usize| !known.contains(row) && created.get(*row).is_none_or(|created| created <= company.as_of);
    Ok((0..export.height()).filter(is_left_out).filter_map(|row| ids.get(row).map(str::to_owned)).collect())
}

/// The account of a source as it is shown.
fn source(report: &SourceReport) -> Source {
    let file = |file: &ingest::FileReport| File {
        path: file.path.clone(),
        records: file.records,
        encoding: file.encoding,
        delimiter: file.delimiter,
        preset: file.preset,
        columns: file.columns.clone(),
    };
    let columns = report.table.source_columns().iter().map(|column| column.name);
    Source {
        table: report.table.name(),
        read: report.read,
        kept: report.kept,
        rejected: report.rejected,
        replaced: report.replaced,
        left_out: report.left_out,
        from: report.dates.map(|(from, _)| from.to_string()),
        to: report.dates.map(|(_, to)| to.to_string()),
        found: columns.filter(|name| !report.missing.contains(name)).collect(),
        missing: report.missing.clone(),
        files: report.files.iter().map(file).collect(),
    }
}

/// The columns of the file of rejected records that stand before the cells of the record.
const REJECTED_HEADER: [&str; 6] = ["file", "line", "column", "value", "code", "expected"];

/// Writes rejected records as CSV: where each stands, what was wrong, what was expected, then its cells as they stand.
fn write_rejected(path: &Path, rejected: &[Rejection]) -> Result<()> {
    let widest = rejected.iter().map(|rejection| rejection.record.len()).max().unwrap_or(0);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cells = (1..=widest).map(|number| format!("cell {number}"));
    writer.write_record(REJECTED_HEADER.map(str::to_owned).into_iter().chain(cells))?;
    for rejection in rejected {
        let place = &rejection.place;
        let start = [
            place.file.clone(),
            place.line.map(|line| line.to_string()).unwrap_or_default(),
            place.column.clone().unwrap_or_default(),
            place.value.clone().unwrap_or_default(),
            rejection.rule.code.to_owned(),
            rejection.detail.clone().unwrap_or_else(|| rejection.rule.hint.to_owned()),
        ];
        let blank = std::iter::repeat_n(String::new(), widest - rejection.record.len());
        let cells = start.into_iter().chain(rejection.record.iter().cloned()).chain(blank);
        writer.write_record(cells.map(|cell| without_formula(&cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    let name = path.file_name().with_context(|| format!("{} is no file", path.display()))?;
    let mut plan = Plan::default();
    plan.add(name, bytes);
    plan.write(path.parent().unwrap_or(Path::new("")))?;
    Ok(())
}
