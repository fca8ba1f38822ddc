//! What is looked at once everything has been read: how many records were rejected, and where.
//!
//! In come drafts; out go rejections with the records as they stand in their files, and the error that stops the
//! run where too many were rejected. Knows no metric.

use super::columns::Cells;
use super::draft::{Draft, FaultColumn, FileRead, RowFault, State};
use super::error::{IngestError, cell_at};
use super::identity;
use super::rows::{Row, Rows};
use super::rules;
use super::settle::settle;
use super::shape::Turn;
use super::{Options, Rejection, SourceReport};
use crate::diagnostic::{EXAMPLES, Finding, Findings, Place, Rule};
use crate::model::Table;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The rejected records of a draft in order of place. Those that were rejected after they had been read are read
/// again for it.
pub(super) fn rejections(draft: &mut Draft) -> Result<Vec<Rejection>, IngestError> {
    let mut faults = std::mem::take(&mut draft.faults);
    faults.sort_by_key(|fault| fault.row);
    let mut rejected = Vec::with_capacity(faults.len());
    let mut rest = faults.into_iter().peekable();
    for at in 0..draft.files.len() {
        let end = draft.files.get(at + 1).map_or(usize::MAX, |next| next.first_row);
        let mut of_file = Vec::new();
        while let Some(fault) = rest.next_if(|fault| fault.row < end) {
            of_file.push(fault);
        }
        let lines: Vec<u64> = of_file
            .iter()
            .filter(|fault| fault.record.is_none())
            .filter_map(|fault| draft.place(fault.row).line)
            .collect();
        let again = if lines.is_empty() { BTreeMap::new() } else { draft.files[at].records_at(draft.table, &lines)? };
        rejected.extend(of_file.into_iter().map(|fault| rejection(draft, &draft.files[at], fault, &again)));
    }
    Ok(rejected)
}

fn rejection(draft: &Draft, file: &FileRead, fault: RowFault, again: &BTreeMap<u64, Rows>) -> Rejection {
    let mut place = draft.place(fault.row);
    let reread = place.line.and_then(|line| again.get(&line)).map(|record| record.row(0));
    let position = position(draft, file, fault.column, reread);
    let record = fault.record.or_else(|| reread.map(Row::to_strings)).unwrap_or_default();
    place.column = position.and_then(|at| file.layout.headers.get(at)).cloned();
    place.value = position.and_then(|at| record.get(at)).cloned();
    Rejection { table: draft.table, rule: fault.rule, place, detail: fault.detail, record }
}

/// The position in the file of a cell at fault.
fn position(draft: &Draft, file: &FileRead, column: FaultColumn, record: Option<Row<'_>>) -> Option<usize> {
    match column {
        FaultColumn::Record => None,
        FaultColumn::At(position) => Some(position),
        FaultColumn::Frame(at) => {
            let record = record?;
            match file.shape.turn(record) {
                Turn::Feeds(feeds) | Turn::Deleted(feeds) => feeds.get(at)?.cell(record).1,
                Turn::OtherField => None,
            }
        }
        FaultColumn::Entered(at) => {
            let (label, _) = draft.entered.get(at)?;
            let entered = file.layout.entered.iter().find(|entered| entered.label == *label)?;
            Some(entered.position)
        }
    }
}

/// The place of a cell with its value, read again from its file.
pub(super) fn look_up(draft: &Draft, row: usize, column: FaultColumn) -> Result<Place, IngestError> {
    let mut place = draft.place(row);
    let Some(line) = place.line else { return Ok(place) };
    let file = draft.file_of(row);
    let found = file.records_at(draft.table, &[line])?;
    let record = found.get(&line).map(|record| record.row(0));
    let position = position(draft, file, column, record);
    place.column = position.and_then(|at| file.layout.headers.get(at)).cloned();
    place.value = position.and_then(|at| Some(String::from_utf8_lossy(record?.get(at)?).trim().to_owned()));
    Ok(place)
}

/// The records of opportunities with these ids, with their places, read again from the files: for what is found
/// wrong with a record only later.
pub fn opportunities_by_id(
    options: &Options,
    ids: &BTreeSet<String>,
) -> Result<Vec<(Place, Vec<String>)>, IngestError> {
    let Some(source) = options.sources.get(&Table::Opportunities) else {
        return Ok(Vec::new());
    };
    let manner = options.manner();
    let mut draft = Draft::read(Table::Opportunities, source, &options.base, manner, &|_| {})?;
    settle(&mut draft, options)?;
    identity::replace_earlier(&mut draft);
    let is_wanted = |row: &usize| draft.is_kept(*row) && draft.cells[0].text(*row).is_some_and(|id| ids.contains(id));
    let rows: Vec<usize> = (0..draft.states.len()).filter(is_wanted).collect();
    let mut found = Vec::with_capacity(rows.len());
    for (at, file) in draft.files.iter().enumerate() {
        let end = draft.files.get(at + 1).map_or(usize::MAX, |next| next.first_row);
        let places: Vec<Place> =
            rows.iter().filter(|row| (file.first_row..end).contains(row)).map(|row| draft.place(*row)).collect();
        let lines: Vec<u64> = places.iter().filter_map(|place| place.line).collect();
        let records = if lines.is_empty() { BTreeMap::new() } else { file.records_at(draft.table, &lines)? };
        found.extend(places.into_iter().map(|place| {
            let record = place.line.and_then(|line| records.get(&line)).map(|record| record.row(0).to_strings());
            (place, record.unwrap_or_default())
        }));
    }
    Ok(found)
}

/// What became of the records of a table.
pub(super) fn report(draft: &Draft) -> SourceReport {
    let present = draft.present();
    let missing = draft.table.source_columns().iter().map(|column| column.name).filter(|name| !present.contains(name));
    SourceReport {
        table: draft.table,
        files: draft.files.iter().map(|file| file.report.clone()).collect(),
        read: draft.states.len() as u64,
        kept: draft.count(State::Kept),
        rejected: draft.count(State::Rejected),
        replaced: draft.count(State::Replaced),
        left_out: draft.count(State::LeftOut),
        dates: draft.date_span(),
        missing: missing.collect(),
    }
}

/// Fails where more of a table was rejected than is allowed, before all of it is gathered.
pub(super) fn rejected_share(draft: &mut Draft, report: &SourceReport, options: &Options) -> Result<(), IngestError> {
    if report.rejected == 0 || report.rejected as f64 <= options.max_rejected * report.read as f64 {
        return Ok(());
    }
    let mut counts: BTreeMap<&'static str, (&'static Rule, u64)> = BTreeMap::new();
    for fault in &draft.faults {
        counts.entry(fault.rule.code).or_insert((fault.rule, 0)).1 += 1;
    }
    let named = |(rule, count): (&'static Rule, u64)| {
        let name = if count == 1 { rule.one } else { rule.many };
        (name.to_owned(), count)
    };
    let mut reasons: Vec<(String, u64)> = counts.into_values().map(named).collect();
    reasons.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    draft.faults.sort_by_key(|fault| fault.row);
    draft.faults.truncate(EXAMPLES);
    Err(IngestError::TooManyRejected {
        table: report.table,
        rejected: report.rejected,
        read: report.read,
        limit: options.max_rejected,
        reasons,
        examples: rejections(draft)?.iter().map(example).collect(),
    })
}

fn example(rejection: &Rejection) -> String {
    let cell = cell_at(&rejection.place);
    match &rejection.detail {
        Some(detail) => format!("{cell} ({detail})"),
        None => cell,
    }
}

/// Counts rejected and replaced records among the findings, those of the draft included.
pub(super) fn note(draft: &mut Draft, report: &SourceReport, rejected: &[Rejection], findings: &mut Findings) {
    let of_draft = std::mem::take(&mut draft.findings);
    let replaced = report.replaced - of_draft.count(&rules::RECORDS_REPEATED).min(report.replaced);
    findings.merge(of_draft);
    for rejection in rejected {
        findings.add(rejection.rule, rejection.place.clone(), rejection.detail.clone());
    }
    if replaced > 0 {
        let place =
            Place { file: report.files.last().map(|file| file.path.clone()).unwrap_or_default(), ..Place::default() };
        let detail = Some(format!("of {}", report.table.name()));
        let rule = &rules::RECORDS_REPLACED;
        findings.add_many(Finding { rule, place, detail }, replaced);
    }
}

/// Counts quotas that stand twice for a rep and a period, which have no id to replace one another by.
pub(super) fn repeated_quotas(drafts: &BTreeMap<Table, Draft>, findings: &mut Findings) {
    let Some(quotas) = drafts.get(&Table::Quotas) else {
        return;
    };
    let mut known: HashSet<(Option<&str>, Option<&str>)> = HashSet::new();
    for row in (0..quotas.states.len()).filter(|row| quotas.is_kept(*row)) {
        if !known.insert((quotas.cells[0].text(row), quotas.cells[1].text(row))) {
            findings.add(&rules::QUOTA_REPEATED, quotas.place(row), None);
        }
    }
}

/// Counts changes of opportunities that are not among the opportunities, and changes without a moment.
pub(super) fn orphans(drafts: &BTreeMap<Table, Draft>) -> Findings {
    let mut findings = Findings::default();
    let (Some(opportunities), Some(history)) = (drafts.get(&Table::Opportunities), drafts.get(&Table::StageHistory))
    else {
        return findings;
    };
    let (Some(Cells::References(exported)), Some(Cells::References(changed))) =
        (opportunities.cells.first(), history.cells.first())
    else {
        return findings;
    };
    let mut known = vec![false; exported.bound()];
    for (row, number) in exported.by_row() {
        known[number] |= opportunities.states[row] != State::Rejected;
    }
    for (row, number) in changed.numbers.iter().enumerate().filter(|(row, _)| history.is_kept(*row)) {
        if known.get(number as usize) != Some(&true) {
            let value = changed.get(row).map(str::to_owned);
            findings.add(&rules::HISTORY_WITHOUT_OPPORTUNITY, Place { value, ..history.place(row) }, None);
        }
        let is_undated = matches!(
            history.cells.get(1),
            Some(Cells::Moments(moments)) if moments.under(history.order, row) == super::dates::ABSENT
        );
        if is_undated {
            findings.add(&rules::HISTORY_WITHOUT_DATE, history.place(row), None);
        }
    }
    findings
}
